"""Which concepts the matrix cannot compare, and why: a zero has a reason."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_hits_cached, count_study_hits, select_concepts
from wording.corpus.counts_files import knows_places, read_articles_table, read_counts_table
from wording.corpus.phrase_counts import count_study_phrases
from wording.phrasing import format_count
from wording.questions.design import Compared
from wording.questions.reporting import VOICE_PHRASES, count_outlets
from wording.study.records import StudyRecord
from wording.tables import TABLES


def explain_left_out(compared: Compared, overview: pd.DataFrame) -> pd.DataFrame:
    """Return why concepts are not in the matrix: one row each, concept and reason.

    Parameters
    ----------
    compared : Compared
    overview : pandas.DataFrame
        The table `overview`, or any other with the concepts that are not left out.
    """
    left_out = [name for name in compared.variants if name not in set(overview["concept"])]
    counted = sum_hits(compared.counts)
    whose = VOICE_PHRASES.get(compared.request.voice, "")
    spoken = compared.spoken[compared.spoken["n"] > 0].merge(
        compared.articles[["doc_id", "outlet"]], on="doc_id", suffixes=("_counted", "")
    )
    reasons = {
        str(name): explain_no_test(rows, compared.variants[str(name)])
        for name, rows in spoken.groupby("concept", observed=True)
    }
    for name in counted.index.difference(list(reasons)):
        n_hits = format_count(int(counted[name]), "hit")
        reasons[name] = f"No hits{whose}; {n_hits} in other voices."
    reasons |= explain_zeros(compared, [name for name in left_out if name not in reasons])
    rows = [(name, reasons[name]) for name in left_out]
    return pd.DataFrame(rows, columns=list(TABLES["overview_left_out"]))


def sum_hits(counts: pd.DataFrame) -> pd.Series:
    """Return the hits of each concept that has any."""
    sums = counts.groupby("concept", observed=True)["n"].sum()
    return sums[sums > 0]


def explain_no_test(hits: pd.DataFrame, variants: Sequence[str]) -> str:
    """Return why a concept with hits is not compared.

    Parameters
    ----------
    hits : pandas.DataFrame
        Its counts, with the outlet of each.
    variants : sequence of str
        All its terms.
    """
    n_hits = format_count(int(hits["n"].sum()), "hit")
    where = f"{n_hits} at {count_outlets(hits['outlet'].unique())}"
    written = hits["variant"].unique()
    if len(variants) == 1:
        return f"concepts.yml has only one term for it, so there is no choice to compare; {where}."
    if len(written) == 1:
        return f"Only “{written[0]}” is written, so there is no difference to test; {where}."
    return f"Hits in too few articles of any outlet to test a difference; {where}."


def explain_zeros(compared: Compared, concepts: Sequence[str]) -> dict[str, str]:
    """Return why concepts have no hit at all where hits are counted, a sentence each."""
    if not concepts:
        return {}
    study = compared.study
    elsewhere = sum_hits(count_other_places(study, concepts, compared.request.copies))
    apart = sum_hits(count_all_articles(study, concepts))
    matched = count_matches(study, concepts)
    reasons = {}
    for name in concepts:
        if n := int(elsewhere.get(name, 0)):
            where = "headlines" if study.place == "text" else "other places of the articles"
            reasons[name] = f"No hits here; {format_count(n, 'hit')} in {where}."
        elif n := int(apart.get(name, 0)):
            reasons[name] = (
                f"No hits in the articles compared; {format_count(n, 'hit')} in others: of other "
                "outlets or days, or copies that do not count."
            )
        else:
            reasons[name] = explain_no_match(matched.get(name))
    return reasons


def count_other_places(study: StudyRecord, concepts: Sequence[str], copies: str) -> pd.DataFrame:
    """Return the counts of concepts in all places; none where saved counts do not know places."""
    if not knows_places(study):
        return pd.DataFrame(columns=list(TABLES["counts"]))
    return count_study_hits(study.narrow(place="all"), concepts, copies=copies).counts


def count_all_articles(study: StudyRecord, concepts: Sequence[str]) -> pd.DataFrame:
    """Return the counts of concepts in all articles that were read, compared or not."""
    if study.has_articles:
        wanted = select_concepts(study, concepts)
        return count_hits_cached(build_corpus(study), wanted, study.lists, "all")
    counts = read_counts_table(study, read_articles_table(study))
    return counts[counts["concept"].isin(concepts)]


def count_matches(study: StudyRecord, concepts: Sequence[str]) -> dict[str, int]:
    """Return how often the phrases of concepts match; nothing without the articles."""
    phrases = count_study_phrases(study, concepts)
    whole = phrases[phrases["alternative"] == ""]
    return {str(name): int(n) for name, n in whole.groupby("concept")["n_matched"].sum().items()}


def explain_no_match(n_matched: int | None) -> str:
    """Return why a concept has no hit in any article: None where matches are not known."""
    if n_matched is None:
        return "No hits in the saved counts."
    if not n_matched:
        return "None of its phrases occurs in the articles."
    return (
        f"Its phrases occur {format_count(n_matched, 'time')}, but their conditions, a longer "
        "match or boilerplate exclude every match."
    )
