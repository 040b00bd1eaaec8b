"""What a reader takes away from a page that was mailed alone: it is whole, and it is what stood."""

import base64
import io
import re

import matplotlib.image
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from wording.cli import main
from wording.pages.template import render_document
from wording.show import html
from wording.show.drawing import make_panels

SENTENCE = "North writes “a <b>” in 14 % of 43 hits (q = 0.0015)."
TEXT = "=1+1 & x_y 100 % {ж} <b>"
KEEP_BLOBS = """{
  const kept = window.kept = {}, click = HTMLAnchorElement.prototype.click;
  const blobs = new Map(), make = URL.createObjectURL;
  URL.createObjectURL = blob => { const url = make(blob); blobs.set(url, blob); return url; };
  HTMLAnchorElement.prototype.click = function () { kept[this.download] = blobs.get(this.href); };
  Object.defineProperty(navigator, "clipboard", { value: { writeText: async text => {
    window.copied = text; } } });
}"""
PRESS = """[...document.querySelectorAll("{} button")]
  .find(one => one.firstChild.textContent === "{}").click()"""
READ = """new Promise(done => {{ const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]); reader.readAsDataURL(kept["{}"]); }})"""


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """A page with a sentence, a figure and a table, opened."""
    fig = Figure(figsize=(2, 1))
    fig.subplots().plot([1, 2])
    panels, _ = make_panels(4, rows=2, labels=["North"], right=0.5)
    frame = pd.DataFrame({"term": [TEXT, "plain"], "n": [3, 12]})
    parts = [
        html.findings([SENTENCE]),
        html.figure(fig, title="A figure", alt="It rises.", name="rise"),
        html.figure(panels, title="Panels", alt="Four.", name="panels"),
        html.table(frame, caption="Two rows", name="rows"),
    ]
    fields = dict.fromkeys(("kicker", "question", "index", "notebook", "contents", "messages"), "")
    file = tmp_path_factory.mktemp("page") / "page.html"
    text = render_document(
        "page.html.j2",
        language="en",
        title="t",
        kind="page",
        heading="h",
        cells="".join(part.html for part in parts),
        **fields,
    )
    file.write_text(text, encoding="utf8")
    chromium.open(file)
    chromium.value(KEEP_BLOBS)
    return chromium


def take(page, place, label, name):
    """The bytes of what a button gives."""
    page.value(PRESS.format(place, label))
    page.until(f"!!kept['{name}']")
    return base64.b64decode(page.value(READ.format(name)))


def test_a_table_is_taken_as_a_spreadsheet_and_as_latex(page):
    given = take(page, ".table", "Excel", "rows.xlsx")
    rows = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(given)).active
    ]
    assert rows == [["term", "n"], [TEXT, 3], ["plain", 12]]
    tex = take(page, ".table", "LaTeX", "rows.tex").decode()
    assert r"=1+1 \& x\_y 100 \% \{ж\} \textless{}b\textgreater{} & 3 \\" in tex
    assert r"\begin{longtable}{lr}" in tex


def test_a_figure_is_taken_dark_on_white(page):
    page.show_scheme("dark")
    svg = take(page, "figure", "SVG", "figure-1.svg").decode()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert 'color="#1b1f23"' in svg
    png = matplotlib.image.imread(io.BytesIO(take(page, "figure", "PNG", "figure-1.png")))
    assert png.shape[:2] == (216, 432)  # three points for each of 72 in an inch
    assert png[0, 0, :3].tolist() == [1, 1, 1]
    assert png.min() < 0.2, "it is not empty"


def test_the_panels_of_a_figure_are_taken_as_one(page):
    panels = page.value("document.querySelectorAll('figure .panels > svg').length")
    tools = page.value("document.querySelectorAll('figure:has(.panels) .tools button').length")
    assert (panels, tools) == (4, 2)
    svg = take(page, "figure:has(.panels)", "SVG", "figure-2.svg").decode()
    first, second = re.findall(r'<svg [^>]*x="([\d.]+)" y="0"', svg)[:2]
    assert (svg.count("<svg"), float(first)) == (5, 0)
    assert float(second) > 100
    assert re.search(r'x="0" y="[1-9]', svg), "the fourth stands below the first"


def test_a_sentence_is_copied_and_nothing_is_refused_by_the_policy(page):
    page.value(PRESS.format(".findings", "Copy"))
    assert page.until("window.copied").replace("\xa0", " ") == SENTENCE
    page.until("document.querySelector('.copy').textContent.startsWith('Copied')")
    assert page.told("Log.entryAdded") == []
    assert page.told("Runtime.exceptionThrown") == []


@pytest.mark.slow
def test_from_articles_to_a_page_on_a_suspicion_in_two_commands(chromium, tmp_path, monkeypatch):
    rows = [
        {
            "publisher": name,
            "published": f"2031-01-{k + 1:02}",
            "body": f"A {word} shook the town on day {k}, and the {word} went on near the bridge.",
        }
        for k in range(12)
        for name, word in (("North", "riot"), ("South", "protest"))
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "news.csv", index=False)
    monkeypatch.chdir(tmp_path)
    for command in (
        ["new", "mystudy", "--articles", "news.csv", "--term", "riot*; protest*"],
        ["report", "mystudy", "--only", "02_terms", "--out", "reports", "--jobs", "1"],
    ):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
    [file] = (tmp_path / "reports" / "mystudy").glob("02_terms-*.html")
    chromium.open(file)
    shown = chromium.value("document.querySelector('main').innerText")
    assert "24 hits" in shown or "48 hits" in shown
    assert "“riot*”" in shown
    assert "North" in shown
    chromium.open(tmp_path / "reports" / "index.html")
    assert "riot" in chromium.value("document.body.innerText")
