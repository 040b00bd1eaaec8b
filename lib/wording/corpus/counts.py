"""Hits per article: text-free, additive, shareable; and the hits themselves, of the same spans."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus, Part, open_corpus
from wording.corpus.encoding.kernels import OUTLET_VOICE
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    extract_contexts,
    find_concept_spans,
    shorten_lines,
)
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.voice import explain_token_voices, read_attributions, read_attributions_of
from wording.errors import WordingError
from wording.settings import COPY_RULES, PLACE_GROUPS, TOKEN_PLACES, TOKEN_VOICES, one_of
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns, is_among

PhraseLists = Mapping[str, Sequence[str]]

LINE_COLUMNS = ("doc_id", "outlet", "date", "title", "url")
"""What is told of the article beside each of its lines."""

TEXT_COLUMNS = (
    "doc_id",
    "outlet",
    "time",
    "family",
    "agency",
    "concept",
    "variant",
    "voice",
    "place",
    "speaker",
    "cue",
    "stance",
)
"""Columns of the counts folder that hold text, whatever it looks like."""


OLD_COUNTS_REMEDY = (
    "The counts folder is of an older version: make it anew with `wording counts STUDY --out "
    "FOLDER`, where the articles are."
)

CELL_COLUMNS = ["doc_id", "concept", "variant", "voice"]
"""What tells the rows of counts apart, places aside."""


@dataclass(frozen=True)
class ComparedArticles:
    """The articles that a study compares.

    Attributes
    ----------
    articles : DataFrame
        The `articles` table, compared articles only.
    set_apart : DataFrame
        Articles of another outlet or period.
    left_out : DataFrame
        Copies that do not count.
    """

    articles: pd.DataFrame
    set_apart: pd.DataFrame
    left_out: pd.DataFrame

    def keep(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table that are about compared articles."""
        return frame[is_among(frame["doc_id"], self.articles["doc_id"])].reset_index(drop=True)


@dataclass(frozen=True)
class Counts:
    """What was counted in the articles that a study compares.

    Attributes
    ----------
    articles : DataFrame
        The compared articles.
    counts : DataFrame
        The `counts` of them in the study's place, which have no column of it.
    set_apart : DataFrame
        Articles of another outlet or period, which are not compared.
    left_out : DataFrame
        Copies that do not count.
    """

    articles: pd.DataFrame
    counts: pd.DataFrame
    set_apart: pd.DataFrame
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class PartHits:
    """The hits of a concept in one shard.

    Attributes
    ----------
    spans : Spans
        The tokens of each hit.
    row : int array
        The article of each, as a row of the shard.
    variant : int array
        The number of the variant of each, in the order of the concept.
    voice : int array
        The voice of the first word of each, a number of `TOKEN_VOICES`.
    """

    spans: Spans
    row: np.ndarray
    variant: np.ndarray
    voice: np.ndarray

    def __getitem__(self, kept: np.ndarray) -> PartHits:
        """Return some of the hits, by their places or by a flag for each."""
        return PartHits(self.spans[kept], self.row[kept], self.variant[kept], self.voice[kept])


def locate_part_hits(shard: Shard, name: str, concept: Concept, lists: PhraseLists) -> PartHits:
    """Return where a concept is named in one shard, in boilerplate too."""
    spans, variant = find_concept_spans(shard, name, concept, lists)
    return PartHits(spans, shard.article(spans.start), variant, shard.voice[spans.start])


def find_part_body_hits(shard: Shard, name: str, concept: Concept, lists: PhraseLists) -> PartHits:
    """Return where a concept is named in one shard, boilerplate left out."""
    hits = locate_part_hits(shard, name, concept, lists)
    return hits[~shard.boilerplate[hits.spans.start]]


def find_hits(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    *,
    context: ContextWidth = DEFAULT_CONTEXT,
    place: str = "all",
) -> pd.DataFrame:
    """Return the `hits` table, in the order of articles and places.

    There is one row per hit; those in boilerplate are included, and told by `zone`.

    Parameters
    ----------
    corpus : Corpus
        The articles.
    concepts : mapping
        Concepts by name.
    lists : mapping
        The lists that their phrases name.
    context : int or str
        Tokens on each side, or "sentence" or "paragraph".
    place : str
        Only hits there, a name in `PLACE_GROUPS`.
    """
    parts = corpus.map_parts(find_part_hits, concepts, lists, context, place)
    rows: list[pd.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        return pd.DataFrame(columns=list(TABLES["hits"]))
    return check_columns(pd.concat(rows, ignore_index=True), "hits")


def find_part_hits(
    part: Part,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    context: ContextWidth,
    place: str,
) -> list[pd.DataFrame]:
    """Return the hits of each concept in one shard, headlines before the texts of articles."""
    pieces = part.select_places(place)
    tables = []
    for name, concept in concepts.items():
        hits = [find_concept_hits(piece, name, concept, lists, context) for piece in pieces]
        hits = [(row, lines) for row, lines in hits if len(lines)] or hits[:1]
        table = pd.concat([lines for _, lines in hits], ignore_index=True)
        table = table.iloc[np.argsort(np.concatenate([row for row, _ in hits]), kind="stable")]
        tables.append(table[table["place"].isin(PLACE_GROUPS[place])])
    return tables


def find_concept_hits(
    part: Part, name: str, concept: Concept, lists: PhraseLists, context: ContextWidth
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the hits of one concept in one shard, and the article (row) of each before them."""
    spans, variant = find_concept_spans(part.shard, name, concept, lists)
    names = np.array(list(concept.variants), dtype=object)
    lines = tabulate_hits(part, name, names[variant], spans, context)
    return part.shard.article(spans.start), lines


def tabulate_hits(
    part: Part, name: str, variants: np.ndarray, spans: Spans, context: ContextWidth
) -> pd.DataFrame:
    """Return the `hits` of a concept at the spans, each of its variant.

    Parameters
    ----------
    part : Part
        The shard that the spans are in.
    name : str
        The concept.
    variants : object array
        The variant of each span.
    spans : Spans
        The tokens of each hit.
    context : int or str
        Tokens on each side, or "sentence" or "paragraph".
    """
    lines = extract_contexts(part.shard, spans, context=context)
    lines = lines.assign(
        concept=name,
        variant=variants,
        **look_up_attributions(part, spans.start),
        place=np.array(TOKEN_PLACES, dtype=object)[part.number_places(spans.start)],
        zone=np.where(part.shard.boilerplate[spans.start], "boilerplate", "body"),
        copied=part.flag_copied(spans.start),
    )
    return join_articles(part, lines)


def join_articles(part: Part, lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with what is told of their articles (`LINE_COLUMNS`) in front.

    The column `row` says which article of the part each line is from, and is dropped.
    """
    articles = part.table[lines["row"].to_numpy()].select(LINE_COLUMNS).to_pandas()
    return pd.concat([articles, lines.drop(columns="row")], axis=1)


def look_up_attributions(part: Part, positions: np.ndarray) -> dict[str, np.ndarray]:
    """Return the voice, speaker and cue of the words at the positions.

    In headlines, speakers and cues are not looked for.
    """
    if part.is_headlines:
        missing = np.full(len(positions), None, dtype=object)
        voices = np.array(TOKEN_VOICES, dtype=object)[part.shard.voice[positions]]
        return {"voice": voices, "speaker": missing, "cue": missing}
    attributions = read_attributions_of(part, np.unique(part.shard.article(positions)))
    starts = attributions["start_token"].to_numpy()
    number = np.searchsorted(starts, positions, side="right") - 1
    voice = part.shard.voice[positions]
    is_attributed = (number >= 0) & (voice != OUTLET_VOICE)
    if is_attributed.any():
        texts = attributions.select("speaker", "cue")[
            np.where(is_attributed, number, 0)
        ].to_pandas()
    else:
        texts = pd.DataFrame({"speaker": [None] * len(positions), "cue": None})
    return {
        "voice": np.array(TOKEN_VOICES, dtype=object)[voice],
        "speaker": texts["speaker"].where(is_attributed).to_numpy(),
        "cue": texts["cue"].where(is_attributed).to_numpy(),
    }


def count_hits(corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists) -> pd.DataFrame:
    """Return the `counts` table: hits per article, concept, variant, voice and place.

    Those in boilerplate are left out. `n_copied` says how many of them are in copied text (see
    `Corpus.copied`).
    """
    parts = corpus.map_parts(count_part_hits, concepts, lists, light=True)
    rows: list[pl.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        kinds = {
            name: pl.Int64 if name in ("n", "n_copied") else pl.String for name in TABLES["counts"]
        }
        rows = [pl.DataFrame(schema=kinds)]
    return check_columns(pl.concat(rows).to_pandas(), "counts")


def count_hits_cached(
    corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists, place: str
) -> pd.DataFrame:
    """Return the counts in one place, kept for the concepts asked for last: see `sum_places`."""
    lists_json = json.dumps(lists)
    rows = []
    for name, concept in concepts.items():
        concept_json = json.dumps(concept.counted)
        rows.append(
            count_concept_cached(
                (corpus.folder, corpus.language), name, concept_json, lists_json, place
            )
        )
    if rows:
        return pd.concat(rows, ignore_index=True)
    return sum_places(count_hits(corpus, {}, lists), place)


@functools.lru_cache(maxsize=32)
def count_concept_cached(
    saved: tuple[Path, str], name: str, concept_json: str, lists_json: str, place: str
) -> pd.DataFrame:
    """Return the counts of one concept in one place of a saved corpus.

    Parameters
    ----------
    saved : (Path, str)
        The folder of the corpus, whose name says what is in it, and its language.
    name, concept_json, lists_json : str
        The concept, and the lists that its phrases name, as JSON.
    place : str
        A name in `PLACE_GROUPS`.
    """
    concept = Concept.model_validate_json(concept_json)
    counts = count_hits(open_corpus(*saved), {name: concept}, json.loads(lists_json))
    return sum_places(counts, place)


def select_place(counts: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the rows of the `counts` that are in a place.

    Raises
    ------
    WordingError
        Where counts are of an older version, which did not tell places apart.
    """
    is_old = counts["place"] == "text"
    if place != "text" and is_old.any():
        raise WordingError(
            f"place={place!r}: the saved counts do not say where hits stand. {OLD_COUNTS_REMEDY}"
        )
    return counts[counts["place"].isin(PLACE_GROUPS[place]) | is_old]


def sum_places(counts: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the counts of one place without that column: one row per article, variant, voice."""
    kept = select_place(counts, place).drop(columns="place")
    if not kept.duplicated(CELL_COLUMNS).any():
        return kept.reset_index(drop=True)
    return kept.groupby(CELL_COLUMNS, sort=False, as_index=False)[["n", "n_copied"]].sum()


def count_part_hits(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists
) -> list[pl.DataFrame]:
    """Return the counts of each concept in one shard."""
    return [count_concept_hits(part, name, concept, lists) for name, concept in concepts.items()]


def count_concept_hits(part: Part, name: str, concept: Concept, lists: PhraseLists) -> pl.DataFrame:
    """Return the counts of one concept in one shard."""
    variants = list(concept.variants)
    cells, is_copied = [], []
    for piece in part.select_places("all"):
        hits = find_part_body_hits(piece.shard, name, concept, lists)
        # One number for each cell of article, variant, voice and place.
        voices = (hits.row * len(variants) + hits.variant) * len(TOKEN_VOICES) + hits.voice
        cells.append(voices * len(TOKEN_PLACES) + piece.number_places(hits.spans.start))
        is_copied.append(piece.flag_copied(hits.spans.start))
    cell, which, n = np.unique(np.concatenate(cells), return_inverse=True, return_counts=True)
    n_copied = np.bincount(which[np.concatenate(is_copied)], minlength=len(cell))
    cell, place = np.divmod(cell, len(TOKEN_PLACES))
    cell, voice = np.divmod(cell, len(TOKEN_VOICES))
    row, variant = np.divmod(cell, len(variants))
    return pl.DataFrame(
        {
            "doc_id": part.table["doc_id"].gather(row),
            "concept": pl.Series([name], dtype=pl.String).new_from_index(0, len(cell)),
            "variant": pl.Series(variants, dtype=pl.String).gather(variant),
            "voice": pl.Series(TOKEN_VOICES, dtype=pl.String).gather(voice),
            "place": pl.Series(TOKEN_PLACES, dtype=pl.String).gather(place),
            "n": n.astype(np.int64),
            "n_copied": n_copied.astype(np.int64),
        }
    )


def find_study_hits(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> pd.DataFrame:
    """Return the `hits` of a study's compared articles: the very lines that are counted.

    They stand in the study's place, outside boilerplate, and have as much text as the study's
    `excerpts` allow; `copies` is as in `count_study_hits`.
    """
    hits = find_body_hits(study, select_concepts(study, concepts), copies=copies)
    return shorten_lines(hits, study.width)


def find_body_hits(
    study: StudyRecord,
    concepts: Mapping[str, Concept],
    *,
    context: ContextWidth = DEFAULT_CONTEXT,
    copies: str = "all",
) -> pd.DataFrame:
    """Return the `hits` of concepts in a study's compared articles and in its place.

    Those in boilerplate are left out.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    concepts : mapping
        Concepts by name; the study need not have them.
    context : int or str
        Tokens on each side, or "sentence" or "paragraph".
    copies : str
        As in `count_study_hits`.
    """
    corpus = build_corpus(study)
    compared = select_compared(study, corpus.articles, copies=copies)
    hits = find_hits(corpus, concepts, study.lists, context=context, place=study.place)
    return compared.keep(hits[(hits["zone"] == "body") & ~((copies == "none") & hits["copied"])])


def count_study_hits(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> Counts:
    """Return the counts of a study's compared articles in its place.

    Without the articles they come from counts/.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concepts : sequence of str, optional
        Which of its concepts; all if left out.
    copies : str
        "all": every article counts; "one": an outlet that prints a story twice counts it once;
        "none": only the first of each family counts, at whichever outlet and time it was printed,
        and in every article only hits outside copied text.

    Raises
    ------
    WordingError
        For an unknown concept or an unknown way of counting copies, or where saved counts of an
        older version do not tell the place.
    """
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus = build_corpus(study)
        articles = corpus.articles
        counts = count_hits_cached(corpus, wanted, study.lists, study.place)
    else:
        articles = read_articles_table(study)
        counts = sum_places(read_counts_table(study), study.place)
        counts = counts[counts["concept"].isin(wanted)]
    compared = select_compared(study, articles, copies=copies)
    kept = compared.keep(counts)
    if copies == "none":
        kept = leave_out_copied_hits(kept)
    return Counts(compared.articles, kept, compared.set_apart, compared.left_out)


def list_study_counts(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> pd.DataFrame:
    """Return the `counts` table of a study's compared articles: places apart, those of its own.

    The parameters are those of `count_study_hits`.
    """
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus = build_corpus(study)
        articles, counts = corpus.articles, count_hits(corpus, wanted, study.lists)
    else:
        articles, counts = read_articles_table(study), read_counts_table(study)
        counts = counts[counts["concept"].isin(wanted)]
    kept = select_compared(study, articles, copies=copies).keep(select_place(counts, study.place))
    return leave_out_copied_hits(kept) if copies == "none" else kept


def count_words_in_place(corpus: Corpus, place: str) -> dict[str, np.ndarray]:
    """Return n_words, n_quoted and n_reported of each article in a place; empty for the text.

    Those of the text are columns of the articles.
    """
    if place == "text":
        return {}
    parts = corpus.map_parts(count_part_words_in_place, place)
    names = ("n_words", "n_quoted", "n_reported")
    return dict(zip(names, np.concatenate(parts, axis=1), strict=True))


def count_part_words_in_place(part: Part, place: str) -> np.ndarray:
    """Return the words of each article of one shard in a place, as in `count_words_in_place`."""
    n_words = np.zeros((3, len(part.table)), np.int64)
    for piece in part.select_places(place):
        shard = piece.shard
        is_left_out = shard.boilerplate | ~piece.is_in_place(np.arange(len(shard.tokens)), place)
        n_words += compile_module(kernels).count_voice_words(
            shard.is_word, is_left_out, shard.voice, shard.bounds
        )[:3]
    return n_words


def require_text_place(study: StudyRecord) -> None:
    """Refuse another place than the text where only saved counts are there, which have no other.

    Raises
    ------
    WordingError
        For another place.
    """
    if study.place != "text":
        raise WordingError(
            f"place={study.place!r}: without the articles, only the saved words of the text (lead "
            "and body) are available; leave it out."
        )


def leave_out_copied_hits(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the `counts` without hits in copied text."""
    own = counts.assign(n=counts["n"] - counts["n_copied"], n_copied=0)
    return own[own["n"] > 0].reset_index(drop=True)


def count_study_attributions(study: StudyRecord, *, copies: str = "all") -> pd.DataFrame:
    """Return the `attributions` of a study's compared articles.

    Without the articles they come from counts/, and without speakers.
    """
    if study.has_articles:
        corpus = build_corpus(study)
        articles, attributions = corpus.articles, count_attributions(corpus)
    else:
        articles = read_articles_table(study)
        attributions = read_attributions_table(study, articles)
    compared = select_compared(study, articles, copies=copies)
    return shorten_lines(compared.keep(attributions), study.width)


def list_attribution_spans(corpus: Corpus) -> pd.DataFrame:
    """Return one row per stretch of words that are not the outlet's own.

    Columns: doc_id, start, end (characters), voice, speaker, cue, stance, short.
    """
    columns = ["doc_id", "start", "end", "voice", "speaker", "cue", "stance", "short"]
    rows = []
    for part in corpus.parts():
        attributions = read_attributions(part)
        articles = part.table["doc_id"][attributions["row"].to_numpy()]
        rows.append(attributions.with_columns(doc_id=articles).select(columns))
    return pl.concat(rows).to_pandas()


def explain_voices(corpus: Corpus, *, language: str = "en") -> pd.DataFrame:
    """Return one row per word and feature that contributes to its voice.

    Columns: doc_id, start (character), token, voice, probability, table, entry, weight.
    """
    parts = [explain_part_voices(part.table, part.shard, language) for part in corpus.parts()]
    return pd.concat(parts, ignore_index=True)


def explain_part_voices(table: pl.DataFrame, shard: Shard, language: str) -> pd.DataFrame:
    """Return the explanations of one shard, in the order of the words."""
    words = np.flatnonzero(shard.is_word)
    reasons = explain_token_voices(shard, shard.voice, words, language=language)
    position = reasons.pop("position").to_numpy()
    reasons.insert(0, "doc_id", table["doc_id"][shard.article(position)].to_numpy())
    reasons.insert(1, "start", shard.offsets(position)[0])
    return reasons


def count_attributions(corpus: Corpus) -> pd.DataFrame:
    """Return the `attributions` table: how much in the body is not the outlet's own words.

    There is one row per article, voice, speaker, cue, stance and short.
    """
    parts = corpus.map_parts(list_part_attributions)
    keys = [name for name in TABLES["attributions"] if name not in ("n", "n_words")]
    grouped = pl.concat(parts).group_by(keys, maintain_order=True)
    counts = grouped.agg(n=pl.len(), n_words=pl.col("n_words").sum())
    return check_columns(counts.to_pandas(), "attributions")


def list_part_attributions(part: Part) -> pl.DataFrame:
    """Return one row per stretch in the body of one shard."""
    shard = part.shard
    attributions = read_attributions(part).with_columns(cue=pl.col("cue").str.to_lowercase())
    start = attributions["start_token"].to_numpy()
    end = attributions["end_token"].to_numpy()
    articles = part.table.select("doc_id", "outlet")[attributions["row"].to_numpy()]
    kept = attributions.select("voice", "speaker", "cue", "stance", "short")
    n_words = shard.words_before[end] - shard.words_before[start]
    rows = pl.concat([articles, kept], how="horizontal").with_columns(n_words=n_words)
    return rows.filter(~shard.boilerplate[start])


def select_concepts(study: StudyRecord, concepts: Sequence[str] | None) -> dict[str, Concept]:
    """Return the named concepts of a study, or all.

    Raises
    ------
    WordingError
        For an unknown name, with the nearest one.
    """
    names = list(study.concepts) if concepts is None else concepts
    return {name: study.concepts[one_of("concept", name, study.concepts)] for name in names}


def select_compared(
    study: StudyRecord, articles: pd.DataFrame, *, copies: str = "all"
) -> ComparedArticles:
    """Return the articles that the study compares, and the others: see `flag_compared`."""
    is_kept, is_apart = flag_compared(study, articles, copies=copies)
    kept, apart, left_out = (
        articles[flags].reset_index(drop=True)
        for flags in (is_kept, is_apart, ~is_kept & ~is_apart)
    )
    return ComparedArticles(kept, apart, left_out)


def flag_compared(
    study: StudyRecord, articles: pd.DataFrame, *, copies: str = "all"
) -> tuple[np.ndarray, np.ndarray]:
    """Return which articles the study compares, and which are set apart.

    Parameters
    ----------
    study : StudyRecord
        Its outlets and its period decide.
    articles : DataFrame
        The `articles` table.
    copies : str
        As in `count_study_hits`.

    Returns
    -------
    kept : bool array
        Articles of the outlets and the period that the study compares, without the copies that
        do not count.
    apart : bool array
        Articles of other outlets or of another time.

    Raises
    ------
    WordingError
        If the study names an outlet that no article has, or for an unknown way of counting copies.
    """
    for outlet in study.outlets or []:
        place = str(study.folder / "study.yml")
        one_of("outlet", outlet, articles["outlet"].unique(), place=place)
    outlets = study.outlets or rank_outlets(articles)[: study.max_outlets]
    inside = articles["outlet"].isin(outlets)
    if study.period.from_:
        inside &= articles["date"] >= pd.Timestamp(study.period.from_)
    if study.period.to:
        inside &= articles["date"] <= pd.Timestamp(study.period.to)
    kept = inside.to_numpy(bool, copy=True)
    kept[kept] = flag_counted_articles(articles[inside], copies)
    return kept, ~inside.to_numpy(bool)


def flag_counted_articles(articles: pd.DataFrame, copies: str) -> pd.Series:
    """Return which of the articles count (see `count_study_hits`), by their index.

    Of an outlet's copies in one family the earliest counts, then the longest.
    """
    one_of("way of counting copies", copies, COPY_RULES)
    if copies == "one":
        length = articles["n_words"] + articles["n_boilerplate"]
        ordered = articles.assign(shorter=-length).sort_values(
            ["date", "time", "shorter", "doc_id"]
        )
        return ~ordered.duplicated(["outlet", "family"]).reindex(articles.index)
    return articles["first"] | (copies == "all")


def rank_outlets(articles: pd.DataFrame) -> list[str]:
    """Return the outlets, the one with most articles first, equal ones by name."""
    sizes = articles["outlet"].value_counts().reset_index()
    return sizes.sort_values(["count", "outlet"], ascending=[False, True])["outlet"].to_list()


def order_outlets(study: StudyRecord, articles: pd.DataFrame) -> list[str]:
    """Return the outlets of the articles in the study's order, else as `rank_outlets` does."""
    ranked = rank_outlets(articles)
    return [name for name in study.outlets or ranked if name in ranked]


def write_counts(study: StudyRecord, folder: Path) -> None:
    """Write the text-free counts of all articles into a folder.

    articles.csv has no titles or addresses, counts.csv all concepts, attributions.csv no speakers.
    """
    corpus = build_corpus(study)
    folder.mkdir(parents=True, exist_ok=True)
    articles = corpus.articles.drop(columns=["title", "authors", "url"])
    articles.to_csv(
        folder / "articles.csv", index=False, date_format="%Y-%m-%d", lineterminator="\n"
    )
    attributions = drop_speakers(count_attributions(corpus))
    attributions.to_csv(folder / "attributions.csv", index=False, lineterminator="\n")
    counts = count_hits(corpus, study.concepts, study.lists)
    counts.to_csv(folder / "counts.csv", index=False, lineterminator="\n")


def drop_speakers(attributions: pd.DataFrame) -> pd.DataFrame:
    """Return the attributions without speakers, who are named in the articles' own words.

    The outlet, which articles.csv has, is left out, too.
    """
    keys = ["doc_id", "voice", "cue", "stance", "short"]
    grouped = attributions.groupby(keys, dropna=False, sort=False, as_index=False)
    return grouped[["n", "n_words"]].sum()


def locate_counts_file(study: StudyRecord, name: str) -> Path:
    """Return a file of the study's counts folder.

    Raises
    ------
    WordingError
        If it is missing.
    """
    file = study.folder / "counts" / name
    if not file.is_file():
        raise WordingError(
            f"{file} is missing, and so are the articles. Put the articles where study.yml says, "
            "or restore the counts folder."
        )
    return file


def read_counts_file(file: Path, **options: Any) -> pd.DataFrame:
    """Return a table of counts; only an empty cell is missing, an outlet may be called "NA"."""
    texts = dict.fromkeys(TEXT_COLUMNS, str)
    return pd.read_csv(file, dtype=texts, keep_default_na=False, na_values=[""], **options)


def read_articles_table(study: StudyRecord) -> pd.DataFrame:
    """Return the `articles` table that `write_counts` wrote into the study's counts folder.

    Counts of an older version do not say how many words headlines and leads have.
    """
    file = locate_counts_file(study, "articles.csv")
    articles = read_counts_file(file, parse_dates=["date"])
    if "n_headline" not in articles:
        articles = articles.assign(n_headline=np.nan, n_lead=np.nan)
    return check_columns(
        articles.assign(title=None, authors=None, url=None), "articles", remedy=OLD_COUNTS_REMEDY
    )


def read_counts_table(study: StudyRecord) -> pd.DataFrame:
    """Return the `counts` table that `write_counts` wrote into the study's counts folder.

    Counts of an older version are of the text: lead and body together.
    """
    file = locate_counts_file(study, "counts.csv")
    counts = read_counts_file(file)
    if "place" not in counts:
        counts = counts.assign(place="text")
    return check_columns(counts, "counts", remedy=OLD_COUNTS_REMEDY)


def knows_places(study: StudyRecord) -> bool:
    """Return whether it is known where hits stand: not from counts of an older version."""
    return study.has_articles or not (read_counts_table(study)["place"] == "text").any()


def read_attributions_table(study: StudyRecord, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the `attributions` table of the study's counts folder, outlets from `articles`."""
    file = locate_counts_file(study, "attributions.csv")
    attributions = read_counts_file(file)
    located = attributions.merge(articles[["doc_id", "outlet"]], on="doc_id")
    return check_columns(located.assign(speaker=None), "attributions")
