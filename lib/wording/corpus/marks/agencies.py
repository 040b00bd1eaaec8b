"""Finds the news agencies that an article credits: in its date line, by-line or last lines.

Pictures and mentions in the text do not count.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from wording.corpus.encoding.matching import (
    Spans,
    find_form_numbers,
    find_matches,
    flag_forms,
)
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.boilerplate import (
    DASHES,
    MAX_DATELINE_TOKENS,
    N_TOP_LINES,
    ShardLines,
    find_lines,
    is_covered_by,
)
from wording.patterns import parse_phrases
from wording.study.read import read_word_record
from wording.study.records import PhraseTexts, Record

N_BYLINE_LINES = 4
"""A by-line is one of so many first lines."""

N_FOOT_LINES = 8
"""A closing credit is in one of so many last lines."""

MAX_CREDIT_WORDS = 60
MAX_BYLINE_WORDS = 12


class AgencyWords(Record):
    """What agencies.yml holds."""

    agencies: dict[str, PhraseTexts]
    credits: PhraseTexts
    by_line: PhraseTexts
    picture: PhraseTexts
    connectives: PhraseTexts


@cache
def read_agency_words() -> AgencyWords:
    """Return the agencies, and the words of credits."""
    return read_word_record("agencies", AgencyWords)


@cache
def map_agency_names() -> dict[str, str]:
    """Return the agency of each way in which a credit names one."""
    return {way: name for name, ways in read_agency_words().agencies.items() for way in ways}


def find_agencies(shard: Shard) -> pl.Series:
    """Return the agencies that each article credits, in their order; null where there is none.

    They are called as in agencies.yml.
    """
    lines = find_lines(shard)
    named = find_agency_mentions(lines)
    named = named[is_credit(lines, named)]
    credits = pl.DataFrame(
        {
            "row": shard.article(named.start),
            "agency": [map_agency_names()[way] for way in shard.text(named.start, named.end)],
        }
    )
    listed = (
        credits.unique(maintain_order=True)
        .group_by("row")
        .agg(pl.col("agency").cast(pl.String).str.join(", "))
    )
    return pl.DataFrame({"row": np.arange(len(shard))}).join(
        listed, on="row", how="left", maintain_order="left"
    )["agency"]


def find_agency_mentions(lines: ShardLines) -> Spans:
    """Return where an agency is named at the head or the foot of an article.

    As agencies.yml writes it, and outside lines about pictures.
    """
    shard = lines.shard
    found = find_matches(shard, parse_phrases(map_agency_names()))
    line = lines.line_of(found.start)
    pictures = lines.line_of(
        shard.find_positions(find_form_numbers(shard, read_agency_words().picture))
    )
    found = found[
        ((lines.number[line] < N_TOP_LINES) | is_foot_line(lines)[line]) & ~np.isin(line, pictures)
    ]
    found = found[np.isin(shard.text(found.start, found.end), list(map_agency_names()))]
    longest = found[np.lexsort((-found.end, found.start))]
    return longest[longest.end > np.maximum.accumulate(np.append(0, longest.end))[:-1]]


def is_foot_line(lines: ShardLines) -> np.ndarray:
    """Return which lines are among the last ones of their article, bool."""
    return (
        np.searchsorted(lines.row, lines.row, side="right") - np.arange(len(lines)) <= N_FOOT_LINES
    )


def is_credit(lines: ShardLines, named: Spans) -> np.ndarray:
    """Return which of the mentions credit the agency with the article, bool.

    In a date line, a by-line, a line of credits, or alone after the last sentence.
    """
    shard, line = lines.shard, lines.line_of(named.start)
    at_foot, short = is_foot_line(lines)[line], lines.n_words[line] <= MAX_BYLINE_WORDS
    first = shard.tokens[lines.start[line]]
    by_line = (
        flag_forms(shard, read_agency_words().by_line)[first]
        & (lines.number[line] < N_BYLINE_LINES)
        & short
        & ~lines.is_sentence[line]
    )
    credits = find_matches(shard, parse_phrases(read_agency_words().credits))
    in_credits = (
        np.isin(line, lines.line_of(credits.start))
        & at_foot
        & (lines.n_words[line] <= MAX_CREDIT_WORDS)
    )
    return (
        by_line
        | in_credits
        | is_alone_in_line(lines, named)
        | is_enclosed(lines, named)
        | (at_foot & is_after_last_sentence(lines, named))
    )


def is_alone_in_line(lines: ShardLines, named: Spans) -> np.ndarray:
    """Return which of the mentions are in a first or last line of agencies alone, bool."""
    line, which = np.unique(lines.line_of(named.start), return_inverse=True)
    whole = is_covered_by(lines, line, named, read_agency_words().connectives)
    return (whole & ((lines.number[line] < N_BYLINE_LINES) | is_foot_line(lines)[line]))[which]


def is_enclosed(lines: ShardLines, named: Spans) -> np.ndarray:
    """Return which of the mentions stand in brackets or strokes of their own, bool.

    Before the dash or stop of a date line, or at the end of an article.
    """
    shard, line, whole = lines.shard, lines.line_of(named.start), join_mentions(lines, named)
    last = len(shard.tokens) - 1
    before = shard.tokens[np.clip(whole.start - 1, 0, last)]
    behind = shard.tokens[np.clip(whole.end, 0, last)]
    then = shard.tokens[np.clip(whole.end + 1, 0, last)]
    bracketed = (
        flag_forms(shard, ["(", "[", "/"])[before] & flag_forms(shard, [")", "]", "/"])[behind]
    )
    dateline = (
        (lines.number[line] < N_TOP_LINES)
        & (whole.start - lines.start[line] < MAX_DATELINE_TOKENS)
        & flag_forms(shard, [*DASHES, ".", ":"])[then]
    )
    return bracketed & (dateline | (is_foot_line(lines)[line] & (whole.end + 2 >= lines.end[line])))


def is_after_last_sentence(lines: ShardLines, named: Spans) -> np.ndarray:
    """Return which of the mentions are all that follows the last sentence of their line, bool."""
    shard, whole = lines.shard, join_mentions(lines, named)
    before = np.maximum(whole.start - 1, 0)
    before = np.maximum(before - flag_forms(shard, DASHES)[shard.tokens[before]], 0)
    return shard.sentence_end[before] & (whole.end + 1 >= lines.end[lines.line_of(named.start)])


def join_mentions(lines: ShardLines, named: Spans) -> Spans:
    """Return for each mention the span of those that a stroke, a comma or "and" joins it to."""
    if not len(named):
        return named
    joins = flag_forms(lines.shard, ["/", ",", "and", "&", "-"])[
        lines.shard.tokens[np.minimum(named.end, len(lines.shard.tokens) - 1)]
    ]
    is_first = np.append(True, (named.start[1:] - named.end[:-1] != 1) | ~joins[:-1])
    is_last = np.append(is_first[1:], True)
    group = np.cumsum(is_first) - 1
    return Spans(named.start[is_first][group], named.end[is_last][group])
