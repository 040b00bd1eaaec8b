"""Events from articles to an answer: planted truth, shared events, and where there is no text."""

import shutil

import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.cli import main
from wording.errors import WordingError
from wording.simulation.events import simulate_events
from wording.study.read import read_study

CONCEPT = "change-of-government"
KEYS = ["concept", "variant", "outlet", "other"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return simulate_events(tmp_path_factory.mktemp("shared") / "events", events=200, seed=3)


@pytest.fixture(scope="module")
def record(folder):
    return read_study(folder)


def count_articles(folder, column="outlet"):
    return pd.read_csv(folder / "articles.csv")[column].value_counts()


@pytest.fixture
def copied(folder, tmp_path):
    """A copy of the study, to be changed."""
    return shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns(".build"))


def test_links_are_the_planted_events(folder, record):
    links = make_table(record, "links")
    event = pd.read_csv(folder / "truth-events.csv").set_index("doc_id")["event"]
    is_right = event[links["doc_id"]].to_numpy() == event[links["other"]].to_numpy()
    dated = make_table(record, "articles").dropna(subset="date")["doc_id"]
    sizes = event[dated].value_counts()
    assert is_right.mean() > 0.9
    assert is_right.sum() > 0.9 * (sizes * (sizes - 1) / 2).sum()


@pytest.mark.parametrize("against", ["rest", "pairs"])
def test_what_is_covered_is_told_from_what_is_worded(folder, record, against):
    truth = pd.read_csv(folder / "truth-differences.csv")
    table = make_table(record, "events", concepts=[CONCEPT], against=against)
    both = table.merge(truth, on=KEYS)
    assert len(both) == len(table)
    for kind in ("raw", "within"):
        held = both[kind].between(both[f"{kind}_low"], both[f"{kind}_high"])
        assert held.mean() > 0.85
        assert (both[f"{kind}_difference"] - both[kind]).abs().mean() < 0.04
    apart = both[(both["raw"] - both["within"]).abs() > 0.1]
    covered = apart["raw"] - apart["within"]
    assert (apart["covered_difference"] * covered > 0).all()
    assert len(apart)


def test_shared_events_count_only_linked_articles(record):
    links = make_table(record, "links")
    linked = set(links["doc_id"]) | set(links["other"])
    articles = make_table(record, "articles")
    shared = make_table(record, "articles", events="shared")
    assert set(shared["doc_id"]) == linked
    assert len(shared) < len(articles)
    again = make_table(record.with_events("shared"), "links")
    pd.testing.assert_frame_equal(again, links)


@pytest.mark.parametrize("name", ["shares", "contrasts", "keyness", "collocates", "counts"])
def test_tables_take_shared_events(record, name):
    everything, shared = make_table(record, name), make_table(record, name, events="shared")
    assert list(shared.columns) == list(everything.columns)
    assert shared["n"].sum() < everything["n"].sum()
    pd.testing.assert_frame_equal(make_table(record, name, events="all"), everything)


def test_questions_take_shared_events(folder):
    study = wording.open(folder).using(events="shared", voice="all")
    linked = make_table(study.record, "articles")["doc_id"]
    shares = study.shares(CONCEPT)
    expected = make_table(study.record, "counts", concepts=[CONCEPT])
    assert shares.table["n"].sum() == expected["n"].sum()
    assert set(shares.lines().table["doc_id"]) <= set(linked)
    assert "Only articles count that are linked" in shares.note
    assert "Only articles count that are linked" in study.keyness().note
    assert set(study.kwic("coup").table["doc_id"]) <= set(linked)
    assert study.using(copies="one").record.event_rule == "shared"
    assert "linked" not in study.using(events="all").shares(CONCEPT).note


def test_an_unknown_rule_or_a_table_that_takes_none_is_refused(record):
    with pytest.raises(WordingError, match="did you mean 'shared'"):
        make_table(record, "shares", events="share")
    with pytest.raises(WordingError, match="'events' does not take 'events'"):
        make_table(record, "events", events="shared")
    with pytest.raises(WordingError, match="way of counting events 'some'"):
        wording.Study(record, events="some")


def test_an_answer_says_what_is_covered(folder):
    events = wording.open(folder).events(CONCEPT)
    assert events.sentences[0].startswith("Valley Lantern writes “protests”")
    assert "have no date and so no link" in " ".join(events.sentences)
    assert events.headline.startswith("“protests”, Valley Lantern against the other outlets")
    assert events.headline.split(": ")[1] in events.sentences[0]
    assert "<svg" in events.plot().html
    assert set(events["concepts"].table["concept"]) == set(wording.open(folder).record.concepts)


def test_events_are_shown_side_by_side(folder):
    divided = wording.open(folder).events(CONCEPT, top=4)["divided"]
    assert divided.table["event"].max() == 4
    assert not divided.table["doc_id"].duplicated().any()
    assert (divided.table.groupby("event")["outlet"].nunique() >= 2).all()
    shown = divided.show_lines().html
    assert shown.count("<article>") == len(divided.table)
    assert shown.count("<mark>") == len(divided.table)
    for title in divided.table["title"]:
        assert title in shown


def test_text_of_articles_is_escaped(copied):
    articles = pd.read_csv(copied / "articles.csv")
    articles["title"] = "<script>alert(1)</script> " + articles["title"]
    articles["text"] = "<b onclick=x>Bold</b> " + articles["text"]
    articles.to_csv(copied / "articles.csv", index=False)
    shown = wording.open(copied).events(CONCEPT)["divided"].show_lines().html
    assert "<script" not in shown
    assert "<b " not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("excerpts", ["none", "3"])
def test_excerpts_are_kept(copied, excerpts):
    study = copied / "study.yml"
    study.write_text(f"{study.read_text()}\nexcerpts: {excerpts}\n")
    divided = wording.open(copied).events(CONCEPT)["divided"]
    shown = divided.show_lines().html
    titles = pd.read_csv(copied / "articles.csv")["title"]
    assert not any(title in shown for title in titles)
    assert divided.table["title"].isna().all()
    if excerpts == "none":
        assert "does not show the text" in shown
        assert "<mark>" not in shown
    else:
        lines = divided.evidence.find()
        assert lines["left"].str.split().str.len().max() <= 3
        assert (lines["lead"] == "").all()


def test_without_the_articles_the_same_numbers_come_from_counts(copied):
    events = wording.open(copied).events(CONCEPT)
    from click.testing import CliRunner

    assert (
        CliRunner().invoke(main, ["counts", str(copied), "--out", f"{copied}/counts"]).exit_code
        == 0
    )
    (copied / "articles.csv").unlink()
    alone = wording.open(copied).events(CONCEPT)
    pd.testing.assert_frame_equal(alone.table, events.table)
    assert "not available here" in alone["divided"].show_lines().html
    (copied / "counts" / "links.csv").unlink()
    old = wording.open(copied).events(CONCEPT)
    assert "links.csv" in old.sentences[0]
    assert old.show_table() is not None
    assert old["divided"].show_lines() is not None
    assert old["concepts"].show_sentences() is not None


def test_the_command_writes_the_table(folder, tmp_path):
    from click.testing import CliRunner

    out = tmp_path / "shares.csv"
    given = ["table", str(folder), "shares", "--events", "shared", "--out", str(out)]
    assert CliRunner().invoke(main, given).exit_code == 0
    assert len(pd.read_csv(out))
