"""The word lists of data/words (.txt), read in one place; `study.read` reads records (.yml)."""

from __future__ import annotations

import functools

from wording.files import DATA_FOLDER

WORDS_FOLDER = DATA_FOLDER / "words"


@functools.cache
def read_words(name: str, language: str | None = None) -> list[str]:
    """Return the words of data/words/NAME.txt, or NAME-LANGUAGE.txt, in their order.

    A language without a file has no words. Lines that begin with `#` are comments.

    >>> read_words("function", "en")[:3], read_words("function", "xx")
    (['a', 'an', 'the'], [])
    """
    file = WORDS_FOLDER / (f"{name}-{language}.txt" if language else f"{name}.txt")
    if language and not file.is_file():
        return []
    lines = file.read_text(encoding="utf8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def has_words(name: str) -> bool:
    """Return whether there is a record data/words/NAME.yml."""
    return (WORDS_FOLDER / f"{name}.yml").is_file()
