"""Precision and corrected shares: published examples, planted truth, laws."""

import numpy as np
import pandas as pd
import pytest

from wording.analysis import precision as pr
from wording.analysis.shares import shares
from wording.corpus import coding

OUTLETS, TERMS = [f"outlet {i}" for i in range(6)], ["v", "w", "x"]

# Gelman et al. (2013), Bayesian Data Analysis, table 5.1 (data of Tarone 1982): rats with a tumour, of how many, in 71 experiments.
RATS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 2/25 2/24 2/23 2/20 2/20 2/20
2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22
11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14
"""


def lines(right, n, *, outlet="A", variant="v", voice="outlet", first=0, sample=True):
    """Marks of one coder on n lines, each of an article of its own, the first so many in the right sense."""
    at = np.arange(first, first + n)
    return pd.DataFrame({
        "coder": "a", "date": "2031-01-01", "doc_id": [f"{outlet}{variant}{i}" for i in at], "start": at, "end": at + 4, "concept": "c",
        "variant": variant, "outlet": outlet, "voice": voice, "mark": np.where(np.arange(n) < right, "right sense", "wrong sense"), "sample": sample,
    })  # fmt: skip


def hits(**n):
    """So many hits of the variant v at each outlet."""
    return pd.DataFrame({"concept": "c", "variant": "v", "outlet": list(n), "voice": "outlet", "n": list(n.values())})


@pytest.mark.parametrize(
    ("right", "part", "half"),
    [((66, 0, 1, 2), 0.0235086, None), ((66, 55, 153, 313), 0.9465, 0.0185)],
    ids=["deforestation", "overall accuracy"],
)
def test_precision_is_the_stratified_estimator(right, part, half):
    """Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, section 5.1 and table 8: of 10,000,000 pixels in four strata 235,086 were
    deforested, and 95 % (plus or minus 2) are mapped right."""
    coded = pd.concat([lines(r, n, outlet=o) for r, n, o in zip(right, (75, 75, 165, 325), "abcd", strict=True)])
    row = pr.precision(coded, hits(a=200_000, b=150_000, c=3_200_000, d=6_450_000)).iloc[0]
    assert row["right_sense"] == pytest.approx(part, abs=5e-8 if half is None else 5e-5)
    if half:
        assert (row["high"] - row["low"]) / 2 == pytest.approx(half, rel=0.15)


def test_outlets_are_drawn_together_as_the_beta_binomial_model_says():
    """Gelman et al. (2013), section 5.3: posterior means of alpha 2.4 and beta 14.3 for the 71 experiments; the last of them, 4 of 14, is drawn
    towards the others."""
    right, n = np.array([pair.split("/") for pair in RATS.split()], dtype=float).T
    assert len(n) == 71
    likely = pr.posterior(right, n)
    assert (likely * pr.MEANS[:, None] * pr.ALIKE).sum() == pytest.approx(2.4, abs=0.1)
    assert (likely * (1 - pr.MEANS[:, None]) * pr.ALIKE).sum() == pytest.approx(14.3, abs=0.5)
    drawn = pr.drawn_parts(right, n, draws=4000, rng=np.random.default_rng(1))
    assert right.sum() / n.sum() < drawn[:, -1].mean() < 4 / 14
    assert pr.composite(right, n, n)[-1] == pytest.approx(drawn[:, -1].mean(), abs=0.01)


def shares_of(n, total, low, high):
    rows = {
        "concept": "c",
        "variant": ["v", "w"],
        "outlet": "A",
        "voice": "outlet",
        "n": [n, total - n],
        "share": [n / total, 1 - n / total],
    }
    return pd.DataFrame(rows | {"low": [low, 1 - high], "high": [high, 1 - low]})


def test_corrected_shares_are_counts_times_predictive_values():
    """Double sampling (Tenenbein 1970): 100 of 200 hits, 30 of 50 coded lines of them right, all of the others': 60 of 160."""
    coded = pd.concat([lines(30, 50), lines(50, 50, variant="w")])
    table = pr.corrected(shares_of(100, 200, 0.43, 0.57), coded)
    assert table["corrected_share"].to_list() == pytest.approx([60 / 160, 100 / 160])
    assert table["n_right"].to_list() == pytest.approx([60, 100])
    assert table["corrected_low"][0] < 0.375 < table["corrected_high"][0]
    assert table["corrected_high"][0] - table["corrected_low"][0] > 0.13
    unknown = pr.corrected(shares_of(100, 200, 0.43, 0.57), coded[coded["variant"] == "v"])
    assert unknown[["corrected_share", "corrected_low"]].isna().all(axis=None)


def test_where_every_line_is_right_shares_stay_as_counted():
    coded = pd.concat([lines(9, 9), lines(40, 40, variant="w")])
    table = pr.corrected(shares_of(60, 200, 0.24, 0.37), coded)
    assert table["corrected_share"].to_list() == pytest.approx(table["share"].to_list())
    assert (table["right_sense"] == 1).all()
    assert (table["right_low"] < 0.99).all()


def planted(rng, *, spread, articles=60, size=150, alike=6):
    """Hits of six outlets with planted shares and precisions (spread around .95, .8, .6), both clustered in articles, and the marks of a sample."""
    share = rng.dirichlet([4, 4, 4], 6)
    right = rng.beta(np.array([0.95, 0.8, 0.6]) * spread, np.array([0.05, 0.2, 0.4]) * spread, (6, 3))
    doc = np.repeat(np.arange(6 * articles), 1 + rng.poisson(1, 6 * articles))
    outlet = np.arange(6 * articles) // articles
    own = rng.gamma(share[outlet] * 7 / 3)
    variant = ((own / own.sum(axis=1, keepdims=True)).cumsum(axis=1)[doc] < rng.random(len(doc))[:, None]).sum(axis=1).clip(max=2)
    own_right = rng.beta(right[outlet] * alike, (1 - right[outlet]) * alike)
    sense = rng.random(len(doc)) < own_right[doc, variant]
    start = np.arange(len(doc))
    found = pd.DataFrame({"doc_id": doc.astype(str), "start": start, "end": start + 1, "concept": "c", "voice": "outlet"})
    found = found.assign(variant=np.array(TERMS)[variant], outlet=np.array(OUTLETS)[outlet[doc]], right=sense)
    drawn = coding.drawn(found, size=size, seed=1)
    marks = drawn.assign(coder="a", date="", sample=True, mark=np.where(drawn["right"], "right sense", "wrong sense"))
    given = pd.DataFrame({"doc_id": np.arange(6 * articles).astype(str), "outlet": np.array(OUTLETS)[outlet], "n_words": 100})
    counts = found.groupby(["doc_id", "concept", "variant", "voice"]).size().rename("n").reset_index()
    table = shares(counts, given, outlets=OUTLETS, variants={"c": TERMS}, draws=199).assign(voice="outlet")
    return found, marks, table, share, right


def test_intervals_hold_the_planted_truth():
    """720 corrected shares, outlets alike and unlike: the 95 % interval holds the truth in 93 to 97 % of them (18 settings of 720: 94.2 to 96.9)."""
    rng, held, held_parts, shifted = np.random.default_rng(1), [], [], []
    for spread in [1e6, 30, 10, 6] * 10:
        found, marks, table, share, right = planted(rng, spread=spread)
        truth = (share * right / (share * right).sum(axis=1, keepdims=True)).T.ravel()
        made = pr.corrected(table, marks, draws=499)
        held += list((made["corrected_low"] <= truth) & (truth <= made["corrected_high"]))
        shifted.append((np.abs(made["corrected_share"] - truth).mean(), np.abs(made["share"] - truth).mean()))
        overall = (share * right).sum(axis=0) / share.sum(axis=0)
        precise = pr.precision(marks, found, draws=199)
        held_parts += list((precise["low"] <= overall) & (overall <= precise["high"]))
    assert len(held) == 720
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(held_parts) >= 0.9
    corrected, counted = np.mean(shifted, axis=0)
    assert corrected < 0.8 * counted, "corrected shares lie nearer to the truth"


def test_lines_weigh_as_many_hits_as_they_stand_for():
    coded = pd.concat([lines(10, 10), lines(0, 10, outlet="B")])
    assert pr.precision(coded, hits(A=300, B=100))["right_sense"].item() == pytest.approx(0.75)


def test_voices_count_alone_or_together():
    coded = pd.concat([lines(10, 10), lines(0, 10, voice="quoted", first=10)])
    counted = pd.concat([hits(A=300), hits(A=100).assign(voice="quoted")])
    assert pr.precision(coded, counted)["right_sense"].to_list() == [1, 0]
    assert pr.precision(coded, counted, voice="attributed")["right_sense"].to_list() == [0]
    assert pr.precision(coded, counted, voice="all")["right_sense"].to_list() == [0.5]


def test_lines_picked_by_hand_and_few_lines_tell_nothing():
    assert pr.precision(lines(20, 20, sample=False), hits(A=600)).empty
    assert np.isnan(pr.precision(lines(4, 4), hits(A=600))["right_sense"].item())
    assert pr.corrected(shares_of(100, 200, 0.43, 0.57), lines(20, 20, sample=False))["corrected_share"].isna().all()


def test_coders_of_one_line_count_as_one():
    coded = pd.concat([lines(10, 10), lines(0, 10).assign(coder="b")])
    row = pr.precision(coded, hits(A=600)).iloc[0]
    assert (row["n_coded"], row["right_sense"]) == (10, 0.5)


def test_the_sentences_say_what_moves():
    coded = pd.concat([lines(30, 50), lines(50, 50, variant="w")])
    table = pr.corrected(shares_of(100, 200, 0.43, 0.57), coded)
    assert pr.moved(table)[0].startswith("A: “v” has 50 % of the hits as counted, 37 % of those in the right sense (95 % interval")
    assert "60 % of its hits have the right sense" in pr.sentences(pr.precision(coded, hits(A=600)))[0]
    assert "cannot be told" not in pr.moved(table)[0]
    assert pr.moved(pr.corrected(shares_of(100, 200, 0.43, 0.57), coded.head(50)))[0].startswith("No share can be corrected")
    assert pr.sentences(pr.precision(coded.head(3), hits(A=600)))[0].startswith("No variant has 5 coded lines")
