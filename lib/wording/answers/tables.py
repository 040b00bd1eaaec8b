"""Any table of a study by its name: one door for the command line, the notebooks and code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from wording.corpus.acts import count_study_acts, find_study_acts
from wording.corpus.counts import (
    count_study_attributions,
    count_study_hits,
    find_study_hits,
    keep_one_language,
    list_study_counts,
    read_study_links,
    select_concepts,
)
from wording.corpus.inventory import tabulate_concepts
from wording.corpus.naming.related_words import count_study_naming
from wording.corpus.phrase_counts import count_study_phrases
from wording.corpus.units import restore_outlets
from wording.errors import WordingError
from wording.languages import GRAMMAR_LANGUAGES
from wording.phrasing import join_names
from wording.questions.agency import agency
from wording.questions.agency.patients import contrast_act_patients
from wording.questions.agency.robust import compute_agency_events
from wording.questions.choices.choices import compute_study_choices
from wording.questions.collocation import collocation
from wording.questions.design import Request, compare_articles
from wording.questions.discovery import rival_sets
from wording.questions.events.divided import find_study_divided_events
from wording.questions.events.within import compute_study_events
from wording.questions.headlines import headlines
from wording.questions.keyness import keyness
from wording.questions.naming import naming
from wording.questions.outlets import outlets
from wording.questions.overview.left_out import explain_left_out
from wording.questions.overview.overview import compute_overview
from wording.questions.overview.words import compute_words
from wording.questions.shares import shares
from wording.questions.timeline import timeline
from wording.questions.voices import voices
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

ONE_LANGUAGE_TABLES = (
    "keyness", "collocates", "collocate_contrasts", "events", "divided_events", "candidates"
)  # fmt: skip
"""What compares words or events: of a study of several languages, within one of them."""
GRAMMAR_TABLES = ("agency", "act_", "naming")
"""How the tables begin that need a grammar, and so a language that has one."""


def make_table(
    study: StudyRecord,
    name: str,
    *,
    concepts: Sequence[str] | None = None,
    voice: str | None = None,
    against: str | None = None,
    copies: str | None = None,
    events: str | None = None,
    place: str | None = None,
) -> pd.DataFrame:
    """Return the named table of a study; its columns are those of `wording.tables`.

    Parameters
    ----------
    study : StudyRecord
    name : str
        One of `TABLE_NAMES`.
    concepts : sequence of str, optional
        Which of the study's concepts; without it all.
    voice : str, optional
        Whose words count, where the table is of one voice: outlet (without it), quoted, reported,
        attributed (quoted or reported) or all.
    against : str, optional
        For contrasts "rest" (without it) or "pairs"; for keyness "rest" or the name of an outlet.
    copies : str, optional
        "all" (every article is counted, also without it), "one" (an outlet that prints a story
        twice counts it once) or "none" (only the first article of each group of copies,
        and hits outside copied text).
    events : str, optional
        "all" (every article counts, also without it) or "shared" (only those that have a linked
        article, on the same event, at another compared outlet).
    place : str, optional
        Where in the articles is counted: text (lead and body; without it as the study says, which
        is text unless `StudyRecord.narrow` says otherwise), headline, lead, body or all.

    Raises
    ------
    WordingError
        For an unknown table, voice, place, concept or way of counting, with the nearest name; for
        an option that the table does not take; for `hits` if the articles are not available.
    """
    choices = {"concepts": concepts, "voice": voice, "copies": copies, "against": against}
    given: dict[str, Any] = {key: value for key, value in choices.items() if value is not None}
    settings = {"place": place, "events": events}
    refuse_untaken_options(
        name, [*given, *(key for key, value in settings.items() if value is not None)]
    )
    study = study.narrow(place=place or "").with_events(events or study.event_rule)
    return make_asked_table(study, name, Request(**given))


def refuse_untaken_options(name: str, given: Iterable[str]) -> None:
    """Refuse options that a table does not take, which would change nothing.

    Raises
    ------
    WordingError
        For an unknown table; for an option that it does not take, with what does.
    """
    one_of("table", name, TABLE_NAMES)
    for option in given:
        if option in _TABLES[name].options:
            continue
        takers = join_names(table for table, maker in _TABLES.items() if option in maker.options)
        column = f"its column {option!r} has them all" if option in TABLES.get(name, ()) else ""
        taken = f"it takes {join_names(_TABLES[name].options)}"
        raise WordingError(
            f"The table {name!r} does not take {option!r}: {column or taken}. "
            f"Tables that take {option!r}: {takers}."
        )


def make_asked_table(study: StudyRecord, name: str, request: Request) -> pd.DataFrame:
    """Return the named table of a study for a request; see `make_table`."""
    one_of("table", name, TABLE_NAMES)
    one_of("voice", request.voice, VOICE_GROUPS)
    if name in ONE_LANGUAGE_TABLES:
        study = keep_one_language(study)
    elif name.startswith(GRAMMAR_TABLES):
        study = keep_one_language(study, among=GRAMMAR_LANGUAGES)
    table = _TABLES[name].make(study, request)
    return check_columns(table, name) if name in TABLES else table


def _make_articles(study: StudyRecord, request: Request) -> pd.DataFrame:
    return restore_outlets(compare_articles(study, request).articles)


def _make_concepts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return tabulate_concepts(study, request.concepts)


def _make_hits(study: StudyRecord, request: Request) -> pd.DataFrame:
    return restore_outlets(find_study_hits(study, request.concepts, copies=request.copies))


def _make_counts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return list_study_counts(study, request.concepts, copies=request.copies)


def _make_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return shares.contrast_shares(
        compared.spoken, compared.articles, compared.variants, compared.design, request.against
    )


def _make_choices(study: StudyRecord, request: Request) -> pd.DataFrame:
    tables = [
        compute_study_choices(study, concept, request)
        for concept in select_concepts(study, request.concepts)
    ]
    return pd.concat(tables, ignore_index=True)


def _make_overview(study: StudyRecord, request: Request) -> pd.DataFrame:
    return compute_overview(compare_articles(study, request))


def _make_overview_words(study: StudyRecord, request: Request) -> pd.DataFrame:
    if not study.why_no_text:
        return compute_words(_make_hits(study, request))
    compared = compare_articles(study, request)
    outlets = restore_outlets(compared.articles)[["doc_id", "outlet"]]
    return compute_words(compared.counts.merge(outlets, on="doc_id"))


def _make_overview_left_out(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return explain_left_out(compared, compute_overview(compared))


def _make_voices(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return voices.compute_voice_shares(compared.articles, compared.design)


def _make_own_voice(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return voices.compute_own_voice(
        compared.counts, compared.articles, compared.variants, compared.design
    )


def _make_attributions(study: StudyRecord, request: Request) -> pd.DataFrame:
    return restore_outlets(count_study_attributions(study, copies=request.copies))


def _make_cues(study: StudyRecord, request: Request, by: str = "cue") -> pd.DataFrame:
    compared = compare_articles(study, request)
    attributions = count_study_attributions(study, copies=request.copies)
    return voices.compute_cue_shares(attributions, compared.articles, by, compared.design)


def _make_cue_contrasts(study: StudyRecord, request: Request, by: str = "cue") -> pd.DataFrame:
    compared = compare_articles(study, request)
    attributions = count_study_attributions(study, copies=request.copies)
    return voices.contrast_cues(attributions, compared.articles, by, compared.design)


def _make_stances(study: StudyRecord, request: Request) -> pd.DataFrame:
    return _make_cues(study, request, by="stance")


def _make_stance_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return _make_cue_contrasts(study, request, by="stance")


def _make_speakers(study: StudyRecord, request: Request) -> pd.DataFrame:
    return voices.rank_speakers(count_study_attributions(study, copies=request.copies))


def _make_phrases(study: StudyRecord, request: Request) -> pd.DataFrame:
    return count_study_phrases(study, request.concepts)


def _make_families(study: StudyRecord, request: Request) -> pd.DataFrame:
    return restore_outlets(count_study_hits(study, [], copies=request.copies).articles)


def _make_links(study: StudyRecord, request: Request) -> pd.DataFrame:
    return read_study_links(study, copies=request.copies)


def _make_collocates(study: StudyRecord, request: Request) -> pd.DataFrame:
    collocates, _ = collocation.find_study_collocates(study, request)
    return collocates


def _make_collocate_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    _, contrasts = collocation.find_study_collocates(study, request)
    return contrasts


def _make_acts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return restore_outlets(find_study_acts(study, request.concepts, copies=request.copies))


def _make_act_counts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return count_study_acts(study, request.concepts, copies=request.copies).counts


def _make_agency(study: StudyRecord, request: Request) -> pd.DataFrame:
    return agency.compute_agency(agency.compare_acts(study, request))


def _make_agency_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return agency.contrast_agency(agency.compare_acts(study, request))


def _make_act_agents(study: StudyRecord, request: Request) -> pd.DataFrame:
    return agency.compute_act_agents(agency.compare_acts(study, request))


def _make_act_patients(study: StudyRecord, request: Request) -> pd.DataFrame:
    return agency.compute_act_patients(agency.compare_acts(study, request))


def _make_act_patient_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return contrast_act_patients(agency.compare_acts(study, request))


def _make_naming_counts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return count_study_naming(study, request.concepts, copies=request.copies).counts


def _make_naming(study: StudyRecord, request: Request) -> pd.DataFrame:
    return naming.compute_naming(naming.compare_naming(study, request))


def _make_naming_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return naming.contrast_naming(naming.compare_naming(study, request))


def _make_timeline(study: StudyRecord, request: Request) -> pd.DataFrame:
    tables = [
        timeline.compute_study_timeline(study, concept, request)
        for concept in select_concepts(study, request.concepts)
    ]
    return pd.concat(tables, ignore_index=True)


def _analyse_timelines(study: StudyRecord, request: Request) -> list[timeline.TimelineAnalysis]:
    return [
        timeline.analyse_study_timeline(study, concept, request)
        for concept in select_concepts(study, request.concepts)
    ]


def _make_changes(study: StudyRecord, request: Request) -> pd.DataFrame:
    tables = [analysis.changes for analysis in _analyse_timelines(study, request)]
    return pd.concat(tables, ignore_index=True)


def _make_change_order(study: StudyRecord, request: Request) -> pd.DataFrame:
    tables = [analysis.change_order for analysis in _analyse_timelines(study, request)]
    return pd.concat(tables, ignore_index=True)


def _make_outlets(study: StudyRecord, request: Request) -> pd.DataFrame:
    """Return the distances by choice of terms, then those by words."""
    tables = [
        outlets.compare_study_outlets(asked, request, basis=basis).distances.table
        for basis, asked in (("choice", study), ("words", keep_one_language(study)))
    ]
    return pd.concat(tables, ignore_index=True)


def _make_candidates(study: StudyRecord, request: Request) -> pd.DataFrame:
    return rival_sets.find_rival_sets(study, copies=request.copies)


def _make_divided_events(study: StudyRecord, request: Request) -> pd.DataFrame:
    tables = [
        find_study_divided_events(study, concept, request)
        for concept in select_concepts(study, request.concepts)
    ]
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class TableMaker:
    """How a table is made, and which fields of a `Request`, or the study's place, change it."""

    make: Callable[[StudyRecord, Request], pd.DataFrame]
    options: Sequence[str]


_COPIES = ("copies", "events")
_CONCEPTS = ("concepts", "place", *_COPIES)
_VOICE = ("concepts", "voice", "place", *_COPIES)
_ACTS = ("concepts", "voice", "place", *_COPIES)
_NAMING = ("concepts", "voice", *_COPIES)  # of the whole text, whatever the place
_CONTRASTS = (*_VOICE, "against")

_TABLES = {
    "articles": TableMaker(_make_articles, _COPIES),
    "concepts": TableMaker(_make_concepts, ("concepts",)),
    "hits": TableMaker(_make_hits, _CONCEPTS),
    "counts": TableMaker(_make_counts, _CONCEPTS),
    "shares": TableMaker(shares.compute_study_shares, _VOICE),
    "contrasts": TableMaker(_make_contrasts, _CONTRASTS),
    "choices": TableMaker(_make_choices, _CONTRASTS),
    "overview": TableMaker(_make_overview, _VOICE),
    "overview_words": TableMaker(_make_overview_words, _CONCEPTS),
    "overview_left_out": TableMaker(_make_overview_left_out, _VOICE),
    "headlines": TableMaker(headlines.compute_study_headlines, ("concepts", "voice", *_COPIES)),
    "voices": TableMaker(_make_voices, _COPIES),
    "own_voice": TableMaker(_make_own_voice, _CONCEPTS),
    "attributions": TableMaker(_make_attributions, _COPIES),
    "cues": TableMaker(_make_cues, _COPIES),
    "cue_contrasts": TableMaker(_make_cue_contrasts, _COPIES),
    "stances": TableMaker(_make_stances, _COPIES),
    "stance_contrasts": TableMaker(_make_stance_contrasts, _COPIES),
    "speakers": TableMaker(_make_speakers, _COPIES),
    "phrases": TableMaker(_make_phrases, ("concepts",)),
    "families": TableMaker(_make_families, _COPIES),
    "links": TableMaker(_make_links, _COPIES),
    "keyness": TableMaker(keyness.compute_study_keyness, ("voice", "place", *_COPIES, "against")),
    "collocates": TableMaker(_make_collocates, _VOICE),
    "collocate_contrasts": TableMaker(_make_collocate_contrasts, _CONTRASTS),
    "timeline": TableMaker(_make_timeline, _VOICE),
    "changes": TableMaker(_make_changes, _VOICE),
    "change_order": TableMaker(_make_change_order, _VOICE),
    "outlets": TableMaker(_make_outlets, ("voice", "place", *_COPIES)),
    "events": TableMaker(compute_study_events, ("concepts", "voice", "copies", "against")),
    "divided_events": TableMaker(_make_divided_events, ("concepts", "voice", "copies")),
    "acts": TableMaker(_make_acts, _CONCEPTS),
    "act_counts": TableMaker(_make_act_counts, _CONCEPTS),
    "agency": TableMaker(_make_agency, _ACTS),
    "agency_contrasts": TableMaker(_make_agency_contrasts, (*_ACTS, "against")),
    "act_agents": TableMaker(_make_act_agents, _ACTS),
    "act_patients": TableMaker(_make_act_patients, _ACTS),
    "act_patient_contrasts": TableMaker(_make_act_patient_contrasts, (*_ACTS, "against")),
    "agency_events": TableMaker(compute_agency_events, ("concepts", "voice", "copies", "against")),
    "naming_counts": TableMaker(_make_naming_counts, ("concepts", *_COPIES)),
    "naming": TableMaker(_make_naming, _NAMING),
    "naming_contrasts": TableMaker(_make_naming_contrasts, (*_NAMING, "against")),
    "candidates": TableMaker(_make_candidates, _COPIES),
}

TABLE_NAMES = tuple(_TABLES)
"""What may be asked for by name."""
