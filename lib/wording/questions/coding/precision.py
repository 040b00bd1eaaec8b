"""How often a variant's hits are right.

Only lines of a random sample (`sample` in the `marks`) say how many of all lines are right; lines
picked by hand say nothing about the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wording.phrasing import format_count, format_interval, format_percent
from wording.questions.coding.agreement import select_latest_marks
from wording.questions.coding.sample import LINE_KEY
from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.reporting import keep_stable_digits
from wording.settings import VOICE_GROUPS
from wording.stats import resampling
from wording.tables import TABLES, check_columns

MIN_CODED_LINES = 5
"""Coded lines that a precision needs."""


def estimate_precision(
    marks: pd.DataFrame,
    hits: pd.DataFrame,
    voice: str | None = None,
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return how often hits are right, by lines from a random sample.

    Parameters
    ----------
    marks : pandas.DataFrame
        With `sample` (true for lines drawn at random), `outlet` and `voice` (as counted).
    hits : pandas.DataFrame
        The `hits` or `counts` table with outlet and voice: how many lines each stratum (variant x
        outlet x voice) has.
    voice : str, optional
        A name in `VOICE_GROUPS`, whose lines count together; without it each voice alone.
    design : Design
        How articles are drawn.

    Returns
    -------
    pandas.DataFrame
        One row per concept, variant and voice (as counted) with coded lines from a random sample:
        concept, variant, voice; n_coded (lines); right_sense (part of the variant's hits in the
        right sense) with low, high; own_voice (part of the hits in the right sense that are the
        outlet's own words) with own_low, own_high; NaN below five coded lines. Lines weigh as many
        hits as they stand for (strata are sampled unequally); several coders of one line count as
        one, by their mean.

    References
    ----------
    The stratified estimator of a part: Cochran (1977), Sampling Techniques, eq. 5.52; worked
    through in Olofsson et al. (2014), Remote Sensing of Environment 148, 42-57, whose figures it
    gives. Intervals: articles drawn, as in `resampling`.
    """
    if voice is not None:
        marks = marks[marks["voice"].isin(VOICE_GROUPS[voice])].assign(voice=voice)
        hits = hits[hits["voice"].isin(VOICE_GROUPS[voice])].assign(voice=voice)
    lines = _add_line_weights(average_line_marks(marks), hits)
    rows = [
        _estimate_variant(key, coded, design)
        for key, coded in lines.groupby(["concept", "variant", "voice"], sort=True)
    ]
    return check_columns(pd.DataFrame(rows, columns=list(TABLES["precision"])), "precision")


def average_line_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Return what the coders of each line of the random sample say of it, on average.

    Returns
    -------
    pandas.DataFrame
        One row per coded line: right and own, the parts of its coders who find it in the right
        sense, and the outlet's own.
    """
    sampled = select_latest_marks(marks[marks["sample"].astype(bool)])
    answers = sampled.assign(
        right=(sampled["mark"] == "right sense") * 1.0, own=(sampled["mark"] == "own voice") * 1.0
    )
    keys = [*LINE_KEY, "outlet", "voice"]
    right = answers[answers["question"] == "sense"].groupby(keys)["right"].mean()
    own = answers[answers["question"] == "voice"].groupby(keys)["own"].mean()
    return pd.concat([right, own], axis=1).reset_index().dropna(subset="right")


def describe_precision(precision: pd.DataFrame, *, top: int = 6) -> list[str]:
    """Return what the table of `precision` says, the least precise first."""
    measured = precision.dropna(subset="right_sense")
    if measured.empty:
        return [
            f"No term has {MIN_CODED_LINES} coded lines from a random sample, so precision cannot "
            "be estimated."
        ]
    order = keep_stable_digits(measured["right_sense"]).sort_values(kind="stable").index
    return [_describe_term_precision(row) for row in measured.loc[order].head(top).itertuples()]


def _describe_term_precision(row: Any) -> str:
    return (
        f"“{row.variant}” ({_VOICE_LABELS[row.voice]}): {format_percent(row.right_sense)} of the "
        f"hits are in the right sense ({format_interval(row.low, row.high)}; "
        f"{format_count(row.n_coded, 'line')} coded)."
    )


_VOICE_LABELS = {
    "outlet": "own words",
    "quoted": "quoted",
    "reported": "reported",
    "attributed": "quoted or reported",
    "all": "all voices",
}


def _add_line_weights(lines: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return the coded lines with the number of hits that each stands for."""
    stratum = ["concept", "variant", "outlet", "voice"]
    n = hits.assign(n=hits.get("n", 1)).groupby(stratum, observed=True)["n"].sum().rename("n_hits")
    count = lines.groupby(stratum)["right"].size().rename("n_lines")
    weighed = lines.join(n, on=stratum).join(count, on=stratum)
    return weighed.assign(weight=weighed["n_hits"] / weighed["n_lines"]).dropna(subset="weight")


def _estimate_variant(
    key: tuple[str, str, str], lines: pd.DataFrame, design: Design
) -> dict[str, object]:
    concept, variant, voice = key
    right, low, high = _estimate_proportion(lines, lines["right"], lines["weight"], design)
    answered = lines.dropna(subset="own")
    own, own_low, own_high = _estimate_proportion(
        answered, answered["own"], answered["weight"] * answered["right"], design
    )
    return {
        "concept": concept,
        "variant": variant,
        "voice": voice,
        "n_coded": len(lines),
        "right_sense": right,
        "low": low,
        "high": high,
        "own_voice": own,
        "own_low": own_low,
        "own_high": own_high,
    }


def _estimate_proportion(
    lines: pd.DataFrame, value: pd.Series, weight: pd.Series, design: Design
) -> tuple[float, float, float]:
    """Return a weighted part of the lines with its interval, articles drawn; NaN for few lines.

    Parameters
    ----------
    lines : pandas.DataFrame
        With doc_id and outlet.
    value : pandas.Series
        What the coders of each line say, 0 to 1.
    weight : pandas.Series
        Hits that each line stands for.
    design : Design
        How articles are drawn.
    """
    value, weight = value.to_numpy(float), weight.to_numpy(float)
    if len(lines) < MIN_CODED_LINES or not weight.sum():
        return np.nan, np.nan, np.nan
    share = (value * weight).sum() / weight.sum()
    doc = np.unique(lines["doc_id"].to_numpy(str), return_inverse=True)[1]
    drawn = _draw_line_weights(lines["outlet"].to_numpy(str), doc, design)
    with np.errstate(invalid="ignore", divide="ignore"):
        samples = (drawn @ (value * weight)) / (drawn @ weight)
    samples = samples[np.isfinite(samples)]
    articles = resampling.effective_articles(np.bincount(doc, weights=weight))
    carriers = min(len(np.unique(doc[value > 0])), len(np.unique(doc[value < 1])))
    hits = resampling.effective_articles(weight)
    n = resampling.effective_hits(
        samples, share, hits=hits, articles=articles if articles > 1 else np.nan, carriers=carriers
    )
    low, high = resampling.share_interval(share, n)
    return float(share), float(low), float(high)


def _draw_line_weights(outlet: np.ndarray, doc: np.ndarray, design: Design) -> np.ndarray:
    """Return how often each line is drawn, as draws x lines.

    Articles are drawn within outlets, those of outlets with one article among each other.

    Parameters
    ----------
    outlet, doc : numpy.ndarray
        The outlet and the article of each line.
    design : Design
    """
    articles = pd.Series(doc).groupby(outlet).transform("nunique").to_numpy()
    stratum = np.where(articles > 1, outlet, "")
    n = pd.Series(doc).groupby(stratum).transform("nunique").to_numpy()
    return resampling.draw_article_weights(
        stratum, draws=design.draws, seed=design.seed, families=doc
    ) * (n / np.maximum(n - 1, 1))
