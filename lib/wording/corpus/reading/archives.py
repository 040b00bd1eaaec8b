"""The files in archives, as named streams: no path leads out, nothing gives more than it can honestly hold, nothing is unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.sources import (
    ARCHIVE_ENDINGS,
    MAX_UNPACKING_RATIO,
    MIN_UNPACKING_LIMIT,
    SourceFile,
    make_seekable,
    split_ending,
    wrap_parser_errors,
)

NOT_A_FILE_REASON = "it is a link or a device, not a file"


def iterate_members(archive: SourceFile) -> Iterator[SourceFile | tuple[str, str]]:
    """The files in an archive in their order, or name and reason for those that are refused; each must be read before the next."""
    with archive.open() as stream, wrap_parser_errors("archive"):
        yield from (iterate_zip_members if archive.ending == ".zip" else iterate_tar_members)(
            stream, archive
        )


def iterate_zip_members(
    stream: BinaryIO, archive: SourceFile
) -> Iterator[SourceFile | tuple[str, str]]:
    """The members of a .zip."""
    with zipfile.ZipFile(make_seekable(stream)) as packed:
        infos = [info for info in packed.infolist() if not info.is_dir()]
        if sum(info.compress_size for info in infos) > archive.packed:
            raise UnreadableError("its members overlap, as in no honest archive")
        for info in infos:
            fault = (
                "it is encrypted; unpack it first"
                if info.flag_bits & 1
                else explain_excess_size(info.file_size, info.compress_size)
            )
            fault = NOT_A_FILE_REASON if stat.S_ISLNK(info.external_attr >> 16) else fault
            yield from check_member(
                info.filename,
                archive,
                lambda info=info: packed.open(info),
                info.compress_size,
                fault,
            )


def iterate_tar_members(
    stream: BinaryIO, archive: SourceFile
) -> Iterator[SourceFile | tuple[str, str]]:
    """The members of a .tar, compressed or not, read once from front to back."""
    given = 0
    with tarfile.open(fileobj=stream, mode="r|") as packed:
        for info in packed:
            given += info.size
            if fault := explain_excess_size(given, archive.packed):
                raise UnreadableError(fault)
            if info.isdir():
                continue
            fault = None if info.isfile() else NOT_A_FILE_REASON
            size = min(info.size, archive.packed)
            yield from check_member(
                info.name, archive, lambda info=info: packed.extractfile(info), size, fault
            )


def explain_excess_size(size: int, packed: int) -> str | None:
    """Why so many bytes from so few are refused."""
    if size <= max(MIN_UNPACKING_LIMIT, MAX_UNPACKING_RATIO * packed):
        return None
    return f"it unpacks to over {MAX_UNPACKING_RATIO} times its size, as no text does; unpack it yourself if you trust it"


def check_member(
    name: str, archive: SourceFile, opener: Callable, packed: int, fault: str | None
) -> Iterator[SourceFile | tuple[str, str]]:
    """One member of an archive, or why it is refused; nothing for hidden ones."""
    plain = re.sub(r"^(\./)+", "", name.replace("\\", "/")).encode("utf-8", "replace").decode()
    steps, shown = plain.split("/"), f"{archive.name}/{plain}"
    if any((step.startswith(".") and step.strip(".")) or step == "__MACOSX" for step in steps):
        return
    stem, ending = split_ending(plain)
    if plain.startswith("/") or ".." in steps or re.match("[A-Za-z]:", plain):
        fault = "its path leads out of the archive"
    elif ending in ARCHIVE_ENDINGS:
        fault = "it is an archive inside an archive; unpack the outer one first"
    if fault:
        yield shown, fault
    else:
        yield SourceFile(shown, ending, f"{archive.label}/{stem}", opener, packed)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The parts of a file that is a .zip by another name, such as .docx, if they unpack to an honest size."""
    with wrap_parser_errors("file of its kind"):
        packed = zipfile.ZipFile(io.BytesIO(data))
    if fault := explain_excess_size(sum(info.file_size for info in packed.infolist()), len(data)):
        raise UnreadableError(fault)
    return packed
