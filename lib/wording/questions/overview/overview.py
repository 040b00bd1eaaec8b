"""All concepts of a study at all its outlets, in one table with one q.

Of each concept one term is compared, the one written most: one test per concept and outlet.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.questions.design import Compared
from wording.questions.reporting import STABLE_DECIMALS, select_clear_differences
from wording.questions.shares.resampled import ConceptComparison, compare_concepts
from wording.questions.shares.shares import build_contrast_table, build_share_table
from wording.settings import REST_LABEL, SIGNIFICANCE_LEVEL
from wording.stats.resampling import q_values
from wording.tables import TABLES, check_columns

OTHER_SIDE = ("n_other", "total_other")


def compute_overview(compared: Compared) -> pd.DataFrame:
    """Return the share of each concept's leading term at each outlet, and how it differs.

    Parameters
    ----------
    compared : Compared

    Returns
    -------
    pandas.DataFrame
        The table `overview`: one row per concept that can be compared and outlet, the concepts
        sorted by effect. A concept of which no cell can be tested is left out, unless that is so
        of all. The numbers are those of `shares` and `contrasts`, but for q, which is
        Benjamini-Hochberg over all rows.
    """
    variants = list_comparable(compared)
    spoken = compared.spoken[compared.spoken["concept"].isin(variants)]
    parts = compare_concepts(spoken, compared.articles, variants, compared.design)
    rows = [tabulate_leading_term(part, compared.design.level) for part in parts]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["p"])
    table = table.assign(q=q_values(table["p"].to_numpy(dtype=float)))
    for column in table.columns.intersection(OTHER_SIDE):
        table[column] = table[column].astype("Int64")  # the other outlets together have none
    whole = table.assign(voice=compared.request.voice).reindex(columns=list(TABLES["overview"]))
    return check_columns(sort_by_effect(drop_untested(whole)), "overview")


def list_comparable(compared: Compared) -> dict[str, list[str]]:
    """Return the variants of each concept with a choice of terms, and a hit in the voice."""
    spoken = set(compared.spoken.loc[compared.spoken["n"] > 0, "concept"])
    return {
        name: variants
        for name, variants in compared.variants.items()
        if len(variants) > 1 and name in spoken
    }


def tabulate_leading_term(part: ConceptComparison, level: float) -> pd.DataFrame:
    """Return the rows of one concept but for voice and q.

    Parameters
    ----------
    part : ConceptComparison
    level : float
        Of the intervals, 0 to 1.
    """
    leading = part.variants[int(part.own.n.sum(axis=0).argmax())]
    shares = build_share_table(part, np.full(len(part.outlets), np.nan), level)
    contrasts = build_contrast_table(part, "rest", level).rename(
        columns={"low": "difference_low", "high": "difference_high"}
    )
    ends = ["difference", "difference_low", "difference_high", "p", *OTHER_SIDE]
    differences = contrasts.loc[contrasts["variant"] == leading, ["outlet", *ends]]
    table = shares[shares["variant"] == leading].merge(differences, on="outlet", how="left")
    most = np.array(part.variants, dtype=object)[part.own.n.argmax(axis=1)]
    return table.assign(most=np.where(part.own.total[:, 0] > 0, most, ""))


def drop_untested(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of concepts with a test, or all where there is no test at all."""
    tested = table.loc[table["p"].notna(), "concept"].unique()
    return table[table["concept"].isin(tested)] if len(tested) else table


def sort_by_effect(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, the concept with the clearest difference first.

    Clearest is the difference whose interval ends farthest from 0; concepts without a clear one
    follow, those with the smallest p first, then those without a test.
    """
    ends = table[["difference_low", "difference_high"]].astype(float)
    least = ends.abs().min(axis=1).where(ends.prod(axis=1) > 0, 0)
    sizes = pd.DataFrame(
        {
            "concept": table["concept"],
            "clear": -least.where(table["q"] < SIGNIFICANCE_LEVEL).round(STABLE_DECIMALS),
            "p": table["p"].astype(float).round(STABLE_DECIMALS),
        }
    )
    best = sizes.groupby("concept", sort=False)[["clear", "p"]].min()
    order = best.sort_values(["clear", "p"], kind="stable").index
    return table.sort_values(
        "concept", key=lambda names: order.get_indexer(names), kind="stable", ignore_index=True
    )


def select_clear_cells(overview: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that differ clearly from the rest, the clearest first."""
    ends = overview.assign(
        low=overview["difference_low"], high=overview["difference_high"], other=REST_LABEL
    )
    clear = select_clear_differences(ends)
    return overview.loc[clear.index]
