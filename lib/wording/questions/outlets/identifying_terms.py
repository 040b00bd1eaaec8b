"""Which terms name their outlet rather than word an event.

Names of outlets and authors, addresses, numbers, and the fixed parts of a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.units import select_own_outlets
from wording.questions.keyness.term_counts import build_member_matrix

MAX_NAME_WORD_FRACTION, MAX_AUTHOR_WORD_FRACTION = 0.5, 0.01
"""The part of the articles above which a word of an outlet's, or an author's, name identifies
nobody, and stays: "the", "white"."""

MIN_PAGE_TERM_FRACTION, MIN_PAGE_TERM_CONCENTRATION = 0.05, 0.9
"""The part of one outlet's articles from which a term is a fixed part of that outlet's pages, if
also so large a part of its frequency is there."""

MIN_NAME_WORD_LENGTH = 3
"""Letters of a word of a name, at least."""

NUMBER_OR_ADDRESS = re.compile(r"\d|@|www|http|\.\w\w")
"""Numbers (a date tells when, and so what) and addresses."""


def mark_identifying_terms(
    terms: np.ndarray,
    counts: sparse.csr_array,
    articles: pd.DataFrame,
    *,
    min_page_fraction: float | np.ndarray = MIN_PAGE_TERM_FRACTION,
) -> np.ndarray:
    """Return which terms identify the outlet, bool (n_terms,).

    A term does that contains a word of the name of a compared outlet or of an author, a number or
    an address; and one that is a fixed part of one outlet's pages ("read or share this story"): in
    a part of its articles or more, and hardly anywhere else.

    Parameters
    ----------
    terms : np.ndarray
        One per column of `counts`.
    counts : sparse.csr_array
        Articles x terms.
    articles : pd.DataFrame
        One row per row of `counts`: outlet, authors.
    min_page_fraction : float or np.ndarray
        The part of an outlet's articles from which a term, or each, is a fixed part of its pages.
    """
    present = sparse.csr_array(counts > 0).astype(np.float32)
    fraction = dict(zip(terms, present.sum(axis=0) / len(articles), strict=True))
    outlets = select_own_outlets(articles)
    names = _list_name_words(outlets, fraction, MAX_NAME_WORD_FRACTION)
    names |= _list_name_words(articles["authors"].dropna(), fraction, MAX_AUTHOR_WORD_FRACTION)
    is_name = np.array([_is_naming(term, names) for term in terms], dtype=bool)
    return is_name | _mark_page_terms(present, outlets, min_page_fraction)


def _is_naming(term: str, names: Collection[str]) -> bool:
    """Return whether a term has a number, an address or a word of a name."""
    if NUMBER_OR_ADDRESS.search(term):
        return True
    return any(word in names for word in term.split())


def _list_name_words(
    names: pd.Series, fraction: Mapping[str, float], max_fraction: float
) -> set[str]:
    """Return the words of the names, but those in more than a part of the articles."""
    return {word for word in _split_names(names) if fraction.get(word, 0) <= max_fraction}


def _split_names(names: pd.Series) -> set[str]:
    """Return the words of the names, and each name without its blanks: "foxnews"."""
    words = set()
    for name in names.unique():
        parts = re.findall(r"[^\W\d_]+", str(name).lower())
        words.update([*parts, "".join(parts)])
    return {word for word in words if len(word) >= MIN_NAME_WORD_LENGTH}


def _mark_page_terms(
    present: sparse.csr_array, outlets: pd.Series, min_page_fraction: float | np.ndarray
) -> np.ndarray:
    """Return which terms are a fixed part of one outlet's pages."""
    codes, names = outlets.factorize()
    if len(names) < 2:
        return np.zeros(present.shape[1], bool)
    fraction = sparse.csr_array(build_member_matrix(codes, len(names), np.float32) @ present)
    terms_per_outlet = np.diff(fraction.indptr)
    fraction.data = fraction.data / np.repeat(np.bincount(codes), terms_per_outlet)
    largest = fraction.max(axis=0).toarray().ravel()
    is_concentrated = largest >= MIN_PAGE_TERM_CONCENTRATION * fraction.sum(axis=0)
    marked: np.ndarray = (largest >= min_page_fraction) & is_concentrated
    return marked
