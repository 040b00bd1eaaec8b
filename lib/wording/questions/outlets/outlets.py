"""How outlets compare by choice of terms or by all words: distances, map, tree, recognition."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.corpus.counts import count_study_hits, find_study_hits
from wording.corpus.lines import find_term_hits
from wording.questions.design import DEFAULT_REQUEST, Design, Request, compare_articles
from wording.questions.keyness.keyness import TermSelection, select_tested_terms
from wording.questions.outlets import profiles
from wording.questions.outlets.distances import (
    Distances,
    compute_distances,
    find_distance_drivers,
)
from wording.questions.outlets.identifying_terms import mark_identifying_terms
from wording.questions.outlets.maps import OutletMap, cluster_outlets, map_outlets
from wording.questions.outlets.recognition import (
    ArticleFeatures,
    Recognition,
    compute_choice_features,
    compute_tfidf,
    recognise_outlets,
)
from wording.questions.reporting import keep_stable_digits
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord

BASIS_LABELS = {"choice": "choice of terms", "words": "words and phrases"}
"""What outlets may be compared by, and what it is called."""

MAX_DISTANCE_DRAWS = 199
"""Draws of families for distances and maps: enough for a standard error.

Every draw costs a distance of every pair.
"""

MAX_DISTANCE_TERMS = 3_000
"""Words and phrases that make a distance: those in most articles."""

MAX_CLASSIFIER_TERMS = 20_000
"""Words and phrases that the classifier looks at: those in most articles."""

NOT_CLASSIFIED_MESSAGE = (
    "Recognition was not attempted: it needs at least two outlets with five articles each."
)


@dataclass(frozen=True)
class OutletComparison:
    """The outlets of a study on one basis.

    Attributes
    ----------
    basis : str
        "choice" or "words".
    voice : str
        Whose words were counted.
    profiles : Profiles
        What they write.
    distances : Distances
        How far they lie apart.
    map : OutletMap
    branches : pd.DataFrame
        The tree: the table `branches`.
    recognition : Recognition
        Which are recognised.
    """

    basis: str
    voice: str
    profiles: profiles.Profiles
    distances: Distances
    map: OutletMap
    branches: pd.DataFrame
    recognition: Recognition

    def find_drivers(self, *, pairs: int = 3, top: int = 8) -> pd.DataFrame:
        """Return what keeps the farthest pairs apart: the table `drivers`.

        Parameters
        ----------
        pairs : int
            Pairs at most.
        top : int
            Terms per pair at most.
        """
        known = self.distances.table.dropna(subset="distance_bits")
        farthest = known.assign(rank=-keep_stable_digits(known["distance_bits"])).sort_values(
            ["rank", "outlet", "other"]
        )
        return find_distance_drivers(self.profiles, farthest.head(pairs), top=top, voice=self.voice)

    @property
    def why_no_map(self) -> str:
        """Why there is no map; empty when there is one."""
        if len(self.map.positions) == 2:
            return "Two have one distance, so there is nothing to draw: the table has it."
        return explain_too_few(self.basis) if self.map.positions.empty else ""

    @property
    def why_no_recognition(self) -> str:
        """Why recognition was not attempted; empty when it was."""
        was_attempted = self.recognition.recognition["accuracy"].notna().any()
        return "" if was_attempted else NOT_CLASSIFIED_MESSAGE


def compare_study_outlets(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    *,
    basis: str = "choice",
    max_words: int = 2,
) -> OutletComparison:
    """Return how a study's outlets compare with each other.

    Parameters
    ----------
    study : StudyRecord
    request : Request
        Its voice and copies.
    basis : str
        "choice" (of all concepts) or "words" (words and phrases, but those that identify the
        outlet: see `mark_identifying_terms`).
    max_words : int
        Words of the longest phrases, for "words".

    Raises
    ------
    WordingError
        For an unknown basis or voice.
    """
    one_of("basis", basis, BASIS_LABELS)
    one_of("voice", request.voice, VOICE_GROUPS)
    if basis == "choice":
        written, recognised = _compare_choice(study, replace(request, concepts=None))
    else:
        written, recognised = _compare_words(study, request, max_words)
    design = Design(draws=min(study.draws, MAX_DISTANCE_DRAWS), seed=study.seed)
    distances = compute_distances(written, design)
    return OutletComparison(
        basis=basis,
        voice=request.voice,
        profiles=written,
        distances=distances,
        map=map_outlets(distances),
        branches=cluster_outlets(distances),
        recognition=recognised,
    )


def _compare_choice(study: StudyRecord, request: Request) -> tuple[profiles.Profiles, Recognition]:
    compared = compare_articles(study, request)
    written = profiles.build_choice_profiles(
        compared.spoken,
        compared.articles,
        outlets=compared.design.list_single_outlets(compared.articles),
        variants=compared.variants,
    )
    matrix, rows = compute_choice_features(written)
    features = ArticleFeatures("choice", matrix, list(written.columns["term"]), rows)
    return written, recognise_outlets(features, replace(compared.design, outlets=written.outlets))


def _compare_words(
    study: StudyRecord, request: Request, max_words: int
) -> tuple[profiles.Profiles, Recognition]:
    selection = TermSelection(max_words=max_words, top=MAX_CLASSIFIER_TERMS)
    terms = select_tested_terms(study, request, selection)
    articles, design = terms.articles, Design.of(study, terms.articles)
    terms = terms[np.flatnonzero(~mark_identifying_terms(terms.terms, terms.counts, articles))]
    by_frequency = np.lexsort((terms.terms, -terms.n_articles))
    widespread = terms[np.sort(by_frequency[:MAX_DISTANCE_TERMS])]
    outlets = design.list_single_outlets(articles)
    written = profiles.build_word_profiles(
        widespread.counts, widespread.terms, articles, outlets=outlets
    )
    family = articles["family" if "family" in articles else "doc_id"]
    rows = articles[[name for name in ("outlet", "member") if name in articles]]
    rows = rows.assign(family=family)
    features = ArticleFeatures("words", compute_tfidf(terms.counts), list(terms.terms), rows)
    return written, recognise_outlets(features, replace(design, outlets=outlets))


def find_driver_lines(
    study: StudyRecord, *drivers: pd.DataFrame, voice: str = "outlet", copies: str = "all"
) -> pd.DataFrame:
    """Return what stands behind the numbers of `drivers`.

    Parameters
    ----------
    study : StudyRecord
    *drivers : pd.DataFrame
        Tables `drivers`.
    voice, copies : str
        Whose words count, and which copies.

    Returns
    -------
    pd.DataFrame
        The hits, or the counts per article where a study may not show text (then none of words);
        `counted_as` is the voice.
    """
    keys = ["concept", "variant", "outlet"]
    sides = [
        table[["concept", "variant", side]].set_axis(keys, axis=1)
        for table in drivers
        for side in ("outlet", "other")
    ]
    wanted = pd.concat(sides).drop_duplicates()
    is_word = wanted["concept"] == "words"
    parts = [_find_concept_lines(study, wanted[~is_word], voice, copies)]
    if is_word.any() and not study.why_no_text:
        parts.append(_find_word_lines(study, wanted[is_word], voice, copies))
    return pd.concat(parts, ignore_index=True).assign(counted_as=voice)


def _find_concept_lines(
    study: StudyRecord, wanted: pd.DataFrame, voice: str, copies: str
) -> pd.DataFrame:
    """Return the hits of variants at outlets, or their counts per article."""
    concepts = sorted(wanted["concept"].unique())
    if study.why_no_text:
        counted = count_study_hits(study, concepts, copies=copies)
        about = counted.articles[["doc_id", "outlet", "date", "title", "url"]]
        rows = counted.counts.merge(about, on="doc_id")
    else:
        rows = find_study_hits(study, concepts, copies=copies)
    spoken = rows[rows["voice"].isin(VOICE_GROUPS[voice])]
    return spoken.merge(wanted, on=["concept", "variant", "outlet"])


def _find_word_lines(
    study: StudyRecord, wanted: pd.DataFrame, voice: str, copies: str
) -> pd.DataFrame:
    """Return the hits of words and phrases at outlets."""
    articles = count_study_hits(study, [], copies=copies).articles
    terms = wanted.rename(columns={"variant": "term"})
    return find_term_hits(study, terms, articles=articles, voice=voice).assign(concept="words")


def explain_too_few(basis: str) -> str:
    """Return why no two outlets can be compared on this basis."""
    shared = " that name a concept which the other names too" if basis == "choice" else ""
    return (
        f"No two outlets can be compared by {BASIS_LABELS[basis]}: this needs at least "
        f"{profiles.MIN_FAMILIES_PER_OUTLET} articles of each{shared}, because the distance "
        "between two halves of one outlet cannot be estimated from fewer."
    )
