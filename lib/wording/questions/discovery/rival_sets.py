"""Sets of rivals: phrases that may name one thing and that outlets use differently, unasked."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

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
from wording.questions.discovery.rivals import find_judged_pairs, match_study_concepts
from wording.stats.between_outlets import between_outlet_spread
from wording.study.records import StudyRecord
from wording.tables import check_columns

NEIGHBOURS_PER_PHRASE = 10
"""The most similar phrases of each phrase that are looked at."""

MIN_ARTICLES_PER_PHRASE, MIN_ARTICLE_FRACTION = 20, 0.0025
"""Articles that each phrase of a pair occurs in at least: absolute, and of the compared ones."""

MIN_PAIR_SIMILARITY = 0.15
"""Similarity of a pair at least."""

MAX_RIVAL_SETS, MAX_PHRASES_PER_SET = 50, 5
"""Sets at most, and phrases in a set at most."""

MIN_JOINING_RATIO, MIN_REPEATING_RATIO = 0.8, 0.5
"""Similarity with a set, as a part of that of its first two phrases.

From the first on (with each of its phrases) a phrase joins it; from the second on (with the first
two) a pair only repeats its concept.
"""

MIN_SPELLING_SIMILARITY = 0.85
"""Letters in common from which two phrases are one in two spellings."""

SIMILARITY_BLOCK_SIZE = 1_000
"""Phrases whose similarities with all others are computed at once; bounds the memory."""

MAX_RANKED_PAIRS = 2_000
"""The clearest pairs, of which sets are made."""


@dataclass
class RivalSet:
    """A set of rivals: rows of the phrases, and the similarity of the first two."""

    phrases: list[int]
    similarity: float


def find_rival_sets(
    study: StudyRecord, *, max_sets: int = MAX_RIVAL_SETS, copies: str = "all"
) -> pd.DataFrame:
    """Return sets of phrases that may be rivals, the clearest first.

    Pairs that were judged, or that are variants of one concept of the study, are left out.

    Parameters
    ----------
    study : StudyRecord
    max_sets : int
        Sets at most.
    copies : str
        Which copies count: all, one or none.

    Returns
    -------
    pd.DataFrame
        The table `candidates`.

    Raises
    ------
    WordingError
        If the articles are not there, or for an unknown way of counting copies.
    """
    vectors, corpus = get_phrase_vectors(study), build_corpus(study)
    compared = select_compared(study, corpus.articles, copies=copies).articles
    is_compared = corpus.table["doc_id"].is_in(compared["doc_id"].to_list())
    articles = np.flatnonzero(is_compared.to_numpy())
    outlets = compared["outlet"].to_numpy(dtype=str)  # in the order of the corpus
    ranked = find_contrasting_pairs(vectors, articles, outlets).head(MAX_RANKED_PAIRS)
    new = ranked.filter(~mark_settled_pairs(study, vectors, ranked))
    return tabulate_sets(vectors, ranked, group_pairs(vectors, new, max_sets=max_sets))


def mark_settled_pairs(
    study: StudyRecord, vectors: PhraseVectors, ranked: pl.DataFrame
) -> pl.Series:
    """Return which pairs were judged, or are two variants of one concept already."""
    judged = find_judged_pairs(vectors, study)
    rows = np.unique(ranked.select("a", "b").to_numpy())
    matched = match_study_concepts(study, vectors.folded[rows])
    concepts = dict(zip(rows.tolist(), matched, strict=True))
    is_settled = [
        frozenset((vectors.folded[a], vectors.folded[b])) in judged
        or bool(concepts[a] & concepts[b])
        for a, b in ranked.select("a", "b").iter_rows()
    ]
    return pl.Series(is_settled, dtype=pl.Boolean)


def tabulate_sets(
    vectors: PhraseVectors, ranked: pl.DataFrame, groups: Sequence[Sequence[int]]
) -> pd.DataFrame:
    """Return one row per set and phrase after its first: the table `candidates`.

    Parameters
    ----------
    vectors : PhraseVectors
    ranked : pl.DataFrame
        As of `find_contrasting_pairs`.
    groups : sequence of sequence of int
        The rows of the phrases of each set.
    """
    pairs = [
        (number, *sorted((group[0], row)), group[0], row)
        for number, group in enumerate(groups, start=1)
        for row in group[1:]
    ]
    schema = dict.fromkeys(("set", "a", "b", "one", "other"), pl.Int64())
    table = pl.DataFrame(pairs, schema=schema, orient="row").join(
        ranked, on=["a", "b"], how="left", maintain_order="left"
    )
    phrases = vectors.table.select(join_possessives("term")).to_series()
    a, b = table["a"].to_numpy(), table["b"].to_numpy()
    cosines = {
        name: np.maximum(np.einsum("ij,ij->i", space[a], space[b], dtype=np.float64), 0)
        for name, space in vectors.spaces.items()
    }
    table = table.with_columns(
        term=phrases.gather(table["one"]),
        rival=phrases.gather(table["other"]),
        **{name: pl.Series(values) for name, values in cosines.items()},
    )
    return check_columns(table.to_pandas(), "candidates")


def find_contrasting_pairs(
    vectors: PhraseVectors, articles: np.ndarray, outlets: Sequence[str] | np.ndarray
) -> pl.DataFrame:
    """Return pairs of similar phrases that outlets use differently, the clearest first.

    The forms of a phrase are one.

    Parameters
    ----------
    vectors : PhraseVectors
    articles : np.ndarray
        The articles (columns of `PhraseVectors.present`) that are compared.
    outlets : sequence of str
        The outlet of each.

    Returns
    -------
    pl.DataFrame
        One row per pair: a, b (rows of the phrases, each the most frequent form); similarity;
        divergence; score (their product); n_articles (with either).
    """
    heads, present = merge_phrase_forms(vectors, articles)
    n = np.zeros(len(vectors.folded), np.int64)
    n[heads] = np.diff(present.indptr)
    min_articles = max(MIN_ARTICLES_PER_PHRASE, MIN_ARTICLE_FRACTION * len(articles))
    is_eligible = vectors.proposed & ~vectors.person & (n >= min_articles)
    similar = find_similar_phrases(vectors, np.flatnonzero(is_eligible))
    similar = similar.filter(~mark_nested_pairs(vectors, similar))
    head_row = np.zeros(len(n), np.int64)
    head_row[heads] = np.arange(len(heads))
    outlet = np.unique(np.asarray(outlets, dtype=str), return_inverse=True)[1]
    only_a, only_b, both = count_exclusive_articles(
        present, head_row[similar["a"]], head_row[similar["b"]], outlet
    )
    pairs = similar.with_columns(
        divergence=pl.Series(between_outlet_spread(only_a, only_b, both)),
        n_articles=pl.Series((only_a + only_b + both).sum(axis=1).astype(np.int64)),
    )
    score = pl.col("similarity") * pl.col("divergence")
    return (
        pairs.filter(pl.col("divergence") > 0)
        .with_columns(score=score)
        .sort(-score.round(9), "a", "b")
    )


def merge_phrase_forms(
    vectors: PhraseVectors, articles: np.ndarray
) -> tuple[np.ndarray, sparse.csr_array]:
    """Return the most frequent form of each phrase, and which articles have any of its forms.

    Returns
    -------
    np.ndarray
        Rows of the phrases, (n_heads,).
    sparse.csr_array
        int32 (n_heads, n_articles), 0 or 1.
    """
    group = np.unique(vectors.folded.astype(str), return_inverse=True)[1]
    by_frequency = np.lexsort((-vectors.table["n"].to_numpy(), group))
    is_first = np.diff(group[by_frequency], prepend=-1) > 0
    heads = by_frequency[is_first]
    members = sparse.csr_array(
        (np.ones(len(group), np.int32), (group, np.arange(len(group)))),
        shape=(len(heads), len(group)),
    )
    present = sparse.csr_array(members @ vectors.present[:, articles].astype(np.int32))
    present.data[:] = 1
    return heads, present


def find_similar_phrases(vectors: PhraseVectors, rows: np.ndarray) -> pl.DataFrame:
    """Return the most similar phrases of each of the rows among the rows, each pair once.

    Returns
    -------
    pl.DataFrame
        a, b (rows, a < b), similarity.
    """
    spaces = [np.asarray(space[rows]) for space in vectors.spaces.values()]
    schema = {"a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64}
    blocks = [pl.DataFrame(schema=schema)]
    for start in range(0, len(rows), SIMILARITY_BLOCK_SIZE):
        block = np.arange(start, min(start + SIMILARITY_BLOCK_SIZE, len(rows)))
        blocks.append(_find_block_neighbours(spaces, rows, block))
    return (
        pl.concat(blocks)
        .filter(pl.col("similarity") >= MIN_PAIR_SIMILARITY)
        .group_by("a", "b")
        .agg(pl.col("similarity").max())
        .sort("a", "b")
    )


def _find_block_neighbours(
    spaces: Sequence[np.ndarray], rows: np.ndarray, block: np.ndarray
) -> pl.DataFrame:
    """Return the most similar phrases of some phrases (places in `rows`)."""
    score = np.ones((len(block), len(rows)), np.float32)
    for space in spaces:
        score *= np.maximum(space[block] @ space.T, 0)
    score[np.arange(len(block)), block] = 0
    last = min(NEIGHBOURS_PER_PHRASE, len(rows) - 1)
    best = np.argpartition(-score, last, axis=1)[:, :NEIGHBOURS_PER_PHRASE]
    ends = np.sort([np.repeat(rows[block], best.shape[1]), rows[best.ravel()]], axis=0)
    similarity = np.take_along_axis(score, best, axis=1).ravel().astype(float)
    return pl.DataFrame({"a": ends[0], "b": ends[1], "similarity": similarity})


def mark_nested_pairs(vectors: PhraseVectors, pairs: pl.DataFrame) -> pl.Series:
    """Return which pairs are one phrase in two forms, or one inside the other, word by word."""
    padded = pl.DataFrame({name: _pad_phrases(vectors, pairs[name]) for name in ("a", "b")})
    a, b = pl.col("a"), pl.col("b")
    is_nested = a.str.contains(b, literal=True) | b.str.contains(a, literal=True)
    return padded.select(is_nested).to_series()


def _pad_phrases(vectors: PhraseVectors, rows: pl.Series) -> pl.Series:
    """Return the folded phrases between blanks, so that only whole words match."""
    return " " + pl.Series(vectors.folded[rows.to_numpy()], dtype=pl.String) + " "


def count_exclusive_articles(
    present: sparse.csr_array, a: np.ndarray, b: np.ndarray, outlet: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many articles of each outlet have only one phrase of each pair, or both.

    Parameters
    ----------
    present : sparse.csr_array
        Which articles have each phrase.
    a, b : np.ndarray
        The phrases of each pair.
    outlet : np.ndarray
        The number of each article's outlet.

    Returns
    -------
    tuple of np.ndarray
        Articles with only the first, only the second, and both, each (n_pairs, n_outlets).
    """
    members = sparse.csr_array(
        (np.ones(len(outlet)), (np.arange(len(outlet)), outlet)),
        shape=(len(outlet), outlet.max(initial=0) + 1),
    )
    n = (present @ members).toarray()
    both = (sparse.csr_array(present[a].multiply(present[b])) @ members).toarray()
    return n[a] - both, n[b] - both, both


def group_pairs(
    vectors: PhraseVectors, ranked: pl.DataFrame, *, max_sets: int = MAX_RIVAL_SETS
) -> list[list[int]]:
    """Return the pairs put together, so that one concept comes once.

    A phrase joins a set when it is about as similar to each of its phrases as the first two are; a
    pair that is only fairly similar to a set repeats its concept, and is left out.

    Parameters
    ----------
    vectors : PhraseVectors
    ranked : pl.DataFrame
        As of `find_contrasting_pairs`, the clearest first.
    max_sets : int
        Sets at most.

    Returns
    -------
    list of list of int
        The rows of the phrases of each set, its clearest pair first.
    """
    sets: list[RivalSet] = []
    placed: set[int] = set()
    for a, b, similarity in ranked.select("a", "b", "similarity").iter_rows():
        new = [row for row in (a, b) if row not in placed]
        if not new or is_spelling_variant(vectors.folded[a], vectors.folded[b]):
            continue
        repeated = _find_repeated_set(vectors, sets, [a, b])
        if repeated:
            joining = _select_joining(vectors, repeated, new)
            repeated.phrases += joining
            placed.update(joining)
        elif len(new) == 2 and len(sets) < max_sets:
            sets.append(RivalSet([a, b], similarity))
            placed.update((a, b))
    return [rival_set.phrases for rival_set in sets]


def _find_repeated_set(
    vectors: PhraseVectors, sets: Sequence[RivalSet], pair: Sequence[int]
) -> RivalSet | None:
    """Return the set whose concept a pair repeats, if there is one."""
    if not sets:
        return None
    first_pairs = [rival_set.phrases[:2] for rival_set in sets]
    own = np.array([rival_set.similarity for rival_set in sets])
    ratios = (compute_least_similarity(vectors, first_pairs, pair) / own[:, None]).min(axis=1)
    closest = int(ratios.argmax())
    return sets[closest] if ratios[closest] >= MIN_REPEATING_RATIO else None


def _select_joining(vectors: PhraseVectors, rival_set: RivalSet, rows: Sequence[int]) -> list[int]:
    """Return which of the phrases join a set, as far as it has room."""
    min_similarity = MIN_JOINING_RATIO * rival_set.similarity
    joining = [
        row for row in rows if is_similar_to_set(vectors, rival_set.phrases, row, min_similarity)
    ]
    return joining[: MAX_PHRASES_PER_SET - len(rival_set.phrases)]


def compute_least_similarity(
    vectors: PhraseVectors, groups: Sequence[Sequence[int]], rows: Sequence[int]
) -> np.ndarray:
    """Return the least similarity of each row with the phrases of each group.

    A phrase of the group itself is as similar as can be.

    Returns
    -------
    np.ndarray
        (n_groups, n_rows).
    """
    members = np.array(groups)
    cosines = [
        np.maximum(space[members.ravel()] @ space[rows].T, 0) for space in vectors.spaces.values()
    ]
    similarity = np.prod(cosines, axis=0)
    least: np.ndarray = similarity.reshape(*members.shape, len(rows)).min(axis=1)
    return least


def is_similar_to_set(
    vectors: PhraseVectors, group: Sequence[int], row: int, min_similarity: float
) -> bool:
    """Return whether a phrase is similar to every phrase of a set, and no form or part of one."""
    if compute_least_similarity(vectors, [group], [row]).min() < min_similarity:
        return False
    pairs = pl.DataFrame({"a": group, "b": [row] * len(group)})
    if mark_nested_pairs(vectors, pairs).any():
        return False
    folded = vectors.folded
    return not any(is_spelling_variant(folded[member], folded[row]) for member in group)


def is_spelling_variant(phrase: str, other: str) -> bool:
    """Return whether two phrases are most likely one in two spellings: a house style.

    >>> is_spelling_variant("front runner", "frontrunner")
    True
    >>> is_spelling_variant("illegal", "undocumented")
    False
    """
    letters = [re.sub(r"\W|_", "", unicodedata.normalize("NFKD", text)) for text in (phrase, other)]
    matcher = difflib.SequenceMatcher(None, letters[0], letters[1], autojunk=False)
    return matcher.ratio() >= MIN_SPELLING_SIMILARITY
