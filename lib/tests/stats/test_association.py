"""Measures against published numbers, laws and slow oracles."""

import math

import numpy as np
import pytest
from nltk.metrics import BigramAssocMeasures
from scipy import sparse

from wording.stats.association import (
    chi_square,
    dp,
    dp_norm,
    g2,
    log_dice,
    log_odds,
    log_odds_z,
    log_ratio,
    percent_diff,
    pmi,
    t_score,
)

SIDES = [(8, 1000, 2, 3000), (5, 400, 5, 400), (1, 70, 90, 8000), (40, 90_000, 7, 12_000)]
TABLES = [
    (8, 13, 32, 31777),
    (110, 2552, 221, 31777),
    (1, 5, 9, 60),
    (3, 3, 40, 500),
    (0, 7, 9, 100),
]


def each(cases):
    return np.array(cases, dtype=float).T


@pytest.mark.parametrize(
    ("n", "other", "expected"),
    [(0.0006, 0.0002, math.log2(3)), (2, 1, 1), (4, 1, 2), (1, 2, -1), (8, 8, 0)],
)
def test_log_ratio_is_hardies(n, other, expected):
    """Hardie (2014): three times as often is a ratio of 3.

    The same rate is 0, each step of 1 a doubling.
    """
    assert log_ratio(n, 1, other, 1) == pytest.approx(expected)


def test_none_counts_as_a_half_in_a_log_ratio_only():
    assert log_ratio(16, 100, 0, 100) == 5
    assert log_ratio(0, 100, 16, 100) == -5
    assert np.isnan(
        [
            log_ratio(0, 9, 0, 9),
            log_ratio(1, 9, 0, 0),
            percent_diff(3, 9, 0, 9),
            percent_diff(0, 0, 3, 9),
        ]
    ).all()


def test_percent_diff_and_log_ratio_tell_the_same_rates():
    n, size, n_other, size_other = each(SIDES)
    np.testing.assert_allclose(
        np.log2(1 + percent_diff(n, size, n_other, size_other) / 100),
        log_ratio(n, size, n_other, size_other),
    )


@pytest.mark.parametrize(
    "measure",
    [
        log_ratio,
        lambda *sides: log_odds(*sides, alpha=2, alpha_0=500),
        lambda *sides: log_odds_z(*sides, alpha=2, alpha_0=500),
    ],
)
def test_swapped_sides_flip_the_sign(measure):
    n, size, n_other, size_other = each(SIDES)
    np.testing.assert_allclose(
        measure(n, size, n_other, size_other), -measure(n_other, size_other, n, size)
    )


def test_a_corpus_taken_twice_has_the_same_effect_and_more_evidence():
    sides, twice = each(SIDES), 2 * each(SIDES)
    np.testing.assert_allclose(log_ratio(*twice), log_ratio(*sides))
    np.testing.assert_allclose(percent_diff(*twice), percent_diff(*sides))
    tables = each(TABLES)
    np.testing.assert_allclose(g2(*2 * tables), 2 * g2(*tables))
    np.testing.assert_allclose(pmi(*2 * tables), pmi(*tables))


@pytest.mark.parametrize("case", SIDES)
def test_log_odds_are_monroes_equations(case):
    """Monroe, Colaresi & Quinn (2008), eqs 16, 20 and 22, written out for one term."""
    y_i, n_i, y_j, n_j = case
    a, a0 = 1.5, 300
    delta = math.log((y_i + a) / (n_i + a0 - y_i - a)) - math.log((y_j + a) / (n_j + a0 - y_j - a))
    assert log_odds(*case, alpha=a, alpha_0=a0) == pytest.approx(delta)
    assert log_odds_z(*case, alpha=a, alpha_0=a0) == pytest.approx(
        delta / math.sqrt(1 / (y_i + a) + 1 / (y_j + a))
    )


def test_a_strong_prior_leaves_no_difference_and_a_weak_one_the_odds_as_counted():
    strong, weak = (log_odds(8, 1000, 2, 3000, alpha=k * 0.0025, alpha_0=k) for k in (1e12, 1e-9))
    assert strong == pytest.approx(0, abs=1e-6)
    assert weak == pytest.approx(math.log(8 / 992) - math.log(2 / 2998))
    assert np.isnan(log_odds(0, 10, 0, 10, alpha=0, alpha_0=5))


@pytest.mark.parametrize(
    ("n_ii", "n_ix", "n_xi", "expected"), [(110, 2552, 221, 270.72), (8, 13, 32, 95.29)]
)
def test_g2_is_dunnings(n_ii, n_ix, n_xi, expected):
    """Dunning (1993), table 1, in the four-cell form.

    The two-cell form gives 88.85 for the second.
    """
    assert g2(n_ii, n_ix, n_xi, 31777) == pytest.approx(expected, abs=5e-3)


def test_chi_square_t_and_pmi_are_those_of_manning_and_schuetze():
    """Manning & Schütze (1999), ch. 5: "new companies", "Ayatollah Ruhollah", "time last"."""
    assert chi_square(8, 15828, 4675, 14307668) == pytest.approx(1.55, abs=5e-3)
    assert t_score(8, 15828, 4675, 14307668) == pytest.approx(0.9999, abs=5e-5)
    assert t_score(20, 42, 20, 14307668) == pytest.approx(4.4721, abs=5e-5)
    assert pmi(20, 42, 20, 14307668) == pytest.approx(18.38, abs=5e-3)
    assert pmi(20, 15019, 15629, 14307668) == pytest.approx(0.29, abs=5e-3)


@pytest.mark.parametrize("case", TABLES[:4])
def test_measures_for_arrays_are_nltks_for_numbers(case):
    n_ii, n_ix, n_xi, n_xx = case
    ours = [measure(*each([case, case]))[1] for measure in (g2, pmi, chi_square, t_score)]
    names = ("likelihood_ratio", "pmi", "chi_sq", "student_t")
    assert ours == pytest.approx(
        [getattr(BigramAssocMeasures, name)(n_ii, (n_ix, n_xi), n_xx) for name in names], rel=1e-9
    )


def test_g2_is_never_negative_and_none_where_rates_are_equal():
    n = np.arange(1, 60)
    assert g2(n, 2 * n, 5000, 10_000) == pytest.approx(0, abs=1e-9)
    assert (g2(*each(TABLES)) >= 0).all()
    assert g2(0, 0, 50, 100) == 0


def test_counts_may_be_whole_numbers_of_any_size():
    assert chi_square(
        *(np.array([k]) for k in (10**6, 2 * 10**6, 3 * 10**6, 10**9))
    ) == pytest.approx(BigramAssocMeasures.chi_sq(10.0**6, (2e6, 3e6), 1e9))


def test_log_dice_has_rychlys_landmarks():
    """Rychlý (2008): 14 where the two are always together.

    0 for one co-occurrence in 16,000; one more is twice as often.
    """
    assert log_dice(30, 30, 30) == 14
    assert log_dice(1, 2**14, 2**14) == 0
    assert log_dice(1, 16_000, 16_000) == pytest.approx(0, abs=0.04)
    assert log_dice(20, 500, 700) - log_dice(10, 500, 700) == pytest.approx(1)
    assert np.isnan(log_dice(0, 5, 5))


def test_dispersion_of_griess_example():
    """Gries (2008): five parts of 9, 10, 10, 10 and 11 words, with the word 1 to 5 times."""
    counts, sizes = [[1], [2], [3], [4], [5]], [9, 10, 10, 10, 11]
    assert dp(counts, sizes) == pytest.approx([0.18])
    assert dp_norm(counts, sizes) == pytest.approx([0.18 / 0.82])


def test_dispersion_of_lijffijt_and_griess_example():
    """Lijffijt & Gries (2012), table 1: three parts of one size.

    Two thirds of the word are in one, the rest in another.
    """
    assert dp([[2], [1], [0]], [5, 5, 5]) == pytest.approx([1 / 3])
    assert dp_norm([[2], [1], [0]], [5, 5, 5]) == pytest.approx([1 / 2])


def slow_dp(counts, sizes):
    """Return the deviation of proportions of one term, part by part."""
    if not sum(counts):
        return math.nan
    pairs = zip(counts, sizes, strict=True)
    return sum(abs(n / sum(counts) - size / sizes.sum()) for n, size in pairs) / 2


def test_dispersion_agrees_with_a_loop_and_keeps_its_bounds():
    rng = np.random.default_rng(1)
    counts = rng.poisson(rng.gamma(0.3, 2, size=(1, 30)), size=(12, 30))
    sizes = rng.integers(50, 900, size=12)
    slow = [slow_dp(column, sizes) for column in counts.T.tolist()]
    np.testing.assert_allclose(dp(sparse.csr_array(counts), sizes), slow, rtol=1e-12)
    norm = dp_norm(counts, sizes)
    assert (norm[~np.isnan(norm)] <= 1 + 1e-12).all()
    assert dp(sizes[:, None] * 3, sizes) == pytest.approx([0])
    only = np.zeros((12, 1))
    only[sizes.argmin()] = 4
    assert dp_norm(only, sizes) == pytest.approx([1])
    assert np.isnan(dp_norm([[3]], [10]))
