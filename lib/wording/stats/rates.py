"""Intervals and p for rates per word, and for the ratio of two, from hits that cluster in articles.

Hits that cluster are worth fewer independent ones: the variance of a count over the variance that
independent hits would have (the count itself: Poisson) says how many fewer. That number goes into
the score interval of a Poisson count, and two such intervals combine into one of their ratio. The
proportions of words, 0.0001 and the like, are so small that Poisson and binomial counts do not
differ.
"""

from __future__ import annotations

import numpy as np

from wording.stats.arrays import Array, Numbers
from wording.stats.distributions import compute_t_tail, find_normal_quantile, find_t_quantile

PRIOR_ARTICLES = 3
"""As many articles with the term the pooled variance counts for.

The one constant here, chosen so that intervals keep their coverage.
"""


def design_effect(
    variance: Numbers, n: Numbers, carriers: Numbers, pooled: Numbers, *, least: Numbers = 1
) -> Array:
    """Return how many times larger the variance of a count is than that of independent hits.

    Parameters
    ----------
    variance : float or array
        Variance of the count, by drawing articles.
    n : float or array
        The count, in hits.
    carriers : int or array of int
        Articles (or families) with the term.
    pooled : float or array
        The inflation in both sides together, which stands in as far as there are few carriers.
    least : float or array
        1, or more where hits stand in copies: how many articles the family of a hit has, on
        average.

    Returns
    -------
    Array
        What the count itself shows is never below `least`.

    References
    ----------
    The design effect of Kish (1965), here of a count; never below that of independent hits: Korn &
    Graubard (1998). Our departure: a variance that rests on few articles is too small more often
    than not, so the pooled one counts as `PRIOR_ARTICLES` carriers.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.maximum(np.divide(variance, n), least)
    prior = PRIOR_ARTICLES * pooled
    weighted = np.where(carriers > 0, carriers * np.nan_to_num(own) + prior, prior)
    return weighted / (carriers + PRIOR_ARTICLES)


def poisson_score_interval(n: Numbers, z: Numbers) -> tuple[Array, Array]:
    """Return the low and the high end of the score interval of a Poisson mean.

    The ends lie z of their own standard errors from the count `n`.

    References
    ----------
    Brown, Cai & DasGupta (2003), Statistica Sinica 13, 19-49 (their Wilson-type interval for the
    Poisson).

    Examples
    --------
    >>> [round(float(end), 2) for end in poisson_score_interval(10, 1.96)]
    [5.43, 18.41]
    """
    centre = n + z**2 / 2
    half = z * np.sqrt(n + z**2 / 4)
    return np.maximum(centre - half, 0), centre + half


def rate_interval(n: Numbers, size: Numbers, inflated: Numbers, z: Numbers) -> tuple[Array, Array]:
    """Return the low and the high end of the interval of a rate.

    Parameters
    ----------
    n : float or array
        Hits of the term.
    size : float or array
        Words.
    inflated : float or array
        Design effect of the count: the hits are worth `n / inflated` independent ones.
    z : float or array
        Standard errors to either end.

    Returns
    -------
    (Array, Array)
        In hits per word.
    """
    low, high = poisson_score_interval(n / inflated, z)
    return low * inflated / size, high * inflated / size


def ratio_interval(
    n: Numbers,
    size: Numbers,
    inflated: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    inflated_other: Numbers,
    *,
    level: float = 0.95,
) -> tuple[Array, Array]:
    """Return the low and the high end of the interval of the ratio of two rates.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.
    inflated, inflated_other : float or array
        Design effect of either count.
    level : float
        Confidence level, 0 to 1.

    Returns
    -------
    (Array, Array)
        The high end is infinite where the other side may have none. NaN where a rate or a design
        effect is NaN.

    References
    ----------
    MOVER for a ratio: Donner & Zou (2012), Statistical Methods in Medical Research 21, 347-359;
    with score intervals of Poisson rates: Li, Tang & Wong (2014), Computational Statistics 29,
    869-889.
    """
    z = find_normal_quantile((1 - level) / 2)
    rate = n / size
    rate_other = n_other / size_other
    low, high = rate_interval(n, size, inflated, z)
    low_other, high_other = rate_interval(n_other, size_other, inflated_other, z)
    product = rate * rate_other
    with np.errstate(divide="ignore", invalid="ignore"):
        x = low * (2 * rate - low)
        y = high_other * (2 * rate_other - high_other)
        root = np.sqrt(np.maximum(product**2 - x * y, 0))
        low_ratio = np.where(n > 0, x / (product + root), 0.0)  # no cancellation where y is near 0
        x = high * (2 * rate - high)
        y = low_other * (2 * rate_other - low_other)
        root = np.sqrt(np.maximum(product**2 - x * y, 0))
        high_ratio = np.where(low_other > 0, (product + root) / y, np.inf)
    undefined = np.isnan(rate + rate_other + inflated + inflated_other)
    return np.where(undefined, np.nan, low_ratio), np.where(undefined, np.nan, high_ratio)


def ratio_p_value(
    n: Numbers,
    size: Numbers,
    inflated: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    inflated_other: Numbers,
    *,
    carriers: Numbers,
    carriers_other: Numbers,
) -> Array:
    """Return the two-sided p of two rates against no difference.

    p is 0.05 exactly where the 95 % interval of their ratio touches 1. Further out the tail is
    Student's t on as many degrees of freedom as the side with the higher rate has articles with the
    term, and `PRIOR_ARTICLES` more: a rate is high by chance where few articles make it so. A
    normal tail gave up to a hundred times too many p below 0.0001.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.
    inflated, inflated_other : float or array
        Design effect of either count.
    carriers, carriers_other : int or array of int
        Articles with the term on either side.

    Returns
    -------
    Array
        The p, 0 to 1.
    """
    other_is_higher = n / size < n_other / size_other
    freedom = np.where(other_is_higher, carriers_other, carriers) + PRIOR_ARTICLES
    z = find_touching_z(n, size, inflated, n_other, size_other, inflated_other)
    touching = z * find_t_quantile(0.025, freedom) / find_normal_quantile(0.025)
    result: Array = 2 * compute_t_tail(touching, freedom)
    return result


def find_touching_z(
    n: Numbers,
    size: Numbers,
    inflated: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    inflated_other: Numbers,
) -> Array:
    """Return the z at which the interval of the ratio touches 1 (and that of the difference 0).

    It is found by bisection: the interval widens steadily with z.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.
    inflated, inflated_other : float or array
        Design effect of either count.

    Returns
    -------
    Array
        In standard errors, at most 1000. NaN where a rate or a design effect is NaN.
    """
    swap = n / size < n_other / size_other
    n_high, n_low = np.where(swap, n_other, n), np.where(swap, n, n_other)
    size_high, size_low = np.where(swap, size_other, size), np.where(swap, size, size_other)
    inflated_high = np.where(swap, inflated_other, inflated)
    inflated_low = np.where(swap, inflated, inflated_other)
    rate = n_high / size_high
    rate_low = n_low / size_low
    inside = np.zeros(np.shape(rate))
    outside = np.full(np.shape(rate), 1000.0)
    for _ in range(50):
        z = (inside + outside) / 2
        low_end, _ = rate_interval(n_high, size_high, inflated_high, z)
        _, high_end = rate_interval(n_low, size_low, inflated_low, z)
        apart = np.hypot(rate - low_end, high_end - rate_low) < rate - rate_low
        inside = np.where(apart, z, inside)
        outside = np.where(apart, outside, z)
    undefined = np.isnan(rate + rate_low + inflated_high + inflated_low)
    return np.where(undefined, np.nan, inside)
