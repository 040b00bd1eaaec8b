"""Whatever is given: nothing is lost, nothing hangs, errors are sentences.

What is accepted is measured.
"""

import os
import time

import pytest
from broken import CASES
from formats import FORMATS
from fuzz import CHANGES, Reader, change_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wording.corpus import build as building
from wording.corpus.reading.articles import ReadingOptions, read_articles
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


@settings(bounded, max_examples=200)
@some_file
def test_a_changed_file_of_any_format(reader, tmp_path, name, kind, seed):
    assert is_read_or_refused(reader, tmp_path, name, kind, seed)


@pytest.mark.slow
@settings(bounded, max_examples=3000)
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
