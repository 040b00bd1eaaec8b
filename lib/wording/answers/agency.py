"""Who does what to whom: the form of acts, who is named, and the acts behind each number."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.choices import answer_choices
from wording.answers.lines import ARTICLE_COLUMNS
from wording.answers.narrow import explain_concept, explain_event_rule, name_groups
from wording.answers.questions.events import choose_sides
from wording.answers.questions.voices import describe_voice_fit
from wording.corpus.acts import count_study_acts, find_study_acts
from wording.corpus.counts import describe_study_units, order_outlets
from wording.corpus.counts_files import OLD_COUNTS_REMEDY, knows_acts
from wording.corpus.marks.likeness import describe_grammar_limits
from wording.errors import WordingError
from wording.questions.agency import agency as acts
from wording.questions.agency.findings import (
    CHOICE_PHRASES,
    FORM_LABELS,
    NO_ACTS_NAMED,
    describe,
    describe_concept_acts,
    describe_patient_contrasts,
    describe_within_events,
    headline,
    reshape_agency,
    sentences,
)
from wording.questions.agency.patients import contrast_act_patients
from wording.questions.agency.robust import compute_agency_choices, compute_agency_events
from wording.questions.design import Compared, Request
from wording.questions.reporting import PLACE_SENTENCES
from wording.settings import ALL_OUTLETS, VOICE_GROUPS
from wording.show.figures import plot_forest
from wording.show.lines import with_lines
from wording.study.records import StudyRecord
from wording.tables import TABLES

SHOWN_AGENCY = (
    "form", "outlet", "voice", "n", "total", "n_articles", "share", "low", "high", "per_million",
    "n_unclear"
)  # fmt: skip
SHOWN_AGENCY_CONTRASTS = (
    "form", "outlet", "other", "difference", "low", "high", "log_odds_ratio", "q", "n", "total",
    "n_other", "total_other"
)  # fmt: skip
SHOWN_AGENTS = ("side", "group", "outlet", "n", "total", "n_articles", "share", "low", "high")
SHOWN_PATIENTS = ("patient", "form", "outlet", "n", "total", "n_articles", "share", "low", "high")

SHOWN_PATIENT_CONTRASTS = (
    "patient", "form", "outlet", "other_patient", "other", "difference", "low", "high", "q", "n",
    "total", "n_other", "total_other"
)  # fmt: skip
SHOWN_AGENCY_EVENTS = (
    "form", "outlet", "other", "raw_difference", "raw_low", "raw_high", "shared_difference",
    "shared_low", "shared_high", "within_difference", "within_low", "within_high", "q", "n_links",
    "n_components"
)  # fmt: skip


def answer_agency(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer in which form each outlet tells of acts, and whether it names who did them."""
    if why := explain_no_agency(record, concept):
        empty = pd.DataFrame(columns=list(TABLES["agency"]))
        return Answer(
            record,
            "agency",
            "agency",
            empty,
            "",
            tell=lambda: [why],
            picture=Picture(why_not=why),
            evidence=Evidence(lambda: pd.DataFrame(columns=["doc_id"]), "", empty=why),
            parts={
                name: partial(Answer, record, kind, kind, empty, "", empty=why)
                for name, kind in PART_TABLES.items()
            },
            headline=f"No acts are counted: {record.concepts[concept].title}",
            empty=why,
            note=explain_concept(record, concept),
            summary="no acts",
        )
    compared = acts.compare_acts(record, replace(request, concepts=[concept]))
    compared = replace(compared, request=replace(compared.request, against=choose_sides(compared)))
    table = acts.compute_agency(compared)
    forms = table[table["measure"] == "form"]
    drawn = reshape_agency(table)
    title = record.concepts[concept].title
    contrasts = acts.contrast_agency(compared)
    said = partial(sentences, table, contrasts, acts.compute_act_patients(compared))
    return Answer(
        record,
        "agency",
        "agency",
        table,
        "One row per form and outlet, then per outlet whether who did it is named.",
        columns=SHOWN_AGENCY,
        links={"n": link_forms(forms).reindex(table.index)},
        tell=lambda: [
            *name_groups(record, said()),
            *describe_grammar_limits(record.language),
            *name_groups(record, describe_patient_contrasts(contrast_act_patients(compared))),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=headline(contrasts, title),
        picture=Picture(
            f"Forms of acts, and whether who did it is named: {title}",
            describe(drawn),
            lambda linked: plot_forest(drawn, links=False),
            why_not="" if table["n"].sum() else said()[0],
        ),
        evidence=Evidence(
            partial(find_act_lines, record, concept, request),
            "The acts of each form at each outlet, with who did it and to whom where they are "
            "named.",
            unit="act",
            empty=said()[0],
        ),
        parts={
            "contrasts": partial(answer_agency_contrasts, compared),
            "agents": partial(answer_agents, compared),
            "patients": partial(answer_patients, compared),
            "patient_contrasts": partial(answer_patient_contrasts, compared),
            "events": partial(answer_agency_events, compared),
            "choices": lambda: answer_choices(
                record,
                compute_agency_choices(record, concept, compared.request),
                CHOICE_PHRASES,
            ),
        },
        empty=said()[0],
        note=explain_acts(record, concept),
        summary=f"{compared.counts['n'].sum():,} acts in all voices, "
        f"{compared.spoken['n'].sum():,} of voice {request.voice!r}, in "
        f"{len(compared.articles):,} articles",
    )


PART_TABLES = {
    "contrasts": "agency_contrasts",
    "agents": "act_agents",
    "patients": "act_patients",
    "patient_contrasts": "act_patient_contrasts",
    "events": "agency_events",
    "choices": "choices",
}
"""The table of each part of the answer."""


def explain_no_agency(record: StudyRecord, concept: str) -> str:
    """Return why acts cannot be asked for; empty where they can."""
    if not record.concepts[concept].acts:
        return NO_ACTS_NAMED
    if not knows_acts(record):
        return f"The saved counts have no acts. {OLD_COUNTS_REMEDY}"
    return ""


def explain_acts(record: StudyRecord, concept: str) -> str:
    """Return which acts are counted, and what a reader should know of the concept."""
    said = [
        describe_concept_acts(record.concepts[concept]),
        PLACE_SENTENCES[record.place],
        *explain_event_rule(record),
        record.concepts[concept].note,
    ]
    return " ".join(filter(None, said))


def link_forms(forms: pd.DataFrame) -> pd.Series:
    """Return the addresses of the lines of each form at each outlet."""
    return with_lines(forms.assign(variant=forms["form"].map(FORM_LABELS)))["lines"]


def answer_agency_contrasts(compared: Compared) -> Answer:
    """Answer where each outlet differs from the others in the form of acts."""
    return Answer(
        compared.study,
        "agency_contrasts",
        "agency_contrasts",
        acts.contrast_agency(compared),
        "One row per form and outlet, against all other outlets together, or the other of two.",
        columns=SHOWN_AGENCY_CONTRASTS,
    )


def answer_agents(compared: Compared) -> Answer:
    """Answer which groups each outlet names as those who act, and as those acted upon."""
    table = acts.compute_act_agents(compared)
    return Answer(
        compared.study,
        "act_agents",
        "act_agents",
        table[table["n"] > 0],
        "One row per group that is named on a side, and outlet.",
        columns=SHOWN_AGENTS,
        empty="No acts were found, so nobody is named.",
    )


def answer_patients(compared: Compared) -> Answer:
    """Answer in which forms acts are told, by the group of those to whom they are done."""
    table = acts.compute_act_patients(compared)
    return Answer(
        compared.study,
        "act_patients",
        "act_patients",
        table[table["n"] > 0],
        "One row per group, form and outlet, all outlets together first; out of the acts done to "
        "the group.",
        columns=SHOWN_PATIENTS,
        empty="No act was found of which it is said to whom it was done.",
    )


def answer_patient_contrasts(compared: Compared) -> Answer:
    """Answer whether the form of acts depends on whom they are done to."""
    table = contrast_act_patients(compared)
    return Answer(
        compared.study,
        "act_patient_contrasts",
        "act_patient_contrasts",
        table,
        "One row per group and form: at each outlet against acts on all others, then against acts "
        "on the same group at other outlets.",
        columns=SHOWN_PATIENT_CONTRASTS,
        tell=lambda: name_groups(compared.study, describe_patient_contrasts(table)),
        empty="No act was found of which it is said to whom it was done.",
    )


def answer_agency_events(compared: Compared) -> Answer:
    """Answer where outlets differ in the form of acts on the same events."""
    try:
        table = compute_agency_events(compared.study, compared.request)
        why = ""
    except WordingError as error:
        if compared.study.has_articles:
            raise
        table, why = pd.DataFrame(columns=list(TABLES["agency_events"])), str(error)
    said = [why] if why else describe_within_events(table)
    tested = table[table["within_low"].notna()]
    return Answer(
        compared.study,
        "agency_events",
        "agency_events",
        tested,
        "One row per form and outlet. Differences of mean shares, in percentage points.",
        columns=SHOWN_AGENCY_EVENTS,
        tell=lambda: name_groups(compared.study, said),
        empty="No outlet shares enough events with the others for a row.",
    )


def find_act_lines(record: StudyRecord, concept: str, request: Request) -> pd.DataFrame:
    """Return the acts behind the numbers, unclear ones too; or counts where text is not shown.

    The readable form of each is the column `variant`.
    """
    counted = count_study_acts(record, [concept], copies=request.copies)
    if record.why_no_text:
        lines = counted.counts.merge(counted.articles[ARTICLE_COLUMNS], on="doc_id")
    else:
        lines = find_study_acts(record, [concept], copies=request.copies)
    lines = lines[lines["voice"].isin(VOICE_GROUPS[request.voice])]
    outlets = order_outlets(record, counted.articles)
    return lines.assign(
        variant=pd.Categorical(lines["form"].map(FORM_LABELS), list(FORM_LABELS.values())),
        outlet=pd.Categorical(lines["outlet"], outlets),
        counted_as=request.voice,
        everywhere=ALL_OUTLETS,
    )
