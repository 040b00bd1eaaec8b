"""What surrounds each phrase of a corpus, counted in three ways: in its slot, in its sentences, in its articles."""

from __future__ import annotations

from collections.abc import Callable

import joblib
import numpy as np
from scipy import sparse

from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.terms import counted
from wording.questions.discovery.phrases import LONGEST, Phrases, Places

BY_PLACE, NEAR = (-2, -1, 1, 2), (-4, -3, -2, -1, 1, 2, 3, 4)
"""How many tokens from the phrase a neighbour stands: those told apart by place, and those that only have to be near."""


def slot(corpus: Corpus, phrases: Phrases) -> sparse.csr_array:
    """How often which neighbours stand around each phrase: (n_phrases, features), int32.

    The two neighbours on each side, by place (a token that is no frequent word, and what lies beyond the sentence, are a neighbour of their own kind), then the content words
    of the sentence within four tokens.
    """
    return added(corpus, phrases, part_slot)


def company(corpus: Corpus, phrases: Phrases) -> sparse.csr_array:
    """How often each content word stands in a sentence with each phrase, the phrase's own words left out: (n_phrases, n_words), int32."""
    together = added(corpus, phrases, part_company)
    row = np.repeat(np.arange(together.shape[0], dtype=np.int32), np.diff(together.indptr))
    own = phrases.number.copy()
    for _ in range(LONGEST):
        together.data[phrases.anatomy.last[own][row] == together.indices] = 0
        own = np.where(phrases.anatomy.shorter[own] >= 0, phrases.anatomy.shorter[own], own)
    together.eliminate_zeros()
    return together


def articles(corpus: Corpus, phrases: Phrases) -> sparse.csr_array:
    """How often each phrase stands in each article of the corpus: (n_phrases, n_articles), int32."""
    row, parts = rows(phrases), list(zip(corpus.parts(), phrases.places, strict=True))
    found = [counted(*at(row, places, part.shard.article(places.start)), (len(phrases.number), len(part.shard))) for part, places in parts]
    return sparse.csr_array(sparse.hstack(found, format="csr"))


def added(corpus: Corpus, phrases: Phrases, one: Callable) -> sparse.csr_array:
    """The sum over shards of what is counted in each."""
    parallel = joblib.Parallel(n_jobs=-1, prefer="threads")
    row = rows(phrases)
    return sum(parallel(joblib.delayed(one)(*both, phrases, row) for both in zip(corpus.parts(), phrases.places, strict=True)))


def rows(phrases: Phrases) -> np.ndarray:
    """The row of each term among the phrases, -1 for the others."""
    row = np.full(len(phrases.known), -1, np.int32)
    row[phrases.number] = np.arange(len(phrases.number))
    return row


def at(row: np.ndarray, places: Places, column: np.ndarray, where: np.ndarray | bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each place of a phrase where `where` holds."""
    kept = (row[places.term] >= 0) & where
    return row[places.term[kept]], column[kept]


def part_slot(part: Part, places: Places, phrases: Phrases, row: np.ndarray) -> sparse.csr_array:
    """The neighbours of one shard's places."""
    n_words = len(phrases.known.words)
    last = places.start + phrases.known.length[places.term].astype(np.int32) - 1
    shape, sentence = (len(phrases.number), (len(BY_PLACE) + 1) * (n_words + 1)), part.shard.sentence
    total = sparse.csr_array(shape, dtype=np.int32)
    for step in NEAR:
        beside = np.clip((places.start if step < 0 else last) + step, 0, len(places.words) - 1)
        word = np.where(sentence[beside] == sentence[places.start], places.words[beside], -1)
        if step in BY_PLACE:
            column = np.where(word < 0, n_words, word) + BY_PLACE.index(step) * (n_words + 1)
            total = total + counted(*at(row, places, column), shape)
        total = total + counted(*at(row, places, word + len(BY_PLACE) * (n_words + 1), phrases.words.content[word]), shape)
    return total


def part_company(part: Part, places: Places, phrases: Phrases, row: np.ndarray) -> sparse.csr_array:
    """The content words in the sentences of one shard's places."""
    sentence, n_words = part.shard.sentence, len(phrases.known.words)
    n_sentences = int(sentence[-1]) + 1 if len(sentence) else 0
    content = np.flatnonzero(phrases.words.content[places.words])
    of_phrases = counted(*at(row, places, sentence[places.start]), (len(phrases.number), n_sentences))
    return sparse.csr_array(of_phrases @ counted(sentence[content], places.words[content], (n_sentences, n_words)))
