"""The specification curve: every way that was counted, sorted, and what was chosen below it."""

import itertools

import numpy as np
import pandas as pd
import pytest

from wording.errors import WordingError
from wording.show.choice_figures import list_rows, plot_choices

LABELS = {
    "voice": {"outlet": "own words", "all": "all words"},
    "copies": {"all": "all copies", "none": "no copies"},
}


def ways(n_missing=0, **more):
    rows = [
        {"concept": "c", "voice": voice, "copies": copies, "difference": 0.1 * k - 0.1}
        for k, (voice, copies) in enumerate(itertools.product(*LABELS.values()))
    ]
    table = pd.DataFrame(rows).assign(shown=[True, False, False, False], **more)
    table = table.assign(low=table["difference"] - 0.05, high=table["difference"] + 0.05)
    table["outcome"] = ["holds", "unclear", "reversed", "reversed"]
    table.loc[table.index[4 - n_missing :], "outcome"] = "not counted"
    return table


def points(axes):
    return np.concatenate([line.get_xydata() for line in axes.lines if line.get_marker() != "None"])


def test_points_are_sorted_and_each_has_a_dot_for_every_choice():
    figure = plot_choices(ways().iloc[::-1], LABELS)
    curve, grid = figure.axes
    at = points(curve)
    assert sorted(at[:, 0]) == [0, 1, 2, 3]
    assert (np.diff(at[at[:, 0].argsort()][:, 1]) > 0).all()
    assert len(points(grid)) == 4 * len(LABELS)
    assert sorted(points(grid)[:, 0]) == [0, 0, 1, 1, 2, 2, 3, 3]
    labels = {text.get_text() for text in grid.texts}
    assert labels == {"own words", "all words", "all copies", "no copies"}
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["holds", "unclear", "opposite"]
    assert "this page" in {text.get_text() for text in curve.texts}


def test_ways_that_were_not_counted_are_left_out():
    curve, grid = plot_choices(ways(n_missing=1), LABELS).axes
    assert len(points(curve)) == 3
    assert len(points(grid)) == 6


def test_a_choice_without_alternatives_has_no_row():
    table = ways().query("copies == 'all'")
    assert [label for *_, label, _ in list_rows(table, LABELS)] == ["own words", "all words"]
    assert len(list_rows(table.head(1), LABELS)) == 2


def test_a_table_without_counted_ways_or_of_two_concepts_is_refused():
    with pytest.raises(WordingError, match="without rows"):
        plot_choices(ways(n_missing=4), LABELS)
    with pytest.raises(WordingError, match="one concept at a time"):
        plot_choices(pd.concat([ways(), ways(concept="d")]), LABELS)
