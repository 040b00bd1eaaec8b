"""A notebook that has run as one page: a single file that loads nothing, and allows one script and one stylesheet by their hashes."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

import mistune
from nbformat import NotebookNode

from wording.pages.parameters import parse_parameters
from wording.pages.template import TEMPLATE_FOLDER, render_document
from wording.show.html import DISPLAY_MIME, NOTEBOOK_STYLE
from wording.show.values import escape_html, make_link, slugify, to_printable

_HIDDEN_TAGS = {"hide", "injected-parameters"}
SETUP_TAGS = {"parameters", "injected-parameters", "setup", "check"}
_COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_KERNEL_FILE = re.compile(r"\S*ipykernel_\d+[\\/]\d+\.py")


def render_page(
    notebook: NotebookNode,
    *,
    title: str,
    subtitle: str = "",
    study_title: str,
    context: Mapping | None = None,
) -> str:
    """The notebook as the text of one HTML page; the same notebook gives the same text.

    The first heading of the notebook is the heading of the page, with title and subtitle as the line below it. Code is folded, cells
    with the tag `hide` are left out, what went to stderr is listed at the end. HTML is taken over from outputs of `show` alone;
    any other output is shown as plain text.

    Parameters
    ----------
    context : any of `language` (default `en`), `index` (the address of the grid of pages), `notebook` (the address of the notebook)
        and `parameters` ({name: value}, over those that papermill left in the notebook).
    """
    context = dict(context or {})
    prose = _MarkdownRenderer()
    prepared = _prepare_notebook(notebook, prose, context.get("parameters") or {})
    heading = prose.first or escape_html(title)
    return render_document(
        "page.html.j2",
        language=context.get("language", "en"),
        title=_join_parts([title, subtitle, study_title]),
        kind="page",
        study_title=study_title,
        heading=heading,
        line=_join_parts([title if escape_html(title) != heading else "", subtitle]),
        index=context.get("index"),
        notebook=context.get("notebook"),
        contents=prose.contents,
        cells=_render_cells(prepared),
        messages=_collect_messages(notebook),
    )


def collect_findings(notebook: NotebookNode) -> list[str]:
    """The sentences of all findings, in the order of the notebook."""
    return [
        sentence
        for record in collect_records(notebook.cells)
        if record.get("kind") == "findings"
        for sentence in record.get("sentences", [])
    ]


def read_page_period(notebook: NotebookNode) -> str:
    """The days that the page covers, as its provenance says them; empty when it does not."""
    told = (
        record["record"].get("period")
        for record in collect_records(notebook.cells)
        if record.get("kind") == "provenance"
    )
    return str(next(filter(None, told), ""))


@cache
def _make_exporter():
    # nbconvert takes half a second to import, and only pages of notebooks need it.
    from nbconvert.exporters import TemplateExporter

    return TemplateExporter(
        extra_template_basedirs=[str(TEMPLATE_FOLDER.parent)], template_name=TEMPLATE_FOLDER.name, template_file="index.html.j2",
        filters={"escaped": escape_html, "output_html": _render_output},
    )  # fmt: skip


def _render_cells(prepared: NotebookNode) -> str:
    return _make_exporter().from_notebook_node(prepared)[0]


def _join_parts(parts) -> str:
    return ", ".join(to_printable(part) for part in parts if part)


class _MarkdownRenderer(mistune.HTMLRenderer):
    """Markdown as HTML without raw HTML, images or foreign schemes; keeps the first heading, and the second-level ones as contents."""

    def __init__(self):
        super().__init__(escape=True)
        self.first = ""
        self.contents: list[tuple[str, str]] = []
        self._taken: Counter = Counter()
        self.markdown = mistune.create_markdown(renderer=self, plugins=["table", "strikethrough"])

    def heading(self, text: str, level: int, **attrs) -> str:
        if not self.first:
            self.first = text
            return ""
        label, level = self._label(text), max(level, 2)
        if level == 2:
            self.contents.append((label, text))
        return f'<h{level} id="{label}">{text}</h{level}>\n'

    def _label(self, text: str) -> str:
        name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"<[^>]+>|&[a-z0-9#]+;", "", text.lower())).strip(
            "-"
        ) or slugify(text)
        self._taken[name] += 1
        return f"s-{name}" if self._taken[name] == 1 else f"s-{name}-{self._taken[name]}"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return make_link(text, url)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"<em>{escape_html(text)}</em>"


def _prepare_notebook(
    notebook: NotebookNode, prose: _MarkdownRenderer, parameters: Mapping
) -> NotebookNode:
    """A copy with markdown as HTML, hidden cells marked, the parameters where they are declared, and streams joined."""
    cells, injected = (
        [],
        {**notebook.metadata.get("papermill", {}).get("parameters", {}), **parameters},
    )
    declared = any("parameters" in read_tags(cell) for cell in notebook.cells)
    for cell in notebook.cells:
        notes = {
            "hidden": bool(_HIDDEN_TAGS & read_tags(cell)) or cell.cell_type == "raw",
            "parameters": "",
        }
        if cell.cell_type == "markdown":
            cells.append(
                _make_cell(cell.cell_type, source=prose.markdown(cell.source).strip(), notes=notes)
            )
            continue
        if "parameters" in read_tags(cell):
            notes["parameters"] = _render_parameters(cell.source, injected)
        shown = _make_cell(
            cell.cell_type,
            source=cell.source.rstrip(),
            notes=notes,
            outputs=_join_streams(cell.get("outputs", [])),
        )
        if cell.cell_type == "code" and SETUP_TAGS & read_tags(cell):
            shown = _fold_setup(shown, cells)
        cells.append(shown)
    if injected and not declared and cells:
        shown = _render_parameters("", injected)
        cells.insert(1, _make_cell("code", source="", notes={"hidden": False, "parameters": shown}))
    return NotebookNode(cells=cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=4)


def _fold_setup(cell: NotebookNode, cells: list) -> NotebookNode:
    """The cell as part of the set-up, with the set-up cells just before it, which it replaces: a reader wants the findings first."""
    before = cells.pop() if cells and cells[-1].metadata.wording.get("setup") else None
    notes = {
        "hidden": False,
        "setup": True,
        "parameters": (before.metadata.wording.parameters if before else "")
        + cell.metadata.wording.parameters,
    }
    sources = [part.source for part in (before, cell) if part and not part.metadata.wording.hidden]
    return _make_cell(
        "code",
        source="\n\n".join(sources),
        notes=notes,
        outputs=(before.outputs if before else []) + cell.outputs,
    )


def _make_cell(kind: str, *, source: str, notes: dict, outputs: list | None = None) -> NotebookNode:
    code = {"execution_count": None, "outputs": outputs or []} if kind == "code" else {}
    return NotebookNode(
        cell_type=kind, source=source, metadata=NotebookNode(wording=NotebookNode(notes)), **code
    )


def read_tags(cell: NotebookNode) -> set:
    return set(cell.get("metadata", {}).get("tags", []))


def _join_streams(outputs) -> list:
    # A kernel cuts what is printed at times of its own, so the same run comes in other pieces; stderr has its own place.
    joined: list = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            continue
        if joined and output.output_type == "stream" == joined[-1].output_type:
            joined[-1] = NotebookNode(joined[-1], text=joined[-1].text + output.text)
        else:
            joined.append(output)
    return joined


def _render_parameters(source: str, injected: Mapping) -> str:
    rows = {
        name: (injected.get(name, declared.default), declared.meaning)
        for name, declared in parse_parameters(source).items()
    }
    rows |= {name: (value, "") for name, value in injected.items() if name not in rows}
    if not rows:
        return ""
    meaning = any(text for _, text in rows.values())
    body = "".join(
        f'<tr><th scope="row">{escape_html(name.replace("_", " "))}</th><td>{escape_html(_format_literal(value))}</td>'
        f"{f'<td>{escape_html(text)}</td>' if meaning else ''}</tr>"
        for name, (value, text) in rows.items()
    )
    head = "".join(
        f'<th scope="col">{word}</th>'
        for word in ("Parameter", "Value", "Meaning")[: 3 if meaning else 2]
    )
    return (
        '<div class="wording parameters"><div class="scroll" role="region" tabindex="0" aria-label="Parameters of this page"><table>'
        '<caption class="vh">Parameters of this page</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></div>"
    )


def _format_literal(value) -> str:
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        ", ".join(map(_format_literal, value))
        if isinstance(value, list | tuple)
        else to_printable(value)
    )


def _render_output(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return _render_preformatted(output.text)
    if output.output_type == "error":
        said = "\n".join(output.get("traceback", [])) or f"{output.ename}: {output.evalue}"
        return f'<div class="error"><p><b>This cell raised an error.</b></p>{_render_preformatted(said)}</div>'
    data = output.get("data", {})
    if DISPLAY_MIME in data:
        return data.get("text/html", "").replace(NOTEBOOK_STYLE, "", 1)
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            return (
                f'<img src="data:{kind};base64,{escape_html("".join(data[kind].split()))}" alt="">'
            )
    return _render_preformatted(data.get("text/plain", ""))


def _render_preformatted(text: str) -> str:
    return f'<pre tabindex="0">{escape_html(clean_output(text))}</pre>' if text.strip() else ""


def clean_output(text: str) -> str:
    """What was printed, as it reads at the end and the same in every run."""
    # Colours, redrawn lines and the names of the kernel's temporary files say nothing to a reader, and differ from run to run.
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


def collect_records(cells: Iterable[NotebookNode]) -> list[dict]:
    """What `show` recorded of each thing that the cells show."""
    return [
        output.data[DISPLAY_MIME]
        for cell in cells
        for output in cell.get("outputs", [])
        if DISPLAY_MIME in output.get("data", {})
    ]
