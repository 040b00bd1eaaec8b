"""From the distances between outlets to a map and a tree, with how sure they are.

The corrected divergence is a squared distance in space (Fuglede & Topsoe 2004), so the map is classical scaling (Torgerson 1952; Gower 1966): no cutting at 0, no
iterations. Every draw of families makes a map of its own, turned onto the first (Schoenemann 1966); their spread is the uncertainty.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from wording.tables import check_columns


@dataclass(frozen=True)
class OutletMap:
    """The table `positions`; the part of the squared distances that two dimensions keep (NaN without any distance); the outlets left out."""

    positions: pd.DataFrame
    explained_fraction: float
    left_out: list


def map_outlets(distances, *, level=0.95):
    """Return the outlets in two dimensions, each with the ellipse that holds its positions in `level` of the draws: a `OutletMap`."""
    named, squared, drawn = _build_distance_matrices(distances)
    left_out = [name for name in distances.outlets if name not in named]
    if len(named) < 2:
        return OutletMap(
            check_columns(
                pd.DataFrame(columns=["outlet", "x", "y", "wide", "narrow", "angle"]), "positions"
            ),
            np.nan,
            left_out,
        )
    places, values = classical_scaling(squared)
    swarm = align_maps(classical_scaling(drawn)[0], places)
    wide, narrow, angle = fit_ellipses(swarm, level)
    table = pd.DataFrame(
        {
            "outlet": named,
            "x": places[:, 0],
            "y": places[:, 1],
            "wide": wide,
            "narrow": narrow,
            "angle": angle,
        }
    )
    positive = values[values > 0].sum()
    return OutletMap(
        check_columns(table, "positions"),
        values[:2].clip(0).sum() / positive if positive > 0 else np.nan,
        left_out,
    )


def classical_scaling(squared):
    """Return positions in two dimensions (..., n, 2) and the eigenvalues in falling order, from squared distances (..., n, n).

    Source: Gower (1966), Biometrika 53, 325-338; a dimension with a negative eigenvalue has no extent.

    >>> places, _ = classical_scaling(np.array([[0.0, 9, 25], [9, 0, 16], [25, 16, 0]]))
    >>> np.round(np.linalg.norm(places[0] - places[2]), 6)
    np.float64(5.0)
    """
    centre = np.eye(squared.shape[-1]) - 1 / squared.shape[-1]
    values, vectors = np.linalg.eigh(-centre @ squared @ centre / 2)
    values, vectors = values[..., ::-1], vectors[..., ::-1][..., :2]
    most = np.take_along_axis(
        vectors, np.abs(vectors).argmax(axis=-2, keepdims=True), axis=-2
    )  # an eigenvector has no sign of its own
    return vectors * np.sign(most) * np.sqrt(values[..., None, :2].clip(0)), values


def align_maps(swarm, places):
    """Return each of the maps (draws x n x 2), turned and mirrored as lies closest to `places` (n x 2).

    Source: Schoenemann (1966), Psychometrika 31, 1-10.
    """
    u, _, v = np.linalg.svd(np.swapaxes(swarm, 1, 2) @ places)
    return swarm @ (u @ v)


def fit_ellipses(swarm, level):
    """Return half the length, half the width and the angle (degrees) of the ellipse that holds `level` of each outlet's positions, if normal."""
    away = swarm - swarm.mean(axis=0)
    covariance = np.einsum("dni,dnj->nij", away, away) / len(swarm)
    values, vectors = np.linalg.eigh(covariance)
    axes = np.sqrt(stats.chi2.ppf(level, 2) * values.clip(0))
    return axes[:, 1], axes[:, 0], np.degrees(np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])) % 180


def cluster_outlets(distances):
    """Return the tree of the outlets by average linkage: one row per branch, the closest first.

    Returns
    -------
    branch, left, right (numbers; the outlets of the map come first), height (square root of bits; a distance below 0 counts as 0), n_outlets, support (part of
    the draws with the same outlets in a branch), outlets (their names).

    Source: Sokal & Michener (1958); support as Felsenstein (1985), Evolution 39, 783-791.
    """
    named, squared, drawn = _build_distance_matrices(distances)
    if len(named) < 2:
        return check_columns(
            pd.DataFrame(
                columns=["branch", "left", "right", "height", "n_outlets", "support", "outlets"]
            ),
            "branches",
        )
    merges, members = _average_linkage(squared)
    seen = [set(_average_linkage(one)[1]) for one in drawn]
    table = pd.DataFrame(merges, columns=["left", "right", "height", "n_outlets"]).astype(
        {"left": int, "right": int, "n_outlets": int}
    )
    table["support"] = [np.mean([of in trees for trees in seen]) for of in members]
    table["outlets"] = [", ".join(named[k] for k in sorted(of)) for of in members]
    return check_columns(
        table.assign(branch=range(len(named), len(named) + len(table))), "branches"
    )


def _average_linkage(squared):
    """Return the merges of average linkage, and the outlets in each branch."""
    merges = hierarchy.linkage(np.sqrt(squareform(squared, checks=False).clip(0)), "average")
    members = [frozenset([k]) for k in range(len(squared))]
    for left, right, *_ in merges:
        members.append(members[int(left)] | members[int(right)])
    return merges, members[len(squared) :]


def _build_distance_matrices(distances):
    """Return the outlets whose distances are all known, and the squared distances among them, as counted and as drawn."""
    known = (
        np.isfinite(distances.drawn).all(axis=0)
        if len(distances.drawn)
        else distances.table["distance_bits"].notna().to_numpy()
    )
    n = len(distances.outlets)
    there, kept = _fill_symmetric(known.astype(float), n) + np.eye(n) > 0, np.arange(n)
    while not there[np.ix_(kept, kept)].all():
        kept = np.delete(kept, there[np.ix_(kept, kept)].sum(axis=1).argmin())
    whole = _fill_symmetric(
        np.vstack([distances.table["distance_bits"].to_numpy(dtype=float), distances.drawn]), n
    )[:, kept][:, :, kept]
    return [distances.outlets[k] for k in kept], whole[0], whole[1:]


def _fill_symmetric(rows, n):
    """Return values of pairs, in the order of `itertools.combinations`, as symmetric matrices with 0 on the diagonal."""
    square = np.zeros((*rows.shape[:-1], n, n))
    upper = np.triu_indices(n, 1)
    square[..., upper[0], upper[1]] = square[..., upper[1], upper[0]] = rows
    return square
