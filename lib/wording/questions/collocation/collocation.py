"""Collocates: the words that stand near a variant more often than chance would put them there, and where outlets differ in them.

Which words are collocates is settled by all outlets together, before any difference is looked at. How strongly a word is tied to a variant is told
by measures of the field; how many of an outlet's hits have it near is a share, with the interval and the contrasts of shares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.corpus.neighbours import DEFAULT_SPAN, Side, count_study_neighbours
from wording.corpus.terms import Terms, count_study_terms
from wording.questions.design import DEFAULT_DESIGN, DEFAULT_REQUEST, Design, Request
from wording.questions.reporting import keep_stable_digits
from wording.questions.shares.resampled import (
    ConceptComparison,
    add_outlet_and_unit,
    resample_outlets,
)
from wording.questions.shares.shares import build_contrast_table, build_share_table
from wording.settings import ALL_OUTLETS, VOICE_GROUPS, one_of
from wording.stats import association, resampling
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns
from wording.words import read_words

VARIANT_KEYS = ["concept", "variant"]
(
    MIN_ARTICLES_PER_COLLOCATE,
    MIN_OBSERVED_EXPECTED_RATIO,
    MIN_COLLOCATE_G2,
    MAX_COLLOCATES_PER_VARIANT,
) = 3, 2, 10.83, 30
"""A collocate of a variant stands near it in at least so many articles, at least so many times as often as chance would put it there, with at least
so much evidence (G2 at p = 0.001); of these, those with the highest logDice, at most so many."""


def find_study_collocates(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    *,
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    function_words: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `collocates` and `collocate_contrasts` of a study, with its own outlets, draws and seed.

    Parameters
    ----------
    request : whose hits count is its voice; the words near them may be anybody's.
    span, side : how many words on each side of a hit are near, and on which side: both, left or right.
    function_words : list also words such as "of" and "the", which tell grammar rather than framing.

    Raises
    ------
    WordingError
        For an unknown voice or concept, or another span or side than was counted when the articles are not there.
    """
    one_of("voice", request.voice, VOICE_GROUPS)
    near = count_study_neighbours(
        study, request.concepts, span=span, side=side, copies=request.copies
    )
    spoken = near.neighbours[near.neighbours["voice"].isin(VOICE_GROUPS[request.voice])]
    design = Design.of(study, near.articles)
    without = () if function_words else read_words("function", study.language)
    words = count_study_terms(
        study,
        voice="all",
        max_words=1,
        min_articles=MIN_ARTICLES_PER_COLLOCATE,
        copies=request.copies,
    )
    variants = {
        concept: list(study.concepts[concept].variants)
        for concept in request.concepts or study.concepts
    }
    selection = CollocateSelection(variants, without)
    found = find_collocates(spoken, near.articles, words, selection, design).assign(
        voice=request.voice
    )
    contrasted = contrast_collocates(
        spoken, near.articles, found[found["outlet"] == ALL_OUTLETS], request.against, design
    )
    return check_columns(found, "collocates"), check_columns(contrasted, "collocate_contrasts")


@dataclass(frozen=True)
class CollocateSelection:
    """Which of the words near a variant are listed.

    Attributes
    ----------
    variants : mapping of str to sequence of str, optional
        The variants of each concept in order; without it all, by name.
    without : collection of str
        Words that are not listed.
    min_articles : int
        In how many articles a collocate stands near the variant, at least.
    top : int
        How many are listed, at most: those with the highest logDice.
    """

    variants: Mapping[str, Sequence[str]] | None = None
    without: Collection[str] = ()
    min_articles: int = MIN_ARTICLES_PER_COLLOCATE
    top: int = MAX_COLLOCATES_PER_VARIANT


EVERY_COLLOCATE = CollocateSelection()


def find_collocates(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    words: Terms,
    selection: CollocateSelection = EVERY_COLLOCATE,
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return the collocates of each variant: one row per concept, variant, outlet and collocate near its hits, all outlets together first.

    Parameters
    ----------
    neighbours : the `neighbours` table, in the voices that count
    articles : one row per article: doc_id, outlet, n_words; where there is a column `family`, its articles are drawn together
    words : the articles' words in all voices
    selection : which words are listed
    design : which outlets, and how articles are drawn

    Returns
    -------
    The columns of the table `collocates` but for the voice; the strongest collocates of all outlets together first. low and high are NaN with
    one article or none, log_dice, pmi, g2 and expected for a word that `words` lacks.
    """
    outlets = design.list_outlets(articles)
    together = articles[articles["outlet"].isin(outlets)].assign(outlet=ALL_OUTLETS)
    near = count_nearby_words(neighbours, together)
    listed = select_strongest_collocates(
        add_association_scores(near[~near["collocate"].isin(selection.without)], together, words),
        fewest=selection.min_articles,
        most=selection.top,
    )
    if selection.variants is not None:
        listed = pd.concat(
            [
                listed[(listed["concept"] == concept) & (listed["variant"] == name)]
                for concept, of in selection.variants.items()
                for name in of
            ]
        )
    rows = [
        compute_collocate_shares(neighbours, where, listed, words, replace(design, outlets=names))
        for where, names in ((together, [ALL_OUTLETS]), (articles, outlets))
    ]
    return pd.concat(rows, ignore_index=True).assign(voice="all")[list(TABLES["collocates"])]


def contrast_collocates(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    against: str = "rest",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return where outlets differ in what stands near a variant: one row per concept, variant, collocate and outlet against the rest, or pair.

    Parameters
    ----------
    listed : concept, variant, collocate: what to compare (more columns do no harm)
    against : "rest" (all the other outlets together) or "pairs" (every pair of outlets)
    design : which outlets, and how articles are drawn

    Returns
    -------
    The columns of the table `collocate_contrasts`; undefined as in `shares.contrast_shares`.
    """
    compared = resample_collocates(neighbours, articles, listed, design)
    rows = [
        relabel_as_collocates(build_contrast_table(choice, against, design.level), variant)
        for variant, choice in compared
    ]
    table = (
        pd.concat(rows, ignore_index=True)
        if rows
        else pd.DataFrame(columns=list(TABLES["collocate_contrasts"]))
    )
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[
        list(TABLES["collocate_contrasts"])
    ]


def compute_collocate_shares(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    words: Terms,
    design: Design,
) -> pd.DataFrame:
    """Return the share of a variant's hits that have each listed word near, with its association: one row per word and outlet."""
    compared = resample_collocates(neighbours, articles, listed, design)
    if not compared:
        return pd.DataFrame(columns=list(TABLES["collocates"]))
    shares = [
        relabel_as_collocates(
            build_share_table(choice, np.full(len(choice.outlets), np.nan), design.level), variant
        )
        for variant, choice in compared
    ]
    keys = [*VARIANT_KEYS, "outlet", "collocate"]
    counted = count_nearby_words(neighbours, articles)
    whole = counted.drop_duplicates([*VARIANT_KEYS, "outlet"])[[*VARIANT_KEYS, "outlet", "n_near"]]
    table = (
        pd.concat(shares, ignore_index=True)
        .merge(counted[[*keys, "n_words"]], on=keys, how="left")
        .merge(whole, on=keys[:3], how="left")
    )
    return add_association_scores(table.fillna({"n_words": 0, "n_near": 0}), articles, words)


def relabel_as_collocates(table: pd.DataFrame, variant: str) -> pd.DataFrame:
    """Return a table of shares in which the words near a variant stood for variants, with both by their names."""
    return table.rename(columns={"variant": "collocate"}).assign(variant=variant)


def count_nearby_words(neighbours: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the words near each variant: one row per concept, variant, outlet and word.

    Returns
    -------
    concept, variant, outlet, collocate; n (hits that have it near), n_articles, n_words (how often it stands near them); total (all hits),
    n_near (all words near them).
    """
    located = neighbours.merge(articles[["doc_id", "outlet"]], on="doc_id")
    cells = located.groupby([*VARIANT_KEYS, "outlet", "collocate"], sort=False, observed=True)
    table = cells.agg(
        n=("n", "sum"), n_articles=("doc_id", "nunique"), n_words=("n_words", "sum")
    ).reset_index()
    whole = table.loc[table["collocate"] == "", [*VARIANT_KEYS, "outlet", "n", "n_words"]].rename(
        columns={"n": "total", "n_words": "n_near"}
    )
    return table[table["collocate"] != ""].merge(whole, on=[*VARIANT_KEYS, "outlet"])


def add_association_scores(
    table: pd.DataFrame, articles: pd.DataFrame, words: Terms
) -> pd.DataFrame:
    """Return the rows with n_collocate (how often the word stands in the outlet's articles), expected, log_dice, pmi and g2.

    Source
    ------
    Surface co-occurrence as in Evert (2008), Corpora and collocations, section 4.1: the words near the hits against all words of the outlet's
    articles. logDice (Rychlý 2008) sets the hits that have the word near against all hits and all places of the word.
    """
    often, everything = (
        count_outlet_frequencies(table, articles, words),
        table["outlet"].map(articles.groupby("outlet")["n_words"].sum()).astype(float),
    )
    cells = table["n_words"], table["n_near"], often, everything
    return table.assign(
        n_collocate=often,
        expected=table["n_near"] * often / everything,
        log_dice=association.log_dice(table["n"], table["total"], often),
        pmi=association.pmi(*cells),
        g2=np.where(np.isnan(often), np.nan, association.g2(*cells)),
    )


def count_outlet_frequencies(
    table: pd.DataFrame, articles: pd.DataFrame, words: Terms
) -> np.ndarray:
    """Return how often each row's collocate stands in all articles of its outlet; NaN for a word that `words` lacks."""
    row = pd.Index(words.articles["doc_id"]).get_indexer(articles["doc_id"])
    outlet, names = pd.factorize(articles["outlet"])
    known, asked = np.unique(
        pd.Index(words.terms).get_indexer(table["collocate"]), return_inverse=True
    )
    counts = words.counts[row][:, np.maximum(known, 0)]
    of_outlet = np.stack([counts[outlet == k].sum(axis=0) for k in range(len(names))]).astype(float)
    of_outlet[:, known < 0] = np.nan
    return of_outlet[pd.Index(names).get_indexer(table["outlet"]), asked]


def select_strongest_collocates(
    table: pd.DataFrame,
    *,
    fewest: int = MIN_ARTICLES_PER_COLLOCATE,
    most: int = MAX_COLLOCATES_PER_VARIANT,
) -> pd.DataFrame:
    """Return the collocates among the words near each variant, the strongest first: concept, variant, collocate, log_dice."""
    more = (table["n_words"] >= MIN_OBSERVED_EXPECTED_RATIO * table["expected"]) & (
        table["g2"] >= MIN_COLLOCATE_G2
    )
    enough = table[more & (table["n_articles"] >= fewest)]
    ranked = enough.assign(strength=keep_stable_digits(enough["log_dice"])).sort_values(
        ["strength", "n", "collocate"], ascending=[False, False, True]
    )
    return (
        ranked.groupby(VARIANT_KEYS)
        .head(most)
        .sort_values(VARIANT_KEYS, kind="stable")[[*VARIANT_KEYS, "collocate", "log_dice"]]
    )


def resample_collocates(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    design: Design = DEFAULT_DESIGN,
) -> list[tuple[str, ConceptComparison]]:
    """Return each variant with a `ConceptComparison` of its collocates: the hits that have each near, of all hits of the variant."""
    design = replace(design, outlets=design.list_outlets(articles))
    found = add_outlet_and_unit(neighbours, articles)
    found = found[found["outlet"].isin(design.outlets)]
    parts = dict(iter(found.groupby(VARIANT_KEYS, observed=True)))
    wanted = listed.groupby(VARIANT_KEYS, sort=False, observed=True)["collocate"]
    return [
        (
            variant,
            resample_variant_collocates(concept, list(words), parts[concept, variant], design),
        )
        for (concept, variant), words in wanted
    ]


def resample_variant_collocates(
    concept: str, words: list[str], located: pd.DataFrame, design: Design
) -> ConceptComparison:
    """Return the `ConceptComparison` of the words near one variant, from its rows of the `neighbours` table with outlet and unit."""
    outlets = list(design.outlets or [])
    summed = located.pivot_table(
        index=["outlet", "unit", "doc_id"],
        columns="collocate",
        values="n",
        aggfunc="sum",
        fill_value=0,
        observed=True,
    )
    by_article = summed.reindex(columns=["", *words], fill_value=0)
    table = by_article.groupby(level=["outlet", "unit"]).sum()
    hits, outlet_of = (
        table.to_numpy(dtype=float),
        table.index.get_level_values("outlet").to_numpy(dtype=str),
    )
    own, rest = resample_outlets(hits[:, 1:], hits[:, :1], outlet_of, design)
    n_articles = (
        (by_article > 0).groupby(level="outlet").sum().reindex(outlets, fill_value=0).to_numpy()
    )
    return ConceptComparison(
        concept, words, outlets, own, rest, n_articles[:, 1:], n_articles[:, 0]
    )
