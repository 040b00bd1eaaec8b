"""Other ways of naming the same thing: phrases that occur where, with what and when a term does.

Three similarities, each a cosine of what surrounds two phrases; their product ranks. No score tells
rival names of one thing from names of two opposing sides: a person must.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
import polars as pl

from wording.errors import WordingError
from wording.patterns import ANY_NUMBER, ANY_TOKEN, WILDCARD, parse_phrase
from wording.phrasing import suggest_name
from wording.questions.discovery.phrase_vectors import (
    FALSE_PLURALS,
    PLURAL_PATTERN,
    PhraseVectors,
    get_phrase_vectors,
    guess_singulars,
    join_possessives,
)
from wording.study.journal import read_verdicts
from wording.study.records import StudyRecord
from wording.tables import check_columns

MAX_RANKED_PHRASES = 400
"""The best phrases that are ranked for one term, before forms of one phrase are put together."""

WILDCARD_REGEXES = {ANY_TOKEN: "[^ ]+", ANY_NUMBER: r"\p{N}[^ ]*"}
"""What stands for any word, and for any number, in a regular expression."""

COMMON_PREFIX_LENGTH = 4
"""Letters at the beginning of a word that a suggested phrase shares with it."""


def find_rivals(study: StudyRecord, terms: Sequence[str], *, top: int = 10) -> pd.DataFrame:
    """Return the phrases that are likeliest to name the same thing as each term.

    Parameters
    ----------
    study : StudyRecord
    terms : sequence of str
        Phrases in any form ("tax cut" stands for "tax cuts" and "tax-cut" too), patterns in the
        language of concepts.yml, or names of variants of the study.
    top : int
        Rivals per term at most.

    Returns
    -------
    pd.DataFrame
        The table `rivals`, the likeliest first. A term that does not occur often enough has no
        rows; `explain_unknown_terms` says so.

    Raises
    ------
    WordingError
        If no term is known, with the nearest known phrase; or if the articles are not there.
    """
    vectors = get_phrase_vectors(study)
    rows_of = {term: find_term_rows(vectors, study, term) for term in dict.fromkeys(terms)}
    tables = [
        rank_rivals(vectors, term, rows, top, judged=find_judged_rivals(vectors, study, rows))
        for term, rows in rows_of.items()
        if len(rows)
    ]
    if not tables:
        unknown = " ".join(explain_unknown_terms(study, terms))
        raise WordingError(unknown or "No term was given; name at least one.")
    return check_columns(pd.concat(tables, ignore_index=True), "rivals")


def find_judged_pairs(vectors: PhraseVectors, study: StudyRecord) -> set[frozenset[str]]:
    """Return the (folded) pairs of phrases that were judged."""
    verdicts = read_verdicts(study)
    return {
        frozenset((vectors.fold(term), vectors.fold(rival)))
        for term, rival in zip(verdicts["term"], verdicts["rival"], strict=True)
    }


def find_judged_rivals(vectors: PhraseVectors, study: StudyRecord, rows: np.ndarray) -> set[str]:
    """Return the (folded) phrases that were judged as rivals of the given ones."""
    own = set(vectors.folded[rows])
    judged: set[str] = set()
    for pair in find_judged_pairs(vectors, study):
        if pair & own:
            judged |= pair - own
    return judged


def explain_unknown_terms(study: StudyRecord, terms: Sequence[str]) -> list[str]:
    """Return a sentence for each term that the study's phrases do not have, with the nearest."""
    vectors = get_phrase_vectors(study)
    return [
        f"{term!r} occurs in too few articles, or is not a phrase, so its rivals cannot be found; "
        f"{suggest_nearest_phrase(vectors, term)}."
        for term in dict.fromkeys(terms)
        if not len(find_term_rows(vectors, study, term))
    ]


def suggest_nearest_phrase(vectors: PhraseVectors, term: str) -> str:
    """Return the nearest known phrase, of those that share a word or its beginning."""
    prefixes = [word[:COMMON_PREFIX_LENGTH] for word in term.lower().split()]
    known = pl.col("term")
    shares_prefix = [known.str.contains(prefix, literal=True) for prefix in prefixes]
    if prefixes:
        similar = vectors.table.filter(pl.any_horizontal(shares_prefix))["term"]
        if len(similar):
            return suggest_name(term, similar)
    return "no similar phrase occurs in the articles"


def find_term_rows(vectors: PhraseVectors, study: StudyRecord, term: str) -> np.ndarray:
    """Return the rows of the phrases that a term stands for; of a variant, those it matches."""
    rows = find_phrase_rows(vectors, study, [term])
    if len(rows):
        return rows
    for concept in study.concepts.values():
        if term in concept.variants:
            return find_phrase_rows(vectors, study, concept.variants[term].phrases)
    return rows


def find_phrase_rows(
    vectors: PhraseVectors, study: StudyRecord, texts: Sequence[str]
) -> np.ndarray:
    """Return the rows of phrases, or of any that their patterns match, in all their forms."""
    matches = vectors.table["folded"].str.contains(build_phrase_regex(study, texts))
    return np.flatnonzero(matches.to_numpy())


def match_study_concepts(study: StudyRecord, folded: Sequence[str]) -> list[set[str]]:
    """Return the concepts of the study that have each of the (folded) phrases as a variant."""
    phrases = pl.Series(folded, dtype=pl.String)
    concepts: list[set[str]] = [set() for _ in folded]
    for name, concept in study.concepts.items():
        texts = [text for variant in concept.variants.values() for text in variant.phrases]
        is_matched = phrases.str.contains(build_phrase_regex(study, texts)).to_numpy()
        for row in np.flatnonzero(is_matched):
            concepts[row].add(name)
    return concepts


def build_phrase_regex(study: StudyRecord, texts: Sequence[str]) -> str:
    """Return a regular expression for the folded forms of what phrases stand for."""
    sequences = [
        _build_sequence_regex(alternative.words)
        for text in texts
        for alternative in parse_phrase(text, lists=study.lists, case=False)
    ]
    return f"^{_join_alternatives(sequences)}$"


def _build_sequence_regex(words: Sequence[Collection[str]]) -> str:
    """Return a regular expression for words in a row, of each its alternatives."""
    return " ".join(_join_alternatives(map(build_word_regex, choices)) for choices in words)


def build_word_regex(word: str) -> str:
    """Return a regular expression for the folded forms of a word of a phrase."""
    if word in WILDCARD_REGEXES:
        return WILDCARD_REGEXES[word]
    return " ".join(
        _join_alternatives(map(_escape_word, _list_forms(part))) for part in word.split("-")
    )


def _list_forms(word: str) -> list[str]:
    """Return the word, and what it may be the plural of."""
    if PLURAL_PATTERN.search(word) and word not in FALSE_PLURALS:
        return [word, *guess_singulars(word)]
    return [word]


def _escape_word(word: str) -> str:
    return re.escape(word).replace(re.escape(WILDCARD), r"[^ ]*")


def _join_alternatives(regexes: Iterable[str]) -> str:
    return f"(?:{'|'.join(regexes)})"


def rank_rivals(
    vectors: PhraseVectors,
    term: str,
    rows: np.ndarray,
    top: int,
    *,
    judged: Collection[str] = (),
) -> pd.DataFrame:
    """Return the rivals of one term, the likeliest first; of a phrase, its most frequent form.

    Parameters
    ----------
    vectors : PhraseVectors
    term : str
        What the term is called.
    rows : np.ndarray
        The rows of the phrases that it stands for.
    top : int
        Rivals at most.
    judged : collection of str
        (Folded) phrases to leave out, as are the term's own shorter and longer phrases.
    """
    similarities = vectors.compute_similarities(rows)
    product = similarities["slot"] * similarities["company"] * similarities["topic"]
    score = np.where(vectors.proposed, product, 0)
    best = _sort_best(score)
    is_nested = is_nested_with(vectors.folded[best], vectors.folded[rows])
    is_judged = np.isin(vectors.folded[best].astype(str), sorted(judged))
    best = best[(score[best] > 0) & ~is_nested & ~is_judged]
    first = np.unique(vectors.folded[best].astype(str), return_index=True)[1]
    shown = best[np.sort(first)[:top]]
    phrases = vectors.table[shown].select(
        rival=join_possessives("term"), n="n", n_articles="n_articles"
    )
    return phrases.to_pandas().assign(
        term=term,
        rank=np.arange(1, len(shown) + 1),
        score=score[shown].astype(float),
        **{name: values[shown].astype(float) for name, values in similarities.items()},
    )


def _sort_best(score: np.ndarray) -> np.ndarray:
    """Return the rows with the highest scores, in falling order."""
    best = np.argpartition(-score, min(MAX_RANKED_PHRASES, len(score) - 1))[:MAX_RANKED_PHRASES]
    return best[np.lexsort((best, -score[best].round(6)))]


def is_nested_with(phrases: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which phrases contain one of the others, or are contained in one, word by word."""
    padded = pl.Series([f" {phrase} " for phrase in phrases], dtype=pl.String)
    is_nested = np.zeros(len(padded), bool)
    for other in dict.fromkeys(f" {other} " for other in others):
        contains = padded.str.contains(other, literal=True)
        is_contained = padded.map_elements(other.__contains__, return_dtype=pl.Boolean)
        is_nested |= (contains | is_contained).to_numpy()
    return is_nested
