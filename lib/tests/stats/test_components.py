"""Clusters: components, sums in draws, intervals of means."""

import numpy as np
import pytest
from scipy import stats

from wording.stats import components


def test_components_are_what_links_join():
    labels = components.label_components(6, np.array([0, 1, 4]), np.array([1, 2, 5]))
    assert labels.tolist() == [0, 0, 0, 1, 2, 2]
    none = np.zeros(0, int)
    assert components.label_components(3, none, none).tolist() == [0, 1, 2]


def test_sums_by_cluster_counted_by_hand():
    values = np.array([[1.0, 2], [3, 4], [5, 6]])
    sums = components.sum_by_cluster(values, np.array([2, 0, 2]), 3)
    assert sums.tolist() == [[3, 4], [0, 0], [6, 8]]


def test_draws_have_the_variance_of_the_mean_and_do_not_depend_on_blocks(monkeypatch):
    values = np.random.default_rng(1).normal(size=(40, 1))
    sums = np.hstack([np.ones((40, 1)), values])
    drawn = components.draw_cluster_sums(sums, draws=4000, seed=1)
    assert (drawn[:, 0] == 39).all()
    variance = (drawn[:, 1] / drawn[:, 0]).var()
    assert variance == pytest.approx(values.var(ddof=1) / 40, rel=0.08)
    monkeypatch.setattr(components, "DRAWS_AT_ONCE", 7)
    np.testing.assert_array_equal(drawn, components.draw_cluster_sums(sums, draws=4000, seed=1))


def test_an_interval_is_student_s_t_and_p_is_005_where_it_touches_0():
    low, high = components.mean_interval(0.2, 0.01, 30)
    half = stats.t.isf(0.025, 29) * 0.1
    assert (float(low), float(high)) == pytest.approx((0.2 - half, 0.2 + half))
    assert float(components.mean_p_value(half, 0.01, 30)) == pytest.approx(0.05)
    assert components.mean_interval(0.9, 0.01, 30)[1] == 1
    assert np.isnan(components.mean_interval(0.2, 0.01, 1.5)).all()
    assert np.isnan(components.mean_p_value(0.2, 0.01, 1.5))


def test_what_was_not_seen_weighs_less_the_more_was_seen():
    added = components.unseen_variance(30, np.array([0, 1, 9]))
    assert added.tolist() == pytest.approx([1 / 32**2, 1 / 32**2 / 2, 1 / 32**2 / 10])


def test_a_few_large_clusters_are_worth_few():
    assert components.count_effective_clusters(np.ones(8)) == 8
    assert components.count_effective_clusters(np.array([9.0, 1, 1])) == pytest.approx(121 / 83)
    assert components.count_effective_clusters(np.zeros(3)) == 0
