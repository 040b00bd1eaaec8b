"""Terms inside longer terms: "states" inside "united states", "president obama" around "obama"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

MIN_NESTED_FRACTION = 0.5
"""The part of a term's hits inside one longer term from which the longer one subsumes it."""


def find_subsuming_terms(
    terms: Sequence[str] | np.ndarray,
    n: np.ndarray,
    log_ratio: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> np.ndarray:
    """Return, for each outlet and term, the number of the term that subsumes it; -1 for none.

    A term that occurs mostly inside one longer term is subsumed by the longer one. Else a phrase
    whose effect lies within the interval of a term in it (or, where there is no interval, is no
    larger) is subsumed by that one. In between, neither is: "immigrants" and "illegal immigrants",
    where the second differs more.

    Parameters
    ----------
    terms : sequence of str
    n : np.ndarray
        Hits on the side that has the term more often, outlets x terms.
    log_ratio, low, high : np.ndarray
        The effect with its interval, outlets x terms.

    References
    ----------
    After the C-value of Frantzi, Ananiadou & Mima (2000), which also discounts a term by what
    longer ones hold of it.
    """
    subsuming = np.full(np.shape(n), -1)
    phrase, part = find_nested_pairs(terms)
    for k in range(len(subsuming)):
        high_k = np.where(np.isnan(high[k]), log_ratio[k], high[k])
        low_k = np.where(np.isnan(low[k]), log_ratio[k], low[k])
        effect = log_ratio[k, phrase]
        is_mostly_nested = n[k, phrase] >= MIN_NESTED_FRACTION * np.maximum(n[k, part], 1)
        is_explained = ((effect <= high_k[part]) & (effect > 0)) | (
            (effect >= low_k[part]) & (effect < 0)
        )
        _subsume_parts(subsuming[k], phrase[is_mostly_nested], part[is_mostly_nested], n[k])
        is_free = (subsuming[k, part] < 0) & (subsuming[k, phrase] < 0)
        is_subsumed = is_explained & is_free
        _subsume_phrases(subsuming[k], phrase[is_subsumed], part[is_subsumed], n[k])
    return subsuming


def _subsume_parts(
    subsuming: np.ndarray, phrase: np.ndarray, part: np.ndarray, n: np.ndarray
) -> None:
    """Let each part be subsumed by its phrase, of several phrases by the most frequent."""
    by_frequency = np.argsort(n[phrase], kind="stable")  # the last one written stays
    subsuming[part[by_frequency]] = phrase[by_frequency]


def _subsume_phrases(
    subsuming: np.ndarray, phrase: np.ndarray, part: np.ndarray, n: np.ndarray
) -> None:
    """Let each phrase be subsumed by its part, of several parts by the rarest: it says most."""
    by_rarity = np.argsort(-n[part], kind="stable")  # the last one written stays
    subsuming[phrase[by_rarity]] = part[by_rarity]


def find_nested_pairs(terms: Sequence[str] | np.ndarray) -> np.ndarray:
    """Return every phrase with every shorter term in it: two rows of numbers of terms."""
    index, words = pd.Index(terms), pd.Series(terms, dtype=object).str.split(" ")
    length = words.str.len().to_numpy()
    pairs = [np.zeros((2, 0), int)]
    for size in range(2, length.max(initial=0) + 1):
        phrases = np.flatnonzero(length == size)
        if not len(phrases):
            continue
        table = pd.DataFrame(words.iloc[phrases].tolist(), index=phrases)
        for start, stop in _list_proper_parts(size):
            parts = index.get_indexer(table.iloc[:, start:stop].agg(" ".join, axis=1))
            pairs.append(np.stack([phrases[parts >= 0], parts[parts >= 0]]))
    return np.concatenate(pairs, axis=1)


def _list_proper_parts(size: int) -> Iterator[tuple[int, int]]:
    """Yield where each run of words begins and ends that is shorter than the whole phrase."""
    for start in range(size):
        for stop in range(start + 1, size + 1):
            if stop - start < size:
                yield start, stop
