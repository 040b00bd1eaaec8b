"""Hits per article: text-free, additive, shareable; and the hits themselves, from the very same spans."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
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
from wording.settings import COPY_RULES, TOKEN_VOICES, one_of
from wording.study.records import Concept, StudyRecord, Variant
from wording.tables import TABLES, check_columns, is_among

PhraseLists = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Counts:
    """What was counted: the `articles` that are compared, and their `counts`; `set_apart` articles are not compared (outlet or period), `left_out`
    ones are copies.
    """

    articles: pd.DataFrame
    counts: pd.DataFrame
    set_apart: pd.DataFrame
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame)


def find_hits(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    *,
    context: ContextWidth = DEFAULT_CONTEXT,
) -> pd.DataFrame:
    """The `hits` table: one row per hit, boilerplate included and named in `zone`, in the order of articles and places."""
    rows = list(
        itertools.chain.from_iterable(corpus.map_parts(find_part_hits, concepts, lists, context))
    )
    frame = (
        pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(TABLES["hits"]))
    )
    return check_columns(frame, "hits")


def find_part_hits(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists, context: ContextWidth
) -> list[pd.DataFrame]:
    """The hits of each concept in one shard."""
    return [
        find_concept_hits(part, name, concept, lists, context) for name, concept in concepts.items()
    ]


def find_concept_hits(
    part: Part, name: str, concept: Concept, lists: PhraseLists, context: ContextWidth
) -> pd.DataFrame:
    """The hits of one concept in one shard."""
    spans, which = find_concept_spans(part.shard, name, concept, lists)
    return tabulate_hits(
        part, name, np.array(list(concept.variants), dtype=object)[which], spans, context
    )


def tabulate_hits(
    part: Part, name: str, variants: np.ndarray, spans: Spans, context: ContextWidth
) -> pd.DataFrame:
    """The hits of a concept that stand at the spans, each of its variant."""
    shard = part.shard
    lines = extract_contexts(shard, spans, context=context)
    about = (
        part.table[lines["row"].to_numpy()]
        .select("doc_id", "outlet", "date", "title", "url")
        .to_pandas()
    )
    named = lines.assign(
        concept=name,
        variant=variants,
        **look_up_attributions(part, spans.start),
        zone=np.where(shard.boilerplate[spans.start], "boilerplate", "body"),
    )
    return pd.concat([about, named.drop(columns="row")], axis=1)


def look_up_attributions(part: Part, positions: np.ndarray) -> dict[str, np.ndarray]:
    """Voice, speaker and cue of the words at the positions."""
    found = read_attributions_of(part, np.unique(part.shard.article(positions)))
    which = np.searchsorted(found["start_token"].to_numpy(), positions, side="right") - 1
    voice = part.shard.voice[positions]
    told = (which >= 0) & (voice != OUTLET_VOICE)
    said = (
        found.select("speaker", "cue")[np.where(told, which, 0)].to_pandas()
        if told.any()
        else pd.DataFrame({"speaker": [None] * len(told), "cue": None})
    )
    return {
        "voice": np.array(TOKEN_VOICES, dtype=object)[voice],
        **{name: said[name].where(told).to_numpy() for name in ("speaker", "cue")},
    }


def count_hits(corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists) -> pd.DataFrame:
    """The `counts` table: hits in the body per article, concept, variant and voice."""
    rows = list(
        itertools.chain.from_iterable(
            corpus.map_parts(count_part_hits, concepts, lists, light=True)
        )
    )
    frame = (
        pl.concat(rows) if rows else pl.DataFrame(schema=dict.fromkeys(TABLES["counts"], pl.String))
    )
    return check_columns(frame.to_pandas(), "counts")


def count_hits_cached(
    corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists
) -> pd.DataFrame:
    """What `count_hits` gives, kept for the concepts asked for last."""
    said = json.dumps(lists)
    rows = [
        count_concept_cached(
            corpus.folder, corpus.language, name, concept.model_dump_json(by_alias=True), said
        )
        for name, concept in concepts.items()
    ]
    return pd.concat(rows, ignore_index=True) if rows else count_hits(corpus, {}, lists)


@functools.lru_cache(maxsize=32)
def count_concept_cached(
    folder: Path, language: str, name: str, concept: str, lists: str
) -> pd.DataFrame:
    """The `counts` of one concept in the corpus of a folder, whose name says what is in it."""
    return count_hits(
        open_corpus(folder, language),
        {name: Concept.model_validate_json(concept)},
        json.loads(lists),
    )


def count_part_hits(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists
) -> list[pl.DataFrame]:
    """The counts of each concept in one shard."""
    return [
        tabulate_concept_counts(part.table, part.shard, name, concept, lists)
        for name, concept in concepts.items()
    ]


def tabulate_concept_counts(
    table: pl.DataFrame, shard: Shard, name: str, concept: Concept, lists: PhraseLists
) -> pl.DataFrame:
    """The counts of one concept in one shard."""
    spans, which = find_concept_spans(shard, name, concept, lists)
    body = ~shard.boilerplate[spans.start]
    row, which, voice = (
        shard.article(spans.start[body]),
        which[body],
        shard.voice[spans.start[body]],
    )
    variants = list(concept.variants)
    cell, n = np.unique(
        (row * len(variants) + which) * len(TOKEN_VOICES) + voice, return_counts=True
    )
    cell, voice = np.divmod(cell, len(TOKEN_VOICES))
    return pl.DataFrame({
        "doc_id": table["doc_id"].gather(cell // len(variants)),
        "concept": pl.Series([name], dtype=pl.String).new_from_index(0, len(cell)),
        "variant": pl.Series(variants, dtype=pl.String).gather(cell % len(variants)),
        "voice": pl.Series(TOKEN_VOICES, dtype=pl.String).gather(voice),
        "n": n.astype(np.int64),
    })  # fmt: skip


def find_study_hits(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> pd.DataFrame:
    """The `hits` table of a study's compared articles, body only: the very lines that are counted, with as much text as its `excerpts`
    allow; `copies` as in `count_study_hits`.
    """
    return shorten_lines(
        find_body_hits(study, select_concepts(study, concepts), copies=copies), study.width
    )


def find_body_hits(
    study: StudyRecord,
    concepts: Mapping[str, Concept],
    *,
    context: ContextWidth = DEFAULT_CONTEXT,
    copies: str = "all",
) -> pd.DataFrame:
    """The `hits` table of the concepts in the study's compared articles, without those in boilerplate; `copies` as in `count_study_hits`."""
    corpus, _ = build_corpus(study)
    articles, _ = select_compared(study, corpus.articles, copies=copies)
    found = find_hits(corpus, concepts, study.lists, context=context)
    return found[
        (found["zone"] == "body") & is_among(found["doc_id"], articles["doc_id"])
    ].reset_index(drop=True)


def find_pattern_hits(
    study: StudyRecord, pattern: str, *, context: ContextWidth = DEFAULT_CONTEXT
) -> pd.DataFrame:
    """The `hits` table of a concept or a variant by its name, else of any phrase, in the study's compared articles, body only."""
    name, concept = resolve_pattern(study, pattern)
    return find_body_hits(study, {name: concept}, context=context)


def resolve_pattern(study: StudyRecord, pattern: str) -> tuple[str, Concept]:
    """The concept of that name; else a concept made of the variant of that name, or of the pattern as a phrase; `;` stands between rival ones.

    Raises
    ------
    WordingError
        For a pattern without a word.
    """
    if pattern in study.concepts:
        return pattern, study.concepts[pattern]
    terms = [" ".join(term.split()) for term in pattern.split(";")]
    if not all(terms):
        raise WordingError(
            f"The pattern {pattern!r} has an empty place: write a word or a phrase, and `;` only between rival ones."
        )
    variants = {
        variant: record
        for concept in study.concepts.values()
        for variant, record in concept.variants.items()
    }
    named = {term[:60].strip(): variants.get(term, Variant(match=[term])) for term in terms}
    return "; ".join(terms), Concept(title="; ".join(terms), variants=named)


def count_study_hits(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> Counts:
    """What was counted in a study's compared articles; from its counts/ folder when the articles are not there.

    Parameters
    ----------
    copies : "all": every article counts; "one": an outlet that prints a story twice counts it once; "none": only the first of each family counts,
        at whichever outlet and time it was printed.

    Raises
    ------
    WordingError
        For an unknown concept or an unknown way of counting copies.
    """
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus, _ = build_corpus(study)
        articles, counts = corpus.articles, count_hits_cached(corpus, wanted, study.lists)
    else:
        articles, counts, _ = read_counts(study.folder / "counts")
        counts = counts[counts["concept"].isin(wanted)]
    every, apart = select_compared(study, articles)
    kept, _ = select_compared(study, articles, copies=copies)
    left_out = every[~is_among(every["doc_id"], kept["doc_id"])].reset_index(drop=True)
    return Counts(
        kept,
        counts[is_among(counts["doc_id"], kept["doc_id"])].reset_index(drop=True),
        apart,
        left_out,
    )


def count_study_attributions(study: StudyRecord, *, copies: str = "all") -> pd.DataFrame:
    """The `attributions` table of a study's compared articles; from its counts/ folder, without speakers, when the articles are not there."""
    if study.has_articles:
        corpus, _ = build_corpus(study)
        articles, attributed = corpus.articles, count_attributions(corpus)
    else:
        articles, _, attributed = read_counts(study.folder / "counts")
    kept, _ = select_compared(study, articles, copies=copies)
    return shorten_lines(
        attributed[is_among(attributed["doc_id"], kept["doc_id"])].reset_index(drop=True),
        study.width,
    )


def list_attribution_spans(corpus: Corpus) -> pd.DataFrame:
    """One row per stretch that is not the outlet's own: doc_id, start, end (characters), voice, speaker, cue, stance, short."""
    columns = ["doc_id", "start", "end", "voice", "speaker", "cue", "stance", "short"]
    rows = [
        found.with_columns(doc_id=part.table["doc_id"][found["row"].to_numpy()]).select(columns)
        for part, found in zip(corpus.parts(), map(read_attributions, corpus.parts()), strict=True)
    ]
    return pl.concat(rows).to_pandas()


def explain_voices(corpus: Corpus, *, language: str = "en") -> pd.DataFrame:
    """One row per word and table entry that weighs on its voice: doc_id, start (character), token, voice, probability, table, entry, weight."""
    return pd.concat(
        [explain_part_voices(part.table, part.shard, language) for part in corpus.parts()],
        ignore_index=True,
    )


def explain_part_voices(table: pl.DataFrame, shard: Shard, language: str) -> pd.DataFrame:
    """The rows of one shard, in the order of the words."""
    why = explain_token_voices(shard, shard.voice, np.flatnonzero(shard.is_word), language=language)
    place = why["position"].to_numpy()
    why.insert(0, "doc_id", table["doc_id"][shard.article(place)].to_numpy())
    why.insert(1, "start", shard.offsets(place)[0])
    return why.drop(columns="position")


def count_attributions(corpus: Corpus) -> pd.DataFrame:
    """The `attributions` table: one row per article, voice, speaker, cue, stance and short, with stretches and words in the body."""
    parts = corpus.map_parts(list_part_attributions)
    keys = [name for name in TABLES["attributions"] if name not in ("n", "n_words")]
    frame = (
        pl.concat(parts)
        .group_by(keys, maintain_order=True)
        .agg(n=pl.len(), n_words=pl.col("n_words").sum())
    )
    return check_columns(frame.to_pandas(), "attributions")


def list_part_attributions(part: Part) -> pl.DataFrame:
    """One row per stretch in the body of one shard."""
    table, shard = part.table, part.shard
    found = read_attributions(part).with_columns(cue=pl.col("cue").str.to_lowercase())
    start, end = found["start_token"].to_numpy(), found["end_token"].to_numpy()
    about = table.select("doc_id", "outlet")[found["row"].to_numpy()]
    whole = pl.concat(
        [about, found.select("voice", "speaker", "cue", "stance", "short")], how="horizontal"
    ).with_columns(n_words=shard.words_before[end] - shard.words_before[start])
    return whole.filter(~shard.boilerplate[start])


def select_concepts(study: StudyRecord, concepts: Sequence[str] | None) -> dict[str, Concept]:
    """The named concepts of a study, or all.

    Raises
    ------
    WordingError
        For an unknown name, with the nearest one.
    """
    names = list(study.concepts) if concepts is None else concepts
    return {name: study.concepts[one_of("concept", name, study.concepts)] for name in names}


def select_compared(
    study: StudyRecord, articles: pd.DataFrame, *, copies: str = "all"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The articles that the study compares, and those set apart: see `flag_compared`."""
    kept, apart = flag_compared(study, articles, copies=copies)
    return articles[kept].reset_index(drop=True), articles[apart].reset_index(drop=True)


def flag_compared(
    study: StudyRecord, articles: pd.DataFrame, *, copies: str = "all"
) -> tuple[np.ndarray, np.ndarray]:
    """Which articles are of the outlets and the period that the study compares, without the copies that do not count; and which are set apart: bool.

    Raises
    ------
    WordingError
        If the study names an outlet that no article has, or for an unknown way of counting copies.
    """
    sizes = articles["outlet"].value_counts()
    for outlet in study.outlets or []:
        one_of("outlet", outlet, sizes.index, place=str(study.folder / "study.yml"))
    largest = (
        sizes.reset_index()
        .sort_values(["count", "outlet"], ascending=[False, True])["outlet"]
        .head(study.max_outlets)
    )
    keep = articles["outlet"].isin(study.outlets or list(largest))
    if study.period.from_:
        keep &= articles["date"] >= pd.Timestamp(study.period.from_)
    if study.period.to:
        keep &= articles["date"] <= pd.Timestamp(study.period.to)
    kept = keep.to_numpy(bool, copy=True)
    kept[kept] = flag_counted_articles(articles[keep], copies)
    return kept, ~keep.to_numpy(bool)


def flag_counted_articles(articles: pd.DataFrame, copies: str) -> pd.Series:
    """Which of the articles count (see `count_study_hits`), by their index; of an outlet's copies in one family the earliest, then the longest."""
    one_of("way of counting copies", copies, COPY_RULES)
    if copies == "one":
        length = articles["n_words"] + articles["n_boilerplate"]
        ordered = articles.assign(shorter=-length).sort_values(["date", "shorter", "doc_id"])
        return ~ordered.duplicated(["outlet", "family"]).reindex(articles.index)
    return articles["first"] | (copies == "all")


def order_outlets(study: StudyRecord, articles: pd.DataFrame) -> list[str]:
    """The compared outlets in the study's order, else the one with most articles first; those without articles in the period left out."""
    sizes = (
        articles["outlet"]
        .value_counts()
        .reset_index()
        .sort_values(["count", "outlet"], ascending=[False, True])
    )
    return [name for name in study.outlets or sizes["outlet"] if name in set(sizes["outlet"])]


def write_counts(study: StudyRecord, folder: Path) -> None:
    """Writes the text-free measurements of all articles: articles.csv (no titles or addresses), counts.csv (all concepts), attributions.csv (no speakers)."""
    corpus, _ = build_corpus(study)
    folder.mkdir(parents=True, exist_ok=True)
    corpus.articles.drop(columns=["title", "authors", "url"]).to_csv(
        folder / "articles.csv", index=False, date_format="%Y-%m-%d", lineterminator="\n"
    )
    drop_speakers(count_attributions(corpus)).to_csv(
        folder / "attributions.csv", index=False, lineterminator="\n"
    )
    count_hits(corpus, study.concepts, study.lists).to_csv(
        folder / "counts.csv", index=False, lineterminator="\n"
    )


def drop_speakers(table: pd.DataFrame) -> pd.DataFrame:
    """The attributions without speakers, who are told in the articles' own words, and without what articles.csv says already."""
    keys = ["doc_id", "voice", "cue", "stance", "short"]
    return table.groupby(keys, dropna=False, sort=False, as_index=False)[["n", "n_words"]].sum()


def read_counts(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The `articles`, `counts` and `attributions` tables that `write_counts` wrote.

    Raises
    ------
    WordingError
        If the folder does not hold them.
    """
    for name in ("articles.csv", "counts.csv", "attributions.csv"):
        if not (folder / name).is_file():
            raise WordingError(
                f"{folder / name} is missing, and the articles are not there either; put the articles where study.yml says."
            )
    texts = dict.fromkeys(
        [
            "doc_id",
            "outlet",
            "family",
            "agency",
            "concept",
            "variant",
            "voice",
            "speaker",
            "cue",
            "stance",
        ],
        str,
    )
    articles = pd.read_csv(folder / "articles.csv", dtype=texts, parse_dates=["date"]).assign(
        title=None, authors=None, url=None
    )
    counts = pd.read_csv(folder / "counts.csv", dtype=texts)
    attributed = (
        pd.read_csv(folder / "attributions.csv", dtype=texts)
        .merge(articles[["doc_id", "outlet"]], on="doc_id")
        .assign(speaker=None)
    )
    return (
        check_columns(articles, "articles"),
        check_columns(counts, "counts"),
        check_columns(attributed, "attributions"),
    )
