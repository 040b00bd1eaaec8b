"""What a reader needs to judge proposals: who uses which phrase, in which lines, and what was judged before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_hits, find_body_hits, order_outlets, select_compared
from wording.phrasing import format_count, format_decimal, format_percent, format_q
from wording.questions.design import Design
from wording.questions.discovery import rival_sets as starters
from wording.questions.discovery import rivals as discovery
from wording.questions.discovery.phrase_vectors import (
    PhraseVectors,
    get_phrase_vectors,
    join_possessives,
)
from wording.questions.discovery.phrases import MIN_PHRASE_ARTICLES, MIN_PROPOSED_OUTLETS
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.stats.resampling import q_values
from wording.study.journal import read_verdicts
from wording.study.records import Concept, StudyRecord, Variant

RIVALS_CONCEPT = "rivals"
"""What stands in the column `concept` for a term and its rivals; starter sets are "set 1", "set 2", ..."""
MIN_RELIABLE_OUTLETS, MIN_RELIABLE_ARTICLES = 10, 10_000
"""Below these, proposals rest on little."""
MIN_ARTICLES_FOR_USAGE = 3
"""Articles that an outlet needs to be told as one that uses a phrase of a set much."""
_MAX_Q = 0.05


@dataclass(frozen=True)
class Proposals:
    """Proposals of a study with their evidence.

    Attributes
    ----------
    term : what was asked for; empty for starter sets.
    table : `rivals`, or `candidates`.
    used : who uses which: `shares` with q; concept is `RIVALS_CONCEPT`, variant the rival, total the hits of the rival and the term together; or, for sets, each phrase at the outlet
        whose share of it has the highest lower bound.
    lines : the `hits` that `compute_usage` counts, or `counts` per article when the study may not show text, with `counted_as`.
    judged : the table `verdicts`.
    warnings : sentences: how far the proposals can be relied on.
    why_none : why nothing is proposed; empty when something is.
    """

    term: str
    table: pd.DataFrame
    used: pd.DataFrame
    lines: pd.DataFrame
    judged: pd.DataFrame
    warnings: list[str]
    why_none: str


def propose_rivals(
    study: StudyRecord,
    *,
    term: str = "",
    top: int = 10,
    sets: int = starters.MAX_RIVAL_SETS,
    copies: str = "all",
) -> Proposals:
    """The likeliest rivals of a term, or starter sets where no term is given, with the evidence.

    Raises
    ------
    WordingError
        For an unknown way of counting copies.
    """
    said, empty = read_verdicts(study), pd.DataFrame()
    if not study.has_articles:
        return Proposals(
            term,
            empty,
            empty,
            empty,
            said,
            [],
            "Discovery reads the order of words, so it needs the articles, which are not here.",
        )
    lexicon, about = get_phrase_vectors(study), list_proposal_warnings(study, copies)
    if not lexicon.proposed.any():
        return Proposals(term, empty, empty, empty, said, about, explain_no_phrases(study))
    if term and not len(discovery.find_term_rows(lexicon, study, term)):
        return Proposals(
            term,
            empty,
            empty,
            empty,
            said,
            about,
            discovery.explain_unknown_terms(study, [term])[0],
        )
    table = (
        discovery.find_rivals(study, [term], top=top)
        if term
        else starters.find_rival_sets(study, most=sets, copies=copies)
    )
    if table.empty:
        return Proposals(term, table, empty, empty, said, about, explain_no_proposals(term))
    groups = {RIVALS_CONCEPT: [term, *table["rival"]]} if term else group_set_phrases(table)
    concepts = {
        name: build_rival_concept(study, lexicon, phrases) for name, phrases in groups.items()
    }
    used, lines = (gather_rival_evidence if term else gather_set_evidence)(study, concepts, copies)
    return Proposals(term, table, used, lines, said, about, "")


def group_set_phrases(table: pd.DataFrame) -> dict[str, list[str]]:
    """The phrases of each starter set."""
    return {
        f"set {number}": [rows["term"].iloc[0], *rows["rival"]]
        for number, rows in table.groupby("set")
    }


def build_rival_concept(
    study: StudyRecord, lexicon: PhraseVectors, phrases: Sequence[str]
) -> Concept:
    """A concept whose variants are the phrases, each in all its forms."""
    named = lexicon.table.select("folded", "term", shown=join_possessives("term"))
    forms = {}
    for phrase in phrases:
        known = named.filter(pl.col("shown") == phrase)["folded"]
        rows = (
            named.filter(pl.col("folded") == known[0])
            if len(known)
            else named[discovery.find_term_rows(lexicon, study, phrase)]
        )
        forms[phrase[:60]] = Variant(match=rows["term"].to_list())
    return Concept(title=" / ".join(phrases), variants=forms)


def gather_rival_evidence(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who uses each rival rather than the term, at every outlet that has either; and the lines."""
    counts, articles = count_phrase_hits(study, concepts, copies)
    term, *others = concepts[RIVALS_CONCEPT].variants
    pairs = [
        compute_usage(
            study,
            counts[counts["variant"].isin([term, rival])],
            articles,
            {RIVALS_CONCEPT: [term, rival]},
        )
        for rival in others
    ]
    table = pd.concat([pair[pair["variant"] != term] for pair in pairs], ignore_index=True)
    return add_q_values(table[table["total"] > 0]), find_proposal_lines(
        study, concepts, counts, articles, copies
    )


def gather_set_evidence(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each phrase of each set at the outlet that most surely uses it much, of those with enough articles; and the lines."""
    counts, articles = count_phrase_hits(study, concepts, copies)
    table = compute_usage(
        study,
        counts,
        articles,
        {name: list(concept.variants) for name, concept in concepts.items()},
    )
    most = table[table["total_articles"] >= MIN_ARTICLES_FOR_USAGE].sort_values(
        ["low", "total", "outlet"], ascending=[False, False, True]
    )
    chosen = add_q_values(most.drop_duplicates(["concept", "variant"]).sort_index())
    lines = find_proposal_lines(study, concepts, counts, articles, copies)
    return chosen, lines.merge(
        chosen[["concept", "variant", "outlet"]], on=["concept", "variant", "outlet"]
    )


def count_phrase_hits(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The hits of the concepts per compared article, and these articles."""
    corpus = build_corpus(study)
    articles = select_compared(study, corpus.articles, copies=copies).articles
    counts = count_hits(corpus, concepts, study.lists)
    return counts[counts["doc_id"].isin(articles["doc_id"])].reset_index(drop=True), articles


def compute_usage(
    study: StudyRecord,
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, list[str]],
) -> pd.DataFrame:
    """The shares in all voices together, each with the p of its difference from the rest."""
    design = Design.of(study, articles)
    against = contrast_shares(counts, articles, variants, design)[
        ["concept", "variant", "outlet", "p", "n_other", "total_other"]
    ]
    return compute_shares(counts, articles, variants, design).merge(
        against, on=["concept", "variant", "outlet"]
    )


def add_q_values(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows with q, over all of them."""
    return table.assign(q=q_values(table["p"].to_numpy(dtype=float))).reset_index(drop=True)


def find_proposal_lines(
    study: StudyRecord,
    concepts: Mapping[str, Concept],
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    copies: str,
) -> pd.DataFrame:
    """The hits that are counted, concepts, phrases and outlets in the order of the tables; per article when the study may not show text."""
    about = articles[["doc_id", "outlet", "date", "title", "url"]]
    rows = (
        counts.merge(about, on="doc_id")
        if study.why_no_text
        else find_body_hits(study, concepts, copies=copies)
    )
    phrases = dict.fromkeys(phrase for concept in concepts.values() for phrase in concept.variants)
    ordered = {
        "concept": list(concepts),
        "variant": list(phrases),
        "outlet": order_outlets(study, articles),
    }
    return rows.assign(
        counted_as="all",
        **{name: pd.Categorical(rows[name], categories=values) for name, values in ordered.items()},
    )


def list_proposal_warnings(study: StudyRecord, copies: str = "all") -> list[str]:
    """How far the study's proposals can be relied on, in sentences; none where nothing speaks against it."""
    articles = select_compared(study, build_corpus(study).articles, copies=copies).articles
    outlets, n = articles["outlet"].nunique(), len(articles)
    few = outlets < MIN_RELIABLE_OUTLETS or n < MIN_RELIABLE_ARTICLES
    counts = f"{format_count(outlets, 'outlet')} and {format_count(n, 'article')} are compared"
    return [
        f"{counts}; below {MIN_RELIABLE_OUTLETS} outlets or {MIN_RELIABLE_ARTICLES:,} articles, proposals rest on little: read the lines before you believe one."
    ] * few


def explain_no_phrases(study: StudyRecord) -> str:
    """Why a study has no phrase to propose."""
    articles = build_corpus(study).articles
    return (
        f"Nothing can be proposed: a phrase is proposed when it stands in at least {MIN_PHRASE_ARTICLES} articles and at {MIN_PROPOSED_OUTLETS} outlets, none of which has more than half of its articles; "
        f"{format_count(len(articles), 'article')} of {format_count(articles['outlet'].nunique(), 'outlet')} cannot show that two phrases stand for one thing."
    )


def explain_no_proposals(term: str) -> str:
    """Why there is a lexicon, but no proposal."""
    if term:
        return f"No phrase is like “{term}” in its place, its company and its articles, or all that are were judged."
    return "No two similar phrases are chosen differently by at least two outlets, beyond what chance would give, or all that are were judged or are variants of a concept already."


def sentences(found: Proposals, *, most: int = 5) -> list[str]:
    """What is proposed, in sentences with numbers; the clearest differences in use first."""
    if found.why_none:
        return [found.why_none, *found.warnings]
    return [*(_describe_rivals if found.term else _describe_sets)(found, most), *found.warnings]


def _describe_rivals(found: Proposals, most: int) -> list[str]:
    """What stands where the term stands, and who uses it instead."""
    table = found.table
    listed = ", ".join(
        f"“{row.rival}” ({format_decimal(row.score, 2)})" for row in table.head(most).itertuples()
    )
    said = [
        f"Of all phrases, these are most like “{found.term}” in the words beside it, in its sentences and in its articles (1 is alike in all): {listed}."
    ]
    sure = found.used[found.used["q"] < _MAX_Q].sort_values(["q", "variant", "outlet"])
    said += [
        _describe_usage(row, found.term)
        for row in sure.drop_duplicates("variant").head(most).itertuples()
    ]
    return (
        said
        if len(sure)
        else [
            *said,
            f"No outlet's choice between “{found.term}” and one of them differs more surely from the others' than chance would give.",
        ]
    )


def _describe_usage(row, term: str) -> str:
    """Where one outlet's choice differs from that of the others."""
    return (
        f"Where either stands, {row.outlet} writes “{row.variant}” rather than “{term}” in {format_percent(row.share)} of {format_count(row.total, 'hit')}, "
        f"the other outlets together in {format_percent(row.n_other / row.total_other)} of {row.total_other:,} ({format_q(row.q)})."
    )


def _describe_sets(found: Proposals, most: int) -> list[str]:
    """How many sets there are, and how the clearest ones are used."""
    groups = group_set_phrases(found.table)
    said = [
        f"{format_count(len(groups), 'starter set')} of phrases that stand in like places and between which outlets choose differently; most will not be rival names: a person must judge."
    ]
    told = found.used[found.used["concept"].isin(list(groups)[:most])]
    for name, rows in told.groupby("concept", sort=False, observed=True):
        uses = [
            f"“{row.variant}” {format_percent(row.share)} of {row.total:,} hits at {row.outlet}"
            for row in rows.head(2).itertuples()
        ]
        said.append(f"{name.capitalize()}: {' and '.join(uses)}.")
    return said


def select_plotted_rivals(found: Proposals, *, most: int = 4) -> pd.DataFrame:
    """The rows of `compute_usage` for the likeliest rivals: what a figure has room for."""
    return found.used[found.used["variant"].isin(found.table["rival"].head(most))]


def describe(found: Proposals) -> str:
    """What the figure of who uses which shows, in words."""
    return " ".join(
        f"“{variant}” rather than “{found.term}”: from {format_percent(rows['share'].min())} to {format_percent(rows['share'].max())} of the hits of either, over outlets."
        for variant, rows in select_plotted_rivals(found).groupby("variant", sort=False)
    )
