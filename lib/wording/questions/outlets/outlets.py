"""How outlets lie to each other, by their choice of terms for a study's concepts or by all their words: distances, map, tree and recognition in one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.counts import outlet_order, study_counts, study_hits
from wording.corpus.lines import term_hits
from wording.corpus.terms import VOICES
from wording.errors import WordingError
from wording.phrasing import nearest, percent, plural, told_q
from wording.questions.keyness import keyness
from wording.questions.outlets import distances, maps, profiles, recognition
from wording.questions.outlets.identifying_terms import giveaways
from wording.study.records import Study

BASES = {"choice": "choice of terms", "words": "words and phrases"}
DRAWS = 199
"""Draws of families for distances and maps: enough for a standard error, and every draw costs a distance of every pair."""

COMPARED, LOOKED_AT = 3_000, 20_000
"""Words and phrases that make a distance, and that the classifier looks at: those in most articles."""

UNTRIED = "Whether an article's outlet can be told from it was not tried: that takes two outlets with five articles each."


@dataclass(frozen=True)
class Comparison:
    """The outlets of a study on one basis ("choice" or "words"): what they write, how far they lie apart, the map, the tree, who is recognised."""

    basis: str
    voice: str
    profiles: profiles.Profiles
    distances: distances.Distances
    map: maps.Map
    branches: pd.DataFrame
    recognition: recognition.Recognition

    def drivers(self, *, pairs=3, most=8) -> pd.DataFrame:
        """Return what keeps the farthest pairs apart (the `drivers` table): so many pairs, and terms for each."""
        farthest = self.distances.table.dropna(subset="distance_bits").sort_values(
            ["distance_bits", "outlet", "other"], ascending=[False, True, True]
        )
        return distances.drivers(self.profiles, farthest.head(pairs), most=most, voice=self.voice)

    @property
    def why_no_map(self) -> str:
        """Why there is no map; empty when there is one."""
        return _too_few(self.basis) if self.map.positions.empty else ""

    @property
    def why_none_told(self) -> str:
        """Why no outlet was told from its articles; empty when it was tried."""
        return UNTRIED if self.recognition.recognition["accuracy"].isna().all() else ""


def compare(study: Study, *, basis="choice", voice="outlet", longest=2, copies="all") -> Comparison:
    """Return how a study's outlets lie to each other.

    Parameters
    ----------
    basis : "choice" (of all concepts) or "words" (words and phrases, but those that give the outlet away: see `giveaways`)
    voice : whose words: outlet, quoted, reported, attributed or all
    longest : words of the longest phrases, for "words"
    copies : "all", "one" or "none", as in `study_counts`

    Raises
    ------
    WordingError : for an unknown basis or voice
    """
    if basis not in BASES:
        raise WordingError(f"There is no basis {basis!r}; {nearest(basis, BASES)}.")
    if voice not in VOICES:
        raise WordingError(f"There is no voice {voice!r}; {nearest(voice, VOICES)}.")
    found, recognised = _by_choice(study, voice, copies) if basis == "choice" else _by_words(study, voice, longest, copies)
    apart = distances.distances(found, draws=min(study.draws, DRAWS), seed=study.seed)
    return Comparison(basis, voice, found, apart, maps.mapped(apart), maps.branches(apart), recognised)


def _by_choice(study, voice, copies):
    counted = study_counts(study, copies=copies)
    spoken = counted.counts[counted.counts["voice"].isin(VOICES[voice])]
    variants = {name: list(concept.variants) for name, concept in study.concepts.items()}
    found = profiles.by_choice(spoken, counted.articles, outlets=outlet_order(study, counted.articles), variants=variants)
    features, rows = recognition.features_of_choice(found)
    return found, _recognised(study, "choice", features, rows, found.columns["term"], found.outlets)


def _by_words(study, voice, longest, copies):
    terms = keyness.candidates(study, voice=voice, longest=longest, most=LOOKED_AT, copies=copies)
    articles, outlets = terms.articles, outlet_order(study, terms.articles)
    terms = terms[np.flatnonzero(~giveaways(terms.terms, terms.counts, articles))]
    widespread = np.sort(np.lexsort((terms.terms, -terms.n_articles))[:COMPARED])
    found = profiles.by_words(terms[widespread].counts, terms[widespread].terms, articles, outlets=outlets)
    rows = pd.DataFrame({"outlet": articles["outlet"], "family": articles["family" if "family" in articles else "doc_id"]})
    return found, _recognised(study, "words", recognition.features_of_terms(terms.counts), rows, terms.terms, outlets)


def _recognised(study, basis, features, rows, names, outlets):
    return recognition.recognise(features, rows, list(names), basis=basis, outlets=outlets, seed=study.seed)


def lines_behind(study: Study, *drivers: pd.DataFrame, voice="outlet", copies="all") -> pd.DataFrame:
    """Return what stands behind the numbers of `drivers`: the `hits`, or counts per article where a study may not show text (then none of words).

    `counted_as` is the voice in which a line is counted.
    """
    keys = ["concept", "variant", "outlet"]
    sides = [table[["concept", "variant", side]].set_axis(keys, axis=1) for table in drivers for side in ("outlet", "other")]
    wanted = pd.concat(sides).drop_duplicates()
    concepts, words = (wanted[(wanted["concept"] == "words") == are] for are in (False, True))
    named = sorted(concepts["concept"].unique())
    rows = _counted_rows(study, named, copies) if study.why_no_text else study_hits(study, named, copies=copies)
    found = [rows[rows["voice"].isin(VOICES[voice])].merge(concepts, on=keys)]
    if len(words) and not study.why_no_text:
        articles = study_counts(study, [], copies=copies).articles
        found.append(term_hits(study, words.rename(columns={"variant": "term"}), articles=articles, voice=voice).assign(concept="words"))
    return pd.concat(found, ignore_index=True).assign(counted_as=voice)


def _counted_rows(study, concepts, copies):
    counted = study_counts(study, concepts, copies=copies)
    return counted.counts.merge(counted.articles[["doc_id", "outlet", "date", "title", "url"]], on="doc_id")


def sentences(found: Comparison, *, chance=0.05) -> list[str]:
    """Return what a comparison found: how far apart, who recognised, and which outlets could not be compared."""
    table = found.distances.table.dropna(subset="distance_bits")
    if table.empty:
        return [_too_few(found.basis)]
    return [*_apart(table, found.basis, chance), *_driven(found), *_recognition(found), *_left_out(found)]


def _too_few(basis):
    named = " in which it names a concept that the other names too" if basis == "choice" else ""
    return (
        f"No two outlets can be compared by their {BASES[basis]}: that takes at least {profiles.FEWEST} articles of each{named}, for without them "
        "nobody can say how far apart two halves of one outlet would lie."
    )


def _apart(table, basis, chance):
    clear = table[table["q"] < chance]
    far, near = table.loc[table["distance_bits"].idxmax()], table.loc[table["distance_bits"].idxmin()]
    pairs, some = plural(len(table), "pair"), f"{len(clear):,}" if len(clear) else "none"
    said = [
        f"By their {BASES[basis]}, {some} of {pairs} of outlets lie further apart than two halves of one outlet would (q < {chance:g})."
    ]
    if len(table) > 1:
        like = ", no further than two halves of one outlet would" if not near["q"] < chance else ""
        said += [f"Closest: {near['outlet']} and {near['other']}, {_told(near)}{like}."]
    return [*said, f"Farthest apart: {far['outlet']} and {far['other']}, {_told(far)}."]


def _told(row):
    q = "no q" if pd.isna(row["q"]) else told_q(row["q"])
    distance, low, high = (f"{row[name]:.3f}".replace("-", "\N{MINUS SIGN}") for name in ("distance_bits", "low_bits", "high_bits"))
    return f"{distance} bits (95 % interval {low} to {high}; {q})"


def _driven(found):
    """Return what keeps the farthest pair apart most."""
    driving = found.drivers(pairs=1, most=3)
    if driving.empty:
        return []
    told = "; ".join(f"“{row.variant}” ({_both(row, found.basis)})" for row in driving.itertuples())
    return [f"What keeps these two apart most, at {driving['outlet'].iloc[0]} and at {driving['other'].iloc[0]}: {told}."]


def _both(row, basis):
    if basis == "words":
        return f"{row.per_million:,.0f} and {row.per_million_other:,.0f} per million terms"
    return f"{percent(row.share)} and {percent(row.share_other)} of the hits of {row.concept}"


def _recognition(found):
    told, who = found.recognition.recognition.iloc[0], found.recognition.recognised.dropna(subset="share")
    if pd.isna(told["accuracy"]):
        return [UNTRIED]
    surer = "no surer than chance" if told["p"] >= 0.05 else f"p = {told['p']:.2g}"
    best, least = who.loc[who["share"].idxmax()], who.loc[who["share"].idxmin()]
    what = "wording" if found.basis == "words" else "choice of terms"
    said = [
        f"From its {what} alone the outlet is told for {percent(told['accuracy'])} of the articles (mean over {told['n_outlets']} outlets; 95 % interval "
        f"{percent(told['low']).removesuffix(' %')} to {percent(told['high'])}; {told['n']:,} articles), by chance for {percent(told['chance'])} ({surer})."
    ]
    if told["p"] < 0.05:
        said.append(
            f"Most often told: {best['outlet']} ({percent(best['share'])}); least often: {least['outlet']} ({percent(least['share'])})."
        )
    return said + _mistaken(found, told)


def _mistaken(found, told):
    taken = found.recognition.confusions
    if taken.empty or told["p"] >= 0.05:
        return []
    most = taken.iloc[0]
    return [f"Most often mistaken: {percent(most['share'])} of the articles of {most['outlet']} are taken for articles of {most['other']}."]


def _left_out(found):
    return (
        [f"Not compared with every other, for want of articles or of articles of like length: {', '.join(found.map.left_out)}."]
        if found.map.left_out
        else []
    )


def described(found: Comparison) -> dict[str, str]:
    """Return what the figures of a comparison show, in words: map, tree, distances, recognised."""
    return {
        "map": _map_told(found),
        "tree": _tree_told(found),
        "distances": " ".join(_apart_or_none(found)),
        "recognised": _recalls_told(found),
    }


def _apart_or_none(found):
    table = found.distances.table.dropna(subset="distance_bits")
    return [_too_few(found.basis)] if table.empty else _apart(table, found.basis, 0.05)


def _map_told(found):
    places = found.map.positions
    if places.empty:
        return _too_few(found.basis)
    left, low = (places.loc[places[axis].idxmin(), "outlet"] for axis in "xy")
    right, high = (places.loc[places[axis].idxmax(), "outlet"] for axis in "xy")
    kept = "" if pd.isna(found.map.kept) else f" Two dimensions keep {percent(found.map.kept)} of the squared distances."
    return f"{plural(len(places), 'outlet')}: from {left} at the left to {right} at the right, from {low} at the bottom to {high} at the top.{kept}"


def _tree_told(found):
    if found.branches.empty:
        return _too_few(found.basis)
    small = found.branches.iloc[:-1]
    sure = small[small["support"] >= 0.5]
    said = [f"{row.outlets} ({percent(row.support)} of the draws)" for row in sure.head(6).itertuples()]
    return (
        f"Branches in at least half of the draws: {'; '.join(said)}."
        if said
        else "No branch stands in half of the draws: the tree is not sure."
    )


def _recalls_told(found):
    who = found.recognition.recognised.dropna(subset="share").sort_values("share", ascending=False, kind="stable")
    return (
        "; ".join(f"{row.outlet} {percent(row.share)}, by chance {percent(row.chance_share)}" for row in who.itertuples()) + "."
        if len(who)
        else "Not tried."
    )
