"""Keyness: which words and phrases one outlet uses more than the others, with effect size, interval, evidence and spread together.

Every outlet is one side, all the others together (or one reference) the other. Rates are per word of the voice compared; intervals and p come
from drawing whole articles (or families of copies), the very draws that shares use; the mathematics is that of `rates`.
"""

import numpy as np
import pandas as pd
from scipy import sparse

from wording.corpus.counts import order_outlets
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.terms import Terms, count_study_terms
from wording.errors import WordingError
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
    terms: Terms, *, outlets=None, against="rest", draws=999, seed=1, level=0.95
) -> pd.DataFrame:
    """Return how much more often each outlet uses each term than the others do: one row per outlet and term.

    Parameters
    ----------
    terms : the terms to test, all of them; where `terms.articles` has a column `family`, its articles are drawn together
    outlets : outlets to compare, in this order (None: the one with most articles first)
    against : "rest" (all the other outlets together), or the name of one outlet, to which each of the others is compared
    draws, seed : number of draws of whole articles, and the number that they start from
    level : of the intervals

    Returns
    -------
    The `keyness` table. log_ratio (Hardie 2014; 0 counts as 0.5) with low, high (infinite where a side may have none); percent_diff; log_odds
    with its z (Monroe, Colaresi & Quinn 2008); g2 (four cells: Dunning 1993); dp_norm (Lijffijt & Gries 2012) of both sides; p; q
    (Benjamini-Hochberg over all rows). No row where there are fewer than two outlets. low, high, p and q are NaN where a side has fewer than two articles, or neither has the term.

    Raises
    ------
    WordingError : an outlet that no article is of, or another word for `against`
    """
    outlets = _order_outlets(terms.articles, outlets, against)
    if len(outlets) < 2:
        return pd.DataFrame(columns=list(TABLES["keyness"]), dtype=float)
    mine = [k for k, outlet in enumerate(outlets) if outlet != against]
    theirs = None if against == "rest" else outlets.index(against)
    inside = terms.articles["outlet"].isin(outlets).to_numpy()
    counts, words = sparse.csr_array(terms.counts[inside], dtype=float), terms.n_words[inside]
    code = pd.Categorical(terms.articles.loc[inside, "outlet"], categories=outlets).codes
    unit, unit_code, units = rate_sides.group_into_units(terms.articles[inside], code, counts)
    unit_words = np.bincount(unit, words)
    sides = rate_sides.build_term_counts(
        counts, words, code, unit, units, unit_words, unit_code, len(outlets)
    )
    own = sides.with_each(lambda of: of[mine])
    other = sides.with_each(
        lambda of: of.sum(axis=0) - of[mine] if theirs is None else of[[theirs] * len(mine)]
    )
    spread = rate_sides.resample_rate_variance(
        units, unit_words, unit_code, outlets, mine, theirs, draws=draws, seed=seed
    )
    columns = (
        _compute_effects(own, other)
        | _compute_intervals(own, other, *spread, level=level)
        | _compute_dispersion(counts, words, code, mine, theirs)
    )
    return _build_keyness_table(
        terms, [outlets[k] for k in mine], REST_LABEL if theirs is None else against, columns
    )


def _order_outlets(articles, outlets, against):
    sizes = (
        articles["outlet"]
        .value_counts()
        .reset_index()
        .sort_values(["count", "outlet"], ascending=[False, True])
    )
    known = list(sizes["outlet"])
    listed = known if outlets is None else list(dict.fromkeys(outlets))
    for outlet in [*listed, *([] if against == "rest" else [against])]:
        one_of("outlet", outlet, known)
    listed += [] if against == "rest" or against in listed else [against]
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
        "told_by": np.where(tells >= 0, terms.terms[tells] if len(terms) else "", "").ravel(),
    }
    table = pd.DataFrame(keys | {name: column.ravel() for name, column in columns.items()})
    return check_columns(table.assign(q=resampling.q_values(table["p"])), "keyness")


def select_tested_terms(
    study: StudyRecord,
    *,
    voice="outlet",
    longest=3,
    fewest=None,
    most=MAX_TESTED_TERMS,
    shared=1,
    function_words=False,
    copies="all",
) -> Terms:
    """Return the terms of a study to test, chosen before anything is compared: of those in enough articles, the ones in most.

    Parameters
    ----------
    voice, longest, fewest, copies : as in `count_study_terms`
    most : how many to test
    shared : outlets that must use a term; 2 leaves out what only one outlet writes, such as its own name or the links on its pages
    function_words : test also terms that begin or end with a function word ("of the"), which tell style rather than framing
    """
    terms = count_study_terms(study, voice=voice, longest=longest, fewest=fewest, copies=copies)
    wanted = (
        np.ones(len(terms), bool)
        if function_words
        else _has_content_edges(terms.terms, read_words("function", study.language))
    )
    wanted &= _count_outlets(terms) >= shared
    ranked = np.lexsort((terms.terms, -terms.n_articles, ~wanted))[: min(most, wanted.sum())]
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
    study: StudyRecord, terms: Terms | None = None, *, against="rest", **chosen
) -> pd.DataFrame:
    """Return the `keyness` table of a study, with its own outlets, draws and seed.

    Parameters
    ----------
    terms : the terms to test (None: those that `candidates` chooses with the options in `chosen`)
    """
    terms = select_tested_terms(study, **chosen) if terms is None else terms
    outlets = order_outlets(study, terms.articles)
    return compute_keyness(
        terms, outlets=outlets, against=against, draws=study.draws, seed=study.seed
    )
