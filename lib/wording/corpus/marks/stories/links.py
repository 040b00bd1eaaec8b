"""Links between articles that tell of one event.

A link is a pair of articles, and how likely it is that both tell of one event: from how alike their
titles and beginnings are, by weights that were estimated from known events (`fit.py`). Links are no
clusters: a running story would chain into one.

References
----------
Allan, J. (2002). Introduction to topic detection and tracking. In Topic Detection and Tracking:
Event-based Information Organization: story link detection.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.stories import story_kernels
from wording.corpus.marks.stories.candidates import (
    Block,
    Stories,
    find_candidates,
    list_stories,
    split_into_blocks,
)
from wording.corpus.marks.stories.texts import (
    MAX_TITLE_WORDS,
    Terms,
    Vectors,
    encode_titles,
    find_terms,
    gather_words,
    make_views,
    measure_norms,
    take_words,
    weigh_words,
)
from wording.words import WORDS_FOLDER

MIN_LINK_SCORE = 0.6
"""How likely it must be, at least, that two articles tell of one event."""

SCORE_DECIMALS = 3
"""Decimals of a score."""

WEIGHTS_FILE = WORDS_FOLDER / "stories-en.csv"
"""The weights; estimated from English news, and used for articles in any language."""


def find_links(corpus: Corpus) -> pl.DataFrame:
    """Return the links of a corpus: doc_id, other, score; each pair once, doc_id before other.

    Linked are the first articles of families of copies (see `candidates`); what a copy is linked
    with says `spread_links`. An article without a date has no links.
    """
    pairs = score_candidates(corpus).filter(pl.col("score") >= MIN_LINK_SCORE)
    names = corpus.table["doc_id"]
    return order_links(
        pairs.select(doc_id=names.gather(pairs["a"]), other=names.gather(pairs["b"]), score="score")
    )


def order_links(links: pl.DataFrame) -> pl.DataFrame:
    """Return the links with doc_id before other, sorted."""
    return links.select(
        doc_id=pl.min_horizontal("doc_id", "other"),
        other=pl.max_horizontal("doc_id", "other"),
        score="score",
    ).sort("doc_id", "other")


def score_candidates(corpus: Corpus) -> pl.DataFrame:
    """Return the pairs of articles that were compared: a, b (rows) and score."""
    weights = read_weights()
    pairs = compare_candidates(corpus)
    return pairs.select("a", "b", score=pl.Series(compute_scores(pairs, weights)))


def compare_candidates(corpus: Corpus) -> pl.DataFrame:
    """Return the pairs of articles that may tell of one event, with how alike they are.

    Columns: a, b (rows of the corpus), days (between them), and a cosine for each view (see
    `texts.make_views`).
    """
    stories = list_stories(corpus.table)
    titles = encode_titles(corpus.table)
    terms = find_terms(corpus, titles)
    calls = ((corpus, titles, terms, stories, block) for block in split_into_blocks(stories.day))
    compared = run_parallel(compare_block, calls, shared_memory=True, pre_dispatch="n_jobs")
    if not compared:
        return pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "days": pl.Int64})
    # Two neighbouring blocks have both asked for a pair of theirs.
    return pl.concat(compared).unique(["a", "b"], keep="first").sort("a", "b")


def compare_block(
    corpus: Corpus, titles: Shard, terms: Terms, stories: Stories, block: Block
) -> pl.DataFrame:
    """Return the same of one block."""
    rows, day = (part[block.first : block.end] for part in (stories.row, stories.day))
    views = weigh_views(corpus, titles, terms, rows)
    a, b = find_candidates(views["lead"], len(terms.rarity), stories, block)
    similarities = {name: compute_cosines(vectors, a, b) for name, vectors in views.items()}
    return pl.DataFrame({"a": rows[a], "b": rows[b], "days": np.abs(day[a] - day[b])}).with_columns(
        **{name: pl.Series(values) for name, values in similarities.items()}
    )


def weigh_views(
    corpus: Corpus, titles: Shard, terms: Terms, rows: np.ndarray
) -> dict[str, Vectors]:
    """Return the vectors of some articles, by what of them is compared."""
    title = take_words(
        titles, rows, (terms.of_forms[0], terms.is_capital[0]), max_words=MAX_TITLE_WORDS
    )
    views = make_views(title, gather_words(corpus, terms, rows))
    return {name: weigh_words(words, terms.rarity) for name, words in views.items()}


def compute_cosines(vectors: Vectors, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of the vectors of each pair; 0 where one of them has no terms."""
    norm = measure_norms(vectors)
    return compile_module(story_kernels).multiply_pairs(vectors, a, b) / (norm[a] * norm[b])


def compute_scores(pairs: pl.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    """Return how likely it is that each pair tells of one event, 0 to 1, rounded.

    Parameters
    ----------
    pairs : as `compare_candidates` describes them.
    weights : the weight of each feature (see `compute_features`), and the intercept.
    """
    log_odds = np.full(len(pairs), weights["intercept"])
    for name, values in compute_features(pairs).items():
        log_odds += weights[name] * values
    return (1 / (1 + np.exp(-log_odds))).round(SCORE_DECIMALS)


def compute_features(pairs: pl.DataFrame) -> dict[str, np.ndarray]:
    """Return what the score of a pair depends on, by name: similarities and what is made of them.

    Roots tell small similarities apart, which for titles and openings matter most.
    """
    columns = {name: pairs[name].to_numpy().astype(float) for name in pairs.columns}
    views = [name for name in pairs.columns if name not in ("a", "b", "days")]
    return {
        **{name: columns[name] for name in (*views, "days")},
        **{f"root of {name}": np.sqrt(columns[name]) for name in views},
        "same day": (columns["days"] == 0).astype(float),
        "title times opening": columns["title"] * columns["opening"],
        "better of title and opening": np.maximum(columns["title"], columns["opening"]),
        "lead times days": columns["lead"] * columns["days"],
    }


@functools.cache
def read_weights(file: Path = WEIGHTS_FILE) -> dict[str, float]:
    """Return the weight of each feature."""
    lines = file.read_text(encoding="utf8").splitlines()
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
