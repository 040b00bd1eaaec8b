"""Precision: a published example, planted truth, laws."""

import numpy as np
import pandas as pd
import pytest
from marked import hits, lines, planted

from wording.questions.coding import precision as pr
from wording.questions.design import Design


@pytest.mark.parametrize(
    ("right", "part", "half"),
    [((66, 0, 1, 2), 0.0235086, None), ((66, 55, 153, 313), 0.9465, 0.0185)],
    ids=["deforestation", "overall accuracy"],
)
def test_precision_is_the_stratified_estimator(right, part, half):
    """Of 10,000,000 pixels in four strata 235,086 were deforested, and 95 % are mapped right.

    Plus or minus 2: Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, section 5.1
    and table 8.
    """
    coded = pd.concat(
        [lines(r, n, outlet=o) for r, n, o in zip(right, (75, 75, 165, 325), "abcd", strict=True)]
    )
    row = pr.estimate_precision(coded, hits(a=200_000, b=150_000, c=3_200_000, d=6_450_000)).iloc[0]
    assert row["right_sense"] == pytest.approx(part, abs=5e-8 if half is None else 5e-5)
    if half:
        assert (row["high"] - row["low"]) / 2 == pytest.approx(half, rel=0.15)


def test_intervals_hold_the_planted_truth():
    """300 precisions of a variant over six outlets, from 150 lines."""
    rng, held = np.random.default_rng(2), []
    for spread in [1e6, 30, 6] * 34:
        all_hits, marks, _, share, right = planted(rng, spread=spread)
        truth = (share * right).sum(axis=0) / share.sum(axis=0)
        precise = pr.estimate_precision(marks, all_hits, design=Design(draws=199))
        held += list((precise["low"] <= truth) & (truth <= precise["high"]))
    assert len(held) == 306
    assert 0.93 <= np.mean(held) <= 0.985


def test_lines_weigh_as_many_hits_as_they_stand_for():
    coded = pd.concat([lines(10, 10), lines(0, 10, outlet="B")])
    assert pr.estimate_precision(coded, hits(A=300, B=100))["right_sense"].item() == pytest.approx(
        0.75
    )


def test_voices_count_alone_or_together():
    coded = pd.concat([lines(10, 10), lines(0, 10, voice="quoted", first=10)])
    counted = pd.concat([hits(A=300), hits(A=100).assign(voice="quoted")])
    assert pr.estimate_precision(coded, counted)["right_sense"].to_list() == [1, 0]
    assert pr.estimate_precision(coded, counted, voice="attributed")["right_sense"].to_list() == [0]
    assert pr.estimate_precision(coded, counted, voice="all")["right_sense"].to_list() == [0.5]


def test_coders_of_one_line_count_as_one():
    coded = pd.concat([lines(10, 10), lines(0, 10).assign(coder="b")])
    row = pr.estimate_precision(coded, hits(A=600)).iloc[0]
    assert (row["n_coded"], row["right_sense"]) == (10, 0.5)


def test_lines_picked_by_hand_and_few_lines_tell_nothing():
    assert pr.estimate_precision(lines(20, 20, sample=False), hits(A=600)).empty
    assert np.isnan(pr.estimate_precision(lines(4, 4), hits(A=600))["right_sense"].item())


def test_the_sentences_say_how_precise():
    coded = pd.concat([lines(30, 50), lines(50, 50, variant="w")])
    counted = pd.concat([hits(A=600), hits(A=600).assign(variant="w")])
    described = pr.describe_precision(pr.estimate_precision(coded, counted))
    assert described[0].startswith(
        "“v” (own words): 60 % of the hits are in the right sense (95 % interval"
    )
    assert described[1].startswith("“w” (own words): 100 % of the hits")
    assert pr.describe_precision(pr.estimate_precision(coded.head(3), counted))[0].startswith(
        "No term has 5 coded lines"
    )
