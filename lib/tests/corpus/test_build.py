import ast
import functools
import json
import mmap
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.build import build_corpus, open_or_build_corpus
from wording.corpus.encoding import corpus as encoded
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.fingerprint import CORPUS_MODULES
from wording.corpus.marks.voice import read_attributions, read_attributions_of
from wording.corpus.reading.articles import read_articles
from wording.errors import WordingError
from wording.pages.batch.plan import hash_study_inputs
from wording.study.read import read_study


@pytest.fixture
def study(small, tmp_path):
    return read_study(
        shutil.copytree(small, tmp_path / "study", ignore=shutil.ignore_patterns(".build"))
    )


ROOM = Path(building.__file__).parent


def needed(file, seen):
    """The files of the room that a file needs, itself among them."""
    if file in seen:
        return seen
    tree = ast.parse(file.read_text(encoding="utf8"))
    room = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("wording.corpus")
    ]
    names = [f"{n.module}.{a.name}" for n in room for a in n.names] + [n.module for n in room]
    files = [ROOM.joinpath(*name.split(".")[2:]).with_suffix(".py") for name in names]
    return functools.reduce(
        lambda found, one: needed(one, found), filter(Path.is_file, files), seen | {file}
    )


def test_the_key_names_all_modules_that_make_a_corpus():
    hashed = {file for pattern in CORPUS_MODULES for file in ROOM.glob(pattern)}
    assert needed(ROOM / "build.py", frozenset()) <= hashed


def test_a_second_build_does_nothing(study):
    first, made = open_or_build_corpus(study)
    again, made_again = open_or_build_corpus(study)
    assert (made, made_again) == (True, False)
    assert first.table.equals(again.table)
    assert len(list((study.folder / ".build").iterdir())) == 1


def test_a_changed_article_is_built_again_and_the_old_build_goes(study):
    build_corpus(study)
    file = study.folder / "articles.csv"
    file.write_text(
        file.read_text(encoding="utf8") + 'x1,Northline,2031-05-05,T,"One more, on the bridge.",\n',
        encoding="utf8",
    )
    corpus, made = open_or_build_corpus(read_study(study.folder))
    assert made
    assert len(corpus.table) == 61
    assert len(list((study.folder / ".build").iterdir())) == 1


def test_a_build_that_was_cut_short_is_not_taken_for_one(study, monkeypatch):
    monkeypatch.setattr(
        building, "save_corpus", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        build_corpus(study)
    monkeypatch.undo()
    assert open_or_build_corpus(study)[1]


def test_shards_do_not_change_what_is_there(study, monkeypatch):
    whole = build_corpus(study)
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 25)
    parts = building.encode_articles(read_articles(study.folder / "articles.csv"))
    assert [len(shard) for shard in parts.shards] == [25, 25, 10]
    # a line is known as repeated within its shard: what is boilerplate may differ at the margin,
    # what is there may not
    words = [(t["n_words"] + t["n_boilerplate"]).to_list() for t in (parts.table, whole.table)]
    assert words[0] == words[1]
    assert sum(len(s.tokens) for s in parts.shards) == sum(len(s.tokens) for s in whole.shards)


def test_accepted_and_rejected_are_all_that_was_given(study):
    file = study.folder / "articles.csv"
    file.write_text(
        file.read_text(encoding="utf8") + "x1,Northline,2031-05-05,No text,,\n", encoding="utf8"
    )
    corpus = build_corpus(read_study(study.folder))
    assert (len(corpus.table), len(corpus.rejects)) == (60, 1)
    assert corpus.rejects["reason"].to_list() == ["no text"]


def test_nothing_readable_is_an_error_that_says_why(study):
    (study.folder / "articles.csv").write_text("doc_id,outlet,text\n1,A,\n")
    with pytest.raises(WordingError, match="no article could be read"):
        build_corpus(read_study(study.folder))


def test_a_build_is_the_same_bytes_each_time(study, tmp_path):
    build_corpus(study)
    other = read_study(
        shutil.copytree(study.folder, tmp_path / "other", ignore=shutil.ignore_patterns(".build"))
    )
    build_corpus(other)
    mine, theirs = (
        {f.relative_to(s.folder): f.read_bytes() for f in s.folder.rglob(".build/**/*.npy")}
        for s in (study, other)
    )
    assert mine == theirs
    assert len(mine) == 2 * 12, "of texts and of headlines"


def test_the_encoded_corpus_is_memory_mapped(study):
    corpus = build_corpus(study)
    assert isinstance(corpus.shards[0].tokens.base, mmap.mmap)
    assert not corpus.shards[0].tokens.flags.writeable
    assert (
        json.loads(next(study.folder.rglob("corpus.json")).read_text())["files"][0][0]
        == "articles.csv"
    )


@pytest.mark.parametrize("rows", [[0], [3, 4, 30], [57, 58, 59]])
def test_speakers_in_a_few_articles_are_those_found_in_all(study, monkeypatch, rows):
    monkeypatch.setattr(encoded, "SUBSET_DIVISOR", 5)
    part = build_corpus(study).part(0)
    few = read_attributions_of(part, np.array(rows))
    assert not part.corpus.has_derived(0, "stretches")
    assert few.equals(read_attributions(part).filter(pl.col("row").is_in(rows)))
    assert few["speaker"].count()


def test_some_articles_of_several_shards_are_a_corpus_of_their_own(study, monkeypatch):
    for name in ("MIN_SHARD_ARTICLES", "MAX_SHARD_ARTICLES"):
        monkeypatch.setattr(building, name, 20)
    corpus, rows = build_corpus(study), np.array([0, 7, 19, 20, 59])
    small, shift = corpus.subset(rows)
    shard = small.shards[0]
    assert len(corpus.shards) == 3
    assert small.table.equals(corpus.table[rows])
    for number, row in enumerate(rows):
        part, here = corpus.part(row // 20), slice(shard.bounds[number], shard.bounds[number + 1])
        there = slice(*(part.shard.bounds[row % 20 :][:2]))
        assert there.start - here.start == shift[number]
        assert (
            shard.forms["form"]
            .gather(shard.tokens[here])
            .equals(part.shard.forms["form"].gather(part.shard.tokens[there]))
        )
        for mark in tokens.TOKEN_MARKS:
            assert np.array_equal(getattr(shard, mark)[here], getattr(part.shard, mark)[there])


@pytest.fixture
def elsewhere(tmp_path):
    """A study whose articles lie in a folder outside, named by an absolute path."""
    for outlet in ("A", "B"):
        folder = tmp_path / "texts" / outlet
        folder.mkdir(parents=True)
        (folder / "2020-01-01_one.txt").write_text(f"A coup in the city of {outlet}.")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.yml").write_text(
        f"title: t\nquestion: q\narticles: {{path: {tmp_path / 'texts'}}}\n"
    )
    (tmp_path / "study" / "concepts.yml").write_text(
        "concepts: {c: {title: t, variants: {x: [coup]}}}"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A/2020-01-01_one.txt", "A/2020-02-02_one.txt"),
        ("A/2020-01-01_one.txt", "C/2020-01-01_one.txt"),
        ("A", "C"),
    ],
)
def test_a_renamed_file_outside_the_study_is_read_again(elsewhere, old, new):
    study = read_study(elsewhere / "study")
    before = build_corpus(study)
    pages = hash_study_inputs(study)["the articles"]
    (elsewhere / "texts" / new).parent.mkdir(exist_ok=True)
    (elsewhere / "texts" / old).rename(elsewhere / "texts" / new)
    corpus, is_new = open_or_build_corpus(read_study(elsewhere / "study"))
    assert is_new
    assert not corpus.table.equals(before.table)
    assert hash_study_inputs(study)["the articles"] != pages


def test_articles_that_change_while_they_are_read_are_read_again(study, monkeypatch, capsys):
    file, original, calls = study.folder / "articles.csv", building.encode_batches, []

    def encode_and_change(*arguments, **options):
        found = original(*arguments, **options)
        if not calls:
            with file.open("a", encoding="utf8") as stream:
                stream.write('x1,Northline,2031-05-05,T,"One more, on the bridge.",\n')
        calls.append(1)
        return found

    monkeypatch.setattr(building, "encode_batches", encode_and_change)
    corpus, is_new = open_or_build_corpus(study)
    assert is_new
    assert (len(corpus.table), len(calls)) == (61, 2)
    assert "articles changed while they were read; they are read again" in capsys.readouterr().err
    assert not open_or_build_corpus(read_study(study.folder))[1]


def test_articles_that_never_rest_are_an_error(study, monkeypatch):
    file, original = study.folder / "articles.csv", building.encode_batches

    def encode_and_change(*arguments, **options):
        found = original(*arguments, **options)
        with file.open("a", encoding="utf8") as stream:
            stream.write("\n")
        return found

    monkeypatch.setattr(building, "encode_batches", encode_and_change)
    with pytest.raises(WordingError, match="5 times.*changed meanwhile.*no other program writes"):
        build_corpus(study)
    assert list((study.folder / ".build").iterdir()) == []


def test_articles_that_vanish_while_they_are_read_are_an_error(study, monkeypatch):
    original = building.encode_batches

    def encode_and_remove(*arguments, **options):
        found = original(*arguments, **options)
        (study.folder / "articles.csv").unlink()
        return found

    monkeypatch.setattr(building, "encode_batches", encode_and_remove)
    with pytest.raises(WordingError, match=r"articles.csv is missing"):
        build_corpus(study)
