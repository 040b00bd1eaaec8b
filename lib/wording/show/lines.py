"""The lines behind the numbers: folded tables, a concordance, passages, and the links to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd

from wording.phrasing import format_count
from wording.show.html import (
    Display,
    list_as_text,
    render_table,
    render_value,
    require_columns,
    wrap_block,
)
from wording.show.values import (
    escape_html,
    is_missing,
    is_right_to_left,
    make_link,
    sanitise_href,
    slugify,
    to_printable,
)

MAX_PAGE_LINES = 1_050
"""Lines shown below all numbers together, each number being as long as one more: with them a page
of 24 outlets has less than 1.5 MB.
"""

_LINE_COLUMNS = {
    "left": "Left",
    "node": "Node",
    "right": "Right",
    "agent": "Agent",
    "patient": "Patient",
    "outlet": "Outlet",
    "date": "Date",
    "voice": "Voice",
    "place": "Place",
    "speaker": "Speaker",
}
VOICE_LABELS = {
    "outlet": "own words",
    "quoted": "quoted",
    "reported": "reported",
    "attributed": "quoted or reported",
}
"""A voice as a reader sees it."""
DIRECTION = ' dir="rtl"'
"""Of lines in Arabic, Hebrew and other scripts that are written so."""


@dataclass(frozen=True)
class _LineGroup:
    """The lines of a variant at an outlet in a voice, and how they are shown."""

    concept: str
    variant: str
    outlet: str
    voice: str

    @property
    def line_id(self) -> str:
        return make_line_id(
            concept=self.concept, variant=self.variant, outlet=self.outlet, voice=self.voice
        )


@dataclass(frozen=True)
class _GroupStyle:
    """What holds for all groups: how many lines are shown, and what they are called."""

    max_lines: int
    with_concept: bool
    unit: str


def lines(
    hits: pd.DataFrame,
    *,
    caption: str,
    cap: int = 50,
    text: bool = True,
    why: str = "This study does not show the text of its articles.",
    by: str = "outlet",
    unit: str = "hit",
    read: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Display:
    """Return the lines behind the numbers: one folded table per concept, variant, outlet and voice.

    Each table has the fragment name `make_line_id`. Groups stand in the order of concept, variant
    and outlet: by name, or by category where the column is categorical. Above `cap` lines, every
    k-th in the order of article and position is shown, and the summary says so. `cap` is lower
    where all groups together would have over `MAX_PAGE_LINES` lines.

    Parameters
    ----------
    hits : DataFrame
        The table `hits`, with `counted_as` (the voice of the number that counts them) where numbers
        are told apart by voice; `title` and `url` of the article are used when they are there. For
        `text=False` a table with one row per article and a column `n` will do.
    caption : str
        What the lines are.
    cap : int
        The maximum number of lines of a group.
    text : bool
        False shows no text, but which articles the hits are in, and `why`.
    why : str
        Why no text is shown.
    by : str
        The column that stands in the place of the outlet.
    unit : str
        What a line is.
    read : callable, optional
        Returns rows of `hits` with their text, for hits that have none: only those shown are read.
    """
    needed = ["concept", "variant", "outlet", "doc_id", by]
    context = ["left", "node", "right"] if text and read is None else []
    require_columns(hits, [*needed, *context], function="lines")
    voiced = hits if "counted_as" in hits.columns else hits.assign(counted_as="all")
    groups = voiced.groupby(["concept", "variant", by, "counted_as"], observed=True, sort=True)
    sizes = groups.size()
    style = _GroupStyle(
        limit_lines(sizes.to_numpy(), cap), with_concept=hits["concept"].nunique() > 1, unit=unit
    )
    if text:
        names = [_LineGroup(*key) for key in sizes.index]
        samples = _sample_groups(voiced, groups.ngroup().to_numpy(), style.max_lines, read)
        shown = [
            (group, _show_group_lines(sample, group, style))
            for group, sample in zip(names, samples, strict=True)
        ]
    else:
        shown = [
            (_LineGroup(*key), _show_group_articles(rows, _LineGroup(*key), style))
            for key, rows in groups
        ]
    html = f'<p class="lines-caption">{escape_html(caption)}</p>'
    if not text:
        html += f'<p class="note">{escape_html(why)}</p>'
    html += _render_groups(shown) if shown else '<p class="note">No hits.</p>'
    record = {
        "kind": "lines",
        "caption": to_printable(caption),
        "groups": len(shown),
        "hits": int(_count_hits_per_row(hits).sum()),
        "text": text,
    }
    texts = [to_printable(caption), *(group.text for _, group in shown)]
    return Display(wrap_block("lines", html), "\n".join(texts), record)


def limit_lines(sizes: np.ndarray, cap: int) -> int:
    """Return how many lines of a group are shown at most, that a page stays small; 1 or more.

    >>> limit_lines(np.array([900, 100, 1]), 1000), limit_lines(np.array([80, 7]), 50)
    (1000, 50)
    >>> limit_lines(np.full(100, 80), 50)
    9
    """
    room = MAX_PAGE_LINES - len(sizes)
    fitting = (limit for limit in range(cap, 1, -1) if np.minimum(sizes, limit).sum() <= room)
    return next(fitting, 1)


def concordance(
    hits: pd.DataFrame, *, caption: str, name: str, cap: int = 500, folded: bool = False
) -> Display:
    """Return the lines in their order as one open table, the node in the middle.

    The page sorts it, and filters it by variant, outlet and voice.

    Parameters
    ----------
    hits : DataFrame
        The table `hits`, sorted as it is to be read.
    caption : str
        What the lines are.
    name : str
        The name of the CSV file that the page offers.
    cap : int
        The maximum number of lines; above it every k-th is shown, and the caption says so.
    folded : bool
        Whether a reader has to open it.
    """
    needed = ["left", "node", "right", "variant", "outlet", "doc_id"]
    require_columns(hits, needed, function="concordance")
    sample = _show_members(hits).iloc[_thin_evenly(len(hits), cap)]
    title = _extend_line_caption(caption, len(sample), len(hits))
    headings = _LINE_COLUMNS | {"variant": "Term"}
    columns = _select_columns(hits, headings)
    rows = sample.to_dict("records")
    kwic = _render_kwic(rows, columns, caption=title, label=slugify(name), hidden=False)
    html = (
        f'<div class="scroll reading" role="region" tabindex="0" aria-label="{escape_html(title)}">'
        f"{kwic}</div>"
    )
    if folded:
        html = f"<details><summary>{escape_html(title)}</summary>{html}</details>"
    text = sample[["left", "node", "right"]].to_string(index=False, max_rows=20)
    record = {
        "kind": "concordance",
        "name": slugify(name),
        "caption": to_printable(title),
        "hits": len(hits),
        "shown": len(sample),
    }
    plain = f"{to_printable(title)}\n{to_printable(text)}"
    return Display(wrap_block("lines", html), plain, record)


def _select_columns(hits: pd.DataFrame, headings: dict[str, str]) -> dict[str, str]:
    """Return the headings of the columns that lines have; of the place if any is in a headline."""
    columns = {name: title for name, title in headings.items() if name in hits.columns}
    if "place" in columns and not (hits["place"] == "headline").any():
        del columns["place"]
    return columns


def passages(hits: pd.DataFrame, *, caption: str) -> Display:
    """Return the hits as running text with the node marked, to read lines that were widened.

    Below each stand outlet, date, voice, speaker and article.

    Parameters
    ----------
    hits : DataFrame
        The table `hits`, in the order in which it is to be read.
    caption : str
        What the passages are.
    """
    require_columns(hits, ["left", "node", "right", "outlet", "doc_id"], function="passages")
    html = f'<p class="lines-caption">{escape_html(caption)}</p>' + "".join(
        _render_passage(row) for row in hits.to_dict("records")
    )
    texts = [f"{row.left} [{row.node}] {row.right} ({row.outlet})" for row in hits.itertuples()]
    record = {"kind": "passages", "caption": to_printable(caption), "hits": len(hits)}
    return Display(wrap_block("lines", html), list_as_text(caption, texts), record)


def make_line_id(*, concept: str, variant: str, outlet: str, voice: str = "all") -> str:
    """Return the fragment name of the lines of a variant at an outlet in a voice.

    It is safe in an address, and never shared by two groups.

    >>> make_line_id(concept="kyiv-2014", variant="coup", outlet="agency")
    'lines-kyiv-2014--coup--agency'
    """
    name = f"lines-{slugify(concept)}--{slugify(variant)}--{slugify(outlet)}"
    return name if voice == "all" else f"{name}--{slugify(voice)}"


def select_group(hits: pd.DataFrame, line_id: str, *, by: str = "outlet") -> pd.DataFrame:
    """Return the lines that have the fragment name (see `lines`).

    Parameters
    ----------
    hits : DataFrame
        What `lines` was given.
    line_id : str
        Of a variant at an outlet in a voice; without a voice it is the lines of all voices.
    by : str
        As in `lines`.
    """
    keys = hits.reindex(columns=["concept", "variant", by, "counted_as"]).astype(object)
    keys = keys.assign(counted_as=keys["counted_as"].where(keys["counted_as"].notna(), "all"))
    wanted = [
        key
        for key in keys.drop_duplicates().itertuples(index=False, name=None)
        if line_id in _list_line_ids(*key)
    ]
    return hits[pd.MultiIndex.from_frame(keys).isin(wanted)]


def _list_line_ids(concept: str, variant: str, outlet: str, voice: str) -> list[str]:
    """The fragment names of lines: that of their voice, and that of the lines of all voices."""
    return [_LineGroup(concept, variant, outlet, one).line_id for one in (voice, "all")]


def with_lines(
    shares: pd.DataFrame,
    *,
    by: str = "outlet",
    counts: Mapping[str, str] | None = None,
    first: int | None = None,
) -> pd.DataFrame:
    """Return the same rows with the address of the lines behind each (see `lines`).

    Parameters
    ----------
    shares : DataFrame
        Any table with concept, variant, outlet, n, and voice where it is not all voices.
    by : str
        As in `lines`.
    counts : mapping, optional
        {column of counts: voice that it counts}, for a table with several.
    first : int, optional
        With `counts`: only so many rows lead to lines.

    Returns
    -------
    DataFrame
        With the column `lines`, or with `counts` a column `lines_...` for each; None where there is
        no hit.
    """
    if counts is None:
        voices = shares["voice"] if "voice" in shares.columns else ["all"] * len(shares)
        return shares.assign(lines=_make_addresses(shares, by, "n", voices))
    linked = shares if first is None else shares.head(first)
    addresses = {
        f"lines_{column}": _make_addresses(linked, by, column, [voice] * len(linked))
        for column, voice in counts.items()
    }
    return shares.assign(**addresses)


def _make_addresses(
    shares: pd.DataFrame, by: str, count: str, voices: Sequence[str] | pd.Series
) -> pd.Series:
    keys = zip(shares["concept"], shares["variant"], shares[by], voices, shares[count], strict=True)
    addresses = [
        f"#{_LineGroup(concept, variant, outlet, voice).line_id}" if n > 0 else None
        for concept, variant, outlet, voice, n in keys
    ]
    return pd.Series(addresses, index=shares.index, dtype=object)


@dataclass(frozen=True)
class _GroupSample:
    """What is shown of a group.

    Attributes
    ----------
    rows : list of dict
        The lines shown, in the order of article and position.
    columns : dict
        The headings of their columns.
    n_lines, n_hits, n_articles : int
        Of the whole group.
    """

    rows: list[dict[Any, Any]]
    columns: dict[str, str]
    n_lines: int
    n_hits: int
    n_articles: int


def _sample_groups(
    hits: pd.DataFrame,
    number: np.ndarray,
    max_lines: int,
    read: Callable[[pd.DataFrame], pd.DataFrame] | None,
) -> list[_GroupSample]:
    """Return what is shown of each group, all groups being sorted, thinned and read at once.

    Parameters
    ----------
    hits : DataFrame
        As for `lines`.
    number : int array
        The group of each row, from 0 on; -1 for none.
    max_lines : int
        The maximum number of lines of a group.
    read : callable, optional
        As for `lines`.
    """
    sizes = np.bincount(number[number >= 0])
    article, articles = pd.factorize(hits["doc_id"], sort=True)
    by_position = [hits[name].to_numpy() for name in ("start", "token") if name in hits.columns]
    order = np.lexsort((*by_position[:1], article, number))[(number < 0).sum() :]
    ends = np.cumsum(sizes)
    picked = [
        order[first + _thin_evenly(size, max_lines)]
        for first, size in zip(ends - sizes, sizes, strict=True)
    ]
    sample = _show_members(hits.iloc[np.concatenate([[], *picked]).astype(int)])
    rows = (read(sample) if read else sample).to_dict("records")
    bounds = np.cumsum([0, *map(len, picked)])
    n_hits = np.bincount(number[order], _count_hits_per_row(hits).to_numpy()[order]).astype(int)
    pairs = np.unique(number[order] * max(len(articles), 1) + article[order])
    n_articles = np.bincount(pairs // max(len(articles), 1), minlength=len(sizes))
    columns = _select_group_columns(hits, number, len(sizes))
    return [
        _GroupSample(rows[bounds[k] : bounds[k + 1]], columns[k], sizes[k], n_hits[k], n)
        for k, n in enumerate(n_articles)
    ]


def _select_group_columns(
    hits: pd.DataFrame, number: np.ndarray, n_groups: int
) -> list[dict[str, str]]:
    """Return the headings of each group's columns.

    A group has a place if any of its lines is in a headline, and a voice where it was measured.
    """

    def flag_groups(is_one: pd.Series) -> np.ndarray:
        return np.bincount(number[(number >= 0) & is_one.to_numpy(bool)], minlength=n_groups) > 0

    known = {name: title for name, title in _LINE_COLUMNS.items() if name in hits.columns}
    known |= {name: _LINE_COLUMNS[name] for name in ("left", "node", "right")}
    known = {name: known[name] for name in _LINE_COLUMNS if name in known}
    always = np.ones(n_groups, bool)
    has_place = flag_groups(hits["place"] == "headline") if "place" in known else always
    has_voice = flag_groups(hits["voice"] != "all") if "voice" in known else always
    return [
        {
            name: title
            for name, title in known.items()
            if (placed or name != "place") and (voiced or name not in ("voice", "speaker"))
        }
        for placed, voiced in zip(has_place, has_voice, strict=True)
    ]


def _show_group_lines(sample: _GroupSample, group: _LineGroup, style: _GroupStyle) -> Display:
    summary = _summarise_group(group, style, n_hits=sample.n_hits, n_articles=sample.n_articles)
    if len(sample.rows) < sample.n_lines:
        summary += f" ({_describe_thinning(len(sample.rows), sample.n_lines)})"
    kwic = _render_kwic(sample.rows, sample.columns, caption=summary, label=group.line_id)
    return Display(_render_fold(group, summary, kwic), to_printable(summary), {})


def _show_group_articles(hits: pd.DataFrame, group: _LineGroup, style: _GroupStyle) -> Display:
    known = [column for column in ("date", "url") if column in hits.columns]
    counted = (
        hits.assign(n=_count_hits_per_row(hits))
        .groupby("doc_id", sort=True)
        .agg({"n": "sum", **dict.fromkeys(known, "first")})
        .reset_index()
    )
    sample = counted.iloc[_thin_evenly(len(counted), style.max_lines)]
    n_hits = int(counted["n"].sum())
    summary = _summarise_group(group, style, n_hits=n_hits, n_articles=len(counted))
    title = summary
    if len(sample) < len(counted):
        title += f" ({_describe_thinning(len(sample), len(counted), 'article')})"
    headings = {"doc_id": ("Article", "")}
    if "date" in known:
        headings["date"] = ("Date", "")
    headings["n"] = (f"{style.unit.capitalize()}s", "")
    has_links = "url" in known and sample["url"].map(sanitise_href).notna().any()
    content = render_table(
        sample,
        caption=title,
        name=group.line_id,
        headings=headings,
        linked={"doc_id": "url"} if has_links else {},
    )
    return Display(_render_fold(group, title, content), to_printable(summary), {})


def _summarise_group(group: _LineGroup, style: _GroupStyle, *, n_hits: int, n_articles: int) -> str:
    """What a group holds: "coup, Northline, quoted: 3 hits in 2 articles"."""
    name = f"{group.concept}: {group.variant}" if style.with_concept else f"{group.variant}"
    voice = "" if group.voice == "all" else f", {VOICE_LABELS.get(group.voice, group.voice)}"
    count, articles = format_count(n_hits, style.unit), format_count(n_articles, "article")
    return f"{name}, {group.outlet}{voice}: {count} in {articles}"


def _count_hits_per_row(hits: pd.DataFrame) -> pd.Series:
    return hits["n"] if "n" in hits.columns else pd.Series(1, index=hits.index)


def _show_members(hits: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of a group with their own outlets, which the group's name stands above."""
    return hits.assign(outlet=hits["member"]) if "member" in hits.columns else hits


def _thin_evenly(n_rows: int, max_rows: int) -> np.ndarray:
    """Return the number of every k-th row, so that at most so many are left."""
    if n_rows <= max_rows:
        return np.arange(n_rows)
    return np.arange(max_rows) * n_rows // max_rows


def _describe_thinning(n_shown: int, n_rows: int, unit: str | None = None) -> str:
    total = format_count(n_rows, unit) if unit else f"{n_rows:,}"
    return f"{n_shown:,} of {total} shown, evenly spaced"


def _extend_line_caption(caption: str, n_shown: int, n_lines: int) -> str:
    start = f"{caption.rstrip(' .')}."
    if n_lines == 0:
        return f"{start} No lines."
    if n_shown < n_lines:
        return f"{start} {_describe_thinning(n_shown, n_lines, 'line')}."
    return start


def _render_groups(shown: Sequence[tuple[_LineGroup, Display]]) -> str:
    """The folded tables in a fold per variant, those of one outlet in a block together.

    Where the outlet's lines are told apart by voice, the block has a fragment name of its own.
    """
    html = ""
    for (_, variant), variant_items in groupby(
        shown, key=lambda item: (item[0].concept, item[0].variant)
    ):
        html += f'<details class="term"><summary>{escape_html(variant)}</summary>'
        for _, outlet_items in groupby(variant_items, key=lambda item: item[0].outlet):
            items = list(outlet_items)
            first = items[0][0]
            whole = _LineGroup(first.concept, first.variant, first.outlet, "all")
            name = "" if first.voice == "all" else f' id="{whole.line_id}" tabindex="-1"'
            html += f"<div{name}>{''.join(display.html for _, display in items)}</div>"
        html += "</details>"
    return html


def _render_fold(group: _LineGroup, summary: str, inner: str) -> str:
    return (
        f"<details><summary>{escape_html(summary)}</summary>"
        f'<div id="{group.line_id}" tabindex="-1">{inner}</div></details>'
    )


def _render_kwic(
    rows: Sequence[Mapping[Any, Any]],
    columns: Mapping[str, str],
    *,
    caption: str,
    label: str,
    hidden: bool = True,
) -> str:
    """A table of lines; with `hidden`, its caption is for screen readers only."""
    # A page holds thousands of such cells: their places say what they are, not classes.
    turned = bool(rows) and is_right_to_left(rows[0]["node"])
    if turned:
        columns = {**columns, "left": "Before", "right": "After"}
    head = "".join(_render_line_heading(column, heading) for column, heading in columns.items())
    body = "".join(_render_line(row, columns) for row in rows)
    look = ' class="vh"' if hidden else " data-choose"
    return (
        f'<table class="kwic"{DIRECTION * turned} data-name="{label}">'
        f"<caption{look}>{escape_html(caption)}</caption>"
        f'<thead><tr>{head}<th scope="col">Article</th></tr></thead><tbody>{body}</tbody></table>'
    )


def _render_line_heading(column: str, heading: str) -> str:
    name = "" if column == heading.lower() else f' data-c="{column}"'
    return f'<th scope="col"{name}>{heading}</th>'


def _render_line(row: Mapping[Any, Any], columns: Mapping[str, str]) -> str:
    cells = "".join(_render_line_cell(column, row[column]) for column in columns)
    language = row.get("language")
    tag = "<tr>" if is_missing(language) else f'<tr lang="{escape_html(language)}">'
    return f"{tag}{cells}<td>{_render_article_link(row)}</td></tr>"


def _render_line_cell(column: str, value: Any) -> str:
    if is_missing(value) and column in {"left", "right", "speaker"}:
        content = ""
    else:
        content = render_value(value, column, numeric=False)
    if column == "node":
        return f'<th scope="row">{content}</th>'
    return f"<td><bdi>{content}</bdi></td>" if column == "left" else f"<td>{content}</td>"


def _render_passage(row: Mapping[Any, Any]) -> str:
    labelled = {**row, "voice": VOICE_LABELS.get(row.get("voice", ""))}
    source = [
        render_value(labelled[name], name, numeric=False)
        for name in ("outlet", "date", "voice", "speaker")
        if not is_missing(labelled.get(name))
    ]
    left, right = _render_side(row["left"]), _render_side(row["right"])
    direction = DIRECTION * is_right_to_left(row["node"])
    return (
        f"<blockquote><p{direction}>{left}<mark>{escape_html(row['node'])}</mark>{right}</p>"
        f"<footer>{', '.join(source)}: {_render_article_link(row)}</footer></blockquote>"
    )


def _render_side(text: Any) -> str:
    return f" <bdi>{'' if is_missing(text) else escape_html(text)}</bdi> "


def _render_article_link(row: Mapping[Any, Any]) -> str:
    title = row.get("title")
    has_title = not is_missing(title) and str(title).strip()
    return make_link(escape_html(title if has_title else row["doc_id"]), row.get("url"))
