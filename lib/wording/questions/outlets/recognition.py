"""Can an article's outlet be told from its wording alone? A linear classifier on articles that it has not seen, against chance.

One article per family and outlet counts, families stay whole within a fold, and what names the outlet or its authors is taken out first. Chance is the same
classifier, trained again, when the outlets' names are dealt out to the articles at random.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from wording.questions.design import DEFAULT_DESIGN, Design
from wording.questions.outlets.profiles import MIN_FAMILIES_PER_OUTLET, build_indicator_matrix
from wording.questions.reporting import keep_stable_digits
from wording.stats import resampling
from wording.tables import check_columns

LABEL_PERMUTATIONS = 49
"""How often the names of the outlets are dealt out at random."""

MAX_ARTICLES_PER_OUTLET = 150
"""Articles of an outlet that are used at most, drawn at random: what it costs grows with the square of all of them."""

N_FOLDS = 5


@dataclass(frozen=True)
class Recognition:
    """How well the outlets are told, in three tables: `recognition` (one row), `recognised` (one row per outlet), `confusions` (one per pair)."""

    recognition: pd.DataFrame
    recognised: pd.DataFrame
    confusions: pd.DataFrame


def compute_tfidf(counts):
    """Return how much each term marks each article: logarithms of counts, rare terms weigh more, all articles the same (tf-idf); sparse."""
    from sklearn.feature_extraction.text import (
        TfidfTransformer,
    )  # takes a second to import, and only this needs it

    return TfidfTransformer(sublinear_tf=True).fit_transform(counts).astype(np.float32)


def compute_choice_features(profiles):
    """Return, for each family, how far its shares lie from those of all, concept by concept (0 where it does not name one); and the rows: outlet, family.

    So which concepts an article is about tells a linear classifier nothing: only the choice does.
    """
    rows, block = profiles.rows, profiles.columns["block"].to_numpy()
    member = build_indicator_matrix(block, len(profiles.weight))
    total = profiles.counts.sum(axis=0)
    pooled = member.multiply((total / (total @ member)[block])[:, None]).T
    own = sparse.diags_array(1 / rows["length"].to_numpy(np.float32)) @ profiles.counts
    away = own - build_indicator_matrix(rows["block"].to_numpy(), len(profiles.weight)) @ pooled
    whose = rows.groupby(["outlet", "family"]).ngroup().to_numpy()
    about = (
        rows[["outlet", "family"]]
        .drop_duplicates()
        .sort_values(["outlet", "family"], ignore_index=True)
    )
    return sparse.csr_array(
        build_indicator_matrix(whose, len(about)).T @ away, dtype=np.float32
    ), about.assign(outlet=np.array(profiles.outlets, dtype=object)[about["outlet"]])


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
        Outlet and family of each article; families stay whole within a fold.
    """

    basis: str
    matrix: sparse.csr_array
    names: list[str]
    rows: pd.DataFrame


def recognise_outlets(articles: ArticleFeatures, design: Design = DEFAULT_DESIGN) -> Recognition:
    """Return how well the outlets are told from the features of their articles.

    Parameters
    ----------
    articles : their features
    design : its outlets in order, those with fewer than five families are left out, and have no recall; its seed, of the sample, the
        folds and the names that are dealt out; its level, of the intervals

    Returns
    -------
    `Recognition`. Its accuracy is balanced: the mean of the recalls, so that an outlet with many articles counts as one with few. The intervals are those of the
    articles tested, as if the classifier stood fixed.
    """
    basis, seed, level = articles.basis, design.seed, design.level
    outlets = design.list_outlets(articles.rows)
    kept = sample_outlet_articles(articles.rows, seed)
    features, rows = articles.matrix[kept], articles.rows.iloc[kept].reset_index(drop=True)
    told = [name for name in outlets if name in set(rows["outlet"])]
    if len(told) < 2:
        return _build_empty_result(basis, outlets)
    truth = pd.Categorical(rows["outlet"], categories=told).codes
    dealt = np.stack(
        [
            truth,
            *(
                np.random.default_rng([seed, k]).permutation(truth)
                for k in range(1, LABEL_PERMUTATIONS + 1)
            ),
        ]
    )
    named = predict_held_out(features, dealt, split_folds(truth, rows["family"], seed), len(told))
    recalls = np.stack(
        [
            np.bincount(t[t == n], minlength=len(told)) / np.bincount(t)
            for t, n in zip(dealt, named, strict=True)
        ]
    )
    low, high = _compute_mean_interval(recalls[0], np.bincount(truth), level)
    accuracy = recalls.mean(axis=1)
    summary = {
        "basis": basis,
        "accuracy": accuracy[0],
        "low": low,
        "high": high,
        "chance": accuracy[1:].mean(),
    }
    summary |= {
        "p": (1 + (accuracy[1:] >= accuracy[0] - 1e-9).sum()) / (1 + LABEL_PERMUTATIONS),
        "n": len(rows),
        "n_outlets": len(told),
        "n_terms": features.shape[1],
    }
    table = _build_recall_table(
        basis,
        outlets,
        told,
        truth,
        recalls,
        level,
        select_top_features(features, truth, articles.names),
    )
    return Recognition(
        check_columns(pd.DataFrame([summary]), "recognition"),
        table,
        _build_confusion_table(basis, told, truth, named[0]),
    )


def sample_outlet_articles(rows, seed):
    """Return which rows are used: one per outlet and family, at most `MAX_ARTICLES_PER_OUTLET` per outlet, of outlets with at least `MIN_FAMILIES_PER_OUTLET`; ascending."""
    shuffled = rows.reset_index(drop=True).sample(frac=1, random_state=seed)
    one = shuffled.drop_duplicates(["outlet", "family"])
    enough = one.groupby("outlet")["family"].transform("size") >= MIN_FAMILIES_PER_OUTLET
    return np.sort(one[enough].groupby("outlet").head(MAX_ARTICLES_PER_OUTLET).index.to_numpy())


def split_folds(truth, families, seed):
    """Return (training rows, test rows) of each fold: outlets alike in all, a family whole in one."""
    from sklearn.model_selection import StratifiedGroupKFold

    split = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed).split(
        np.zeros(len(truth)), truth, families
    )
    return [parts for parts in split if len(parts[1])]


def predict_held_out(features, labels, parts, n_labels):
    """Return for each row of labels what a classifier trained with them names the articles of the folds it has not seen: labelings x articles.

    Ridge regression on the labels; all labelings are solved at once, by articles where these are fewer than the features. Labels weigh by the root of their
    articles, so that chance names none more often.
    """
    named, kernel = np.empty(labels.shape, dtype=int), _compute_kernel(features)
    for train, test in parts:
        seen, unseen = (
            (features[train], features[test])
            if kernel is None
            else (kernel[np.ix_(part, train)] for part in (train, test))
        )
        scores = _fit_ridge(seen, labels[:, train], n_labels, dual=kernel is not None).predict(
            unseen
        )
        named[:, test] = scores.reshape(len(test), len(labels), n_labels).argmax(axis=2).T
    return named


def select_top_features(features, truth, names, *, most=5):
    """Return, for each outlet, the features that speak most for it when all articles are used: a list of lists."""
    kernel, n_labels = _compute_kernel(features), truth.max() + 1
    if kernel is None:
        weight = _fit_ridge(features, truth[None], n_labels, dual=False).coef_
    else:
        weight = (features.T @ _fit_ridge(kernel, truth[None], n_labels, dual=True).dual_coef_).T
    return [
        [names[k] for k in np.argsort(-row, kind="stable")[:most] if row[k] > 0] for row in weight
    ]


def _compute_kernel(features):
    return (features @ features.T).toarray() if features.shape[1] > features.shape[0] else None


def _fit_ridge(inputs, labels, n_labels, *, dual):
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.linear_model import Ridge

    wanted = np.moveaxis(np.eye(n_labels, dtype=np.float32)[labels], 0, 1)
    wanted /= np.sqrt(np.maximum(wanted.sum(axis=0), 1))
    model = (
        KernelRidge(alpha=1, kernel="precomputed")
        if dual
        else Ridge(alpha=1, fit_intercept=False, solver="cholesky")
    )
    return model.fit(inputs, wanted.reshape(labels.shape[1], -1))


def _compute_mean_interval(shares, n, level):
    """Return the low and the high end of the mean of independent shares, from their own intervals (Zou & Donner 2008, Statistics in Medicine 27, 1693-1702)."""
    low, high = resampling.share_interval(shares, n, level=level)
    return (
        shares.mean() + sign * np.linalg.norm(end - shares) / len(shares)
        for sign, end in ((-1, low), (1, high))
    )


def _build_recall_table(basis, outlets, told, truth, recalls, level, words):
    n = np.bincount(truth)
    low, high = resampling.share_interval(recalls[0], n, level=level)
    columns = {
        "outlet": told,
        "n": n,
        "share": recalls[0],
        "low": low,
        "high": high,
        "chance_share": recalls[1:].mean(axis=0),
    }
    table = (
        pd.DataFrame(columns | {"telling": [", ".join(of) for of in words]})
        .set_index("outlet")
        .reindex(outlets)
        .reset_index()
    )
    return check_columns(
        table.assign(basis=basis, n=table["n"].fillna(0).astype(int)), "recognised"
    )


def _build_confusion_table(basis, told, truth, named):
    n = np.zeros((len(told), len(told)), dtype=int)
    np.add.at(n, (truth, named), 1)
    rows = [
        (told[a], told[b], n[a, b], n[a, b] / n[a].sum())
        for a, b in zip(*np.nonzero(n), strict=True)
        if a != b
    ]
    table = pd.DataFrame(rows, columns=["outlet", "other", "n", "share"]).assign(basis=basis)
    return check_columns(
        table.assign(part=keep_stable_digits(table["share"]))
        .sort_values(["part", "outlet", "other"], ascending=[False, True, True])
        .drop(columns="part"),
        "confusions",
    )


def _build_empty_result(basis, outlets):
    """Return the tables of a study in which there are no two outlets to tell apart."""
    unknown = dict.fromkeys(["accuracy", "low", "high", "chance", "p"], np.nan)
    recognised = pd.DataFrame({"outlet": list(outlets)}).assign(
        basis=basis, n=0, share=np.nan, low=np.nan, high=np.nan, chance_share=np.nan, telling=""
    )
    none = pd.DataFrame([unknown | {"basis": basis, "n": 0, "n_outlets": 0, "n_terms": 0}])
    confusions = pd.DataFrame(columns=["outlet", "other", "basis", "n", "share"])
    return Recognition(
        check_columns(none, "recognition"),
        check_columns(recognised, "recognised"),
        check_columns(confusions, "confusions"),
    )
