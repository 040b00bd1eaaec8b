"""Shares corrected for hits in the wrong sense: double sampling.

Outlets may be more or less precise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betaln

from wording.phrasing import format_count, format_interval, format_percent
from wording.questions.coding.precision import average_line_marks
from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.reporting import STABLE_DECIMALS
from wording.settings import VOICE_GROUPS
from wording.stats import resampling
from wording.tables import TABLES, check_columns

PRECISION_GRID = (np.arange(100) + 0.5) / 100
"""Precisions over all outlets that are weighed against each other."""
STRENGTH_GRID = np.geomspace(0.5, 2000, 60)
"""How alike outlets may be.

The strength of the beta distribution that their precisions come from, in lines.
"""


def correct_shares(
    shares: pd.DataFrame, marks: pd.DataFrame, design: Design = DEFAULT_DESIGN
) -> pd.DataFrame:
    """Return the `shares` table with shares corrected for hits in the wrong sense.

    Parameters
    ----------
    shares : pandas.DataFrame
        Of one voice, with low and high.
    marks : pandas.DataFrame
        As in `precision.estimate_precision`; a variant with hits and no coded line leaves its
        concept at the outlet uncorrected (NaN).
    design : Design
        How often is drawn, and from which seed.

    Returns
    -------
    pandas.DataFrame
        One row per concept, variant and outlet: concept, variant, outlet, voice, n, share, low,
        high as given; n_coded (lines of the outlet); right_sense (part of the hits in the right
        sense at this outlet) with right_low, right_high; n_right (n times right_sense);
        corrected_share (of all right hits of the concept at the outlet) with corrected_low,
        corrected_high. Intervals hold every source of error: which articles there are, which lines
        were coded, how unlike outlets are.

    References
    ----------
    Double sampling: a count by a fallible rule times the part that is right in a sample that was
    checked (Tenenbein 1970, Journal of the American Statistical Association 65, 1350-1361; Cochran
    1977, ch. 12). An outlet has too few coded lines of its own, so its precision is a mean of its
    own and that of all outlets, weighed by how alike outlets are (composite estimator: Rao & Molina
    2015, Small Area Estimation); the beta-binomial model, its prior and its draws are those of
    Gelman et al. (2013), Bayesian Data Analysis, section 5.3.
    """
    lines = average_line_marks(marks)
    rng = np.random.default_rng(design.seed)
    parts = []
    for concept, part in shares.groupby("concept", sort=False):
        coded = _select_concept_lines(lines, concept, part)
        parts.append(_correct_concept(part, coded, design.draws, rng))
    whole = pd.concat(parts) if parts else shares.reindex(columns=list(TABLES["corrected"]))
    return check_columns(whole.sort_index(), "corrected")


def describe_corrections(table: pd.DataFrame, *, top: int = 4) -> list[str]:
    """Return the shares of a table `corrected` that change most, by at least a percentage point."""
    corrected = table.dropna(subset="corrected_share")
    if corrected.empty:
        return [
            "No share can be corrected: this needs at least one coded line for every term in the "
            "voice compared."
        ]
    change = (corrected["corrected_share"] - corrected["share"]).abs().round(STABLE_DECIMALS)
    change = change[change >= 0.01].sort_values(ascending=False, kind="stable")
    largest = corrected.loc[change.index[:top]]
    described = [_describe_correction(row) for row in largest.itertuples()]
    left = len(change) - len(described)
    if left:
        verb = "changes" if left == 1 else "change"
        described.append(
            f"{format_count(left, 'more share')} {verb} by at least one percentage point."
        )
    return described or [
        "Leaving out hits in the wrong sense changes no share by a percentage point or more."
    ]


def _describe_correction(row: Any) -> str:
    return (
        f"{row.outlet}: “{row.variant}” accounts for {format_percent(row.share)} of all hits "
        f"counted, and {format_percent(row.corrected_share)} of those in the right sense"
        f"{_format_corrected_interval(row)}."
    )


def _format_corrected_interval(row: Any) -> str:
    if np.isnan(row.corrected_low):
        return ""
    return f" ({format_interval(row.corrected_low, row.corrected_high)})"


def beta_binomial_posterior(right: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return how likely each beta distribution is, from which the outlets' precisions come.

    Parameters
    ----------
    right, n : numpy.ndarray
        Of each outlet, lines in the right sense and lines coded; they need not be whole.

    Returns
    -------
    numpy.ndarray
        Means (`PRECISION_GRID`) x strengths (`STRENGTH_GRID`), with the sum 1.

    References
    ----------
    Gelman et al. (2013), eq. 5.8, prior of eq. 5.9: uniform on the mean and on 1 / sqrt(strength).
    """
    a = PRECISION_GRID[:, None] * STRENGTH_GRID
    b = STRENGTH_GRID - a
    logs = (betaln(a[..., None] + right, b[..., None] + n - right) - betaln(a, b)[..., None]).sum(
        axis=-1
    ) - np.log(STRENGTH_GRID) / 2
    likely = np.exp(logs - logs.max())
    return likely / likely.sum()


def draw_precisions(
    right: np.ndarray, n: np.ndarray, *, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return draws of each outlet's precision, given what was coded at all of them.

    Parameters
    ----------
    right, n : numpy.ndarray
        Of each outlet, lines in the right sense and lines coded.
    draws : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Draws x outlets.
    """
    cell = rng.choice(
        len(PRECISION_GRID) * len(STRENGTH_GRID),
        size=draws,
        p=beta_binomial_posterior(right, n).ravel(),
    )
    mean = PRECISION_GRID[cell // len(STRENGTH_GRID), None]
    strength = STRENGTH_GRID[cell % len(STRENGTH_GRID), None]
    return rng.beta(mean * strength + right, (1 - mean) * strength + n - right)


def composite_estimate(right: np.ndarray, n: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return each outlet's precision, drawn towards that of all outlets.

    The fewer lines an outlet has, the more its own precision is drawn.

    Parameters
    ----------
    right, n : numpy.ndarray
        Of each outlet, lines in the right sense and lines coded.
    weight : numpy.ndarray
        What each outlet weighs in the precision of all: its hits.
    """
    with np.errstate(invalid="ignore"):
        own = right / n
    is_coded = n > 0
    coded_weight = weight[is_coded]
    overall = np.average(own[is_coded], weights=coded_weight if coded_weight.sum() else None)
    strength = beta_binomial_posterior(right, n).sum(axis=0)
    pull = (strength * STRENGTH_GRID / (STRENGTH_GRID + n[:, None])).sum(axis=1)
    return pull * overall + np.where(is_coded, (1 - pull) * np.where(is_coded, own, 0), 0)


def _select_concept_lines(lines: pd.DataFrame, concept: str, part: pd.DataFrame) -> pd.DataFrame:
    """Return the coded lines of a concept in the voice and at the outlets of its shares.

    Parameters
    ----------
    lines : pandas.DataFrame
        The coded lines of all concepts.
    concept : str
    part : pandas.DataFrame
        The shares of the concept.
    """
    in_voice = lines["voice"].isin(VOICE_GROUPS[part["voice"].iloc[0]])
    at_outlets = lines["outlet"].isin(part["outlet"])
    return lines[(lines["concept"] == concept) & in_voice & at_outlets]


def _correct_concept(
    part: pd.DataFrame, lines: pd.DataFrame, draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one concept with corrected shares.

    Parameters
    ----------
    part : pandas.DataFrame
        Its shares.
    lines : pandas.DataFrame
        Its coded lines.
    draws : int
        How often precisions and shares are drawn.
    rng : numpy.random.Generator
    """
    tables, samples = [], []
    for variant, rows in part.groupby("variant", sort=False):
        coded = lines[lines["variant"] == variant]
        estimate = _estimate_outlet_precision(rows, coded, draws, rng)
        tables.append(estimate.table)
        samples.append(estimate.drawn)
    table, drawn = pd.concat(tables), np.hstack(samples)
    outlet_of = table["outlet"].to_numpy()
    return pd.concat(
        [
            _correct_outlet(rows, drawn[:, outlet_of == outlet], rng)
            for outlet, rows in table.groupby("outlet", sort=False)
        ]
    )


@dataclass(frozen=True)
class _PrecisionEstimate:
    """The precision of one variant at each outlet.

    Attributes
    ----------
    table : pandas.DataFrame
        Its rows of the `shares` table with n_coded, right_sense, right_low, right_high.
    drawn : numpy.ndarray
        Draws x rows of the table: the precision in each draw.
    """

    table: pd.DataFrame
    drawn: np.ndarray


def _estimate_outlet_precision(
    rows: pd.DataFrame, lines: pd.DataFrame, draws: int, rng: np.random.Generator
) -> _PrecisionEstimate:
    """Return the precision of one variant at each outlet.

    It is NaN without a coded line; the draws are then 0 where there is no hit to be right.

    Parameters
    ----------
    rows : pandas.DataFrame
        Its shares.
    lines : pandas.DataFrame
        Its coded lines.
    draws : int
        How often precisions are drawn.
    rng : numpy.random.Generator
    """
    n_coded = lines.groupby("outlet").size().reindex(rows["outlet"], fill_value=0).to_numpy()
    if lines.empty:
        table = rows.assign(
            n_coded=n_coded, right_sense=np.nan, right_low=np.nan, right_high=np.nan
        )
        unknown = np.where(rows["n"] > 0, np.nan, 0.0)
        return _PrecisionEstimate(table, np.broadcast_to(unknown, (draws, len(rows))))
    right, n = _count_coded_articles(lines, rows["outlet"])
    drawn = draw_precisions(right, n, draws=draws, rng=rng)
    precision = composite_estimate(right, n, rows["n"].to_numpy(float))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    table = rows.assign(
        n_coded=n_coded,
        right_sense=precision,
        right_low=np.minimum(low, precision),
        right_high=np.maximum(high, precision),
    )
    return _PrecisionEstimate(table, drawn)


def _count_coded_articles(lines: pd.DataFrame, outlets: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return of each outlet the articles in the right sense and the articles coded.

    Lines of one article count as one: they are rarely right or wrong alone.
    """
    by_article = lines.groupby(["outlet", "doc_id"])["right"].mean().groupby("outlet")
    right = by_article.sum().reindex(outlets, fill_value=0).to_numpy(float)
    n = by_article.count().reindex(outlets, fill_value=0).to_numpy(float)
    return right, n


def _correct_outlet(
    part: pd.DataFrame, precisions: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one concept at one outlet with corrected shares.

    Parameters
    ----------
    part : pandas.DataFrame
        Its rows with their precision, one per variant.
    precisions : numpy.ndarray
        Draws x variants: the precisions in each draw.
    rng : numpy.random.Generator
    """
    n, right_sense = part["n"].to_numpy(float), part["right_sense"].to_numpy(float)
    n_right = np.where(n == 0, 0, n * right_sense)
    with np.errstate(invalid="ignore"):
        share = n_right / n_right.sum()
        drawn = _draw_shares(part, len(precisions), rng) * precisions
        low, high = np.quantile(drawn / drawn.sum(axis=1, keepdims=True), [0.025, 0.975], axis=0)
    unsure = np.isnan(share) | part["low"].isna().to_numpy()
    return part.assign(
        n_right=n_right,
        corrected_share=share,
        corrected_low=np.where(unsure, np.nan, np.minimum(low, share)),
        corrected_high=np.where(unsure, np.nan, np.maximum(high, share)),
    )


def _draw_shares(part: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return draws of the shares of a concept that spread as their intervals do.

    Parameters
    ----------
    part : pandas.DataFrame
        The variants of the concept at one outlet, with share, low, high.
    draws : int
        How many.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Draws x variants, from a Dirichlet distribution; NaN without intervals.
    """
    share, width = part["share"].to_numpy(float), (part["high"] - part["low"]).to_numpy(float)
    if np.isnan(share + width).any():
        return np.full((draws, len(share)), np.nan)
    strength = _average_effective_hits(share, _find_effective_hits(share, width))
    return rng.dirichlet(strength * share + 1 / len(share), size=draws)


def _average_effective_hits(share: np.ndarray, effective: np.ndarray) -> float:
    """Return the harmonic mean of the variants' effective hits, weighed by share * (1 - share)."""
    variance = share * (1 - share)
    if not variance.sum():
        return effective.mean()
    return variance.sum() / (variance / effective).sum()


def _find_effective_hits(share: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return the number of hits whose Wilson interval has the width.

    By bisection on its logarithm.
    """
    few, many = np.zeros_like(share), np.full_like(share, 40.0)
    for _ in range(60):
        middle = (few + many) / 2
        low, high = resampling.share_interval(share, np.exp(middle))
        too_wide = high - low > width
        few, many = np.where(too_wide, middle, few), np.where(too_wide, many, middle)
    return np.where(np.isfinite(width), np.exp(few), np.nan)
