import pickle
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.shard import (
    DERIVED,
    NUMBER,
    PUNCTUATION,
    WORD,
    encode_texts,
    with_marks,
)
from wording.patterns import make_token_pattern

TEXTS = [
    "The U.S. said it won't go. Kyiv's mayor, Mr. Adams, said “no”.\n\n"
    "A pro-life rally of 1,000.5 met on 2022-02-24.",
    "He paid $3.50 in Jan. 2020... ''Yes,'' she said.  Then\u00a0left.",
]


def types(text):
    shard = encode_texts(pl.Series([text]))
    return [t for t in shard.forms["type"].gather(shard.tokens).to_list() if t.strip()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kyiv's pro-life O’Neill won't", "Kyiv|'s|pro-life|O’Neill|won't"),
        ("U.S.-led a.m. No. 5", "U.S.-led|a.m.|No|.|5"),
        ("''so'' ``it'' goes...", "''|so|''|``|it|''|goes|..."),
        ("1,000 3.5% 2014-15 5th", "1,000|3.5|%|2014-15|5th"),
        ("naïve Київ القدس", "naïve|Київ|القدس"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("“quoted” ‘so’ «so» „so“", "“|quoted|”|‘|so|’|«|so|»|„|so|“"),
    ],
)
def test_text_is_cut_as_the_field_does(text, expected):
    assert "|".join(types(text)) == expected


def test_no_character_is_lost():
    shard = encode_texts(pl.Series(TEXTS))
    assert shard.text(shard.bounds[:-1], shard.bounds[1:]) == [text.strip() for text in TEXTS]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), min_size=1, max_size=4)
)
def test_offsets_give_back_every_token_of_any_text(texts):
    shard = encode_texts(pl.Series(texts))
    places = np.flatnonzero(np.isin(shard.kind, (WORD, NUMBER, PUNCTUATION))[shard.tokens])
    start, end = shard.offsets(places)
    article, written = (
        shard.article(places),
        shard.forms["type"].gather(shard.tokens[places]).to_list(),
    )
    assert [texts[a][s:e] for a, s, e in zip(article, start, end, strict=True)] == written
    assert len(shard) == len(texts)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(
            st.sampled_from("ab1.,'’s-”…éж \n\r\t\x0b\x1c\xa0\u2009\u200b\u2028\u3000\ufeff😀"),
            max_size=60,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_texts_cut_in_pieces_give_the_tokens_of_whole_texts(texts):
    shard = encode_texts(pl.Series(texts))
    for row, text in enumerate(tokens.unwrap_lines(pl.Series(texts))):
        here = shard.tokens[shard.bounds[row] : shard.bounds[row + 1]]
        assert shard.forms["form"].gather(here).to_list() == [
            *pl.Series([text]).str.extract_all(make_token_pattern(3))[0],
            "",
        ]


def test_a_shard_is_sent_as_its_folder(tmp_path):
    shard = encode_texts(pl.Series(TEXTS))
    tokens.save_shard(shard, tmp_path)
    saved = tokens.load_shard(tmp_path)
    assert len(pickle.dumps(saved)) < 500 < len(pickle.dumps(shard))
    for sent in (pickle.loads(pickle.dumps(saved)), pickle.loads(pickle.dumps(shard))):
        assert all(
            np.array_equal(getattr(sent, name), getattr(shard, name))
            for name in tokens.SHARD_ARRAYS
        )
        assert sent.forms.equals(shard.forms)


def test_forms_are_found_by_their_keys():
    shard = encode_texts(pl.Series(TEXTS))
    for wanted in (["the"], ["no", "said", "nowhere"], ["nowhere"], []):
        assert (
            sorted(shard.find_forms(wanted))
            == np.flatnonzero(shard.forms["key"].is_in(wanted)).tolist()
        )


def test_the_index_finds_what_a_scan_finds():
    shard = encode_texts(pl.Series(TEXTS * 3))
    for form in range(len(shard.forms)):
        assert (
            shard.find_positions(np.array([form])).tolist()
            == np.flatnonzero(shard.tokens == form).tolist()
        )


def sentences(text):
    shard = encode_texts(pl.Series([text]))
    ends = np.flatnonzero(shard.sentence_end)
    return [s for s in shard.text(np.concatenate([[0], ends[:-1] + 1]), ends + 1) if s]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("One. Two. Three.", 3),
        ("Mr. Adams met Sen. J. Smith in the U.S. Senate.", 1),
        ("He left. “Why?” she asked. “Because.” They went.", 4),
        ("No stop\nbut a line", 2),
        ("It rose 3.5 percent... and fell.", 1),
        ('"Go!" "No." Then they left.', 3),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, n):
    assert len(sentences(text)) == n, sentences(text)


def test_hard_wrapped_lines_are_one_paragraph_and_keep_their_offsets():
    text = "\n".join(
        ["The rebels have", "taken the old", "town by force", "and they hold", "the bridge now."]
    )
    shard = encode_texts(pl.Series([text]))
    assert sentences(text) == [text.replace("\n", " ")]
    place = shard.find_positions(np.flatnonzero((shard.forms["key"] == "bridge").to_numpy()))
    start, end = shard.offsets(place)
    assert text[start[0] : end[0]] == "bridge"


def test_a_saved_shard_is_the_same(tmp_path):
    shard = encode_texts(pl.Series(TEXTS))
    tokens.save_shard(shard, tmp_path)
    again = tokens.load_shard(tmp_path)
    assert all((getattr(shard, name) == getattr(again, name)).all() for name in tokens.SHARD_ARRAYS)
    assert shard.forms.equals(again.forms)


def test_the_same_texts_give_the_same_bytes():
    one, other = encode_texts(pl.Series(TEXTS)), encode_texts(pl.Series(TEXTS))
    assert one.forms.equals(other.forms)
    assert (one.tokens == other.tokens).all()


def test_what_is_kept_when_marks_change_is_what_would_be_derived_anew():
    shard = encode_texts(pl.Series(['The "pro-life" march ended. Workers\' rights\n\nWon.', ""]))
    derived = {name: getattr(shard, name) for name in DERIVED}
    everything = np.ones(len(shard.tokens), bool)
    changed = with_marks(shard, sentence_end=everything)
    assert all(changed.__dict__[name] is value for name, value in derived.items())
    assert (changed.sentence == np.arange(len(everything))).all()
    fresh = replace(shard, sentence_end=everything)
    for name in set(DERIVED) - {"compounds"}:
        np.testing.assert_array_equal(getattr(changed, name), getattr(fresh, name))
    assert changed.compounds.keys == fresh.compounds.keys == ["pro-life"]
