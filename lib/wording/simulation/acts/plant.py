"""Planted acts and names: in which form each outlet tells who did what to whom, and its labels.

What is planted stands in simulation/plans/acts.yml. Acts and names stand in the place of filler in
the outlets' own articles, and are drawn from a stream of their own: nothing else moves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML

from wording.simulation.articles import SimulatedArticle, enumerate_sentences
from wording.simulation.sentences import (
    SLOT_PATTERN,
    PlantedAct,
    PlantedName,
    Scene,
    Sentence,
    draw_from_urn,
    draw_sentence,
    resolve_slot,
    split_templates,
)
from wording.simulation.world import PLANS_FOLDER, Draws, World

NOUN_FORM = "noun"
ACT_STREAM = 1
"""What the random numbers of acts and names start from, beside the seed."""


def read_act_plan() -> dict[str, Any]:
    """Return what is planted."""
    file = PLANS_FOLDER / "acts.yml"
    plan: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return plan


def plant_acts(world: World, articles: Iterable[SimulatedArticle], seed: int) -> None:
    """Put acts and names in the place of filler in the outlets' own articles.

    The first paragraph, which may be the lead, is left as it is.
    """
    plan, world = read_act_plan(), replace(world, draws=Draws(seed, ACT_STREAM))
    for article in articles:
        if article.original or article.scene.writer != article.outlet:
            continue
        if world.plan["concepts"][article.concept]["theme"] not in plan["themes"]:
            continue
        n_acts = world.draws.between(*plan["acts"])
        sentences = [write_act(world, article.scene, plan) for _ in range(n_acts)]
        if world.draws.chance(plan["names"]["probability"]):
            sentences.append(write_name(world, article.scene, plan["names"]))
        places = [(p, i) for p, i, s in enumerate_sentences(article) if s.plain and p]
        for (p, i), sentence in zip(world.draws.shuffled(places), sentences, strict=False):
            article.paragraphs[p][i] = sentence


def write_act(world: World, scene: Scene, plan: Mapping[str, Any]) -> Sentence:
    """Write a sentence that tells of an act."""
    voice = world.draws.weighted(plan["voices"])
    patient = draw_from_urn(world, scene.urns["act patients", voice], plan["patients"])
    agent = world.draws.pick(plan["agents"][patient])
    planted = look_up_forms(plan, scene.writer, voice, patient)
    form = draw_from_urn(world, scene.urns[f"acts on {patient}", voice], planted)
    lines = split_templates(plan["sentences"][form])
    fresh = [line for line in lines if line not in scene.used]
    line = world.draws.pick(fresh or lines)
    scene.used.add(line)
    act, template = line.split(": ", 1)
    phrases: dict[str, str] = {}
    named: dict[str, str] = {}
    for side, group in (("agent", agent), ("patient", patient)):
        if f"{{{side}}}" in template:
            phrases[side] = name_people(world, scene, plan["people"][group])
            named |= {side: phrases[side].split()[-1], f"{side}_group": group}
    if voice == "quoted":
        template = f"<{template.removesuffix('.')},> {{speaker}} {{said}}."
    about = PlantedAct(act, form, **named)
    return draw_sentence(world, scene, [template], forms=phrases, voice=voice, about=about)


def look_up_forms(
    plan: Mapping[str, Any], writer: str, voice: str, patient: str
) -> dict[str, float]:
    """Return the planted probability of each form of an act."""
    whose = writer if voice == "outlet" else "everyone"
    noun = plan["nouns"][whose]
    shares = dict(zip(plan["forms"], plan["shares"][patient][whose], strict=True))
    return {form: (1 - noun) * share for form, share in shares.items()} | {NOUN_FORM: noun}


def name_people(world: World, scene: Scene, phrases: list[str]) -> str:
    """Return one of the phrases with its slots filled."""
    phrase: str = world.draws.pick(phrases)
    return SLOT_PATTERN.sub(lambda slot: resolve_slot(world, scene, slot[1], {}), phrase)


def write_name(world: World, scene: Scene, plan: Mapping[str, Any]) -> Sentence:
    """Write a sentence with a name, and the label before it."""
    name = world.draws.pick(plan["people"])
    shares = dict(zip(plan["labels"], plan["shares"][scene.writer], strict=True))
    label = world.draws.weighted(shares)
    templates = [
        line.replace("{label} ", f"{label} " if label else "")
        for line in split_templates(plan["sentences"])
    ]
    return draw_sentence(
        world, scene, templates, forms={"name": name}, about=PlantedName(name, label)
    )


def list_act_share_rows(plan: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the rows of truth-act-shares.csv.

    Those without a patient are of all acts, the others of acts done to the patient.
    """
    weights = plan["patients"]
    for writer, voice in itertools.product(plan["names"]["shares"], plan["voices"]):
        by_patient = {name: look_up_forms(plan, writer, voice, name) for name in weights}
        for form in (*plan["forms"], NOUN_FORM):
            share = sum(weights[name] * by_patient[name][form] for name in weights)
            yield [plan["concept"], writer, voice, "", form, f"{share:.6g}"]
        for patient, shares in by_patient.items():
            named = 1 - shares[NOUN_FORM]
            for form in plan["forms"]:
                yield [plan["concept"], writer, voice, patient, form, f"{shares[form] / named:.6g}"]


def list_label_share_rows(plan: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the rows of truth-label-shares.csv."""
    for outlet, shares in plan["names"]["shares"].items():
        for label, share in zip(plan["names"]["labels"], shares, strict=True):
            yield [outlet, label, share]
