"""How outlets lie to each other, by their choice of terms for a study's concepts or by all their words: distances, map, tree and recognition in one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from wording.corpus.counts import count_study_hits, find_study_hits
from wording.corpus.lines import find_term_hits
from wording.phrasing import (
    format_count,
    format_decimal,
    format_interval,
    format_p,
    format_percent,
    format_q,
)
from wording.questions.design import DEFAULT_REQUEST, Design, Request, compare_articles
from wording.questions.keyness import keyness
from wording.questions.outlets import distances, maps, profiles, recognition
from wording.questions.outlets.identifying_terms import mark_identifying_terms
from wording.questions.reporting import keep_stable_digits
from wording.settings import VOICE_GROUPS, one_of
from wording.study.records import StudyRecord

BASIS_LABELS = {"choice": "choice of terms", "words": "words and phrases"}
MAX_DISTANCE_DRAWS = 199
"""Draws of families for distances and maps: enough for a standard error, and every draw costs a distance of every pair."""

MAX_DISTANCE_TERMS, MAX_CLASSIFIER_TERMS = 3_000, 20_000
"""Words and phrases that make a distance, and that the classifier looks at: those in most articles."""

NOT_CLASSIFIED_MESSAGE = "Whether an article's outlet can be told from it was not tried: that takes two outlets with five articles each."


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

    def drivers(self, *, pairs=3, most=8) -> pd.DataFrame:
        """Return what keeps the farthest pairs apart (the `drivers` table): so many pairs, and terms for each."""
        known = self.distances.table.dropna(subset="distance_bits")
        farthest = known.assign(distance=keep_stable_digits(known["distance_bits"])).sort_values(
            ["distance", "outlet", "other"], ascending=[False, True, True]
        )
        return distances.find_distance_drivers(
            self.profiles, farthest.head(pairs), most=most, voice=self.voice
        )

    @property
    def why_no_map(self) -> str:
        """Why there is no map; empty when there is one."""
        return _explain_too_few(self.basis) if self.map.positions.empty else ""

    @property
    def why_none_told(self) -> str:
        """Why no outlet was told from its articles; empty when it was tried."""
        return (
            NOT_CLASSIFIED_MESSAGE if self.recognition.recognition["accuracy"].isna().all() else ""
        )


def compare_study_outlets(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    *,
    basis: str = "choice",
    longest: int = 2,
) -> OutletComparison:
    """Return how a study's outlets lie to each other.

    Parameters
    ----------
    basis : "choice" (of all concepts) or "words" (words and phrases, but those that give the outlet away: see `mark_identifying_terms`)
    request : its voice and copies
    longest : words of the longest phrases, for "words"

    Raises
    ------
    WordingError : for an unknown basis or voice
    """
    one_of("basis", basis, BASIS_LABELS)
    one_of("voice", request.voice, VOICE_GROUPS)
    found, recognised = (
        _compare_choice(study, replace(request, concepts=None))
        if basis == "choice"
        else _compare_words(study, request, longest)
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
    study: StudyRecord, request: Request, longest: int
) -> tuple[profiles.Profiles, recognition.Recognition]:
    selection = keyness.TermSelection(max_words=longest, top=MAX_CLASSIFIER_TERMS)
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


def sentences(found: OutletComparison, *, chance=0.05) -> list[str]:
    """Return what a comparison found: how far apart, who recognised, and which outlets could not be compared."""
    table = found.distances.table.dropna(subset="distance_bits")
    if table.empty:
        return [_explain_too_few(found.basis)]
    return [
        *_describe_distances(table, found.basis, chance),
        *_describe_drivers(found),
        *_describe_recognition(found),
        *_list_left_out(found),
    ]


def _explain_too_few(basis):
    named = " in which it names a concept that the other names too" if basis == "choice" else ""
    return (
        f"No two outlets can be compared by their {BASIS_LABELS[basis]}: that takes at least {profiles.MIN_FAMILIES_PER_OUTLET} articles of each{named}, for without them "
        "nobody can say how far apart two halves of one outlet would lie."
    )


def _describe_distances(table, basis, chance):
    clear = table[table["q"] < chance]
    bits = keep_stable_digits(table["distance_bits"])
    far, near = table.loc[bits.idxmax()], table.loc[bits.idxmin()]
    pairs, some = format_count(len(table), "pair"), f"{len(clear):,}" if len(clear) else "none"
    said = [
        f"By their {BASIS_LABELS[basis]}, {some} of {pairs} of outlets lie further apart than two halves of one outlet would (q < {chance:g})."
    ]
    if len(table) > 1:
        like = ", no further than two halves of one outlet would" if not near["q"] < chance else ""
        said += [f"Closest: {near['outlet']} and {near['other']}, {_format_distance(near)}{like}."]
    return [*said, f"Farthest apart: {far['outlet']} and {far['other']}, {_format_distance(far)}."]


def _format_distance(row):
    q = "no q" if pd.isna(row["q"]) else format_q(row["q"])
    interval = format_interval(row["low_bits"], row["high_bits"], form=_format_bits)
    return f"{_format_bits(row['distance_bits'])} bits ({interval}; {q})"


def _format_bits(bits: float) -> str:
    return format_decimal(bits, 3).replace("-", "\N{MINUS SIGN}")


def _describe_drivers(found):
    """Return what keeps the farthest pair apart most."""
    driving = found.drivers(pairs=1, most=3)
    if driving.empty:
        return []
    told = "; ".join(
        f"“{row.variant}” ({_format_both_rates(row, found.basis)})" for row in driving.itertuples()
    )
    return [
        f"What keeps these two apart most, at {driving['outlet'].iloc[0]} and at {driving['other'].iloc[0]}: {told}."
    ]


def _format_both_rates(row, basis):
    if basis == "words":
        return f"{format_decimal(row.per_million, 0)} and {format_decimal(row.per_million_other, 0)} per million terms"
    return f"{format_percent(row.share)} and {format_percent(row.share_other)} of the hits of {row.concept}"


def _describe_recognition(found):
    told, who = (
        found.recognition.recognition.iloc[0],
        found.recognition.recognised.dropna(subset="share"),
    )
    if pd.isna(told["accuracy"]):
        return [NOT_CLASSIFIED_MESSAGE]
    surer = "no surer than chance" if told["p"] >= 0.05 else format_p(told["p"])
    recalls = keep_stable_digits(who["share"])
    best, least = who.loc[recalls.idxmax()], who.loc[recalls.idxmin()]
    what = "wording" if found.basis == "words" else "choice of terms"
    said = [
        f"From its {what} alone the outlet is told for {format_percent(told['accuracy'])} of the articles (mean over {told['n_outlets']} outlets; "
        f"{format_interval(told['low'], told['high'])}; {told['n']:,} articles), by chance for {format_percent(told['chance'])} ({surer})."
    ]
    if told["p"] < 0.05:
        said.append(
            f"Most often told: {best['outlet']} ({format_percent(best['share'])}); least often: {least['outlet']} ({format_percent(least['share'])})."
        )
    return said + _describe_confusions(found, told)


def _describe_confusions(found, told):
    taken = found.recognition.confusions
    if taken.empty or told["p"] >= 0.05:
        return []
    most = taken.iloc[0]
    return [
        f"Most often mistaken: {format_percent(most['share'])} of the articles of {most['outlet']} are taken for articles of {most['other']}."
    ]


def _list_left_out(found):
    return (
        [
            f"Not compared with every other, for want of articles or of articles of like length: {', '.join(found.map.left_out)}."
        ]
        if found.map.left_out
        else []
    )


def describe(found: OutletComparison) -> dict[str, str]:
    """Return what the figures of a comparison show, in words: map, tree, distances, recognised."""
    return {
        "map": _caption_map(found),
        "tree": _caption_tree(found),
        "distances": " ".join(_caption_distances(found)),
        "recognised": _caption_recalls(found),
    }


def _caption_distances(found):
    table = found.distances.table.dropna(subset="distance_bits")
    return (
        [_explain_too_few(found.basis)]
        if table.empty
        else _describe_distances(table, found.basis, 0.05)
    )


def _caption_map(found):
    places = found.map.positions
    if places.empty:
        return _explain_too_few(found.basis)
    left, low = (places.loc[places[axis].idxmin(), "outlet"] for axis in "xy")
    right, high = (places.loc[places[axis].idxmax(), "outlet"] for axis in "xy")
    kept = (
        ""
        if pd.isna(found.map.kept)
        else f" Two dimensions keep {format_percent(found.map.kept)} of the squared distances."
    )
    return f"{format_count(len(places), 'outlet')}: from {left} at the left to {right} at the right, from {low} at the bottom to {high} at the top.{kept}"


def _caption_tree(found):
    if found.branches.empty:
        return _explain_too_few(found.basis)
    small = found.branches.iloc[:-1]
    sure = small[small["support"] >= 0.5]
    said = [
        f"{row.outlets} ({format_percent(row.support)} of the draws)"
        for row in sure.head(6).itertuples()
    ]
    return (
        f"Branches in at least half of the draws: {'; '.join(said)}."
        if said
        else "No branch stands in half of the draws: the tree is not sure."
    )


def _caption_recalls(found):
    who = found.recognition.recognised.dropna(subset="share").sort_values(
        "share", ascending=False, kind="stable", key=keep_stable_digits
    )
    return (
        "; ".join(
            f"{row.outlet} {format_percent(row.share)}, by chance {format_percent(row.chance_share)}"
            for row in who.itertuples()
        )
        + "."
        if len(who)
        else "Not tried."
    )
