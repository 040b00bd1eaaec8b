"""What is counted once is kept beside the corpus, and is the same to the last type."""

import numpy as np
import pandas as pd
import pytest

from wording.corpus import counts
from wording.corpus.build import build_corpus
from wording.corpus.encoding import kept
from wording.study.read import read_study


@pytest.fixture
def study(small, monkeypatch):
    record = read_study(small)
    counts.count_concept_cached.cache_clear()
    yield record
    counts.count_concept_cached.cache_clear()


def count(study):
    counts.count_concept_cached.cache_clear()
    return counts.count_study_hits(study).counts


def test_counts_are_made_once_and_are_the_same(study, monkeypatch):
    folder = build_corpus(study).folder / kept.KEPT_NAME
    made = count(study)
    assert len(list(folder.iterdir())) >= len(study.concepts)
    whole = counts.count_hits(build_corpus(study), study.concepts, study.lists)
    assert made["n"].sum() == counts.sum_places(whole, study.place)["n"].sum()
    monkeypatch.setattr(counts, "count_hits", None)
    pd.testing.assert_frame_equal(count(study), made)


def test_what_is_kept_has_the_types_of_what_is_made(tmp_path):
    table = pd.DataFrame({"name": ["a", None], "n": [1, 2]}, index=[0, 1])
    for _ in range(2):
        read = kept.keep_table(tmp_path, "x", 1, lambda: table)
        pd.testing.assert_frame_equal(read, table)
    other = kept.keep_table(tmp_path, "x", 2, lambda: table.head(0))
    assert other.empty
    pd.testing.assert_frame_equal(kept.keep_table(tmp_path, "x", 2, lambda: None), table.head(0))


def test_what_is_damaged_is_said_and_made_again(tmp_path, capsys):
    table = pd.DataFrame({"n": [1, 2]})
    kept.keep_table(tmp_path, "x", 1, lambda: table)
    [file] = tmp_path.glob(f"{kept.KEPT_NAME}/*/{kept.TABLE_NAME}")
    file.write_bytes(file.read_bytes()[:-7])
    pd.testing.assert_frame_equal(kept.keep_table(tmp_path, "x", 1, lambda: table), table)
    assert "damaged, and is made again" in capsys.readouterr().err
    pd.testing.assert_frame_equal(kept.keep_table(tmp_path, "x", 1, lambda: None), table)


def test_nothing_is_kept_where_the_build_is_gone(tmp_path):
    table = pd.DataFrame({"n": [1]})
    kept.keep_table(tmp_path / "gone", "x", 1, lambda: table)
    assert not (tmp_path / "gone").exists()


def test_arrays_are_kept_by_all_that_they_depend_on(tmp_path, monkeypatch):
    arrays = {"a": np.arange(3), "b": np.zeros(0, np.int32)}
    for _ in range(2):
        read = kept.keep_arrays(tmp_path, "x", 1, lambda: arrays)
        assert {name: array.dtype for name, array in read.items()} == {"a": int, "b": np.int32}
        np.testing.assert_array_equal(read["a"], arrays["a"])
    assert kept.keep_arrays(tmp_path, "x", 1, lambda: None)["a"].tolist() == [0, 1, 2]
    other = {"a": np.arange(2)}
    assert kept.keep_arrays(tmp_path, "x", 2, lambda: other) is other
    monkeypatch.setattr(kept, "fingerprint_counting_code", lambda: "changed")
    assert kept.keep_arrays(tmp_path, "x", 1, lambda: other) is other
