"""Cuts a series of counts into segments, each with shares of its own, by `ruptures`.

A module of its own, for `ruptures` takes a second to import and few questions need it.
"""

from __future__ import annotations

import numpy as np
import ruptures

from wording.stats.arrays import Array
from wording.stats.divergence import multinomial_log_likelihood


class MultinomialCost(ruptures.base.BaseCost):  # type: ignore[misc]
    """The cost of a segment for `ruptures`.

    It is minus twice the log likelihood of the segment's counts at its own shares.
    """

    model = "composition"
    min_size = 1

    def fit(self, signal: Array) -> MultinomialCost:
        """Take the counts, rows by variants."""
        self.signal = np.asarray(signal, dtype=float)
        self.before = np.vstack([np.zeros(self.signal.shape[1]), self.signal.cumsum(axis=0)])
        return self

    def error(self, start: int, end: int) -> float:
        """Return the cost of the rows from start up to, not including, end."""
        return float(-2 * multinomial_log_likelihood(self.before[end] - self.before[start]))


def place_ends(counts: Array, n_changes: int, *, min_size: int, step: int = 1) -> list[int]:
    """Return where the segments of a series end, that of the last one included.

    Parameters
    ----------
    counts : Array, shape (rows, variants)
        The series.
    n_changes : int
        Segments less one.
    min_size : int
        Rows of a segment, at least.
    step : int
        A segment may end at every so many rows.
    """
    search = ruptures.Dynp(custom_cost=MultinomialCost(), min_size=min_size, jump=step)
    ends: list[int] = search.fit_predict(counts, n_bkps=n_changes)
    return ends
