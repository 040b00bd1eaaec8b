"""What a worker process does with one page: run the notebook, gate what it shows, write page and notebook, say how it ended."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from wording.files import NOTEBOOK_FOLDER
from wording.pages import checks as gate
from wording.pages import export
from wording.pages.state import Page, write_atomically

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
)
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
RUN_MARK_VARIABLE = "WORDING_RUN"
"""What this process's kernel, and all that it starts, carry in their environment."""


class LocalKernelManager(AsyncKernelManager):
    """A kernel that listens on files of its own, not on a network port."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.transport = "ipc"
        self.ip = str(
            Path(tempfile.mkdtemp(), "kernel")
        )  # else two kernels of one folder would answer each other


def run_worker(
    send: Connection,
    study: str,
    page: dict[str, Any],
    folder: str,
    *,
    width: int | None,
    scratch: str,
    mark: str,
    log: str,
) -> None:
    """Runs the page and sends each cell that begins, then how it ended: status and reason, or what the page has.

    Parameters
    ----------
    folder : where the page, its notebook and its tables are written.
    width : how many words of an article may stand on each side of a hit; None for any number.
    scratch : for the files of the kernel.
    """
    redirect_output(Path(log))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the runner's to act upon
    threading.Thread(target=exit_with_parent, args=(mark, scratch), daemon=True).start()
    os.environ |= dict.fromkeys(THREAD_VARIABLES, "1") | {
        RUN_MARK_VARIABLE: mark
    }  # two kernels of two threads each are slower on two cores
    tempfile.tempdir = scratch
    try:
        answer = make_page(
            study,
            Page(**page),
            Path(folder),
            width=width,
            tell=lambda cell: send.send({"cell": cell}),
        )
    except PapermillExecutionError as error:
        answer = {
            "status": "failed",
            "reason": f"Code cell {to_source_cell_number(error.exec_count)} raised {error.ename}: {error.evalue}",
        }
    except DeadKernelError:
        answer = {
            "status": "died",
            "reason": "The notebook's kernel died: it ran out of memory, or its code ended it.",
        }
    except (
        Exception
    ) as error:  # a fault of ours or of the machine: the page failed, and the log says why
        traceback.print_exc()
        answer = {"status": "failed", "reason": f"{type(error).__name__}: {error} (see its log)"}
    send.send(answer)


def redirect_output(log: Path) -> None:
    """What this process and its kernel print goes into the page's log."""
    with log.open("w", encoding="utf8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def exit_with_parent(mark: str, scratch: str) -> None:
    """Waits until the runner has ended, even by a signal that it cannot catch, and then ends the kernel and this process."""
    multiprocessing.parent_process().join()
    kill_marked_processes(mark)
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def kill_marked_processes(mark: str) -> None:
    """Ends every process that carries the mark: a kernel that is stuck, or whose worker was killed, does not end by itself."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(RUN_MARK_VARIABLE) == mark:
                process.kill()


def make_page(
    study: str, page: Page, folder: Path, *, width: int | None, tell: Callable[[int], None]
) -> dict[str, Any]:
    """The page's notebook run and exported; nothing is said to be good unless the content gate lets it through."""
    notebook = run_notebook(study, page, folder, tell)
    strip_run_details(notebook, study, folder.parents[1])
    html = export.render_page(
        notebook, title=page.title, subtitle=page.subtitle, study_title=page.study_title,
        context={"index": "../index.html", "notebook": f"{page.page}.ipynb", "parameters": {**page.parameters, "study": Path(study).name}},
    )  # fmt: skip
    if faults := gate.find_page_faults(notebook, html=html, width=width):
        return {"status": "failed", "reason": " ".join(faults)}
    tables = gate.extract_tables(html)
    files = {f"{page.page}.html": html, f"{page.page}.ipynb": nbformat.writes(notebook)}
    write_atomically(
        {
            folder / name: text
            for name, text in (
                files | {f"{page.page}-tables/{n}": t for n, t in tables.items()}
            ).items()
        }
    )
    return {
        "status": "ok", "reason": "", "findings": export.collect_findings(notebook), "tables": dict.fromkeys(tables, ""), "period": export.read_page_period(notebook),
    }  # fmt: skip


def run_notebook(
    study: str, page: Page, folder: Path, tell: Callable[[int], None]
) -> nbformat.NotebookNode:
    """The notebook after it was run with the page's parameters; `tell` is called with the number of each code cell that begins."""
    failed, begun = folder / "failed.ipynb", itertools.count(1)
    notebook = papermill.execute_notebook(
        str(NOTEBOOK_FOLDER / f"{page.notebook}.ipynb"), str(failed), {**page.parameters, "study": study}, kernel_name="python3", language="python",
        cwd=str(NOTEBOOK_FOLDER), progress_bar=False, request_save_on_cell_execute=False, start_timeout=10**6,
        kernel_manager_class=LocalKernelManager, on_cell_execute=lambda cell, cell_index: tell(to_source_cell_number(next(begun))),
    )  # fmt: skip
    failed.unlink()  # papermill leaves it for those that raise
    return notebook


def to_source_cell_number(executed: int) -> int:
    """The number of a code cell in the notebook itself: papermill puts a cell with the given values after the first, the `parameters`."""
    return max(executed - 1, 1)


def strip_run_details(notebook: nbformat.NotebookNode, study: str, folder: Path) -> None:
    """Takes out of the notebook what differs from run to run: times, ids, counters, and where the project lies on this machine."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_MIME, None)
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace(
                json.dumps(study), json.dumps(os.path.relpath(study, folder))
            )
