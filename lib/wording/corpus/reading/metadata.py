"""Read a table that describes files which are one article each, and find the file of each row."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from wording.corpus.reading.dates import format_examples
from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.formats.registry import READERS, SINGLE_ARTICLE_ENDINGS, TABLE_ENDINGS
from wording.corpus.reading.report import COLUMN_ALIASES, ArticleRow, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import (
    BROKEN_FILE_ERRORS,
    SourceFile,
    make_source,
)
from wording.errors import WordingError
from wording.files import hash_file

METADATA_ALIASES = {"file": "file filename path file_path", "sha256": "sha256"}


def read_metadata(
    path: Path,
    sources: Sequence[SourceFile],
    columns: Mapping[str, str],
    report: ReadingReport,
) -> dict[str, ArticleRow]:
    """Return {name of a file that is one article: its row of the metadata}.

    Parameters
    ----------
    path : Path
        The metadata.
    sources : sequence of SourceFile
        The files that are read.
    columns : mapping
        {our name: their name}, for columns that have none of the usual names.
    report : ReadingReport
        Gets the warnings.

    Raises
    ------
    WordingError
        If there is no such table, or it cannot be read.
    """
    table = make_source(path.name, path, Counter())
    if table.ending not in TABLE_ENDINGS or not path.is_file():
        raise WordingError(
            f"articles: metadata: {path} is not a table; "
            "give a table with a column `file`, such as a .csv"
        )
    # The warnings are everybody's; rows and rejects of the metadata are no articles.
    own = ReadingReport(warnings=report.warnings)
    report.files.append((table.name, hash_file(path)))
    try:
        rows = read_metadata_rows(table, columns, own)
    except (UnreadableError, *BROKEN_FILE_ERRORS) as fault:
        raise WordingError(f"articles: metadata: {path}: {fault}") from fault
    for source, reason, _ in own.rejects:
        report.add_warning(f"a row of the metadata cannot be read: {reason}", source)
    names = [source.name for source in sources if source.ending in SINGLE_ARTICLE_ENDINGS]
    return match_files(rows, names, path.name, report)


def read_metadata_rows(
    table: SourceFile, columns: Mapping[str, str], report: ReadingReport
) -> list[ArticleRow]:
    """Return the rows of the metadata."""
    wanted = {ours: aliases for ours, aliases in COLUMN_ALIASES.items() if ours != "text"}
    chooser = ColumnChooser(report, columns, wanted=wanted | METADATA_ALIASES, required="file")
    rows: list[ArticleRow] = []
    with table.open() as stream:
        for item in READERS[table.ending](stream, table, chooser):
            rows += item.to_dicts() if isinstance(item, pl.DataFrame) else [item]
    return rows


def match_files(
    rows: Sequence[ArticleRow], names: Sequence[str], source: str, report: ReadingReport
) -> dict[str, ArticleRow]:
    """Return {file name: row}, by the name below the folder or, if only one has it, its last part.

    Parameters
    ----------
    rows : sequence of dict
        Of the metadata, with `file`.
    names : sequence of str
        Of the files that are one article each.
    source : str
        The name of the metadata.
    report : ReadingReport
        Gets the warnings.
    """
    by_name, by_last_part = index_file_names(names)
    matched: dict[str, ArticleRow] = {}
    unmatched = []
    for row in rows:
        wanted = normalise_file_name(row["file"] or "")
        name = by_name.get(wanted) or by_last_part.get(os.path.basename(wanted))
        if name and name not in matched:
            matched[name] = row | {"table": source}
        else:
            unmatched.append(row["file"] or "")
    warn = report.make_warner(source)
    if unmatched:
        warn(
            "rows that name no article file, or one already described: "
            f"{describe_unmatched(unmatched)}"
        )
    undescribed = [name for name in names if name not in matched]
    if undescribed:
        warn(f"article files that have no row in it: {describe_unmatched(undescribed)}")
    return matched


def index_file_names(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return {normalised name: name}, and {last part: name} of those that no other file has."""
    by_name = {normalise_file_name(name): name for name in names}
    counts = Counter(map(os.path.basename, by_name))
    by_last_part = {
        os.path.basename(plain): name
        for plain, name in by_name.items()
        if counts[os.path.basename(plain)] == 1
    }
    return by_name, by_last_part


def normalise_file_name(name: str) -> str:
    """Return a file name as it compares: slashes and composed letters, without ./ and .gz."""
    plain = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))
    return re.sub(r"^(\./)+|(?i:\.gz)$", "", plain)


def describe_unmatched(names: Sequence[str]) -> str:
    """Return how many names have no partner, with examples."""
    return f"{len(names):,}{format_examples(pl.Series(names, dtype=pl.String))}"
