"""Estimates the weights of data/words/stories-en.csv from articles on known events.

`python -m wording.corpus.fit_links ARTICLES EVENTS.csv [--into FILE] [--folds 5]`

EVENTS has doc_id and event: articles that are known to tell of one event. The pairs of known
events are scored by weights that were estimated from other events, and recall and precision are
printed; with --into the weights that are estimated from all of them are written.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from wording.corpus.build import add_families, encode_articles
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.shard import hash_keys
from wording.corpus.marks.stories.candidates import MAX_DAYS_APART
from wording.corpus.marks.stories.links import (
    MIN_LINK_SCORE,
    WEIGHTS_FILE,
    compare_candidates,
    compute_link_features,
    compute_scores,
)
from wording.corpus.reading.articles import read_articles

PENALTY_INVERSE = 3.0
"""Inverse strength of the ridge penalty."""

OTHER_EVENT_WEIGHT = 1.75
"""How often a pair of two events counts: among the candidates there are many more of them than
among the pairs of known events."""

DECIMALS = 2
"""Decimals of a weight."""


@dataclass(frozen=True)
class KnownPairs:
    """The candidates among articles of known events.

    Attributes
    ----------
    features : what each one's score depends on, by name.
    events : the number of the event of both articles, int64 (2, n).
    n_possible : how many pairs of one event there are: of different outlets, and near in time.
    """

    features: dict[str, np.ndarray]
    events: np.ndarray
    n_possible: int

    @property
    def is_same(self) -> np.ndarray:
        """Return which pairs are of one event."""
        return self.events[0] == self.events[1]


def find_known_pairs(corpus: Corpus, events: pl.DataFrame) -> KnownPairs:
    """Return the candidates among articles of known events.

    Parameters
    ----------
    corpus : the articles.
    events : doc_id, event.
    """
    # What is far from any link says how much nearness matters.
    pairs = compare_candidates(corpus, min_cosine=0.0)
    named = corpus.table.select("doc_id", "outlet", "date").join(
        events.select("doc_id", "event"), on="doc_id", how="left", maintain_order="left"
    )
    event = pl.Series(hash_keys(named["event"].fill_null("")) >> np.uint64(1)).cast(pl.Int64)
    both = np.array([event.gather(pairs[name]).to_numpy() for name in ("a", "b")])
    is_known = named["event"].is_not_null()
    known = (is_known.gather(pairs["a"]) & is_known.gather(pairs["b"])).to_numpy()
    features = {name: values[known] for name, values in compute_link_features(pairs).items()}
    return KnownPairs(features, both[:, known], count_possible_pairs(named))


def count_possible_pairs(named: pl.DataFrame) -> int:
    """Return the pairs of one event, of different outlets, and near in time (see `KnownPairs`)."""
    known = named.drop_nulls()
    both = known.join(known, on="event", suffix="_other").filter(
        (pl.col("doc_id") < pl.col("doc_id_other"))
        & (pl.col("outlet") != pl.col("outlet_other"))
        & ((pl.col("date") - pl.col("date_other")).dt.total_days().abs() <= MAX_DAYS_APART)
    )
    return len(both)


def estimate_weights(pairs: KnownPairs, used: np.ndarray) -> dict[str, float]:
    """Return the weight of each feature, and the intercept, by the pairs that are used."""
    values = np.column_stack(list(pairs.features.values()))[used]
    is_same = pairs.is_same[used]
    model = LogisticRegression(C=PENALTY_INVERSE, max_iter=10_000)
    model.fit(values, is_same, sample_weight=np.where(is_same, 1, OTHER_EVENT_WEIGHT))
    found = [model.intercept_[0], *model.coef_[0]]
    names = ["intercept", *pairs.features]
    return {name: round(float(w), DECIMALS) for name, w in zip(names, found, strict=True)}


def score_held_out(pairs: KnownPairs, folds: int) -> np.ndarray:
    """Return the scores of pairs by weights that were estimated without the events of either.

    Each event is in one of the folds; a pair is scored by the pairs of no event in its folds.
    """
    fold, scores = pairs.events % folds, np.zeros(pairs.events.shape[1])
    for parts in itertools.combinations_with_replacement(range(folds), 2):
        is_asked = (np.sort(fold, axis=0) == np.array(parts)[:, None]).all(axis=0)
        used = np.asarray(~np.isin(fold, parts).any(axis=0))
        weights = estimate_weights(pairs, used)
        asked = {name: values[is_asked] for name, values in pairs.features.items()}
        scores[is_asked] = compute_scores(asked, weights)
    return scores


def describe_scores(pairs: KnownPairs, scores: np.ndarray) -> Iterator[str]:
    """Yield a line for each of some least scores: recall and precision of the links."""
    for least in (0.5, MIN_LINK_SCORE, 0.7, 0.8, 0.9):
        is_same = pairs.is_same[scores >= least]
        yield (
            f"score >= {least}: recall {is_same.sum() / pairs.n_possible:.3f}, "
            f"precision {is_same.mean():.3f} ({len(is_same)} links)"
        )


def write_weights(weights: dict[str, float], file: Path) -> None:
    """Write the weights, below the lines of the file that begin with #."""
    old = file.read_text(encoding="utf8").splitlines() if file.is_file() else []
    head = [line for line in old if line.startswith("#")]
    rows = [f"{name},{weight:.{DECIMALS}f}" for name, weight in weights.items()]
    file.write_text("\n".join([*head, "feature,weight", *rows]) + "\n", encoding="utf8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("events", type=Path)
    parser.add_argument("--into", type=Path, help=f"A file such as {WEIGHTS_FILE.name}.")
    parser.add_argument("--folds", type=int, default=5)
    given = parser.parse_args()
    events = pl.read_csv(given.events, infer_schema=False)
    corpus = add_families(encode_articles(read_articles(given.articles)))
    pairs = find_known_pairs(corpus, events)
    print(f"{pairs.n_possible} pairs of one event, {len(pairs.is_same)} candidates")
    print("\n".join(describe_scores(pairs, score_held_out(pairs, given.folds))))
    if given.into:
        write_weights(estimate_weights(pairs, np.ones(len(pairs.is_same), bool)), given.into)


if __name__ == "__main__":
    main()
