"""From a study's articles to its encoded corpus: read, encode, mark, save; what is there and current is only opened."""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import joblib
import pandas as pd
import polars as pl

from wording.corpus import tokens, zones
from wording.corpus.articles import Articles, read_articles
from wording.corpus.families import families
from wording.corpus.key import build_key
from wording.corpus.tokens import Shard
from wording.corpus.voice import QUOTED, REPORTED, stretches, voices
from wording.errors import WordingError
from wording.study import Study
from wording.tables import FAMILY, TABLES, check

SHARD_ARTICLES = 10_000


@dataclass(frozen=True)
class Corpus:
    """The encoded articles: `table` has one row per article (no text) in the order of the shards, with its family when it was built for a study
    (see `with_families`); the other tables say what was read.

    `files` has (name, sha256) of every file read; `warnings` are sentences; `folder` is where it is saved, None if it is not.
    """

    table: pl.DataFrame
    shards: Sequence[Shard]
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]
    language: str = "en"
    folder: Path | None = None
    _stretches: dict[int, pl.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def articles(self) -> pd.DataFrame:
        """The `articles` table."""
        return check(with_families(self).table.to_pandas().assign(date=lambda f: pd.to_datetime(f["date"])), "articles")

    def parts(self) -> list[Part]:
        """The corpus shard by shard."""
        first = [sum(len(s) for s in self.shards[:k]) for k in range(len(self.shards))]
        return [
            Part(self.table.slice(start, len(shard)), shard, self, k)
            for k, (start, shard) in enumerate(zip(first, self.shards, strict=True))
        ]

    def stretches(self, k: int) -> pl.DataFrame:
        """What is not the outlets' own in shard `k`, with speakers and cues (see `voice.stretches`): looked for once, when first asked for."""
        file = self.folder / f"{k:04d}" / "stretches.arrow" if self.folder else None
        if k not in self._stretches and file and file.is_file():
            self._stretches[k] = pl.read_ipc(file)
        if k not in self._stretches:
            self._stretches[k] = pl.from_pandas(stretches(self.shards[k], self.shards[k].voice, language=self.language))
            if file:
                partial = file.with_suffix(f".{os.getpid()}.partial")
                self._stretches[k].write_ipc(partial)
                partial.replace(file)
        return self._stretches[k]

    def find_speakers(self) -> None:
        """Looks for speakers and cues in all shards at once, on all cores."""
        joblib.Parallel(n_jobs=-1, prefer="threads")(joblib.delayed(self.stretches)(k) for k in range(len(self.shards)))


@dataclass(frozen=True)
class Part:
    """One shard, and the rows of its articles."""

    table: pl.DataFrame
    shard: Shard
    corpus: Corpus
    number: int

    @property
    def stretches(self) -> pl.DataFrame:
        """What is not the outlets' own, with speakers and cues."""
        return self.corpus.stretches(self.number)


def encode(articles: Articles, *, language: str = "en", keep: Callable[[int, Shard], Shard] = lambda k, shard: shard) -> Corpus:
    """The articles as a corpus; `keep` may save a shard as soon as it is made, and gives back what to hold."""
    parts = [articles.frame.slice(start, size) for start, size in slices(len(articles.frame))]
    made = joblib.Parallel(n_jobs=-1, prefer="threads")(
        joblib.delayed(encode_part)(k, part, language, keep) for k, part in enumerate(parts)
    )
    counted = pl.concat([table for table, _ in made]) if made else pl.DataFrame(schema=dict.fromkeys(TABLES["articles"], pl.String))
    return Corpus(counted, [shard for _, shard in made], articles.rejects, articles.warnings, articles.files, language)


def slices(n_articles: int) -> list[tuple[int, int]]:
    """(first, number) of the articles of each shard: as few shards as the size allows, of equal size, whatever the machine."""
    size = -(-n_articles // max(-(-n_articles // SHARD_ARTICLES), 1))
    return [(start, min(size, n_articles - start)) for start in range(0, n_articles, max(size, 1))]


def encode_part(k: int, part: pl.DataFrame, language: str, keep: Callable[[int, Shard], Shard]) -> tuple[pl.DataFrame, Shard]:
    """One shard, and its articles with their numbers of words."""
    shard = tokens.encode(part["text"])
    shard = replace(shard, boilerplate=zones.boilerplate(shard, part["outlet"], language=language), voice=voices(shard, language=language))
    body = ~shard.boilerplate
    flags = {
        "n_words": body,
        "n_quoted": body & (shard.voice == QUOTED),
        "n_reported": body & (shard.voice == REPORTED),
        "n_boilerplate": ~body,
    }
    counted = part.with_columns(**{name: pl.Series(shard.words_per_article(flagged)) for name, flagged in flags.items()})
    return counted.select([name for name in TABLES["articles"] if name not in FAMILY]), keep(k, shard)


def with_families(corpus: Corpus) -> Corpus:
    """The corpus with each article's family in its table."""
    return corpus if "family" in corpus.table.columns else replace(corpus, table=corpus.table.hstack(families(corpus).drop("doc_id")))


def build(study: Study) -> tuple[Corpus, bool]:
    """The study's corpus, and whether it had to be made: a corpus that is there and current is only opened.

    Raises
    ------
    WordingError
        If the study has no articles, or none could be read.
    """
    key = build_key(study)
    folder = study.folder / ".build" / key
    if (folder / "corpus.json").is_file():
        return open_corpus(folder, study.language), False
    source = study.articles
    articles = read_articles(
        study.folder / source.path,
        metadata=study.folder / source.metadata if source.metadata else None,
        columns=source.columns,
        date_order=source.date_order,
    )
    if not len(articles.frame):
        reasons = "; ".join(articles.rejects["reason"].unique(maintain_order=True)[:3])
        raise WordingError(f"{study.folder / source.path}: no article could be read ({len(articles.rejects)} rejected: {reasons}).")
    partial = folder.with_name(f"{key}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    save(with_families(encode(articles, language=study.language, keep=saved_in(partial))), partial)
    settle(partial, folder)
    return open_corpus(folder, study.language), True


def saved_in(folder: Path) -> Callable[[int, Shard], Shard]:
    """Saves each shard in a folder of its own."""

    def keep(k: int, shard: Shard) -> Shard:
        (folder / f"{k:04d}").mkdir()
        tokens.save(shard, folder / f"{k:04d}")
        return tokens.load(folder / f"{k:04d}")

    return keep


def save(corpus: Corpus, folder: Path) -> None:
    """Writes the tables; corpus.json last."""
    corpus.table.write_parquet(folder / "articles.parquet")
    corpus.rejects.write_parquet(folder / "rejects.parquet")
    said = {"shards": len(corpus.shards), "warnings": corpus.warnings, "files": corpus.files}
    (folder / "corpus.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf8")


def settle(partial: Path, folder: Path) -> None:
    """Puts a finished build in its place at once, and removes older ones; a build of the same that was faster stands."""
    try:
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial)
    for old in folder.parent.iterdir():
        if old.is_dir() and old != folder and not old.name.endswith(".partial"):
            shutil.rmtree(old, ignore_errors=True)


@functools.lru_cache(maxsize=4)
def open_corpus(folder: Path, language: str) -> Corpus:
    """The corpus that was saved in the folder, opened once: its name says what is in it."""
    said = json.loads((folder / "corpus.json").read_text(encoding="utf8"))
    table, rejects = (pl.read_parquet(folder / f"{name}.parquet") for name in ("articles", "rejects"))
    shards = [tokens.load(folder / f"{k:04d}") for k in range(said["shards"])]
    return Corpus(table, shards, rejects, said["warnings"], [tuple(pair) for pair in said["files"]], language, folder)
