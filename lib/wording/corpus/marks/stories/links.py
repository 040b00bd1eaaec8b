"""Links between articles that tell of one event.

A link is a pair of articles, and how likely it is that both tell of one event: from how alike their
titles and beginnings are, by weights that were estimated from known events (corpus/fit_links.py).
Links are no clusters: a running story would chain into one.

References
----------
Allan, J. (2002). Introduction to topic detection and tracking. In Topic Detection and Tracking:
Event-based Information Organization: story link detection.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.stories import story_kernels
from wording.corpus.marks.stories.candidates import (
    MIN_COSINE,
    Block,
    Stories,
    find_candidates,
    list_stories,
    split_into_blocks,
)
from wording.corpus.marks.stories.texts import (
    TermTable,
    Vectors,
    find_terms,
    gather_words,
    make_views,
    measure_norms,
    merge_titles,
    take_words,
    weigh_words,
)
from wording.words import WORDS_FOLDER

MIN_LINK_SCORE = 0.6
"""How likely it must be, at least, that two articles tell of one event."""

SCORE_DECIMALS = 3
"""Decimals of a score."""

VIEWS = ("title", "lead", "body")
"""What of two articles is compared."""

PAIR_SCHEMA = {
    **dict.fromkeys(("a", "b", "outlet_a", "outlet_b", "days"), pl.Int64),
    **dict.fromkeys(VIEWS, pl.Float64),
}
"""The columns of pairs of articles that are compared."""

WEIGHTS_FILE = WORDS_FOLDER / "stories-en.csv"
"""The weights; estimated from English news, and used for articles in any language."""


def find_links(corpus: Corpus) -> pl.DataFrame:
    """Return the links of a corpus: doc_id, other, score; each pair once, doc_id before other.

    Linked are the first articles of families of copies (see `candidates`); what a copy is linked
    with says `spread_links`. An article without a date has no links.
    """
    pairs = compare_candidates(corpus)
    scores = pl.Series(compute_scores(compute_link_features(pairs), read_weights()))
    kept, names = scores >= MIN_LINK_SCORE, corpus.table["doc_id"]
    return order_links(
        pl.DataFrame(
            {
                "doc_id": names.gather(pairs["a"].filter(kept)),
                "other": names.gather(pairs["b"].filter(kept)),
                "score": scores.filter(kept),
            }
        )
    )


def order_links(links: pl.DataFrame) -> pl.DataFrame:
    """Return the links with doc_id before other, sorted."""
    return links.select(
        doc_id=pl.min_horizontal("doc_id", "other"),
        other=pl.max_horizontal("doc_id", "other"),
        score="score",
    ).sort("doc_id", "other")


@dataclass(frozen=True)
class Texts:
    """What of a corpus is compared: its bodies, its titles, and the terms of both."""

    corpus: Corpus
    titles: Shard
    terms: TermTable


def compare_candidates(corpus: Corpus, *, min_cosine: float = MIN_COSINE) -> pl.DataFrame:
    """Return the pairs of articles that may tell of one event, with how alike they are.

    Parameters
    ----------
    corpus : the articles.
    min_cosine : how near neighbours are, at least.

    Returns
    -------
    Columns: a, b (rows of the corpus, the earlier first), outlet_a, outlet_b (numbers; -1: printed
    by several), days (between them), and the cosines of titles, leads and bodies (`make_views`).
    """
    stories, titles = list_stories(corpus.table), merge_titles(corpus)
    texts = Texts(corpus, titles, find_terms(corpus, titles))
    calls = ((texts, stories, block, min_cosine) for block in split_into_blocks(stories.day))
    compared = run_parallel(compare_block, calls, shared_memory=True, pre_dispatch="n_jobs")
    none = pl.DataFrame(schema=PAIR_SCHEMA)
    # Two neighbouring blocks have both asked for a pair of theirs.
    return pl.concat([none, *compared]).unique(["a", "b"]).sort("a", "b")


def compare_block(texts: Texts, stories: Stories, block: Block, min_cosine: float) -> pl.DataFrame:
    """Return the same of one block."""
    rows, day, outlet = (
        part[block.first : block.end] for part in (stories.row, stories.day, stories.outlet)
    )
    terms, n_terms = texts.terms, len(texts.terms.rarity)
    titles = take_words(texts.titles, rows, terms.of_forms[0])
    views = make_views(titles, gather_words(texts.corpus, terms, rows))
    vectors = {name: weigh_words(words, terms.rarity) for name, words in views.items()}
    a, b = find_candidates(vectors["lead"], n_terms, stories, block, min_cosine)
    cosines = {name: compute_cosines(vectors[name], a, b, n_terms) for name in VIEWS}
    numbers = {
        "a": rows[a],
        "b": rows[b],
        "outlet_a": outlet[a],
        "outlet_b": outlet[b],
        "days": day[b] - day[a],
    }
    return pl.DataFrame({**numbers, **cosines}, schema=PAIR_SCHEMA)


def compute_cosines(vectors: Vectors, a: np.ndarray, b: np.ndarray, n_terms: int) -> np.ndarray:
    """Return the cosine of the vectors of each pair; 0 where one of them has no terms."""
    norm = measure_norms(vectors)
    products = compile_module(story_kernels).multiply_pairs(vectors, a, b, n_terms)
    return products / (norm[a] * norm[b])


def compute_link_features(pairs: pl.DataFrame) -> dict[str, np.ndarray]:
    """Return what the score of each pair depends on, by name.

    That is the roots of the cosines, which tell small ones apart; the days between the two; and
    whether the outlet of one has another article that is nearer to the other.

    Parameters
    ----------
    pairs : as `compare_candidates` describes them.
    """
    return {
        **{name: pairs[name].sqrt().to_numpy() for name in VIEWS},
        "days": pairs["days"].cast(pl.Float64).to_numpy(),
        "outdone": flag_outdone(pairs).astype(float),
    }


def flag_outdone(pairs: pl.DataFrame) -> np.ndarray:
    """Return the pairs of which one article is nearer to another one of the other's outlet, bool.

    What several outlets have printed (outlet -1) is no outlet's other article.
    """
    both = [
        pairs.select("lead", row="a", outlet="outlet_b"),
        pairs.select("lead", row="b", outlet="outlet_a"),
    ]
    nearest = pl.concat(both).group_by("row", "outlet").agg(nearest=pl.col("lead").max())
    outdone = [
        side.join(nearest, on=["row", "outlet"], how="left", maintain_order="left").select(
            (pl.col("nearest") > pl.col("lead")) & (pl.col("outlet") >= 0)
        )
        for side in both
    ]
    return (outdone[0].to_series() | outdone[1].to_series()).to_numpy()


def compute_scores(features: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Return how likely it is that each pair tells of one event, 0 to 1, rounded.

    Parameters
    ----------
    features : as `compute_link_features` gives them.
    weights : the weight of each, and the intercept.
    """
    log_odds = weights["intercept"] + sum(weights[name] * features[name] for name in features)
    return (1 / (1 + np.exp(-log_odds))).round(SCORE_DECIMALS)


@functools.cache
def read_weights(file: Path = WEIGHTS_FILE) -> dict[str, float]:
    """Return the weight of each feature, and the intercept."""
    with file.open(encoding="utf8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {row["feature"]: float(row["weight"]) for row in rows}


def spread_links(links: pl.DataFrame, articles: pl.DataFrame, *, max_days: int) -> pl.DataFrame:
    """Return the links between articles, of the links between the first ones of their families.

    A copy has the links of its family's first article, but none with its own outlet, none within
    its family, and none with an article further off in time.

    Parameters
    ----------
    links : doc_id, other, score.
    articles : doc_id, family, outlet, date of the articles that may be linked.
    max_days : days between two linked articles, at most.
    """
    members = articles.select("doc_id", "family", "outlet", "date")
    both = (
        links.rename({"doc_id": "family", "other": "other_family"})
        .join(members, on="family")
        .join(members, left_on="other_family", right_on="family", suffix="_other")
        .filter(
            (pl.col("outlet") != pl.col("outlet_other"))
            & ((pl.col("date") - pl.col("date_other")).dt.total_days().abs() <= max_days)
        )
    )
    return order_links(both.select("doc_id", other="doc_id_other", score="score"))
