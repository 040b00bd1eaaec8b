"""Measures of keyness, association and dispersion, as pure functions of counts.

Arrays of one shape go in, and an array of that shape comes out. Keyness compares a term's count on
two sides, `n` of `size` words with `n_other` of `size_other`. Association compares two words:
`n_ii` times together, `n_ix` and `n_xi` times each, among `n_xx` (NLTK's names). NLTK's own
measures are used where they take arrays; its logarithms do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import xlogy

from wording.stats.arrays import Array, Numbers

ZERO_SUBSTITUTE = 0.5
"""What a count of none stands for in a log ratio, which would not be defined (Hardie 2014)."""


def log_ratio(n: Numbers, size: Numbers, n_other: Numbers, size_other: Numbers) -> Array:
    """Return the binary logarithm of the ratio of two rates.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side; 0 counts as 0.5.
    size, size_other : float or array
        Words on either side.

    Returns
    -------
    Array
        In bits: one more is twice as often. NaN where both counts are 0 or a side has no words.

    References
    ----------
    Hardie (2014), "Log Ratio: an informal introduction", CASS, Lancaster.

    Examples
    --------
    >>> float(log_ratio(8, 1000, 2, 1000)), float(log_ratio(4, 1000, 0, 1000))
    (2.0, 3.0)
    """
    n, size, n_other, size_other = _to_floats(n, size, n_other, size_other)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(n > 0, n, ZERO_SUBSTITUTE) / size
        rate_other = np.where(n_other > 0, n_other, ZERO_SUBSTITUTE) / size_other
        logarithm = np.log2(rate / rate_other)
    defined = (n + n_other > 0) & (size > 0) & (size_other > 0)
    return np.where(defined, logarithm, np.nan)


def percent_diff(n: Numbers, size: Numbers, n_other: Numbers, size_other: Numbers) -> Array:
    """Return by how many percent one rate is above the other.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.

    Returns
    -------
    Array
        In percent of the other rate. NaN where the other side has no hits.

    References
    ----------
    Gabrielatos & Marchi (2011), "Keyness: matching metrics to definitions"; they put a tiny number
    in the place of 0, we do not.

    Examples
    --------
    >>> float(percent_diff(3, 1000, 2, 1000))
    50.0
    """
    n, size, n_other, size_other = _to_floats(n, size, n_other, size_other)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = 100 * ((n / size) / (n_other / size_other) - 1)
    return np.where((n_other > 0) & (size > 0), difference, np.nan)


def log_odds(
    n: Numbers,
    size: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    *,
    alpha: Numbers,
    alpha_0: Numbers,
) -> Array:
    """Return the difference of log odds with an informative Dirichlet prior.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.
    alpha : float or array
        Hits of the term in the prior.
    alpha_0 : float or array
        Words in the prior.

    Returns
    -------
    Array
        In natural logarithms. NaN where `alpha` is 0.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Political Analysis 16, 372-403, eqs 15 and 16.
    """
    n, size, n_other, size_other, alpha, alpha_0 = _to_floats(
        n, size, n_other, size_other, alpha, alpha_0
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = (n + alpha) / (size + alpha_0 - n - alpha)
        odds_other = (n_other + alpha) / (size_other + alpha_0 - n_other - alpha)
        return np.where(alpha > 0, np.log(odds / odds_other), np.nan)


def log_odds_z(
    n: Numbers,
    size: Numbers,
    n_other: Numbers,
    size_other: Numbers,
    *,
    alpha: Numbers,
    alpha_0: Numbers,
) -> Array:
    """Return `log_odds` over its standard error.

    The standard error takes words for independent: the measure ranks terms, and is no test.

    Parameters
    ----------
    n, n_other : float or array
        Hits of the term on either side.
    size, size_other : float or array
        Words on either side.
    alpha : float or array
        Hits of the term in the prior.
    alpha_0 : float or array
        Words in the prior.

    Returns
    -------
    Array
        In standard errors. NaN where `alpha` is 0.

    References
    ----------
    Monroe, Colaresi & Quinn (2008), Political Analysis 16, 372-403, eqs 20 (the variance) to 22.
    """
    delta = log_odds(n, size, n_other, size_other, alpha=alpha, alpha_0=alpha_0)
    n, n_other, alpha = _to_floats(n, n_other, alpha)
    with np.errstate(divide="ignore"):
        return delta / np.sqrt(1 / (n + alpha) + 1 / (n_other + alpha))


def g2(n_ii: Numbers, n_ix: Numbers, n_xi: Numbers, n_xx: Numbers) -> Array:
    """Return the log-likelihood ratio in its four-cell form.

    The two-cell form of some keyness tools is smaller. This is NLTK's `likelihood_ratio`, for
    arrays.

    Parameters
    ----------
    n_ii : float or array
        How often the two words are together.
    n_ix, n_xi : float or array
        How often each of them is there.
    n_xx : float or array
        Among how many.

    Returns
    -------
    Array
        Never negative.

    References
    ----------
    Dunning (1993), Computational Linguistics 19, 61-74.

    Examples
    --------
    >>> round(float(g2(110, 2552, 221, 31777)), 2)
    270.72
    """
    observed, expected = _build_contingency_table(*_to_floats(n_ii, n_ix, n_xi, n_xx))
    with np.errstate(divide="ignore", invalid="ignore"):
        # A margin of 0 leaves nothing that could differ.
        cells = [
            np.where(o > 0, xlogy(o, o / e), 0.0) for o, e in zip(observed, expected, strict=True)
        ]
    result: Array = np.maximum(2 * np.sum(cells, axis=0), 0)
    return result


def pmi(n_ii: Numbers, n_ix: Numbers, n_xi: Numbers, n_xx: Numbers) -> Array:
    """Return pointwise mutual information.

    This is NLTK's `pmi`, for arrays.

    Parameters
    ----------
    n_ii : float or array
        How often the two words are together.
    n_ix, n_xi : float or array
        How often each of them is there.
    n_xx : float or array
        Among how many.

    Returns
    -------
    Array
        In bits. NaN where the two are never together.

    References
    ----------
    Church & Hanks (1990), Computational Linguistics 16, 22-29.

    Examples
    --------
    >>> round(float(pmi(20, 42, 20, 14307668)), 2)
    18.38
    """
    n_ii, n_ix, n_xi, n_xx = _to_floats(n_ii, n_ix, n_xi, n_xx)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n_ii > 0, np.log2(n_ii / n_ix * (n_xx / n_xi)), np.nan)


def log_dice(n_ii: Numbers, n_ix: Numbers, n_xi: Numbers) -> Array:
    """Return logDice.

    Parameters
    ----------
    n_ii : float or array
        How often the two words are together.
    n_ix, n_xi : float or array
        How often each of them is there.

    Returns
    -------
    Array
        14 for two words that are always together, one less for half as much; NaN where they never
        are.

    References
    ----------
    Rychlý (2008), "A lexicographer-friendly association score", RASLAN, 6-9.

    Examples
    --------
    >>> float(log_dice(1, 16384, 16384))
    0.0
    """
    n_ii, n_ix, n_xi = _to_floats(n_ii, n_ix, n_xi)
    with np.errstate(divide="ignore", invalid="ignore"):
        dice = 2 * n_ii / (n_ix + n_xi)
        return np.where(n_ii > 0, 14 + np.log2(dice), np.nan)


def chi_square(n_ii: Numbers, n_ix: Numbers, n_xi: Numbers, n_xx: Numbers) -> Array:
    """Return Pearson's chi-square of the four cells (NLTK's).

    Parameters
    ----------
    n_ii : float or array
        How often the two words are together.
    n_ix, n_xi : float or array
        How often each of them is there.
    n_xx : float or array
        Among how many.

    Returns
    -------
    Array
        NaN where a margin is 0.

    Examples
    --------
    >>> round(float(chi_square(8, 15828, 4675, 14307668)), 2)
    1.55
    """
    n_ii, n_ix, n_xi, n_xx = _to_floats(n_ii, n_ix, n_xi, n_xx)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = _import_nltk_measures().chi_sq(n_ii, (n_ix, n_xi), n_xx)
        return result


def t_score(n_ii: Numbers, n_ix: Numbers, n_xi: Numbers, n_xx: Numbers) -> Array:
    """Return Student's t of two words together (NLTK's).

    Parameters
    ----------
    n_ii : float or array
        How often the two words are together.
    n_ix, n_xi : float or array
        How often each of them is there.
    n_xx : float or array
        Among how many.

    Returns
    -------
    Array
        NaN where the two are never together.

    Examples
    --------
    >>> round(float(t_score(20, 42, 20, 14307668)), 4)
    4.4721
    """
    n_ii, n_ix, n_xi, n_xx = _to_floats(n_ii, n_ix, n_xi, n_xx)
    return np.where(n_ii > 0, _import_nltk_measures().student_t(n_ii, (n_ix, n_xi), n_xx), np.nan)


def dp(counts: sparse.sparray | npt.ArrayLike, sizes: npt.ArrayLike) -> Array:
    """Return Gries' deviation of proportions of each term over parts.

    Parameters
    ----------
    counts : sparse array or array_like, shape (parts, terms)
        Hits of each term in each part.
    sizes : array_like, shape (parts,)
        Words of each part.

    Returns
    -------
    Array, shape (terms,)
        0 spread as the words are, towards 1 all in one part. NaN for a term that no part has.

    References
    ----------
    Gries (2008), International Journal of Corpus Linguistics 13, 403-437.

    Examples
    --------
    >>> dp([[1], [2], [3], [4], [5]], [9, 10, 10, 10, 11]).round(2).tolist()
    [0.18]
    """
    hits = sparse.csr_array(counts, dtype=float)
    totals = hits.sum(axis=0)
    size_shares = np.asarray(sizes, dtype=float) / np.sum(sizes)
    size_share_per_hit = np.repeat(size_shares, np.diff(hits.indptr))
    # A part without the term deviates by its own size. All sizes sum to 1, so only the parts with
    # the term need to be visited.
    with np.errstate(divide="ignore", invalid="ignore"):
        hit_shares = hits.data / totals[hits.indices]
        excess = np.abs(hit_shares - size_share_per_hit) - size_share_per_hit
        deviations = (1 + np.bincount(hits.indices, excess, minlength=hits.shape[1])) / 2
    return np.where(totals > 0, deviations, np.nan)


def dp_norm(counts: sparse.sparray | npt.ArrayLike, sizes: npt.ArrayLike) -> Array:
    """Return `dp` over its largest possible value.

    Parameters
    ----------
    counts : sparse array or array_like, shape (parts, terms)
        Hits of each term in each part.
    sizes : array_like, shape (parts,)
        Words of each part.

    Returns
    -------
    Array, shape (terms,)
        1 for a term that only the smallest part has. NaN where there is one part.

    References
    ----------
    Lijffijt & Gries (2012), International Journal of Corpus Linguistics 17, 147-149.

    Examples
    --------
    >>> dp_norm([[2], [1], [0]], [10, 10, 10]).round(2).tolist()
    [0.5]
    """
    sizes = np.asarray(sizes, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        largest = 1 - sizes[sizes > 0].min(initial=np.inf) / sizes.sum()
        result: Array = dp(counts, sizes) / largest
        return result


def _to_floats(*counts: Numbers) -> list[Array]:
    return [np.asarray(count, dtype=float) for count in counts]


def _import_nltk_measures() -> Any:
    # NLTK pulls scikit-learn in: two seconds that only those who ask for these measures wait.
    from nltk.metrics import BigramAssocMeasures

    return BigramAssocMeasures


def _build_contingency_table(
    n_ii: Array, n_ix: Array, n_xi: Array, n_xx: Array
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Return the four cells as observed and as expected of two words without a connection."""
    observed = (n_ii, n_xi - n_ii, n_ix - n_ii, n_xx - n_ix - n_xi + n_ii)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (
            n_ix * n_xi / n_xx,
            (n_xx - n_ix) * n_xi / n_xx,
            n_ix * (n_xx - n_xi) / n_xx,
            (n_xx - n_ix) * (n_xx - n_xi) / n_xx,
        )
    return observed, expected
