"""What a notebook cell returns: findings, tables, figures, concordance lines and notes, escaped and accessible.

Every function returns a `Display`: HTML that reads well in JupyterLab and on a page, plain text, and a record that says what it is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wording.errors import WordingError
from wording.phrasing import format_count
from wording.show.svg import render_svg
from wording.show.values import (
    escape_html,
    format_value,
    is_missing,
    is_number,
    keep_numbers_unbroken,
    make_link,
    sanitise_href,
    slugify,
    to_printable,
)

_DATE_PATTERN = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])")
DISPLAY_MIME = "application/vnd.wording+json"
# JupyterLab has no stylesheet of ours and sets every cell to the right; a page takes this out again (see `export`).
NOTEBOOK_STYLE = (
    "<style>.wording caption,.wording td,.wording th{text-align:left!important}"
    ".wording .n,.wording .kwic td:first-child{text-align:right!important}.wording caption{font-weight:bold;padding:.3em 0}"
    ".wording .vh{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}"
    ".wording svg{max-width:100%;height:auto}"
    ".wording svg a:hover path{fill:currentColor;opacity:.1}.wording .scroll{overflow-x:auto}</style>"
)
_LINE_COLUMNS = {
    "left": "Left",
    "node": "Node",
    "right": "Right",
    "outlet": "Outlet",
    "date": "Date",
    "voice": "Voice",
    "speaker": "Speaker",
}
VOICE_LABELS = {
    "outlet": "own words",
    "quoted": "quoted",
    "reported": "reported",
    "attributed": "quoted or reported",
}


@dataclass(frozen=True)
class Display:
    """One thing to read: its HTML, its plain text, and a record of what it is that the exporter and the index read."""

    html: str
    text: str
    record: dict

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/html": NOTEBOOK_STYLE + self.html,
            "text/plain": self.text,
            DISPLAY_MIME: self.record,
        }


def findings(
    sentences: Sequence[str], *, heading: str | None = None, empty: str | None = None
) -> Display:
    """The findings as a list of sentences; where there are none, the sentence `empty`, which says why.

    Raises
    ------
    WordingError : when there is neither a sentence nor `empty`.
    """
    said = [to_printable(sentence) for sentence in sentences] or (
        [to_printable(empty)] if empty else []
    )
    if not said:
        raise WordingError(
            "show.findings was given no sentence; pass empty='...' with a sentence that says why there is none"
        )
    items = "".join(
        f"<li>{_keep_dates_unbroken(keep_numbers_unbroken(escape_html(sentence)))}</li>"
        for sentence in said
    )
    html = _wrap_block("findings", f"{_render_heading(heading)}<ul>{items}</ul>")
    return Display(html, _list_as_text(heading, said), {"kind": "findings", "sentences": said})


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    name: str,
    columns: Mapping[str, str | tuple[str, str]] | None = None,
    links: str | Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Display:
    """The table, one row per row of `frame`, numbers formatted by the names of their columns (see `markup.formatted`).

    Parameters
    ----------
    caption : what the table shows: one row per what, and in which unit.
    name : names the CSV file that the page offers.
    columns : {column: heading}, or {column: (heading, explanation)}; picks, orders and names the columns; by default all of them.
    links : {column: column with its addresses}; or the name of a column with addresses, which links itself when it is shown and
        the first column when it is not. Only `#name`, http and https become links.
    limit : at most so many rows; the table says of how many.

    Raises
    ------
    WordingError : when a column is not in the table.
    """
    headings = {
        column: _split_heading(heading)
        for column, heading in (
            columns or {c: _format_column_name(c) for c in frame.columns}
        ).items()
    }
    linked = _resolve_links(links, shown=list(headings))
    _require_columns(frame, [*headings, *linked.values()], function="table")
    shown = frame if limit is None else frame.head(limit)
    if len(shown) < len(frame):
        caption = (
            f"{caption.rstrip(' .')}. First {len(shown):,} of {format_count(len(frame), 'row')}."
        )
    if frame.empty:
        caption = f"{caption.rstrip(' .')}. There are none."
    html = _wrap_block(
        "table",
        _render_table(shown, caption=caption, name=slugify(name), headings=headings, linked=linked),
    )
    text = f"{to_printable(caption)}\n{to_printable(shown[list(headings)].to_string(index=False, max_rows=20))}"
    return Display(
        html,
        text,
        {
            "kind": "table",
            "name": slugify(name),
            "caption": to_printable(caption),
            "rows": len(frame),
            "shown": len(shown),
        },
    )


def figure(
    fig: Figure,
    *,
    title: str,
    alt: str,
    name: str,
    data: pd.DataFrame | None = None,
    data_columns: Mapping[str, str | tuple[str, str]] | None = None,
) -> Display:
    """The matplotlib figure as inline SVG with a caption, an alternative text, and the table behind it folded below.

    Parameters
    ----------
    title : the caption: what is shown, in which unit.
    alt : what the figure says to a reader who does not see it.
    name : begins every identifier in the figure; give each figure of a page its own.
    data, data_columns : the table behind the figure, and the columns of it to show (see `table`).

    Raises
    ------
    WordingError : when the title or the alternative text is blank.
    """
    if not title.strip() or not alt.strip():
        raise WordingError(
            f"The figure {name!r} has no title or no alternative text; pass title='...' and alt='...' in words"
        )
    label = slugify(name)
    svg = render_svg(fig, name=f"figure-{label}", title=title, alt=alt)
    region = f'<div class="scroll" role="region" tabindex="0" aria-label="{escape_html(title)}">{svg}</div>'
    html = f"<figure><figcaption>{escape_html(title)}</figcaption>{region}{_render_data(data, data_columns, title=title, name=label)}</figure>"
    record = {
        "kind": "figure",
        "name": label,
        "title": to_printable(title),
        "alt": to_printable(alt),
        "links": svg.count("<a "),
    }
    return Display(
        _wrap_block("figure", html), f"[Figure] {to_printable(title)}\n{to_printable(alt)}", record
    )


def lines(
    hits: pd.DataFrame,
    *,
    caption: str,
    cap: int = 50,
    text: bool = True,
    why: str = "This study does not show the text of its articles.",
    by: str = "outlet",
    unit: str = "hit",
) -> Display:
    """The lines behind the numbers: one folded table per concept x variant x outlet x voice, each with the fragment name `make_line_id`.

    Groups stand in the order of concept, variant and outlet: by name, or by category where the column is categorical. Above `cap`
    lines, every k-th in the order of article and position is shown, and the summary says so.

    Parameters
    ----------
    hits : the table `hits`, with `counted_as` (the voice of the number that counts them) where numbers are told apart by voice; `title` and `url` of the article are used when they are there. For `text=False` a table with one row
        per article and a column `n` will do.
    text : False shows no text, but which articles the hits stand in, and `why`.
    unit : what a line is.
    """
    _require_columns(
        hits,
        [
            "concept",
            "variant",
            "outlet",
            "doc_id",
            by,
            *(["left", "node", "right"] if text else []),
        ],
        function="lines",
    )
    voiced = hits if "counted_as" in hits.columns else hits.assign(counted_as="all")
    groups = list(
        voiced.groupby(["concept", "variant", by, "counted_as"], observed=True, sort=True)
    )
    show = _show_group_lines if text else _show_group_articles
    many = hits["concept"].nunique() > 1
    shown = [show(group, key, cap=cap, many_concepts=many, unit=unit) for key, group in groups]
    opening = f'<p class="lines-caption">{escape_html(caption)}</p>' + (
        "" if text else f'<p class="note">{escape_html(why)}</p>'
    )
    html = opening + (
        _render_folds([(key, item) for (key, _), item in zip(groups, shown, strict=True)])
        or '<p class="note">No hits.</p>'
    )
    record = {
        "kind": "lines",
        "caption": to_printable(caption),
        "groups": len(groups),
        "hits": int(_count_hits_per_row(hits).sum()),
        "text": text,
    }
    return Display(
        _wrap_block("lines", html),
        "\n".join([to_printable(caption), *(item.text for item in shown)]),
        record,
    )


def concordance(hits: pd.DataFrame, *, caption: str, name: str, cap: int = 500) -> Display:
    """The lines in their order as one open table, the node in the middle, that the page sorts and filters by variant, outlet and voice.

    Parameters
    ----------
    hits : the table `hits`, sorted as it is to be read.
    name : names the CSV file that the page offers.
    cap : above so many lines every k-th is shown, and the caption says so.
    """
    _require_columns(
        hits, ["left", "node", "right", "variant", "outlet", "doc_id"], function="concordance"
    )
    sample = hits if len(hits) <= cap else hits.iloc[np.arange(cap) * len(hits) // cap]
    cut = (
        f" {len(sample):,} of {format_count(len(hits), 'line')} shown, evenly spaced."
        if len(sample) < len(hits)
        else ""
    )
    caption = (
        f"{caption.rstrip(' .')}.{cut}" if len(hits) else f"{caption.rstrip(' .')}. There are none."
    )
    columns = {
        column: heading
        for column, heading in (_LINE_COLUMNS | {"variant": "Term"}).items()
        if column in hits.columns
    }
    table = _render_kwic(sample, columns, caption=caption, label=slugify(name), hidden=False)
    html = _wrap_block(
        "lines",
        f'<div class="scroll reading" role="region" tabindex="0" aria-label="{escape_html(caption)}">{table}</div>',
    )
    text = f"{to_printable(caption)}\n{to_printable(sample[['left', 'node', 'right']].to_string(index=False, max_rows=20))}"
    return Display(
        html,
        text,
        {
            "kind": "concordance",
            "name": slugify(name),
            "caption": to_printable(caption),
            "hits": len(hits),
            "shown": len(sample),
        },
    )


def passages(hits: pd.DataFrame, *, caption: str) -> Display:
    """The hits as running text, the node marked, below each outlet, date, voice, speaker and article: to read lines that were widened.

    Parameters
    ----------
    hits : the table `hits`, in the order in which it is to be read.
    """
    _require_columns(hits, ["left", "node", "right", "outlet", "doc_id"], function="passages")
    html = f'<p class="lines-caption">{escape_html(caption)}</p>' + "".join(
        _render_passage(row) for row in hits.to_dict("records")
    )
    text = [f"{row.left} [{row.node}] {row.right} ({row.outlet})" for row in hits.itertuples()]
    return Display(
        _wrap_block("lines", html),
        _list_as_text(caption, text),
        {"kind": "passages", "caption": to_printable(caption), "hits": len(hits)},
    )


def make_line_id(*, concept: str, variant: str, outlet: str, voice: str = "all") -> str:
    """The fragment name of the lines of a variant at an outlet in a voice: safe in an address, and never shared by two groups.

    >>> make_line_id(concept="kyiv-2014", variant="coup", outlet="agency")
    'lines-kyiv-2014--coup--agency'
    """
    return f"lines-{slugify(concept)}--{slugify(variant)}--{slugify(outlet)}" + (
        f"--{slugify(voice)}" if voice != "all" else ""
    )


def with_lines(
    shares: pd.DataFrame,
    *,
    by: str = "outlet",
    counts: Mapping[str, str] | None = None,
    first: int | None = None,
) -> pd.DataFrame:
    """The same rows with the column `lines`: the address of the lines behind the row (see `lines`), None where there is no hit.

    Parameters
    ----------
    shares : any table with concept, variant, outlet, n, and voice where it is not all voices.
    by : as in `lines`.
    counts : {column of counts: voice that it counts}, for a table with several: each gets its own column `lines_...`.
    first : only so many rows lead to lines.
    """
    if counts is not None:
        linked = shares.head(first) if first is not None else shares
        return shares.assign(
            **{
                f"lines_{column}": _make_addresses(linked, by, column, [voice] * len(linked))
                for column, voice in counts.items()
            }
        )
    return shares.assign(
        lines=_make_addresses(
            shares, by, "n", shares["voice"] if "voice" in shares.columns else ["all"] * len(shares)
        )
    )


def _make_addresses(shares: pd.DataFrame, by: str, count: str, voices: Sequence[str]) -> pd.Series:
    keys = zip(shares["concept"], shares["variant"], shares[by], voices, shares[count], strict=True)
    addresses = [
        f"#{make_line_id(concept=c, variant=v, outlet=o, voice=voice)}" if n > 0 else None
        for c, v, o, voice, n in keys
    ]
    return pd.Series(addresses, index=shares.index, dtype=object)


def note(text: str) -> Display:
    """A small paragraph: a caveat, or how to read what stands above."""
    return Display(
        _wrap_block("aside", f'<p class="note">{escape_html(text)}</p>'),
        to_printable(text),
        {"kind": "note", "text": to_printable(text)},
    )


def limits(sentences: Sequence[str]) -> Display:
    """The sentences of "What this does not show" as a list."""
    said = [to_printable(sentence) for sentence in sentences]
    items = "".join(f"<li>{escape_html(sentence)}</li>" for sentence in said)
    return Display(
        _wrap_block("limits", f"<ul>{items}</ul>"),
        _list_as_text(None, said),
        {"kind": "limits", "sentences": said},
    )


def provenance(record: Mapping) -> Display:
    """Where a page comes from, as a list of terms: study, parameters, hashes of the inputs, versions, commit, seed; and how to cite it.

    Parameters
    ----------
    record : {term: value}; a value may itself be a mapping or a list. `cite` is the citation; without it one is put together
        from `study`, `page`, `version` and `commit`, as far as they are given.
    """
    # Paths, numbers and dates of any library become text here, so that the record can always be saved.
    plain = json.loads(json.dumps(dict(record), default=str))
    terms = "".join(
        f"<dt>{escape_html(_format_column_name(term))}</dt><dd>{_render_record_value(value)}</dd>"
        for term, value in plain.items()
        if term != "cite"
    )
    cite = plain.get("cite") or _make_citation(plain)
    html = f"<dl>{terms}<dt>How to cite</dt><dd>{escape_html(cite)}</dd></dl>"
    text = "\n".join(
        [
            *(f"{_format_column_name(term)}: {value}" for term, value in plain.items()),
            f"How to cite: {cite}",
        ]
    )
    return Display(
        _wrap_block("provenance", html),
        to_printable(text),
        {"kind": "provenance", "record": plain, "cite": cite},
    )


def _wrap_block(kind: str, html: str) -> str:
    return f'<div class="wording {kind}">{html}</div>'


def _render_heading(heading: str | None) -> str:
    return f"<h3>{escape_html(heading)}</h3>" if heading else ""


def _list_as_text(heading: str | None, sentences: Sequence[str]) -> str:
    return "\n".join(
        [
            *([to_printable(heading)] if heading else []),
            *(f"- {sentence}" for sentence in sentences),
        ]
    )


def _format_column_name(column) -> str:
    text = str(column).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _split_heading(heading: str | tuple[str, str]) -> tuple[str, str]:
    return (heading, "") if isinstance(heading, str) else (heading[0], heading[1])


def _require_columns(frame: pd.DataFrame, wanted: Sequence[str], *, function: str) -> None:
    missing = [column for column in wanted if column not in frame.columns]
    if missing:
        there = ", ".join(map(str, frame.columns))
        raise WordingError(
            f"show.{function} needs the column {missing[0]!r}, and the table has: {there}"
        )


def _resolve_links(links: str | Mapping[str, str] | None, *, shown: list[str]) -> dict[str, str]:
    if isinstance(links, str):
        return {links if links in shown else shown[0]: links}
    return dict(links or {})


def _render_table(
    frame: pd.DataFrame, *, caption: str, name: str, headings: Mapping, linked: Mapping
) -> str:
    numeric = {
        column: pd.api.types.is_numeric_dtype(frame[column]) and frame[column].dtype != bool
        for column in headings
    }
    head = "".join(
        f'<th scope="col" data-c="{escape_html(column)}"{_render_alignment(numeric[column])}>{escape_html(heading)}</th>'
        for column, (heading, _) in headings.items()
    )
    cells = [
        _render_column(frame, column, first=not position, linked=linked, numeric=numeric[column])
        for position, column in enumerate(headings)
    ]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    label = f"table-{name}"
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table data-name="{name}"><caption id="{label}"><span>{escape_html(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{_render_key(headings)}"
    )


def _render_column(
    frame: pd.DataFrame, column: str, *, first: bool, linked: Mapping, numeric: bool
) -> list[str]:
    opening, closing = ('<th scope="row"', "</th>") if first else ("<td", "</td>")
    addresses = frame[linked[column]] if column in linked else [None] * len(frame)
    return [
        f"{opening}{_render_alignment(numeric) or _render_date_class(value)}{_render_raw_value(value, column, numeric)}>{make_link(_render_value(value, column, numeric), address)}{closing}"
        for value, address in zip(frame[column], addresses, strict=True)
    ]


def _render_value(value, column: str, numeric: bool) -> str:
    if is_missing(value):
        return f'–<span class="vh">{"not defined" if numeric else "not known"}</span>'
    return escape_html(format_value(value, str(column)))


def _render_raw_value(value, column: str, numeric: bool) -> str:
    # The page sorts by, and saves, the value itself; it is left out where the cell already shows it.
    if is_missing(value):
        return ' data-v=""'
    if not numeric or not is_number(value):
        return ""
    raw = str(int(value)) if float(value).is_integer() else f"{float(value):.6g}"
    return "" if raw == format_value(value, str(column)) else f' data-v="{raw}"'


def _render_alignment(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def _keep_dates_unbroken(markup: str) -> str:
    return _DATE_PATTERN.sub(
        r'<span class="d">\g<0></span>', markup
    )  # a date is not broken at its hyphens


def _render_date_class(value) -> str:
    return ' class="d"' if isinstance(value, date) and not is_missing(value) else ""


def _render_key(headings: Mapping) -> str:
    said = [
        f"<b>{escape_html(heading)}</b>: {escape_html(meaning)}"
        for heading, meaning in headings.values()
        if meaning
    ]
    return f'<p class="note">{"; ".join(said)}.</p>' if said else ""


def _render_data(
    data: pd.DataFrame | None, columns: Mapping | None, *, title: str, name: str
) -> str:
    if data is None:
        return ""
    behind = table(data, caption=f"{title}: the data", name=f"{name}-data", columns=columns).html
    return f"<details><summary>The data behind this figure</summary>{behind}</details>"


def _count_hits_per_row(hits: pd.DataFrame) -> pd.Series:
    return hits["n"] if "n" in hits.columns else pd.Series(1, index=hits.index)


def _thin_evenly(group: pd.DataFrame, cap: int) -> pd.DataFrame:
    ordered = group.sort_values(
        [column for column in ("doc_id", "start") if column in group.columns], kind="stable"
    )
    return ordered if len(ordered) <= cap else ordered.iloc[np.arange(cap) * len(ordered) // cap]


def _summarise_group(
    group: pd.DataFrame, key: tuple, *, shown: int, many_concepts: bool, unit: str
) -> str:
    concept, variant, outlet, voice = key
    named = f"{concept}: {variant}" if many_concepts else f"{variant}"
    outlet = f"{outlet}, {VOICE_LABELS.get(voice, voice)}" if voice != "all" else outlet
    total = int(_count_hits_per_row(group).sum())
    counted = f"{format_count(total, unit)} in {format_count(group['doc_id'].nunique(), 'article')}"
    return f"{named}, {outlet}: {counted}" + (
        f" ({shown:,} of {len(group):,} shown, evenly spaced)" if shown < len(group) else ""
    )


def _render_folds(items: Sequence[tuple[tuple, Display]]) -> str:
    """The folded tables below a heading per variant; those of one outlet in several voices have a name of their own together."""
    html = ""
    for (_, variant), of_variant in groupby(items, key=lambda item: item[0][:2]):
        html += f"<h3>{escape_html(variant)}</h3>"
        for (concept, _, outlet), parts in groupby(of_variant, key=lambda item: item[0][:3]):
            folds = list(parts)
            named = (
                ""
                if folds[0][0][3] == "all"
                else f' id="{make_line_id(concept=concept, variant=variant, outlet=outlet)}" tabindex="-1"'
            )
            html += f"<div{named}>{''.join(fold.html for _, fold in folds)}</div>"
    return html


def _render_fold(key: tuple, summary: str, inner: str) -> str:
    label = make_line_id(**dict(zip(("concept", "variant", "outlet", "voice"), key, strict=True)))
    return f'<details><summary>{escape_html(summary)}</summary><div id="{label}" tabindex="-1">{inner}</div></details>'


def _show_group_lines(
    group: pd.DataFrame, key: tuple, *, cap: int, many_concepts: bool, unit: str
) -> Display:
    sample = _thin_evenly(group, cap)
    summary = _summarise_group(
        group, key, shown=len(sample), many_concepts=many_concepts, unit=unit
    )
    # A voice that was not measured is "all" on every line, and says nothing.
    told = [
        column
        for column in sample.columns
        if column not in ("voice", "speaker") or (group["voice"] != "all").any()
    ]
    columns = {column: heading for column, heading in _LINE_COLUMNS.items() if column in told}
    label = make_line_id(concept=key[0], variant=key[1], outlet=key[2], voice=key[3])
    inner = _render_kwic(sample, columns, caption=summary, label=label)
    return Display(_render_fold(key, summary, inner), to_printable(summary), {})


def _render_kwic(
    sample: pd.DataFrame, columns: Mapping, *, caption: str, label: str, hidden: bool = True
) -> str:
    # A page holds thousands of such cells: what they are is told by their places, not by classes.
    named = {
        column: "" if column == heading.lower() else f' data-c="{column}"'
        for column, heading in columns.items()
    }
    head = "".join(
        f'<th scope="col"{named[column]}>{heading}</th>' for column, heading in columns.items()
    )
    body = "".join(_render_line(row, columns) for row in sample.to_dict("records"))
    marked = ' class="vh"' if hidden else " data-choose"
    return (
        f'<table class="kwic" data-name="{label}"><caption{marked}>{escape_html(caption)}</caption>'
        f'<thead><tr>{head}<th scope="col">Article</th></tr></thead><tbody>{body}</tbody></table>'
    )


def _render_line(row: Mapping, columns: Mapping) -> str:
    cells = []
    for column in columns:
        value = (
            ""
            if is_missing(row[column]) and column in {"left", "right", "speaker"}
            else _render_value(row[column], column, False)
        )
        opening, closing = ('<th scope="row">', "</th>") if column == "node" else ("<td>", "</td>")
        cells.append(f"{opening}{f'<bdi>{value}</bdi>' if column == 'left' else value}{closing}")
    return f"<tr>{''.join(cells)}<td>{_render_article_link(row)}</td></tr>"


def _render_passage(row: Mapping) -> str:
    named = row | {"voice": VOICE_LABELS.get(row.get("voice"))}
    told = [
        _render_value(named[name], name, False)
        for name in ("outlet", "date", "voice", "speaker")
        if not is_missing(named.get(name))
    ]
    sides = ("" if is_missing(row[side]) else escape_html(row[side]) for side in ("left", "right"))
    text = f"<mark>{escape_html(row['node'])}</mark>".join(f" <bdi>{side}</bdi> " for side in sides)
    return f"<blockquote><p>{text}</p><footer>{', '.join(told)}: {_render_article_link(row)}</footer></blockquote>"


def _render_article_link(row: Mapping) -> str:
    title, url = row.get("title"), row.get("url")
    named = row["doc_id"] if is_missing(title) or not str(title).strip() else title
    return make_link(escape_html(named), url)


def _show_group_articles(
    group: pd.DataFrame, key: tuple, *, cap: int, many_concepts: bool, unit: str
) -> Display:
    known = [column for column in ("date", "url") if column in group.columns]
    counted = (
        group.assign(n=_count_hits_per_row(group))
        .groupby("doc_id", sort=True)
        .agg({"n": "sum", **dict.fromkeys(known, "first")})
        .reset_index()
    )
    sample = _thin_evenly(counted, cap)
    summary = _summarise_group(group, key, shown=len(group), many_concepts=many_concepts, unit=unit)
    cut = (
        f" ({len(sample):,} of {len(counted):,} articles shown, evenly spaced)"
        if len(sample) < len(counted)
        else ""
    )
    headings = {
        "doc_id": ("Article", ""),
        **({"date": ("Date", "")} if "date" in known else {}),
        "n": (f"{unit.capitalize()}s", ""),
    }
    label = make_line_id(concept=key[0], variant=key[1], outlet=key[2], voice=key[3])
    linked = (
        {"doc_id": "url"}
        if "url" in known and sample["url"].map(sanitise_href).notna().any()
        else {}
    )
    inner = _render_table(
        sample, caption=f"{summary}{cut}", name=label, headings=headings, linked=linked
    )
    return Display(_render_fold(key, summary + cut, inner), to_printable(summary), {})


def _render_record_value(value) -> str:
    if isinstance(value, dict):
        return f"<dl>{''.join(f'<dt>{escape_html(key)}</dt><dd>{_render_record_value(inner)}</dd>' for key, inner in value.items())}</dl>"
    if isinstance(value, list):
        return ", ".join(_render_record_value(inner) for inner in value)
    return escape_html("not known" if value is None or value == "" else value)


def _make_citation(record: Mapping) -> str:
    named = ". ".join(str(record[part]) for part in ("page", "study") if record.get(part))
    made = " ".join(["wording", *(str(record[part]) for part in ("version",) if record.get(part))])
    commit = f", commit {record['commit']}" if record.get("commit") else ""
    return f"{named}. Made with {made}{commit}." if named else f"Made with {made}{commit}."
