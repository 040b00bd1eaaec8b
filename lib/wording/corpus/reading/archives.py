"""Read the files in archives as named streams.

No path leads out, nothing gives more than its size allows, nothing is unpacked to disk.
"""

from __future__ import annotations

import functools
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.sources import (
    ARCHIVE_ENDINGS,
    SourceFile,
    explain_excess_size,
    make_seekable,
    split_ending,
    wrap_parser_errors,
)

NOT_A_FILE_REASON = "a link or a device, not a file"


@dataclass(frozen=True)
class ArchiveMember:
    """One member of an archive as the archive lists it; `reason` is why it is refused, if it is."""

    name: str
    opener: Callable[[], IO[bytes] | None]
    packed_size: int
    reason: str | None


def iterate_members(archive: SourceFile) -> Iterator[SourceFile | tuple[str, str]]:
    """Yield the files in an archive in their order; each must be read before the next.

    Yields
    ------
    SourceFile or (str, str)
        Name and reason for those that are refused.
    """
    iterate = iterate_zip_members if archive.ending == ".zip" else iterate_tar_members
    with archive.open() as stream, wrap_parser_errors("archive"):
        for member in iterate(stream, archive):
            yield from check_member(member, archive)


def iterate_zip_members(stream: BinaryIO, archive: SourceFile) -> Iterator[ArchiveMember]:
    """Yield the members of a .zip."""
    with zipfile.ZipFile(make_seekable(stream)) as packed:
        infos = [info for info in packed.infolist() if not info.is_dir()]
        if sum(info.compress_size for info in infos) > archive.packed_size:
            raise UnreadableError("its members overlap, so the archive is damaged or malicious")
        for info in infos:
            opener = functools.partial(packed.open, info)
            reason = explain_refused_zip_member(info)
            yield ArchiveMember(info.filename, opener, info.compress_size, reason)


def explain_refused_zip_member(info: zipfile.ZipInfo) -> str | None:
    """Return why a member of a .zip is refused, None if it is not."""
    if stat.S_ISLNK(info.external_attr >> 16):
        return NOT_A_FILE_REASON
    if info.flag_bits & 1:
        return "it is encrypted; unpack it first"
    return explain_excess_size(info.file_size, info.compress_size)


def iterate_tar_members(stream: BinaryIO, archive: SourceFile) -> Iterator[ArchiveMember]:
    """Yield the members of a .tar, compressed or not, read once from front to back."""
    size = 0
    with tarfile.open(fileobj=stream, mode="r|") as packed:
        for info in packed:
            size += info.size
            excess = explain_excess_size(size, archive.packed_size)
            if excess:
                raise UnreadableError(excess)
            if not info.isdir():
                opener = functools.partial(packed.extractfile, info)
                packed_size = min(info.size, archive.packed_size)
                reason = None if info.isfile() else NOT_A_FILE_REASON
                yield ArchiveMember(info.name, opener, packed_size, reason)


def check_member(
    member: ArchiveMember, archive: SourceFile
) -> Iterator[SourceFile | tuple[str, str]]:
    """Yield one member of an archive, or why it is refused; nothing for hidden ones."""
    plain = re.sub(r"^(\./)+", "", member.name.replace("\\", "/"))
    plain = plain.encode("utf-8", "replace").decode()
    steps, full_name = plain.split("/"), f"{archive.name}/{plain}"
    if any((step.startswith(".") and step.strip(".")) or step == "__MACOSX" for step in steps):
        return
    stem, ending = split_ending(plain)
    if plain.startswith("/") or ".." in steps or re.match("[A-Za-z]:", plain):
        yield full_name, "its path points outside the archive"
    elif ending in ARCHIVE_ENDINGS:
        yield full_name, "it is an archive inside an archive; unpack the outer one first"
    elif member.reason:
        yield full_name, member.reason
    else:
        id_stem = f"{archive.id_stem}/{stem}"
        yield SourceFile(full_name, ending, id_stem, member.opener, member.packed_size)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return the parts of a file that is a .zip by another name, such as .docx.

    Raises
    ------
    UnreadableError
        If it is none, or its parts unpack to more than its size allows.
    """
    with wrap_parser_errors("file of this format"):
        packed = zipfile.ZipFile(io.BytesIO(data))
    size = sum(info.file_size for info in packed.infolist())
    reason = explain_excess_size(size, len(data))
    if reason:
        raise UnreadableError(reason)
    return packed
