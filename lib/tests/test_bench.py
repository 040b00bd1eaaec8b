"""`wording bench` has a row for each step, measured in the same run as its peer."""

import sys

import numpy as np
import pytest

from wording.bench import commands
from wording.bench.commands import (
    BUILD,
    COMMAND_START,
    DEMO_REPORT,
    FIRST_BUILD,
    PAPERMILL,
    PEER_SCRIPTS,
    REPORT,
    build_anew,
    build_uncompiled,
    copy_study,
    list_report_entries,
    parse_peers,
    run_wording,
)
from wording.bench.steps import COUNTVECTORIZER_STEP, measure_peak_memory, time_steps
from wording.errors import WordingError
from wording.pages.batch.plan import plan_pages
from wording.study.read import read_study

STEPS = (
    "build",
    "read",
    "encode",
    "of which voice",
    "families",
    "links",
    "speakers",
    "counts",
    "hits",
    "shares",
    "keyness",
    "collocates",
    "KWIC",
    "a report",
    *(COMMAND_START, FIRST_BUILD, BUILD, REPORT, DEMO_REPORT, PAPERMILL),
)


@pytest.fixture(scope="module")
def timed(small):
    """The steps, of which the longest are shortened: a report is of two pages.

    What a first build compiles is compiled in test_precompile.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "list_report_entries", lambda concept: ["01_corpus"])
        patch.setattr(commands, "build_uncompiled", lambda study, folder: build_anew(study))
        return time_steps(small / "articles.csv", rounds=1).set_index("step")


def test_a_first_build_finds_nothing_compiled(tmp_path, monkeypatch):
    runs = []
    monkeypatch.setattr(commands, "run_wording", lambda *given, **more: runs.append(more))
    (tmp_path / "compiled").mkdir()
    build_uncompiled(tmp_path / "study", tmp_path / "compiled")
    assert runs == [{"variables": {"NUMBA_CACHE_DIR": str(tmp_path / "compiled")}}]
    assert not (tmp_path / "compiled").exists()


def test_a_report_is_of_notebooks_that_there_are(demo, tmp_path):
    study = read_study(copy_study(demo, tmp_path / "s", list_report_entries("towns")))
    assert len(plan_pages(study)) == 10


@pytest.mark.slow  # it runs whole reports, and papermill
@pytest.mark.parametrize("step", [*STEPS, COUNTVECTORIZER_STEP])
def test_every_step_has_one_row(timed, step):
    assert sum(name.startswith(step) for name in timed.index) == 1


@pytest.mark.slow
def test_ratios_are_to_countvectorizer(timed):
    assert timed.loc[COUNTVECTORIZER_STEP, "ratio"] == 1
    np.testing.assert_allclose(
        timed["ratio"] * timed["seconds"], timed.loc[COUNTVECTORIZER_STEP, "seconds"]
    )
    assert (timed[["seconds", "megabytes_per_second"]] > 0).all(axis=None)


def test_peak_memory_is_that_of_a_build(small):
    assert 0.05 < measure_peak_memory(small / "articles.csv") < 2


def test_a_peer_is_named_with_its_interpreter():
    name = next(iter(PEER_SCRIPTS))
    assert parse_peers((f"{name}={sys.executable}",)) == {name: sys.executable}
    for given, told in [
        (name, "expected NAME=PYTHON"),
        ("scattertxt=python3", "did you mean 'scattertext'"),
        (f"{name}=/no/such/python", "there is no interpreter"),
    ]:
        with pytest.raises(WordingError, match=told):
            parse_peers((given,))


def test_a_command_that_fails_is_told():
    with pytest.raises(WordingError, match="failed: .*No such command"):
        run_wording("bild")
