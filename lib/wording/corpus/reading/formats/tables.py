"""Turns typed tables (.jsonl, .json, .parquet, .xlsx) into rows under our names, as they are read."""

import io
import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from wording.corpus.reading.archives import open_zip
from wording.corpus.reading.encodings import UnreadableError, decode_with_warning, read_text_lines
from wording.corpus.reading.formats.csv import LONG_LINE_REASON, make_names_distinct
from wording.corpus.reading.report import COLUMN_ALIASES, make_warner, match_aliases
from wording.corpus.reading.sources import make_seekable, read_whole, wrap_parser_errors
from wording.errors import WordingError

BATCH_ROWS = 2_000  # rows that are looked at together


def read_parquet(stream, source, chooser):
    """Yield frames of a parquet file's rows, batch by batch."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(make_seekable(stream))
        chosen = chooser.choose(table.schema_arrow.names, source=source.name)
        first = 1
        for batch in prefetch(
            table.iter_batches(BATCH_ROWS, columns=list(dict.fromkeys(chosen.values())))
        ):
            batch.validate(full=True)  # or broken UTF-8 would pass for text
            frame = pl.from_arrow(batch)
            numbers = pl.Series("number", range(first, first + frame.height), dtype=pl.Int64)
            yield pl.DataFrame(
                [
                    numbers,
                    *(
                        convert_column(frame[theirs], ours).alias(ours)
                        for ours, theirs in chosen.items()
                    ),
                ]
            )
            first += frame.height
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError) as fault:
        raise UnreadableError(f"not a sound parquet file: {str(fault).splitlines()[0]}") from fault


def prefetch(items):
    """Yield the items, each made by another thread while the one before it is used."""
    with ThreadPoolExecutor(1) as other:
        following = other.submit(next, items, None)
        while (item := following.result()) is not None:
            following = other.submit(next, items, None)
            yield item


def convert_column(column, ours):
    """Return a typed column as strings; a moment keeps the calendar date as it is written in its own zone."""
    if column.dtype in (pl.Datetime, pl.Date):
        return column.dt.strftime("%Y-%m-%d")
    if ours == "date" and column.dtype.is_numeric():
        return column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series(
            [convert_value(value, ours) for value in column.to_list()], dtype=pl.String
        )
    return column.cast(pl.String)


def convert_value(value, ours):
    """Return any value as a string: the items of a list together, of a record its only value or its name."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return ("\n" if ours == "text" else ", ").join(
            filter(None, (convert_value(item, ours) for item in value))
        )
    if isinstance(value, dict) and (len(value) == 1 or "name" in value):
        return convert_value(value["name"] if "name" in value else next(iter(value.values())), ours)
    return str(value)


def read_xlsx(stream, source, chooser):
    """Yield the rows of a workbook's sheets that have a column of texts, each with a header of its own."""
    data = read_whole(stream)
    with open_zip(data):
        sheets = [(sheet, header, rows) for sheet, header, rows in read_sheets(data) if header]
    chosen = choose_sheets(sheets, source, chooser)
    for sheet, header, rows in sheets if chosen else ():
        if sheet not in chosen:
            chooser.ledger.remark(
                f"the sheet {sheet!r} has no column of texts, and is passed over", source.name
            )
            continue
        places = {ours: header.index(theirs) for ours, theirs in chosen[sheet].items()}
        for number, row in enumerate(rows, start=1):
            if any(cell is not None for cell in row):
                cells = {
                    ours: convert_value(row[place] if place < len(row) else None, ours)
                    for ours, place in places.items()
                }
                yield {"number": number if len(chosen) == 1 else f"{sheet}:{number}"} | cells


def read_sheets(data):
    """Yield the name, the header and the rows below it of each sheet of a workbook."""
    import openpyxl

    with wrap_parser_errors("workbook"):
        for sheet in openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True
        ).worksheets:
            rows = iterate_sheet_rows(sheet)
            header = next(filter(any, rows), ())
            yield (
                sheet.title,
                make_names_distinct(["" if name is None else str(name) for name in header]),
                rows,
            )


def iterate_sheet_rows(sheet):
    """Yield the rows of a sheet as they are read."""
    with wrap_parser_errors("workbook"):
        yield from sheet.iter_rows(values_only=True)


def choose_sheets(sheets, source, chooser):
    """Return {sheet: {our name: their name}} of the sheets that have what is required."""
    chosen, faults = {}, []
    for sheet, header, _ in sheets:
        try:
            chosen[sheet] = chooser.choose(header, source=source.name)
        except WordingError as fault:
            faults.append(fault)
    if faults and not chosen:
        raise faults[0]
    return chosen


def read_json(stream, source, chooser):
    """Yield the rows of a JSON file: a list of objects, an object with one such list, one article, or one a line."""
    text = decode_with_warning(read_whole(stream), make_warner(source, chooser.ledger))
    if not text or text.isspace():
        return
    value = parse_json(text)
    if isinstance(value, InvalidJson):
        if isinstance(parse_json(next(filter(str.strip, text.split("\n")))), dict):
            yield from read_json_objects(text.split("\n"), source, chooser)
            return
        raise UnreadableError(value)
    if isinstance(value, dict):
        lists = [
            part
            for part in value.values()
            if isinstance(part, list) and any(isinstance(item, dict) for item in part)
        ]
        value = (
            lists[0]
            if len(lists) == 1 and not match_aliases(COLUMN_ALIASES["text"], value)
            else [value]
        )
    if not isinstance(value, list):
        raise UnreadableError("neither a list of objects nor an object")
    yield from read_json_items(
        ((number, item, "") for number, item in enumerate(value, start=1)), source, chooser
    )


def read_jsonl(stream, source, chooser):
    """Yield the rows of a file with one JSON object a line."""
    yield from read_json_objects(
        read_text_lines(stream, newline="\n", remark=make_warner(source, chooser.ledger)),
        source,
        chooser,
    )


def read_json_objects(lines, source, chooser):
    """Yield the rows of lines with one JSON object each."""
    numbered = enumerate(lines, start=1)
    items = (
        (n, InvalidJson(LONG_LINE_REASON) if line is None else parse_json(line), line or "")
        for n, line in numbered
        if line is None or line.strip()
    )
    yield from read_json_items(items, source, chooser)


class InvalidJson(str):
    """Why a piece of JSON cannot be read: a type of its own, as any other value may stand in JSON."""


def parse_json(text):
    """Return the value of the JSON text, or why it has none."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        return InvalidJson(f"not valid JSON: {fault}")


def read_json_items(items, source, chooser):
    """Yield the rows of (number, value, line) whose value is an object; the columns are those of all objects so far."""
    names, chosen, held, fault = {}, {}, [], None
    for batch in iter(lambda: list(itertools.islice(items, BATCH_ROWS)), []):
        objects = [(number, item) for number, item, _ in batch if isinstance(item, dict)]
        fresh = dict.fromkeys(name for _, item in objects for name in item if name not in names)
        for number, item, line in batch:
            if not isinstance(item, dict):
                reason = item if isinstance(item, InvalidJson) else "not an object"
                chooser.ledger.turn_away(
                    f"{source.name}:{number}", reason, line.strip() or repr(item)
                )
        if fresh:
            names |= fresh
            try:
                chosen, fault = chooser.choose(list(names), source=source.name) | chosen, None
            except WordingError as unchosen:
                fault = unchosen
        held += objects
        if fault and len(held) >= BATCH_ROWS:
            break
        if chosen:
            yield from (
                {"number": n}
                | {ours: convert_value(item.get(theirs), ours) for ours, theirs in chosen.items()}
                for n, item in held
            )
            held = []
    if fault:
        raise fault
