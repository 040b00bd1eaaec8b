"""Weights, vectors and cosines: laws, and the same by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from wording.stats import vectors as similarity

COUNTS = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).poisson(1.0, size=(6, 5))
)


def test_ppmi_by_hand():
    counts = np.array([[3, 1], [0, 4]])
    smoothed = np.array([3, 5]) ** 0.75
    expected = np.log(counts[0] / 4 / (smoothed / smoothed.sum()))
    weights = similarity.ppmi(sparse.csr_array(counts)).toarray()
    assert weights[0] == pytest.approx(np.maximum(expected, 0), rel=1e-5)
    assert weights[1, 0] == 0


@given(COUNTS)
def test_ppmi_is_never_negative_and_keeps_with_twice_the_counts(counts):
    once, twice = (
        similarity.ppmi(sparse.csr_array(factor * counts)).toarray() for factor in (1, 2)
    )
    assert (once >= 0).all()
    assert (once[counts == 0] == 0).all()
    assert once == pytest.approx(twice, abs=1e-5)


def test_weights_leave_the_counts_as_they_were():
    counts = sparse.csr_array([[1, 2], [3, 0]])
    similarity.ppmi(counts)
    similarity.weight_sublinear_tf(counts)
    assert counts.toarray().tolist() == [[1, 2], [3, 0]]


@settings(deadline=None)  # the first call compiles
@given(COUNTS)
def test_with_all_axes_cosines_are_those_of_the_weights(counts):
    weights = counts.astype(np.float32)
    vectors = similarity.compute_row_vectors(sparse.csr_array(weights), dimensions=5, seed=1)
    length = np.linalg.norm(weights, axis=1)
    cosine = weights @ weights.T / np.maximum(np.outer(length, length), 1e-9)  # 0 for rows of zeros
    assert vectors @ vectors.T == pytest.approx(cosine, abs=1e-3)


def test_the_same_seed_gives_the_same_bytes():
    weights = sparse.csr_array(
        np.random.default_rng(1).poisson(0.3, size=(200, 80)).astype(np.float32)
    )
    once, again, other = (
        similarity.compute_row_vectors(weights, dimensions=10, seed=seed).tobytes()
        for seed in (3, 3, 4)
    )
    assert once == again
    assert once != other


def test_no_rows_and_no_columns_make_no_vectors():
    assert similarity.compute_row_vectors(
        sparse.csr_array((0, 5), dtype=np.float32), dimensions=3, seed=1
    ).shape == (0, 0)
    assert similarity.compute_row_vectors(
        sparse.csr_array((4, 5), dtype=np.float32), dimensions=3, seed=1
    ).shape == (4, 3)


def test_an_empty_row_is_like_nothing():
    weights = sparse.csr_array(np.array([[0, 0, 0], [2, 0, 1], [1, 1, 0]], dtype=np.float32))
    weights.eliminate_zeros()
    assert similarity.compute_row_vectors(weights, dimensions=3, seed=1)[0].tolist() == [0, 0, 0]


def test_cosines_of_a_row_with_itself_and_with_its_opposite():
    space = similarity.normalise_rows(np.array([[1.0, 0], [0, 2.0], [-1.0, 0]]))
    assert similarity.cosine_similarities(space, [0]).tolist() == [1, 0, 0]


def test_similarities_do_not_depend_on_the_number_of_threads():
    """Sums in another order change last digits, and these the axes of a decomposition."""
    rng = np.random.default_rng(1)
    topics = rng.gamma(0.2, size=(400, 30)) @ rng.gamma(0.2, size=(30, 2_000))
    weights = similarity.weight_sublinear_tf(sparse.csr_array(rng.poisson(topics)))
    several = similarity.compute_row_vectors(weights, dimensions=50, seed=1)
    with threadpool_limits(1):
        alone = similarity.compute_row_vectors(weights, dimensions=50, seed=1)
    assert several @ several.T == pytest.approx(alone @ alone.T, abs=2e-6)


@pytest.mark.parametrize("shape", [(60, 90), (90, 60)])
def test_axes_are_those_of_scikit_learn(shape):
    rng = np.random.default_rng(1)
    rows = sparse.csr_array(rng.poisson(0.3, size=shape) * rng.gamma(2, size=shape))
    axes = similarity.find_main_axes(rows, dimensions=5, seed=3)
    known = randomized_svd(rows, 5, n_iter=similarity.SVD_ITERATIONS, random_state=3)[2].T
    assert axes @ axes.T == pytest.approx(known @ known.T, abs=1e-9)


def test_a_product_is_that_of_scipy():
    rng = np.random.default_rng(1)
    rows = sparse.csr_array(rng.poisson(0.3, size=(30, 20)).astype(np.float32))
    dense = rng.normal(size=(20, 7)).astype(np.float32)
    assert similarity.multiply_sparse(rows, dense).tobytes() == (rows @ dense).tobytes()
