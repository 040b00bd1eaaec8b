"""What the tables of shares and contrasts say, in plain sentences with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_interval, format_percent, format_q
from wording.questions.reporting import (
    VOICE_VERBS,
    Comparison,
    describe_totals,
    join_outlets,
    keep_stable_digits,
    name_other,
    select_clear_differences,
    select_more,
    summarise_rest,
)
from wording.settings import OTHER_OUTLETS, REST_LABEL

_COMPARISON = Comparison(
    no_test="No difference can be tested: a test needs hits in at least two articles on each side, "
    "and at least two terms to choose between.",
    none_clear="No difference between outlets is statistically clear",
)


def sentences(
    shares: pd.DataFrame,
    contrasts: pd.DataFrame,
    *,
    top: int = 6,
    titles: Mapping[str, str] | None = None,
    unit: str = "hit",
) -> list[str]:
    """Return what was found in all, what differs, the clearest first, and what is too small.

    Parameters
    ----------
    shares, contrasts : pandas.DataFrame
        Tables of `compute_shares` and `contrast_shares`, of the same study and voice.
    top : int
        How many differences are described one by one, at most: the clearest variant of each
        concept and outlet, or pair; the others are counted.
    titles : mapping of str to str, optional
        What to call each concept, where the table has several; else its name.
    unit : str
        What was counted, in the singular.

    Returns
    -------
    list of str
        The clearest difference is the one whose interval ends farthest from 0.
    """
    if not shares["n"].sum():
        return describe_totals(shares, unit)
    names = _name_units(contrasts, titles or {}, unit)
    opening = describe_totals(shares, unit) if len(names) == 1 else []
    if len(names) == 1 and contrasts["q"].isna().all():
        return [*opening, *_describe_each_outlet(shares, top), _COMPARISON.no_test]
    clear = select_clear_differences(contrasts)
    chosen = clear.drop_duplicates(["concept", "outlet", "other"]).head(top)
    rows = shares.set_index(["concept", "variant", "outlet"])
    return [
        *opening,
        *(
            _describe_difference(row, rows.loc[(row.concept, row.variant, row.outlet)], names)
            for row in chosen.itertuples()
        ),
        *summarise_rest(contrasts["q"], len(chosen), len(clear), _COMPARISON),
        *_report_missing_intervals(shares, len(names) > 1, unit),
    ]


def headline(shares: pd.DataFrame, contrasts: pd.DataFrame, title: str) -> str:
    """Return which outlet chooses which term, by the two clearest differences; or that none is.

    Parameters
    ----------
    shares, contrasts : pandas.DataFrame
        Tables of `compute_shares` and `contrast_shares`, of one concept and voice.
    title : str
        What the concept is called.
    """
    if not shares["n"].sum():
        return f"Not found: {title}"
    if shares["variant"].nunique() == 1:
        return title
    if contrasts["q"].isna().all():
        return f"Too few hits to compare: {title}"
    more = select_more(contrasts)
    if more.empty:
        return f"No clear difference between outlets: {title}"
    first = more.iloc[0]
    rival = more[(more["outlet"] != first["outlet"]) & (more["variant"] != first["variant"])].head(
        1
    )
    start = f"{first['outlet']} {VOICE_VERBS[shares['voice'].iloc[0]]} “{first['variant']}”"
    if rival.empty:
        return f"{start} more often than {name_other(first['other'])}"
    shown = pd.concat([more.head(1), rival])
    often = "" if _are_leading(shares, shown) else " more often"
    second = rival.iloc[0]
    return f"{start}{often}, {second['outlet']} “{second['variant']}”"


def _are_leading(shares: pd.DataFrame, rows: pd.DataFrame) -> bool:
    """Return whether each of the rows has the term that its outlet writes most."""
    most = shares.sort_values("n", ascending=False, kind="stable").drop_duplicates("outlet")
    leading = most.set_index("outlet")["variant"]
    return bool((rows["outlet"].map(leading) == rows["variant"]).all())


def mark_clear_shares(shares: pd.DataFrame, contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the shares with a column `clear`: more or less than the others', empty if not clear.

    Parameters
    ----------
    shares, contrasts : pandas.DataFrame
        Tables of `compute_shares` and `contrast_shares`, of one concept and voice.
    """
    clear = select_clear_differences(contrasts)
    sides = clear.assign(clear=clear["less"].map({True: "less", False: "more"}))
    mirrored = clear[clear["other"] != REST_LABEL].assign(outlet=clear["other"])
    mirrored = mirrored.assign(clear=mirrored["less"].map({True: "more", False: "less"}))
    keys = ["variant", "outlet"]
    known = pd.concat([sides, mirrored])[[*keys, "clear"]].drop_duplicates(keys)
    return shares.merge(known, on=keys, how="left").fillna({"clear": ""})


def order_outlets_by_share(shares: pd.DataFrame) -> list[str]:
    """Return the outlets by their share of the most frequent variant, the largest first.

    Those without a share, and other outlets together, are last.
    """
    n = shares.groupby("variant", sort=False)["n"].sum()
    rows = shares[shares["variant"] == n.idxmax()]
    rows = rows.assign(
        share=keep_stable_digits(rows["share"]), last=rows["outlet"] == OTHER_OUTLETS
    )
    return list(
        rows.sort_values(["last", "share"], ascending=[True, False], kind="stable")["outlet"]
    )


def describe(shares: pd.DataFrame) -> str:
    """Return what a figure of the shares shows, in words: per variant the range over outlets."""
    return " ".join(
        _describe_range(variant, rows.dropna(subset="share"))
        for variant, rows in shares.groupby("variant", sort=False)
    )


def _describe_each_outlet(shares: pd.DataFrame, top: int) -> list[str]:
    """Return what each outlet with hits writes and how often, for so many outlets."""
    used = shares[shares["n"] > 0].sort_values("n", ascending=False, kind="stable")
    outlets = [name for name in shares["outlet"].drop_duplicates() if name in set(used["outlet"])]
    described = []
    for outlet in outlets[:top]:
        rows = used[used["outlet"] == outlet]
        terms = [f"“{row.variant}” {_format_times(row.n)}" for row in rows.itertuples()]
        described.append(f"{outlet} writes {', '.join(terms)}.")
    if len(outlets) > top:
        described.append(f"The table has the other {len(outlets) - top} outlets.")
    return described


def _name_units(table: pd.DataFrame, titles: Mapping[str, str], unit: str) -> dict[str, str]:
    """Return what is counted of each concept, which is named only where there are several.

    Parameters
    ----------
    table : pandas.DataFrame
        With the column concept.
    titles : mapping of str to str
        What to call each concept; else its name.
    unit : str
        What was counted, in the singular.
    """
    concepts = table["concept"].unique()
    if len(concepts) > 1:
        return {name: f"{unit}s of {titles.get(name, name)}" for name in concepts}
    single = "hits of this concept" if unit == "hit" else f"{unit}s"
    return dict.fromkeys(concepts, single)


def _describe_difference(row: Any, share: pd.Series, names: Mapping[str, str]) -> str:
    return (
        f"{row.outlet} writes “{row.variant}” in {format_percent(share.share)} of its "
        f"{row.total:,} {names[row.concept]} ({format_interval(share.low, share.high)}), "
        f"{name_other(row.other)} in {format_percent(row.n_other / row.total_other)} of "
        f"{row.total_other:,} ({format_q(row.q)})."
    )


def _report_missing_intervals(shares: pd.DataFrame, several: bool, unit: str) -> list[str]:
    """Return which outlets have no interval for want of articles.

    Parameters
    ----------
    shares : pandas.DataFrame
    several : bool
        Whether there are several concepts: then cases are counted, and no outlet is named.
    unit : str
        What was counted, in the singular.
    """
    outlets = shares.drop_duplicates(["concept", "outlet"])
    single = outlets[outlets["total_articles"] == 1]["outlet"]
    none = outlets[outlets["total_articles"] == 0]["outlet"]
    if several:
        return _report_single_cases(len(single), unit)
    reports = []
    if len(single) == 1:
        reports.append(
            f"{single.iloc[0]} has {unit}s in only one article, so no interval can be given."
        )
    elif len(single):
        reports.append(
            f"{join_outlets(single)} have {unit}s in only one article each, "
            "so no interval can be given."
        )
    if len(none):
        reports.append(f"{join_outlets(none)} {'has' if len(none) == 1 else 'have'} no {unit}s.")
    return reports


def _report_single_cases(n: int, unit: str) -> list[str]:
    if not n:
        return []
    return [
        f"In {format_count(n, 'case')} an outlet has {unit}s of a concept in only one article, "
        "so no interval can be given."
    ]


def _format_times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _describe_range(variant: object, rows: pd.DataFrame) -> str:
    if rows.empty:
        return f"“{variant}”: no outlet has a hit for this concept."
    shares = keep_stable_digits(rows["share"])
    low, high = rows.loc[shares.idxmin()], rows.loc[shares.idxmax()]
    lowest = format_percent(low["share"])
    if shares.min() == shares.max():
        where = "each outlet" if len(rows) > 1 else low["outlet"]
        return f"“{variant}”: {lowest} of the hits at {where}."
    return (
        f"“{variant}”: from {lowest} of the hits at {low['outlet']} "
        f"to {format_percent(high['share'])} at {high['outlet']}."
    )
