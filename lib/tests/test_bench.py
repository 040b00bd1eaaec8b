"""`wording bench` has a row for each step, measured in the same run as its peer."""

import numpy as np
import pytest

from wording.bench import COUNTVECTORIZER, bench, peak_memory

STEPS = (
    "build",
    "read",
    "encode",
    "of which voice",
    "families",
    "speakers",
    "counts",
    "hits",
    "shares",
    "keyness",
    "collocates",
    "KWIC",
    "a report",
)


@pytest.fixture(scope="module")
def timed(small):
    return bench(small / "articles.csv", rounds=1).set_index("step")


@pytest.mark.parametrize("step", [*STEPS, COUNTVECTORIZER])
def test_every_step_has_one_row(timed, step):
    assert sum(name.startswith(step) for name in timed.index) == 1


def test_ratios_are_to_countvectorizer(timed):
    assert timed.loc[COUNTVECTORIZER, "ratio"] == 1
    np.testing.assert_allclose(timed["ratio"] * timed["seconds"], timed.loc[COUNTVECTORIZER, "seconds"])
    assert (timed[["seconds", "megabytes_per_second"]] > 0).all(axis=None)


def test_peak_memory_is_that_of_a_build(small):
    assert 0.05 < peak_memory(small / "articles.csv") < 2
