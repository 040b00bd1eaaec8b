"""One difference under many ways of counting: sorted points, and below each what was chosen."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wording.show.drawing import (
    FIGURE_STYLE,
    FIGURE_WIDTH,
    MARKERS,
    PALETTE,
    draw_markers,
    measure_label,
    require_rows,
    require_single_value,
    shorten_label,
)

OUTCOMES = {"holds": "holds", "unclear": "unclear", "reversed": "opposite"}
"""The outcomes and how the key calls them."""
CURVE_HEIGHT, ROW_HEIGHT, GAP, HEAD, FOOT = 1.9, 0.19, 0.1, 0.5, 0.12
"""Inches: the points; a row of the grid; between two choices; above and below."""
MUTED = 0.75


def plot_choices(table: pd.DataFrame, labels: Mapping[str, Mapping[str, str]]) -> Figure:
    """Return a specification curve: the differences, sorted, above a grid of what was chosen.

    Parameters
    ----------
    table : DataFrame
        The table `choices` of one concept; ways that were not counted are left out.
    labels : mapping
        Of each column that is a choice, its values in order and what they are called.

    Raises
    ------
    WordingError
        If no way was counted, or the table has several concepts.
    """
    counted = table[table["outcome"] != "not counted"]
    counted = counted.sort_values("difference", kind="stable").reset_index(drop=True)
    require_rows(counted, "plots.choices")
    require_single_value(counted, ("concept",), "plots.choices")
    rows = list_rows(counted, labels)
    left = 0.15 + measure_label([label for *_, label, _ in rows])
    depth = rows[-1][-1] + ROW_HEIGHT
    height = HEAD + CURVE_HEIGHT + GAP + depth + FOOT
    width = (FIGURE_WIDTH - left - 0.1) / FIGURE_WIDTH
    with mpl.rc_context(FIGURE_STYLE):
        figure = Figure(figsize=(FIGURE_WIDTH, height))
        bottom = (FOOT + depth + GAP) / height
        x, limits = left / FIGURE_WIDTH, (-0.7, len(counted) - 0.3)
        curve = figure.add_axes((x, bottom, width, CURVE_HEIGHT / height), xlim=limits)
        grid = figure.add_axes((x, FOOT / height, width, depth / height), xlim=limits)
        size = min(5.5, 0.8 * 72 * width * FIGURE_WIDTH / (len(counted) + 1))
        _draw_curve(curve, counted, size)
        _draw_grid(grid, counted, rows, size)
        _mark_shown((curve, grid), counted)
        figure.legend(
            *curve.get_legend_handles_labels(),
            loc="upper left",
            bbox_to_anchor=(0, 1),
            ncols=len(OUTCOMES),
            frameon=False,
            borderpad=0.2,
            borderaxespad=0,
            handletextpad=0,
            columnspacing=0.8,
        )
    return figure


def list_rows(
    counted: pd.DataFrame, labels: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str, float]]:
    """Return the rows of the grid: choice, value, label, and how far down it lies in inches.

    A choice without alternatives has no rows; where none has any, all have one.
    """
    varying = [name for name in labels if counted[name].nunique() > 1] or list(labels)
    rows, down = [], ROW_HEIGHT / 2
    for name in varying:
        present = set(counted[name])
        for value, label in labels[name].items():
            if value in present:
                rows.append((name, value, label, down))
                down += ROW_HEIGHT
        down += GAP
    return rows


def _draw_curve(axes: Axes, counted: pd.DataFrame, size: float) -> None:
    at = np.arange(len(counted))
    ends = counted[["low", "high"]]
    low, high = min(0.0, ends.min(axis=None)), max(0.0, ends.max(axis=None))
    margin = 0.05 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xticks([])
    axes.yaxis.set_major_locator(mpl.ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: _format_tick(value))
    for label in axes.get_yticklabels():
        label.set_alpha(MUTED)
    axes.grid(axis="y", color="black", alpha=0.16, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axhline(0, color="black", alpha=0.6, linewidth=0.8)
    is_finding = counted.loc[counted["shown"], "outcome"].eq("holds").any()
    for place, (outcome, name) in enumerate(OUTCOMES.items()):
        if outcome not in set(counted["outcome"]):
            continue
        name = "clear" if outcome == "holds" and not is_finding else name
        look = {"color": PALETTE[_pick_colour(place)], "marker": MARKERS[place]}
        here = (counted["outcome"] == outcome).to_numpy()
        axes.vlines(
            at[here],
            counted["low"][here],
            counted["high"][here],
            color=look["color"],
            linewidth=1.2,
        )
        draw_markers(
            axes,
            at[here],
            counted["difference"][here],
            filled=outcome != "unclear",
            look={**look, "label": name},
            size=size,
        )
    axes.text(-0.02, 1.05, "points", transform=axes.transAxes, ha="right", va="bottom", alpha=MUTED)


def _pick_colour(place: int) -> int:
    """Return the colour of an outcome: grey for what is unclear."""
    return (0, 6, 1)[place]


def _format_tick(value: float) -> str:
    points = f"{100 * value:+.3g}" if abs(value) > 1e-9 else "0"
    return points.replace("-", "\N{MINUS SIGN}")


def _draw_grid(
    axes: Axes, counted: pd.DataFrame, rows: list[tuple[str, str, str, float]], size: float
) -> None:
    axes.set_ylim(rows[-1][-1] + ROW_HEIGHT / 2, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    is_clear = (counted["outcome"] != "unclear").to_numpy()
    for name, value, label, down in rows:
        here = (counted[name] == value).to_numpy()
        axes.axhline(down, color="black", alpha=0.1, linewidth=0.6)
        for chosen, place in ((is_clear, 0), (~is_clear, 6)):
            at = np.flatnonzero(here & chosen)
            look = {"color": PALETTE[place], "marker": "o"}
            draw_markers(axes, at, np.full(len(at), down), filled=True, look=look, size=0.65 * size)
        text = shorten_label(label)
        place_of_label = axes.get_yaxis_transform()
        axes.text(-0.02, down, text, transform=place_of_label, ha="right", va="center_baseline")


def _mark_shown(panels: tuple[Axes, ...], counted: pd.DataFrame) -> None:
    """Draw a band behind the way in which the page itself counts."""
    for at in np.flatnonzero(counted["shown"]):
        for axes in panels:
            axes.axvspan(at - 0.5, at + 0.5, color="black", alpha=0.1, linewidth=0, zorder=0)
        side = "left" if at < len(counted) / 2 else "right"
        x = at - 0.5 if side == "left" else at + 0.5
        panels[0].text(
            x, 1.05, "this page", transform=panels[0].get_xaxis_transform(), ha=side, va="bottom"
        )
