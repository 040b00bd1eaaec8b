"""What the tables over time say, in plain sentences with numbers: who changed when, who was first, and what copies add."""

from __future__ import annotations

import pandas as pd

from wording.phrasing import format_count, format_interval, format_p, format_percent, join_names
from wording.questions.reporting import STABLE_DECIMALS, VOICE_PHRASES
from wording.questions.timeline.timeline import TimelineAnalysis
from wording.settings import ALL_OUTLETS

_SIGNIFICANCE_LEVEL = 0.05
_MAX_NAMES = 6


def sentences(
    made: TimelineAnalysis, *, beside: TimelineAnalysis | None = None, most: int = 8
) -> list[str]:
    """What was found: the changes, the earliest first; where none was found or could be; who was first; what copies add; what is not dated.

    Parameters
    ----------
    beside : the same with copies counted otherwise.
    most : changes to tell one by one.
    """
    tested, found = made.tested, made.changes
    if not tested["total"].sum():
        return [
            "No dated article has a hit of this concept in the voice compared, so nothing can be said of time.",
            *_report_undated(made),
        ]
    told = [
        _describe_change(rows)
        for _, rows in found.sort_values(["date", "outlet"], kind="stable").groupby(
            ["date", "outlet"], sort=False
        )
    ]
    left = (
        [
            f"{format_count(len(told) - most, 'further change')} {'are' if len(told) - most > 1 else 'is'} in the table."
        ]
        if len(told) > most
        else []
    )
    return [
        _summarise_counts(made),
        *told[:most],
        *left,
        *_describe_unchanged(tested),
        *_describe_order(made),
        *(_compare_copies(made, beside) if beside else []),
        *_report_undated(made),
    ]


def describe(made: TimelineAnalysis) -> str:
    """What the figure over time shows, in words."""
    shown = made.timeline[made.timeline["variant"] == made.variant]
    if shown["share"].isna().all():
        return describe_endpoints(shown, made.variant)
    changed = made.changes.drop_duplicates(["outlet", "change"])
    dates = [f"{row.outlet} about {row.date:%Y-%m-%d}" for row in changed.itertuples()]
    told = f"Changes are marked at {', '.join(dates)}." if dates else "No change is marked."
    return f"{describe_endpoints(shown, made.variant)} {told} What each outlet has in each {made.period} is in the table below."


def describe_endpoints(shown: pd.DataFrame, variant: str) -> str:
    """The share of a variant in the first and in the last period with hits, all outlets together, from its rows of the table `timeline`."""
    known = shown[shown["outlet"] == ALL_OUTLETS].dropna(subset="share")
    if known.empty:
        return f"“{variant}”: no dated hits."
    told = [
        f"{format_percent(row['share'])} of {format_count(int(row['total']), 'hit')} in {row['label']}"
        for _, row in known.iloc[[0, -1]].iterrows()
    ]
    return f"“{variant}”, all outlets together: {told[0]}, {told[1]}."


def _summarise_counts(made):
    tested = made.tested[made.tested["total"] > 0]
    whose, days = (
        VOICE_PHRASES.get(made.voice, ""),
        dict.fromkeys([f"{tested['first'].min():%Y-%m-%d}", f"{tested['last'].max():%Y-%m-%d}"]),
    )
    left_out = {
        "all": "",
        "one": ", a story that an outlet printed twice counted once",
        "none": ", copies left out",
    }[made.copies]
    return f"{format_count(int(tested['total'].sum()), 'hit')}{whose} in dated articles of {format_count(len(tested), 'outlet')}, {' to '.join(days)}{left_out}."


def _describe_change(rows):
    one = rows.iloc[0]
    moved = (rows["share_after"] - rows["share_before"]).round(STABLE_DECIMALS)
    ends = rows.loc[[moved.idxmax(), moved.idxmin()]].drop_duplicates("variant")
    told = [
        f"“{row.variant}” {_describe_shift(row)}"
        for row in ends.itertuples()
        if row.share_after != row.share_before
    ]
    interval = format_interval(one["low"], one["high"], form="{:%Y-%m-%d}".format)
    return f"{one['outlet']} changed about {one['date']:%Y-%m-%d} ({interval}; {format_p(one['p_holm'])}): {', '.join(told)}."


def _describe_shift(row):
    verb = "rose" if row.share_after > row.share_before else "fell"
    return f"{verb} from {format_percent(row.share_before)} of {row.total_before:,} hits to {format_percent(row.share_after)} of {row.total_after:,}"


def _describe_unchanged(tested):
    still, short = (
        tested[(tested["n_changes"] == 0) & tested["p"].notna()],
        tested[tested["p"].isna() & (tested["total"] > 0)],
    )
    said = []
    if len(still):
        where = join_names(still["outlet"], top=_MAX_NAMES, rest="other outlet")
        said.append(
            f"No change surer than chance would give at {where} (smallest {format_p(still['p_holm'].min())})."
        )
    if tested["p"].isna().all():
        return [
            "No outlet has hits on ten days, the fewest that a test of change needs: nothing can be said of when a choice changed."
        ]
    if len(short):
        said.append(
            f"Too few days with hits to test (ten are needed) at {join_names(short['outlet'], top=_MAX_NAMES, rest='other outlet')}."
        )
    return said


def _describe_order(made):
    if made.changes["outlet"].nunique() < 2:
        return []
    if made.order.empty:
        return ["The outlets that changed did not change alike, so that none was first."]
    return [
        said
        for (_, rose), rows in made.order.groupby(["variant", "rose"], sort=False)
        for said in _describe_first(rows, rose)
    ]


def _describe_first(rows, rose):
    first, variant = rows.sort_values("date_earlier", kind="stable").iloc[0][["earlier", "variant"]]
    own = rows[rows["earlier"] == first]
    open_to, what = (
        own[own["p"] >= _SIGNIFICANCE_LEVEL],
        f"{'more' if rose else 'less'} “{variant}”",
    )
    if open_to.empty:
        said = f"{first} was the first to write {what}, earlier than {join_names(own['later'], top=_MAX_NAMES, rest='outlet')} (largest {format_p(own['p'].max())})."
    else:
        said = f"Of the outlets that came to write {what} {first} has the earliest date, but {join_names(open_to['later'], top=_MAX_NAMES, rest='outlet')} may have changed before it (largest {format_p(own['p'].max())})."
    sure = rows[
        (rows["q"] < _SIGNIFICANCE_LEVEL) & ((rows["earlier"] != first) | (len(open_to) > 0))
    ]
    pairs = [f"{row.earlier} before {row.later}" for row in sure.itertuples()]
    return (
        [
            said,
            f"Sure at q < {_SIGNIFICANCE_LEVEL:g}: {join_names(pairs, top=_MAX_NAMES, rest='other pair')}.",
        ]
        if pairs
        else [said]
    )


def _compare_copies(made, beside):
    without, counted = sorted([made, beside], key=lambda one: one.copies == "all")
    found, alone = (set(one.changes["outlet"]) for one in (counted, without))
    p = without.tested.set_index("outlet")["p_holm"]
    own = {
        name: f" ({format_p(p[name])})" if name in p and pd.notna(p[name]) else ""
        for name in found - alone
    }
    said = [
        f"{name} changes only where copies count: with copies left out, no change is found{own[name]}."
        for name in sorted(own)
    ]
    said += [f"{name} changes only with copies left out." for name in sorted(alone - found)]
    if not said and counted.tested["p"].isna().all():
        return []
    return said or [
        "Whether copies count or not, the same outlets change."
        if found
        else "With or without copies, no outlet changes."
    ]


def _report_undated(made):
    if not made.n_undated:
        return []
    return [
        f"{format_count(made.n_undated, 'article')} with hits {'has' if made.n_undated == 1 else 'have'} no date and {'is' if made.n_undated == 1 else 'are'} left out."
    ]
