"""What the figures share: their size and style, panels and strips, axes, markers and links."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.transforms import ScaledTranslation

from wording.errors import WordingError
from wording.settings import ALL_OUTLETS
from wording.show.svg import OUTLET_MARK
from wording.show.values import to_printable

# Okabe & Ito's colours, the light ones darkened, so that each has a contrast of 3 to 1 on a white
# and on a dark page.
PALETTE = ("#0072b2", "#d55e00", "#008a64", "#b8578c", "#a67600", "#3a8bbf", "#7a7a7a", "#8c5bb5")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

# Inches; at 72 points and 4/3 pixels a point: 499 pixels, legible at 340, the width of a phone.
FIGURE_WIDTH = 5.2
PANEL_WIDTH = 4.1  # inches, of each of several panels: three stand side by side on a screen
CHARACTER_WIDTH = 0.073  # inches, of a 9-point letter on average
FIGURE_STYLE: Any = {
    "text.parse_math": False,  # outlet names may hold a dollar sign, which would start a formula
    "font.size": 9,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.spines.bottom": False,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.unicode_minus": True,
}
_ROW_HEIGHT, _HEAD_HEIGHT, _FOOT_HEIGHT = 0.235, 0.34, 0.34
_NARROW_STEP = 0.32
"""Inches between two percentages on an axis, at least."""
_STRIP_GAP, _STRIP_FOOT, _STRIP_RIGHT = 0.08, 0.44, 0.6


def make_panels(
    count: int, *, rows: int, labels: Sequence[Any], right: float, spread: float = 1
) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels of rows below each other.

    Of several, each is a part of the figure of its own, so that a page can lay them out side by
    side (see `show.svg`).

    Parameters
    ----------
    count, rows : int
        The number of panels, and of rows in each.
    labels : sequence
        The names at the left of the rows, for which room is left.
    right : float
        The room at the right, in inches.
    spread : float
        The height of a row as a multiple of the usual one.
    """
    full = FIGURE_WIDTH if count < 3 else PANEL_WIDTH
    left = min(0.46 * full, max(0.6, _measure_margin(labels)))
    body = rows * _ROW_HEIGHT * spread
    height = _HEAD_HEIGHT + body + _FOOT_HEIGHT
    figure = Figure(figsize=(full, count * height))
    parts = [figure] if count == 1 else figure.subfigures(count, 1, squeeze=False).ravel()
    box = (left / full, _FOOT_HEIGHT / height, (full - left - right) / full, body / height)
    return figure, [part.add_axes(box, ylim=(rows - 0.5, -0.5)) for part in parts]


def make_strips(
    names: Sequence[Any], *, height: float, head: float = 0.24
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a strip per name below each other.

    Parameters
    ----------
    names : sequence
        The names at the left of the strips.
    height, head : float
        The height of a strip, and of the room above the first, in inches.
    """
    left = min(2.1, _measure_margin(names))
    step = height + _STRIP_GAP
    total = head + len(names) * step + _STRIP_FOOT
    figure = Figure(figsize=(FIGURE_WIDTH, total))
    x, width = left / FIGURE_WIDTH, (FIGURE_WIDTH - left - _STRIP_RIGHT) / FIGURE_WIDTH
    bottoms = [1 - (head + (place + 1) * step) / total for place in range(len(names))]
    return figure, [figure.add_axes((x, bottom, width, height / total)) for bottom in bottoms]


def measure_label(labels: Sequence[Any]) -> float:
    """Return the width of the longest label as it is drawn, in inches."""
    return CHARACTER_WIDTH * max(len(shorten_label(label)) for label in labels)


def _measure_margin(labels: Sequence[Any]) -> float:
    return 0.15 + measure_label(labels)


def shorten_label(label: object, *, max_characters: int = 27) -> str:
    """Return the label on one line, cut with an ellipsis where it is too long."""
    text = " ".join(to_printable(label).split())
    if len(text) <= max_characters:
        return text
    return f"{text[: max_characters - 1].rstrip()}…"


def draw_heading(axes: Axes, text: object, *, right: str = "") -> None:
    """Write the name of a panel above it, and at the right what the numbers of its rows are."""
    if isinstance(axes.figure, SubFigure):
        axes.figure.set_gid(to_printable(text))
    above = axes.get_ylim()[1] - 0.22
    place = axes.get_yaxis_transform()
    room = measure_width(axes)
    margin = axes.get_position().x0 * axes.figure.bbox.width / axes.figure.dpi
    most = int((room + margin) / (1.2 * CHARACTER_WIDTH)) if right else 60
    name = shorten_label(text, max_characters=most)
    # A name that is longer than the axes begins at their left, above the names of the rows.
    excess = 1.2 * CHARACTER_WIDTH * len(name) - room if right else 0
    start = -max(0, min(excess, margin)) / room
    axes.text(start, above, name, transform=place, va="bottom", weight="bold", size=10)
    if right:
        axes.text(find_numbers_place(axes), above, right, transform=place, va="bottom", alpha=0.75)


def measure_width(axes: Axes) -> float:
    """Return how wide the panel is without its names and numbers, in inches."""
    return float(axes.get_position().width * axes.figure.bbox.width / axes.figure.dpi)


def find_numbers_place(axes: Axes) -> float:
    """Return where the numbers at the right begin, in widths of the panel: behind a last point."""
    return 1 + max(0.03, 0.07 / measure_width(axes))


def label_rows(axes: Axes, labels: Sequence[Any]) -> None:
    """Write the names of the rows at their left."""
    # As matplotlib sets tick labels, in a fifth of the time: a tick is five artists.
    axes.set_yticks([])
    shift = ScaledTranslation(-8 / 72, 0, axes.figure.dpi_scale_trans)
    place = axes.get_yaxis_transform() + shift
    room = axes.get_position().x0 * axes.figure.bbox.width / axes.figure.dpi - 0.1
    for row, label in enumerate(labels):
        text = shorten_label(label, max_characters=min(27, int(room / CHARACTER_WIDTH)))
        axes.text(0, row, text, transform=place, ha="right", va="center_baseline")


def draw_grid(axes: Axes) -> None:
    """Draw light vertical lines at the ticks, below everything else."""
    axes.grid(axis="x", color="black", alpha=0.16, linewidth=0.6)
    axes.set_axisbelow(True)


def _mute_tick_labels(axes: Axes) -> None:
    for label in axes.get_xticklabels():
        label.set_alpha(0.75)


def find_share_limit(shares: pd.DataFrame) -> float:
    """Return the end of an axis that holds all shares and their intervals."""
    largest = pd.concat([shares["share"], shares["high"]]).max()
    return next((limit for limit in (0.05, 0.1, 0.2, 0.5) if largest <= limit), 1.0)


def set_share_axis(axes: Axes, limit: float) -> None:
    """Set the x axis to shares from 0 to the limit, in percent."""
    axes.set_xlim(0, limit)
    steps = 4 if limit in {0.2, 1.0} else 5
    if measure_width(axes) / steps < _NARROW_STEP:
        steps = 2 if steps == 4 else 1
    ticks = [limit * step / steps for step in range(steps + 1)]
    axes.set_xticks(ticks, [f"{100 * tick:.0f}%" for tick in ticks])
    draw_grid(axes)
    _mute_tick_labels(axes)


def find_doubling_limits(ratios: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of an axis of doublings, which begins at 0 or below."""
    ends = ratios[["log_ratio", "low", "high"]].replace(math.inf, math.nan)
    # One arrow-headed interval must not press all the others together.
    last = min(math.ceil(ends.max().max()), math.ceil(ratios["log_ratio"].quantile(0.95)) + 3)
    return min(0, math.floor(ends.min().min())), max(last, 1)


def set_doubling_axis(axes: Axes, first: float, last: float) -> None:
    """Set the x axis to doublings from the first to the last, labelled as multiples."""
    axes.set_xlim(first, last)
    room = measure_width(axes)
    step = max(1, math.ceil((last - first) / min(5, max(1, int(room / 0.37)))))
    ticks = [tick for tick in range(int(first), int(last) + 1) if tick % step == 0]
    axes.set_xticks(ticks, [f"{2**tick:,}×" if tick >= 0 else f"1/{2**-tick:,}×" for tick in ticks])
    axes.grid(axis="x", color="black", alpha=0.16, linewidth=0.6)
    axes.axvline(0, color="black", alpha=0.4, linewidth=0.6)
    axes.set_axisbelow(True)
    _mute_tick_labels(axes)


def set_month_axis(axes: Axes) -> None:
    """Set the ticks of a time axis to months; the year stands below where it changes."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    first, last = axes.get_xlim()
    ticks = [tick for tick in locator() if first <= tick <= last]
    labels, year = [], None
    for tick in ticks:
        month = mdates.num2date(tick)
        labels.append(f"{month:%b}" if month.year == year else f"{month:%b}\n{month:%Y}")
        year = month.year
    axes.set_xticks(ticks, labels)
    axes.tick_params(axis="x", pad=4)


def draw_markers(
    axes: Axes, x: Any, y: Any, *, filled: bool, look: Mapping[str, Any], size: float = 5.5
) -> None:
    """Draw a marker at each point, filled or hollow.

    Parameters
    ----------
    axes : Axes
        The panel.
    x, y : array-like
        Where the points lie.
    filled : bool
        A hollow marker has no interval, or is not statistically clear.
    look : mapping
        The colour, and the form of the marker.
    size : float
        In points.
    """
    face = look["color"] if filled else "none"
    axes.plot(
        x,
        y,
        linestyle="none",
        markersize=size,
        markerfacecolor=face,
        markeredgewidth=1.2,
        clip_on=False,
        **look,
    )


def link_row(axes: Axes, row: float, *, address: str, name: str, height: float = 1) -> None:
    """Make a row, its name and numbers included, a link that is seen when pointed at.

    A marker alone is too small to touch.

    Parameters
    ----------
    axes : Axes
        The panel.
    row : float
        Where the row lies.
    address, name : str
        Where the link leads, and what it is called.
    height : float
        In rows.
    """
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


def mark_row(axes: Axes, outlet: object, first: float = 0, last: float | None = None) -> None:
    """Mark rows as those of an outlet, which a page may then highlight or leave out.

    Those of all outlets together are not marked.

    Parameters
    ----------
    axes : Axes
        The panel.
    outlet : object
        The name of the outlet.
    first, last : float
        The rows, both included; of one row, only the first.
    """
    if outlet == ALL_OUTLETS:
        return
    box = axes.get_position()
    area = axes.axhspan(
        first - 0.5,
        (first if last is None else last) + 0.5,
        xmin=-box.x0 / box.width,
        xmax=(1 - box.x0) / box.width,
        alpha=0,
        zorder=10,
    )
    area.set_clip_on(False)
    area.set_gid(f"{OUTLET_MARK}{to_printable(outlet)}")


def require_rows(frame: pd.DataFrame, function: str) -> None:
    """Raise a WordingError for a table without rows."""
    if frame.empty:
        raise WordingError(
            f"{function} got a table without rows; check that there is something to draw, or say "
            "so with show.note"
        )


def require_single_value(table: pd.DataFrame, columns: Sequence[str], function: str) -> None:
    """Raise a WordingError if one of the columns, where it is there, has several values."""
    for column in columns:
        if column in table.columns and table[column].nunique() > 1:
            values = ", ".join(map(str, sorted(table[column].unique())[:5]))
            raise WordingError(
                f"{function} shows one {column} at a time, and the table has several ({values}); "
                "select one of them"
            )
