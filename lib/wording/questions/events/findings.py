"""What the table of events says, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_interval, format_q, round_half_up
from wording.questions.events.within import MIN_COMPONENTS
from wording.questions.reporting import (
    STABLE_DECIMALS,
    Comparison,
    join_outlets,
    name_other,
    select_clear_differences,
    summarise_rest,
)
from wording.settings import REST_LABEL, SIGNIFICANCE_LEVEL

_COMPARISON = Comparison(
    no_test="No difference within events can be tested: nobody has a choice of terms here.",
    none_clear="No difference within events is statistically clear",
)

MAX_UNCLEAR = 3
"""Differences that are clear in all, and not within events, to describe at most."""

NO_LINKED_HITS = (
    "No two articles of different outlets that name this are linked as telling of one event, so "
    "what is covered cannot be told from how it is worded."
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
        concept and outlet, or pair; then a few that are clear in all and not within events.
    titles : mapping of str to str, optional
        What to call each concept, where the table has several; else its name.
    """
    if not table["n_links"].any():
        return [NO_LINKED_HITS]
    several = table["concept"].nunique() > 1
    names = {name: (titles or {}).get(name, name) for name in table["concept"].unique()}
    clear = select_clear_differences(rename_difference(table, "within"))
    chosen = clear.drop_duplicates(["concept", "outlet", "other"]).head(top)
    unclear = select_unclear_within(table).head(MAX_UNCLEAR)
    return [
        *(
            f"{names[row['concept']] + ': ' if several else ''}{describe_difference(row)}"
            for _, row in table.loc[[*chosen.index, *unclear.index]].iterrows()
        ),
        *(
            summarise_rest(table["q"], len(chosen), len(clear), _COMPARISON)
            if table["q"].notna().any()
            else []
        ),
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


def headline(table: pd.DataFrame) -> str:
    """Return what is covered and what is worded of the clearest difference; empty without one."""
    if table.empty:
        return ""
    clear = select_clear_differences(rename_difference(table, "within"))
    if clear.empty:
        return ""
    row = turn_to_more(table.loc[clear.index[0]])
    against = name_other(row["other"])
    return f"“{row['variant']}”, {row['outlet']} against {against}: {_divide_points(row)}"


def describe_links(articles: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Return how many articles can have no link, since they have no date.

    Parameters
    ----------
    articles : DataFrame
        Those compared.
    table : DataFrame
        The table `events`.
    """
    n = int(articles["date"].isna().sum())
    if not n or n == len(articles) or table.empty:
        return []
    return [
        f"{format_count(n, 'article')} of {len(articles):,} {'has' if n == 1 else 'have'} no date "
        "and so no link."
    ]


def explain_no_links(articles: pd.DataFrame) -> str:
    """Return why no two of the articles compared are linked."""
    outlets = sorted(articles["outlet"].unique())
    if not outlets:
        return "No article is compared, so there are no events to share."
    if len(outlets) == 1:
        return f"Only one outlet is compared ({outlets[0]}), so there are no events to share."
    if articles["date"].isna().all():
        return (
            "No article has a date, so none can be linked with another on the same event: give "
            "dates in the articles or their metadata."
        )
    return (
        "No two articles of different outlets are linked as telling of one event: they are too "
        "few, of different days, or about different things."
    )


def select_largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return of each concept and comparison the variant with the largest difference."""
    size = table[["raw_difference", "within_difference"]].abs().max(axis=1).round(STABLE_DECIMALS)
    ranked = table.assign(size=-size.astype(float)).sort_values("size", kind="stable")
    keys = ["concept", "outlet", "other"]
    return ranked.drop_duplicates(keys).sort_index().drop(columns="size").reset_index(drop=True)


def rename_difference(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the table with one of its differences in the columns difference, low and high."""
    return table.rename(columns={f"{kind}_{name}": name for name in ("difference", "low", "high")})


def select_unclear_within(table: pd.DataFrame) -> pd.DataFrame:
    """Return differences that are clear in all but not within, the largest of each outlet."""
    is_clear = (table["raw_low"] * table["raw_high"] > 0) & (table["q"] >= SIGNIFICANCE_LEVEL)
    unclear = table[is_clear]
    difference = unclear["raw_difference"]
    ranked = unclear.assign(size=-difference.abs().round(STABLE_DECIMALS), less=difference < 0)
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
    row : Series
        A row of the table `events` that has a difference within events.
    """
    row = turn_to_more(row)
    low, high = (_round_points(row[f"within_{end}"]) for end in ("low", "high"))
    if row["within_difference"] < 0:  # said as so much less often
        low, high = -high, -low
    sure = f"{format_interval(low, high, form=_format_number)}; {format_q(row['q'])}"
    raw = 0 if _is_near_nothing(row) else _round_points(row["raw_difference"])
    than = f"{'than' if raw else 'as'} {name_other(row['other'])}"
    start = f"{row['outlet']} writes “{row['variant']}” {_format_more(raw)} {than}"
    return f"{start}: {_divide_points(row)} ({sure})."


def _is_near_nothing(row: Any) -> bool:
    """Whether the difference in all is not clear, and smaller than that within events."""
    is_unclear = not row["raw_low"] * row["raw_high"] > 0
    return is_unclear and abs(row["raw_difference"]) < abs(row["within_difference"])


def turn_to_more(row: Any) -> Any:
    """Return a row of two outlets such that the first one writes the term more often in all."""
    if row["other"] == REST_LABEL or row["raw_difference"] >= 0:
        return row
    turned = row.copy()
    turned["outlet"], turned["other"] = row["other"], row["outlet"]
    for kind in ("raw", "within", "covered"):
        turned[f"{kind}_difference"] = -row[f"{kind}_difference"]
        turned[f"{kind}_low"], turned[f"{kind}_high"] = -row[f"{kind}_high"], -row[f"{kind}_low"]
    return turned


def _divide_points(row: Any) -> str:
    """Return what of the raw difference is covered and what is worded, without a full stop."""
    raw, within = _round_points(row["raw_difference"]), _round_points(row["within_difference"])
    is_covered = row["covered_low"] * row["covered_high"] > 0
    if not row["q"] < SIGNIFICANCE_LEVEL:
        part = f"{abs(raw - within)} of the {abs(raw)} points are what is covered; "
        is_part = is_covered and 1 < abs(raw - within) <= abs(raw)
        return (
            f"{part if is_part else ''}within events no difference is clear, {_format_more(within)}"
        )
    if not is_covered:
        return (
            f"on the same events {_format_more(within)}; what is covered makes no clear difference"
        )
    if _is_near_nothing(row):
        return f"on the same events {_format_more(within)}, which what is covered hides"
    if raw * within < 0:
        return (
            f"on the same events it is the other way round, {_format_more(within)}, which what is "
            "covered hides"
        )
    covered = abs(raw) - abs(within)
    if covered < 0:
        return (
            f"on the same events {_format_more(within)}, {-covered} of which what is covered hides"
        )
    points = "point" if abs(raw) == 1 else "points"
    return (
        f"{covered} of the {abs(raw)} {points} {'is' if covered == 1 else 'are'} what is covered, "
        f"{abs(within)} {'is' if abs(within) == 1 else 'are'} how it is worded"
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


def _format_number(points: int) -> str:
    return str(points).replace("-", "\N{MINUS SIGN}")


def _format_points(difference: float) -> str:
    points = _round_points(difference)
    return f"{points:+d} {'point' if abs(points) == 1 else 'points'}"


def _format_more(points: int) -> str:
    """Return the difference as more or less often."""
    if not points:
        return "about as often"
    unit = "percentage point" if abs(points) == 1 else "percentage points"
    return f"{abs(points)} {unit} {'more' if points > 0 else 'less'} often"
