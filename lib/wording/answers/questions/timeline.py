"""When the choice of terms changed, and where first."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.lines import find_hit_lines
from wording.answers.narrow import explain_concept, name_groups
from wording.answers.questions.voices import describe_voice_fit
from wording.corpus.counts import describe_study_units
from wording.questions.design import Request
from wording.questions.timeline import findings
from wording.questions.timeline.timeline import (
    TimelineAnalysis,
    analyse_study_timeline,
    label_timeline_lines,
    prepare_line_links,
)
from wording.show.figures import plot_timeline
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

SHOWN_CHANGES = (
    "outlet", "variant", "date", "low", "high", "share_before", "share_after", "n_before",
    "total_before", "n_after", "total_after", "p_holm"
)  # fmt: skip
SHOWN_ORDER = (
    "variant", "earlier", "later", "date_earlier", "date_later", "n_days", "p", "q"
)  # fmt: skip
SHOWN_TESTS = ("outlet", "n_days", "total", "first", "last", "p", "p_holm", "n_changes")
SHOWN_PERIODS = ("outlet", "label", "n", "total", "n_articles", "share", "low", "high")


CHANGING_GROUPS_NOTE = (
    "The articles of a group may come from other outlets at other times: a change of a group need "
    "not be a change of any outlet."
)


def answer_timeline(
    record: StudyRecord, concept: str, request: Request, *, variant: str, period: str
) -> Answer:
    """Answer when each outlet's choice changed."""
    analyse = partial(analyse_study_timeline, record, concept, variant=variant, period=period)
    made = analyse(request)
    otherwise = analyse(replace(request, copies="none" if request.copies == "all" else "all"))
    shown = made.timeline[made.timeline["variant"] == made.variant]
    return Answer(
        record,
        "changes",
        "changes",
        made.changes,
        "One row per outlet, change and term.",
        columns=SHOWN_CHANGES,
        links={
            f"n_{side}": with_lines(prepare_line_links(made.changes, side))["lines"]
            for side in ("before", "after")
        },
        tell=lambda: [
            *name_groups(record, findings.sentences(made, otherwise=otherwise)),
            *([CHANGING_GROUPS_NOTE] if record.groups else []),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(made, record.concepts[concept].title),
        picture=Picture(
            f"Share of “{made.variant}” over time: {record.concepts[concept].title}",
            findings.describe(made),
            lambda linked: plot_timeline(shown, changes=made.changes, events=record.events),
            why_not=""
            if shown.loc[shown["total"] > 0, "period"].nunique() > 1
            else "No dated hits, or all within one period: not enough periods to plot.",
        ),
        evidence=Evidence(
            lambda: label_timeline_lines(
                find_hit_lines(record, [concept], voices=[request.voice], copies=request.copies),
                made,
            ),
            "The hits of each term at each outlet, by period, and before and after each change.",
        ),
        parts={
            "change_order": partial(answer_change_order, record, made),
            "change_tests": partial(answer_change_tests, record, made),
            "periods": partial(answer_periods, record, made, shown),
        },
        note=explain_concept(record, concept),
        summary=f"{made.change_tests['total'].sum():,} hits of voice {request.voice!r} in dated "
        "articles; "
        f"{made.n_undated:,} undated articles with hits; by {made.period}",
    )


def answer_change_order(record: StudyRecord, made: TimelineAnalysis) -> Answer:
    """Answer which outlet changed first."""
    return Answer(
        record,
        "change-order",
        "change_order",
        made.change_order,
        "One row per pair of outlets that changed in the same direction.",
        columns=SHOWN_ORDER,
    )


def answer_change_tests(record: StudyRecord, made: TimelineAnalysis) -> Answer:
    """Answer where a change was looked for."""
    return Answer(
        record,
        "change-tests",
        "change_tests",
        made.change_tests,
        "One row per outlet.",
        columns=SHOWN_TESTS,
    )


def answer_periods(record: StudyRecord, made: TimelineAnalysis, shown: pd.DataFrame) -> Answer:
    """Answer what the shares are in each period."""
    rows = prepare_line_links(shown[shown["total"] > 0], "label")
    return Answer(
        record,
        "timeline",
        "timeline",
        rows,
        f"One row per outlet and {made.period} with hits: “{made.variant}”.",
        columns=SHOWN_PERIODS,
        links={"n": with_lines(rows)["lines"]},
    )
