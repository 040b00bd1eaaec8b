"""Stores builds: how one becomes visible when it is whole, and what it takes over from others.

A build is a folder `.build/KEY` with a folder for each shard. It is made as `KEY.HOST.PID.partial`
and renamed when it is whole, so that a build that is killed, or runs out of disk, leaves the last
good one. A shard depends on its articles and on the code alone: the same shard of an older build,
or of one that was cut short, is linked and not made again.

Checksums say whether what was saved is as it was written. A build in which a file is not is set
aside as `KEY.damaged`, until another has been made of the articles and of its whole shards.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.checksums import CHECKSUMS_NAME, find_damage, write_checksums
from wording.corpus.encoding.fingerprint import fingerprint_code
from wording.corpus.encoding.shard import Shard
from wording.files import remove_path

PARTIAL_SUFFIX = ".partial"
DAMAGED_SUFFIX = ".damaged"
STALE_AFTER_SECONDS = 86_400
"""Age at which a partial build of another machine is taken for abandoned."""


class Store:
    """The shards of one build, in a folder that is in the making."""

    def __init__(self, final: Path, language: str) -> None:
        self.final = final.absolute()  # other processes may have another current folder
        self.code = fingerprint_code(language)
        self.folder = name_partial_folder(self.final)
        self.known = find_reusable_shards(self.final.parent)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def load_or_make(
        self, k: int, part: pl.DataFrame, make: Callable[[pl.DataFrame], Shard]
    ) -> Shard:
        """Return shard number `k`: that of an older build if it has it, else made and saved.

        Parameters
        ----------
        k : the number of the shard in this build.
        part : its articles.
        make : makes the shard of them.
        """
        key, folder = fingerprint_shard(part, self.code), self.folder / f"{k:04d}"
        if key in self.known and link_shard(self.known[key], folder):
            return tokens.load_shard(folder)
        folder.mkdir()
        shard = make(part)
        tokens.save_shard(shard, folder)
        (folder / "key").write_text(key, encoding="utf8")
        write_checksums(folder)  # last: with them, the shard is whole
        return replace(shard, folder=folder)

    def publish(self) -> None:
        """Put the finished build in its place at once, and remove older ones.

        A build of the same articles that was faster stands.
        """
        write_checksums(self.folder)
        if os.path.lexists(self.final) and find_damage(self.final):
            set_build_aside(self.final)
        try:
            self.folder.rename(self.final)
        except OSError:
            if not (self.final / "corpus.json").is_file():
                raise
            shutil.rmtree(self.folder, ignore_errors=True)
        for other in self.final.parent.iterdir():
            if other.name.endswith(DAMAGED_SUFFIX):
                remove_path(other)
            elif other.is_dir() and other != self.final and not is_in_the_making(other):
                discard_build(other)


@dataclass(frozen=True)
class BuildOwner:
    """The process that makes a partial build: its machine and its number, both as written."""

    host: str
    pid: str

    @classmethod
    def current(cls) -> BuildOwner:
        """Return this process."""
        return cls(socket.gethostname().replace(".", "-"), str(os.getpid()))

    @classmethod
    def from_name(cls, name: str) -> BuildOwner:
        """Return the owner of `KEY.HOST.PID.partial`; of another name, one that is nobody."""
        parts = name.split(".")
        return cls(parts[-3], parts[-2]) if len(parts) >= 3 else cls("", "")


def name_partial_folder(folder: Path) -> Path:
    """Return the name of the folder while this process makes or removes it."""
    owner = BuildOwner.current()
    key = folder.name.removesuffix(PARTIAL_SUFFIX)
    return folder.with_name(f"{key}.{owner.host}.{owner.pid}{PARTIAL_SUFFIX}")


def discard_build(folder: Path) -> None:
    """Remove a build; other processes see it whole or not at all."""
    gone = name_partial_folder(folder)
    try:
        folder.rename(gone)
    except OSError:  # another process removes it, or has it open where that forbids it
        return
    shutil.rmtree(gone, ignore_errors=True)


def find_build_damage(folder: Path) -> str:
    """Return which file of a build is not as it was written, and how; empty if all are."""
    if fault := find_damage(folder):
        return fault
    faults = ((shard.name, find_damage(shard)) for shard in sorted(folder.glob("[0-9]*")))
    return next((f"{name}/{fault}" for name, fault in faults if fault), "")


def set_build_aside(folder: Path) -> bool:
    """Rename a damaged build, so that its whole shards can be used; return whether it was there."""
    aside = folder.with_name(f"{folder.name}{DAMAGED_SUFFIX}")
    remove_path(aside)
    try:
        folder.rename(aside)
    except FileNotFoundError:  # another process removed it
        return False
    return True


def is_in_the_making(folder: Path) -> bool:
    """Return whether the folder is a partial build of a living process."""
    return folder.name.endswith(PARTIAL_SUFFIX) and not is_abandoned(folder)


def is_abandoned(partial: Path) -> bool:
    """Return whether the process that made a partial build is gone.

    What bears this process's own name is left of an earlier attempt, or of a process that had
    the same number: this one makes one build at a time.
    """
    owner, this = BuildOwner.from_name(partial.name), BuildOwner.current()
    if os.name != "posix" or owner.host != this.host or not owner.pid.isdigit():
        return time.time() - partial.stat().st_mtime > STALE_AFTER_SECONDS
    try:
        os.kill(int(owner.pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it lives, and is another user's
        pass
    return int(owner.pid) == os.getpid()


def find_reusable_shards(folder: Path) -> dict[str, Path]:
    """Return {key: folder} of the whole shards of builds that no process is making."""
    keys = (file for file in folder.glob("*/*/key") if not is_in_the_making(file.parents[1]))
    return {key: file.parent for file in keys if (key := read_shard_key(file))}


def read_shard_key(file: Path) -> str:
    """Return what a shard was made of, empty where it cannot be read: then it is made again."""
    try:
        return file.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError):
        return ""


def fingerprint_shard(part: pl.DataFrame, code: str) -> str:
    """Return a short hash of what a shard depends on: articles, outlets, their order, the code."""
    marks = part.select(
        pl.col("outlet", "title", "authors").hash(seed=0),
        a=pl.col("text").hash(seed=1),
        b=pl.col("text").hash(seed=2),
        **({"language": pl.col("language").hash(seed=0)} if "language" in part.columns else {}),
    )
    return hashlib.sha256(
        code.encode() + b"".join(column.to_numpy().tobytes() for column in marks)
    ).hexdigest()[:32]


def link_shard(source: Path, target: Path) -> bool:
    """Link or copy all files of a shard to another folder; return whether that succeeded.

    A shard that is not as it was written is not linked.
    """
    if find_damage(source):
        return False
    try:
        shutil.copytree(source, target, copy_function=link_or_copy)
    except OSError:  # another process removes it just now
        shutil.rmtree(target, ignore_errors=True)
    return (target / CHECKSUMS_NAME).is_file()


def link_or_copy(source: str, target: str) -> None:
    """Link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
