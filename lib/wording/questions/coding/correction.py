"""Shares corrected for hits in the wrong sense: double sampling, where outlets may be more or less precise."""

from __future__ import annotations

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
"""How alike outlets may be: the strength of the beta distribution that their precisions come from, in lines."""


def correct_shares(
    shares: pd.DataFrame, marks: pd.DataFrame, design: Design = DEFAULT_DESIGN
) -> pd.DataFrame:
    """Return the `shares` table with shares corrected for hits in the wrong sense: one row per concept, variant and outlet.

    Parameters
    ----------
    shares : of one voice, with low and high
    marks : as in `precision.estimate_precision`; a variant with hits and no coded line leaves its concept at the outlet uncorrected (NaN)

    Returns
    -------
    concept, variant, outlet, voice, n, share, low, high as given; n_coded (lines of the outlet); right_sense (part of the hits in the right sense at
    this outlet) with right_low, right_high; n_right (n times right_sense); corrected_share (of all right hits of the concept at the outlet) with
    corrected_low, corrected_high. Intervals hold every source of error: which articles there are, which lines were coded, how unlike outlets are.

    Source
    ------
    Double sampling: a count by a fallible rule times the part that is right in a sample that was checked (Tenenbein 1970, Journal of the American
    Statistical Association 65, 1350-1361; Cochran 1977, ch. 12). An outlet has too few coded lines of its own, so its precision is a mean
    of its own and that of all outlets, weighed by how alike outlets are (composite estimator: Rao & Molina 2015, Small Area Estimation);
    the beta-binomial model, its prior and its draws are those of Gelman et al. (2013), Bayesian Data Analysis, section 5.3.
    """
    lines = average_line_marks(marks)
    rng = np.random.default_rng(design.seed)
    parts = [
        _correct_concept(part, _select_concept_lines(lines, key, part), design.draws, rng)
        for key, part in shares.groupby("concept", sort=False)
    ]
    whole = pd.concat(parts) if parts else shares.reindex(columns=list(TABLES["corrected"]))
    return check_columns(whole.sort_index(), "corrected")


def describe_corrections(table: pd.DataFrame, *, top: int = 4) -> list[str]:
    """Return the shares of a table `corrected` that change most, by at least a percentage point."""
    known = table.dropna(subset="corrected_share")
    if known.empty:
        return [
            "No share can be corrected: this needs at least one coded line for every term in the "
            "voice compared."
        ]
    change = (known["corrected_share"] - known["share"]).abs().round(STABLE_DECIMALS)
    change = change[change >= 0.01].sort_values(ascending=False, kind="stable")
    described = [_describe_correction(row) for row in known.loc[change.index[:top]].itertuples()]
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
    """Return how likely each mean and each strength of a beta distribution is, from which the outlets' precisions come: MEANS x ALIKE, sum 1.

    Parameters
    ----------
    right, n : of each outlet, lines in the right sense and lines coded; they need not be whole

    Source
    ------
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
    """Return draws of each outlet's precision, given what was coded at all of them: draws x outlets."""
    cell = rng.choice(
        len(PRECISION_GRID) * len(STRENGTH_GRID),
        size=draws,
        p=beta_binomial_posterior(right, n).ravel(),
    )
    mean, alike = (
        PRECISION_GRID[cell // len(STRENGTH_GRID), None],
        STRENGTH_GRID[cell % len(STRENGTH_GRID), None],
    )
    return rng.beta(mean * alike + right, (1 - mean) * alike + n - right)


def composite_estimate(right: np.ndarray, n: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return each outlet's precision: its own, drawn towards that of all outlets (which weigh as their hits) the more, the fewer lines it has."""
    with np.errstate(invalid="ignore"):
        own = right / n
    known = n > 0
    overall = np.average(own[known], weights=weight[known] if weight[known].sum() else None)
    pull = (
        beta_binomial_posterior(right, n).sum(axis=0) * STRENGTH_GRID / (STRENGTH_GRID + n[:, None])
    ).sum(axis=1)
    return pull * overall + np.where(known, (1 - pull) * np.where(known, own, 0), 0)


def _select_concept_lines(lines: pd.DataFrame, concept: str, part: pd.DataFrame) -> pd.DataFrame:
    """Return the coded lines of a concept in the voice and at the outlets of its shares."""
    told = lines["voice"].isin(VOICE_GROUPS[part["voice"].iloc[0]]) & lines["outlet"].isin(
        part["outlet"]
    )
    return lines[(lines["concept"] == concept) & told]


def _correct_concept(
    part: pd.DataFrame, lines: pd.DataFrame, draws: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one concept with corrected shares."""
    rows = [
        _estimate_outlet_precision(of, lines[lines["variant"] == variant], draws, rng)
        for variant, of in part.groupby("variant", sort=False)
    ]
    table, drawn = pd.concat([row for row, _ in rows]), np.hstack([sample for _, sample in rows])
    made = [
        _correct_outlet(of, drawn[:, table["outlet"].to_numpy() == outlet], rng)
        for outlet, of in table.groupby("outlet", sort=False)
    ]
    return pd.concat(made)


def _estimate_outlet_precision(
    rows: pd.DataFrame, lines: pd.DataFrame, draws: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return one variant with its precision at each outlet, and draws of it: NaN without a coded line, 0 where there is no hit to be right."""
    count = lines.groupby("outlet").size().reindex(rows["outlet"], fill_value=0).to_numpy()
    if lines.empty:
        sample = np.broadcast_to(np.where(rows["n"] > 0, np.nan, 0.0), (draws, len(rows)))
        return rows.assign(
            n_coded=count, right_sense=np.nan, right_low=np.nan, right_high=np.nan
        ), sample
    alone = lines.groupby(["outlet", "doc_id"])[
        "right"
    ].mean()  # lines of one article count as one: they are rarely right or wrong alone
    right, n = (
        alone.groupby("outlet").agg(how).reindex(rows["outlet"], fill_value=0).to_numpy(float)
        for how in ("sum", "count")
    )
    sample = draw_precisions(right, n, draws=draws, rng=rng)
    part, (low, high) = (
        composite_estimate(right, n, rows["n"].to_numpy(float)),
        np.quantile(sample, [0.025, 0.975], axis=0),
    )
    return rows.assign(
        n_coded=count,
        right_sense=part,
        right_low=np.minimum(low, part),
        right_high=np.maximum(high, part),
    ), sample


def _correct_outlet(
    part: pd.DataFrame, parts: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one concept at one outlet with corrected shares; `parts` are draws of its variants' precisions."""
    n, p = part["n"].to_numpy(float), part["right_sense"].to_numpy(float)
    n_right = np.where(n == 0, 0, n * p)
    with np.errstate(invalid="ignore"):
        share = n_right / n_right.sum()
        drawn = _draw_shares(part, len(parts), rng) * parts
        low, high = np.quantile(drawn / drawn.sum(axis=1, keepdims=True), [0.025, 0.975], axis=0)
    unsure = np.isnan(share) | part["low"].isna().to_numpy()
    low, high = (
        np.where(unsure, np.nan, np.minimum(low, share)),
        np.where(unsure, np.nan, np.maximum(high, share)),
    )
    return part.assign(
        n_right=n_right, corrected_share=share, corrected_low=low, corrected_high=high
    )


def _draw_shares(part: pd.DataFrame, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Return draws of the shares of a concept that spread as their intervals do: Dirichlet, draws x variants; NaN without intervals."""
    share, width = part["share"].to_numpy(float), (part["high"] - part["low"]).to_numpy(float)
    if np.isnan(share + width).any():
        return np.full((draws, len(share)), np.nan)
    spread = share * (1 - share)
    worth = _find_effective_hits(share, width)
    n = spread.sum() / (spread / worth).sum() if spread.sum() else worth.mean()
    return rng.dirichlet(n * share + 1 / len(share), size=draws)


def _find_effective_hits(share: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Return the number of hits whose Wilson interval has the width, by bisection on its logarithm."""
    few, many = np.zeros_like(share), np.full_like(share, 40.0)
    for _ in range(60):
        middle = (few + many) / 2
        low, high = resampling.share_interval(share, np.exp(middle))
        few, many = (
            np.where(high - low > width, middle, few),
            np.where(high - low > width, many, middle),
        )
    return np.where(np.isfinite(width), np.exp(few), np.nan)
