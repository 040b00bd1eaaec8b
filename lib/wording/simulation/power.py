"""How many articles would show a difference: simulated studies, and how often the test finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.errors import WordingError
from wording.phrasing import format_decimal, format_percent, round_significant
from wording.questions.design import Design
from wording.stats import resampling
from wording.tables import check_columns

DEFAULT_ARTICLE_COUNTS = (5, 10, 20, 50, 100, 200, 500, 1000)
TARGET_POWER = 0.8
"""The power that is usually asked for (Cohen 1988)."""


@dataclass(frozen=True)
class ConceptModel:
    """What is taken to be true of a concept.

    The defaults of `hits` and `icc` are the medians of 31 concepts in 14,809 US news articles of
    2006 to 2020.

    Attributes
    ----------
    share : float
        What lies in the middle of the two outlets' shares, 0 to 1.
    hits : float
        In an article that has any, on average (geometric).
    icc : float
        Correlation of two hits of one article, 0 (independent) to 1 (an article uses one variant
        throughout): beta-binomial.
    """

    share: float = 0.5
    hits: float = 1.8
    icc: float = 0.4


TYPICAL_CONCEPT = ConceptModel()
POWER_DESIGN = Design(draws=199)


def simulate_power(
    difference: float,
    concept: ConceptModel = TYPICAL_CONCEPT,
    *,
    articles: Sequence[int] = DEFAULT_ARTICLE_COUNTS,
    cases: int = 400,
    design: Design = POWER_DESIGN,
) -> pd.DataFrame:
    """Return how often a difference of two outlets' shares is detected, by number of articles.

    Parameters
    ----------
    difference : float
        Of the two shares, which lie half of it above and below that of the concept.
    concept : ConceptModel
    articles : sequence of int
        How many have a hit, at each outlet: a row of the table each.
    cases : int
        Simulated studies per row.
    design : Design
        How articles are drawn in each of them; its outlets and level do not count.

    Returns
    -------
    pandas.DataFrame
        n_articles; power (part of the cases with p below 0.05 in the right direction) with low,
        high (95 % interval of the simulation); width (of the 95 % interval of the difference,
        mean).

    Raises
    ------
    WordingError
        For shares outside 0 to 1, or values that no study can have.
    """
    shares = (concept.share + difference / 2, concept.share - difference / 2)
    if not (0 < difference < 1 and min(shares) >= 0 and max(shares) <= 1):
        raise WordingError(
            f"A difference of {difference:g} around a share of {concept.share:g} means shares of "
            f"{shares[0]:g} and {shares[1]:g}; both must lie between 0 and 1."
        )
    if not (concept.hits >= 1 and 0 <= concept.icc <= 1 and min(articles, default=0) >= 2):
        raise WordingError(
            "hits must be at least 1, alike between 0 and 1, and articles at least 2; got "
            f"hits={concept.hits:g}, alike={concept.icc:g}, articles={list(articles)}."
        )
    rng = np.random.default_rng(design.seed)
    rows = [
        _simulate_row([_OutletModel(n, share, concept) for share in shares], cases, design, rng)
        for n in articles
    ]
    return check_columns(pd.DataFrame(rows), "power")


def describe_power(table: pd.DataFrame, difference: float, *, share: float = 0.5) -> str:
    """Return how many articles are enough, read off the table of `power`.

    Between its rows the number is read along the logarithm.

    Parameters
    ----------
    table : pandas.DataFrame
        The table of `simulate_power`.
    difference : float
        Of the two shares, as simulated.
    share : float
        What lies in the middle of them, 0 to 1.
    """
    shares = [format_percent(end) for end in (share + difference / 2, share - difference / 2)]
    asked = f"A difference between {' and '.join(shares)} is detected in"
    enough = table["power"] >= TARGET_POWER
    if not enough.any():
        last = table.iloc[-1]
        return (
            f"{asked} {format_percent(last['power'])} of simulated studies with "
            f"{format_decimal(last['n_articles'], 0)} articles per outlet, so more are needed."
        )
    n = np.exp(
        np.interp(TARGET_POWER, np.maximum.accumulate(table["power"]), np.log(table["n_articles"]))
    )
    about = f"{'at most ' if enough.iloc[0] else 'about '}{round_significant(n, 2):,.0f}"
    return (
        f"{asked} {format_percent(TARGET_POWER)} of simulated studies with {about} articles per "
        "outlet that mention the concept."
    )


@dataclass(frozen=True)
class _OutletModel:
    """An outlet with so many articles with a hit, and such a share."""

    n_articles: int
    share: float
    concept: ConceptModel


@dataclass(frozen=True)
class _SimulatedShares:
    """The shares of an outlet in every case, with what they are worth."""

    share: np.ndarray
    effective_hits: np.ndarray
    effective_articles: np.ndarray


def _simulate_row(
    outlets: Sequence[_OutletModel], cases: int, design: Design, rng: np.random.Generator
) -> dict[str, float]:
    one, other = [_simulate_outlet(outlet, cases, design, rng) for outlet in outlets]
    shares = (one.share, one.effective_hits, other.share, other.effective_hits)
    articles = np.minimum(one.effective_articles, other.effective_articles)
    p = resampling.difference_p_value(*shares, articles=articles)
    low, high = resampling.difference_interval(*shares)
    power = float(((p < 0.05) & (one.share > other.share)).mean())
    ends = resampling.share_interval(power, cases)
    return {
        "n_articles": outlets[0].n_articles,
        "power": power,
        "low": float(ends[0]),
        "high": float(ends[1]),
        "width": float(np.mean(high - low)),
    }


def _simulate_outlet(
    outlet: _OutletModel, cases: int, design: Design, rng: np.random.Generator
) -> _SimulatedShares:
    sizes = rng.geometric(1 / outlet.concept.hits, size=(outlet.n_articles, cases)).astype(float)
    leanings = _draw_article_shares(outlet, sizes.shape, rng)
    hits = rng.binomial(sizes.astype(int), leanings).astype(float)
    drawn = resampling.draw_article_weights(
        ["a"] * outlet.n_articles, draws=design.draws, seed=int(rng.integers(2**31))
    ).astype(np.float32)
    total, articles = sizes.sum(axis=0), resampling.effective_articles(sizes)
    carriers = np.minimum((hits > 0).sum(axis=0), (hits < sizes).sum(axis=0))
    samples = (drawn @ hits.astype(np.float32)) / (drawn @ sizes.astype(np.float32))
    share = hits.sum(axis=0) / total
    effective_hits = resampling.effective_hits(
        samples, share, hits=total, articles=articles, carriers=carriers
    )
    return _SimulatedShares(share, effective_hits, articles)


def _draw_article_shares(
    outlet: _OutletModel, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """Return the share that each article leans to: beta, so that its hits correlate by the icc.

    Parameters
    ----------
    outlet : _OutletModel
    shape : tuple of int
        Articles x cases.
    rng : numpy.random.Generator
    """
    share, icc = outlet.share, outlet.concept.icc
    if share in (0, 1) or icc == 0:
        return np.full(shape, share)
    if icc == 1:
        return (rng.random(shape) < share).astype(float)
    return rng.beta(share * (1 / icc - 1), (1 - share) * (1 / icc - 1), size=shape)
