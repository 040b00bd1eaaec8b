"""Single passes over the tokens of a shard that count terms, to be called compiled (compiled.py).

A term is known by its number: words come first, then pairs, and so on (`Vocabulary`).
"""

from __future__ import annotations

import numpy as np


def count_extensions(
    begins: np.ndarray, words: np.ndarray, bounds: np.ndarray, n: int, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Count the articles of each phrase of n + 1 words that may be in enough of them.

    That are those whose first n words and whose last n are known phrases.

    Parameters
    ----------
    begins : int32 array (n_tokens,)
        The phrase of n words that begins at each token; -1 where none does.
    words : int32 array (n_tokens,)
        The word that each token is; -1 where it is none.
    bounds : int64 array (n_articles + 1,)
        The first token of each article.
    n : int
        Words of the phrases that are known.
    shape : (int, int, int)
        The number of the first phrase of n words; how many there are; how many words there are.

    Returns
    -------
    (int64 array, int64 array)
        The code of each phrase of n + 1 words (see `Vocabulary.levels`), in no order; its articles.
    """
    first, n_phrases, n_words = shape
    # The places of each phrase of n words, sorted by counting.
    start = np.zeros(n_phrases + 2, np.int64)
    for i in range(len(begins) - n):
        if begins[i] >= 0 and begins[i + 1] >= 0 and words[i + n] >= 0:
            start[begins[i] - first + 2] += 1
    for k in range(2, n_phrases + 2):
        start[k] += start[k - 1]
    n_places = start[n_phrases + 1]
    last, article = np.empty(n_places, np.int32), np.empty(n_places, np.int32)
    for a in range(len(bounds) - 1):
        for i in range(bounds[a], min(bounds[a + 1], len(begins) - n)):
            if begins[i] >= 0 and begins[i + 1] >= 0 and words[i + n] >= 0:
                k = begins[i] - first + 1
                last[start[k]], article[start[k]] = words[i + n], a
                start[k] += 1
    code, n_articles = np.empty(n_places, np.int64), np.empty(n_places, np.int64)
    n_codes = 0
    seen, place = np.full(n_words, -1, np.int64), np.zeros(n_words, np.int64)
    latest = np.zeros(n_words, np.int32)
    for k in range(n_phrases):
        for i in range(start[k], start[k + 1]):
            word = last[i]
            if seen[word] != k:
                seen[word], place[word], latest[word] = k, n_codes, article[i]
                code[n_codes], n_articles[n_codes] = np.int64(k) * n_words + word, 1
                n_codes += 1
            elif latest[word] != article[i]:
                latest[word] = article[i]
                n_articles[place[word]] += 1
    return code[:n_codes].copy(), n_articles[:n_codes].copy()


def match_extensions(
    begins: np.ndarray, words: np.ndarray, level: np.ndarray, n: int, shape: tuple[int, int, int]
) -> np.ndarray:
    """Return the phrase of n + 1 words that begins at each token, int32; -1 where none does.

    Parameters
    ----------
    begins, words, n, shape
        As for `count_extensions`.
    level : int64 array
        The codes of the phrases of n + 1 words, ascending.
    """
    first, n_phrases, n_words = shape
    start = np.searchsorted(level, np.arange(n_phrases + 1) * n_words)
    last = np.empty(len(level), np.int32)
    for k in range(len(level)):
        last[k] = level[k] % n_words
    matched = np.full(len(begins), -1, np.int32)
    for i in range(len(begins) - n):
        if begins[i] < 0 or words[i + n] < 0:
            continue
        low, high = start[begins[i] - first], start[begins[i] - first + 1]
        end = high
        while low < high:
            middle = (low + high) // 2
            if last[middle] < words[i + n]:
                low = middle + 1
            else:
                high = middle
        if low < end and last[low] == words[i + n]:
            matched[i] = first + n_phrases + low
    return matched


def count_in_articles(
    matched: np.ndarray, bounds: np.ndarray, n_terms: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the terms of each article.

    Parameters
    ----------
    matched : int32 array (n_levels, n_tokens)
        The term of each length that begins at each token; -1 where none does.
    bounds : int64 array (n_articles + 1,)
        The first token of each article.
    n_terms : int

    Returns
    -------
    (int32 array, int32 array, int32 array)
        Counts, terms and the bounds of articles among them: a sparse matrix by rows, sorted.
    """
    total = 0
    for level in range(len(matched)):
        for i in range(matched.shape[1]):
            total += matched[level, i] >= 0
    term, counts = np.empty(total, np.int32), np.empty(total, np.int32)
    ends = np.zeros(len(bounds), np.int32)
    n, n_here = 0, np.zeros(n_terms, np.int32)
    for a in range(len(bounds) - 1):
        begun = n
        for level in range(len(matched)):
            for i in range(bounds[a], bounds[a + 1]):
                number = matched[level, i]
                if number >= 0:
                    if not n_here[number]:
                        term[n] = number
                        n += 1
                    n_here[number] += 1
        term[begun:n].sort()
        for k in range(begun, n):
            counts[k] = n_here[term[k]]
            n_here[term[k]] = 0
        ends[a + 1] = n
    return counts[:n].copy(), term[:n].copy(), ends
