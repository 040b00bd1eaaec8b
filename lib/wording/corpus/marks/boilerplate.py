"""Marks boilerplate: credits, captions, links, sign-offs, repeated lines, a leading date line. The text is never changed.

What can be told from a line's words is a rule in data/words/boilerplate-*.yml; what needs the article or the outlet is a function here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Literal

import numpy as np
import polars as pl
from pydantic import Field

from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.matching import (
    Spans,
    find_form_numbers,
    find_matches,
    flag_forms,
    is_overlapping,
)
from wording.corpus.encoding.shard import Shard, concatenate_ranges
from wording.patterns import parse_phrases
from wording.study.records import PhraseTexts, Record
from wording.words import has_words, read_word_record

MIN_REPEATED_ARTICLES = 5
"""A line that stands in so many articles of one outlet, and in one of a hundred of them, is the page's, not the article's."""
MAX_REPEATED_WORDS = 40
MAX_LABEL_WORDS = 3
MAX_LINK_WORDS = 12
MAX_SIGN_OFF_WORDS = 12
MAX_DATELINE_TOKENS = 16
N_TOP_LINES = 8


class BoilerplateRule(Record):
    """A kind of boilerplate line, by its words; `within_end`: the phrase begins within so many tokens of the line's end."""

    match: PhraseTexts
    at: Literal["anywhere", "start", "end", "whole"]
    words: Annotated[int, Field(ge=1)]
    within_end: int = 0
    caption: bool = False
    rest: bool = False


class BoilerplateRules(Record):
    """What a boilerplate file holds."""

    lists: dict[str, PhraseTexts]
    rules: dict[str, BoilerplateRule]
    connectives: list[str]


@dataclass(frozen=True)
class ShardLines:
    """The lines of a shard that have any token: from token `start` up to `end`, the article's row, and `top`, the line's number in its article."""

    start: np.ndarray
    end: np.ndarray
    row: np.ndarray
    shard: Shard

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def n_words(self) -> np.ndarray:
        """Words per line."""
        return compile_module(kernels).count_flagged(self.shard.is_word, self.start, self.end)

    @cached_property
    def number(self) -> np.ndarray:
        """The line's number within its article, from 0."""
        return np.arange(len(self)) - np.searchsorted(self.row, self.row, side="left")

    @cached_property
    def is_sentence(self) -> np.ndarray:
        """Whether the line ends as a sentence does."""
        last = (
            self.shard.forms["type"]
            .is_in([".", "!", "?", "…", "...", "”", '"', "''", "’", ":", ")"])
            .to_numpy()
        )
        return last[self.shard.tokens[self.end - 1]]

    def of(self, positions: np.ndarray) -> np.ndarray:
        """The line that each position lies in."""
        return np.searchsorted(self.start, positions, side="right") - 1

    def match_line_ends(self, spans: Spans) -> tuple[np.ndarray, np.ndarray]:
        """Which of the spans end their line, bool, and the line that each span's last token lies in."""
        line = self.of(spans.end - 1)
        return spans.end == self.end[line], line

    def mark(self, which: np.ndarray) -> np.ndarray:
        """The tokens of the lines that are flagged, bool (n_tokens,)."""
        marked = np.zeros(len(self.shard.tokens), bool)
        marked[concatenate_ranges(self.start[which], self.end[which])] = True
        return marked


def mark_boilerplate(shard: Shard, outlets: pl.Series, *, language: str = "en") -> np.ndarray:
    """Which tokens are boilerplate, bool (n_tokens,); `outlets` has the outlet of each article of the shard."""
    lines, rules = find_lines(shard), read_boilerplate_rules(language)
    marked = mark_repeated(lines, outlets) | mark_section_labels(lines)
    for rule in rules.rules.values():
        marked |= mark_by_rule(lines, rule, rules.lists)
    marked |= mark_sign_offs(lines, rules)
    return (
        lines.mark(marked)
        | mark_datelines(lines, rules)
        | mark_trailing_agency(lines, rules)
        | mark_leading_dates(lines)
    )


@cache
def read_boilerplate_rules(language: str) -> BoilerplateRules:
    """The rules for a language; a language without a file has those for English, whose agencies and credits are the world's."""
    name = f"boilerplate-{language}"
    return read_word_record(name if has_words(name) else "boilerplate-en", BoilerplateRules)


def find_lines(shard: Shard) -> ShardLines:
    """The lines of the shard."""
    end = np.flatnonzero(shard.is_break(shard.tokens))
    start = np.concatenate([[0], end[:-1] + 1])
    start, end = start[start < end], end[start < end]
    return ShardLines(start, end, shard.article(start), shard)


def mark_by_rule(
    lines: ShardLines, rule: BoilerplateRule, lists: dict[str, list[str]]
) -> np.ndarray:
    """The lines that a rule marks."""
    found = find_matches(lines.shard, parse_phrases(rule.match, lists=lists))
    line = lines.of(found.start)
    at_start = found.start == lines.start[line]
    at_end = found.end >= lines.end[line] - rule.within_end
    fits = {"anywhere": True, "start": at_start, "end": at_end, "whole": at_start & at_end}[
        rule.at
    ] & (lines.n_words[line] <= rule.words)
    marked = np.zeros(len(lines), bool)
    marked[line[fits]] = True
    if rule.caption:
        marked |= mark_captions(lines, marked)
    return marked | mark_following(lines, marked) if rule.rest else marked


def mark_captions(lines: ShardLines, credits: np.ndarray) -> np.ndarray:
    """The lines whose words the credit line after them repeats."""
    credit = np.flatnonzero(credits[1:] & (lines.row[1:] == lines.row[:-1])) + 1
    length = (lines.end - lines.start)[credit - 1]
    credit, length = (x[length <= (lines.end - lines.start)[credit]] for x in (credit, length))
    marked = np.zeros(len(lines), bool)
    if len(credit):
        key, tokens = lines.shard.numbers, lines.shard.tokens
        above, here = (
            key[tokens[concatenate_ranges(start, start + length)]]
            for start in (lines.start[credit - 1], lines.start[credit])
        )
        marked[credit[np.logical_and.reduceat(above == here, np.cumsum(length) - length)] - 1] = (
            True
        )
    return marked


def mark_following(lines: ShardLines, marked: np.ndarray) -> np.ndarray:
    """The lines after a marked one, in its article, that are no sentences or as short as a headline."""
    first = np.full(lines.row.max(initial=-1) + 1, len(lines))
    np.minimum.at(first, lines.row[marked], np.flatnonzero(marked))
    return (np.arange(len(lines)) > first[lines.row]) & (
        ~lines.is_sentence | (lines.n_words <= MAX_LINK_WORDS)
    )


def mark_repeated(lines: ShardLines, outlets: pl.Series) -> np.ndarray:
    """The short lines that many articles of one outlet share."""
    short = np.flatnonzero(lines.n_words <= MAX_REPEATED_WORDS)
    printed = hash_lines(lines, short)
    cell = (printed >> np.uint64(44)).astype(np.int64)
    kept = (
        np.bincount(cell)[cell] >= MIN_REPEATED_ARTICLES
    )  # most lines are alone in their cell: a quick way to leave them out
    short, printed = short[kept], printed[kept]
    code = outlets.to_frame("o").select(pl.col("o").rank("dense")).to_series().to_numpy()
    articles = np.bincount(code)[code[lines.row[short]]]
    table = pl.DataFrame(
        {"line": printed, "outlet": code[lines.row[short]], "row": lines.row[short]}
    )
    n = table.select(pl.col("row").n_unique().over("line", "outlet")).to_series().to_numpy()
    marked = np.zeros(len(lines), bool)
    marked[short[(n >= MIN_REPEATED_ARTICLES) & (100 * n.astype(np.int64) >= articles)]] = True
    return marked


def hash_lines(lines: ShardLines, which: np.ndarray) -> np.ndarray:
    """A number for each of the lines that lines of the same words, and practically no others, share; uint64."""
    return compile_module(kernels).hash_token_spans(
        lines.shard.tokens, lines.start[which], lines.end[which], lines.shard.numbers
    )


def mark_section_labels(lines: ShardLines) -> np.ndarray:
    """A first line of a few words that stands above a headline: the name of the page's section."""
    following = np.append(lines.row[1:] == lines.row[:-1], False)
    headline = np.append(~lines.is_sentence[1:] & (lines.n_words[1:] > MAX_LABEL_WORDS), False)
    return (
        (lines.number == 0)
        & (lines.n_words <= MAX_LABEL_WORDS)
        & ~lines.is_sentence
        & following
        & headline
    )


def mark_sign_offs(lines: ShardLines, rules: BoilerplateRules) -> np.ndarray:
    """Lines of nothing but agencies and words that join them, and the initials below an agency's name."""
    shard = lines.shard
    named = find_matches(shard, parse_phrases(["<agency>"], lists=rules.lists))
    line = np.unique(lines.of(named.start))
    line = line[lines.n_words[line] <= MAX_SIGN_OFF_WORDS]
    places = concatenate_ranges(lines.start[line], lines.end[line])
    fits = (
        flag_forms(shard, rules.connectives)[shard.tokens[places]]
        | ~shard.is_word[places]
        | is_overlapping(Spans(places, places + 1), named)
    )
    marked = np.zeros(len(lines), bool)
    if len(line):
        marked[
            line[
                np.logical_and.reduceat(
                    fits,
                    np.cumsum(lines.end[line] - lines.start[line])
                    - (lines.end[line] - lines.start[line]),
                )
            ]
        ] = True
    return marked | mark_initials(lines, named)


def mark_initials(lines: ShardLines, named: Spans) -> np.ndarray:
    """Lines such as "abc-de/fg" below a line that ends with an agency's name."""
    last, line = lines.match_line_ends(named)
    below = line[last & (line + 1 < len(lines))] + 1
    below = below[lines.row[below] == lines.row[below - 1]]
    slashed = np.unique(lines.of(lines.shard.find_positions(find_form_numbers(lines.shard, ["/"]))))
    marked = np.zeros(len(lines), bool)
    marked[below[(lines.n_words[below] <= 3) & np.isin(below, slashed)]] = True
    return marked


def mark_trailing_agency(lines: ShardLines, rules: BoilerplateRules) -> np.ndarray:
    """An agency's name alone after the last sentence of a line."""
    shard = lines.shard
    named = find_matches(shard, parse_phrases(["<agency>"], lists=rules.lists))
    last = lines.match_line_ends(named)[0] & shard.sentence_end[np.maximum(named.start - 1, 0)]
    marked = np.zeros(len(shard.tokens), bool)
    marked[concatenate_ranges(named.start[last], named.end[last])] = True
    return marked


def mark_datelines(lines: ShardLines, rules: BoilerplateRules) -> np.ndarray:
    """Place, date and agency before the dash that opens a story: "LVIV, Dec 19 (EFE) -"; all capitalised, or an agency in brackets."""
    shard = lines.shard
    dash = shard.find_positions(find_form_numbers(shard, ["-", "–", "—", "--"]))
    line = lines.of(dash)
    start = lines.start[line]
    near = (
        (lines.number[line] < N_TOP_LINES) & (dash - start < MAX_DATELINE_TOKENS) & (dash > start)
    )
    dash, start = dash[near], start[near]
    begins_lower = shard.forms["type"].str.contains(r"^\p{Ll}").to_numpy()
    lower = (
        np.add.reduceat(
            begins_lower[shard.tokens[concatenate_ranges(start, dash)]],
            np.cumsum(dash - start) - (dash - start),
        )
        if len(dash)
        else dash
    )
    bracketed = find_matches(
        shard, parse_phrases(["( <agency> )", "( the <agency> )"], lists=rules.lists)
    )
    before = np.searchsorted(bracketed.end, dash, side="right") - 1
    agency = (
        (before >= 0) & (bracketed.start[np.maximum(before, 0)] >= start)
        if len(bracketed)
        else np.zeros(len(dash), bool)
    )
    capitals = (
        shard.forms["type"].str.contains(r"^\p{Lu}[\p{Lu}.]{2,}").to_numpy()[shard.tokens[start]]
    )
    whole = (lower == 0) & capitals & (dash - start < 8) | agency
    dash, start = dash[whole], start[whole]
    marked = np.zeros(len(shard.tokens), bool)
    marked[concatenate_ranges(start, dash + 1)] = True
    return marked


def mark_leading_dates(lines: ShardLines) -> np.ndarray:
    """A date that the page put before an article's first words: "date 2022-02-24", "Published 2022-02-24"."""
    shard = lines.shard
    found = find_matches(
        shard,
        parse_phrases(
            [
                "date|dated|published|updated|posted :|on|_ #",
                "date|dated|published|updated|posted #",
            ]
        ),
    )
    first = np.isin(found.start, shard.bounds[:-1]) & (found.end - found.start <= 4)
    iso = (
        shard.forms["type"]
        .str.contains(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$")
        .to_numpy()[shard.tokens[found.end - 1]]
        if len(found)
        else first
    )
    marked = np.zeros(len(shard.tokens), bool)
    marked[concatenate_ranges(found.start[first & iso], found.end[first & iso])] = True
    return marked
