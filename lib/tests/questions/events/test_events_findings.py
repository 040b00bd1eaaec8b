"""What sentences say of what is covered and what is worded."""

import numpy as np
import pandas as pd
import pytest

from wording.questions.events.findings import (
    describe,
    describe_links,
    explain_no_links,
    headline,
    select_largest,
    sentences,
)

ROW = {
    "concept": "law",
    "variant": "Obamacare",
    "outlet": "Northline",
    "other": "the rest",
    "raw_difference": 0.187,
    "raw_low": 0.12,
    "raw_high": 0.25,
    "shared_difference": 0.1,
    "within_difference": 0.059,
    "within_low": 0.021,
    "within_high": 0.097,
    "covered_difference": 0.128,
    "covered_low": 0.05,
    "covered_high": 0.2,
    "p": 0.002,
    "q": 0.004,
    "n_links": 90,
    "n_components": 60,
}


def table(*changes):
    return pd.DataFrame([ROW | change for change in changes])


CASES = {
    "part of it is covered": (
        {},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: 13 of the 19 points are what is covered, 6 are how it is worded (95 % interval "
        "2 to 10; q = 0.004).",
    ),
    "less": (
        {
            "raw_difference": -0.187,
            "raw_low": -0.25,
            "raw_high": -0.12,
            "within_difference": -0.059,
            "within_low": -0.097,
            "within_high": -0.021,
        },
        "Northline writes “Obamacare” 19 percentage points less often than the other outlets "
        "together: 13 of the 19 points are what is covered, 6 are how it is worded (95 % interval "
        "2 to 10; q = 0.004).",
    ),
    "more within": (
        {"within_difference": 0.33, "within_low": 0.2, "within_high": 0.46},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: on the same events 33 percentage points more often, 14 of which what is covered "
        "hides (95 % interval 20 to 46; q = 0.004).",
    ),
    "the other way round": (
        {"within_difference": -0.08, "within_low": -0.12, "within_high": -0.04},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: on the same events it is the other way round, 8 percentage points less often, "
        "which what is covered hides (95 % interval 4 to 12; q = 0.004).",
    ),
    "nothing clear in all": (
        {
            "raw_difference": 0.01,
            "raw_low": -0.02,
            "within_difference": -0.08,
            "within_low": -0.12,
            "within_high": -0.04,
        },
        "Northline writes “Obamacare” about as often as the other outlets together: on the same "
        "events 8 percentage points less often, which what is covered hides (95 % interval 4 to "
        "12; q = 0.004).",
    ),
    "nothing clear covered": (
        {"within_difference": 0.18, "covered_low": -0.05, "covered_high": 0.06},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: on the same events 18 percentage points more often; what is covered makes no "
        "clear difference (95 % interval 2 to 10; q = 0.004).",
    ),
    "nothing clear within, and what is covered": (
        {"within_low": -0.03, "q": 0.2},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: 13 of the 19 points are what is covered; within events no difference is clear, "
        "6 percentage points more often (95 % interval −3 to 10; q = 0.2).",
    ),
    "nothing clear within, nor what is covered": (
        {"within_low": -0.03, "q": 0.2, "covered_low": -0.01},
        "Northline writes “Obamacare” 19 percentage points more often than the other outlets "
        "together: within events no difference is clear, 6 percentage points more often (95 % "
        "interval −3 to 10; q = 0.2).",
    ),
    "two outlets, turned to more": (
        {
            "other": "Tidewatch",
            "raw_difference": -0.187,
            "raw_low": -0.25,
            "raw_high": -0.12,
            "within_difference": -0.059,
            "within_low": -0.097,
            "within_high": -0.021,
        },
        "Tidewatch writes “Obamacare” 19 percentage points more often than Northline: 13 of the 19 "
        "points are what is covered, 6 are how it is worded (95 % interval 2 to 10; q = 0.004).",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_difference_in_a_sentence(case):
    change, expected = CASES[case]
    assert sentences(table(change))[0] == expected


def test_the_headline_is_the_clearest_difference():
    assert headline(table({})) == (
        "“Obamacare”, Northline against the other outlets together: 13 of the 19 points are what "
        "is covered, 6 are how it is worded"
    )
    assert headline(table({"q": 0.3})) == headline(table({}).iloc[:0]) == ""


def test_too_few_events_are_said_and_give_no_number():
    nothing = dict.fromkeys(("within_difference", "within_low", "within_high", "p", "q"), np.nan)
    told = sentences(table(nothing | {"n_components": 12}))
    assert told == [
        "Northline (12) has fewer than 30 separate events shared: too few, so no number within "
        "events is given."
    ]
    assert "too few" in describe(table(nothing))


def test_no_links_and_no_dates_are_said():
    assert (
        "No two articles of different outlets that name this"
        in sentences(table({"n_links": 0, "n_components": 0}))[0]
    )
    articles = pd.DataFrame({"outlet": ["A", "B"], "date": pd.to_datetime(["2031-01-01", None])})
    assert describe_links(articles, table({})) == ["1 article of 2 has no date and so no link."]
    assert "too few, of different days" in explain_no_links(articles)
    assert "Only one outlet is compared (A)" in explain_no_links(articles.head(1))
    assert "No article has a date" in explain_no_links(articles.assign(date=pd.NaT))
    assert "No article is compared" in explain_no_links(articles.head(0))


def test_concepts_are_named_where_there_are_several():
    both = table({}, {"concept": "wall", "variant": "fence"})
    told = sentences(both, titles={"law": "The law", "wall": "The wall"})
    assert told[0].startswith("The law: Northline writes")


def test_of_each_concept_the_largest_difference_is_selected():
    rows = table({"variant": "small", "raw_difference": 0.1}, {}, {"outlet": "Tidewatch"})
    assert select_largest(rows)["variant"].tolist() == ["Obamacare", "Obamacare"]
