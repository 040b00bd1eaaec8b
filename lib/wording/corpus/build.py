"""From a study's articles to its encoded corpus: read, encode, mark, save; what is there and current is only opened."""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from wording.corpus.encoding import kernels
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus, open_corpus, save_corpus
from wording.corpus.encoding.fingerprint import fingerprint_corpus
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import SavedShards, Shard
from wording.corpus.encoding.store import Store
from wording.corpus.marks import boilerplate as zones
from wording.corpus.marks.agencies import find_agencies
from wording.corpus.marks.copies import build_sketch, find_families
from wording.corpus.marks.voice import mark_voices
from wording.corpus.reading.articles import ArticleReader, ReadingOptions, ReadingResult
from wording.errors import WordingError
from wording.study.records import StudyRecord
from wording.tables import FAMILY_COLUMNS, TABLES

MIN_SHARD_ARTICLES, MAX_SHARD_ARTICLES, MAX_SHARD_BYTES = 5_000, 10_000, 2**26
"""The fewest and the most articles of a shard, and the bytes of text that make it whole."""
SHARD_BOUNDARY_MODULUS = 1_024
WORD_COUNT_COLUMNS = ("n_words", "n_quoted", "n_reported", "n_boilerplate")


def encode_articles(articles: ReadingResult, *, language: str = "en") -> Corpus:
    """The articles as a corpus in memory."""
    tables, shards = encode_batches([articles.frame], language=language)
    table = (
        pl.concat(tables)
        if tables
        else articles.frame.drop("text").with_columns(
            **dict.fromkeys(WORD_COUNT_COLUMNS, pl.lit(0)), agency=pl.lit(None, pl.String)
        )
    )
    return assemble_corpus(replace(articles, frame=table), shards, language)


def assemble_corpus(
    articles: ReadingResult, shards: Sequence[Shard], language: str, folder: Path | None = None
) -> Corpus:
    """The corpus of articles whose texts became shards."""
    table = articles.frame.select(
        [name for name in TABLES["articles"] if name not in FAMILY_COLUMNS or name == "agency"]
    )
    return Corpus(
        table,
        shards,
        articles.rejects,
        articles.warnings,
        articles.files,
        language,
        folder,
        articles.apart,
    )


def encode_batches(
    batches: Iterable[pl.DataFrame],
    *,
    language: str,
    keep: Callable[[int, pl.DataFrame, Callable], Shard] = lambda _, part, make: make(part),
) -> tuple[list[pl.DataFrame], Sequence[Shard]]:
    """The rows without texts but with their numbers of words, and the shards, made as the batches arrive; `keep` may save or find a shard."""
    calls = ((k, part, language, keep) for k, part in enumerate(split_into_shards(batches)))
    made = run_parallel(encode_part, calls, pre_dispatch="n_jobs + 1")
    tables, shards = [table for table, _ in made], [shard for _, shard in made]
    if shards and isinstance(shards[0], Path):
        shards = SavedShards(tuple(shards), tuple(table.height for table in tables))
    return tables, shards


def split_into_shards(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The articles of each shard, whatever the batches.

    A shard ends at an article that its own words mark (one in SHARD_BOUNDARY_MODULUS) once it has MIN_SHARD_ARTICLES, so that a change leaves the other shards alone;
    or with MAX_SHARD_ARTICLES or MAX_SHARD_BYTES.
    """
    held: list[pl.DataFrame] = []
    n = size = 0
    for batch in batches:
        start, marked, sizes = 0, *mark_shard_ends(batch)
        while start < batch.height:
            stop = find_shard_end(marked, sizes, start, n, size)
            held.append(batch[start : stop or batch.height])
            n, size = n + held[-1].height, size + sizes[start : stop or batch.height].sum()
            if stop:
                yield pl.concat(held)
                held, n, size = [], 0, 0
            start = stop or batch.height
    if held:
        yield pl.concat(held)


def mark_shard_ends(batch: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Which articles are marked to end a shard, and each one's bytes."""
    mark = batch.select(
        pl.struct("outlet", "text").hash(seed=0) % SHARD_BOUNDARY_MODULUS == 0,
        size=pl.col("text").str.len_bytes().cast(pl.Int64),
    )
    return mark.to_series(0).to_numpy(), mark["size"].to_numpy()


def find_shard_end(
    marked: np.ndarray, sizes: np.ndarray, start: int, n: int, size: int
) -> int | None:
    """Where in a batch the shard ends that has `n` articles and `size` bytes before `start`; None if it goes on."""
    number = n + np.arange(1, len(marked) - start + 1)
    full = (
        (marked[start:] & (number >= MIN_SHARD_ARTICLES))
        | (number >= MAX_SHARD_ARTICLES)
        | (size + np.cumsum(sizes[start:]) >= MAX_SHARD_BYTES)
    )
    return start + int(np.argmax(full)) + 1 if full.any() else None


def encode_part(
    k: int, part: pl.DataFrame, language: str, keep: Callable[[int, pl.DataFrame, Callable], Shard]
) -> tuple[pl.DataFrame, Shard | Path]:
    """The articles of one shard with their numbers of words and the agencies that they credit, without texts; and the shard, or where it is saved."""
    shard = keep(k, part, functools.partial(encode_and_mark, language=language))
    counted = compile_module(kernels).count_voice_words(
        shard.is_word, shard.boilerplate, shard.voice, shard.bounds
    )
    return part.drop("text").with_columns(
        **dict(zip(WORD_COUNT_COLUMNS, map(pl.Series, counted), strict=True)),
        agency=find_agencies(shard),
    ), shard.folder or shard


def encode_and_mark(part: pl.DataFrame, *, language: str) -> Shard:
    """The encoded articles with boilerplate, voices and sketches."""
    shard = tokens.encode_texts(part["text"])
    shard = replace(
        shard,
        boilerplate=zones.mark_boilerplate(shard, part["outlet"], language=language),
        voice=mark_voices(shard, language=language),
    )
    return replace(shard, sketch=build_sketch(shard))


def add_families(corpus: Corpus) -> Corpus:
    """The corpus with each article's family in its table."""
    return (
        corpus
        if "family" in corpus.table.columns
        else replace(
            corpus,
            table=corpus.table.hstack(find_families(corpus).drop("doc_id", "agency")).select(
                list(TABLES["articles"])
            ),
        )
    )


def build_corpus(study: StudyRecord) -> tuple[Corpus, bool]:
    """The study's corpus, and whether it had to be made: a corpus that is there and current is only opened.

    Raises
    ------
    WordingError
        If the study has no articles, or none could be read.
    """
    folder, made = study.folder / ".build" / fingerprint_corpus(study), False
    while True:
        if (folder / "corpus.json").is_file():
            with contextlib.suppress(
                FileNotFoundError
            ):  # a build of other articles has just taken its place
                return open_corpus(folder, study.language), made
        try:
            encode_and_save(study, Store(folder, study.language))
        except (OSError, pl.exceptions.ComputeError) as fault:
            raise WordingError(
                f"{folder.parent}: the corpus could not be written ({fault}); it takes about as much room as the articles' text. "
                "Make room there and build again: what was there before still stands."
            ) from fault
        made = True


def encode_and_save(study: StudyRecord, store: Store) -> None:
    """Makes the corpus and puts it in its place; what was made of it goes again if that fails."""
    source = study.articles
    try:
        options = ReadingOptions(
            metadata=study.folder / source.metadata if source.metadata else None,
            columns=source.columns,
            date_order=source.date_order,
            language=study.language,
        )
        reading = ArticleReader(study.folder / source.path, options)
        tables, shards = encode_batches(reading, language=study.language, keep=store.load_or_make)
        articles = reading.finish(
            pl.concat([pl.DataFrame(schema=reading.schema).drop("text"), *tables], how="diagonal")
        )
        if not len(articles.frame):
            raise WordingError(explain_empty_corpus(articles, study))
        save_corpus(add_families(assemble_corpus(articles, shards, study.language)), store.folder)
        store.publish()
    except BaseException:
        shutil.rmtree(store.folder, ignore_errors=True)
        raise


def explain_empty_corpus(articles: ReadingResult, study: StudyRecord) -> str:
    """Why there is no article to build from."""
    reasons = "; ".join(articles.rejects["reason"].unique(maintain_order=True)[:3])
    apart = (
        f"{len(articles.apart)} in another language than {study.language!r}"
        if len(articles.apart)
        else ""
    )
    told = ", ".join(filter(None, (f"{len(articles.rejects)} rejected: {reasons}", apart)))
    return f"{study.folder / study.articles.path}: no article could be read ({told})."
