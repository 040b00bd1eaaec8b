"""From a study's articles to its encoded corpus: read, encode, mark, save.

What is there and current is only opened.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from wording.corpus.encoding import kernels
from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.checksums import describe_damage
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import LINK_SCHEMA, Corpus, open_corpus, save_corpus
from wording.corpus.encoding.fingerprint import fingerprint_corpus
from wording.corpus.encoding.kept import keep_table
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import SavedShards, Shard
from wording.corpus.encoding.store import Store, find_build_damage, set_build_aside
from wording.errors import WordingError, print_note
from wording.languages import join_codes
from wording.progress import begin_stage
from wording.study.records import StudyRecord
from wording.tables import FAMILY_COLUMNS, TABLES

if TYPE_CHECKING:  # what reads and marks is imported where a corpus is made: most are only opened
    from wording.corpus.reading.articles import ArticleReader, ReadingResult

MIN_SHARD_ARTICLES, MAX_SHARD_ARTICLES, MAX_SHARD_BYTES = 5_000, 10_000, 2**26
"""The fewest and the most articles of a shard, and the bytes of text that make it whole."""

SHARD_BOUNDARY_MODULUS = 1_024
"""One article in so many is marked to end a shard."""

MAX_BUILDS = 5
"""So many times a corpus is made at most, where the articles change while they are read."""

WORD_COUNT_COLUMNS = ("n_words", "n_quoted", "n_reported", "n_boilerplate")
PLACE_COUNT_COLUMNS = ("n_headline", "n_lead")

ShardMaker = Callable[[pl.DataFrame], Shard]
ShardKeeper = Callable[[int, pl.DataFrame, ShardMaker], Shard]
"""Gives the shard of that number: made by the function, or found where it was saved."""


def make_shard(number: int, articles: pl.DataFrame, make: ShardMaker) -> Shard:
    """Return the shard as it is made, in memory: the `ShardKeeper` that keeps nothing."""
    return make(articles)


def encode_articles(articles: ReadingResult, *, language: str | None = None) -> Corpus:
    """Return the articles as a corpus in memory; their language is recognised if none is given."""
    from wording.corpus.reading.languages import recognise_language

    language = language or recognise_language(articles.frame["text"])
    tables, shards = encode_batches([articles.frame], language=language)
    if tables:
        table = pl.concat(tables)
    else:
        no_counts = dict.fromkeys((*WORD_COUNT_COLUMNS, *PLACE_COUNT_COLUMNS), pl.lit(0))
        table = articles.frame.drop("text").with_columns(
            **no_counts, agency=pl.lit(None, pl.String), signs=pl.lit("")
        )
    return assemble_corpus(replace(articles, frame=table), shards, language)


def assemble_corpus(
    articles: ReadingResult, shards: Sequence[Shard], language: str, folder: Path | None = None
) -> Corpus:
    """Return the corpus of articles whose texts became shards."""
    from wording.corpus.reading.suspicious import list_signs

    columns = [
        name for name in TABLES["articles"] if name not in FAMILY_COLUMNS or name == "agency"
    ]
    table = articles.frame.select([*columns, *list_language_column(articles.frame)])
    return Corpus(
        table,
        shards,
        articles.rejects,
        articles.warnings,
        articles.files,
        language,
        folder,
        articles.apart,
        stubs=articles.stubs,
        signs=list_signs(articles.frame),
    )


def list_language_column(table: pl.DataFrame) -> list[str]:
    """Return the column of the articles' languages, which is there where they have several."""
    return [name for name in table.columns if name == "language"]


def encode_batches(
    batches: Iterable[pl.DataFrame], *, language: str, keep: ShardKeeper = make_shard
) -> tuple[list[pl.DataFrame], Sequence[Shard]]:
    """Return the articles without texts, and their shards, made as the batches arrive.

    Parameters
    ----------
    batches : iterable of DataFrame
        The articles.
    language : str
        ISO 639-1, of articles without a column `language`.
    keep : callable
        May save or find a shard.

    Returns
    -------
    tables : list of DataFrame
        The articles of each shard with their numbers of words.
    shards : sequence of Shard
    """
    calls = (
        (number, articles, get_shard_language(articles, language), keep)
        for number, articles in enumerate(split_into_shards(batches))
    )
    encoded = run_parallel(encode_part, calls, pre_dispatch="n_jobs + 1")
    tables = [table for table, _ in encoded]
    folders = [shard for _, shard in encoded if isinstance(shard, Path)]
    if folders:
        return tables, SavedShards(tuple(folders), tuple(table.height for table in tables))
    return tables, [shard for _, shard in encoded if isinstance(shard, Shard)]


def get_shard_language(articles: pl.DataFrame, language: str) -> str:
    """Return the language of the articles of one shard, as their column says, or else this one."""
    return str(articles["language"][0]) if list_language_column(articles) else language


def split_into_shards(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the articles of each shard, whatever the batches; each has articles in one language."""
    cutters: dict[str, ShardCutter] = {}
    for batch in batches:
        groups = (
            batch.partition_by("language", maintain_order=True)
            if list_language_column(batch)
            else [batch]
        )
        for articles in groups:
            cutter = cutters.setdefault(get_shard_language(articles[:1], ""), ShardCutter())
            yield from cutter.cut(articles)
    for cutter in cutters.values():
        yield from cutter.finish()


class ShardCutter:
    """Cuts articles in one language into shards.

    A shard ends at an article that its own words mark (one in SHARD_BOUNDARY_MODULUS) once it has
    MIN_SHARD_ARTICLES, so that a change leaves the other shards alone; or with MAX_SHARD_ARTICLES
    or MAX_SHARD_BYTES.
    """

    def __init__(self) -> None:
        self.pieces: list[pl.DataFrame] = []
        self.n_articles = self.n_bytes = 0

    def cut(self, batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the shards that end in a batch."""
        is_marked, sizes = mark_shard_ends(batch)
        start = 0
        while start < batch.height:
            end = find_shard_end(is_marked, sizes, start, self.n_articles, self.n_bytes)
            stop = batch.height if end is None else end
            self.pieces.append(batch[start:stop])
            self.n_articles += stop - start
            self.n_bytes += sizes[start:stop].sum()
            if end is not None:
                yield from self.finish()
            start = stop

    def finish(self) -> Iterator[pl.DataFrame]:
        """Yield the shard of what is left, if anything is."""
        if self.pieces:
            yield pl.concat(self.pieces)
        self.pieces, self.n_articles, self.n_bytes = [], 0, 0


def mark_shard_ends(batch: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which articles are marked to end a shard, and each one's bytes."""
    marks = batch.select(
        is_marked=pl.struct("outlet", "text").hash(seed=0) % SHARD_BOUNDARY_MODULUS == 0,
        size=pl.col("text").str.len_bytes().cast(pl.Int64),
    )
    return marks["is_marked"].to_numpy(), marks["size"].to_numpy()


def find_shard_end(
    is_marked: np.ndarray, sizes: np.ndarray, start: int, n_articles: int, n_bytes: int
) -> int | None:
    """Return where in a batch a shard ends; None if it goes on.

    Parameters
    ----------
    is_marked : bool array
        The articles of the batch that are marked to end a shard.
    sizes : int array
        Their bytes.
    start : int
        Where in the batch the shard goes on.
    n_articles, n_bytes : int
        What the shard has before `start`.
    """
    number = n_articles + np.arange(1, len(is_marked) - start + 1)
    is_end = (
        (is_marked[start:] & (number >= MIN_SHARD_ARTICLES))
        | (number >= MAX_SHARD_ARTICLES)
        | (n_bytes + np.cumsum(sizes[start:]) >= MAX_SHARD_BYTES)
    )
    return start + int(np.argmax(is_end)) + 1 if is_end.any() else None


def encode_part(
    number: int, articles: pl.DataFrame, language: str, keep: ShardKeeper
) -> tuple[pl.DataFrame, Shard | Path]:
    """Return the articles of one shard without texts, and the shard, or where it is saved.

    The articles have their numbers of words, the agency that each credits, and the signs that a
    text is not clean.
    """
    from wording.corpus.marks.agencies import find_agencies
    from wording.corpus.reading.suspicious import find_signs

    shard = keep(number, articles, functools.partial(encode_and_mark, language=language))
    counts = compile_module(kernels).count_voice_words(
        shard.is_word, shard.boilerplate, shard.voice, shard.bounds
    )
    columns = dict(zip(WORD_COUNT_COLUMNS, map(pl.Series, counts), strict=True))

    def reread(rows: np.ndarray) -> pl.Series:
        return pl.Series(shard.text(shard.bounds[rows], shard.bounds[rows + 1] - 1))

    signs = find_signs(articles["text"], reread)
    columns |= dict(
        zip(PLACE_COUNT_COLUMNS, map(pl.Series, count_headline_and_lead(shard)), strict=True)
    )
    table = articles.drop("text").with_columns(**columns, agency=find_agencies(shard), signs=signs)
    return table, shard.folder or shard


def count_headline_and_lead(shard: Shard) -> tuple[np.ndarray, np.ndarray]:
    """Return the words of each article's headline, and those of its lead outside boilerplate."""
    assert shard.titles is not None, "a shard of articles has their headlines"
    n_headline = np.diff(shard.titles.words_before[shard.titles.bounds])
    start = shard.bounds[:-1]
    is_counted = shard.is_word & ~shard.boilerplate
    n_lead = compile_module(kernels).count_flagged(is_counted, start, start + shard.lead_tokens)
    return n_headline.astype(np.int64), n_lead


def encode_and_mark(articles: pl.DataFrame, *, language: str) -> Shard:
    """Return the encoded articles with headlines, boilerplate, voices, leads and sketches.

    The labels of a transcript's speakers are boilerplate, and nobody's words.
    """
    from wording.corpus.marks import transcripts
    from wording.corpus.marks.boilerplate import mark_boilerplate
    from wording.corpus.marks.copies import build_sketch
    from wording.corpus.marks.headlines import mark_title_voices
    from wording.corpus.marks.voice import mark_voices
    from wording.corpus.places import mark_repeated_titles, measure_leads

    shard = tokens.encode_texts(articles["text"], language)
    titles = tokens.encode_texts(articles["title"].fill_null(""), language)
    turns = transcripts.find_turns(shard)
    shard = tokens.with_marks(shard, sentence_end=transcripts.end_sentences_at_labels(shard, turns))
    labels = transcripts.mark_labels(shard, turns)
    own = transcripts.flag_own_turns(shard, turns, articles)
    voice = mark_voices(shard, language=language, speech=turns.speech[~own])
    boilerplate = mark_boilerplate(shard, articles["outlet"], language=language)
    shard = tokens.with_marks(
        shard,
        boilerplate=labels | boilerplate | mark_repeated_titles(shard, titles),
        voice=np.where(labels, np.uint8(kernels.OUTLET_VOICE), voice),
        titles=tokens.with_marks(titles, voice=mark_title_voices(titles, shard, language=language)),
    )
    return tokens.with_marks(shard, lead_tokens=measure_leads(shard), sketch=build_sketch(shard))


def add_families(corpus: Corpus) -> Corpus:
    """Return the corpus with each article's family of copies in its table, and the copied text."""
    from wording.corpus.marks.copies import find_families_and_spans

    if "family" in corpus.table.columns:
        return corpus
    families, copied = find_families_and_spans(corpus)
    columns = [*TABLES["articles"], *list_language_column(corpus.table)]
    table = corpus.table.hstack(families.drop("doc_id", "agency")).select(columns)
    return replace(corpus, table=table, copied=copied)


def read_links(corpus: Corpus) -> pl.DataFrame:
    """Return the links between articles on one event, both in one language: doc_id, other, score.

    They are looked for once, when first asked for, and kept beside a saved corpus.
    """
    if corpus.whole:
        links = read_links(corpus.whole)
        return links.filter(pl.col("doc_id").is_in(corpus.table["doc_id"].implode()))
    if not corpus.folder:
        return find_links_within_languages(corpus)
    kept = keep_table(
        corpus.folder, "links", None, lambda: find_links_within_languages(corpus).to_pandas()
    )
    return pl.from_pandas(kept, schema_overrides=LINK_SCHEMA)


def find_links_within_languages(corpus: Corpus) -> pl.DataFrame:
    """Return the links of a corpus whose families are known, without those across languages."""
    from wording.corpus.marks.stories.links import find_links

    begin_stage("linking articles on one event")
    links = find_links(corpus)
    if list_language_column(corpus.table):
        language = dict(corpus.table.select("doc_id", "language").rows())
        languages = (links[name].replace_strict(language) for name in ("doc_id", "other"))
        links = links.filter(operator.eq(*languages))
    return links


def build_corpus(study: StudyRecord) -> Corpus:
    """Return the study's corpus: one that is there and current is opened, else it is made.

    Where only the articles in one language count, it has no others.

    Raises
    ------
    WordingError
        If the study has no articles, or none could be read.
    """
    corpus, _ = open_or_build_corpus(study)
    if study.only_language in ("", corpus.language):
        return corpus
    assert corpus.folder, "a study's corpus is saved"
    return open_corpus(corpus.folder, study.only_language)


def open_or_build_corpus(study: StudyRecord) -> tuple[Corpus, bool]:
    """Return the study's corpus as `build_corpus` does, and whether it had to be made."""
    is_made = False
    for _ in range(MAX_BUILDS):
        folder = study.folder / ".build" / fingerprint_corpus(study)
        if corpus := open_whole_build(folder, join_codes(study.languages)):
            return corpus, is_made
        try:
            is_made = encode_and_save(study, Store(folder, join_codes(study.languages)))
        except (OSError, pl.exceptions.ComputeError) as fault:
            raise WordingError(
                f"{folder.parent}: the corpus could not be written ({fault}); it needs about as "
                "much disk space as the articles' text. Free some space there and build again; "
                "the previous corpus is unchanged."
            ) from fault
    raise WordingError(
        f"{study.folder}: the corpus was made {MAX_BUILDS} times, and each time the articles had "
        "changed meanwhile, or what was written could not be read again. Build it when no other "
        "program writes to these files; if that does not help, check the disk."
    )


def open_whole_build(folder: Path, language: str) -> Corpus | None:
    """Return the corpus that is saved in the folder, if it is there and as it was written.

    One that is not is set aside, and said.
    """
    if not os.path.lexists(folder):
        return None
    damage = find_build_damage(folder)
    # A build of other articles may just now take its place.
    with contextlib.suppress(FileNotFoundError):
        if not damage:
            return open_corpus(folder, language)
    if set_build_aside(folder):
        open_corpus.cache_clear()  # its arrays are mapped from the damaged files
        print_note(describe_damage(folder, damage))
    return None


def encode_and_save(study: StudyRecord, store: Store) -> bool:
    """Make the corpus and put it in its place; what was made of it goes again if that fails.

    Returns
    -------
    bool
        Whether it is there; not if the articles changed while they were read.
    """
    try:
        reading = _open_articles(study)
        batches = tell_reading(reading)
        languages = join_codes(study.languages)
        tables, shards = encode_batches(batches, language=languages, keep=store.load_or_make)
        no_articles = pl.DataFrame(schema=reading.schema).drop("text")
        articles = reading.finish(pl.concat([no_articles, *tables], how="diagonal"))
        is_current = fingerprint_corpus(study) == store.final.name
        if is_current and not len(articles.frame):
            place = study.folder / study.articles.path if study.articles else study.folder
            raise WordingError(explain_empty_corpus(articles, place, languages))
        if is_current:
            corpus = assemble_corpus(articles, shards, languages)
            begin_stage("finding copies")
            save_corpus(add_families(corpus), store.folder)
            store.publish()
    except BaseException:
        shutil.rmtree(store.folder, ignore_errors=True)
        raise
    if not is_current:
        shutil.rmtree(store.folder, ignore_errors=True)
        print_note(f"{study.folder}: articles changed while they were read; they are read again.")
    return is_current


def tell_reading(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield the batches, and tell how many articles were read so far."""
    n_read = 0
    begin_stage("reading the articles")
    for batch in batches:
        n_read += batch.height
        begin_stage(f"reading and encoding the articles ({n_read:,} so far)")
        yield batch


def _open_articles(study: StudyRecord) -> ArticleReader:
    """The study's articles, to be read batch by batch."""
    from wording.corpus.reading.articles import ArticleReader, ReadingOptions

    source = study.articles
    assert source is not None  # `fingerprint_corpus` refuses a study without articles
    columns: dict[str, str] = dict(source.columns.items())
    if study.groups and study.groups.column:
        columns["group"] = study.groups.column
    options = ReadingOptions(
        metadata=study.folder / source.metadata if source.metadata else None,
        columns=columns,
        date_order=source.date_order,
        languages=study.languages,
        stubs=source.stubs,
    )
    return ArticleReader(study.folder / source.path, options)


def explain_empty_corpus(articles: ReadingResult, place: Path, language: str | None = None) -> str:
    """Return why there is no article to build from, and what to do, read from that place."""
    from wording.corpus.reading.suspicious import STUBS

    rejects, other = articles.rejects["reason"], articles.apart["language"]
    stubs = articles.stubs["sign"]
    reasons = []
    if len(rejects):
        shown = "; ".join(rejects.unique(maintain_order=True)[:3])
        reasons.append(f"{len(rejects):,} rejected: {shown}")
    remedy = ""
    if len(other):
        reasons.append(f"{len(other):,} in another language than {language!r}")
        commonest = other.value_counts(sort=True)["language"][0]
        remedy = f" Set `language: {commonest}` in study.yml if that is what you want to study."
    if len(stubs):
        kinds = ", ".join(
            f"{n:,} {STUBS[kind]}" for kind, n in stubs.value_counts(sort=True).rows()
        )
        reasons.append(f"set apart: {kinds}")
        remedy += " Write `stubs: keep` under `articles:` in study.yml to count such texts."
    return f"{place}: no article could be read ({'; '.join(reasons)}).{remedy}"
