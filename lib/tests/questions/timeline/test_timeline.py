"""Shares over time: counted by hand, laws, gaps, and a page's tables and sentences on the demo."""

import numpy as np
import pandas as pd
import pytest
from test_changes import newspaper

from wording.answers.lines import find_hit_lines
from wording.errors import WordingError
from wording.questions.design import Design, Request
from wording.questions.shares.shares import compute_shares
from wording.questions.timeline import findings as timeline_findings
from wording.questions.timeline import timeline as module
from wording.questions.timeline.timeline import (
    PERIOD_FREQUENCIES,
    analyse_study_timeline,
    choose_period,
    compute_study_timeline,
    compute_timeline,
    find_commonest_variant,
    label_timeline_lines,
    prepare_line_links,
)
from wording.settings import ALL_OUTLETS
from wording.study.read import read_study
from wording.tables import TABLES

KYIV = {"kyiv": ["coup", "protests"]}
HAND = [
    ("1", "A", "2031-12-29", {"coup": 3}),  # a Monday: ISO week 1 of 2032
    ("2", "A", "2032-01-04", {"coup": 1, "protests": 4}),
    ("3", "A", "2032-01-05", {"protests": 2}),
    ("4", "B", "2032-02-29", {"coup": 2}),
    ("5", "B", None, {"coup": 9}),
]


def hand():
    articles = pd.DataFrame(
        [(doc, outlet, date, 100) for doc, outlet, date, _ in HAND],
        columns=["doc_id", "outlet", "date", "n_words"],
    )
    rows = [
        (doc, "kyiv", variant, "outlet", n)
        for doc, _, _, hits in HAND
        for variant, n in hits.items()
    ]
    counts = pd.DataFrame(rows, columns=["doc_id", "concept", "variant", "voice", "n"])
    return counts, articles.assign(date=pd.to_datetime(articles["date"]))


def test_weeks_counted_by_hand():
    table = compute_timeline(*hand(), variants=KYIV, period="week").set_index(
        ["variant", "outlet", "label"]
    )
    assert len(table) == 2 * 3 * 9
    first = table.loc[("coup", "A", "2032-W01")]
    assert (first.period, first.n, first.total, first.n_articles, first.total_articles) == (
        pd.Timestamp("2031-12-29"),
        4,
        8,
        2,
        2,
    )
    assert first.share == 0.5
    assert first.low < 0.5 < first.high
    one = table.loc[("protests", "A", "2032-W02")]
    assert (one.n, one.share, np.isnan(one.low)) == (2, 1, True)
    gap = table.loc[("coup", "A", "2032-W05")]
    assert (gap.n, gap.total, np.isnan(gap.share)) == (0, 0, True)
    assert table.loc[("coup", ALL_OUTLETS, "2032-W09"), "n"] == 2


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("month", ["2031-12", "2032-01", "2032-02"]),
        ("quarter", ["2031-Q4", "2032-Q1"]),
        ("year", ["2031", "2032"]),
    ],
)
def test_periods_are_named_and_none_is_left_out(period, labels):
    assert (
        list(compute_timeline(*hand(), variants=KYIV, period=period)["label"].drop_duplicates())
        == labels
    )


def test_the_periods_add_up_whatever_their_length():
    counts, articles = newspaper({"A": 60, "B": None})
    for period in PERIOD_FREQUENCIES:
        table = compute_timeline(
            counts, articles, variants=KYIV, period=period, design=Design(draws=99)
        )
        assert list(table.columns) == list(TABLES["timeline"])
        by_outlet = table.groupby("outlet")["n"].sum()
        assert by_outlet[ALL_OUTLETS] == by_outlet["A"] + by_outlet["B"] == counts["n"].sum()
        sums = table.groupby(["outlet", "period"])["share"].sum(min_count=1).dropna()
        np.testing.assert_allclose(sums, 1)


def test_one_period_for_all_has_the_shares_of_all():
    counts, articles = newspaper({"A": None, "B": None}, days=90)
    here, whole = (
        compute_timeline(
            counts, articles, variants=KYIV, period="year", design=Design(outlets=["A", "B"])
        ),
        compute_shares(counts, articles, variants=KYIV),
    )
    here = here[here["outlet"] != ALL_OUTLETS].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        here[["n", "share", "total", "total_articles"]],
        whole[["n", "share", "total", "total_articles"]],
    )
    assert (
        here[["low", "high"]] - whole[["low", "high"]]
    ).abs().max().max() < 0.03  # another stream of draws


def test_the_period_is_chosen_by_span_and_articles():
    counts, articles = newspaper({"A": None}, days=40)
    assert (
        choose_period(counts, articles) == "month"
    )  # twelve articles in six weeks and in two months
    for few, unit in ((slice(None, None, 3), "quarter"), (slice(0, None, 8), "year")):
        assert (
            choose_period(counts[counts["doc_id"].isin(articles["doc_id"].iloc[few])], articles)
            == unit
        )
    many = pd.concat(
        [
            articles.assign(doc_id=articles["doc_id"] + str(k), date=pd.Timestamp("2031-05-05"))
            for k in range(3)
        ]
    )
    hits = pd.concat([counts.assign(doc_id=counts["doc_id"] + str(k)) for k in range(3)])
    assert choose_period(hits, many) == "day"


def test_nothing_dated_is_an_empty_table_and_is_said():
    counts, articles = hand()
    table = compute_timeline(counts, articles.assign(date=pd.NaT), variants=KYIV)
    assert table.empty
    assert list(table.columns) == list(TABLES["timeline"])


def test_an_unknown_period_is_refused():
    with pytest.raises(WordingError, match="did you mean 'month'"):
        compute_timeline(*hand(), variants=KYIV, period="months")


@pytest.fixture(scope="module")
def made(demo):
    return analyse_study_timeline(read_study(demo), "fighting", Request(copies="all"))


def test_every_number_has_its_lines(made, demo):
    study = read_study(demo)
    lines = label_timeline_lines(find_hit_lines(study, ["fighting"], voices=["outlet"]), made)
    counted = lines.groupby(["variant", "outlet", "counted_as"], observed=True).size()
    shown = made.timeline[made.timeline["variant"] == made.variant]
    tables = [
        prepare_line_links(shown, "label"),
        prepare_line_links(made.changes, "before"),
        prepare_line_links(made.changes, "after"),
    ]
    for row in pd.concat(tables).itertuples():
        assert counted.get((row.variant, row.outlet, row.voice), 0) == row.n
    assert ALL_OUTLETS not in {row.outlet for row in pd.concat(tables).itertuples()}


def test_the_demo_says_who_changed_when(made, demo):
    said = timeline_findings.sentences(made)
    assert (made.variant, made.period, made.voice) == ("war", "quarter", "outlet")
    for outlet in ("Northline", "Harbour Ledger", "Morning Sextant"):
        row = made.changes.query("outlet == @outlet and rose_most").iloc[0]
        told = [
            s
            for s in said
            if s.startswith(
                f"{outlet} changed around {row['date']:%Y-%m-%d} (95 % interval "
                f"{row['low']:%Y-%m-%d} to"
            )
        ]
        assert len(told) == 1
        assert f"of {row['total_after']:,}" in told[0]
    assert any("Skerry Gazette" in s and "Too few days" in s for s in said)
    assert not any(s.startswith(("Valley Lantern changed", "Tidewatch changed")) for s in said)
    assert any(
        s == f"{made.n_undated} articles with hits have no date and are left out." for s in said
    )
    assert "Northline around" in timeline_findings.describe(made)


def test_what_copies_add_is_said(made):
    copied = made.changes[made.changes["outlet"] == "Northline"].assign(outlet="Tidewatch")
    more = type(made)(**{**vars(made), "changes": pd.concat([made.changes, copied])})
    fewer = type(made)(**{**vars(made), "copies": "none"})
    for one, other in ((more, fewer), (fewer, more)):
        said = timeline_findings.sentences(one, otherwise=other)
        assert any(s.startswith("Tidewatch changes only when copies are counted") for s in said)
    assert "With or without copies, the same outlets change." in timeline_findings.sentences(
        made, otherwise=fewer
    )


def test_nothing_to_tell_is_told(demo):
    never = analyse_study_timeline(read_study(demo), "levy")
    assert any(
        s.startswith("No statistically clear change") for s in timeline_findings.sentences(never)
    )
    assert never.variant == "carbon tax"
    with pytest.raises(WordingError, match="no variant"):
        analyse_study_timeline(read_study(demo), "levy", variant="carbon taxes")


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_how_much_is_drawn_at_once_makes_no_difference(demo, monkeypatch, at_once):
    study = read_study(demo)
    whole = compute_study_timeline(study, "towns", Request(copies="none"), period="month")
    monkeypatch.setattr(module, "MAX_GROUPS_PER_BATCH", at_once)
    pd.testing.assert_frame_equal(
        compute_study_timeline(study, "towns", Request(copies="none"), period="month"),
        whole,
        check_exact=True,
    )


def test_the_timeline_alone_is_that_of_everything_over_time(demo):
    study = read_study(demo)
    made = analyse_study_timeline(study, "fighting", Request(voice="quoted", copies="none"))
    pd.testing.assert_frame_equal(
        compute_study_timeline(study, "fighting", Request(voice="quoted", copies="none")),
        made.timeline,
    )
    with pytest.raises(WordingError, match="quoted"):
        compute_study_timeline(study, "fighting", Request(voice="qoted"))


def test_the_most_frequent_variant_is_told_of_no_hits_too():
    table = compute_timeline(*hand(), variants=KYIV, period="year")
    assert find_commonest_variant(table, ["coup", "protests"]) == "coup", "six hits each"
    assert (
        find_commonest_variant(
            table.assign(n=table["n"] + (table["variant"] == "protests")), ["coup", "protests"]
        )
        == "protests"
    )
    assert find_commonest_variant(table.iloc[:0], ["coup", "protests"]) == "coup"


def test_stories_of_which_nobody_knows_who_was_first_are_no_evidence(demo, tmp_path):
    """Two outlets print the same story each day, on the same day, and without times."""
    for name in ("concepts.yml", "study.yml"):
        (tmp_path / name).write_bytes((demo / name).read_bytes())
    rng = np.random.default_rng(1)
    rows = []
    for k in range(40):
        words = [f"word{n}" for n in rng.integers(0, 10**6, 80)]
        text = " ".join(
            [*words[:40], "liberated" if k < 20 else "captured", "Quarnow", *words[40:]]
        )
        day = f"2031-{1 + k // 28:02}-{1 + k % 28:02}"
        rows += [(f"n{k}", "Northline", day, text), (f"t{k}", "Tidewatch", day, text)]
    columns = ["doc_id", "outlet", "date", "text"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "articles.csv", index=False)
    study = read_study(tmp_path).model_copy(update={"outlets": ["Northline", "Tidewatch"]})
    made = analyse_study_timeline(study, "towns", Request(copies="none"))
    assert made.n_tied == made.timeline.query("outlet == 'all outlets'")["n"].sum() == 40
    assert made.change_tests["total"].sum() == 0
    every = analyse_study_timeline(study, "towns", Request(copies="all"))
    assert every.n_tied == 0
    assert set(every.changes["outlet"]) == {"Northline", "Tidewatch"}
    assert (every.change_order["p"] > 0.9).all(), "on the same days, nobody was first"
    assert any("not known who was first" in s for s in timeline_findings.sentences(made))
