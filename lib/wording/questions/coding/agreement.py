"""How well coders agree.

A mark answers one of two questions about a line: has the term the sense that counts ("right sense", "wrong sense"), and whose words are they
("own voice", "quoted").
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from nltk.metrics.agreement import AnnotationTask

from wording.phrasing import format_count, format_decimal, format_interval, format_percent
from wording.questions.coding.sample import LINE_KEY
from wording.questions.design import DEFAULT_DESIGN, Design
from wording.stats import resampling
from wording.tables import check_columns

CODING_QUESTIONS = {"sense": ("right sense", "wrong sense"), "voice": ("own voice", "quoted")}
"""The questions, and the marks that answer them."""


def map_to_questions(marks: pd.Series) -> pd.Series:
    """Return the question that each mark answers."""
    return marks.map(
        {mark: question for question, answers in CODING_QUESTIONS.items() for mark in answers}
    )


def select_latest_marks(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the marks that stand: of several by one coder on one line and question the last, with the column `question`."""
    asked = marks.assign(question=map_to_questions(marks["mark"]))
    return asked.drop_duplicates([*LINE_KEY, "coder", "question"], keep="last").reset_index(
        drop=True
    )


def compute_agreement(marks: pd.DataFrame, design: Design = DEFAULT_DESIGN) -> pd.DataFrame:
    """Return how well coders agree: one row per question that two coders or more answered for the same lines.

    Returns
    -------
    question; coders, n (lines with two marks or more); agreed (part of all pairs of marks on a line that are the same); alpha (Krippendorff's,
    nominal) with alpha_low, alpha_high; kappa (Cohen's; of more coders the mean over pairs) with kappa_low, kappa_high. Intervals are 95 %.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Cohen (1960), Educational and Psychological Measurement 20, 37-46; both
    as NLTK has them. Intervals: observed disagreement is a share, and lines of one article are drawn together (see `resampling`); expected
    disagreement stays as it is, as in Krippendorff's own bootstrap (Hayes & Krippendorff 2007).
    """
    rows = [
        _compute_question_agreement(question, answers, design)
        for question, answers in select_latest_marks(marks).groupby("question", sort=True)
    ]
    columns = [
        "question",
        "coders",
        "n",
        "agreed",
        "alpha",
        "alpha_low",
        "alpha_high",
        "kappa",
        "kappa_low",
        "kappa_high",
    ]
    return check_columns(pd.DataFrame([row for row in rows if row], columns=columns), "agreement")


def describe_agreement(agreed: pd.DataFrame) -> list[str]:
    """Return what the table of `agreement` says."""
    return [
        f"{format_count(row.coders, 'coder')} agree on {format_percent(row.agreed)} of {format_count(row.n, 'line')} about {_QUESTION_LABELS[row.question]} ({_describe_alpha(row)})."
        for row in agreed.itertuples()
    ] or ["No line was coded by two coders, so agreement cannot be measured."]


_QUESTION_LABELS = {"sense": "the sense", "voice": "whose words they are"}


def _describe_alpha(row: Any) -> str:
    if np.isnan(row.alpha):
        return "all marks are the same, so agreement beyond chance is undefined"
    interval = (
        f", {format_interval(row.alpha_low, row.alpha_high, form=_format_alpha)}"
        if np.isfinite(row.alpha_low)
        else ""
    )
    return f"Krippendorff's alpha {_format_alpha(row.alpha)}{interval}"


def _format_alpha(alpha: float) -> str:
    return format_decimal(alpha, 2).replace("-", "\N{MINUS SIGN}")


def _compute_question_agreement(
    question: str, marks: pd.DataFrame, design: Design
) -> dict[str, object] | None:
    several = marks[marks.groupby(LINE_KEY)["coder"].transform("nunique") > 1]
    if several.empty:
        return None
    line = several.groupby(LINE_KEY, sort=True).ngroup().astype(str)
    triples = list(zip(several["coder"].astype(str), line, several["mark"], strict=True))
    mark = pd.crosstab(line, several["mark"])
    m = mark.sum(axis=1).to_numpy()
    differing = (m**2 - (mark**2).sum(axis=1)) / (
        m - 1
    )  # pairs that differ, so weighted that a line counts as its marks
    doc = several.groupby(line)["doc_id"].first().reindex(mark.index)
    ends = _compute_disagreement_interval(differing.to_numpy(), m, doc.to_numpy(), design)
    observed = differing.sum() / m.sum()
    chance = _compute_expected_disagreement(mark.sum().to_numpy())
    alpha, kappa = (
        (AnnotationTask(data=triples).alpha(), _compute_kappa(triples))
        if chance
        else (np.nan, np.nan)
    )
    around = {
        name: _compute_agreement_interval(value, observed, chance, ends)
        for name, value in (("alpha", alpha), ("kappa", kappa))
    }
    row = {
        "question": question,
        "coders": several["coder"].nunique(),
        "n": len(mark),
        "agreed": 1 - observed,
        "alpha": alpha,
        "kappa": kappa,
    }
    return row | {
        f"{name}_{end}": value
        for name, pair in around.items()
        for end, value in zip(("low", "high"), pair, strict=True)
    }


def _compute_kappa(triples: Sequence[tuple[str, str, str]]) -> float:
    """Return Cohen's kappa, of more than two coders the mean over the pairs that share lines."""
    by_coder = {
        coder: {line: mark for who, line, mark in triples if who == coder}
        for coder in dict.fromkeys(t[0] for t in triples)
    }
    found = []
    for one, other in itertools.combinations(by_coder, 2):
        both = by_coder[one].keys() & by_coder[other].keys()
        shared = [t for t in triples if t[0] in (one, other) and t[1] in both]
        if (
            len({mark for _, _, mark in shared}) > 1
        ):  # of one mark only, agreement beyond chance is not defined
            found.append(AnnotationTask(data=shared).kappa_pairwise(one, other))
    return float(np.mean(found)) if found else np.nan


def _compute_disagreement_interval(
    differing: np.ndarray, m: np.ndarray, doc: np.ndarray, design: Design
) -> tuple[float, float]:
    """Return the ends of the interval of the observed disagreement."""
    share = differing.sum() / m.sum()
    drawn = resampling.draw_article_weights(
        ["lines"] * len(m), draws=design.draws, seed=design.seed, families=doc
    ).astype(float)
    articles = np.unique(doc, return_inverse=True)[1]
    with np.errstate(invalid="ignore"):
        samples = (drawn @ differing) / (drawn @ m)
    carriers = min(len(np.unique(articles[differing > 0])), len(np.unique(articles[differing < m])))
    n_articles = resampling.effective_articles(np.bincount(articles, weights=m))
    worst = n_articles if n_articles > 1 else np.nan
    n = resampling.effective_hits(samples, share, hits=len(m), articles=worst, carriers=carriers)
    low, high = resampling.share_interval(share, n)
    return float(low), float(high)


def _compute_expected_disagreement(n: np.ndarray) -> float:
    """Return how often two marks drawn from all would differ, of so many of each kind."""
    return 1 - (n * (n - 1)).sum() / (n.sum() * (n.sum() - 1))


def _compute_agreement_interval(
    value: float, observed: float, chance: float, ends: tuple[float, float]
) -> tuple[float, float]:
    """Return the interval of an agreement beyond chance, 1 less observed by expected disagreement, the expected one held fixed."""
    expected = observed / (1 - value) if observed and value < 1 else chance
    return (
        (1 - ends[1] / expected, 1 - ends[0] / expected) if np.isfinite(value) else (np.nan, np.nan)
    )
