"""What the tables of voices say: how much is attributed, and which terms are only quoted."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import format_interval, format_percent, format_q
from wording.questions.reporting import (
    STABLE_DECIMALS,
    Comparison,
    keep_stable_digits,
    summarise_rest,
)
from wording.questions.shares.findings import describe as describe_shares
from wording.questions.voices.voices import (
    ATTRIBUTED_VOICES,
    MIN_HITS_PER_TERM,
    reshape_voice_shares,
)
from wording.settings import SIGNIFICANCE_LEVEL

_COMPARISON = Comparison(
    no_test="",
    none_clear="No outlet differs clearly from the others in how much of a term it writes in its "
    "own words",
    noun="term",
)


def sentences(voice_shares: pd.DataFrame, own_voice: pd.DataFrame, *, top: int = 5) -> list[str]:
    """Return how much is attributed, and which terms an outlet rather quotes or makes its own.

    Parameters
    ----------
    voice_shares, own_voice : pandas.DataFrame
        The tables `voices` and `own_voice`.
    top : int
        How many terms are described one by one, at most; the others are counted.
    """
    if not voice_shares["n_words"].sum():
        return ["There are no words to compare."]
    return [
        _describe_attributed_part(voice_shares),
        *_describe_voice_range(voice_shares),
        *_describe_clear_terms(own_voice, top),
        *_describe_only_attributed(own_voice, top),
    ]


def headline(voice_shares: pd.DataFrame, own_voice: pd.DataFrame) -> str:
    """Return the clearest difference in whose words a term is, or how much is attributed.

    Parameters
    ----------
    voice_shares, own_voice : pandas.DataFrame
        The tables `voices` and `own_voice`.
    """
    clear = _rank_clear_terms(own_voice)
    if clear.empty:
        is_own = voice_shares["voice"] == "outlet"
        own = voice_shares[is_own].set_index("outlet")["share"].dropna()
        if own.empty:
            return "There are no words to compare"
        least, most = (format_percent(1 - share) for share in (own.max(), own.min()))
        if least == most:
            return f"{most[0].upper()}{most[1:]} of the words are attributed to somebody"
        return f"{own.idxmin()} attributes {most} of its words to somebody, {own.idxmax()} {least}"
    row = clear.iloc[0]
    if row["own_share"] < 0.5 <= row["own_share_rest"]:
        return f"{row['outlet']} mostly leaves “{row['variant']}” to those whom it cites"
    often = "less" if row["own_share"] < row["own_share_rest"] else "more"
    return f"{row['outlet']} writes “{row['variant']}” in its own words {often} often than others"


def describe(voice_shares: pd.DataFrame) -> str:
    """Return what a figure of the voices shows, in words: per voice the range over outlets."""
    return describe_shares(reshape_voice_shares(voice_shares))


def _describe_attributed_part(voice_shares: pd.DataFrame) -> str:
    n_words = voice_shares.groupby("voice")["n_words"].sum()
    attributed = format_percent(1 - n_words["outlet"] / n_words.sum())
    quoted, reported = (format_percent(n_words[v] / n_words.sum()) for v in ATTRIBUTED_VOICES)
    return (
        f"{attributed} of all words are attributed to a speaker: {quoted} in quotation marks, "
        f"{reported} in reported speech."
    )


def _describe_voice_range(voice_shares: pd.DataFrame) -> list[str]:
    by_outlet = voice_shares.pivot(index="outlet", columns="voice", values="share").dropna()
    if len(by_outlet) < 2:
        return []
    own = keep_stable_digits(by_outlet["outlet"].rename(None)).sort_values(kind="stable")
    shown = [format_percent(1 - share) for share in (own.iloc[-1], own.iloc[0])]
    if shown[0] == shown[1]:
        return [f"At every outlet, {shown[0]} of the words are attributed."]
    ends = [
        f"{format_percent(1 - by_outlet.at[name, 'outlet'])} at {name} "
        f"({format_percent(by_outlet.at[name, 'quoted'])} quoted, "
        f"{format_percent(by_outlet.at[name, 'reported'])} reported)"
        for name in (own.index[-1], own.index[0])
    ]
    return [f"By outlet, this ranges from {' to '.join(ends)}."]


def _rank_clear_terms(own_voice: pd.DataFrame) -> pd.DataFrame:
    """Return the clear differences in whose words a term is, the largest first."""
    clear = own_voice[own_voice["q"] < SIGNIFICANCE_LEVEL]
    gap = (clear["own_share"] - clear["own_share_rest"]).abs().round(STABLE_DECIMALS)
    return clear.loc[gap.sort_values(ascending=False, kind="stable").index]


def _describe_clear_terms(own_voice: pd.DataFrame, top: int) -> list[str]:
    clear = _rank_clear_terms(own_voice)
    chosen = clear.head(top)
    described = [_describe_own_voice(row) for row in chosen.itertuples()]
    rest = summarise_rest(own_voice["q"], len(chosen), len(clear), _COMPARISON)
    return described + [sentence for sentence in rest if sentence]


def _describe_own_voice(row: Any) -> str:
    return (
        f"{row.outlet} writes {format_percent(row.own_share)} of its {row.n:,} hits of "
        f"“{row.variant}” in its own words ({format_interval(row.low, row.high)}), the other "
        f"outlets together {format_percent(row.own_share_rest)} of {row.n_rest:,} "
        f"({format_q(row.q)})."
    )


def _describe_only_attributed(own_voice: pd.DataFrame, top: int) -> list[str]:
    """Return which terms an outlet never writes in its own words, but for the clear differences."""
    never = own_voice[(own_voice["n"] >= MIN_HITS_PER_TERM) & (own_voice["n_own"] == 0)].head(top)
    return [
        f"{row.outlet} uses “{row.variant}” {row.n:,} times, never in its own words."
        for row in never.itertuples()
        if not row.q < SIGNIFICANCE_LEVEL
    ]
