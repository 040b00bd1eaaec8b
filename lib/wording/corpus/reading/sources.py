"""What is given, as named streams of bytes: files, folders, compressed files and archives; nothing is unpacked to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wording.corpus.reading.encodings import UnreadableError
from wording.errors import WordingError

FILE_ENDINGS = (
    ".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".html", ".htm", ".xhtml", ".docx", ".rtf",
    ".warc", ".xml", ".rss", ".atom",
)  # fmt: skip
ARCHIVE_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
SUPPORTED_ENDINGS_TEXT = (
    f"{', '.join(FILE_ENDINGS)}, each also with .gz, and {', '.join(ARCHIVE_ENDINGS)} of these"
)

MAX_UNPACKING_RATIO, MIN_UNPACKING_LIMIT = 250, 2**26
"""A packed file may give so many times its size, and these bytes in any case: news text packs to a third or a tenth of its size."""
MAX_WHOLE_BYTES = 2**30
"""Bytes of a file that has to be read as a whole."""

DECOMPRESSORS = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".tgz": lambda raw: gzip.GzipFile(fileobj=raw),
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


@dataclass(frozen=True)
class SourceFile:
    """One given file: its name below the folder, its ending without .gz ("" if unsupported), the stem of its ids, and how to open it.

    `path` is where it lies, None inside an archive; `packed` is its size in bytes as it is stored.
    """

    name: str
    ending: str
    label: str
    opener: Callable[[], BinaryIO]
    packed: int
    path: Path | None = None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes of the file, uncompressed as they are read."""
        unpack = DECOMPRESSORS.get(os.path.splitext(self.name.lower())[1])
        with wrap_parser_errors("file"):
            opened = self.opener()
        with opened as raw:
            yield (
                io.BufferedReader(DecompressedStream(unpack(raw), self.packed), 2**20)
                if unpack
                else raw
            )


class DecompressedStream(io.RawIOBase):
    """A stream that is unpacked as it is read, and stops where it gives more than such a size can honestly hold."""

    def __init__(self, stream: BinaryIO, packed: int):
        self.stream, self.room = stream, max(MIN_UNPACKING_LIMIT, MAX_UNPACKING_RATIO * packed)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes."""
        try:
            data = self.stream.read1(len(buffer))  # what stands before a fault is given first
        except BROKEN_FILE_ERRORS as fault:
            raise UnreadableError(f"it cannot be read: {fault}") from fault
        self.room -= len(data)
        if self.room < 0:
            raise UnreadableError(
                f"it unpacks to over {MAX_UNPACKING_RATIO} times its size, as no text does; unpack it yourself if you trust it"
            )
        buffer[: len(data)] = data
        return len(data)


def read_whole(stream: BinaryIO, limit: int = MAX_WHOLE_BYTES) -> bytes:
    """All bytes of a stream that has to be read as a whole."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnreadableError(
            f"it is larger than {limit // 2**20:,} MB, and such a file is read as a whole; split it, or save it as .jsonl"
        )
    return data


def make_seekable(stream: BinaryIO) -> BinaryIO:
    """The stream, or its bytes where it cannot go back."""
    return (
        stream
        if isinstance(getattr(stream, "raw", None), io.FileIO)
        else io.BytesIO(read_whole(stream))
    )


@contextmanager
def wrap_parser_errors(what: str) -> Iterator[None]:
    """Runs somebody else's parser; whatever it raises for a broken file, the file is the reason."""
    try:
        yield
    except (UnreadableError, WordingError, MemoryError):
        raise
    except Exception as fault:  # parsers of untrusted files promise nothing about what they raise
        raise UnreadableError(
            f"not a sound {what}: {next(iter(str(fault).strip().splitlines()), type(fault).__name__)}"
        ) from fault


def list_files(path: Path, *, leave_out: Path | None = None) -> list[SourceFile]:
    """The files at the path, by name; the metadata are left out.

    Raises
    ------
    WordingError
        If there is no supported file, or a folder cannot be opened.
    """
    if not path.exists():
        raise WordingError(
            f"{path} does not exist; articles are read from a folder or from a file: {SUPPORTED_ENDINGS_TEXT}"
        )
    found = sorted(walk_visible_files(path)) if path.is_dir() else [(path.name, path)]
    metadata = Path(leave_out).resolve() if leave_out else None
    found = [(name, file) for name, file in found if not metadata or file.resolve() != metadata]
    stems = Counter(
        os.path.basename(stem)
        for stem, ending in (split_ending(name) for name, _ in found)
        if ending
    )
    if not stems:
        raise WordingError(
            f"{path} has no file of articles; supported are {SUPPORTED_ENDINGS_TEXT}"
        )
    return [make_source(name, file, stems) for name, file in found]


def walk_visible_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of each file below the folder that is not hidden."""
    for parent, folders, names in os.walk(folder, onerror=raise_unreadable_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in (Path(parent, name) for name in names if not name.startswith(".")):
            yield os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "replace"), file


def raise_unreadable_folder(fault: OSError) -> None:
    """Raises for a folder that cannot be opened: nobody can count what it holds."""
    raise WordingError(
        f"{fault.filename} cannot be read ({fault.strerror}); allow reading it, or move it away"
    )


def split_ending(name: str) -> tuple[str, str]:
    """The name without ending, and the ending in lower case without .gz ("" if unsupported)."""
    lower = name.lower()
    for ending in sorted((*ARCHIVE_ENDINGS, *FILE_ENDINGS), key=len, reverse=True):
        for written in (ending, ending + ".gz") if ending in FILE_ENDINGS else (ending,):
            if lower.endswith(written) and len(os.path.basename(name)) > len(written):
                return name[: -len(written)], ending
    return name, ""


def make_source(name: str, path: Path, stems: Counter[str]) -> SourceFile:
    """The record of a file; where its stem is not alone, its ids begin with the whole name."""
    stem, ending = split_ending(name)
    short = os.path.basename(stem)
    size = path.stat().st_size if path.is_file() else 0
    return SourceFile(
        name, ending, stem if stems[short] > 1 else short, lambda: path.open("rb"), size, path
    )
