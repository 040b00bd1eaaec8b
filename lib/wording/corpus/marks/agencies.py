"""Which news agency an article credits: in its date line, its by-line or its last lines; pictures and mentions in the text do not count."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from wording.corpus.encoding.matching import Spans, forms_of, matches, numbers_of, overlapping
from wording.corpus.encoding.shard import Shard, ranges
from wording.corpus.marks.boilerplate import DATELINE_TOKENS, TOP_LINES, Lines, lines_of
from wording.patterns import phrases
from wording.study.records import DATA, Phrases, Record, read_record

BY_LINES = 4
"""A by-line is one of so many first lines."""

LAST_LINES = 8
"""A closing credit is in one of so many last lines."""

CREDIT_WORDS = 60
BY_LINE_WORDS = 12
DASHES = ("-", "–", "—", "--")


class Agencies(Record):
    """What agencies.yml holds."""

    agencies: dict[str, Phrases]
    credits: Phrases
    by_line: Phrases
    picture: Phrases
    connectives: Phrases


@cache
def known() -> Agencies:
    """The agencies, and the words of credits."""
    return read_record(DATA / "words" / "agencies.yml", Agencies)


@cache
def names() -> dict[str, str]:
    """The agency of each way in which a credit names one."""
    return {way: name for name, ways in known().agencies.items() for way in ways}


def agency(shard: Shard) -> pl.Series:
    """The agencies that each article of the shard credits, as agencies.yml calls them, in the order in which they stand; empty where there is none."""
    lines = lines_of(shard)
    named = mentions(lines)
    named = named[credited(lines, named)]
    said = pl.DataFrame({"row": shard.article(named.start), "agency": [names()[way] for way in shard.text(named.start, named.end)]})
    listed = said.unique(maintain_order=True).group_by("row").agg(pl.col("agency").cast(pl.String).str.join(", "))
    return pl.DataFrame({"row": np.arange(len(shard))}).join(listed, on="row", how="left", maintain_order="left")["agency"]


def mentions(lines: Lines) -> Spans:
    """Where an agency is named, as agencies.yml writes it, at the head or the foot of an article, outside lines about pictures."""
    shard = lines.shard
    found = matches(shard, phrases(names()))
    line = lines.of(found.start)
    pictures = lines.of(shard.where(numbers_of(shard, known().picture)))
    found = found[((lines.number[line] < TOP_LINES) | is_last(lines)[line]) & ~np.isin(line, pictures)]
    found = found[np.isin(shard.text(found.start, found.end), list(names()))]
    longest = found[np.lexsort((-found.end, found.start))]
    return longest[longest.end > np.maximum.accumulate(np.append(0, longest.end))[:-1]]


def is_last(lines: Lines) -> np.ndarray:
    """Which lines are among the last ones of their article."""
    return np.searchsorted(lines.row, lines.row, side="right") - np.arange(len(lines)) <= LAST_LINES


def credited(lines: Lines, named: Spans) -> np.ndarray:
    """Which of the mentions credit the agency with the article: in a date line, a by-line, a line of credits, or alone after the last sentence."""
    shard, line = lines.shard, lines.of(named.start)
    at_foot, short = is_last(lines)[line], lines.n_words[line] <= BY_LINE_WORDS
    first, last = (shard.tokens[x] for x in (lines.start[line], lines.end[line] - 1))
    by_line = forms_of(shard, known().by_line)[first] & (lines.number[line] < BY_LINES) & short & ~lines.is_sentence[line]
    told = np.isin(line, lines.of(matches(shard, phrases(known().credits)).start)) & at_foot & (lines.n_words[line] <= CREDIT_WORDS)
    return by_line | told | nothing_else(lines, named) | enclosed(lines, named) | (at_foot & alone(lines, named))


def nothing_else(lines: Lines, named: Spans) -> np.ndarray:
    """Which of the mentions stand in a first or last line of nothing but agencies and words that join them."""
    shard = lines.shard
    line, which = np.unique(lines.of(named.start), return_inverse=True)
    if not len(line):
        return np.zeros(0, bool)
    at = ranges(lines.start[line], lines.end[line])
    fits = forms_of(shard, known().connectives)[shard.tokens[at]] | ~shard.is_word[at] | overlapping(Spans(at, at + 1), named)
    length = lines.end[line] - lines.start[line]
    whole = np.logical_and.reduceat(fits, np.cumsum(length) - length)
    return (whole & ((lines.number[line] < BY_LINES) | is_last(lines)[line]))[which]


def enclosed(lines: Lines, named: Spans) -> np.ndarray:
    """Which of the mentions stand in brackets or strokes of their own, before the dash or stop of a date line, or at the end of an article."""
    shard, line, whole = lines.shard, lines.of(named.start), together(lines, named)
    last = len(shard.tokens) - 1
    before, behind, then = (shard.tokens[np.clip(x, 0, last)] for x in (whole.start - 1, whole.end, whole.end + 1))
    bracketed = forms_of(shard, ["(", "[", "/"])[before] & forms_of(shard, [")", "]", "/"])[behind]
    dateline = (
        (lines.number[line] < TOP_LINES) & (whole.start - lines.start[line] < DATELINE_TOKENS) & forms_of(shard, [*DASHES, ".", ":"])[then]
    )
    return bracketed & (dateline | (is_last(lines)[line] & (whole.end + 2 >= lines.end[line])))


def alone(lines: Lines, named: Spans) -> np.ndarray:
    """Which of the mentions stand after the last sentence of their line, with nothing behind them."""
    shard, whole = lines.shard, together(lines, named)
    before = np.maximum(whole.start - 1, 0)
    before = np.maximum(before - forms_of(shard, DASHES)[shard.tokens[before]], 0)
    return shard.sentence_end[before] & (whole.end + 1 >= lines.end[lines.of(named.start)])


def together(lines: Lines, named: Spans) -> Spans:
    """For each mention the stretch of mentions that it belongs to, joined by a stroke, a comma or "and"."""
    joins = forms_of(lines.shard, ["/", ",", "and", "&", "-"])[lines.shard.tokens[np.minimum(named.end, len(lines.shard.tokens) - 1)]]
    follows = np.append(False, (named.start[1:] - named.end[:-1] == 1) & joins[:-1])[: len(named)]
    group = np.cumsum(~follows) - 1
    return Spans(named.start[~follows][group], named.end[np.append(~follows[1:], True)[: len(named)]][group])
