"""Sees that what was saved is as it was written.

A folder that was saved has a file of checksums, written last: without it, or where one does not
fit, what is in the folder is made again. CRC-32 shows every change of up to four bytes in a row,
and others but for one in four thousand million.
"""

from __future__ import annotations

import functools
import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from wording.errors import print_note
from wording.files import remove_path

CHECKSUMS_NAME = "checksums.json"
SHARD_SUMS, TITLES = f"[0-9]*/{CHECKSUMS_NAME}", "titles/*"
"""What is looked at of the folders in a build, and in a shard."""

READ_BYTES = 1 << 20
"""So much of a file is read at a time."""

FileState = tuple[str, int, int, int, int]
"""Name, size, number and times of a file: what a change of it changes."""


def write_checksums(folder: Path) -> None:
    """Write the size and checksum of each file of a build or a shard, and of shards' checksums."""
    files = [file for file in list_checked_places(folder) if file.is_file()]
    names = [file.relative_to(folder).as_posix() for file in files]
    sums = {name: compute_checksum(folder / name) for name in sorted(names)}
    content = {"files": sums, "checksum": _sum_of_sums(sums)}
    (folder / CHECKSUMS_NAME).write_text(json.dumps(content, indent=0), encoding="utf8")


def list_checked_places(folder: Path) -> list[Path]:
    """Return what is in the folder, its shards' checksums, and the headlines of a shard."""
    return [*folder.iterdir(), *folder.glob(SHARD_SUMS), *folder.glob(TITLES)]


def compute_checksum(file: Path) -> list[int]:
    """Return the size of a file in bytes, and its CRC-32."""
    size = checksum = 0
    buffer = memoryview(bytearray(READ_BYTES))
    with file.open("rb", buffering=0) as stream:
        while n := stream.readinto(buffer):
            size, checksum = size + n, zlib.crc32(buffer[:n], checksum)
    return [size, checksum]


def find_damage(folder: Path) -> str:
    """Return what is wrong with a saved folder: "FILE was cut"; empty if all is as it was written.

    It is read once in a process for as long as its files stay as they are.
    """
    return _find_damage_of_state(folder, _list_states(folder))


def open_saved_folder(folder: Path) -> bool:
    """Return whether a folder is there as it was saved; a damaged one is said and removed."""
    if not os.path.lexists(folder):
        return False
    if damage := find_damage(folder):
        print_note(describe_damage(folder, damage))
        remove_path(folder)
    return not damage


def describe_damage(folder: Path, damage: str) -> str:
    """Return what is said of a folder in which a file is not as it was written."""
    return f"{folder}: {damage}. What was saved there is damaged, and is made again."


def _list_states(folder: Path) -> tuple[FileState, ...]:
    """The states of the files that are checked in a folder."""
    try:
        places = list_checked_places(folder)
    except OSError:
        return ()
    return tuple(sorted(filter(None, map(_read_state, places))))


def _read_state(file: Path) -> FileState | None:
    try:
        state = file.stat()
    except OSError:
        return None
    if file.is_dir():  # what it holds is looked at by itself
        return None
    return str(file), state.st_size, state.st_ino, state.st_mtime_ns, state.st_ctime_ns


@functools.lru_cache(maxsize=100_000)
def _find_damage_of_state(folder: Path, states: Sequence[FileState]) -> str:
    """What is wrong with a folder whose files have these states."""
    try:
        content = json.loads((folder / CHECKSUMS_NAME).read_text(encoding="utf8"))
        sums = content["files"]
        if content["checksum"] != _sum_of_sums(sums):
            raise ValueError("the sums do not add up")
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return f"{CHECKSUMS_NAME} is not as it was written"
    for name, saved in sums.items():
        if fault := _compare(folder / name, saved):
            return f"{name} {fault}"
    return ""


def _compare(file: Path, saved: list[int]) -> str:
    """How a file differs from what was saved, as a predicate; empty if it does not."""
    if not file.is_file():
        return "is missing" if not os.path.lexists(file) else "is not a file"
    try:
        size, checksum = file.stat().st_size, saved[1]
        if size != saved[0]:
            return f"has {size:,} bytes where {saved[0]:,} were written"
        return "has changed" if compute_checksum(file) != [size, checksum] else ""
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _sum_of_sums(sums: dict[str, list[int]]) -> int:
    return zlib.crc32(json.dumps(sums).encode())
