"""Reads the files of a counts folder, which people may edit: what cannot be is refused in words."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.corpus import LINK_SCHEMA
from wording.corpus.marks.grammar.act_kernels import FORMS
from wording.errors import WordingError
from wording.files import change_texts, unguard_formula
from wording.settings import TOKEN_PLACES, TOKEN_VOICES
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

TEXT_COLUMNS = (
    "doc_id",
    "other",
    "outlet",
    "time",
    "family",
    "language",
    "agency",
    "group",
    "concept",
    "variant",
    "voice",
    "place",
    "speaker",
    "cue",
    "stance",
    "act",
    "form",
    "agent",
    "patient",
)
"""Columns of the counts folder that hold text, whatever it looks like."""

COUNT_COLUMNS = (
    "n",
    "n_words",
    "n_quoted",
    "n_reported",
    "n_boilerplate",
    "n_copied",
    "n_headline",
    "n_lead",
)
FRACTION_COLUMNS = ("shared", "score")
FLAG_COLUMNS = ("first", "tied", "short")
REQUIRED_COLUMNS = (
    "doc_id", "other", "outlet", "family", "concept", "variant", "voice", "act", "agent", "patient"
)  # fmt: skip

ARTICLE_DEFAULTS = {
    "title": None,
    "authors": None,
    "url": None,
    "group": None,
    "n_headline": np.nan,
    "n_lead": np.nan,
}
"""What articles.csv need not have: texts of the articles, and what older versions did not count."""

OLD_COUNTS_REMEDY = (
    "The counts folder is of an older version: make it anew with `wording counts STUDY --out "
    "FOLDER`, where the articles are."
)
DAMAGED_COUNTS_REMEDY = (
    "Correct it, restore the counts folder, or make it anew with `wording counts STUDY --out "
    "FOLDER`, where the articles are."
)


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


def read_counts_file(file: Path, table: str, **known: Any) -> pd.DataFrame:
    """Return a table of counts; only an empty cell is missing, an outlet may be called "NA".

    Parameters
    ----------
    file : Path
        A .csv file.
    table : str
        The table that it has.
    known : Any
        Columns of the table that the file need not have, with their value where it has not.

    Raises
    ------
    WordingError
        If it is no such table, with the line and the value.
    """
    texts = dict.fromkeys(TEXT_COLUMNS, str)
    try:
        content = file.read_bytes()
        frame = pd.read_csv(io.BytesIO(content), dtype=texts, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise refuse_counts_file(file, error) from error
    if not content.endswith((b"\n", b"\r")):
        raise WordingError(
            f"{file} ends within a line, so its end may be lost. Add a line break if it is whole. "
            f"{DAMAGED_COUNTS_REMEDY}"
        )
    known = {name: value for name, value in known.items() if name not in frame.columns}
    frame = check_columns(
        frame.assign(**known), table, remedy=f"It is read from {file}. {OLD_COUNTS_REMEDY}"
    )
    if fault := find_counts_fault(frame.drop(columns=list(known))):
        raise WordingError(f"{file}:{fault}. {DAMAGED_COUNTS_REMEDY}")
    typed = set_counts_types(frame.drop(columns=list(known))).assign(**known)
    return change_texts(typed[list(frame.columns)], unguard_formula)


def set_counts_types(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of counts, all of whose values can be, with numbers, days and flags."""
    types = dict.fromkeys(COUNT_COLUMNS, "int64") | dict.fromkeys(FRACTION_COLUMNS, "float64")
    typed = frame.astype({name: kind for name, kind in types.items() if name in frame})
    flags = {name: frame[name].astype(str) == "True" for name in FLAG_COLUMNS if name in frame}
    days = {"date": pd.to_datetime(frame["date"])} if "date" in frame else {}
    return typed.assign(**flags, **days)


def refuse_counts_file(file: Path, error: Exception) -> WordingError:
    """Return the error that says why a file of counts cannot be read."""
    reason = getattr(error, "strerror", None) or " ".join(str(error).split())
    return WordingError(f"{file} cannot be read ({reason}). {DAMAGED_COUNTS_REMEDY}")


def find_counts_fault(frame: pd.DataFrame) -> str:
    """Return the first line of a file of counts that cannot be, and why; empty if there is none."""
    for column in frame.columns:
        is_right, expected = check_counts_column(frame[column])
        if not is_right.all():
            row = int((~is_right).argmax())
            value = frame[column].iloc[row]
            given = "missing" if pd.isna(value) else f"“{value}”"
            return f"{row + 2}: {column} is {given}; expected {expected}"
    if {"n", "n_copied"} <= set(frame.columns) and (frame["n_copied"] > frame["n"]).any():
        row = int((frame["n_copied"] > frame["n"]).argmax())
        return f"{row + 2}: n_copied is more than n"
    return ""


def check_counts_column(values: pd.Series) -> tuple[pd.Series, str]:
    """Return which values of a column can be, and what is expected."""
    name = values.name
    if name in COUNT_COLUMNS:
        numbers = pd.to_numeric(values, errors="coerce")
        return (numbers >= 0) & (numbers % 1 == 0), "a whole number, 0 or more"
    if name in FRACTION_COLUMNS:
        numbers = pd.to_numeric(values, errors="coerce")
        return numbers.between(0, 1) | values.isna(), "a number from 0 to 1, or nothing"
    if name in FLAG_COLUMNS:
        return values.astype(str).isin(("True", "False")), "True or False"
    if name == "date":
        days = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce")
        return days.notna() | values.isna(), "a day such as 2026-02-24, or nothing"
    if name == "place":
        return values.isin(TOKEN_PLACES), f"one of {', '.join(TOKEN_PLACES)}"
    if name == "voice":
        return values.isin(TOKEN_VOICES), f"one of {', '.join(TOKEN_VOICES)}"
    if name == "form":
        return values.isin(FORMS), f"one of {', '.join(FORMS)}"
    if name in REQUIRED_COLUMNS:
        return values.notna(), "a text"
    return pd.Series(True, index=values.index), ""


def check_counted_articles(rows: pd.DataFrame, articles: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return rows of counts after a check that articles.csv has all their articles.

    Raises
    ------
    WordingError
        With the first that it does not have.
    """
    unknown = rows.loc[~rows["doc_id"].isin(articles["doc_id"]), "doc_id"]
    if len(unknown):
        raise WordingError(
            f"{file}:{unknown.index[0] + 2}: articles.csv has no article {unknown.iloc[0]!r}. "
            f"{DAMAGED_COUNTS_REMEDY}"
        )
    return rows


def read_articles_table(study: StudyRecord) -> pd.DataFrame:
    """Return the `articles` table of the study's counts folder.

    Counts of an older version do not say how many words headlines and leads have.

    Raises
    ------
    WordingError
        If an article is there twice.
    """
    file = locate_counts_file(study, "articles.csv")
    articles = read_counts_file(file, "articles", **ARTICLE_DEFAULTS)
    if len(study.languages) > 1:
        articles = articles.assign(language=read_article_languages(study, file))
    if len(twice := articles.loc[articles["doc_id"].duplicated(), "doc_id"]):
        raise WordingError(
            f"{file}:{twice.index[0] + 2}: the article {twice.iloc[0]!r} is there twice. "
            f"{DAMAGED_COUNTS_REMEDY}"
        )
    return articles


def read_article_languages(study: StudyRecord, file: Path) -> list[str]:
    """Return the language of each article in articles.csv of a study of several languages.

    Raises
    ------
    WordingError
        Where it is missing, or no language of the study.
    """
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    languages = frame.get("language", pd.Series("", index=frame.index)).tolist()
    for number, language in enumerate(languages, start=2):
        if language not in study.languages:
            raise WordingError(
                f"{file}:{number}: the language of the article is {language!r}; study.yml names "
                f"{', '.join(study.languages)}. {DAMAGED_COUNTS_REMEDY}"
            )
    return languages


def read_counts_table(study: StudyRecord, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the `counts` table of the study's counts folder, about these articles.

    Counts of an older version are of the text: lead and body together.
    """
    file = locate_counts_file(study, "counts.csv")
    return check_counted_articles(read_counts_file(file, "counts", place="text"), articles, file)


def knows_places(study: StudyRecord) -> bool:
    """Return whether it is known where hits stand: not from counts of an older version."""
    if study.has_articles:
        return True
    counts = read_counts_file(locate_counts_file(study, "counts.csv"), "counts", place="text")
    return not (counts["place"] == "text").any()


def read_attributions_table(study: StudyRecord, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the `attributions` table of the study's counts folder, outlets from `articles`."""
    file = locate_counts_file(study, "attributions.csv")
    rows = read_counts_file(file, "attributions", outlet=None, speaker=None)
    located = check_counted_articles(rows, articles, file).drop(columns="outlet")
    return check_columns(located.merge(articles[["doc_id", "outlet"]], on="doc_id"), "attributions")


def knows_acts(study: StudyRecord) -> bool:
    """Return whether acts can be counted: not from counts that were made without them."""
    return study.has_articles or (study.folder / "counts" / "acts.csv").is_file()


def read_acts_table(study: StudyRecord, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the `act_counts` of the study's counts folder, about these articles.

    Raises
    ------
    WordingError
        If there are none: the counts were made before a concept named acts.
    """
    folder = study.folder / "counts"
    if folder.is_dir() and not (folder / "acts.csv").is_file():
        raise WordingError(
            f"{folder} has no acts.csv, which says who does what to whom. {OLD_COUNTS_REMEDY}"
        )
    file = locate_counts_file(study, "acts.csv")
    return check_counted_articles(read_counts_file(file, "act_counts"), articles, file)


def read_links_table(study: StudyRecord, articles: pd.DataFrame) -> pl.DataFrame:
    """Return the `links` of the study's counts folder, between these articles.

    Raises
    ------
    WordingError
        If there are none: the counts are of an older version.
    """
    folder = study.folder / "counts"
    if folder.is_dir() and not (folder / "links.csv").is_file():
        raise WordingError(
            f"{folder} has no links.csv, which says what articles tell of one event. "
            f"{OLD_COUNTS_REMEDY}"
        )
    file = locate_counts_file(study, "links.csv")
    links = read_counts_file(file, "links")
    for name in ("doc_id", "other"):
        check_counted_articles(links[["doc_id"]].assign(doc_id=links[name]), articles, file)
    return pl.from_pandas(links, schema_overrides=LINK_SCHEMA)


def read_compressed_counts(
    study: StudyRecord, table: str, numbers: Mapping[str, Any]
) -> pl.DataFrame:
    """Return a table of the counts folder that is saved as .csv.gz; but for `numbers`, it is text.

    Raises
    ------
    WordingError
        If it is damaged, or no such table.
    """
    file = locate_counts_file(study, f"{table}.csv.gz")
    schema = dict.fromkeys(TABLES[table], pl.String) | dict(numbers)
    try:
        content = gzip.decompress(file.read_bytes())
        frame = pl.read_csv(content, schema=schema)
        found = content.partition(b"\n")[0].decode().strip("\r").split(",")
    except (OSError, EOFError, ValueError, zlib.error, pl.exceptions.PolarsError) as error:
        raise refuse_counts_file(file, error) from error
    if found != list(schema):
        raise WordingError(
            f"{file} has the columns {', '.join(found)}, not {', '.join(schema)}. "
            f"{OLD_COUNTS_REMEDY}"
        )
    wrong = pl.any_horizontal(pl.col(*numbers).is_null() | (pl.col(*numbers) < 0))
    if frame.select(wrong.any()).item():
        raise WordingError(
            f"{file} has a number that is missing or below 0. {DAMAGED_COUNTS_REMEDY}"
        )
    return frame
