"""How far two distributions lie apart, and how far by chance: Jensen-Shannon divergence in bits.

Its square root is a distance, and outlets can be placed in space by it (Endres & Schindelin 2003,
IEEE Trans. Inf. Theory 49, 1858-1860; Fuglede & Topsoe 2004, ISIT). Small samples lie apart by
chance alone, so what articles that change places give is taken off.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc, xlogy

from wording.stats.arrays import Array

LOG_OFFSET = 1e-37  # added inside the logarithm, so that 0 log 0 is 0


def jensen_shannon(p: Array, q: Array, *, axis: int = -1) -> Array:
    """Return the divergence of `p` and `q`.

    Parameters
    ----------
    p, q : Array
        Shares along `axis`, which sum to 1. Or, for several things at once, shares that sum to the
        weight of each thing, NaN where a side does not have it: only what both have counts, and the
        weights of that are made to sum to 1.
    axis : int
        The axis of the shares.

    Returns
    -------
    Array
        In bits, without `axis`: 0 (the same) to 1 (nothing shared). NaN where `p` and `q` have
        nothing in common to compare.

    References
    ----------
    Lin (1991), IEEE Trans. Inf. Theory 37, 145-151, eq. 4.1 with equal weights.

    Examples
    --------
    >>> p = np.array([1, 0])
    >>> [round(float(jensen_shannon(p, np.array(q))), 4) for q in ([1, 0], [0.5, 0.5], [0, 1])]
    [0.0, 0.3113, 1.0]
    """
    mass = np.where(np.isnan(q), 0, p)
    with np.errstate(invalid="ignore", divide="ignore"):
        bits = np.nansum(jensen_shannon_contributions(p, q), axis=axis)
        result: Array = bits / np.nansum(mass, axis=axis)
        return result


def jensen_shannon_contributions(p: Array, q: Array) -> Array:
    """Return what each share adds to the divergence.

    Returns
    -------
    Array
        In bits, never negative; they sum to `jensen_shannon`.
    """
    return np.maximum((_plogp(p) + _plogp(q)) / 2 - _plogp((p + q) / 2), 0)


def normalise_by_block(sums: Array, block: Array, weight: Array) -> Array:
    """Return sums along the last axis as shares of their block times its weight.

    Parameters
    ----------
    sums : Array, shape (..., columns)
        What is shared out.
    block : Array of int, shape (columns,)
        Number of each column's block, ascending from 0.
    weight : Array, shape (blocks,)
        Weight of each block.

    Returns
    -------
    Array, shape (..., columns)
        NaN where a block has nothing.
    """
    if not sums.shape[-1]:
        return sums
    total = np.add.reduceat(sums, np.searchsorted(block, np.arange(len(weight))), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(total > 0, weight / total, np.nan).astype(sums.dtype)
        result: Array = sums * scale[..., block]
        return result


def permute_labels(first: Array, stratum: Array, *, draws: int, rng: np.random.Generator) -> Array:
    """Return labels that changed places at random within each stratum.

    Parameters
    ----------
    first : Array of bool, shape (rows,)
        Whether a row is of the first side.
    stratum : Array of int, shape (rows,)
        Number of each row's stratum.
    draws : int
        Number of draws.
    rng : np.random.Generator
        Stream of random numbers.

    Returns
    -------
    Array of bool, shape (draws, rows)
        As many of `first` in each stratum as there were.
    """
    ordered = first[np.argsort(stratum, kind="stable")]
    places = np.argsort(stratum + rng.random((draws, len(first))), axis=1)
    labels = np.empty((draws, len(first)), dtype=bool)
    np.put_along_axis(labels, places, np.broadcast_to(ordered, places.shape), axis=1)
    return labels


def permutation_p_value(observed: float, drawn: Array) -> float:
    """Return how likely a value so high is among those drawn by chance.

    Beyond the highest of them the tail is that of a gamma distribution with their mean and
    variance: a divergence is about a weighted sum of squares.

    Returns
    -------
    float
        The p. NaN where the drawn values are all the same.

    References
    ----------
    Satterthwaite (1946); for permutations Knijnenburg et al. (2009), Bioinformatics 25, i161-i168,
    who fit another tail.
    """
    mean = drawn.mean()
    variance = drawn.var(ddof=1)
    if not variance > (1e-4 * mean) ** 2:  # single precision
        return np.nan
    higher = (drawn >= observed - 1e-9).sum()
    rank = (1 + higher) / (1 + len(drawn))
    if higher:
        return float(rank)
    scale = float(variance / mean)
    tail = gammaincc(float(mean**2 / variance), float(observed) / scale)
    return float(min(tail, rank))


def _plogp(p: Array) -> Array:
    return p * np.log2(p + LOG_OFFSET)


def multinomial_log_likelihood(hits: Array) -> Array:
    """Return the largest multinomial log likelihood of hits by variant (first axis).

    The part that the shares do not change is left out.

    Examples
    --------
    >>> round(float(multinomial_log_likelihood(np.array([3.0, 1.0]))), 4)  # 3 log(3/4) + log(1/4)
    -2.2493
    """
    total = hits.sum(axis=0)
    result: Array = xlogy(hits, hits).sum(axis=0) - xlogy(total, total)
    return result
