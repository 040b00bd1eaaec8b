"""Keyness: which words and phrases one outlet uses more often than the others.

Every outlet is one side, all the others together (or one reference) the other. Rates are per word
of the voice compared; intervals and p come from drawing whole articles (or families of copies), the
very draws that shares use; the mathematics is that of `rates`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.terms import Terms, count_study_terms
from wording.corpus.units import select_own_outlets
from wording.errors import WordingError
from wording.questions.design import DEFAULT_DESIGN, DEFAULT_REQUEST, Design, Request
from wording.questions.keyness.subsumption import find_subsuming_terms
from wording.questions.keyness.term_counts import (
    Pairing,
    TermCounts,
    build_member_matrix,
    build_term_counts,
    group_into_units,
    resample_rate_variance,
    sum_member_terms,
    widen_rate_variances,
)
from wording.settings import OTHER_OUTLETS, REST_LABEL, one_of
from wording.stats import association, rates, resampling
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns
from wording.words import read_words

MAX_TESTED_TERMS = 5_000
"""Terms that are tested, if there are more: those in most articles."""

LOG_ODDS_PRIOR_FRACTION = 0.01
"""The prior of `log_odds`: a hundredth of what both sides have together."""

Columns = dict[str, np.ndarray]
"""Columns of the table by name, each outlets x terms."""


def compute_keyness(
    terms: Terms, against: str = "rest", design: Design = DEFAULT_DESIGN
) -> pd.DataFrame:
    """Return how much more often each outlet uses each term than the others do.

    Parameters
    ----------
    terms : Terms
        The terms to test, all of them; where `terms.articles` has a column `family`, its articles
        are drawn together.
    against : str
        "rest" (all the other outlets together), or the name of one outlet, to which each of the
        others is compared.
    design : Design
        Which outlets, and how articles are drawn.

    Returns
    -------
    pd.DataFrame
        The table `keyness`: one row per outlet and term, none with fewer than two outlets. low,
        high (infinite where a side may have none), p and q (Benjamini-Hochberg over all rows) are
        NaN where a side has fewer than two articles, or neither has the term.

    Raises
    ------
    WordingError
        For an outlet that no article is of, or another word for `against`.

    References
    ----------
    log_ratio: Hardie (2014), 0 counts as 0.5; log_odds and z: Monroe, Colaresi & Quinn (2008); g2,
    four cells: Dunning (1993); dp_norm: Lijffijt & Gries (2012).
    """
    outlets = _list_outlets(terms.articles, against, design)
    if len(outlets) < 2:
        return pd.DataFrame(columns=list(TABLES["keyness"]), dtype=float)
    pairing = _pair_outlets(outlets, against)
    is_compared = terms.articles["outlet"].isin(outlets).to_numpy()
    articles, words = terms.articles[is_compared], terms.n_words[is_compared]
    counts = sparse.csr_array(terms.counts[is_compared], dtype=float)
    code = pd.Categorical(articles["outlet"], categories=outlets).codes
    units = group_into_units(articles, code, counts, words)
    own, other = build_term_counts(counts, words, code, units, len(outlets)).split(pairing)
    variances = resample_rate_variance(units, pairing, replace(design, outlets=outlets))
    if "member" in articles:
        sums = sum_member_terms(articles, code, counts, words, len(outlets))
        variances = widen_rate_variances(variances, sums, pairing)
    columns = (
        _compute_effects(own, other)
        | _compute_intervals(own, other, variances, design.level)
        | _compute_dispersion(counts, words, code, pairing)
    )
    names = [outlets[k] for k in pairing.mine]
    return _build_keyness_table(terms, names, columns, REST_LABEL if against == "rest" else against)


def _list_outlets(articles: pd.DataFrame, against: str, design: Design) -> list[str]:
    """Return the outlets to compare, the reference among them."""
    outlets, known = design.list_outlets(articles), sorted(articles["outlet"].unique())
    if against != "rest" and against not in outlets:
        outlets.append(against)
    for outlet in outlets:
        one_of("outlet", outlet, known)
    return outlets


def _pair_outlets(outlets: Sequence[str], against: str) -> Pairing:
    """Return the numbers of the outlets compared, and of the one they are compared with.

    The other outlets together are no outlet: they belong to the others of each.
    """
    mine = [k for k, outlet in enumerate(outlets) if outlet not in (against, OTHER_OUTLETS)]
    if against == "rest":
        return Pairing(mine)
    return Pairing(mine, list(outlets).index(against))


def _compute_effects(own: TermCounts, other: TermCounts) -> Columns:
    """Return counts, rates and effects."""
    sides = own.n, own.size, other.n, other.size
    prior = {
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
        "log_odds": association.log_odds(*sides, **prior),
        "z": association.log_odds_z(*sides, **prior),
        "g2": association.g2(own.n, own.n + other.n, own.size, own.size + other.size),
    }


def _compute_intervals(
    own: TermCounts, other: TermCounts, variances: tuple[np.ndarray, np.ndarray], level: float
) -> Columns:
    """Return the ends of the interval of the log ratio, and p."""
    pooled = own.add(other).inflation
    is_tested = (own.units > 1) & (other.units > 1) & (own.n + other.n > 0)
    sides: list[np.ndarray] = []
    for side, variance in zip((own, other), variances, strict=True):
        inflation = rates.design_effect(
            variance * side.size**2, side.n, side.units_with, pooled, least=side.copies
        )
        sides += [side.n, side.size, np.where(is_tested, inflation, np.nan)]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = rates.ratio_interval(*sides, level=level)
        p = rates.ratio_p_value(*sides, carriers=own.units_with, carriers_other=other.units_with)
        return {"low": np.log2(low), "high": np.log2(high), "p": p}


def _compute_dispersion(
    counts: sparse.csr_array, words: np.ndarray, code: np.ndarray, pairing: Pairing
) -> Columns:
    """Return the dispersion over articles at the outlets and at their others."""

    def compute(rows: np.ndarray) -> np.ndarray:
        return association.dp_norm(counts[rows], words[rows])

    own = [code == k for k in pairing.mine]
    if pairing.theirs is None:
        others = [code != k for k in pairing.mine]
    else:
        others = [code == pairing.theirs] * len(pairing.mine)
    dispersion = run_parallel(compute, ((rows,) for rows in [*own, *others]))
    return {
        "dp_norm": np.array(dispersion[: len(own)]),
        "dp_norm_other": np.array(dispersion[len(own) :]),
    }


def _build_keyness_table(
    terms: Terms, outlets: Sequence[str], columns: Columns, other: str
) -> pd.DataFrame:
    """Return one row per outlet and term, from arrays of outlets x terms."""
    keys = {
        "outlet": np.repeat(np.array(outlets, dtype=object), len(terms)),
        "other": other,
        "voice": terms.voice,
        "term": np.tile(terms.terms, len(outlets)),
        "subsumed_by": _name_subsuming_terms(terms, columns).ravel(),
    }
    table = pd.DataFrame(keys | {name: column.ravel() for name, column in columns.items()})
    return check_columns(table.assign(q=resampling.q_values(table["p"])), "keyness")


def _name_subsuming_terms(terms: Terms, columns: Columns) -> np.ndarray:
    """Return the term that subsumes each term at each outlet, outlets x terms; "" for none."""
    log_ratio, low, high = (columns[name] for name in ("log_ratio", "low", "high"))
    n = np.where(log_ratio < 0, columns["n_other"], columns["n"])
    number = find_subsuming_terms(terms.terms, n, log_ratio, low, high)
    names = np.append(terms.terms.astype(object), "")  # the last is the number -1: none
    return names[number]


@dataclass(frozen=True)
class TermSelection:
    """Which terms of a study are tested.

    Attributes
    ----------
    max_words : int
        Words of the longest phrases.
    min_articles : int, optional
        In how many articles a term occurs, at least; without it as `count_study_terms` chooses.
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
    """Return the terms of a study to test, chosen before anything is compared.

    Parameters
    ----------
    study : StudyRecord
    request : Request
        Its voice and copies.
    selection : TermSelection
        Which terms; of those in enough articles, the ones in most.
    """
    terms = count_study_terms(
        study,
        voice=request.voice,
        max_words=selection.max_words,
        min_articles=selection.min_articles,
        copies=request.copies,
    )
    is_eligible = _count_outlets(terms) >= selection.min_outlets
    if not selection.function_words:
        is_eligible &= _has_content_edges(terms.terms, read_words("function", study.language))
    by_frequency = np.lexsort((terms.terms, -terms.n_articles, ~is_eligible))
    n = min(selection.top, is_eligible.sum())
    return terms[np.sort(by_frequency[:n])]


def _has_content_edges(terms: np.ndarray, function_words: Collection[str]) -> np.ndarray:
    """Return which terms neither begin nor end with a function word."""
    words = pl.Series(terms, dtype=pl.String).str.split(" ")
    edges = [words.list.first(), words.list.last()]
    first, last = (edge.is_in(list(function_words)).to_numpy() for edge in edges)
    return ~(first | last)


def _count_outlets(terms: Terms) -> np.ndarray:
    """Return how many outlets use each term."""
    code, names = pd.factorize(select_own_outlets(terms.articles))
    members = build_member_matrix(code, len(names), np.int32)
    by_outlet = sparse.csr_array(members @ terms.counts)
    return np.bincount(by_outlet.indices, minlength=len(terms))


def add_reference_corpus(terms: Terms, reference: Terms, *, name: str) -> Terms:
    """Return the terms that both have, the reference's articles as one more outlet of that name.

    `compute_keyness(terms, name)` then compares every outlet with the reference.

    Raises
    ------
    WordingError
        If an outlet has the name already.
    """
    if name in set(terms.articles["outlet"]):
        raise WordingError(
            f"An outlet is called {name!r} already; give the reference another name."
        )
    common, mine, theirs = np.intersect1d(terms.terms, reference.terms, return_indices=True)
    articles = [terms.articles, reference.articles.assign(outlet=name)]
    counts = sparse.vstack([terms.counts[:, mine], reference.counts[:, theirs]])
    return Terms(
        pd.concat(articles, ignore_index=True),
        common,
        terms.length[mine],
        sparse.csr_array(counts),
        terms.voice,
    )


def compute_study_keyness(
    study: StudyRecord, request: Request = DEFAULT_REQUEST, terms: Terms | None = None
) -> pd.DataFrame:
    """Return the table `keyness` of a study, by its own design.

    Parameters
    ----------
    study : StudyRecord
    request : Request
        Its voice, copies and what the outlets are compared with.
    terms : Terms, optional
        The terms to test; without them those of `select_tested_terms`.
    """
    if terms is None:
        terms = select_tested_terms(study, request)
    return compute_keyness(terms, request.against, Design.of(study, terms.articles))
