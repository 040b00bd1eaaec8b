"""Intervals of rates and their ratios: published numbers, laws, coverage and calibration.

Coverage and calibration are those on planted, over-dispersed counts.
"""

import itertools

import numpy as np
import pytest
from scipy import stats

from wording.stats import rates
from wording.stats.rates import (
    design_effect,
    find_touching_z,
    poisson_score_interval,
    ratio_interval,
    ratio_p_value,
)


@pytest.mark.parametrize("n", [0, 1, 10, 250])
def test_the_score_interval_solves_its_own_equation(n):
    """Brown, Cai & DasGupta (2003): what the ends are.

    They are the means that lie z of their own standard errors from the count.
    """
    low, high = poisson_score_interval(n, 1.96)
    assert abs(n - high) / np.sqrt(high) == pytest.approx(1.96)
    assert low == 0 if n == 0 else (n - low) / np.sqrt(low) == pytest.approx(1.96)


def test_no_hits_in_a_million_words_leave_at_most_four():
    low, high = rates.rate_interval(0, 1e6, 1, stats.norm.isf(0.025))
    assert (low, high) == (0, pytest.approx(3.8415e-6, rel=1e-4))


def test_the_ratio_of_two_large_counts_has_the_interval_of_the_logarithm():
    """Where counts are large every method agrees with the log ratio's standard error.

    It is the root of 1/n + 1/n'.
    """
    low, high = ratio_interval(40_000, 1e7, 1, 90_000, 3e7, 1)
    error = 1.959964 * np.sqrt(1 / 40_000 + 1 / 90_000)
    assert np.log([low, high]) == pytest.approx(np.log(4 / 3) + np.array([-error, error]), rel=1e-4)


def test_the_interval_turns_over_with_its_sides():
    one, other = (17, 3000.0, 2.5), (4, 9000.0, 1.5)
    low, high = ratio_interval(*one, *other)
    assert ratio_interval(*other, *one) == pytest.approx((1 / high, 1 / low))
    assert low < (17 / 3000) / (4 / 9000) < high


def test_clustered_hits_are_worth_as_many_as_their_inflation_says():
    assert np.ravel(ratio_interval(30, 1e5, 3, 60, 1e5, 3)) == pytest.approx(
        np.ravel(ratio_interval(10, 1e5, 1, 20, 1e5, 1))
    )


def test_a_side_without_hits_leaves_one_end_open():
    low, high = ratio_interval(np.array([12, 0, 12]), 1e4, 1, np.array([0, 12, 12]), 1e4, 1)
    assert low[0] > 1
    assert np.isinf(high[0])
    assert low[1] == 0
    assert high[1] == pytest.approx(1 / low[0])
    assert np.isfinite(high[2])


def test_the_interval_passes_the_place_where_its_denominator_vanishes():
    low = ratio_interval(20, 1e4, 1, np.linspace(3, 6, 301), 1e4, 1)[0]
    assert (np.diff(low) < 0).all()
    assert np.abs(np.diff(low, 2)).max() < 0.01


def test_p_is_5_percent_where_the_interval_touches_one():
    n = np.arange(1, 200)
    low, high = ratio_interval(n, 1e5, 1.7, 60, 1e5, 2.2)
    p = ratio_p_value(n, 1e5, 1.7, 60, 1e5, 2.2, carriers=n, carriers_other=np.full(len(n), 40))
    np.testing.assert_array_equal(p < 0.05, (low > 1) | (high < 1))
    assert ratio_p_value(60, 1e5, 1, 60, 1e5, 1, carriers=9, carriers_other=9) == 1
    there, back = (find_touching_z(5, 1e4, 1, 30, 2e4, 2), find_touching_z(30, 2e4, 2, 5, 1e4, 1))
    assert there == back > 0


def test_what_is_not_known_has_no_interval_and_no_p():
    assert np.isnan(ratio_interval(5, 1e4, np.nan, 9, 1e4, 1)).all()
    assert np.isnan(ratio_p_value(5, 1e4, np.nan, 9, 1e4, 1, carriers=1, carriers_other=4))


def test_few_articles_lean_on_the_pooled_variance_and_many_on_their_own():
    assert design_effect(np.nan, 0, 0, 4.0) == 4
    assert design_effect(8.0, 2, 1, 10.0) == pytest.approx((4 + 3 * 10) / 4)
    assert design_effect(4e6, 1e6, 10**6, 50.0) == pytest.approx(4, rel=1e-3)
    assert design_effect(0.1, 4, 4, 1.0) == 1, "never more certain than independent hits"


KINDS = [("even", 1), ("gamma", 0.5), ("bursts", 3), ("bursts", 8)]
SETTINGS = list(
    itertools.product(
        [(5, 50), (5, 500), (20, 20), (20, 400), (100, 100), (100, 1000)],
        KINDS,
        (2, 10, 60),
        (1, 3),
    )
)


def planted(rng, articles, mean, kind, of, cases):
    """Return hits and words, articles x cases, and the planted rate.

    Articles are of unequal length, and their rates differ, or one hit in them brings others.
    """
    words = np.maximum(rng.lognormal(6, 0.6, size=(articles, 1)), 30) * np.ones((1, cases))
    rate = mean / (articles * np.exp(6.18))
    if kind == "bursts":
        first = rng.poisson(rate * words / of)
        return (
            (
                first + np.where(first > 0, rng.negative_binomial(np.maximum(first, 1), 1 / of), 0)
            ).astype(float),
            words,
            rate,
        )
    return (
        rng.poisson(
            rate * words * (rng.gamma(of, 1 / of, size=words.shape) if kind == "gamma" else 1)
        ).astype(float),
        words,
        rate,
    )


def compared(rng, sizes, kind, mean, ratio, cases):
    """Return the arguments of the two sides, their carriers, and the planted ratio.

    The variance is that of all possible draws.
    """
    sides = [
        planted(rng, sizes[0], mean, *kind, cases),
        planted(rng, sizes[1], mean * sizes[1] / sizes[0] / ratio, *kind, cases),
    ]
    pooled = inflated_by(*(np.concatenate([side[k] for side in sides]) for k in (0, 1)))
    arguments, carriers = [], []
    for hits, words, _ in sides:
        n, carrying = hits.sum(axis=0), (hits > 0).sum(axis=0)
        variance = (
            ((hits - n / words.sum(axis=0) * words) ** 2).sum(axis=0) * len(hits) / (len(hits) - 1)
        )
        arguments += [n, words.sum(axis=0), design_effect(variance, n, carrying, pooled)]
        carriers.append(carrying)
    enough = sum(carriers) >= 5
    return [a[enough] for a in arguments], [c[enough] for c in carriers], sides[0][2] / sides[1][2]


def inflated_by(hits, words):
    n = hits.sum(axis=0)
    return np.maximum(
        ((hits - n / words.sum(axis=0) * words) ** 2).sum(axis=0) / np.maximum(n, 1), 1
    )


def test_intervals_of_95_percent_hold_the_truth_in_93_to_97():
    rng, held, cases = np.random.default_rng(1), [], 0
    for sizes, kind, mean, ratio in SETTINGS:
        arguments, _, truth = compared(rng, sizes, kind, mean, ratio, 100)
        low, high = ratio_interval(*arguments)
        held.append(((low <= truth) & (truth <= high)).mean() if len(low) >= 50 else np.nan)
        cases += len(low)
    held = np.array(held)
    assert cases > 10_000
    assert 0.93 < np.nanmean(held) < 0.97
    for place in range(4):
        by = {
            name: np.nanmean(held[[s[place] == name for s in SETTINGS]])
            for name in {s[place] for s in SETTINGS}
        }
        assert all(0.925 < share < 0.975 for share in by.values()), by


def test_where_nothing_differs_p_is_small_as_seldom_as_it_says():
    rng, p = np.random.default_rng(2), []
    for sizes, kind, mean, _ in SETTINGS[::2]:
        arguments, carriers, _ = compared(rng, sizes, kind, mean, 1, 400)
        p.append(ratio_p_value(*arguments, carriers=carriers[0], carriers_other=carriers[1]))
    p = np.concatenate(p)
    assert (p < 0.05).mean() < 0.06
    assert (p < 0.01).mean() < 0.015
    assert (p < 0.001).mean() < 0.002
    assert (p < 0.0001).mean() < 0.0005
