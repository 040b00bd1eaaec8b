"""Turns one table file (.csv, .tsv, .jsonl, .json, .parquet) into rows of strings under our names, keeping count."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from itertools import chain

import polars as pl

from wording.corpus.encodings import Unreadable, decode
from wording.errors import WordingError
from wording.prose import nearest

# The other names under which a column is known, the likeliest first; case, spaces, hyphens, underscores do not matter.
ALIASES = {
    "doc_id": "doc_id id article_id document_id guid uuid",
    "outlet": "outlet source publisher domain publication newspaper site media source_name outlet_name publisher_name "
    "site_name website media_name source_domain",
    "date": "date published publish_date pubdate published_at publication_date date_published publish_time datetime timestamp created_at",
    "title": "title headline",
    "authors": "authors author byline",
    "url": "url link href permalink",
    "text": "text content body fulltext article article_text article_body body_text maintext story",
}
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Ledger:
    """Keeps count of what is given and refused, and of what is worth a warning."""

    given: int = 0
    rejects: list = field(default_factory=list)
    files: list = field(default_factory=list)
    remarks: dict = field(default_factory=dict)

    def refuse(self, source, reason, sample=""):
        """Add one reject."""
        self.rejects.append((source, reason, (sample or "")[:80]))

    def remark(self, sentence, file=""):
        """Add a warning; the same about many files is said once."""
        self.remarks.setdefault(sentence, []).append(file)

    def sentences(self):
        """Return the warnings, each behind the name of the file that it is about."""
        heads = {1: "{}: ", 2: "{} and 1 other file: "}
        many = "{} and {:,} other files: "
        return [
            (heads.get(len(files), many).format(files[0], len(files) - 1) if files[0] else "") + sentence
            for sentence, files in self.remarks.items()
        ]

    def balance(self, accepted):
        """Raise if a row was lost or invented."""
        if accepted + len(self.rejects) != self.given:
            raise RuntimeError(f"{accepted} articles and {len(self.rejects)} rejects do not add up to {self.given} given")


@dataclass(frozen=True)
class Chooser:
    """Finds the columns that a table has under our names: by the user's mapping, else by the usual names."""

    ledger: Ledger
    columns: dict
    wanted: dict
    required: str

    def choose(self, names, *, source):
        """Return {our name: their name}."""
        chosen = {ours: theirs for ours, theirs in self.columns.items() if ours in self.wanted}
        for ours, theirs in chosen.items():
            if theirs not in names:
                raise WordingError(f"{source} has no column {theirs!r} for {ours}; {nearest(theirs, names)}")
        free = [name for name in names if name not in self.columns.values()]
        for ours in [name for name in self.wanted if name not in chosen]:
            found = matching(self.wanted[ours], free)
            if len(found) > 1:
                others = ", ".join(map(repr, found[1:]))
                self.ledger.remark(f"{ours} is read from {found[0]!r}, not from {others} (articles: columns: decides)", source)
            chosen |= {ours: found[0]} if found else {}
        if self.required not in chosen:
            raise WordingError(
                f"{source} has no column for {self.required}; it has {listed(names)}. "
                f"Name the right one in study.yml (articles: columns: {{{self.required}: ...}}), or take the file away"
            )
        return chosen


def matching(aliases, names):
    """Return the names that are among the aliases, in the order of these."""
    plain = {name: re.sub(r"[\s_-]", "", name).lower() for name in names}
    return [name for alias in aliases.split() for name in names if plain[name] == alias.replace("_", "")]


def listed(names):
    """Return the names of columns in one line."""
    return "the columns " + ", ".join(repr(name)[:40] for name in names[:30]) + (", ..." if len(names) > 30 else "")


def read_rows(data, file, chooser):
    """Return the numbers of the sound rows of a table, their columns under our names, and how many rows were given."""
    if file.ending == ".parquet":
        found = read_parquet(data, file, chooser)
    else:
        text = read_text(data, file, chooser.ledger)
        reader = {".csv": read_csv, ".tsv": read_csv, ".json": read_json}.get(file.ending, read_jsonl)
        found = reader(text, file, chooser) if text and not text.isspace() else ([], {}, 0)
    if not found[2]:
        raise Unreadable("it has no rows")
    return found


def read_text(data, file, ledger):
    """Return the text of a file; a guess is remarked."""
    text, remark = decode(data)
    if remark:
        ledger.remark(remark, file.name)
    return text


def as_series(columns):
    """Return lists of strings as series."""
    return {name: pl.Series(name, values, dtype=pl.String) for name, values in columns.items()}


def read_parquet(data, file, chooser):
    """Return the rows of a parquet file."""
    try:
        chosen = chooser.choose(list(pl.read_parquet_schema(io.BytesIO(data))), source=file.name)
        table = pl.read_parquet(io.BytesIO(data), columns=list(dict.fromkeys(chosen.values())))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as fault:
        raise Unreadable(f"not a sound parquet file: {str(fault).splitlines()[0]}") from fault
    columns = {ours: as_strings(table[theirs], ours) for ours, theirs in chosen.items()}
    return range(1, table.height + 1), columns, table.height


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


def read_csv(text, file, chooser):
    """Return the rows of a CSV file that have as many fields as its header."""
    lines = list(io.StringIO(text, newline=""))
    separator = find_separator(next(filter(str.strip, lines)), file.ending)
    records = list(csv_records(lines, separator))
    if separator == "\t" and any(fields is None for *_, fields in records):
        records = literal_records(lines) or records
    _, _, header = records.pop(0)
    if header is None:
        raise Unreadable("line 1, the header, has a quotation mark without its partner")
    names = distinct_names(header)
    places = {ours: names.index(theirs) for ours, theirs in chooser.choose(names, source=file.name).items()}
    rows, faults = sort_records(records, len(header), lines)
    for number, first, last, reason in faults:
        where = f"line {first + 1}" if last == first + 1 else f"lines {first + 1} to {last}"
        chooser.ledger.refuse(f"{file.name}:{number}", f"{where}: {reason}", lines[first].rstrip("\r\n"))
    columns = {ours: [fields[place] for _, fields in rows] for ours, place in places.items()}
    return [number for number, _ in rows], as_series(columns), len(rows) + len(faults)


def find_separator(header, ending):
    """Return the character that separates the fields of the header line."""
    bare = re.sub(r'"[^"]*"', "", header)
    return "\t" if ending == ".tsv" and "\t" in bare else max(",;\t|", key=bare.count)


def csv_records(lines, separator):
    """Yield (first line, line after the last, fields) of each record; fields are None where quotation marks do not pair."""
    csv.field_size_limit(2**31 - 1)
    start = 0
    while start < len(lines):
        base = start
        reader = csv.reader((lines[i] for i in range(base, len(lines))), delimiter=separator, strict=True)
        try:
            for fields in reader:
                first, start = start, base + reader.line_num
                if len(fields) > 1 or "".join(lines[first:start]).strip():  # else an empty line
                    yield first, start, fields
        except csv.Error:
            # Only the line where the record began is given up: its open mark may have swallowed sound rows.
            yield start, start + 1, None
            start += 1


def literal_records(lines):
    """Return the records of lines whose tabs alone matter, quotation marks being plain; None if their numbers differ."""
    records = [(i, i + 1, line.rstrip("\r\n").split("\t")) for i, line in enumerate(lines) if line.strip()]
    return records if len({len(fields) for *_, fields in records}) == 1 else None


def distinct_names(header):
    """Return the names of the header; an empty or repeated one is made distinct."""
    names = []
    for place, name in enumerate(map(str.strip, header), start=1):
        names.append(f"{name or 'column'} ({place})" if not name or name in names else name)
    return names


def sort_records(records, width, lines):
    """Return (number, fields) of sound records, and (number, first line, line after the last, reason) of the others."""
    rows, faults, number, broken = [], [], 0, False
    for first, last, fields in records:
        # After a broken record its other lines must not pass for rows: they have odd marks or another number of fields.
        if broken and fields is not None and (len(fields) != width or "".join(lines[first:last]).count('"') % 2):
            faults[-1][2] = last
            continue
        number, broken = number + 1, fields is None
        if broken:
            faults.append([number, first, last, "its quotation marks do not pair"])
        elif len(fields) != width:
            faults.append([number, first, last, f"the number of fields is {len(fields)}, in the header it is {width}"])
        else:
            rows.append((number, fields))
    return rows, faults


def read_json(text, file, chooser):
    """Return the rows of a JSON file: a list of objects, an object with one such list, one article, or one a line."""
    whole = parse_json(text)
    if isinstance(whole, Fault):
        if isinstance(parse_json(next(filter(str.strip, text.split("\n")))), dict):
            return read_jsonl(text, file, chooser)
        raise Unreadable(whole)
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and any(isinstance(item, dict) for item in value)]
        whole = lists[0] if len(lists) == 1 and not matching(ALIASES["text"], whole) else [whole]
    if not isinstance(whole, list):
        raise Unreadable("neither a list of objects nor an object")
    return read_items([(number, item, "") for number, item in enumerate(whole, start=1)], file, chooser)


def read_jsonl(text, file, chooser):
    """Return the rows of a file with one JSON object a line."""
    lines = enumerate(text.split("\n"), start=1)
    return read_items([(number, parse_json(line), line) for number, line in lines if line.strip()], file, chooser)


class Fault(str):
    """Why a piece of JSON cannot be read: a type of its own, as any other value may stand in JSON."""


def parse_json(text):
    """Return the value of the JSON text, or a Fault."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        return Fault(f"not valid JSON: {fault}")


def read_items(items, file, chooser):
    """Return the rows of (number, value, line) whose value is an object."""
    objects = [(number, item) for number, item, _ in items if isinstance(item, dict)]
    names = list(dict.fromkeys(chain.from_iterable(item for _, item in objects)))
    chosen = chooser.choose(names, source=file.name) if objects else {}
    for number, item, line in items:
        if not isinstance(item, dict):
            reason = item if isinstance(item, Fault) else "not an object"
            chooser.ledger.refuse(f"{file.name}:{number}", reason, line.strip() or repr(item))
    columns = {ours: [as_text(item.get(theirs), ours) for _, item in objects] for ours, theirs in chosen.items()}
    numbers = [number for number, _ in objects]
    try:
        return numbers, as_series(columns), len(items)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and no text can hold
        return numbers, as_series(mend_surrogates(columns, file, chooser.ledger)), len(items)


def mend_surrogates(columns, file, ledger):
    """Return the columns with U+FFFD for each lone surrogate."""
    n = sum(any(value and LONE_SURROGATE.search(value) for value in row) for row in zip(*columns.values(), strict=True))
    ledger.remark(f"half a character (a lone surrogate such as \\ud83d) was read as U+FFFD in {n:,} articles", file.name)
    return {name: [value and LONE_SURROGATE.sub("\ufffd", value) for value in values] for name, values in columns.items()}
