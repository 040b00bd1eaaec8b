"""Terms against a slow oracle that reads the text word by word."""

import re
from collections import Counter

import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.articles import read_articles
from wording.corpus.terms import spoken, vocabulary


@pytest.fixture(scope="module")
def corpus(small):
    return building.encode(read_articles(small / "articles.csv"))


def slow(corpus, longest):
    """For each article how often each run of words stands in its body."""
    found = []
    for part in corpus.parts():
        shard = part.shard
        for a, b in zip(shard.bounds[:-1], shard.bounds[1:], strict=True):
            keys = shard.forms["key"].to_numpy()[shard.tokens[a:b]]
            words = [key if w and not z else None for key, w, z in zip(keys, shard.is_word[a:b], shard.boilerplate[a:b], strict=True)]
            grams = (words[i : i + n] for n in range(1, longest + 1) for i in range(len(words) - n + 1))
            found.append(Counter(" ".join(gram) for gram in grams if None not in gram))
    return found


@pytest.mark.parametrize("shards", [1, 3])
def test_terms_are_those_that_a_reader_word_by_word_counts(small, monkeypatch, shards):
    sizes = [60] if shards == 1 else [25, 25, 10]
    monkeypatch.setattr(building, "SHARD_ARTICLES", sizes[0])
    corpus = building.encode(read_articles(small / "articles.csv"))
    oracle = slow(corpus, 3)
    frequent = {term: n for term, n in Counter(term for counts in oracle for term in counts).items() if n >= 4}
    known = vocabulary(corpus, spoken(), longest=3, fewest=4)
    assert dict(zip(known.terms, known.n_articles.tolist(), strict=True)) == frequent
    counted = [part for p in corpus.parts() for part in known.counts(p.shard, spoken()(p)).toarray()]
    for row, counts in zip(counted, oracle, strict=True):
        assert dict(zip(known.terms, row.tolist(), strict=True)) == {term: counts.get(term, 0) for term in known.terms}


def test_voices_add_up_for_words(corpus):
    known = vocabulary(corpus, spoken(), longest=1, fewest=1)
    part = corpus.parts()[0]
    total = sum(known.counts(part.shard, spoken([voice])(part)).sum() for voice in ("outlet", "quoted", "reported"))
    assert total == corpus.table["n_words"].sum() == known.counts(part.shard, spoken()(part)).sum()


def test_articles_can_be_chosen(corpus):
    chosen = (pl.Series(range(len(corpus.table))) < 10).to_numpy()
    part = corpus.parts()[0]
    known = vocabulary(corpus, spoken(articles=chosen), longest=2, fewest=1)
    counts = known.counts(part.shard, spoken(articles=chosen)(part))
    assert counts[10:].sum() == 0
    assert counts[:10].sum() > 0
    assert all(re.fullmatch(r"\S+( \S+)?", term) for term in known.terms)
