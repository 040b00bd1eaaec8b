"""A Word file of a report: what pandoc is given, and what is said where there is none."""

import os
import stat
import sys

import pytest
from click.testing import CliRunner

from wording.cli import main
from wording.errors import WordingError
from wording.pages import word
from wording.pages.state import Page

PAGE = """<html><body><header class="top"><h1>Heading</h1><p class="line">Line</p></header>
<main id="main"><div class="prose"><p>Prose <a href="#x">here</a>.</p></div>
<details class="code"><pre>secret</pre></details><div class="lines">a long line</div>
<figure><figcaption>F</figcaption><svg viewBox="0 0 30 20" width="30"><path d="M0 0"/></svg>
<details><table><tbody><tr><td>again</td></tr></tbody></table></details></figure>
<table><tbody>{}</tbody></table></main></body></html>"""

PROGRAM = """#!{}
import sys, pathlib
out = sys.argv[sys.argv.index("-o") + 1]
pathlib.Path(out).write_bytes(b"made of " + pathlib.Path(sys.argv[-1]).read_bytes())
"""


@pytest.fixture
def made(tmp_path):
    """A page that was made."""
    (tmp_path / "s").mkdir()
    rows = "".join(f"<tr><td>row {k}</td></tr>" for k in range(50))
    (tmp_path / "s" / "p.html").write_text(PAGE.format(rows))
    texts = dict.fromkeys(("question", "title", "subtitle", "notebook", "reason"), "")
    page = Page(
        study="s",
        study_title="S",
        page="p",
        parameters={},
        position=0,
        inputs={},
        status="ok",
        **texts,
    )
    return page, tmp_path


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Programs in the place of those that draw and write, which keep what they are given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in word.NEEDED_PROGRAMS:
        (folder / name).write_text(PROGRAM.format(sys.executable))
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_word_file_has_what_a_reader_of_paper_needs(made, programs):
    page, reports = made
    text = word.write_word_file([page], reports).read_text(encoding="utf8")
    assert text.startswith("made of ")
    for kept in (
        "<h1>Heading</h1>",
        "Line",
        "Prose <a>here</a>",
        "row 39",
        "The first 40 of 50 rows",
    ):
        assert kept in text
    for left_out in ("secret", "a long line", "again", "row 40", "<svg", "<main"):
        assert left_out not in text
    assert 'alt="A figure" width="30"' in text


def test_what_is_missing_is_said_before_the_work(tmp_path, small, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    called = ["report", str(small), "--to", "docx", "--out", str(tmp_path / "r")]
    result = CliRunner().invoke(main, called)
    assert result.exit_code == 1
    assert "pandoc (https://pandoc.org" in result.output
    assert "rsvg-convert" in result.output
    assert not (tmp_path / "r").exists()


def test_what_pandoc_says_is_said(made, programs, monkeypatch):
    page, reports = made
    (reports / "bin" / "pandoc").write_text("#!/bin/sh\necho cannot >&2\nexit 3\n")
    with pytest.raises(WordingError, match="pandoc wrote nothing: cannot"):
        word.write_word_file([page], reports)
    assert not (reports / "s" / "s.docx").exists()
