"""Texts that are no articles, and signs that texts are not clean."""

import json

import polars as pl
import pytest

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits
from wording.corpus.encoding.decoding import decode_texts
from wording.corpus.inventory import describe_suspicious_texts, format_inventory, sentences
from wording.corpus.reading.suspicious import (
    describe_short_texts,
    describe_signs,
    describe_stubs,
    find_signs,
    find_stubs,
    list_signs,
)
from wording.errors import WordingError
from wording.new.create import create_study
from wording.study.read import read_study

STORY = (
    "The council of Newbridge met on Tuesday to discuss the protests outside the town hall, which "
    "have gone on for a week. Officials said that the riot on Monday night was put down by police, "
    "and that eleven people had been held until the next morning in the town. "
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (STORY + "and that el… [+235 chars]", "truncated"),
        (STORY * 3 + "[+1,235 chars]\n", "truncated"),
        ("The council met on… Read more", "truncated"),
        ("Der Stadtrat tagte ... [Weiterlesen]", "truncated"),
        ("Le conseil s'est réuni… Lire la suite »", "truncated"),
        ("The council met on [&hellip;]", "truncated"),
        ("The council met. The post Council meets appeared first on Example Blog.", "truncated"),
        ("[Removed]", "removed"),
        (" [deleted] ", "removed"),
        ("[gelöscht]", "removed"),
        ("Please enable JavaScript to view this page.", "error page"),
        ("Bitte aktivieren Sie JavaScript in Ihrem Browser.", "error page"),
        ("Veuillez activer JavaScript et accepter les cookies.", "error page"),
        ("Пожалуйста, включите JavaScript.", "error page"),
        ("404 Page not found", "error page"),
        ("Access Denied\nYou don't have permission to see this.", "error page"),
        ("Just a moment...", "error page"),
        (STORY, None),
        (STORY * 3 + "Please enable JavaScript to watch this video.", None),
        (STORY * 3 + "The report goes on… Read more", None),
        ("Access denied: reporters kept out of the hearing", None),
        ("Just a moment of calm before the riot", None),
        ("The mayor [removed] the sign and said no more", None),
        ("police call protest a riot", None),
        ("", None),
    ],
)
def test_texts_that_are_no_articles(text, kind):
    assert find_stubs(pl.Series([text])).to_list() == [kind]


def signs_of(*texts):
    given = pl.Series(texts)
    return find_signs(given, lambda rows: decode_texts(given.gather(rows), frozenset)[0]).to_list()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a &foo; b", "reference"),
        ("a &amp; b &nbsp; &#8217; R&D; AT&T", ""),
        ("<p>a</p> <thing>", "tag"),
        ("[caption id=x]a[/caption]", "tag"),
        ("<p>a</p> <b>b</b>, 3 < 4 and <ann@example.org>", ""),
        (r"type \n for a line", "escape"),
        (r"It ended.\n\nSo.", ""),
        (r"in C:\new and docs\new", ""),
        ("[{'type': 'bold', 'text': 'riot'}]", "structure"),
        ('{"type": "bold"}', "structure"),
        ("the set {a, b} and 'so'", ""),
        ("Text.\nLOAD-DATE: May 4, 2021", "label"),
        ("LENGTH: 612 words\nText", "label"),
        ("The length: 612 words", ""),
        ("CafÃ© and caf\ufffd", "misread"),
        ("itâ€™s so", ""),
        (STORY * 3 + "Please enable JavaScript to watch.", "wall"),
    ],
)
def test_signs_are_what_is_left_when_a_text_is_read(text, sign):
    assert signs_of(text) == [sign]


def test_shares_are_said_with_an_example_and_what_to_do():
    texts = [*["a &foo; b"] * 5, "a", "b <thing>", "c", "d", "e"]
    outlets = pl.Series("outlet", ["A"] * 6 + ["B"] * 4)
    frame = pl.DataFrame(
        {"doc_id": [f"<{k}>" for k in range(10)], "outlet": outlets, "signs": signs_of(*texts)}
    )
    first, second = describe_signs(list_signs(frame), outlets)
    assert first.startswith("5 of 10 texts (50 %) have character references (`&...;`)")
    assert "most at 'A' (5 of 6), for example '<0>'. Their names count as words" in first
    assert second.startswith("1 of 10 texts (10 %) has tags")
    assert "for example '<6>'" in second
    assert describe_signs(list_signs(frame[5:6]), outlets) == []


def test_short_texts_are_counted_and_said():
    articles = pl.DataFrame(
        {"doc_id": list("abcd"), "outlet": ["A", "A", "B", "B"], "n": [39, 40, 400, 500]}
    )
    (line,) = describe_short_texts(articles)
    assert line.startswith("1 of 4 texts (25 %) has under 40 words, for example 'a'. They are")
    assert describe_short_texts(articles[1:]) == []
    assert "Most texts are short" in describe_short_texts(articles[:1])[0]


def make_study(folder, texts, *, setting=""):
    rows = [
        {"id": str(k), "outlet": "AB"[k % 2], "date": "2021-05-04", "text": text}
        for k, text in enumerate(texts)
    ]
    folder.mkdir()
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "study.yml").write_text(
        f"title: t\nquestion: q\nseed: 1\narticles: {{path: a.jsonl{setting}}}\n"
    )
    (folder / "concepts.yml").write_text(
        "concepts:\n  e: {title: e, variants: {riot: {match: [riot]}, coup: {match: [coup]}}}\n"
    )
    return read_study(folder)


TEXTS = [STORY, STORY + "[+235 chars]", "[Removed]", "A riot, they said.", STORY + " <thing>"]


def test_stubs_are_set_apart_unless_the_study_keeps_them(tmp_path):
    study = make_study(tmp_path / "s", TEXTS)
    corpus = build_corpus(study)
    assert corpus.table["doc_id"].to_list() == ["0", "3", "4"]
    assert corpus.stubs.rows() == [("1", "B", "truncated"), ("2", "A", "removed")]
    said = " ".join(sentences(study, count_study_hits(study)))
    assert "1 of 5 texts (20 %) is cut off by their source" in said
    assert "for example '2'. They are set apart and not counted; `stubs: keep`" in said
    printed = "\n".join(format_inventory(study))
    assert "note: 1 of 3 texts (33 %) has under 40 words, for example '3'" in printed
    assert "note: 1 of 3 texts (33 %) has tags" in printed
    kept = make_study(tmp_path / "k", TEXTS, setting=", stubs: keep")
    assert len(build_corpus(kept).table) == 5
    assert "They are counted, as study.yml says" in " ".join(
        sentences(kept, count_study_hits(kept))
    )


def test_a_clean_study_says_nothing(tmp_path):
    study = make_study(tmp_path / "s", [STORY, STORY + "So it went."])
    assert describe_suspicious_texts(study) == []
    assert describe_stubs(build_corpus(study).stubs, pl.Series(["A"]), are_kept=False) == []


def test_a_study_of_stubs_alone_says_how_to_count_them(tmp_path):
    study = make_study(tmp_path / "s", [STORY + "[+235 chars]"] * 2 + ["[Removed]"])
    with pytest.raises(WordingError, match=r"set apart: 2 cut off .*Write `stubs: keep`"):
        build_corpus(study)


def test_a_new_study_says_what_is_suspicious_in_its_first_articles(tmp_path):
    make_study(tmp_path / "s", TEXTS)
    said = create_study(tmp_path / "new", articles=tmp_path / "s" / "a.jsonl")
    assert any("Read: 5 articles" in line for line in said)
    assert sum("texts (20 %)" in line for line in said) == 3
    (tmp_path / "b.csv").write_text("url,title\nhttps://example.org,t\n")
    said = create_study(tmp_path / "other", articles=tmp_path / "b.csv")
    assert any("cannot be read yet" in line for line in said)
