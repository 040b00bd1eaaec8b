"""Other ways of naming the same thing: which phrases stand where a term stands, in its company, and in its articles.

Three similarities, each a cosine of what surrounds two phrases; their product ranks. No score tells rival names of one thing from names of
two opposing sides: a person must.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

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
"""So many of the best phrases are read for a list of rivals, before those that say the same are put together."""

WILDCARD_REGEXES = {ANY_TOKEN: "[^ ]+", ANY_NUMBER: r"\p{N}[^ ]*"}


def find_rivals(study: StudyRecord, terms: Sequence[str], *, top: int = 10) -> pd.DataFrame:
    """The table `rivals`: for each term so many phrases that are likeliest to name the same thing, the likeliest first.

    A term is a phrase in any form ("tax cut" stands for "tax cuts" and "tax-cut" too), or a pattern in the language of concepts.yml, or the name of a variant of the study. A term
    that the articles do not have often enough has no rows; `explain_unknown_terms` says so.

    Raises
    ------
    WordingError
        If no term is known, with the nearest known phrase; or if the articles are not there.
    """
    lexicon = get_phrase_vectors(study)
    known = {
        term: rows
        for term in dict.fromkeys(terms)
        for rows in [find_term_rows(lexicon, study, term)]
        if len(rows)
    }
    if not known:
        raise WordingError(
            " ".join(explain_unknown_terms(study, terms)) or "No term was given; name at least one."
        )
    return check_columns(
        pd.concat(
            [
                rank_rivals(
                    lexicon, term, rows, top, judged=find_judged_rivals(lexicon, study, rows)
                )
                for term, rows in known.items()
            ],
            ignore_index=True,
        ),
        "rivals",
    )


def find_judged_rivals(lexicon: PhraseVectors, study: StudyRecord, rows: np.ndarray) -> set[str]:
    """The (folded) phrases that were judged as rivals of the given ones."""
    said, own = read_verdicts(study), set(lexicon.folded[rows])
    pairs = [
        {lexicon.fold(term), lexicon.fold(rival)}
        for term, rival in zip(said["term"], said["rival"], strict=True)
    ]
    return {other for pair in pairs if pair & own for other in pair - own}


def explain_unknown_terms(study: StudyRecord, terms: Sequence[str]) -> list[str]:
    """A sentence for each term that the study's phrases do not have, with the nearest one."""
    lexicon = get_phrase_vectors(study)
    missing = [
        term for term in dict.fromkeys(terms) if not len(find_term_rows(lexicon, study, term))
    ]
    return [
        f"{term!r} stands in too few articles, or is no phrase, to look for its rivals; {suggest_nearest_phrase(lexicon, term)}."
        for term in missing
    ]


def suggest_nearest_phrase(lexicon: PhraseVectors, term: str) -> str:
    """The nearest known phrase, of those that share a word or its beginning."""
    begin = [word[:4] for word in term.lower().split()]
    close = lexicon.table.filter(
        pl.any_horizontal(pl.col("term").str.contains(start, literal=True) for start in begin)
        if begin
        else False
    )
    return (
        suggest_name(term, close["term"]) if len(close) else "no phrase of the articles is like it"
    )


def find_term_rows(lexicon: PhraseVectors, study: StudyRecord, term: str) -> np.ndarray:
    """The rows of the phrases that a term stands for."""
    rows = find_phrase_rows(lexicon, study, term)
    variants = [
        variant
        for concept in study.concepts.values()
        for name, variant in concept.variants.items()
        if name == term
    ]
    return (
        rows
        if len(rows) or not variants
        else np.unique(
            np.concatenate([find_phrase_rows(lexicon, study, text) for text in variants[0].match])
        )
    )


def find_phrase_rows(lexicon: PhraseVectors, study: StudyRecord, text: str) -> np.ndarray:
    """The rows of a phrase, or of any phrase that a pattern matches, in all their forms."""
    return np.flatnonzero(
        lexicon.table["folded"].str.contains(build_phrase_regex(study, [text])).to_numpy()
    )


def build_phrase_regex(study: StudyRecord, texts: Sequence[str]) -> str:
    """A regular expression for the folded forms of what phrases stand for."""
    parsed = [way for text in texts for way in parse_phrase(text, lists=study.lists, case=False)]
    return f"^(?:{'|'.join(' '.join(f'(?:{chr(124).join(map(build_word_regex, words))})' for words in way.words) for way in parsed)})$"


def match_study_concepts(study: StudyRecord, folded: Sequence[str]) -> list[set[str]]:
    """The concepts of the study that have each of the (folded) phrases as a variant."""
    written, found = pl.Series(folded, dtype=pl.String), [set() for _ in folded]
    for name, concept in study.concepts.items():
        texts = [text for variant in concept.variants.values() for text in variant.match]
        for row in np.flatnonzero(
            written.str.contains(build_phrase_regex(study, texts)).to_numpy()
        ):
            found[row].add(name)
    return found


def build_word_regex(word: str) -> str:
    """A regular expression for the folded forms of a word of a phrase."""
    if word in WILDCARD_REGEXES:
        return WILDCARD_REGEXES[word]
    parts = [
        [
            part,
            *(
                guess_singulars(part)
                if PLURAL_PATTERN.search(part) and part not in FALSE_PLURALS
                else []
            ),
        ]
        for part in word.split("-")
    ]
    return " ".join(
        f"(?:{'|'.join(re.escape(one).replace(re.escape(WILDCARD), r'[^ ]*') for one in part)})"
        for part in parts
    )


def rank_rivals(
    lexicon: PhraseVectors, term: str, rows: np.ndarray, top: int, *, judged: Collection[str] = ()
) -> pd.DataFrame:
    """The rivals of one term: forms of one phrase as its most frequent one; the term's own shorter and longer phrases, and the (folded) phrases that were judged, left out."""
    similar = lexicon.similar(rows)
    score = np.where(lexicon.proposed, similar["slot"] * similar["company"] * similar["topic"], 0)
    best = np.argpartition(-score, min(MAX_RANKED_PHRASES, len(score) - 1))[:MAX_RANKED_PHRASES]
    best = best[np.lexsort((best, -score[best].round(6)))]
    best = best[
        (score[best] > 0)
        & ~is_nested_with(lexicon.folded[best], lexicon.folded[rows])
        & ~np.isin(lexicon.folded[best].astype(str), sorted(judged))
    ]
    first = np.sort(np.unique(lexicon.folded[best].astype(str), return_index=True)[1])[:top]
    chosen = (
        lexicon.table[best[first]]
        .select(rival=join_possessives("term"), n="n", n_articles="n_articles")
        .to_pandas()
    )
    parts = {name: values[best[first]].astype(float) for name, values in similar.items()}
    return chosen.assign(
        term=term,
        rank=np.arange(1, len(first) + 1),
        score=score[best[first]].astype(float),
        **parts,
    )


def is_nested_with(phrases: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Which phrases hold one of the others, or are held by one, word by word."""
    padded = pl.Series([f" {one} " for one in phrases], dtype=pl.String)
    others = [f" {one} " for one in dict.fromkeys(to)]
    return np.logical_or.reduce(
        [
            (
                padded.str.contains(one, literal=True)
                | padded.map_elements(one.__contains__, return_dtype=bool)
            ).to_numpy()
            for one in others
        ]
    )
