"""Can an article's outlet be recognised from its wording alone? A linear classifier says.

It is tested on articles that it has not seen, against chance. One article per family and outlet
counts, families stay whole within a fold; what identifies the outlet or its authors is taken out
first. Chance is the same classifier, trained again, when the outlets' names are dealt out to the
articles at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.outlets.profiles import (
    MIN_FAMILIES_PER_OUTLET,
    Profiles,
    build_indicator_matrix,
)
from wording.questions.reporting import keep_stable_digits
from wording.stats import resampling
from wording.tables import TABLES, check_columns

LABEL_PERMUTATIONS = 49
"""How often the names of the outlets are dealt out at random."""

MAX_ARTICLES_PER_OUTLET = 150
"""Articles of an outlet that are used at most, drawn at random.

What it costs grows with the square of all of them.
"""

MAX_ARTICLES_OF_GROUPS = 3_600
"""Articles of all groups together that are used at most, where groups are compared."""

N_FOLDS = 5

ROUNDING_TOLERANCE_OF_ACCURACY = 1e-9
"""Accuracies that differ by less are the same."""


@dataclass(frozen=True)
class Recognition:
    """How well the outlets are recognised.

    Attributes
    ----------
    recognition, recognised, confusions : pd.DataFrame
        The tables of these names: one row; one row per outlet; one per pair of outlets.
    is_unseen : bool
        Whether groups are recognised at outlets that the classifier has not seen.
    """

    recognition: pd.DataFrame
    recognised: pd.DataFrame
    confusions: pd.DataFrame
    is_unseen: bool = False


def compute_tfidf(counts: sparse.csr_array) -> sparse.csr_array:
    """Return how much each term marks each article (tf-idf).

    Logarithms of counts; rare terms weigh more, all articles the same.
    """
    if not counts.shape[1]:  # without any term there is nothing to weigh
        return counts.astype(np.float32)
    # Takes a second to import, and only this needs it.
    from sklearn.feature_extraction.text import TfidfTransformer

    return TfidfTransformer(sublinear_tf=True).fit_transform(counts).astype(np.float32)


def compute_choice_features(profiles: Profiles) -> tuple[sparse.csr_array, pd.DataFrame]:
    """Return how far each family's shares lie from those of all, concept by concept.

    0 where it does not name a concept. So which concepts an article is about tells a linear
    classifier nothing: only the choice does.

    Returns
    -------
    sparse.csr_array
        Families x variants.
    pd.DataFrame
        outlet and family of each; and member (the outlet), where groups are compared.
    """
    rows, block = profiles.rows, profiles.columns["block"].to_numpy()
    n_blocks = len(profiles.weight)
    members = build_indicator_matrix(block, n_blocks)
    total = profiles.counts.sum(axis=0)
    pooled = members.multiply((total / (total @ members)[block])[:, None]).T
    own = sparse.diags_array(1 / rows["length"].to_numpy(np.float32)) @ profiles.counts
    away = own - build_indicator_matrix(rows["block"].to_numpy(), n_blocks) @ pooled
    keys = ["outlet", "family"]
    family = rows.groupby(keys).ngroup().to_numpy()
    about = [*keys, "member"] if "member" in rows else keys
    families = rows[about].drop_duplicates(keys).sort_values(keys, ignore_index=True)
    matrix = build_indicator_matrix(family, len(families)).T @ away
    names = np.array(profiles.outlets, dtype=object)[families["outlet"]]
    return sparse.csr_array(matrix, dtype=np.float32), families.assign(outlet=names)


@dataclass(frozen=True)
class ArticleFeatures:
    """What the classifier looks at.

    Attributes
    ----------
    basis : str
        "words" or "choice", for the tables.
    matrix : scipy.sparse.csr_array
        Articles x features.
    names : list of str
        Of the features.
    rows : pandas.DataFrame
        Outlet and family of each article, and member (the outlet) where groups are compared;
        families stay whole within a fold, and so do outlets, if every group has enough of them.
    """

    basis: str
    matrix: sparse.csr_array
    names: list[str]
    rows: pd.DataFrame


@dataclass(frozen=True)
class _Trial:
    """What a classifier said of the articles, and of the same with names dealt out at random.

    Attributes
    ----------
    outlets : list of str
        The outlets recognised, by number.
    truth : np.ndarray
        The outlet of each article.
    named : np.ndarray
        What the classifier says of each article.
    recalls : np.ndarray
        Labelings x outlets, the true one first: the part of its articles that is recognised.
    """

    outlets: list[str]
    truth: np.ndarray
    named: np.ndarray
    recalls: np.ndarray

    @property
    def n(self) -> np.ndarray:
        """The articles of each outlet."""
        return np.bincount(self.truth)


def recognise_outlets(articles: ArticleFeatures, design: Design = DEFAULT_DESIGN) -> Recognition:
    """Return how well the outlets are recognised from the features of their articles.

    Parameters
    ----------
    articles : ArticleFeatures
    design : Design
        Its outlets in order (those with fewer than five families are left out, and have no recall);
        its seed, of the sample, the folds and the names that are dealt out; its level, of the
        intervals.

    Returns
    -------
    Recognition
        Its accuracy is balanced: the mean of the recalls, so that an outlet with many articles
        counts as one with few. The intervals are those of the articles tested, as if the classifier
        stood fixed.
    """
    listed = design.list_outlets(articles.rows)
    is_unseen = _can_hold_out_outlets(articles.rows[articles.rows["outlet"].isin(listed)])
    kept = sample_outlet_articles(articles.rows, design.seed, whole_families=is_unseen)
    kept = kept[articles.rows["outlet"].iloc[kept].isin(listed).to_numpy()]
    features, rows = articles.matrix[kept], articles.rows.iloc[kept].reset_index(drop=True)
    if is_unseen:
        rows = rows.assign(family=rows["member"])
    sampled = set(rows["outlet"])
    outlets = [outlet for outlet in listed if outlet in sampled]
    if len(outlets) < 2:
        return _build_empty_result(articles.basis, listed)
    trial = _try_classifier(features, rows, outlets, design.seed)
    top_features = select_top_features(features, trial.truth, articles.names)
    summary = _summarise_trial(trial, design.level) | {
        "basis": articles.basis,
        "n_terms": features.shape[1],
    }
    recalls = _build_recall_table(trial, listed, top_features, design.level)
    return Recognition(
        check_columns(pd.DataFrame([summary]), "recognition"),
        check_columns(recalls.assign(basis=articles.basis), "recognised"),
        check_columns(_build_confusion_table(trial).assign(basis=articles.basis), "confusions"),
        is_unseen,
    )


def _can_hold_out_outlets(rows: pd.DataFrame) -> bool:
    """Return whether each group has so many outlets that each fold can have its own."""
    if "member" not in rows or rows.empty:
        return False
    return bool(rows.groupby("outlet")["member"].nunique().min() >= N_FOLDS)


def _try_classifier(
    features: sparse.csr_array, rows: pd.DataFrame, outlets: list[str], seed: int
) -> _Trial:
    """Return what the classifier says of articles that it has not seen, and by chance."""
    truth = pd.Categorical(rows["outlet"], categories=outlets).codes
    permuted = [
        np.random.default_rng([seed, k]).permutation(truth)
        for k in range(1, LABEL_PERMUTATIONS + 1)
    ]
    labels = np.stack([truth, *permuted])
    folds = split_folds(truth, rows["family"], seed)
    named = predict_held_out(features, labels, folds, len(outlets))
    recalls = [
        np.bincount(label[label == name], minlength=len(outlets)) / np.bincount(label)
        for label, name in zip(labels, named, strict=True)
    ]
    return _Trial(outlets, truth, named[0], np.stack(recalls))


def _summarise_trial(trial: _Trial, level: float) -> dict[str, Any]:
    """Return the accuracy with its interval, and how likely it is by chance."""
    low, high = _compute_mean_interval(trial.recalls[0], trial.n, level)
    accuracy, *by_chance = trial.recalls.mean(axis=1)
    n_as_good = (np.array(by_chance) >= accuracy - ROUNDING_TOLERANCE_OF_ACCURACY).sum()
    return {
        "accuracy": accuracy,
        "low": low,
        "high": high,
        "chance": np.mean(by_chance),
        "p": (1 + n_as_good) / (1 + LABEL_PERMUTATIONS),
        "n": len(trial.truth),
        "n_outlets": len(trial.outlets),
    }


def sample_outlet_articles(
    rows: pd.DataFrame, seed: int, *, whole_families: bool = False
) -> np.ndarray:
    """Return which rows are used, ascending: one per outlet and family.

    At most `MAX_ARTICLES_PER_OUTLET` per outlet, of outlets with at least `MIN_FAMILIES_PER_OUTLET`
    families. With `whole_families` one per family, so that no other fold has its copies.
    """
    shuffled = rows.reset_index(drop=True).sample(frac=1, random_state=seed)
    unique = shuffled.drop_duplicates(["family"] if whole_families else ["outlet", "family"])
    families = unique.groupby("outlet")["family"].transform("size")
    enough = unique[families >= MIN_FAMILIES_PER_OUTLET]
    top = MAX_ARTICLES_PER_OUTLET
    if "member" in rows and len(enough):
        top = max(top, MAX_ARTICLES_OF_GROUPS // enough["outlet"].nunique())
    return np.sort(enough.groupby("outlet").head(top).index.to_numpy())


def split_folds(
    truth: np.ndarray, families: pd.Series, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (training rows, test rows) of each fold.

    Every fold has as much of each outlet; a family is whole in one.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    folds = splitter.split(np.zeros(len(truth)), truth, families)
    return [(train, test) for train, test in folds if len(test)]


def predict_held_out(
    features: sparse.csr_array,
    labels: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    n_labels: int,
) -> np.ndarray:
    """Return what a classifier names the articles of the folds that it has not seen.

    Ridge regression on the labels; all labelings are solved at once, by articles where these are
    fewer than the features. Labels weigh by the root of their articles, so that chance names none
    more often.

    Parameters
    ----------
    features : sparse.csr_array
        Articles x features.
    labels : np.ndarray
        Labelings x articles.
    folds : sequence of (np.ndarray, np.ndarray)
        Training rows and test rows.
    n_labels : int

    Returns
    -------
    np.ndarray
        Labelings x articles.
    """
    named, kernel = np.empty(labels.shape, dtype=int), _compute_kernel(features)
    for train, test in folds:
        if kernel is None:
            seen, unseen = features[train], features[test]
        else:
            seen, unseen = kernel[np.ix_(train, train)], kernel[np.ix_(test, train)]
        model = _fit_ridge(seen, labels[:, train], n_labels, dual=kernel is not None)
        scores = model.predict(unseen).reshape(len(test), len(labels), n_labels)
        named[:, test] = scores.argmax(axis=2).T
    return named


def select_top_features(
    features: sparse.csr_array, truth: np.ndarray, names: Sequence[str], *, top: int = 5
) -> list[list[str]]:
    """Return, for each outlet, the features that speak most for it when all articles are used.

    Parameters
    ----------
    features : sparse.csr_array
        Articles x features.
    truth : np.ndarray
        The outlet of each article, by number.
    names : sequence of str
        Of the features.
    top : int
        Features per outlet at most.
    """
    kernel, n_labels = _compute_kernel(features), truth.max() + 1
    if kernel is None:
        weight = _fit_ridge(features, truth[None], n_labels, dual=False).coef_
    else:
        weight = (features.T @ _fit_ridge(kernel, truth[None], n_labels, dual=True).dual_coef_).T
    return [
        [names[k] for k in np.argsort(-row, kind="stable")[:top] if row[k] > 0] for row in weight
    ]


def _compute_kernel(features: sparse.csr_array) -> np.ndarray | None:
    """Return the products of all articles, if they are fewer than the features."""
    if features.shape[1] <= features.shape[0]:
        return None
    return (features @ features.T).toarray()


def _fit_ridge(inputs: Any, labels: np.ndarray, n_labels: int, *, dual: bool) -> Any:
    """Return a ridge regression on the labels of all labelings, by articles if `dual`."""
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.linear_model import Ridge

    targets = np.moveaxis(np.eye(n_labels, dtype=np.float32)[labels], 0, 1)
    targets /= np.sqrt(np.maximum(targets.sum(axis=0), 1))
    if dual:
        model = KernelRidge(alpha=1, kernel="precomputed")
    else:
        model = Ridge(alpha=1, fit_intercept=False, solver="cholesky")
    return model.fit(inputs, targets.reshape(labels.shape[1], -1))


def _compute_mean_interval(shares: np.ndarray, n: np.ndarray, level: float) -> tuple[float, float]:
    """Return the ends of the mean of independent shares, from their own intervals.

    References
    ----------
    Zou & Donner (2008), Statistics in Medicine 27, 1693-1702.
    """
    low, high = resampling.share_interval(shares, n, level=level)
    mean, n_shares = shares.mean(), len(shares)
    return (
        mean - np.linalg.norm(low - shares) / n_shares,
        mean + np.linalg.norm(high - shares) / n_shares,
    )


def _build_recall_table(
    trial: _Trial, listed: Sequence[str], top_features: Sequence[Sequence[str]], level: float
) -> pd.DataFrame:
    """Return one row per listed outlet, empty for those that were not tried."""
    low, high = resampling.share_interval(trial.recalls[0], trial.n, level=level)
    table = pd.DataFrame(
        {
            "n": trial.n,
            "share": trial.recalls[0],
            "low": low,
            "high": high,
            "chance_share": trial.recalls[1:].mean(axis=0),
            "telling": [", ".join(names) for names in top_features],
        },
        index=pd.Index(trial.outlets, name="outlet"),
    )
    table = table.reindex(pd.Index(listed, name="outlet")).reset_index()
    return table.assign(n=table["n"].fillna(0).astype(int))


def _build_confusion_table(trial: _Trial) -> pd.DataFrame:
    """Return one row per outlet and other outlet that its articles are taken for."""
    n = np.zeros((len(trial.outlets), len(trial.outlets)), dtype=int)
    np.add.at(n, (trial.truth, trial.named), 1)
    rows = [
        (trial.outlets[a], trial.outlets[b], n[a, b], n[a, b] / n[a].sum())
        for a, b in zip(*np.nonzero(n), strict=True)
        if a != b
    ]
    table = pd.DataFrame(rows, columns=["outlet", "other", "n", "share"])
    order = table.assign(rank=-keep_stable_digits(table["share"]))
    return table.loc[order.sort_values(["rank", "outlet", "other"]).index]


def _build_empty_result(basis: str, outlets: Sequence[str]) -> Recognition:
    """Return the tables of a study in which no two outlets can be told apart."""
    unknown = dict.fromkeys(["accuracy", "low", "high", "chance", "p"], np.nan)
    summary = pd.DataFrame([unknown | {"basis": basis, "n": 0, "n_outlets": 0, "n_terms": 0}])
    recalls = pd.DataFrame({"outlet": list(outlets)}).assign(
        basis=basis, n=0, share=np.nan, low=np.nan, high=np.nan, chance_share=np.nan, telling=""
    )
    return Recognition(
        check_columns(summary, "recognition"),
        check_columns(recalls, "recognised"),
        check_columns(pd.DataFrame(columns=list(TABLES["confusions"])), "confusions"),
    )
