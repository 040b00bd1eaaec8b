"""Reads a table that describes files which are one article each, and finds the file of each row."""

import os
import re
import unicodedata
from collections import Counter

import polars as pl

from wording.corpus.reading.dates import format_examples
from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.formats.registry import READERS, SINGLE_ARTICLE_ENDINGS, TABLE_ENDINGS
from wording.corpus.reading.report import COLUMN_ALIASES, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import BROKEN_FILE_ERRORS, make_source
from wording.errors import WordingError
from wording.files import hash_file

METADATA_ALIASES = {"file": "file filename path file_path", "sha256": "sha256"}


def read_metadata(path, sources, columns, ledger):
    """Return {name of a file that is one article: its row of the metadata}."""
    table = make_source(path.name, path, Counter())
    if table.ending not in TABLE_ENDINGS or not path.is_file():
        raise WordingError(
            f"articles: metadata: {path} is no table; it must be a file with a column `file`, such as a .csv"
        )
    wanted = {
        name: aliases for name, aliases in COLUMN_ALIASES.items() if name != "text"
    } | METADATA_ALIASES
    own = ReadingReport(remarks=ledger.remarks)
    ledger.files.append((table.name, hash_file(path)))
    try:
        with table.open() as stream:
            items = list(
                READERS[table.ending](
                    stream, table, ColumnChooser(own, columns, wanted=wanted, required="file")
                )
            )
    except (UnreadableError, *BROKEN_FILE_ERRORS) as reason:
        raise WordingError(f"articles: metadata: {path}: {reason}") from reason
    for source, reason, _ in own.rejects:
        ledger.remark(f"a row of the metadata cannot be read: {reason}", source)
    rows = [
        row
        for item in items
        for row in (item.to_dicts() if isinstance(item, pl.DataFrame) else [item])
    ]
    return match_files(
        rows,
        [source.name for source in sources if source.ending in SINGLE_ARTICLE_ENDINGS],
        path.name,
        ledger,
    )


def match_files(rows, names, source, ledger):
    """Return {file name: row}, by the name below the folder, else by its last part if only one file has it."""
    whole = {normalise_file_name(name): name for name in names}
    ends = Counter(map(os.path.basename, whole))
    alone = {
        os.path.basename(plain): name
        for plain, name in whole.items()
        if ends[os.path.basename(plain)] == 1
    }
    matched, left = {}, []
    for row in rows:
        wanted = normalise_file_name(row["file"] or "")
        name = whole.get(wanted) or alone.get(os.path.basename(wanted))
        if name and name not in matched:
            matched[name] = row | {"table": source}
        else:
            left.append(row["file"] or "")
    warn_of_unmatched(
        left, "rows that name no file of articles, or one that has a row already", source, ledger
    )
    warn_of_unmatched(
        [name for name in names if name not in matched],
        "files of articles that have no row in it",
        source,
        ledger,
    )
    return matched


def normalise_file_name(name):
    """Return a file name as it compares: with slashes and composed letters, without ./ and .gz."""
    return re.sub(
        r"^(\./)+|(?i:\.gz)$", "", unicodedata.normalize("NFC", name.strip().replace("\\", "/"))
    )


def warn_of_unmatched(names, what, source, ledger):
    """Say how many names have no partner."""
    if names:
        ledger.remark(
            f"{what}: {len(names):,}{format_examples(pl.Series(names, dtype=pl.String))}", source
        )
