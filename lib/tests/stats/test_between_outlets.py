"""How far outlets lie apart in a choice: laws, a slow oracle, planted differences."""

import numpy as np
import pytest
from scipy import stats

from wording.stats.between_outlets import (
    LOWER_BOUND_CONFIDENCE,
    MIN_ARTICLES_WITH_CHOICE,
    between_outlet_spread,
    preference_shares,
)


def planted(probability, *, articles=60, pairs=200, seed=1):
    """Votes for pairs whose outlets have the given shares of the first phrase: one, other, both."""
    rng = np.random.default_rng(seed)
    one = rng.binomial(articles, probability, size=(pairs, len(probability)))
    return one, articles - one, np.zeros_like(one)


def slow(one, other, both):
    """The lower bound of one pair, vote by vote."""
    votes = [
        [1.0] * a + [0.0] * b + [0.5] * c
        for a, b, c in zip(one, other, both, strict=True)
        if a + b + c >= MIN_ARTICLES_WITH_CHOICE
    ]
    grand = np.mean(sum(votes, []))
    far = max(range(len(votes)), key=lambda k: len(votes[k]) * (np.mean(votes[k]) - grand) ** 2)
    left = [group for k, group in enumerate(votes) if k != far]
    n, groups = sum(map(len, left)), len(left)
    grand = np.mean(sum(left, []))
    between = sum(len(g) * (np.mean(g) - grand) ** 2 for g in left) / (groups - 1)
    within = sum(sum((v - np.mean(g)) ** 2 for v in g) for g in left) / (n - groups)
    equal = (n - sum(len(g) ** 2 for g in left) / n) / (groups - 1)
    return np.sqrt(
        max(
            (between / stats.f.ppf(LOWER_BOUND_CONFIDENCE, groups - 1, n - groups) - within)
            / equal,
            0,
        )
    )


def test_a_slow_reader_finds_the_same():
    rng = np.random.default_rng(3)
    votes = rng.poisson(
        [[4, 1, 6, 2, 9], [0.3, 5, 2, 2, 1], [1, 2, 0.5, 3, 1]], size=(40, 3, 5)
    ).transpose(1, 0, 2)
    assert between_outlet_spread(*votes) == pytest.approx(
        [slow(*pair) for pair in votes.transpose(1, 0, 2)]
    )


def test_swapping_the_phrases_changes_nothing():
    rng = np.random.default_rng(4)
    one, other, both = rng.poisson(4, size=(3, 50, 6))
    assert between_outlet_spread(one, other, both) == pytest.approx(
        between_outlet_spread(other, one, both)
    )
    assert preference_shares(one, other, both) == pytest.approx(
        1 - preference_shares(other, one, both), nan_ok=True
    )


def test_where_outlets_do_not_differ_few_pairs_say_so():
    assert (
        between_outlet_spread(*planted([0.3] * 12)) > 0
    ).mean() < 1 - LOWER_BOUND_CONFIDENCE + 0.05


def test_planted_differences_are_found_and_one_odd_outlet_is_none():
    assert np.median(between_outlet_spread(*planted([0.1, 0.3, 0.5, 0.7, 0.9] * 2))) > 0.15
    assert np.median(between_outlet_spread(*planted([0.2] * 9 + [1.0]))) == 0


def test_too_few_outlets_are_undefined():
    assert np.isnan(between_outlet_spread(*planted([0.1, 0.9], pairs=3))).all()
    assert np.isnan(between_outlet_spread(*np.zeros((3, 2, 4)))).all()
    assert np.isnan(preference_shares(*np.zeros((3, 1, 1)))).all()
