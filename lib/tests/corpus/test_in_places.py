"""Hits, counts, rates, terms, neighbours and lines by their place: headline, lead, body."""

import html

import numpy as np
import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.corpus.build import build_corpus
from wording.corpus.counts import count_hits, find_hits, write_counts
from wording.corpus.counts_files import knows_places
from wording.corpus.kwic import find_concordance, list_concordance, widen_lines
from wording.corpus.neighbours import write_neighbours
from wording.corpus.terms import count_study_terms, write_terms
from wording.errors import WordingError
from wording.settings import PLACE_GROUPS
from wording.study.journal import record_marks
from wording.study.read import read_study

CONCEPTS = """concepts:
  events: {title: Events, variants: {coup: [coup], protests: ["protest*"]}}
"""
LEAD = "The mayor spoke of a coup on Monday, and of little else all day long."
ARTICLES = [
    ("a", "A", "Coup &amp; protests shake the capital", f"{LEAD}\n\nThe protests went on."),
    ("b", "A", "Mayor: “It was a coup”", f"{LEAD}\n\nThe protests went on. A coup, he said."),
    ("c", "B", "", "The protests outside the town hall went on for a week and a day.\n\nA coup."),
    ("d", "B", "Nothing new", f"Nothing new\n\n{LEAD}\n\nNo protest today."),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("places")
    frame = pd.DataFrame(ARTICLES, columns=["doc_id", "outlet", "title", "text"])
    frame.assign(date="2031-01-01").to_csv(folder / "articles.csv", index=False)
    (folder / "study.yml").write_text(
        "title: T\nquestion: Q?\narticles: {path: articles.csv}\nreports: []\n"
    )
    (folder / "concepts.yml").write_text(CONCEPTS)
    return read_study(folder)


def n_by(table, *columns):
    sums = table.groupby(list(columns), observed=True)["n"].sum()
    return sums[sums > 0].to_dict()


def test_each_hit_has_its_place(study):
    hits = find_hits(build_corpus(study), study.concepts, study.lists)
    found = [(row.doc_id, row.place, row.node.lower(), row.voice) for row in hits.itertuples()]
    assert found == [
        ("a", "headline", "coup", "outlet"),
        ("a", "headline", "protests", "outlet"),
        ("a", "lead", "coup", "outlet"),
        ("a", "body", "protests", "outlet"),
        ("b", "headline", "coup", "quoted"),
        ("b", "lead", "coup", "outlet"),
        ("b", "body", "protests", "outlet"),
        ("b", "body", "coup", found[7][3]),
        ("c", "lead", "protests", "outlet"),
        ("c", "body", "coup", "outlet"),
        ("d", "lead", "coup", "outlet"),
        ("d", "body", "protest", "outlet"),
    ]


def test_offsets_of_a_hit_in_a_headline_are_places_in_the_title(study):
    titles = {doc_id: title for doc_id, _, title, _ in ARTICLES}
    hits = find_hits(build_corpus(study), study.concepts, study.lists, place="headline")
    assert [titles[row.doc_id][row.start : row.end] for row in hits.itertuples()] == [
        "Coup",
        "protests",
        "coup",
    ]
    assert hits["right"].iloc[0] == html.unescape("&amp; protests shake the capital")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("text", {"coup": 5, "protests": 4}),
        ("headline", {"coup": 2, "protests": 1}),
        ("lead", {"coup": 3, "protests": 1}),
        ("body", {"coup": 2, "protests": 3}),
        ("all", {"coup": 7, "protests": 5}),
    ],
)
def test_counts_lines_and_concordance_agree_in_each_place(study, place, expected):
    there = study.narrow(place=place)
    assert n_by(make_table(study, "counts", place=place), "variant") == expected
    assert n_by(make_table(study, "shares", voice="all", place=place), "variant") == expected
    lines = make_table(study, "hits", place=place)
    assert lines["variant"].value_counts().to_dict() == expected
    concordance = find_concordance(there, "events", sort="article")
    assert len(concordance) == sum(expected.values())
    keys = ["doc_id", "place", "start", "node", "left", "right"]
    by_article = lines.sort_values(keys).reset_index(drop=True)[keys]
    read = concordance.lines()[keys].sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(read, by_article)


def test_the_default_is_the_text(study):
    table = make_table(study, "counts")
    assert set(table["place"]) == {"lead", "body"}
    pd.testing.assert_frame_equal(
        make_table(study, "shares"), make_table(study, "shares", place="text")
    )
    assert wording.open(study.folder).place == "text"
    assert "Headlines are not counted." in wording.open(study.folder).shares("events").note


def test_all_places_are_counted_apart_in_the_counts(study):
    counts = count_hits(build_corpus(study), study.concepts, study.lists)
    assert n_by(counts, "place") == {"headline": 3, "lead": 4, "body": 5}
    assert not counts.duplicated(["doc_id", "concept", "variant", "voice", "place"]).any()


def test_rates_are_of_the_words_of_the_place(study):
    articles = make_table(study, "articles").set_index("doc_id")
    assert articles["n_headline"].to_dict() == {"a": 5, "b": 5, "c": 0, "d": 2}
    assert articles["n_lead"].to_dict() == {"a": 15, "b": 15, "c": 14, "d": 15}
    assert articles.loc["d", "n_words"] == 15 + 3, "the repeated headline is not counted"
    rates = {
        place: make_table(study, "shares", voice="all", place=place)
        .set_index(["variant", "outlet"])
        .loc[("coup", "A"), "per_million"]
        for place in PLACE_GROUPS
    }
    n_words = {"headline": 10, "lead": 30, "body": 12, "text": 42, "all": 52}
    n = {"headline": 2, "lead": 2, "body": 1, "text": 3, "all": 5}
    assert rates == {place: pytest.approx(1e6 * n[place] / n_words[place]) for place in n}


def test_a_rate_in_the_lead_without_copied_text_is_not_known(study):
    shares = make_table(study, "shares", voice="all", place="lead", copies="none")
    assert shares["per_million"].isna().all()
    assert shares["n"].sum() > 0


@pytest.mark.parametrize("place", PLACE_GROUPS)
def test_terms_are_those_of_the_place(study, place):
    terms = count_study_terms(study.narrow(place=place), voice="all", min_articles=1)
    counts = dict(zip(terms.terms, terms.counts.sum(axis=0).tolist(), strict=True))
    expected = make_table(study, "shares", voice="all", place=place)
    assert counts.get("coup", 0) == n_by(expected, "variant")["coup"]
    single = terms[terms.length == 1]
    assert (single.counts.sum(axis=1) == terms.n_words).all(), "every word is a term here"


def test_neighbours_are_those_of_hits_in_the_place(study):
    near = {
        place: make_table(study, "collocates", voice="all", place=place) for place in PLACE_GROUPS
    }
    assert all(list(table) == list(near["text"]) for table in near.values())
    whole = wording.open(study.folder).using(place="headline", voice="all")
    assert whole.collocates("events").table.empty, "three headlines have no collocate"


def test_lines_in_headlines_are_widened_within_the_headline(study):
    lines = list_concordance(study.narrow(place="all"), "=coup", sort="article")
    wide = widen_lines(study, lines)
    headline = wide[(wide["doc_id"] == "b") & (wide["place"] == "headline")].iloc[0]
    assert (headline["left"], headline["right"]) == ("Mayor: “It was a", "”")
    lead = wide[(wide["doc_id"] == "b") & (wide["place"] == "lead")].iloc[0]
    assert lead["left"].startswith("The mayor spoke")


def test_few_lines_of_many_articles_are_read_from_a_subset(tmp_path):
    frame = pd.DataFrame(
        {
            "doc_id": [f"d{k}" for k in range(60)],
            "outlet": "A",
            "date": "2031-01-01",
            "title": [f"Coup number {k}" if k % 30 == 7 else f"News {k}" for k in range(60)],
            "text": [f"Text {k} of the day." for k in range(60)],
        }
    )
    frame.to_csv(tmp_path / "articles.csv", index=False)
    (tmp_path / "study.yml").write_text(
        "title: T\nquestion: Q?\narticles: {path: articles.csv}\nreports: []\n"
    )
    (tmp_path / "concepts.yml").write_text(CONCEPTS)
    lines = list_concordance(read_study(tmp_path).narrow(place="headline"), "coup", sort="article")
    assert (lines["node"] + " " + lines["right"]).to_list() == ["Coup number 7", "Coup number 37"]


def test_a_line_in_a_headline_cannot_be_marked(study):
    lines = list_concordance(study.narrow(place="headline"), "=coup")
    with pytest.raises(WordingError, match="in a headline cannot be marked"):
        record_marks(study, lines, "right sense", coder="Ann")


def test_saved_counts_tell_places_and_older_ones_the_text(study, tmp_path):
    write = (write_counts, write_neighbours, write_terms)
    for make in write:
        make(study, tmp_path / "counts")
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((study.folder / name).read_text())
    saved = read_study(tmp_path)
    for place in PLACE_GROUPS:
        pd.testing.assert_frame_equal(
            make_table(saved, "shares", place=place), make_table(study, "shares", place=place)
        )
    with pytest.raises(WordingError, match="only the saved words of the text"):
        make_table(saved, "keyness", place="headline")
    counts = pd.read_csv(tmp_path / "counts" / "counts.csv")
    keys = ["doc_id", "concept", "variant", "voice"]
    older = counts[counts["place"] != "headline"].groupby(keys, as_index=False)[["n", "n_copied"]]
    older.sum().to_csv(tmp_path / "counts" / "counts.csv", index=False)
    articles = pd.read_csv(tmp_path / "counts" / "articles.csv")
    articles.drop(columns=["n_headline", "n_lead"]).to_csv(
        tmp_path / "counts" / "articles.csv", index=False
    )
    assert not knows_places(saved)
    keys = ["concept", "variant", "outlet", "n", "share", "low", "high", "per_million"]
    pd.testing.assert_frame_equal(
        make_table(saved, "shares")[keys], make_table(study, "shares")[keys]
    )
    with pytest.raises(WordingError, match="wording counts STUDY --out"):
        make_table(saved, "shares", place="headline")
    answer = wording.open(tmp_path).headlines("events")
    assert "wording counts STUDY --out" in answer.show_sentences().text


def test_an_unknown_place_is_refused(study):
    with pytest.raises(WordingError, match="did you mean 'headline'"):
        make_table(study, "shares", place="headlines")
    with pytest.raises(WordingError, match="does not take 'place'"):
        make_table(study, "voices", place="headline")


def test_no_articles_have_no_hits_in_any_place(study):
    none, _ = build_corpus(study).subset(np.zeros(0, np.int64))
    assert find_hits(none, study.concepts, study.lists).empty
    assert count_hits(none, study.concepts, study.lists).empty
