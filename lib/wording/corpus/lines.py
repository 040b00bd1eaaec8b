"""The lines behind counts of terms: the very places that `terms.study_terms` counts, in context."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build
from wording.corpus.counts import lines_of
from wording.corpus.encoding.corpus import Part
from wording.corpus.encoding.matching import CONTEXT, Context, Spans, excerpted
from wording.corpus.terms import VOICES, Vocabulary, spoken
from wording.study.records import Study
from wording.tables import check

CONCEPT = "keyness"
"""What stands in the column `concept` of such lines."""


def term_hits(
    study: Study, wanted: pd.DataFrame, *, articles: pd.DataFrame, voice: str = "outlet", context: Context = CONTEXT
) -> pd.DataFrame:
    """The `hits` behind the counts of terms at outlets: one row per place where a wanted term begins; `concept` is `CONCEPT`.

    Parameters
    ----------
    wanted : term and outlet, one row per pair to look for.
    articles, voice : in which articles, and whose words, as `study_terms` counted them.
    """
    corpus, _ = build(study)
    inside = corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy()
    mask, known = spoken(VOICES[voice], articles=inside), Vocabulary.of(wanted["term"].unique().tolist())
    number = pl.DataFrame(
        {"term": known.terms.tolist(), "number": np.arange(len(known), dtype=np.int32)}, schema_overrides={"term": pl.String}
    )
    asked = pl.from_pandas(wanted[["term", "outlet"]].astype(str)).join(number, on="term")
    rows = [part_hits(part, known, mask(part), asked, context) for part in corpus.parts()]
    return excerpted(check(pd.concat(rows, ignore_index=True), "hits"), study.width)


def part_hits(part: Part, known: Vocabulary, mask: np.ndarray, asked: pl.DataFrame, context: Context) -> pd.DataFrame:
    """The hits of the asked pairs of term and outlet in one shard, in the order of places."""
    places = [(at, ids[at]) for ids in known.begins(part.shard, mask) for at in [np.flatnonzero(ids >= 0)]]
    start, number = (np.concatenate(found) for found in zip(*places, strict=True))
    here = pl.DataFrame({"start": start, "number": number, "outlet": part.table["outlet"].gather(part.shard.article(start))})
    found = here.join(asked, on=["number", "outlet"], maintain_order="left").sort("start", "number")
    start = found["start"].to_numpy()
    spans = Spans(start, start + known.length[found["number"].to_numpy()])
    return lines_of(part, CONCEPT, found["term"].to_numpy(), spans, context)
