"""Whether the first finding of a page holds however one counts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from wording.answers.answer import Answer, Picture
from wording.answers.narrow import name_groups
from wording.questions.choices import findings
from wording.show.choice_figures import plot_choices
from wording.study.records import StudyRecord

SHOWN_CHOICES = (
    "voice", "copies", "place", "events", "senses", "shown", "difference", "low", "high", "p",
    "n_articles", "n_other", "outcome", "reason"
)  # fmt: skip


def answer_choices(
    record: StudyRecord, table: pd.DataFrame, phrases: Mapping[str, str] | None = None
) -> Answer:
    """Answer in how many ways of counting a difference holds.

    Parameters
    ----------
    record : StudyRecord
    table : DataFrame
        The table `choices` of one concept.
    phrases : mapping of str to str, optional
        What an outlet does where it chooses a variant; without it, it writes it.
    """
    counted = findings.select_counted(table)
    return Answer(
        record,
        "choices",
        "choices",
        table,
        "One row per way of counting, the smallest difference first.",
        columns=SHOWN_CHOICES,
        tell=lambda: name_groups(record, findings.sentences(table, phrases)),
        picture=Picture(
            findings.title_figure(table, phrases),
            findings.describe(table),
            lambda linked: plot_choices(table, findings.LABELS),
            table,
            SHOWN_CHOICES,
            why_not="" if len(counted) > 1 else "There are not two ways of counting to draw.",
        ),
        empty=findings.NOTHING_TO_COUNT,
    )
