"""The invented world: what is planted, what there is to say, and the random draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

PLANS_FOLDER = Path(__file__).parent / "plans"
"""What is planted, and the sentences that invented articles are made of."""


class Draws:
    """Random draws that depend on the seed alone.

    All come from one stream of uniform numbers, which NumPy keeps stable.
    """

    def __init__(self, *seed: int) -> None:
        self.uniform = np.random.Generator(np.random.PCG64(seed)).random

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return bool(self.uniform() < probability)

    def between(self, low: int, high: int) -> int:
        """Return an integer from low to high, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def pick(self, items: Sequence[Any]) -> Any:
        """Return one of the items."""
        return items[self.between(0, len(items) - 1)]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """Return one of the names, in proportion to the weights."""
        left = self.uniform() * sum(weights.values())
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        return max(weights, key=lambda name: weights[name])

    def shuffled(self, items: Iterable[Any]) -> list[Any]:
        """Return the items in random order."""
        numbered = [(self.uniform(), item) for item in items]
        return [item for _, item in sorted(numbered, key=lambda pair: pair[0])]


@dataclass
class World:
    """The plan, the sentences, the invented country, the draws, and what is written already."""

    plan: dict[str, Any]
    terms: dict[str, Any]
    filler: dict[str, str]
    slots: dict[str, Any]
    draws: Draws
    seen: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, seed: int) -> World:
        """Return the world as the files of the simulation describe it."""
        plan, terms, filler, slots = (
            YAML(typ="safe").load((PLANS_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
            for name in ("plan", "terms", "filler", "world")
        )
        return cls(plan, terms, filler, slots, Draws(seed))

    def writer(self, name: str) -> dict[str, Any]:
        """Return how an outlet, or the agency, writes."""
        return self.plan["outlets"].get(name, self.plan["agency"])

    def any_day(self, first: date | None = None, *, spare: int = 0) -> date:
        """Return a day of the period, from `first` on, with `spare` days left after it."""
        first = first or self.plan["period"]["from"]
        return first + timedelta(
            self.draws.between(0, (self.plan["period"]["to"] - first).days - spare)
        )


def read_planted_shares(
    plan: Mapping[str, Any], concept: str, writer: str, voice: str
) -> dict[date, list[float]]:
    """Return the planted probabilities of a concept's variants, by the day from which they hold."""
    planted = plan["concepts"][concept]
    speakers = planted["speakers"]
    given = (
        planted["outlet"][writer]
        if voice == "outlet"
        else speakers.get(writer, speakers["everyone"])
    )
    return given if isinstance(given, dict) else {plan["period"]["from"]: given}


def look_up_probabilities(
    plan: Mapping[str, Any], concept: str, writer: str, voice: str, day: date
) -> dict[str, float]:
    """Return the planted probability of each variant on a day."""
    by_day = read_planted_shares(plan, concept, writer, voice)
    return dict(
        zip(
            plan["concepts"][concept]["variants"],
            by_day[max(d for d in by_day if d <= day)],
            strict=True,
        )
    )


def name_month(world: World, day: date) -> str:
    """Return the English name of a day's month, whatever the computer's language."""
    return world.slots["month"][day.month - 1]


def format_long_date(world: World, day: date) -> str:
    """Return a day written out: 14 March 2031."""
    return f"{day.day} {name_month(world, day)} {day.year}"
