"""How alike phrases are in what surrounds them: weights, vectors and cosines of counts.

All are pure functions.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from wording.corpus.encoding.compiled import compile_module
from wording.stats import vector_kernels
from wording.stats.arrays import Array

SMOOTHING_EXPONENT = 0.75
"""Without it rare neighbours weigh too much (Levy, Goldberg & Dagan 2015, sec. 3.1)."""

SVD_ITERATIONS, SVD_OVERSAMPLES = 2, 10
"""Of the randomised decomposition; four gave the same neighbours in twice the time."""


def ppmi(counts: sparse.csr_array, *, least: float = 0.0) -> sparse.csr_array:
    """Return positive pointwise mutual information of rows and columns, columns smoothed.

    Parameters
    ----------
    counts : sparse.csr_array, shape (rows, columns)
        Hits of each row with each column.
    least : float
        Cells up to this value are left out.

    Returns
    -------
    sparse.csr_array, shape (rows, columns)
        In natural logarithms.

    References
    ----------
    Levy, Goldberg & Dagan (2015), TACL 3, sec. 2.1 and eq. 3: max(ln(p(w, c) / p(w) p_a(c)), 0),
    p_a(c) by counts to the power of 0.75.

    Examples
    --------
    >>> ppmi(sparse.csr_array([[2, 0], [0, 2]])).toarray().astype(float).round(3).tolist()
    [[0.693, 0.0], [0.0, 0.693]]
    """
    row_sums = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    column_sums = np.asarray(counts.sum(axis=0), dtype=np.float64).ravel()
    smoothed = column_sums**SMOOTHING_EXPONENT
    with np.errstate(divide="ignore"):
        log_rows = np.log(row_sums).astype(np.float32)
        log_columns = np.log(smoothed / max(smoothed.sum(), 1e-300)).astype(np.float32)
    value = (
        np.log(counts.data.astype(np.float32))
        - np.repeat(log_rows, np.diff(counts.indptr))
        - log_columns[counts.indices]
    )
    kept = value > least
    ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    return sparse.csr_array((value[kept], counts.indices[kept], ends), shape=counts.shape)


def weight_sublinear_tf(counts: sparse.csr_array) -> sparse.csr_array:
    """Return (1 + ln n) / sqrt(m), where m is the number of rows that the column has.

    Long articles weigh no more than short ones.

    Returns
    -------
    sparse.csr_array, shape of `counts`
        In single precision.

    References
    ----------
    Manning, Raghavan & Schuetze (2008), sec. 6.4: sublinear tf, here with cosine normalisation of
    columns.

    Examples
    --------
    >>> weights = weight_sublinear_tf(sparse.csr_array([[1, 0], [1, 1]]))
    >>> weights.toarray().astype(float).round(3).tolist()
    [[0.707, 0.0], [0.707, 1.0]]
    """
    weights = sparse.csr_array(counts, dtype=np.float32, copy=True)
    per_column = np.bincount(weights.indices, minlength=weights.shape[1]).astype(np.float32)
    weights.data = (1 + np.log(weights.data)) / np.sqrt(per_column[weights.indices])
    return weights


def compute_row_vectors(
    weights: sparse.csr_array, *, dimensions: int, seed: int, basis: Array | None = None
) -> Array:
    """Return the rows on their main axes, one vector of length 1 per row.

    Parameters
    ----------
    weights : sparse.csr_array, shape (rows, columns)
        Weight of each column in each row.
    dimensions : int
        Axes at most; never more than rows or columns.
    seed : int
        Of the randomised decomposition.
    basis : Array of bool, shape (rows,), optional
        Flags of the rows that the axes are made from (None: all).

    Returns
    -------
    Array of float32, shape (rows, dimensions at most)
        0 where the row is empty.

    References
    ----------
    Truncated singular value decomposition by random projection: Halko, Martinsson & Tropp (2011),
    SIAM Review 53.
    """
    basis_rows = weights
    if basis is not None:
        basis_rows = weights[np.flatnonzero(basis)]
    dimensions = min(dimensions, *basis_rows.shape)
    if not dimensions:
        return np.zeros((weights.shape[0], 0), np.float32)
    # In float32, last digits of sums, which depend on the number of threads, would show in scores.
    axes = find_main_axes(basis_rows.astype(np.float64), dimensions=dimensions, seed=seed)
    return normalise_rows(multiply_sparse(weights, axes.astype(weights.dtype)))


def find_main_axes(rows: sparse.csr_array, *, dimensions: int, seed: int) -> Array:
    """Return the main axes of some rows: columns x dimensions.

    As scikit-learn's `randomized_svd` finds them, in half the time.

    Parameters
    ----------
    rows : sparse.csr_array, shape (rows, columns)
        In double precision.
    dimensions : int
        1 or more, and no more than rows or columns.
    seed : int

    References
    ----------
    Halko, Martinsson & Tropp (2011), SIAM Review 53, algorithms 4.3 and 5.1.
    """
    turned = rows.T.tocsr()
    is_turned = rows.shape[0] < rows.shape[1]
    one, other = (turned, rows) if is_turned else (rows, turned)
    random = np.random.RandomState(seed)
    sample = random.normal(size=(one.shape[1], dimensions + SVD_OVERSAMPLES))
    for _ in range(SVD_ITERATIONS):
        sample = multiply_sparse(other, multiply_sparse(one, sample))
    space = np.linalg.qr(multiply_sparse(one, sample))[0]
    projected = multiply_sparse(other, space)
    if is_turned:
        rotation = np.linalg.eigh(projected.T @ projected)[1][:, ::-1]
        axes: Array = space @ rotation[:, :dimensions]
        return axes
    return np.linalg.svd(projected, full_matrices=False)[0][:, :dimensions]


def multiply_sparse(rows: sparse.csr_array, dense: Array) -> Array:
    """Return the product of a sparse matrix and a dense one of its type."""
    product: Array = compile_module(vector_kernels).multiply_rows(
        rows.indptr, rows.indices, rows.data, np.ascontiguousarray(dense)
    )
    return product


def normalise_rows(rows: Array) -> Array:
    """Return the rows with length 1; rows of zeros stay.

    Examples
    --------
    >>> normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


def cosine_similarities(space: Array, rows: Array) -> Array:
    """Return the cosine of every row of a space with the mean of the given rows, never below 0."""
    result: Array = np.maximum(space @ normalise_rows(space[rows].sum(axis=0)), 0)
    return result
