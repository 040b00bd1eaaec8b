"""What long work is doing, told while it lasts: nothing is silent for more than a few seconds."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO

SECONDS_BEFORE_FIRST_LINE = 4.0
"""Work that takes less says nothing where there is no terminal."""
SECONDS_BETWEEN_LINES = 5.0
"""So often a stage that lasts is told again where there is no terminal."""
SECONDS_BETWEEN_UPDATES = 0.5
"""So often the line on a terminal is written anew."""

FIRST_STAGE = "starting"
"""What is told before the work says a stage."""


class StageTeller:
    """Tells the stage of the work, and for how long it has lasted, until it is stopped.

    Parameters
    ----------
    stream : TextIO
        On a terminal one line is written over and over; elsewhere plain lines are.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.is_live = stream, stream.isatty()
        self.stage, self.began = FIRST_STAGE, time.monotonic()
        self.told_stage, self.told_at = "", self.began
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        """Tell now and then, until stopped."""
        while not self.stopped.wait(SECONDS_BETWEEN_UPDATES):
            self.tell()

    def tell(self) -> None:
        """Write the stage, if it is time."""
        now, stage = time.monotonic(), self.stage
        line = f"{now - self.began:.0f} s: {stage}"
        if self.is_live:
            self.stream.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        elif self.is_due(now):
            self.stream.write(f"{line}{'' if stage != self.told_stage else ' (goes on)'}\n")
            self.told_stage, self.told_at = stage, now
        self.stream.flush()

    def is_due(self, now: float) -> bool:
        """Return whether a plain line is due: for a new stage, or one that lasts."""
        if now - self.began < SECONDS_BEFORE_FIRST_LINE:
            return False
        return self.stage != self.told_stage or now - self.told_at >= SECONDS_BETWEEN_LINES

    def stop(self) -> None:
        """Stop, and leave no line on the terminal."""
        self.stopped.set()
        self.thread.join()
        if self.is_live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


_tellers: list[StageTeller] = []


@contextlib.contextmanager
def tell_stages(stream: TextIO | None = None) -> Iterator[None]:
    """Run what says its stages with `begin_stage`, and tell them on the stream (stderr)."""
    teller = StageTeller(stream or sys.stderr)
    _tellers.append(teller)
    teller.thread.start()
    try:
        yield
    finally:
        _tellers.remove(teller)
        teller.stop()


def begin_stage(stage: str) -> None:
    """Say what is done from now on; nobody hears it outside `tell_stages`."""
    for teller in _tellers:
        teller.stage = stage
