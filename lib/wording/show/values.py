"""Values as safe, readable text: escaping, fragment names, links, numbers by their column."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2s
from numbers import Integral, Real
from typing import Any
from urllib.parse import urlsplit

from wording.phrasing import drop_unstable_digits, format_decimal, round_half_up

# Control characters and lone surrogates, which article texts hold, break XML and the encoding of
# the page.
_UNPRINTABLE_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TURNED_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_TURNED_TEXT = re.compile(rf"[*~]*{_TURNED_LETTER}(?:[ *~'’-]*{_TURNED_LETTER})*\**")
_FRAGMENT = re.compile(r"#[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_PERCENT_COLUMNS = re.compile(
    r"(.*_)?share(_.*)?|((own|right|corrected|raw|shared|within|covered|difference)_)?(low|high)(_headline|_text)?"
    r"|(.*_)?difference|right_sense|own_voice|agreed|divided|linked"
)
_COUNT_COLUMNS = re.compile(r"(n|total|start|end)(_.*)?")
_BIT_COLUMNS = re.compile(r"(.*_)?bits|height")
_PER_MILLION_COLUMNS = re.compile(r"(.*_)?per_million")
_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"


def to_printable(value: object) -> str:
    """Return the value as text; characters that no page can carry become U+FFFD."""
    return _UNPRINTABLE_CHARACTERS.sub("\ufffd", str(value))


def escape_html(value: object) -> str:
    """Return the value as text that is safe between tags and inside quoted attributes."""
    return html.escape(to_printable(value), quote=True)


def keep_numbers_unbroken(text: str) -> str:
    """Return the text, or markup, with each number and its sign on one line: "62 %", "q = 0.01"."""
    return re.sub(
        r"(?<=\d) (?=%)|(?<=\b[pq]) (?=[=&<])|(?<=\b[pq] =) |(?<=\b[pq] <) |(?<=\b[pq] &lt;) ",
        "\u00a0",
        text,
    )


def slugify(name: object) -> str:
    """Return a name of a-z, 0-9 and single hyphens.

    Whatever had to change carries a hash, so that two texts never share a slug.

    >>> slugify("fell"), slugify("Outlet A"), slugify("outlet-a")
    ('fell', 'outlet-a-3fb77631', 'outlet-a')
    """
    text = str(name)
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if plain and plain == text and len(plain) <= 60:
        return plain
    digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain[:40].strip('-')}-{digest}".lstrip("-")


def name_page(notebook: str, own: Mapping[str, Any]) -> str:
    """Return the name of a report's page: its notebook, and what tells its runs apart.

    >>> name_page("02_terms", {"concept": "towns"})
    '02_terms-towns'
    """
    return "-".join([notebook, *(slugify(str(value)) for value in own.values())])


def sanitise_href(value: object) -> str | None:
    """Return the address if it leads inside the page (`#name`) or to http or https, else None."""
    text = value.strip() if isinstance(value, str) else ""
    if _FRAGMENT.fullmatch(text):
        return text
    if _UNPRINTABLE_CHARACTERS.search(text) or re.search(r"[\s\\]", text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.hostname else None


def make_link(inner: str, address: object) -> str:
    """Return the markup as a link if the address is a safe one, else as it is."""
    href = sanitise_href(address)
    if href is None:
        return inner
    foreign = "" if href.startswith("#") else ' rel="noopener noreferrer"'
    return f'<a href="{escape_html(href)}"{foreign}>{inner}</a>'


def is_missing(value: object) -> bool:
    """Return whether the value is None, NaN, NaT or NA."""
    import pandas as pd  # takes a second to import, and whoever only needs a slug needs none of it

    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def is_number(value: object) -> bool:
    """Return whether the value is an integer or a float; a truth value is no number."""
    return (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and type(value).__name__ not in {"bool", "bool_"}
    )


def format_value(value: Any, column: str = "") -> str:
    """Return the value as a reader expects it in a column of that name.

    Shares, their bounds and differences are percentages, counts have thousands separators, p and q
    three decimals.

    >>> format_value(0.1234, "share"), format_value(1234, "n")
    ('12.3%', '1,234')
    >>> format_value(141.5, "median_words"), format_value(1141.0, "median_words")
    ('141.5', '1,141')
    >>> format_value(0.0004, "q"), format_value(-0.05, "difference")
    ('<0.001', '−5.0%')
    """
    if is_missing(value):
        return _DASH
    if is_number(value):
        return _format_number(value, column)
    if isinstance(value, datetime):
        is_whole_day = value == _to_midnight(value)
        return value.date().isoformat() if is_whole_day else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if type(value).__name__ in {"bool", "bool_"}:
        return "yes" if value else "no"
    return to_printable(value)


def _format_number(value: Any, column: str) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    if _PERCENT_COLUMNS.fullmatch(column):
        return _format_percent(value, signed=column.endswith("difference"))
    if column in {"p", "p_holm", "q"}:
        stable = drop_unstable_digits(value)
        return "<0.001" if stable < Decimal("0.001") else format_decimal(value, 3)
    if _BIT_COLUMNS.fullmatch(column):
        return _set_minus_sign(format_decimal(value, 3))
    if _PER_MILLION_COLUMNS.fullmatch(column):
        return _set_minus_sign(format_decimal(value, 1))
    if column.startswith("median_"):
        return format_decimal(value, 0 if float(value).is_integer() else 1)
    if column == "year":
        return str(int(value))
    whole = isinstance(value, Integral) or (
        _COUNT_COLUMNS.fullmatch(column) and float(value).is_integer()
    )
    return _set_minus_sign(f"{int(value):,}" if whole else format_decimal(value, 2))


def _format_percent(value: float, *, signed: bool) -> str:
    # A share that rounds to nothing or to everything is neither: 0.04 % must not read as "never".
    stable = drop_unstable_digits(value)
    if not signed and 0 < stable < Decimal("0.0005"):
        return "<0.1%"
    if not signed and Decimal("0.9995") <= stable < 1:
        return ">99.9%"
    percent = round_half_up(100 * stable, 1)
    return _set_minus_sign(f"{percent:+f}%" if signed else f"{percent:f}%")


def _set_minus_sign(text: str) -> str:
    text = re.sub(r"^[-+](?=0(\.0+)?%?$)", "", text)
    return text.replace("-", _MINUS)


def _to_midnight(value: datetime) -> datetime:
    midnight: dict[str, Any] = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    if hasattr(value, "nanosecond"):  # pandas
        midnight["nanosecond"] = 0
    return value.replace(**midnight)


def isolate_right_to_left(markup: str) -> str:
    """Return escaped text with what is written from right to left kept apart from what is beside.

    Without it a browser sets a number behind such a word on the word's other side.

    >>> isolate_right_to_left("“*شغب” 54 %")
    '“<bdi>*شغب</bdi>” 54 %'
    """
    return _TURNED_TEXT.sub(r"<bdi>\g<0></bdi>", markup)


def is_right_to_left(text: object) -> bool:
    """Return whether the first letter of a text belongs to a script written from right to left.

    >>> is_right_to_left("«انقلاب»"), is_right_to_left("«coup»"), is_right_to_left("12")
    (True, False, False)
    """
    directions = (unicodedata.bidirectional(letter) for letter in str(text))
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"
