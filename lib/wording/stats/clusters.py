"""How far a share or a rate varies over clusters of articles: the outlets of a group.

Drawing articles says how a group would vary if its outlets stayed the same. Where these differ more
than their articles explain, the variance over whole outlets counts instead, with a t of as many
degrees of freedom as there are outlets, less one. Tried on invented groups of 3 to 30 outlets whose
shares lay 0 to 20 points apart (standard deviation), 95 % intervals held the share that such
outlets have in 91 to 98 % of the cases, with 2 outlets in 86 to 98 %; drawing articles only, in 50
to 96 %. Drawing outlets and then articles was tried, too: it counts the articles' variance twice
(98 to 99 % where outlets do not differ), and few outlets are still too few (80 to 92 %).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from wording.stats.arrays import Array
from wording.stats.distributions import find_normal_quantile, find_t_quantile


@dataclass(frozen=True)
class ClusterSums:
    """What the clusters of each stratum have, summed: arrays of strata x columns, or strata x 1.

    Attributes
    ----------
    n, squares, products : numpy.ndarray
        Strata x columns: hits; squared hits of each cluster; hits of each times its size.
    size, sizes, clusters : numpy.ndarray
        Strata x 1: all that hits are part of; squares of that of each cluster; how many there are.
    """

    n: Array
    squares: Array
    products: Array
    size: Array
    sizes: Array
    clusters: Array


@dataclass(frozen=True)
class ClusterSpread:
    """The variance of shares or rates over clusters (rows x columns), with degrees of freedom."""

    variance: Array
    freedom: Array

    def widen(self, variance: Array) -> Array:
        """Return a variance over articles, or that over clusters for Student's t, if that is more.

        References
        ----------
        The factor is that of Korn & Graubard (1998), Survey Methodology 24, 193-201.
        """
        quantile = find_t_quantile(0.025, self.freedom) / find_normal_quantile(0.025)
        return np.where(self.is_more(variance), self.variance * quantile**2, variance)

    def is_more(self, variance: Array) -> Array:
        """Return where clusters vary more than articles do."""
        return self.variance > variance

    def stretch(self, samples: Array) -> Array:
        """Return draws of articles (draws x rows x columns), spread as far as clusters are."""
        mean, variance = samples.mean(axis=0), samples.var(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.sqrt(self.widen(variance) / variance)
        stretched: Array = mean + (samples - mean) * np.where(variance > 0, factor, 1)
        return stretched

    def take(self, rows: list[int]) -> ClusterSpread:
        """Return some of the rows, in this order."""
        return ClusterSpread(self.variance[rows], self.freedom[rows])


def sum_clusters(
    hits: Array | sparse.csr_array, size: Array, stratum: Array, n_strata: int
) -> ClusterSums:
    """Return what the clusters of each stratum have.

    Parameters
    ----------
    hits : array, shape (clusters, columns)
    size : Array, shape (clusters, 1)
        All that the hits are part of.
    stratum : Array of int, shape (clusters,)
        The number of each cluster's stratum.
    n_strata : int
    """
    hits = sparse.csr_array(hits, dtype=float)
    cells = np.ones(len(stratum)), (stratum, np.arange(len(stratum)))
    member = sparse.csr_array(cells, shape=(n_strata, len(stratum)))
    return ClusterSums(
        n=(member @ hits).toarray(),
        squares=(member @ hits.power(2)).toarray(),
        products=(member @ sparse.csr_array(hits.multiply(size))).toarray(),
        size=member @ size,
        sizes=member @ size**2,
        clusters=member @ np.ones((len(stratum), 1)),
    )


def measure_own_spread(sums: ClusterSums) -> ClusterSpread:
    """Return how far the hits of each stratum vary over its clusters, as a part of its size.

    References
    ----------
    Ultimate clusters, linearised: Hansen, Hurwitz & Madow (1953), vol. 1, ch. 6; Woodruff (1971),
    Journal of the American Statistical Association 66, 411-414.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _sum_squares(sums, sums.n / sums.size) / sums.size**2
    return ClusterSpread(variance, np.maximum(sums.clusters - 1, 1))


def measure_rest_spread(sums: ClusterSums) -> ClusterSpread:
    """Return the same of all the other strata of each, taken together."""
    n, size = (values.sum(axis=0) - values for values in (sums.n, sums.size))
    variance = np.empty_like(n)
    for k in range(len(n)):
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = np.delete(_sum_squares(sums, n[k] / size[k]), k, axis=0)
            variance[k] = squares.sum(axis=0) / size[k] ** 2
    free = np.maximum(sums.clusters - 1, 0)
    return ClusterSpread(variance, np.maximum(free.sum(axis=0) - free, 1))


def _sum_squares(sums: ClusterSums, rate: Array) -> Array:
    """Return the sums of squares of what clusters have beyond a rate, strata x columns.

    0 where there is a single cluster, or none.
    """
    squares = sums.squares - 2 * rate * sums.products + rate**2 * sums.sizes
    total, m = sums.n - rate * sums.size, sums.clusters
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = np.where(m > 1, m / (m - 1) * (squares - total**2 / m), 0)
    return np.maximum(result, 0)
