"""Terms against a slow oracle that reads the text word by word."""

import gzip
import re
import shutil
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus import terms
from wording.corpus.counts import write_counts
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.lines import find_term_hits
from wording.corpus.phrases import term_kernels
from wording.corpus.reading.articles import read_articles
from wording.corpus.terms import (
    count_study_terms,
    find_frequent_terms,
    make_voice_mask,
    write_terms,
)
from wording.errors import WordingError
from wording.settings import VOICE_GROUPS
from wording.study.read import read_study
from wording.words import read_words


@pytest.fixture(scope="module")
def corpus(small):
    return building.encode_articles(read_articles(small / "articles.csv"))


def slow(corpus, longest):
    """For each article how often each run of words stands in its body."""
    found = []
    for part in corpus.parts():
        shard = part.shard
        for a, b in zip(shard.bounds[:-1], shard.bounds[1:], strict=True):
            keys = shard.forms["key"].to_numpy()[shard.tokens[a:b]]
            words = [
                key if w and not z else None
                for key, w, z in zip(keys, shard.is_word[a:b], shard.boilerplate[a:b], strict=True)
            ]
            grams = (
                words[i : i + n] for n in range(1, longest + 1) for i in range(len(words) - n + 1)
            )
            found.append(Counter(" ".join(gram) for gram in grams if None not in gram))
    return found


@pytest.mark.parametrize("shards", [1, 3])
def test_terms_are_those_that_a_reader_word_by_word_counts(small, monkeypatch, shards):
    sizes = [60] if shards == 1 else [25, 25, 10]
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", sizes[0])
    corpus = building.encode_articles(read_articles(small / "articles.csv"))
    oracle = slow(corpus, 3)
    frequent = {
        term: n
        for term, n in Counter(term for counts in oracle for term in counts).items()
        if n >= 4
    }
    known = find_frequent_terms(corpus, make_voice_mask(), max_words=3, min_articles=4)
    assert dict(zip(known.terms, known.n_articles.tolist(), strict=True)) == frequent
    counted = [
        part
        for p in corpus.parts()
        for part in known.counts(p.shard, make_voice_mask()(p)).toarray()
    ]
    for row, counts in zip(counted, oracle, strict=True):
        assert dict(zip(known.terms, row.tolist(), strict=True)) == {
            term: counts.get(term, 0) for term in known.terms
        }


def test_voices_add_up_for_words(corpus):
    known = find_frequent_terms(corpus, make_voice_mask(), max_words=1, min_articles=1)
    part = corpus.part(0)
    total = sum(
        known.counts(part.shard, make_voice_mask([voice])(part)).sum()
        for voice in ("outlet", "quoted", "reported")
    )
    assert (
        total
        == corpus.table["n_words"].sum()
        == known.counts(part.shard, make_voice_mask()(part)).sum()
    )


def test_articles_can_be_chosen(corpus):
    chosen = (pl.Series(range(len(corpus.table))) < 10).to_numpy()
    part = corpus.part(0)
    known = find_frequent_terms(
        corpus, make_voice_mask(articles=chosen), max_words=2, min_articles=1
    )
    counts = known.counts(part.shard, make_voice_mask(articles=chosen)(part))
    assert counts[10:].sum() == 0
    assert counts[:10].sum() > 0
    assert all(re.fullmatch(r"\S+( \S+)?", term) for term in known.terms)


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


@pytest.fixture(scope="module")
def bare(study, tmp_path_factory):
    """The same study without its articles."""
    folder = shutil.copytree(
        study.folder,
        tmp_path_factory.mktemp("bare") / "small",
        ignore=shutil.ignore_patterns(".build", "articles.csv"),
    )
    write_counts(study, folder / "counts")
    write_terms(study, folder / "counts")
    return read_study(folder)


@pytest.mark.parametrize("voice", VOICE_GROUPS)
def test_a_studys_words_add_up_to_its_articles(study, voice):
    found = count_study_terms(study, voice=voice, max_words=1, min_articles=1)
    np.testing.assert_array_equal(found.counts.sum(axis=1), found.n_words)
    assert found.counts.shape == (len(found.articles), len(found))


def test_the_terms_are_those_of_the_compared_articles(study):
    narrow = study.model_copy(update={"outlets": study.outlets[:2]})
    narrow._folder, narrow._concepts, narrow._lists = study.folder, study.concepts, study.lists
    found, everything = (
        count_study_terms(narrow, max_words=2, min_articles=3),
        count_study_terms(study, max_words=2, min_articles=1),
    )
    assert set(found.articles["outlet"]) == set(study.outlets[:2])
    inside = everything.articles["doc_id"].isin(found.articles["doc_id"]).to_numpy()
    few = everything[(everything.counts[inside] > 0).sum(axis=0) >= 3]
    assert list(found.terms) == list(few.terms)
    assert (found.counts != few.counts[inside]).nnz == 0
    assert (found.n_articles >= 3).all()


@pytest.mark.parametrize("voice", VOICE_GROUPS)
def test_without_the_articles_the_words_are_the_same(study, bare, voice):
    there, kept = (
        count_study_terms(study, voice=voice, max_words=1, min_articles=2),
        count_study_terms(bare, voice=voice, max_words=3, min_articles=2),
    )
    assert not bare.has_articles
    assert list(there.terms) == list(kept.terms)
    assert (there.counts != kept.counts).nnz == 0
    np.testing.assert_array_equal(there.n_words, kept.n_words)


def test_the_lines_behind_a_count_are_exactly_those_counted(study):
    found = count_study_terms(study, voice="all", max_words=3, min_articles=4)
    outlets = found.articles["outlet"].to_numpy()
    rng = np.random.default_rng(1)
    wanted = pd.DataFrame(
        {
            "term": found.terms[rng.choice(len(found), 40, replace=False)],
            "outlet": rng.choice(np.unique(outlets), 40),
        }
    )
    wanted = pd.concat(
        [wanted, pd.DataFrame({"term": ["the", "the"], "outlet": np.unique(outlets)[:2]})],
        ignore_index=True,
    ).drop_duplicates()
    lines = find_term_hits(study, wanted, articles=found.articles, voice=found.voice)
    counted = {
        (row.term, row.outlet): found.counts[outlets == row.outlet][
            :, list(found.terms).index(row.term)
        ].sum()
        for row in wanted.itertuples()
    }
    assert lines.groupby(["variant", "outlet"]).size().to_dict() == {
        pair: n for pair, n in counted.items() if n
    }
    said = lines["node"].str.lower().str.replace("’", "'")
    assert (said == lines["variant"]).all()
    assert lines["doc_id"].isin(found.articles["doc_id"]).all()


def test_nothing_wanted_is_no_line(study):
    lines = find_term_hits(
        study,
        pd.DataFrame({"term": [], "outlet": []}),
        articles=count_study_terms(study, max_words=1).articles,
    )
    assert len(lines) == 0
    assert "node" in lines.columns


@pytest.mark.parametrize("voice", ["outlet", "attributed"])
def test_the_lines_are_in_the_voice_counted(study, voice):
    found = count_study_terms(study, voice=voice, max_words=2, min_articles=4)
    wanted = pd.DataFrame({"term": found.terms, "outlet": study.outlets[0]})
    lines = find_term_hits(study, wanted, articles=found.articles, voice=found.voice)
    assert set(lines["voice"]) <= set(VOICE_GROUPS[voice])
    assert (
        len(lines) == found.counts[(found.articles["outlet"] == study.outlets[0]).to_numpy()].sum()
    )


def test_function_words_are_read_by_language():
    assert {"the", "of", "'s"} <= set(read_words("function", "en"))
    assert not {"must", "not", "war"} & set(read_words("function", "en"))
    assert read_words("function", "xx") == []


def test_a_word_that_looks_like_no_value_is_kept(tmp_path, bare):
    folder = shutil.copytree(bare.folder, tmp_path / "odd")
    file = folder / "counts" / "terms.csv.gz"
    docs = pl.read_csv(file)["doc_id"].unique(maintain_order=True)[:2]
    rows = [f"{doc},outlet,{word},1" for doc in docs for word in ("null", "nan", '"1,000"')]
    file.write_bytes(gzip.compress("\n".join(["doc_id,voice,term,n", *rows]).encode()))
    assert list(count_study_terms(read_study(folder)).terms) == ["1,000", "nan", "null"]


def test_what_cannot_be_counted_is_refused(study, bare, tmp_path):
    with pytest.raises(WordingError, match="'outlet'"):
        count_study_terms(study, voice="outlets")
    with pytest.raises(WordingError, match="max_words=0"):
        count_study_terms(study, max_words=0)
    folder = shutil.copytree(bare.folder, tmp_path / "gone")
    (folder / "counts" / "terms.csv.gz").unlink()
    with pytest.raises(WordingError, match=r"terms\.csv\.gz is missing"):
        count_study_terms(read_study(folder))


@pytest.mark.parametrize("seed", range(3))
def test_phrases_are_counted_and_matched_as_word_by_word(seed):
    rng = np.random.default_rng(seed)
    words = rng.integers(-1, 4, 60).astype(np.int32)
    bounds = np.array([0, 25, 25, 60])
    words[bounds[1:] - 1] = -1  # between articles stands no word
    kernels = compile_module(term_kernels)
    code, n_articles = kernels.count_extensions(words, words, bounds, 1, (0, 4, 4))
    places = [
        (4 * words[i] + words[i + 1], np.searchsorted(bounds, i, side="right"))
        for i in range(59)
        if words[i] >= 0 and words[i + 1] >= 0
    ]
    expected = Counter(code for code, _ in set(places))
    assert dict(zip(code.tolist(), n_articles.tolist(), strict=True)) == expected
    level = np.array(sorted(expected)[::2])
    pairs = kernels.match_extensions(words, words, level, 1, (0, 4, 4))
    number = {code: 4 + k for k, code in enumerate(level.tolist())}
    assert pairs[pairs >= 0].tolist() == [number[code] for code, _ in places if code in number]
    # a triple is counted where both its pairs are known
    code, _ = kernels.count_extensions(pairs, words, bounds, 2, (4, len(level), 4))
    both = [i for i in range(58) if pairs[i] >= 0 and pairs[i + 1] >= 0]
    assert set(code) == {(pairs[i] - 4) * 4 + words[i + 2] for i in both}


def test_what_is_kept_of_terms_is_what_would_be_counted(study, monkeypatch):
    def count(study, **asked):
        found = count_study_terms(study, min_articles=2, **asked)
        table = pd.DataFrame(found.counts.toarray(), found.articles["doc_id"], found.terms)
        return table.assign(n_words=found.n_words)

    asked = [
        (study, {}),
        (study, {"copies": "none"}),
        (study, {"max_words": 2}),
        (study, {"voice": "all"}),
        (study.narrow(place="lead"), {}),
        (study.narrow(place="all"), {"copies": "one", "max_words": 2}),
        (study.narrow(outlets=list(study.outlets or [])[:2]), {}),
        (study.with_events("shared"), {}),
    ]
    kept = [count(one, **options) for one, options in asked]
    again = [count(one, **options) for one, options in asked]
    # The slow way: each counted by itself, nothing kept.
    monkeypatch.setattr(terms, "keep_arrays", lambda build, kind, depends_on, make: make())
    monkeypatch.setattr(terms, "KEPT_WORDS", 1)
    every = terms.count_study_hits

    def count_asked_only(one, concepts, copies=None):
        return every(narrowed[0], concepts, copies=copies or narrowed[1])

    monkeypatch.setattr(terms, "count_study_hits", count_asked_only)
    for (one, options), first, second in zip(asked, kept, again, strict=True):
        narrowed = one, options.get("copies", "all")
        pd.testing.assert_frame_equal(first, count(one, **options))
        pd.testing.assert_frame_equal(first, second)
    assert len({table.to_csv() for table in kept}) == len(asked)
