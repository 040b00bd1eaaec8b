"""A new study that runs at once: of the user's articles, or of a few invented ones."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import polars as pl

from wording.corpus.encoding.decoding import decode_texts
from wording.corpus.reading.articles import ArticleReader
from wording.corpus.reading.suspicious import (
    describe_short_texts,
    describe_signs,
    describe_stubs,
    find_signs,
    find_stubs,
    list_signs,
)
from wording.errors import WordingError
from wording.files import refuse_existing_files, replace_files
from wording.phrasing import format_count
from wording.simulation.simulate import simulate_study
from wording.study.read import read_concepts, read_study

STARTER_ARTICLE_COUNT = 60
SAMPLE_ARTICLES = 1_000
"""So many of the user's articles are looked at when a study is made."""

STUDY_TEMPLATE = """\
# A study: the question, the articles, and the reports.
# `wording check {name}` says whether it can run.
title: {title}
question: How do these outlets word the same events?
language: en
seed: 1                  # random seed
articles:
  path: {path}
  # columns: {{outlet: publisher, text: body}}    # only if they are not recognised
  # date_order: dmy                              # for dates such as 9/6/17
  # stubs: keep            # count texts that are cut off, removed or an error page
# outlets: [A, B]        # compare only these; by default the {most} with the most articles
# period: {{from: 2020-01-01, to: 2020-12-31}}
# excerpts: none         # for texts that may not be shown
reports:
  - notebook: 01_corpus
  - notebook: 02_terms
    each: {{concept: all}}   # one page for each concept
  - notebook: 03_voice
  - notebook: 04_keyness
  - notebook: 05_contexts
    each: {{concept: all}}
  - notebook: 06_timeline
    each: {{concept: all}}
  - notebook: 07_outlets
  - notebook: 08_discover
  - notebook: 09_coding
  - notebook: 10_events
    each: {{concept: all}}
  - notebook: 11_agency
    each: {{concept: with-acts}}   # one page for each concept that has `acts`
  - notebook: 12_naming
    each: {{concept: all}}
"""

CONCEPTS_TEMPLATE = """\
# The concepts: the things named, and the rival ways of naming each. The language of the
# phrases: https://github.com/wording/wording/blob/main/docs/phrases.md
take: {events: all}      # from the library in data/concepts; see there for more
# lists:
#   places: [Springfield, Shelbyville]
# concepts:
#   my-concept:
#     title: What is named
#     variants:
#       one term: ["protest*"]
#       another: {match: ["riot|riots"], not: ["riot police"]}
"""


def create_study(
    folder: Path, *, articles: Path | None = None, concepts: Path | None = None
) -> list[str]:
    """Make a study in the folder, and return what to do next, in sentences.

    Raises
    ------
    WordingError
        If the folder holds a study already, or the articles or concepts are not there or not right.
    """
    if (folder / "study.yml").exists():
        raise WordingError(
            f"{folder} is already a study: choose another folder, or edit its study.yml."
        )
    refuse_existing_files(folder, ["concepts.yml"])
    if articles is not None and not articles.exists():
        raise WordingError(f"--articles {articles}: there is no such file or folder.")
    if concepts is not None:
        read_concepts(concepts)
    if articles is None:
        simulate_study(folder, articles=STARTER_ARTICLE_COUNT)
    else:
        texts = {
            "study.yml": format_study_file(folder, articles),
            "concepts.yml": CONCEPTS_TEMPLATE,
        }
        with replace_files(folder) as partial:
            for name, text in texts.items():
                (partial / name).write_text(text, encoding="utf8")
    if concepts is not None:
        shutil.copyfile(concepts, folder / "concepts.yml")
    study = read_study(folder)
    source = "its own invented articles" if articles is None else str(articles)
    return [
        f"{folder} is a study of {source} with {len(study.concepts)} concepts.",
        *(describe_sample(articles) if articles is not None else []),
        f"Next: wording check {folder}; wording report {folder}",
    ]


def describe_sample(path: Path) -> list[str]:
    """Return what is suspicious in the first articles at the path, or why none can be read.

    What `wording check` says of all articles is said here of the first ones only.
    """
    texts = pl.DataFrame(schema=ArticleReader.schema)
    try:
        for frame in ArticleReader(path):
            texts = pl.concat([texts, frame])
            if texts.height >= SAMPLE_ARTICLES:
                break
    except WordingError as fault:
        return [f"The articles cannot be read yet: {fault}"]
    texts = texts.head(SAMPLE_ARTICLES)
    signs = find_signs(
        texts["text"], lambda rows: decode_texts(texts["text"].gather(rows), frozenset)[0]
    )
    stubs = texts.with_columns(sign=find_stubs(texts["text"])).filter(pl.col("sign").is_not_null())
    n_words = texts["text"].str.count_matches(r"\w+").alias("n")
    said = [
        *describe_stubs(stubs, texts["outlet"], are_kept=False),
        *describe_signs(list_signs(texts.with_columns(signs)), texts["outlet"]),
        *describe_short_texts(texts.with_columns(n_words)),
    ]
    looked_at = format_count(texts.height, "text")
    return [f"Of the first {looked_at}:", *(f"- {line}" for line in said)] if said else []


def format_study_file(folder: Path, articles: Path) -> str:
    """Return study.yml for articles that stay where they are."""
    path = os.path.relpath(articles.resolve(), folder.resolve())
    return STUDY_TEMPLATE.format(
        name=folder,
        title=json.dumps(folder.resolve().name),
        path=json.dumps(Path(path).as_posix()),
        most=24,
    )
