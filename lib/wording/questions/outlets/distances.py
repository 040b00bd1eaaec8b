"""How far outlets lie apart, by their choice of terms or by all their words and phrases.

A distance is Jensen and Shannon's divergence in bits, less what chance gives: what it is on average
after families of articles have changed places between the two outlets, articles of similar length
among each other (long articles sway less by chance), copies of one story with each other. So two
halves of one outlet lie 0 apart on average, and a distance may come out a little below 0; it is
left so, for cut off it would be too large on average.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from wording.corpus.encoding.parallel import run_parallel
from wording.questions.design import Design
from wording.questions.outlets.profiles import (
    Profiles,
    build_indicator_matrix,
    compute_block_shares,
    sum_by_outlet,
    sum_rows,
)
from wording.questions.reporting import keep_stable_digits
from wording.stats import resampling
from wording.stats.distributions import find_normal_quantile
from wording.stats.divergence import (
    LOG_OFFSET,
    jensen_shannon,
    jensen_shannon_contributions,
    permutation_p_value,
    permute_labels,
)
from wording.tables import TABLES, check_columns

RELABELLINGS_PER_PAIR = 99
"""How often the articles of two outlets change places."""

MAX_RESIDUAL_FRACTION = 0.75
"""The part of a difference left after articles changed places above which chance is unknown.

So much is left where one outlet writes long articles and the other short ones.
"""

UNTESTED_COLUMNS = [name for name in TABLES["outlets"] if name != "q"]

DISTANCE_DESIGN = Design(draws=199)


@dataclass(frozen=True)
class Distances:
    """The distances of every pair of outlets.

    Attributes
    ----------
    table : pd.DataFrame
        The table `outlets`.
    drawn : np.ndarray
        The distances in each draw of families: draws x rows of the table, their mean that of the
        table.
    outlets : list of str
        The outlets in order.
    """

    table: pd.DataFrame
    drawn: np.ndarray
    outlets: list[str]


@dataclass(frozen=True)
class _Relabelled:
    """A pair of outlets whose families have changed places.

    Attributes
    ----------
    divergences : np.ndarray
        One per relabelling.
    residual : np.ndarray
        The part of a divergence that is left each time.
    """

    divergences: np.ndarray
    residual: np.ndarray


@dataclass(frozen=True)
class _Estimate:
    """The distance of a pair: its columns in the table, and the distances in each draw."""

    columns: dict[str, float]
    drawn: np.ndarray


def compute_distances(profiles: Profiles, design: Design = DISTANCE_DESIGN) -> Distances:
    """Return the distance of every pair of outlets, with the draws behind its interval.

    Parameters
    ----------
    profiles : Profiles
    design : Design
        How families are drawn for the intervals, and which articles change places; the outlets are
        those of the profiles.

    Returns
    -------
    Distances
        The table has one row per pair. distance_bits is NaN where either has fewer than
        `MIN_FAMILIES_PER_OUTLET` families to compare, or articles of too different length;
        chance_bits is what was taken off; q is Benjamini-Hochberg over the table.
    """
    pairs = list(itertools.combinations(range(len(profiles.outlets)), 2))
    relabelled = run_parallel(_relabel_families, ((profiles, pair, design.seed) for pair in pairs))
    counted, drawn = _compute_outlet_shares(profiles, design)
    divergences = [jensen_shannon(counted[0, a], counted[0, b]) for a, b in pairs]
    samples = run_parallel(jensen_shannon, ((drawn[:, a], drawn[:, b]) for a, b in pairs))
    estimates = [
        _estimate_distance(divergence, chance, sample, design.level)
        for divergence, chance, sample in zip(divergences, relabelled, samples, strict=True)
    ]
    rows = [
        _describe_pair(profiles, pair) | estimate.columns
        for pair, estimate in zip(pairs, estimates, strict=True)
    ]
    table = pd.DataFrame(rows, columns=UNTESTED_COLUMNS)
    table = table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))
    return Distances(
        check_columns(table, "outlets"),
        np.array([estimate.drawn for estimate in estimates]).T,
        profiles.outlets,
    )


def _compute_outlet_shares(profiles: Profiles, design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of each outlet as counted and as drawn: draws x outlets x columns."""
    rows = profiles.rows
    once = np.ones((1, len(rows)), np.uint8)
    weights = resampling.draw_article_weights(
        rows["outlet"],
        draws=design.draws,
        seed=design.seed,
        families=rows["family"].to_numpy(),
    )
    return (
        compute_block_shares(profiles, sum_by_outlet(profiles, once)),
        compute_block_shares(profiles, sum_by_outlet(profiles, weights)),
    )


def _relabel_families(profiles: Profiles, pair: tuple[int, int], seed: int) -> _Relabelled:
    """Return what the divergence of a pair of outlets is when their families change places."""
    rows = np.flatnonzero(profiles.rows["outlet"].isin(pair))
    families = profiles.rows.iloc[rows]
    first, second = sorted(pair, key=lambda k: profiles.outlets[k])  # in whatever order they come
    names = f"{profiles.outlets[first]}\0{profiles.outlets[second]}"
    stream = resampling.make_random_stream(seed, names)
    is_first = (families["outlet"] == first).to_numpy()
    strata = _assign_strata(families)
    labels = permute_labels(is_first, strata, draws=RELABELLINGS_PER_PAIR, rng=stream)
    one = sum_rows(profiles.counts, rows, labels)
    other = profiles.counts[rows].sum(axis=0) - one
    divergences = jensen_shannon(
        compute_block_shares(profiles, one), compute_block_shares(profiles, other)
    )
    residual = _compute_residual_fraction(families, is_first, labels, profiles.weight)
    return _Relabelled(divergences, residual)


def _assign_strata(families: pd.DataFrame) -> np.ndarray:
    """Return the number of the stratum of each row; rows of one stratum may change places.

    The two rows of a family that both outlets have are a stratum (numbers below 0); the others are
    with those of the same block and a similar length, up to a factor of two.
    """
    length, block, family = (families[name].to_numpy() for name in ("length", "block", "family"))
    code = family * (block.max(initial=0) + 1) + block
    is_shared = np.bincount(code, minlength=1)[code] > 1
    return np.where(is_shared, -1 - code, block * 64 + np.floor(np.log2(length)))


def _compute_residual_fraction(
    families: pd.DataFrame, is_first: np.ndarray, labels: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Return the part of a divergence that is left each time that articles change places.

    0 where all are mixed evenly, 1 where none moved. If a part f of what one side has now was its
    own, and a part g of the other's, the difference of the two is f + g - 1 of what it was, its
    divergence the square.
    """
    members = build_indicator_matrix(families["block"].to_numpy(), len(weight))
    length = members * families["length"].to_numpy()[:, None]
    kept = _compute_kept_fraction(labels, is_first, length)
    kept_other = _compute_kept_fraction(~labels, ~is_first, length)
    squares = (kept + kept_other - 1) ** 2
    has_both = ~np.isnan(squares).any(axis=0)
    with np.errstate(invalid="ignore"):
        residual: np.ndarray = squares[:, has_both] @ weight[has_both] / weight[has_both].sum()
    return residual


def _compute_kept_fraction(labels: np.ndarray, is_own: np.ndarray, length: Any) -> np.ndarray:
    """Return the part of what a side has after each relabelling that was its own, by block."""
    side = labels.astype(float)
    with np.errstate(invalid="ignore"):
        return side @ (length * is_own[:, None]) / (side @ length)


def _estimate_distance(
    divergence: Any, relabelled: _Relabelled, sample: np.ndarray, level: float
) -> _Estimate:
    """Return the distance of a pair with its interval and p, and the drawn distances.

    A divergence is about (d + e)'(d + e), with e the error of the difference d, V the covariance of
    e: of variance 4 d'Vd + 2 tr VV. The draws start from d + e, so theirs is 4 d'Vd + 6 tr VV on
    average; what is too much is twice the variance without any difference: that of the relabelled
    divergences, less what is left of d in them.
    """
    chance, residual = relabelled.divergences, relabelled.residual
    is_known = residual.mean() < MAX_RESIDUAL_FRACTION
    distance = (divergence - chance.mean()) / (1 - residual.mean()) if is_known else np.nan
    chance_variance = (chance - residual * distance).var(ddof=1)
    variance = max(sample.var(ddof=1) - 2 * chance_variance, chance_variance)
    spread = np.sqrt(variance)
    half = find_normal_quantile((1 - level) / 2) * spread
    columns = {
        "distance_bits": distance,
        "low_bits": distance - half,
        "high_bits": min(distance + half, 1.0),
        "uncorrected_bits": divergence,
        "chance_bits": divergence - distance,
        "p": permutation_p_value(divergence, chance) if is_known else np.nan,
    }
    centred = (sample - sample.mean()) * spread / max(sample.std(ddof=1), LOG_OFFSET)
    return _Estimate(columns, distance + centred)


def _describe_pair(profiles: Profiles, pair: tuple[int, int]) -> dict[str, Any]:
    """Return what a row of the table is about."""
    one, other = (profiles.rows[profiles.rows["outlet"] == k] for k in pair)
    n_concepts = len(set(one["block"]) & set(other["block"]))
    return {
        "outlet": profiles.outlets[pair[0]],
        "other": profiles.outlets[pair[1]],
        "basis": profiles.basis,
        "n": one["family"].nunique(),
        "n_other": other["family"].nunique(),
        "n_concepts": n_concepts if profiles.basis == "choice" else np.nan,
    }


def find_distance_drivers(
    profiles: Profiles, pairs: pd.DataFrame, *, top: int = 10, voice: str = "all"
) -> pd.DataFrame:
    """Return which variants or terms keep outlets apart, the weightiest of each pair first.

    Parameters
    ----------
    profiles : Profiles
    pairs : pd.DataFrame
        Rows with outlet and other, such as those of the table `outlets`.
    top : int
        Terms per pair at most.
    voice : str
        Whose words were counted.

    Returns
    -------
    pd.DataFrame
        The table `drivers`: one row per pair and variant (or word or phrase), with bits (of the
        divergence as counted) and bits_share (of all of it).
    """
    sums = sum_by_outlet(profiles, np.ones((1, len(profiles.rows)), np.uint8))[0].astype(float)
    shares = compute_block_shares(profiles, sums)
    number = {outlet: k for k, outlet in enumerate(profiles.outlets)}
    tables = [
        _rank_drivers(profiles, (number[outlet], number[other]), shares, sums).head(top)
        for outlet, other in zip(pairs["outlet"], pairs["other"], strict=True)
    ]
    empty = pd.DataFrame(columns=list(TABLES["drivers"]))
    table = pd.concat(tables, ignore_index=True) if tables else empty
    return check_columns(table.assign(voice=voice), "drivers")


def _rank_drivers(
    profiles: Profiles, pair: tuple[int, int], shares: np.ndarray, sums: np.ndarray
) -> pd.DataFrame:
    """Return what keeps a pair apart, the weightiest first."""
    a, b = pair
    bits = np.nan_to_num(jensen_shannon_contributions(shares[a], shares[b]))
    if not bits.any():
        return pd.DataFrame(columns=list(TABLES["drivers"]))
    mass = np.where(np.isnan(shares[a] + shares[b]), 0, shares[a]).sum()
    weight = profiles.weight[profiles.columns["block"].to_numpy()]
    share, share_other = shares[a] / weight, shares[b] / weight
    terms = profiles.columns[["concept", "term"]].rename(columns={"term": "variant"})
    table = terms.assign(
        outlet=profiles.outlets[a],
        other=profiles.outlets[b],
        basis=profiles.basis,
        bits=bits / mass,
        bits_share=bits / bits.sum(),
        n=sums[a].astype(int),
        n_other=sums[b].astype(int),
        share=share,
        share_other=share_other,
        per_million=share * 1e6,
        per_million_other=share_other * 1e6,
    )
    shown = table[bits > 0]
    order = shown.assign(bits=keep_stable_digits(shown["bits"]))
    return shown.loc[order.sort_values(["bits", "variant"], ascending=[False, True]).index]
