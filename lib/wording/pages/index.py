"""The grid of studies and pages: failures on top, each page with its headline findings."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from wording.pages.state import GOOD_STATUSES
from wording.pages.template import render_document
from wording.phrasing import format_count
from wording.show.values import keep_numbers_unbroken, to_printable

_FAILURE_LABELS = {
    "failed": "Failed", "timed-out": "Took too long", "died": "Stopped without an answer", "invalid": "Not run: parameters are wrong",
}  # fmt: skip
_MAX_FINDINGS_PER_CARD = 2


def render_index(
    records: Iterable[Mapping],
    *,
    title: str = "How sources word the same event",
    language: str = "en",
) -> str:
    """The grid as the text of one HTML page, studies and pages in the order of the records.

    Parameters
    ----------
    records : one per page: the fields of `state.Page` (paths from the grid, or None), and `pdf`. A failed page whose `html` is given is
        the last good one.
    """
    cards = [_make_card(record) for record in records]
    failures = [card for card in cards if card["failed"]]
    return render_document(
        "grid.html.j2",
        language=language,
        kind="grid",
        title=title,
        line=_summarise_cards(cards),
        failures=failures,
        studies=_group_by_study(cards),
    )


def _make_card(record: Mapping) -> dict:
    status = str(record.get("status", ""))
    return {
        "study": record.get("study") or record.get("study_title"),
        "study_title": to_printable(record.get("study_title") or record.get("study") or ""),
        "question": to_printable(record.get("question") or ""),
        # What a page is about comes first; the question that its notebook asks is the same on many pages.
        "title": to_printable(
            record.get("subtitle") or record.get("title") or record.get("page") or ""
        ),
        "subtitle": to_printable(record.get("title") or "") if record.get("subtitle") else "",
        "parameters": _format_parameters(record),
        "failed": status not in GOOD_STATUSES,
        "state": _FAILURE_LABELS.get(status, status or "Unknown")
        if status not in GOOD_STATUSES
        else "",
        "reason": to_printable(record.get("reason") or "") if status not in GOOD_STATUSES else "",
        "findings": [
            keep_numbers_unbroken(to_printable(sentence))
            for sentence in (record.get("findings") or [])[:_MAX_FINDINGS_PER_CARD]
        ],
        "made": to_printable(record.get("made") or "")[:10],
        "period": to_printable(record.get("period") or ""),
        "links": _list_links(record, failed=status not in GOOD_STATUSES),
        "tables": [
            (name, address)
            for name, path in (record.get("tables") or {}).items()
            if (address := _quote_relative_path(path))
        ],
        "html": _quote_relative_path(record.get("html")),
    }


def _list_links(record: Mapping, *, failed: bool) -> list[tuple[str, str]]:
    named = {"Notebook": "ipynb", "PDF": "pdf"} | (
        {"Notebook as it failed": "failed_ipynb", "Log": "log"} if failed else {}
    )
    return [
        (name, address)
        for name, field in named.items()
        if (address := _quote_relative_path(record.get(field)))
    ]


def _format_parameters(record: Mapping) -> str:
    # The subtitle is made of the parameters as a rule; they are not said twice.
    if record.get("subtitle"):
        return ""
    return to_printable(
        ", ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in (record.get("parameters") or {}).items()
        )
    )


def _quote_relative_path(path) -> str | None:
    # An address with a scheme or a host is no path of ours.
    text = str(path).replace("\\", "/") if path else ""
    return quote(text) if text and ":" not in text and not text.startswith("/") else None


def _group_by_study(cards: list[dict]) -> list[dict]:
    names = dict.fromkeys(card["study"] for card in cards)
    return [_summarise_study([card for card in cards if card["study"] == name]) for name in names]


def _summarise_study(cards: list[dict]) -> dict:
    shown = [card for card in cards if not card["failed"]]
    return {"title": cards[0]["study_title"], "question": cards[0]["question"], "pages": shown}


def _summarise_cards(cards: list[dict]) -> str:
    failed = sum(card["failed"] for card in cards)
    studies = format_count(len({card["study"] for card in cards}), "study", "studies")
    last = max((card["made"] for card in cards), default="")
    made = f"{format_count(len(cards), 'page')} of {studies}" + (
        f", last made on {last}" if last else ""
    )
    return f"{made}; {failed} could not be made" if failed else made
