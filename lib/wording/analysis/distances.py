"""How far outlets lie apart, by their choice of terms for a study's concepts or by all their words and phrases.

A distance is Jensen and Shannon's divergence in bits, less what chance gives: what it is on average after families of articles have changed places
between the two outlets, articles of like length among each other (long articles sway less by chance), copies of one story with each other. So two halves of
one outlet lie 0 apart on average, and a distance may come out a little below 0; it is left so, for cut off it would be too large on average.
"""

import itertools
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd
from scipy import stats

from wording.analysis import resampling
from wording.analysis.divergence import contributions, jensen_shannon, p_of, relabelled
from wording.analysis.profiles import shares_of, summed, sums_of
from wording.tables import TABLES, check

RELABELLED = 99
"""How often the articles of two outlets change places."""


@dataclass(frozen=True)
class Distances:
    """The table `outlets`, and the distances in each draw of families: draws x rows of the table, their mean that of the table."""

    table: pd.DataFrame
    drawn: np.ndarray
    outlets: list


def distances(profiles, *, draws=199, seed=1, level=0.95):
    """Return the distance of every pair of outlets, with the draws behind its interval.

    Parameters
    ----------
    profiles : of `wording.analysis.profiles`
    draws : number of draws of families, for the interval
    seed : of the draws and of the articles that change places
    level : of the interval

    Returns
    -------
    `Distances`, whose table has one row per pair: outlet, other, basis; distance (bits; NaN where either has fewer than two families to compare) with
    low, high; uncorrected; chance (what was taken off); p, q (Benjamini-Hochberg over the table); n, n_other (families); n_concepts; n_terms.
    """
    pairs = list(itertools.combinations(range(len(profiles.outlets)), 2))
    parallel = joblib.Parallel(n_jobs=-1, prefer="threads")
    chance = parallel(joblib.delayed(_chance)(profiles, pair, seed) for pair in pairs)
    weights = resampling.weights(profiles.rows["outlet"], draws=draws, seed=seed, families=profiles.rows["family"].to_numpy())
    shares, drawn = (shares_of(profiles, sums_of(profiles, w)) for w in (np.ones((1, len(profiles.rows)), np.uint8), weights))
    samples = parallel(joblib.delayed(jensen_shannon)(drawn[:, a], drawn[:, b]) for a, b in pairs)
    scaled = [_scaled(sample, null) for sample, null in zip(samples, chance, strict=True)]
    rows = [_row(profiles, pair, shares[0], null, sample, level) for pair, null, sample in zip(pairs, chance, scaled, strict=True)]
    table = pd.DataFrame(rows, columns=[name for name in TABLES["outlets"] if name != "q"])
    table = check(table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float))), "outlets")
    return Distances(table, np.array(scaled).T + table["distance"].to_numpy(), profiles.outlets)


def _chance(profiles, pair, seed):
    """Return the divergences of a pair of outlets when their families have changed places."""
    rows = np.flatnonzero(profiles.rows["outlet"].isin(pair))
    about = profiles.rows.iloc[rows]
    named = sorted(pair, key=lambda k: profiles.outlets[k])  # whatever the order of the outlets, the same
    stream = resampling._stream(seed, "\0".join(profiles.outlets[k] for k in named))
    labels = relabelled((about["outlet"] == named[0]).to_numpy(), _strata(about), draws=RELABELLED, rng=stream)
    one = summed(profiles.counts, rows, labels)
    other = profiles.counts[rows].sum(axis=0) - one
    return jensen_shannon(shares_of(profiles, one), shares_of(profiles, other))


def _strata(about):
    """Return what may change places: the two of a family that both outlets have, with each other; the others with those of the same block and like length."""
    length, block, family = (about[name].to_numpy() for name in ("length", "block", "family"))
    code = family * (block.max(initial=0) + 1) + block
    both = np.bincount(code, minlength=1)[code] > 1
    return np.where(both, -1 - code, block * 64 + np.floor(np.log2(length)))


def _scaled(sample, null):
    """Return the drawn divergences less their mean, with the variance that the divergence itself has.

    With e the error of p - q, V its covariance and d = p - q, the divergence is about (d + e)'(d + e) (in suitable units), of variance 4 d'Vd + 2 tr VV. The
    draws start from d + e, not from d, so theirs is larger by 4 tr VV on average: twice the variance without any difference, which is that of `null`.
    """
    least = null.var(ddof=1)
    return (sample - sample.mean()) * np.sqrt(max(sample.var(ddof=1) - 2 * least, least) / sample.var(ddof=1))


def _row(profiles, pair, shares, null, sample, level):
    """Return one row of the table `outlets`, all but q."""
    p, q = (shares[k] for k in pair)
    plain = jensen_shannon(p, q)
    distance = plain - null.mean()
    half = stats.norm.isf((1 - level) / 2) * sample.std()
    row = {"outlet": profiles.outlets[pair[0]], "other": profiles.outlets[pair[1]], "basis": profiles.basis, "distance": distance}
    row |= {"low": distance - half, "high": min(distance + half, 1.0), "uncorrected": plain, "chance": null.mean(), "p": p_of(plain, null)}
    n = [profiles.rows.loc[profiles.rows["outlet"] == k, "family"].nunique() for k in pair]
    both = ~np.isnan(p + q)
    n_concepts = profiles.columns.loc[both, "concept"].nunique() if profiles.basis == "choice" else np.nan
    return row | {"n": n[0], "n_other": n[1], "n_concepts": n_concepts, "n_terms": int((both & (p + q > 0)).sum())}


def drivers(profiles, pairs, *, most=10, voice="all"):
    """Return which variants or terms keep outlets apart: one row per pair and term, so many a pair, the weightiest first.

    Parameters
    ----------
    profiles : of `wording.analysis.profiles`
    pairs : rows with outlet and other, such as those of the table `outlets`
    most : terms told per pair
    voice : whose words were counted

    Returns
    -------
    outlet, other, basis, concept, variant (or word or phrase); bits (of the uncorrected divergence); part (of all of it); n, n_other (hits); share, share_other
    (of the concept's hits, or of all terms counted); per_million, per_million_other (the same times a million).
    """
    sums = sums_of(profiles, np.ones((1, len(profiles.rows)), np.uint8))[0]
    shares = shares_of(profiles, sums)
    known = {name: k for k, name in enumerate(profiles.outlets)}
    rows = [_driving(profiles, known[a], known[b], shares, sums).head(most) for a, b in zip(pairs["outlet"], pairs["other"], strict=True)]
    return check(
        (pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(TABLES["drivers"]))).assign(voice=voice), "drivers"
    )


def _driving(profiles, a, b, shares, sums):
    bits = np.nan_to_num(contributions(shares[a], shares[b]))
    mass = np.where(np.isnan(shares[a] + shares[b]), 0, shares[a]).sum()
    if not bits.any():
        return pd.DataFrame(columns=list(TABLES["drivers"]))
    weight = profiles.weight[profiles.columns["block"].to_numpy()]
    table = profiles.columns[["concept", "term"]].rename(columns={"term": "variant"}).assign(
        outlet=profiles.outlets[a], other=profiles.outlets[b], basis=profiles.basis, bits=bits / mass, part=bits / bits.sum(),
        n=sums[a].astype(int), n_other=sums[b].astype(int), share=shares[a] / weight, share_other=shares[b] / weight,
    )  # fmt: skip
    table = table.assign(per_million=table["share"] * 1e6, per_million_other=table["share_other"] * 1e6)
    return table[bits > 0].sort_values(["bits", "variant"], ascending=[False, True])
