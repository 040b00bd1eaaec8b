import re

import numpy as np
import pandas as pd
import pytest

from wording.errors import WordingError
from wording.show import figures as plots
from wording.show import lines as show_lines
from wording.show.drawing import PALETTE
from wording.show.svg import render_panels, render_svg
from wording.study.records import Event


def example_shares(
    variants=("liberated", "fell"), outlets=("A", "B", "One article", "No hits", "Never")
):
    known = {
        "A": (30, 60, 0.5, 0.3, 0.7),
        "One article": (3, 6, 0.5, np.nan, np.nan),
        "No hits": (0, 0, np.nan, np.nan, np.nan),
    }
    known["Never"] = (0, 40, 0.0, 0.0, 0.0)
    rows = []
    for variant in variants:
        for outlet in outlets:
            n, total, share, low, high = known.get(outlet, (20, 80, 0.25, 0.2, 0.31))
            numbers = {"n": n, "total": total, "share": share, "low": low, "high": high}
            rows.append(
                {
                    "concept": "velin",
                    "variant": variant,
                    "outlet": outlet,
                    "voice": "all",
                    **numbers,
                }
            )
    return pd.DataFrame(rows)


def drawn(figure):
    return render_svg(figure, name="f", title="t", alt="a")


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_forest_prints_the_hits_at_every_row():
    said = texts(drawn(plots.plot_forest(example_shares())))
    assert said.count("30 / 60") == 2
    assert said.count("no hits") == 2
    assert [text for text in said if text in {"liberated", "fell"}] == ["liberated", "fell"]


def test_forest_links_rows_that_have_lines_and_no_others():
    svg = drawn(plots.plot_forest(example_shares()))
    wanted = {
        show_lines.make_line_id(concept="velin", variant=v, outlet=o)
        for v in ("liberated", "fell")
        for o in ("A", "B", "One article")
    }
    assert set(re.findall(r'<a href="#([^"]+)"', svg)) == wanted
    assert 'aria-label="A, liberated: 50.0% (30.0% to 70.0%), 30 of 60 hits; show the lines"' in svg
    assert "<a " not in drawn(plots.plot_forest(example_shares(), links=False))


def test_collocates_have_rows_of_their_own_in_each_panel():
    near = example_shares(outlets=("A", "B", "One article")).assign(
        near=lambda f: f["outlet"] + " near " + f["variant"]
    )
    svg = drawn(plots.plot_collocates(near.drop(index=5), most=2))
    assert [text for text in texts(svg) if " near " in text] == [
        "A near liberated",
        "B near liberated",
        "A near fell",
        "B near fell",
    ]
    wanted = {
        show_lines.make_line_id(concept="velin", variant=v, outlet=f"{o} near {v}")
        for v in ("liberated", "fell")
        for o in "AB"
    }
    assert set(re.findall(r'<a href="#([^"]+)"', svg)) == wanted


def test_forest_draws_a_share_without_interval_hollow():
    figure = plots.plot_forest(example_shares(outlets=("A", "One article"), variants=("fell",)))
    solid, hollow = figure.axes[0].get_lines()
    assert solid.get_markerfacecolor() == PALETTE[0]
    assert hollow.get_markerfacecolor() == "none"
    assert list(hollow.get_ydata()) == [1]


def test_forest_differs_by_marker_and_colour():
    figure = plots.plot_forest(example_shares())
    points = [axes.get_lines()[0] for axes in figure.axes]
    assert (
        len({point.get_marker() for point in points})
        == len({point.get_color() for point in points})
        == 2
    )


def test_forest_follows_the_order_given():
    figure = plots.plot_forest(example_shares(outlets=("A", "B")), order=["B", "A"])
    assert [text.get_text() for text in figure.axes[0].texts if text.get_ha() == "right"] == [
        "B",
        "A",
    ]


def test_forest_grows_tall_and_stays_narrow():
    small = plots.plot_forest(example_shares())
    large = plots.plot_forest(
        example_shares(
            variants=[f"v{n}" for n in range(6)], outlets=[f"Outlet {n}" for n in range(24)]
        )
    )
    assert large.get_figwidth() < small.get_figwidth() < 6.5
    assert small.get_figheight() < 5 < large.get_figheight()


def test_forest_colours_what_is_clear_and_greys_the_rest():
    shares = example_shares(outlets=("A", "B", "C"), variants=("fell",))
    figure = plots.plot_forest(shares.assign(clear=["more", "", "less"]))
    drawn_looks = {
        line.get_color(): (line.get_marker(), list(line.get_ydata()))
        for line in figure.axes[0].get_lines()
        if line.get_marker() != "None"
    }
    assert drawn_looks == {PALETTE[0]: ("o", [0]), "#808080": ("o", [1]), PALETTE[1]: ("D", [2])}


def test_panels_are_drawings_of_their_own_side_by_side():
    figure = plots.plot_forest(example_shares(variants=("fell", "<b>", "taken")))
    svgs = render_panels(figure, name="f", title="Shares", alt="a")
    titles = [re.search(r"<title [^>]*>(.*?)</title>", svg)[1] for svg in svgs]
    assert titles == ["Shares: fell", "Shares: &lt;b&gt;", "Shares: taken"]
    assert [svg.count("<desc") for svg in svgs] == [1, 0, 0]
    assert all(len(re.findall(r'data-outlet="(A|B|Never)"', svg)) == 3 for svg in svgs)
    boxes = [list(map(float, re.search(r'viewBox="(.*?)"', svg)[1].split())) for svg in svgs]
    assert [round(top / height) for _, top, _, height in boxes] == [0, 1, 2]
    names = re.findall(r' id="([^"]+)"', "".join(svgs))
    assert len(names) == len(set(names))


def test_stacked_bars_name_their_parts():
    shares = example_shares(outlets=("A", "B"), variants=("quoted", "own words"))
    said = texts(drawn(plots.plot_stacked_bars(shares, category="outlet", part="variant")))
    assert [text for text in said if text in {"quoted", "own words"}] == ["quoted", "own words"]
    assert said.count("50%") == 3  # two parts and a tick of the axis
    assert said.count("25%") == 3


@pytest.mark.parametrize("column", ["concept", "voice"])
def test_forest_refuses_a_mixture(column):
    shares = example_shares()
    shares.loc[0, column] = "another"
    with pytest.raises(WordingError, match=f"one {column} at a time"):
        plots.plot_forest(shares)


@pytest.mark.parametrize(
    "draw",
    [
        plots.plot_forest,
        plots.plot_collocates,
        lambda frame: plots.plot_bars(frame, category="outlet", value="n"),
        plots.plot_monthly_counts,
    ],
)
def test_an_empty_table_is_an_error_in_words(draw):
    with pytest.raises(WordingError, match="without rows"):
        draw(example_shares().iloc[:0])


def test_figures_survive_hostile_names():
    names = ["$\\frac{", "<script>alert(1)</script>", "\x00" * 3, "x" * 300, ""]
    svg = drawn(plots.plot_forest(example_shares(outlets=names, variants=["$x", "<b>"])))
    assert "<script" not in svg
    assert max(map(len, texts(svg))) < 80
    frame = pd.DataFrame({"outlet": names, "n_articles": range(5), "month": "2031-04"})
    assert "<script" not in drawn(
        plots.plot_bars(frame, category="outlet", value="n_articles", label="$\\frac{")
    )
    assert "<script" not in drawn(plots.plot_monthly_counts(frame, panel="outlet"))


def test_bars_print_their_values():
    frame = pd.DataFrame(
        {"outlet": ["A", "B"], "n_articles": [1200, 7], "to": ["#a", "javascript:alert(1)"]}
    )
    svg = drawn(
        plots.plot_bars(frame, category="outlet", value="n_articles", label="Articles", links="to")
    )
    assert {"1,200", "7", "Articles"} <= set(texts(svg))
    assert re.findall(r'<a href="([^"]+)"', svg) == ["#a"]


@pytest.mark.parametrize("convert", [str, pd.Period, pd.Timestamp])
def test_timeline_takes_months_of_any_kind(convert):
    frame = pd.DataFrame({"month": [convert("2031-01"), convert("2031-03")], "n_articles": [3, 5]})
    figure = plots.plot_monthly_counts(frame)
    [bars] = figure.axes[0].patches
    assert bars.get_path().vertices[2::5, 1].tolist() == [3, 5]
    assert "2031" in " ".join(label.get_text() for label in figure.axes[0].get_xticklabels())


def test_timeline_has_one_strip_per_panel_on_one_scale():
    frame = pd.DataFrame(
        {
            "month": ["2031-01", "2031-02"] * 2,
            "outlet": ["A", "A", "B", "B"],
            "n_articles": [1, 9, 2, 2],
        }
    )
    figure = plots.plot_monthly_counts(frame, panel="outlet")
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert len(figure.axes) == 2


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#ffffff", "#15181c"])
@pytest.mark.parametrize("colour", PALETTE)
def test_colours_stand_out_on_light_and_dark(colour, ground):
    lighter, darker = sorted([luminance(colour), luminance(ground)], reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def example_timeline():
    months = pd.date_range("2031-01-01", periods=4, freq="MS")
    rows = [(outlet, month, 0.2 * k) for outlet in ("A", "B") for k, month in enumerate(months)]
    frame = pd.DataFrame(rows, columns=["outlet", "period", "share"]).assign(
        concept="velin", variant="fell", low=0.1, high=0.9
    )
    frame.loc[frame.index[2], ["low", "high"]] = np.nan
    return pd.concat(
        [
            frame,
            frame[frame["outlet"] == "B"].assign(
                outlet="No hits", share=np.nan, low=np.nan, high=np.nan
            ),
        ],
        ignore_index=True,
    )


def example_changes(**other):
    days = {
        "date": "2031-02-10",
        "low": "2031-02-01",
        "high": "2031-02-15",
        "before_from": "2031-01-01",
        "after_to": "2031-04-30",
    }
    row = {
        "outlet": "A",
        "variant": "fell",
        "share_before": 0.1,
        "share_after": 0.6,
        **{k: pd.Timestamp(v) for k, v in days.items()},
    }
    return pd.DataFrame([row | other])


def test_timeline_marks_a_change_only_where_it_is():
    plain, marked = (
        plots.plot_timeline(example_timeline(), changes=changes)
        for changes in (None, example_changes())
    )
    more = [
        len(after.get_children()) - len(before.get_children())
        for before, after in zip(plain.axes, marked.axes, strict=True)
    ]
    assert more == [4, 0, 0]
    other = plots.plot_timeline(example_timeline(), changes=example_changes(variant="liberated"))
    assert [len(axes.get_children()) for axes in other.axes] == [
        len(axes.get_children()) for axes in plain.axes
    ]


def test_timeline_draws_a_share_without_interval_hollow_and_says_where_there_are_no_hits():
    figure = plots.plot_timeline(example_timeline())
    hollow = [line for line in figure.axes[0].get_lines() if line.get_markerfacecolor() == "none"]
    assert [list(line.get_ydata()) for line in hollow] == [[0.4]]
    assert texts(drawn(figure)).count("no hits") == 1
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}) == 1


def test_timeline_names_the_events_within_its_time():
    events = [
        Event(date="2031-02-01", title="<b>Talks</b> $x"),
        Event(date="2035-01-01", title="Later"),
    ]
    figure = plots.plot_timeline(example_timeline(), events=events)
    assert [" ".join(text.split()) for text in texts(drawn(figure)) if "Talks" in text] == [
        "1 2031-02-01 &lt;b&gt;Talks&lt;/b&gt; $x"
    ]
    assert "Later" not in drawn(figure)
    assert figure.get_figheight() > plots.plot_timeline(example_timeline()).get_figheight()


@pytest.mark.parametrize("column", ["concept", "variant"])
def test_timeline_refuses_a_mixture(column):
    frame = example_timeline()
    frame.loc[0, column] = "another"
    with pytest.raises(WordingError, match=f"one {column} at a time"):
        plots.plot_timeline(frame)
    with pytest.raises(WordingError, match="without rows"):
        plots.plot_timeline(frame.iloc[:0])
