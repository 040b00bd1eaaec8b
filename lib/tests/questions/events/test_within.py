"""Differences within events: counted by hand, laws, planted truth."""

import numpy as np
import pandas as pd
import pytest

from wording.questions.design import Design
from wording.questions.events.within import MIN_COMPONENTS, compare_within_events

VARIANTS = {"health": ["law", "plan"]}


def tables(rows, links):
    """Return counts, articles and links from (doc_id, outlet, hits of law, hits of plan)."""
    articles = pd.DataFrame([row[:2] for row in rows], columns=["doc_id", "outlet"])
    counts = pd.DataFrame(
        [
            (doc, "health", variant, n)
            for doc, _, *hits in rows
            for variant, n in zip(VARIANTS["health"], hits, strict=True)
        ],
        columns=["doc_id", "concept", "variant", "n"],
    )
    return counts, articles, pd.DataFrame(links, columns=["doc_id", "other"])


def repeat_events(rows, links, times):
    """Return the same event so many times."""
    return tables(
        [(f"{doc}-{k}", *rest) for k in range(times) for doc, *rest in rows],
        [(f"{one}-{k}", f"{other}-{k}") for k in range(times) for one, other in links],
    )


EVENT = [
    ("a", "A", 3, 1),  # .75
    ("b", "B", 1, 1),  # .5
    ("c", "B", 0, 2),  # 0
    ("d", "B", 4, 0),  # 1, not linked
]
LINKS = [("a", "b"), ("c", "a")]


def test_differences_counted_by_hand():
    counted = repeat_events(EVENT, LINKS, 40)
    row = compare_within_events(counted, VARIANTS).set_index(["variant", "outlet"]).loc["law", "A"]
    assert row.other == "the rest"
    assert row.raw_difference == pytest.approx(0.75 - 0.5)
    assert row.shared_difference == pytest.approx(0.75 - 0.25)
    assert row.within_difference == pytest.approx((0.25 + 0.75) / 2)
    assert row.covered_difference == pytest.approx(-0.25)
    assert (row.n_articles, row.n_other, row.n_shared, row.n_shared_other) == (40, 120, 40, 80)
    assert (row.n_links, row.n_components) == (80, 40)


def test_a_link_weighs_one_over_the_root_of_the_links_of_both():
    one = [("a", "A", 1, 0), ("b", "B", 0, 1), ("c", "B", 0, 1)]
    two = [("x", "A", 1, 0), ("y", "B", 1, 0)]
    counted = repeat_events(one + two, [("a", "b"), ("a", "c"), ("x", "y")], 40)
    table = compare_within_events(counted, VARIANTS).set_index(["variant", "outlet"])
    # Two links of 1 / sqrt(2) with a difference of 1, one of weight 1 with 0.
    assert table.loc[("law", "A")].within_difference == pytest.approx(2**0.5 / (2**0.5 + 1))


def test_swapping_the_sides_swaps_the_sign():
    counted = repeat_events(EVENT, LINKS, 40)
    table = compare_within_events(counted, VARIANTS, Design(["A", "B"]), "pairs")
    swapped = compare_within_events(counted, VARIANTS, Design(["B", "A"]), "pairs")
    for kind in ("raw", "shared", "within", "covered"):
        assert table[f"{kind}_difference"].to_numpy() == pytest.approx(
            -swapped[f"{kind}_difference"].to_numpy()
        )
        assert table[f"{kind}_low"].to_numpy() == pytest.approx(-swapped[f"{kind}_high"].to_numpy())


def test_the_order_and_the_direction_of_links_do_not_count():
    counts, articles, links = repeat_events(EVENT, LINKS, 40)
    turned = links[::-1].rename(columns={"doc_id": "other", "other": "doc_id"})
    doubled = pd.concat([links, turned], ignore_index=True)
    first = compare_within_events((counts, articles, links), VARIANTS)
    pd.testing.assert_frame_equal(
        first, compare_within_events((counts, articles, doubled), VARIANTS)
    )


def test_too_few_events_give_no_number():
    table = compare_within_events(repeat_events(EVENT, LINKS, MIN_COMPONENTS - 1), VARIANTS)
    assert table["n_components"].eq(MIN_COMPONENTS - 1).all()
    numbers = [f"{kind}_difference" for kind in ("shared", "within", "covered")]
    assert table[[*numbers, "within_low", "p", "q"]].isna().all(axis=None)
    assert table["raw_difference"].notna().all()
    enough = compare_within_events(repeat_events(EVENT, LINKS, MIN_COMPONENTS), VARIANTS)
    assert enough[[*numbers, "q"]].notna().all(axis=None)


def test_copies_are_no_link_and_one_article_in_an_outlet():
    rows = [("a", "A", 1, 0), ("b", "B", 1, 0), ("a2", "A", 1, 0), ("c", "B", 0, 2)]
    counts, articles, links = repeat_events(rows, [("a", "b"), ("a", "c"), ("a2", "c")], 40)
    name, number = (articles["doc_id"].str.split("-").str[k] for k in (0, 1))
    articles["family"] = name.where(name == "c", "a") + "-" + number
    row = compare_within_events((counts, articles, links), VARIANTS).iloc[0]
    assert (row.n_articles, row.n_other, row.n_links, row.n_components) == (40, 80, 40, 40)
    assert row.within_difference == 1


def test_links_of_one_outlet_or_to_an_article_without_a_hit_do_not_count():
    rows = [*EVENT, ("e", "A", 0, 0), ("f", "A", 1, 0)]
    more = [*LINKS, ("e", "b"), ("a", "f")]
    counted = repeat_events(rows, more, 40)
    row = compare_within_events(counted, VARIANTS).iloc[0]
    assert (row.n_articles, row.n_links) == (80, 80)


def test_articles_joined_by_another_outlet_are_one_event():
    rows = [("a", "A", 1, 0), ("b", "B", 1, 0), ("c", "C", 0, 1), ("d", "A", 0, 1)]
    rows.append(("e", "B", 1, 1))
    links = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    table = compare_within_events(
        repeat_events(rows, links, 40), VARIANTS, Design(["A", "B", "C"]), "pairs"
    )
    assert table.set_index(["variant", "outlet", "other"]).loc[("law", "A", "B")].n_components == 40


def test_a_difference_that_never_varies_is_not_certain():
    rows = [("a", "A", 0, 1), ("b", "B", 0, 1)]
    table = compare_within_events(repeat_events(rows, [("a", "b")], 30), VARIANTS)
    row = table.iloc[0]
    assert row.within_difference == 0
    assert row.within_low < -0.05 < 0.05 < row.within_high
    assert table["p"].isna().all()


def test_the_same_seed_gives_the_same_table():
    counted = repeat_events(EVENT, LINKS, 40)
    again = [compare_within_events(counted, VARIANTS, Design(seed=3)) for _ in range(2)]
    pd.testing.assert_frame_equal(*again)


def test_no_link_gives_a_table_without_numbers_within():
    counts, articles, links = repeat_events(EVENT, [], 40)
    table = compare_within_events((counts, articles, links), VARIANTS)
    assert len(table) == 4
    assert (table["n_links"] == 0).all()
    assert table["within_difference"].isna().all()


@pytest.mark.parametrize("against", ["rest", "pairs"])
def test_no_hit_or_one_outlet_is_no_error(against):
    counts, articles, links = repeat_events(EVENT, LINKS, 3)
    none = compare_within_events((counts.iloc[:0], articles, links), VARIANTS, against=against)
    assert none.empty or np.isnan(none["raw_difference"]).all()
    alone = articles["outlet"] == "A"
    one = compare_within_events(
        (counts[counts["doc_id"].isin(articles["doc_id"][alone])], articles[alone], links),
        VARIANTS,
        against=against,
    )
    assert one.empty or one["raw_difference"].isna().all()
