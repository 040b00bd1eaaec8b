"""The grid of studies and pages: failures on top, each page with its headline findings."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from wording.pages.state import GOOD
from wording.pages.template import document
from wording.phrasing import plural
from wording.show.values import printable, unbroken

_FAILED = {
    "failed": "Failed", "timed-out": "Took too long", "died": "Stopped without an answer", "invalid": "Not run: parameters are wrong",
}  # fmt: skip
_HEADLINES = 2


def index_page(records: Iterable[Mapping], *, title: str = "How sources word the same event", language: str = "en") -> str:
    """The grid as the text of one HTML page, studies and pages in the order of the records.

    Parameters
    ----------
    records : one per page: the fields of `state.Page` (paths from the grid, or None), and `pdf`. A failed page whose `html` is given is
        the last good one.
    """
    cards = [_card(record) for record in records]
    failures = [card for card in cards if card["failed"]]
    return document(
        "grid.html.j2", language=language, kind="grid", title=title, line=_line(cards), failures=failures, studies=_studies(cards)
    )


def _card(record: Mapping) -> dict:
    status = str(record.get("status", ""))
    return {
        "study": record.get("study") or record.get("study_title"),
        "study_title": printable(record.get("study_title") or record.get("study") or ""),
        "question": printable(record.get("question") or ""),
        # What a page is about comes first; the question that its notebook asks is the same on many pages.
        "title": printable(record.get("subtitle") or record.get("title") or record.get("page") or ""),
        "subtitle": printable(record.get("title") or "") if record.get("subtitle") else "",
        "parameters": _parameters(record),
        "failed": status not in GOOD,
        "state": _FAILED.get(status, status or "Unknown") if status not in GOOD else "",
        "reason": printable(record.get("reason") or "") if status not in GOOD else "",
        "findings": [unbroken(printable(sentence)) for sentence in (record.get("findings") or [])[:_HEADLINES]],
        "made": printable(record.get("made") or "")[:10],
        "period": printable(record.get("period") or ""),
        "links": _links(record, failed=status not in GOOD),
        "tables": [(name, address) for name, path in (record.get("tables") or {}).items() if (address := _relative(path))],
        "html": _relative(record.get("html")),
    }


def _links(record: Mapping, *, failed: bool) -> list[tuple[str, str]]:
    named = {"Notebook": "ipynb", "PDF": "pdf"} | ({"Notebook as it failed": "failed_ipynb", "Log": "log"} if failed else {})
    return [(name, address) for name, field in named.items() if (address := _relative(record.get(field)))]


def _parameters(record: Mapping) -> str:
    # The subtitle is made of the parameters as a rule; they are not said twice.
    if record.get("subtitle"):
        return ""
    return printable(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in (record.get("parameters") or {}).items()))


def _relative(path) -> str | None:
    # An address with a scheme or a host is no path of ours.
    text = str(path).replace("\\", "/") if path else ""
    return quote(text) if text and ":" not in text and not text.startswith("/") else None


def _studies(cards: list[dict]) -> list[dict]:
    names = dict.fromkeys(card["study"] for card in cards)
    return [_study([card for card in cards if card["study"] == name]) for name in names]


def _study(cards: list[dict]) -> dict:
    shown = [card for card in cards if not card["failed"]]
    return {"title": cards[0]["study_title"], "question": cards[0]["question"], "pages": shown}


def _line(cards: list[dict]) -> str:
    failed = sum(card["failed"] for card in cards)
    studies = plural(len({card["study"] for card in cards}), "study", "studies")
    last = max((card["made"] for card in cards), default="")
    made = f"{plural(len(cards), 'page')} of {studies}" + (f", last made on {last}" if last else "")
    return f"{made}; {failed} could not be made" if failed else made
