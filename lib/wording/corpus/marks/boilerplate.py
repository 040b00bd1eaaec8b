"""Marks boilerplate: credits, captions, links, sign-offs, repeated lines, a leading date line.

The text is never changed. What can be told from a line's words is a rule in
data/words/boilerplate-*.yml; what needs the article or the outlet is a function here.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from wording.corpus.encoding.shard import Shard, concatenate_ranges, reduce_segments
from wording.patterns import parse_phrases
from wording.study.read import read_word_record
from wording.study.records import PhraseTexts, Record
from wording.words import has_words

MIN_REPEATED_ARTICLES = 5
"""A line is boilerplate if it occurs in at least this many articles of an outlet, and in at least
1 % of them."""
MAX_REPEATED_WORDS = 40
MAX_LABEL_WORDS = 3
MAX_LINK_WORDS = 12
MAX_SIGN_OFF_WORDS = 12
MAX_DATELINE_TOKENS = 16
MIN_SHARED_WORDS = 8
"""A line that several outlets share, or a long one, is looked at from so many words on."""
MIN_OWN_SHARE = 1 / 2
"""An article tells a story of its own if the lines that few share hold so many of its words."""
MIN_CAPITAL_WORDS, MIN_MEAN_CAPITAL_WORDS = 5, 6.5
"""A link in capitals has so many words at least, and so many on average in an article."""
MAX_CAPITAL_LINES, MIN_MEAN_OF_MANY = 5, 8
"""An article that has more lines in capitals has headings of its own if their mean is below."""
MAX_CREDIT_TOKENS = 12
MAX_AUTHOR_WORDS = 10
MAX_NAME_WORDS = 4
MAX_NAME_TOKENS = 10
MIN_TURNS = 5
"""Names of speakers, in small letters, stand in an article at least so often on average."""
N_TOP_LINES = 8
DASHES = ("-", "–", "—", "--")


class BoilerplateRule(Record):
    """A kind of boilerplate line, by its words.

    `within_end`: the phrase ends within so many tokens of the line's end; `edge`: the line is one
    of so many last lines of its article, or of the first two; `inner`: it is not the first one;
    `name`: it begins with a person's name, or what looks like one, soon before the phrase;
    `unfinished`: it does not end as a sentence does.
    """

    match: PhraseTexts
    at: Literal["anywhere", "start", "end", "whole"]
    words: Annotated[int, Field(ge=1)]
    within_end: int = 0
    caption: bool = False
    rest: bool = False
    edge: int = 0
    inner: bool = False
    name: bool = False
    unfinished: bool = False


class BoilerplateRules(Record):
    """What a boilerplate file holds.

    `by` are the words before the names of authors, and `by_joins` those between their parts.
    """

    lists: dict[str, PhraseTexts]
    rules: dict[str, BoilerplateRule]
    connectives: list[str]
    by: list[str]
    by_joins: list[str]


@dataclass(frozen=True)
class ShardLines:
    """The lines of a shard that have any token: from `start` up to `end`, and the article's row."""

    start: np.ndarray
    end: np.ndarray
    row: np.ndarray
    shard: Shard

    def __len__(self) -> int:
        return len(self.start)

    @cached_property
    def n_words(self) -> np.ndarray:
        """Return the number of words of each line."""
        return compile_module(kernels).count_flagged(self.shard.is_word, self.start, self.end)

    @cached_property
    def number(self) -> np.ndarray:
        """Return the number of each line within its article, from 0."""
        return np.arange(len(self)) - np.searchsorted(self.row, self.row, side="left")

    @cached_property
    def is_sentence(self) -> np.ndarray:
        """Return whether each line ends as a sentence does."""
        last = (
            self.shard.forms["type"]
            .is_in([".", "!", "?", "…", "...", "”", '"', "''", "’", ":", ")"])
            .to_numpy()
        )
        return last[self.shard.tokens[self.end - 1]]

    @cached_property
    def from_end(self) -> np.ndarray:
        """Return the number of each line within its article, counted from the end, from 0."""
        last = np.searchsorted(self.row, self.row, side="right") - 1
        return last - np.arange(len(self))

    @cached_property
    def printed(self) -> np.ndarray:
        """Return a number for each line, uint64: in practice equal for equal words only."""
        return compile_module(kernels).hash_token_spans(
            self.shard.tokens, self.start, self.end, self.shard.numbers
        )

    @cached_property
    def is_small(self) -> np.ndarray:
        """Return which forms begin with a small letter or a digit, bool (n_forms,)."""
        return self.shard.forms["type"].str.contains(r"^(?:\p{Ll}|\p{N})").to_numpy()

    @cached_property
    def is_capital(self) -> np.ndarray:
        """Return which forms begin with a capital, bool (n_forms,)."""
        return self.shard.forms["type"].str.contains(r"^\p{Lu}").to_numpy()

    @cached_property
    def begins_with_name(self) -> np.ndarray:
        """Return which lines begin with two capitalised words, after at most a bullet, bool."""
        forms, tokens = self.shard.forms["type"], self.shard.tokens
        is_capital = self.is_capital
        first = self.start + ~self.shard.is_word[self.start]
        first += ~self.shard.is_word[np.minimum(first, self.end - 1)] & (first + 1 < self.end)
        second = np.minimum(first + 1, self.end - 1)
        # "J. Smith" has a stop between.
        second = np.where(forms.eq(".").to_numpy()[tokens[second]], second + 1, second)
        second = np.minimum(second, self.end - 1)
        first = np.minimum(first, self.end - 1)
        return (second > first) & is_capital[tokens[first]] & is_capital[tokens[second]]

    def line_of(self, positions: np.ndarray) -> np.ndarray:
        """Return the line that each position lies in."""
        return np.searchsorted(self.start, positions, side="right") - 1

    def match_line_ends(self, spans: Spans) -> tuple[np.ndarray, np.ndarray]:
        """Return which of the spans end their line, and the line of each span's last token."""
        line = self.line_of(spans.end - 1)
        return spans.end == self.end[line], line

    def mark(self, which: np.ndarray) -> np.ndarray:
        """Return which tokens lie in the flagged lines, bool (n_tokens,)."""
        return mask_spans(len(self.shard.tokens), self.start[which], self.end[which])

    def flag(self, lines: np.ndarray) -> np.ndarray:
        """Return which lines have one of the numbers, bool (n_lines,)."""
        flags = np.zeros(len(self), bool)
        flags[lines] = True
        return flags


def mask_spans(n: int, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return which of `n` tokens lie in one of the spans, bool (n,)."""
    mask = np.zeros(n, bool)
    mask[concatenate_ranges(start, end)] = True
    return mask


def mark_boilerplate(shard: Shard, outlets: pl.Series, *, language: str = "en") -> np.ndarray:
    """Return which tokens are boilerplate, bool (n_tokens,); `outlets` are the articles'."""
    lines, rules = find_lines(shard), read_boilerplate_rules(language)
    recurring = mark_repeated(lines, outlets) | mark_shared(lines, outlets)
    marked = (recurring & has_other_lines(lines, recurring)) | mark_section_labels(lines)
    for rule in rules.rules.values():
        marked |= mark_by_rule(lines, rule, rules.lists)
    marked |= mark_sign_offs(lines, rules)
    marked |= mark_capital_links(lines) | mark_long_numbers(lines)
    marked |= mark_bracketed_credits(lines) | mark_bracketed_lines(lines)
    marked |= mark_piped_credits(lines)
    marked |= mark_bylines(lines, marked, rules)
    return (
        lines.mark(marked)
        | mark_datelines(lines, rules)
        | mark_trailing_agency(lines, rules)
        | mark_leading_dates(lines)
    )


@cache
def read_boilerplate_rules(language: str) -> BoilerplateRules:
    """Return the rules for a language.

    Those of English, whose agencies and credits are the world's, and those of the language's own
    file, if there is one.
    """
    english = read_word_record("boilerplate-en", BoilerplateRules)
    if language == "en" or not has_words(f"boilerplate-{language}"):
        return english
    own = read_word_record(f"boilerplate-{language}", BoilerplateRules)
    names = dict.fromkeys([*english.lists, *own.lists])
    return BoilerplateRules(
        lists={name: [*english.lists.get(name, []), *own.lists.get(name, [])] for name in names},
        rules=english.rules | own.rules,
        connectives=[*english.connectives, *own.connectives],
        by=[*english.by, *own.by],
        by_joins=[*english.by_joins, *own.by_joins],
    )


def find_lines(shard: Shard) -> ShardLines:
    """Return the lines of the shard."""
    end = np.flatnonzero(shard.is_break(shard.tokens))
    start = np.concatenate([[0], end[:-1] + 1])
    start, end = start[start < end], end[start < end]
    return ShardLines(start, end, shard.article(start), shard)


def mark_by_rule(
    lines: ShardLines, rule: BoilerplateRule, lists: dict[str, list[str]]
) -> np.ndarray:
    """Return which lines a rule marks, bool (n_lines,)."""
    found = find_matches(lines.shard, parse_phrases(rule.match, lists=lists))
    line = lines.line_of(found.start)
    fits = lines.n_words[line] <= rule.words
    if rule.at in ("start", "whole"):
        fits &= found.start == lines.start[line]
    if rule.at in ("end", "whole"):
        fits &= found.end >= lines.end[line] - rule.within_end
    if rule.edge:
        fits &= ((lines.from_end < rule.edge) | (lines.number < 2))[line]
    if rule.inner:
        fits &= lines.number[line] > 0
    if rule.name:
        fits &= lines.begins_with_name[line] & (found.start - lines.start[line] <= MAX_NAME_TOKENS)
    if rule.unfinished:
        fits &= ~lines.is_sentence[line]
    marked = lines.flag(line[fits])
    if rule.caption:
        marked |= mark_captions(lines, marked)
    return marked | mark_following(lines, marked) if rule.rest else marked


def mark_captions(lines: ShardLines, credits: np.ndarray) -> np.ndarray:
    """Return which lines have words that the credit line after them repeats, bool (n_lines,)."""
    credit = np.flatnonzero(credits[1:] & (lines.row[1:] == lines.row[:-1])) + 1
    lengths = lines.end - lines.start
    credit = credit[lengths[credit - 1] <= lengths[credit]]
    above, length = credit - 1, lengths[credit - 1]
    keys, tokens = lines.shard.numbers, lines.shard.tokens
    upper = keys[tokens[concatenate_ranges(lines.start[above], lines.start[above] + length)]]
    lower = keys[tokens[concatenate_ranges(lines.start[credit], lines.start[credit] + length)]]
    return lines.flag(above[reduce_segments(np.logical_and, upper == lower, length)])


def mark_following(lines: ShardLines, marked: np.ndarray) -> np.ndarray:
    """Return which lines follow a marked one of their article and are no text, bool (n_lines,).

    They are no sentences, or as short as a headline.
    """
    first = np.full(lines.row.max(initial=-1) + 1, len(lines))
    np.minimum.at(first, lines.row[marked], np.flatnonzero(marked))
    return (np.arange(len(lines)) > first[lines.row]) & (
        ~lines.is_sentence | (lines.n_words <= MAX_LINK_WORDS)
    )


def count_in(lines: ShardLines, which: np.ndarray, is_counted: np.ndarray) -> np.ndarray:
    """Return how many tokens of some lines are of the types that count, int (n_which,).

    Parameters
    ----------
    lines : all lines.
    which : those that are looked at, by number.
    is_counted : bool (n_forms,).
    """
    start, end = lines.start[which], lines.end[which]
    flags = is_counted[lines.shard.tokens[concatenate_ranges(start, end)]]
    ends = np.cumsum(end - start)
    total = np.concatenate([[0], np.cumsum(flags)])
    return total[ends] - total[ends - (end - start)]


def mark_long_numbers(lines: ShardLines) -> np.ndarray:
    """Return which lines are a number of a page and nothing else, bool (n_lines,)."""
    line = np.flatnonzero(lines.end - lines.start == 1)
    types = lines.shard.forms["type"].gather(lines.shard.tokens[lines.start[line]])
    return lines.flag(line[types.str.contains(r"^\p{N}{9,}$").to_numpy()])


def mark_capital_links(lines: ShardLines) -> np.ndarray:
    """Return which lines are headlines in capitals within an article: links to others, bool.

    Headings of the article itself are shorter: where its lines in capitals have few words on
    average, none is marked. A line that ends as a sentence does, or with a colon, is text.
    """
    forms, tokens = lines.shard.forms["type"], lines.shard.tokens
    is_lower = forms.str.contains(r"\p{Ll}").to_numpy()
    is_upper = forms.str.contains(r"\p{Lu}").to_numpy()
    closed = forms.is_in([".", "!", ":", "...", "…", ")", ","]).to_numpy() | is_lower
    opened = forms.is_in(["(", "[", "#", "@"]).to_numpy() | is_lower
    ends = ~closed[tokens[lines.end - 1]] & ~opened[tokens[lines.start]]
    line = np.flatnonzero((lines.number > 0) & ends)
    line = line[count_in(lines, line, is_lower) == 0]
    n_upper = count_in(lines, line, is_upper)
    line, n_upper = line[n_upper > 1], n_upper[n_upper > 1]
    n_lines = np.bincount(lines.row[line], minlength=len(lines.shard.bounds) - 1)
    n_words = np.bincount(lines.row[line], n_upper, len(lines.shard.bounds) - 1)
    least = np.where(n_lines > MAX_CAPITAL_LINES, MIN_MEAN_OF_MANY, MIN_MEAN_CAPITAL_WORDS)
    is_linking = n_words >= least * n_lines
    return lines.flag(line[(n_upper >= MIN_CAPITAL_WORDS) & is_linking[lines.row[line]]])


def mark_bracketed_lines(lines: ShardLines) -> np.ndarray:
    """Return which short lines stand in square brackets and are no sentence, bool (n_lines,)."""
    forms, tokens = lines.shard.forms["type"], lines.shard.tokens
    first, last = tokens[lines.start], tokens[lines.end - 1]
    ends = forms.is_in([".", "…", "..."]).to_numpy()
    return (
        forms.eq("[").to_numpy()[first]
        & forms.eq("]").to_numpy()[last]
        & ~ends[tokens[np.maximum(lines.end - 2, lines.start)]]
        & (lines.n_words <= MAX_LINK_WORDS)
    )


def mark_piped_credits(lines: ShardLines) -> np.ndarray:
    """Return which lines end with a bar and one to three capitalised words: "Ann Other | Agency".

    They are captions and the titles of pages.
    """
    shard = lines.shard
    bar = shard.find_positions(find_form_numbers(shard, ["|"]))
    line = lines.line_of(bar)
    end = lines.end[line]
    near = (end - bar > 1) & (end - bar <= MAX_NAME_WORDS) & ~lines.is_sentence[line]
    bar, line, end = bar[near], line[near], end[near]
    capital = lines.is_capital[shard.tokens[concatenate_ranges(bar + 1, end)]]
    return lines.flag(line[reduce_segments(np.logical_and, capital, end - bar - 1)])


def mark_bracketed_credits(lines: ShardLines) -> np.ndarray:
    """Return which lines end with a credit in brackets, like "(Ann Other/Agency)", bool."""
    shard = lines.shard
    slash = shard.find_positions(find_form_numbers(shard, ["/"]))
    open_ = shard.find_positions(find_form_numbers(shard, ["("]))
    line = lines.line_of(slash)
    before = np.searchsorted(open_, slash) - 1
    start = np.where(before >= 0, open_[np.maximum(before, 0)], -1) if len(open_) else slash - slash
    end = lines.end[line]
    is_close = shard.forms["type"].eq(")").to_numpy()[shard.tokens[end - 1]]
    near = is_close & (start >= lines.start[line]) & (end - start <= MAX_CREDIT_TOKENS)
    line, start, slash, end = line[near], start[near], slash[near], end[near]
    small = lines.is_small[shard.tokens[concatenate_ranges(start, end)]]
    names = ~reduce_segments(np.logical_or, small, end - start) & (slash - start > 2)
    return lines.flag(line[names])


def mark_bylines(lines: ShardLines, marked: np.ndarray, rules: BoilerplateRules) -> np.ndarray:
    """Return which lines name who wrote the article, bool (n_lines,).

    They are like "By Ann Other", or a name alone above a short marked line at the top.
    """
    tokens, is_by = lines.shard.tokens, flag_forms(lines.shard, rules.by)
    joins = flag_forms(lines.shard, rules.by_joins)
    first = np.minimum(lines.start + ~lines.shard.is_word[lines.start], lines.end - 1)
    second = np.minimum(first + 1, lines.end - 1)
    by = (lines.n_words > 2) & (lines.n_words <= MAX_AUTHOR_WORDS)
    by &= is_by[tokens[first]] & ~joins[tokens[second]]
    below = np.append((lines.row[1:] == lines.row[:-1]) & (lines.n_words[1:] <= MAX_NAME_WORDS), 0)
    below[:-1] &= marked[1:]
    alone = (lines.number < 2) & (lines.n_words <= MAX_NAME_WORDS) & ~lines.is_sentence
    line = np.flatnonzero(by | (alone & (below > 0) & lines.begins_with_name))
    return lines.flag(line[count_in(lines, line, lines.is_small & ~joins) == 0])


def mark_repeated(lines: ShardLines, outlets: pl.Series) -> np.ndarray:
    """Return which short lines many articles of one outlet share, bool (n_lines,).

    Names of speakers, in small letters, which an article has again and again, are no such lines.
    """
    short, printed = find_recurring(lines, lines.n_words <= MAX_REPEATED_WORDS)
    code = number_publishers(outlets)
    articles = np.bincount(code)[code[lines.row[short]]]
    cells = pl.DataFrame(
        {"line": printed, "outlet": code[lines.row[short]], "row": lines.row[short]}
    ).select(n=pl.col("row").n_unique().over("line", "outlet"), all=pl.len().over("line", "outlet"))
    n, n_lines = (cells[name].to_numpy().astype(np.int64) for name in ("n", "all"))
    is_turn = (lines.n_words[short] > 1) & (lines.n_words[short] <= MAX_LABEL_WORDS)
    is_turn &= (n_lines >= MIN_TURNS * n) & (count_in(lines, short, ~lines.is_small) == 0)
    is_repeated = (n >= MIN_REPEATED_ARTICLES) & (100 * n >= articles) & ~is_turn
    return lines.flag(short[is_repeated])


def has_other_lines(lines: ShardLines, flagged: np.ndarray) -> np.ndarray:
    """Return which lines are of an article that has words in other lines, too, bool (n_lines,).

    What recurs beside a story is boilerplate; a text that recurs as a whole is a copy.
    """
    left = np.bincount(lines.row, weights=np.where(flagged, 0, lines.n_words))
    return left[lines.row] > 0 if len(lines) else np.zeros(0, bool)


def number_publishers(outlets: pl.Series) -> np.ndarray:
    """Return a number for each article's outlet, from 1."""
    return outlets.to_frame("o").select(pl.col("o").rank("dense")).to_series().to_numpy()


def find_recurring(lines: ShardLines, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the flagged lines that may occur often enough to count, and the hash of each.

    Most lines are alone in their cell: a quick way to leave them out.
    """
    cell = (lines.printed >> np.uint64(44)).astype(np.int64)
    often = np.bincount(cell[which]) >= MIN_REPEATED_ARTICLES
    line = np.flatnonzero(which)
    line = line[often[cell[line]]]
    return line, lines.printed[line]


def mark_shared(lines: ShardLines, outlets: pl.Series) -> np.ndarray:
    """Return which lines many articles share that tell different stories, bool (n_lines,).

    They are a group's footers, of any length and whichever outlets share them. Copies of a story
    share most of their lines, and an outlet prints a story once as a rule: only articles with a
    story of their own count, and each outlet's first one does not.
    """
    line, printed = find_recurring(lines, lines.n_words >= MIN_SHARED_WORDS)
    code, row = number_publishers(outlets), lines.row[line]
    table = pl.DataFrame({"line": printed, "row": row, "outlet": code[row]})
    n = table.select(pl.col("row").n_unique().over("line")).to_series().to_numpy()
    line, table = line[n >= MIN_REPEATED_ARTICLES], table.filter(n >= MIN_REPEATED_ARTICLES)
    words = np.bincount(lines.row, lines.n_words, len(outlets))
    shared = np.bincount(lines.row[line], lines.n_words[line], len(outlets))
    is_story = words - shared >= MIN_OWN_SHARE * words
    sizes = pl.DataFrame({"outlet": code}).group_by("outlet").agg(articles=pl.len())
    groups = (
        table.filter(is_story[table["row"]])
        .unique(["line", "row"])
        .join(sizes, on="outlet")
        .group_by("line", "outlet")
        .agg(pl.len().alias("n"), pl.first("articles"))
        .group_by("line")
        .agg(pl.sum("n", "articles"), outlets=pl.len())
        .filter(
            (pl.col("n") - pl.col("outlets") + 1 >= MIN_REPEATED_ARTICLES)
            & (100 * pl.col("n") >= pl.col("articles"))
        )
    )
    return lines.flag(line[table["line"].is_in(groups["line"].to_list()).to_numpy()])


def mark_section_labels(lines: ShardLines) -> np.ndarray:
    """Return which lines are the name of a page's section: first ones above a headline, bool."""
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
    """Return which lines sign off an article, bool (n_lines,).

    They have nothing but agencies and words that join them, or initials below an agency's name.
    """
    shard = lines.shard
    named = find_matches(shard, parse_phrases(["<agency>"], lists=rules.lists))
    line = np.unique(lines.line_of(named.start))
    line = line[lines.n_words[line] <= MAX_SIGN_OFF_WORDS]
    covered = line[is_covered_by(lines, line, named, rules.connectives)]
    return lines.flag(covered) | mark_initials(lines, named)


def is_covered_by(
    lines: ShardLines, line: np.ndarray, named: Spans, connectives: Sequence[str]
) -> np.ndarray:
    """Return which of the lines have nothing but agencies and words that join them, bool.

    Parameters
    ----------
    lines : all lines.
    line : those that are looked at, by number.
    named : where agencies are named.
    connectives : the words that join them.
    """
    shard = lines.shard
    at = concatenate_ranges(lines.start[line], lines.end[line])
    fits = (
        flag_forms(shard, connectives)[shard.tokens[at]]
        | ~shard.is_word[at]
        | is_overlapping(Spans(at, at + 1), named)
    )
    return reduce_segments(np.logical_and, fits, lines.end[line] - lines.start[line])


def mark_initials(lines: ShardLines, named: Spans) -> np.ndarray:
    """Return which lines are like "abc-de/fg", below one that ends with an agency's name, bool."""
    last, line = lines.match_line_ends(named)
    below = line[last & (line + 1 < len(lines))] + 1
    below = below[lines.row[below] == lines.row[below - 1]]
    slashed = np.unique(
        lines.line_of(lines.shard.find_positions(find_form_numbers(lines.shard, ["/"])))
    )
    return lines.flag(below[(lines.n_words[below] <= 3) & np.isin(below, slashed)])


def mark_trailing_agency(lines: ShardLines, rules: BoilerplateRules) -> np.ndarray:
    """Return which tokens name an agency alone after the last sentence of a line, bool."""
    shard = lines.shard
    named = find_matches(shard, parse_phrases(["<agency>"], lists=rules.lists))
    last = lines.match_line_ends(named)[0] & shard.sentence_end[np.maximum(named.start - 1, 0)]
    return mask_spans(len(shard.tokens), named.start[last], named.end[last])


def mark_datelines(lines: ShardLines, rules: BoilerplateRules) -> np.ndarray:
    """Return which tokens are a date line, bool: "LVIV, Dec 19 (EFE) -".

    That is place, date and agency before the dash that opens a story: all capitalised, or with an
    agency in brackets.
    """
    shard = lines.shard
    dash = shard.find_positions(find_form_numbers(shard, DASHES))
    line = lines.line_of(dash)
    start = lines.start[line]
    near = (
        (lines.number[line] < N_TOP_LINES) & (dash - start < MAX_DATELINE_TOKENS) & (dash > start)
    )
    dash, start = dash[near], start[near]
    begins_lower = shard.forms["type"].str.contains(r"^\p{Ll}").to_numpy()
    lower = begins_lower[shard.tokens[concatenate_ranges(start, dash)]]
    has_lower = reduce_segments(np.logical_or, lower, dash - start)
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
    whole = ~has_lower & capitals & (dash - start < 8) | agency
    dash, start = dash[whole], start[whole]
    return mask_spans(len(shard.tokens), start, dash + 1)


def mark_leading_dates(lines: ShardLines) -> np.ndarray:
    """Return which tokens are a date before an article's first words: "Published 2022-02-24"."""
    shard = lines.shard
    found = find_matches(
        shard,
        parse_phrases(
            [
                "(date|dated|published|updated|posted) (:|on|_) #",
                "(date|dated|published|updated|posted) #",
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
    leading = found[first & iso]
    return mask_spans(len(shard.tokens), leading.start, leading.end)
