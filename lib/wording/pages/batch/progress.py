"""What the batch tells while it works: a plain line per page, and on a terminal a last line that says how far it is."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from statistics import mean
from typing import Protocol, TextIO

from wording.pages.state import GOOD_STATUSES, Page


class Running(Protocol):
    """A page that is being made: which, in which cell, for how many seconds."""

    page: Page
    cell: int
    seconds: float


class Progress:
    """Tells nothing."""

    def begin(self, total: int, current: Sequence[Page]) -> None:
        """So many pages are wanted, of which these are up to date."""

    def ended(self, page: Page) -> None:
        """The page was made, or not."""

    def tick(self, running: Sequence[Running], waiting: Sequence[Page], *, jobs: int) -> None:
        """What runs now, and what waits."""

    def end(self) -> None:
        """Nothing more will be told."""


class ConsoleProgress(Progress):
    """Tells of each page on a line; where the stream is a terminal, also what runs now, since when, and how long it may yet take."""

    def __init__(self, stream: TextIO):
        self.stream, self.live = stream, stream.isatty()
        self.total, self.done, self.began = 0, [], time.monotonic()

    def begin(self, total: int, current: Sequence[Page]) -> None:
        """So many pages are wanted, of which these are up to date."""
        self.total = total
        for page in current:
            self.ended(page)

    def ended(self, page: Page) -> None:
        """The page was made, or not."""
        self.done.append(page)
        self._clear()
        self.stream.write(f"[{len(self.done)}/{self.total}] {format_page_line(page)}\n")
        self.stream.flush()

    def tick(self, running: Sequence[Running], waiting: Sequence[Page], *, jobs: int) -> None:
        """What runs now, and what waits."""
        if self.live:
            now = [f"{run.page.name} (cell {run.cell}, {run.seconds:.0f} s)" for run in running]
            left = estimate_seconds_left(running, waiting, self.done, jobs=jobs)
            about = "" if left is None else f", about {format_clock(left)} left"
            line = f"{len(self.done)} of {self.total}, {format_clock(time.monotonic() - self.began)}{about}: {', '.join(now) or 'waiting for another run'}"
            self.stream.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
            self.stream.flush()

    def end(self) -> None:
        """Nothing more will be told."""
        self._clear()
        self.stream.flush()

    def _clear(self) -> None:
        self.stream.write("\r\x1b[K" if self.live else "")


def format_page_line(page: Page) -> str:
    """What became of the page, or why it is due, on one line."""
    took = f" ({page.seconds:g} s)" if page.status == "ok" else ""
    reason = " ".join(page.reason.split()) if page.status not in GOOD_STATUSES else ""
    return f"{page.name}: {page.status}{took}" + (
        f", {reason}" if page.status == "due" else f". {reason}" if reason else ""
    )


def estimate_seconds_left(
    running: Sequence[Running], waiting: Sequence[Page], done: Sequence[Page], *, jobs: int
) -> float | None:
    """How long the rest may take, from how long each page took before, else the pages of this run on average; None if none is known."""
    known = [page.seconds for page in (*done, *waiting) if page.seconds]
    if not known:
        return None
    rest = sum(page.seconds or mean(known) for page in waiting)
    return (
        rest + sum(max((run.page.seconds or mean(known)) - run.seconds, 0) for run in running)
    ) / jobs


def format_clock(seconds: float) -> str:
    """A time as minutes and seconds.

    >>> format_clock(75.4)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
