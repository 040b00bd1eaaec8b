"""The arithmetic of attribution.py: features of each word, sums of tables, which words are marked.

All of it is a few passes over whole numbers, sentence by sentence: forward for what stands before a
word and back for what stands after it. `FEATURES` are the rows of what `fill_features` writes;
attribution.py says what tables are made of them. These functions are to be called compiled (see
compiled.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

FEATURES = (
    "cue before", "word after the cue before", "strength of cue before", "setting of cue before",
    "words since cue", "commas since cue", "cue after", "word before the cue after",
    "word after the cue after", "strength of cue after", "setting of cue after", "words to cue",
    "commas to cue", "words since strong cue", "words to strong cue", "opener before",
    "words since opener", "commas since opener", "closer after", "words to closer",
    "commas to closer", "last signal", "next signal", "words since that", "that and cue",
    "mark before", "words since mark", "mark after", "words to mark", "sentence's first word",
    "clause's first word", "words since sentence start", "words to sentence end",
)  # fmt: skip
"""What is known of a word by where it stands; `list_value_names` has the values of each."""
NEIGHBOUR_FEATURES = (
    "second word before",
    "word before",
    "word",
    "word after",
    "second word after",
)
"""And by which words stand around it, at the CONTEXT_OFFSETS."""
(
    CUE_BEFORE, BEHIND_CUE_BEFORE, STRENGTH_BEFORE, SETTING_BEFORE, SINCE_CUE, COMMAS_SINCE_CUE,
    CUE_AFTER, AHEAD_OF_CUE_AFTER, BEHIND_CUE_AFTER, STRENGTH_AFTER, SETTING_AFTER, TO_CUE,
    COMMAS_TO_CUE, SINCE_STRONG, TO_STRONG, OPENER, SINCE_OPENER, COMMAS_SINCE_OPENER, CLOSER,
    TO_CLOSER, COMMAS_TO_CLOSER, LAST_SIGNAL, NEXT_SIGNAL, SINCE_THAT, THAT_AND_CUE, MARK_BEFORE,
    SINCE_MARK, MARK_AFTER, TO_MARK, FIRST_WORD, CLAUSE_WORD, SINCE_START, TO_END,
) = range(len(FEATURES))  # fmt: skip

PUNCTUATION_MARKS = (*",.:;?!()[]-–—", "...", "…", "/", "'", "other mark")
QUOTATION_CLASSES = tuple(
    f"a {size} quotation{end}"
    for size in ("short", "long")
    for end in ("", " ending in a comma", " ending a sentence")
)
COMMA_CLASS = 1 + PUNCTUATION_MARKS.index(",")
MIN_QUOTATION_CLASS = 1 + len(PUNCTUATION_MARKS)
MIN_WORD_CLASS = MIN_QUOTATION_CLASS + len(QUOTATION_CLASSES)
"""Classes of tokens: 0 is nothing, then come marks, then quotations, each folded into one token,
and from MIN_WORD_CLASS on words."""
STOP_CLASSES = tuple(1 + PUNCTUATION_MARKS.index(mark) for mark in (".", "?", "!"))
MAX_SHORT_QUOTATION_TOKENS = 6
"""Tokens of a short quotation, at most."""

SIGNALS = ("cue", "opener", "closer")
CUE_SIGNAL, OPENER_SIGNAL, CLOSER_SIGNAL = range(len(SIGNALS))
CONTEXT_OFFSETS = (-2, -1, 0, 1, 2)
"""The places of the words by which a signal is known, counted from its own."""
NEIGHBOUR_SUM = len(SIGNALS)
"""The column of `sum_context_weights` after those of the signals: what NEIGHBOUR_FEATURES add."""
MIN_STRONG_GRADE = 5
"""The grade from which a cue is a strong one."""

CUE_NEIGHBOURS = ("word", "name", "later comma", "other mark", "quotation", "first comma")
FIRST_COMMA = CUE_NEIGHBOURS.index("first comma")
"""What can stand beside a cue: the first comma of its sentence before it, as in "..., said Keller",
tells most."""

MAX_COMMAS = 3
DISTANCE_STEPS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30)
MAX_MARK_DISTANCE = 12
"""Distances are counted in steps, from DISTANCE_STEPS[-1] on all alike; to marks one by one up to
MAX_MARK_DISTANCE. 0 is where there is nothing."""
STEP_OF_DISTANCE = (
    np.searchsorted(DISTANCE_STEPS, np.arange(DISTANCE_STEPS[-1] + 1), side="right") - 1
).astype(np.int32)

NO_SIGNAL = np.iinfo(np.int32).min
"""The log odds of a token in whose sentence nothing looks like a cue, an opener or a closer."""

BATCH_TOKENS = 4096
"""Tokens that are looked up together."""


def fold_quotations(
    word: np.ndarray, inside: np.ndarray, ends: np.ndarray, article_ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fold each quotation (a run `inside` quotation marks) into one token.

    The last token of an article (its position is in `article_ends`) stands twice, so that no word
    has one of another article within the CONTEXT_OFFSETS.

    Returns
    -------
    Position, class, and whether it begins a sentence, of each token that is left.
    """
    size = len(word) + len(article_ends)
    at, kept = np.empty(size, np.int64), np.empty(size, np.int32)
    begins = np.empty(size, np.bool_)
    n, i, fresh, article = 0, 0, True, 0
    while i < len(word):
        first = i
        while inside[i] and i + 1 < len(word) and inside[i + 1]:
            i += 1
        at[n], begins[n] = first, fresh
        kept[n] = (
            classify_quotation(word[max(i - 1, 0)], i - first) if inside[first] else word[first]
        )
        n, i, fresh = n + 1, i + 1, ends[i]
        if article < len(article_ends) and i > article_ends[article]:
            at[n], kept[n], begins[n] = i - 1, 0, True
            n, article = n + 1, article + 1
    return at[:n], kept[:n], begins[:n]


def classify_quotation(last_word: int, n_tokens: int) -> int:
    """Return the class of a quotation, by its length and the last token before its last mark."""
    ending = 1 if last_word == COMMA_CLASS else 2 if last_word in STOP_CLASSES else 0
    return MIN_QUOTATION_CLASS + 3 * (n_tokens > MAX_SHORT_QUOTATION_TOKENS) + ending


def sum_context_weights(word: np.ndarray, weights: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Sum what the words around each token add, int32 (n, 4), from `start` on.

    The weights are (5, n_classes, 4): offset, class, signal (the last is NEIGHBOUR_SUM).
    """
    total = np.empty((len(word), len(SIGNALS) + 1), np.int32)
    for i in range(len(word)):
        cue, opener, closer, attributed = start[0], start[1], start[2], start[3]
        for place in range(len(CONTEXT_OFFSETS)):
            known = get_class_at(word, i + CONTEXT_OFFSETS[place])
            cue += weights[place, known, CUE_SIGNAL]
            opener += weights[place, known, OPENER_SIGNAL]
            closer += weights[place, known, CLOSER_SIGNAL]
            attributed += weights[place, known, NEIGHBOUR_SUM]
        (
            total[i, CUE_SIGNAL],
            total[i, OPENER_SIGNAL],
            total[i, CLOSER_SIGNAL],
            total[i, NEIGHBOUR_SUM],
        ) = cue, opener, closer, attributed
    return total


def bin_distance(distance: int) -> int:
    """Return the step of a distance; 0 stays 0."""
    return STEP_OF_DISTANCE[min(distance, DISTANCE_STEPS[-1])]


def get_class_at(word: np.ndarray, i: int) -> int:
    """Return the class of a token, nothing (0) beyond the ends."""
    return word[i] if 0 <= i < len(word) else 0


def grade_signals(
    word: np.ndarray, signal: np.ndarray, edges: np.ndarray, start: int, end: int, grade: np.ndarray
) -> bool:
    """Write how strong each signal is at each token of a sentence into `grade` (3, n).

    That is how many of its edges it reaches, 0 below the first. Return whether there is any signal.
    """
    has_signal = False
    for i in range(start, end):
        for k in range(len(SIGNALS)):
            grade[k, i - start] = 0
            if signal[i, k] >= edges[k, 0] and word[i] >= MIN_WORD_CLASS:
                has_signal = True
                for j in range(edges.shape[1]):
                    grade[k, i - start] += signal[i, k] >= edges[k, j]
    return has_signal


def fill_features(
    place: np.ndarray,
    word: np.ndarray,
    grade: np.ndarray,
    start: int,
    end: int,
    is_that: np.ndarray,
    beside: np.ndarray,
) -> None:
    """Write the features of a sentence's words into `place`, int32 (n_features, n), from column 0.

    Parameters
    ----------
    place : what is written.
    word : the class of each token.
    grade : the grades of the sentence's signals, as `grade_signals` writes them.
    start, end : the tokens of the sentence, from start up to end.
    is_that, beside : of each class, as in `Lexicon`.
    """
    n = end - start
    commas, setting = np.zeros(n, np.int32), np.zeros(n, np.int32)
    cue = strong = opener = closer = that = mark = -1
    for i in range(n):
        at, own = start + i, word[start + i]
        commas[i] = (commas[i - 1] if i else 0) + (own == COMMA_CLASS)
        place[FIRST_WORD, i], place[SINCE_START, i], place[TO_END, i] = (
            word[start],
            bin_distance(i + 1),
            bin_distance(n - i),
        )
        place[CUE_BEFORE, i] = word[start + cue] if cue >= 0 else 0
        place[BEHIND_CUE_BEFORE, i] = word[start + cue + 1] if cue >= 0 else 0
        place[STRENGTH_BEFORE, i] = grade[CUE_SIGNAL, cue] if cue >= 0 else 0
        place[SETTING_BEFORE, i] = setting[cue] if cue >= 0 else 0
        place[SINCE_CUE, i] = bin_distance(i - cue) if cue >= 0 else 0
        place[COMMAS_SINCE_CUE, i] = min(commas[i] - commas[cue], MAX_COMMAS) if cue >= 0 else 0
        place[SINCE_STRONG, i] = bin_distance(i - strong) if strong >= 0 else 0
        place[OPENER, i] = grade[OPENER_SIGNAL, opener] if opener >= 0 else 0
        place[SINCE_OPENER, i] = bin_distance(i - opener) if opener >= 0 else 0
        place[COMMAS_SINCE_OPENER, i] = (
            min(commas[i] - commas[opener], MAX_COMMAS) if opener >= 0 else 0
        )
        place[LAST_SIGNAL, i] = (
            (opener >= 0) + 2 * (closer >= 0) + (opener >= 0 and closer > opener)
        )
        place[SINCE_THAT, i] = bin_distance(i - that) if that >= 0 else 0
        place[THAT_AND_CUE, i] = 1 + (that - cue <= 2) if cue >= 0 and that >= cue else 0
        place[MARK_BEFORE, i] = word[start + mark] if mark >= 0 else 0
        # Where no mark stands before, from the beginning of the sentence.
        place[SINCE_MARK, i] = min(i - mark, MAX_MARK_DISTANCE)
        place[CLAUSE_WORD, i] = word[start + mark + 1]
        if grade[CUE_SIGNAL, i]:
            previous, following = get_class_at(word, at - 1), get_class_at(word, at + 1)
            left = (
                FIRST_COMMA
                if previous == COMMA_CLASS and commas[i] - commas[0] == 1
                else beside[previous]
            )
            cue, setting[i] = i, 1 + len(CUE_NEIGHBOURS) * left + beside[following]
        strong = i if grade[CUE_SIGNAL, i] >= MIN_STRONG_GRADE else strong
        opener = i if grade[OPENER_SIGNAL, i] else opener
        closer = i if grade[CLOSER_SIGNAL, i] else closer
        that = i if is_that[own] else that
        mark = i if own < MIN_WORD_CLASS else mark
    cue = strong = opener = closer = mark = n
    for i in range(n - 1, -1, -1):
        place[CUE_AFTER, i] = word[start + cue] if cue < n else 0
        place[AHEAD_OF_CUE_AFTER, i] = word[start + cue - 1] if cue < n else 0
        place[BEHIND_CUE_AFTER, i] = get_class_at(word, start + cue + 1) if cue < n else 0
        place[STRENGTH_AFTER, i] = grade[CUE_SIGNAL, cue] if cue < n else 0
        place[SETTING_AFTER, i] = setting[cue] if cue < n else 0
        place[TO_CUE, i] = bin_distance(cue - i) if cue < n else 0
        place[COMMAS_TO_CUE, i] = min(commas[cue] - commas[i], MAX_COMMAS) if cue < n else 0
        place[TO_STRONG, i] = bin_distance(strong - i) if strong < n else 0
        place[CLOSER, i] = grade[CLOSER_SIGNAL, closer] if closer < n else 0
        place[TO_CLOSER, i] = bin_distance(closer - i) if closer < n else 0
        place[COMMAS_TO_CLOSER, i] = (
            min(commas[closer] - commas[i], MAX_COMMAS) if closer < n else 0
        )
        place[NEXT_SIGNAL, i] = (opener < n) + 2 * (closer < n) + (opener < n and closer < opener)
        place[MARK_AFTER, i] = word[start + mark] if mark < n else 0
        place[TO_MARK, i] = min(mark - i, MAX_MARK_DISTANCE)
        cue = i if grade[CUE_SIGNAL, i] else cue
        strong = i if grade[CUE_SIGNAL, i] >= MIN_STRONG_GRADE else strong
        opener = i if grade[OPENER_SIGNAL, i] else opener
        closer = i if grade[CLOSER_SIGNAL, i] else closer
        mark = i if word[start + i] < MIN_WORD_CLASS else mark


def compute_features(
    word: np.ndarray,
    begins: np.ndarray,
    signal: np.ndarray,
    edges: np.ndarray,
    is_that: np.ndarray,
    beside: np.ndarray,
) -> np.ndarray:
    """Return the value of each feature for each token, int32 (n_features, n_tokens)."""
    place = np.zeros((len(FEATURES), len(word)), np.int32)
    grade = np.zeros((len(SIGNALS), len(word)), np.int8)
    start: Any = np.int64(0)
    while start < len(word):
        end = find_sentence_end(begins, start)
        grade_signals(word, signal, edges, start, end, grade)
        fill_features(place[:, start:end], word, grade, start, end, is_that, beside)
        start = end
    return place


def find_sentence_end(begins: np.ndarray, start: int) -> int:
    """Return where the sentence that begins at `start` ends."""
    end = start + 1
    while end < len(begins) and not begins[end]:
        end += 1
    return end


def find_longest_sentence(begins: np.ndarray) -> int:
    """Return the number of tokens of the longest sentence."""
    longest = 0
    start: Any = np.int64(0)
    while start < len(begins):
        end = find_sentence_end(begins, start)
        longest, start = max(longest, end - start), end
    return longest


def compute_log_odds(
    word: np.ndarray,
    begins: np.ndarray,
    signal: np.ndarray,
    edges: np.ndarray,
    is_that: np.ndarray,
    beside: np.ndarray,
    axes: np.ndarray,
    sizes: np.ndarray,
    weights: np.ndarray,
    starts: np.ndarray,
) -> np.ndarray:
    """Return the log odds that each token is attributed, int32, in hundredths.

    They are the sum of its entries in all tables; NO_SIGNAL in sentences without a signal.

    Parameters
    ----------
    word, begins, signal : the tokens, as in `FoldedStream`.
    edges, is_that, beside : as in `Lexicon`.
    axes : the features of each table, padded with -1, (n_tables, n).
    sizes : how many values each of these has.
    weights, starts : the weights of all tables, and where those of each begin.
    """
    total = np.full(len(word), NO_SIGNAL, np.int32)
    width = BATCH_TOKENS + find_longest_sentence(begins)
    place = np.zeros((len(FEATURES), width), np.int32)
    grade = np.zeros((len(SIGNALS), width), np.int8)
    at = np.zeros(width, np.int64)
    # Of the type that it has later: the functions that take it are compiled for that one only.
    n = 0
    start: Any = np.int64(0)
    while start < len(word):
        end = find_sentence_end(begins, start)
        if grade_signals(word, signal, edges, start, end, grade):
            fill_features(place[:, n:], word, grade, start, end, is_that, beside)
            for i in range(start, end):
                at[n + i - start] = i
            n += end - start
        start = end
        if n >= BATCH_TOKENS or start == len(word):
            sums = sum_table_entries(place[:, :n], axes, sizes, weights, starts)
            for i in range(n):
                total[at[i]] = signal[at[i], NEIGHBOUR_SUM] + sums[i]
            n = 0
    return total


def distrust_weak_evidence(
    log_odds: np.ndarray,
    word: np.ndarray,
    begins: np.ndarray,
    signal: np.ndarray,
    article: np.ndarray,
    sure: int,
    rate: int,
    least: int,
) -> None:
    """Set the log odds to NO_SIGNAL where there is no sure cue, in articles with few sure cues.

    News reports what people say, and there weak cues are worth something. A recipe or a manual
    does not, and there they are not.

    Parameters
    ----------
    log_odds : of each token, in hundredths; changed in place.
    word, begins, signal, article : the tokens, as in `FoldedStream`.
    sure : the log odds from which a word is a sure cue, in hundredths.
    rate : the sure cues among a thousand words from which an article is trusted.
    least : the words that an article must have to be distrusted.
    """
    start = 0
    while start < len(word):
        end, n_words, n_sure = start, 0, 0
        while end < len(word) and article[end] == article[start]:
            if word[end] >= MIN_WORD_CLASS:
                n_words += 1
                n_sure += signal[end, CUE_SIGNAL] >= sure
            end += 1
        if n_words >= least and 1000 * n_sure < rate * n_words:
            first = start
            while first < end:
                last = min(find_sentence_end(begins, first), end)
                is_sure = False
                for i in range(first, last):
                    is_sure |= word[i] >= MIN_WORD_CLASS and signal[i, CUE_SIGNAL] >= sure
                if not is_sure:
                    log_odds[first:last] = NO_SIGNAL
                first = last
        start = end


def sum_table_entries(
    place: np.ndarray, axes: np.ndarray, sizes: np.ndarray, weights: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Return the sum of the entries of all tables for each column of features, int32."""
    total, entry = np.zeros(place.shape[1], np.int32), np.zeros(place.shape[1], np.uint32)
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


def mark_attributed(
    word: np.ndarray,
    begins: np.ndarray,
    log_odds: np.ndarray,
    signal: np.ndarray,
    edge: int,
    least_cue: int,
    possessive: int,
) -> np.ndarray:
    """Mark the attributed tokens, bool.

    Words are marked by their log odds, "'s" with its word, and marks of punctuation between two
    such words of a sentence. A single word, no cue, between two that are both marked otherwise
    goes with these: that reads better and costs next to nothing.

    Parameters
    ----------
    word, begins, signal : the tokens, as in `FoldedStream`.
    log_odds : of each token, in hundredths.
    edge : the log odds from which a word is marked.
    least_cue : the log odds from which a word is a cue.
    possessive : the class of "'s", or -1.
    """
    words, marked = np.zeros(len(word), np.bool_), np.zeros(len(word), np.bool_)
    for i in range(len(word)):
        words[i] = word[i] >= MIN_WORD_CLASS and word[i] != possessive and log_odds[i] >= edge
        marked[i] = words[i]
    for i in range(1, len(word) - 1):
        flanked = (
            min(word[i - 1], word[i], word[i + 1]) >= MIN_WORD_CLASS
            and words[i - 1] == words[i + 1]
        )
        if flanked and signal[i, CUE_SIGNAL] < least_cue:
            marked[i] = words[i - 1]
    follows = False
    for i in range(len(word)):
        follows &= not begins[i]
        if word[i] >= MIN_WORD_CLASS and word[i] != possessive:
            follows = marked[i]
        elif word[i] == possessive or 0 < word[i] < MIN_QUOTATION_CLASS:
            marked[i] = follows
    leads = False
    for i in range(len(word) - 1, -1, -1):
        if word[i] >= MIN_WORD_CLASS and word[i] != possessive:
            leads = marked[i]
        elif 0 < word[i] < MIN_QUOTATION_CLASS:
            marked[i] &= leads
        leads &= not begins[i]
    return marked
