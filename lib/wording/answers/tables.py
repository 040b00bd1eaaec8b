"""Any table of a study by its name: one door for the command line, the notebooks and code."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.corpus.counts import Counts, chosen, outlet_order, study_attributions, study_counts, study_hits
from wording.corpus.terms import VOICES
from wording.errors import WordingError
from wording.phrasing import nearest
from wording.questions.collocation import collocation
from wording.questions.discovery import rival_sets as starters
from wording.questions.keyness import keyness
from wording.questions.outlets import outlets
from wording.questions.shares import shares
from wording.questions.timeline import timeline
from wording.questions.voices import voices
from wording.study.records import Study
from wording.tables import TABLES, check

BY_ATTRIBUTION = {
    "attributions": lambda attributed, articles, settings: attributed,
    "cues": lambda attributed, articles, settings: voices.cues(attributed, articles, **settings),
    "cue_contrasts": lambda attributed, articles, settings: voices.cue_contrasts(attributed, articles, **settings),
    "stances": lambda attributed, articles, settings: voices.cues(attributed, articles, by="stance", **settings),
    "stance_contrasts": lambda attributed, articles, settings: voices.cue_contrasts(attributed, articles, by="stance", **settings),
    "speakers": lambda attributed, articles, settings: voices.speakers(attributed),
}

BY_STUDY = {
    "families": lambda study, names, how: families(study, how["copies"]),
    "keyness": lambda study, names, how: keyness.study_keyness(study, **how),
    "collocates": lambda study, names, how: collocation.study_collocates(study, names, **how)[0],
    "collocate_contrasts": lambda study, names, how: collocation.study_collocates(study, names, **how)[1],
    "timeline": lambda study, names, how: by_period(study, names, how),
    "changes": lambda study, names, how: over_time(study, names, how, "changes"),
    "order": lambda study, names, how: over_time(study, names, how, "order"),
    "outlets": lambda study, names, how: distances(study, how),
    "candidates": lambda study, names, how: starters.candidates(study, copies=how["copies"]),
}
"""Tables that a part of the analysis makes by itself, from the study, its concepts to show, and voice, against and copies."""

NAMES = ("articles", "hits", "counts", "shares", "contrasts", "voices", "own", *BY_ATTRIBUTION, *BY_STUDY)


def table(
    study: Study,
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
    name : one of `NAMES`.
    voice : whose words count, where the table is of one voice: outlet, quoted, reported, attributed (quoted or reported) or all.
    against : for contrasts "rest" or "pairs"; for keyness "rest" or the name of an outlet.
    copies : "all" (every article counts), "one" (an outlet that prints a story twice counts it once) or "none" (only the first of a family).

    Raises
    ------
    WordingError
        For an unknown table, voice, concept or way of counting copies, with the nearest name; for `hits` if the articles are not there.
    """
    if name not in NAMES:
        raise WordingError(f"There is no table {name!r}; {nearest(name, NAMES)}.")
    if voice not in VOICES:
        raise WordingError(f"There is no voice {voice!r}; {nearest(voice, VOICES)}.")
    if name == "hits":
        return study_hits(study, concepts, copies=copies)
    if name == "shares":
        return shares.study_shares(study, concepts, voice=voice, copies=copies)
    if name in BY_STUDY:
        return BY_STUDY[name](study, concepts, {"voice": voice, "against": against, "copies": copies})
    made = tabulated(study, study_counts(study, concepts, copies=copies), name, concepts, voice, against, copies)
    return check(made, name) if name in TABLES else made


def tabulated(
    study: Study, counted: Counts, name: str, concepts: Sequence[str] | None, voice: str, against: str, copies: str
) -> pd.DataFrame:
    """The named table from what was counted, with the study's own settings: its outlets in their order, its variants, its draws, its seed."""
    if name in ("articles", "counts"):
        return getattr(counted, name)
    settings = {"outlets": outlet_order(study, counted.articles), "draws": study.draws, "seed": study.seed}
    if name in BY_ATTRIBUTION:
        return BY_ATTRIBUTION[name](study_attributions(study, copies=copies), counted.articles, settings)
    variants = {concept: list(study.concepts[concept].variants) for concept in concepts or study.concepts}
    spoken = counted.counts[counted.counts["voice"].isin(VOICES[voice])]
    make = {
        "contrasts": lambda: shares.contrasts(spoken, counted.articles, variants=variants, against=against, **settings),
        "voices": lambda: voices.voices(counted.articles, **settings),
        "own": lambda: voices.own(counted.counts, counted.articles, variants=variants, **settings),
    }
    return make[name]()


def families(study: Study, copies: str) -> pd.DataFrame:
    """The `families` table of the compared articles."""
    return check(study_counts(study, [], copies=copies).articles, "families")


def by_period(study: Study, concepts: Sequence[str] | None, how: dict[str, str]) -> pd.DataFrame:
    """The `timeline` table, for all concepts or some."""
    made = [timeline.study_timeline(study, concept, voice=how["voice"], copies=how["copies"]) for concept in chosen(study, concepts)]
    return check(pd.concat(made, ignore_index=True), "timeline")


def over_time(study: Study, concepts: Sequence[str] | None, how: dict[str, str], name: str) -> pd.DataFrame:
    """One of the tables on changes, for all concepts or some."""
    made = [timeline.study_over_time(study, concept, voice=how["voice"], copies=how["copies"]) for concept in chosen(study, concepts)]
    return check(pd.concat([getattr(one, name) for one in made], ignore_index=True), name)


def distances(study: Study, how: dict[str, str]) -> pd.DataFrame:
    """The `outlets` table, by choice of terms and by words."""
    made = [outlets.compare(study, basis=basis, voice=how["voice"], copies=how["copies"]) for basis in ("choice", "words")]
    return check(pd.concat([one.distances.table for one in made], ignore_index=True), "outlets")


def lines_behind(study: Study, concept: str, *, told_apart: Sequence[str] = ("outlet", "attributed"), copies: str = "all") -> pd.DataFrame:
    """What stands behind a concept's numbers in the given voices, variants and outlets in the order of its tables: the `hits`, or `counts`
    per article when the study may not show text; `counted_as` says in which voice a line is counted.
    """
    counted = study_counts(study, [concept], copies=copies)
    about = counted.articles[["doc_id", "outlet", "date", "title", "url"]]
    rows = counted.counts.merge(about, on="doc_id") if study.why_no_text else study_hits(study, [concept], copies=copies)
    by_voice = pd.concat([rows[rows["voice"].isin(VOICES[voice])].assign(counted_as=voice) for voice in told_apart])
    ordered = {
        "variant": list(study.concepts[concept].variants),
        "outlet": outlet_order(study, counted.articles),
        "counted_as": list(told_apart),
    }
    return by_voice.assign(**{name: pd.Categorical(by_voice[name], categories=values) for name, values in ordered.items()})
