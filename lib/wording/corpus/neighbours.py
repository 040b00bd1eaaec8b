"""What stands near: the words within a span of each hit, counted per article, without their order, side or place.

A word is near when it is among the next so many words of the hit's own sentence, whoever says it: the sentence is the company in which a reader
meets the hit. The hit's own words are not near it, and boilerplate is skipped.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import find_concept_hits, read_counts, select_compared, select_concepts
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    find_concept_spans,
    shorten_lines,
)
from wording.corpus.encoding.shard import Shard, concatenate_ranges
from wording.errors import WordingError
from wording.files import write_gzip_csv
from wording.settings import TOKEN_VOICES
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns

Side = Literal["both", "left", "right"]

DEFAULT_SPAN = 5
"""Words on each side of a hit that count as near."""

MIN_SHAREABLE_ARTICLES = 2
"""Articles in which a word must stand near a variant for the text-free counts to name it: what one article alone has could tell its text."""


@dataclass(frozen=True)
class Neighbours:
    """The compared `articles`, and the `neighbours` table of the hits in them."""

    articles: pd.DataFrame
    neighbours: pd.DataFrame


def count_study_neighbours(
    study: StudyRecord,
    concepts: Sequence[str] | None = None,
    *,
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    copies: str = "all",
) -> Neighbours:
    """What stands near the hits in a study's compared articles (`copies` as in `study_counts`); from its counts/ folder without the articles.

    Raises
    ------
    WordingError
        If the articles are not there and another span or side is asked for than was counted.
    """
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus, _ = build_corpus(study)
        articles, found = (
            corpus.articles,
            count_neighbours(corpus, wanted, study.lists, span=span, side=side),
        )
    elif (span, side) == (DEFAULT_SPAN, "both"):
        articles = read_counts(study.folder / "counts")[0]
        found = read_neighbours(study).query("concept in @wanted")
    else:
        raise WordingError(
            f"span={span}, side={side!r}: without the articles only span={DEFAULT_SPAN}, side='both' is there, as counted; leave them out."
        )
    kept, _ = select_compared(study, articles, copies=copies)
    return Neighbours(kept, found[found["doc_id"].isin(set(kept["doc_id"]))].reset_index(drop=True))


def count_neighbours(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: Mapping[str, Sequence[str]],
    *,
    span: int = DEFAULT_SPAN,
    side: Side = "both",
) -> pd.DataFrame:
    """The `neighbours` table: which words stand near the hits in the body, per article, concept, variant and voice of the hit."""
    rows = list(
        itertools.chain.from_iterable(
            corpus.map_parts(count_part_neighbours, concepts, lists, span, side)
        )
    )
    frame = (
        pl.concat(rows)
        if rows
        else pl.DataFrame(schema=dict.fromkeys(TABLES["neighbours"], pl.String))
    )
    return check_columns(frame.to_pandas(), "neighbours")


def count_part_neighbours(
    part: Part,
    concepts: Mapping[str, Concept],
    lists: Mapping[str, Sequence[str]],
    span: int,
    side: Side,
) -> list[pl.DataFrame]:
    """The neighbours of each concept in one shard."""
    return [
        count_concept_neighbours(part.table, part.shard, name, concept, lists, span, side)
        for name, concept in concepts.items()
    ]


def count_concept_neighbours(
    table: pl.DataFrame,
    shard: Shard,
    name: str,
    concept: Concept,
    lists: Mapping[str, Sequence[str]],
    span: int,
    side: Side,
) -> pl.DataFrame:
    """The neighbours of one concept in one shard, all words together (an empty collocate) before each one."""
    spans, which = find_concept_spans(shard, name, concept, lists)
    body = ~shard.boilerplate[spans.start]
    spans, which = spans[body], which[body]
    hits = pl.DataFrame(
        {
            "row": shard.article(spans.start),
            "which": which,
            "voice": shard.voice[spans.start],
            "hit": np.arange(len(spans)),
        }
    )
    hit, position = find_near_words(shard, spans, span=span, side=side)
    code, keys = number_keys(shard)
    words = pl.DataFrame({"hit": hit, "position": position, "code": code[shard.tokens[position]]})
    counted = count_near(hits.join(words, on="hit", how="left"))
    return counted.select(
        doc_id=table["doc_id"].gather(counted["row"]),
        concept=pl.lit(name),
        variant=pl.Series(list(concept.variants), dtype=pl.String).gather(counted["which"]),
        voice=pl.Series(TOKEN_VOICES, dtype=pl.String).gather(counted["voice"]),
        collocate=keys.gather(counted["code"]).fill_null(""),
        n="n",
        n_words="n_words",
    )


def find_near_words(
    shard: Shard, spans: Spans, *, span: int = DEFAULT_SPAN, side: Side = "both"
) -> tuple[np.ndarray, np.ndarray]:
    """The number of the hit and the position of each word near it, one pair per hit and word."""
    words = np.flatnonzero(shard.is_word & ~shard.boilerplate)
    last = np.flatnonzero(shard.sentence_end)
    first = np.concatenate([[0], last[:-1] + 1])
    edges = (
        first[shard.sentence[spans.start]],
        spans.start,
        spans.end,
        last[shard.sentence[spans.end - 1]] + 1,
    )
    opening, node, after, closing = (np.searchsorted(words, edge) for edge in edges)
    sides = {
        "left": (np.maximum(opening, node - span), node),
        "right": (after, np.minimum(closing, after + span)),
    }
    wanted = [sides[name] for name in (("left", "right") if side == "both" else (side,))]
    hit = np.concatenate([np.repeat(np.arange(len(spans)), end - start) for start, end in wanted])
    return hit, np.concatenate([words[concatenate_ranges(start, end)] for start, end in wanted])


def number_keys(shard: Shard) -> tuple[np.ndarray, pl.Series]:
    """The number of each form's key, and the keys by their number."""
    new = (shard.forms["key"] != shard.forms["key"].shift(1)).fill_null(True)
    return new.cum_sum().to_numpy() - 1, shard.forms["key"].filter(new)


def count_near(pairs: pl.DataFrame) -> pl.DataFrame:
    """Hits (n) and words (n_words), each once, per row, variant, voice and word, and of all words together (no code)."""
    keys = ["row", "which", "voice"]
    counted = [
        pl.col("hit").n_unique().cast(pl.Int64).alias("n"),
        pl.col("position").drop_nulls().n_unique().cast(pl.Int64).alias("n_words"),
    ]
    whole = (
        pairs.group_by(keys)
        .agg(counted)
        .with_columns(code=pl.lit(None, dtype=pairs.schema["code"]))
    )
    each = pairs.drop_nulls("code").group_by([*keys, "code"]).agg(counted)
    return pl.concat([whole, each], how="diagonal").sort([*keys, "code"], nulls_last=False)


def select_shareable(
    neighbours: pd.DataFrame, *, fewest: int = MIN_SHAREABLE_ARTICLES
) -> pd.DataFrame:
    """The rows that may leave the articles' place: all words together, and words near the variant in at least so many articles."""
    n_articles = neighbours.groupby(["concept", "variant", "collocate"])["doc_id"].transform(
        "nunique"
    )
    return neighbours[(neighbours["collocate"] == "") | (n_articles >= fewest)].reset_index(
        drop=True
    )


def write_neighbours(study: StudyRecord, folder: Path) -> None:
    """Writes neighbours.csv.gz: the words near the hits of all concepts, as far as they are `select_shareable`."""
    corpus, _ = build_corpus(study)
    found = select_shareable(count_neighbours(corpus, study.concepts, study.lists))
    write_gzip_csv(folder / "neighbours.csv.gz", pl.from_pandas(found))


def read_neighbours(study: StudyRecord) -> pd.DataFrame:
    """The `neighbours` table that `write_neighbours` wrote into the study's counts/ folder.

    Raises
    ------
    WordingError
        If it is not there.
    """
    file = study.folder / "counts" / "neighbours.csv.gz"
    if not file.is_file():
        raise WordingError(
            f"{file} is missing, and the articles are not there either; put the articles where study.yml says."
        )
    kinds = {
        name: pl.Int64 if name in ("n", "n_words") else pl.String for name in TABLES["neighbours"]
    }
    return check_columns(
        pl.read_csv(file, schema=kinds).with_columns(pl.col("collocate").fill_null("")).to_pandas(),
        "neighbours",
    )


def find_near_hits(
    study: StudyRecord,
    concept: str,
    wanted: pd.DataFrame,
    *,
    span: int = DEFAULT_SPAN,
    side: Side = "both",
    copies: str = "all",
    context: ContextWidth = DEFAULT_CONTEXT,
) -> pd.DataFrame:
    """The `hits` behind the numbers of the wanted words (variant, collocate), with `collocate`: one row per hit and wanted word near it."""
    corpus, _ = build_corpus(study)
    pairs = wanted[["variant", "collocate"]].drop_duplicates()
    parts = [
        find_part_near_hits(
            part, concept, study.concepts[concept], study.lists, pairs, span, side, context
        )
        for part in corpus.parts()
    ]
    found = pd.concat(parts, ignore_index=True)
    kept, _ = select_compared(study, corpus.articles, copies=copies)
    return shorten_lines(
        found[(found["zone"] == "body") & found["doc_id"].isin(set(kept["doc_id"]))].reset_index(
            drop=True
        ),
        study.width,
    )


def find_part_near_hits(
    part: Part,
    name: str,
    concept: Concept,
    lists: Mapping[str, Sequence[str]],
    pairs: pd.DataFrame,
    span: int,
    side: Side,
    context: ContextWidth,
) -> pd.DataFrame:
    """The hits of one shard that have one of the words near, in the order of the words."""
    shard = part.shard
    spans, _ = find_concept_spans(shard, name, concept, lists)
    hit, position = find_near_words(shard, spans, span=span, side=side)
    code, keys = number_keys(shard)
    words = pl.DataFrame(
        {"hit": hit, "collocate": keys.gather(code[shard.tokens[position]])}
    ).unique(maintain_order=True)
    words = words.filter(pl.col("collocate").is_in(pairs["collocate"].to_list()))
    lines = find_concept_hits(part, name, concept, lists, context).iloc[words["hit"].to_numpy()]
    return lines.assign(collocate=words["collocate"].to_numpy()).merge(
        pairs, on=["variant", "collocate"]
    )
