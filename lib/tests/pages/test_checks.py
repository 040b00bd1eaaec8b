import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from test_export import code, example_notebook, exported, output

from wording.pages import checks as gate
from wording.show import html as show
from wording.show import lines as show_lines


def figure_record(alt):
    return new_output(
        "display_data",
        data={
            "text/html": "<svg></svg>",
            "text/plain": "",
            show.DISPLAY_MIME: {"kind": "figure", "name": "f", "alt": alt},
        },
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            new_output("error", ename="KeyError", evalue="'x'", traceback=["\x1b[31mx"]),
            "Cell 11 raised KeyError: 'x'",
        ),
        (
            new_output("display_data", data={"image/png": "AAAA", "text/plain": "x"}),
            "Cell 11 shows a figure without alternative text",
        ),
        (
            new_output("display_data", data={"text/html": "<svg></svg>", "text/plain": "x"}),
            "without alternative text",
        ),
        (figure_record(" "), "The figure 'f' in cell 11 has no alternative text"),
        (
            new_output("display_data", data={"text/plain": "<Axes at 0x7f00aa11bb22>"}),
            "address in memory",
        ),
    ],
)
def test_gate_names_the_cell_and_the_fault(fault, said):
    [problem] = gate.find_page_faults(example_notebook(code(fault)))
    assert said in problem


def test_gate_wants_findings_and_no_error():
    notebook = new_notebook(
        cells=[new_markdown_cell("# Q")], metadata={"papermill": {"exception": True}}
    )
    raised, silent = gate.find_page_faults(notebook)
    assert raised.startswith("The notebook raised an error")
    assert silent.startswith("The notebook shows no findings")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<h1>x</h1>" + "x" * 5_000_001, "5.0 MB"),
        ('<h1>x</h1><script src="https://host/x.js"></script>', "would load 'https://host/x.js'"),
        ('<h1>x</h1><link href="//host/x.css">', "would load"),
        ('<h1>x</h1><p id="a"></p><p id="a"></p>', "share the name 'a'"),
        ('<h1>x</h1><a href="#gone">x</a>', "leads to 'gone'"),
        ("<p>x</p>", "0 first-level headings"),
    ],
)
def test_gate_reads_the_page(html, said):
    [problem] = gate.find_page_faults(example_notebook(), html=html)
    assert said in problem


def test_gate_wants_what_the_notebook_promises():
    promise = (
        "try:\n    show.figure(fig, title='t', alt='a', name='f')\nexcept Exception:\n    pass"
    )
    [problem] = gate.find_page_faults(example_notebook(code(source=promise)))
    assert problem == "Cell 11 calls show.figure and shows nothing; end the cell with that call."
    either = "show.figure(months) if len(months) else show.note('No article has a date.')"
    assert (
        gate.find_page_faults(
            example_notebook(code(output(show.note("No article has a date.")), source=either))
        )
        == []
    )
    assert (
        gate.find_page_faults(example_notebook(code(source="%matplotlib inline\nshow.figure(x)")))
        == []
    )
    assert gate.find_page_faults(example_notebook(code(source="kept = show.note('x')"))) == []


@pytest.mark.parametrize(
    "source",
    ["shares.plot()", "panel", "shares.show_lines('fell') if many else shares.show_table()"],
)
def test_gate_wants_the_value_of_a_cell_to_be_shown(source):
    [problem] = gate.find_page_faults(example_notebook(code(source=source)))
    assert problem.startswith("Cell 11 ends with ")
    assert "end it with something to show" in problem
    plain = new_output("execute_result", data={"text/plain": "0"}, execution_count=1)
    assert len(gate.find_page_faults(example_notebook(code(plain, source=source)))) == 1
    widget = new_output("display_data", data={gate.WIDGET_MIME: {}, "text/plain": "Panel"})
    for cell in (
        code(output(show.note("x")), source=source),
        code(widget, source=source),
        code(source=source, tags=["check"]),
        code(source=f"{source};"),
        code(source="print(1)"),
    ):
        assert gate.find_page_faults(example_notebook(cell)) == []


def test_gate_holds_lines_to_what_may_be_shown():
    hit = {
        "concept": "c",
        "variant": "v",
        "outlet": "A",
        "doc_id": "d",
        "start": 1,
        "left": "one two three",
        "node": "v",
        "right": "four",
    }
    html = exported(
        example_notebook(code(output(show_lines.lines(pd.DataFrame([hit]), caption="Lines"))))
    )
    assert gate.find_page_faults(example_notebook(), html=html, width=3) == []
    [problem] = gate.find_page_faults(example_notebook(), html=html, width=2)
    assert "A line shows 3 words on one side, and the study's `excerpts` allow 2" in problem
    assert gate.find_page_faults(example_notebook(), html=html, width=0) != []


def test_tables_as_csv_hold_the_values_and_no_formula():
    frame = pd.DataFrame(
        {"outlet": ["=1+1", '@a "b"', "-x"], "n": [1234, -5, 0], "share": [1 / 3, np.nan, 0.5]}
    )
    figure = show.figure(
        Figure(figsize=(2, 1)), title="Title", alt="Alt", name="three", data=frame[["n"]]
    )
    html = exported(
        new_notebook(
            cells=[
                new_markdown_cell("# Q"),
                code(output(show.table(frame, caption="Shares", name="shares"))),
                code(output(figure)),
            ]
        )
    )
    tables = gate.extract_tables(html)
    assert tables["shares.csv"].startswith("\ufeff")
    rows = tables["shares.csv"][1:].split("\r\n")
    assert rows == ["outlet,n,share", "'=1+1,1234,0.333333", '"\'@a ""b""",-5,', "'-x,0,0.5", ""]
    assert list(tables) == ["shares.csv", "three-data.csv"]
