"""What a page must fulfil before it is published: what its notebook promises is there, it loads nothing, and it is small enough to send."""

import ast
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser

from nbformat import NotebookNode

from wording.pages.export import clean_output, collect_findings, collect_records
from wording.show.html import DISPLAY_MIME

MAX_PAGE_BYTES = 5_000_000  # bytes of a page
SHOW_KINDS = {
    "concordance",
    "figure",
    "findings",
    "limits",
    "lines",
    "note",
    "passages",
    "provenance",
    "table",
}
_MEMORY_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}>")
_FORMULA_START = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


def find_page_faults(
    notebook: NotebookNode, *, html: str | None = None, width: int | None = None
) -> list[str]:
    """Why the notebook, and its page when `html` is given, cannot be published: one sentence per fault, none when all is well.

    Parameters
    ----------
    width : how many tokens of an article may stand on each side of a hit; 0 for no text at all, any number by default.
    """
    faults = [
        fault
        for number, cell in enumerate(notebook.cells, start=1)
        for fault in _check_cell(cell, number)
    ]
    if notebook.metadata.get("papermill", {}).get("exception"):
        faults.append("The notebook raised an error; run it again once the error is mended.")
    if not collect_findings(notebook):
        faults.append(
            "The notebook shows no findings; return show.findings(...) from one of its cells."
        )
    return faults + (_check_html(html, width) if html is not None else [])


def extract_tables(html: str) -> dict[str, str]:
    """The page's tables as CSV, by file name; the lines of articles are not among them."""
    return {f"{name}.csv": _to_csv(rows) for name, rows in _PageReader(html).tables.items()}


def _check_cell(cell: NotebookNode, number: int) -> list[str]:
    shown = {record.get("kind") for record in collect_records([cell])}
    promised = _find_promised_kinds(cell)
    faults = (
        [
            f"Cell {number} calls show.{sorted(promised)[0]} and shows nothing; end the cell with that call."
        ]
        if promised and not promised & shown
        else []
    )
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        record = data.get(DISPLAY_MIME)
        if output.output_type == "error":
            faults.append(f"Cell {number} raised {output.ename}: {clean_output(output.evalue)}")
        elif (
            record is not None
            and record.get("kind") == "figure"
            and not str(record.get("alt", "")).strip()
        ):
            faults.append(
                f"The figure {record.get('name')!r} in cell {number} has no alternative text; pass alt='...' to show.figure."
            )
        elif (
            record is not None
            and record.get("kind") == "table"
            and not str(record.get("caption", "")).strip()
        ):
            faults.append(
                f"The table {record.get('name')!r} in cell {number} has no caption; pass caption='...' to show.table."
            )
        elif record is None and _is_picture(data):
            faults.append(
                f"Cell {number} shows a figure without alternative text; return it through show.figure."
            )
        elif record is None and _MEMORY_ADDRESS.search(data.get("text/plain", "")):
            faults.append(
                f"Cell {number} shows an object by its address in memory, which differs from run to run; end the cell with `;`."
            )
    return faults


def _find_promised_kinds(cell: NotebookNode) -> set[str]:
    """What the last statement of a cell says that it shows: of `show.figure(...) if ... else show.note(...)` either will do."""
    try:
        body = (
            ast.parse(cell.source).body
            if cell.cell_type == "code" and "show." in cell.source
            else []
        )
    except SyntaxError:  # a command of IPython
        return set()
    calls = (
        [node.func for node in ast.walk(body[-1]) if isinstance(node, ast.Call)]
        if body and not isinstance(body[-1], ast.Assign)
        else []
    )
    named = {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and call.value.id == "show"
    }
    return named & SHOW_KINDS


def _is_picture(data: Mapping) -> bool:
    return any(kind.startswith("image/") for kind in data) or bool(
        re.search(r"<(img|svg)\b", data.get("text/html", ""))
    )


class _PageReader(HTMLParser):
    """Collects identifiers, links inside the page, what a browser would load, headings, the tables, and the sides of concordance lines."""

    _LOADS = {"src", "srcset", "poster", "data", "action", "background"}

    def __init__(self, html: str):
        super().__init__()
        self.ids: Counter = Counter()
        self.fragments: set[str] = set()
        self.loads: list[str] = []
        self.tags: Counter = Counter()
        self.tables: dict[str, list[list[str]]] = {}
        self.sides: list[str] = []
        self._rows = self._text = self._value = None
        self._lines, self._column = False, 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        told = {key: value or "" for key, value in attrs}
        for key, value in told.items():
            if key == "id":
                self.ids[value] += 1
            elif key == "href" and value.startswith("#"):
                self.fragments.add(value[1:])
            elif (
                key in self._LOADS or (tag in {"link", "base"} and key == "href")
            ) and not value.startswith("data:"):
                self.loads.append(value)
        if tag == "table":
            self._lines = told.get("class") == "kwic"
            self._rows = (
                self.tables.setdefault(told["data-name"], [])
                if "data-name" in told and not self._lines
                else None
            )
        elif tag == "tr":
            self._column = 0
            if self._rows is not None:
                self._rows.append([])
        elif tag in ("td", "th"):
            self._text, self._value = [], told.get("data-c", told.get("data-v"))

    def handle_data(self, data):
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._text is not None:
            text = "".join(self._text).strip()
            if self._lines and tag == "td" and self._column in (0, 2):
                self.sides.append(text)
            if self._rows:
                self._rows[-1].append(text if self._value is None else self._value)
            self._text, self._column = None, self._column + 1


def _to_csv(rows: list[list[str]]) -> str:
    # A spreadsheet would run a cell that begins like a formula.
    guarded = [
        [
            "'" + cell if _FORMULA_START.match(cell) and not _NUMBER.fullmatch(cell) else cell
            for cell in row
        ]
        for row in rows
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(guarded)
    return "\ufeff" + text.getvalue()


def _check_html(html: str, width: int | None) -> list[str]:
    size, found = len(html.encode()), _PageReader(html)
    faults = []
    if size > MAX_PAGE_BYTES:
        faults.append(
            f"The page has {size / 1e6:.1f} MB, over {MAX_PAGE_BYTES / 1e6:.0f} MB; show fewer lines or rows (cap=, limit=)."
        )
    if width is not None and (wide := [side for side in found.sides if len(side.split()) > width]):
        faults.append(
            f"A line shows {len(wide[0].split())} words on one side, and the study's `excerpts` allow {width}; take lines from study_hits."
        )
    faults += [
        f"The page would load {address[:80]!r}; it may load nothing." for address in found.loads
    ]
    twice = [name for name, n in found.ids.items() if n > 1]
    faults += [
        f"Two elements of the page share the name {name!r}; give each figure and table its own."
        for name in twice
    ]
    faults += [
        f"A link leads to {name!r}, which is not on the page."
        for name in sorted(found.fragments - set(found.ids))
    ]
    if found.tags["h1"] != 1:
        faults.append(f"The page has {found.tags['h1']} first-level headings; it should have one.")
    return faults
