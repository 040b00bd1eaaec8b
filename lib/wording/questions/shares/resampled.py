"""The sides of a comparison: what each outlet, or the rest, has of a concept's variants, as counted and as drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.errors import WordingError
from wording.questions.design import Design
from wording.settings import one_of
from wording.stats import resampling
from wording.tables import is_among

Variants = Mapping[str, Sequence[str]] | Sequence[tuple[str, str]]
"""The variants of each concept in order, or pairs of concept and variant."""

SINGLE_ARTICLE_STRATUM = (
    "\0outlets with one article"  # they are drawn among each other: alone they would seem certain
)


@dataclass(frozen=True)
class ResampledCounts:
    """Hits of one concept by outlet (or by the rest of each outlet), its variants as columns."""

    n: np.ndarray  # outlets x variants: hits
    carrying: np.ndarray  # outlets x variants: articles (or families) with the variant
    lacking: np.ndarray  # outlets x variants: articles (or families) with another variant
    units: np.ndarray  # outlets x 1: articles (or families) with a hit
    squares: np.ndarray  # outlets x 1: sum of the squared hits of each
    drawn: np.ndarray  # draws x outlets x variants: hits in each draw
    total: np.ndarray  # outlets x 1: all hits of the concept
    drawn_total: np.ndarray  # draws x outlets x 1: the same in each draw

    @property
    def share(self):
        """The part of the hits that each variant has, outlets x variants."""
        with np.errstate(invalid="ignore"):
            return self.n / self.total

    @property
    def articles(self):
        """The effective number of articles, outlets x 1; NaN below two, where there is nothing to draw."""
        with np.errstate(invalid="ignore"):
            return np.where(self.units > 1, self.total**2 / self.squares, np.nan)

    @property
    def effective(self):
        """The effective number of hits, outlets x variants."""
        with np.errstate(divide="ignore", invalid="ignore"):
            samples = self.drawn / self.drawn_total
        carriers = np.minimum(self.carrying, self.lacking)
        return resampling.effective_hits(
            samples, self.share, hits=self.total, articles=self.articles, carriers=carriers
        )

    def rest(self, drawn):
        """Return, for each outlet, all the others together; `drawn` are the draws of all outlets, draws x variants and their total."""
        others = {
            name: getattr(self, name)
            for name in ("n", "carrying", "lacking", "units", "squares", "total")
        }
        others = {name: part.sum(axis=0, keepdims=True) - part for name, part in others.items()}
        return ResampledCounts(
            drawn=drawn[:, None, :-1] - self.drawn,
            drawn_total=drawn[:, None, -1:] - self.drawn_total,
            **others,
        )


@dataclass(frozen=True)
class ConceptComparison:
    """One concept at every outlet: the sides, with what the tables say of them."""

    concept: str
    variants: list
    outlets: list
    own: ResampledCounts
    rest: ResampledCounts
    n_articles: np.ndarray  # outlets x variants
    total_articles: np.ndarray  # outlets


def compare_concepts(
    counts: pd.DataFrame, articles: pd.DataFrame, variants: Variants | None, design: Design
) -> list[ConceptComparison]:
    """Return one `ConceptComparison` per concept, in the order of `variants`, else by name."""
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
    known = sorted(articles["outlet"].dropna().unique())
    for outlet in design.outlets or []:
        one_of("outlet", outlet, known)
    return design.list_outlets(articles)


def _list_variants(counts: pd.DataFrame, variants: Variants | None) -> dict[str, list[str]]:
    """Return the variants of each concept to compare, in order."""
    found = counts[["concept", "variant"]].drop_duplicates().sort_values(["concept", "variant"])
    pairs = (
        list(found.itertuples(index=False, name=None))
        if variants is None
        else _list_variant_pairs(variants)
    )
    listed = {}
    for concept, variant in pairs:
        listed.setdefault(concept, []).append(variant)
    unlisted = [
        (c, v)
        for c, v in found.itertuples(index=False, name=None)
        if c in listed and v not in listed[c]
    ]
    if unlisted:
        concept, variant = unlisted[0]
        raise WordingError(
            f"The counts hold the variant {variant!r} of {concept!r}, which the study does not list. Count again."
        )
    return listed


def _list_variant_pairs(variants):
    if isinstance(variants, dict):
        return [(concept, variant) for concept, of in variants.items() for variant in of]
    return [tuple(pair) for pair in variants]


def add_outlet_and_unit(counts, articles):
    """Return the counts with the outlet and the unit to draw (the family, where the articles have that column) of each row."""
    if articles["doc_id"].duplicated().any():
        twice = articles.loc[articles["doc_id"].duplicated(), "doc_id"].iloc[0]
        raise WordingError(
            f"The article {twice!r} is listed twice; expected one row per article. Read the articles again."
        )
    unit = articles["family" if "family" in articles else "doc_id"].astype(str)
    where = pd.DataFrame(
        {"outlet": articles["outlet"].to_numpy(), "unit": unit.to_numpy()}, index=articles["doc_id"]
    )
    missing = ~is_among(counts["doc_id"], where.index)
    if missing.any():
        raise WordingError(
            f"The counts name the article {counts.loc[missing, 'doc_id'].iloc[0]!r}, which is not listed. Count again."
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
    own, drawn = resample_outlets(hits, hits.sum(axis=1, keepdims=True), outlet_of, design)
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
    return ConceptComparison(
        concept, variants, outlets, own, own.rest(drawn), n_articles, total_articles
    )


def resample_outlets(
    hits: np.ndarray, sizes: np.ndarray, outlet_of: np.ndarray, design: Design
) -> tuple[ResampledCounts, np.ndarray]:
    """Return the side of each outlet, and the draws of all outlets together, from the hits of each unit and all hits that they are part of."""
    outlets, draws = list(design.outlets or []), design.draws
    member = (outlet_of[:, None] == np.asarray(outlets, dtype=str)).astype(float).T
    units = member.sum(axis=1, keepdims=True)
    strata = (
        np.where(member.T @ units > 1, outlet_of[:, None], SINGLE_ARTICLE_STRATUM)[:, 0]
        if len(hits)
        else outlet_of
    )
    names, sums = resampling.resample_sums(
        np.hstack([hits, sizes]), strata, draws=draws, seed=design.seed
    )
    drawn = np.zeros((draws, len(outlets), hits.shape[1] + 1))
    for code, name in enumerate(names):
        if name != SINGLE_ARTICLE_STRATUM:
            drawn[:, outlets.index(name)] = sums[:, code]
    counted = (
        member @ hits,
        member @ (hits > 0),
        member @ (hits < sizes),
        units,
        member @ sizes**2,
    )
    return ResampledCounts(*counted, drawn[..., :-1], member @ sizes, drawn[..., -1:]), sums.sum(
        axis=1
    )
