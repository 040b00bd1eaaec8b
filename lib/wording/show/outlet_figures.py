"""Figures of outlets beside each other: map, tree, distances, recognition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from wording.phrasing import format_decimal
from wording.show.drawing import (
    CHARACTER_WIDTH,
    FIGURE_STYLE,
    FIGURE_WIDTH,
    PALETTE,
    draw_grid,
    draw_heading,
    find_numbers_place,
    label_rows,
    make_panels,
    mark_row,
    measure_label,
    require_rows,
    set_share_axis,
    shorten_label,
)
from wording.show.values import format_value

_LINE_HEIGHT = 0.15  # inches, the height of a line of 9-point type
_MAX_OUTLETS_WITH_NUMBERS = 9
"""Up to so many outlets the distances are printed in their cells."""

_LABEL_DIRECTIONS = (
    (1, 0),
    (-1, 0),
    (0, 1),
    (0, -1),
    (1, 0.7),
    (-1, 0.7),
    (1, -0.7),
    (-1, -0.7),
    (0.3, 1.4),
    (-0.3, -1.4),
)
"""Where the name of a point may stand: to the right, to the left, above, below, and between."""


class _LabelPlace(NamedTuple):
    """A place for the name of a point, in inches, and where a line from the point to it ends."""

    left: float
    bottom: float
    right: float
    top: float
    anchor_x: float
    anchor_y: float


def plot_outlet_map(positions: pd.DataFrame) -> Figure:
    """Return a figure with a point per outlet on equal scales.

    The ellipse holds 95 % of the outlet's positions when families of articles are resampled.

    Parameters
    ----------
    positions : DataFrame
        The table `positions`.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(positions, "plots.outlet_map")
    points, reach = positions[["x", "y"]], positions[["wide"]].to_numpy()
    low, high = (points - reach).min().to_numpy(), (points + reach).max().to_numpy()
    span = np.maximum(high - low, 1e-9)
    # Inches per unit; the names need room at the sides.
    scale = (FIGURE_WIDTH - 0.9) / max(span[0], 0.75 * span[1])
    size = np.array([FIGURE_WIDTH, span[1] * scale + 0.5])
    centre, half = (low + high) / 2, np.array([-0.5, 0.5])
    with mpl.rc_context(FIGURE_STYLE):
        figure = Figure(figsize=tuple(size))
        axes = figure.add_axes((0, 0, 1, 1), xticks=[], yticks=[])
        axes.set(
            xlim=centre[0] + half * size[0] / scale,
            ylim=centre[1] + half * size[1] / scale,
        )
        _draw_ellipses(axes, positions)
        look: dict[str, Any] = {"marker": "o", "markersize": 4.5, "color": PALETTE[1]}
        axes.plot(positions["x"], positions["y"], linestyle="none", **look)
        _name_points(axes, positions, scale)
        _draw_scale_bar(axes, scale)
    return figure


def plot_outlet_tree(branches: pd.DataFrame, outlets: Sequence[str]) -> Figure:
    """Return a figure with the outlets at the left, joined where their branches meet.

    At each branch stands the percentage of the resamples in which it is found.

    Parameters
    ----------
    branches : DataFrame
        The table `branches`.
    outlets : sequence of str
        The outlets that its numbers below `len(outlets)` stand for, in order.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(branches, "plots.tree")
    parts = branches.set_index("branch")[["left", "right"]].to_dict("index")
    order = _order_leaves(int(branches["branch"].iloc[-1]), parts)
    across = dict.fromkeys(order, 0.0)
    down = {leaf: float(place) for place, leaf in enumerate(order)}
    line: dict[str, Any] = {"color": PALETTE[0], "linewidth": 1.2}
    with mpl.rc_context(FIGURE_STYLE):
        figure, [axes] = make_panels(1, rows=len(order), labels=outlets, right=0.5)
        label_rows(axes, [outlets[leaf] for leaf in order])
        for row in branches.itertuples():
            ends = [down[row.left], down[row.right]]
            axes.vlines(row.height, ends[0], ends[1], **line)
            axes.hlines(ends, [across[row.left], across[row.right]], row.height, **line)
            across[row.branch], down[row.branch] = row.height, sum(ends) / 2
            if row.n_outlets < len(order):
                above, support = down[row.branch] - 0.06, f" {format_decimal(100 * row.support, 0)}"
                axes.text(row.height, above, support, va="bottom", fontsize=7)
        axes.set_xlim(0, max(branches["height"].max() * 1.02, 1e-9))
        axes.tick_params(axis="x", labelsize=8)
        draw_grid(axes)
        draw_heading(axes, "Distance at which they join")
    return figure


def plot_distances(table: pd.DataFrame, *, chance: float = 0.05) -> Figure:
    """Return a figure with a cell per pair of outlets, the bluer the greater their distance.

    It is hollow where the distance is not statistically clear, empty where it is unknown.

    Parameters
    ----------
    table : DataFrame
        The table `outlets`.
    chance : float
        A distance is statistically clear when its q is below.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(table, "plots.heat")
    outlets = list(dict.fromkeys([*table["outlet"], *table["other"]]))
    largest = max(float(table["distance_bits"].max()), 1e-9)
    with mpl.rc_context(FIGURE_STYLE):
        figure, axes = _make_square(outlets)
        for row in table.dropna(subset="distance_bits").itertuples():
            text = format_decimal(row.distance_bits, 2).replace("-", "−")
            depth, is_clear = row.distance_bits / largest, row.q < chance
            first, second = outlets.index(row.outlet), outlets.index(row.other)
            for x, y in ((first, second), (second, first)):
                _draw_cell(axes, x, y, depth, filled=is_clear)
                if len(outlets) <= _MAX_OUTLETS_WITH_NUMBERS:
                    axes.text(x, y, text, ha="center", va="center", fontsize=8)
    return figure


def plot_recalls(recognised: pd.DataFrame) -> Figure:
    """Return a figure with a row per outlet, the most often recognised first.

    The dot is the share of its articles that are recognised correctly, the line its interval, the
    bar the share by chance.

    Parameters
    ----------
    recognised : DataFrame
        The table `recognised`.

    Raises
    ------
    WordingError
        If the table has no row with a share.
    """
    known = recognised.dropna(subset="share")
    known = known.sort_values(["share", "outlet"], ascending=[False, True])
    require_rows(known, "plots.recalls")
    rows, dot, bar = np.arange(len(known)), PALETTE[0], PALETTE[1]
    with mpl.rc_context(FIGURE_STYLE):
        figure, [axes] = make_panels(1, rows=len(known), labels=known["outlet"], right=0.95)
        draw_heading(axes, "", right="share / articles")
        label_rows(axes, known["outlet"])
        set_share_axis(axes, 1.0)
        axes.hlines(rows, known["low"], known["high"], linewidth=1.6, color=dot)
        look: dict[str, Any] = {"marker": "o", "markersize": 5.5, "color": dot, "clip_on": False}
        axes.plot(known["share"], rows, linestyle="none", **look)
        axes.vlines(known["chance_share"], rows - 0.32, rows + 0.32, linewidth=2, color=bar)
        for place, row in enumerate(known.itertuples()):
            mark_row(axes, row.outlet, place)
            text = f"{format_value(row.share, 'share')} / {row.n:,}"
            across = axes.get_yaxis_transform()
            end = find_numbers_place(axes)
            axes.text(end, place, text, transform=across, va="center_baseline")
    return figure


def _order_leaves(branch: int, parts: Mapping[int, Mapping[str, int]]) -> list[int]:
    """The outlets below a branch from top to bottom."""
    if branch not in parts:
        return [branch]
    left, right = parts[branch]["left"], parts[branch]["right"]
    return [*_order_leaves(left, parts), *_order_leaves(right, parts)]


def _make_square(outlets: Sequence[str]) -> tuple[Figure, Axes]:
    """A square of cells with the outlets' names at the left, and their numbers above."""
    left = min(2.3, 0.35 + measure_label(outlets))
    side, head = FIGURE_WIDTH - left - 0.1, 0.3
    height = max(side * min(1, 0.45 + 0.05 * len(outlets)), 0.17 * len(outlets)) + head
    figure = Figure(figsize=(FIGURE_WIDTH, height))
    height = figure.get_figheight()
    axes = figure.add_axes(
        (left / FIGURE_WIDTH, 0.02, side / FIGURE_WIDTH, (height - head) / height)
    )
    axes.set(xlim=(-0.5, len(outlets) - 0.5), ylim=(len(outlets) - 0.5, -0.5))
    names = [f"{shorten_label(name)}  {place}" for place, name in enumerate(outlets, start=1)]
    axes.set_yticks(range(len(outlets)), names)
    axes.set_xticks(range(len(outlets)), [str(place) for place in range(1, len(outlets) + 1)])
    size = 9 if len(outlets) <= 12 else 6
    axes.tick_params(axis="x", labeltop=True, labelbottom=False, labelsize=size)
    return figure, axes


def _draw_cell(axes: Axes, x: int, y: int, depth: float, *, filled: bool) -> None:
    blue = mpl.colors.to_rgb(PALETTE[0])
    # Blue by its strength, so that the text of the page stays legible whether it is light or dark.
    face: Any = (*blue, 0.08 + 0.62 * max(depth, 0)) if filled else "none"
    look: dict[str, Any] = {"facecolor": face, "edgecolor": (*blue, 0.35), "linewidth": 0.6}
    axes.add_patch(Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, **look))


def _draw_ellipses(axes: Axes, positions: pd.DataFrame) -> None:
    blue = mpl.colors.to_rgb(PALETTE[0])
    look: dict[str, Any] = {
        "facecolor": (*blue, 0.1),
        "edgecolor": (*blue, 0.45),
        "linewidth": 0.7,
    }
    for row in positions.itertuples():
        centre, width, height = (row.x, row.y), 2 * row.wide, 2 * row.narrow
        axes.add_patch(Ellipse(centre, width, height, angle=row.angle, **look))


def _draw_scale_bar(axes: Axes, scale: float) -> None:
    """A bar of a round length, in the square root of bits, at the lower left."""
    steps = [step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step * scale <= 1.2]
    length = max(steps, default=0.01)
    x, y = axes.get_xlim()[0] + 0.1 / scale, axes.get_ylim()[0] + 0.12 / scale
    axes.hlines(y, x, x + length, color="black", alpha=0.6, linewidth=1)
    end = x + length + 0.06 / scale
    axes.text(end, y, f"{length:g}", va="center_baseline", fontsize=7.5, alpha=0.75)


def _name_points(axes: Axes, positions: pd.DataFrame, scale: float) -> None:
    """The outlets' names, each where it covers least: by its point, or further off with a line."""
    points = positions[["x", "y"]].to_numpy() * scale
    left, right = (edge * scale for edge in axes.get_xlim())
    taken = [_LabelPlace(x - 0.05, y - 0.05, x + 0.05, y + 0.05, x, y) for x, y in points]
    names = sorted(zip(positions["outlet"], points, strict=True), key=lambda pair: -pair[1][1])
    for outlet, (x, y) in names:
        name = shorten_label(outlet)
        places = _list_label_places(x, y, 0.9 * CHARACTER_WIDTH * len(name))
        overlaps = [_measure_overlap(place, taken, left, right) for place in places]
        place = places[overlaps.index(min(overlaps))]
        taken.append(place)
        if np.hypot(place.anchor_x - x, place.anchor_y - y) > 0.2:
            across, up = [x / scale, place.anchor_x / scale], [y / scale, place.anchor_y / scale]
            axes.plot(across, up, color="black", alpha=0.4, linewidth=0.5)
        middle = (place.bottom + place.top) / 2 / scale
        axes.text(place.left / scale, middle, name, va="center", fontsize=8)


def _list_label_places(x: float, y: float, width: float) -> list[_LabelPlace]:
    """Places for a name of this width about a point, the best first."""
    return [
        _place_label(x, y, width, distance, direction)
        for distance in (0.08, 0.25, 0.42, 0.6)
        for direction in _LABEL_DIRECTIONS
    ]


def _place_label(
    x: float, y: float, width: float, distance: float, direction: tuple[float, float]
) -> _LabelPlace:
    dx, dy = direction
    middle = y + dy * (distance + _LINE_HEIGHT / 2)
    if dx > 0:
        left = x + distance * dx
    elif dx < 0:
        left = x + distance * dx - width
    else:
        left = x - width / 2
    right = left + width
    bottom, top = middle - _LINE_HEIGHT / 2, middle + _LINE_HEIGHT / 2
    return _LabelPlace(left, bottom, right, top, min(max(x, left), right), middle)


def _measure_overlap(
    place: _LabelPlace, taken: Sequence[_LabelPlace], left: float, right: float
) -> float:
    """How much of a place is covered already, or lies beyond the edges, in square inches."""
    covered = sum(
        max(0, min(place.right, other.right) - max(place.left, other.left))
        * max(0, min(place.top, other.top) - max(place.bottom, other.bottom))
        for other in taken
    )
    beyond = max(0, left - place.left) + max(0, place.right - right)
    return covered + beyond * _LINE_HEIGHT * 3
