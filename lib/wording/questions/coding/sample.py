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
    """The `hits` to code: about so many, drawn at random, every outlet and variant by its number of hits and at least one of each.

    Raises
    ------
    WordingError
        If the articles are not there: a line must be read to be coded.
    """
    if not study.has_articles:
        raise WordingError(
            f"{study.name}: lines are drawn from the articles, which are not available here; put them where study.yml says."
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
        list(TABLES["marks"])
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
