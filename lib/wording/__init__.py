"""How do different sources word the same event?

Open a study, ask it, and read the answer:

>>> import wording
>>> study = wording.open("mystudy")  # doctest: +SKIP
>>> shares = study.shares("towns")  # doctest: +SKIP
>>> shares.table; shares.sentences; shares.plot()  # doctest: +SKIP
>>> shares.lines("liberated", "Northline")  # doctest: +SKIP
>>> study.kwic("protest*", sort="right")  # doctest: +SKIP

What a notebook needs is here, and no more; `dir(wording)` lists it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wording.answers.answer import Answer
    from wording.answers.study import Study
    from wording.answers.study import open_study as open
    from wording.errors import WordingError

__all__ = ["Answer", "Study", "WordingError", "open"]

_PLACES = {
    "Answer": ("wording.answers.answer", "Answer"),
    "Study": ("wording.answers.study", "Study"),
    "WordingError": ("wording.errors", "WordingError"),
    "open": ("wording.answers.study", "open_study"),
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, and only that: the whole library takes seconds to import."""
    if name not in _PLACES:
        raise AttributeError(f"module 'wording' has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """List the vocabulary."""
    return __all__
