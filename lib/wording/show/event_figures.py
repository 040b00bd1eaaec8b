"""Differences in all, on shared events and within events, side by side."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wording.show.drawing import (
    FIGURE_STYLE,
    MARKERS,
    PALETTE,
    draw_grid,
    draw_heading,
    draw_markers,
    find_numbers_place,
    label_rows,
    make_panels,
    require_rows,
    require_single_value,
)
from wording.show.values import format_value

KINDS = {"raw": "in all", "shared": "on shared events", "within": "within events"}
"""The three differences and how the key calls them."""
SHIFTS = {"raw": -0.24, "shared": 0.0, "within": 0.24}
KEY_HEIGHT = 0.26
LIMITS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def plot_events(table: pd.DataFrame) -> Figure:
    """Return a figure with three points and their intervals in each row.

    They are the differences in all, on shared events, and within events, from top to bottom. With
    one comparison there is a row per variant, else a panel per variant with a row per outlet.

    Parameters
    ----------
    table : DataFrame
        The table `events` of one concept.

    Raises
    ------
    WordingError
        If the table has no row, or several concepts.
    """
    require_rows(table, "plots.events")
    require_single_value(table, ("concept",), "plots.events")
    sides = table[["outlet", "other"]].drop_duplicates()
    if len(sides) == 1:
        heading = f"{sides['outlet'].iloc[0]} less {sides['other'].iloc[0]}"
        panels = {heading: table.set_index("variant")}
    else:
        label = table["outlet"]
        if (table["other"] != table["other"].iloc[0]).any():
            label = table["outlet"] + " less " + table["other"]
        rows = table.assign(label=label)
        panels = {
            str(variant): here.set_index("label")
            for variant, here in rows.groupby("variant", sort=False)
        }
    return _draw_panels(panels, _find_limit(table))


def _draw_panels(panels: dict[str, pd.DataFrame], limit: float) -> Figure:
    labels = [label for rows in panels.values() for label in rows.index]
    n_rows = max(len(rows) for rows in panels.values())
    with mpl.rc_context(FIGURE_STYLE):
        figure, all_axes = make_panels(
            len(panels), rows=n_rows, labels=labels, right=0.95, spread=2.2
        )
        for axes, (name, rows) in zip(all_axes, panels.items(), strict=True):
            draw_heading(axes, name, right="within")
            label_rows(axes, list(rows.index))
            _set_points_axis(axes, limit)
            for place, kind in enumerate(KINDS):
                _draw_kind(axes, rows, kind, place)
            _write_within(axes, rows["within_difference"])
        _draw_key(figure, all_axes[0])
    return figure


def _draw_key(figure: Figure, axes: Axes) -> None:
    """Write above all panels which point is which."""
    height = figure.get_figheight()
    figure.set_figheight(height + KEY_HEIGHT)
    for panel in figure.axes:
        box = panel.get_position()
        part = height / (height + KEY_HEIGHT)
        panel.set_position((box.x0, box.y0 * part, box.width, box.height * part))
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=len(KINDS),
        frameon=False,
        borderpad=0.2,
        borderaxespad=0,
        handletextpad=0,
        columnspacing=0.8,
    )


def _find_limit(table: pd.DataFrame) -> float:
    """Return the end of an axis that holds all differences, and the ends of most intervals."""
    largest = table[[f"{kind}_difference" for kind in KINDS]].abs().max(axis=None)
    ends = table[[f"{kind}_{end}" for kind in KINDS for end in ("low", "high")]].abs()
    wanted = max(largest, ends.stack().quantile(0.9) if ends.notna().any(axis=None) else 0)
    return next((limit for limit in LIMITS if wanted <= limit), 1.0)


def _set_points_axis(axes: Axes, limit: float) -> None:
    axes.set_xlim(-limit, limit)
    ticks = [-limit, -limit / 2, 0, limit / 2, limit]
    labels = [f"{100 * tick:+g}".replace("-", "\N{MINUS SIGN}") if tick else "0" for tick in ticks]
    axes.set_xticks(ticks, labels)
    draw_grid(axes)
    axes.axvline(0, color="black", alpha=0.4, linewidth=0.6)


def _draw_kind(axes: Axes, rows: pd.DataFrame, kind: str, place: int) -> None:
    x, low, high = (rows[f"{kind}_{name}"] for name in ("difference", "low", "high"))
    at = pd.Series(range(len(rows)), index=rows.index) + SHIFTS[kind]
    look = {"color": PALETTE[place], "marker": MARKERS[place]}
    known = low.notna()
    first, last = (ends[known].clip(*axes.get_xlim()) for ends in (low, high))
    axes.hlines(at[known], first, last, linewidth=1.6, color=look["color"])
    draw_markers(axes, [], [], filled=True, look={**look, "label": KINDS[kind]})
    for filled in (True, False):
        here = x.notna() & (known == filled)
        draw_markers(axes, x[here], at[here], filled=filled, look=look)


def _write_within(axes: Axes, differences: pd.Series) -> None:
    """Write the difference within events at the end of each row, or that there are too few."""
    place, end = axes.get_yaxis_transform(), find_numbers_place(axes)
    for row, value in enumerate(differences):
        missing = pd.isna(value)
        text = "too few" if missing else format_value(value, "within_difference").rstrip("%")
        style = "italic" if missing else "normal"
        axes.text(end, row, text, transform=place, va="center_baseline", style=style)
