"""What is known of a language, and whether texts are like those that its voice was learned from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

import pandas as pd

from wording.corpus.marks.attribution import Likeness, load_voice_words
from wording.languages import LANGUAGES_WITHOUT_BLANKS, name_language
from wording.phrasing import format_percent, join_names
from wording.study.read import read_yaml
from wording.study.records import Record
from wording.words import WORDS_FOLDER

MIN_JUDGED_ARTICLES = 5
"""Articles of an outlet, or of all, by which its texts are judged."""
MAX_OUTLETS_NAMED = 5


class LanguageKnowledge(Record):
    """What data/words/languages.yml says of a language."""

    name: str
    reported: Literal["estimated", "by hand"]
    voice: str


LANGUAGE_FILES = {
    "boilerplate-{}.yml": "lines that belong to the page, not the story",
    "headlines-{}.yml": "speakers in headlines",
    "stories-{}.csv": "articles on one event",
    "grammar-{}.yml": "who did what to whom",
    "discovery-{}.yml": "the edges of rival terms",
    "function-{}.txt": "function words",
}
"""What else depends on the language, by the file in data/words of a language that has it."""


@cache
def read_languages() -> dict[str, LanguageKnowledge]:
    """Return what is known of each language that has word lists of its own, by its code."""
    listed = read_yaml(WORDS_FOLDER / "languages.yml", with_lines=False)
    return {code: LanguageKnowledge.model_validate(entry) for code, entry in listed.items()}


def describe_language(language: str) -> list[str]:
    """Return in sentences what is known of a language, and what is not.

    The voice comes first, then what there are no word lists for.
    """
    known = read_languages().get(language)
    name = known.name if known else name_language(language)
    voice = (
        f"Whose words in {name}: quotation marks, and what is reported without them by "
        f"{known.voice}."
        if known
        else f"Whose words in {name}: only quotation marks are known. What an outlet reports of "
        "others without them counts as its own words."
    )
    missing = [
        what
        for file, what in LANGUAGE_FILES.items()
        if not (WORDS_FOLDER / file.format(language)).is_file()
    ]
    letters = (
        [
            f"In {name} there are no blanks between words, so each letter counts as one word: "
            "numbers per million and distances between words are in letters."
        ]
        if language in LANGUAGES_WITHOUT_BLANKS
        else []
    )
    if not missing:
        return [voice, *letters]
    return [voice, *letters, f"For {name} there are no word lists for {join_names(missing)}."]


def describe_voice_limits(language: str) -> list[str]:
    """Return what a page that tells whose words must say of a language; nothing of English."""
    known = read_languages().get(language)
    return [] if known and known.reported == "estimated" else describe_language(language)[:1]


def describe_grammar_limits(language: str) -> list[str]:
    """Return why no acts and no names are told in a language without a grammar."""
    if (WORDS_FOLDER / f"grammar-{language}.yml").is_file():
        return []
    return [
        "Who did what to whom is told by grammar, and there is one for English only: in "
        f"{name_language(language)} nothing is counted."
    ]


def describe_study_texts(articles: pd.DataFrame, languages: Sequence[str]) -> list[str]:
    """Return what `describe_unlike_texts` does of each of the languages of articles.

    Of several the articles have a column `language`.
    """
    if len(languages) == 1:
        return describe_unlike_texts(articles, languages[0])
    return [
        sentence if name_language(code) in sentence else f"{name_language(code)}: {sentence}"
        for code in languages
        for sentence in describe_unlike_texts(articles[articles["language"] == code], code)
    ]


def describe_unlike_texts(articles: pd.DataFrame, language: str) -> list[str]:
    """Return in sentences whose texts are unlike those that reported speech was learned from.

    They are unlike where much less, or much more, of them is found to be reported or quoted.

    Parameters
    ----------
    articles : DataFrame
        outlet, n_words, n_reported, n_quoted.
    language : str
        ISO 639-1. Of a language without estimated weights what is known of it is said.
    """
    if limits := describe_voice_limits(language):
        return limits
    words = load_voice_words(language)
    if words is None or words.likeness is None or len(articles) < MIN_JUDGED_ARTICLES:
        return []
    known = words.likeness
    together = articles[["n_words", "n_reported", "n_quoted"]].sum().to_frame().T
    for what, column, low, high in known.ranges:
        share = float((together[column] / together["n_words"]).iloc[0])
        if not low <= share <= high:
            return [
                f"{format_percent(share)} of all words are {what}; in the texts that reported "
                f"speech was learned from ({known.texts}) it was {format_percent(low)} to "
                f"{format_percent(high)}. {CONSEQUENCE}"
            ]
    outlets = list_unlike_outlets(articles, known)
    if not outlets:
        return []
    names = join_names(outlets, top=MAX_OUTLETS_NAMED, rest="other outlet")
    return [
        f"The texts of {names} have much less, or much more, quoted or reported speech than those "
        f"that it was learned from ({known.texts}). {CONSEQUENCE}"
    ]


CONSEQUENCE = (
    "In texts so different, words may be marked wrongly more often than the documentation says, "
    "and the intervals do not cover that: read the lines."
)


def list_unlike_outlets(articles: pd.DataFrame, known: Likeness) -> list[str]:
    """Return the outlets with enough articles whose texts are unlike, by name."""
    sums = articles.groupby("outlet")[["n_words", "n_reported", "n_quoted"]].sum()
    sums = sums[articles.groupby("outlet").size() >= MIN_JUDGED_ARTICLES]
    is_unlike = pd.Series(data=False, index=sums.index)
    for _, column, low, high in known.ranges:
        is_unlike |= ~(sums[column] / sums["n_words"]).between(low, high)
    return sorted(is_unlike.index[is_unlike])
