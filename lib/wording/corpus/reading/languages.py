"""Tells articles in another language than the study's: by what the source says, else by a sample of the text; in doubt, none is.

Most articles are settled at once by the share of the language's most frequent words in their first lines; for the others the naive Bayes
identifier of Lui and Baldwin (2012, langid.py) decides, as py3langid has it.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import polars as pl

from wording.study.records import DATA

SAMPLE = 600
"""Characters of the beginning that are looked at for frequent words; the identifier gets as many from beginning, middle and end together."""
FREQUENT = 0.12
"""With so large a share of frequent words (English news: 0.30 on average) the language is settled."""
LETTERS = 100
"""A sample with fewer letters is too short to tell."""
SURE = 0.98
"""The identifier's probability from which its word counts."""
CLOSE = ({"bs", "hr", "sr"}, {"nb", "nn", "no"}, {"wuu", "yue", "zh"}, {"en", "pcm"}, {"ar", "ary", "arz"}, {"id", "ms"}, {"fa", "prs"})
"""Languages that are one for us: their samples cannot be told apart well, or they share their written form."""


def other_languages(frame: pl.DataFrame, language: str) -> pl.Series:
    """The language of each row that is not in this language, null where it is or where that is open; from `language` and `text`."""
    found = code_of(frame["language"])
    doubtful = np.flatnonzero(found.is_null().to_numpy() & ~settled(frame["text"], language))
    if len(doubtful) and known(language):
        found = found.scatter(doubtful, [other_language(text, language) for text in frame["text"].gather(doubtful)])
    return pl.select(pl.when(~found.is_in(list(one_with(language)))).then(found))["language"].alias("language")


def code_of(values: pl.Series) -> pl.Series:
    """The ISO 639-1 codes of languages as sources write them ("en", "en-US", "eng", "English"), null where none is meant."""
    distinct = values.drop_nulls().unique()
    if distinct.is_empty():
        return values
    return values.replace_strict(distinct, [code(value) for value in distinct], return_dtype=pl.String, default=None)


def code(value: str) -> str | None:
    """The code of one language, by its code or its name in English or in itself."""
    plain = re.split(r"[-_ ]", value.strip().lower())[0]
    return names().get(value.strip().lower()) or names().get(plain)


@cache
def names() -> dict[str, str]:
    """{name or code of a language: its ISO 639-1 code} (Unicode's locale data)."""
    from babel import Locale
    from babel.core import get_global

    english = {code: name.lower() for code, name in Locale("en").languages.items() if len(code) == 2}
    longer = {long: short for long, short in get_global("language_aliases").items() if len(long) == 3 and short in english}
    return {name: code for code, name in english.items()} | longer | {code: code for code in english}


def settled(texts: pl.Series, language: str) -> np.ndarray:
    """Which texts have so many of the language's frequent words that no more need be asked, bool (n,)."""
    words = frequent_words(language)
    if not words:
        return np.zeros(len(texts), bool)
    sample = pl.col("text").str.slice(0, SAMPLE)
    frequent, n = sample.str.count_matches(rf"(?i)\b(?:{'|'.join(words)})\b"), sample.str.count_matches(r"\w+")
    counted = texts.to_frame("text").select(frequent=frequent, n=n)  # both at once, on two cores
    return counted.select((pl.col("frequent") >= 5) & (pl.col("frequent") >= FREQUENT * pl.col("n"))).to_series().to_numpy()


@cache
def frequent_words(language: str) -> list[str]:
    """The most frequent words of a language, from data/words/frequent-*.txt; none where there is no such file."""
    file = DATA / "words" / f"frequent-{language}.txt"
    lines = file.read_text(encoding="utf8").splitlines() if file.is_file() else []
    return [word for line in lines if not line.startswith("#") for word in line.split()]


@cache
def identifier():
    """The identifier, loaded when the first text is in doubt."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def known(language: str) -> bool:
    """Whether the identifier knows the language."""
    return language in identifier().labels


def other_language(text: str, language: str) -> str | None:
    """The language that a text is in, None where that is not sure or where any part of the sample is in this language."""
    third, middle = SAMPLE // 3, len(text) // 2
    parts = [text] if len(text) <= SAMPLE else [text[:third], text[middle : middle + third], text[-third:]]
    if sum(map(str.isalpha, "".join(parts))) < LETTERS or any(identifier().classify(part)[0] == language for part in parts):
        return None
    ranked = dict(identifier().rank(" ".join(parts)))
    found = next(iter(ranked))
    return found if sum(ranked.get(name, 0) for name in one_with(found)) >= SURE and found != "zxx" else None


def one_with(language: str) -> set[str]:
    """The language and those that are one with it."""
    return next((group for group in CLOSE if language in group), {language})
