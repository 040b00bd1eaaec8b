import base64
import copy
import re
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from wording.pages import checks as gate
from wording.pages import export
from wording.show import html as show

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def output(shown):
    return new_output("display_data", data=shown._repr_mimebundle_())


def code(*outputs, source="pass", tags=()):
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def stream(text, name="stderr"):
    return new_output("stream", name=name, text=text)


def example_notebook(*more):
    frame = pd.DataFrame({"outlet": ["A", "B"], "n": [3, 1234], "share": [0.5, np.nan]})
    return new_notebook(
        cells=[
            new_markdown_cell("# Who wrote *what*?\n\nFirst words."),
            code(
                source=(
                    'study: str = "demo"  # a folder\nleast: int = 5  # hits; '
                    "fewer are not compared"
                ),
                tags=["parameters"],
            ),
            code(source="least = 9", tags=["injected-parameters"]),
            new_markdown_cell("## Findings\n\n# Another title"),
            code(output(show.findings(["A differs from B."]))),
            new_markdown_cell("## Findings"),
            code(output(show.table(frame, caption="Shares", name="shares"))),
            code(
                output(show.figure(Figure(figsize=(2, 1)), title="Title", alt="Alt", name="one")),
                source="secret = 1",
                tags=["hide"],
            ),
            code(output(show.figure(Figure(figsize=(2, 1)), title="Title", alt="Alt", name="two"))),
            code(source="a < b"),
            *more,
        ],
        metadata={"papermill": {"parameters": {"least": 9}}},
    )


def exported(notebook=None, **more):
    return export.render_page(
        notebook or example_notebook(),
        **{"title": "Terms", "subtitle": "velin", "study_title": "Demo", **more},
    )


def test_page_has_one_heading_and_contents():
    html = exported()
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Who wrote <em>what</em>?"]
    assert "Demo, Terms, velin</p>" in html
    assert "<title>Terms, velin, Demo</title>" in html
    assert re.findall(r'<li><a href="#(s-[^"]+)">', html) == [
        "s-findings",
        "s-another-title",
        "s-findings-2",
    ]
    assert '<html lang="en">' in html
    assert 'href="#main"' in html
    assert gate.find_page_faults(example_notebook(), html=html) == []


def test_the_first_finding_is_the_heading_and_the_question_stands_below_it():
    found = [show.findings(["x"], headline=text) for text in ("", "A writes <b>", "another")]
    html = exported(example_notebook(*map(code, map(output, found))))
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["A writes &lt;b&gt;"]
    assert '<p class="question">Who wrote <em>what</em>?</p>' in html
    assert 'class="question"' not in exported()


def test_title_is_the_heading_where_the_notebook_has_none():
    html = exported(new_notebook(cells=[code(output(show.findings(["x"])))]), title=HOSTILE)
    assert html.count("<h1>") == 1
    assert "<h1>&lt;script&gt;" in html


def test_parameters_are_a_table_of_what_was_used():
    html = exported()
    assert '<th scope="row">least</th><td>9</td><td>hits; fewer are not compared</td>' in html
    assert '<th scope="row">study</th><td>demo</td><td>a folder</td>' in html
    assert "least = 9" not in html


def test_parameters_are_shown_without_a_cell_that_declares_them():
    notebook = new_notebook(cells=[new_markdown_cell("# Q"), code(output(show.findings(["x"])))])
    assert '<th scope="row">period</th><td>2031</td>' in exported(
        notebook, context={"parameters": {"period": 2031}}
    )


def test_code_is_folded_and_hidden_cells_are_left_out():
    html = exported()
    assert (
        '<details class="code"><summary>Code</summary><pre tabindex="0"><code>a &lt; b</code>'
        "</pre></details>"
    ) in html
    assert "secret" not in html
    assert "In [" not in html


def test_what_is_about_nothing_is_left_out():
    text = new_markdown_cell
    cells = [
        text("# Who?"),
        code(output(show.note("Nothing to draw."))),
        text("A row per outlet."),
        text("## What differs\n\nIn a report each row links to its lines."),
        code(output(show.findings(["Nothing was found."]))),
        text("## The counts\n\nHow to read them."),
        code(output(show.note("Nothing was found."))),
        text("## What this does not show"),
    ]
    html = exported(new_notebook(cells=cells))
    assert "A row per outlet." not in html
    assert "Each row links to its lines." in html
    assert "The counts" not in html
    assert "How to read them." not in html
    assert html.count("What this does not show") == 2, "in the contents, and its heading"


def test_policy_allows_exactly_our_script_and_style():
    html = exported()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1].replace("&#39;", "'")
    for tag in ("script", "style"):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    assert "style=" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)


def test_page_names_no_host():
    assert not re.findall(r"https?://", exported())


def test_same_notebook_gives_the_same_bytes():
    notebook = example_notebook()
    other = copy.deepcopy(notebook)
    for number, cell in enumerate(other.cells):
        cell.id = f"other-{number}"
    before = copy.deepcopy(notebook)
    assert exported(notebook) == exported(other)
    assert notebook == before


def test_style_and_script_stay_small():
    assert len((export.TEMPLATE_FOLDER / "style.css").read_bytes()) < 17_000
    assert len((export.TEMPLATE_FOLDER / "script.js").read_bytes()) < 11_000
    assert len((export.TEMPLATE_FOLDER / "take_away.js").read_bytes()) < 10_000


def test_stderr_is_told_at_the_end_and_the_same_in_every_run():
    pieces = [
        stream("/tmp/ipykernel_12/345.py:1: UserWar"),
        stream("ning: \x1b[31mno date\x1b[0m\n  warn()\nanother <b>\n"),
    ]
    html = exported(example_notebook(code(*pieces)))
    assert "2 messages while this page was made" in html
    assert "cell:1: UserWarning: no date\n  warn()\nanother &lt;b&gt;" in html
    assert html == exported(
        example_notebook(
            code(stream("".join(piece.text for piece in pieces).replace("12/345", "9/1")))
        )
    )
    assert "No warnings" in exported()


def test_printed_text_is_shown_however_it_was_cut():
    whole = exported(example_notebook(code(stream("one\n<two>\n", "stdout"))))
    assert whole == exported(
        example_notebook(code(stream("one\n<t", "stdout"), stream("wo>\n", "stdout")))
    )
    assert "one\n&lt;two&gt;" in whole


def test_only_html_of_ours_is_taken_over():
    foreign = new_output("display_data", data={"text/html": HOSTILE, "text/plain": "plain <x>"})
    html = exported(
        example_notebook(
            code(foreign),
            new_markdown_cell(HOSTILE + "\n\n[x](javascript:alert(1)) ![i](http://host/i.png)"),
        )
    )
    outside = re.sub(r"<script>\n.*?</script>", "", html, flags=re.DOTALL)
    assert "<script" not in outside
    assert "<img" not in outside
    assert "javascript:" not in outside
    assert "http://host" not in outside
    assert "plain &lt;x&gt;" in html


@pytest.mark.parametrize("field", ["title", "subtitle", "study_title"])
def test_names_are_escaped(field):
    html = exported(**{field: HOSTILE})
    assert html.count("<script") == 1
    assert "<img" not in html


def test_parameter_values_are_escaped():
    html = exported(
        context={
            "parameters": {HOSTILE: HOSTILE, "study": HOSTILE},
            "index": '"><script>',
            "notebook": '"><script>',
        }
    )
    assert html.count("<script") == 1


def test_notebook_style_stays_in_the_notebook():
    assert show.NOTEBOOK_STYLE not in exported()


def test_headlines_are_the_findings():
    assert export.collect_findings(example_notebook()) == ["A differs from B."]


def test_error_is_shown_in_words():
    html = exported(
        example_notebook(
            code(new_output("error", ename="KeyError", evalue="'x'", traceback=["\x1b[31m<x>"]))
        )
    )
    assert "This cell raised an error." in html
    assert "&lt;x&gt;" in html
