"""What people said of proposed rivals: verdicts.csv in the study's folder, one line per verdict, the last one on a pair counts."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import pandas as pd

from wording.errors import WordingError
from wording.phrasing import suggest_name
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

VERDICTS = ("accept", "reject", "opposite sides", "house style")
"""They name the same thing; they do not; they name the two sides of a dispute; they are two spellings or styles of one name."""


def record_verdict(
    study: StudyRecord,
    term: str,
    rival: str,
    verdict: str,
    *,
    who: str,
    date: datetime.date | None = None,
) -> Path:
    """Adds a verdict to the study's verdicts.csv, and gives back the file; nothing in it is ever changed or removed.

    Parameters
    ----------
    verdict : accept, reject, opposite sides or house style.
    who : the person who judged.
    date : of the verdict (None: today).

    Raises
    ------
    WordingError
        For another verdict, a blank name or phrase, or a file with other columns.
    """
    if verdict not in VERDICTS:
        raise WordingError(
            f"verdict={verdict!r} is none of {', '.join(VERDICTS)}; {suggest_name(verdict, VERDICTS)}."
        )
    row = [
        " ".join(str(value).split())
        for value in (term, rival, verdict, who, date or datetime.date.today())
    ]
    if not all(row):
        raise WordingError(
            f"A verdict needs a term, a rival and who judged; given: {row[0]!r}, {row[1]!r}, {row[3]!r}."
        )
    before = "".join(
        locate_verdicts_file(study).read_text(encoding="utf8")
        for _ in [read_verdicts(study)]
        if locate_verdicts_file(study).is_file()
    )
    with locate_verdicts_file(study).open("a", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not before:
            writer.writerow(TABLES["verdicts"])
        elif not before.endswith("\n"):
            file.write("\n")
        writer.writerow(row)
    return locate_verdicts_file(study)


def read_verdicts(study: StudyRecord) -> pd.DataFrame:
    """The table `verdicts`: the last verdict on each pair, in the order of their lines; a pair is the same whichever phrase comes first.

    Raises
    ------
    WordingError
        If verdicts.csv lacks a column or holds an unknown verdict, with its line.
    """
    file = locate_verdicts_file(study)
    if not file.is_file():
        return pd.DataFrame(columns=list(TABLES["verdicts"]), dtype=str)
    read = check_columns(pd.read_csv(file, dtype=str, keep_default_na=False), "verdicts")
    wrong = read.index[~read["verdict"].isin(VERDICTS)]
    if len(wrong):
        said = read.loc[wrong[0], "verdict"]
        raise WordingError(
            f"{file}:{wrong[0] + 2}: the verdict {said!r} is none of {', '.join(VERDICTS)}; {suggest_name(said, VERDICTS)}."
        )
    pair = [
        frozenset((term.lower(), rival.lower()))
        for term, rival in zip(read["term"], read["rival"], strict=True)
    ]
    return read[~pd.Series(pair, dtype=object).duplicated(keep="last").to_numpy()].reset_index(
        drop=True
    )


def locate_verdicts_file(study: StudyRecord) -> Path:
    """Where a study keeps its verdicts."""
    return study.folder / "verdicts.csv"
