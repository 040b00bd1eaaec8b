"""Turns .csv and .tsv files into rows as they are read; a broken record costs only its own lines."""

import csv
import itertools
import re
from collections import deque
from dataclasses import dataclass

from wording.corpus.reading.encodings import MAX_TEXT_LENGTH, UnreadableError, read_text_lines
from wording.corpus.reading.report import make_warner

LONG_LINE_REASON = f"its line is longer than {MAX_TEXT_LENGTH:,} characters"


def read_csv(stream, source, chooser):
    """Yield the rows of a CSV file that have as many fields as its header."""
    lines = read_text_lines(stream, remark=make_warner(source, chooser.ledger))
    head = list(take_first_lines(lines, MAX_TEXT_LENGTH // 8))
    separator = find_separator(next(filter(str.strip, filter(None, head)), ""), source.ending)
    make = (
        split_literal_records
        if separator == "\t" and has_literal_quotes(head)
        else parse_csv_records
    )
    records = make(itertools.chain(head, lines), separator)
    header = next(records, None)
    if header is None:
        return
    if header[2] is None:
        raise UnreadableError("line 1, the header, has a quotation mark without its partner")
    names = make_names_distinct(header[2])
    places = {
        ours: names.index(theirs)
        for ours, theirs in chooser.choose(names, source=source.name).items()
    }
    for number, fields in keep_valid_records(records, len(names), source, chooser.ledger):
        yield {"number": number} | {ours: fields[place] for ours, place in places.items()}


def take_first_lines(lines, characters):
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


def parse_csv_records(lines, separator):
    """Yield (first line, line after the last, fields, lines) of each record; fields are None for a broken one."""
    csv.field_size_limit(2**31 - 1)
    lines, ahead, taken, start = iter(lines), deque(), [], 0

    def feed():
        """Yield the next lines, and keep them until their record is whole."""
        size = 0
        while (line := ahead.popleft() if ahead else next(lines, "")) != "":
            size = len(line or "") + (size if taken else 0)
            taken.append(line)
            if line is None or size > MAX_TEXT_LENGTH:
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


def has_literal_quotes(lines):
    """Say whether quotation marks are plain characters: they do not pair, and the tabs alone cut all lines into as many fields."""
    widths = {line.count("\t") for line in lines if line and line.strip()}
    return len(widths) == 1 and any(
        fields is None for _, _, fields, _ in parse_csv_records(lines, "\t")
    )


def split_literal_records(lines, separator):
    """Yield the records of lines whose separators alone matter."""
    for i, line in enumerate(lines):
        if line is None or line.strip():
            yield i, i + 1, line and line.rstrip("\r\n").split(separator), [line]


def make_names_distinct(header):
    """Return the names of the header; an empty or repeated one is made distinct."""
    names = []
    for place, name in enumerate(map(str.strip, header), start=1):
        names.append(f"{name or 'column'} ({place})" if not name or name in names else name)
    return names


def keep_valid_records(records, width, source, ledger):
    """Yield (number, fields) of the sound records; the others are refused, with all the lines that belong to them."""
    number, fault = 0, None
    for first, last, fields, lines in records:
        # After a broken record its other lines must not pass for rows: they have odd marks or another number of fields.
        if (
            fault
            and fault.open
            and fields is not None
            and (len(fields) != width or "".join(lines).count('"') % 2)
        ):
            fault.last = last
            continue
        if fault:
            fault.refuse(source, ledger)
        number, fault = number + 1, RecordFault.of(number + 1, first, last, fields, lines[0], width)
        if not fault:
            yield number, fields
    if fault:
        fault.refuse(source, ledger)


@dataclass
class RecordFault:
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
            "its quotation marks do not pair"
            if fields is None
            else f"the number of fields is {len(fields)}, in the header it is {width}"
        )
        return cls(
            number,
            first,
            last,
            LONG_LINE_REASON if line is None else said,
            (line or "").rstrip("\r\n"),
            fields is None,
        )

    def refuse(self, source, ledger):
        """Refuse the lines of the record."""
        where = (
            f"line {self.first + 1}"
            if self.last == self.first + 1
            else f"lines {self.first + 1} to {self.last}"
        )
        ledger.turn_away(f"{source.name}:{self.number}", f"{where}: {self.reason}", self.begins)
