"""A build that is cut short leaves what was there, and builds do not harm each other.

What has not changed is not made again.
"""

import os
import shutil
import signal
import subprocess
import sys

import joblib
import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.build import build_corpus, open_or_build_corpus
from wording.corpus.encoding import corpus as encoded
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding import store
from wording.corpus.reading.articles import read_articles
from wording.errors import WordingError
from wording.study.read import read_study

RUN = """
import os, signal, sys
import numpy
from wording.corpus import build as building
from wording.corpus.encoding import corpus as encoded, store
from wording.errors import WordingError
from wording.study.read import read_study
building.MAX_SHARD_ARTICLES = 10

def die_at(owner, name, number):
    original, calls = getattr(owner, name), []
    def counted(*arguments, **options):
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)
    setattr(owner, name, counted)

exec(sys.argv[2])
try:
    corpus, made = building.open_or_build_corpus(read_study(sys.argv[1]))
    print(len(corpus.table))
except WordingError as error:
    print("said:", error)
"""


@pytest.fixture
def folder(small, tmp_path):
    return shutil.copytree(small, tmp_path / "study", ignore=shutil.ignore_patterns(".build"))


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 10)


def start(folder, first=""):
    """Another process that builds the study, after these lines."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), first],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def builds(folder):
    return sorted(path.name for path in (folder / ".build").iterdir())


def shard_files(folder):
    """{shard: number of the file of its tokens, which a link shares}."""
    return {file.parent.name: file.stat().st_ino for file in folder.glob(".build/*/*/tokens.npy")}


def add_article(folder, text):
    with (folder / "articles.csv").open("a", encoding="utf8") as file:
        file.write(f'x1,Northline,2031-05-05,T,"{text}",\n')


def edit(folder, place, change):
    """Changes the text of one article."""
    articles = pl.read_csv(folder / "articles.csv", infer_schema=False)
    texts = articles["text"].to_list()
    texts[place] = change(texts[place])
    articles.with_columns(text=pl.Series(texts)).write_csv(folder / "articles.csv")


MOMENTS = [
    "numpy, 'save', 1",
    "numpy, 'save', 4",
    "store, 'link_shard', 3",
    "building, 'save_corpus', 1",
    "encoded.json, 'dumps', 1",
    "store.Store, 'publish', 1",
    "store, 'discard_build', 1",
]


@pytest.mark.slow
def test_a_build_that_is_killed_leaves_the_last_good_one(folder):
    good = build_corpus(read_study(folder)).table
    before = builds(folder)
    add_article(folder, "One more.")
    for moment in MOMENTS:
        process = start(folder, f"die_at({moment})")
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        finished = [name for name in builds(folder) if not name.endswith(store.PARTIAL_SUFFIX)]
        if "discard" in moment:  # the new one is in its place, the old one was about to go
            assert len(finished) == 2
        else:
            assert finished == before
            assert encoded.open_corpus(folder / ".build" / before[0], "en").table.equals(good)
    assert len(build_corpus(read_study(folder)).table) == 61
    edit(folder, 3, str.upper)
    assert len(build_corpus(read_study(folder)).table) == 61
    assert len(builds(folder)) == 1


def test_a_build_takes_up_the_whole_shards_of_one_that_was_killed(folder, monkeypatch):
    made = []

    def stop_at_the_fourth(shard, where):
        made.append(where)
        if len(made) == 4:
            raise KeyboardInterrupt
        original(shard, where)

    original = tokens.save_shard
    monkeypatch.setattr(tokens, "save_shard", stop_at_the_fourth)
    monkeypatch.setattr(
        building.shutil, "rmtree", lambda *arguments, **options: None
    )  # as if there had been no time to clean up
    # One after the other: a process that is killed has no thread that goes on.
    with pytest.raises(KeyboardInterrupt), joblib.parallel_config(backend="sequential"):
        build_corpus(read_study(folder))
    monkeypatch.undo()
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 10)
    (left,) = (folder / ".build").iterdir()
    left.rename(left.with_name(left.name.replace(f".{os.getpid()}.", ".999999999.")))
    saved = []
    monkeypatch.setattr(
        tokens, "save_shard", lambda shard, where: saved.append(where) or original(shard, where)
    )
    build_corpus(read_study(folder))
    assert 0 < len(saved) < 6
    assert len(builds(folder)) == 1


@pytest.mark.parametrize(
    "fault",
    [OSError(28, "No space left on device"), pl.exceptions.ComputeError("No space left on device")],
)
def test_a_full_disk_is_said_and_leaves_the_last_good_build(folder, monkeypatch, fault):
    build_corpus(read_study(folder))
    before = builds(folder)
    edit(folder, 33, lambda text: text + " More.")

    def full(shard, where):
        raise fault

    monkeypatch.setattr(tokens, "save_shard", full)
    with pytest.raises(
        WordingError,
        match="could not be written .*No space left on device.*previous corpus is unchanged",
    ):
        build_corpus(read_study(folder))
    assert builds(folder) == before


@pytest.mark.skipif(
    sys.platform == "win32", reason="limits of a process are set in another way there"
)
def test_files_that_cannot_grow_are_a_full_disk(folder):
    limit = (
        "import resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    )
    told, errors = start(folder, limit).communicate()
    assert "said:" in told
    assert "could not be written" in told
    assert "Traceback" not in errors
    assert builds(folder) == []


def test_builds_at_once_do_not_harm_each_other(folder):
    add_article(folder, "One more.")
    processes = [start(folder) for _ in range(3)]
    assert [process.communicate()[0] for process in processes] == ["61\n"] * 3
    assert len(builds(folder)) == 1


def test_a_build_in_the_making_by_a_living_process_stays(folder):
    build_corpus(read_study(folder))
    host = store.BuildOwner.current().host
    living = folder / ".build" / f"abc.{host}.{os.getppid()}{store.PARTIAL_SUFFIX}"
    living.mkdir()
    edit(folder, 3, str.upper)
    build_corpus(read_study(folder))
    assert living.name in builds(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: edit(folder, 33, lambda text: text + " More words."),
        lambda folder: add_article(folder, "One more."),
    ],
)
def test_a_change_to_one_article_makes_only_its_shard(folder, change, monkeypatch):
    build_corpus(read_study(folder))
    before, saved, original = shard_files(folder), [], tokens.save_shard
    change(folder)
    monkeypatch.setattr(
        tokens,
        "save_shard",
        lambda shard, where: saved.append(where.name) or original(shard, where),
    )
    corpus, made = open_or_build_corpus(read_study(folder))
    assert made
    after = shard_files(folder)
    assert [shard for shard in after if after[shard] != before.get(shard)] == saved
    assert len(saved) == 1
    fresh = building.encode_articles(read_articles(folder / "articles.csv"))
    assert [part.shard.tokens.tolist() for part in corpus.parts()] == [
        part.shard.tokens.tolist() for part in fresh.parts()
    ]


def test_an_article_in_the_middle_changes_few_shards(folder, monkeypatch):
    monkeypatch.setattr(building, "MIN_SHARD_ARTICLES", 3)
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 30)
    monkeypatch.setattr(building, "SHARD_BOUNDARY_MODULUS", 4)
    build_corpus(read_study(folder))
    articles = pl.read_csv(folder / "articles.csv", infer_schema=False)
    saved, original = [], tokens.save_shard
    monkeypatch.setattr(
        tokens,
        "save_shard",
        lambda shard, where: saved.append(where.name) or original(shard, where),
    )
    pl.concat(
        [
            articles[:20],
            articles[40:41].with_columns(doc_id=pl.lit("new"), text=pl.lit("A new one.")),
            articles[20:],
        ]
    ).write_csv(folder / "articles.csv")
    corpus = build_corpus(read_study(folder))
    assert len(corpus.table) == 61
    assert len(corpus.shards) > 5
    assert len(saved) <= 2


def test_batches_do_not_change_the_shards(folder):
    frame = read_articles(folder / "articles.csv").frame
    sizes = []
    for step in (1, 7, 60):
        parts = list(
            building.split_into_shards(frame[i : i + step] for i in range(0, len(frame), step))
        )
        assert pl.concat(parts).equals(frame)
        sizes.append([len(part) for part in parts])
    assert sizes == [[10] * 6] * 3


def test_an_article_too_large_for_a_shard_is_one(monkeypatch):
    monkeypatch.setattr(building, "MAX_SHARD_BYTES", 100)
    frame = pl.DataFrame(
        {"outlet": ["A"] * 5, "text": ["one", "x" * 500, "two", "y" * 99, "three"]}
    )
    assert [part["text"].to_list() for part in building.split_into_shards([frame])] == [
        ["one", "x" * 500],
        ["two", "y" * 99],
        ["three"],
    ]
