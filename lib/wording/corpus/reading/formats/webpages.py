"""Read web pages: .html files, and .warc archives of them as crawlers write them.

The article's text is found by trafilatura.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from wording.corpus.reading.dates import FIRST_YEAR, LAST_YEAR
from wording.corpus.reading.encodings import UnreadableError, decode_with_warning, try_decode
from wording.corpus.reading.formats.databases import detect_layout, split_export
from wording.corpus.reading.formats.markup import (
    extract_visible_text,
    iterate_visible_text,
    refuse_endless_tags,
)
from wording.corpus.reading.report import ArticleRow, ColumnChooser, ReadingReport
from wording.corpus.reading.sources import SourceFile, read_whole, wrap_parser_errors
from wording.phrasing import format_count

MAX_WEB_PAGE_BYTES = 2**24
MAX_PAGE_TAGS = 50_000
"""Opening and closing tags of a page in which an article is looked for; large ones have 10,000."""
UTF8_MARK = b"\xef\xbb\xbf"
CHARSET_PATTERN = re.compile(
    rb"""(?i)<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w-]{2,30})"""
)
MIN_PAGE_WORDS = 10
"""What is shorter is a menu or a notice, not an article."""
EXPORT_PATTERN = re.compile(r"(?i)\b(?:documents?|dokumente?n?|documentos?|documenten)\b")
EUROPRESSE_PATTERN = re.compile(r"""class=["'](?:[^"']* )?(?:rdp__)?DocPublicationName\b""")
EUROPRESSE_PATHS = {  # our name: where it stands in an <article>
    "outlet": ".//*[contains(@class, 'DocPublicationName')]",
    "date": ".//*[contains(@class, 'DocHeader')]",
    "title": ".//*[contains(@class, 'titreArticle') or contains(@class, 'rdp__articletitle')]",
    "authors": ".//*[contains(@class, 'docAuthors') or contains(@class, 'sm-margin-bottomNews')]",
    "text": ".//*[contains(@class, 'docOcurrContainer') or contains(@class, 'DocText')]",
}
ARTICLE_PATTERN = re.compile(r"(?i)<article\b")
NO_ARTICLE_REASON = "no article was found on the page"
PAGE_DATE_OPTIONS = {
    "original_date": True,
    "extensive_search": False,
    "min_date": f"{FIRST_YEAR}-01-01",
    "max_date": f"{LAST_YEAR}-12-31",
}


def read_html(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield one row for the article on the page; a page that a news database exported has many."""
    data = read_whole(stream, MAX_WEB_PAGE_BYTES)
    html = decode_page(data, None, chooser.report.make_warner(source.name))
    refuse_endless_tags(html)
    if EUROPRESSE_PATTERN.search(html):
        yield from read_europresse(html, source, chooser.report)
        return
    if "<" in html and EXPORT_PATTERN.search(html):
        exported = extract_visible_text(html)
        if detect_layout(exported):
            yield from split_export(exported, source, chooser.report)
            return
    row = extract_page_article(html, url=None)
    if not row:
        raise UnreadableError(NO_ARTICLE_REASON)
    n_articles = len(ARTICLE_PATTERN.findall(html))
    if n_articles > 1:
        chooser.report.add_warning(
            f"has {n_articles:,} elements <article>, but was read as one article: if these are "
            "several documents, save each as a file of its own",
            source.name,
        )
    yield row


def read_europresse(html: str, source: SourceFile, report: ReadingReport) -> Iterator[ArticleRow]:
    """Yield one row per article of a page that Europresse exported.

    Each is an element <article>, whose parts have classes.
    """
    from lxml import html as lxml_html

    with wrap_parser_errors("web page"):
        articles = lxml_html.document_fromstring(html.replace("\0", "")).findall(".//article")
    report.add_warning(
        "recognised as a news-database export (Europresse); each document was read as one article",
        source.name,
    )
    for number, article in enumerate(articles, start=1):
        row = {
            ours: text
            for ours, path in EUROPRESSE_PATHS.items()
            if (text := extract_first_text(article, path))
        }
        if row.get("text"):
            row["outlet"] = row.get("outlet", "").partition("\n")[0]
            yield {"number": number} | row
        else:
            report.count_and_refuse(
                source.place(number),
                "no text was found in this document of the news database",
                article.text_content().strip(),
            )


def extract_first_text(element: Any, path: str) -> str:
    """Return what a reader sees of the first element on the path; "" if there is none."""
    found = element.xpath(path)
    if not found:
        return ""
    lines = "".join(iterate_visible_text(found[0])).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def decode_page(data: bytes, declared: str | None, warn: Callable[[str], None]) -> str:
    """Return the page's markup: in the encoding that is declared, if the bytes fit.

    Parameters
    ----------
    data : bytes
    declared : str, optional
        The encoding that the page's server declares; the page's own word comes after it.
    warn : callable
        Called with a sentence where decoding took a guess.
    """
    match = CHARSET_PATTERN.search(data[:4096])
    in_page = match[1].decode() if match else None
    for name in filter(None, (declared, in_page)):
        if data.startswith(UTF8_MARK):
            break
        # Pages that declare Latin-1 are in cp1252 (WHATWG, Encoding Standard, 4.2).
        is_latin1 = name.lower() in ("iso-8859-1", "latin1")
        text = try_decode(data, "cp1252" if is_latin1 else name)
        if text is not None:
            return text
    return decode_with_warning(data, warn)


def extract_page_article(html: str, *, url: str | None) -> ArticleRow | None:
    """Return the article of a page, None where there is none."""
    import trafilatura

    refuse_endless_tags(html)
    n_tags = html.count("<")
    if n_tags > MAX_PAGE_TAGS:
        raise UnreadableError(
            f"the page has {n_tags:,} tags (at most {MAX_PAGE_TAGS:,} are read); save the article "
            "as plain text"
        )
    # What it cannot read is refused by us, in words.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    with wrap_parser_errors("web page"):
        page: Any = trafilatura.bare_extraction(
            html.replace("\0", ""),
            url=url,
            with_metadata=True,
            include_comments=False,
            include_tables=False,
            date_extraction_params=PAGE_DATE_OPTIONS,
        )
    if page is None or len((page.text or "").split()) < MIN_PAGE_WORDS:
        return None
    return {
        "text": page.text.removeprefix(f"{page.title}\n"),  # in other formats it is no part of it
        "title": page.title,
        "date": page.date,
        "outlet": page.sitename or page.hostname,
        "authors": page.author,
        "url": page.url or url,
    }


def read_warc(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield one row for each page of a .warc that has an article; other records are counted.

    References
    ----------
    ISO 28500.
    """
    from warcio.archiveiterator import ArchiveIterator

    n_skipped = 0
    with wrap_parser_errors(".warc"):
        for number, record in enumerate(iterate_quietly(ArchiveIterator(stream)), start=1):
            content_type = get_content_type(record)
            if "html" not in content_type.lower():
                n_skipped += 1
                continue
            warn = chooser.report.make_warner(source.name)
            try:
                row = {"number": number} | read_warc_page(record, content_type, warn)
            except UnreadableError as reason:
                url = record.rec_headers.get_header("WARC-Target-URI")
                chooser.report.count_and_refuse(source.place(number), reason, url)
            else:
                yield row
    if n_skipped:
        skipped = format_count(
            n_skipped, "record that is not a web page", "records that are not web pages"
        )
        chooser.report.add_warning(f"skipped {skipped} (requests, images and so on)", source.name)


def get_content_type(record: Any) -> str:
    """Return the content type of a page in a .warc, "" for other records."""
    if record.rec_type != "response" or not record.http_headers:
        return ""
    return record.http_headers.get_header("Content-Type", "")


def iterate_quietly(records: Iterator[Any]) -> Iterator[Any]:
    """Yield the records, without what their reader prints about odd lengths.

    What it cannot read it raises.
    """
    while True:
        with contextlib.redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


def read_warc_page(record: Any, content_type: str, warn: Callable[[str], None]) -> ArticleRow:
    """Return the article of one page in a .warc.

    Parameters
    ----------
    record : warcio record
    content_type : str
        As the server gave it.
    warn : callable
        Called with a sentence where decoding took a guess.
    """
    status = record.http_headers.get_statuscode()
    if status != "200":
        raise UnreadableError(f"the server returned status {status} instead of the page")
    with wrap_parser_errors("web page"):
        data = read_whole(record.content_stream(), MAX_WEB_PAGE_BYTES)
        record.raw_stream.read()
        if record.raw_stream.limit:
            raise UnreadableError("the archive ends in the middle of this record")
    charset = re.search(r"charset=[\"']?([\w-]+)", content_type)
    html = decode_page(data, charset[1] if charset else None, warn)
    row = extract_page_article(html, url=record.rec_headers.get_header("WARC-Target-URI"))
    if not row:
        raise UnreadableError(NO_ARTICLE_REASON)
    return row
