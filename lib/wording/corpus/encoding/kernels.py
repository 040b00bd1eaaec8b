"""Single passes over bytes, tokens and words of a shard, to be called compiled (compiled.py)."""

from __future__ import annotations

import numpy as np

IS_SOLID_BYTE = ~np.isin(
    np.arange(256), [*range(33), *range(0x80, 0x8E), 0x9F, 0xA0, 0xA8, 0xA9, 0xAF, 0xBF]
)
"""The bytes that are never the last one of a white space or blank in UTF-8 (nor of some other
characters, which costs nothing)."""
IS_WHITE_BYTE = np.isin(np.arange(256), [10, 13, 32])
"""Line feed, carriage return, blank."""

OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE = 0, 1, 2
"""The voice marks of a token."""

RUN_WORDS = 5
"""Words of a run: so many in a row are seldom the same by chance."""
HASH_MULTIPLIER, HASH_SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(31)
INVERSE_OF_THREE, UINT64_ONE = np.uint64(0xAAAAAAAAAAAAAAAB), np.uint64(1)
"""Three times this number is 1 in 64-bit arithmetic: with it, a number that three divides becomes
one of the lowest third."""
ROW_BITS, PLACE_BITS = np.uint64(24), np.uint64(10)
"""The lowest bits of a sampled run in a sketch: ROW_BITS say which article has it, by its row in
the shard, and the last PLACE_BITS of them in which of so many equal parts of the article it is.
The other bits are the highest of the run's number."""
PARTS_PER_ARTICLE = 1 << int(PLACE_BITS)


def find_pieces(written: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find where the pieces of the articles' bytes begin.

    Article `k` is `written` from `starts[k]` up to `starts[k + 1]`; a piece begins with it, or at
    white space after something solid.

    Returns
    -------
    Where each piece begins, int32, with the end of the last; and the first piece of each article,
    int64 (n_articles + 1,).
    """
    places = np.empty(len(written) // 2 + len(starts) + 1, np.int32)
    first, n = np.empty(len(starts), np.int64), 0
    for k in range(len(starts) - 1):
        first[k], places[n] = n, starts[k]
        n += starts[k] < starts[k + 1]
        for i in range(starts[k] + 1, starts[k + 1]):
            # Without a branch, which no processor could foresee: that is twice as fast.
            places[n] = i
            n += IS_WHITE_BYTE[written[i]] & IS_SOLID_BYTE[written[i - 1]]
    first[-1], places[n] = n, starts[-1]
    return places[: n + 1], first


def join_pieces(
    tokens: np.ndarray, spans: np.ndarray, number: np.ndarray, first: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Join the pieces to the tokens of all articles, each with the empty form (0) after it.

    Parameters
    ----------
    tokens : those of the distinct pieces.
    spans : where the tokens of each distinct piece begin and end among them, (n, 2).
    number : the distinct piece in each place.
    first : the first place of each article.

    Returns
    -------
    The tokens, int32, and the bounds of the articles, int64 (n_articles + 1,).
    """
    n = len(first) - 1
    for piece in number:
        n += spans[piece, 1] - spans[piece, 0]
    stream, bounds, n = np.zeros(n, np.int32), np.zeros(len(first), np.int64), 0
    for k in range(len(first) - 1):
        for place in range(first[k], first[k + 1]):
            for i in range(spans[number[place], 0], spans[number[place], 1]):
                stream[n] = tokens[i]
                n += 1
        n += 1
        bounds[k + 1] = n
    return stream, bounds


def index_tokens(tokens: np.ndarray, n_forms: int) -> tuple[np.ndarray, np.ndarray]:
    """Sort positions by form: a counting sort.

    Returns
    -------
    The positions, int32, and where those of each form begin, int64 (n_forms + 1,).
    """
    runs, positions = np.zeros(n_forms + 1, np.int64), np.empty(len(tokens), np.int32)
    for token in tokens:
        runs[token + 1] += 1
    runs = np.cumsum(runs)
    free = runs.copy()
    for i in range(len(tokens)):
        positions[free[tokens[i]]] = i
        free[tokens[i]] += 1
    return positions, runs


def find_sentence_ends(
    tokens: np.ndarray,
    breaks: np.ndarray,
    stop: np.ndarray,
    dot: np.ndarray,
    closing: np.ndarray,
    abbreviation: np.ndarray,
    lower: np.ndarray,
    usually_lower: np.ndarray,
) -> np.ndarray:
    """Mark the last token of each sentence, bool (n_tokens,): see `shard.mark_sentence_ends`.

    All parameters but the tokens are flags of the forms.
    """
    ends = np.zeros(len(tokens), np.bool_)
    for i in range(len(tokens)):
        ends[i] |= breaks[tokens[i]]
        if stop[tokens[i]]:
            mark, behind = tokens[i], i + 1
            # An article ends with the empty form, so something else follows.
            while stop[tokens[behind]] or closing[tokens[behind]]:
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


def hash_token_spans(
    tokens: np.ndarray, start: np.ndarray, end: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """Return a number for each span that spans of the same words in their order share, uint64."""
    hashes = np.zeros(len(start), np.uint64)
    for span in range(len(start)):
        for i in range(start[span], end[span]):
            hashes[span] = (hashes[span] ^ numbers[tokens[i]]) * HASH_MULTIPLIER
            hashes[span] ^= hashes[span] >> HASH_SHIFT
    return hashes


def count_voice_words(
    is_word: np.ndarray, boilerplate: np.ndarray, voice: np.ndarray, bounds: np.ndarray
) -> np.ndarray:
    """Count the words of each article, int64 (4, n_articles).

    The rows are: outside boilerplate, of these quoted, of these reported, in boilerplate.
    """
    n = np.empty((4, len(bounds) - 1), np.int64)
    for row in range(len(bounds) - 1):
        n_all = n_counted = n_quoted = n_reported = 0
        for i in range(bounds[row], bounds[row + 1]):
            is_counted = is_word[i] & ~boilerplate[i]
            n_all += is_word[i]
            n_counted += is_counted
            n_quoted += is_counted & (voice[i] == QUOTED_VOICE)
            n_reported += is_counted & (voice[i] == REPORTED_VOICE)
        n[0, row], n[1, row], n[2, row] = n_counted, n_quoted, n_reported
        n[3, row] = n_all - n_counted
    return n


def measure_lead_tokens(
    counted: np.ndarray,
    breaks: np.ndarray,
    bounds: np.ndarray,
    fewest: int,
    most: int,
    cut: int,
) -> np.ndarray:
    """Return how many tokens of each article are its lead, int32 (n_articles,).

    Parameters
    ----------
    counted : flags of the tokens that are words outside boilerplate.
    breaks : flags of the tokens that end a paragraph or an article.
    bounds : the bounds of the articles.
    fewest : a first paragraph with fewer words is a lead with the next one.
    most : of a first paragraph with more words, and of one that is the whole article, the first
        `cut` words are the lead.
    cut : see `most`.
    """
    lead = np.zeros(len(bounds) - 1, np.int32)
    for row in range(len(bounds) - 1):
        n, cut_end, end = 0, bounds[row + 1], bounds[row]
        while end < bounds[row + 1]:
            n += counted[end]
            if n == cut and counted[end]:
                cut_end = end + 1
            end += 1
            if breaks[end - 1] and n >= fewest:
                break
        rest = end
        while rest < bounds[row + 1] and not counted[rest]:
            rest += 1
        if n > most or rest == bounds[row + 1]:
            end = min(end, cut_end)
        lead[row] = end - bounds[row]
    return lead


def match_titles(
    tokens: np.ndarray,
    word: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    title_tokens: np.ndarray,
    title_word: np.ndarray,
    title_start: np.ndarray,
    title_end: np.ndarray,
    fewest: int,
) -> np.ndarray:
    """Return where in each line its repetition of a headline ends, int64; `start` if it has none.

    Parameters
    ----------
    tokens : the form of each token.
    word : the number of each form's key; 0 where it is no word.
    start, end : the tokens of each line.
    title_tokens, title_word, title_start, title_end : the same of each line's headline.
    fewest : words of a headline that is only the beginning of the line, or the other way round.
    """
    repeated = start.copy()
    for line in range(len(start)):
        i, k, n, last = start[line], title_start[line], 0, start[line]
        while True:
            while i < end[line] and word[tokens[i]] == 0:
                i += 1
            while k < title_end[line] and title_word[title_tokens[k]] == 0:
                k += 1
            if i == end[line] or k == title_end[line]:
                break
            if word[tokens[i]] != title_word[title_tokens[k]]:
                break
            i, k, n, last = i + 1, k + 1, n + 1, i + 1
        is_whole_line, is_whole_title = i == end[line], k == title_end[line]
        if n and is_whole_line and (is_whole_title or n >= fewest):
            repeated[line] = end[line]
        elif is_whole_title and n >= fewest:
            repeated[line] = last
    return repeated


def count_flagged(flags: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Count the flagged tokens of each span, int64."""
    n = np.zeros(len(start), np.int64)
    for k in range(len(start)):
        for i in range(start[k], end[k]):
            n[k] += flags[i]
    return n


def hash_run(word: np.ndarray, i: int) -> np.uint64:
    """Return the number of the run of words that begins at a place."""
    run = np.uint64(0)
    for k in range(RUN_WORDS):
        run = run * HASH_MULTIPLIER + word[i + k]
    return run ^ (run >> HASH_SHIFT)


def hash_runs(word: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hash the run that begins at each word; the words of article `k` begin at `bounds[k]`.

    Returns
    -------
    The run's number, uint64, and whether it ends in its article, bool.
    """
    run, whole = np.zeros(len(word), np.uint64), np.zeros(len(word), np.bool_)
    for k in range(len(bounds) - 1):
        for i in range(bounds[k], bounds[k + 1] - RUN_WORDS + 1):
            run[i], whole[i] = hash_run(word, i), True
    return run, whole


def sample_runs(
    tokens: np.ndarray, counted: np.ndarray, bounds: np.ndarray, numbers: np.ndarray
) -> np.ndarray:
    """Sample the runs that three divides, with row and part of their article, uint64.

    Parameters
    ----------
    tokens : the form of each token.
    counted : flags of the tokens that are words of a run.
    bounds : the bounds of the articles.
    numbers : the number of each form.
    """
    sample, word, n = np.empty(len(tokens), np.uint64), np.empty(len(tokens), np.uint64), 0
    for row in range(len(bounds) - 1):
        n_words = 0
        for i in range(bounds[row], bounds[row + 1]):
            word[n_words] = numbers[tokens[i]]
            n_words += counted[i]
        for i in range(n_words - RUN_WORDS + 1):
            run = hash_run(word, i)
            if run * INVERSE_OF_THREE <= INVERSE_OF_THREE >> UINT64_ONE:
                sample[n] = (
                    run >> ROW_BITS << ROW_BITS
                    | np.uint64(row) << PLACE_BITS
                    | np.uint64(i * PARTS_PER_ARTICLE // n_words)
                )
                n += 1
    return sample[:n]


def count_shared_words(
    word: np.ndarray,
    run: np.ndarray,
    whole: np.ndarray,
    quoted: np.ndarray,
    bounds: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
) -> np.ndarray:
    """Count the words of each article `a` that occur in its article `b`, too.

    Parameters
    ----------
    word, run, whole, quoted, bounds : the articles, as in `copies.Bodies`.
    a, b : the articles of each pair.

    Returns
    -------
    All such words, and those outside quotation marks, int64 (2, n_pairs).
    """
    n = np.zeros((2, len(a)), np.int64)
    for pair in range(len(a)):
        here = bounds[a[pair]]
        shared = find_shared_words(word, run, whole, bounds, a[pair], b[pair])
        for i in range(len(shared)):
            n[0, pair] += shared[i]
            n[1, pair] += shared[i] and not quoted[here + i]
    return n


def mark_shared_words(
    word: np.ndarray,
    run: np.ndarray,
    whole: np.ndarray,
    bounds: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
) -> np.ndarray:
    """Mark the words of the articles `a` that occur in any of their articles `b`, bool (n_words,).

    The parameters are those of `count_shared_words`.
    """
    marks = np.zeros(len(word), np.bool_)
    for pair in range(len(a)):
        here = bounds[a[pair]]
        shared = find_shared_words(word, run, whole, bounds, a[pair], b[pair])
        for i in range(len(shared)):
            marks[here + i] |= shared[i]
    return marks


def find_shared_words(
    word: np.ndarray,
    run: np.ndarray,
    whole: np.ndarray,
    bounds: np.ndarray,
    a: np.int64,
    b: np.int64,
) -> np.ndarray:
    """Return which words of article `a` occur in article `b`, too, bool.

    A word counts if it lies in a run that occurs in `b`, or lies between two such runs and as far
    from one of them as the same word in `b`: so a version with words changed, added or left out
    here and there shares the words that were not.
    """
    here, end, there = bounds[a], bounds[a + 1], bounds[b]
    match = match_runs(
        run[here:end], whole[here:end], run[there : bounds[b + 1]], whole[there : bounds[b + 1]]
    )
    shared, left = np.zeros(end - here, np.bool_), -1
    for i in range(end - here):
        if match[i] < 0:
            continue
        shared[i : i + RUN_WORDS] = True
        if left >= 0 and i - left > RUN_WORDS and match[i] > match[left]:
            first, last = match[left], match[i]
            for k in range(left + RUN_WORDS, i):
                after_left, before_right = first + k - left, last + k - i
                if first < after_left < last:
                    shared[k] |= word[here + k] == word[there + after_left]
                if first < before_right < last:
                    shared[k] |= word[here + k] == word[there + before_right]
        left = i
    return shared


def match_runs(
    run: np.ndarray, whole: np.ndarray, other: np.ndarray, other_whole: np.ndarray
) -> np.ndarray:
    """Return the first place in the other article of each run of an article, or -1; int64."""
    size = 1
    while size < 2 * len(other) + 1:
        size *= 2
    cells, match = np.full(size, -1, np.int64), np.full(len(run), -1, np.int64)
    for i in range(len(other)):
        if other_whole[i]:
            cell = find_cell(other[i], cells, other)
            cells[cell] = i if cells[cell] < 0 else cells[cell]
    for i in range(len(run)):
        if whole[i]:
            match[i] = cells[find_cell(run[i], cells, other)]
    return match


def find_cell(run: np.uint64, cells: np.ndarray, runs: np.ndarray) -> np.int64:
    """Return the cell that has the place of a run, or the empty one that would have it.

    It is the first such cell from that of the run's highest bits on.
    """
    cell = np.int64(run >> np.uint64(32)) & (len(cells) - 1)
    while cells[cell] >= 0 and runs[cells[cell]] != run:
        cell = (cell + 1) & (len(cells) - 1)
    return cell
