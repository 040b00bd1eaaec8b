"""A study at a glance: the matrix of concepts and outlets, of words and documents, the codebook.

They are tables and lists, not images: they can be read aloud, sorted, copied and printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from wording.phrasing import format_count, format_q, round_half_up
from wording.settings import OTHER_OUTLETS, SIGNIFICANCE_LEVEL
from wording.show.html import Display, wrap_block
from wording.show.lines import VOICE_LABELS, make_line_id
from wording.show.values import escape_html, is_missing, keep_numbers_unbroken, to_printable
from wording.study.records import Concept

LARGE_DIFFERENCE = 0.25
"""A difference of shares from which a clear cell has the stronger colour."""
MAX_WIDE_OUTLETS = 8
"""Above this number of outlets their names stand upright, and cells have a number alone."""

MATRIX_LEGEND = (
    "<b>▲ 62</b> clearly more than all other outlets together, <b>▼ 8</b> clearly less "
    f"(q &lt; {SIGNIFICANCE_LEVEL:g}; stronger colour: by {LARGE_DIFFERENCE * 100:.0f} points or "
    'more). <span class="unclear">40</span> no clear difference. – no hits. '
)
WIDE_LEGEND = (
    '<span class="untested">(40)</span> too few articles to test. Small: the term that an outlet '
    "writes most, where it is another."
)
UPRIGHT_LEGEND = "· hits in too few articles to test."
OTHERS_LEGEND = " The other outlets together are never tested."
WORD_LEGEND = (
    '<b class="v-outlet">plain and bold</b> the document\'s own words, '
    '<span class="v-quoted">“in quotation marks”</span> words that it quotes, '
    '<span class="v-reported">[in brackets]</span> words that it reports without quotation marks. '
    "×2 how often; once without a number."
)
WORD_MARKS = {"outlet": ("", ""), "quoted": ("“", "”"), "reported": ("[", "]")}
"""What stands around a word of each voice."""


@dataclass(frozen=True)
class Addresses:
    """Where a matrix leads.

    Attributes
    ----------
    concepts : mapping
        The page of each concept.
    cells : pandas.Series
        The lines behind each cell, by the rows of the table.
    """

    concepts: Mapping[str, str] = field(default_factory=dict)
    cells: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))


def share_matrix(
    overview: pd.DataFrame,
    titles: Mapping[str, str],
    addresses: Addresses,
    *,
    caption: str,
    details: Display,
) -> Display:
    """Return the matrix of concepts and outlets: in each cell the share of the leading term.

    Parameters
    ----------
    overview : DataFrame
        The table `overview`, in the order of the rows to show.
    titles : mapping
        What each concept is called.
    addresses : Addresses
        Where names of concepts, and cells, lead.
    caption : str
        What the matrix shows.
    details : Display
        The table of all its numbers, which is folded below it.
    """
    outlets = list(dict.fromkeys(overview["outlet"]))
    is_wide = len(outlets) <= MAX_WIDE_OUTLETS
    heads = "".join(
        f'<th scope="col" class="n" data-c="{escape_html(name)}">'
        f"<span>{escape_html(name)}</span></th>"
        for name in outlets
    )
    body = "".join(
        _render_matrix_row(str(concept), rows, titles, addresses, is_wide)
        for concept, rows in overview.groupby("concept", sort=False)
    )
    term = '<th scope="col" data-c="variant">Leading term</th>' if is_wide else ""
    head = (
        f'<th scope="col" data-c="concept">Concept{"" if is_wide else " and leading term"}</th>'
        f'{term}<th scope="col" class="n" data-c="all"><span>All</span></th>{heads}'
    )
    html = _render_grid("overview-matrix", caption, head, body, look="" if is_wide else " upright")
    legend = MATRIX_LEGEND + (WIDE_LEGEND if is_wide else UPRIGHT_LEGEND)
    html += f'<p class="note">{legend}{OTHERS_LEGEND if OTHER_OUTLETS in outlets else ""}</p>'
    html += (
        f"<details><summary>Hits, intervals and q of every cell</summary>{details.html}</details>"
    )
    n_rows = overview["concept"].nunique()
    record = {
        "kind": "table",
        "name": "overview-matrix",
        "caption": to_printable(caption),
        "rows": n_rows,
        "shown": n_rows,
    }
    wide = overview.pivot_table(index="concept", columns="outlet", values="share", sort=False)
    text = f"{to_printable(caption)}\n{to_printable((wide * 100).round().to_string(na_rep='-'))}"
    return Display(wrap_block("matrix", html), text, record)


def word_matrix(
    words: pd.DataFrame,
    titles: Mapping[str, str],
    documents: Sequence[str],
    *,
    caption: str,
    pages: Mapping[str, str] | None = None,
) -> Display:
    """Return the matrix of concepts and documents: in each cell the words that stand there.

    Parameters
    ----------
    words : DataFrame
        The table `overview_words`, with the column `document`.
    titles : mapping
        What each concept is called.
    documents : sequence of str
        All documents, in order.
    caption : str
        What the matrix shows.
    pages : mapping, optional
        The page of each concept; then each word leads to its lines, which must be on this page.
        Without it nothing leads anywhere.
    """
    head = '<th scope="col" data-c="concept">Concept</th>' + "".join(
        f'<th scope="col" data-c="{escape_html(name)}">{escape_html(name)}</th>'
        for name in documents
    )
    body = ""
    for concept, rows in words.groupby("concept", observed=True, sort=False):
        parts = dict(iter(rows.groupby(rows["document"].astype(str), sort=False)))
        cells = "".join(
            _render_words(parts[name], pages is not None) if name in parts else NO_HITS_CELL
            for name in documents
        )
        page = (pages or {}).get(str(concept))
        title = _render_anchor(escape_html(titles[str(concept)]), page)
        body += f'<tr><th scope="row">{title}</th>{cells}</tr>'
    html = _render_grid("overview-words", caption, head, body, look=" words")
    html += f'<p class="note">{WORD_LEGEND}</p>'
    n_rows = words["concept"].nunique()
    record = {
        "kind": "table",
        "name": "overview-words",
        "caption": to_printable(caption),
        "rows": n_rows,
        "shown": n_rows,
    }
    shown = words[["document", "concept", "voice", "word", "n"]]
    text = f"{to_printable(caption)}\n{to_printable(shown.to_string(index=False, max_rows=40))}"
    return Display(wrap_block("matrix", html), text, record)


NO_HITS_CELL = '<td data-v="">–<span class="vh">no hits</span></td>'


def topics(told: pd.DataFrame) -> Display:
    """Return a list of topics, each with what is told of it.

    Parameters
    ----------
    told : DataFrame
        topic, text.
    """
    pairs = list(zip(told["topic"], told["text"], strict=True))
    entries = "".join(
        f"<dt>{escape_html(topic)}</dt><dd>{keep_numbers_unbroken(escape_html(text))}</dd>"
        for topic, text in pairs
    )
    text = "\n".join(f"{topic}: {to_printable(text)}" for topic, text in pairs)
    return Display(wrap_block("method", f"<dl>{entries}</dl>"), text, {"kind": "topics"})


def codebook(
    concepts: Mapping[str, Concept], terms: pd.DataFrame, lists: Mapping[str, Iterable[str]]
) -> Display:
    """Return the concepts, folded: their terms, phrases and conditions, and what is known of them.

    Parameters
    ----------
    concepts : mapping
        The concepts by name.
    terms : DataFrame
        The table `concepts`.
    lists : mapping
        The named lists that phrases may use; those that none of these uses are left out.
    """
    html = "".join(
        _render_concept(concepts[str(name)], rows)
        for name, rows in terms.groupby("concept", sort=False)
    )
    said = " ".join([*terms["phrases"], *terms["conditions"]])
    html += "".join(
        f"<details><summary><b>&lt;{escape_html(name)}&gt;</b>, a list of "
        f"{format_count(len(entries), 'entry', 'entries')}</summary>"
        f"<p>{escape_html(', '.join(entries))}</p></details>"
        for name, entries in ((name, list(entries)) for name, entries in lists.items())
        if f"<{name}>" in said
    )
    text = to_printable(terms[["concept", "variant", "phrases"]].to_string(index=False))
    record = {"kind": "codebook", "concepts": terms["concept"].nunique(), "terms": len(terms)}
    return Display(wrap_block("codebook", html), text, record)


def _render_grid(name: str, caption: str, head: str, body: str, *, look: str) -> str:
    """Return a table that scrolls sideways within its block where it is too wide."""
    label = f"table-{name}"
    return (
        f'<div class="scroll{look}" role="region" tabindex="0" aria-labelledby="{label}">'
        f'<table data-name="{name}"><caption id="{label}"><span>{escape_html(caption)}</span>'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _render_matrix_row(
    concept: str,
    rows: pd.DataFrame,
    titles: Mapping[str, str],
    addresses: Addresses,
    is_wide: bool,
) -> str:
    """Return one concept: its title, its leading term, the share of it in all, and the cells."""
    first, total = rows.iloc[0], rows["total"].sum()
    title = _render_anchor(escape_html(titles[concept]), addresses.concepts.get(concept))
    share = rows["n"].sum() / total
    cells = "".join(
        _render_share_cell(row, addresses.cells.get(row.Index), is_wide)
        for row in rows.itertuples()
    )
    term = f"“{escape_html(first['variant'])}”"
    name = (
        f'<th scope="row">{title}</th><td>{term}</td>'
        if is_wide
        else f'<th scope="row">{title} {term}</th>'
    )
    whole = f'<td class="n" data-v="{share:.6g}">{escape_html(_format_share(share))}</td>'
    return f"<tr>{name}{whole}{cells}</tr>"


def _render_share_cell(row: Any, address: str | None, is_wide: bool) -> str:
    """Return one cell: the share, whether it differs clearly, and for a screen reader in words."""
    if not row.total:
        return '<td class="n" data-v="">–<span class="vh">no hits</span></td>'
    look, shown, said = _describe_share_cell(row, is_wide)
    text = f'{escape_html(shown)}<span class="vh"> {escape_html(said)}</span>'
    content = _render_anchor(text, address)
    if is_wide and row.most != row.variant:
        content += f'<small><span class="vh">; most written: </span>{escape_html(row.most)}</small>'
    return f'<td class="n {look}" data-v="{row.share:.6g}">{content}</td>'


def _describe_share_cell(row: Any, is_wide: bool) -> tuple[str, str, str]:
    """Return how a cell with hits looks, what it shows, and what is said to a screen reader."""
    share = _format_share(row.share)
    said = f"per cent of {row.total:,} hits"
    if row.outlet == OTHER_OUTLETS:
        return "untested", share, f"{said}, never tested"
    if is_missing(row.q):
        return (
            ("untested", f"({share})", f"{said}, not tested")
            if is_wide
            else ("untested", "·", f"{share} {said}, not tested")
        )
    if row.q >= SIGNIFICANCE_LEVEL:
        return "unclear", share, f"{said}, no clear difference"
    mark, often = ("▲", "more") if row.difference > 0 else ("▼", "less")
    strength = "strong" if abs(row.difference) >= LARGE_DIFFERENCE else "mild"
    shown = f"{mark} {share}" if is_wide else f"{mark}{share}"
    return (
        f"{often} {strength}",
        shown,
        f"{said}, clearly {often} than the rest, {format_q(row.q)}",
    )


def _format_share(share: float) -> str:
    """Return a share in whole per cent; one that rounds to none or all is neither."""
    if 0 < share < 0.005:
        return "<1"
    return ">99" if 0.995 <= share < 1 else f"{round_half_up(100 * share)}"


def _render_anchor(content: str, address: str | None) -> str:
    """Return the markup as a link to a place that this module's caller made, if there is one."""
    return f'<a href="{escape_html(address)}">{content}</a>' if address else content


def _render_words(rows: pd.DataFrame, linked: bool) -> str:
    """Return the cell of a concept in one document: its words, the own ones first."""
    order = pd.Categorical(rows["voice"], list(WORD_MARKS))
    ordered = rows.assign(voice=order).sort_values(["voice", "n"], ascending=[True, False])
    words = list(ordered.itertuples())
    raw = "; ".join(f"{_mark_word(row, row.word)}{_format_times(row.n)}" for row in words)
    items = "".join(f"<li>{_render_word(row, linked)}</li>" for row in words)
    return f'<td data-v="{escape_html(raw)}"><ul>{items}</ul></td>'


def _render_word(row: Any, linked: bool) -> str:
    line = make_line_id(
        concept=row.concept, variant=row.variant, outlet=row.document, voice=row.voice
    )
    word = _mark_word(row, _render_anchor(escape_html(row.word), f"#{line}" if linked else None))
    tag = "b" if row.voice == "outlet" else "span"
    label = f'<span class="vh">, {VOICE_LABELS[row.voice]}</span>'
    return f'<{tag} class="v-{row.voice}">{word}</{tag}>{_format_times(row.n)}{label}'


def _mark_word(row: Any, word: str) -> str:
    """Return a word between the marks of its voice."""
    before, behind = WORD_MARKS[row.voice]
    return f"{before}{word}{behind}"


def _format_times(n: int) -> str:
    return f" ×{n}" if n > 1 else ""


def _render_concept(concept: Concept, rows: pd.DataFrame) -> str:
    """Return one concept of the codebook."""
    terms = "; ".join(rows["variant"])
    source = f" (Source: {concept.source}.)" if concept.source else ""
    notes = [f"{concept.note}{source}".strip(), concept.precision_note]
    paragraphs = "".join(f"<p>{escape_html(note)}</p>" for note in notes if note)
    entries = "".join(
        f"<dt>{escape_html(row.variant)}</dt><dd>{_render_term(row)}</dd>"
        for row in rows.itertuples()
    )
    return (
        f"<details><summary><b>{escape_html(concept.title)}</b>: {escape_html(terms)}</summary>"
        f"{paragraphs}<dl>{entries}</dl></details>"
    )


def _render_term(row: Any) -> str:
    """Return what counts as a term, under which conditions, and what is known of it."""
    phrases = ", ".join(f"<code>{escape_html(text)}</code>" for text in row.phrases.split("; "))
    said = [
        phrases,
        *([escape_html(row.conditions)] if row.conditions else []),
        *([f"lines read: {escape_html(row.precision)}"] if row.precision else []),
    ]
    note = f" {escape_html(row.note)}" if row.note else ""
    return f"{'; '.join(said)}.{note}"
