"""What the coded lines of a concept say: how far the coding is, and what it shows."""

from __future__ import annotations

from wording.phrasing import format_count, format_percent, join_names
from wording.questions.coding.agreement import describe_agreement
from wording.questions.coding.coded import (
    CodingAnalysis,
    tabulate_coders,
    tabulate_outlet_precision,
)
from wording.questions.coding.correction import describe_corrections
from wording.questions.coding.precision import describe_precision
from wording.questions.shares.findings import describe as describe_shares


def sentences(coding: CodingAnalysis) -> list[str]:
    """Return what there is to code, how far it is, and what the marks say; else how to begin."""
    if coding.marks.empty:
        beginning = [_suggest_first_step(coding)] if len(coding.lines) else []
        drawn = f"No lines of this concept have been coded yet. {_describe_sample(coding)}"
        return [drawn, *_report_lost_marks(coding), *beginning]
    return [
        _describe_sample(coding),
        _describe_coders(coding),
        *_report_lost_marks(coding),
        *describe_agreement(coding.agreement),
        *describe_precision(coding.precision_of_voice),
        *describe_corrections(coding.corrected, top=3),
    ]


def headline(coding: CodingAnalysis, title: str) -> str:
    """Return the least and the greatest precision of a term, or that nothing is known yet.

    Parameters
    ----------
    coding : CodingAnalysis
    title : str
        What the concept is called.
    """
    known = coding.precision_of_voice.dropna(subset="right_sense")
    if known.empty:
        return f"Too few lines are coded yet: {title}"
    ranked = known.sort_values("right_sense", kind="stable")
    rows = ranked.iloc[[0, -1]].drop_duplicates("variant")
    parts = [f"{format_percent(row.right_sense)} of “{row.variant}”" for row in rows.itertuples()]
    return f"In the right sense: {join_names(parts)}"


def describe(coding: CodingAnalysis) -> str:
    """Return what the figure of the precision shows, in words."""
    return describe_shares(tabulate_outlet_precision(coding))


def _describe_sample(coding: CodingAnalysis) -> str:
    if len(coding.lines):
        outlets = format_count(coding.lines["outlet"].nunique(), "outlet")
        return (
            f"{len(coding.lines):,} of {format_count(len(coding.hits), 'hit')}, from {outlets}, "
            f"{'was' if len(coding.lines) == 1 else 'were'} drawn at random for coding."
        )
    if len(coding.hits):
        return "No lines can be drawn, because the articles are not available."
    return "No hits were found, so there is nothing to code."


def _describe_coders(coding: CodingAnalysis) -> str:
    parts = [
        f"{row.coder} has coded {format_count(row.n_sense, 'line')} for sense "
        f"and {row.n_voice:,} for voice"
        for row in tabulate_coders(coding).itertuples()
    ]
    return f"{'; '.join(parts)}."


def _report_lost_marks(coding: CodingAnalysis) -> list[str]:
    if not coding.lost:
        return []
    if coding.lost == 1:
        return ["1 mark was ignored because its line is no longer counted."]
    return [f"{coding.lost:,} marks were ignored because their lines are no longer counted."]


def _suggest_first_step(coding: CodingAnalysis) -> str:
    return (
        "To begin, mark lines in notebooks/explore.ipynb, or in code: with draw_sample from "
        "wording.questions.coding.sample, "
        f'lines = draw_sample(study.record, ["{coding.concept}"], size={coding.size}), '
        "then with record_marks from wording.study.journal, "
        'record_marks(study.record, lines.head(1), "right sense", coder="your name", '
        "from_sample=True). Marks are kept in marks.csv in the study's folder; run this page again "
        "to see them."
    )
