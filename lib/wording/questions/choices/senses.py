"""A difference between two sides without the hits that coders found to be in the wrong sense."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.counts import find_study_hits
from wording.questions.coding.correction import correct_shares
from wording.questions.coding.sample import keep_current_marks
from wording.questions.design import Design
from wording.questions.shares.resampled import ConceptComparison, ResampledCounts
from wording.settings import REST_LABEL
from wording.stats import resampling
from wording.stats.arrays import Array
from wording.study.journal import read_marks
from wording.study.records import StudyRecord


@dataclass(frozen=True)
class ContrastSide:
    """One side of a difference: arrays of the variants, and the number of its articles."""

    name: str
    n: Array
    share: Array
    effective: Array
    units: float


def pick_sides(
    compared: ConceptComparison, outlet: str, other: str
) -> tuple[ContrastSide, ContrastSide]:
    """Return an outlet, and another one or the rest, of all that are compared."""
    first = compared.outlets.index(outlet)
    if other == REST_LABEL:
        second = take_side(compared.rest, first, other)
    else:
        second = take_side(compared.own, compared.outlets.index(other), other)
    return take_side(compared.own, first, outlet), second


def take_side(counts: ResampledCounts, row: int, name: str) -> ContrastSide:
    """Return one row of the counts of all outlets, or of the rest of each."""
    units = float(counts.units[row, 0])
    return ContrastSide(name, counts.n[row], counts.share[row], counts.effective[row], units)


def read_current_marks(study: StudyRecord, concept: str) -> pd.DataFrame:
    """Return the marks of a concept that still stand on a counted line."""
    marks = read_marks(study)
    marks = marks[marks["concept"] == concept]
    if marks.empty or not study.has_articles:
        return marks
    return keep_current_marks(marks, find_study_hits(study, [concept]))


def compare_right_senses(
    sides: tuple[ContrastSide, ContrastSide],
    marks: pd.DataFrame,
    variants: list[str],
    voice: str,
    design: Design,
) -> pd.DataFrame:
    """Return differences of shares corrected for hits in the wrong sense.

    Parameters
    ----------
    sides : (ContrastSide, ContrastSide)
    marks : DataFrame
        Of one concept; the lines of all outlets of the rest are taken together.
    variants : list of str
        In order.
    voice : str
        Whose words are counted: only lines in them say how often hits are right.
    design : Design
        How often is drawn.

    Returns
    -------
    DataFrame
        One row per variant, by name: difference, low, high; NaN where a variant with hits has no
        coded line.

    References
    ----------
    The interval is made of those of the two shares: Newcombe (1998), Statistics in Medicine 17,
    873-890, method 10; Zou & Donner (2008), Statistics in Medicine 27, 1693-1702.
    """
    first, second = sides
    is_first = marks["outlet"] == first.name
    if second.name == REST_LABEL:
        marks = marks.assign(outlet=np.where(is_first, first.name, second.name))
    concept = marks["concept"].iloc[0]
    shares = pd.concat([tabulate_side(side, variants) for side in sides], ignore_index=True)
    corrected = correct_shares(shares.assign(concept=concept, voice=voice), marks, design)
    one, two = (
        corrected[corrected["outlet"] == side.name].set_index("variant").loc[variants]
        for side in sides
    )
    share, other = one["corrected_share"], two["corrected_share"]
    below = np.hypot(share - one["corrected_low"], two["corrected_high"] - other)
    above = np.hypot(one["corrected_high"] - share, other - two["corrected_low"])
    difference = share - other
    return pd.DataFrame(
        {"difference": difference, "low": difference - below, "high": difference + above}
    )


def tabulate_side(side: ContrastSide, variants: list[str]) -> pd.DataFrame:
    """Return the shares of one side with their intervals, one row per variant."""
    low, high = resampling.share_interval(side.share, side.effective)
    columns = {"n": side.n.astype(int), "share": side.share, "low": low, "high": high}
    return pd.DataFrame({"variant": variants, "outlet": side.name, **columns})
