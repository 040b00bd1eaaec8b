"""The word lists of data/words: plain lists (.txt) and records (.yml), read in one place."""

from __future__ import annotations

import functools
from pathlib import Path

from wording.files import DATA_FOLDER
from wording.study.read import AnyRecord, read_record

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


def read_word_record(name: str, record: type[AnyRecord], folder: Path = WORDS_FOLDER) -> AnyRecord:
    """Return data/words/NAME.yml, or that file of another folder, as a record.

    Raises
    ------
    WordingError
        If the file is missing or is not what the record describes, with the line.
    """
    return read_record(folder / f"{name}.yml", record)
