"""What a reader needs to judge proposals: who uses which phrase, in which lines, and what was judged before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl

from wording.corpus.build import build
from wording.corpus.counts import body_hits, compared, count, outlet_order
from wording.phrasing import percent, plural, told_q
from wording.questions.discovery import rival_sets as starters
from wording.questions.discovery import rivals as discovery
from wording.questions.discovery.phrase_vectors import Lexicon, readable, study_lexicon
from wording.questions.discovery.phrases import FEWEST, OUTLETS
from wording.questions.shares.shares import contrasts, shares
from wording.stats.resampling import q_values
from wording.study.journal import verdicts
from wording.study.records import Concept, Study, Variant

RIVALS = "rivals"
"""What stands in the column `concept` for a term and its rivals; starter sets are "set 1", "set 2", ..."""
FEW_OUTLETS, FEW_ARTICLES = 10, 10_000
"""Below these, proposals rest on little."""
COMPARABLE = 3
"""Articles that an outlet needs to be told as one that uses a phrase of a set much."""
CHANCE = 0.05


@dataclass(frozen=True)
class Proposals:
    """Proposals of a study with their evidence.

    Attributes
    ----------
    term : what was asked for; empty for starter sets.
    table : `rivals`, or `candidates`.
    used : who uses which: `shares` with q; concept is `RIVALS`, variant the rival, total the hits of the rival and the term together; or, for sets, each phrase at the outlet
        whose share of it has the highest lower bound.
    lines : the `hits` that `used` counts, or `counts` per article when the study may not show text, with `counted_as`.
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


def proposals(study: Study, *, term: str = "", top: int = 10, sets: int = starters.SETS, copies: str = "all") -> Proposals:
    """The likeliest rivals of a term, or starter sets where no term is given, with the evidence.

    Raises
    ------
    WordingError
        For an unknown way of counting copies.
    """
    said, empty = verdicts(study), pd.DataFrame()
    if not study.has_articles:
        return Proposals(
            term, empty, empty, empty, said, [], "Discovery reads the order of words, so it needs the articles, which are not here."
        )
    lexicon, about = study_lexicon(study), warnings(study, copies)
    if not lexicon.proposed.any():
        return Proposals(term, empty, empty, empty, said, about, too_little(study))
    if term and not len(discovery.asked(lexicon, study, term)):
        return Proposals(term, empty, empty, empty, said, about, discovery.unknown(study, [term])[0])
    table = discovery.rivals(study, [term], top=top) if term else starters.candidates(study, most=sets, copies=copies)
    if table.empty:
        return Proposals(term, table, empty, empty, said, about, nothing_left(term))
    groups = {RIVALS: [term, *table["rival"]]} if term else set_groups(table)
    concepts = {name: as_concept(study, lexicon, phrases) for name, phrases in groups.items()}
    used, lines = (rival_evidence if term else set_evidence)(study, concepts, copies)
    return Proposals(term, table, used, lines, said, about, "")


def set_groups(table: pd.DataFrame) -> dict[str, list[str]]:
    """The phrases of each starter set."""
    return {f"set {number}": [rows["term"].iloc[0], *rows["rival"]] for number, rows in table.groupby("set")}


def as_concept(study: Study, lexicon: Lexicon, phrases: Sequence[str]) -> Concept:
    """A concept whose variants are the phrases, each in all its forms."""
    named = lexicon.table.select("folded", "term", shown=readable("term"))
    forms = {}
    for phrase in phrases:
        known = named.filter(pl.col("shown") == phrase)["folded"]
        rows = named.filter(pl.col("folded") == known[0]) if len(known) else named[discovery.asked(lexicon, study, phrase)]
        forms[phrase[:60]] = Variant(match=rows["term"].to_list())
    return Concept(title=" / ".join(phrases), variants=forms)


def rival_evidence(study: Study, concepts: Mapping[str, Concept], copies: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who uses each rival rather than the term, at every outlet that has either; and the lines."""
    counts, articles = counted(study, concepts, copies)
    term, *others = concepts[RIVALS].variants
    pairs = [used(study, counts[counts["variant"].isin([term, rival])], articles, {RIVALS: [term, rival]}) for rival in others]
    table = pd.concat([pair[pair["variant"] != term] for pair in pairs], ignore_index=True)
    return with_q(table[table["total"] > 0]), lines_of(study, concepts, counts, articles, copies)


def set_evidence(study: Study, concepts: Mapping[str, Concept], copies: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each phrase of each set at the outlet that most surely uses it much, of those with enough articles; and the lines."""
    counts, articles = counted(study, concepts, copies)
    table = used(study, counts, articles, {name: list(concept.variants) for name, concept in concepts.items()})
    most = table[table["total_articles"] >= COMPARABLE].sort_values(["low", "total", "outlet"], ascending=[False, False, True])
    chosen = with_q(most.drop_duplicates(["concept", "variant"]).sort_index())
    lines = lines_of(study, concepts, counts, articles, copies)
    return chosen, lines.merge(chosen[["concept", "variant", "outlet"]], on=["concept", "variant", "outlet"])


def counted(study: Study, concepts: Mapping[str, Concept], copies: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The hits of the concepts per compared article, and these articles."""
    corpus, _ = build(study)
    articles, _ = compared(study, corpus.articles, copies=copies)
    counts = count(corpus, concepts, study.lists)
    return counts[counts["doc_id"].isin(articles["doc_id"])].reset_index(drop=True), articles


def used(study: Study, counts: pd.DataFrame, articles: pd.DataFrame, variants: Mapping[str, list[str]]) -> pd.DataFrame:
    """The shares in all voices together, each with the p of its difference from the rest."""
    options = {"outlets": outlet_order(study, articles), "variants": variants, "draws": study.draws, "seed": study.seed}
    against = contrasts(counts, articles, **options)[["concept", "variant", "outlet", "p", "n_other", "total_other"]]
    return shares(counts, articles, **options).merge(against, on=["concept", "variant", "outlet"])


def with_q(table: pd.DataFrame) -> pd.DataFrame:
    """The same rows with q, over all of them."""
    return table.assign(q=q_values(table["p"].to_numpy(dtype=float))).reset_index(drop=True)


def lines_of(study: Study, concepts: Mapping[str, Concept], counts: pd.DataFrame, articles: pd.DataFrame, copies: str) -> pd.DataFrame:
    """The hits that are counted, concepts, phrases and outlets in the order of the tables; per article when the study may not show text."""
    about = articles[["doc_id", "outlet", "date", "title", "url"]]
    rows = counts.merge(about, on="doc_id") if study.why_no_text else body_hits(study, concepts, copies=copies)
    phrases = dict.fromkeys(phrase for concept in concepts.values() for phrase in concept.variants)
    ordered = {"concept": list(concepts), "variant": list(phrases), "outlet": outlet_order(study, articles)}
    return rows.assign(counted_as="all", **{name: pd.Categorical(rows[name], categories=values) for name, values in ordered.items()})


def warnings(study: Study, copies: str = "all") -> list[str]:
    """How far the study's proposals can be relied on, in sentences; none where nothing speaks against it."""
    articles, _ = compared(study, build(study)[0].articles, copies=copies)
    outlets, n = articles["outlet"].nunique(), len(articles)
    few = outlets < FEW_OUTLETS or n < FEW_ARTICLES
    counts = f"{plural(outlets, 'outlet')} and {plural(n, 'article')} are compared"
    return [
        f"{counts}; below {FEW_OUTLETS} outlets or {FEW_ARTICLES:,} articles, proposals rest on little: read the lines before you believe one."
    ] * few


def too_little(study: Study) -> str:
    """Why a study has no phrase to propose."""
    articles = build(study)[0].articles
    return (
        f"Nothing can be proposed: a phrase is proposed when it stands in at least {FEWEST} articles and at {OUTLETS} outlets, none of which has more than half of its articles; "
        f"{plural(len(articles), 'article')} of {plural(articles['outlet'].nunique(), 'outlet')} cannot show that two phrases stand for one thing."
    )


def nothing_left(term: str) -> str:
    """Why there is a lexicon, but no proposal."""
    if term:
        return f"No phrase is like “{term}” in its place, its company and its articles, or all that are were judged."
    return "No two similar phrases are chosen differently by at least two outlets, beyond what chance would give, or all that are were judged or are variants of a concept already."


def sentences(found: Proposals, *, most: int = 5) -> list[str]:
    """What is proposed, in sentences with numbers; the clearest differences in use first."""
    if found.why_none:
        return [found.why_none, *found.warnings]
    return [*(rival_sentences if found.term else set_sentences)(found, most), *found.warnings]


def rival_sentences(found: Proposals, most: int) -> list[str]:
    """What stands where the term stands, and who uses it instead."""
    table = found.table
    listed = ", ".join(f"“{row.rival}” ({row.score:.2f})" for row in table.head(most).itertuples())
    said = [
        f"Of all phrases, these are most like “{found.term}” in the words beside it, in its sentences and in its articles (1 is alike in all): {listed}."
    ]
    sure = found.used[found.used["q"] < CHANCE].sort_values(["q", "variant", "outlet"])
    said += [used_sentence(row, found.term) for row in sure.drop_duplicates("variant").head(most).itertuples()]
    return (
        said
        if len(sure)
        else [
            *said,
            f"No outlet's choice between “{found.term}” and one of them differs more surely from the others' than chance would give.",
        ]
    )


def used_sentence(row, term: str) -> str:
    """Where one outlet's choice differs from that of the others."""
    return (
        f"Where either stands, {row.outlet} writes “{row.variant}” rather than “{term}” in {percent(row.share)} of {plural(row.total, 'hit')}, "
        f"the other outlets together in {percent(row.n_other / row.total_other)} of {row.total_other:,} ({told_q(row.q)})."
    )


def set_sentences(found: Proposals, most: int) -> list[str]:
    """How many sets there are, and how the clearest ones are used."""
    groups = set_groups(found.table)
    said = [
        f"{plural(len(groups), 'starter set')} of phrases that stand in like places and between which outlets choose differently; most will not be rival names: a person must judge."
    ]
    told = found.used[found.used["concept"].isin(list(groups)[:most])]
    for name, rows in told.groupby("concept", sort=False, observed=True):
        uses = [f"“{row.variant}” {percent(row.share)} of {row.total:,} hits at {row.outlet}" for row in rows.head(2).itertuples()]
        said.append(f"{name.capitalize()}: {' and '.join(uses)}.")
    return said


def drawn(found: Proposals, *, most: int = 4) -> pd.DataFrame:
    """The rows of `used` for the likeliest rivals: what a figure has room for."""
    return found.used[found.used["variant"].isin(found.table["rival"].head(most))]


def described(found: Proposals) -> str:
    """What the figure of who uses which shows, in words."""
    return " ".join(
        f"“{variant}” rather than “{found.term}”: from {percent(rows['share'].min())} to {percent(rows['share'].max())} of the hits of either, over outlets."
        for variant, rows in drawn(found).groupby("variant", sort=False)
    )
