"""All forms of a word by `~`, in languages that inflect."""

import polars as pl
import pytest

from wording.corpus.encoding.lemmas import list_forms
from wording.corpus.encoding.matching import find_matches
from wording.corpus.encoding.shard import encode_texts
from wording.errors import WordingError
from wording.patterns import parse_phrases


def spell(shard, spans):
    """The words that each span has, as they are written."""
    return shard.text(spans.start, spans.end)


CASES = {
    "de": (
        "Truppen nahmen die Stadt ein. Sie nimmt ab. Eingenommen. Die Einnahme der Häuser. Haus.",
        {"~nehmen": ["nahmen", "nimmt"], "~Haus": ["Häuser", "Haus"]},
    ),
    "ru": (
        "Армия взяла город. Они взяли мост. Взятие. Город возьмут.",
        {"~взять": ["взяла", "взяли", "возьмут"], "~город": ["город", "Город"]},
    ),
    "uk": ("Місто звільнили. Звільнити села.", {"~звільнити": ["звільнили", "Звільнити"]}),
    "es": ("La ciudad cayó. Caen dos.", {"~caer": ["cayó", "Caen"]}),
    "en": ("The city fell. It falls again.", {"~fall": ["fell", "falls"]}),
}


@pytest.mark.parametrize("language", CASES)
def test_a_word_with_a_tilde_stands_for_its_forms(language):
    text, expected = CASES[language]
    shard = encode_texts(pl.Series([text]), language)
    for pattern, forms in expected.items():
        found = find_matches(shard, parse_phrases([pattern]))
        assert spell(shard, found) == forms


def test_a_phrase_may_have_forms_of_several_words():
    shard = encode_texts(pl.Series(["He takes cities. She took a city. They take it."]))
    found = find_matches(shard, parse_phrases(["~take (a ~city|~city)"]))
    assert spell(shard, found) == ["takes cities", "took a city"]


def test_a_word_without_forms_stands_for_itself():
    assert list_forms(encode_texts(pl.Series(["Nothing here."])), "walk") == ["walk"]


def test_a_language_whose_forms_are_unknown_is_said():
    shard = encode_texts(pl.Series(["政变"]), "zh")
    with pytest.raises(WordingError, match="not known in Chinese: write the forms"):
        find_matches(shard, parse_phrases(["~政"]))


@pytest.mark.parametrize("pattern", ["~", "~fall*", "~cease-fire|~", "~."])
def test_what_has_no_forms_is_refused(pattern):
    with pytest.raises(WordingError):
        parse_phrases([pattern])
