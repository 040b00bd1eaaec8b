"""How well coders agree.

A mark answers one of two questions about a line: has the term the sense that counts ("right
sense", "wrong sense"), and whose words are they ("own voice", "quoted").
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

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
    """Return the marks that stand: the last by one coder on one line and question.

    Returns
    -------
    pandas.DataFrame
        The columns of the marks, and question.
    """
    asked = marks.assign(question=map_to_questions(marks["mark"]))
    return asked.drop_duplicates([*LINE_KEY, "coder", "question"], keep="last").reset_index(
        drop=True
    )


def compute_agreement(marks: pd.DataFrame, design: Design = DEFAULT_DESIGN) -> pd.DataFrame:
    """Return how well coders agree on each question.

    Returns
    -------
    pandas.DataFrame
        One row per question that two coders or more answered for the same lines: question;
        coders, n (lines with two marks or more); agreed (part of all pairs of marks on a line that
        are the same); alpha (Krippendorff's, nominal) with alpha_low, alpha_high; kappa (Cohen's;
        of more coders the mean over pairs) with kappa_low, kappa_high. Intervals are 95 %.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Cohen (1960), Educational and
    Psychological Measurement 20, 37-46; both as NLTK has them. Intervals: observed disagreement is
    a share, and lines of one article are drawn together (see `resampling`); expected disagreement
    stays as it is, as in Krippendorff's own bootstrap (Hayes & Krippendorff 2007).
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
    if agreed.empty:
        return ["No line was coded by two coders, so agreement cannot be measured."]
    return [_describe_question_agreement(row) for row in agreed.itertuples()]


_QUESTION_LABELS = {"sense": "the sense", "voice": "whose words they are"}


def _describe_question_agreement(row: Any) -> str:
    return (
        f"{format_count(row.coders, 'coder')} agree on {format_percent(row.agreed)} of "
        f"{format_count(row.n, 'line')} about {_QUESTION_LABELS[row.question]} "
        f"({_describe_alpha(row)})."
    )


def _describe_alpha(row: Any) -> str:
    if np.isnan(row.alpha):
        return "all marks are the same, so agreement beyond chance is undefined"
    alpha = f"Krippendorff's alpha {_format_alpha(row.alpha)}"
    if not np.isfinite(row.alpha_low):
        return alpha
    return f"{alpha}, {format_interval(row.alpha_low, row.alpha_high, form=_format_alpha)}"


def _format_alpha(alpha: float) -> str:
    return format_decimal(alpha, 2).replace("-", "\N{MINUS SIGN}")


def _compute_question_agreement(
    question: str, marks: pd.DataFrame, design: Design
) -> dict[str, object] | None:
    several = marks[marks.groupby(LINE_KEY)["coder"].transform("nunique") > 1]
    from nltk.metrics.agreement import AnnotationTask  # takes over a second to import

    if several.empty:
        return None
    line = several.groupby(LINE_KEY, sort=True).ngroup().astype(str)
    counts = pd.crosstab(line, several["mark"])
    n_marks = counts.sum(axis=1).to_numpy()
    differing = _count_differing_marks(counts, n_marks)
    doc = several.groupby(line)["doc_id"].first().reindex(counts.index)
    ends = _compute_disagreement_interval(differing, n_marks, doc.to_numpy(), design)
    observed = differing.sum() / n_marks.sum()
    chance = _compute_expected_disagreement(counts.sum().to_numpy())
    alpha, kappa = np.nan, np.nan
    if chance:
        triples = list(zip(several["coder"].astype(str), line, several["mark"], strict=True))
        alpha = AnnotationTask(data=triples).alpha()
        kappa = _compute_kappa(triples)
    alpha_low, alpha_high = _compute_agreement_interval(alpha, observed, chance, ends)
    kappa_low, kappa_high = _compute_agreement_interval(kappa, observed, chance, ends)
    return {
        "question": question,
        "coders": several["coder"].nunique(),
        "n": len(counts),
        "agreed": 1 - observed,
        "alpha": alpha,
        "alpha_low": alpha_low,
        "alpha_high": alpha_high,
        "kappa": kappa,
        "kappa_low": kappa_low,
        "kappa_high": kappa_high,
    }


def _count_differing_marks(counts: pd.DataFrame, n_marks: np.ndarray) -> np.ndarray:
    """Return the pairs of marks on each line that differ, weighted.

    The weight makes a line count as its marks.

    Parameters
    ----------
    counts : pandas.DataFrame
        Lines x marks: how many coders set each mark.
    n_marks : numpy.ndarray
        All marks on each line.
    """
    n_pairs = n_marks**2 - (counts**2).sum(axis=1).to_numpy()
    return n_pairs / (n_marks - 1)


def _compute_kappa(triples: Sequence[tuple[str, str, str]]) -> float:
    """Return Cohen's kappa, of more than two coders the mean over the pairs that share lines."""
    from nltk.metrics.agreement import AnnotationTask

    by_coder = {
        coder: {line for who, line, _ in triples if who == coder}
        for coder in dict.fromkeys(who for who, _, _ in triples)
    }
    kappas = []
    for one, other in itertools.combinations(by_coder, 2):
        both = by_coder[one] & by_coder[other]
        shared = [triple for triple in triples if triple[0] in (one, other) and triple[1] in both]
        # of one mark only, agreement beyond chance is not defined
        if len({mark for _, _, mark in shared}) > 1:
            kappas.append(AnnotationTask(data=shared).kappa_pairwise(one, other))
    return float(np.mean(kappas)) if kappas else np.nan


def _compute_disagreement_interval(
    differing: np.ndarray, n_marks: np.ndarray, doc: np.ndarray, design: Design
) -> tuple[float, float]:
    """Return the ends of the interval of the observed disagreement.

    Parameters
    ----------
    differing : numpy.ndarray
        Of each line, the marks that differ (see `_count_differing_marks`).
    n_marks : numpy.ndarray
        All marks on each line.
    doc : numpy.ndarray
        The article of each line.
    design : Design
        How articles are drawn.
    """
    share = differing.sum() / n_marks.sum()
    drawn = resampling.draw_article_weights(
        ["lines"] * len(n_marks), draws=design.draws, seed=design.seed, families=doc
    ).astype(float)
    articles = np.unique(doc, return_inverse=True)[1]
    with np.errstate(invalid="ignore"):
        samples = (drawn @ differing) / (drawn @ n_marks)
    n_with = len(np.unique(articles[differing > 0]))
    n_without = len(np.unique(articles[differing < n_marks]))
    n_articles = resampling.effective_articles(np.bincount(articles, weights=n_marks))
    n = resampling.effective_hits(
        samples,
        share,
        hits=len(n_marks),
        articles=n_articles if n_articles > 1 else np.nan,
        carriers=min(n_with, n_without),
    )
    low, high = resampling.share_interval(share, n)
    return float(low), float(high)


def _compute_expected_disagreement(n: np.ndarray) -> float:
    """Return how often two marks drawn from all would differ, of so many of each kind."""
    return 1 - (n * (n - 1)).sum() / (n.sum() * (n.sum() - 1))


def _compute_agreement_interval(
    value: float, observed: float, chance: float, ends: tuple[float, float]
) -> tuple[float, float]:
    """Return the interval of an agreement beyond chance, the expected disagreement held fixed.

    Agreement beyond chance is 1 less observed by expected disagreement.

    Parameters
    ----------
    value : float
        The agreement: alpha or kappa.
    observed : float
        The disagreement observed, 0 to 1.
    chance : float
        The disagreement expected where the value does not say it.
    ends : tuple of float
        The interval of the observed disagreement.
    """
    if not np.isfinite(value):
        return np.nan, np.nan
    expected = observed / (1 - value) if observed and value < 1 else chance
    return 1 - ends[1] / expected, 1 - ends[0] / expected
