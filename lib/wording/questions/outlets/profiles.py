"""What outlets write, by families of articles: their choice of terms, or all their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wording.questions.shares.resampled import add_outlet_and_unit
from wording.stats.divergence import normalise_by_block

MIN_FAMILIES_PER_OUTLET = 5
"""Families of articles that an outlet needs of a concept to be compared on it.

Where words are compared, of all its articles.
"""


@dataclass(frozen=True)
class Profiles:
    """What outlets write, by families of articles.

    Attributes
    ----------
    basis : str
        "choice" (variants of concepts) or "words" (words and phrases).
    outlets : list of str
        Their names, in order.
    rows : pd.DataFrame
        One per outlet and family (and concept, for choice: they change places concept by concept):
        outlet, family (their numbers), block, length (hits, or terms counted); for choice also
        member (the outlet), where groups are compared.
    counts : sparse.csr_array
        Rows x columns.
    columns : pd.DataFrame
        One per variant or term, those of a block side by side: concept ("words" for words), term,
        block.
    weight : np.ndarray
        Of each block, summing to 1: the part of the families with a hit of any concept that have
        one of this; 1 for words.
    """

    basis: str
    outlets: list[str]
    rows: pd.DataFrame
    counts: sparse.csr_array
    columns: pd.DataFrame
    weight: np.ndarray


def build_choice_profiles(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    outlets: Sequence[str],
    variants: Mapping[str, Sequence[str]],
) -> Profiles:
    """Return the profiles of term choice: of each concept's hits the part that each variant has.

    So which concepts an outlet writes about does not count.

    Parameters
    ----------
    counts : pd.DataFrame
        One row per article x concept x variant x voice, of the voices that count.
    articles : pd.DataFrame
        One row per article; where there is a column `family`, its articles stay together.
    outlets : sequence of str
        In order.
    variants : mapping of str to sequence of str
        The variants of each concept in order.
    """
    hits = _select_comparable(add_outlet_and_unit(counts, articles), outlets, variants)
    keys = ["outlet", "unit", "concept"]
    about = [*keys, "member"] if "member" in hits else keys
    rows = hits[about].drop_duplicates(keys).sort_values(keys, ignore_index=True)
    columns = _list_columns(variants, rows["concept"])
    row = hits[keys].merge(rows.reset_index(names="row"), on=keys, how="left")["row"]
    column = hits.merge(
        columns.reset_index(names="column"),
        left_on=["concept", "variant"],
        right_on=["concept", "term"],
        how="left",
    )["column"]
    cells = hits["n"].to_numpy(np.float32), (row.to_numpy(), column.to_numpy())
    matrix = sparse.coo_array(cells, shape=(len(rows), len(columns))).tocsr()
    concepts = columns["concept"].unique()
    families = rows.groupby("concept")["unit"].nunique().reindex(concepts)
    rows["block"] = pd.Index(concepts).get_indexer(rows["concept"])
    return _build_profiles(
        "choice", outlets, rows, (matrix, columns), families.to_numpy(dtype=float)
    )


def _select_comparable(
    hits: pd.DataFrame, outlets: Sequence[str], variants: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return the hits of the concepts that enough families of an outlet name."""
    hits = hits[hits["outlet"].isin(outlets) & hits["concept"].isin(list(variants))]
    families = hits.groupby(["outlet", "concept"], observed=True)["unit"].transform("nunique")
    return hits[families >= MIN_FAMILIES_PER_OUTLET]


def _list_columns(variants: Mapping[str, Sequence[str]], concepts: pd.Series) -> pd.DataFrame:
    """Return one row per variant of the concepts that are compared, with its block."""
    pairs = [(concept, variant) for concept, names in variants.items() for variant in names]
    columns = pd.DataFrame(pairs, columns=["concept", "term"])
    columns = columns[columns["concept"].isin(concepts)].reset_index(drop=True)
    return columns.assign(block=pd.factorize(columns["concept"])[0])


def build_word_profiles(
    counts: sparse.csr_array,
    terms: Sequence[str] | np.ndarray,
    articles: pd.DataFrame,
    *,
    outlets: Sequence[str],
) -> Profiles:
    """Return the profiles of words and phrases: of all that is counted, the part of each term.

    Parameters
    ----------
    counts : sparse.csr_array
        Articles x terms.
    terms : sequence of str
        The terms, one per column.
    articles : pd.DataFrame
        One row per row of `counts`: doc_id, outlet, and family where copies stay together.
    outlets : sequence of str
        In order.
    """
    unit = articles["family" if "family" in articles else "doc_id"].astype(str)
    keys = pd.DataFrame(
        {"outlet": articles["outlet"].to_numpy(dtype=str), "unit": unit.to_numpy(dtype=str)}
    )
    keys = keys[keys["outlet"].isin(outlets)]
    rows = keys.drop_duplicates().sort_values(["outlet", "unit"])
    families = rows.groupby("outlet")["unit"].transform("size")
    rows = rows[families >= MIN_FAMILIES_PER_OUTLET].reset_index(drop=True).assign(block=0)
    placed = keys.reset_index(names="article").merge(
        rows.reset_index(names="row"), on=["outlet", "unit"]
    )
    ones = np.ones(len(placed), np.float32)
    cells = ones, (placed["row"].to_numpy(), placed["article"].to_numpy())
    members = sparse.csr_array(cells, shape=(len(rows), counts.shape[0]))
    columns = pd.DataFrame({"concept": "words", "term": terms, "block": 0})
    return _build_profiles(
        "words", outlets, rows, ((members @ counts).tocsr(), columns), np.ones(1)
    )


def _build_profiles(
    basis: str,
    outlets: Sequence[str],
    rows: pd.DataFrame,
    table: tuple[sparse.csr_array, pd.DataFrame],
    weight: np.ndarray,
) -> Profiles:
    """Return the profiles of the rows (outlet, unit, block) with counts; `table` has columns."""
    counts, columns = table
    length = np.asarray(counts.sum(axis=1)).ravel()
    numbered = pd.DataFrame(
        {
            "outlet": pd.Index(outlets).get_indexer(rows["outlet"]),
            "family": np.unique(rows["unit"].to_numpy(dtype=str), return_inverse=True)[1],
            "block": rows["block"].to_numpy(),
            "length": length,
        }
    )
    if "member" in rows:
        numbered = numbered.assign(member=rows["member"].to_numpy())
    has_counts = length > 0
    return Profiles(
        basis,
        list(outlets),
        numbered[has_counts].reset_index(drop=True),
        counts.astype(np.float32)[has_counts],
        columns,
        weight / weight.sum(),
    )


def sum_by_outlet(profiles: Profiles, weights: np.ndarray) -> np.ndarray:
    """Return what each outlet has of each column in each draw: draws x outlets x columns.

    Parameters
    ----------
    profiles : Profiles
    weights : np.ndarray
        Draws x rows.
    """
    outlet = profiles.rows["outlet"].to_numpy()
    members = [np.flatnonzero(outlet == k) for k in range(len(profiles.outlets))]
    none = np.zeros((len(weights), 0, profiles.counts.shape[1]), np.float32)
    sums = [sum_rows(profiles.counts, rows, weights[:, rows])[:, None] for rows in members]
    return np.concatenate([none, *sums], axis=1)


def compute_block_shares(profiles: Profiles, sums: np.ndarray) -> np.ndarray:
    """Return sums as shares of their block times its weight."""
    return normalise_by_block(sums, profiles.columns["block"].to_numpy(), profiles.weight)


def sum_rows(counts: sparse.csr_array, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the sums of the rows in each draw: draws x columns; `weights` are draws x rows."""
    sums: np.ndarray = counts[rows].T.dot(weights.T.astype(np.float32)).T
    return sums


def build_indicator_matrix(code: np.ndarray, n: int) -> sparse.csr_array:
    """Return which of n things each row is: rows x n, 0 or 1."""
    cells = np.ones(len(code), np.float32), (np.arange(len(code)), code)
    return sparse.csr_array(cells, shape=(len(code), n))
