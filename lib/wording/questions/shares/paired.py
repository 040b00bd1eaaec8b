"""Two sides of the same articles, drawn together, so that their difference is rightly uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wording.questions.design import Design
from wording.questions.shares.resampled import SINGLE_ARTICLE_STRATUM, ResampledCounts
from wording.stats import resampling
from wording.stats.arrays import Array

MIN_VARIANCE = 1e-20
"""Of two variances the product below which there is none but for rounding."""


def resample_sides(
    hits: Sequence[Array], outlet_of: Array, member: Array, design: Design
) -> list[ResampledCounts]:
    """Return the counts of each side, all outlets together first, in the same draws of articles.

    Parameters
    ----------
    hits : two arrays
        Units x variants.
    outlet_of : numpy.ndarray
        The name of each unit's outlet.
    member : numpy.ndarray
        Rows x units: which units each row has; the first has all.
    design : Design
        With its outlets listed.
    """
    outlets = list(design.outlets or [])
    sizes = [side.sum(axis=1, keepdims=True) for side in hits]
    is_alone = (member[1:].T @ member[1:].sum(axis=1, keepdims=True))[:, 0] < 2
    strata = np.where(is_alone, SINGLE_ARTICLE_STRATUM, outlet_of) if len(outlet_of) else outlet_of
    names, sums = resampling.resample_sums(
        np.hstack([hits[0], sizes[0], hits[1], sizes[1]]),
        strata,
        draws=design.draws,
        seed=design.seed,
    )
    drawn = np.zeros((design.draws, len(outlets) + 1, sums.shape[2]))
    drawn[:, 0] = sums.sum(axis=1)
    for code, name in enumerate(names):
        if name != SINGLE_ARTICLE_STRATUM:
            drawn[:, outlets.index(name) + 1] = sums[:, code]
    counts = [
        ResampledCounts(
            n=member @ side,
            carrying=member @ (side > 0),
            lacking=member @ (side < size),
            units=member @ (size > 0),
            squares=member @ size**2,
            total=member @ size,
            drawn=part[..., :-1],
            drawn_total=part[..., -1:],
        )
        for side, size, part in zip(hits, sizes, np.split(drawn, 2, axis=2), strict=True)
    ]
    return [keep_counts_in_empty_draws(side) for side in counts]


def keep_counts_in_empty_draws(side: ResampledCounts) -> ResampledCounts:
    """Return the counts so that a draw without a hit on this side has those that were counted."""
    is_empty = side.drawn_total == 0
    return replace(
        side,
        drawn=np.where(is_empty, side.n, side.drawn),
        drawn_total=np.where(is_empty, side.total, side.drawn_total),
    )


def compare_paired(one: ResampledCounts, other: ResampledCounts, level: float) -> dict[str, Array]:
    """Return difference, low, high and p of the shares of one side less those of the other.

    p is NaN where neither side has the variant, or neither another one: there is nothing to test.
    """
    correlation = correlate_draws(one, other)
    pair = resampling.PairedShares(
        one.share, one.effective, other.share, other.effective, correlation
    )
    low, high = resampling.paired_interval(pair, level=level)
    p = resampling.paired_p_value(pair, articles=np.minimum(one.articles, other.articles))
    both, all_hits = one.n + other.n, one.total + other.total
    return {
        "difference": one.share - other.share,
        "low": low,
        "high": high,
        "p": np.where((both > 0) & (both < all_hits), p, np.nan),
    }


def correlate_draws(one: ResampledCounts, other: ResampledCounts) -> Array:
    """Return how the shares on two sides go together over the draws, rows x variants.

    It is 0 where one of them never varies.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (side.samples - side.samples.mean(axis=0) for side in (one, other))
        variance = first.var(axis=0) * second.var(axis=0)
        correlation = (first * second).mean(axis=0) / np.sqrt(variance)
    return np.clip(np.where(variance > MIN_VARIANCE, correlation, 0), -1, 1)
