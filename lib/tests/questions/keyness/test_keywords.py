"""What is told of keyness: tables of cases."""

import numpy as np
import pandas as pd
import pytest

from wording.questions.keyness import findings as keywords
from wording.tables import TABLES


def row(outlet, term, n, n_other, log_ratio, low, high, q, told_by="", **more):
    values = dict.fromkeys(TABLES["keyness"], 1.0) | {
        "outlet": outlet,
        "other": "the rest",
        "voice": "outlet",
        "term": term,
        "n": n,
        "n_other": n_other,
    }
    return (
        values
        | {
            "n_articles": max(n // 2, 1),
            "log_ratio": log_ratio,
            "low": low,
            "high": high,
            "q": q,
            "told_by": told_by,
        }
        | more
    )


TABLE = pd.DataFrame([
    row("Gazette", "coup", 40, 9, 3, 2, 4, 0.0004),
    row("Gazette", "junta", 12, 0, 6, 2.5, np.inf, 0.01),
    row("Gazette", "coup leaders", 12, 3, 3, 2.2, 4, 0.002, told_by="coup"),
    row("Gazette", "protests", 5, 60, -3, -4, -2, 0.001),
    row("Herald", "protests", 60, 5, 3, 1, 4, 0.002),
    row("Herald", "rally", 9, 8, 1, -1, 2, 0.4),
])  # fmt: skip


def test_the_clearest_terms_come_first_and_nested_ones_not_at_all():
    shown = keywords.select_top_keywords(TABLE, most=2)
    assert list(zip(shown["outlet"], shown["term"], strict=True)) == [
        ("Gazette", "junta"),
        ("Gazette", "coup"),
        ("Herald", "protests"),
        ("Herald", "rally"),
    ]
    assert list(shown["times"]) == [64, 8, 8, 2]
    assert np.isinf(shown["times_high"][0])


def test_what_cannot_be_tested_is_ranked_by_z():
    bare = TABLE.assign(low=np.nan, high=np.nan, q=np.nan, z=[1, 2, 9, 9, 1, 5])
    assert list(keywords.select_top_keywords(bare, most=1)["term"]) == ["junta", "rally"]


def test_the_sentences_tell_effect_interval_and_evidence():
    said = keywords.sentences(TABLE)
    assert said == [
        "Compared: 5 terms at 2 outlets, each against all the other outlets together; 5 of 6 differences have q < 0.05.",
        "Gazette writes “junta” 12 times in 6 articles, the other outlets together never (with 95 % certainty at least 5.7 times as often; q = 0.01); "
        "then “coup” (8.0 times as often).",
        "Herald writes “protests” 8.0 times as often as the other outlets together (95 % interval 2.0 to 16; 60 times in 30 articles; q = 0.002).",
    ]


def test_what_is_too_small_to_tell_says_so():
    none = keywords.sentences(TABLE.assign(q=0.6))
    assert (
        none[1]
        == "No outlet uses a term more than the other side does, more surely than chance would give (smallest q = 0.6)."
    )
    assert keywords.sentences(TABLE.assign(q=np.nan))[1] == keywords._NO_TEST_MESSAGE
    assert (
        keywords.sentences(TABLE.assign(q=TABLE["q"].where(TABLE["outlet"] == "Gazette")))[-1]
        == "Too few articles for a test: Herald."
    )
    assert keywords.sentences(TABLE.iloc[:0]) == [
        "Nothing can be compared: that takes two outlets, and terms that stand in enough articles."
    ]
    assert (
        keywords.sentences(TABLE, most=1)[-1]
        == "The clearest terms of 1 further outlet are in the table."
    )


def test_a_reference_outlet_is_named():
    said = keywords.sentences(TABLE.assign(other="Bulletin", voice="quoted"))
    assert "each against Bulletin" in said[0]
    assert said[2].startswith("Herald quotes “protests” 8.0 times as often as Bulletin (")


def test_what_copies_change_is_told():
    shown = keywords.select_top_keywords(TABLE, most=2)
    assert keywords.describe_keyness_sensitivity(shown, TABLE, way="without copies") == [
        "Counted without copies, 3 of the 3 clear terms shown stay so."
    ]
    otherwise = TABLE[TABLE["term"] != "junta"].assign(log_ratio=1, q=[0.2, 0.3, 0.4, 0.01, 0.5])
    assert keywords.describe_keyness_sensitivity(shown, otherwise, way="without copies") == [
        "Counted without copies, 1 of the 3 clear terms shown stay so; "
        "not “junta” at Gazette (then not tested), “coup” at Gazette (2.0 times as often instead of 8.0, q = 0.2)."
    ]
    assert (
        keywords.describe_keyness_sensitivity(shown.assign(q=0.3), TABLE, way="without copies")
        == []
    )


def test_the_surest_differences_are_sorted_by_q_then_by_effect():
    assert list(keywords.select_clearest_terms(TABLE, most=3)["q"]) == [0.0004, 0.001, 0.002]
    assert keywords.select_clearest_terms(TABLE.assign(q=np.nan)).empty
    assert list(keywords.select_clearest_terms(TABLE)["term"])[2:4] == ["coup leaders", "protests"]


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1.04, "1.0"), (9.94, "9.9"), (9.96, "10"), (123.4, "123"), (12_345, "12,345")],
)
def test_ratios_are_told_with_two_figures_at_least(ratio, told):
    assert keywords.format_ratio(ratio) == told
