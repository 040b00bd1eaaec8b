"""Ways of counting, from a study's articles or counts to an answer."""

import shutil

import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.cli import main
from wording.corpus.counts import write_counts
from wording.questions.choices.choices import MISSING_PLACES
from wording.simulation.events import simulate_events
from wording.study.read import read_study

CONCEPT = "armed-groups"
KEYS = ["variant", "outlet", "other"]


@pytest.fixture(scope="module")
def study(demo):
    return wording.open(demo)


@pytest.fixture
def from_counts(demo, tmp_path):
    """The demo study without its articles and their marks."""
    folder = shutil.copytree(demo, tmp_path / "demo", ignore=shutil.ignore_patterns(".build"))
    write_counts(read_study(demo), folder / "counts")
    for name in ("articles.csv", "marks.csv"):
        (folder / name).unlink()
    return folder


def pick_shown(table):
    return table[table["shown"]].iloc[0]


@pytest.mark.parametrize(
    "settings",
    [{}, {"voice": "all", "copies": "none"}, {"events": "shared"}, {"place": "all"}],
    ids=str,
)
def test_the_way_of_the_page_is_the_first_finding_of_the_page(study, settings):
    answer = study.using(**settings).shares(CONCEPT)
    shown = pick_shown(answer["choices"].table)
    contrasts = answer["contrasts"].table.set_index(KEYS)
    expected = contrasts.loc[tuple(shown[KEYS])]
    for name in ("difference", "low", "high", "p"):
        assert shown[name] == expected[name]
    if shown["clear"]:
        told = f"{shown['outlet']} writes “{shown['variant']}” in"
        assert answer.sentences[1].startswith(told)
    for name, value in settings.items():
        assert shown[name] == value


def test_every_way_has_the_numbers_of_a_page_that_counts_so(study):
    table = study.shares(CONCEPT)["choices"].table
    counted = table[(table["outcome"] != "not counted") & (table["senses"] == "all")]
    assert len(counted) > 4
    for row in counted.itertuples():
        contrasts = make_table(
            study.record,
            "contrasts",
            concepts=[CONCEPT],
            **{name: getattr(row, name) for name in ("voice", "copies", "place", "events")},
        )
        expected = contrasts.set_index(KEYS).loc[(row.variant, row.outlet, row.other)]
        assert (row.difference, row.low, row.high) == tuple(expected[["difference", "low", "high"]])


def test_coded_lines_add_ways(study):
    table = study.shares(CONCEPT)["choices"].table
    assert set(table["senses"]) == {"all", "right"}
    assert set(study.shares("towns")["choices"].table["senses"]) == {"all"}


def test_the_page_on_events_counts_its_finding_within_events_too(tmp_path):
    study = wording.open(simulate_events(tmp_path / "events", events=200, seed=3))
    answer = study.events("change-of-government")
    shown = pick_shown(answer["choices"].table)
    events = answer.table.set_index(KEYS).loc[tuple(shown[KEYS])]
    assert shown["events"] == "within"
    for name in ("difference", "low", "high"):
        assert shown[name] == events[f"within_{name}"]
    assert shown["p"] == events["p"]
    assert answer["choices"].picture.why_not == ""
    assert "ways of counting" in " ".join(answer["choices"].sentences)


def test_from_counts_the_same_numbers(study, from_counts):
    table = study.shares("towns")["choices"].table
    again = wording.open(from_counts).shares("towns")["choices"].table
    pd.testing.assert_frame_equal(again, table)


def test_counts_without_places_and_links_say_so(from_counts):
    counts = pd.read_csv(from_counts / "counts" / "counts.csv").drop(columns="place")
    keys = ["doc_id", "concept", "variant", "voice"]
    counts = counts.groupby(keys, as_index=False, sort=False)[["n", "n_copied"]].sum()
    counts.to_csv(from_counts / "counts" / "counts.csv", index=False)
    (from_counts / "counts" / "links.csv").unlink()
    study = wording.open(from_counts)
    answer = study.shares("towns")["choices"]
    missing = answer.table[answer.table["outcome"] == "not counted"]
    assert set(missing["place"]) == {"text", "headline", "all"}
    assert MISSING_PLACES in set(missing["reason"])
    assert "no links between articles" in answer.sentences[-1]
    assert (answer.table["outcome"] == "holds").any()
    assert study.events("towns")["choices"].sentences


def test_groups_are_called_groups(study):
    groups = {"coast": ["Harbour Ledger", "Tidewatch"], "inland": ["Northline", "Valley Lantern"]}
    answer = study.using(groups=groups).shares(CONCEPT)["choices"]
    shown = pick_shown(answer.table)
    assert {shown["outlet"], shown["other"]} == set(groups)
    assert "outlets together" not in " ".join(answer.sentences)
    three = groups | {"other": ["Morning Sextant"]}
    answer = study.using(groups=three).shares(CONCEPT)["choices"]
    assert "the other groups together" in answer.sentences[0]


def test_nothing_to_compare_is_said(study):
    answer = study.shares(pattern="zzzz; yyyy")["choices"]
    assert answer.table.empty
    assert answer.sentences == [answer.empty]
    assert answer.picture.why_not


def test_the_table_has_every_concept_and_the_command_writes_it(demo, tmp_path):
    record = read_study(demo)
    table = make_table(record, "choices")
    assert set(table["concept"]) <= set(record.concepts)
    assert table.groupby("concept")["shown"].sum().eq(1).all()
    out = tmp_path / "choices.csv"
    main(["table", str(demo), "choices", "--out", str(out)], standalone_mode=False)
    assert len(pd.read_csv(out)) == len(table)
