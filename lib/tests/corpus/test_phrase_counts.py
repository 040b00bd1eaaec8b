import pandas as pd
import polars as pl
import pytest

from wording.corpus.build import encode_articles
from wording.corpus.phrase_counts import (
    count_phrases,
    count_study_phrases,
    describe_left_out,
    describe_phrases,
    widen_phrase,
)
from wording.corpus.reading.articles import read_articles
from wording.files import PROJECT_ROOT
from wording.study.read import read_study
from wording.study.records import Concept

TEXTS = [
    "They want gun control. The pro-gun control side left; a pro-gun-control rally went on.",
    "Pre-tax and after-tax income; tax cuts, tax-free. A long coup in the town of Ada.",
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    file = tmp_path_factory.mktemp("texts") / "texts.csv"
    table = {"id": ["a", "b"], "outlet": "X", "date": "2031-01-01", "title": "t", "text": TEXTS}
    pl.DataFrame(table).write_csv(file)
    return encode_articles(read_articles(file))


def count(corpus, variants, taken=()):
    concept = Concept.model_validate({"title": "t", "variants": variants})
    return count_phrases(corpus, {"c": concept}, {"towns": ["Ada", "Rome"]}, taken=taken)


def test_each_phrase_and_each_alternative_is_counted(corpus):
    table = count(corpus, {"v": ["gun (control|safty)", "gun safty"]})
    rows = table[["phrase", "alternative", "n_matched", "n_kept"]].to_numpy().tolist()
    assert rows == [
        ["gun (control|safty)", "", 1, 1],
        ["gun (control|safty)", "control", 1, 1],
        ["gun (control|safty)", "safty", 0, 0],
        ["gun safty", "", 0, 0],
    ]
    assert describe_phrases(table) == [
        "`gun safty` matches nothing.",
        "In `gun (control|safty)`, `safty` matches nothing.",
    ]


def test_entries_of_lists_are_no_alternatives(corpus):
    table = count(corpus, {"v": ["<towns>"]})
    assert table["alternative"].to_list() == [""]
    assert describe_phrases(table) == []


def test_a_variant_without_hits_says_why(corpus):
    variants = {
        "near": {"match": ["coup"], "near": {"any": "Rome", "within": 3}},
        "none": ["putsch", "junta"],
    }
    assert describe_phrases(count(corpus, variants))[2:] == [
        "The variant “near” of c has no hits: its phrases match 1 time, but its conditions, a "
        "longer match or boilerplate exclude every match.",
        "The variant “none” of c has no hits: none of its phrases matches.",
    ]


def test_of_the_library_only_the_number_is_said(corpus):
    table = count(corpus, {"v": ["coup", "putsch|junta"]}, taken=["c"])
    assert describe_phrases(table, ["c"]) == [
        "1 of 2 phrases taken from the library (c) matches nothing here."
    ]
    assert table["n_left_out"].sum() == 0


@pytest.mark.parametrize(
    ("phrase", "n", "examples"),
    [
        ("tax*", 2, "after-tax 1; pre-tax 1"),
        ("tax", 3, "after-tax 1; pre-tax 1; tax-free 1"),
        ("gun control", 2, "pro-gun control 1; pro-gun-control 1"),
        ("coup", 0, ""),
        ("_ coup", 0, ""),
    ],
)
def test_what_hyphens_leave_out_is_counted_by_the_pattern_that_is_told(corpus, phrase, n, examples):
    row = count(corpus, {"v": [phrase]}).iloc[0]
    assert (row["n_left_out"], row["left_out"]) == (n, examples)
    if n:
        wider = count(corpus, {"v": [row["pattern"]]}).iloc[0]
        assert wider["n_matched"] == row["n_matched"] + n
        assert wider["n_left_out"] == 0
        assert f"`{row['pattern']}` counts them" in describe_left_out(pd.DataFrame([row]))[0]


def test_a_list_cannot_be_widened():
    assert widen_phrase("<towns>") == widen_phrase("_ coup _") == ""


def test_without_the_articles_nothing_is_said():
    study = read_study(PROJECT_ROOT / "seeds").model_copy(update={"articles": None})
    table = count_study_phrases(study)
    assert table.empty
    assert describe_phrases(table) == describe_left_out(table) == []
