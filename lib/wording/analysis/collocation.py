"""Collocates: the words that stand near a variant more often than chance would put them there, and where outlets differ in them.

Which words are collocates is settled by all outlets together, before any difference is looked at. How strongly a word is tied to a variant is told
by measures of the field; how many of an outlet's hits have it near is a share, with the interval and the contrasts of shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wording.analysis import association, resampling
from wording.analysis.shares import contrast_rows, share_rows
from wording.analysis.sides import Choice, placed, sides
from wording.corpus.terms import Terms
from wording.tables import TABLES

ALL = "all outlets"
KEYS = ["concept", "variant"]
FEWEST, TIMES, MOST = 3, 2, 40
"""A collocate of a variant stands near it in at least so many articles, and so many times as often as chance would put it there; of these, those
with the highest logDice, at most so many."""


def collocates(
    neighbours: pd.DataFrame, articles: pd.DataFrame, words: Terms, *, outlets: Sequence[str] | None = None, fewest=FEWEST, most=MOST, **options
) -> pd.DataFrame:
    """Return the collocates of each variant: one row per concept, variant, outlet and collocate near its hits, all outlets together first.

    Parameters
    ----------
    neighbours : the `neighbours` table, in the voices that count
    articles : one row per article: doc_id, outlet, n_words; where there is a column `family`, its articles are drawn together
    words : the articles' words in all voices
    outlets : outlets to compare, in this order (None: all, by name)
    fewest, most : a collocate stands near the variant in so many articles; the `most` with the highest logDice
    options : draws, seed and level of the intervals, as in `shares`

    Returns
    -------
    The columns of the table `collocates` but for the voice; the strongest collocates of all outlets together first. low and high are NaN with
    one article or none, log_dice, pmi, g2 and expected for a word that `words` lacks.
    """
    outlets = sorted(articles["outlet"].unique()) if outlets is None else outlets
    together = articles[articles["outlet"].isin(outlets)].assign(outlet=ALL)
    listed = strongest(associations(neighbours, together, words), fewest=fewest, most=most)
    rows = []
    for where, names in ((together, [ALL]), (articles, list(outlets))):
        found = shares_near(neighbours, where, listed, outlets=names, **options)
        rows.append(found.merge(associations(neighbours, where, words).drop(columns=["n", "n_articles", "total"]), on=[*KEYS, "outlet", "collocate"]))
    return pd.concat(rows, ignore_index=True).assign(voice="all")[list(TABLES["collocates"])]


def collocate_contrasts(
    neighbours: pd.DataFrame, articles: pd.DataFrame, listed: pd.DataFrame, *, against: str = "rest", outlets=None, level=0.95, **options
) -> pd.DataFrame:
    """Return where outlets differ in what stands near a variant: one row per concept, variant, collocate and outlet against the rest, or pair.

    Parameters
    ----------
    listed : concept, variant, collocate: what to compare (more columns do no harm)
    against : "rest" (all the other outlets together) or "pairs" (every pair of outlets)
    others : as in `collocates`

    Returns
    -------
    The columns of the table `collocate_contrasts`; undefined as in `shares.contrasts`.
    """
    found = choices_near(neighbours, articles, listed, outlets=outlets, **options)
    rows = [named(contrast_rows(choice, against, level), variant) for variant, choice in found]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(TABLES["collocate_contrasts"]))
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[list(TABLES["collocate_contrasts"])]


def shares_near(neighbours, articles, listed, *, outlets, level=0.95, **options) -> pd.DataFrame:
    """Return the share of a variant's hits that have each listed word near: one row per concept, variant, collocate and outlet."""
    found = choices_near(neighbours, articles, listed, outlets=outlets, **options)
    rows = [named(share_rows(choice, np.full(len(choice.outlets), np.nan), level), variant) for variant, choice in found]
    columns = [*KEYS, "outlet", "collocate", "n", "n_articles", "total", "share", "low", "high"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def named(table: pd.DataFrame, variant: str) -> pd.DataFrame:
    """Return a table of shares in which the words near a variant stood for variants, with both by their names."""
    return table.rename(columns={"variant": "collocate"}).assign(variant=variant)


def associations(neighbours: pd.DataFrame, articles: pd.DataFrame, words: Terms) -> pd.DataFrame:
    """Return how strongly each word near a variant is tied to it: one row per concept, variant, outlet and word near its hits.

    Returns
    -------
    concept, variant, outlet, collocate; n (hits that have it near), n_articles, total (all hits); n_words (how often it stands near them),
    n_collocate (how often it stands in the outlet's articles), expected; log_dice, pmi, g2.

    Source
    ------
    Surface co-occurrence as in Evert (2008), Corpora and collocations, section 4.1: the words near the hits against all words of the outlet's
    articles. logDice (Rychly 2008) sets the hits that have the word near against all hits and all places of the word.
    """
    located = neighbours.merge(articles[["doc_id", "outlet"]], on="doc_id")
    cells = located.groupby([*KEYS, "outlet", "collocate"], sort=False, observed=True)
    table = cells.agg(n=("n", "sum"), n_articles=("doc_id", "nunique"), n_words=("n_words", "sum")).reset_index()
    whole = table.loc[table["collocate"] == "", [*KEYS, "outlet", "n", "n_words"]].rename(columns={"n": "total", "n_words": "n_near"})
    table = table[table["collocate"] != ""].merge(whole, on=[*KEYS, "outlet"])
    near, everything = table["n_near"].to_numpy(dtype=float), table["outlet"].map(articles.groupby("outlet")["n_words"].sum()).to_numpy(dtype=float)
    often = frequency(table, articles, words)
    cell = (table["n_words"].to_numpy(dtype=float), (near, often), everything)
    dice = association.log_dice(table["n"].to_numpy(dtype=float), (table["total"].to_numpy(dtype=float), often))
    measured = {"expected": near * often / everything, "log_dice": dice, "pmi": association.pmi(*cell), "g2": association.g2(*cell)}
    return table.assign(n_collocate=often, **measured).drop(columns="n_near")


def frequency(table: pd.DataFrame, articles: pd.DataFrame, words: Terms) -> np.ndarray:
    """Return how often each row's collocate stands in all articles of its outlet; NaN for a word that `words` lacks."""
    row = pd.Index(words.articles["doc_id"]).get_indexer(articles["doc_id"])
    outlet, names = pd.factorize(articles["outlet"])
    known, asked = np.unique(pd.Index(words.terms).get_indexer(table["collocate"]), return_inverse=True)
    counts = words.counts[row][:, np.maximum(known, 0)]
    of_outlet = np.stack([counts[outlet == k].sum(axis=0) for k in range(len(names))]).astype(float)
    of_outlet[:, known < 0] = np.nan
    return of_outlet[pd.Index(names).get_indexer(table["outlet"]), asked]


def strongest(table: pd.DataFrame, *, fewest: int = FEWEST, most: int = MOST) -> pd.DataFrame:
    """Return the collocates among the words near each variant, the strongest first: concept, variant, collocate, log_dice."""
    enough = table[(table["n_articles"] >= fewest) & (table["n_words"] >= TIMES * table["expected"])]
    ranked = enough.sort_values(["log_dice", "n", "collocate"], ascending=[False, False, True])
    return ranked.groupby(KEYS, sort=False).head(most)[[*KEYS, "collocate", "log_dice"]]


def choices_near(neighbours, articles, listed, *, outlets=None, draws=999, seed=1) -> list[tuple[str, Choice]]:
    """Return each variant with a `Choice` of its collocates: the hits that have each near, of all hits of the variant."""
    outlets = sorted(articles["outlet"].unique()) if outlets is None else list(outlets)
    found = placed(neighbours, articles)
    found = found[found["outlet"].isin(outlets)]
    parts = dict(iter(found.groupby(KEYS, observed=True)))
    wanted = listed.groupby(KEYS, sort=False, observed=True)["collocate"]
    return [(variant, choice_near(concept, list(of), outlets, parts[concept, variant], draws, seed)) for (concept, variant), of in wanted]


def choice_near(concept, words, outlets, found, draws, seed) -> Choice:
    """Return the `Choice` of the words near one variant, from its rows of the `neighbours` table with outlet and unit."""
    summed = found.pivot_table(index=["outlet", "unit", "doc_id"], columns="collocate", values="n", aggfunc="sum", fill_value=0, observed=True)
    by_article = summed.reindex(columns=["", *words], fill_value=0)
    table = by_article.groupby(level=["outlet", "unit"]).sum()
    hits, outlet_of = table.to_numpy(dtype=float), table.index.get_level_values("outlet").to_numpy(dtype=str)
    own, drawn = sides(hits[:, 1:], hits[:, :1], outlet_of, outlets, draws, seed)
    n_articles = (by_article > 0).groupby(level="outlet").sum().reindex(outlets, fill_value=0).to_numpy()
    return Choice(concept, words, outlets, own, own.rest(drawn), n_articles[:, 1:], n_articles[:, 0])
