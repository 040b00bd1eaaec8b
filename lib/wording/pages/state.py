"""What is known of each page: a record, written whole or not at all, and a lock.

The lock lets one run at a time make a page. A record has a checksum: one that is not as it was
written is not believed, and its page is made again. A folder of pages knows whose they are.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from wording.errors import WordingError
from wording.files import hash_file, hash_value, remove_path, replace_file
from wording.study.records import StudyRecord

GOOD_STATUSES = ("ok", "up-to-date")

OVERVIEW_NOTEBOOK = "00_overview"
"""The first page of every report."""


@dataclass(frozen=True)
class Page:
    """One notebook with its parameters, and what became of it.

    Attributes
    ----------
    status : ok, failed, timed-out, died or invalid, as recorded; up-to-date or due, as found.
    inputs : a hash per thing that the page depends on.
    html, ipynb, tables, failed_ipynb, log : paths, relative to the reports folder.
    html_hash : the sha256 of its html, as it was made.
    made : when its html was made.
    period : the days that it covers.
    headline : what it found in a few words.
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
    html_hash: str = ""
    ipynb: str | None = None
    tables: dict[str, str] = field(default_factory=dict)
    failed_ipynb: str | None = None
    log: str | None = None
    made: str = ""
    period: str = ""
    headline: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The page with its study."""
        return f"{self.study}/{self.page}"

    @property
    def is_good(self) -> bool:
        """Whether the page stands as it should."""
        return self.status in GOOD_STATUSES

    @property
    def is_current(self) -> bool:
        """Whether nothing has to be run."""
        return self.status == "up-to-date"


@dataclass(frozen=True)
class PagePaths:
    """Where the files of a page and of its runs are."""

    folder: Path
    page: str

    @property
    def record(self) -> Path:
        """What is recorded of the page."""
        return self.folder / ".state" / f"{self.page}.json"

    @property
    def lock(self) -> Path:
        """What is held by the run that makes the page."""
        return self.record.with_suffix(".lock")

    @property
    def work(self) -> Path:
        """The folder into which the page's worker writes."""
        return self.record.with_suffix(".new")

    @property
    def log(self) -> Path:
        """What the worker and its kernel print."""
        return self.record.with_suffix(".log")

    @property
    def failed(self) -> Path:
        """The notebook as it failed."""
        return self.record.with_suffix(".failed.ipynb")

    @property
    def tables(self) -> Path:
        """The folder of the page's tables."""
        return self.folder / f"{self.page}-tables"

    @property
    def run_mark(self) -> str:
        """What the processes of the page's run carry in their environment."""
        return str(self.record.resolve())


LAST_GOOD_FIELDS = (
    *("findings", "html", "html_hash", "ipynb", "tables", "made", "period", "headline", "seconds"),
)
"""What stays of a page that could be made once, until it is made again."""


def determine_status(page: Page, reports: Path, *, force: bool = False) -> Page:
    """Return the page as it stands.

    It is up to date when the same was made before and is still there, else due, with the reason.
    """
    file = locate_page(reports, page).record
    if read_state(file) is None:
        return replace(page, reason="what was recorded of it is damaged")
    before = read_page_record(reports, page)
    if before is None:
        return replace(page, reason="never made")
    if not before.html:
        return replace(page, reason=f"it {describe_ending(before)} last time")
    if not (reports / before.html).is_file():
        return replace(page, reason="its page was deleted")
    if before.html_hash and hash_file(reports / before.html) != before.html_hash:
        return replace(page, reason="its page was damaged or changed")
    page = replace(page, **{name: getattr(before, name) for name in LAST_GOOD_FIELDS})
    names = page.inputs | before.inputs
    changed = [name for name in names if page.inputs.get(name) != before.inputs.get(name)]
    if changed:
        return replace(page, reason=f"changed: {', '.join(changed)}")
    if not before.is_good:
        return replace(page, reason=f"it {describe_ending(before)} last time")
    if force:
        return replace(page, reason="forced (--force)")
    return replace(page, status="up-to-date")


def describe_ending(page: Page) -> str:
    """Return how the page ended, as a verb."""
    verbs = {"timed-out": "took too long", "invalid": "had wrong parameters"}
    return verbs.get(page.status, page.status)


def read_page_record(reports: Path, page: Page) -> Page | None:
    """Return what was last recorded of the page.

    None for a page that was never made, or was recorded by another version: it is made again.
    """
    record = read_state(locate_page(reports, page).record)
    try:
        return Page(**record) if record else None
    except TypeError:
        return None


def read_state(file: Path) -> dict[str, Any] | None:
    """Return what a file records of a page.

    It is empty where nothing is recorded, or by another version; None where the file is not as it
    was written.
    """
    if not os.path.lexists(file):
        return {}
    try:
        record = dict(json.loads(file.read_text(encoding="utf8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    if "checksum" not in record:
        return {}
    return record if record.pop("checksum") == hash_value(record) else None


def write_page_record(reports: Path, page: Page) -> None:
    """Record the page."""
    file = locate_page(reports, page).record
    record = json.loads(json.dumps(asdict(page), default=str))
    content = {**record, "checksum": hash_value(record)}
    make_room_for_file(file)
    write_atomically({file: json.dumps(content, ensure_ascii=False, indent=1)})


def make_room_for_file(file: Path) -> None:
    """Remove a folder that stands where a file belongs."""
    if file.is_dir():
        remove_path(file)


def name_owner_file(folder: Path) -> Path:
    """Return the file that says whose pages are in a folder of pages."""
    return folder / ".state" / "study"


def refuse_foreign_folder(study: StudyRecord, reports: Path) -> None:
    """Raise if the folder for a study's pages has those of another study that is still there.

    Raises
    ------
    WordingError
        With the paths of both, and what to do.
    """
    folder = reports / study.name
    try:
        place = name_owner_file(folder).read_text(encoding="utf8")
        owner = Path(os.path.normpath(folder / place))
        is_foreign = (owner / "study.yml").is_file() and not owner.samefile(study.folder)
    except (OSError, ValueError):  # nothing is known of an owner
        return
    if is_foreign:
        raise WordingError(
            f"{folder} has the pages of {owner}, and {study.folder} is another study of this name: "
            "rename one of the two folders, or name another folder for the pages with --out."
        )


def record_owner(study: StudyRecord, reports: Path) -> None:
    """Record, by a relative path, that the folder for a study's pages is this study's."""
    folder = reports / study.name
    file = name_owner_file(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    make_room_for_file(file)
    place = Path(os.path.relpath(study.folder.resolve(), folder.resolve())).as_posix()
    write_atomically({file: place})


def locate_page(reports: Path, page: Page) -> PagePaths:
    """Return where the files of the page are."""
    return PagePaths(reports / page.study, page.page)


def write_atomically(texts: dict[Path, str]) -> None:
    """Write the texts to their files; none is replaced before all are written."""
    with contextlib.ExitStack() as stack:
        # Replaced in the order of the texts: a stack is left last in, first out.
        partial = {file: stack.enter_context(replace_file(file)) for file in reversed(texts)}
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            partial[file].write_text(text, encoding="utf8", newline="")


def claim_page(reports: Path, page: Page) -> TextIO | None:
    """Return the page's lock, or None while another run holds it.

    It is held until it is closed or its process ends, however it ends.
    """
    return claim_lock(locate_page(reports, page).lock)


def claim_lock(file: Path) -> TextIO | None:
    """Return a lock, or None while another run holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    make_room_for_file(file)
    handle = file.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
