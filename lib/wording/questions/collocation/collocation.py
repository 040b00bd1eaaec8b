"""Collocates: words that occur near a variant more often than expected, and where outlets differ.

Which words are collocates is settled by all outlets together, before any difference is looked at.
How strongly a word is tied to a variant is told by measures of the field; how many of an outlet's
hits have it near is a share, with the interval and the contrasts of shares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.corpus.counts import select_concepts
from wording.corpus.neighbours import DEFAULT_SPAN, Side, count_study_neighbours
from wording.corpus.terms import Terms, count_study_terms
from wording.questions.design import DEFAULT_DESIGN, DEFAULT_REQUEST, Design, Request
from wording.questions.reporting import keep_stable_digits
from wording.questions.shares.resampled import (
    ConceptComparison,
    add_outlet_and_unit,
    resample_outlets,
    sum_members,
)
from wording.questions.shares.shares import build_contrast_table, build_share_table
from wording.settings import ALL_OUTLETS, VOICE_GROUPS, one_of
from wording.stats import association, resampling
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns
from wording.words import read_words

VARIANT_KEYS = ["concept", "variant"]

MIN_ARTICLES_PER_COLLOCATE = 3
"""Articles in which a collocate occurs near the variant, at least."""

MIN_OBSERVED_EXPECTED_RATIO = 2
"""How many times as often as expected by chance a collocate occurs near the variant, at least."""

MIN_COLLOCATE_G2 = 10.83
"""Evidence that a collocate occurs near the variant more often than expected: G2 at p = 0.001."""

MAX_COLLOCATES_PER_VARIANT = 30
"""Collocates of a variant at most: those with the highest logDice."""


def find_study_collocates(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    *,
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    function_words: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `collocates` and `collocate_contrasts` of a study, by its own design.

    Parameters
    ----------
    study : StudyRecord
    request : Request
        Its voice says whose hits count; the words near them may be anybody's.
    span, side : int, str
        How many words on each side of a hit are near, and on which side: both, left or right.
    function_words : bool
        Whether words such as "of" and "the" are listed too, which tell grammar rather than framing.

    Raises
    ------
    WordingError
        For an unknown voice or concept, or another span or side than was counted when the articles
        are not there.
    """
    one_of("voice", request.voice, VOICE_GROUPS)
    near = count_study_neighbours(
        study, request.concepts, span=span, side=side, copies=request.copies
    )
    spoken = near.neighbours[near.neighbours["voice"].isin(VOICE_GROUPS[request.voice])]
    words = count_study_terms(
        study,
        voice="all",
        max_words=1,
        min_articles=MIN_ARTICLES_PER_COLLOCATE,
        copies=request.copies,
    )
    concepts = select_concepts(study, request.concepts)
    variants = {name: list(concept.variants) for name, concept in concepts.items()}
    without = () if function_words else read_words("function", study.language)
    selection, design = CollocateSelection(variants, without), Design.of(study, near.articles)
    collocates = find_collocates(spoken, near.articles, words, selection, design)
    collocates = collocates.assign(voice=request.voice)
    together = collocates[collocates["outlet"] == ALL_OUTLETS]
    contrasts = contrast_collocates(spoken, near.articles, together, request.against, design)
    return (
        check_columns(collocates, "collocates"),
        check_columns(contrasts, "collocate_contrasts"),
    )


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
        In how many articles a collocate occurs near the variant, at least.
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
    """Return the collocates of each variant, at all outlets together and at each.

    Parameters
    ----------
    neighbours : pd.DataFrame
        The table `neighbours`, in the voices that count.
    articles : pd.DataFrame
        One row per article: doc_id, outlet, n_words; where there is a column `family`, its articles
        are drawn together.
    words : Terms
        The articles' words in all voices.
    selection : CollocateSelection
        Which words are listed.
    design : Design
        Which outlets, and how articles are drawn.

    Returns
    -------
    pd.DataFrame
        The columns of the table `collocates`, whose voice is "all": one row per concept, variant,
        outlet and collocate, the strongest of all outlets together first. low and high are NaN with
        one article or none; log_dice, pmi, g2 and expected for a word that `words` lacks.
    """
    outlets = design.list_outlets(articles)
    together = articles[articles["outlet"].isin(outlets)].assign(outlet=ALL_OUTLETS)
    listed = _list_collocates(neighbours, together, words, selection)
    all_outlets = compute_collocate_shares(
        neighbours, together, listed, words, replace(design, outlets=[ALL_OUTLETS])
    )
    single_outlets = compute_collocate_shares(
        neighbours, articles, listed, words, replace(design, outlets=outlets)
    )
    table = pd.concat([all_outlets, single_outlets], ignore_index=True).assign(voice="all")
    return table[list(TABLES["collocates"])]


def _list_collocates(
    neighbours: pd.DataFrame, together: pd.DataFrame, words: Terms, selection: CollocateSelection
) -> pd.DataFrame:
    """Return the collocates of each variant, the variants in order, the strongest first."""
    near = count_nearby_words(neighbours, together)
    scored = add_association_scores(
        near[~near["collocate"].isin(selection.without)], together, words
    )
    strongest = select_strongest_collocates(
        scored, min_articles=selection.min_articles, top=selection.top
    )
    if selection.variants is None:
        return strongest
    pairs = [
        (concept, variant)
        for concept, variants in selection.variants.items()
        for variant in variants
    ]
    groups = dict(iter(strongest.groupby(VARIANT_KEYS, observed=True)))
    return pd.concat([strongest.iloc[:0], *(groups[pair] for pair in pairs if pair in groups)])


def contrast_collocates(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    against: str = "rest",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return where outlets differ in what occurs near a variant.

    Parameters
    ----------
    neighbours, articles : pd.DataFrame
        As for `find_collocates`.
    listed : pd.DataFrame
        concept, variant, collocate: what to compare (more columns do no harm).
    against : str
        "rest" (all the other outlets together) or "pairs" (every pair of outlets).
    design : Design
        Which outlets, and how articles are drawn.

    Returns
    -------
    pd.DataFrame
        The table `collocate_contrasts`: one row per concept, variant, collocate and outlet against
        the rest, or pair; undefined as in `contrast_shares`.
    """
    tables = [
        relabel_as_collocates(build_contrast_table(comparison, against, design.level), variant)
        for variant, comparison in resample_collocates(neighbours, articles, listed, design)
    ]
    columns = list(TABLES["collocate_contrasts"])
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[columns]


def compute_collocate_shares(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    words: Terms,
    design: Design,
) -> pd.DataFrame:
    """Return the share of a variant's hits with each listed word near, and its association.

    Parameters
    ----------
    neighbours, articles, listed
        As for `contrast_collocates`.
    words : Terms
        The articles' words in all voices.
    design : Design
        Which outlets, and how articles are drawn.

    Returns
    -------
    pd.DataFrame
        One row per collocate and outlet.
    """
    tables = [
        relabel_as_collocates(_build_shares(comparison, design.level), variant)
        for variant, comparison in resample_collocates(neighbours, articles, listed, design)
    ]
    if not tables:
        return pd.DataFrame(columns=list(TABLES["collocates"]))
    outlet_keys = [*VARIANT_KEYS, "outlet"]
    keys = [*outlet_keys, "collocate"]
    near = count_nearby_words(neighbours, articles)
    totals = near.drop_duplicates(outlet_keys)[[*outlet_keys, "n_near"]]
    table = (
        pd.concat(tables, ignore_index=True)
        .merge(near[[*keys, "n_words"]], on=keys, how="left")
        .merge(totals, on=outlet_keys, how="left")
    )
    return add_association_scores(table.fillna({"n_words": 0, "n_near": 0}), articles, words)


def _build_shares(comparison: ConceptComparison, level: float) -> pd.DataFrame:
    """Return the table of shares, without rates per words."""
    no_words = np.full(len(comparison.outlets), np.nan)
    return build_share_table(comparison, no_words, level)


def relabel_as_collocates(table: pd.DataFrame, variant: str) -> pd.DataFrame:
    """Return a table whose variants are the words near a variant, with both by their names."""
    return table.rename(columns={"variant": "collocate"}).assign(variant=variant)


def count_nearby_words(neighbours: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the words near each variant: one row per concept, variant, outlet and word.

    Returns
    -------
    pd.DataFrame
        concept, variant, outlet, collocate; n (hits that have it near), n_articles, n_words (how
        often it occurs near them); total (all hits), n_near (all words near them).
    """
    located = neighbours.merge(articles[["doc_id", "outlet"]], on="doc_id")
    keys = [*VARIANT_KEYS, "outlet"]
    cells = located.groupby([*keys, "collocate"], sort=False, observed=True)
    table = cells.agg(
        n=("n", "sum"), n_articles=("doc_id", "nunique"), n_words=("n_words", "sum")
    ).reset_index()
    is_total = table["collocate"] == ""
    totals = table.loc[is_total, [*keys, "n", "n_words"]]
    totals = totals.rename(columns={"n": "total", "n_words": "n_near"})
    return table[~is_total].merge(totals, on=keys)


def add_association_scores(
    table: pd.DataFrame, articles: pd.DataFrame, words: Terms
) -> pd.DataFrame:
    """Return the rows with n_collocate, expected, log_dice, pmi and g2.

    Parameters
    ----------
    table : pd.DataFrame
        As of `count_nearby_words`.
    articles : pd.DataFrame
        doc_id, outlet, n_words.
    words : Terms
        The articles' words in all voices.

    References
    ----------
    Surface co-occurrence as in Evert (2008), Corpora and collocations, section 4.1: the words near
    the hits against all words of the outlet's articles. logDice (Rychlý 2008) sets the hits that
    have the word near against all hits and all places of the word.
    """
    n_collocate = count_outlet_frequencies(table, articles, words)
    outlet_words = articles.groupby("outlet")["n_words"].sum()
    n_all = table["outlet"].map(outlet_words).astype(float)
    cells = table["n_words"], table["n_near"], n_collocate, n_all
    return table.assign(
        n_collocate=n_collocate,
        expected=table["n_near"] * n_collocate / n_all,
        log_dice=association.log_dice(table["n"], table["total"], n_collocate),
        pmi=association.pmi(*cells),
        g2=np.where(np.isnan(n_collocate), np.nan, association.g2(*cells)),
    )


def count_outlet_frequencies(
    table: pd.DataFrame, articles: pd.DataFrame, words: Terms
) -> np.ndarray:
    """Return how often each row's collocate occurs in all articles of its outlet.

    NaN for a word that `words` lacks.
    """
    if not len(table) or not words.counts.shape[1]:
        return np.full(len(table), np.nan)
    row = pd.Index(words.articles["doc_id"]).get_indexer(articles["doc_id"])
    outlet, names = pd.factorize(articles["outlet"])
    number = pd.Index(words.terms).get_indexer(table["collocate"])
    column, column_of_row = np.unique(number, return_inverse=True)
    counts = words.counts[row][:, np.maximum(column, 0)]
    by_outlet = [counts[outlet == k].sum(axis=0) for k in range(len(names))]
    frequencies = np.stack(by_outlet).astype(float)
    frequencies[:, column < 0] = np.nan
    return frequencies[pd.Index(names).get_indexer(table["outlet"]), column_of_row]


def select_strongest_collocates(
    table: pd.DataFrame,
    *,
    min_articles: int = MIN_ARTICLES_PER_COLLOCATE,
    top: int = MAX_COLLOCATES_PER_VARIANT,
) -> pd.DataFrame:
    """Return the collocates among the words near each variant, the strongest first.

    Parameters
    ----------
    table : pd.DataFrame
        As of `add_association_scores`.
    min_articles : int
        Articles in which a collocate occurs near the variant, at least.
    top : int
        Collocates per variant at most.

    Returns
    -------
    pd.DataFrame
        concept, variant, collocate, log_dice.
    """
    is_more = table["n_words"] >= MIN_OBSERVED_EXPECTED_RATIO * table["expected"]
    is_evident = table["g2"] >= MIN_COLLOCATE_G2
    collocates = table[is_more & is_evident & (table["n_articles"] >= min_articles)]
    ranked = collocates.assign(strength=keep_stable_digits(collocates["log_dice"])).sort_values(
        [*VARIANT_KEYS, "strength", "n", "collocate"], ascending=[True, True, False, False, True]
    )
    return ranked.groupby(VARIANT_KEYS).head(top)[[*VARIANT_KEYS, "collocate", "log_dice"]]


def resample_collocates(
    neighbours: pd.DataFrame,
    articles: pd.DataFrame,
    listed: pd.DataFrame,
    design: Design = DEFAULT_DESIGN,
) -> list[tuple[str, ConceptComparison]]:
    """Return each variant with the comparison of its collocates over outlets.

    What is compared is the hits that have each collocate near, of all hits of the variant.

    Parameters
    ----------
    neighbours, articles, listed, design
        As for `contrast_collocates`.
    """
    design = replace(design, outlets=design.list_outlets(articles))
    located = add_outlet_and_unit(neighbours, articles)
    located = located[located["outlet"].isin(design.outlets)]
    rows_of = dict(iter(located.groupby(VARIANT_KEYS, observed=True)))
    return [
        (key[1], resample_variant_collocates(key[0], list(words), rows_of[key], design))
        for key, words in listed.groupby(VARIANT_KEYS, sort=False, observed=True)["collocate"]
    ]


def resample_variant_collocates(
    concept: str, words: list[str], located: pd.DataFrame, design: Design
) -> ConceptComparison:
    """Return the comparison of the words near one variant over outlets.

    Parameters
    ----------
    concept : str
    words : list of str
        The collocates.
    located : pd.DataFrame
        The rows of the variant in the table `neighbours`, with outlet and unit.
    design : Design
    """
    outlets = list(design.outlets or [])
    members = ["member"] if "member" in located else []
    by_article = located.pivot_table(
        index=["outlet", *members, "unit", "doc_id"],
        columns="collocate",
        values="n",
        aggfunc="sum",
        fill_value=0,
        observed=True,
    ).reindex(columns=["", *words], fill_value=0)
    by_unit = by_article.groupby(level=["outlet", "unit"]).sum()
    hits = by_unit.to_numpy(dtype=float)
    outlet = by_unit.index.get_level_values("outlet").to_numpy(dtype=str)
    sums = None
    if members:
        by_member = by_article.groupby(level=["outlet", "member"]).sum()
        sums = sum_members(by_member[words], by_member[[""]], outlets)
    own, rest = resample_outlets(hits[:, 1:], hits[:, :1], outlet, design, sums)
    articles_with = (by_article > 0).groupby(level="outlet").sum()
    n_articles = articles_with.reindex(outlets, fill_value=0).to_numpy()
    return ConceptComparison(
        concept, words, outlets, own, rest, n_articles[:, 1:], n_articles[:, 0]
    )
