"""What a worker process is told to do; quick to import, as the runner imports it too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wording.pages.state import Page


@dataclass(frozen=True)
class Assignment:
    """One page for a worker.

    Attributes
    ----------
    study : the study's folder.
    page : the page to make.
    folder : where the page, its notebook and its tables are written.
    width : how many words of an article may stand on each side of a hit; None for any number.
    scratch : a folder for the files of the kernel.
    mark : what the processes of this run carry in their environment.
    log : the file for what they print.
    """

    study: str
    page: Page
    folder: Path
    width: int | None
    scratch: Path
    mark: str
    log: Path
