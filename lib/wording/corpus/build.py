"""From a study's articles to its encoded corpus: read, encode, mark, save; what is there and current is only opened."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import polars as pl

from wording.corpus.encoding import kernels as passes
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.compiled import compiled
from wording.corpus.encoding.corpus import Corpus, open_corpus, save
from wording.corpus.encoding.fingerprint import build_key
from wording.corpus.encoding.shard import Saved, Shard
from wording.corpus.encoding.store import Store
from wording.corpus.marks import boilerplate as zones
from wording.corpus.marks.agencies import agency
from wording.corpus.marks.copies import families, sketch
from wording.corpus.marks.voice import voices
from wording.corpus.reading.articles import Articles, Reading
from wording.errors import WordingError
from wording.study.records import Study
from wording.tables import FAMILY, TABLES

SHARD_FEWEST, SHARD_ARTICLES, SHARD_BYTES = 5_000, 10_000, 2**26
"""The fewest and the most articles of a shard, and the bytes of text that make it whole."""
SHARD_MARK = 1_024
NUMBERS = ("n_words", "n_quoted", "n_reported", "n_boilerplate")


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
