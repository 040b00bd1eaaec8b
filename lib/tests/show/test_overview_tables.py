import re

import numpy as np
import pandas as pd
import pytest

from wording.pages.checks import extract_tables
from wording.settings import OTHER_OUTLETS
from wording.show import html
from wording.show.overview import Addresses, codebook, share_matrix, topics, word_matrix
from wording.study.records import Concept

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
CELLS = [  # outlet, n, total, q, difference, most
    ("A", 71, 100, 0.001, 0.5, "fell"),
    ("B", 12, 100, 0.01, -0.2, "took"),
    ("C", 40, 100, 0.3, 0.02, "fell"),
    ("D", 1, 2, np.nan, 0.1, "fell"),
    ("E", 0, 0, np.nan, np.nan, ""),
    (OTHER_OUTLETS, 30, 100, np.nan, np.nan, "took"),
]


def table(cells=CELLS, concept="towns", variant="fell"):
    names = ["outlet", "n", "total", "q", "difference", "most"]
    frame = pd.DataFrame(cells, columns=names).assign(concept=concept, variant=variant)
    return frame.assign(share=frame["n"] / frame["total"].replace(0, np.nan))


def show(frame, addresses=None, titles=None):
    return share_matrix(
        frame,
        titles or {"towns": "Towns that changed hands"},
        addresses or Addresses(),
        caption="How often outlets choose",
        details=html.note("the numbers"),
    ).html


def cells_of(shown):
    body = re.search(r"<tbody>.*?</tbody>", shown, re.DOTALL)[0]
    return re.findall(r'<td class="n ?([^"]*)" data-v="([^"]*)">(.*?)</td>', body)


def as_text(markup):
    return re.sub(r"<[^>]+>", "", markup)


def test_clear_cells_are_told_apart_by_more_than_colour():
    looks = [(look, as_text(text)) for look, _, text in cells_of(show(table()))]
    assert looks == [
        ("", "38"),
        ("more strong", "▲ 71 per cent of 100 hits, clearly more than the rest, q = 0.001"),
        (
            "less mild",
            "▼ 12 per cent of 100 hits, clearly less than the rest, q = 0.01; most written: took",
        ),
        ("unclear", "40 per cent of 100 hits, no clear difference"),
        ("untested", "(50) per cent of 2 hits, not tested"),
        ("", "–no hits"),
        ("untested", "30 per cent of 100 hits, never tested; most written: took"),
    ]


def test_the_matrix_is_a_table_with_headings_for_rows_and_columns():
    shown = show(table())
    assert shown.count("<table") == 1
    assert len(re.findall(r'<th scope="col"', shown)) == 3 + len(CELLS)
    assert '<th scope="row">Towns that changed hands</th><td>“fell”</td>' in shown
    assert "<caption" in shown
    assert "never tested" in shown.split("</table>")[1]


def test_its_csv_has_the_shares_themselves():
    [rows] = [text for name, text in extract_tables(show(table())).items()]
    head, first = rows.lstrip("\ufeff").splitlines()
    assert head == f"concept,variant,all,A,B,C,D,E,{OTHER_OUTLETS}"
    assert first == "Towns that changed hands,“fell”,0.383085,0.71,0.12,0.4,0.5,,0.3"


def test_many_outlets_have_upright_names_and_short_cells():
    many = table([(f"Outlet {k}", 30 + k, 100, 0.001, 0.3, "took") for k in range(24)])
    shown = show(many)
    assert 'class="scroll upright"' in shown
    assert "<small>" not in shown
    assert ">▲30<" in shown
    assert '<th scope="row">Towns that changed hands “fell”</th>' in shown
    few = table([("A", 1, 2, np.nan, 0.1, "fell")] * 1)
    assert 'class="scroll"' in show(few)


def test_untested_cells_of_many_outlets_are_dots_that_say_their_share():
    many = table([(f"Outlet {k}", 1, 2, np.nan, 0.3, "took") for k in range(12)])
    assert "· 50 per cent of 2 hits, not tested" in as_text(show(many))


@pytest.mark.parametrize(
    ("n", "total", "shown"),
    [(0, 9, "0"), (9, 9, "100"), (1, 999, "&lt;1"), (998, 999, "&gt;99"), (1, 8, "13")],
)
def test_a_share_is_never_rounded_to_none_or_all(n, total, shown):
    [_, (_, _, cell)] = cells_of(show(table([("A", n, total, 0.5, 0.1, "fell")])))
    assert html_unescaped(as_text(cell)).startswith(html_unescaped(shown))


def html_unescaped(text):
    return text.replace("&lt;", "<").replace("&gt;", ">")


def test_names_and_cells_lead_where_they_are_told_to():
    frame = table()
    shown = show(
        frame,
        Addresses({"towns": "02_terms-towns.html"}, pd.Series({0: "02_terms-towns.html#lines-a"})),
    )
    assert '<a href="02_terms-towns.html">Towns that changed hands</a>' in shown
    assert '<a href="02_terms-towns.html#lines-a">▲ 71' in shown
    assert shown.count("<a ") == 2


def test_nothing_from_a_study_becomes_markup():
    hostile = table(
        [(HOSTILE, 1, 2, 0.01, 0.3, HOSTILE)], concept=HOSTILE, variant=f"not {HOSTILE}"
    )
    concept = Concept(
        title=HOSTILE, note=HOSTILE, source=HOSTILE, variants={"x": {"match": [HOSTILE]}}
    )
    terms = pd.DataFrame(
        [(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        columns=["concept", "variant", "phrases", "conditions", "precision", "note"],
    )
    words = pd.DataFrame(
        [("1", HOSTILE, HOSTILE, voice, HOSTILE, 2, HOSTILE) for voice in ("outlet", "quoted")],
        columns=["doc_id", "concept", "variant", "voice", "word", "n", "document"],
    )
    titles = {HOSTILE: HOSTILE}
    told = pd.DataFrame({"topic": [HOSTILE], "text": [HOSTILE]})
    for shown in (
        show(hostile, titles=titles),
        codebook({HOSTILE: concept}, terms, {HOSTILE: [HOSTILE]}).html,
        word_matrix(words, titles, [HOSTILE], caption=HOSTILE, pages={HOSTILE: "x.html"}).html,
        topics(told).html,
    ):
        assert "<script" not in shown
        assert "<img" not in shown


def test_words_are_marked_by_their_voice_and_own_ones_come_first():
    rows = [("reported", "war", 1), ("quoted", "regime", 2), ("outlet", "coup", 3)]
    words = pd.DataFrame(rows, columns=["voice", "word", "n"]).assign(
        concept="c", variant="v", document="D"
    )
    shown = word_matrix(words, {"c": "C"}, ["D", "E"], caption="Words").html
    assert '<td data-v="coup ×3; “regime” ×2; [war]">' in shown
    assert as_text(re.search(r"<ul>.*?</ul>", shown)[0]) == (
        "coup ×3, own words“regime” ×2, quoted[war], reported"
    )
    assert '<td data-v="">–<span class="vh">no hits</span></td>' in shown
    assert "href" not in shown
