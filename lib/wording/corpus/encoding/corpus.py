"""The encoded corpus: shards of encoded articles with a table of what is known of each, in memory or saved in a folder."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import SavedShards, Shard, merge_shards
from wording.corpus.reading.articles import OTHER_LANGUAGE_SCHEMA
from wording.files import replace_file
from wording.tables import check_columns

SUBSET_DIVISOR = 20
"""Some articles are looked at alone when they are at most one in so many."""

PartResult = TypeVar("Measured")


@dataclass(frozen=True)
class Corpus:
    """The encoded articles: `table` has one row per article (no text) in the order of the shards, with its family when it was built for a study
    ; the other tables say what was read.

    `files` has (name, sha256) of every file read; `apart` the articles in other languages; `warnings` are sentences; `folder` is where it is saved, None if it is not.
    """

    table: pl.DataFrame
    shards: Sequence[Shard]
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]
    language: str = "en"
    folder: Path | None = None
    apart: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OTHER_LANGUAGE_SCHEMA))
    _derived: dict[tuple[int, str], pl.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def articles(self) -> pd.DataFrame:
        """The `articles` table, of a corpus whose families are known."""
        return check_columns(
            self.table.to_pandas().assign(date=lambda f: pd.to_datetime(f["date"])), "articles"
        )

    @cached_property
    def starts(self) -> np.ndarray:
        """The row of the first article of each shard, with the number of all at the end, int64 (n_shards + 1,)."""
        return np.cumsum(
            [
                0,
                *(
                    self.shards.sizes
                    if isinstance(self.shards, SavedShards)
                    else map(len, self.shards)
                ),
            ]
        )

    def part(self, k: int) -> Part:
        """Shard `k` with the rows of its articles."""
        return Part(
            self.table[int(self.starts[k]) : int(self.starts[k + 1])], self.shards[k], self, k
        )

    def parts(self) -> Iterator[Part]:
        """The corpus shard by shard."""
        return map(self.part, range(len(self.shards)))

    def map_parts(
        self, measure: Callable[..., PartResult], *options, light: bool = False
    ) -> list[PartResult]:
        """What `measure(part, *options)` gives for each part: on all cores, or wherever `joblib.parallel_config` says.

        What is `light` (some milliseconds a part, mostly Python) runs part by part unless a cluster is configured: threads would wait for one another.
        """
        return run_parallel(measure, ((part, *options) for part in self.parts()), light=light)

    def derived(
        self, k: int, name: str, make: Callable[[Shard, str], pl.DataFrame]
    ) -> pl.DataFrame:
        """The table of that name that `make(shard, language)` makes of shard `k`: made when first asked for, and kept beside the shard from then on."""
        file = self.folder / f"{k:04d}" / f"{name}.arrow" if self.folder else None
        if (k, name) not in self._derived and file and file.is_file():
            self._derived[k, name] = pl.read_ipc(file)
        if (k, name) not in self._derived:
            self._derived[k, name] = make(self.shards[k], self.language)
            if file:
                # Where a newer build has taken this one's place, the table is only held.
                with contextlib.suppress(OSError), replace_file(file) as partial:
                    self._derived[k, name].write_ipc(partial)
        return self._derived[k, name]

    def has_derived(self, k: int, name: str) -> bool:
        """Whether the table of that name was made of shard `k` before."""
        return (k, name) in self._derived or (
            self.folder is not None and (self.folder / f"{k:04d}" / f"{name}.arrow").is_file()
        )

    def subset(self, rows: np.ndarray) -> tuple[Corpus, np.ndarray]:
        """Some of the articles (rows of the corpus, ascending) as a corpus of one shard in memory; and for each what to add to a token's number there
        to have its number in the shard that it comes from, int64 (n_rows,).
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
        return Corpus(self.table[rows], [both], self.rejects, [], [], self.language), shift


@dataclass(frozen=True)
class Part:
    """One shard, and the rows of its articles."""

    table: pl.DataFrame
    shard: Shard
    corpus: Corpus
    number: int

    def __reduce__(self):
        """A part of a saved corpus is sent to another process as the corpus's folder and a number: there it is opened again."""
        corpus = self.corpus
        return (
            (open_part, (corpus.folder, corpus.language, self.number))
            if corpus.folder
            else (Part, (self.table, self.shard, corpus, self.number))
        )

    @property
    def start(self) -> int:
        """The row of its first article in the corpus."""
        return int(self.corpus.starts[self.number])


def is_small_subset(rows: np.ndarray, n: int) -> bool:
    """Whether so few of `n` articles are asked for that they are looked at alone."""
    return len(rows) * SUBSET_DIVISOR <= n


def save_corpus(corpus: Corpus, folder: Path) -> None:
    """Writes the tables; corpus.json last."""
    corpus.table.write_parquet(folder / "articles.parquet")
    corpus.rejects.write_parquet(folder / "rejects.parquet")
    corpus.apart.write_parquet(folder / "apart.parquet")
    said = {
        "shards": np.diff(corpus.starts).tolist(),
        "warnings": corpus.warnings,
        "files": corpus.files,
    }
    (folder / "corpus.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf8")


@functools.lru_cache(maxsize=4)
def open_corpus(folder: Path, language: str) -> Corpus:
    """The corpus that was saved in the folder, opened once: its name says what is in it."""
    said = json.loads((folder / "corpus.json").read_text(encoding="utf8"))
    table, rejects, apart = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("articles", "rejects", "apart")
    )
    shards = SavedShards(
        tuple(folder.absolute() / f"{k:04d}" for k in range(len(said["shards"]))),
        tuple(said["shards"]),
    )
    return Corpus(
        table,
        shards,
        rejects,
        said["warnings"],
        [tuple(pair) for pair in said["files"]],
        language,
        folder,
        apart,
    )


def open_part(folder: Path, language: str, number: int) -> Part:
    """A part of the corpus that is saved in a folder."""
    return open_corpus(folder, language).part(number)
