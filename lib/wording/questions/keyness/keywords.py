"""The keywords of each outlet: which terms to show, how stable they are, and their lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wording.corpus.lines import KEYNESS_CONCEPT, find_term_hits
from wording.corpus.terms import Terms
from wording.phrasing import format_count, format_q, format_ratio
from wording.questions.reporting import PLACE_SENTENCES, keep_stable_digits
from wording.settings import SIGNIFICANCE_LEVEL
from wording.study.records import StudyRecord
from wording.tables import order_as
from wording.words import read_words

RATIO_COLUMNS = {"times": "log_ratio", "times_low": "low", "times_high": "high"}
"""The columns that say how many times as often, and the binary logarithms that they come from."""


def select_top_keywords(table: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """Return the terms that each outlet uses more than the other side, the clearest first.

    The clearest is the one whose interval ends farthest above no difference: the least that the
    effect may be. Where nothing could be tested, `z` ranks. Terms that another one subsumes are
    left out.

    Parameters
    ----------
    table : pd.DataFrame
        The table `keyness`.
    top : int
        Terms per outlet at most.

    Returns
    -------
    pd.DataFrame
        Rows of the table with the columns of `add_frequency_ratios`.

    References
    ----------
    Evert (2022), "Measuring keyness", proposes this as a measure of its own.
    """
    more = table[(table["log_ratio"] > 0) & (table["subsumed_by"] == "") & (table["n"] > 0)]
    evidence = "low" if table["low"].notna().any() else "z"
    place = {outlet: k for k, outlet in enumerate(table["outlet"].unique())}
    ranked = more.assign(
        place=more["outlet"].map(place), rank=-more[evidence].round(9)
    ).sort_values(["place", "rank", "term"])
    shown = ranked.groupby("place").head(top).drop(columns=["place", "rank"])
    return add_frequency_ratios(shown.reset_index(drop=True))


def select_clearest_terms(table: pd.DataFrame, *, top: int = 300) -> pd.DataFrame:
    """Return the tested rows, used more or less often, the smallest q first.

    Of rows with the same q the one comes first whose interval ends farthest from no difference.

    Parameters
    ----------
    table : pd.DataFrame
        The table `keyness`.
    top : int
        Rows at most.

    Returns
    -------
    pd.DataFrame
        Rows of the table with the columns of `add_frequency_ratios`.
    """
    tested = table[table["q"].notna()]
    excludes_zero = tested["low"] * tested["high"] > 0
    least_effect = tested[["low", "high"]].abs().min(axis=1).where(excludes_zero, 0)
    order = tested.assign(q=keep_stable_digits(tested["q"]), rank=-least_effect.round(9))
    ranked = tested.loc[order.sort_values(["q", "rank", "outlet", "term"]).index]
    return add_frequency_ratios(ranked.head(top).reset_index(drop=True))


def add_frequency_ratios(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows with times, times_low and times_high, concept and variant.

    The ratios of rates are 2 to the power of the log ratio and of the ends of its interval.
    """
    ratios = {name: np.exp2(table[column]) for name, column in RATIO_COLUMNS.items()}
    return table.assign(concept=KEYNESS_CONCEPT, variant=table["term"], **ratios)


def describe_keyness_sensitivity(
    shown: pd.DataFrame,
    otherwise: pd.DataFrame,
    *,
    copies: str,
    max_q: float = SIGNIFICANCE_LEVEL,
    top: int = 3,
) -> list[str]:
    """Return which of the clear terms shown remain clear when copies are counted otherwise.

    Parameters
    ----------
    shown : pd.DataFrame
        Rows of `select_top_keywords`.
    otherwise : pd.DataFrame
        The table `keyness` of the same study, with copies counted the other way.
    copies : str
        How they are counted there: "without copies" or "with copies".
    max_q : float
        A term is clear when its q is below.
    top : int
        Terms to name at most.

    Returns
    -------
    list of str
        One sentence; none where no term shown is clear.
    """
    clear = shown[shown["q"] < max_q]
    if clear.empty:
        return []
    other = add_frequency_ratios(otherwise)[["outlet", "term", "times", "q"]]
    both = clear.merge(other, on=["outlet", "term"], how="left", suffixes=("", "_otherwise"))
    lost = both[~(both["q_otherwise"] < max_q)]
    n_kept = len(both) - len(lost)
    kept = (
        f"{copies.capitalize()}, {n_kept:,} of the {format_count(len(both), 'clear term')} shown "
        f"{'remains' if n_kept == 1 else 'remain'} clear"
    )
    if lost.empty:
        return [f"{kept}."]
    names = [
        f"“{row.term}” at {row.outlet} ({_describe_lost_term(row)})"
        for row in lost.head(top).itertuples()
    ]
    others = " and others" if len(lost) > top else ""
    return [
        f"{kept}; {'this does' if len(lost) == 1 else 'these do'} not: {', '.join(names)}{others}."
    ]


def _describe_lost_term(row: Any) -> str:
    if pd.isna(row.times_otherwise):
        return "not tested then"
    return (
        f"{format_ratio(row.times_otherwise)} times as often instead of "
        f"{format_ratio(row.times)}, {format_q(row.q_otherwise)}"
    )


def describe_term_selection(
    study: StudyRecord, terms: Terms, *, min_outlets: int = 1, function_words: bool = False
) -> str:
    """Return which terms were tested, and that they were chosen before anything was compared.

    Parameters
    ----------
    study : StudyRecord
    terms : Terms
        The terms that were tested.
    min_outlets : int
        Outlets that each had to occur at.
    function_words : bool
        Whether terms that begin or end with a function word were tested too.
    """
    if not len(terms):
        return "No term occurs in enough articles to be tested."
    max_words = int(terms.length.max())
    kind = f"words and phrases of up to {max_words} words" if max_words > 1 else "single words"
    return (
        f"Tested: the {len(terms):,} {kind} that occur in the most articles "
        f"({_describe_limits(terms, min_outlets)})"
        f"{_describe_left_out(study, function_words)}. "
        f"They were chosen before anything was compared. {PLACE_SENTENCES[study.place]}"
        f"{_explain_single_words(study)}"
    )


def _describe_limits(terms: Terms, min_outlets: int) -> str:
    limits = f"at least {int(terms.n_articles.min()):,} each"
    if min_outlets > 1:
        limits += f", at {format_count(min_outlets, 'outlet')} or more"
    return limits


def _describe_left_out(study: StudyRecord, function_words: bool) -> str:
    if function_words or not read_words("function", study.language):
        return ""
    return ", without those that begin or end with a function word such as “the”"


def _explain_single_words(study: StudyRecord) -> str:
    if study.has_articles:
        return ""
    return (
        " Without the articles only single words are stored, because phrases could be used to "
        "reconstruct the text."
    )


def find_keyword_lines(study: StudyRecord, terms: Terms, shown: pd.DataFrame) -> pd.DataFrame:
    """Return what stands behind the column `n` of the rows shown.

    Parameters
    ----------
    study : StudyRecord
    terms : Terms
        The terms that were tested.
    shown : pd.DataFrame
        Rows of the table `keyness`.

    Returns
    -------
    pd.DataFrame
        The hits, or the counts per article when the study may not show text: variant (the term)
        and outlet in the order of the rows shown, `counted_as` the voice.
    """
    pairs = shown.loc[shown["n"] > 0, ["outlet", "term"]].drop_duplicates()
    if study.why_no_text:
        rows = _count_per_article(terms, pairs)
    else:
        rows = find_term_hits(study, pairs, articles=terms.articles, voice=terms.voice)
    order = {"variant": pairs["term"].unique(), "outlet": pairs["outlet"].unique()}
    return order_as(rows.assign(counted_as=terms.voice), order)


def _count_per_article(terms: Terms, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of the pairs of outlet and term in each article."""
    chosen = terms[np.isin(terms.terms, pairs["term"].to_numpy(dtype=object))]
    cells = chosen.counts.tocoo()
    about = chosen.articles[["doc_id", "outlet", "date", "url"]].iloc[cells.row]
    counts = about.reset_index(drop=True).assign(
        concept=KEYNESS_CONCEPT, variant=chosen.terms[cells.col], n=cells.data
    )
    return counts.merge(pairs.rename(columns={"term": "variant"}), on=["outlet", "variant"])
