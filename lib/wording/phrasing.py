"""Names and numbers as they stand in our sentences."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, SupportsFloat

MAX_SHOWN_VALUE = 80
"""Characters of a wrong value that are shown."""
MAX_NAMES_LISTED = 20
"""Up to this many names are listed one by one."""

STABLE_DIGITS = 12
"""Significant digits that are the same on every processor; the order of sums changes later ones."""

_ROUNDING = Context(prec=400, rounding=ROUND_HALF_UP)


def round_half_up(value: SupportsFloat, digits: int = 0) -> Decimal:
    """Return the value with so many decimals, as everything that is rounded for a text is rounded.

    The value is first taken to `STABLE_DIGITS`, then rounded half away from zero, so that the
    last bits of a number, which differ between processors, never show.

    >>> [str(round_half_up(x)) for x in (37.5, 37.499999999999994, 37.50000000000001, -0.5)]
    ['38', '38', '38', '-1']
    >>> str(round_half_up(0.125, 2)), str(round_half_up(1.005, 2)), str(round_half_up(1234.5, 2))
    ('0.13', '1.01', '1234.50')
    """
    stable = drop_unstable_digits(value)
    if not stable.is_finite():
        return stable
    return stable.quantize(Decimal(1).scaleb(-digits), context=_ROUNDING)


def round_significant(value: SupportsFloat, digits: int) -> Decimal:
    """Return the value with so many significant digits, rounded as by `round_half_up`.

    >>> str(round_significant(0.0125, 2)), str(round_significant(0.012499999999999999, 2))
    ('0.013', '0.013')
    """
    stable = drop_unstable_digits(value)
    if not stable.is_finite() or not stable:
        return stable
    return round_half_up(stable, digits - 1 - stable.adjusted())


def drop_unstable_digits(value: SupportsFloat) -> Decimal:
    """Return the value as a decimal number without the digits that differ between processors.

    What sums to nothing but for its last digits is nothing.
    """
    stable = Decimal(f"{value:.{STABLE_DIGITS - 1}e}")
    if stable.is_finite() and abs(stable) < Decimal(1).scaleb(-STABLE_DIGITS):
        return Decimal(0)
    return stable


def format_decimal(value: SupportsFloat, digits: int) -> str:
    """Return the value with so many decimals and commas between thousands.

    >>> format_decimal(0.125, 2), format_decimal(1234.5, 0), format_decimal(-0.04, 1)
    ('0.13', '1,235', '-0.0')
    """
    return f"{round_half_up(value, digits):,f}"


def show_value(value: object) -> str:
    """Return a value that somebody wrote, as Python writes it, cut where it is long.

    >>> show_value("fel"), len(show_value("x" * 100_000))
    ("'fel'", 81)
    """
    shown = repr(value)
    return shown if len(shown) <= MAX_SHOWN_VALUE else f"{shown[:MAX_SHOWN_VALUE]}…"


def suggest_name(name: str, known: Iterable[str]) -> str:
    """Return a remedy for an unknown name: the nearest known one, and all of them when few.

    >>> suggest_name("withn", ["any", "within"])
    "did you mean 'within'? there are: any, within"
    """
    names = [str(k) for k in known]
    folded = {k.lower(): k for k in names}
    asked = str(name)[:MAX_SHOWN_VALUE].lower()
    close = difflib.get_close_matches(asked, folded, n=1, cutoff=0.5)
    nearest = f"did you mean {folded[close[0]]!r}?" if close else ""
    if close and len(names) > MAX_NAMES_LISTED:
        return nearest
    listed = f"there are: {', '.join(sorted(names)[:MAX_NAMES_LISTED])}"
    return f"{nearest} {listed if names else 'none is defined'}".strip()


def join_names(names: Iterable[str], top: int | None = None, rest: str = "more") -> str:
    """Return the names as a list in a sentence; of those after the first `top`, only the number.

    One name more than `top` is named as well, for it takes no more room than its number.

    Parameters
    ----------
    names : iterable of str
    top : int, optional
        How many are named at most; without it all are.
    rest : str
        What the others are called, in the singular.

    Examples
    --------
    >>> join_names(["A"]), join_names(["A", "B", "C"]), join_names(["A", "B", "C"], top=2)
    ('A', 'A, B and C', 'A, B and C')
    >>> join_names("ABCDE", top=2, rest="other outlet")
    'A, B and 3 other outlets'
    """
    shown = [str(name) for name in names]
    if top is not None and len(shown) > top + 1:
        left = len(shown) - top
        shown = [*shown[:top], f"{left:,} more" if rest == "more" else format_count(left, rest)]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def format_count(n: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun.

    >>> format_count(1, "hit"), format_count(1200, "hit")
    ('1 hit', '1,200 hits')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def format_percent(share: SupportsFloat) -> str:
    """Return a share as whole percent, never rounded to none or all.

    >>> format_percent(0.616), format_percent(0.004), format_percent(0.998), format_percent(1)
    ('62 %', 'under 1 %', 'over 99 %', '100 %')
    >>> {format_percent(share) for share in (0.375, 0.37499999999999994, 0.37500000000000006)}
    {'38 %'}
    """
    stable = drop_unstable_digits(share)
    if not stable.is_finite():
        return f"{share} %"
    if 0 < stable < Decimal("0.01"):
        return "under 1 %"
    if Decimal("0.99") < stable < 1:
        return "over 99 %"
    return f"{round_half_up(100 * stable)} %"


def format_ratio(ratio: SupportsFloat) -> str:
    """Return a ratio of rates with at least two figures.

    >>> format_ratio(3.21), format_ratio(1234.5), format_ratio(float("inf"))
    ('3.2', '1,235', 'any number of')
    """
    stable = drop_unstable_digits(ratio)
    if stable.is_infinite():
        return "any number of"
    return format_decimal(stable, 1 if stable < Decimal("9.95") else 0)


def format_interval(
    low: Any,
    high: Any,
    level: float = 0.95,
    form: Callable[[Any], str] = format_percent,
) -> str:
    """Return an interval with its level, in one unit.

    Parameters
    ----------
    low, high : float or date
        The ends, as `form` takes them.
    level : float
        Of confidence, 0 to 1.
    form : callable
        How an end is said; a percentage by default.

    Examples
    --------
    >>> format_interval(0.24, 0.37), format_interval(0.004, 0.05, level=0.99)
    ('95 % interval 24 to 37 %', '99 % interval under 1 to 5 %')
    >>> format_interval(0.1, 2.25, form=lambda end: format_decimal(end, 1))
    '95 % interval 0.1 to 2.3'
    """
    first = form(low).removesuffix(" %")
    return f"{round_half_up(100 * level)} % interval {first} to {form(high)}"


def format_p(p: SupportsFloat, symbol: str = "p") -> str:
    """Return a p-value.

    >>> format_p(0.00004), format_p(0.0123), format_p(0.0125)
    ('p < 0.001', 'p = 0.012', 'p = 0.013')
    """
    stable = drop_unstable_digits(p)
    if stable.is_finite() and stable < Decimal("0.001"):
        return f"{symbol} < 0.001"
    return f"{symbol} = {float(round_significant(p, 2)):.2g}"


def format_q(q: SupportsFloat) -> str:
    """Return a q-value.

    >>> format_q(0.00004), format_q(0.0123)
    ('q < 0.001', 'q = 0.012')
    """
    return format_p(q, "q")
