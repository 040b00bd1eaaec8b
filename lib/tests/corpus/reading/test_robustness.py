"""Whatever is given: nothing is lost, nothing hangs, errors are sentences.

What is accepted is measured.
"""

import os
import random
import time

import pytest
from broken import CASES
from formats import FORMATS
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


def changed(data, seed):
    """The bytes with a few of them changed, left out, doubled or cut off, as the seed says."""
    draw, data = random.Random(seed), bytearray(data)
    for _ in range(draw.randint(1, 8)):
        place, size = draw.randrange(len(data) + 1), draw.choice([1, 2, 8, 64, 512])
        match draw.randrange(5):
            case 0:
                data[place : place + size] = draw.randbytes(size)
            case 1:
                del data[place : place + size]
            case 2:
                data[place:place] = data[place : place + size]
            case 3:
                data[place : place + 1] = bytes([draw.choice(b"\0\xff\"'<>{}[]\\,\n\r\t\x1b&")])
            case 4:
                del data[max(place, len(data) // 2) :]
    return bytes(data)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(FORMATS)), st.integers(0, 2**32))
def test_a_changed_file_of_any_format(tmp_path, name, seed):
    found = outcome(tmp_path, name, changed(FORMATS[name], seed))
    assert found is None or sum(found) > 0


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
