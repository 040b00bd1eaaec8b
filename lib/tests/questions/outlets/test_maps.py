"""The map and the tree.

Known places are found again, draws are turned onto them, branches are those of SciPy.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from wording.questions.outlets.distances import Distances
from wording.questions.outlets.maps import (
    align_maps,
    classical_scaling,
    cluster_outlets,
    fit_ellipses,
    map_outlets,
)
from wording.tables import TABLES

PLACES = np.array([[0.0, 0], [0.1, 0], [0, 0.12], [0.9, 0.8], [1, 0.9]])


def known(places, *, draws=200, noise=0.02, seed=1):
    """Return the distances of these places, with draws in which each sways."""
    names = [f"o{k}" for k in range(len(places))]
    swayed = places + np.random.default_rng(seed).normal(0, noise, (draws, *places.shape))
    table = pd.DataFrame(itertools.combinations(names, 2), columns=["outlet", "other"]).assign(
        distance_bits=pdist(places) ** 2
    )
    return Distances(
        table.reindex(columns=list(TABLES["outlets"])),
        np.stack([pdist(one) ** 2 for one in swayed]),
        names,
    )


def test_places_are_found_again():
    found = map_outlets(known(PLACES))
    np.testing.assert_allclose(pdist(found.positions[["x", "y"]]), pdist(PLACES), atol=1e-9)
    assert found.explained_fraction == pytest.approx(1)
    assert found.left_out == []


def test_ellipses_hold_the_positions_drawn():
    noise = np.random.default_rng(2).normal(0, [0.3, 0.1], (20000, 1, 2))
    angle = np.radians(30)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    wide, narrow, degrees = fit_ellipses(noise @ rotation, 0.95)
    assert (wide[0], narrow[0], degrees[0]) == pytest.approx(
        (0.3 * 2.448, 0.1 * 2.448, 30), rel=0.03
    )
    held = (noise[:, 0, 0] / wide[0]) ** 2 + (noise[:, 0, 1] / narrow[0]) ** 2 <= 1
    assert held.mean() == pytest.approx(0.95, abs=0.01)


def test_a_swaying_place_has_the_larger_ellipse():
    sway = np.zeros((200, 5, 2))
    sway[:, 4] = np.random.default_rng(3).normal(0, 0.1, (200, 2))
    distances = known(PLACES)
    drawn = np.stack([pdist(one) ** 2 for one in PLACES + sway])
    wide = map_outlets(Distances(distances.table, drawn, distances.outlets)).positions["wide"]
    assert wide[4] > 2 * wide[:3].max()


def test_maps_are_turned_onto_the_first():
    angle, places = 2.1, PLACES - PLACES.mean(axis=0)
    rotation = np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    ) @ np.diag([1, -1])
    np.testing.assert_allclose(align_maps((places @ rotation)[None], places)[0], places, atol=1e-9)


def test_a_negative_distance_harms_nobody():
    squared = np.array([[0, -0.01, 0.2], [-0.01, 0, 0.2], [0.2, 0.2, 0]])
    places, values = classical_scaling(squared)
    assert np.isfinite(places).all()
    assert values[-1] < 0


def test_branches_are_those_of_scipy_with_their_support():
    table = cluster_outlets(known(PLACES))
    merges = hierarchy.linkage(pdist(PLACES), "average")
    np.testing.assert_allclose(table["height"], merges[:, 2])
    assert set(table["outlets"].iloc[:-1]) == {"o0, o1", "o0, o1, o2", "o3, o4"}
    support = table.set_index("outlets")["support"]
    assert support["o0, o1, o2"] == support["o3, o4"] == support.iloc[-1] == 1
    assert 0.3 < support["o0, o1"] < 1  # o2 is nearly as close


def test_an_outlet_without_a_distance_is_left_out():
    distances = known(PLACES)
    gone = (distances.table["outlet"] == "o1") | (distances.table["other"] == "o1")
    distances.table.loc[gone, "distance_bits"] = np.nan
    distances.drawn[:, gone] = np.nan
    found = map_outlets(distances)
    assert found.left_out == ["o1"]
    assert list(found.positions["outlet"]) == ["o0", "o2", "o3", "o4"]
    assert cluster_outlets(distances)["n_outlets"].max() == 4


def test_nothing_known_is_no_map():
    distances = known(PLACES[:2])
    distances.table["distance_bits"], distances.drawn[:] = np.nan, np.nan
    assert map_outlets(distances).positions.empty
    assert cluster_outlets(distances).empty
