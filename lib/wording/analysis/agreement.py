"""How well coders agree, how often a variant's hits are right, and shares corrected for those that are not.

A mark answers one of two questions about a line: has the term the sense that counts ("right sense", "wrong sense"), and whose words are they
("own voice", "quoted"). Lines of a random sample say how many of all lines are right; lines picked by hand say nothing about the others.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from nltk.metrics.agreement import AnnotationTask

from wording.analysis import resampling
from wording.prose import percent, plural
from wording.tables import check

QUESTIONS = {"sense": ("right sense", "wrong sense"), "voice": ("own voice", "quoted")}
"""The questions, and the marks that answer them."""
LINE = ["doc_id", "start", "end", "concept", "variant"]
"""The columns that name a line."""
FEWEST = 5
"""Coded lines that a precision needs."""


def question_of(marks: pd.Series) -> pd.Series:
    """Return the question that each mark answers."""
    return marks.map({mark: question for question, answers in QUESTIONS.items() for mark in answers})


def latest(marks: pd.DataFrame) -> pd.DataFrame:
    """Return the marks that stand: of several by one coder on one line and question the last, with the column `question`."""
    asked = marks.assign(question=question_of(marks["mark"]))
    return asked.drop_duplicates([*LINE, "coder", "question"], keep="last").reset_index(drop=True)


def agreement(marks: pd.DataFrame, *, draws: int = 999, seed: int = 1) -> pd.DataFrame:
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
    rows = [_agreement(question, of, draws, seed) for question, of in latest(marks).groupby("question", sort=True)]
    columns = ["question", "coders", "n", "agreed", "alpha", "alpha_low", "alpha_high", "kappa", "kappa_low", "kappa_high"]
    return check(pd.DataFrame([row for row in rows if row], columns=columns), "agreement")


def precision(marks: pd.DataFrame, hits: pd.DataFrame, *, draws: int = 999, seed: int = 1) -> pd.DataFrame:
    """Return how often hits are right: one row per concept, variant and voice (as counted) with coded lines from a random sample.

    Parameters
    ----------
    marks : with `sample` (true for lines drawn at random), `outlet` and `voice` (as counted)
    hits : the `hits` or `counts` table with outlet and voice: how many lines each stratum (variant x outlet x voice) has

    Returns
    -------
    concept, variant, voice; n_coded (lines); right_sense (part of the variant's hits in the right sense) with low, high; own_voice (part of the
    hits in the right sense that are the outlet's own words) with own_low, own_high; NaN below five coded lines. Lines weigh as many hits as
    they stand for (strata are sampled unequally); several coders of one line count as one, by their mean.
    """
    lines = _weighted(_coded(marks), hits)
    rows = [_precision(key, of, draws, seed) for key, of in lines.groupby(["concept", "variant", "voice"], sort=True)]
    columns = ["concept", "variant", "voice", "n_coded", "right_sense", "low", "high", "own_voice", "own_low", "own_high"]
    return check(pd.DataFrame(rows, columns=columns), "precision")


def corrected(shares: pd.DataFrame, precise: pd.DataFrame, *, draws: int = 999, seed: int = 1) -> pd.DataFrame:
    """Return the `shares` table with shares corrected for hits in the wrong sense: one row per concept, variant and outlet.

    Parameters
    ----------
    shares : of one voice, with low and high
    precise : the table of `precision`; a variant whose precision is not known leaves its concept uncorrected (NaN)

    Returns
    -------
    concept, variant, outlet, voice, n, share, low, high as given; n_right (n times the precision); corrected_share (of all right hits of the
    concept) with corrected_low, corrected_high. The interval holds both sources of error: which articles there are, and which lines were coded.

    Source
    ------
    Tenenbein (1970), Journal of the American Statistical Association 65, 1350-1361: a fallible count corrected by the predictive value found
    in a sample that was checked.
    """
    known = precise[["concept", "variant", "voice", "right_sense", "low", "high"]].rename(columns={"low": "p_low", "high": "p_high"})
    table = shares.merge(known, on=["concept", "variant", "voice"], how="left", validate="many_to_one")
    parts = [_corrected(part, draws, seed) for _, part in table.groupby(["concept", "outlet"], sort=False)]
    return check(
        pd.concat(parts).sort_index() if parts else table.assign(n_right=[], corrected_share=[], corrected_low=[], corrected_high=[]),
        "corrected",
    )


def sentences(agreed: pd.DataFrame, precise: pd.DataFrame) -> list[str]:
    """Return what the tables of `agreement` and `precision` say."""
    said = [
        f"{plural(row.coders, 'coder')} agree on {percent(row.agreed)} of {plural(row.n, 'line')} about {'the sense' if row.question == 'sense' else 'whose words they are'} "
        f"(Krippendorff's alpha {row.alpha:.2f}, 95 % interval {row.alpha_low:.2f} to {row.alpha_high:.2f})."
        for row in agreed.itertuples()
    ] or ["No line was coded by two coders, so agreement cannot be told."]
    known = precise.dropna(subset="right_sense").sort_values("right_sense", kind="stable")
    told = [
        f"“{row.variant}” ({row.voice}): {percent(row.right_sense)} of its hits have the right sense "
        f"(95 % interval {percent(row.low).removesuffix(' %')} to {percent(row.high)}; {plural(row.n_coded, 'line')} coded)."
        for row in known.head(6).itertuples()
    ]
    return said + (told or [f"No variant has {FEWEST} coded lines of a random sample, so no precision can be told."])


def _agreement(question, marks, draws, seed):
    several = marks[marks.groupby(LINE)["coder"].transform("nunique") > 1]
    if several.empty:
        return None
    line = several.groupby(LINE, sort=True).ngroup().astype(str)
    triples = list(zip(several["coder"].astype(str), line, several["mark"], strict=True))
    mark = pd.crosstab(line, several["mark"])
    m = mark.sum(axis=1).to_numpy()
    differing = (m**2 - (mark**2).sum(axis=1)) / (m - 1)  # pairs that differ, so weighted that a line counts as its marks
    doc = several.groupby(line)["doc_id"].first().reindex(mark.index)
    ends = _disagreement(differing.to_numpy(), m, doc.to_numpy(), draws, seed)
    observed = differing.sum() / m.sum()
    alpha, kappa = AnnotationTask(data=triples).alpha(), _kappa(triples)
    around = {name: _around(value, observed, ends) for name, value in (("alpha", alpha), ("kappa", kappa))}
    row = {
        "question": question,
        "coders": several["coder"].nunique(),
        "n": len(mark),
        "agreed": 1 - observed,
        "alpha": alpha,
        "kappa": kappa,
    }
    return row | {f"{name}_{end}": value for name, pair in around.items() for end, value in zip(("low", "high"), pair, strict=True)}


def _kappa(triples):
    """Return Cohen's kappa, of more than two coders the mean over the pairs that share lines."""
    by_coder = {coder: {line: mark for who, line, mark in triples if who == coder} for coder in dict.fromkeys(t[0] for t in triples)}
    found = []
    for one, other in itertools.combinations(by_coder, 2):
        both = by_coder[one].keys() & by_coder[other].keys()
        if both:
            task = AnnotationTask(data=[t for t in triples if t[0] in (one, other) and t[1] in both])
            found.append(task.kappa_pairwise(one, other))
    return float(np.mean(found)) if found else np.nan


def _disagreement(differing, m, doc, draws, seed):
    """Return the ends of the interval of the observed disagreement."""
    share = differing.sum() / m.sum()
    drawn = resampling.weights(["lines"] * len(m), draws=draws, seed=seed, families=doc).astype(float)
    articles = np.unique(doc, return_inverse=True)[1]
    with np.errstate(invalid="ignore"):
        samples = (drawn @ differing) / (drawn @ m)
    carriers = min(len(np.unique(articles[differing > 0])), len(np.unique(articles[differing < m])))
    n_articles = resampling.effective_articles(np.bincount(articles, weights=m))
    worst = n_articles if n_articles > 1 else np.nan
    n = resampling.effective_hits(samples, share, hits=len(m), articles=worst, carriers=carriers)
    return resampling.interval(share, n)


def _around(value, observed, ends):
    """Return the interval of an agreement beyond chance, 1 less observed by expected disagreement, the expected one held fixed."""
    if observed == 0 or not np.isfinite(value):
        return np.nan, 1.0 if observed == 0 else np.nan
    expected = observed / (1 - value)
    return 1 - ends[1] / expected, 1 - ends[0] / expected


def _coded(marks):
    """Return one row per coded line of the random sample: the parts of its coders who find it in the right sense, and the outlet's own."""
    sampled = latest(marks[marks["sample"].astype(bool)])
    given = sampled.assign(right=(sampled["mark"] == "right sense") * 1.0, own=(sampled["mark"] == "own voice") * 1.0)
    keys = [*LINE, "outlet", "voice"]
    right = given[given["question"] == "sense"].groupby(keys)["right"].mean()
    own = given[given["question"] == "voice"].groupby(keys)["own"].mean()
    return pd.concat([right, own], axis=1).reset_index().dropna(subset="right")


def _weighted(lines, hits):
    """Return the coded lines with the number of hits that each stands for."""
    stratum = ["concept", "variant", "outlet", "voice"]
    n = hits.assign(n=hits.get("n", 1)).groupby(stratum, observed=True)["n"].sum().rename("n_hits")
    coded = lines.groupby(stratum)["right"].size().rename("n_lines")
    known = lines.join(n, on=stratum).join(coded, on=stratum)
    return known.assign(weight=known["n_hits"] / known["n_lines"]).dropna(subset="weight")


def _precision(key, lines, draws, seed):
    row = dict(zip(("concept", "variant", "voice"), key, strict=True)) | {"n_coded": len(lines)}
    right = _part(lines, lines["right"], lines["weight"], draws, seed)
    voiced = lines.dropna(subset="own")
    own = _part(voiced, voiced["own"], voiced["weight"] * voiced["right"], draws, seed)
    return row | dict(zip(("right_sense", "low", "high", "own_voice", "own_low", "own_high"), (*right, *own), strict=True))


def _part(lines, value, weight, draws, seed):
    """Return a weighted part of the lines with its interval, articles drawn; NaN for few lines."""
    value, weight = value.to_numpy(float), weight.to_numpy(float)
    if len(lines) < FEWEST or not weight.sum():
        return np.nan, np.nan, np.nan
    share = (value * weight).sum() / weight.sum()
    doc = np.unique(lines["doc_id"].to_numpy(str), return_inverse=True)[1]
    drawn = resampling.weights(["lines"] * len(lines), draws=draws, seed=seed, families=doc).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        samples = (drawn @ (value * weight)) / (drawn @ weight)
    samples = samples[np.isfinite(samples)]
    articles = resampling.effective_articles(np.bincount(doc, weights=weight))
    carriers = min(len(np.unique(doc[value > 0])), len(np.unique(doc[value < 1])))
    hits = resampling.effective_articles(weight)
    n = resampling.effective_hits(samples, share, hits=hits, articles=articles if articles > 1 else np.nan, carriers=carriers)
    return (share, *resampling.interval(share, n))


def _corrected(part, draws, seed):
    """Return one concept at one outlet with corrected shares."""
    n, p = part["n"].to_numpy(float), part["right_sense"].to_numpy(float)
    p = np.where((n == 0) & np.isnan(p), 0, p)
    rng = np.random.default_rng(seed)
    with np.errstate(invalid="ignore"):
        share = n * p / (n * p).sum()
        drawn = _drawn_shares(part, draws, rng) * _drawn_parts(p, (part["p_high"] - part["p_low"]).to_numpy(float), draws, rng)
        low, high = np.quantile(drawn / drawn.sum(axis=1, keepdims=True), [0.025, 0.975], axis=0)
    unsure = np.isnan(share) | part["low"].isna().to_numpy()
    ends = {
        "corrected_low": np.where(unsure, np.nan, np.minimum(low, share)),
        "corrected_high": np.where(unsure, np.nan, np.maximum(high, share)),
    }
    return part.assign(n_right=n * p, corrected_share=share, **ends)


def _drawn_shares(part, draws, rng):
    """Return draws of the shares of a concept that spread as their intervals do: Dirichlet, draws x variants; NaN without intervals."""
    share, width = part["share"].to_numpy(float), (part["high"] - part["low"]).to_numpy(float)
    if np.isnan(share + width).any():
        return np.full((draws, len(share)), np.nan)
    spread = share * (1 - share)
    worth = _worth(share, width)
    n = spread.sum() / (spread / worth).sum() if spread.sum() else worth.mean()
    return rng.dirichlet(n * share + 1 / len(share), size=draws)


def _drawn_parts(part, width, draws, rng):
    """Return draws of parts of hits that spread as their intervals do: beta, with Jeffreys' half a hit on each side, draws x variants."""
    n = _worth(part, width)
    drawn = np.tile(part, (draws, 1))
    known = np.isfinite(n)
    drawn[:, known] = rng.beta((part * n + 0.5)[known], ((1 - part) * n + 0.5)[known], size=(draws, known.sum()))
    return drawn


def _worth(share, width):
    """Return the number of hits whose Wilson interval has the width, by bisection on its logarithm."""
    few, many = np.zeros_like(share), np.full_like(share, 40.0)
    for _ in range(60):
        middle = (few + many) / 2
        low, high = resampling.interval(share, np.exp(middle))
        few, many = np.where(high - low > width, middle, few), np.where(high - low > width, many, middle)
    return np.where(np.isfinite(width), np.exp(few), np.nan)
