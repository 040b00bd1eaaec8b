"""The one error that users of the suite meet: what was wrong, where, and what to do."""


class WordingError(Exception):
    """A fault in what was given (a file, a line, a name, a value), told in words.

    The command line prints it without a traceback.
    """
