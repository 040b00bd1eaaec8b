"""The sides of a comparison of rates: how often each outlet, or its others, has each term, and how that varies over draws of articles.

Articles of one family at one outlet are one unit; units are drawn, not articles. Everything is sparse but for the sums of a block of terms.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.encoding.parallel import run_parallel
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


def group_into_units(articles, code, counts):
    """Return the number of each article's unit (its family at its outlet, else itself), each unit's outlet, and the units' counts."""
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
    return unit, unit_code, sparse.csr_array(gather @ counts)


def build_term_counts(counts, words, code, unit, units, unit_words, unit_code, n_outlets):
    """Return every outlet as a `TermCounts`."""

    def summed(of, codes):
        member = sparse.csr_array(
            (np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(n_outlets, len(codes))
        )
        found = member @ of
        return found.toarray() if sparse.issparse(found) else found

    def mapped(of, made):
        return sparse.csr_array((made.astype(float), of.indices, of.indptr), shape=of.shape)

    weighed, copied = (
        np.repeat(of, np.diff(units.indptr)) for of in (unit_words, np.bincount(unit))
    )
    return TermCounts(
        n=summed(mapped(units, units.data), unit_code),
        n_articles=summed(mapped(counts, counts.data > 0), code),
        carriers=summed(mapped(units, units.data > 0), unit_code),
        size=summed(words[:, None], code),
        units=summed(np.ones((len(unit_code), 1)), unit_code),
        copied=summed(mapped(units, units.data * copied), unit_code),
        squares=summed(mapped(units, units.data**2), unit_code),
        products=summed(mapped(units, units.data * weighed), unit_code),
        sizes=summed(unit_words[:, None] ** 2, unit_code),
    )


def resample_rate_variance(units, words, code, outlets, mine, theirs, *, draws, seed):
    """Return the variance, over draws, of the rates at the outlets and at their others: two arrays of outlets x terms."""
    sizes = np.bincount(code, minlength=len(outlets))
    strata = np.where(
        sizes[code] > 1, np.array(outlets, dtype=object)[code], SINGLE_ARTICLE_STRATUM
    ).astype(str)
    drawn = np.ascontiguousarray(
        resampling.draw_article_weights(strata, draws=draws, seed=seed).T, dtype=np.float32
    )
    members = [np.flatnonzero(strata == name) for name in [*outlets, SINGLE_ARTICLE_STRATUM]]
    # Sums are scaled by n / (n - 1), so that an outlet keeps its size beside others (Rao & Wu 1988), as in `resampling.resample_sums`.
    scaled = [drawn[rows] * np.float32(len(rows) / max(len(rows) - 1, 1)) for rows in members]
    size = np.stack(
        [words[rows].astype(np.float32) @ of for rows, of in zip(members, scaled, strict=True)]
    )
    by_term = [sparse.csr_array(units[rows].T, dtype=np.float32) for rows in members]

    def block(first):
        hits = np.stack(
            [
                of[first : first + TERMS_PER_BLOCK] @ weights
                for of, weights in zip(by_term, scaled, strict=True)
            ]
        )
        return _compute_rate_variances(hits, size[:, None], mine, theirs)

    blocks = range(0, max(units.shape[1], 1), TERMS_PER_BLOCK)
    parts = run_parallel(block, ((first,) for first in blocks))
    return tuple(np.concatenate(part, axis=1) for part in zip(*parts, strict=True))


def _compute_rate_variances(hits, size, mine, theirs):
    """Return the variance over draws of the rates at the outlets and at their others, from sums of strata x terms x draws."""
    total, total_size = hits.sum(axis=0), size.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.stack([(hits[k] / size[k]).var(axis=1) for k in mine])
        if theirs is not None:
            return own, np.broadcast_to((hits[theirs] / size[theirs]).var(axis=1), own.shape)
        return own, np.stack(
            [((total - hits[k]) / (total_size - size[k])).var(axis=1) for k in mine]
        )
