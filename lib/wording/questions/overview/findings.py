"""What the matrix of all concepts and outlets says, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_percent, format_q, join_names
from wording.questions.overview.overview import select_clear_cells
from wording.questions.reporting import VOICE_PHRASES, Comparison, count_outlets, summarise_rest
from wording.settings import SIGNIFICANCE_LEVEL

_COMPARISON = Comparison(
    no_test="No difference between outlets can be tested: a test needs hits of a concept in at "
    "least two articles on each side, and at least two terms to choose between.",
    none_clear="No difference between outlets is statistically clear",
)


def sentences(overview: pd.DataFrame, titles: Mapping[str, str], *, top: int = 6) -> list[str]:
    """Return what differs, the clearest of each concept first, and how much of the matrix.

    Parameters
    ----------
    overview : pandas.DataFrame
        The table `overview`.
    titles : mapping of str to str
        What to call each concept.
    top : int
        How many concepts are told of, at most.
    """
    clear = select_clear_cells(overview)
    chosen = clear.drop_duplicates("concept")
    if chosen.empty:
        return summarise_rest(overview["q"], 0, 0, _COMPARISON)
    told = [_describe_cell(row, titles[row.concept]) for row in chosen.head(top).itertuples()]
    return [*told, _count_clear(overview, clear, n_told=len(told))]


def headline(overview: pd.DataFrame) -> str:
    """Return the two clearest differences of the matrix in a few words, or that none is clear."""
    if overview["q"].isna().all():
        return "Too few hits to compare the outlets"
    clear = select_clear_cells(overview)
    if clear.empty:
        return f"No clear difference between outlets in {_count_concepts(overview)}"
    more = clear[clear["difference"] > 0]
    told = (more if len(more) else clear).drop_duplicates("concept").drop_duplicates("outlet")
    verb = "writes" if overview["voice"].iloc[0] == "outlet" else "uses"
    first = told.iloc[0]
    said = f"{first['outlet']} {verb} “{first['variant']}”"
    if len(told) > 1:
        said += f", {told.iloc[1]['outlet']} “{told.iloc[1]['variant']}”"
    return f"{said} {'more' if len(more) else 'less'} often than the other outlets"


def describe(overview: pd.DataFrame) -> str:
    """Return what the matrix shows, in words: its size, and what is compared in it."""
    concepts = _count_concepts(overview)
    outlets = count_outlets(overview["outlet"].unique())
    whose = VOICE_PHRASES.get(overview["voice"].iloc[0], "") if len(overview) else ""
    return f"How often {outlets} choose the leading term of {concepts}{whose}, in per cent"


def _count_concepts(overview: pd.DataFrame) -> str:
    return format_count(overview["concept"].nunique(), "concept")


def _describe_cell(row: Any, title: str) -> str:
    share, rest = format_percent(row.share), format_percent(row.n_other / row.total_other)
    return (
        f"{title}: {row.outlet} writes “{row.variant}” in {share} of its {row.total:,} hits, "
        f"the other outlets together in {rest} of {row.total_other:,} ({format_q(row.q)})."
    )


def _count_clear(overview: pd.DataFrame, clear: pd.DataFrame, n_told: int) -> str:
    """Return how much of the matrix is clear, and which concepts nothing was said of."""
    n_tested = int(overview["q"].notna().sum())
    concepts = clear["concept"].nunique()
    most = clear["outlet"].value_counts()
    names = join_names(sorted(most.index[most == most.max()]), top=3, rest="more outlet")
    more = f" (the matrix has the other {concepts - n_told})" if concepts > n_told else ""
    return (
        f"{len(clear):,} of {format_count(n_tested, 'tested difference')} are clear "
        f"(q < {SIGNIFICANCE_LEVEL:g} over the whole matrix), in "
        f"{format_count(concepts, 'concept')} of {overview['concept'].nunique():,}{more}; most "
        f"at {names} ({most.max():,})."
    )
