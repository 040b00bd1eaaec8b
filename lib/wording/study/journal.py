"""What people judged, kept in the study's folder, one line per judgement; no line is ever changed.

Only marks that were just set can be taken back, and are then gone.

`marks.csv` has the marks that coders set on lines of the articles, `verdicts.csv` the verdicts on
proposed rivals, `link_verdicts.csv` those on links between articles on one event. The last verdict
on a pair counts.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from wording.errors import WordingError
from wording.files import replace_file
from wording.phrasing import suggest_name
from wording.settings import one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

CODING_MARKS = ("right sense", "wrong sense", "own voice", "quoted")
"""What a coder may say of a line: of the sense of its words, and of whose words they are."""

VERDICTS = ("accept", "reject", "opposite sides", "house style")
"""Two phrases name the same thing; they do not; they name the two sides of a dispute; they are
spellings or styles of one name."""

LINK_VERDICTS = ("same event", "different events")
"""What may be said of two linked articles."""


def record_marks(
    study: StudyRecord, lines: pd.DataFrame, mark: str, *, coder: str, from_sample: bool = False
) -> pd.DataFrame:
    """Add the coder's mark on each of the lines to the study's marks.csv.

    Parameters
    ----------
    study : StudyRecord
        The study that the lines are from.
    lines : DataFrame
        Rows of a `hits` table.
    mark : str
        right sense, wrong sense, own voice or quoted.
    coder : str
        The person who set the mark.
    from_sample : bool
        Whether the lines were drawn by `draw_sample`; only these say how many of all lines are
        right.

    Returns
    -------
    DataFrame
        The rows added, as in the table `marks`.

    Raises
    ------
    WordingError
        For an unknown mark, a coder without a name, a line in a headline, or a file with other
        columns or invalid lines.
    """
    one_of("mark", mark, CODING_MARKS)
    if "place" in lines and (lines["place"] == "headline").any():
        raise WordingError(
            "A line in a headline cannot be marked: marks.csv has places in texts only. Mark lines "
            'of the text (place="text").'
        )
    if not coder.strip():
        raise WordingError(f"coder={coder!r}: give the name of the coder.")
    today = datetime.date.today().isoformat()
    added = lines.assign(coder=coder.strip(), date=today, mark=mark, sample=from_sample)
    added = added[list(TABLES["marks"])].reset_index(drop=True)
    read_marks(study)
    append_lines(locate_marks_file(study), added)
    return added


def undo_marks(study: StudyRecord, added: pd.DataFrame) -> Path:
    """Take marks back that were just added (see `record_marks`), and return the file.

    Raises
    ------
    WordingError
        If they are not the last lines of the file any more; the file stays as it is.
    """
    file = locate_marks_file(study)
    last = read_marks(study).tail(len(added)).reset_index(drop=True)
    if not len(added) or not last.astype(str).equals(added.astype(str)):
        raise WordingError(
            f"The last lines of {file.name} are not these marks any more, so they stay: mark the "
            "lines again; of one coder, the last mark counts."
        )
    lines = pd.read_csv(file, dtype=str, keep_default_na=False)
    with replace_file(file) as partial:
        lines.iloc[: -len(added)].to_csv(partial, index=False, lineterminator="\n")
    return file


def read_marks(study: StudyRecord) -> pd.DataFrame:
    """Return the table `marks`: one row per mark in marks.csv, in the order in which they were set.

    Raises
    ------
    WordingError
        If the file lacks a column or has an invalid line, with its number.
    """
    file = locate_marks_file(study)
    marks = read_lines(file, "marks", _is_mark, _explain_mark_fault)
    if marks.empty:
        return marks
    typed = marks.assign(
        start=marks["start"].astype(int),
        end=marks["end"].astype(int),
        sample=marks["sample"] == "True",
    )
    return check_columns(typed, "marks")


def _is_mark(lines: pd.DataFrame) -> pd.Series:
    """Which lines of marks.csv are valid."""
    return (
        lines["mark"].isin(CODING_MARKS)
        & lines["start"].str.isdigit()
        & lines["end"].str.isdigit()
        & lines["sample"].isin(["True", "False"])
    )


def _explain_mark_fault(line: pd.Series) -> str:
    return (
        f"{', '.join(line)} is not a valid mark: start and end must be numbers, "
        f"mark one of {', '.join(CODING_MARKS)}, and sample True or False."
    )


def record_verdict(
    study: StudyRecord,
    term: str,
    rival: str,
    verdict: str,
    *,
    who: str,
    date: datetime.date | None = None,
) -> Path:
    """Add a verdict on two phrases to the study's verdicts.csv, and return the file.

    Parameters
    ----------
    study : StudyRecord
        The study for which the phrases were judged.
    term, rival : str
        The two phrases; which comes first does not matter.
    verdict : str
        accept, reject, opposite sides or house style.
    who : str
        The person who judged.
    date : date, optional
        Of the verdict; today if left out.

    Raises
    ------
    WordingError
        For another verdict, a blank name or phrase, or a file with other columns or invalid lines.
    """
    one_of("verdict", verdict, VERDICTS)
    read_verdicts(study)
    row = [" ".join(str(value).split()) for value in (term, rival, verdict, who)]
    return _append_verdict(locate_verdicts_file(study), "verdicts", row, date)


def record_link_verdict(
    study: StudyRecord,
    doc_id: str,
    other: str,
    verdict: str,
    *,
    who: str,
    date: datetime.date | None = None,
) -> Path:
    """Add a verdict on two linked articles to the study's link_verdicts.csv, and return the file.

    Parameters
    ----------
    study : StudyRecord
        The study that the articles are from.
    doc_id, other : str
        The names of the two articles; which comes first does not matter.
    verdict : str
        same event or different events.
    who : str
        The person who judged.
    date : date, optional
        Of the verdict; today if left out.

    Raises
    ------
    WordingError
        For another verdict, a blank name, or a file with other columns or invalid lines.
    """
    one_of("verdict", verdict, LINK_VERDICTS)
    read_link_verdicts(study)
    row = [doc_id, other, verdict, " ".join(who.split())]
    return _append_verdict(locate_link_verdicts_file(study), "link_verdicts", row, date)


def _append_verdict(file: Path, table: str, row: list[str], date: datetime.date | None) -> Path:
    """Add a verdict (of two things, by somebody) to a file, with its day, and return the file."""
    if not all(row):
        first, second = list(TABLES[table])[:2]
        raise WordingError(
            f"A verdict needs a {first}, a {second} and who judged; "
            f"given: {row[0]!r}, {row[1]!r}, {row[3]!r}."
        )
    day = str(date or datetime.date.today())
    append_lines(file, pd.DataFrame([[*row, day]], columns=list(TABLES[table])))
    return file


def read_verdicts(study: StudyRecord) -> pd.DataFrame:
    """Return the table `verdicts`: the last verdict on each pair, in the order of their lines.

    A pair is the same whichever phrase comes first, and whatever their case.

    Raises
    ------
    WordingError
        If the file lacks a column or has an unknown verdict, with its line.
    """
    file = locate_verdicts_file(study)
    verdicts = read_lines(file, "verdicts", _is_verdict, _explain_verdict_fault)
    return _keep_last_verdicts(
        verdicts, verdicts["term"].str.lower(), verdicts["rival"].str.lower()
    )


def _is_verdict(lines: pd.DataFrame) -> pd.Series:
    """Which lines of verdicts.csv are valid."""
    return lines["verdict"].isin(VERDICTS)


def _explain_verdict_fault(line: pd.Series) -> str:
    return f"there is no verdict {line['verdict']!r}; {suggest_name(line['verdict'], VERDICTS)}."


def read_link_verdicts(study: StudyRecord) -> pd.DataFrame:
    """Return the table `link_verdicts`: the last verdict on each pair, in the order of their lines.

    A pair is the same whichever article comes first.

    Raises
    ------
    WordingError
        If the file lacks a column or has an unknown verdict, with its line.
    """
    file = locate_link_verdicts_file(study)
    verdicts = read_lines(file, "link_verdicts", _is_link_verdict, _explain_link_verdict_fault)
    return _keep_last_verdicts(verdicts, verdicts["doc_id"], verdicts["other"])


def _is_link_verdict(lines: pd.DataFrame) -> pd.Series:
    """Which lines of link_verdicts.csv are valid."""
    return lines["verdict"].isin(LINK_VERDICTS)


def _explain_link_verdict_fault(line: pd.Series) -> str:
    verdict = line["verdict"]
    return f"there is no verdict {verdict!r} on a link; {suggest_name(verdict, LINK_VERDICTS)}."


def _keep_last_verdicts(verdicts: pd.DataFrame, one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Return the last verdict on each pair, whichever of its two comes first."""
    pairs = [frozenset(pair) for pair in zip(one, other, strict=True)]
    is_last = ~pd.Series(pairs, dtype=object).duplicated(keep="last").to_numpy()
    return verdicts[is_last].reset_index(drop=True)


def read_lines(
    file: Path,
    table: str,
    is_valid: Callable[[pd.DataFrame], pd.Series],
    explain_fault: Callable[[pd.Series], str],
) -> pd.DataFrame:
    """Return the lines of a CSV file of judgements as text, in the columns of a table.

    Parameters
    ----------
    file : Path
        Where the judgements are; a file that is missing or empty has none.
    table : str
        The table whose columns the file must have.
    is_valid : callable
        Tells which of the lines are valid.
    explain_fault : callable
        Says what is wrong with a line that is not.

    Raises
    ------
    WordingError
        If the file cannot be read, a column is missing, or a line is invalid, with its number.
    """
    columns = list(TABLES[table])
    if not os.path.lexists(file):
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    try:
        # Blank lines are read too, so that the index tells the number of each line.
        lines = pd.read_csv(file, dtype=str, keep_default_na=False, skip_blank_lines=False)
    except pd.errors.EmptyDataError:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise WordingError(
            f"{file} cannot be read ({reason}): correct it, or restore it from a copy. Nobody "
            "else has what people judged there."
        ) from error
    lines = lines.fillna("")
    for column in columns:
        if column not in lines:
            raise WordingError(
                f"{file}:1: the column {column!r} is missing; "
                f"the first line should be: {','.join(columns)}."
            )
    lines = lines.loc[(lines != "").any(axis=1), columns]
    wrong = lines[~is_valid(lines)]
    if len(wrong):
        raise WordingError(f"{file}:{wrong.index[0] + 2}: {explain_fault(wrong.iloc[0])}")
    return lines.reset_index(drop=True)


def append_lines(file: Path, rows: pd.DataFrame) -> None:
    """Add rows to the end of a CSV file, below a header where it is new.

    A last line without its line break gets one, and columns of the file that the rows do not have
    stay empty.
    """
    text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    if text:
        rows = rows.reindex(columns=pd.read_csv(file, nrows=0).columns)
    with file.open("a", encoding="utf8", newline="") as out:
        if text and not text.endswith("\n"):
            out.write("\n")
        rows.to_csv(out, index=False, header=not text, lineterminator="\n")


def locate_marks_file(study: StudyRecord) -> Path:
    """Return where a study keeps its marks."""
    return study.folder / "marks.csv"


def locate_verdicts_file(study: StudyRecord) -> Path:
    """Return where a study keeps its verdicts."""
    return study.folder / "verdicts.csv"


def locate_link_verdicts_file(study: StudyRecord) -> Path:
    """Return where a study keeps its verdicts on links."""
    return study.folder / "link_verdicts.csv"
