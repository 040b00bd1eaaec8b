"""The names and codes of languages, and the languages that have word lists of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wording.words import WORDS_FOLDER

LANGUAGES_WITHOUT_BLANKS = ("zh", "ja", "th", "lo", "km", "my")
"""Of these each letter is a token (`patterns.UNSPACED_LETTER`): words cannot be counted."""


MAX_SHOWN = 40
"""Characters of a value that is no language, where it is refused."""
GRAMMAR_LANGUAGES = tuple(
    sorted(file.stem.split("-")[1] for file in WORDS_FOLDER.glob("grammar-*.yml"))
)
"""The languages in which sentences are parsed: who did what to whom is told in no other."""


def list_voice_languages() -> list[str]:
    """Return the codes of the languages in which reported speech is looked for."""
    return sorted(file.stem.split("-")[1] for file in WORDS_FOLDER.glob("voice-*.yml"))


def require_language(value: str) -> str:
    """Return the code of a language, given by its code or its name.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    if value in list_voice_languages():
        return value
    if code := to_language_code(value) or (value if name_language(value) != value else None):
        return code
    raise ValueError(
        f"{value[:MAX_SHOWN]!r} is no language; write its code (ISO 639-1). Reported speech is "
        f"looked for in {', '.join(list_voice_languages())}; of every other language, such as fi "
        "or zh, quotation marks are known"
    )


def to_language_code(value: str) -> str | None:
    """Return the code of one language, by its code or its name in English or in itself."""
    plain = value.strip().lower()
    return load_language_names().get(plain) or load_language_names().get(
        re.split(r"[-_ ]", plain)[0]
    )


def join_codes(languages: Sequence[str]) -> str:
    """Return what says in which languages a corpus is: their codes with + between.

    >>> join_codes(["en"]), join_codes(["en", "de"])
    ('en', 'en+de')
    """
    return "+".join(languages)


def name_language(code: str) -> str:
    """Return what a language is called in English; its code where that is not known.

    >>> name_language("de"), name_language("qq")
    ('German', 'qq')
    """
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


@cache
def load_language_names() -> dict[str, str]:
    """Return {name or code of a language: its ISO 639-1 code} (Unicode's locale data)."""
    from babel import Locale
    from babel.core import get_global

    english = {
        code: name.lower() for code, name in Locale("en").languages.items() if len(code) == 2
    }
    longer = {
        long: short
        for long, short in get_global("language_aliases").items()
        if len(long) == 3 and short in english
    }
    by_name = {name: code for code, name in english.items()}
    return by_name | longer | {code: code for code in english}
