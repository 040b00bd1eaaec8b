"""Which news agency an article credits: in its date line, its by-line or its last lines; pictures and mentions in the text do not count."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from wording.corpus.encoding.matching import (
    Spans,
    find_form_numbers,
    find_matches,
    flag_forms,
    is_overlapping,
)
from wording.corpus.encoding.shard import Shard, concatenate_ranges
from wording.corpus.marks.boilerplate import (
    MAX_DATELINE_TOKENS,
    N_TOP_LINES,
    ShardLines,
    find_lines,
)
from wording.patterns import parse_phrases
from wording.study.records import PhraseTexts, Record
from wording.words import read_word_record

N_BYLINE_LINES = 4
"""A by-line is one of so many first lines."""

N_FOOT_LINES = 8
"""A closing credit is in one of so many last lines."""

MAX_CREDIT_WORDS = 60
MAX_BYLINE_WORDS = 12
DASHES = ("-", "–", "—", "--")


class AgencyWords(Record):
    """What agencies.yml holds."""

    agencies: dict[str, PhraseTexts]
    credits: PhraseTexts
    by_line: PhraseTexts
    picture: PhraseTexts
    connectives: PhraseTexts


@cache
def read_agency_words() -> AgencyWords:
    """The agencies, and the words of credits."""
    return read_word_record("agencies", AgencyWords)


@cache
def map_agency_names() -> dict[str, str]:
    """The agency of each way in which a credit names one."""
    return {way: name for name, ways in read_agency_words().agencies.items() for way in ways}


def find_agencies(shard: Shard) -> pl.Series:
    """The agencies that each article of the shard credits, as agencies.yml calls them, in the order in which they stand; empty where there is none."""
    lines = find_lines(shard)
    named = find_agency_mentions(lines)
    named = named[is_credit(lines, named)]
    said = pl.DataFrame(
        {
            "row": shard.article(named.start),
            "agency": [map_agency_names()[way] for way in shard.text(named.start, named.end)],
        }
    )
    listed = (
        said.unique(maintain_order=True)
        .group_by("row")
        .agg(pl.col("agency").cast(pl.String).str.join(", "))
    )
    return pl.DataFrame({"row": np.arange(len(shard))}).join(
        listed, on="row", how="left", maintain_order="left"
    )["agency"]


def find_agency_mentions(lines: ShardLines) -> Spans:
    """Where an agency is named, as agencies.yml writes it, at the head or the foot of an article, outside lines about pictures."""
    shard = lines.shard
    found = find_matches(shard, parse_phrases(map_agency_names()))
    line = lines.of(found.start)
    pictures = lines.of(shard.find_positions(find_form_numbers(shard, read_agency_words().picture)))
    found = found[
        ((lines.number[line] < N_TOP_LINES) | is_foot_line(lines)[line]) & ~np.isin(line, pictures)
    ]
    found = found[np.isin(shard.text(found.start, found.end), list(map_agency_names()))]
    longest = found[np.lexsort((-found.end, found.start))]
    return longest[longest.end > np.maximum.accumulate(np.append(0, longest.end))[:-1]]


def is_foot_line(lines: ShardLines) -> np.ndarray:
    """Which lines are among the last ones of their article."""
    return (
        np.searchsorted(lines.row, lines.row, side="right") - np.arange(len(lines)) <= N_FOOT_LINES
    )


def is_credit(lines: ShardLines, named: Spans) -> np.ndarray:
    """Which of the mentions credit the agency with the article: in a date line, a by-line, a line of credits, or alone after the last sentence."""
    shard, line = lines.shard, lines.of(named.start)
    at_foot, short = is_foot_line(lines)[line], lines.n_words[line] <= MAX_BYLINE_WORDS
    first, last = (shard.tokens[x] for x in (lines.start[line], lines.end[line] - 1))
    by_line = (
        flag_forms(shard, read_agency_words().by_line)[first]
        & (lines.number[line] < N_BYLINE_LINES)
        & short
        & ~lines.is_sentence[line]
    )
    told = (
        np.isin(
            line, lines.of(find_matches(shard, parse_phrases(read_agency_words().credits)).start)
        )
        & at_foot
        & (lines.n_words[line] <= MAX_CREDIT_WORDS)
    )
    return (
        by_line
        | told
        | is_alone_in_line(lines, named)
        | is_enclosed(lines, named)
        | (at_foot & is_after_last_sentence(lines, named))
    )


def is_alone_in_line(lines: ShardLines, named: Spans) -> np.ndarray:
    """Which of the mentions stand in a first or last line of nothing but agencies and words that join them."""
    shard = lines.shard
    line, which = np.unique(lines.of(named.start), return_inverse=True)
    if not len(line):
        return np.zeros(0, bool)
    at = concatenate_ranges(lines.start[line], lines.end[line])
    fits = (
        flag_forms(shard, read_agency_words().connectives)[shard.tokens[at]]
        | ~shard.is_word[at]
        | is_overlapping(Spans(at, at + 1), named)
    )
    length = lines.end[line] - lines.start[line]
    whole = np.logical_and.reduceat(fits, np.cumsum(length) - length)
    return (whole & ((lines.number[line] < N_BYLINE_LINES) | is_foot_line(lines)[line]))[which]


def is_enclosed(lines: ShardLines, named: Spans) -> np.ndarray:
    """Which of the mentions stand in brackets or strokes of their own, before the dash or stop of a date line, or at the end of an article."""
    shard, line, whole = lines.shard, lines.of(named.start), join_mentions(lines, named)
    last = len(shard.tokens) - 1
    before, behind, then = (
        shard.tokens[np.clip(x, 0, last)] for x in (whole.start - 1, whole.end, whole.end + 1)
    )
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
    """Which of the mentions stand after the last sentence of their line, with nothing behind them."""
    shard, whole = lines.shard, join_mentions(lines, named)
    before = np.maximum(whole.start - 1, 0)
    before = np.maximum(before - flag_forms(shard, DASHES)[shard.tokens[before]], 0)
    return shard.sentence_end[before] & (whole.end + 1 >= lines.end[lines.of(named.start)])


def join_mentions(lines: ShardLines, named: Spans) -> Spans:
    """For each mention the stretch of mentions that it belongs to, joined by a stroke, a comma or "and"."""
    joins = flag_forms(lines.shard, ["/", ",", "and", "&", "-"])[
        lines.shard.tokens[np.minimum(named.end, len(lines.shard.tokens) - 1)]
    ]
    follows = np.append(False, (named.start[1:] - named.end[:-1] == 1) & joins[:-1])[: len(named)]
    group = np.cumsum(~follows) - 1
    return Spans(
        named.start[~follows][group], named.end[np.append(~follows[1:], True)[: len(named)]][group]
    )
