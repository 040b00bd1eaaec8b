"""The lines of a pattern."""

from __future__ import annotations

import pandas as pd

from wording.answers.answer import Answer
from wording.corpus.kwic import list_concordance
from wording.study.records import StudyRecord
from wording.tables import TABLES

NO_LINES = pd.DataFrame(columns=list(TABLES["hits"]))


def answer_kwic(
    record: StudyRecord,
    concept: str,
    *,
    sort: str,
    top: int | None,
    voice: str,
    copies: str,
) -> Answer:
    """Answer with the lines of a concept, sorted."""
    if record.why_no_text:
        return Answer(record, "concordance", "hits", NO_LINES, "", empty=record.why_no_text)
    lines = list_concordance(record, concept, sort=sort, voice=voice, copies=copies, max_lines=top)
    return Answer(
        record,
        "concordance",
        "hits",
        lines,
        f"{record.concepts[concept].title}: lines sorted by {sort}.",
        empty=f"No line of {concept!r} was found.",
        summary=f"{len(lines):,} lines of {concept!r}",
    )
