"""Starter sets: phrases that may name the same thing and between which outlets choose differently, with nothing given to start from."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy import sparse

from wording.analysis.lexicon import Lexicon
from wording.analysis.choice import divergence

NEIGHBOURS = 10
"""The most similar phrases of each phrase that are looked at."""
FEWEST, PART = 20, 0.002
"""Articles that each phrase of a pair stands in at least, absolute and as a part of the compared ones."""
SETS, LARGEST = 50, 5
"""Sets at most, and phrases in a set at most."""
ALIKE = 0.5
"""A phrase joins a set when its similarity to every member is at least this part of that of the set's first two."""
SPELLED_ALIKE = 0.85
"""Letters in common from which two phrases are one in two spellings."""
BLOCK = 1_000


def pairs(lexicon: Lexicon, articles: np.ndarray, outlets: Sequence[str]) -> pl.DataFrame:
    """Pairs of similar phrases between which outlets choose differently, the clearest first.

    Parameters
    ----------
    articles : the articles (columns of `Lexicon.present`) that are compared.
    outlets : the outlet of each.

    Returns
    -------
    One row per pair: a, b (rows of the lexicon's table); similarity; divergence; score (their product); n_articles (with either).
    """
    present = sparse.csr_array(lexicon.present[:, articles], dtype=np.int32)
    n, fewest = np.diff(present.indptr), max(FEWEST, PART * len(articles))
    near = neighbours(lexicon, np.flatnonzero(lexicon.proposed & ~lexicon.table["person"].to_numpy() & (n >= fewest)))
    near = near.filter(~nested(lexicon, near))
    one, other, both = votes(present, near, np.unique(np.asarray(outlets, dtype=str), return_inverse=True)[1])
    told = near.with_columns(divergence=pl.Series(divergence(one, other, both)), n_articles=pl.Series((one + other + both).sum(axis=1), dtype=pl.Int64))
    return told.with_columns(score=pl.col("similarity") * pl.col("divergence")).filter(pl.col("score") > 0).sort(-pl.col("score").round(9), "a", "b")


def neighbours(lexicon: Lexicon, rows: np.ndarray) -> pl.DataFrame:
    """The most similar phrases of each of the rows among the rows: a, b (a < b), similarity; each pair once."""
    spaces = [np.asarray(space[rows]) for space in lexicon.spaces.values()]
    found = [pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64})]
    for first in range(0, len(rows), BLOCK):
        block = np.arange(first, min(first + BLOCK, len(rows)))
        score = np.prod([np.maximum(space[block] @ space.T, 0) for space in spaces], axis=0)
        score[np.arange(len(block)), block] = 0
        best = np.argpartition(-score, min(NEIGHBOURS, len(rows) - 1), axis=1)[:, :NEIGHBOURS]
        ends = np.sort([np.repeat(rows[block], best.shape[1]), rows[best.ravel()]], axis=0)
        similarity = np.take_along_axis(score, best, axis=1).ravel().astype(float)
        found.append(pl.DataFrame({"a": ends[0], "b": ends[1], "similarity": similarity}))
    return pl.concat(found).filter(pl.col("similarity") > 0).group_by("a", "b").agg(pl.col("similarity").max()).sort("a", "b")


def nested(lexicon: Lexicon, near: pl.DataFrame) -> pl.Series:
    """Which pairs are one phrase in two forms, or one inside the other."""
    a, b = (pl.Series(name, lexicon.folded[near[name].to_numpy()], dtype=pl.String) for name in ("a", "b"))
    padded = pl.DataFrame([a, b]).select(pl.format(" {} ", "a").alias("a"), pl.format(" {} ", "b").alias("b"))
    return padded.select(pl.col("a").str.contains(pl.col("b"), literal=True) | pl.col("b").str.contains(pl.col("a"), literal=True)).to_series()


def votes(present: sparse.csr_array, near: pl.DataFrame, outlet: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many articles of each outlet have only the first phrase of each pair, only the other, or both: each (n_pairs, n_outlets)."""
    of_outlet = sparse.csr_array((np.ones(len(outlet)), (np.arange(len(outlet)), outlet)), shape=(len(outlet), outlet.max(initial=0) + 1))
    a, b = near["a"].to_numpy(), near["b"].to_numpy()
    each, both = (present @ of_outlet).toarray(), (sparse.csr_array(present[a].multiply(present[b])) @ of_outlet).toarray()
    return each[a] - both, each[b] - both, both


def sets(lexicon: Lexicon, ranked: pl.DataFrame, *, most: int = SETS) -> list[list[int]]:
    """The pairs put together, so that one concept comes once: rows of the lexicon's table, the clearest pair of each set first."""
    found: list[list[int]] = []
    first, home = [], {}
    terms = lexicon.folded
    for a, b, similarity in ranked.select("a", "b", "similarity").iter_rows():
        if a in home and b in home or spelled_alike(terms[a], terms[b]):
            continue
        if a not in home and b not in home:
            if len(found) < most:
                home |= {a: len(found), b: len(found)}
                found.append([a, b])
                first.append(similarity)
            continue
        member, new = (a, b) if a in home else (b, a)
        group = found[home[member]]
        if len(group) < LARGEST and joins(lexicon, group, new, ALIKE * first[home[member]]):
            home[new] = home[member]
            group.append(new)
    return found
