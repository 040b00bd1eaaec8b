"""Tells articles in another language than the study's: by what the source says, else by a sample of the text; in doubt, none is.

Most articles are settled at once by the share of the language's most frequent words in their first lines; for the others the naive Bayes
identifier of Lui and Baldwin (2012, langid.py) decides, as py3langid has it.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import polars as pl

from wording.words import read_words

LANGUAGE_SAMPLE_CHARACTERS = 600
"""Characters of the beginning that are looked at for frequent words; the identifier gets as many from beginning, middle and end together."""
MIN_FREQUENT_WORD_SHARE = 0.12
"""With so large a share of frequent words (English news: 0.30 on average) the language is settled."""
MIN_SAMPLE_LETTERS = 100
"""A sample with fewer letters is too short to tell."""
MIN_LANGUAGE_PROBABILITY = 0.98
"""The identifier's probability from which its word counts."""
LANGUAGE_GROUPS = (
    {"bs", "hr", "sr"},
    {"nb", "nn", "no"},
    {"wuu", "yue", "zh"},
    {"en", "pcm"},
    {"ar", "ary", "arz"},
    {"id", "ms"},
    {"fa", "prs"},
)
"""Languages that are one for us: their samples cannot be told apart well, or they share their written form."""


def find_other_languages(frame: pl.DataFrame, language: str) -> pl.Series:
    """The language of each row that is not in this language, null where it is or where that is open; from `language` and `text`."""
    found = to_language_codes(frame["language"])
    doubtful = np.flatnonzero(
        found.is_null().to_numpy() & ~is_clearly_in_language(frame["text"], language)
    )
    if len(doubtful) and is_identifiable(language):
        found = found.scatter(
            doubtful,
            [identify_other_language(text, language) for text in frame["text"].gather(doubtful)],
        )
    return pl.select(pl.when(~found.is_in(list(get_language_group(language)))).then(found))[
        "language"
    ].alias("language")


def to_language_codes(values: pl.Series) -> pl.Series:
    """The ISO 639-1 codes of languages as sources write them ("en", "en-US", "eng", "English"), null where none is meant."""
    distinct = values.drop_nulls().unique()
    if distinct.is_empty():
        return values
    return values.replace_strict(
        distinct,
        [to_language_code(value) for value in distinct],
        return_dtype=pl.String,
        default=None,
    )


def to_language_code(value: str) -> str | None:
    """The code of one language, by its code or its name in English or in itself."""
    plain = re.split(r"[-_ ]", value.strip().lower())[0]
    return load_language_names().get(value.strip().lower()) or load_language_names().get(plain)


@cache
def load_language_names() -> dict[str, str]:
    """{name or code of a language: its ISO 639-1 code} (Unicode's locale data)."""
    from babel import Locale
    from babel.core import get_global

    english = {
        code: name.lower() for code, name in Locale("en").languages.items() if len(code) == 2
    }
    longer = {
        long: short
        for long, short in get_global("language_aliases").items()
        if len(long) == 3 and short in english
    }
    return (
        {name: code for code, name in english.items()} | longer | {code: code for code in english}
    )


def is_clearly_in_language(texts: pl.Series, language: str) -> np.ndarray:
    """Which texts have so many of the language's frequent words that no more need be asked, bool (n,)."""
    words = read_words("frequent", language)
    if not words:
        return np.zeros(len(texts), bool)
    sample = pl.col("text").str.slice(0, LANGUAGE_SAMPLE_CHARACTERS)
    frequent, n = (
        sample.str.count_matches(rf"(?i)\b(?:{'|'.join(words)})\b"),
        sample.str.count_matches(r"\w+"),
    )
    counted = texts.to_frame("text").select(frequent=frequent, n=n)  # both at once, on two cores
    return (
        counted.select(
            (pl.col("frequent") >= 5)
            & (pl.col("frequent") >= MIN_FREQUENT_WORD_SHARE * pl.col("n"))
        )
        .to_series()
        .to_numpy()
    )


@cache
def load_identifier():
    """The identifier, loaded when the first text is in doubt."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def is_identifiable(language: str) -> bool:
    """Whether the identifier knows the language."""
    return language in load_identifier().labels


def identify_other_language(text: str, language: str) -> str | None:
    """The language that a text is in, None where that is not sure or where any part of the sample is in this language."""
    third, middle = LANGUAGE_SAMPLE_CHARACTERS // 3, len(text) // 2
    parts = (
        [text]
        if len(text) <= LANGUAGE_SAMPLE_CHARACTERS
        else [text[:third], text[middle : middle + third], text[-third:]]
    )
    if sum(map(str.isalpha, "".join(parts))) < MIN_SAMPLE_LETTERS or any(
        load_identifier().classify(part)[0] == language for part in parts
    ):
        return None
    ranked = dict(load_identifier().rank(" ".join(parts)))
    found = next(iter(ranked))
    return (
        found
        if sum(ranked.get(name, 0) for name in get_language_group(found))
        >= MIN_LANGUAGE_PROBABILITY
        and found != "zxx"
        else None
    )


def get_language_group(language: str) -> set[str]:
    """The language and those that are one with it."""
    return next((group for group in LANGUAGE_GROUPS if language in group), {language})
