"""Shared events: the same bytes for the same seed, and a truth that a slow oracle finds, too."""

import itertools

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from wording.cli import main
from wording.errors import WordingError
from wording.settings import REST_LABEL
from wording.simulation.events import read_event_plan, simulate_events

FILES = ["articles.csv", "concepts.yml", "study.yml", "truth-differences.csv", "truth-events.csv"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return simulate_events(tmp_path_factory.mktemp("events"), events=80, seed=2)


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    simulate_events(tmp_path / "again", events=80, seed=2)
    simulate_events(tmp_path / "other", events=80, seed=4)
    assert sorted(file.name for file in folder.iterdir()) == FILES
    for name in FILES:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    articles = [(place / "articles.csv").read_bytes() for place in (folder, tmp_path / "other")]
    assert articles[0] != articles[1]


def test_every_article_is_of_an_event_of_its_day(folder):
    articles = pd.read_csv(folder / "articles.csv").merge(
        pd.read_csv(folder / "truth-events.csv"), on="doc_id", validate="one_to_one"
    )
    assert not articles.duplicated(["event", "outlet"]).any()
    assert not articles["text"].duplicated().any()
    assert 0 < articles["date"].isna().sum() < 0.1 * len(articles)
    days = pd.to_datetime(articles["date"]).groupby(articles["event"]).agg(["min", "max"])
    assert ((days["max"] - days["min"]).dt.days.dropna() <= 1).all()


def test_the_truth_is_what_a_slow_oracle_finds(folder):
    plan, rng = read_event_plan(), np.random.default_rng(1)
    outlets, kinds = list(plan["wording"]), list(plan["kinds"].values())
    articles, pairs = {name: [] for name in outlets}, {}
    for _ in range(40_000):
        kind = kinds[rng.choice(len(kinds), p=[k["part"] for k in kinds])]
        there = [name for name in outlets if rng.random() < kind["covered"][name]]
        shares = {
            name: np.array(kind["everyone"]) + np.array(plan["wording"][name]) for name in there
        }
        for name in there:
            articles[name].append(shares[name])
            others = [shares[other] for other in there if other != name]
            weights = [max(1, len(others)) ** -0.5] * len(others)
            for other, weight in zip((o for o in there if o != name), weights, strict=True):
                difference = shares[name] - shares[other]
                pairs.setdefault((name, REST_LABEL), []).append((weight, difference))
                pairs.setdefault((name, other), []).append((1, difference))
    truth = pd.read_csv(folder / "truth-differences.csv").set_index(["outlet", "other"])
    for outlet, other in itertools.product(outlets, [REST_LABEL, *outlets]):
        if outlet == other:
            continue
        others = [name for name in outlets if name != outlet] if other == REST_LABEL else [other]
        rest = np.concatenate([articles[name] for name in others])
        row = truth.loc[(outlet, other)]
        assert np.mean(articles[outlet], axis=0) - rest.mean(axis=0) == pytest.approx(
            row["raw"].to_numpy(), abs=0.01
        )
        weights, differences = zip(*pairs[outlet, other], strict=True)
        assert np.average(differences, axis=0, weights=weights) == pytest.approx(
            row["within"].to_numpy(), abs=0.0015
        )


@pytest.mark.parametrize(
    ("given", "message"), [({"events": 20}, "at least 60"), ({"seed": -1}, "the seed is -1")]
)
def test_what_cannot_be_simulated_is_refused(tmp_path, given, message):
    with pytest.raises(WordingError, match=message):
        simulate_events(tmp_path, **given)


def test_a_study_of_ones_own_is_not_replaced(tmp_path):
    (tmp_path / "study.yml").write_text("title: mine")
    with pytest.raises(WordingError, match="was not written by `wording simulate`"):
        simulate_events(tmp_path)


def test_the_command_writes_a_study(tmp_path):
    done = CliRunner().invoke(main, ["simulate", "--events", "60", "--out", str(tmp_path / "s")])
    assert (done.exit_code, done.output) == (
        0,
        f"invented articles on 60 events in {tmp_path / 's'}\n",
    )
    both = ["simulate", "--events", "60", "--articles", "90", "--out", str(tmp_path / "t")]
    refused = CliRunner().invoke(main, both)
    assert refused.exit_code != 0
    assert "--articles has no effect with --events" in refused.output
