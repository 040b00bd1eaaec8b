"""Any table of a study by its name: one door for the command line, the notebooks and code."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.corpus.counts import (
    Counts,
    count_study_attributions,
    count_study_hits,
    find_study_hits,
    order_outlets,
    select_concepts,
)
from wording.questions.collocation import collocation
from wording.questions.discovery import rival_sets as starters
from wording.questions.keyness import keyness
from wording.questions.outlets import outlets
from wording.questions.shares import shares
from wording.questions.timeline import timeline
from wording.questions.voices import voices
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

ATTRIBUTION_TABLES = {
    "attributions": lambda attributed, articles, settings: attributed,
    "cues": lambda attributed, articles, settings: voices.compute_cue_shares(
        attributed, articles, **settings
    ),
    "cue_contrasts": lambda attributed, articles, settings: voices.contrast_cues(
        attributed, articles, **settings
    ),
    "stances": lambda attributed, articles, settings: voices.compute_cue_shares(
        attributed, articles, by="stance", **settings
    ),
    "stance_contrasts": lambda attributed, articles, settings: voices.contrast_cues(
        attributed, articles, by="stance", **settings
    ),
    "speakers": lambda attributed, articles, settings: voices.rank_speakers(attributed),
}

STUDY_TABLES = {
    "families": lambda study, names, how: make_family_table(study, how["copies"]),
    "keyness": lambda study, names, how: keyness.compute_study_keyness(study, **how),
    "collocates": lambda study, names, how: collocation.find_study_collocates(study, names, **how)[
        0
    ],
    "collocate_contrasts": lambda study, names, how: collocation.find_study_collocates(
        study, names, **how
    )[1],
    "timeline": lambda study, names, how: make_timeline_table(study, names, how),
    "changes": lambda study, names, how: make_change_table(study, names, how, "changes"),
    "order": lambda study, names, how: make_change_table(study, names, how, "order"),
    "outlets": lambda study, names, how: make_outlet_table(study, how),
    "candidates": lambda study, names, how: starters.find_rival_sets(study, copies=how["copies"]),
}
"""Tables that a part of the analysis makes by itself, from the study, its concepts to show, and voice, against and copies."""

TABLE_NAMES = (
    "articles",
    "hits",
    "counts",
    "shares",
    "contrasts",
    "voices",
    "own",
    *ATTRIBUTION_TABLES,
    *STUDY_TABLES,
)


def make_table(
    study: StudyRecord,
    name: str,
    *,
    concepts: Sequence[str] | None = None,
    voice: str = "outlet",
    against: str = "rest",
    copies: str = "all",
) -> pd.DataFrame:
    """The named table of a study, for all its concepts or some; its columns are those of `wording.tables`.

    Parameters
    ----------
    name : one of `TABLE_NAMES`.
    voice : whose words count, where the table is of one voice: outlet, quoted, reported, attributed (quoted or reported) or all.
    against : for contrasts "rest" or "pairs"; for keyness "rest" or the name of an outlet.
    copies : "all" (every article counts), "one" (an outlet that prints a story twice counts it once) or "none" (only the first of a family).

    Raises
    ------
    WordingError
        For an unknown table, voice, concept or way of counting copies, with the nearest name; for `hits` if the articles are not there.
    """
    one_of("table", name, TABLE_NAMES)
    one_of("voice", voice, VOICE_GROUPS)
    if name == "hits":
        return find_study_hits(study, concepts, copies=copies)
    if name == "shares":
        return shares.compute_study_shares(study, concepts, voice=voice, copies=copies)
    if name in STUDY_TABLES:
        return STUDY_TABLES[name](
            study, concepts, {"voice": voice, "against": against, "copies": copies}
        )
    made = make_counted_table(
        study,
        count_study_hits(study, concepts, copies=copies),
        name,
        concepts,
        voice,
        against,
        copies,
    )
    return check_columns(made, name) if name in TABLES else made


def make_counted_table(
    study: StudyRecord,
    counted: Counts,
    name: str,
    concepts: Sequence[str] | None,
    voice: str,
    against: str,
    copies: str,
) -> pd.DataFrame:
    """The named table from what was counted, with the study's own settings: its outlets in their order, its variants, its draws, its seed."""
    if name in ("articles", "counts"):
        return getattr(counted, name)
    settings = {
        "outlets": order_outlets(study, counted.articles),
        "draws": study.draws,
        "seed": study.seed,
    }
    if name in ATTRIBUTION_TABLES:
        return ATTRIBUTION_TABLES[name](
            count_study_attributions(study, copies=copies), counted.articles, settings
        )
    variants = {
        concept: list(study.concepts[concept].variants) for concept in concepts or study.concepts
    }
    spoken = counted.counts[counted.counts["voice"].isin(VOICE_GROUPS[voice])]
    make = {
        "contrasts": lambda: shares.contrast_shares(
            spoken, counted.articles, variants=variants, against=against, **settings
        ),
        "voices": lambda: voices.compute_voice_shares(counted.articles, **settings),
        "own": lambda: voices.compute_own_voice(
            counted.counts, counted.articles, variants=variants, **settings
        ),
    }
    return make[name]()


def make_family_table(study: StudyRecord, copies: str) -> pd.DataFrame:
    """The `families` table of the compared articles."""
    return check_columns(count_study_hits(study, [], copies=copies).articles, "families")


def make_timeline_table(
    study: StudyRecord, concepts: Sequence[str] | None, how: dict[str, str]
) -> pd.DataFrame:
    """The `timeline` table, for all concepts or some."""
    made = [
        timeline.compute_study_timeline(study, concept, voice=how["voice"], copies=how["copies"])
        for concept in select_concepts(study, concepts)
    ]
    return check_columns(pd.concat(made, ignore_index=True), "timeline")


def make_change_table(
    study: StudyRecord, concepts: Sequence[str] | None, how: dict[str, str], name: str
) -> pd.DataFrame:
    """One of the tables on changes, for all concepts or some."""
    made = [
        timeline.analyse_study_timeline(study, concept, voice=how["voice"], copies=how["copies"])
        for concept in select_concepts(study, concepts)
    ]
    return check_columns(pd.concat([getattr(one, name) for one in made], ignore_index=True), name)


def make_outlet_table(study: StudyRecord, how: dict[str, str]) -> pd.DataFrame:
    """The `outlets` table, by choice of terms and by words."""
    made = [
        outlets.compare_study_outlets(study, basis=basis, voice=how["voice"], copies=how["copies"])
        for basis in ("choice", "words")
    ]
    return check_columns(
        pd.concat([one.distances.table for one in made], ignore_index=True), "outlets"
    )


def find_concept_lines(
    study: StudyRecord,
    concept: str,
    *,
    told_apart: Sequence[str] = ("outlet", "attributed"),
    copies: str = "all",
) -> pd.DataFrame:
    """What stands behind a concept's numbers in the given voices, variants and outlets in the order of its tables: the `hits`, or `counts`
    per article when the study may not show text; `counted_as` says in which voice a line is counted.
    """
    counted = count_study_hits(study, [concept], copies=copies)
    about = counted.articles[["doc_id", "outlet", "date", "title", "url"]]
    rows = (
        counted.counts.merge(about, on="doc_id")
        if study.why_no_text
        else find_study_hits(study, [concept], copies=copies)
    )
    by_voice = pd.concat(
        [
            rows[rows["voice"].isin(VOICE_GROUPS[voice])].assign(counted_as=voice)
            for voice in told_apart
        ]
    )
    ordered = {
        "variant": list(study.concepts[concept].variants),
        "outlet": order_outlets(study, counted.articles),
        "counted_as": list(told_apart),
    }
    return by_voice.assign(
        **{
            name: pd.Categorical(by_voice[name], categories=values)
            for name, values in ordered.items()
        }
    )
