"""How often the 95 % interval of a difference within events holds the planted one."""

import itertools

import numpy as np
import pytest

from wording.questions.design import Design
from wording.questions.events.within import LinkedArticles, compare_sides

SIZES = {
    "pairs": [(1, 1, 1.0)],
    "few": [(1, 1, 0.5), (2, 1, 0.2), (1, 3, 0.2), (3, 3, 0.1)],
    "running stories": [(1, 1, 0.7), (2, 3, 0.2), (6, 8, 0.08), (15, 12, 0.02)],
}
"""Articles of the two outlets on an event, and how probable such an event is."""

SETTINGS = [
    # events, sizes, share, difference, spread of the differences over events
    *itertools.product((40, 150), SIZES, (0.3,), (0.0, 0.2), (0.1,)),
    (40, "few", 0.05, 0.0, 0.0),
    (150, "few", 0.05, 0.04, 0.0),
    (40, "pairs", 0.9, -0.1, 0.0),
    (150, "pairs", 0.9, -0.1, 0.05),
    (400, "running stories", 0.5, 0.3, 0.15),
    (400, "few", 0.5, 0.0, 0.0),
    (60, "few", 0.5, 0.6, 0.0),
    (60, "running stories", 0.15, 0.1, 0.0),
]


def simulate(events, sizes, share, difference, spread, rng):
    """Return the linked articles of two outlets, with a share of one variant in each.

    Everybody's share differs from event to event; the first outlet's lies above it by the
    difference, which differs from event to event, too. Articles vary around it.
    """
    shapes = SIZES[sizes]
    kind = rng.choice(len(shapes), size=events, p=[p for *_, p in shapes])
    n = np.array([shape[:2] for shape in shapes])[kind]
    event = np.repeat(np.repeat(np.arange(events), 2), n.ravel())
    side = np.repeat(np.tile([0, 1], events), n.ravel())
    room = max(0, min(share, 1 - share) - (abs(difference) + spread) / 2 - 0.01)
    base = share + room * rng.uniform(-1, 1, events)
    effect = difference + spread * rng.uniform(-1, 1, events)
    lean = base[event] + np.where(side == 0, 0.5, -0.5) * effect[event]
    lean = rng.beta(2 * lean, 2 * (1 - lean))
    hits = rng.geometric(0.55, size=len(event))
    shares = (rng.binomial(hits, lean) / hits)[:, None]
    one, other = np.nonzero((event[:, None] == event) & (side[:, None] < side))
    outlet = np.array(["A", "B"], dtype=object)[side]
    return LinkedArticles(outlet, shares, event, one, other)


def measure_coverage(setting, cases=500):
    """Return how many of the intervals of simulated studies hold the planted difference."""
    rng, held = np.random.default_rng(1), 0
    for case in range(cases):
        articles = simulate(*setting, rng)
        [found] = compare_sides(articles, [("A", "B")], Design(draws=299, seed=case))
        held += found["within_low"][0] <= setting[3] <= found["within_high"][0]
    return held / cases


@pytest.mark.slow
def test_intervals_within_events_hold_the_planted_difference():
    """Each setting within what 500 studies can tell of 95 %, and all together more narrowly."""
    covered = {setting: measure_coverage(setting) for setting in SETTINGS}
    assert {s: share for s, share in covered.items() if not 0.92 <= share <= 0.98} == {}
    assert 0.94 <= np.mean(list(covered.values())) <= 0.96
