"""When did an outlet's choice change, and which outlet was first?

Tables of change points with intervals, and of their order. Days are shuffled, not articles: the
articles of an outlet on one day stay together; copies of a story count at the day of its first.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.shares.shares import compute_shares
from wording.stats.changepoints import (
    SHUFFLES_PER_PLACE,
    ChangePoint,
    ChangePointSearch,
    find_change_points,
)
from wording.stats.resampling import q_values
from wording.tables import TABLES, check_columns

OTHER_VARIANTS = "\0other variants"
"""What stands for all variants but the one that is tested."""

ONE_DAY = pd.Timedelta(days=1)
CHANGE_KEYS = ["concept", "outlet", "change"]


class ChangeTables(NamedTuple):
    """What a search for changes found.

    Attributes
    ----------
    change_tests : pd.DataFrame
        One row per outlet.
    changes : pd.DataFrame
        One row per change and variant.
    change_dates : pd.DataFrame
        One row per change and days without a hit between two days with one.
    """

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


@dataclass(frozen=True)
class _OutletSeries:
    """An outlet's dated articles, its hits per day (days x variants), and what was found."""

    outlet: str
    articles: pd.DataFrame
    daily: pd.DataFrame
    search: ChangePointSearch

    @property
    def days(self) -> np.ndarray:
        """The days with a hit."""
        return self.daily.index.to_numpy()

    @property
    def changes(self) -> Sequence[ChangePoint]:
        """The changes found, in order."""
        return self.search.changes


def find_outlet_changes(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    choice: ChangingChoice,
    design: Design = DEFAULT_DESIGN,
) -> ChangeTables:
    """Return which outlets were tested and changed, and when each change may have been.

    A change between two days with hits may have been on any day after the first of them, the second
    included.

    Parameters
    ----------
    counts : pd.DataFrame
        One row per article x concept x variant x voice, of the voices to count: doc_id, concept,
        variant, n.
    articles : pd.DataFrame
        doc_id, outlet, date, n_words; where there is a column `family`, its articles at an outlet
        count at the day of the first.
    choice : ChangingChoice
        What may change.
    design : Design
        Which outlets, and how articles are drawn for the intervals of the shares; the seed is also
        that of the shuffles.

    References
    ----------
    See `stats.changepoints`.
    """
    dated = articles.dropna(subset="date")
    is_dated = counts["doc_id"].isin(dated["doc_id"])
    hits = counts[(counts["concept"] == choice.concept) & is_dated & (counts["n"] > 0)]
    series = _search_outlets(hits, dated, design.list_single_outlets(articles), choice, design.seed)
    tests = pd.DataFrame(
        [_build_test_row(choice.concept, one) for one in series],
        columns=list(TABLES["change_tests"]),
    )
    changes = [_build_change_rows(one, hits, choice, design) for one in series if one.changes]
    dates = [
        _build_date_rows(choice.concept, one, number)
        for one in series
        for number in range(1, len(one.changes) + 1)
    ]
    return ChangeTables(
        check_columns(tests, "change_tests"),
        _combine_parts(changes, "changes"),
        _combine_parts(dates, "change_dates"),
    )


def _search_outlets(
    hits: pd.DataFrame,
    articles: pd.DataFrame,
    outlets: Sequence[str],
    choice: ChangingChoice,
    seed: int,
) -> list[_OutletSeries]:
    """Return each outlet's hits per day with the changes found in them, all tested together."""
    by_outlet = {outlet: articles[articles["outlet"] == outlet] for outlet in outlets}
    daily = {outlet: _count_daily(hits, rows, choice) for outlet, rows in by_outlet.items()}
    searches = find_change_points(
        {outlet: table.to_numpy(dtype=float) for outlet, table in daily.items()}, seed=seed
    )
    return [
        _OutletSeries(outlet, by_outlet[outlet], daily[outlet], searches[outlet])
        for outlet in outlets
    ]


def order_changes(found: ChangeTables) -> pd.DataFrame:
    """Return which of two outlets that changed in the same direction changed first.

    Both changed in the same direction when the same variant rose most, or the one asked for rose,
    or fell. Of several such changes of one outlet the first counts.

    Returns
    -------
    pd.DataFrame
        The table `change_order`: one row per pair of outlets. p is of the test that the earlier one
        was not earlier: the largest p, by Fisher's method, of two dates in the other order (or on
        one day), each with its own p. q: Benjamini-Hochberg over the rows.

    References
    ----------
    Fisher's (1932) combined p of independent tests, made largest over what the hypothesis allows
    (Berger & Boos 1994, JASA 89, 1012-1016).
    """
    leading = found.changes[found.changes["rose_most"].astype(bool)]
    leading = leading.assign(rose=leading["share_after"] > leading["share_before"])
    direction = ["concept", "variant", "rose"]
    ranked = leading.sort_values(["date", "outlet"], kind="stable")
    first = ranked.drop_duplicates([*direction, "outlet"])
    dates = dict(iter(found.change_dates.groupby(CHANGE_KEYS)))
    rows = [
        _build_order_row(earlier, later, dates)
        for _, group in first.groupby(direction)
        for earlier, later in itertools.combinations(group.to_dict("records"), 2)
    ]
    columns = [name for name in TABLES["change_order"] if name != "q"]
    table = pd.DataFrame(rows, columns=columns)
    return check_columns(table.assign(q=q_values(table["p"].to_numpy(dtype=float))), "change_order")


def order_p_value(earlier: pd.DataFrame, later: pd.DataFrame) -> float:
    """Return how well two changes agree with the first being on the day of the second, or later.

    Parameters
    ----------
    earlier, later : pd.DataFrame
        The table `change_dates` of one change each.
    """
    ends = [table[end] for table in (earlier, later) for end in ("first", "last")]
    day = np.unique(np.concatenate(ends))[:, None]
    is_late = earlier["last"].to_numpy() >= day
    is_soon = later["first"].to_numpy() <= day
    p_late = np.where(is_late, earlier["p"].to_numpy(), 0).max(axis=1)
    p_soon = np.where(is_soon, later["p"].to_numpy(), 0).max(axis=1)
    least = 2 / (1 + SHUFFLES_PER_PLACE)
    product = (np.maximum(p_late, least) * np.maximum(p_soon, least)).max()
    return float(product * (1 - np.log(product)))


def split_lines_at_changes(lines: pd.DataFrame, changes: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the dated lines on either side of each change.

    `counted_as` is the column `before` or `after` of the change.
    """
    rows = list(changes.drop_duplicates(["outlet", "change"]).itertuples())
    before = [(row.outlet, row.before, row.before_from, row.date - ONE_DAY) for row in rows]
    after = [(row.outlet, row.after, row.date, row.after_to) for row in rows]
    return [
        lines[(lines["outlet"] == outlet) & lines["date"].between(start, end)].assign(
            counted_as=label
        )
        for outlet, label, start, end in dict.fromkeys([*before, *after])
    ]


def _count_daily(
    hits: pd.DataFrame, articles: pd.DataFrame, choice: ChangingChoice
) -> pd.DataFrame:
    """Return the hits of each day with any: one row per day, one column per variant.

    Where one variant is tested, the columns are this one and all others together.
    """
    unit = articles["family" if "family" in articles else "doc_id"]
    first_day = articles.groupby(unit)["date"].transform("min")
    day = pd.Series(first_day.to_numpy(), index=articles["doc_id"], name="day")
    located = hits.join(day, on="doc_id", how="inner")
    variant, columns = located["variant"], list(choice.variants)
    if choice.variant:
        variant = variant.where(variant == choice.variant, OTHER_VARIANTS)
        columns = [choice.variant, OTHER_VARIANTS]
    table = located.assign(variant=variant).pivot_table(
        index="day", columns="variant", values="n", aggfunc="sum", fill_value=0, observed=True
    )
    return table.reindex(columns=columns, fill_value=0)


def _build_test_row(concept: str, series: _OutletSeries) -> dict[str, Any]:
    daily = series.daily
    return {
        "concept": concept,
        "outlet": series.outlet,
        "n_days": len(daily),
        "total": int(daily.to_numpy().sum()),
        "first": daily.index.min() if len(daily) else pd.NaT,
        "last": daily.index.max() if len(daily) else pd.NaT,
        "p": series.search.p,
        "p_holm": series.search.p_holm,
        "n_changes": len(series.changes),
    }


def _build_date_rows(concept: str, series: _OutletSeries, number: int) -> pd.DataFrame:
    """Return the days on which a change may have been, between two days with hits, with their p."""
    p = series.changes[number - 1].plausible
    rows = np.flatnonzero(p > 0)
    return pd.DataFrame(
        {
            "concept": concept,
            "outlet": series.outlet,
            "change": number,
            "first": _find_first_day(series.days, rows),
            "last": series.days[rows],
            "p": p[rows],
        }
    )


def _build_change_rows(
    series: _OutletSeries, hits: pd.DataFrame, choice: ChangingChoice, design: Design
) -> pd.DataFrame:
    """Return one row per change of an outlet and variant, with the shares before and after it."""
    starts = _list_segment_starts(series)
    shares = _compute_segment_shares(series, starts, hits, choice, design)
    rows = [
        _compare_segments(shares[k], shares[k + 1])
        | _date_change(series, k)
        | _describe_segments(starts[k : k + 3])
        for k in range(len(series.changes))
    ]
    table = pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)
    table = table.assign(concept=choice.concept, outlet=series.outlet)
    if not choice.variant:
        return table
    return table[table["variant"] == choice.variant].assign(rose_most=True)


def _list_segment_starts(series: _OutletSeries) -> pd.DatetimeIndex:
    """Return the first day of each segment between changes, and the day after the last."""
    dates = series.articles["date"]
    middles = [_find_midpoint(series.days, change.at) for change in series.changes]
    return pd.DatetimeIndex([dates.min(), *middles, dates.max() + ONE_DAY])


def _compute_segment_shares(
    series: _OutletSeries,
    starts: pd.DatetimeIndex,
    hits: pd.DataFrame,
    choice: ChangingChoice,
    design: Design,
) -> list[pd.DataFrame]:
    """Return the table of shares of each segment, by variant.

    Each segment stands in the place of an outlet; its name is what the draws start from.
    """
    articles = series.articles
    segment = np.searchsorted(starts[1:-1], articles["date"], side="right")
    names = [f"{series.outlet} {k}" for k in range(len(starts) - 1)]
    table = compute_shares(
        hits[hits["doc_id"].isin(articles["doc_id"])],
        articles.assign(outlet=np.array(names, dtype=object)[segment]),
        {choice.concept: list(choice.variants)},
        replace(design, outlets=None),
    )
    return [table[table["outlet"] == name].set_index("variant") for name in names]


def _find_first_day(days: np.ndarray, row: int | np.ndarray) -> Any:
    """Return the first day on which a change at the row may have been."""
    return days[np.asarray(row) - 1] + np.timedelta64(1, "D")


def _find_midpoint(days: np.ndarray, row: int) -> np.datetime64:
    """Return the middle of the days on which a change at the row may have been."""
    first = _find_first_day(days, row)
    return first + (days[row] - first).astype("timedelta64[D]") // 2


def _compare_segments(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, Any]:
    """Return what each variant has before and after a change."""
    rise = (after["share"] - before["share"]).to_numpy()
    columns = {"variant": before.index, "rose_most": rise == rise.max()}
    for side, table in (("before", before), ("after", after)):
        for name in ("n", "total", "share"):
            columns[f"{name}_{side}"] = table[name].to_numpy()
        for end in ("low", "high"):
            columns[f"share_{side}_{end}"] = table[end].to_numpy()
    return columns


def _date_change(series: _OutletSeries, k: int) -> dict[str, Any]:
    """Return the number, the interval and the evidence of a change."""
    change = series.changes[k]
    low, high = change.ends()
    return {
        "change": k + 1,
        "low": _find_first_day(series.days, low),
        "high": series.days[high],
        "p": change.p,
        "p_holm": change.p_holm,
    }


def _describe_segments(starts: pd.DatetimeIndex) -> dict[str, Any]:
    """Return the dates before and after a change, which is at the second of three starts."""
    before_from, date, end = starts
    after_to = end - ONE_DAY
    return {
        "date": date,
        "before_from": before_from,
        "after_to": after_to,
        "before": f"{before_from:%Y-%m-%d} to {date - ONE_DAY:%Y-%m-%d}",
        "after": f"{date:%Y-%m-%d} to {after_to:%Y-%m-%d}",
    }


def _build_order_row(
    earlier: Mapping[Hashable, Any],
    later: Mapping[Hashable, Any],
    dates: Mapping[Any, pd.DataFrame],
) -> dict[str, Any]:
    days = [dates[tuple(change[key] for key in CHANGE_KEYS)] for change in (earlier, later)]
    return {
        "concept": earlier["concept"],
        "variant": earlier["variant"],
        "rose": bool(earlier["rose"]),
        "earlier": earlier["outlet"],
        "later": later["outlet"],
        "date_earlier": earlier["date"],
        "date_later": later["date"],
        "n_days": (later["date"] - earlier["date"]).days,
        "p": order_p_value(*days),
    }


def _combine_parts(parts: Sequence[pd.DataFrame], name: str) -> pd.DataFrame:
    if not parts:
        return check_columns(pd.DataFrame(columns=list(TABLES[name])), name)
    return check_columns(pd.concat(parts, ignore_index=True), name)
