"""The kernels that run notebooks: forked where a warm process can be, else started anew."""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from wording.pages.batch.forking import end_with_parent, run_held_starts

WAITING_SECONDS = 0.005
"""Seconds after which it is asked again whether a kernel listens, or has ended."""

ANSWER_SECONDS = 1.0
"""Seconds that a kernel has to answer; then it is asked again."""


class PromptClient(AsyncKernelClient):
    """A client that begins as soon as the kernel is ready.

    That of Jupyter always waits 0.2 s longer, for messages that may not come.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and what it publishes arrives here.

        How long that may take is the runner's to limit, not this client's.
        """
        while True:
            asked = self.kernel_info()
            with suppress(Empty):
                self._handle_kernel_info_reply(await self.get_shell_msg(timeout=ANSWER_SECONDS))
                await self._wait_for_idle(asked)
                return
            if not await self.is_alive():
                raise RuntimeError("The kernel ended before it answered.")

    async def _wait_for_idle(self, asked: str) -> None:
        while True:
            message = await self.get_iopub_msg(timeout=ANSWER_SECONDS)
            ours = message["parent_header"].get("msg_id") == asked
            if ours and message["content"].get("execution_state") == "idle":
                return


class LocalKernelManager(AsyncKernelManager):
    """A kernel that listens on files of its own, not on a network port."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.client_factory = PromptClient
        self.transport = "ipc"
        # A folder of its own, else two kernels of one folder would answer each other.
        self.ip = str(Path(tempfile.mkdtemp(), "kernel"))


@dataclass(frozen=True)
class WaitingKernel:
    """A process, forked from a warm one, that becomes a kernel when it is told its files."""

    process: BaseProcess
    send: Connection

    def make_manager(self) -> type[AsyncKernelManager]:
        """Return a kernel manager whose kernel is this process."""
        kernel = self

        class ForkedKernelManager(LocalKernelManager):
            """A kernel that was forked before this process had threads."""

            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                self.provisioner = ForkedProvisioner(kernel, self)

        return ForkedKernelManager


@dataclass(frozen=True)
class Launch:
    """What a waiting kernel is told: its connection file, its folder, its environment."""

    file: str
    folder: str
    variables: dict[str, str]


class ForkedProvisioner(LocalProvisioner):
    """Gives Jupyter a kernel that waits to become one, in the place of a new process."""

    process: Any = None  # not a Popen, as in the base

    def __init__(self, kernel: WaitingKernel, parent: AsyncKernelManager) -> None:
        super().__init__(parent=parent, kernel_spec=parent.kernel_spec, kernel_id=parent.kernel_id)
        self._kernel, self._manager = kernel, parent

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Tell the kernel where to listen; the command of a new process is not needed."""
        file, self.cwd = self._manager.connection_file, options.get("cwd", os.getcwd())
        self._kernel.send.send(Launch(file, str(self.cwd), dict(options["env"])))
        self._kernel.send.close()
        self.process = self._kernel.process
        self.pid = self.pgid = self.process.pid  # it leads a group of its own
        # Who connects to a socket that is not there yet tries again after 0.1 s.
        while not self._listens() and await self.poll() is None:
            await asyncio.sleep(WAITING_SECONDS)
        return self.connection_info

    def _listens(self) -> bool:
        ports = [value for name, value in self.connection_info.items() if name.endswith("_port")]
        return all(Path(f"{self._manager.ip}-{port}").exists() for port in ports)

    async def poll(self) -> int | None:
        """Return how the kernel ended; None while it runs."""
        return self.process.exitcode if self.process else 0

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and wait until it has."""
        await super().kill(restart=restart)
        await self.wait()

    async def wait(self) -> int | None:
        """Return how the kernel ended, when it has."""
        while (code := await self.poll()) is None:
            await asyncio.sleep(WAITING_SECONDS)
        self.process = None
        return code


def fork_kernel(report: Connection) -> WaitingKernel:
    """Return a kernel forked from this process, which must have no threads.

    Parameters
    ----------
    report : Connection
        A connection that is this process's alone.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=wait_and_run_kernel, args=(receive, (send, report)))
    process.start()
    receive.close()
    return WaitingKernel(process, send)


def wait_and_run_kernel(receive: Connection, others: tuple[Connection, ...]) -> None:
    """Run as the kernel that this process is told to be; none, if the other end is closed.

    Parameters
    ----------
    receive : Connection
        From where it is told.
    others : tuple of Connection
        Those of the parent, which are to end with the parent.
    """
    for connection in others:
        connection.close()
    end_with_parent()
    os.setsid()  # an interrupt at the terminal is the runner's to act upon
    with suppress(EOFError):
        run_kernel(receive.recv())


def run_kernel(launch: Launch) -> None:
    """Run a kernel as a new process would, until it is asked to end."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs a page
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(launch.folder)
    os.environ.clear()
    os.environ |= launch.variables
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["ipykernel_launcher", "-f", launch.file, "--HistoryManager.enabled=False"]
    np.random.seed()  # else what takes no seed is the same on all pages
    run_held_starts()
    IPKernelApp.launch_instance(argv=sys.argv[1:], parent_handle=os.getppid())
    atexit._run_exitfuncs()  # a forked process leaves them out
