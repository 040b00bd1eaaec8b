"""What outlets write, by families of articles: their choice of terms for a study's concepts, or all their words and phrases."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wording.questions.shares.resampled import add_outlet_and_unit
from wording.stats.divergence import normalise_by_block

MIN_FAMILIES_PER_OUTLET = 5
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
    columns : one per variant or term, those of a block side by side: concept ("words" for words), term, block.
    weight : of each block, summing to 1: the part of the families with a hit of any concept that have one of this; 1 for words.
    """

    basis: str
    outlets: list
    rows: pd.DataFrame
    counts: sparse.csr_array
    columns: pd.DataFrame
    weight: np.ndarray


def build_choice_profiles(counts, articles, *, outlets, variants):
    """Return the profiles of term choice: of each concept's hits the part that each variant has, so which concepts an outlet writes of does not count.

    Parameters
    ----------
    counts : one row per article x concept x variant x voice, of the voices that count
    articles : one row per article; where there is a column `family`, its articles stay together
    outlets : outlets in order
    variants : {concept: its variants in order}
    """
    columns = pd.DataFrame(
        [(c, v) for c, of in variants.items() for v in of], columns=["concept", "term"]
    )
    found = add_outlet_and_unit(counts, articles)
    found = found[found["outlet"].isin(outlets) & found["concept"].isin(list(variants))]
    enough = (
        found.groupby(["outlet", "concept"], observed=True)["unit"].transform("nunique")
        >= MIN_FAMILIES_PER_OUTLET
    )
    found = found[enough]
    keys = ["outlet", "unit", "concept"]
    rows = found[keys].drop_duplicates().sort_values(keys, ignore_index=True)
    columns = columns[columns["concept"].isin(rows["concept"])].reset_index(drop=True)
    columns["block"] = pd.factorize(columns["concept"])[0]
    row = rows.reset_index().merge(found, on=keys)[["index", "concept", "variant", "n"]]
    column = row.merge(
        columns.reset_index(names="column"),
        left_on=["concept", "variant"],
        right_on=["concept", "term"],
        how="left",
    )["column"]
    shape = (len(rows), len(columns))
    matrix = sparse.coo_array(
        (row["n"].to_numpy(np.float32), (row["index"].to_numpy(), column.to_numpy())), shape=shape
    ).tocsr()
    families = (
        rows.groupby("concept")["unit"]
        .nunique()
        .reindex(columns["concept"].unique())
        .to_numpy(dtype=float)
    )
    block = rows.merge(columns.drop_duplicates("concept"), on="concept", how="left")[
        "block"
    ].to_numpy()
    return _build_profiles("choice", outlets, rows.assign(block=block), matrix, columns, families)


def build_word_profiles(counts, terms, articles, *, outlets):
    """Return the profiles of words and phrases: of all that is counted, the part that each term has.

    Parameters
    ----------
    counts : sparse, articles x terms
    terms : the terms, one per column
    articles : one row per row of `counts`: doc_id, outlet, and family where copies stay together
    outlets : outlets in order
    """
    unit = articles["family" if "family" in articles else "doc_id"].astype(str)
    keys = pd.DataFrame(
        {"outlet": articles["outlet"].to_numpy(dtype=str), "unit": unit.to_numpy(dtype=str)}
    )
    keys = keys[keys["outlet"].isin(outlets)]
    rows = keys.groupby(["outlet", "unit"]).size().reset_index()
    enough = rows.groupby("outlet")["unit"].transform("size") >= MIN_FAMILIES_PER_OUTLET
    rows = rows[enough].reset_index(drop=True)
    placed = keys.reset_index().merge(rows.reset_index(names="row"), on=["outlet", "unit"])
    shape = (len(rows), counts.shape[0])
    together = sparse.csr_array(
        (np.ones(len(placed), np.float32), (placed["row"].to_numpy(), placed["index"].to_numpy())),
        shape=shape,
    )
    columns = pd.DataFrame({"concept": "words", "term": terms, "block": 0})
    return _build_profiles(
        "words", outlets, rows.assign(block=0), (together @ counts).tocsr(), columns, np.ones(1)
    )


def _build_profiles(basis, outlets, rows, counts, columns, weight):
    number = rows["outlet"].map({name: k for k, name in enumerate(outlets)}).to_numpy()
    length = np.asarray(counts.sum(axis=1)).ravel()
    table = pd.DataFrame(
        {
            "outlet": number,
            "family": np.unique(rows["unit"].to_numpy(dtype=str), return_inverse=True)[1],
            "block": rows["block"].to_numpy(),
            "length": length,
        }
    )
    return Profiles(
        basis,
        list(outlets),
        table[length > 0].reset_index(drop=True),
        counts.astype(np.float32)[length > 0],
        columns,
        weight / weight.sum(),
    )


def sum_by_outlet(profiles, weights):
    """Return what each outlet has of each column in each draw: draws x outlets x columns; `weights` are draws x rows."""
    outlet = profiles.rows["outlet"].to_numpy()
    members = (np.flatnonzero(outlet == k) for k in range(len(profiles.outlets)))
    return np.stack([sum_rows(profiles.counts, rows, weights[:, rows]) for rows in members], axis=1)


def compute_block_shares(profiles, sums):
    """Return sums as shares of their block times its weight."""
    return normalise_by_block(sums, profiles.columns["block"].to_numpy(), profiles.weight)


def sum_rows(counts, rows, weights):
    """Return the sums of the rows in each draw: draws x columns; `weights` are draws x rows."""
    return counts[rows].T.dot(weights.T.astype(np.float32)).T


def build_indicator_matrix(code, n):
    """Return which of n things each row is: rows x n, 0 or 1."""
    return sparse.csr_array(
        (np.ones(len(code), np.float32), (np.arange(len(code)), code)), shape=(len(code), n)
    )
