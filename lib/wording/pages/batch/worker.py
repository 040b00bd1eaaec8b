"""What a worker process does with one page.

It runs the notebook, checks what it shows, writes the page and the notebook, and says how it ended.
"""

from __future__ import annotations

import copy
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
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from wording.files import NOTEBOOK_FOLDER
from wording.pages import checks, export
from wording.pages.batch.assignments import Assignment
from wording.pages.batch.forking import (
    UnsafeFork,
    kill_marked_processes,
    make_kernel_variables,
    mark_process,
    refuse_unsafe_fork,
    run_held_starts,
)
from wording.pages.batch.kernels import LocalKernelManager, WaitingKernel, fork_kernel
from wording.pages.checks import WIDGET_MIME
from wording.pages.export import read_tags
from wording.pages.state import write_atomically
from wording.show.leads import mark_leads


def run_worker(send: Connection, assignment: Assignment) -> None:
    """Make the page; send each cell that begins, that the notebook has run, then how it ended.

    The last message has status and reason, and what the page has.
    """
    redirect_output(assignment.log)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the runner's to act upon
    kernel = prepare_kernel(send, assignment.mark)
    run_held_starts()
    threading.Thread(target=exit_with_parent, args=(assignment,), daemon=True).start()
    os.environ |= make_kernel_variables(assignment.mark)
    tempfile.tempdir = str(assignment.scratch)
    send.send(try_page(assignment, kernel, send.send))


def prepare_kernel(send: Connection, mark: str) -> WaitingKernel | None:
    """Return a kernel forked from this process, before this has threads; it carries the mark.

    None where it cannot be forked: the runner is told why.
    """
    try:
        refuse_unsafe_fork()
        mark_process(mark)
    except UnsafeFork as reason:
        send.send({"note": f"Each page starts its kernel anew, which takes longer: {reason}."})
        return None
    return fork_kernel(send)


def try_page(
    assignment: Assignment, kernel: WaitingKernel | None, report: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Return how the page ended, whatever happens."""
    try:
        return make_page(assignment, kernel, report)
    except PapermillExecutionError as error:
        cell = to_source_cell_number(error.exec_count)
        reason = f"Code cell {cell} raised {error.ename}: {error.evalue}"
        return {"status": "failed", "reason": reason}
    except DeadKernelError:
        reason = "The notebook's kernel died: it ran out of memory, or its code ended it."
        return {"status": "died", "reason": reason}
    except Exception as error:  # a fault of ours or of the machine: the log says why
        traceback.print_exc()
        return {"status": "failed", "reason": f"{type(error).__name__}: {error} (see its log)"}


def redirect_output(log: Path) -> None:
    """Send what this process and its kernel print to the page's log."""
    with log.open("w", encoding="utf8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def exit_with_parent(assignment: Assignment) -> None:
    """Wait until the runner has ended, even by a signal that it cannot catch; then end the run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    kill_marked_processes(assignment.mark)
    shutil.rmtree(assignment.scratch, ignore_errors=True)
    os._exit(1)


def make_page(
    assignment: Assignment, kernel: WaitingKernel | None, report: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run and export the page's notebook; a page is good only if it passes all checks."""
    study, page, folder = assignment.study, assignment.page, assignment.folder
    raw = run_notebook(assignment, kernel, report)
    report({"has_run": True})
    notebook = strip_run_details(raw, study, folder.parents[1])
    html = export.render_page(
        notebook,
        title=page.title,
        subtitle=page.subtitle,
        study_title=page.study_title,
        context={
            "index": "../index.html",
            "notebook": f"{page.page}.ipynb",
            "parameters": {**page.parameters, "study": Path(study).name},
        },
    )
    if faults := checks.find_page_faults(raw, html=html, width=assignment.width):
        return {"status": "failed", "reason": " ".join(faults)}
    tables = checks.extract_tables(html)
    texts = {f"{page.page}.html": html, f"{page.page}.ipynb": write_notebook(notebook)}
    texts |= {f"{page.page}-tables/{name}": text for name, text in tables.items()}
    write_atomically({folder / name: text for name, text in texts.items()})
    return {
        "status": "ok",
        "reason": "",
        "findings": export.collect_findings(notebook),
        "tables": dict.fromkeys(tables, ""),
        "period": export.read_page_period(notebook),
        "headline": export.read_page_headline(notebook),
    }


def run_notebook(
    assignment: Assignment, kernel: WaitingKernel | None, report: Callable[[dict[str, Any]], None]
) -> NotebookNode:
    """Return the notebook after it was run with the page's parameters.

    Parameters
    ----------
    assignment : Assignment
        The page.
    kernel : WaitingKernel, optional
        What runs it; a new process by default.
    report : callable
        Is given the number of each code cell that begins, as `cell`.
    """
    page, failed, begun = assignment.page, assignment.folder / "failed.ipynb", itertools.count(1)
    notebook = papermill.execute_notebook(
        str(NOTEBOOK_FOLDER / f"{page.notebook}.ipynb"),
        str(failed),
        {**page.parameters, "study": assignment.study},
        kernel_name="python3",
        language="python",
        cwd=str(NOTEBOOK_FOLDER),
        progress_bar=False,
        request_save_on_cell_execute=False,
        start_timeout=10**6,
        shutdown_kernel="immediate",
        kernel_manager_class=kernel.make_manager() if kernel else LocalKernelManager,
        on_cell_execute=lambda cell, cell_index: report(
            {"cell": to_source_cell_number(next(begun))}
        ),
    )
    failed.unlink()  # papermill leaves it for those that raise
    return notebook


def to_source_cell_number(executed: int) -> int:
    """Return the number of a code cell in the notebook itself.

    Papermill puts a cell with the given values after the first, the `parameters`.
    """
    return max(executed - 1, 1)


def strip_run_details(notebook: NotebookNode, study: str, folder: Path) -> NotebookNode:
    """Return the notebook without what differs from run to run.

    These are times, ids, counters, and where the project is on this machine.
    """
    stripped = copy.deepcopy(notebook)
    stripped.metadata.pop("papermill", None)
    stripped.metadata.pop("widgets", None)
    for number, cell in enumerate(stripped.cells):
        cell.id = f"cell-{number}"
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_MIME, None)
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if "injected-parameters" in read_tags(cell):
            place = json.dumps(os.path.relpath(study, folder))
            cell.source = cell.source.replace(json.dumps(study), place)
    return stripped


def write_notebook(notebook: NotebookNode) -> str:
    """Return the notebook as a file, without links to lines, which JupyterLab breaks in figures."""
    unlinked = copy.deepcopy(notebook)
    for cell in unlinked.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = mark_leads("".join(data["text/html"]))
    return nbformat.writes(unlinked)
