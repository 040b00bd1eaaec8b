"""Collocates of planted data, their laws, and what the page says of them."""

import numpy as np
import pandas as pd
import pytest
from nltk.metrics import BigramAssocMeasures
from scipy import sparse

from wording.corpus.terms import Terms
from wording.errors import WordingError
from wording.questions.collocation import collocates as shown_collocates
from wording.questions.collocation import findings
from wording.questions.collocation.collocation import (
    CollocateSelection,
    add_association_scores,
    contrast_collocates,
    count_nearby_words,
    find_collocates,
    find_study_collocates,
)
from wording.questions.design import Design, Request
from wording.questions.shares.shares import compute_shares
from wording.questions.shares.shares import contrast_shares as share_contrasts
from wording.settings import ALL_OUTLETS
from wording.study.read import read_study
from wording.tables import TABLES

RATES = {"army": {"A": 0.7, "B": 0.1}, "vote": {"A": 0.3, "B": 0.3}, "the": {"A": 0.2, "B": 0.2}}
"""How often each word stands near a hit of "coup", by outlet, any other outlet as B.

"the" stands near less often than elsewhere.
"""


def planted(*, outlets="AB", articles=60, seed=1):
    """Neighbours, articles and words.

    One to four hits in an article, each with the planted words near it, ten words near a hit.
    """
    rng, rows, words = np.random.default_rng(seed), [], []
    listed = pd.DataFrame(
        [(f"{o}{k}", o, 400) for o in outlets for k in range(articles)],
        columns=["doc_id", "outlet", "n_words"],
    )
    for doc, outlet in listed[["doc_id", "outlet"]].itertuples(index=False):
        hits = rng.integers(1, 5)
        found = {
            word: int(rng.binomial(hits, rate.get(outlet, rate["B"])))
            for word, rate in RATES.items()
        }
        rows += [(doc, "c", "coup", "outlet", "", hits, 10 * hits)]
        rows += [(doc, "c", "coup", "outlet", word, n, n) for word, n in found.items() if n]
        words.append([found["army"], found["vote"] + 1, found["the"] + 24])
    neighbours = pd.DataFrame(rows, columns=list(TABLES["neighbours"]))
    return (
        neighbours,
        listed,
        Terms(
            listed,
            np.array(list(RATES), object),
            np.ones(3, int),
            sparse.csr_array(np.array(words)),
            "all",
        ),
    )


def test_a_collocate_is_what_stands_near_more_often_than_chance():
    found = find_collocates(*planted(), design=Design(draws=99)).query("outlet == @ALL_OUTLETS")
    assert set(found["collocate"]) == {"army", "vote"}, (
        "“the” stands there less often than elsewhere"
    )
    assert found["log_dice"].is_monotonic_decreasing
    assert find_collocates(
        *planted(), design=Design(draws=99), selection=CollocateSelection(without=["army"])
    ).query("outlet == @ALL_OUTLETS")["collocate"].to_list() == ["vote"]


def test_counts_and_measures_by_hand():
    neighbours, articles, words = planted(articles=30)
    row = (
        find_collocates(neighbours, articles, words, design=Design(draws=99))
        .set_index(["outlet", "collocate"])
        .loc[("A", "army")]
    )
    mine = neighbours[neighbours["doc_id"].str.startswith("A")]
    near, whole = mine[mine["collocate"] == "army"], mine[mine["collocate"] == ""]
    assert (row["n"], row["n_articles"], row["total"]) == (
        near["n"].sum(),
        len(near),
        whole["n"].sum(),
    )
    often = words.counts.toarray()[:30, 0].sum()
    cell = (near["n_words"].sum(), (whole["n_words"].sum(), often), 30 * 400)
    assert row["n_collocate"] == often
    assert row["expected"] == pytest.approx(cell[1][0] * cell[1][1] / cell[2])
    assert row["pmi"] == pytest.approx(BigramAssocMeasures.pmi(*cell))
    assert row["pmi"] == pytest.approx(np.log2(row["n_words"] / row["expected"]))
    assert row["g2"] == pytest.approx(BigramAssocMeasures.likelihood_ratio(*cell))
    assert row["log_dice"] == pytest.approx(
        14 + np.log2(BigramAssocMeasures.dice(row["n"], (row["total"], often), None))
    )


def test_shares_near_are_the_shares_of_hits_with_the_word_and_without():
    neighbours, articles, words = planted(outlets="ABC")
    found = find_collocates(neighbours, articles, words, design=Design(draws=199, seed=5))
    whole = neighbours[neighbours["collocate"] == ""]
    army = (
        whole[["doc_id"]]
        .merge(neighbours[neighbours["collocate"] == "army"][["doc_id", "n"]], how="left")
        .fillna(0)["n"]
        .astype(int)
    )
    rows = [
        whole.assign(variant=name, n=n.to_numpy())
        for name, n in (("with", army), ("without", whole["n"].to_numpy() - army))
    ]
    counts = pd.concat(rows)[["doc_id", "concept", "variant", "voice", "n"]].query("n > 0")
    expected = compute_shares(counts, articles, design=Design(draws=199, seed=5)).query(
        "variant == 'with'"
    )
    ours = found[(found["collocate"] == "army") & (found["outlet"] != ALL_OUTLETS)]
    columns = ["n", "n_articles", "total", "share", "low", "high"]
    np.testing.assert_allclose(
        ours[columns].to_numpy(float), expected[columns].to_numpy(float), rtol=1e-6
    )
    differences = contrast_collocates(
        neighbours,
        articles,
        found[found["outlet"] == ALL_OUTLETS],
        design=Design(draws=199, seed=5),
    )
    theirs = share_contrasts(counts, articles, design=Design(draws=199, seed=5)).query(
        "variant == 'with'"
    )
    mine = differences[differences["collocate"] == "army"]
    for column in ("difference", "low", "high", "log_odds_ratio", "p"):
        np.testing.assert_allclose(
            mine[column].to_numpy(float), theirs[column].to_numpy(float), rtol=1e-6
        )


def test_planted_differences_are_found_and_no_others():
    neighbours, articles, words = planted(outlets="ABCD")
    found = find_collocates(neighbours, articles, words, design=Design(draws=199))
    differences = contrast_collocates(
        neighbours, articles, found[found["outlet"] == ALL_OUTLETS], design=Design(draws=199)
    ).set_index(["collocate", "outlet"])
    assert differences.loc[("army", "A"), "q"] < 0.001
    assert differences.loc[("army", "A"), "low"] < 0.6 < differences.loc[("army", "A"), "high"]
    assert (differences.loc["vote", "q"] > 0.05).all()
    pairs = contrast_collocates(
        neighbours,
        articles,
        found[found["outlet"] == ALL_OUTLETS],
        against="pairs",
        design=Design(draws=199),
    )
    assert len(pairs) == 2 * 6
    assert (pairs["q"] < 0.05).sum() == 3


def test_where_nothing_differs_little_is_found():
    rng, any_found = np.random.default_rng(3), []
    for _ in range(60):
        neighbours, articles, words = planted(
            outlets="BC", articles=25, seed=int(rng.integers(1 << 30))
        )
        listed = pd.DataFrame({"concept": "c", "variant": "coup", "collocate": list(RATES)})
        any_found.append(
            (
                contrast_collocates(neighbours, articles, listed, design=Design(draws=199))["q"]
                < 0.05
            ).any()
        )
    assert np.mean(any_found) <= 0.1


def test_swapped_outlets_flip_the_sign_and_the_order_of_rows_does_not_matter():
    neighbours, articles, words = planted()
    mixed = find_collocates(
        neighbours.sample(frac=1, random_state=1), articles, words, design=Design(draws=99)
    )
    pd.testing.assert_frame_equal(
        mixed, find_collocates(neighbours, articles, words, design=Design(draws=99))
    )
    swapped = {"A": "B", "B": "A"}
    listed = mixed[mixed["outlet"] == ALL_OUTLETS]
    one = contrast_collocates(
        neighbours, articles, listed, against="pairs", design=Design(draws=99)
    )
    other = contrast_collocates(
        neighbours,
        articles.assign(outlet=articles["outlet"].map(swapped)),
        listed,
        against="pairs",
        design=Design(draws=99),
    )
    np.testing.assert_allclose(one["difference"], -other["difference"])
    np.testing.assert_allclose(one["log_odds_ratio"], -other["log_odds_ratio"])


def test_a_word_without_a_frequency_is_undefined_and_no_collocate():
    neighbours, articles, words = planted()
    fewer = words[np.array([False, True, True])]
    table = add_association_scores(
        count_nearby_words(neighbours, articles), articles, fewer
    ).set_index("collocate")
    assert (
        table.loc["army", ["n_collocate", "expected", "log_dice", "pmi", "g2"]]
        .isna()
        .all(axis=None)
    )
    assert (
        table.loc["vote", ["n_collocate", "expected", "log_dice", "pmi", "g2"]]
        .notna()
        .all(axis=None)
    )
    assert "army" not in set(
        find_collocates(neighbours, articles, fewer, design=Design(draws=99))["collocate"]
    )


def test_nothing_near_gives_empty_tables():
    neighbours, articles, words = planted()
    found = find_collocates(
        neighbours[neighbours["collocate"] == ""], articles, words, design=Design(draws=99)
    )
    differences = contrast_collocates(neighbours, articles, found, design=Design(draws=99))
    assert found.empty
    assert differences.empty
    assert list(found.columns) == list(TABLES["collocates"])


def test_families_are_drawn_together():
    neighbours, articles, words = planted(articles=20)
    one = articles.assign(
        family=articles["outlet"] + (articles.groupby("outlet").cumcount() // 10).astype(str)
    )
    wide, narrow = (
        find_collocates(neighbours, table, words, design=Design(draws=499))
        .set_index(["outlet", "collocate"])
        .loc[("A", "army")]
        for table in (one, articles)
    )
    assert wide["high"] - wide["low"] > narrow["high"] - narrow["low"]


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


def test_a_studys_tables_are_complete_and_the_same_each_time(study):
    found, differences = find_study_collocates(study, Request(["levy"], "all"))
    again = find_study_collocates(study, Request(["levy"], "all"))
    pd.testing.assert_frame_equal(found, again[0])
    pd.testing.assert_frame_equal(differences, again[1])
    assert list(found["variant"].unique()) == list(study.concepts["levy"].variants)
    assert list(found["outlet"].unique()) == [ALL_OUTLETS, *study.outlets]
    assert set(found["voice"]) == {"all"}
    with pytest.raises(WordingError, match="did you mean 'quoted'"):
        find_study_collocates(study, Request(["levy"], "qouted"))


def test_sentences_tell_the_planted_difference_and_what_is_typical():
    neighbours, articles, words = planted(outlets="ABCD")
    found = find_collocates(neighbours, articles, words, design=Design(draws=199))
    differences = contrast_collocates(
        neighbours, articles, found[found["outlet"] == ALL_OUTLETS], design=Design(draws=199)
    )
    said = findings.sentences(found, differences, pd.DataFrame())
    row = found.set_index(["outlet", "collocate"]).loc[("A", "army")]
    assert said[0].startswith(
        f"At A, “army” occurs near {100 * row['share']:.0f} % of the {row['total']} hits of “coup” "
        "(95 % interval "
    )
    assert f"in {row['n_articles']} articles), at the other outlets together near" in said[0]
    hits = neighbours.loc[neighbours["collocate"] == "", "n"].sum()
    assert said[-1].startswith(f"Strongest collocates of “coup” ({hits} hits): “army” (")


def test_sentences_say_when_there_is_nothing_to_compare():
    neighbours, articles, words = planted()
    counts = neighbours[neighbours["collocate"] == ""][
        ["doc_id", "concept", "variant", "voice", "n"]
    ]
    empty = find_collocates(
        counts.assign(collocate="", n_words=0), articles, words, design=Design(draws=99)
    )
    said = findings.sentences(
        empty,
        contrast_collocates(neighbours, articles, empty, design=Design(draws=99)),
        compute_shares(counts, articles, design=Design(draws=99)),
    )
    assert said[-1] == findings._NO_COLLOCATES_MESSAGE
    assert said[0].startswith(f"{counts['n'].sum()} hits in 120 articles of 2 outlets")
    one = neighbours[neighbours["doc_id"].str.startswith("A")]
    found = find_collocates(one, articles, words, design=Design(draws=99))
    alone = findings.sentences(
        found,
        contrast_collocates(
            one, articles, found[found["outlet"] == ALL_OUTLETS], design=Design(draws=99)
        ),
        compute_shares(counts, articles, design=Design(draws=99)),
    )
    assert findings._NO_TEST_MESSAGE in alone


def test_every_number_leads_to_its_lines(study):
    found, differences = find_study_collocates(study, Request(["levy"]))
    rows = pd.concat(
        [
            shown_collocates.label_collocates(part, voice="outlet")
            for part in (
                shown_collocates.select_overall_collocates(found),
                shown_collocates.select_clearest_contrasts(differences),
            )
        ]
    )
    lines = shown_collocates.find_collocate_lines(study, "levy", rows)
    counted = lines.groupby(["variant", "near"], observed=True).size()
    expected = (
        rows[rows["n"] > 0].drop_duplicates(["variant", "near"]).set_index(["variant", "near"])["n"]
    )
    assert len(expected) > 5
    assert counted.to_dict() == expected.to_dict()
    hidden = study.model_copy(update={"excerpts": "none"})
    hidden._folder, hidden._concepts, hidden._lists = study.folder, study.concepts, study.lists
    without_text = shown_collocates.find_collocate_lines(hidden, "levy", rows)
    assert not {"left", "node", "right"} & set(without_text.columns)
    by_article = without_text.groupby(["variant", "near"], observed=True)["n"].sum()
    assert by_article.to_dict() == counted.to_dict()


def test_what_copies_change_is_told():
    neighbours, articles, words = planted(outlets="ABCD")
    found = find_collocates(neighbours, articles, words, design=Design(draws=99))
    contrasts = contrast_collocates(
        neighbours, articles, found[found["outlet"] == ALL_OUTLETS], design=Design(draws=99)
    )
    less = found[found["collocate"] == "army"]
    clear = (contrasts["q"] < 0.05).sum()
    same = shown_collocates.describe_collocate_sensitivity(
        (found, contrasts), (found, contrasts), copies="with copies"
    )[0]
    assert same.startswith("With copies, 2 of 2 collocates remain and 0 words become collocates.")
    assert same.endswith(f"Of {clear} differences with q < 0.05, {clear} remain; 0 others appear.")
    gone = shown_collocates.describe_collocate_sensitivity(
        (found, contrasts), (less, contrasts.assign(q=1.0)), copies="without copies"
    )[0]
    assert "Without copies, 1 of 2 collocates remains" in gone
    assert gone.endswith(f"Of {clear} differences with q < 0.05, 0 remain; 0 others appear.")
    none = shown_collocates.describe_collocate_sensitivity(
        (less, contrasts.assign(q=1.0)),
        (found, contrasts.assign(q=1.0)),
        copies="without copies",
    )[0]
    assert (
        "1 word becomes a collocate. No difference between outlets has q < 0.05 either way." in none
    )


def test_what_is_drawn_and_listed(study):
    found, differences = find_study_collocates(study, Request(["levy"], "all"))
    typical = shown_collocates.select_outlet_collocates(found, top=2)
    assert typical.groupby(["variant", "outlet"]).size().max() == 2
    assert list(typical["outlet"].unique()) == [
        name for name in study.outlets if name in set(typical["outlet"])
    ]
    pairs = shown_collocates.select_clearest_pairs(found, differences, top=2)
    assert pairs["variant"].nunique() == 2
    assert set(pairs["outlet"]) == set(study.outlets)
    assert "near" in findings.describe(found)
