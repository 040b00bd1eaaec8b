"""Finds concepts, or any phrase, in the encoded corpus: one row per hit, in context.

A word of a phrase is looked up in the list of forms once; its positions come from the index. The
rest is arithmetic on positions.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.compounds import HYPHEN, has_star, join_word_patterns, list_runs
from wording.corpus.encoding.lemmas import expand_lemmas
from wording.corpus.encoding.shard import (
    ADDRESS,
    ARTICLE_END,
    NUMBER,
    PARAGRAPH,
    WORD,
    Shard,
    concatenate_ranges,
    mark_run_starts,
)
from wording.errors import WordingError
from wording.patterns import (
    ANY_NUMBER,
    ANY_TOKEN,
    HASH_SIGN,
    SKIPPED_MARKS,
    WILDCARD,
    Phrase,
    normalise_spelling,
    parse_phrases,
    split_elisions,
)
from wording.study.records import Concept, Near, Variant

DEFAULT_CONTEXT = 15
"""Tokens of context on each side of a hit."""

ContextWidth = int | Literal["sentence", "paragraph"]
"""The width of a line: tokens on each side, or the hit's whole sentence or paragraph."""

MAX_PHRASE_TOKENS = 256
"""Every phrase has fewer tokens than this."""

MAX_MARKS_SKIPPED = 2
"""So many quotation marks may stand between two words of a phrase."""

MARK_SET = frozenset(SKIPPED_MARKS)

Run = tuple[int, int]
"""Some words of a phrase in a row: the place of the first, and that after the last."""


@dataclass(frozen=True)
class Spans:
    """Spans of tokens, sorted by start: from `start` up to, not including, `end`."""

    start: np.ndarray
    end: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, which: np.ndarray) -> Spans:
        return Spans(self.start[which], self.end[which])


def find_matches(
    shard: Shard, wanted: Sequence[Phrase], *, at: np.ndarray | None = None, joined: bool = True
) -> Spans:
    """Return where any of the phrases occurs, each span once.

    Parameters
    ----------
    shard : where to look.
    wanted : the phrases.
    at : the positions, ascending, at which alone a phrase may begin (None: anywhere).
    joined : whether a blank in a phrase also stands for a hyphen.
    """

    @functools.lru_cache(maxsize=256)
    def find_forms_of(words: tuple[str, ...], cased: bool) -> np.ndarray:
        return find_form_numbers(shard, words, cased=cased)

    codes = [np.zeros(0, np.int64)]
    for phrase in adapt_phrases(shard, wanted):
        forms = [find_forms_of(words, phrase.cased) for words in phrase.words]
        sequences = list_sequences(shard, phrase, forms)
        for sequence in sequences if joined else sequences[:1]:
            codes.append(number_spans(find_sequence_spans(shard, sequence, at)))
    ordered = np.sort(np.concatenate(codes))
    return read_span_numbers(ordered[mark_run_starts(ordered)])


def number_spans(spans: Spans) -> np.ndarray:
    """Return a number for each span, by which spans sort by their starts, then their lengths."""
    return spans.start * MAX_PHRASE_TOKENS + spans.end - spans.start


def read_span_numbers(numbers: np.ndarray) -> Spans:
    """Return the spans that have the numbers (see `number_spans`)."""
    start, length = np.divmod(numbers, MAX_PHRASE_TOKENS)
    return Spans(start, start + length)


def bound_matches(shard: Shard, phrase: Phrase) -> int:
    """Return how many matches a phrase can have at most: as its rarest words, or compounds."""
    bound = 0
    for part in adapt_phrases(shard, [phrase]):
        forms = [find_form_numbers(shard, words, cased=part.cased) for words in part.words]
        for sequence in list_sequences(shard, part, forms):
            bound += min(shard.count_occurrences(numbers) for numbers in sequence.forms)
    return bound


def adapt_phrases(shard: Shard, phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases as the shard has them: `~word` as its forms, elided words cut off."""
    return expand_lemmas(shard, split_elisions(phrases, shard.language))


@dataclass(frozen=True)
class FormSequence:
    """Forms (numbers, ascending) of each token in turn.

    `skips` says of each token whether quotation marks may stand before it.
    """

    forms: list[np.ndarray]
    skips: list[bool]


def list_sequences(shard: Shard, phrase: Phrase, forms: Sequence[np.ndarray]) -> list[FormSequence]:
    """Return the sequences of tokens that a phrase stands for.

    The first has one token for each word, of the `forms` of each; the others have compounds for
    some words in a row, as far as the shard has such compounds.
    """
    words, cased = phrase.words, phrase.cased
    if len(words) == 1:
        return [FormSequence(list(forms), [False])]
    joined = {
        run: compounds
        for run in list_runs(words)
        if len(compounds := find_joined_forms(shard, words[slice(*run)], cased=cased))
    }
    is_plain = [not can_be_mark(alternatives) for alternatives in words]
    single = {(k, k + 1): numbers for k, numbers in enumerate(forms)}
    sequences = []
    for runs in list_segmentations(len(words), [*single, *joined]):
        skips = [first > 0 and is_plain[first - 1] and is_plain[first] for first, _ in runs]
        sequences.append(FormSequence([(single | joined)[run] for run in runs], skips))
    return sequences


def find_joined_forms(
    shard: Shard, words: tuple[tuple[str, ...], ...], *, cased: bool
) -> np.ndarray:
    """Return the numbers of the forms that are one of each of the words joined by hyphens."""
    if all(len(alternatives) == 1 and not has_star(alternatives) for alternatives in words):
        joined = HYPHEN.join(alternatives[0] for alternatives in words)
        return match_literal(shard, (joined,), cased=cased)
    return shard.compounds.find_joined(words, cased=cased)


def can_be_mark(words: Sequence[str]) -> bool:
    """Return whether any of the words stands for a quotation mark."""
    return ANY_TOKEN in words or not MARK_SET.isdisjoint(words)


def list_segmentations(n: int, runs: Sequence[Run]) -> list[list[Run]]:
    """Return the ways to cut `n` words into the runs (first, end), the shortest runs first.

    >>> list_segmentations(2, [(0, 1), (1, 2), (0, 2)])
    [[(0, 1), (1, 2)], [(0, 2)]]
    """
    ways: list[list[list[Run]]] = [[] for _ in range(n)] + [[[]]]
    for place in reversed(range(n)):
        ways[place] = [[run, *rest] for run in runs if run[0] == place for rest in ways[run[1]]]
    return ways[0]


NO_PLACES = np.zeros(0, np.int64)


def find_sequence_spans(
    shard: Shard, sequence: FormSequence, at: np.ndarray | None = None
) -> Spans:
    """Return where a sequence of forms stands; quotation marks between its tokens are skipped.

    The rarest token is looked up (unless `at` is shorter), the others are checked.
    """
    allowed, tokens = sequence.forms, shard.tokens
    is_alone = len(allowed) == 1 and at is None
    counts = [0] if is_alone else [shard.count_occurrences(forms) for forms in allowed]
    place = int(np.argmin(counts))
    if not is_alone and not counts[place]:
        return Spans(NO_PLACES, NO_PLACES)
    if at is None or counts[place] < len(at):
        start = end = shard.find_positions(allowed[place]).astype(np.int64)
    else:
        place, at = 0, at[at < len(tokens)]
        start = end = at[flag_form_numbers(shard, [allowed[0]])[tokens[at]]]
    for k in range(place + 1, len(allowed)):
        if len(end):
            end = step_to_word(shard, end, 1, skips=sequence.skips[k])
            fits = flag_form_numbers(shard, [allowed[k]])[tokens[end]]
            start, end = start[fits], end[fits]
    for k in reversed(range(place)):
        if len(start):
            start = step_to_word(shard, start, -1, skips=sequence.skips[k + 1])
            fits = flag_form_numbers(shard, [allowed[k]])[tokens[start]]
            start, end = start[fits], end[fits]
    return Spans(start, end + 1)


def step_to_word(shard: Shard, positions: np.ndarray, step: int, *, skips: bool) -> np.ndarray:
    """Return the position beside each one, beyond quotation marks if `skips`.

    Before the first token comes the last one: the end of an article, which no word matches.
    """
    beside = positions + step
    for _ in range(MAX_MARKS_SKIPPED if skips else 0):
        is_mark = shard.is_skipped[shard.tokens[beside]]
        if not is_mark.any():
            break
        marks = np.flatnonzero(is_mark)
        marks = marks[is_between_words(shard, beside[marks])]
        beside[marks] += step
    return beside


def is_between_words(shard: Shard, marks: np.ndarray) -> np.ndarray:
    """Return which of the quotation marks (positions) lie inside a sentence, bool.

    An apostrophe right after an s is a possessive ("workers' rights") and none.
    """
    is_apostrophe, ends_in_s = shard.possessive_forms
    ended = shard.sentence_end[marks] | shard.sentence_end[marks - 1]
    is_possessive = is_apostrophe[shard.tokens[marks]] & ends_in_s[shard.tokens[marks - 1]]
    return ~(ended | is_possessive)


def find_wider_compounds(shard: Shard, wanted: Sequence[Phrase]) -> Spans:
    """Return where the phrases would match if a hyphen did not join more to their words."""
    codes = [np.zeros(0, np.int64)]
    wanted = adapt_phrases(shard, wanted)
    for phrase in wanted:
        words, cased = phrase.words, phrase.cased
        if any(map(can_be_mark, (words[0], words[-1]))) or ANY_NUMBER in (*words[0], *words[-1]):
            continue
        find = functools.partial(shard.compounds.find_wider, cased=cased)
        sequences = [[find(words, before=True, behind=True)]]
        if len(words) > 1:
            plain = [find_form_numbers(shard, choices, cased=cased) for choices in words]
            first = np.union1d(plain[0], find(words[:1], before=True, behind=False))
            last = np.union1d(plain[-1], find(words[-1:], before=False, behind=True))
            sequences.append([first, *plain[1:-1], last])
        for forms in sequences:
            skips = [k > 0 and not can_be_mark(words[k]) for k in range(len(forms))]
            spans = find_sequence_spans(shard, FormSequence(forms, skips))
            codes.append(number_spans(spans))
    matched = number_spans(find_matches(shard, wanted))
    return read_span_numbers(np.setdiff1d(np.concatenate(codes), matched))


def flag_forms(shard: Shard, words: Sequence[str], *, cased: bool = False) -> np.ndarray:
    """Return which forms any of the words stands for, bool (n_forms,)."""
    return flag_form_numbers(shard, [find_form_numbers(shard, words, cased=cased)])


def flag_form_numbers(shard: Shard, numbers: Sequence[np.ndarray]) -> np.ndarray:
    """Return which forms have one of the numbers, bool (n_forms,)."""
    flags = np.zeros(len(shard.numbers), bool)
    for forms in numbers:
        flags[forms] = True
    return flags


def find_form_numbers(shard: Shard, words: Sequence[str], *, cased: bool = False) -> np.ndarray:
    """Return the numbers of the forms that any of the words stands for, ascending."""
    if ANY_TOKEN in words:
        return np.arange(np.searchsorted(shard.kind, PARAGRAPH, side="right"), len(shard.kind))
    found = []
    if literal := [word for word in words if is_literal(word)]:
        found.append(match_literal(shard, literal, cased=cased))
    found += [match_wildcard(shard, word, cased=cased) for word in words if WILDCARD in word]
    if ANY_NUMBER in words:
        found.append(np.flatnonzero(shard.kind == NUMBER))
    if HASH_SIGN in words:
        found.append(match_literal(shard, [ANY_NUMBER], cased=cased))
    return np.sort(found[0]) if len(found) == 1 else np.flatnonzero(flag_form_numbers(shard, found))


def is_literal(word: str) -> bool:
    """Return whether a word of a phrase stands for itself only."""
    return WILDCARD not in word and word not in (ANY_NUMBER, HASH_SIGN)


def match_wildcard(shard: Shard, word: str, *, cased: bool) -> np.ndarray:
    """Return the numbers of the forms that a word with a star stands for, ascending.

    Of words, of numbers and, for a word with a mark that addresses have, of these only those whose
    keys begin like it are looked at.
    """
    keys, beginning = shard.forms["key"], word.partition(WILDCARD)[0].lower()
    kinds = [WORD, NUMBER, *([ADDRESS] if re.search(r"[/@.]", word) else [])]
    ranges = []
    for kind in kinds:
        first, end = np.searchsorted(shard.kind, (kind, kind + 1)).tolist()
        start = bisect.bisect_left(keys, beginning, first, end)
        stop = bisect.bisect_left(keys, beginning + chr(0x10FFFF), first, end)
        ranges.append(np.arange(start, stop))
    candidates = np.concatenate(ranges)
    written = normalise_spelling(pl.col("type")) if cased else pl.col("key")
    pattern = f"^{join_word_patterns([word])}$"
    fits = shard.forms[candidates].select(written.str.contains(pattern))
    return candidates[fits.to_series().to_numpy()]


def match_literal(shard: Shard, words: Sequence[str], *, cased: bool) -> np.ndarray:
    """Return the numbers of the forms whose key is one of the words.

    With `cased`, only those that are spelled like one of them.
    """
    keys = pl.Series(words, dtype=pl.String).str.to_lowercase() if cased else words
    found = shard.find_forms(list(dict.fromkeys(keys)))
    if not cased:
        return found
    spelled = (
        shard.forms["type"]
        .gather(found)
        .to_frame("type")
        .select(normalise_spelling(pl.col("type")).is_in(list(words)))
    )
    return found[spelled.to_series().to_numpy()]


def find_variant_spans(shard: Shard, variant: Variant, lists: Mapping[str, Sequence[str]]) -> Spans:
    """Return where a variant occurs in the sense that counts."""
    phrases = variant.phrases_in(shard.language)
    spans = find_matches(shard, parse_phrases(phrases, lists=lists, case=variant.case))
    if variant.not_:
        excluded = parse_phrases(variant.not_, lists=lists, case=variant.case)
        others = find_matches(shard, excluded, at=list_possible_starts(spans, excluded))
        spans = spans[~is_overlapping(spans, others)]
    for near in variant.near:
        spans = spans[is_near(shard, spans, near, lists, case=variant.case)]
    for near in variant.not_near:
        spans = spans[~is_near(shard, spans, near, lists, case=variant.case)]
    return spans


def list_possible_starts(spans: Spans, wanted: Sequence[Phrase], *, within: int = 0) -> np.ndarray:
    """Return the positions, ascending, at which a phrase may begin and reach near a span.

    Near is up to `within` tokens from it.
    """
    longest = max(map(len, wanted))
    reach = longest + MAX_MARKS_SKIPPED * (longest - 1)
    last = np.maximum.accumulate(spans.end) + within
    first = np.maximum(spans.start - within - reach + 1, 0)
    first[1:] = np.minimum(np.maximum(first[1:], last[:-1]), last[1:])
    return concatenate_ranges(first, last)


def is_overlapping(spans: Spans, others: Spans) -> np.ndarray:
    """Return which of the spans share a token with any of the others, bool."""
    if not len(others):
        return np.zeros(len(spans), bool)
    reach = np.maximum.accumulate(others.end)
    last = np.searchsorted(others.start, spans.end, side="left") - 1
    return (last >= 0) & (reach[np.maximum(last, 0)] > spans.start)


def is_near(
    shard: Shard, spans: Spans, near: Near, lists: Mapping[str, Sequence[str]], *, case: bool
) -> np.ndarray:
    """Return which of the spans have one of the phrases of `near` as near as it asks, bool."""
    wanted = parse_phrases(near.any, lists=lists, case=case)
    context = find_matches(
        shard, wanted, at=list_possible_starts(spans, wanted, within=near.within)
    )
    if not len(context) or not len(spans):
        return np.zeros(len(spans), bool)
    together = (
        shard.in_one_sentence
        if near.sentence
        else lambda a, b: shard.article(a) == shard.article(b)
    )
    found = np.zeros(len(spans), bool)
    if near.side != "after":
        ends = np.sort(context.end)
        k = np.searchsorted(ends, spans.start, side="right") - 1
        last = ends[np.maximum(k, 0)] - 1
        close = np.flatnonzero((k >= 0) & (spans.start - last <= near.within))
        found[close] = together(last[close], spans.start[close])
    if near.side != "before":
        k = np.searchsorted(context.start, spans.end, side="left")
        first = context.start[np.minimum(k, len(context) - 1)]
        close = np.flatnonzero((k < len(context)) & (first - spans.end < near.within))
        found[close] |= together(spans.start[close], first[close])
    return found


def find_concept_spans(
    shard: Shard, name: str, concept: Concept, lists: Mapping[str, Sequence[str]]
) -> tuple[Spans, np.ndarray]:
    """Return where a concept's variants occur, and which one (by number) occurs there.

    One occurrence is one hit; the longest match wins. There is none in a language in which a
    variant has no phrases.

    Raises
    ------
    WordingError
        If two variants match the very same words.
    """
    if not concept.lists_variants_in(shard.language):
        return Spans(np.zeros(0, np.int64), np.zeros(0, np.int64)), np.zeros(0, np.int64)
    found = [find_variant_spans(shard, variant, lists) for variant in concept.variants.values()]
    start = np.concatenate([f.start for f in found]).astype(np.int64)
    end = np.concatenate([f.end for f in found]).astype(np.int64)
    which = np.repeat(np.arange(len(found)), [len(f) for f in found])
    order = np.lexsort((-end, start))
    spans, which = Spans(start[order], end[order]), which[order]
    if len(find_repeated(spans)):
        kept = ~flag_joined_rivals(shard, spans, which, [*concept.variants.values()], lists)
        spans, which = spans[kept], which[kept]
    if len(same := find_repeated(spans)):
        variants = list(concept.variants)
        one, other = variants[which[same[0]]], variants[which[same[0] + 1]]
        words = shard.text(spans.start[same[:1]], spans.end[same[:1]])[0]
        raise WordingError(
            f"Concept {name!r}: the variants {one!r} and {other!r} both match {words!r}. "
            "Narrow one of them so that each occurrence counts for one variant only."
        )
    kept = select_longest(spans)
    return spans[kept], which[kept]


def find_repeated(spans: Spans) -> np.ndarray:
    """Return which of the sorted spans (their places) the next one repeats."""
    return np.flatnonzero((np.diff(spans.start) == 0) & (np.diff(spans.end) == 0))


def flag_joined_rivals(
    shard: Shard,
    spans: Spans,
    which: np.ndarray,
    variants: Sequence[Variant],
    lists: Mapping[str, Sequence[str]],
) -> np.ndarray:
    """Return which spans another variant has by a phrase that is written like them, bool.

    Of `cease fire` and `cease-fire` in two variants, the second alone has "cease-fire".
    """
    numbers = number_spans(spans)
    repeated = numbers[find_repeated(spans)]
    is_joined = np.zeros(len(spans), bool)
    is_shared = np.isin(numbers, repeated)
    for variant in np.unique(which[is_shared]):
        record = variants[variant]
        phrases = parse_phrases(record.phrases_in(shard.language), lists=lists, case=record.case)
        exact = number_spans(find_matches(shard, phrases, joined=False))
        is_joined |= is_shared & (which == variant) & ~np.isin(numbers, exact)
    return is_joined & np.isin(numbers, numbers[is_shared & ~is_joined])


def select_longest(spans: Spans) -> np.ndarray:
    """Return which spans remain, bool: of overlapping ones the longest, then the first."""
    reach = np.maximum.accumulate(spans.end)
    joined = (
        np.concatenate([[False], spans.start[1:] < reach[:-1]]) if len(spans) else np.zeros(0, bool)
    )
    cluster = np.cumsum(~joined)
    kept = np.ones(len(spans), bool)
    crowded = np.flatnonzero(np.isin(cluster, cluster[joined])).tolist()
    taken: dict[int, list[int]] = {}
    for k in sorted(crowded, key=lambda k: (spans.start[k] - spans.end[k], spans.start[k])):
        rivals = taken.setdefault(cluster[k], [])
        kept[k] = all(
            spans.end[k] <= spans.start[r] or spans.end[r] <= spans.start[k] for r in rivals
        )
        if kept[k]:
            rivals.append(k)
    return kept


def spell_spans(start: np.ndarray, end: np.ndarray, letters: np.ndarray) -> tuple[str, np.ndarray]:
    """Return spans of tokens as lines of text, one letter for each token, for regular expressions.

    Parameters
    ----------
    start, end : the spans.
    letters : the ASCII codes of their tokens, one span after the other, uint8.

    Returns
    -------
    The text, and the token of each of its letters; -1 for the end of a line.

    >>> spell_spans(np.array([3, 8]), np.array([5, 9]), np.array([65, 66, 67], np.uint8))
    ('AB\\nC\\n', array([ 3,  4, -1,  8, -1]))
    """
    ends = np.cumsum(end - start)
    text = np.insert(letters, ends, ord("\n")).tobytes().decode("ascii")
    return text, np.insert(concatenate_ranges(start, end), ends, -1)


def extract_contexts(
    shard: Shard, spans: Spans, *, context: ContextWidth = DEFAULT_CONTEXT
) -> pd.DataFrame:
    """Return one row per span, in context.

    Returns
    -------
    Columns row (the article's row in the shard), start, end (characters), left, node, right
    (texts in which every run of white space is one blank).
    """
    row = shard.article(spans.start)
    first, last = find_context_bounds(shard, spans, context)
    first, last = np.maximum(first, shard.bounds[row]), np.minimum(last, shard.bounds[row + 1])
    start, end = shard.offsets(np.concatenate([spans.start, spans.end - 1]))
    return pd.DataFrame(
        {
            "row": row,
            "start": start[: len(spans)],
            "end": end[len(spans) :],
            "left": collapse_whitespace(shard.text(first, spans.start)),
            "node": collapse_whitespace(shard.text(spans.start, spans.end)),
            "right": collapse_whitespace(shard.text(spans.end, last)),
        }
    )


def find_context_bounds(
    shard: Shard, spans: Spans, context: ContextWidth
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first token of each span's context, and the one after its last."""
    if not isinstance(context, str):
        return spans.start - context, spans.end + context
    ends = np.flatnonzero(
        shard.sentence_end
        if context == "sentence"
        else np.isin(shard.kind, (ARTICLE_END, PARAGRAPH))[shard.tokens]
    )
    before = np.searchsorted(ends, spans.start) - 1
    return np.where(before < 0, 0, ends[before] + 1), ends[np.searchsorted(ends, spans.end - 1)] + 1


def collapse_whitespace(texts: list[str]) -> list[str]:
    """Return the texts with every run of white space as one blank."""
    return pl.Series(texts, dtype=pl.String).str.replace_all(r"\s+", " ").to_list()


def shorten_lines(lines: pd.DataFrame, width: int | None) -> pd.DataFrame:
    """Return the lines with at most `width` words on each side (None: all).

    Titles, and names of speakers with more words, are left out.
    """
    if width is None:
        return lines
    speaker = lines["speaker"]
    shortened = lines.assign(speaker=speaker.where(speaker.str.split().str.len() <= width, None))
    if "left" in lines:
        last_words = slice(-width, None) if width else slice(0)
        shortened["left"] = lines["left"].str.split().str[last_words].str.join(" ")
    if "right" in lines:
        shortened["right"] = lines["right"].str.split().str[:width].str.join(" ")
    if "title" in lines:
        shortened["title"] = None
    return shortened
