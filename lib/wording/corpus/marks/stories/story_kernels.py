"""Single passes over the words of articles and over their vectors, to be called compiled."""

from __future__ import annotations

import numpy as np


def take_first_words(
    tokens: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    term_of: np.ndarray,
    boilerplate: np.ndarray,
    max_words: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Take the first words of articles, boilerplate left out.

    Parameters
    ----------
    tokens : the form of each token of the shard.
    first, last : the tokens of each article.
    term_of : the term of each form; -1: no word.
    boilerplate : which tokens are boilerplate.
    max_words : the number of words of an article, at most.

    Returns
    -------
    The term of each word, int32; and where the words of each article begin, int64
    (n_articles + 1,).
    """
    terms = np.empty(len(first) * max_words, np.int32)
    bounds, n = np.zeros(len(first) + 1, np.int64), 0
    for k in range(len(first)):
        stop = n + max_words
        for at in range(first[k], last[k]):
            term = term_of[tokens[at]]
            if term >= 0 and not boilerplate[at]:
                terms[n] = term
                n += 1
                if n == stop:
                    break
        bounds[k + 1] = n
    return terms[:n], bounds


def count_articles_with(terms: np.ndarray, bounds: np.ndarray, n_terms: int) -> np.ndarray:
    """Count in how many articles each term occurs, int64 (n_terms,)."""
    n, seen = np.zeros(n_terms, np.int64), np.full(n_terms, -1, np.int64)
    for k in range(len(bounds) - 1):
        for term in terms[bounds[k] : bounds[k + 1]]:
            n[term] += seen[term] != k
            seen[term] = k
    return n


def count_article_terms(
    terms: np.ndarray, bounds: np.ndarray, n_terms: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count how often each term occurs in each article.

    Returns
    -------
    The terms of each article, in the order of their first occurrence, int32; the number of each,
    int32; and where those of each article begin, int64 (n_articles + 1,).
    """
    distinct, counts = np.empty(len(terms), np.int32), np.empty(len(terms), np.int32)
    starts, n, counted = np.zeros(len(bounds), np.int64), 0, np.zeros(n_terms, np.int32)
    for k in range(len(bounds) - 1):
        for term in terms[bounds[k] : bounds[k + 1]]:
            if counted[term] == 0:
                distinct[n] = term
                n += 1
            counted[term] += 1
        for i in range(starts[k], n):
            counts[i] = counted[distinct[i]]
            counted[distinct[i]] = 0
        starts[k + 1] = n
    return distinct[:n], counts[:n], starts


def multiply_pairs(
    vectors: tuple[np.ndarray, np.ndarray, np.ndarray], a: np.ndarray, b: np.ndarray, n_terms: int
) -> np.ndarray:
    """Return the scalar product of the vectors (terms, weights, bounds) of each pair, int64.

    It is quick where the pairs of an article `a` stand together.
    """
    term, weight, bounds = vectors
    products, own = np.zeros(len(a), np.int64), np.zeros(n_terms, np.int32)
    last = np.int64(-1)
    for k in range(len(a)):
        if a[k] != last:
            if last >= 0:
                for i in range(bounds[last], bounds[last + 1]):
                    own[term[i]] = 0
            last = a[k]
            for i in range(bounds[last], bounds[last + 1]):
                own[term[i]] = weight[i]
        total = np.int64(0)
        for i in range(bounds[b[k]], bounds[b[k] + 1]):
            total += np.int64(own[term[i]]) * np.int64(weight[i])
        products[k] = total
    return products


def find_nearest(
    vectors: tuple[np.ndarray, np.ndarray, np.ndarray],
    postings: tuple[np.ndarray, np.ndarray, np.ndarray],
    norm: np.ndarray,
    window: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    limits: tuple[int, int, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest neighbours of each article among those of other outlets in its window.

    Parameters
    ----------
    vectors : the terms, weights and bounds of the articles, in the order of their days.
    postings : the articles, weights and bounds of the terms.
    norm : the length of each article's vector.
    window : the articles whose neighbours are asked for, ascending; the first and the end of each
        one's window, ascending, too; and each article's outlet (-1: printed by several).
    limits : neighbours of an article, and postings that are looked at for one, at most: where there
        are more, its commonest terms are left out; and the cosine of neighbours, at least.

    Returns
    -------
    The articles and their neighbours, int64, article by article, the nearest first.
    """
    term, weight, bounds = vectors
    article, article_weight, starts = postings
    asked, first, end, outlet = window
    top, max_postings, least = limits
    # As the windows move on, so do the postings of each term that are in them.
    begins, ends = starts[:-1].copy(), starts[:-1].copy()
    total, is_touched = np.zeros(len(norm), np.int64), np.zeros(len(norm), np.bool_)
    touched = np.empty(len(norm), np.int64)
    best, best_score = np.empty(top, np.int64), np.empty(top, np.float64)
    a, b, n_pairs = np.empty(len(asked) * top, np.int64), np.empty(len(asked) * top, np.int64), 0
    for number in range(len(asked)):
        k = asked[number]
        own_terms = term[bounds[k] : bounds[k + 1]]
        n_postings = np.empty(len(own_terms), np.int64)
        for i in range(len(own_terms)):
            t = own_terms[i]
            while begins[t] < starts[t + 1] and article[begins[t]] < first[number]:
                begins[t] += 1
            while ends[t] < starts[t + 1] and article[ends[t]] < end[number]:
                ends[t] += 1
            n_postings[i] = ends[t] - begins[t]
        leave_out_commonest(n_postings, max_postings)
        n_touched = 0
        for nth in range(len(own_terms)):
            if n_postings[nth] == 0:
                continue
            t, own = own_terms[nth], np.int64(weight[bounds[k] + nth])
            for p in range(begins[t], ends[t]):
                other = article[p]
                if not is_touched[other]:
                    is_touched[other] = True
                    touched[n_touched] = other
                    n_touched += 1
                total[other] += own * article_weight[p]
        n = 0
        for other in touched[:n_touched]:
            score = total[other] / norm[other]
            total[other], is_touched[other] = 0, False
            is_own = other == k or (outlet[other] == outlet[k] and outlet[k] >= 0)
            if is_own or score < least * norm[k]:
                continue
            place = n
            while place > 0 and (
                best_score[place - 1] < score
                or (best_score[place - 1] == score and best[place - 1] > other)
            ):
                if place < top:
                    best[place], best_score[place] = best[place - 1], best_score[place - 1]
                place -= 1
            if place < top:
                best[place], best_score[place] = other, score
                n = min(n + 1, top)
        for place in range(n):
            a[n_pairs], b[n_pairs] = k, best[place]
            n_pairs += 1
    return a[:n_pairs], b[:n_pairs]


def leave_out_commonest(n_postings: np.ndarray, most: int) -> None:
    """Set the largest numbers to 0, of equal ones the last first, until all add up to `most`."""
    n_left = np.int64(0)
    for n in n_postings:
        n_left += n
    while n_left > most:
        commonest = 0
        for i in range(len(n_postings)):
            if n_postings[i] >= n_postings[commonest]:
                commonest = i
        n_left -= n_postings[commonest]
        n_postings[commonest] = 0
