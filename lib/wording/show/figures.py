"""A table in, one figure out: nothing is computed here, and what a figure shows is in its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from wording.phrasing import format_count, format_decimal
from wording.show.drawing import (
    CHARACTER_WIDTH,
    FIGURE_STYLE,
    FIGURE_WIDTH,
    MARKERS,
    PALETTE,
    draw_heading,
    draw_markers,
    find_doubling_limits,
    find_numbers_place,
    find_share_limit,
    label_rows,
    link_row,
    make_panels,
    make_strips,
    mark_row,
    require_rows,
    require_single_value,
    set_doubling_axis,
    set_month_axis,
    set_share_axis,
    shorten_label,
)
from wording.show.lines import VOICE_LABELS, make_line_id
from wording.show.values import format_value, to_printable

CLEAR_LOOKS = {
    "more": {"color": PALETTE[0], "marker": "o"},
    "less": {"color": PALETTE[1], "marker": "D"},
}
"""How a share looks that is clearly greater, or smaller, than that of the others."""
_UNCLEAR_LOOK = {"color": "#808080", "marker": "o"}


@dataclass(frozen=True)
class _Layer:
    """The rows of one voice in a panel: how they look, how far below the middle of the row."""

    table: pd.DataFrame
    look: Mapping[str, Any]
    shift: float = 0


def plot_forest(
    shares: pd.DataFrame,
    *,
    beside: pd.DataFrame | None = None,
    order: Sequence[str] | None = None,
    links: bool = True,
    numbers: Literal["counts", "shares"] = "counts",
) -> Figure:
    """Return a figure with a panel per variant, in it a row per outlet with its share.

    The line is the 95 % interval, the numbers are the hits of the variant of all hits. A hollow
    marker has no interval; an outlet without a hit of the concept says so.

    Parameters
    ----------
    shares : DataFrame
        The table `shares` of one concept and one voice: one row per variant and outlet. With a
        column `clear`, what has a key of `CLEAR_LOOKS` there has its colour, all else is grey.
    beside : DataFrame, optional
        The same of another voice, drawn as crosses below each point.
    order : sequence of str, optional
        The outlets from top to bottom; by default as they first appear.
    links : bool
        A row leads to its lines (`show.lines`), unless it has none.
    numbers : str
        What stands at the end of each row: counts (the hits of the variant of all hits), or shares.

    Raises
    ------
    WordingError
        If the table has no row, or several concepts or voices.
    """
    require_rows(shares, "plots.forest")
    require_single_value(shares, ("concept", "voice"), "plots.forest")
    outlets = list(shares["outlet"].drop_duplicates() if order is None else order)
    variants = list(shares["variant"].drop_duplicates())
    spread = 1 if beside is None else 1.6
    limit = find_share_limit(shares)
    with mpl.rc_context(FIGURE_STYLE):
        figure, panels = make_panels(
            len(variants), rows=len(outlets), labels=outlets, right=0.95, spread=spread
        )
        for position, (axes, variant) in enumerate(zip(panels, variants, strict=True)):
            draw_heading(axes, variant, right="hits / all" if numbers == "counts" else "share")
            label_rows(axes, outlets)
            for row, outlet in enumerate(outlets):
                mark_row(axes, outlet, row)
            set_share_axis(axes, limit)
            for layer in _make_layers(shares, beside, position):
                rows = layer.table[layer.table["variant"] == variant]
                rows = rows.set_index("outlet").reindex(outlets)
                _draw_intervals(axes, rows, layer)
                _draw_numbers(axes, rows, numbers, shift=layer.shift)
                if links:
                    _link_rows(axes, rows, variant=variant, shift=layer.shift)
    return figure


def plot_ratios(
    frame: pd.DataFrame, *, panel: str = "outlet", row: str = "term", links: bool = True
) -> Figure:
    """Return a figure with a panel per outlet, in it a row per term: how many times as often.

    The scale is one of doublings, the line is the 95 % interval; an interval that goes beyond the
    scale ends in an arrow. A filled marker has a q below 0.05, a hollow one has not.

    Parameters
    ----------
    frame : DataFrame
        One row per outlet and term, as `keyness.findings` selects them.
    panel, row : str
        The columns with the names of the panels and of the rows.
    links : bool
        A row leads to its lines (`show.lines`), unless it has none.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(frame, "plots.ratios")
    names = list(frame[panel].drop_duplicates())
    first, last = find_doubling_limits(frame)
    most_rows = int(frame.groupby(panel).size().max())
    with mpl.rc_context(FIGURE_STYLE):
        figure, panels = make_panels(
            len(names), rows=most_rows, labels=list(frame[row]), right=1.05
        )
        for axes, name in zip(panels, names, strict=True):
            rows = frame[frame[panel] == name].reset_index(drop=True)
            draw_heading(axes, name, right="hits / articles")
            label_rows(axes, list(rows[row]))
            mark_row(axes, name, -1, most_rows)
            set_doubling_axis(axes, first, last)
            _draw_ratios(axes, rows, last)
            for place, term in enumerate(rows.itertuples()):
                _draw_row_number(axes, place, f"{term.n:,} / {term.n_articles:,}", x=1.05)
                if links:
                    _link_ratio(axes, place, term)
    return figure


def plot_collocates(found: pd.DataFrame, *, most: int = 8, links: bool = True) -> Figure:
    """Return a figure with a panel per variant, in it a row per collocate in the table's order.

    A row shows the share of the variant's hits that have the word near. The line is the 95 %
    interval, the numbers are the hits with the word near of all hits.

    Parameters
    ----------
    found : DataFrame
        The table `collocates` of one concept, one voice and one outlet (or all together), with
        `near`, what their lines are called.
    most : int
        The maximum number of rows of a panel.
    links : bool
        A row leads to its lines.

    Raises
    ------
    WordingError
        If the table has no row, or several concepts or voices.
    """
    require_rows(found, "plots.collocates")
    require_single_value(found, ("concept", "voice"), "plots.collocates")
    tables = {
        variant: rows.head(most).set_index("near")
        for variant, rows in found.groupby("variant", sort=False)
    }
    limit = find_share_limit(pd.concat(tables.values()))
    labels = [name for rows in tables.values() for name in rows.index]
    with mpl.rc_context(FIGURE_STYLE):
        most_rows = max(len(rows) for rows in tables.values())
        figure, panels = make_panels(len(tables), rows=most_rows, labels=labels, right=0.95)
        for position, (variant, rows) in enumerate(tables.items()):
            axes = panels[position]
            draw_heading(axes, variant, right="near / all")
            label_rows(axes, list(rows.index))
            set_share_axis(axes, limit)
            _draw_intervals(axes, rows, _Layer(rows, _choose_look(position)))
            _draw_numbers(axes, rows, "counts", shift=0)
            if links:
                _link_rows(axes, rows, variant=variant, shift=0)
    return figure


def plot_bars(
    frame: pd.DataFrame, *, category: str, value: str, label: str = "", links: str | None = None
) -> Figure:
    """Return a figure with a horizontal bar per row, in the table's order, its value at the end.

    Parameters
    ----------
    frame : DataFrame
        One row per bar.
    category, value : str
        The columns with the names and with the lengths of the bars.
    label : str
        What a bar measures, with its unit.
    links : str, optional
        A column with addresses that the bars lead to.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(frame, "plots.bars")
    names = list(frame[category])
    numbers = [format_value(number, value) for number in frame[value]]
    with mpl.rc_context(FIGURE_STYLE):
        figure, [axes] = make_panels(1, rows=len(names), labels=names, right=0.75)
        axes.barh(range(len(names)), frame[value].fillna(0), height=0.62, color=PALETTE[0])
        draw_heading(axes, label)
        label_rows(axes, names)
        axes.set_xlim(0, max(1e-9, float(frame[value].max())))
        axes.set_xticks([])
        for row, number in enumerate(numbers):
            mark_row(axes, names[row], row)
            _draw_row_number(axes, row, number, x=1.02)
        for row, address in enumerate(frame[links] if links else []):
            link_row(axes, row, address=address, name=f"{names[row]}: {numbers[row]}")
    return figure


def plot_stacked_bars(
    frame: pd.DataFrame, *, category: str, part: str, value: str = "share"
) -> Figure:
    """Return a figure with a bar per category, made of its parts, whose shares stand in them.

    Parameters
    ----------
    frame : DataFrame
        One row per category and part, in the order in which they are drawn.
    category, part, value : str
        The columns with the names of the bars, of their parts, and with the shares.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(frame, "plots.stacked_bars")
    names, parts = list(frame[category].drop_duplicates()), list(frame[part].drop_duplicates())
    shares = frame.pivot(index=category, columns=part, values=value).reindex(names)[parts]
    ends = shares.fillna(0).cumsum(axis=1)
    key = _arrange_key(parts)
    with mpl.rc_context(FIGURE_STYLE):
        depth = len(names) + len(key) - 1
        figure, [axes] = make_panels(1, rows=depth, labels=names, right=0.3)
        label_rows(axes, [*[""] * (len(key) - 1), *names])
        set_share_axis(axes, 1.0)
        rows = [row + len(key) - 1 for row in range(len(names))]
        for position, name in enumerate(parts):
            colour = PALETTE[(position - 1) % len(PALETTE)] if position else _UNCLEAR_LOOK["color"]
            left, width = ends[name] - shares[name].fillna(0), shares[name].fillna(0)
            look: dict[str, Any] = {"color": colour, "alpha": 0.55, "label": name}
            axes.barh(rows, width, left=left, height=0.7, **look)
            _name_parts(axes, rows, left, width)
        for row, name in zip(rows, names, strict=True):
            mark_row(axes, name, row)
        _draw_key(axes, key)
    return figure


def _arrange_key(parts: Sequence[str]) -> list[list[str]]:
    """The names of the parts in lines as long as the figure is wide."""
    lines: list[list[str]] = [[]]
    room = FIGURE_WIDTH
    for name in parts:
        width = 0.4 + CHARACTER_WIDTH * len(name)
        if width > room and lines[-1]:
            lines.append([])
            room = FIGURE_WIDTH
        lines[-1].append(name)
        room -= width
    return lines


def _draw_key(axes: Axes, key: Sequence[Sequence[str]]) -> None:
    """What the colours mean, above the bars, each line of it as high as a bar."""
    handles: dict[str, Any] = {str(bars.get_label()): bars for bars in axes.containers}
    figure = axes.get_figure(root=True)
    assert figure is not None
    step = figure.transFigure.inverted().transform(axes.transData.transform([(0, 0), (0, 1)]))
    for number, names in enumerate(key):
        figure.legend(
            [handles[name] for name in names],
            names,
            loc="upper left",
            bbox_to_anchor=(0, 1 - number * (step[0, 1] - step[1, 1])),
            ncols=len(names),
            frameon=False,
            borderaxespad=0,
            handlelength=0.8,
            handletextpad=0.3,
            columnspacing=0.8,
        )


def _name_parts(axes: Axes, rows: Sequence[int], left: pd.Series, width: pd.Series) -> None:
    """The share in the middle of each part that has room for it."""
    for row, start, share in zip(rows, left, width, strict=True):
        if share >= 0.075:
            text = format_value(share, "share").replace(".0%", "%")
            axes.text(start + share / 2, row, text, ha="center", va="center_baseline", size=8)


def plot_monthly_counts(
    frame: pd.DataFrame,
    *,
    month: str = "month",
    value: str = "n_articles",
    panel: str | None = None,
) -> Figure:
    """Return a figure with a bar per month.

    Parameters
    ----------
    frame : DataFrame
        One row per month (a date, a period or `2031-04`), or per panel and month.
    month, value : str
        The columns with the months and the lengths of the bars.
    panel : str, optional
        A column; each of its values gets a strip, all on the same scales.

    Raises
    ------
    WordingError
        If the table has no row.
    """
    require_rows(frame, "plots.timeline_counts")
    dates = frame[month].astype("period[M]").dt.to_timestamp()
    names = list(frame[panel].drop_duplicates()) if panel else [""]
    limits = dates.min() - pd.Timedelta(days=20), dates.max() + pd.Timedelta(days=35)
    top = max(1e-9, float(frame[value].max()))
    with mpl.rc_context(FIGURE_STYLE):
        figure, panels = make_strips(names, height=0.3 if len(names) > 1 else 1.5)
        for axes, name in zip(panels, names, strict=True):
            here = frame[panel] == name if panel else frame[value].notna()
            draw_bars(axes, dates[here], frame.loc[here, value], width=24)
            axes.set(xlim=limits, ylim=(0, top * 1.05), xticks=[], yticks=[])
            axes.axhline(0, color="black", alpha=0.4, linewidth=0.6)
            if panel:
                mark_row(axes, name, 0.5, top - 0.5)
            axes.text(-0.01, 0.06, shorten_label(name), transform=axes.transAxes, ha="right")
            maximum = format_value(frame.loc[here, value].max(), value)
            height, anchor = (0.06, "baseline") if panel else (0.95, "center")
            axes.text(1.01, height, maximum, transform=axes.transAxes, va=anchor, alpha=0.75)
        place = panels[0].transAxes
        panels[0].text(1.01, 1.0, "max.", transform=place, va="bottom", alpha=0.75)
        set_month_axis(panels[-1])
    return figure


def draw_bars(axes: Axes, starts: pd.Series, heights: pd.Series, *, width: float) -> None:
    """Draw bars from 0 on, so many days wide, as one shape: there may be thousands in a figure."""
    left = mdates.date2num(starts)
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    size = np.column_stack([np.full(len(left), width), heights.to_numpy(dtype=float)])
    places = np.column_stack([left, np.zeros(len(left))])
    vertices = places[:, None] + np.array(corners) * size[:, None]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(left)
    shape = Path(vertices.reshape(-1, 2), codes)
    axes.add_patch(PathPatch(shape, facecolor=PALETTE[0], edgecolor="none"))
    axes.xaxis_date()


def plot_timeline(
    shares: pd.DataFrame, *, changes: pd.DataFrame | None = None, events: Sequence[Any] = ()
) -> Figure:
    """Return a figure with a strip per outlet: the share in each period with its 95 % interval.

    All strips have the same scales. A hollow marker has no interval; a period without a hit has no
    marker. A change is a vertical line, the days on which it may have been are a band around it,
    and the shares before and after it are horizontal lines. Events are dashed lines through all
    strips, numbered and named above.

    Parameters
    ----------
    shares : DataFrame
        The table `timeline` of one concept and one variant: one row per outlet and period.
    changes : DataFrame, optional
        The table `changes` of the same concept; its rows of the same variant are drawn.
    events : sequence
        With a date and a title each; those outside the time shown are left out.

    Raises
    ------
    WordingError
        If the table has no row, or several concepts or variants.
    """
    require_rows(shares, "plots.timeline")
    require_single_value(shares, ("concept", "variant"), "plots.timeline")
    names = list(shares["outlet"].drop_duplicates())
    starts = shares["period"].drop_duplicates().sort_values()
    step = starts.diff().median() if len(starts) > 1 else pd.Timedelta(days=1)
    limits = (starts.min() - step * 0.2, starts.max() + step * 1.2)
    drawn_events = _select_events(events, limits)
    head = 0.24 + (0.17 * len(drawn_events) + 0.14 if drawn_events else 0)
    with mpl.rc_context(FIGURE_STYLE):
        figure, panels = make_strips(names, height=0.5, head=head)
        for axes, name in zip(panels, names, strict=True):
            axes.set(xlim=limits, ylim=(-0.04, 1.04), xticks=[], yticks=[])
            mark_row(axes, name, 0.5)
            axes.hlines([0, 0.5, 1], *limits, color="black", alpha=0.16, linewidth=0.6, zorder=0)
            place = axes.transAxes
            axes.text(-0.01, 0.5, shorten_label(name), transform=place, ha="right", va="center")
            if changes is not None:
                is_drawn = changes["variant"] == shares["variant"].iloc[0]
                _draw_changes(axes, changes[is_drawn & (changes["outlet"] == name)])
            _draw_shares(axes, shares[shares["outlet"] == name], middle=step / 2)
            _draw_event_lines(axes, drawn_events)
        _label_shares(panels[0])
        _label_events(panels[0], drawn_events)
        set_month_axis(panels[-1])
    return figure


def _choose_look(position: int) -> dict[str, str]:
    """The colour and marker of a panel."""
    return {
        "color": PALETTE[position % len(PALETTE)],
        "marker": MARKERS[position % len(MARKERS)],
    }


def _make_layers(shares: pd.DataFrame, beside: pd.DataFrame | None, position: int) -> list[_Layer]:
    look = _choose_look(position)
    if beside is None:
        return [_Layer(shares, look)]
    crosses = {"color": "black", "alpha": 0.6, "marker": "x"}
    return [_Layer(shares, look, shift=-0.2), _Layer(beside, crosses, shift=0.22)]


def _draw_intervals(axes: Axes, rows: pd.DataFrame, layer: _Layer) -> None:
    at = pd.Series(range(len(rows)), index=rows.index) + layer.shift
    if "clear" not in rows:
        _draw_points(axes, rows, at, layer)
        return
    for side in ("", *CLEAR_LOOKS):
        here = (rows["clear"] == side) if side else ~rows["clear"].isin(list(CLEAR_LOOKS))
        look = CLEAR_LOOKS.get(side, _UNCLEAR_LOOK)
        _draw_points(axes, rows[here], at[here], replace(layer, look=look))


def _draw_points(axes: Axes, rows: pd.DataFrame, at: pd.Series, layer: _Layer) -> None:
    is_main = layer.shift <= 0
    is_known, is_bounded = rows["share"].notna(), rows["low"].notna() & rows["high"].notna()
    bounds, line = rows[is_bounded], {k: v for k, v in layer.look.items() if k != "marker"}
    width = 1.6 if is_main else 1
    axes.hlines(at[is_bounded], bounds["low"], bounds["high"], linewidth=width, **line)
    for filled in (True, False):
        here = is_known & (is_bounded if filled else ~is_bounded)
        if here.any():
            x, size = rows.loc[here, "share"], 5.5 if is_main else 4.5
            draw_markers(axes, x, at[here], filled=filled, look=layer.look, size=size)


def _draw_numbers(axes: Axes, rows: pd.DataFrame, numbers: str, *, shift: float) -> None:
    is_main = shift <= 0
    look: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    if shift:
        look["fontsize"] = 7.5
    end = find_numbers_place(axes)
    for position, row in enumerate(rows[["share", "n", "total"]].itertuples(index=False)):
        if not pd.isna(row.share):
            counts = f"{format_decimal(row.n, 0)} / {format_decimal(row.total, 0)}"
            text = counts if numbers == "counts" else format_value(row.share, "share")
            axes.text(end, position + shift, text, alpha=1 if is_main else 0.75, **look)
        elif is_main:
            axes.text(0.012, position + shift, "no hits", alpha=0.75, style="italic", **look)


def _draw_row_number(axes: Axes, row: int, text: str, *, x: float) -> None:
    axes.text(x, row, text, transform=axes.get_yaxis_transform(), va="center_baseline")


def _link_rows(axes: Axes, rows: pd.DataFrame, *, variant: str, shift: float) -> None:
    for position, row in enumerate(rows.itertuples()):
        if row.n > 0:
            line_id = make_line_id(
                concept=row.concept, variant=variant, outlet=row.Index, voice=row.voice
            )
            name, height = _describe_row(row, variant), 0.4 if shift else 1
            link_row(axes, position + shift, address=f"#{line_id}", name=name, height=height)


def _describe_row(row: Any, variant: str) -> str:
    """What a row shows, for a screen reader."""
    low, high = format_value(row.low, "low"), format_value(row.high, "high")
    interval = "" if pd.isna(row.low) else f" ({low} to {high})"
    voice = "" if row.voice == "all" else f", {VOICE_LABELS.get(row.voice, row.voice)}"
    hits = f"{format_decimal(row.n, 0)} of {format_count(int(row.total), 'hit')}{voice}"
    share = format_value(row.share, "share")
    return to_printable(f"{row.Index}, {variant}: {share}{interval}, {hits}; show the lines")


def _draw_ratios(axes: Axes, rows: pd.DataFrame, last: float) -> None:
    """The ratios of a panel with their intervals; what is beyond the scale is drawn at its end."""
    at, is_bounded = pd.Series(range(len(rows))), rows["low"].notna()
    bounds, colour = rows[is_bounded], PALETTE[0]
    ends = bounds["high"].clip(upper=last)
    axes.hlines(at[is_bounded], bounds["low"], ends, linewidth=1.6, color=colour)
    x, is_clear, is_beyond = (
        rows["log_ratio"].clip(upper=last),
        rows["q"] < 0.05,
        rows["high"] > last,
    )
    circle, arrow = {"color": colour, "marker": "o"}, {"color": colour, "marker": ">"}
    draw_markers(axes, x[is_clear], at[is_clear], filled=True, look=circle)
    draw_markers(axes, x[~is_clear], at[~is_clear], filled=False, look=circle)
    arrows = [last] * int(is_beyond.sum())
    draw_markers(axes, arrows, at[is_beyond], filled=True, look=arrow, size=5)


def _link_ratio(axes: Axes, place: int, row: Any) -> None:
    line_id = make_line_id(
        concept=row.concept, variant=row.variant, outlet=row.outlet, voice=row.voice
    )
    link_row(axes, place, address=f"#{line_id}", name=_describe_ratio(row))


def _describe_ratio(row: Any) -> str:
    """What a row shows, for a screen reader."""
    low, high = format_value(row.times_low), format_value(row.times_high)
    interval = "" if pd.isna(row.times_low) else f" ({low} to {high})"
    hits = f"{format_count(int(row.n), 'hit')} in {format_count(int(row.n_articles), 'article')}"
    times = f"{format_value(row.times)} times as often{interval}"
    return to_printable(f"{row.outlet}, {row.term}: {times}, {hits}; show the lines")


def _select_events(events: Sequence[Any], limits: tuple[Any, Any]) -> list[Any]:
    """The events within the time shown, by date."""
    first, last = limits
    inside = [event for event in events if first <= pd.Timestamp(event.date) <= last]
    return sorted(inside, key=lambda event: event.date)


def _draw_changes(axes: Axes, changes: pd.DataFrame) -> None:
    colour = PALETTE[1]
    for change in changes.itertuples():
        end = change.high + pd.Timedelta(days=1)
        axes.axvspan(change.low, end, color=colour, alpha=0.22, linewidth=0)
        axes.axvline(change.date, color=colour, linewidth=1.4)
        before, after = (change.before_from, change.date), (change.date, change.after_to)
        axes.hlines(change.share_before, *before, color=colour, linewidth=1.1)
        axes.hlines(change.share_after, *after, color=colour, linewidth=1.1)


def _draw_shares(axes: Axes, rows: pd.DataFrame, *, middle: pd.Timedelta) -> None:
    """The shares of an outlet, each in the middle of its period, with their intervals."""
    colour = PALETTE[0]
    if rows["share"].isna().all():
        place = axes.transAxes
        axes.text(0.012, 0.25, "no hits", transform=place, va="center", alpha=0.75, style="italic")
    at, is_bounded = rows["period"] + middle, rows["low"].notna()
    bounds = rows[is_bounded]
    axes.plot(at, rows["share"], color=colour, linewidth=0.8, alpha=0.6)
    line: dict[str, Any] = {"color": colour, "linewidth": 1.2, "alpha": 0.8}
    axes.vlines(at[is_bounded], bounds["low"], bounds["high"], **line)
    for here, face in ((is_bounded, colour), (rows["share"].notna() & ~is_bounded, "none")):
        if here.any():
            look: dict[str, Any] = {"markersize": 3, "markerfacecolor": face, "clip_on": False}
            axes.plot(at[here], rows.loc[here, "share"], "o", color=colour, **look)


def _draw_event_lines(axes: Axes, events: Sequence[Any]) -> None:
    for event in events:
        date, dashes = pd.Timestamp(event.date), (0, (3, 2))
        axes.axvline(date, color="black", alpha=0.6, linewidth=0.8, linestyle=dashes)


def _label_shares(axes: Axes) -> None:
    for height, text in ((0.96, "100%"), (0.04, "0%")):
        place = axes.transAxes
        axes.text(1.01, height, text, transform=place, va="center", alpha=0.75, fontsize=8)


def _label_events(axes: Axes, events: Sequence[Any]) -> None:
    """The numbers of the events above the first strip, and above them their dates and titles."""
    points = axes.get_window_extent().height * 72 / axes.figure.dpi
    across, above = axes.get_xaxis_transform(), axes.transAxes
    for number, event in enumerate(events, start=1):
        date = pd.Timestamp(event.date)
        axes.text(date, 1 + 3 / points, str(number), transform=across, ha="center", fontsize=8)
        height = 1 + (18 + 12 * (len(events) - number)) / points
        title = shorten_label(event.title, max_characters=60)
        text = f"{number}  {event.date:%Y-%m-%d}  {title}"
        axes.text(0, height, text, transform=above, fontsize=8, alpha=0.85)
