"""Elided words are tokens of their own; ways of writing a letter are one in every script."""

import polars as pl
import pytest

from wording.corpus.encoding.matching import bound_matches, find_matches
from wording.corpus.encoding.shard import encode_texts
from wording.patterns import parse_phrases


def find(text, language, phrase):
    """Return what a phrase matches in a text."""
    shard = encode_texts(pl.Series([text]), language)
    found = find_matches(shard, parse_phrases([phrase]))
    assert sum(bound_matches(shard, p) for p in parse_phrases([phrase])) >= len(found)
    return shard.text(found.start, found.end)


def cut(text, language):
    """Return the tokens of a text, without blanks."""
    shard = encode_texts(pl.Series([text]), language)
    return shard.forms["type"].gather(shard.tokens[:-1]).to_list()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("L'armée qu’il a", "L' armée qu’ il a"),
        ("jusqu'à l’«armée»", "jusqu' à l’ « armée »"),
        ("Aujourd'hui, quelqu'un de presqu'île", "Aujourd'hui , quelqu'un de presqu'île"),
        ("d'après lui, fin d'après-midi", "d'après lui , fin d' après-midi"),
        ("va-t-il à L'Oréal ? 'Oui'", "va-t-il à L' Oréal ? ' Oui '"),
        ("le plan 'C' est là", "le plan ' C ' est là"),
    ],
)
def test_french_elisions_are_cut_off(text, tokens):
    assert cut(text, "fr") == tokens.split()


@pytest.mark.parametrize("language", ["en", "de", "uk"])
def test_other_languages_keep_their_apostrophes(language):
    assert cut("D'Artagnan, l'armée, п'ять", language) == [
        "D'Artagnan",
        ",",
        "l'armée",
        ",",
        "п'ять",
    ]


@pytest.mark.parametrize(
    ("text", "language", "phrase", "found"),
    [
        ("L’armée et son armée", "fr", "armée", ["armée", "armée"]),
        ("L’armée et son armée", "fr", "l'armée", ["L’armée"]),
        ("L’armée et son armée", "fr", "l'armée|police", ["L’armée"]),
        ("un coup d'État, un coup de vent", "fr", "coup d'état", ["coup d'État"]),
        ("un coup d'État, un coup d'un soir", "fr", "coup d'*", ["coup d'État", "coup d'un"]),
        ("d'après l'armée", "fr", "d'après", ["d'après"]),
        ("dell'esercito, un'altra", "it", "esercito", ["esercito"]),
        ("l'exèrcit", "ca", "~exèrcit", ["exèrcit"]),
        ("l'armée", "en", "armée", []),
        ("l'armée", "en", "l'armée", ["l'armée"]),
    ],
)
def test_phrases_are_cut_as_the_texts_are(text, language, phrase, found):
    assert find(text, language, phrase) == found


@pytest.mark.parametrize(
    ("text", "language", "phrase", "found"),
    [
        ("ﺍﻧﻘﻼﺏ في ٢٠٢٢", "ar", "انقلاب", ["ﺍﻧﻘﻼﺏ"]),  # presentation forms
        ("انقلاب في ٢٠٢٢", "ar", "في #", ["في ٢٠٢٢"]),  # a number in Arabic digits
        ("cafe\u0301 noir", "fr", "café", ["cafe\u0301"]),  # a letter and a combining mark
        ("Киї\u0301в", "uk", "киї\u0301в", ["Киї\u0301в"]),  # a mark of stress
    ],
)
def test_ways_of_writing_a_letter_are_one(text, language, phrase, found):
    assert find(text, language, phrase) == found
