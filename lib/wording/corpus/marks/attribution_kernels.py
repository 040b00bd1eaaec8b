"""The arithmetic of attribution.py, sentence by sentence: where each word stands, what the tables add up to, which words are marked.

All of it is a few passes over whole numbers, forward for what stands before a word and back for what stands after it. `PLACES` are the rows of
what `fill` writes; attribution.py says what tables are made of them. These functions are to be called compiled (see compiled.py).
"""

from __future__ import annotations

import numpy as np

PLACES = (
    "cue before", "word after the cue before", "strength of cue before", "setting of cue before", "words since cue", "commas since cue",
    "cue after", "word before the cue after", "word after the cue after", "strength of cue after", "setting of cue after", "words to cue", "commas to cue",
    "words since strong cue", "words to strong cue",
    "opener before", "words since opener", "commas since opener", "closer after", "words to closer", "commas to closer",
    "last signal", "next signal", "words since that", "that and cue",
    "mark before", "words since mark", "mark after", "words to mark",
    "sentence's first word", "clause's first word", "words since sentence start", "words to sentence end",
)  # fmt: skip
"""What is known of a word by where it stands; attribution.value_names has the values of each."""
BESIDE_TOKEN = ("second word before", "word before", "word", "word after", "second word after")
"""And by which words stand AROUND it."""
(
    CUE_BEFORE, BEHIND_CUE_BEFORE, STRENGTH_BEFORE, SETTING_BEFORE, SINCE_CUE, COMMAS_SINCE_CUE,
    CUE_AFTER, AHEAD_OF_CUE_AFTER, BEHIND_CUE_AFTER, STRENGTH_AFTER, SETTING_AFTER, TO_CUE, COMMAS_TO_CUE,
    SINCE_STRONG, TO_STRONG,
    OPENER, SINCE_OPENER, COMMAS_SINCE_OPENER, CLOSER, TO_CLOSER, COMMAS_TO_CLOSER,
    LAST_SIGNAL, NEXT_SIGNAL, SINCE_THAT, THAT_AND_CUE,
    MARK_BEFORE, SINCE_MARK, MARK_AFTER, TO_MARK,
    FIRST_WORD, CLAUSE_WORD, SINCE_START, TO_END,
) = range(len(PLACES))  # fmt: skip

MARKS = (",", ".", ":", ";", "?", "!", "(", ")", "[", "]", "-", "–", "—", "...", "…", "/", "'", "other mark")
QUOTATIONS = tuple(f"a {size} quotation{end}" for size in ("short", "long") for end in ("", " ending in a comma", " ending a sentence"))
COMMA, QUOTATION, N_MARKS = 1 + MARKS.index(","), 1 + len(MARKS), 1 + len(MARKS) + len(QUOTATIONS)
"""Classes of tokens: 0 is nothing, then come marks, then quotations, each folded into one token, and from N_MARKS on words."""
STOPS = tuple(1 + MARKS.index(mark) for mark in (".", "?", "!"))
SHORT_QUOTATION = 6
"""Tokens of a short quotation, at most."""

SIGNALS = ("cue", "opener", "closer")
CUE_SIGNAL, OPENER_SIGNAL, CLOSER_SIGNAL = range(len(SIGNALS))
AROUND = (-2, -1, 0, 1, 2)
"""The words by which a signal is known, counted from its own place."""
SUM = len(SIGNALS)
"""The column of `around` beside those of the signals: what the tables BESIDE_TOKEN add."""
STRONG = 5
"""The grade from which a cue is a strong one."""

BESIDE = ("word", "name", "later comma", "other mark", "quotation", "first comma")
FIRST_COMMA = BESIDE.index("first comma")
"""What can stand beside a cue: the first comma of its sentence before it, in "..., said Keller", tells most."""

MOST_COMMAS = 3
DISTANCES = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30)
NEAR = 12
"""Distances are counted in steps, from DISTANCES[-1] on all alike; to marks one by one up to NEAR. 0 is where there is nothing."""
STEP = (np.searchsorted(DISTANCES, np.arange(DISTANCES[-1] + 1), side="right") - 1).astype(np.int32)

TOGETHER = 4096
"""Tokens that are looked up together."""


def folded(word, inside, ends):
    """The tokens with each quotation (a run `inside` quotation marks) folded into one: their places, classes, and whether they begin a sentence."""
    at, kept, begins = np.empty(len(word), np.int64), np.empty(len(word), np.int32), np.empty(len(word), np.bool_)
    n, i, fresh = 0, 0, True
    while i < len(word):
        first = i
        while inside[i] and i + 1 < len(word) and inside[i + 1]:
            i += 1
        at[n], begins[n] = first, fresh
        kept[n] = quotation(word[max(i - 1, 0)], i - first) if inside[first] else word[first]
        n, i, fresh = n + 1, i + 1, ends[i]
    return at[:n], kept[:n], begins[:n]


def quotation(last_word, n_tokens):
    """The class of a quotation, by its length and the last token before its last mark."""
    ending = 1 if last_word == COMMA else 2 if last_word in STOPS else 0
    return QUOTATION + 3 * (n_tokens > SHORT_QUOTATION) + ending


def around(word, weights, start):
    """What the words around each token add up to, float32 (n, 4); weights are (5, n_classes, 4), sums begin with `start`."""
    total = np.empty((len(word), len(SIGNALS) + 1), np.float32)
    for i in range(len(word)):
        cue, opener, closer, attributed = start[0], start[1], start[2], start[3]
        for place in range(len(AROUND)):
            known = beyond(word, i + AROUND[place])
            cue += weights[place, known, CUE_SIGNAL]
            opener += weights[place, known, OPENER_SIGNAL]
            closer += weights[place, known, CLOSER_SIGNAL]
            attributed += weights[place, known, SUM]
        total[i, CUE_SIGNAL], total[i, OPENER_SIGNAL], total[i, CLOSER_SIGNAL], total[i, SUM] = cue, opener, closer, attributed
    return total


def step(distance):
    """The step of a distance; 0 stays 0."""
    return STEP[min(distance, DISTANCES[-1])]


def beyond(word, i):
    """The class of a token, nothing (0) beyond the ends."""
    return word[i] if 0 <= i < len(word) else 0


def grades(word, signal, edges, start, end, grade):
    """Writes how strong each signal is at each token of a sentence into `grade` (3, n): how many of its edges it reaches, 0 below the first.

    Says whether there is any signal.
    """
    some = False
    for i in range(start, end):
        for k in range(len(SIGNALS)):
            grade[k, i - start] = 0
            if signal[i, k] >= edges[k, 0] and word[i] >= N_MARKS:
                some = True
                for j in range(edges.shape[1]):
                    grade[k, i - start] += signal[i, k] >= edges[k, j]
    return some


def fill(place, word, grade, start, end, is_that, beside):
    """Writes the places of the words of one sentence (tokens `start` up to `end`) into `place`, int32 (n_places, n) from column 0 on."""
    n, commas, setting = end - start, np.zeros(end - start, np.int32), np.zeros(end - start, np.int32)
    cue = strong = opener = closer = that = mark = -1
    for i in range(n):
        at, own = start + i, word[start + i]
        commas[i] = (commas[i - 1] if i else 0) + (own == COMMA)
        place[FIRST_WORD, i], place[SINCE_START, i], place[TO_END, i] = word[start], step(i + 1), step(n - i)
        place[CUE_BEFORE, i] = word[start + cue] if cue >= 0 else 0
        place[BEHIND_CUE_BEFORE, i] = word[start + cue + 1] if cue >= 0 else 0
        place[STRENGTH_BEFORE, i] = grade[CUE_SIGNAL, cue] if cue >= 0 else 0
        place[SETTING_BEFORE, i] = setting[cue] if cue >= 0 else 0
        place[SINCE_CUE, i] = step(i - cue) if cue >= 0 else 0
        place[COMMAS_SINCE_CUE, i] = min(commas[i] - commas[cue], MOST_COMMAS) if cue >= 0 else 0
        place[SINCE_STRONG, i] = step(i - strong) if strong >= 0 else 0
        place[OPENER, i] = grade[OPENER_SIGNAL, opener] if opener >= 0 else 0
        place[SINCE_OPENER, i] = step(i - opener) if opener >= 0 else 0
        place[COMMAS_SINCE_OPENER, i] = min(commas[i] - commas[opener], MOST_COMMAS) if opener >= 0 else 0
        place[LAST_SIGNAL, i] = (opener >= 0) + 2 * (closer >= 0) + (opener >= 0 and closer > opener)
        place[SINCE_THAT, i] = step(i - that) if that >= 0 else 0
        place[THAT_AND_CUE, i] = 1 + (that - cue <= 2) if cue >= 0 and that >= cue else 0
        place[MARK_BEFORE, i] = word[start + mark] if mark >= 0 else 0
        place[SINCE_MARK, i] = min(i - mark, NEAR)  # where no mark stands before, from the beginning of the sentence
        place[CLAUSE_WORD, i] = word[start + mark + 1]
        if grade[CUE_SIGNAL, i]:
            previous, following = beyond(word, at - 1), beyond(word, at + 1)
            left = FIRST_COMMA if previous == COMMA and commas[i] - commas[0] == 1 else beside[previous]
            cue, setting[i] = i, 1 + len(BESIDE) * left + beside[following]
        strong = i if grade[CUE_SIGNAL, i] >= STRONG else strong
        opener = i if grade[OPENER_SIGNAL, i] else opener
        closer = i if grade[CLOSER_SIGNAL, i] else closer
        that = i if is_that[own] else that
        mark = i if own < N_MARKS else mark
    cue = strong = opener = closer = mark = n
    for i in range(n - 1, -1, -1):
        place[CUE_AFTER, i] = word[start + cue] if cue < n else 0
        place[AHEAD_OF_CUE_AFTER, i] = word[start + cue - 1] if cue < n else 0
        place[BEHIND_CUE_AFTER, i] = beyond(word, start + cue + 1) if cue < n else 0
        place[STRENGTH_AFTER, i] = grade[CUE_SIGNAL, cue] if cue < n else 0
        place[SETTING_AFTER, i] = setting[cue] if cue < n else 0
        place[TO_CUE, i] = step(cue - i) if cue < n else 0
        place[COMMAS_TO_CUE, i] = min(commas[cue] - commas[i], MOST_COMMAS) if cue < n else 0
        place[TO_STRONG, i] = step(strong - i) if strong < n else 0
        place[CLOSER, i] = grade[CLOSER_SIGNAL, closer] if closer < n else 0
        place[TO_CLOSER, i] = step(closer - i) if closer < n else 0
        place[COMMAS_TO_CLOSER, i] = min(commas[closer] - commas[i], MOST_COMMAS) if closer < n else 0
        place[NEXT_SIGNAL, i] = (opener < n) + 2 * (closer < n) + (opener < n and closer < opener)
        place[MARK_AFTER, i] = word[start + mark] if mark < n else 0
        place[TO_MARK, i] = min(mark - i, NEAR)
        cue = i if grade[CUE_SIGNAL, i] else cue
        strong = i if grade[CUE_SIGNAL, i] >= STRONG else strong
        opener = i if grade[OPENER_SIGNAL, i] else opener
        closer = i if grade[CLOSER_SIGNAL, i] else closer
        mark = i if word[start + i] < N_MARKS else mark


def places(word, begins, signal, edges, is_that, beside):
    """The value of each place for each token, int32 (n_places, n_tokens)."""
    place, grade = np.zeros((len(PLACES), len(word)), np.int32), np.zeros((len(SIGNALS), len(word)), np.int8)
    start = 0
    while start < len(word):
        end = sentence_end(begins, start)
        grades(word, signal, edges, start, end, grade)
        fill(place[:, start:end], word, grade, start, end, is_that, beside)
        start = end
    return place


def sentence_end(begins, start):
    """Where the sentence that begins at `start` ends."""
    end = start + 1
    while end < len(begins) and not begins[end]:
        end += 1
    return end


def log_odds(word, begins, signal, edges, is_that, beside, axes, sizes, weights, starts):
    """The log odds that each token is attributed to somebody, float32: the sum of its entries in all tables; -inf in sentences without a signal.

    Table `t` has the places `axes[t]` (padded with -1) of so many values each (`sizes[t]`), and its weights in `weights` from `starts[t]` on.
    """
    total, width = np.full(len(word), -np.inf, np.float32), 0
    start = 0
    while start < len(word):
        end = sentence_end(begins, start)
        width, start = max(width, end - start), end
    width += TOGETHER
    place, grade, at = np.zeros((len(PLACES), width), np.int32), np.zeros((len(SIGNALS), width), np.int8), np.zeros(width, np.int64)
    n = start = 0
    while start < len(word):
        end = sentence_end(begins, start)
        if grades(word, signal, edges, start, end, grade):
            fill(place[:, n:], word, grade, start, end, is_that, beside)
            for i in range(start, end):
                at[n + i - start] = i
            n += end - start
        start = end
        if n >= TOGETHER or start == len(word):
            total[at[:n]] = signal[at[:n], SUM] + summed(place[:, :n], axes, sizes, weights, starts)
            n = 0
    return total


def summed(place, axes, sizes, weights, starts):
    """The sum of the entries of all tables, for each column of places."""
    total, entry = np.zeros(place.shape[1], np.float32), np.zeros(place.shape[1], np.uint32)
    for t in range(len(axes)):
        values, table = place[axes[t, 0]], weights[starts[t] :]
        for i in range(len(entry)):
            entry[i] = values[i]
        for k in range(1, axes.shape[1]):
            if axes[t, k] >= 0:
                values, size = place[axes[t, k]], sizes[t, k]
                for i in range(len(entry)):
                    entry[i] = entry[i] * size + values[i]
        for i in range(len(entry)):
            total[i] += table[entry[i]]
    return total


def attributed(word, begins, log_odds, signal, edge, least_cue, possessive):
    """Which tokens are attributed: words by their log odds, "'s" with its word, and marks between two such words of a sentence.

    A single word, no cue, between two that are both marked otherwise goes with these: that reads better and costs next to nothing.
    """
    words, marked = np.zeros(len(word), np.bool_), np.zeros(len(word), np.bool_)
    for i in range(len(word)):
        words[i] = word[i] >= N_MARKS and word[i] != possessive and log_odds[i] >= edge
    marked[:] = words
    for i in range(1, len(word) - 1):
        flanked = min(word[i - 1], word[i], word[i + 1]) >= N_MARKS and words[i - 1] == words[i + 1]
        if flanked and signal[i, CUE_SIGNAL] < least_cue:
            marked[i] = words[i - 1]
    follows = False
    for i in range(len(word)):
        follows &= not begins[i]
        if word[i] >= N_MARKS and word[i] != possessive:
            follows = marked[i]
        elif word[i] == possessive or 0 < word[i] < QUOTATION:
            marked[i] = follows
    leads = False
    for i in range(len(word) - 1, -1, -1):
        if word[i] >= N_MARKS and word[i] != possessive:
            leads = marked[i]
        elif 0 < word[i] < QUOTATION:
            marked[i] &= leads
        leads &= not begins[i]
    return marked
