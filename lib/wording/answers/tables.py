"""Any table of a study by its name: one door for the command line, the notebooks and code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from wording.corpus.counts import (
    count_study_attributions,
    count_study_hits,
    find_study_hits,
    select_concepts,
)
from wording.questions.collocation import collocation
from wording.questions.design import Request, compare_articles
from wording.questions.discovery import rival_sets
from wording.questions.keyness import keyness
from wording.questions.outlets import outlets
from wording.questions.shares import shares
from wording.questions.timeline import timeline
from wording.questions.voices import voices
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns


def make_table(
    study: StudyRecord,
    name: str,
    *,
    concepts: Sequence[str] | None = None,
    voice: str = "outlet",
    against: str = "rest",
    copies: str = "all",
) -> pd.DataFrame:
    """Return the named table of a study; its columns are those of `wording.tables`.

    Parameters
    ----------
    study : StudyRecord
    name : str
        One of `TABLE_NAMES`.
    concepts : sequence of str, optional
        Which of the study's concepts; without it all.
    voice : str
        Whose words count, where the table is of one voice: outlet, quoted, reported, attributed
        (quoted or reported) or all.
    against : str
        For contrasts "rest" or "pairs"; for keyness "rest" or the name of an outlet.
    copies : str
        "all" (every article is counted), "one" (an outlet that prints a story twice counts it
        once) or "none" (only the first article of each group of copies, and hits
        outside copied text).

    Raises
    ------
    WordingError
        For an unknown table, voice, concept or way of counting copies, with the nearest name; for
        `hits` if the articles are not available.
    """
    return make_asked_table(study, name, Request(concepts, voice, copies, against))


def make_asked_table(study: StudyRecord, name: str, request: Request) -> pd.DataFrame:
    """Return the named table of a study for a request; see `make_table`."""
    one_of("table", name, TABLE_NAMES)
    one_of("voice", request.voice, VOICE_GROUPS)
    table = _MAKERS[name](study, request)
    return check_columns(table, name) if name in TABLES else table


def _make_articles(study: StudyRecord, request: Request) -> pd.DataFrame:
    return compare_articles(study, request).articles


def _make_hits(study: StudyRecord, request: Request) -> pd.DataFrame:
    return find_study_hits(study, request.concepts, copies=request.copies)


def _make_counts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return compare_articles(study, request).counts


def _make_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return shares.contrast_shares(
        compared.spoken, compared.articles, compared.variants, compared.design, request.against
    )


def _make_voices(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return voices.compute_voice_shares(compared.articles, compared.design)


def _make_own_voice(study: StudyRecord, request: Request) -> pd.DataFrame:
    compared = compare_articles(study, request)
    return voices.compute_own_voice(
        compared.counts, compared.articles, compared.variants, compared.design
    )


def _make_attributions(study: StudyRecord, request: Request) -> pd.DataFrame:
    return count_study_attributions(study, copies=request.copies)


def _make_cues(study: StudyRecord, request: Request, by: str = "cue") -> pd.DataFrame:
    compared = compare_articles(study, request)
    attributions = _make_attributions(study, request)
    return voices.compute_cue_shares(attributions, compared.articles, by, compared.design)


def _make_cue_contrasts(study: StudyRecord, request: Request, by: str = "cue") -> pd.DataFrame:
    compared = compare_articles(study, request)
    attributions = _make_attributions(study, request)
    return voices.contrast_cues(attributions, compared.articles, by, compared.design)


def _make_stances(study: StudyRecord, request: Request) -> pd.DataFrame:
    return _make_cues(study, request, by="stance")


def _make_stance_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    return _make_cue_contrasts(study, request, by="stance")


def _make_speakers(study: StudyRecord, request: Request) -> pd.DataFrame:
    return voices.rank_speakers(_make_attributions(study, request))


def _make_families(study: StudyRecord, request: Request) -> pd.DataFrame:
    return count_study_hits(study, [], copies=request.copies).articles


def _make_collocates(study: StudyRecord, request: Request) -> pd.DataFrame:
    collocates, _ = collocation.find_study_collocates(study, request)
    return collocates


def _make_collocate_contrasts(study: StudyRecord, request: Request) -> pd.DataFrame:
    _, contrasts = collocation.find_study_collocates(study, request)
    return contrasts


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
        outlets.compare_study_outlets(study, request, basis=basis).distances.table
        for basis in ("choice", "words")
    ]
    return pd.concat(tables, ignore_index=True)


def _make_candidates(study: StudyRecord, request: Request) -> pd.DataFrame:
    return rival_sets.find_rival_sets(study, copies=request.copies)


_MAKERS: dict[str, Callable[[StudyRecord, Request], pd.DataFrame]] = {
    "articles": _make_articles,
    "hits": _make_hits,
    "counts": _make_counts,
    "shares": shares.compute_study_shares,
    "contrasts": _make_contrasts,
    "voices": _make_voices,
    "own_voice": _make_own_voice,
    "attributions": _make_attributions,
    "cues": _make_cues,
    "cue_contrasts": _make_cue_contrasts,
    "stances": _make_stances,
    "stance_contrasts": _make_stance_contrasts,
    "speakers": _make_speakers,
    "families": _make_families,
    "keyness": keyness.compute_study_keyness,
    "collocates": _make_collocates,
    "collocate_contrasts": _make_collocate_contrasts,
    "timeline": _make_timeline,
    "changes": _make_changes,
    "change_order": _make_change_order,
    "outlets": _make_outlets,
    "candidates": _make_candidates,
}

TABLE_NAMES = tuple(_MAKERS)
"""What may be asked for by name."""
