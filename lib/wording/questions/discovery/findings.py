"""What proposals say, in sentences with numbers, and what their figure shows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_decimal, format_percent, format_q, join_names
from wording.questions.discovery.proposals import (
    Proposals,
    group_set_phrases,
    select_plotted_rivals,
)
from wording.settings import SIGNIFICANCE_LEVEL

_PHRASES_PER_SENTENCE = 2


def sentences(proposals: Proposals, *, top: int = 5) -> list[str]:
    """Return what is proposed; the clearest differences in use first.

    Parameters
    ----------
    proposals : Proposals
    top : int
        Rivals, or sets, to describe at most.
    """
    if proposals.why_none:
        return [proposals.why_none, *proposals.warnings]
    if proposals.term:
        return [*_describe_rivals(proposals, top), *proposals.warnings]
    return [*_describe_sets(proposals, top), *proposals.warnings]


def headline(proposals: Proposals) -> str:
    """Return the likeliest rivals of the term, or how many sets of rivals there are."""
    if proposals.why_none:
        what = f"rivals of “{proposals.term}”" if proposals.term else "sets of rivals"
        return f"No {what} were found"
    if not proposals.term:
        sets = format_count(len(group_set_phrases(proposals.table)), "set")
        return f"{sets} of phrases that may name the same thing"
    likeliest = join_names(f"“{rival}”" for rival in proposals.table["rival"].head(3))
    return f"“{proposals.term}” and its likeliest rivals: {likeliest}"


def describe(proposals: Proposals) -> str:
    """Return what the figure of who uses which shows, in words."""
    return " ".join(
        f"“{variant}” rather than “{proposals.term}”: from {format_percent(rows['share'].min())} "
        f"to {format_percent(rows['share'].max())} of the hits of either, over outlets."
        for variant, rows in select_plotted_rivals(proposals).groupby("variant", sort=False)
    )


def _describe_rivals(proposals: Proposals, top: int) -> list[str]:
    """Return which phrases are most similar to the term, and who uses them instead."""
    similar = [
        f"“{row.rival}” ({format_decimal(row.score, 2)})"
        for row in proposals.table.head(top).itertuples()
    ]
    opening = (
        f"These phrases are most similar to “{proposals.term}” in neighbouring words, sentences "
        f"and articles (1 = identical): {', '.join(similar)}."
    )
    clear = proposals.used[proposals.used["q"] < SIGNIFICANCE_LEVEL]
    if clear.empty:
        return [
            opening,
            f"No outlet's choice between “{proposals.term}” and any of them differs significantly "
            "from the others'.",
        ]
    clearest = clear.sort_values(["q", "variant", "outlet"]).drop_duplicates("variant").head(top)
    return [opening, *(_describe_usage(row, proposals.term) for row in clearest.itertuples())]


def _describe_usage(row: Any, term: str) -> str:
    """Return where one outlet's choice differs from that of the others."""
    return (
        f"Where either occurs, {row.outlet} writes “{row.variant}” rather than “{term}” in "
        f"{format_percent(row.share)} of {format_count(row.total, 'hit')}, the other outlets "
        f"together in {format_percent(row.n_other / row.total_other)} of {row.total_other:,} "
        f"({format_q(row.q)})."
    )


def _describe_sets(proposals: Proposals, top: int) -> list[str]:
    """Return how many sets there are, and who uses the phrases of the clearest ones."""
    names = list(group_set_phrases(proposals.table))
    shown = proposals.used[proposals.used["concept"].isin(names[:top])]
    return [
        f"{format_count(len(names), 'set')} of phrases with similar contexts that outlets use "
        "differently. Most will not be rival names for one thing: judge each yourself.",
        *(
            _describe_set(name, rows)
            for name, rows in shown.groupby("concept", sort=False, observed=True)
        ),
    ]


def _describe_set(name: str, rows: pd.DataFrame) -> str:
    uses = [
        f"“{row.variant}” {format_percent(row.share)} of {row.total:,} hits at {row.outlet}"
        for row in rows.head(_PHRASES_PER_SENTENCE).itertuples()
    ]
    return f"{name.capitalize()}: {join_names(uses)}."
