"""How long commands take, each in a process of its own, beside what others would run instead.

A peer that is in another environment is named with its interpreter, and is no dependency.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from wording.errors import WordingError
from wording.files import DATA_FOLDER, NOTEBOOK_FOLDER
from wording.phrasing import join_names
from wording.settings import one_of

DEMO_PAGES = ("00_overview", "04_keyness")
"""Notebooks that run with the demo as they are; a report has the first without being asked."""

REPORT_PAGES = ("01_corpus", "03_voice", "04_keyness", "07_outlets", "08_discover", "09_coding")
"""Notebooks that need no concept."""

COMMAND_START = "command: wording --help"
FIRST_BUILD = "command: first build, nothing compiled yet"
BUILD = "command: build"
REPORT = "command: report of the study, two jobs"
DEMO_REPORT = "command: two pages of the demo, one job"
PAPERMILL = "papermill and nbconvert: the same two pages"

PEER_SCRIPTS = {
    "scattertext": """
import pandas, scattertext, sys
frame = pandas.DataFrame({"text": pandas.read_parquet(sys.argv[1])["text"]})
frame["side"] = ["ab"[i % 2] for i in range(len(frame))]
frame["parsed"] = frame["text"].map(scattertext.whitespace_nlp_with_sentences)
scattertext.CorpusFromParsedDocuments(frame, category_col="side", parsed_col="parsed").build()
""",
}
"""What a peer does with a Parquet file of texts, by its name."""

Commands = dict[str, Callable[[], None]]


def parse_peers(given: tuple[str, ...]) -> dict[str, str]:
    """Return the interpreter of each peer, from NAME=PYTHON.

    Raises
    ------
    WordingError
        For another form, an unknown name, and an interpreter that is not there.
    """
    peers = {}
    for text in given:
        name, sign, python = text.partition("=")
        if not sign:
            raise WordingError(f"--peer {text}: expected NAME=PYTHON, such as scattertext=python3.")
        one_of("peer", name, PEER_SCRIPTS, place="--peer")
        if not shutil.which(python):
            raise WordingError(f"--peer {text}: there is no interpreter {python}; write its path.")
        peers[name] = python
    return peers


def describe_ratios(seconds: Mapping[str, float]) -> str:
    """Return how much faster the pages of the demo are made than without this suite.

    >>> describe_ratios({DEMO_REPORT: 2.0, PAPERMILL: 12.0})
    'two pages of the demo: 6.0 times as fast as papermill and nbconvert after one another'
    """
    ratio = seconds[PAPERMILL] / seconds[DEMO_REPORT]
    return (
        f"two pages of the demo: {ratio:.1f} times as fast as papermill and nbconvert after "
        "one another"
    )


def describe_skipped_peers(given: Mapping[str, str]) -> str:
    """Return which peers in other environments were not timed.

    >>> describe_skipped_peers({name: "python3" for name in PEER_SCRIPTS})
    'every peer was timed'
    """
    skipped = [name for name in PEER_SCRIPTS if name not in given]
    if not skipped:
        return "every peer was timed"
    return f"not timed, as no --peer NAME=PYTHON names an environment: {join_names(skipped)}"


@contextmanager
def prepare_commands(
    study: Path, concept: str, texts: Path, peers: Mapping[str, str]
) -> Iterator[Commands]:
    """Yield what runs each command, over folders that are removed at the end.

    Parameters
    ----------
    study : Path
        A study's folder, whose corpus is built.
    concept : str
        One of its concepts, for the pages that need one.
    texts : Path
        Its texts, as a Parquet file with a column text.
    peers : mapping
        Interpreters of other environments, by the name of the peer.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = copy_study(study, folder / "report", list_report_entries(concept))
        demo = copy_study(DATA_FOLDER / "demo", folder / "demo", DEMO_PAGES[1:])
        run_wording("build", demo)
        commands: Commands = {
            COMMAND_START: lambda: run_wording("--help"),
            FIRST_BUILD: lambda: build_uncompiled(study, folder / "compiled"),
            BUILD: lambda: build_anew(study),
            REPORT: lambda: run_wording(
                "report", report, "--out", folder / "out", "--force", "--jobs", 2
            ),
            DEMO_REPORT: lambda: run_wording(
                "report", demo, "--out", folder / "pages", "--force", "--jobs", 1
            ),
            PAPERMILL: lambda: run_papermill_and_nbconvert(demo, folder),
        }
        for peer, python in peers.items():
            script = PEER_SCRIPTS[peer]
            commands[f"peer: {peer}"] = functools.partial(run, python, "-c", script, texts)
        yield commands


def list_report_entries(concept: str) -> list[str]:
    """Return the reports of a study: one page of each notebook up to 09."""
    asked = ("02_terms", "05_contexts", "06_timeline")
    return [
        *REPORT_PAGES,
        *(f"{{notebook: {name}, parameters: {{concept: {concept}}}}}" for name in asked),
    ]


def copy_study(study: Path, folder: Path, entries: list[str] | tuple[str, ...]) -> Path:
    """Copy a study with other reports; return the folder."""
    shutil.copytree(study, folder, symlinks=True)
    settings = (study / "study.yml").read_text(encoding="utf8").partition("\nreports:")[0]
    listed = "".join(
        f"  - {entry if entry.startswith('{') else f'notebook: {entry}'}\n" for entry in entries
    )
    (folder / "study.yml").write_text(f"{settings}\nreports:\n{listed}", encoding="utf8")
    return folder


def build_anew(study: Path, variables: Mapping[str, str] | None = None) -> None:
    """Build the study's corpus by the command."""
    shutil.rmtree(study / ".build", ignore_errors=True)
    run_wording("build", study, variables=variables)


def build_uncompiled(study: Path, folder: Path) -> None:
    """Build the study's corpus by the command, where Numba has kept nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    build_anew(study, {"NUMBA_CACHE_DIR": str(folder)})


def run_papermill_and_nbconvert(demo: Path, folder: Path) -> None:
    """Make the pages of the demo as one would without this suite, one after another."""
    for name in DEMO_PAGES:
        made = folder / f"{name}.ipynb"
        notebook = NOTEBOOK_FOLDER / made.name
        run(
            *(sys.executable, "-m", "papermill", "--no-progress-bar", notebook, made),
            *("--cwd", NOTEBOOK_FOLDER, "-y", json.dumps({"study": str(demo)}), "-k", "python3"),
        )
        run(sys.executable, "-m", "nbconvert", "--to", "html", made)


def run_wording(*arguments: object, variables: Mapping[str, str] | None = None) -> None:
    """Run the `wording` command."""
    run(sys.executable, "-m", "wording.cli", *arguments, variables=variables)


def run(*command: object, variables: Mapping[str, str] | None = None) -> None:
    """Run a command to its end.

    Raises
    ------
    WordingError
        If it fails, with what it said last.
    """
    words = [str(word) for word in command]
    ended = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, **(variables or {})}
    )
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().splitlines() or ["it said nothing"]
        raise WordingError(f"{' '.join(words[:4])[:100]} failed: {said[-1]}")
