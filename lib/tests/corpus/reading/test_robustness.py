"""Whatever is given: nothing is lost, nothing hangs, errors are sentences.

What is accepted is measured.
"""

import os
import time

import pytest
from broken import CASES, WORDS, document
from formats import FORMATS
from fuzz import CHANGES, Reader, change_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wording.corpus import build as building
from wording.corpus.reading.articles import ReadingOptions, read_articles
from wording.corpus.reading.formats import csv
from wording.corpus.reading.formats.registry import READERS
from wording.errors import WordingError

SECONDS = 60  # of one case: more is taken for a hang


def outcome(folder, name, content):
    """(accepted, rejected), None for an error in words.

    That they add up to what is given is checked inside.
    """
    (folder / name).write_bytes(content() if callable(content) else content)
    started = time.monotonic()
    try:
        articles = read_articles(folder / name, ReadingOptions(default_outlet="A"))
        corpus = building.encode_articles(articles)
    except WordingError:
        return None
    assert time.monotonic() - started < SECONDS
    assert corpus.table["doc_id"].n_unique() == len(articles.frame)
    assert all(reason for reason in articles.rejects["reason"])
    return len(articles.frame), len(articles.rejects)


@pytest.mark.parametrize(
    ("name", "content", "accepted", "rejected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_broken_file(tmp_path, name, content, accepted, rejected):
    assert outcome(tmp_path, name, content) == (None if accepted is None else (accepted, rejected))


def test_a_record_that_is_too_long_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setattr(csv, "MAX_TEXT_LENGTH", 100)
    text = 'outlet,text\nA,one\nB,"' + "a line of text\n" * 20 + '"\nC,two\n'
    (tmp_path / "a.csv").write_text(text)
    found = read_articles(tmp_path / "a.csv")
    assert found.frame["text"].to_list() == ["one", "two"]
    assert "record too long" in found.rejects["reason"][0]
    (tmp_path / "a.csv").write_text('outlet,text\nA,one\nB,"two\n')
    assert "unclosed quotation mark" in read_articles(tmp_path / "a.csv").rejects["reason"][0]


MANY = 200_000


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<p>a b c d</p>" * MANY, "the page has 400,006 tags"),
        (b"<p " + b"a='1' " * MANY + b">" + WORDS + b"</p>", "200,000 attributes"),
        (b"<p " + b"a " * MANY + b">" + WORDS + b"</p>", "200,000 attributes"),
        (b"<p class='DocPublicationName' " + b"a='1' " * MANY + b"></p>", "200,001 attributes"),
    ],
)
def test_an_endless_page_is_refused_and_not_its_folder(tmp_path, page, said):
    (tmp_path / "a.html").write_bytes(b"<html><body><article>" + page + b"</article></body></html>")
    (tmp_path / "good.txt").write_text("one")
    began = time.process_time()
    found = read_articles(tmp_path)
    assert time.process_time() - began < 10
    assert found.frame["text"].to_list() == ["one"]
    assert said in found.rejects["reason"][0]


def test_a_page_with_a_large_picture_inside_is_read(tmp_path):
    picture = b"<img src='data:image/png;base64," + b"QUJD" * 500_000 + b"'>"
    state = b"<div data-state='" + b"{x y} " * 20_000 + b"'></div>"
    (tmp_path / "a.html").write_bytes(b"<article>" + picture + state + WORDS + b"</article>")
    assert "old bridge" in read_articles(tmp_path).frame["text"][0]


def test_a_file_that_needs_too_much_memory_is_refused_and_not_its_folder(tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setitem(READERS, ".csv", fail)
    (tmp_path / "a.csv").write_text("text\none\n")
    (tmp_path / "good.txt").write_text("one")
    found = read_articles(tmp_path)
    assert found.frame["text"].to_list() == ["one"]
    assert found.rejects["reason"].to_list() == ["it needs more memory than this computer has"]


def test_a_file_of_too_many_columns_is_refused_and_not_its_folder(tmp_path):
    (tmp_path / "wide.csv").write_text("text," * 30_000 + "outlet\n")
    (tmp_path / "good.txt").write_text("one")
    found = read_articles(tmp_path)
    assert found.frame["text"].to_list() == ["one"]
    assert "has 30,001 columns; at most 20,000 are read" in found.rejects["reason"][0]


def test_there_are_more_than_a_hundred_cases():
    assert len({case[0] for case in CASES}) == len(CASES) > 150


@pytest.fixture(scope="module")
def reader():
    reader = Reader()
    yield reader
    reader.close()


def is_read_or_refused(reader, folder, name, kind, seed):
    """Whether a changed file of a format is read or refused, within the limits."""
    file = folder / name
    file.write_bytes(change_file(name, FORMATS[name], kind, seed))
    found = reader.read(file)
    assert "fault" not in found, found["fault"]
    return True


bounded = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
some_file = given(
    st.sampled_from(sorted(FORMATS)), st.sampled_from(sorted(CHANGES)), st.integers(0, 2**32)
)


@settings(bounded, max_examples=40)
@some_file
def test_a_changed_file_of_any_format(reader, tmp_path, name, kind, seed):
    assert is_read_or_refused(reader, tmp_path, name, kind, seed)


@pytest.mark.slow
@settings(bounded, max_examples=120)
@some_file
def test_many_changed_files_of_any_format(reader, tmp_path, name, kind, seed):
    assert is_read_or_refused(reader, tmp_path, name, kind, seed)


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("name", FORMATS)
def test_a_change_depends_on_its_seed_alone_and_changes_something(name, kind):
    files = [change_file(name, FORMATS[name], kind, seed) for seed in (1, 1, 2, 3)]
    assert files[0] == files[1]
    assert len({*files, FORMATS[name]}) > 1


def test_odd_files_in_a_folder(tmp_path):
    (tmp_path / "good.txt").write_text("one")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "lost.txt").symlink_to(tmp_path / "nowhere.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.txt").write_text("no")
    (os.fsencode(tmp_path) + b"/caf\xe9.txt").decode("utf-8", "surrogateescape")
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
        file.write(b"two")
    articles = read_articles(tmp_path, ReadingOptions(default_outlet="A"))
    assert sorted(articles.frame["text"]) == ["one", "two"]
    assert sorted(articles.rejects["source"]) == ["a.pdf", "lost.txt", "pipe.txt"]


def test_no_reason_is_endless(tmp_path):
    long_tag = b"<w:" + b"x" * 100_000 + b">"
    (tmp_path / "a.docx").write_bytes(document(b"<w:p>" + long_tag + b"</w:p>"))
    (tmp_path / "b.txt").write_text("one")
    reason = read_articles(tmp_path).rejects["reason"][0]
    assert reason.startswith("not a valid document: Opening and ending tag mismatch")
    assert len(reason) < 1000
