"""Files: where the suite's own lie, how one is replaced at once, and what is in them, as a hash."""

from __future__ import annotations

import contextlib
import errno
import functools
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wording.errors import WordingError
from wording.phrasing import join_names

if TYPE_CHECKING:  # takes a while to import, and a run that has nothing to do ends at once
    import polars as pl

SHIPPED_FOLDER = Path(__file__).parent / "_shipped"
IS_INSTALLED = SHIPPED_FOLDER.is_dir()
"""Whether this is an installed package, which brings data and notebooks, and no checkout."""

PROJECT_ROOT = SHIPPED_FOLDER if IS_INSTALLED else Path(__file__).parents[2]
DATA_FOLDER = Path(os.environ.get("WORDING_DATA", PROJECT_ROOT / "data"))
"""The data that come with the suite: concepts/ and words/."""

NOTEBOOK_FOLDER = Path(os.environ.get("WORDING_NOTEBOOKS", PROJECT_ROOT / "notebooks"))
REPORTS_VARIABLE = "WORDING_REPORTS"
REPORTS_FOLDER = Path(
    os.environ.get(REPORTS_VARIABLE, (Path.cwd() if IS_INSTALLED else PROJECT_ROOT) / "reports")
)
"""Where pages are made: in a checkout its reports/, installed reports/ in the current folder."""

SHIPPED_STUDIES = (
    ()
    if IS_INSTALLED
    else (PROJECT_ROOT / "seeds", DATA_FOLDER / "demo", DATA_FOLDER / "demo-languages")
)
"""A checkout's own studies; the demo of an installed package is used as a copy (`wording lab`)."""


SAVED_ENDINGS = (".csv", ".parquet", ".xlsx", ".tex")
SAVED_ENDINGS_TEXT = ".csv, .parquet, .xlsx or .tex"
"""The formats in which a table can be saved."""

PARTIAL_ENDING = ".partial"
"""Of the hidden name under which a file is written until it is whole."""


def refuse_existing_files(folder: Path, names: Iterable[str]) -> None:
    """Raise if one of the files that are to be written into the folder is there already.

    Raises
    ------
    WordingError
        With the names of those that are there.
    """
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise WordingError(
            f"{folder} has {join_names(there)} already, which would be written over: choose "
            "another folder, or move what is there."
        )


WRITING_FAULTS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "the disk is full; make room, or"),
    errno.EFBIG: "it would be larger than a file may be here;",
    **dict.fromkeys((errno.EACCES, errno.EPERM), "you may not write there;"),
    errno.EROFS: "the disk can only be read;",
    **dict.fromkeys((errno.ENOTDIR, errno.EEXIST), "a part of its path is a file, not a folder;"),
    errno.EISDIR: "it is a folder, not a file;",
    errno.ENAMETOOLONG: "its name is too long;",
}
"""What the system says when nothing can be written, in words."""


def explain_file_fault(fault: OSError, place: Path | None = None) -> str:
    """Return why a file cannot be written, or used at all, and what to do.

    Parameters
    ----------
    fault : OSError
        What the system said; it may name the file.
    place : Path, optional
        What was to be written.
    """
    file = fault.filename if isinstance(fault.filename, str) else place
    if place and str(file).endswith(PARTIAL_ENDING):
        file = place
    reason = WRITING_FAULTS.get(fault.errno or 0, f"{fault.strerror or fault};")
    verb = "written" if place else "used"
    return f"{file or 'A file'} cannot be {verb}: {reason} name another place."


@contextlib.contextmanager
def explain_writing_faults(place: Path) -> Iterator[None]:
    """Run what writes a file or a folder.

    Raises
    ------
    WordingError
        If the system does not allow it.
    """
    try:
        yield
    except OSError as fault:
        raise WordingError(explain_file_fault(fault, place)) from fault


def refuse_unwritable_file(file: Path) -> None:
    """Raise if no file can be written there, before the work that is to end in it.

    Raises
    ------
    WordingError
        For a folder, a device, and a place where nothing may be written.
    """
    if file.exists() and not file.is_file():
        kind = "a folder" if file.is_dir() else "a device or a pipe"
        raise WordingError(f"{file} is {kind}: name a file.")
    refuse_unwritable_folder(file.parent, file)


def refuse_unwritable_folder(folder: Path, place: Path | None = None) -> None:
    """Raise if nothing can be written into a folder, which need not be there yet.

    Parameters
    ----------
    folder : Path
    place : Path, optional
        What is to be written, to be named; by default, the folder.

    Raises
    ------
    WordingError
        For a file, and a place where nothing may be written.
    """
    with explain_writing_faults(place or folder):
        whole = folder.absolute()
        there = next(parent for parent in (whole, *whole.parents) if parent.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "")
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "")


@contextlib.contextmanager
def replace_file(file: Path) -> Iterator[Path]:
    """Yield a path to write to; at the end, what was written takes the file's place at once.

    After an error the file is as it was. A process that is killed leaves a hidden `.partial` file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replace_file(Path(folder, "a.txt")) as partial:
    ...         _ = partial.write_text("whole", encoding="utf8")
    ...     sorted(file.name for file in Path(folder).iterdir())
    ['a.txt']
    """
    partial = _name_partial(file)
    try:
        yield partial
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; at the end it takes the name at once.

    After an error there is no such folder; where another process was faster, its folder stands.
    """
    partial = _name_partial(folder)
    partial.mkdir(parents=True)
    try:
        yield partial
        try:
            partial.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def replace_files(folder: Path) -> Iterator[Path]:
    """Yield an empty folder; at the end, each file in it takes its place in the folder.

    After an error the folder is as it was.

    Raises
    ------
    WordingError
        If the folder cannot be written.
    """
    refuse_unwritable_folder(folder)
    partial = _name_partial(folder)
    try:
        with explain_writing_faults(folder):
            partial.mkdir(parents=True)
            yield partial
            folder.mkdir(exist_ok=True)
            for file in sorted(file for file in partial.iterdir() if file.is_file()):
                file.replace(folder / file.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _name_partial(path: Path) -> Path:
    """A hidden name beside the path that no other process or thread writes to."""
    return path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}{PARTIAL_ENDING}")


def remove_path(path: Path) -> None:
    """Remove a file or a folder, whichever is there, as far as that is allowed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_gzip_csv(file: Path, frame: pl.DataFrame) -> None:
    """Write the table as a compressed CSV file; the same rows always make the same bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with replace_file(file) as partial:
        # Without a time in the head.
        partial.write_bytes(gzip.compress(frame.write_csv().encode(), compresslevel=6, mtime=0))


def list_files_below(place: Path) -> list[Path]:
    """Return the files in a folder, or the file itself, in order; none if it is not there."""
    if place.is_dir():
        return sorted(file for file in place.rglob("*") if file.is_file())
    return [place] if place.is_file() else []


def hash_file(file: Path) -> str:
    """Return the sha256 of a file's bytes, "unreadable" where reading is not allowed.

    It is read once as long as its size and time stay.
    """
    try:
        state = file.stat()
        return _hash_file_state(file, state.st_size, state.st_mtime_ns)
    except OSError:
        return "unreadable"


@functools.lru_cache(maxsize=100_000)
def _hash_file_state(file: Path, size: int, time: int) -> str:
    """The sha256 of a file's bytes; size and time tell its states apart."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def hash_files(files: Iterable[Path]) -> str:
    """Return one short hash of the names and bytes of files."""
    return hash_value([(file.name, hash_file(file)) for file in files])


def hash_value(value: Any) -> str:
    """Return a short hash of a plain value; the order of a mapping's keys does not count."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def refuse_unsavable_table(file: Path, *, option: str = "") -> None:
    """Raise if a table cannot be written to a file, before it is made.

    Parameters
    ----------
    file : Path
        Where it is to be written.
    option : str
        The option of a command that named the file, to begin an error with.

    Raises
    ------
    WordingError
        For another ending than those of SAVED_ENDINGS, and what is no place for a file.
    """
    if file.suffix not in SAVED_ENDINGS:
        named = f"{option} {file}" if option else str(file)
        raise WordingError(
            f"{named}: the ending says which format to write; use {SAVED_ENDINGS_TEXT}."
        )
    refuse_unwritable_file(file)


NUMBER_PATTERN = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
CELL_BREAKS = r"[;\t\r\n]"
"""Where a spreadsheet may begin a new cell within one of ours: in many countries at semicolons."""

CELL_START = r"(?<![^;\t\r\n])"
"""A place at the start of the text or behind a break."""

FORMULA_STARTS = r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]"
"""How a cell begins that a spreadsheet may run, behind any apostrophes; the last four are wide."""

FORMULA_PATTERN = re.compile(
    rf"{CELL_START}(?!{NUMBER_PATTERN}(?:{CELL_BREAKS}|$))(?={FORMULA_STARTS})"
)
CELL_BREAK_PATTERN, FORMULA_START_PATTERN = re.compile(CELL_BREAKS), re.compile(FORMULA_STARTS)
GUARDED_PATTERN = re.compile(rf"{CELL_START}'(?={FORMULA_STARTS})")


def guard_formula(text: str) -> str:
    """Return the text with an apostrophe before whatever a spreadsheet would run as a formula.

    >>> guard_formula("=1+2"), guard_formula("-1.5"), guard_formula("a;=b"), guard_formula("a-b")
    ("'=1+2", '-1.5', "a;'=b", 'a-b')
    """
    if not (FORMULA_START_PATTERN.match(text) or CELL_BREAK_PATTERN.search(text)):
        return text  # nearly all: this takes a tenth of the time
    return FORMULA_PATTERN.sub("'", text)


def unguard_formula(text: str) -> str:
    """Return the text that `guard_formula` was given.

    >>> unguard_formula("'=1+2"), unguard_formula("''=1"), unguard_formula("'quoted'")
    ('=1+2', "'=1", "'quoted'")
    """
    return GUARDED_PATTERN.sub("", text)


def change_texts(table: Any, change: Callable[[str], str]) -> Any:
    """Return the DataFrame with its texts changed; numbers, days and what is missing stay."""
    changed = table.copy()
    for name in table.columns:
        if table[name].dtype.kind == "O":
            changed[name] = table[name].map(
                lambda value: change(value) if isinstance(value, str) else value
            )
    return changed


def save_table(table: Any, file: Path, *, option: str = "") -> None:
    """Write a table as .csv, .parquet, .xlsx or .tex, by the file's ending, whole or not at all.

    In a .csv, texts that a spreadsheet would run are guarded (`guard_formula`); in an .xlsx they
    are cells of text, which nothing runs; a .parquet has them as they are.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.
    file : Path
        Where it is written; its folder is made if need be.
    option : str
        The option of a command that named the file, to begin an error with.

    Raises
    ------
    WordingError
        As `refuse_unsavable_table`, if the disk is full, and for what an .xlsx cannot hold.
    """
    refuse_unsavable_table(file, option=option)
    file = file.resolve()  # a link stays one
    with explain_writing_faults(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(file) as partial:
            if file.suffix == ".csv":
                write_csv(table, partial)
            elif file.suffix == ".parquet":
                table.to_parquet(partial, index=False)
            elif file.suffix == ".xlsx":
                partial.write_bytes(format_xlsx(table))
            else:
                partial.write_text(format_latex(table), encoding="utf8")


def write_csv(table: Any, file: Path) -> None:
    """Write a DataFrame as CSV that spreadsheets can open without running its texts."""
    guarded = change_texts(table, guard_formula)
    guarded.to_csv(file, index=False, lineterminator="\n", date_format="%Y-%m-%d")


MAX_SHEET_ROWS, MAX_CELL_CHARACTERS = 2**20 - 1, 2**15 - 1
"""What an .xlsx can hold: rows below the headings, and characters of a text."""

ODD_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that can stand neither in an .xlsx nor in a .tex."""

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""When everything in an .xlsx was made, so that the same table gives the same bytes."""


def format_xlsx(table: Any) -> bytes:
    """Return a DataFrame as the bytes of an .xlsx: a sheet whose texts are cells of text.

    Raises
    ------
    WordingError
        For more rows, or longer texts, than the format can hold; nothing is cut.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    refuse_oversized_table(table)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    sheet.freeze_panes = "A2"

    def make_cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(sheet, ODD_CHARACTERS.sub("\ufffd", value))
        cell.data_type = "s"  # also where it begins like a formula
        cell.quotePrefix = FORMULA_START_PATTERN.match(value) is not None
        return cell

    sheet.append([make_cell(str(name)) for name in table.columns])
    plain = table.astype(object).where(table.notna(), None)
    for row in plain.itertuples(index=False, name=None):
        sheet.append([make_cell(value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return drop_times(buffer.getvalue())


def refuse_oversized_table(table: Any) -> None:
    """Raise if an .xlsx cannot hold the table.

    Raises
    ------
    WordingError
        With the formats that can.
    """
    remedy = "save it as .csv or .parquet."
    if len(table) > MAX_SHEET_ROWS:
        raise WordingError(
            f"The table has {len(table):,} rows, and an .xlsx holds {MAX_SHEET_ROWS:,}: {remedy}"
        )
    for name in table.columns:
        if table[name].dtype.kind == "O" and len(table):
            longest = table[name].map(lambda value: len(value) if isinstance(value, str) else 0)
            if longest.max() > MAX_CELL_CHARACTERS:
                raise WordingError(
                    f"The column {name!r} has a text of {longest.max():,} characters, and a cell "
                    f"of an .xlsx holds {MAX_CELL_CHARACTERS:,}: {remedy}"
                )


def drop_times(xlsx: bytes) -> bytes:
    """Return an .xlsx without the times at which it was made."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx)) as given,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        for name in sorted(given.namelist()):
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"1980-01-01T00:00:00Z", content)
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, content)
    return written.getvalue()


def format_latex(table: Any) -> str:
    """Return a DataFrame as a LaTeX table, its texts escaped, numbers with four digits.

    It needs the packages booktabs and longtable.
    """
    plain = change_texts(table, lambda text: " ".join(ODD_CHARACTERS.sub("\ufffd", text).split()))
    for name in plain.columns:
        if plain[name].dtype.kind == "f":
            plain[name] = plain[name].map("{:.4g}".format, na_action="ignore")
        elif plain[name].dtype.kind == "M":
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    styled = plain.reset_index(drop=True).style.hide(axis="index").format(escape="latex", na_rep="")
    is_number = [table[name].dtype.kind in "iuf" for name in table.columns]
    text = styled.format_index(escape="latex", axis=1).to_latex(
        environment="longtable",
        hrules=True,
        column_format="".join("r" if number else "l" for number in is_number),
    )
    return f"% \\usepackage{{booktabs, longtable}}; with letters beyond Latin: LuaLaTeX\n{text}"
