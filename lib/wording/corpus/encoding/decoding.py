"""Texts as they are read: character references, tags and words cut at a line end stand for others.

What stands in a text for something else is replaced before the text is cut into tokens, and each
replacement is noted, so that places in the text as it was given are known.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5

import numpy as np
import polars as pl

INLINE_TAGS = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|img|ins|kbd|label|mark|noscript|s|"
    "samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
BLOCK_TAGS = (
    "address|article|aside|blockquote|body|br|center|dd|div|dl|dt|figcaption|figure|footer|form|"
    "h[1-6]|head|header|hr|html|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
)
"""Tags that begin or end a line."""

REFERENCE = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
ATTRIBUTE = r"\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)"
TAG = rf"</?[A-Za-z][A-Za-z0-9]*(?:{ATTRIBUTE})*\s*/?>"
MISREAD = "â€[™œ\x9d˜“”¦¢]"
"""UTF-8 that was read as Windows-1252: quotation marks, dashes, an ellipsis, a bullet."""
CUT_WORD = r"(?<=[^\W\d_])[-‐‑\u00ad]\r?\n(?=[^\W\d_])"
REPLACED = re.compile(
    rf"(?P<reference>{REFERENCE})|(?P<comment><!--.*?-->)|(?P<tag>{TAG})"
    rf"|(?P<misread>{MISREAD})|(?P<cut>{CUT_WORD})",
    re.DOTALL,
)
SUSPECT = (r"&#?[A-Za-z0-9]+;", r"</?[A-Za-z!]", "â€", *(f"{mark}\r?\n" for mark in "-‐‑\u00ad"))
"""What a text has one of, in the syntax of Polars, if anything in it is to be replaced: looking for
each in turn is far quicker than for all at once."""
ANY_WORD = r"\p{L}+(?:[-‐‑]\p{L}+)*"
WORD_AT_END = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)*\Z")
WORD_AT_START = re.compile(r"[^\W\d_]+")
MAX_WORD = 60
"""Characters before and after a cut that are looked at."""

ROW, START, END, SHIFT = range(4)
"""The columns of an array of edits: the article, from where to where the replacement stands in the
text as it is read, and how many characters more the given text has there."""
NO_EDITS = np.zeros((0, 4), np.int64)
ROW_SIZE = 1 << 40
"""More than the characters of any article."""


def decode_texts(
    texts: pl.Series, list_words: Callable[[], frozenset[str]]
) -> tuple[pl.Series, np.ndarray]:
    """Return the texts as they are read, and the edits (see `ROW`), sorted.

    Parameters
    ----------
    texts : Series of str
        The texts as they were given.
    list_words : callable
        Returns all words of the texts in lower case; asked only if a word is cut at a line end.
    """
    has_any = pl.any_horizontal(pl.col("text").str.contains(pattern) for pattern in SUSPECT)
    rows = texts.to_frame("text").select(has_any.fill_null(False)).to_series().arg_true()
    decoded, edits = {}, [NO_EDITS]
    for row in rows:
        text, made = decode_article(texts[row], list_words)
        if made:
            decoded[row] = text
            edits.append(np.array([(row, *edit) for edit in made], np.int64))
    if not decoded:
        return texts, NO_EDITS
    return texts.clone().scatter(list(decoded), list(decoded.values())), np.concatenate(edits)


def decode_article(
    text: str, list_words: Callable[[], frozenset[str]]
) -> tuple[str, list[tuple[int, int, int]]]:
    """Return a text as it is read, and its edits: start, end, shift.

    >>> decode_article("&quot;Gun&quot; <b>control</b>", frozenset)
    ('"Gun" control', [(0, 1, 5), (4, 5, 5), (6, 6, 3), (13, 13, 4)])
    """
    pieces: list[str] = []
    edits: list[tuple[int, int, int]] = []
    n_read = done = 0
    for match in REPLACED.finditer(text):
        replacement = replace_match(match, list_words)
        if replacement is None:
            continue
        n_read += match.start() - done
        end = n_read + len(replacement)
        edits.append((n_read, end, len(match[0]) - len(replacement)))
        pieces += [text[done : match.start()], replacement]
        n_read, done = end, match.end()
    return "".join([*pieces, text[done:]]), edits


def replace_match(match: re.Match[str], list_words: Callable[[], frozenset[str]]) -> str | None:
    """Return what stands for something else in a text; None if it stands for itself."""
    written = match[0]
    if match.lastgroup == "reference":
        is_known = written[1] == "#" or written[1:] in html5
        return html.unescape(written) if is_known else None
    if match.lastgroup == "tag":
        return replace_tag(written)
    if match.lastgroup == "misread":
        last = written[2].encode("latin-1" if written[2] in "\x9d¦¢" else "cp1252")
        return (b"\xe2\x80" + last).decode("utf8")
    if match.lastgroup == "cut":
        return join_cut_word(match, list_words)
    return ""


def replace_tag(written: str) -> str | None:
    """Return a line end for a tag that begins or ends a line, nothing for others that are known.

    >>> replace_tag("<br/>"), replace_tag("</b>"), replace_tag("<thing>")
    ('\\n', '', None)
    """
    name = written.strip("</>").split()[0].rstrip("/").lower()
    if re.fullmatch(BLOCK_TAGS, name):
        return "\n"
    return "" if re.fullmatch(INLINE_TAGS, name) else None


def join_cut_word(match: re.Match[str], list_words: Callable[[], frozenset[str]]) -> str | None:
    """Return what joins the halves of a word that a hyphen at a line end cuts.

    That is nothing or a hyphen, if the word stands elsewhere so; else None. A soft hyphen is only
    written where a word is cut.
    """
    text, start, end = match.string, match.start(), match.end()
    if match[0][0] == "\u00ad":
        return ""
    left = WORD_AT_END.search(text, max(start - MAX_WORD, 0), start)
    right = WORD_AT_START.match(text, end, end + MAX_WORD)
    if left is None or right is None:
        return None
    known = list_words()
    for joint in ("", "-"):
        if f"{left[0]}{joint}{right[0]}".lower() in known:
            return joint
    return None


def list_distinct_words(pieces: pl.Series) -> frozenset[str]:
    """Return the words of pieces of text, in lower case, with ordinary hyphens."""
    words = pieces.str.extract_all(ANY_WORD).list.explode(empty_as_null=False, keep_nulls=False)
    levelled = words.unique().str.to_lowercase().str.replace_all("[‐‑]", "-")
    return frozenset(levelled.to_list())


def locate_in_given(
    edits: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where spans of the texts as they are read stand in the texts as they were given.

    Parameters
    ----------
    edits : int array (n, 4)
        See `ROW`.
    row, start, end : int arrays
        The article and the characters of each span.
    """
    if not len(edits):
        return start, end
    return (
        start + sum_shifts(edits, row, edits[:, END], start + 1),
        end + sum_shifts(edits, row, edits[:, START], end),
    )


def locate_in_read(
    edits: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where spans of the given texts stand in the texts as they are read."""
    if not len(edits):
        return start, end
    before = sum_shifts(edits, edits[:, ROW], edits[:, START], edits[:, START])
    given_start = edits[:, START] + before
    given_end = edits[:, END] + before + edits[:, SHIFT]
    return (
        start - sum_shifts(edits, row, given_end, start + 1),
        end - sum_shifts(edits, row, given_start, end),
    )


def sum_shifts(
    edits: np.ndarray, row: np.ndarray, places: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """Return the sum of the shifts of each article's edits whose place is before a character.

    Parameters
    ----------
    edits : int array (n, 4)
        See `ROW`.
    row, before : int arrays
        The article and the character.
    places : int array (n,)
        The place of each edit in its article, ascending.
    """
    total = np.concatenate([[0], np.cumsum(edits[:, SHIFT])])
    first = np.searchsorted(edits[:, ROW], row)
    last = np.searchsorted(edits[:, ROW] * ROW_SIZE + places, row * ROW_SIZE + before)
    return total[np.maximum(last, first)] - total[first]
