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
    located = _number_keys(located[located["outlet"].isin(design.outlets)])
    return [
        _compare_concept(name, names, located.select(name), design)
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


@dataclass(frozen=True)
class _LocatedHits:
    """Counts with outlet and unit, whose keys are numbers in the order of the names.

    Attributes
    ----------
    concept, variant : pandas.Categorical
    outlet, unit, article, member : numpy.ndarray
        The number of each row's outlet, unit, article and member; `member` is None where outlets
        are compared by themselves.
    n : numpy.ndarray
        Hits.
    outlets : numpy.ndarray
        The names of the outlets, sorted.
    """

    concept: pd.Categorical
    variant: pd.Categorical
    outlet: Array
    unit: Array
    article: Array
    member: Array | None
    n: Array
    outlets: Array

    def select(self, concept: str) -> _LocatedHits:
        """Return the rows of one concept."""
        rows = np.flatnonzero(self.concept == concept)
        return replace(
            self,
            concept=self.concept[rows],
            variant=self.variant[rows],
            outlet=self.outlet[rows],
            unit=self.unit[rows],
            article=self.article[rows],
            member=None if self.member is None else self.member[rows],
            n=self.n[rows],
        )

    def sum_hits(self, by: Array, variant: Array, n_variants: int) -> tuple[Array, Array]:
        """Return the outlet of each unit (or member) at it, and their hits, variants as columns."""
        pairs, row = np.unique(self._pair(by), return_inverse=True)
        hits = np.zeros((len(pairs), n_variants))
        np.add.at(hits, (row, variant), self.n)
        return pairs // (by.max(initial=0) + 1), hits

    def count_articles(self, column: Array, n_columns: int, outlets: Sequence[str]) -> Array:
        """Return the articles at each of the outlets with hits of each column."""
        pairs = np.unique(self._pair(self.article) * n_columns + column)
        outlet = pairs // n_columns // (self.article.max(initial=0) + 1)
        row = pd.Index(outlets).get_indexer(self.outlets)[outlet]
        n = np.bincount(row * n_columns + pairs % n_columns, minlength=len(outlets) * n_columns)
        return n.reshape(len(outlets), n_columns)

    def _pair(self, by: Array) -> Array:
        """Return the number of each row's outlet together with another number."""
        pair: Array = self.outlet * (by.max(initial=0) + 1) + by
        return pair


def _number_keys(located: pd.DataFrame) -> _LocatedHits:
    """Return what `add_outlet_and_unit` returns, with numbers for names."""
    number = {
        name: pd.factorize(located[name], sort=True)
        for name in ("outlet", "unit", "doc_id", "member")
        if name in located
    }
    return _LocatedHits(
        concept=pd.Categorical(located["concept"]),
        variant=pd.Categorical(located["variant"]),
        outlet=number["outlet"][0],
        unit=number["unit"][0],
        article=number["doc_id"][0],
        member=number["member"][0] if "member" in number else None,
        n=located["n"].to_numpy(),
        outlets=np.asarray(number["outlet"][1], dtype=str),
    )


def _compare_concept(
    concept: str, variants: list[str], located: _LocatedHits, design: Design
) -> ConceptComparison:
    outlets = list(design.outlets or [])
    variant = pd.Index(variants).get_indexer(located.variant.categories)[located.variant.codes]
    outlet, hits = located.sum_hits(located.unit, variant, len(variants))
    members = None
    if located.member is not None:
        by_outlet, of_members = located.sum_hits(located.member, variant, len(variants))
        stratum = pd.Index(outlets).get_indexer(located.outlets)[by_outlet]
        total = of_members.sum(axis=1, keepdims=True)
        members = sum_clusters(of_members, total, stratum, len(outlets))
    outlet_of = located.outlets[outlet]
    own, rest = resample_outlets(hits, hits.sum(axis=1, keepdims=True), outlet_of, design, members)
    n_articles = located.count_articles(variant, len(variants), outlets)
    total_articles = located.count_articles(np.zeros_like(variant), 1, outlets)[:, 0]
    return ConceptComparison(concept, variants, outlets, own, rest, n_articles, total_articles)


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
