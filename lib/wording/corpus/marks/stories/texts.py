"""What links are found by: the words of the beginnings of articles, weighted by how rare they are.

The words are those of the encoded corpus: a term is the number of a word's key (see
`Shard.numbers`), the same in every shard. All weights and products are whole numbers, so that no
order of summation, and so neither shards nor threads, changes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import (
    Shard,
    concatenate_ranges,
    merge_shards,
    offsets_of,
)
from wording.corpus.marks.stories import story_kernels

LEAD_WORDS, BODY_WORDS = 250, 600
"""The first words of an article that are compared: its lead, and as much of its body as is read."""

TITLE_REPEATS = 2
"""How often the title counts beside the lead."""

RARITY_STEPS, FREQUENCY_STEPS = 100, 10
"""Weights are whole numbers: so many steps to a logarithm of a term's rarity, and of how often it
occurs in an article."""

Vectors = tuple[np.ndarray, np.ndarray, np.ndarray]
"""The terms of some articles (int32), their weights (int32), and bounds (int64)."""


@dataclass(frozen=True)
class TermTable:
    """The terms of a corpus.

    Attributes
    ----------
    rarity : int64 (n_terms,), the more the fewer articles have the term.
    of_forms : for the titles, and for each shard, the term of each form, int32; -1: no word.
    """

    rarity: np.ndarray
    of_forms: list[np.ndarray]


@dataclass(frozen=True)
class Words:
    """The first words of some articles: the term of each, and where those of each article begin."""

    terms: np.ndarray
    bounds: np.ndarray

    def head(self, n: int) -> Words:
        """Return at most the first `n` words of each article."""
        start, end = self.bounds[:-1], np.minimum(self.bounds[1:], self.bounds[:-1] + n)
        return Words(self.terms[concatenate_ranges(start, end)], offsets_of(end - start))


def merge_titles(corpus: Corpus) -> Shard:
    """Return the titles of all articles as one shard; an article without one has an empty one."""
    return merge_shards([shard.titles for shard in corpus.shards if shard.titles is not None])


def find_terms(corpus: Corpus, titles: Shard) -> TermTable:
    """Return the terms of a corpus; the articles that have one in their first words say how rare.

    Parameters
    ----------
    corpus : the articles.
    titles : their titles.
    """
    calls = ((shard,) for shard in [titles, *corpus.shards])
    counted = run_parallel(count_shard_terms, calls, shared_memory=True)
    numbers = np.unique(np.concatenate([found for found, _, _ in counted]))
    n_articles = np.zeros(len(numbers), np.int64)
    for found, n, _ in counted[1:]:
        n_articles[np.searchsorted(numbers, found)] += n
    rarity = np.log1p(max(len(corpus.table), 1) / np.maximum(n_articles, 1))
    # The last place is for what is no word: its local number is -1.
    of_forms = [
        np.append(np.searchsorted(numbers, found), -1).astype(np.int32)[local]
        for found, _, local in counted
    ]
    return TermTable(np.rint(RARITY_STEPS * rarity).astype(np.int64), of_forms)


def count_shard_terms(shard: Shard) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the numbers of a shard's words, in how many articles each is, and each form's place.

    The last are places among these numbers, int32 (n_forms,); -1 for what is no word.
    """
    is_word = shard.are_words(np.arange(len(shard.numbers)))
    found, place = np.unique(shard.numbers[is_word], return_inverse=True)
    local = np.full(len(is_word), -1, np.int32)
    local[is_word] = place
    words = take_words(shard, np.arange(len(shard)), local)
    kernels = compile_module(story_kernels)
    return found, kernels.count_articles_with(words.terms, words.bounds, len(found)), local


def take_words(shard: Shard, rows: np.ndarray, term_of: np.ndarray) -> Words:
    """Return the first words of some articles of a shard, boilerplate left out.

    Parameters
    ----------
    shard : the articles.
    rows : those that are asked for.
    term_of : the term of each form; -1: no word.
    """
    first, last = shard.bounds[rows], shard.bounds[rows + 1]
    return Words(
        *compile_module(story_kernels).take_first_words(
            shard.tokens, first, last, term_of, shard.boilerplate, BODY_WORDS
        )
    )


def gather_words(corpus: Corpus, terms: TermTable, rows: np.ndarray) -> Words:
    """Return the first words of some articles (rows of the corpus), in the order of the rows."""
    order = np.argsort(rows, kind="stable")
    cut = np.searchsorted(rows[order], corpus.starts)
    parts = [
        take_words(
            corpus.shards[k],
            rows[order][cut[k] : cut[k + 1]] - corpus.starts[k],
            terms.of_forms[k + 1],
        )
        for k in np.flatnonzero(np.diff(cut)).tolist()
    ]
    return reorder_words(concatenate_words(parts), np.argsort(order, kind="stable"))


def concatenate_words(parts: Sequence[Words]) -> Words:
    """Return the words of all articles of several parts."""
    lengths = [np.diff(part.bounds) for part in parts]
    return Words(
        np.concatenate([part.terms for part in parts]),
        offsets_of(np.concatenate(lengths)),
    )


def reorder_words(words: Words, order: np.ndarray) -> Words:
    """Return the words of the articles in another order."""
    start, end = words.bounds[order], words.bounds[order + 1]
    return Words(words.terms[concatenate_ranges(start, end)], offsets_of(end - start))


def weigh_words(words: Words, rarity: np.ndarray) -> Vectors:
    """Return the vectors of articles: the weight of each term by its rarity and its frequency."""
    distinct, n, bounds = compile_module(story_kernels).count_article_terms(
        words.terms, np.ascontiguousarray(words.bounds), len(rarity)
    )
    return distinct, weigh_terms(distinct, n, rarity), bounds


def weigh_terms(distinct: np.ndarray, n: np.ndarray, rarity: np.ndarray) -> np.ndarray:
    """Return the weight of each term of an article that has it `n` times, int32.

    It is the usual TF-IDF weight, (1 + ln n) ln(1 + N / df), in whole steps.
    """
    steps = np.rint(FREQUENCY_STEPS * (1 + np.log(np.arange(1, n.max(initial=1) + 1))))
    return (steps[n - 1].astype(np.int64) * rarity[distinct]).astype(np.int32)


def measure_norms(vectors: Vectors) -> np.ndarray:
    """Return the length of each vector; 1 where there is none, whose products are 0."""
    _, weight, bounds = vectors
    squares = offsets_of(weight.astype(np.int64) ** 2)
    sums = squares[bounds[1:]] - squares[bounds[:-1]]
    return np.sqrt(np.maximum(sums, 1))


def make_views(title: Words, body: Words) -> dict[str, Words]:
    """Return what of articles is compared, by name.

    Parameters
    ----------
    title, body : the words of their titles and of their bodies.
    """
    return {
        "title": title,
        "lead": join_words([title] * TITLE_REPEATS + [body.head(LEAD_WORDS)]),
        "body": body,
    }


def join_words(parts: Sequence[Words]) -> Words:
    """Return for each article its words in all parts."""
    n_articles, n_parts = len(parts[0].bounds) - 1, len(parts)
    order = np.arange(n_articles)[:, None] + n_articles * np.arange(n_parts)
    joined = reorder_words(concatenate_words(parts), order.ravel())
    return Words(joined.terms, joined.bounds[::n_parts])
