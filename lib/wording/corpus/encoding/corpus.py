"""The encoded corpus: shards of encoded articles, and a table of what is known of each.

It is in memory, or saved in a folder.
"""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.checksums import open_saved_folder, write_checksums
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import SavedShards, Shard, merge_shards
from wording.corpus.reading.languages import OTHER_LANGUAGE_SCHEMA
from wording.corpus.reading.suspicious import SIGN_SCHEMA
from wording.files import replace_folder
from wording.settings import PLACE_GROUPS, TOKEN_PLACES
from wording.tables import check_columns

COPIED_SCHEMA = dict.fromkeys(("row", "start", "end", "n_words", "n_own"), pl.Int64)
"""The columns of the spans of copied text."""

DERIVED_NAME = "table.arrow"
"""The file of a table that is kept beside a shard, in a folder of its own."""
LINK_SCHEMA = {"doc_id": pl.String, "other": pl.String, "score": pl.Float64}
"""The columns of the links between articles on one event."""

SUBSET_DIVISOR = 20
"""A subset is processed on its own if it is at most this part of all."""

HEADLINE_PLACE, LEAD_PLACE, BODY_PLACE = range(len(TOKEN_PLACES))
"""The places of a token, as numbers."""

PartResult = TypeVar("PartResult")


@dataclass(frozen=True)
class Corpus:
    """The encoded articles.

    Attributes
    ----------
    table : one row per article (no text) in the order of the shards, with its family if the corpus
        was built for a study.
    shards : the encoded texts.
    rejects : what could not be read.
    warnings : sentences about what was read.
    files : name and sha256 of every file read.
    language : the language of the articles; of several, with + between. Each shard has one, and the
        table then has a column `language`.
    folder : where it is saved, None if it is not.
    apart : the articles in other languages.
    copied : the spans of text that earlier articles have, too (see `copies.find_copied_text`), by
        row; none if the corpus was not built for a study.
    stubs : the texts that are no articles, set apart or not: doc_id, outlet, sign.
    signs : the signs that articles are not clean (see reading/suspicious.py), one row for each:
        doc_id, outlet, sign.
    whole : of the articles in one language out of several, the corpus of all; else None.
    """

    table: pl.DataFrame
    shards: Sequence[Shard]
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]
    language: str = "en"
    folder: Path | None = None
    apart: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OTHER_LANGUAGE_SCHEMA))
    copied: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COPIED_SCHEMA))
    stubs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SIGN_SCHEMA))
    signs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SIGN_SCHEMA))
    whole: Corpus | None = field(default=None, repr=False)
    _derived: dict[tuple[int, str], pl.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def articles(self) -> pd.DataFrame:
        """Return the `articles` table of a corpus whose families are known."""
        table = self.table.to_pandas().assign(date=lambda f: pd.to_datetime(f["date"]))
        articles = check_columns(table, "articles")
        return articles.assign(language=table["language"]) if "language" in table else articles

    @property
    def languages(self) -> list[str]:
        """Return the languages of the articles."""
        return self.language.split("+")

    @cached_property
    def starts(self) -> np.ndarray:
        """Return the row of each shard's first article, then the number of all; int64."""
        if isinstance(self.shards, SavedShards):
            return np.cumsum([0, *self.shards.sizes])
        return np.cumsum([0, *map(len, self.shards)])

    def part(self, k: int) -> Part:
        """Return shard `k` with the rows of its articles."""
        start, end = self.starts[k : k + 2].tolist()
        return Part(self.table[start:end], self.shards[k], self, k)

    def parts(self) -> Iterator[Part]:
        """Yield the corpus shard by shard."""
        return map(self.part, range(len(self.shards)))

    def map_parts(
        self, measure: Callable[..., PartResult], *arguments: Any, light: bool = False
    ) -> list[PartResult]:
        """Return `measure(part, *arguments)` of each part, as `run_parallel` runs it.

        Parameters
        ----------
        measure : what is called for each part.
        arguments : what it takes besides.
        light : whether it takes only some milliseconds, mostly of Python.
        """
        if len(self.shards) == 1:
            return [measure(self.part(0), *arguments)]
        return run_parallel(measure, ((part, *arguments) for part in self.parts()), light=light)

    def derived(
        self, k: int, name: str, make: Callable[[Shard, str], pl.DataFrame]
    ) -> pl.DataFrame:
        """Return the table of that name of shard `k`: made once, and kept beside the shard.

        Parameters
        ----------
        k : the number of the shard.
        name : the name of the table, and of its file.
        make : makes it of the shard and the language.
        """
        folder = self.shard_folder(k) / name if self.folder else None
        if (k, name) not in self._derived and folder and open_saved_folder(folder):
            self._derived[k, name] = pl.read_ipc(folder / DERIVED_NAME)
        if (k, name) not in self._derived:
            self._derived[k, name] = make(self.shards[k], self.shards[k].language)
            if folder:
                # Where a newer build has taken this one's place, the table is only held.
                with contextlib.suppress(OSError), replace_folder(folder) as partial:
                    self._derived[k, name].write_ipc(partial / DERIVED_NAME)
                    write_checksums(partial)
        return self._derived[k, name]

    def has_derived(self, k: int, name: str) -> bool:
        """Return whether the table of that name was made of shard `k` before."""
        return (k, name) in self._derived or (
            self.folder is not None and (self.shard_folder(k) / name).is_dir()
        )

    def shard_folder(self, k: int) -> Path:
        """Return the folder of shard `k` of a saved corpus."""
        assert isinstance(self.shards, SavedShards), "the shards of a saved corpus are saved"
        return self.shards.folders[k]

    def select_language(self, language: str) -> Corpus:
        """Return the articles in one language as a saved corpus of its own, of the same shards."""
        assert isinstance(self.shards, SavedShards), "the shards of a saved corpus are saved"
        is_kept = self.table["language"] == language
        firsts = self.table["language"].gather(self.starts[:-1]).to_list()
        kept = [k for k, first in enumerate(firsts) if first == language]
        shards = SavedShards(
            tuple(self.shards.folders[k] for k in kept), tuple(self.shards.sizes[k] for k in kept)
        )
        number = np.cumsum(is_kept.to_numpy()) - 1
        row = self.copied["row"].to_numpy()
        copied = self.copied.with_columns(row=pl.Series(number[row], dtype=pl.Int64))
        table = self.table.filter(is_kept)
        return Corpus(
            table,
            shards,
            self.rejects,
            self.warnings,
            self.files,
            language,
            self.folder,
            self.apart,
            copied.filter(is_kept.gather(row)),
            self.stubs,
            self.signs.filter(pl.col("doc_id").is_in(table["doc_id"].implode())),
            self,
        )

    def subset(self, rows: np.ndarray) -> tuple[Corpus, np.ndarray]:
        """Return some articles (rows of the corpus, ascending) as a corpus of one shard in memory.

        Returns
        -------
        The corpus; and for each article what to add to a token's position there to have its
        position in the shard that it comes from, int64 (n_rows,).
        """
        cut = np.searchsorted(rows, self.starts)
        local = {
            k: rows[cut[k] : cut[k + 1]] - self.starts[k]
            for k in np.flatnonzero(np.diff(cut)).tolist() or [0]
        }
        shards = {k: self.shards[k] for k in local}
        both = merge_shards([shard.subset(local[k]) for k, shard in shards.items()])
        shift = (
            np.concatenate([shard.bounds[local[k]] for k, shard in shards.items()])
            - both.bounds[:-1]
        )
        copied = self.copied.filter(pl.col("row").is_in(rows)).with_columns(
            row=pl.Series(np.searchsorted(rows, self.copied["row"])).filter(
                self.copied["row"].is_in(rows)
            )
        )
        corpus = Corpus(
            self.table[rows], [both], self.rejects, [], [], self.language, copied=copied
        )
        return corpus, shift


@dataclass(frozen=True)
class Part:
    """One shard, the texts of some articles or their headlines, and the rows of the articles."""

    table: pl.DataFrame
    shard: Shard
    corpus: Corpus
    number: int
    is_headlines: bool = False

    def __reduce__(self) -> tuple[Callable[..., Part], tuple[Any, ...]]:
        """Send a part of a saved corpus to another process as folder and number, to be opened."""
        corpus = self.corpus
        if corpus.folder:
            return open_part, (corpus.folder, corpus.language, self.number, self.is_headlines)
        return Part, (self.table, self.shard, corpus, self.number, self.is_headlines)

    @property
    def headlines(self) -> Part:
        """Return the headlines of its articles: tokens are those of `Shard.titles`."""
        assert self.shard.titles is not None, "a shard of articles has their headlines"
        return replace(self, shard=self.shard.titles, is_headlines=True)

    def select_places(self, place: str) -> list[Part]:
        """Return what has the places of a group in `PLACE_GROUPS`: headlines, then texts."""
        places = PLACE_GROUPS[place]
        headlines = [self.headlines] if "headline" in places else []
        return [*headlines, self] if {"lead", "body"} & set(places) else headlines

    def number_places(self, positions: np.ndarray) -> np.ndarray:
        """Return the place of each token, a number of `TOKEN_PLACES`."""
        if self.is_headlines:
            return np.full(len(positions), HEADLINE_PLACE)
        return np.where(self.shard.in_lead(positions), LEAD_PLACE, BODY_PLACE)

    def is_in_place(self, positions: np.ndarray, place: str) -> np.ndarray:
        """Return which tokens are in a place of a group in `PLACE_GROUPS`, bool."""
        places = [TOKEN_PLACES.index(name) for name in PLACE_GROUPS[place]]
        return np.isin(self.number_places(positions), places)

    @property
    def start(self) -> int:
        """Return the row of its first article in the corpus."""
        return int(self.corpus.starts[self.number])

    def flag_copied(self, positions: np.ndarray) -> np.ndarray:
        """Return which tokens are in text that an earlier article has, too, bool.

        Of headlines none is.
        """
        if self.is_headlines:
            return np.zeros(len(positions), bool)
        start, end = self.copied_spans
        number = np.searchsorted(start, positions, side="right") - 1
        return (number >= 0) & (positions < np.append(end, 0)[number])

    @cached_property
    def copied_spans(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the first tokens of the spans of copied text, ascending, and their ends; int64."""
        rows = self.corpus.copied["row"].to_numpy()
        first, last = np.searchsorted(rows, (self.start, self.start + len(self.table)))
        spans = self.corpus.copied[int(first) : int(last)]
        begin = self.shard.bounds[spans["row"].to_numpy() - self.start]
        return begin + spans["start"].to_numpy(), begin + spans["end"].to_numpy()


def is_small_subset(rows: np.ndarray, n: int) -> bool:
    """Return whether so few of `n` articles are asked for that they are processed alone."""
    return len(rows) * SUBSET_DIVISOR <= n


def save_corpus(corpus: Corpus, folder: Path) -> None:
    """Write the tables, and corpus.json last."""
    corpus.table.write_parquet(folder / "articles.parquet")
    corpus.rejects.write_parquet(folder / "rejects.parquet")
    corpus.apart.write_parquet(folder / "apart.parquet")
    corpus.copied.write_parquet(folder / "copied.parquet")
    corpus.stubs.write_parquet(folder / "stubs.parquet")
    corpus.signs.write_parquet(folder / "signs.parquet")
    content = {
        "shards": np.diff(corpus.starts).tolist(),
        "warnings": corpus.warnings,
        "files": corpus.files,
    }
    (folder / "corpus.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf8")


@functools.lru_cache(maxsize=6)
def open_corpus(folder: Path, language: str) -> Corpus:
    """Return the corpus that was saved in the folder, opened once: its name says what is in it.

    Of a corpus in several languages, one of these gives the articles in it alone.
    """
    content = json.loads((folder / "corpus.json").read_text(encoding="utf8"))
    table, rejects, apart, copied, stubs, signs = (
        pl.read_parquet(folder / f"{name}.parquet")
        for name in ("articles", "rejects", "apart", "copied", "stubs", "signs")
    )
    shards = SavedShards(
        tuple(folder.absolute() / f"{k:04d}" for k in range(len(content["shards"]))),
        tuple(content["shards"]),
    )
    corpus = Corpus(
        table,
        shards,
        rejects,
        content["warnings"],
        [tuple(pair) for pair in content["files"]],
        language,
        folder,
        apart,
        copied,
        stubs,
        signs,
    )
    is_whole = "language" not in table.columns or len(corpus.languages) > 1
    return corpus if is_whole else corpus.select_language(language)


def open_part(folder: Path, language: str, number: int, is_headlines: bool) -> Part:
    """Return a part of the corpus that is saved in a folder, or the headlines of that part."""
    part = open_corpus(folder, language).part(number)
    return part.headlines if is_headlines else part
