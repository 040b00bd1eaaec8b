"""Power: agrees with the textbook where hits are independent, and obeys its laws."""

import pytest
from scipy import stats

from wording.errors import WordingError
from wording.questions.design import Design
from wording.simulation.power import ConceptModel, describe_power, simulate_power


def test_power_is_the_textbooks_where_every_hit_is_an_article():
    """Two independent proportions, normal approximation with the pooled variance.

    Source: Fleiss (1981), ch. 3.
    """
    one, other, n = 0.6, 0.4, 100
    pooled = 2 * 0.25 / n
    unpooled = (one * (1 - one) + other * (1 - other)) / n
    expected = stats.norm.cdf(((one - other) - stats.norm.isf(0.025) * pooled**0.5) / unpooled**0.5)
    row = simulate_power(0.2, ConceptModel(hits=1, icc=0), articles=[n], cases=2000).iloc[0]
    assert row["power"] == pytest.approx(expected, abs=0.04)


def test_more_articles_and_larger_differences_are_found_more_often():
    table = simulate_power(0.2, articles=[10, 50, 250], cases=200)
    assert table["power"].is_monotonic_increasing
    assert table["width"].is_monotonic_decreasing
    assert (simulate_power(0.4, articles=[10, 50, 250], cases=200)["power"] >= table["power"]).all()


def test_hits_that_are_alike_are_worth_less():
    free, alike = (
        simulate_power(0.2, ConceptModel(hits=5, icc=icc), articles=[40], cases=300).iloc[0]
        for icc in (0, 0.9)
    )
    assert free["power"] > alike["power"] + 0.2
    assert free["width"] < alike["width"]


def test_the_same_seed_gives_the_same_table():
    assert simulate_power(0.3, articles=[20], cases=50, design=Design(draws=199, seed=4)).equals(
        simulate_power(0.3, articles=[20], cases=50, design=Design(draws=199, seed=4))
    )


def test_the_sentence_names_the_number_of_articles():
    table = simulate_power(0.3, articles=[5, 20, 80, 320], cases=200)
    assert "detected in 80 % of simulated studies with about" in describe_power(table, 0.3)
    assert "more are needed" in describe_power(simulate_power(0.05, articles=[5], cases=50), 0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"difference": 0},
        {"difference": 0.5, "concept": ConceptModel(share=0.1)},
        {"difference": 0.1, "concept": ConceptModel(hits=0.5)},
        {"difference": 0.1, "articles": [1]},
    ],
)
def test_what_no_study_can_have_is_refused(wrong):
    with pytest.raises(WordingError, match="must be|must lie"):
        simulate_power(**wrong)
