"""Copies are no new evidence.

With whole families drawn, intervals hold the truth; with each copy drawn by itself they do not.
"""

import numpy as np
import pandas as pd

from wording.questions.shares.copies import COPY_RULE_SENTENCES, describe_copies
from wording.stats import resampling

STORIES, CASES, SHARE, CLUSTERING = 40, 400, 0.3, 0.3


def coverage(families):
    """Return how often intervals of 95 % hold the planted share, families drawn together or not.

    Every third story is printed four times.
    """
    rng, scale = np.random.default_rng(3), (1 - CLUSTERING) / CLUSTERING
    size = rng.geometric(1 / 3, size=(STORIES, CASES))
    n_hits = rng.binomial(size, rng.beta(SHARE * scale, (1 - SHARE) * scale, size=size.shape))
    story = np.repeat(np.arange(STORIES), np.where(np.arange(STORIES) % 3, 1, 4))
    unit = story if families else np.arange(len(story))
    by_unit = np.zeros((unit.max() + 1, len(unit)))
    by_unit[unit, np.arange(len(unit))] = 1
    drawn = resampling.draw_article_weights(
        ["a"] * len(story), draws=399, seed=1, families=unit
    ).astype(float)
    hits, all_hits = n_hits[story].astype(float), size[story].astype(float)
    unit_hits, unit_size = by_unit @ n_hits[story], by_unit @ size[story]
    share = hits.sum(0) / all_hits.sum(0)
    carriers = np.minimum((unit_hits > 0).sum(0), (unit_hits < unit_size).sum(0))
    n = resampling.effective_hits(
        (drawn @ hits) / (drawn @ all_hits),
        share,
        hits=all_hits.sum(0),
        articles=resampling.effective_articles(unit_size),
        carriers=carriers,
    )
    low, high = resampling.share_interval(share, n)
    return ((low <= SHARE) & (high >= SHARE)).mean()


def test_intervals_hold_where_there_are_copies():
    assert 0.92 < coverage(families=True) < 0.98


def test_copies_drawn_one_by_one_would_seem_to_prove_more():
    assert coverage(families=False) < 0.85


def test_ties_and_copied_passages_are_said():
    articles = pd.DataFrame(
        {
            "outlet": ["A", "B", "C", "D"],
            "family": ["1", "1", "3", "4"],
            "first": [True, False, True, True],
            "tied": [True, True, False, False],
            "n_copied": [0, 90, 40, 0],
            "agency": None,
        }
    )
    said = describe_copies(articles, "all")
    assert any("1 story appeared at several outlets on the same day" in s for s in said)
    assert "1 further article contains passages of earlier ones, 40 words in all." in said
    none = describe_copies(articles[2:].assign(n_copied=0), "all")
    assert none == ["No article is a copy of an earlier one.", COPY_RULE_SENTENCES["all"]]
