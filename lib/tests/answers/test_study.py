"""The vocabulary: what a notebook author types, and what comes back."""

import shutil

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


def test_a_concept_is_meant_where_one_is_asked_for_and_words_where_one_types(study):
    concept = len(study.kwic(concept="towns").table)
    word = study.kwic("towns")
    assert set(word.table["node"].str.lower()) == {"towns"}
    assert word.caption.startswith(f"The phrase “towns”: {len(word.table)} hits in ")
    assert len(study.kwic("=towns").table) == concept > len(word.table) > 0
    assert study.shares("towns").note.startswith("Counted: the concept “towns” (Towns that ")
    typed = study.shares(pattern="towns", voice="all")
    assert typed.table["n"].sum() == len(word.table)
    assert typed.note == "Counted: the phrase “towns”. Headlines are not counted."
    assert "Counted: the concept “towns”" in study.shares("towns")._repr_mimebundle_()["text/plain"]


def test_the_terms_of_a_concept_have_their_precision_and_its_source_once(demo, tmp_path):
    shutil.copytree(demo, tmp_path / "s", ignore=shutil.ignore_patterns(".build"))
    file = tmp_path / "s" / "concepts.yml"
    text = file.read_text(encoding="utf8")
    text = text.replace("lists:", "precision_source: 25 lines of each; read 2031-12-01\nlists:", 1)
    text = text.replace("rebels: {", "rebels: {precision: 23/25, ")
    file.write_text(text.replace("coup: {", "coup: {precision: 0/0, "), encoding="utf8")
    study = wording.open(tmp_path / "s")
    shares = study.shares("change-of-government")
    source = "to see how many have the sense meant (25 lines of each; read 2031-12-01)."
    assert shares.note.count(source) == 1
    terms = shares["terms"].table.set_index("variant")["precision"]
    assert terms.dropna().to_dict() == {"coup": "no line found to read"}
    groups = study.shares("armed-groups")
    assert "23 of 25 right" in groups["terms"].show_table().text
    marks = pd.read_csv(demo / "marks.csv")
    n_lines = marks[marks["concept"] == "armed-groups"].groupby(["doc_id", "start"]).ngroups
    assert f"{n_lines} lines of this study were marked by people, too" in groups.note
    assert "were marked" not in shares.note
    assert source in study.shares("=rebels").note
    assert "precision" not in study.shares("towns")["terms"].columns
    counts = study.record.concepts["armed-groups"].counted
    assert counts == wording.open(demo).record.concepts["armed-groups"].counted


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
        (lambda study: study.articles().to_csv("t.txt"), "use .csv, .parquet, .xlsx or .tex"),
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
    assert "not" in wording.open(tmp_path).kwic(concept="towns").show_table().text
    with pytest.raises(WordingError, match="patterns are counted in the articles"):
        wording.open(tmp_path).kwic("towns")
    with pytest.raises(WordingError, match="articles are not"):
        shares.lines()


def test_a_table_is_written_with_its_documented_columns(study, tmp_path):
    study.shares("towns").to_csv(tmp_path / "shares.csv")
    study.shares("towns").save(tmp_path / "shares.xlsx")
    assert list(pd.read_csv(tmp_path / "shares.csv").columns) == list(TABLES["shares"])


def test_numbers_lead_to_lines_in_exported_pages_only(study, monkeypatch):
    shares = study.shares("towns")
    assert "<a " not in shares.plot().html + shares.show_table().html
    monkeypatch.setenv("WORDING_RUN", "yes")
    assert "<a " in shares.plot().html
    assert "<a " in shares.show_table().html
