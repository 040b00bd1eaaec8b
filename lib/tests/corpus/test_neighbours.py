"""What stands near a hit, against a slow reader that goes word by word, and against the hits."""

import gzip
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits, write_counts
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.matching import find_concept_spans
from wording.corpus.neighbours import (
    count_near,
    count_neighbours,
    count_study_neighbours,
    find_near_hits,
    find_near_words,
    read_neighbours,
    select_shareable,
    write_neighbours,
)
from wording.errors import WordingError
from wording.settings import TOKEN_VOICES
from wording.study.read import read_study
from wording.study.records import Concept, Variant

PICKWICK = (
    "A vast deal of coolness and a peculiar degree of judgement, are requisite in catching a hat. "
    "A man must not be precipitate, or he runs over it; he must not rush into the opposite "
    "extreme, or he loses it altogether. There was a fine gentle wind, and Mr. Pickwick's hat "
    "rolled sportively before it. The wind puffed, and Mr. Pickwick puffed, and the hat rolled "
    "over and over as merrily as a lively porpoise in a strong tide; and on it might have rolled, "
    "far beyond Mr. Pickwick's reach."
)


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


@pytest.fixture(scope="module")
def bare(study, tmp_path_factory):
    """The same study with nothing but its counts."""
    folder = tmp_path_factory.mktemp("bare") / "study"
    write_counts(study, folder / "counts")
    write_neighbours(study, folder / "counts")
    for name in ("study.yml", "concepts.yml"):
        (folder / name).write_bytes((study.folder / name).read_bytes())
    return read_study(folder)


def near_words(text, phrase, **options):
    shard = tokens.encode_texts(pl.Series([text]))
    spans, _ = find_concept_spans(
        shard, "c", Concept(title="c", variants={"v": Variant(match=[phrase])}), {}
    )
    hit, position = find_near_words(shard, spans, **options)
    found = defaultdict(list)
    for number, place in sorted(zip(hit.tolist(), position.tolist(), strict=True)):
        found[number].append(shard.forms["key"][int(shard.tokens[place])])
    return [found[number] for number in range(len(spans))]


def test_words_near_are_those_that_a_reader_counts():
    """Dickens, The Pickwick Papers, ch. 4, counted by hand."""
    assert near_words(PICKWICK, "hat", span=4) == [
        ["requisite", "in", "catching", "a"],
        ["and", "mr", "pickwick", "'s", "rolled", "sportively", "before", "it"],
        ["pickwick", "puffed", "and", "the", "rolled", "over", "and", "over"],
    ]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("The old coup. New words follow.", {}, [["the", "old"]]),
        ("One two three coup four five six.", {"span": 2}, [["two", "three", "four", "five"]]),
        ("One two three coup four five six.", {"span": 2, "side": "left"}, [["two", "three"]]),
        ("One two three coup four five six.", {"span": 2, "side": "right"}, [["four", "five"]]),
        ("A coup, a coup!", {"span": 2}, [["a", "a", "coup"], ["coup", "a"]]),
        ("Coup.", {}, [[]]),
        ("No hit.", {}, []),
        ("One, (two) – coup: “three”", {"span": 2}, [["one", "two", "three"]]),
    ],
)
def test_near_means_so_many_words_of_the_same_sentence(text, options, words):
    assert near_words(text, "coup", **options) == words


def test_boilerplate_is_skipped():
    shard = tokens.encode_texts(pl.Series(["One two three coup."]))
    spans, _ = find_concept_spans(
        shard, "c", Concept(title="c", variants={"v": Variant(match=["coup"])}), {}
    )
    credit = np.arange(len(shard.tokens)) == spans.start[0] - 1
    position = find_near_words(replace(shard, boilerplate=credit), spans, span=2)[1]
    assert [shard.forms["type"][int(form)] for form in shard.tokens[position]] == ["One", "two"]


def test_a_place_near_two_hits_counts_once():
    pairs = [(0, 0, 0, 0, 7, 3), (0, 0, 0, 1, 7, 3), (0, 0, 0, 1, 9, 3), (0, 0, 0, 2, None, None)]
    names = ["row", "variant", "voice", "hit", "position", "key"]
    counted = count_near(pl.DataFrame(pairs, schema=names, orient="row"))
    assert counted.select("key", "n", "n_words").rows() == [(None, 3, 2), (3, 2, 2)]


def test_only_compared_articles_count(study):
    narrow = study.model_copy(update={"outlets": study.outlets[:2]})
    narrow._folder, narrow._concepts, narrow._lists = study.folder, study.concepts, study.lists
    found = count_study_neighbours(narrow, ["levy"])
    assert set(found.articles["outlet"]) == set(study.outlets[:2])
    assert set(found.neighbours["doc_id"]) <= set(found.articles["doc_id"])
    assert set(find_near_hits(narrow, "levy", found.neighbours)["outlet"]) == set(study.outlets[:2])


def test_copies_count_as_asked(study):
    sizes = {
        copies: len(count_study_neighbours(study, ["levy"], copies=copies).articles)
        for copies in ("all", "one", "none")
    }
    assert (
        sizes["all"]
        == len(count_study_hits(study, []).articles)
        > sizes["none"]
        == len(count_study_hits(study, [], copies="none").articles)
    )
    found = count_study_neighbours(study, copies="none")
    copies = count_study_hits(study, []).articles.query("not first")["doc_id"]
    assert set(found.neighbours["doc_id"]).isdisjoint(copies)
    assert set(find_near_hits(study, "levy", found.neighbours, copies="none")["doc_id"]).isdisjoint(
        copies
    )


def slow(study, span):
    """Hits and words near, by a loop over articles, hits and words."""
    n, places = Counter(), defaultdict(set)
    for part in build_corpus(study).parts():
        shard = part.shard
        keys = shard.forms["key"].to_numpy()[shard.tokens]
        for name, concept in study.concepts.items():
            spans, which = find_concept_spans(shard, name, concept, study.lists)
            for start, end, variant in zip(spans.start, spans.end, which, strict=True):
                if shard.boilerplate[start]:
                    continue
                row = (
                    part.table["doc_id"][int(shard.article(start))],
                    name,
                    list(concept.variants)[variant],
                    TOKEN_VOICES[shard.voice[start]],
                )
                n[(*row, "")] += 1
                seen = set()
                for step, at in ((-1, start - 1), (1, end)):
                    left, edge = span, start if step < 0 else end - 1
                    while (
                        left and 0 <= at < len(keys) and shard.sentence[at] == shard.sentence[edge]
                    ):
                        if shard.is_word[at] and not shard.boilerplate[at]:
                            seen.add(keys[at])
                            places[(*row, keys[at])].add(at)
                            places[(*row, "")].add(at)
                            left -= 1
                        at += step
                n.update((*row, key) for key in seen)
    return n, {row: len(found) for row, found in places.items()}


@pytest.mark.parametrize("span", [2, 5])
def test_neighbours_are_those_of_a_slow_reader(study, span):
    n, n_words = slow(study, span)
    found = count_study_neighbours(study, span=span).neighbours
    assert len(found) == len(n) > 1000
    for row in found.itertuples():
        key = (row.doc_id, row.concept, row.variant, row.voice, row.collocate)
        assert (row.n, row.n_words) == (n[key], n_words.get(key, 0))


def test_all_words_together_are_the_hits_counted(study):
    whole = count_study_neighbours(study).neighbours.query("collocate == ''")
    keys = ["doc_id", "concept", "variant", "voice"]
    assert (
        whole.set_index(keys)["n"]
        .sort_index()
        .equals(count_study_hits(study).counts.set_index(keys)["n"].sort_index())
    )


def test_a_wider_span_loses_nothing_and_both_sides_hold_each(study):
    keys = ["doc_id", "concept", "variant", "voice", "collocate"]
    narrow, wide, left, right = (
        count_study_neighbours(study, ["levy"], span=span, side=side).neighbours.set_index(keys)[
            "n"
        ]
        for span, side in ((3, "both"), (6, "both"), (3, "left"), (3, "right"))
    )
    assert (wide.reindex(narrow.index) >= narrow).all()
    assert wide.sum() > narrow.sum()
    together = left.add(right, fill_value=0).reindex(narrow.index)
    assert (together >= narrow).all()
    assert set(left.index) | set(right.index) == set(narrow.index)


def test_the_lines_are_exactly_the_hits_that_have_the_word_near(study):
    counted = count_study_neighbours(study, ["levy"]).neighbours
    counted = counted[counted["collocate"].isin(["the", "year", "households", "coal"])]
    lines = find_near_hits(study, "levy", counted)
    per_article = lines.groupby(["doc_id", "variant", "voice", "collocate"]).size()
    assert len(per_article) > 30
    assert per_article.sort_index().equals(
        counted.set_index(per_article.index.names)["n"].sort_index().astype(per_article.dtype)
    )
    assert lines.apply(
        lambda row: row["collocate"] in f"{row['left']} {row['right']}".lower(), axis=1
    ).all()


def test_without_the_articles_there_is_what_two_articles_share(study, bare):
    there, kept = count_study_neighbours(study).neighbours, count_study_neighbours(bare).neighbours
    assert kept.equals(select_shareable(there).astype(kept.dtypes.to_dict()))
    n_articles = (
        kept[kept["collocate"] != ""]
        .groupby(["concept", "variant", "collocate"])["doc_id"]
        .nunique()
    )
    assert n_articles.min() == 2
    assert len(kept) < len(there)
    with pytest.raises(WordingError, match="span=3"):
        count_study_neighbours(bare, span=3)


def test_a_word_that_looks_like_no_value_is_kept(bare, tmp_path):
    row = read_neighbours(bare).head(1)
    lines = [
        ",".join(map(str, row.assign(collocate=word).to_numpy()[0]))
        for word in ("null", "nan", "none", "")
    ]
    (tmp_path / "counts").mkdir()
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_bytes((bare.folder / name).read_bytes())
    table = "\n".join([",".join(row.columns), *lines])
    (tmp_path / "counts" / "neighbours.csv.gz").write_bytes(gzip.compress(table.encode()))
    assert read_neighbours(read_study(tmp_path))["collocate"].to_list() == [
        "null",
        "nan",
        "none",
        "",
    ]


def test_the_same_articles_make_the_same_bytes(study, bare, tmp_path):
    write_neighbours(study, tmp_path)
    assert (tmp_path / "neighbours.csv.gz").read_bytes() == (
        bare.folder / "counts" / "neighbours.csv.gz"
    ).read_bytes()
    (bare.folder / "counts" / "neighbours.csv.gz").rename(tmp_path / "away")
    with pytest.raises(WordingError, match=r"neighbours\.csv\.gz is missing"):
        count_study_neighbours(bare)


def test_no_concept_no_neighbours(study):
    corpus = build_corpus(study)
    assert count_neighbours(corpus, {}, study.lists).empty
