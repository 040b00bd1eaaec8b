"""Coders' agreement against published numbers; precision and corrected shares against planted truth."""

import numpy as np
import pandas as pd
import pytest

from wording.analysis import agreement as ag


def marks(rows, *, question="sense", sample=True, doc=None):
    """Marks from (coder, line, answer): answers of 1 and 0 for the two of the question."""
    yes, no = ag.QUESTIONS[question]
    made = [
        {
            "coder": coder, "date": "2031-01-01", "doc_id": f"d{line if doc is None else doc(line)}", "start": line, "end": line + 4, "concept": "c",
            "variant": "v", "outlet": "A", "voice": "outlet", "mark": yes if answer else no, "sample": sample,
        }
        for coder, line, answer in rows
    ]  # fmt: skip
    return pd.DataFrame(made)


def crossed(both, first, second, neither):
    """Two coders' marks from the four cells of their table."""
    pairs = [(1, 1)] * both + [(1, 0)] * first + [(0, 1)] * second + [(0, 0)] * neither
    return marks([(coder, line, pair[k]) for line, pair in enumerate(pairs) for k, coder in enumerate("ab")])


def test_kappa_and_alpha_are_those_of_the_textbooks():
    """Krippendorff (2011), section A: two observers, binary: 10 units, agreement on 6, alpha 0.095."""
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    table = ag.agreement(marks([("a", i, x) for i, x in enumerate(one)] + [("b", i, x) for i, x in enumerate(other)]))
    assert table["alpha"].item() == pytest.approx(0.095, abs=5e-4)
    assert table["agreed"].item() == pytest.approx(0.6)
    assert table["n"].item() == 10


def test_kappa_of_a_crossed_table():
    """Observed 0.70, expected 0.50 (20, 5, 10, 15 of 50): kappa 0.40, the standard textbook table."""
    table = ag.agreement(crossed(20, 5, 10, 15))
    assert table["kappa"].item() == pytest.approx(0.4)
    assert table["kappa_low"].item() < 0.4 < table["kappa_high"].item()


def test_perfect_agreement_has_no_lower_end_and_lines_of_one_coder_are_left_out():
    table = ag.agreement(pd.concat([crossed(10, 0, 0, 10), marks([("a", 99, 1)])]))
    assert table["alpha"].item() == 1
    assert table["n"].item() == 20
    assert ag.agreement(marks([("a", 1, 1)])).empty


def test_the_last_of_a_coders_marks_stands():
    table = ag.latest(marks([("a", 1, 0), ("a", 1, 1), ("b", 1, 0)]))
    assert table["mark"].to_list() == ["right sense", "wrong sense"]


def planted(rng, n=60, right=0.8, per_doc=2):
    answers = rng.random(n) < right
    return marks([("a", i, x) for i, x in enumerate(answers)], doc=lambda line: line // per_doc)


def test_alpha_intervals_hold_the_truth():
    """Two coders who each err in 1 of 10 binary answers, half of them 1: agreement .82, alpha .64."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(120):
        truth = rng.random(60) < 0.5
        said = [(coder, i, x ^ (rng.random() < 0.1)) for coder in "ab" for i, x in enumerate(truth)]
        row = ag.agreement(marks(said, doc=lambda line: line // 2), draws=199).iloc[0]
        held += row["alpha_low"] <= 0.64 <= row["alpha_high"]
    assert held / 120 >= 0.9


def test_precision_intervals_hold_the_truth():
    rng, held = np.random.default_rng(2), 0
    hits = pd.DataFrame({"concept": "c", "variant": "v", "outlet": "A", "voice": "outlet", "n": [600]})
    for _ in range(150):
        row = ag.precision(planted(rng), hits, draws=199).iloc[0]
        held += row["low"] <= 0.8 <= row["high"]
    assert 0.9 <= held / 150 <= 0.99


def test_lines_weigh_as_many_hits_as_they_stand_for():
    one, other = marks([("a", i, 1) for i in range(10)]), marks([("a", i, 0) for i in range(20, 30)]).assign(outlet="B")
    hits = pd.DataFrame({"concept": "c", "variant": "v", "outlet": ["A", "B"], "voice": "outlet", "n": [300, 100]})
    assert ag.precision(pd.concat([one, other]), hits)["right_sense"].item() == pytest.approx(0.75)


def test_lines_picked_by_hand_and_few_lines_tell_nothing():
    hits = pd.DataFrame({"concept": "c", "variant": "v", "outlet": "A", "voice": "outlet", "n": [600]})
    assert ag.precision(marks([("a", i, 1) for i in range(20)], sample=False), hits).empty
    assert np.isnan(ag.precision(marks([("a", i, 1) for i in range(4)]), hits)["right_sense"].item())


def shares_of(n, total, low, high):
    return pd.DataFrame(
        {
            "concept": "c",
            "variant": ["v", "w"],
            "outlet": "A",
            "voice": "outlet",
            "n": [n, total - n],
            "share": [n / total, 1 - n / total],
            "low": [low, 1 - high],
            "high": [high, 1 - low],
        }
    )


def test_corrected_shares_are_counts_times_predictive_values():
    """100 of 200 hits, 3 of 5 of them right, the others all right: 60 of 160."""
    precise = pd.DataFrame(
        {"concept": "c", "variant": ["v", "w"], "voice": "outlet", "right_sense": [0.6, 1.0], "low": [0.5, 0.93], "high": [0.7, 1.0]}
    )
    table = ag.corrected(shares_of(100, 200, 0.43, 0.57), precise)
    assert table["corrected_share"].to_list() == pytest.approx([60 / 160, 100 / 160])
    assert table["n_right"].to_list() == pytest.approx([60, 100])
    assert table["corrected_low"][0] < 0.375 < table["corrected_high"][0]
    assert table["corrected_high"][0] - table["corrected_low"][0] > 0.13
    assert ag.corrected(shares_of(100, 200, 0.43, 0.57), precise.head(1))["corrected_share"].isna().all()


def test_intervals_of_corrected_shares_hold_the_truth():
    """Two variants with 50 % each of the right hits; every fourth hit of the first is in another sense; 50 lines of each are coded."""
    from wording.analysis import resampling

    rng, held = np.random.default_rng(3), 0
    for _ in range(150):
        n = rng.binomial(300, (0.5 / 0.75) / (0.5 / 0.75 + 0.5))
        low, high = resampling.interval(n / 300, 300)
        p = np.array([rng.binomial(50, 0.75), 50]) / 50
        ends = resampling.interval(p, 50)
        precise = pd.DataFrame(
            {"concept": "c", "variant": ["v", "w"], "voice": "outlet", "right_sense": p, "low": ends[0], "high": ends[1]}
        )
        row = ag.corrected(shares_of(n, 300, low, high), precise).iloc[0]
        held += row["corrected_low"] <= 0.5 <= row["corrected_high"]
    assert 0.9 <= held / 150 <= 0.995


def test_the_sentences_say_what_was_coded():
    rng = np.random.default_rng(4)
    hits = pd.DataFrame({"concept": "c", "variant": "v", "outlet": "A", "voice": "outlet", "n": [600]})
    said = ag.sentences(ag.agreement(crossed(20, 5, 10, 15)), ag.precision(planted(rng), hits))
    assert "agree on 70 % of 50 lines about the sense" in said[0]
    assert "60 lines coded" in said[1]
    assert (
        "No line was coded by two coders" in ag.sentences(ag.agreement(marks([("a", 1, 1)])), ag.precision(marks([("a", 1, 1)]), hits))[0]
    )
