"""Events side by side: each outlet's headline, first paragraph, terms and a line that has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wording.phrasing import format_percent
from wording.show.html import Display, list_as_text, render_value, require_columns, wrap_block
from wording.show.values import escape_html, is_missing, make_link, to_printable

_LINE = ("left", "node", "right")
_FOLLOWING_SIGNS = tuple(".,;:!?)]%'’”»-")


def event_cards(events: pd.DataFrame, *, caption: str, why: str = "") -> Display:
    """Return the events below each other, the articles of each side by side.

    Parameters
    ----------
    events : DataFrame
        The table `divided_events`, with left, node and right (a line) and lead (how the article
        begins) where text may be shown.
    caption : str
        What the events are.
    why : str
        Why no text is shown; empty where it is.
    """
    require_columns(events, ["event", "outlet", "date", "doc_id", "terms"], function="event_cards")
    shown = [_render_event(rows) for _, rows in events.groupby("event", sort=True)]
    note = f'<p class="note">{escape_html(why)}</p>' if why else ""
    html = f'<p class="lines-caption">{escape_html(caption)}</p>{note}{"".join(shown)}'
    texts = [f"{row.event}. {row.outlet}: {row.terms}" for row in events.itertuples()]
    record = {"kind": "events", "caption": to_printable(caption), "events": len(shown)}
    return Display(wrap_block("events", html), to_printable(list_as_text(caption, texts)), record)


def _render_event(rows: pd.DataFrame) -> str:
    """One event: its days, how sure the link is, and a card per article."""
    days = sorted({f"{date:%Y-%m-%d}" for date in rows["date"].dropna()})
    when = " to ".join(dict.fromkeys([days[0], days[-1]])) if days else "unknown day"
    sure = format_percent(rows["linked"].min())
    cards = "".join(_render_card(row) for row in rows.to_dict("records"))
    return (
        f"<h3>{rows['event'].iloc[0]}. {when} <small>(one event: {sure} likely)</small></h3>"
        f'<div class="beside">{cards}</div>'
    )


def _render_card(row: Mapping[Any, Any]) -> str:
    title = row.get("title")
    has_title = not is_missing(title) and str(title).strip()
    link = make_link(escape_html(title if has_title else row["doc_id"]), row.get("url"))
    date = render_value(row["date"], "date", numeric=False)
    parts = [
        f"<h4>{escape_html(row['outlet'])}</h4>",
        f'<p class="headline">{link}</p>',
        f'<p class="terms">{escape_html(row["terms"])}</p>',
        _render_texts(row),
        f"<footer>{date}</footer>",
    ]
    return f"<article>{''.join(parts)}</article>"


def _render_texts(row: Mapping[Any, Any]) -> str:
    """How the article begins, with the hit marked if it is there; else a line with the hit, too."""
    lead = "" if is_missing(row.get("lead")) else str(row["lead"])
    if is_missing(row.get("node")):
        return f"<p>{escape_html(lead)}</p>" if lead else ""
    left, node, right = ("" if is_missing(row[part]) else row[part] for part in _LINE)
    before, found, after = lead.partition(node)
    n_same = min(20, len(right), len(after.strip()))
    if found and after.strip()[:n_same] == right[:n_same]:
        return f"<p>{_mark(before, node, after)}</p>"
    line = f"<p>… {_mark(left + ' ', node, _set_off(right))} …</p>"
    return f"<p>{escape_html(lead)}</p>{line}" if lead else line


def _set_off(right: str) -> str:
    """What follows a hit, after a blank unless it begins with a sign that follows at once."""
    return right if right[:1] in _FOLLOWING_SIGNS else f" {right}"


def _mark(left: str, node: str, right: str) -> str:
    return f"{escape_html(left)}<mark>{escape_html(node)}</mark>{escape_html(right)}"
