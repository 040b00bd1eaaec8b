"""The lines behind counts of terms and of attributions: the very places that are counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import join_articles, select_compared, tabulate_hits
from wording.corpus.encoding.corpus import Part
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    extract_contexts,
    shorten_lines,
)
from wording.corpus.marks.voice import read_attributions
from wording.corpus.terms import Vocabulary, make_voice_mask
from wording.settings import VOICE_GROUPS
from wording.study.records import StudyRecord
from wording.tables import check_columns

KEYNESS_CONCEPT = "keyness"
"""What stands in the column `concept` of lines of terms."""

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


def find_term_hits(
    study: StudyRecord,
    wanted: pd.DataFrame,
    *,
    articles: pd.DataFrame,
    voice: str = "outlet",
    context: ContextWidth = DEFAULT_CONTEXT,
) -> pd.DataFrame:
    """Return the `hits` behind counts of terms at outlets: one row per token where one begins.

    They stand in the study's place.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    wanted : DataFrame
        term and outlet, one row per pair to look for.
    articles, voice : DataFrame, str
        In which articles, and whose words, as `count_study_terms` counted them.
    context : int or str
        Tokens on each side, or "sentence" or "paragraph".

    Returns
    -------
    DataFrame
        The table `hits`; `concept` is `KEYNESS_CONCEPT`.
    """
    corpus = build_corpus(study)
    is_wanted = corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy()
    mask = make_voice_mask(VOICE_GROUPS[voice], articles=is_wanted, place=study.place)
    vocabulary = Vocabulary.from_terms(wanted["term"].unique().tolist())
    numbers = pl.DataFrame(
        {
            "term": pl.Series(vocabulary.terms.tolist(), dtype=pl.String),
            "number": np.arange(len(vocabulary), dtype=np.int32),
        }
    )
    pairs = pl.from_pandas(wanted[["term", "outlet"]].astype(str)).join(numbers, on="term")
    pieces = [piece for part in corpus.parts() for piece in part.select_places(study.place)]
    rows = [find_part_term_hits(piece, vocabulary, mask(piece), pairs, context) for piece in pieces]
    hits = check_columns(pd.concat(rows, ignore_index=True), "hits")
    return shorten_lines(hits, study.width)


def find_part_term_hits(
    part: Part,
    vocabulary: Vocabulary,
    mask: np.ndarray,
    pairs: pl.DataFrame,
    context: ContextWidth,
) -> pd.DataFrame:
    """Return the hits of pairs of term and outlet in one shard, in the order of places."""
    start, number = vocabulary.find_places(part.shard, mask)
    outlet = part.table["outlet"].gather(part.shard.article(start))
    places = pl.DataFrame({"start": start, "number": number, "outlet": outlet})
    hits = places.join(pairs, on=["number", "outlet"], maintain_order="left")
    hits = hits.sort("start", "number")
    start = hits["start"].to_numpy()
    spans = Spans(start, start + vocabulary.length[hits["number"].to_numpy()])
    return tabulate_hits(part, KEYNESS_CONCEPT, hits["term"].to_numpy(), spans, context)


def find_attribution_lines(
    study: StudyRecord, *, copies: str = "all", context: int = DEFAULT_CONTEXT
) -> pd.DataFrame:
    """Return the cue of each attribution in the body of a study's compared articles, in context.

    These are the very stretches that `count_study_attributions` counts, as far as they have a cue.

    Returns
    -------
    DataFrame
        doc_id, outlet, date, title, url; node (the cue as written) with start and end
        (characters), left and right; voice and speaker of what is attributed; cue (lower case);
        stance.
    """
    corpus = build_corpus(study)
    compared = select_compared(study, corpus.articles, copies=copies)
    parts = [find_part_attribution_lines(part, context) for part in corpus.parts()]
    lines = pd.concat(parts, ignore_index=True)
    return shorten_lines(compared.keep(lines), study.width)


def find_part_attribution_lines(part: Part, context: int) -> pd.DataFrame:
    """Return the attributions with a cue of one shard, in the order of articles and places."""
    attributions = read_attributions(part)
    is_body = ~part.shard.boilerplate[attributions["start_token"].to_numpy()]
    attributions = attributions.filter((pl.col("cue_token") >= 0) & pl.Series(is_body))
    cue = attributions["cue_token"].to_numpy().astype(np.int64)
    lines = join_articles(part, extract_contexts(part.shard, Spans(cue, cue + 1), context=context))
    columns = ["voice", "speaker", pl.col("cue").str.to_lowercase(), "stance"]
    return pd.concat([lines, attributions.select(columns).to_pandas()], axis=1)[ATTRIBUTION_COLUMNS]
