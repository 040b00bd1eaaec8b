"""Opens JupyterLab on the notebooks of a checkout, or on copies in a folder of the user's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from wording.errors import WordingError
from wording.files import DATA_FOLDER, IS_INSTALLED, NOTEBOOK_FOLDER, REPORTS_VARIABLE, hash_file

START_NOTEBOOK = "start.ipynb"
COPIED_NAME = ".wording-copied.json"
"""What was copied into a folder, a hash each: what still has it, the user has not changed."""

LAB_OPTIONS = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab'}",
)
"""JupyterLab asks no host for news or updates, and has the suite's settings."""


def open_lab(place: Path | None, options: Sequence[str] = ()) -> None:
    """Open JupyterLab on a notebook, or on copies of all in a folder; return when it is stopped.

    Parameters
    ----------
    place : a notebook, opened as it is; or a folder, into which notebooks and demo are copied;
        by default the notebooks of the checkout, or for an installed package the current folder.
    options : for JupyterLab, such as ``--no-browser``.

    Raises
    ------
    WordingError
        If the notebook is not there, or the folder cannot be written.
    """
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance([str(find_notebook(place)), *LAB_OPTIONS, *options])


def find_notebook(place: Path | None) -> Path:
    """Return the notebook to open, with the copies made that it needs."""
    if place is None and not IS_INSTALLED:
        return NOTEBOOK_FOLDER / START_NOTEBOOK
    place = place or Path.cwd()
    if place.suffix == ".ipynb":
        if not place.is_file():
            raise WordingError(f"{place}: there is no such notebook.")
        return place
    for line in copy_notebooks(place):
        print(line)
    os.environ.setdefault(REPORTS_VARIABLE, str(place.resolve() / "reports"))
    return place / "notebooks" / START_NOTEBOOK


def copy_notebooks(folder: Path) -> list[str]:
    """Copy notebooks and demo into a folder, and say so; what the user changed there stays."""
    record = folder / COPIED_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copied = json.loads(record.read_text(encoding="utf8")) if record.is_file() else {}
        kept = [
            name
            for name, source in list_originals().items()
            if not _copy(source, folder, name, copied)
        ]
        record.write_text(json.dumps(copied, indent=1, sort_keys=True) + "\n", encoding="utf8")
    except OSError as error:
        raise WordingError(
            f"{error.filename or folder} cannot be written ({error.strerror}): name another folder."
        ) from error
    lines = [
        f"The notebooks are in {folder / 'notebooks'}, the demo is {folder / 'data' / 'demo'}."
    ]
    return lines + ([f"Kept as you changed them: {', '.join(kept)}."] if kept else [])


def list_originals() -> dict[str, Path]:
    """Return the files to copy, by their names in the user's folder."""
    demo = [file for file in sorted((DATA_FOLDER / "demo").iterdir()) if file.is_file()]
    return {f"notebooks/{file.name}": file for file in sorted(NOTEBOOK_FOLDER.glob("*.ipynb"))} | {
        f"data/demo/{file.name}": file for file in demo
    }


def _copy(source: Path, folder: Path, name: str, copied: dict[str, str]) -> bool:
    """Copy a file unless the user changed it; return whether the folder now has it as it comes."""
    target, new = folder / name, hash_file(source)
    present = hash_file(target) if target.exists() else None
    if present not in (None, new, copied.get(name)):
        return False
    if present != new:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    copied[name] = new
    return True
