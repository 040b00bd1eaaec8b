"""Whether the form of acts depends on whom they are done to: "X are killed, Y die".

Acts on a group are compared with acts on all others at the same outlet, and with acts on the same
group at the other outlets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from wording.corpus.acts import NOBODY_NAMED
from wording.questions.agency.agency import Split, select_clear_acts, split_by_form_and_naming
from wording.questions.design import Compared, Design
from wording.questions.shares.paired import compare_paired, resample_sides
from wording.questions.shares.resampled import add_outlet_and_unit
from wording.questions.shares.shares import contrast_shares
from wording.settings import ALL_OUTLETS, REST_LABEL
from wording.stats.arrays import Array
from wording.stats.resampling import q_values
from wording.tables import TABLES, check_columns

MIN_ARTICLES_PER_SIDE = 5
"""Articles with acts on a group, and with acts on others, that an outlet needs for a test."""
TESTED = ["low", "high", "p"]


def contrast_act_patients(compared: Compared) -> pd.DataFrame:
    """Return the `act_patient_contrasts` table: first groups at an outlet, then outlets of a group.

    Only acts of which it is said to whom they are done are compared, and only forms that occur.
    """
    tables = []
    for name, (concept, acts) in select_clear_acts(compared).items():
        named = acts[acts["patient"] != NOBODY_NAMED]
        for measure, split in split_by_form_and_naming(named).items():
            tables += [
                table.assign(concept=name, measure=measure)
                for patient in concept.patients
                for table in contrast_patient(compared, split, patient)
            ]
    if not tables:
        return pd.DataFrame(columns=list(TABLES["act_patient_contrasts"]))
    table = pd.concat(tables, ignore_index=True)
    table = table[table["n"] + table["n_other"] > 0].reset_index(drop=True)
    rank = (table["other"] != table["outlet"]).argsort(kind="stable")
    table = table.iloc[rank].assign(q=lambda rows: q_values(rows["p"].to_numpy(dtype=float)))
    return check_columns(table.reset_index(drop=True), "act_patient_contrasts")


def contrast_patient(compared: Compared, split: Split, patient: str) -> Iterator[pd.DataFrame]:
    """Yield the rows of a group against the others at each outlet, then between outlets."""
    is_on = split.counts["patient"] == patient
    design = replace(compared.design, outlets=compared.design.list_outlets(compared.articles))
    sides = split.counts[is_on], split.counts[~is_on]
    rows = compare_groups(sides, compared.articles, split.parts, design)
    yield rows.assign(patient=patient, other_patient=REST_LABEL)
    outlets = contrast_shares(
        sides[0].assign(concept=patient),
        compared.articles,
        {patient: split.parts},
        design,
        compared.request.against,
    )
    outlets = outlets.drop(columns=["concept", "log_odds_ratio", "q"])
    yield outlets.rename(columns={"variant": "form"}).assign(patient=patient, other_patient=patient)


def compare_groups(
    sides: tuple[pd.DataFrame, pd.DataFrame],
    articles: pd.DataFrame,
    parts: Sequence[str],
    design: Design,
) -> pd.DataFrame:
    """Return the differences of shares between two groups of acts in the same articles.

    Parameters
    ----------
    sides : (DataFrame, DataFrame)
        The counts of each, with what they are split by as `variant`.
    articles : DataFrame
    parts : sequence of str
        What they are split by, in order.
    design : Design
        With its outlets listed.

    Returns
    -------
    DataFrame
        All outlets together first, then each: form, outlet, other (the same), difference, low,
        high, p, n, total, n_other, total_other.
    """
    outlets = list(design.outlets or [])
    located = [add_outlet_and_unit(rows, articles) for rows in sides]
    located = [rows[rows["outlet"].isin(outlets)] for rows in located]
    units = pd.concat([rows[["outlet", "unit"]] for rows in located]).drop_duplicates()
    units = units.sort_values(["outlet", "unit"], kind="stable")
    hits = [pivot_parts(rows, units, parts) for rows in located]
    outlet_of = units["outlet"].to_numpy(dtype=str)
    member = np.vstack([np.ones(len(units)), np.array(outlets, dtype=str)[:, None] == outlet_of])
    one, other = resample_sides(hits, outlet_of, member, design)
    columns = compare_paired(one, other, design.level)
    is_enough = np.minimum(one.units, other.units) >= MIN_ARTICLES_PER_SIDE
    columns |= {name: np.where(is_enough, columns[name], np.nan) for name in TESTED}
    columns |= {"n": one.n.astype(int), "total": one.total.astype(int)}
    columns |= {"n_other": other.n.astype(int), "total_other": other.total.astype(int)}
    names, shape = [ALL_OUTLETS, *outlets], (len(outlets) + 1, len(parts))
    flat = {name: np.broadcast_to(column, shape).T.ravel() for name, column in columns.items()}
    where = names * len(parts)
    keys = {"form": np.repeat(np.array(parts, object), len(names)), "outlet": where, "other": where}
    return pd.DataFrame(keys | flat)


def pivot_parts(located: pd.DataFrame, units: pd.DataFrame, parts: Sequence[str]) -> Array:
    """Return the acts of each part in each unit, units x parts."""
    index = pd.MultiIndex.from_frame(units)
    table = located.pivot_table(
        index=["outlet", "unit"], columns="variant", values="n", aggfunc="sum", fill_value=0
    )
    counts: Array = table.reindex(index=index, columns=list(parts), fill_value=0).to_numpy(float)
    return counts
