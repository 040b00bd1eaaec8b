"""When did an outlet's choice change, and which outlet was first? Tables of change points with intervals, and of their order.

Days are shuffled, not articles: articles of an outlet on one day stay together, and the copies of a story count at the day of its first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.shares.shares import compute_shares
from wording.stats.changepoints import SHUFFLES_PER_PLACE, find_change_points
from wording.stats.resampling import q_values
from wording.tables import TABLES, check_columns

OTHER_VARIANTS = "\0other variants"


class ChangeTables(NamedTuple):
    """The tables `change_tests` (one row per outlet), `changes` (per change and variant) and `change_dates` (per change and stretch of days)."""

    change_tests: pd.DataFrame
    changes: pd.DataFrame
    change_dates: pd.DataFrame


@dataclass(frozen=True)
class ChangingChoice:
    """The concept whose choice of terms may change: its variants in order, and which is tested.

    An empty `variant` means the choice among all; else that variant against all others together.
    """

    concept: str
    variants: Sequence[str]
    variant: str = ""


def find_outlet_changes(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    choice: ChangingChoice,
    design: Design = DEFAULT_DESIGN,
) -> ChangeTables:
    """The outlets that were tested and the changes that were found, with the days on which each may have been.

    Parameters
    ----------
    counts : one row per article x concept x variant x voice, of the voices to count: doc_id, concept, variant, n.
    articles : doc_id, outlet, date, n_words; where there is a column `family`, its articles at an outlet count at the day of the first.
    choice : what may change.
    design : which outlets, and how articles are drawn for the intervals of the shares; the seed is also that of the shuffles.

    Source
    ------
    See `changepoints`. A change between two days with hits may have been on any day after the first of them, the second included.
    """
    outlets, concept = design.list_outlets(articles), choice.concept
    dated = articles.dropna(subset="date")
    own = counts[
        (counts["concept"] == concept) & counts["doc_id"].isin(dated["doc_id"]) & (counts["n"] > 0)
    ]
    daily = {name: _count_daily(own, dated[dated["outlet"] == name], choice) for name in outlets}
    searched = find_change_points(
        {name: table.to_numpy(dtype=float) for name, table in daily.items()}, seed=design.seed
    )
    days = {name: table.index.to_numpy() for name, table in daily.items()}
    tested = pd.DataFrame(
        [_build_test_row(concept, name, daily[name], searched[name]) for name in outlets],
        columns=[*TABLES["change_tests"]],
    )
    cells = [
        _build_date_rows(concept, name, k, days[name], change)
        for name in outlets
        for k, change in enumerate(searched[name].changes, start=1)
    ]
    rows = [
        _build_change_rows(
            _FoundChanges(name, days[name], searched[name].changes),
            own,
            dated[dated["outlet"] == name],
            choice,
            design,
        )
        for name in outlets
        if searched[name].changes
    ]
    return ChangeTables(
        check_columns(tested, "change_tests"),
        _combine_parts(rows, "changes"),
        _combine_parts(cells, "change_dates"),
    )


def order_changes(found: ChangeTables) -> pd.DataFrame:
    """The `change_order` table: one row per pair of outlets that changed alike (the same variant rose most, or the one asked for rose, or fell).

    p is of the test that the earlier one was not earlier: the largest p, by Fisher's method, of two dates in the other order (or on one day), each
    with its own p. q: Benjamini-Hochberg over the rows. Of several changes alike of one outlet the first counts.

    Source
    ------
    Fisher's (1932) combined p of independent tests, made largest over what the hypothesis allows (Berger & Boos 1994, JASA 89, 1012-1016).
    """
    led = found.changes[found.changes["rose_most"].astype(bool)].assign(
        rose=lambda f: f["share_after"] > f["share_before"]
    )
    first = led.sort_values(["date", "outlet"], kind="stable").drop_duplicates(
        ["concept", "variant", "rose", "outlet"]
    )
    keys = ["concept", "outlet", "change"]
    days = dict(list(found.change_dates.groupby(keys)))
    pairs = [
        pair
        for _, alike in first.groupby(["concept", "variant", "rose"])
        for pair in itertools.combinations(alike.to_dict("records"), 2)
    ]
    rows = [
        _build_order_row(a, b, *(days[tuple(side[k] for k in keys)] for side in (a, b)))
        for a, b in pairs
    ]
    table = pd.DataFrame(rows, columns=[name for name in TABLES["change_order"] if name != "q"])
    return check_columns(table.assign(q=q_values(table["p"].to_numpy(dtype=float))), "change_order")


def order_p_value(one: pd.DataFrame, other: pd.DataFrame) -> float:
    """How well the two confidence sets (table `change_dates` of one change each) agree with the first change being on the day of the second, or later."""
    day = np.unique(np.concatenate([one["first"], one["last"], other["first"], other["last"]]))
    late = np.where(one["last"].to_numpy() >= day[:, None], one["p"].to_numpy(), 0).max(axis=1)
    soon = np.where(other["first"].to_numpy() <= day[:, None], other["p"].to_numpy(), 0).max(axis=1)
    least = 2 / (1 + SHUFFLES_PER_PLACE)
    product = (np.maximum(late, least) * np.maximum(soon, least)).max()
    return float(product * (1 - np.log(product)))


def split_lines_at_changes(lines: pd.DataFrame, found: pd.DataFrame) -> list[pd.DataFrame]:
    """The dated lines on either side of each change: `counted_as` is the column `before` or `after` of the change."""
    one = found.drop_duplicates(["outlet", "change"])
    sides = [
        (row.outlet, row.before, row.before_from, row.date - pd.Timedelta(days=1))
        for row in one.itertuples()
    ]
    sides += [(row.outlet, row.after, row.date, row.after_to) for row in one.itertuples()]
    return [
        lines[(lines["outlet"] == outlet) & lines["date"].between(start, end)].assign(
            counted_as=label
        )
        for outlet, label, start, end in dict.fromkeys(sides)
    ]


def _count_daily(
    counts: pd.DataFrame, articles: pd.DataFrame, choice: ChangingChoice
) -> pd.DataFrame:
    """Return the hits of each day with any, one row per day, one column per variant (or the variant asked for and the others)."""
    unit = articles["family" if "family" in articles else "doc_id"]
    day = articles.groupby(unit)["date"].transform("min")
    located = counts.join(
        pd.Series(day.to_numpy(), index=articles["doc_id"], name="day"), on="doc_id", how="inner"
    )
    named, columns = located["variant"], list(choice.variants)
    if choice.variant:
        named = named.where(named == choice.variant, OTHER_VARIANTS)
        columns = [choice.variant, OTHER_VARIANTS]
    table = located.assign(variant=named).pivot_table(
        index="day", columns="variant", values="n", aggfunc="sum", fill_value=0, observed=True
    )
    return table.reindex(columns=columns, fill_value=0)


def _build_test_row(concept, outlet, daily, searched):
    ends = (daily.index.min(), daily.index.max()) if len(daily) else (pd.NaT, pd.NaT)
    return (
        concept,
        outlet,
        len(daily),
        int(daily.to_numpy().sum()),
        *ends,
        searched.p,
        searched.p_holm,
        len(searched.changes),
    )


def _build_date_rows(concept, outlet, k, days, change):
    """Return the stretches of days between two days with hits on which the change may have been, each with its p."""
    at = np.flatnonzero(change.plausible > 0)
    first, last = days[at - 1] + np.timedelta64(1, "D"), days[at]
    return pd.DataFrame(
        {
            "concept": concept,
            "outlet": outlet,
            "change": k,
            "first": first,
            "last": last,
            "p": change.plausible[at],
        }
    )


@dataclass(frozen=True)
class _FoundChanges:
    """An outlet's days with a hit, and the changes found in them."""

    outlet: str
    days: np.ndarray
    changes: list


def _build_change_rows(
    found: _FoundChanges,
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    choice: ChangingChoice,
    design: Design,
) -> pd.DataFrame:
    """Return one row per change of an outlet and variant, with the shares before and after it."""
    starts = pd.DatetimeIndex(
        [
            articles["date"].min(),
            *(_find_midpoint(found.days, change.at) for change in found.changes),
            articles["date"].max() + pd.Timedelta(days=1),
        ]
    )
    stretch = (
        pd.Series(np.searchsorted(starts[1:-1], articles["date"], side="right"))
        .astype(str)
        .to_numpy()
    )
    own = counts[counts["doc_id"].isin(articles["doc_id"])]
    table = compute_shares(
        own,
        articles.assign(outlet=found.outlet + " " + stretch),
        {choice.concept: list(choice.variants)},
        replace(design, outlets=None),
    )
    parts = [
        table[table["outlet"] == f"{found.outlet} {k}"].set_index("variant")
        for k in range(len(found.changes) + 1)
    ]
    made = [
        _compare_segments(parts[k], parts[k + 1], starts[k : k + 3], change, found.days, k + 1)
        for k, change in enumerate(found.changes)
    ]
    whole = pd.concat(made, ignore_index=True).assign(concept=choice.concept, outlet=found.outlet)
    if not choice.variant:
        return whole
    return whole[whole["variant"] == choice.variant].assign(rose_most=True)


def _find_midpoint(days, at):
    """Return the middle of the days after the last hits before the change, up to the first hits after it."""
    first = days[at - 1] + np.timedelta64(1, "D")
    return first + (days[at] - first).astype("timedelta64[D]") // 2


def _compare_segments(before, after, starts, change, days, k):
    low, high = change.ends()
    day = pd.Timedelta(days=1)
    columns = {
        "variant": before.index,
        "change": k,
        "date": starts[1],
        "low": days[low - 1] + np.timedelta64(1, "D"),
        "high": days[high],
    }
    for side, table in (("before", before), ("after", after)):
        columns |= {f"{name}_{side}": table[name].to_numpy() for name in ("n", "total", "share")}
        columns |= {f"share_{side}_{end}": table[end].to_numpy() for end in ("low", "high")}
    rise = (after["share"] - before["share"]).to_numpy()
    columns |= {
        "rose_most": rise == rise.max(),
        "p": change.p,
        "p_holm": change.p_holm,
        "before_from": starts[0],
        "after_to": starts[2] - day,
    }
    columns |= {
        "before": f"{starts[0]:%Y-%m-%d} to {starts[1] - day:%Y-%m-%d}",
        "after": f"{starts[1]:%Y-%m-%d} to {starts[2] - day:%Y-%m-%d}",
    }
    return pd.DataFrame(columns)


def _build_order_row(a, b, days_a, days_b):
    gap = (b["date"] - a["date"]).days
    return (
        a["concept"],
        a["variant"],
        bool(a["rose"]),
        a["outlet"],
        b["outlet"],
        a["date"],
        b["date"],
        gap,
        order_p_value(days_a, days_b),
    )


def _combine_parts(parts, name):
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*TABLES[name]])
    return check_columns(whole, name)
