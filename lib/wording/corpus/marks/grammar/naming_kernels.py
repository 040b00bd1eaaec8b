"""What stands before a name, and beside it between commas, by the parse and the words around it.

A word counts where both agree: a label stands in one row with the name and hangs on it, an
apposition hangs on it (or it on that) and a comma parts the two. These functions are to be called
compiled (see compiled.py).
"""

from __future__ import annotations

import numpy as np

from wording.corpus.marks.grammar.act_kernels import (
    ADVERB,
    AMOD,
    AND,
    APPOS,
    COMMA,
    COMPOUND,
    DETERMINER,
    NOBODY,
    NUMERAL,
    NUMMOD,
    OPEN,
    OTHER_RELATION,
    POBJ,
    POSSESSIVE,
    STOP,
)
from wording.corpus.marks.grammar.kernels import TAGS

NAME_RELATIONS = ("label", "title", "first name", "apposition", "is", "does", "done to it")
"""How a word may stand with a name."""
LABEL, TITLE, FIRST_NAME, APPOSITION, IS, DOES, DONE_TO = range(len(NAME_RELATIONS))
IS_TITLE_WORD, CAN_BE_FIRST_NAME, IS_NO_LABEL, ENDS_IN_ING = 1, 2, 4, 8
"""What a word may be before a name: added up."""
COMMON_NOUNS = tuple(TAGS.index(tag) for tag in ("NN", "NNS"))
PARTICIPLES = tuple(TAGS.index(tag) for tag in ("VBN", "VBG"))
NO_APPOSITION_TAGS = tuple(TAGS.index(tag) for tag in ("WDT", "WP", "WRB", "other"))
LABEL_TAGS = tuple(TAGS.index(t) for t in ("NN", "NNP", "JJ", "JJR", "JJS", "VBN", "VBG"))
FINITE_TAGS = tuple(TAGS.index(tag) for tag in ("VBD", "VBP", "VBZ", "MD"))
NAME_TAG, COMMA_TAG, STOP_TAG = (TAGS.index(tag) for tag in ("NNP", "comma", "stop"))
VERB_OR_ADVERB = tuple(
    TAGS.index(t) for t in ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "RB", "RBR", "TO")
)
IN = TAGS.index("IN")
BEFORE_NOUN = (AMOD, COMPOUND, NUMMOD, OTHER_RELATION)
MAX_BESIDE = 32
"""So many words at most are found beside one name."""


def is_in_row(heads: np.ndarray, relations: np.ndarray, k: int, row: tuple[int, int]) -> bool:
    """Return whether the word at `k` hangs, as words before a noun do, on one between it and `row`.

    `row` is the last word of the name, and the word of the name that has its head outside. Where
    the name itself hangs on `k` as an apposition, without a comma, `k` is a label, too.
    """
    end, name = row
    if k < heads[k] <= end and relations[k] in BEFORE_NOUN:
        return True
    return heads[name] == k and relations[name] in (APPOS, COMPOUND, OTHER_RELATION)


def find_name_head(heads: np.ndarray, first: int, end: int) -> int:
    """Return the last word of a name whose head stands outside it."""
    for k in range(end - 1, first - 1, -1):
        if not first <= heads[k] < end:
            return k
    return end - 1


def find_words_before(
    parse: np.ndarray, seen: np.ndarray, name: tuple[int, int], found: np.ndarray
) -> tuple[int, int]:
    """Write what stands before a name, and return how much, and where the row of it begins.

    Parameters
    ----------
    parse : int64 (3, n), tags, heads and relations of the sentence.
    seen : uint8 (2, n), the class of each word, and what it may be before a name.
    name : the first word of the name, and that after its last.
    found : int64 (MAX_BESIDE, 2), relation and word, nearest first.
    """
    (tags, heads, relations), (classes, kinds) = parse, seen
    first, end = name
    row = (end - 1, find_name_head(heads, first, end))
    is_proper = tags[first] == NAME_TAG
    is_last_name = is_proper and end - first == 1 and kinds[first] & CAN_BE_FIRST_NAME != 0
    is_modifier = is_before_noun(tags, heads, relations, row)
    n, n_labels, k = 0, 0, first - 1
    while k >= 0 and n < len(found) - 1:
        if classes[k] == STOP and k > 0 and kinds[k - 1] & (IS_TITLE_WORD | CAN_BE_FIRST_NAME):
            k -= 1  # "Sen."
        if is_proper and kinds[k] & IS_TITLE_WORD:
            found[n, 0], is_last_name = TITLE, False
        elif is_last_name and is_first_name(tags, seen, k):
            found[n, 0] = FIRST_NAME
        elif classes[k] == ADVERB and n_labels:
            k -= 1
            continue
        elif is_label(tags, seen, k) and not is_modifier and is_in_row(heads, relations, k, row):
            found[n, 0], is_last_name = LABEL, False
            n_labels += 1
        else:
            break
        found[n, 1] = k
        n += 1
        k -= 1
    opening = k + 1
    if n_labels and kinds[found[n - 1, 1]] & ENDS_IN_ING and k >= 0 and tags[k] == IN:
        n, n_labels = n - 1, n_labels - 1  # "the burden of hosting refugees"
    if n_labels and is_proper:
        n = drop_doubtful_labels(tags, seen, found[:n], k)
    return n, opening


def is_first_name(tags: np.ndarray, seen: np.ndarray, k: int) -> bool:
    """Return whether a word before a single name is a first name: capitalised, and a name, too.

    Between a title and the name any capitalised word is one.
    """
    classes, kinds = seen
    if not kinds[k] & CAN_BE_FIRST_NAME or classes[k] != OPEN:
        return False
    before = k - 2 if k > 1 and classes[k - 1] == STOP else k - 1
    return tags[k] == NAME_TAG or (before >= 0 and kinds[before] & IS_TITLE_WORD != 0)


def drop_doubtful_labels(tags: np.ndarray, seen: np.ndarray, found: np.ndarray, k: int) -> int:
    """Return how many words before a proper name stay; `k` is the word before them.

    A participle that is the nearest label is doubtful ("he urged Trump" looks like "disgraced
    Trump"), and so is a common noun behind a determiner ("the statement Trump made" looks like "the
    actor Tom Hanks") or alone behind a verb ("helped fuel Trump" looks like "met rival Trump"):
    these and what stands before them are left out.
    """
    classes, kinds = seen
    n_labels = np.sum(found[:, 0] == LABEL)
    is_doubtful = n_labels == 1 and k >= 0 and tags[k] in VERB_OR_ADVERB
    while k >= 0 and tags[k] in LABEL_TAGS and classes[k] == OPEN:
        k -= 1
    is_doubtful |= k >= 0 and classes[k] in (DETERMINER, POSSESSIVE)
    is_nearest = True
    for i in range(len(found)):
        if found[i, 0] == LABEL:
            tag = tags[found[i, 1]]
            is_participle = tag in PARTICIPLES or kinds[found[i, 1]] & ENDS_IN_ING != 0
            if (is_nearest and is_participle) or (is_doubtful and tag in COMMON_NOUNS):
                return i
            is_nearest = False
    return len(found)


def is_label(tags: np.ndarray, seen: np.ndarray, k: int) -> bool:
    """Return whether a word can be a label: a noun, an adjective or a participle."""
    return tags[k] in LABEL_TAGS and seen[0, k] == OPEN and not seen[1, k] & IS_NO_LABEL


def is_before_noun(
    tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, row: tuple[int, int]
) -> bool:
    """Return whether a name itself stands before a noun ("the Trump tariffs")."""
    end, name = row
    if heads[name] > end and relations[name] in BEFORE_NOUN:
        return True
    return end + 1 < len(tags) and tags[end + 1] in COMMON_NOUNS


def find_apposition_after(parse: np.ndarray, classes: np.ndarray, first: int, end: int) -> int:
    """Return the noun that stands behind a comma after a name and says what it is, or NOBODY."""
    tags, heads, relations = parse
    n = len(tags)
    start = end
    if start + 2 < n and tags[start] == COMMA_TAG and classes[start + 1] == NUMERAL:
        start += 2  # the age
    if start + 1 >= n or tags[start] != COMMA_TAG:
        return NOBODY
    for k in range(start + 1, n):
        if classes[k] in (COMMA, AND) or tags[k] in NO_APPOSITION_TAGS or tags[k] in FINITE_TAGS:
            return NOBODY
        if relations[k] == APPOS and first <= heads[k] < end:
            if k == start + 1:  # "meanwhile"
                return NOBODY
            return k if tags[k] in COMMON_NOUNS and is_without_verb(tags, k) else NOBODY
    return NOBODY


def is_without_verb(tags: np.ndarray, noun: int) -> bool:
    """Return whether no verb follows a noun before the next comma, relative word or stop."""
    for k in range(noun + 1, len(tags)):
        if tags[k] in FINITE_TAGS:
            return False
        if tags[k] in (COMMA_TAG, STOP_TAG) or tags[k] in NO_APPOSITION_TAGS:
            break
    return True


def find_apposition_before(
    parse: np.ndarray, classes: np.ndarray, opening: int, span: tuple[int, int]
) -> int:
    """Return the noun before a comma that the name says more of ("the president, X"), or NOBODY."""
    tags, heads, relations = parse
    end = span[1]
    name = find_name_head(heads, span[0], end)
    noun = heads[name]
    if opening < 2 or tags[opening - 1] != COMMA_TAG or relations[name] != APPOS:
        return NOBODY
    if not 0 <= noun < opening - 1 or tags[noun] not in COMMON_NOUNS or relations[noun] == POBJ:
        return NOBODY
    if find_determiner(heads, classes, noun) == NOBODY:
        return NOBODY
    is_closed = end >= len(tags) or tags[end] == COMMA_TAG or classes[end] == STOP
    for k in range(noun + 1, opening - 1):
        if tags[k] == COMMA_TAG or classes[k] == AND:
            return NOBODY
    return noun if is_closed else NOBODY


def find_determiner(heads: np.ndarray, classes: np.ndarray, noun: int) -> int:
    """Return the determiner or possessive pronoun of a noun, or NOBODY."""
    for k in range(noun):
        if heads[k] == noun and classes[k] in (DETERMINER, POSSESSIVE):
            return k
    return NOBODY


def find_beside(
    parse: np.ndarray, seen: np.ndarray, spans: np.ndarray, names: np.ndarray
) -> np.ndarray:
    """Return what stands before each name and beside it: rows of (name, relation, word).

    Parameters
    ----------
    parse : int64 (3, n), tags, heads and relations of all words; heads are places in it.
    seen : uint8 (2, n), the class of each word, and what it may be before a name.
    spans : int64 (m, 2), the sentence of each name.
    names : int64 (m, 2), its first word, and that after its last.
    """
    beside = np.empty((len(names) * MAX_BESIDE, 3), np.int64)
    found = np.empty((MAX_BESIDE, 2), np.int64)
    total = 0
    for i in range(len(names)):
        start, stop = spans[i, 0], spans[i, 1]
        own = parse[:, start:stop].copy()
        own[1] = np.where(own[1] >= 0, own[1] - start, NOBODY)
        own_seen = seen[:, start:stop]
        first, end = names[i, 0] - start, min(names[i, 1], stop) - start
        if first >= end:
            continue
        n, opening = find_words_before(own, own_seen, (first, end), found)
        noun = find_apposition_after(own, own_seen[0], first, end)
        if noun == NOBODY:
            noun = find_apposition_before(own, own_seen[0], opening, (first, end))
        if noun != NOBODY:
            found[n, 0], found[n, 1] = APPOSITION, noun
            n += 1
        for k in range(n):
            beside[total, 0], beside[total, 1] = i, found[k, 0]
            beside[total, 2] = found[k, 1] + start
            total += 1
    return beside[:total].copy()
