"""Articles with planted shares, voices, senses and copies: the truth is known.

What is planted stands in simulation/plan.yml, the sentences in simulation/terms.yml and filler.yml, the invented country in world.yml.
The program plans each article as a list of sentences, then writes the sentences and notes where each contested word came to stand.
"""

from __future__ import annotations

import csv
import difflib
import itertools
import math
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from wording.errors import WordingError

DATA = Path(__file__).with_name("simulation")
OURS = "# Written by `wording simulate`"
FEWEST = 60

MARKS = {
    "curly": ("“", "”"), "straight": ('"', '"'), "single": ("‘", "’"), "straight single": ("'", "'"), "guillemets": ("«", "»"),
    "double apostrophes": ("''", "''"),
}
TYPOGRAPHIC = {"curly", "single", "guillemets"}

ARTICLE_COLUMNS = ["doc_id", "outlet", "date", "title", "text", "url"]
TRUTH_COLUMNS = ["doc_id", "concept", "variant", "start", "end", "node", "voice", "speaker", "sense", "zone", "copy_of", "copy_kind", "writer"]
VOICE_COLUMNS = ["doc_id", "start", "end", "voice", "speaker", "cue"]
SHARE_COLUMNS = ["concept", "variant", "outlet", "voice", "period", "probability"]

SLOT = re.compile(r"\{([^{}]+)\}")
EITHER = re.compile(r"\(([^()]*\|[^()]*)\)")


class Draws:
    """Random draws that depend on the seed alone: all are made from one stream of uniform numbers."""

    def __init__(self, seed: int):
        self._uniform = np.random.Generator(np.random.PCG64(seed)).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self._uniform() < probability

    def below(self, n: int) -> int:
        """An integer from 0 to n - 1."""
        return int(self._uniform() * n)

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        return items[self.below(len(items))]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """One of the names, in proportion to the weights."""
        return list(weights)[sum(self._uniform() * sum(weights.values()) >= total for total in list(itertools.accumulate(weights.values()))[:-1])] \
            if False else self._weighted(weights)

    def _weighted(self, weights: Mapping[str, float]) -> str:
        left = self._uniform() * sum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return name

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        """The items in random order."""
        return [item for _, item in sorted(((self._uniform(), item) for item in items), key=lambda pair: pair[0])]
