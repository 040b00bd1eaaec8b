"""Lines to read: the concordance of a concept, a variant or any phrase, sorted and filtered.

Lines are sorted before they are written out, so the first lines of a frequent word take hardly
longer than those of a rare one.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    PhraseLists,
    flag_compared,
    locate_part_hits,
    select_concepts,
    tabulate_hits,
)
from wording.corpus.encoding.corpus import Corpus, Part, is_small_subset
from wording.corpus.encoding.decoding import locate_in_read
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    bound_matches,
    extract_contexts,
    shorten_lines,
)
from wording.corpus.encoding.shard import NUMBER, WORD, Shard, concatenate_ranges
from wording.errors import WordingError
from wording.patterns import parse_phrases
from wording.phrasing import format_count
from wording.settings import TOKEN_VOICES, VOICE_GROUPS, one_of
from wording.study.asked import describe_asked, resolve_pattern
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
"""What lines may be sorted by, and the columns that do it; left and right are read from the hit
outwards."""

PLACE_SCHEMA = {
    "part": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "article": pl.Int64,
    "variant": pl.String,
    "in_headline": pl.Boolean,
}
"""The columns that say where a line stands: its shard, its tokens (of the text or the headline),
its row in the corpus, its variant, and whether it is in the headline."""

SORT_DEPTH = 8
"""Tokens on each side whose words lines are sorted by."""

SEARCHED_VOICES = {
    "outlet": ", their own words only",
    "quoted": ", quoted words only",
    "reported": ", reported words only",
    "attributed": ", quoted or reported words only",
    "all": "",
}
"""How a sentence says whose words are looked at."""

SEARCHED_PLACES = {
    "text": ", without headlines",
    "headline": ", headlines only",
    "lead": ", leads only",
    "body": ", without headlines and leads",
    "all": ", headlines too",
}
"""How a sentence says where in the articles is looked."""

COUNTED_COPIES = {
    "all": "all copies count",
    "one": "of copies, one counts per outlet",
    "none": "of copies, only the first counts",
}
"""How a sentence says which copies count."""


def list_concordance(
    study: StudyRecord,
    pattern: str,
    *,
    sort: str = "left",
    voice: str = "all",
    outlets: Sequence[str] | None = None,
    copies: str = "all",
    context: ContextWidth = DEFAULT_CONTEXT,
    max_lines: int | None = None,
) -> pd.DataFrame:
    """Return the `hits` of a pattern in a study's compared articles, in its place, sorted.

    Parameters
    ----------
    pattern : str
        As in `resolve_pattern`.
    study, sort, voice, outlets, copies : various
        As in `find_concordance`.
    context : int or str
        Tokens on each side, or "sentence" or "paragraph"; never more text than the study's
        `excerpts` allow.
    max_lines : int, optional
        How many lines, from the first on; all if left out.

    Raises
    ------
    WordingError
        As `find_concordance`, and for a pattern that cannot be read.
    """
    name, concept = resolve_pattern(study, pattern)
    concordance = find_concordance(
        study.with_concept(name, concept),
        name,
        sort=sort,
        voice=voice,
        outlets=outlets,
        copies=copies,
    )
    return concordance.lines(stop=max_lines, context=context)


@dataclass(frozen=True)
class Searched:
    """Where lines were looked for, and what was left out.

    Attributes
    ----------
    n_articles, n_outlets : int
        The articles searched, and the outlets that they are from.
    voice, place, copies : str
        Whose words, where in the articles, and which copies counted.
    n_boilerplate : int
        Hits in the boilerplate of these articles, which are no lines.
    """

    n_articles: int
    n_outlets: int
    voice: str
    place: str
    copies: str
    n_boilerplate: int


@dataclass(frozen=True)
class Concordance:
    """The lines of a pattern in their order, not written out yet.

    Attributes
    ----------
    study : StudyRecord
        The study that they are from.
    corpus : Corpus
        Its articles.
    name : str
        The concept that the lines are hits of.
    places : DataFrame
        One row per line, with the columns of `PLACE_SCHEMA`.
    searched : Searched
        Where they were looked for.
    """

    study: StudyRecord
    corpus: Corpus
    name: str
    places: pl.DataFrame
    searched: Searched

    def __len__(self) -> int:
        return len(self.places)

    def lines(
        self, start: int = 0, stop: int | None = None, *, context: ContextWidth = DEFAULT_CONTEXT
    ) -> pd.DataFrame:
        """Return the `hits` table of the lines from `start` up to, not including, `stop`.

        They have as much text as the study's `excerpts` allow.
        """
        hits = tabulate_places(self.corpus, self.name, self.places[start:stop], context)
        return shorten_lines(hits, self.study.width)

    def tabulate(
        self, stop: int | None = None, *, context: ContextWidth = DEFAULT_CONTEXT
    ) -> pd.DataFrame:
        """Return the `hits` table of the first lines, whatever text the study may publish."""
        return tabulate_places(self.corpus, self.name, self.places[:stop], context)

    def select(self, variant: str, outlets: Sequence[str]) -> Concordance:
        """Return the lines of a variant (empty: of all) at outlets (none: at all)."""
        chosen = pl.lit(value=True)
        if variant:
            chosen = chosen & (pl.col("variant") == variant)
        if outlets:
            at = self.corpus.table["outlet"].is_in(list(outlets)).arg_true()
            chosen = chosen & pl.col("article").is_in(at.cast(pl.Int64).implode())
        return replace(self, places=self.places.filter(chosen))

    def describe(self) -> str:
        """Return what was looked for, where, how often it was found, and what was left out."""
        searched = self.searched
        asked = describe_asked(self.study, self.name)
        articles = format_count(self.places["article"].n_unique(), "article")
        left_out = format_count(searched.n_boilerplate, "hit")
        return (
            f"{asked[0].upper()}{asked[1:]}: {format_count(len(self), 'hit')} in {articles}. "
            f"Looked through: {format_count(searched.n_articles, 'article')} of "
            f"{format_count(searched.n_outlets, 'outlet')}{SEARCHED_PLACES[searched.place]}"
            f"{SEARCHED_VOICES[searched.voice]}; {left_out} in boilerplate left out; "
            f"{COUNTED_COPIES[searched.copies]}."
        )

    def per_outlet(self) -> pd.DataFrame:
        """Return one row per outlet with lines, most first: outlet, n, n_articles."""
        article = self.places["article"]
        outlet = self.corpus.table["outlet"].gather(article)
        lines = pl.DataFrame({"outlet": outlet, "article": article})
        counts = lines.group_by("outlet").agg(n=pl.len(), n_articles=pl.col("article").n_unique())
        return counts.sort("n", "outlet", descending=[True, False]).to_pandas()


def find_concordance(
    study: StudyRecord,
    name: str,
    *,
    sort: str = "left",
    voice: str = "all",
    outlets: Sequence[str] | None = None,
    copies: str = "all",
) -> Concordance:
    """Return the lines of a concept in a study's compared articles, in its place, sorted.

    They are not written out yet.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    name : str
        A concept of the study, its own or a pattern added by `StudyRecord.with_concept`.
    sort : str
        left or right (the nearest word first, then outwards), node, outlet, date, voice or article
        (as they stand).
    voice : str
        outlet, quoted, reported, attributed (quoted or reported) or all.
    outlets : sequence of str, optional
        Only these; all that are compared if left out.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        For another concept, sort or voice, with the nearest name, or a phrase that cannot be read.
    """
    one_of("sort", sort, SORT_COLUMNS)
    one_of("voice", voice, VOICE_GROUPS)
    concept = select_concepts(study, [name])[name]
    corpus = build_corpus(study)
    wanted, _ = flag_compared(study, corpus.articles, copies=copies)
    if outlets is not None:
        wanted &= corpus.articles["outlet"].isin(outlets).to_numpy(bool)
    query = _Query(
        name, concept, study.lists, VOICE_GROUPS[voice], SORT_COLUMNS[sort], copies, study.place
    )
    found = corpus.map_parts(list_part_hits, query, wanted, light=True)
    parts = list(itertools.chain.from_iterable(found))
    searched = Searched(
        n_articles=int(wanted.sum()),
        n_outlets=corpus.articles["outlet"][wanted].nunique(),
        voice=voice,
        place=study.place,
        copies=copies,
        n_boilerplate=sum(n_boilerplate for _, n_boilerplate in parts),
    )
    hits = [lines for lines, _ in parts if len(lines)]
    places = pl.DataFrame(schema=PLACE_SCHEMA)
    if hits:
        columns = [*SORT_COLUMNS[sort], "part", "article"]
        places = pl.concat(hits).sort(
            *columns, pl.col("in_headline").not_(), "start", nulls_last=True
        )
    return Concordance(study, corpus, name, places, searched)


@dataclass(frozen=True)
class _Query:
    """What a concordance is asked for."""

    name: str
    concept: Concept
    lists: PhraseLists
    voices: Sequence[str]
    sort_columns: Sequence[str]
    copies: str
    place: str


def bound_hit_count(study: StudyRecord, pattern: str) -> int:
    """Return how many hits a pattern can have at most, without looking for them.

    The bound is how often the rarest word of each phrase stands in all articles.

    Raises
    ------
    WordingError
        For a phrase that cannot be read.
    """
    _, concept = resolve_pattern(study, pattern)
    phrases = [
        phrase
        for variant in concept.variants.values()
        for phrase in parse_phrases(variant.phrases, lists=study.lists, case=variant.case)
    ]
    bound = 0
    for part in build_corpus(study).parts():
        for phrase in phrases:
            bound += bound_matches(part.shard, phrase)
    return bound


def list_part_hits(part: Part, query: _Query, wanted: np.ndarray) -> list[tuple[pl.DataFrame, int]]:
    """Return what `list_sortable_hits` does of the headlines and texts of one shard."""
    return [list_sortable_hits(piece, query, wanted) for piece in part.select_places(query.place)]


def list_sortable_hits(part: Part, query: _Query, wanted: np.ndarray) -> tuple[pl.DataFrame, int]:
    """Return one row per hit of one shard in the wanted articles, voices and places.

    Parameters
    ----------
    part : Part
        The texts of a shard, or its headlines.
    query : _Query
        What to look for, in whose words, and the columns to sort by.
    wanted : bool array
        Which articles count, one flag per row of the corpus.

    Returns
    -------
    DataFrame
        The columns of `PLACE_SCHEMA`, and those to sort by.
    int
        How many more there are in boilerplate.
    """
    shard = part.shard
    hits = locate_part_hits(shard, query.name, query.concept, query.lists)
    voices = [TOKEN_VOICES.index(voice) for voice in query.voices]
    is_kept = wanted[part.start + hits.row] & np.isin(hits.voice, voices)
    is_kept &= part.is_in_place(hits.spans.start, query.place)
    if query.copies == "none":
        is_kept &= ~part.flag_copied(hits.spans.start)
    hits = hits[is_kept]
    is_body = ~shard.boilerplate[hits.spans.start]
    kept = np.flatnonzero(is_body)
    n_boilerplate = len(is_body) - len(kept)
    if not len(kept):
        return pl.DataFrame(schema=PLACE_SCHEMA), n_boilerplate
    spans, row = hits.spans[kept], hits.row[kept]
    variants = pl.Series(list(query.concept.variants), dtype=pl.String)
    places = {
        "part": np.full(len(kept), part.number),
        "start": spans.start,
        "end": spans.end,
        "article": part.start + row,
        "variant": variants.gather(hits.variant[kept]),
        "in_headline": np.full(len(kept), part.is_headlines),
    }
    columns = {column: read_sort_column(part, column, spans, row) for column in query.sort_columns}
    return pl.DataFrame(places | columns), n_boilerplate


def read_sort_column(part: Part, column: str, spans: Spans, row: np.ndarray) -> pl.Series:
    """Return what the spans, which are in these rows of the part, are sorted by."""
    shard = part.shard
    if column == "left":
        return join_words_outwards(shard, spans.start - 1, row, -1)
    if column == "right":
        return join_words_outwards(shard, spans.end, row, 1)
    if column == "node":
        return pl.Series(shard.text(spans.start, spans.end), dtype=pl.String).str.to_lowercase()
    if column == "voice":
        return pl.Series(TOKEN_VOICES, dtype=pl.String).gather(shard.voice[spans.start])
    return part.table[column].gather(row)


def join_words_outwards(shard: Shard, first: np.ndarray, row: np.ndarray, step: int) -> pl.Series:
    """Return the words from each token on, in steps of 1 or -1, within the article, as one text."""
    if not len(row):
        return pl.Series([], dtype=pl.String)
    token = first[:, None] + step * np.arange(SORT_DEPTH)
    is_inside = (token >= shard.bounds[row][:, None]) & (token < shard.bounds[row + 1][:, None])
    form = shard.tokens[np.clip(token, 0, len(shard.tokens) - 1)]
    is_word = is_inside & np.isin(shard.kind, (WORD, NUMBER))[form]
    # Form 0 is the end of an article and has no key.
    keys = shard.forms["key"].gather(np.where(is_word, form, 0).ravel())
    words = keys.replace("", None).reshape((len(row), SORT_DEPTH))
    return words.arr.join(" ", ignore_nulls=True)


def tabulate_places(
    corpus: Corpus, name: str, places: pl.DataFrame, context: ContextWidth
) -> pd.DataFrame:
    """Return the `hits` at the places, in their order."""
    corpus, places = _take_subset(corpus, places)
    lines = []
    groups = places.with_row_index("order").partition_by("part", "in_headline", as_dict=True)
    for (number, in_headline), here in groups.items():
        part = corpus.part(number)
        piece = part.headlines if in_headline else part
        spans = Spans(here["start"].to_numpy(), here["end"].to_numpy())
        variants = here["variant"].to_numpy()
        hits = tabulate_hits(piece, name, variants, spans, context)
        lines.append(hits.set_index(here["order"].to_numpy()))
    if not lines:
        return pd.DataFrame(columns=list(TABLES["hits"]))
    return check_columns(pd.concat(lines).sort_index(), "hits")


def _take_subset(corpus: Corpus, places: pl.DataFrame) -> tuple[Corpus, pl.DataFrame]:
    """The articles of a few places as a corpus of their own, and the places in it."""
    near = np.unique(places["article"])
    if not len(near) or not is_small_subset(near, len(corpus.table)):
        return corpus, places
    subset, shift = corpus.subset(near)
    number = np.searchsorted(near, places["article"])
    shift_titles = find_title_shift(corpus, subset, near)
    moved = np.where(places["in_headline"], shift_titles[number], shift[number])
    return subset, places.with_columns(
        part=0, start=pl.col("start") - moved, end=pl.col("end") - moved
    )


def find_title_shift(corpus: Corpus, subset: Corpus, rows: np.ndarray) -> np.ndarray:
    """Return what `Corpus.subset` does of tokens of the texts, of those of the headlines."""
    cut = np.searchsorted(rows, corpus.starts)
    given = [
        corpus.part(k).headlines.shard.bounds[rows[cut[k] : cut[k + 1]] - corpus.starts[k]]
        for k in np.flatnonzero(np.diff(cut)).tolist()
    ]
    return np.concatenate(given) - subset.part(0).headlines.shard.bounds[:-1]


def widen_lines(
    study: StudyRecord, lines: pd.DataFrame, *, to: ContextWidth | Literal["article"] = "paragraph"
) -> pd.DataFrame:
    """Return the lines with left and right as wide as their sentence, paragraph or so many tokens.

    As wide as the article, they have a line break between its paragraphs.

    Raises
    ------
    WordingError
        If a line is of an article that is not in the study.
    """
    doc_id, start, end = (pl.Series(lines[name].to_list()) for name in ("doc_id", "start", "end"))
    left = lines["left"].to_numpy(object, copy=True)
    right = lines["right"].to_numpy(object, copy=True)
    is_unknown = np.ones(len(lines), bool)
    in_headline = (lines["place"] == "headline").to_numpy()
    for part in build_corpus(study).parts():
        row = pd.Index(part.table["doc_id"].to_list()).get_indexer(doc_id.to_list())
        for piece in part.select_places("all"):
            here = np.flatnonzero((row >= 0) & (in_headline == piece.is_headlines))
            spans = locate_spans(
                piece.shard, row[here], start.to_numpy()[here], end.to_numpy()[here]
            )
            if to == "article":
                wide = extract_articles(piece.shard, row[here], spans)
            else:
                wide = extract_contexts(piece.shard, spans, context=to)
            left[here], right[here], is_unknown[here] = wide["left"], wide["right"], False
    if is_unknown.any():
        raise WordingError(
            f"The article {lines['doc_id'].iloc[is_unknown.argmax()]!r} is not in the study "
            f"{study.name!r}; widen lines of this study."
        )
    return shorten_lines(lines.assign(left=left, right=right), study.width)


def extract_articles(shard: Shard, row: np.ndarray, spans: Spans) -> pd.DataFrame:
    """Return all that stands left and right of each span in its article, a paragraph a line."""
    texts = {
        "left": shard.text(shard.bounds[row], spans.start),
        "right": shard.text(spans.end, shard.bounds[row + 1]),
    }
    return pd.DataFrame(
        {
            side: pl.Series(found, dtype=pl.String)
            .str.replace_all(r"[^\S\n]+", " ")
            .str.replace_all(r"\s*\n\s*", "\n")
            .to_list()
            for side, found in texts.items()
        }
    )


def locate_spans(shard: Shard, row: np.ndarray, start: np.ndarray, end: np.ndarray) -> Spans:
    """Return the tokens that have the characters from `start` up to `end` of these articles.

    This is what `Shard.offsets` does, backwards.

    Parameters
    ----------
    shard : Shard
        The articles.
    row : int array
        The article of each span, as a row of the shard.
    start, end : int arrays
        Characters of the article.
    """
    start, end = locate_in_read(shard.edits, row, start, end)
    rows, article = np.unique(row, return_inverse=True)
    first, last = shard.bounds[rows], shard.bounds[rows + 1]
    # The tokens of these articles one after the other: where each ends, in characters.
    ends = np.cumsum(shard.length[shard.tokens[concatenate_ranges(first, last)]])
    n_before = np.cumsum(last - first) - (last - first)
    characters_before = np.concatenate([[0], ends])[n_before][article]
    to_shard = first[article] - n_before[article]
    first_token = np.searchsorted(ends, characters_before + start, side="right") + to_shard
    last_token = np.searchsorted(ends, characters_before + end - 1, side="right") + to_shard
    return Spans(first_token, last_token + 1)
