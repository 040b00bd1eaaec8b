"""Finds what stands inside quotation marks of any kind: where each quotation begins and ends.

There are three families of marks (double, guillemets, single), each with its own state, so that an
inner quotation does not end the outer one. Within a line the last mark wins: an unclosed mark runs
to the end of its line, as in a quotation of several paragraphs, and a closing mark that nothing
opened does nothing. Only the marks are looked at, never the words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wording.corpus.encoding.shard import ARTICLE_END, PARAGRAPH, SPACE, Shard, mark_run_starts

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
