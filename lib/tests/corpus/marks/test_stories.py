"""Planted events are linked across outlets, and nothing else is."""

import datetime
import itertools

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from wording.corpus import build as building
from wording.corpus import fit_links as fit
from wording.corpus.build import add_families, build_corpus, encode_articles, read_links
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import LINK_SCHEMA
from wording.corpus.encoding.kept import KEPT_NAME
from wording.corpus.marks.stories import candidates, links, story_kernels
from wording.corpus.marks.stories.candidates import list_stories, split_into_blocks
from wording.corpus.marks.stories.links import (
    VIEWS,
    compare_candidates,
    compute_link_features,
    find_links,
    read_weights,
    spread_links,
)
from wording.corpus.marks.stories.texts import find_terms, measure_norms, merge_titles
from wording.corpus.reading.articles import read_articles
from wording.new.create import create_study
from wording.study.read import read_study

COMMON = [f"common{i}" for i in range(400)]
FIRST_DAY = datetime.date(2031, 3, 1)


def write(event, seed, n=160):
    """The title and text of an article: three words of ten are of its event, the others of all."""
    draw = np.random.default_rng((event, seed))
    own = [f"event{event}word{i}" for i in range(40)]
    weights = 1 / np.arange(1, len(COMMON) + 1)
    common = draw.choice(COMMON, n, p=weights / weights.sum())
    words = np.where(draw.random(n) < 0.3, draw.choice(own, n), common)
    title = " ".join([*draw.choice(own, 4, replace=False), *words[:4]])
    return title, ". ".join(" ".join(words[i : i + 8]) for i in range(0, n, 8)) + "."


def article(name, outlet, day, event, seed=None):
    """A row of invented articles; `day` is counted from the first one, None: no date."""
    title, text = write(event, hash_name(name) if seed is None else seed)
    date = "" if day is None else str(FIRST_DAY + datetime.timedelta(days=day))
    return {"doc_id": name, "outlet": outlet, "date": date, "title": title, "text": text}


def hash_name(name):
    return sum(ord(letter) * 7**i for i, letter in enumerate(name))


def build(folder, rows):
    """The corpus of the rows, with some more articles, each on an event of its own."""
    others = [article(f"z{i}", f"Outlet {i % 5}", i % 30, event=1000 + i) for i in range(60)]
    pd.DataFrame([*rows, *others]).to_csv(folder / "articles.csv", index=False)
    return add_families(encode_articles(read_articles(folder / "articles.csv")))


def pairs(links):
    return set(zip(links["doc_id"], links["other"], strict=True))


def spread(corpus):
    return pairs(spread_links(read_links(corpus), corpus.table, max_days=3))


def test_articles_of_two_outlets_on_one_event_are_linked_and_no_others(tmp_path):
    rows = [
        article(f"{outlet}{event}", f"Outlet {outlet}", 2 * event, event)
        for event in range(12)
        for outlet in "AB"
    ]
    found = read_links(build(tmp_path, rows))
    assert pairs(found) == {(f"A{event}", f"B{event}") for event in range(12)}
    assert found["score"].is_between(0.6, 1).all()
    assert found.equals(found.sort("doc_id", "other"))


@pytest.mark.parametrize(("days", "is_linked"), [(0, True), (1, True), (3, True), (4, False)])
def test_articles_are_linked_up_to_three_days_apart(tmp_path, days, is_linked):
    rows = [article("a", "One", 5, 1), article("b", "Two", 5 + days, 1)]
    corpus = build(tmp_path, rows)
    assert (pairs(read_links(corpus)) == {("a", "b")}) == is_linked
    compared = compare_candidates(corpus, min_cosine=0.0)
    assert compared["days"].max() <= 3
    row = dict(zip(corpus.table["doc_id"], range(len(corpus.table)), strict=True))
    assert ((row["a"], row["b"]) in compared.select("a", "b").rows()) == is_linked


def test_an_outlet_is_never_linked_with_itself_nor_an_article_without_a_date(tmp_path):
    rows = [
        article("a", "One", 5, 1),
        article("b", "One", 5, 1),
        article("c", "Two", None, 1),
        article("d", "Three", None, 1),
    ]
    assert not pairs(read_links(build(tmp_path, rows)))


def test_a_copy_is_linked_as_its_first_is_but_not_with_it(tmp_path):
    rows = [
        article("first", "One", 5, 1, seed=1),
        article("copy", "Two", 6, 1, seed=1),
        article("own", "Three", 5, 1, seed=2),
        article("twos-own", "Two", 5, 1, seed=3),
    ]
    corpus = build(tmp_path, rows)
    family = dict(corpus.table.select("doc_id", "family").iter_rows())
    assert family["copy"] == "first"
    assert pairs(read_links(corpus)) == {
        ("first", "own"),
        ("first", "twos-own"),
        ("own", "twos-own"),
    }
    assert spread(corpus) == {
        ("first", "own"), ("first", "twos-own"), ("own", "twos-own"), ("copy", "own"),
    }  # fmt: skip


def test_a_story_of_several_outlets_may_be_linked_with_one_of_them(tmp_path):
    rows = [
        article("first", "One", 5, 1, seed=1),
        article("copy", "Two", 5, 1, seed=1),
        article("ones-own", "One", 5, 1, seed=2),
    ]
    corpus = build(tmp_path, rows)
    assert spread(corpus) == {("copy", "ones-own")}


def test_a_copy_printed_later_has_no_links_beyond_three_days(tmp_path):
    rows = [
        article("first", "One", 5, 1, seed=1),
        article("copy", "Two", 9, 1, seed=1),
        article("own", "Three", 5, 1, seed=2),
    ]
    assert spread(build(tmp_path, rows)) == {("first", "own")}


def test_a_running_story_is_linked_from_day_to_day_and_never_as_a_whole(tmp_path):
    rows = [
        article(f"{outlet}{day}", f"Outlet {outlet}", day, 1)
        for day in range(10)
        for outlet in "AB"
    ]
    found = pairs(read_links(build(tmp_path, rows)))
    assert len(found & {(f"A{day}", f"B{day}") for day in range(10)}) >= 8
    assert all(abs(int(one[1]) - int(other[1])) <= 3 for one, other in found)


@pytest.fixture(scope="module")
def rows():
    return [
        article(f"{outlet}{event}", f"Outlet {outlet}", event // 4, event % 25)
        for event in range(120)
        for outlet in "ABC"
    ]


@pytest.mark.parametrize("block", [40, 10_000])
@pytest.mark.parametrize("threads", [1, 3])
def test_neither_shards_nor_blocks_nor_threads_change_the_links(
    rows, block, threads, tmp_path, monkeypatch
):
    expected = read_links(build(tmp_path, rows))
    monkeypatch.setattr(building, "MIN_SHARD_ARTICLES", 50)
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 70)
    monkeypatch.setattr(candidates, "BLOCK_ARTICLES", block)
    with joblib.parallel_config(n_jobs=threads):
        corpus = build(tmp_path, rows)
    assert len(corpus.shards) > 4
    assert len(list(split_into_blocks(list_stories(corpus.table).day))) == (
        1 if block > 999 else 10
    )
    assert len(expected) > 300
    assert read_links(corpus).equals(expected)


def test_blocks_do_not_change_who_is_nearest(rows, tmp_path, monkeypatch):
    corpus = build(tmp_path, rows)
    monkeypatch.setattr(candidates, "MAX_NEIGHBOURS", 1)
    whole = compare_candidates(corpus)
    monkeypatch.setattr(candidates, "BLOCK_ARTICLES", 20)
    assert compare_candidates(corpus).equals(whole)


def test_the_order_of_the_articles_does_not_change_the_links(rows, tmp_path):
    assert read_links(build(tmp_path, rows[::-1])).equals(read_links(build(tmp_path, rows)))


def build_saved(folder):
    """The corpus of a study of the folder's articles."""
    create_study(folder / "study", articles=folder / "articles.csv")
    (folder / "study" / "concepts.yml").write_text("take: {events: all}\n")
    return build_corpus(read_study(folder / "study"))


def test_links_are_looked_for_when_asked_for_and_then_kept(rows, tmp_path, monkeypatch):
    expected = read_links(build(tmp_path, rows))
    corpus = build_saved(tmp_path)
    assert not (corpus.folder / KEPT_NAME).exists()
    assert read_links(corpus).equals(expected)
    monkeypatch.setattr(links, "find_links", None)
    assert read_links(corpus).equals(expected)


def test_that_there_are_no_links_is_kept_with_the_types_of_links(tmp_path):
    build(tmp_path, [article(name, "One", 1, 1) for name in "ab"])
    corpus = build_saved(tmp_path)
    for _ in range(2):
        assert read_links(corpus).is_empty()
        assert read_links(corpus).schema == LINK_SCHEMA


def test_few_articles_or_one_outlet_have_no_links(tmp_path):
    pd.DataFrame([article("a", "One", 1, 1)]).to_csv(tmp_path / "articles.csv", index=False)
    one = encode_articles(read_articles(tmp_path / "articles.csv"))
    assert find_links(one).is_empty()
    same = [article(name, "One", 1, 1) for name in "abcdef"]
    pd.DataFrame(same).to_csv(tmp_path / "articles.csv", index=False)
    assert find_links(encode_articles(read_articles(tmp_path / "articles.csv"))).is_empty()
    none = one.subset(np.zeros(0, np.int64))[0]
    assert find_links(none).is_empty()
    assert list(find_links(none).columns) == ["doc_id", "other", "score"]


def test_articles_without_titles_are_linked_by_their_texts(tmp_path):
    rows = [article("a", "One", 5, 1), article("b", "Two", 5, 1)]
    rows = [row | {"title": ""} for row in rows]
    assert compare_candidates(build(tmp_path, rows))["title"].max() < 0.5
    assert ("a", "b") in pairs(read_links(build(tmp_path, rows)))


def test_what_the_weights_are_of_is_what_is_measured(rows, tmp_path):
    features = compute_link_features(compare_candidates(build(tmp_path, rows)))
    assert set(read_weights()) == {"intercept", *features}


def test_cosines_are_those_of_the_whole_numbers_of_tf_idf(tmp_path):
    rows = [article("a", "One", 5, 1), article("b", "Two", 5, 1)]
    corpus = build(tmp_path, rows)
    names = corpus.table["doc_id"].to_list()
    found = compare_candidates(corpus).filter(
        (pl.col("a") == names.index("a")) & (pl.col("b") == names.index("b"))
    )
    texts = [
        row["text"].lower().replace(".", " ").split()
        for row in pd.read_csv(tmp_path / "articles.csv").to_dict("records")
    ]
    n_with = pd.Series([word for text in texts for word in set(text)]).value_counts()
    vectors = []
    for text in texts[:2]:
        n = pd.Series(text).value_counts()
        vectors.append((1 + np.log(n)) * np.log(1 + len(texts) / n_with.reindex(n.index)))
    both = pd.concat(vectors, axis=1).fillna(0).to_numpy()
    cosine = both[:, 0] @ both[:, 1] / np.sqrt((both**2).sum(axis=0).prod())
    assert found["body"][0] == pytest.approx(cosine, abs=0.002)


def make_vectors(n, n_terms, seed):
    """Random vectors as kernels take them, and as a dense array."""
    dense = np.random.default_rng(seed).integers(0, 6, (n, n_terms)).astype(np.int32)
    dense[dense < 4] = 0
    dense[n // 2 :: 2] = dense[n // 4 : n // 2]  # equally near
    rows = sparse.csr_array(dense)
    return (rows.indices.astype(np.int32), rows.data, rows.indptr.astype(np.int64)), dense


def test_the_nearest_are_those_that_comparing_all_gives():
    vectors, dense = make_vectors(60, 30, seed=1)
    outlet = np.arange(60) % 4
    outlet[::7] = -1
    first, end = np.maximum(np.arange(60) - 15, 0), np.minimum(np.arange(60) + 16, 60)
    norm = measure_norms(vectors)
    a, b = compile_module(story_kernels).find_nearest(
        vectors,
        candidates.invert_vectors(vectors, 30),
        norm,
        (np.arange(60), first, end, outlet),
        (5, 10**6, 0.1),
    )
    products = dense.astype(np.int64) @ dense.T
    for k in range(60):
        may = [
            other
            for other in range(first[k], end[k])
            if other != k
            and (outlet[other] != outlet[k] or outlet[k] < 0)
            and products[k, other] >= 0.1 * norm[k] * norm[other]
        ]
        ranked = sorted(may, key=lambda other: (-products[k, other] / norm[other], other))
        assert b[a == k].tolist() == ranked[:5]


def test_with_too_many_occurrences_the_rarest_terms_decide():
    # Everybody has the first term; the second links 3 and 7 alone.
    dense = np.zeros((50, 2), np.int32)
    dense[:, 0] = 1
    dense[[3, 7], 1] = 9
    rows = sparse.csr_array(dense)
    vectors = rows.indices.astype(np.int32), rows.data, rows.indptr.astype(np.int64)
    every = np.arange(50)
    window = (every, np.zeros(50, np.int64), np.full(50, 50), every)
    a, b = compile_module(story_kernels).find_nearest(
        vectors,
        candidates.invert_vectors(vectors, 2),
        measure_norms(vectors),
        window,
        (12, 10, 0.0),
    )
    assert list(zip(a, b, strict=True)) == [(3, 7), (7, 3)]


def test_products_of_pairs_are_those_of_dense_vectors():
    vectors, dense = make_vectors(20, 15, seed=2)
    a, b = np.array(list(itertools.product(range(20), repeat=2))).T
    found = compile_module(story_kernels).multiply_pairs(vectors, a, b, 15)
    assert (found == (dense[a].astype(np.int64) * dense[b]).sum(axis=1)).all()


def test_a_word_of_a_title_only_has_a_term(tmp_path):
    rows = [article("a", "One", 5, 1) | {"title": "Unheardof"}]
    corpus = build(tmp_path, rows)
    titles = merge_titles(corpus)
    terms = find_terms(corpus, titles)
    form = titles.forms["key"].to_list().index("unheardof")
    assert terms.rarity[terms.of_forms[0][form]] == terms.rarity.max()


@pytest.fixture(scope="module")
def known(rows, tmp_path_factory):
    corpus = build(tmp_path_factory.mktemp("known"), rows)
    events = pl.DataFrame([{"doc_id": r["doc_id"], "event": r["doc_id"][1:]} for r in rows])
    return fit.find_known_pairs(corpus, events)


def test_weights_are_estimated_from_other_events_than_those_scored(known, monkeypatch):
    used = []
    estimate = fit.estimate_weights
    monkeypatch.setattr(
        fit, "estimate_weights", lambda pairs, which: used.append(which) or estimate(pairs, which)
    )
    scores = fit.score_held_out(known, 3)
    assert ((scores > 0) & (scores < 1)).any()
    folds = known.events % 3
    for which, parts in zip(
        used, itertools.combinations_with_replacement(range(3), 2), strict=True
    ):
        assert which.any()
        assert not set(known.events[:, which].ravel() % 3) & set(parts)
    assert set(folds.ravel()) == {0, 1, 2}


def test_weights_that_are_fitted_tell_planted_events_apart(known):
    weights = fit.estimate_weights(known, np.ones(len(known.is_same), bool))
    assert list(weights) == ["intercept", *VIEWS, "days", "outdone"]
    scores = fit.compute_scores(known.features, weights)
    assert known.n_possible == 360
    assert scores[known.is_same].mean() > scores[~known.is_same].mean() + 0.2
    assert any("recall" in line for line in fit.describe_scores(known, scores))


def test_weights_are_written_below_the_notes_of_the_file(tmp_path):
    file = tmp_path / "stories.csv"
    file.write_text("# What they are.\nfeature,weight\nintercept,1.00\n", encoding="utf8")
    fit.write_weights({"intercept": -1.5, "title": 2.0}, file)
    assert file.read_text(encoding="utf8").splitlines() == [
        "# What they are.", "feature,weight", "intercept,-1.50", "title,2.00",
    ]  # fmt: skip
    assert read_weights(file) == {"intercept": -1.5, "title": 2.0}
