"""Means, their differences and their intervals where articles hang together in clusters.

Whole clusters are drawn: n - 1 of n, with replacement, which makes the variance unbiased (Rao & Wu
1988). A mean is a ratio of two sums over clusters, and an interval is Student's t on the effective
number of clusters less one, so that a few large clusters give a wide one.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from wording.stats.arrays import Array, Numbers
from wording.stats.distributions import compute_t_tail, find_t_quantile
from wording.stats.resampling import draw_article_weights, effective_articles

DRAWS_AT_ONCE = 100
"""Draws worked on at once: bounds the memory, never the result."""


def label_components(n: int, one: Array, other: Array) -> Array:
    """Return the number of each node's connected component.

    Parameters
    ----------
    n : int
        Number of nodes.
    one, other : Array of int
        The two ends of each edge.

    Examples
    --------
    >>> label_components(5, np.array([0, 3]), np.array([2, 4])).tolist()
    [0, 1, 0, 2, 2]
    """
    edges = sparse.coo_array((np.ones(len(one), np.int8), (one, other)), shape=(n, n))
    labels: Array = sparse.csgraph.connected_components(edges, directed=False)[1]
    return labels


def sum_by_cluster(values: Array, clusters: Array, n: int) -> Array:
    """Return the sum of each column over each of n clusters."""
    member = sparse.coo_array(
        (np.ones(len(clusters)), (clusters, np.arange(len(clusters)))), shape=(n, len(clusters))
    )
    sums: Array = member.tocsr() @ values
    return sums


def draw_cluster_sums(sums: Array, *, draws: int, seed: int) -> Array:
    """Return the column sums of a table of clusters in every draw of clusters.

    Parameters
    ----------
    sums : Array, shape (clusters, columns)
    draws : int
        Number of draws.
    seed : int
        0 or more.

    Returns
    -------
    Array, shape (draws, columns)
    """
    weights = draw_article_weights(["clusters"] * len(sums), draws=draws, seed=seed)
    # Most outlets are in few of the components.
    columns = sparse.csr_array(sums.T)
    blocks = range(0, draws, DRAWS_AT_ONCE)
    return np.concatenate(
        [(columns @ weights[k : k + DRAWS_AT_ONCE].T.astype(float)).T for k in blocks]
    )


def unseen_variance(clusters: Numbers, carriers: Numbers) -> Array:
    """Return what is added to the variance of a mean for what so few clusters cannot show.

    Where no cluster differs from the others, draws do not differ either, and a mean of 0 would seem
    certain. One more cluster that differs as far as possible is therefore added to the mean of n +
    2; the more clusters do differ, the less it weighs.

    Parameters
    ----------
    clusters : float or Array
        Number of clusters.
    carriers : int or Array of int
        Those that differ from the others.

    References
    ----------
    Agresti & Min (2005) add half a pair to each of the four cells of a matched table; the weight is
    ours, as in `resampling.effective_hits`.
    """
    added: Array = 1 / (np.asarray(clusters) + 2) ** 2 / (1 + np.asarray(carriers))
    return added


def count_effective_clusters(weights: Array) -> float:
    """Return the number of equal clusters that are worth as much as those of these weights."""
    return float(effective_articles(weights)) if weights.any() else 0.0


def mean_interval(
    mean: Numbers, variance: Numbers, clusters: Numbers, *, level: float = 0.95
) -> tuple[Array, Array]:
    """Return the low and the high end of the interval of a mean between -1 and 1.

    Parameters
    ----------
    mean, variance : float or Array
    clusters : float or Array
        The effective number of clusters; below two there is no interval.
    level : float
        Confidence level, 0 to 1.
    """
    clusters = np.asarray(clusters, dtype=float)
    freedom = np.where(clusters >= 2, clusters - 1, np.nan)
    half = find_t_quantile((1 - level) / 2, freedom) * np.sqrt(variance)
    return np.clip(mean - half, -1, 1), np.clip(mean + half, -1, 1)


def mean_p_value(mean: Numbers, variance: Numbers, clusters: Numbers) -> Array:
    """Return the two-sided p of a mean against 0, which is 0.05 where the 95 % interval touches 0.

    Parameters
    ----------
    mean, variance, clusters
        As for `mean_interval`.
    """
    clusters = np.asarray(clusters, dtype=float)
    freedom = np.where(clusters >= 2, clusters - 1, np.nan)
    p: Array = 2 * compute_t_tail(np.abs(mean) / np.sqrt(variance), freedom)
    return p
