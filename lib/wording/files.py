"""Files: where the suite's own lie, and what is in a file, as a hash."""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).parents[2]
DATA_FOLDER = Path(os.environ.get("WORDING_DATA", PROJECT_ROOT / "data"))
"""The data that come with the suite: concepts/ and words/."""

NOTEBOOK_FOLDER = Path(os.environ.get("WORDING_NOTEBOOKS", PROJECT_ROOT / "notebooks"))


def hash_file(file: Path) -> str:
    """The sha256 of a file's bytes, read once as long as its size and time stay; "unreadable" where reading is not allowed."""
    try:
        said = file.stat()
        return hash_file_state(file, said.st_size, said.st_mtime_ns)
    except OSError:
        return "unreadable"


@functools.lru_cache(maxsize=100_000)
def hash_file_state(file: Path, size: int, time: int) -> str:
    """The sha256 of a file's bytes; size and time tell its states apart."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
