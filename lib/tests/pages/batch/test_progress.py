import io
from types import SimpleNamespace

import pytest

from wording.pages.batch import progress
from wording.pages.state import Page


def example_page(name="good", **more):
    return Page(
        study="demo",
        study_title="",
        question="",
        page=name,
        title="",
        subtitle="",
        notebook=name,
        parameters={},
        **more,
    )


def example_run(name="slow", *, seconds=4.0, **more):
    return SimpleNamespace(page=example_page(name, **more), cell=3, seconds=seconds)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(stream):
    telling = progress.ConsoleProgress(stream)
    telling.begin(3, [example_page("old", status="up-to-date")])
    telling.tick([example_run()], [example_page("next")], jobs=1)
    telling.ended(example_page(status="failed", reason="It broke.\nTwice."))
    telling.end()
    return stream.getvalue()


def test_plain_lines_where_nobody_watches():
    assert (
        told(io.StringIO())
        == "[1/3] demo/old: up-to-date\n[2/3] demo/good: failed. It broke. Twice.\n"
    )


def test_a_terminal_sees_what_runs_now():
    said = told(Terminal())
    assert "1 of 3, 0:00: demo/slow (cell 3, 4 s)" in said
    assert said.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("running", "waiting", "done", "jobs", "left"),
    [
        ([], [], [], 1, None),
        ([example_run()], [example_page("next")], [], 1, None),
        ([example_run(seconds=4)], [example_page("next")], [10.0], 1, 16),
        ([example_run(seconds=4)], [example_page("next", seconds=30.0)], [10.0], 2, (30 + 16) / 2),
        ([example_run(seconds=50)], [], [10.0], 1, 0),
    ],
)  # fmt: skip
def test_the_rest_takes_as_long_as_pages_take(running, waiting, done, jobs, left):
    assert (
        progress.estimate_seconds_left(
            running, waiting, [example_page(seconds=s) for s in done], jobs=jobs
        )
        == left
    )
