"""What surrounds each phrase of a corpus: in its immediate context, its sentences, its articles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.terms import count_pairs
from wording.questions.discovery.phrases import MAX_PHRASE_WORDS, CorpusPhrases, PhrasePlaces

SLOT_OFFSETS, WINDOW_OFFSETS = (-2, -1, 1, 2), (-4, -3, -2, -1, 1, 2, 3, 4)
"""How many tokens from the phrase a neighbour is: those distinguished by place, and those that only
have to be near."""


def count_slot_neighbours(corpus: Corpus, phrases: CorpusPhrases) -> sparse.csr_array:
    """Return how often which neighbours occur around each phrase: (n_phrases, features), int32.

    The two neighbours on each side, by place (a token that is no frequent word, and what lies
    beyond the sentence, are a neighbour of their own kind), then the content words of the sentence
    within four tokens.
    """
    return sum_over_parts(corpus, phrases, count_part_slots)


def count_sentence_words(corpus: Corpus, phrases: CorpusPhrases) -> sparse.csr_array:
    """Return how often each content word occurs in a sentence with each phrase.

    (n_phrases, n_words), int32; the phrase's own words are left out.
    """
    together = sum_over_parts(corpus, phrases, count_part_sentence_words)
    row = np.repeat(np.arange(together.shape[0], dtype=np.int32), np.diff(together.indptr))
    own = phrases.number.copy()
    for _ in range(MAX_PHRASE_WORDS):
        together.data[phrases.anatomy.last[own][row] == together.indices] = 0
        own = np.where(phrases.anatomy.shorter[own] >= 0, phrases.anatomy.shorter[own], own)
    together.eliminate_zeros()
    return together


def count_phrase_articles(corpus: Corpus, phrases: CorpusPhrases) -> sparse.csr_array:
    """Return how often each phrase occurs in each article: (n_phrases, n_articles), int32."""
    row, parts = map_terms_to_rows(phrases), zip(corpus.parts(), phrases.places, strict=True)
    counts = [
        count_pairs(
            *select_places(row, places, part.shard.article(places.start)),
            (len(phrases.number), len(part.shard)),
        )
        for part, places in parts
    ]
    return sparse.csr_array(sparse.hstack(counts, format="csr"))


def sum_over_parts(corpus: Corpus, phrases: CorpusPhrases, one: Callable) -> sparse.csr_array:
    """Return the sum over shards of what is counted in each."""
    row = map_terms_to_rows(phrases)
    parts = zip(corpus.parts(), phrases.places, strict=True)
    return sum(run_parallel(one, ((part, places, phrases, row) for part, places in parts)))


def map_terms_to_rows(phrases: CorpusPhrases) -> np.ndarray:
    """Return the row of each term among the phrases, -1 for the others."""
    row = np.full(len(phrases.known), -1, np.int32)
    row[phrases.number] = np.arange(len(phrases.number))
    return row


def select_places(
    row: np.ndarray, places: PhrasePlaces, column: np.ndarray, where: np.ndarray | bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of each place of a phrase where `where` holds."""
    kept = (row[places.term] >= 0) & where
    return row[places.term[kept]], column[kept]


def count_part_slots(
    part: Part, places: PhrasePlaces, phrases: CorpusPhrases, row: np.ndarray
) -> sparse.csr_array:
    """Count the neighbours of one shard's places."""
    n_words = len(phrases.known.words)
    last = places.start + phrases.known.length[places.term].astype(np.int32) - 1
    shape, sentence = (
        (len(phrases.number), (len(SLOT_OFFSETS) + 1) * (n_words + 1)),
        part.shard.sentence,
    )
    total = sparse.csr_array(shape, dtype=np.int32)
    for step in WINDOW_OFFSETS:
        beside = np.clip((places.start if step < 0 else last) + step, 0, len(places.words) - 1)
        word = np.where(sentence[beside] == sentence[places.start], places.words[beside], -1)
        if step in SLOT_OFFSETS:
            column = np.where(word < 0, n_words, word) + SLOT_OFFSETS.index(step) * (n_words + 1)
            total = total + count_pairs(*select_places(row, places, column), shape)
        total = total + count_pairs(
            *select_places(
                row, places, word + len(SLOT_OFFSETS) * (n_words + 1), phrases.words.content[word]
            ),
            shape,
        )
    return total


def count_part_sentence_words(
    part: Part, places: PhrasePlaces, phrases: CorpusPhrases, row: np.ndarray
) -> sparse.csr_array:
    """Count the content words in the sentences of one shard's places."""
    sentence, n_words = part.shard.sentence, len(phrases.known.words)
    n_sentences = int(sentence[-1]) + 1 if len(sentence) else 0
    content = np.flatnonzero(phrases.words.content[places.words])
    of_phrases = count_pairs(
        *select_places(row, places, sentence[places.start]), (len(phrases.number), n_sentences)
    )
    return sparse.csr_array(
        of_phrases @ count_pairs(sentence[content], places.words[content], (n_sentences, n_words))
    )
