"""Corrected shares: published examples, planted truth, laws."""

import numpy as np
import pandas as pd
import pytest
from marked import lines, planted, shares_of

from wording.questions.coding import correction as co
from wording.questions.design import Design

# Gelman et al. (2013), Bayesian Data Analysis, table 5.1 (data of Tarone 1982): rats with a tumour,
# of how many, in 71 experiments.
RATS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19
1/18 1/18 2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20
3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20
5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14
"""


def test_outlets_are_drawn_together_as_the_beta_binomial_model_says():
    """Posterior means of alpha 2.4 and beta 14.3 for the 71 experiments.

    The last of them, 4 of 14, is drawn towards the others. Gelman et al. (2013), section 5.3.
    """
    right, n = np.array([pair.split("/") for pair in RATS.split()], dtype=float).T
    assert len(n) == 71
    likely = co.beta_binomial_posterior(right, n)
    assert (likely * co.PRECISION_GRID[:, None] * co.STRENGTH_GRID).sum() == pytest.approx(
        2.4, abs=0.1
    )
    assert (likely * (1 - co.PRECISION_GRID[:, None]) * co.STRENGTH_GRID).sum() == pytest.approx(
        14.3, abs=0.5
    )
    drawn = co.draw_precisions(right, n, draws=4000, rng=np.random.default_rng(1))
    assert right.sum() / n.sum() < drawn[:, -1].mean() < 4 / 14
    assert co.composite_estimate(right, n, n)[-1] == pytest.approx(drawn[:, -1].mean(), abs=0.01)


def test_corrected_shares_are_counts_times_predictive_values():
    """100 of 200 hits, 30 of 50 coded lines of them right, all of the others': 60 of 160.

    Double sampling (Tenenbein 1970).
    """
    coded = pd.concat([lines(30, 50), lines(50, 50, variant="w")])
    table = co.correct_shares(shares_of(100, 200, 0.43, 0.57), coded)
    assert table["corrected_share"].to_list() == pytest.approx([60 / 160, 100 / 160])
    assert table["n_right"].to_list() == pytest.approx([60, 100])
    assert table["corrected_low"][0] < 0.375 < table["corrected_high"][0]
    assert table["corrected_high"][0] - table["corrected_low"][0] > 0.13
    unknown = co.correct_shares(shares_of(100, 200, 0.43, 0.57), coded[coded["variant"] == "v"])
    assert unknown[["corrected_share", "corrected_low"]].isna().all(axis=None)


def test_where_every_line_is_right_shares_stay_as_counted():
    coded = pd.concat([lines(9, 9), lines(40, 40, variant="w")])
    table = co.correct_shares(shares_of(60, 200, 0.24, 0.37), coded)
    assert table["corrected_share"].to_list() == pytest.approx(table["share"].to_list())
    assert (table["right_sense"] == 1).all()
    assert (table["right_low"] < 0.99).all()


def test_intervals_hold_the_planted_truth():
    """720 corrected shares, outlets alike and unlike.

    The 95 % interval holds the truth in 93 to 97 % of them (18 settings of 720: 94.2 to 96.9).
    """
    rng, held, shifted = np.random.default_rng(1), [], []
    for spread in [1e6, 30, 10, 6] * 10:
        _, marks, table, share, right = planted(rng, spread=spread)
        truth = (share * right / (share * right).sum(axis=1, keepdims=True)).T.ravel()
        corrected = co.correct_shares(table, marks, design=Design(draws=499))
        held += list((corrected["corrected_low"] <= truth) & (truth <= corrected["corrected_high"]))
        shifted.append(
            (
                np.abs(corrected["corrected_share"] - truth).mean(),
                np.abs(corrected["share"] - truth).mean(),
            )
        )
    assert len(held) == 720
    assert 0.93 <= np.mean(held) <= 0.97
    corrected_error, counted_error = np.mean(shifted, axis=0)
    assert corrected_error < 0.8 * counted_error, "corrected shares lie nearer to the truth"


def test_a_term_without_a_coded_line_leaves_shares_uncorrected():
    table = shares_of(100, 200, 0.43, 0.57)
    assert co.correct_shares(table, lines(20, 20, sample=False))["corrected_share"].isna().all()
    assert (
        co.correct_shares(table, lines(20, 20, outlet="elsewhere"))["corrected_share"].isna().all()
    )


def test_the_sentences_say_what_moves():
    table = co.correct_shares(
        shares_of(100, 200, 0.43, 0.57), pd.concat([lines(30, 50), lines(50, 50, variant="w")])
    )
    assert co.describe_corrections(table)[0].startswith(
        "A: “v” accounts for 50 % of all hits counted, and 38 % of those in the right sense "
        "(95 % interval"
    )
    assert (
        co.describe_corrections(table, top=1)[1]
        == "1 more share changes by at least one percentage point."
    )
    assert co.describe_corrections(
        co.correct_shares(shares_of(100, 200, 0.43, 0.57), lines(30, 50))
    )[0].startswith("No share can be corrected")
