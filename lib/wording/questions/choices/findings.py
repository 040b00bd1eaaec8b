"""What the table of choices says, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from wording.phrasing import format_count, format_interval, join_names, round_half_up
from wording.questions.choices.choices import DIMENSIONS
from wording.questions.reporting import name_other

QUESTIONS = {
    "voice": "whose words count",
    "copies": "which copies count",
    "place": "where it is counted",
    "events": "which articles are compared",
    "senses": "whether hits in the wrong sense count",
}
"""What is chosen, as a sentence calls it."""

LABELS = {
    "voice": {
        "outlet": "the outlets' own words",
        "quoted": "quoted words",
        "reported": "reported words",
        "attributed": "quoted or reported words",
        "all": "everybody's words",
    },
    "copies": {"all": "all copies", "one": "copies once per outlet", "none": "no copies"},
    "place": {
        "text": "text",
        "headline": "headlines",
        "lead": "leads",
        "body": "bodies",
        "all": "headlines and text",
    },
    "events": {"all": "all articles", "shared": "shared events", "within": "within events"},
    "senses": {"all": "all hits", "right": "hits in the right sense"},
}
"""What may be chosen, as it is called in sentences and figures."""

FEW_PART = 0.67
"""Where ways of counting have fewer articles than this part, that is given as a reason."""

NOTHING_TO_COUNT = (
    "No difference between outlets can be tested here, so there is none to count in other ways."
)


def sentences(table: pd.DataFrame, phrases: Mapping[str, str] | None = None) -> list[str]:
    """Return whether the difference holds however one counts, what it depends on, what is missing.

    Parameters
    ----------
    table : DataFrame
        The table `choices` of one concept.
    phrases : mapping of str to str, optional
        What an outlet does where it chooses a variant; without it, it writes it.
    """
    if table.empty:
        return [NOTHING_TO_COUNT]
    return [
        describe_shown(table, phrases),
        *describe_outcomes(table),
        *describe_dependence(table),
        *describe_missing(table),
        *describe_equal(table),
    ]


def title_figure(table: pd.DataFrame, phrases: Mapping[str, str] | None = None) -> str:
    """Return in how many ways of counting the difference holds; empty without one.

    The parameters are those of `sentences`.
    """
    counted = select_counted(table)
    if counted.empty:
        return ""
    shown = table[table["shown"]].iloc[0]
    n_held = int((counted["outcome"] == "holds").sum())
    verb = "holds" if shown["outcome"] == "holds" else "is clear"
    more = "more" if shown["difference"] > 0 else "less"
    return (
        f"{name_choice(shown, phrases)} {more} often than "
        f"{name_other(shown['other'])}: {verb} in {n_held} of {len(counted)} ways of counting"
    )


def describe(table: pd.DataFrame) -> str:
    """Return what the figure shows, in words."""
    counted = select_counted(table)
    if counted.empty:
        return "No way of counting gives a difference."
    ends = [
        f"{_format_points(row['difference'])} ({name_choices(row, table)})"
        for row in _pick_ends(counted)
    ]
    n = counted["outcome"].value_counts()
    outcomes = [f"{n[name]} {name}" for name in ("holds", "unclear", "reversed") if name in n]
    return (
        f"{format_count(len(counted), 'difference')} in percentage points with 95 % intervals, "
        f"sorted, from {ends[0]} to {ends[-1]}: {', '.join(outcomes)}. Below each, a dot for every "
        "choice that it is counted with."
    )


def describe_shown(table: pd.DataFrame, phrases: Mapping[str, str] | None = None) -> str:
    """Return the difference as the page counts it, and why it is this one."""
    row = table[table["shown"]].iloc[0]
    return f"{_introduce(row, table)}: {name_difference(row, phrases)}{_format_ends(row)}."


def _introduce(row: pd.Series, table: pd.DataFrame) -> str:
    """Return which of all differences on the page is counted in other ways."""
    if row["events"] == "within":
        return "The clearest difference within events"
    within = table.loc[table["events"] == "within", "outcome"]
    if len(within):
        verb = "can be tested" if (within == "not counted").all() else "is statistically clear"
        kind = "clearest" if row["outcome"] == "holds" else "largest"
        return f"No difference within events {verb}; the {kind} in all"
    if row["clear"]:
        return "The clearest difference here"
    return "No difference here is statistically clear; the largest"


def describe_outcomes(table: pd.DataFrame) -> list[str]:
    """Return in how many ways the difference holds, and how large it is there."""
    counted = select_counted(table)
    if len(counted) < 2:
        return ["No other way of counting gives another number."]
    n = counted["outcome"].value_counts()
    n_held, n_reversed = int(n.get("holds", 0)), int(n.get("reversed", 0))
    low, high = counted["difference"].min(), counted["difference"].max()
    span = f"{_format_points(low)} to {_format_points(high)} points"
    ways = f"{len(counted)} ways of counting"
    shown = table[table["shown"]].iloc[0]
    if shown["outcome"] == "holds":
        held = f"all {ways}" if n_held == len(counted) else f"{n_held} of {ways}"
        start = f"It holds in {held} (same direction, interval without 0)"
    else:
        start = f"It is clear, in the same direction, in {n_held} of {ways}"
    opposite = f"; in {n_reversed} it is clear in the opposite direction" if n_reversed else ""
    return [f"{start}{opposite}. The differences range from {span}."]


def describe_dependence(table: pd.DataFrame) -> list[str]:
    """Return on which choice most depends whether the difference holds, where it does not always.

    That is the choice whose alternatives lie furthest apart in the part of ways that hold.
    """
    counted = select_counted(table)
    is_held = counted["outcome"] == "holds"
    if is_held.all() or not is_held.any():
        return []
    spread = {
        name: held.max() - held.min()
        for name in DIMENSIONS
        if len(held := is_held.groupby(counted[name]).mean()) > 1
    }
    if not spread or not max(spread.values()):
        return []
    name = max(spread, key=lambda key: spread[key])
    parts = [
        f"{LABELS[name][value]}, {_describe_part(counted[counted[name] == value])}"
        for value in LABELS[name]
        if value in set(counted[name])
    ]
    start = f"It depends most on {QUESTIONS[name]}: {'; '.join(parts)}."
    return [" ".join([start, *_explain_few(counted, name)])]


def _describe_part(rows: pd.DataFrame) -> str:
    """Return in how many of some ways the difference holds, and how large it is in the median."""
    n_held = int((rows["outcome"] == "holds").sum())
    return f"{n_held} of {len(rows)} (median {_format_points(rows['difference'].median())} points)"


def _explain_few(counted: pd.DataFrame, name: str) -> list[str]:
    """Return that there are fewer articles where the difference holds least often, if so."""
    sizes = counted[["n_articles", "n_other"]].sum(axis=1).groupby(counted[name]).median()
    held = (counted["outcome"] == "holds").groupby(counted[name]).mean()
    fewest, most = sizes[held.idxmin()], sizes[held.idxmax()]
    if fewest >= most * FEW_PART:
        return []
    label = LABELS[name][held.idxmin()]
    return [
        f"With {label} there are fewer articles ({fewest:,.0f} against {most:,.0f} in the median), "
        "so intervals are wider."
    ]


def describe_missing(table: pd.DataFrame) -> list[str]:
    """Return how many ways of counting give no difference, and why."""
    missing = table[table["outcome"] == "not counted"]
    if missing.empty:
        return []
    reasons = [
        f"{reason}{_locate_missing(rows, table)}"
        for reason, rows in missing.groupby("reason", sort=True)
    ]
    return [f"{len(missing)} of {len(table)} ways could not be counted: {'; '.join(reasons)}."]


def _locate_missing(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    """Return what the ways that were not counted for one reason have in common, and their number.

    Nothing is said of a choice that other ways, which were counted, have too.
    """
    common = [
        LABELS[name][value]
        for name in DIMENSIONS
        if rows[name].nunique() == 1
        and not (select_counted(table)[name] == (value := rows[name].iloc[0])).any()
    ]
    return f" ({len(rows)}{': ' if common else ''}{', '.join(common)})"


def describe_equal(table: pd.DataFrame) -> list[str]:
    """Return which choices change no number, and so are not among the ways of counting."""
    names = [QUESTIONS[name] for name in DIMENSIONS[:-1] if table[name].nunique() == 1]
    if not names:
        return []
    verb = "changes" if len(names) == 1 else "change"
    start = join_names(names)
    return [f"{start[0].upper()}{start[1:]} {verb} no number here."]


def select_counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the ways of counting that give a difference with an interval."""
    return table[table["outcome"] != "not counted"]


def name_choice(row: pd.Series, phrases: Mapping[str, str] | None = None) -> str:
    """Return that the outlet of a row chooses its variant."""
    written = f"writes “{row['variant']}”"
    return f"{row['outlet']} {(phrases or {}).get(row['variant'], written)}"


def name_difference(row: pd.Series, phrases: Mapping[str, str] | None = None) -> str:
    """Return which difference a row is, and how large, in whole percentage points."""
    start = name_choice(row, phrases)
    points = abs(int(round_half_up(100 * row["difference"])))
    if not points:
        return f"{start} as often as {name_other(row['other'])}, in whole points"
    more = "more" if row["difference"] > 0 else "less"
    return f"{start} {format_count(points, 'point')} {more} often than {name_other(row['other'])}"


def name_choices(row: pd.Series, table: pd.DataFrame) -> str:
    """Return what is chosen in a row, of the choices that differ in the table."""
    return ", ".join(LABELS[name][row[name]] for name in DIMENSIONS if table[name].nunique() > 1)


def _pick_ends(counted: pd.DataFrame) -> list[pd.Series]:
    order = counted["difference"].sort_values(kind="stable").index
    return [counted.loc[order[0]], counted.loc[order[-1]]]


def _format_points(share: float) -> str:
    """Return a difference in whole points, with a minus sign."""
    return f"{int(round_half_up(100 * share))}".replace("-", "\N{MINUS SIGN}")


def _format_ends(row: pd.Series) -> str:
    """Return the interval of a difference, which is said as so much more or less often."""
    low, high = row["low"], row["high"]
    if pd.isna(low):
        return ""
    if row["difference"] < 0:
        low, high = -high, -low
    return f" ({format_interval(low, high, form=_format_points)} points)"
