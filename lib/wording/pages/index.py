"""The grid of studies and pages: failures on top, then each study at a glance, then by subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from wording.pages.state import GOOD_STATUSES, OVERVIEW_NOTEBOOK
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
_MAX_FINDINGS_AT_A_GLANCE = 4
_NOTHING_FOUND = re.compile(r"(No|Not|Too few)\b")
"""How the headline of a page without a finding begins."""


def render_index(
    records: Iterable[Mapping[str, Any]],
    *,
    title: str = "How outlets word the same events",
    language: str = "en",
) -> str:
    """Return the grid as one HTML page, studies and pages in the order of the records.

    Pages on one subject share a card; pages without a finding are folded.

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
    line = _summarise_cards(cards)
    return render_document(
        "grid.html.j2",
        language=language,
        kind="grid",
        title=title,
        line=line,
        failures=[card for card in cards if card["failed"]],
        studies=_group_by_study(cards),
    )


def _make_card(record: Mapping[str, Any]) -> dict[str, Any]:
    status = str(record.get("status", ""))
    failed = status not in GOOD_STATUSES
    is_overview = record.get("notebook") == OVERVIEW_NOTEBOOK
    n_findings = _MAX_FINDINGS_AT_A_GLANCE if is_overview else _MAX_FINDINGS_PER_CARD
    findings = (record.get("findings") or [])[:n_findings]
    headline, question = _find_text(record, "headline"), _find_text(record, "title", "page")
    subject = _find_text(record, "subtitle")
    title = headline or subject or question
    return {
        "study": record.get("study") or record.get("study_title"),
        "study_title": _find_text(record, "study_title", "study"),
        "question": _find_text(record, "question"),
        "title": title,
        "line": ": ".join(text for text in (subject, question) if text and text != title),
        "subject": subject,
        "part_title": headline or question,
        "part_line": question if headline else "",
        "is_overview": is_overview,
        "is_empty": bool(_NOTHING_FOUND.match(headline)),
        "parameters": _format_parameters(record),
        "failed": failed,
        "state": _FAILURE_LABELS.get(status, status or "Unknown") if failed else "",
        "reason": _find_text(record, "reason") if failed else "",
        "findings": [keep_numbers_unbroken(to_printable(sentence)) for sentence in findings],
        "made": _find_text(record, "made")[:10],
        "period": _find_text(record, "period"),
        "links": _list_links(record, failed=failed),
        "tables": _list_tables(record),
        "html": _quote_relative_path(record.get("html")),
    }


def _find_text(record: Mapping[str, Any], *fields: str) -> str:
    """The first of the fields that says something."""
    return to_printable(next(filter(None, (record.get(field) for field in fields)), ""))


def _list_links(record: Mapping[str, Any], *, failed: bool) -> list[tuple[str, str]]:
    paths = {"Notebook": record.get("ipynb"), "PDF": record.get("pdf")}
    if failed:
        paths |= {"Notebook as it failed": record.get("failed_ipynb"), "Log": record.get("log")}
    return _list_addresses(paths)


def _list_tables(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The tables of a page; what stands behind single numbers is on the page alone."""
    tables = (record.get("tables") or {}).items()
    return _list_addresses({name: path for name, path in tables if not name.startswith("lines-")})


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
    """The pages of a study: at a glance, a card for each subject, and those without a finding.

    The overview is never without: where nothing is clear, it says so.
    """
    shown = [card for card in cards if not card["failed"]]
    common = {field: _take_common(shown, field) for field in ("period", "made")}
    telling = [card for card in shown if not card["is_empty"] and not card["is_overview"]]
    return {
        "title": cards[0]["study_title"],
        "question": cards[0]["question"],
        "covers": common["period"],
        "made": common["made"],
        "overviews": [card for card in shown if card["is_overview"]],
        "subjects": _group_by_subject(telling),
        "empty": [card for card in shown if card["is_empty"] and not card["is_overview"]],
    }


def _take_common(cards: list[dict[str, Any]], field: str) -> str:
    """The value of a field that all cards share, which is then said once; empty if they do not."""
    values = {card[field] for card in cards if card[field]}
    if len(values) != 1:
        return ""
    for card in cards:
        card[field] = ""
    return str(values.pop())


def _group_by_subject(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages on each subject, in their order; a page without one stands alone."""
    subjects: dict[str | int, list[dict[str, Any]]] = {}
    for number, card in enumerate(cards):
        subjects.setdefault(card["subject"] or number, []).append(card)
    return [{"title": pages[0]["subject"], "pages": pages} for pages in subjects.values()]


def _summarise_cards(cards: list[dict[str, Any]]) -> str:
    """How many pages there are, how old the newest is, and how many failed."""
    failed = sum(card["failed"] for card in cards)
    studies = format_count(len({card["study"] for card in cards}), "study", "studies")
    line = f"{format_count(len(cards), 'page')} from {studies}"
    if last := max((card["made"] for card in cards), default=""):
        line += f", last updated on {last}"
    return f"{line}; {failed} failed" if failed else line
