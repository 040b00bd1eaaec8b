"""What a token is, and the language in which the phrases of concepts.yml are written.

A phrase is words with blanks between: `*` inside a word stands for any letters, `|` stands between
alternatives, `<list>` for any entry of a named list, `_` for any one token, `#` for any number. The
words of a phrase are cut into tokens by the same expression as the articles.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from wording.errors import WordingError
from wording.phrasing import suggest_name

BLANK = r"[ \t\x{a0}\x{1680}\x{2000}-\x{200b}\x{202f}\x{205f}\x{3000}\x{feff}]"
WORD_CHARACTER = r"[\w\x{ad}]"
TOKEN_PATTERN = (
    rf"{BLANK}*(?:"
    r"\p{N}+(?:[.,]\p{N}+)*(?:\p{L}\w*)?(?:[-‐‑]\w+)*"  # 1,000  3.5  2014-15  5th  2022-02-24
    r"|(?:\p{L}\.){2,}(?:-\w+)*"  # U.S.  a.m.  U.S.-led
    rf"|{WORD_CHARACTER}+(?:[-‐‑]\w+|['’](?:\w\w+|[\w--sS]))*"  # pro-life  don't  Kyiv + 's
    r"|['’][sS](?-u:\b)"
    r"|''|``|\.\.\."
    r"|[^\w\s])"
    rf"|(?:\s|{BLANK})+"
)
"""One token with the blanks before it, in the Rust `regex` syntax that Polars uses.

Every character of a text lies in exactly one token.
"""

ANY_TOKEN, ANY_NUMBER, WILDCARD = "_", "#", "*"
WILDCARD_LETTER = "\ua66e"


@dataclass(frozen=True)
class Phrase:
    """Alternatives for each token in turn; `cased` when case counts."""

    words: tuple[tuple[str, ...], ...]
    cased: bool = False

    def __len__(self) -> int:
        return len(self.words)


def normalise_spelling(column: pl.Expr) -> pl.Expr:
    """Return types as phrases with case are compared with them.

    Compatibility characters are composed, apostrophes and hyphens levelled.
    """
    levelled = {"’": "'", "‐": "-", "‑": "-", "\u00ad": ""}
    return column.str.normalize("NFKC").str.replace_many(list(levelled), list(levelled.values()))


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
    elements = [parse_element(part, lists) for part in re.findall(r"(?:<[^<>]*>|\S)+", str(text))]
    every_word = [word for ways in elements for way in ways for word in way]
    if not any(word not in (ANY_TOKEN, ANY_NUMBER) for word in every_word):
        raise WordingError(
            f"The phrase {text!r} has no word: write at least one beside `_` and `#`."
        )
    cased = case and any(word != word.lower() for word in every_word)
    phrases = []
    for parts in itertools.product(*map(group_alternatives, elements)):
        alternatives = itertools.chain.from_iterable(parts)
        phrases.append(
            Phrase(tuple(normalise_words(words, cased) for words in alternatives), cased)
        )
    return phrases


def parse_element(part: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the token sequences that one blank-free part of a phrase may stand for."""
    ways: list[tuple[str, ...]] = []
    for alternative in part.split("|"):
        if not alternative:
            raise WordingError(
                f"In {part!r} one alternative is empty: write a word on each side of `|`."
            )
        if listed := re.fullmatch(r"<([^<>]*)>", alternative):
            for entry in look_up_list(listed[1], lists):
                ways += parse_list_entry(entry, lists)
        else:
            ways.append(tokenise_word(alternative))
    return ways


def look_up_list(name: str, lists: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the entries of a named list."""
    if name not in lists:
        raise WordingError(f"There is no list named <{name}>; {suggest_name(name, lists)}.")
    return lists[name]


def parse_list_entry(entry: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the token sequences of one entry of a list: a phrase that may not name a list."""
    if entry.isalpha():
        return [(entry,)]
    if "<" in entry:
        raise WordingError(
            f"The list entry {entry!r} refers to another list: lists cannot be nested."
        )
    elements = [parse_element(part, lists) for part in entry.split()]
    return [tuple(itertools.chain.from_iterable(way)) for way in itertools.product(*elements)]


@functools.lru_cache(maxsize=10_000)
def tokenise_word(word: str) -> tuple[str, ...]:
    """Return a blank-free word cut as the articles are: `Kyiv's` is two tokens."""
    if word in (ANY_TOKEN, ANY_NUMBER) or word.isalpha():
        return (word,)
    if not word.strip(WILDCARD):
        raise WordingError(
            f"{word!r} alone would match every word: "
            "write `_` for any one token, or letters beside the `*`."
        )
    cut = pl.Series([word.replace(WILDCARD, WILDCARD_LETTER)]).str.extract_all(TOKEN_PATTERN)[0]
    return tuple(part.replace(WILDCARD_LETTER, WILDCARD) for part in cut)


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
    """Return words as they are compared: folded, or as written when case counts."""
    spell = normalise_spelling if cased else fold_spelling
    return tuple(pl.select(spell(pl.lit(pl.Series(words)))).to_series())
