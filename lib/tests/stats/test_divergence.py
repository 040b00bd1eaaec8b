"""The divergence against SciPy, by hand and by its laws; labels that change places; p."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from wording.stats.divergence import (
    jensen_shannon,
    jensen_shannon_contributions,
    normalise_by_block,
    permutation_p_value,
    permute_labels,
)

RNG = np.random.default_rng(1)
P, Q, R = RNG.dirichlet(np.full(7, 0.3), size=(3, 200))


def test_as_scipy_has_it():
    np.testing.assert_allclose(
        jensen_shannon(P, Q), jensenshannon(P, Q, axis=1, base=2) ** 2, atol=1e-12
    )


def test_values_known_in_closed_form():
    """Two coins: H(1/2) - (H(a) + H(b)) / 2 for a = 1/4, b = 3/4 is 1 - H(1/4).

    That is the capacity of a channel that errs in 1 of 4 (Cover & Thomas, 7.1.4).
    """
    assert jensen_shannon(np.array([0.25, 0.75]), np.array([0.75, 0.25])) == pytest.approx(
        0.188722, abs=1e-6
    )
    assert jensen_shannon(np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(1)


def test_laws():
    apart = jensen_shannon(P, Q)
    np.testing.assert_allclose(apart, jensen_shannon(Q, P))
    np.testing.assert_allclose(jensen_shannon(P, P), 0, atol=1e-12)
    assert ((apart > 0) & (apart < 1)).all()
    assert (
        np.sqrt(apart) <= np.sqrt(jensen_shannon(P, R)) + np.sqrt(jensen_shannon(R, Q)) + 1e-12
    ).all()
    np.testing.assert_allclose(jensen_shannon_contributions(P, Q).sum(axis=1), apart)
    assert (jensen_shannon_contributions(P, Q) >= 0).all()


def test_only_what_both_have_counts():
    block, weight = np.array([0, 0, 1, 1, 1]), np.array([0.75, 0.25])
    p = normalise_by_block(np.array([3.0, 1, 2, 2, 0]), block, weight)
    q = normalise_by_block(np.array([1.0, 3, 0, 1, 1]), block, weight)
    np.testing.assert_allclose(p, [0.5625, 0.1875, 0.125, 0.125, 0])
    first, second = (
        jensen_shannon(np.array([0.75, 0.25]), np.array([0.25, 0.75])),
        jensen_shannon(np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])),
    )
    assert jensen_shannon(p, q) == pytest.approx(0.75 * first + 0.25 * second)
    without = normalise_by_block(np.array([1.0, 3, 0, 0, 0]), block, weight)
    assert np.isnan(without[2:]).all()
    assert jensen_shannon(p, without) == pytest.approx(first)
    assert np.isnan(
        jensen_shannon(without, normalise_by_block(np.array([0.0, 0, 1, 1, 1]), block, weight))
    )


def test_labels_change_places_within_their_stratum_only():
    first, stratum = (
        np.repeat([True, False, True, False], [3, 5, 4, 0]),
        np.repeat([0, 0, 7], [3, 5, 4]),
    )
    labels = permute_labels(first, stratum, draws=4000, rng=np.random.default_rng(2))
    assert (labels[:, :8].sum(axis=1) == 3).all()
    assert labels[:, 8:].all()
    np.testing.assert_allclose(labels[:, :8].mean(axis=0), 3 / 8, atol=0.035)
    again = permute_labels(first[::-1], stratum[::-1], draws=9, rng=np.random.default_rng(2))
    assert (again[:, :4]).all()


def test_p_counts_those_as_high_and_goes_on_beyond_them():
    drawn = np.random.default_rng(3).gamma(2, 1, size=199)
    assert permutation_p_value(np.sort(drawn)[-10], drawn) == pytest.approx(11 / 200)
    assert permutation_p_value(drawn.min(), drawn) == 1
    assert 1e-7 < permutation_p_value(15, drawn) < 5e-5  # exactly 4.9e-6
    assert np.isnan(permutation_p_value(0.3, np.full(99, 0.3)))
