"""How far outlets lie apart in a choice between two phrases, beyond what the articles' own variation would give; pure functions of counts."""

from __future__ import annotations

import numpy as np
from scipy import stats

from wording.stats.arrays import Array

MIN_ARTICLES_WITH_CHOICE = 3  # articles with a choice, for an outlet to be compared
LOWER_BOUND_CONFIDENCE = 0.9  # how sure the lower bound is


def between_outlet_spread(one: Array, other: Array, both: Array) -> Array:
    """Return the standard deviation of the outlets' shares, at its lower bound, the most deviating outlet left out: one value per pair, 0 to 1.

    An article that has only the first phrase chooses 1, one that has only the other 0, one that has both 0.5: one vote an article.

    Parameters
    ----------
    one, other, both : articles with the first phrase only, with the other only, with both, (pairs, outlets)

    Returns
    -------
    Array (pairs,). NaN where fewer than two outlets of `MIN_ARTICLES_WITH_CHOICE` articles remain, or none has an article more.

    Source: the exact lower confidence bound of a variance component in the one-way random model (Searle, Casella & McCulloch 1992, sec. 3.6), with the unequal sizes'
    n0 of the analysis of variance: s_a^2 = MSW (F / F_q - 1) / n0.
    """
    counted = (one + other + both) >= MIN_ARTICLES_WITH_CHOICE
    n, total, squares = (
        np.where(counted, part, 0.0)
        for part in (one + other + both, one + 0.5 * both, one + 0.25 * both)
    )
    pulled = (
        n
        * (
            _divide_or_nan(total, n)
            - _divide_or_nan(total.sum(axis=1, keepdims=True), n.sum(axis=1, keepdims=True))
        )
        ** 2
    )
    left = np.arange(n.shape[1]) != np.nan_to_num(pulled, nan=-1.0).argmax(axis=1)[:, None]
    return _bound_between_sd(*(np.where(left, part, 0.0) for part in (n, total, squares)))


def preference_shares(one: Array, other: Array, both: Array) -> Array:
    """Return each outlet's share of the first phrase, one vote an article, (pairs, outlets); NaN where it has none of the two."""
    return _divide_or_nan(one + 0.5 * both, one + other + both)


def _bound_between_sd(n: Array, total: Array, squares: Array) -> Array:
    """Return the lower bound of the standard deviation between groups, from each group's size, sum and sum of squares."""
    groups, size = (n > 0).sum(axis=1), n.sum(axis=1)
    mean = _divide_or_nan(total.sum(axis=1), size)
    between = (n * np.nan_to_num(_divide_or_nan(total, n) - mean[:, None]) ** 2).sum(axis=1)
    within = (squares - np.nan_to_num(_divide_or_nan(total**2, n))).sum(axis=1)
    ms_between, ms_within = (
        _divide_or_nan(between, groups - 1.0),
        _divide_or_nan(within, size - groups),
    )
    equal = _divide_or_nan(size - _divide_or_nan((n**2).sum(axis=1), size), groups - 1.0)
    bound = stats.f.ppf(
        LOWER_BOUND_CONFIDENCE, np.maximum(groups - 1, 1), np.maximum(size - groups, 1)
    )
    variance = _divide_or_nan(ms_between / bound - ms_within, equal)
    return np.where((groups > 1) & (size > groups), np.sqrt(np.maximum(variance, 0)), np.nan)


def _divide_or_nan(a: Array, b: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b > 0, a / b, np.nan)
