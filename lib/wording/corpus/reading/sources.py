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

from wording.corpus.reading.encodings import Unreadable
from wording.errors import WordingError

ENDINGS = (
    ".txt", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".html", ".htm", ".xhtml", ".docx", ".rtf",
    ".warc", ".xml", ".rss", ".atom",
)  # fmt: skip
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
SUPPORTED = f"{', '.join(ENDINGS)}, each also with .gz, and {', '.join(ARCHIVES)} of these"

RATIO, ROOM = 250, 2**26
"""A packed file may give so many times its size, and these bytes in any case: news text packs to a third or a tenth of its size."""
WHOLE = 2**30
"""Bytes of a file that has to be read as a whole."""

UNPACK = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".tgz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError)


@dataclass(frozen=True)
class Source:
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
        unpack = UNPACK.get(os.path.splitext(self.name.lower())[1])
        with foreign("file"):
            opened = self.opener()
        with opened as raw:
            yield io.BufferedReader(Unpacked(unpack(raw), self.packed), 2**20) if unpack else raw


class Unpacked(io.RawIOBase):
    """A stream that is unpacked as it is read, and stops where it gives more than such a size can honestly hold."""

    def __init__(self, stream: BinaryIO, packed: int):
        self.stream, self.room = stream, max(ROOM, RATIO * packed)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """The next bytes."""
        try:
            data = self.stream.read1(len(buffer))  # what stands before a fault is given first
        except BROKEN as fault:
            raise Unreadable(f"it cannot be read: {fault}") from fault
        self.room -= len(data)
        if self.room < 0:
            raise Unreadable(f"it unpacks to over {RATIO} times its size, as no text does; unpack it yourself if you trust it")
        buffer[: len(data)] = data
        return len(data)


def whole(stream: BinaryIO, limit: int = WHOLE) -> bytes:
    """All bytes of a stream that has to be read as a whole."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"it is larger than {limit // 2**20:,} MB, and such a file is read as a whole; split it, or save it as .jsonl")
    return data


def seekable(stream: BinaryIO) -> BinaryIO:
    """The stream, or its bytes where it cannot go back."""
    return stream if isinstance(getattr(stream, "raw", None), io.FileIO) else io.BytesIO(whole(stream))


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """Runs somebody else's parser; whatever it raises for a broken file, the file is the reason."""
    try:
        yield
    except (Unreadable, WordingError, MemoryError):
        raise
    except Exception as fault:  # parsers of untrusted files promise nothing about what they raise
        raise Unreadable(f"not a sound {what}: {next(iter(str(fault).strip().splitlines()), type(fault).__name__)}") from fault


def list_files(path: Path, *, leave_out: Path | None = None) -> list[Source]:
    """The files at the path, by name; the metadata are left out.

    Raises
    ------
    WordingError
        If there is no supported file, or a folder cannot be opened.
    """
    if not path.exists():
        raise WordingError(f"{path} does not exist; articles are read from a folder or from a file: {SUPPORTED}")
    found = sorted(walk(path)) if path.is_dir() else [(path.name, path)]
    metadata = Path(leave_out).resolve() if leave_out else None
    found = [(name, file) for name, file in found if not metadata or file.resolve() != metadata]
    stems = Counter(os.path.basename(stem) for stem, ending in (split_name(name) for name, _ in found) if ending)
    if not stems:
        raise WordingError(f"{path} has no file of articles; supported are {SUPPORTED}")
    return [as_source(name, file, stems) for name, file in found]


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of each file below the folder that is not hidden."""
    for parent, folders, names in os.walk(folder, onerror=refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in (Path(parent, name) for name in names if not name.startswith(".")):
            yield os.fsencode(file.relative_to(folder).as_posix()).decode("utf-8", "replace"), file


def refuse_folder(fault: OSError) -> None:
    """Raises for a folder that cannot be opened: nobody can count what it holds."""
    raise WordingError(f"{fault.filename} cannot be read ({fault.strerror}); allow reading it, or move it away")


def split_name(name: str) -> tuple[str, str]:
    """The name without ending, and the ending in lower case without .gz ("" if unsupported)."""
    lower = name.lower()
    for ending in sorted((*ARCHIVES, *ENDINGS), key=len, reverse=True):
        for written in (ending, ending + ".gz") if ending in ENDINGS else (ending,):
            if lower.endswith(written) and len(os.path.basename(name)) > len(written):
                return name[: -len(written)], ending
    return name, ""


def as_source(name: str, path: Path, stems: Counter[str]) -> Source:
    """The record of a file; where its stem is not alone, its ids begin with the whole name."""
    stem, ending = split_name(name)
    short = os.path.basename(stem)
    size = path.stat().st_size if path.is_file() else 0
    return Source(name, ending, stem if stems[short] > 1 else short, lambda: path.open("rb"), size, path)
