"""From a study's articles to its encoded corpus: read, encode, mark, save; what is there and current is only opened."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import joblib
import numpy as np
import pandas as pd
import polars as pl

from wording.corpus import passes, tokens, zones
from wording.corpus.agencies import agency
from wording.corpus.articles import APART, Articles, Reading
from wording.corpus.compiled import compiled
from wording.corpus.families import families, sketch
from wording.corpus.key import build_key
from wording.corpus.store import Store
from wording.corpus.tokens import Saved, Shard, united
from wording.corpus.voice import stretches, voices
from wording.errors import WordingError
from wording.study import Study
from wording.tables import FAMILY, TABLES, check

SHARD_FEWEST, SHARD_ARTICLES, SHARD_BYTES = 5_000, 10_000, 2**26
"""The fewest and the most articles of a shard, and the bytes of text that make it whole."""
SHARD_MARK = 1_024
FEW_ARTICLES = 20
"""Some articles are looked at alone when they are at most one in so many."""

Measured = TypeVar("Measured")
NUMBERS = ("n_words", "n_quoted", "n_reported", "n_boilerplate")


@dataclass(frozen=True)
class Corpus:
    """The encoded articles: `table` has one row per article (no text) in the order of the shards, with its family when it was built for a study
    (see `with_families`); the other tables say what was read.

    `files` has (name, sha256) of every file read; `apart` the articles in other languages; `warnings` are sentences; `folder` is where it is saved, None if it is not.
    """

    table: pl.DataFrame
    shards: Sequence[Shard]
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]
    language: str = "en"
    folder: Path | None = None
    apart: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=APART))
    _stretches: dict[int, pl.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def articles(self) -> pd.DataFrame:
        """The `articles` table."""
        return check(with_families(self).table.to_pandas().assign(date=lambda f: pd.to_datetime(f["date"])), "articles")

    @cached_property
    def starts(self) -> np.ndarray:
        """The row of the first article of each shard, with the number of all at the end, int64 (n_shards + 1,)."""
        return np.cumsum([0, *(self.shards.sizes if isinstance(self.shards, Saved) else map(len, self.shards))])

    def part(self, k: int) -> Part:
        """Shard `k` with the rows of its articles."""
        return Part(self.table[int(self.starts[k]) : int(self.starts[k + 1])], self.shards[k], self, k)

    def parts(self) -> Iterator[Part]:
        """The corpus shard by shard."""
        return map(self.part, range(len(self.shards)))

    def measured(self, measure: Callable[..., Measured], *options, light: bool = False) -> list[Measured]:
        """What `measure(part, *options)` gives for each part: on all cores, or wherever `joblib.parallel_config` says.

        What is `light` (some milliseconds a part, mostly Python) runs part by part unless a cluster is configured: threads would wait for one another.
        """
        tasks = (joblib.delayed(measure)(part, *options) for part in self.parts())
        return joblib.Parallel(n_jobs=None if light else -1, prefer="threads")(tasks)

    def stretches(self, k: int) -> pl.DataFrame:
        """What is not the outlets' own in shard `k`, with speakers and cues (see `voice.stretches`): looked for once, when first asked for."""
        file = self.folder / f"{k:04d}" / "stretches.arrow" if self.folder else None
        if k not in self._stretches and file and file.is_file():
            self._stretches[k] = pl.read_ipc(file)
        if k not in self._stretches:
            self._stretches[k] = pl.from_pandas(stretches(self.shards[k], self.shards[k].voice, language=self.language))
            if file:
                with contextlib.suppress(OSError):  # where a newer build has taken this one's place, they are only held
                    partial = file.with_suffix(f".{os.getpid()}.partial")
                    self._stretches[k].write_ipc(partial)
                    partial.replace(file)
        return self._stretches[k]

    def some(self, rows: np.ndarray) -> tuple[Corpus, np.ndarray]:
        """Some of the articles (rows of the corpus, ascending) as a corpus of one shard in memory; and for each what to add to a token's number there
        to have its number in the shard that it comes from, int64 (n_rows,).
        """
        cut = np.searchsorted(rows, self.starts)
        local = {k: rows[cut[k] : cut[k + 1]] - self.starts[k] for k in np.flatnonzero(np.diff(cut)).tolist() or [0]}
        shards = {k: self.shards[k] for k in local}
        both = united([shard.some(local[k]) for k, shard in shards.items()])
        shift = np.concatenate([shard.bounds[local[k]] for k, shard in shards.items()]) - both.bounds[:-1]
        return Corpus(self.table[rows], [both], self.rejects, [], [], self.language), shift

    def has_stretches(self, k: int) -> bool:
        """Whether speakers and cues were looked for in shard `k` before."""
        return k in self._stretches or (self.folder is not None and (self.folder / f"{k:04d}" / "stretches.arrow").is_file())

    def find_speakers(self) -> None:
        """Looks for speakers and cues in all shards at once, on all cores."""
        self.measured(Part.find_speakers)


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
            (part_of, (corpus.folder, corpus.language, self.number))
            if corpus.folder
            else (Part, (self.table, self.shard, corpus, self.number))
        )

    @property
    def start(self) -> int:
        """The row of its first article in the corpus."""
        return int(self.corpus.starts[self.number])

    def find_speakers(self) -> None:
        """Looks for speakers and cues, and keeps them."""
        self.corpus.stretches(self.number)

    @property
    def stretches(self) -> pl.DataFrame:
        """What is not the outlets' own, with speakers and cues."""
        return self.corpus.stretches(self.number)

    def stretches_in(self, rows: np.ndarray) -> pl.DataFrame:
        """The same, of these articles (rows of the shard, ascending) at least: where they are few and the others were not asked for, of these alone."""
        near = with_neighbours(rows, len(self.shard))
        if not few(near, len(self.shard)) or self.corpus.has_stretches(self.number):
            return self.stretches
        small, shift = self.corpus.some(self.start + near)
        found, shard = small.stretches(0), small.shards[0]
        start, last, cue = (found[name].to_numpy() for name in ("start_token", "end_token", "cue_token"))
        here = {
            "row": near[found["row"].to_numpy()],
            "start_token": start + shift[shard.article(start)],
            "end_token": last + shift[shard.article(last - 1)],
            "cue_token": np.where(cue < 0, -1, cue + shift[shard.article(np.maximum(cue, 0))]),
        }
        found = found.with_columns(**{name: pl.Series(values, dtype=found.schema[name]) for name, values in here.items()})
        return found.filter(pl.col("row").is_in(rows))


def with_neighbours(rows: np.ndarray, n: int) -> np.ndarray:
    """The rows with those before and after them, of `n` in all: cues are known by the words around them, and these may stand in the next article."""
    near = np.unique(np.concatenate([rows - 1, rows, rows + 1]))
    return near[(near >= 0) & (near < n)]


def few(rows: np.ndarray, n: int) -> bool:
    """Whether so few of `n` articles are asked for that they are looked at alone."""
    return len(rows) * FEW_ARTICLES <= n


def encode(articles: Articles, *, language: str = "en") -> Corpus:
    """The articles as a corpus in memory."""
    tables, shards = encode_batches([articles.frame], language=language)
    table = (
        pl.concat(tables)
        if tables
        else articles.frame.drop("text").with_columns(**dict.fromkeys(NUMBERS, pl.lit(0)), agency=pl.lit(None, pl.String))
    )
    return as_corpus(replace(articles, frame=table), shards, language)


def as_corpus(articles: Articles, shards: Sequence[Shard], language: str, folder: Path | None = None) -> Corpus:
    """The corpus of articles whose texts became shards."""
    table = articles.frame.select([name for name in TABLES["articles"] if name not in FAMILY or name == "agency"])
    return Corpus(table, shards, articles.rejects, articles.warnings, articles.files, language, folder, articles.apart)


def encode_batches(
    batches: Iterable[pl.DataFrame],
    *,
    language: str,
    keep: Callable[[int, pl.DataFrame, Callable], Shard] = lambda _, part, make: make(part),
) -> tuple[list[pl.DataFrame], Sequence[Shard]]:
    """The rows without texts but with their numbers of words, and the shards, made as the batches arrive; `keep` may save or find a shard."""
    made = joblib.Parallel(n_jobs=-1, prefer="threads", pre_dispatch="n_jobs + 1")(
        joblib.delayed(encode_part)(k, part, language, keep) for k, part in enumerate(shard_parts(batches))
    )
    tables, shards = [table for table, _ in made], [shard for _, shard in made]
    if shards and isinstance(shards[0], Path):
        shards = Saved(tuple(shards), tuple(table.height for table in tables))
    return tables, shards


def shard_parts(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The articles of each shard, whatever the batches.

    A shard ends at an article that its own words mark (one in SHARD_MARK) once it has SHARD_FEWEST, so that a change leaves the other shards alone;
    or with SHARD_ARTICLES or SHARD_BYTES.
    """
    held: list[pl.DataFrame] = []
    n = size = 0
    for batch in batches:
        start, marked, sizes = 0, *ends(batch)
        while start < batch.height:
            stop = shard_end(marked, sizes, start, n, size)
            held.append(batch[start : stop or batch.height])
            n, size = n + held[-1].height, size + sizes[start : stop or batch.height].sum()
            if stop:
                yield pl.concat(held)
                held, n, size = [], 0, 0
            start = stop or batch.height
    if held:
        yield pl.concat(held)


def ends(batch: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which articles are marked to end a shard, and each one's bytes."""
    mark = batch.select(pl.struct("outlet", "text").hash(seed=0) % SHARD_MARK == 0, size=pl.col("text").str.len_bytes().cast(pl.Int64))
    return mark.to_series(0).to_numpy(), mark["size"].to_numpy()


def shard_end(marked: np.ndarray, sizes: np.ndarray, start: int, n: int, size: int) -> int | None:
    """Where in a batch the shard ends that has `n` articles and `size` bytes before `start`; None if it goes on."""
    number = n + np.arange(1, len(marked) - start + 1)
    full = (marked[start:] & (number >= SHARD_FEWEST)) | (number >= SHARD_ARTICLES) | (size + np.cumsum(sizes[start:]) >= SHARD_BYTES)
    return start + int(np.argmax(full)) + 1 if full.any() else None


def encode_part(
    k: int, part: pl.DataFrame, language: str, keep: Callable[[int, pl.DataFrame, Callable], Shard]
) -> tuple[pl.DataFrame, Shard | Path]:
    """The articles of one shard with their numbers of words and the agencies that they credit, without texts; and the shard, or where it is saved."""
    shard = keep(k, part, functools.partial(marked_shard, language=language))
    counted = compiled(passes).voiced(shard.is_word, shard.boilerplate, shard.voice, shard.bounds)
    return part.drop("text").with_columns(
        **dict(zip(NUMBERS, map(pl.Series, counted), strict=True)), agency=agency(shard)
    ), shard.folder or shard


def marked_shard(part: pl.DataFrame, *, language: str) -> Shard:
    """The encoded articles with boilerplate, voices and sketches."""
    shard = tokens.encode(part["text"])
    shard = replace(shard, boilerplate=zones.boilerplate(shard, part["outlet"], language=language), voice=voices(shard, language=language))
    return replace(shard, sketch=sketch(shard))


def with_families(corpus: Corpus) -> Corpus:
    """The corpus with each article's family in its table."""
    return (
        corpus
        if "family" in corpus.table.columns
        else replace(corpus, table=corpus.table.hstack(families(corpus).drop("doc_id", "agency")).select(list(TABLES["articles"])))
    )


def build(study: Study) -> tuple[Corpus, bool]:
    """The study's corpus, and whether it had to be made: a corpus that is there and current is only opened.

    Raises
    ------
    WordingError
        If the study has no articles, or none could be read.
    """
    folder, made = study.folder / ".build" / build_key(study), False
    while True:
        if (folder / "corpus.json").is_file():
            with contextlib.suppress(FileNotFoundError):  # a build of other articles has just taken its place
                return open_corpus(folder, study.language), made
        try:
            make(study, Store(folder, study.language))
        except (OSError, pl.exceptions.ComputeError) as fault:
            raise WordingError(
                f"{folder.parent}: the corpus could not be written ({fault}); it takes about as much room as the articles' text. "
                "Make room there and build again: what was there before still stands."
            ) from fault
        made = True


def make(study: Study, store: Store) -> None:
    """Makes the corpus and puts it in its place; what was made of it goes again if that fails."""
    source = study.articles
    try:
        reading = Reading(
            study.folder / source.path,
            metadata=study.folder / source.metadata if source.metadata else None,
            columns=source.columns,
            date_order=source.date_order,
            language=study.language,
        )
        tables, shards = encode_batches(reading, language=study.language, keep=store.keep)
        articles = reading.finish(pl.concat([pl.DataFrame(schema=reading.schema).drop("text"), *tables], how="diagonal"))
        if not len(articles.frame):
            raise WordingError(nothing_read(articles, study))
        save(with_families(as_corpus(articles, shards, study.language)), store.folder)
        store.settle()
    except BaseException:
        shutil.rmtree(store.folder, ignore_errors=True)
        raise


def nothing_read(articles: Articles, study: Study) -> str:
    """Why there is no article to build from."""
    reasons = "; ".join(articles.rejects["reason"].unique(maintain_order=True)[:3])
    apart = f"{len(articles.apart)} in another language than {study.language!r}" if len(articles.apart) else ""
    told = ", ".join(filter(None, (f"{len(articles.rejects)} rejected: {reasons}", apart)))
    return f"{study.folder / study.articles.path}: no article could be read ({told})."


def save(corpus: Corpus, folder: Path) -> None:
    """Writes the tables; corpus.json last."""
    corpus.table.write_parquet(folder / "articles.parquet")
    corpus.rejects.write_parquet(folder / "rejects.parquet")
    corpus.apart.write_parquet(folder / "apart.parquet")
    said = {"shards": np.diff(corpus.starts).tolist(), "warnings": corpus.warnings, "files": corpus.files}
    (folder / "corpus.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf8")


@functools.lru_cache(maxsize=4)
def open_corpus(folder: Path, language: str) -> Corpus:
    """The corpus that was saved in the folder, opened once: its name says what is in it."""
    said = json.loads((folder / "corpus.json").read_text(encoding="utf8"))
    table, rejects, apart = (pl.read_parquet(folder / f"{name}.parquet") for name in ("articles", "rejects", "apart"))
    shards = Saved(tuple(folder.absolute() / f"{k:04d}" for k in range(len(said["shards"]))), tuple(said["shards"]))
    return Corpus(table, shards, rejects, said["warnings"], [tuple(pair) for pair in said["files"]], language, folder, apart)


def part_of(folder: Path, language: str, number: int) -> Part:
    """A part of the corpus that is saved in a folder."""
    return open_corpus(folder, language).part(number)
