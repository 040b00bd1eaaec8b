"""Turn typed tables (.jsonl, .json, .parquet, .xlsx) into rows under our names."""

from __future__ import annotations

import io
import itertools
import json
import re
import reprlib
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, TypeVar, cast

import polars as pl

from wording.corpus.reading.archives import open_zip
from wording.corpus.reading.encodings import UnreadableError, read_text_lines
from wording.corpus.reading.formats.csv import LONG_LINE_REASON, make_names_distinct
from wording.corpus.reading.report import (
    COLUMN_ALIASES,
    MAX_COLUMNS,
    MAX_HEADER_ROWS,
    ArticleRow,
    ColumnChooser,
    match_aliases,
)
from wording.corpus.reading.sources import (
    SourceFile,
    explain_excess_size,
    make_seekable,
    read_whole,
    read_whole_text,
    wrap_parser_errors,
)
from wording.errors import WordingError

BATCH_ROWS = 2_000
"""Rows that are handled together, at most."""
BATCH_BYTES = 2**26
"""Bytes of a parquet file's rows that are handled together."""
N_PEEKED_ROWS = 8
"""Rows by which their size is judged."""

MERGED_CELLS = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
MAX_NESTED_FIELDS = 4
"""Objects are looked into so deep for articles, and for the fields of articles."""

DEEP_JSON_REASON = "lists or objects are nested too deep in one another"

Item = TypeVar("Item")


def read_parquet(
    stream: BinaryIO, source: SourceFile, chooser: ColumnChooser
) -> Iterator[pl.DataFrame]:
    """Yield frames of a parquet file's rows, batch by batch."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(make_seekable(stream))
        chosen = chooser.choose(table.schema_arrow.names, source=source.name)
        columns = list(dict.fromkeys(chosen.values()))
        first, size = 1, 0
        for batch in prefetch(iterate_batches(table, columns)):
            size += batch.nbytes
            if source.packed_size and (reason := explain_excess_size(size, source.packed_size)):
                raise UnreadableError(reason)
            frame = cast(pl.DataFrame, pl.from_arrow(batch))
            numbers = pl.Series("number", range(first, first + frame.height), dtype=pl.Int64)
            values = [convert_column(frame[chosen[ours]], ours).alias(ours) for ours in chosen]
            yield pl.DataFrame([numbers, *values])
            first += frame.height
    except (
        pa.ArrowException,
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,  # which is no Exception
        OSError,
        ValueError,
        RecursionError,
    ) as fault:
        reason = str(fault).splitlines()[0]
        raise UnreadableError(f"not a valid parquet file: {reason}") from fault


def iterate_batches(table: Any, columns: list[str]) -> Iterator[Any]:
    """Yield record batches of a parquet file, of about BATCH_BYTES each.

    How many rows that is is seen in the first few of each row group.
    """
    for group in range(table.num_row_groups):
        peek = next(table.iter_batches(N_PEEKED_ROWS, row_groups=[group], columns=columns), None)
        if peek is None or not len(peek):
            continue
        rows = BATCH_BYTES * len(peek) // max(write_values(peek).nbytes, 1)
        size = min(max(rows, 1), BATCH_ROWS)
        for batch in table.iter_batches(size, row_groups=[group], columns=columns):
            yield write_values(batch)


def write_values(batch: Any) -> Any:
    """Return a valid record batch whose dates and moments are written, and values written out.

    Arrow writes dates that no calendar has, at which Polars stops, in words. A value of a
    dictionary stands in each row that has it, so that the size is that of the texts.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    batch.validate(full=True)  # or broken UTF-8 would pass for text
    columns = [
        pc.cast(column, pa.string())
        if pa.types.is_temporal(column.type)
        else column.dictionary_decode()
        if pa.types.is_dictionary(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, each made by another thread while the one before it is used."""
    with ThreadPoolExecutor(1) as other:
        following = other.submit(next, items, None)
        while (item := following.result()) is not None:
            following = other.submit(next, items, None)
            yield item


def convert_column(column: pl.Series, ours: str) -> pl.Series:
    """Return a typed column as strings."""
    if ours == "date" and column.dtype.is_numeric():
        return column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        values = [convert_value(value, ours) for value in column.to_list()]
        return pl.Series(values, dtype=pl.String)
    return column.cast(pl.String)


def convert_value(value: Any, ours: str) -> str | None:
    """Return any value as a string.

    The items of a list are joined; a record is its only value or its name. A list of strings and of
    records with a `text` is running text with marked parts, as in exports of Telegram.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        if any(isinstance(item, dict) and isinstance(item.get("text"), str) for item in value):
            return "".join(convert_value(item, ours) or "" for item in value)
        separator = "\n" if ours == "text" else ", "
        return separator.join(filter(None, (convert_value(item, ours) for item in value)))
    if isinstance(value, dict) and ours == "text" and isinstance(value.get("text"), str):
        return cast(str, value["text"])
    if isinstance(value, dict) and "name" in value:
        return convert_value(value["name"], ours)
    if isinstance(value, dict) and len(value) == 1:
        return convert_value(next(iter(value.values())), ours)
    return str(value)


class MergedCells(NamedTuple):
    """Merged cells: their column, their first row, and the row after their last, from 0."""

    column: int
    first: int
    last: int


SheetRow = dict[int, Any]
"""The values of the cells of a row by their columns, from 0."""


class Sheet(NamedTuple):
    """One sheet of a workbook: its name, its header, and the rows below that, numbered from 1."""

    name: str
    header: list[str]
    rows: Iterator[tuple[int, SheetRow]]


def read_xlsx(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of a workbook's sheets that have a text column, each with its own header."""
    data = read_whole(stream)
    with open_zip(data) as parts:
        sheets = [sheet for sheet in read_sheets(data, parts, source, chooser) if sheet.header]
    places_by_sheet = choose_sheets(sheets, source, chooser)
    if not places_by_sheet:
        return
    for sheet in sheets:
        if sheet.name not in places_by_sheet:
            chooser.report.add_warning(
                f"the sheet {sheet.name!r} has no text column and was skipped", source.name
            )
            continue
        prefix = f"{sheet.name}:" if len(places_by_sheet) > 1 else None
        for number, row in read_sheet_rows(sheet.rows, places_by_sheet[sheet.name]):
            yield {"number": f"{prefix}{number}" if prefix else number} | row


def read_sheet_rows(
    rows: Iterable[tuple[int, SheetRow]], places: Mapping[str, int]
) -> Iterator[tuple[int, ArticleRow]]:
    """Yield number and values of the rows of a sheet."""
    for number, row in rows:
        yield number, {ours: convert_value(row.get(place), ours) for ours, place in places.items()}


def read_sheets(
    data: bytes, parts: zipfile.ZipFile, source: SourceFile, chooser: ColumnChooser
) -> Iterator[Sheet]:
    """Yield the sheets of a workbook."""
    import openpyxl

    with wrap_parser_errors("workbook"):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            merged = find_merged_cells(parts, sheet._worksheet_path)
            rows = fill_merged_cells(iterate_sheet_rows(sheet), merged)
            first, others = take_first_rows(rows)
            if not first:
                yield Sheet(sheet.title, [], others)
                continue
            start = min(first)
            names = [list_names(first.get(k, {})) for k in range(start, max(first) + 1)]
            place = chooser.find_header(names, source=source.name)
            below = itertools.chain(first.items(), others)
            header = make_names_distinct(names[place])
            yield Sheet(sheet.title, header, number_rows_below(below, start + place, len(header)))


def take_first_rows(
    rows: Iterator[tuple[int, SheetRow]],
) -> tuple[dict[int, SheetRow], Iterator[tuple[int, SheetRow]]]:
    """Return the rows among which a header may be, by their numbers, and the others."""
    first: dict[int, SheetRow] = {}
    for number, row in rows:
        if first and number >= min(first) + MAX_HEADER_ROWS:
            return first, itertools.chain([(number, row)], rows)
        first[number] = row
    return first, rows


def list_names(row: SheetRow) -> list[str]:
    """Return the cells of a row as names of columns."""
    names = [""] * (max(row, default=-1) + 1)
    for column, name in row.items():
        names[column] = "" if name is None else str(name)
    return names


def number_rows_below(
    rows: Iterable[tuple[int, SheetRow]], header: int, width: int
) -> Iterator[tuple[int, SheetRow]]:
    """Yield the rows below a header that have a cell below one of its own, numbered from it."""
    for number, row in rows:
        if number > header and any(column < width for column in row):
            yield number - header, row


def find_merged_cells(parts: zipfile.ZipFile, path: str) -> list[MergedCells]:
    """Return the merged cells of a sheet that reach over several rows, by their first row."""
    name = path.lstrip("/")
    if name not in parts.namelist():
        return []
    merged = []
    for letters, first, _, last in MERGED_CELLS.findall(parts.read(name)):
        if int(last) > int(first):
            column = 0
            for letter in letters:
                column = 26 * column + letter - ord("A") + 1
            merged.append(MergedCells(column - 1, int(first) - 1, int(last)))
    return sorted(merged, key=lambda cells: cells.first)


def fill_merged_cells(
    rows: Iterable[tuple[int, SheetRow]], merged: Sequence[MergedCells]
) -> Iterator[tuple[int, SheetRow]]:
    """Yield the rows; each row of a merged cell has its value."""
    waiting = deque(merged)
    open_cells: dict[int, tuple[MergedCells, Any]] = {}  # by their column
    for number, row in rows:
        while waiting and waiting[0].first <= number:
            cells = waiting.popleft()
            value = row.get(cells.column) if cells.first == number else None
            open_cells[cells.column] = cells, value
        filled = {
            column: value for column, (cells, value) in open_cells.items() if number < cells.last
        }
        yield number, filled | row


def iterate_sheet_rows(sheet: Any) -> Iterator[tuple[int, SheetRow]]:
    """Yield number and cells of the rows of a sheet that have any, whatever size it claims to have.

    openpyxl's own rows are as wide and as many as the sheet says or its last cell lies.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book, last = sheet.parent, -1
    with wrap_parser_errors("workbook"), sheet._get_source() as stream:
        parser = WorkSheetParser(
            stream,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            row = {cell["column"] - 1: cell["value"] for cell in cells if cell["value"] is not None}
            if row:
                last = max(number - 1, last + 1)  # a number given twice is no row that is lost
                yield last, row


def choose_sheets(
    sheets: Sequence[Sheet], source: SourceFile, chooser: ColumnChooser
) -> dict[str, dict[str, int]]:
    """Return {sheet: {our name: place of the column}} of the sheets that have what is required."""
    chosen, faults = {}, []
    for sheet in sheets:
        try:
            chosen[sheet.name] = chooser.find_places(sheet.header, source=source.name)
        except WordingError as fault:
            faults.append(fault)
    if faults and not chosen:
        raise faults[0]
    return chosen


@dataclass(frozen=True)
class InvalidJson:
    """Why a piece of JSON cannot be read."""

    reason: str


class JsonItem(NamedTuple):
    """One value of a JSON file: its number, itself, and its line ("" if it has none of its own)."""

    number: int
    value: Any
    line: str


def read_json(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of a JSON file.

    It is a list of objects, an object with one such list, one article, or one article a line.
    """
    text = read_whole_text(stream, chooser.report.make_warner(source.name))
    if not text or text.isspace():
        return
    value = parse_json(text)
    if not isinstance(value, InvalidJson):
        articles = find_json_articles(value)
        items = (JsonItem(number, item, "") for number, item in enumerate(articles, start=1))
        yield from read_json_items(items, source, chooser)
        return
    lines = text.split("\n")
    if not isinstance(parse_json(next(filter(str.strip, lines))), dict):
        raise UnreadableError(value.reason)
    yield from read_json_objects(lines, source, chooser)


def find_json_articles(value: Any) -> list[Any]:
    """Return the list of articles in a JSON value: the value itself, or the only list in it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise UnreadableError("neither a list of objects nor an object")
    level: list[Any] = [value]
    for _ in range(MAX_NESTED_FIELDS):
        if any(match_aliases(COLUMN_ALIASES["text"], part) for part in level):
            break
        inside = [child for part in level for child in part.values()]
        lists = [child for child in inside if is_list_of_objects(child)]
        if lists:
            return cast("list[Any]", lists[0]) if len(lists) == 1 else [value]
        level = [child for child in inside if isinstance(child, dict)]
    return [value]


def is_list_of_objects(value: Any) -> bool:
    """Return whether a value is a list with an object in it."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def read_jsonl(
    stream: BinaryIO, source: SourceFile, chooser: ColumnChooser
) -> Iterator[ArticleRow]:
    """Yield the rows of a file with one JSON object a line."""
    warn = chooser.report.make_warner(source.name)
    lines = read_text_lines(stream, newline="\n", warn=warn)
    yield from read_json_objects(lines, source, chooser)


def read_json_objects(
    lines: Iterable[str | None], source: SourceFile, chooser: ColumnChooser
) -> Iterator[ArticleRow]:
    """Yield the rows of lines with one JSON object each."""
    yield from read_json_items(parse_json_lines(lines), source, chooser)


def parse_json_lines(lines: Iterable[str | None]) -> Iterator[JsonItem]:
    """Yield the values of lines; a line is None if it is too long."""
    for number, line in enumerate(lines, start=1):
        if line is None:
            yield JsonItem(number, InvalidJson(LONG_LINE_REASON), "")
        elif line.strip():
            yield JsonItem(number, parse_json(line), line)


def parse_json(text: str) -> Any:
    """Return the value of the JSON text, or why it has none."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        return InvalidJson(DEEP_JSON_REASON)
    except ValueError as fault:
        return InvalidJson(f"not valid JSON: {str(fault).partition(';')[0]}")


@dataclass
class JsonColumns:
    """The columns of all objects so far, and what was chosen of them, or why that failed."""

    chooser: ColumnChooser
    source: str
    names: dict[str, None] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    fault: WordingError | None = None

    def add(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Add the columns of objects; a column that was chosen earlier stays chosen."""
        names = (name for item in objects for name in list_json_fields(item))
        room = MAX_COLUMNS - len(self.names)
        distinct = iterate_distinct(name for name in names if name not in self.names)
        fresh = dict.fromkeys(itertools.islice(distinct, room))
        if next(distinct, None) is not None:
            self.chooser.report.add_warning(
                f"has more than {MAX_COLUMNS:,} names of fields; only so many were looked at",
                self.source,
            )
        if not fresh:
            return
        self.names |= fresh
        try:
            self.chosen = self.chooser.choose(list(self.names), source=self.source) | self.chosen
            self.fault = None
        except WordingError as fault:
            self.fault = fault


def iterate_distinct(names: Iterable[str]) -> Iterator[str]:
    """Yield each name once."""
    seen: set[str] = set()
    for name in names:
        if name not in seen:
            seen.add(name)
            yield name


def list_json_fields(item: Mapping[str, Any], depth: int = MAX_NESTED_FIELDS) -> Iterator[str]:
    """Yield the names of an object's fields, and of the objects in it: `fields.bodyText`.

    >>> list(list_json_fields({"id": 1, "fields": {"body": "x"}}))
    ['id', 'fields', 'fields.body']
    """
    yield from item
    for name, value in item.items():
        if isinstance(value, dict) and depth > 1:
            yield from (f"{name}.{inner}" for inner in list_json_fields(value, depth - 1))


def get_field(item: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field, or of a field of an object in it; None if there is none."""
    if name in item:
        return item[name]
    outer, _, inner = name.partition(".")
    while inner:
        if isinstance(item.get(outer), dict):
            return get_field(item[outer], inner)
        part, _, inner = inner.partition(".")
        outer = f"{outer}.{part}"
    return None


def read_json_items(
    items: Iterator[JsonItem], source: SourceFile, chooser: ColumnChooser
) -> Iterator[ArticleRow]:
    """Yield the rows of values that are objects; the columns are those of all objects so far.

    While no object had the required column, up to BATCH_ROWS of them wait for one that has it.
    """
    columns = JsonColumns(chooser, source.name)
    waiting: list[tuple[int, dict[str, Any]]] = []
    while batch := list(itertools.islice(items, BATCH_ROWS)):
        refuse_non_objects(batch, source, chooser)
        objects = [(item.number, item.value) for item in batch if isinstance(item.value, dict)]
        columns.add(value for _, value in objects)
        waiting += objects
        if columns.fault and len(waiting) >= BATCH_ROWS:
            break
        if columns.chosen:
            chosen = columns.chosen.items()
            for number, value in waiting:
                try:
                    row = {
                        ours: convert_value(get_field(value, theirs), ours)
                        for ours, theirs in chosen
                    }
                except RecursionError:
                    chooser.report.count_and_refuse(source.place(number), DEEP_JSON_REASON)
                else:
                    yield {"number": number} | row
            waiting = []
    if columns.fault:
        raise columns.fault


def refuse_non_objects(
    batch: Iterable[JsonItem], source: SourceFile, chooser: ColumnChooser
) -> None:
    """Refuse what is no object."""
    for number, value, line in batch:
        if not isinstance(value, dict):
            is_invalid = isinstance(value, InvalidJson)
            reason = value.reason if is_invalid else "not an object"
            sample = line.strip() or reprlib.repr(reason if is_invalid else value)
            chooser.report.count_and_refuse(source.place(number), reason, sample)
