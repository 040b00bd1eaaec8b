"""Names and numbers as they stand in our sentences."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_NAMES_LISTED = 20
"""Names are told one by one up to so many."""


def suggest_name(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one, whatever its case, and all of them when they are few.

    >>> suggest_name("withn", ["any", "within"])
    "did you mean 'within'? there are: any, within"
    """
    known = [str(k) for k in known]
    folded = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(name).lower(), folded, n=1, cutoff=0.5)
    said = f"did you mean {folded[close[0]]!r}?" if close else ""
    listed = (
        f"there are: {', '.join(sorted(known)[:MAX_NAMES_LISTED])}" if known else "none is defined"
    )
    return f"{said} {listed}".strip() if len(known) <= MAX_NAMES_LISTED or not close else said


def format_count(n: int, one: str, many: str | None = None) -> str:
    """The count with its noun.

    >>> format_count(1, "hit"), format_count(1200, "hit")
    ('1 hit', '1,200 hits')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def format_percent(share: float) -> str:
    """A share as whole percent, never rounded to none or all.

    >>> format_percent(0.616), format_percent(0.004), format_percent(0.998), format_percent(1)
    ('62 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def format_q(q: float) -> str:
    """A q-value.

    >>> format_q(0.00004), format_q(0.0123)
    ('q < 0.001', 'q = 0.012')
    """
    return "q < 0.001" if q < 0.001 else f"q = {q:.2g}"
