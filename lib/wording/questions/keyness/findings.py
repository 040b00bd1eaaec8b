"""What the table of keyness says, in sentences with numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.phrasing import (
    format_count,
    format_interval,
    format_percent,
    format_q,
    format_ratio,
    join_names,
)
from wording.questions.keyness.keywords import select_top_keywords
from wording.questions.reporting import VOICE_VERBS, keep_stable_digits, name_other
from wording.settings import REST_LABEL, SIGNIFICANCE_LEVEL

_NOTHING_COMPARED_MESSAGE = (
    "Nothing can be compared: a comparison needs at least two outlets, and terms that occur in "
    "enough articles."
)
_NO_TEST_MESSAGE = (
    "No test is possible: it needs at least two articles on each side. The terms below are ranked "
    "by z, which treats every word as independent."
)
_TERMS_PER_SENTENCE = 3


def sentences(
    table: pd.DataFrame, *, top: int = 8, max_q: float = SIGNIFICANCE_LEVEL, level: float = 0.95
) -> list[str]:
    """Return how much was tested, each outlet's clearest term, and which outlets are too small.

    Parameters
    ----------
    table : pd.DataFrame
        The table `keyness`.
    top : int
        Outlets to describe at most, those with the clearest terms.
    max_q : float
        A difference counts when its q is below.
    level : float
        Of the intervals in the table.
    """
    if table.empty:
        return [_NOTHING_COMPARED_MESSAGE]
    if table["q"].isna().all():
        return [_summarise_tests(table, max_q), _NO_TEST_MESSAGE]
    return [
        _summarise_tests(table, max_q),
        *_describe_outlets(table, top, max_q, level),
        *_list_untested_outlets(table),
    ]


def headline(table: pd.DataFrame, *, max_q: float = SIGNIFICANCE_LEVEL) -> str:
    """Return the clearest term of the two outlets that have the clearest, or that there is none.

    Parameters
    ----------
    table : pd.DataFrame
        The table `keyness`.
    max_q : float
        A difference counts when its q is below.
    """
    if table["q"].isna().all():
        return "Too few articles to compare words"
    first = _rank_outlets(select_top_keywords(table[table["q"] < max_q], top=1)).head(2)
    if first.empty:
        return "No outlet uses a term clearly more often than the others"
    terms = [f"{row.outlet} by “{row.term}”" for row in first.itertuples()]
    return f"What stands out: {join_names(terms)}"


def describe(shown: pd.DataFrame) -> str:
    """Return what a figure of `select_top_keywords` shows, in words.

    Each outlet's terms, and how many times as often it uses them as the other side.
    """
    if shown.empty:
        return "No outlet uses a term more often than the others."
    return " ".join(
        f"{outlet}: {', '.join(_format_times(row) for row in rows.itertuples())}."
        for outlet, rows in shown.groupby("outlet", sort=False)
    )


def _format_times(row: Any) -> str:
    return f"“{row.term}” {format_ratio(row.times)} times"


def describe_style_terms(styled: pd.DataFrame, *, max_q: float = SIGNIFICANCE_LEVEL) -> list[str]:
    """Return how many clear differences are of terms that identify an outlet, and which are first.

    Parameters
    ----------
    styled : pd.DataFrame
        The rows of the table `keyness` of those terms.
    max_q : float
        A difference is clear when its q is below.
    """
    clear = styled[(styled["q"] < max_q) & (styled["log_ratio"] > 0)]
    if clear.empty:
        return []
    ranked = clear.assign(rank=-keep_stable_digits(clear["low"])).sort_values(["rank", "term"])
    terms = [f"“{term}”" for term in ranked["term"].drop_duplicates()]
    are = "difference is" if len(clear) == 1 else "differences are"
    return [
        f"{len(clear):,} more clear {are} set apart as house style (names, addresses, fixed parts "
        f"of a page): {join_names(terms, top=_TERMS_PER_SENTENCE, rest='other term')}."
    ]


def _summarise_tests(table: pd.DataFrame, max_q: float) -> str:
    rest_only = (table["other"] == REST_LABEL).all()
    side = "all the other outlets together" if rest_only else table["other"].iloc[0]
    q = table["q"].dropna()
    compared = (
        f"Compared: {format_count(table['term'].nunique(), 'term')} at "
        f"{format_count(table['outlet'].nunique(), 'outlet')}, each against {side}"
    )
    if q.empty:
        return f"{compared}."
    return f"{compared}; {(q < max_q).sum():,} of {len(q):,} differences have q < {max_q:g}."


def _describe_outlets(table: pd.DataFrame, top: int, max_q: float, level: float) -> list[str]:
    """Return one sentence per outlet, the one with the clearest term first."""
    clear = select_top_keywords(table[table["q"] < max_q], top=_TERMS_PER_SENTENCE)
    if clear.empty:
        smallest = format_q(table["q"].min())
        return [
            "No outlet uses any term significantly more often than the other side "
            f"(smallest {smallest})."
        ]
    first = _rank_outlets(clear)
    described = [
        _describe_outlet(row, clear[clear["outlet"] == row.outlet].iloc[1:], level)
        for row in first.head(top).itertuples()
    ]
    left = len(first) - len(described)
    if left:
        has = "has" if left == 1 else "have"
        described.append(f"{format_count(left, 'further outlet')} {has} clear terms, too.")
    return described


def _rank_outlets(clear: pd.DataFrame) -> pd.DataFrame:
    """Return the first row of each outlet, the one with the clearest term first."""
    first = clear.drop_duplicates("outlet")
    return first.assign(rank=-keep_stable_digits(first["low"])).sort_values(["rank", "outlet"])


def _describe_outlet(row: Any, next_terms: pd.DataFrame, level: float) -> str:
    """Return what one outlet uses more: its clearest term with its numbers, then the next ones."""
    clearest = _describe_term(row, level)
    others = join_names(_describe_next_term(term) for term in next_terms.itertuples())
    then = f"; then {others}" if others else ""
    return f"{row.outlet} {VOICE_VERBS[row.voice]} {clearest}{then}."


def _describe_term(row: Any, level: float) -> str:
    other = name_other(row.other)
    hits = f"{format_count(row.n, 'time')} in {format_count(row.n_articles, 'article')}"
    if row.n_other:
        interval = format_interval(row.times_low, row.times_high, level, format_ratio)
        return (
            f"“{row.term}” {format_ratio(row.times)} times as often as {other} "
            f"({interval}; {hits}; {format_q(row.q)})"
        )
    never = (
        "the other outlets never use it" if row.other == REST_LABEL else f"{other} never uses it"
    )
    return (
        f"“{row.term}” {hits}; {never} ({format_percent(level)} interval: at least "
        f"{format_ratio(row.times_low)} times as often; {format_q(row.q)})"
    )


def _describe_next_term(row: Any) -> str:
    if not row.n_other:
        return f"“{row.term}” (the other side never)"
    return f"“{row.term}” ({format_ratio(row.times)} times as often)"


def _list_untested_outlets(table: pd.DataFrame) -> list[str]:
    """Return which outlets have too few articles to be tested."""
    n_tested = table.groupby("outlet", sort=False)["q"].count()
    untested = n_tested.index[n_tested == 0]
    if untested.empty:
        return []
    return [f"Too few articles for a test: {join_names(untested)}."]
