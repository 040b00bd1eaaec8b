"""The lines behind numbers of attributions: the cue of each stretch that is not the outlet's own, in context."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import select_compared
from wording.corpus.encoding.corpus import Part
from wording.corpus.encoding.matching import DEFAULT_CONTEXT, Spans, extract_contexts, shorten_lines
from wording.corpus.marks.voice import read_attributions
from wording.study.records import StudyRecord

ATTRIBUTION_COLUMNS = [
    "doc_id",
    "outlet",
    "date",
    "start",
    "end",
    "left",
    "node",
    "right",
    "voice",
    "speaker",
    "cue",
    "stance",
    "title",
    "url",
]


def find_attribution_lines(
    study: StudyRecord, *, copies: str = "all", context: int = DEFAULT_CONTEXT
) -> pd.DataFrame:
    """One row per attribution with a cue in the body of a study's compared articles: the very stretches that `study_attributions` counts.

    Columns
    -------
    doc_id, outlet, date, title, url; node (the cue as written) with start and end (characters), left and right; voice and speaker of what
    is attributed; cue (lower case); stance.
    """
    corpus, _ = build_corpus(study)
    kept, _ = select_compared(study, corpus.articles, copies=copies)
    lines = pd.concat(
        [find_part_attribution_lines(part, context) for part in corpus.parts()], ignore_index=True
    )
    return shorten_lines(
        lines[lines["doc_id"].isin(set(kept["doc_id"]))].reset_index(drop=True), study.width
    )


def find_part_attribution_lines(part: Part, context: int) -> pd.DataFrame:
    """The attributions of one shard, in the order of articles and places."""
    shard = part.shard
    every = read_attributions(part)
    found = every.filter(
        (pl.col("cue_token") >= 0) & ~pl.Series(shard.boilerplate[every["start_token"].to_numpy()])
    )
    at = found["cue_token"].to_numpy().astype(np.int64)
    lines = extract_contexts(shard, Spans(at, at + 1), context=context)
    about = (
        part.table[lines["row"].to_numpy()]
        .select("doc_id", "outlet", "date", "title", "url")
        .to_pandas()
    )
    said = found.select("voice", "speaker", pl.col("cue").str.to_lowercase(), "stance").to_pandas()
    return pd.concat([about, lines.drop(columns="row"), said], axis=1)[ATTRIBUTION_COLUMNS]
