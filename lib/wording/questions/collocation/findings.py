"""What the tables of collocates say, in sentences with numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_interval, format_percent, format_q, join_names
from wording.questions.collocation.collocation import (
    MIN_ARTICLES_PER_COLLOCATE,
    MIN_OBSERVED_EXPECTED_RATIO,
    VARIANT_KEYS,
)
from wording.questions.reporting import (
    VOICE_PHRASES,
    describe_totals,
    name_other,
    select_clear_differences,
    select_more,
)
from wording.settings import ALL_OUTLETS, SIGNIFICANCE_LEVEL

_NO_TEST_MESSAGE = (
    "No difference can be tested: a test needs collocates, and hits of one term in at least two "
    "articles on each side."
)
_NO_COLLOCATES_MESSAGE = (
    "No collocates were found: no word occurs near the hits of a term in at least "
    f"{MIN_ARTICLES_PER_COLLOCATE} articles and at least {MIN_OBSERVED_EXPECTED_RATIO} times as "
    "often as expected by chance. With so few hits, read the lines themselves."
)
_WORDS_PER_TERM = 5


def sentences(
    collocates: pd.DataFrame,
    contrasts: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    top: int = 5,
    max_q: float = SIGNIFICANCE_LEVEL,
) -> list[str]:
    """Return the clearest differences between outlets, then each term's strongest collocates.

    Parameters
    ----------
    collocates, contrasts, shares : pd.DataFrame
        The tables `collocates`, `collocate_contrasts` and `shares` of one concept and voice.
    top : int
        Differences to describe at most (the clearest word per variant and outlet, or pair), and
        terms; the others are counted.
    max_q : float
        A difference is clear when its q is below.
    """
    together = collocates[collocates["outlet"] == ALL_OUTLETS]
    if together.empty:
        return [*describe_totals(shares, "hit"), _NO_COLLOCATES_MESSAGE]
    strongest = _describe_strongest(together, top)
    if contrasts["q"].isna().all():
        return [*describe_totals(shares, "hit"), _NO_TEST_MESSAGE, *strongest]
    return [*_describe_differences(collocates, contrasts, top, max_q), *strongest]


def headline(contrasts: pd.DataFrame, title: str) -> str:
    """Return the clearest difference in what stands near a term, or that none is clear.

    Parameters
    ----------
    contrasts : pd.DataFrame
        The table `collocate_contrasts` of one concept and voice.
    title : str
        What the concept is called.
    """
    if contrasts["q"].isna().all():
        return f"Too few hits to compare the company of terms: {title}"
    more = select_more(contrasts)
    if more.empty:
        return f"No clear difference in the company of terms: {title}"
    row = more.iloc[0]
    than = name_other(row["other"])
    return (
        f"{row['outlet']} has “{row['collocate']}” near “{row['variant']}” more often than {than}"
    )


def describe(collocates: pd.DataFrame, *, words: int = 3) -> str:
    """Return what a figure of the collocates of all outlets together shows, in words."""
    together = collocates[collocates["outlet"] == ALL_OUTLETS]
    return " ".join(
        f"“{variant}”: {', '.join(_format_share(row) for row in rows.head(words).itertuples())}."
        for variant, rows in together.groupby("variant", sort=False)
    )


def _format_share(row: Any) -> str:
    return f"{row.collocate} near {format_percent(row.share)} of the hits"


def _describe_differences(
    collocates: pd.DataFrame, contrasts: pd.DataFrame, top: int, max_q: float
) -> list[str]:
    """Return the clearest differences, and how many more there are; or that there are none."""
    clear = select_clear_differences(contrasts, max_q)
    if clear.empty:
        q = contrasts["q"].dropna()
        return [
            "No outlet's collocates differ significantly from the others' "
            f"({format_count(len(q), 'comparison')}, smallest {format_q(q.min())})."
        ]
    shown = clear.drop_duplicates([*VARIANT_KEYS, "outlet", "other"]).head(top)
    shares = collocates.set_index(["variant", "collocate", "outlet"])
    described = [
        _describe_difference(row, shares.loc[(row.variant, row.collocate, row.outlet)])
        for row in shown.itertuples()
    ]
    left = len(clear) - len(shown)
    if left:
        described.append(
            f"{format_count(left, 'further difference')} {'have' if left > 1 else 'has'} "
            f"q < {max_q:g}."
        )
    return described


def _describe_difference(row: Any, share: pd.Series) -> str:
    other = name_other(row.other)
    return (
        f"At {row.outlet}, “{row.collocate}” occurs near {format_percent(share.share)} of the "
        f"{format_count(row.total, 'hit')} of “{row.variant}” "
        f"({format_interval(share.low, share.high)}; in "
        f"{format_count(share.n_articles, 'article')}), at {other} near "
        f"{format_percent(row.n_other / row.total_other)} of {row.total_other:,} "
        f"({format_q(row.q)})."
    )


def _describe_strongest(together: pd.DataFrame, top: int) -> list[str]:
    """Return one sentence per term on its strongest collocates, the term with most hits first."""
    terms = together.drop_duplicates("variant").sort_values(
        "total", ascending=False, kind="stable"
    )["variant"]
    described = [
        _describe_collocates(variant, together[together["variant"] == variant])
        for variant in terms[:top]
    ]
    left = len(terms) - len(described)
    if left:
        described.append(
            f"{format_count(left, 'further term')} {'have' if left > 1 else 'has'} collocates, too."
        )
    return described


def _describe_collocates(variant: str, rows: pd.DataFrame) -> str:
    hits = format_count(rows["total"].iloc[0], "hit")
    whose = VOICE_PHRASES.get(rows["voice"].iloc[0], "")
    names = [f"“{row.collocate}” ({row.n:,})" for row in rows.head(_WORDS_PER_TERM).itertuples()]
    return f"Strongest collocates of “{variant}” ({hits}{whose}): {join_names(names)}."
