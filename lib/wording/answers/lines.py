"""The lines behind the numbers of several concepts, or of whom and how outlets attribute."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.answers.tables import lines_behind
from wording.corpus.attribution_lines import study_stretches
from wording.corpus.counts import study_attributions
from wording.questions.voices.voices import OTHER
from wording.settings import EVERYWHERE
from wording.study.records import Study


def hits_behind(
    study: Study, rows: pd.DataFrame | None = None, *, told_apart: Sequence[str] = ("all",), copies: str = "all"
) -> pd.DataFrame:
    """Return what stands behind the numbers of all concepts in the given voices, as `lines_behind` does for one; `everywhere` says "all outlets".

    Parameters
    ----------
    rows : concept, variant, outlet: only what stands behind these rows (None: all).
    """
    named = list(study.concepts) if rows is None else list(dict.fromkeys(rows["concept"]))
    of_each = [lines_behind(study, concept, told_apart=told_apart, copies=copies) for concept in named]
    order = {
        name: list(dict.fromkeys(v for lines in of_each for v in lines[name].cat.categories))
        for name in ("variant", "outlet", "counted_as")
    } | {"concept": named}
    whole = pd.concat([lines.astype(dict.fromkeys(order, object)) for lines in of_each], ignore_index=True)
    if rows is not None:
        whole = whole.merge(rows[["concept", "variant", "outlet"]].drop_duplicates(), on=["concept", "variant", "outlet"])
    return whole.assign(everywhere=EVERYWHERE, **{name: pd.Categorical(whole[name], categories=values) for name, values in order.items()})


def attributions_behind(study: Study, rows: pd.DataFrame, *, by: str, copies: str = "all") -> pd.DataFrame:
    """Return what stands behind a table of cues, stances or speakers: the cue of each attribution in context, or `attributions` per article
    when the study may not show text.

    Parameters
    ----------
    rows : the table, with outlet and variant (the cue, stance or speaker).
    by : cue, stance or speaker; it becomes the `concept` of the lines.
    """
    listed = rows[["variant", "outlet"]].drop_duplicates()
    found = (study_attributions if study.why_no_text else study_stretches)(study, copies=copies).dropna(subset=by)
    known = set(listed["variant"])
    variant = found[by].where(found[by].isin(known), OTHER) if OTHER in known else found[by]
    return found.assign(concept=by, variant=variant).merge(listed, on=["variant", "outlet"])


def as_lines(rows: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return the same rows with the concept and variant under which `attributions_behind` names their lines."""
    return rows.assign(concept=by, variant=rows[by])
