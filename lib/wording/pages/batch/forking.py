"""The processes of a run: from where they are forked, how they are marked, and how they end."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import psutil

RUN_MARK_VARIABLE = "WORDING_RUN"
"""What the processes of a run, and all that they start, carry in their environment."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "LOKY_MAX_CPU_COUNT",
)

CAN_FORK = sys.platform == "linux"
"""Whether a process that has imported what notebooks need may be forked.

macOS has frameworks that do not survive it, and Windows has no fork.
"""

WARM_VARIABLES = {
    **dict.fromkeys(THREAD_VARIABLES, "1"),
    # The allocators of Polars and Arrow would tidy up in threads.
    "_RJEM_MALLOC_CONF": "background_thread:false",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # As ipykernel sets it, but before matplotlib is imported.
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # Room for a path, in which a child writes its mark: see `mark_process`.
    RUN_MARK_VARIABLE: " " * 4096,
}
"""The environment in which the warm process starts."""


class UnsafeFork(Exception):
    """Why this process is not to be forked, in words."""


WARM_MODULE = "wording.pages.batch.warm"
"""What a process has imported that is to be forked."""

threads_at_fork: list[str] = []
"""The other threads of the process that forked this one, when it did."""

held_starts: list[Callable[[], None]] = []
"""What imported modules would have started, had the process not been about to be forked."""

SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def make_process_context() -> Any:
    """Return how workers are started: from a process that has imported them, where there can be."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([WARM_MODULE if CAN_FORK else "wording.pages.batch.worker"])
    return context


def start_warm_process() -> None:
    """Start the process that forks for each page, unless it runs already; do not wait for it."""
    make_process_context()
    if CAN_FORK:
        with set_warm_variables():
            forkserver.ensure_running()


@contextlib.contextmanager
def set_warm_variables() -> Iterator[None]:
    """Set the environment of the warm process for what is started here; then it is as it was."""
    before = dict(os.environ)
    os.environ |= WARM_VARIABLES
    try:
        yield
    finally:
        for name in WARM_VARIABLES:
            del os.environ[name]
        os.environ |= before


def list_other_threads() -> list[str]:
    """Return the names of this process's threads but the first, as the system lists them."""
    numbers = set(os.listdir("/proc/self/task")) - {str(os.getpid())}
    return sorted(Path(f"/proc/self/task/{n}/comm").read_text().strip() for n in numbers)


def refuse_unsafe_fork() -> None:
    """Raise if a kernel forked from this process might hang, or lack what it needs.

    Raises
    ------
    UnsafeFork
    """
    if not CAN_FORK:
        raise UnsafeFork("this system does not let a process be forked safely")
    if WARM_MODULE not in sys.modules:
        raise UnsafeFork("the process to be forked has not imported what pages need")
    if threads := threads_at_fork + list_other_threads():
        raise UnsafeFork(f"the process to be forked has other threads ({', '.join(threads)})")


def note_threads() -> None:
    """Keep for the child what threads there are, as a process is about to be forked."""
    threads_at_fork[:] = list_other_threads()


def run_held_starts() -> None:
    """Start what was held, in a process that is not to be forked any more."""
    while held_starts:
        held_starts.pop()()


def mark_process(mark: str) -> None:
    """Write the mark of a run where others read the environment of this process.

    What `os.environ` is given they do not see: they see what the process started with, for one that
    was forked what its parent did, a copy in its own memory. The variables are moved elsewhere
    before the mark is written there, as C libraries look for them there.

    Raises
    ------
    UnsafeFork
        If the mark cannot be read afterwards, so that nobody would find the process.
    """
    for name, value in os.environ.items():
        os.environ[name] = value
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[47]), int(fields[48])  # env_start and env_end of proc(5)
    entry = os.fsencode(f"{RUN_MARK_VARIABLE}={mark}")
    if len(entry) < end - start:
        ctypes.memmove(start, entry.ljust(end - start, b"\0"), end - start)
    if Path("/proc/self/environ").read_bytes().partition(b"\0")[0] != entry:
        raise UnsafeFork("the system does not let a process be marked")


def end_with_parent() -> None:
    """Have the system kill this process when its parent ends, even if it is stuck."""
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def make_kernel_variables(mark: str) -> dict[str, str]:
    """Return the environment variables of a run's kernel: its mark, and one thread each.

    Two kernels of two threads each are slower on two cores.
    """
    return {**dict.fromkeys(THREAD_VARIABLES, "1"), RUN_MARK_VARIABLE: mark}


def kill_marked_processes(mark: str) -> None:
    """End every other process that carries the mark.

    A kernel that is stuck, or whose worker was killed, does not end by itself.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(RUN_MARK_VARIABLE) == mark:
                process.kill()
