"""Open what is given as named streams of bytes: files, folders, compressed files, archives.

Nothing is unpacked to disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from wording.corpus.reading.dates import find_date_in_name
from wording.corpus.reading.encodings import UnreadableError, decode_with_warning
from wording.errors import WordingError

FILE_ENDINGS = (
    *(".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx"),
    *(".html", ".htm", ".xhtml", ".docx", ".rtf", ".warc", ".xml", ".rss", ".atom"),
)
ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
SUPPORTED_ENDINGS_TEXT = (
    f"{', '.join(FILE_ENDINGS)}, each also with .gz, and {', '.join(ARCHIVE_ENDINGS)} of these"
)

PARSER_ADVICE = re.compile(r", (?:use|see) \w+")

MAX_UNPACKING_RATIO = 250
"""A packed file may give so many times its size: news text packs to a third or a tenth."""
MIN_UNPACKING_LIMIT = 2**26
"""A packed file may give these bytes in any case."""
MAX_WHOLE_BYTES = 2**30
"""Bytes of a file that has to be read as a whole."""


def open_gzip(raw: IO[bytes]) -> IO[bytes]:
    """Return the uncompressed bytes of a .gz."""
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw))


DECOMPRESSORS: dict[str, Callable[[Any], Any]] = {
    ".gz": open_gzip,
    ".tgz": open_gzip,
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
BROKEN_FILE_ERRORS = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
)


COMMON_FOLDERS = (
    "articles?|texts?|txt|data|corp(?:us|ora)|files?|documents?|docs?|html?|pages?|exports?"
    "|downloads?|raw|news|input|clean|full|fulltext|all|new|old|csv|json|artikel|texte|textes|daten"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
NO_OUTLET = re.compile(
    rf"(?i)(?:{COMMON_FOLDERS})?[\W\d_]*|[a-z]{{1,2}}[\d_-]+|.*\.(?:zip|tgz|tar.*)"
)
"""The names of folders that name no outlet: common ones, months, numbers and archives."""


@dataclass(frozen=True)
class SourceFile:
    """One given file.

    Attributes
    ----------
    name : str
        Below the folder.
    ending : str
        Without .gz, "" if unsupported.
    id_stem : str
        What the ids of its articles begin with.
    opener : callable
        Opens it.
    packed_size : int
        In bytes, as it is stored.
    path : Path, optional
        Where it lies; None inside an archive.
    """

    name: str
    ending: str
    id_stem: str
    opener: Callable[[], IO[bytes] | None]
    packed_size: int
    path: Path | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Yield the bytes of the file, uncompressed as they are read."""
        decompress = DECOMPRESSORS.get(os.path.splitext(self.name.lower())[1])
        with wrap_parser_errors("file"):
            opened = cast(BinaryIO, self.opener())
        with opened as raw:
            if decompress is None:
                yield raw
            else:
                stream = DecompressedStream(decompress(raw), self.packed_size)
                yield io.BufferedReader(stream, 2**20)

    @property
    def outlet_folder(self) -> str | None:
        """Return the nearest folder that may name an outlet; None if there is none.

        Those with a name such as "articles", dates and archives are passed over.
        """
        for folder in reversed(self.name.split("/")[:-1]):
            if not NO_OUTLET.fullmatch(folder.strip()) and not find_date_in_name(folder):
                return folder.replace("_", " ").strip()
        return None

    @property
    def written_date(self) -> str | None:
        """Return the date in the file's name, or in those of its folders; None without one."""
        *folders, name = split_ending(self.name)[0].split("/")
        return find_date_in_name(name) or find_date_in_name("-".join(folders))

    def place(self, number: object) -> str:
        """Return where an article is from: the file and its row, item, record or document."""
        return f"{self.name}:{number}"


class DecompressedStream(io.RawIOBase):
    """A stream that is unpacked as it is read, and stops where it gives too much for its size."""

    def __init__(self, stream: Any, packed_size: int) -> None:
        self.stream, self.packed_size, self.size = stream, packed_size, 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes into the buffer and return their number."""
        try:
            data = self.stream.read1(len(buffer))  # what stands before a fault is given first
        except BROKEN_FILE_ERRORS as fault:
            raise UnreadableError(describe_fault(fault)) from fault
        self.size += len(data)
        reason = explain_excess_size(self.size, self.packed_size)
        if reason:
            raise UnreadableError(reason)
        buffer[: len(data)] = data
        return len(data)


def explain_excess_size(size: int, packed_size: int) -> str | None:
    """Return why so many bytes from so few are refused, None if they are not."""
    if size <= max(MIN_UNPACKING_LIMIT, MAX_UNPACKING_RATIO * packed_size):
        return None
    return (
        f"it unpacks to more than {MAX_UNPACKING_RATIO} times its size, which text does not do; "
        "if you trust it, unpack it first"
    )


def describe_fault(fault: Exception) -> str:
    """Return why a file cannot be read."""
    return str(fault) if isinstance(fault, UnreadableError) else f"cannot be read: {fault}"


def read_whole(stream: BinaryIO, limit: int = MAX_WHOLE_BYTES) -> bytes:
    """Return all bytes of a stream that has to be read as a whole."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(
            f"larger than {limit // 2**20:,} MB, which this format does not allow "
            "(it must be read at once); split it, or save it as .jsonl"
        )
    return data


def read_whole_text(stream: BinaryIO, warn: Callable[[str], None]) -> str:
    """Return all text of a stream; `warn` is called where decoding it took a guess."""
    return decode_with_warning(read_whole(stream), warn)


def make_seekable(stream: BinaryIO) -> BinaryIO:
    """Return the stream, or its bytes where it cannot go back."""
    if isinstance(getattr(stream, "raw", None), io.FileIO):
        return stream
    return io.BytesIO(read_whole(stream))


@contextmanager
def wrap_parser_errors(kind: str) -> Iterator[None]:
    """Run a third-party parser; whatever it raises for a broken file, the file is the reason."""
    try:
        yield
    except (UnreadableError, WordingError, MemoryError):
        raise
    except Exception as fault:  # parsers of untrusted files promise nothing about what they raise
        lines = str(fault).strip().splitlines()
        # What follows is advice to programmers.
        reason = PARSER_ADVICE.split(lines[0])[0] if lines else type(fault).__name__
        raise UnreadableError(f"not a valid {kind}: {reason}") from fault


def list_files(path: Path, *, leave_out: Path | None = None) -> list[SourceFile]:
    """Return the files at the path, by name; the metadata are left out.

    Raises
    ------
    WordingError
        If there is no supported file, or a folder cannot be opened.
    """
    if not path.exists():
        raise WordingError(
            f"{path} does not exist; give a folder, or a file in one of these formats: "
            f"{SUPPORTED_ENDINGS_TEXT}"
        )
    files = sorted(walk_visible_files(path)) if path.is_dir() else [(path.name, path)]
    if leave_out:
        metadata = Path(leave_out).resolve()
        files = [(name, file) for name, file in files if file.resolve() != metadata]
    split_names = [split_ending(name) for name, _ in files]
    stems = Counter(os.path.basename(stem) for stem, ending in split_names if ending)
    if not stems:
        raise WordingError(
            f"{path} has no supported file; supported formats are {SUPPORTED_ENDINGS_TEXT}"
        )
    return [make_source(name, file, stems) for name, file in files]


def walk_visible_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each file, and each linked folder, below it that is not hidden."""
    for parent, folders, names in os.walk(folder, onerror=raise_unreadable_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        names = [name for name in names if not name.startswith(".")]
        for file in (Path(parent, name) for name in [*names, *linked]):
            yield os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "replace"), file


def raise_unreadable_folder(fault: OSError) -> None:
    """Raise for a folder that cannot be opened: nobody can count what it holds."""
    raise WordingError(
        f"{fault.filename} cannot be read ({fault.strerror}); allow reading it, or move it away"
    )


def split_ending(name: str) -> tuple[str, str]:
    """Return the name without ending, and the ending in lower case without .gz.

    The ending is "" if it is not supported.
    """
    lower = name.lower()
    for ending in sorted((*ARCHIVE_ENDINGS, *FILE_ENDINGS), key=len, reverse=True):
        for written in (ending, ending + ".gz") if ending in FILE_ENDINGS else (ending,):
            if lower.endswith(written) and len(os.path.basename(name)) > len(written):
                return name[: -len(written)], ending
    return name, ""


def make_source(name: str, path: Path, stems: Counter[str]) -> SourceFile:
    """Return the record of a file; where its stem is not alone, its ids begin with all of it."""
    stem, ending = split_ending(name)
    short = os.path.basename(stem)
    id_stem = stem if stems[short] > 1 else short
    size = path.stat().st_size if path.is_file() else 0
    return SourceFile(name, ending, id_stem, lambda: path.open("rb"), size, path)
