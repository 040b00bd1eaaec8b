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
from browser import CTRL, SHIFT, browser

from wording.files import NOTEBOOK_FOLDER, PROJECT_ROOT
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
NOTES = (
    "[...document.querySelectorAll('.wording-panel :is([role=status], [role=alert])')]"
    ".map(note => note.textContent).join(' ')"
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
DOWN, UP, ENTER, TAB = ("ArrowDown", 40), ("ArrowUp", 38), ("Enter", 13), ("Tab", 9)


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
    """A JupyterLab of its own, started by `wording lab`; what stands before and behind a path."""
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
        "--LabApp.expose_app_in_browser=True",
    ]
    with (own / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | kept, stdout=log, stderr=log)
    try:
        await_answer(f"http://127.0.0.1:{port}/api/status?token={token}", process, own / "log")
        yield f"http://127.0.0.1:{port}/lab{{}}?token={token}"
        chromium.open("about:blank")  # else its page would go on asking for the server
    finally:
        process.terminate()  # its kernels end with it
        process.wait(30)


def await_answer(address, process, log):
    end = monotonic() + 120
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


@pytest.mark.slow
def test_the_panel_is_used_by_keyboard_and_what_is_said_there_is_on_disk(chromium, lab, place):
    chromium.call("Emulation.setFocusEmulationEnabled", enabled=True)
    chromium.open(lab.format("/tree/explore.ipynb"))
    chromium.until(IDLE)
    run_all(chromium)
    chromium.until(
        f"document.querySelectorAll('.wording-panel figcaption').length === 2 && "
        f"{LINES}.length > 0",
        seconds=120,
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
    keys(chromium, FIELD.format("Into"), UP)
    keys(chromium, FIELD.format("Variant"), text="council")
    keys(chromium, BUTTON.format("Add as variant"), (" ", 32))
    chromium.until(f"{NOTES}.includes('is a variant of change-of-government')")
    assert read_study(place / "data" / "demo").concepts["change-of-government"].variants[
        "council"
    ].match == ["new (cabinet|council)"]

    keys(chromium, FIELD.format("Coder"), TAB, text="ada")
    chromium.until("document.querySelector('.wording-panel').textContent.includes('Marks of ada')")
    keys(chromium, FIELD.format("The lines"), DOWN)
    keys(chromium, FIELD.format("The lines"), DOWN, with_=SHIFT)
    chromium.until("document.querySelectorAll('.wording-panel blockquote mark').length === 2")
    keys(chromium, BUTTON.format("right sense (R)"), (" ", 32))
    chromium.until(f"{NOTES}.includes('2 lines marked')")
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


OPENED = "jupyterapp.shell.currentWidget"
KERNEL = f"{OPENED}?.sessionContext?.session?.kernel"
ERRORS = f"""[...{OPENED}.content.model.cells].flatMap(cell => cell.type === 'code'
    ? cell.sharedModel.getOutputs() : []).filter(output => output.output_type === 'error' ||
    output.name === 'stderr').map(output => output.evalue ?? output.text)"""
BROKEN = f"""[...{OPENED}.node.querySelectorAll(
    '[data-mime-type*=stderr], [data-mime-type*=error], .jupyter-widgets-error-widget')]
    .map(place => place.textContent.slice(-300))"""
LEADS = f"""[...{OPENED}.node.querySelectorAll('[data-lines]')].filter(place =>
    place.closest('.jp-Cell').querySelector('.wording-leads select'))"""
READ = f"{OPENED}.node.querySelectorAll('.wording-leads table.kwic').length"
READ_IN_PANEL = f"{OPENED}.node.querySelectorAll('table.kwic').length"
"""Lines are read below what leads to them; the panel has a place of its own for them."""
CLICK_UNTIL_READ = """new Promise(async done => {{
  for (let second = 0; second < 60 && !({read}); second++) {{
    if (second % 10 === 0) {leads}[0].dispatchEvent(new MouseEvent('click', {{bubbles: true}}));
    await new Promise(wait => setTimeout(wait, 1000));
  }}
  done({read} > 0);
}})"""
"""A click before JupyterLab has put the list in its place is lost, as a reader would see."""


@pytest.fixture
def fresh(chromium, lab):
    """JupyterLab in a browser of its own: one with unsaved notebooks would ask before it leaves."""
    with browser() as opened:
        opened.open(lab.format(""))
        opened.until("!!window.jupyterapp && jupyterapp.restored.then(() => true)", seconds=120)
        yield opened


def open_and_run(chromium, name):
    """Opens a notebook in the JupyterLab that is open, runs it, and returns what went wrong."""
    chromium.value(
        f"jupyterapp.commands.execute('docmanager:open', {{path: '{name}'}})"
        ".then(widget => widget.context.ready).then(() => 1)"
    )
    chromium.until(f"{KERNEL}?.status === 'idle'")
    chromium.value("jupyterapp.commands.execute('notebook:run-all-cells').then(() => 1)")
    return chromium.value(ERRORS) + chromium.value(BROKEN) + tell_faults(chromium)


def tell_faults(chromium):
    """What JupyterLab told of errors since this was asked last, in the console and by itself."""
    thrown = chromium.told("Runtime.exceptionThrown")
    said = [one for one in chromium.told("Runtime.consoleAPICalled") if one["type"] == "error"]
    logged = [one for one in chromium.told("Log.entryAdded") if one["entry"]["level"] == "error"]
    chromium.events.clear()
    return [*thrown, *said, *logged]


def end_notebook(chromium):
    """Saves the notebook that is open without its outputs, ends its kernel, and closes it.

    A list whose kernel is gone would be an error when JupyterLab opens the notebook again.
    """
    for action in (
        "jupyterapp.commands.execute('notebook:clear-all-cell-outputs')",
        f"{OPENED}.context.save()",
        f"{OPENED}.sessionContext.shutdown()",
        "jupyterapp.commands.execute('application:close')",
    ):
        chromium.value(f"Promise.resolve({action}).then(() => 1)")


@pytest.mark.slow  # thirteen notebooks, ten seconds each
def test_every_notebook_runs_in_jupyterlab_and_its_numbers_lead_to_lines(fresh, place):
    for book in sorted(NOTEBOOK_FOLDER.glob("*.ipynb")):
        shutil.copy(book, place / "notebooks")
        assert (book.name, open_and_run(fresh, book.name)) == (book.name, [])
        assert fresh.value(f"{OPENED}.node.querySelectorAll('svg[viewBox] a').length") == 0
        if fresh.value(f"{LEADS}.length"):
            read = READ_IN_PANEL if book.stem == "explore" else READ
            assert fresh.value(CLICK_UNTIL_READ.format(leads=LEADS, read=read)), book.name
        assert (book.name, tell_faults(fresh)) == (book.name, [])
        end_notebook(fresh)


@pytest.mark.slow  # JupyterLab is opened once more
def test_a_figure_with_links_is_what_jupyterlab_breaks(fresh, place):
    """So that the test above sees it where there is one."""
    figure = '<div><svg viewBox="0 0 9 9"><a href="#lines-a"><path d="M0 0"/></a></svg></div>'
    shown = [nbformat.v4.new_code_cell(f"from IPython.display import HTML\nHTML('{figure}')")]
    known = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=shown, metadata=known)
    nbformat.write(notebook, place / "notebooks" / "linked.ipynb")
    assert "href" in "".join(map(str, open_and_run(fresh, "linked.ipynb")))
    end_notebook(fresh)
