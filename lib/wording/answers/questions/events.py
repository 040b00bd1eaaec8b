"""What outlets cover against how they word it: differences within events, and events to read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.choices import answer_choices
from wording.answers.narrow import explain_concept
from wording.answers.questions.voices import describe_voice_fit
from wording.answers.tables import make_asked_table
from wording.corpus.counts import describe_article_languages, find_study_hits, read_study_links
from wording.corpus.lines import find_leads
from wording.errors import WordingError
from wording.questions.choices.choices import compute_study_event_choices
from wording.questions.design import Compared, Request, compare_articles
from wording.questions.events import findings
from wording.questions.events.divided import find_study_divided_events
from wording.settings import VOICE_GROUPS
from wording.show.event_figures import plot_events
from wording.show.events import event_cards
from wording.study.records import StudyRecord
from wording.tables import TABLES

NO_DIFFERENCE = "Fewer than two outlets name this, so there is no difference."
NO_DIVIDED = "No linked articles of different outlets use different terms for this."
SHOWN_EVENTS = (
    "variant", "outlet", "other", "raw_difference", "raw_low", "raw_high", "shared_difference",
    "shared_low", "shared_high", "within_difference", "within_low", "within_high", "q",
    "covered_difference", "n_articles", "n_other", "n_links", "n_components"
)  # fmt: skip
SHOWN_CONCEPTS = (
    "concept", "variant", "outlet", "other", "raw_difference", "shared_difference",
    "within_difference", "within_low", "within_high", "q", "covered_difference", "n_links",
    "n_components"
)  # fmt: skip
SHOWN_DIVIDED = ("event", "outlet", "date", "terms", "n", "divided", "linked", "doc_id")


def answer_events(record: StudyRecord, concept: str, request: Request, top: int) -> Answer:
    """Answer what of the differences between outlets is covered, and what is how they word it."""
    compared = compare_articles(record, replace(request, concepts=[concept]))
    asked = replace(compared.request, against=choose_sides(compared))
    why = find_why_no_links(record, compared)
    table = make_events_table(record, asked)
    title = record.concepts[concept].title
    return Answer(
        record,
        "events",
        "events",
        table,
        "One row per term and outlet. Differences of mean shares, in percentage points.",
        columns=SHOWN_EVENTS,
        tell=lambda: [
            *([why] if why else findings.sentences(table)),
            *findings.describe_links(compared.articles, table),
            *describe_article_languages(record, compared.articles),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(table) or f"No clear difference within events: {title}",
        picture=Picture(
            f"In all, on shared events and within events: {title}",
            findings.describe(table),
            lambda linked: plot_events(table),
            why_not="" if table["raw_difference"].notna().any() else why or NO_DIFFERENCE,
        ),
        parts={
            "choices": partial(answer_event_choices, record, concept, asked),
            "divided": partial(answer_divided, record, concept, request, top),
            "concepts": partial(answer_all_concepts, record, asked),
        },
        empty=why or NO_DIFFERENCE,
        note=explain_concept(record, concept),
        summary=f"{compared.spoken['n'].sum():,} hits of voice {request.voice!r} in "
        f"{compared.spoken['doc_id'].nunique():,} of {len(compared.articles):,} articles, "
        f"{compared.articles['date'].isna().sum():,} of them without a date",
    )


def choose_sides(compared: Compared) -> str:
    """Return what each outlet is compared with: of two outlets the other one, else the rest."""
    return "pairs" if len(compared.design.list_outlets(compared.articles)) == 2 else "rest"


def find_why_no_links(record: StudyRecord, compared: Compared) -> str:
    """Return why there are no links between the articles compared; empty where there are."""
    try:
        links = read_study_links(record, copies=compared.request.copies)
    except WordingError as error:
        return str(error)
    return findings.explain_no_links(compared.articles) if links.empty else ""


def make_events_table(record: StudyRecord, request: Request) -> pd.DataFrame:
    """Return the `events` table; without rows where the study's counts have no links."""
    try:
        return make_asked_table(record, "events", request)
    except WordingError:
        if record.has_articles:
            raise
        return pd.DataFrame(columns=list(TABLES["events"]))


def answer_event_choices(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer whether the clearest difference holds however one counts."""
    try:
        table = compute_study_event_choices(record, concept, request)
    except WordingError:
        if record.has_articles:
            raise
        table = pd.DataFrame(columns=list(TABLES["choices"]))
    return answer_choices(record, table)


def answer_all_concepts(record: StudyRecord, request: Request) -> Answer:
    """Answer the same of all the study's concepts: the largest difference of each and each side."""
    table = make_events_table(record, replace(request, concepts=None))
    titles = {name: concept.title for name, concept in record.concepts.items()}
    return Answer(
        record,
        "events-of-all-concepts",
        "events",
        findings.select_largest(table),
        "One row per concept and outlet: its term with the largest difference, in all or within.",
        columns=SHOWN_CONCEPTS,
        tell=lambda: findings.sentences(table, titles=titles),
        empty=NO_DIFFERENCE,
    )


def answer_divided(record: StudyRecord, concept: str, request: Request, top: int) -> Answer:
    """Answer which events outlets word most differently."""
    try:
        table = find_study_divided_events(record, concept, request, top=top)
    except WordingError:
        if record.has_articles:
            raise
        table = pd.DataFrame(columns=list(TABLES["divided_events"]))
    return Answer(
        record,
        "divided-events",
        "divided_events",
        table,
        "One row per event and article, the most divided events first.",
        columns=SHOWN_DIVIDED,
        evidence=Evidence(
            partial(find_event_lines, record, table, request),
            "The most divided events: each outlet's headline, its terms with their hits, a line "
            "with the term that it uses most, and how the article begins.",
            empty=NO_DIVIDED,
            show=partial(event_cards, why=record.why_no_text),
        ),
        empty=NO_DIVIDED,
    )


def find_event_lines(record: StudyRecord, events: pd.DataFrame, request: Request) -> pd.DataFrame:
    """Return the events with a line of each article and how it begins, as far as text may be shown.

    Parameters
    ----------
    record : StudyRecord
    events : DataFrame
        The table `divided_events` of one concept.
    request : Request
        Whose words, and which copies.
    """
    if record.why_no_text or events.empty:
        return events
    hits = find_study_hits(record, list(events["concept"].unique()), copies=request.copies)
    hits = hits[hits["voice"].isin(VOICE_GROUPS[request.voice])].sort_values(["doc_id", "start"])
    keys = ["doc_id", "variant"]
    lines = hits.drop_duplicates(keys)[[*keys, "start", "end", "left", "node", "right", "voice"]]
    leads = find_leads(record, events["doc_id"].to_list())
    return events.merge(lines, on=keys, how="left").assign(lead=leads.to_numpy())
