import os
import resource
import signal

import pytest
from batches import (
    SHOWS,
    alive,
    asks_for,
    becomes_true,
    begin,
    left_behind,
    notebook,
    report,
    states,
    statuses,
)

FIGURE = """
import pandas as pd
from wording.show import figures, html as show
frame = pd.DataFrame({"outlet": ["A", "B"], "n": [3, 1200]})
bars = figures.plot_bars(frame, category="outlet", value="n")
show.figure(bars, title="Hits", alt="A has 3, B 1,200.", name="hits", data=frame)
"""
# It says which processes it runs in, and goes on only when it may.
PATIENT = """
import os, pathlib, time
place = pathlib.Path("{place}")
(place / "began").write_text(f"{{os.getpid()}} {{os.getppid()}}")
with (place / "runs").open("a") as runs: runs.write("x")
while not (place / "go").exists(): time.sleep(0.05)
"""
STUCK = "import re\nre.match('(a+)+$', 'a' * 60 + 'b')  # keeps the interpreter's lock for ever"

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path):
    """A folder: a study that has nothing to build, notebooks of our own, a place for reports."""
    for name in ("notebooks", "study"):
        (tmp_path / name).mkdir()
    (tmp_path / "study" / "study.yml").write_text("title: Study\nquestion: Who?\n")
    (tmp_path / "study" / "concepts.yml").write_text(
        "concepts: {levy: {title: The levy, variants: {tax: [carbon tax], charge: "
        "[climate charge]}}}"
    )
    notebook(tmp_path, "good", SHOWS)
    return tmp_path


def test_one_page_that_fails_stops_no_other_and_replaces_no_good_one(place):
    notebook(place, "shaky", SHOWS, FIGURE)
    notebook(place, "deadly", "import os; os._exit(3)")
    notebook(place, "silent", "1 + 1")
    notebook(
        place,
        "empty",
        SHOWS,
        "show = None\ntry:\n    show.figure(None)\nexcept Exception:\n    pass",
    )
    code, said = report(place, ["notebook: good", "notebook: shaky"])
    assert code == 0, said
    files = ["good.html", "shaky.html", "shaky.ipynb", "shaky-tables/hits-data.csv"]
    first = {name: (place / "out" / "study" / name).read_bytes() for name in files}
    assert (
        first["shaky-tables/hits-data.csv"].decode("utf-8-sig") == "outlet,n\r\nA,3\r\nB,1200\r\n"
    )

    notebook(place, "shaky", "raise ValueError('no <b>luck</b>')")
    code, said = report(
        place, [f"notebook: {name}" for name in ("good", "shaky", "deadly", "silent", "empty")]
    )
    assert code == 1
    assert statuses(place) == {
        "good": "ok",
        "shaky": "failed",
        "deadly": "died",
        "silent": "failed",
        "empty": "failed",
    }
    assert "good: up-to-date" in said
    assert "no <b>luck</b>" in said
    assert "no findings" in states(place)["silent"]["reason"]
    assert "calls show.figure and shows nothing" in states(place)["empty"]["reason"]
    assert {name: (place / "out" / "study" / name).read_bytes() for name in files} == first
    assert "luck" in (place / "out" / states(place)["shaky"]["failed_ipynb"]).read_text(
        encoding="utf8"
    )
    index = (place / "out" / "index.html").read_text(encoding="utf8")
    assert "no &lt;b&gt;luck" in index
    assert "last good one" in index
    assert not [f for f in (place / "out").rglob("*") if f.name.endswith((".partial", ".new"))]

    notebook(place, "shaky", SHOWS, FIGURE)
    assert report(place, ["notebook: shaky"], "--force")[0] == 0
    assert {name: (place / "out" / "study" / name).read_bytes() for name in files[1:]} == {
        name: first[name] for name in files[1:]
    }, "the same inputs give the same bytes"
    assert str(place) not in first["shaky.ipynb"].decode(), (
        "where the study lies on this machine is nobody's business"
    )
    assert not (place / "out" / "study" / "good.html").exists(), (
        "a page that the study no longer names goes"
    )


@pytest.mark.parametrize("limit", ["cell: 3", "run: 6"])
def test_a_cell_that_hangs_is_ended_with_its_kernel(place, limit):
    notebook(place, "stuck", STUCK)
    code, said = report(place, ["notebook: stuck"], more=f"limits: {{{limit}}}\n")
    assert (code, statuses(place)) == (1, {"stuck": "timed-out"}), said
    assert ("Code cell 2 took over 3 s" if "cell" in limit else "ran for over 6 s") in said
    assert not left_behind(place)


def test_a_worker_that_is_killed_takes_its_kernel_along(place):
    notebook(place, "patient", PATIENT.format(place=place))
    asks_for(place, ["notebook: patient"])
    process = begin(place)
    assert becomes_true((place / "began").exists)
    kernel, worker = map(int, (place / "began").read_text().split())
    os.kill(worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, statuses(place)) == (1, {"patient": "died"}), said
    assert not alive(kernel)
    assert not left_behind(place)


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_a_batch_that_is_ended_leaves_no_process_and_goes_on_where_it_stopped(place, ended_by):
    notebook(place, "patient", PATIENT.format(place=place), SHOWS)
    asks_for(place, ["notebook: good", "notebook: patient"])
    process = begin(place, "--jobs", "1")
    assert becomes_true((place / "began").exists)
    assert becomes_true(lambda: statuses(place) == {"good": "ok"})
    os.kill(process.pid, ended_by)
    process.wait(timeout=60)
    assert becomes_true(lambda: not left_behind(place), seconds=20)
    assert statuses(place) == {"good": "ok"}
    assert not (place / "out" / "study" / "patient.html").exists()
    (place / "go").touch()
    code, said = report(place, ["notebook: good", "notebook: patient"])
    assert code == 0, said
    assert "good: up-to-date" in said
    assert "patient: ok" in said
    assert (place / "runs").read_text() == "xx"


def test_two_batches_at_once_make_each_page_once(place):
    notebook(place, "patient", PATIENT.format(place=place), SHOWS)
    asks_for(place, ["notebook: patient", "notebook: good"])
    both = [begin(place, "--jobs", "1")]
    assert becomes_true((place / "began").exists)
    both.append(begin(place, "--jobs", "1"))
    assert becomes_true(lambda: statuses(place).get("good") == "ok"), (
        "the second makes what is left, and waits for the rest"
    )
    assert all(process.poll() is None for process in both)
    (place / "go").touch()
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert (place / "runs").read_text() == "x"
    assert statuses(place) == {"patient": "ok", "good": "ok"}
    assert "patient: up-to-date" in said[1]


def test_a_folder_that_cannot_be_written_is_told_in_words(place):
    (place / "out").write_text("a file stands here")
    code, said = report(place, ["notebook: good"])
    assert code == 1
    assert "cannot be written" in said
    assert "Traceback" not in said


def test_a_full_disk_loses_no_page_and_says_so(place):
    notebook(place, "large", SHOWS)
    assert report(place, ["notebook: large"])[0] == 0
    before = (place / "out" / "study" / "large.html").read_bytes()
    notebook(place, "large", SHOWS, "print('x' * 40_000)")
    code, said = report(
        place,
        ["notebook: large"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert code == 1, said
    assert statuses(place) == {"large": "failed"}, said
    assert "File too large" in states(place)["large"]["reason"]
    assert (place / "out" / "study" / "large.html").read_bytes() == before
    assert report(place, ["notebook: large"])[0] == 0
