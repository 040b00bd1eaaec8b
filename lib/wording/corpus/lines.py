"""The lines behind counts of terms: the very places that `terms.count_study_terms` counts, in context."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import tabulate_hits
from wording.corpus.encoding.corpus import Part
from wording.corpus.encoding.matching import DEFAULT_CONTEXT, ContextWidth, Spans, shorten_lines
from wording.corpus.terms import Vocabulary, make_voice_mask
from wording.settings import VOICE_GROUPS
from wording.study.records import StudyRecord
from wording.tables import check_columns

KEYNESS_CONCEPT = "keyness"
"""What stands in the column `concept` of such lines."""


def find_term_hits(
    study: StudyRecord,
    wanted: pd.DataFrame,
    *,
    articles: pd.DataFrame,
    voice: str = "outlet",
    context: ContextWidth = DEFAULT_CONTEXT,
) -> pd.DataFrame:
    """The `hits` behind the counts of terms at outlets: one row per place where a wanted term begins; `concept` is `KEYNESS_CONCEPT`.

    Parameters
    ----------
    wanted : term and outlet, one row per pair to look for.
    articles, voice : in which articles, and whose words, as `study_terms` counted them.
    """
    corpus, _ = build_corpus(study)
    inside = corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy()
    mask, known = (
        make_voice_mask(VOICE_GROUPS[voice], articles=inside),
        Vocabulary.from_terms(wanted["term"].unique().tolist()),
    )
    number = pl.DataFrame(
        {"term": known.terms.tolist(), "number": np.arange(len(known), dtype=np.int32)},
        schema_overrides={"term": pl.String},
    )
    asked = pl.from_pandas(wanted[["term", "outlet"]].astype(str)).join(number, on="term")
    rows = [find_part_term_hits(part, known, mask(part), asked, context) for part in corpus.parts()]
    return shorten_lines(check_columns(pd.concat(rows, ignore_index=True), "hits"), study.width)


def find_part_term_hits(
    part: Part, known: Vocabulary, mask: np.ndarray, asked: pl.DataFrame, context: ContextWidth
) -> pd.DataFrame:
    """The hits of the asked pairs of term and outlet in one shard, in the order of places."""
    places = [
        (at, ids[at])
        for ids in known.match_terms(part.shard, mask)
        for at in [np.flatnonzero(ids >= 0)]
    ]
    start, number = (np.concatenate(found) for found in zip(*places, strict=True))
    here = pl.DataFrame(
        {
            "start": start,
            "number": number,
            "outlet": part.table["outlet"].gather(part.shard.article(start)),
        }
    )
    found = here.join(asked, on=["number", "outlet"], maintain_order="left").sort("start", "number")
    start = found["start"].to_numpy()
    spans = Spans(start, start + known.length[found["number"].to_numpy()])
    return tabulate_hits(part, KEYNESS_CONCEPT, found["term"].to_numpy(), spans, context)
