"""Reads articles from any supported file or folder: one row per article, nothing lost (accepted + rejected = given)."""

import codecs
import csv
import difflib
import gzip
import hashlib
import io
import json
import os
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

import charset_normalizer
import polars as pl

from wording.errors import WordingError

ENDINGS = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
SUPPORTED = f"{', '.join(ENDINGS)}, each also with .gz"
UNATTRIBUTED = "unattributed"
FIRST_YEAR, LAST_YEAR = 1700, 2040  # fixed, so that no result depends on the day on which it is computed

# The other names under which a column is known, the likeliest first; case, spaces, hyphens and underscores do not matter.
ALIASES = {
    "doc_id": "doc_id id docid article_id document_id guid uuid",
    "outlet": "outlet source publisher domain publication newspaper site media source_name outlet_name publisher_name"
    " site_name website media_name source_domain",
    "date": "date published publish_date pubdate published_at publication_date date_published publish_time datetime"
    " timestamp created_at",
    "title": "title headline",
    "authors": "authors author byline",
    "url": "url link href permalink",
    "text": "text content body fulltext article article_text article_body body_text maintext story",
}
METADATA = {"file": "file filename path file_name file_path", "sha256": "sha256"}
FIELDS = dict.fromkeys(("table", "source", "made_id", *ALIASES), pl.String)


@dataclass(frozen=True)
class Articles:
    """What was read: the articles, what was refused and why, and what a reader should know about both."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]


def read_articles(path, *, metadata=None, columns=None, date_order=None, default_outlet=None) -> Articles:
    """Return the articles of a file or of a folder (with its folders, by name, without hidden files).

    A .txt file is one article; a row of a table (.csv, .tsv, .jsonl, .json, .parquet; .gz of each) is one article. The text
    stays as it was given.

    Parameters
    ----------
    path : file or folder
    metadata : table with a column `file` that describes the .txt files; with a column `sha256`, changed files are refused
    columns : {our name: their name}, for columns that have none of the usual names
    date_order : "mdy", "dmy" or "ymd", for dates such as 9/6/17; without it the column's own evidence decides, else mdy
    default_outlet : the outlet where a file has no such column ("unattributed" by default)

    Returns
    -------
    Articles
        frame: one row per article: doc_id (unique), outlet, date (null: unknown), title, authors, url (null: missing), text.
        rejects: one row per refused row or file: source (file or file:row), reason, sample (up to 80 characters).
        warnings: sentences. files: name and sha256 of each file that was read.

    Raises
    ------
    WordingError
        The path has no supported file, a table has no text, or an option names something that is not there.
    """
    check_options(columns or {}, date_order)
    ledger = Ledger()
    files = list_files(Path(path), leave_out=metadata)
    choose = partial(choose_columns, columns=columns or {}, ledger=ledger)
    descriptions = read_metadata(Path(metadata), files, choose, ledger) if metadata else {}
    parts = [read_file(file, descriptions, choose, default_outlet or UNATTRIBUTED, ledger) for file in files]
    frame = pl.concat([pl.DataFrame(schema=FIELDS), *parts])
    frame = refuse_textless(frame, ledger)
    frame = settle_outlets(frame, ledger)
    frame = settle_ids(frame, ledger)
    frame = frame.with_columns(date=read_dates(frame, date_order, ledger)).with_columns(blank_to_null("title", "authors", "url"))
    ledger.balance(frame.height)
    rejects = pl.DataFrame(ledger.rejects, schema=dict.fromkeys(("source", "reason", "sample"), pl.String), orient="row")
    return Articles(frame.select("doc_id", "outlet", "date", "title", "authors", "url", "text"), rejects, ledger.sentences(), ledger.files)


class Unreadable(Exception):
    """A whole file cannot be read; the message is the reason."""


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

    def remark(self, sentence, file=None):
        """Add a warning; the same about many files is said once."""
        self.remarks.setdefault(sentence, []).append(file)

    def sentences(self):
        """Return the warnings, each after the file that it is about."""
        heads = {1: "{}: ", 2: "{} and 1 more file: "}
        return [
            heads.get(len(files), "{} and {:,} more files: ").format(files[0], len(files) - 1) + sentence if files[0] else sentence
            for sentence, files in self.remarks.items()
        ]

    def balance(self, accepted):
        """Raise if a row was lost or invented."""
        if accepted + len(self.rejects) != self.given:
            raise RuntimeError(f"{accepted} accepted + {len(self.rejects)} rejected articles are not the {self.given} given: a fault in wording")


def check_options(columns, date_order):
    """Refuse a name or an order that does not exist."""
    known = {**ALIASES, **METADATA}
    for name in columns:
        if name not in known:
            raise WordingError(f"articles: columns: {name!r} is no column of ours{nearest(name, known)}; ours are {', '.join(known)}")
    if date_order not in (None, "mdy", "dmy", "ymd"):
        raise WordingError(f"articles: date_order: {date_order!r} is not allowed; give mdy, dmy or ymd")


def nearest(name, names):
    """Return a hint at the most similar name, or nothing."""
    folded = {str(other).lower(): other for other in names}
    close = difflib.get_close_matches(str(name).lower(), folded, n=1)
    return f" (did you mean {folded[close[0]]!r}?)" if close else ""


# --- Files ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """One given file: its name below the folder, its ending without .gz ("" if unsupported) and the stem of its articles' ids."""

    path: Path
    name: str
    ending: str
    label: str


def list_files(path, *, leave_out=None):
    """Return the files at the path, by name."""
    if not path.exists():
        raise WordingError(f"{path} does not exist; articles are read from a folder or a file: {SUPPORTED}")
    found = sorted(walk(path)) if path.is_dir() else [(path.name, path)]
    found = [(name, file) for name, file in found if not leave_out or file.resolve() != Path(leave_out).resolve()]
    stems = Counter(split_name(os.path.basename(name))[0] for name, _ in found if split_name(name)[1])
    if not stems:
        raise WordingError(f"{path} holds no file of articles; supported are {SUPPORTED}")
    files = []
    for name, file in found:
        stem, ending = split_name(name)
        short = os.path.basename(stem)
        files.append(File(file, name, ending, stem if stems[short] > 1 else short))
    return files


def walk(folder):
    """Yield name and path of each file below the folder that is not hidden."""
    for parent, folders, names in os.walk(folder, onerror=refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                file = Path(parent, name)
                yield os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "replace"), file


def refuse_folder(fault):
    """Raise for a folder that cannot be opened: what it holds cannot be counted."""
    raise WordingError(f"{fault.filename} cannot be read ({fault.strerror}); allow it or move it away")


def split_name(name):
    """Return the name without ending, and the ending in lower case without .gz ("" if unsupported)."""
    stem, ending = os.path.splitext(re.sub(r"(?i)\.gz$", "", name))
    return (stem, ending.lower()) if ending.lower() in ENDINGS else (name, "")


def read_file(file, descriptions, choose, outlet, ledger):
    """Return one row per article of the file, as strings in the columns of FIELDS."""
    description = descriptions.get(file.name, {})
    try:
        data = unpack(file, ledger, sha256=description.get("sha256"))
        choose = partial(choose, source=file.name, wanted=ALIASES, required="text")
        rows, given = read_txt(data, file, description, ledger) if file.ending == ".txt" else read_rows(data, file, choose, ledger)
    except Unreadable as reason:
        ledger.given += 1
        ledger.refuse(file.name, str(reason))
        return pl.DataFrame(schema=FIELDS)
    ledger.given += given
    if rows.height and "outlet" not in rows.columns:
        ledger.remark(f"no column names the outlet; the articles are given to {outlet!r}", file.name)
        rows = rows.with_columns(outlet=pl.lit(outlet))
    if file.ending == ".txt":
        return complete(rows, table=description.get("table", file.name), source=file.name, made_id=file.label)
    row = pl.col("row").cast(pl.String)
    return complete(rows, table=file.name, source=pl.lit(f"{file.name}:") + row, made_id=pl.lit(f"{file.label}-") + row)


def complete(rows, **more):
    """Return the rows with all columns of FIELDS."""
    absent = {name: None for name in FIELDS if name not in rows.columns}
    more = {name: value if isinstance(value, pl.Expr) else pl.lit(value, pl.String) for name, value in (absent | more).items()}
    return rows.with_columns(**more).select(*FIELDS)


def unpack(file, ledger, *, sha256=None):
    """Return the file's bytes, uncompressed."""
    if not file.ending:
        raise Unreadable(f"the ending is not supported; supported are {SUPPORTED}")
    if not file.path.is_file():
        raise Unreadable("this is no regular file")
    try:
        data = file.path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        ledger.files.append((file.name, digest))
        if sha256 and sha256.strip().lower() != digest:
            raise Unreadable(f"the file has changed: its sha256 is {digest}, the metadata say {sha256.strip()}")
        return gzip.decompress(data) if file.name.lower().endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(f"cannot be read: {fault}") from fault


# --- Bytes to text -------------------------------------------------------------------------------------------------

# UTF-32 stands before UTF-16, whose mark is its beginning.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def decode(data, name, ledger):
    """Return the text of the bytes, whatever their encoding."""
    mark, encoding = next(((mark, encoding) for mark, encoding in MARKS if data.startswith(mark)), (b"", unmarked_encoding(data)))
    data = data[len(mark) :]
    text = try_decode(data, encoding)
    if text is None and encoding == "utf-8":
        text = mend_utf8(data, name, ledger)
    if text is None and not mark:
        text = guess(data, name, ledger)
    if text is None:
        raise Unreadable(f"cannot be decoded{f' as {encoding}, which its first bytes announce' if mark else ': no encoding fits'}; save it as UTF-8")
    controls = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]", text[:100_000]))
    if controls > 3 and controls > 0.05 * len(text[:100_000]):
        raise Unreadable("not text: it is full of control characters")
    return text


def try_decode(data, encoding):
    """Return the text, or None where the bytes are not in the encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def unmarked_encoding(data):
    """Return the encoding that bytes without a mark show; UTF-16 and ISO 2022 would pass for UTF-8 and are told apart here."""
    if b"\x1b$" in data:
        return next((encoding for encoding in ("iso2022_jp", "iso2022_kr") if try_decode(data, encoding) is not None), "utf-8")
    even, odd = data[:20_000:2].count(0), data[1:20_000:2].count(0)
    if len(data) % 2 == 0 and len(data) >= 8 and max(even, odd) > 0.05 * min(len(data), 20_000) and min(even, odd) < 0.1 * max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def mend_utf8(data, name, ledger):
    """Return UTF-8 with a few broken bytes, each replaced by U+FFFD; None where the breaks say that it is not UTF-8."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    if broken * 10 > len(text) - len(text.encode("ascii", "ignore")):
        return None
    ledger.remark(f"{broken:,} places are not valid UTF-8 and were read as U+FFFD", name)
    return text


def guess(data, name, ledger):
    """Return text in an older encoding, as its characters suggest it."""
    foreign = b"\n".join(line.strip() for line in islice_bytes(re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", data), 16_000))
    best = [match.encoding for match in charset_normalizer.from_bytes(foreign)]
    # Among Central and Western European pages a short sample cannot decide; few accents mean a Western language.
    accents = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", foreign))
    if not best or (best[0] in ("cp1250", "cp1257", "latin_1") and accents < 0.04 * len(foreign)):
        best.insert(0, "cp1252")
    for encoding in best:
        if (text := try_decode(data, encoding)) is not None and "\0" not in text:
            ledger.remark(f"not in UTF-8: it was read as {encoding}, which is a guess", name)
            return text


def islice_bytes(matches, limit):
    """Yield matched lines up to the limit, the last cut where no character of several bytes can be cut in two."""
    for match in matches:
        line = match.group()
        cut = len(line) if len(line) <= limit else max(line.rfind(b" ", 0, limit), line.rfind(b",", 0, limit))
        yield line[: cut if cut > 0 else limit]
        limit -= len(line)
        if limit <= 0:
            return


# --- Rows ----------------------------------------------------------------------------------------------------------


def read_txt(data, file, description, ledger):
    """Return one row: the whole file is the text; the metadata's row has the rest."""
    row = {name: value for name, value in description.items() if name in ALIASES} | {"text": decode(data, file.name, ledger)}
    return pl.DataFrame({name: [value] for name, value in row.items()}, schema=dict.fromkeys(row, pl.String)), 1


def read_rows(data, file, choose, ledger):
    """Return one row per article of a table, with its number, and how many rows were given."""
    if file.ending == ".parquet":
        return read_parquet(data, choose)
    text = decode(data, file.name, ledger)
    if not text.strip():
        raise Unreadable("the file is empty")
    reader = {".csv": read_csv, ".tsv": read_csv, ".json": read_json}.get(file.ending, read_jsonl)
    return reader(text, file, choose, ledger)


def read_parquet(data, choose):
    """Return the rows of a parquet file."""
    try:
        chosen = choose(list(pl.read_parquet_schema(io.BytesIO(data))))
        table = pl.read_parquet(io.BytesIO(data), columns=list(chosen.values()))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as fault:
        raise Unreadable(f"no readable parquet file: {str(fault).splitlines()[0]}") from fault
    columns = {ours: as_strings(table[theirs], ours) for ours, theirs in chosen.items()}
    return pl.DataFrame({"row": range(1, table.height + 1), **columns}), table.height


def as_strings(column, ours):
    """Return a typed column as strings; a moment keeps the calendar date as it is written in its own zone."""
    if column.dtype in (pl.Datetime, pl.Date):
        return column.cast(pl.Date) if column.dtype == pl.Date else column.dt.date().dt.strftime("%Y-%m-%d")
    if ours == "date" and column.dtype.is_numeric():
        return column.cast(pl.Int64, strict=False).cast(pl.String)
    if column.dtype.is_float():
        return column.fill_nan(None).cast(pl.String)
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series(column.name, [as_text(value, ours) for value in column.to_list()], pl.String)
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


def read_csv(text, file, choose, ledger):
    """Return the rows of a CSV file that have as many fields as its header."""
    lines = list(io.StringIO(text, newline=""))
    top = re.sub(r'"[^"]*"', "", next(filter(str.strip, lines)))
    separator = "\t" if file.ending == ".tsv" and "\t" in top else max(",;\t|", key=top.count)
    records = [record for record in csv_records(lines, separator) if not is_blank(record[2])]
    if separator == "\t" and any(fields is None for *_, fields in records):
        records = literal_records(lines) or records
    header = records.pop(0)[2]
    if header is None:
        raise Unreadable("line 1, the header, has a quotation mark without its partner")
    rows, faults = sort_records(records, len(header), lines)
    names = distinct_names(header)
    chosen = choose(names)
    for number, first, last, reason in faults:
        where = f"line {first + 1}" if last == first + 1 else f"lines {first + 1} to {last}"
        ledger.refuse(f"{file.name}:{number}", f"{where}: {reason}", lines[first].rstrip("\r\n"))
    places = {ours: names.index(theirs) for ours, theirs in chosen.items()}
    columns = {ours: [fields[place] for _, fields in rows] for ours, place in places.items()}
    return as_frame([number for number, _ in rows], columns), len(rows) + len(faults)


def csv_records(lines, separator):
    """Yield (first line, line after the last, fields) of each record; fields are None where quotation marks do not pair."""
    csv.field_size_limit(2**31 - 1)
    start = 0
    while start < len(lines):
        base = start
        reader = csv.reader((lines[i] for i in range(base, len(lines))), delimiter=separator, strict=True)
        try:
            for fields in reader:
                yield start, base + reader.line_num, fields
                start = base + reader.line_num
        except csv.Error:
            # Only the line where the record began is given up: its open mark may have swallowed sound rows.
            yield start, start + 1, None
            start += 1


def is_blank(fields):
    """Say whether a record is an empty line."""
    return fields is not None and len(fields) < 2 and not "".join(fields).strip()


def literal_records(lines):
    """Return the records of tab-separated lines whose quotation marks are plain characters; none if the lines do not fit that."""
    records = [(i, i + 1, line.rstrip("\r\n").split("\t")) for i, line in enumerate(lines) if line.strip()]
    return records if len({len(fields) for *_, fields in records}) == 1 else None


def sort_records(records, width, lines):
    """Return (number, fields) of sound records and (number, first line, line after the last, reason) of the others."""
    rows, faults, number, broken = [], [], 0, False
    for first, last, fields in records:
        # After a broken record its remaining lines must not pass for rows: they have odd marks or another number of fields.
        if broken and fields is not None and (len(fields) != width or "".join(lines[first:last]).count('"') % 2):
            faults[-1][2] = last
            continue
        number += 1
        broken = fields is None
        if broken:
            faults.append([number, first, last, "its quotation marks do not pair"])
        elif len(fields) != width:
            faults.append([number, first, last, f"{len(fields)} fields where the header has {width}"])
        else:
            rows.append((number, fields))
    return rows, faults


def distinct_names(header):
    """Return the names of the header; an empty or repeated one is made distinct."""
    names = []
    for place, name in enumerate(header, start=1):
        name = name.strip() or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def read_jsonl(text, file, choose, ledger):
    """Return the rows of a file with one JSON object a line."""
    items = [(number, parse_json(line), line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return read_items(items, file, choose, ledger)


def read_json(text, file, choose, ledger):
    """Return the rows of a JSON file: a list of objects, an object with one list of them, one article, or one object a line."""
    whole = parse_json(text)
    if isinstance(whole, Fault):
        if isinstance(parse_json(next(filter(str.strip, text.split("\n")))), dict):
            return read_jsonl(text, file, choose, ledger)
        raise Unreadable(str(whole))
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and any(isinstance(item, dict) for item in value)]
        whole = lists[0] if len(lists) == 1 and not matching("text", ALIASES["text"], whole) else [whole]
    if not isinstance(whole, list):
        raise Unreadable("neither a list of objects nor an object")
    return read_items([(number, item, json.dumps(item)) for number, item in enumerate(whole, start=1)], file, choose, ledger)


class Fault(str):
    """Why a piece of JSON cannot be read; a type of its own, as any value may stand in JSON."""


def parse_json(text):
    """Return the value of the JSON text, or a Fault."""
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as fault:
        return Fault(f"not valid JSON: {fault}")


def read_items(items, file, choose, ledger):
    """Return the rows of (number, value, source line) that are objects."""
    objects = [(number, item) for number, item, _ in items if isinstance(item, dict)]
    chosen = choose(list(dict.fromkeys(chain.from_iterable(item for _, item in objects)))) if objects else {}
    for number, item, line in items:
        if not isinstance(item, dict):
            ledger.refuse(f"{file.name}:{number}", item if isinstance(item, Fault) else "not an object", line.strip())
    columns = {ours: [as_text(item.get(theirs), ours) for _, item in objects] for ours, theirs in chosen.items()}
    try:
        rows = as_frame([number for number, _ in objects], columns)
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can write it, no text can hold it
        whole = {ours: [value and re.sub("[\ud800-\udfff]", "\ufffd", value) for value in values] for ours, values in columns.items()}
        n = sum(row != mended for row, mended in zip(zip(*columns.values(), strict=True), zip(*whole.values(), strict=True), strict=True))
        ledger.remark(f"{n:,} rows hold half a character (a lone surrogate such as \\ud83d), read as U+FFFD", file.name)
        rows = as_frame([number for number, _ in objects], whole)
    return rows, len(items)


def as_frame(numbers, columns):
    """Return lists of strings as a table with a column `row`."""
    return pl.DataFrame({"row": numbers, **columns}, schema={"row": pl.Int64, **dict.fromkeys(columns, pl.String)})


# --- Columns -------------------------------------------------------------------------------------------------------


def choose_columns(names, *, source, wanted, required, columns, ledger):
    """Return {our name: their name} for the columns that a table has."""
    listed = ", ".join(repr(name)[:40] for name in names[:30]) + (", ..." if len(names) > 30 else "")
    chosen = {ours: theirs for ours, theirs in columns.items() if ours in wanted}
    for ours, theirs in chosen.items():
        if theirs not in names:
            raise WordingError(f"{source} has no column {theirs!r} for {ours}{nearest(theirs, names)}; its columns are {listed}")
    for ours in wanted.keys() - chosen.keys():
        found = matching(ours, wanted[ours], [name for name in names if name not in columns.values()])
        if len(found) > 1:
            others = " and ".join(map(repr, found[1:]))
            ledger.remark(f"the column {found[0]!r} is read as the {ours}, not {others} (`articles: columns:` in study.yml chooses)", source)
        chosen |= {ours: found[0]} if found else {}
    if required not in chosen:
        raise WordingError(
            f"{source} has no column for the {required}; its columns are {listed}. "
            f"Name the right one in study.yml (articles: columns: {{{required}: ...}})"
        )
    return chosen


def matching(ours, aliases, names):
    """Return the names that mean ours, in the order of the aliases."""
    plain = {name: re.sub(r"[\s_-]", "", name).lower() for name in names}
    return [name for alias in aliases.split() for name in names if plain[name] == alias.replace("_", "")]


def read_metadata(path, files, choose, ledger):
    """Return {file name: its row of the metadata} for the .txt files that have one."""
    if not path.is_file() or split_name(path.name)[1] in ("", ".txt"):
        raise WordingError(f"{path} (articles: metadata) is no table; give a file with a column `file`: {SUPPORTED.replace('.txt, ', '')}")
    source, own = File(path, path.name, split_name(path.name)[1], ""), Ledger()
    wanted = {name: aliases for name, aliases in ALIASES.items() if name != "text"} | METADATA
    try:
        table, _ = read_rows(unpack(source, own), source, partial(choose, source=path.name, wanted=wanted, required="file"), own)
    except Unreadable as reason:
        raise WordingError(f"{path} (articles: metadata): {reason}") from reason
    ledger.files += own.files
    ledger.remarks |= own.remarks
    for where, reason, _ in own.rejects:
        ledger.remark(f"a row of the metadata cannot be read: {reason}", where)
    return match_files(table.with_columns(table=pl.lit(path.name)), [file.name for file in files if file.ending == ".txt"], path.name, ledger)


def match_files(table, names, source, ledger):
    """Return {file name: row}, matched by the name below the folder, else by the last part of the name where only one file has it."""
    ends = {}
    for name in names:
        ends.setdefault(os.path.basename(plain_name(name)), []).append(name)
    whole, matched, orphans = {plain_name(name): name for name in names}, {}, []
    for row in table.drop("row").iter_rows(named=True):
        wanted = plain_name(row["file"] or "")
        same_end = ends.get(os.path.basename(wanted), [])
        name = whole.get(wanted) or (same_end[0] if len(same_end) == 1 else None)
        if name is None or name in matched:
            orphans.append(row["file"] or "")
        else:
            matched[name] = row
    remark_unmatched(orphans, "rows have no file of their own among the articles", source, ledger)
    remark_unmatched([name for name in names if name not in matched], "files of articles have no row in it", source, ledger)
    return matched


def remark_unmatched(names, what, source, ledger):
    """Say how many names have no partner."""
    if names:
        ledger.remark(f"{len(names):,} {what} ({examples(names)})", source)


def plain_name(name):
    """Return a file name as it compares: slashes, composed letters, no leading ./ and no .gz."""
    return re.sub(r"^(\./)+|(?i:\.gz)$", "", unicodedata.normalize("NFC", name.strip().replace("\\", "/")))


def examples(values):
    """Return up to three values as examples."""
    return "for example " + ", ".join(repr(value[:40]) for value in list(dict.fromkeys(values))[:3])


# --- From rows to articles -----------------------------------------------------------------------------------------


def blank(column):
    """Say where a column has nothing but white space."""
    return pl.col(column).str.strip_chars().fill_null("") == ""


def blank_to_null(*columns):
    """Return the columns with null for white space."""
    return [pl.when(~blank(column)).then(column).alias(column) for column in columns]


def refuse_textless(frame, ledger):
    """Return the rows that have a text."""
    for source, title in frame.filter(blank("text")).select("source", "title").iter_rows():
        ledger.refuse(source, "no text", title)
    return frame.filter(~blank("text"))


def settle_outlets(frame, ledger):
    """Return the rows with outlets stripped, and "unattributed" where there is none."""
    if n := frame.filter(blank("outlet")).height:
        ledger.remark(f"The outlet is blank in {n:,} of {frame.height:,} articles; they are {UNATTRIBUTED!r}.")
    return frame.with_columns(outlet=pl.when(blank("outlet")).then(pl.lit(UNATTRIBUTED)).otherwise(pl.col("outlet").str.strip_chars()))


def settle_ids(frame, ledger):
    """Return the rows with one id each: a repeated article is refused, another text under the same id gets "-2", "-3", ..."""
    frame = frame.with_columns(doc_id=pl.when(blank("doc_id")).then("made_id").otherwise("doc_id")).with_row_index("place")
    repeated = frame.filter(pl.col("doc_id").is_duplicated())
    taken = set(frame["doc_id"]) if repeated.height else set()
    first, latest, dropped, renamed = {}, {}, [], {}
    for place, source, doc_id, text in repeated.select("place", "source", "doc_id", "text").iter_rows():
        if original := first.get((doc_id, text)):
            ledger.refuse(source, f"duplicate of {original}", text)
            dropped.append(place)
            continue
        first[doc_id, text] = source
        if doc_id in latest:
            while (name := f"{doc_id}-{latest[doc_id] + 1}") in taken:
                latest[doc_id] += 1
            renamed[place] = name
            taken.add(name)
        latest[doc_id] = latest.get(doc_id, 0) + 1
    if renamed:
        ledger.remark(f"{len(renamed):,} ids stand for another text already and got a number ({examples(renamed.values())}).")
    ids = pl.col("place").replace_strict(renamed, default=pl.col("doc_id"), return_dtype=pl.String) if renamed else pl.col("doc_id")
    return frame.with_columns(doc_id=ids).filter(~pl.col("place").is_in(dropped)).drop("place")


# --- Dates ---------------------------------------------------------------------------------------------------------

MONTH = r"\b(?<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?"
CLOCK = r"(?:\d\d:\d\d(?::\d\d)?\s+(?:\S+\s+)?)?"
WRITTEN = (  # patterns with year, month and day, and how the three are read
    (r"^(?<y>\d{4})[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})(?:[T\sZ+].*)?$", "%Y-%m-%d"),
    (r"^(?<y>1[789]\d\d|20\d\d)(?<m>\d\d)(?<d>\d\d)(?:\.0|T?\d{4,6}Z?)?$", "%Y-%m-%d"),
    (rf"(?i){MONTH}\s*(?<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{CLOCK}(?<y>\d{{4}})\b", "%Y-%b-%d"),
    (rf"(?i)\b(?<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:of\s+)?{MONTH}[\s-]*(?<y>\d{{4}})\b", "%Y-%b-%d"),
)
NUMERIC = r"^(?<a>\d{1,2})\s?[-/.]\s?(?<b>\d{1,2})\s?[-/.]\s?(?<c>[12]\d{3}|\d{2})(?:[,\sT].*)?$"
EPOCH = r"^(\d{9,10}|\d{12,13})(?:\.\d+)?$"


def read_dates(frame, date_order, ledger):
    """Return the column of dates; unknown where no date between FIRST_YEAR and LAST_YEAR can be read."""
    raw = frame.select("table", date=pl.col("date").str.strip_chars())
    read = [written_date(pattern, form) for pattern, form in WRITTEN]
    dates = raw.select(date=pl.coalesce(*read, numeric_dates(raw, date_order, ledger), epoch_date()))["date"]
    dates = dates.to_frame().select(pl.when(pl.col("date").dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then("date"))["date"]
    unknown = frame.filter(dates.is_null())["date"]
    if unknown.len():
        seen = examples(unknown.drop_nulls().head(100_000).to_list()) if unknown.drop_nulls().len() else "none is given"
        ledger.remark(f"No date can be read for {unknown.len():,} of {frame.height:,} articles ({seen}); they are kept, with the date unknown.")
    return dates


def written_date(pattern, form):
    """Return the date that the pattern finds."""
    parts = pl.col("date").str.extract_groups(pattern)
    return civil(*(parts.struct.field(part) for part in "ymd"), form=form)


def civil(year, month, day, *, form="%Y-%m-%d"):
    """Return a calendar date, null where there is no such day."""
    return pl.concat_str(year, month, day, separator="-").str.to_date(form, strict=False)


def epoch_date():
    """Return the date (UTC) of seconds or milliseconds since 1970."""
    digits = pl.col("date").str.extract(EPOCH)
    return pl.from_epoch(digits.str.slice(0, digits.str.len_chars() - pl.when(digits.str.len_chars() > 10).then(3).otherwise(0)).cast(pl.Int64)).dt.date()


def numeric_dates(raw, date_order, ledger):
    """Return dates such as 9/6/17: by their own numbers, the given order, the rest of their table, the other tables, else month first."""
    a, b, c = pl.col("a"), pl.col("b"), pl.col("c")
    parts = raw.with_columns(pl.col("date").str.extract_groups(NUMERIC).alias("parts")).unnest("parts")
    parts = parts.with_columns(a.cast(pl.Int32), b.cast(pl.Int32), short=c.str.len_chars() == 2, c=c.cast(pl.Int32))
    parts = parts.with_columns(dmy=(a > 12) & (b <= 12), mdy=(a <= 12) & (b > 12), open=(a <= 12) & (b <= 12) & (a != b))
    only_dmy, only_mdy = pl.col("dmy"), pl.col("mdy")
    year_first = pl.col("short") & ((a > 31) | (date_order == "ymd"))
    table = decided(only_dmy.any().over("table"), only_mdy.any().over("table"))
    order = (
        pl.when(year_first).then(pl.lit("ymd")).when(only_dmy).then(pl.lit("dmy")).when(only_mdy).then(pl.lit("mdy"))
        .otherwise(pl.coalesce(pl.lit(date_order if date_order != "ymd" else None, pl.String), table, decided(only_dmy.any(), only_mdy.any())))
    )  # fmt: skip
    parts = parts.with_columns(order=order)
    remark_order(parts, date_order, ledger)
    year = pl.when(pl.col("short")).then(c + pl.when(c > LAST_YEAR - 2000).then(1900).otherwise(2000)).otherwise(c)
    early = a + pl.when(a > LAST_YEAR - 2000).then(1900).otherwise(2000)
    day_first, month_first = civil(year, b, a), civil(year, a, b)
    dates = pl.when(pl.col("order") == "ymd").then(civil(early, b, c)).when(pl.col("order") == "dmy").then(day_first).otherwise(month_first)
    return parts.select(dates.alias("date"))["date"]


def decided(day_first, month_first):
    """Return the order for which alone there is evidence, else null."""
    return pl.when(day_first & ~month_first).then(pl.lit("dmy")).when(month_first & ~day_first).then(pl.lit("mdy"))


def remark_order(parts, date_order, ledger):
    """Say which dates were read without evidence for the order, or against the given one."""
    unsure = parts.filter(pl.col("open") & pl.col("order").is_null())["date"]
    if unsure.len():
        ledger.remark(
            f"The order of day and month is open in {unsure.len():,} dates ({examples(unsure)}); they are read as month/day/year "
            "(`articles: date_order: dmy` in study.yml reads them as day/month/year)."
        )
    against = parts.filter(pl.col({"mdy": "dmy", "dmy": "mdy"}[date_order]))["date"] if date_order in ("mdy", "dmy") else unsure.clear()
    if against.len():
        ledger.remark(
            f"{against.len():,} dates do not fit `date_order: {date_order}` ({examples(against)}); they are read in the order that they allow."
        )
