"""Articles: what each outlet writes itself, agency stories, their copies, and the boilerplate around them."""

from __future__ import annotations

import difflib
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
    """All articles: agency stories with their copies, then what the outlets wrote themselves."""
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
    for number, article in enumerate(
        odd[: undated + world.plan["second_date_format"] * articles // 400]
    ):
        article.date_form = "none" if number < undated else "long"
    for article in printed + own:
        article.title = draw_title(world, article)
        add_boilerplate(world, article)
    add_missed_senses(world, own)
    return printed + own


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """The total in whole parts after the weights, by largest remainders."""
    exact = {name: weight * total / sum(weights.values()) for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    for name in sorted(exact, key=lambda name: parts[name] - exact[name])[
        : total - sum(parts.values())
    ]:
        parts[name] += 1
    return parts


def draw_concept(world: World, *, but: str = "") -> str:
    """A concept, drawn after the plan's weights."""
    return world.draws.weighted(
        {name: planted["weight"] for name, planted in world.plan["concepts"].items() if name != but}
    )


def write_own_article(world: World, outlet: str) -> SimulatedArticle:
    """An article that the outlet wrote itself."""
    concept, words = draw_concept(world), world.draws.between(*world.plan["words"])
    scene = draw_scene(world, outlet, world.any_day())
    return SimulatedArticle(
        outlet, scene.day, concept, write_paragraphs(world, scene, concept, words=words), scene
    )


def write_paragraphs(
    world: World, scene: Scene, concept: str, *, words: int
) -> list[list[Sentence]]:
    """The body of an article: contested sentences, traps and talk among filler; a contested one comes first."""
    theme = world.plan["concepts"][concept]["theme"]
    contested = [concept] * min(world.draws.between(*world.plan["contested"]), words // 25)
    if words > 125 and world.draws.chance(world.plan["second_concept"]):
        contested += [draw_concept(world, but=concept)] * 2
    plan = [
        (write_right_sense, name, world.draws.weighted(world.writer(scene.writer)["voices"]))
        for name in contested
    ]
    plan += (
        [(write_wrong_sense, world.draws.pick(list(world.plan["concepts"])))]
        if world.draws.chance(world.plan["trap"])
        else []
    )
    plan += [(write_neutral_speech,)] if world.draws.chance(0.4) else []
    plan += [(write_filler, theme)] * max(2, round((words - 18 * len(plan)) / 15))
    plan = world.draws.shuffled(plan)
    lead = min(plan, key=lambda step: (step[0] is not write_right_sense, step[2:] != ("outlet",)))
    plan.remove(lead)
    return group_into_paragraphs(
        world, [make(world, scene, *given) for make, *given in [lead, *plan]]
    )


def group_into_paragraphs(world: World, sentences: list[Sentence]) -> list[list[Sentence]]:
    """The sentences in paragraphs of one to three; a quotation of several paragraphs stands alone."""
    result, room = [], 0
    for one in sentences:
        alone = "¶" in one.template
        if alone or room == 0:
            result.append([])
            room = 1 if alone else world.draws.between(1, 3)
        result[-1].append(one)
        room -= 1
    return result


def publish_agency_stories(world: World, stories: int) -> Iterator[SimulatedArticle]:
    """The agency's stories: the first print of each, then its copies, one to four days later."""
    agency, concepts = (
        world.plan["agency"],
        [name for name in world.plan["concepts"] if name != "fighting"],
    )
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
    """A story of the agency as the first outlet prints it, with the agency's date line."""
    agency = world.plan["agency"]
    day = world.any_day(agency["fighting"]["from"] if concept == "fighting" else None, spare=5)
    scene = draw_scene(world, agency["name"], day)
    body = write_paragraphs(world, scene, concept, words=world.draws.between(*agency["words"]))
    body[0].insert(
        0,
        Sentence(
            f"Imbervane, {name_month(world, day)} {day.day} ({agency['name']}) -",
            writer=scene.writer,
            zone="boilerplate",
        ),
    )
    return SimulatedArticle(first, day, concept, body, scene)


def draw_copying_outlets(world: World, story: SimulatedArticle, n: int) -> list[str]:
    """The outlets that copy a story; on the fighting one copies always and one never."""
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
    """The story as another outlet prints it a few days later: whole, cut, embedded in an article of its own, or with words changed."""
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
    """The first paragraphs, with half of the words or more, but not all; the first one holds a contested word."""
    half = len(list_story_words(body)) / 2
    return body[
        : next(
            (n for n in range(1, len(body)) if len(list_story_words(body[:n])) >= half),
            len(body) - 1,
        )
    ]


def embed_story(
    world: World, scene: Scene, body: list[list[Sentence]], concept: str
) -> list[list[Sentence]]:
    """The story, without its date line, between paragraphs of the outlet's own on another concept."""
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
    """The story with the other side of each (a|b), and with new filler until the planned part of its words differs."""
    before = list_story_words(body)
    body = [[switch_alternatives(s) for s in paragraph] for paragraph in body]
    for p, i in world.draws.shuffled(
        [(p, i) for p, paragraph in enumerate(body) for i, s in enumerate(paragraph) if s.plain]
    ):
        if (
            measure_word_difference(before, list_story_words(body))
            >= world.plan["agency"]["changed"]
        ):
            break
        body[p][i] = write_filler(world, scene, world.plan["concepts"][concept]["theme"])
    return body


def list_story_words(body: list[list[Sentence]]) -> list[str]:
    """The words of the paragraphs."""
    return [word for paragraph in body for s in paragraph for word in render_sentence(s)[0].split()]


def measure_word_difference(before: list[str], after: list[str]) -> float:
    """The part of the words that do not stand, in order, in both."""
    same = sum(
        block.size
        for block in difflib.SequenceMatcher(
            None, before, after, autojunk=False
        ).get_matching_blocks()
    )
    return 1 - same / max(len(before), len(after))


def draw_title(world: World, article: SimulatedArticle) -> str:
    """A headline without contested words, new to the study if chance allows."""
    return render_sentence(
        draw_sentence(
            world, article.scene, split_templates(world.filler[f"{article.concept} titles"])
        )
    )[0]


def add_missed_senses(world: World, articles: list[SimulatedArticle]) -> None:
    """Put sentences in a sense that concepts.yml lets through in the place of filler, after everything else is drawn: nothing else moves."""
    for concept, planted in world.plan["concepts"].items():
        for outlet, rates in planted.get("missed", {}).items():
            for name, rate in rates.items():
                told = [
                    (article, p, i, s)
                    for article in articles
                    if article.outlet == outlet
                    for p, i, s in enumerate_sentences(article)
                ]
                right = sum(
                    (s.concept, s.variant, s.voice, s.sense, s.zone)
                    == (concept, name, "outlet", "target", "body")
                    for *_, s in told
                )
                places = world.draws.shuffled(
                    [(article, p, i) for article, p, i, s in told if s.plain and p]
                )
                for article, p, i in places[: round(rate * right)]:
                    article.paragraphs[p][i] = write_missed_sense(
                        world, article.scene, concept, name
                    )


def enumerate_sentences(article: SimulatedArticle) -> Iterator[tuple[int, int, Sentence]]:
    """The sentences of an article, each with the number of its paragraph and its number there."""
    return (
        (p, i, s) for p, paragraph in enumerate(article.paragraphs) for i, s in enumerate(paragraph)
    )


def add_boilerplate(world: World, article: SimulatedArticle) -> None:
    """Add the outlet's boilerplate: date line, caption, newsletter line, agency credit, related articles, links."""
    scene = draw_scene(world, article.outlet, article.day)
    scene.places["town"] = article.scene.places["town"]
    wanted = {
        name: world.draws.chance(p) for name, p in world.writer(article.outlet)["lines"].items()
    }
    body, foot = article.paragraphs, []
    if wanted.get("newsletter"):
        body.insert(
            -(-len(body) // 2),
            [make_boilerplate_line(article.outlet, world.writer(article.outlet)["newsletter"])],
        )
    if wanted.get("caption"):
        body.insert(
            world.draws.between(0, 1),
            [write_caption_or_headline(world, scene, article.concept, "caption")],
        )
    if (
        wanted.get("date")
        and article.original is None
        and article.scene.writer == article.outlet
        and article.date_form != "none"
    ):
        body[0].insert(
            0,
            make_boilerplate_line(
                article.outlet, f"Imbervane, {format_long_date(world, article.day)} -"
            ),
        )
    if article.scene.writer != article.outlet or article.kind == "embedded":
        foot.append(world.draws.pick(["With Ternwire", "Ternwire", "tern-sk/ov"]))
    if wanted.get("related"):
        concepts = article.concept, draw_concept(world, but=article.concept)
        foot += [
            "Related articles",
            *(write_caption_or_headline(world, scene, concept, "headline") for concept in concepts),
        ]
    foot += ["Source link"] * wanted.get("source", False) + ["Back to top"] * wanted.get(
        "top", False
    )
    body += [
        [line if isinstance(line, Sentence) else make_boilerplate_line(article.outlet, line)]
        for line in foot
    ]


def write_caption_or_headline(world: World, scene: Scene, concept: str, kind: str) -> Sentence:
    """A caption or a related headline with a contested word, or now and then a caption without one."""
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
    """A fixed line of boilerplate; a contested word in it is noted as [concept:variant:word]."""
    noted = re.search(r"\[([^:\]]+):([^:\]]+):", line)
    concept, chosen = noted.groups() if noted else ("", "")
    return Sentence(
        re.sub(r"\[[^:\]]+:[^:\]]+:", "[", line),
        concept=concept,
        variant=chosen,
        writer=outlet,
        zone="boilerplate",
    )
