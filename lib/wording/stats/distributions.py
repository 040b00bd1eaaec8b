"""Quantiles and tails of the usual distributions, as `scipy.stats` computes them.

That takes half a second to import, and is these functions of `scipy.special` behind a check of
what it is given.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from wording.stats.arrays import Array, Numbers


def find_normal_quantile(tail: float) -> float:
    """Return what a standard normal number exceeds with this probability.

    >>> round(find_normal_quantile(0.025), 2)
    1.96
    """
    return float(-special.ndtri(tail))


def find_t_quantile(tail: float, freedom: Numbers) -> Array:
    """Return what Student's t exceeds with this probability; NaN where the freedom is NaN."""
    quantile: Array = -special.stdtrit(freedom, tail)
    return quantile


def compute_t_tail(t: Numbers, freedom: Numbers) -> Array:
    """Return how probably Student's t exceeds this; NaN where one of both is NaN."""
    tail: Array = special.stdtr(freedom, -np.asarray(t))
    return tail


def adjust_p_values(p: npt.ArrayLike) -> Array:
    """Return Benjamini & Hochberg's (1995) q for all p, none of which is NaN.

    >>> adjust_p_values([0.01, 0.04]).tolist()
    [0.02, 0.04]
    """
    given = np.asarray(p, dtype=float)
    order = np.argsort(given)
    raised = given[order] * (len(given) / np.arange(1.0, len(given) + 1))
    q = np.empty_like(given)
    q[order] = np.minimum.accumulate(raised[::-1])[::-1].clip(0, 1)
    return q
