"""Figures of outlets beside each other: map, tree, distances, recognition. A table in, one figure out, in the style of `plots`."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from wording.phrasing import format_decimal
from wording.show.figures import (
    _CHARACTER_WIDTH,
    _FIGURE_STYLE,
    _FIGURE_WIDTH,
    PALETTE,
    _draw_heading,
    _label_rows,
    _make_panels,
    _require_rows,
    _set_share_axis,
    _shorten,
)
from wording.show.values import format_value

_LINE_HEIGHT = 0.15  # inches, the height of a line of 9-point type
_MAX_OUTLETS_WITH_NUMBERS = 9
"""Up to so many outlets the distances are printed in their cells."""


def plot_outlet_map(positions: pd.DataFrame) -> Figure:
    """One point per outlet on equal scales, with the ellipse that holds 95 % of its positions when families of articles are drawn.

    Parameters
    ----------
    positions : the table `positions`.
    """
    _require_rows(positions, "outlet_map")
    reach = positions[["wide"]].to_numpy()
    low, high = (
        (positions[["x", "y"]] - reach).min().to_numpy(),
        (positions[["x", "y"]] + reach).max().to_numpy(),
    )
    span = np.maximum(high - low, 1e-9)
    scale = (_FIGURE_WIDTH - 0.9) / max(
        span[0], 0.75 * span[1]
    )  # inches per unit; the names need room at the sides
    size = np.array([_FIGURE_WIDTH, span[1] * scale + 0.5])
    centre = (low + high) / 2
    with mpl.rc_context(_FIGURE_STYLE):
        figure = Figure(figsize=tuple(size))
        axes = figure.add_axes((0, 0, 1, 1), xticks=[], yticks=[])
        axes.set(
            xlim=centre[0] + np.array([-0.5, 0.5]) * size[0] / scale,
            ylim=centre[1] + np.array([-0.5, 0.5]) * size[1] / scale,
        )
        for row in positions.itertuples():
            look = {
                "facecolor": (*mpl.colors.to_rgb(PALETTE[0]), 0.1),
                "edgecolor": (*mpl.colors.to_rgb(PALETTE[0]), 0.45),
                "linewidth": 0.7,
            }
            axes.add_patch(
                Ellipse((row.x, row.y), 2 * row.wide, 2 * row.narrow, angle=row.angle, **look)
            )
        axes.plot(
            positions["x"],
            positions["y"],
            linestyle="none",
            marker="o",
            markersize=4.5,
            color=PALETTE[1],
        )
        _name_points(axes, positions, scale)
        _draw_scale_bar(axes, scale)
    return figure


def plot_outlet_tree(branches: pd.DataFrame, outlets: Sequence[str]) -> Figure:
    """The outlets at the left, joined where their branches meet; at each branch the part of the draws in which it stands.

    Parameters
    ----------
    branches : the table `branches`.
    outlets : the outlets that its numbers below `len(outlets)` stand for, in order.
    """
    _require_rows(branches, "tree")
    parts = branches.set_index("branch")[["left", "right"]].to_dict("index")
    order = _order_leaves(int(branches["branch"].iloc[-1]), parts)
    across, down = (
        dict.fromkeys(order, 0.0),
        {leaf: float(place) for place, leaf in enumerate(order)},
    )
    with mpl.rc_context(_FIGURE_STYLE):
        figure, [axes] = _make_panels(1, rows=len(order), labels=outlets, right=0.5)
        _label_rows(axes, [outlets[leaf] for leaf in order])
        for row in branches.itertuples():
            ends = [down[row.left], down[row.right]]
            axes.vlines(row.height, *ends, color=PALETTE[0], linewidth=1.2)
            axes.hlines(
                ends,
                [across[row.left], across[row.right]],
                row.height,
                color=PALETTE[0],
                linewidth=1.2,
            )
            across[row.branch], down[row.branch] = row.height, sum(ends) / 2
            if row.n_outlets < len(order):
                axes.text(
                    row.height,
                    down[row.branch] - 0.06,
                    f" {format_decimal(100 * row.support, 0)}",
                    va="bottom",
                    fontsize=7,
                )
        axes.set_xlim(0, max(branches["height"].max() * 1.02, 1e-9))
        axes.tick_params(axis="x", labelsize=8)
        axes.grid(axis="x", color="black", alpha=0.16, linewidth=0.6)
        axes.set_axisbelow(True)
        _draw_heading(axes, "Distance at which they join")
    return figure


def plot_distances(table: pd.DataFrame, *, chance: float = 0.05) -> Figure:
    """One cell per pair of outlets, the bluer the farther; hollow where it is not surer than chance, empty where it is not known.

    Parameters
    ----------
    table : the table `outlets`.
    chance : a distance is surer than chance when its q is below.
    """
    _require_rows(table, "heat")
    outlets = list(dict.fromkeys([*table["outlet"], *table["other"]]))
    most = max(float(table["distance_bits"].max()), 1e-9)
    with mpl.rc_context(_FIGURE_STYLE):
        figure, axes = _make_square(outlets)
        for row in table.dropna(subset="distance_bits").itertuples():
            for x, y in (
                (outlets.index(row.outlet), outlets.index(row.other)),
                (outlets.index(row.other), outlets.index(row.outlet)),
            ):
                _draw_cell(axes, x, y, row.distance_bits / most, row.q < chance)
                if len(outlets) <= _MAX_OUTLETS_WITH_NUMBERS:
                    axes.text(
                        x,
                        y,
                        format_decimal(row.distance_bits, 2).replace("-", "−"),
                        ha="center",
                        va="center",
                        fontsize=8,
                    )
    return figure


def plot_recalls(recognised: pd.DataFrame) -> Figure:
    """One row per outlet, the most often told first: the part of its articles that are told, its interval, and chance as a bar.

    Parameters
    ----------
    recognised : the table `recognised`.
    """
    known = recognised.dropna(subset="share").sort_values(
        ["share", "outlet"], ascending=[False, True]
    )
    _require_rows(known, "recalls")
    with mpl.rc_context(_FIGURE_STYLE):
        figure, [axes] = _make_panels(1, rows=len(known), labels=known["outlet"], right=0.95)
        _draw_heading(axes, "Articles told (dot), by chance (bar)", right="of")
        _label_rows(axes, known["outlet"])
        _set_share_axis(axes, 1.0)
        rows = np.arange(len(known))
        axes.hlines(rows, known["low"], known["high"], linewidth=1.6, color=PALETTE[0])
        axes.plot(
            known["share"],
            rows,
            linestyle="none",
            marker="o",
            markersize=5.5,
            color=PALETTE[0],
            clip_on=False,
        )
        axes.vlines(known["chance_share"], rows - 0.32, rows + 0.32, linewidth=2, color=PALETTE[1])
        for place, row in enumerate(known.itertuples()):
            axes.text(
                1.03,
                place,
                f"{format_value(row.share, 'share')} / {row.n:,}",
                transform=axes.get_yaxis_transform(),
                va="center_baseline",
            )
    return figure


def _order_leaves(branch: int, parts: dict) -> list[int]:
    """The outlets below a branch from top to bottom."""
    if branch not in parts:
        return [branch]
    return [
        *_order_leaves(parts[branch]["left"], parts),
        *_order_leaves(parts[branch]["right"], parts),
    ]


def _make_square(outlets: Sequence) -> tuple[Figure, Axes]:
    """A square of cells with the outlets' names at the left, and their numbers above when there are many."""
    left = min(2.3, 0.35 + _CHARACTER_WIDTH * max(len(_shorten(name)) for name in outlets))
    side, head = _FIGURE_WIDTH - left - 0.1, 0.3
    figure = Figure(
        figsize=(
            _FIGURE_WIDTH,
            max(side * min(1, 0.45 + 0.05 * len(outlets)), 0.17 * len(outlets)) + head,
        )
    )
    height = figure.get_figheight()
    axes = figure.add_axes(
        (left / _FIGURE_WIDTH, 0.02, side / _FIGURE_WIDTH, (height - head) / height)
    )
    axes.set(xlim=(-0.5, len(outlets) - 0.5), ylim=(len(outlets) - 0.5, -0.5))
    numbered = [f"{_shorten(name)}  {place}" for place, name in enumerate(outlets, start=1)]
    axes.set_yticks(range(len(outlets)), numbered)
    axes.set_xticks(range(len(outlets)), range(1, len(outlets) + 1))
    axes.tick_params(
        axis="x", labeltop=True, labelbottom=False, labelsize=9 if len(outlets) <= 12 else 6
    )
    return figure, axes


def _draw_cell(axes: Axes, x: int, y: int, depth: float, sure: bool) -> None:
    blue = mpl.colors.to_rgb(PALETTE[0])
    # Blue by its strength, so that the text of the page stays legible on it whether the page is light or dark.
    face = (*blue, 0.08 + 0.62 * max(depth, 0)) if sure else "none"
    axes.add_patch(
        Rectangle(
            (x - 0.46, y - 0.46), 0.92, 0.92, facecolor=face, edgecolor=(*blue, 0.35), linewidth=0.6
        )
    )


def _draw_scale_bar(axes: Axes, scale: float) -> None:
    """A bar of a round length, in the square root of bits, at the lower left."""
    length = max(
        (step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if step * scale <= 1.2), default=0.01
    )
    x, y = axes.get_xlim()[0] + 0.1 / scale, axes.get_ylim()[0] + 0.12 / scale
    axes.hlines(y, x, x + length, color="black", alpha=0.6, linewidth=1)
    axes.text(
        x + length + 0.06 / scale, y, f"{length:g}", va="center_baseline", fontsize=7.5, alpha=0.75
    )


def _name_points(axes: Axes, positions: pd.DataFrame, scale: float) -> None:
    """The outlets' names, each where it covers least: beside its point, or further off with a line to it."""
    points = positions[["x", "y"]].to_numpy() * scale
    left, right = (edge * scale for edge in axes.get_xlim())
    taken = [(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in points]
    for name, (x, y) in sorted(
        zip(positions["outlet"], points, strict=True), key=lambda pair: -pair[1][1]
    ):
        width = 0.9 * _CHARACTER_WIDTH * len(_shorten(name))
        box, anchor = min(
            _list_label_boxes(x, y, width),
            key=lambda place: _measure_overlap(place[0], taken, left, right),
        )
        taken.append(box)
        if np.hypot(anchor[0] - x, anchor[1] - y) > 0.2:
            axes.plot(
                [x / scale, anchor[0] / scale],
                [y / scale, anchor[1] / scale],
                color="black",
                alpha=0.4,
                linewidth=0.5,
            )
        axes.text(
            box[0] / scale, (box[1] + box[3]) / 2 / scale, _shorten(name), va="center", fontsize=8
        )


def _list_label_boxes(
    x: float, y: float, width: float
) -> list[tuple[tuple[float, float, float, float], tuple[float, float]]]:
    """Places for a name of this width about a point, the best first: (left, bottom, right, top) in inches, and where a line to it ends."""
    found = []
    for far in (0.08, 0.25, 0.42, 0.6):
        for dx, dy in (
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
        ):
            middle = y + dy * (far + _LINE_HEIGHT / 2)
            start = x + far * dx if dx > 0 else x + far * dx - width if dx < 0 else x - width / 2
            found.append(
                (
                    (start, middle - _LINE_HEIGHT / 2, start + width, middle + _LINE_HEIGHT / 2),
                    (min(max(x, start), start + width), middle),
                )
            )
    return found


def _measure_overlap(box, taken: Sequence, left: float, right: float) -> float:
    """How much of a box is covered already, or lies beyond the edges: square inches."""
    over = sum(
        max(0, min(box[2], other[2]) - max(box[0], other[0]))
        * max(0, min(box[3], other[3]) - max(box[1], other[1]))
        for other in taken
    )
    return over + (max(0, left - box[0]) + max(0, box[2] - right)) * _LINE_HEIGHT * 3
