"""What the batch tells while it works: a plain line per page.

On a terminal, a last line says how far it is.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from statistics import mean
from typing import Protocol, TextIO

from wording.pages.state import Page


class Running(Protocol):
    """A page that is being made: which, in which cell, for how many seconds."""

    @property
    def page(self) -> Page:
        """The page."""

    @property
    def cell(self) -> int:
        """The number of the code cell that runs."""

    @property
    def seconds(self) -> float:
        """How long the page has run."""


class Progress:
    """Tells nothing."""

    def begin(self, total: int, current: Sequence[Page]) -> None:
        """Take note that so many pages are wanted, of which these are up to date."""

    def ended(self, page: Page) -> None:
        """Take note that the page was made, or not."""

    def tick(self, running: Sequence[Running], waiting: Sequence[Page], *, jobs: int) -> None:
        """Take note of what runs now, and what waits."""

    def end(self) -> None:
        """Take note that nothing more will be told."""


class ConsoleProgress(Progress):
    """Tells of each page on a line.

    Where the stream is a terminal, it also tells what runs now, since when, and how long it may yet
    take.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.live = stream, stream.isatty()
        self.total, self.began = 0, time.monotonic()
        self.done: list[Page] = []

    def begin(self, total: int, current: Sequence[Page]) -> None:
        """Take note that so many pages are wanted, of which these are up to date."""
        self.total = total
        for page in current:
            self.ended(page)

    def ended(self, page: Page) -> None:
        """Write what became of the page."""
        self.done.append(page)
        self._clear()
        self.stream.write(f"[{len(self.done)}/{self.total}] {format_page_line(page)}\n")
        self.stream.flush()

    def tick(self, running: Sequence[Running], waiting: Sequence[Page], *, jobs: int) -> None:
        """Write what runs now, and how long it may yet take, where the stream is a terminal."""
        if not self.live:
            return
        left = estimate_seconds_left(running, waiting, self.done, jobs=jobs)
        clock = format_clock(time.monotonic() - self.began)
        if left is not None:
            clock += f", about {format_clock(left)} left"
        runs = [f"{run.page.name} (cell {run.cell}, {run.seconds:.0f} s)" for run in running]
        now = ", ".join(runs) or "waiting for another `wording report` to finish"
        line = f"{len(self.done)} of {self.total}, {clock}: {now}"
        self.stream.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        self.stream.flush()

    def end(self) -> None:
        """Clear the last line."""
        self._clear()
        self.stream.flush()

    def _clear(self) -> None:
        self.stream.write("\r\x1b[K" if self.live else "")


def format_page_line(page: Page) -> str:
    """Return what became of the page, or why it is due, on one line."""
    line, reason = f"{page.name}: {page.status}", " ".join(page.reason.split())
    if page.status == "ok":
        line += f" ({page.seconds:g} s)"
    if page.is_good or not (reason or page.status == "due"):
        return line
    return f"{line}, {reason}" if page.status == "due" else f"{line}. {reason}"


def estimate_seconds_left(
    running: Sequence[Running], waiting: Sequence[Page], done: Sequence[Page], *, jobs: int
) -> float | None:
    """Return how long the rest may take, in seconds; None if no page has been timed.

    A page takes as long as it took before, else as long as the pages of this run on average.

    Parameters
    ----------
    running, waiting, done : sequence
        The pages of this run.
    jobs : int
        Pages at a time.
    """
    known = [page.seconds for page in (*done, *waiting) if page.seconds]
    if not known:
        return None
    usual = mean(known)
    rest = sum(page.seconds or usual for page in waiting)
    begun = sum(max((run.page.seconds or usual) - run.seconds, 0) for run in running)
    return (rest + begun) / jobs


def format_clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    >>> format_clock(75.4)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
