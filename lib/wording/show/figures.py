"""A table in, one figure out: nothing is computed here, and what a figure shows stands in its table."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import matplotlib as mpl
import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from wording.errors import WordingError
from wording.phrasing import format_count, format_decimal
from wording.show.html import VOICE_LABELS, make_line_id
from wording.show.values import format_value, to_printable

# Okabe & Ito's colours, the light ones darkened, so that each has a contrast of 3 to 1 on a white and on a dark page.
PALETTE = ("#0072b2", "#d55e00", "#008a64", "#b8578c", "#a67600", "#3a8bbf", "#7a7a7a", "#8c5bb5")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
_FIGURE_WIDTH = 5.2  # inches; at 72 points and 4/3 pixels a point: 499 pixels, legible at 340, the width of a phone
_ROW_HEIGHT, _HEAD_HEIGHT, _FOOT_HEIGHT = 0.235, 0.34, 0.34
_CHARACTER_WIDTH = 0.073  # inches, of a 9-point letter on average
_FIGURE_STYLE = {
    # Outlet names may hold a dollar sign, which would start a formula.
    "text.parse_math": False, "font.size": 9, "axes.linewidth": 0.6, "axes.spines.left": False, "axes.spines.right": False,
    "axes.spines.top": False, "axes.spines.bottom": False, "xtick.major.size": 0, "ytick.major.size": 0, "axes.unicode_minus": True,
}  # fmt: skip


def plot_forest(
    shares: pd.DataFrame,
    *,
    beside: pd.DataFrame | None = None,
    order: Sequence[str] | None = None,
    links: bool = True,
    numbers: Literal["counts", "shares"] = "counts",
) -> Figure:
    """One panel per variant, in it one row per outlet: the share, its 95 % interval, and the hits of the variant of all hits.

    A hollow marker has no interval; an outlet without a hit of the concept says so. With `links` a row leads to its lines
    (`show.lines`), unless it has none.

    Parameters
    ----------
    shares : the table `shares` of one concept and one voice: one row per variant x outlet.
    beside : the same of another voice, drawn as crosses below each point.
    order : the outlets from top to bottom; by default as they first appear.
    numbers : what stands at the end of each row: the hits of the variant of all hits, or the share.

    Raises
    ------
    WordingError : when the table holds no row, or several concepts or voices.
    """
    _require_single_concept(shares)
    outlets = list(order) if order is not None else list(dict.fromkeys(shares["outlet"]))
    variants = list(dict.fromkeys(shares["variant"]))
    limit = _find_share_limit(shares)
    with mpl.rc_context(_FIGURE_STYLE):
        figure, panels = _make_panels(
            len(variants),
            rows=len(outlets),
            labels=outlets,
            right=0.95,
            spread=1 if beside is None else 1.6,
        )
        for position, (axes, variant) in enumerate(zip(panels, variants, strict=True)):
            _draw_heading(axes, variant, right="hits / all" if numbers == "counts" else "share")
            _label_rows(axes, outlets)
            _set_share_axis(axes, limit)
            colour, marker = PALETTE[position % len(PALETTE)], MARKERS[position % len(MARKERS)]
            layers = [(shares, {"color": colour, "marker": marker}, 0 if beside is None else -0.2)]
            layers += (
                []
                if beside is None
                else [(beside, {"color": "black", "alpha": 0.6, "marker": "x"}, 0.22)]
            )
            for table, look, shift in layers:
                rows = table[table["variant"] == variant].set_index("outlet").reindex(outlets)
                _draw_intervals(axes, rows, look=look, shift=shift)
                _draw_numbers(axes, rows, numbers, shift=shift)
                if links:
                    _link_rows(
                        axes, rows, concept=shares["concept"].iloc[0], variant=variant, shift=shift
                    )
    return figure


def plot_ratios(
    frame: pd.DataFrame, *, panel: str = "outlet", row: str = "term", links: bool = True
) -> Figure:
    """One panel per outlet, in it one row per term: how many times as often, with its 95 % interval, on a scale of doublings.

    A filled marker has a q below 0.05, a hollow one has not. An interval that goes beyond the scale ends in an arrow. With `links` a row leads
    to its lines (`show.lines`), unless it has none.

    Parameters
    ----------
    frame : one row per outlet and term, as `keywords.top` gives it.
    """
    _require_rows(frame, "ratios")
    names, first, last = list(dict.fromkeys(frame[panel])), *_find_doubling_limits(frame)
    with mpl.rc_context(_FIGURE_STYLE):
        most = int(frame.groupby(panel).size().max())
        figure, panels = _make_panels(len(names), rows=most, labels=list(frame[row]), right=1.05)
        for axes, name in zip(panels, names, strict=True):
            rows = frame[frame[panel] == name].reset_index(drop=True)
            _draw_heading(axes, name, right="hits / articles")
            _label_rows(axes, list(rows[row]))
            _set_doubling_axis(axes, first, last)
            _draw_effects(axes, rows, last, look={"color": PALETTE[0]})
            for at, told in enumerate(rows.itertuples()):
                axes.text(
                    1.05,
                    at,
                    f"{told.n:,} / {told.n_articles:,}",
                    transform=axes.get_yaxis_transform(),
                    va="center_baseline",
                )
                if links:
                    address = "#" + make_line_id(
                        concept=told.concept,
                        variant=told.variant,
                        outlet=told.outlet,
                        voice=told.voice,
                    )
                    _link(axes, at, address=address, name=_describe_ratio(told))
    return figure


def plot_collocates(found: pd.DataFrame, *, most: int = 8, links: bool = True) -> Figure:
    """One panel per variant, in it one row per collocate in the order of the table: the share of the variant's hits that have it near.

    The line is the 95 % interval, the numbers the hits with the word near of all hits. With `links` a row leads to its lines.

    Parameters
    ----------
    found : the table `collocates` of one concept, one voice and one outlet (or all together), with `near`, what their lines are called.
    most : rows of a panel, at most.

    Raises
    ------
    WordingError : when the table holds no row, or several concepts or voices.
    """
    _require_single_concept(found)
    tables = {
        variant: rows.head(most).set_index("near")
        for variant, rows in found.groupby("variant", sort=False)
    }
    limit = _find_share_limit(pd.concat(tables.values()))
    with mpl.rc_context(_FIGURE_STYLE):
        longest = max(len(rows) for rows in tables.values())
        figure, panels = _make_panels(
            len(tables),
            rows=longest,
            labels=[name for rows in tables.values() for name in rows.index],
            right=0.95,
        )
        for axes, (position, (variant, rows)) in zip(
            panels, enumerate(tables.items()), strict=True
        ):
            _draw_heading(axes, variant, right="near / all")
            _label_rows(axes, list(rows.index))
            _set_share_axis(axes, limit)
            look = {
                "color": PALETTE[position % len(PALETTE)],
                "marker": MARKERS[position % len(MARKERS)],
            }
            _draw_intervals(axes, rows, look=look, shift=0)
            _draw_numbers(axes, rows, "counts", shift=0)
            if links:
                _link_rows(axes, rows, concept=found["concept"].iloc[0], variant=variant, shift=0)
    return figure


def plot_bars(
    frame: pd.DataFrame, *, category: str, value: str, label: str = "", links: str | None = None
) -> Figure:
    """One horizontal bar per row, in the order of the table, with its value at the end.

    Parameters
    ----------
    category, value : the columns with the names and with the lengths of the bars.
    label : what a bar measures, with its unit.
    links : a column with addresses that the bars lead to.
    """
    _require_rows(frame, "bars")
    names = list(frame[category])
    with mpl.rc_context(_FIGURE_STYLE):
        figure, [axes] = _make_panels(1, rows=len(names), labels=names, right=0.75)
        axes.barh(range(len(names)), frame[value].fillna(0), height=0.62, color=PALETTE[0])
        _draw_heading(axes, label)
        _label_rows(axes, names)
        axes.set_xlim(0, max(1e-9, float(frame[value].max())))
        axes.set_xticks([])
        for row, number in enumerate(frame[value]):
            axes.text(
                1.02,
                row,
                format_value(number, value),
                transform=axes.get_yaxis_transform(),
                va="center_baseline",
            )
        for row, address in enumerate(frame[links] if links else []):
            _link(
                axes,
                row,
                address=address,
                name=f"{names[row]}: {format_value(frame[value].iloc[row], value)}",
            )
    return figure


def plot_monthly_counts(
    frame: pd.DataFrame,
    *,
    month: str = "month",
    value: str = "n_articles",
    panel: str | None = None,
) -> Figure:
    """One bar per month; with `panel`, one strip per value of that column, all on the same scales.

    Parameters
    ----------
    frame : one row per month (a date, a period or `2031-04`), or per panel x month.
    month, value, panel : its columns.
    """
    _require_rows(frame, "timeline_counts")
    dates = frame[month].astype("period[M]").dt.to_timestamp()
    names = list(dict.fromkeys(frame[panel])) if panel else [""]
    first, last = dates.min() - pd.Timedelta(days=20), dates.max() + pd.Timedelta(days=35)
    top = max(1e-9, float(frame[value].max()))
    with mpl.rc_context(_FIGURE_STYLE):
        figure, panels = _make_strips(names, height=0.36 if len(names) > 1 else 1.5)
        for axes, name in zip(panels, names, strict=True):
            here = frame[panel] == name if panel else frame[value].notna()
            axes.bar(dates[here], frame.loc[here, value], width=24, align="edge", color=PALETTE[0])
            axes.set(xlim=(first, last), ylim=(0, top * 1.05), xticks=[], yticks=[])
            axes.axhline(0, color="black", alpha=0.4, linewidth=0.6)
            axes.text(-0.01, 0.06, _shorten(name), transform=axes.transAxes, ha="right")
            most = format_value(frame.loc[here, value].max(), value)
            axes.text(
                1.01,
                0.06 if panel else 0.95,
                most,
                transform=axes.transAxes,
                va="baseline" if panel else "center",
                alpha=0.75,
            )
        panels[0].text(1.01, 1.0, "most", transform=panels[0].transAxes, va="bottom", alpha=0.75)
        _set_month_axis(panels[-1])
    return figure


def plot_timeline(
    shares: pd.DataFrame, *, changes: pd.DataFrame | None = None, events: Sequence = ()
) -> Figure:
    """One strip per outlet: the share in each period with its 95 % interval, all on the same scales.

    A hollow marker has no interval; a period without a hit has no marker. A change is a vertical line, the days on which it may have been are
    a band around it, and the shares before and after it are horizontal lines. Events are dashed lines through all strips, numbered and named above.

    Parameters
    ----------
    shares : the table `timeline` of one concept and one variant: one row per outlet x period.
    changes : the table `changes` of the same concept; of its rows, those of the same variant are drawn.
    events : with a date and a title each; those outside the time shown are left out.

    Raises
    ------
    WordingError : when the table holds no row, or several concepts or variants.
    """
    _require_rows(shares, "timeline")
    _require_single_value(shares, ("concept", "variant"), "timeline")
    names, starts = (
        list(dict.fromkeys(shares["outlet"])),
        shares["period"].drop_duplicates().sort_values(),
    )
    step = starts.diff().median() if len(starts) > 1 else pd.Timedelta(days=1)
    limits = (starts.min() - step * 0.2, starts.max() + step * 1.2)
    named = sorted(
        (event for event in events if limits[0] <= pd.Timestamp(event.date) <= limits[1]),
        key=lambda event: event.date,
    )
    moved = (
        shares.iloc[:0]
        if changes is None
        else changes[changes["variant"] == shares["variant"].iloc[0]]
    )
    with mpl.rc_context(_FIGURE_STYLE):
        figure, panels = _make_strips(
            names, height=0.5, head=0.24 + (0.17 * len(named) + 0.14 if named else 0)
        )
        for axes, name in zip(panels, names, strict=True):
            axes.set(xlim=limits, ylim=(-0.04, 1.04), xticks=[], yticks=[])
            axes.hlines([0, 0.5, 1], *limits, color="black", alpha=0.16, linewidth=0.6, zorder=0)
            axes.text(-0.01, 0.5, _shorten(name), transform=axes.transAxes, ha="right", va="center")
            if len(moved):
                _draw_changes(axes, moved[moved["outlet"] == name])
            _draw_shares(axes, shares[shares["outlet"] == name], middle=step / 2)
            for event in named:
                axes.axvline(
                    pd.Timestamp(event.date),
                    color="black",
                    alpha=0.6,
                    linewidth=0.8,
                    linestyle=(0, (3, 2)),
                )
        for position, text in ((0.96, "100%"), (0.04, "0%")):
            panels[0].text(
                1.01,
                position,
                text,
                transform=panels[0].transAxes,
                va="center",
                alpha=0.75,
                fontsize=8,
            )
        _label_events(panels[0], named)
        _set_month_axis(panels[-1])
    return figure


def _draw_changes(axes: Axes, changes: pd.DataFrame) -> None:
    for change in changes.itertuples():
        axes.axvspan(
            change.low,
            change.high + pd.Timedelta(days=1),
            color=PALETTE[1],
            alpha=0.22,
            linewidth=0,
        )
        axes.axvline(change.date, color=PALETTE[1], linewidth=1.4)
        axes.hlines(
            change.share_before, change.before_from, change.date, color=PALETTE[1], linewidth=1.1
        )
        axes.hlines(
            change.share_after, change.date, change.after_to, color=PALETTE[1], linewidth=1.1
        )


def _draw_shares(axes: Axes, rows: pd.DataFrame, *, middle: pd.Timedelta) -> None:
    if rows["share"].isna().all():
        axes.text(
            0.012,
            0.25,
            "no hits",
            transform=axes.transAxes,
            va="center",
            alpha=0.75,
            style="italic",
        )
    at, bounded = rows["period"] + middle, rows["low"].notna()
    axes.plot(at, rows["share"], color=PALETTE[0], linewidth=0.8, alpha=0.6)
    axes.vlines(
        at[bounded],
        rows.loc[bounded, "low"],
        rows.loc[bounded, "high"],
        color=PALETTE[0],
        linewidth=1.2,
        alpha=0.8,
    )
    for where, face in ((bounded, PALETTE[0]), (rows["share"].notna() & ~bounded, "none")):
        if where.any():
            axes.plot(
                at[where],
                rows.loc[where, "share"],
                "o",
                color=PALETTE[0],
                markersize=3,
                markerfacecolor=face,
                clip_on=False,
            )


def _label_events(axes: Axes, events: Sequence) -> None:
    points = axes.get_window_extent().height * 72 / axes.figure.dpi
    for number, event in enumerate(events, start=1):
        axes.text(
            pd.Timestamp(event.date),
            1 + 3 / points,
            str(number),
            transform=axes.get_xaxis_transform(),
            ha="center",
            fontsize=8,
        )
        named = f"{number}  {event.date:%Y-%m-%d}  {_shorten(event.title, longest=60)}"
        axes.text(
            0,
            1 + (18 + 12 * (len(events) - number)) / points,
            named,
            transform=axes.transAxes,
            fontsize=8,
            alpha=0.85,
        )


def _require_single_value(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    for column in columns:
        if table[column].nunique() > 1:
            found = ", ".join(map(str, sorted(table[column].unique())[:5]))
            raise WordingError(
                f"plots.{name} shows one {column} at a time, and the table has several ({found}); select one of them"
            )


def _require_rows(frame: pd.DataFrame, name: str) -> None:
    if frame.empty:
        raise WordingError(
            f"plots.{name} was given a table without rows; check that there is something to draw, or say so with show.note"
        )


def _require_single_concept(shares: pd.DataFrame) -> None:
    _require_rows(shares, "forest")
    for column in {"concept", "voice"} & set(shares.columns):
        if shares[column].nunique() > 1:
            found = ", ".join(map(str, sorted(shares[column].unique())[:5]))
            raise WordingError(
                f"plots.forest shows one {column} at a time, and the table has several ({found}); select one of them"
            )


def _make_panels(
    count: int, *, rows: int, labels: Sequence, right: float, spread: float = 1
) -> tuple[Figure, list[Axes]]:
    left = min(2.1, max(0.6, 0.15 + _CHARACTER_WIDTH * max(len(_shorten(name)) for name in labels)))
    body, panel = (
        rows * _ROW_HEIGHT * spread,
        _HEAD_HEIGHT + rows * _ROW_HEIGHT * spread + _FOOT_HEIGHT,
    )
    height = count * panel
    figure = Figure(figsize=(_FIGURE_WIDTH, height))
    boxes = [
        (
            left / _FIGURE_WIDTH,
            1 - ((position + 1) * panel - _FOOT_HEIGHT) / height,
            (_FIGURE_WIDTH - left - right) / _FIGURE_WIDTH,
            body / height,
        )
        for position in range(count)
    ]
    return figure, [figure.add_axes(box, ylim=(rows - 0.5, -0.5)) for box in boxes]


def _make_strips(
    names: Sequence, *, height: float, head: float = 0.24
) -> tuple[Figure, list[Axes]]:
    left = min(2.1, 0.15 + _CHARACTER_WIDTH * max(len(_shorten(name)) for name in names))
    gap, foot, right = 0.08, 0.44, 0.6
    total = head + len(names) * (height + gap) + foot
    figure = Figure(figsize=(_FIGURE_WIDTH, total))
    boxes = [
        (
            left / _FIGURE_WIDTH,
            1 - (head + (position + 1) * (height + gap)) / total,
            (_FIGURE_WIDTH - left - right) / _FIGURE_WIDTH,
            height / total,
        )
        for position in range(len(names))
    ]
    return figure, [figure.add_axes(box) for box in boxes]


def _shorten(name, *, longest: int = 27) -> str:
    text = " ".join(to_printable(name).split())
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _draw_heading(axes: Axes, text, *, right: str = "") -> None:
    above = axes.get_ylim()[1] - 0.22
    axes.text(
        0,
        above,
        _shorten(text, longest=60),
        transform=axes.get_yaxis_transform(),
        va="bottom",
        weight="bold",
        size=10,
    )
    if right:
        axes.text(1.03, above, right, transform=axes.get_yaxis_transform(), va="bottom", alpha=0.75)


def _label_rows(axes: Axes, outlets: Sequence) -> None:
    # As matplotlib sets tick labels, in a fifth of the time: a tick is five artists.
    axes.set_yticks([])
    beside = axes.get_yaxis_transform() + ScaledTranslation(-6 / 72, 0, axes.figure.dpi_scale_trans)
    for row, outlet in enumerate(outlets):
        axes.text(0, row, _shorten(outlet), transform=beside, ha="right", va="center_baseline")


def _find_share_limit(shares: pd.DataFrame) -> float:
    largest = pd.concat([shares["share"], shares["high"]]).max()
    return next((limit for limit in (0.05, 0.1, 0.2, 0.5) if largest <= limit), 1.0)


def _set_share_axis(axes: Axes, limit: float) -> None:
    axes.set_xlim(0, limit)
    steps = 4 if limit in {0.2, 1.0} else 5
    ticks = [limit * step / steps for step in range(steps + 1)]
    axes.set_xticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    axes.grid(axis="x", color="black", alpha=0.16, linewidth=0.6)
    axes.set_axisbelow(True)
    for label in axes.get_xticklabels():
        label.set_alpha(0.75)


def _draw_intervals(axes: Axes, rows: pd.DataFrame, *, look: Mapping, shift: float) -> None:
    at = pd.Series(range(len(rows)), index=rows.index) + shift
    known, bounded = rows["share"].notna(), rows["low"].notna() & rows["high"].notna()
    line = {name: value for name, value in look.items() if name != "marker"}
    axes.hlines(
        at[bounded],
        rows.loc[bounded, "low"],
        rows.loc[bounded, "high"],
        linewidth=1.6 if shift <= 0 else 1,
        **line,
    )
    for where, face in ((known & bounded, look["color"]), (known & ~bounded, "none")):
        if where.any():
            axes.plot(
                rows.loc[where, "share"], at[where], linestyle="none", markersize=5.5 if shift <= 0 else 4.5, markerfacecolor=face,
                markeredgewidth=1.2, clip_on=False, **look,
            )  # fmt: skip


def _draw_numbers(axes: Axes, rows: pd.DataFrame, numbers: str, *, shift: float) -> None:
    look = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"} | (
        {"fontsize": 7.5} if shift else {}
    )
    for position, (share, n, total) in enumerate(
        zip(rows["share"], rows["n"], rows["total"], strict=True)
    ):
        if not pd.isna(share):
            told = (
                f"{format_decimal(n, 0)} / {format_decimal(total, 0)}"
                if numbers == "counts"
                else format_value(share, "share")
            )
            axes.text(1.03, position + shift, told, alpha=1 if shift <= 0 else 0.75, **look)
        elif shift <= 0:
            axes.text(0.012, position + shift, "no hits", alpha=0.75, style="italic", **look)


def _find_doubling_limits(frame: pd.DataFrame) -> tuple[float, float]:
    ends = frame[["log_ratio", "low", "high"]].replace(math.inf, math.nan)
    # One arrow-headed interval must not press all the others together.
    last = min(math.ceil(ends.max().max()), math.ceil(frame["log_ratio"].quantile(0.95)) + 3)
    return min(0, math.floor(ends.min().min())), max(last, 1)


def _set_doubling_axis(axes: Axes, first: float, last: float) -> None:
    axes.set_xlim(first, last)
    step = max(1, math.ceil((last - first) / 5))
    ticks = [tick for tick in range(int(first), int(last) + 1) if tick % step == 0]
    axes.set_xticks(ticks, [f"{2**tick:,}×" if tick >= 0 else f"1/{2**-tick:,}×" for tick in ticks])
    axes.grid(axis="x", color="black", alpha=0.16, linewidth=0.6)
    axes.axvline(0, color="black", alpha=0.4, linewidth=0.6)
    axes.set_axisbelow(True)
    for label in axes.get_xticklabels():
        label.set_alpha(0.75)


def _draw_effects(axes: Axes, rows: pd.DataFrame, last: float, *, look: Mapping) -> None:
    at, bounded = pd.Series(range(len(rows))), rows["low"].notna()
    axes.hlines(
        at[bounded],
        rows.loc[bounded, "low"],
        rows.loc[bounded, "high"].clip(upper=last),
        linewidth=1.6,
        **look,
    )
    for where, marker, size, face in (
        (rows["q"] < 0.05, "o", 5.5, look["color"]), (~(rows["q"] < 0.05), "o", 5.5, "none"), (rows["high"] > last, ">", 5, look["color"]),
    ):  # fmt: skip
        x = last if marker == ">" else rows.loc[where, "log_ratio"].clip(upper=last)
        axes.plot(
            pd.Series(x, index=at[where]), at[where], linestyle="none", marker=marker, markersize=size, markerfacecolor=face,
            markeredgewidth=1.2, clip_on=False, **look,
        )  # fmt: skip


def _describe_ratio(row) -> str:
    interval = (
        ""
        if pd.isna(row.times_low)
        else f" ({format_value(row.times_low)} to {format_value(row.times_high)})"
    )
    hits = f"{format_count(int(row.n), 'hit')} in {format_count(int(row.n_articles), 'article')}"
    return to_printable(
        f"{row.outlet}, {row.term}: {format_value(row.times)} times as often{interval}, {hits}; show the lines"
    )


def _link_rows(axes: Axes, rows: pd.DataFrame, *, concept: str, variant: str, shift: float) -> None:
    for position, row in enumerate(rows.itertuples()):
        if row.n > 0:
            address = "#" + make_line_id(
                concept=concept, variant=variant, outlet=row.Index, voice=row.voice
            )
            _link(
                axes,
                position + shift,
                address=address,
                name=_describe_row(row, variant),
                height=0.4 if shift else 1,
            )


def _describe_row(row, variant: str) -> str:
    interval = (
        ""
        if pd.isna(row.low)
        else f" ({format_value(row.low, 'low')} to {format_value(row.high, 'high')})"
    )
    hits = f"{format_decimal(row.n, 0)} of {format_count(int(row.total), 'hit')}" + (
        f", {VOICE_LABELS.get(row.voice, row.voice)}" if row.voice != "all" else ""
    )
    return to_printable(
        f"{row.Index}, {variant}: {format_value(row.share, 'share')}{interval}, {hits}; show the lines"
    )


def _link(axes: Axes, row: float, *, address: str, name: str, height: float = 1) -> None:
    # The whole row is the target, its name and count included, for a marker alone is too small to touch; it is seen when pointed at.
    box = axes.get_position()
    area = axes.axhspan(
        row - height / 2,
        row + height / 2,
        xmin=0.01 - box.x0 / box.width,
        xmax=(1 - box.x0) / box.width - 0.01,
        alpha=0,
        zorder=9,
    )
    area.set_clip_on(False)
    area.set_url(address)
    area.set_gid(to_printable(name))


def _set_month_axis(axes: Axes) -> None:
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    first, last = axes.get_xlim()
    ticks = [tick for tick in locator() if first <= tick <= last]
    months = [mdates.num2date(tick) for tick in ticks]
    # The year is said once, and again where it changes.
    named = [
        f"{month:%b}\n{month:%Y}" if not at or month.year != months[at - 1].year else f"{month:%b}"
        for at, month in enumerate(months)
    ]
    axes.set_xticks(ticks, named)
    axes.tick_params(axis="x", pad=4)
