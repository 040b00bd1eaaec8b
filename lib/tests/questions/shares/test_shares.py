"""Shares and contrasts: counted by hand, laws, a slow oracle."""

import time

import numpy as np
import pandas as pd
import pytest
from invented import HAND, planted, tables

from wording.errors import WordingError
from wording.questions.design import Design
from wording.questions.shares import resampled
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.stats import resampling

VARIANTS = {"kyiv": ["coup", "protests", "revolution"]}


def test_shares_counted_by_hand():
    table = compute_shares(*tables(HAND), variants=VARIANTS).set_index(["variant", "outlet"])
    assert list(table.columns) == [
        *(
            "concept",
            "voice",
            "n",
            "n_articles",
            "share",
            "low",
            "high",
            "per_million",
            "total",
            "total_articles",
        )
    ]
    assert len(table) == 3 * 4
    a, b, c, d = (table.loc[("coup", outlet)] for outlet in "ABCD")
    assert (a.n, a.n_articles, a.share, a.per_million, a.total, a.total_articles) == (
        5,
        2,
        5 / 8,
        1250,
        8,
        3,
    )
    assert (b.n, b.n_articles, b.share, b.per_million, b.total, b.total_articles) == (
        1,
        1,
        1 / 4,
        500,
        4,
        2,
    )
    assert (c.n, c.share, d.n, d.total, d.per_million) == (5, 1, 0, 0, 0)
    assert 0 < a.low < a.share < a.high < 1
    assert np.isnan([c.low, c.high, d.share, d.low, d.high]).all()
    never = table.loc[("revolution", "A")]
    assert (never.n, never.share, never.low) == (0, 0, 0)
    assert never.high == pytest.approx(resampling.share_interval(0.0, 64 / 24)[1])


def test_contrasts_counted_by_hand():
    table = contrast_shares(*tables(HAND), variants=VARIANTS).set_index(["variant", "outlet"])
    a = table.loc[("coup", "A")]
    assert (a.other, a.difference, a.n, a.total, a.n_other, a.total_other) == (
        "the rest",
        5 / 8 - 6 / 9,
        5,
        8,
        6,
        9,
    )
    assert a.log_odds_ratio == pytest.approx(np.log(5.5 / 3.5 * 3.5 / 6.5))
    assert a.low < a.difference < a.high
    assert table.loc[("coup", "C"), ["low", "high", "p", "q"]].isna().all()
    assert table.loc[("revolution", "A"), ["p", "q"]].isna().all()


def test_a_pair_with_too_few_articles_has_no_interval():
    table = contrast_shares(*tables(HAND), against="pairs").set_index(
        ["variant", "outlet", "other"]
    )
    assert len(table) == 2 * 6
    assert not table.loc[("coup", "A", "B"), ["low", "high", "p", "q"]].isna().any()
    assert table.loc[("coup", "A", "C"), ["low", "high", "p", "q"]].isna().all()
    assert np.isnan(table.loc[("coup", "A", "D"), "difference"])


def test_shares_of_all_variants_sum_to_one():
    sums = compute_shares(*planted()).groupby("outlet")["share"].sum()
    np.testing.assert_allclose(sums, 1)


def test_a_corpus_taken_twice_has_the_same_shares_and_more_certainty():
    counts, articles = planted()
    again = [table.assign(doc_id=table["doc_id"] + "'") for table in (counts, articles)]
    once, twice = (
        compute_shares(counts, articles),
        compute_shares(pd.concat([counts, again[0]]), pd.concat([articles, again[1]])),
    )
    np.testing.assert_allclose(once["share"], twice["share"])
    np.testing.assert_allclose(once["per_million"], twice["per_million"])
    width, half = (table["high"] - table["low"] for table in (once, twice))
    assert (half / width).between(0.6, 0.8).all()


def test_a_family_counts_as_one_article():
    counts, articles = planted()
    again = [table.assign(doc_id=table["doc_id"] + "'") for table in (counts, articles)]
    copies = pd.concat([articles, again[1]], ignore_index=True).assign(
        family=lambda t: t["doc_id"].str.rstrip("'")
    )
    once, twice = (
        compute_shares(counts, articles),
        compute_shares(pd.concat([counts, again[0]]), copies),
    )
    assert (twice["n_articles"] == 2 * once["n_articles"]).all()
    np.testing.assert_allclose(twice[["low", "high"]], once[["low", "high"]])


def test_the_order_of_rows_changes_nothing():
    counts, articles = planted()
    for measure in (compute_shares, contrast_shares):
        shuffled = measure(
            counts.sample(frac=1, random_state=1), articles.sample(frac=1, random_state=2)
        )
        pd.testing.assert_frame_equal(measure(counts, articles), shuffled)


def test_the_order_of_outlets_changes_nothing_but_the_order():
    key = ["variant", "outlet"]
    straight, turned = (
        compute_shares(*planted(), design=Design(outlets=list(order))).set_index(key)
        for order in ("ABCD", "DBCA")
    )
    pd.testing.assert_frame_equal(straight, turned.loc[straight.index])


def test_the_pair_turned_round_changes_the_sign():
    ab, ba = (
        contrast_shares(*planted(), against="pairs", design=Design(outlets=list(order)))
        for order in ("AB", "BA")
    )
    np.testing.assert_allclose(
        ab[["difference", "log_odds_ratio"]], -ba[["difference", "log_odds_ratio"]]
    )
    np.testing.assert_allclose(
        ab[["low", "high", "p", "q"]],
        ba.assign(low=-ba["high"], high=-ba["low"])[["low", "high", "p", "q"]],
    )


def test_two_variants_mirror_each_other():
    table = contrast_shares(*planted()).set_index(["variant", "outlet"])
    coup, protests = table.loc["coup"], table.loc["protests"]
    np.testing.assert_allclose(coup["difference"], -protests["difference"])
    np.testing.assert_allclose(coup["p"], protests["p"], rtol=1e-6)


def test_another_outlet_changes_no_interval():
    more, fewer = compute_shares(*planted(outlets=4)), compute_shares(*planted(outlets=3))
    pd.testing.assert_frame_equal(more[more["outlet"] != "D"].reset_index(drop=True), fewer)


def naive(counts, articles, draws, seed):
    """Return low and high of every variant and outlet, looping over draws and articles."""
    by_article = counts.merge(articles, on="doc_id").pivot_table(
        index=["outlet", "doc_id"], columns="variant", values="n", fill_value=0
    )
    limits = {}
    for outlet, rows in by_article.groupby(level="outlet"):
        drawn, hits = (
            resampling.draw_article_weights([outlet] * len(rows), draws=draws, seed=seed),
            rows.to_numpy().tolist(),
        )
        for v, variant in enumerate(by_article.columns):
            samples = []
            for weights in drawn.tolist():
                taken = [
                    sum(w * row[k] for w, row in zip(weights, hits, strict=True))
                    for k in range(len(by_article.columns))
                ]
                samples.append(taken[v] / sum(taken))
            total, n = sum(map(sum, hits)), sum(row[v] for row in hits)
            carriers = min(sum(row[v] > 0 for row in hits), sum(row[v] < sum(row) for row in hits))
            articles_worth, share = total**2 / sum(sum(row) ** 2 for row in hits), n / total
            seen = min(share * (1 - share) / np.var(samples), total)
            certainty = carriers / (carriers + 1)
            limits[variant, outlet] = resampling.share_interval(
                share, 1 / (certainty / seen + (1 - certainty) / articles_worth)
            )
    return limits


def test_intervals_are_those_of_a_slow_loop():
    counts, articles = planted(articles=8)
    table = compute_shares(counts, articles, design=Design(draws=99, seed=5)).set_index(
        ["variant", "outlet"]
    )
    for key, limits in naive(counts, articles, draws=99, seed=5).items():
        assert tuple(table.loc[key, ["low", "high"]]) == pytest.approx(limits, rel=1e-5)


def test_outlets_with_one_article_each_are_drawn_among_each_other():
    single = [(f"{i}", {"coup": 4 * (i % 2), "protests": 4 - 4 * (i % 2)}) for i in range(10)]
    many = [(f"a{i}", "A", {"coup": i % 3, "protests": 1}) for i in range(40)]
    apart = contrast_shares(
        *tables(many + [(doc, f"X{doc}", hits) for doc, hits in single])
    ).set_index(["variant", "outlet"])
    together = contrast_shares(
        *tables(many + [(doc, "X", hits) for doc, hits in single])
    ).set_index(["variant", "outlet"])
    limits = ["difference", "low", "high", "p"]
    np.testing.assert_allclose(
        apart.loc[("coup", "A"), limits].astype(float),
        together.loc[("coup", "A"), limits].astype(float),
        atol=0.03,
    )


def test_voices_are_pooled_or_taken_one_by_one():
    counts, articles = planted()
    counts["voice"] = np.where(np.arange(len(counts)) % 3, "outlet", "quoted")
    one = [compute_shares(counts, articles, voice=voice) for voice in ("outlet", "quoted")]
    assert [set(table["voice"]) for table in one] == [{"outlet"}, {"quoted"}]
    assert (one[0]["n"] + one[1]["n"] == compute_shares(counts, articles)["n"]).all()


def test_nothing_counted_still_lists_every_combination():
    counts, articles = tables([("1", "A", {}), ("2", "B", {})])
    table = compute_shares(counts, articles, variants=VARIANTS)
    assert (len(table), table["n"].sum(), table["share"].isna().all()) == (6, 0, True)
    assert contrast_shares(counts, articles, variants=VARIANTS)["difference"].isna().all()
    assert compute_shares(counts, articles).empty
    assert contrast_shares(counts, articles, against="pairs").empty


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"design": Design(["A", "Bb"])}, "did you mean 'B'"),
        ({"variants": {"kyiv": ["coup"]}}, "'protests'"),
    ],
)
def test_a_name_that_is_not_listed_is_refused(options, says):
    with pytest.raises(WordingError, match=says):
        compute_shares(*tables(HAND), **options)


def test_articles_and_counts_that_do_not_fit_are_refused():
    counts, articles = tables(HAND)
    with pytest.raises(WordingError, match="not listed"):
        compute_shares(counts, articles.iloc[1:])
    with pytest.raises(WordingError, match="twice"):
        compute_shares(counts, pd.concat([articles, articles]))
    with pytest.raises(WordingError, match="expected"):
        contrast_shares(counts, articles, against="all")


def test_where_nothing_differs_few_tables_have_a_q_below_5_percent():
    is_clear = [
        (
            contrast_shares(*planted(outlets=5, articles=20, seed=seed), design=Design(draws=199))[
                "q"
            ]
            < 0.05
        ).any()
        for seed in range(60)
    ]
    assert np.mean(is_clear) <= 0.1


def test_a_large_study_takes_seconds():
    rng, n = np.random.default_rng(1), 15_000
    articles = pd.DataFrame(
        {
            "doc_id": np.arange(n).astype(str),
            "outlet": rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWX"), n),
            "n_words": 500,
        }
    )
    rows = pd.MultiIndex.from_product(
        [range(15), range(5), range(1200)], names=["concept", "variant", "row"]
    ).to_frame(index=False)
    counts = pd.DataFrame(
        {"doc_id": rng.integers(n, size=len(rows)).astype(str), "n": 1, "voice": "all"}
    )
    counts = counts.assign(concept=rows["concept"].astype(str), variant=rows["variant"].astype(str))
    start = time.process_time()
    assert len(compute_shares(counts, articles)) == 15 * 5 * 24
    assert time.process_time() - start < 8


@pytest.mark.parametrize("n", [1, 200])
def test_hits_are_summed_as_pandas_does(n):
    rng = np.random.default_rng(1)
    variants = [f"v{k}" for k in range(9)]
    located = pd.DataFrame(
        {
            "concept": "c",
            "outlet": rng.choice(["B", "A", "C"], n),
            "unit": rng.integers(0, n, n).astype(str),
            "doc_id": rng.integers(0, n, n).astype(str),
            "variant": rng.choice(variants[::-1], n),
            "n": rng.integers(1, 9, n),
        }
    )
    keys = {"columns": "variant", "fill_value": 0}
    slow = located.pivot_table(index=["outlet", "unit"], values="n", aggfunc="sum", **keys)
    slow = slow.reindex(columns=variants, fill_value=0)
    numbered = resampled._number_keys(located).select("c")
    variant = pd.Index(variants).get_indexer(located["variant"])
    outlet, hits = numbered.sum_hits(numbered.unit, variant, len(variants))
    assert (numbered.outlets[outlet] == slow.index.get_level_values("outlet")).all()
    np.testing.assert_array_equal(hits, slow)
    slow = located.pivot_table(index="outlet", values="doc_id", aggfunc="nunique", **keys)
    slow = slow.reindex(index=["C", "D", "A", "B"], columns=variants, fill_value=0)
    fast = numbered.count_articles(variant, len(variants), ["C", "D", "A", "B"])
    np.testing.assert_array_equal(fast, slow)
