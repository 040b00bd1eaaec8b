"""Texts as they are read: character references, tags, escapes and cut words stand for others.

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

REFERENCE = (  # &amp;  &#8217;  and what was escaped twice: &amp;quot;
    r"&(?:amp;)*(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
LESS, GREATER = r"(?:<|&lt;|\\{1,4}u003[cC])", r"(?:>|&gt;|\\{1,4}u003[eE])"
"""The marks of a tag, also where they were escaped."""
ATTRIBUTE = (
    r"\s+[\w:-]+\s*=\s*"
    r"(?:\\*\"[^\"<>]*\"|\\*'[^'<>]*'|&quot;[^<>\"]{0,300}?&quot;|[^\s\"'<>&\\]+)"
)
TAG = rf"{LESS}\\*/?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:{ATTRIBUTE})*\s*(?:\\*/\s*)?{GREATER}"
COMMENT = rf"{LESS}!--.*?--{GREATER}"
MISREAD = "â€[™œ\x9d˜“”¦¢]"
"""UTF-8 that was read as Windows-1252: quotation marks, dashes, an ellipsis, a bullet."""
CUT_WORD = r"(?<=[^\W\d_])[-‐‑\u00ad]\r?\n(?=[^\W\d_])"
PLAIN_ESCAPE = r"\\{1,4}[nrt](?![a-z])"
FILE_PATH = (
    rf"(?<!\w)(?:[A-Za-z]:(?!{PLAIN_ESCAPE})\\|\\\\\w[\w.-]+\\(?!\\|[nrt](?![a-z])))"
    rf"(?:(?!{PLAIN_ESCAPE}|[.!?,;:]\\)[^\s\"<>|])*"
)
"""A path of Windows, C:\\new or \\\\server\\new, whose parts are no escapes."""
ESCAPE = (
    r"\\{1,4}(?:u[dD][89abAB][0-9a-fA-F]{2}\\{1,4}u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|U000[0-9a-fA-F]{5}|x[0-9a-fA-F]{2}|r\\{1,4}n|[nrt\"'/])"
)
SURE_ESCAPE = re.compile(
    r"\\u[0-9a-fA-F]{4}|\\U000[0-9a-fA-F]{5}|\\x[89a-fA-F][0-9a-fA-F]|\\[\"']|\S\\/\S"
    rf"|\\[nr]\s*\\+[nrt]|[.!?]\\{{1,4}}n|(?:[…,;:)”’\"]|[.!?] ?|^){PLAIN_ESCAPE}"
    r"|(?<=\w)\\n(?=[A-Z“\"\s])"
)
"""What nobody writes but a program that escapes: where one of these stands outside a path, all
that look like escapes are."""
BROKEN_ADDRESS = (  # https t co abc  pic twitter com abc  https www example org
    r"\b(?i:(?:https? )?pic twitter com|https? (?:t co|bit ly|youtu be|goo gl|ow ly))"
    r"(?: [A-Za-z0-9]+)?(?!\w)"
    r"|\b(?i:https? (?:www (?:[\w-]+ ){1,2}?|[\w-]{3,} )(?:com|org|net|gov|edu|co uk))(?!\w)"
)
"""An address whose marks were taken out; of what followed its host only a key can be told."""
REPLACED = re.compile(
    rf"(?P<path>{FILE_PATH})|(?P<comment>{COMMENT})|(?P<tag>{TAG})|(?P<reference>{REFERENCE})"
    rf"|(?P<misread>{MISREAD})|(?P<cut>{CUT_WORD})|(?P<address>{BROKEN_ADDRESS})"
    rf"|(?P<escape>{ESCAPE})",
    re.DOTALL,
)
SUSPECT = (
    *(r"&#?[A-Za-z0-9]+;", r"</?[A-Za-z!]", "â€", r"\\[nrtuUx\"'/]", r"ttps? \w", "twitter com"),
    *(f"{mark}\r?\n" for mark in "-‐‑\u00ad"),
)
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
    has_escapes = is_escaped(text)
    for match in REPLACED.finditer(text):
        if match.lastgroup == "escape" and not has_escapes:
            continue
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
    if match.lastgroup == "path":
        return None
    if match.lastgroup == "reference":
        once = re.sub("^&(?:amp;)*(?=.)", "&", written)
        is_known = once[1] == "#" or once[1:] in html5
        once = once if is_known else written  # AT&amp;T;
        return html.unescape(once) if is_known or written.startswith("&amp;") else None
    if match.lastgroup == "tag":
        return replace_tag(match["name"])
    if match.lastgroup == "escape":
        return decode_escape(written)
    if match.lastgroup == "address":
        return join_address(written)
    if match.lastgroup == "misread":
        last = written[2].encode("latin-1" if written[2] in "\x9d¦¢" else "cp1252")
        return (b"\xe2\x80" + last).decode("utf8")
    if match.lastgroup == "cut":
        return join_cut_word(match, list_words)
    return ""


def is_escaped(text: str) -> bool:
    r"""Return whether a text has escapes such as `\n` that a program wrote: one is sure.

    >>> is_escaped(r"It ended.\n\nThe mayor"), is_escaped(r"It is in C:\new or in docs\tables.")
    (True, False)
    """
    if "\\" not in text:
        return False
    return SURE_ESCAPE.search(re.sub(FILE_PATH, "", text)) is not None


def decode_escape(written: str) -> str:
    r"""Return what an escape of JSON or Python stands for.

    >>> [decode_escape(written) for written in (r"\n", r"\u2019", r"\\/", r"\ud83d\ude00")]
    ['\n', '’', '/', '😀']
    """
    marks = re.split(r"\\+", written)[1:]
    if marks[0][0] not in "uUx":
        return {"n": "\n", "r": "\n", "t": "\t"}.get(marks[0], marks[0])
    codes = [int(mark[1:], 16) for mark in marks]
    if len(codes) == 2:
        return chr(0x10000 + ((codes[0] & 0x3FF) << 10) + (codes[1] & 0x3FF))
    is_character = codes[0] <= 0x10FFFF and not 0xD800 <= codes[0] <= 0xDFFF
    return chr(codes[0]) if is_character else "\ufffd"


def join_address(written: str) -> str:
    """Return an address whose marks were taken out with them.

    >>> join_address("https t co Ab12"), join_address("http www example org")
    ('https://t.co/Ab12', 'http://www.example.org/')
    """
    scheme, rest = re.sub("^(?i:(https?) )?", r"\1 ", written, count=1).split(" ", 1)
    host = re.match("(?i:t co|bit ly|youtu be|goo gl|ow ly|pic twitter com)|.*", rest)
    assert host, "anything matches"
    address = host[0].replace(" ", ".") + "/" + rest[host.end() :].strip()
    return f"{scheme}://{address}" if scheme else address


def replace_tag(name: str) -> str | None:
    """Return a line end for a tag that begins or ends a line, nothing for others that are known.

    >>> replace_tag("br"), replace_tag("b"), replace_tag("thing")
    ('\\n', '', None)
    """
    if re.fullmatch(BLOCK_TAGS, name.lower()):
        return "\n"
    return "" if re.fullmatch(INLINE_TAGS, name.lower()) else None


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
