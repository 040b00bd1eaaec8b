"""What a page says of collocates: sentences, which of them to draw, and the lines behind their numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.corpus.neighbours import SPAN, Side, near_hits, study_neighbours
from wording.corpus.terms import VOICES
from wording.phrasing import percent, plural, told_q
from wording.questions.collocation.collocation import FEWEST, KEYS, TIMES
from wording.questions.shares.findings import SAID_BY, clear_differences, in_all
from wording.questions.shares.shares import REST
from wording.settings import EVERYWHERE
from wording.study.records import Study

CHANCE = 0.05
"""A difference counts when its q is below."""
NOTHING_COMPARED = (
    "No test of a difference is possible: that takes two sides with hits of one term in at least two articles each, and collocates."
)

NO_COLLOCATE = (
    f"No term has a collocate: no word stands near the hits of one term in at least {FEWEST} articles, and at least {TIMES} times as often as chance "
    "would put it there. So few hits cannot show what stands near a term; the lines can be read one by one."
)


def sentences(
    found: pd.DataFrame, contrasts: pd.DataFrame, shares: pd.DataFrame, *, most: int = 5, words: int = 5, chance: float = CHANCE
) -> list[str]:
    """Return where outlets differ in what stands near a term, the clearest first, then the strongest collocates of each term.

    Parameters
    ----------
    found, contrasts, shares : the tables `collocates`, `collocate_contrasts` and `shares` of one concept and voice
    most : differences to tell one by one (the clearest word per variant and outlet, or pair), and terms; the others are counted
    words : collocates to name of each term
    """
    together = found[found["outlet"] == EVERYWHERE]
    if together.empty:
        return [*in_all(shares, "hit"), NO_COLLOCATE]
    opening = in_all(shares, "hit") if contrasts["q"].isna().all() else []
    clear = clear_differences(contrasts, chance)
    told = clear.drop_duplicates([*KEYS, "outlet", "other"]).head(most)
    known = found.set_index(["variant", "collocate", "outlet"])
    said = [_difference(row, known.loc[(row.variant, row.collocate, row.outlet)]) for row in told.itertuples()]
    return opening + said + _counted(contrasts, len(clear) - len(told), chance, bool(said)) + _company(together, most, words)


def _difference(row, share):
    interval = f"95 % interval {percent(share.low).removesuffix(' %')} to {percent(share.high)}; in {plural(share.n_articles, 'article')}"
    other = "the other outlets together" if row.other == REST else row.other
    return (
        f"{row.outlet} has “{row.collocate}” near {percent(share.share)} of its {plural(row.total, 'hit')} of “{row.variant}” ({interval}), "
        f"{other} near {percent(row.n_other / row.total_other)} of {row.total_other:,} ({told_q(row.q)})."
    )


def _counted(contrasts, left, chance, told):
    tested = contrasts["q"].dropna()
    if tested.empty:
        return [NOTHING_COMPARED]
    if left:
        return [f"{plural(left, 'further difference')} with q < {chance:g} {'are' if left > 1 else 'is'} in the table."]
    if told:
        return []
    least = f"{plural(len(tested), 'comparison')}, smallest {told_q(tested.min())}"
    return [f"No outlet differs from the others in what stands near a term more surely than chance would give ({least})."]


def _company(together, most, words):
    """Return one sentence per term on its strongest collocates, the term with most hits first."""
    order = together.drop_duplicates("variant").sort_values("total", ascending=False, kind="stable")["variant"]
    whose = SAID_BY.get(together["voice"].iloc[0], "")
    said = []
    for variant in order[:most]:
        rows = together[together["variant"] == variant]
        named = [f"“{row.collocate}” ({row.n:,})" for row in rows.head(words).itertuples()]
        listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
        said.append(f"Most typical near the {plural(rows['total'].iloc[0], 'hit')} of “{variant}”{whose}: {listed}.")
    return said + [f"The collocates of {plural(len(order) - most, 'further term')} are in the table."] * (len(order) > most)


def counted_otherwise(
    found: pd.DataFrame, contrasts: pd.DataFrame, other: pd.DataFrame, other_contrasts: pd.DataFrame, *, way: str
) -> list[str]:
    """Return what of the findings stays when copies are counted otherwise (`way`: "without copies" or "with copies")."""
    keys = [*KEYS, "collocate"]
    known, there = (set(table.loc[table["outlet"] == EVERYWHERE, keys].itertuples(index=False, name=None)) for table in (found, other))
    clear, still = (table.loc[table["q"] < CHANCE, [*keys, "outlet", "other"]] for table in (contrasts, other_contrasts))
    stay = len(clear.merge(still))
    keep, new = len(known & there), len(there - known)
    said = (
        f"Of {plural(len(known), 'collocate')}, {keep:,} {'stays' if keep == 1 else 'stay'} when articles are counted {way}; "
        f"{plural(new, 'other word becomes', 'other words become')} one."
    )
    if clear.empty and still.empty:
        return [f"{said} No difference between outlets has q < {CHANCE:g} either way."]
    return [
        f"{said} Of {plural(len(clear), 'difference')} with q < {CHANCE:g}, {stay:,} {'stays' if stay == 1 else 'stay'}; {len(still) - stay:,} others appear."
    ]


def labelled(table: pd.DataFrame, *, voice: str) -> pd.DataFrame:
    """Return the rows of either table with `near` (what their lines are called) and the voice of the hits."""
    return table.assign(near=table["collocate"] + np.where(table["outlet"] == EVERYWHERE, "", ", " + table["outlet"]), voice=voice)


def overall(found: pd.DataFrame, *, most: int = 12) -> pd.DataFrame:
    """Return the rows of all outlets together: the strongest collocates of each variant, at most so many."""
    return found[found["outlet"] == EVERYWHERE].groupby(KEYS, sort=False, observed=True).head(most)


def typical(found: pd.DataFrame, *, most: int = 3, fewest: int = 2) -> pd.DataFrame:
    """Return the strongest collocates of each variant at each single outlet: at most so many, in so many articles of the outlet at least."""
    alone = found[(found["outlet"] != EVERYWHERE) & (found["n_articles"] >= fewest)].sort_values("log_dice", ascending=False, kind="stable")
    kept = alone.groupby([*KEYS, "outlet"], observed=True).head(most)
    ordered = {name: pd.Categorical(kept[name], categories=found[name].unique()) for name in ("outlet", "variant")}
    return kept.iloc[pd.DataFrame(ordered).sort_values(["outlet", "variant"], kind="stable").index]


def clearest(contrasts: pd.DataFrame, *, most: int = 20) -> pd.DataFrame:
    """Return the rows of contrasts that differ most clearly, by q and then by how far their interval ends from 0."""
    return clear_differences(contrasts, np.inf).sort_values("q", kind="stable").head(most).drop(columns=["least", "less"])


def at_outlets(found: pd.DataFrame, contrasts: pd.DataFrame, *, most: int = 3, chance: float = CHANCE) -> pd.DataFrame:
    """Return what each outlet has of the pairs that differ most clearly (q below chance), else of the strongest collocate of each variant.

    A `shares` table of the first `most` pairs, in which a pair stands for a variant.
    """
    clear = clear_differences(contrasts, chance).drop_duplicates([*KEYS, "outlet", "other"])
    pairs = (clear if len(clear) else overall(found, most=1))[["variant", "collocate"]].drop_duplicates().head(most)
    rows = pairs.merge(found[found["outlet"] != EVERYWHERE], on=["variant", "collocate"])
    return rows.assign(variant=(rows["collocate"] + " near " + rows["variant"]))


def described(found: pd.DataFrame, *, words: int = 3) -> str:
    """Return what a figure of the collocates of all outlets together shows, in words."""
    together = found[found["outlet"] == EVERYWHERE]
    return " ".join(
        f"“{variant}”: "
        + ", ".join(f"{row.collocate} near {percent(row.share)} of the hits" for row in rows.head(words).itertuples())
        + "."
        for variant, rows in together.groupby("variant", sort=False)
    )


def lines_near(
    study: Study, concept: str, wanted: pd.DataFrame, *, voice: str = "outlet", span: int = SPAN, side: Side = "both", copies: str = "all"
) -> pd.DataFrame:
    """Return what stands behind the numbers of `labelled` rows: the `hits`, or counts per article when the study may not show text.

    One row per hit (or article) and row of `wanted`, whose `near` and order they keep; `counted_as` is the voice.
    """
    labels = wanted[["variant", "collocate", "outlet", "near"]].drop_duplicates()
    if study.why_no_text:
        near = study_neighbours(study, [concept], span=span, side=side, copies=copies)
        rows = near.neighbours.merge(near.articles[["doc_id", "outlet", "date", "title", "url"]], on="doc_id")
    else:
        rows = near_hits(study, concept, labels, span=span, side=side, copies=copies)
    rows = rows[rows["voice"].isin(VOICES[voice])].assign(counted_as=voice)
    together = rows.merge(labels[labels["outlet"] == EVERYWHERE].drop(columns="outlet"), on=["variant", "collocate"])
    behind = pd.concat([together, rows.merge(labels[labels["outlet"] != EVERYWHERE], on=["variant", "collocate", "outlet"])], ignore_index=True)
    ordered = {"variant": list(study.concepts[concept].variants), "near": list(labels["near"].unique())}
    return behind.assign(**{name: pd.Categorical(behind[name], categories=values) for name, values in ordered.items()})
