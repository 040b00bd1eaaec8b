"""What is told of keyness: tables of cases."""

import numpy as np
import pandas as pd
import pytest

from wording.phrasing import format_ratio
from wording.questions.keyness import findings, keywords
from wording.tables import TABLES


def row(outlet, term, n, n_other, log_ratio, low, high, q, subsumed_by="", **more):
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
            "subsumed_by": subsumed_by,
        }
        | more
    )


TABLE = pd.DataFrame([
    row("Gazette", "coup", 40, 9, 3, 2, 4, 0.0004),
    row("Gazette", "junta", 12, 0, 6, 2.5, np.inf, 0.01),
    row("Gazette", "coup leaders", 12, 3, 3, 2.2, 4, 0.002, subsumed_by="coup"),
    row("Gazette", "protests", 5, 60, -3, -4, -2, 0.001),
    row("Herald", "protests", 60, 5, 3, 1, 4, 0.002),
    row("Herald", "rally", 9, 8, 1, -1, 2, 0.4),
])  # fmt: skip


def test_the_clearest_terms_come_first_and_nested_ones_not_at_all():
    shown = keywords.select_top_keywords(TABLE, top=2)
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
    assert list(keywords.select_top_keywords(bare, top=1)["term"]) == ["junta", "rally"]


def test_the_sentences_tell_effect_interval_and_evidence():
    said = findings.sentences(TABLE)
    assert said == [
        (
            "Compared: 5 terms at 2 outlets, each against all the other outlets together; "
            "5 of 6 differences have q < 0.05."
        ),
        "Gazette writes “junta” 12 times in 6 articles; the other outlets never use it (95 % "
        "interval: at least 5.7 times as often; q = 0.01); "
        "then “coup” (8.0 times as often).",
        (
            "Herald writes “protests” 8.0 times as often as the other outlets together (95 % "
            "interval 2.0 to 16; 60 times in 30 articles; q = 0.002)."
        ),
    ]


def test_what_is_too_small_to_tell_says_so():
    none = findings.sentences(TABLE.assign(q=0.6))
    assert none[1] == (
        "No outlet uses any term significantly more often than the other side (smallest q = 0.6)."
    )
    assert findings.sentences(TABLE.assign(q=np.nan))[1] == findings._NO_TEST_MESSAGE
    assert (
        findings.sentences(TABLE.assign(q=TABLE["q"].where(TABLE["outlet"] == "Gazette")))[-1]
        == "Too few articles for a test: Herald."
    )
    assert findings.sentences(TABLE.iloc[:0]) == [
        (
            "Nothing can be compared: a comparison needs at least two outlets, "
            "and terms that occur in enough articles."
        )
    ]
    assert findings.sentences(TABLE, top=1)[-1] == "1 further outlet has clear terms, too."


def test_a_reference_outlet_is_named():
    said = findings.sentences(TABLE.assign(other="Bulletin", voice="quoted"))
    assert "each against Bulletin" in said[0]
    assert said[2].startswith("Herald quotes “protests” 8.0 times as often as Bulletin (")


def test_what_copies_change_is_told():
    shown = keywords.select_top_keywords(TABLE, top=2)
    assert keywords.describe_keyness_sensitivity(shown, TABLE, copies="without copies") == [
        "Without copies, 3 of the 3 clear terms shown remain clear."
    ]
    otherwise = TABLE[TABLE["term"] != "junta"].assign(log_ratio=1, q=[0.2, 0.3, 0.4, 0.01, 0.5])
    assert keywords.describe_keyness_sensitivity(shown, otherwise, copies="without copies") == [
        "Without copies, 1 of the 3 clear terms shown remains clear; "
        "these do not: “junta” at Gazette (not tested then), “coup” at Gazette (2.0 times as "
        "often instead of 8.0, q = 0.2)."
    ]
    assert (
        keywords.describe_keyness_sensitivity(shown.assign(q=0.3), TABLE, copies="without copies")
        == []
    )


def test_the_surest_differences_are_sorted_by_q_then_by_effect():
    assert list(keywords.select_clearest_terms(TABLE, top=3)["q"]) == [0.0004, 0.001, 0.002]
    assert keywords.select_clearest_terms(TABLE.assign(q=np.nan)).empty
    assert list(keywords.select_clearest_terms(TABLE)["term"])[2:4] == ["coup leaders", "protests"]


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1.04, "1.0"), (9.94, "9.9"), (9.96, "10"), (123.4, "123"), (12_345, "12,345")],
)
def test_ratios_are_told_with_two_figures_at_least(ratio, told):
    assert format_ratio(ratio) == told
