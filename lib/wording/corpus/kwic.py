"""Lines to read: the concordance of a concept, a variant or any phrase, sorted, filtered, and as wide as asked for.

Lines are sorted before they are written out, so the first lines of a frequent word take hardly longer than those of a rare one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import flag_compared, resolve_pattern, tabulate_hits
from wording.corpus.encoding.corpus import Corpus, Part, is_small_subset
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    extract_contexts,
    find_concept_spans,
    find_form_numbers,
    shorten_lines,
)
from wording.corpus.encoding.shard import NUMBER, WORD, Shard, concatenate_ranges
from wording.errors import WordingError
from wording.patterns import parse_phrases
from wording.settings import TOKEN_VOICES, VOICE_GROUPS, one_of
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns

SORT_COLUMNS = {
    "left": ["left", "right"],
    "right": ["right", "left"],
    "node": ["node", "right"],
    "outlet": ["outlet", "left"],
    "date": ["date", "outlet"],
    "voice": ["voice", "left"],
    "article": [],
}
"""What lines may be sorted by, and the columns that does it; left and right are read from the hit outwards."""

PLACE_SCHEMA = {
    "part": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "article": pl.Int64,
    "variant": pl.String,
}
"""The columns that say where a line stands: its shard, its tokens, its row in the corpus, and its variant."""

SORT_DEPTH = 8
"""Tokens on each side whose words lines are sorted by."""


def list_concordance(
    study: StudyRecord,
    pattern: str,
    *,
    sort: str = "left",
    voice: str = "all",
    outlets: Sequence[str] | None = None,
    copies: str = "all",
    context: ContextWidth = DEFAULT_CONTEXT,
    limit: int | None = None,
) -> pd.DataFrame:
    """The `hits` table of a concept or variant by its name, else of any phrase, in the study's compared articles, body only, sorted.

    Parameters
    ----------
    sort, voice, outlets, copies : as in `find_concordance`.
    context : tokens on each side, or "sentence" or "paragraph"; never more text than the study's `excerpts` allow.
    limit : the first so many lines in this order (None: all).

    Raises
    ------
    WordingError
        As `find_concordance`.
    """
    return find_concordance(
        study, pattern, sort=sort, voice=voice, outlets=outlets, copies=copies
    ).lines(stop=limit, context=context)


@dataclass(frozen=True)
class Concordance:
    """The lines of a pattern in their order, not written out yet: `places` has a row per line, with its shard, its tokens and its article."""

    study: StudyRecord
    corpus: Corpus
    name: str
    places: pl.DataFrame

    def __len__(self) -> int:
        return len(self.places)

    def lines(
        self, start: int = 0, stop: int | None = None, *, context: ContextWidth = DEFAULT_CONTEXT
    ) -> pd.DataFrame:
        """The `hits` table of the lines from `start` up to, not including, `stop`."""
        return shorten_lines(
            tabulate_places(self.corpus, self.name, self.places[start:stop], context),
            self.study.width,
        )

    def per_outlet(self) -> pd.DataFrame:
        """One row per outlet with lines, most first: outlet, n (lines), n_articles (with a line)."""
        told = pl.DataFrame(
            {
                "outlet": self.corpus.table["outlet"].gather(self.places["article"]),
                "article": self.places["article"],
            }
        )
        counted = told.group_by("outlet").agg(n=pl.len(), n_articles=pl.col("article").n_unique())
        return counted.sort("n", "outlet", descending=[True, False]).to_pandas()


def find_concordance(
    study: StudyRecord,
    pattern: str,
    *,
    sort: str = "left",
    voice: str = "all",
    outlets: Sequence[str] | None = None,
    copies: str = "all",
) -> Concordance:
    """The lines of a concept or variant by its name, else of any phrase, in the study's compared articles, body only, sorted but not written out.

    Parameters
    ----------
    pattern : `;` stands between rival phrases.
    sort : left or right (the nearest word first, then outwards), node, outlet, date, voice or article (as they stand).
    voice : outlet, quoted, reported, attributed (quoted or reported) or all.
    outlets : only these (None: all that are compared).
    copies : as in `study_counts`.

    Raises
    ------
    WordingError
        For another sort or voice, with the nearest name, or a phrase that cannot be read.
    """
    one_of("sort", sort, SORT_COLUMNS)
    one_of("voice", voice, VOICE_GROUPS)
    name, concept = resolve_pattern(study, pattern)
    corpus, _ = build_corpus(study)
    wanted, _ = flag_compared(study, corpus.articles, copies=copies)
    if outlets is not None:
        wanted &= corpus.articles["outlet"].isin(outlets).to_numpy(bool)
    found = corpus.map_parts(
        list_sortable_hits,
        name,
        concept,
        study.lists,
        wanted,
        VOICE_GROUPS[voice],
        SORT_COLUMNS[sort],
        light=True,
    )
    with_any = [lines for lines in found if len(lines)]
    places = (
        pl.concat(with_any).sort(*SORT_COLUMNS[sort], "part", "start", nulls_last=True)
        if with_any
        else pl.DataFrame(schema=PLACE_SCHEMA)
    )
    return Concordance(study, corpus, name, places)


def bound_hit_count(study: StudyRecord, pattern: str) -> int:
    """How many hits a pattern can have at most, from how often its rarest words stand in all articles: told at once, however many they are.

    Raises
    ------
    WordingError
        For a phrase that cannot be read.
    """
    _, concept = resolve_pattern(study, pattern)
    wanted = [
        phrase
        for variant in concept.variants.values()
        for phrase in parse_phrases(variant.match, lists=study.lists, case=variant.case)
    ]
    return sum(
        min(
            part.shard.count_occurrences(find_form_numbers(part.shard, words, cased=phrase.cased))
            for words in phrase.words
        )
        for part in build_corpus(study)[0].parts()
        for phrase in wanted
    )


def list_sortable_hits(
    part: Part,
    name: str,
    concept: Concept,
    lists,
    wanted: np.ndarray,
    voices: Sequence[str],
    columns: Sequence[str],
) -> pl.DataFrame:
    """One row per hit of one shard in the wanted articles and voices: part, start, end (tokens), article (row of the corpus), variant, and the columns to sort by."""
    shard = part.shard
    spans, which = find_concept_spans(shard, name, concept, lists)
    row = shard.article(spans.start)
    spoken = np.isin(shard.voice[spans.start], [TOKEN_VOICES.index(voice) for voice in voices])
    kept = np.flatnonzero(wanted[part.start + row] & spoken & ~shard.boilerplate[spans.start])
    if not len(kept):
        return pl.DataFrame(schema=PLACE_SCHEMA)
    spans, row = spans[kept], row[kept]
    made = {
        "left": lambda: join_words_outwards(shard, spans.start - 1, row, -1),
        "right": lambda: join_words_outwards(shard, spans.end, row, 1),
        "node": lambda: pl.Series(
            shard.text(spans.start, spans.end), dtype=pl.String
        ).str.to_lowercase(),
        "outlet": lambda: part.table["outlet"].gather(row),
        "date": lambda: part.table["date"].gather(row),
        "voice": lambda: pl.Series(TOKEN_VOICES, dtype=pl.String).gather(shard.voice[spans.start]),
    }
    variants = pl.Series(list(concept.variants), dtype=pl.String).gather(which[kept])
    place = {
        "part": np.full(len(kept), part.number),
        "start": spans.start,
        "end": spans.end,
        "article": part.start + row,
        "variant": variants,
    }
    return pl.DataFrame(place | {column: made[column]() for column in columns})


def join_words_outwards(shard: Shard, first: np.ndarray, row: np.ndarray, step: int) -> pl.Series:
    """The words from each token on, in steps of 1 or -1, within the article, as one text."""
    at = first[:, None] + step * np.arange(SORT_DEPTH)
    inside = (at >= shard.bounds[row][:, None]) & (at < shard.bounds[row + 1][:, None])
    form = shard.tokens[np.clip(at, 0, len(shard.tokens) - 1)]
    told = np.where(
        inside & np.isin(shard.kind, (WORD, NUMBER))[form], form, 0
    )  # form 0 is the end of an article: no key
    keys = shard.forms["key"].gather(told.ravel())
    return (
        keys.replace("", None).reshape((len(row), SORT_DEPTH)).arr.join(" ", ignore_nulls=True)
        if len(row)
        else pl.Series([], dtype=pl.String)
    )


def tabulate_places(
    corpus: Corpus, name: str, places: pl.DataFrame, context: ContextWidth
) -> pd.DataFrame:
    """The `hits` at the places, in their order."""
    rows = np.unique(places["article"])
    if len(rows) and is_small_subset(rows, len(corpus.table)):
        corpus, shift = corpus.subset(rows)
        moved = shift[np.searchsorted(rows, places["article"])]
        places = places.with_columns(
            part=0, start=pl.col("start") - moved, end=pl.col("end") - moved
        )
    lines = [
        tabulate_hits(
            corpus.part(k),
            name,
            here["variant"].to_numpy(),
            Spans(here["start"].to_numpy(), here["end"].to_numpy()),
            context,
        ).set_index(here["order"].to_numpy())
        for (k,), here in places.with_row_index("order").partition_by("part", as_dict=True).items()
    ]
    return check_columns(
        pd.concat(lines).sort_index() if lines else pd.DataFrame(columns=list(TABLES["hits"])),
        "hits",
    )


def widen_lines(
    study: StudyRecord, lines: pd.DataFrame, *, to: ContextWidth = "paragraph"
) -> pd.DataFrame:
    """The same lines with left and right as wide as their sentence, their paragraph, or so many tokens; lines of another study are refused.

    Raises
    ------
    WordingError
        If an article is not in the study.
    """
    corpus, _ = build_corpus(study)
    known = pl.DataFrame(
        {
            "doc_id": lines["doc_id"].to_list(),
            "start": lines["start"].to_list(),
            "end": lines["end"].to_list(),
        }
    )
    left, right = (
        lines["left"].to_numpy(object, copy=True),
        lines["right"].to_numpy(object, copy=True),
    )
    unknown = np.ones(len(lines), bool)
    for part in corpus.parts():
        row = pd.Index(part.table["doc_id"].to_list()).get_indexer(known["doc_id"].to_list())
        here = np.flatnonzero(row >= 0)
        spans = locate_spans(
            part.shard, row[here], known["start"].to_numpy()[here], known["end"].to_numpy()[here]
        )
        wide = extract_contexts(part.shard, spans, context=to)
        left[here], right[here], unknown[here] = wide["left"], wide["right"], False
    if unknown.any():
        raise WordingError(
            f"The article {lines['doc_id'].iloc[unknown.argmax()]!r} is not in the study {study.name!r}; widen lines of this study."
        )
    return shorten_lines(lines.assign(left=left, right=right), study.width)


def locate_spans(shard: Shard, row: np.ndarray, start: np.ndarray, end: np.ndarray) -> Spans:
    """The tokens that hold the characters from `start` up to `end` of the articles in these rows: what `Shard.offsets` does, backwards."""
    rows, which = np.unique(row, return_inverse=True)
    first, last = shard.bounds[rows], shard.bounds[rows + 1]
    ends = np.cumsum(shard.length[shard.tokens[concatenate_ranges(first, last)]])
    shift = np.cumsum(last - first) - (last - first)
    before = np.concatenate([[0], ends])[shift][which]
    place = [
        np.searchsorted(ends, before + at, side="right") - shift[which] + first[which]
        for at in (start, end - 1)
    ]
    return Spans(place[0], place[1] + 1)
