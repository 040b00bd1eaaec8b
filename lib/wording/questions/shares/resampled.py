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
    """

    n: Array
    carrying: Array
    lacking: Array
    units: Array
    squares: Array
    total: Array
    drawn: Array
    drawn_total: Array

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
    def effective(self) -> Array:
        """The effective number of hits, outlets x variants."""
        with np.errstate(divide="ignore", invalid="ignore"):
            samples = self.drawn / self.drawn_total
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
        that column, else the article.

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
    where = pd.DataFrame(
        {"outlet": articles["outlet"].to_numpy(), "unit": unit.to_numpy()}, index=articles["doc_id"]
    )
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
    table = located.pivot_table(
        index=["outlet", "unit"],
        columns="variant",
        values="n",
        aggfunc="sum",
        fill_value=0,
        observed=True,
    )
    table = table.reindex(columns=variants, fill_value=0)
    hits = table.to_numpy(dtype=float)
    outlet_of = table.index.get_level_values("outlet").to_numpy(dtype=str)
    own, rest = resample_outlets(hits, hits.sum(axis=1, keepdims=True), outlet_of, design)
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


def resample_outlets(
    hits: Array, sizes: Array, outlet_of: Array, design: Design
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
    return own, own.subtract_from(together[:, :-1], together[:, -1:])
