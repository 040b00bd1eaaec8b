"""The collocates of each term: which to show, how stable they are, and their lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.corpus.neighbours import DEFAULT_SPAN, Side, count_study_neighbours, find_near_hits
from wording.phrasing import format_count
from wording.questions.collocation.collocation import VARIANT_KEYS
from wording.questions.reporting import keep_stable_digits, select_clear_differences
from wording.settings import ALL_OUTLETS, SIGNIFICANCE_LEVEL, VOICE_GROUPS
from wording.study.records import StudyRecord
from wording.tables import order_as

COLLOCATE_KEYS = [*VARIANT_KEYS, "collocate"]
CONTRAST_KEYS = [*COLLOCATE_KEYS, "outlet", "other"]


def label_collocates(table: pd.DataFrame, *, voice: str) -> pd.DataFrame:
    """Return the rows with `near` (what their lines are called) and the voice of the hits.

    Parameters
    ----------
    table : pd.DataFrame
        The table `collocates` or `collocate_contrasts`.
    voice : str
        Whose hits count.
    """
    outlet = np.where(table["outlet"] == ALL_OUTLETS, "", ", " + table["outlet"])
    return table.assign(near=table["collocate"] + outlet, voice=voice)


def select_overall_collocates(collocates: pd.DataFrame, *, top: int = 12) -> pd.DataFrame:
    """Return the strongest collocates of each variant at all outlets together."""
    together = collocates[collocates["outlet"] == ALL_OUTLETS]
    return together.groupby(VARIANT_KEYS, sort=False, observed=True).head(top)


def select_outlet_collocates(
    collocates: pd.DataFrame, *, top: int = 3, min_articles: int = 2
) -> pd.DataFrame:
    """Return the strongest collocates of each variant at each single outlet.

    Parameters
    ----------
    collocates : pd.DataFrame
        The table `collocates`.
    top : int
        Collocates per outlet and variant at most.
    min_articles : int
        Articles of the outlet that have it near the variant at least.

    Returns
    -------
    pd.DataFrame
        Rows of the table, by outlet, then by variant.
    """
    is_single = collocates["outlet"] != ALL_OUTLETS
    frequent = collocates[is_single & (collocates["n_articles"] >= min_articles)]
    ranked = frequent.sort_values(
        "log_dice", ascending=False, kind="stable", key=keep_stable_digits
    )
    shown = ranked.groupby([*VARIANT_KEYS, "outlet"], observed=True).head(top)
    keys = ["outlet", "variant"]
    ordered = order_as(shown[keys], {key: collocates[key].unique() for key in keys})
    return shown.loc[ordered.sort_values(keys, kind="stable").index]


def select_clearest_contrasts(contrasts: pd.DataFrame, *, top: int = 20) -> pd.DataFrame:
    """Return the contrasts with the smallest q; of equal ones those farthest from 0 first."""
    ranked = select_clear_differences(contrasts, np.inf).sort_values(
        "q", kind="stable", key=keep_stable_digits
    )
    return ranked.head(top).drop(columns=["least", "less"])


def select_clearest_pairs(
    collocates: pd.DataFrame,
    contrasts: pd.DataFrame,
    *,
    top: int = 3,
    max_q: float = SIGNIFICANCE_LEVEL,
) -> pd.DataFrame:
    """Return what each outlet has of the variants and collocates that differ most clearly.

    Parameters
    ----------
    collocates, contrasts : pd.DataFrame
        The tables `collocates` and `collocate_contrasts`.
    top : int
        Pairs of a variant and a collocate at most.
    max_q : float
        A difference is clear when its q is below; where none is, the strongest collocate of each
        variant is shown.

    Returns
    -------
    pd.DataFrame
        A table of shares in which a pair stands for a variant.
    """
    pairs = select_clear_differences(contrasts, max_q).drop_duplicates(
        [*VARIANT_KEYS, "outlet", "other"]
    )
    if pairs.empty:
        pairs = select_overall_collocates(collocates, top=1)
    shown = pairs[["variant", "collocate"]].drop_duplicates().head(top)
    single = collocates[collocates["outlet"] != ALL_OUTLETS]
    rows = shown.merge(single, on=["variant", "collocate"])
    return rows.assign(variant=rows["collocate"] + " near " + rows["variant"])


def describe_collocate_sensitivity(
    tables: tuple[pd.DataFrame, pd.DataFrame],
    otherwise: tuple[pd.DataFrame, pd.DataFrame],
    *,
    copies: str,
) -> list[str]:
    """Return which collocates and differences remain when copies are counted otherwise.

    Parameters
    ----------
    tables : tuple of pd.DataFrame
        The tables `collocates` and `collocate_contrasts`.
    otherwise : tuple of pd.DataFrame
        The same with copies counted the other way.
    copies : str
        How they are counted there: "without copies" or "with copies".
    """
    collocates, contrasts = tables
    other_collocates, other_contrasts = otherwise
    kept = _compare_collocates(collocates, other_collocates, copies)
    return [f"{kept} {_compare_contrasts(contrasts, other_contrasts)}"]


def _compare_collocates(collocates: pd.DataFrame, otherwise: pd.DataFrame, copies: str) -> str:
    here, there = _list_collocates(collocates), _list_collocates(otherwise)
    n_kept = len(here & there)
    return (
        f"{copies.capitalize()}, {n_kept:,} of {format_count(len(here), 'collocate')} "
        f"{'remains' if n_kept == 1 else 'remain'} and "
        f"{format_count(len(there - here), 'word becomes a collocate', 'words become collocates')}."
    )


def _list_collocates(collocates: pd.DataFrame) -> set[tuple[str, ...]]:
    together = collocates.loc[collocates["outlet"] == ALL_OUTLETS, COLLOCATE_KEYS]
    return set(together.itertuples(index=False, name=None))


def _compare_contrasts(contrasts: pd.DataFrame, otherwise: pd.DataFrame) -> str:
    clear = contrasts.loc[contrasts["q"] < SIGNIFICANCE_LEVEL, CONTRAST_KEYS]
    still = otherwise.loc[otherwise["q"] < SIGNIFICANCE_LEVEL, CONTRAST_KEYS]
    limit = f"q < {SIGNIFICANCE_LEVEL:g}"
    if clear.empty and still.empty:
        return f"No difference between outlets has {limit} either way."
    n_kept, n_new = len(clear.merge(still)), len(still) - len(clear.merge(still))
    return (
        f"Of {format_count(len(clear), 'difference')} with {limit}, {n_kept:,} "
        f"{'remains' if n_kept == 1 else 'remain'}; {format_count(n_new, 'other')} "
        f"{'appears' if n_new == 1 else 'appear'}."
    )


def find_collocate_lines(
    study: StudyRecord,
    concept: str,
    shown: pd.DataFrame,
    *,
    voice: str = "outlet",
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    copies: str = "all",
) -> pd.DataFrame:
    """Return what stands behind the numbers of `label_collocates` rows.

    Parameters
    ----------
    study : StudyRecord
    concept : str
    shown : pd.DataFrame
        Rows of `label_collocates`.
    voice, span, side, copies
        As in `find_study_collocates`.

    Returns
    -------
    pd.DataFrame
        The hits, or the counts per article when the study may not show text: one row per hit (or
        article) and row of `shown`, with its `near` and in its order; `counted_as` is the voice.
    """
    labels = shown[["variant", "collocate", "outlet", "near"]].drop_duplicates()
    if study.why_no_text:
        near = count_study_neighbours(study, [concept], span=span, side=side, copies=copies)
        about = near.articles[["doc_id", "outlet", "date", "title", "url"]]
        rows = near.neighbours.merge(about, on="doc_id")
    else:
        rows = find_near_hits(study, concept, labels, span=span, side=side, copies=copies)
    rows = rows[rows["voice"].isin(VOICE_GROUPS[voice])].assign(counted_as=voice)
    order = {"variant": study.concepts[concept].variants, "near": labels["near"].unique()}
    return order_as(label_lines(rows, labels), order)


def label_lines(rows: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Return each row once for all outlets together and once for its outlet, where they have it."""
    is_together = labels["outlet"] == ALL_OUTLETS
    together = labels[is_together].drop(columns="outlet")
    parts = [
        rows.merge(together, on=["variant", "collocate"]),
        rows.merge(labels[~is_together], on=["variant", "collocate", "outlet"]),
    ]
    return pd.concat(parts, ignore_index=True)
