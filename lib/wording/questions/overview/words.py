"""What a few documents write: each term in the words of the text, by voice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from wording.phrasing import format_count, join_names
from wording.tables import check_columns

MAX_DOCUMENTS = 12
"""Up to this many articles are shown one by one, with their words, instead of by outlet."""


def label_documents(articles: pd.DataFrame, *, with_titles: bool) -> pd.Series:
    """Return what to call each article, by doc_id: its outlet, where that is enough.

    Parameters
    ----------
    articles : pandas.DataFrame
        doc_id, outlet, title.
    with_titles : bool
        Whether titles may be shown.
    """
    outlets = articles.set_index("doc_id")["outlet"].astype(str)
    if outlets.is_unique:
        return outlets
    ids = pd.Series(outlets.index, outlets.index).astype(str)
    titles = articles.set_index("doc_id")["title"].fillna("") if with_titles else ids
    labels = outlets + ": " + titles.where(titles != "", ids)
    return labels.where(~labels.duplicated(keep=False), outlets + ": " + ids)


def compute_words(lines: pd.DataFrame) -> pd.DataFrame:
    """Return how often each article writes each word of a concept, in each voice.

    Parameters
    ----------
    lines : pandas.DataFrame
        The hits, with `node`; or counts per article, where the words may not be shown: then a
        variant stands for them.

    Returns
    -------
    pandas.DataFrame
        The table `overview_words`. Of spellings that differ only in case the commonest is given.
    """
    n = lines["n"] if "n" in lines else pd.Series(1, lines.index)
    written = lines["node" if "node" in lines else "variant"].astype(str)
    keys = ["doc_id", "outlet", "concept", "variant", "voice"]
    counted = lines.assign(n=n, word=written, folded=written.str.casefold())
    spelled = (
        counted.groupby([*keys, "folded", "word"], observed=True, sort=True)["n"]
        .sum()
        .reset_index()
        .sort_values("n", ascending=False, kind="stable")
    )
    first = spelled.groupby([*keys, "folded"], observed=True, sort=False)
    table = first.agg(word=("word", "first"), n=("n", "sum")).reset_index()
    return check_columns(table.sort_values([*keys, "folded"], kind="stable"), "overview_words")


def name_clearest_choice(words: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Return what documents call one thing differently, in a few words: of the commonest such.

    Parameters
    ----------
    words : pandas.DataFrame
        The table `overview_words`, with `document`.
    titles : mapping of str to str
        What to call each concept.
    """
    told = describe_choices(words, titles)
    if told:
        return told[0]
    return "No two documents call one thing differently in their own words"


def describe_choices(words: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Return what each document calls each thing, where they differ, most hits first.

    Parameters
    ----------
    words : pandas.DataFrame
        The table `overview_words`, with `document`.
    titles : mapping of str to str
        What to call each concept.
    """
    own = words[words["voice"] == "outlet"]
    n = own.groupby("concept", observed=True)["n"].sum().sort_values(ascending=False, kind="stable")
    told = ((concept, _describe_choice(own[own["concept"] == concept])) for concept in n.index)
    return [f"{titles[str(concept)]}: {said}" for concept, said in told if said]


def describe_words(words: pd.DataFrame, titles: Mapping[str, str], *, top: int = 6) -> list[str]:
    """Return which terms each document writes most, where they differ, and how much there is.

    Parameters
    ----------
    words : pandas.DataFrame
        The table `overview_words`, with `document`.
    titles : mapping of str to str
        What to call each concept.
    top : int
        How many concepts are told of, at most: those with most hits.
    """
    n_documents = words["document"].nunique()
    if not n_documents:
        return ["No hits were found in these documents."]
    own = words[words["voice"] == "outlet"]
    told = [f"{said}." for said in describe_choices(words, titles)]
    size = (
        f"{format_count(int(words['n'].sum()), 'hit')} in "
        f"{format_count(n_documents, 'document')}, {int(own['n'].sum()):,} of them in the "
        "documents' own words. So few documents show only what they say: nothing is tested."
    )
    return [*told[:top], size]


def _describe_choice(rows: pd.DataFrame) -> str:
    """Return what each document calls one thing most often; empty where all call it the same."""
    sums = rows.groupby(["document", "variant"], observed=True, sort=False)["n"].sum().reset_index()
    is_most = sums["n"] == sums.groupby("document", observed=True)["n"].transform("max")
    most = sums[is_most].groupby("document", observed=True)["variant"].agg(tuple)
    if most.nunique() < 2:
        return ""
    said: list[str] = []
    for variants, group in most.groupby(most, sort=False):
        verb = "" if said else (" writes" if len(group) == 1 else " write")
        terms = join_names(f"“{name}”" for name in variants)
        said.append(f"{join_names(group.index.astype(str))}{verb} {terms}")
    return ", ".join(said)
