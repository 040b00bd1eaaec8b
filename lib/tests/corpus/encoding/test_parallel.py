"""The same study on a cluster of separate processes (Dask's) gives the same results.

Corpus, counts, hits and shares are the same to the last digit.
"""

import os
import shutil

import joblib
import numpy as np
import pandas as pd
import pytest

from wording.answers.tables import make_table
from wording.corpus import build as building
from wording.corpus.build import build_corpus, open_or_build_corpus
from wording.corpus.encoding.shard import SHARD_ARRAYS
from wording.study.read import read_study

distributed = pytest.importorskip(
    "distributed", reason="dask.distributed is not installed: pip install wording[cluster]"
)

TABLES = ("articles", "hits", "counts", "shares", "attributions")


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as processes,
        distributed.Client(processes) as client,
    ):
        yield client


def copied(demo, folder):
    return read_study(shutil.copytree(demo, folder, ignore=shutil.ignore_patterns(".build")))


@pytest.fixture(scope="module")
def studies(demo, cluster, tmp_path_factory):
    """The demo built here, and built on the cluster; in four shards."""
    here, there = (
        copied(demo, tmp_path_factory.mktemp(name) / "study") for name in ("here", "there")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "MAX_SHARD_ARTICLES", 100)
        build_corpus(here)
        patch.setattr(building, "encode_and_mark", not_here)
        with joblib.parallel_config("dask"):
            build_corpus(there)
    return here, there


def not_here(*_, **__):
    raise AssertionError("a shard is made in the process that asks for it")


def in_process(part):
    """Where a part is measured, and of how many articles."""
    return os.getpid(), len(part.shard)


def test_shards_are_measured_in_other_processes(studies, cluster):
    corpus, made = open_or_build_corpus(studies[1])
    assert not made
    with joblib.parallel_config("dask"):
        seen = corpus.map_parts(in_process)
    assert [n for _, n in seen] == [100] * 4
    assert {pid for pid, _ in seen} <= set(cluster.run(os.getpid).values())
    assert {pid for pid, _ in corpus.map_parts(in_process)} == {os.getpid()}


def test_the_corpus_is_the_same_bytes(studies):
    ours, theirs = (build_corpus(study) for study in studies)
    assert ours.table.equals(theirs.table)
    for one, other in zip(ours.shards, theirs.shards, strict=True):
        assert one.forms.equals(other.forms)
        for name in SHARD_ARRAYS:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_the_same_to_the_last_digit(studies, name):
    ours = make_table(studies[0], name)
    with joblib.parallel_config("dask"):
        theirs = make_table(studies[1], name)
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    assert len(ours)
