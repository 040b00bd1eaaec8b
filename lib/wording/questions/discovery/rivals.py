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
from wording.patterns import ANY, NUMBER, STAR, phrase
from wording.phrasing import nearest
from wording.questions.discovery.phrase_vectors import NO_PLURALS, PLURAL, Lexicon, readable, singulars, study_lexicon
from wording.study.journal import verdicts
from wording.study.records import Study
from wording.tables import check

LOOKED_AT = 400
"""So many of the best phrases are read for a list of rivals, before those that say the same are put together."""

WILD = {ANY: "[^ ]+", NUMBER: r"\p{N}[^ ]*"}


def rivals(study: Study, terms: Sequence[str], *, top: int = 10) -> pd.DataFrame:
    """The table `rivals`: for each term so many phrases that are likeliest to name the same thing, the likeliest first.

    A term is a phrase in any form ("tax cut" stands for "tax cuts" and "tax-cut" too), or a pattern in the language of concepts.yml, or the name of a variant of the study. A term
    that the articles do not have often enough has no rows; `unknown` says so.

    Raises
    ------
    WordingError
        If no term is known, with the nearest known phrase; or if the articles are not there.
    """
    lexicon = study_lexicon(study)
    known = {term: rows for term in dict.fromkeys(terms) for rows in [asked(lexicon, study, term)] if len(rows)}
    if not known:
        raise WordingError(" ".join(unknown(study, terms)) or "No term was given; name at least one.")
    return check(
        pd.concat(
            [ranked(lexicon, term, rows, top, judged=judged_with(lexicon, study, rows)) for term, rows in known.items()], ignore_index=True
        ),
        "rivals",
    )


def judged_with(lexicon: Lexicon, study: Study, rows: np.ndarray) -> set[str]:
    """The (folded) phrases that were judged as rivals of the given ones."""
    said, own = verdicts(study), set(lexicon.folded[rows])
    pairs = [{lexicon.fold(term), lexicon.fold(rival)} for term, rival in zip(said["term"], said["rival"], strict=True)]
    return {other for pair in pairs if pair & own for other in pair - own}


def unknown(study: Study, terms: Sequence[str]) -> list[str]:
    """A sentence for each term that the study's phrases do not have, with the nearest one."""
    lexicon = study_lexicon(study)
    missing = [term for term in dict.fromkeys(terms) if not len(asked(lexicon, study, term))]
    return [
        f"{term!r} stands in too few articles, or is no phrase, to look for its rivals; {nearest_phrase(lexicon, term)}."
        for term in missing
    ]


def nearest_phrase(lexicon: Lexicon, term: str) -> str:
    """The nearest known phrase, of those that share a word or its beginning."""
    begin = [word[:4] for word in term.lower().split()]
    close = lexicon.table.filter(pl.any_horizontal(pl.col("term").str.contains(start, literal=True) for start in begin) if begin else False)
    return nearest(term, close["term"]) if len(close) else "no phrase of the articles is like it"


def asked(lexicon: Lexicon, study: Study, term: str) -> np.ndarray:
    """The rows of the phrases that a term stands for."""
    rows = of_phrase(lexicon, study, term)
    variants = [variant for concept in study.concepts.values() for name, variant in concept.variants.items() if name == term]
    return rows if len(rows) or not variants else np.unique(np.concatenate([of_phrase(lexicon, study, text) for text in variants[0].match]))


def of_phrase(lexicon: Lexicon, study: Study, text: str) -> np.ndarray:
    """The rows of a phrase, or of any phrase that a pattern matches, in all their forms."""
    return np.flatnonzero(lexicon.table["folded"].str.contains(pattern(study, [text])).to_numpy())


def pattern(study: Study, texts: Sequence[str]) -> str:
    """A regular expression for the folded forms of what phrases stand for."""
    parsed = [way for text in texts for way in phrase(text, lists=study.lists, case=False)]
    return f"^(?:{'|'.join(' '.join(f'(?:{chr(124).join(map(forms, words))})' for words in way.words) for way in parsed)})$"


def listed(study: Study, folded: Sequence[str]) -> list[set[str]]:
    """The concepts of the study that have each of the (folded) phrases as a variant."""
    written, found = pl.Series(folded, dtype=pl.String), [set() for _ in folded]
    for name, concept in study.concepts.items():
        texts = [text for variant in concept.variants.values() for text in variant.match]
        for row in np.flatnonzero(written.str.contains(pattern(study, texts)).to_numpy()):
            found[row].add(name)
    return found


def forms(word: str) -> str:
    """A regular expression for the folded forms of a word of a phrase."""
    if word in WILD:
        return WILD[word]
    parts = [[part, *(singulars(part) if PLURAL.search(part) and part not in NO_PLURALS else [])] for part in word.split("-")]
    return " ".join(f"(?:{'|'.join(re.escape(one).replace(re.escape(STAR), r'[^ ]*') for one in part)})" for part in parts)


def ranked(lexicon: Lexicon, term: str, rows: np.ndarray, top: int, *, judged: Collection[str] = ()) -> pd.DataFrame:
    """The rivals of one term: forms of one phrase as its most frequent one; the term's own shorter and longer phrases, and the (folded) phrases that were judged, left out."""
    similar = lexicon.similar(rows)
    score = np.where(lexicon.proposed, similar["slot"] * similar["company"] * similar["topic"], 0)
    best = np.argpartition(-score, min(LOOKED_AT, len(score) - 1))[:LOOKED_AT]
    best = best[np.lexsort((best, -score[best].round(6)))]
    best = best[
        (score[best] > 0)
        & ~related(lexicon.folded[best], lexicon.folded[rows])
        & ~np.isin(lexicon.folded[best].astype(str), sorted(judged))
    ]
    first = np.sort(np.unique(lexicon.folded[best].astype(str), return_index=True)[1])[:top]
    chosen = lexicon.table[best[first]].select(rival=readable("term"), n="n", n_articles="n_articles").to_pandas()
    parts = {name: values[best[first]].astype(float) for name, values in similar.items()}
    return chosen.assign(term=term, rank=np.arange(1, len(first) + 1), score=score[best[first]].astype(float), **parts)


def related(phrases: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Which phrases hold one of the others, or are held by one, word by word."""
    padded = pl.Series([f" {one} " for one in phrases], dtype=pl.String)
    others = [f" {one} " for one in dict.fromkeys(to)]
    return np.logical_or.reduce(
        [(padded.str.contains(one, literal=True) | padded.map_elements(one.__contains__, return_dtype=bool)).to_numpy() for one in others]
    )
