"""Extract the text of a piece of markup, and read feeds, whose items are pieces of markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.report import ArticleRow, ColumnChooser
from wording.corpus.reading.sources import SourceFile, read_whole, wrap_parser_errors

MAX_FEED_BYTES = 2**27
BLOCK_ELEMENT_NAMES = (
    "address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul"
)
BLOCK_ELEMENTS = frozenset(BLOCK_ELEMENT_NAMES.split())
HIDDEN_ELEMENTS = ("script", "style", "template", "noscript")
SHORTCODE_PATTERN = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist|vc_\w+|et_pb_\w+)\b[^\]\n]*\]"
)
"""What WordPress writes around captions, galleries and the like."""
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
QUOTED_VALUE = re.compile(r""""[^"]*"|'[^']*'""")
MAX_ATTRIBUTES = 5_000
"""Of one tag; reading them takes time by the square of their number."""
FEED_ELEMENTS = {  # our name: the elements of a feed, the likeliest first
    "text": "encoded content fulltext description summary",
    "title": "title",
    "url": "link",
    "doc_id": "guid id",
    "date": "pubDate published date issued updated",
    "authors": "creator author",
}


def refuse_endless_tags(html: str) -> None:
    """Raise for markup with a tag that has more attributes than any page needs.

    Raises
    ------
    UnreadableError
        With their number.
    """
    for tag in LONG_TAG.findall(html):
        n_attributes = len(QUOTED_VALUE.sub("", tag).split()) - 1
        if n_attributes > MAX_ATTRIBUTES:
            raise UnreadableError(
                f"one tag has {n_attributes:,} attributes (at most {MAX_ATTRIBUTES:,} are read); "
                "save the page as plain text"
            )


def extract_visible_text(html: str) -> str:
    """Return what a reader sees of a piece of markup.

    A line for each block, a tab after each cell of a table.
    """
    from lxml import html as lxml_html

    if "<" not in html and "&" not in html:
        return html
    refuse_endless_tags(html)
    with wrap_parser_errors("piece of markup"):
        root = lxml_html.fragment_fromstring(html.replace("\0", ""), create_parent="div")
    lines = (
        re.sub(r"[^\S\t\n]+", " ", line).strip()
        for line in "".join(iterate_visible_text(root)).splitlines()
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def iterate_visible_text(root: Any) -> Iterator[str]:
    """Yield the texts of an element that a reader sees, one after the other."""
    from lxml import etree

    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            yield element.text or "" if element.tag not in HIDDEN_ELEMENTS else ""
            continue
        if event == "end" and element.tag in BLOCK_ELEMENTS:
            yield "\t" if element.tag in ("td", "th") else "\n"
        yield element.tail or ""


def read_feed(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield one row per item of an RSS or Atom feed.

    The outlet is the feed's title, or the item's own source.

    References
    ----------
    RSS 0.9 to 2.0; RFC 4287.
    """
    warn = chooser.report.make_warner(source.name)
    root = parse_feed(read_whole(stream, MAX_FEED_BYTES), warn)
    channel = next((child for child in root if get_local_name(child) == "channel"), root)
    items = [element for element in root.iter() if get_local_name(element) in ("item", "entry")]
    n_summaries = 0
    for number, item in enumerate(items, start=1):
        if reason := explain_unpublished(item):
            title = find_first_content(item, "title")
            chooser.report.count_and_refuse(source.place(number), reason, title)
            continue
        parts = {name: find_first_content(item, tags) for name, tags in FEED_ELEMENTS.items()}
        if parts["text"]:
            parts["text"] = SHORTCODE_PATTERN.sub("\n", parts["text"]).strip()
        n_summaries += find_first_content(item, "encoded content fulltext") is None
        yield {"number": number, "outlet": find_feed_outlet(item, channel)} | parts
    if n_summaries:
        warn(
            f"{n_summaries:,} of {len(items):,} items have only a summary in the feed, "
            "not the full article"
        )


def explain_unpublished(item: Any) -> str:
    """Return why an item of a WordPress export is no published article; "" if it is one.

    Other feeds have neither a `post_type` nor a `status`.
    """
    kind, status = (find_first_content(item, name) for name in ("post_type", "status"))
    if kind and kind not in ("post", "page"):
        return f"not an article but a WordPress {kind!r}"
    if status and status not in ("publish", "inherit"):
        return f"not published: its WordPress status is {status!r}"
    return ""


def parse_feed(data: bytes, warn: Callable[[str], None]) -> Any:
    """Return the root element of a feed, as far as it can be recognised."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    with wrap_parser_errors("feed"):
        root = etree.fromstring(data, parser)
    if root is None or get_local_name(root) not in ("rss", "RDF", "feed"):
        raise UnreadableError("neither an RSS nor an Atom feed")
    if parser.error_log:
        error = parser.error_log[0]
        warn(
            f"not well-formed XML ({error.message.strip()}, line {error.line}); "
            "the items that could be recognised were read"
        )
    return root


def find_feed_outlet(item: Any, channel: Any) -> str | None:
    """Return the text of the item's source, else the title of its source or of the feed."""
    sources = [child for child in item if get_local_name(child) == "source"]
    for child in sources:
        if (child.text or "").strip():
            content = extract_content(child)
            if content:
                return content
            break
    return find_first_content(sources[0] if sources else channel, "title")


def get_local_name(element: Any) -> str:
    """Return the element's name without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find_first_content(element: Any, tags: str) -> str | None:
    """Return the content of the first of these children that has any."""
    for tag in tags.split():
        for child in element:
            content = extract_content(child) if get_local_name(child) == tag else None
            if content:
                return content
    return None


def extract_content(element: Any) -> str | None:
    """Return an element's text or markup, an Atom link's address, an Atom author's name."""
    if get_local_name(element) == "link" and element.get("href"):
        return element.get("href") if element.get("rel", "alternate") == "alternate" else None
    if get_local_name(element) == "author" and len(element):
        return find_first_content(element, "name")
    if element.get("type") == "xhtml":
        content = "\n".join(filter(str.strip, element.itertext()))
    else:
        content = "".join(element.itertext())
    return extract_visible_text(content).strip() or None
