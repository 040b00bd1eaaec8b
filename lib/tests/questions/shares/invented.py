"""Counts and articles made up for the tests: to count by hand, or with planted shares."""

import itertools

import numpy as np
import pandas as pd

HAND = [
    ("1", "A", {"coup": 3, "protests": 1}),
    ("2", "A", {"coup": 2}),
    ("3", "A", {"protests": 2}),
    ("4", "A", {}),
    ("5", "B", {"protests": 2}),
    ("6", "B", {"coup": 1, "protests": 1}),
    ("7", "C", {"coup": 5}),
    ("8", "D", {}),
]


def tables(hits, *, words=1000):
    """Return counts and articles from rows of (doc_id, outlet, variant -> hits)."""
    articles = pd.DataFrame(
        [(doc, outlet, words) for doc, outlet, _ in hits], columns=["doc_id", "outlet", "n_words"]
    )
    counts = [
        (doc, "kyiv", variant, "all", n)
        for doc, _, by_variant in hits
        for variant, n in by_variant.items()
        if n
    ]
    return pd.DataFrame(counts, columns=["doc_id", "concept", "variant", "voice", "n"]), articles


def planted(*, outlets=4, articles=30, seed=1, shares=None):
    """Return counts and articles with a share of "coup" for each outlet."""
    rng, hits = np.random.default_rng(seed), []
    for k, i in itertools.product(range(outlets), range(articles)):
        size = rng.geometric(0.3)
        coup = rng.binomial(
            size, rng.beta(*((1, 1) if shares is None else (4 * shares[k], 4 - 4 * shares[k])))
        )
        hits.append((f"{k}-{i}", "ABCDEFGHIJ"[k], {"coup": coup, "protests": size - coup}))
    return tables(hits)
