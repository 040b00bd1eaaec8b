"""What a page says of collocates: sentences, which of them to draw, and the lines behind their numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wording.corpus.neighbours import DEFAULT_SPAN, Side, count_study_neighbours, find_near_hits
from wording.phrasing import format_count, format_interval, format_percent, format_q, join_names
from wording.questions.collocation.collocation import (
    MIN_ARTICLES_PER_COLLOCATE,
    MIN_OBSERVED_EXPECTED_RATIO,
    VARIANT_KEYS,
)
from wording.questions.reporting import (
    VOICE_PHRASES,
    Comparison,
    describe_totals,
    keep_stable_digits,
    name_other,
    select_clear_differences,
    summarise_rest,
)
from wording.settings import ALL_OUTLETS, VOICE_GROUPS
from wording.study.records import StudyRecord

_MAX_Q = 0.05
"""A difference counts when its q is below."""
_NO_TEST_MESSAGE = "No test of a difference is possible: that takes two sides with hits of one term in at least two articles each, and collocates."

_COMPARISON = Comparison(
    no_test=_NO_TEST_MESSAGE,
    none_clear="No outlet differs clearly from the others in what stands near a term",
)
_NO_COLLOCATES_MESSAGE = (
    f"No term has a collocate: no word stands near the hits of one term in at least {MIN_ARTICLES_PER_COLLOCATE} articles, and at least {MIN_OBSERVED_EXPECTED_RATIO} times as often as chance "
    "would put it there. So few hits cannot show what stands near a term; the lines can be read one by one."
)


def sentences(
    found: pd.DataFrame,
    contrasts: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    most: int = 5,
    words: int = 5,
    chance: float = _MAX_Q,
) -> list[str]:
    """Return where outlets differ in what stands near a term, the clearest first, then the strongest collocates of each term.

    Parameters
    ----------
    found, contrasts, shares : the tables `collocates`, `collocate_contrasts` and `shares` of one concept and voice
    most : differences to tell one by one (the clearest word per variant and outlet, or pair), and terms; the others are counted
    words : collocates to name of each term
    """
    together = found[found["outlet"] == ALL_OUTLETS]
    if together.empty:
        return [*describe_totals(shares, "hit"), _NO_COLLOCATES_MESSAGE]
    opening = describe_totals(shares, "hit") if contrasts["q"].isna().all() else []
    clear = select_clear_differences(contrasts, chance)
    told = clear.drop_duplicates([*VARIANT_KEYS, "outlet", "other"]).head(most)
    known = found.set_index(["variant", "collocate", "outlet"])
    said = [
        _describe_difference(row, known.loc[(row.variant, row.collocate, row.outlet)])
        for row in told.itertuples()
    ]
    return (
        opening
        + said
        + summarise_rest(contrasts["q"], len(told), len(clear), _COMPARISON)
        + _describe_strongest(together, most, words)
    )


def _describe_difference(row, share):
    articles = format_count(share.n_articles, "article")
    interval = f"{format_interval(share.low, share.high)}; in {articles}"
    return (
        f"{row.outlet} has “{row.collocate}” near {format_percent(share.share)} of its {format_count(row.total, 'hit')} of “{row.variant}” ({interval}), "
        f"{name_other(row.other)} near {format_percent(row.n_other / row.total_other)} of {row.total_other:,} ({format_q(row.q)})."
    )


def _describe_strongest(together, most, words):
    """Return one sentence per term on its strongest collocates, the term with most hits first."""
    order = together.drop_duplicates("variant").sort_values(
        "total", ascending=False, kind="stable"
    )["variant"]
    whose = VOICE_PHRASES.get(together["voice"].iloc[0], "")
    said = []
    for variant in order[:most]:
        rows = together[together["variant"] == variant]
        named = [f"“{row.collocate}” ({row.n:,})" for row in rows.head(words).itertuples()]
        listed = join_names(named)
        said.append(
            f"Most typical near the {format_count(rows['total'].iloc[0], 'hit')} of “{variant}”{whose}: {listed}."
        )
    return said + [
        f"The collocates of {format_count(len(order) - most, 'further term')} are in the table."
    ] * (len(order) > most)


def describe_collocate_sensitivity(
    found: pd.DataFrame,
    contrasts: pd.DataFrame,
    other: pd.DataFrame,
    other_contrasts: pd.DataFrame,
    *,
    way: str,
) -> list[str]:
    """Return what of the findings stays when copies are counted otherwise (`way`: "without copies" or "with copies")."""
    keys = [*VARIANT_KEYS, "collocate"]
    known, there = (
        set(table.loc[table["outlet"] == ALL_OUTLETS, keys].itertuples(index=False, name=None))
        for table in (found, other)
    )
    clear, still = (
        table.loc[table["q"] < _MAX_Q, [*keys, "outlet", "other"]]
        for table in (contrasts, other_contrasts)
    )
    stay = len(clear.merge(still))
    keep, new = len(known & there), len(there - known)
    said = (
        f"Of {format_count(len(known), 'collocate')}, {keep:,} {'stays' if keep == 1 else 'stay'} when articles are counted {way}; "
        f"{format_count(new, 'other word becomes', 'other words become')} one."
    )
    if clear.empty and still.empty:
        return [f"{said} No difference between outlets has q < {_MAX_Q:g} either way."]
    return [
        f"{said} Of {format_count(len(clear), 'difference')} with q < {_MAX_Q:g}, {stay:,} {'stays' if stay == 1 else 'stay'}; {len(still) - stay:,} others appear."
    ]


def label_collocates(table: pd.DataFrame, *, voice: str) -> pd.DataFrame:
    """Return the rows of either table with `near` (what their lines are called) and the voice of the hits."""
    return table.assign(
        near=table["collocate"]
        + np.where(table["outlet"] == ALL_OUTLETS, "", ", " + table["outlet"]),
        voice=voice,
    )


def select_overall_collocates(found: pd.DataFrame, *, most: int = 12) -> pd.DataFrame:
    """Return the rows of all outlets together: the strongest collocates of each variant, at most so many."""
    return (
        found[found["outlet"] == ALL_OUTLETS]
        .groupby(VARIANT_KEYS, sort=False, observed=True)
        .head(most)
    )


def select_outlet_collocates(
    found: pd.DataFrame, *, most: int = 3, fewest: int = 2
) -> pd.DataFrame:
    """Return the strongest collocates of each variant at each single outlet: at most so many, in so many articles of the outlet at least."""
    alone = found[(found["outlet"] != ALL_OUTLETS) & (found["n_articles"] >= fewest)].sort_values(
        "log_dice", ascending=False, kind="stable", key=keep_stable_digits
    )
    kept = alone.groupby([*VARIANT_KEYS, "outlet"], observed=True).head(most)
    ordered = {
        name: pd.Categorical(kept[name], categories=found[name].unique())
        for name in ("outlet", "variant")
    }
    return kept.iloc[pd.DataFrame(ordered).sort_values(["outlet", "variant"], kind="stable").index]


def select_clearest_contrasts(contrasts: pd.DataFrame, *, most: int = 20) -> pd.DataFrame:
    """Return the rows of contrasts that differ most clearly, by q and then by how far their interval ends from 0."""
    return (
        select_clear_differences(contrasts, np.inf)
        .sort_values("q", kind="stable", key=keep_stable_digits)
        .head(most)
        .drop(columns=["least", "less"])
    )


def select_clearest_pairs(
    found: pd.DataFrame, contrasts: pd.DataFrame, *, most: int = 3, chance: float = _MAX_Q
) -> pd.DataFrame:
    """Return what each outlet has of the pairs that differ most clearly (q below chance), else of the strongest collocate of each variant.

    A `shares` table of the first `most` pairs, in which a pair stands for a variant.
    """
    clear = select_clear_differences(contrasts, chance).drop_duplicates(
        [*VARIANT_KEYS, "outlet", "other"]
    )
    pairs = (
        (clear if len(clear) else select_overall_collocates(found, most=1))[
            ["variant", "collocate"]
        ]
        .drop_duplicates()
        .head(most)
    )
    rows = pairs.merge(found[found["outlet"] != ALL_OUTLETS], on=["variant", "collocate"])
    return rows.assign(variant=(rows["collocate"] + " near " + rows["variant"]))


def describe(found: pd.DataFrame, *, words: int = 3) -> str:
    """Return what a figure of the collocates of all outlets together shows, in words."""
    together = found[found["outlet"] == ALL_OUTLETS]
    return " ".join(
        f"“{variant}”: "
        + ", ".join(
            f"{row.collocate} near {format_percent(row.share)} of the hits"
            for row in rows.head(words).itertuples()
        )
        + "."
        for variant, rows in together.groupby("variant", sort=False)
    )


def find_collocate_lines(
    study: StudyRecord,
    concept: str,
    wanted: pd.DataFrame,
    *,
    voice: str = "outlet",
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    copies: str = "all",
) -> pd.DataFrame:
    """Return what stands behind the numbers of `label_collocates` rows: the `hits`, or counts per article when the study may not show text.

    One row per hit (or article) and row of `wanted`, whose `near` and order they keep; `counted_as` is the voice.
    """
    labels = wanted[["variant", "collocate", "outlet", "near"]].drop_duplicates()
    if study.why_no_text:
        near = count_study_neighbours(study, [concept], span=span, side=side, copies=copies)
        rows = near.neighbours.merge(
            near.articles[["doc_id", "outlet", "date", "title", "url"]], on="doc_id"
        )
    else:
        rows = find_near_hits(study, concept, labels, span=span, side=side, copies=copies)
    rows = rows[rows["voice"].isin(VOICE_GROUPS[voice])].assign(counted_as=voice)
    together = rows.merge(
        labels[labels["outlet"] == ALL_OUTLETS].drop(columns="outlet"), on=["variant", "collocate"]
    )
    behind = pd.concat(
        [
            together,
            rows.merge(
                labels[labels["outlet"] != ALL_OUTLETS], on=["variant", "collocate", "outlet"]
            ),
        ],
        ignore_index=True,
    )
    ordered = {
        "variant": list(study.concepts[concept].variants),
        "near": list(labels["near"].unique()),
    }
    return behind.assign(
        **{
            name: pd.Categorical(behind[name], categories=values)
            for name, values in ordered.items()
        }
    )
