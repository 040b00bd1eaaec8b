"""Who is recognised.

Planted differences are, chance and copies are not, topics do not help the choice of terms.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from test_distances import VARIANTS, articles

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.outlets import profiles
from wording.questions.outlets.identifying_terms import mark_identifying_terms
from wording.questions.outlets.recognition import (
    ArticleFeatures,
    compute_choice_features,
    compute_tfidf,
    predict_held_out,
    recognise_outlets,
    sample_outlet_articles,
    split_folds,
)


def texts(sizes, *, rng, leaning=0.0, terms=200):
    """Return counts of terms and rows (outlet, family); each outlet leans to terms of its own."""
    shares = {o: rng.dirichlet(np.full(terms, 0.4)) for o in sizes}
    common = rng.dirichlet(np.full(terms, 0.4))
    counts = [
        rng.multinomial(80, leaning * shares[o] + (1 - leaning) * common)
        for o, n in sizes.items()
        for _ in range(n)
    ]
    rows = pd.DataFrame(
        [(o, f"{o}{k}") for o, n in sizes.items() for k in range(n)], columns=["outlet", "family"]
    )
    return sparse.csr_array(np.array(counts, dtype=np.int32)), rows


def told(counts, rows, design=DEFAULT_DESIGN):
    names = [f"t{k}" for k in range(counts.shape[1])]
    features = ArticleFeatures("words", compute_tfidf(counts), names, rows)
    return recognise_outlets(features, design)


def test_outlets_that_differ_are_told_and_those_that_do_not_are_not():
    sizes = {"A": 40, "B": 30, "C": 20}
    clear = told(*texts(sizes, rng=np.random.default_rng(1), leaning=0.15))
    row = clear.recognition.iloc[0]
    assert row["accuracy"] > 0.7
    assert row["low"] < row["accuracy"] < row["high"]
    assert row["p"] == pytest.approx(1 / 50)
    assert row["chance"] == pytest.approx(1 / 3, abs=0.06)
    assert (clear.recognised["share"] > clear.recognised["chance_share"]).all()
    p = [
        told(*texts(sizes, rng=np.random.default_rng(seed))).recognition["p"].iloc[0]
        for seed in range(2, 14)
    ]
    assert 0.2 < np.mean(p) < 0.8
    assert min(p) < max(p)


def test_copies_do_not_leak():
    """Every story stands four times, at outlets drawn at random.

    Whoever has seen one copy knows the others, and yet they are told no better than by chance.
    """
    rng = np.random.default_rng(3)
    counts, rows = texts({"A": 60}, rng=rng, leaning=1.0)
    counts = sparse.csr_array(rng.multinomial(40, rng.dirichlet(np.full(200, 0.05), size=60)))
    owner = rng.choice(["A", "B", "C"], 60)
    copies = pd.DataFrame({"outlet": np.tile(owner, 4), "family": np.tile(rows["family"], 4)})
    truth = pd.Categorical(copies["outlet"]).codes.astype(int)
    kernel = compute_tfidf(sparse.vstack([counts] * 4, format="csr"))
    kept = predict_held_out(kernel, truth[None], split_folds(truth, copies["family"], 1), 3)[0]
    leaking = predict_held_out(
        kernel, truth[None], split_folds(truth, pd.Series(np.arange(240)), 1), 3
    )[0]
    assert (leaking == truth).mean() > 0.95
    assert (kept == truth).mean() < 0.5
    again = told(sparse.vstack([counts] * 4, format="csr"), copies)
    assert again.recognition["n"].iloc[0] == 60
    assert again.recognition["p"].iloc[0] > 0.05


def test_no_family_stands_on_both_sides():
    rng = np.random.default_rng(4)
    family = pd.Series(rng.integers(60, size=200))
    truth = rng.integers(3, size=200)
    parts = split_folds(truth, family, 1)
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(200))
    assert all(not set(family[train]) & set(family[test]) for train, test in parts)


def test_sampled_takes_one_article_of_a_family_and_no_outlet_with_few():
    rows = pd.DataFrame(
        {
            "outlet": ["A"] * 8 + ["B"] * 4 + ["C"] * 200,
            "family": [1, 1, 2, 3, 4, 5, 6, 7, *range(4), *range(200)],
        }
    )
    kept = rows.iloc[sample_outlet_articles(rows, 1)]
    assert kept["outlet"].value_counts().to_dict() == {"C": 150, "A": 7}
    assert not kept.duplicated().any()


def test_what_an_outlet_writes_about_does_not_help_the_choice_of_terms():
    """A writes of one concept, B mostly of the other.

    Each has the same choice within it: nothing to tell them by.
    """
    rng = np.random.default_rng(5)
    counts, about = articles({"A": 80, "B": 80}, rng=rng)
    about_a = counts["doc_id"].str[0] == "A"
    counts = counts[
        np.where(about_a, counts["concept"] == "a", counts["concept"] == "b")
        | (rng.random(len(counts)) < 0.15)
    ]
    found = profiles.build_choice_profiles(counts, about, outlets=["A", "B"], variants=VARIANTS)
    features, rows = compute_choice_features(found)
    assert features.shape == (len(rows), 5)
    given = ArticleFeatures("choice", features, list(found.columns["term"]), rows)
    row = recognise_outlets(given, Design(["A", "B"])).recognition.iloc[0]
    assert row["p"] > 0.05
    assert row["accuracy"] < 0.62


def test_the_confusions_and_the_recalls_add_up():
    found = told(*texts({"A": 30, "B": 30, "C": 30}, rng=np.random.default_rng(6), leaning=0.1))
    mistaken = found.confusions.groupby("outlet")["share"].sum()
    np.testing.assert_allclose(
        found.recognised.set_index("outlet")["share"]
        + mistaken.reindex(["A", "B", "C"], fill_value=0),
        1,
    )
    assert found.recognised["share"].mean() == pytest.approx(found.recognition["accuracy"].iloc[0])


def test_one_outlet_alone_is_not_tried():
    found = told(*texts({"A": 30, "B": 3}, rng=np.random.default_rng(7)))
    assert found.recognition[["accuracy", "p"]].isna().all(axis=None)
    assert found.recognised["share"].isna().all()
    assert found.confusions.empty


def test_what_gives_an_outlet_away():
    terms = np.array(
        [
            "daily",
            "daily news",
            "the",
            "war",
            "smith",
            "white",
            "www",
            "2014",
            "read more",
            "foxnews",
            "usa.com",
        ],
        dtype=object,
    )
    articles = pd.DataFrame(
        {
            "outlet": ["The Daily"] * 100 + ["Fox News"] * 100,
            "authors": ["Ann Smith", "Jo White"] * 100,
        }
    )
    present = np.zeros((200, len(terms)), dtype=int)
    present[:, 2] = present[::2, 3] = present[::4, 5] = 1
    present[:20, 8] = present[100:102, 8] = 1
    present[0, 4] = present[7, 9] = 1
    found = mark_identifying_terms(terms, sparse.csr_array(present), articles)
    assert dict(zip(terms, found, strict=True)) == {
        "daily": True,
        "daily news": True,
        "the": False,
        "war": False,
        "smith": True,
        "white": False,
        "www": True,
        "2014": True,
        "read more": True,
        "foxnews": True,
        "usa.com": True,
    }
