"""What may be the matter when a pattern has no hits, in sentences."""

from __future__ import annotations

import difflib
import re

import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits
from wording.phrasing import format_count, join_names
from wording.study.records import StudyRecord

PLAIN_WORD = re.compile(r"[^\W\d_][\w'’-]*\*?")
REGULAR_EXPRESSION = re.compile(r"\.\*|\.\+|\\\w|\[[^\]]*\]|\w\?|^\^|\$$|\w\+")
MAX_NEAREST_WORDS = 3


def explain_nothing(study: StudyRecord, name: str, pattern: str) -> list[str]:
    """Return why there may be no hits.

    Parameters
    ----------
    study : StudyRecord
        The study as it was narrowed to outlets, days and a place.
    name : str
        The concept or pattern without hits.
    pattern : str
        What was typed; empty where a concept was chosen.
    """
    elsewhere = int(count_study_hits(study, [name]).counts["n"].sum())
    if elsewhere:
        return [f"There are {format_count(elsewhere, 'hit')} in other voices or copies."]
    return [*explain_syntax(pattern), *suggest_words(study, pattern)]


def explain_syntax(pattern: str) -> list[str]:
    """Return what signs of a pattern may have been meant as something else.

    >>> explain_syntax("coup, uprising")
    ['`;` separates rivals: a comma is matched as it stands.']
    """
    hints = []
    if "," in pattern:
        hints.append("`;` separates rivals: a comma is matched as it stands.")
    if re.search(r"\b(OR|AND)\b", pattern):
        hints.append("`|` stands between alternatives, `;` between rivals; OR and AND are words.")
    if REGULAR_EXPRESSION.search(pattern):
        hints.append(
            "Patterns are no regular expressions: `*` stands for the rest of a word, `|` for or, "
            "`(a|b)` for one of two."
        )
    return hints


def suggest_words(study: StudyRecord, pattern: str) -> list[str]:
    """Return which words of the pattern no article has, with the nearest that one has."""
    words = [word.lower() for word in PLAIN_WORD.findall(pattern)]
    known = pl.concat([part.shard.forms["key"] for part in build_corpus(study).parts()]).unique()
    hints = []
    for word in dict.fromkeys(words):
        stem = word.rstrip("*")
        is_there = known.str.starts_with(stem) if word.endswith("*") else known == stem
        if is_there.any():
            continue
        near = known.filter(
            known.str.starts_with(stem[0])
            & known.str.len_chars().is_between(len(stem) - 2, len(stem) + 2)
        )
        nearest = difflib.get_close_matches(stem, near.sort().to_list(), n=MAX_NEAREST_WORDS)
        found = f"; near it are {join_names(f'“{one}”' for one in nearest)}" if nearest else ""
        hints.append(f"No article has “{word}”{found}.")
    return hints or ["The articles have each of these words, but not so together."] * bool(words)
