"""All forms of a word: `~einnehmen` stands for "nahm", "genommen", ... as a corpus has them.

The lemma of a form is what simplemma says (Barbaresi 2021, dictionaries of 50 languages and rules
for some). A word of a phrase is expanded once, against the forms of the corpus, so that looking for
it costs no more than looking for these.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from wording.corpus.encoding.shard import WORD, Shard
from wording.errors import WordingError
from wording.languages import name_language
from wording.patterns import LEMMA_SIGN, Phrase


def expand_lemmas(shard: Shard, phrases: Iterable[Phrase]) -> list[Phrase]:
    """Return the phrases with every `~word` replaced by the forms of it that the shard has."""
    return [
        replace(phrase, words=tuple(expand_words(shard, words) for words in phrase.words))
        if any(word[0] == LEMMA_SIGN for words in phrase.words for word in words)
        else phrase
        for phrase in phrases
    ]


def expand_words(shard: Shard, words: Sequence[str]) -> tuple[str, ...]:
    """Return alternatives with every `~word` replaced by the forms of it."""
    wanted = [word[1:] for word in words if word[0] == LEMMA_SIGN]
    plain = [word for word in words if word[0] != LEMMA_SIGN]
    return (*plain, *dict.fromkeys(form for word in wanted for form in list_forms(shard, word)))


def list_forms(shard: Shard, word: str) -> list[str]:
    """Return the forms of a word that a shard has, by their keys; itself if it has none.

    Raises
    ------
    WordingError
        If nothing is known of the forms of the shard's language.
    """
    refuse_unknown_forms(word, shard.language)
    lemmas = lemmatise(word.lower(), shard.language) | {word.lower()}
    first, end = np.searchsorted(shard.kind, (WORD, WORD + 1)).tolist()
    keys = shard.forms["key"][first:end].unique(maintain_order=True)
    return [key for key in keys if lemmas & lemmatise(key, shard.language)] or [word]


def refuse_unknown_forms(word: str, language: str) -> None:
    """Refuse `~word` in a language whose forms nothing is known of."""
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    if language not in SUPPORTED_LANGUAGES:
        raise WordingError(
            f"`{LEMMA_SIGN}{word}` stands for all forms of a word, and these are not known in "
            f"{name_language(language)}: write the forms, with `|` between them or `*`."
        )


@functools.lru_cache(maxsize=1 << 20)
def lemmatise(form: str, language: str) -> frozenset[str]:
    """Return the lemmas of a form, in small letters: as a word, and as a noun with a capital."""
    from simplemma import lemmatize

    return frozenset(
        lemmatize(spelling, lang=language).lower() for spelling in (form, form.capitalize())
    )
