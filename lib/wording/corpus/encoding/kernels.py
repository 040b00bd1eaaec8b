"""Single passes over bytes, tokens and words of a shard; to be called compiled (see compiled.py)."""

from __future__ import annotations

import numpy as np

IS_SOLID_BYTE = ~np.isin(
    np.arange(256), [*range(33), *range(0x80, 0x8C), 0x9F, 0xA0, 0xA8, 0xA9, 0xAF, 0xBF]
)
"""The bytes that are never the last one of a white space or blank in UTF-8 (nor of some other characters, which costs nothing)."""
IS_WHITE_BYTE = np.isin(np.arange(256), [10, 13, 32])
"""Line feed, carriage return, blank."""

OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE = 0, 1, 2
"""The voice marks of a token."""

RUN_WORDS = 5
"""Words of a run: so many in a row are seldom the same by chance."""
HASH_MULTIPLIER, HASH_SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(31)
INVERSE_OF_THREE, UINT64_ONE = np.uint64(0xAAAAAAAAAAAAAAAB), np.uint64(1)
"""What three times itself is 1: with it, a number that three divides becomes one of the lowest third (64-bit arithmetic)."""
ROW_BITS, PLACE_BITS = np.uint64(24), np.uint64(10)
"""Bits of a sampled run in a sketch that say which article has it, by its row in the shard, and the last of them, where in the article it is: in
which of so many equal parts. The other bits are the highest of the run's number."""
PARTS_PER_ARTICLE = 1 << int(PLACE_BITS)


def find_pieces(written, starts):
    """Where the pieces of the articles' bytes begin, int32, with the end of the last; and the first piece of each article, int64 (n_articles + 1,).

    Article `k` is `written` from `starts[k]` up to `starts[k + 1]`; a piece begins with it, or at white space after something solid.
    """
    places, first, n = (
        np.empty(len(written) // 2 + len(starts) + 1, np.int32),
        np.empty(len(starts), np.int64),
        0,
    )
    for k in range(len(starts) - 1):
        first[k], places[n] = n, starts[k]
        n += starts[k] < starts[k + 1]
        for i in range(starts[k] + 1, starts[k + 1]):
            places[n] = (
                i  # without a branch, which no processor could foresee: that is twice as fast
            )
            n += IS_WHITE_BYTE[written[i]] & IS_SOLID_BYTE[written[i - 1]]
    first[-1], places[n] = n, starts[-1]
    return places[: n + 1], first


def join_pieces(tokens, start, number, first):
    """The tokens of all articles, int32, each article with the empty form (0) after it, and their bounds, int64 (n_articles + 1,).

    `tokens` has those of the distinct pieces, piece `p` from `start[p]` on; `number` the piece in each place, article `k` from place `first[k]` on.
    """
    n = len(first) - 1
    for piece in number:
        n += start[piece + 1] - start[piece]
    stream, bounds, n = np.zeros(n, np.int32), np.zeros(len(first), np.int64), 0
    for k in range(len(first) - 1):
        for place in range(first[k], first[k + 1]):
            for i in range(start[number[place]], start[number[place] + 1]):
                stream[n] = tokens[i]
                n += 1
        n += 1
        bounds[k + 1] = n
    return stream, bounds


def index_tokens(tokens, n_forms):
    """Positions sorted by form, int32, and where each form's run of them begins, int64 (n_forms + 1,): a counting sort."""
    runs, positions = np.zeros(n_forms + 1, np.int64), np.empty(len(tokens), np.int32)
    for token in tokens:
        runs[token + 1] += 1
    runs = np.cumsum(runs)
    free = runs.copy()
    for i in range(len(tokens)):
        positions[free[tokens[i]]] = i
        free[tokens[i]] += 1
    return positions, runs


def find_sentence_ends(tokens, breaks, stop, dot, closing, abbreviation, lower, usually_lower):
    """The last token of each sentence, bool (n_tokens,): see tokens.sentence_ends. All but the tokens say something of each form."""
    ends = np.zeros(len(tokens), np.bool_)
    for i in range(len(tokens)):
        ends[i] |= breaks[tokens[i]]
        if stop[tokens[i]]:
            mark, behind = tokens[i], i + 1
            while (
                stop[tokens[behind]] or closing[tokens[behind]]
            ):  # an article ends with the empty form, so something else stands behind
                behind += 1
            after, short = tokens[behind], abbreviation[tokens[max(i - 1, 0)]] or abbreviation[mark]
            unclear = (
                short
                and (dot[mark] or abbreviation[mark])
                and not (usually_lower[after] or breaks[after])
            )
            ends[behind - 1] |= not (lower[after] or unclear)
    for i in range(1, len(tokens)):
        if breaks[tokens[i]]:
            ends[i - 1] = False  # the break itself is the last token of its sentence
    return ends


def hash_token_spans(tokens, start, end, numbers):
    """A number for each line (tokens from `start` up to `end`) that lines of the same words in the same order share, uint64."""
    found = np.zeros(len(start), np.uint64)
    for line in range(len(start)):
        for i in range(start[line], end[line]):
            found[line] = (found[line] ^ numbers[tokens[i]]) * HASH_MULTIPLIER
            found[line] ^= found[line] >> HASH_SHIFT
    return found


def count_voice_words(is_word, boilerplate, voice, bounds):
    """The words of each article outside boilerplate, of these quoted ones and reported ones, and those in boilerplate: int64 (4, n_articles)."""
    n = np.zeros((4, len(bounds) - 1), np.int64)
    for row in range(len(bounds) - 1):
        for i in range(bounds[row], bounds[row + 1]):
            if is_word[i] and boilerplate[i]:
                n[3, row] += 1
            elif is_word[i]:
                n[0, row] += 1
                n[1, row] += voice[i] == QUOTED_VOICE
                n[2, row] += voice[i] == REPORTED_VOICE
    return n


def count_flagged(flags, start, end):
    """How many tokens of each stretch (from `start` up to `end`) are flagged, int64."""
    n = np.zeros(len(start), np.int64)
    for k in range(len(start)):
        for i in range(start[k], end[k]):
            n[k] += flags[i]
    return n


def hash_run(word, i):
    """The number of the run of words that begins at a place."""
    run = np.uint64(0)
    for k in range(RUN_WORDS):
        run = run * HASH_MULTIPLIER + word[i + k]
    return run ^ (run >> HASH_SHIFT)


def hash_runs(word, bounds):
    """The number of the run that begins at each word, uint64, and whether it ends in its article; the words of article `k` begin at `bounds[k]`."""
    run, whole = np.zeros(len(word), np.uint64), np.zeros(len(word), np.bool_)
    for k in range(len(bounds) - 1):
        for i in range(bounds[k], bounds[k + 1] - RUN_WORDS + 1):
            run[i], whole[i] = hash_run(word, i), True
    return run, whole


def sample_runs(tokens, counted, bounds, numbers):
    """The runs that three divides, with row and part of their article, uint64: of the tokens that are counted, whose forms have these numbers."""
    found, word, n = np.empty(len(tokens), np.uint64), np.empty(len(tokens), np.uint64), 0
    for row in range(len(bounds) - 1):
        n_words = 0
        for i in range(bounds[row], bounds[row + 1]):
            word[n_words] = numbers[tokens[i]]
            n_words += counted[i]
        for i in range(n_words - RUN_WORDS + 1):
            run = hash_run(word, i)
            if run * INVERSE_OF_THREE <= INVERSE_OF_THREE >> UINT64_ONE:
                found[n] = (
                    run >> ROW_BITS << ROW_BITS
                    | np.uint64(row) << PLACE_BITS
                    | np.uint64(i * PARTS_PER_ARTICLE // n_words)
                )
                n += 1
    return found[:n]


def count_shared_words(word, run, whole, quoted, bounds, a, b):
    """How many words of each article `a` stand in its article `b`, too: all, and those outside quotation marks; int64 (2, n_pairs).

    A word counts when it lies in a run that stands in `b`, or lies between two such runs and as far from one of them as the same word in `b`:
    so a version with words changed, added or left out here and there shares the words that were not.
    """
    n = np.zeros((2, len(a)), np.int64)
    for pair in range(len(a)):
        here, end, there = bounds[a[pair]], bounds[a[pair] + 1], bounds[b[pair]]
        match = match_runs(
            run[here:end],
            whole[here:end],
            run[there : bounds[b[pair] + 1]],
            whole[there : bounds[b[pair] + 1]],
        )
        shared, left = np.zeros(end - here, np.bool_), -1
        for i in range(end - here):
            if match[i] < 0:
                continue
            shared[i : i + RUN_WORDS] = True
            if left >= 0 and i - left > RUN_WORDS and match[i] > match[left]:
                for k in range(left + RUN_WORDS, i):
                    for across in (match[left] + k - left, match[i] + k - i):
                        shared[k] |= (
                            match[left] < across < match[i]
                            and word[here + k] == word[there + across]
                        )
            left = i
        for i in range(end - here):
            n[0, pair] += shared[i]
            n[1, pair] += shared[i] and not quoted[here + i]
    return n


def match_runs(run, whole, other, other_whole):
    """For each run of an article the first place of the other article at which the same one begins, -1 where there is none; int64."""
    cells, match = (
        np.full(1 << int(np.ceil(np.log2(2 * len(other) + 1))), -1, np.int64),
        np.full(len(run), -1, np.int64),
    )
    for i in range(len(other)):
        if other_whole[i]:
            cell = find_cell(other[i], cells, other)
            cells[cell] = i if cells[cell] < 0 else cells[cell]
    for i in range(len(run)):
        if whole[i]:
            match[i] = cells[find_cell(run[i], cells, other)]
    return match


def find_cell(run, cells, runs):
    """The cell in which the place of a run stands, or the empty one in which it would: the first from that of its highest bits on."""
    cell = np.int64(run >> np.uint64(32)) & (len(cells) - 1)
    while cells[cell] >= 0 and runs[cells[cell]] != run:
        cell = (cell + 1) & (len(cells) - 1)
    return cell
