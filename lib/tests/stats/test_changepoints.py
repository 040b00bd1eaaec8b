"""Change points: a published ratio, slow oracles, laws, and planted truth.

Planted truth says how often changes are found, and held.
"""

import itertools
import math

import numpy as np
import pytest

from wording.stats import changepoints as cp
from wording.stats.segments import place_ends


def series(rng, rows, at, before, after, *, rho=0.25, size=3.0):
    """Return counts whose shares change at a row.

    They are alike within a row (Dirichlet), with one hit, a few or many.
    """
    sizes, alpha = rng.geometric(1 / size, rows), (1 - rho) / rho
    return np.array(
        [
            rng.multinomial(n, rng.dirichlet(alpha * np.array(before if k < at else after)))
            for k, n in enumerate(sizes)
        ],
        float,
    )


def slow_log_likelihood(rows):
    """Return the sum of n log(share) over all counts of a segment."""
    hits = [sum(row[k] for row in rows) for k in range(len(rows[0]))]
    return sum(n * math.log(n / sum(hits)) for n in hits if n)


def test_the_gain_is_dunnings_ratio():
    # Dunning (1993), table 2: "the swiss" 110, 2442, 111, 29114: 270.72, as two halves of five
    # equal rows each.
    counts = np.repeat([[110 / 5, 2442 / 5], [111 / 5, 29114 / 5]], 5, axis=0)
    assert cp.likelihood_ratio_statistics(counts.T)[5] == pytest.approx(270.72, abs=0.005)


def test_gains_are_those_of_a_slow_loop():
    counts = series(np.random.default_rng(1), 14, 6, [0.6, 0.3, 0.1], [0.2, 0.3, 0.5])
    rows, gain = counts.tolist(), cp.likelihood_ratio_statistics(counts.T)
    for at in range(len(rows)):
        if min(at, len(rows) - at) < cp.MIN_DAYS_PER_SEGMENT:
            assert gain[at] == -np.inf
        else:
            slow = 2 * (
                slow_log_likelihood(rows[:at])
                + slow_log_likelihood(rows[at:])
                - slow_log_likelihood(rows)
            )
            assert gain[at] == pytest.approx(slow)


@pytest.mark.parametrize("changes", [1, 2])
def test_ruptures_places_changes_where_trying_all_places_does(changes):
    counts = series(np.random.default_rng(4), 18, 9, [0.7, 0.3], [0.3, 0.7])
    segment_ends = place_ends(counts, changes, min_size=cp.MIN_DAYS_PER_SEGMENT)
    likelihoods = {}
    for places in itertools.combinations(
        range(cp.MIN_DAYS_PER_SEGMENT, 18 - cp.MIN_DAYS_PER_SEGMENT + 1), changes
    ):
        ends = [0, *places, 18]
        if min(np.diff(ends)) >= cp.MIN_DAYS_PER_SEGMENT:
            likelihoods[places] = sum(
                slow_log_likelihood(counts[a:b].tolist()) for a, b in itertools.pairwise(ends)
            )
    assert tuple(segment_ends[:-1]) == max(likelihoods, key=likelihoods.get)
    if changes == 1:
        assert segment_ends[0] == cp.likelihood_ratio_statistics(counts.T).argmax()


def test_hits_of_a_row_that_are_all_alike_are_worth_one():
    counts = np.array([[4, 0], [0, 3], [5, 0], [0, 2], [1, 0]])
    assert cp.intraclass_correlation(counts) == pytest.approx(1)
    np.testing.assert_allclose(cp.compute_effective_counts(counts).sum(axis=0), 1)


def test_hits_that_are_no_more_alike_than_chance_count_in_full():
    counts = np.array([[2, 2], [3, 3], [1, 1], [4, 4]])
    assert cp.intraclass_correlation(counts) == 0
    np.testing.assert_allclose(cp.compute_effective_counts(counts), counts.T)
    assert np.isnan(cp.intraclass_correlation([[1, 0], [0, 1], [1, 0]]))


def test_the_correlation_is_the_planted_one():
    rng = np.random.default_rng(2)
    for rho in (0.1, 0.4):
        assert cp.intraclass_correlation(
            series(rng, 4000, 0, [0.5, 0.3, 0.2], [0.5, 0.3, 0.2], rho=rho)
        ) == pytest.approx(rho, abs=0.04)


def test_time_turned_round_mirrors_the_change():
    counts = series(np.random.default_rng(3), 40, 22, [0.8, 0.2], [0.2, 0.8])
    forth, back = (
        cp.find_change_points({"a": rows})["a"].changes for rows in (counts, counts[::-1])
    )
    assert len(forth) == len(back) == 1
    assert back[0].at == 40 - forth[0].at
    low, high = forth[0].ends()
    assert np.abs(np.subtract(back[0].ends(), (40 - high, 40 - low))).max() <= 1  # other shuffles


def test_the_order_and_names_of_variants_change_no_place():
    counts = series(np.random.default_rng(6), 40, 15, [0.7, 0.2, 0.1], [0.2, 0.2, 0.6])
    np.testing.assert_allclose(
        cp.likelihood_ratio_statistics(counts.T),
        cp.likelihood_ratio_statistics(counts[:, [2, 0, 1]].T),
    )


def test_another_series_changes_no_p():
    rng = np.random.default_rng(5)
    one, other = (
        series(rng, 30, 15, [0.8, 0.2], [0.3, 0.7]),
        series(rng, 30, 0, [0.5, 0.5], [0.5, 0.5]),
    )
    assert (
        cp.find_change_points({"a": one})["a"].p
        == cp.find_change_points({"b": other, "a": one})["a"].p
    )


def test_the_same_seed_gives_the_same_and_another_may_not():
    counts = series(np.random.default_rng(8), 30, 15, [0.6, 0.4], [0.4, 0.6])
    p = [cp.find_change_points({"a": counts}, seed=seed, shuffles=499)["a"].p for seed in (1, 1, 2)]
    assert p[0] == p[1] != p[2]


def test_too_short_a_series_is_not_tested():
    searches = cp.find_change_points(
        {"a": np.ones((2 * cp.MIN_DAYS_PER_SEGMENT - 1, 2)), "none": np.zeros((0, 2))}
    )
    assert all(np.isnan(one.p) and one.changes == () for one in searches.values())


def test_one_variant_alone_never_changes():
    assert cp.find_change_points({"a": np.arange(1, 31)[:, None]})["a"].p == 1


def test_several_changes_are_found_and_held():
    shares = ([0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8])
    intervals = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        counts = np.concatenate(
            [
                series(rng, rows, 0, share, share)
                for rows, share in zip((30, 20, 25), shares, strict=True)
            ]
        )
        search = cp.find_change_points({"a": counts}, seed=seed, shuffles=499)["a"]
        intervals.append([change.ends() for change in search.changes])
    two = [ends for ends in intervals if len(ends) == 2]
    assert len(two) >= 9
    hits = [
        low <= at <= high for ends in two for (low, high), at in zip(ends, (30, 50), strict=True)
    ]
    assert np.mean(hits) >= 0.9


def test_the_p_of_no_change_is_uniform():
    rng = np.random.default_rng(10)
    p = [
        cp.change_p_value(
            cp.compute_effective_counts(series(rng, 20, 0, [0.6, 0.3, 0.1], [0.6, 0.3, 0.1])),
            rng,
            shuffles=99,
        )
        for _ in range(400)
    ]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.045)
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.075)


def test_none_is_found_where_none_is():
    rng, studies = np.random.default_rng(11), 150
    flat = [
        {str(k): series(rng, 20, 0, [0.6, 0.3, 0.1], [0.6, 0.3, 0.1], rho=0.4) for k in range(4)}
        for _ in range(studies)
    ]
    false_alarms = [
        any(one.changes for one in cp.find_change_points(study, seed=k, shuffles=199).values())
        for k, study in enumerate(flat)
    ]
    assert np.mean(false_alarms) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / studies)


def test_shuffled_days_show_no_change():
    rng = np.random.default_rng(12)
    counts = series(rng, 40, 20, [0.85, 0.15], [0.1, 0.9])
    assert cp.find_change_points({"a": counts})["a"].p < 0.01
    p = [
        cp.find_change_points({"a": rng.permutation(counts)}, shuffles=199)["a"].p
        for _ in range(15)
    ]
    assert np.median(p) > 0.2


@pytest.mark.parametrize(
    ("rows", "before", "after", "rho", "size"),
    [
        (15, [0.85, 0.1, 0.05], [0.05, 0.1, 0.85], 0.4, 3),
        (25, [0.7, 0.3], [0.15, 0.85], 0.1, 1.5),
        (40, [0.95, 0.05], [0.6, 0.4], 0.25, 4),
        (45, [0.6, 0.4], [0.15, 0.85], 0.4, 3),
    ],
)
def test_intervals_hold_the_place_of_the_change(rows, before, after, rho, size):
    rng, held, width = np.random.default_rng(13), [], []
    while len(held) < 40:
        at = rng.integers(cp.MIN_DAYS_PER_SEGMENT, rows - cp.MIN_DAYS_PER_SEGMENT + 1)
        changes = cp.find_change_points(
            {"a": series(rng, rows, at, before, after, rho=rho, size=size)}, shuffles=199
        )["a"].changes
        if changes:
            ends = min((change.ends() for change in changes), key=lambda e: abs(sum(e) / 2 - at))
            held.append(ends[0] <= at <= ends[1])
            width.append(ends[1] - ends[0] + 1)
    assert np.mean(held) >= 0.9
    assert np.mean(width) < rows / 2


def test_a_long_series_tried_at_some_places_has_about_the_interval_of_all(monkeypatch):
    counts = cp.compute_effective_counts(
        series(np.random.default_rng(14), 150, 70, [0.7, 0.3], [0.4, 0.6])
    )
    some = (
        cp.location_p_values(counts, np.random.default_rng(1), shuffles=199) > cp.SIGNIFICANCE_LEVEL
    )
    monkeypatch.setattr(cp, "MAX_PLACES_PER_PASS", 1000)
    every = (
        cp.location_p_values(counts, np.random.default_rng(2), shuffles=199) > cp.SIGNIFICANCE_LEVEL
    )
    ends = [(np.flatnonzero(one)[0], np.flatnonzero(one)[-1]) for one in (some, every)]
    assert np.abs(np.subtract(*ends)).max() <= 8
    assert some[cp.likelihood_ratio_statistics(counts).argmax()]


def test_holm_is_the_step_down_of_a_slow_loop():
    rng = np.random.default_rng(15)
    p = rng.uniform(size=9)
    slow = [
        max(min(1, (9 - rank) * p[j]) for rank, j in enumerate(np.argsort(p)) if p[j] <= p[i])
        for i in range(9)
    ]
    np.testing.assert_allclose(cp.holm_adjust(p), slow)
