"""Reads articles from any supported file or folder: one row per article, nothing lost (accepted + rejected = given)."""

import gzip
import hashlib
import os
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from wording.corpus.dates import examples, read_dates
from wording.corpus.encodings import Unreadable
from wording.corpus.rows import ALIASES, Chooser, Ledger, read_rows, read_text
from wording.errors import WordingError
from wording.prose import nearest

ENDINGS = (".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")
SUPPORTED = f"{', '.join(ENDINGS)}, each also with .gz"
UNATTRIBUTED = "unattributed"
METADATA = {"file": "file filename path file_path", "sha256": "sha256"}
FIELDS = dict.fromkeys(("table", "source", "made_id", *ALIASES), pl.String)
REJECTS = dict.fromkeys(("source", "reason", "sample"), pl.String)


@dataclass(frozen=True)
class Articles:
    """What was read: the articles, what was refused and why, and what a reader should know about both."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]


def read_articles(path, *, metadata=None, columns=None, date_order=None, default_outlet=None) -> Articles:
    """Return the articles of a file, or of a folder (all below it, by name, without hidden files).

    A .txt file is one article; so is each row of a table (.csv, .tsv, .jsonl, .json, .parquet; .gz of each). Text stays
    as it was given.

    Parameters
    ----------
    path : a file or a folder
    metadata : a table with a column `file` that describes the .txt files; if it has `sha256`, changed files are refused
    columns : {our name: their name}, for columns that have none of the usual names
    date_order : "mdy", "dmy" or "ymd", for dates such as 9/6/17; without it the other dates decide, else mdy
    default_outlet : the outlet of files that have no column for it, instead of "unattributed"

    Returns
    -------
    Articles
        frame, one row per article: doc_id (unique), outlet, date (null: unknown), title, authors, url (null: missing), text.
        rejects, one row per refused row or file: source (file or file:row), reason, sample (up to 80 characters).
        warnings, sentences. files, the name and sha256 of each file that was read.

    Raises
    ------
    WordingError
        The path has no supported file, a table has no text, or an option names something that is not there.
    """
    columns = columns or {}
    check_options(columns, date_order)
    ledger = Ledger()
    files = list_files(Path(path), leave_out=metadata)
    described = read_metadata(Path(metadata), files, columns, ledger) if metadata else {}
    chooser = Chooser(ledger, columns, wanted=ALIASES, required="text")
    parts = [read_file(file, described.get(file.name, {}), chooser, default_outlet or UNATTRIBUTED) for file in files]
    frame = refuse_textless(pl.concat([pl.DataFrame(schema=FIELDS), *parts]), ledger)
    frame = settle_ids(settle_outlets(frame, ledger), ledger)
    dates, warnings = read_dates(frame["date"], frame["table"], date_order=date_order)
    frame = frame.with_columns(dates.alias("date"), *(blank_to_null(name) for name in ("title", "authors", "url")))
    ledger.balance(frame.height)
    return Articles(
        frame.select("doc_id", "outlet", "date", "title", "authors", "url", "text"),
        pl.DataFrame(ledger.rejects, schema=REJECTS, orient="row"),
        ledger.sentences() + warnings,
        ledger.files,
    )


def check_options(columns, date_order):
    """Refuse the name of a column or of an order that does not exist."""
    known = {**ALIASES, **METADATA}
    for name in columns:
        if name not in known:
            raise WordingError(f"articles: columns: {name!r} is none of our columns; {nearest(name, known)}")
    if date_order not in (None, "mdy", "dmy", "ymd"):
        raise WordingError(f"articles: date_order: {date_order!r} is not allowed; give mdy, dmy or ymd")


@dataclass(frozen=True)
class File:
    """One given file: its name below the folder, its ending without .gz ("" if unsupported), the stem of its ids."""

    path: Path
    name: str
    ending: str
    label: str


def list_files(path, *, leave_out=None):
    """Return the files at the path, by name; the metadata are left out."""
    if not path.exists():
        raise WordingError(f"{path} does not exist; articles are read from a folder or from a file: {SUPPORTED}")
    found = sorted(walk(path)) if path.is_dir() else [(path.name, path)]
    metadata = Path(leave_out).resolve() if leave_out else None
    found = [(name, file) for name, file in found if not metadata or file.resolve() != metadata]
    stems = Counter(os.path.basename(stem) for stem, ending in (split_name(name) for name, _ in found) if ending)
    if not stems:
        raise WordingError(f"{path} has no file of articles; supported are {SUPPORTED}")
    return [as_file(name, file, stems) for name, file in found]


def walk(folder):
    """Yield name and path of each file below the folder that is not hidden."""
    for parent, folders, names in os.walk(folder, onerror=refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in (Path(parent, name) for name in names if not name.startswith(".")):
            yield os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "replace"), file


def refuse_folder(fault):
    """Raise for a folder that cannot be opened: nobody can count what it holds."""
    raise WordingError(f"{fault.filename} cannot be read ({fault.strerror}); allow reading it, or move it away")


def split_name(name):
    """Return the name without ending, and the ending in lower case without .gz ("" if unsupported)."""
    stem, ending = os.path.splitext(re.sub(r"(?i)\.gz$", "", name))
    return (stem, ending.lower()) if ending.lower() in ENDINGS else (name, "")


def as_file(name, path, stems):
    """Return the record of a file; where its stem is not alone, its ids begin with the whole name."""
    stem, ending = split_name(name)
    short = os.path.basename(stem)
    return File(path, name, ending, stem if stems[short] > 1 else short)


def read_file(file, description, chooser, outlet):
    """Return one row per article of the file, as strings, in the columns of FIELDS."""
    ledger = chooser.ledger
    try:
        data = unpack(file, ledger, sha256=description.get("sha256"))
        if file.ending == ".txt":
            columns, given = read_txt(data, file, description, ledger), 1
        else:
            numbers, columns, given = read_rows(data, file, chooser)
            columns |= {"source": [f"{file.name}:{n}" for n in numbers], "made_id": [f"{file.label}-{n}" for n in numbers]}
    except Unreadable as reason:
        ledger.given += 1
        ledger.refuse(file.name, str(reason))
        return pl.DataFrame(schema=FIELDS)
    ledger.given += given
    n = len(columns["source"])
    if "outlet" not in columns and n:
        ledger.remark(f"no outlet is given; it is taken to be {outlet!r}", file.name)
    constants = {"table": [description.get("table", file.name)] * n, "outlet": [outlet] * n}
    return pl.DataFrame({name: columns.get(name, constants.get(name, [None] * n)) for name in FIELDS}, schema=FIELDS)


def unpack(file, ledger, *, sha256=None):
    """Return the bytes of the file, uncompressed."""
    if not file.ending:
        raise Unreadable(f"its ending is not supported; supported are {SUPPORTED}")
    if not file.path.is_file():
        raise Unreadable("it is no regular file")
    try:
        data = file.path.read_bytes()
        ledger.files.append((file.name, hashlib.sha256(data).hexdigest()))
        refuse_changed(ledger.files[-1][1], (sha256 or "").strip().lower())
        return gzip.decompress(data) if file.name.lower().endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as fault:
        raise Unreadable(f"it cannot be read: {fault}") from fault


def refuse_changed(found, expected):
    """Raise if the file is another than the one that the metadata describe."""
    if expected and found != expected:
        raise Unreadable(f"the file has changed: its sha256 is {found}, in the metadata it is {expected}")


def read_txt(data, file, description, ledger):
    """Return the columns of one article: the whole file is its text, the metadata's row tells the rest."""
    row = {name: description[name] for name in ALIASES if name in description}
    row |= {"text": read_text(data, file, ledger), "source": file.name, "made_id": file.label}
    return {name: [value] for name, value in row.items()}


def read_metadata(path, files, columns, ledger):
    """Return {name of a .txt file: its row of the metadata}."""
    file = as_file(path.name, path, Counter())
    if file.ending in ("", ".txt") or not path.is_file():
        raise WordingError(f"articles: metadata: {path} is no table; it must be a file with a column `file`, such as a .csv")
    wanted = {name: aliases for name, aliases in ALIASES.items() if name != "text"} | METADATA
    own = Ledger(files=ledger.files, remarks=ledger.remarks)
    try:
        _, columns, _ = read_rows(unpack(file, own), file, Chooser(own, columns, wanted=wanted, required="file"))
    except Unreadable as reason:
        raise WordingError(f"articles: metadata: {path}: {reason}") from reason
    for source, reason, _ in own.rejects:
        ledger.remark(f"a row of the metadata cannot be read: {reason}", source)
    names = [file.name for file in files if file.ending == ".txt"]
    return match_files(pl.DataFrame(columns), names, path.name, ledger)


def match_files(rows, names, source, ledger):
    """Return {file name: row}, by the name below the folder, else by its last part if only one file has it."""
    whole = {plain_name(name): name for name in names}
    ends = Counter(map(os.path.basename, whole))
    alone = {os.path.basename(plain): name for plain, name in whole.items() if ends[os.path.basename(plain)] == 1}
    matched, left = {}, []
    for row in rows.with_columns(table=pl.lit(source)).iter_rows(named=True):
        wanted = plain_name(row["file"] or "")
        name = whole.get(wanted) or alone.get(os.path.basename(wanted))
        if name and name not in matched:
            matched[name] = row
        else:
            left.append(row["file"] or "")
    remark_left(left, "rows that name no file of articles, or one that has a row already", source, ledger)
    remark_left([name for name in names if name not in matched], "files of articles that have no row in it", source, ledger)
    return matched


def plain_name(name):
    """Return a file name as it compares: with slashes and composed letters, without ./ and .gz."""
    return re.sub(r"^(\./)+|(?i:\.gz)$", "", unicodedata.normalize("NFC", name.strip().replace("\\", "/")))


def remark_left(names, what, source, ledger):
    """Say how many names have no partner."""
    if names:
        ledger.remark(f"{what}: {len(names):,}{examples(pl.Series(names, dtype=pl.String))}", source)


def blank(column):
    """Say where a column has nothing but white space."""
    return pl.col(column).str.strip_chars().fill_null("") == ""


def blank_to_null(column):
    """Return the column with null for white space."""
    return pl.when(~blank(column)).then(column).alias(column)


def refuse_textless(frame, ledger):
    """Return the rows that have a text."""
    for source, title in frame.filter(blank("text")).select("source", "title").iter_rows():
        ledger.refuse(source, "no text", title)
    return frame.filter(~blank("text"))


def settle_outlets(frame, ledger):
    """Return the rows with outlets stripped, and "unattributed" where there is none."""
    if n := frame.select(blank("outlet").sum()).item():
        ledger.remark(f"The outlet is blank in {n:,} of {frame.height:,} articles; they count as {UNATTRIBUTED!r}.")
    outlet = pl.when(blank("outlet")).then(pl.lit(UNATTRIBUTED)).otherwise(pl.col("outlet").str.strip_chars())
    return frame.with_columns(outlet=outlet)


def settle_ids(frame, ledger):
    """Return the rows with one id each: a repeated article is refused, another text under a taken id gets "-2", "-3"."""
    frame = frame.with_columns(doc_id=pl.when(blank("doc_id")).then("made_id").otherwise("doc_id")).with_row_index("place")
    repeated = frame.filter(pl.col("doc_id").is_duplicated()).select("place", "source", "doc_id", "text")
    if repeated.is_empty():
        return frame
    taken, count, first, ids, dropped = set(frame["doc_id"]), Counter(), {}, frame["doc_id"].to_list(), []
    for place, source, doc_id, text in repeated.iter_rows():
        if original := first.get((doc_id, text)):
            ledger.refuse(source, f"duplicate of {original}", text)
            dropped.append(place)
            continue
        first[doc_id, text] = source
        ids[place] = free_id(doc_id, count, taken)
    changed = frame.filter(pl.Series(ids) != frame["doc_id"])["doc_id"]
    if changed.len():
        ledger.remark(f"{changed.len():,} of {len(ids):,} articles had the id of another text; a number was added{examples(changed)}.")
    return frame.with_columns(doc_id=pl.Series(ids)).filter(~pl.col("place").is_in(dropped))


def free_id(doc_id, count, taken):
    """Return the id itself at first, then the next with a number that no other article has."""
    count[doc_id] += 1
    if count[doc_id] == 1:
        return doc_id
    while (name := f"{doc_id}-{count[doc_id]}") in taken:
        count[doc_id] += 1
    taken.add(name)
    return name
