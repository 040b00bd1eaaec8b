"""Sentences, drawn from templates, with a note of where each contested word stands."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from wording.simulation.world import World, look_up_probabilities

MARKS_BY_STYLE = {
    "curly": ("“", "”"),
    "single": ("‘", "’"),
    "guillemets": ("«", "»"),
    "straight": ('"', '"'),
    "straight single": ("'", "'"),
    "double apostrophes": ("''", "''"),
}
TYPOGRAPHIC_MARKS = {"curly", "single", "guillemets"}
SLOT_PATTERN = re.compile(r"\{([^{}]+)\}")
ALTERNATIVES_PATTERN = re.compile(r"\(([^()]*\|[^()]*)\)")


@dataclass(frozen=True)
class PlantedAct:
    """An act that a sentence tells of: the verb or "instead", its form, and who is named in it.

    A noun and its group are empty where nobody is named.
    """

    act: str
    form: str
    agent: str = ""
    agent_group: str = ""
    patient: str = ""
    patient_group: str = ""


@dataclass(frozen=True)
class PlantedName:
    """A name that a sentence has, and the label before it, empty where there is none."""

    name: str
    label: str


@dataclass(frozen=True)
class Sentence:
    """A sentence whose slots are filled; `turns` says which side of each (a|b) it takes.

    Where it tells of an act, or has a name, its nodes are this act or name, and no contested words.
    """

    template: str
    turns: tuple[int, ...] = ()
    marks: str = "curly"
    voice: str = "outlet"
    concept: str = ""
    variant: str = ""
    sense: str = "target"
    speaker: str = ""
    cue: str = ""
    writer: str = ""
    zone: str = "body"
    about: PlantedAct | PlantedName | None = None

    @property
    def plain(self) -> bool:
        """Whether it is neutral filler in the writer's own voice."""
        is_neutral = not self.concept and self.about is None
        return is_neutral and self.voice == "outlet" and self.zone == "body"


@dataclass
class Scene:
    """What the sentences of one article have in common."""

    writer: str
    day: date
    marks: str
    places: dict[str, list[str]]
    people: list[list[str]]
    introduced: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    urns: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def draw_variant(world: World, scene: Scene, concept: str, voice: str) -> str:
    """Draw the next variant of a concept in an article."""
    planted = look_up_probabilities(world.plan, concept, scene.writer, voice, scene.day)
    return draw_from_urn(world, scene.urns[concept, voice], planted)


def draw_from_urn(world: World, urn: Counter[str], planted: Mapping[str, float]) -> str:
    """Draw the next of several things, from a Pólya urn per article.

    Each choice makes the same one likelier, as real writers repeat themselves. Over articles the
    shares are those planted; within one they are over-dispersed (Dirichlet-multinomial with the
    plan's `clustering`).
    """
    chosen = world.draws.weighted(
        {name: world.plan["clustering"] * p + urn[name] for name, p in planted.items()}
    )
    urn[chosen] += 1
    return chosen


def split_templates(text: str) -> list[str]:
    """Return the templates of a block, one a line."""
    return [line.strip() for line in text.strip().splitlines()]


def draw_scene(world: World, writer: str, day: date) -> Scene:
    """Draw the stage for an article: a town, places, people, one kind of quotation marks."""
    places = {
        "town": [world.draws.pick(world.slots["town"])],
        "place": world.draws.shuffled(world.slots["place"])[:3],
    }
    return Scene(
        writer,
        day,
        world.draws.pick(world.writer(writer)["marks"]),
        places,
        world.draws.shuffled(world.slots["people"])[:3],
    )


def write_right_sense(world: World, scene: Scene, concept: str, voice: str) -> Sentence:
    """Write a sentence with a contested word in its right sense."""
    chosen = draw_variant(world, scene, concept, voice)
    return draw_sentence(
        world,
        scene,
        split_templates(world.terms[concept][voice]),
        forms=world.terms[concept]["forms"][chosen],
        concept=concept,
        variant=chosen,
        voice=voice,
    )


def write_wrong_sense(world: World, scene: Scene, concept: str) -> Sentence:
    """Write a sentence with a contested word in another sense."""
    name, template = world.draws.pick(
        [line.split(": ", 1) for line in split_templates(world.terms[concept]["wrong"])]
    )
    return draw_sentence(world, scene, [template], concept=concept, variant=name, sense="other")


def write_missed_sense(world: World, scene: Scene, concept: str, variant: str) -> Sentence:
    """Write a sentence with a contested word in another sense that concepts.yml lets through."""
    templates = [
        template
        for name, template in (
            line.split(": ", 1) for line in split_templates(world.terms[concept]["missed"])
        )
        if name == variant
    ]
    return draw_sentence(world, scene, templates, concept=concept, variant=variant, sense="missed")


def write_filler(world: World, scene: Scene, theme: str) -> Sentence:
    """Write a sentence of filler, mostly on the theme."""
    return draw_sentence(
        world,
        scene,
        split_templates(world.filler[theme if world.draws.chance(0.65) else "general"]),
    )


def write_neutral_speech(world: World, scene: Scene) -> Sentence:
    """Write somebody's words on a neutral matter."""
    voice = world.draws.pick(["quoted", "reported"])
    return draw_sentence(world, scene, split_templates(world.filler[voice]), voice=voice)


def draw_sentence(
    world: World,
    scene: Scene,
    templates: list[str],
    *,
    forms: Mapping[str, str] | None = None,
    **truth: Any,
) -> Sentence:
    """Draw a sentence that is new to the article and, as far as chance allows, to the study."""
    for _ in range(40):
        template = world.draws.pick(templates)
        made = fill_template(world, scene, template, forms or {}, truth)
        if template not in scene.used and resolve_alternatives(made) not in world.seen:
            break
    scene.used.add(template)
    scene.introduced.add(made.speaker)
    world.seen.add(resolve_alternatives(made))
    return made


def fill_template(
    world: World, scene: Scene, template: str, forms: Mapping[str, str], truth: Mapping[str, Any]
) -> Sentence:
    """Return the template with its slots filled and one side of each (a|b) chosen."""
    values: dict[str, str] = {}
    text = SLOT_PATTERN.sub(lambda slot: forms.get(slot[1], slot[0]), template)
    text = SLOT_PATTERN.sub(lambda slot: resolve_slot(world, scene, slot[1], values), text)
    turns = tuple(
        world.draws.between(0, either.count("|")) for either in ALTERNATIVES_PATTERN.findall(text)
    )
    speaker = next(
        (values[name] for name in ("speaker", "witness", "institution") if name in values), ""
    )
    cue = values.get("cue", values.get("said", ""))
    return Sentence(
        text,
        turns,
        scene.marks,
        speaker=speaker if "<" in template else "",
        cue=cue,
        writer=scene.writer,
        **truth,
    )


def resolve_slot(world: World, scene: Scene, name: str, values: dict[str, str]) -> str:
    """Return what stands in a slot.

    A slot named twice holds the same, {place2} another place than {place}.
    """
    if name.startswith("="):
        values.setdefault("cue", name[1:].lower())
        return name[1:]
    if name not in values:
        kind = name.rstrip("2")
        values[name] = draw_slot_value(world, scene, kind)
        while name != kind and values[name] == values.get(kind):
            values[name] = draw_slot_value(world, scene, kind)
    return values[name]


def draw_slot_value(world: World, scene: Scene, kind: str) -> str:
    """Draw a value for a kind of slot."""
    if kind == "speaker":
        return name_person(world.draws.pick(scene.people), scene)
    if kind == "said":
        return world.draws.weighted(world.writer(scene.writer)["verbs"])
    if kind in scene.places:
        return world.draws.pick(scene.places[kind])
    values = world.slots[kind]
    if isinstance(values, dict):
        return str(world.draws.between(values["from"], values["to"]))
    return str(world.draws.pick(values))


def name_person(person: Sequence[str], scene: Scene) -> str:
    """Return a person by role and full name at first, by the last name once introduced."""
    full = " ".join(person)
    return full.split()[-1] if full in scene.introduced else full


def resolve_alternatives(sentence: Sentence) -> str:
    """Return the sentence with one side of each (a|b), still with its notes of nodes and voices."""
    turns = iter(sentence.turns)
    text = ALTERNATIVES_PATTERN.sub(
        lambda either: either[1].split("|")[next(turns)], sentence.template
    )
    if sentence.zone == "boilerplate":
        return text
    return re.sub(r"^\W*\w", lambda first: first[0].upper(), text)


def switch_alternatives(sentence: Sentence) -> Sentence:
    """Return the same sentence with the other side of each (a|b)."""
    sides = [either.count("|") + 1 for either in ALTERNATIVES_PATTERN.findall(sentence.template)]
    return replace(
        sentence, turns=tuple((turn + 1) % n for turn, n in zip(sentence.turns, sides, strict=True))
    )


TextSpans = list[tuple[int, int]]
"""Starts and ends in a text."""


def render_sentence(sentence: Sentence) -> tuple[str, TextSpans, TextSpans]:
    """Return the sentence as it is printed, and what stands where.

    Returns
    -------
    text : str
    nodes : list of (start, end)
        The contested words.
    voices : list of (start, end)
        The words of others, without their marks.
    """
    opening, closing = MARKS_BY_STYLE[sentence.marks] if sentence.voice == "quoted" else ("", "")
    signs = {"<": opening, ">": closing, "¶": f"\n\n{opening}", "[": "", "]": ""}
    raw = resolve_alternatives(sentence)
    if sentence.marks in TYPOGRAPHIC_MARKS:
        raw = raw.replace("'", "’")
    text = ""
    places: dict[str, list[int]] = {sign: [] for sign in signs}
    for part in re.split(r"([\[\]<>¶])", raw):
        if part in signs:
            places[part].append(len(text) + (len(opening) if part == "<" else 0))
        text += signs.get(part, part)
    nodes = list(zip(places["["], places["]"], strict=True))
    return text, nodes, list(zip(places["<"], places[">"], strict=True))
