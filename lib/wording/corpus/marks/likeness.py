"""Whether texts are like those that the weights of a language's voice were estimated from."""

from __future__ import annotations

import pandas as pd

from wording.corpus.marks.attribution import Likeness, load_lexicon
from wording.phrasing import format_percent, join_names

MIN_JUDGED_ARTICLES = 5
"""Articles of an outlet, or of all, by which its texts are judged."""
MAX_OUTLETS_NAMED = 5


def describe_unlike_texts(articles: pd.DataFrame, language: str) -> list[str]:
    """Return in sentences whose texts are unlike those that reported speech was learned from.

    They are unlike where much less, or much more, of them is found to be reported or quoted.

    Parameters
    ----------
    articles : DataFrame
        outlet, n_words, n_reported, n_quoted.
    language : str
        ISO 639-1. Of a language without measured weights nothing is said here.
    """
    lexicon = load_lexicon(language)
    if lexicon is None or lexicon.words.likeness is None or len(articles) < MIN_JUDGED_ARTICLES:
        return []
    known = lexicon.words.likeness
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
