"""Every table and every answer exists where there is nothing, or almost nothing, to say."""

import pytest

import wording
from wording.answers.tables import TABLE_NAMES, make_table
from wording.study.read import read_study

ONE = "id,outlet,date,text\na,A,2020-01-01,A coup in the city.\n"
STUDIES = {
    "one article": (ONE, ""),
    "no hits": (
        "id,outlet,date,text\na,A,2020-01-01,The cat sat.\nb,B,2020-01-02,A dog ran.\n",
        "",
    ),
    "no articles in the period": (ONE, "period: {from: 2035-01-01}\n"),
    "no date": ("id,outlet,text\na,A,A coup in the city.\nb,B,A protest.\n", ""),
}
QUESTIONS = ["concepts", "articles", "overview", "inventory", "shares", "voices", "keyness"]
QUESTIONS += ["collocates", "timeline", "outlets", "events", "naming", "rivals", "coding", "kwic"]


@pytest.fixture(scope="module", params=STUDIES)
def folder(request, tmp_path_factory):
    articles, more = STUDIES[request.param]
    folder = tmp_path_factory.mktemp("empty")
    (folder / "a.csv").write_text(articles)
    (folder / "concepts.yml").write_text(
        "concepts: {c: {title: t, variants: {x: [coup], y: [protest]}}}"
    )
    (folder / "study.yml").write_text(
        f"title: t\nquestion: q\narticles: {{path: a.csv}}\ndraws: 99\n{more}"
    )
    return folder


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_table_can_be_made(folder, name):
    table = make_table(read_study(folder), name)
    assert len(table.columns)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_shows_itself(folder, question):
    answer = getattr(wording.open(folder), question)()
    if question != "articles":  # a list without findings
        assert answer.show_sentences() is not None
    assert answer.show_table() is not None
    answer.plot()
