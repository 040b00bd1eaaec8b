"""Draws of whole articles: published numbers, laws, coverage and calibration."""

import itertools

import numpy as np
import pytest

from wording.stats import resampling


def test_every_group_is_drawn_among_itself():
    drawn = resampling.draw_article_weights(["a", "b", "a", "b", "b", "c"], draws=50, seed=1)
    assert drawn.dtype == np.uint8
    assert (drawn[:, [0, 2]].sum(axis=1) == 1).all()
    assert (drawn[:, [1, 3, 4]].sum(axis=1) == 2).all()
    assert (drawn[:, 5] == 1).all()


def test_a_groups_draws_depend_on_its_name_and_the_seed_only():
    alone = resampling.draw_article_weights(["a"] * 9, draws=30, seed=1)
    beside = resampling.draw_article_weights(["z"] * 4 + ["a"] * 9 + ["0"], draws=30, seed=1)
    np.testing.assert_array_equal(alone, beside[:, 4:13])
    assert (alone != resampling.draw_article_weights(["b"] * 9, draws=30, seed=1)).any()
    assert (alone != resampling.draw_article_weights(["a"] * 9, draws=30, seed=2)).any()


def test_families_are_drawn_together():
    drawn = resampling.draw_article_weights(["a"] * 5, families=[7, 8, 7, 9, 8], draws=200, seed=1)
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 2])
    np.testing.assert_array_equal(drawn[:, 1], drawn[:, 4])
    assert (drawn[:, [0, 1, 3]].sum(axis=1) == 2).all()


def test_small_blocks_change_no_draw(monkeypatch):
    whole = resampling.draw_article_weights(["a"] * 40, draws=60, seed=1)
    monkeypatch.setattr(resampling, "MAX_DRAW_CELLS", 300)
    np.testing.assert_array_equal(
        whole, resampling.draw_article_weights(["a"] * 40, draws=60, seed=1)
    )


def test_sums_are_those_of_a_slow_loop_and_keep_each_groups_size():
    groups, counts = np.array(list("abbaabab")), np.arange(16).reshape(8, 2)
    names, sums = resampling.resample_sums(counts, groups, draws=40, seed=3)
    drawn = resampling.draw_article_weights(groups, draws=40, seed=3)
    for draw, column in np.ndindex(40, 2):
        for g, name in enumerate(names):
            hits = sum(
                int(drawn[draw, i]) * counts[i, column] for i in range(8) if groups[i] == name
            )
            assert sums[draw, g, column] == pytest.approx(hits * 4 / 3)


def test_the_spread_of_drawn_sums_is_unbiased():
    counts = np.array([[1.0], [4.0], [4.0], [9.0]])
    _, sums = resampling.resample_sums(counts, ["a"] * 4, draws=40_000, seed=1)
    assert sums.var() == pytest.approx(4 * counts.var(ddof=1), rel=0.03)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_numbers(hits, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3."""
    assert resampling.share_interval(hits / n, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_differences_give_newcombes_numbers(a, m, b, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10."""
    assert resampling.difference_interval(a / m, m, b / n, n) == pytest.approx(
        (low, high), abs=1e-4
    )


def effective(hits, sizes, *, draws=999):
    """Return share, effective hits and effective articles of columns of cases, articles as rows."""
    drawn = resampling.draw_article_weights(["a"] * len(hits), draws=draws, seed=1).astype(float)
    share, articles = hits.sum(0) / sizes.sum(0), resampling.effective_articles(sizes)
    carriers = np.minimum((hits > 0).sum(0), (hits < sizes).sum(0))
    samples = (drawn @ hits) / (drawn @ sizes)
    n = resampling.effective_hits(
        samples, share, hits=sizes.sum(0), articles=articles, carriers=carriers
    )
    return share, n, articles


def test_articles_of_one_word_each_are_as_many_hits():
    hits = np.arange(400)[:, None] % 4 == 0
    share, n, articles = effective(hits.astype(float), np.ones((400, 1)))
    assert (share[0], articles[0]) == (0.25, 400)
    assert n[0] == pytest.approx(400, rel=0.05)


def test_ten_copies_of_each_word_add_no_certainty():
    hits = np.arange(400)[:, None] % 4 == 0
    assert effective(hits * 10.0, np.full((400, 1), 10.0))[1] == pytest.approx(400, rel=0.05)


def test_a_share_of_none_or_all_has_an_honest_end():
    sizes = np.full((20, 1), 15.0)
    share, n, _ = effective(0 * sizes, sizes)
    assert n[0] == pytest.approx(20)
    assert np.ravel(resampling.share_interval(share, n)) == pytest.approx([0, 0.1611], abs=5e-5)
    assert np.ravel(resampling.share_interval(*effective(sizes, sizes)[:2])) == pytest.approx(
        [0.8389, 1], abs=5e-5
    )


def test_one_article_alone_does_not_prove_its_hits_independent():
    sizes, hits = np.full((100, 1), 3.0), np.zeros((100, 1))
    hits[0] = 1
    _, n, articles = effective(hits, sizes)
    assert articles[0] == pytest.approx(100)
    assert 1 / n[0] == pytest.approx((1 / 100 + 1 / 300) / 2, rel=0.05)


def planted(rng, *, articles, share, clustering, cases, mean=3):
    """Return hits of a variant and all hits, articles x cases, from a beta-binomial.

    Sizes are geometric.
    """
    sizes = rng.geometric(1 / mean, size=(articles, cases))
    scale = (1 - clustering) / clustering
    hits = rng.binomial(sizes, rng.beta(share * scale, (1 - share) * scale, size=sizes.shape))
    return hits.astype(float), sizes.astype(float)


def coverage(articles):
    """Return how often intervals of 95 % hold the planted share.

    One number for each of 15 kinds of outlet, 200 outlets each.
    """
    rng, held = np.random.default_rng(articles), []
    for share, clustering in itertools.product((0.02, 0.1, 0.3, 0.5, 0.9), (0.1, 0.3, 0.6)):
        hits, sizes = planted(rng, articles=articles, share=share, clustering=clustering, cases=200)
        low, high = resampling.share_interval(*effective(hits, sizes, draws=499)[:2])
        held.append(((low <= share) & (share <= high)).mean())
    return held


def test_intervals_of_95_percent_hold_the_truth_in_93_to_97():
    held = {articles: coverage(articles) for articles in (5, 10, 20, 50, 200, 500)}
    assert 0.94 < np.mean(list(held.values())) < 0.97, held
    assert all(0.93 < np.mean(cases) < 0.98 for cases in held.values()), held
    assert min(map(min, held.values())) > 0.87, held


@pytest.mark.parametrize(("few", "many"), [(5, 100), (10, 10), (10, 200), (50, 50), (50, 500)])
def test_where_nothing_differs_p_is_small_as_seldom_as_it_says(few, many):
    rng, p = np.random.default_rng(few + many), []
    for share in (0.02, 0.1, 0.5):
        for clustering in (0.1, 0.6):
            sides = [
                effective(
                    *planted(rng, articles=n, share=share, clustering=clustering, cases=400),
                    draws=499,
                )
                for n in (few, many)
            ]
            (a, n, articles), (b, m, others) = sides
            p.append(
                resampling.difference_p_value(a, n, b, m, articles=np.minimum(articles, others))
            )
    p = np.concatenate(p)
    assert (p < 0.05).mean() < 0.06
    assert (p < 0.01).mean() < 0.02
    assert (p < 0.001).mean() < 0.003


def test_p_is_5_percent_where_the_interval_touches_zero():
    share = np.linspace(0.3, 0.95, 400)
    p = resampling.difference_p_value(share, 12, 0.2, 40, articles=8)
    low, _ = resampling.difference_interval(share, 12, 0.2, 40)
    np.testing.assert_array_equal(p < 0.05, low > 0)
    assert (np.diff(p[share > 0.2]) < 0).all()


def test_p_is_the_same_from_either_side_and_undefined_without_articles():
    p = resampling.difference_p_value(
        np.array([0.1, 0.1, 0.4, 0.2]),
        30,
        np.array([0.4, 0.1, 0.1, 0.2]),
        30,
        articles=np.array([9, 9, 9, np.nan]),
    )
    assert p[0] == p[2] < 0.05
    assert p[1] == 1
    assert np.isnan(p[3])


def test_q_is_benjamini_and_hochbergs():
    """Benjamini & Hochberg (1995), p. 295: 4 of the 15 hypotheses fall at q 0.05."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    q = resampling.q_values([*p, np.nan])
    assert (q[:15] <= 0.05).sum() == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert np.isnan(q[15])
    assert np.isnan(resampling.q_values([np.nan])).all()
