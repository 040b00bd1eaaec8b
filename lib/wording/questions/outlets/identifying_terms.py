"""Which terms name their outlet rather than word an event: names of outlets and authors, addresses, numbers, and the fixed parts of a page."""

import re

import numpy as np
from scipy import sparse

MAX_NAME_WORD_FRACTION, MAX_AUTHOR_WORD_FRACTION = 0.5, 0.01
"""A word of an outlet's or an author's name that stands in so large a part of the articles gives nobody away, and stays: "the", "white"."""

MIN_PAGE_TERM_FRACTION, MIN_PAGE_TERM_CONCENTRATION = 0.05, 0.9
"""A term that stands in so large a part of one outlet's articles, and that has there so large a part of its frequency, is a fixed part of that outlet's pages."""

NUMBER_OR_ADDRESS = re.compile(r"\d|@|www|http|\.\w\w")
"""Numbers (a date tells when, and so what) and addresses."""


def mark_identifying_terms(terms, counts, articles):
    """Return which terms give the outlet away: bool, one per term.

    A term does that has a word of the name of a compared outlet or of an author, a number or an address; and one that is a fixed part of one outlet's pages
    ("read or share this story"): in `MIN_PAGE_TERM_FRACTION` of its articles or more, and hardly anywhere else.

    Parameters
    ----------
    terms : one per column of `counts`
    counts : sparse, articles x terms
    articles : one row per row of `counts`: outlet, authors
    """
    has = sparse.csr_array(counts > 0).astype(np.float32)
    part = dict(zip(terms, has.sum(axis=0) / len(articles), strict=True))
    names = {
        word
        for word in _split_names(articles["outlet"])
        if part.get(word, 0) <= MAX_NAME_WORD_FRACTION
    }
    names |= {
        word
        for word in _split_names(articles["authors"].dropna())
        if part.get(word, 0) <= MAX_AUTHOR_WORD_FRACTION
    }
    naming = [
        bool(NUMBER_OR_ADDRESS.search(term)) or not names.isdisjoint(term.split()) for term in terms
    ]
    return np.array(naming, dtype=bool) | _mark_page_terms(has, articles["outlet"])


def _split_names(names):
    """Return the words of at least three letters in the names; of an outlet's or an author's name also without the blanks: "foxnews"."""
    found = [re.findall(r"[^\W\d_]+", str(name).lower()) for name in names.unique()]
    return {word for words in found for word in [*words, "".join(words)] if len(word) > 2}


def _mark_page_terms(has, outlets):
    codes, names = outlets.factorize()
    member = sparse.csr_array(
        (np.ones(len(codes), np.float32), (codes, np.arange(len(codes)))),
        shape=(len(names), len(codes)),
    )
    part = (member @ has).toarray() / np.bincount(codes)[:, None]
    return (
        (part.max(axis=0) >= MIN_PAGE_TERM_FRACTION)
        & (part.max(axis=0) >= MIN_PAGE_TERM_CONCENTRATION * part.sum(axis=0))
        & (len(names) > 1)
    )
