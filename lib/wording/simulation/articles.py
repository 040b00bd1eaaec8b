"""Articles: what each outlet writes itself, agency stories, their copies, and boilerplate."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from wording.simulation.sentences import (
    Scene,
    Sentence,
    draw_scene,
    draw_sentence,
    draw_variant,
    render_sentence,
    split_templates,
    switch_alternatives,
    write_filler,
    write_missed_sense,
    write_neutral_speech,
    write_right_sense,
    write_wrong_sense,
)
from wording.simulation.world import World, format_long_date, name_month


@dataclass(eq=False)
class SimulatedArticle:
    """One article: its paragraphs, and whose copy it is."""

    outlet: str
    day: date
    concept: str
    paragraphs: list[list[Sentence]]
    scene: Scene
    title: str = ""
    original: SimulatedArticle | None = None
    kind: str = ""
    doc_id: str = ""
    date_form: str = "iso"


def write_articles(world: World, articles: int) -> list[SimulatedArticle]:
    """Write all articles: agency stories with their copies, then the outlets' own."""
    quotas = apportion(
        {name: outlet["weight"] for name, outlet in world.plan["outlets"].items()}, articles
    )
    printed = list(publish_agency_stories(world, round(world.plan["agency"]["stories"] * articles)))
    used = Counter(article.outlet for article in printed)
    own = [
        write_own_article(world, outlet)
        for outlet, quota in quotas.items()
        for _ in range(quota - used[outlet])
    ]
    odd = world.draws.shuffled(own)
    undated = world.plan["undated"] * articles // 400
    n_odd = undated + world.plan["second_date_format"] * articles // 400
    for number, article in enumerate(odd[:n_odd]):
        article.date_form = "none" if number < undated else "long"
    for article in printed + own:
        article.title = draw_title(world, article)
        add_boilerplate(world, article)
    add_missed_senses(world, own)
    return printed + own


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Return the total in whole parts after the weights, by largest remainders."""
    exact = {name: weight * total / sum(weights.values()) for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    largest_first = sorted(exact, key=lambda name: parts[name] - exact[name])
    for name in largest_first[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def draw_concept(world: World, *, but: str = "") -> str:
    """Draw a concept after the plan's weights."""
    return world.draws.weighted(
        {name: planted["weight"] for name, planted in world.plan["concepts"].items() if name != but}
    )


def write_own_article(world: World, outlet: str) -> SimulatedArticle:
    """Write an article of the outlet's own."""
    concept, words = draw_concept(world), world.draws.between(*world.plan["words"])
    scene = draw_scene(world, outlet, world.any_day())
    return SimulatedArticle(
        outlet, scene.day, concept, write_paragraphs(world, scene, concept, words=words), scene
    )


def write_paragraphs(
    world: World, scene: Scene, concept: str, *, words: int
) -> list[list[Sentence]]:
    """Write the body of an article: contested sentences, traps and talk among filler.

    A contested one comes first, in the outlet's own voice if there is one.

    Parameters
    ----------
    world : World
        What there is to say.
    scene : Scene
        What the sentences have in common.
    concept : str
        What the article is about.
    words : int
        How long it is, about.
    """
    theme = world.plan["concepts"][concept]["theme"]
    contested = [concept] * min(world.draws.between(*world.plan["contested"]), words // 25)
    if words > 125 and world.draws.chance(world.plan["second_concept"]):
        contested += [draw_concept(world, but=concept)] * 2
    voices = world.writer(scene.writer)["voices"]
    steps = [_Step("right", name, world.draws.weighted(voices)) for name in contested]
    if world.draws.chance(world.plan["trap"]):
        steps.append(_Step("wrong", world.draws.pick(list(world.plan["concepts"]))))
    if world.draws.chance(0.4):
        steps.append(_Step("speech"))
    steps += [_Step("filler", theme)] * max(2, round((words - 18 * len(steps)) / 15))
    steps = world.draws.shuffled(steps)
    lead = min(steps, key=lambda step: (step.kind != "right", step.voice != "outlet"))
    steps.remove(lead)
    return group_into_paragraphs(world, [_write_step(world, scene, s) for s in [lead, *steps]])


@dataclass(frozen=True)
class _Step:
    """A sentence to be written: its kind, what it is about, and the voice of a contested one."""

    kind: str
    about: str = ""
    voice: str = ""


def _write_step(world: World, scene: Scene, step: _Step) -> Sentence:
    if step.kind == "right":
        return write_right_sense(world, scene, step.about, step.voice)
    if step.kind == "wrong":
        return write_wrong_sense(world, scene, step.about)
    if step.kind == "speech":
        return write_neutral_speech(world, scene)
    return write_filler(world, scene, step.about)


def group_into_paragraphs(world: World, sentences: list[Sentence]) -> list[list[Sentence]]:
    """Return the sentences in paragraphs of one to three.

    A quotation of several paragraphs stands alone.
    """
    result: list[list[Sentence]] = []
    room = 0
    for one in sentences:
        alone = "¶" in one.template
        if alone or room == 0:
            result.append([])
            room = 1 if alone else world.draws.between(1, 3)
        result[-1].append(one)
        room -= 1
    return result


def publish_agency_stories(world: World, stories: int) -> Iterator[SimulatedArticle]:
    """Write the agency's stories: the first print of each, then its copies, days later."""
    agency = world.plan["agency"]
    concepts = [name for name in world.plan["concepts"] if name != "fighting"]
    fighting, turn = round(agency["fighting"]["part"] * stories), 0
    for number in range(stories):
        concept = "fighting" if number < fighting else concepts[number % len(concepts)]
        story = write_agency_story(
            world, concept, first=agency["first"][number % len(agency["first"])]
        )
        yield story
        for outlet in draw_copying_outlets(world, story, 2 + number % 2):
            kind = agency["copies"][turn % len(agency["copies"])]
            turn += 1
            yield copy_story(world, story, outlet, kind)


def write_agency_story(world: World, concept: str, *, first: str) -> SimulatedArticle:
    """Write a story of the agency as the first outlet prints it, with the agency's date line."""
    agency = world.plan["agency"]
    day = world.any_day(agency["fighting"]["from"] if concept == "fighting" else None, spare=5)
    scene = draw_scene(world, agency["name"], day)
    body = write_paragraphs(world, scene, concept, words=world.draws.between(*agency["words"]))
    line = f"Imbervane, {name_month(world, day)} {day.day} ({agency['name']}) -"
    body[0].insert(0, Sentence(line, writer=scene.writer, zone="boilerplate"))
    return SimulatedArticle(first, day, concept, body, scene)


def draw_copying_outlets(world: World, story: SimulatedArticle, n: int) -> list[str]:
    """Draw the outlets that copy a story; on the fighting one copies always and one never."""
    fighting = world.plan["agency"]["fighting"]
    able = [
        name
        for name, outlet in world.plan["outlets"].items()
        if outlet["weight"] > 0.05 and name != story.outlet
    ]
    if story.concept == "fighting":
        rest = [name for name in able if name not in (fighting["copied by"], fighting["never by"])]
        return [fighting["copied by"], *world.draws.shuffled(rest)][:n]
    return world.draws.shuffled(able)[:n]


def copy_story(world: World, story: SimulatedArticle, outlet: str, kind: str) -> SimulatedArticle:
    """Return the story as another outlet prints it a few days later.

    Parameters
    ----------
    world : World
        What there is to say.
    story : SimulatedArticle
        The first print.
    outlet : str
        Who copies it.
    kind : str
        whole, cut, embedded (in an article of the outlet's own), or changed (in its words).
    """
    day = story.day + timedelta(world.draws.between(1, 4))
    scene, body = story.scene, [list(paragraph) for paragraph in story.paragraphs]
    if kind == "cut":
        body = cut_story(body)
    if kind == "changed":
        body = reword_story(world, story.scene, body, story.concept)
    if kind == "embedded":
        scene = draw_scene(world, outlet, day)
        body = embed_story(world, scene, body, story.concept)
    return SimulatedArticle(outlet, day, story.concept, body, scene, original=story, kind=kind)


def cut_story(body: list[list[Sentence]]) -> list[list[Sentence]]:
    """Return the first paragraphs, with half of the words or more, but not all.

    The first one holds a contested word.
    """
    half = len(list_story_words(body)) / 2
    for n in range(1, len(body)):
        if len(list_story_words(body[:n])) >= half:
            return body[:n]
    return body[: len(body) - 1]


def embed_story(
    world: World, scene: Scene, body: list[list[Sentence]], concept: str
) -> list[list[Sentence]]:
    """Return the story, without its date line, between paragraphs of the outlet's own."""
    own = write_paragraphs(world, scene, draw_concept(world, but=concept), words=75)
    half = len(own) // 2 or 1
    return [
        *own[:half],
        *([s for s in paragraph if s.zone == "body"] for paragraph in body),
        *own[half:],
    ]


def reword_story(
    world: World, scene: Scene, body: list[list[Sentence]], concept: str
) -> list[list[Sentence]]:
    """Return the story with the other side of each (a|b), and with new filler.

    Filler is replaced until the planned part of the words differs.
    """
    before = list_story_words(body)
    body = [[switch_alternatives(s) for s in paragraph] for paragraph in body]
    theme, part = world.plan["concepts"][concept]["theme"], world.plan["agency"]["changed"]
    places = [
        (p, i) for p, sentences in enumerate(body) for i, s in enumerate(sentences) if s.plain
    ]
    for p, i in world.draws.shuffled(places):
        if measure_word_difference(before, list_story_words(body)) >= part:
            break
        body[p][i] = write_filler(world, scene, theme)
    return body


def list_story_words(body: list[list[Sentence]]) -> list[str]:
    """Return the words of the paragraphs."""
    return [word for paragraph in body for s in paragraph for word in render_sentence(s)[0].split()]


def measure_word_difference(before: list[str], after: list[str]) -> float:
    """Return the part of the words that do not stand, in order, in both."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return 1 - same / max(len(before), len(after))


def draw_title(world: World, article: SimulatedArticle) -> str:
    """Draw a headline without contested words, new to the study if chance allows."""
    templates = split_templates(world.filler[f"{article.concept} titles"])
    return render_sentence(draw_sentence(world, article.scene, templates))[0]


def add_missed_senses(world: World, articles: list[SimulatedArticle]) -> None:
    """Put sentences in a sense that concepts.yml lets through in the place of filler.

    This comes after everything else is drawn: nothing else moves.
    """
    for concept, planted in world.plan["concepts"].items():
        for outlet, rates in planted.get("missed", {}).items():
            own = [article for article in articles if article.outlet == outlet]
            for variant, rate in rates.items():
                _replace_filler(world, own, concept, variant, rate)


def _replace_filler(
    world: World, articles: list[SimulatedArticle], concept: str, variant: str, rate: float
) -> None:
    """Plant missed senses of a variant, so many for each of its uses in the right sense."""
    wanted = (concept, variant, "outlet", "target", "body")
    sentences = [
        (article, p, i, s) for article in articles for p, i, s in enumerate_sentences(article)
    ]
    right = sum((s.concept, s.variant, s.voice, s.sense, s.zone) == wanted for *_, s in sentences)
    places = [(article, p, i) for article, p, i, s in sentences if s.plain and p]
    for article, p, i in world.draws.shuffled(places)[: round(rate * right)]:
        article.paragraphs[p][i] = write_missed_sense(world, article.scene, concept, variant)


def enumerate_sentences(article: SimulatedArticle) -> Iterator[tuple[int, int, Sentence]]:
    """Return the sentences of an article, each with its paragraph's number and its own."""
    return (
        (p, i, s) for p, paragraph in enumerate(article.paragraphs) for i, s in enumerate(paragraph)
    )


def add_boilerplate(world: World, article: SimulatedArticle) -> None:
    """Add the outlet's boilerplate.

    This is date line, caption, newsletter line, agency credit, related articles, and links.
    """
    scene = draw_scene(world, article.outlet, article.day)
    scene.places["town"] = article.scene.places["town"]
    wanted = {
        name: world.draws.chance(p) for name, p in world.writer(article.outlet)["lines"].items()
    }
    body = article.paragraphs
    foot: list[str | Sentence] = []
    if wanted.get("newsletter"):
        line = make_boilerplate_line(article.outlet, world.writer(article.outlet)["newsletter"])
        body.insert(math.ceil(len(body) / 2), [line])
    if wanted.get("caption"):
        place = world.draws.between(0, 1)
        body.insert(place, [write_caption_or_headline(world, scene, article.concept, "caption")])
    is_own = article.original is None and article.scene.writer == article.outlet
    if wanted.get("date") and is_own and article.date_form != "none":
        date_line = f"Imbervane, {format_long_date(world, article.day)} -"
        body[0].insert(0, make_boilerplate_line(article.outlet, date_line))
    if article.scene.writer != article.outlet or article.kind == "embedded":
        foot.append(world.draws.pick(["With Ternwire", "Ternwire", "tern-sk/ov"]))
    if wanted.get("related"):
        concepts = article.concept, draw_concept(world, but=article.concept)
        foot.append("Related articles")
        foot += [write_caption_or_headline(world, scene, name, "headline") for name in concepts]
    if wanted.get("source"):
        foot.append("Source link")
    if wanted.get("top"):
        foot.append("Back to top")
    for text in foot:
        if isinstance(text, str):
            text = make_boilerplate_line(article.outlet, text)
        body.append([text])


def write_caption_or_headline(world: World, scene: Scene, concept: str, kind: str) -> Sentence:
    """Write a caption or a related headline with a contested word; some captions have none."""
    if kind == "caption" and world.draws.chance(0.3):
        return replace(
            draw_sentence(world, scene, split_templates(world.slots["caption"])), zone="boilerplate"
        )
    chosen = draw_variant(world, scene, concept, "outlet")
    return draw_sentence(
        world,
        scene,
        split_templates(world.slots[f"{concept} {kind}"]),
        forms=world.terms[concept]["forms"][chosen],
        concept=concept,
        variant=chosen,
        zone="boilerplate",
    )


def make_boilerplate_line(outlet: str, line: str) -> Sentence:
    """Return a fixed line of boilerplate; [concept:variant:word] notes a contested word."""
    noted = re.search(r"\[([^:\]]+):([^:\]]+):", line)
    concept, chosen = noted.groups() if noted else ("", "")
    return Sentence(
        re.sub(r"\[[^:\]]+:[^:\]]+:", "[", line),
        concept=concept,
        variant=chosen,
        writer=outlet,
        zone="boilerplate",
    )
