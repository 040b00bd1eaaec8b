"""List what reads a file of each format, and turn rows into frames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from wording.corpus.reading.formats.csv import read_csv
from wording.corpus.reading.formats.documents import read_docx, read_rtf, read_txt
from wording.corpus.reading.formats.markup import read_feed
from wording.corpus.reading.formats.tables import (
    BATCH_ROWS,
    read_json,
    read_jsonl,
    read_parquet,
    read_xlsx,
)
from wording.corpus.reading.formats.webpages import read_html, read_warc
from wording.corpus.reading.report import COLUMN_ALIASES, ArticleRow, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import SourceFile

FormatReader = Callable[
    [BinaryIO, SourceFile, ColumnChooser], Iterator[ArticleRow] | Iterator[pl.DataFrame]
]


@dataclass(frozen=True)
class FileFormat:
    """What reads the files of these endings.

    Attributes
    ----------
    endings : tuple of str
    reader : callable
        Of the stream, the source and the chooser of columns; yields rows, or frames of them.
    is_table : bool
        Whether it can hold metadata.
    is_single_article : bool
        Whether a file is one article as a rule, which a row of the metadata can describe.
    """

    endings: tuple[str, ...]
    reader: FormatReader
    is_table: bool = False
    is_single_article: bool = False


FILE_FORMATS = (
    FileFormat((".txt",), read_txt, is_single_article=True),
    FileFormat((".csv", ".tsv"), read_csv, is_table=True),
    FileFormat((".jsonl", ".ndjson"), read_jsonl, is_table=True),
    FileFormat((".json",), read_json, is_table=True),
    FileFormat((".parquet",), read_parquet, is_table=True),
    FileFormat((".xlsx",), read_xlsx, is_table=True),
    FileFormat((".html", ".htm", ".xhtml"), read_html, is_single_article=True),
    FileFormat((".docx",), read_docx, is_single_article=True),
    FileFormat((".rtf",), read_rtf, is_single_article=True),
    FileFormat((".warc",), read_warc),
    FileFormat((".xml", ".rss", ".atom"), read_feed),
)
READERS = {ending: form.reader for form in FILE_FORMATS for ending in form.endings}
SINGLE_ARTICLE_ENDINGS = frozenset(
    ending for form in FILE_FORMATS if form.is_single_article for ending in form.endings
)
TABLE_ENDINGS = frozenset(
    ending for form in FILE_FORMATS if form.is_table for ending in form.endings
)
ROW_SCHEMA = dict.fromkeys(("table", "source", "made_id", *COLUMN_ALIASES), pl.String)
MAX_BATCH_CHARACTERS = 2**24
"""Of a batch of rows."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def batch_rows(
    items: Iterable[ArticleRow | pl.DataFrame], report: ReadingReport
) -> Iterator[pl.DataFrame]:
    """Yield frames in the columns of ROW_SCHEMA from rows and frames.

    As many rows are put together as are quick to handle.
    """
    rows: list[ArticleRow] = []
    size = 0
    for item in items:
        is_frame = isinstance(item, pl.DataFrame)
        if rows and (is_frame or len(rows) >= BATCH_ROWS or size > MAX_BATCH_CHARACTERS):
            yield build_row_frame(rows, report)
            rows, size = [], 0
        if isinstance(item, pl.DataFrame):
            yield select_row_columns(item)
        else:
            rows.append(item)
            size += len(item.get("text") or "")
    if rows:
        yield build_row_frame(rows, report)


def select_row_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ROW_SCHEMA, null where the frame has none."""
    return frame.select(
        frame[name].cast(pl.String)
        if name in frame.columns
        else pl.lit(None, pl.String).alias(name)
        for name in ROW_SCHEMA
    )


def build_row_frame(rows: Sequence[ArticleRow], report: ReadingReport) -> pl.DataFrame:
    """Return rows as a frame.

    Halves of surrogate pairs, which JSON can write and no text can hold, become U+FFFD.
    """
    columns = {name: [row.get(name) for row in rows] for name in ROW_SCHEMA}
    try:
        return pl.DataFrame(columns, schema=ROW_SCHEMA)
    except UnicodeEncodeError:
        warn_of_surrogates(rows, report)
    repaired = {
        name: [value and LONE_SURROGATE.sub("\ufffd", value) for value in values]
        for name, values in columns.items()
    }
    return pl.DataFrame(repaired, schema=ROW_SCHEMA)


def warn_of_surrogates(rows: Sequence[ArticleRow], report: ReadingReport) -> None:
    """Warn of articles with half a surrogate pair, by table."""
    counts = Counter(
        row["table"]
        for row in rows
        if any(value and LONE_SURROGATE.search(value) for value in map(row.get, ROW_SCHEMA))
    )
    for name, n in counts.items():
        report.add_warning(
            "a broken character (lone surrogate, such as \\ud83d) was replaced by U+FFFD "
            f"in {n:,} articles",
            name,
        )
