"""What the table of keyness says: the clearest terms of each outlet, sentences with numbers, and the lines behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.corpus.lines import KEYNESS_CONCEPT, find_term_hits
from wording.corpus.terms import Terms
from wording.phrasing import (
    format_count,
    format_decimal,
    format_interval,
    format_percent,
    format_q,
    round_half_up,
)
from wording.questions.reporting import keep_stable_digits
from wording.settings import REST_LABEL
from wording.study.records import StudyRecord
from wording.words import read_words

_VOICE_VERBS = {
    "outlet": "writes",
    "quoted": "quotes",
    "reported": "reports",
    "attributed": "quotes or reports",
    "all": "has",
}
_NO_TEST_MESSAGE = "No test is possible: that takes two sides with at least two articles each. What stands below is what was counted, ordered by z, which takes words for independent."


def select_top_keywords(table: pd.DataFrame, *, most: int = 5) -> pd.DataFrame:
    """Return the terms that each outlet uses more than the other, so many an outlet, the clearest first.

    The clearest is the one whose interval ends farthest above no difference: the least that the effect may be (Evert 2022, "Measuring keyness",
    proposes this as a measure of its own). Where nothing could be tested, `z` ranks. Terms that another one tells of are left out.

    Returns
    -------
    The rows of the table, with times, times_low, times_high (how many times as often: 2 to the power of the log ratio), concept and variant.
    """
    more = table[(table["log_ratio"] > 0) & (table["told_by"] == "") & (table["n"] > 0)]
    by = "low" if table["low"].notna().any() else "z"
    order = {outlet: k for k, outlet in enumerate(table["outlet"].unique())}
    ranked = more.assign(place=more["outlet"].map(order), surety=-more[by].round(9)).sort_values(
        ["place", "surety", "term"]
    )
    return add_frequency_ratios(
        ranked.groupby("place").head(most).drop(columns=["place", "surety"]).reset_index(drop=True)
    )


def add_frequency_ratios(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows with times, times_low, times_high (2 to the power of the log ratio and its ends), concept and variant."""
    ends = {"times": "log_ratio", "times_low": "low", "times_high": "high"}
    return table.assign(
        concept=KEYNESS_CONCEPT,
        variant=table["term"],
        **{name: np.exp2(table[column]) for name, column in ends.items()},
    )


def select_clearest_terms(table: pd.DataFrame, *, most: int = 300) -> pd.DataFrame:
    """Return so many tested rows of the table, more and less alike, the smallest q first, then the effect that is least near none."""
    table = table[table["q"].notna()]
    nearest = table[["low", "high"]].abs().min(axis=1).where(table["low"] * table["high"] > 0, 0)
    ranked = table.assign(
        surety=keep_stable_digits(table["q"]), nearest=-nearest.round(9)
    ).sort_values(["surety", "nearest", "outlet", "term"])
    return add_frequency_ratios(
        ranked.head(most).drop(columns=["surety", "nearest"]).reset_index(drop=True)
    )


def sentences(
    table: pd.DataFrame, *, most: int = 8, chance: float = 0.05, level: float = 0.95
) -> list[str]:
    """Return how much was tested, the clearest term of each outlet with its numbers, and which outlets are too small to tell.

    Parameters
    ----------
    most : outlets to tell of, those with the clearest terms
    chance : a difference counts when its q is below
    level : of the intervals in the table
    """
    if table.empty:
        return [
            "Nothing can be compared: that takes two outlets, and terms that stand in enough articles."
        ]
    tested = table["q"].dropna()
    if tested.empty:
        return [_summarise_tests(table, chance), _NO_TEST_MESSAGE]
    sure = select_top_keywords(table[table["q"] < chance], most=3)
    first = (
        sure.drop_duplicates("outlet")
        .assign(surety=lambda rows: keep_stable_digits(rows["low"]))
        .sort_values(["surety", "outlet"], ascending=[False, True])
        .head(most)
    )
    said = [
        _describe_outlet(row, sure[sure["outlet"] == row.outlet].iloc[1:], level)
        for row in first.itertuples()
    ]
    if not said:
        said = [
            f"No outlet uses a term more than the other side does, more surely than chance would give (smallest {format_q(tested.min())})."
        ]
    left = sure["outlet"].nunique() - len(first)
    said += (
        [f"The clearest terms of {format_count(left, 'further outlet')} are in the table."]
        if left
        else []
    )
    return [_summarise_tests(table, chance), *said, *_list_untested_outlets(table)]


def _summarise_tests(table, chance):
    side = (
        "all the other outlets together"
        if (table["other"] == REST_LABEL).all()
        else table["other"].iloc[0]
    )
    q = table["q"].dropna()
    counted = f"{format_count(table['term'].nunique(), 'term')} at {format_count(table['outlet'].nunique(), 'outlet')}, each against {side}"
    return (
        f"Compared: {counted}."
        if q.empty
        else f"Compared: {counted}; {(q < chance).sum():,} of {len(q):,} differences have q < {chance:g}."
    )


def _describe_outlet(row, others, level):
    """Return what one outlet uses more: its clearest term with its numbers, then the next ones."""
    other = "the other outlets together" if row.other == REST_LABEL else row.other
    seen = f"{format_count(row.n, 'time')} in {format_count(row.n_articles, 'article')}"
    if row.n_other:
        interval = format_interval(row.times_low, row.times_high, level, format_ratio)
        said = f"“{row.term}” {format_ratio(row.times)} times as often as {other} ({interval}; {seen}; {format_q(row.q)})"
    else:
        said = f"“{row.term}” {seen}, {other} never (with {format_percent(level)} certainty at least {format_ratio(row.times_low)} times as often; {format_q(row.q)})"
    then = [
        f"“{after.term}” ({f'{format_ratio(after.times)} times as often' if after.n_other else 'the other side never'})"
        for after in others.itertuples()
    ]
    return (
        f"{row.outlet} {_VOICE_VERBS[row.voice]} {said}"
        + (f"; then {' and '.join(then)}" if then else "")
        + "."
    )


def describe_keyness_sensitivity(
    shown: pd.DataFrame, otherwise: pd.DataFrame, *, way: str, chance: float = 0.05, most: int = 3
) -> list[str]:
    """Return which of the clear terms shown stay clear when copies are counted otherwise; `way` says how, as in "without copies".

    Parameters
    ----------
    shown : rows of `select_top_keywords`
    otherwise : the `keyness` table of the same study, with copies counted the other way
    """
    clear = shown[shown["q"] < chance]
    if clear.empty:
        return []
    other = add_frequency_ratios(otherwise)[["outlet", "term", "times", "q"]]
    both = clear.merge(other, on=["outlet", "term"], how="left", suffixes=("", "_otherwise"))
    lost = both[~(both["q_otherwise"] < chance)]
    said = f"Counted {way}, {len(both) - len(lost):,} of the {format_count(len(both), 'clear term')} shown stay so"
    gone = [
        f"“{row.term}” at {row.outlet} ({_describe_lost_term(row)})"
        for row in lost.head(most).itertuples()
    ]
    return [
        f"{said}."
        if lost.empty
        else f"{said}; not {', '.join(gone)}{' and others' if len(lost) > most else ''}."
    ]


def _describe_lost_term(row):
    if pd.isna(row.times_otherwise):
        return "then not tested"
    return f"{format_ratio(row.times_otherwise)} times as often instead of {format_ratio(row.times)}, {format_q(row.q_otherwise)}"


def describe_term_selection(
    study: StudyRecord, terms: Terms, *, shared: int = 1, function_words: bool = False
) -> str:
    """Which terms were tested, and that they were chosen before anything was compared."""
    if not len(terms):
        return "No term stands in enough articles to be tested."
    longest = int(terms.length.max())
    kind = f"words and phrases of up to {longest} words" if longest > 1 else "single words"
    kept = (
        ""
        if study.has_articles
        else " (phrases are not kept without the articles, because they would let the text be put together again)"
    )
    said = f"Chosen for the test were {format_count(len(terms), 'term')}: the {kind}{kept} that stand in most articles, each in {int(terms.n_articles.min()):,} or more"
    said += f" and at {format_count(shared, 'outlet')} or more" if shared > 1 else ""
    left = (
        ""
        if function_words or not read_words("function", study.language)
        else ", without those that begin or end with a function word such as “the”"
    )
    return f"{said}{left}. The choice was made before anything was compared."


def format_ratio(ratio: float) -> str:
    """A ratio of rates.

    >>> format_ratio(3.21), format_ratio(1234.5), format_ratio(float("inf"))
    ('3.2', '1,235', 'any number of')
    """
    if np.isinf(ratio):
        return "any number of"
    rounded = round_half_up(ratio, 1)
    return str(rounded) if rounded < 10 else format_decimal(ratio, 0)


def _list_untested_outlets(table):
    """Return which outlets have too few articles to be tested."""
    none = table.groupby("outlet", sort=False)["q"].count()
    alone = list(none.index[none == 0])
    return [f"Too few articles for a test: {', '.join(alone)}."] if alone else []


def describe(shown: pd.DataFrame) -> str:
    """Return what a figure of `select_top_keywords` shows, in words: each outlet's terms and how many times as often it uses them."""
    told = [
        f"{outlet}: {', '.join(f'“{row.term}” {format_ratio(row.times)} times' for row in rows.itertuples())}."
        for outlet, rows in shown.groupby("outlet", sort=False)
    ]
    return " ".join(told) or "No outlet uses a term more than the others."


def find_keyword_lines(study: StudyRecord, terms: Terms, shown: pd.DataFrame) -> pd.DataFrame:
    """Return what stands behind the column `n` of the rows shown: the hits, or the counts per article when the study may not show text."""
    pairs = shown.loc[shown["n"] > 0, ["outlet", "term"]].drop_duplicates()
    rows = (
        _count_per_article(terms, pairs)
        if study.why_no_text
        else find_term_hits(study, pairs, articles=terms.articles, voice=terms.voice)
    )
    ordered = {"variant": pairs["term"].unique(), "outlet": pairs["outlet"].unique()}
    return rows.assign(
        counted_as=terms.voice,
        **{name: pd.Categorical(rows[name], categories=values) for name, values in ordered.items()},
    )


def _count_per_article(terms, pairs):
    """Return the counts of the pairs per article: doc_id, outlet, date, url, concept, variant, n."""
    chosen = terms[np.isin(terms.terms, pairs["term"].to_numpy(dtype=object))]
    found = chosen.counts.tocoo()
    about = (
        chosen.articles[["doc_id", "outlet", "date", "url"]].iloc[found.row].reset_index(drop=True)
    )
    named = about.assign(concept=KEYNESS_CONCEPT, variant=chosen.terms[found.col], n=found.data)
    return named.merge(pairs.rename(columns={"term": "variant"}), on=["outlet", "variant"])
