"""The lines behind counts of terms and of attributions: the very places that are counted."""

from __future__ import annotations

from collections.abc import Sequence

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
    collapse_whitespace,
    extract_contexts,
    find_context_bounds,
    shorten_lines,
)
from wording.corpus.marks.voice import read_attributions
from wording.corpus.terms import Vocabulary, make_voice_mask
from wording.corpus.units import relabel_outlets
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
    outlets = corpus.table["outlet"].to_list()
    if "member" in articles:
        units = articles.set_index("doc_id")["outlet"].reindex(corpus.table["doc_id"].to_list())
        outlets = [unit if isinstance(unit, str) else None for unit in units]
    outlet_of = pl.Series(outlets, dtype=pl.String)
    rows = [
        find_part_term_hits(part, vocabulary, mask(part), pairs, outlet_of, context)
        for part in corpus.parts()
    ]
    hits = check_columns(pd.concat(rows, ignore_index=True), "hits")
    return shorten_lines(relabel_outlets(hits, articles), study.width)


def find_part_term_hits(
    part: Part,
    vocabulary: Vocabulary,
    mask: np.ndarray,
    pairs: pl.DataFrame,
    outlet_of: pl.Series,
    context: ContextWidth,
) -> pd.DataFrame:
    """Return the hits of pairs of term and outlet in one shard, in the order of places."""
    start, number = vocabulary.find_places(part.shard, mask)
    outlet = outlet_of.gather(part.start + part.shard.article(start))
    places = pl.DataFrame({"start": start, "number": number, "outlet": outlet})
    hits = places.join(pairs, on=["number", "outlet"], maintain_order="left")
    hits = hits.sort("start", "number")
    start = hits["start"].to_numpy()
    spans = Spans(start, start + vocabulary.length[hits["number"].to_numpy()])
    return tabulate_hits(part, KEYNESS_CONCEPT, hits["term"].to_numpy(), spans, context)


def find_attribution_places(study: StudyRecord, *, copies: str = "all") -> pd.DataFrame:
    """Return where each attribution in the body of a study's compared articles has its cue.

    These are the very stretches that `count_study_attributions` counts, as far as they have a cue
    or a speaker. `read_attribution_lines` gives their text.

    Returns
    -------
    DataFrame
        doc_id, outlet, date, title, url; part and token (the cue, or the first word of what only
        has a speaker); voice and speaker of what is attributed; cue (lower case); stance.
    """
    corpus = build_corpus(study)
    compared = select_compared(study, corpus.articles, copies=copies)
    places = pd.concat(map(find_part_attribution_places, corpus.parts()), ignore_index=True)
    return shorten_lines(compared.keep(places), study.width)


def find_part_attribution_places(part: Part) -> pd.DataFrame:
    """Return the attributions of one shard that say of whom or how, in their order."""
    attributions = read_attributions(part)
    is_body = ~part.shard.boilerplate[attributions["start_token"].to_numpy()]
    has_cue = pl.col("cue_token") >= 0
    attributions = attributions.filter(
        (has_cue | pl.col("speaker").is_not_null()) & pl.Series(is_body)
    )
    token = pl.when(has_cue).then("cue_token").otherwise("start_token").cast(pl.Int64)
    cue = pl.col("cue").str.to_lowercase()
    places = attributions.select("voice", "speaker", cue, "stance", token=token).to_pandas()
    row = part.shard.article(places["token"].to_numpy())
    return join_articles(part, places.assign(row=row, part=part.number))


def read_attribution_lines(
    study: StudyRecord, places: pd.DataFrame, *, context: int = DEFAULT_CONTEXT
) -> pd.DataFrame:
    """Return rows of `find_attribution_places` in context, in their order.

    Returns
    -------
    DataFrame
        Without part and token, but with node (the cue as written) with start and end (characters),
        left and right.
    """
    part, token = places["part"].to_numpy(), places["token"].to_numpy()
    rows, texts = [np.zeros(0, int)], []
    for one in build_corpus(study).parts():
        here = np.flatnonzero(part == one.number)
        cues = Spans(token[here], token[here] + 1)
        rows.append(here)
        texts.append(extract_contexts(one.shard, cues, context=context).drop(columns="row"))
    read = pd.concat(texts).iloc[np.argsort(np.concatenate(rows))].set_index(places.index)
    lines = pd.concat([places.drop(columns=["part", "token"]), read], axis=1)
    first = [name for name in ATTRIBUTION_COLUMNS if name in lines]
    return shorten_lines(lines[[*first, *lines.columns.difference(first, sort=False)]], study.width)


def find_leads(study: StudyRecord, doc_ids: Sequence[str], *, max_words: int = 40) -> pd.Series:
    """Return how articles begin: the first paragraph outside boilerplate, by doc_id.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    doc_ids : sequence of str
        Which articles.
    max_words : int
        A longer paragraph is cut, with an ellipsis.

    Returns
    -------
    Series of str
        Empty for an article that has only boilerplate, and for all where the study may not show
        whole paragraphs (`excerpts`).
    """
    if study.width is not None:
        return pd.Series("", index=pd.Index(doc_ids, name="doc_id"), dtype=str)
    corpus = build_corpus(study)
    parts = [find_part_leads(part, doc_ids) for part in corpus.parts()]
    words = pd.concat(parts).str.split()
    cut = (
        words.str[:max_words]
        .str.join(" ")
        .where(words.str.len() <= max_words, words.str[:max_words].str.join(" ") + " …")
    )
    return cut.reindex(doc_ids, fill_value="")


def find_part_leads(part: Part, doc_ids: Sequence[str]) -> pd.Series:
    """Return the first paragraphs of the articles that are in one shard, by doc_id."""
    shard = part.shard
    names = part.table["doc_id"]
    rows = np.flatnonzero(names.is_in(list(doc_ids)).to_numpy())
    is_body = shard.is_word & ~shard.boilerplate
    before = np.concatenate([[0], np.cumsum(is_body)])
    rows = rows[before[shard.bounds[rows + 1]] > before[shard.bounds[rows]]]
    first = np.searchsorted(before, before[shard.bounds[rows]], side="right") - 1
    start, end = find_context_bounds(shard, Spans(first, first + 1), "paragraph")
    page = np.flatnonzero(shard.boilerplate)
    line_end = np.concatenate([[0], page + 1])[np.searchsorted(page, first)]
    texts = shard.text(np.maximum(start, line_end), np.minimum(end, shard.bounds[rows + 1]))
    return pd.Series(
        collapse_whitespace(texts), pd.Index(names.gather(rows).to_list(), name="doc_id"), dtype=str
    )
