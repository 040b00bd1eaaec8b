import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from wording.study import NOTEBOOKS

SHOWS = 'from wording import show\nshow.findings([f"It is {word}."])'


def notebook(folder, name, source, parameters='study: str = ""  # where\nword: str = "good"  # what'):
    node = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    node.cells = [nbformat.v4.new_markdown_cell(f"# How is {name}?"), cell, nbformat.v4.new_code_cell(source)]
    nbformat.write(node, folder / f"{name}.ipynb")


@pytest.fixture
def place(tmp_path, small):
    """A folder with a study, notebooks of our own, and a place for reports."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(small, tmp_path / "study", ignore=shutil.ignore_patterns(".build"))
    return tmp_path


def report(place, reports, *options):
    """(exit code, output) of `wording report` on the study with these reports."""
    text = (place / "study" / "study.yml").read_text(encoding="utf8").split("reports:")[0]
    (place / "study" / "study.yml").write_text(text + "reports:\n" + "".join(f"  - {r}\n" for r in reports), encoding="utf8")
    command = [sys.executable, "-m", "wording.cli", "report", str(place / "study"), "--out", str(place / "out"), *options]
    environment = {**os.environ, "WORDING_NOTEBOOKS": str(place / "notebooks")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    return ended.returncode, ended.stdout + ended.stderr


def states(place):
    return {f.stem: json.loads(f.read_text()) for f in (place / "out" / "study" / ".state").glob("*.json")}


def test_one_page_that_fails_stops_no_other_and_replaces_no_good_one(place):
    notebook(place / "notebooks", "good", SHOWS)
    notebook(place / "notebooks", "shaky", SHOWS)
    notebook(place / "notebooks", "deadly", "import os; os._exit(3)")
    notebook(place / "notebooks", "silent", "1 + 1")
    code, said = report(place, ["notebook: good", "notebook: shaky"])
    assert code == 0, said
    page = place / "out" / "study" / "shaky.html"
    first = {name: (place / "out" / "study" / name).read_bytes() for name in ("good.html", "shaky.html", "good.ipynb")}

    notebook(place / "notebooks", "shaky", "raise ValueError('no <b>luck</b>')")
    code, said = report(place, ["notebook: good", "notebook: shaky", "notebook: deadly", "notebook: silent"])
    assert code == 1
    assert {name: state["status"] for name, state in states(place).items()} == {
        "good": "up-to-date", "shaky": "failed", "deadly": "died", "silent": "failed",
    }  # fmt: skip
    assert "no <b>luck</b>" in said
    assert "no findings" in states(place)["silent"]["reason"]
    assert page.read_bytes() == first["shaky.html"]
    index = (place / "out" / "index.html").read_text()
    assert "no &lt;b&gt;luck" in index
    assert "last good one" in index
    assert not list((place / "out").rglob("*.partial"))

    assert report(place, ["notebook: good"], "--force")[0] == 0
    assert (place / "out" / "study" / "good.html").read_bytes() == first["good.html"], "the same inputs give the same bytes"
    assert (place / "out" / "study" / "good.ipynb").read_bytes() == first["good.ipynb"]
    assert not page.exists(), "a page that the study no longer names goes"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{notebook: good, parameters: {wrod: x}}", "'wrod' is no parameter of this notebook; did you mean 'word'?"),
        ("{notebook: good, parameters: {word: 3}}", "word is 3; expected str"),
        ("{notebook: godo}", "no such notebook; did you mean"),
        ("{notebook: 02_terms, each: {concept: [levi]}}", "concept is 'levi', which the study does not have; did you mean 'levy'?"),
    ],
)
def test_parameters_are_checked_before_any_kernel_starts(place, entry, told):
    notebook(place / "notebooks", "good", SHOWS)
    notebook(place / "notebooks", "01_good", SHOWS)
    shutil.copy(NOTEBOOKS / "02_terms.ipynb", place / "notebooks")
    code, said = report(place, [entry])
    assert code == 2
    assert told in said
    assert "study.yml" in said
    assert not (place / "out").exists()
