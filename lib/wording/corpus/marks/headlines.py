"""Whose words in headlines, which name speakers in other ways than sentences do.

The rules are patterns over the kinds of a headline's tokens, one letter for each: "NAME: what is
said", "what is said: SOURCE", "what is said, NAME says" and "NAME says what is said". What is in
quotation marks is quoted, and all else is the outlet's. A label before a colon names a speaker if
it is a source ("police", "poll"), has a title, or is somebody of whom the article writes that they
said something; "Opinion: ..." and "Ukraine crisis: ..." name nobody. The words that the rules need
are in data/words/headlines-*.yml; in a language without that file only quotations are marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from wording.corpus.encoding.kernels import HASH_MULTIPLIER, QUOTED_VOICE, REPORTED_VOICE
from wording.corpus.encoding.matching import find_form_numbers, flag_forms, spell_spans
from wording.corpus.encoding.shard import NUMBER, WORD, Shard, concatenate_ranges
from wording.corpus.marks.quotation import find_quotations
from wording.corpus.marks.speakers import NamedSpeech
from wording.study.read import read_word_record
from wording.study.records import Record
from wording.words import has_words

HEADLINE_MARKS = {":": ":", ",": ",", ";": ";", "—": ";", "–": ";", "|": ";", "?": "?"}
HEADLINE_LETTERS = {
    "labels": "l",
    "joins": "j",
    "conjunctions": "&",
    "prepositions": "t",
    "addressing": "T",
    "possessive": "p",
    "verbs": "o",
    "source_cues": "c",
    "sources": "s",
    "sources_alone": "r",
    "titles": "h",
    "no_speech": "n",
    "questions": "f",
    "cues": "v",
}
"""The letter of each list's words; a word of several lists has the last one's."""
QUOTED, NAME, OTHER_WORD, OTHER_MARK = "q", "N", "w", "."
"""The letters of what is in quotation marks, of other words with a capital and numbers, of other
words, and of other marks."""

SPEAKER, NAMED = r"(?P<speaker>[hNsrwl][^,:;\nqvofj&?]{0,9}?)", r"(?P<name>[hNsr][hNTsrpn.&]{0,6}?)"
SPEAKERS = r"(?P<speaker>[hNsrwl][^,:;\nqfj?]{0,9}?)"
CUE, ANY_CUE = "(?P<cue>v)", r"(?P<cue>v|(?<=[srh])c)"
SAID, SAID_BEFORE = r"(?P<said>(?![ntT?:;,\n])[^;\n]+?)", r"(?P<said>(?!f)[^\n:;]*?[q,]),?"
CLAUSE_START, END_OF_SAID = "(?:^|(?<=[:;]))", "(?=;|(?:,&?|&)[ovc]|$)"
HEADLINE_RULES = {
    "said: SOURCE": r"^(?P<said>(?!f)[^\n:]+)(?P<cue>:)(?P<name>[N.]{0,3}[srh])$",
    "NAME: said": (
        r"^(?:[^:\n]{0,9}l[^:\n]{0,9}:)?(?P<name>[hNsrl][^:\n;,?qvoftTj]{0,9}?)(?:T[^:\n;?q]{1,8}?)?"
        r"(?P<cue>:)(?P<said>(?!f)[^\n?]+)$"
    ),
    "said, NAME says": rf"{CLAUSE_START}{SAID_BEFORE}{SPEAKERS}{ANY_CUE}(?:[tT][^,\n;q]*)?(?=$|;)",
    "said, says NAME": rf"{CLAUSE_START}{SAID_BEFORE}{CUE}{NAMED}(?:t[^,\n;q]*)?(?=$|;)",
    "NAME does and says said": (
        rf"{CLAUSE_START}{SPEAKER}o[^;:\n]*?(?:,&?|&){CUE}{SAID}{END_OF_SAID}"
    ),
    "NAME says said": rf"(?:^|(?<=[:;,j])){SPEAKER}{ANY_CUE}{SAID}{END_OF_SAID}",
}
"""Each rule as a regular expression over the letters; the first that fits a token decides. What may
be the `name` of somebody who speaks is looked up, a `speaker` is sure."""


NAME_LETTERS = re.compile(r"[hNTpn.&]+")
"""What the name of a person or an institution is made of."""
OTHER_SPEAKER = re.compile("[swh]v")
"""Somebody else who speaks: "Ann Author: Minister says ..." tells of her."""


class HeadlineWords(Record):
    """What a headlines-*.yml file holds; the file says what each is."""

    labels: list[str]
    sources: list[str]
    sources_alone: list[str]
    titles: list[str]
    cues: list[str]
    source_cues: list[str]
    no_speech: list[str]
    verbs: list[str]
    prepositions: list[str]
    addressing: list[str]
    possessive: list[str]
    joins: list[str]
    questions: list[str]
    conjunctions: list[str]
    said: list[str]


@cache
def load_headline_words(language: str) -> HeadlineWords:
    """Return the words of a language's headlines."""
    return read_word_record(f"headlines-{language}", HeadlineWords)


def mark_title_voices(titles: Shard, texts: Shard, *, language: str = "en") -> np.ndarray:
    """Return the voice of each token of headlines that are a shard of their own, uint8.

    Parameters
    ----------
    titles : the headlines.
    texts : the texts of the same articles, whose speakers may be named in headlines.
    language : of the articles.
    """
    everywhere = np.ones(len(titles.tokens), bool)
    inside = find_quotations(titles).inside(len(titles.tokens))
    return mark_headline_voices(titles, everywhere, inside, texts=texts, language=language)


def mark_headline_voices(
    shard: Shard,
    is_headline: np.ndarray,
    inside: np.ndarray,
    *,
    texts: Shard | None = None,
    language: str = "en",
) -> np.ndarray:
    """Return the voice of each token by the rules for headlines, uint8 (n_tokens,).

    Outside headlines it is OUTLET_VOICE, and means nothing.

    Parameters
    ----------
    shard : the articles, with their headlines among their tokens.
    is_headline : bool (n_tokens,), the tokens of headlines.
    inside : bool (n_tokens,), the tokens of quotations.
    texts : the texts of the articles, if they are no part of the shard.
    language : of the articles.
    """
    voice = np.zeros(len(shard.tokens), np.uint8)
    speech = find_headline_speech(shard, is_headline, inside, texts=texts, language=language)
    voice[concatenate_ranges(speech.start, speech.end)] = REPORTED_VOICE
    voice[inside & is_headline] = QUOTED_VOICE
    return voice


def find_headline_speech(
    shard: Shard,
    is_headline: np.ndarray,
    inside: np.ndarray,
    *,
    texts: Shard | None = None,
    language: str = "en",
) -> NamedSpeech:
    """Return what headlines say that somebody says, with the speakers, in order.

    Quotations without a speaker are not among it; those of a named one are. For the parameters see
    `mark_headline_voices`.
    """
    found = np.zeros((0, 5), np.int64)
    if has_words(f"headlines-{language}") and is_headline.any():
        words = load_headline_words(language)
        letters, place = spell_headlines(shard, is_headline, inside, words)
        heard = number_speakers(shard if texts is None else texts, words)
        spans = [list_bounds(match) for match in match_rules(shard, letters, place, heard)]
        found = place[np.array(sorted(spans), np.int64).reshape(-1, 5)]
    start, last_said, first, last, cue = found.T
    return NamedSpeech(start, last_said + 1, first, last + 1, cue)


def list_bounds(match: re.Match[str]) -> list[int]:
    """Return the first and the last letter of what is said and of the speaker, and the cue."""
    speaker = match["name"] if "name" in match.groupdict() else match["speaker"]
    first = match.start("name" if "name" in match.groupdict() else "speaker")
    return [
        match.start("said"),
        match.end("said") - 1,
        first,
        first + len(speaker.rstrip(",.")) - 1,
        match.start("cue"),
    ]


def spell_headlines(
    shard: Shard, is_headline: np.ndarray, inside: np.ndarray, words: HeadlineWords
) -> tuple[str, np.ndarray]:
    """Return the letters of all headlines, a line for each, and the token of each letter."""
    at = np.flatnonzero(is_headline & ~shard.is_break(shard.tokens))
    is_start = np.diff(at, prepend=-2) > 1
    is_end = np.append(is_start[1:], True)[: len(at)]
    letters = letter_forms(shard, words)[shard.tokens[at]]
    letters[inside[at]] = ord(QUOTED)
    return spell_spans(at[is_start], at[is_end] + 1, letters)


def letter_forms(shard: Shard, words: HeadlineWords) -> np.ndarray:
    """Return the letter of each form, uint8 (n_forms,)."""
    is_name = shard.forms["type"].str.contains(r"^\p{Lu}").to_numpy() | (shard.kind == NUMBER)
    letter = np.where(is_name, ord(NAME), ord(OTHER_WORD)).astype(np.uint8)
    letter[~np.isin(shard.kind, (WORD, NUMBER))] = ord(OTHER_MARK)
    for mark, its_letter in HEADLINE_MARKS.items():
        letter[flag_forms(shard, [mark])] = ord(its_letter)
    for name, its_letter in HEADLINE_LETTERS.items():
        letter[flag_forms(shard, getattr(words, name))] = ord(its_letter)
    return letter


def match_rules(
    shard: Shard, letters: str, place: np.ndarray, heard: np.ndarray
) -> Iterator[re.Match[str]]:
    """Yield what the rules find in the letters of headlines; the first rule to fit decides.

    `heard` is what `number_speakers` gives of the articles.
    """
    is_taken = np.zeros(len(letters), bool)
    for pattern in HEADLINE_RULES.values():
        matches = list(re.finditer(pattern, letters, re.MULTILINE))
        if matches and "name" in matches[0].groupdict():
            matches = select_speakers(shard, matches, place, heard)
        for match in matches:
            said = slice(*match.span("said"))
            if not is_taken[said].any():
                is_taken[said] = True
                yield match


def select_speakers(
    shard: Shard, matches: list[re.Match[str]], place: np.ndarray, heard: np.ndarray
) -> list[re.Match[str]]:
    """Return the matches whose `name` is that of a source or of somebody heard in the article.

    Parameters
    ----------
    shard : the articles.
    matches : what a rule found.
    place : the token of each letter.
    heard : what `number_speakers` gives.
    """
    names = [match["name"].rstrip(".p") for match in matches]
    heads = [
        match.start("name") + len(name) - 1 for match, name in zip(matches, names, strict=True)
    ]
    is_heard = is_in_ascending(number_pairs(shard, place[np.array(heads, np.int64)]), heard)
    return [
        match
        for match, name, speaks in zip(matches, names, is_heard.tolist(), strict=True)
        if is_source(name) or (is_name(name, speaks) and not OTHER_SPEAKER.search(match["said"]))
    ]


def is_source(name: str) -> bool:
    """Return whether the letters are of a source: "local police", or "report" alone."""
    return name == "r" or (name.endswith(("s", "h")) and not name.startswith("lp"))  # "It's ..."


def is_name(name: str, is_heard: bool) -> bool:
    """Return whether the letters are of a name: with a title, or of somebody who is heard."""
    has_title = name[0] == "h" and "p" not in name
    return bool(NAME_LETTERS.fullmatch(name)) and (has_title or is_heard)


def number_speakers(shard: Shard, words: HeadlineWords) -> np.ndarray:
    """Return the numbers of all words, by article, beside a reporting verb, ascending."""
    verb = shard.find_positions(find_form_numbers(shard, words.said))
    beside = np.concatenate([verb - 1, verb + 1]).clip(0, len(shard.tokens) - 1)
    return np.sort(number_pairs(shard, beside))


def is_in_ascending(numbers: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    """Return which of the numbers are among others, bool; faster than `numpy.isin` for a few."""
    last = np.searchsorted(ascending, numbers, side="right")
    return last > np.searchsorted(ascending, numbers, side="left")


def number_pairs(shard: Shard, positions: np.ndarray) -> np.ndarray:
    """Return a number for each token's key and article, uint64: in practice equal for equal."""
    row = shard.article(positions).astype(np.uint64)
    return shard.numbers[shard.tokens[positions]] ^ (row * HASH_MULTIPLIER)
