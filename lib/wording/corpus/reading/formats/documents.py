"""Reads the text of word-processor files (.docx, .rtf) and of plain text; a news database's export becomes one row per article."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from wording.corpus.reading.archives import open_zip
from wording.corpus.reading.encodings import Unreadable, decode_remarked
from wording.corpus.reading.formats.databases import articles_of
from wording.corpus.reading.formats.rtf import rtf_text
from wording.corpus.reading.report import Chooser, remarker
from wording.corpus.reading.sources import Source, foreign, whole

RTF_BYTES = 2**28
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}


def read_txt(stream: BinaryIO, source: Source, chooser: Chooser) -> Iterator[dict]:
    """One row, whose text is the whole file; the articles of a news database's export one by one."""
    text = decode_remarked(whole(stream), remarker(source, chooser.ledger))
    yield from articles_of(text, source, chooser.ledger)


def read_docx(stream: BinaryIO, source: Source, chooser: Chooser) -> Iterator[dict]:
    """The rows of a .docx, whose paragraphs are lines."""
    with open_zip(whole(stream)) as parts:
        if "word/document.xml" not in parts.namelist():
            raise Unreadable("not a sound document: it has no word/document.xml")
        with foreign("document"):
            text = "\n".join(paragraphs(parts.read("word/document.xml")))
    yield from articles_of(text, source, chooser.ledger)


def paragraphs(data: bytes) -> Iterator[str]:
    """The text of each paragraph of a document's XML (ECMA-376, part 1, 17.3)."""
    from lxml import etree

    for _, paragraph in etree.iterparse(io.BytesIO(data), tag=f"{W}p", resolve_entities=False, no_network=True, huge_tree=True):
        if next(paragraph.iterancestors(f"{W}p", FALLBACK), None) is None:
            runs = (run for run in paragraph.iter() if next(run.iterancestors(FALLBACK), None) is None)
            yield "".join((run.text or "") if run.tag == f"{W}t" else BREAKS.get(run.tag, "") for run in runs)
            paragraph.clear()


def read_rtf(stream: BinaryIO, source: Source, chooser: Chooser) -> Iterator[dict]:
    """The rows of an .rtf."""
    yield from articles_of(rtf_text(whole(stream, RTF_BYTES)), source, chooser.ledger)
