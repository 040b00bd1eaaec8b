"""The phrases of a study with a vector for each of three similarities.

They are made once and kept beside the encoded corpus.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse

from wording.corpus.build import build_corpus
from wording.corpus.encoding.checksums import open_saved_folder, write_checksums
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.parallel import run_parallel
from wording.files import hash_file, hash_value, replace_folder
from wording.questions.discovery import contexts as surroundings
from wording.questions.discovery import phrases as candidates
from wording.stats.vectors import (
    compute_row_vectors,
    cosine_similarities,
    ppmi,
    weight_sublinear_tf,
)
from wording.study.records import StudyRecord

VECTOR_DIMENSIONS = {"slot": 200, "company": 150, "topic": 150}
"""The similarities, and the dimensions of each."""

MIN_COMPANY_PPMI = 1.5
"""PPMI from which sentence context counts: the cells below are most, and made no answer better."""

LIBRARY = Path(__file__).parents[2]
VECTOR_CODE = (
    *("questions/discovery/phrase_vectors.py", "questions/discovery/phrases.py"),
    "questions/discovery/contexts.py",
    *("corpus/terms.py", "corpus/phrases/term_kernels.py"),
    *("stats/vectors.py", "stats/vector_kernels.py"),
)
"""What makes the vectors, beside the code and the word lists that make a corpus."""

PLURAL_PATTERN = re.compile(r"\w\w[^\Wsui]s$")
FALSE_PLURALS = frozenset(
    ("news", "means", "isis", "politics", "economics", "ethics", "series", "species", "arms")
    + ("goods", "customs", "paris", "texas", "kansas", "illinois")
)
"""Words that look like plurals and are none."""


@dataclass(frozen=True)
class PhraseVectors:
    """The phrases of a study with their vectors.

    Attributes
    ----------
    table : as in `candidates.Phrases`, sorted by term, with `fold_phrase_forms`.
    spaces : float32 (n_phrases, dimensions) for each of `VECTOR_DIMENSIONS`.
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
        """Return a phrase as it is read, folded; itself where it is unknown."""
        folded = self.table.filter(join_possessives("term") == phrase)["folded"]
        return str(folded[0]) if len(folded) else phrase

    def compute_similarities(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return the similarities of every phrase with the given ones taken together."""
        return {name: cosine_similarities(space, rows) for name, space in self.spaces.items()}


def get_phrase_vectors(study: StudyRecord) -> PhraseVectors:
    """Return the phrases of a study's articles: made when first asked for, then only opened.

    Raises
    ------
    WordingError
        If the articles are not there.
    """
    corpus = build_corpus(study)
    assert corpus.folder, "a study's corpus is saved"
    language = f"-{study.language}" if len(study.languages) > 1 else ""
    folder = corpus.folder / f"lexicon-{compute_vectors_fingerprint(study.seed)}{language}"
    if not open_saved_folder(folder):
        open_phrase_vectors.cache_clear()
        with replace_folder(folder) as partial:
            save_phrase_vectors(
                build_phrase_vectors(corpus, language=study.language, seed=study.seed), partial
            )
            write_checksums(partial)
    return open_phrase_vectors(folder)


def compute_vectors_fingerprint(seed: int) -> str:
    """Return a hash of what the vectors depend on beside the corpus: the code and the seed."""
    return hash_value([[hash_file(LIBRARY / name) for name in VECTOR_CODE], seed])


def build_phrase_vectors(corpus: Corpus, *, language: str, seed: int) -> PhraseVectors:
    """Return the phrases of a corpus with their vectors."""
    found = candidates.extract_phrases(corpus, language=language)
    in_articles = surroundings.count_phrase_articles(corpus, found)
    weights = {
        "slot": lambda: ppmi(surroundings.count_slot_neighbours(corpus, found)),
        "company": lambda: ppmi(
            surroundings.count_sentence_words(corpus, found), least=MIN_COMPANY_PPMI
        ),
        "topic": lambda: weight_sublinear_tf(in_articles),
    }
    basis, order = found.table["proposed"].to_numpy(), found.table["term"].arg_sort().to_numpy()
    # Counting uses all cores by itself and takes the most room: it is done here, one matrix after
    # the other, as the generator is read.
    made = run_parallel(
        lambda matrix, dimensions: compute_row_vectors(
            matrix, dimensions=dimensions, seed=seed, basis=basis
        ),
        ((weights[name](), dimensions) for name, dimensions in VECTOR_DIMENSIONS.items()),
        pre_dispatch="n_jobs",
    )
    table = found.table.with_columns(folded=fold_phrase_forms(found.table["term"]))[order]
    return PhraseVectors(
        table,
        {name: space[order] for name, space in zip(VECTOR_DIMENSIONS, made, strict=True)},
        sparse.csr_array(in_articles[order], dtype=bool),
    )


def save_phrase_vectors(vectors: PhraseVectors, folder: Path) -> None:
    """Write the vectors and the articles of each phrase, then the table."""
    for name, space in vectors.spaces.items():
        np.save(folder / f"{name}.npy", space)
    sparse.save_npz(folder / "present.npz", vectors.present, compressed=False)
    vectors.table.write_parquet(folder / "table.parquet")


@functools.lru_cache(maxsize=2)
def open_phrase_vectors(folder: Path) -> PhraseVectors:
    """Return the phrases that were saved in the folder."""
    spaces = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in VECTOR_DIMENSIONS}
    return PhraseVectors(
        pl.read_parquet(folder / "table.parquet"),
        spaces,
        sparse.csr_array(sparse.load_npz(folder / "present.npz")),
    )


def fold_phrase_forms(terms: pl.Series) -> pl.Series:
    """Return the terms without what distinguishes the forms of one phrase.

    Hyphens are blanks, and plurals singulars where the singular occurs too.

    >>> fold_phrase_forms(pl.Series(["tax cuts", "tax-cut", "the news", "new"])).to_list()
    ['tax cut', 'tax cut', 'the news', 'new']
    """
    split = terms.str.replace_all("-", " ").str.split(" ")
    words = split.list.explode(empty_as_null=False, keep_nulls=False).unique().sort()
    known, plural = (
        set(words),
        words.filter(
            words.str.contains(PLURAL_PATTERN.pattern) & ~words.is_in(list(FALSE_PLURALS))
        ),
    )
    single = {word: one for word in plural for one in guess_singulars(word) if one in known}
    return split.list.eval(pl.element().replace(single)).list.join(" ")


def guess_singulars(word: str) -> list[str]:
    """Return what a plural may be the plural of, the likeliest last."""
    return [
        word[:-1],
        *([word[:-2]] if word.endswith("es") else []),
        *([f"{word[:-3]}y"] if word.endswith("ies") else []),
    ]


def join_possessives(column: str) -> pl.Expr:
    """Return a term as it is read: "woman's right"."""
    return pl.col(column).str.replace_all(r" (['’]s)\b", "$1")
