"""The arithmetic of parsing: features of a tag, an arc or a relation, and the perceptrons.

All three perceptrons are alike: a feature is a number of what it is and what it sees, folded into a
row of a table of weights (hashing: Weinberger et al. 2009), and the class with the largest sum
wins. Trees are made by arc-hybrid transitions (Kuhlmann, Gomez-Rodriguez and Satta 2011); the
training follows a dynamic oracle (Goldberg and Nivre 2013) and averages weights (Collins 2002).
These functions are to be called compiled (see compiled.py).
"""

from __future__ import annotations

import numpy as np

TAGS = (
    "NN", "NNS", "NNP", "PRP", "PRP$", "DT", "PDT", "CD", "JJ", "JJR", "JJS", "RB", "RBR", "RBS",
    "RP", "IN", "TO", "CC", "MD", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "WDT", "WP", "WRB", "EX",
    "POS", "UH", "comma", "stop", "mark", "other",
)  # fmt: skip
"""Parts of speech: those of the Penn Treebank (Marcus, Santorini and Marcinkiewicz 1993), plural
names among the names, and four of marks and what is no word."""
RELATIONS = (
    "root", "nsubj", "nsubjpass", "dobj", "dative", "pobj", "agent", "prep", "aux", "auxpass",
    "det", "poss", "amod", "compound", "nummod", "appos", "attr", "acomp", "xcomp", "ccomp",
    "advcl", "acl", "relcl", "conj", "cc", "mark", "advmod", "neg", "prt", "npadvmod", "case",
    "expl", "punct", "other",
)  # fmt: skip
"""Relations of a word to its head: the labels of ClearNLP (Choi and Palmer 2012), rare ones
together as "other"."""

N_TAG_FEATURES, N_ARC_FEATURES, N_RELATION_FEATURES = 21, 32, 22
SHIFT_WORD, LEFT, RIGHT = range(3)
"""Read a word; hang the last one on the next; hang the last one on that before it."""
N_TRANSITIONS = 3
OUTSIDE = 1
"""What a feature sees beyond the ends of a sentence."""
OWN_WORD, SUFFIX, PREFIX, SHAPE = range(4)
"""The columns of what is known of each word by itself."""
MAX_DISTANCE, MAX_CHILDREN = 6, 3


def mix(number: np.uint64, seen: np.uint64) -> np.uint64:
    """Return a number of a feature (so far) and what it sees, well spread."""
    mixed = (number ^ seen) * np.uint64(0x9E3779B97F4A7C15)
    return mixed ^ (mixed >> np.uint64(29))


def see(column: np.ndarray, at: int) -> np.uint64:
    """Return what stands at a place of a sentence."""
    return column[at] if 0 <= at < len(column) else np.uint64(OUTSIDE)


def see_tag(tags: np.ndarray, at: int) -> np.uint64:
    """Return the tag at a place of a sentence, as a feature sees it."""
    return np.uint64(tags[at] + 2) if 0 <= at < len(tags) else np.uint64(OUTSIDE)


def fold_rows(rows: np.ndarray, n: int, size: int) -> None:
    """Number each of the first `n` features by its place too, and fold it into a row of a table."""
    for i in range(n):
        mixed = mix(rows[i] + np.uint64(i), np.uint64(0xC2B2AE3D27D4EB4F))
        rows[i] = (mixed >> np.uint64(17)) & np.uint64(size - 1)


def fill_tag_features(words: np.ndarray, tags: np.ndarray, i: int, rows: np.ndarray) -> None:
    """Write the features of the word at `i`, whose neighbours before it have their tags."""
    word, suffix = words[OWN_WORD], words[SUFFIX]
    shape, prefix = words[SHAPE], words[PREFIX]
    last, second = see_tag(tags, i - 1), see_tag(tags, i - 2)
    rows[0] = word[i]
    rows[1] = suffix[i]
    rows[2] = mix(shape[i], np.uint64(i == 0))
    rows[3] = last
    rows[4] = mix(last, second)
    rows[5] = mix(last, word[i])
    rows[6] = see(word, i - 1)
    rows[7] = see(word, i - 2)
    rows[8] = see(word, i + 1)
    rows[9] = see(word, i + 2)
    rows[10] = see(suffix, i - 1)
    rows[11] = see(suffix, i + 1)
    rows[12] = mix(see(word, i - 1), word[i])
    rows[13] = mix(word[i], see(word, i + 1))
    rows[14] = mix(shape[i], suffix[i])
    rows[15] = mix(see(shape, i + 1), last)
    rows[16] = mix(last, suffix[i])
    rows[17] = prefix[i]
    rows[18] = mix(shape[i], see(shape, i - 1))
    rows[19] = mix(last, see(suffix, i + 1))
    rows[20] = mix(shape[i], last)


def fill_arc_features(
    words: np.ndarray,
    tags: np.ndarray,
    stack: np.ndarray,
    state: np.ndarray,
    children: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Write the features of a state of the parser.

    Parameters
    ----------
    words, tags : what is known of the sentence's words.
    stack : the words that wait for a head.
    state : the number of these, and the next word.
    children : of each word: first and last child on the left, on the right, and how many.
    rows : what is written.
    """
    word = words[OWN_WORD]
    depth, n0 = state[0], state[1]
    s0 = stack[depth - 1] if depth > 0 else -1
    s1 = stack[depth - 2] if depth > 1 else -1
    s2 = stack[depth - 3] if depth > 2 else -1
    s0w, s0t, s1w, s1t = see(word, s0), see_tag(tags, s0), see(word, s1), see_tag(tags, s1)
    n0w, n0t, n1w, n1t = see(word, n0), see_tag(tags, n0), see(word, n0 + 1), see_tag(tags, n0 + 1)
    n2t, s2t = see_tag(tags, n0 + 2), see_tag(tags, s2)
    left, right, n_left, n_right = -1, -1, 0, 0
    if s0 >= 0:
        left, right, n_left, n_right = (
            children[s0, 0],
            children[s0, 3],
            children[s0, 4],
            children[s0, 5],
        )
    n_next, next_left = (0, -1) if n0 >= len(word) else (children[n0, 4], children[n0, 0])
    last_right = children[s1, 3] if s1 >= 0 else -1
    distance = np.uint64(min(n0 - s0, MAX_DISTANCE)) if s0 >= 0 else np.uint64(0)
    pair = mix(s0t, n0t)
    rows[0] = s0w
    rows[1] = s0t
    rows[2] = mix(s0w, s0t)
    rows[3] = n0w
    rows[4] = n0t
    rows[5] = mix(n0w, n0t)
    rows[6] = mix(n1w, n1t)
    rows[7] = mix(s1w, s1t)
    rows[8] = mix(s0w, n0w)
    rows[9] = mix(mix(s0w, s0t), n0t)
    rows[10] = mix(s0t, mix(n0w, n0t))
    rows[11] = mix(pair, n1t)
    rows[12] = mix(mix(n0t, n1t), n2t)
    rows[13] = mix(s1t, pair)
    rows[14] = mix(mix(s2t, s1t), s0t)
    rows[15] = mix(mix(s1t, s0t), np.uint64(n_right))
    rows[16] = mix(pair, distance)
    rows[17] = mix(mix(s0w, n0t), distance)
    rows[18] = mix(mix(s0t, np.uint64(n_right)), n0t)
    rows[19] = mix(mix(s0t, np.uint64(n_left)), n0t)
    rows[20] = mix(n0t, np.uint64(n_next))
    rows[21] = mix(mix(s0t, see_tag(tags, left)), n0t)
    rows[22] = mix(mix(s0t, see_tag(tags, right)), n0t)
    rows[23] = mix(pair, see_tag(tags, next_left))
    rows[24] = mix(mix(s1t, see_tag(tags, last_right)), s0t)
    rows[25] = mix(s1w, s0w)
    rows[26] = mix(mix(s1w, s0t), n0t)
    rows[27] = mix(s1t, mix(s0w, n0t))
    rows[28] = mix(s0t, see(word, right))
    rows[29] = mix(mix(s0w, n1t), n0t)
    rows[30] = mix(mix(pair, n1t), mix(n2t, s1t))
    rows[31] = mix(mix(s1t, s0t), mix(n0w, distance))


def fill_relation_features(
    words: np.ndarray,
    tags: np.ndarray,
    heads: np.ndarray,
    children: np.ndarray,
    i: int,
    rows: np.ndarray,
) -> None:
    """Write the features of the relation between the word at `i` and its head."""
    word, head = words[OWN_WORD], heads[i]
    side = np.uint64(2 + (head < i) if head < len(word) else 1)
    distance = np.uint64(min(abs(head - i), MAX_DISTANCE))
    tag, head_tag, head_word = see_tag(tags, i), see_tag(tags, head), see(word, head)
    has_left = np.uint64(2)
    first = last = -1
    if head < len(word):
        first, last = children[head, 0], children[head, 3]
        has_left = np.uint64(2 + (first == i) + 2 * (last == i))
    pair = mix(mix(tag, head_tag), side)
    rows[0] = pair
    rows[1] = mix(pair, word[i])
    rows[2] = mix(pair, head_word)
    rows[3] = mix(word[i], head_word)
    rows[4] = mix(pair, distance)
    rows[5] = mix(mix(word[i], side), head_tag)
    rows[6] = mix(mix(pair, see_tag(tags, i - 1)), see_tag(tags, i + 1))
    rows[7] = mix(mix(pair, see_tag(tags, head - 1)), see_tag(tags, head + 1))
    rows[8] = mix(pair, has_left)
    rows[9] = mix(pair, see(word, children[i, 0]))
    rows[10] = mix(pair, see(word, children[i, 3]))
    rows[11] = mix(pair, see(word, first))
    rows[12] = mix(pair, see_tag(tags, last))
    rows[13] = mix(pair, see(word, i - 1))
    rows[14] = mix(pair, see(word, i + 1))
    rows[15] = mix(word[i], side)
    rows[16] = mix(words[SUFFIX, i], pair)
    rows[17] = mix(mix(see(word, head - 1), head_tag), mix(tag, side))
    rows[18] = mix(pair, see_tag(tags, heads[head] if head < len(word) else -1))
    rows[19] = mix(pair, np.uint64(min(children[i, 4], MAX_CHILDREN)))
    rows[20] = mix(pair, see_tag(tags, children[i, 3]))
    rows[21] = mix(mix(pair, see(word, children[head, 1] if head < len(word) else -1)), has_left)


def sum_scores(weights: np.ndarray, rows: np.ndarray, n: int, scores: np.ndarray) -> None:
    """Write the sum of `n` rows of weights into `scores`."""
    scores[:] = 0
    for i in range(n):
        row = np.int64(rows[i])
        for k in range(len(scores)):
            scores[k] += weights[row, k]


def find_best(scores: np.ndarray, is_allowed: np.ndarray) -> int:
    """Return the first of the best classes that are allowed."""
    best = -1
    for k in range(len(scores)):
        if is_allowed[k] and (best < 0 or scores[k] > scores[best]):
            best = k
    return best


def tag_sentence(weights: np.ndarray, words: np.ndarray, tags: np.ndarray) -> None:
    """Write the tag of each word of a sentence into `tags`."""
    rows = np.empty(N_TAG_FEATURES, np.uint64)
    scores = np.empty(weights.shape[1], np.int64)
    everything = np.ones(weights.shape[1], np.bool_)
    for i in range(len(tags)):
        fill_tag_features(words, tags, i, rows)
        fold_rows(rows, N_TAG_FEATURES, len(weights))
        sum_scores(weights, rows, N_TAG_FEATURES, scores)
        tags[i] = find_best(scores, everything)


def allow_transitions(state: np.ndarray, n: int, is_allowed: np.ndarray) -> None:
    """Write which transitions are possible."""
    depth, n0 = state[0], state[1]
    is_allowed[SHIFT_WORD] = n0 < n
    is_allowed[LEFT] = depth > 0 and (n0 < n or depth == 1)
    is_allowed[RIGHT] = depth > 1


def add_arc(heads: np.ndarray, children: np.ndarray, child: int, head: int) -> None:
    """Hang a word on another: the root, beyond the sentence's end, keeps no children."""
    heads[child] = head
    if head >= len(heads):
        return
    if child < head:
        if children[head, 0] < 0 or child < children[head, 0]:
            children[head, 0] = child
        children[head, 1] = max(children[head, 1], child)
        children[head, 4] = min(children[head, 4] + 1, MAX_CHILDREN)
    else:
        if children[head, 2] < 0 or child < children[head, 2]:
            children[head, 2] = child
        children[head, 3] = max(children[head, 3], child)
        children[head, 5] = min(children[head, 5] + 1, MAX_CHILDREN)


def apply_transition(
    transition: int, stack: np.ndarray, state: np.ndarray, heads: np.ndarray, children: np.ndarray
) -> None:
    """Move the state on by one transition."""
    depth, n0 = state[0], state[1]
    if transition == SHIFT_WORD:
        stack[depth] = n0
        state[0], state[1] = depth + 1, n0 + 1
        return
    head = n0 if transition == LEFT else stack[depth - 2]
    add_arc(heads, children, stack[depth - 1], head)
    state[0] = depth - 1


def parse_sentence(
    weights: np.ndarray,
    words: np.ndarray,
    tags: np.ndarray,
    heads: np.ndarray,
    children: np.ndarray,
) -> None:
    """Write the head of each word of a sentence, its length for the root, and what hangs on each.

    `children` is (n, 6): the first and last on the left, on the right (-1 for none), and how many
    on either side (at most MAX_CHILDREN).
    """
    n = len(tags)
    stack, state = np.empty(n + 1, np.int64), np.zeros(2, np.int64)
    rows, scores = np.empty(N_ARC_FEATURES, np.uint64), np.empty(N_TRANSITIONS, np.int64)
    is_allowed = np.empty(N_TRANSITIONS, np.bool_)
    children[:, :4] = -1
    children[:, 4:] = 0
    while state[0] > 0 or state[1] < n:
        fill_arc_features(words, tags, stack, state, children, rows)
        fold_rows(rows, N_ARC_FEATURES, len(weights))
        sum_scores(weights, rows, N_ARC_FEATURES, scores)
        allow_transitions(state, n, is_allowed)
        apply_transition(find_best(scores, is_allowed), stack, state, heads, children)


def relate_sentence(
    weights: np.ndarray,
    words: np.ndarray,
    tags: np.ndarray,
    heads: np.ndarray,
    children: np.ndarray,
    relations: np.ndarray,
) -> None:
    """Write the relation of each word of a sentence to its head."""
    rows = np.empty(N_RELATION_FEATURES, np.uint64)
    scores = np.empty(weights.shape[1], np.int64)
    everything = np.ones(weights.shape[1], np.bool_)
    for i in range(len(tags)):
        fill_relation_features(words, tags, heads, children, i, rows)
        fold_rows(rows, N_RELATION_FEATURES, len(weights))
        sum_scores(weights, rows, N_RELATION_FEATURES, scores)
        relations[i] = find_best(scores, everything)


def parse_sentences(
    tag_weights: np.ndarray,
    arc_weights: np.ndarray,
    relation_weights: np.ndarray,
    words: np.ndarray,
    starts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tag, head and relation of each word of some sentences.

    Parameters
    ----------
    tag_weights, arc_weights, relation_weights : int8 (n_rows, n_classes).
    words : uint64 (4, n), what is known of each word by itself.
    starts : int64 (n_sentences + 1,), the words of each sentence.

    Returns
    -------
    tags : uint8 (n,).
    heads : int32 (n,), a place in `words`; -1 for the head of a sentence.
    relations : uint8 (n,).
    """
    n = words.shape[1]
    tags, relations = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    heads = np.full(n, -1, np.int32)
    children = np.empty((n, 6), np.int32)
    for k in range(len(starts) - 1):
        start, end = starts[k], starts[k + 1]
        own = words[:, start:end]
        tag_sentence(tag_weights, own, tags[start:end])
        parse_sentence(arc_weights, own, tags[start:end], heads[start:end], children[start:end])
        relate_sentence(
            relation_weights,
            own,
            tags[start:end],
            heads[start:end],
            children[start:end],
            relations[start:end],
        )
        for i in range(start, end):
            heads[i] = heads[i] + start if heads[i] < end - start else -1
    return tags, heads, relations


def update_weights(
    weights: np.ndarray, totals: np.ndarray, rows: np.ndarray, n: int, change: np.ndarray
) -> None:
    """Reward one class and punish another in `n` rows.

    Parameters
    ----------
    weights, totals : the weights, and the sum of each change times the step at which it came, from
        which the average follows.
    rows, n : the features.
    change : the class to reward, the class to punish, the step.
    """
    for i in range(n):
        row = np.int64(rows[i])
        weights[row, change[0]] += 1
        totals[row, change[0]] += change[2]
        weights[row, change[1]] -= 1
        totals[row, change[1]] -= change[2]


def train_tags(
    weights: np.ndarray,
    totals: np.ndarray,
    words: np.ndarray,
    gold: np.ndarray,
    starts: np.ndarray,
    order: np.ndarray,
    step: int,
) -> int:
    """Go once through sentences in an order; return the step that it has come to."""
    rows = np.empty(N_TAG_FEATURES, np.uint64)
    scores, change = np.empty(weights.shape[1], np.int64), np.empty(3, np.int64)
    everything = np.ones(weights.shape[1], np.bool_)
    for k in order:
        own = words[:, starts[k] : starts[k + 1]]
        tags = np.zeros(own.shape[1], np.uint8)
        for i in range(len(tags)):
            fill_tag_features(own, tags, i, rows)
            fold_rows(rows, N_TAG_FEATURES, len(weights))
            sum_scores(weights, rows, N_TAG_FEATURES, scores)
            tags[i] = find_best(scores, everything)
            step += 1
            change[0], change[1], change[2] = gold[starts[k] + i], tags[i], step
            if change[0] != change[1]:
                update_weights(weights, totals, rows, N_TAG_FEATURES, change)
    return step


def count_losses(stack: np.ndarray, state: np.ndarray, gold: np.ndarray, loss: np.ndarray) -> None:
    """Write how many arcs of the true tree each transition puts out of reach."""
    depth, n0 = state[0], state[1]
    n = len(gold)
    loss[:] = 0
    if n0 < n:
        for k in range(depth - 1):
            loss[SHIFT_WORD] += gold[n0] == stack[k]
        for k in range(depth):
            loss[SHIFT_WORD] += gold[stack[k]] == n0
    if depth == 0:
        return
    s0 = stack[depth - 1]
    below = stack[depth - 2] if depth > 1 else -1
    for b in range(n0, n):
        loss[LEFT] += gold[b] == s0
        loss[RIGHT] += gold[b] == s0
    loss[LEFT] += gold[s0] > n0 or (below >= 0 and gold[s0] == below)
    loss[RIGHT] += gold[s0] >= n0


def train_arcs(
    weights: np.ndarray,
    totals: np.ndarray,
    words: np.ndarray,
    tags: np.ndarray,
    gold: np.ndarray,
    starts: np.ndarray,
    order: np.ndarray,
    step: int,
) -> int:
    """Go once through sentences in an order, on the parser's own ways; return the step."""
    rows, scores = np.empty(N_ARC_FEATURES, np.uint64), np.empty(N_TRANSITIONS, np.int64)
    is_allowed, is_good = np.empty(N_TRANSITIONS, np.bool_), np.empty(N_TRANSITIONS, np.bool_)
    loss, change = np.empty(N_TRANSITIONS, np.int64), np.empty(3, np.int64)
    for k in order:
        start, end = starts[k], starts[k + 1]
        n = end - start
        own, own_tags, own_gold = words[:, start:end], tags[start:end], gold[start:end]
        stack, state = np.empty(n + 1, np.int64), np.zeros(2, np.int64)
        heads, children = np.empty(n, np.int32), np.full((n, 6), -1, np.int32)
        children[:, 4:] = 0
        while state[0] > 0 or state[1] < n:
            fill_arc_features(own, own_tags, stack, state, children, rows)
            fold_rows(rows, N_ARC_FEATURES, len(weights))
            sum_scores(weights, rows, N_ARC_FEATURES, scores)
            allow_transitions(state, n, is_allowed)
            count_losses(stack, state, own_gold, loss)
            least = 1 << 30
            for t in range(N_TRANSITIONS):
                if is_allowed[t] and loss[t] < least:
                    least = loss[t]
            for t in range(N_TRANSITIONS):
                is_good[t] = is_allowed[t] and loss[t] == least
            guess = find_best(scores, is_allowed)
            step += 1
            if not is_good[guess]:
                change[0], change[1], change[2] = find_best(scores, is_good), guess, step
                update_weights(weights, totals, rows, N_ARC_FEATURES, change)
            apply_transition(guess, stack, state, heads, children)
    return step


def train_relations(
    weights: np.ndarray,
    totals: np.ndarray,
    words: np.ndarray,
    tags: np.ndarray,
    heads: np.ndarray,
    gold: np.ndarray,
    starts: np.ndarray,
    order: np.ndarray,
    step: int,
) -> int:
    """Go once through sentences with their true trees in an order; return the step."""
    rows = np.empty(N_RELATION_FEATURES, np.uint64)
    scores, change = np.empty(weights.shape[1], np.int64), np.empty(3, np.int64)
    everything = np.ones(weights.shape[1], np.bool_)
    for k in order:
        start, end = starts[k], starts[k + 1]
        n = end - start
        own, own_tags = words[:, start:end], tags[start:end]
        own_heads, children = heads[start:end], np.full((n, 6), -1, np.int32)
        children[:, 4:] = 0
        done = np.empty(n, np.int32)
        for i in range(n):
            add_arc(done, children, i, own_heads[i])
        for i in range(n):
            fill_relation_features(own, own_tags, own_heads, children, i, rows)
            fold_rows(rows, N_RELATION_FEATURES, len(weights))
            sum_scores(weights, rows, N_RELATION_FEATURES, scores)
            step += 1
            change[0], change[1], change[2] = gold[start + i], find_best(scores, everything), step
            if change[0] != change[1]:
                update_weights(weights, totals, rows, N_RELATION_FEATURES, change)
    return step
