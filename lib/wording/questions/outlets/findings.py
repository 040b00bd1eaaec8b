"""What a comparison of outlets says, in sentences with numbers, and what its figures show."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import (
    format_count,
    format_decimal,
    format_interval,
    format_p,
    format_percent,
    format_q,
    join_names,
)
from wording.questions.outlets.outlets import (
    BASIS_LABELS,
    NOT_CLASSIFIED_MESSAGE,
    OutletComparison,
    explain_too_few,
)
from wording.questions.reporting import keep_stable_digits
from wording.settings import SIGNIFICANCE_LEVEL

_MAX_BRANCHES = 6
_MIN_SUPPORT = 0.5


def sentences(comparison: OutletComparison, *, max_q: float = SIGNIFICANCE_LEVEL) -> list[str]:
    """Return how far apart outlets are, which are recognised, and which could not be compared.

    Parameters
    ----------
    comparison : OutletComparison
    max_q : float
        A difference is clear when its q is below.
    """
    table = comparison.distances.table.dropna(subset="distance_bits")
    if table.empty:
        return [explain_too_few(comparison.basis)]
    return [
        *_describe_distances(table, comparison.basis, max_q),
        *_describe_drivers(comparison),
        *_describe_recognition(comparison),
        *_list_left_out(comparison),
    ]


def headline(comparison: OutletComparison, *, max_q: float = SIGNIFICANCE_LEVEL) -> str:
    """Return which two outlets lie farthest apart, or that no two clearly differ.

    Parameters
    ----------
    comparison : OutletComparison
    max_q : float
        A difference is clear when its q is below.
    """
    table = comparison.distances.table.dropna(subset="distance_bits")
    by = BASIS_LABELS[comparison.basis]
    if table.empty:
        return f"Too few articles to compare outlets by {by}"
    clear = table[table["q"] < max_q]
    if clear.empty:
        return f"By {by}, no two outlets clearly differ"
    row = clear.loc[keep_stable_digits(clear["distance_bits"]).idxmax()]
    return f"{row['outlet']} and {row['other']} are farthest apart by {by}"


def describe(comparison: OutletComparison, figure: str) -> str:
    """Return what a figure of a comparison shows, in words.

    Parameters
    ----------
    comparison : OutletComparison
    figure : str
        One of map, tree, distances and recognised.
    """
    captions = {
        "map": _caption_map,
        "tree": _caption_tree,
        "distances": _caption_distances,
        "recognised": _caption_recalls,
    }
    return captions[figure](comparison)


def _describe_distances(table: pd.DataFrame, basis: str, max_q: float) -> list[str]:
    """Return how many pairs differ, the closest pair and the farthest."""
    n_clear = (table["q"] < max_q).sum()
    described = [
        f"By {BASIS_LABELS[basis]}, {f'{n_clear:,}' if n_clear else 'none'} of "
        f"{format_count(len(table), 'pair')} of outlets differ more than two halves of the same "
        f"outlet would (q < {max_q:g})."
    ]
    if len(table) > 1:
        nearest = table.loc[keep_stable_digits(table["distance_bits"]).idxmin()]
        is_clear = nearest["q"] < max_q
        same = "" if is_clear else ", no farther apart than two halves of the same outlet would be"
        described.append(f"Closest: {_format_pair(nearest)}{same}.")
    farthest = table.loc[keep_stable_digits(table["distance_bits"]).idxmax()]
    return [*described, f"Farthest apart: {_format_pair(farthest)}."]


def _format_pair(row: pd.Series) -> str:
    q = "no q" if pd.isna(row["q"]) else format_q(row["q"])
    interval = format_interval(row["low_bits"], row["high_bits"], form=_format_bits)
    distance = _format_bits(row["distance_bits"])
    return f"{row['outlet']} and {row['other']}, {distance} bits ({interval}; {q})"


def _format_bits(bits: float) -> str:
    return format_decimal(bits, 3).replace("-", "\N{MINUS SIGN}")


def _describe_drivers(comparison: OutletComparison) -> list[str]:
    """Return the largest differences between the outlets of the farthest pair."""
    drivers = comparison.find_drivers(pairs=1, top=3)
    if drivers.empty:
        return []
    outlet, other = drivers["outlet"].iloc[0], drivers["other"].iloc[0]
    terms = [
        f"“{row.variant}” ({_format_both_rates(row, comparison.basis)})"
        for row in drivers.itertuples()
    ]
    return [f"The largest differences between {outlet} and {other}: {'; '.join(terms)}."]


def _format_both_rates(row: Any, basis: str) -> str:
    if basis == "words":
        rates = [format_decimal(rate, 0) for rate in (row.per_million, row.per_million_other)]
        return f"{join_names(rates)} per million terms"
    shares = [format_percent(share) for share in (row.share, row.share_other)]
    return f"{join_names(shares)} of the hits of its concept"


def _describe_recognition(comparison: OutletComparison) -> list[str]:
    """Return how often the outlet of an article is recognised, and which are most and least."""
    summary = comparison.recognition.recognition.iloc[0]
    if pd.isna(summary["accuracy"]):
        return [NOT_CLASSIFIED_MESSAGE]
    is_clear = summary["p"] < SIGNIFICANCE_LEVEL
    evidence = format_p(summary["p"]) if is_clear else "not significantly better than chance"
    text = "wording" if comparison.basis == "words" else "choice of terms"
    described = (
        f"From {text} alone, {format_percent(summary['accuracy'])} of the articles are assigned to "
        f"their own outlet (mean over {summary['n_outlets']} outlets; "
        f"{format_interval(summary['low'], summary['high'])}; {summary['n']:,} articles; "
        f"{format_percent(summary['chance'])} by chance; {evidence})."
    )
    if comparison.recognition.is_unseen:
        described += " These articles are of outlets that the classifier has not seen."
    if not is_clear:
        return [described]
    return [described, _describe_recalls(comparison), *_describe_confusions(comparison)]


def _describe_recalls(comparison: OutletComparison) -> str:
    recalls = comparison.recognition.recognised.dropna(subset="share")
    best = recalls.loc[keep_stable_digits(recalls["share"]).idxmax()]
    worst = recalls.loc[keep_stable_digits(recalls["share"]).idxmin()]
    return (
        f"Recognised most often: {best['outlet']} ({format_percent(best['share'])}); "
        f"least often: {worst['outlet']} ({format_percent(worst['share'])})."
    )


def _describe_confusions(comparison: OutletComparison) -> list[str]:
    confusions = comparison.recognition.confusions
    if confusions.empty:
        return []
    row = confusions.iloc[0]
    return [
        f"Most often mistaken: {format_percent(row['share'])} of {row['outlet']}'s articles are "
        f"attributed to {row['other']}."
    ]


def _list_left_out(comparison: OutletComparison) -> list[str]:
    names = comparison.map.left_out
    if not names:
        return []
    if len(names) == 1:
        reason = "it has too few articles, or too few of similar length"
    else:
        reason = "they have too few articles, or too few of similar length"
    return [f"Not compared with every other outlet, because {reason}: {', '.join(names)}."]


def _caption_distances(comparison: OutletComparison) -> str:
    table = comparison.distances.table.dropna(subset="distance_bits")
    if table.empty:
        return explain_too_few(comparison.basis)
    return " ".join(_describe_distances(table, comparison.basis, SIGNIFICANCE_LEVEL))


def _caption_map(comparison: OutletComparison) -> str:
    places = comparison.map.positions
    if places.empty:
        return explain_too_few(comparison.basis)
    left, low = (places.loc[places[axis].idxmin(), "outlet"] for axis in "xy")
    right, high = (places.loc[places[axis].idxmax(), "outlet"] for axis in "xy")
    return (
        f"{format_count(len(places), 'outlet')}: from {left} at the left to {right} at the right, "
        f"from {low} at the bottom to {high} at the top.{_describe_fit(comparison)}"
    )


def _describe_fit(comparison: OutletComparison) -> str:
    explained = comparison.map.explained_fraction
    if pd.isna(explained):
        return ""
    return f" The two dimensions explain {format_percent(explained)} of the variance in distance."


def _caption_tree(comparison: OutletComparison) -> str:
    if comparison.branches.empty:
        return explain_too_few(comparison.basis)
    inner = comparison.branches.iloc[:-1]
    stable = inner[inner["support"] >= _MIN_SUPPORT]
    if stable.empty:
        return "No branch occurs in half of the draws: the tree is not stable."
    branches = [
        f"{row.outlets} ({format_percent(row.support)} of the draws)"
        for row in stable.head(_MAX_BRANCHES).itertuples()
    ]
    return f"Branches in at least half of the draws: {'; '.join(branches)}."


def _caption_recalls(comparison: OutletComparison) -> str:
    recalls = comparison.recognition.recognised.dropna(subset="share")
    if recalls.empty:
        return "Not attempted."
    ranked = recalls.sort_values("share", ascending=False, kind="stable", key=keep_stable_digits)
    return f"{'; '.join(_format_recall(row) for row in ranked.itertuples())}."


def _format_recall(row: Any) -> str:
    return f"{row.outlet} {format_percent(row.share)}, by chance {format_percent(row.chance_share)}"
