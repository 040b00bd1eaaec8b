"""Variance over clusters: against the formula written out, and planted spread between outlets."""

import numpy as np
import pandas as pd
import pytest

from wording.questions.design import Design
from wording.questions.keyness.term_counts import Pairing, sum_member_terms, widen_rate_variances
from wording.questions.shares.shares import compute_shares
from wording.stats.clusters import (
    ClusterSpread,
    measure_own_spread,
    measure_rest_spread,
    sum_clusters,
)

HITS = np.array([[1.0, 4], [3, 2], [0, 5], [6, 1], [2, 2]])
SIZE = HITS.sum(axis=1, keepdims=True)
STRATUM = np.array([0, 0, 0, 1, 1])


def write_out_variance(rows, others=()):
    """The variance of a ratio over clusters, centred within each stratum, one cluster at a time."""
    both = [*rows, *others]
    size = SIZE[both].sum()
    rate = HITS[both].sum(axis=0) / size
    total = 0.0
    for stratum in (rows, others):
        if len(stratum) > 1:
            away = (HITS[stratum] - rate * SIZE[stratum]) / size
            m = len(stratum)
            total = total + m / (m - 1) * ((away - away.mean(axis=0)) ** 2).sum(axis=0)
    return total


def test_the_variance_is_that_of_the_formula_written_out():
    sums = sum_clusters(HITS, SIZE, STRATUM, 2)
    own = measure_own_spread(sums)
    np.testing.assert_allclose(
        own.variance, [write_out_variance([0, 1, 2]), write_out_variance([3, 4])]
    )
    np.testing.assert_array_equal(own.freedom, [[2], [1]])


def test_the_rest_is_all_other_strata_each_centred_for_itself():
    stratum = np.array([0, 0, 1, 2, 2])
    rest = measure_rest_spread(sum_clusters(HITS, SIZE, stratum, 3))
    np.testing.assert_allclose(rest.variance[1], write_out_variance([0, 1], [3, 4]))
    np.testing.assert_array_equal(rest.freedom, [[1], [2], [1]])


def test_a_single_cluster_has_no_spread_of_its_own():
    own = measure_own_spread(sum_clusters(HITS[:1], SIZE[:1], np.array([0]), 1))
    assert not own.variance.any()
    variance = np.array([[0.01, 0.01]])
    np.testing.assert_array_equal(own.widen(variance), variance)


def test_only_what_varies_more_over_clusters_is_widened_by_students_t():
    spread = ClusterSpread(np.array([[0.04, 0.0001]]), np.array([[4.0]]))
    widened = spread.widen(np.array([[0.01, 0.01]]))
    assert widened[0, 0] == pytest.approx(0.04 * (2.776445 / 1.959964) ** 2, rel=1e-5)
    assert widened[0, 1] == 0.01
    samples = np.array([0.3, 0.5])[:, None, None] * np.ones((1, 1, 2))
    stretched = spread.stretch(samples)
    np.testing.assert_allclose(stretched.var(axis=0), widened)
    np.testing.assert_allclose(stretched.mean(axis=0), 0.4)


def test_rates_of_terms_are_widened_alike():
    articles = pd.DataFrame({"outlet": ["g"] * 3 + ["h"] * 2, "member": list("abcde")})
    sums = sum_member_terms(articles, STRATUM, HITS, SIZE.ravel(), 2)
    own, other = widen_rate_variances((np.zeros((2, 2)),) * 2, sums, Pairing([0, 1]))
    assert (own > 0).all()
    np.testing.assert_allclose(own, other[::-1])  # of two groups, each is the other's rest


def simulate_group(rng, n_outlets, n_articles, share, spread):
    """The counts and articles of one group whose outlets' shares lie `spread` apart."""
    strength = share * (1 - share) / spread**2 - 1
    own = rng.beta(share * strength, (1 - share) * strength, n_outlets)
    per_article = rng.beta(1.5 * own[:, None], 1.5 * (1 - own[:, None]), (n_outlets, n_articles))
    total = rng.geometric(0.55, (n_outlets, n_articles))
    n = rng.binomial(total, per_article)
    names = [f"{k}-{j}" for k in range(n_outlets) for j in range(n_articles)]
    articles = pd.DataFrame({"doc_id": names, "outlet": "g", "n_words": 100})
    articles["member"] = np.repeat([f"outlet {k}" for k in range(n_outlets)], n_articles)
    hits = {"x": n.ravel(), "y": (total - n).ravel()}
    counts = [pd.DataFrame({"doc_id": names, "variant": v, "n": hits[v]}) for v in hits]
    return pd.concat(counts).assign(concept="c", voice="outlet").query("n > 0"), articles


@pytest.mark.slow
@pytest.mark.parametrize(("n_outlets", "n_articles"), [(4, 30), (8, 20), (30, 8)])
def test_intervals_of_groups_hold_what_such_outlets_write(n_outlets, n_articles):
    rng, covered, articles_only = np.random.default_rng(7), [], []
    for seed in range(150):
        counts, articles = simulate_group(rng, n_outlets, n_articles, 0.3, 0.12)
        design = Design(draws=199, seed=seed)
        for held, known in ((covered, articles), (articles_only, articles.drop(columns="member"))):
            row = compute_shares(counts, known, {"c": ["x", "y"]}, design).iloc[0]
            held.append(row["low"] <= 0.3 <= row["high"])
    assert np.mean(covered) > 0.9
    assert np.mean(articles_only) < np.mean(covered) - 0.05
