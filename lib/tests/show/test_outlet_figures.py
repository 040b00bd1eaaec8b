import re

import numpy as np
import pandas as pd
import pytest

from wording.errors import WordingError
from wording.show import outlet_figures as outlet_plots
from wording.show.svg import render_svg


def texts(figure):
    return [
        said.strip()
        for said in re.findall(
            r"<text[^>]*>([^<]*)</text>", render_svg(figure, name="f", title="t", alt="a")
        )
    ]


def positions(n, *, seed=1):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(0, 0.2, (n, 2)), columns=["x", "y"])
    return table.assign(
        outlet=[f"Outlet number {k}" for k in range(n)],
        wide=0.08,
        narrow=0.04,
        angle=rng.uniform(0, 180, n),
    )


@pytest.mark.parametrize("n", [2, 6, 24])
def test_names_on_the_map_cover_each_other_little(n):
    figure = outlet_plots.plot_outlet_map(positions(n))
    axes = figure.axes[0]
    figure.canvas.draw()
    boxes = [
        text.get_window_extent() for text in axes.texts if text.get_text().startswith("Outlet")
    ]
    assert len(boxes) == n
    covered = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 3
    ]
    assert len(covered) <= n // 12
    inside = axes.get_window_extent()
    assert all(box.x0 > inside.x0 - 2 and box.x1 < inside.x1 + 8 for box in boxes)


def test_both_axes_of_the_map_have_one_scale():
    axes = outlet_plots.plot_outlet_map(positions(5)).axes[0]
    box = axes.get_window_extent()
    assert box.width / np.diff(axes.get_xlim())[0] == pytest.approx(
        box.height / np.diff(axes.get_ylim())[0]
    )


def test_the_tree_joins_the_branches_and_prints_their_support():
    table = pd.DataFrame(
        {
            "branch": [3, 4],
            "left": [0, 1],
            "right": [2, 3],
            "height": [0.1, 0.3],
            "n_outlets": [2, 3],
            "support": [0.72, 1],
        }
    )
    figure = outlet_plots.plot_outlet_tree(table, ["A", "B", "C"])
    said = texts(figure)
    assert [name for name in said if name in "ABC"] == ["B", "A", "C"]
    assert "72" in said
    assert "100" not in said


def test_heat_prints_few_and_marks_what_is_not_sure():
    table = pd.DataFrame(
        {
            "outlet": ["A", "A", "B"],
            "other": ["B", "C", "C"],
            "distance_bits": [0.1, -0.012, np.nan],
            "q": [0.01, 0.6, np.nan],
        }
    )
    figure = outlet_plots.plot_distances(table)
    said = texts(figure)
    assert said.count("0.10") == said.count("−0.01") == 2
    faces = [patch.get_facecolor()[3] for patch in figure.axes[0].patches]
    assert len(faces) == 4
    assert faces[2:] == [0, 0]
    assert min(faces[:2]) > 0.5


def test_recalls_are_sorted_and_those_unknown_left_out():
    table = pd.DataFrame(
        {
            "outlet": ["A", "B", "C"],
            "n": [40, 30, 0],
            "share": [0.2, 0.6, np.nan],
            "low": [0.1, 0.4, np.nan],
            "high": [0.3, 0.8, np.nan],
            "chance_share": [0.3, 0.3, np.nan],
        }
    )
    said = texts(outlet_plots.plot_recalls(table))
    assert said.index("B") < said.index("A")
    assert "C" not in said
    assert "60.0% / 30" in said


def test_nothing_to_draw_is_refused():
    with pytest.raises(WordingError, match="outlet_map got a table without rows"):
        outlet_plots.plot_outlet_map(positions(0))
