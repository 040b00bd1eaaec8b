"""The grid of studies and pages: failures on top, each page with its headline findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from wording.pages.state import GOOD_STATUSES
from wording.pages.template import render_document
from wording.phrasing import format_count
from wording.show.values import keep_numbers_unbroken, to_printable

_FAILURE_LABELS = {
    "failed": "Failed",
    "timed-out": "Took too long",
    "died": "Crashed",
    "invalid": "Not run: parameters are wrong",
}
_MAX_FINDINGS_PER_CARD = 2


def render_index(
    records: Iterable[Mapping[str, Any]],
    *,
    title: str = "How outlets word the same events",
    language: str = "en",
) -> str:
    """Return the grid as one HTML page, studies and pages in the order of the records.

    Parameters
    ----------
    records : iterable of mapping
        One per page: the fields of `state.Page` (paths from the grid, or None), and `pdf`. A failed
        page whose `html` is given is the last good one.
    title : str
        The title of the grid.
    language : str
        Of the page, as in HTML.
    """
    cards = [_make_card(record) for record in records]
    return render_document(
        "grid.html.j2",
        language=language,
        kind="grid",
        title=title,
        line=_summarise_cards(cards),
        failures=[card for card in cards if card["failed"]],
        studies=_group_by_study(cards),
    )


def _make_card(record: Mapping[str, Any]) -> dict[str, Any]:
    status = str(record.get("status", ""))
    failed = status not in GOOD_STATUSES
    title, subtitle = _choose_titles(record)
    findings = (record.get("findings") or [])[:_MAX_FINDINGS_PER_CARD]
    tables = record.get("tables") or {}
    return {
        "study": record.get("study") or record.get("study_title"),
        "study_title": _find_text(record, "study_title", "study"),
        "question": _find_text(record, "question"),
        "title": title,
        "subtitle": subtitle,
        "parameters": _format_parameters(record),
        "failed": failed,
        "state": _FAILURE_LABELS.get(status, status or "Unknown") if failed else "",
        "reason": _find_text(record, "reason") if failed else "",
        "findings": [keep_numbers_unbroken(to_printable(sentence)) for sentence in findings],
        "made": _find_text(record, "made")[:10],
        "period": _find_text(record, "period"),
        "links": _list_links(record, failed=failed),
        "tables": _list_addresses(tables),
        "html": _quote_relative_path(record.get("html")),
    }


def _find_text(record: Mapping[str, Any], *fields: str) -> str:
    """The first of the fields that says something."""
    return to_printable(next(filter(None, (record.get(field) for field in fields)), ""))


def _choose_titles(record: Mapping[str, Any]) -> tuple[str, str]:
    # What a page is about comes first; the question of its notebook is the same on many pages.
    if record.get("subtitle"):
        return _find_text(record, "subtitle"), _find_text(record, "title")
    return _find_text(record, "title", "page"), ""


def _list_links(record: Mapping[str, Any], *, failed: bool) -> list[tuple[str, str]]:
    paths = {"Notebook": record.get("ipynb"), "PDF": record.get("pdf")}
    if failed:
        paths |= {"Notebook as it failed": record.get("failed_ipynb"), "Log": record.get("log")}
    return _list_addresses(paths)


def _list_addresses(paths: Mapping[str, Any]) -> list[tuple[str, str]]:
    addresses = {name: _quote_relative_path(path) for name, path in paths.items()}
    return [(name, address) for name, address in addresses.items() if address]


def _format_parameters(record: Mapping[str, Any]) -> str:
    # The subtitle is made of the parameters as a rule; they are not said twice.
    if record.get("subtitle"):
        return ""
    parameters = (record.get("parameters") or {}).items()
    return to_printable(
        ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parameters)
    )


def _quote_relative_path(path: object) -> str | None:
    # An address with a scheme or a host is no path of ours.
    text = str(path).replace("\\", "/") if path else ""
    return quote(text) if text and ":" not in text and not text.startswith("/") else None


def _group_by_study(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = dict.fromkeys(card["study"] for card in cards)
    return [_summarise_study([card for card in cards if card["study"] == name]) for name in names]


def _summarise_study(cards: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [card for card in cards if not card["failed"]]
    return {"title": cards[0]["study_title"], "question": cards[0]["question"], "pages": shown}


def _summarise_cards(cards: list[dict[str, Any]]) -> str:
    """How many pages there are, how old the newest is, and how many failed."""
    failed = sum(card["failed"] for card in cards)
    studies = format_count(len({card["study"] for card in cards}), "study", "studies")
    line = f"{format_count(len(cards), 'page')} from {studies}"
    if last := max((card["made"] for card in cards), default=""):
        line += f", last updated on {last}"
    return f"{line}; {failed} failed" if failed else line
