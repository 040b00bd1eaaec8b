"""Invented marks on invented hits, for the tests of what coders' marks say."""

import numpy as np
import pandas as pd

from wording.questions.coding import sample as coding
from wording.questions.design import Design
from wording.questions.shares.shares import compute_shares

OUTLETS, TERMS = [f"outlet {i}" for i in range(6)], ["v", "w", "x"]


def lines(right, n, *, outlet="A", variant="v", voice="outlet", first=0, sample=True):
    """Return marks of one coder on n lines, the first `right` of them in the right sense.

    Each line is of an article of its own.
    """
    at = np.arange(first, first + n)
    return pd.DataFrame(
        {
            "coder": "a",
            "date": "2031-01-01",
            "doc_id": [f"{outlet}{variant}{i}" for i in at],
            "start": at,
            "end": at + 4,
            "concept": "c",
            "variant": variant,
            "outlet": outlet,
            "voice": voice,
            "mark": np.where(np.arange(n) < right, "right sense", "wrong sense"),
            "sample": sample,
        }
    )


def hits(**n):
    """Return so many hits of the variant v at each outlet."""
    return pd.DataFrame(
        {
            "concept": "c",
            "variant": "v",
            "outlet": list(n),
            "voice": "outlet",
            "n": list(n.values()),
        }
    )


def shares_of(n, total, low, high):
    rows = {
        "concept": "c",
        "variant": ["v", "w"],
        "outlet": "A",
        "voice": "outlet",
        "n": [n, total - n],
        "share": [n / total, 1 - n / total],
    }
    return pd.DataFrame(rows | {"low": [low, 1 - high], "high": [high, 1 - low]})


def planted(rng, *, spread, articles=60, size=150, alike=6):
    """Return hits of six outlets, the marks of a sample, and what was planted in them.

    Shares and precisions (spread around .95, .8, .6) are planted, both clustered in articles.
    """
    share = rng.dirichlet([4, 4, 4], 6)
    right = rng.beta(
        np.array([0.95, 0.8, 0.6]) * spread, np.array([0.05, 0.2, 0.4]) * spread, (6, 3)
    )
    doc = np.repeat(np.arange(6 * articles), 1 + rng.poisson(1, 6 * articles))
    outlet = np.arange(6 * articles) // articles
    own = rng.gamma(share[outlet] * 7 / 3)
    variant = (
        ((own / own.sum(axis=1, keepdims=True)).cumsum(axis=1)[doc] < rng.random(len(doc))[:, None])
        .sum(axis=1)
        .clip(max=2)
    )
    own_right = rng.beta(right[outlet] * alike, (1 - right[outlet]) * alike)
    sense = rng.random(len(doc)) < own_right[doc, variant]
    start = np.arange(len(doc))
    all_hits = pd.DataFrame(
        {
            "doc_id": doc.astype(str),
            "start": start,
            "end": start + 1,
            "concept": "c",
            "voice": "outlet",
        }
    )
    all_hits = all_hits.assign(
        variant=np.array(TERMS)[variant], outlet=np.array(OUTLETS)[outlet[doc]], right=sense
    )
    drawn = coding.draw_stratified(all_hits, size=size, seed=1)
    marks = drawn.assign(
        coder="a", date="", sample=True, mark=np.where(drawn["right"], "right sense", "wrong sense")
    )
    listed = pd.DataFrame(
        {
            "doc_id": np.arange(6 * articles).astype(str),
            "outlet": np.array(OUTLETS)[outlet],
            "n_words": 100,
        }
    )
    counts = (
        all_hits.groupby(["doc_id", "concept", "variant", "voice"]).size().rename("n").reset_index()
    )
    table = compute_shares(
        counts, listed, design=Design(outlets=OUTLETS, draws=199), variants={"c": TERMS}
    ).assign(voice="outlet")
    return all_hits, marks, table, share, right
