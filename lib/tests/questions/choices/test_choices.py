"""Ways of counting: planted differences that hold everywhere, in quotation only, in copies only."""

import itertools

import numpy as np
import pandas as pd
import pytest

from wording.questions.choices import choices
from wording.questions.choices.choices import (
    DIMENSIONS,
    FEW_ARTICLES,
    FEW_MARKS,
    MISSING_LINKS,
    MISSING_PLACES,
    Choice,
    Contrast,
    Counted,
)
from wording.questions.choices.findings import describe, sentences, title_figure
from wording.questions.design import Design
from wording.questions.events.within import compare_within_events
from wording.questions.shares.shares import contrast_shares
from wording.settings import EVENT_RULES
from wording.study.records import Articles, StudyRecord
from wording.tables import TABLES

VARIANTS = ["law", "plan"]
CONTRAST = Contrast("c", "law", "A", "the rest", True)
SHOWN = Choice("outlet", "all", "text", "all")
N = 60
"""Articles of each of the outlets A, B and C."""


@pytest.fixture
def study():
    record = StudyRecord(title="t", question="q", articles=Articles(path="none"))
    record._draws = 299
    return record


def plant(hits, *, n=N, copies=(), linked=True):
    """Return articles, counts and links.

    Parameters
    ----------
    hits : callable
        Given outlet and number, yields (voice, place, hits of law, hits of plan).
    copies : collection of str
        Outlets whose second half of articles are copies of the odd ones of their first half.
    """
    articles, counts = [], []
    for outlet, k in itertools.product("ABC", range(n)):
        doc = f"{outlet}{k:03d}"
        is_copy = outlet in copies and k >= n // 2
        family = f"{outlet}{2 * (k % (n // 4)) + 1:03d}" if is_copy else doc
        articles.append((doc, outlet, family, not is_copy))
        for voice, place, *numbers in hits(outlet, k):
            for variant, number in zip(VARIANTS, numbers, strict=True):
                if number:
                    n_copied = number if is_copy else 0
                    counts.append((doc, "c", variant, voice, place, number, n_copied))
    articles = pd.DataFrame(articles, columns=["doc_id", "outlet", "family", "first"])
    articles = articles.assign(
        date=pd.Timestamp("2031-01-01"), time=None, n_words=100, n_boilerplate=0
    )
    pairs = [(f"A{k:03d}", f"{other}{k:03d}") for k in range(n) for other in "BC"]
    return (
        articles,
        pd.DataFrame(counts, columns=list(TABLES["counts"])),
        pd.DataFrame(pairs if linked else [], columns=["doc_id", "other"]),
    )


def count(study, planted, marks=None):
    articles, counts, links = planted
    empty = pd.DataFrame(columns=list(TABLES["marks"]))
    return Counted(study, VARIANTS, articles, counts, links, empty if marks is None else marks)


def tabulate(counted, measure=choices.measure_shares, shown=SHOWN, events=EVENT_RULES):
    rows = choices.measure_choices(
        counted,
        choices.list_choices(shown, events),
        lambda *selected: measure(counted, CONTRAST, *selected),
    )
    return choices.tabulate_choices(rows, CONTRAST, shown, counted)


def law_at_a(outlet, k):
    """Law four times of five at A, once of five elsewhere, in all voices and places."""
    is_law = (k % 5 != 0) if outlet == "A" else (k % 5 == 0)
    for place in ("headline", "lead", "body"):
        yield "outlet", place, int(is_law), int(not is_law)
    yield "quoted", "body", int(is_law), int(not is_law)


def quoted_only(outlet, k):
    """A quotes law; in the outlets' own words nobody differs."""
    yield "outlet", "body", k % 2, 1 - k % 2
    yield "quoted", "body", *((3, 0) if outlet == "A" else (0, 3))


def copied_only(outlet, k):
    """A prints twice again what it wrote with law; in all else nobody differs."""
    is_law = (outlet == "A" and k >= N) or k % 2
    yield "outlet", "body", int(is_law), int(not is_law)


def outcomes(table, **chosen):
    for name, value in chosen.items():
        table = table[table[name] == value]
    return set(table["outcome"])


def test_a_difference_that_is_everywhere_holds_however_one_counts(study):
    table = tabulate(count(study, plant(law_at_a)))
    assert outcomes(table) == {"holds"}
    assert table["difference"].between(0.5, 0.7).all()
    assert table["difference"].is_monotonic_increasing
    assert "in all" in " ".join(sentences(table))
    assert not any("depends" in sentence for sentence in sentences(table))


def test_a_difference_in_quotation_changes_with_whose_words_count(study):
    table = tabulate(count(study, plant(quoted_only)), shown=Choice("all", "all", "text", "all"))
    counted = table[table["place"] != "headline"]
    assert outcomes(counted, voice="all") == {"holds"}
    assert outcomes(counted, voice="outlet") == {"unclear"}
    told = " ".join(sentences(table))
    assert "depends most on whose words count: the outlets' own words, 0 of" in told
    assert "fewer articles" not in told


def test_a_difference_from_copies_changes_with_which_copies_count(study):
    table = tabulate(count(study, plant(copied_only, n=2 * N, copies="A")))
    counted = table[table["place"] == "text"]
    assert outcomes(counted, copies="all") == {"holds"}
    assert outcomes(counted, copies="one") == {"unclear"}
    assert set(counted["copies"]) == {"all", "one"}  # no story is printed by two outlets
    assert "depends most on which copies count: all copies" in " ".join(sentences(table))


def test_without_copies_hits_in_copied_passages_do_not_count(study):
    articles, counts, links = plant(law_at_a)
    is_copied = counts["doc_id"].str.startswith("A") & (counts["variant"] == "law")
    counts["n_copied"] = counts["n"].where(is_copied, 0)
    table = tabulate(count(study, (articles, counts, links)))
    assert outcomes(table, copies="all") == {"holds"}
    without = table[table["copies"] == "none"]
    assert without["n_articles"].eq(N / 5).all()
    assert without["difference"].to_numpy() == pytest.approx(-0.2)


def test_a_difference_turned_round_elsewhere_is_reversed(study):
    def turned(outlet, k):
        is_law = (k % 5 != 0) == (outlet == "A")
        yield "outlet", "body", int(is_law), int(not is_law)
        yield "outlet", "headline", int(not is_law), int(is_law)

    table = tabulate(count(study, plant(turned)))
    assert outcomes(table, place="text") == {"holds"}
    assert outcomes(table, place="headline") == {"reversed"}
    assert "clear in the opposite direction" in " ".join(sentences(table))


@pytest.mark.parametrize("against", ["rest", "pairs"])
@pytest.mark.parametrize("copies", ["all", "none"])
def test_the_way_of_the_page_has_its_numbers(study, against, copies):
    """To the last digit: the same draws."""
    counted = count(study, plant(law_at_a, copies="B"))
    shown = Choice("outlet", copies, "text", "all")
    articles = counted.select_articles(copies, "all")
    counts = counted.select_counts(shown, articles)
    design = Design.of(study, articles)
    contrasts = contrast_shares(counts, articles, {"c": VARIANTS}, design, against)
    contrast = choices.choose_contrast(contrasts)
    keys = ["variant", "outlet", "other"]
    expected = contrasts.set_index(keys).loc[(contrast.variant, contrast.outlet, contrast.other)]
    rows = choices.measure_choices(
        counted, [shown], lambda *selected: choices.measure_shares(counted, contrast, *selected)
    )
    for name in ("difference", "low", "high", "p"):
        assert rows[0][name] == expected[name]


def test_the_way_of_the_page_on_events_has_its_numbers(study):
    counted = count(study, plant(law_at_a, copies="B"))
    articles = counted.select_articles("all", "all")
    counts = counted.select_counts(SHOWN, articles)
    design = Design.of(study, articles)
    events = compare_within_events((counts, articles, counted.links), {"c": VARIANTS}, design)
    contrast, kind = choices.choose_event_contrast(events)
    assert kind == "within"
    keys = ["variant", "outlet", "other"]
    expected = events.set_index(keys).loc[(contrast.variant, contrast.outlet, contrast.other)]
    rows = choices.measure_choices(
        counted, [SHOWN], lambda *selected: choices.measure_events(counted, contrast, *selected)
    )
    for row, name in zip(rows, ("raw", "shared", "within"), strict=True):
        for column in ("difference", "low", "high"):
            assert row[column] == expected[f"{name}_{column}"]
    assert rows[2]["p"] == expected["p"]


def test_covered_events_do_not_make_a_difference_within_them(study):
    def covered(outlet, k):
        is_law = k % 2 if k < N // 2 else outlet == "A"
        yield "outlet", "body", int(is_law), int(not is_law)

    articles, counts, links = plant(covered)
    links = links[links["doc_id"].str[1:].astype(int) < N // 2]
    shown = Choice("outlet", "all", "text", "all")
    counted = count(study, (articles, counts, links))
    table = tabulate(counted, choices.measure_events, shown, ["all"])
    assert outcomes(table[table["place"] == "text"], events="all") == {"holds"}
    assert outcomes(table[table["place"] == "text"], events="within") == {"unclear"}
    assert table.loc[table["events"] == "within", "difference"].dropna().eq(0).all()


def test_what_changes_no_number_is_no_other_way(study):
    table = tabulate(count(study, plant(law_at_a)))
    assert set(table["copies"]) == {"all"}
    assert len(table) == 2 * 3  # every article is on a shared event
    assert table[list(DIMENSIONS)].duplicated().sum() == 0
    assert sentences(table)[-1] == (
        "Which copies count and which articles are compared change no number here."
    )
    table = tabulate(count(study, plant(copied_only, n=2 * N, copies="A")))
    assert set(table["voice"]) == {"outlet"}
    assert set(table["place"]) == {"text", "headline"}  # nothing stands in headlines


def test_ways_that_cannot_be_counted_are_counted_apart_with_their_reasons(study):
    table = tabulate(count(study, plant(law_at_a, linked=False)))
    missing = table[table["outcome"] == "not counted"]
    assert set(missing["reason"]) == {MISSING_LINKS}
    assert (missing["events"] == "shared").all()
    assert missing.index.min() == len(table) - len(missing)
    assert sentences(table)[-2] == (
        "6 of 12 ways could not be counted: no links between articles (6: shared events)."
    )
    table = tabulate(count(study, plant(quoted_only)))
    assert set(table.loc[table["outcome"] == "not counted", "reason"]) == {FEW_ARTICLES}
    assert outcomes(table, place="headline") == {"not counted"}


def test_counts_of_an_older_version_have_no_headlines(study):
    articles, counts, links = plant(law_at_a)
    old = counts[counts["place"] == "body"].assign(place="text")
    table = tabulate(count(study, (articles, old, links)))
    missing = table[table["outcome"] == "not counted"]
    assert set(missing["place"]) == {"headline", "all"}
    assert set(missing["reason"]) == {MISSING_PLACES}


def mark(rows):
    marks = pd.DataFrame(rows, columns=["outlet", "doc_id", "variant", "mark"])
    return marks.assign(
        coder="x", date="2031-01-01", start=0, end=1, concept="c", voice="outlet", sample=True
    )


def test_hits_in_the_wrong_sense_are_left_out_where_lines_were_coded(study):
    """Half of A's hits of law are something else: what is left is less than was counted."""
    lines = [("A", f"A{k:03d}", "law", k % 2) for k in range(1, N) if k % 5]
    lines += [("A", f"A{k:03d}", "plan", 1) for k in range(0, N, 5)]
    lines += [("B", f"B{k:03d}", "plan" if k % 5 else "law", 1) for k in range(N)]
    marks = mark([(*line[:3], "right sense" if line[3] else "wrong sense") for line in lines])
    table = tabulate(count(study, plant(law_at_a), marks))
    assert set(table.loc[table["senses"] == "right", "place"]) == {"text"}
    rows = table[(table["place"] == "text") & (table["voice"] == "outlet")].set_index(
        ["events", "senses"]
    )
    whole, right = rows.loc[("all", "all")], rows.loc[("all", "right")]
    assert whole["difference"] == pytest.approx(0.6)
    assert right["difference"] == pytest.approx(0.4 / 0.6 - 0.2, abs=0.04)
    assert right["low"] < right["difference"] < right["high"]
    assert right["high"] - right["low"] > whole["high"] - whole["low"]
    only_law = marks[marks["variant"] == "law"]
    table = tabulate(count(study, plant(law_at_a), only_law))
    assert set(table.loc[table["senses"] == "right", "reason"]) == {FEW_MARKS}


def test_equal_selections_are_computed_once(study):
    counted = count(study, plant(law_at_a))
    seen = []

    def measure(*selected):
        seen.append(selected[0])
        return choices.measure_shares(counted, CONTRAST, *selected)

    ways = choices.list_choices(SHOWN, EVENT_RULES)
    choices.measure_choices(counted, ways, measure)
    assert len(ways) == 36
    assert len(seen) == 5  # two voices, three places; headlines have no quotation


@pytest.mark.parametrize(
    ("shown", "voices", "places"),
    [
        (SHOWN, {"outlet", "all"}, {"text", "headline", "all"}),
        (
            Choice("all", "one", "lead", "all"),
            {"outlet", "all"},
            {"text", "headline", "lead", "all"},
        ),
        (Choice("quoted", "all", "all", "all"), {"quoted", "all"}, {"text", "headline", "all"}),
    ],
)
def test_the_way_of_the_page_is_one_of_the_ways(shown, voices, places):
    ways = choices.list_choices(shown, EVENT_RULES)
    assert shown in ways
    assert len(set(ways)) == len(ways) == len(voices) * 3 * len(places) * 2
    assert {way.voice for way in ways} == voices
    assert {way.place for way in ways} == places


@pytest.mark.parametrize("draws_q", [0.2, np.nan])
def test_without_a_clear_difference_the_largest_tested_one_is_counted(draws_q):
    table = pd.DataFrame(
        {
            "concept": "c",
            "variant": ["law", "plan", "law"],
            "outlet": ["A", "A", "B"],
            "other": "the rest",
            "difference": [0.1, -0.3, 0.5],
            "low": [-0.1, -0.6, np.nan],
            "high": [0.3, 0.1, np.nan],
            "q": [draws_q, draws_q, np.nan],
        }
    )
    contrast = choices.choose_contrast(table)
    if np.isnan(draws_q):
        assert contrast is None
    else:
        assert contrast == Contrast("c", "plan", "A", "the rest", False)


def way(**more):
    row = {"concept": "c", "variant": "law", "outlet": "A", "other": "the rest", "voice": "outlet"}
    row |= {"copies": "all", "place": "text", "events": "all", "senses": "all", "shown": False}
    row |= {"clear": True, "difference": 0.3, "low": 0.1, "high": 0.5, "p": 0.01}
    return row | {"n_articles": 9, "n_other": 9, "outcome": "holds", "reason": ""} | more


def test_sentences_by_hand():
    missing = {"difference": np.nan, "low": np.nan, "high": np.nan, "outcome": "not counted"}
    table = pd.DataFrame(
        [
            way(copies="one", difference=0.05, low=-0.1, outcome="unclear"),
            way(shown=True),
            way(events="shared", reason=MISSING_LINKS, **missing),
            way(events="shared", copies="one", reason=MISSING_LINKS, **missing),
        ]
    )
    assert sentences(table) == [
        "The clearest difference here: A writes “law” 30 points more often than the other outlets "
        "together (95 % interval 10 to 50 points).",
        "It holds in 1 of 2 ways of counting (same direction, interval without 0). The differences "
        "range from 5 to 30 points.",
        "It depends most on which copies count: all copies, 1 of 1 (median 30 points); copies "
        "once per outlet, 0 of 1 (median 5 points).",
        "2 of 4 ways could not be counted: no links between articles (2: shared events).",
        "Whose words count and where it is counted change no number here.",
    ]
    assert title_figure(table) == (
        "A writes “law” more often than the other outlets together: holds in 1 of 2 ways of "
        "counting"
    )
    assert "from 5 (copies once per outlet, all articles) to 30" in describe(table)


def test_a_difference_that_is_not_clear_is_not_called_a_finding():
    row = way(shown=True, clear=False, difference=-0.1, low=-0.4, high=0.2, outcome="unclear")
    clear = way(copies="none", clear=False, difference=-0.3, low=-0.4, high=-0.2)
    table = pd.DataFrame([row, clear])
    assert sentences(table)[:2] == [
        "No difference here is statistically clear; the largest: A writes “law” 10 points less "
        "often than the other outlets together (95 % interval −20 to 40 points).",
        "It is clear, in the same direction, in 1 of 2 ways of counting. The differences range "
        "from −30 to −10 points.",
    ]
    assert sentences(table.head(0)) == [
        "No difference between outlets can be tested here, so there is none to count in other ways."
    ]
    assert title_figure(table.head(0)) == ""
