"""A study that does not show its articles shows them nowhere."""

import shutil

import pandas as pd
import pytest

import wording
from wording.answers.tables import TABLE_NAMES, make_table
from wording.corpus import inventory
from wording.corpus.phrase_counts import describe_pattern
from wording.study.read import read_study
from wording.study.records import StudyRecord

QUESTIONS = [
    "inventory",
    "overview",
    "shares",
    "voices",
    "keyness",
    "collocates",
    "timeline",
    "outlets",
    "rivals",
    "coding",
]
HEADLINE = "Quagga seen"
COMPOUND = "quagga-protests"


def add_rows(folder):
    """Articles with a headline and a compound, and one that is rejected."""
    with (folder / "articles.csv").open("a", encoding="utf8") as file:
        for number, outlet in enumerate(("Northline", "Tidewatch")):
            first = (COMPOUND, "tapir-protests")[number]
            text = f"There were {first} and protests in town {number}, which some called a coup."
            file.write(f'x{number},{outlet},2031-05-05,{HEADLINE},"{text}",\n')
        file.write("Okapi okapi okapi okapi okapi okapi okapi.\n")
    (folder / "concepts.yml").write_text(
        "concepts:\n  unrest:\n    title: Unrest\n    variants:\n"
        "      protests: [protests]\n      coup: [coup]\n",
        encoding="utf8",
    )


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown") / "study"
    shutil.copytree(small, folder, ignore=shutil.ignore_patterns(".build"))
    add_rows(folder)
    return folder


def say(folder, excerpts):
    """The study with this value of `excerpts`."""
    text = (folder / "study.yml").read_text(encoding="utf8")
    kept = [line for line in text.splitlines() if not line.startswith(("excerpts:", "draws:"))]
    lines = [*kept, f"excerpts: {excerpts}", "draws: 99"]
    (folder / "study.yml").write_text("\n".join(lines), encoding="utf8")
    return read_study(folder)


def everything(record: StudyRecord) -> str:
    """All that tables, answers and sentences show of a study."""
    shown = [make_table(record, name).to_csv() for name in TABLE_NAMES]
    study = wording.open(record.folder)
    for question in QUESTIONS:
        answer = getattr(study, question)()
        for one in [answer, *(answer[part] for part in answer.parts)]:
            shown += [one._repr_mimebundle_()["text/html"], one.table.to_csv(), str(one.sentences)]
            if one.evidence:
                shown.append(one.show_lines().html)
    shown += inventory.format_inventory(record)
    shown += describe_pattern(record, "protests")
    return "\n".join(shown)


def test_without_excerpts_nothing_of_the_articles_is_shown(folder):
    shown = everything(say(folder, "none"))
    for text in (HEADLINE, COMPOUND, "Okapi okapi"):
        assert text not in shown
    texts = pd.read_csv(folder / "articles.csv")["text"].dropna()
    openings = texts.str.split().str[:5].str.join(" ")
    assert not [opening for opening in openings if opening in shown]
    assert "leaves out 2 places where a hyphen joins more to its words; " in shown


def test_excerpts_of_some_words_are_no_longer_for_rejects(folder):
    record = say(folder, 3)
    assert inventory.read_rejects(record)["sample"].to_list() == ["Okapi okapi okapi"]
    assert make_table(record, "articles")["title"].isna().all()


def test_in_full_all_is_shown(folder):
    shown = everything(say(folder, "full"))
    for text in (HEADLINE, COMPOUND, "Okapi okapi okapi okapi okapi okapi okapi."):
        assert text in shown
