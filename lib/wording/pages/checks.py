"""What a page must fulfil before it is published.

What its cells promise is there, it loads nothing, and it is small enough to send.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from nbformat import NotebookNode

from wording.files import guard_formula
from wording.pages.export import (
    SETUP_TAGS,
    clean_output,
    collect_findings,
    collect_records,
    read_tags,
)
from wording.show.html import DISPLAY_MIME

MAX_PAGE_BYTES = 5_000_000
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"
SHOW_FUNCTIONS = {
    "concordance",
    "figure",
    "findings",
    "limits",
    "lines",
    "note",
    "passages",
    "plot",
    "provenance",
    "show_lines",
    "show_sentences",
    "show_table",
    "table",
}
"""Functions and methods that return something to show, by the last part of their name."""

_SHOWABLE = (ast.Attribute, ast.Await, ast.Call, ast.IfExp, ast.Name, ast.Subscript)
"""Expressions that may stand for something to show; a sum or a comparison does not."""

_MEMORY_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}>")


def find_page_faults(
    notebook: NotebookNode, *, html: str | None = None, width: int | None = None
) -> list[str]:
    """Return why the notebook, and its page, cannot be published: a sentence per fault.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook that has run.
    html : str, optional
        Its page.
    width : int, optional
        How many words of an article may stand on each side of a hit; 0 for no text at all, any
        number by default.

    Returns
    -------
    list of str
        Empty when all is well.
    """
    faults = [
        fault
        for number, cell in enumerate(notebook.cells, start=1)
        for fault in _check_cell(cell, number)
    ]
    if notebook.metadata.get("papermill", {}).get("exception"):
        faults.append("The notebook raised an error; fix it and run the notebook again.")
    if not collect_findings(notebook):
        faults.append(
            "The notebook shows no findings; end one of its cells with sentences of an answer "
            "(`shares.show_sentences()`)."
        )
    if html is not None:
        faults += _check_html(html, width)
    return faults


def extract_tables(html: str) -> dict[str, str]:
    """Return the page's tables as CSV, by file name; the lines of articles are not among them."""
    return {f"{name}.csv": _to_csv(rows) for name, rows in _read_page(html).tables.items()}


def _check_cell(cell: NotebookNode, number: int) -> list[str]:
    outputs = cell.get("outputs", [])
    faults = [fault for output in outputs if (fault := _check_output(output, number))]
    if not faults and (promise := _describe_broken_promise(cell)):
        faults.append(f"Cell {number} {promise}")
    return faults


def _check_output(output: NotebookNode, number: int) -> str | None:
    """What is wrong with an output of a cell, as a sentence."""
    if output.output_type == "error":
        return f"Cell {number} raised {output.ename}: {clean_output(output.evalue)}"
    data = output.get("data", {})
    if DISPLAY_MIME in data:
        return _check_record(data[DISPLAY_MIME], number)
    if _is_picture(data):
        return (
            f"Cell {number} shows a figure without alternative text; show it with show.figure, "
            "which asks for one."
        )
    if _MEMORY_ADDRESS.search(data.get("text/plain", "")):
        return (
            f"Cell {number} prints an object by its address in memory, which differs from run to "
            "run; end the cell with `;`."
        )
    return None


def _check_record(record: Mapping[str, Any], number: int) -> str | None:
    kind, name = record.get("kind"), record.get("name")
    if kind == "figure" and not str(record.get("alt", "")).strip():
        return f"The figure {name!r} in cell {number} has no alternative text; pass alt='...'."
    if kind == "table" and not str(record.get("caption", "")).strip():
        return f"The table {name!r} in cell {number} has no caption; pass caption='...'."
    return None


def _describe_broken_promise(cell: NotebookNode) -> str | None:
    """What a cell ends with if that should be shown and is not, and what to do, as a predicate.

    Cells of parameters, set-up and checks promise nothing, nor does one that prints, or that ends
    with a semicolon.
    """
    if cell.cell_type != "code" or SETUP_TAGS & read_tags(cell) or _shows_something(cell):
        return None
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:  # a command of IPython
        return None
    if not body or cell.source.rstrip().endswith(";"):
        return None
    last = body[-1]
    if isinstance(last, ast.Expr):
        return _describe_unshown_value(last.value)
    names = [name for call in _find_calls(last) if (name := _name_show_function(call))]
    return f"calls {names[0]} and shows nothing; end the cell with that call." if names else None


def _describe_unshown_value(value: ast.expr) -> str | None:
    if not isinstance(value, _SHOWABLE):
        return None
    name = ast.unparse(value.func if isinstance(value, ast.Call) else value)
    if name == "print":
        return None
    return (
        f"ends with {name}, which shows nothing that a page can hold; end it with something to "
        "show (`shares.plot()`, `shares.show_table()`, `wording.note(...)`), or give the value a "
        "name."
    )


def _shows_something(cell: NotebookNode) -> bool:
    is_widget = any(WIDGET_MIME in output.get("data", {}) for output in cell.get("outputs", []))
    return is_widget or bool(collect_records([cell]))


def _find_calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a compound statement whose values are not used: they would show something."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Expr):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def _name_show_function(call: ast.Call) -> str | None:
    is_shown = isinstance(call.func, ast.Attribute) and call.func.attr in SHOW_FUNCTIONS
    return ast.unparse(call.func) if is_shown else None


def _is_picture(data: Mapping[str, str]) -> bool:
    has_image = any(kind.startswith("image/") for kind in data)
    return has_image or bool(re.search(r"<(img|svg)\b", data.get("text/html", "")))


class _PageReader(HTMLParser):
    """Collects what is checked on a page.

    Attributes
    ----------
    ids, tags : how often each identifier and each element stands on the page.
    fragments : what links inside the page lead to.
    loads : what a browser would load.
    tables : the rows of each table by its name, each cell with its raw value.
    sides : the words left and right of the hit, in the lines of articles.
    """

    _LOADS = {"src", "srcset", "poster", "data", "action", "background"}
    _SIDE_COLUMNS = (0, 2)

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.fragments: set[str] = set()
        self.loads: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.sides: list[str] = []
        self._rows: list[list[str]] | None = None
        self._text: list[str] | None = None
        self._value: str | None = None
        self._in_lines = False
        self._column = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        attributes = {key: value or "" for key, value in attrs}
        self._read_attributes(tag, attributes)
        if tag == "table":
            self._begin_table(attributes)
        elif tag == "tr":
            self._column = 0
            if self._rows is not None:
                self._rows.append([])
        elif tag in ("td", "th"):
            self._text = []
            self._value = attributes.get("data-c", attributes.get("data-v"))

    def _read_attributes(self, tag: str, attributes: Mapping[str, str]) -> None:
        for key, value in attributes.items():
            is_load = key in self._LOADS or (tag in {"link", "base"} and key == "href")
            if key == "id":
                self.ids[value] += 1
            elif key == "href" and value.startswith("#"):
                self.fragments.add(value[1:])
            elif is_load and not value.startswith("data:"):
                self.loads.append(value)

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._in_lines = attributes.get("class") == "kwic"
        self._rows = None
        if "data-name" in attributes and not self._in_lines:
            self._rows = self.tables.setdefault(attributes["data-name"], [])

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("td", "th") or self._text is None:
            return
        text = "".join(self._text).strip()
        if self._in_lines and tag == "td" and self._column in self._SIDE_COLUMNS:
            self.sides.append(text)
        if self._rows:
            self._rows[-1].append(text if self._value is None else self._value)
        self._text = None
        self._column += 1


@lru_cache(maxsize=1)
def _read_page(html: str) -> _PageReader:
    return _PageReader(html)


def _to_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    guarded = [[guard_formula(cell) for cell in row] for row in rows]
    csv.writer(text, lineterminator="\r\n").writerows(guarded)
    return "\ufeff" + text.getvalue()


def _check_html(html: str, width: int | None) -> list[str]:
    page = _read_page(html)
    return [
        *_check_size(len(html.encode())),
        *_check_excerpts(page.sides, width),
        *(
            f"The page would load {place[:80]!r}; pages may not load anything."
            for place in page.loads
        ),
        *_check_names(page),
    ]


def _check_size(size: int) -> Iterator[str]:
    if size > MAX_PAGE_BYTES:
        yield (
            f"The page is {size / 1e6:.1f} MB; the limit is {MAX_PAGE_BYTES / 1e6:.0f} MB. Show "
            "fewer lines or rows (cap=, limit=)."
        )


def _check_excerpts(sides: list[str], width: int | None) -> Iterator[str]:
    if width is None:
        return
    wide = [side for side in sides if len(side.split()) > width]
    if wide:
        yield (
            f"A line shows {len(wide[0].split())} words on one side, and the study's `excerpts` "
            f"allow {width}; take the lines from an answer (`shares.show_lines()`)."
        )


def _check_names(page: _PageReader) -> Iterator[str]:
    for name, n in page.ids.items():
        if n > 1:
            yield (
                f"Two elements of the page share the name {name!r}; give each figure and table its "
                "own."
            )
    for name in sorted(page.fragments - set(page.ids)):
        yield f"A link leads to {name!r}, which is not on the page."
    if page.tags["h1"] != 1:
        yield f"The page has {page.tags['h1']} first-level headings; it should have one."
