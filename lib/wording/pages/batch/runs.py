"""Pages being made, so many at a time, each in a process of its own.

A process ends when its limits are reached, or with this process. A worker writes into a folder of
its own; only this process puts finished pages in their place, so a run that is ended leaves no
trace.
"""

from __future__ import annotations

import datetime
import functools
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TextIO

from wording.errors import print_note
from wording.files import hash_file, remove_path
from wording.pages.batch.assignments import Assignment
from wording.pages.batch.forking import kill_marked_processes, make_process_context
from wording.pages.batch.progress import Progress
from wording.pages.state import (
    Page,
    PagePaths,
    claim_page,
    determine_status,
    locate_page,
    make_room_for_file,
    write_page_record,
)
from wording.study.records import StudyRecord

POLL_SECONDS = 0.25
"""Seconds after which limits are looked at and the display is told."""


LONG_NOTEBOOKS = ("07_outlets", "08_discover")
"""Begun first, for they take longest in large studies, and nothing else would run at the end."""


@dataclass(frozen=True)
class Batch:
    """How pages are made.

    Attributes
    ----------
    reports : the folder of the pages.
    jobs : notebooks at a time.
    force : run also what is up to date.
    progress : what is told while the batch works.
    """

    reports: Path
    jobs: int
    force: bool
    progress: Progress


@dataclass
class PageRun:
    """A page that is being made: its process, its lock, and where it has got to.

    Its notebook `has_run` when only its page is still to be written.
    """

    page: Page
    study: StudyRecord
    reports: Path
    lock: TextIO
    process: BaseProcess
    receive: Connection
    scratch: Path
    has_run: bool = False
    began: float = field(default_factory=time.monotonic)
    cell: int = 0
    cell_began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.began

    @property
    def paths(self) -> PagePaths:
        """Where the files of the page are."""
        return locate_page(self.reports, self.page)

    def check_ending(self) -> dict[str, Any] | None:
        """Return how the run ended; None while it goes on within its limits."""
        while self.receive.poll():
            try:
                message = self.receive.recv()
            except (EOFError, OSError):
                return {"status": "died", "reason": "Its process ended unexpectedly."}
            if "status" in message:
                return dict(message)
            if "note" in message:
                print_note_once(message["note"])
                continue
            if "has_run" in message:
                self.has_run = True
                continue
            self.cell, self.cell_began = message["cell"], time.monotonic()
        return self._check_limits()

    def _check_limits(self) -> dict[str, Any] | None:
        limits, reason = self.study.limits, ""
        if self.seconds > limits.run:
            reason = f"It ran for over {limits.run:g} s (`limits: run` in study.yml)."
        elif self.cell and not self.has_run and time.monotonic() - self.cell_began > limits.cell:
            reason = (
                f"Code cell {self.cell} took over {limits.cell:g} s (`limits: cell` in study.yml)."
            )
        return {"status": "timed-out", "reason": reason} if reason else None

    def end(self) -> None:
        """End the process with all that it started, and free the page."""
        self.process.kill()
        self.process.join()
        kill_marked_processes(self.paths.run_mark)
        for folder in (self.scratch, self.paths.work):
            shutil.rmtree(folder, ignore_errors=True)
        self.lock.close()


@functools.cache
def print_note_once(sentence: str) -> None:
    """Tell the user what every worker says."""
    print_note(sentence)


def run_pages(
    due: Iterable[tuple[StudyRecord, Page]], batch: Batch, build_faults: Mapping[str, str]
) -> dict[str, Page]:
    """Return the pages by their names, run so many at a time.

    A page that another `wording report` makes is waited for.

    Parameters
    ----------
    due : iterable of (StudyRecord, Page)
        What is to be made.
    batch : Batch
        How.
    build_faults : mapping
        Why a study's articles cannot be read, by its name.
    """
    waiting = sorted(due, key=lambda one: one[1].notebook not in LONG_NOTEBOOKS)
    running = list[PageRun]()
    done: dict[str, Page] = {}

    def end_page(page: Page) -> None:
        done[page.name] = page
        batch.progress.ended(page)

    try:
        while waiting or running:
            for study, page in list(waiting):
                if sum(not run.has_run for run in running) == batch.jobs:
                    break
                started = try_start(study, page, batch, build_faults.get(study.name))
                if started is None:
                    continue
                waiting.remove((study, page))
                if isinstance(started, PageRun):
                    running.append(started)
                else:
                    end_page(started)
            if running:
                wait([run.receive for run in running], timeout=POLL_SECONDS)
            else:
                time.sleep(POLL_SECONDS)
            for run in list(running):
                if ending := run.check_ending():
                    running.remove(run)
                    end_page(finish_run(run, ending))
            batch.progress.tick(running, [page for _, page in waiting], jobs=batch.jobs)
    finally:  # also when the user interrupts: what was not finished is as if it had not begun
        for run in running:
            run.end()
    return done


def try_start(
    study: StudyRecord, page: Page, batch: Batch, build_fault: str | None
) -> PageRun | Page | None:
    """Return the page's run; the page itself if nothing is to be run; None while another makes it.

    Parameters
    ----------
    study, page : StudyRecord, Page
        What is to be made.
    batch : Batch
        How.
    build_fault : str, optional
        Why the study's articles cannot be read.
    """
    if build_fault is not None:
        return record_outcome(batch.reports, replace(page, status="failed", reason=build_fault))
    lock = claim_page(batch.reports, page)
    if lock is None:
        return None
    now = determine_status(page, batch.reports, force=batch.force)
    if now.is_current:  # another run has just made it
        lock.close()
        return now
    return start_run(study, now, batch.reports, lock)


def start_run(study: StudyRecord, page: Page, reports: Path, lock: TextIO) -> PageRun:
    """Start the page's run in a process of its own."""
    paths, scratch = locate_page(reports, page), Path(tempfile.mkdtemp(prefix="wording-"))
    # A kernel may be left behind when its worker and its runner were killed at once.
    kill_marked_processes(paths.run_mark)
    remove_path(paths.work)
    paths.work.mkdir()
    for file in (paths.log, paths.failed):
        make_room_for_file(file)
    assignment = Assignment(
        study=str(study.folder),
        page=page,
        folder=paths.work,
        width=study.width,
        scratch=scratch,
        mark=paths.run_mark,
        log=paths.log,
    )
    context = make_process_context()
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=carry_out, args=(send, assignment))
    process.start()
    send.close()  # so that the end of the process ends the pipe
    return PageRun(page, study, reports, lock, process, receive, scratch)


def carry_out(send: Connection, assignment: Assignment) -> None:
    """Make the page, in a process of its own; send what becomes of it (see `run_worker`)."""
    from wording.pages.batch.worker import run_worker  # this process does without what it needs

    run_worker(send, assignment)


def finish_run(run: PageRun, ending: Mapping[str, Any]) -> Page:
    """Put the page in its place as its run left it, and record it."""
    reports, failed = run.reports, run.paths.work / "failed.ipynb"
    page = replace(run.page, **ending, seconds=round(run.seconds, 1))
    page = replace(page, log=str(run.paths.log.relative_to(reports)), failed_ipynb=None)
    try:
        if page.status == "ok":
            page = publish_page(page, reports)
        elif failed.is_file():
            failed.replace(run.paths.failed)
            page = replace(page, failed_ipynb=str(run.paths.failed.relative_to(reports)))
        return record_outcome(reports, page)
    except OSError as error:
        reason = f"The page could not be moved into place: {error}."
        return record_outcome(reports, replace(run.page, status="failed", reason=reason))
    finally:
        run.end()


def publish_page(page: Page, reports: Path) -> Page:
    """Move what the page's run made into the reports folder; return the page with its paths."""
    paths = locate_page(reports, page)
    remove_path(paths.tables)
    remove_path(paths.folder / f"{page.page}.pdf")  # it showed the page before
    for name in (paths.tables.name, f"{page.page}.ipynb", f"{page.page}.html"):
        if (paths.work / name).exists():
            make_room_for_file(paths.folder / name)
            (paths.work / name).replace(paths.folder / name)
    html = f"{page.study}/{page.page}.html"
    return replace(
        page,
        html=html,
        html_hash=hash_file(reports / html),
        ipynb=f"{page.study}/{page.page}.ipynb",
        tables={file: f"{page.study}/{paths.tables.name}/{file}" for file in page.tables},
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def record_outcome(reports: Path, page: Page) -> Page:
    """Record the page and return it; one that cannot be recorded has failed."""
    try:
        write_page_record(reports, page)
    except OSError as error:
        return replace(page, status="failed", reason=f"The page could not be recorded: {error}.")
    return page
