"""Names and numbers as they stand in our sentences."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LISTED = 20
"""Names are told one by one up to so many."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one, whatever its case, and all of them when they are few.

    >>> nearest("withn", ["any", "within"])
    "did you mean 'within'? there are: any, within"
    """
    known = [str(k) for k in known]
    folded = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(name).lower(), folded, n=1, cutoff=0.5)
    said = f"did you mean {folded[close[0]]!r}?" if close else ""
    listed = f"there are: {', '.join(sorted(known)[:LISTED])}" if known else "none is defined"
    return f"{said} {listed}".strip() if len(known) <= LISTED or not close else said


def plural(n: int, one: str, many: str | None = None) -> str:
    """The count with its noun.

    >>> plural(1, "hit"), plural(1200, "hit")
    ('1 hit', '1,200 hits')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as whole percent, never rounded to none or all.

    >>> percent(0.616), percent(0.004), percent(0.998), percent(1)
    ('62 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def told_q(q: float) -> str:
    """A q-value.

    >>> told_q(0.00004), told_q(0.0123)
    ('q < 0.001', 'q = 0.012')
    """
    return "q < 0.001" if q < 0.001 else f"q = {q:.2g}"
