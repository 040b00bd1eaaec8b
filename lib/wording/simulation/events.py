"""Shared events with planted truth: some outlets cover some events more, and word them differently.

What is planted stands in simulation/plans/events.yml. On an event of a kind, everybody's shares of
the variants are those of the kind, and each outlet adds its own difference to them. What outlets
differ by within events is therefore known, and so is what they differ by in all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from wording.files import replace_files
from wording.settings import REST_LABEL
from wording.simulation.articles import SimulatedArticle, group_into_paragraphs
from wording.simulation.sentences import (
    Scene,
    draw_sentence,
    render_sentence,
    split_templates,
    write_filler,
    write_right_sense,
)
from wording.simulation.simulate import (
    SIMULATION_COLUMNS,
    check_simulation_request,
    list_article_rows,
    number_articles,
    write_table,
)
from wording.simulation.world import PLANS_FOLDER, World
from wording.stats.arrays import Array

EVENT_COLUMNS = {
    "truth-events.csv": ["doc_id", "event", "kind"],
    "truth-differences.csv": ["concept", "variant", "outlet", "other", "raw", "within"],
}


@dataclass
class SimulatedEvent:
    """One event: its kind, its first day, its names, and what is written of it already."""

    number: int
    kind: str
    day: date
    places: dict[str, list[str]]
    people: list[list[str]]
    used: set[str] = field(default_factory=set)


def simulate_events(folder: str | Path, *, events: int = 150, seed: int = 1) -> Path:
    """Write a study of shared events into the folder, and return the folder.

    The same arguments give the same bytes. Besides study.yml and concepts.yml the folder holds

    - articles.csv: one row per article (doc_id, outlet, date, title, text, url);
    - truth-events.csv: one row per article (doc_id, event, kind): the articles of an event are
      about the same event;
    - truth-differences.csv: one row per variant and outlet, against the rest and against each other
      outlet (concept, variant, outlet, other, raw, within): the expected differences of mean
      shares, in all and within events.

    Raises
    ------
    WordingError
        For fewer than 60 events, a negative seed, or a folder with a study that was not simulated.
    """
    folder = Path(folder)
    check_simulation_request(folder, events, seed)
    plan = read_event_plan()
    world = World.read(seed)
    written = list(write_event_articles(world, plan, events))
    articles = number_articles([article for article, _ in written])
    truth = {
        "truth-events.csv": sorted(
            [article.doc_id, event.number, event.kind] for article, event in written
        ),
        "truth-differences.csv": list_difference_rows(
            plan, world.plan["concepts"][plan["concept"]]["variants"]
        ),
    }
    concepts = (PLANS_FOLDER / "concepts.yml").read_bytes().replace(b"\r\n", b"\n")
    with replace_files(folder) as partial:
        write_table(
            partial / "articles.csv",
            SIMULATION_COLUMNS["articles.csv"],
            list_article_rows(world, articles),
        )
        for name, rows in truth.items():
            write_table(partial / name, EVENT_COLUMNS[name], rows)
        (partial / "concepts.yml").write_bytes(concepts)
        (partial / "study.yml").write_bytes(plan["study"].encode("utf-8"))
    return folder


def read_event_plan() -> dict[str, Any]:
    """Return what is planted."""
    file = PLANS_FOLDER / "events.yml"
    plan: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return plan


def write_event_articles(
    world: World, plan: Mapping[str, Any], events: int
) -> Iterator[tuple[SimulatedArticle, SimulatedEvent]]:
    """Write the articles of so many events, each with its event."""
    worlds = {kind: plant_kind(world, plan, kind) for kind in plan["kinds"]}
    parts = {kind: planted["part"] for kind, planted in plan["kinds"].items()}
    for number in range(1, events + 1):
        kind = world.draws.weighted(parts)
        event = draw_event(world, plan, number, kind)
        for outlet, probability in plan["kinds"][kind]["covered"].items():
            if world.draws.chance(probability):
                yield write_event_article(worlds[kind], plan, event, outlet), event


def plant_kind(world: World, plan: Mapping[str, Any], kind: str) -> World:
    """Return the world in which each outlet writes as it does of events of a kind."""
    concept = plan["concept"]
    everyone = np.array(plan["kinds"][kind]["everyone"])
    shares = {
        outlet: [round(float(share), 9) for share in everyone + np.array(added)]
        for outlet, added in plan["wording"].items()
    }
    concepts = {concept: {**world.plan["concepts"][concept], "outlet": shares}}
    return replace(world, plan={**world.plan, "concepts": {**world.plan["concepts"], **concepts}})


def draw_event(world: World, plan: Mapping[str, Any], number: int, kind: str) -> SimulatedEvent:
    """Draw a day, and names that no other event has."""
    names = [draw_name(world, plan["syllables"]) for _ in range(7)]
    body = world.draws.pick(plan["bodies"]).format(name=names[2])
    places = {
        "place": [names[0], names[6]],
        "quarter": [f"{names[1]} Gate"],
        "body": [body],
        "institution": [body],
        "number": [str(world.draws.between(11, 97))],
    }
    role = world.draws.pick(world.slots["people"])[0]
    people = [[role, f"{names[3]} {names[4]}"], ["witness", f"{names[5]} {names[3]}"]]
    day = world.any_day(spare=plan["days"])
    return SimulatedEvent(number, kind, day, places, people)


def draw_name(world: World, syllables: list[str]) -> str:
    """Draw an invented name, new to the study."""
    while True:
        n = world.draws.between(2, 3)
        name = "".join(world.draws.pick(syllables) for _ in range(n)).capitalize()
        if name not in world.seen:
            world.seen.add(name)
            return name


def write_event_article(
    world: World, plan: Mapping[str, Any], event: SimulatedEvent, outlet: str
) -> SimulatedArticle:
    """Write what an outlet has on an event: no sentence that another outlet has on it."""
    day = event.day + timedelta(world.draws.between(0, plan["days"]))
    marks = world.draws.pick(world.writer(outlet)["marks"])
    scene = Scene(outlet, day, marks, event.places, event.people, used=event.used)
    n_all, n_contested = (world.draws.between(*plan[name]) for name in ("length", "contested"))
    contested = [
        write_right_sense(world, scene, plan["concept"], "outlet") for _ in range(n_contested)
    ]
    told = [draw_sentence(world, scene, split_templates(plan["sentences"])) for _ in range(4)]
    filler = [write_filler(world, scene, "politics") for _ in range(n_all - n_contested - 4)]
    first, *rest = told
    body = group_into_paragraphs(
        world, [first, *world.draws.shuffled([*rest, *contested, *filler])]
    )
    article = SimulatedArticle(outlet, day, plan["concept"], body, scene)
    title = draw_sentence(world, scene, split_templates(plan["titles"]))
    article.title = render_sentence(title)[0]
    article.date_form = "none" if world.draws.chance(plan["undated"]) else "iso"
    return article


def list_difference_rows(plan: Mapping[str, Any], variants: list[str]) -> Iterator[list[Any]]:
    """Yield the rows of truth-differences.csv."""
    outlets = list(plan["wording"])
    for outlet in outlets:
        for other in [REST_LABEL, *(name for name in outlets if name != outlet)]:
            others = (
                [name for name in outlets if name != outlet] if other == REST_LABEL else [other]
            )
            raw = expect_mean_shares(plan, [outlet]) - expect_mean_shares(plan, others)
            within = expect_within(plan, outlet, others)
            for name, *values in zip(variants, raw, within, strict=True):
                yield [plan["concept"], name, outlet, other, *(f"{value:.6f}" for value in values)]


def expect_mean_shares(plan: Mapping[str, Any], outlets: list[str]) -> Array:
    """Return the expected share of each variant in an article of the outlets."""
    weights, shares = [], []
    for kind, outlet in itertools.product(plan["kinds"].values(), outlets):
        weights.append(kind["part"] * kind["covered"][outlet])
        shares.append(np.array(kind["everyone"]) + np.array(plan["wording"][outlet]))
    mean: Array = np.average(shares, axis=0, weights=weights)
    return mean


def expect_within(plan: Mapping[str, Any], outlet: str, others: list[str]) -> Array:
    """Return the expected difference within events, where all articles of an event are linked.

    An article that is linked with n others weighs 1 / sqrt(n) in each link: the sum goes over all
    sets of other outlets that may cover an event.
    """
    weight, total = 0.0, np.zeros(len(next(iter(plan["wording"].values()))))
    own = np.array(plan["wording"][outlet])
    for kind in plan["kinds"].values():
        for covers in itertools.product((0, 1), repeat=len(others)):
            there = [name for name, is_there in zip(others, covers, strict=True) if is_there]
            if not there:
                continue
            p = kind["part"] * kind["covered"][outlet]
            for name, is_there in zip(others, covers, strict=True):
                p *= kind["covered"][name] if is_there else 1 - kind["covered"][name]
            differences = [own - np.array(plan["wording"][name]) for name in there]
            weight += p * len(there) ** 0.5
            total += p * np.sum(differences, axis=0) / len(there) ** 0.5
    expected: Array = total / weight
    return expected
