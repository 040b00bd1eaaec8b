"""What is known of each page: one record, written whole or not at all, and a lock, so that one run at a time makes a page."""

from __future__ import annotations

import contextlib
import fcntl
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from wording.files import replace_file

GOOD_STATUSES = ("ok", "up-to-date")


@dataclass(frozen=True)
class Page:
    """One notebook with its parameters, and what became of it; the paths are relative to the reports folder.

    `status` is ok, failed, timed-out, died or invalid, as recorded; up-to-date or due, as found. `inputs` has a hash per thing that the
    page depends on. `made` is when its html was made, `period` the days that it covers.
    """

    study: str
    study_title: str
    question: str
    page: str
    title: str
    subtitle: str
    notebook: str
    parameters: dict[str, Any]
    position: int = 0
    inputs: dict[str, str] = field(default_factory=dict)
    status: str = "due"
    reason: str = ""
    findings: list[str] = field(default_factory=list)
    html: str | None = None
    ipynb: str | None = None
    tables: dict[str, str] = field(default_factory=dict)
    failed_ipynb: str | None = None
    log: str | None = None
    made: str = ""
    period: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The page with its study, as it is told."""
        return f"{self.study}/{self.page}"


LAST_GOOD_FIELDS = ("findings", "html", "ipynb", "tables", "made", "period", "seconds")
"""What stays of a page that could be made once, until it is made again."""


def determine_status(page: Page, reports: Path, *, force: bool = False) -> Page:
    """The page as it stands: up to date when the same was made before and is still there, else due, and why."""
    before = read_page_record(reports, page)
    if before is None:
        return replace(page, reason="it was never made")
    there = bool(before.html) and (reports / before.html).is_file()
    page = (
        replace(page, **{name: getattr(before, name) for name in LAST_GOOD_FIELDS})
        if there
        else page
    )
    if not there:
        return replace(
            page,
            reason="its page is gone" if before.html else f"it {describe_ending(before)} last time",
        )
    changed = [
        name
        for name in page.inputs | before.inputs
        if page.inputs.get(name) != before.inputs.get(name)
    ]
    if changed:
        return replace(page, reason=f"changed: {', '.join(changed)}")
    if before.status not in GOOD_STATUSES:
        return replace(page, reason=f"it {describe_ending(before)} last time")
    return replace(page, reason="it is asked for") if force else replace(page, status="up-to-date")


def describe_ending(page: Page) -> str:
    """How the page ended, as a verb."""
    return {"timed-out": "took too long", "invalid": "had wrong parameters"}.get(
        page.status, page.status
    )


def read_page_record(reports: Path, page: Page) -> Page | None:
    """What was last recorded of the page."""
    try:
        return Page(**json.loads(locate_state_file(reports, page).read_text(encoding="utf8")))
    except (OSError, ValueError, TypeError):
        return None  # never made, or recorded by another version: it is made again


def write_page_record(reports: Path, page: Page) -> None:
    """Records the page."""
    write_atomically(
        {
            locate_state_file(reports, page): json.dumps(
                asdict(page), ensure_ascii=False, indent=1, default=str
            )
        }
    )


def locate_state_file(reports: Path, page: Page) -> Path:
    """Where the page is recorded."""
    return reports / page.study / ".state" / f"{page.page}.json"


def write_atomically(texts: dict[Path, str]) -> None:
    """The files with their texts: none is replaced before all are written."""
    with contextlib.ExitStack() as stack:
        # Replaced in the order of the texts: a stack is left last in, first out.
        partial = {file: stack.enter_context(replace_file(file)) for file in reversed(texts)}
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            partial[file].write_text(text, encoding="utf8", newline="")


def claim_page(reports: Path, page: Page) -> TextIO | None:
    """The page's lock, held until it is closed or its process ends, however it ends; None while another run holds it."""
    file = locate_state_file(reports, page).with_suffix(".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = file.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
