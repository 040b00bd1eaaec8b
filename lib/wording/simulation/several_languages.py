"""A study in several languages with planted truth: each outlet's shares of terms, by voice.

What is planted, and the sentences of each language, stand in simulation/plans/languages.yml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from wording.files import replace_files
from wording.simulation.simulate import check_simulation_request, write_table
from wording.simulation.world import PLANS_FOLDER, Draws

COLUMNS = {
    "articles.csv": ["doc_id", "outlet", "date", "title", "text"],
    "truth.csv": ["doc_id", "language", "concept", "variant", "start", "end", "node", "voice"],
    "truth-shares.csv": ["concept", "variant", "outlet", "language", "voice", "probability"],
}
PARAGRAPHS = 3
VOICES = ("outlet", "quoted")
MAX_NUMBER = 60
"""The largest number in a sentence."""


@dataclass(frozen=True)
class PlantedSentence:
    """A sentence: what stands before, in and after the contested word; of filler, all before."""

    before: str
    node: str = ""
    after: str = ""
    concept: str = ""
    variant: str = ""
    voice: str = "outlet"

    @property
    def text(self) -> str:
        """Return the sentence."""
        return self.before + self.node + self.after


def simulate_languages(folder: str | Path, *, seed: int = 1) -> Path:
    """Write a study in several languages into the folder, and return the folder.

    The same seed gives the same bytes. Besides study.yml and concepts.yml the folder holds

    - articles.csv: one row per article (doc_id, outlet, date, title, text), without its language;
    - truth.csv: one row per contested word (doc_id, language, concept, variant, start, end, node,
      voice), with offsets in characters of the text;
    - truth-shares.csv: one row per planted probability (concept, variant, outlet, language, voice,
      probability).

    Raises
    ------
    WordingError
        For a negative seed, or a folder with a study that was not simulated.
    """
    folder = Path(folder)
    plan = YAML(typ="safe").load((PLANS_FOLDER / "languages.yml").read_text(encoding="utf-8"))
    n_articles = plan["per_outlet"] * len(plan["outlets"])
    check_simulation_request(folder, n_articles, seed)
    articles = list(write_articles_of_languages(plan, Draws(seed)))
    tables = {
        "articles.csv": [row for row, _ in articles],
        "truth.csv": [row for _, rows in articles for row in rows],
        "truth-shares.csv": list_planted_shares(plan),
    }
    with replace_files(folder) as partial:
        for name, rows in tables.items():
            write_table(partial / name, COLUMNS[name], rows)
        for name in ("study", "concepts"):
            (partial / f"{name}.yml").write_bytes(plan[name].encode("utf-8"))
    return folder


def write_articles_of_languages(
    plan: Mapping[str, Any], draws: Draws
) -> Iterator[tuple[list[Any], list[list[Any]]]]:
    """Yield the row of each article, and the rows of the contested words in it."""
    outlets = [outlet for outlet in plan["outlets"] for _ in range(plan["per_outlet"])]
    for number, outlet in enumerate(draws.shuffled(outlets), start=1):
        doc_id, language = f"m{number:03d}", plan["outlets"][outlet]["language"]
        words = plan["languages"][language]
        day = plan["period"]["from"] + timedelta(draws.between(0, plan["period"]["days"] - 1))
        paragraphs = [
            [fill(words, sentence, draws) for sentence in draw_paragraph(plan, outlet, draws)]
            for _ in range(PARAGRAPHS)
        ]
        title = fill(words, PlantedSentence(draws.pick(words["title"])), draws).text
        text = "\n\n".join(" ".join(s.text for s in paragraph) for paragraph in paragraphs)
        truth = [[doc_id, language, *place] for place in list_places(paragraphs)]
        yield [doc_id, outlet, day.isoformat(), title, text], truth


def draw_paragraph(plan: Mapping[str, Any], outlet: str, draws: Draws) -> list[PlantedSentence]:
    """Draw the sentences of a paragraph: one with a term of each concept, mostly, and filler."""
    planted = plan["outlets"][outlet]
    words = plan["languages"][planted["language"]]
    filler = draws.shuffled(words["filler"])
    sentences = [PlantedSentence(filler.pop())]
    for concept, variants in plan["variants"].items():
        if not draws.chance(plan["named"]):
            continue
        voice = VOICES[draws.chance(plan["quoted"])]
        shares = dict(zip(variants, planted[concept][voice], strict=True))
        variant = draws.weighted(shares)
        before, node, after = draws.pick(words["sentences"][variant][voice])
        if voice == "quoted":
            opening, closing = draws.pick(words["quotation"]).split("{clause}")
            before, after = opening + before, after + closing
        sentences.append(PlantedSentence(before, node, after, concept, variant, voice))
    return sentences


def fill(words: Mapping[str, Any], sentence: PlantedSentence, draws: Draws) -> PlantedSentence:
    """Return the sentence with its slots filled: two towns, a person, a place, a number."""
    towns = draws.shuffled(words["town"])
    slots = {name: draws.pick(words[name]) for name in ("person", "role", "place", "when")}
    slots |= {"town": towns[0], "town2": towns[1], "n": str(draws.between(3, MAX_NUMBER))}
    before, after = (part.format(**slots) for part in (sentence.before, sentence.after))
    kind = (sentence.concept, sentence.variant, sentence.voice)
    return PlantedSentence(before, sentence.node, after, *kind)


def list_places(paragraphs: list[list[PlantedSentence]]) -> Iterator[list[Any]]:
    """Yield where each contested word of an article stands: concept, variant, start, end, ..."""
    offset = 0
    for paragraph in paragraphs:
        for sentence in paragraph:
            start = offset + len(sentence.before)
            if sentence.concept:
                end = start + len(sentence.node)
                named = [sentence.concept, sentence.variant]
                yield [*named, start, end, sentence.node, sentence.voice]
            offset += len(sentence.text) + 1  # a blank
        offset += 1  # instead of the last blank, two line breaks


def list_planted_shares(plan: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the rows of truth-shares.csv."""
    for concept, variants in plan["variants"].items():
        for outlet, planted in plan["outlets"].items():
            for voice in VOICES:
                for variant, share in zip(variants, planted[concept][voice], strict=True):
                    yield [concept, variant, outlet, planted["language"], voice, share]
