"""Whose copy: how many articles reprint another, where, and what difference it makes whether they count."""

from __future__ import annotations

import pandas as pd

from wording.phrasing import format_count, format_percent

COPY_RULE_SENTENCES = {
    "all": "Every article counts, copies too.",
    "one": "An outlet that prints a story twice counts it once; a story that several outlets print counts at each.",
    "none": "Copies are left out: of articles that share their text only the first counts, wherever it was printed.",
}
"""What each way of counting copies means."""
MIN_HITS_PER_SHARE = 5
"""Hits that an outlet needs, with and without copies, for its change to be told."""


def describe_copies(articles: pd.DataFrame, copies: str) -> list[str]:
    """Return how many articles are copies, where most of them stand, and how this page counts them.

    Parameters
    ----------
    articles : every article compared, copies too: outlet, family, first, agency.
    """
    copied = articles[~articles["first"]]
    if copied.empty:
        return ["No article shares its text with an earlier one.", COPY_RULE_SENTENCES[copies]]
    families = (
        articles[articles["family"].isin(copied["family"])].groupby("family")["outlet"].nunique()
    )
    by_outlet = (
        copied["outlet"]
        .value_counts()
        .reset_index()
        .sort_values(["count", "outlet"], ascending=[False, True])
        .iloc[0]
    )
    said = (
        f"{format_count(len(copied), 'article')} of {len(articles):,} ({format_percent(len(copied) / len(articles))}) {'is a copy' if len(copied) == 1 else 'are copies'} of an earlier one; "
        f"{format_count(int((families > 1).sum()), 'story stands', 'stories stand')} at several outlets. Most copies stand at {by_outlet['outlet']} ({by_outlet['count']:,})."
    )
    credited = articles.loc[articles["agency"].fillna("") != "", "agency"].value_counts()
    told = (
        [f"{credited.sum():,} articles credit an agency, most often {credited.index[0]}."]
        if len(credited)
        else []
    )
    return [said, *told, COPY_RULE_SENTENCES[copies]]


def compare_copy_rules(counted: pd.DataFrame, otherwise: pd.DataFrame) -> pd.DataFrame:
    """Return what copies change: one row per concept, variant and outlet whose hits differ, the largest difference of shares first.

    Parameters
    ----------
    counted, otherwise : `shares` tables of one voice, with copies counted in two ways.

    Returns
    -------
    concept, variant, outlet; n, total, share, low, high as counted; n_otherwise, total_otherwise, share_otherwise; difference (of shares).
    """
    keys = ["concept", "variant", "outlet"]
    other = otherwise[[*keys, "n", "total", "share"]].set_index(keys).add_suffix("_otherwise")
    both = counted[[*keys, "n", "total", "share", "low", "high"]].join(other, on=keys)
    both = both.assign(difference=both["share_otherwise"] - both["share"])
    changed = both[(both["n"] != both["n_otherwise"]) | (both["total"] != both["total_otherwise"])]
    order = (
        changed["difference"]
        .abs()
        .sort_values(ascending=False, kind="stable", na_position="last")
        .index
    )
    return changed.loc[order].reset_index(drop=True)


def describe_share_sensitivity(changed: pd.DataFrame, *, way: str, most: int = 3) -> list[str]:
    """Return what the table of `compare_copy_rules` says; `way` says how copies are counted otherwise, as in "without copies"."""
    clear = changed[
        (changed["total"] >= MIN_HITS_PER_SHARE)
        & (changed["total_otherwise"] >= MIN_HITS_PER_SHARE)
    ]
    if changed.empty:
        return [f"Counted {way}, every share is the same."]
    if clear.empty:
        return [f"Counted {way}, only shares of fewer than {MIN_HITS_PER_SHARE} hits change."]
    outside = clear[
        (clear["share_otherwise"] < clear["low"]) | (clear["share_otherwise"] > clear["high"])
    ]
    said = [
        f"Counted {way}, {row.outlet} writes “{row.variant}” in {format_percent(row.share_otherwise)} of {row.total_otherwise:,} hits instead of {format_percent(row.share)} of {row.total:,}."
        for row in outside.drop_duplicates("outlet").head(most).itertuples()
    ]
    largest = clear.iloc[0]
    return said or [
        f"Counted {way}, no share leaves its interval; the largest change is “{largest.variant}” at {largest.outlet}: {format_percent(largest.share_otherwise)} instead of {format_percent(largest.share)}."
    ]
