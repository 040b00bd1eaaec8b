"""Finds direct speech: what stands in quotation marks of any kind, or behind a dash of dialogue.

There are three families of marks (double, guillemets, single), each with its own state, so that an
inner quotation does not end the outer one. Within a line the last mark wins: an unclosed mark runs
to the end of its line, as in a quotation of several paragraphs, and a closing mark that nothing
opened does nothing. Only the marks are looked at, never the words.

Some languages have more: speech that a dash opens ("—Me quedo —dijo Pablo—, aunque llueva."), and
words of the outlet's inside quotation marks (« Nous partons, a dit le maire, demain. »). Both are
known by such a tag, a mark with a verb of saying behind it; data/words/voice-*.yml has these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wording.corpus.encoding.matching import flag_forms
from wording.corpus.encoding.shard import (
    ARTICLE_END,
    PARAGRAPH,
    SPACE,
    Shard,
    find_at_or_after,
    find_at_or_before,
    mark_run_starts,
)
from wording.corpus.marks.attribution import SpeechTags, VoiceWords, load_voice_words

QUOTATION_MARKS = {
    "double": ('“”„‟"〝〞＂「」『』', ("``", "''")),
    "guillemets": ("«»‹›", ()),
    "single": ("‘’‚‛'`", ()),
}
OPENING_MARKS, CLOSING_MARKS, AMBIGUOUS_MARKS = "“„‟〝「『«‹‘‚‛`", "”〞」』»›’", "\"＂'"
MARKS_BEFORE_OPENING = "([{—–―-/¿¡…:"
"""Marks after which a quotation can begin without a blank."""
MARKS_AFTER_CLOSING = ".,;:!?)]}…—–―-/"
"""Marks before which a quotation can end without a blank."""
ELIDED_WORDS = (
    "em",
    "n",
    "til",
    "till",
    "cause",
    "bout",
    "twas",
    "tis",
    "round",
    "s",
    "cuz",
    "neath",
    "nuff",
    "tude",
    "un",
    "uns",
)
"""Words that an apostrophe shortens at their beginning."""
SPOKEN_VERB = r"^(\w+?)-(?:t-)?(?:il|elle|on|ils|elles|je|nous)$"
"""A French verb with its subject behind it: "dit-il", "explique-t-elle"."""
MAX_WORDS_BEFORE_VERB = 2
MAX_CARRIED_LINES = 4
"""A closing mark ends a quotation that was opened at most so many lines before, if no other mark
stands between."""

OPENS, CLOSES, ALTERNATES = 1, 0, 2
SPACED, SOLID, TOUCHING = range(3)


@dataclass(frozen=True)
class Quotations:
    """The quotations of a shard, which may nest.

    Attributes
    ----------
    start : the opening marks.
    end : the tokens after the closing marks, or the ends of the lines.
    """

    start: np.ndarray
    end: np.ndarray

    def inside(self, n_tokens: int) -> np.ndarray:
        """Return which tokens lie in a quotation, its marks included, bool (n_tokens,)."""
        steps = np.zeros(n_tokens + 1, np.int8)
        np.add.at(steps, self.start, 1)
        np.add.at(steps, self.end, -1)
        return np.cumsum(steps[:-1], dtype=np.int8) > 0


@dataclass(frozen=True)
class MarkPositions:
    """The quotation marks of one family in a shard.

    Attributes
    ----------
    at : position.
    type : the mark itself.
    line, line_end : the number of its line, and where that ends.
    before, after : what stands on each side: SPACED, SOLID or TOUCHING.
    """

    at: np.ndarray
    type: np.ndarray
    line: np.ndarray
    line_end: np.ndarray
    before: np.ndarray
    after: np.ndarray


def find_quotations(shard: Shard) -> Quotations:
    """Return where each quotation of the shard begins and ends; no marks are an error."""
    ends = np.append(np.flatnonzero(shard.is_break(shard.tokens)), len(shard.tokens))
    sides = flag_side_forms(shard.forms)
    pairs = []
    for family in QUOTATION_MARKS:
        marks = find_quotation_marks(shard, family, ends, sides)
        pair = pair_single_marks if family == "single" else pair_marks
        pairs.append(pair(shard, marks))
    start = np.concatenate([start for start, _ in pairs])
    end = np.concatenate([end for _, end in pairs])
    words = load_voice_words(shard.language)
    if words and words.tags:
        start, end = apply_tags(shard, start, end, words)
    order = np.lexsort((end, start))
    return Quotations(start[order], end[order])


def find_quotation_marks(
    shard: Shard, family: str, ends: np.ndarray, classes: tuple[np.ndarray, ...]
) -> MarkPositions:
    """Return the marks of a family, in order.

    Parameters
    ----------
    shard : the articles.
    family : a key of QUOTATION_MARKS.
    ends : the ends of the lines.
    classes : flags of the forms, as `flag_side_forms` gives them.
    """
    characters, pairs = QUOTATION_MARKS[family]
    at = shard.find_positions(
        np.flatnonzero(shard.forms["type"].is_in([*characters, *pairs]).to_numpy())
    ).astype(np.int64)
    line = np.searchsorted(ends, at)
    before, after = classify_mark_sides(shard, at, classes)
    return MarkPositions(
        at,
        shard.forms["type"].gather(shard.tokens[at]).to_numpy().astype(str),
        line,
        ends[line],
        before,
        after,
    )


def classify_mark_sides(
    shard: Shard, at: np.ndarray, classes: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return what stands before and after each mark: SPACED or SOLID.

    A mark that touches another has what stands beyond the two.
    """
    blank, opens, closes, quote = classes
    last = len(shard.tokens) - 1
    previous, following = (
        shard.tokens[np.maximum(at - 1, 0)],
        shard.tokens[np.minimum(at + 1, last)],
    )
    own = shard.tokens[at]
    spaced = (
        blank[own]
        | (at == 0)
        | np.isin(shard.kind[previous], (ARTICLE_END, PARAGRAPH, SPACE))
        | opens[previous]
    )
    before = np.where(spaced, SPACED, np.where(quote[previous], TOUCHING, SOLID))
    spaced = (
        blank[following]
        | np.isin(shard.kind[following], (ARTICLE_END, PARAGRAPH, SPACE))
        | closes[following]
    )
    after = np.where(spaced, SPACED, np.where(quote[following], TOUCHING, SOLID))
    return resolve_touching_sides(shard, at, before, classes, step=-1), resolve_touching_sides(
        shard, at, after, classes, step=1
    )


def flag_side_forms(forms: pl.DataFrame) -> tuple[np.ndarray, ...]:
    """Return flags of the forms: blank, opens, closes, quote.

    They have a blank before them, can stand before an opening mark, can stand after a closing one,
    are quotation marks.
    """
    type_ = pl.col("type")
    every = [m for characters, pairs in QUOTATION_MARKS.values() for m in (*characters, *pairs)]
    classes = forms.select(
        blank=pl.col("form").str.len_chars() > type_.str.len_chars(),
        opens=type_.is_in(list(MARKS_BEFORE_OPENING)),
        closes=type_.is_in([*MARKS_AFTER_CLOSING, "..."]),
        quote=type_.is_in(every),
    )
    return tuple(classes[name].to_numpy() for name in classes.columns)


def resolve_touching_sides(
    shard: Shard, at: np.ndarray, side: np.ndarray, classes: tuple[np.ndarray, ...], *, step: int
) -> np.ndarray:
    """Return the sides, where a mark that touches another has what stands beyond the two."""
    if not len(at) or not (side == TOUCHING).any():
        return side
    blank, opens, closes, quote = classes
    beyond = np.clip(at + 2 * step, 0, len(shard.tokens) - 1)
    neighbour, far = (
        shard.tokens[np.clip(at + step, 0, len(shard.tokens) - 1)],
        shard.tokens[beyond],
    )
    breaks = np.isin(shard.kind[far], (ARTICLE_END, PARAGRAPH, SPACE))
    free = breaks | ((blank[neighbour] | opens[far]) if step < 0 else (blank[far] | closes[far]))
    return np.where(side == TOUCHING, np.where(free, SPACED, SOLID), side)


def classify_directions(marks: MarkPositions) -> np.ndarray:
    """Return whether each mark opens, closes, or alternates with the one before it."""
    opening = np.isin(marks.type, [*OPENING_MARKS, "``"])
    closing = np.isin(marks.type, [*CLOSING_MARKS])
    either = np.isin(marks.type, [*AMBIGUOUS_MARKS, "''"])
    looks_open = (marks.before == SPACED) & (marks.after != SPACED)
    looks_closed = (marks.before != SPACED) & (marks.after == SPACED)
    low = (
        np.append(False, np.isin(marks.type[:-1], ["„", "‚"]) & (marks.line[1:] == marks.line[:-1]))
        if len(marks.at)
        else opening
    )
    turned = np.isin(marks.type, ["“", "‘"]) & ~low  # “ closes only what „ opened
    opens = (opening & (turned | ~looks_closed)) | (closing & looks_open) | (either & looks_open)
    closes = (closing & ~looks_open) | (opening & looks_closed & ~turned) | (either & looks_closed)
    return np.select([opens, closes], [OPENS, CLOSES], ALTERNATES)


def pair_marks(shard: Shard, marks: MarkPositions) -> tuple[np.ndarray, np.ndarray]:
    """Return start and end of the quotations of a family whose marks are never apostrophes."""
    if not len(marks.at):
        return marks.at, marks.at
    first = mark_run_starts(marks.line)
    opens = resolve_directions(marks, classify_directions(marks)) == OPENS
    stop = np.where(np.append(first[1:], True), marks.line_end, np.append(marks.at[1:], 0) + 1)
    carried = np.flatnonzero(is_carried_over(shard, marks, opens, first))
    return np.append(marks.at[opens], marks.at[carried - 1]), np.append(
        stop[opens], marks.at[carried] + 1
    )


def resolve_directions(marks: MarkPositions, direction: np.ndarray) -> np.ndarray:
    """Return whether each mark opens or closes.

    One that alternates is resolved from the last clear mark of its line; the first of a line opens.
    """
    n = np.arange(len(direction))
    first = mark_run_starts(marks.line)
    clear = direction != ALTERNATES
    anchor = np.maximum.accumulate(np.where(clear | first, n, 0))
    base = np.where(clear, direction, OPENS)[anchor]
    return np.where(clear, direction, (base + n - anchor) % 2)


def is_carried_over(
    shard: Shard, marks: MarkPositions, opens: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Return which closing marks end a quotation opened a few lines before in the article."""
    row = shard.article(marks.at)
    near = (np.diff(marks.line) <= MAX_CARRIED_LINES) & (np.diff(row) == 0)
    return np.append(False, ~opens[1:] & first[1:] & opens[:-1] & near)


def pair_single_marks(shard: Shard, marks: MarkPositions) -> tuple[np.ndarray, np.ndarray]:
    """Return start and end of the quotations in single marks.

    Only those that close in their line, since most such marks are apostrophes.
    """
    if not len(marks.at):
        return marks.at, marks.at
    following = shard.forms["key"].gather(
        shard.tokens[np.minimum(marks.at + 1, len(shard.tokens) - 1)]
    )
    elided = (following.is_in(ELIDED_WORDS) | following.str.contains(r"^\d\ds?$")).to_numpy()
    direction = classify_directions(marks)
    opens = (direction == OPENS) & (marks.before == SPACED) & (marks.after != SPACED) & ~elided
    closes = (direction == CLOSES) & (marks.before != SPACED)
    keep = np.flatnonzero(opens | closes)
    same = np.diff(marks.line[keep]) == 0
    pair = np.flatnonzero(opens[keep][:-1] & closes[keep][1:] & same)
    return marks.at[keep[pair]], marks.at[keep[pair + 1]] + 1


@dataclass(frozen=True)
class TagPositions:
    """Where the outlet's words may stand inside direct speech.

    Attributes
    ----------
    start : the marks that begin a tag, ascending.
    end : the token after each, or -1 where no mark ends it in its sentence.
    """

    start: np.ndarray
    end: np.ndarray


def apply_tags(
    shard: Shard, start: np.ndarray, end: np.ndarray, words: VoiceWords
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quotations without the tags inside them, and the dialogue that dashes open."""
    assert words.tags
    tags = find_tags(shard, words.tags, words.subject["inverted"])
    first, last = find_dialogue(shard, words.tags, tags)
    is_quoted = Quotations(start, end).inside(len(shard.tokens))
    is_free = ~is_quoted[tags.start]
    spoken = cut_at_tags(first, last, TagPositions(tags.start[is_free], tags.end[is_free]))
    sentence_ends = find_at_or_after(
        np.flatnonzero(shard.sentence_end), tags.start, len(shard.tokens) - 1
    )
    stops = tags.end if words.tags.is_closed else np.where(tags.end < 0, sentence_ends, tags.end)
    is_inner = ~is_free & (stops >= 0)
    quoted = cut_at_tags(start, end, TagPositions(tags.start[is_inner], stops[is_inner]))
    return np.append(quoted[0], spoken[0]), np.append(quoted[1], spoken[1])


def find_tags(shard: Shard, tags: SpeechTags, verbs: list[str]) -> TagPositions:
    """Return where tags may stand: a mark, and a verb of saying behind it.

    A tag ends with the next such mark that stands in its sentence, or begins the next one.
    """
    is_mark, is_before = flag_forms(shard, tags.marks), flag_forms(shard, tags.before)
    stem = shard.forms["key"].str.extract(SPOKEN_VERB)
    is_verb = flag_forms(shard, verbs) | stem.is_in(verbs).fill_null(value=False).to_numpy()
    marks = shard.find_positions(np.flatnonzero(is_mark)).astype(np.int64)
    last = len(shard.tokens) - 1
    verb = np.minimum(marks + 1, last)
    for _ in range(MAX_WORDS_BEFORE_VERB):
        verb = np.minimum(verb + is_before[shard.tokens[verb]], last)
    start = marks[is_verb[shard.tokens[verb]]]
    following = find_at_or_after(marks, start + 1, last)
    begins = shard.sentence_end[following - 1] & ~shard.is_break(shard.tokens[following - 1])
    next_sentence = shard.sentence[following] == shard.sentence[start] + 1
    is_ended = (shard.sentence[following] == shard.sentence[start]) | (begins & next_sentence)
    is_ended &= is_mark[shard.tokens[following]]
    return TagPositions(start, np.where(is_ended, following, -1))


def find_dialogue(
    shard: Shard, tags: SpeechTags, found: TagPositions
) -> tuple[np.ndarray, np.ndarray]:
    """Return where lines and sentences that a dash opens begin and end, if they have a tag."""
    dashes = shard.find_positions(shard.find_forms(tags.dashes)).astype(np.int64)
    before = shard.tokens[dashes - 1]  # before the first token: the end of an article
    opens_line = shard.is_break(before)
    breaks = np.flatnonzero(shard.is_break(shard.tokens))
    lines, line_ends = dashes[opens_line], find_at_or_after(breaks, dashes[opens_line], 0)
    others = dashes[~opens_line & shard.sentence_end[dashes - 1]]
    within = find_at_or_before(lines, others)
    ends = np.append(line_ends, -1)[np.searchsorted(lines, within)]
    others = others[(within < 0) | (others >= ends)]
    stops = find_at_or_after(np.flatnonzero(shard.sentence_end), others, 0) + 1
    start, end = np.append(lines, others), np.append(line_ends, stops)
    order = np.argsort(start)
    start, end = start[order], end[order]
    has_tag = np.searchsorted(found.start, end) > np.searchsorted(found.start, start + 1)
    return start[has_tag], end[has_tag]


def cut_at_tags(
    start: np.ndarray, end: np.ndarray, tags: TagPositions
) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of stretches of speech before, between and behind the tags in them.

    Nothing is left of a stretch behind a tag that no mark ends.
    """
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    stretch = np.searchsorted(start, tags.start, side="right") - 1
    inside = (stretch >= 0) & (tags.start < np.append(end, 0)[stretch])
    stretch, tag_start, tag_end = stretch[inside], tags.start[inside], tags.end[inside]
    tag_end = np.where(tag_end < 0, end[stretch], np.minimum(tag_end, end[stretch]))
    place = np.append(np.arange(len(start)), stretch)
    first, last = np.append(start, tag_end), np.append(tag_start, end)
    last_of = np.append(stretch, np.arange(len(end)))
    first = first[np.lexsort((first, place))]
    last = last[np.lexsort((last, last_of))]
    kept = first < last
    return first[kept], last[kept]
