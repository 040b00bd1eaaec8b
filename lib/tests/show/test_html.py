import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from wording.errors import WordingError
from wording.show import figures as plots
from wording.show import html as show
from wording.show import lines as show_lines
from wording.show.values import format_value, sanitise_href, slugify

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> $\\frac{ \x00"
ADDRESSES = [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "//host/x",
    "java\nscript:alert(1)",
    "file:///etc/passwd",
    "a.html",
]


class Read(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data

    def values(self, key):
        return [value for name, value in self.attributes if name == key]


def assert_harmless(html):
    read = Read(html)
    assert not {"script", "img", "iframe", "object"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]
    assert all(re.match(r"#|https?://", address) for address in read.values("href"))
    html.encode("utf-8")
    return read


def example_hits(n=3, **columns):
    row = {
        "doc_id": "d1",
        "outlet": "Outlet A",
        "date": pd.Timestamp("2031-04-02"),
        "concept": "velin",
        "variant": "fell",
        "start": 10,
        "end": 14,
        "left": "the old town",
        "node": "fell",
        "right": "at night",
        "voice": "outlet",
        "zone": "body",
        "url": None,
    }
    return pd.DataFrame([{**row, "doc_id": f"d{number:03d}", **columns} for number in range(n)])


def example_figure(text="plain"):
    figure = Figure(figsize=(3, 2))
    axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    axes.text(0.5, 0.5, text, parse_math=False)
    return figure


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (0.1234, "share", "12.3%"),
        (0.0, "share", "0.0%"),
        (0.0004, "low", "<0.1%"),
        (0.9999, "high", ">99.9%"),
        (1.0, "high", "100.0%"),
        (-0.05, "difference", "−5.0%"),
        (0.05, "difference", "+5.0%"),
        (-0.0001, "difference", "0.0%"),
        (-0.12, "low", "−12.0%"),
        (1234, "n", "1,234"),
        (1234.0, "n_articles", "1,234"),
        (np.int64(1200), "total", "1,200"),
        (0.0004, "q", "<0.001"),
        (0.0123, "p", "0.012"),
        (1234.56, "per_million", "1,234.6"),
        (-1.234, "log_odds_ratio", "−1.23"),
        (float("inf"), "log_odds_ratio", "∞"),
        (2031, "year", "2031"),
        (float("nan"), "share", "–"),
        (pd.NaT, "date", "–"),
        (pd.Timestamp("2031-04-02"), "date", "2031-04-02"),
        (pd.Timestamp("2031-04-02 13:05"), "date", "2031-04-02 13:05"),
        (True, "first", "yes"),
        (np.False_, "first", "no"),
        ("text", "n", "text"),
    ],
)
def test_values_are_formatted_by_their_column(value, column, text):
    assert format_value(value, column) == text


@pytest.mark.parametrize(
    "address", ADDRESSES + [None, float("nan"), "", "#", "#a b", "http://", "https:/x"]
)
def test_other_addresses_are_no_links(address):
    assert sanitise_href(address) is None


@pytest.mark.parametrize(
    "address", ["#lines-a--b", "https://example.org/a?b=1&c=2", "http://example.org"]
)
def test_fragments_and_web_addresses_are_links(address):
    assert sanitise_href(address) == address


def test_what_no_page_can_carry_is_replaced():
    shown = show.note("a\x00b\ud800c")
    assert "a\ufffdb\ufffdc" in shown.html
    assert shown.record["text"] == "a\ufffdb\ufffdc"


def test_slugs_never_meet():
    texts = ["a-b", "A-b", "a b", "a--b", "", "-", "Ж", "Ш", "a", "A" * 80, "A" * 81]
    assert len({slugify(text) for text in texts}) == len(texts)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(text)) for text in texts)


def test_line_ids_never_meet():
    keys = [
        ("a", "b-c", "d"),
        ("a-b", "c", "d"),
        ("a", "b", "c-d"),
        ("a", "b", "C-d"),
        ("a--b", "c", "d"),
        ("a", "b--c", "d"),
    ]
    names = {
        show_lines.make_line_id(concept=concept, variant=variant, outlet=outlet)
        for concept, variant, outlet in keys
    }
    assert len(names) == len(keys)


def test_with_lines_adds_addresses_where_there_are_hits():
    shares = pd.DataFrame(
        {"concept": "velin", "variant": "fell", "outlet": ["A", "B"], "n": [2, 0]}, index=[5, 5]
    )
    told = show_lines.with_lines(shares)
    assert list(told["lines"]) == [
        "#" + show_lines.make_line_id(concept="velin", variant="fell", outlet="A"),
        None,
    ]
    assert "lines" not in shares


def test_findings_say_their_sentences_and_escape_them():
    shown = show.findings(["A differs.", HOSTILE], heading=HOSTILE)
    assert_harmless(shown.html)
    assert shown.record["kind"] == "findings"
    assert shown.record["sentences"][0] == "A differs."


def test_findings_are_never_silent():
    assert show.findings([], empty="Nothing differs.").record["sentences"] == ["Nothing differs."]
    with pytest.raises(WordingError, match="empty="):
        show.findings([])


def test_mime_bundle_has_html_text_and_a_record_that_can_be_saved():
    bundle = show.note("Read with care.")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain", show.DISPLAY_MIME}
    assert json.loads(json.dumps(bundle[show.DISPLAY_MIME])) == {
        "kind": "note",
        "text": "Read with care.",
    }


def test_table_is_a_real_table():
    frame = pd.DataFrame({"outlet": ["A", "B"], "n": [1234, 5], "share": [0.5, np.nan]})
    html = show.table(frame, caption="Shares", name="shares").html
    read = Read(html)
    assert read.values("scope") == ["col", "col", "col", "row", "row"]
    assert '<caption id="table-shares"><span>Shares</span></caption>' in html
    assert '<td class="n" data-v="1234">1,234</td>' in html
    assert '<td class="n" data-v="0.5">50.0%</td>' in html
    assert '<td class="n" data-v="">–<span class="vh">not defined</span></td>' in html
    assert ("tabindex", "0") in read.attributes


def test_table_picks_orders_and_explains_columns():
    frame = pd.DataFrame({"outlet": ["A"], "n": [1], "share": [0.5]})
    html = show.table(
        frame,
        caption="c",
        name="t",
        columns={"share": ("Share", "of all <hits>"), "outlet": "Outlet"},
    ).html
    assert re.findall(r"<th scope=\"col\"[^>]*>([^<]+)<", html) == ["Share", "Outlet"]
    assert "<b>Share</b>: of all &lt;hits&gt;." in html


def test_table_says_how_many_rows_of_how_many():
    shown = show.table(pd.DataFrame({"n": range(1200)}), caption="Hits", name="t", limit=2)
    assert "Hits. First 2 of 1,200 rows." in shown.html
    assert shown.record["rows"] == 1200
    assert shown.html.count("<tr>") == 3


def test_table_links_only_safe_addresses():
    frame = pd.DataFrame({"outlet": ["A"] * 8, "n": range(8), "to": [*ADDRESSES, "#lines-x"]})
    html = show.table(
        frame, caption="c", name="t", columns={"outlet": "Outlet", "n": "Hits"}, links={"n": "to"}
    ).html
    assert Read(html).values("href") == ["#lines-x"]
    assert Read(
        show.table(frame, caption="c", name="t", columns={"outlet": "Outlet"}, links="to").html
    ).values("href") == ["#lines-x"]


def test_table_escapes_every_field():
    frame = pd.DataFrame({HOSTILE: [HOSTILE], "to": [HOSTILE]})
    read = assert_harmless(
        show.table(
            frame, caption=HOSTILE, name=HOSTILE, columns={HOSTILE: (HOSTILE, HOSTILE)}, links="to"
        ).html
    )
    assert read.text.count("<script>alert(1)</script>") == 5


def test_table_refuses_an_unknown_column():
    with pytest.raises(WordingError, match="'shares'"):
        show.table(
            pd.DataFrame({"share": [1.0]}), caption="c", name="t", columns={"shares": "Share"}
        )


def test_an_empty_table_is_a_sentence():
    shown = show.table(pd.DataFrame({"outlet": [], "n": []}), caption="c", name="t", folded=True)
    assert '<p class="note">c. No rows.</p>' in shown.html
    assert "<table" not in shown.html
    assert "<details" not in shown.html


def test_figure_is_inline_svg_with_names():
    shown = show.figure(
        example_figure(),
        title="Title",
        alt="What it says",
        name="one",
        data=pd.DataFrame({"n": [1]}),
    )
    assert (
        'role="img" aria-labelledby="figure-one-title" aria-describedby="figure-one-desc"'
        in shown.html
    )
    assert '<desc id="figure-one-desc">What it says</desc>' in shown.html
    assert "<figcaption>Title</figcaption>" in shown.html
    assert "<table" in shown.html
    assert shown.record == {
        "kind": "figure",
        "name": "one",
        "title": "Title",
        "alt": "What it says",
        "links": 0,
    }


def test_figure_carries_nothing_of_its_maker():
    html = show.figure(example_figure(), title="t", alt="a", name="one").html
    for foreign in (
        "metadata",
        "DOCTYPE",
        "<?xml",
        "xlink",
        "target=",
        "style=",
        "<style",
        "font-family",
        "matplotlib",
        "#000000",
    ):
        assert foreign not in html
    assert "://" not in html


def test_figure_escapes_and_survives_hostile_text():
    shown = show.figure(example_figure(HOSTILE), title=HOSTILE, alt=HOSTILE, name=HOSTILE)
    assert_harmless(shown.html)


def test_figures_on_one_page_share_no_name():
    html = "".join(
        show.figure(example_forest(), title="t", alt="a", name=name).html for name in ("one", "two")
    )
    names = Read(html).values("id")
    assert len(names) == len(set(names))
    assert {address[1:] for address in re.findall(r'<use[^>]*href="([^"]+)"', html)} <= set(names)


def example_forest():
    return plots.plot_forest(
        pd.DataFrame(
            {
                "concept": "velin",
                "variant": ["fell", "fell"],
                "outlet": ["A", "B"],
                "voice": "all",
                "n": [3, 4],
                "total": [6, 6],
                "share": [0.5, 0.66],
                "low": [0.2, np.nan],
                "high": [0.8, np.nan],
            }  # fmt: skip
        )
    )


def test_links_in_figures_have_names_and_no_unsafe_address():
    figure = example_figure()
    for height, address in enumerate(["#lines-x", "javascript:alert(1)"]):
        area = figure.axes[0].axhspan(height, height + 1)
        area.set_url(address)
        area.set_gid("Outlet A: 3 of 6 hits")
    html = show.figure(figure, title="t", alt="a", name="one").html
    assert re.findall(r'<a [^>]*href="([^"]+)"', html) == ["#lines-x"]
    assert 'aria-label="Outlet A: 3 of 6 hits"' in html
    assert 'role="group"' in html  # an image may hold no links


@pytest.mark.parametrize("blank", [{"alt": " "}, {"title": ""}])
def test_figure_needs_words(blank):
    with pytest.raises(WordingError, match="alternative text"):
        show.figure(example_figure(), **{"title": "t", "alt": "a", "name": "n", **blank})


def test_same_figure_gives_the_same_bytes():
    assert (
        len({show.figure(example_forest(), title="t", alt="a", name="n").html for _ in range(2)})
        == 1
    )


def test_lines_fold_one_table_per_group():
    hits = pd.concat(
        [
            example_hits(3),
            example_hits(2, outlet="Outlet B"),
            example_hits(1, variant="taken", node="taken"),
        ]
    )
    shown = show_lines.lines(hits, caption="Lines")
    assert shown.record == {
        "kind": "lines",
        "caption": "Lines",
        "groups": 3,
        "hits": 6,
        "text": True,
    }
    assert "<summary>fell, Outlet A: 3 hits in 3 articles</summary>" in shown.html
    assert "<summary>taken, Outlet A: 1 hit in 1 article</summary>" in shown.html
    assert show_lines.make_line_id(concept="velin", variant="fell", outlet="Outlet B") in Read(
        shown.html
    ).values("id")
    assert re.findall(r'class="term"><summary>(.*?)</summary>', shown.html) == ["fell", "taken"]


def test_lines_over_the_cap_are_sampled_evenly_and_say_so():
    hits = example_hits(120, outlet="A").assign(left=[f"left {number}" for number in range(120)])
    shown = show_lines.lines(hits.sample(frac=1, random_state=1), caption="Lines", cap=50)
    assert "120 hits in 120 articles (50 of 120 shown, evenly spaced)" in shown.html
    told = [int(number) for number in re.findall(r"<bdi>left (\d+)</bdi>", shown.html)]
    assert len(told) == 50
    assert told == sorted(told)
    assert set(np.diff(told)) == {2, 3}


def test_lines_link_articles_safely_and_escape_every_field():
    fields = dict.fromkeys(
        ["outlet", "concept", "variant", "left", "node", "right", "voice", "title", "url"], HOSTILE
    )
    read = assert_harmless(show_lines.lines(example_hits(1, **fields), caption=HOSTILE).html)
    assert read.values("href") == []
    html = show_lines.lines(
        example_hits(1, title="A <b> title", url="https://example.org/1"), caption="Lines"
    ).html
    assert '<a href="https://example.org/1" rel="noopener noreferrer">A &lt;b&gt; title</a>' in html


def test_lines_leave_out_a_voice_that_was_not_measured():
    assert "Voice" not in show_lines.lines(example_hits(voice="all"), caption="c").html
    assert "Voice" in show_lines.lines(example_hits(voice="quoted"), caption="c").html


def test_lines_without_text_show_articles_and_why():
    shown = show_lines.lines(
        example_hits(4, left="secret", right="secret", title="secret"),
        caption="Lines",
        text=False,
        why="May not be quoted.",
    )
    assert "secret" not in shown.html + shown.text
    assert "May not be quoted." in shown.html
    assert "4 hits in 4 articles" in shown.html
    assert show_lines.make_line_id(concept="velin", variant="fell", outlet="Outlet A") in Read(
        shown.html
    ).values("id")


def test_lines_without_text_take_counts_per_article():
    counts = pd.DataFrame(
        {"doc_id": ["d1", "d2"], "outlet": "A", "concept": "velin", "variant": "fell", "n": [3, 4]}
    )
    shown = show_lines.lines(counts, caption="Lines", text=False)
    assert "fell, A: 7 hits in 2 articles" in shown.html
    assert shown.record["hits"] == 7


def test_lines_need_their_columns():
    with pytest.raises(WordingError, match="'node'"):
        show_lines.lines(example_hits().drop(columns="node"), caption="Lines")


def test_no_lines_is_said():
    assert "No hits." in show_lines.lines(example_hits().iloc[:0], caption="Lines").html


def test_notes_limits_and_provenance_escape():
    for shown in (
        show.note(HOSTILE),
        show.limits([HOSTILE]),
        show.provenance({HOSTILE: {HOSTILE: [HOSTILE]}, "study": HOSTILE}),
    ):
        assert_harmless(shown.html)


def test_provenance_says_how_to_cite():
    record = {
        "study": "Events",
        "page": "Terms",
        "version": "0.1.0",
        "commit": "abc",
        "inputs": {"a.csv": "9f"},
        "date": pd.Timestamp("2031-01-01"),
    }
    shown = show.provenance(record)
    assert shown.record["cite"] == "Terms. Events. Made with wording 0.1.0, commit abc."
    assert "<dt>a.csv</dt><dd>9f</dd>" in shown.html
    json.dumps(shown.record)
    assert "Cite me so." in show.provenance({**record, "cite": "Cite me so."}).html


def test_a_concordance_keeps_its_order_and_says_what_it_leaves_out():
    hits = example_hits(6, right="and fell again").assign(left=list("fedcba"))
    read = assert_harmless(show_lines.concordance(hits, caption="Lines.", name="lines", cap=3).html)
    assert "3 of 6 lines shown, evenly spaced" in read.text
    assert re.findall(
        r"<bdi>(.)</bdi>", show_lines.concordance(hits, caption="Lines.", name="lines").html
    ) == list("fedcba")
    assert show_lines.concordance(hits, caption="Lines.", name="lines").record["shown"] == 6
    assert "No lines." in show_lines.concordance(hits.head(0), caption="Lines.", name="lines").html


def test_a_concordance_is_harmless_and_can_be_chosen_from():
    hostile = example_hits(
        2,
        left=HOSTILE,
        node=HOSTILE,
        right=HOSTILE,
        outlet=HOSTILE,
        speaker=HOSTILE,
        variant=HOSTILE,
        title=HOSTILE,
    )
    html = show_lines.concordance(hostile, caption=HOSTILE, name=HOSTILE).html
    read = assert_harmless(html)
    assert read.values("data-c") == ["variant"], (
        "any other heading says by itself which column it is"
    )
    assert all(f">{heading}</th>" in html for heading in ("Term", "Outlet", "Voice"))
    assert "data-choose" in dict(read.attributes)
    with pytest.raises(WordingError, match="'node'"):
        show_lines.concordance(hostile.drop(columns="node"), caption="c", name="n")


def test_lines_may_be_grouped_by_another_column():
    hits = example_hits(3).assign(near=["army", "army", "vote"])
    table = hits.drop_duplicates("near").assign(n=1)
    shown = show_lines.lines(hits, caption="c", by="near")
    assert shown.record["groups"] == 2
    read = Read(shown.html)
    assert [
        address[1:]
        for address in show_lines.with_lines(table.drop(columns="voice"), by="near")["lines"]
    ] == read.values("id")


def test_dates_are_not_broken_at_their_hyphens():
    said = show.findings(
        ["It changed about 2031-07-11 (p = 0.02); article a-2031-07-11-b has no date."]
    ).html
    assert said.count('<span class="d">2031-07-11</span>') == 1
    assert "p\u00a0=\u00a00.02" in said
    table = show.table(
        pd.DataFrame({"outlet": ["A"], "date": pd.to_datetime(["2031-07-11"])}),
        caption="Dates",
        name="dates",
    ).html
    assert '<td class="d">2031-07-11</td>' in table


def test_passages_mark_the_node_and_say_where_it_stands():
    hits = example_hits(2, url="https://example.org/a", title="A day").assign(
        speaker=["Ada", None], voice=["quoted", "outlet"]
    )
    shown = show_lines.passages(hits, caption="The paragraphs")
    read = assert_harmless(shown.html)
    assert read.tags.count("mark") == read.tags.count("blockquote") == shown.record["hits"] == 2
    assert "Outlet A, 2031-04-02, quoted, Ada: A day" in read.text
    assert "Outlet A, 2031-04-02, own words: A day" in read.text
    assert read.values("href") == ["https://example.org/a"] * 2
    assert "the old town [fell] at night (Outlet A)" in shown.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_passages_of_hostile_text_are_harmless(address):
    texts = dict.fromkeys(("left", "node", "right", "outlet", "title", "speaker", "voice"), HOSTILE)
    read = assert_harmless(
        show_lines.passages(example_hits(1, url=address, **texts), caption=HOSTILE).html
    )
    assert "<script>alert(1)</script>" in read.text
    assert read.values("href") == []


def test_lines_say_their_place_where_some_are_in_headlines():
    hit = {"left": "a", "node": "b", "right": "c", "variant": "v", "outlet": "A", "doc_id": "d"}
    text = pd.DataFrame([hit | {"place": "body"}])
    both = pd.concat([text, text.assign(place="headline")], ignore_index=True)
    shown = [
        show_lines.concordance(hits, caption="Lines", name="lines").html for hits in (text, both)
    ]
    assert ["Place" in html for html in shown] == [False, True]
    assert "headline" in shown[1]


def test_words_from_right_to_left_are_kept_apart_from_numbers():
    shown = show.findings(["A writes “شغب” 54 % of the time."]).html
    assert "“<bdi>شغب</bdi>” 54" in shown
