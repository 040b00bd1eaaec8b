"""Which words and phrases each outlet uses more than the others."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import explain_event_rule, name_groups
from wording.answers.questions.shares import (
    describe_study_copies,
    has_two_groups,
    name_copy_rule,
    other_copy_rule,
)
from wording.answers.questions.voices import describe_voice_fit
from wording.corpus.counts import describe_study_units
from wording.corpus.terms import Terms
from wording.questions.design import Request
from wording.questions.keyness import findings, keywords
from wording.questions.keyness.keyness import (
    TermSelection,
    compute_study_keyness,
    select_tested_terms,
)
from wording.questions.outlets.identifying_terms import mark_identifying_terms
from wording.settings import SIGNIFICANCE_LEVEL
from wording.show.figures import plot_ratios
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

MIN_STYLE_FRACTION = 0.2
"""A phrase in so large a part of an outlet's articles, and hardly anywhere else, may be a fixed
part of its pages."""
SHOWN_DIFFERENCES = (
    "outlet", "term", "n", "n_articles", "n_other", "n_articles_other", "times", "times_low",
    "times_high", "q"
)  # fmt: skip
SHOWN_KEYNESS = (
    *SHOWN_DIFFERENCES, "per_million", "per_million_other", "log_ratio", "log_odds", "z", "g2",
    "dp_norm", "dp_norm_other"
)  # fmt: skip


def answer_keyness(
    record: StudyRecord, request: Request, selection: TermSelection, top: int
) -> Answer:
    """Answer which terms each outlet uses more than the others, the clearest of each."""
    terms = select_tested_terms(record, request, selection)
    table = compute_study_keyness(record, request, terms)
    style = find_style_terms(terms)
    is_style = table["term"].isin(style)
    styled, worded = keywords.add_frequency_ratios(table[is_style]), table[~is_style]
    shown = keywords.select_top_keywords(worded, top=top)
    return Answer(
        record,
        "keyness",
        "keywords",
        shown,
        "One row per outlet and term.",
        columns=SHOWN_KEYNESS,
        links={"n": with_lines(shown)["lines"]},
        tell=lambda: [
            *name_groups(record, findings.sentences(worded)),
            *findings.describe_style_terms(styled),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(worded),
        picture=Picture(
            "How many times as often as the other side",
            findings.describe(shown) if len(shown) else "",
            lambda linked: plot_ratios(shown, links=linked),
            why_not="" if len(shown) else "No outlet uses a term more often than the others.",
        ),
        evidence=Evidence(
            partial(keywords.find_keyword_lines, record, terms, shown),
            "The hits of each term in the table, at its outlet.",
        ),
        parts={
            "differences": partial(answer_differences, record, worded),
            "style": partial(answer_style, record, styled),
            "copies": partial(answer_keyness_copies, record, request, selection, shown),
        },
        note=" ".join(
            [
                keywords.describe_term_selection(
                    record,
                    terms,
                    min_outlets=selection.min_outlets,
                    function_words=selection.function_words,
                ),
                *explain_event_rule(record),
            ]
        ),
        summary=f"{len(terms):,} terms in {len(terms.articles):,} articles, "
        f"{terms.n_words.sum():,.0f} words of voice {request.voice!r}, {len(table):,} comparisons",
    )


def find_style_terms(terms: Terms) -> list[str]:
    """Return the terms that name their outlet, its authors or an address, or are part of its pages.

    Of the last kind are phrases of three words, and of two that stand once in each article: other
    words that one outlet alone writes, such as a reporting verb or "illegal immigrant", are what
    keyness looks for.
    """
    is_once = terms.counts.sum(axis=0) == terms.n_articles
    is_fixed = (terms.length > 2) | ((terms.length == 2) & is_once)
    fractions = np.where(is_fixed, MIN_STYLE_FRACTION, np.inf)
    is_style = mark_identifying_terms(
        terms.terms, terms.counts, terms.articles, min_page_fraction=fractions
    )
    return list(terms.terms[is_style])


def answer_style(record: StudyRecord, table: pd.DataFrame) -> Answer:
    """Answer which terms identify their outlet: names, addresses, fixed parts of its pages."""
    more = table[(table["q"] < SIGNIFICANCE_LEVEL) & (table["log_ratio"] > 0)]
    return Answer(
        record,
        "style",
        "keywords",
        keywords.select_clearest_terms(more),
        "Clear, and set apart: terms that identify an outlet.",
        columns=SHOWN_DIFFERENCES,
        empty="No clear difference is one of house style.",
    )


def answer_differences(record: StudyRecord, table: pd.DataFrame) -> Answer:
    """Answer with the clearest differences of all outlets, more and less; of two groups, once."""
    if has_two_groups(record, table):
        table = table[table["outlet"] == table["outlet"].iloc[0]]
    return Answer(
        record,
        "differences",
        "keywords",
        keywords.select_clearest_terms(table),
        f"One row per outlet and term, out of {len(table):,} compared.",
        columns=(*SHOWN_DIFFERENCES, "subsumed_by"),
    )


def answer_keyness_copies(
    record: StudyRecord, request: Request, selection: TermSelection, shown: pd.DataFrame
) -> Answer:
    """Answer which terms stay clear when copies are counted otherwise."""
    swapped = replace(request, copies=other_copy_rule(request.copies))
    terms = select_tested_terms(record, swapped, selection)
    otherwise = compute_study_keyness(record, swapped, terms)
    return Answer(
        record,
        "copies",
        "keyness",
        otherwise,
        "One row per outlet and term, with copies counted otherwise.",
        tell=lambda: [
            *describe_study_copies(record, request.copies),
            *keywords.describe_keyness_sensitivity(
                shown, otherwise, copies=name_copy_rule(swapped.copies)
            ),
        ],
    )
