"""The concordance: sorted as a reader would sort it by hand, filtered, and widened."""

import re

import pandas as pd
import polars as pl
import pytest

from wording.corpus import build as building
from wording.corpus.counts import find_hits, find_study_hits
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.matching import extract_contexts, find_concept_spans
from wording.corpus.kwic import (
    SORT_COLUMNS,
    find_concordance,
    join_words_outwards,
    list_concordance,
    widen_lines,
)
from wording.errors import WordingError
from wording.study.read import read_study
from wording.study.records import Concept, Variant


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


def words(text):
    return re.findall(r"[\w][\w'’.,-]*\w|\w", text.lower())


def place(lines):
    return list(lines[["doc_id", "start", "variant"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("sort", SORT_COLUMNS)
def test_sorting_loses_no_line_and_repeats_none(study, sort):
    assert sorted(place(list_concordance(study, "=levy", sort=sort))) == sorted(
        place(find_study_hits(study, ["levy"]))
    )


def test_words_are_read_from_the_hit_outwards_within_the_article():
    shard = tokens.encode_texts(pl.Series(["By the new, old coup.", "Coup in town", "A coup"]))
    hits = find_concept_spans(
        shard, "c", Concept(title="c", variants={"v": Variant(match=["coup"])}), {}
    )[0]
    row = shard.article(hits.start)
    assert join_words_outwards(shard, hits.start - 1, row, -1).to_list() == [
        "old new the by",
        "",
        "a",
    ]
    assert join_words_outwards(shard, hits.end, row, 1).to_list() == ["", "in town", ""]


@pytest.mark.parametrize(("sort", "side", "step"), [("left", "left", -1), ("right", "right", 1)])
def test_lines_are_sorted_by_the_nearest_words_first(study, sort, side, step):
    found = list_concordance(study, "the", sort=sort)
    first = [words(text)[::step][:1] for text in found[side]]
    assert len(found) > 500
    assert len({word for one in first for word in one}) > 50
    alphabetic = [one for one in first if one and one[0].isalpha() and one[0].isascii()]
    assert alphabetic == sorted(alphabetic)


@pytest.mark.parametrize("sort", ["node", "outlet", "date", "voice"])
def test_lines_are_sorted_by_what_a_column_says(study, sort):
    values = list_concordance(study, "=levy", sort=sort)[sort].dropna()
    values = values.str.lower() if sort == "node" else values
    assert values.is_monotonic_increasing
    assert values.nunique() > 1


def test_undated_lines_stand_last(study):
    dates = list_concordance(study, "the", sort="date")["date"].isna()
    assert dates.any()
    assert dates.is_monotonic_increasing


def test_lines_are_filtered_by_voice_and_outlet(study):
    every, outlet = find_study_hits(study, ["levy"]), study.outlets[0]
    assert sorted(place(list_concordance(study, "=levy", voice="attributed"))) == sorted(
        place(every[every["voice"] != "outlet"])
    )
    assert sorted(place(list_concordance(study, "=levy", outlets=[outlet]))) == sorted(
        place(every[every["outlet"] == outlet])
    )


def test_copies_count_as_asked(study):
    assert sorted(place(list_concordance(study, "=levy", copies="none"))) == sorted(
        place(find_study_hits(study, ["levy"], copies="none"))
    )
    assert len(list_concordance(study, "the", copies="none")) < len(list_concordance(study, "the"))


def test_no_more_text_is_shown_than_the_study_allows(study):
    narrow = study.model_copy(update={"excerpts": 3})
    narrow._folder, narrow._concepts, narrow._lists = study.folder, study.concepts, study.lists
    lines = list_concordance(narrow, "=levy", context="paragraph")
    for found in (lines, widen_lines(narrow, lines)):
        assert found[["left", "right"]].map(lambda text: len(text.split())).max(axis=None) == 3


def test_the_first_lines_are_the_first_of_all(study):
    pd.testing.assert_frame_equal(
        list_concordance(study, "the", max_lines=7),
        list_concordance(study, "the").head(7),
        check_dtype=False,
    )
    assert list_concordance(study, "zzzz").empty


def test_lines_say_what_was_looked_for_and_what_was_left_out(study):
    every = find_hits(building.build_corpus(study), study.concepts, study.lists)
    is_body = every[every["concept"] == "levy"]["zone"] == "body"
    found = find_concordance(study, "levy", voice="all")
    told = found.describe()
    assert told.startswith("The concept “levy” (")
    assert f": {is_body.sum():,} hits in " in told
    assert f"; {(~is_body).sum()} hits in boilerplate left out; all copies count." in told
    n_articles = len(building.build_corpus(study).table)
    assert f"Looked through: {n_articles} articles of 6 outlets, without headlines; " in told
    assert ", quoted words only; " in find_concordance(study, "levy", voice="quoted").describe()


@pytest.mark.parametrize(
    ("options", "nearest"), [({"sort": "lft"}, "left"), ({"voice": "qoted"}, "quoted")]
)
def test_an_unknown_order_or_voice_is_refused_with_the_nearest(study, options, nearest):
    with pytest.raises(WordingError, match=nearest):
        list_concordance(study, "=levy", **options)


def test_shards_make_no_difference(study, tmp_path, monkeypatch):
    for name in ("study.yml", "concepts.yml", "articles.csv"):
        (tmp_path / name).write_bytes((study.folder / name).read_bytes())
    monkeypatch.setattr(building, "MAX_SHARD_ARTICLES", 25)
    sharded = read_study(tmp_path)
    assert len(building.build_corpus(sharded).shards) == 3
    for sort in ("left", "date"):
        pd.testing.assert_frame_equal(
            list_concordance(sharded, "=levy", sort=sort),
            list_concordance(study, "=levy", sort=sort),
            check_dtype=False,
        )
    lines = list_concordance(study, "=levy", sort="node")
    pd.testing.assert_frame_equal(
        widen_lines(sharded, lines), widen_lines(study, lines), check_dtype=False
    )


@pytest.mark.parametrize(
    ("context", "left", "right"),
    [
        (3, "One. The", "fell. Two"),
        ("sentence", "The", "fell."),
        ("paragraph", "One. The", "fell. Two."),
    ],
)
def test_a_line_is_as_wide_as_asked_for(context, left, right):
    shard = tokens.encode_texts(pl.Series(["Before.\nOne. The coup fell. Two.\nAfter.", "coup"]))
    spans, _ = find_concept_spans(
        shard, "c", Concept(title="c", variants={"v": Variant(match=["coup"])}), {}
    )
    lines = extract_contexts(shard, spans, context=context)
    assert (lines["left"][0], lines["right"][0]) == (left, right)
    assert (lines["left"][1], lines["right"][1]) == ("", "")


@pytest.mark.parametrize(("to", "end"), [("sentence", r"[.!?]['\"”’»)]*$"), ("paragraph", None)])
def test_a_line_widens_to_its_sentence_or_paragraph(study, to, end):
    texts = pd.read_csv(study.folder / "articles.csv").set_index("doc_id")["text"]
    lines = list_concordance(study, "=levy", context=2)
    wide = widen_lines(study, lines, to=to)
    pd.testing.assert_frame_equal(
        wide.drop(columns=["left", "right"]), lines.drop(columns=["left", "right"])
    )
    pd.testing.assert_frame_equal(wide, list_concordance(study, "=levy", context=to))
    for row in wide.itertuples() if to == "paragraph" else ():
        first, last = next((a, b) for a, b in paragraphs(texts[row.doc_id]) if a <= row.start < b)
        assert " ".join(texts[row.doc_id][first : row.start].split()) == row.left
        assert " ".join(texts[row.doc_id][row.end : last].split()) == row.right
    assert (wide["left"].str.len() + wide["right"].str.len()).mean() > 40
    assert end is None or wide["right"].str.contains(end).mean() > 0.95


def paragraphs(text):
    """(first, end) of each line of the text."""
    at = 0
    for line in text.split("\n"):
        yield at, at + len(line)
        at += len(line) + 1


def test_lines_of_another_study_are_not_widened(study):
    with pytest.raises(WordingError, match="'elsewhere'"):
        widen_lines(study, list_concordance(study, "=levy", max_lines=2).assign(doc_id="elsewhere"))
