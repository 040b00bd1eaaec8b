"""Whether headlines word things as the text below them does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.lines import find_hit_lines
from wording.answers.narrow import explain_concept
from wording.answers.tables import make_asked_table
from wording.corpus.counts_files import OLD_COUNTS_REMEDY, knows_places
from wording.questions.design import Request
from wording.questions.headlines.findings import describe, reshape_side, sentences
from wording.settings import ALL_OUTLETS
from wording.show.figures import plot_forest
from wording.study.records import StudyRecord
from wording.tables import TABLES

SHOWN_HEADLINES = (
    "variant", "outlet", "n_articles", "n_headline", "total_headline", "share_headline", "n_text",
    "total_text", "share_text", "difference", "low", "high", "q"
)  # fmt: skip


def answer_headlines(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer which term stands in headlines and which in the text of the same articles."""
    if not knows_places(record):
        return Answer(
            record,
            "headlines",
            "headlines",
            pd.DataFrame(columns=list(TABLES["headlines"])),
            "",
            empty=f"The saved counts do not say where hits stand. {OLD_COUNTS_REMEDY}",
        )
    table = make_asked_table(record, "headlines", replace(request, concepts=[concept]))
    known = table.dropna(subset="difference")
    title = record.concepts[concept].title
    together = table[table["outlet"] == ALL_OUTLETS]
    return Answer(
        record,
        "headlines",
        "headlines",
        table[table["n_articles"] > 0],
        "One row per term and outlet: articles that name the thing in headline and text; a dash "
        "where they are too few.",
        columns=SHOWN_HEADLINES,
        tell=lambda: sentences(table),
        picture=Picture(
            f"Share of each term in headlines, and (cross) in the text of the same articles: "
            f"{title}",
            describe(table) if len(known) else "",
            lambda linked: plot_forest(
                reshape_side(table, "headline"), beside=reshape_side(table, "text"), links=False
            ),
            why_not="" if len(known) else sentences(table)[0],
        ),
        evidence=Evidence(
            partial(find_paired_lines, record, concept, request),
            "The hits of each term in headline and text of the articles compared.",
        ),
        empty=sentences(table)[0],
        note=explain_concept(record.narrow(place="all"), concept),
        summary=f"{together['n_articles'].max():,} articles name it in headline and text",
    )


def find_paired_lines(record: StudyRecord, concept: str, request: Request) -> pd.DataFrame:
    """Return the lines in headlines and texts of the articles that are compared."""
    headline, text = (
        find_hit_lines(
            record.narrow(place=place), [concept], voices=[request.voice], copies=request.copies
        )
        for place in ("headline", "text")
    )
    headline = headline[headline["doc_id"].isin(text["doc_id"])]
    lines = pd.concat([headline, text[text["doc_id"].isin(headline["doc_id"])]])
    return lines.reset_index(drop=True)
