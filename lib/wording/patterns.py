"""What a token is, and the language in which the phrases of concepts.yml are written.

A phrase is words with blanks between: `*` inside a word stands for any characters of it, `|` stands
between alternatives, parentheses around those of several words, `<list>` for any entry of a named
list, `_` for any one token, `#` for any number, and `~` before a word for all its forms. The words
of a phrase are cut into tokens by the same expression as the articles.
"""

from __future__ import annotations

import functools
import itertools
import math
import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from wording.errors import WordingError
from wording.phrasing import join_names, suggest_name
from wording.words import read_words

WILDCARD_LETTER = "\ua66e"
"""Stands for a star while a phrase is cut into tokens."""
INVISIBLE_CHARACTERS = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters of no width: inside a word they are part of it, elsewhere they are blanks."""
BLANK = r"[ \t\x{a0}\x{1680}\x{2000}-\x{200d}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]"
FIRST_CHARACTER = r"[\w\x{ad}--\x{200c}\x{200d}]"
WORD_CHARACTER = r"[\w\x{ad}\x{200b}-\x{200d}\x{2060}\x{feff}]"
ADDRESS_CHARACTER = r"[\x21\x23-\x3b=\x3f-\x7e\p{Latin}\p{Greek}\p{Cyrillic}…]"
ADDRESS_END = rf"(?:{ADDRESS_CHARACTER}*[/0-9\p{{Latin}}\p{{Greek}}\p{{Cyrillic}}_…])"
NAME_CHARACTER = rf"[0-9A-Za-z_{WILDCARD_LETTER}-]"
HOST = rf"(?:{NAME_CHARACTER}+\.)+"
ADDRESS_PATTERN = (
    rf"(?i:https?|ftp):/+{ADDRESS_END}?"  # https://example.org/a
    rf"|(?i:www)\.{ADDRESS_END}"
    rf"|{HOST}[a-z]{{2,}}/{ADDRESS_END}?"  # example.org/a  pic.twitter.com/a
    rf"|(?:{NAME_CHARACTER}|[.+%])+@{HOST}{NAME_CHARACTER}+"  # name@example.org
    r"|(?i:https?tco|pictwittercom)[0-9A-Za-z]+"  # the same without its marks, as in some tweets
    # The end of a site's name: of "Amazon.com" only the first part is a word.
    r"|\.(?:(?:com|org|net|edu|gov|info)(?:\.[a-z]{2})?|(?:co|ac)\.[a-z]{2})(?-u:\b)"
)
"""An address of the web or of mail, or what is left of one: a token that is no word."""
PLAIN_TOKEN_PATTERN = (
    r"\p{N}+(?:[.,]\p{N}+)*(?:\p{L}\w*)?(?:[-‐‑]\w+)*"  # 1,000  3.5  2014-15  5th  2022-02-24
    r"|(?:\p{L}\.){2,}(?:-\w+)*"  # U.S.  a.m.  U.S.-led
    rf"|{FIRST_CHARACTER}{WORD_CHARACTER}*"  # pro-life  don't  Kyiv + 's
    rf"(?:[-‐‑]\w{WORD_CHARACTER}*|['’](?:\w\w+|[\w--sS]))*"
    r"|['’][sS](?-u:\b)"
    r"|''|``|\.\.\."
    r"|[^\w\s]"
)
UNSPACED_LETTER = (
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3\ua9e0-\ua9fe"
    "\uaa60-\uaa7f\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096"
    "\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
"""A letter of a script without blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.

Each is a token, with the marks above and below it: a word is found as a phrase of its letters."""
WHITE_SPACE_PATTERN = rf"(?:\s|{BLANK})+"
"""All these are in the Rust `regex` syntax that Polars uses: with the blanks before them, every
character of a text lies in exactly one token."""
ELIDED_BY_LANGUAGE = {
    "fr": "l|d|c|j|m|t|s|n|qu|jusqu|lorsqu|puisqu|quoiqu",
    "it": "l|un|d|c|s|m|t|v|n|all|dall|dell|nell|sull|coll|quell|bell|quest|sant|dov|cos|com|anch",
    "ca": "l|d|s|m|t|n",
}
"""By language, the words that lose their vowel before another: each is a token, with its
apostrophe, so that "armée" is found in "l'armée"."""
FIXED_ELISIONS = {"fr": "d['’](?:après|abord|ailleurs|accord)"}
"""By language, what is one word in spite of its elision."""
ADDRESS_SIGN = r"[/@]|\.[a-z]|(?i:tco|ttercom)"
"""What every address has, and few other pieces of a text."""

ANY_TOKEN, ANY_NUMBER, WILDCARD, LEMMA_SIGN = "_", "#", "*", "~"
PLAIN_SPELLING = re.compile(r"[!-^`-~]+|_")
"""ASCII without `_`, which may stand for emphasis; or nothing else than that."""
HASH_SIGN = r"\#"
"""The sign of a hashtag, which `#` alone is not."""
SKIPPED_MARKS = ('"', "'", "“", "”", "„", "‟", "‘", "‚", "‛", "«", "»", "‹", "›", "''", "``", "`")
"""The keys of the marks that may stand between the words of a phrase."""
MAX_PHRASES = 2_000
"""One text may stand for so many phrases, its lists and alternatives multiplied."""
VOWELS = frozenset("aeiouyаеёиіїоуыэєюяьй")


@dataclass(frozen=True)
class Phrase:
    """Alternatives for each token in turn; `cased` when case counts."""

    words: tuple[tuple[str, ...], ...]
    cased: bool = False

    def __len__(self) -> int:
        return len(self.words)


def cut_into_tokens(
    pieces: pl.Series, language: str = "en"
) -> tuple[pl.Series, np.ndarray, np.ndarray]:
    """Return the tokens of pieces of text, each with the blanks before it.

    Addresses, letters that are tokens and elisions are looked for only where there is a sign of
    one: that is ten times as fast.

    Returns
    -------
    tokens : Series of str
    start, end : int arrays (n_pieces,)
        The tokens of piece `i` are `start[i]` to `end[i]`; those of alike pieces are neighbours.
    """
    kind = pieces.str.contains(ADDRESS_SIGN).cast(pl.Int8)
    kind += 2 * pieces.str.contains(UNSPACED_LETTER).cast(pl.Int8)
    elided = ELIDED_BY_LANGUAGE.get(language, "")
    if elided:
        is_elided = pieces.str.contains(rf"(?i)(?:^|\W)(?:{elided})['’][\w«“\"*]")
        fixed = FIXED_ELISIONS.get(language)
        if fixed:
            is_elided &= ~pieces.str.contains(rf"(?i)(?:^|\W){fixed}(?:$|[^\w-])")
        kind += 4 * is_elided.cast(pl.Int8)
    kinds = kind.unique().sort().to_list() or [0]
    cut = [pieces.filter(kind == k).str.extract_all(make_token_pattern(k, elided)) for k in kinds]
    lists, order = pl.concat(cut), np.argsort(kind, kind="stable")
    lengths = lists.list.len().to_numpy()
    end = np.empty(len(order), np.int64)
    end[order] = np.cumsum(lengths)
    start = end.copy()
    start[order] -= lengths
    return lists.list.explode(empty_as_null=False, keep_nulls=False), start, end


@functools.cache
def make_token_pattern(kind: int, elided: str = "") -> str:
    """Return what finds tokens in plain text (0).

    Further kinds are sums: with addresses (1), with letters that are tokens (2), with the elided
    words (4).
    """
    plain = PLAIN_TOKEN_PATTERN
    if kind & 2:
        for letter in (r"\w", r"\p{L}"):
            plain = plain.replace(letter, f"[{letter}--{UNSPACED_LETTER}]")
        plain = rf"{UNSPACED_LETTER}\p{{M}}*|{plain}"
    if kind & 4:
        plain = rf"(?i:{elided})['’]|{plain}"
    tokens = f"{ADDRESS_PATTERN}|{plain}" if kind & 1 else plain
    return rf"{BLANK}*(?:{tokens})|{WHITE_SPACE_PATTERN}"


def split_elisions(phrases: Iterable[Phrase], language: str) -> list[Phrase]:
    """Return the phrases with elided words as tokens of their own, as texts of the language are.

    >>> [phrase.words for phrase in split_elisions(parse_phrases(["coup d'état"]), "fr")]
    [(('coup',), ("d'",), ('état',))]
    """
    if language not in ELIDED_BY_LANGUAGE:
        return list(phrases)
    return [part for phrase in phrases for part in split_phrase_elisions(phrase, language)]


def split_phrase_elisions(phrase: Phrase, language: str) -> list[Phrase]:
    """Return what a phrase stands for: more than one phrase if only some alternatives are cut."""
    ways = [[split_elision(word, language) for word in words] for words in phrase.words]
    if all(len(way) == 1 for choices in ways for way in choices):
        return [phrase]
    text = " ".join("|".join(words) for words in phrase.words)
    return [
        Phrase(tuple(itertools.chain.from_iterable(parts)), phrase.cased)
        for parts in multiply([group_alternatives(choices) for choices in ways], text)
    ]


@functools.lru_cache(maxsize=10_000)
def split_elision(word: str, language: str) -> tuple[str, ...]:
    """Return a word of a phrase, cut behind what is elided: `d'*` is `d'` and any token."""
    is_fixed = language in FIXED_ELISIONS and re.fullmatch(FIXED_ELISIONS[language], word, re.I)
    cut = re.fullmatch(rf"((?:{ELIDED_BY_LANGUAGE[language]})')(.+)", word, re.IGNORECASE)
    if not cut or is_fixed:
        return (word,)
    return (cut[1], ANY_TOKEN if cut[2] == WILDCARD else cut[2])


def normalise_spelling(column: pl.Expr) -> pl.Expr:
    """Return types as phrases with case are compared with them.

    Compatibility characters are composed, apostrophes and hyphens levelled, characters of no width
    dropped, and `_` around a word, which stands for emphasis.
    """
    levelled = {
        "’": "'",
        "‐": "-",
        "‑": "-",
        "\u00ad": "",
        **dict.fromkeys(INVISIBLE_CHARACTERS, ""),
    }
    level = column.str.normalize("NFKC").str.replace_many(list(levelled), list(levelled.values()))
    bare = level.str.strip_chars("_")
    return pl.when(bare == "").then(level).otherwise(bare)


def fold_spelling(column: pl.Expr) -> pl.Expr:
    """Return types as other phrases are compared with them: the same, with case folded."""
    return normalise_spelling(column).str.to_lowercase()


def parse_phrases(
    texts: Iterable[str], *, lists: Mapping[str, Sequence[str]] | None = None, case: bool = False
) -> list[Phrase]:
    """Return the phrases that the texts stand for, lists filled in.

    Parameters
    ----------
    texts : iterable of str
        Phrases as they are written in concepts.yml.
    lists : mapping, optional
        The lists that they may name.
    case : bool
        Whether a phrase that has capitals is matched as written.

    Raises
    ------
    WordingError
        For an unknown list, an empty phrase, or a phrase without any word of its own.

    Examples
    --------
    >>> parse_phrases(["fall* to", "the <town>"], lists={"town": ["Ada", "New Ada"]})
    ... # doctest: +NORMALIZE_WHITESPACE
    [Phrase(words=(('fall*',), ('to',)), cased=False),
     Phrase(words=(('the',), ('ada',)), cased=False),
     Phrase(words=(('the',), ('new',), ('ada',)), cased=False)]
    """
    return [phrase for text in texts for phrase in parse_phrase(text, lists=lists or {}, case=case)]


def parse_phrase(text: str, *, lists: Mapping[str, Sequence[str]], case: bool) -> list[Phrase]:
    """Return the phrases of one text: more than one if an alternative has more than one token."""
    named = re.findall(r"<([^<>]*)>", str(text))
    entries = tuple((name, tuple(look_up_list(name, lists))) for name in named)
    return list(_parse_phrase(str(text), entries, case))


@functools.lru_cache(maxsize=10_000)
def _parse_phrase(
    text: str, entries: tuple[tuple[str, tuple[str, ...]], ...], case: bool
) -> tuple[Phrase, ...]:
    """Return what `parse_phrase` does, of the entries of the lists that are named."""
    elements = [parse_element(part, dict(entries)) for part in split_phrase(text)]
    every_word = [word for ways in elements for way in ways for word in way]
    if not any(word not in (ANY_TOKEN, ANY_NUMBER) for word in every_word):
        raise WordingError(
            f"The phrase {text!r} has no word: write at least one beside `_` and `#`."
        )
    cased = case and any(word != word.lower() for word in every_word)
    phrases = []
    for parts in multiply([group_alternatives(ways) for ways in elements], text):
        alternatives = itertools.chain.from_iterable(parts)
        phrases.append(
            Phrase(tuple(normalise_words(words, cased) for words in alternatives), cased)
        )
    return tuple(phrases)


def split_phrase(text: str) -> list[str]:
    """Return the parts of a phrase that blanks separate; alternatives in parentheses are one part.

    A parenthesis with blanks around it is the mark itself.

    Raises
    ------
    WordingError
        If parentheses do not pair, or `|` can be read in two ways.

    >>> split_phrase("gun (control|safety laws)")
    ['gun', '(control|safety laws)']
    """
    text = re.sub(r"\s*\|\s*", "|", text)
    parts = re.findall(r"\((?=\S)[^()]*\)(?!\S)|(?:<[^<>]*>|[^\s<]|<)+", text)
    for part in parts:
        if part not in ("(", ")") and not is_group(part) and re.search(r"[()]", part):
            raise WordingError(
                f"The parentheses in {text!r} cannot be read: alternatives stand in one pair, with "
                "blanks around it and no other pair inside, such as `gun (control|safety laws)`; "
                "the mark itself has blanks on both sides, such as `( photo )`."
            )
    refuse_two_readings(text, parts)
    return parts


def is_group(part: str) -> bool:
    """Return whether a part of a phrase is alternatives in parentheses."""
    return re.fullmatch(r"\([^()]+\)", part) is not None


def list_alternatives(text: str) -> list[tuple[str, str]]:
    """Return each alternative that a phrase has, and the phrase with this one alone.

    >>> list_alternatives("gun (control|safety)")
    [('control', 'gun control'), ('safety', 'gun safety')]
    """
    parts = split_phrase(text)
    alternatives = []
    for place, part in enumerate(parts):
        if "|" in part:
            for alternative in part.strip("()").split("|"):
                sole = " ".join([*parts[:place], alternative, *parts[place + 1 :]])
                alternatives.append((alternative, sole))
    return alternatives


def refuse_two_readings(text: str, parts: Sequence[str]) -> None:
    """Refuse a phrase of several parts whose `|` may stand between its parts or inside one.

    What everybody reads alike is let pass: `|` between forms of one word, or function words.
    """
    barred = [k for k, part in enumerate(parts) if "|" in part and not is_group(part)]
    if len(parts) == 1 or all(is_read_alike(parts, k) for k in barred):
        return
    tight = " ".join(f"({part})" if k in barred else part for k, part in enumerate(parts))
    if any(re.search(r"[()]", part) for part in parts):
        loose = "or several phrases, which are written one by one"
    else:
        readings = text.split("|")
        phrases = join_names(f"`{reading}`" for reading in readings)
        count = "two" if len(readings) == 2 else len(readings)
        loose = f"or {count} phrases, {phrases}, which are `({text})`"
    raise WordingError(
        f"`{text}` can be read in two ways: `{tight}`, {loose}. Write the one that you mean."
    )


def is_read_alike(parts: Sequence[str], place: int) -> bool:
    """Return whether nobody would take `|` in a part of a phrase for one between phrases."""
    words = [word.casefold() for word in parts[place].split("|")]
    elsewhere = {
        word
        for k, part in enumerate(parts)
        if k != place
        for word in part.casefold().strip("()").split("|")
    }
    if len(set(words)) < len(words) or elsewhere & set(words):
        return False
    return all(map(is_function_word, words)) or are_forms_of_one_word(words)


def is_function_word(word: str) -> bool:
    """Return whether a word is a function word, a mark or a stand-in."""
    return not re.search(r"\w", word) or word in {ANY_TOKEN, "'s", "’s"} | read_function_words()


@functools.cache
def read_function_words() -> frozenset[str]:
    """Return the function words of English."""
    return frozenset(read_words("function", "en"))


def are_forms_of_one_word(words: Sequence[str]) -> bool:
    """Return whether words differ in their endings only: `war|wars`, `cease-fire|ceasefire`.

    >>> are_forms_of_one_word(["invade", "invading"]), are_forms_of_one_word(["far-right", "far"])
    (True, False)
    """
    plain = [re.sub(r"[-‐‑'’]", "", word) for word in words]
    if any(re.search(r"[<>#]", word) for word in plain):
        return False
    stem = len(os.path.commonprefix(plain))
    endings = sorted((word[stem:] for word in plain), key=len)
    short, long = endings[0], endings[-1]
    return stem >= 3 and len(long) <= 3 and (short == "" or (len(short) == 1 and short in VOWELS))


def parse_element(part: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the token sequences that one part of a phrase (see `split_phrase`) may stand for."""
    ways: list[tuple[str, ...]] = []
    alternatives = part[1:-1] if is_group(part) else part
    for alternative in alternatives.split("|"):
        words = re.findall(r"(?:<[^<>]*>|\S)+", alternative)
        if not words:
            raise WordingError(
                f"In {part!r} one alternative is empty: write a word on each side of `|`."
            )
        choices = [parse_word(word, lists) for word in words]
        ways += [tuple(itertools.chain.from_iterable(way)) for way in multiply(choices, part)]
    return ways


def multiply(choices: Sequence[Sequence[Any]], text: str) -> Iterator[tuple[Any, ...]]:
    """Yield every combination of one of each of the choices.

    Raises
    ------
    WordingError
        Before the first, if the text stands for more of them than MAX_PHRASES.
    """
    sizes = [len(choice) for choice in choices]
    if math.prod(sizes) > MAX_PHRASES:
        raise WordingError(
            f"{shorten(text)} stands for {math.prod(sizes):,} phrases "
            f"({' times '.join(f'{size:,}' for size in sizes if size > 1)}); at most "
            f"{MAX_PHRASES:,} are allowed: write fewer lists in a row, or shorter ones."
        )
    return itertools.product(*choices)


def shorten(text: str) -> str:
    """Return how a phrase begins, in backquotes.

    >>> shorten("gun control"), len(shorten("gun " * 100))
    ('`gun control`', 63)
    """
    return f"`{text[:60]}{'…' * (len(text) > 60)}`"


def parse_word(word: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the token sequences that a word or a named list stands for."""
    if listed := re.fullmatch(r"<([^<>]*)>", word):
        return [way for entry in lists[listed[1]] for way in parse_list_entry(entry)]
    return [tokenise_word(word)]


def look_up_list(name: str, lists: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the entries of a named list."""
    if name not in lists:
        raise WordingError(f"There is no list named <{name}>; {suggest_name(name, lists)}.")
    return lists[name]


def parse_list_entry(entry: str) -> list[tuple[str, ...]]:
    """Return the token sequences of one entry of a list: a phrase that may not name a list."""
    if is_one_token(entry):
        return [(entry,)]
    if "<" in entry:
        raise WordingError(
            f"The list entry {entry!r} refers to another list: lists cannot be nested."
        )
    elements = [parse_element(part, {}) for part in split_phrase(entry)]
    return [tuple(itertools.chain.from_iterable(way)) for way in multiply(elements, entry)]


@functools.lru_cache(maxsize=10_000)
def tokenise_word(word: str) -> tuple[str, ...]:
    """Return a blank-free word cut as the articles are: `Kyiv's` is two tokens, `#protest` also."""
    if word in (ANY_TOKEN, ANY_NUMBER) or is_one_token(word):
        return (word,)
    if word[0] == LEMMA_SIGN:
        return (name_lemma(word),)
    if word[0] == ANY_NUMBER:
        return (HASH_SIGN, *tokenise_word(word[1:]))
    if not word.strip(WILDCARD):
        raise WordingError(
            f"{word!r} alone would match every word: "
            "write `_` for any one token, or letters beside the `*`."
        )
    cut, _, _ = cut_into_tokens(pl.Series([word.replace(WILDCARD, WILDCARD_LETTER)]))
    parts = [part.replace(WILDCARD_LETTER, WILDCARD) for part in cut]
    if re.search(UNSPACED_LETTER, word):  # a word goes on without a blank in any case
        parts = [part for part in parts if part.strip(WILDCARD)]
    return tuple(parts)


def name_lemma(word: str) -> str:
    """Return a word with `~` before it, checked.

    Raises
    ------
    WordingError
        If it is more than one word, or has a star.
    """
    parts = tokenise_word(word[1:]) if len(word) > 1 else ()
    if len(parts) != 1 or WILDCARD in word or not re.search(r"\w", word):
        raise WordingError(
            f"{word!r} cannot be read: `{LEMMA_SIGN}` stands before one word without a star, such "
            f"as `{LEMMA_SIGN}capture`, and means all its forms."
        )
    return word


def is_one_token(word: str) -> bool:
    """Return whether a word is letters alone, and not each of them a token."""
    return word.isalpha() and not re.search(UNSPACED_LETTER, word)


def group_alternatives(ways: list[tuple[str, ...]]) -> list[tuple[tuple[str, ...], ...]]:
    """Return alternatives of one token together, and each longer one by itself.

    Every item has the alternatives for each of its tokens.
    """
    grouped: list[tuple[tuple[str, ...], ...]] = []
    if single := tuple(way[0] for way in ways if len(way) == 1):
        grouped.append((single,))
    grouped += [tuple((word,) for word in way) for way in ways if len(way) > 1]
    return grouped


@functools.lru_cache(maxsize=10_000)
def normalise_words(words: tuple[str, ...], cased: bool) -> tuple[str, ...]:
    """Return words as they are compared: folded, or as written when case counts.

    Of plain words nothing but their case can change, and no call of Polars is needed.
    """
    if all(map(PLAIN_SPELLING.fullmatch, words)):
        return words if cased else tuple(word.lower() for word in words)
    spell = normalise_spelling if cased else fold_spelling
    return tuple(pl.select(spell(pl.lit(pl.Series(words)))).to_series())
