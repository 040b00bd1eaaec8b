"""Terms inside longer terms: "united" and "states" inside "united states", "president obama" around "obama"."""

import numpy as np
import pandas as pd

MIN_NESTED_FRACTION = 0.5
"""The part of a term's hits that, inside one longer term, makes the longer one tell of both."""


def find_subsuming_terms(terms, n, log_ratio, low, high):
    """Return, for each outlet and term, the number of the term that tells of it, -1 where it tells of itself.

    A term that stands mostly inside one longer term is told by the longer one. Else a phrase whose effect lies within the interval of a term in
    it (or, where there is no interval, is no larger) is told by that one. In between, both tell of themselves: "immigrants" and
    "illegal immigrants", where the second differs more.

    Parameters
    ----------
    terms : the terms
    n : hits on the side that has the term more often, outlets x terms
    log_ratio, low, high : the effect with its interval, outlets x terms

    Source: after the C-value of Frantzi, Ananiadou & Mima (2000), which also discounts a term by what longer ones hold of it.
    """
    found = np.full(np.shape(n), -1)
    phrase, part = find_nested_pairs(terms)
    if not len(phrase):
        return found
    mostly = n[:, phrase] >= MIN_NESTED_FRACTION * np.maximum(n[:, part], 1)
    for k in range(len(found)):  # a row per outlet
        inside = np.flatnonzero(mostly[k])
        inside = inside[
            np.argsort(n[k, phrase[inside]], kind="stable")
        ]  # of several longer ones, the most frequent is written last
        found[k, part[inside]] = phrase[inside]
        up = np.where(np.isnan(high[k, part]), log_ratio[k, part], high[k, part])
        down = np.where(np.isnan(low[k, part]), log_ratio[k, part], low[k, part])
        same = (log_ratio[k, phrase] <= up) & (log_ratio[k, phrase] > 0) | (
            log_ratio[k, phrase] >= down
        ) & (log_ratio[k, phrase] < 0)
        around = np.flatnonzero(same & (found[k, part] < 0) & (found[k, phrase] < 0))
        around = around[
            np.argsort(-n[k, part[around]], kind="stable")
        ]  # of several parts, the rarest: it says most
        found[k, phrase[around]] = part[around]
    return found


def find_nested_pairs(terms):
    """Return every phrase with every shorter term in it: two arrays of numbers of terms."""
    index, split = pd.Index(terms), pd.Series(terms, dtype=object).str.split(" ")
    length = split.str.len().to_numpy()
    found = []
    for size in range(2, length.max(initial=0) + 1):
        numbers = np.flatnonzero(length == size)
        words = pd.DataFrame(split.iloc[numbers].tolist(), index=numbers)
        for first in range(size):
            for last in range(first + 1, size + 1 - (first == 0)):
                part = (
                    index.get_indexer(words.iloc[:, first:last].agg(" ".join, axis=1))
                    if len(words)
                    else np.zeros(0, int)
                )
                found.append(np.stack([numbers[part >= 0], part[part >= 0]]))
    return np.concatenate(found, axis=1) if found else np.zeros((2, 0), int)
