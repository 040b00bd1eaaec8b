"""Planted acts and labels: they stand where the truth says, and the study finds them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wording
from wording.corpus import build
from wording.corpus.acts import find_acts
from wording.corpus.reading.articles import read_articles
from wording.simulation.acts.plant import read_act_plan
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

DEMO = Path(__file__).parents[3] / "data" / "demo"
CONCEPT = read_act_plan()["concept"]


def read_truth(folder, name):
    return pd.read_csv(folder / name, keep_default_na=False)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    return simulate_study(tmp_path_factory.mktemp("large"), articles=900, seed=7)


@pytest.fixture(scope="module")
def both():
    """Planted acts of the demo with those that are found at the same place."""
    study = read_study(DEMO)
    corpus = build.encode_articles(read_articles(DEMO / "articles.csv"))
    found = find_acts(corpus, {CONCEPT: study.concepts[CONCEPT]}, study.lists)
    planted = read_truth(DEMO, "truth-acts.csv")
    return planted.merge(found, on=["doc_id", "start"], how="left", suffixes=("", "_found"))


def test_acts_and_names_stand_where_the_truth_says():
    texts = read_truth(DEMO, "articles.csv").set_index("doc_id")["text"]
    for row in read_truth(DEMO, "truth-acts.csv").itertuples():
        assert texts[row.doc_id][row.start : row.end] == row.node
    for row in read_truth(DEMO, "truth-labels.csv").itertuples():
        before = texts[row.doc_id][: row.start]
        assert texts[row.doc_id][row.start : row.end] == row.name
        assert before.lower().endswith(f"{row.label} ".lower()) or not row.label


def test_planted_acts_are_found_in_their_form_and_voice(both):
    assert (both["form"] == both["form_found"]).mean() > 0.99
    assert (both["voice"] == both["voice_found"]).mean() > 0.97
    for side in ("agent", "patient"):
        assert (both[side] == both[f"{side}_found"].fillna("")).mean() > 0.97
    assert set(both["form"]) == {"active", "passive_agent", "passive", "intransitive", "noun"}


def test_planted_forms_come_out(large):
    """Standardised differences between counts and plan are as large as clustering makes them."""
    acts = read_truth(large, "truth-acts.csv").merge(
        read_truth(large, "articles.csv")[["doc_id", "outlet"]], on="doc_id"
    )
    shares = read_truth(large, "truth-act-shares.csv").set_index(
        ["outlet", "voice", "patient", "form"]
    )["probability"]
    scores = []
    for (outlet, patient), cell in acts[
        (acts["voice"] == "outlet") & (acts["patient"] != "")
    ].groupby(["outlet", "patient_group"]):
        sizes = cell.groupby("doc_id").size()
        extra = 1 + 0.25 * (sizes * (sizes - 1)).sum() / len(cell)
        for form, p in shares[outlet, "outlet", patient].items() if len(cell) > 30 else ():
            expected, n = p * len(cell), (cell["form"] == form).sum()
            scores.append((n - expected) / np.sqrt(expected * (1 - p) * extra))
    assert len(scores) > 30
    assert np.abs(scores).max() < 3.5
    assert 0.5 < np.mean(np.square(scores)) < 1.5


def test_planted_labels_come_out(large):
    names = read_truth(large, "truth-labels.csv").merge(
        read_truth(large, "articles.csv")[["doc_id", "outlet"]], on="doc_id"
    )
    shares = read_truth(large, "truth-label-shares.csv").set_index(["outlet", "label"])
    for outlet in ("Northline", "Harbour Ledger"):
        own = names[names["outlet"] == outlet]["label"]
        for label, p in shares.loc[outlet, "probability"].items():
            assert abs((own == label).mean() - p) < 4 * np.sqrt(p * (1 - p) / len(own))


def test_planted_differences_are_found(large):
    """An outlet names who kills soldiers and not who kills residents, another the other way."""
    study = wording.open(large)
    answer = study.agency(CONCEPT)
    contrasts = answer["patient_contrasts"].table
    named = contrasts[(contrasts["form"] == "named") & (contrasts["patient"] == "residents")]
    inside = named[named["other"] == named["outlet"]].set_index("outlet")
    assert (inside.loc[["Northline", "Tidewatch"], "q"] < 0.001).all()
    assert np.sign(inside.loc[["Northline", "Tidewatch"], "difference"]).tolist() == [-1, 1]
    assert (inside.loc[["Harbour Ledger", "Morning Sextant"], "q"] > 0.05).all()
    table = answer.table[answer.table["measure"] == "form"].set_index(["outlet", "form"])
    truth = read_truth(large, "truth-act-shares.csv")
    truth = truth[(truth["voice"] == "outlet") & (truth["patient"] == "")]
    held = [
        table.loc[(row.outlet, row.form), "low"] <= row.probability
        and row.probability <= table.loc[(row.outlet, row.form), "high"]
        for row in truth[truth["outlet"] != "Skerry Gazette"].itertuples()
    ]
    assert np.mean(held) > 0.85
    assert (
        answer["contrasts"].table.query("form == 'noun' and outlet == 'Valley Lantern'")["q"].item()
        < 0.001
    )


def test_acts_move_nothing_else(monkeypatch, tmp_path):
    """Without them, the same contested words are drawn."""
    simulate_study(tmp_path / "with", articles=80, seed=3)
    monkeypatch.setattr("wording.simulation.simulate.plant_acts", lambda *given: None)
    simulate_study(tmp_path / "without", articles=80, seed=3)
    columns = ["doc_id", "concept", "variant", "node", "voice", "speaker", "sense", "zone"]
    tables = [read_truth(tmp_path / name, "truth.csv")[columns] for name in ("with", "without")]
    pd.testing.assert_frame_equal(*tables)
