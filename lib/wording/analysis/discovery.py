"""Other ways of naming the same thing: which phrases stand where a term stands, in its company, and in its articles.

Three similarities, each a cosine of what surrounds two phrases; their product ranks. No score tells rival names of one thing from names of
two opposing sides: a person must.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import polars as pl

from wording.analysis.similarity import cosines, damped, ppmi, vectors
from wording.corpus import candidates, surroundings, terms
from wording.corpus.build import Corpus, build
from wording.corpus.key import file_hash
from wording.errors import WordingError
from wording.phrases import ANY, NUMBER, STAR, phrase
from wording.prose import nearest
from wording.study import Study
from wording.tables import check

SPACES = {"slot": 200, "company": 150, "topic": 150}
"""The similarities, and the dimensions of each."""

CLEAR = 1.5
"""Company counts from this PPMI on: the cells below are most of the cells, and made no answer better."""

LOOKED_AT = 400
"""So many of the best phrases are read for a list of rivals, before those that say the same are put together."""

WILD = {ANY: "[^ ]+", NUMBER: r"\p{N}[^ ]*"}
PLURAL = re.compile(r"\w\w[^\Wsui]s$")
NO_PLURALS = frozenset("news means isis politics economics ethics series species arms goods customs paris texas kansas illinois".split())


@dataclass(frozen=True)
class Lexicon:
    """The phrases of a study with their vectors: `table` as in `candidates.Phrases`, sorted by term, with `folded`; `spaces` has a matrix for each of `SPACES`."""

    table: pl.DataFrame
    spaces: dict[str, np.ndarray]

    @cached_property
    def folded(self) -> np.ndarray:
        """Each phrase without what tells its forms apart, object (n_phrases,)."""
        return self.table["folded"].to_numpy()

    @cached_property
    def proposed(self) -> np.ndarray:
        """Which phrases may be proposed, bool (n_phrases,)."""
        return self.table["proposed"].to_numpy()

    def similar(self, rows: Sequence[int]) -> dict[str, np.ndarray]:
        """The similarities of every phrase with the given ones taken together."""
        return {name: cosines(space, rows) for name, space in self.spaces.items()}


def study_lexicon(study: Study) -> Lexicon:
    """The lexicon of a study's articles, all of them: made when it is first asked for, then only opened.

    Raises
    ------
    WordingError
        If the articles are not there.
    """
    corpus, _ = build(study)
    folder = corpus.folder / f"lexicon-{lexicon_key(study.seed)}"
    if not (folder / "table.parquet").is_file():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        save(lexicon(corpus, language=study.language, seed=study.seed), partial)
        try:
            partial.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    return opened(folder)


def lexicon_key(seed: int) -> str:
    """What a lexicon depends on beside the corpus: the code and the seed."""
    code = [file_hash(Path(module.__file__)) for module in (candidates, surroundings, terms)]
    code += [file_hash(Path(__file__)), file_hash(Path(__file__).with_name("similarity.py"))]
    return hashlib.sha256(f"{code} {seed}".encode()).hexdigest()[:16]


def lexicon(corpus: Corpus, *, language: str, seed: int) -> Lexicon:
    """The phrases of a corpus with their vectors."""
    found = candidates.phrases(corpus, language=language)
    weights = {
        "slot": lambda: ppmi(surroundings.slot(corpus, found)),
        "company": lambda: ppmi(surroundings.company(corpus, found), least=CLEAR),
        "topic": lambda: damped(surroundings.articles(corpus, found)),
    }
    basis = found.table["proposed"].to_numpy()
    made = joblib.Parallel(n_jobs=-1, prefer="threads")(
        joblib.delayed(lambda name: vectors(weights[name](), dimensions=SPACES[name], seed=seed, basis=basis))(name) for name in SPACES
    )
    order = found.table["term"].arg_sort().to_numpy()
    table = found.table.with_columns(folded=folded(found.table["term"]))[order]
    return Lexicon(table, {name: np.ascontiguousarray(space[order]) for name, space in zip(SPACES, made, strict=True)})


def save(lexicon: Lexicon, folder: Path) -> None:
    """Writes the vectors, then the table."""
    for name, space in lexicon.spaces.items():
        np.save(folder / f"{name}.npy", space)
    lexicon.table.write_parquet(folder / "table.parquet")


@functools.lru_cache(maxsize=2)
def opened(folder: Path) -> Lexicon:
    """The lexicon that was saved in the folder."""
    return Lexicon(pl.read_parquet(folder / "table.parquet"), {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in SPACES})


def folded(terms: pl.Series) -> pl.Series:
    """The terms without what tells the forms of one phrase apart: hyphens are blanks, and plurals singulars where the singular occurs too.

    >>> folded(pl.Series(["tax cuts", "tax-cut", "the news", "new"])).to_list()
    ['tax cut', 'tax cut', 'the news', 'new']
    """
    split = terms.str.replace_all("-", " ").str.split(" ")
    words = split.list.explode(empty_as_null=False, keep_nulls=False).unique().sort()
    known, plural = set(words), words.filter(words.str.contains(PLURAL.pattern) & ~words.is_in(list(NO_PLURALS)))
    single = {word: one for word in plural for one in singulars(word) if one in known}
    return split.list.eval(pl.element().replace(single)).list.join(" ")


def singulars(word: str) -> list[str]:
    """What a plural may be the plural of, the likeliest last."""
    return [word[:-1], *([word[:-2]] if word.endswith("es") else []), *([f"{word[:-3]}y"] if word.endswith("ies") else [])]


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
    return check(pd.concat([ranked(lexicon, term, rows, top) for term, rows in known.items()], ignore_index=True), "rivals")


def unknown(study: Study, terms: Sequence[str]) -> list[str]:
    """A sentence for each term that the study's phrases do not have, with the nearest one."""
    lexicon = study_lexicon(study)
    missing = [term for term in dict.fromkeys(terms) if not len(asked(lexicon, study, term))]
    return [f"{term!r} stands in too few articles, or is no phrase, to look for its rivals; {nearest_phrase(lexicon, term)}." for term in missing]


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
    ways = [" ".join(f"(?:{'|'.join(map(forms, words))})" for words in way.words) for way in phrase(text, lists=study.lists, case=False)]
    return np.flatnonzero(lexicon.table["folded"].str.contains(f"^(?:{'|'.join(ways)})$").to_numpy())


def forms(word: str) -> str:
    """A regular expression for the folded forms of a word of a phrase."""
    if word in WILD:
        return WILD[word]
    parts = [[part, *(singulars(part) if PLURAL.search(part) and part not in NO_PLURALS else [])] for part in word.split("-")]
    return " ".join(f"(?:{'|'.join(re.escape(one).replace(re.escape(STAR), r'[^ ]*') for one in part)})" for part in parts)


def ranked(lexicon: Lexicon, term: str, rows: np.ndarray, top: int) -> pd.DataFrame:
    """The rivals of one term: forms of one phrase as its most frequent one; the term's own shorter and longer phrases left out."""
    similar = lexicon.similar(rows)
    score = np.where(lexicon.proposed, similar["slot"] * similar["company"] * similar["topic"], 0)
    best = np.argpartition(-score, min(LOOKED_AT, len(score) - 1))[:LOOKED_AT]
    best = best[np.lexsort((best, -score[best].round(6)))]
    best = best[(score[best] > 0) & ~related(lexicon.folded[best], lexicon.folded[rows])]
    first = np.sort(np.unique(lexicon.folded[best].astype(str), return_index=True)[1])[:top]
    chosen = lexicon.table[best[first]].select(rival=readable("term"), n="n", n_articles="n_articles").to_pandas()
    parts = {name: values[best[first]].astype(float) for name, values in similar.items()}
    return chosen.assign(term=term, rank=np.arange(1, len(first) + 1), score=score[best[first]].astype(float), **parts)


def related(phrases: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Which phrases hold one of the others, or are held by one, word by word."""
    padded = pl.Series([f" {one} " for one in phrases], dtype=pl.String)
    others = [f" {one} " for one in dict.fromkeys(to)]
    return np.logical_or.reduce([(padded.str.contains(one, literal=True) | padded.map_elements(one.__contains__, return_dtype=bool)).to_numpy() for one in others])


def readable(column: str) -> pl.Expr:
    """A term as it is read: "woman's right"."""
    return pl.col(column).str.replace_all(r" (['’]s)\b", "$1")
