"""Words joined by hyphens, which are one token: which of them a phrase of several words stands for.

A blank in a phrase also stands for a hyphen: `gun control` is found in "gun-control".
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from wording.patterns import ANY_NUMBER, ANY_TOKEN, WILDCARD, normalise_spelling

HYPHEN = "-"
ANYTHING = "(?s:.*)"
"""What a star stands for, in a regular expression for the key of one token."""
NO_FORMS = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Compounds:
    """The compounds among the forms of a shard, sorted by their first part.

    Attributes
    ----------
    forms : DataFrame
        All forms of the shard: type, key.
    numbers : int array
        The number of each compound among the forms.
    parts : list of str
        The distinct first and last parts, sorted.
    first, last : int array
        The places among `parts` of each compound's first and last part.
    """

    forms: pl.DataFrame
    numbers: np.ndarray
    parts: list[str]
    first: np.ndarray
    last: np.ndarray

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """Return the place of each part."""
        return {part: place for place, part in enumerate(self.parts)}

    @functools.cached_property
    def keys(self) -> list[str]:
        """Return the key of each compound."""
        return self.forms["key"].gather(self.numbers).to_list()

    def find_joined(self, words: Sequence[tuple[str, ...]], *, cased: bool) -> np.ndarray:
        """Return the numbers of the forms that are one of each of the words, in turn, ascending."""
        first, last = self.find_first_parts(words[0]), self.find_last_parts(words[-1])
        if not len(first) or not len(last):
            return NO_FORMS
        at = _find_ranges(self.first, first)
        at = at[self.last[at] == last[0] if len(last) == 1 else np.isin(self.last[at], last)]
        if not cased and not any(map(has_star, words)):
            is_wanted = [is_joined(self.keys[place], words) for place in at.tolist()]
            return np.sort(self.numbers[at[np.array(is_wanted, bool)]])
        pattern = HYPHEN.join(map(join_word_patterns, words))
        return self._select_matching(at, pattern, cased=cased)

    def find_wider(
        self, words: Sequence[tuple[str, ...]], *, before: bool, behind: bool, cased: bool
    ) -> np.ndarray:
        """Return the numbers of the forms in which more is joined to the words, ascending.

        More may stand before them, behind them or both.
        """
        joined = HYPHEN.join(map(join_word_patterns, words))
        wider = [f"{ANYTHING}{HYPHEN}{joined}"] if before else []
        wider += [f"{joined}{HYPHEN}{ANYTHING}"] if behind else []
        if before and behind:
            wider.append(f"{ANYTHING}{HYPHEN}{joined}{HYPHEN}{ANYTHING}")
        return self._select_matching(np.arange(len(self.numbers)), "|".join(wider), cased=cased)

    @functools.cached_property
    def find_first_parts(self) -> Callable[[tuple[str, ...]], np.ndarray]:
        """Return `_find_first_parts`, kept: phrases share their long lists."""
        return functools.cache(self._find_first_parts)

    @functools.cached_property
    def find_last_parts(self) -> Callable[[tuple[str, ...]], np.ndarray]:
        """Return `_find_last_parts`, kept."""
        return functools.cache(self._find_last_parts)

    def _find_first_parts(self, words: tuple[str, ...]) -> np.ndarray:
        """Return the places of the parts with which a compound of one of the words may begin."""
        found: set[int] = set()
        for word in words:
            beginning, star, _ = word.lower().partition(HYPHEN)[0].partition(WILDCARD)
            if star:
                found |= self._find_parts_beginning(beginning)
            elif beginning in self.places:
                found.add(self.places[beginning])
        return np.array(sorted(found), np.int64)

    def _find_last_parts(self, words: tuple[str, ...]) -> np.ndarray:
        """Return the places of the parts with which a compound of one of the words may end."""
        last = [word.lower().rpartition(HYPHEN)[2] for word in words]
        if any(WILDCARD in part for part in last):
            return np.arange(len(self.parts))
        return np.array(sorted(self.places[part] for part in {*last} & self.places.keys()), int)

    def _find_parts_beginning(self, beginning: str) -> set[int]:
        """Return the places of the parts that begin like this."""
        start = bisect.bisect_left(self.parts, beginning)
        return set(range(start, bisect.bisect_left(self.parts, beginning + chr(0x10FFFF))))

    def _select_matching(self, at: np.ndarray, pattern: str, *, cased: bool) -> np.ndarray:
        """Return the numbers of those of the forms whose spelling a pattern describes."""
        if not len(at):
            return NO_FORMS
        numbers = self.numbers[at]
        written = self.forms["type" if cased else "key"].gather(numbers)
        spelled = normalise_spelling(pl.col("w")) if cased else pl.col("w")
        fits = written.to_frame("w").select(spelled.str.contains(f"^(?:{pattern})$")).to_series()
        return np.sort(numbers[fits.to_numpy()])


def find_compounds(forms: pl.DataFrame) -> Compounds:
    """Return the compounds among the forms of a shard."""
    numbers = forms["key"].str.contains(HYPHEN, literal=True).arg_true()
    key = forms["key"].gather(numbers)
    first = key.str.splitn(HYPHEN, 2).struct.field("field_0")
    last = key.str.extract(r"-([^-]*)$")
    parts = pl.concat([first, last]).unique().sort()
    places = pl.DataFrame({"part": parts}).with_row_index("place")
    first_place, last_place = (
        pl.DataFrame({"part": part})
        .join(places, on="part", how="left", maintain_order="left")["place"]
        .to_numpy()
        for part in (first, last)
    )
    order = np.argsort(first_place, kind="stable")
    return Compounds(
        forms=forms,
        numbers=numbers.to_numpy().astype(np.int64)[order],
        parts=parts.to_list(),
        first=first_place[order],
        last=last_place[order],
    )


@dataclass(frozen=True)
class SavedForms:
    """The forms of a shard that is saved, known by its folder: what is there never changes."""

    folder: Path
    forms: pl.DataFrame = field(compare=False)


@functools.lru_cache(maxsize=8)
def find_saved_compounds(saved: SavedForms) -> Compounds:
    """Return the compounds among the forms of a saved shard, found once in a process."""
    return find_compounds(saved.forms)


def list_runs(words: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Yield each run of two words or more that hyphens may join, from its first up to its end."""
    for first in range(len(words)):
        for end in range(first + 1, len(words) + 1):
            if {ANY_TOKEN, ANY_NUMBER} & set(words[end - 1]):
                break
            if end - first > 1:
                yield first, end


@functools.lru_cache(maxsize=1024)
def has_star(words: tuple[str, ...]) -> bool:
    """Return whether any of the words has a star."""
    return any(WILDCARD in word for word in words)


def is_joined(key: str, words: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a key is one of each of the words in turn, joined by hyphens.

    >>> is_joined("gun-control", [("gun", "arms"), ("control",)])
    True
    """
    if len(words) == 1:
        return key in words[0]
    parts = key.split(HYPHEN)
    return any(
        HYPHEN.join(parts[:k]) in words[0] and is_joined(HYPHEN.join(parts[k:]), words[1:])
        for k in range(1, len(parts))
    )


def join_word_patterns(words: Iterable[str]) -> str:
    """Return a regular expression for the keys of any of the words."""
    escaped = (re.escape(word).replace(re.escape(WILDCARD), ANYTHING) for word in words)
    return f"(?:{'|'.join(escaped)})"


def _find_ranges(places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return where any of the wanted values stands in the sorted places."""
    first, end = (np.searchsorted(places, wanted, side=side) for side in ("left", "right"))
    lengths = end - first
    shift = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(first - shift, lengths)
