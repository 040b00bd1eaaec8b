"""The one error that users of the suite meet: what was wrong, where, and what to do."""

from __future__ import annotations

import sys


class WordingError(Exception):
    """A fault in what was given (a file, a line, a name, a value), told in words.

    The command line prints it without a traceback.
    """


def print_note(sentence: str) -> None:
    """Tell the user, on standard error, what they should know although nothing is wrong now."""
    print(f"note: {sentence}", file=sys.stderr)
