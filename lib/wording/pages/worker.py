"""What a worker process does with one page: run the notebook, gate what it shows, write page and notebook, say how it ended."""

from __future__ import annotations

import os
import tempfile
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from wording.pages import export
from wording.pages.runner import CELL_SECONDS, Page, state_file, write_atomically
from wording.study import NOTEBOOKS

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


class LocalKernelManager(AsyncKernelManager):
    """A kernel that listens on files of its own, not on a network port."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.transport = "ipc"
        self.ip = str(Path(tempfile.mkdtemp(), "kernel"))  # else two kernels of one folder would answer each other


def work(send: Connection, study: str, page: dict[str, Any], reports: str) -> None:
    """Runs the page and sends how it ended: status, reason, findings, and the paths of what was written."""
    page, reports = Page(**page), Path(reports)
    log = state_file(reports, page).with_suffix(".log")
    redirect_output(log)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # the kernel inherits it: two kernels of two threads each are slower on two cores
    try:
        answer = make(Path(study), page, reports)
    except PapermillExecutionError as error:
        answer = {"status": "failed", "reason": f"Cell {error.exec_count} raised {error.ename}: {error.evalue}"}
    except DeadKernelError:
        answer = {"status": "died", "reason": "The notebook's kernel died: it ran out of memory, or its code ended it."}
    except CellTimeoutError:
        answer = {"status": "timed-out", "reason": f"A cell ran for over {CELL_SECONDS} s."}
    except Exception as error:  # a fault of ours or of the machine: the page failed, and the log says why
        traceback.print_exc()
        answer = {"status": "failed", "reason": f"{type(error).__name__}: {error} (see {log})"}
    send.send(answer)


def redirect_output(log: Path) -> None:
    """What this process and its kernel print goes into the page's log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def make(study: Path, page: Page, reports: Path) -> dict[str, Any]:
    """The page's notebook run and exported; nothing is replaced unless the content gate lets it through."""
    with tempfile.TemporaryDirectory(prefix="wording-") as scratch:
        tempfile.tempdir = scratch  # this process makes one page: all that it leaves lying is swept up with it
        ran = Path(scratch, "run.ipynb")
        try:
            papermill.execute_notebook(
                str(NOTEBOOKS / f"{page.notebook}.ipynb"), str(ran), {**page.parameters, "study": str(study)}, kernel_name="python3",
                language="python", cwd=str(NOTEBOOKS), progress_bar=False, request_save_on_cell_execute=False,
                execution_timeout=CELL_SECONDS, kernel_manager_class=LocalKernelManager,
            )  # fmt: skip
        except PapermillExecutionError:
            write_atomically(state_file(reports, page).with_suffix(".failed.ipynb"), ran.read_text(encoding="utf8"))
            raise
        notebook = settled_notebook(nbformat.read(ran, as_version=4))
    html = export.page(
        notebook, title=page.title, subtitle=page.subtitle, study_title=page.study_title,
        context={"index": "../index.html", "notebook": f"{page.page}.ipynb", "parameters": shown_parameters(page, study)},
    )  # fmt: skip
    if faults := export.problems(notebook, html=html):
        return {"status": "failed", "reason": " ".join(faults)}
    folder = reports / page.study
    write_atomically(folder / f"{page.page}.html", html)
    write_atomically(folder / f"{page.page}.ipynb", nbformat.writes(notebook))
    found = export.headlines(notebook)
    return {
        "status": "ok",
        "reason": "",
        "findings": found,
        "html": f"{page.study}/{page.page}.html",
        "ipynb": f"{page.study}/{page.page}.ipynb",
    }


def settled_notebook(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what differs from run to run: times, ids, counters."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    return notebook


def shown_parameters(page: Page, study: Path) -> dict[str, Any]:
    """The parameters as a page shows them: the study by its name, not by where it lies on this machine."""
    return {**page.parameters, "study": study.name}
