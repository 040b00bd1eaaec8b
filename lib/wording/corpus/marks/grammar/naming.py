"""What stands with a name by relation: labels, titles, appositions, what it does, what is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.kernels import OUTLET_VOICE
from wording.corpus.encoding.matching import Spans, flag_forms
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.grammar import act_kernels, naming_kernels
from wording.corpus.marks.grammar.act_kernels import (
    ACL,
    ACOMP,
    ACTIVE,
    AMOD,
    AND,
    ATTR,
    AUX,
    AUXPASS,
    BE,
    COMPOUND,
    GET,
    HAVE,
    IS_GERUND,
    IS_PARTICIPLE,
    MODAL,
    NEG,
    POSSESSION,
    RELCL,
    VERB_TAGS,
)
from wording.corpus.marks.grammar.acts import classify_for_acts, read_grammar_words
from wording.corpus.marks.grammar.kernels import TAGS
from wording.corpus.marks.grammar.naming_kernels import (
    APPOSITION,
    CAN_BE_FIRST_NAME,
    DOES,
    DONE_TO,
    ENDS_IN_ING,
    FINITE_TAGS,
    IS,
    IS_NO_LABEL,
    IS_TITLE_WORD,
    NAME_TAG,
    STOP_TAG,
)
from wording.corpus.marks.grammar.parser import Parse, parse_around

MODAL_TAG = TAGS.index("MD")
INFLECTED_TAGS = tuple(TAGS.index(tag) for tag in ("VBD", "VBG", "VBN", "VBZ"))
PAST_TAGS = tuple(TAGS.index(tag) for tag in ("VBD", "VBN"))
GERUND_TAG, PRESENT_TAG = TAGS.index("VBG"), TAGS.index("VBZ")
AFTER_NAMES = tuple(TAGS.index(tag) for tag in ("comma", "WP"))
AFTER_NOUNS = tuple(TAGS.index(tag) for tag in ("WDT", "IN", "DT"))
"""How a relative clause may open behind any name, and behind one that is no proper name."""
PARTING_TAGS = tuple(TAGS.index(tag) for tag in ("IN", "TO", "WDT", "WP", "comma", "MD"))
NOT_AFTER_NAMES = tuple(TAGS.index(tag) for tag in ("POS", "NN", "NNS"))
MAX_VERB_DISTANCE = 15
"""Words from a name to the verb of which it is subject or object, at most."""
COMPLEMENT_TAGS = tuple(TAGS.index(tag) for tag in ("NN", "NNS", "JJ"))


@dataclass(frozen=True)
class Related:
    """Words that stand with names, by name, then relation, then place.

    Attributes
    ----------
    name : int64 (n,)
        Which of the names.
    relation : int64 (n,)
        A place in `naming_kernels.NAME_RELATIONS`.
    token : int64 (n,)
        The token of the word in the shard.
    is_inflected : bool (n,)
        Whether it is a verb in -s, -ed or -ing, or an irregular past or participle, by the parse.
    """

    name: np.ndarray
    relation: np.ndarray
    token: np.ndarray
    is_inflected: np.ndarray


def find_related(shard: Shard, spans: Spans) -> Related:
    """Return the words that stand with the names at some spans of a shard, by relation."""
    if not len(spans):
        none = np.zeros(0, np.int64)
        return Related(none, none, none, np.zeros(0, bool))
    parse = parse_around(shard, spans.start)
    names = np.stack([parse.locate(spans.start), parse.locate(spans.end)], axis=1)
    rows = np.concatenate([find_words_beside(parse, spans, names), find_verbs_with(parse, names)])
    rows = rows[np.lexsort(rows.T[::-1])]
    is_inflected = np.isin(parse.tags[rows[:, 2]], INFLECTED_TAGS)
    return Related(rows[:, 0], rows[:, 1], parse.read_tokens(rows[:, 2]), is_inflected)


def find_words_beside(parse: Parse, spans: Spans, names: np.ndarray) -> np.ndarray:
    """Return labels, titles, first names and appositions: rows of (name, relation, word)."""
    shard = parse.shard
    seen = np.stack([classify_for_acts(shard)[0], classify_before_names(shard)])
    parsed = np.stack([parse.tags, parse.heads, parse.relations]).astype(np.int64)
    sentences = parse.find_sentences(spans.start)
    rows = compile_module(naming_kernels).find_beside(
        parsed, seen[:, parse.forms], sentences, names
    )
    voice = shard.voice[spans.start][rows[:, 0]], shard.voice[parse.tokens[rows[:, 2]]]
    # A quotation that ends between a name and a noun parts them.
    return rows[(rows[:, 1] != APPOSITION) | (voice[0] == voice[1])]


def find_verbs_with(parse: Parse, names: np.ndarray) -> np.ndarray:
    """Return what names do, what is done to them, and what they are said to be, as rows."""
    seen = classify_for_acts(parse.shard)[:, parse.forms]
    verbs = find_verbs(parse, seen)
    form, agent, patient = compile_module(act_kernels).judge_all_by_parse(
        parse.tags,
        parse.heads,
        parse.relations,
        seen,
        parse.find_sentences(parse.tokens[verbs]),
        verbs,
    )
    agent, patient = (move_past_title(parse, noun) for noun in (agent, patient))
    is_be = seen[0, verbs] == BE
    is_active = form == ACTIVE
    counts = ~np.isin(seen[0, verbs], (BE, MODAL, POSSESSION))
    parts = [
        match_names(agent, verbs, names, DOES, counts & is_near_verb(parse, agent, verbs)),
        match_names(
            patient,
            verbs,
            names,
            DONE_TO,
            counts
            & is_near_verb(parse, patient, verbs)
            & is_plain_patient(parse, patient, verbs, seen),
        ),
    ]
    subject_of = np.full(len(parse.tokens), -1)
    subject_of[verbs[is_be & is_active]] = agent[is_be & is_active]
    complement = np.flatnonzero(
        np.isin(parse.relations, (ATTR, ACOMP))
        & np.isin(parse.tags, COMPLEMENT_TAGS)
        & (parse.heads >= 0)
    )
    verb = parse.heads[complement]
    subject = subject_of[verb]
    has_other = np.isin(verb, parse.heads[(parse.relations == NEG) | (parse.tags == MODAL_TAG)])
    n_verbs = count_before(np.isin(parse.tags, VERB_TAGS) & (parse.relations != AUX))
    # Between subject and complement the verb stands, and no other.
    is_plain = (subject < verb) & (verb < complement) & is_near_verb(parse, subject, verb)
    is_plain &= n_verbs[complement] - n_verbs[np.maximum(subject, 0)] == 1
    subject = np.where(is_plain & ~has_other, subject, -1)
    parts.append(match_names(subject, complement, names, IS, np.ones(len(complement), bool)))
    return np.concatenate(parts)


def move_past_title(parse: Parse, noun: np.ndarray) -> np.ndarray:
    """Return the nouns, but the last word of the name for a title with a stop ("SEN. Ann Other").

    There the parser may take the title for the subject or object; -1 for a noun stays.
    """
    is_name = np.append(parse.tags == NAME_TAG, [False, False])
    is_stop = np.append(parse.tags == STOP_TAG, [False, False])
    last = np.flatnonzero(is_name & ~np.append(is_name[1:], False))
    title = classify_before_names(parse.shard)[parse.forms] & IS_TITLE_WORD
    moves = (noun >= 0) & (title[noun] != 0) & is_stop[noun + 1] & is_name[noun + 2]
    return np.where(moves, np.append(last, -1)[np.searchsorted(last, noun + 2)], noun)


def find_verbs(parse: Parse, seen: np.ndarray) -> np.ndarray:
    """Return the words that are verbs of their own and have the form that their tag asks for."""
    is_auxiliary = np.isin(parse.relations, (AUX, AUXPASS, AMOD, COMPOUND))
    traits = seen[1]
    ends_in_s = parse.shard.forms["key"].str.ends_with("s").to_numpy()[parse.forms]
    fits = np.ones(len(parse.tokens), bool)
    is_past = np.isin(parse.tags, PAST_TAGS) & (seen[0] != BE) & (seen[0] != HAVE)
    fits[is_past & (traits & IS_PARTICIPLE == 0)] = False
    fits[(parse.tags == GERUND_TAG) & (traits & IS_GERUND == 0)] = False
    fits[(parse.tags == PRESENT_TAG) & ~ends_in_s] = False
    return np.flatnonzero(np.isin(parse.tags, VERB_TAGS) & ~is_auxiliary & fits)


def is_near_verb(parse: Parse, noun: np.ndarray, verb: np.ndarray) -> np.ndarray:
    """Return whether each verb is near enough to its noun to be trusted.

    A verb of a relative clause is if the clause follows the noun at once or after a comma, with
    "who" after a proper name. A noun that stands before another ("Trump headwinds", "Trump's men")
    is near none, nor is one in a quotation near the verb that tells who said it.
    """
    near = np.abs(verb - noun) <= MAX_VERB_DISTANCE
    after = np.minimum(noun + 1, len(parse.tags) - 1)
    is_proper = parse.tags[noun] == NAME_TAG
    opens = np.isin(parse.tags[after], AFTER_NAMES) | (
        ~is_proper & np.isin(parse.tags[after], AFTER_NOUNS)
    )
    is_relative = (parse.relations[verb] == RELCL) & (noun == parse.heads[verb])
    before_noun = np.isin(parse.tags[after], NOT_AFTER_NAMES)
    voice = parse.shard.voice[parse.tokens]
    is_speaker = (verb > noun) & (voice[noun] != OUTLET_VOICE) & (voice[verb] == OUTLET_VOICE)
    return near & (opens | ~is_relative) & ~before_noun & ~is_speaker


def is_plain_patient(
    parse: Parse, noun: np.ndarray, verb: np.ndarray, seen: np.ndarray
) -> np.ndarray:
    """Return whether the words between a verb and the noun to whom it is done speak for it.

    An object follows without another verb (but for "shot and killed"), preposition or mark between,
    and no verb of its own after it; a subject has a form of be or get before the verb, or the verb
    hangs on it ("men killed in the raid").
    """
    n_parting = count_before(np.isin(parse.tags, PARTING_TAGS))
    n_verbs = count_before(np.isin(parse.tags, VERB_TAGS)) - count_before(seen[0] == AND)
    n_passive = count_before(np.isin(seen[0], (BE, GET)))
    parting, more_verbs = (n[noun] - n[verb + 1] for n in (n_parting, n_verbs))
    after = np.minimum(noun + 1, len(parse.tags) - 1)
    is_object = (parting == 0) & (more_verbs <= 0) & ~np.isin(parse.tags[after], FINITE_TAGS)
    is_subject = (n_passive[verb] > n_passive[noun]) | np.isin(parse.relations[verb], (ACL, RELCL))
    return np.where(noun > verb, is_object, is_subject)


def count_before(flags: np.ndarray) -> np.ndarray:
    """Return how many of the words before each place, and before the end, have a flag."""
    return np.append(0, np.cumsum(flags))


def match_names(
    noun: np.ndarray, word: np.ndarray, names: np.ndarray, relation: int, counts: np.ndarray
) -> np.ndarray:
    """Return rows of (name, relation, word) for the nouns that stand with words and are in a name.

    Only those count of which `counts` says so.
    """
    number = np.searchsorted(names[:, 0], noun, side="right") - 1
    inside = counts & (noun >= 0) & (number >= 0)
    inside &= noun < names[np.maximum(number, 0), 1]
    n = int(inside.sum())
    return np.stack([number[inside], np.full(n, relation), word[inside]], axis=1).astype(np.int64)


def classify_before_names(shard: Shard) -> np.ndarray:
    """Return what each form may be before a name (see naming_kernels), uint8 (n_forms,)."""
    words = read_grammar_words()
    kinds = np.zeros(len(shard.numbers), np.uint8)
    written = pl.col("type").str.strip_chars()
    is_first = shard.forms.select(written.str.contains(r"^\p{Lu}(?:\p{Ll}[\p{L}'’-]*)?$"))
    kinds[is_first.to_series().to_numpy()] = CAN_BE_FIRST_NAME
    kinds[flag_forms(shard, words.no_first_names)] = 0
    kinds[flag_forms(shard, words.titles)] |= IS_TITLE_WORD
    has_digit = shard.forms["key"].str.contains(r"\p{N}") & ~shard.forms["key"].str.contains("-")
    kinds[has_digit.to_numpy()] |= IS_NO_LABEL
    kinds[shard.forms["key"].str.ends_with("ing").to_numpy()] |= ENDS_IN_ING
    return kinds
