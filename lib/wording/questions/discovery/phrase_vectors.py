"""The lexicon of a study: its phrases with a vector for each of three similarities, made once and kept beside the encoded corpus."""

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
import polars as pl
from scipy import sparse

from wording.corpus import terms
from wording.corpus.build import build
from wording.corpus.encoding.corpus import Corpus
from wording.files import file_hash
from wording.questions.discovery import contexts as surroundings
from wording.questions.discovery import phrases as candidates
from wording.stats.vectors import cosines, damped, ppmi, vectors
from wording.study.records import Study

SPACES = {"slot": 200, "company": 150, "topic": 150}
"""The similarities, and the dimensions of each."""

CLEAR = 1.5
"""Company counts from this PPMI on: the cells below are most of the cells, and made no answer better."""

PLURAL = re.compile(r"\w\w[^\Wsui]s$")
NO_PLURALS = frozenset({
    "news", "means", "isis", "politics", "economics", "ethics", "series", "species", "arms", "goods", "customs", "paris", "texas", "kansas", "illinois",
})  # fmt: skip


@dataclass(frozen=True)
class Lexicon:
    """The phrases of a study with their vectors.

    Attributes
    ----------
    table : as in `candidates.Phrases`, sorted by term, with `folded`.
    spaces : float32 (n_phrases, dimensions) for each of `SPACES`.
    present : bool (n_phrases, n_articles), which articles of the corpus have each phrase.
    """

    table: pl.DataFrame
    spaces: dict[str, np.ndarray]
    present: sparse.csr_array

    @cached_property
    def folded(self) -> np.ndarray:
        """Each phrase without what tells its forms apart, object (n_phrases,)."""
        return self.table["folded"].to_numpy()

    @cached_property
    def proposed(self) -> np.ndarray:
        """Which phrases may be proposed, bool (n_phrases,)."""
        return self.table["proposed"].to_numpy()

    @cached_property
    def person(self) -> np.ndarray:
        """Which phrases end with a person's name, bool (n_phrases,)."""
        return self.table["person"].to_numpy()

    def fold(self, phrase: str) -> str:
        """A phrase as it is read, folded; itself where the lexicon does not have it."""
        found = self.table.filter(readable("term") == phrase)["folded"]
        return found[0] if len(found) else phrase

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
    code += [file_hash(Path(__file__)), file_hash(Path(__file__).parents[2] / "stats" / "vectors.py")]
    return hashlib.sha256(f"{code} {seed}".encode()).hexdigest()[:16]


def lexicon(corpus: Corpus, *, language: str, seed: int) -> Lexicon:
    """The phrases of a corpus with their vectors."""
    found = candidates.phrases(corpus, language=language)
    in_articles = surroundings.articles(corpus, found)
    weights = {
        "slot": lambda: ppmi(surroundings.slot(corpus, found)),
        "company": lambda: ppmi(surroundings.company(corpus, found), least=CLEAR),
        "topic": lambda: damped(in_articles),
    }
    basis, order = found.table["proposed"].to_numpy(), found.table["term"].arg_sort().to_numpy()
    # Counting uses all cores by itself and takes the most room: it is done here, one after the other, as the generator is read.
    made = joblib.Parallel(n_jobs=-1, prefer="threads", pre_dispatch="n_jobs")(
        joblib.delayed(vectors)(weights[name](), dimensions=dimensions, seed=seed, basis=basis) for name, dimensions in SPACES.items()
    )
    table = found.table.with_columns(folded=folded(found.table["term"]))[order]
    return Lexicon(
        table, {name: space[order] for name, space in zip(SPACES, made, strict=True)}, sparse.csr_array(in_articles[order], dtype=bool)
    )


def save(lexicon: Lexicon, folder: Path) -> None:
    """Writes the vectors and the articles of each phrase, then the table."""
    for name, space in lexicon.spaces.items():
        np.save(folder / f"{name}.npy", space)
    sparse.save_npz(folder / "present.npz", lexicon.present, compressed=False)
    lexicon.table.write_parquet(folder / "table.parquet")


@functools.lru_cache(maxsize=2)
def opened(folder: Path) -> Lexicon:
    """The lexicon that was saved in the folder."""
    spaces = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in SPACES}
    return Lexicon(pl.read_parquet(folder / "table.parquet"), spaces, sparse.csr_array(sparse.load_npz(folder / "present.npz")))


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


def readable(column: str) -> pl.Expr:
    """A term as it is read: "woman's right"."""
    return pl.col(column).str.replace_all(r" (['’]s)\b", "$1")
