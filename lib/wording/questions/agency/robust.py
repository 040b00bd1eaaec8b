"""Whether outlets differ in acts within events, and however one counts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.corpus.acts import count_study_acts
from wording.corpus.counts import read_study_links
from wording.errors import WordingError
from wording.questions.agency.agency import (
    UNCLEAR_FORM,
    Split,
    compare_acts,
    contrast_agency,
    split_by_form_and_naming,
    split_forms,
)
from wording.questions.choices.choices import (
    Choice,
    Contrast,
    Counted,
    choose_contrast,
    list_choices,
    measure_choices,
    measure_shares,
    tabulate_choices,
)
from wording.questions.design import DEFAULT_REQUEST, Request
from wording.questions.events.within import compare_within_events
from wording.settings import EVENT_RULES
from wording.stats.resampling import q_values
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

LEAD_OR_TEXT = ("text", "lead")
"""Where acts might also have been counted."""


def compute_agency_events(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> pd.DataFrame:
    """Return the `agency_events` table: differences in all, on shared events, and within events."""
    compared = compare_acts(study, request)
    links = read_study_links(study, copies=request.copies)
    tables = [
        compare_within_events(
            (split.counts.assign(concept=concept), compared.articles, links),
            {concept: split.parts},
            compared.design,
            request.against,
        ).assign(measure=measure)
        for (concept, measure), split in split_forms(compared).items()
    ]
    if not tables:
        return pd.DataFrame(columns=list(TABLES["agency_events"]))
    table = pd.concat(tables, ignore_index=True).rename(columns={"variant": "form"})
    table = table.assign(q=q_values(table["p"].to_numpy(dtype=float)))
    return check_columns(table, "agency_events")


def compute_agency_choices(
    study: StudyRecord, concept: str, request: Request = DEFAULT_REQUEST
) -> pd.DataFrame:
    """Return the `choices` table of the clearest difference between outlets in their acts.

    If outlets clearly differ in naming who did it, this is counted, else the clearest form.
    """
    contrasts = contrast_agency(compare_acts(study, replace(request, concepts=[concept])))
    measure, contrast = choose_act_contrast(contrasts)
    if contrast is None:
        return pd.DataFrame(columns=list(TABLES["choices"]))
    counted = read_counted_acts(study, concept, measure)
    shown = Choice(request.voice, request.copies, study.place, study.event_rule)
    choices = list_choices(shown, EVENT_RULES, LEAD_OR_TEXT)
    rows = measure_choices(counted, choices, partial(measure_shares, counted, contrast))
    return tabulate_choices(rows, contrast, shown, counted)


def choose_act_contrast(contrasts: pd.DataFrame) -> tuple[str, Contrast | None]:
    """Return the difference that is counted in other ways, and what acts are split by there."""
    chosen = [
        (measure, choose_contrast(rows.rename(columns={"form": "variant"})))
        for measure in ("agent", "form")
        if len(rows := contrasts[contrasts["measure"] == measure])
    ]
    tested = [(measure, contrast) for measure, contrast in chosen if contrast is not None]
    clear = [pair for pair in tested if pair[1].clear]
    return next(iter([*clear, *tested]), ("", None))


def read_counted_acts(study: StudyRecord, concept: str, measure: str) -> Counted:
    """Return the acts of a concept whose form is clear, counted in all ways."""
    whole = study.with_events("all")
    counts = count_study_acts(whole.narrow(place="text"), [concept])
    try:
        links = read_study_links(whole)
    except WordingError:
        if study.has_articles:
            raise
        links = pd.DataFrame(columns=["doc_id", "other"], dtype=str)
    acts = counts.counts[counts.counts["form"] != UNCLEAR_FORM]
    split: Split = split_by_form_and_naming(acts)[measure]
    marks = pd.DataFrame(columns=list(TABLES["marks"]))
    return Counted(whole, list(split.parts), counts.articles, split.counts, links, marks)
