"""What stands with a name by relation, where outlets differ in it, and the lines behind it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import explain_concept, name_groups
from wording.answers.questions.events import choose_sides
from wording.answers.questions.voices import describe_voice_fit
from wording.answers.tables import make_asked_table
from wording.corpus.counts import describe_study_units
from wording.corpus.naming.related_words import explain_no_grammar
from wording.questions.design import Compared, Request
from wording.questions.naming import findings, naming
from wording.show.figures import plot_forest
from wording.show.lines import with_lines
from wording.study.records import StudyRecord
from wording.tables import TABLES

SHOWN_NAMING = (
    "variant", "relation", "word", "n", "total", "n_articles", "share", "low", "high"
)  # fmt: skip
SHOWN_OUTLET_NAMING = ("outlet", *SHOWN_NAMING)
SHOWN_NAMING_CONTRASTS = (
    "variant", "relation", "word", "outlet", "other", "difference", "low", "high",
    "log_odds_ratio", "q", "n", "total", "n_other", "total_other"
)  # fmt: skip
PARTS = {"contrasts": "naming_contrasts", "by_outlet": "naming"}
"""The table of each part of the answer."""


def answer_naming(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer which words stand with each name, by relation."""
    if why := explain_no_grammar(record):
        return explain_no_naming(record, concept, why)
    compared = naming.compare_naming(record, replace(request, concepts=[concept]))
    compared = replace(compared, request=replace(compared.request, against=choose_sides(compared)))
    table, contrasts = naming.compute_naming(compared), naming.contrast_naming(compared)
    shares = make_asked_table(record, "shares", replace(request, concepts=[concept]))
    together, by_outlet, clearest = (
        naming.label_words(rows, voice=request.voice)
        for rows in (
            naming.select_overall_words(table),
            naming.select_outlet_words(table),
            naming.select_clearest_words(contrasts),
        )
    )
    said = findings.sentences(table, contrasts, shares)
    shown = pd.concat([together, clearest, by_outlet])
    return Answer(
        record,
        "naming",
        "naming",
        together,
        "One row per name, relation and word, all outlets together; of each relation any word "
        "first, then the most frequent.",
        columns=SHOWN_NAMING,
        links={"n": with_lines(together, by="near")["lines"]},
        tell=lambda: [
            *name_groups(record, said),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(contrasts, record.concepts[concept].title),
        picture=draw_clearest(table, contrasts, record.concepts[concept].title, said[-1]),
        evidence=Evidence(
            partial(naming.find_naming_lines, record, concept, shown, request),
            "The hits of each name with which the word stands in the relation.",
            by="near",
            empty=said[-1],
        ),
        parts={
            "contrasts": partial(answer_naming_contrasts, compared, clearest),
            "by_outlet": partial(answer_outlet_naming, compared, by_outlet),
        },
        empty=said[-1],
        note=f"{explain_concept(record, concept)} {findings.PRECISION}",
        summary=f"{shares['n'].sum():,} hits of voice {request.voice!r}; {len(table):,} rows, "
        f"{contrasts['q'].notna().sum():,} comparisons",
    )


def explain_no_naming(record: StudyRecord, concept: str, why: str) -> Answer:
    """Return an answer that says why nothing was counted."""
    empty = pd.DataFrame(columns=list(TABLES["naming"]))
    return Answer(
        record,
        "naming",
        "naming",
        empty,
        "",
        tell=lambda: [why],
        headline=f"No words that stand with names: {record.concepts[concept].title}",
        picture=Picture(why_not=why),
        evidence=Evidence(lambda: pd.DataFrame(columns=["doc_id"]), "", empty=why),
        parts={
            name: partial(
                Answer, record, name, kind, empty, "", picture=Picture(why_not=why), empty=why
            )
            for name, kind in PARTS.items()
        },
        empty=why,
        note=explain_concept(record, concept),
        summary="nothing counted",
    )


def draw_clearest(
    table: pd.DataFrame, contrasts: pd.DataFrame, title: str, why_empty: str
) -> Picture:
    """Return the figure of the words that differ most clearly, a panel per word."""
    if table.empty:
        return Picture(why_not=why_empty)
    drawn = naming.select_clearest_names(table, contrasts)
    if drawn.empty:
        return Picture(why_not="There is nothing to plot: no word is listed.")
    return Picture(
        f"Hits with which the word stands, by outlet: {title}",
        findings.describe(drawn),
        lambda linked: plot_forest(drawn, links=False),
        why_not="",
    )


def answer_naming_contrasts(compared: Compared, clearest: pd.DataFrame) -> Answer:
    """Answer where outlets differ in what stands with a name."""
    return Answer(
        compared.study,
        "naming_contrasts",
        "naming_contrasts",
        clearest,
        "The clearest differences: one row per name, relation, word and outlet, against all other "
        "outlets together, or the other of two.",
        columns=SHOWN_NAMING_CONTRASTS,
        links={"n": with_lines(clearest, by="near")["lines"]},
        empty="There is nothing to compare.",
    )


def answer_outlet_naming(compared: Compared, by_outlet: pd.DataFrame) -> Answer:
    """Answer which words stand most often with each name at each outlet."""
    return Answer(
        compared.study,
        "naming_by_outlet",
        "naming",
        by_outlet,
        "One row per outlet, name, relation and word; words in at least two of its articles.",
        columns=SHOWN_OUTLET_NAMING,
        links={"n": with_lines(by_outlet, by="near")["lines"]},
        empty="No outlet has a listed word in two articles.",
    )
