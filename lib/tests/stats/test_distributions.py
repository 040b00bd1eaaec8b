"""Quantiles and tails are to the last bit those of `scipy.stats`."""

import numpy as np
import pytest
import scipy.stats

from wording.stats.distributions import (
    adjust_p_values,
    compute_t_tail,
    find_normal_quantile,
    find_t_quantile,
)

FREEDOM = np.array([0.5, 1, 3.3, 1000, np.nan])[:, None]


@pytest.mark.parametrize("tail", [0.005, 0.025, 0.05])
def test_quantiles_are_those_of_scipy_stats(tail):
    assert find_normal_quantile(tail) == scipy.stats.norm.isf(tail)
    np.testing.assert_array_equal(find_t_quantile(tail, FREEDOM), scipy.stats.t.isf(tail, FREEDOM))


def test_tails_are_those_of_scipy_stats():
    t = np.array([-np.inf, -3.2, 0, 1.96, 40, np.inf, np.nan])
    np.testing.assert_array_equal(compute_t_tail(t, FREEDOM), scipy.stats.t.sf(t, FREEDOM))


@pytest.mark.parametrize("n", [1, 2, 500])
def test_adjusted_p_values_are_those_of_scipy_stats(n):
    p = np.random.default_rng(n).random(n).round(2)
    np.testing.assert_array_equal(adjust_p_values(p), scipy.stats.false_discovery_control(p))
