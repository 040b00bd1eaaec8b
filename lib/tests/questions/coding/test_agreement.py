"""Coders' agreement against published numbers and planted truth."""

import numpy as np
import pandas as pd
import pytest

from wording.questions.coding import agreement as ag
from wording.questions.design import Design


def marks(rows, *, question="sense", sample=True, doc=None):
    """Return marks from (coder, line, answer): answers of 1 and 0 for the two of the question."""
    yes, no = ag.CODING_QUESTIONS[question]
    table = [
        {
            "coder": coder,
            "date": "2031-01-01",
            "doc_id": f"d{line if doc is None else doc(line)}",
            "start": line,
            "end": line + 4,
            "concept": "c",
            "variant": "v",
            "outlet": "A",
            "voice": "outlet",
            "mark": yes if answer else no,
            "sample": sample,
        }
        for coder, line, answer in rows
    ]
    return pd.DataFrame(table)


def crossed(both, first, second, neither):
    """Return two coders' marks from the four cells of their table."""
    pairs = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return marks(
        [(coder, line, pair[k]) for line, pair in enumerate(pairs) for k, coder in enumerate("ab")]
    )


@pytest.fixture
def any_code(monkeypatch):
    """Return a function for marks of any code: the published examples have more than two."""
    monkeypatch.setitem(ag.CODING_QUESTIONS, "code", tuple("abcde12345"))

    def mark_codes(**codes):
        answers = [
            (coder, line, code)
            for coder, text in codes.items()
            for line, code in enumerate(text)
            if code != "."
        ]
        table = marks([(coder, line, 1) for coder, line, _ in answers])
        return table.assign(mark=[code for _, _, code in answers])

    return mark_codes


def test_alpha_of_two_observers_and_a_binary_code(any_code):
    """10 units, agreement on 6, alpha 0.095.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example A.
    """
    table = ag.compute_agreement(any_code(meg="2122222212", owen="1112212222"))
    assert table["alpha"].item() == pytest.approx(0.095, abs=5e-4)
    assert table["agreed"].item() == pytest.approx(0.6)
    assert table["n"].item() == 10


def test_alpha_of_two_observers_and_a_nominal_code(any_code):
    """Krippendorff (2011), example B: 12 units, five codes, alpha 0.692."""
    assert ag.compute_agreement(any_code(ben="aabbdcccedda", gerry="babbbccceddd"))[
        "alpha"
    ].item() == pytest.approx(0.692, abs=5e-4)


def test_alpha_of_four_observers_with_gaps(any_code):
    """Four observers, 12 units, some not coded, one coded by one observer only.

    Nominal alpha 0.743: Krippendorff (2011), example C.
    """
    table = ag.compute_agreement(
        any_code(a="123321412...", b="1233224125.3", c=".3332342251.", d="12332441251.")
    )
    assert table["alpha"].item() == pytest.approx(0.743, abs=5e-4)
    assert (table["coders"].item(), table["n"].item()) == (4, 11)


def test_kappa_of_two_judges(any_code):
    """200 cases in three categories, observed .70, by chance .41, unweighted kappa .492.

    Cohen (1968), Psychological Bulletin 70, 213-220.
    """
    cells = {"aa": 88, "ab": 14, "ac": 18, "ba": 10, "bb": 40, "bc": 10, "ca": 2, "cb": 6, "cc": 12}
    codes = "".join(pair * n for pair, n in cells.items())
    row = ag.compute_agreement(any_code(one=codes[::2], other=codes[1::2])).iloc[0]
    assert row["kappa"] == pytest.approx(0.492, abs=5e-4)
    assert row["kappa_low"] < 0.492 < row["kappa_high"]


def test_kappa_does_not_change_when_coders_or_answers_change_places():
    table, swapped = (
        ag.compute_agreement(crossed(20, 5, 10, 15)),
        ag.compute_agreement(crossed(15, 10, 5, 20)),
    )
    assert table["kappa"].item() == pytest.approx(0.4)  # observed .70, expected .50
    assert swapped["kappa"].item() == pytest.approx(table["kappa"].item())
    assert swapped["alpha"].item() == pytest.approx(table["alpha"].item())


def test_where_all_marks_are_the_same_agreement_beyond_chance_is_not_defined():
    table = ag.compute_agreement(crossed(20, 0, 0, 0))
    assert table["agreed"].item() == 1
    assert (
        table[["alpha", "alpha_low", "alpha_high", "kappa", "kappa_low", "kappa_high"]]
        .isna()
        .all(axis=None)
    )
    assert "is undefined" in ag.describe_agreement(table)[0]


def test_perfect_agreement_is_not_sure_and_lines_of_one_coder_are_left_out():
    table = ag.compute_agreement(pd.concat([crossed(10, 0, 0, 10), marks([("a", 99, 1)])]))
    assert table["alpha"].item() == table["alpha_high"].item() == 1
    assert 0.5 < table["alpha_low"].item() < 0.95
    assert table["n"].item() == 20
    assert ag.compute_agreement(marks([("a", 1, 1)])).empty


def test_two_coders_who_always_say_the_same_one_thing_do_not_count_for_kappa():
    pair = crossed(10, 10, 0, 10)
    third = marks([("c", line, 1) for line in range(10)])
    assert ag.compute_agreement(pd.concat([pair, third]))["kappa"].item() == pytest.approx(
        ag.compute_agreement(pair)["kappa"].item()
    )


def test_the_last_of_a_coders_marks_stands():
    table = ag.select_latest_marks(marks([("a", 1, 0), ("a", 1, 1), ("b", 1, 0)]))
    assert table["mark"].to_list() == ["right sense", "wrong sense"]


def test_alpha_intervals_hold_the_truth():
    """Two coders who each err in 1 of 10 binary answers, half of them 1.

    Agreement .82, alpha .64.
    """
    rng, held = np.random.default_rng(1), 0
    for _ in range(120):
        truth = rng.random(60) < 0.5
        answers = [
            (coder, i, x ^ (rng.random() < 0.1)) for coder in "ab" for i, x in enumerate(truth)
        ]
        coded = marks(answers, doc=lambda line: line // 2)
        row = ag.compute_agreement(coded, design=Design(draws=199)).iloc[0]
        held += row["alpha_low"] <= 0.64 <= row["alpha_high"]
    assert held / 120 >= 0.9


def test_the_sentences_say_what_was_coded():
    assert (
        "agree on 70 % of 50 lines about the sense"
        in ag.describe_agreement(ag.compute_agreement(crossed(20, 5, 10, 15)))[0]
    )
    assert (
        "No line was coded by two coders"
        in ag.describe_agreement(ag.compute_agreement(marks([("a", 1, 1)])))[0]
    )
