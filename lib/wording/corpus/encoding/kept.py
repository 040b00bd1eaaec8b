"""Keeps what was counted in a saved corpus beside it, for other processes that need the same.

The pages of a report run in processes of their own and mostly count the same. What is kept is named
by all that it depends on, has checksums, and goes with its build.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from wording.corpus.encoding.checksums import open_saved_folder, write_checksums
from wording.files import hash_file, hash_value, replace_folder

KEPT_NAME = "kept"
TABLE_NAME = "table.parquet"


def keep_table(
    build: Path, kind: str, depends_on: Any, make: Callable[[], pd.DataFrame]
) -> pd.DataFrame:
    """Return a table that was counted in a corpus: made once, and kept beside the corpus.

    Parameters
    ----------
    build : Path
        The folder of the corpus, whose name says what is in it.
    kind : str
        What the table is.
    depends_on : Any
        What it depends on beside the corpus and the code, as a plain value.
    make : callable
        Makes it.
    """
    folder = build / KEPT_NAME / f"{kind}-{hash_value([fingerprint_counting_code(), depends_on])}"
    if open_saved_folder(folder):
        return pd.read_parquet(folder / TABLE_NAME)
    table = make()
    if build.is_dir():  # a newer build may have taken its place
        with contextlib.suppress(OSError), replace_folder(folder) as partial:
            table.to_parquet(partial / TABLE_NAME)
            write_checksums(partial)
    return table


@functools.cache
def fingerprint_counting_code() -> str:
    """Return a short hash of the code by which a corpus is counted."""
    room = Path(__file__).parents[1]
    library = room.parent
    code = [*sorted(room.rglob("*.py")), *(library / name for name in ("patterns.py", "words.py"))]
    return hash_value([*map(hash_file, code)])
