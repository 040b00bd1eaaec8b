"""When did a choice change? The change points of series of counts, with a test of each and the places where it may lie.

A series has one row per day with hits, in the order of time, and one column per variant. Words cluster in articles, and articles in what happens
that day, so the hits of a day count as fewer independent ones. Tests shuffle whole days, which assumes nothing of how counts are distributed:
where a choice does not change, the order of its days says nothing. `ruptures` places the changes; how many there are, the tests say.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ruptures
from scipy.special import xlogy

from wording.settings import SIGNIFICANCE_LEVEL
from wording.stats.arrays import Array
from wording.stats.resampling import MAX_DRAW_CELLS, make_random_stream

MIN_DAYS_PER_SEGMENT = 5
"""Days with hits that a change needs on either side."""

SHUFFLES, SHUFFLES_PER_PLACE, FIRST_SHUFFLES = 1999, 799, 99
MAX_PLACES_PER_PASS = 60
"""Places tried at once for the interval of a change: first over the whole series, then over what remains."""

MAX_PLACES_PER_CHANGE = 12
"""Places of each known change at which a further one is looked for."""

MAX_JOINT_ROWS = 200
"""Rows among which several changes are placed together; in a longer series every second, third ... row, and then the best one between."""

ROUNDING_TOLERANCE = 1e-9  # sums of the same numbers in another order differ in the last digits


@dataclass(frozen=True)
class ChangePoint:
    """A change at row `at` of a series, the first row of the new choice.

    `p` is how likely so clear a change is if there are fewer changes than were found, `p_holm` the same after Holm over the series tested together. `plausible` has for each row
    of the series the p of a change just there, against one elsewhere: rows with p above 0.05 are the 95 % confidence set.
    """

    at: int
    p: float
    p_holm: float
    plausible: np.ndarray

    def ends(self, chance: float = SIGNIFICANCE_LEVEL) -> tuple[int, int]:
        """The first and the last row at which the change may be."""
        kept = np.flatnonzero(self.plausible > chance)
        return int(kept[0]), int(kept[-1])


@dataclass(frozen=True)
class ChangePointSearch:
    """A series that was searched: the p of the test against no change at all (NaN when too short), and the changes found, in order."""

    p: float
    p_holm: float
    changes: tuple[ChangePoint, ...]


class MultinomialCost(ruptures.base.BaseCost):  # type: ignore[misc]
    """The cost of a segment for `ruptures`: minus twice the log likelihood of its counts at its own shares."""

    model = "composition"
    min_size = MIN_DAYS_PER_SEGMENT

    def fit(self, signal: Array) -> MultinomialCost:
        """Take the counts, rows by variants."""
        self.signal = np.asarray(signal, dtype=float)
        self.before = np.vstack([np.zeros(self.signal.shape[1]), self.signal.cumsum(axis=0)])
        return self

    def error(self, start: int, end: int) -> float:
        """Return the cost of the rows from start up to, not including, end."""
        return float(-2 * multinomial_log_likelihood(self.before[end] - self.before[start]))


def find_change_points(
    series: Mapping[str, np.ndarray],
    *,
    seed: int = 1,
    shuffles: int = SHUFFLES,
    chance: float = SIGNIFICANCE_LEVEL,
) -> dict[str, ChangePointSearch]:
    """Return what was found in each series: one change where there is more than none, then two where there is more than one, and so on.

    Parameters
    ----------
    series : counts by name, (rows, variants)
    seed : whole number; each series has a stream of its own, made from the seed and its name
    shuffles : of the rows, for each test
    chance : of finding any change in any series where there is none (Holm's correction over the series tested together); of finding any
        second one where there is one: half of it, any third: a quarter, and so on
    """
    streams = {name: make_random_stream(seed, f"changes of {name}") for name in series}
    p = {
        name: change_p_value(compute_effective_counts(counts), streams[name], shuffles=shuffles)
        for name, counts in series.items()
    }
    whole = dict(zip(p, zip(p.values(), holm_adjust(list(p.values())), strict=True), strict=True))
    found: dict[str, tuple[ChangePoint, ...]] = dict.fromkeys(series, ())
    tested = whole
    while more := {name: both for name, both in tested.items() if both[1] < chance}:
        found |= {
            name: _place_changes(series[name], found[name], both, streams[name])
            for name, both in more.items()
        }
        p = {
            name: further_change_p_value(
                series[name], found[name], streams[name], shuffles=shuffles
            )
            for name in more
        }
        tested, chance = (
            dict(zip(p, zip(p.values(), holm_adjust(list(p.values())), strict=True), strict=True)),
            chance / 2,
        )
    return {name: ChangePointSearch(*whole[name], found[name]) for name in series}


def further_change_p_value(
    counts: Array,
    changes: Sequence[ChangePoint],
    rng: np.random.Generator,
    *,
    shuffles: int = SHUFFLES,
) -> float:
    """Return how likely so clear a further change is, if there are only these: the largest p over the places where each of them may lie.

    At each such place (some of them, evenly spaced) the stretches between the changes are tested, and the clearest counts, after Bonferroni. The
    search ends with the first p above 0.05. Source: Berger & Boos (1994), JASA 89, 1012-1016.
    """
    largest, known, at = 0.0, {}, [change.at for change in changes]
    for k, change in enumerate(changes):
        kept = np.flatnonzero(change.plausible > SIGNIFICANCE_LEVEL)
        for place in [change.at, *kept[:: -(-len(kept) // MAX_PLACES_PER_CHANGE)], kept[-1]]:
            ends = [0, *at[:k], place, *at[k + 1 :], len(counts)]
            for start, stop in itertools.pairwise(ends):
                if (start, stop) not in known:
                    p = change_p_value(
                        compute_effective_counts(counts[start:stop]), rng, shuffles=shuffles
                    )
                    known[start, stop] = 1.0 if np.isnan(p) else p
            largest = max(
                largest,
                min(1, (len(ends) - 1) * min(known[ends] for ends in itertools.pairwise(ends))),
            )
            if largest > SIGNIFICANCE_LEVEL:
                return largest
    return largest


def change_p_value(hits: Array, rng: np.random.Generator, *, shuffles: int = SHUFFLES) -> float:
    """Return how likely so large a gain is when the order of the rows says nothing; NaN where there are too few rows.

    Source: Phipson & Smyth (2010): (1 + shuffles with as large a gain) / (1 + shuffles).
    """
    if hits.shape[-1] < 2 * MIN_DAYS_PER_SEGMENT:
        return np.nan
    rows, block = np.arange(hits.shape[-1]), max(1, MAX_DRAW_CELLS // hits.size)
    sizes = [min(block, shuffles - first) for first in range(0, shuffles, block)]
    largest = np.concatenate(
        [
            likelihood_ratio_statistics(
                hits.take(rng.permuted(np.tile(rows, (size, 1)), axis=1), axis=1)
            ).max(axis=-1)
            for size in sizes
        ]
    )
    observed = likelihood_ratio_statistics(hits).max() - ROUNDING_TOLERANCE
    return float((1 + (largest >= observed).sum()) / (1 + shuffles))


def likelihood_ratio_statistics(hits: Array) -> Array:
    """Return twice the log likelihood ratio of a change at each row against none; minus infinity with fewer than FEWEST rows on a side.

    Parameters
    ----------
    hits : (variants, ..., rows), in the order of time; the result is (..., rows)
    """
    rows = hits.shape[-1]
    until = hits.cumsum(axis=-1)
    left, whole = (
        until[..., MIN_DAYS_PER_SEGMENT - 1 : rows - MIN_DAYS_PER_SEGMENT],
        until[..., -1:],
    )  # not another sum, which could be smaller in its last digit
    found = np.full(hits.shape[1:], -np.inf)
    found[..., MIN_DAYS_PER_SEGMENT : rows - MIN_DAYS_PER_SEGMENT + 1] = 2 * (
        multinomial_log_likelihood(left)
        + multinomial_log_likelihood(whole - left)
        - multinomial_log_likelihood(whole)
    )
    return found


def multinomial_log_likelihood(hits: Array) -> Array:
    """Return the largest multinomial log likelihood of hits by variant (first axis), but for the part that the shares do not change.

    >>> round(float(multinomial_log_likelihood(np.array([3.0, 1.0]))), 4)  # 3 log(3/4) + log(1/4)
    -2.2493
    """
    total = hits.sum(axis=0)
    result: Array = xlogy(hits, hits).sum(axis=0) - xlogy(total, total)
    return result


def compute_effective_counts(counts: Array) -> Array:
    """Return the independent hits that the counts are worth, (variants, rows): each row's n as n / (1 + (n - 1) rho), Kish's (1965) design effect."""
    counts = np.asarray(counts, dtype=float)
    rho = np.nan_to_num(intraclass_correlation(counts))
    size = counts.sum(axis=1, keepdims=True)
    return np.array((counts / (1 + (size - 1) * rho)).T, order="C")


def intraclass_correlation(counts: Array) -> float:
    """Return how much alike two hits of one row are, 0 to 1; NaN where no row has two.

    Source: the analysis of variance estimator (Ridout, Demetrio & Firth 1999, Biometrics 55, 137-148), its sums of squares taken over all
    variants (Landis & Koch 1977, Biometrics 33, 671-679); negative values are 0.
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
    return float(np.clip((between - within) / spread, 0, 1)) if spread > 0 else 0.0


def location_p_values(
    hits: Array, rng: np.random.Generator, *, shuffles: int = SHUFFLES_PER_PLACE
) -> Array:
    """Return for each row the p of a change just there, against one elsewhere; 0 with fewer than FEWEST rows on a side.

    If the choice changes at a row, the order of the rows before it says nothing, nor does that of the rows from it on. So each side is
    shuffled, and the statistic is by how much the best place beats this one. Only changes that were found are told, and those that happen to
    look clear are found more often; so p is doubled: of changes that are found at least every second time, 95 % then lie in the 95 % set.

    Source: Worsley (1986), Biometrika 73, 91-104, with shuffles in place of the distribution given the sums. Our departure: the doubling.
    """
    gain, p = likelihood_ratio_statistics(hits), np.full(hits.shape[-1], np.nan)
    inner = np.flatnonzero(np.isfinite(gain))
    for _ in range(2):
        places = np.unique(
            [*inner[:: -(-len(inner) // MAX_PLACES_PER_PASS)], inner[-1], gain.argmax()]
        )
        for place in places[np.isnan(p[places])]:
            p[place] = min(1, 2 * _location_p_value(hits, gain, place, rng, shuffles))
        inner = _bracket_confidence_set(np.flatnonzero(~np.isnan(p)), p)
    return _fill_untried_rows(p)


def holm_adjust(p: npt.ArrayLike) -> Array:
    """Return Holm's (1979) p for all tests together; NaN stay NaN and do not count.

    >>> holm_adjust([0.01, float("nan"), 0.04, 0.03]).tolist()
    [0.03, nan, 0.06, 0.06]
    """
    adjusted = np.array(p, dtype=float)
    order = np.argsort(adjusted, kind="stable")[: np.count_nonzero(~np.isnan(adjusted))]
    adjusted[order] = np.minimum(
        np.maximum.accumulate(adjusted[order] * np.arange(len(order), 0, -1)), 1
    )
    return adjusted


def _location_p_value(
    hits: Array, gain: Array, place: int, rng: np.random.Generator, shuffles: int
) -> float:
    lost = gain.max() - gain[place] - ROUNDING_TOLERANCE
    beaten_by = _shuffle_around(hits, place, rng, FIRST_SHUFFLES)
    if (
        lost > 2 * beaten_by.max()
    ):  # the tail is exponential, or shorter: more shuffles would not reach so far
        return 1 / (1 + shuffles)
    beaten_by = np.append(beaten_by, _shuffle_around(hits, place, rng, shuffles - FIRST_SHUFFLES))
    return float((1 + (beaten_by >= lost).sum()) / (1 + shuffles))


def _shuffle_around(hits: Array, place: int, rng: np.random.Generator, shuffles: int) -> Array:
    """Return by how much the best place beats this one, in shuffles of the rows on either side of this place."""
    sides = [np.arange(place), np.arange(place, hits.shape[-1])]
    order = np.concatenate(
        [rng.permuted(np.tile(side, (shuffles, 1)), axis=1) for side in sides], axis=1
    )
    gain = likelihood_ratio_statistics(hits.take(order, axis=1))
    result: Array = gain.max(axis=-1) - gain[:, place]
    return result


def _bracket_confidence_set(tried: Array, p: Array) -> Array:
    """Return the rows from the last rejected one before the confidence set to the first rejected one after it."""
    kept = np.flatnonzero(p[tried] > SIGNIFICANCE_LEVEL)
    first, last = tried[max(kept[0] - 1, 0)], tried[min(kept[-1] + 1, len(tried) - 1)]
    return np.arange(first, last + 1)


def _fill_untried_rows(p: Array) -> Array:
    """Return p with rows between two tried ones given the larger p of the two, and 0 outside."""
    tried, rows = np.flatnonzero(~np.isnan(p)), np.arange(len(p))
    before, after = np.searchsorted(tried, rows, side="right") - 1, np.searchsorted(tried, rows)
    within = (before >= 0) & (after < len(tried))
    either = np.maximum(
        p[tried[np.maximum(before, 0)]], p[tried[np.minimum(after, len(tried) - 1)]]
    )
    return np.where(within, either, 0)


def _place_changes(
    counts: Array,
    known: Sequence[ChangePoint],
    p_values: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[ChangePoint, ...]:
    """Return one change more than is known, all placed together, each with its confidence set between its neighbours."""
    step = 1 if not known else -(-len(counts) // MAX_JOINT_ROWS)
    ends = ruptures.Dynp(
        custom_cost=MultinomialCost(), min_size=MIN_DAYS_PER_SEGMENT, jump=step
    ).fit_predict(compute_effective_counts(counts).T, n_bkps=len(known) + 1)
    p = max([p_values[0], *(change.p for change in known)])
    p_holm = max([p_values[1], *(change.p_holm for change in known)])
    return tuple(
        _locate_change(counts, start, stop, p, p_holm, rng)
        for start, stop in zip([0, *ends[:-2]], ends[1:], strict=True)
    )


def _locate_change(
    counts: Array, start: int, stop: int, p: float, p_holm: float, rng: np.random.Generator
) -> ChangePoint:
    """Return the best change between two rows, with its confidence set."""
    hits = compute_effective_counts(counts[start:stop])
    outside = np.zeros(start), np.zeros(len(counts) - stop)
    return ChangePoint(
        start + int(likelihood_ratio_statistics(hits).argmax()),
        p,
        p_holm,
        np.concatenate([outside[0], location_p_values(hits, rng), outside[1]]),
    )
