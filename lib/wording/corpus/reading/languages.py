"""Find articles in another language than the study's: by what the source says, else by the text.

In doubt, an article stays. Most articles are decided at once by the share of the language's most
frequent words in their first lines; for the others the naive Bayes identifier of Lui and Baldwin
(2012, langid.py) decides, as py3langid has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from wording.languages import to_language_code
from wording.words import read_words

OTHER_LANGUAGE_SCHEMA = dict.fromkeys(("source", "outlet", "language"), pl.String)

LANGUAGE_SAMPLE_CHARACTERS = 600
"""Characters at the beginning in which frequent words are counted.

The identifier gets as many from beginning, middle and end together.
"""
MIN_FREQUENT_WORD_SHARE = 0.12
"""With so large a share of frequent words (English news: 0.30 on average) the language is clear."""
MIN_FREQUENT_WORDS = 5
MIN_SAMPLE_LETTERS = 100
"""A sample with fewer letters is too short to tell."""
MIN_LANGUAGE_PROBABILITY = 0.98
"""The identifier's probability from which its answer counts."""
LANGUAGE_GROUPS = (
    {"bs", "hr", "sr"},
    {"nb", "nn", "no"},
    {"wuu", "yue", "zh"},
    {"en", "pcm"},
    {"ar", "ary", "arz"},
    {"id", "ms"},
    {"fa", "prs"},
)
"""Languages that are one for us.

Their samples cannot be told apart well, or they share their written form.
"""
NO_LANGUAGE = "zxx"
"""What the identifier calls text that is in no language."""
MAX_RECOGNISED_TEXTS = 60
"""So many texts, evenly spaced, are looked at to recognise the language of a collection."""


def find_other_languages(frame: pl.DataFrame, language: str) -> pl.Series:
    """Return the language of each row that is not in this language.

    Parameters
    ----------
    frame : DataFrame
        With `language` (as the source has it) and `text`.
    language : str
        ISO 639-1.

    Returns
    -------
    Series of str
        Null where a row is in this language or where that is unclear.
    """
    codes = to_language_codes(frame["language"])
    unclear = np.flatnonzero(
        codes.is_null().to_numpy() & ~is_clearly_in_language(frame["text"], language)
    )
    if len(unclear) and is_identifiable(language):
        texts = frame["text"].gather(unclear)
        codes = codes.scatter(unclear, [identify_other_language(text, language) for text in texts])
    is_other = ~codes.is_in(list(get_language_group(language)))
    return pl.select(pl.when(is_other).then(codes))["language"].alias("language")


def tell_languages(frame: pl.DataFrame, languages: Sequence[str]) -> tuple[pl.Series, pl.Series]:
    """Return in which of several languages each row is, or in which other one.

    Parameters
    ----------
    frame : DataFrame
        With `language` (as the source has it) and `text`.
    languages : sequence of str
        ISO 639-1, two or more.

    Returns
    -------
    own : Series of str
        One of the languages for each row: what the source says; else the one whose frequent words
        alone are many, or that the identifier finds likeliest among them.
    other : Series of str
        The language of a row that is in none of them; null where it is, or where that is unclear.
    """
    groups = {member: code for code in languages for member in get_language_group(code)}
    codes = to_language_codes(frame["language"]).to_list()
    clear = np.array([is_clearly_in_language(frame["text"], code) for code in languages])
    own, other = [], []
    for number, (code, text) in enumerate(zip(codes, frame["text"], strict=True)):
        if code is None and clear[:, number].sum() == 1:
            code = languages[int(clear[:, number].argmax())]
        if code is None:
            code = identify_language(text)
        own.append(groups.get(code or "") or find_likeliest_language(text, languages))
        other.append(None if code is None or code in groups else code)
    return pl.Series("language", own, pl.String), pl.Series("other", other, pl.String)


def find_likeliest_language(text: str, languages: Sequence[str]) -> str:
    """Return the likeliest of some languages; the first if the identifier knows none of them."""
    ranked = [code for code, _ in load_identifier().rank(" ".join(sample_text(text)))]
    return min(languages, key=lambda code: ranked.index(code) if code in ranked else len(ranked))


def to_language_codes(values: pl.Series) -> pl.Series:
    """Return the ISO 639-1 codes of languages as sources write them, null where none is meant.

    Sources write "en", "en-US", "eng", "English".
    """
    distinct = values.drop_nulls().unique()
    if distinct.is_empty():
        return values
    codes = [to_language_code(value) for value in distinct]
    return values.replace_strict(distinct, codes, return_dtype=pl.String, default=None)


def is_clearly_in_language(texts: pl.Series, language: str) -> np.ndarray:
    """Return which texts have so many of the language's frequent words that no doubt is left.

    Returns
    -------
    ndarray of bool, shape (n_texts,)
    """
    words = read_words("frequent", language)
    if not words:
        return np.zeros(len(texts), bool)
    sample = pl.col("text").str.slice(0, LANGUAGE_SAMPLE_CHARACTERS)
    frequent = sample.str.count_matches(rf"(?i)\b(?:{'|'.join(words)})\b")
    n = sample.str.count_matches(r"\w+")
    counts = texts.to_frame("text").select(frequent=frequent, n=n)  # both at once, on two cores
    is_clear = (counts["frequent"] >= MIN_FREQUENT_WORDS) & (
        counts["frequent"] >= MIN_FREQUENT_WORD_SHARE * counts["n"]
    )
    return is_clear.to_numpy()


@cache
def load_identifier() -> Any:
    """Return the identifier, loaded when the first text is in doubt."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def is_identifiable(language: str) -> bool:
    """Return whether the identifier knows the language."""
    return language in load_identifier().labels


def identify_other_language(text: str, language: str) -> str | None:
    """Return the language that a text is in.

    None where that is not sure or where any part of the sample is in this language.
    """
    likeliest = identify_language(text)
    if likeliest is None:
        return None
    identifier = load_identifier()
    if any(identifier.classify(part)[0] == language for part in sample_text(text)):
        return None
    return likeliest


def identify_language(text: str) -> str | None:
    """Return the language that a text is in (ISO 639-1), None where that is not sure."""
    parts = sample_text(text)
    if sum(map(str.isalpha, "".join(parts))) < MIN_SAMPLE_LETTERS:
        return None
    probabilities = dict(load_identifier().rank(" ".join(parts)))
    likeliest = str(next(iter(probabilities)))
    probability = sum(probabilities.get(name, 0) for name in get_language_group(likeliest))
    if probability < MIN_LANGUAGE_PROBABILITY or likeliest == NO_LANGUAGE:
        return None
    return likeliest


def count_languages(texts: pl.Series) -> dict[str, int]:
    """Return how many of some of the texts are in which language (ISO 639-1), the most first.

    Texts whose language is not sure are not counted; where that is so of every one, all together
    are looked at as one text.
    """
    step = max(len(texts) // MAX_RECOGNISED_TEXTS, 1)
    sample = texts.gather_every(step).head(MAX_RECOGNISED_TEXTS)
    clear = is_clearly_in_language(sample, "en")
    counts = Counter(
        "en" if is_english else identify_language(text)
        for text, is_english in zip(sample, clear, strict=True)
    )
    if set(counts) <= {None}:
        counts = Counter([identify_language(" ".join(sample))])
    return {code: n for code, n in counts.most_common() if code}


def recognise_language(texts: pl.Series) -> str:
    """Return the language that most of the texts are in; English where that is not sure."""
    return next(iter(count_languages(texts)), "en")


def sample_text(text: str) -> list[str]:
    """Return beginning, middle and end of a text, or all of a short one."""
    if len(text) <= LANGUAGE_SAMPLE_CHARACTERS:
        return [text]
    third, middle = LANGUAGE_SAMPLE_CHARACTERS // 3, len(text) // 2
    return [text[:third], text[middle : middle + third], text[-third:]]


def get_language_group(language: str) -> set[str]:
    """Return the language and those that are one with it."""
    return next((group for group in LANGUAGE_GROUPS if language in group), {language})
