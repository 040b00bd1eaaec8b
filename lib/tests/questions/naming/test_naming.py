"""What stands with a name: planted labels, verbs and differences, voices, escaping, and nothing."""

import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.errors import WordingError
from wording.questions.naming import findings
from wording.study.read import read_study

CONCEPTS = """
concepts:
  commander:
    title: The commander
    variants: {Varn: [varn], Ostrel: [ostrel]}
  silence:
    title: Nothing
    variants: {nothing: [xylophone]}
"""
STUDY = """
title: What they are called
question: What is the commander called?
articles: {path: articles.csv}
"""
SENTENCES = {
    "Northline": [
        "Rebel commander Varn attacked the village of {place}.",
        "Soldiers captured Varn near {place}.",
    ],
    "Tidewatch": [
        "General Varn liberated the village of {place}.",
        "Varn, a former teacher, was praised by residents of {place}.",
    ],
    "Valley Lantern": [
        "Anna Varn is a hero in {place}.",
        "The bridge of {place} was destroyed by Varn.",
    ],
}
FILLER = "The trams of line {k} stood still until morning. A clerk of {place} said little about it."
PLACES = ["Harrow", "Teal", "Marsh", "Ford", "Quay", "Brook", "Dale", "Heath", "Moor", "Ridge"]


def write_study(folder, sentences=None, *, n=24, more=""):
    """Write a study of n articles of each outlet, with its sentences in turn."""
    rows = []
    for outlet, told in (sentences or SENTENCES).items():
        for k in range(n):
            text = f"{told[k % len(told)]} {FILLER}".format(place=PLACES[k % len(PLACES)], k=k)
            rows.append((f"{outlet}-{k}", outlet, f"2031-05-{k % 28 + 1:02}", f"News {k}", text))
    columns = ["doc_id", "outlet", "date", "title", "text"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "articles.csv", index=False)
    (folder / "study.yml").write_text(STUDY + more)
    (folder / "concepts.yml").write_text(CONCEPTS)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("naming"))


@pytest.fixture(scope="module")
def answer(folder):
    return wording.open(folder).naming()


@pytest.fixture(scope="module")
def table(folder):
    table = make_table(read_study(folder), "naming", concepts=["commander"])
    return table.set_index(["relation", "word", "outlet"]).sort_index()


@pytest.mark.parametrize(
    ("relation", "word", "outlet"),
    [
        ("label", "rebel", "Northline"),
        ("label", "commander", "Northline"),
        ("does", "attack", "Northline"),
        ("done to it", "capture", "Northline"),
        ("title", "general", "Tidewatch"),
        ("apposition", "teacher", "Tidewatch"),
        ("does", "liberate", "Tidewatch"),
        ("done to it", "praise", "Tidewatch"),
        ("first name", "anna", "Valley Lantern"),
        ("is", "hero", "Valley Lantern"),
        ("does", "destroy", "Valley Lantern"),
    ],
)
def test_planted_words_are_found_at_their_outlet_alone(table, relation, word, outlet):
    rows = table.loc[(relation, word)]
    assert rows.loc[outlet, ["n", "total", "n_articles"]].tolist() == [12, 24, 12]
    assert rows["n"].sum() == 24, "at the outlet, and at all outlets together"


def test_nothing_else_is_found(table):
    words = table.index.droplevel("outlet").unique()
    assert len(words) == 11 + 7, "the planted words, and any word of each relation"
    assert table.loc[("label", "(any)", "Northline"), "n"] == 12, "a hit with two labels is one"


def test_shares_stand_in_their_intervals(table):
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()
    assert (table["high"] - table["low"] > 0.01).all()


def test_planted_differences_are_clear_and_told(answer):
    contrasts = answer["contrasts"].table
    assert (contrasts["q"] < 0.05).sum() >= 10
    said = " ".join(answer.sentences)
    assert "Valley Lantern writes 50 % of its 24 hits of “Varn” as being “hero”" in said
    assert "“anna”" not in said.split("more differences")[0], "first names are told last"
    assert "the other outlets together 0 % of 48 (q = 0.0095)" in said
    assert "“Varn” (72 hits in the outlets' own words): label: “commander” (12)" in said


def test_two_outlets_are_compared_with_each_other(tmp_path):
    two = {name: SENTENCES[name] for name in ("Northline", "Tidewatch")}
    contrasts = wording.open(write_study(tmp_path, two)).naming()["contrasts"].table
    assert set(contrasts["other"]) <= {"Northline", "Tidewatch"}
    rebel = contrasts[contrasts["word"] == "rebel"]
    assert rebel["n"].tolist() + rebel["n_other"].tolist() == [12, 0]


def test_outlets_that_write_alike_do_not_differ(tmp_path):
    alike = dict.fromkeys(("Northline", "Tidewatch", "Skerry Gazette"), SENTENCES["Northline"])
    answer = wording.open(write_study(tmp_path, alike)).naming()
    assert not (answer["contrasts"].table["q"] < 0.05).any()
    assert any("what stands with a name is statistically clear" in s for s in answer.sentences)
    assert "Hits with which the word stands" in answer.plot().html, "the frequent words are drawn"


def test_the_lines_are_the_hits_that_are_counted(answer):
    lines = answer.lines("Varn", "Northline").table
    assert len(lines) == 24
    assert set(lines["node"]) == {"Varn"}
    html = answer.show_lines(3).html
    assert "label: rebel, Northline, own words: 12 hits in 12 articles" in html


def test_a_quotation_counts_in_its_own_voice(tmp_path):
    quoted = {
        "Northline": ['"Rebel commander Varn attacked us," said Ann Other of {place}.'],
        "Tidewatch": ["General Varn liberated the village of {place}."],
    }
    study = wording.open(write_study(tmp_path, quoted, n=8))
    own = study.naming(voice="outlet").table
    assert "rebel" not in set(own["word"])
    assert "rebel" in set(study.naming(voice="quoted").table["word"])


def test_text_that_looks_like_markup_is_escaped(tmp_path):
    told = {
        "Northline": ["Rebel commander Varn attacked <b>{place}</b> & <script>x()</script>."],
        "Tidewatch": ["General Varn liberated the village of {place}."],
    }
    html = wording.open(write_study(tmp_path, told, n=6)).naming().show_lines().html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_few_articles_are_not_tested(tmp_path):
    answer = wording.open(write_study(tmp_path, n=1)).naming()
    assert answer["contrasts"].table["q"].isna().all()
    said = " ".join(answer.sentences)
    assert "No difference can be tested" in said
    assert findings._NO_WORDS in said
    assert "nothing to plot" in answer.plot().text


def test_a_concept_without_hits_says_so(folder):
    answer = wording.open(folder).naming("silence")
    assert answer.sentences[0].startswith("No hits were found in the compared articles")
    for display in (answer.plot(), answer.show_table(), answer.show_lines()):
        assert "No hits were found" in display.text
    assert "nothing to compare" in answer["contrasts"].show_table().text


def test_hits_with_which_nothing_stands_say_so(tmp_path):
    told = dict.fromkeys(("Northline", "Tidewatch"), ["Near {place}: Varn, and rain."])
    answer = wording.open(write_study(tmp_path, told, n=6)).naming()
    assert answer.sentences[1] == findings._NOTHING_FOUND


def test_another_language_is_refused_and_said(tmp_path):
    study = wording.open(write_study(tmp_path, more="language: de\n"))
    answer = study.naming()
    assert answer.table.empty
    assert (
        "'de', and what stands with a name is found by English grammar only"
        in (answer.sentences[0])
    )
    for part in ("contrasts", "by_outlet"):
        assert "English grammar only" in answer[part].show_table().text
    with pytest.raises(WordingError, match="English grammar only"):
        make_table(study.record, "naming")


def test_a_study_without_its_articles_says_that_they_are_needed(folder, tmp_path):
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    answer = wording.open(tmp_path).naming()
    assert "the articles, which are not available here" in answer.sentences[0]


def test_a_study_that_shows_no_text_shows_counts(folder, tmp_path):
    for name in ("articles.csv", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    (tmp_path / "study.yml").write_text(STUDY + "excerpts: none\n")
    answer = wording.open(tmp_path).naming()
    html = answer.show_lines().html
    assert "rebel, Northline, own words: 12 hits in 12 articles" in html
    assert "the village of" not in html


def test_a_pattern_can_be_asked_for(folder):
    answer = wording.open(folder).naming("varn; clerk")
    assert answer.table[answer.table["variant"] == "varn"]["total"].unique().tolist() == [72]


def test_headlines_are_not_asked(folder):
    assert wording.open(folder).using(place="headline").naming().table["total"].max() == 72
    with pytest.raises(WordingError, match="does not take 'place'"):
        make_table(read_study(folder), "naming", place="headline")
