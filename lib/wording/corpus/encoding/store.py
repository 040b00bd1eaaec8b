"""Where a build lies until it is whole, what it takes over from older ones, and what is left of those that were cut short.

A build is a folder `.build/KEY` with a folder for each shard. It is made as `KEY.HOST.PID.partial` and renamed when it is whole, so that a build
that is killed, or runs out of disk, leaves the last good one. A shard depends on its articles and on the code alone: the same shard of an older
build, or of one that was cut short, is linked and not made again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.fingerprint import fingerprint_code
from wording.corpus.encoding.shard import Shard

PARTIAL_SUFFIX = ".partial"
STALE_AFTER_SECONDS = (
    86_400  # seconds after which the remains of another machine's process are taken for dead
)


class Store:
    """The shards of one build, in a folder that is in the making."""

    def __init__(self, final: Path, language: str):
        self.final, self.code = (
            final.absolute(),
            fingerprint_code(language),
        )  # other processes may stand in another folder
        self.folder = name_partial_folder(self.final)
        self.known = find_reusable_shards(self.final.parent)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def keep(self, k: int, part: pl.DataFrame, make: Callable[[pl.DataFrame], Shard]) -> Shard:
        """Shard number `k`: taken over from an older build if that has it, else made and saved."""
        key, folder = fingerprint_shard(part, self.code), self.folder / f"{k:04d}"
        if key in self.known and link_shard(self.known[key], folder):
            return tokens.load_shard(folder)
        folder.mkdir()
        shard = make(part)
        tokens.save_shard(shard, folder)
        (folder / "key").write_text(key, encoding="utf8")  # last: with it, the shard is whole
        return replace(shard, folder=folder)

    def settle(self) -> None:
        """Puts the finished build in its place at once, and removes older ones; a build of the same that was faster stands."""
        if self.final.exists() and not (self.final / "corpus.json").is_file():
            discard_build(self.final)
        try:
            self.folder.rename(self.final)
        except OSError:
            if not (self.final / "corpus.json").is_file():
                raise
            shutil.rmtree(self.folder, ignore_errors=True)
        for old in self.final.parent.iterdir():
            if (
                old.is_dir()
                and old != self.final
                and (not old.name.endswith(PARTIAL_SUFFIX) or is_abandoned(old))
            ):
                discard_build(old)


def name_partial_folder(folder: Path) -> Path:
    """The name of the folder while this process makes or removes it."""
    return folder.with_name(
        f"{folder.name.removesuffix(PARTIAL_SUFFIX)}.{socket.gethostname().replace('.', '-')}.{os.getpid()}{PARTIAL_SUFFIX}"
    )


def discard_build(folder: Path) -> None:
    """Removes a build; other processes see it whole or not at all."""
    gone = name_partial_folder(folder)
    try:
        folder.rename(gone)
    except OSError:  # another process removes it, or has it open where that forbids it
        return
    shutil.rmtree(gone, ignore_errors=True)


def is_abandoned(partial: Path) -> bool:
    """Whether the process that made a partial build is gone."""
    *_, host, pid, _ = ("", "", *partial.name.split("."))
    if os.name != "posix" or host != socket.gethostname().replace(".", "-") or not pid.isdigit():
        return time.time() - partial.stat().st_mtime > STALE_AFTER_SECONDS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return int(pid) == os.getpid()


def find_reusable_shards(folder: Path) -> dict[str, Path]:
    """{key: folder} of the whole shards of older builds and of those whose process is gone."""
    found = (
        file
        for file in folder.glob("*/*/key")
        if not file.parts[-3].endswith(PARTIAL_SUFFIX) or is_abandoned(file.parents[1])
    )
    return {file.read_text(encoding="utf8"): file.parent for file in found}


def fingerprint_shard(part: pl.DataFrame, code: str) -> str:
    """What a shard depends on, as a short hash: its texts and outlets in their order, and the code."""
    marks = part.select(
        pl.col("outlet").hash(seed=0), a=pl.col("text").hash(seed=1), b=pl.col("text").hash(seed=2)
    )
    return hashlib.sha256(
        code.encode() + b"".join(column.to_numpy().tobytes() for column in marks)
    ).hexdigest()[:32]


def link_shard(source: Path, target: Path) -> bool:
    """Whether all files of a shard could be linked, or else copied, to another folder."""
    try:
        shutil.copytree(source, target, copy_function=link_or_copy)
    except OSError:  # another process removes it just now
        shutil.rmtree(target, ignore_errors=True)
    return (target / "key").is_file()


def link_or_copy(source: str, target: str) -> None:
    """Links a file, or copies it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
