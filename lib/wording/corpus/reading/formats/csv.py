"""Turn .csv and .tsv files into rows as they are read; a broken record costs only its own lines."""

from __future__ import annotations

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from wording.corpus.reading.encodings import MAX_TEXT_LENGTH, UnreadableError, read_text_lines
from wording.corpus.reading.report import (
    MAX_HEADER_ROWS,
    ArticleRow,
    ColumnChooser,
    ReadingReport,
)
from wording.corpus.reading.sources import SourceFile

LONG_LINE_REASON = f"line too long (more than {MAX_TEXT_LENGTH:,} characters)"

OPEN_QUOTE_REASON = "unclosed quotation mark"
LONG_RECORD_REASON = (
    f"record too long (more than {MAX_TEXT_LENGTH:,} characters), or a quotation mark is not closed"
)
MAX_REREAD_CHARACTERS = 2**25
"""Characters that are read again after quotation marks that are not closed."""
MIN_SWALLOWED_ROWS = 8
"""Lines inside one field that look like rows are a fault if there are so many."""


@dataclass(slots=True)
class CsvRecord:
    """One record: its first line, the line after its last, its fields and its lines.

    Lines count from 0; `fields` are None for a broken record, whose `reason` is why, a line is None
    if it is too long.
    """

    first: int
    last: int
    fields: list[str] | None
    lines: list[str | None]
    reason: str = OPEN_QUOTE_REASON


def read_csv(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of a CSV file that have as many fields as its header."""
    lines = read_text_lines(stream, warn=chooser.report.make_warner(source.name))
    head = list(take_first_lines(lines, MAX_TEXT_LENGTH // 8))
    separator = take_stated_separator(head) or find_separator(head, source.ending, chooser)
    records = iterate_records(head, itertools.chain(head, lines), separator)
    first = list(itertools.islice(records, MAX_HEADER_ROWS))
    if not first:
        return
    if first[0].fields is None:
        raise UnreadableError("line 1 (the header) has an unclosed quotation mark")
    place = chooser.find_header([record.fields or [] for record in first], source=source.name)
    names = make_names_distinct(first[place].fields or [])
    records = itertools.chain(first[place + 1 :], records)
    places = chooser.find_places(names, source=source.name)
    for number, fields in keep_valid_records(records, len(names), source, chooser.report):
        yield {"number": number} | {ours: fields[place] for ours, place in places.items()}


def take_first_lines(lines: Iterator[str | None], n_characters: int) -> Iterator[str | None]:
    """Yield the first lines, until they have so many characters together."""
    for line in lines:
        yield line
        n_characters -= len(line or "")
        if n_characters < 0:
            return


def take_stated_separator(head: list[str | None]) -> str | None:
    """Return the separator that a first line such as `sep=;` states, and empty that line."""
    stated = re.fullmatch(r"\ufeff?\"?sep=(.)\"?\s*", head[0] or "") if head else None
    if stated is None:
        return None
    head[0] = "\n"
    return stated[1]


def find_separator(head: Sequence[str | None], ending: str, chooser: ColumnChooser) -> str:
    """Return the character that separates the fields of the header, which is among these lines.

    It is the one by which a line has most names of columns; else the commonest in the first line.
    """
    lines = [line for line in head if line and line.strip()][:MAX_HEADER_ROWS]
    bare = re.sub(r'"[^"]*"', "", lines[0]) if lines else ""
    if ending == ".tsv" and "\t" in bare:
        return "\t"

    def count_names(separator: str) -> int:
        rows = ([name.strip().strip('"') for name in line.split(separator)] for line in lines)
        return max((chooser.count_known(row) for row in rows if len(row) > 1), default=0)

    return max(",;\t|", key=lambda separator: (count_names(separator), bare.count(separator)))


def iterate_records(
    head: Sequence[str | None], lines: Iterable[str | None], separator: str
) -> Iterator[CsvRecord]:
    """Yield the records of lines; the first of them tell how quotation marks are meant."""
    if separator == "\t" and has_literal_quotes(head):
        return split_literal_records(lines, separator)
    return iter(CsvRecordReader(lines, separator))


class CsvRecordReader:
    """Reads records from lines.

    `current` are the lines of the record that is read, which begins at line `start`;
    `pushed_back` are lines to be read once more, `n_reread` counts their characters; `width` is the
    number of fields of the first record.
    """

    def __init__(self, lines: Iterable[str | None], separator: str) -> None:
        self.lines, self.separator = iter(lines), separator
        self.pushed_back: deque[str | None] = deque()
        self.current: list[str | None] = []
        self.start = self.n_reread = self.width = 0

    def __iter__(self) -> Iterator[CsvRecord]:
        """Yield all records, valid and broken."""
        csv.field_size_limit(2**31 - 1)
        while True:
            try:
                yield from self.read_valid_records()
                return
            except csv.Error as fault:
                is_long = str(fault) == LONG_RECORD_REASON
                if self.n_reread > MAX_REREAD_CHARACTERS:
                    yield self.give_up_rest()
                    return
                yield self.give_up_first_line(LONG_RECORD_REASON if is_long else OPEN_QUOTE_REASON)

    def read_valid_records(self) -> Iterator[CsvRecord]:
        """Yield records up to a broken one, which raises."""
        for fields in csv.reader(self.feed_lines(), delimiter=self.separator, strict=True):
            end = self.start + len(self.current)
            self.width = self.width or len(fields)
            if has_swallowed_rows(self.current, self.width, self.separator):
                raise csv.Error("a stray quotation mark")
            if len(fields) > 1 or any(line and line.strip() for line in self.current):
                yield CsvRecord(self.start, end, fields, self.current)
            self.start, self.current = end, []

    def feed_lines(self) -> Iterator[str]:
        """Yield the next lines, and keep them until their record is whole."""
        size = 0
        while (line := self.take_line()) != "":
            if not self.current:
                size = 0
            size += len(line or "")
            self.current.append(line)
            if line is None or size > MAX_TEXT_LENGTH:
                raise csv.Error(LONG_RECORD_REASON)
            yield line

    def take_line(self) -> str | None:
        """Return the next line, "" after the last, None for one that is too long."""
        return self.pushed_back.popleft() if self.pushed_back else next(self.lines, "")

    def give_up_first_line(self, reason: str) -> CsvRecord:
        """Return the line where a broken record began, and push the others back.

        The open quotation mark may have swallowed valid rows.
        """
        self.pushed_back.extendleft(reversed(self.current[1:]))
        self.n_reread += sum(map(len, filter(None, self.current)))
        record = CsvRecord(self.start, self.start + 1, None, self.current[:1], reason)
        self.start, self.current = self.start + 1, []
        return record

    def give_up_rest(self) -> CsvRecord:
        """Return all lines that are left as one broken record.

        In so many of them a quotation mark is open that no end of a record is sure.
        """
        n_lines = len(self.current) + len(self.pushed_back) + sum(1 for _ in self.lines)
        return CsvRecord(self.start, self.start + n_lines, None, self.current[:1])


def has_swallowed_rows(lines: Sequence[str | None], width: int, separator: str) -> bool:
    """Return whether a record's lines look like rows: a stray quotation mark made them one text.

    >>> has_swallowed_rows(['1,"a\\n'] + ["2,b\\n"] * 20 + ['3,c"\\n'], 2, ",")
    True
    """
    inside = [line for line in lines[1:-1] if line and line.strip()]
    if width < 2 or len(inside) < MIN_SWALLOWED_ROWS:
        return False
    n_like_rows = sum(line.count(separator) == width - 1 for line in inside)
    return n_like_rows > 0.9 * len(inside)


def has_literal_quotes(lines: Sequence[str | None]) -> bool:
    """Return whether quotation marks are plain characters.

    They are if they do not pair, and the tabs alone cut all lines into as many fields.
    """
    widths = {line.count("\t") for line in lines if line and line.strip()}
    if len(widths) != 1:
        return False
    return any(record.fields is None for record in CsvRecordReader(lines, "\t"))


def split_literal_records(lines: Iterable[str | None], separator: str) -> Iterator[CsvRecord]:
    """Yield the records of lines whose separators alone matter."""
    for i, line in enumerate(lines):
        if line is None:
            yield CsvRecord(i, i + 1, None, [line])
        elif line.strip():
            yield CsvRecord(i, i + 1, line.rstrip("\r\n").split(separator), [line])


def make_names_distinct(header: Sequence[str]) -> list[str]:
    """Return the names of the header; an empty or repeated one is made distinct."""
    names: list[str] = []
    taken: set[str] = set()
    for place, name in enumerate(map(str.strip, header), start=1):
        if not name or name in taken:
            name = f"{name or 'column'} ({place})"
        names.append(name)
        taken.add(name)
    return names


def keep_valid_records(
    records: Iterable[CsvRecord], width: int, source: SourceFile, report: ReadingReport
) -> Iterator[tuple[int, list[str]]]:
    """Yield (number, fields) of the valid records.

    The others are refused, with all the lines that belong to them.

    Parameters
    ----------
    records : iterable of CsvRecord
    width : int
        The number of fields in the header.
    source : SourceFile
    report : ReadingReport
        Gets the refused records.
    """
    number = 0
    fault: RecordFault | None = None
    for record in records:
        if fault and fault.includes(record, width):
            fault.last = record.last
            continue
        if fault:
            fault.refuse(source, report)
        number += 1
        fault = RecordFault.find(number, record, width)
        if fault is None and record.fields is not None:
            yield number, record.fields
    if fault:
        fault.refuse(source, report)


@dataclass
class RecordFault:
    """A record that is not valid.

    `excerpt` is how it begins, `has_open_quote` whether a quotation mark is left open.
    """

    number: int
    first: int
    last: int
    reason: str
    excerpt: str
    has_open_quote: bool

    @classmethod
    def find(cls, number: int, record: CsvRecord, width: int) -> RecordFault | None:
        """Return the fault of a record, None if it is valid."""
        if record.fields is not None and len(record.fields) == width:
            return None
        line = record.lines[0]
        if line is None:
            reason = LONG_LINE_REASON
        elif record.fields is None:
            reason = record.reason
        else:
            reason = f"the number of fields is {len(record.fields)}, but the header has {width}"
        excerpt = (line or "").rstrip("\r\n")
        return cls(number, record.first, record.last, reason, excerpt, record.fields is None)

    def includes(self, record: CsvRecord, width: int) -> bool:
        """Return whether the record is the rest of this one, and must not pass for a row.

        After an open quotation mark, that is one with an odd number of marks or another number of
        fields than the header.
        """
        if not self.has_open_quote or record.fields is None:
            return False
        n_quotes = sum(line.count('"') for line in record.lines if line)
        return len(record.fields) != width or n_quotes % 2 == 1

    def refuse(self, source: SourceFile, report: ReadingReport) -> None:
        """Refuse the lines of the record."""
        where = f"lines {self.first + 1} to {self.last}"
        if self.last == self.first + 1:
            where = f"line {self.last}"
        report.count_and_refuse(source.place(self.number), f"{where}: {self.reason}", self.excerpt)
