"""The text of a piece of markup, and RSS and Atom feeds, whose items are pieces of markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from wording.corpus.reading.encodings import Unreadable
from wording.corpus.reading.report import Chooser
from wording.corpus.reading.sources import Source, foreign, whole

FEED_BYTES = 2**27
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
UNSEEN = ("script", "style", "template", "noscript")
FIELDS = {  # our name: the elements that a feed has for it, the likeliest first
    "text": "encoded content fulltext description summary",
    "title": "title",
    "url": "link",
    "doc_id": "guid id",
    "date": "pubDate published date issued updated",
    "authors": "creator author",
}


def text_of(html: str) -> str:
    """What a reader sees of a piece of markup: a line for each block, a tab after each cell of a table."""
    from lxml import html as lxml_html

    if "<" not in html and "&" not in html:
        return html
    with foreign("piece of markup"):
        root = lxml_html.fragment_fromstring(html.replace("\0", ""), create_parent="div")
    lines = (re.sub(r"[^\S\t\n]+", " ", line).strip() for line in "".join(seen(root)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def seen(root) -> Iterator[str]:
    """The texts of an element that a reader sees, one after the other."""
    from lxml import etree

    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield element.text or "" if element.tag not in UNSEEN else ""
            continue
        if event == "end" and element.tag in BLOCKS:
            yield "\t" if element.tag in ("td", "th") else "\n"
        yield element.tail or ""


def read_feed(stream: BinaryIO, source: Source, chooser: Chooser) -> Iterator[dict]:
    """One row per item of an RSS or Atom feed (RSS 0.9 to 2.0; RFC 4287); the outlet is the feed's title, or the item's own source."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    with foreign("feed"):
        root = etree.fromstring(whole(stream, FEED_BYTES), parser)
    if root is None or local(root) not in ("rss", "RDF", "feed"):
        raise Unreadable("neither an RSS nor an Atom feed")
    if parser.error_log:
        said = f"not well-formed XML ({parser.error_log[0].message.strip()}, line {parser.error_log[0].line}); what could be told apart was read"
        chooser.ledger.remark(said, source.name)
    channel = next((child for child in root if local(child) == "channel"), root)
    items = [element for element in root.iter() if local(element) in ("item", "entry")]
    short = 0
    for number, item in enumerate(items, start=1):
        parts = {name: first_of(item, tags) for name, tags in FIELDS.items()}
        short += first_of(item, "encoded content fulltext") is None
        outlet = first_of(next((child for child in item if local(child) == "source"), channel), "title")
        named = next((content(child) for child in item if local(child) == "source" and (child.text or "").strip()), None)
        yield {"number": number, "outlet": named or outlet} | parts
    if short:
        said = f"items that have only a summary in the feed, not the article: {short:,} of {len(items):,}"
        chooser.ledger.remark(said, source.name)


def local(element) -> str:
    """The element's name without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def first_of(element, tags: str) -> str | None:
    """What the first of these children says that says something."""
    for tag in tags.split():
        for child in element:
            if local(child) == tag and (said := content(child)):
                return said
    return None


def content(element) -> str | None:
    """What an element says: its text or markup, an Atom link's address, an Atom author's name."""
    if local(element) == "link" and element.get("href"):
        return element.get("href") if element.get("rel", "alternate") == "alternate" else None
    if local(element) == "author" and len(element):
        return first_of(element, "name")
    said = "".join(element.itertext()) if element.get("type") != "xhtml" else "\n".join(filter(str.strip, element.itertext()))
    return text_of(said).strip() or None
