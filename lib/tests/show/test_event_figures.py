"""The figure of differences, and events side by side."""

import numpy as np
import pandas as pd
import pytest

from wording.errors import WordingError
from wording.show.event_figures import plot_events
from wording.show.events import event_cards
from wording.show.values import format_value

KINDS = ("raw", "shared", "within")


def differences(**more):
    rows = []
    for variant in ("law", "plan"):
        for k, outlet in enumerate(("A", "B", "C")):
            row = {"concept": "c", "variant": variant, "outlet": outlet, "other": "the rest"}
            for place, kind in enumerate(KINDS):
                value = (0.1 * k - 0.08) / (place + 1)
                row |= {f"{kind}_difference": value}
                row |= {f"{kind}_low": value - 0.05, f"{kind}_high": value + 0.05}
            rows.append(row | more)
    return pd.DataFrame(rows)


def texts_of(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_panel_per_variant_a_row_per_outlet_three_points_each():
    figure = plot_events(differences())
    assert len(figure.axes) == 2
    for axes in figure.axes:
        assert sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() != "None") == 9
    assert {"law", "plan", "A", "B", "C", "within"} <= set(texts_of(figure))
    [legend] = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["in all", "on shared events", "within events"]


def test_one_comparison_has_a_row_per_variant():
    table = differences(other="B")
    figure = plot_events(table[table["outlet"] == "A"])
    assert len(figure.axes) == 1
    assert {"A less B", "law", "plan"} <= set(texts_of(figure))


def test_too_few_events_are_said_in_the_row():
    columns = [f"{kind}_{name}" for kind in KINDS[1:] for name in ("difference", "low", "high")]
    figure = plot_events(differences(**dict.fromkeys(columns, np.nan)))
    assert texts_of(figure).count("too few") == 6


def test_a_table_without_rows_or_of_two_concepts_is_refused():
    with pytest.raises(WordingError, match="without rows"):
        plot_events(differences().head(0))
    two = pd.concat([differences(), differences(concept="d")])
    with pytest.raises(WordingError, match="one concept at a time"):
        plot_events(two)


EVENT = {
    "event": 1,
    "date": pd.Timestamp("2031-01-01"),
    "linked": 0.9,
    "terms": "law 2, plan 1",
    "left": "about the",
    "node": "Law",
    "right": ", they say it",
    "lead": "",
    "title": "A <b>title</b>",
    "url": "javascript:alert(1)",
}


def cards(*changes, **options):
    rows = [
        EVENT | {"doc_id": f"d{k}", "outlet": f"O{k}"} | change for k, change in enumerate(changes)
    ]
    return event_cards(pd.DataFrame(rows), caption="Events.", **options)


def test_an_event_shows_its_articles_side_by_side():
    shown = cards({}, {"date": pd.Timestamp("2031-01-03"), "lead": "It begins so."}, {"event": 2})
    assert shown.html.count("<article>") == 3
    assert "1. 2031-01-01 to 2031-01-03" in shown.html
    assert "one event: 90 % likely" in shown.html
    assert "about the <mark>Law</mark>, they say it" in shown.html
    assert "<p>It begins so.</p>" in shown.html
    assert shown.record["events"] == 2


def test_the_hit_is_marked_where_the_article_begins_with_it():
    shown = cards({"lead": "All about the Law, they say it."})
    assert "<p>All about the <mark>Law</mark>, they say it.</p>" in shown.html
    assert shown.html.count("<mark>") == 1


def test_texts_are_escaped_and_addresses_are_safe():
    shown = cards({"left": "<script>", "outlet": "<i>O</i>", "lead": "<p onclick=x>"})
    for bad in ("<script>", "<b>", "<i>", "<p onclick", "javascript:"):
        assert bad not in shown.html


def test_without_text_it_says_why():
    no_text = dict.fromkeys(("left", "node", "right", "lead", "title"))
    shown = cards(no_text, why="There is no text.")
    assert "There is no text." in shown.html
    assert "<mark>" not in shown.html
    assert ">d0<" in shown.html


def test_an_event_without_a_day_says_so():
    assert "1. unknown day" in cards({"date": pd.NaT}).html


def test_differences_are_signed_percentage_points():
    assert format_value(0.187, "raw_difference") == "+18.7%"
    assert format_value(-0.05, "within_difference") == "−5.0%"
    assert format_value(0.05, "within_low") == "5.0%"
