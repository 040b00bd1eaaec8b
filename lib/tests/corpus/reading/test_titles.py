"""Titles that texts without columns show: the first line that looks like a headline."""

import pytest

from wording.answers.tables import make_table
from wording.corpus.reading.articles import ReadingOptions, read_articles
from wording.corpus.reading.formats.documents import find_title_line
from wording.study.read import read_study

TITLE = "Town hall protests go on"
BODY = (
    "The council of Newbridge met on Tuesday to discuss the protests outside the town hall, which "
    "have gone on for a week."
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"{TITLE}\n\n{BODY}", TITLE),
        (f"\ufeff\n\n  {TITLE}  \r\n\r\n{BODY}", TITLE),
        (f"{TITLE}\n{BODY}", TITLE),
        (f"{TITLE}: the mayor's “plan”\n\n{BODY}", f"{TITLE}: the mayor's “plan”"),
        (f"Who won, and why?\n\n{BODY}", "Who won, and why?"),
        (f"Conflicts & War\n\n{TITLE}\n\n{BODY}", TITLE),
        (f"By Ann Author\n\n{TITLE}\n\n{BODY}", TITLE),
        (f"4 May 2021, Newbridge\n\n{TITLE}\n\n{BODY}", TITLE),
        (f"May 4, 2021 Tuesday\n\n{TITLE}\n\n{BODY}", TITLE),
        (BODY, ""),
        (f"{BODY}\n\n{TITLE}\n\n{BODY}", ""),
        (f"The council met.\n\n{BODY}", ""),
        ("The president left the capital on\nTuesday after talks with the\nofficers.", ""),
        (f"Dear readers of the Daily Example,\n\n{BODY}", ""),
        (f"{TITLE}\n", ""),
        ("", ""),
    ],
)
def test_the_title_line_is_found(text, title):
    assert find_title_line(text.removeprefix("\ufeff")) == title


def test_a_title_line_counts_once_and_as_the_headline(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(f"{TITLE}\n\n{BODY}")
    (tmp_path / "texts" / "b.txt").write_text(BODY)
    (tmp_path / "study.yml").write_text(
        "title: T\nquestion: Q?\narticles: {path: texts}\nreports: []\n"
    )
    (tmp_path / "concepts.yml").write_text(
        "concepts:\n  e: {title: E, variants: {protests: [protests]}}\n"
    )
    study = read_study(tmp_path)
    articles = make_table(study, "articles")
    assert articles["title"].fillna("").to_list() == [TITLE, ""]
    assert articles["n_words"].nunique() == 1, "the title is not counted in the text"
    places = make_table(study, "counts", place="all").groupby(["doc_id", "place"])["n"].sum()
    assert places.to_dict() == {("a", "headline"): 1, ("a", "lead"): 1, ("b", "lead"): 1}


def test_a_title_in_the_metadata_comes_first(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(f"{TITLE}\n\n{BODY}")
    (tmp_path / "meta.csv").write_text("file,title,outlet\na.txt,Another title,A\n")
    read = read_articles(tmp_path / "texts", ReadingOptions(metadata=tmp_path / "meta.csv"))
    assert read.frame["title"].to_list() == ["Another title"]
