"""How often each outlet, or its others, has each term, and how that varies over draws of articles.

Articles of one family at one outlet are one unit; units are drawn, not articles. Everything is
sparse but for the sums of a block of terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.encoding.parallel import run_parallel
from wording.questions.design import Design
from wording.questions.shares.resampled import SINGLE_ARTICLE_STRATUM
from wording.stats import resampling
from wording.stats.clusters import (
    ClusterSums,
    measure_own_spread,
    measure_rest_spread,
    sum_clusters,
)

TERMS_PER_BLOCK = 128
"""Terms worked on at once by a thread: their draws stay in the processor's cache."""


@dataclass(frozen=True)
class Pairing:
    """Which outlets are compared, by number, and with which one: all their others, if None."""

    mine: list[int]
    theirs: int | None = None


@dataclass(frozen=True)
class TermCounts:
    """One side of every comparison: arrays of outlets x terms.

    `size`, `units` and `sizes` are outlets x 1. A unit is a family of articles at one outlet.
    """

    n: np.ndarray  # hits
    n_articles: np.ndarray  # articles with the term
    units_with: np.ndarray  # units with the term
    size: np.ndarray  # words
    units: np.ndarray  # units
    copied: np.ndarray  # sum over units of hits times articles
    squares: np.ndarray  # sum over units of squared hits
    products: np.ndarray  # sum over units of hits times words
    sizes: np.ndarray  # sum over units of squared words

    def split(self, pairing: Pairing) -> tuple[TermCounts, TermCounts]:
        """Return the outlets compared, and what each is compared with."""
        own = self._combine(lambda part: part[pairing.mine])
        if pairing.theirs is None:
            return own, self._combine(lambda part: part.sum(axis=0) - part[pairing.mine])
        reference = [pairing.theirs] * len(pairing.mine)
        return own, self._combine(lambda part: part[reference])

    def add(self, other: TermCounts) -> TermCounts:
        """Return both sides together."""
        return self._combine(np.add, other)

    def _combine(self, function: Callable[..., np.ndarray], *others: TermCounts) -> TermCounts:
        """Return what the function gives for each array and the same array of the others."""
        names = [field.name for field in fields(self)]
        return TermCounts(
            *(function(*(getattr(side, name) for side in (self, *others))) for name in names)
        )

    @property
    def rate(self) -> np.ndarray:
        """Hits per word, outlets x terms."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.n / self.size

    @property
    def copies(self) -> np.ndarray:
        """Articles of the unit of a hit, on average: 1 where there are no copies."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.copied / self.n

    @property
    def inflation(self) -> np.ndarray:
        """The variance of the hits over units, as a multiple of that of independent hits."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(
                (self.squares - 2 * self.rate * self.products + self.rate**2 * self.sizes) / self.n,
                self.copies,
            )


@dataclass(frozen=True)
class Units:
    """What is drawn: the families of articles at one outlet, each article without a family alone.

    Attributes
    ----------
    code : numpy.ndarray
        The number of each unit's outlet.
    words : numpy.ndarray
        The words of each unit.
    counts : scipy.sparse.csr_array
        Units x terms: hits.
    n_articles : numpy.ndarray
        The articles of each unit.
    """

    code: np.ndarray
    words: np.ndarray
    counts: sparse.csr_array
    n_articles: np.ndarray


def group_into_units(
    articles: pd.DataFrame, code: np.ndarray, counts: sparse.csr_array, words: np.ndarray
) -> Units:
    """Return the units of the articles.

    Parameters
    ----------
    articles : pd.DataFrame
        doc_id, and family where copies are drawn together.
    code : np.ndarray
        The number of each article's outlet.
    counts : sparse.csr_array
        Articles x terms: hits.
    words : np.ndarray
        The words of each article.
    """
    family = articles["family" if "family" in articles else "doc_id"].astype(str).to_numpy()
    groups = pd.DataFrame({"code": code, "family": family}).groupby(["code", "family"], sort=True)
    unit = groups.ngroup().to_numpy()
    n_units = unit.max(initial=-1) + 1
    unit_code = np.zeros(n_units, int)
    unit_code[unit] = code
    return Units(
        code=unit_code,
        words=np.bincount(unit, words),
        counts=sparse.csr_array(build_member_matrix(unit, n_units) @ counts),
        n_articles=np.bincount(unit),
    )


def build_term_counts(
    counts: sparse.csr_array, words: np.ndarray, code: np.ndarray, units: Units, n_outlets: int
) -> TermCounts:
    """Return what every outlet has of each term.

    Parameters
    ----------
    counts : sparse.csr_array
        Articles x terms: hits.
    words, code : np.ndarray
        The words of each article, and the number of its outlet.
    units : Units
        The same articles as they are drawn.
    n_outlets : int
    """

    def sum_sparse(like: sparse.csr_array, data: np.ndarray, codes: np.ndarray) -> np.ndarray:
        values = sparse.csr_array((data.astype(float), like.indices, like.indptr), shape=like.shape)
        return (build_member_matrix(codes, n_outlets) @ values).toarray()

    def sum_units(data: np.ndarray) -> np.ndarray:
        return sum_sparse(units.counts, data, units.code)

    def sum_dense(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
        return build_member_matrix(codes, n_outlets) @ values

    hits, terms_per_unit = units.counts.data, np.diff(units.counts.indptr)
    return TermCounts(
        n=sum_units(hits),
        n_articles=sum_sparse(counts, counts.data > 0, code),
        units_with=sum_units(hits > 0),
        size=sum_dense(words[:, None], code),
        units=sum_dense(np.ones((len(units.code), 1)), units.code),
        copied=sum_units(hits * np.repeat(units.n_articles, terms_per_unit)),
        squares=sum_units(hits**2),
        products=sum_units(hits * np.repeat(units.words, terms_per_unit)),
        sizes=sum_dense(units.words[:, None] ** 2, units.code),
    )


def build_member_matrix(codes: np.ndarray, n_groups: int, dtype: Any = float) -> sparse.csr_array:
    """Return which rows are of each group: groups x rows, 0 or 1."""
    ones = np.ones(len(codes), dtype)
    return sparse.csr_array((ones, (codes, np.arange(len(codes)))), shape=(n_groups, len(codes)))


def resample_rate_variance(
    units: Units, pairing: Pairing, design: Design
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance of the rates over draws, at the outlets and at their others.

    Parameters
    ----------
    units : Units
        What is drawn.
    pairing : Pairing
        Which outlets are compared, and with which.
    design : Design
        With the outlets whose numbers the units and the pairing have.

    Returns
    -------
    tuple of np.ndarray
        Two arrays, outlets x terms.
    """
    strata, names = _assign_strata(units, design)
    weights = resampling.draw_article_weights(strata, draws=design.draws, seed=design.seed)
    drawn = np.ascontiguousarray(weights.T, dtype=np.float32)
    members = [np.flatnonzero(strata == name) for name in names]
    scaled = [drawn[rows] * _scale_draws(len(rows)) for rows in members]
    words = [units.words[rows].astype(np.float32) for rows in members]
    size = np.stack([part @ weight for part, weight in zip(words, scaled, strict=True)])
    by_term = [sparse.csr_array(units.counts[rows].T, dtype=np.float32) for rows in members]

    def compute_block(start: int) -> tuple[np.ndarray, np.ndarray]:
        stop = start + TERMS_PER_BLOCK
        hits = [part[start:stop] @ weight for part, weight in zip(by_term, scaled, strict=True)]
        return _compute_rate_variances(np.stack(hits), size[:, None], pairing)

    starts = range(0, max(units.counts.shape[1], 1), TERMS_PER_BLOCK)
    blocks = run_parallel(compute_block, ((start,) for start in starts))
    own, other = zip(*blocks, strict=True)
    return np.concatenate(own, axis=1), np.concatenate(other, axis=1)


def sum_member_terms(
    articles: pd.DataFrame,
    code: np.ndarray,
    counts: sparse.csr_array,
    words: np.ndarray,
    n_groups: int,
) -> ClusterSums:
    """Return what the outlets of each group have of each term.

    Parameters
    ----------
    articles : pd.DataFrame
        doc_id, outlet (the group) and member (the outlet).
    code : np.ndarray
        The number of each article's group.
    counts : sparse.csr_array
        Articles x terms: hits.
    words : np.ndarray
        The words of each article.
    n_groups : int
    """
    keys = pd.DataFrame({"code": code, "member": articles["member"].to_numpy()})
    cluster = keys.groupby(["code", "member"], sort=True).ngroup().to_numpy()
    n_clusters = cluster.max(initial=-1) + 1
    stratum = np.zeros(n_clusters, int)
    stratum[cluster] = code
    members = build_member_matrix(cluster, n_clusters)
    hits = sparse.csr_array(members @ counts)
    return sum_clusters(hits, members @ words[:, None].astype(float), stratum, n_groups)


def widen_rate_variances(
    variances: tuple[np.ndarray, np.ndarray], sums: ClusterSums, pairing: Pairing
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances of the rates, wider where the outlets of a group differ more."""
    own, other = variances
    spread, theirs = measure_own_spread(sums), pairing.theirs
    if theirs is None:
        others = measure_rest_spread(sums).take(pairing.mine)
    else:
        others = spread.take([theirs] * len(pairing.mine))
    return spread.take(pairing.mine).widen(own), others.widen(other)


def _assign_strata(units: Units, design: Design) -> tuple[np.ndarray, list[str]]:
    """Return the stratum of each unit (its outlet, or that of single articles), and all strata."""
    outlets = list(design.outlets or [])
    sizes = np.bincount(units.code, minlength=len(outlets))
    outlet = np.array(outlets, dtype=object)[units.code]
    strata = np.where(sizes[units.code] > 1, outlet, SINGLE_ARTICLE_STRATUM).astype(str)
    return strata, [*outlets, SINGLE_ARTICLE_STRATUM]


def _scale_draws(n: int) -> np.float32:
    """Return n / (n - 1), so that an outlet keeps its size beside others (Rao & Wu 1988).

    `resampling.resample_sums` does the same.
    """
    return np.float32(n / max(n - 1, 1))


def _compute_rate_variances(
    hits: np.ndarray, size: np.ndarray, pairing: Pairing
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variances of the rates, from sums of strata x terms x draws."""
    mine, theirs = pairing.mine, pairing.theirs
    total, total_size = hits.sum(axis=0), size.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.stack([(hits[k] / size[k]).var(axis=1) for k in mine])
        if theirs is not None:
            return own, np.broadcast_to((hits[theirs] / size[theirs]).var(axis=1), own.shape)
        rest = [((total - hits[k]) / (total_size - size[k])).var(axis=1) for k in mine]
        return own, np.stack(rest)
