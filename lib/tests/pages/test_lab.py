"""JupyterLab with the panel of explore.ipynb, used in Chromium by keyboard alone.

What is chosen there is shown, and what is marked is on disk.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from time import monotonic, sleep

import nbformat
import pytest
from browser import CTRL, SHIFT
from nbclient import NotebookClient

from wording.files import NOTEBOOK_FOLDER, PROJECT_ROOT
from wording.show.html import DISPLAY_MIME
from wording.study import journal
from wording.study.read import read_study

FIELD = (
    "[...document.querySelectorAll('.wording-panel label')]"
    ".find(label => label.textContent === '{}').control"
)
BUTTON = (
    "[...document.querySelectorAll('.wording-panel button')]"
    ".find(button => button.textContent === '{}')"
)
STATUS = (
    "(document.querySelector('.wording-panel [role=status], .wording-panel [role=alert]') ?? "
    "{}).textContent"
)
FIGURES = (
    "[...document.querySelectorAll('.wording-panel figcaption')]"
    ".map(caption => caption.textContent).join()"
)
LINES = (
    f"[...{FIELD.format('The lines')}.options].slice(0, 5)"
    ".map(option => option.text.replaceAll('\\u00a0', ' ')).join('\\n')"
)
IDLE = "!!document.querySelector('.jp-Notebook-ExecutionIndicator[data-status=idle]')"
DOWN, ENTER, TAB = ("ArrowDown", 40), ("Enter", 13), ("Tab", 9)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as the project's: the notebook as it is, and a copy of the demo."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "notebooks").mkdir()
    shutil.copy(NOTEBOOK_FOLDER / "explore.ipynb", folder / "notebooks")
    shutil.copytree(
        PROJECT_ROOT / "data" / "demo",
        folder / "data" / "demo",
        ignore=shutil.ignore_patterns(".build", "marks.csv"),
    )
    return folder


@pytest.fixture(scope="module")
def lab(chromium, place, tmp_path_factory):
    """The address of explore.ipynb in a JupyterLab of its own, started by `wording lab`."""
    own, token = tmp_path_factory.mktemp("jupyter"), secrets.token_hex(8)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {
        f"JUPYTER{name}_DIR": str(own / name)
        for name in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")
    }
    command = [
        sys.executable,
        "-m",
        "wording.cli",
        "lab",
        str(place / "notebooks" / "explore.ipynb"),
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]
    with (own / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | kept, stdout=log, stderr=log)
    try:
        await_answer(f"http://127.0.0.1:{port}/api/status?token={token}", process, own / "log")
        yield f"http://127.0.0.1:{port}/lab/tree/explore.ipynb?token={token}"
    finally:
        process.terminate()  # its kernels end with it
        process.wait(30)


def await_answer(address, process, log):
    end = monotonic() + 60
    while monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address):
            return
        sleep(0.1)
    raise AssertionError(log.read_text())


def keys(chromium, field, *pressed, text="", with_=0):
    """Puts the focus on a field or button, and presses the keys.

    Before, the text is written there in the place of what stands there.
    """
    chromium.value(f"(place => {{ place.focus(); if (place.select) place.select(); }})({field})")
    if text:
        chromium.call("Input.insertText", text=text)
    for key, code in pressed:
        chromium.press(key, code, with_=with_)


def run_all(chromium):
    """Chooses all cells and runs them; JupyterLab takes no keys until it is quite ready."""
    begun, end = (
        (
            "[...document.querySelectorAll('.jp-InputPrompt')]"
            ".some(prompt => /[*0-9]/.test(prompt.textContent))"
        ),
        monotonic() + 60,
    )
    while not chromium.value(begun):
        assert monotonic() < end
        chromium.value("document.querySelector('.jp-Notebook').focus()")
        for key, code, with_ in (("Escape", 27, 0), ("a", 65, CTRL), ("Enter", 13, CTRL)):
            chromium.press(key, code, with_=with_)
            sleep(0.3)


def changed(chromium, before):
    """What stands in figures and lines once both are others than before."""
    chromium.until(f"{FIGURES} !== {json.dumps(before[0])} && {LINES} !== {json.dumps(before[1])}")
    return chromium.value(FIGURES), chromium.value(LINES)


def test_the_panel_is_used_by_keyboard_and_what_is_said_there_is_on_disk(chromium, lab, place):
    chromium.call("Emulation.setFocusEmulationEnabled", enabled=True)
    chromium.open(lab)
    chromium.until(IDLE)
    run_all(chromium)
    chromium.until(
        f"document.querySelectorAll('.wording-panel figcaption').length === 2 && {LINES}.length > 0"
    )
    chromium.until(IDLE)  # JupyterLab moves the focus as long as cells run
    seen = chromium.value(FIGURES), chromium.value(LINES)

    keys(chromium, FIELD.format("Concept"), DOWN)
    seen = changed(chromium, seen)
    assert "Towns that changed hands" in seen[0]

    keys(chromium, FIELD.format("Pattern"), ENTER, text="<twons>")
    chromium.until(f"{STATUS}.includes('did you mean')")
    keys(chromium, FIELD.format("Pattern"), ENTER, text="coup; protest*")
    seen = changed(chromium, seen)
    assert (
        chromium.until(f"{STATUS}.startsWith('coup; protest*: ') && {STATUS}").split()[2].isdigit()
    )

    lines = chromium.value(LINES)
    keys(chromium, FIELD.format("Voice"), DOWN)
    chromium.until(f"{LINES} !== {json.dumps(lines)}")
    chromium.until(f"{STATUS}.startsWith('coup; protest*: ')")
    assert all(line.endswith(" quoted") for line in chromium.value(LINES).splitlines())

    keys(chromium, FIELD.format("Pattern"), ENTER, text="new (cabinet|council)")
    chromium.until(f"{STATUS}.startsWith('new (cabinet|council): ')")
    keys(chromium, FIELD.format("Into"), TAB, text="change-of-government")
    keys(chromium, FIELD.format("Variant"), text="council")
    keys(chromium, BUTTON.format("Add as variant"), (" ", 32))
    chromium.until(f"{STATUS}.includes('is a variant of change-of-government')")
    assert read_study(place / "data" / "demo").concepts["change-of-government"].variants[
        "council"
    ].match == ["new (cabinet|council)"]

    keys(chromium, FIELD.format("Coder"), TAB, text="ada")
    keys(chromium, FIELD.format("The lines"), DOWN)
    keys(chromium, FIELD.format("The lines"), DOWN, with_=SHIFT)
    chromium.until("document.querySelectorAll('.wording-panel blockquote mark').length === 2")
    keys(chromium, BUTTON.format("right sense (R)"), (" ", 32))
    chromium.until(f"{STATUS}.startsWith('2 lines marked')")
    marks = journal.read_marks(read_study(place / "data" / "demo"))
    assert (marks["coder"].to_list(), marks["mark"].to_list()) == (["ada"] * 2, ["right sense"] * 2)
    assert chromium.value(LINES).count(" R ") == 2

    asked = [request["request"]["url"] for request in chromium.told("Network.requestWillBeSent")]
    asked += [socket["url"] for socket in chromium.told("Network.webSocketCreated")]
    assert {
        url.split("/")[2].split(":")[0] for url in asked if not url.startswith(("data:", "blob:"))
    } == {"127.0.0.1"}
    assert chromium.value("document.querySelectorAll('.Toastify__toast').length") == 0, (
        "no news are offered"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "book", sorted(NOTEBOOK_FOLDER.glob("*.ipynb")), ids=lambda book: book.stem
)
def test_every_notebook_runs_as_it_is_in_the_folder_that_jupyterlab_opens(place, book):
    notebook = nbformat.read(book, as_version=4)
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(place / "notebooks")}},
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert any(DISPLAY_MIME in output.get("data", {}) for output in outputs)
