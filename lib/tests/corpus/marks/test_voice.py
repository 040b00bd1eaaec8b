"""Whose words: cases in invented sentences, laws for any text, and the five seed documents."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.kernels import OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE
from wording.corpus.marks import attribution
from wording.corpus.marks.attribution_kernels import NO_SIGNAL
from wording.corpus.marks.fit import write_lexicon
from wording.corpus.marks.quotation import find_quotations
from wording.corpus.marks.voice import explain_token_voices, find_attributions, mark_voices
from wording.errors import WordingError
from wording.files import DATA_FOLDER, PROJECT_ROOT


def encoded(*texts):
    return tokens.encode_texts(pl.Series(list(texts), dtype=pl.String))


def words(shard, flags):
    """The words at the flagged places, as one string."""
    return " ".join(shard.forms["type"].gather(shard.tokens[np.flatnonzero(flags & shard.is_word)]))


def table(text, language="en"):
    shard = encoded(text)
    return find_attributions(shard, mark_voices(shard, language=language), language=language)


QUOTED_CASES = {
    "curly": ("The mayor called it “a good day” again.", "a good day"),
    "straight": ('The mayor called it "a good day" again.', "a good day"),
    "two apostrophes": ("The mayor called it ''a good day'' again.", "a good day"),
    "double backticks": ("The mayor called it ``a good day'' again.", "a good day"),
    "guillemets": ("Le maire a dit « un beau jour » hier.", "un beau jour"),
    "German guillemets": ("Der Chef sprach »von Glück« und ging.", "von Glück"),
    "German low marks": ("Der Chef sprach „von Glück“ und ging.", "von Glück"),
    "Swedish marks": ("Chefen sade ”en bra dag” igen.", "en bra dag"),
    "single curly": ("The mayor called it ‘a good day’ again.", "a good day"),
    "single straight": ("The mayor called it 'a good day' again.", "a good day"),
    "single around double": (
        "‘They call it “a day”, you see,’ the mayor went on.",
        "They call it a day you see",
    ),
    "single inside double": (
        "“They call it ‘a day’, you see,” the mayor went on.",
        "They call it a day you see",
    ),
    "curly inside guillemets": ("Глава «Завода “Мир” и партнёры» уехал.", "Завода Мир и партнёры"),
    "apostrophes are no marks": (
        "It's the voters' choice, rock 'n' roll in the '90s, they don't mind.",
        "",
    ),
    "contraction inside": (
        "The mayor called it 'a day we can't forget' again.",
        "a day we can't forget",
    ),
    "inches are no quotation": ('The table is 30" wide and old.', ""),
    "unclosed runs to the end of its line": (
        "They left.\n“We go on, and on.\nThe road was empty.",
        "We go on and on",
    ),
    "several paragraphs": (
        "“We go on.\n\n“We never stop.”\nThe road was empty.",
        "We go on We never stop",
    ),
    "closed two lines later": (
        "“We go on.\nWe never stop.”\nThe road was empty.",
        "We go on We never stop",
    ),
    "closing mark alone": ("They left early.” The road was empty.", ""),
    "no blank after": ('The sign "open"was "new" again.', "open new"),
    "touching marks": ("“‘Go,’ she told me,” the man went on.", "Go she told me"),
    "dash before": ("The rule—“no dogs”—stands.", "no dogs"),
}


@pytest.mark.parametrize(("text", "expected"), QUOTED_CASES.values(), ids=list(QUOTED_CASES))
def test_what_stands_in_marks_is_quoted(text, expected):
    shard = encoded(text)
    assert words(shard, mark_voices(shard, language="none") == QUOTED_VOICE) == expected


REPORTED_CASES = {
    "that": (
        "The minister said that the bridge had been closed for weeks. The bridge is old.",
        "the bridge had been closed for weeks",
        "said",
        "The minister",
    ),
    "without that": (
        "The minister said the bridge had been closed for weeks.",
        "the bridge had been closed for weeks",
        "said",
        "The minister",
    ),
    "cue after": (
        "The bridge had been closed for weeks, the minister said.",
        "The bridge had been closed for weeks",
        "said",
        "the minister",
    ),
    "inverted": (
        "The bridge had been closed for weeks, said Anna Keller.",
        "The bridge had been closed for weeks",
        "said",
        "Anna Keller",
    ),
    "according to": (
        "According to the ministry, the bridge had been closed for weeks.",
        "the bridge had been closed for weeks",
        "According",
        "the ministry",
    ),
    "belief": (
        "Anna Keller believes that the bridge is too old.",
        "the bridge is too old",
        "believes",
        "Anna Keller",
    ),
    "nominal": (
        "The village rejected the claim that the bridge was too old.",
        "the bridge was too old",
        None,
        None,
    ),
    "next clause": (
        "The minister said that the bridge was closed and that the road would follow.",
        "the road would follow",
        "said",
        "The minister",
    ),
    "inserted": (
        "Anna Keller, who leads the village, said that the bridge was too old.",
        "the bridge was too old",
        "said",
        "Anna Keller",
    ),
    "adverbs": (
        "Keller has also repeatedly said that the bridge was too old.",
        "the bridge was too old",
        "said",
        "Keller",
    ),
}


@pytest.mark.parametrize(
    ("text", "expected", "cue", "speaker"), REPORTED_CASES.values(), ids=list(REPORTED_CASES)
)
def test_what_is_attributed_without_marks_is_reported(text, expected, cue, speaker):
    shard = encoded(text)
    voice = mark_voices(shard)
    assert expected in words(shard, voice == REPORTED_VOICE)
    found = find_attributions(shard, voice)
    assert set(found["voice"]) == {"reported"}
    if cue:
        assert list(found["stance"])[0] == ("believing" if cue == "believes" else "neutral")
        assert set(found["cue"]) == {cue}
        assert set(found["speaker"]) == {speaker}


def test_the_outlets_own_words_stay_its_own():
    shard = encoded(
        "The bridge was closed on Monday. Workers left the village in the evening, "
        "and the road was empty."
    )
    assert (mark_voices(shard) == OUTLET_VOICE).all()


def test_a_quotation_has_its_cue_speaker_and_stance():
    found = table("“We will not pay for it,” Keller claimed. “Never.”")
    assert list(found["voice"]) == ["quoted", "quoted"]
    assert list(found["speaker"]) == ["Keller", "Keller"], (
        "the second one has the cue of the sentence before"
    )
    assert list(found["stance"]) == ["doubting", "doubting"]
    assert list(found["short"]) == [False, False], "the second is a sentence of its own"


def test_a_question_before_its_cue():
    assert list(table("“Who will pay for the bridge?” Keller asked.")["speaker"]) == ["Keller"]


def test_a_short_quotation_without_a_speaker():
    found = table("The “old bridge” stands beside the mill.").query("voice == 'quoted'")
    assert list(found["short"]) == [True]
    assert found["speaker"].isna().all()
    assert list(found["cue_token"]) == [-1]


def test_offsets_are_those_of_the_text():
    text = "One line.\n\n  Keller said that  the bridge was closed. He called it “a  shame” then."
    found = table(text)
    assert "“a  shame”" in [text[a:b] for a, b in zip(found["start"], found["end"], strict=True)]
    assert any(
        "the bridge was closed" in text[a:b]
        for a, b in zip(found["start"], found["end"], strict=True)
    )


def test_a_reported_stretch_ends_with_its_sentence():
    found = table("The road was empty, Keller said. The bridge was closed, Keller said.")
    assert len(found) == 2


RUSSIAN_CASES = {
    "что": (
        "Министр Иванов заявил, что мост закрыли надолго. Дорога пуста.",
        "мост закрыли надолго",
        "Министр Иванов",
    ),
    "inverted": (
        "Мост закрыли надолго, сообщил министр Иванов. Дорога пуста.",
        "Мост закрыли надолго",
        "министр Иванов",
    ),
    "по словам": (
        "По словам губернатора, мост закрыли надолго. Дорога пуста.",
        "мост закрыли надолго",
        "губернатора",
    ),
}


@pytest.mark.parametrize(
    ("text", "expected", "speaker"), RUSSIAN_CASES.values(), ids=list(RUSSIAN_CASES)
)
def test_russian(text, expected, speaker):
    shard = encoded(text)
    voice = mark_voices(shard, language="ru")
    assert words(shard, voice == REPORTED_VOICE) == expected
    assert list(find_attributions(shard, voice, language="ru")["speaker"]) == [speaker]


def test_a_language_without_a_file_has_quotation_marks_only():
    found = table("The mayor said that it was “fine” then.", language="none")
    assert list(found["voice"]) == ["quoted"]
    assert found[["speaker", "cue", "stance"]].isna().all(axis=None)


def test_a_mark_is_explained_by_its_cue():
    shard = encoded("The minister said that the bridge was “closed” then.")
    voice = mark_voices(shard)
    place = np.flatnonzero(
        np.isin(shard.forms["type"].to_numpy()[shard.tokens], ["bridge", "closed"])
    )
    why = explain_token_voices(shard, voice, place)
    bridge, closed = (why[why["token"] == word] for word in ("bridge", "closed"))
    assert set(bridge.loc[bridge["table"] == "cue before", "entry"]) == {"said"}
    assert bridge["weight"].sum() == pytest.approx(
        np.log(bridge["probability"] / (1 - bridge["probability"])).iloc[0], abs=1e-4
    )
    assert list(closed["table"]) == ["quotation mark"]
    assert list(closed["entry"]) == ["“"]


def test_the_log_odds_are_the_sum_of_all_tables():
    """What is looked up sentence by sentence is what each word's places say."""
    known = attribution.load_lexicon("en")
    long = (
        "The road, he said, "
        + "and then the next bridge " * 12
        + "was closed according to the mayor, who told them that it was."
    )
    shard = encoded(
        long,
        "Nobody knew.",
        "“Yes,” she told reporters. The council, which argued that it could, said: never again.",
        "",
    )
    for stream in attribution.iterate_streams(
        shard, find_quotations(shard).inside(len(shard.tokens)), known
    ):
        place = attribution.extract_features(stream, known)
        entry = [
            known.tables[name][attribution.find_table_entries(place, known.names, name)]
            for name in attribution.WEIGHT_TABLES
        ]
        total, found = (
            known.bias["attributed"] + sum(entry),
            attribution.attribution_log_odds(stream, known),
        )
        told = found > NO_SIGNAL
        np.testing.assert_array_equal(found[told], total[told])
        assert 0 < told.sum() < len(told), (
            "a sentence in which nothing looks like a signal is left out"
        )


def test_articles_do_not_touch():
    alone = "The bridge had been closed for weeks, the minister said."
    together = encoded("He said that “nobody", alone, "", "”and so on", alone)
    voice = mark_voices(together)
    single = mark_voices(encoded(alone))
    for row in (1, 4):
        np.testing.assert_array_equal(
            voice[together.bounds[row] : together.bounds[row + 1]], single
        )


def test_blocks_change_nothing(monkeypatch):
    shard = encoded(
        *[
            "Keller said that the bridge was “closed”, and left. "
            "The road was empty, according to her."
        ]
        * 20
    )
    whole = mark_voices(shard)
    monkeypatch.setattr(attribution, "BLOCK_TOKENS", 50)
    np.testing.assert_array_equal(mark_voices(shard), whole)


def test_an_empty_corpus():
    for shard in (encoded(), encoded("", "")):
        assert len(mark_voices(shard)) == len(shard.tokens)
        assert find_attributions(shard, mark_voices(shard)).empty
        assert explain_token_voices(shard, mark_voices(shard), np.array([], int)).empty


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from([*"\"'“”‘’„«»`—-.,:?( )\n\xa0aTs9é", " said ", "that ", "He ", "’s"]),
            max_size=40,
        ).map("".join),
        min_size=1,
        max_size=3,
    )
)
def test_no_text_is_an_error(texts):
    shard = encoded(*texts)
    voice = mark_voices(shard)
    assert voice.dtype == np.uint8
    assert len(voice) == len(shard.tokens)
    assert set(np.unique(voice)) <= {OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE}
    assert not (voice[shard.bounds[1:] - 1] != OUTLET_VOICE).any(), (
        "the end of an article is nobody's"
    )
    found = find_attributions(shard, voice)
    assert (found["start"] < found["end"]).all()
    assert (found["end_token"].to_numpy()[:-1] <= found["start_token"].to_numpy()[1:]).all()
    inside = find_quotations(shard).inside(len(shard.tokens))
    np.testing.assert_array_equal(inside, voice == QUOTED_VOICE)


@pytest.mark.parametrize("row", ["no such table,said,1", "word,no such word,1", "both cues,said,1"])
def test_a_bad_weight_is_named(tmp_path, row):
    for file in DATA_FOLDER.glob("words/voice-*"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf8"), encoding="utf8")
    with (tmp_path / "voice-slavic-tables.csv").open("a", encoding="utf8") as file:
        file.write(row + "\n")
    with pytest.raises(WordingError, match="no entry"):
        attribution.read_lexicon(tmp_path, "ru")


def test_a_weight_has_at_most_two_decimals(tmp_path):
    for file in DATA_FOLDER.glob("words/voice-*"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf8"), encoding="utf8")
    with (tmp_path / "voice-slavic-signals.csv").open("a", encoding="utf8") as file:
        file.write("что,1,0.125,0,0\n")
    with pytest.raises(WordingError, match=r"signals.csv: .* at most two decimals: что, 1, 0.125"):
        attribution.read_lexicon(tmp_path, "ru")


def test_weights_are_written_as_they_are_read(tmp_path):
    write_lexicon(attribution.load_lexicon("en"), tmp_path, "en", "")
    for name in ("voice-en-signals.csv", "voice-en-tables.csv"):
        written, listed = (
            [line for line in file.read_text(encoding="utf8").splitlines() if line[0] != "#"]
            for file in (tmp_path / name, DATA_FOLDER / "words" / name)
        )
        assert written == listed


def test_no_word_has_two_stances():
    listed = [
        word for words in attribution.load_lexicon("en").words.stances.values() for word in words
    ]
    assert len(listed) == len(set(listed))


TEXTS = sorted((PROJECT_ROOT / "seeds" / "texts").glob("*.txt"))


@pytest.mark.skipif(
    not TEXTS, reason="the five texts are not in seeds/texts/ (see seeds/README.md)"
)
@pytest.mark.parametrize(
    ("document", "word", "before", "expected"),
    [
        ("003", "liberated", "", "quoted"),
        ("003", "fell", "Severodonetsk", "outlet"),
        ("003", "fell", "finally", "outlet"),
        ("000", "coup", "", "outlet"),
        ("000", "protests", "", "outlet"),
        ("000", "genocide", "", "quoted"),
        ("003", "occupied", "temporarily", "reported"),
    ],
)
def test_the_seed_documents(document, word, before, expected):
    text = next(file for file in TEXTS if file.name.startswith(document)).read_text(encoding="utf8")
    shard = encoded(text)
    written = pd.Series(shard.forms["type"].to_numpy()[shard.tokens])
    place = np.flatnonzero((written == word) & ((written.shift(1) == before) | (before == "")))
    assert len(place)
    names = np.array(["outlet", "quoted", "reported"])
    assert set(names[mark_voices(shard)[place]]) == {expected}
