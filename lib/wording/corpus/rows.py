"""Turns a table (.csv, .tsv, .jsonl, .json, .parquet, .xlsx) into rows under our names, as it is read."""

import csv
import io
import itertools
import json
import re
from collections import deque
from dataclasses import dataclass

import polars as pl

from wording.corpus.encodings import LONGEST, Unreadable, decode_remarked, read_lines
from wording.corpus.ledger import ALIASES, matching
from wording.corpus.sources import foreign, open_zip, seekable, whole
from wording.errors import WordingError

BATCH = 2_000  # rows that are looked at together
TOO_LONG = f"its line is longer than {LONGEST:,} characters"


def remarker(source, ledger):
    """Return a function that adds a warning about the source."""
    return lambda sentence: ledger.remark(sentence, source.name)


def read_parquet(stream, source, chooser):
    """Yield frames of a parquet file's rows, batch by batch."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(seekable(stream))
        chosen = chooser.choose(table.schema_arrow.names, source=source.name)
        first = 1
        for batch in table.iter_batches(BATCH, columns=list(dict.fromkeys(chosen.values()))):
            batch.validate(full=True)  # or broken UTF-8 would pass for text
            frame = pl.from_arrow(batch)
            numbers = pl.Series("number", range(first, first + frame.height), dtype=pl.Int64)
            yield pl.DataFrame([numbers, *(as_strings(frame[theirs], ours).alias(ours) for ours, theirs in chosen.items())])
            first += frame.height
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError) as fault:
        raise Unreadable(f"not a sound parquet file: {str(fault).splitlines()[0]}") from fault


def as_strings(column, ours):
    """Return a typed column as strings; a moment keeps the calendar date as it is written in its own zone."""
    if column.dtype in (pl.Datetime, pl.Date):
        return column.dt.strftime("%Y-%m-%d")
    if ours == "date" and column.dtype.is_numeric():
        return column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series([as_text(value, ours) for value in column.to_list()], dtype=pl.String)
    return column.cast(pl.String)


def as_text(value, ours):
    """Return any value as a string: the items of a list together, of a record its only value or its name."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return ("\n" if ours == "text" else ", ").join(filter(None, (as_text(item, ours) for item in value)))
    if isinstance(value, dict) and (len(value) == 1 or "name" in value):
        return as_text(value["name"] if "name" in value else next(iter(value.values())), ours)
    return str(value)


def read_csv(stream, source, chooser):
    """Yield the rows of a CSV file that have as many fields as its header."""
    lines = read_lines(stream, remark=remarker(source, chooser.ledger))
    head = list(take(lines, LONGEST // 8))
    separator = find_separator(next(filter(str.strip, filter(None, head)), ""), source.ending)
    make = literal_records if separator == "\t" and is_literal(head) else csv_records
    records = make(itertools.chain(head, lines), separator)
    header = next(records, None)
    if header is None:
        return
    if header[2] is None:
        raise Unreadable("line 1, the header, has a quotation mark without its partner")
    names = distinct_names(header[2])
    places = {ours: names.index(theirs) for ours, theirs in chooser.choose(names, source=source.name).items()}
    for number, fields in sound_records(records, len(names), source, chooser.ledger):
        yield {"number": number} | {ours: fields[place] for ours, place in places.items()}


def take(lines, characters):
    """Yield the first lines, until they have so many characters together."""
    for line in lines:
        yield line
        characters -= len(line or "")
        if characters < 0:
            return


def find_separator(header, ending):
    """Return the character that separates the fields of the header line."""
    bare = re.sub(r'"[^"]*"', "", header)
    return "\t" if ending == ".tsv" and "\t" in bare else max(",;\t|", key=bare.count)


def csv_records(lines, separator):
    """Yield (first line, line after the last, fields, lines) of each record; fields are None for a broken one."""
    csv.field_size_limit(2**31 - 1)
    lines, ahead, taken, start = iter(lines), deque(), [], 0

    def feed():
        """Yield the next lines, and keep them until their record is whole."""
        size = 0
        while (line := ahead.popleft() if ahead else next(lines, "")) != "":
            size = len(line or "") + (size if taken else 0)
            taken.append(line)
            if line is None or size > LONGEST:
                raise csv.Error
            yield line

    while True:
        try:
            for fields in csv.reader(feed(), delimiter=separator, strict=True):
                if len(fields) > 1 or "".join(taken).strip():  # else an empty line
                    yield start, start + len(taken), fields, taken
                start, taken = start + len(taken), []
            return
        except csv.Error:
            # Only the line where the record began is given up: its open mark may have swallowed sound rows.
            ahead.extendleft(reversed(taken[1:]))
            yield start, start + 1, None, taken[:1]
            start, taken = start + 1, []


def is_literal(lines):
    """Say whether quotation marks are plain characters: they do not pair, and the tabs alone cut all lines into as many fields."""
    widths = {line.count("\t") for line in lines if line and line.strip()}
    return len(widths) == 1 and any(fields is None for _, _, fields, _ in csv_records(lines, "\t"))


def literal_records(lines, separator):
    """Yield the records of lines whose separators alone matter."""
    for i, line in enumerate(lines):
        if line is None or line.strip():
            yield i, i + 1, line and line.rstrip("\r\n").split(separator), [line]


def distinct_names(header):
    """Return the names of the header; an empty or repeated one is made distinct."""
    names = []
    for place, name in enumerate(map(str.strip, header), start=1):
        names.append(f"{name or 'column'} ({place})" if not name or name in names else name)
    return names


def sound_records(records, width, source, ledger):
    """Yield (number, fields) of the sound records; the others are refused, with all the lines that belong to them."""
    number, fault = 0, None
    for first, last, fields, lines in records:
        # After a broken record its other lines must not pass for rows: they have odd marks or another number of fields.
        if fault and fault.open and fields is not None and (len(fields) != width or "".join(lines).count('"') % 2):
            fault.last = last
            continue
        if fault:
            fault.refuse(source, ledger)
        number, fault = number + 1, Fault.of(number + 1, first, last, fields, lines[0], width)
        if not fault:
            yield number, fields
    if fault:
        fault.refuse(source, ledger)


@dataclass
class Fault:
    """A record that is not sound: its number, its lines, why, how it begins, and whether a quotation mark is left open."""

    number: int
    first: int
    last: int
    reason: str
    begins: str
    open: bool

    @classmethod
    def of(cls, number, first, last, fields, line, width):
        """Return the fault of a record, None if it is sound."""
        if fields is not None and len(fields) == width:
            return None
        said = (
            "its quotation marks do not pair" if fields is None else f"the number of fields is {len(fields)}, in the header it is {width}"
        )
        return cls(number, first, last, TOO_LONG if line is None else said, (line or "").rstrip("\r\n"), fields is None)

    def refuse(self, source, ledger):
        """Refuse the lines of the record."""
        where = f"line {self.first + 1}" if self.last == self.first + 1 else f"lines {self.first + 1} to {self.last}"
        ledger.turn_away(f"{source.name}:{self.number}", f"{where}: {self.reason}", self.begins)


def read_xlsx(stream, source, chooser):
    """Yield the rows of a workbook's sheets that have a column of texts, each with a header of its own."""
    data = whole(stream)
    with open_zip(data):
        sheets = [(sheet, header, rows) for sheet, header, rows in read_sheets(data) if header]
    chosen = choose_sheets(sheets, source, chooser)
    for sheet, header, rows in sheets if chosen else ():
        if sheet not in chosen:
            chooser.ledger.remark(f"the sheet {sheet!r} has no column of texts, and is passed over", source.name)
            continue
        places = {ours: header.index(theirs) for ours, theirs in chosen[sheet].items()}
        for number, row in enumerate(rows, start=1):
            if any(cell is not None for cell in row):
                cells = {ours: as_text(row[place] if place < len(row) else None, ours) for ours, place in places.items()}
                yield {"number": number if len(chosen) == 1 else f"{sheet}:{number}"} | cells


def read_sheets(data):
    """Yield the name, the header and the rows below it of each sheet of a workbook."""
    import openpyxl

    with foreign("workbook"):
        for sheet in openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets:
            rows = sheet_rows(sheet)
            header = next(filter(any, rows), ())
            yield sheet.title, distinct_names(["" if name is None else str(name) for name in header]), rows


def sheet_rows(sheet):
    """Yield the rows of a sheet as they are read."""
    with foreign("workbook"):
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
    text = decode_remarked(whole(stream), remarker(source, chooser.ledger))
    if not text or text.isspace():
        return
    value = parse_json(text)
    if isinstance(value, Broken):
        if isinstance(parse_json(next(filter(str.strip, text.split("\n")))), dict):
            yield from read_objects(text.split("\n"), source, chooser)
            return
        raise Unreadable(value)
    if isinstance(value, dict):
        lists = [part for part in value.values() if isinstance(part, list) and any(isinstance(item, dict) for item in part)]
        value = lists[0] if len(lists) == 1 and not matching(ALIASES["text"], value) else [value]
    if not isinstance(value, list):
        raise Unreadable("neither a list of objects nor an object")
    yield from read_items(((number, item, "") for number, item in enumerate(value, start=1)), source, chooser)


def read_jsonl(stream, source, chooser):
    """Yield the rows of a file with one JSON object a line."""
    yield from read_objects(read_lines(stream, newline="\n", remark=remarker(source, chooser.ledger)), source, chooser)


def read_objects(lines, source, chooser):
    """Yield the rows of lines with one JSON object each."""
    numbered = enumerate(lines, start=1)
    items = (
        (n, Broken(TOO_LONG) if line is None else parse_json(line), line or "") for n, line in numbered if line is None or line.strip()
    )
    yield from read_items(items, source, chooser)


class Broken(str):
    """Why a piece of JSON cannot be read: a type of its own, as any other value may stand in JSON."""


def parse_json(text):
    """Return the value of the JSON text, or why it has none."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        return Broken(f"not valid JSON: {fault}")


def read_items(items, source, chooser):
    """Yield the rows of (number, value, line) whose value is an object; the columns are those of all objects so far."""
    names, chosen, held, fault = {}, {}, [], None
    for batch in iter(lambda: list(itertools.islice(items, BATCH)), []):
        objects = [(number, item) for number, item, _ in batch if isinstance(item, dict)]
        fresh = dict.fromkeys(name for _, item in objects for name in item if name not in names)
        for number, item, line in batch:
            if not isinstance(item, dict):
                reason = item if isinstance(item, Broken) else "not an object"
                chooser.ledger.turn_away(f"{source.name}:{number}", reason, line.strip() or repr(item))
        if fresh:
            names |= fresh
            try:
                chosen, fault = chooser.choose(list(names), source=source.name) | chosen, None
            except WordingError as unchosen:
                fault = unchosen
        held += objects
        if fault and len(held) >= BATCH:
            break
        if chosen:
            yield from ({"number": n} | {ours: as_text(item.get(theirs), ours) for ours, theirs in chosen.items()} for n, item in held)
            held = []
    if fault:
        raise fault
