"""How far outlets lie apart, by their choice of terms for a study's concepts or by all their words and phrases.

A distance is Jensen and Shannon's divergence in bits, less what chance gives: what it is on average after families of articles have changed places
between the two outlets, articles of like length among each other (long articles sway less by chance), copies of one story with each other. So two halves of
one outlet lie 0 apart on average, and a distance may come out a little below 0; it is left so, for cut off it would be too large on average.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from wording.corpus.encoding.parallel import run_parallel
from wording.questions.design import Design
from wording.questions.outlets.profiles import (
    Profiles,
    build_indicator_matrix,
    compute_block_shares,
    sum_by_outlet,
    sum_rows,
)
from wording.stats import resampling
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
"""Where more of a difference is left when articles change places (one outlet writes long, the other short), nobody can say what is chance."""

UNTESTED_COLUMNS = [name for name in TABLES["outlets"] if name != "q"]


@dataclass(frozen=True)
class Distances:
    """The table `outlets`, and the distances in each draw of families: draws x rows of the table, their mean that of the table."""

    table: pd.DataFrame
    drawn: np.ndarray
    outlets: list


DISTANCE_DESIGN = Design(draws=199)


def compute_distances(profiles: Profiles, design: Design = DISTANCE_DESIGN) -> Distances:
    """Return the distance of every pair of outlets, with the draws behind its interval.

    Parameters
    ----------
    profiles : of `wording.questions.outlets.profiles`
    design : how families are drawn for the intervals, and which articles change places; the outlets are those of the profiles

    Returns
    -------
    `Distances`, whose table has one row per pair: outlet, other, basis; distance_bits (NaN where either has fewer than `FEWEST` families to compare, or articles of too different length) with
    low_bits, high_bits; uncorrected_bits; chance_bits (what was taken off); p, q (Benjamini-Hochberg over the table); n, n_other (families); n_concepts.
    """
    pairs = list(itertools.combinations(range(len(profiles.outlets)), 2))
    chance = run_parallel(_relabel_families, ((profiles, pair, design.seed) for pair in pairs))
    weights = resampling.draw_article_weights(
        profiles.rows["outlet"],
        draws=design.draws,
        seed=design.seed,
        families=profiles.rows["family"].to_numpy(),
    )
    shares, drawn = (
        compute_block_shares(profiles, sum_by_outlet(profiles, w))
        for w in (np.ones((1, len(profiles.rows)), np.uint8), weights)
    )
    samples = run_parallel(jensen_shannon, ((drawn[:, a], drawn[:, b]) for a, b in pairs))
    plain = [jensen_shannon(shares[0, a], shares[0, b]) for a, b in pairs]
    found = [
        _estimate_distance(bits, *null, sample, design.level)
        for bits, null, sample in zip(plain, chance, samples, strict=True)
    ]
    table = pd.DataFrame(
        [_describe_pair(profiles, pair) | row for pair, (row, _) in zip(pairs, found, strict=True)],
        columns=UNTESTED_COLUMNS,
    )
    table = table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))
    return Distances(
        check_columns(table, "outlets"),
        np.array([centred for _, centred in found]).T,
        profiles.outlets,
    )


def _relabel_families(profiles, pair, seed):
    """Return the divergences of a pair of outlets when their families have changed places, and how much of a difference is then still there."""
    rows = np.flatnonzero(profiles.rows["outlet"].isin(pair))
    about = profiles.rows.iloc[rows]
    named = sorted(
        pair, key=lambda k: profiles.outlets[k]
    )  # whatever the order of the outlets, the same
    stream = resampling.make_random_stream(seed, "\0".join(profiles.outlets[k] for k in named))
    first = (about["outlet"] == named[0]).to_numpy()
    labels = permute_labels(first, _assign_strata(about), draws=RELABELLINGS_PER_PAIR, rng=stream)
    one = sum_rows(profiles.counts, rows, labels)
    other = profiles.counts[rows].sum(axis=0) - one
    return jensen_shannon(
        compute_block_shares(profiles, one), compute_block_shares(profiles, other)
    ), _compute_residual_fraction(about, first, labels, profiles.weight)


def _assign_strata(about):
    """Return what may change places: the two of a family that both outlets have, with each other; the others with those of the same block and like length."""
    length, block, family = (about[name].to_numpy() for name in ("length", "block", "family"))
    code = family * (block.max(initial=0) + 1) + block
    both = np.bincount(code, minlength=1)[code] > 1
    return np.where(both, -1 - code, block * 64 + np.floor(np.log2(length)))


def _compute_residual_fraction(about, first, labels, weight):
    """Return the part of a divergence that is left each time that articles change places: 0 where all are mixed evenly, 1 where none moved.

    If a part f of what one side has now was its own, and a part g of the other's, the difference of the two is f + g - 1 of what it was, its divergence the square.
    """
    length = (
        build_indicator_matrix(about["block"].to_numpy(), len(weight))
        * about["length"].to_numpy()[:, None]
    )
    with np.errstate(invalid="ignore"):
        own = [
            side.astype(float) @ (length * mine[:, None]) / (side.astype(float) @ length)
            for side, mine in ((labels, first), (~labels, ~first))
        ]
        squares = (own[0] + own[1] - 1) ** 2
        there = ~np.isnan(squares).any(axis=0)
        return squares[:, there] @ weight[there] / weight[there].sum()


def _estimate_distance(plain, null, left, sample, level):
    """Return the numbers of one row of the table, and the drawn distances.

    A divergence is about (d + e)'(d + e), with e the error of the difference d, V the covariance of e: of variance 4 d'Vd + 2 tr VV. The draws start from d + e, so
    theirs is 4 d'Vd + 6 tr VV on average; what is too much is twice the variance without any difference: that of `null`, less what is left of d in it.
    """
    known = left.mean() < MAX_RESIDUAL_FRACTION
    distance = (plain - null.mean()) / (1 - left.mean()) if known else np.nan
    least = (null - left * distance).var(ddof=1)
    spread = np.sqrt(max(sample.var(ddof=1) - 2 * least, least))
    half = stats.norm.isf((1 - level) / 2) * spread
    row = {
        "distance_bits": distance,
        "low_bits": distance - half,
        "high_bits": min(distance + half, 1.0),
    }
    row |= {
        "uncorrected_bits": plain,
        "chance_bits": plain - distance,
        "p": permutation_p_value(plain, null) if known else np.nan,
    }
    return row, distance + (sample - sample.mean()) * spread / max(sample.std(ddof=1), LOG_OFFSET)


def _describe_pair(profiles, pair):
    """Return what a row of the table is about."""
    n = [profiles.rows.loc[profiles.rows["outlet"] == k, "family"].nunique() for k in pair]
    there = [set(profiles.rows.loc[profiles.rows["outlet"] == k, "block"]) for k in pair]
    both = len(set.intersection(*there))
    row = {
        "outlet": profiles.outlets[pair[0]],
        "other": profiles.outlets[pair[1]],
        "basis": profiles.basis,
    }
    return row | {
        "n": n[0],
        "n_other": n[1],
        "n_concepts": both if profiles.basis == "choice" else np.nan,
    }


def find_distance_drivers(profiles, pairs, *, top=10, voice="all"):
    """Return which variants or terms keep outlets apart: one row per pair and term, so many a pair, the weightiest first.

    Parameters
    ----------
    profiles : of `wording.questions.outlets.profiles`
    pairs : rows with outlet and other, such as those of the table `outlets`
    top : terms per pair at most
    voice : whose words were counted

    Returns
    -------
    outlet, other, basis, concept, variant (or word or phrase); bits (of the divergence as counted); bits_share (of all of it); n, n_other (hits); share, share_other
    (of the concept's hits, or of all terms counted); per_million, per_million_other (the same times a million).
    """
    sums = sum_by_outlet(profiles, np.ones((1, len(profiles.rows)), np.uint8))[0].astype(float)
    shares = compute_block_shares(profiles, sums)
    known = {name: k for k, name in enumerate(profiles.outlets)}
    rows = [
        _rank_drivers(profiles, known[a], known[b], shares, sums).head(top)
        for a, b in zip(pairs["outlet"], pairs["other"], strict=True)
    ]
    return check_columns(
        (
            pd.concat(rows, ignore_index=True)
            if rows
            else pd.DataFrame(columns=list(TABLES["drivers"]))
        ).assign(voice=voice),
        "drivers",
    )


def _rank_drivers(profiles, a, b, shares, sums):
    bits = np.nan_to_num(jensen_shannon_contributions(shares[a], shares[b]))
    mass = np.where(np.isnan(shares[a] + shares[b]), 0, shares[a]).sum()
    if not bits.any():
        return pd.DataFrame(columns=list(TABLES["drivers"]))
    weight = profiles.weight[profiles.columns["block"].to_numpy()]
    table = profiles.columns[["concept", "term"]].rename(columns={"term": "variant"}).assign(
        outlet=profiles.outlets[a], other=profiles.outlets[b], basis=profiles.basis, bits=bits / mass, bits_share=bits / bits.sum(),
        n=sums[a].astype(int), n_other=sums[b].astype(int), share=shares[a] / weight, share_other=shares[b] / weight,
    )  # fmt: skip
    table = table.assign(
        per_million=table["share"] * 1e6, per_million_other=table["share_other"] * 1e6
    )
    return table[bits > 0].sort_values(["bits", "variant"], ascending=[False, True])
