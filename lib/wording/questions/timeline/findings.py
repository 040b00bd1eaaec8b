"""What the tables over time say, in sentences: who changed when, who was first, copies or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_interval, format_p, format_percent, join_names
from wording.questions.reporting import STABLE_DECIMALS, VOICE_PHRASES
from wording.questions.timeline.timeline import TimelineAnalysis, describe_endpoints
from wording.settings import SIGNIFICANCE_LEVEL
from wording.stats.changepoints import MIN_DAYS_PER_SEGMENT

_NO_DATED_HITS_MESSAGE = (
    "No dated article mentions this concept in the voice compared, so change over time cannot be "
    "studied."
)
_MIN_DAYS = 2 * MIN_DAYS_PER_SEGMENT
_NO_TEST_MESSAGE = (
    f"No outlet has hits on at least {_MIN_DAYS} days, the minimum for a test, so no change can "
    "be dated."
)
_COPIES_PHRASES = {
    "all": "",
    "one": ", a story that an outlet printed twice counted once",
    "none": ", copies left out",
}
_MAX_NAMES = 6


def sentences(
    analysis: TimelineAnalysis, *, otherwise: TimelineAnalysis | None = None, top: int = 8
) -> list[str]:
    """Return the changes, the earliest first, who was first, what copies add, what has no date.

    Parameters
    ----------
    analysis : TimelineAnalysis
    otherwise : TimelineAnalysis, optional
        The same with copies counted otherwise.
    top : int
        Changes to describe at most; the others are counted.
    """
    if not analysis.change_tests["total"].sum():
        none = [] if analysis.n_tied else [_NO_DATED_HITS_MESSAGE]
        return [*none, *_report_ties(analysis), *_report_undated(analysis)]
    return [
        _summarise_counts(analysis),
        *_describe_changes(analysis.changes, top),
        *_describe_unchanged(analysis.change_tests),
        *_describe_order(analysis),
        *_describe_copies(analysis, otherwise),
        *_report_ties(analysis),
        *_report_undated(analysis),
    ]


def headline(analysis: TimelineAnalysis, title: str) -> str:
    """Return the change with the largest shift, and how many outlets changed; or that none did.

    Parameters
    ----------
    analysis : TimelineAnalysis
    title : str
        What the concept is called.
    """
    changes = analysis.changes
    if not analysis.change_tests["total"].sum():
        return f"No dated hits: {title}"
    if changes.empty:
        return f"No clear change over time: {title}"
    shift = (changes["share_after"] - changes["share_before"]).round(STABLE_DECIMALS)
    row = changes.loc[shift.abs().idxmax()]
    same = shift[(changes["outlet"] == row["outlet"]) & (changes["change"] == row["change"])]
    rose, fell = (changes.at[place, "variant"] for place in (same.idxmax(), same.idxmin()))
    terms = f"from “{fell}” to “{rose}”" if rose != fell else f"its share of “{rose}”"
    others = changes["outlet"].nunique() - 1
    more = f"; {format_count(others, 'other outlet')} changed too" if others else ""
    return f"{row['outlet']} changed {terms} around {row['date']:%B %Y}{more}"


def describe(analysis: TimelineAnalysis) -> str:
    """Return what the figure over time shows, in words."""
    shown = analysis.timeline[analysis.timeline["variant"] == analysis.variant]
    endpoints = describe_endpoints(shown, analysis.variant)
    if shown["share"].isna().all():
        return endpoints
    changes = analysis.changes.drop_duplicates(["outlet", "change"])
    dates = [f"{row.outlet} around {row.date:%Y-%m-%d}" for row in changes.itertuples()]
    marked = f"Changes are marked at {', '.join(dates)}." if dates else "No change is marked."
    return (
        f"{endpoints} {marked} The table below gives each outlet's share in each {analysis.period}."
    )


def _summarise_counts(analysis: TimelineAnalysis) -> str:
    tests = analysis.change_tests[analysis.change_tests["total"] > 0]
    first, last = f"{tests['first'].min():%Y-%m-%d}", f"{tests['last'].max():%Y-%m-%d}"
    days = first if first == last else f"{first} to {last}"
    whose = VOICE_PHRASES.get(analysis.voice, "")
    return (
        f"{format_count(int(tests['total'].sum()), 'hit')}{whose} in dated articles of "
        f"{format_count(len(tests), 'outlet')}, {days}{_COPIES_PHRASES[analysis.copies]}."
    )


def _describe_changes(changes: pd.DataFrame, top: int) -> list[str]:
    """Return one sentence per change, the earliest first, and how many more there are."""
    ranked = changes.sort_values(["date", "outlet"], kind="stable")
    by_change = ranked.groupby(["date", "outlet"], sort=False)
    described = [_describe_change(rows) for _, rows in by_change]
    left = len(described) - top
    if left <= 0:
        return described
    return [
        *described[:top],
        f"There {'are' if left > 1 else 'is'} {format_count(left, 'further change')}.",
    ]


def _describe_change(rows: pd.DataFrame) -> str:
    """Return one change with the variant that rose most and the one that fell most."""
    change = rows.iloc[0]
    rise = (rows["share_after"] - rows["share_before"]).round(STABLE_DECIMALS)
    extremes = rows.loc[[rise.idxmax(), rise.idxmin()]].drop_duplicates("variant")
    shifts = [
        f"“{row.variant}” {_describe_shift(row)}"
        for row in extremes.itertuples()
        if row.share_after != row.share_before
    ]
    interval = format_interval(change["low"], change["high"], form="{:%Y-%m-%d}".format)
    return (
        f"{change['outlet']} changed around {change['date']:%Y-%m-%d} "
        f"({interval}; {format_p(change['p_holm'])}): {', '.join(shifts)}."
    )


def _describe_shift(row: Any) -> str:
    verb = "rose" if row.share_after > row.share_before else "fell"
    return (
        f"{verb} from {format_percent(row.share_before)} of {row.total_before:,} hits to "
        f"{format_percent(row.share_after)} of {row.total_after:,}"
    )


def _describe_unchanged(tests: pd.DataFrame) -> list[str]:
    """Return at which outlets no change is clear, and which have too few days to test."""
    if tests["p"].isna().all():
        return [_NO_TEST_MESSAGE]
    unchanged = tests[(tests["n_changes"] == 0) & tests["p"].notna()]
    untested = tests[tests["p"].isna() & (tests["total"] > 0)]
    described = []
    if len(unchanged):
        described.append(
            f"No statistically clear change at {_join_outlets(unchanged['outlet'], 'other outlet')}"
            f" (smallest {format_p(unchanged['p_holm'].min())})."
        )
    if len(untested):
        described.append(
            f"Too few days with hits to test ({_MIN_DAYS} are needed) at "
            f"{_join_outlets(untested['outlet'], 'other outlet')}."
        )
    return described


def _describe_order(analysis: TimelineAnalysis) -> list[str]:
    """Return who was first, for each variant and direction in which several outlets changed."""
    if analysis.changes["outlet"].nunique() < 2:
        return []
    if analysis.change_order.empty:
        return [
            "The outlets that changed did not change in the same direction, so none can be called "
            "first."
        ]
    described = []
    for (_, rose), rows in analysis.change_order.groupby(["variant", "rose"], sort=False):
        described += _describe_first(rows, rose)
    return described


def _describe_first(rows: pd.DataFrame, rose: bool) -> list[str]:
    """Return which outlet has the earliest date, whether it is clear, and which pairs are."""
    earliest = rows.sort_values(["date_earlier", "earlier"], kind="stable").iloc[0]
    first = earliest["earlier"]
    pairs = rows[rows["earlier"] == first]
    unclear = pairs[pairs["p"] >= SIGNIFICANCE_LEVEL]
    direction = "more often" if rose else "less often"
    largest = f"(largest {format_p(pairs['p'].max())})"
    if unclear.empty:
        described = (
            f"{first} was the first to write “{earliest['variant']}” {direction}, earlier than "
            f"{_join_outlets(pairs['later'])} {largest}."
        )
    else:
        described = (
            f"Of the outlets that began to write “{earliest['variant']}” {direction}, {first} "
            f"changed earliest, but {_join_outlets(unclear['later'])} may have changed before it "
            f"{largest}."
        )
    clear = rows[rows["q"] < SIGNIFICANCE_LEVEL]
    further = clear if len(unclear) else clear[clear["earlier"] != first]
    return [described, *_list_clear_pairs(further)]


def _list_clear_pairs(rows: pd.DataFrame) -> list[str]:
    if rows.empty:
        return []
    pairs = [f"{row.earlier} before {row.later}" for row in rows.itertuples()]
    return [f"Clear at q < {SIGNIFICANCE_LEVEL:g}: {_join_outlets(pairs, 'other pair')}."]


def _describe_copies(analysis: TimelineAnalysis, otherwise: TimelineAnalysis | None) -> list[str]:
    if otherwise is None:
        return []
    if analysis.copies == "all":
        return _compare_copies(analysis, otherwise)
    return _compare_copies(otherwise, analysis)


def _compare_copies(with_copies: TimelineAnalysis, without: TimelineAnalysis) -> list[str]:
    """Return which outlets change only with copies, or only without them."""
    changed_with = set(with_copies.changes["outlet"])
    changed_without = set(without.changes["outlet"])
    p = without.change_tests.set_index("outlet")["p_holm"].dropna()
    described = [
        f"{outlet} changes only when copies are counted; without them no change is found"
        f"{f' ({format_p(p[outlet])})' if outlet in p else ''}."
        for outlet in sorted(changed_with - changed_without)
    ]
    described += [
        f"{outlet} changes only without copies."
        for outlet in sorted(changed_without - changed_with)
    ]
    if described or with_copies.change_tests["p"].isna().all():
        return described
    if changed_with:
        return ["With or without copies, the same outlets change."]
    return ["With or without copies, no outlet changes."]


def _report_undated(analysis: TimelineAnalysis) -> list[str]:
    n = analysis.n_undated
    if not n:
        return []
    articles = format_count(n, "article")
    if n == 1:
        return [f"{articles} with hits has no date and is left out."]
    return [f"{articles} with hits have no date and are left out."]


def _report_ties(analysis: TimelineAnalysis) -> list[str]:
    n = analysis.n_tied
    if not n:
        return []
    stories, their, are = ("story", "its", "is") if n == 1 else ("stories", "their", "are")
    return [
        f"{n:,} {stories} with hits appeared at several outlets on the same day: not known who was "
        f"first. In the shares each counts at one of {their} outlets; in the tests of changes and "
        f"of their order {are} left out."
    ]


def _join_outlets(names: Iterable[str], rest: str = "outlet") -> str:
    return join_names(names, top=_MAX_NAMES, rest=rest)
