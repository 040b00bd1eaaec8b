"""Distances between outlets: two halves of one outlet, planted truth, laws, a slow oracle."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from wording.questions.design import Design
from wording.questions.outlets import profiles
from wording.questions.outlets.distances import compute_distances, find_distance_drivers
from wording.stats.divergence import jensen_shannon

VARIANTS = {"a": ["x", "y", "z"], "b": ["u", "v"]}


def articles(sizes, *, rng, shares=None, clustering=3.0, length=6.0):
    """Return counts and articles of outlets with so many articles.

    Their hits of two concepts cluster in articles.
    """
    rows, about = [], []
    for outlet, size in sizes.items():
        planted = (shares or {}).get(outlet, {"a": [0.6, 0.3, 0.1], "b": [0.2, 0.8]})
        for k in range(size):
            about.append((f"{outlet}{k}", outlet))
            for concept, share in planted.items():
                n = rng.multinomial(
                    rng.geometric(1 / length), rng.dirichlet(np.array(share) * clustering + 1e-9)
                )
                rows += [
                    (f"{outlet}{k}", concept, variant, "outlet", hits)
                    for variant, hits in zip(VARIANTS[concept], n, strict=True)
                    if hits
                ]
    return pd.DataFrame(rows, columns=["doc_id", "concept", "variant", "voice", "n"]), pd.DataFrame(
        about, columns=["doc_id", "outlet"]
    )


def choice(sizes, *, rng, draws=99, seed=1, **options):
    counts, about = articles(sizes, rng=rng, **options)
    return compute_distances(
        profiles.build_choice_profiles(counts, about, outlets=list(sizes), variants=VARIANTS),
        design=Design(draws=draws, seed=seed),
    ).table


def words(lengths, *, rng, terms=300):
    """Return sparse counts of outlets of one kind.

    Each has articles of its own length, about topics of their own.
    """
    about = pd.DataFrame(
        [(f"{o}{k}", o) for o, (n, _) in lengths.items() for k in range(n)],
        columns=["doc_id", "outlet"],
    )
    zipf = 1 / np.arange(1, terms + 1)
    size = np.repeat([mean for _, mean in lengths.values()], [n for n, _ in lengths.values()])
    topic = rng.dirichlet(zipf / zipf.sum() * 60 + 1e-3, size=len(about))
    return sparse.csr_array(rng.multinomial(rng.poisson(size), topic).astype(np.int32)), about


def test_halves_of_one_outlet_lie_no_further_apart_than_chance():
    """One outlet cut in two parts again and again: the distance is 0 on average.

    And p is as often below 0.05, 0.2 and 0.5 as it should.
    """
    rng, cuts = np.random.default_rng(2), []
    counts, about = articles({"A": 60}, rng=rng)
    for cut, smaller in enumerate([30, 12, 8] * 40):
        parts = about.assign(outlet=np.where(rng.permutation(60) < smaller, "one", "other"))
        cuts.append(
            compute_distances(
                profiles.build_choice_profiles(
                    counts, parts, outlets=["one", "other"], variants=VARIANTS
                ),
                design=Design(draws=99, seed=cut),
            ).table
        )
    table = pd.concat(cuts)
    assert abs(table["distance_bits"].mean()) < 3 * table["distance_bits"].sem()
    assert table["chance_bits"].mean() > 5 * abs(table["distance_bits"].mean())
    for level in (0.05, 0.2, 0.5):
        assert 0.001 < stats.binom.cdf((table["p"] <= level).sum(), len(table), level) < 0.999
    assert ((table["low_bits"] <= 0) & (table["high_bits"] >= 0)).mean() > 0.9


def test_halves_of_one_outlet_in_words():
    rng, cuts = np.random.default_rng(2), []
    counts, about = words({"A": (60, 250)}, rng=rng)
    for cut, smaller in enumerate([30, 10] * 20):
        parts = about.assign(outlet=np.where(rng.permutation(60) < smaller, "one", "other"))
        found = profiles.build_word_profiles(
            counts, np.arange(300).astype(str), parts, outlets=["one", "other"]
        )
        cuts.append(compute_distances(found, design=Design(draws=99, seed=cut)).table)
    table = pd.concat(cuts)
    assert abs(table["distance_bits"].mean()) < 3 * table["distance_bits"].sem()
    assert table["chance_bits"].mean() > 0.05
    assert 0.001 < stats.binom.cdf((table["p"] <= 0.2).sum(), len(table), 0.2) < 0.999


def test_an_outlet_that_writes_long_is_not_far_for_that():
    """Were articles of any length to change places, short ones would seem far.

    They have 120 words or 240 on average, and the same topics.
    """
    rng = np.random.default_rng(3)
    rows = []
    for seed in range(20):
        (short, about), (long, others) = (
            words({"A": (30, 120)}, rng=rng),
            words({"B": (30, 240)}, rng=rng),
        )
        spread = (
            sparse.diags_array(rng.integers(1, 4, 30).astype(float)),
            sparse.diags_array(rng.integers(1, 4, 30).astype(float)),
        )
        counts = sparse.vstack([spread[0] @ short, spread[1] @ long], format="csr")
        found = profiles.build_word_profiles(
            counts,
            np.arange(300).astype(str),
            pd.concat([about, others], ignore_index=True),
            outlets=["A", "B"],
        )
        rows.append(compute_distances(found, design=Design(draws=99, seed=seed)).table)
    table = pd.concat(rows)
    assert table["p"].notna().all()
    assert (
        abs(table["distance_bits"].mean())
        < 3 * table["distance_bits"].sem() + 0.05 * table["chance_bits"].mean()
    )


def test_articles_too_unlike_in_length_have_no_distance():
    counts, about = words({"A": (20, 100), "B": (20, 900)}, rng=np.random.default_rng(4))
    row = compute_distances(
        profiles.build_word_profiles(counts, np.arange(300).astype(str), about, outlets=["A", "B"])
    ).table.iloc[0]
    assert row["uncorrected_bits"] > 0.05
    assert row[["distance_bits", "low_bits", "p", "q"]].isna().all()


def test_planted_distances_are_found_and_intervals_hold_them():
    shares = {
        "A": {"a": [0.6, 0.3, 0.1], "b": [0.2, 0.8]},
        "B": {"a": [0.2, 0.3, 0.5], "b": [0.6, 0.4]},
        "C": {"a": [0.6, 0.3, 0.1], "b": [0.2, 0.8]},
    }
    sizes = {"A": 40, "B": 30, "C": 25}
    tables = pd.concat(
        [
            choice(sizes, rng=np.random.default_rng(seed), seed=seed, shares=shares)
            for seed in range(25)
        ]
    )
    truth = {
        k: np.mean(
            [jensen_shannon(np.array(shares[k[0]][c]), np.array(shares[k[1]][c])) for c in "ab"]
        )
        for k in ("AB", "AC", "BC")
    }
    pair = tables["outlet"] + tables["other"]
    for name, bits in truth.items():
        here = tables[pair == name]
        assert here["distance_bits"].mean() == pytest.approx(
            bits, abs=3 * here["distance_bits"].sem() + 0.05 * bits
        )
        held = ((here["low_bits"] <= bits) & (bits <= here["high_bits"])).sum()
        assert stats.binom.cdf(held, 25, 0.95) > 0.01
    assert (tables.loc[pair == "AB", "q"] < 0.05).mean() > 0.9
    assert (tables.loc[pair == "AC", "p"] < 0.05).mean() < 0.2


def test_laws():
    sizes = {"A": 12, "B": 9, "C": 7}
    counts, about = articles(sizes, rng=np.random.default_rng(7))
    one = compute_distances(
        profiles.build_choice_profiles(counts, about, outlets=["A", "B", "C"], variants=VARIANTS)
    ).table
    turned = compute_distances(
        profiles.build_choice_profiles(counts, about, outlets=["C", "B", "A"], variants=VARIANTS)
    ).table
    keys = ["distance_bits", "uncorrected_bits", "chance_bits", "p"]
    named = one.set_index(["outlet", "other"])[keys]
    for row in turned.itertuples():
        np.testing.assert_allclose(
            [getattr(row, key) for key in keys], named.loc[(row.other, row.outlet)], rtol=1e-5
        )
    pd.testing.assert_frame_equal(
        one,
        compute_distances(
            profiles.build_choice_profiles(
                counts, about, outlets=["A", "B", "C"], variants=VARIANTS
            )
        ).table,
    )
    assert one["uncorrected_bits"].between(0, 1).all()


def test_an_outlet_and_its_own_copy_lie_nowhere_apart():
    """Every article has its copy at the other outlet.

    They change places with each other, which changes nothing.
    """
    counts, about = articles({"A": 20}, rng=np.random.default_rng(8))
    copies = [frame.assign(doc_id=frame["doc_id"] + "'") for frame in (counts, about)]
    both = pd.concat(
        [about.assign(family=about["doc_id"]), copies[1].assign(outlet="B", family=about["doc_id"])]
    )
    row = compute_distances(
        profiles.build_choice_profiles(
            pd.concat([counts, copies[0]]), both, outlets=["A", "B"], variants=VARIANTS
        )
    ).table.iloc[0]
    assert row["uncorrected_bits"] == pytest.approx(0, abs=1e-6)
    assert row["distance_bits"] == pytest.approx(0, abs=1e-6)
    assert np.isnan(row["p"])


def test_against_a_slow_count():
    counts, about = articles({"A": 9, "B": 8}, rng=np.random.default_rng(9))
    found = profiles.build_choice_profiles(counts, about, outlets=["A", "B"], variants=VARIANTS)
    located = counts.merge(about, on="doc_id")
    bits, families = {}, {}
    for concept, variants in VARIANTS.items():
        of = located[located["concept"] == concept]
        share = {
            o: [
                of[(of["outlet"] == o) & (of["variant"] == v)]["n"].sum()
                / of[of["outlet"] == o]["n"].sum()
                for v in variants
            ]
            for o in "AB"
        }
        middle = [(p + q) / 2 for p, q in zip(share["A"], share["B"], strict=True)]
        bits[concept] = sum(
            p * math.log2(p / m) / 2
            for o in "AB"
            for p, m in zip(share[o], middle, strict=True)
            if p
        )
        families[concept] = of["doc_id"].nunique()
    wanted = sum(families[c] * bits[c] for c in VARIANTS) / sum(families.values())
    table = compute_distances(found).table
    assert table["uncorrected_bits"].iloc[0] == pytest.approx(wanted, rel=1e-5)
    driving = find_distance_drivers(found, table, top=99)
    assert driving["bits"].sum() == pytest.approx(wanted, rel=1e-9)
    assert driving["bits_share"].sum() == pytest.approx(1)
    for row in driving.itertuples():
        for outlet, n, share in (
            (row.outlet, row.n, row.share),
            (row.other, row.n_other, row.share_other),
        ):
            of = located[(located["outlet"] == outlet) & (located["concept"] == row.concept)]
            assert n == of[of["variant"] == row.variant]["n"].sum()
            assert share == pytest.approx(n / of["n"].sum(), rel=1e-12)


def test_too_few_articles_have_no_distance():
    table = choice({"A": 20, "B": 4, "C": 20}, rng=np.random.default_rng(10)).set_index(
        ["outlet", "other"]
    )
    assert table.loc[("A", "B"), ["distance_bits", "low_bits", "p", "q"]].isna().all()
    assert table.loc[("A", "C"), ["distance_bits", "low_bits", "p", "q"]].notna().all()
    assert table.loc[("A", "B"), "n_other"] == 0


def test_nothing_at_all_is_a_table_without_distances():
    table = choice({"A": 1, "B": 1}, rng=np.random.default_rng(11))
    assert len(table) == 1
    assert table["distance_bits"].isna().all()
