"""What the table of events says, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_interval, format_q, round_half_up
from wording.questions.events.within import MIN_COMPONENTS
from wording.questions.reporting import (
    Comparison,
    join_outlets,
    name_other,
    select_clear_differences,
    summarise_rest,
)
from wording.settings import SIGNIFICANCE_LEVEL

_COMPARISON = Comparison(
    no_test="No difference within events can be tested.",
    none_clear="No difference within events is statistically clear",
    noun="difference within events",
)


def sentences(
    table: pd.DataFrame, *, top: int = 6, titles: Mapping[str, str] | None = None
) -> list[str]:
    """Return what is covered and what is worded, the clearest first, and where events are too few.

    Parameters
    ----------
    table : DataFrame
        The table `events`.
    top : int
        How many differences are described one by one, at most: the clearest variant of each
        concept and outlet, or pair; then as many that are clear in all and not within events.
    titles : mapping of str to str, optional
        What to call each concept, where the table has several; else its name.
    """
    if not table["n_links"].any():
        return [
            "No two articles of different outlets that name this are linked as telling of one "
            "event, so what is covered cannot be told from how it is worded."
        ]
    several = table["concept"].nunique() > 1
    names = {name: (titles or {}).get(name, name) for name in table["concept"].unique()}
    clear = select_clear_differences(rename_difference(table, "within"))
    chosen = clear.drop_duplicates(["concept", "outlet", "other"]).head(top)
    unclear = select_unclear_within(table).head(top)
    return [
        *(
            f"{names[row.concept] + ': ' if several else ''}{describe_difference(row)}"
            for row in table.loc[[*chosen.index, *unclear.index]].itertuples()
        ),
        *summarise_rest(table["q"], len(chosen), len(clear), _COMPARISON),
        *_report_too_few(table, several),
    ]


def describe(table: pd.DataFrame) -> str:
    """Return what the figure of one concept shows, in words."""
    known = table.dropna(subset="within_difference")
    if known.empty:
        return "Differences in all; there are too few shared events for differences within them."
    size = known["within_difference"].abs()
    largest = known.loc[size.idxmax()]
    return (
        "For each outlet and term three points with intervals: the difference in all, on shared "
        f"events, and within events. The largest within events is that of “{largest['variant']}” "
        f"at {largest['outlet']}: {_format_points(largest['within_difference'])} within events, "
        f"{_format_points(largest['raw_difference'])} in all."
    )


def rename_difference(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the table with one of its differences in the columns difference, low and high."""
    return table.rename(columns={f"{kind}_{name}": name for name in ("difference", "low", "high")})


def select_unclear_within(table: pd.DataFrame) -> pd.DataFrame:
    """Return differences that are clear in all and not within events, the largest of each outlet."""
    is_clear = (table["raw_low"] * table["raw_high"] > 0) & (table["q"] >= SIGNIFICANCE_LEVEL)
    size = -table["raw_difference"].abs().round(9)
    ranked = table[is_clear].assign(size=size, less=table["raw_difference"] < 0)
    ranked = ranked.sort_values(["size", "less", "concept", "variant", "outlet", "other"])
    described = table[table["q"] < SIGNIFICANCE_LEVEL]
    keys = ["concept", "outlet", "other"]
    is_described = pd.MultiIndex.from_frame(ranked[keys]).isin(
        pd.MultiIndex.from_frame(described[keys])
    )
    return ranked[~is_described].drop_duplicates(keys)


def describe_difference(row: Any) -> str:
    """Return what of one difference is covered and what is worded, in whole percentage points.

    Parameters
    ----------
    row : named tuple
        A row of the table `events` that has a difference within events.
    """
    raw, within = (_round_points(row.raw_difference), _round_points(row.within_difference))
    start = f"{row.outlet} writes “{row.variant}”"
    than = f"than {name_other(row.other)}"
    how_sure = f"({_format_interval(row.within_low, row.within_high)}; {format_q(row.q)})"
    if not row.q < SIGNIFICANCE_LEVEL:
        return (
            f"{start} {_format_more(raw)} {than}, but no difference within events is clear: "
            f"{_format_signed(within)} {how_sure}."
        )
    if raw * within > 0 and abs(within) <= abs(raw):
        covered = abs(raw) - abs(within)
        points = "point" if abs(raw) == 1 else "points"
        return (
            f"{start} {_format_more(raw)} {than}: {covered} of the {abs(raw)} {points} "
            f"{'is' if covered == 1 else 'are'} what is covered, {abs(within)} "
            f"{'is' if abs(within) == 1 else 'are'} how it is worded {how_sure}."
        )
    if raw * within < 0:
        return (
            f"{start} {_format_more(raw)} {than}, but on the same events {_format_more(within)} "
            f"{how_sure}: what is covered hides how it is worded."
        )
    hidden = abs(within) - abs(raw)
    return (
        f"{start} {_format_more(raw)} {than}, and on the same events {_format_more(within)} "
        f"{how_sure}: what is covered hides {hidden} of the {abs(within)} points."
    )


def _report_too_few(table: pd.DataFrame, several: bool) -> list[str]:
    """Return which comparisons have too few shared events."""
    pairs = table.drop_duplicates(["concept", "outlet", "other"])
    few = pairs[pairs["n_components"] < MIN_COMPONENTS]
    if few.empty:
        return []
    why = f"fewer than {MIN_COMPONENTS} separate events shared"
    if several:
        cases = format_count(len(few), "comparison")
        return [f"{cases} {'has' if len(few) == 1 else 'have'} {why}, and no number within them."]
    names = [
        f"{row.outlet}{'' if name_other(row.other) != row.other else f' and {row.other}'} "
        f"({row.n_components})"
        for row in few.itertuples()
    ]
    has = "has" if len(few) == 1 else "have"
    return [f"{join_outlets(names)} {has} {why}: too few, so no number within events is given."]


def _round_points(difference: float) -> int:
    return int(round_half_up(100 * difference))


def _format_signed(points: int) -> str:
    return f"{points:+d} {'point' if abs(points) == 1 else 'points'}".replace("-", "\N{MINUS SIGN}")


def _format_points(difference: float) -> str:
    return _format_signed(_round_points(difference))


def _format_more(points: int) -> str:
    """Return the difference as more or less often."""
    if not points:
        return "about as often"
    unit = "percentage point" if abs(points) == 1 else "percentage points"
    return f"{abs(points)} {unit} {'more' if points > 0 else 'less'} often"


def _format_interval(low: float, high: float) -> str:
    return format_interval(low, high, form=lambda end: str(_round_points(end)))
