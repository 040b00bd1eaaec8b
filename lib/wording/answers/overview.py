"""A study at a glance: all concepts at all outlets, or the words of a few documents."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import EVIDENT_COLUMNS, Answer, Evidence, is_exported
from wording.answers.lines import find_hit_lines
from wording.answers.narrow import name_groups
from wording.answers.questions.inventory import answer_concepts
from wording.corpus.counts import count_study_hits, order_outlets
from wording.questions.design import Compared, Request, compare_articles
from wording.questions.overview.findings import describe, headline, sentences
from wording.questions.overview.left_out import explain_left_out
from wording.questions.overview.method import describe_method
from wording.questions.overview.overview import compute_overview
from wording.questions.overview.words import (
    MAX_DOCUMENTS,
    compute_words,
    describe_words,
    label_documents,
    name_clearest_choice,
)
from wording.settings import SIGNIFICANCE_LEVEL, TOKEN_VOICES
from wording.show import html
from wording.show.lines import make_line_id
from wording.show.overview import Addresses, codebook, share_matrix, topics, word_matrix
from wording.show.values import name_page
from wording.study.records import StudyRecord
from wording.tables import TABLES

SHOWN_OVERVIEW = (
    "concept", "variant", "outlet", "n", "total", "share", "low", "high", "n_other", "total_other",
    "difference", "difference_low", "difference_high", "q", "most"
)  # fmt: skip
CONCEPT_NOTEBOOK = "02_terms"
"""The notebook whose pages the matrix leads to."""
NO_CONCEPTS = (
    "This study has no concepts, so no choice of words can be compared: concepts.yml names them, "
    "and `wording new` proposes some."
)


def answer_overview(record: StudyRecord, request: Request) -> Answer:
    """Answer how all outlets word all concepts, or which words a few documents have."""
    compared = compare_articles(record, request)
    if len(compared.articles) <= MAX_DOCUMENTS:
        answer = answer_words(compared)
    else:
        answer = answer_matrix(compared)
    table = answer.table if answer.kind == "overview" else None
    parts = {
        "left_out": partial(answer_left_out, compared, answer.table),
        "method": partial(answer_method, compared, table),
        "codebook": partial(answer_codebook, record),
    }
    return replace(answer, parts=parts)


def answer_matrix(compared: Compared) -> Answer:
    """Answer how often each outlet chooses the leading term of each concept."""
    record = compared.study
    table = compute_overview(compared)
    titles = {name: concept.title for name, concept in record.concepts.items()}
    pages = find_concept_pages(record, compared.request) if is_exported() else {}
    addresses = Addresses(pages, link_cells(table, pages))
    caption = f"{name_groups(record, [describe(table)])[0]}; the clearest differences first."
    answer = Answer(
        record,
        "overview",
        "overview",
        table,
        caption,
        tell=lambda: name_groups(record, sentences(table, titles)),
        headline=headline(table) if len(table) else "",
        evidence=Evidence(
            partial(find_clear_lines, compared, table, list(pages)),
            "The hits behind each clear cell of the matrix.",
            empty="The lines behind each cell are on the page of its concept."
            if pages
            else "No cell of the matrix is clear, so no lines are shown here.",
            counted_as=compared.request.voice,
        ),
        empty=NO_CONCEPTS if not record.concepts else "No concept can be compared here.",
        summary=f"{compared.spoken['n'].sum():,} hits of voice {compared.request.voice!r} of "
        f"{len(record.concepts)} concepts, in {len(compared.articles):,} articles",
    )
    return replace(
        answer,
        lay_out=lambda: share_matrix(
            table, titles, addresses, caption=caption, details=tabulate_cells(table, titles)
        ),
    )


def tabulate_cells(table: pd.DataFrame, titles: dict[str, str]) -> html.Display:
    """Return the numbers of all cells with hits, to show."""
    known = TABLES["overview"]
    headings = {
        name: (known[name].heading, "" if name in EVIDENT_COLUMNS else known[name].meaning)
        for name in SHOWN_OVERVIEW
    }
    return html.table(
        table[table["total"] > 0].assign(concept=table["concept"].map(titles)),
        caption="One row per cell with hits of the concept.",
        name="overview",
        columns=headings,
    )


def answer_words(compared: Compared) -> Answer:
    """Answer which words each of a few documents has, in which voice."""
    record, request = compared.study, compared.request
    labels = label_documents(compared.articles, with_titles=record.width is None)
    ranked = {name: k for k, name in enumerate(order_outlets(record, compared.articles))}
    places = compared.articles.assign(rank=compared.articles["outlet"].astype(str).map(ranked))
    ids = places.sort_values(["rank", "date", "doc_id"], kind="stable")["doc_id"]
    documents = [labels[doc_id] for doc_id in ids]
    lines = find_document_lines(record, request, labels, documents)
    table = compute_words(lines)
    named = table.assign(document=pd.Categorical(table["doc_id"].map(labels), documents))
    titles = {name: concept.title for name, concept in record.concepts.items()}
    caption = "The words of each document; one row per concept that any of them names."
    none = "No hits were found in these documents."
    pages = find_concept_pages(record, request) if is_exported() else None
    return Answer(
        record,
        "overview",
        "overview_words",
        table,
        caption,
        tell=lambda: describe_words(named, titles),
        headline=name_clearest_choice(named, titles),
        evidence=Evidence(
            lambda: lines,
            "The lines behind every word, by document and voice.",
            by="document",
            empty=none,
        ),
        empty=none if record.concepts else NO_CONCEPTS,
        summary=f"{table['n'].sum():,} hits in {len(documents)} documents",
        lay_out=lambda: word_matrix(named, titles, documents, caption=caption, pages=pages),
    )


def answer_left_out(compared: Compared, shown: pd.DataFrame) -> Answer:
    """Answer which concepts are not in the table that is shown, and why."""
    record = compared.study
    table = explain_left_out(compared, shown)
    titles = {name: concept.title for name, concept in record.concepts.items()}
    return Answer(
        record,
        "left-out",
        "overview_left_out",
        table.assign(concept=table["concept"].map(titles)),
        "One row per concept that is not in the matrix.",
        empty="Every concept of the study is in the matrix." if record.concepts else NO_CONCEPTS,
    )


def answer_method(compared: Compared, overview: pd.DataFrame | None) -> Answer:
    """Answer how the articles were read and counted, with the numbers of this study."""
    record = compared.study
    everything = count_study_hits(record, [], copies="all").articles
    table = describe_method(compared, everything, overview)
    named = table.assign(text=name_groups(record, table["text"]))
    caption = "One row per topic."
    return Answer(
        record, "method", "overview_method", named, caption, lay_out=lambda: topics(named)
    )


def answer_codebook(record: StudyRecord) -> Answer:
    """Answer what counts as each term, and what is known of it."""
    answer = answer_concepts(record)
    return replace(
        answer,
        name="codebook",
        empty=NO_CONCEPTS,
        lay_out=lambda: codebook(record.concepts, answer.table, record.lists),
    )


def find_concept_pages(record: StudyRecord, request: Request) -> dict[str, str]:
    """Return the page of each concept that the study's report has, counted as the matrix is."""
    settings = {
        "voice": (request.voice, "outlet"),
        "copies": (request.copies, "all"),
        "place": (record.place, "text"),
        "events": (record.event_rule, "all"),
    }
    pages = {}
    for notebook, shared, own in record.runs():
        given = {**shared, **own}
        is_alike = all(given.get(name, usual) == is_ for name, (is_, usual) in settings.items())
        if notebook == CONCEPT_NOTEBOOK and is_alike and given.get("concept") in record.concepts:
            pages[given["concept"]] = f"{name_page(notebook, own)}.html"
    return pages


def link_cells(table: pd.DataFrame, pages: dict[str, str]) -> pd.Series:
    """Return the address of the lines behind each cell: on its concept's page, or on this one.

    Here are only the lines of clear cells.
    """
    if not is_exported():
        return pd.Series(dtype=object)
    addresses = {}
    for row in table[table["n"] > 0].itertuples():
        page = pages.get(row.concept)
        if page or row.q < SIGNIFICANCE_LEVEL:
            line = make_line_id(
                concept=row.concept, variant=row.variant, outlet=row.outlet, voice=row.voice
            )
            addresses[row.Index] = f"{page or ''}#{line}"
    return pd.Series(addresses, dtype=object)


def find_clear_lines(compared: Compared, table: pd.DataFrame, elsewhere: list[str]) -> pd.DataFrame:
    """Return the lines behind the clear cells of concepts that have no page of their own."""
    is_here = (table["q"] < SIGNIFICANCE_LEVEL) & (table["n"] > 0)
    rows = table[is_here & ~table["concept"].isin(elsewhere)]
    if rows.empty:
        return pd.DataFrame(columns=["doc_id"])
    request = compared.request
    return find_hit_lines(compared.study, voices=[request.voice], copies=request.copies, rows=rows)


def find_document_lines(
    record: StudyRecord, request: Request, labels: pd.Series, documents: list[str]
) -> pd.DataFrame:
    """Return the lines of a few documents, each with its `document`."""
    lines = find_hit_lines(record, voices=TOKEN_VOICES, copies=request.copies)
    document = pd.Categorical(lines["doc_id"].map(labels), documents)
    return lines.assign(document=document)
