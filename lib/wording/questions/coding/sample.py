"""Lines to code by hand, and the marks that coders set: a random sample by outlet and variant, and the study's marks.csv."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wording.corpus.counts import find_study_hits
from wording.errors import WordingError
from wording.settings import one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

CODING_MARKS = ("right sense", "wrong sense", "own voice", "quoted")
LINE_KEY = ["doc_id", "start", "end", "concept", "variant"]
MARK_COLUMNS = list(TABLES["marks"])


def draw_sample(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, size: int = 200
) -> pd.DataFrame:
    """The `hits` to code: about so many, drawn at random, every outlet and variant by its number of hits and at least one of each.

    Raises
    ------
    WordingError
        If the articles are not there: a line must be read to be coded.
    """
    if not study.has_articles:
        raise WordingError(
            f"{study.name}: lines are drawn from the articles, which are not here; put them where study.yml says."
        )
    return draw_stratified(find_study_hits(study, concepts), size=size, seed=study.seed)


def draw_stratified(hits: pd.DataFrame, *, size: int, seed: int) -> pd.DataFrame:
    """About so many of the `hits` (see `draw_sample`), by a hash of the seed, the article and the place, so that articles that are added move no line.

    They come in the order of the hash, so that whoever stops early has coded a random part of them.
    """
    place = (
        hits["doc_id"].astype(str)
        + "\n"
        + hits["start"].astype(str)
        + "\n"
        + hits["concept"].astype(str)
    )
    lot = [hashlib.blake2b(f"{seed}\n{line}".encode(), digest_size=8).hexdigest() for line in place]
    stratum = hits.assign(lot=lot).groupby(
        ["concept", "variant", "outlet"], sort=False, observed=True
    )
    wanted = np.maximum(1, (stratum["doc_id"].transform("size") * size / max(len(hits), 1)).round())
    kept = hits.assign(lot=lot)[stratum["lot"].rank(method="first") <= wanted]
    return kept.sort_values("lot").drop(columns="lot").reset_index(drop=True)


def record_marks(
    study: StudyRecord, lines: pd.DataFrame, mark: str, *, coder: str, drawn: bool = False
) -> pd.DataFrame:
    """Adds the coder's mark to each of the lines (rows of a `hits` table) in the study's marks.csv, and gives back the rows added.

    Parameters
    ----------
    mark : right sense, wrong sense, own voice or quoted.
    drawn : whether the lines come from `draw_sample`; only these say how many of all lines are right.

    Raises
    ------
    WordingError
        For an unknown mark, or a coder without a name.
    """
    one_of("mark", mark, CODING_MARKS)
    if not coder.strip():
        raise WordingError("coder='': a mark needs the name of who set it.")
    added = lines.assign(
        coder=coder.strip(), date=datetime.date.today().isoformat(), mark=mark, sample=drawn
    )[MARK_COLUMNS]
    file = locate_marks_file(study)
    with file.open("a", encoding="utf8", newline="") as out:
        added.to_csv(out, index=False, header=not out.tell(), lineterminator="\n")
    return added.reset_index(drop=True)


def read_marks(study: StudyRecord) -> pd.DataFrame:
    """The `marks` table: one row per mark in the study's marks.csv, in the order in which they were set; empty when there is none.

    Raises
    ------
    WordingError
        For a file that lacks a column, or a row that is no mark, by its line.
    """
    file = locate_marks_file(study)
    if not file.is_file():
        return pd.DataFrame({column: pd.Series(dtype=object) for column in MARK_COLUMNS})
    read = pd.read_csv(file, dtype=str, keep_default_na=False)
    if missing := [column for column in MARK_COLUMNS if column not in read]:
        raise WordingError(
            f"{file}:1: the column {missing[0]!r} is missing; the first line should be: {','.join(MARK_COLUMNS)}."
        )
    wrong = (
        ~read["mark"].isin(CODING_MARKS)
        | ~read["start"].str.isdigit()
        | ~read["end"].str.isdigit()
        | ~read["sample"].isin(["True", "False"])
    )
    if wrong.any():
        line = int(np.flatnonzero(wrong)[0])
        raise WordingError(
            f"{file}:{line + 2}: {', '.join(read.iloc[line])} is no mark: expected numbers as start and end, one of {', '.join(CODING_MARKS)}, and True or False as sample."
        )
    return check_columns(
        read.assign(
            start=read["start"].astype(int),
            end=read["end"].astype(int),
            sample=read["sample"] == "True",
        ),
        "marks",
    )


def choose_started_concept(study: StudyRecord) -> str:
    """The concept that has the most marks, or the study's first where none has any."""
    counts = read_marks(study)["concept"].value_counts()
    return next(
        (name for name in counts.index if name in study.concepts), next(iter(study.concepts))
    )


def keep_current_marks(set_marks: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """The marks whose line is one of the hits, with the outlet and the voice of the hit as it is counted now."""
    now = hits[[*LINE_KEY, "outlet", "voice"]].astype({"doc_id": str}).drop_duplicates(LINE_KEY)
    return set_marks.drop(columns=["outlet", "voice"]).merge(now, on=LINE_KEY, how="inner")[
        MARK_COLUMNS
    ]


def select_uncoded(
    lines: pd.DataFrame, set_marks: pd.DataFrame, *, coder: str | None = None
) -> pd.DataFrame:
    """The lines on which the coder (None: anybody) has set no mark yet: where one left off."""
    done = (
        set_marks[LINE_KEY]
        if coder is None
        else set_marks.loc[set_marks["coder"] == coder.strip(), LINE_KEY]
    )
    done = done.drop_duplicates().assign(done=True)
    return lines[
        lines[LINE_KEY].merge(done, on=LINE_KEY, how="left")["done"].isna().to_numpy()
    ].reset_index(drop=True)


def locate_marks_file(study: StudyRecord) -> Path:
    """Where a study keeps its marks."""
    return study.folder / "marks.csv"
