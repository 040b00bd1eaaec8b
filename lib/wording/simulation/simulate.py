"""Articles with planted shares, voices, senses and copies: the truth is known.

What is planted stands in simulation/plans/plan.yml, the sentences in terms.yml and filler.yml, the
invented country in world.yml (same folder). The program first plans each article as paragraphs of
sentences, then writes them and notes where each contested word came to stand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from wording.corpus import build, counts
from wording.corpus.reading.articles import read_articles
from wording.errors import WordingError
from wording.files import refuse_existing_files, replace_files
from wording.questions.coding import sample as coding
from wording.simulation.acts.plant import (
    list_act_share_rows,
    list_label_share_rows,
    plant_acts,
    read_act_plan,
)
from wording.simulation.articles import SimulatedArticle, write_articles
from wording.simulation.sentences import PlantedAct, PlantedName, Sentence, render_sentence
from wording.simulation.world import PLANS_FOLDER, World, format_long_date, read_planted_shares
from wording.study import journal
from wording.study.read import read_study
from wording.study.records import StudyRecord
from wording.tables import TABLES

SIMULATED_HEADER = "# Written by `wording simulate`"
MIN_SIMULATED_ARTICLES = 60
SIMULATION_COLUMNS = {
    "articles.csv": ["doc_id", "outlet", "date", "title", "text", "url"],
    "truth.csv": [
        "doc_id",
        "concept",
        "variant",
        "start",
        "end",
        "node",
        "voice",
        "speaker",
        "sense",
        "zone",
        "copy_of",
        "copy_kind",
        "writer",
    ],
    "truth-voices.csv": ["doc_id", "start", "end", "voice", "speaker", "cue", "zone"],
    "truth-shares.csv": ["concept", "variant", "outlet", "voice", "period", "probability"],
    "truth-acts.csv": [
        "doc_id",
        "start",
        "end",
        "node",
        "concept",
        "act",
        "form",
        "agent",
        "agent_group",
        "patient",
        "patient_group",
        "voice",
    ],
    "truth-act-shares.csv": ["concept", "outlet", "voice", "patient", "form", "probability"],
    "truth-labels.csv": ["doc_id", "start", "end", "name", "label"],
    "truth-label-shares.csv": ["outlet", "label", "probability"],
    "marks.csv": list(TABLES["marks"]),
}


def simulate_study(folder: str | Path, *, articles: int = 400, seed: int = 1) -> Path:
    """Write a study with planted truth into the folder, and return the folder.

    The same arguments give the same bytes. Besides study.yml and concepts.yml the folder holds

    - articles.csv: one row per article (doc_id, outlet, date, title, text, url);
    - truth.csv: one row per contested word (doc_id, concept, variant, start, end, node, voice,
      speaker, sense, zone, copy_of, copy_kind, writer), with offsets in characters of the text;
    - truth-voices.csv: one row per stretch of somebody else's words (doc_id, start, end, voice,
      speaker, cue, zone), without its marks;
    - truth-shares.csv: one row per planted probability (concept, variant, outlet, voice, period,
      probability);
    - truth-acts.csv: one row per act (doc_id, start, end, node, concept, act, form, agent,
      agent_group, patient, patient_group, voice), and truth-act-shares.csv: one row per planted
      probability of a form, of all acts or of those done to a group (concept, outlet, voice,
      patient, form, probability);
    - truth-labels.csv: one row per planted name (doc_id, start, end, name, label before it), and
      truth-label-shares.csv: one row per planted probability (outlet, label, probability);
    - marks.csv: the marks of two invented coders on a random sample of lines, with planted errors
      (see `questions.coding`).

    Raises
    ------
    WordingError
        For fewer than 60 articles, a negative seed, or a folder with a study that was not
        simulated.
    """
    folder = Path(folder)
    check_simulation_request(folder, articles, seed)
    world = World.read(seed)
    written = number_articles(write_articles(world, articles))
    plant_acts(world, written, seed)
    acts = read_act_plan()
    tables = {
        "articles.csv": list_article_rows(world, written),
        "truth.csv": list_truth_rows(written),
        "truth-voices.csv": list_voice_rows(written),
        "truth-shares.csv": list_share_rows(world.plan),
        "truth-acts.csv": list_act_rows(written, acts["concept"]),
        "truth-act-shares.csv": list_act_share_rows(acts),
        "truth-labels.csv": list_label_rows(written),
        "truth-label-shares.csv": list_label_share_rows(acts),
    }
    with replace_files(folder) as partial:
        for name, rows in tables.items():
            write_table(partial / name, SIMULATION_COLUMNS[name], rows)
        for name in ("study.yml", "concepts.yml"):
            text = (PLANS_FOLDER / name).read_bytes().replace(b"\r\n", b"\n")
            (partial / name).write_bytes(text)
        marks = list_mark_rows(world, read_study(partial), written)
        write_table(partial / "marks.csv", SIMULATION_COLUMNS["marks.csv"], marks)
    return folder


def check_simulation_request(folder: Path, articles: int, seed: int) -> None:
    """Raise an error if the study cannot be written, or would replace one that people made."""
    if articles < MIN_SIMULATED_ARTICLES:
        raise WordingError(
            f"simulate: {articles} articles are too few for six outlets and their copies; ask for "
            f"at least {MIN_SIMULATED_ARTICLES}."
        )
    if seed < 0:
        raise WordingError(
            f"simulate: the seed is {seed}; it must be 0 or a positive whole number."
        )
    study = folder / "study.yml"
    if not study.is_file():
        refuse_existing_files(folder, [*SIMULATION_COLUMNS, "concepts.yml"])
    elif not study.read_text(encoding="utf-8", errors="replace").startswith(SIMULATED_HEADER):
        raise WordingError(
            f"{study} was not written by `wording simulate`, and simulating would replace it: name "
            "another folder."
        )


def number_articles(articles: list[SimulatedArticle]) -> list[SimulatedArticle]:
    """Return the articles by day and outlet, each with its doc_id."""
    ordered = sorted(articles, key=lambda article: (article.day, article.outlet))
    for number, article in enumerate(ordered, start=1):
        article.doc_id = f"d{number:0{max(3, len(str(len(ordered))))}d}"
    return ordered


def list_article_rows(world: World, articles: list[SimulatedArticle]) -> Iterator[list[str]]:
    """Yield the rows of articles.csv."""
    for article in articles:
        day = {
            "iso": article.day.isoformat(),
            "long": format_long_date(world, article.day),
            "none": "",
        }[article.date_form]
        text = "\n\n".join(
            " ".join(render_sentence(s)[0] for s in paragraph) for paragraph in article.paragraphs
        )
        slug = article.outlet.lower().replace(" ", "-")
        yield [
            article.doc_id,
            article.outlet,
            day,
            article.title,
            text,
            f"https://example.org/{slug}/{article.doc_id}",
        ]


def locate_sentences(article: SimulatedArticle) -> Iterator[tuple[int, Sentence]]:
    """Yield each sentence of an article with the offset at which it starts."""
    offset = 0
    for paragraph in article.paragraphs:
        for number, one in enumerate(paragraph):
            offset += 1 if number else 0
            yield offset, one
            offset += len(render_sentence(one)[0])
        offset += 2


def list_truth_rows(articles: list[SimulatedArticle]) -> Iterator[list[Any]]:
    """Yield the rows of truth.csv."""
    for article in articles:
        original = article.original.doc_id if article.original else ""
        for offset, s in locate_sentences(article):
            text, nodes, _ = render_sentence(s)
            for start, end in nodes if s.about is None else []:
                yield [
                    article.doc_id,
                    s.concept,
                    s.variant,
                    offset + start,
                    offset + end,
                    text[start:end],
                    s.voice,
                    s.speaker,
                    s.sense,
                    s.zone,
                    original,
                    article.kind,
                    s.writer,
                ]


def list_act_rows(articles: list[SimulatedArticle], concept: str) -> Iterator[list[Any]]:
    """Yield the rows of truth-acts.csv."""
    for article in articles:
        for offset, s in locate_sentences(article):
            if isinstance(s.about, PlantedAct):
                text, [(start, end)], _ = render_sentence(s)
                place = [article.doc_id, offset + start, offset + end, text[start:end], concept]
                yield [*place, *asdict(s.about).values(), s.voice]


def list_label_rows(articles: list[SimulatedArticle]) -> Iterator[list[Any]]:
    """Yield the rows of truth-labels.csv."""
    for article in articles:
        for offset, s in locate_sentences(article):
            if isinstance(s.about, PlantedName):
                _, [(start, end)], _ = render_sentence(s)
                yield [article.doc_id, offset + start, offset + end, s.about.name, s.about.label]


def list_voice_rows(articles: list[SimulatedArticle]) -> Iterator[list[Any]]:
    """Yield the rows of truth-voices.csv."""
    for article in articles:
        for offset, s in locate_sentences(article):
            for start, end in render_sentence(s)[2]:
                yield [
                    article.doc_id,
                    offset + start,
                    offset + end,
                    s.voice,
                    s.speaker,
                    s.cue,
                    s.zone,
                ]


def list_share_rows(plan: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield the rows of truth-shares.csv."""
    for concept, planted in plan["concepts"].items():
        for writer in [*plan["outlets"], plan["agency"]["name"]]:
            for voice in ("outlet", "quoted", "reported"):
                by_day = read_planted_shares(plan, concept, writer, voice)
                ends = [day - timedelta(1) for day in list(by_day)[1:]] + [plan["period"]["to"]]
                for (start, shares), end in zip(by_day.items(), ends, strict=True):
                    for name, probability in zip(planted["variants"], shares, strict=True):
                        yield [concept, name, writer, voice, f"{start}/{end}", probability]


def list_mark_rows(
    world: World, study: StudyRecord, articles: list[SimulatedArticle]
) -> Iterator[list[Any]]:
    """Yield the rows of marks.csv: each coder's two marks on a line, with planted errors."""
    plan = world.plan["coders"]
    truth = {(row[0], row[3], row[4]): row for row in list_truth_rows(articles)}
    corpus = build.encode_articles(read_articles(study.folder / "articles.csv"))
    hits = counts.find_hits(corpus, {plan["concept"]: study.concepts[plan["concept"]]}, study.lists)
    lines = coding.draw_stratified(
        hits[hits["zone"] == "body"], size=plan["lines"], seed=study.seed
    )
    sense, voice = (SIMULATION_COLUMNS["truth.csv"].index(name) for name in ("sense", "voice"))
    columns = ["doc_id", "start", "end", "concept", "variant", "outlet", "voice"]
    for coder, right in plan["right"].items():
        coded = lines.head(round(plan["coded"][coder] * len(lines)))
        for place in coded[columns].itertuples(index=False):
            planted = truth[place.doc_id, place.start, place.end]
            questions = (
                (journal.CODING_MARKS[:2], planted[sense] == "target"),
                (journal.CODING_MARKS[2:], planted[voice] == "outlet"),
            )
            for (yes, no), is_true in questions:
                says_true = is_true == world.draws.chance(right)
                yield [coder, plan["date"], *place, yes if says_true else no, True]


def write_table(file: Path, columns: list[str], rows: Iterable[list[Any]]) -> None:
    """Write a table as CSV: UTF-8, line ends that do not depend on the computer."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
