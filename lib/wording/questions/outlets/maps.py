"""From the distances between outlets to a map and a tree, with how stable they are.

The corrected divergence is a squared distance in space (Fuglede & Topsoe 2004), so the map is
classical scaling (Torgerson 1952; Gower 1966): no cutting at 0, no iterations. Every draw of
families makes a map of its own, turned onto the first (Schoenemann 1966); their spread is the
uncertainty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from wording.questions.outlets.distances import Distances
from wording.tables import TABLES, check_columns


@dataclass(frozen=True)
class OutletMap:
    """The outlets in two dimensions.

    Attributes
    ----------
    positions : pd.DataFrame
        The table `positions`.
    explained_fraction : float
        The part of the squared distances that two dimensions keep; NaN without any distance.
    left_out : list of str
        The outlets that have not enough distances.
    """

    positions: pd.DataFrame
    explained_fraction: float
    left_out: list[str]


def map_outlets(distances: Distances, *, level: float = 0.95) -> OutletMap:
    """Return the outlets in two dimensions, each with the ellipse of its positions.

    Parameters
    ----------
    distances : Distances
    level : float
        The part of the draws in which the ellipse holds the outlet.
    """
    outlets, squared, drawn = _build_distance_matrices(distances)
    left_out = [outlet for outlet in distances.outlets if outlet not in outlets]
    if len(outlets) < 2:
        empty = pd.DataFrame(columns=list(TABLES["positions"]))
        return OutletMap(check_columns(empty, "positions"), np.nan, left_out)
    places, values = classical_scaling(squared)
    drawn_places = align_maps(classical_scaling(drawn)[0], places)
    wide, narrow, angle = fit_ellipses(drawn_places, level)
    table = pd.DataFrame(
        {
            "outlet": outlets,
            "x": places[:, 0],
            "y": places[:, 1],
            "wide": wide,
            "narrow": narrow,
            "angle": angle,
        }
    )
    total = values[values > 0].sum()
    explained = values[:2].clip(0).sum() / total if total > 0 else np.nan
    return OutletMap(check_columns(table, "positions"), explained, left_out)


def classical_scaling(squared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return positions in two dimensions and the eigenvalues in falling order.

    A dimension with a negative eigenvalue has no extent.

    Parameters
    ----------
    squared : np.ndarray
        Squared distances (..., n, n).

    Returns
    -------
    tuple of np.ndarray
        Positions (..., n, 2), eigenvalues (..., n).

    References
    ----------
    Gower (1966), Biometrika 53, 325-338.

    Examples
    --------
    >>> places, _ = classical_scaling(np.array([[0.0, 9, 25], [9, 0, 16], [25, 16, 0]]))
    >>> np.round(np.linalg.norm(places[0] - places[2]), 6)
    np.float64(5.0)
    """
    centre = np.eye(squared.shape[-1]) - 1 / squared.shape[-1]
    values, vectors = np.linalg.eigh(-centre @ squared @ centre / 2)
    values, vectors = values[..., ::-1], vectors[..., ::-1][..., :2]
    # An eigenvector has no sign of its own: its largest element is made positive.
    largest_row = np.abs(vectors).argmax(axis=-2, keepdims=True)
    sign = np.sign(np.take_along_axis(vectors, largest_row, axis=-2))
    return vectors * sign * np.sqrt(values[..., None, :2].clip(0)), values


def align_maps(maps: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return each of the maps, turned and mirrored as lies closest to `places` (n x 2).

    Parameters
    ----------
    maps : np.ndarray
        Draws x n x 2.
    places : np.ndarray
        n x 2.

    References
    ----------
    Schoenemann (1966), Psychometrika 31, 1-10.
    """
    u, _, v = np.linalg.svd(np.swapaxes(maps, 1, 2) @ places)
    return maps @ (u @ v)


def fit_ellipses(maps: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ellipse that holds `level` of each outlet's positions, if they are normal.

    Parameters
    ----------
    maps : np.ndarray
        Draws x n x 2.
    level : float

    Returns
    -------
    tuple of np.ndarray
        Half the length, half the width and the angle (degrees) of each.
    """
    away = maps - maps.mean(axis=0)
    covariance = np.einsum("dni,dnj->nij", away, away) / len(maps)
    values, vectors = np.linalg.eigh(covariance)
    axes = np.sqrt((2 * scipy.special.gammaincinv(1, level)) * values.clip(0))
    angle = np.degrees(np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])) % 180
    return axes[:, 1], axes[:, 0], angle


def cluster_outlets(distances: Distances) -> pd.DataFrame:
    """Return the tree of the outlets by average linkage, the closest branch first.

    Returns
    -------
    pd.DataFrame
        The table `branches`: one row per branch; left and right are numbers, the outlets of the map
        come first; height is the square root of bits (a distance below 0 counts as 0); support is
        the part of the draws with the same outlets in a branch.

    References
    ----------
    Sokal & Michener (1958); support as Felsenstein (1985), Evolution 39, 783-791.
    """
    outlets, squared, drawn = _build_distance_matrices(distances)
    if len(outlets) < 2:
        return check_columns(pd.DataFrame(columns=list(TABLES["branches"])), "branches")
    merges, branches = _average_linkage(squared)
    drawn_branches = [set(_average_linkage(matrix)[1]) for matrix in drawn]
    table = pd.DataFrame(merges, columns=["left", "right", "height", "n_outlets"])
    table = table.astype({"left": int, "right": int, "n_outlets": int}).assign(
        branch=range(len(outlets), len(outlets) + len(merges)),
        support=[np.mean([branch in tree for tree in drawn_branches]) for branch in branches],
        outlets=[", ".join(outlets[k] for k in sorted(branch)) for branch in branches],
    )
    return check_columns(table, "branches")


def _average_linkage(squared: np.ndarray) -> tuple[np.ndarray, list[frozenset[int]]]:
    """Return the merges of average linkage, and the outlets in each branch."""
    heights = np.sqrt(scipy.spatial.distance.squareform(squared, checks=False).clip(0))
    merges = scipy.cluster.hierarchy.linkage(heights, "average")
    members = [frozenset([k]) for k in range(len(squared))]
    for left, right, *_ in merges:
        members.append(members[int(left)] | members[int(right)])
    return merges, members[len(squared) :]


def _build_distance_matrices(
    distances: Distances,
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the outlets that can all be compared, and their squared distances, also as drawn."""
    bits = distances.table["distance_bits"].to_numpy(dtype=float)
    n = len(distances.outlets)
    kept = _find_complete_set(_fill_symmetric(_mark_known(distances), n) + np.eye(n) > 0)
    matrices = _fill_symmetric(np.vstack([bits, distances.drawn]), n)
    matrices = matrices[:, kept][:, :, kept]
    return [distances.outlets[k] for k in kept], matrices[0], matrices[1:]


def _mark_known(distances: Distances) -> np.ndarray:
    """Return which pairs have a distance, as counted and in every draw: 0 or 1."""
    if len(distances.drawn):
        return np.isfinite(distances.drawn).all(axis=0).astype(float)
    return distances.table["distance_bits"].notna().to_numpy(dtype=float)


def _find_complete_set(is_known: np.ndarray) -> np.ndarray:
    """Return outlets that all have a distance from each other.

    As long as a distance is missing, the outlet with the fewest is taken away.
    """
    kept = np.arange(len(is_known))
    while not is_known[np.ix_(kept, kept)].all():
        n_known = is_known[np.ix_(kept, kept)].sum(axis=1)
        kept = np.delete(kept, n_known.argmin())
    return kept


def _fill_symmetric(rows: np.ndarray, n: int) -> np.ndarray:
    """Return values of pairs as symmetric matrices with 0 on the diagonal.

    The pairs are in the order of `itertools.combinations`.
    """
    square = np.zeros((*rows.shape[:-1], n, n))
    upper = np.triu_indices(n, 1)
    square[..., upper[0], upper[1]] = rows
    square[..., upper[1], upper[0]] = rows
    return square
