"""What a notebook cell shows: findings, tables, figures and notes, escaped and accessible.

Every function returns a `Display`: HTML that reads well in JupyterLab and on a page, plain text,
and a record that says what it is. The lines behind the numbers are in `show.lines`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from wording.errors import WordingError
from wording.phrasing import format_count
from wording.show.svg import render_panels
from wording.show.values import (
    escape_html,
    format_value,
    is_missing,
    is_number,
    isolate_right_to_left,
    keep_numbers_unbroken,
    make_link,
    slugify,
    to_printable,
)

Headings = Mapping[str, str | tuple[str, str]]
"""{column: heading}, or {column: (heading, explanation)}."""

DISPLAY_MIME = "application/vnd.wording+json"
# JupyterLab has no stylesheet of ours and sets every cell to the right; a page takes this out again
# (see `pages.export`).
NOTEBOOK_STYLE = (
    "<style>.wording caption,.wording td,.wording th{text-align:left!important}"
    ".wording .n,.wording .kwic td:first-child{text-align:right!important}"
    ".wording .kwic[dir=rtl] td{text-align:right!important}"
    ".wording .kwic[dir=rtl] td:first-child{text-align:left!important}"
    ".wording caption{font-weight:bold;padding:.3em 0}"
    ".wording .vh{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}"
    ".wording svg{max-width:100%;height:auto}"
    ".wording .panels{display:grid;gap:.5em 2em;"
    "grid-template-columns:repeat(auto-fit,minmax(min(22em,100%),1fr))}"
    ".wording svg a:hover path{fill:currentColor;opacity:.1}"
    ".wording .scroll{overflow-x:auto}"
    ".matrix .more{font-weight:bold;background:rgb(30 110 190 / .25)!important}"
    ".matrix .less{font-weight:bold;background:rgb(215 110 20 / .25)!important}"
    ".matrix small,.matrix .words li{display:block}.matrix .words ul{padding:0;margin:0}"
    ".matrix .upright thead span{writing-mode:vertical-rl;transform:rotate(180deg)}</style>"
)
_DATE_PATTERN = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])")
_CODE_PATTERN = re.compile(r"`([^`<>]+)`")


@dataclass(frozen=True)
class Display:
    """One thing to read: its HTML, its plain text, and a record of what it is.

    The exporter, the checks and the index read the record.
    """

    html: str
    text: str
    record: dict[str, Any]
    figure: Figure | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            "text/html": NOTEBOOK_STYLE + self.html,
            "text/plain": self.text,
            DISPLAY_MIME: self.record,
        }


def findings(
    sentences: Sequence[str],
    *,
    heading: str | None = None,
    empty: str | None = None,
    headline: str = "",
) -> Display:
    """Return the findings as a list of sentences.

    Parameters
    ----------
    sentences : sequence of str
        What was found.
    heading : str, optional
        Stands above them.
    empty : str, optional
        Where there are none, this sentence stands for them and says why.
    headline : str
        The title of a page that shows them; the first one that a page meets is its title.

    Raises
    ------
    WordingError
        If there is neither a sentence nor `empty`.
    """
    texts = [to_printable(sentence) for sentence in sentences]
    if not texts and empty:
        texts = [to_printable(empty)]
    if not texts:
        raise WordingError(
            "show.findings got no sentence; pass empty='...' with a sentence that says why there "
            "is none"
        )
    items = "".join(f"<li>{_render_finding(text)}</li>" for text in texts)
    title = f"<h3>{escape_html(heading)}</h3>" if heading else ""
    html = wrap_block("findings", f"{title}<ul>{items}</ul>")
    record = {"kind": "findings", "sentences": texts, "headline": to_printable(headline)}
    return Display(html, list_as_text(heading, texts), record)


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    name: str,
    columns: Headings | None = None,
    links: str | Mapping[str, str] | None = None,
    limit: int | None = None,
    folded: bool = False,
) -> Display:
    """Return the table, its numbers formatted by the names of their columns (see `format_value`).

    Parameters
    ----------
    frame : DataFrame
        The rows to show.
    caption : str
        What the table shows: one row per what, and in which unit.
    name : str
        The name of the CSV file that the page offers.
    columns : mapping, optional
        The columns to show, in their order, with their headings; all columns by default.
    links : str or mapping, optional
        {column: column with its addresses}; or the name of a column with addresses, which links
        itself when it is shown, and the first column when it is not. Only `#name`, http and https
        become links.
    limit : int, optional
        The maximum number of rows; the caption says how many there are.
    folded : bool
        Whether a reader has to open it; its caption is seen all the same.

    Raises
    ------
    WordingError
        If a column is not in the table.
    """
    if columns is None:
        columns = {column: _format_column_name(column) for column in frame.columns}
    headings = {column: _split_heading(heading) for column, heading in columns.items()}
    linked = _resolve_links(links, shown=list(headings))
    require_columns(frame, [*headings, *linked.values()], function="table")
    shown = frame if limit is None else frame.head(limit)
    label = slugify(name)
    title = to_printable(_extend_caption(caption, shown, frame))
    content = (
        f'<p class="note">{escape_html(title)}</p>'
        if frame.empty
        else render_table(shown, caption=title, name=label, headings=headings, linked=linked)
    )
    if folded and not frame.empty:
        rows = "" if len(shown) < len(frame) else f" ({format_count(len(shown), 'row')})"
        summary = escape_html(f"{title.rstrip('.')}{rows}")
        content = f"<details><summary>{summary}</summary>{content}</details>"
    text = shown[list(headings)].to_string(index=False, max_rows=20)
    record = {
        "kind": "table",
        "name": label,
        "caption": title,
        "rows": len(frame),
        "shown": len(shown),
    }
    return Display(wrap_block("table", content), f"{title}\n{to_printable(text)}", record)


def figure(
    fig: Figure,
    *,
    title: str,
    alt: str,
    name: str,
    data: pd.DataFrame | None = None,
    data_columns: Headings | None = None,
) -> Display:
    """Return the figure as inline SVG with a caption, an alternative text and the table behind it.

    Parameters
    ----------
    fig : Figure
        A matplotlib figure.
    title : str
        The caption: what is shown, in which unit.
    alt : str
        What the figure says, for a reader who does not see it.
    name : str
        Begins every identifier in the figure; give each figure of a page its own.
    data, data_columns : optional
        The table behind the figure, folded below it, and the columns of it to show (see `table`).

    Raises
    ------
    WordingError
        If the title or the alternative text is blank.
    """
    if not title.strip() or not alt.strip():
        raise WordingError(
            f"The figure {name!r} has no title or no alternative text; pass title='...' and "
            "alt='...' in words"
        )
    label = slugify(name)
    panels = render_panels(fig, name=f"figure-{label}", title=title, alt=alt)
    svg, heading = "".join(panels), escape_html(title)
    if len(panels) > 1:
        drawn = f'<div class="panels">{svg}</div>'
    else:
        drawn = f'<div class="scroll" role="region" tabindex="0" aria-label="{heading}">{svg}</div>'
    html = (
        f"<figure><figcaption>{heading}</figcaption>{drawn}"
        f"{_render_figure_data(data, data_columns, title=title, name=label)}</figure>"
    )
    text = f"[Figure] {to_printable(title)}\n{to_printable(alt)}"
    record = {
        "kind": "figure",
        "name": label,
        "title": to_printable(title),
        "alt": to_printable(alt),
        "links": svg.count("<a "),
    }
    return Display(wrap_block("figure", html), text, record, fig)


def views(figures: Mapping[str, Display], *, label: str) -> Display:
    """Return several figures of which a page shows one at a time, the first at the beginning.

    Without the page's script, and in JupyterLab, the others are folded below it.

    Parameters
    ----------
    figures : mapping
        {what the figure is a view of: the figure}.
    label : str
        What one chooses between.
    """
    first, *others = figures.items()
    folded = "".join(
        f'<details data-view="{escape_html(name)}"><summary>{escape_html(name)}</summary>'
        f"{display.html}</details>"
        for name, display in others
    )
    html = (
        f'<div class="views" data-label="{escape_html(label)}">'
        f'<div data-view="{escape_html(first[0])}">{first[1].html}</div>{folded}</div>'
    )
    return Display(html, first[1].text, first[1].record, first[1].figure)


def note(text: str) -> Display:
    """Return a small paragraph: a caveat, or how to read what stands above."""
    html = wrap_block("aside", f'<p class="note">{isolate_right_to_left(escape_html(text))}</p>')
    return Display(html, to_printable(text), {"kind": "note", "text": to_printable(text)})


def limits(sentences: Sequence[str]) -> Display:
    """Return the sentences of "What this does not show" as a list."""
    texts = [to_printable(sentence) for sentence in sentences]
    items = "".join(f"<li>{escape_html(text)}</li>" for text in texts)
    html = wrap_block("limits", f"<ul>{items}</ul>")
    return Display(html, list_as_text(None, texts), {"kind": "limits", "sentences": texts})


def provenance(record: Mapping[str, Any]) -> Display:
    """Return where a page comes from, as a list of terms, and how to cite it.

    Parameters
    ----------
    record : mapping
        {term: value}: study, parameters, hashes of the inputs, versions, commit, seed; a value may
        itself be a mapping or a list. `cite` is the citation; without it one is put together from
        `study`, `page`, `version` and `commit`, as far as they are given.
    """
    # Paths, numbers and dates of any library become text, so that the record can always be saved.
    plain = json.loads(json.dumps(dict(record), default=str))
    citation = plain.get("cite") or _make_citation(plain)
    terms = "".join(
        f"<dt>{escape_html(_format_column_name(term))}</dt><dd>{_render_record_value(value)}</dd>"
        for term, value in plain.items()
        if term != "cite"
    )
    html = (
        f"<p><b>How to cite:</b> {escape_html(citation)}</p>"
        f"<details><summary>Inputs, versions and settings</summary><dl>{terms}</dl></details>"
    )
    texts = [f"{_format_column_name(term)}: {value}" for term, value in plain.items()]
    text = to_printable("\n".join([*texts, f"How to cite: {citation}"]))
    shown = {"kind": "provenance", "record": plain, "cite": citation}
    return Display(wrap_block("provenance", html), text, shown)


def wrap_block(kind: str, html: str) -> str:
    """Return the markup as a block of its kind, which the page's stylesheet knows."""
    return f'<div class="wording {kind}">{html}</div>'


def list_as_text(heading: str | None, texts: Sequence[str]) -> str:
    """Return a heading, if there is one, and the texts as plain text, one a line."""
    headings = [to_printable(heading)] if heading else []
    return "\n".join([*headings, *(f"- {text}" for text in texts)])


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, function: str) -> None:
    """Raise a WordingError for the first column that the table lacks."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise WordingError(
            f"show.{function} needs the column {missing[0]!r}, and the table has: "
            f"{', '.join(map(str, frame.columns))}"
        )


def render_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    name: str,
    headings: Mapping[str, tuple[str, str]],
    linked: Mapping[str, str],
) -> str:
    """Return a table as markup, each cell with its raw value where it differs from what is shown.

    Parameters
    ----------
    frame : DataFrame
        The rows to show.
    caption, name : str
        The caption, and what the table is called on the page.
    headings : mapping
        {column: (heading, explanation)}; explanations stand below the table.
    linked : mapping
        {column: column with its addresses}.
    """
    numeric = {column: _is_numeric(frame[column]) for column in headings}
    head = "".join(
        f'<th scope="col" data-c="{escape_html(column)}"{_render_alignment(numeric[column])}>'
        f"{escape_html(heading)}</th>"
        for column, (heading, _) in headings.items()
    )
    cells = []
    for position, column in enumerate(headings):
        addresses = frame[linked[column]] if column in linked else [None] * len(frame)
        tag = 'th scope="row"' if position == 0 else "td"
        cells.append(_render_column(frame[column], addresses, tag=tag, numeric=numeric[column]))
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    label = f"table-{name}"
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table data-name="{name}">'
        f'<caption id="{label}"><span>{escape_html(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{_render_key(headings)}"
    )


def render_value(value: Any, column: str, *, numeric: bool) -> str:
    """Return a value as markup; a missing one is a dash with its meaning for a screen reader."""
    if is_missing(value):
        return f'–<span class="vh">{"not defined" if numeric else "unknown"}</span>'
    return escape_html(format_value(value, str(column)))


def _render_finding(text: str) -> str:
    markup = isolate_right_to_left(keep_numbers_unbroken(escape_html(text)))
    markup = _CODE_PATTERN.sub(r"<code>\1</code>", markup)
    return _DATE_PATTERN.sub(r'<span class="d">\g<0></span>', markup)  # not broken at its hyphens


def _extend_caption(caption: str, shown: pd.DataFrame, frame: pd.DataFrame) -> str:
    """The caption, which also says when rows are left out, or when there are none."""
    if frame.empty:
        return f"{caption.rstrip(' .')}. No rows."
    if len(shown) < len(frame):
        rows = format_count(len(frame), "row")
        return f"{caption.rstrip(' .')}. First {len(shown):,} of {rows}."
    return caption


def _format_column_name(column: object) -> str:
    text = str(column).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _split_heading(heading: str | tuple[str, str]) -> tuple[str, str]:
    return (heading, "") if isinstance(heading, str) else (heading[0], heading[1])


def _resolve_links(links: str | Mapping[str, str] | None, *, shown: list[str]) -> dict[str, str]:
    if isinstance(links, str):
        return {links if links in shown else shown[0]: links}
    return dict(links or {})


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and column.dtype != bool


def _render_column(values: pd.Series, addresses: Any, *, tag: str, numeric: bool) -> list[str]:
    column, end = str(values.name), tag.split()[0]
    cells = []
    for value, address in zip(values, addresses, strict=True):
        look = _render_alignment(numeric) or _render_date_class(value)
        raw = _render_raw_value(value, column, numeric)
        content = make_link(render_value(value, column, numeric=numeric), address)
        cells.append(f"<{tag}{look}{raw}>{content}</{end}>")
    return cells


def _render_raw_value(value: Any, column: str, numeric: bool) -> str:
    # The page sorts by the value itself and saves it; it is left out where the cell shows it.
    if is_missing(value):
        return ' data-v=""'
    if not numeric or not is_number(value):
        return ""
    raw = str(int(value)) if float(value).is_integer() else f"{float(value):.6g}"
    return "" if raw == format_value(value, column) else f' data-v="{raw}"'


def _render_alignment(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def _render_date_class(value: Any) -> str:
    return ' class="d"' if isinstance(value, date) and not is_missing(value) else ""


def _render_key(headings: Mapping[str, tuple[str, str]]) -> str:
    """The explanations of the columns that have one, below their table."""
    explained = [
        f"<b>{escape_html(heading)}</b>: {escape_html(meaning)}"
        for heading, meaning in headings.values()
        if meaning
    ]
    return f'<p class="note">{"; ".join(explained)}.</p>' if explained else ""


def _render_figure_data(
    data: pd.DataFrame | None, columns: Headings | None, *, title: str, name: str
) -> str:
    if data is None:
        return ""
    shown = table(data, caption=f"{title}: the data", name=f"{name}-data", columns=columns)
    return f"<details><summary>The data behind this figure</summary>{shown.html}</details>"


def _render_record_value(value: Any) -> str:
    if isinstance(value, dict):
        terms = "".join(
            f"<dt>{escape_html(term)}</dt><dd>{_render_record_value(inner)}</dd>"
            for term, inner in value.items()
        )
        return f"<dl>{terms}</dl>"
    if isinstance(value, list):
        return ", ".join(_render_record_value(inner) for inner in value)
    if value == "":
        return "not given"
    return escape_html("unknown" if value is None else value)


def _make_citation(record: Mapping[str, Any]) -> str:
    title = ". ".join(str(record[part]) for part in ("page", "study") if record.get(part))
    version = f" {record['version']}" if record.get("version") else ""
    commit = f", commit {record['commit']}" if record.get("commit") else ""
    maker = f"Made with wording{version}{commit}."
    return f"{title}. {maker}" if title else maker
