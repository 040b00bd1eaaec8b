"""The sides of a comparison of rates: how often each outlet, or its others, has each term, and how that varies over draws of articles.

Articles of one family at one outlet are one unit; units are drawn, not articles. Everything is sparse but for the sums of a block of terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.encoding.parallel import run_parallel
from wording.questions.design import Design
from wording.questions.shares.resampled import SINGLE_ARTICLE_STRATUM
from wording.stats import resampling

TERMS_PER_BLOCK = 128
"""Terms worked on at once by a thread: their draws stay in the processor's cache."""


@dataclass(frozen=True)
class TermCounts:
    """One side of every comparison: arrays of outlets x terms, but for `size`, `units` and `sizes`, which are outlets x 1."""

    n: np.ndarray  # hits
    n_articles: np.ndarray  # articles with the term
    carriers: np.ndarray  # families with the term
    size: np.ndarray  # words
    units: np.ndarray  # families
    copied: np.ndarray  # sum over families of hits times articles
    squares: np.ndarray  # sum over families of squared hits
    products: np.ndarray  # sum over families of hits times words
    sizes: np.ndarray  # sum over families of squared words

    def with_each(self, of, *others):
        """Return the side whose arrays are `of` these arrays and those of the others."""
        return TermCounts(
            *(
                of(*(getattr(side, name) for side in (self, *others)))
                for name in self.__dataclass_fields__
            )
        )

    @property
    def rate(self):
        """Hits per word, outlets x terms."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.n / self.size

    @property
    def copies(self):
        """How many articles the family of a hit has, on average: 1 where there are no copies, outlets x terms."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.copied / self.n

    @property
    def inflation(self):
        """How many times larger the variance of the hits over families is than that of independent hits, outlets x terms."""
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


@dataclass(frozen=True)
class Pairing:
    """Which outlets are compared, by number, and with which one: all their others, if None."""

    mine: list[int]
    theirs: int | None = None


def group_into_units(
    articles: pd.DataFrame, code: np.ndarray, counts: sparse.csr_array, words: np.ndarray
) -> Units:
    """Return the units of the articles, whose outlets have the numbers `code`."""
    family = articles["family" if "family" in articles else "doc_id"].astype(str).to_numpy()
    unit = (
        pd.DataFrame({"code": code, "family": family})
        .groupby(["code", "family"], sort=True)
        .ngroup()
        .to_numpy()
    )
    gather = sparse.csr_array((np.ones(len(unit)), (unit, np.arange(len(unit)))))
    unit_code = np.zeros(gather.shape[0], int)
    unit_code[unit] = code
    return Units(
        code=unit_code,
        words=np.bincount(unit, words),
        counts=sparse.csr_array(gather @ counts),
        n_articles=np.bincount(unit),
    )


def build_term_counts(
    counts: sparse.csr_array, words: np.ndarray, code: np.ndarray, units: Units, n_outlets: int
) -> TermCounts:
    """Return every outlet as a `TermCounts`, from articles and from units."""

    def sum_sparse(like: sparse.csr_array, data: np.ndarray, codes: np.ndarray) -> np.ndarray:
        values = sparse.csr_array((data.astype(float), like.indices, like.indptr), shape=like.shape)
        return (_build_member_matrix(codes, n_outlets) @ values).toarray()

    def sum_units(data: np.ndarray) -> np.ndarray:
        return sum_sparse(units.counts, data, units.code)

    def sum_dense(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
        return _build_member_matrix(codes, n_outlets) @ values

    hits, terms_per_unit = units.counts.data, np.diff(units.counts.indptr)
    return TermCounts(
        n=sum_units(hits),
        n_articles=sum_sparse(counts, counts.data > 0, code),
        carriers=sum_units(hits > 0),
        size=sum_dense(words[:, None], code),
        units=sum_dense(np.ones((len(units.code), 1)), units.code),
        copied=sum_units(hits * np.repeat(units.n_articles, terms_per_unit)),
        squares=sum_units(hits**2),
        products=sum_units(hits * np.repeat(units.words, terms_per_unit)),
        sizes=sum_dense(units.words[:, None] ** 2, units.code),
    )


def _build_member_matrix(codes: np.ndarray, n_outlets: int) -> sparse.csr_array:
    """Return which rows are of each outlet: outlets x rows, 0 or 1."""
    ones = np.ones(len(codes))
    return sparse.csr_array((ones, (codes, np.arange(len(codes)))), shape=(n_outlets, len(codes)))


def resample_rate_variance(
    units: Units, pairing: Pairing, design: Design
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance, over draws, of the rates at the outlets and at their others: two arrays of outlets x terms."""
    outlets, code = list(design.outlets or []), units.code
    sizes = np.bincount(code, minlength=len(outlets))
    strata = np.where(
        sizes[code] > 1, np.array(outlets, dtype=object)[code], SINGLE_ARTICLE_STRATUM
    ).astype(str)
    drawn = np.ascontiguousarray(
        resampling.draw_article_weights(strata, draws=design.draws, seed=design.seed).T,
        dtype=np.float32,
    )
    members = [np.flatnonzero(strata == name) for name in [*outlets, SINGLE_ARTICLE_STRATUM]]
    # Sums are scaled by n / (n - 1), so that an outlet keeps its size beside others (Rao & Wu 1988), as in `resampling.resample_sums`.
    scaled = [drawn[rows] * np.float32(len(rows) / max(len(rows) - 1, 1)) for rows in members]
    size = np.stack(
        [
            units.words[rows].astype(np.float32) @ of
            for rows, of in zip(members, scaled, strict=True)
        ]
    )
    by_term = [sparse.csr_array(units.counts[rows].T, dtype=np.float32) for rows in members]

    def block(first):
        hits = np.stack(
            [
                of[first : first + TERMS_PER_BLOCK] @ weights
                for of, weights in zip(by_term, scaled, strict=True)
            ]
        )
        return _compute_rate_variances(hits, size[:, None], pairing)

    blocks = range(0, max(units.counts.shape[1], 1), TERMS_PER_BLOCK)
    parts = run_parallel(block, ((first,) for first in blocks))
    return tuple(np.concatenate(part, axis=1) for part in zip(*parts, strict=True))


def _compute_rate_variances(
    hits: np.ndarray, size: np.ndarray, pairing: Pairing
) -> tuple[np.ndarray, np.ndarray]:
    """Return the variance over draws of the rates at the outlets and at their others, from sums of strata x terms x draws."""
    mine, theirs = pairing.mine, pairing.theirs
    total, total_size = hits.sum(axis=0), size.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.stack([(hits[k] / size[k]).var(axis=1) for k in mine])
        if theirs is not None:
            return own, np.broadcast_to((hits[theirs] / size[theirs]).var(axis=1), own.shape)
        return own, np.stack(
            [((total - hits[k]) / (total_size - size[k])).var(axis=1) for k in mine]
        )
