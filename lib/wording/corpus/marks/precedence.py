"""Which of several articles was first, as far as their times and the agencies they credit show.

Two times with zones are compared as moments. Otherwise the dates decide, as they are written: a
time without a zone says nothing against another outlet's time on the same day. An agency's own
article comes before those of other outlets that credit the agency, whatever their times.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from wording.corpus.marks.agencies import map_agency_names

OUTLET_AFFIXES = re.compile(r"^(?:www\.|the )+|(?:[ .]?news)?(?: agency| wire)?(?:\.[a-z]{2,3})*$")
"""What an agency's outlet may have about its name: "The Associated Press", "Reuters.com"."""


def order_by_precedence(table: pl.DataFrame) -> np.ndarray:
    """Return the rows from the earliest to the latest.

    By moment, on one day those without a time last, undated ones at the end; then agencies that
    others credit come first, and articles that credit an agency last; then the longest; then by
    doc_id.
    """
    keys = rank_credits(table).select(
        estimate_moment(),
        "rank",
        "doc_id",
        n=-(pl.col("n_words") + pl.col("n_boilerplate")).cast(pl.Int64),
        row=pl.int_range(pl.len()),
    )
    return keys.sort("moment", "rank", "n", "doc_id", nulls_last=True)["row"].to_numpy()


def invert_permutation(order: np.ndarray) -> np.ndarray:
    """Return the place of each row in `order`, int64."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def estimate_moment() -> pl.Expr:
    """Return the moment of each article: its time, else the last second of its date."""
    time = pl.col("time").str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us")
    end = pl.col("date").cast(pl.Datetime("us")) + pl.duration(seconds=86_399)
    return pl.coalesce(time, end).alias("moment")


def rank_credits(table: pl.DataFrame) -> pl.DataFrame:
    """Return the articles with the agency whose outlet each is from, and those it credits.

    Returns
    -------
    Added are source (null: no agency's outlet), credits (agencies of other outlets) and rank: 0
    for an agency's article where others credit it, 2 for one that credits others, else 1.
    """
    sources = name_outlet_agencies(table["outlet"])
    credits = pl.col("agency").str.split(", ").list.set_difference(pl.concat_list("source"))
    credits = credits.list.drop_nulls()
    credited = table.with_columns(source=sources).with_columns(
        credits=pl.when(credits.list.len() > 0).then(credits)
    )
    known = credited["credits"].drop_nulls().explode().unique()
    return credited.with_columns(
        rank=pl.when(pl.col("source").is_in(known.to_list()))
        .then(0)
        .when(pl.col("credits").is_not_null())
        .then(2)
        .otherwise(1)
    )


def name_outlet_agencies(outlets: pl.Series) -> pl.Series:
    """Return the agency that each outlet is, as agencies.yml calls it; null for any other."""
    names = {way.casefold(): name for way, name in map_agency_names().items()}
    agencies = {}
    for outlet in outlets.unique().drop_nulls():
        folded = " ".join(outlet.casefold().split())
        agencies[outlet] = names.get(folded) or names.get(OUTLET_AFFIXES.sub("", folded))
    return outlets.replace_strict(agencies, default=None, return_dtype=pl.String)


def put_agencies_first(table: pl.DataFrame, order: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return the rows by precedence, an agency's article before the first that credits it.

    Parameters
    ----------
    table : the articles.
    order : their rows by precedence.
    first : the row of the first article of each one's family, by time.
    """
    place = invert_permutation(order)
    ranked = (
        rank_credits(table)
        .select("source", "credits")
        .with_columns(row=pl.int_range(pl.len()), first=pl.Series(first), place=pl.Series(place))
    )
    credits = ranked.filter(pl.col("row") == pl.col("first")).select("first", "credits")
    sources = ranked.drop_nulls("source").join(credits.explode("credits"), on="first")
    earliest = (
        sources.filter(pl.col("source") == pl.col("credits_right"))
        .sort("place")
        .unique("first", keep="first", maintain_order=True)
    )
    twice = 2 * place
    twice[earliest["row"].to_numpy()] = twice[earliest["first"].to_numpy()] - 1
    return np.argsort(twice)


def flag_ties(table: pl.DataFrame, first: np.ndarray) -> np.ndarray:
    """Return which articles are one of several that may have been first in their family, bool.

    They are the first of the family, and those of other outlets that neither credit its agency nor
    are known to be later.

    Parameters
    ----------
    table : the articles.
    first : the row of the first article of each one's family.
    """
    articles = rank_credits(table).select(
        "outlet", "date", "source", "credits", estimate_moment(), is_zoned=has_zone()
    )
    firsts = articles[first].rename(lambda name: f"first_{name}")
    both = pl.concat([articles, firsts], how="horizontal").with_row_index("row")
    unknown = (
        both.with_columns(first=pl.Series(first))
        .filter(
            (pl.col("row") != pl.col("first"))
            & (pl.col("outlet") != pl.col("first_outlet"))
            & ~pl.col("credits").list.contains(pl.col("first_source")).fill_null(False)
            & ~is_known_later()
        )
        .select("row", "first")
    )
    ties = np.zeros(len(first), bool)
    ties[unknown["row"].to_numpy()] = ties[unknown["first"].to_numpy()] = True
    return ties


def has_zone() -> pl.Expr:
    """Return whether the zone of an article's time is known."""
    return pl.col("time").str.ends_with("Z").fill_null(False)


def is_known_later() -> pl.Expr:
    """Return whether an article is known to be later than its family's first."""
    is_later = pl.col("moment") > pl.col("first_moment")
    is_zoned = pl.col("is_zoned") & pl.col("first_is_zoned")
    next_day = pl.col("date") > pl.col("first_date")
    return (is_later & (is_zoned | next_day)).fill_null(False)
