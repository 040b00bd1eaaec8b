"""The form of each act and who is named, by two witnesses: rules over words, and the parse.

Both see the words of a sentence one after the other, quotation marks left out, each as its class
(`CLASSES`). These functions are to be called compiled (see compiled.py).
"""

from __future__ import annotations

import numpy as np

from wording.corpus.marks.grammar.kernels import RELATIONS, TAGS

FORMS = ("active", "passive_agent", "passive", "intransitive", "noun", "unclear")
ACTIVE, PASSIVE_AGENT, PASSIVE, INTRANSITIVE, NOUN, UNCLEAR = range(len(FORMS))

BASE, PRESENT, PAST, PARTICIPLE, GERUND, OWN_NOUN = 1, 2, 4, 8, 16, 32
"""What a word may be of its verb, added up where it may be several; OWN_NOUN is a noun too."""

CLASSES = (
    "open", "be", "get", "have", "modal", "to", "determiner", "possessive", "subject", "object",
    "pronoun", "relative", "those", "preposition", "by", "at", "of", "adverb", "number", "and",
    "comma", "stop", "particle", "start_verb", "conjunction", "that", "possession",
)  # fmt: skip
"""Classes of words, in data/words/grammar-en.yml but for the first; "possession" is 's."""
(
    OPEN, BE, GET, HAVE, MODAL, TO, DETERMINER, POSSESSIVE, SUBJECT, OBJECT, PRONOUN, RELATIVE,
    THOSE, PREPOSITION, BY, AT, OF, ADVERB, NUMERAL, AND, COMMA, STOP, PARTICLE, START_VERB,
    CONJUNCTION, THAT, POSSESSION,
) = range(len(CLASSES))  # fmt: skip
IS_NAME, IS_PARTICIPLE, IS_GERUND, IS_NO_AGENT, IS_ADJECTIVE = 1, 2, 4, 8, 16
"""Traits of words beside their class: added up."""
NOUN_TAGS = tuple(TAGS.index(tag) for tag in ("NN", "NNS", "NNP", "JJ"))
NAMING_TAGS = tuple(TAGS.index(tag) for tag in ("NN", "NNS", "NNP", "PRP", "CD", "DT"))
VERB_TAGS = tuple(TAGS.index(tag) for tag in ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"))
RELATIVE_TAGS = tuple(TAGS.index(tag) for tag in ("WDT", "WP"))
DT, NNP, VBD, VBG, VBN = (TAGS.index(tag) for tag in ("DT", "NNP", "VBD", "VBG", "VBN"))
(
    ROOT, NSUBJ, NSUBJPASS, DOBJ, DATIVE, POBJ, AGENT, PREP, AUX, AUXPASS, DET, POSS, AMOD,
    COMPOUND, NUMMOD, APPOS, ATTR, ACOMP, XCOMP, CCOMP, ADVCL, ACL, RELCL, CONJ, CC, MARK, ADVMOD,
    NEG, PRT, NPADVMOD, CASE, EXPL, PUNCT, OTHER_RELATION,
) = range(len(RELATIONS))  # fmt: skip
NOBODY = -1
MAX_STEPS = 8
"""So many heads are gone up to find a subject."""
MAX_BY_DISTANCE = 7
"""An agent's "by" stands at most so many words after the participle."""


def class_at(classes: np.ndarray, i: int) -> int:
    """Return the class of a word; beyond the sentence a stop."""
    return classes[i] if 0 <= i < len(classes) else STOP


def trait_at(traits: np.ndarray, i: int) -> int:
    """Return the traits of a word; beyond the sentence none."""
    return traits[i] if 0 <= i < len(traits) else 0


def step_over_adverbs(classes: np.ndarray, i: int, step: int) -> int:
    """Return the place of the next word in a direction that is no adverb."""
    i += step
    while 0 <= i < len(classes) and classes[i] == ADVERB:
        i += step
    return i


def find_first_of_pair(classes: np.ndarray, traits: np.ndarray, i: int) -> int:
    """Return the first of verbs that "and" or a comma joins before the one at `i`, or `i`."""
    while True:
        joint = step_over_adverbs(classes, i, -1)
        if class_at(classes, joint) == COMMA and class_at(classes, joint + 1) == AND:
            joint -= 1
        if class_at(classes, joint) != AND and class_at(classes, joint) != COMMA:
            return i
        before = joint - 1
        if class_at(classes, before) == COMMA:
            before -= 1
        if not trait_at(traits, before) & IS_PARTICIPLE:
            return i
        i = before


def find_after_pair(classes: np.ndarray, traits: np.ndarray, i: int) -> int:
    """Return the place after the verb at `i` and those joined to it: "shot and killed HIM"."""
    after = step_over_adverbs(classes, i, 1)
    while class_at(classes, after) == AND:
        verb = step_over_adverbs(classes, after, 1)
        if not trait_at(traits, verb) & (IS_PARTICIPLE | IS_GERUND):
            break
        after = step_over_adverbs(classes, verb, 1)
    return after


def is_object_start(classes: np.ndarray, traits: np.ndarray, i: int) -> bool:
    """Return whether an object may begin at a place: a noun, a determiner, a pronoun, a number."""
    found = class_at(classes, i)
    if found in (DETERMINER, POSSESSIVE, OBJECT, PRONOUN, NUMERAL, THOSE, THAT):
        return True
    return found == OPEN and not trait_at(traits, i) & (IS_GERUND | IS_NO_AGENT)


def has_agent_after(classes: np.ndarray, traits: np.ndarray, i: int) -> bool:
    """Return whether "by" and somebody follow a participle that ends before `i`."""
    for k in range(i, min(i + MAX_BY_DISTANCE, len(classes))):
        found = classes[k]
        if found == BY:
            first = step_over_adverbs(classes, k, 1)
            return is_object_start(classes, traits, first) or class_at(classes, first) == RELATIVE
        if found in (COMMA, STOP, AND, RELATIVE, SUBJECT, BE, HAVE, MODAL, CONJUNCTION):
            return False
    return False


def judge_by_rules(
    classes: np.ndarray, traits: np.ndarray, i: int, verb_form: int, can_be_noun: bool
) -> int:
    """Return the form of the act at `i`, by the words around it.

    Parameters
    ----------
    classes, traits : of the words of the sentence.
    i : the place of the act.
    verb_form : what it may be of its verb (BASE, ...), added up.
    can_be_noun : whether the base form is a noun, too (an attack).
    """
    if verb_form & OWN_NOUN:
        return NOUN
    if verb_form & (PAST | PARTICIPLE):
        form = judge_past(classes, traits, i, can_be_noun)
        if form != UNCLEAR or not verb_form & BASE:
            return form
    if verb_form & GERUND:
        return judge_gerund(classes, traits, i)
    return judge_present(classes, traits, i, verb_form, can_be_noun)


def judge_past(classes: np.ndarray, traits: np.ndarray, i: int, can_be_noun: bool) -> int:
    """Return the form of a past tense or participle."""
    first = find_first_of_pair(classes, traits, i)
    left_at = step_over_adverbs(classes, first, -1)
    left = class_at(classes, left_at)
    after = find_after_pair(classes, traits, i)
    right = class_at(classes, after)
    passive = PASSIVE_AGENT if has_agent_after(classes, traits, after) else PASSIVE
    if left in (BE, GET):
        return passive
    if left in (SUBJECT, PRONOUN) and class_at(classes, left_at - 1) == BE:
        return passive
    if left == HAVE:
        return ACTIVE
    if left in (MODAL, TO):
        return UNCLEAR
    if left in (DETERMINER, POSSESSIVE, POSSESSION) and first == i:
        return NOUN if can_be_noun or right != OPEN else PASSIVE
    if left == THOSE:
        return passive
    if can_be_noun and trait_at(traits, left_at) & IS_ADJECTIVE:
        return NOUN
    if right == BY:
        return passive
    if left in (OF, PREPOSITION):
        return PASSIVE if right == OPEN else UNCLEAR
    if right in (AT, PARTICLE):
        return ACTIVE
    if is_object_start(classes, traits, after):
        return ACTIVE if not (left == NUMERAL and right == OPEN) else UNCLEAR
    if left in (SUBJECT, RELATIVE, THAT):
        return ACTIVE
    if left in (PRONOUN, OBJECT) and right != PREPOSITION:
        return UNCLEAR
    return passive


def judge_gerund(classes: np.ndarray, traits: np.ndarray, i: int) -> int:
    """Return the form of a word in -ing."""
    left_at = step_over_adverbs(classes, i, -1)
    left, right = class_at(classes, left_at), class_at(classes, find_after_pair(classes, traits, i))
    after = find_after_pair(classes, traits, i)
    if right == OF or left in (DETERMINER, POSSESSIVE, POSSESSION, THOSE, THAT):
        return NOUN
    if right in (DETERMINER, POSSESSIVE, OBJECT, PRONOUN, THOSE):
        return ACTIVE
    if right == NUMERAL:
        return ACTIVE
    if left in (BE, START_VERB):
        return ACTIVE if right != OPEN or trait_at(traits, after) & IS_NAME else UNCLEAR
    if left in (PREPOSITION, BY, OF, COMMA, CONJUNCTION, OBJECT) and right == OPEN:
        return ACTIVE
    if right in (AT, PARTICLE):
        return ACTIVE
    if left == OPEN or trait_at(traits, left_at) & IS_ADJECTIVE:
        return NOUN if right != OPEN or not trait_at(traits, after) & IS_NAME else UNCLEAR
    return NOUN if right in (PREPOSITION, STOP, COMMA, BE, BY, HAVE, MODAL) else UNCLEAR


def judge_present(
    classes: np.ndarray, traits: np.ndarray, i: int, verb_form: int, can_be_noun: bool
) -> int:
    """Return the form of a base form or one in -s."""
    left_at = step_over_adverbs(classes, i, -1)
    left = class_at(classes, left_at)
    after = find_after_pair(classes, traits, i)
    right = class_at(classes, after)
    if left in (DETERMINER, POSSESSIVE, POSSESSION, NUMERAL, OF, THOSE):
        return NOUN
    if left in (MODAL, SUBJECT, RELATIVE):
        return ACTIVE
    if left == THAT and verb_form & PRESENT:
        return ACTIVE
    if left == TO and verb_form & BASE:
        return ACTIVE
    if left in (PREPOSITION, TO, BY, AT):
        return NOUN if can_be_noun else UNCLEAR
    if left in (BE, HAVE):
        return UNCLEAR
    has_object = right in (DETERMINER, POSSESSIVE, OBJECT, PRONOUN, NUMERAL, THOSE)
    if not can_be_noun:
        return ACTIVE
    if trait_at(traits, left_at) & IS_ADJECTIVE and not has_object:
        return NOUN
    if left in (AND, COMMA):
        return ACTIVE if has_object or trait_at(traits, after) & IS_NAME else UNCLEAR
    if has_object or trait_at(traits, after) & IS_NAME:
        return ACTIVE if verb_form & PRESENT or left in (OBJECT, PRONOUN) else UNCLEAR
    return NOUN if right in (PREPOSITION, STOP, COMMA, BY, BE, OF, MODAL, HAVE) else UNCLEAR


def judge_all_by_rules(
    classes: np.ndarray,
    traits: np.ndarray,
    starts: np.ndarray,
    at: np.ndarray,
    verb_form: np.ndarray,
    can_be_noun: np.ndarray,
) -> np.ndarray:
    """Return the form of each act, uint8; `starts` (n, 2) is the sentence of each."""
    forms = np.empty(len(at), np.uint8)
    for k in range(len(at)):
        own = slice(starts[k, 0], starts[k, 1])
        forms[k] = judge_by_rules(
            classes[own], traits[own], at[k] - starts[k, 0], verb_form[k], can_be_noun[k]
        )
    return forms


def find_child(heads: np.ndarray, relations: np.ndarray, i: int, wanted: int) -> int:
    """Return the first word that hangs on the one at `i` by a relation, or NOBODY."""
    for k in range(len(heads)):
        if heads[k] == i and relations[k] == wanted:
            return k
    return NOBODY


def find_joined_verb(heads: np.ndarray, relations: np.ndarray, i: int) -> int:
    """Return the verb to which "and" joins the one at `i`, or NOBODY."""
    return heads[i] if relations[i] == CONJ else NOBODY


def is_passive(tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, i: int) -> bool:
    """Return whether the verb at `i` is passive by the parse."""
    for _ in range(MAX_STEPS):
        if tags[i] != VBN and tags[i] != VBD:
            return False
        for wanted in (AUXPASS, NSUBJPASS, AGENT):
            if find_child(heads, relations, i, wanted) != NOBODY:
                return True
        if find_child(heads, relations, i, NSUBJ) != NOBODY and tags[i] == VBD:
            return False
        if find_child(heads, relations, i, AUX) != NOBODY:
            return False
        joined = find_joined_verb(heads, relations, i)
        if joined == NOBODY:
            return tags[i] == VBN and find_child(heads, relations, i, DOBJ) == NOBODY
        i = joined
    return False


def find_named_agent(
    classes: np.ndarray, traits: np.ndarray, heads: np.ndarray, relations: np.ndarray, i: int
) -> int:
    """Return the noun after "by" of the passive verb at `i`, or of those joined to it.

    What says how or when ("by mistake", "by Monday") is none.
    """
    for _ in range(MAX_STEPS):
        for k in range(len(heads)):
            if heads[k] == i and classes[k] == BY:
                named = find_child(heads, relations, k, POBJ)
                is_other = named == k + 1 and traits[named] & IS_NO_AGENT
                if named != NOBODY and not is_other:
                    return named
        i = find_child(heads, relations, i, CONJ)
        if i == NOBODY:
            break
    return NOBODY


def judge_by_parse(
    tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, i: int, named: int
) -> int:
    """Return the form of the act at `i`, by the parse; `named` is the noun after its "by"."""
    if tags[i] in NOUN_TAGS or relations[i] in (AMOD, COMPOUND):
        return NOUN
    if tags[i] == VBN or tags[i] == VBD:
        if not is_passive(tags, heads, relations, i):
            return ACTIVE
        return PASSIVE if named == NOBODY else PASSIVE_AGENT
    if tags[i] == VBG:
        for wanted in (DET, POSS, AMOD):
            if find_child(heads, relations, i, wanted) != NOBODY:
                return NOUN
        return ACTIVE
    return ACTIVE


def find_subject(tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, i: int) -> int:
    """Return the subject of the verb at `i`, its own or that of a verb on which it hangs.

    For a relative pronoun that is what it stands for. An active verb in an adverbial clause without
    a subject has that of the clause on which it hangs.
    """
    verb = i
    for _ in range(MAX_STEPS):
        for wanted in (NSUBJ, NSUBJPASS):
            subject = find_child(heads, relations, i, wanted)
            if subject != NOBODY:
                return resolve_relative(tags, heads, relations, subject, i)
        if relations[i] == RELCL or (relations[i] == ACL and tags[i] == VBN):
            return heads[i]
        if relations[i] == ACL and tags[i] == VBG and i == verb and heads[i] == i - 1:
            return heads[i]
        if heads[i] == NOBODY:
            return NOBODY
        if relations[i] == XCOMP:
            controller = find_child(heads, relations, heads[i], DOBJ)
            if heads[i] < controller < i:
                return controller
            for k in range(heads[i] + 1, i):
                if tags[k] in NAMING_TAGS:
                    return NOBODY
        elif relations[i] != CONJ and not (relations[i] == ADVCL and tags[i] == VBG):
            return NOBODY
        i = heads[i]
    return NOBODY


def resolve_relative(
    tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, named: int, verb: int
) -> int:
    """Return what a relative pronoun of a verb stands for, or what is named itself."""
    is_relative = tags[named] in RELATIVE_TAGS or (tags[named] == DT and relations[verb] == RELCL)
    for _ in range(MAX_STEPS):
        if not is_relative or relations[verb] == RELCL or relations[verb] != CONJ:
            break
        verb = heads[verb]
    if is_relative:
        return heads[verb] if relations[verb] == RELCL else NOBODY
    return named


def find_object(tags: np.ndarray, heads: np.ndarray, relations: np.ndarray, i: int) -> int:
    """Return the object of the verb at `i`, or of those joined to it ("shot and killed HIM")."""
    verb = i
    for _ in range(MAX_STEPS):
        named = find_child(heads, relations, verb, DOBJ)
        if named != NOBODY:
            return resolve_relative(tags, heads, relations, named, verb)
        verb = find_child(heads, relations, verb, CONJ)
        if verb == NOBODY:
            break
    return NOBODY


def is_named(tags: np.ndarray, i: int) -> bool:
    """Return whether there is a noun, a pronoun or a number at a place."""
    return i != NOBODY and tags[i] in NAMING_TAGS


def find_last_name(tags: np.ndarray, i: int) -> int:
    """Return the last word of a name that begins at a place: what "J. Christopher Stevens" is."""
    while tags[i] == NNP and i + 1 < len(tags) and tags[i + 1] == NNP:
        i += 1
    return i


def judge_all_by_parse(
    tags: np.ndarray,
    heads: np.ndarray,
    relations: np.ndarray,
    seen: np.ndarray,
    spans: np.ndarray,
    at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return form, agent and patient of each act, by the parse.

    Parameters
    ----------
    tags, heads, relations : of the words; heads are places in these arrays.
    seen : uint8 (2, n), the classes and the traits of the words.
    spans : int64 (n, 2), the sentence of each act.
    at : int64 (n,), the word of each act.
    """
    forms = np.empty(len(at), np.uint8)
    agents, patients = np.full(len(at), NOBODY, np.int64), np.full(len(at), NOBODY, np.int64)
    for k in range(len(at)):
        start, end = spans[k, 0], spans[k, 1]
        own = np.where(heads[start:end] >= 0, heads[start:end] - start, NOBODY)
        own_tags, own_relations = tags[start:end], relations[start:end]
        i = at[k] - start
        classes, traits = seen[0, start:end], seen[1, start:end]
        named = find_named_agent(classes, traits, own, own_relations, i)
        forms[k] = judge_by_parse(own_tags, own, own_relations, i, named)
        agent = patient = NOBODY
        if forms[k] == ACTIVE:
            agent = find_subject(own_tags, own, own_relations, i)
            patient = find_object(own_tags, own, own_relations, i)
        elif forms[k] in (PASSIVE, PASSIVE_AGENT):
            agent = named
            patient = find_subject(own_tags, own, own_relations, i)
        if is_named(own_tags, agent) and classes[agent] != DETERMINER:
            agents[k] = find_last_name(own_tags, agent) + start
        if is_named(own_tags, patient):
            patients[k] = find_last_name(own_tags, patient) + start
    return forms, agents, patients


def find_all_subjects(
    tags: np.ndarray,
    heads: np.ndarray,
    relations: np.ndarray,
    spans: np.ndarray,
    at: np.ndarray,
) -> np.ndarray:
    """Return the subject of each verb (see `judge_all_by_parse`), NOBODY where there is none."""
    subjects = np.full(len(at), NOBODY, np.int64)
    for k in range(len(at)):
        start, end = spans[k, 0], spans[k, 1]
        if at[k] >= end or tags[at[k]] not in VERB_TAGS:
            continue
        own = np.where(heads[start:end] >= 0, heads[start:end] - start, NOBODY)
        own_tags = tags[start:end]
        subject = find_subject(own_tags, own, relations[start:end], at[k] - start)
        if is_named(own_tags, subject):
            subjects[k] = find_last_name(own_tags, subject) + start
    return subjects
