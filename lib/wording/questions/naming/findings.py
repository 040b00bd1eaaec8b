"""What the tables of naming say, in sentences with numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.corpus.naming.related_words import WHATEVER_WORD
from wording.phrasing import format_count, format_interval, format_percent, format_q, join_names
from wording.questions.naming.naming import (
    MIN_ARTICLES_PER_WORD,
    drop_repeated_contrasts,
    select_clear_words,
)
from wording.questions.reporting import (
    VOICE_PHRASES,
    Comparison,
    describe_totals,
    name_other,
    summarise_rest,
)
from wording.settings import ALL_OUTLETS

_NOTHING_FOUND = (
    "With none of these hits stands a word in a relation that is looked for: a label, title, first "
    "name or apposition, what it is, what it does or what is done to it."
)
_NO_WORDS = (
    f"No word stands with a name in one relation in at least {MIN_ARTICLES_PER_WORD} articles, so "
    "no words are listed. With so few hits, read the lines themselves."
)
_COMPARISON = Comparison(
    no_test="No difference can be tested: a test needs hits of one name in at least two articles "
    "on each side.",
    none_clear="No difference between outlets in what stands with a name is statistically clear",
)
_WORD_PHRASES = {
    "label": "with the label “{word}”",
    "title": "with the title “{word}”",
    "first name": "with the first name “{word}”",
    "apposition": "with the apposition “{word}”",
    "is": "as being “{word}”",
    "does": "as the subject of “{word}”",
    "done to it": "as that to which “{word}” is done",
}
"""How a name is written, to follow it."""
_ANY_PHRASES = {
    "label": "with a label before it",
    "title": "with a title",
    "first name": "with a first name",
    "apposition": "with an apposition",
    "is": "as being something (“X is ...”)",
    "does": "as the subject of a verb",
    "done to it": "as that to which something is done",
}
_VARIANTS_DESCRIBED = 5
_WORDS_PER_RELATION = 3

PRECISION = (
    "Relations are found by a grammar that errs. Of those found in US political news and read, 165 "
    "of 179 labels before a name were right (inner words of an office, such as “House” before "
    "“Speaker”, among them), 171 of 179 verbs, 36 of 40 complements (“X is ...”) and 79 of 96 "
    "appositions; how many are missed was not measured."
)


def sentences(
    naming: pd.DataFrame, contrasts: pd.DataFrame, shares: pd.DataFrame, *, top: int = 6
) -> list[str]:
    """Return the clearest differences between outlets, then the most frequent words of each name.

    Parameters
    ----------
    naming, contrasts, shares : pandas.DataFrame
        The tables `naming`, `naming_contrasts` and `shares` of one concept and voice.
    top : int
        Differences to describe at most (the clearest per name and outlet, or pair of outlets, that
        names a word, or any word of a relation); the others are counted.
    """
    totals = describe_totals(shares)
    if not shares["n"].sum():
        return totals
    if naming.empty:
        return [*totals, _NOTHING_FOUND]
    clear = select_clear_words(contrasts)
    shown = clear.drop_duplicates(["variant", "relation", "outlet", "other"]).head(top)
    rows = naming.set_index(["variant", "relation", "word", "outlet"])
    has_words = (naming["word"] != WHATEVER_WORD).any()
    return [
        *totals,
        *(
            _describe_difference(row, rows.loc[(row.variant, row.relation, row.word, row.outlet)])
            for row in shown.itertuples()
        ),
        *summarise_rest(
            drop_repeated_contrasts(contrasts)["q"], len(shown), len(clear), _COMPARISON
        ),
        *([] if has_words else [_NO_WORDS]),
        *_describe_words(naming[naming["outlet"] == ALL_OUTLETS]),
    ]


def headline(contrasts: pd.DataFrame, title: str) -> str:
    """Return the clearest difference in what stands with a name, or that none is clear.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        The table `naming_contrasts` of one concept and voice.
    title : str
        What the concept is called.
    """
    clear = select_clear_words(contrasts)
    if contrasts["q"].isna().all():
        return f"Too few hits to compare what stands with names: {title}"
    if clear.empty:
        return f"No clear difference in what stands with names: {title}"
    row = clear.iloc[0]
    how = _ANY_PHRASES[row["relation"]]
    if row["word"] != WHATEVER_WORD:
        how = _WORD_PHRASES[row["relation"]].format(word=row["word"])
    often = "less" if row["less"] else "more"
    return (
        f"{row['outlet']} writes “{row['variant']}” {how} {often} often than "
        f"{name_other(row['other'])}"
    )


def describe(figure: pd.DataFrame) -> str:
    """Return what the figure shows, in words: per panel the range over outlets."""
    ranges = []
    for name, rows in figure.dropna(subset="share").groupby("variant", sort=False):
        low, high = rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]
        ranges.append(
            f"{name}: from {format_percent(low['share'])} of the hits at {low['outlet']} to "
            f"{format_percent(high['share'])} at {high['outlet']}."
        )
    return " ".join(ranges)


def _describe_difference(row: Any, share: pd.Series) -> str:
    how = _ANY_PHRASES[row.relation]
    if row.word != WHATEVER_WORD:
        how = _WORD_PHRASES[row.relation].format(word=row.word)
    return (
        f"{row.outlet} writes {format_percent(share['share'])} of its "
        f"{format_count(row.total, 'hit')} of “{row.variant}” {how} "
        f"({format_interval(share['low'], share['high'])}; in "
        f"{format_count(share['n_articles'], 'article')}), {name_other(row.other)} "
        f"{format_percent(row.n_other / row.total_other)} of {row.total_other:,} "
        f"({format_q(row.q)})."
    )


def _describe_words(together: pd.DataFrame) -> list[str]:
    """Return one sentence per name on the most frequent words of each relation."""
    words = together[together["word"] != WHATEVER_WORD]
    names = words.drop_duplicates("variant").sort_values("total", ascending=False, kind="stable")
    described = []
    for variant in names["variant"].head(_VARIANTS_DESCRIBED):
        rows = words[words["variant"] == variant]
        parts = [
            f"{relation}: {_list_words(own)}"
            for relation, own in rows.groupby("relation", sort=False)
        ]
        whose = VOICE_PHRASES.get(rows["voice"].iloc[0], "")
        hits = format_count(rows["total"].iloc[0], "hit")
        described.append(f"“{variant}” ({hits}{whose}): {'; '.join(parts)}.")
    left = len(names) - len(described)
    return described + ([f"{format_count(left, 'more name')} in the table."] if left else [])


def _list_words(rows: pd.DataFrame) -> str:
    return join_names(
        f"“{row.word}” ({row.n:,})" for row in rows.head(_WORDS_PER_RELATION).itertuples()
    )
