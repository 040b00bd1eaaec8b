"""Headline and text of the same articles: which term stands in each.

An article whose headline and text both name a concept is compared with itself, so what outlets
cover, and when, is the same on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.questions.design import DEFAULT_REQUEST, Design, Request, compare_articles
from wording.questions.shares.paired import compare_paired, resample_sides
from wording.questions.shares.resampled import ResampledCounts, add_outlet_and_unit
from wording.settings import ALL_OUTLETS
from wording.stats import resampling
from wording.stats.arrays import Array
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns, is_among

MIN_PAIRED_ARTICLES = 20
"""Articles (or families of copies) that name the concept in headline and text: with fewer, nothing
is compared."""

SIDES = ("headline", "text")
"""The places that are compared."""

TESTED_COLUMNS = [
    "share_headline", "low_headline", "high_headline", "share_text", "low_text", "high_text",
    "difference", "low", "high", "p",
]  # fmt: skip
"""The columns that are NaN where too few articles can be compared."""


def compute_study_headlines(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> pd.DataFrame:
    """Return the `headlines` table of a study, by its own design."""
    headline, text = (compare_articles(study.narrow(place=side), request) for side in SIDES)
    sides = {"headline": headline.spoken, "text": text.spoken}
    table = compare_headlines(sides, text.articles, text.variants, text.design)
    return check_columns(table.assign(voice=request.voice), "headlines")


def compare_headlines(
    counts: Mapping[str, pd.DataFrame],
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    design: Design,
) -> pd.DataFrame:
    """Return how often each variant is chosen in headlines and in the text of the same articles.

    Parameters
    ----------
    counts : mapping
        The `counts` of one voice in headlines ("headline") and in texts ("text").
    articles : pandas.DataFrame
        One row per article: doc_id, outlet; articles of one `family` at an outlet are drawn
        together.
    variants : mapping
        The variants of each concept in order.
    design : Design
        Which outlets, and how articles are drawn.

    Returns
    -------
    pandas.DataFrame
        The table `headlines` but for the voice: for each concept and variant all outlets together,
        then each outlet. Shares, difference, p and q are NaN with fewer than `MIN_PAIRED_ARTICLES`.
    """
    design = replace(design, outlets=design.list_outlets(articles))
    rows = [
        tabulate_pair(name, pair_concept(counts, name, articles, (names, design)), design)
        for name, names in variants.items()
    ]
    columns = [column for column in TABLES["headlines"] if column != "voice"]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[columns]


@dataclass(frozen=True)
class PairedCounts:
    """Headlines and texts of the same articles; rows are all outlets together, then each.

    Attributes
    ----------
    variants : sequence of str
    n_articles : numpy.ndarray
        The articles of each row, rows x 1.
    headline, text : ResampledCounts
        The hits on each side, drawn alike: an article's headline with its text.
    """

    variants: Sequence[str]
    n_articles: Array
    headline: ResampledCounts
    text: ResampledCounts


def pair_concept(
    counts: Mapping[str, pd.DataFrame],
    concept: str,
    articles: pd.DataFrame,
    asked: tuple[Sequence[str], Design],
) -> PairedCounts:
    """Return the hits of a concept in the articles that name it on both sides.

    Parameters
    ----------
    counts, articles
        As for `compare_headlines`.
    concept : str
    asked : (sequence of str, Design)
        The variants, and the design with its outlets listed.
    """
    variants, design = asked
    outlets = list(design.outlets or [])
    here = [counts[side][counts[side]["concept"] == concept] for side in SIDES]
    located = [
        add_outlet_and_unit(rows[is_among(rows["doc_id"], others["doc_id"])], articles)
        for rows, others in zip(here, reversed(here), strict=True)
    ]
    located = [rows[rows["outlet"].isin(outlets)] for rows in located]
    headline, text = (
        rows.pivot_table(
            index=["outlet", "unit"], columns="variant", values="n", aggfunc="sum", fill_value=0
        ).reindex(columns=variants, fill_value=0)
        for rows in located
    )
    hits = [
        table.to_numpy(dtype=float).reshape(len(text), len(variants)) for table in (headline, text)
    ]
    outlet_of = text.index.get_level_values("outlet").to_numpy(dtype=str)
    member = np.vstack([np.ones(len(text)), np.array(outlets, dtype=str)[:, None] == outlet_of])
    by_outlet = located[1].groupby("outlet")["doc_id"].nunique().reindex(outlets, fill_value=0)
    sides = resample_sides(hits, outlet_of, member, design)
    n_articles = np.append(by_outlet.sum(), by_outlet.to_numpy())[:, None]
    return PairedCounts(variants, n_articles, *sides)


def tabulate_pair(concept: str, pair: PairedCounts, design: Design) -> pd.DataFrame:
    """Return the rows of the table `headlines` of a concept, but for voice and q."""
    headline, text = pair.headline, pair.text
    columns: dict[str, Array] = {"n_articles": pair.n_articles}
    for name, side in zip(SIDES, (headline, text), strict=True):
        ends = resampling.share_interval(side.share, side.effective, level=design.level)
        columns |= {f"n_{name}": side.n.astype(int), f"total_{name}": side.total.astype(int)}
        columns |= {f"share_{name}": side.share, f"low_{name}": ends[0], f"high_{name}": ends[1]}
    columns |= compare_paired(headline, text, design.level)
    is_enough = headline.units >= MIN_PAIRED_ARTICLES
    columns |= {name: np.where(is_enough, columns[name], np.nan) for name in TESTED_COLUMNS}
    outlets = [ALL_OUTLETS, *(design.outlets or [])]
    shape = (len(outlets), len(pair.variants))
    keys = {
        "concept": concept,
        "variant": np.repeat(np.array(pair.variants, dtype=object), shape[0]),
        "outlet": outlets * shape[1],
    }
    flat = {name: np.broadcast_to(column, shape).T.ravel() for name, column in columns.items()}
    return pd.DataFrame(keys | flat)
