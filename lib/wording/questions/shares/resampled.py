"""What each outlet, or all the others, has of a concept's variants, as counted and as drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.errors import WordingError
from wording.questions.design import Design
from wording.settings import one_of
from wording.stats import resampling
from wording.stats.arrays import Array
from wording.stats.clusters import (
    ClusterSpread,
    ClusterSums,
    measure_own_spread,
    measure_rest_spread,
    sum_clusters,
)
from wording.tables import is_among

Variants = Mapping[str, Sequence[str]] | Sequence[tuple[str, str]]
"""The variants of each concept in order, or pairs of concept and variant."""

SINGLE_ARTICLE_STRATUM = (
    "\0outlets with one article"  # drawn among each other: alone they would seem certain
)


@dataclass(frozen=True)
class ResampledCounts:
    """Hits of one concept by outlet (or by the rest of each outlet), its variants as columns.

    Attributes
    ----------
    n : numpy.ndarray
        Outlets x variants: hits.
    carrying, lacking : numpy.ndarray
        Outlets x variants: articles (or families) with the variant, and with another one.
    units : numpy.ndarray
        Outlets x 1: articles (or families) with a hit.
    squares : numpy.ndarray
        Outlets x 1: sum of the squared hits of each.
    total : numpy.ndarray
        Outlets x 1: all hits of the concept.
    drawn : numpy.ndarray
        Draws x outlets x variants: hits in each draw.
    drawn_total : numpy.ndarray
        Draws x outlets x 1: all hits of the concept in each draw.
    spread : ClusterSpread, optional
        How far the shares vary over the outlets of each group, where groups are compared.
    """

    n: Array
    carrying: Array
    lacking: Array
    units: Array
    squares: Array
    total: Array
    drawn: Array
    drawn_total: Array
    spread: ClusterSpread | None = None

    @property
    def share(self) -> Array:
        """The part of the hits that each variant has, outlets x variants."""
        with np.errstate(invalid="ignore"):
            return self.n / self.total

    @property
    def articles(self) -> Array:
        """The effective number of articles, outlets x 1; NaN below two: nothing to draw."""
        with np.errstate(invalid="ignore"):
            return np.where(self.units > 1, self.total**2 / self.squares, np.nan)

    @property
    def samples(self) -> Array:
        """The shares in each draw of articles, draws x outlets x variants."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.drawn / self.drawn_total

    @property
    def independent(self) -> Array:
        """The effective number of articles, or one per outlet where outlets vary more."""
        if self.spread is None:
            return self.articles
        is_more = self.spread.is_more(self.samples.var(axis=0))
        return np.where(is_more, np.minimum(self.articles, self.spread.freedom + 1), self.articles)

    @property
    def effective(self) -> Array:
        """The effective number of hits, outlets x variants."""
        samples = self.samples if self.spread is None else self.spread.stretch(self.samples)
        carriers = np.minimum(self.carrying, self.lacking)
        return resampling.effective_hits(
            samples, self.share, hits=self.total, articles=self.articles, carriers=carriers
        )

    def subtract_from(self, drawn: Array, drawn_total: Array) -> ResampledCounts:
        """Return, for each outlet, all the others together.

        Parameters
        ----------
        drawn, drawn_total : numpy.ndarray
            The draws of all outlets together: draws x variants, and draws x 1.
        """
        return ResampledCounts(
            n=_sum_others(self.n),
            carrying=_sum_others(self.carrying),
            lacking=_sum_others(self.lacking),
            units=_sum_others(self.units),
            squares=_sum_others(self.squares),
            total=_sum_others(self.total),
            drawn=drawn[:, None] - self.drawn,
            drawn_total=drawn_total[:, None] - self.drawn_total,
        )


def _sum_others(values: Array) -> Array:
    """Return, for each row, the sum of all the other rows."""
    return values.sum(axis=0, keepdims=True) - values


@dataclass(frozen=True)
class ConceptComparison:
    """One concept at every outlet, and at the others of each, with the articles of the outlets.

    Attributes
    ----------
    n_articles : numpy.ndarray
        Outlets x variants: articles with the variant.
    total_articles : numpy.ndarray
        Outlets: articles with a hit of the concept.
    """

    concept: str
    variants: list[str]
    outlets: list[str]
    own: ResampledCounts
    rest: ResampledCounts
    n_articles: Array
    total_articles: Array


def compare_concepts(
    counts: pd.DataFrame, articles: pd.DataFrame, variants: Variants | None, design: Design
) -> list[ConceptComparison]:
    """Return one `ConceptComparison` per concept, in the order of `variants`, else by name.

    Parameters
    ----------
    counts, articles, variants, design
        As for `compute_shares`.

    Raises
    ------
    WordingError
        For an outlet, a variant or an article that is not listed.
    """
    design = replace(design, outlets=_select_outlets(articles, design))
    listed = _list_variants(counts, variants)
    located = add_outlet_and_unit(counts, articles)
    located = located[located["outlet"].isin(design.outlets)]
    parts = dict(iter(located.groupby("concept", observed=True)))
    return [
        _compare_concept(name, names, parts.get(name, located.iloc[:0]), design)
        for name, names in listed.items()
    ]


def _select_outlets(articles: pd.DataFrame, design: Design) -> list[str]:
    names = sorted(articles["outlet"].dropna().unique())
    for outlet in design.outlets or []:
        one_of("outlet", outlet, names)
    return design.list_outlets(articles)


def _list_variants(counts: pd.DataFrame, variants: Variants | None) -> dict[str, list[str]]:
    """Return the variants of each concept to compare, in order.

    Raises
    ------
    WordingError
        For a variant of a listed concept that is counted and not listed.
    """
    counted = counts[["concept", "variant"]].drop_duplicates().sort_values(["concept", "variant"])
    counted_pairs = list(counted.itertuples(index=False, name=None))
    listed: dict[str, list[str]] = {}
    for concept, variant in counted_pairs if variants is None else _list_variant_pairs(variants):
        listed.setdefault(concept, []).append(variant)
    for concept, variant in counted_pairs:
        if concept in listed and variant not in listed[concept]:
            raise WordingError(
                f"The counts contain the variant {variant!r} of {concept!r}, which is not in the "
                "study. Run the count again."
            )
    return listed


def _list_variant_pairs(variants: Variants) -> list[tuple[str, str]]:
    if isinstance(variants, Mapping):
        return [(concept, name) for concept, names in variants.items() for name in names]
    return [(concept, name) for concept, name in variants]


def add_outlet_and_unit(counts: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with the outlet of each row, and the unit to draw.

    Returns
    -------
    pandas.DataFrame
        The rows of the counts with hits, with outlet and unit: the family, where the articles have
        that column, else the article; and with member, where outlets are compared in groups.

    Raises
    ------
    WordingError
        For an article that is listed twice, or counted and not listed.
    """
    if articles["doc_id"].duplicated().any():
        twice = articles.loc[articles["doc_id"].duplicated(), "doc_id"].iloc[0]
        raise WordingError(
            f"The article {twice!r} is listed twice; expected one row per article. Read the "
            "articles again."
        )
    unit = articles["family" if "family" in articles else "doc_id"].astype(str)
    names = [name for name in ("outlet", "member") if name in articles]
    where = articles.set_index("doc_id")[names].assign(unit=unit.to_numpy())
    missing = ~is_among(counts["doc_id"], where.index)
    if missing.any():
        raise WordingError(
            f"The counts name the article {counts.loc[missing, 'doc_id'].iloc[0]!r}, which is not "
            "listed. Run the count again."
        )
    return counts[counts["n"] > 0].join(where, on="doc_id")


def _compare_concept(
    concept: str, variants: list[str], located: pd.DataFrame, design: Design
) -> ConceptComparison:
    outlets = list(design.outlets or [])
    table = _pivot_hits(located, "unit", variants)
    hits = table.to_numpy(dtype=float)
    outlet_of = table.index.get_level_values("outlet").to_numpy(dtype=str)
    members = None
    if "member" in located:
        by_member = _pivot_hits(located, "member", variants)
        members = sum_members(by_member, by_member.sum(axis=1).to_frame(), outlets)
    own, rest = resample_outlets(hits, hits.sum(axis=1, keepdims=True), outlet_of, design, members)
    by = (
        located.groupby(["outlet", "variant"], observed=True)["doc_id"]
        .nunique()
        .unstack(fill_value=0)
    )
    n_articles = by.reindex(index=outlets, columns=variants, fill_value=0).to_numpy()
    total_articles = (
        located.groupby("outlet", observed=True)["doc_id"]
        .nunique()
        .reindex(outlets, fill_value=0)
        .to_numpy()
    )
    return ConceptComparison(concept, variants, outlets, own, rest, n_articles, total_articles)


def _pivot_hits(located: pd.DataFrame, by: str, variants: list[str]) -> pd.DataFrame:
    """Return the hits of each unit (or member) at each outlet, variants as columns."""
    # As pandas' pivot_table, which takes ten times as long for a concept of many variants.
    groups = located.groupby(["outlet", by], observed=True)
    row, column = groups.ngroup().to_numpy(), pd.Index(variants).get_indexer(located["variant"])
    is_in = (row >= 0) & (column >= 0)
    index, n = groups.size().index, located["n"].to_numpy()
    table = np.zeros((len(index), len(variants)), n.dtype)
    np.add.at(table, (row[is_in], column[is_in]), n[is_in])
    return pd.DataFrame(table, index, pd.Index(variants, name="variant"))


def sum_members(hits: pd.DataFrame, sizes: pd.DataFrame, outlets: Sequence[str]) -> ClusterSums:
    """Return what the outlets of each group have.

    Parameters
    ----------
    hits, sizes : pandas.DataFrame
        One row per group (`outlet`) and outlet, by index: hits of each variant; all hits.
    outlets : sequence of str
        The groups in order.
    """
    stratum = pd.Index(outlets).get_indexer(hits.index.get_level_values("outlet"))
    return sum_clusters(
        hits.to_numpy(dtype=float), sizes.to_numpy(dtype=float), stratum, len(outlets)
    )


def resample_outlets(
    hits: Array,
    sizes: Array,
    outlet_of: Array,
    design: Design,
    members: ClusterSums | None = None,
) -> tuple[ResampledCounts, ResampledCounts]:
    """Return the counts of each outlet, and of all the others of each, in every draw.

    Parameters
    ----------
    hits : numpy.ndarray
        Units x variants.
    sizes : numpy.ndarray
        Units x 1: all hits that these are part of.
    outlet_of : numpy.ndarray
        The name of each unit's outlet.
    design : Design
        With its outlets listed.
    members : ClusterSums, optional
        What the outlets of each group have, where groups are compared.
    """
    outlets = list(design.outlets or [])
    member = (outlet_of[:, None] == np.asarray(outlets, dtype=str)).astype(float).T
    units = member.sum(axis=1, keepdims=True)
    strata = outlet_of
    if len(hits):
        has_others = (member.T @ units > 1)[:, 0]
        strata = np.where(has_others, outlet_of, SINGLE_ARTICLE_STRATUM)
    names, sums = resampling.resample_sums(
        np.hstack([hits, sizes]), strata, draws=design.draws, seed=design.seed
    )
    drawn = np.zeros((design.draws, len(outlets), hits.shape[1] + 1))
    for code, name in enumerate(names):
        if name != SINGLE_ARTICLE_STRATUM:
            drawn[:, outlets.index(name)] = sums[:, code]
    own = ResampledCounts(
        n=member @ hits,
        carrying=member @ (hits > 0),
        lacking=member @ (hits < sizes),
        units=units,
        squares=member @ sizes**2,
        total=member @ sizes,
        drawn=drawn[..., :-1],
        drawn_total=drawn[..., -1:],
    )
    together = sums.sum(axis=1)
    rest = own.subtract_from(together[:, :-1], together[:, -1:])
    if members is None:
        return own, rest
    return (
        replace(own, spread=measure_own_spread(members)),
        replace(rest, spread=measure_rest_spread(members)),
    )
