"""Copies that were planted are found, with how much they share.

What only quotes, or repeats page furniture, is none.
"""

import itertools

import numpy as np
import pandas as pd
import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.build import encode_articles
from wording.corpus.encoding import kernels as passes
from wording.corpus.encoding.shard import encode_texts as tokens
from wording.corpus.marks import boilerplate
from wording.corpus.marks import copies as module
from wording.corpus.marks.copies import (
    Bodies,
    compare_pairs,
    count_words_in,
    find_copy_candidates,
    find_copy_pairs,
    find_families,
    order_by_precedence,
    read_bodies,
)
from wording.corpus.reading.articles import read_articles
from wording.simulation.simulate import simulate_study
from wording.tables import TABLES


def words(n, seed):
    """So many words that stand in no other text, in sentences of nine."""
    drawn = np.random.default_rng(seed).integers(0, 10**6, n)
    return " ".join(
        f"W{w} x{seed}" if i % 9 == 0 else f"w{w}" + "." * (i % 9 == 8) for i, w in enumerate(drawn)
    )


def corpus(folder, texts, **columns):
    """The corpus of the texts, by name, one outlet each unless told otherwise."""
    rows = pd.DataFrame(
        {
            "doc_id": list(texts),
            "outlet": [f"Outlet {k}" for k in texts],
            "text": list(texts.values()),
        }
    )
    for name, values in columns.items():
        rows[name] = [values.get(k, "") for k in texts]
    rows.to_csv(folder / "articles.csv", index=False)
    return encode_articles(read_articles(folder / "articles.csv"))


def family_of(found):
    return dict(zip(found["doc_id"], found["family"], strict=True))


def together(family):
    """All pairs of articles of one family."""
    of = {}
    for doc, first in family.items():
        of.setdefault(first, []).append(doc)
    return {pair for docs in of.values() for pair in itertools.combinations(sorted(docs), 2)}


def planted(folder):
    """The planted family of each article, and the kind of each copy."""
    truth = (
        pd.read_csv(folder / "truth.csv")
        .dropna(subset="copy_of")
        .drop_duplicates("doc_id")
        .set_index("doc_id")
    )
    docs = pd.read_csv(folder / "articles.csv")["doc_id"]
    return {doc: truth["copy_of"].get(doc, doc) for doc in docs}, truth["copy_kind"]


@pytest.mark.parametrize(("seed", "articles"), [(1, 400), (2, 400), (3, 900)])
def test_planted_copies_are_found(tmp_path, seed, articles):
    folder = simulate_study(tmp_path, articles=articles, seed=seed)
    truth, kinds = planted(folder)
    found = find_families(encode_articles(read_articles(folder / "articles.csv")))
    true, told = together(truth), together(family_of(found))
    assert len(true & told) / len(told) >= 0.95, told - true
    assert len(true & told) / len(true) >= 0.95, true - told
    shared = found.to_pandas().set_index("doc_id")["shared"].groupby(kinds).median()
    assert (shared[["whole", "cut"]] > 0.97).all()
    assert 0.5 < shared["changed"] < 0.85
    assert 0.4 < shared["embedded"] < 0.8
    assert list(found.columns) == list(TABLES["families"])


def test_what_is_found_does_not_depend_on_the_order_of_the_articles(demo, tmp_path):
    rows = pd.read_csv(demo / "articles.csv")
    rows.sample(frac=1, random_state=4).to_csv(tmp_path / "articles.csv", index=False)
    one, other = (
        find_families(encode_articles(read_articles(folder / "articles.csv"))).sort("doc_id")
        for folder in (demo, tmp_path)
    )
    assert one.equals(other)


@pytest.mark.parametrize(("name", "value"), [("BUCKET_RUNS", 900), ("CHUNK_WORDS", 2_000)])
def test_bounds_on_memory_change_nothing(demo, monkeypatch, name, value):
    made = encode_articles(read_articles(demo / "articles.csv"))
    whole = find_families(made), find_copy_pairs(made)
    monkeypatch.setattr(module, name, value)
    assert whole[0].equals(find_families(made))
    assert whole[1].equals(find_copy_pairs(made))


def test_an_article_made_of_others_paragraphs_is_compared_with_few(tmp_path):
    """Articles share single paragraphs with many others: few pairs are compared word by word."""
    rng = np.random.default_rng(1)
    paragraphs = [words(40, seed) for seed in range(1500)]
    made = corpus(
        tmp_path,
        {
            f"{k:03}": "\n\n".join(paragraphs[p] for p in rng.choice(1500, 12, replace=False))
            for k in range(200)
        },
    )
    order = order_by_precedence(made.table)
    found = find_copy_candidates(made, order, max_sources=module.MAX_SOURCE_CANDIDATES)
    assert found["row"].n_unique() > 100
    assert found.group_by("row").len()["len"].max() == module.MAX_SOURCE_CANDIDATES


def test_pairs_that_share_enough_are_among_the_candidates(demo):
    made = encode_articles(read_articles(demo / "articles.csv"))
    order = order_by_precedence(made.table)
    found = find_copy_candidates(made, order, max_sources=module.MAX_ARTICLES_PER_RUN)
    a, b = (x.ravel() for x in np.meshgrid(order, order, indexing="ij"))
    later = np.arange(len(order))[:, None] > np.arange(len(order))[None]
    every = pl.DataFrame({"row": a[later.ravel()], "earlier": b[later.ravel()]})
    shares = compare_pairs(made, every).filter(
        (100 * pl.col("n_own") >= module.MIN_COPIED_PERCENT * pl.col("all_own"))
        & (pl.col("n_own") >= module.MIN_COPIED_WORDS)
    )
    missed = shares.join(found, on=["row", "earlier"], how="anti")
    assert len(shares) > 20
    assert len(missed) <= 0.05 * len(shares), missed


def test_copies_are_found_across_shards(demo, monkeypatch):
    whole = find_families(encode_articles(read_articles(demo / "articles.csv")))
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 150)
    parts = encode_articles(read_articles(demo / "articles.csv"))
    assert len(parts.shards) == 3
    # what is boilerplate may differ at the margin between shards: families do not, shares hardly
    assert family_of(whole) == family_of(find_families(parts))


def test_an_article_alone_is_its_own_family(tmp_path):
    found = find_families(
        corpus(tmp_path, {"a": words(100, 1), "b": words(100, 2), "c": "Few words."})
    )
    assert found["family"].to_list() == ["a", "b", "c"]
    assert found["first"].all()
    assert (found["shared"] == 1).all()


def test_a_copy_of_a_copy_joins_the_family(tmp_path):
    a, b, c = words(60, 1), words(60, 2), words(60, 3)
    dates = {"3": "2020-01-03", "2": "2020-01-02", "1": "2020-01-01"}
    found = find_families(
        corpus(tmp_path, {"3": f"{b}\n\n{c}", "2": f"{a}\n\n{b}", "1": a}, date=dates)
    )
    assert family_of(found) == {"1": "1", "2": "1", "3": "1"}
    assert found.filter(pl.col("doc_id") == "3")["shared"].to_list() == [0.0]


def test_a_page_that_holds_two_stories_does_not_make_them_one_family(tmp_path):
    a, b = words(90, 1), words(60, 2)
    found = find_families(
        corpus(
            tmp_path,
            {"a": a, "b": b, "digest": f"{a}\n\n{b}"},
            date={"a": "2020-01-01", "b": "2020-01-01", "digest": "2020-01-02"},
        )
    )
    assert family_of(found) == {"a": "a", "b": "b", "digest": "a"}
    assert found["shared"].to_list()[2] == pytest.approx(0.6, abs=0.02)


def test_a_speech_that_two_reports_quote_is_no_copy(tmp_path):
    speech = words(120, 5)
    quoted = {k: f"{words(40, k)} The mayor said: “{speech}” {words(30, k + 10)}" for k in (1, 2)}
    reprinted = {k: f"{words(40, k)} {speech} {words(30, k + 10)}" for k in (1, 2)}
    one_sided = {1: quoted[1], 2: reprinted[2]}
    assert [
        find_families(corpus(tmp_path, t))["first"].sum() for t in (quoted, reprinted, one_sided)
    ] == [2, 1, 2]


def test_what_an_outlet_repeats_page_by_page_is_no_copy_unless_all_is_the_same(tmp_path):
    gallery = words(150, 1)
    pages = {str(k): f"{words(100, 10 + k)}\n\n{gallery}" for k in range(6)}
    again = {str(k): f"{gallery} {k}." for k in range(6)}
    outlet, days = dict.fromkeys(pages, "A"), {k: f"2020-01-0{1 + int(k)}" for k in pages}
    one_day = dict.fromkeys(pages, "2020-01-01")

    def n_families(texts, **columns):
        return find_families(corpus(tmp_path, texts, **columns))["first"].sum()

    assert n_families(pages, outlet=outlet, date=days) == 6
    assert n_families(again, outlet=outlet, date=days) == 1
    assert n_families(pages, outlet=outlet, date=one_day) == 6
    assert n_families(pages, outlet=dict.fromkeys(pages, ""), date=days) == 1
    assert n_families(pages, date=days) == 1


@pytest.mark.parametrize("changed", [0.1, 0.3])
def test_a_version_with_words_changed_here_and_there_shares_the_others(tmp_path, changed):
    rng, original = np.random.default_rng(1), words(400, 1).split(" ")
    version = [f"changed{i}" if rng.random() < changed else w for i, w in enumerate(original)]
    found = find_copy_pairs(corpus(tmp_path, {"a": " ".join(original), "b": " ".join(version)}))
    assert found.columns == list(TABLES["family_pairs"])
    same = np.mean([v == w for v, w in zip(version, original, strict=True)])
    assert found["shared"].to_list() == pytest.approx([same], abs=0.06)


def test_a_story_that_hundreds_printed_is_one_family(tmp_path):
    story = words(80, 1)
    texts = {f"{k:03}": f"{words(12, k + 5)}\n\n{story}" for k in range(150)}
    found = find_families(
        corpus(tmp_path, texts, date={k: f"2020-01-{1 + int(k) % 28:02}" for k in texts})
    )
    assert found["family"].n_unique() == 1
    assert len(find_copy_pairs(corpus(tmp_path, texts))) < 150 * 30  # of 150 * 149 / 2


def test_who_was_first():
    table = pl.DataFrame(
        {"doc_id": ["undated", "later", "short", "b", "a"],
         "date": [None, "2020-02-02", "2020-02-01", "2020-02-01", "2020-02-01"],
         "time": [None] * 5, "agency": [None] * 5, "outlet": list("ABCDE"),
         "n_words": [900, 900, 10, 60, 60], "n_boilerplate": [0, 0, 20, 0, 0]},
        schema_overrides={"time": pl.String, "agency": pl.String},
    ).with_columns(pl.col("date").str.to_date())  # fmt: skip
    assert table["doc_id"].gather(order_by_precedence(table)).to_list() == [
        "a",
        "b",
        "short",
        "later",
        "undated",
    ]


def test_the_number_of_a_word_never_changes():
    """Pinned: a sketch made on another machine, or by another version of pandas, is the same."""
    shard = tokens(pl.Series(["The coup the COUP"]))
    number = dict(zip(shard.forms["key"], shard.numbers.tolist(), strict=True))
    assert (number["the"], number["coup"]) == (16892138555348062845, 16884871498984290035)


def slow(a, b):
    """Which words of `a` stand in `b`, word by word."""
    first = {}
    for j in range(len(b) - passes.RUN_WORDS + 1):
        first.setdefault(tuple(b[j : j + passes.RUN_WORDS]), j)
    match = {
        i: first[tuple(a[i : i + passes.RUN_WORDS])]
        for i in range(len(a) - passes.RUN_WORDS + 1)
        if tuple(a[i : i + passes.RUN_WORDS]) in first
    }
    covered = {i + k for i in match for k in range(passes.RUN_WORDS)}
    for left, right in itertools.pairwise(sorted(match)):
        for i in range(left + passes.RUN_WORDS, right):
            places = [match[left] + i - left, match[right] + i - right]
            covered |= (
                {i}
                if any(match[left] < j < match[right] and a[i] == b[j] for j in places)
                else set()
            )
    return covered


def bodies(texts, quoted):
    word = np.concatenate([np.array(t, np.uint64) for t in texts])
    bounds = np.cumsum([0, *map(len, texts)])
    run, whole = np.zeros(len(word), np.uint64), np.zeros(len(word), bool)
    for start, end in itertools.pairwise(bounds):
        for i in range(start, end - passes.RUN_WORDS + 1):
            whole[i], run[i] = True, hash(tuple(word[i : i + passes.RUN_WORDS].tolist())) % 2**63
    return Bodies(word, run, whole, quoted, bounds, np.zeros(len(word), np.int64))


def test_what_stands_in_another_article_is_that_of_a_slow_count():
    rng = np.random.default_rng(2)
    texts = [rng.integers(0, 60, 70).tolist() for _ in range(6)] + [[1, 2, 3], []]
    for k in range(30):
        old = list(texts[k % 6])
        for place in rng.integers(0, len(old), 8):
            old[place : place + rng.integers(0, 2)] = rng.integers(
                0, 60, rng.integers(0, 3)
            ).tolist()
        texts.append(old[: rng.integers(20, 71)])
    quoted = rng.random(sum(map(len, texts))) < 0.3
    read_in = bodies(texts, quoted)
    a, b = np.array(list(itertools.product(range(len(texts)), repeat=2))).T
    n, n_own = count_words_in(read_in, a, b)
    expected = [slow(texts[i], texts[j]) for i, j in zip(a, b, strict=True)]
    assert n.tolist() == [len(c) for c in expected]
    assert n_own.tolist() == [
        sum(not quoted[read_in.bounds[i] + k] for k in c) for i, c in zip(a, expected, strict=True)
    ]
    itself = a == b
    assert (n[itself] == np.where(read_in.n_words < passes.RUN_WORDS, 0, read_in.n_words)).all()


def test_a_run_is_five_words_of_one_body(demo):
    shard = encode_articles(read_articles(demo / "articles.csv")).shards[0]
    numbers, rows = shard.numbers, np.array([0, 3, 4])
    found = read_bodies(shard, rows)
    for k, row in enumerate(rows):
        at = np.arange(shard.bounds[row], shard.bounds[row + 1])
        at = at[shard.is_word[at] & ~shard.boilerplate[at]]
        mine = slice(found.bounds[k], found.bounds[k + 1])
        assert found.word[mine].tolist() == numbers[shard.tokens[at]].tolist()
        assert found.whole[mine].tolist() == [True] * (len(at) - passes.RUN_WORDS + 1) + [False] * (
            passes.RUN_WORDS - 1
        )
    assert len(np.unique(found.run[found.whole])) > 0.95 * found.whole.sum()


# Planted: own stories with foreign text, and copies of four kinds.


def paragraphs(seed, n=6, size=60):
    return [words(size, 1000 * seed + k) for k in range(n)]


@pytest.mark.parametrize("part", [0.2, 0.25, 0.3])
def test_own_stories_with_foreign_text_are_no_copies(tmp_path, part):
    """A communiqué that both print, a brief inside a long story, paragraphs of background."""
    rows, n_own, n_foreign = {}, round(300 * (1 - part)), {}
    for k in range(40):
        foreign = words(300 - n_own, 50_000 + k)
        n_foreign[f"{k}-own"] = len(foreign.split())
        own = words(n_own, 10_000 + k).split(". ")
        middle = len(own) // 2
        rows[f"{k}-own"] = f"{'. '.join(own[:middle])}.\n\n{foreign}\n\n{'. '.join(own[middle:])}"
        rows[f"{k}-early"] = (
            foreign
            if k % 2
            else f"{words(240, 90_000 + k)}\n\n{foreign}\n\n{words(20, 80_000 + k)}"
        )
    date = {k: f"2020-01-0{1 + k.endswith('own')}" for k in rows}
    found = find_families(corpus(tmp_path, rows, date=date)).to_pandas().set_index("doc_id")
    own = found[found.index.str.endswith("own")]
    assert len(own) == 40
    assert (~own["first"]).sum() <= 2
    # what is foreign is known all the same
    assert own["n_copied"].to_dict() == n_foreign


@pytest.mark.parametrize("kind", ["cut", "edited", "shuffled"])
def test_versions_of_a_story_are_copies(tmp_path, kind):
    rng, rows = np.random.default_rng(7), {}
    for k in range(20):
        story = paragraphs(k)
        rows[f"{k}-a"] = "\n\n".join(story)
        if kind == "cut":
            rows[f"{k}-b"] = "\n\n".join(story[:3])
        elif kind == "edited":
            changed = [
                f"new{i}" if rng.random() < 0.1 + 0.005 * k else w
                for i, w in enumerate(rows[f"{k}-a"].split(" "))
            ]
            rows[f"{k}-b"] = " ".join(changed)
        else:
            rows[f"{k}-b"] = "\n\n".join(story[i] for i in rng.permutation(6))
    for dates in (("2020-01-01", "2020-01-02"), ("2020-01-02", "2020-01-01")):
        date = {k: dates[k.endswith("b")] for k in rows}
        found = find_families(corpus(tmp_path, rows, date=date))
        assert found["family"].n_unique() == 20, "also where the shorter version came first"


def test_a_merge_of_two_stories_is_a_copy_and_all_of_it_is_copied(tmp_path):
    rows = {}
    for k in range(20):
        one, other = paragraphs(k), paragraphs(100 + k)
        rows |= {f"{k}-a": "\n\n".join(one), f"{k}-b": "\n\n".join(other)}
        rows[f"{k}-m"] = "\n\n".join(one[:4] + other[:3])
    n_words = len(rows["0-m"].split())
    date = {k: f"2020-01-0{1 + k.endswith('m')}" for k in rows}
    found = find_families(corpus(tmp_path, rows, date=date)).to_pandas().set_index("doc_id")
    merged = found[found.index.str.endswith("m")]
    assert not merged["first"].any()
    assert (merged["n_copied"] == n_words).all()
    assert found[~found.index.str.endswith("m")]["first"].all()


@pytest.mark.parametrize("n_articles", [10, 20])
@pytest.mark.parametrize("days", [1, 20])
def test_a_footer_of_a_group_of_papers_makes_no_copies(tmp_path, n_articles, days, monkeypatch):
    """As where it is not known to be boilerplate."""
    monkeypatch.setattr(
        boilerplate,
        "mark_boilerplate",
        lambda shard, *_, **__: np.zeros(len(shard.tokens), bool),
    )
    footer = words(140, 999)
    rows = {
        f"{paper}{k:02}": f"{words(150 + 5 * k, 100 * p + k)}\n\n{footer}"
        for p, paper in enumerate("ABC")
        for k in range(n_articles)
    }
    made = corpus(
        tmp_path,
        rows,
        outlet={k: k[0] for k in rows},
        date={k: f"2020-01-{1 + int(k[1:]) % days:02}" for k in rows},
    )
    assert find_families(made)["first"].all()
    assert not len(find_copy_pairs(made))
