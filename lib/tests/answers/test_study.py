"""The vocabulary: what a notebook author types, and what comes back."""

import matplotlib.figure
import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.corpus.counts import write_counts
from wording.errors import WordingError
from wording.show.html import DISPLAY_MIME
from wording.study.read import read_study
from wording.tables import TABLES

QUESTIONS = (
    ["concepts", "articles", "inventory", "shares", "voices", "keyness", "collocates"]
    + ["timeline", "outlets", "rivals", "coding", "kwic"]
)  # fmt: skip


@pytest.fixture(scope="module")
def study(demo):
    return wording.open(demo)


def test_the_vocabulary_is_all_that_is_listed():
    assert dir(wording) == ["Answer", "Study", "WordingError", "open"]
    assert all(hasattr(wording, name) for name in dir(wording))
    with pytest.raises(AttributeError, match="no attribute 'tabel'"):
        wording.tabel  # noqa: B018


def test_the_five_lines_of_the_readme(study):
    shares = study.shares("towns")
    pd.testing.assert_frame_equal(
        shares.table, make_table(study.record, "shares", concepts=["towns"])
    )
    assert repr(shares).startswith("Answer('shares': 18 rows; ")
    assert "Northline" in " ".join(shares.sentences)
    assert isinstance(shares.plot().figure, matplotlib.figure.Figure)
    lines = shares.lines("liberated", "Northline").table
    row = shares.table.set_index(["variant", "outlet"]).loc[("liberated", "Northline")]
    assert len(lines) == row["n"]
    assert set(lines["voice"]) == {"outlet"}
    assert set(lines["outlet"]) == {"Northline"}
    assert study.kwic("protest*", sort="right").table["node"].str.startswith("protest").all()


def test_settings_narrow_what_is_asked(study):
    narrow = study.using(
        copies="one", outlets=["Northline", "Tidewatch"], period=("2031-01", "2031-06")
    )
    table = narrow.articles().table
    assert set(table["outlet"]) == {"Northline", "Tidewatch"}
    assert table["date"].min() >= pd.Timestamp("2031-01-01")
    assert table["date"].max() <= pd.Timestamp("2031-06-30")
    assert narrow.copies == "one"
    assert study.copies == "all"


def test_a_pattern_is_asked_as_a_concept_is(study):
    asked = study.shares("coup; protest*", voice="quoted")
    assert list(asked.table["variant"].unique()) == ["coup", "protest*"]
    assert set(asked.table["voice"]) == {"quoted"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_shows_itself_and_its_parts(study, question):
    answer = getattr(study, question)()
    for one in [answer, *(answer[part] for part in answer.parts)]:
        assert isinstance(one, wording.Answer)
        assert one.kind in TABLES
        bundle = one._repr_mimebundle_()
        assert bundle["text/html"]
        assert bundle["text/plain"].strip()
        assert bundle[DISPLAY_MIME]["kind"] == "answer"
        assert one.plot().html
        assert set(one.columns) <= set(TABLES[one.kind])


def test_articles_alone_are_a_study_in_memory(tmp_path):
    file = tmp_path / "news.csv"
    texts = ["The coup failed.", "Protests went on.", "A coup it was."]
    pd.DataFrame({"outlet": ["A", "B", "A"], "text": texts}).to_csv(file, index=False)
    study = wording.open(file)
    assert study.shares("coup; protest*").table["n"].sum() == 3
    assert list(tmp_path.iterdir()) == [file]
    assert study.concepts().table.empty
    assert "study.shares('coup; riot*')" in study.concepts().show_table().text
    with pytest.raises(WordingError, match="has no concepts: ask for a pattern"):
        study.shares()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda study: study.using(voice="loud"), "There is no voice 'loud'"),
        (lambda study: study.using(copies="some"), "no way of counting copies 'some'"),
        (lambda study: study.using(period=("spring", "")), "'spring' is not a day"),
        (lambda study: study.shares("towns").lines("freed"), "There is no variant 'freed'"),
        (lambda study: study.shares("towns")["contrast"], "There is no part 'contrast'"),
        (lambda study: study.outlets("style"), "There is no basis 'style'"),
        (lambda study: study.articles().lines(), "has no lines behind it"),
        (lambda study: study.articles().to_csv("t.txt"), "use .csv or .parquet"),
        (lambda study: wording.open("nowhere"), "there is no such study, file or folder"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(study, ask, message):
    with pytest.raises(WordingError, match=message):
        ask(study)


def test_without_the_articles_answers_stay_and_lines_are_refused(demo, tmp_path):
    write_counts(read_study(demo), tmp_path / "counts")
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((demo / name).read_text(encoding="utf8"), encoding="utf8")
    shares = wording.open(tmp_path).shares("towns")
    assert shares.table["n"].sum()
    assert "not" in wording.open(tmp_path).kwic("towns").show_table().text
    with pytest.raises(WordingError, match="articles are not"):
        shares.lines()


def test_a_table_is_written_with_its_documented_columns(study, tmp_path):
    study.shares("towns").to_csv(tmp_path / "shares.csv")
    assert list(pd.read_csv(tmp_path / "shares.csv").columns) == list(TABLES["shares"])


def test_numbers_lead_to_lines_in_exported_pages_only(study, monkeypatch):
    shares = study.shares("towns")
    assert "<a " not in shares.plot().html + shares.show_table().html
    monkeypatch.setenv("WORDING_RUN", "yes")
    assert "<a " in shares.plot().html
    assert "<a " in shares.show_table().html
