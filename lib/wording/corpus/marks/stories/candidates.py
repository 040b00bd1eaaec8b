"""Which articles may tell of one event: the nearest neighbours of each, of other outlets, in time.

Copies are merged: a family of copies is represented by its first article, and may be linked with
any other family unless both are of one and the same outlet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.marks.stories import story_kernels
from wording.corpus.marks.stories.texts import Vectors, measure_norms

MAX_DAYS_APART = 3
"""Days between two articles on one event, at most."""

MAX_NEIGHBOURS = 12
"""Neighbours of an article that are compared with it more closely, at most."""

MIN_COSINE = 0.07
"""Neighbours are at least so near by their titles and leads: farther ones would not be linked."""

MAX_POSTINGS = 1 << 15
"""Occurrences of its terms in other articles that are looked at for one article, at most: on a day
with very many articles its commonest terms are left out, which add least."""

BLOCK_ARTICLES = 10_000
"""Articles whose neighbours are looked for at once; more if one day has more."""


@dataclass(frozen=True)
class Stories:
    """The articles that stand for families of copies, as far as they have a date, by day.

    Attributes
    ----------
    row : int64 (n,), the row of each in the corpus.
    day : int64 (n,), its day, ascending.
    outlet : int64 (n,), a number for its outlet; -1 if several outlets have printed it.
    """

    row: np.ndarray
    day: np.ndarray
    outlet: np.ndarray

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Block:
    """Stories that are looked at together: those of some days, and of the days around them.

    Attributes
    ----------
    first, end : the stories in it.
    asked_first, asked_end : those of them whose neighbours are asked for.
    """

    first: int
    end: int
    asked_first: int
    asked_end: int


def list_stories(table: pl.DataFrame) -> Stories:
    """Return the stories of a corpus: the first of each family, as far as it has a date."""
    articles = table.select("doc_id", "outlet", "date").with_columns(
        row=pl.int_range(pl.len()),
        family=table["family"] if "family" in table.columns else table["doc_id"],
        number=pl.col("outlet").rank("dense").cast(pl.Int64),
        day=pl.col("date").cast(pl.Date).cast(pl.Int32).cast(pl.Int64),
    )
    stories = (
        articles.with_columns(n_outlets=pl.col("outlet").n_unique().over("family"))
        .filter((pl.col("family") == pl.col("doc_id")) & pl.col("day").is_not_null())
        .sort("day", "doc_id")
    )
    outlet = stories.select(pl.when(pl.col("n_outlets") > 1).then(-1).otherwise("number"))
    return Stories(
        stories["row"].to_numpy(), stories["day"].to_numpy(), outlet.to_series().to_numpy()
    )


def split_into_blocks(day: np.ndarray) -> Iterator[Block]:
    """Yield blocks of whole days, with as many days around each as a link may span.

    Parameters
    ----------
    day : of each story, ascending.
    """
    start = 0
    while start < len(day):
        last = day[min(start + BLOCK_ARTICLES, len(day)) - 1]
        end = int(np.searchsorted(day, last, side="right"))
        yield Block(
            int(np.searchsorted(day, day[start] - MAX_DAYS_APART)),
            int(np.searchsorted(day, last + MAX_DAYS_APART, side="right")),
            start,
            end,
        )
        start = end


def find_candidates(
    vectors: Vectors, n_terms: int, stories: Stories, block: Block, min_cosine: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of stories that may tell of one event, each pair once.

    Parameters
    ----------
    vectors : what titles and leads of the block's stories have.
    n_terms : the number of terms of the corpus.
    stories : all stories.
    block : where they are.
    min_cosine : how near neighbours are, at least.

    Returns
    -------
    The numbers of both in the block, the first below the second, ascending. A pair is there if one
    of the two was asked for and the other is among its nearest neighbours.
    """
    day, outlet = (part[block.first : block.end] for part in (stories.day, stories.outlet))
    asked = np.arange(block.asked_first, block.asked_end) - block.first
    window = (
        asked,
        np.searchsorted(day, day[asked] - MAX_DAYS_APART),
        np.searchsorted(day, day[asked] + MAX_DAYS_APART, side="right"),
        outlet,
    )
    a, b = compile_module(story_kernels).find_nearest(
        vectors,
        invert_vectors(vectors, n_terms),
        measure_norms(vectors),
        window,
        (MAX_NEIGHBOURS, MAX_POSTINGS, min_cosine),
    )
    pairs = np.unique(np.minimum(a, b) * len(day) + np.maximum(a, b))
    return np.divmod(pairs, max(len(day), 1))


def invert_vectors(vectors: Vectors, n_terms: int) -> Vectors:
    """Return for each term the articles that have it, ascending, their weights, and bounds."""
    term, weight, bounds = vectors
    columns = scipy.sparse.csr_array(
        (weight, term, bounds), shape=(len(bounds) - 1, n_terms)
    ).tocsc()
    return columns.indices.astype(np.int32), columns.data, columns.indptr.astype(np.int64)
