"""The lines of a pattern."""

from __future__ import annotations

import pandas as pd

from wording.answers.answer import Answer
from wording.corpus.kwic import find_concordance
from wording.phrasing import format_count
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
    found = find_concordance(record, concept, sort=sort, voice=voice, copies=copies)
    lines = found.lines(stop=top)
    first = f"; the first {len(lines):,}" if len(lines) < len(found) else ""
    return Answer(
        record,
        "concordance",
        "hits",
        lines,
        f"{found.describe()} Sorted by {sort}{first}.",
        empty=found.describe(),
        summary=f"{format_count(len(found), 'line')} of {concept!r}",
    )
