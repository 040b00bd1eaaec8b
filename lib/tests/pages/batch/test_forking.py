import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from batches import SHOWS, notebook, report, statuses

from wording.pages.batch import forking

ON_LINUX = pytest.mark.skipif(not forking.CAN_FORK, reason="kernels are forked on Linux only")

WARM = """
import os, sys
from wording.pages.batch.forking import (
    list_other_threads, mark_process, refuse_unsafe_fork, run_held_starts
)
import wording.pages.batch.warm
assert not list_other_threads(), list_other_threads()
child = os.fork()
if not child:
    refuse_unsafe_fork()
    mark_process(sys.argv[1])
    run_held_starts()
    import polars as pl
    assert pl.DataFrame({"a": [1, 2, 2]}).group_by("a").len().height == 2
    print(os.popen("tr '\\\\0' '\\\\n' < /proc/%d/environ" % os.getpid()).read(), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
from wording.pages.batch import warm
assert "numba" in sys.modules and "nltk" not in sys.modules
while warm.LATER_MODULES:
    warm.import_later_modules()
assert "nltk" in sys.modules
assert not list_other_threads(), list_other_threads()
run_held_starts()
child = os.fork()
if not child:
    refuse_unsafe_fork()
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
THREAD_IN_THE_WARM_PROCESS = """
import sys, threading, time
if "forkserver" in " ".join(sys.orig_argv):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""


@ON_LINUX
@pytest.mark.slow
def test_the_warm_process_has_one_thread_and_what_it_forks_is_marked_and_works():
    """Polars, Arrow and OpenBLAS are imported and have no threads; once they have, none forks."""
    with forking.set_warm_variables():
        ran = subprocess.run(
            [sys.executable, "-c", WARM, "/a/mark"], capture_output=True, text=True, check=False
        )
    assert "WORDING_RUN=/a/mark\n" in ran.stdout, ran.stderr
    assert "to be forked has other threads" in ran.stderr.splitlines()[-1], ran.stderr


def test_the_environment_is_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    before = dict(os.environ)
    with forking.set_warm_variables():
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert dict(os.environ) == before


@ON_LINUX
def test_threads_are_listed():
    begun, done = threading.Event(), threading.Event()
    before = forking.list_other_threads()
    thread = threading.Thread(target=lambda: (begun.set(), done.wait()))
    thread.start()
    begun.wait()
    assert len(forking.list_other_threads()) == len(before) + 1
    done.set()
    thread.join()


@ON_LINUX
def test_a_mark_without_room_is_refused(monkeypatch):
    """This process started with less than that, and its memory is not touched."""
    before = psutil.Process().environ()
    with pytest.raises(forking.UnsafeFork, match="marked"):
        forking.mark_process("/" + "x" * 10**6)
    assert psutil.Process().environ() == before


@ON_LINUX
@pytest.mark.slow
def test_where_the_warm_process_has_threads_kernels_start_anew_and_it_is_said_once(
    tmp_path, monkeypatch
):
    for name in ("notebooks", "study", "site"):
        (tmp_path / name).mkdir()
    (tmp_path / "study" / "study.yml").write_text("title: Study\nquestion: Who?\n")
    (tmp_path / "study" / "concepts.yml").write_text(
        "concepts: {levy: {title: The levy, variants: {tax: [tax]}}}\n"
    )
    for name in ("good", "other"):
        notebook(tmp_path, name, SHOWS)
    (tmp_path / "site" / "sitecustomize.py").write_text(THREAD_IN_THE_WARM_PROCESS)
    library = Path(forking.__file__).parents[3]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site'}{os.pathsep}{library}")
    code, said = report(tmp_path, ["notebook: good", "notebook: other"])
    assert code == 0, said
    assert statuses(tmp_path) == {"good": "ok", "other": "ok"}
    assert said.count("starts its kernel anew, which takes longer: the process to be forked") == 1
