"""Where in an article: its headline, its lead, its body.

A headline is the article's title, which is encoded beside the text. The lead is the first paragraph
of the text, boilerplate left out; the body is what follows. A line with which the text repeats its
headline is boilerplate: it counts once, as the headline.
"""

from __future__ import annotations

import numpy as np

from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.boilerplate import find_lines, mask_spans

MIN_LEAD_WORDS = 10
"""A first paragraph with fewer words is a kicker or a place and day: the lead goes on."""
MAX_LEAD_WORDS, CUT_LEAD_WORDS = 120, 60
"""Of a longer first paragraph, and of a text that is one paragraph, so many words are the lead."""
N_TITLE_LINES = 3
"""The headline may be repeated in one of so many first lines: a name or a day may be above it."""
MIN_MATCHED_WORDS = 5
"""Words of a headline that a line only begins with, or of a line that begins a headline."""


def measure_leads(shard: Shard) -> np.ndarray:
    """Return how many tokens of each article are its lead, int32; boilerplate must be marked."""
    return compile_module(kernels).measure_lead_tokens(
        shard.is_word & ~shard.boilerplate,
        shard.is_break(shard.tokens),
        shard.bounds,
        MIN_LEAD_WORDS,
        MAX_LEAD_WORDS,
        CUT_LEAD_WORDS,
    )


def mark_repeated_titles(shard: Shard, titles: Shard) -> np.ndarray:
    """Return which tokens of the texts repeat their article's headline, bool (n_tokens,)."""
    lines = find_lines(shard)
    first = np.flatnonzero(lines.number < N_TITLE_LINES)
    start, row = lines.start[first], lines.row[first]
    end = compile_module(kernels).match_titles(
        shard.tokens,
        number_words(shard),
        start,
        lines.end[first],
        titles.tokens,
        number_words(titles),
        titles.bounds[row],
        titles.bounds[row + 1],
        MIN_MATCHED_WORDS,
    )
    return mask_spans(len(shard.tokens), start, end)


def number_words(shard: Shard) -> np.ndarray:
    """Return the number of each form's key, uint64; 0 where the form is no word."""
    is_word = shard.are_words(np.arange(len(shard.numbers)))
    return np.where(is_word, shard.numbers, np.uint64(0))
