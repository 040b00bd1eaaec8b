"""What the sentences say of planted differences, of none, and of too little."""

import pandas as pd
from invented import HAND, planted, tables

from wording.questions.shares.findings import headline, sentences
from wording.questions.shares.shares import compute_shares, contrast_shares


def test_planted_differences_are_found_and_told():
    counts, articles = planted(outlets=4, articles=80, shares=[0.6, 0.2, 0.2, 0.2])
    described = sentences(compute_shares(counts, articles), contrast_shares(counts, articles))
    assert described[0].endswith(" of 4 outlets: “protests” 72 %, “coup” 28 %.")
    assert described[1].startswith(
        "A writes “coup” in 57 % of its 252 hits of this concept (95 % interval "
    )
    assert described[1].endswith("the other outlets together in 19 % of 765 (q < 0.001).")
    assert len(described) <= 9


def test_no_difference_is_told_too():
    counts, articles = planted(seed=3)
    table = contrast_shares(counts, articles)
    assert table["q"].min() > 0.05
    described = sentences(compute_shares(counts, articles), table)
    assert described[1:] == [
        "No difference between outlets is statistically clear "
        f"(8 comparisons, smallest q = {table['q'].min():.2g})."
    ]


def title_of(counts, articles, against="rest"):
    table = contrast_shares(counts, articles, against=against)
    return headline(compute_shares(counts, articles), table, "Kyiv")


def test_the_headline_is_the_two_clearest_differences():
    opposed = planted(outlets=2, articles=80, shares=[0.9, 0.1])
    assert title_of(*opposed) == "A uses “coup”, B “protests”"
    assert title_of(*opposed, against="pairs") == "A uses “coup”, B “protests”"
    leaning = planted(outlets=4, articles=80, shares=[0.45, 0.1, 0.1, 0.1])
    assert title_of(*leaning) == "A uses “coup” more often, D “protests”"


def test_a_headline_of_nothing_clear_says_so():
    assert title_of(*planted(seed=3)) == "No clear difference between outlets: Kyiv"
    counts, articles = tables(HAND)
    assert title_of(counts.iloc[:0], articles) == "Not found: Kyiv"
    assert title_of(*tables(HAND[:1])) == "Too few hits to compare: Kyiv"
    assert title_of(counts[counts["variant"] == "coup"], articles) == "Kyiv"


def test_small_outlets_are_told():
    counts, articles = tables(HAND)
    described = sentences(compute_shares(counts, articles), contrast_shares(counts, articles))
    assert described[-2:] == [
        "C has hits in only one article, so no interval can be given.",
        "D has no hits.",
    ]


def test_what_is_not_told_is_counted():
    counts, articles = planted(outlets=8, articles=60, shares=[0.9, 0.1] * 4)
    table = contrast_shares(counts, articles, against="pairs")
    described = sentences(compute_shares(counts, articles), table, top=3)
    assert len(described) == 5
    assert described[4] == f"{(table['q'] < 0.05).sum() - 3} more differences have q < 0.05."


def test_several_concepts_are_named():
    counts, articles = planted(outlets=2, articles=60, shares=[0.9, 0.1])
    other = counts.assign(concept="minsk", n=1)
    table = [
        measure(pd.concat([counts, other]), articles)
        for measure in (compute_shares, contrast_shares)
    ]
    assert " hits of Kyiv, 2014 (" in sentences(*table, titles={"kyiv": "Kyiv, 2014"})[0]
