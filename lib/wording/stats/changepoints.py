"""When did a choice change? The change points of series of counts.

Each comes with a test and the places where it may lie. A series has one row per day with hits, in
the order of time, and one column per variant. Words cluster in articles, and articles in what
happens that day, so the hits of a day count as fewer independent ones. Tests shuffle whole days,
which assumes nothing of how counts are distributed: where a choice does not change, the order of
its days says nothing. `ruptures` places the changes; how many there are, the tests say.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wording.settings import SIGNIFICANCE_LEVEL
from wording.stats.arrays import Array
from wording.stats.divergence import multinomial_log_likelihood
from wording.stats.resampling import MAX_DRAW_CELLS, make_random_stream

MIN_DAYS_PER_SEGMENT = 5
"""Days with hits that a change needs on either side."""

SHUFFLES = 1999
"""Shuffles of the rows for each test."""

SHUFFLES_PER_PLACE = 799
"""Shuffles of the rows for each place tried for the interval of a change."""

FIRST_SHUFFLES = 99
"""Shuffles after which a place that is clearly rejected is tried no further."""

MAX_PLACES_PER_PASS = 60
"""Places tried at once for the interval of a change.

First they are spread over the whole series, then over what remains.
"""

MAX_PLACES_PER_CHANGE = 12
"""Places of each known change at which a further one is looked for."""

MAX_JOINT_ROWS = 200
"""Rows among which several changes are placed together.

In a longer series every second, third ... row, and then the best one between.
"""

ROUNDING_TOLERANCE = 1e-9  # sums of the same numbers in another order differ in the last digits


@dataclass(frozen=True)
class ChangePoint:
    """A change at row `at` of a series, the first row of the new choice.

    Attributes
    ----------
    at : int
        The row.
    p : float
        How likely so clear a change is if there are fewer changes than were found.
    p_holm : float
        The same after Holm over the series tested together.
    plausible : np.ndarray, shape (rows,)
        For each row of the series the p of a change just there, against one elsewhere: rows with p
        above 0.05 are the 95 % confidence set.
    """

    at: int
    p: float
    p_holm: float
    plausible: np.ndarray

    def ends(self, chance: float = SIGNIFICANCE_LEVEL) -> tuple[int, int]:
        """Return the first and the last row at which the change may be."""
        kept = np.flatnonzero(self.plausible > chance)
        return int(kept[0]), int(kept[-1])


@dataclass(frozen=True)
class ChangePointSearch:
    """A series that was searched.

    Attributes
    ----------
    p : float
        Of the test against no change at all; NaN when the series is too short.
    p_holm : float
        The same after Holm over the series tested together.
    changes : tuple of ChangePoint
        The changes found, in order.
    """

    p: float
    p_holm: float
    changes: tuple[ChangePoint, ...]


def find_change_points(
    series: Mapping[str, np.ndarray],
    *,
    seed: int = 1,
    shuffles: int = SHUFFLES,
    chance: float = SIGNIFICANCE_LEVEL,
) -> dict[str, ChangePointSearch]:
    """Return what was found in each series.

    One change is placed where there is more than none, then two where there is more than one, and
    so on.

    Parameters
    ----------
    series : mapping of str to np.ndarray, shape (rows, variants)
        Counts by name.
    seed : int
        Each series has a stream of its own, made from the seed and its name.
    shuffles : int
        Shuffles of the rows for each test.
    chance : float
        Chance of finding any change in any series where there is none (Holm's correction over the
        series tested together); of finding any second one where there is one: half of it, any
        third: a quarter, and so on.

    Returns
    -------
    dict of str to ChangePointSearch
        By name, in the order of `series`.
    """
    streams = {name: make_random_stream(seed, f"changes of {name}") for name in series}
    p_values = {
        name: change_p_value(compute_effective_counts(counts), streams[name], shuffles=shuffles)
        for name, counts in series.items()
    }
    first_tests = _pair_with_holm(p_values)
    changes: dict[str, tuple[ChangePoint, ...]] = dict.fromkeys(series, ())
    significant = _select_significant(first_tests, chance)
    while significant:
        for name, pair in significant.items():
            changes[name] = _place_changes(series[name], changes[name], pair, streams[name])
        p_values = {
            name: further_change_p_value(
                series[name], changes[name], streams[name], shuffles=shuffles
            )
            for name in significant
        }
        chance = chance / 2
        significant = _select_significant(_pair_with_holm(p_values), chance)
    return {name: ChangePointSearch(*first_tests[name], changes[name]) for name in series}


def further_change_p_value(
    counts: Array,
    changes: Sequence[ChangePoint],
    rng: np.random.Generator,
    *,
    shuffles: int = SHUFFLES,
) -> float:
    """Return how likely so clear a further change is, if there are only these.

    It is the largest p over the places where each of them may lie. At each such place (some of
    them, evenly spaced) the stretches between the changes are tested, and the clearest counts,
    after Bonferroni. The search ends with the first p above 0.05.

    Parameters
    ----------
    counts : Array, shape (rows, variants)
        The series.
    changes : sequence of ChangePoint
        The changes that there are, in order.
    rng : np.random.Generator
        Stream of random numbers.
    shuffles : int
        Shuffles of the rows for each test.

    Returns
    -------
    float
        The p, 0 to 1.

    References
    ----------
    Berger & Boos (1994), JASA 89, 1012-1016.
    """
    rows = [change.at for change in changes]
    p_by_segment: dict[tuple[int, int], float] = {}
    largest = 0.0
    for position, change in enumerate(changes):
        for place in _select_places(change):
            ends = [0, *rows[:position], place, *rows[position + 1 :], len(counts)]
            segments = list(itertools.pairwise(ends))
            for segment in segments:
                if segment not in p_by_segment:
                    p_by_segment[segment] = _segment_p_value(counts, segment, rng, shuffles)
            clearest = min(p_by_segment[segment] for segment in segments)
            largest = max(largest, min(1, len(segments) * clearest))
            if largest > SIGNIFICANCE_LEVEL:
                return largest
    return largest


def change_p_value(hits: Array, rng: np.random.Generator, *, shuffles: int = SHUFFLES) -> float:
    """Return how likely so large a gain is when the order of the rows says nothing.

    Parameters
    ----------
    hits : Array, shape (variants, rows)
        Effective hits, in the order of time.
    rng : np.random.Generator
        Stream of random numbers.
    shuffles : int
        Shuffles of the rows.

    Returns
    -------
    float
        (1 + shuffles with as large a gain) / (1 + shuffles). NaN where there are too few rows.

    References
    ----------
    Phipson & Smyth (2010).
    """
    n_rows = hits.shape[-1]
    if n_rows < 2 * MIN_DAYS_PER_SEGMENT:
        return np.nan
    block = max(1, MAX_DRAW_CELLS // hits.size)
    gains = []
    for first in range(0, shuffles, block):
        copies = np.tile(np.arange(n_rows), (min(block, shuffles - first), 1))
        order = rng.permuted(copies, axis=1)
        gains.append(likelihood_ratio_statistics(hits.take(order, axis=1)).max(axis=-1))
    observed = likelihood_ratio_statistics(hits).max() - ROUNDING_TOLERANCE
    return float((1 + (np.concatenate(gains) >= observed).sum()) / (1 + shuffles))


def likelihood_ratio_statistics(hits: Array) -> Array:
    """Return twice the log likelihood ratio of a change at each row against none.

    Parameters
    ----------
    hits : Array, shape (variants, ..., rows)
        Effective hits, in the order of time.

    Returns
    -------
    Array, shape (..., rows)
        Minus infinity with fewer than `MIN_DAYS_PER_SEGMENT` rows on a side.
    """
    rows = hits.shape[-1]
    until = hits.cumsum(axis=-1)
    left = until[..., MIN_DAYS_PER_SEGMENT - 1 : rows - MIN_DAYS_PER_SEGMENT]
    whole = until[..., -1:]  # not another sum, which could be smaller in its last digit
    statistics = np.full(hits.shape[1:], -np.inf)
    statistics[..., MIN_DAYS_PER_SEGMENT : rows - MIN_DAYS_PER_SEGMENT + 1] = 2 * (
        multinomial_log_likelihood(left)
        + multinomial_log_likelihood(whole - left)
        - multinomial_log_likelihood(whole)
    )
    return statistics


def compute_effective_counts(counts: Array) -> Array:
    """Return the independent hits that the counts, (rows, variants), are worth.

    Returns
    -------
    Array, shape (variants, rows)
        Each row's n as n / (1 + (n - 1) rho).

    References
    ----------
    The design effect of Kish (1965).
    """
    counts = np.asarray(counts, dtype=float)
    rho = np.nan_to_num(intraclass_correlation(counts))
    size = counts.sum(axis=1, keepdims=True)
    return np.array((counts / (1 + (size - 1) * rho)).T, order="C")


def intraclass_correlation(counts: Array) -> float:
    """Return how much alike two hits of one row of the counts, (rows, variants), are.

    Returns
    -------
    float
        0 to 1; negative values are 0. NaN where no row has two.

    References
    ----------
    The analysis of variance estimator (Ridout, Demetrio & Firth 1999, Biometrics 55, 137-148), its
    sums of squares taken over all variants (Landis & Koch 1977, Biometrics 33, 671-679).
    """
    counts = np.asarray(counts, dtype=float)
    sizes, total, rows = counts.sum(axis=1), counts.sum(), len(counts)
    if total <= rows or rows < 2:
        return np.nan
    squares = ((counts**2).sum(axis=1) / sizes).sum()
    within = (total - squares) / (total - rows)
    between = (squares - (counts.sum(axis=0) ** 2).sum() / total) / (rows - 1)
    size = (total - (sizes**2).sum() / total) / (rows - 1)
    spread = between + (size - 1) * within
    if spread > 0:
        return float(np.clip((between - within) / spread, 0, 1))
    return 0.0


def location_p_values(
    hits: Array, rng: np.random.Generator, *, shuffles: int = SHUFFLES_PER_PLACE
) -> Array:
    """Return for each row the p of a change just there, against one elsewhere.

    If the choice changes at a row, the order of the rows before it says nothing, nor does that of
    the rows from it on. So each side is shuffled, and the statistic is by how much the best place
    beats this one. Only changes that were found are reported, and those that happen to look clear
    are found more often; so p is doubled: of changes that are found at least every second time,
    95 % then lie in the 95 % set.

    Parameters
    ----------
    hits : Array, shape (variants, rows)
        Effective hits, in the order of time.
    rng : np.random.Generator
        Stream of random numbers.
    shuffles : int
        Shuffles of the rows for each place.

    Returns
    -------
    Array, shape (rows,)
        0 with fewer than `MIN_DAYS_PER_SEGMENT` rows on a side.

    References
    ----------
    Worsley (1986), Biometrika 73, 91-104, with shuffles in place of the distribution given the
    sums. Our departure: the doubling.
    """
    gain = likelihood_ratio_statistics(hits)
    p = np.full(hits.shape[-1], np.nan)
    candidates = np.flatnonzero(np.isfinite(gain))
    for _ in range(2):
        step = _divide_rounding_up(len(candidates), MAX_PLACES_PER_PASS)
        places = np.unique([*candidates[::step], candidates[-1], gain.argmax()])
        for place in places[np.isnan(p[places])]:
            p[place] = min(1, 2 * _location_p_value(hits, gain, place, rng, shuffles))
        candidates = _bracket_confidence_set(np.flatnonzero(~np.isnan(p)), p)
    return _fill_untried_rows(p)


def holm_adjust(p: npt.ArrayLike) -> Array:
    """Return Holm's (1979) p for all tests together; NaN stay NaN and do not count.

    Examples
    --------
    >>> holm_adjust([0.01, float("nan"), 0.04, 0.03]).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    adjusted = np.array(p, dtype=float)
    order = np.argsort(adjusted, kind="stable")[: np.count_nonzero(~np.isnan(adjusted))]
    scaled = adjusted[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return adjusted


def _pair_with_holm(p_values: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Return each p beside the same after Holm over all of them, by name."""
    adjusted = holm_adjust(list(p_values.values()))
    return {name: (p, adjusted[k]) for k, (name, p) in enumerate(p_values.items())}


def _select_significant(
    tests: Mapping[str, tuple[float, float]], chance: float
) -> dict[str, tuple[float, float]]:
    """Return the tests with a p after Holm below a chance; NaN is not."""
    return {name: pair for name, pair in tests.items() if pair[1] < chance}


def _divide_rounding_up(a: int, b: int) -> int:
    return -(-a // b)


def _select_places(change: ChangePoint) -> list[int]:
    """Return the best place of a change and some of its confidence set, evenly spaced."""
    plausible = np.flatnonzero(change.plausible > SIGNIFICANCE_LEVEL)
    step = _divide_rounding_up(len(plausible), MAX_PLACES_PER_CHANGE)
    return [change.at, *plausible[::step], plausible[-1]]


def _segment_p_value(
    counts: Array, segment: tuple[int, int], rng: np.random.Generator, shuffles: int
) -> float:
    """Return the p of a change between two rows of the counts; 1 where there are too few rows."""
    start, stop = segment
    p = change_p_value(compute_effective_counts(counts[start:stop]), rng, shuffles=shuffles)
    if np.isnan(p):
        return 1.0
    return p


def _location_p_value(
    hits: Array, gain: Array, place: int, rng: np.random.Generator, shuffles: int
) -> float:
    """Return the p of a change at one place, not doubled.

    Parameters
    ----------
    hits : Array, shape (variants, rows)
        Effective hits, in the order of time.
    gain : Array, shape (rows,)
        Their `likelihood_ratio_statistics`.
    place : int
        The row.
    rng : np.random.Generator
        Stream of random numbers.
    shuffles : int
        Shuffles of the rows, `FIRST_SHUFFLES` or more.

    Returns
    -------
    float
        The p, 0 to 1.
    """
    loss = gain.max() - gain[place] - ROUNDING_TOLERANCE
    shuffled_losses = _shuffle_around(hits, place, rng, FIRST_SHUFFLES)
    # The tail is exponential, or shorter: more shuffles would not reach so far.
    if loss > 2 * shuffled_losses.max():
        return 1 / (1 + shuffles)
    further_losses = _shuffle_around(hits, place, rng, shuffles - FIRST_SHUFFLES)
    shuffled_losses = np.append(shuffled_losses, further_losses)
    return float((1 + (shuffled_losses >= loss).sum()) / (1 + shuffles))


def _shuffle_around(hits: Array, place: int, rng: np.random.Generator, shuffles: int) -> Array:
    """Return by how much the best place beats this one, in shuffles of the rows on either side.

    Parameters
    ----------
    hits : Array, shape (variants, rows)
        Effective hits, in the order of time.
    place : int
        The row that parts the two sides.
    rng : np.random.Generator
        Stream of random numbers.
    shuffles : int
        Shuffles of the rows.

    Returns
    -------
    Array, shape (shuffles,)
        Never negative.
    """
    sides = [np.arange(place), np.arange(place, hits.shape[-1])]
    order = np.concatenate(
        [rng.permuted(np.tile(side, (shuffles, 1)), axis=1) for side in sides], axis=1
    )
    gain = likelihood_ratio_statistics(hits.take(order, axis=1))
    result: Array = gain.max(axis=-1) - gain[:, place]
    return result


def _bracket_confidence_set(tried: Array, p: Array) -> Array:
    """Return the rows from the last rejected one before the set to the first rejected one after."""
    kept = np.flatnonzero(p[tried] > SIGNIFICANCE_LEVEL)
    first = tried[max(kept[0] - 1, 0)]
    last = tried[min(kept[-1] + 1, len(tried) - 1)]
    return np.arange(first, last + 1)


def _fill_untried_rows(p: Array) -> Array:
    """Return p with rows between two tried ones given the larger p of the two, and 0 outside."""
    tried = np.flatnonzero(~np.isnan(p))
    rows = np.arange(len(p))
    before = np.searchsorted(tried, rows, side="right") - 1
    after = np.searchsorted(tried, rows)
    within = (before >= 0) & (after < len(tried))
    p_before = p[tried[np.maximum(before, 0)]]
    p_after = p[tried[np.minimum(after, len(tried) - 1)]]
    return np.where(within, np.maximum(p_before, p_after), 0)


def _place_changes(
    counts: Array,
    known: Sequence[ChangePoint],
    p_values: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[ChangePoint, ...]:
    """Return one change more than is known, all placed together.

    Parameters
    ----------
    counts : Array, shape (rows, variants)
        The series.
    known : sequence of ChangePoint
        The changes placed so far.
    p_values : (float, float)
        The p of the further change, and the same after Holm.
    rng : np.random.Generator
        Stream of random numbers.

    Returns
    -------
    tuple of ChangePoint
        In order, each with its confidence set between its neighbours.
    """
    from wording.stats.segments import place_ends

    step = 1
    if known:
        step = _divide_rounding_up(len(counts), MAX_JOINT_ROWS)
    ends = place_ends(
        compute_effective_counts(counts).T, len(known) + 1, min_size=MIN_DAYS_PER_SEGMENT, step=step
    )
    p = max([p_values[0], *(change.p for change in known)])
    p_holm = max([p_values[1], *(change.p_holm for change in known)])
    return tuple(
        _locate_change(counts, start, stop, p, p_holm, rng)
        for start, stop in zip([0, *ends[:-2]], ends[1:], strict=True)
    )


def _locate_change(
    counts: Array, start: int, stop: int, p: float, p_holm: float, rng: np.random.Generator
) -> ChangePoint:
    """Return the best change between two rows, with its confidence set.

    Parameters
    ----------
    counts : Array, shape (rows, variants)
        The series.
    start, stop : int
        The first of the rows, and the row after the last.
    p, p_holm : float
        Of the change.
    rng : np.random.Generator
        Stream of random numbers.

    Returns
    -------
    ChangePoint
        With p 0 for a change outside the rows.
    """
    hits = compute_effective_counts(counts[start:stop])
    plausible = np.zeros(len(counts))
    plausible[start:stop] = location_p_values(hits, rng)
    at = start + int(likelihood_ratio_statistics(hits).argmax())
    return ChangePoint(at, p, p_holm, plausible)
