"""Find texts that are no articles (stubs), and signs that texts are not clean."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from wording.phrasing import format_count, format_percent
from wording.study.read import read_word_record
from wording.study.records import Record

SHORT_WORDS = 40
"""A text of fewer words is short: it is counted, and the number of such texts is said."""
MAX_STUB_WORDS = 100
"""A text of so many words is an article, whatever else stands in it."""
MAX_STUB_CHARACTERS = 1_200
"""Of texts that are looked at word by word."""
TAIL_CHARACTERS = 60
MIN_MOST = 5
"""Of fewer texts it is not said at which outlet the most are."""


class SuspiciousPhrases(Record):
    """What data/words/suspicious.yml holds: phrases by language."""

    walls: dict[str, list[str]]
    errors: dict[str, list[str]]
    removed: dict[str, list[str]]
    more: dict[str, list[str]]


@dataclass(frozen=True)
class Sign:
    """A sign that texts are not clean.

    Attributes
    ----------
    pattern : str
        What a text has, in the syntax of Polars.
    what : str
        The same for readers: the text has ...
    remedy : str
        What follows from it, and what to do.
    is_decoded : bool
        Whether such things are read as what they stand for where that is clear, so that only what
        is left counts.
    """

    pattern: str
    what: str
    remedy: str
    is_decoded: bool = False


PLAIN_TEXT = "take them out, or name a column with plain text (articles: columns: {text: ...})"
SIGNS = {
    "reference": Sign(
        r"&#?[A-Za-z0-9]{2,31};",
        "character references (`&...;`) that stand for nothing known",
        f"Their names count as words: {PLAIN_TEXT}.",
        is_decoded=True,
    ),
    "tag": Sign(
        r"</?[A-Za-z][\w-]*(?:\s+[\w:-]+=[^<>]*)?/?>"
        r"|\[/?(?:caption|gallery|embed|vc_\w+)(?: [^\[\]]*)?\]",
        "tags (`<...>` or `[caption]`) that are not those of text",
        f"Their names count as words: {PLAIN_TEXT}.",
        is_decoded=True,
    ),
    "escape": Sign(
        r"(?:^|[\s.!?,;])\\{1,4}(?:[nrt](?:[^a-z]|$)|u[0-9a-fA-F]{4})",
        r"escapes such as `\n` that may be meant as such",
        f"They are read as written: {PLAIN_TEXT}.",
        is_decoded=True,
    ),
    "structure": Sign(
        r"\{\s*(?:'|\"\w+\"\s*:)",
        "parts of a data structure (`{'...': ...}`)",
        "Names of fields count as words: name the field with the text (articles: columns: "
        "{text: ...}), or join the parts of each text.",
    ),
    "label": Sign(
        r"(?m)^[ \t]*(?:LOAD-DATE|PUBLICATION-TYPE|DOCUMENT-TYPE|JOURNAL-CODE|PUB-TYPE|LENGTH"
        r"|BYLINE|HIGHLIGHT|DATELINE|SECTION|SUBJECT|GEOGRAPHIC|ORGANIZATION|LÄNGE|RUBRIK|LONGUEUR"
        r"|Load-Date|Ladedatum|Date de chargement|Fecha de carga|Data di caricamento"
        r"|Publication-Type):",
        "labels of a news database (such as `LOAD-DATE:`)",
        "The head or the end of each document counts as text: give the file as the database "
        "exported it, or take these lines out.",
    ),
    "misread": Sign(
        "Ã[©¨¤¶¼±§¡³ºª®´¢]|â€|\ufffd",
        "characters that were read in a wrong encoding (such as `Ã©`)",
        "Words with them are not found: save the file again as UTF-8 from its source.",
        is_decoded=True,
    ),
    "wall": Sign(
        "",  # see `flag_walls`
        "a notice on cookies, JavaScript or robots among their words",
        "The notice counts as text: extract the texts again, or take it out.",
    ),
}
STUBS = {
    "truncated": "cut off by their source (such as `[+123 chars]`, or an ellipsis and “read more”)",
    "removed": "nothing but a word such as `[Removed]`",
    "error page": "no article but an error page, or a notice on cookies, JavaScript or robots",
}
SIGN_SCHEMA = dict.fromkeys(("doc_id", "outlet", "sign"), pl.String)


@functools.cache
def load_phrases() -> SuspiciousPhrases:
    """Return the phrases of what is no article."""
    return read_word_record("suspicious", SuspiciousPhrases)


def join_phrases(by_language: dict[str, list[str]]) -> str:
    """Return a pattern for any of the phrases."""
    phrases = {phrase for known in by_language.values() for phrase in known}
    return (
        f"(?i:{'|'.join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))})"
    )


@functools.cache
def build_stub_patterns() -> dict[str, str]:
    """Return what a short text has if it is a stub, by kind."""
    phrases = load_phrases()
    ellipsis = r"(?:…|\.{3}|&hellip;|&#8230;)"
    return {
        "removed": rf"^\s*[\[(<]\s*{join_phrases(phrases.removed)}\s*[\])>]\s*$",
        "truncated": rf"{ellipsis}\W{{0,5}}{join_phrases(phrases.more)}\W*$|\[{ellipsis}\]\s*$"
        r"|The post .{1,200} (?:appeared first|first appeared) on .{1,80}$",
        "error page": rf"^\W*(?i:error\W*)?(?:[45]\d\d\W+)?{join_phrases(phrases.errors)}"
        r"(?:\W+[45]\d\d)?(?:\W*$|\W{0,3}\n|[.!…]+\s+(?i:you|the page|the requested|sorry|we"
        r"|please|this)\b)",
    }


def flag_walls(texts: pl.Series) -> pl.Series:
    """Return which texts have a notice on cookies, JavaScript or robots, bool."""
    return texts.str.contains(join_phrases(load_phrases().walls))


def find_stubs(texts: pl.Series) -> pl.Series:
    """Return which kind of stub each text is (see STUBS), null for an article."""
    stubs = pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))
    tails = texts.str.tail(TAIL_CHARACTERS)
    stubs = stubs.scatter(tails.str.contains(r"\[\+\s?[\d,.]+ \w+\]\s*$").arg_true(), "truncated")
    short = (texts.str.len_chars() <= MAX_STUB_CHARACTERS).arg_true()
    short = short.filter(texts.gather(short).str.count_matches(r"\w+") < MAX_STUB_WORDS)
    if not len(short):
        return stubs
    looked_at = texts.gather(short)
    stubs = stubs.scatter(short.filter(flag_walls(looked_at)), "error page")
    for kind, pattern in build_stub_patterns().items():
        stubs = stubs.scatter(short.filter(looked_at.str.contains(pattern)), kind)
    return stubs


def find_signs(texts: pl.Series, reread: Callable[[np.ndarray], pl.Series]) -> pl.Series:
    """Return the signs (see SIGNS) that each text has, with blanks between, as str.

    Parameters
    ----------
    texts : Series of str
        The texts as they were given.
    reread : callable
        Takes some of their rows and returns them as they are read, in which only what could not
        be decoded is left.
    """
    names = np.full(len(texts), "", object)
    for name, sign in SIGNS.items():
        has_sign = texts.str.contains(sign.pattern) if sign.pattern else flag_walls(texts)
        rows = has_sign.arg_true().to_numpy()
        if sign.is_decoded and len(rows):
            rows = rows[reread(rows).str.contains(sign.pattern).to_numpy()]
        names[rows] += f" {name}"
    return pl.Series("signs", names.tolist(), dtype=pl.String).str.strip_chars()


def list_signs(articles: pl.DataFrame) -> pl.DataFrame:
    """Return one row per article and sign: doc_id, outlet, sign.

    Parameters
    ----------
    articles : DataFrame
        doc_id, outlet, and `signs` as `find_signs` returns them.
    """
    return (
        articles.filter(pl.col("signs") != "")
        .select("doc_id", "outlet", sign=pl.col("signs").str.split(" "))
        .explode("sign")
    )


def describe_signs(found: pl.DataFrame, outlets: pl.Series) -> list[str]:
    """Return in sentences how many texts have which sign, and what to do.

    Parameters
    ----------
    found : DataFrame
        One row per article and sign: doc_id, outlet, sign.
    outlets : Series of str
        The outlet of each text that was looked at.
    """
    return [
        f"{describe_share(rows, outlets)} {'has' if len(rows) == 1 else 'have'} {sign.what}"
        f"{describe_most(rows, outlets)}, for example {rows['doc_id'][0]!r}. {sign.remedy}"
        for name, sign in SIGNS.items()
        if len(rows := found.filter(pl.col("sign") == name))
    ]


def describe_stubs(found: pl.DataFrame, outlets: pl.Series, *, are_kept: bool) -> list[str]:
    """Return in sentences how many texts are no articles, and whether they are counted.

    Parameters
    ----------
    found : DataFrame
        One row per stub: doc_id, outlet, sign.
    outlets : Series of str
        The outlet of each text that was looked at, also of the stubs.
    are_kept : bool
        Whether the study counts them.
    """
    sentences = [
        f"{describe_share(rows, outlets)} {'is' if len(rows) == 1 else 'are'} {what}"
        f"{describe_most(rows, outlets)}, for example {rows['doc_id'][0]!r}."
        for name, what in STUBS.items()
        if len(rows := found.filter(pl.col("sign") == name))
    ]
    if not sentences:
        return []
    consequence = (
        "They are counted, as study.yml says (`stubs: keep`)."
        if are_kept
        else "They are set apart and not counted; `stubs: keep` under `articles:` in study.yml "
        "counts them."
    )
    return [*sentences[:-1], f"{sentences[-1]} {consequence}"]


def describe_short_texts(articles: pl.DataFrame) -> list[str]:
    """Return in a sentence how many articles are short.

    Parameters
    ----------
    articles : DataFrame
        doc_id, outlet, n (words, with those in boilerplate).
    """
    short, outlets = articles.filter(pl.col("n") < SHORT_WORDS), articles["outlet"]
    if short.is_empty():
        return []
    consequence = (
        "Most texts are short, as headlines and posts are; they are counted."
        if 2 * short.height > articles.height
        else "They are counted: if they are teasers or captions, leave them out of the collection."
    )
    return [
        f"{describe_share(short, outlets)} {'has' if short.height == 1 else 'have'} under "
        f"{SHORT_WORDS} words{describe_most(short, outlets)}, for example "
        f"{short['doc_id'][0]!r}. {consequence}"
    ]


def describe_share(rows: pl.DataFrame, outlets: pl.Series) -> str:
    """Return how many of the texts are among the rows."""
    share = format_percent(rows.height / len(outlets))
    return f"{rows.height:,} of {format_count(len(outlets), 'text')} ({share})"


def describe_most(rows: pl.DataFrame, outlets: pl.Series) -> str:
    """Return at which outlet most of the rows are; "" if none stands out."""
    if rows.height < MIN_MOST or outlets.n_unique() < 2:
        return ""
    counts = (
        rows["outlet"]
        .value_counts(name="n")
        .join(outlets.rename("outlet").value_counts(name="n_all"), on="outlet")
    )
    most = counts.sort("n", "n_all", "outlet", descending=[True, False, False]).row(0, named=True)
    if most["n"] * len(outlets) == rows.height * most["n_all"]:
        return ""
    return f", most at {most['outlet']!r} ({most['n']:,} of {most['n_all']:,})"
