"""What stands near: the words within a span of each hit, per article, without order or place.

A word is near when it is among the next so many words of the hit's own sentence, whoever says it:
the sentence is the company in which a reader meets the hit. The hit's own words are not near it,
and boilerplate is skipped.
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
from wording.corpus.counts import (
    PhraseLists,
    count_words_in_place,
    find_concept_hits,
    find_part_body_hits,
    require_text_place,
    select_compared,
    select_concepts,
)
from wording.corpus.counts_files import read_articles_table, read_compressed_counts
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    find_concept_spans,
    shorten_lines,
)
from wording.corpus.encoding.shard import Shard, concatenate_ranges
from wording.corpus.terms import number_keys
from wording.errors import WordingError
from wording.files import write_gzip_csv
from wording.settings import PLACE_GROUPS, TOKEN_VOICES
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns

Side = Literal["both", "left", "right"]

DEFAULT_SPAN = 5
"""Words on each side of a hit that count as near."""

MIN_SHAREABLE_ARTICLES = 2
"""Articles in which a word must stand near a variant for the text-free counts to name it.

What one article alone has could tell its text.
"""


@dataclass(frozen=True)
class Nearness:
    """What is near a hit: so many words on a side of hits that stand in a place."""

    span: int = DEFAULT_SPAN
    side: Side = "both"
    place: str = "text"


DEFAULT_NEARNESS = Nearness()


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
    """Return what stands near the hits in a study's compared articles.

    Parameters
    ----------
    study : StudyRecord
        The study; without its articles, counts/ is read.
    concepts : sequence of str, optional
        Which of its concepts; all if left out.
    span : int
        Words on each side that count as near.
    side : str
        both, left or right.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        If the articles are not available and another span, side or place is asked for than was
        counted.
    """
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus = build_corpus(study)
        articles = corpus.articles.assign(**count_words_in_place(corpus, study.place))
        near = Nearness(span, side, study.place)
        neighbours = count_neighbours(corpus, wanted, study.lists, near)
    elif (span, side, study.place) == (DEFAULT_SPAN, "both", "text"):
        articles, neighbours = read_articles_table(study), read_neighbours(study)
        neighbours = neighbours[neighbours["concept"].isin(list(wanted))]
    else:
        require_text_place(study)
        raise WordingError(
            f"span={span}, side={side!r}: without the articles, only the saved counts with "
            f"span={DEFAULT_SPAN}, side='both' are available; omit both arguments."
        )
    compared = select_compared(study, articles, copies=copies)
    return Neighbours(compared.articles, compared.keep(neighbours))


def count_neighbours(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    near: Nearness = DEFAULT_NEARNESS,
) -> pd.DataFrame:
    """Return the `neighbours` table: which words stand near the hits.

    Parameters
    ----------
    corpus : Corpus
        The articles.
    concepts : mapping
        Concepts by name.
    lists : mapping
        The lists that their phrases name.
    near : Nearness
        How near, and near which hits.

    Returns
    -------
    DataFrame
        Counts per article, concept, variant, voice of the hit, and word.
    """
    parts = corpus.map_parts(count_part_neighbours, concepts, lists, near)
    rows: list[pl.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        rows = [pl.DataFrame(schema=dict.fromkeys(TABLES["neighbours"], pl.String))]
    return check_columns(pl.concat(rows).to_pandas(), "neighbours")


def count_part_neighbours(
    part: Part,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    near: Nearness,
) -> list[pl.DataFrame]:
    """Return the neighbours of each concept in one shard."""
    pieces = part.select_places(near.place)
    rows = []
    for name, concept in concepts.items():
        tables = [count_piece_neighbours(piece, name, concept, lists, near) for piece in pieces]
        if len(tables) > 1:
            keys = [column for column in TABLES["neighbours"] if column not in ("n", "n_words")]
            sums = pl.concat(tables).group_by(keys, maintain_order=True).agg(pl.all().sum())
            tables = [sums]
        rows += tables
    return rows


def count_piece_neighbours(
    piece: Part, name: str, concept: Concept, lists: PhraseLists, near: Nearness
) -> pl.DataFrame:
    """Return the neighbours of one concept in the texts, or in the headlines, of one shard."""
    hits = find_part_body_hits(piece.shard, name, concept, lists)
    hits = hits[piece.is_in_place(hits.spans.start, near.place)]
    frame = pl.DataFrame(
        {
            "row": hits.row,
            "variant": hits.variant,
            "voice": hits.voice,
            "hit": np.arange(len(hits.spans)),
        }
    )
    words = find_near_words(piece.shard, hits.spans, span=near.span, side=near.side)
    return tabulate_neighbours(piece, name, concept, frame, words)


def tabulate_neighbours(
    part: Part,
    name: str,
    concept: Concept,
    hits: pl.DataFrame,
    words: tuple[np.ndarray, np.ndarray],
) -> pl.DataFrame:
    """Return the neighbours of one concept in one shard.

    All words together (an empty collocate) come before each one. `words` has the hit and the
    position of each word near it.
    """
    hit, position = words
    number, keys = number_keys(part.shard)
    near = pl.DataFrame(
        {"hit": hit, "position": position, "key": number[part.shard.tokens[position]]}
    )
    counts = count_near(hits.join(near, on="hit", how="left"))
    return counts.select(
        doc_id=part.table["doc_id"].gather(counts["row"]),
        concept=pl.lit(name),
        variant=pl.Series(list(concept.variants), dtype=pl.String).gather(counts["variant"]),
        voice=pl.Series(TOKEN_VOICES, dtype=pl.String).gather(counts["voice"]),
        collocate=keys.gather(counts["key"]).fill_null(""),
        n="n",
        n_words="n_words",
    )


def find_near_words(
    shard: Shard, spans: Spans, *, span: int = DEFAULT_SPAN, side: Side = "both"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the hit and the position of each word near it.

    Parameters
    ----------
    shard : Shard
        The articles.
    spans : Spans
        The tokens of each hit.
    span, side : int, str
        As in `count_study_neighbours`.

    Returns
    -------
    hit, position : int arrays
        One pair per hit and word.
    """
    words = np.flatnonzero(shard.is_word & ~shard.boilerplate)
    last = np.flatnonzero(shard.sentence_end)
    first = np.concatenate([[0], last[:-1] + 1])
    # From here on places in `words`: of the sentence's begin and end, and of the hit's.
    opening = np.searchsorted(words, first[shard.sentence[spans.start]])
    closing = np.searchsorted(words, last[shard.sentence[spans.end - 1]] + 1)
    before = np.searchsorted(words, spans.start)
    after = np.searchsorted(words, spans.end)
    bounds = []
    if side != "right":
        bounds.append((np.maximum(opening, before - span), before))
    if side != "left":
        bounds.append((after, np.minimum(closing, after + span)))
    numbers = np.arange(len(spans))
    hit = np.concatenate([np.repeat(numbers, end - start) for start, end in bounds])
    place = np.concatenate([concatenate_ranges(start, end) for start, end in bounds])
    return hit, words[place]


def count_near(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return hits (n) and words (n_words), each once, per row, variant, voice and word.

    Rows without a key are all words together.
    """
    groups = ["row", "variant", "voice"]
    numbers = [
        pl.col("hit").n_unique().cast(pl.Int64).alias("n"),
        pl.col("position").drop_nulls().n_unique().cast(pl.Int64).alias("n_words"),
    ]
    no_key = pl.lit(None, dtype=pairs.schema["key"])
    together = pairs.group_by(groups).agg(numbers).with_columns(key=no_key)
    each = pairs.drop_nulls("key").group_by([*groups, "key"]).agg(numbers)
    return pl.concat([together, each], how="diagonal").sort([*groups, "key"], nulls_last=False)


def select_shareable(
    neighbours: pd.DataFrame, *, min_articles: int = MIN_SHAREABLE_ARTICLES
) -> pd.DataFrame:
    """Return the rows that may be shared: all words together, and words near in enough articles."""
    groups = neighbours.groupby(["concept", "variant", "collocate"])
    n_articles = groups["doc_id"].transform("nunique")
    is_shareable = (neighbours["collocate"] == "") | (n_articles >= min_articles)
    return neighbours[is_shareable].reset_index(drop=True)


def write_neighbours(study: StudyRecord, folder: Path) -> None:
    """Write neighbours.csv.gz: the shareable words near the hits of all concepts."""
    neighbours = count_neighbours(build_corpus(study), study.concepts, study.lists)
    write_gzip_csv(folder / "neighbours.csv.gz", pl.from_pandas(select_shareable(neighbours)))


def read_neighbours(study: StudyRecord) -> pd.DataFrame:
    """Return the `neighbours` that `write_neighbours` wrote into the study's counts folder.

    Raises
    ------
    WordingError
        If they are not there.
    """
    neighbours = read_compressed_counts(study, "neighbours", {"n": pl.Int64, "n_words": pl.Int64})
    # An empty collocate is all words together.
    neighbours = neighbours.with_columns(pl.col("collocate").fill_null(""))
    return check_columns(neighbours.to_pandas(), "neighbours")


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
    """Return the `hits` that have wanted words near, with `collocate`: a row per hit and word.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    concept : str
        One of its concepts.
    wanted : DataFrame
        variant and collocate, the words whose numbers the hits stand behind.
    span, side, copies : int, str, str
        As in `count_study_neighbours`.
    context : int or str
        Tokens on each side of a line, or "sentence" or "paragraph".
    """
    corpus = build_corpus(study)
    pairs = wanted[["variant", "collocate"]].drop_duplicates()
    record = study.concepts[concept]
    parts = []
    pieces = [piece for part in corpus.parts() for piece in part.select_places(study.place)]
    for piece in pieces:
        spans, _ = find_concept_spans(piece.shard, concept, record, study.lists)
        words = find_near_words(piece.shard, spans, span=span, side=side)
        near = select_near_keys(piece.shard, words, pairs["collocate"].to_list())
        _, lines = find_concept_hits(piece, concept, record, study.lists, context)
        lines = lines.iloc[near["hit"].to_numpy()].assign(collocate=near["collocate"].to_numpy())
        parts.append(lines[lines["place"].isin(PLACE_GROUPS[study.place])])
    hits = pd.concat(parts, ignore_index=True).merge(pairs, on=["variant", "collocate"])
    compared = select_compared(study, corpus.articles, copies=copies)
    return shorten_lines(compared.keep(hits[hits["zone"] == "body"]), study.width)


def select_near_keys(
    shard: Shard, words: tuple[np.ndarray, np.ndarray], keys: Sequence[str]
) -> pl.DataFrame:
    """Return each hit with each of the keys near it once: hit, collocate, in the order of words."""
    hit, position = words
    number, key = number_keys(shard)
    near = pl.DataFrame({"hit": hit, "collocate": key.gather(number[shard.tokens[position]])})
    return near.unique(maintain_order=True).filter(pl.col("collocate").is_in(keys))
