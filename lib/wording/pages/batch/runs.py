"""Pages being made, so many at a time, each in a process of its own that ends when its limits are reached, or with this process.

A worker writes into a folder of its own; only this process puts finished pages in their place, so a run that is ended leaves no trace.
"""

from __future__ import annotations

import datetime
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TextIO

from wording.pages.batch.progress import Progress
from wording.pages.state import (
    Page,
    claim_page,
    determine_status,
    locate_state_file,
    write_page_record,
)
from wording.study.records import StudyRecord

POLL_SECONDS = 0.25
"""Seconds after which limits are looked at and the display is told."""


@dataclass
class PageRun:
    """A page that is being made: its process, its lock, and where it has got to."""

    page: Page
    study: StudyRecord
    reports: Path
    lock: TextIO
    process: multiprocessing.Process
    receive: Connection
    scratch: Path
    began: float = field(default_factory=time.monotonic)
    cell: int = 0
    cell_began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.began

    def answer(self) -> dict[str, Any] | None:
        """How the run ended; None while it goes on within its limits."""
        while self.receive.poll():
            try:
                message = self.receive.recv()
            except (EOFError, OSError):
                return {"status": "died", "reason": "Its process ended without an answer."}
            if "status" in message:
                return message
            self.cell, self.cell_began = message["cell"], time.monotonic()
        limits = self.study.limits
        if self.seconds > limits.run:
            return {
                "status": "timed-out",
                "reason": f"It ran for over {limits.run:g} s (`limits: run` in study.yml).",
            }
        if self.cell and time.monotonic() - self.cell_began > limits.cell:
            return {
                "status": "timed-out",
                "reason": f"Code cell {self.cell} took over {limits.cell:g} s (`limits: cell` in study.yml).",
            }
        return None

    def end(self) -> None:
        """Ends the process with all that it started, and frees the page."""
        from wording.pages.batch.worker import kill_marked_processes

        self.process.kill()
        self.process.join()
        kill_marked_processes(make_run_mark(self.reports, self.page))
        for folder in (self.scratch, locate_run_folder(self.reports, self.page)):
            shutil.rmtree(folder, ignore_errors=True)
        self.lock.close()


def run_pages(
    due: list[tuple[StudyRecord, Page]],
    reports: Path,
    *,
    jobs: int,
    force: bool,
    unbuilt: Mapping[str, str],
    progress: Progress,
) -> dict[str, Page]:
    """The pages by their names, run so many at a time; a page that another `wording report` makes is waited for.

    Parameters
    ----------
    unbuilt : why a study's articles cannot be read, by its name.
    """
    waiting, running, done = list(due), [], {}

    def ended(page: Page) -> None:
        done[page.name] = page
        progress.ended(page)

    try:
        while waiting or running:
            for study, page in list(waiting):
                if len(running) == jobs:
                    break
                if study.name in unbuilt:
                    ended(
                        record_outcome(
                            reports, replace(page, status="failed", reason=unbuilt[study.name])
                        )
                    )
                elif not (lock := claim_page(reports, page)):
                    continue
                elif (
                    now := determine_status(page, reports, force=force)
                ).status == "up-to-date":  # another run has just made it
                    lock.close()
                    ended(now)
                else:
                    running.append(start_run(study, now, reports, lock))
                waiting.remove((study, page))
            wait([run.receive for run in running], timeout=POLL_SECONDS) if running else time.sleep(
                POLL_SECONDS
            )
            for run in list(running):
                if answer := run.answer():
                    running.remove(run)
                    ended(finish_run(run, answer))
            progress.tick(running, [page for _, page in waiting], jobs=jobs)
    finally:  # also when the user interrupts: what was not finished is as if it had not begun
        for run in running:
            run.end()
    return done


def start_run(study: StudyRecord, page: Page, reports: Path, lock: TextIO) -> PageRun:
    """The page's run in a process of its own."""
    from wording.pages.batch.worker import kill_marked_processes, run_worker

    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(["wording.pages.batch.worker"])
    kill_marked_processes(
        make_run_mark(reports, page)
    )  # a kernel that was left behind when its worker and its runner were killed at once
    folder, scratch = locate_run_folder(reports, page), Path(tempfile.mkdtemp(prefix="wording-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    receive, send = context.Pipe(duplex=False)
    options = {
        "width": study.width,
        "scratch": str(scratch),
        "mark": make_run_mark(reports, page),
        "log": str(locate_log_file(reports, page)),
    }
    process = context.Process(
        target=run_worker, args=(send, str(study.folder), asdict(page), str(folder)), kwargs=options
    )
    process.start()
    send.close()  # so that the end of the process ends the pipe
    return PageRun(page, study, reports, lock, process, receive, scratch)


def finish_run(run: PageRun, answer: Mapping[str, Any]) -> Page:
    """The page as its run left it, put in its place and recorded."""
    reports, page = run.reports, replace(run.page, **answer, seconds=round(run.seconds, 1))
    failed = locate_run_folder(reports, page) / "failed.ipynb"
    page = replace(
        page, log=str(locate_log_file(reports, page).relative_to(reports)), failed_ipynb=None
    )
    try:
        if page.status == "ok":
            page = publish_page(page, reports)
        elif failed.is_file():
            kept_as = locate_state_file(reports, page).with_suffix(".failed.ipynb")
            failed.replace(kept_as)
            page = replace(page, failed_ipynb=str(kept_as.relative_to(reports)))
        return record_outcome(reports, page)
    except OSError as error:
        return record_outcome(
            reports,
            replace(
                run.page, status="failed", reason=f"It could not be put in its place: {error}."
            ),
        )
    finally:
        run.end()


def publish_page(page: Page, reports: Path) -> Page:
    """The page with the paths of what its run made, which now stands in the reports folder."""
    new, folder = locate_run_folder(reports, page), reports / page.study
    tables = f"{page.page}-tables"
    shutil.rmtree(folder / tables, ignore_errors=True)
    (folder / f"{page.page}.pdf").unlink(missing_ok=True)  # it showed the page before
    for name in (tables, f"{page.page}.ipynb", f"{page.page}.html"):
        if (new / name).exists():
            (new / name).replace(folder / name)
    placed = {name: f"{page.study}/{page.page}.{name}" for name in ("html", "ipynb")}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return replace(
        page,
        **placed,
        tables={file: f"{page.study}/{tables}/{file}" for file in page.tables},
        made=now,
    )


def record_outcome(reports: Path, page: Page) -> Page:
    """The page once it is recorded; one that cannot be recorded has failed."""
    try:
        write_page_record(reports, page)
    except OSError as error:
        return replace(page, status="failed", reason=f"It could not be recorded: {error}.")
    return page


def locate_run_folder(reports: Path, page: Page) -> Path:
    """The folder into which the page's worker writes."""
    return locate_state_file(reports, page).with_suffix(".new")


def locate_log_file(reports: Path, page: Page) -> Path:
    """What the worker and its kernel print."""
    return locate_state_file(reports, page).with_suffix(".log")


def make_run_mark(reports: Path, page: Page) -> str:
    """What the processes of the page's run carry in their environment."""
    return str(locate_state_file(reports, page).resolve())
