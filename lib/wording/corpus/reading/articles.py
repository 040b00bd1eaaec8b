"""Reads articles from any supported file or folder, batch by batch: nothing is lost (accepted + rejected + set apart = given)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from wording.corpus.reading.archives import iterate_members
from wording.corpus.reading.dates import format_examples, read_dates
from wording.corpus.reading.encodings import MAX_TEXT_LENGTH, UnreadableError
from wording.corpus.reading.formats.registry import READERS, batch_rows
from wording.corpus.reading.languages import find_other_languages
from wording.corpus.reading.metadata import METADATA_ALIASES, read_metadata
from wording.corpus.reading.report import COLUMN_ALIASES, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import (
    ARCHIVE_ENDINGS,
    BROKEN_FILE_ERRORS,
    SUPPORTED_ENDINGS_TEXT,
    SourceFile,
    list_files,
)
from wording.errors import WordingError
from wording.files import hash_file
from wording.phrasing import suggest_name

UNATTRIBUTED_OUTLET = "unattributed"
REJECT_SCHEMA = dict.fromkeys(("source", "reason", "sample"), pl.String)
OTHER_LANGUAGE_SCHEMA = dict.fromkeys(("source", "outlet", "language"), pl.String)


@dataclass(frozen=True)
class ReadingResult:
    """What was read: the articles, what was refused or set apart and why, and what a reader should know about all of them."""

    frame: pl.DataFrame
    rejects: pl.DataFrame
    apart: pl.DataFrame
    warnings: list[str]
    files: list[tuple[str, str]]


def read_articles(path, **options) -> ReadingResult:
    """Return the articles of a file, or of a folder (all below it, by name, without hidden files), all at once.

    The options, and what a file may be, are those of `ArticleReader`.

    Returns
    -------
    Articles
        frame, one row per article: doc_id (unique), outlet, date (null: unknown), title, authors, url (null: missing), text.
        rejects, one row per refused row or file: source (file or file:row), reason, sample (up to 80 characters).
        apart, one row per article in another language: source, outlet, language (ISO 639-1).
        warnings, sentences. files, the name and sha256 of each file that was read.

    Raises
    ------
    WordingError
        The path has no supported file, a table has no text, or an option names something that is not there.
    """
    reading = ArticleReader(path, **options)
    return reading.finish(pl.concat([pl.DataFrame(schema=reading.schema), *reading]))


class ArticleReader:
    """One reading of a file or folder: to be iterated for frames of articles as they are read, and to be finished with their rows.

    A .txt, .html, .docx or .rtf file is one article, or many if a news database exported it; so is each row of a table (.csv, .tsv, .jsonl, .json,
    .parquet, .xlsx), each page of a .warc and each item of a feed (.rss, .atom, .xml); .gz of each; .zip and .tar of them. Text stays as it was given.

    Parameters
    ----------
    path : a file or a folder
    metadata : a table with a column `file` that describes the files that are one article; if it has `sha256`, changed files are refused
    columns : {our name: their name}, for columns that have none of the usual names
    date_order : "mdy", "dmy" or "ymd", for dates such as 9/6/17; without it the other dates decide, else mdy
    default_outlet : the outlet of files that have no column for it, instead of "unattributed"
    language : the articles' language (ISO 639-1); those in another are set apart, unless it is None
    """

    schema = dict.fromkeys(
        ("doc_id", "outlet", "date", "title", "authors", "url", "text", "source", "table"),
        pl.String,
    )

    def __init__(
        self,
        path,
        *,
        metadata=None,
        columns=None,
        date_order=None,
        default_outlet=None,
        language=None,
    ):
        columns = columns or {}
        check_options(columns, date_order)
        self.ledger = ReadingReport()
        self.sources = list_files(Path(path), leave_out=metadata)
        self.described = (
            read_metadata(Path(metadata), self.sources, columns, self.ledger) if metadata else {}
        )
        self.chooser = ColumnChooser(self.ledger, columns, wanted=COLUMN_ALIASES, required="text")
        self.date_order, self.default_outlet, self.language = (
            date_order,
            default_outlet or UNATTRIBUTED_OUTLET,
            language,
        )
        self.seen, self.apart, self.n_blank, self.n = {}, [], 0, 0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Frames of articles in the order of the files, of some thousand rows, in the columns of `schema`; dates are as they are written."""
        for frame in batch_rows(self.items(), self.ledger):
            self.ledger.given += frame.height
            settled = self.without_repeated(self.with_outlets(self.with_text(frame)))
            kept = self.in_language(settled) if self.language else settled
            if kept.height:
                yield kept.select(list(self.schema))

    def items(self) -> Iterator[dict | pl.DataFrame]:
        """The rows of all files, or frames of them."""
        for source in self.sources:
            if source.path and source.path.is_file() and source.ending:
                self.ledger.files.append((source.name, hash_file(source.path)))
            yield from self.rows(source)

    def rows(self, source: SourceFile) -> Iterator[dict | pl.DataFrame]:
        """The rows of a file, of each file in an archive; what cannot be read is refused."""
        n, before = 0, self.ledger.given
        try:
            refuse_unsupported(source, self.described.get(source.name, {}))
            for item in (
                self.unpacked(source) if source.ending in ARCHIVE_ENDINGS else self.read(source)
            ):
                n += 1
                yield item
            if not n and before == self.ledger.given:
                raise UnreadableError("it has no rows")
        except (UnreadableError, *BROKEN_FILE_ERRORS) as fault:
            reason = (
                str(fault) if isinstance(fault, UnreadableError) else f"it cannot be read: {fault}"
            )
            self.ledger.turn_away(
                source.name, f"{reason} (what stands before it was read)" if n else reason
            )

    def read(self, source: SourceFile) -> Iterator[dict | pl.DataFrame]:
        """The rows of a file, with where they are from."""
        with source.open() as stream:
            for item in READERS[source.ending](stream, source, self.chooser):
                yield self.stamped(item, source)

    def unpacked(self, source: SourceFile) -> Iterator[dict | pl.DataFrame]:
        """The rows of all files in an archive."""
        for found in iterate_members(source):
            if isinstance(found, SourceFile):
                yield from self.rows(found)
            else:
                self.ledger.turn_away(*found)

    def stamped(self, item: dict | pl.DataFrame, source: SourceFile) -> dict | pl.DataFrame:
        """A row, or a frame of rows, with where it is from; the metadata's word counts more than the file's."""
        description = self.described.get(source.name, {})
        constants = {"table": description.get("table") or source.name}
        if (
            "outlet" not in (item.columns if isinstance(item, pl.DataFrame) else item)
            and "outlet" not in description
        ):
            self.ledger.remark(
                f"no outlet is given; it is taken to be {self.default_outlet!r}", source.name
            )
            constants["outlet"] = self.default_outlet
        if isinstance(item, pl.DataFrame):
            number = pl.col("number").cast(pl.String)
            made = {
                "source": pl.concat_str(pl.lit(f"{source.name}:"), number),
                "made_id": pl.concat_str(pl.lit(f"{source.label}-"), number),
            }
            return item.with_columns(
                **made, **{name: pl.lit(value) for name, value in constants.items()}
            )
        number = item.pop("number", None)
        made = {"source": source.name, "made_id": source.label}
        if number is not None:
            made = {"source": f"{source.name}:{number}", "made_id": f"{source.label}-{number}"}
        return (
            item
            | constants
            | made
            | {name: description[name] for name in COLUMN_ALIASES if name in description}
        )

    def with_text(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that have a text of a length that one article can have."""
        long = pl.col("text").str.len_bytes() > MAX_TEXT_LENGTH
        for source, title, empty in (
            frame.filter(is_blank("text") | long)
            .select("source", "title", is_blank("text").alias("empty"))
            .iter_rows()
        ):
            self.ledger.refuse(
                source,
                "no text" if empty else f"longer than {MAX_TEXT_LENGTH:,} bytes: no single article",
                title,
            )
        return frame.filter(~is_blank("text") & ~long)

    def with_outlets(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with outlets stripped, and "unattributed" where there is none."""
        self.n_blank += frame.select(is_blank("outlet").sum()).item()
        self.n += frame.height
        outlet = (
            pl.when(is_blank("outlet"))
            .then(pl.lit(UNATTRIBUTED_OUTLET))
            .otherwise(pl.col("outlet").str.strip_chars())
        )
        return frame.with_columns(
            outlet=outlet, doc_id=pl.when(is_blank("doc_id")).then("made_id").otherwise("doc_id")
        )

    def without_repeated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows without those whose id and text an earlier row has."""
        marks = frame.select(
            pl.col("doc_id").hash(seed=1) ^ pl.col("text").hash(seed=2)
        ).to_series()
        earlier, repeated = self.seen.keys() & marks.to_list(), ~marks.is_first_distinct()
        if earlier:
            repeated |= marks.is_in(pl.Series(list(earlier), dtype=pl.UInt64))
        fresh = frame.filter(~repeated)
        self.seen.update(zip(marks.filter(~repeated), fresh["source"], strict=True))
        for mark, source, text in zip(
            marks.filter(repeated), *frame.filter(repeated).select("source", "text"), strict=True
        ):
            self.ledger.refuse(source, f"duplicate of {self.seen[mark]}", text)
        return fresh

    def in_language(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that are not in another language."""
        other = find_other_languages(frame, self.language)
        apart = (
            frame.with_columns(language=other)
            .filter(other.is_not_null())
            .select("source", "outlet", "language")
        )
        self.apart.append(apart)
        self.ledger.n_apart += apart.height
        return frame.filter(other.is_null())

    def finish(self, frame: pl.DataFrame) -> ReadingResult:
        """All that was read, from the rows of all frames in their order, with further columns or without the texts; ids and dates become final."""
        frame = make_ids_unique(frame, self.ledger)
        if self.n_blank:
            self.ledger.remark(
                f"The outlet is blank in {self.n_blank:,} of {self.n:,} articles; they count as {UNATTRIBUTED_OUTLET!r}."
            )
        dates, warnings = read_dates(frame["date"], frame["table"], date_order=self.date_order)
        frame = frame.with_columns(
            dates.alias("date"), *(set_blank_to_null(name) for name in ("title", "authors", "url"))
        )
        self.ledger.balance(frame.height)
        return ReadingResult(
            frame.drop("source", "table"),
            pl.DataFrame(self.ledger.rejects, schema=REJECT_SCHEMA, orient="row"),
            pl.concat([pl.DataFrame(schema=OTHER_LANGUAGE_SCHEMA), *self.apart]),
            self.ledger.sentences() + warnings,
            self.ledger.files,
        )


def check_options(columns, date_order):
    """Refuse the name of a column or of an order that does not exist."""
    known = {**COLUMN_ALIASES, **METADATA_ALIASES}
    for name in columns:
        if name not in known:
            raise WordingError(
                f"articles: columns: {name!r} is none of our columns; {suggest_name(name, known)}"
            )
    if date_order not in (None, "mdy", "dmy", "ymd"):
        raise WordingError(
            f"articles: date_order: {date_order!r} is not allowed; give mdy, dmy or ymd"
        )


def refuse_unsupported(source, description):
    """Raise for a file of no supported kind, or of another content than the metadata describe."""
    if not source.ending:
        raise UnreadableError(
            f"its ending is not supported; supported are {SUPPORTED_ENDINGS_TEXT}"
        )
    if source.path and not source.path.is_file():
        raise UnreadableError("it is no regular file")
    expected = (description.get("sha256") or "").strip().lower()
    if expected and (found := hash_file(source.path)) != expected:
        raise UnreadableError(
            f"the file has changed: its sha256 is {found}, in the metadata it is {expected}"
        )


def is_blank(column):
    """Say where a column has nothing but white space."""
    return ~pl.col(column).str.contains(r"\S").fill_null(False)


def set_blank_to_null(column):
    """Return the column with null for white space."""
    return pl.when(~is_blank(column)).then(column).alias(column)


def make_ids_unique(frame, ledger):
    """Return the rows with one id each: another text under a taken id gets "-2", "-3"."""
    repeated = (
        frame.with_row_index("place")
        .filter(pl.col("doc_id").is_duplicated())
        .select("place", "doc_id")
    )
    if repeated.is_empty():
        return frame
    taken, count, ids = set(frame["doc_id"]), Counter(), frame["doc_id"].to_list()
    for place, doc_id in repeated.iter_rows():
        ids[place] = find_free_id(doc_id, count, taken)
    changed = frame.filter(pl.Series(ids) != frame["doc_id"])["doc_id"]
    ledger.remark(
        f"{changed.len():,} of {len(ids):,} articles had the id of another text; a number was added{format_examples(changed)}."
    )
    return frame.with_columns(doc_id=pl.Series(ids))


def find_free_id(doc_id, count, taken):
    """Return the id itself at first, then the next with a number that no other article has."""
    count[doc_id] += 1
    if count[doc_id] == 1:
        return doc_id
    while (name := f"{doc_id}-{count[doc_id]}") in taken:
        count[doc_id] += 1
    taken.add(name)
    return name
