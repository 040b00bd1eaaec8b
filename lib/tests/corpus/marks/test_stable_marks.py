"""Marks and families are the same in whatever order articles are read, and on every processor."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from wording.corpus.build import encode_articles
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks import attribution, copies
from wording.corpus.marks.attribution import HUNDREDTHS, load_lexicon, smallest_log_odds
from wording.corpus.marks.attribution_kernels import NO_SIGNAL
from wording.corpus.marks.copies import find_copy_pairs, find_families
from wording.corpus.marks.quotation import find_quotations
from wording.corpus.reading.articles import read_articles

ULPS = (-4, -1, 1, 4)
"""Units in the last place by which floating-point numbers are moved."""


def move(values, ulps):
    """Return the values, each moved by some units in the last place."""
    values = np.asarray(values, dtype=float)
    return values + ulps * np.spacing(values)


def marks_of(corpus):
    """Return the boilerplate and the voices of each article, by its doc_id."""
    return {
        doc: [
            mark[part.shard.bounds[row] : part.shard.bounds[row + 1]].tobytes()
            for mark in (part.shard.boilerplate, part.shard.voice)
        ]
        for part in corpus.parts()
        for row, doc in enumerate(part.table["doc_id"])
    }


@pytest.fixture(scope="module")
def encoded(demo):
    return encode_articles(read_articles(demo / "articles.csv"))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_articles_changes_no_mark_and_no_family(demo, encoded, tmp_path, seed):
    frame = pl.read_csv(demo / "articles.csv", infer_schema=False)
    frame.sample(fraction=1, shuffle=True, seed=seed).write_csv(tmp_path / "articles.csv")
    shuffled = encode_articles(read_articles(tmp_path / "articles.csv"))
    assert shuffled.table["doc_id"].to_list() != encoded.table["doc_id"].to_list()
    assert marks_of(shuffled) == marks_of(encoded)
    for find in (find_families, find_copy_pairs):
        here, there = (find(corpus).sort("doc_id") for corpus in (encoded, shuffled))
        assert here.sort(here.columns).equals(there.sort(there.columns))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_weights_and_limits_are_whole_numbers(language):
    lexicon = load_lexicon(language)
    weights = [lexicon.signals, *lexicon.tables.values(), lexicon.around, lexicon.start]
    assert {array.dtype for array in [*weights, lexicon.edges]} == {np.dtype(np.int32)}
    shard = encode_texts(pl.Series(["The minister said that the bridge was closed."]))
    inside = find_quotations(shard).inside(len(shard.tokens))
    for stream in attribution.iterate_streams(shard, inside, lexicon):
        assert stream.signal.dtype == np.int32
        assert attribution.attribution_log_odds(stream, lexicon).dtype == np.int32


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("ulps", ULPS)
def test_a_limit_is_the_same_when_its_logarithm_is_a_little_off(language, ulps, monkeypatch):
    lexicon = load_lexicon(language)
    words, logarithm = lexicon.words, np.log
    monkeypatch.setattr(np, "log", lambda x: move(logarithm(move(x, ulps)), ulps))
    moved = words.model_copy(
        update={
            "grades": move(words.grades, ulps).tolist(),
            "least": {name: float(move(limit, ulps)) for name, limit in words.least.items()},
            "threshold": float(move(words.threshold, ulps)),
        }
    )
    other = replace(lexicon, words=moved)
    np.testing.assert_array_equal(other.edges, lexicon.edges)
    assert other.threshold == lexicon.threshold


@pytest.mark.parametrize("probability", [0.15, 0.42, 0.5, 0.85])
def test_a_limit_is_the_smallest_that_reaches_its_probability(probability):
    limit = int(smallest_log_odds(probability))
    reached, missed = (1 / (1 + np.exp(-odds / HUNDREDTHS)) for odds in (limit, limit - 1))
    assert missed < probability <= reached


def test_the_order_of_tables_changes_no_sum(encoded):
    """Summed in another order, floating-point numbers would differ."""
    lexicon, shard = load_lexicon("en"), encoded.shards[0]
    inside = find_quotations(shard).inside(len(shard.tokens))
    axes, sizes, weights, starts = lexicon.layout
    order = np.random.default_rng(1).permutation(len(axes))
    other = replace(lexicon)
    vars(other)["layout"] = (axes[order], sizes[order], weights, starts[order])
    for stream in attribution.iterate_streams(shard, inside, lexicon):
        odds = attribution.attribution_log_odds(stream, lexicon)
        assert (odds > NO_SIGNAL).any()
        np.testing.assert_array_equal(odds, attribution.attribution_log_odds(stream, other))


def test_copies_are_decided_in_whole_numbers(encoded):
    """Whether a pair is a copy needs no quotient, only numbers of words."""
    order = copies.order_by_precedence(encoded.table)
    candidates = copies.find_copy_candidates(
        encoded, order, max_sources=copies.MAX_SOURCE_CANDIDATES
    )
    compared = copies.compare_pairs(encoded, candidates)
    floating = [name for name, kind in compared.schema.items() if kind.is_float()]
    assert floating == ["shared", "shared_earlier"], "what is only shown"
    assert compared["n_own"].dtype == compared["all_own"].dtype == pl.Int64
    assert compared["mutual"].dtype == pl.Boolean


def test_copies_of_one_day_and_length_are_ordered_by_name():
    table = pl.DataFrame(
        {"date": ["2031-01-01"] * 3, "doc_id": ["b", "c", "a"], "n_words": 5, "n_boilerplate": 0}
    ).with_columns(
        pl.col("date").str.to_date(),
        outlet=pl.lit("A"),
        **dict.fromkeys(("time", "agency"), pl.lit(None, pl.String)),
    )
    assert copies.order_by_precedence(table).tolist() == [2, 0, 1]
