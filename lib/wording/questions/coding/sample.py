"""Lines to code by hand: a random sample by outlet and variant, and which of it is coded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from wording.corpus.counts import find_study_hits
from wording.errors import WordingError
from wording.study.journal import read_marks
from wording.study.records import StudyRecord
from wording.tables import TABLES

LINE_KEY = ["doc_id", "start", "end", "concept", "variant"]


def draw_sample(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, size: int = 200
) -> pd.DataFrame:
    """Return the lines to code, drawn at random from the hits of a study.

    Parameters
    ----------
    study : StudyRecord
    concepts : sequence of str, optional
        Their names in the study; without it all.
    size : int
        About how many lines.

    Returns
    -------
    pandas.DataFrame
        A part of the `hits`: every outlet and variant by its number of hits, and at least one of
        each.

    Raises
    ------
    WordingError
        If the articles are not there: a line must be read to be coded.
    """
    if not study.has_articles:
        raise WordingError(
            f"{study.name}: lines are drawn from the articles, which are not available here; put "
            "them where study.yml says."
        )
    return draw_stratified(find_study_hits(study, concepts), size=size, seed=study.seed)


def draw_stratified(hits: pd.DataFrame, *, size: int, seed: int) -> pd.DataFrame:
    """Return about so many of the hits, drawn at random as in `draw_sample`.

    They are drawn by a hash of the seed, the article and the place, so that articles that are added
    move no line.

    Parameters
    ----------
    hits : pandas.DataFrame
    size : int
        About how many.
    seed : int

    Returns
    -------
    pandas.DataFrame
        The hits drawn, in the order of the hash, so that whoever stops early has coded a random
        part of them.
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


def choose_started_concept(study: StudyRecord) -> str:
    """Return the concept that has the most marks, or the study's first where none has any."""
    counts = read_marks(study)["concept"].value_counts()
    return next(
        (name for name in counts.index if name in study.concepts), next(iter(study.concepts))
    )


def keep_current_marks(set_marks: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return the marks whose line is one of the hits.

    Returns
    -------
    pandas.DataFrame
        The table `marks`, with the outlet and the voice of the hit as it is counted now.
    """
    now = hits[[*LINE_KEY, "outlet", "voice"]].astype({"doc_id": str}).drop_duplicates(LINE_KEY)
    return set_marks.drop(columns=["outlet", "voice"]).merge(now, on=LINE_KEY, how="inner")[
        list(TABLES["marks"])
    ]


def select_uncoded(
    lines: pd.DataFrame, set_marks: pd.DataFrame, *, coder: str | None = None
) -> pd.DataFrame:
    """Return the lines on which a coder has set no mark yet: where one left off.

    Parameters
    ----------
    lines : pandas.DataFrame
        Those to code.
    set_marks : pandas.DataFrame
        The table `marks`.
    coder : str, optional
        Whose marks count; without it anybody's.

    Returns
    -------
    pandas.DataFrame
        The columns and the order of `lines`.
    """
    if coder is not None:
        set_marks = set_marks[set_marks["coder"] == coder.strip()]
    coded = set_marks[LINE_KEY].drop_duplicates().assign(is_coded=True)
    beside = lines[LINE_KEY].merge(coded, on=LINE_KEY, how="left")
    return lines[beside["is_coded"].isna().to_numpy()].reset_index(drop=True)
