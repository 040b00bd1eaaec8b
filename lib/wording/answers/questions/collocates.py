"""In what company each term stands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import explain_concept, name_groups
from wording.answers.questions.shares import (
    SHOWN_CONTRASTS,
    describe_study_copies,
    name_copy_rule,
    other_copy_rule,
)
from wording.answers.questions.voices import describe_voice_fit
from wording.answers.tables import make_asked_table
from wording.corpus.counts import describe_study_units
from wording.questions.collocation import collocates, findings
from wording.questions.collocation.collocation import find_study_collocates
from wording.questions.design import Request
from wording.questions.shares import findings as share_findings
from wording.show.figures import plot_collocates, plot_forest
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

SHOWN_COLLOCATES = (
    "variant", "collocate", "n", "total", "n_articles", "log_dice", "share", "low", "high",
    "n_words", "expected", "pmi", "g2"
)  # fmt: skip
SHOWN_TYPICAL = (
    "outlet", "variant", "collocate", "n", "total", "n_articles", "log_dice", "share", "low", "high"
)  # fmt: skip


def answer_collocates(record: StudyRecord, concept: str, request: Request, span: int) -> Answer:
    """Answer which words mark each term, all outlets together."""
    asked, voice = replace(request, concepts=[concept]), request.voice
    found, contrasts = find_study_collocates(record, asked, span=span)
    shares = make_asked_table(record, "shares", asked)
    together = collocates.label_collocates(collocates.select_overall_collocates(found), voice=voice)
    typical = collocates.label_collocates(collocates.select_outlet_collocates(found), voice=voice)
    clearest = collocates.label_collocates(
        collocates.select_clearest_contrasts(contrasts), voice=voice
    )
    title = record.concepts[concept].title
    shown = pd.concat([together, clearest, typical])
    return Answer(
        record,
        "collocates",
        "collocates",
        together,
        "One row per term and collocate, all outlets together, the most typical first.",
        columns=SHOWN_COLLOCATES,
        links={"n": with_lines(together, by="near")["lines"]},
        tell=lambda: [
            *name_groups(record, findings.sentences(found, contrasts, shares)),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(contrasts, title),
        picture=Picture(
            f"Share of the hits that have a word near them: {title}",
            findings.describe(together) if len(together) else "",
            lambda linked: plot_collocates(together, links=linked),
            why_not=""
            if len(together)
            else "There is nothing to plot: in so few articles, no word is a collocate of these "
            "terms.",
        ),
        evidence=Evidence(
            partial(
                collocates.find_collocate_lines,
                record,
                concept,
                shown,
                voice=voice,
                span=span,
                copies=request.copies,
            ),
            "The hits of each term that have the word near them.",
            by="near",
        ),
        parts={
            "contrasts": partial(
                answer_collocate_contrasts,
                record,
                clearest,
                collocates.select_clearest_pairs(found, contrasts),
                title,
            ),
            "typical": partial(answer_typical, record, typical),
            "copies": partial(answer_collocate_copies, record, asked, span, (found, contrasts)),
        },
        note=explain_concept(record, concept),
        summary=f"{shares['n'].sum():,} hits of voice {voice!r}; {len(found):,} rows, "
        f"{contrasts['q'].notna().sum():,} comparisons",
    )


def answer_collocate_contrasts(
    record: StudyRecord, clearest: pd.DataFrame, pairs: pd.DataFrame, title: str
) -> Answer:
    """Answer where outlets differ in what stands near a term."""
    return Answer(
        record,
        "contrasts",
        "collocate_contrasts",
        clearest,
        "The clearest differences: one row per term, collocate and outlet, against all other "
        "outlets together.",
        columns=("variant", "collocate", *SHOWN_CONTRASTS[1:]),
        links={"n": with_lines(clearest, by="near")["lines"]},
        picture=Picture(
            f"Hits that have the word near them, by outlet: {title}",
            share_findings.describe(pairs) if len(pairs) else "",
            lambda linked: plot_forest(pairs, links=False),
            why_not="" if len(pairs) else "No difference between outlets could be tested.",
        ),
    )


def answer_typical(record: StudyRecord, typical: pd.DataFrame) -> Answer:
    """Answer which collocates are strongest at each outlet."""
    return Answer(
        record,
        "typical",
        "collocates",
        typical,
        "One row per outlet, term and collocate.",
        columns=SHOWN_TYPICAL,
        links={"n": with_lines(typical, by="near")["lines"]},
    )


def answer_collocate_copies(
    record: StudyRecord,
    request: Request,
    span: int,
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> Answer:
    """Answer which collocates stay when copies are counted otherwise."""
    swapped = other_copy_rule(request.copies)
    otherwise = find_study_collocates(record, replace(request, copies=swapped), span=span)
    return Answer(
        record,
        "copies",
        "collocates",
        otherwise[0],
        "One row per term, collocate and outlet, with copies counted otherwise.",
        tell=lambda: [
            *describe_study_copies(record, request.copies),
            *collocates.describe_collocate_sensitivity(
                tables, otherwise, copies=name_copy_rule(swapped)
            ),
        ],
    )
