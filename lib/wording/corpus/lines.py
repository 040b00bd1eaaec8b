"""The lines behind counts of terms: the very places that `terms.study_terms` counts, in context."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import Part, build
from wording.corpus.concordance import CONTEXT, Spans, excerpted, in_context
from wording.corpus.counts import said_by
from wording.corpus.terms import VOICES, Vocabulary, compared_articles, spoken
from wording.study import Study
from wording.tables import check

CONCEPT = "keyness"
"""What stands in the column `concept` of such lines."""


def term_hits(study: Study, wanted: pd.DataFrame, *, voice: str = "outlet", copies: str = "all", context: int = CONTEXT) -> pd.DataFrame:
    """The `hits` behind the counts of `study_terms`: one row per place where a wanted term begins at its outlet; `concept` is `CONCEPT`.

    Parameters
    ----------
    wanted : term and outlet, one row per pair to look for.
    """
    corpus, _ = build(study)
    articles = compared_articles(study, copies)
    inside = corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy()
    mask, known = spoken(VOICES[voice], articles=inside), Vocabulary.of(wanted["term"].unique().tolist())
    asked = pl.from_pandas(wanted[["term", "outlet"]]).join(
        pl.DataFrame({"term": known.terms.tolist(), "number": range(len(known))}, schema_overrides={"number": pl.Int32}), on="term"
    )
    rows = [part_hits(part, known, mask(part), asked, context) for part in corpus.parts()]
    return excerpted(check(pd.concat(rows, ignore_index=True), "hits"), study.width)


def part_hits(part: Part, known: Vocabulary, mask: np.ndarray, asked: pl.DataFrame, context: int) -> pd.DataFrame:
    """The hits of the asked pairs of term and outlet in one shard, in the order of places."""
    places = [(at, ids[at]) for ids in known.begins(part.shard, mask) for at in [np.flatnonzero(ids >= 0)]]
    start, number = (np.concatenate(found) for found in zip(*places, strict=True))
    here = pl.DataFrame({"start": start, "number": number, "outlet": part.table["outlet"].gather(part.shard.article(start))})
    found = here.join(asked, on=["number", "outlet"], maintain_order="left").sort("start", "number")
    start = found["start"].to_numpy()
    lines = in_context(part.shard, Spans(start, start + known.length[found["number"].to_numpy()]), context=context)
    about = part.table[lines["row"].to_numpy()].select("doc_id", "outlet", "date", "title", "url").to_pandas()
    named = lines.assign(concept=CONCEPT, variant=found["term"].to_numpy(), **said_by(part, start), zone="body")
    return pd.concat([about, named.drop(columns="row")], axis=1)
