"""A notebook that has run as one page: a single file that loads nothing.

It allows one script and one stylesheet by their hashes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import mistune
from nbformat import NotebookNode

from wording.pages.parameters import parse_parameters
from wording.pages.template import TEMPLATE_FOLDER, render_document
from wording.show.html import DISPLAY_MIME, NOTEBOOK_STYLE
from wording.show.values import (
    escape_html,
    keep_numbers_unbroken,
    make_link,
    slugify,
    to_printable,
)

_HIDDEN_TAGS = {"hide", "injected-parameters"}
SETUP_TAGS = {"parameters", "injected-parameters", "setup", "check"}
_COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ABOUT_REPORTS = re.compile(r"\bIn a report (\w)")  # said in notebooks; a page is one itself
_KERNEL_FILE = re.compile(r"\S*ipykernel_\d+[\\/]\d+\.py")


def render_page(
    notebook: NotebookNode,
    *,
    title: str,
    subtitle: str = "",
    study_title: str,
    context: Mapping[str, Any] | None = None,
) -> str:
    """Return the notebook as one HTML page; the same notebook gives the same text.

    What was found is the heading of the page, and the first heading of the notebook, its question,
    stands below it; without a finding in a few words that question is the heading. Code is folded,
    cells with the tag `hide` are left out, what went to stderr is listed at the end. HTML is taken
    over from outputs of `show` alone; any other output is shown as plain text.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook that has run.
    title, subtitle, study_title : str
        What the page is about, and the study that it belongs to.
    context : mapping, optional
        Any of `language` (default `en`), `index` (the address of the grid of pages), `notebook`
        (the address of the notebook) and `parameters` ({name: value}, over those that papermill
        left in the notebook).
    """
    context = dict(context or {})
    prose = _MarkdownRenderer()
    prepared = _prepare_notebook(notebook, prose, context.get("parameters") or {})
    question, headline = (
        prose.first or escape_html(title),
        escape_html(read_page_headline(notebook)),
    )
    heading = keep_numbers_unbroken(headline) or question
    return render_document(
        "page.html.j2",
        language=context.get("language", "en"),
        title=_join_parts([title, subtitle, study_title]),
        kind="page",
        kicker=_join_parts(
            [study_title, title if escape_html(title) != question else "", subtitle]
        ),
        heading=heading,
        question=question if headline else "",
        index=context.get("index"),
        notebook=context.get("notebook"),
        contents=prose.contents,
        cells=_render_cells(prepared),
        messages=_collect_messages(notebook),
    )


def collect_findings(notebook: NotebookNode) -> list[str]:
    """Return the sentences of all findings, in the order of the notebook."""
    return [
        sentence
        for record in collect_records(notebook.cells)
        if record.get("kind") == "findings"
        for sentence in record.get("sentences", [])
    ]


def read_page_headline(notebook: NotebookNode) -> str:
    """Return what the page found in a few words, which is its title; empty if it does not say."""
    headlines = (record.get("headline") for record in collect_records(notebook.cells))
    return str(next(filter(None, headlines), ""))


def read_page_period(notebook: NotebookNode) -> str:
    """Return the days that the page covers, as its provenance says them; empty if it does not."""
    periods = (
        record["record"].get("period")
        for record in collect_records(notebook.cells)
        if record.get("kind") == "provenance"
    )
    return str(next(filter(None, periods), ""))


@cache
def _make_exporter() -> Any:
    # nbconvert takes half a second to import, and only pages of notebooks need it.
    from nbconvert.exporters import TemplateExporter

    return TemplateExporter(
        extra_template_basedirs=[str(TEMPLATE_FOLDER.parent)],
        template_name=TEMPLATE_FOLDER.name,
        template_file="index.html.j2",
        filters={"escaped": escape_html, "output_html": _render_output},
    )


def _render_cells(prepared: NotebookNode) -> str:
    """The cells as markup, those below one second-level heading as a section."""
    cells = str(_make_exporter().from_notebook_node(prepared)[0])
    opening = '<div class="prose"><h2'
    return f"<section>{cells.replace(opening, f'</section><section>{opening}')}</section>"


def _join_parts(parts: Iterable[str]) -> str:
    return ", ".join(to_printable(part) for part in parts if part)


class _MarkdownRenderer(mistune.HTMLRenderer):
    """Markdown as HTML without raw HTML, images or foreign schemes.

    Attributes
    ----------
    first : the first heading, which is left out.
    contents : the second-level headings, each with its fragment name.
    """

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.first = ""
        self.contents: list[tuple[str, str]] = []
        self._taken: Counter[str] = Counter()
        self.markdown = mistune.create_markdown(renderer=self, plugins=["table", "strikethrough"])

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        if not self.first:
            self.first = text
            return ""
        label, level = self._label(text), max(level, 2)
        if level == 2:
            self.contents.append((label, text))
        return f'<h{level} id="{label}">{text}</h{level}>\n'

    def _label(self, text: str) -> str:
        plain = re.sub(r"<[^>]+>|&[a-z0-9#]+;", "", text.lower())
        name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or slugify(text)
        self._taken[name] += 1
        return f"s-{name}" if self._taken[name] == 1 else f"s-{name}-{self._taken[name]}"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return make_link(text, url)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{escape_html(text)}</em>"


def _prepare_notebook(
    notebook: NotebookNode, prose: _MarkdownRenderer, parameters: Mapping[str, Any]
) -> NotebookNode:
    """A copy as the template wants it.

    Markdown is HTML, hidden cells are marked, the parameters stand where they are declared, and
    what was printed is joined.
    """
    injected = {**notebook.metadata.get("papermill", {}).get("parameters", {}), **parameters}
    is_declared = any("parameters" in read_tags(cell) for cell in notebook.cells)
    cells: list[NotebookNode] = []
    setup: list[NotebookNode] = []
    for cell in notebook.cells:
        prepared = _prepare_cell(cell, prose, injected)
        if cell.cell_type == "code" and SETUP_TAGS & read_tags(cell):
            setup = [_join_cells([*setup, prepared], setup=True)]
        elif cells and _shows_only(cell, "figure") and cells[-1].metadata.wording.get("first"):
            cells[-1] = _join_cells([cells[-1], prepared], pair=True)
        else:
            prepared.metadata.wording["first"] = _shows_only(cell, "figure", "findings")
            cells.append(prepared)
    cells += setup
    if injected and not is_declared and cells:
        notes = {"hidden": False, "parameters": _render_parameters("", injected)}
        cells.insert(1, _make_cell("code", source="", notes=notes))
    _drop_repeated_notes(cells)
    cells = _drop_prose_about_nothing(cells, prose)
    return NotebookNode(cells=cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=4)


def _drop_repeated_notes(cells: Iterable[NotebookNode]) -> None:
    """Leave out what a finding or a note above says already: why there is no figure, no table."""
    told: set[str] = set()
    for cell in cells:
        kept = []
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get(DISPLAY_MIME, {})
            is_repeated = record.get("kind") == "note" and record["text"] in told
            told |= {*record.get("sentences", []), record.get("text", "")}
            kept += [] if is_repeated else [output]
        if cell.cell_type == "code":
            cell.metadata.wording["emptied"] = bool(cell.outputs) and not kept
            cell.outputs = kept


def _drop_prose_about_nothing(
    cells: list[NotebookNode], prose: _MarkdownRenderer
) -> list[NotebookNode]:
    """Leave out sections of which all was said above, and how to read a figure that is not there.

    The latter stands below the first figure, before the first second-level heading.
    """
    starts = [k for k, cell in enumerate(cells) if k == 0 or cell.source.startswith("<h2")]
    sections = [cells[a:b] for a, b in pairwise([*starts, len(cells)])]
    kept = []
    for number, section in enumerate(sections):
        code = [cell for cell in section if cell.cell_type == "code"]
        shown = [cell for cell in code if cell.outputs or cell.metadata.wording.parameters]
        if not shown and any(cell.metadata.wording["emptied"] for cell in code):
            heading = section[0].source
            prose.contents = [one for one in prose.contents if f'id="{one[0]}"' not in heading]
            continue
        is_about_nothing = [
            number == 0
            and (before.cell_type, after.cell_type) == ("code", "markdown")
            and (before.metadata.wording["emptied"] or _shows_only(before, "note"))
            for before, after in pairwise(section)
        ]
        kept += [section[0]]
        kept += [one for one, drop in zip(section[1:], is_about_nothing, strict=True) if not drop]
    return kept


def _prepare_cell(
    cell: NotebookNode, prose: _MarkdownRenderer, injected: Mapping[str, Any]
) -> NotebookNode:
    is_hidden = bool(_HIDDEN_TAGS & read_tags(cell)) or cell.cell_type == "raw"
    notes = {"hidden": is_hidden, "parameters": ""}
    if cell.cell_type == "markdown":
        if is_hidden:
            return _make_cell(cell.cell_type, source="", notes=notes)
        text = _ABOUT_REPORTS.sub(lambda found: found[1].upper(), cell.source)
        html = str(prose.markdown(text)).strip()
        return _make_cell(cell.cell_type, source=html, notes=notes)
    if "parameters" in read_tags(cell):
        notes["parameters"] = _render_parameters(cell.source, injected)
    outputs = _join_streams(cell.get("outputs", []))
    return _make_cell(cell.cell_type, source=cell.source.rstrip(), notes=notes, outputs=outputs)


def _shows_only(cell: NotebookNode, *kinds: str) -> bool:
    """Whether a cell shows one thing of such a kind: two such cells may stand side by side."""
    shown = [record.get("kind") for record in collect_records([cell])]
    return len(shown) == len(cell.get("outputs", [])) == 1 and shown[0] in kinds


def _join_cells(cells: list[NotebookNode], **notes: bool) -> NotebookNode:
    """One cell of several: those of the set-up, folded at the end of the page, or of a pair."""
    parameters = "".join(cell.metadata.wording.parameters for cell in cells)
    sources = [cell.source for cell in cells if not cell.metadata.wording.hidden]
    outputs = [output for cell in cells for output in cell.outputs]
    return _make_cell(
        "code",
        source="\n\n".join(filter(None, sources)),
        notes={"hidden": False, "parameters": parameters, **notes},
        outputs=outputs,
    )


def _make_cell(
    kind: str, *, source: str, notes: dict[str, Any], outputs: list[NotebookNode] | None = None
) -> NotebookNode:
    code = {"execution_count": None, "outputs": outputs or []} if kind == "code" else {}
    return NotebookNode(
        cell_type=kind, source=source, metadata=NotebookNode(wording=NotebookNode(notes)), **code
    )


def read_tags(cell: NotebookNode) -> set[str]:
    """Return the tags of a cell."""
    return set(cell.get("metadata", {}).get("tags", []))


def _join_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    # A kernel cuts what is printed at times of its own, so the same run comes in other pieces;
    # stderr has its own place.
    joined: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            continue
        if joined and output.output_type == "stream" == joined[-1].output_type:
            joined[-1] = NotebookNode(joined[-1], text=joined[-1].text + output.text)
        else:
            joined.append(output)
    return joined


def _render_parameters(source: str, injected: Mapping[str, Any]) -> str:
    """The parameters of a page as a table, with their meaning where the notebook declares it."""
    rows = {
        name: (injected.get(name, parameter.default), parameter.meaning)
        for name, parameter in parse_parameters(source).items()
    }
    rows |= {name: (value, "") for name, value in injected.items() if name not in rows}
    if not rows:
        return ""
    headings = ["Parameter", "Value"]
    with_meaning = any(meaning for _, meaning in rows.values())
    if with_meaning:
        headings.append("Meaning")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = ""
    for name, (value, meaning) in rows.items():
        body += f'<tr><th scope="row">{escape_html(name.replace("_", " "))}</th>'
        body += f"<td>{escape_html(_format_literal(value))}</td>"
        body += f"<td>{escape_html(meaning)}</td></tr>" if with_meaning else "</tr>"
    return (
        '<div class="wording parameters"><div class="scroll" role="region" tabindex="0" '
        'aria-label="Parameters of this page"><table>'
        '<caption class="vh">Parameters of this page</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _format_literal(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_format_literal, value))
    return to_printable(value)


def _render_output(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return _render_preformatted(output.text)
    if output.output_type == "error":
        text = "\n".join(output.get("traceback", [])) or f"{output.ename}: {output.evalue}"
        message = "<p><b>This cell raised an error.</b></p>"
        return f'<div class="error">{message}{_render_preformatted(text)}</div>'
    data = output.get("data", {})
    if DISPLAY_MIME in data:
        return str(data.get("text/html", "")).replace(NOTEBOOK_STYLE, "", 1)
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            encoded = escape_html("".join(data[kind].split()))
            return f'<img src="data:{kind};base64,{encoded}" alt="">'
    return _render_preformatted(data.get("text/plain", ""))


def _render_preformatted(text: str) -> str:
    return f'<pre tabindex="0">{escape_html(clean_output(text))}</pre>' if text.strip() else ""


def clean_output(text: str) -> str:
    """Return what was printed, as it reads at the end and the same in every run."""
    # Colours, redrawn lines and the names of the kernel's temporary files say nothing to a reader,
    # and differ from run to run.
    lines = [
        line.rstrip("\r").rpartition("\r")[2] for line in _COLOUR_CODES.sub("", text).split("\n")
    ]
    return _KERNEL_FILE.sub("cell", "\n".join(lines)).strip("\n")


def _collect_messages(notebook: NotebookNode) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    text = "".join(
        output.text
        for output in outputs
        if output.output_type == "stream" and output.name == "stderr"
    )
    return [
        message.rstrip() for message in re.split(r"\n(?=\S)", clean_output(text)) if message.strip()
    ]


def collect_records(cells: Iterable[NotebookNode]) -> list[dict[str, Any]]:
    """Return what `show` recorded of each thing that the cells show."""
    return [
        output.data[DISPLAY_MIME]
        for cell in cells
        for output in cell.get("outputs", [])
        if DISPLAY_MIME in output.get("data", {})
    ]
