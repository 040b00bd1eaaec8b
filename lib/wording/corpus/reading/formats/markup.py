"""The text of a piece of markup, and RSS and Atom feeds, whose items are pieces of markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.report import ColumnChooser
from wording.corpus.reading.sources import SourceFile, read_whole, wrap_parser_errors

MAX_FEED_BYTES = 2**27
BLOCK_ELEMENTS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
HIDDEN_ELEMENTS = ("script", "style", "template", "noscript")
FEED_ELEMENTS = {  # our name: the elements that a feed has for it, the likeliest first
    "text": "encoded content fulltext description summary",
    "title": "title",
    "url": "link",
    "doc_id": "guid id",
    "date": "pubDate published date issued updated",
    "authors": "creator author",
}


def extract_visible_text(html: str) -> str:
    """What a reader sees of a piece of markup: a line for each block, a tab after each cell of a table."""
    from lxml import html as lxml_html

    if "<" not in html and "&" not in html:
        return html
    with wrap_parser_errors("piece of markup"):
        root = lxml_html.fragment_fromstring(html.replace("\0", ""), create_parent="div")
    lines = (
        re.sub(r"[^\S\t\n]+", " ", line).strip()
        for line in "".join(iterate_visible_text(root)).splitlines()
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def iterate_visible_text(root) -> Iterator[str]:
    """The texts of an element that a reader sees, one after the other."""
    from lxml import etree

    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield element.text or "" if element.tag not in HIDDEN_ELEMENTS else ""
            continue
        if event == "end" and element.tag in BLOCK_ELEMENTS:
            yield "\t" if element.tag in ("td", "th") else "\n"
        yield element.tail or ""


def read_feed(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """One row per item of an RSS or Atom feed (RSS 0.9 to 2.0; RFC 4287); the outlet is the feed's title, or the item's own source."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    with wrap_parser_errors("feed"):
        root = etree.fromstring(read_whole(stream, MAX_FEED_BYTES), parser)
    if root is None or get_local_name(root) not in ("rss", "RDF", "feed"):
        raise UnreadableError("neither an RSS nor an Atom feed")
    if parser.error_log:
        said = f"not well-formed XML ({parser.error_log[0].message.strip()}, line {parser.error_log[0].line}); what could be told apart was read"
        chooser.ledger.remark(said, source.name)
    channel = next((child for child in root if get_local_name(child) == "channel"), root)
    items = [element for element in root.iter() if get_local_name(element) in ("item", "entry")]
    short = 0
    for number, item in enumerate(items, start=1):
        parts = {name: find_first_content(item, tags) for name, tags in FEED_ELEMENTS.items()}
        short += find_first_content(item, "encoded content fulltext") is None
        outlet = find_first_content(
            next((child for child in item if get_local_name(child) == "source"), channel), "title"
        )
        named = next(
            (
                extract_content(child)
                for child in item
                if get_local_name(child) == "source" and (child.text or "").strip()
            ),
            None,
        )
        yield {"number": number, "outlet": named or outlet} | parts
    if short:
        said = f"items that have only a summary in the feed, not the article: {short:,} of {len(items):,}"
        chooser.ledger.remark(said, source.name)


def get_local_name(element) -> str:
    """The element's name without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find_first_content(element, tags: str) -> str | None:
    """What the first of these children says that says something."""
    for tag in tags.split():
        for child in element:
            if get_local_name(child) == tag and (said := extract_content(child)):
                return said
    return None


def extract_content(element) -> str | None:
    """What an element says: its text or markup, an Atom link's address, an Atom author's name."""
    if get_local_name(element) == "link" and element.get("href"):
        return element.get("href") if element.get("rel", "alternate") == "alternate" else None
    if get_local_name(element) == "author" and len(element):
        return find_first_content(element, "name")
    said = (
        "".join(element.itertext())
        if element.get("type") != "xhtml"
        else "\n".join(filter(str.strip, element.itertext()))
    )
    return extract_visible_text(said).strip() or None
