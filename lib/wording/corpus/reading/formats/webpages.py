"""Reads web pages: .html files, and .warc archives of them as crawlers write them; the article's text is found by trafilatura."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from typing import BinaryIO

from wording.corpus.reading.dates import FIRST_YEAR, LAST_YEAR
from wording.corpus.reading.encodings import UnreadableError, decode_with_warning, try_decode
from wording.corpus.reading.formats.databases import detect_layout, split_export
from wording.corpus.reading.formats.markup import extract_visible_text
from wording.corpus.reading.report import ColumnChooser, make_warner
from wording.corpus.reading.sources import SourceFile, read_whole, wrap_parser_errors

MAX_WEB_PAGE_BYTES = 2**24
CHARSET_PATTERN = re.compile(
    rb"""(?i)<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w-]{2,30})"""
)
MIN_PAGE_WORDS = 10
"""What is shorter is a menu or a notice, not an article."""
NO_ARTICLE_REASON = "no article was found on the page"


def read_html(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """One row for the article on the page; a page that a news database exported has many."""
    html = decode_page(
        read_whole(stream, MAX_WEB_PAGE_BYTES), None, make_warner(source, chooser.ledger)
    )
    if "<" in html and "Document" in html and detect_layout(exported := extract_visible_text(html)):
        yield from split_export(exported, source, chooser.ledger)
    elif row := extract_page_article(html, url=None):
        yield row
    else:
        raise UnreadableError(NO_ARTICLE_REASON)


def decode_page(data: bytes, declared: str | None, remark) -> str:
    """The page's markup: in the encoding that its server or the page itself declares, if the bytes fit."""
    found = CHARSET_PATTERN.search(data[:4096])
    for name in filter(None, (declared, found and found[1].decode())):
        text = (
            None
            if data[:3] == b"\xef\xbb\xbf"
            else try_decode(data, "cp1252" if name.lower() in ("iso-8859-1", "latin1") else name)
        )
        if text is not None:
            return text
    return decode_with_warning(data, remark)


def extract_page_article(html: str, *, url: str | None) -> dict[str, str | None] | None:
    """The article of a page, None where there is none."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(
        logging.CRITICAL
    )  # what it cannot read is refused by us, in words
    dates = {
        "original_date": True,
        "extensive_search": False,
        "min_date": f"{FIRST_YEAR}-01-01",
        "max_date": f"{LAST_YEAR}-12-31",
    }
    options = {
        "with_metadata": True,
        "include_comments": False,
        "include_tables": False,
        "date_extraction_params": dates,
    }
    with wrap_parser_errors("web page"):
        found = trafilatura.bare_extraction(html.replace("\0", ""), url=url, **options)
    if found is None or len((found.text or "").split()) < MIN_PAGE_WORDS:
        return None
    names = {
        "outlet": found.sitename or found.hostname,
        "authors": found.author,
        "url": found.url or url,
    }
    text = found.text.removeprefix(
        f"{found.title}\n"
    )  # the headline is no part of the text in other formats
    return {"text": text, "title": found.title, "date": found.date} | names


def read_warc(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """One row for each page of a .warc that has an article; records that are no pages are counted and passed over (ISO 28500)."""
    from warcio.archiveiterator import ArchiveIterator

    passed = 0
    with wrap_parser_errors(".warc"):
        for number, record in enumerate(iterate_quietly(ArchiveIterator(stream)), start=1):
            kind = (
                record.http_headers.get_header("Content-Type", "")
                if record.rec_type == "response" and record.http_headers
                else ""
            )
            if "html" not in kind.lower():
                passed += 1
                continue
            try:
                yield {"number": number} | read_warc_page(record, kind, source, chooser)
            except UnreadableError as reason:
                chooser.ledger.turn_away(
                    f"{source.name}:{number}",
                    reason,
                    record.rec_headers.get_header("WARC-Target-URI"),
                )
    if passed:
        chooser.ledger.remark(
            f"records that are no pages (requests, images and the like) were passed over: {passed:,}",
            source.name,
        )


def iterate_quietly(records: Iterator) -> Iterator:
    """The records, without what their reader prints about odd lengths: what it cannot read it raises."""
    while True:
        with contextlib.redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


def read_warc_page(
    record, kind: str, source: SourceFile, chooser: ColumnChooser
) -> dict[str, str | None]:
    """The article of one page in a .warc."""
    status = record.http_headers.get_statuscode()
    if status != "200":
        raise UnreadableError(f"the server answered with status {status}, not with the page")
    with wrap_parser_errors("web page"):
        data = read_whole(record.content_stream(), MAX_WEB_PAGE_BYTES)
        record.raw_stream.read()
        if record.raw_stream.limit:
            raise UnreadableError("the archive breaks off within this record")
    charset = re.search(r"charset=[\"']?([\w-]+)", kind)
    html = decode_page(data, charset and charset[1], make_warner(source, chooser.ledger))
    row = extract_page_article(html, url=record.rec_headers.get_header("WARC-Target-URI"))
    if not row:
        raise UnreadableError(NO_ARTICLE_REASON)
    return row
