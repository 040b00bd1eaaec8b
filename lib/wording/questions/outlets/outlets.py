"""How outlets lie to each other, by their choice of terms for a study's concepts or by all their words: distances, map, tree and recognition in one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.corpus.counts import count_study_hits, find_study_hits
from wording.corpus.lines import find_term_hits
from wording.questions.design import DEFAULT_REQUEST, Design, Request, compare_articles
from wording.questions.keyness import keyness
from wording.questions.outlets import distances, maps, profiles, recognition
from wording.questions.outlets.identifying_terms import mark_identifying_terms
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord

BASIS_LABELS = {"choice": "choice of terms", "words": "words and phrases"}
MAX_DISTANCE_DRAWS = 199
"""Draws of families for distances and maps: enough for a standard error, and every draw costs a distance of every pair."""

MAX_DISTANCE_TERMS, MAX_CLASSIFIER_TERMS = 3_000, 20_000
"""Words and phrases that make a distance, and that the classifier looks at: those in most articles."""

NOT_CLASSIFIED_MESSAGE = (
    "Recognition was not attempted: it needs at least two outlets with five articles each."
)


@dataclass(frozen=True)
class OutletComparison:
    """The outlets of a study on one basis ("choice" or "words"): what they write, how far they lie apart, the map, the tree, who is recognised."""

    basis: str
    voice: str
    profiles: profiles.Profiles
    distances: distances.Distances
    map: maps.OutletMap
    branches: pd.DataFrame
    recognition: recognition.Recognition

    def find_drivers(self, *, pairs: int = 3, top: int = 8) -> pd.DataFrame:
        """Return what keeps the farthest pairs apart (the `drivers` table): so many pairs, and terms for each."""
        farthest = self.distances.table.dropna(subset="distance_bits").sort_values(
            ["distance_bits", "outlet", "other"], ascending=[False, True, True]
        )
        return distances.find_distance_drivers(
            self.profiles, farthest.head(pairs), top=top, voice=self.voice
        )

    @property
    def why_no_map(self) -> str:
        """Why there is no map; empty when there is one."""
        return explain_too_few(self.basis) if self.map.positions.empty else ""

    @property
    def why_no_recognition(self) -> str:
        """Why recognition was not attempted; empty when it was."""
        return (
            NOT_CLASSIFIED_MESSAGE if self.recognition.recognition["accuracy"].isna().all() else ""
        )


def compare_study_outlets(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    *,
    basis: str = "choice",
    max_words: int = 2,
) -> OutletComparison:
    """Return how a study's outlets lie to each other.

    Parameters
    ----------
    basis : "choice" (of all concepts) or "words" (words and phrases, but those that give the outlet away: see `mark_identifying_terms`)
    request : its voice and copies
    max_words : words of the longest phrases, for "words"

    Raises
    ------
    WordingError : for an unknown basis or voice
    """
    one_of("basis", basis, BASIS_LABELS)
    one_of("voice", request.voice, VOICE_GROUPS)
    found, recognised = (
        _compare_choice(study, replace(request, concepts=None))
        if basis == "choice"
        else _compare_words(study, request, max_words)
    )
    design = Design(draws=min(study.draws, MAX_DISTANCE_DRAWS), seed=study.seed)
    apart = distances.compute_distances(found, design)
    return OutletComparison(
        basis,
        request.voice,
        found,
        apart,
        maps.map_outlets(apart),
        maps.cluster_outlets(apart),
        recognised,
    )


def _compare_choice(
    study: StudyRecord, request: Request
) -> tuple[profiles.Profiles, recognition.Recognition]:
    compared = compare_articles(study, request)
    found = profiles.build_choice_profiles(
        compared.spoken,
        compared.articles,
        outlets=compared.design.outlets,
        variants=compared.variants,
    )
    matrix, rows = recognition.compute_choice_features(found)
    features = recognition.ArticleFeatures("choice", matrix, list(found.columns["term"]), rows)
    return found, recognition.recognise_outlets(features, compared.design)


def _compare_words(
    study: StudyRecord, request: Request, max_words: int
) -> tuple[profiles.Profiles, recognition.Recognition]:
    selection = keyness.TermSelection(max_words=max_words, top=MAX_CLASSIFIER_TERMS)
    terms = keyness.select_tested_terms(study, request, selection)
    articles, design = terms.articles, Design.of(study, terms.articles)
    terms = terms[np.flatnonzero(~mark_identifying_terms(terms.terms, terms.counts, articles))]
    widespread = np.sort(np.lexsort((terms.terms, -terms.n_articles))[:MAX_DISTANCE_TERMS])
    found = profiles.build_word_profiles(
        terms[widespread].counts, terms[widespread].terms, articles, outlets=design.outlets
    )
    rows = pd.DataFrame(
        {
            "outlet": articles["outlet"],
            "family": articles["family" if "family" in articles else "doc_id"],
        }
    )
    matrix = recognition.compute_tfidf(terms.counts)
    features = recognition.ArticleFeatures("words", matrix, list(terms.terms), rows)
    return found, recognition.recognise_outlets(features, design)


def find_driver_lines(
    study: StudyRecord, *drivers: pd.DataFrame, voice="outlet", copies="all"
) -> pd.DataFrame:
    """Return what stands behind the numbers of `drivers`: the `hits`, or counts per article where a study may not show text (then none of words).

    `counted_as` is the voice in which a line is counted.
    """
    keys = ["concept", "variant", "outlet"]
    sides = [
        table[["concept", "variant", side]].set_axis(keys, axis=1)
        for table in drivers
        for side in ("outlet", "other")
    ]
    wanted = pd.concat(sides).drop_duplicates()
    concepts, words = (wanted[(wanted["concept"] == "words") == are] for are in (False, True))
    named = sorted(concepts["concept"].unique())
    rows = (
        _count_with_articles(study, named, copies)
        if study.why_no_text
        else find_study_hits(study, named, copies=copies)
    )
    found = [rows[rows["voice"].isin(VOICE_GROUPS[voice])].merge(concepts, on=keys)]
    if len(words) and not study.why_no_text:
        articles = count_study_hits(study, [], copies=copies).articles
        found.append(
            find_term_hits(
                study, words.rename(columns={"variant": "term"}), articles=articles, voice=voice
            ).assign(concept="words")
        )
    return pd.concat(found, ignore_index=True).assign(counted_as=voice)


def _count_with_articles(study, concepts, copies):
    counted = count_study_hits(study, concepts, copies=copies)
    return counted.counts.merge(
        counted.articles[["doc_id", "outlet", "date", "title", "url"]], on="doc_id"
    )


def explain_too_few(basis: str) -> str:
    """Return why no two outlets can be compared on this basis."""
    shared = " that name a concept which the other names too" if basis == "choice" else ""
    return (
        f"No two outlets can be compared by {BASIS_LABELS[basis]}: this needs at least "
        f"{profiles.MIN_FAMILIES_PER_OUTLET} articles of each{shared}, because the distance "
        "between two halves of one outlet cannot be estimated from fewer."
    )
