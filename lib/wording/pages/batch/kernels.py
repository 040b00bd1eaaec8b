"""The kernels that run notebooks: how one is started, what it carries, and how it is ended."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager

RUN_MARK_VARIABLE = "WORDING_RUN"
"""What the kernel of a run, and all that it starts, carry in their environment."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


class LocalKernelManager(AsyncKernelManager):
    """A kernel that listens on files of its own, not on a network port."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.transport = "ipc"
        # A folder of its own, else two kernels of one folder would answer each other.
        self.ip = str(Path(tempfile.mkdtemp(), "kernel"))


def make_kernel_variables(mark: str) -> dict[str, str]:
    """Return the environment variables of a run's kernel: its mark, and one thread each.

    Two kernels of two threads each are slower on two cores.
    """
    return {**dict.fromkeys(THREAD_VARIABLES, "1"), RUN_MARK_VARIABLE: mark}


def kill_marked_processes(mark: str) -> None:
    """End every process that carries the mark.

    A kernel that is stuck, or whose worker was killed, does not end by itself.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(RUN_MARK_VARIABLE) == mark:
                process.kill()
