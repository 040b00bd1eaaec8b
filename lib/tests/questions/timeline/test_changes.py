"""Changes and their order.

Planted dates, laws, lines that the numbers count, and the newspaper whose truth is known.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wording.questions.design import Design
from wording.questions.timeline.changes import (
    ChangingChoice,
    find_outlet_changes,
    order_changes,
    order_p_value,
    split_lines_at_changes,
)
from wording.simulation.simulate import simulate_study
from wording.tables import TABLES

TRUE = {"Northline": "2031-06-16", "Harbour Ledger": "2031-08-18", "Morning Sextant": "2031-11-10"}
FIGHTING = ChangingChoice("fighting", ["operation", "invasion", "war"])
PLANTED = ChangingChoice("kyiv", ["coup", "protests", "revolution"])


def newspaper(switches, *, days=200, seed=1, start="2031-01-01"):
    """Return counts and articles of outlets, one article a day.

    On a day (or never) they go from mostly "coup" to mostly "protests".
    """
    rng, rows, about = np.random.default_rng(seed), [], []
    for outlet, switch in switches.items():
        for day in np.flatnonzero(rng.random(days) < 0.3):
            doc, share = f"{outlet}{day}", 0.85 if switch is None or day < switch else 0.1
            about.append((doc, outlet, pd.Timestamp(start) + pd.Timedelta(days=int(day)), 300))
            size, coup = rng.geometric(0.4), rng.beta(4 * share, 4 - 4 * share)
            rows += [
                (doc, "kyiv", name, "outlet", n)
                for name, n in zip(
                    ("coup", "protests"), rng.multinomial(size, [coup, 1 - coup]), strict=True
                )
            ]
    counts = pd.DataFrame(rows, columns=["doc_id", "concept", "variant", "voice", "n"]).query(
        "n > 0"
    )
    return counts, pd.DataFrame(about, columns=["doc_id", "outlet", "date", "n_words"])


@pytest.fixture(scope="module")
def three():
    """Return what is found where A switches on day 60, B on day 130, and C never."""
    return find_outlet_changes(*newspaper({"A": 60, "B": 130, "C": None}), PLANTED)


def test_planted_dates_are_found_and_held(three):
    found = three.changes[three.changes["rose_most"]].set_index("outlet")
    assert list(found.index) == ["A", "B"]
    assert set(found["variant"]) == {"protests"}
    for outlet, day in {"A": 60, "B": 130}.items():
        row, true = found.loc[outlet], pd.Timestamp("2031-01-01") + pd.Timedelta(days=day)
        assert row["low"] <= true <= row["high"]
        assert row["low"] <= row["date"] <= row["high"]
        assert row["share_before"] < 0.4 < row["share_after"]
        assert row["share_after_low"] < row["share_after"] < row["share_after_high"]
    assert three.change_tests.set_index("outlet")["n_changes"].to_dict() == {"A": 1, "B": 1, "C": 0}


def test_tables_have_the_columns_that_are_documented(three):
    for name in ("change_tests", "changes", "change_dates"):
        assert list(getattr(three, name).columns) == list(TABLES[name])
    assert list(order_changes(three).columns) == list(TABLES["change_order"])


def test_shares_and_hits_are_those_of_either_side(three):
    counts, articles = newspaper({"A": 60, "B": 130, "C": None})
    located = counts.merge(articles, on="doc_id")
    for row in three.changes.itertuples():
        own = located[located["outlet"] == row.outlet]
        for side, here in (
            ("before", own[own["date"] < row.date]),
            ("after", own[own["date"] >= row.date]),
        ):
            n = here.loc[here["variant"] == row.variant, "n"].sum()
            assert (getattr(row, f"n_{side}"), getattr(row, f"total_{side}")) == (
                n,
                here["n"].sum(),
            )
            assert getattr(row, f"share_{side}") == pytest.approx(n / here["n"].sum())


def test_the_lines_beside_a_change_are_those_that_are_counted(three):
    counts, articles = newspaper({"A": 60, "B": 130, "C": None})
    lines = pd.concat(split_lines_at_changes(counts.merge(articles, on="doc_id"), three.changes))
    for row in three.changes.itertuples():
        here = (
            lines[(lines["outlet"] == row.outlet) & (lines["variant"] == row.variant)]
            .groupby("counted_as")["n"]
            .sum()
        )
        assert (here.get(row.before, 0), here.get(row.after, 0)) == (row.n_before, row.n_after)


def test_dates_shifted_shift_the_changes(three):
    moved = find_outlet_changes(
        *newspaper({"A": 60, "B": 130, "C": None}, start="2031-02-20"), PLANTED
    )
    gap = pd.Timedelta(days=50)
    for column in ("date", "low", "high"):
        assert (moved.changes[column] - three.changes[column] == gap).all()
    pd.testing.assert_series_equal(moved.change_tests["p"], three.change_tests["p"])


def test_dates_shuffled_show_no_change():
    counts, articles = newspaper({"A": 60, "B": 130})
    shuffled = articles.assign(date=articles["date"].sample(frac=1, random_state=3).to_numpy())
    found = find_outlet_changes(counts, shuffled, PLANTED)
    assert found.changes.empty
    assert order_changes(found).empty


def test_undated_articles_and_the_order_of_rows_change_nothing(three):
    counts, articles = newspaper({"A": 60, "B": 130, "C": None})
    undated = articles.head(3).assign(doc_id=["u1", "u2", "u3"], date=pd.NaT)
    more = pd.concat([counts, counts.head(3).assign(doc_id=["u1", "u2", "u3"], n=50)]).sample(
        frac=1, random_state=1
    )
    again = find_outlet_changes(
        more, pd.concat([articles, undated]).sample(frac=1, random_state=2), PLANTED
    )
    for one, other in zip(again, three, strict=True):
        pd.testing.assert_frame_equal(one, other, check_dtype=False)  # the unit of time


def test_copies_of_one_story_are_one_choice():
    counts, articles = newspaper({"A": None})
    last = articles["date"].max()
    story = pd.DataFrame(
        {"doc_id": [f"s{k}" for k in range(8)], "outlet": "A", "n_words": 300, "family": "s0"}
    )
    story["date"] = [last - pd.Timedelta(days=k) for k in range(8)]
    hits = pd.DataFrame(
        {
            "doc_id": story["doc_id"],
            "concept": "kyiv",
            "variant": "protests",
            "voice": "outlet",
            "n": 4,
        }
    )
    both, all_counts = (
        pd.concat([articles.assign(family=articles["doc_id"]), story]),
        pd.concat([counts, hits]),
    )
    together, apart = (
        find_outlet_changes(all_counts, table, PLANTED).change_tests["p"].iloc[0]
        for table in (both, both.drop(columns="family"))
    )
    assert apart < 0.05 < together


def test_a_story_printed_again_counts_at_the_day_of_its_first_print():
    counts, articles = newspaper({"A": None}, days=20)
    again = articles.iloc[[0]].assign(
        doc_id="again", date=articles["date"].iloc[0] + pd.Timedelta(days=300)
    )
    both = pd.concat([articles, again]).assign(
        family=lambda t: t["doc_id"].replace("again", articles["doc_id"].iloc[0])
    )
    hits = counts[counts["doc_id"] == articles["doc_id"].iloc[0]].assign(doc_id="again")
    tested = find_outlet_changes(pd.concat([counts, hits]), both, PLANTED).change_tests.iloc[0]
    assert (tested["first"], tested["last"]) == (articles["date"].min(), articles["date"].max())
    assert tested["total"] == counts["n"].sum() + hits["n"].sum()


def test_one_variant_may_be_asked_for(three):
    found = find_outlet_changes(
        *newspaper({"A": 60, "B": 130, "C": None}), replace(PLANTED, variant="coup")
    )
    assert set(found.changes["variant"]) == {"coup"}
    assert found.changes["rose_most"].all()
    assert (found.changes["share_after"] < found.changes["share_before"]).all()
    assert not order_changes(found)["rose"].any()


def test_too_few_days_are_not_tested_and_nothing_is_an_empty_table():
    counts, articles = newspaper({"A": 60}, days=20)
    short = find_outlet_changes(counts, articles, PLANTED).change_tests.iloc[0]
    assert short["n_days"] < 10
    assert np.isnan([short["p"], short["p_holm"]]).all()
    nothing = find_outlet_changes(counts.iloc[:0], articles, PLANTED)
    assert nothing.change_tests[["n_days", "total", "n_changes"]].to_numpy().tolist() == [[0, 0, 0]]
    assert nothing.changes.empty
    assert order_changes(nothing).empty


def test_who_was_first_is_the_earlier_one(three):
    row = order_changes(three).iloc[0]
    assert (row["earlier"], row["later"], row["variant"], row["rose"]) == (
        "A",
        "B",
        "protests",
        True,
    )
    assert row["n_days"] == (row["date_later"] - row["date_earlier"]).days
    assert row["q"] == row["p"] < 0.05


def test_two_that_change_on_one_day_have_no_order():
    p = [
        order_changes(
            find_outlet_changes(*newspaper({"A": 50, "B": 50}, days=100, seed=seed), PLANTED)
        )["p"]
        for seed in range(8)
    ]
    assert np.mean(np.concatenate(p) < 0.05) <= 0.1


def stretches(rng, first):
    days = pd.Timestamp("2031-01-01") + pd.to_timedelta(
        np.cumsum(rng.integers(1, 6, 8)) + first, unit="D"
    )
    return pd.DataFrame(
        {"first": days[:-1] + pd.Timedelta(days=1), "last": days[1:], "p": rng.uniform(0.01, 1, 7)}
    )


def test_p_of_an_order_is_that_of_a_slow_loop_over_days():
    rng = np.random.default_rng(1)
    for _ in range(10):
        one, other = stretches(rng, 0), stretches(rng, 9)
        product = [
            a.p * b.p for a in one.itertuples() for b in other.itertuples() if a.last >= b.first
        ]
        largest = max([*product, 2 / 800 * max(one["p"].max(), other["p"].max())])
        assert order_p_value(one, other) == pytest.approx(largest * (1 - np.log(largest)), rel=1e-9)


@pytest.fixture(scope="module")
def newspapers(tmp_path_factory):
    """Return the planted counts and the articles of some simulated newspapers.

    With them, the articles that are copies.
    """
    return [simulated(tmp_path_factory.mktemp("newspaper"), seed) for seed in range(1, 5)]


def simulated(folder, seed):
    simulate_study(folder, articles=400, seed=seed)
    articles = pd.read_csv(folder / "articles.csv", usecols=["doc_id", "outlet", "date"])
    truth = pd.read_csv(folder / "truth.csv", dtype={"copy_of": str}).query(
        "sense == 'target' and zone == 'body' and voice == 'outlet'"
    )
    counts = truth.groupby(["doc_id", "concept", "variant", "voice"]).size().reset_index(name="n")
    articles = articles.assign(date=pd.to_datetime(articles["date"], format="mixed"), n_words=150)
    return counts, articles, truth.loc[truth["copy_of"].notna(), "doc_id"].unique()


def without(counts, articles, copies):
    return counts[~counts["doc_id"].isin(copies)], articles[~articles["doc_id"].isin(copies)]


def test_the_newspapers_changes_are_found_held_and_in_order(newspapers):
    held, firsts, false = [], [], 0
    for counts, articles, copies in newspapers:
        found = find_outlet_changes(
            *without(counts, articles, copies), FIGHTING, design=Design(draws=99)
        )
        one = (
            found.changes[found.changes["rose_most"]].drop_duplicates("outlet").set_index("outlet")
        )
        held += [
            outlet in one.index
            and one.loc[outlet, "low"] <= pd.Timestamp(day) <= one.loc[outlet, "high"]
            for outlet, day in TRUE.items()
        ]
        false += len(set(one.index) - set(TRUE))
        firsts.append(
            one.loc[[outlet for outlet in TRUE if outlet in one.index], "date"].idxmin()
            == "Northline"
        )
        sure = order_changes(found).query("q < 0.05")
        assert all(
            TRUE[row.earlier] < TRUE[row.later]
            for row in sure.itertuples()
            if {row.earlier, row.later} <= set(TRUE)
        )
    assert np.mean(held) >= 0.9
    assert false == 0
    assert firsts[0]
    # They are two months apart, and gaps as long; where the earliest date is not the first, `order`
    # is not sure of it.
    assert np.mean(firsts) >= 0.75


def test_an_outlet_that_changes_by_copying_changes_only_with_copies(newspapers):
    p = {True: [], False: []}
    for counts, articles, copies in newspapers:
        for counted in p:
            found = find_outlet_changes(
                *((counts, articles) if counted else without(counts, articles, copies)),
                FIGHTING,
                design=Design(draws=99, outlets=["Tidewatch"]),
            )
            p[counted].append(found.change_tests["p"].iloc[0])
    assert np.median(p[True]) < 0.05
    assert min(p[False]) > 0.05
