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

import numpy as np
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
    folder = _name_folder(build, kind, depends_on)
    if open_saved_folder(folder):
        return pd.read_parquet(folder / TABLE_NAME)
    table = make()
    _save(build, folder, lambda partial: table.to_parquet(partial / TABLE_NAME))
    return table


def keep_arrays(
    build: Path, kind: str, depends_on: Any, make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return arrays that were counted in a corpus, by name: made once, and kept beside the corpus.

    The parameters are those of `keep_table`.
    """
    folder = _name_folder(build, kind, depends_on)
    if open_saved_folder(folder):
        return {file.stem: np.load(file) for file in sorted(folder.glob("*.npy"))}
    arrays = make()

    def write(partial: Path) -> None:
        for name, array in arrays.items():
            np.save(partial / f"{name}.npy", array)

    _save(build, folder, write)
    return arrays


def _name_folder(build: Path, kind: str, depends_on: Any) -> Path:
    fingerprint = hash_value([fingerprint_counting_code(), depends_on])
    return build / KEPT_NAME / f"{kind}-{fingerprint}"


def _save(build: Path, folder: Path, write: Callable[[Path], None]) -> None:
    if build.is_dir():  # a newer build may have taken its place
        with contextlib.suppress(OSError), replace_folder(folder) as partial:
            write(partial)
            write_checksums(partial)


@functools.cache
def fingerprint_counting_code() -> str:
    """Return a short hash of the code by which a corpus is counted."""
    room = Path(__file__).parents[1]
    library = room.parent
    code = [*sorted(room.rglob("*.py")), *(library / name for name in ("patterns.py", "words.py"))]
    return hash_value([*map(hash_file, code)])
