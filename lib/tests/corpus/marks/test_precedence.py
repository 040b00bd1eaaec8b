"""Who was first: by moment, by the agency that is credited, and else it is not known."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from wording.corpus.build import encode_articles
from wording.corpus.marks.copies import find_families
from wording.corpus.marks.precedence import name_outlet_agencies
from wording.corpus.reading.articles import read_articles

STORY = (
    "The council of the harbour town voted on Tuesday to rebuild the old bridge over the river, "
    "after two years of talks between the province and the owners of the ferries. Work is to begin "
    "in spring and to last three years. The cost is put at forty million, of which the province "
    "pays half. Opponents said that the ferries would lose their trade. A count of the traffic "
    "showed nine thousand crossings a day, twice as many as ten years ago. The last bridge was "
    "closed when a pillar sank in a flood. Engineers inspected the other pillars and found them "
    "sound. The plan keeps the two stone arches of the north bank and replaces the rest with steel."
)
OPENING = "A long debate is over, and readers of this paper will be glad of it."
PAPER, CREDITED = f"{OPENING}\n\n{STORY}", f"{OPENING}\n\n{STORY}\n\n(Reuters)"


def families(folder, *articles):
    """{doc_id: (family, first, tied)} of articles: doc_id, outlet, date, text."""
    rows = pd.DataFrame(articles, columns=["id", "outlet", "date", "text"])
    rows.to_csv(folder / "articles.csv", index=False)
    found = find_families(encode_articles(read_articles(folder / "articles.csv")))
    return {row[0]: row[1:] for row in found.select("doc_id", "family", "first", "tied").rows()}


def first_and_tied(folder, agency, paper, *, text, outlet="Reuters"):
    found = families(
        folder,
        ("z-agency", outlet, agency, STORY),
        ("a-paper", "Harbour Paper", paper, text),
    )
    assert len({family for family, _, _ in found.values()}) == 1
    (first,) = (name for name, row in found.items() if row[1])
    ties = {row[2] for row in found.values()}
    assert len(ties) == 1, "both are tied, or none"
    return first, ties.pop()


MORNING, EVENING = "2018-03-01T08:00:00Z", "2018-03-01T19:30:00Z"


@pytest.mark.parametrize(
    ("agency", "paper", "text", "first", "tied"),
    [
        (MORNING, EVENING, CREDITED, "z-agency", False),
        ("2018-03-01", "2018-03-01", CREDITED, "z-agency", False),
        (MORNING, EVENING, PAPER, "z-agency", False),
        (EVENING, MORNING, PAPER, "a-paper", False),
        ("2018-03-01", "2018-03-01", PAPER, "a-paper", True),
        (MORNING, MORNING, PAPER, "a-paper", True),
        ("", "", PAPER, "a-paper", True),
        # zones decide, not dates: 04:30 and 03:00 in UTC
        ("2018-03-01T23:30:00-05:00", "2018-03-02T03:00:00Z", PAPER, "a-paper", False),
        ("2018-03-02T03:00:00Z", "2018-03-01T23:30:00-05:00", PAPER, "z-agency", False),
        # an agency that is credited is the source, whatever the times of its own version
        (EVENING, MORNING, CREDITED, "z-agency", False),
        ("2018-03-03", "2018-03-01", CREDITED, "z-agency", False),
        ("2018-03-03", "2018-03-01", PAPER, "a-paper", False),
        # times without a zone decide nothing between outlets; dates do
        ("2018-03-01 08:00", "2018-03-01 19:30", PAPER, "z-agency", True),
        ("2018-03-01 08:00", "2018-03-02 19:30", PAPER, "z-agency", False),
        (MORNING, "2018-03-01", PAPER, "z-agency", True),
        ("2018-03-01T00:00:00", "2018-03-01T00:00:00", PAPER, "a-paper", True),
    ],
)
def test_who_was_first(tmp_path, agency, paper, text, first, tied):
    assert first_and_tied(tmp_path, agency, paper, text=text) == (first, tied)


@pytest.mark.parametrize("outlet", ["Reuters", "REUTERS", "Reuters.com", "Reuters News"])
def test_an_agencys_outlet_is_known_by_its_name(tmp_path, outlet):
    day = "2018-03-01"
    assert first_and_tied(tmp_path, day, day, text=CREDITED, outlet=outlet) == ("z-agency", False)


def test_names_of_outlets():
    outlets = [
        "The Associated Press",
        "AP News",
        "apnews.com",
        "AP",
        "Maple News",
        "CNN",
        "ansa.it",
    ]
    found = name_outlet_agencies(pl.Series(outlets))
    assert found.to_list() == ["AP", "AP", "AP", "AP", None, None, "ANSA"]


def test_a_tie_is_of_those_that_may_have_been_first_only(tmp_path):
    found = families(
        tmp_path,
        ("a", "A", "2018-03-01", STORY),
        ("b", "B", "2018-03-01", STORY),
        ("c", "C", "2018-03-02", STORY),
        ("again", "A", "2018-03-01", STORY),
    )
    assert {name for name, (_, first, _) in found.items() if first} == {"a"}
    assert {name for name, (_, _, tied) in found.items() if tied} == {"a", "b"}


def test_two_papers_that_credit_one_agency_are_both_its_copies(tmp_path):
    found = families(
        tmp_path,
        ("a", "A", "2018-03-01", CREDITED),
        ("b", "B", "2018-03-01", CREDITED),
        ("z", "Reuters", "2018-03-02", STORY),
    )
    assert found == {"a": ("z", False, False), "b": ("z", False, False), "z": ("z", True, False)}


def test_precedence_does_not_depend_on_the_order_of_the_rows(tmp_path):
    rng = np.random.default_rng(3)
    dates = [MORNING, EVENING, "2018-03-01", "2018-03-01 12:00", "2018-03-02T03:00:00+05:00", ""]
    rows = [(f"d{k}", f"O{k}", date, PAPER) for k, date in enumerate(dates)]
    expected = families(tmp_path, *rows)
    for _ in range(3):
        shuffled = [rows[k] for k in rng.permutation(len(rows))]
        assert families(tmp_path, *shuffled) == expected
