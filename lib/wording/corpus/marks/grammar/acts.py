"""Acts: words of verbs such as kill, the form of each clause, and who is named in it."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.matching import flag_forms
from wording.corpus.encoding.shard import NUMBER, Shard
from wording.corpus.marks.grammar import act_kernels
from wording.corpus.marks.grammar.act_kernels import (
    BASE,
    CLASSES,
    GERUND,
    IS_ADJECTIVE,
    IS_GERUND,
    IS_NAME,
    IS_NO_AGENT,
    IS_PARTICIPLE,
    PARTICIPLE,
    PAST,
    PRESENT,
    UNCLEAR,
)
from wording.corpus.marks.grammar.parser import parse_around
from wording.study.read import read_word_record
from wording.study.records import Record

VOWEL_LETTERS = "aeiou"


class Verbs(Record):
    """Inflections that no rule gives."""

    irregular: list[str]
    doubled: list[str]
    nouns: list[str]
    silent_e: str


class GrammarWords(Record):
    """What data/words/grammar-en.yml holds."""

    classes: dict[str, list[str]]
    no_agent: list[str]
    adjective_endings: list[str]
    adjectives: list[str]
    titles: list[str]
    no_first_names: list[str]
    verbs: Verbs

    def inflect(self, verb: str) -> dict[str, int]:
        """Return the forms of a verb, and what each may be of it (`act_kernels.BASE`, ...)."""
        irregular = {row.split()[0]: row.split()[1:] for row in self.verbs.irregular}
        stem = self.find_stem(verb)
        regular = verb + "d" if verb.endswith("e") else stem + "ed"
        past, participle = irregular.get(verb, [regular, regular])
        forms: dict[str, int] = {}
        kinds = [
            (verb, BASE),
            (add_s(verb), PRESENT),
            (past, PAST),
            (participle, PARTICIPLE),
            (self.find_stem(verb, drops_e=True) + "ing", GERUND),
        ]
        for form, kind in kinds:
            forms[form] = forms.get(form, 0) | kind
        return forms

    def find_stem(self, verb: str, *, drops_e: bool = False) -> str:
        """Return a verb as it stands before -ed (or -ing, where a last e goes)."""
        if verb.endswith("ie") and drops_e:
            return verb[:-2] + "y"
        if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and drops_e:
            return verb[:-1]
        if verb.endswith("y") and verb[-2:-1] not in VOWEL_LETTERS and not drops_e:
            return verb[:-1] + "i"
        ends_in_three = (
            len(verb) > 2
            and verb[-1] not in VOWEL_LETTERS + "wxy"
            and verb[-2] in VOWEL_LETTERS
            and verb[-3] not in VOWEL_LETTERS
        )
        n_syllables = len(
            list(filter(None, "".join(c if c in VOWEL_LETTERS else " " for c in verb).split()))
        )
        if ends_in_three and (n_syllables == 1 or verb in self.verbs.doubled):
            return verb + verb[-1]
        return verb

    def find_base(self, form: str) -> str:
        """Return the verb of which a form in -s, -ed, -en or -ing may be one, by rule.

        >>> words = read_grammar_words()
        >>> [words.find_base(form) for form in ("accused", "planned", "shot", "says", "trying")]
        ['accuse', 'plan', 'shoot', 'say', 'try']
        """
        if form in self.irregular_bases:
            return self.irregular_bases[form]
        if re.fullmatch("[^aeiou](?:ie[sd]|ying)", form):
            return form[0] + "ie"  # lies, died, tying
        if form.endswith("ies"):
            return form[:-3] + "y"
        if form.endswith(("sses", "xes", "ches", "shes", "zzes", "oes")):
            return form[:-2]
        if form.endswith("s"):
            return form[:-1]
        stem = form.removesuffix("ing") if form.endswith("ing") else form.removesuffix("ed")
        endings = [stem[:-1] + "y"] if form.endswith("ied") else []
        if stem[-1:] == stem[-2:-1] and stem[-1:] not in "lsfz":
            endings.append(stem[:-1])
        endings += [stem[:-1]] if stem[:-1] in self.verbs.doubled else []
        endings += [stem, stem + "e"]
        if re.search(self.verbs.silent_e, stem):
            endings.insert(0, stem + "e")
        return next((base for base in endings if form in self.inflect(base)), form)

    @functools.cached_property
    def irregular_bases(self) -> dict[str, str]:
        """The base of each form of the irregular verbs; of one that is a base itself, that."""
        bases = [row.split()[0] for row in self.verbs.irregular]
        forms = {form: base for base in reversed(bases) for form in self.inflect(base)}
        return forms | {base: base for base in bases} | {"has": "have"}


def add_s(verb: str) -> str:
    """Return a verb with the ending of the third person, or a noun in the plural."""
    if verb.endswith("y") and verb[-2:-1] not in VOWEL_LETTERS:
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


@functools.cache
def read_grammar_words() -> GrammarWords:
    """Return data/words/grammar-en.yml."""
    return read_word_record("grammar-en", GrammarWords)


@dataclass(frozen=True)
class Acts:
    """Acts in a shard, in the order of their tokens.

    Attributes
    ----------
    position : int64 (n,)
        The token of each.
    verb : int64 (n,)
        Which of the verbs.
    form : uint8 (n,)
        A place in `act_kernels.FORMS`; unclear where the two witnesses disagree.
    agent, patient : int64 (n,)
        The token of the noun that says who did it, and to whom; -1 where none is named.
    """

    position: np.ndarray
    verb: np.ndarray
    form: np.ndarray
    agent: np.ndarray
    patient: np.ndarray


def find_verb_acts(shard: Shard, verbs: Sequence[str]) -> Acts:
    """Return where the verbs stand in a shard, boilerplate included."""
    words = read_grammar_words()
    verb_of = np.full(len(shard.numbers), -1)
    kind_of, is_noun_too = (
        np.zeros(len(shard.numbers), np.int64),
        np.zeros(len(shard.numbers), bool),
    )
    for number, verb in enumerate(verbs):
        for inflected, kind in words.inflect(verb).items():
            at = flag_forms(shard, [inflected])
            verb_of[at], kind_of[at] = number, kind
            is_noun_too[at] = verb in words.verbs.nouns or inflected in words.verbs.nouns
    positions = np.flatnonzero(verb_of[shard.tokens] >= 0)
    own = shard.tokens[positions]
    parse = parse_around(shard, positions)
    at, spans = parse.locate(positions), parse.find_sentences(positions)
    seen = classify_for_acts(shard)[:, parse.forms]
    compiled = compile_module(act_kernels)
    by_rules = compiled.judge_all_by_rules(
        seen[0], seen[1], spans, at, kind_of[own], is_noun_too[own]
    )
    by_parse, agent, patient = compiled.judge_all_by_parse(
        parse.tags, parse.heads, parse.relations, seen, spans, at
    )
    form = np.where(by_rules == by_parse, by_rules, UNCLEAR).astype(np.uint8)
    return Acts(positions, verb_of[own], form, parse.read_tokens(agent), parse.read_tokens(patient))


def find_subjects(shard: Shard, positions: np.ndarray) -> np.ndarray:
    """Return the token of the head noun of each verb's subject, -1 where there is none.

    A token that is no verb by the parse has none.
    """
    parse = parse_around(shard, positions)
    subjects = compile_module(act_kernels).find_all_subjects(
        parse.tags,
        parse.heads,
        parse.relations,
        parse.find_sentences(positions),
        parse.locate(positions),
    )
    return parse.read_tokens(subjects)


def classify_for_acts(shard: Shard) -> np.ndarray:
    """Return the class and the traits of each form (see act_kernels), uint8 (2, n_forms)."""
    words = read_grammar_words()
    seen = np.zeros((2, len(shard.numbers)), np.uint8)
    classes, traits = seen
    key = pl.col("key")
    endings = "|".join(words.adjective_endings)
    flags = shard.forms.select(
        adverb=key.str.contains(r"^\p{L}{2,}ly$"),
        name=pl.col("type").str.strip_chars().str.contains(r"^\p{Lu}"),
        participle=key.str.contains(r"^\p{L}{2,}ed$"),
        gerund=key.str.contains(r"^\p{L}{2,}ing$"),
        adjective=key.str.contains(rf"^\p{{L}}{{2,}}(?:{endings})$"),
    )
    classes[flags["adverb"].to_numpy()] = act_kernels.ADVERB
    classes[shard.kind == NUMBER] = act_kernels.NUMERAL
    for number, name in enumerate(CLASSES):
        if name in words.classes:
            classes[flag_forms(shard, words.classes[name])] = number
    for name, trait in (
        ("name", IS_NAME),
        ("participle", IS_PARTICIPLE),
        ("gerund", IS_GERUND),
        ("adjective", IS_ADJECTIVE),
    ):
        traits[flags[name].to_numpy()] |= trait
    irregular = itertools.chain.from_iterable(row.split()[1:] for row in words.verbs.irregular)
    traits[flag_forms(shard, sorted(set(irregular)))] |= IS_PARTICIPLE
    traits[flag_forms(shard, words.no_agent)] |= IS_NO_AGENT
    traits[flag_forms(shard, words.adjectives)] |= IS_ADJECTIVE
    return seen
