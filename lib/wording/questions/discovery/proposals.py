"""What a reader needs to judge proposals: who uses which phrase, and in which lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_hits, find_body_hits, order_outlets, select_compared
from wording.phrasing import format_count
from wording.questions.design import Design
from wording.questions.discovery.phrase_vectors import (
    PhraseVectors,
    get_phrase_vectors,
    join_possessives,
)
from wording.questions.discovery.phrases import MIN_PHRASE_ARTICLES, MIN_PROPOSED_OUTLETS
from wording.questions.discovery.rival_sets import MAX_RIVAL_SETS, find_rival_sets
from wording.questions.discovery.rivals import (
    explain_unknown_terms,
    find_rivals,
    find_term_rows,
)
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.stats.resampling import q_values
from wording.study.journal import read_verdicts
from wording.study.records import Concept, StudyRecord, Variant
from wording.tables import order_as

RIVALS_CONCEPT = "rivals"
"""What the column `concept` says of a term and its rivals; of sets it says "set 1", "set 2", ..."""

MIN_RELIABLE_OUTLETS, MIN_RELIABLE_ARTICLES = 10, 10_000
"""With fewer of either, proposals are unreliable."""

MIN_ARTICLES_FOR_USAGE = 3
"""Articles that an outlet needs to be named as one that uses a phrase of a set much."""

MAX_VARIANT_NAME = 60
"""Characters of a phrase that name a variant."""

NO_ARTICLES_MESSAGE = (
    "Discovery needs the articles themselves, because it depends on word order; they are not here."
)


@dataclass(frozen=True)
class Proposals:
    """Proposals of a study with their evidence.

    Attributes
    ----------
    term : str
        What was asked for; empty for sets of rivals.
    judged : pd.DataFrame
        The table `verdicts`.
    table : pd.DataFrame
        The table `rivals`, or `candidates`.
    used : pd.DataFrame
        Who uses which: `shares` with q. For a term, `variant` is the rival and `total` the hits of
        the rival and the term together; for sets, each phrase at the outlet whose share of it has
        the highest lower bound.
    lines : pd.DataFrame
        The hits that are counted, or the counts per article when the study may not show text.
    warnings : list of str
        Sentences on how far the proposals can be relied on.
    why_none : str
        Why nothing is proposed; empty when something is.
    """

    term: str
    judged: pd.DataFrame
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    used: pd.DataFrame = field(default_factory=pd.DataFrame)
    lines: pd.DataFrame = field(default_factory=pd.DataFrame)
    warnings: list[str] = field(default_factory=list)
    why_none: str = ""


def propose_rivals(
    study: StudyRecord,
    *,
    term: str = "",
    top: int = 10,
    sets: int = MAX_RIVAL_SETS,
    copies: str = "all",
) -> Proposals:
    """Return the likeliest rivals of a term, or sets of rivals where no term is given.

    Parameters
    ----------
    study : StudyRecord
    term : str
        A phrase, a pattern, or a variant of the study.
    top : int
        Rivals of the term at most.
    sets : int
        Sets at most.
    copies : str
        Which copies count: all, one or none.

    Raises
    ------
    WordingError
        For an unknown way of counting copies.
    """
    judged = read_verdicts(study)
    if not study.has_articles:
        return Proposals(term, judged, why_none=NO_ARTICLES_MESSAGE)
    vectors = get_phrase_vectors(study)
    warnings = list_proposal_warnings(study, copies)
    if not vectors.proposed.any():
        return Proposals(term, judged, warnings=warnings, why_none=explain_no_phrases(study))
    if term and not len(find_term_rows(vectors, study, term)):
        unknown = explain_unknown_terms(study, [term])[0]
        return Proposals(term, judged, warnings=warnings, why_none=unknown)
    if term:
        table = find_rivals(study, [term], top=top)
    else:
        table = find_rival_sets(study, max_sets=sets, copies=copies)
    if table.empty:
        return Proposals(
            term, judged, table, warnings=warnings, why_none=explain_no_proposals(term)
        )
    groups = {RIVALS_CONCEPT: [term, *table["rival"]]} if term else group_set_phrases(table)
    concepts = {
        name: build_rival_concept(study, vectors, phrases) for name, phrases in groups.items()
    }
    gather = gather_rival_evidence if term else gather_set_evidence
    used, lines = gather(study, concepts, copies)
    return Proposals(term, judged, table, used, lines, warnings)


def group_set_phrases(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return the phrases of each set of rivals."""
    return {
        f"set {number}": [rows["term"].iloc[0], *rows["rival"]]
        for number, rows in table.groupby("set")
    }


def build_rival_concept(
    study: StudyRecord, vectors: PhraseVectors, phrases: Sequence[str]
) -> Concept:
    """Return a concept whose variants are the phrases, each in all its forms."""
    variants = {
        phrase[:MAX_VARIANT_NAME]: Variant(match=_list_forms(study, vectors, phrase))
        for phrase in phrases
    }
    return Concept(title=" / ".join(phrases), variants=variants)


def _list_forms(study: StudyRecord, vectors: PhraseVectors, phrase: str) -> list[str]:
    """Return the terms that fold into the phrase, or that it stands for as a term or pattern."""
    folded = vectors.table.filter(join_possessives("term") == phrase)["folded"]
    if len(folded):
        rows = vectors.table.filter(pl.col("folded") == folded[0])
    else:
        rows = vectors.table[find_term_rows(vectors, study, phrase)]
    return rows["term"].to_list()


def gather_rival_evidence(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who uses each rival rather than the term, wherever either occurs; and the lines."""
    counts, articles = count_phrase_hits(study, concepts, copies)
    term, *rivals = concepts[RIVALS_CONCEPT].variants
    tables = []
    for rival in rivals:
        pair = [term, rival]
        usage = compute_usage(
            study, counts[counts["variant"].isin(pair)], articles, {RIVALS_CONCEPT: pair}
        )
        tables.append(usage[usage["variant"] != term])
    table = pd.concat(tables, ignore_index=True)
    lines = find_proposal_lines(study, concepts, counts, articles, copies)
    return add_q_values(table[table["total"] > 0]), lines


def gather_set_evidence(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each phrase of each set at the outlet that most surely uses it much; and the lines."""
    counts, articles = count_phrase_hits(study, concepts, copies)
    variants = {name: list(concept.variants) for name, concept in concepts.items()}
    table = compute_usage(study, counts, articles, variants)
    frequent = table[table["total_articles"] >= MIN_ARTICLES_FOR_USAGE]
    ranked = frequent.sort_values(["low", "total", "outlet"], ascending=[False, False, True])
    shown = add_q_values(ranked.drop_duplicates(["concept", "variant"]).sort_index())
    keys = ["concept", "variant", "outlet"]
    lines = find_proposal_lines(study, concepts, counts, articles, copies)
    return shown, lines.merge(shown[keys], on=keys)


def count_phrase_hits(
    study: StudyRecord, concepts: Mapping[str, Concept], copies: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the hits of the concepts per compared article, and these articles."""
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
    """Return the shares in all voices together, each with the p of its difference from the rest.

    Parameters
    ----------
    study : StudyRecord
    counts, articles : pd.DataFrame
        As of `count_phrase_hits`.
    variants : mapping of str to list of str
        The variants of each concept.
    """
    keys = ["concept", "variant", "outlet"]
    design = Design.of(study, articles)
    contrasts = contrast_shares(counts, articles, variants, design)
    shares = compute_shares(counts, articles, variants, design)
    return shares.merge(contrasts[[*keys, "p", "n_other", "total_other"]], on=keys)


def add_q_values(table: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows with q, over all of them."""
    return table.assign(q=q_values(table["p"].to_numpy(dtype=float))).reset_index(drop=True)


def find_proposal_lines(
    study: StudyRecord,
    concepts: Mapping[str, Concept],
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    copies: str,
) -> pd.DataFrame:
    """Return the hits that are counted, or the counts per article where text may not be shown.

    Parameters
    ----------
    study : StudyRecord
    concepts : mapping of str to Concept
    counts, articles : pd.DataFrame
        As of `count_phrase_hits`.
    copies : str
        Which copies count: all, one or none.

    Returns
    -------
    pd.DataFrame
        Concepts, phrases and outlets in the order of the tables; `counted_as` is "all".
    """
    if study.why_no_text:
        about = articles[["doc_id", "outlet", "date", "title", "url"]]
        rows = counts.merge(about, on="doc_id")
    else:
        rows = find_body_hits(study, concepts, copies=copies)
    phrases = dict.fromkeys(phrase for concept in concepts.values() for phrase in concept.variants)
    order = {"concept": concepts, "variant": phrases, "outlet": order_outlets(study, articles)}
    return order_as(rows.assign(counted_as="all"), order)


def list_proposal_warnings(study: StudyRecord, copies: str = "all") -> list[str]:
    """Return how far the study's proposals can be relied on; nothing where they can."""
    articles = select_compared(study, build_corpus(study).articles, copies=copies).articles
    n_outlets, n_articles = articles["outlet"].nunique(), len(articles)
    if n_outlets >= MIN_RELIABLE_OUTLETS and n_articles >= MIN_RELIABLE_ARTICLES:
        return []
    return [
        f"{format_count(n_outlets, 'outlet')} and {format_count(n_articles, 'article')} are "
        f"compared; with fewer than {MIN_RELIABLE_OUTLETS} outlets or {MIN_RELIABLE_ARTICLES:,} "
        "articles proposals are unreliable: read the lines before accepting one."
    ]


def explain_no_phrases(study: StudyRecord) -> str:
    """Return why a study has no phrase to propose."""
    articles = build_corpus(study).articles
    n_outlets = articles["outlet"].nunique()
    return (
        "Nothing can be proposed: a phrase is proposed when it occurs in at least "
        f"{MIN_PHRASE_ARTICLES} articles and at {MIN_PROPOSED_OUTLETS} outlets, none of which has "
        f"more than half of its articles; {format_count(len(articles), 'article')} of "
        f"{format_count(n_outlets, 'outlet')} are not enough to show that two phrases name the "
        "same thing."
    )


def explain_no_proposals(term: str) -> str:
    """Return why there are phrases, but no proposal."""
    if term:
        return (
            f"No unjudged phrase resembles “{term}” in its immediate context, its sentences and "
            "its articles."
        )
    return (
        "No new pair of similar phrases is used significantly differently by at least two outlets."
    )


def select_plotted_rivals(proposals: Proposals, *, top: int = 4) -> pd.DataFrame:
    """Return the rows of `compute_usage` for the likeliest rivals: what a figure has room for."""
    return proposals.used[proposals.used["variant"].isin(proposals.table["rival"].head(top))]
