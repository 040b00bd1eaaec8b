"""Intervals and p for rates per word, and for the ratio of two, from hits that cluster in articles.

Hits that cluster are worth fewer independent ones: the variance of a count over the variance that independent hits would have (the count
itself: Poisson) says how many fewer. That number goes into the score interval of a Poisson count, and two such intervals combine into one of
their ratio. The proportions of words, 0.0001 and the like, are so small that Poisson and binomial counts do not differ.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from wording.stats.arrays import Array, Numbers

PRIOR_ARTICLES = 3
"""As many articles with the term the pooled variance counts for: the one constant here, chosen so that intervals keep their coverage."""


def design_effect(
    variance: Numbers, n: Numbers, carriers: Numbers, pooled: Numbers, *, least: Numbers = 1
) -> Array:
    """Return how many times larger the variance of a count is than that of independent hits, never below `least`.

    Parameters
    ----------
    variance : of the count `n`, by drawing articles
    carriers : articles (or families) with the term
    pooled : the inflation in both sides together, which stands in as far as there are few carriers
    least : 1, or more where hits stand in copies: how many articles the family of a hit has, on average

    Source
    ------
    The design effect of Kish (1965), here of a count; never below that of independent hits: Korn & Graubard (1998). Our departure: a variance that rests on few
    articles is too small more often than not, so the pooled one counts as `PRIOR_ARTICLES` carriers.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.maximum(np.divide(variance, n), least)
    return np.where(
        carriers > 0,
        carriers * np.nan_to_num(own) + PRIOR_ARTICLES * pooled,
        PRIOR_ARTICLES * pooled,
    ) / (carriers + PRIOR_ARTICLES)


def poisson_score_interval(n: Numbers, z: Numbers) -> tuple[Array, Array]:
    """Return the low and the high end of the score interval of a Poisson mean, at z standard errors.

    Source: Brown, Cai & DasGupta (2003), Statistica Sinica 13, 19-49 (their Wilson-type interval for the Poisson).

    >>> [round(float(end), 2) for end in poisson_score_interval(10, 1.96)]
    [5.43, 18.41]
    """
    centre, half = n + z**2 / 2, z * np.sqrt(n + z**2 / 4)
    return np.maximum(centre - half, 0), centre + half


def rate_interval(n: Numbers, size: Numbers, inflated: Numbers, z: Numbers) -> tuple[Array, Array]:
    """Return the low and the high end of the rate of `n` hits in `size` words, worth `n / inflated` independent ones."""
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
    """Return the low and the high end of the ratio of two rates; the high end is infinite where the other side may have none.

    Source
    ------
    MOVER for a ratio: Donner & Zou (2012), Statistical Methods in Medical Research 21, 347-359; with score intervals of Poisson rates:
    Li, Tang & Wong (2014), Computational Statistics 29, 869-889.
    """
    z = stats.norm.isf((1 - level) / 2)
    a, b = n / size, n_other / size_other
    (low, high), (low_other, high_other) = (
        rate_interval(n, size, inflated, z),
        rate_interval(n_other, size_other, inflated_other, z),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = low * (2 * a - low), high_other * (2 * b - high_other)
        least = np.where(
            n > 0, x / (a * b + np.sqrt(np.maximum((a * b) ** 2 - x * y, 0))), 0.0
        )  # free of cancellation where y is near 0
        x, y = high * (2 * a - high), low_other * (2 * b - low_other)
        most = np.where(
            low_other > 0, (a * b + np.sqrt(np.maximum((a * b) ** 2 - x * y, 0))) / y, np.inf
        )
    undefined = np.isnan(a + b + inflated + inflated_other)
    return np.where(undefined, np.nan, least), np.where(undefined, np.nan, most)


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
    """Return the two-sided p of two rates against no difference: 0.05 exactly where the 95 % interval of their ratio touches 1.

    Further out the tail is Student's t on as many degrees of freedom as the side with the higher rate has articles with the term, and `PRIOR_ARTICLES`
    more: a rate is high by chance where few articles make it so. A normal tail gave up to a hundred times too many p below 0.0001.
    """
    freedom = np.where(n / size < n_other / size_other, carriers_other, carriers) + PRIOR_ARTICLES
    z = find_touching_z(n, size, inflated, n_other, size_other, inflated_other)
    touching = z * stats.t.isf(0.025, freedom) / stats.norm.isf(0.025)
    result: Array = 2 * stats.t.sf(touching, freedom)
    return result


def find_touching_z(
    n: Numbers,
    size: Numbers,
    inflated: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    inflated_other: Numbers,
) -> Array:
    """Return the z at which the interval of the ratio touches 1 (and that of the difference 0), by bisection: it widens steadily with z."""
    swap = n / size < n_other / size_other
    n_high, n_low = np.where(swap, n_other, n), np.where(swap, n, n_other)
    size_high, size_low = np.where(swap, size_other, size), np.where(swap, size, size_other)
    inflated_high = np.where(swap, inflated_other, inflated)
    inflated_low = np.where(swap, inflated, inflated_other)
    rate, rate_low = n_high / size_high, n_low / size_low
    inside, outside = np.zeros(np.shape(rate)), np.full(np.shape(rate), 1000.0)
    for _ in range(50):
        z = (inside + outside) / 2
        apart = (
            np.hypot(
                rate - rate_interval(n_high, size_high, inflated_high, z)[0],
                rate_interval(n_low, size_low, inflated_low, z)[1] - rate_low,
            )
            < rate - rate_low
        )
        inside, outside = np.where(apart, z, inside), np.where(apart, outside, z)
    return np.where(np.isnan(rate + rate_low + inflated_high + inflated_low), np.nan, inside)
