"""Starter sets: phrases that may name the same thing and between which outlets choose differently, with nothing given to start from."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from wording.corpus.build import build_corpus
from wording.corpus.counts import select_compared
from wording.questions.discovery.phrase_vectors import (
    PhraseVectors,
    get_phrase_vectors,
    join_possessives,
)
from wording.questions.discovery.rivals import match_study_concepts
from wording.stats.between_outlets import between_outlet_spread
from wording.study.journal import read_verdicts
from wording.study.records import StudyRecord
from wording.tables import check_columns

NEIGHBOURS_PER_PHRASE = 10
"""The most similar phrases of each phrase that are looked at."""
MIN_ARTICLES_PER_PHRASE, MIN_ARTICLE_FRACTION = 20, 0.0025
"""Articles that each phrase of a pair stands in at least, absolute and as a part of the compared ones."""
MIN_PAIR_SIMILARITY = 0.15
"""Similarity of a pair at least."""
MAX_RIVAL_SETS, MAX_PHRASES_PER_SET = 50, 5
"""Sets at most, and phrases in a set at most."""
MIN_JOINING_RATIO, MIN_REPEATING_RATIO = 0.8, 0.5
"""Similarity with each phrase of a set, as a part of that of its first two, from which a phrase joins it, and from which a pair only repeats its concept."""
MIN_SPELLING_SIMILARITY = 0.85
"""Letters in common from which two phrases are one in two spellings."""
SIMILARITY_BLOCK_SIZE = 1_000
MAX_RANKED_PAIRS = 2_000
"""The clearest pairs, of which sets are made."""


def find_rival_sets(
    study: StudyRecord, *, most: int = MAX_RIVAL_SETS, copies: str = "all"
) -> pd.DataFrame:
    """The table `candidates`: at most so many starter sets, the clearest first; pairs that were judged, or that one concept of the study tells apart already, left out.

    Raises
    ------
    WordingError
        If the articles are not there, or for an unknown way of counting copies.
    """
    lexicon, corpus = get_phrase_vectors(study), build_corpus(study)
    articles = select_compared(study, corpus.articles, copies=copies).articles
    chosen = np.flatnonzero(corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy())
    ranked = find_contrasting_pairs(
        lexicon, chosen, corpus.table["outlet"].to_numpy()[chosen]
    ).head(MAX_RANKED_PAIRS)
    return tabulate_sets(
        lexicon,
        ranked,
        group_pairs(lexicon, ranked.filter(~mark_settled_pairs(study, lexicon, ranked)), most=most),
    )


def mark_settled_pairs(
    study: StudyRecord, lexicon: PhraseVectors, ranked: pl.DataFrame
) -> pl.Series:
    """Which pairs were judged, or are two variants of one concept already."""
    said = read_verdicts(study)
    judged = {
        frozenset(map(lexicon.fold, pair)) for pair in zip(said["term"], said["rival"], strict=True)
    }
    rows = np.unique(ranked.select("a", "b").to_numpy())
    known = dict(zip(rows.tolist(), match_study_concepts(study, lexicon.folded[rows]), strict=True))
    found = [
        frozenset((lexicon.folded[a], lexicon.folded[b])) in judged or bool(known[a] & known[b])
        for a, b in ranked.select("a", "b").iter_rows()
    ]
    return pl.Series(found, dtype=pl.Boolean)


def tabulate_sets(
    lexicon: PhraseVectors, ranked: pl.DataFrame, found: Sequence[Sequence[int]]
) -> pd.DataFrame:
    """One row per set and phrase after its first."""
    pairs = [
        (number, *sorted((group[0], row)), group[0], row)
        for number, group in enumerate(found, start=1)
        for row in group[1:]
    ]
    named = lexicon.table.select(join_possessives("term")).to_series()
    table = pl.DataFrame(
        pairs,
        schema={"set": pl.Int64, "a": pl.Int64, "b": pl.Int64, "one": pl.Int64, "other": pl.Int64},
        orient="row",
    )
    table = table.join(ranked, on=["a", "b"], how="left", maintain_order="left")
    a, b = table["a"].to_numpy(), table["b"].to_numpy()
    parts = {
        name: np.maximum(np.einsum("ij,ij->i", space[a], space[b], dtype=np.float64), 0)
        for name, space in lexicon.spaces.items()
    }
    table = table.with_columns(
        term=named.gather(table["one"]),
        rival=named.gather(table["other"]),
        **{name: pl.Series(part) for name, part in parts.items()},
    )
    return check_columns(table.to_pandas(), "candidates")


def find_contrasting_pairs(
    lexicon: PhraseVectors, articles: np.ndarray, outlets: Sequence[str]
) -> pl.DataFrame:
    """Pairs of similar phrases between which outlets choose differently, the clearest first; the forms of a phrase are one.

    Parameters
    ----------
    articles : the articles (columns of `Lexicon.present`) that are compared.
    outlets : the outlet of each.

    Returns
    -------
    One row per pair: a, b (rows of the lexicon's table, each the most frequent form); similarity; divergence; score (their product); n_articles (with either).
    """
    heads, present = merge_phrase_forms(lexicon, articles)
    n, fewest = (
        np.zeros(len(lexicon.folded), np.int64),
        max(MIN_ARTICLES_PER_PHRASE, MIN_ARTICLE_FRACTION * len(articles)),
    )
    n[heads] = np.diff(present.indptr)
    near = find_similar_phrases(
        lexicon, np.flatnonzero(lexicon.proposed & ~lexicon.person & (n >= fewest))
    )
    near = near.filter(~mark_nested_pairs(lexicon, near))
    row = np.zeros(len(n), np.int64)
    row[heads] = np.arange(len(heads))
    one, other, both = count_exclusive_articles(
        present,
        row[near["a"]],
        row[near["b"]],
        np.unique(np.asarray(outlets, dtype=str), return_inverse=True)[1],
    )
    apart = pl.DataFrame(
        {
            "divergence": between_outlet_spread(one, other, both),
            "n_articles": (one + other + both).sum(axis=1).astype(np.int64),
        }
    )
    told = pl.concat([near, apart], how="horizontal").filter(pl.col("divergence") > 0)
    return told.with_columns(score=pl.col("similarity") * pl.col("divergence")).sort(
        -(pl.col("similarity") * pl.col("divergence")).round(9), "a", "b"
    )


def merge_phrase_forms(
    lexicon: PhraseVectors, articles: np.ndarray
) -> tuple[np.ndarray, sparse.csr_array]:
    """The most frequent form of each phrase (rows of the table), and which of the articles have any of its forms, int32 (n_heads, n_articles)."""
    group = np.unique(lexicon.folded.astype(str), return_inverse=True)[1]
    order = np.lexsort((-lexicon.table["n"].to_numpy(), group))
    heads = order[np.concatenate([[True], np.diff(group[order]) > 0])] if len(order) else order
    together = sparse.csr_array(
        (np.ones(len(group), np.int32), (group, np.arange(len(group)))),
        shape=(len(heads), len(group)),
    )
    present = sparse.csr_array(together @ lexicon.present[:, articles].astype(np.int32))
    present.data[:] = 1
    return heads, present


def find_similar_phrases(lexicon: PhraseVectors, rows: np.ndarray) -> pl.DataFrame:
    """The most similar phrases of each of the rows among the rows: a, b (a < b), similarity; each pair once."""
    spaces = [np.asarray(space[rows]) for space in lexicon.spaces.values()]
    found = [pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64})]
    for first in range(0, len(rows), SIMILARITY_BLOCK_SIZE):
        block = np.arange(first, min(first + SIMILARITY_BLOCK_SIZE, len(rows)))
        score = np.ones((len(block), len(rows)), np.float32)
        for space in spaces:
            score *= np.maximum(space[block] @ space.T, 0)
        score[np.arange(len(block)), block] = 0
        best = np.argpartition(-score, min(NEIGHBOURS_PER_PHRASE, len(rows) - 1), axis=1)[
            :, :NEIGHBOURS_PER_PHRASE
        ]
        ends = np.sort([np.repeat(rows[block], best.shape[1]), rows[best.ravel()]], axis=0)
        similarity = np.take_along_axis(score, best, axis=1).ravel().astype(float)
        found.append(pl.DataFrame({"a": ends[0], "b": ends[1], "similarity": similarity}))
    return (
        pl.concat(found)
        .filter(pl.col("similarity") >= MIN_PAIR_SIMILARITY)
        .group_by("a", "b")
        .agg(pl.col("similarity").max())
        .sort("a", "b")
    )


def mark_nested_pairs(lexicon: PhraseVectors, near: pl.DataFrame) -> pl.Series:
    """Which pairs are one phrase in two forms, or one inside the other."""
    a, b = (
        pl.Series(name, lexicon.folded[near[name].to_numpy()], dtype=pl.String)
        for name in ("a", "b")
    )
    padded = pl.DataFrame([a, b]).select(
        pl.format(" {} ", "a").alias("a"), pl.format(" {} ", "b").alias("b")
    )
    return padded.select(
        pl.col("a").str.contains(pl.col("b"), literal=True)
        | pl.col("b").str.contains(pl.col("a"), literal=True)
    ).to_series()


def count_exclusive_articles(
    present: sparse.csr_array, a: np.ndarray, b: np.ndarray, outlet: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many articles of each outlet have only the first phrase of each pair, only the other, or both: each (n_pairs, n_outlets)."""
    of_outlet = sparse.csr_array(
        (np.ones(len(outlet)), (np.arange(len(outlet)), outlet)),
        shape=(len(outlet), outlet.max(initial=0) + 1),
    )
    each, both = (
        (present @ of_outlet).toarray(),
        (sparse.csr_array(present[a].multiply(present[b])) @ of_outlet).toarray(),
    )
    return each[a] - both, each[b] - both, both


def group_pairs(
    lexicon: PhraseVectors, ranked: pl.DataFrame, *, most: int = MAX_RIVAL_SETS
) -> list[list[int]]:
    """The pairs put together, so that one concept comes once: rows of the lexicon's table, the clearest pair of each set first.

    A phrase joins a set when it is about as similar to each of its phrases as the first two are; a pair that is only fairly similar to a set repeats its concept, and is left out.
    """
    found, alike, home = [], [], set()
    for a, b, similarity in ranked.select("a", "b", "similarity").iter_rows():
        if (a in home and b in home) or is_spelling_variant(lexicon.folded[a], lexicon.folded[b]):
            continue
        near = (
            compute_least_similarity(lexicon, [group[:2] for group in found], [a, b])
            / np.array(alike)[:, None]
            if found
            else np.zeros((0, 2))
        )
        closest = int(near.min(axis=1).argmax()) if found else 0
        if found and near[closest].min() >= MIN_REPEATING_RATIO:
            new = [
                row
                for row in (a, b)
                if row not in home
                and is_similar_to_set(
                    lexicon, found[closest], row, MIN_JOINING_RATIO * alike[closest]
                )
            ][: MAX_PHRASES_PER_SET - len(found[closest])]
            found[closest] += new
            home.update(new)
        elif a not in home and b not in home and len(found) < most:
            found.append([a, b])
            alike.append(similarity)
            home.update((a, b))
    return found


def compute_least_similarity(
    lexicon: PhraseVectors, groups: Sequence[Sequence[int]], rows: Sequence[int]
) -> np.ndarray:
    """The least similarity of each row with the phrases of each group (n_groups, n_rows); a phrase of the group itself is as close as can be."""
    members = np.array(groups)
    similarity = np.prod(
        [
            np.maximum(space[members.ravel()] @ space[rows].T, 0)
            for space in lexicon.spaces.values()
        ],
        axis=0,
    )
    return similarity.reshape(*members.shape, len(rows)).min(axis=1)


def is_similar_to_set(lexicon: PhraseVectors, group: Sequence[int], new: int, least: float) -> bool:
    """Whether a phrase is similar enough to every phrase of a set, and no form or part of one."""
    one = pl.DataFrame({"a": group, "b": [new] * len(group)})
    spelled = any(is_spelling_variant(lexicon.folded[row], lexicon.folded[new]) for row in group)
    return (
        bool(compute_least_similarity(lexicon, [group], [new]).min() >= least)
        and not mark_nested_pairs(lexicon, one).any()
        and not spelled
    )


def is_spelling_variant(one: str, other: str) -> bool:
    """Whether two phrases are most likely one in two spellings: a house style.

    >>> is_spelling_variant("front runner", "frontrunner"), is_spelling_variant("illegal", "undocumented")
    (True, False)
    """
    plain = [re.sub(r"\W|_", "", unicodedata.normalize("NFKD", phrase)) for phrase in (one, other)]
    return difflib.SequenceMatcher(None, *plain, autojunk=False).ratio() >= MIN_SPELLING_SIMILARITY
