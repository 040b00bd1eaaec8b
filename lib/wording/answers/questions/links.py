"""Which articles tell of one event."""

from __future__ import annotations

from functools import partial

from wording.answers.answer import Answer
from wording.questions.links import findings
from wording.questions.links.links import StudyLinks, draw_links, find_study_links
from wording.study.records import StudyRecord

SHOWN_LINKS = ("outlet", "title", "other_outlet", "other_title", "date", "score", "verdict")
SHOWN_TO_READ = ("doc_id", "other", "outlet", "title", "other_outlet", "other_title", "date")
NO_LINKS = "No pair of articles is linked."


def answer_links(record: StudyRecord, *, copies: str, to_read: int) -> Answer:
    """Answer which articles of different outlets tell of one event."""
    found = find_study_links(record, copies=copies)
    return Answer(
        record,
        "links",
        "linked_articles",
        found.table,
        "One row per pair of articles.",
        columns=SHOWN_LINKS,
        tell=lambda: findings.sentences(found),
        parts={"to_read": partial(answer_links_to_read, record, found, to_read)},
        empty=NO_LINKS,
        summary=f"{found.n_linked:,} of {found.n_articles:,} articles linked, "
        f"{found.n_undated:,} without a date, {found.n_read:,} links read",
    )


def answer_links_to_read(record: StudyRecord, found: StudyLinks, size: int) -> Answer:
    """Answer which links a person should read, to know how many are right."""
    return Answer(
        record,
        "links-to-read",
        "linked_articles",
        draw_links(found, size=size, seed=record.seed),
        "One row per pair to read: a random sample of those that nobody has read.",
        columns=SHOWN_TO_READ,
        empty=f"{NO_LINKS} There is nothing to read." if found.table.empty else "All were read.",
    )
