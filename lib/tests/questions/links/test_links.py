"""What a study says of its links, and what people who read some of them change."""

import shutil

import pandas as pd
import pytest

from wording.answers.study import Study
from wording.corpus.build import build_corpus
from wording.corpus.counts import read_study_links, write_counts
from wording.errors import WordingError
from wording.questions.links.findings import sentences
from wording.questions.links.links import StudyLinks, draw_links, find_study_links
from wording.study.journal import record_link_verdict
from wording.study.read import read_study
from wording.tables import TABLES

STORY = (
    "The harbour bridge at Gullhaven fell into the Varrow on Tuesday night when a barge struck its "
    "third pillar. Engineers had warned the port authority about that pillar twice. "
)
FIRST = (
    "Divers searched the river until dawn, and the ferry service was doubled. The barge master "
    "was questioned. A crane is on its way from Tidewater, the harbour office told reporters."
)
SECOND = (
    "Nobody was on the bridge when the barge hit the pillar, but the port authority closed the "
    "river to ships. Ferries run every hour; engineers expect the repairs to take months."
)


@pytest.fixture
def study(tmp_path):
    texts = {
        "one": ("Northline", "Bridge at Gullhaven falls after barge strikes pillar", STORY + FIRST),
        "two": ("Tidewatch", "Barge strikes Gullhaven bridge, pillar falls", SECOND + STORY[:90]),
        "undated": ("Tidewatch", "Barge strikes Gullhaven bridge", SECOND + FIRST),
    }
    rows = [
        {"doc_id": name, "outlet": outlet, "title": title, "text": text, "date": "2031-03-04"}
        for name, (outlet, title, text) in texts.items()
    ]
    rows[2]["date"] = ""
    words = [f"word{i} thing{i} place{i} " * 12 for i in range(40)]
    rows += [
        {
            "doc_id": f"other{i}",
            "outlet": ("Northline", "Tidewatch")[i % 2],
            "title": text[:24],
            "text": f"The port said it was {text}.",
            "date": f"2031-03-{1 + i % 28:02}",
        }
        for i, text in enumerate(words)
    ]
    folder = tmp_path / "study"
    folder.mkdir()
    pd.DataFrame(rows).to_csv(folder / "articles.csv", index=False)
    (folder / "study.yml").write_text(
        "title: T\nquestion: Q?\narticles: {path: articles.csv}\n", encoding="utf8"
    )
    (folder / "concepts.yml").write_text(
        "concepts: {c: {title: C, variants: {v: [bridge]}}}\n", encoding="utf8"
    )
    return read_study(folder)


def pairs(links):
    return set(zip(links["doc_id"], links["other"], strict=True))


def test_links_are_between_compared_articles_with_a_date(study):
    links = read_study_links(study)
    assert pairs(links) == {("one", "two")}
    assert list(links.columns) == list(TABLES["links"])
    assert read_study_links(study.narrow(outlets=["Northline"])).empty


def test_counts_give_the_same_links_without_any_text(study, tmp_path):
    write_counts(study, tmp_path / "counts-only" / "counts")
    file = tmp_path / "counts-only" / "counts" / "links.csv"
    assert file.read_text().splitlines()[0] == "doc_id,other,score"
    for name in ("study.yml", "concepts.yml"):
        shutil.copy(study.folder / name, tmp_path / "counts-only")
    alone = read_study(tmp_path / "counts-only")
    pd.testing.assert_frame_equal(read_study_links(alone), read_study_links(study))
    assert sentences(find_study_links(alone)) == sentences(find_study_links(study))
    file.unlink()
    with pytest.raises(WordingError, match=r"no links\.csv.*older version.*wording counts"):
        read_study_links(alone)


def test_a_link_judged_wrong_is_left_out_until_it_is_judged_right(study):
    build_corpus(study)
    record_link_verdict(study, "two", "one", "different events", who="Ada")
    assert read_study_links(study).empty
    found = find_study_links(study)
    assert (found.n_read, found.n_right, len(found.table)) == (1, 0, 0)
    record_link_verdict(study, "one", "two", "same event", who="Ben")
    found = find_study_links(study)
    assert (found.n_read, found.n_right) == (1, 1)
    assert found.table["verdict"].to_list() == ["same event"]
    assert draw_links(found).empty


def test_a_verdict_on_articles_that_are_not_linked_changes_nothing(study):
    record_link_verdict(study, "one", "other1", "different events", who="Ada")
    record_link_verdict(study, "one", "unknown", "same event", who="Ada")
    found = find_study_links(study)
    assert pairs(found.table) == {("one", "two")}
    assert found.n_read == 0


def test_a_study_says_what_is_linked_and_what_has_no_date(study):
    links = Study(study).links()
    assert links.table["other_title"].to_list() == ["Barge strikes Gullhaven bridge, pillar falls"]
    said = " ".join(links.sentences)
    assert (
        "2 of 43 articles tell of the same event as an article of another outlet: 1 pair." in said
    )
    assert "1 article has no date, and so no links" in said
    assert "Nobody has read any" in said
    assert links["to_read"].table["doc_id"].to_list() == ["one"]


def say(**changed):
    table = pd.DataFrame({name: [] for name in TABLES["linked_articles"]})
    facts = {"n_articles": 100, "n_undated": 0, "n_linked": 50, "n_read": 0, "n_right": 0}
    return " ".join(sentences(StudyLinks(table, **{**facts, "language": "en", **changed})))


def test_how_many_links_are_right_is_said_with_an_interval():
    assert (
        "Of 40 links read, 36 were right (90 %, 95 % interval 77 to 96 %); those that were not are "
        "left out." in say(n_read=40, n_right=36)
    )


def test_other_languages_are_told_that_the_weights_are_english():
    assert "from English news" in say(language="de")
    assert "No two of the 100 articles" in say(n_linked=0)


def test_a_sample_to_read_is_the_same_for_the_same_seed():
    table = pd.DataFrame({name: range(100) for name in TABLES["linked_articles"]})
    table["verdict"] = None
    found = StudyLinks(table, 200, 0, 150, 0, 0, "en")
    one, again, other = (draw_links(found, size=10, seed=seed) for seed in (1, 1, 2))
    assert len(one) == 10
    assert one.equals(again)
    assert not one.equals(other)
