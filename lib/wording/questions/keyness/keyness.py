"""Keyness: which words and phrases one outlet uses more than the others, with effect size, interval, evidence and spread together.

Every outlet is one side, all the others together (or one reference) the other. Rates are per word of the voice compared; intervals and p come
from drawing whole articles (or families of copies), the very draws that shares use; the mathematics is that of `rates`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.terms import Terms, count_study_terms
from wording.errors import WordingError
from wording.questions.design import DEFAULT_DESIGN, DEFAULT_REQUEST, Design, Request
from wording.questions.keyness import term_counts as rate_sides
from wording.questions.keyness.subsumption import find_subsuming_terms
from wording.questions.shares.shares import REST_LABEL
from wording.settings import one_of
from wording.stats import association, rates, resampling
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns
from wording.words import read_words

MAX_TESTED_TERMS = 5_000
"""Terms that are tested, if there are more: those in most articles."""

LOG_ODDS_PRIOR_FRACTION = 0.01
"""The prior of `log_odds`: a hundredth of what both sides have together."""


def compute_keyness(
    terms: Terms, against: str = "rest", design: Design = DEFAULT_DESIGN
) -> pd.DataFrame:
    """Return how much more often each outlet uses each term than the others do: one row per outlet and term.

    Parameters
    ----------
    terms : the terms to test, all of them; where `terms.articles` has a column `family`, its articles are drawn together
    against : "rest" (all the other outlets together), or the name of one outlet, to which each of the others is compared
    design : which outlets, and how articles are drawn

    Returns
    -------
    The `keyness` table. log_ratio (Hardie 2014; 0 counts as 0.5) with low, high (infinite where a side may have none); percent_diff; log_odds
    with its z (Monroe, Colaresi & Quinn 2008); g2 (four cells: Dunning 1993); dp_norm (Lijffijt & Gries 2012) of both sides; p; q
    (Benjamini-Hochberg over all rows). No row where there are fewer than two outlets. low, high, p and q are NaN where a side has fewer than two articles, or neither has the term.

    Raises
    ------
    WordingError : an outlet that no article is of, or another word for `against`
    """
    outlets = _list_outlets(terms.articles, against, design)
    if len(outlets) < 2:
        return pd.DataFrame(columns=list(TABLES["keyness"]), dtype=float)
    mine = [k for k, outlet in enumerate(outlets) if outlet != against]
    theirs = None if against == "rest" else outlets.index(against)
    inside = terms.articles["outlet"].isin(outlets).to_numpy()
    counts, words = sparse.csr_array(terms.counts[inside], dtype=float), terms.n_words[inside]
    code = pd.Categorical(terms.articles.loc[inside, "outlet"], categories=outlets).codes
    units = rate_sides.group_into_units(terms.articles[inside], code, counts, words)
    sides = rate_sides.build_term_counts(counts, words, code, units, len(outlets))
    own = sides.with_each(lambda of: of[mine])
    other = sides.with_each(
        lambda of: of.sum(axis=0) - of[mine] if theirs is None else of[[theirs] * len(mine)]
    )
    spread = rate_sides.resample_rate_variance(
        units, rate_sides.Pairing(mine, theirs), replace(design, outlets=outlets)
    )
    columns = (
        _compute_effects(own, other)
        | _compute_intervals(own, other, *spread, level=design.level)
        | _compute_dispersion(counts, words, code, mine, theirs)
    )
    return _build_keyness_table(
        terms, [outlets[k] for k in mine], REST_LABEL if theirs is None else against, columns
    )


def _list_outlets(articles: pd.DataFrame, against: str, design: Design) -> list[str]:
    """Return the outlets to compare, the reference among them."""
    listed, known = design.list_outlets(articles), sorted(articles["outlet"].unique())
    if against != "rest" and against not in listed:
        listed.append(against)
    for outlet in listed:
        one_of("outlet", outlet, known)
    return listed


def _compute_effects(own, other):
    """Return counts, rates and effects."""
    sides = own.n, own.size, other.n, other.size
    alpha = {
        "alpha": LOG_ODDS_PRIOR_FRACTION * (own.n + other.n),
        "alpha_0": LOG_ODDS_PRIOR_FRACTION * (own.size + other.size),
    }
    return {
        "n": own.n.astype(int),
        "n_other": other.n.astype(int),
        "per_million": 1e6 * own.rate,
        "per_million_other": 1e6 * other.rate,
        "n_articles": own.n_articles.astype(int),
        "n_articles_other": other.n_articles.astype(int),
        "log_ratio": association.log_ratio(*sides),
        "percent_diff": association.percent_diff(*sides),
        "log_odds": association.log_odds(*sides, **alpha),
        "z": association.log_odds_z(*sides, **alpha),
        "g2": association.g2(own.n, own.n + other.n, own.size, own.size + other.size),
    }


def _compute_intervals(own, other, own_variance, other_variance, *, level):
    """Return the ends of the interval of the log ratio, and p."""
    pooled = own.with_each(np.add, other).inflation
    known = (own.units > 1) & (other.units > 1) & (own.n + other.n > 0)
    sides = []
    for side, variance in ((own, own_variance), (other, other_variance)):
        inflated = rates.design_effect(
            variance * side.size**2, side.n, side.carriers, pooled, least=side.copies
        )
        sides += [side.n, side.size, np.where(known, inflated, np.nan)]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (np.log2(end) for end in rates.ratio_interval(*sides, level=level))
        p = rates.ratio_p_value(*sides, carriers=own.carriers, carriers_other=other.carriers)
    return {"low": low, "high": high, "p": p}


def _compute_dispersion(counts, words, code, mine, theirs):
    """Return the dispersion over articles at the outlets and at their others."""

    def over(rows):
        return association.dp_norm(counts[rows], words[rows])

    others = [code != k if theirs is None else code == theirs for k in mine]
    found = run_parallel(over, ((rows,) for rows in [*(code == k for k in mine), *others]))
    return {"dp_norm": np.array(found[: len(mine)]), "dp_norm_other": np.array(found[len(mine) :])}


def _build_keyness_table(terms, outlets, other, columns):
    """Return one row per outlet and term, from arrays of outlets x terms."""
    more = np.where(columns["log_ratio"] < 0, columns["n_other"], columns["n"])
    tells = find_subsuming_terms(
        terms.terms, more, columns["log_ratio"], columns["low"], columns["high"]
    )
    keys = {
        "outlet": np.repeat(np.array(outlets, dtype=object), len(terms)),
        "other": other,
        "voice": terms.voice,
        "term": np.tile(terms.terms, len(outlets)),
        "subsumed_by": np.where(tells >= 0, terms.terms[tells] if len(terms) else "", "").ravel(),
    }
    table = pd.DataFrame(keys | {name: column.ravel() for name, column in columns.items()})
    return check_columns(table.assign(q=resampling.q_values(table["p"])), "keyness")


@dataclass(frozen=True)
class TermSelection:
    """Which terms of a study are tested.

    Attributes
    ----------
    max_words : int
        Words of the longest phrases.
    min_articles : int, optional
        In how many articles a term stands, at least; without it as `count_study_terms` chooses.
    top : int
        How many are tested, at most: those in most articles.
    min_outlets : int
        How many outlets use a term, at least; 2 leaves out what only one outlet writes, such as
        its own name or the links on its pages.
    function_words : bool
        Whether terms that begin or end with a function word ("of the") are tested too; they tell
        style rather than framing.
    """

    max_words: int = 3
    min_articles: int | None = None
    top: int = MAX_TESTED_TERMS
    min_outlets: int = 1
    function_words: bool = False


DEFAULT_SELECTION = TermSelection()


def select_tested_terms(
    study: StudyRecord,
    request: Request = DEFAULT_REQUEST,
    selection: TermSelection = DEFAULT_SELECTION,
) -> Terms:
    """Return the terms of a study to test, chosen before anything is compared: of those in enough articles, the ones in most.

    Parameters
    ----------
    request : its voice and copies
    selection : which terms
    """
    terms = count_study_terms(
        study,
        voice=request.voice,
        longest=selection.max_words,
        fewest=selection.min_articles,
        copies=request.copies,
    )
    wanted = (
        np.ones(len(terms), bool)
        if selection.function_words
        else _has_content_edges(terms.terms, read_words("function", study.language))
    )
    wanted &= _count_outlets(terms) >= selection.min_outlets
    ranked = np.lexsort((terms.terms, -terms.n_articles, ~wanted))[
        : min(selection.top, wanted.sum())
    ]
    return terms[np.sort(ranked)]


def _has_content_edges(terms, listed):
    """Return which terms neither begin nor end with a listed word."""
    split = pd.Series(terms, dtype=object).str.split(" ")
    return ~(split.str[0].isin(listed) | split.str[-1].isin(listed)).to_numpy(dtype=bool)


def _count_outlets(terms):
    """Return how many outlets use each term."""
    code, names = pd.factorize(terms.articles["outlet"])
    member = sparse.csr_array(
        (np.ones(len(code), np.int32), (code, np.arange(len(code)))), shape=(len(names), len(code))
    )
    return np.bincount(sparse.csr_array(member @ terms.counts).indices, minlength=len(terms))


def add_reference_corpus(terms: Terms, reference: Terms, *, name: str) -> Terms:
    """Return the terms that both have, with all articles of the reference as one more outlet of that name: `keyness(..., against=name)`."""
    if name in set(terms.articles["outlet"]):
        raise WordingError(
            f"An outlet is called {name!r} already; give the reference another name."
        )
    both, mine, theirs = np.intersect1d(terms.terms, reference.terms, return_indices=True)
    articles = pd.concat(
        [terms.articles, reference.articles.assign(outlet=name)], ignore_index=True
    )
    counts = sparse.csr_array(sparse.vstack([terms.counts[:, mine], reference.counts[:, theirs]]))
    return Terms(articles, both, terms.length[mine], counts, terms.voice)


def compute_study_keyness(
    study: StudyRecord, request: Request = DEFAULT_REQUEST, terms: Terms | None = None
) -> pd.DataFrame:
    """Return the `keyness` table of a study, by its own design; without terms, of those of `select_tested_terms`."""
    terms = select_tested_terms(study, request) if terms is None else terms
    return compute_keyness(terms, request.against, Design.of(study, terms.articles))
