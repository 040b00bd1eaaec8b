"""Values as safe, readable text: escaping, fragment names, links and the formatting of numbers by their column."""

import html
import math
import re
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2s
from numbers import Integral, Real
from urllib.parse import urlsplit

from wording.phrasing import drop_unstable_digits, format_decimal, round_half_up

# Control characters and lone surrogates break XML and the encoding of the page; article texts hold them.
_UNPRINTABLE_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FRAGMENT = re.compile(r"#[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_PERCENT_COLUMNS = re.compile(
    r"(.*_)?share(_.*)?|((own|right|corrected)_)?(low|high)|difference|right_sense|own_voice|agreed"
)
_COUNT_COLUMNS = re.compile(r"(n|total|start|end)(_.*)?")
_BIT_COLUMNS = re.compile(r"(.*_)?bits|height")
_PER_MILLION_COLUMNS = re.compile(r"(.*_)?per_million")
_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"


def to_printable(value) -> str:
    """`value` as text in which characters that no page can carry are shown as U+FFFD."""
    return _UNPRINTABLE_CHARACTERS.sub("\ufffd", str(value))


def escape_html(value) -> str:
    """`value` as text that is safe between tags and inside quoted attributes."""
    return html.escape(to_printable(value), quote=True)


def keep_numbers_unbroken(text: str) -> str:
    """The text, or markup, with each number and its sign on one line: "62 %", "q = 0.01"."""
    return re.sub(
        r"(?<=\d) (?=%)|(?<=\b[pq]) (?=[=&<])|(?<=\b[pq] =) |(?<=\b[pq] <) |(?<=\b[pq] &lt;) ",
        "\u00a0",
        text,
    )


def slugify(text) -> str:
    """A name of a-z, 0-9 and single hyphens; whatever had to change carries a hash, so that two texts never share a slug.

    >>> slugify("fell"), slugify("Outlet A"), slugify("outlet-a")
    ('fell', 'outlet-a-3fb77631', 'outlet-a')
    """
    text = str(text)
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if plain and plain == text and len(plain) <= 60:
        return plain
    digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{plain[:40].strip('-')}-{digest}".lstrip("-")


def sanitise_href(value) -> str | None:
    """The address when it leads inside the page (`#name`) or to http or https; None for everything else."""
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


def make_link(inner: str, address) -> str:
    """`inner`, which is markup already, as a link when the address is a safe one; else as it is."""
    href = sanitise_href(address)
    if href is None:
        return inner
    foreign = "" if href.startswith("#") else ' rel="noopener noreferrer"'
    return f'<a href="{escape_html(href)}"{foreign}>{inner}</a>'


def is_missing(value) -> bool:
    """Whether the value is None, NaN, NaT or NA."""
    import pandas as pd  # takes a second to import, and whoever only needs a slug needs none of it

    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def is_number(value) -> bool:
    """Whether the value is a number that is set to the right: true for integers and floats, false for truth values."""
    return (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and type(value).__name__ not in {"bool", "bool_"}
    )


def format_value(value, column: str = "") -> str:
    """The value as a reader expects it in a column of that name.

    Shares, their bounds and differences are percentages, counts have thousands separators, p and q three decimals.

    >>> format_value(0.1234, "share"), format_value(1234, "n"), format_value(0.0004, "q"), format_value(-0.05, "difference")
    ('12.3%', '1,234', '<0.001', '−5.0%')
    """
    if is_missing(value):
        return _DASH
    if is_number(value):
        return _format_number(value, column)
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value == _to_midnight(value)
            else value.isoformat(" ", "minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if type(value).__name__ in {"bool", "bool_"}:
        return "yes" if value else "no"
    return to_printable(value)


def _format_number(value, column: str) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    if _PERCENT_COLUMNS.fullmatch(column):
        return _format_percent(value, signed=column == "difference")
    if column in {"p", "p_holm", "q"}:
        stable = drop_unstable_digits(value)
        return "<0.001" if stable < Decimal("0.001") else format_decimal(value, 3)
    if _BIT_COLUMNS.fullmatch(column):
        return _set_minus_sign(format_decimal(value, 3))
    if _PER_MILLION_COLUMNS.fullmatch(column):
        return _set_minus_sign(format_decimal(value, 1))
    if column == "year":
        return str(int(value))
    whole = isinstance(value, Integral) or (
        _COUNT_COLUMNS.fullmatch(column) and float(value).is_integer()
    )
    return _set_minus_sign(f"{int(value):,}" if whole else format_decimal(value, 2))


def _format_percent(value, *, signed: bool) -> str:
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
    return value.replace(
        hour=0,
        minute=0,
        second=0,
        microsecond=0,
        **({"nanosecond": 0} if hasattr(value, "nanosecond") else {}),
    )
