"""Hits per article: text-free, additive, shareable; and the hits themselves, of the same spans."""

from __future__ import annotations

import functools
import itertools
import json
import os
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus, read_links
from wording.corpus.counts_files import (
    OLD_COUNTS_REMEDY,
    read_articles_table,
    read_attributions_table,
    read_counts_table,
    read_links_table,
)
from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus, Part, open_corpus
from wording.corpus.encoding.kept import keep_table
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
from wording.corpus.units import (
    assign_units,
    describe_units,
    label_units,
    rank_outlets,
    relabel_outlets,
    select_own_outlets,
)
from wording.errors import WordingError
from wording.files import write_csv
from wording.languages import name_language
from wording.phrasing import format_count, join_names
from wording.settings import (
    COPY_RULES,
    OTHER_OUTLETS,
    PLACE_GROUPS,
    TOKEN_PLACES,
    TOKEN_VOICES,
    one_of,
)
from wording.study.journal import read_link_verdicts
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns, is_among

PhraseLists = Mapping[str, Sequence[str]]

ConceptCounter = Callable[[Corpus, Mapping[str, Concept], PhraseLists], pd.DataFrame]
"""Counts something of each of the concepts in a corpus."""

CELL_COLUMNS = ["doc_id", "concept", "variant", "voice"]
"""What tells the rows of counts apart, places aside."""

LINE_COLUMNS = ("doc_id", "outlet", "date", "title", "url")
"""What is told of the article beside each of its lines."""


@dataclass(frozen=True)
class ComparedArticles:
    """The articles that a study compares.

    Attributes
    ----------
    articles : DataFrame
        The `articles` table, compared articles only. Where outlets are compared in groups, `outlet`
        is the group, and `member` the outlet.
    set_apart : DataFrame
        Articles of another outlet or period.
    left_out : DataFrame
        Copies that do not count, and articles on no shared event where only those count.
    """

    articles: pd.DataFrame
    set_apart: pd.DataFrame
    left_out: pd.DataFrame

    def keep(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table that are about compared articles, outlets as `articles`."""
        kept = frame[is_among(frame["doc_id"], self.articles["doc_id"])].reset_index(drop=True)
        return relabel_outlets(kept, self.articles)


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
        Copies that do not count, and articles on no shared event where only those count.
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
    from wording.corpus.marks.voice import read_attributions_of

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
    lists_json, saved = json.dumps(lists), (corpus.folder, corpus.language)
    # Each process in an order of its own, so that those that run at once count different ones.
    for name in random.Random(os.getpid()).sample(list(concepts), len(concepts)):
        count_concept_cached(saved, name, json.dumps(concepts[name].counted), lists_json, place)
    rows = [
        count_concept_cached(saved, name, json.dumps(concept.counted), lists_json, place)
        for name, concept in concepts.items()
    ]
    if rows:
        return pd.concat(rows, ignore_index=True)
    return sum_places(count_hits(corpus, {}, lists), place)


@functools.lru_cache(maxsize=256)
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

    def count() -> pd.DataFrame:
        concept = Concept.model_validate_json(concept_json)
        counts = count_hits(open_corpus(*saved), {name: concept}, json.loads(lists_json))
        return sum_places(counts, place)

    depends_on = [saved[1], name, concept_json, lists_json, place]
    return keep_table(saved[0], "counts", depends_on, count)


def count_by_concept(
    count: ConceptCounter, corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists
) -> pd.DataFrame:
    """Return what `count` does of a corpus, kept for the concepts asked for last."""
    saved, lists_json = (corpus.folder, corpus.language), json.dumps(lists)
    tables = [
        count_one_concept(count, saved, name, concept.model_dump_json(by_alias=True), lists_json)
        for name, concept in concepts.items()
    ]
    return pd.concat(tables, ignore_index=True) if tables else count(corpus, {}, lists)


@functools.lru_cache(maxsize=64)
def count_one_concept(
    count: ConceptCounter, saved: tuple[Path, str], name: str, concept_json: str, lists_json: str
) -> pd.DataFrame:
    """Return what `count` does of one concept of a saved corpus; see `count_concept_cached`."""
    concept = Concept.model_validate_json(concept_json)
    return count(open_corpus(*saved), {name: concept}, json.loads(lists_json))


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
        counts = sum_places(read_counts_table(study, articles), study.place)
        counts = counts[counts["concept"].isin(wanted)]
    return keep_compared_counts(study, articles, counts, copies=copies)


def keep_compared_counts(
    study: StudyRecord, articles: pd.DataFrame, counts: pd.DataFrame, *, copies: str
) -> Counts:
    """Return what was counted in the articles that a study compares, of all of its articles.

    `counts` has doc_id, n and n_copied; `copies` is as in `count_study_hits`.
    """
    compared = select_compared(study, articles, copies=copies)
    kept = compared.keep(counts)
    if copies == "none":
        kept = leave_out_copied_hits(kept)
    return Counts(compared.articles, kept, compared.set_apart, compared.left_out)


def describe_study_units(study: StudyRecord) -> list[str]:
    """Return what a study compares, in sentences, where that is not every outlet for itself.

    Of a study of several languages also in which they are.
    """
    counted = count_study_hits(study, [])
    return [
        *describe_article_languages(study, counted.articles),
        *describe_units(study, counted.articles, counted.set_apart),
    ]


def describe_article_languages(study: StudyRecord, articles: pd.DataFrame) -> list[str]:
    """Return in which languages the compared articles of a study are; nothing of one language."""
    if len(study.languages) == 1:
        return []
    if only := study.only_language:
        others = [name_language(code) for code in study.languages if code != only]
        return [
            "Words are compared within one language: only the "
            f"{format_count(len(articles), 'article')} in {name_language(only)} "
            f"{'counts' if len(articles) == 1 else 'count'} here. The parameter “language” chooses "
            f"another one of the study: {join_names(others)}."
        ]
    sizes = articles["language"].value_counts()
    listed = [f"{name_language(code)} {sizes.get(code, 0):,}" for code in study.languages]
    return [
        f"The articles are in several languages ({join_names(listed)}). Shares of terms can be "
        "compared across them, as far as the terms mean the same; numbers per million words "
        "cannot, since languages need more or fewer words for the same."
    ]


def add_language(study: StudyRecord, lines: pd.DataFrame) -> pd.DataFrame:
    """Return rows about articles with the language of each, where a study has several."""
    if len(study.languages) == 1 or "doc_id" not in lines:
        return lines
    articles = count_study_hits(study, []).articles
    languages = articles.set_index("doc_id")["language"].reindex(lines["doc_id"])
    return lines.assign(language=languages.to_numpy())


def keep_one_language(study: StudyRecord, *, among: Collection[str] = ()) -> StudyRecord:
    """Return the study in one language, for what is compared word by word.

    Parameters
    ----------
    study : StudyRecord
        A study of one language, or in which only one counts, is returned as it is.
    among : collection of str
        Languages to prefer; of these, or else of all, the one with the most compared articles is
        taken, of equals the first in study.yml.
    """
    if len(study.counted_languages) == 1:
        return study
    sizes = count_study_hits(study, []).articles["language"].value_counts()
    preferred = [code for code in study.languages if code in among] or study.languages
    return study.in_language(max(preferred, key=lambda code: sizes.get(code, 0)))


def describe_missing_phrases(study: StudyRecord, concept: str) -> list[str]:
    """Return for which languages of the articles a concept has not all its phrases."""
    record, sentences = study.concepts[concept], []
    for code in study.counted_languages:
        if record.lists_variants_in(code):
            continue
        names = [name for name, one in record.variants.items() if not one.phrases_in(code)]
        sentences.append(
            f"{join_names(f'“{name}”' for name in names)} of {record.title} "
            f"{'has' if len(names) == 1 else 'have'} no phrases in {name_language(code)}, so the "
            f"concept is not counted in articles in {name_language(code)}: outlets in that "
            f"language have no hits here. Add phrases under `{code}:` in concepts.yml."
        )
    return sentences


def list_study_counts(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> pd.DataFrame:
    """Return the `counts` table of a study's compared articles: places apart, those of its own.

    The parameters are those of `count_study_hits`.
    """
    return count_study_places(study, concepts, copies=copies).counts


def count_study_places(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> Counts:
    """Return the counts of a study's compared articles, as `count_study_hits`, but places apart."""
    wanted = select_concepts(study, concepts)
    if study.has_articles:
        corpus = build_corpus(study)
        articles, counts = corpus.articles, count_hits(corpus, wanted, study.lists)
    else:
        articles = read_articles_table(study)
        counts = read_counts_table(study, articles)
        counts = counts[counts["concept"].isin(wanted)]
    compared = select_compared(study, articles, copies=copies)
    kept = compared.keep(select_place(counts, study.place))
    if copies == "none":
        kept = leave_out_copied_hits(kept)
    return Counts(compared.articles, kept, compared.set_apart, compared.left_out)


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
        articles = corpus.articles
        attributions = count_attributions_cached((corpus.folder, corpus.language))
    else:
        articles = read_articles_table(study)
        attributions = read_attributions_table(study, articles)
    compared = select_compared(study, articles, copies=copies)
    return shorten_lines(compared.keep(attributions), study.width)


def read_study_links(study: StudyRecord, *, copies: str = "all") -> pd.DataFrame:
    """Return the `links` between a study's compared articles: pairs that tell of one event.

    Both are of different outlets, of different families of copies, and at most MAX_DAYS_APART days
    apart; an article without a date has no links. Each pair is there once, doc_id before other. A
    copy is linked as the first of its family is; links that a person judged wrong are left out.

    Parameters
    ----------
    study : StudyRecord
        The study; without its articles, the links come from counts/.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        If the articles are not there and counts/ has no links; or for invalid verdicts.
    """
    from wording.corpus.marks.stories.candidates import MAX_DAYS_APART
    from wording.corpus.marks.stories.links import spread_links

    articles, links = read_family_links(study)
    right = links.filter(pl.col("verdict").ne_missing("different events"))
    compared = select_compared(study, articles, copies=copies).articles
    own = compared.assign(outlet=select_own_outlets(compared))
    spread = spread_links(
        right.drop("verdict"),
        pl.from_pandas(own[["doc_id", "family", "outlet", "date"]]),
        max_days=MAX_DAYS_APART,
    )
    return check_columns(spread.to_pandas(), "links")


def read_family_links(study: StudyRecord) -> tuple[pd.DataFrame, pl.DataFrame]:
    """Return all articles of a study, and the links between the first articles of their families.

    The links have a column `verdict`: the last one on a pair of the families' articles; null where
    nobody has read such a pair.
    """
    if study.has_articles:
        corpus = build_corpus(study)
        articles, links = corpus.articles, read_links(corpus)
    else:
        articles = read_articles_table(study)
        links = read_links_table(study, articles)
    verdicts = pl.from_pandas(
        read_link_verdicts(study)[["doc_id", "other", "verdict"]].astype(str),
        schema_overrides=dict.fromkeys(("doc_id", "other", "verdict"), pl.String),
    )
    families = pl.from_pandas(articles[["doc_id", "family"]].astype(str))
    judged = (
        verdicts.join(families, on="doc_id", maintain_order="left")
        .join(families, left_on="other", right_on="doc_id", suffix="_other", maintain_order="left")
        .select(
            "verdict",
            doc_id=pl.min_horizontal("family", "family_other"),
            other=pl.max_horizontal("family", "family_other"),
        )
        .unique(["doc_id", "other"], keep="last", maintain_order=True)
    )
    return articles, links.join(judged, on=["doc_id", "other"], how="left", maintain_order="left")


def list_attribution_spans(corpus: Corpus) -> pd.DataFrame:
    """Return one row per stretch of words that are not the outlet's own.

    Columns: doc_id, start, end (characters), voice, speaker, cue, stance, short.
    """
    from wording.corpus.marks.voice import read_attributions

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
    from wording.corpus.marks.voice import explain_token_voices

    words = np.flatnonzero(shard.is_word)
    reasons = explain_token_voices(shard, shard.voice, words, language=language)
    position = reasons.pop("position").to_numpy()
    reasons.insert(0, "doc_id", table["doc_id"][shard.article(position)].to_numpy())
    reasons.insert(1, "start", shard.offsets(position)[0])
    return reasons


@functools.lru_cache(maxsize=2)
def count_attributions_cached(saved: tuple[Path, str]) -> pd.DataFrame:
    """Return the `attributions` of a saved corpus; see `count_concept_cached`."""
    return count_attributions(open_corpus(*saved))


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
    from wording.corpus.marks.voice import read_attributions

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
    """Return the articles that the study compares, and the others: see `flag_compared`.

    Headlines are text of the articles, and are left out where `excerpts` limits what is shown.
    """
    is_kept, is_apart = flag_compared(study, articles, copies=copies)
    if study.width is not None:
        articles = articles.assign(title=None)
    kept = label_units(articles[is_kept], assign_units(study, articles)[is_kept])
    apart, left_out = (
        articles[flags].reset_index(drop=True) for flags in (is_apart, ~is_kept & ~is_apart)
    )
    return ComparedArticles(kept.reset_index(drop=True), apart, left_out)


def flag_compared(
    study: StudyRecord, articles: pd.DataFrame, *, copies: str = "all"
) -> tuple[np.ndarray, np.ndarray]:
    """Return which articles the study compares, and which are set apart.

    Parameters
    ----------
    study : StudyRecord
        Its outlets, its groups, its period and its languages decide.
    articles : DataFrame
        The `articles` table.
    copies : str
        As in `count_study_hits`.

    Returns
    -------
    kept : bool array
        Articles of the outlets and the period that the study compares, without the copies that
        do not count, and where only shared events count, without those that have no link.
    apart : bool array
        Articles of other outlets or of another time.

    Raises
    ------
    WordingError
        If the study names an outlet that no article has, or for an unknown way of counting copies.
    """
    inside = assign_units(study, articles).notna()
    if study.only_language:
        inside &= articles["language"] == study.only_language
    if study.period.from_:
        inside &= articles["date"] >= pd.Timestamp(study.period.from_)
    if study.period.to:
        inside &= articles["date"] <= pd.Timestamp(study.period.to)
    kept = inside.to_numpy(bool, copy=True)
    kept[kept] = flag_counted_articles(articles[inside], copies)
    if study.event_rule == "shared":
        kept &= flag_linked_articles(study, articles, copies)
    return kept, ~inside.to_numpy(bool)


def flag_linked_articles(study: StudyRecord, articles: pd.DataFrame, copies: str) -> np.ndarray:
    """Return which articles have a linked one, on the same event, at another compared outlet.

    Where groups are compared, that is one of another group.
    """
    links = read_study_links(study.with_events("all"), copies=copies)
    unit = pd.Series(assign_units(study, articles).to_numpy(), index=articles["doc_id"])
    links = links[
        unit.reindex(links["doc_id"]).to_numpy() != unit.reindex(links["other"]).to_numpy()
    ]
    return is_among(articles["doc_id"], pd.concat([links["doc_id"], links["other"]]))


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


def order_outlets(study: StudyRecord, articles: pd.DataFrame) -> list[str]:
    """Return the outlets (or groups) of compared articles: the study's order, then by size.

    The other outlets together come last.
    """
    ranked = rank_outlets(articles)
    listed = [*(study.outlets or ()), *(study.groups.outlets if study.groups else ())]
    ordered = dict.fromkeys([*(name for name in listed if name in ranked), *ranked])
    return sorted(ordered, key=lambda name: name == OTHER_OUTLETS)


def write_counts(study: StudyRecord, folder: Path) -> None:
    """Write the text-free counts of all articles into a folder.

    articles.csv has no titles or addresses, counts.csv all concepts, attributions.csv no speakers,
    links.csv the pairs of articles on one event (between the first ones of families of copies).
    """
    corpus = build_corpus(study)
    folder.mkdir(parents=True, exist_ok=True)
    articles = corpus.articles.drop(columns=["title", "authors", "url"])
    if articles["group"].isna().all():
        articles = articles.drop(columns="group")
    write_csv(articles, folder / "articles.csv")
    write_csv(drop_speakers(count_attributions(corpus)), folder / "attributions.csv")
    write_csv(count_hits(corpus, study.concepts, study.lists), folder / "counts.csv")
    write_csv(read_links(corpus).to_pandas(), folder / "links.csv")


def drop_speakers(attributions: pd.DataFrame) -> pd.DataFrame:
    """Return the attributions without speakers, who are named in the articles' own words.

    The outlet, which articles.csv has, is left out, too.
    """
    keys = ["doc_id", "voice", "cue", "stance", "short"]
    grouped = attributions.groupby(keys, dropna=False, sort=False, as_index=False)
    return grouped[["n", "n_words"]].sum()
