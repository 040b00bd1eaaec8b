"""What pages do when they are opened.

They ask no host, run no script but ours, and nobody is shut out.
"""

import json
import re

import pandas as pd
import pytest
from browser import axe
from ruamel.yaml import YAML

from wording.files import PROJECT_ROOT
from wording.pages.batch import runner
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    "<svg/onload=alert(1)>{{7*7}}</style></table>"
)
SERIOUS = """axe.run(document, {resultTypes: ["violations"], ...OPTIONS})\
.then(found => found.violations
  .filter(fault => ["serious", "critical"].includes(fault.impact))
  .map(fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 150)}`))"""
# Lines, rows and dots are many and built alike: some of each will do, as axe-core takes seconds for
# ten thousand of them.
LEAVE_SOME = """[['.lines', 'details', 3], ['tbody', 'tr', 8], ['svg', '*', 200]].forEach(
    ([whole, part, kept]) => document.querySelectorAll(whole).forEach(
        one => [...one.querySelectorAll(part)].slice(kept).forEach(more => more.remove())))"""
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


def hosts(chromium):
    """What the open page asked for outside itself."""
    asked = [request["request"]["url"] for request in chromium.told("Network.requestWillBeSent")]
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


def pages_of(place):
    pages = sorted(place.rglob("*.html"))
    assert len(pages) > 3
    return pages


@pytest.mark.parametrize("width", [1280, 400])
def test_pages_ask_no_host_report_no_error_and_are_as_wide_as_the_window(
    chromium, published, width
):
    for page in pages_of(published):
        chromium.open(page, width=width)
        assert chromium.value("document.documentElement.scrollWidth") <= width, page
        assert hosts(chromium) == [], page
        assert [entry["entry"]["text"] for entry in chromium.told("Log.entryAdded")] == [], page
        assert chromium.told("Runtime.exceptionThrown") == [], page


def test_pages_of_the_demo_are_small(published):
    assert [
        (page.name, page.stat().st_size)
        for page in pages_of(published / "demo")
        if page.stat().st_size > 500_000
    ] == []


@pytest.fixture(scope="module")
def shut_out(chromium, published):
    """What axe-core finds by scheme and page.

    In the dark only colours can be other than in the light.
    """
    if axe() is None:
        pytest.skip(
            "axe-core is not installed (the package axe-core-python, or WORDING_AXE=axe.min.js)"
        )
    smallest = {}  # of each notebook and study: the pages of one notebook are built alike
    for page in sorted(pages_of(published), key=lambda page: page.stat().st_size):
        smallest.setdefault((page.parent.name, page.name.split("-")[0]), page)
    found = {"light": {}, "dark": {}}
    for page in smallest.values():
        chromium.open(page)
        chromium.value(LEAVE_SOME)
        chromium.value(OPEN_ALL)
        chromium.value(axe())
        found["light"][page] = chromium.value(SERIOUS.replace("OPTIONS", "{}"))
        chromium.show_scheme("dark")
        colours = SERIOUS.replace("OPTIONS", "{runOnly: ['color-contrast']}")
        found["dark"][page] = chromium.value(colours)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(shut_out, scheme):
    assert len(shut_out[scheme]) > 10
    assert {page.name: faults for page, faults in shut_out[scheme].items() if faults} == {}


def test_a_concordance_is_sorted_from_the_node_outwards_and_chosen_from(chromium, published):
    page = next(
        page
        for page in pages_of(published)
        if page.name.startswith("05_contexts") and page.parent.name == "demo"
    )
    chromium.open(page)
    chromium.value("document.querySelectorAll('.reading th button')[0].click()")
    shown = "[...document.querySelectorAll('.reading tbody tr')].filter(row => !row.hidden)"
    lefts = chromium.value(f"{shown}.map(row => row.cells[0].textContent)")
    nearest = [re.findall(r"\w+", left.lower())[-1:] for left in lefts]
    told = [word for word in nearest if word and word[0].isascii()]
    assert len(told) > 20
    assert told == sorted(told)
    choices = "document.querySelectorAll('.tools select')"
    assert chromium.value(f"[...{choices}].map(select => select.options[0].text)") == [
        "Outlet: all",
        "Voice: all",
        "Term: all",
    ]
    outlet = chromium.value(
        f"(() => {{const s = {choices}[0]; s.selectedIndex = 2; "
        f"s.dispatchEvent(new Event('input')); return s.value}})()"
    )
    assert set(chromium.value(f"{shown}.map(row => row.cells[3].textContent)")) == {outlet}


def page_of(published, name):
    """A page of the demo whose name begins so."""
    return next(page for page in pages_of(published / "demo") if page.name.startswith(name))


def test_what_is_folded_is_not_printed(chromium, published):
    chromium.open(page_of(published, "02_terms"), media="print")
    unseen = "details.code, .tools, .choices, .contents, .lines, details:not([open])"
    assert chromium.value(
        f"[...document.querySelectorAll('{unseen}')].every(part => !part.checkVisibility())"
    )
    assert chromium.value("document.querySelector('figure svg').checkVisibility()")
    chromium.value("document.querySelectorAll('.lines details').forEach(f => { f.open = true; })")
    assert chromium.value("document.querySelector('.lines .kwic').checkVisibility()")


def test_the_finding_and_its_figure_are_on_the_first_screen(chromium, published):
    for page in pages_of(published / "demo"):
        chromium.open(page, width=1440)
        end = chromium.value("document.querySelector('figure svg')?.getBoundingClientRect().bottom")
        assert end is None or end < 900, page
        assert chromium.value("document.documentElement.scrollHeight") < 6 * 900, page


def test_another_voice_is_chosen_by_keyboard(chromium, published):
    chromium.open(page_of(published, "02_terms-fighting"))
    shown = "[...document.querySelectorAll('.views > *')].map(view => view.checkVisibility())"
    assert chromium.value(shown) == [True, False, False]
    chromium.value("document.querySelector('.choices input[type=radio]').focus()")
    chromium.press("ArrowDown", 40)
    focused = chromium.value("document.activeElement.parentElement.textContent")
    assert focused == "quoted or reported words"
    assert chromium.value(shown) == [False, True, False]
    view = "document.querySelector('.views > :not([hidden])')"
    assert focused in chromium.value(f"{view}.querySelector('figcaption').textContent")
    assert chromium.value(f"{view}.querySelector('figure svg').checkVisibility()")
    assert not chromium.value(f"{view}.querySelector('summary').checkVisibility()")


def test_outlets_are_chosen_in_figures_tables_and_lines(chromium, published):
    chromium.open(page_of(published, "02_terms-fighting"))
    chromium.value(OPEN_ALL)
    chromium.value("document.querySelector('.choices input[type=checkbox]').focus()")
    name = chromium.value("document.activeElement.parentElement.textContent")
    chromium.press(" ", 32)
    marks = chromium.value(
        "[...document.querySelectorAll('[data-outlet]')]"
        ".map(mark => [mark.dataset.outlet, mark.classList.contains('out')])"
    )
    assert all(is_out == (outlet != name) for outlet, is_out in marks)
    rows = (
        "[...document.querySelectorAll('table[data-name=shares] tbody tr')]"
        ".filter(row => row.checkVisibility()).map(row => row.cells[1].textContent)"
    )
    assert set(chromium.value(rows)) == {name}
    labels = chromium.value(
        "[...document.querySelectorAll('svg a[aria-label]')]"
        ".filter(link => link.checkVisibility()).map(link => link.getAttribute('aria-label'))"
    )
    assert labels
    assert all(label.startswith(f"{name}, ") for label in labels)
    status = "document.querySelector('.choices [role=status]').textContent"
    assert chromium.value(status) == "1 of 6 outlets shown"
    chromium.press(" ", 32)
    assert len(set(chromium.value(rows))) == 6


def test_an_outlet_is_lit_in_all_panels(chromium, published):
    chromium.open(page_of(published, "02_terms-fighting"))
    lit = (
        "[...document.querySelectorAll('.views > :first-child .lit')]"
        ".map(mark => mark.dataset.outlet)"
    )
    assert chromium.value(lit) == []
    label = chromium.value(
        "(link => { link.focus(); return link.getAttribute('aria-label'); })"
        "(document.querySelector('svg a[aria-label]'))"
    )
    assert chromium.value(lit) == [label.split(", ")[0]] * 3


def test_a_count_opens_exactly_its_lines_by_keyboard(chromium, published):
    page = next(
        page
        for page in pages_of(published)
        if page.name.startswith("03_voice") and page.parent.name == "demo"
    )
    chromium.open(page)
    chromium.value(
        "document.querySelectorAll('.table > details').forEach(fold => { fold.open = true; })"
    )
    told = (
        "[...document.querySelectorAll('table[data-name=own-voice] tbody td a')]"
        ".filter(a => a.textContent === '{n}')[0]"
    )
    counts = chromium.value(
        "[...document.querySelectorAll('table[data-name=own-voice] tbody td a')]"
        ".map(a => a.textContent)"
    )
    for n in (counts[0], counts[1]):
        chromium.value(f"{told.format(n=n)}.focus()")
        for kind in ("rawKeyDown", "char", "keyUp"):
            chromium.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                code="Enter",
                windowsVirtualKeyCode=13,
                text="\r" if kind == "char" else "",
            )
        chromium.value("new Promise(done => setTimeout(done, 200))")
        folds = (
            "(target => target.querySelector('details') ? "
            "[...target.querySelectorAll('details')] : [target.closest('details')])"
            "(document.activeElement)"
        )
        said = chromium.value(
            f"{folds}"
            ".map(fold => [fold.open, "
            "Number(fold.querySelector('summary').textContent.match(/: ([0-9,]+) hit/)[1])])"
        )
        assert all(opened for opened, _ in said)
        assert sum(hits for _, hits in said) == int(n)


def test_tables_sort_filter_and_save(chromium, published):
    page = next(
        page
        for page in pages_of(published)
        if page.name.startswith("01_corpus") and page.parent.name == "demo"
    )
    chromium.open(page)
    table = "document.querySelector('table[data-name=variants]')"
    column = (
        f"[...{table}.tBodies[0].rows].filter(row => !row.hidden)"
        ".map(row => Number(row.cells[2].dataset.v ?? row.cells[2].textContent))"
    )
    before = chromium.value(column)
    chromium.value(f"{table}.tHead.rows[0].cells[2].querySelector('button').click()")
    assert chromium.value(column) == sorted(before, reverse=True)
    assert (
        chromium.value(f"{table}.tHead.rows[0].cells[2].getAttribute('aria-sort')") == "descending"
    )
    find = f"{table}.closest('.scroll').previousElementSibling.querySelector('input')"
    chromium.value(f"{find}.value = 'coup'; {find}.dispatchEvent(new Event('input'))")
    assert len(chromium.value(column)) == 1
    # What is saved is read from the link that the page makes, before the browser follows it.
    save = (
        "(() => { let address; const click = HTMLAnchorElement.prototype.click;\n"
        "      HTMLAnchorElement.prototype.click = function () { address = this.href; };\n"
        f"      {table}.closest('.scroll').nextElementSibling.querySelector('button').click();\n"
        "      HTMLAnchorElement.prototype.click = click; "
        "return fetch(address).then(answer => answer.text()); })()"
    )
    chromium.call("Page.setBypassCSP", enabled=True)  # the page itself may fetch nothing
    chromium.open(page)
    rows = chromium.value(save).lstrip("\ufeff").splitlines()
    chromium.call("Page.setBypassCSP", enabled=False)
    file = page.parent / "01_corpus-tables" / "variants.csv"
    assert rows == file.read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == len(before) + 1


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Reports of a study in which every field holds scripts.

    They are over every notebook that the demo names.
    """
    folder = simulate_study(
        tmp_path_factory.mktemp("hostile") / "<img src=x onerror=alert(1)>", articles=60
    )
    articles = pd.read_csv(folder / "articles.csv", dtype=str, keep_default_na=False)
    names = {
        name: f"{HOSTILE}{number}"
        for number, name in enumerate(sorted(articles["outlet"].unique()))
    }
    spiked = articles.assign(
        outlet=articles["outlet"].map(names),
        doc_id=HOSTILE + articles["doc_id"],
        title=HOSTILE,
        url="javascript:alert(1)",
        text=articles["text"].str.replace(
            r"\b(said|coup|protests?)\b", rf"\1 {HOSTILE}", regex=True
        ),
    )
    spiked.to_csv(folder / "=<script>alert(1)</script>.csv".replace("/", ":"), index=False)
    (folder / "articles.csv").unlink()
    yaml = YAML(typ="safe")
    concepts, demo = (
        yaml.load((folder / "concepts.yml").read_text()),
        yaml.load((PROJECT_ROOT / "data" / "demo" / "study.yml").read_text()),
    )
    first = next(iter(concepts["concepts"]))
    for concept in concepts["concepts"].values():
        concept |= {"title": HOSTILE, "note": HOSTILE, "source": HOSTILE}
        concept["variants"] = {
            f"<img src=x onerror=alert({n})>": v for n, v in enumerate(concept["variants"].values())
        }
    reports = json.dumps(
        [
            {**report, "each": {"concept": [first]}}
            if "concept" in report.get("each", {})
            else report
            for report in demo["reports"]
        ]
        + [{"notebook": "explore"}]
    )
    for name, spiked_name in names.items():
        reports = reports.replace(json.dumps(name), json.dumps(spiked_name))
    study = {
        "title": HOSTILE,
        "question": HOSTILE,
        "note": HOSTILE,
        "seed": 1,
        "outlets": list(names.values()),
        "reports": json.loads(reports),
    }
    study["articles"] = {"path": "=<script>alert(1)<:script>.csv"}
    for file, said in (("study.yml", study), ("concepts.yml", concepts)):
        (folder / file).write_text(
            json.dumps(said, ensure_ascii=False), encoding="utf8"
        )  # JSON is YAML
    made = runner.make_reports([read_study(folder)], reports=folder.parent / "reports")
    assert {page.status for page in made} == {"ok"}, [(page.name, page.reason) for page in made]
    return folder.parent / "reports"


@pytest.mark.slow
def test_no_planted_script_runs(chromium, hostile):
    for page in sorted(hostile.rglob("*.html")):
        chromium.open(page)
        chromium.value(OPEN_ALL)
        chromium.value("new Promise(done => setTimeout(done, 200))")
        assert chromium.told("Page.javascriptDialogOpening") == [], page
        assert [entry["entry"]["text"] for entry in chromium.told("Log.entryAdded")] == [], (
            "nothing had even to be blocked"
        )
        assert chromium.value("document.querySelectorAll('script').length") == 1
        assert (
            chromium.value(
                "document.querySelectorAll('img, iframe, object, embed, [onerror], [onload]')"
                ".length"
            )
            == 0
        )
        assert chromium.value(
            "[...document.querySelectorAll('a')]"
            ".every(a => /^(file|https?):/.test(new URL(a.href.baseVal ?? a.href, location)))"
        )
        assert hosts(chromium) == []
        text = chromium.value("document.body.textContent")
        assert "<script>alert(1)</script>" in text or page.name == "index.html", (
            "it is shown as it is written"
        )
    for file in hostile.rglob("*.csv"):
        assert not [
            line
            for line in file.read_text(encoding="utf-8-sig").splitlines()
            if line.startswith(("=", "+", "@"))
        ]


def test_the_test_would_see_a_script_that_runs(chromium, tmp_path):
    (tmp_path / "page.html").write_text(
        "<img src='http://127.0.0.1:9/x' onerror='document.title = 1'>"
        "<script>console.error(1)</script>"
    )
    chromium.open(tmp_path / "page.html")
    chromium.value("new Promise(done => setTimeout(done, 200))")
    assert chromium.value("document.title") == "1"
    assert hosts(chromium) == ["http://127.0.0.1:9/x"]
    assert chromium.told("Log.entryAdded") != []
