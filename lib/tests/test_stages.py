import io
import time

import pytest

from wording import progress
from wording.progress import begin_stage, tell_stages


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_UPDATES", 0.01)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.1)


def work(stream):
    with tell_stages(stream):
        for stage in ("reading", "counting"):
            begin_stage(stage)
            time.sleep(0.25)


def test_each_stage_is_a_line_and_one_that_lasts_is_told_again(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BEFORE_FIRST_LINE", 0)
    work(stream := io.StringIO())
    lines = stream.getvalue().splitlines()
    assert lines[0] == "0 s: reading"
    assert "0 s: reading (goes on)" in lines
    assert "0 s: counting" in lines
    assert "\x1b" not in stream.getvalue()


def test_short_work_says_nothing_where_there_is_no_terminal():
    work(stream := io.StringIO())
    assert stream.getvalue() == ""


def test_a_terminal_has_one_line_which_is_cleared():
    work(stream := Terminal())
    assert "\r\x1b[K0 s: counting" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert "\n" not in stream.getvalue()


def test_nobody_hears_a_stage_outside_and_a_fault_ends_the_telling():
    begin_stage("unheard")
    with pytest.raises(ValueError, match="x"), tell_stages(io.StringIO()):
        raise ValueError("x")
    assert progress._tellers == []
