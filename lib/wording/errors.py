"""The one error that users of the suite meet: a sentence that says what was wrong, where, and what to do."""


class WordingError(Exception):
    """A fault in what was given (a file, a line, a name, a value), told in words; the command line prints it without a traceback."""
