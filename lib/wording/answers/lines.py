"""The lines behind a number: the hits of terms, and the cues of attributions.

Where a study may not show text, the counts per article stand for them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from wording.corpus.counts import (
    count_study_attributions,
    count_study_hits,
    find_study_hits,
    order_outlets,
    select_concepts,
)
from wording.corpus.lines import find_attribution_places
from wording.questions.voices.voices import OTHER_CUES
from wording.settings import ALL_OUTLETS, VOICE_GROUPS
from wording.study.records import StudyRecord

ARTICLE_COLUMNS = ["doc_id", "outlet", "date", "title", "url"]


def find_hit_lines(
    study: StudyRecord,
    concepts: Sequence[str] | None = None,
    *,
    voices: Sequence[str] = ("all",),
    copies: str = "all",
    rows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what stands behind the numbers of concepts.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concepts : sequence of str, optional
        Their names; None for all, or for those of `rows`.
    voices : sequence of str
        The voices in which numbers count these lines; a line stands once for each that has it.
    copies : str
        Which copies count: "all", "one" or "none".
    rows : pandas.DataFrame, optional
        With concept, variant and outlet: only what stands behind these rows.

    Returns
    -------
    pandas.DataFrame
        The `hits`, or `counts` per article when the study may not show text, with `counted_as`
        (the voice of the number) and `everywhere` ("all outlets"). Concepts, variants, outlets and
        voices are categories in the order of tables.
    """
    if concepts is None and rows is not None:
        concepts = list(dict.fromkeys(rows["concept"]))
    records = select_concepts(study, concepts)
    counted = count_study_hits(study, concepts, copies=copies)
    if study.why_no_text:
        lines = counted.counts.merge(counted.articles[ARTICLE_COLUMNS], on="doc_id")
    else:
        lines = find_study_hits(study, concepts, copies=copies)
    if rows is not None:
        keys = ["concept", "variant", "outlet"]
        lines = lines.merge(rows[keys].drop_duplicates().astype(str), on=keys)
    by_voice = [
        lines[lines["voice"].isin(VOICE_GROUPS[voice])].assign(counted_as=voice) for voice in voices
    ]
    variants = dict.fromkeys(name for record in records.values() for name in record.variants)
    order = {
        "concept": list(records),
        "variant": list(variants),
        "outlet": order_outlets(study, counted.articles),
        "counted_as": list(voices),
    }
    whole = pd.concat(by_voice, ignore_index=True).assign(everywhere=ALL_OUTLETS)
    return whole.assign(
        **{name: pd.Categorical(whole[name], categories=values) for name, values in order.items()}
    )


def gather_attributions(study: StudyRecord, *, copies: str = "all") -> pd.DataFrame:
    """Return the attributions behind tables of cues, stances and speakers.

    One row per place of an attribution, without text (`find_attribution_places`); or `attributions`
    per article when the study may not show text.
    """
    if study.why_no_text:
        return count_study_attributions(study, copies=copies)
    return find_attribution_places(study, copies=copies)


def select_cue_lines(attributions: pd.DataFrame, rows: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return what stands behind a table of cues, stances or speakers.

    Parameters
    ----------
    attributions : pandas.DataFrame
        Those of `gather_attributions`.
    rows : pandas.DataFrame
        The table, with outlet and variant (the cue, stance or speaker).
    by : {"cue", "stance", "speaker"}
        What its variants are; it becomes the `concept` of the lines.
    """
    attributions = attributions.dropna(subset=by)
    listed = rows[["variant", "outlet"]].drop_duplicates()
    variants = attributions[by]
    if OTHER_CUES in set(listed["variant"]):
        variants = variants.where(variants.isin(listed["variant"]), OTHER_CUES)
    return attributions.assign(concept=by, variant=variants).merge(listed, on=["variant", "outlet"])


def key_by(rows: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Return the rows with concept and variant as in the lines of `select_cue_lines`."""
    return rows.assign(concept=by, variant=rows[by])
