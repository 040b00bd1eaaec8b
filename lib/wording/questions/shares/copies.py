"""How many articles reprint another, where, and what it changes whether copies are counted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_percent
from wording.questions.reporting import STABLE_DECIMALS, keep_stable_digits

COPY_RULE_SENTENCES = {
    "all": "Every article is counted, including copies.",
    "one": "An outlet that prints a story twice counts it once; a story that several outlets "
    "print is counted for each of them.",
    "none": "Copies are left out: of articles that share their text, only the first is counted, "
    "wherever it appeared, and in every other article no passage that an earlier one has.",
}
"""What each way of counting copies means."""

MIN_HITS_PER_SHARE = 5
"""Hits that an outlet needs, with and without copies, for its change to be described."""


def describe_copies(articles: pd.DataFrame, copies: str) -> list[str]:
    """Return how many articles are copies, where most of them are, and how they are counted.

    Parameters
    ----------
    articles : pandas.DataFrame
        Every article compared, copies too: outlet, family, first, tied, n_words, n_copied, agency.
    copies : str
        The copy rule, a name in `settings.COPY_RULES`.
    """
    copied = articles[~articles["first"]]
    if copied.empty:
        return [
            "No article is a copy of an earlier one.",
            *_describe_copied_text(articles),
            COPY_RULE_SENTENCES[copies],
        ]
    return [
        _describe_families(articles, copied),
        *_describe_ties(articles),
        *_describe_copied_text(articles),
        *_describe_agencies(articles),
        COPY_RULE_SENTENCES[copies],
    ]


def _describe_families(articles: pd.DataFrame, copied: pd.DataFrame) -> str:
    part = format_percent(len(copied) / len(articles))
    are = "is a copy" if len(copied) == 1 else "are copies"
    families = articles[articles["family"].isin(copied["family"])]
    n_outlets = families.groupby("family")["outlet"].nunique()
    stories = format_count(int((n_outlets > 1).sum()), "story appears", "stories appear")
    counts = copied["outlet"].value_counts()
    most = counts.max()
    outlet = min(counts.index[counts == most])
    return (
        f"{format_count(len(copied), 'article')} of {len(articles):,} ({part}) {are} of an "
        f"earlier one; {stories} in several outlets. {outlet} has the most copies ({most:,})."
    )


def _describe_ties(articles: pd.DataFrame) -> list[str]:
    """Return of how many stories it is not known who was first."""
    n = articles.loc[articles["tied"], "family"].nunique()
    if not n:
        return []
    stories = format_count(n, "story", "stories")
    return [
        f"{stories} appeared at several outlets on the same day, or without a date: not known who "
        "was first, so one of them stands for the first."
    ]


def _describe_copied_text(articles: pd.DataFrame) -> list[str]:
    """Return how much of the articles that are no copies stands in earlier ones all the same."""
    own = articles[articles["first"]]
    n_copied = int(own["n_copied"].sum())
    if not n_copied:
        return []
    n_articles = int((own["n_copied"] > 0).sum())
    shown = format_count(n_articles, "further article contains", "further articles contain")
    return [f"{shown} passages of earlier ones, {format_count(n_copied, 'word')} in all."]


def _describe_agencies(articles: pd.DataFrame) -> list[str]:
    credited = articles.loc[articles["agency"].fillna("") != "", "agency"]
    if credited.empty:
        return []
    counts = credited.value_counts()
    return [f"{counts.sum():,} articles credit an agency, most often {counts.index[0]}."]


def compare_copy_rules(shares: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return what copies change: the rows whose hits differ, the largest difference first.

    Parameters
    ----------
    shares, other : pandas.DataFrame
        `shares` tables of one voice, with copies counted in two ways.

    Returns
    -------
    pandas.DataFrame
        concept, variant, outlet; n, total, share, low, high as counted; n_otherwise,
        total_otherwise, share_otherwise; difference (of shares).
    """
    keys = ["concept", "variant", "outlet"]
    beside = other[[*keys, "n", "total", "share"]].set_index(keys).add_suffix("_otherwise")
    both = shares[[*keys, "n", "total", "share", "low", "high"]].join(beside, on=keys)
    both = both.assign(difference=both["share_otherwise"] - both["share"])
    changed = both[(both["n"] != both["n_otherwise"]) | (both["total"] != both["total_otherwise"])]
    size = changed["difference"].abs().round(STABLE_DECIMALS)
    order = size.sort_values(ascending=False, kind="stable", na_position="last").index
    return changed.loc[order].reset_index(drop=True)


def describe_share_sensitivity(changed: pd.DataFrame, *, way: str, top: int = 3) -> list[str]:
    """Return what the table of `compare_copy_rules` says.

    Parameters
    ----------
    changed : pandas.DataFrame
    way : str
        How copies are counted otherwise, as in "without copies".
    top : int
        How many outlets are described, at most.
    """
    clear = changed[
        (changed["total"] >= MIN_HITS_PER_SHARE)
        & (changed["total_otherwise"] >= MIN_HITS_PER_SHARE)
    ]
    if changed.empty:
        return [f"Counting {way} changes no share."]
    if clear.empty:
        return [
            f"Counting {way} changes only shares based on fewer than {MIN_HITS_PER_SHARE} hits."
        ]
    share = keep_stable_digits(clear["share_otherwise"])
    low, high = keep_stable_digits(clear["low"]), keep_stable_digits(clear["high"])
    outside = clear[(share < low) | (share > high)].drop_duplicates("outlet").head(top)
    if outside.empty:
        largest = clear.iloc[0]
        return [
            f"Counted {way}, no share moves outside its interval; the largest change is "
            f"“{largest.variant}” at {largest.outlet}, from {format_percent(largest.share)} to "
            f"{format_percent(largest.share_otherwise)}."
        ]
    return [_describe_change(row, way) for row in outside.itertuples()]


def _describe_change(row: Any, way: str) -> str:
    return (
        f"Counted {way}, {row.outlet} writes “{row.variant}” in "
        f"{format_percent(row.share_otherwise)} of {row.total_otherwise:,} hits instead of "
        f"{format_percent(row.share)} of {row.total:,}."
    )
