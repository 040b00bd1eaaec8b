"""How far outlets lie apart in a choice between two phrases; pure functions of counts.

What counts is how far they lie apart beyond what the articles' own variation would give.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from wording.stats.arrays import Array

MIN_ARTICLES_WITH_CHOICE = 3  # articles with a choice, for an outlet to be compared
LOWER_BOUND_CONFIDENCE = 0.9  # how sure the lower bound is


def between_outlet_spread(one: Array, other: Array, both: Array) -> Array:
    """Return the lower bound of the standard deviation of the outlets' shares.

    The most deviating outlet is left out. An article that has only the first phrase chooses 1, one
    that has only the other 0, one that has both 0.5: one vote an article.

    Parameters
    ----------
    one, other, both : Array, shape (pairs, outlets)
        Articles with the first phrase only, with the other only, with both.

    Returns
    -------
    Array, shape (pairs,)
        0 to 1. NaN where fewer than two outlets of `MIN_ARTICLES_WITH_CHOICE` articles remain, or
        none has an article more.

    References
    ----------
    The exact lower confidence bound of a variance component in the one-way random model (Searle,
    Casella & McCulloch 1992, sec. 3.6), with the unequal sizes' n0 of the analysis of variance:
    s_a^2 = MSW (F / F_q - 1) / n0.
    """
    articles = one + other + both
    counted = articles >= MIN_ARTICLES_WITH_CHOICE
    n = np.where(counted, articles, 0.0)
    total = np.where(counted, one + 0.5 * both, 0.0)
    squares = np.where(counted, one + 0.25 * both, 0.0)
    share = _divide_or_nan(total, n)
    overall_share = _divide_or_nan(total.sum(axis=1, keepdims=True), n.sum(axis=1, keepdims=True))
    deviation = n * (share - overall_share) ** 2
    most_deviating = np.nan_to_num(deviation, nan=-1.0).argmax(axis=1)
    kept = np.arange(n.shape[1]) != most_deviating[:, None]
    return _bound_between_sd(
        np.where(kept, n, 0.0), np.where(kept, total, 0.0), np.where(kept, squares, 0.0)
    )


def preference_shares(one: Array, other: Array, both: Array) -> Array:
    """Return each outlet's share of the first phrase, one vote an article.

    Parameters
    ----------
    one, other, both : Array, shape (pairs, outlets)
        Articles with the first phrase only, with the other only, with both.

    Returns
    -------
    Array, shape (pairs, outlets)
        0 to 1. NaN where an outlet has none of the two.
    """
    return _divide_or_nan(one + 0.5 * both, one + other + both)


def _bound_between_sd(n: Array, total: Array, squares: Array) -> Array:
    """Return the lower bound of the standard deviation between groups.

    Parameters
    ----------
    n, total, squares : Array, shape (pairs, groups)
        Each group's size, sum and sum of squares.

    Returns
    -------
    Array, shape (pairs,)
        NaN where there are fewer than two groups, or no group has a second member.
    """
    groups = (n > 0).sum(axis=1)
    size = n.sum(axis=1)
    mean = _divide_or_nan(total.sum(axis=1), size)
    between = (n * np.nan_to_num(_divide_or_nan(total, n) - mean[:, None]) ** 2).sum(axis=1)
    within = (squares - np.nan_to_num(_divide_or_nan(total**2, n))).sum(axis=1)
    ms_between = _divide_or_nan(between, groups - 1.0)
    ms_within = _divide_or_nan(within, size - groups)
    common_size = _divide_or_nan(size - _divide_or_nan((n**2).sum(axis=1), size), groups - 1.0)
    f_quantile = special.fdtri(
        np.maximum(groups - 1, 1), np.maximum(size - groups, 1), LOWER_BOUND_CONFIDENCE
    )
    variance = _divide_or_nan(ms_between / f_quantile - ms_within, common_size)
    return np.where((groups > 1) & (size > groups), np.sqrt(np.maximum(variance, 0)), np.nan)


def _divide_or_nan(a: Array, b: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b > 0, a / b, np.nan)
