"""Term choice per outlet.

Of all hits of a concept, the part that each variant has, and where outlets differ.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.errors import WordingError
from wording.questions.design import (
    DEFAULT_DESIGN,
    DEFAULT_REQUEST,
    Design,
    Request,
    compare_articles,
)
from wording.questions.shares.resampled import (
    ConceptComparison,
    ResampledCounts,
    Variants,
    compare_concepts,
)
from wording.settings import OTHER_OUTLETS, REST_LABEL
from wording.stats import resampling
from wording.stats.arrays import Array, Numbers
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

SHARE_COLUMNS, CONTRAST_COLUMNS = list(TABLES["shares"]), list(TABLES["contrasts"])


def compute_study_shares(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> pd.DataFrame:
    """Return the `shares` table of a study, by its own design."""
    compared = compare_articles(study, request)
    table = compute_shares(compared.spoken, compared.searched, compared.variants, compared.design)
    return check_columns(table.assign(voice=request.voice), "shares")


def compute_shares(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Variants | None = None,
    design: Design = DEFAULT_DESIGN,
    voice: str | None = None,
) -> pd.DataFrame:
    """Return the share of each variant at each outlet.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row per article x concept x variant x voice: doc_id, concept, variant, voice, n.
    articles : pandas.DataFrame
        One row per article: doc_id, outlet, n_words; where there is a column `family`, its articles
        are drawn together.
    variants : mapping or sequence of pairs, optional
        The variants of each concept in order, also those without a hit; without it those counted.
    design : Design
        Which outlets, and how articles are drawn.
    voice : str, optional
        One voice; without it all voices together, called "all".

    Returns
    -------
    pandas.DataFrame
        One row per concept, variant and outlet, hits or none: concept, variant, outlet, voice; n
        (hits), n_articles (with such a hit); share (n / total; NaN without a hit of the concept);
        low, high (the interval; NaN with one article or none); per_million (hits per million body
        words of all the outlet's articles); total, total_articles (hits of the concept, and
        articles with one).

    Raises
    ------
    WordingError
        For an outlet, a concept, a variant or an article that is not listed.
    """
    in_voice = counts if voice is None else counts[counts["voice"] == voice]
    compared = compare_concepts(in_voice, articles, variants, design)
    return tabulate_shares(compared, articles, design.level, voice)


def tabulate_shares(
    compared: Sequence[ConceptComparison],
    articles: pd.DataFrame,
    level: float,
    voice: str | None = None,
) -> pd.DataFrame:
    """Return the table of `compute_shares` for concepts that were compared.

    Parameters
    ----------
    compared : sequence of ConceptComparison
    articles : pandas.DataFrame
        As for `compute_shares`.
    level : float
        Of the intervals, 0 to 1.
    voice : str, optional
        The voice that was compared; without it all together.
    """
    words = articles.groupby("outlet", observed=True)["n_words"].sum()
    rows = [
        build_share_table(choice, words.reindex(choice.outlets).to_numpy(dtype=float), level)
        for choice in compared
    ]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=SHARE_COLUMNS)
    return table.assign(voice="all" if voice is None else voice)[SHARE_COLUMNS]


def contrast_shares(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Variants | None = None,
    design: Design = DEFAULT_DESIGN,
    against: str = "rest",
) -> pd.DataFrame:
    """Return where outlets differ in the shares of the variants.

    Parameters
    ----------
    counts, articles, variants, design
        As for `compute_shares`; the same seed gives the same draws.
    against : str
        "rest" (all the other outlets together) or "pairs" (every pair of outlets).

    Returns
    -------
    pandas.DataFrame
        One row per concept, variant and outlet against the rest, or per pair of outlets: concept,
        variant, outlet, other; difference (share less the other's share) with low, high;
        log_odds_ratio (natural logarithm, 0.5 added to each of the four counts: Haldane 1956,
        Anscombe 1956); p; q (Benjamini-Hochberg over all rows); n, total, n_other, total_other
        (hits). low, high, p and q are NaN where either side has hits in fewer than two articles; p
        and q also where both sides have no hit of the variant, or no hit of another: there is
        nothing to test.

    Raises
    ------
    WordingError
        As in `compute_shares`, or for another word for `against`.
    """
    if against not in ("rest", "pairs"):
        raise WordingError(f'against={against!r}: expected "rest" or "pairs".')
    compared = compare_concepts(counts, articles, variants, design)
    return tabulate_contrasts(compared, against, design.level)


def tabulate_contrasts(
    compared: Sequence[ConceptComparison], against: str, level: float
) -> pd.DataFrame:
    """Return the table of `contrast_shares` for concepts that were compared.

    Parameters
    ----------
    compared : sequence of ConceptComparison
    against : str
        "rest" or "pairs".
    level : float
        Of the intervals, 0 to 1.
    """
    rows = [build_contrast_table(choice, against, level) for choice in compared]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=CONTRAST_COLUMNS)
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[CONTRAST_COLUMNS]


def log_odds_ratio(n: Numbers, total: Numbers, n_other: Numbers, total_other: Numbers) -> Array:
    """Return the natural logarithm of the odds ratio, 0.5 added to each count.

    Parameters
    ----------
    n, total : float or array
        Hits of the variant, and of the concept.
    n_other, total_other : float or array
        The same of the other side.

    Returns
    -------
    numpy.ndarray
        NaN where a side has no hit of the concept.

    References
    ----------
    Haldane (1956); Anscombe (1956).

    >>> round(float(log_odds_ratio(2, 4, 0, 4)), 3)
    2.197
    """
    n, total = np.asarray(n), np.asarray(total)
    n_other, total_other = np.asarray(n_other), np.asarray(total_other)
    odds = (n + 0.5) / (total - n + 0.5)
    odds_other = (n_other + 0.5) / (total_other - n_other + 0.5)
    return np.where((total > 0) & (total_other > 0), np.log(odds / odds_other), np.nan)


def build_share_table(compared: ConceptComparison, words: Array, level: float) -> pd.DataFrame:
    """Return the `shares` table of one concept but for the voice.

    Parameters
    ----------
    compared : ConceptComparison
    words : numpy.ndarray
        All words of each outlet.
    level : float
        Of the intervals, 0 to 1.
    """
    own = compared.own
    low, high = resampling.share_interval(own.share, own.effective, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_million = np.where(words[:, None] > 0, own.n / words[:, None] * 1e6, np.nan)
    columns = {
        "n": own.n.astype(int),
        "n_articles": compared.n_articles,
        "share": own.share,
        "low": low,
        "high": high,
        "per_million": per_million,
        "total": own.total.astype(int),
        "total_articles": compared.total_articles[:, None],
    }
    return _to_long_table(compared, compared.outlets, columns)


@dataclass(frozen=True)
class _Side:
    """One side of every difference of a concept: arrays of rows x variants, or rows x 1."""

    names: list[str]
    n: Array
    total: Array
    share: Array
    effective: Array
    articles: Array

    def take(self, rows: Sequence[int]) -> _Side:
        """Return some of the rows, in this order."""
        at = np.array(rows, dtype=int)
        return _Side(
            [self.names[row] for row in rows],
            self.n[at],
            self.total[at],
            self.share[at],
            self.effective[at],
            self.articles[at],
        )


def build_contrast_table(compared: ConceptComparison, against: str, level: float) -> pd.DataFrame:
    """Return the `contrasts` table of one concept but for q.

    Parameters
    ----------
    compared : ConceptComparison
    against : str
        "rest" or "pairs".
    level : float
        Of the intervals, 0 to 1.
    """
    a, b = _pair_sides(compared, against)
    shares = (a.share, a.effective, b.share, b.effective)
    low, high = resampling.difference_interval(*shares, level=level)
    p = resampling.difference_p_value(*shares, articles=np.minimum(a.articles, b.articles))
    both, all_hits = a.n + b.n, a.total + b.total
    columns = {
        "difference": a.share - b.share,
        "low": low,
        "high": high,
        "log_odds_ratio": log_odds_ratio(a.n, a.total, b.n, b.total),
        "p": np.where((both > 0) & (both < all_hits), p, np.nan),
        "n": a.n.astype(int),
        "total": a.total.astype(int),
        "n_other": b.n.astype(int),
        "total_other": b.total.astype(int),
        "other": np.array(b.names, dtype=object)[:, None],
    }
    return _to_long_table(compared, a.names, columns)


def _pair_sides(compared: ConceptComparison, against: str) -> tuple[_Side, _Side]:
    """Return the two sides of every row: each outlet and its others, or every pair of outlets.

    The other outlets together are no outlet: they belong to the others of each.
    """
    own = _build_side(compared.own, compared.outlets)
    single = [k for k, name in enumerate(compared.outlets) if name != OTHER_OUTLETS]
    if against == "rest":
        rest = _build_side(compared.rest, [REST_LABEL] * len(compared.outlets))
        return own.take(single), rest.take(single)
    pairs = list(itertools.combinations(single, 2))
    return own.take([first for first, _ in pairs]), own.take([second for _, second in pairs])


def _build_side(counts: ResampledCounts, names: list[str]) -> _Side:
    return _Side(names, counts.n, counts.total, counts.share, counts.effective, counts.independent)


def _to_long_table(
    compared: ConceptComparison, outlets: Sequence[str], columns: Mapping[str, Array]
) -> pd.DataFrame:
    """Return one row per variant and outlet.

    Parameters
    ----------
    compared : ConceptComparison
    outlets : sequence of str
        One per row of the arrays.
    columns : mapping of str to numpy.ndarray
        Arrays of outlets x variants, or what is broadcast to them, by the name of the column.
    """
    shape = (len(outlets), len(compared.variants))
    keys = {
        "concept": compared.concept,
        "variant": np.repeat(compared.variants, shape[0]),
        "outlet": list(outlets) * shape[1],
    }
    flat = {name: np.broadcast_to(column, shape).T.ravel() for name, column in columns.items()}
    return pd.DataFrame(keys | flat)
