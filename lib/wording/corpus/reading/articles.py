"""Read articles from any supported file or folder, batch by batch.

Nothing is lost: accepted + rejected + set apart = given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from wording.corpus.reading.archives import iterate_members
from wording.corpus.reading.dates import format_examples, read_dates, read_times
from wording.corpus.reading.encodings import MAX_TEXT_LENGTH, UnreadableError
from wording.corpus.reading.formats.registry import READERS, SINGLE_ARTICLE_ENDINGS, batch_rows
from wording.corpus.reading.languages import (
    OTHER_LANGUAGE_SCHEMA,
    find_other_languages,
    tell_languages,
)
from wording.corpus.reading.metadata import METADATA_ALIASES, read_metadata
from wording.corpus.reading.report import COLUMN_ALIASES, ArticleRow, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import (
    ARCHIVE_ENDINGS,
    BROKEN_FILE_ERRORS,
    SUPPORTED_ENDINGS_TEXT,
    SourceFile,
    describe_fault,
    list_files,
)
from wording.corpus.reading.suspicious import SIGN_SCHEMA, find_stubs
from wording.errors import WordingError
from wording.files import hash_file
from wording.phrasing import format_count, join_names, suggest_name
from wording.settings import UNATTRIBUTED_OUTLET

REJECT_SCHEMA = dict.fromkeys(("source", "reason", "sample"), pl.String)


@dataclass(frozen=True)
class ReadingOptions:
    """How articles are read.

    Attributes
    ----------
    metadata : path, optional
        A table with a column `file` that describes the files that are one article; if it has
        `sha256`, changed files are refused.
    columns : mapping
        {our name: their name}, for columns that have none of the usual names.
    date_order : {"mdy", "dmy", "ymd"}, optional
        For dates such as 9/6/17; without it the other dates decide, else mdy.
    default_outlet : str, optional
        The outlet of files that have no column for it, instead of "unattributed".
    language : str, optional
        The articles' language (ISO 639-1); those in another are set apart.
    stubs : {"keep", "apart"}
        What becomes of texts that are no articles (see `suspicious.STUBS`).

    Raises
    ------
    WordingError
        If a column or an order does not exist.
    """

    metadata: str | Path | None = None
    columns: Mapping[Any, str] = field(default_factory=dict)
    date_order: str | None = None
    default_outlet: str | None = None
    languages: Sequence[str] = ()
    stubs: str = "keep"

    def __post_init__(self) -> None:
        known = {**COLUMN_ALIASES, **METADATA_ALIASES}
        for name in self.columns:
            if name not in known:
                raise WordingError(
                    f"articles: columns: there is no column called {name!r}; "
                    f"{suggest_name(name, known)}"
                )
        if self.date_order not in (None, "mdy", "dmy", "ymd"):
            raise WordingError(
                f"articles: date_order: {self.date_order!r} is not allowed; give mdy, dmy or ymd"
            )


@dataclass(frozen=True)
class ReadingResult:
    """What was read: the articles, what was refused or set apart and why, and warnings.

    Attributes
    ----------
    frame : DataFrame
        One row per article: doc_id (unique), outlet, date (null: unknown), time (see
        `dates.read_times`), title, authors, url (null: missing), text.
    rejects : DataFrame
        One row per refused row or file: source (file or file:row), reason, sample (up to 80
        characters).
    apart : DataFrame
        One row per article in another language: source, outlet, language (ISO 639-1).
    stubs : DataFrame
        One row per text that is no article, set apart or not: doc_id, outlet, sign (see
        `suspicious.STUBS`).
    warnings : list of str
        Sentences.
    files : list of (str, str)
        The name and sha256 of each file that was read.
    """

    frame: pl.DataFrame
    rejects: pl.DataFrame
    apart: pl.DataFrame
    stubs: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]


def read_articles(path: str | Path, options: ReadingOptions | None = None) -> ReadingResult:
    """Return the articles of a file, or of a folder, all at once.

    What a file may be is described with `ArticleReader`; of a folder all files below it are read,
    by name, without hidden ones.

    Raises
    ------
    WordingError
        If the path has no supported file, a table has no text, or an option names something that
        is not there.
    """
    reader = ArticleReader(path, options)
    return reader.finish(pl.concat([pl.DataFrame(schema=reader.schema), *reader]))


def read_first_articles(path: str | Path, most: int) -> tuple[pl.DataFrame, bool]:
    """Return the first articles of a file or folder, at most so many, and whether these are all.

    Raises
    ------
    WordingError
        As `read_articles`.
    """
    frames, n_read = [pl.DataFrame(schema=ArticleReader.schema)], 0
    for frame in ArticleReader(path):
        frames.append(frame)
        n_read += frame.height
        if n_read > most:
            return pl.concat(frames).head(most), False
    return pl.concat(frames), True


class ArticleReader:
    """One reading of a file or folder.

    Iterate it for frames of articles as they are read, then finish it with their rows.

    A .txt, .html, .docx or .rtf file is one article, or many if a news database exported it; so is
    each row of a table (.csv, .tsv, .jsonl, .json, .parquet, .xlsx), each page of a .warc and each
    item of a feed (.rss, .atom, .xml); .gz of each; .zip and .tar of them. Text stays as it was
    given.
    """

    schema = dict.fromkeys(
        ("doc_id", "outlet", "date", "title", "authors", "url", "group", "text", "source", "table"),
        pl.String,
    )

    def __init__(self, path: str | Path, options: ReadingOptions | None = None) -> None:
        options = options or ReadingOptions()
        self.languages, self.date_order = options.languages, options.date_order
        if len(self.languages) > 1:
            self.schema = {**self.schema, "language": pl.String}
        self.has_default_outlet = options.default_outlet is not None
        self.default_outlet = options.default_outlet or UNATTRIBUTED_OUTLET
        self.outlets_by_file: dict[str, str] = {}
        self.dates_by_file: dict[str, str] = {}
        self.report = ReadingReport()
        metadata = Path(options.metadata) if options.metadata else None
        self.sources = list_files(Path(path), leave_out=metadata)
        self.descriptions: dict[str, ArticleRow] = {}
        if metadata:
            self.descriptions = read_metadata(metadata, self.sources, options.columns, self.report)
        self.chooser = ColumnChooser(
            self.report, options.columns, wanted=COLUMN_ALIASES, required="text"
        )
        self.source_by_fingerprint: dict[int, str] = {}
        self.apart: list[pl.DataFrame] = []
        self.keeps_stubs = options.stubs == "keep"
        self.stubs: list[pl.DataFrame] = []
        self.n_without_outlet = self.n_with_text = 0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield frames of articles in the order of the files, of some thousand rows.

        They have the columns of `schema`; dates are as they are written.
        """
        for frame in batch_rows(self.iterate_items(), self.report):
            self.report.n_given += frame.height
            accepted = self.refuse_without_text(frame)
            accepted = self.refuse_duplicates(self.fill_outlets(accepted))
            if self.languages:
                accepted = self.set_apart_other_languages(accepted)
            accepted = self.set_apart_stubs(accepted)
            if accepted.height:
                yield accepted.select(list(self.schema))

    def iterate_items(self) -> Iterator[ArticleRow | pl.DataFrame]:
        """Yield the rows of all files, or frames of them."""
        for source in self.sources:
            if source.path and source.path.is_file() and source.ending:
                self.report.files.append((source.name, hash_file(source.path)))
            yield from self.read_source(source)

    def read_source(self, source: SourceFile) -> Iterator[ArticleRow | pl.DataFrame]:
        """Yield the rows of a file, of each file in an archive; what cannot be read is refused.

        So is, among other files, a table without texts; alone it is an error.
        """
        n, n_given_before = 0, self.report.n_given
        read = self.read_archive if source.ending in ARCHIVE_ENDINGS else self.read_file
        try:
            refuse_unsupported(source, self.descriptions.get(source.name, {}))
            for item in read(source):
                n += 1
                yield item
            if not n and n_given_before == self.report.n_given:
                raise UnreadableError("it contains no articles")
        except WordingError as fault:
            if len(self.sources) == 1 and source is self.sources[0]:
                raise
            self.report.count_and_refuse(source.name, fault)
        except MemoryError:
            self.report.count_and_refuse(source.name, "it needs more memory than this computer has")
        except (UnreadableError, *BROKEN_FILE_ERRORS) as fault:
            partly = " (the part before the error was read)" if n else ""
            self.report.count_and_refuse(source.name, describe_fault(fault) + partly)

    def read_file(self, source: SourceFile) -> Iterator[ArticleRow | pl.DataFrame]:
        """Yield the rows of a file, with where they are from."""
        with source.open() as stream:
            for item in READERS[source.ending](stream, source, self.chooser):
                yield self.add_origin(item, source)

    def read_archive(self, source: SourceFile) -> Iterator[ArticleRow | pl.DataFrame]:
        """Yield the rows of all files in an archive."""
        for member in iterate_members(source):
            if isinstance(member, SourceFile):
                yield from self.read_source(member)
            else:
                self.report.count_and_refuse(*member)

    def add_origin(
        self, item: ArticleRow | pl.DataFrame, source: SourceFile
    ) -> ArticleRow | pl.DataFrame:
        """Return a row, or a frame of rows, with where it is from.

        The metadata count more than the file.
        """
        description = self.descriptions.get(source.name, {})
        constants = {"table": description.get("table") or source.name}
        has_outlet = bool(description.get("outlet") or get_outlet(item))
        folder = None if has_outlet or self.has_default_outlet else source.outlet_folder
        if folder:
            constants["outlet"] = self.outlets_by_file[source.name] = folder
        elif not has_outlet and "outlet" not in description and "outlet" not in item:
            self.report.add_warning(
                f"no outlet is given; {self.default_outlet!r} is used", source.name
            )
            constants["outlet"] = self.default_outlet
        if isinstance(item, pl.DataFrame):
            return add_frame_origin(item, source, constants)
        described = {name: description[name] for name in COLUMN_ALIASES if name in description}
        row = add_row_origin(item, source, constants) | described
        return row if (row.get("date") or "").strip() else self.add_written_date(row, source)

    def add_written_date(self, row: ArticleRow, source: SourceFile) -> ArticleRow:
        """Return the row of a file that is one article with the date in the file's name."""
        date = source.written_date
        if date is None or "number" in row or source.ending not in SINGLE_ARTICLE_ENDINGS:
            return row
        self.dates_by_file[source.name] = date
        return row | {"date": date}

    def describe_names(self) -> list[str]:
        """Return what was read from the names of files and folders, in sentences."""
        outlets = list(dict.fromkeys(self.outlets_by_file.values()))
        examples = list(self.dates_by_file.items())[:1]
        return [
            f"The outlet of {format_count(len(self.outlets_by_file), 'file')} is the folder that "
            f"they are in: {join_names(map(repr, outlets), top=5, rest='other')}."
        ] * bool(outlets) + [
            f"The date of {format_count(len(self.dates_by_file), 'file')} is the one in the name, "
            f"such as {date!r} of {name!r}."
            for name, date in examples
        ]

    def refuse_without_text(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that have a text of a length that one article can have."""
        is_too_long = pl.col("text").str.len_bytes() > MAX_TEXT_LENGTH
        refused = frame.filter(is_blank("text") | is_too_long).select(
            "source", "title", is_blank("text").alias("is_empty")
        )
        too_long = f"too long for one article (more than {MAX_TEXT_LENGTH:,} bytes)"
        for source, title, is_empty in refused.iter_rows():
            self.report.refuse(source, "no text" if is_empty else too_long, title)
        return frame.filter(~is_blank("text") & ~is_too_long)

    def fill_outlets(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with an outlet and an id each, "unattributed" where none is given."""
        self.n_without_outlet += frame.select(is_blank("outlet").sum()).item()
        self.n_with_text += frame.height
        outlet = (
            pl.when(is_blank("outlet"))
            .then(pl.lit(UNATTRIBUTED_OUTLET))
            .otherwise(pl.col("outlet").str.strip_chars())
        )
        doc_id = pl.when(is_blank("doc_id")).then(pl.col("made_id")).otherwise(pl.col("doc_id"))
        return frame.with_columns(outlet=outlet, doc_id=doc_id)

    def refuse_duplicates(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows without those whose id and text an earlier row has.

        Rows with the same hash of 64 bits count as the same; for two different articles the
        chance of that is 1 in 2**64.
        """
        fingerprints = frame.select(
            pl.col("doc_id").hash(seed=1) ^ pl.col("text").hash(seed=2)
        ).to_series()
        is_repeated = ~fingerprints.is_first_distinct()
        earlier = self.source_by_fingerprint.keys() & fingerprints.to_list()
        if earlier:
            is_repeated |= fingerprints.is_in(pl.Series(list(earlier), dtype=pl.UInt64))
        fresh, repeated = frame.filter(~is_repeated), frame.filter(is_repeated)
        self.source_by_fingerprint.update(
            zip(fingerprints.filter(~is_repeated), fresh["source"], strict=True)
        )
        for fingerprint, source, text in zip(
            fingerprints.filter(is_repeated), repeated["source"], repeated["text"], strict=True
        ):
            first = self.source_by_fingerprint[fingerprint]
            self.report.refuse(source, f"same id and text as {first}", text)
        return fresh

    def set_apart_other_languages(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that are not in another language; of several, with the one of each."""
        if len(self.languages) > 1:
            own, other = tell_languages(frame, self.languages)
            frame = frame.with_columns(language=own)
        else:
            other = find_other_languages(frame, self.languages[0])
        apart = frame.with_columns(language=other).filter(other.is_not_null())
        self.apart.append(apart.select("source", "outlet", "language"))
        self.report.n_apart += apart.height
        return frame.filter(other.is_null())

    def set_apart_stubs(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that are articles; all if stubs are kept."""
        kinds = find_stubs(frame["text"])
        stubs = frame.with_columns(sign=kinds).filter(kinds.is_not_null())
        self.stubs.append(stubs.select(list(SIGN_SCHEMA)))
        if self.keeps_stubs:
            return frame
        self.report.n_apart += stubs.height
        return frame.filter(kinds.is_null())

    def finish(self, frame: pl.DataFrame) -> ReadingResult:
        """Return all that was read; ids and dates become final.

        Parameters
        ----------
        frame : DataFrame
            The rows of all frames in their order, with further columns or without the texts.
        """
        frame = make_ids_unique(frame, self.report)
        if self.n_without_outlet:
            self.report.add_warning(
                f"{self.n_without_outlet:,} of {self.n_with_text:,} articles have no outlet; "
                f"they are counted as {UNATTRIBUTED_OUTLET!r}."
            )
        dates, warnings = read_dates(frame["date"], frame["table"], date_order=self.date_order)
        frame = frame.with_columns(
            dates.alias("date"),
            read_times(frame["date"], dates, frame["table"]),
            *(set_blank_to_null(name) for name in ("title", "authors", "url", "group")),
        )
        self.report.check_totals(frame.height)
        return ReadingResult(
            frame.drop("source", "table"),
            pl.DataFrame(self.report.rejects, schema=REJECT_SCHEMA, orient="row"),
            pl.concat([pl.DataFrame(schema=OTHER_LANGUAGE_SCHEMA), *self.apart]),
            pl.concat([pl.DataFrame(schema=SIGN_SCHEMA), *self.stubs]),
            self.report.list_warnings() + self.describe_names() + warnings,
            self.report.files,
        )


def get_outlet(item: ArticleRow | pl.DataFrame) -> object:
    """Return the outlet that a row names; of a frame, whether it has a column of outlets."""
    if isinstance(item, pl.DataFrame):
        return "outlet" in item.columns
    return (item.get("outlet") or "").strip()


def add_frame_origin(
    frame: pl.DataFrame, source: SourceFile, constants: Mapping[str, str]
) -> pl.DataFrame:
    """Return the rows with their place, an id made of it, and the constants."""
    number = pl.col("number").cast(pl.String)
    return frame.with_columns(
        pl.concat_str(pl.lit(source.place("")), number).alias("source"),
        pl.concat_str(pl.lit(f"{source.id_stem}-"), number).alias("made_id"),
        *(pl.lit(value).alias(name) for name, value in constants.items()),
    )


def add_row_origin(row: ArticleRow, source: SourceFile, constants: Mapping[str, str]) -> ArticleRow:
    """Return the row with its place, an id made of it, and the constants."""
    number = row.get("number")
    if number is None:
        return row | dict(constants) | {"source": source.name, "made_id": source.id_stem}
    made_id = f"{source.id_stem}-{number}"
    return row | dict(constants) | {"source": source.place(number), "made_id": made_id}


def refuse_unsupported(source: SourceFile, description: ArticleRow) -> None:
    """Raise for a file of no supported format, or of another content than the metadata say."""
    if source.path and source.path.is_dir():
        raise UnreadableError("a link to a folder, which is not followed: move the folder here")
    if not source.ending:
        raise UnreadableError(
            f"its ending is not supported; supported are {SUPPORTED_ENDINGS_TEXT}"
        )
    if source.path and not source.path.is_file():
        raise UnreadableError("not a regular file")
    expected = (description.get("sha256") or "").strip().lower()
    if expected and source.path:
        actual = hash_file(source.path)
        if actual != expected:
            raise UnreadableError(
                f"the file has changed: its sha256 is {actual}, in the metadata it is {expected}"
            )


def is_blank(column: str) -> pl.Expr:
    """Return where a column has nothing but white space."""
    return ~pl.col(column).str.contains(r"\S").fill_null(False)


def set_blank_to_null(column: str) -> pl.Expr:
    """Return the column with null for white space."""
    return pl.when(~is_blank(column)).then(pl.col(column)).alias(column)


def make_ids_unique(frame: pl.DataFrame, report: ReadingReport) -> pl.DataFrame:
    """Return the rows with one id each: another text under a taken id gets "-2", "-3"."""
    repeated = (
        frame.with_row_index("place")
        .filter(pl.col("doc_id").is_duplicated())
        .select("place", "doc_id")
    )
    if repeated.is_empty():
        return frame
    taken, ids = set(frame["doc_id"]), frame["doc_id"].to_list()
    counts: Counter[str] = Counter()
    for place, doc_id in repeated.iter_rows():
        ids[place] = find_free_id(doc_id, counts, taken)
    changed = frame.filter(pl.Series(ids) != frame["doc_id"])["doc_id"]
    report.add_warning(
        f"{changed.len():,} of {len(ids):,} articles shared an id with a different text; "
        f"a number was added to the id{format_examples(changed)}."
    )
    return frame.with_columns(doc_id=pl.Series(ids))


def find_free_id(doc_id: str, counts: Counter[str], taken: set[Any]) -> str:
    """Return the id itself at first, then the next with a number that no other article has."""
    counts[doc_id] += 1
    if counts[doc_id] == 1:
        return doc_id
    while (name := f"{doc_id}-{counts[doc_id]}") in taken:
        counts[doc_id] += 1
    taken.add(name)
    return name
