"""Studies with notebooks of their own, and `wording report` over them."""

import json
import os
import subprocess
import sys
import time

import nbformat
import psutil

# What show.findings gives, without the seconds that the library takes to import.
SHOWS = """
record = {"kind": "findings", "sentences": [f"It is {word}."]}
get_ipython().display_pub.publish({"text/plain": word, "text/html": "<p>Said.</p>", \
"application/vnd.wording+json": record})
"""
WORD = 'study: str = ""  # where\nword: str = "good"  # what'


def notebook(folder, name, *sources, parameters=WORD):
    node = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    node.cells = [
        nbformat.v4.new_markdown_cell(f"# How is {name}?"),
        cell,
        *map(nbformat.v4.new_code_cell, sources),
    ]
    nbformat.write(node, folder / "notebooks" / f"{name}.ipynb")


def asks_for(place, reports, more=""):
    """The study with these reports, and more lines."""
    text = (
        (place / "study" / "study.yml")
        .read_text(encoding="utf8")
        .split("reports:")[0]
        .split("limits:")[0]
    )
    said = "".join(f"  - {report}\n" for report in reports)
    (place / "study" / "study.yml").write_text(f"{text}reports:\n{said}{more}", encoding="utf8")


def begin(place, *options, **more):
    """`wording report` on the study, begun."""
    command = [
        sys.executable,
        "-m",
        "wording.cli",
        "report",
        str(place / "study"),
        "--out",
        str(place / "out"),
        *options,
    ]
    environment = {**os.environ, "WORDING_NOTEBOOKS": str(place / "notebooks")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(command, env=environment, start_new_session=True, **pipes, **more)


def report(place, reports, *options, more="", **how):
    """(exit code, output) of `wording report` on the study with these reports."""
    asks_for(place, reports, more)
    process = begin(place, *options, **how)
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def states(place):
    return {
        f.stem: json.loads(f.read_text(encoding="utf8"))
        for f in (place / "out" / "study" / ".state").glob("*.json")
    }


def statuses(place):
    return {name: state["status"] for name, state in states(place).items()}


def left_behind(place):
    """Processes of runs below the place that are still there."""
    found = []
    for process in psutil.process_iter():
        try:
            if (
                process.environ().get("WORDING_RUN", "").startswith(str(place.resolve()))
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def alive(number):
    """Whether the process runs.

    One that has ended stays listed until its parent, after a kill the system's first process, has
    asked how.
    """
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def becomes_true(condition, *, seconds=60):
    """Whether the condition holds within so many seconds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()
