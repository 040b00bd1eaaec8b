"""Keyness: counted by hand, laws, slow oracles, planted truth, speed and memory."""

import resource
import shutil
import time

import numpy as np
import pandas as pd
import pytest
from nltk.metrics import BigramAssocMeasures
from scipy import sparse

from wording.corpus.terms import Terms
from wording.errors import WordingError
from wording.questions.design import Design
from wording.questions.keyness import findings, keywords
from wording.questions.keyness.keyness import (
    TermSelection,
    add_reference_corpus,
    compute_keyness,
    compute_study_keyness,
    select_tested_terms,
)
from wording.questions.keyness.term_counts import Pairing, TermCounts, Units, resample_rate_variance
from wording.stats.resampling import draw_article_weights
from wording.study.read import read_study
from wording.tables import TABLES

EFFECTS = ["log_ratio", "low", "high", "log_odds", "z"]


def made(counts, outlets, *, words=1000, families=None, terms=None):
    """Return `Terms` from an array of articles x terms."""
    counts = np.asarray(counts)
    size = np.broadcast_to(words, len(outlets)).astype(int)
    articles = pd.DataFrame(
        {
            "doc_id": [f"d{k}" for k in range(len(outlets))],
            "outlet": list(outlets),
            "n_words": size,
            "n_quoted": 0,
            "n_reported": 0,
        }
    )
    articles = articles if families is None else articles.assign(family=families)
    named = np.array(terms or [f"t{k}" for k in range(counts.shape[1])], dtype=object)
    return Terms(
        articles, named, np.ones(len(named), int), sparse.csr_array(counts.astype(np.int32)), "all"
    )


def random_terms(seed=1, *, outlets="AAAAAABBBBBBBBCCCCC", n_terms=40, rate=2.0, **options):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.4, rate / 0.4, size=(len(outlets), n_terms)))
    return made(counts, outlets, words=rng.integers(300, 2000, size=len(outlets)), **options)


HAND = made(
    [[3, 0, 1], [1, 0, 0], [0, 4, 1], [2, 0, 1], [0, 0, 1]],
    "AABBB",
    words=[100, 300, 200, 100, 100],
)


def test_keyness_counted_by_hand():
    table = compute_keyness(HAND, design=Design(outlets=["A", "B"], draws=99)).set_index(
        ["outlet", "term"]
    )
    a = table.loc[("A", "t0")]
    assert (a.other, a.voice, a.n, a.n_other, a.n_articles, a.n_articles_other) == (
        "the rest",
        "all",
        4,
        2,
        2,
        1,
    )
    assert (a.per_million, a.per_million_other, a.log_ratio, a.percent_diff) == (
        10_000,
        5_000,
        1,
        100,
    )
    assert a.log_odds == pytest.approx(
        np.log((4.06 / (404 - 4 + 3.94 - 4 + 0.0)) / (2.06 / (404 - 2 + 3.94 - 2 + 0.0))), rel=0.02
    )
    assert a.g2 == pytest.approx(BigramAssocMeasures.likelihood_ratio(4, (6, 400), 800))
    assert a.dp_norm == pytest.approx(((3 / 4 - 1 / 4) + (3 / 4 - 1 / 4)) / 2 / (1 - 1 / 4))
    never = table.loc[("A", "t1")]
    assert (never.n, never.log_ratio, never.percent_diff) == (
        0,
        pytest.approx(np.log2(0.5 / 4)),
        -100,
    )
    assert np.isneginf(never.low)
    assert np.isnan(never.dp_norm)
    assert np.isposinf(table.loc[("B", "t1"), "high"])
    assert np.isnan(table.loc[("B", "t1"), "percent_diff"])


def test_two_outlets_are_each_others_mirror():
    table = compute_keyness(random_terms(outlets="A" * 9 + "B" * 7), design=Design(draws=200))
    a, b = (table[table["outlet"] == outlet].reset_index(drop=True) for outlet in "AB")
    np.testing.assert_allclose(
        a[["log_ratio", "log_odds", "z"]], -b[["log_ratio", "log_odds", "z"]], atol=1e-12
    )
    np.testing.assert_allclose(a["low"], -b["high"], rtol=1e-5)
    np.testing.assert_allclose(a[["g2", "p", "n"]], b[["g2", "p", "n_other"]], rtol=1e-5)


def test_against_an_outlet_is_the_comparison_of_two_alone():
    terms = random_terms()
    against = compute_keyness(terms, against="C", design=Design(draws=150))
    pair = compute_keyness(terms, design=Design(outlets=["A", "C"], draws=150))
    assert set(against["outlet"]) == {"A", "B"}
    assert set(against["other"]) == {"C"}
    one, other = (table[table["outlet"] == "A"].reset_index(drop=True) for table in (against, pair))
    pd.testing.assert_frame_equal(
        one[["n", "n_other", *EFFECTS, "p", "dp_norm_other"]],
        other[["n", "n_other", *EFFECTS, "p", "dp_norm_other"]],
    )


def test_a_second_set_of_counts_may_be_the_reference():
    terms, reference = (
        random_terms(outlets="AAAABBBB"),
        random_terms(2, outlets="XXXXYYYYZZ", n_terms=30),
    )
    both = add_reference_corpus(terms, reference, name="elsewhere")
    table = compute_keyness(both, against="elsewhere", design=Design(draws=99)).set_index(
        ["outlet", "term"]
    )
    assert set(table.index.get_level_values("outlet")) == {"A", "B"}
    assert set(table.index.get_level_values("term")) == set(reference.terms)
    row = table.loc[("A", "t7")]
    expected = terms.counts[:4, [7]].sum(), reference.counts[:, [7]].sum(), reference.n_words.sum()
    assert (row.n, row.n_other, row.n_other / row.per_million_other * 1e6) == pytest.approx(
        expected
    )
    with pytest.raises(WordingError, match="'A'"):
        add_reference_corpus(terms, reference, name="A")


def single_units(terms, code):
    """Return every article as a unit of its own."""
    counts = sparse.csr_array(terms.counts, dtype=float)
    return Units(code, terms.n_words, counts, np.ones(len(code)))


def test_the_spread_is_that_of_a_slow_loop_over_draws():
    terms, draws = random_terms(n_terms=7, outlets="AAAABBBCCD"), 60
    outlets, words = list("ABCD"), terms.n_words
    code = terms.articles["outlet"].map(outlets.index).to_numpy()
    own, other = resample_rate_variance(
        single_units(terms, code), Pairing([0, 1, 2, 3]), Design(outlets, draws, seed=5)
    )
    drawn = draw_article_weights(terms.articles["outlet"], draws=draws, seed=5).astype(float)
    counts, scale = terms.counts.toarray(), np.array([4 / 3, 3 / 2, 2, 1])[code]
    for k in range(3):
        mine = code == k
        rates = [
            (drawn[d, mine] @ counts[mine]) / (drawn[d, mine] @ words[mine]) for d in range(draws)
        ]
        np.testing.assert_allclose(own[k], np.var(rates, axis=0), rtol=1e-3)
        rest = drawn[:, ~mine] * scale[~mine]
        np.testing.assert_allclose(
            other[k],
            np.var([(w @ counts[~mine]) / (w @ words[~mine]) for w in rest], axis=0),
            rtol=1e-3,
        )


def test_the_spread_of_many_draws_is_the_variance_over_articles():
    terms = random_terms(outlets="A" * 40 + "B" * 60, n_terms=30)
    code, x, w = np.repeat([0, 1], [40, 60]), terms.counts.toarray(), terms.n_words
    own, _ = resample_rate_variance(
        single_units(terms, code), Pairing([0, 1]), Design(["A", "B"], draws=20_000)
    )
    rate = x[:40].sum(axis=0) / w[:40].sum()
    exact = ((x[:40] - w[:40, None] * rate) ** 2).sum(axis=0) * 40 / 39 / w[:40].sum() ** 2
    np.testing.assert_allclose(own[0], exact, rtol=0.1)


def test_the_pooled_inflation_is_that_of_a_loop():
    terms = random_terms()
    x, w = terms.counts.toarray().astype(float), terms.n_words[:, None]
    side = TermCounts(
        x.sum(0), None, None, w.sum(), None, x.sum(0), (x**2).sum(0), (x * w).sum(0), (w**2).sum()
    )
    slow = [
        max(
            sum((a - sum(column) / w.sum() * b) ** 2 for a, b in zip(column, w[:, 0], strict=True))
            / sum(column),
            1,
        )
        for column in x.T
    ]
    np.testing.assert_allclose(side.inflation, slow)


def test_copies_of_one_article_add_no_certainty():
    rng = np.random.default_rng(3)
    counts, outlets = rng.poisson(1.5, size=(24, 6)), ["A"] * 12 + ["B"] * 12
    once = compute_keyness(made(counts, outlets), design=Design(draws=999))
    family = [f"f{k}" for k in np.repeat(np.arange(24), 5)]
    five = compute_keyness(
        made(np.repeat(counts, 5, axis=0), np.repeat(outlets, 5), families=family),
        design=Design(draws=999),
    )
    alone = compute_keyness(
        made(np.repeat(counts, 5, axis=0), np.repeat(outlets, 5)), design=Design(draws=999)
    )
    np.testing.assert_allclose(five["log_ratio"], once["log_ratio"])
    width = [(table["high"] - table["low"]).to_numpy() for table in (once, five, alone)]
    assert (width[1] >= width[0] * 0.97).all()
    assert (width[2] < width[0] * 0.75).all()


def test_an_outlet_of_one_article_is_counted_and_not_tested():
    table = compute_keyness(random_terms(outlets="AAAABBBBC"), design=Design(draws=99))
    alone = table[table["outlet"] == "C"]
    assert alone[["low", "high", "p", "q"]].isna().all(axis=None)
    assert alone["log_ratio"].notna().any()
    assert table[table["outlet"] == "A"]["q"].notna().any()
    assert compute_keyness(random_terms(outlets="AB"), design=Design(draws=99))["p"].isna().all()


@pytest.mark.parametrize(("terms", "outlets"), [(HAND[np.zeros(0, int)], None), (HAND, ["A"])])
def test_without_terms_or_a_second_outlet_there_is_a_table_without_rows(terms, outlets):
    table = compute_keyness(terms, design=Design(outlets=outlets, draws=99))
    assert len(table) == 0
    assert list(table.columns) == list(TABLES["keyness"])
    assert keywords.select_top_keywords(table).empty
    assert keywords.select_clearest_terms(table).empty
    assert len(findings.sentences(table)) == 1


def test_the_same_seed_gives_the_same_table_and_order_does_not_matter():
    terms = random_terms()
    pd.testing.assert_frame_equal(
        compute_keyness(terms, design=Design(draws=99, seed=3)),
        compute_keyness(terms, design=Design(draws=99, seed=3)),
    )
    there = compute_keyness(terms, design=Design(outlets=["A", "B", "C"], draws=99)).set_index(
        ["outlet", "term"]
    )
    back = (
        compute_keyness(terms, design=Design(outlets=["C", "B", "A"], draws=99))
        .set_index(["outlet", "term"])
        .loc[there.index]
    )
    pd.testing.assert_frame_equal(there, back, rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "said"), [({"design": Design(["A", "X"])}, "'X'"), ({"against": "Y"}, "'Y'")]
)
def test_what_cannot_be_compared_is_refused(options, said):
    with pytest.raises(WordingError, match=said):
        compute_keyness(HAND, **options)


def test_planted_words_are_found_and_others_are_not():
    rng, outlets = np.random.default_rng(4), np.repeat(list("ABCD"), 60)
    rate = rng.gamma(0.5, 1, size=(240, 400))
    rate[:60, :10] *= 8
    table = compute_keyness(made(rng.poisson(rate), outlets), design=Design(draws=499))
    found = table[table["q"] < 0.05]
    planted = {f"t{k}" for k in range(10)}
    assert planted <= set(found[(found["outlet"] == "A") & (found["log_ratio"] > 0)]["term"])
    assert len(found[~found["term"].isin(planted)]) <= 3, "one in twenty may be chance"
    truth = table[(table["outlet"] == "A") & table["term"].isin(planted)]
    assert ((truth["low"] <= 3) & (truth["high"] >= 3)).mean() >= 0.8


def test_where_nothing_differs_few_tables_have_any_q_below_5_percent():
    rng, any_sure = np.random.default_rng(5), []
    for _ in range(40):
        sizes = rng.integers(4, 60, size=6)
        rates = rng.gamma(0.3, 1, size=(sizes.sum(), 150)) * rng.lognormal(-1, 1.5, size=150)
        counts = rng.poisson(rates)
        kept = (counts > 0).sum(axis=0) >= 5
        any_sure.append(
            (
                compute_keyness(
                    made(counts[:, kept], np.repeat(list("ABCDEF"), sizes)),
                    design=Design(draws=199),
                )["q"]
                < 0.05
            ).any()
        )
    assert np.mean(any_sure) <= 0.05


def test_intervals_from_draws_hold_the_truth():
    rng, held = np.random.default_rng(6), []
    for sizes, burst in (((8, 90), 2), ((30, 200), 4), ((60, 60), 2)):
        words = rng.lognormal(6, 0.5, size=sum(sizes)).astype(int) + 30
        rate = np.concatenate([np.full(sizes[0], 3e-3), np.full(sizes[1], 1e-3)])[
            :, None
        ] * rng.lognormal(0, 0.7, size=300)
        first = rng.poisson(rate * words[:, None] / burst)
        counts = first + rng.negative_binomial(np.maximum(first, 1), 1 / burst) * (first > 0)
        table = compute_keyness(
            made(counts, ["A"] * sizes[0] + ["B"] * sizes[1], words=words),
            design=Design(outlets=["A", "B"], draws=499),
        )
        a = table[table["outlet"] == "A"]
        held.append(((a["low"] <= np.log2(3)) & (np.log2(3) <= a["high"])).mean())
    assert 0.93 < np.mean(held) < 0.97
    assert min(held) > 0.9


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


def test_the_terms_to_test_are_chosen_by_articles_alone(study):
    terms = select_tested_terms(study, selection=TermSelection(max_words=2, top=50))
    every = select_tested_terms(study, selection=TermSelection(2, top=10**6, function_words=True))
    assert len(terms) == 50
    assert not {"the", "of"} & {
        word for term in terms.terms for word in (term.split()[0], term.split()[-1])
    }
    assert "the" in set(every.terms)
    left = select_tested_terms(study, selection=TermSelection(2, top=10**6))
    assert terms.n_articles.min() >= np.sort(left.n_articles)[::-1][49]
    shared = select_tested_terms(study, selection=TermSelection(2, top=10**6, min_outlets=4))
    n_outlets = (
        pd.DataFrame(left.counts.toarray() > 0)
        .groupby(left.articles["outlet"].to_numpy())
        .any()
        .sum()
        .to_numpy()
    )
    assert list(shared.terms) == list(left.terms[n_outlets >= 4])


def test_a_study_has_its_table_and_its_sentences(study):
    terms = select_tested_terms(study, selection=TermSelection(2))
    table = compute_study_keyness(study, terms=terms)
    assert list(dict.fromkeys(table["outlet"])) == study.outlets
    said = findings.sentences(table)
    assert said[0].startswith(f"Compared: {len(terms)} terms at 6 outlets")
    shown = keywords.select_top_keywords(table, top=3)
    assert (shown.groupby("outlet").size() <= 3).all()
    lines = keywords.find_keyword_lines(study, terms, shown)
    counted = shown.set_index(["term", "outlet"])["n"].to_dict()
    assert lines.groupby(["variant", "outlet"], observed=True).size().to_dict() == counted


def test_a_study_that_shows_no_text_shows_the_counts_behind_its_numbers(small, tmp_path):
    folder = shutil.copytree(small, tmp_path / "silent", ignore=shutil.ignore_patterns(".build"))
    with (folder / "study.yml").open("a", encoding="utf8") as file:
        file.write("excerpts: none\n")
    study = read_study(folder)
    terms = select_tested_terms(study, selection=TermSelection(2))
    shown = keywords.select_top_keywords(compute_study_keyness(study, terms=terms), top=3)
    lines = keywords.find_keyword_lines(study, terms, shown)
    assert "left" not in lines.columns
    assert (
        lines.groupby(["variant", "outlet"], observed=True)["n"].sum().to_dict()
        == shown.set_index(["term", "outlet"])["n"].to_dict()
    )


def test_999_draws_of_10000_articles_and_5000_terms_are_quick_and_small():
    rng = np.random.default_rng(0)
    density = np.minimum(12 / np.arange(10, 5010) ** 0.9 * 4, 0.95)
    density *= 2.5e6 / 10_000 / density.sum()
    rows = [rng.choice(10_000, int(10_000 * d), replace=False) for d in density]
    column = np.repeat(np.arange(5_000), [len(r) for r in rows])
    counts = sparse.csr_array(
        (rng.geometric(0.7, len(column)).astype(np.int32), (np.concatenate(rows), column)),
        shape=(10_000, 5_000),
    )
    terms = made(np.zeros((10_000, 1), np.int8), rng.choice(list("ABCDEF"), 10_000), words=700)
    terms = Terms(
        terms.articles,
        np.array([f"t{k}" for k in range(5_000)], dtype=object),
        np.ones(5_000, int),
        counts,
        "all",
    )
    peak, before, start = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        time.process_time(),
        time.perf_counter(),
    )
    compute_keyness(terms, design=Design(draws=999))
    # On a busy machine the clock on the wall tells what others do; the processor's own counts both
    # cores together.
    spent = min(time.perf_counter() - start, time.process_time() - before)
    assert counts.nnz > 2_300_000
    assert spent < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2_000_000, "kilobytes"
