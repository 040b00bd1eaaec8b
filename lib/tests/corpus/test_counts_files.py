"""A counts folder that was cut, emptied or edited: a sentence with the file, never a traceback."""

import gzip
import os
import shutil

import pytest

from wording.answers.tables import make_table
from wording.corpus.counts import count_study_hits, write_counts
from wording.corpus.neighbours import write_neighbours
from wording.corpus.terms import write_terms
from wording.errors import WordingError
from wording.study.read import read_study

FILES = ["articles.csv", "counts.csv", "attributions.csv", "neighbours.csv.gz", "terms.csv.gz"]
TABLES_OF_ALL = ("articles", "shares", "attributions", "collocates", "keyness")


def cut(file):
    os.truncate(file, file.stat().st_size * 2 // 3 - 1)


def empty(file):
    os.truncate(file, 0)


def spoil(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] = 0xFF
    file.write_bytes(content)


def delete(file):
    file.unlink()


def make_folder(file):
    file.unlink()
    file.mkdir()


def make_unreadable(file):
    file.unlink()
    file.symlink_to(file.name)


def make_other(file):
    file.write_bytes(b"a,b\n1,2\n" if file.suffix == ".csv" else gzip.compress(b"a,b\n1,2\n"))


KINDS = [cut, empty, spoil, delete, make_folder, make_unreadable, make_other]


@pytest.fixture(scope="module")
def saved(small, tmp_path_factory):
    """A study with its counts, and without its articles."""
    folder = tmp_path_factory.mktemp("counts") / "study"
    shutil.copytree(small, folder, ignore=shutil.ignore_patterns(".build"))
    for write in (write_counts, write_neighbours, write_terms):
        write(read_study(folder), folder / "counts")
    (folder / "articles.csv").unlink()
    shutil.rmtree(folder / ".build")
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "study")


def make_all(folder):
    for name in TABLES_OF_ALL:
        make_table(read_study(folder), name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_named(folder, kind, name):
    kind(folder / "counts" / name)
    with pytest.raises(WordingError, match=name):
        make_all(folder)


def test_whole_counts_are_read(folder):
    make_all(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("counts.csv", ",outlet,", ",author,", r"counts.csv:\d+: voice is “author”; expected one"),
        ("counts.csv", ",1,0\n", ",-1,0\n", r"counts.csv:\d+: n is “-1”; expected a whole number"),
        ("counts.csv", ",1,0\n", ",1.5,0\n", r"counts.csv:\d+: n is “1.5”; expected a whole"),
        ("counts.csv", ",1,0\n", ",one,0\n", r"counts.csv:\d+: n is “one”; expected a whole"),
        ("counts.csv", ",1,0\n", ",1,2\n", r"counts.csv:\d+: n_copied is more than n"),
        ("counts.csv", ",1,0\n", ",1,\n", r"counts.csv:\d+: n_copied is missing; expected a whole"),
        ("counts.csv", "\nd0", "\nzz", r"counts.csv:\d+: articles.csv has no article 'zz"),
        ("articles.csv", ",True,", ",Tru,", r"articles.csv:\d+: \w+ is “Tru”; expected True or"),
        ("articles.csv", ",2031-", ",2031-31-", r"articles.csv:\d+: date is “2031-31-.*a day"),
        ("attributions.csv", ",quoted,", ",quote,", r"attributions.csv:\d+: voice is “quote”"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_line(folder, name, old, new, told):
    file = folder / "counts" / name
    text = file.read_text(encoding="utf8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf8")
    with pytest.raises(WordingError, match=told):
        make_all(folder)


def test_an_article_that_is_there_twice_is_refused(folder):
    file = folder / "counts" / "articles.csv"
    lines = file.read_text(encoding="utf8").splitlines(keepends=True)
    file.write_text("".join([*lines, lines[1]]), encoding="utf8")
    with pytest.raises(WordingError, match=r"articles.csv:62: the article '.*' is there twice"):
        count_study_hits(read_study(folder))


def test_counts_edited_on_purpose_are_taken(folder):
    file = folder / "counts" / "counts.csv"
    before = count_study_hits(read_study(folder)).counts["n"].sum()
    text = file.read_text(encoding="utf8").replace(",1,0\n", ",3,0\n", 1)
    file.write_text(text.replace("\n", "\r\n"), encoding="utf8")
    assert count_study_hits(read_study(folder)).counts["n"].sum() == before + 2


def test_names_like_formulas_stay_in_counts(tmp_path):
    rows = ['"=cmd|x",@daily,A coup in the city.', '-5,"a;=b",A coup here.']
    (tmp_path / "a.csv").write_text("\n".join(["doc_id,outlet,text", *rows]))
    (tmp_path / "study.yml").write_text("title: t\nquestion: q\narticles: {path: a.csv}\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: t, variants: {x: [coup]}}}")
    study = read_study(tmp_path)
    write_counts(study, tmp_path / "counts")
    text = (tmp_path / "counts" / "articles.csv").read_text(encoding="utf8")
    assert "\n'=cmd|x,'@daily," in text
    assert "\n-5,a;'=b," in text
    (tmp_path / "a.csv").unlink()
    without = count_study_hits(read_study(tmp_path))
    assert sorted(without.articles["outlet"]) == ["@daily", "a;=b"]
    assert sorted(without.counts["doc_id"]) == ["-5", "=cmd|x"]
