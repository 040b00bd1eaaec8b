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
    lines,
    missed,
    neutral,
    new_scene,
    other_words,
    sentence,
    talk,
    term,
    trap,
    variant,
    written,
)
from wording.simulation.world import World, long_date, month


@dataclass(eq=False)
class Article:
    """One article: its paragraphs, and whose copy it is."""

    outlet: str
    day: date
    concept: str
    paragraphs: list[list[Sentence]]
    scene: Scene
    title: str = ""
    original: Article | None = None
    kind: str = ""
    doc_id: str = ""
    date_form: str = "iso"


def newspaper(world: World, articles: int) -> list[Article]:
    """All articles: agency stories with their copies, then what the outlets wrote themselves."""
    quotas = apportioned({name: outlet["weight"] for name, outlet in world.plan["outlets"].items()}, articles)
    printed = list(agency_prints(world, round(world.plan["agency"]["stories"] * articles)))
    used = Counter(article.outlet for article in printed)
    own = [own_article(world, outlet) for outlet, quota in quotas.items() for _ in range(quota - used[outlet])]
    odd = world.draws.shuffled(own)
    undated = world.plan["undated"] * articles // 400
    for number, article in enumerate(odd[: undated + world.plan["second_date_format"] * articles // 400]):
        article.date_form = "none" if number < undated else "long"
    for article in printed + own:
        article.title = title(world, article)
        add_boilerplate(world, article)
    add_missed(world, own)
    return printed + own


def apportioned(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """The total in whole parts after the weights, by largest remainders."""
    exact = {name: weight * total / sum(weights.values()) for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    for name in sorted(exact, key=lambda name: parts[name] - exact[name])[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def any_concept(world: World, *, but: str = "") -> str:
    """A concept, drawn after the plan's weights."""
    return world.draws.weighted({name: planted["weight"] for name, planted in world.plan["concepts"].items() if name != but})


def own_article(world: World, outlet: str) -> Article:
    """An article that the outlet wrote itself."""
    concept, words = any_concept(world), world.draws.between(*world.plan["words"])
    scene = new_scene(world, outlet, world.any_day())
    return Article(outlet, scene.day, concept, paragraphs(world, scene, concept, words=words), scene)


def paragraphs(world: World, scene: Scene, concept: str, *, words: int) -> list[list[Sentence]]:
    """The body of an article: contested sentences, traps and talk among filler; a contested one comes first."""
    theme = world.plan["concepts"][concept]["theme"]
    contested = [concept] * min(world.draws.between(*world.plan["contested"]), words // 25)
    if words > 125 and world.draws.chance(world.plan["second_concept"]):
        contested += [any_concept(world, but=concept)] * 2
    plan = [(term, name, world.draws.weighted(world.writer(scene.writer)["voices"])) for name in contested]
    plan += [(trap, world.draws.pick(list(world.plan["concepts"])))] if world.draws.chance(world.plan["trap"]) else []
    plan += [(talk,)] if world.draws.chance(0.4) else []
    plan += [(neutral, theme)] * max(2, round((words - 18 * len(plan)) / 15))
    plan = world.draws.shuffled(plan)
    lead = min(plan, key=lambda step: (step[0] is not term, step[2:] != ("outlet",)))
    plan.remove(lead)
    return grouped(world, [make(world, scene, *given) for make, *given in [lead, *plan]])


def grouped(world: World, sentences: list[Sentence]) -> list[list[Sentence]]:
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


def agency_prints(world: World, stories: int) -> Iterator[Article]:
    """The agency's stories: the first print of each, then its copies, one to four days later."""
    agency, concepts = world.plan["agency"], [name for name in world.plan["concepts"] if name != "fighting"]
    fighting, turn = round(agency["fighting"]["part"] * stories), 0
    for number in range(stories):
        concept = "fighting" if number < fighting else concepts[number % len(concepts)]
        story = agency_story(world, concept, first=agency["first"][number % len(agency["first"])])
        yield story
        for outlet in copiers(world, story, 2 + number % 2):
            kind = agency["copies"][turn % len(agency["copies"])]
            turn += 1
            yield copy(world, story, outlet, kind)


def agency_story(world: World, concept: str, *, first: str) -> Article:
    """A story of the agency as the first outlet prints it, with the agency's date line."""
    agency = world.plan["agency"]
    day = world.any_day(agency["fighting"]["from"] if concept == "fighting" else None, spare=5)
    scene = new_scene(world, agency["name"], day)
    body = paragraphs(world, scene, concept, words=world.draws.between(*agency["words"]))
    body[0].insert(0, Sentence(f"Imbervane, {month(world, day)} {day.day} ({agency['name']}) -", writer=scene.writer, zone="boilerplate"))
    return Article(first, day, concept, body, scene)


def copiers(world: World, story: Article, n: int) -> list[str]:
    """The outlets that copy a story; on the fighting one copies always and one never."""
    fighting = world.plan["agency"]["fighting"]
    able = [name for name, outlet in world.plan["outlets"].items() if outlet["weight"] > 0.05 and name != story.outlet]
    if story.concept == "fighting":
        rest = [name for name in able if name not in (fighting["copied by"], fighting["never by"])]
        return [fighting["copied by"], *world.draws.shuffled(rest)][:n]
    return world.draws.shuffled(able)[:n]


def copy(world: World, story: Article, outlet: str, kind: str) -> Article:
    """The story as another outlet prints it a few days later: whole, cut, embedded in an article of its own, or with words changed."""
    day = story.day + timedelta(world.draws.between(1, 4))
    scene, body = story.scene, [list(paragraph) for paragraph in story.paragraphs]
    if kind == "cut":
        body = cut(body)
    if kind == "changed":
        body = changed(world, story.scene, body, story.concept)
    if kind == "embedded":
        scene = new_scene(world, outlet, day)
        body = embedded(world, scene, body, story.concept)
    return Article(outlet, day, story.concept, body, scene, original=story, kind=kind)


def cut(body: list[list[Sentence]]) -> list[list[Sentence]]:
    """The first paragraphs, with half of the words or more, but not all; the first one holds a contested word."""
    half = len(words_of(body)) / 2
    return body[: next((n for n in range(1, len(body)) if len(words_of(body[:n])) >= half), len(body) - 1)]


def embedded(world: World, scene: Scene, body: list[list[Sentence]], concept: str) -> list[list[Sentence]]:
    """The story, without its date line, between paragraphs of the outlet's own on another concept."""
    own = paragraphs(world, scene, any_concept(world, but=concept), words=75)
    half = len(own) // 2 or 1
    return [*own[:half], *([s for s in paragraph if s.zone == "body"] for paragraph in body), *own[half:]]


def changed(world: World, scene: Scene, body: list[list[Sentence]], concept: str) -> list[list[Sentence]]:
    """The story with the other side of each (a|b), and with new filler until the planned part of its words differs."""
    before = words_of(body)
    body = [[other_words(s) for s in paragraph] for paragraph in body]
    for p, i in world.draws.shuffled([(p, i) for p, paragraph in enumerate(body) for i, s in enumerate(paragraph) if s.plain]):
        if difference(before, words_of(body)) >= world.plan["agency"]["changed"]:
            break
        body[p][i] = neutral(world, scene, world.plan["concepts"][concept]["theme"])
    return body


def words_of(body: list[list[Sentence]]) -> list[str]:
    """The words of the paragraphs."""
    return [word for paragraph in body for s in paragraph for word in written(s)[0].split()]


def difference(before: list[str], after: list[str]) -> float:
    """The part of the words that do not stand, in order, in both."""
    same = sum(block.size for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
    return 1 - same / max(len(before), len(after))


def title(world: World, article: Article) -> str:
    """A headline without contested words, new to the study if chance allows."""
    return written(sentence(world, article.scene, lines(world.filler[f"{article.concept} titles"])))[0]


def add_missed(world: World, articles: list[Article]) -> None:
    """Put sentences in a sense that concepts.yml lets through in the place of filler, after everything else is drawn: nothing else moves."""
    for concept, planted in world.plan["concepts"].items():
        for outlet, rates in planted.get("missed", {}).items():
            for name, rate in rates.items():
                told = [(article, p, i, s) for article in articles if article.outlet == outlet for p, i, s in numbered(article)]
                right = sum(
                    (s.concept, s.variant, s.voice, s.sense, s.zone) == (concept, name, "outlet", "target", "body") for *_, s in told
                )
                places = world.draws.shuffled([(article, p, i) for article, p, i, s in told if s.plain and p])
                for article, p, i in places[: round(rate * right)]:
                    article.paragraphs[p][i] = missed(world, article.scene, concept, name)


def numbered(article: Article) -> Iterator[tuple[int, int, Sentence]]:
    """The sentences of an article, each with the number of its paragraph and its number there."""
    return ((p, i, s) for p, paragraph in enumerate(article.paragraphs) for i, s in enumerate(paragraph))


def add_boilerplate(world: World, article: Article) -> None:
    """Add the outlet's boilerplate: date line, caption, newsletter line, agency credit, related articles, links."""
    scene = new_scene(world, article.outlet, article.day)
    scene.places["town"] = article.scene.places["town"]
    wanted = {name: world.draws.chance(p) for name, p in world.writer(article.outlet)["lines"].items()}
    body, foot = article.paragraphs, []
    if wanted.get("newsletter"):
        body.insert(-(-len(body) // 2), [furniture(article.outlet, world.writer(article.outlet)["newsletter"])])
    if wanted.get("caption"):
        body.insert(world.draws.between(0, 1), [standing(world, scene, article.concept, "caption")])
    if wanted.get("date") and article.original is None and article.scene.writer == article.outlet and article.date_form != "none":
        body[0].insert(0, furniture(article.outlet, f"Imbervane, {long_date(world, article.day)} -"))
    if article.scene.writer != article.outlet or article.kind == "embedded":
        foot.append(world.draws.pick(["With Ternwire", "Ternwire", "tern-sk/ov"]))
    if wanted.get("related"):
        concepts = article.concept, any_concept(world, but=article.concept)
        foot += ["Related articles", *(standing(world, scene, concept, "headline") for concept in concepts)]
    foot += ["Source link"] * wanted.get("source", False) + ["Back to top"] * wanted.get("top", False)
    body += [[line if isinstance(line, Sentence) else furniture(article.outlet, line)] for line in foot]


def standing(world: World, scene: Scene, concept: str, kind: str) -> Sentence:
    """A caption or a related headline with a contested word, or now and then a caption without one."""
    if kind == "caption" and world.draws.chance(0.3):
        return replace(sentence(world, scene, lines(world.slots["caption"])), zone="boilerplate")
    chosen = variant(world, scene, concept, "outlet")
    return sentence(
        world,
        scene,
        lines(world.slots[f"{concept} {kind}"]),
        forms=world.terms[concept]["forms"][chosen],
        concept=concept,
        variant=chosen,
        zone="boilerplate",
    )


def furniture(outlet: str, line: str) -> Sentence:
    """A fixed line of boilerplate; a contested word in it is noted as [concept:variant:word]."""
    noted = re.search(r"\[([^:\]]+):([^:\]]+):", line)
    concept, chosen = noted.groups() if noted else ("", "")
    return Sentence(re.sub(r"\[[^:\]]+:[^:\]]+:", "[", line), concept=concept, variant=chosen, writer=outlet, zone="boilerplate")
