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
from scipy import sparse, stats

from wording.analysis import resampling
from wording.analysis.divergence import by_block, contributions, jensen_shannon, p_of, relabelled
from wording.analysis.sides import _located
from wording.tables import TABLES, check

RELABELLED = 99
"""How often the articles of two outlets change places."""

FEWEST = 5
"""Families of articles that an outlet needs of a concept to be compared on it (of all its articles, where words are compared)."""


@dataclass(frozen=True)
class Profiles:
    """What outlets write, by families of articles.

    Attributes
    ----------
    basis : "choice" (variants of concepts) or "words" (words and phrases).
    outlets : their names, in order.
    rows : one per outlet and family (and concept, for choice: they change places concept by concept): outlet, family (their numbers), block, length
        (hits, or terms counted).
    counts : sparse, rows x columns.
    columns : one per variant or term, those of a block side by side: concept (for choice), term, block.
    weight : of each block, summing to 1: the part of the families with a hit of any concept that have one of this; 1 for words.
    """

    basis: str
    outlets: list
    rows: pd.DataFrame
    counts: sparse.csr_array
    columns: pd.DataFrame
    weight: np.ndarray


@dataclass(frozen=True)
class Distances:
    """The table `outlets`, and the distances in each draw of families: draws x rows of the table, their mean that of the table."""

    table: pd.DataFrame
    drawn: np.ndarray
    outlets: list


def by_choice(counts, articles, *, outlets, variants):
    """Return the profiles of term choice: of each concept's hits the part that each variant has, so which concepts an outlet writes of does not count.

    Parameters
    ----------
    counts : one row per article x concept x variant x voice, of the voices that count
    articles : one row per article; where there is a column `family`, its articles stay together
    outlets : outlets in order
    variants : {concept: its variants in order}
    """
    columns = pd.DataFrame([(c, v) for c, of in variants.items() for v in of], columns=["concept", "term"])
    found = _located(counts, articles)
    found = found[found["outlet"].isin(outlets) & found["concept"].isin(list(variants))]
    enough = found.groupby(["outlet", "concept"], observed=True)["unit"].transform("nunique") >= FEWEST
    found = found[enough]
    keys = ["outlet", "unit", "concept"]
    rows = found[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    columns = columns[columns["concept"].isin(rows["concept"])].reset_index(drop=True)
    columns["block"] = pd.factorize(columns["concept"])[0]
    row = rows.reset_index().merge(found, on=keys)[["index", "concept", "variant", "n"]]
    column = row.merge(columns.reset_index(names="column"), left_on=["concept", "variant"], right_on=["concept", "term"], how="left")["column"]
    shape = (len(rows), len(columns))
    matrix = sparse.coo_array((row["n"].to_numpy(np.float32), (row["index"].to_numpy(), column.to_numpy())), shape=shape).tocsr()
    families = rows.groupby("concept")["unit"].nunique().reindex(columns["concept"].unique()).to_numpy(dtype=float)
    block = rows.merge(columns.drop_duplicates("concept"), on="concept", how="left")["block"].to_numpy()
    return _profiles("choice", outlets, rows.assign(block=block), matrix, columns, families)


def by_words(counts, terms, articles, *, outlets):
    """Return the profiles of words and phrases: of all that is counted, the part that each term has.

    Parameters
    ----------
    counts : sparse, articles x terms
    terms : the terms, one per column
    articles : one row per row of `counts`: doc_id, outlet, and family where copies stay together
    outlets : outlets in order
    """
    unit = articles["family" if "family" in articles else "doc_id"].astype(str)
    keys = pd.DataFrame({"outlet": articles["outlet"].to_numpy(dtype=str), "unit": unit.to_numpy(dtype=str)})
    keys = keys[keys["outlet"].isin(outlets)]
    rows = keys.groupby(["outlet", "unit"]).size().reset_index()
    enough = rows.groupby("outlet")["unit"].transform("size") >= FEWEST
    rows = rows[enough].reset_index(drop=True)
    placed = keys.reset_index().merge(rows.reset_index(names="row"), on=["outlet", "unit"])
    shape = (len(rows), counts.shape[0])
    together = sparse.csr_array((np.ones(len(placed), np.float32), (placed["row"].to_numpy(), placed["index"].to_numpy())), shape=shape)
    columns = pd.DataFrame({"concept": None, "term": terms, "block": 0})
    return _profiles("words", outlets, rows.assign(block=0), (together @ counts).tocsr(), columns, np.ones(1))


def _profiles(basis, outlets, rows, counts, columns, weight):
    number = rows["outlet"].map({name: k for k, name in enumerate(outlets)}).to_numpy()
    length = np.asarray(counts.sum(axis=1)).ravel()
    table = pd.DataFrame({"outlet": number, "family": pd.factorize(rows["unit"])[0], "block": rows["block"].to_numpy(), "length": length})
    return Profiles(basis, list(outlets), table[length > 0].reset_index(drop=True), counts.astype(np.float32)[length > 0], columns, weight / weight.sum())


def sums_of(profiles, weights):
    """Return what each outlet has of each column in each draw: draws x outlets x columns; `weights` are draws x rows."""
    outlet = profiles.rows["outlet"].to_numpy()
    members = (np.flatnonzero(outlet == k) for k in range(len(profiles.outlets)))
    return np.stack([_summed(profiles.counts, rows, weights[:, rows]) for rows in members], axis=1)


def shares_of(profiles, sums):
    """Return sums as shares of their block times its weight."""
    return by_block(sums, profiles.columns["block"].to_numpy(), profiles.weight)


def distances(profiles, *, draws=199, seed=1, level=0.95):
    """Return the distance of every pair of outlets, with the draws behind its interval.

    Parameters
    ----------
    profiles : of `by_choice` or `by_words`
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


def _summed(counts, rows, weights):
    return counts[rows].T.dot(weights.T.astype(np.float32)).T


def _chance(profiles, pair, seed):
    """Return the divergences of a pair of outlets when their families have changed places."""
    rows = np.flatnonzero(profiles.rows["outlet"].isin(pair))
    about = profiles.rows.iloc[rows]
    named = sorted(pair, key=lambda k: profiles.outlets[k])  # whatever the order of the outlets, the same
    stream = resampling._stream(seed, "\0".join(profiles.outlets[k] for k in named))
    labels = relabelled((about["outlet"] == named[0]).to_numpy(), _strata(about), draws=RELABELLED, rng=stream)
    one = _summed(profiles.counts, rows, labels)
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


def drivers(profiles, pairs, *, most=10):
    """Return which variants or terms keep outlets apart: one row per pair and term, so many a pair, the weightiest first.

    Parameters
    ----------
    profiles : of `by_choice` or `by_words`
    pairs : rows with outlet and other, such as those of the table `outlets`
    most : terms told per pair

    Returns
    -------
    outlet, other, basis, concept (of a variant), term; bits (of the uncorrected divergence); part (of all of it); n, n_other (hits); share, share_other
    (of the concept's hits, or of all terms counted); per_million, per_million_other (the same times a million).
    """
    sums = sums_of(profiles, np.ones((1, len(profiles.rows)), np.uint8))[0]
    shares = shares_of(profiles, sums)
    known = {name: k for k, name in enumerate(profiles.outlets)}
    rows = [_driving(profiles, known[a], known[b], shares, sums).head(most) for a, b in zip(pairs["outlet"], pairs["other"], strict=True)]
    return check(pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(TABLES["drivers"])), "drivers")


def _driving(profiles, a, b, shares, sums):
    bits = np.nan_to_num(contributions(shares[a], shares[b]))
    mass = np.where(np.isnan(shares[a] + shares[b]), 0, shares[a]).sum()
    if not bits.any():
        return pd.DataFrame(columns=list(TABLES["drivers"]))
    weight = profiles.weight[profiles.columns["block"].to_numpy()]
    table = profiles.columns[["concept", "term"]].assign(
        outlet=profiles.outlets[a], other=profiles.outlets[b], basis=profiles.basis, bits=bits / mass, part=bits / bits.sum(),
        n=sums[a].astype(int), n_other=sums[b].astype(int), share=shares[a] / weight, share_other=shares[b] / weight,
    )  # fmt: skip
    table = table.assign(per_million=table["share"] * 1e6, per_million_other=table["share_other"] * 1e6)
    return table[bits > 0].sort_values(["bits", "term"], ascending=[False, True])
