"""What the findings of several questions say alike: in whose words, how much, and the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from wording.phrasing import (
    drop_unstable_digits,
    format_count,
    format_percent,
    format_q,
    join_names,
)
from wording.settings import OTHER_OUTLETS, REST_LABEL, SIGNIFICANCE_LEVEL

STABLE_DECIMALS = 9
"""Decimals of a difference that are the same on every processor."""

VOICE_PHRASES = {
    "outlet": " in the outlets' own words",
    "quoted": " in quotation marks",
    "reported": " in reported speech",
    "attributed": " in quoted or reported words",
}
"""In whose words hits stand, to follow their number."""

VOICE_VERBS = {
    "outlet": "writes",
    "quoted": "quotes",
    "reported": "reports",
    "attributed": "quotes or reports",
    "all": "uses",
}
"""What an outlet does with a term that stands in these words."""

PLACE_SENTENCES = {
    "text": "Headlines are not counted.",
    "headline": "Only headlines are counted.",
    "lead": "Only leads (first paragraphs) are counted.",
    "body": "Headlines and leads (first paragraphs) are not counted.",
    "all": "Headlines are counted, too.",
}
"""Where in the articles is counted, as a page says it."""

NO_HITS_MESSAGE = "the outlets do not mention this, or use other words than those in concepts.yml."


@dataclass(frozen=True)
class Comparison:
    """How the differences that are not described one by one are summed up.

    Attributes
    ----------
    no_test : str
        What a test would need, where nothing could be tested.
    none_clear : str
        That nothing differs, without a full stop: the number of comparisons follows.
    noun : str
        What is compared, in the singular.
    """

    no_test: str
    none_clear: str
    noun: str = "difference"


def summarise_rest(
    q: pd.Series, n_described: int, n_clear: int, comparison: Comparison
) -> list[str]:
    """Return how many clear differences are not described, or that none is clear.

    Parameters
    ----------
    q : pandas.Series
        Of all comparisons; NaN where there was no test.
    n_described, n_clear : int
        How many differences are described one by one, and how many are clear: have a q below
        `SIGNIFICANCE_LEVEL`.
    comparison : Comparison
        The words for it.
    """
    tested = q.dropna()
    left = n_clear - n_described
    if tested.empty:
        return [comparison.no_test]
    if left:
        more = format_count(left, f"more {comparison.noun}")
        return [f"{more} {'has' if left == 1 else 'have'} q < {SIGNIFICANCE_LEVEL:g}."]
    if n_described:
        return []
    smallest = f"{format_count(len(tested), 'comparison')}, smallest {format_q(tested.min())}"
    return [f"{comparison.none_clear} ({smallest})."]


def describe_totals(shares: pd.DataFrame, unit: str = "hit") -> list[str]:
    """Return one sentence on all outlets together: which part of the hits each variant has.

    Parameters
    ----------
    shares : pandas.DataFrame
        A `shares` table of one concept and voice.
    unit : str
        What was counted, in the singular.
    """
    if not shares["n"].sum():
        return [f"No {unit}s were found in the compared articles: {NO_HITS_MESSAGE}"]
    n = shares.groupby("variant", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    per_outlet = shares.drop_duplicates("outlet")
    parts = [f"“{name}” {format_percent(count / n.sum())}" for name, count in n[n > 0].items()]
    whose = VOICE_PHRASES.get(shares["voice"].iloc[0], "")
    articles = format_count(per_outlet["total_articles"].sum(), "article")
    outlets = count_outlets(per_outlet.loc[per_outlet["total"] > 0, "outlet"])
    total = format_count(n.sum(), unit)
    return [f"{total}{whose} in {articles} of {outlets}: {', '.join(parts)}."]


def count_outlets(names: Iterable[str]) -> str:
    """Return how many outlets there are, and whether other outlets together are among them.

    >>> count_outlets(["A", "B", "other outlets"])
    '2 outlets and the other outlets'
    """
    single = [name for name in names if name != OTHER_OUTLETS]
    others = " and the other outlets" if len(single) < len(list(names)) else ""
    return f"{format_count(len(single), 'outlet')}{others}"


def select_clear_differences(
    contrasts: pd.DataFrame, max_q: float = SIGNIFICANCE_LEVEL
) -> pd.DataFrame:
    """Return the differences with q below `max_q`, the clearest first.

    Clearest is the one whose interval ends farthest from 0; of mirrored ones "more" comes first.
    The columns `least` and `less` hold the order.
    """
    clear = contrasts[contrasts["q"] < max_q]
    least = clear[["low", "high"]].abs().min(axis=1).where(clear["low"] * clear["high"] > 0, 0)
    ranked = clear.assign(least=-least.round(STABLE_DECIMALS), less=clear["difference"] < 0)
    return ranked.sort_values(["least", "less", "concept", "variant", "outlet", "other"])


def select_more(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the clear differences, the clearest first, each told of the outlet that has more.

    A difference from all other outlets together is left out where the outlet has less.
    """
    clear = select_clear_differences(contrasts)
    is_turned = clear["less"] & (clear["other"] != REST_LABEL)
    turned = clear.assign(
        outlet=clear["outlet"].mask(is_turned, clear["other"]),
        other=clear["other"].mask(is_turned, clear["outlet"]),
    )
    return turned[~clear["less"] | is_turned]


def name_other(other: str) -> str:
    """Return the other side of a difference as it is called in a sentence."""
    return "the other outlets together" if other == REST_LABEL else other


def join_outlets(outlets: Iterable[str], top: int = 4) -> str:
    """Return some outlets by name, and how many more there are."""
    return join_names(outlets, top=top, rest="more outlet")


def keep_stable_digits(values: pd.Series) -> pd.Series:
    """Return the values without the digits that differ between processors, so ties stay ties."""
    return pd.Series(
        [float(drop_unstable_digits(value)) for value in values], index=values.index, dtype=float
    )
