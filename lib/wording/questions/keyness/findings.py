"""What the table of keyness says: the clearest terms of each outlet, sentences with numbers, and the lines behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.corpus.lines import CONCEPT, term_hits
from wording.corpus.terms import Terms
from wording.corpus.terms import function_words as listed_words
from wording.phrasing import plural, told_q
from wording.questions.shares.shares import REST
from wording.study.records import Study

VERBS = {"outlet": "writes", "quoted": "quotes", "reported": "reports", "attributed": "quotes or reports", "all": "has"}
NOTHING_TESTED = "No test is possible: that takes two sides with at least two articles each. What stands below is what was counted, ordered by z, which takes words for independent."


def top(table: pd.DataFrame, *, most: int = 5) -> pd.DataFrame:
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
    ranked = more.assign(place=more["outlet"].map(order), surety=-more[by].round(9)).sort_values(["place", "surety", "term"])
    return as_times(ranked.groupby("place").head(most).drop(columns=["place", "surety"]).reset_index(drop=True))


def as_times(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows with times, times_low, times_high (2 to the power of the log ratio and its ends), concept and variant."""
    ends = {"times": "log_ratio", "times_low": "low", "times_high": "high"}
    return table.assign(concept=CONCEPT, variant=table["term"], **{name: np.exp2(table[column]) for name, column in ends.items()})


def surest(table: pd.DataFrame, *, most: int = 300) -> pd.DataFrame:
    """Return so many tested rows of the table, more and less alike, the smallest q first, then the effect that is least near none."""
    table = table[table["q"].notna()]
    nearest = table[["low", "high"]].abs().min(axis=1).where(table["low"] * table["high"] > 0, 0)
    ranked = table.assign(nearest=-nearest.round(9)).sort_values(["q", "nearest", "outlet", "term"])
    return as_times(ranked.head(most).drop(columns="nearest").reset_index(drop=True))


def sentences(table: pd.DataFrame, *, most: int = 8, chance: float = 0.05, level: float = 0.95) -> list[str]:
    """Return how much was tested, the clearest term of each outlet with its numbers, and which outlets are too small to tell.

    Parameters
    ----------
    most : outlets to tell of, those with the clearest terms
    chance : a difference counts when its q is below
    level : of the intervals in the table
    """
    if table.empty:
        return ["Nothing can be compared: that takes two outlets, and terms that stand in enough articles."]
    tested = table["q"].dropna()
    if tested.empty:
        return [_tested(table, chance), NOTHING_TESTED]
    sure = top(table[table["q"] < chance], most=3)
    first = sure.drop_duplicates("outlet").sort_values(["low", "outlet"], ascending=[False, True]).head(most)
    said = [_outlet(row, sure[sure["outlet"] == row.outlet].iloc[1:], level) for row in first.itertuples()]
    if not said:
        said = [
            f"No outlet uses a term more than the other side does, more surely than chance would give (smallest {told_q(tested.min())})."
        ]
    left = sure["outlet"].nunique() - len(first)
    said += [f"The clearest terms of {plural(left, 'further outlet')} are in the table."] if left else []
    return [_tested(table, chance), *said, *_untested(table)]


def _tested(table, chance):
    side = "all the other outlets together" if (table["other"] == REST).all() else table["other"].iloc[0]
    q = table["q"].dropna()
    counted = f"{plural(table['term'].nunique(), 'term')} at {plural(table['outlet'].nunique(), 'outlet')}, each against {side}"
    return (
        f"Compared: {counted}."
        if q.empty
        else f"Compared: {counted}; {(q < chance).sum():,} of {len(q):,} differences have q < {chance:g}."
    )


def _outlet(row, others, level):
    """Return what one outlet uses more: its clearest term with its numbers, then the next ones."""
    other = "the other outlets together" if row.other == REST else row.other
    seen = f"{plural(row.n, 'time')} in {plural(row.n_articles, 'article')}"
    if row.n_other:
        interval = f"{100 * level:.0f} % interval {told_times(row.times_low)} to {told_times(row.times_high)}"
        said = f"“{row.term}” {told_times(row.times)} times as often as {other} ({interval}; {seen}; {told_q(row.q)})"
    else:
        said = f"“{row.term}” {seen}, {other} never (with {100 * level:.0f} % certainty at least {told_times(row.times_low)} times as often; {told_q(row.q)})"
    then = [
        f"“{after.term}” ({f'{told_times(after.times)} times as often' if after.n_other else 'the other side never'})"
        for after in others.itertuples()
    ]
    return f"{row.outlet} {VERBS[row.voice]} {said}" + (f"; then {' and '.join(then)}" if then else "") + "."


def counted_otherwise(shown: pd.DataFrame, otherwise: pd.DataFrame, *, way: str, chance: float = 0.05, most: int = 3) -> list[str]:
    """Return which of the clear terms shown stay clear when copies are counted otherwise; `way` says how, as in "without copies".

    Parameters
    ----------
    shown : rows of `top`
    otherwise : the `keyness` table of the same study, with copies counted the other way
    """
    clear = shown[shown["q"] < chance]
    if clear.empty:
        return []
    other = as_times(otherwise)[["outlet", "term", "times", "q"]]
    both = clear.merge(other, on=["outlet", "term"], how="left", suffixes=("", "_otherwise"))
    lost = both[~(both["q_otherwise"] < chance)]
    said = f"Counted {way}, {len(both) - len(lost):,} of the {plural(len(both), 'clear term')} shown stay so"
    gone = [f"“{row.term}” at {row.outlet} ({_instead(row)})" for row in lost.head(most).itertuples()]
    return [f"{said}." if lost.empty else f"{said}; not {', '.join(gone)}{' and others' if len(lost) > most else ''}."]


def _instead(row):
    if pd.isna(row.times_otherwise):
        return "then not tested"
    return f"{told_times(row.times_otherwise)} times as often instead of {told_times(row.times)}, {told_q(row.q_otherwise)}"


def chosen_how(study: Study, terms: Terms, *, shared: int = 1, function_words: bool = False) -> str:
    """Which terms were tested, and that they were chosen before anything was compared."""
    if not len(terms):
        return "No term stands in enough articles to be tested."
    longest = int(terms.length.max())
    kind = f"words and phrases of up to {longest} words" if longest > 1 else "single words"
    kept = (
        "" if study.has_articles else " (phrases are not kept without the articles, because they would let the text be put together again)"
    )
    said = f"Chosen for the test were {plural(len(terms), 'term')}: the {kind}{kept} that stand in most articles, each in {int(terms.n_articles.min()):,} or more"
    said += f" and at {plural(shared, 'outlet')} or more" if shared > 1 else ""
    left = (
        "" if function_words or not listed_words(study.language) else ", without those that begin or end with a function word such as “the”"
    )
    return f"{said}{left}. The choice was made before anything was compared."


def told_times(ratio: float) -> str:
    """A ratio of rates.

    >>> told_times(3.21), told_times(1234.5), told_times(float("inf"))
    ('3.2', '1,234', 'any number of')
    """
    if np.isinf(ratio):
        return "any number of"
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:,.0f}"


def _untested(table):
    """Return which outlets have too few articles to be tested."""
    none = table.groupby("outlet", sort=False)["q"].count()
    alone = list(none.index[none == 0])
    return [f"Too few articles for a test: {', '.join(alone)}."] if alone else []


def described(shown: pd.DataFrame) -> str:
    """Return what a figure of `top` shows, in words: each outlet's terms and how many times as often it uses them."""
    told = [
        f"{outlet}: {', '.join(f'“{row.term}” {told_times(row.times)} times' for row in rows.itertuples())}."
        for outlet, rows in shown.groupby("outlet", sort=False)
    ]
    return " ".join(told) or "No outlet uses a term more than the others."


def lines_behind(study: Study, terms: Terms, shown: pd.DataFrame) -> pd.DataFrame:
    """Return what stands behind the column `n` of the rows shown: the hits, or the counts per article when the study may not show text."""
    pairs = shown.loc[shown["n"] > 0, ["outlet", "term"]].drop_duplicates()
    rows = _counted(terms, pairs) if study.why_no_text else term_hits(study, pairs, articles=terms.articles, voice=terms.voice)
    ordered = {"variant": pairs["term"].unique(), "outlet": pairs["outlet"].unique()}
    return rows.assign(counted_as=terms.voice, **{name: pd.Categorical(rows[name], categories=values) for name, values in ordered.items()})


def _counted(terms, pairs):
    """Return the counts of the pairs per article: doc_id, outlet, date, url, concept, variant, n."""
    chosen = terms[np.isin(terms.terms, pairs["term"].to_numpy(dtype=object))]
    found = chosen.counts.tocoo()
    about = chosen.articles[["doc_id", "outlet", "date", "url"]].iloc[found.row].reset_index(drop=True)
    named = about.assign(concept=CONCEPT, variant=chosen.terms[found.col], n=found.data)
    return named.merge(pairs.rename(columns={"term": "variant"}), on=["outlet", "variant"])
