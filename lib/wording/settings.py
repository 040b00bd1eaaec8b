"""What may be asked for by name, everywhere alike, and the one answer to an unknown name."""

from __future__ import annotations

from collections.abc import Iterable

from wording.errors import WordingError
from wording.phrasing import show_value, suggest_name

ALL_OUTLETS = "all outlets"
"""What stands in the place of an outlet where all of them are taken together."""

OTHER_OUTLETS = "other outlets"
"""What stands in the place of an outlet for those that are too many to compare one by one."""

UNATTRIBUTED_OUTLET = "unattributed"
"""What stands in the place of an outlet for articles of which none is known."""

REST_LABEL = "the rest"
"""What an outlet is compared with where it is compared with all the others together."""

TOKEN_VOICES = ("outlet", "quoted", "reported")
"""Whose words a token may be, in the order of the marks."""

LABEL_CUE = ":"
"""The cue of what stands below a speaker's label in a transcript."""

VOICE_GROUPS = {
    "outlet": ["outlet"],
    "quoted": ["quoted"],
    "reported": ["reported"],
    "attributed": ["quoted", "reported"],
    "all": list(TOKEN_VOICES),
}
"""What may be asked for as a voice, and the voices of the words that it counts."""

TOKEN_PLACES = ("headline", "lead", "body")
"""Where in an article a token may stand."""

PLACE_GROUPS = {
    "text": ["lead", "body"],
    "headline": ["headline"],
    "lead": ["lead"],
    "body": ["body"],
    "all": list(TOKEN_PLACES),
}
"""What may be asked for as a place, and the places of the words that it counts."""

COPY_RULES = ("all", "one", "none")
"""Which copies count: every article; one of each family per outlet; the first of each family, and
in every article only what no earlier one has."""

EVENT_RULES = ("all", "shared")
"""Which articles count: all; or those that have a linked article, on the same event, at another
compared outlet."""

SIGNIFICANCE_LEVEL = 0.05
"""A difference is clear when its p, or its q where many are tested, is below."""


MAX_SEED = 2**63 - 1
"""What the random numbers begin with is a number up to this."""


def one_of(kind: str, value: str, known: Iterable[str], *, place: str = "") -> str:
    """Return the value if it is one of the known names.

    Parameters
    ----------
    kind : str
        What the names are, in the singular: "voice".
    value : str
        The name asked for.
    known : iterable of str
        The names that there are.
    place : str
        Where the name is written (file, line), to begin the message with.

    Raises
    ------
    WordingError
        For an unknown name, with the nearest known one.
    """
    names = list(known)
    if value in names:
        return value
    there = f"{place}: there" if place else "There"
    raise WordingError(f"{there} is no {kind} {show_value(value)}; {suggest_name(value, names)}.")
