"""The lines behind the numbers of several concepts, or of whom and how outlets attribute."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.answers.tables import find_concept_lines
from wording.corpus.attribution_lines import find_attribution_lines
from wording.corpus.counts import count_study_attributions
from wording.questions.voices.voices import OTHER_CUES
from wording.settings import ALL_OUTLETS
from wording.study.records import StudyRecord


def find_study_lines(
    study: StudyRecord,
    rows: pd.DataFrame | None = None,
    *,
    told_apart: Sequence[str] = ("all",),
    copies: str = "all",
) -> pd.DataFrame:
    """Return what stands behind the numbers of all concepts in the given voices, as `find_concept_lines` does for one; `everywhere` says "all outlets".

    Parameters
    ----------
    rows : concept, variant, outlet: only what stands behind these rows (None: all).
    """
    named = list(study.concepts) if rows is None else list(dict.fromkeys(rows["concept"]))
    of_each = [
        find_concept_lines(study, concept, told_apart=told_apart, copies=copies)
        for concept in named
    ]
    order = {
        name: list(dict.fromkeys(v for lines in of_each for v in lines[name].cat.categories))
        for name in ("variant", "outlet", "counted_as")
    } | {"concept": named}
    whole = pd.concat(
        [lines.astype(dict.fromkeys(order, object)) for lines in of_each], ignore_index=True
    )
    if rows is not None:
        whole = whole.merge(
            rows[["concept", "variant", "outlet"]].drop_duplicates(),
            on=["concept", "variant", "outlet"],
        )
    return whole.assign(
        everywhere=ALL_OUTLETS,
        **{name: pd.Categorical(whole[name], categories=values) for name, values in order.items()},
    )


def match_attribution_lines(
    study: StudyRecord, rows: pd.DataFrame, *, by: str, copies: str = "all"
) -> pd.DataFrame:
    """Return what stands behind a table of cues, stances or speakers: the cue of each attribution in context, or `attributions` per article
    when the study may not show text.

    Parameters
    ----------
    rows : the table, with outlet and variant (the cue, stance or speaker).
    by : cue, stance or speaker; it becomes the `concept` of the lines.
    """
    listed = rows[["variant", "outlet"]].drop_duplicates()
    found = (count_study_attributions if study.why_no_text else find_attribution_lines)(
        study, copies=copies
    ).dropna(subset=by)
    known = set(listed["variant"])
    variant = (
        found[by].where(found[by].isin(known), OTHER_CUES) if OTHER_CUES in known else found[by]
    )
    return found.assign(concept=by, variant=variant).merge(listed, on=["variant", "outlet"])


def add_line_keys(rows: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return the same rows with the concept and variant under which `match_attribution_lines` names their lines."""
    return rows.assign(concept=by, variant=rows[by])
