"""Which outlet uses which term."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.choices import answer_choices
from wording.answers.lines import find_hit_lines
from wording.answers.narrow import explain_concept, name_groups
from wording.answers.questions.inventory import answer_concepts
from wording.answers.questions.timeline import SHOWN_PERIODS
from wording.answers.questions.voices import describe_voice_fit
from wording.answers.tables import make_asked_table, make_table
from wording.corpus.counts import (
    count_study_hits,
    describe_missing_phrases,
    describe_study_units,
)
from wording.corpus.counts_files import knows_places
from wording.corpus.phrase_counts import describe_left_out, describe_phrases
from wording.questions.choices.choices import compute_study_choices
from wording.questions.design import Request
from wording.questions.shares import copies as copy_rules
from wording.questions.shares.findings import (
    describe,
    headline,
    mark_clear_shares,
    order_outlets_by_share,
    sentences,
)
from wording.questions.timeline.findings import describe_endpoints
from wording.questions.timeline.timeline import compute_study_timeline, find_commonest_variant
from wording.settings import REST_LABEL
from wording.show.figures import plot_bars, plot_forest, plot_timeline
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

NAMED_VOICES = {
    "outlet": "own words",
    "quoted": "quoted words",
    "reported": "reported words",
    "attributed": "quoted or reported words",
    "all": "whoever's words",
}
"""What a figure calls the words that count."""
NAMED_PLACES = {
    "text": "text",
    "headline": "headlines",
    "lead": "leads",
    "body": "text without leads",
    "all": "headlines and text",
}
"""What a figure calls the places where words count."""
SHOWN_SHARES = (
    "variant", "outlet", "voice", "n", "total", "n_articles", "share", "low", "high", "per_million"
)  # fmt: skip
SHOWN_CONTRASTS = (
    "variant", "outlet", "difference", "low", "high", "log_odds_ratio", "q", "n", "total",
    "n_other", "total_other"
)  # fmt: skip
SHOWN_COPIES = (
    "variant", "outlet", "n", "total", "share", "low", "high", "n_otherwise", "total_otherwise",
    "share_otherwise", "difference"
)  # fmt: skip


def answer_shares(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer which term each outlet chooses when it names the concept."""
    asked = replace(request, concepts=[concept])
    beside = replace(asked, voice=other_voice(request.voice))
    table = make_asked_table(record, "shares", asked)
    others = make_asked_table(record, "shares", beside)
    against = "pairs" if has_two_groups(record, table) else asked.against
    contrasts = make_asked_table(record, "contrasts", replace(asked, against=against))
    counted = count_study_hits(record, [concept], copies=request.copies)
    evidence = Evidence(
        partial(
            find_hit_lines,
            record,
            [concept],
            voices=[asked.voice, beside.voice],
            copies=request.copies,
        ),
        "The hits of each term at each outlet.",
        counted_as=asked.voice,
    )
    picture = picture_shares(
        record, table, contrasts, views=lambda: view_shares(record, asked, picture, against)
    )
    return Answer(
        record,
        "shares",
        "shares",
        table,
        "One row per term and outlet, in the voice compared.",
        columns=SHOWN_SHARES,
        links={"n": with_lines(table)["lines"]},
        tell=lambda: [
            *name_groups(record, sentences(table, contrasts)),
            *describe_matches(record, concept),
            *describe_study_units(record),
            *describe_voice_fit(record, request),
        ],
        headline=headline(table, contrasts, record.concepts[concept].title),
        picture=picture,
        evidence=evidence,
        parts={
            "terms": partial(answer_concepts, record, [concept]),
            "beside": partial(
                answer_beside, record, others, replace(evidence, counted_as=beside.voice)
            ),
            "contrasts": partial(answer_contrasts, record, contrasts),
            "choices": lambda: answer_choices(
                record, compute_study_choices(record, concept, replace(asked, against=against))
            ),
            "copies": partial(answer_copies, record, table, asked),
            "phrases": partial(answer_phrases, record, concept),
            "own_voice": partial(answer_own_voice, record, asked),
            "periods": partial(answer_shares_by_period, record, concept, request),
        },
        note=explain_concept(record, concept),
        summary=f"{counted.counts['n'].sum():,} hits in all voices, {table['n'].sum():,} of voice "
        f"{request.voice!r}, in {len(counted.articles):,} articles",
    )


def has_two_groups(record: StudyRecord, table: pd.DataFrame) -> bool:
    """Return whether two groups are compared: then the second is all that the first is not."""
    names = set(table["outlet"]) | set(table.get("other", ())) - {REST_LABEL}
    return record.groups is not None and len(names) == 2


def describe_matches(record: StudyRecord, concept: str) -> list[str]:
    """Return in sentences which phrases of a concept match nothing, and what they leave out.

    They are matched in the text; nothing is said where only headlines count.
    """
    missing = describe_missing_phrases(record, concept)
    if record.place == "headline":
        return missing
    phrases = make_table(record, "phrases", concepts=[concept])
    return [*missing, *describe_phrases(phrases, record.taken), *describe_left_out(phrases, top=3)]


def answer_phrases(record: StudyRecord, concept: str) -> Answer:
    """Answer how often each phrase of a concept matches."""
    return Answer(
        record,
        "phrases",
        "phrases",
        make_table(record, "phrases", concepts=[concept]),
        "One row per phrase, and per alternative in it. Matches in all articles.",
        empty="Phrases are counted in the articles, which are not available here.",
    )


def picture_shares(
    record: StudyRecord,
    table: pd.DataFrame,
    contrasts: pd.DataFrame,
    *,
    links: bool = True,
    views: Callable[[], Mapping[str, Picture]] = dict,
) -> Picture:
    """Return the figure of shares; of a concept with one variant, of hits per million words."""
    if not table["n"].sum():
        return Picture(
            why_not="No hits in this voice, at these outlets, on these days: no shares to plot."
        )
    title = record.concepts[table["concept"].iloc[0]].title
    if table["variant"].nunique() > 1:
        marked, order = mark_clear_shares(table, contrasts), order_outlets_by_share(table)
        return Picture(
            f"Share of each term, {NAMED_VOICES[table['voice'].iloc[0]]}. Coloured: clearly more "
            "(blue point) or less (orange diamond) than the other outlets together",
            describe(table),
            lambda linked: plot_forest(marked, order=order, links=linked and links),
            why_not="",
            views=views,
        )
    return Picture(
        f"Hits per million words: {title}",
        describe_rates(table),
        lambda linked: plot_bars(
            table, category="outlet", value="per_million", label=f"{title}: hits per million words"
        ),
        why_not="",
    )


def view_shares(
    record: StudyRecord, request: Request, asked: Picture, against: str
) -> dict[str, Picture]:
    """Return the figure of shares in each voice, in the text and in headlines, where there are any.

    Parameters
    ----------
    record : StudyRecord
    request : Request
        Of one concept; its voice comes first.
    asked : Picture
        The figure of what was asked for.
    against : str
        With what each outlet is compared.
    """
    voices = dict.fromkeys([request.voice, other_voice(request.voice), "all"])
    has_all_lines = {request.voice, other_voice(request.voice)} == {"outlet", "attributed"}
    places = [record.place]
    if knows_places(record):
        places = list(dict.fromkeys([record.place, "text", "headline"]))
    views = {}
    for place, voice in itertools.product(places, voices):
        where = "" if place == "text" else f", in {NAMED_PLACES[place]}"
        name = f"{NAMED_VOICES[voice]}{where}"
        if (place, voice) == (record.place, request.voice):
            views[name] = asked
            continue
        placed, voiced = record.narrow(place=place), replace(request, voice=voice, against=against)
        table = make_asked_table(placed, "shares", voiced)
        if table["n"].sum():
            has_lines = place == record.place and (voice != "all" or has_all_lines)
            contrasts = make_asked_table(placed, "contrasts", voiced)
            views[name] = picture_shares(placed, table, contrasts, links=has_lines)
    return views


def describe_rates(table: pd.DataFrame) -> str:
    """Return what the bars of rates show, in words: the range over outlets."""
    rates = table.dropna(subset="per_million").set_index("outlet")["per_million"]
    return (
        f"From {rates.min():,.1f} hits per million words at {rates.idxmin()} to "
        f"{rates.max():,.1f} at {rates.idxmax()}."
    )


def answer_beside(record: StudyRecord, table: pd.DataFrame, evidence: Evidence) -> Answer:
    """Answer what the shares are in the other voice."""
    return Answer(
        record,
        "shares-beside",
        "shares",
        table,
        "The same in the other voice.",
        columns=SHOWN_SHARES,
        links={"n": with_lines(table)["lines"]},
        evidence=evidence,
    )


def answer_contrasts(record: StudyRecord, table: pd.DataFrame) -> Answer:
    """Answer where each outlet differs from the others, of two groups the first from the second."""
    caption = "One row per term and outlet, against all other outlets together."
    if has_two_groups(record, table):
        caption = f"One row per term: {table['outlet'].iloc[0]} against {table['other'].iloc[0]}."
    return Answer(
        record,
        "contrasts",
        "contrasts",
        table,
        caption,
        columns=SHOWN_CONTRASTS,
    )


def answer_copies(record: StudyRecord, shares: pd.DataFrame, request: Request) -> Answer:
    """Answer what the shares would be if copies were counted otherwise."""
    swapped = other_copy_rule(request.copies)
    otherwise = make_asked_table(record, "shares", replace(request, copies=swapped))
    table = copy_rules.compare_copy_rules(shares, otherwise)
    return Answer(
        record,
        "copies",
        "copies",
        table,
        "One row per term and outlet whose hits differ when copies are counted otherwise.",
        columns=SHOWN_COPIES,
        tell=lambda: [
            *describe_study_copies(record, request.copies),
            *copy_rules.describe_share_sensitivity(table, way=name_copy_rule(swapped)),
        ],
    )


def answer_own_voice(record: StudyRecord, request: Request) -> Answer:
    """Answer how much of each term an outlet writes in its own words."""
    return Answer(
        record,
        "own-voice",
        "own_voice",
        make_asked_table(record, "own_voice", request),
        "One row per term and outlet: the share of its hits that are the outlet's own words.",
        columns=("variant", "outlet", "n", "n_own", "n_quoted", "n_reported", "own_share"),
    )


def answer_shares_by_period(record: StudyRecord, concept: str, request: Request) -> Answer:
    """Answer what the shares of the most frequent term are over time, without a test of change."""
    table = compute_study_timeline(record, concept, request)
    variant = find_commonest_variant(table, list(record.concepts[concept].variants))
    shown = table[table["variant"] == variant]
    return Answer(
        record,
        "timeline",
        "timeline",
        shown[shown["total"] > 0],
        f"One row per outlet and period with hits: “{variant}”.",
        columns=SHOWN_PERIODS,
        picture=Picture(
            f"Share of “{variant}” over time: {record.concepts[concept].title}",
            describe_endpoints(shown, variant),
            lambda linked: plot_timeline(shown, events=record.events),
            shown[shown["total"] > 0],
            SHOWN_PERIODS,
            why_not=""
            if shown["period"].nunique() > 1
            else "No dated hits, or all within one period: not enough periods to plot.",
        ),
    )


def other_voice(voice: str) -> str:
    """Return the voice that stands beside the one compared."""
    return "attributed" if voice == "outlet" else "outlet"


def other_copy_rule(copies: str) -> str:
    """Return the way of counting copies with which one is compared."""
    return "none" if copies != "none" else "all"


def name_copy_rule(copies: str) -> str:
    """Return how sentences name a way of counting copies."""
    return "without copies" if copies == "none" else "with copies"


def describe_study_copies(record: StudyRecord, copies: str) -> list[str]:
    """Return how many articles of a study are copies, and how they count."""
    return copy_rules.describe_copies(make_table(record, "articles"), copies)
