"""What the table of headlines says: where headlines choose other terms than the text below them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_decimal, format_interval, format_percent, format_q
from wording.questions.headlines.headlines import MIN_PAIRED_ARTICLES, SIDES
from wording.questions.reporting import (
    VOICE_PHRASES,
    Comparison,
    select_clear_differences,
    summarise_rest,
)
from wording.questions.shares.findings import describe as describe_shares
from wording.settings import ALL_OUTLETS

_COMPARISON = Comparison(
    no_test="No difference between headlines and text can be tested: there is only one term.",
    none_clear="No difference between headlines and the text of the same articles is statistically "
    "clear",
)


def sentences(headlines: pd.DataFrame, *, top: int = 6) -> list[str]:
    """Return where headlines differ from the text of the same articles, the clearest first.

    Parameters
    ----------
    headlines : pandas.DataFrame
        The table `headlines` of one concept and voice.
    top : int
        How many differences are described one by one, at most: those of all outlets together
        first, then the clearest of each outlet; the others are counted.
    """
    together = headlines[headlines["outlet"] == ALL_OUTLETS]
    n_articles = int(together["n_articles"].max())
    if headlines["difference"].isna().all():
        return [_explain_too_few(n_articles, headlines["voice"].iloc[0])]
    if headlines["q"].isna().all():
        return [_COMPARISON.no_test]
    clear = select_clear_differences(headlines.assign(other=""))
    is_together = clear["outlet"] == ALL_OUTLETS
    # Of two terms one is chosen as much more as the other is less.
    is_mirrored = headlines["variant"].nunique() == 2
    first = clear[is_together].drop_duplicates("least") if is_mirrored else clear[is_together]
    each = clear[~is_together].drop_duplicates("outlet")
    chosen = pd.concat([first, each]).head(top)
    return [
        *[_describe_difference(row) for row in chosen.itertuples()],
        *summarise_rest(headlines["q"], len(chosen), len(clear), _COMPARISON),
        *_report_left_out(headlines),
    ]


def describe(headlines: pd.DataFrame) -> str:
    """Return what a figure of the shares on both sides shows, in words."""
    labels = {"headline": "In headlines: ", "text": "In the text: "}
    return " ".join(labels[side] + describe_shares(reshape_side(headlines, side)) for side in SIDES)


def reshape_side(headlines: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the shares on one side as a `shares` table: what a figure takes.

    Only outlets with enough articles are in it.

    Parameters
    ----------
    headlines : pandas.DataFrame
        The table `headlines` of one concept.
    side : {"headline", "text"}
        Which shares.
    """
    columns = {f"{name}_{side}": name for name in ("n", "total", "share", "low", "high")}
    known = headlines.dropna(subset="difference")
    kept = known[["concept", "variant", "outlet", "voice", *columns]]
    return kept.rename(columns=columns).reset_index(drop=True)


def _describe_difference(row: Any) -> str:
    whose = VOICE_PHRASES.get(row.voice, "")
    where = "All outlets together" if row.outlet == ALL_OUTLETS else row.outlet
    sign = "+" if row.difference > 0 else "\N{MINUS SIGN}"
    points = format_decimal(abs(100 * row.difference), 0)
    interval = format_interval(row.low, row.high, form=_format_points)
    return (
        f"{where}: “{row.variant}” is {format_percent(row.share_headline)} of "
        f"{format_count(row.total_headline, 'hit')} in headlines and "
        f"{format_percent(row.share_text)} of {row.total_text:,} in the text of the same "
        f"{format_count(row.n_articles, 'article')}{whose} ({sign}{points} points, "
        f"{interval}; {format_q(row.q)})."
    )


def _format_points(value: float) -> str:
    return format_decimal(100 * value, 0).replace("-", "\N{MINUS SIGN}")


def _explain_too_few(n_articles: int, voice: str) -> str:
    articles = format_count(n_articles, "article names", "articles name")
    return (
        f"Headlines and text are not compared: {articles if n_articles else 'no article names'} "
        f"this in both{VOICE_PHRASES.get(voice, '')}, and at least {MIN_PAIRED_ARTICLES} are "
        "needed."
    )


def _report_left_out(headlines: pd.DataFrame) -> list[str]:
    """Return how many outlets have too few articles to be compared."""
    outlets = headlines[headlines["outlet"] != ALL_OUTLETS].drop_duplicates("outlet")
    n_left_out = int(outlets["difference"].isna().sum())
    if not n_left_out:
        return []
    names = format_count(n_left_out, "outlet names", "outlets name")
    return [
        f"{names} this in headline and text of fewer than {MIN_PAIRED_ARTICLES} articles: too few "
        "to be compared alone."
    ]
