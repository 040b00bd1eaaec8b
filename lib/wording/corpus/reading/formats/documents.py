"""Read the text of word-processor files (.docx, .rtf) and of plain text.

A news database's export becomes one row per article.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from wording.corpus.reading.archives import open_zip
from wording.corpus.reading.encodings import UnreadableError
from wording.corpus.reading.formats.databases import split_export
from wording.corpus.reading.formats.rtf import extract_rtf_text
from wording.corpus.reading.report import ArticleRow, ColumnChooser
from wording.corpus.reading.sources import (
    SourceFile,
    read_whole,
    read_whole_text,
    wrap_parser_errors,
)

MAX_RTF_BYTES = 2**28
WORD_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PARAGRAPH_TAG = f"{WORD_NAMESPACE}p"
TEXT_TAG = f"{WORD_NAMESPACE}t"
FALLBACK_TAG = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BREAK_CHARACTERS = {
    f"{WORD_NAMESPACE}tab": "\t",
    f"{WORD_NAMESPACE}br": "\n",
    f"{WORD_NAMESPACE}cr": "\n",
    f"{WORD_NAMESPACE}noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
}


def read_txt(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield one row, whose text is the whole file, or the articles of a news database's export."""
    text = read_whole_text(stream, chooser.report.make_warner(source.name))
    yield from split_export(text, source, chooser.report)


def read_docx(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of a .docx, whose paragraphs are lines."""
    with open_zip(read_whole(stream)) as parts:
        if "word/document.xml" not in parts.namelist():
            raise UnreadableError("not a valid document: it has no word/document.xml")
        with wrap_parser_errors("document"):
            text = "\n".join(extract_paragraphs(parts.read("word/document.xml")))
    yield from split_export(text, source, chooser.report)


def extract_paragraphs(data: bytes) -> Iterator[str]:
    """Yield the text of each paragraph of a document's XML.

    References
    ----------
    ECMA-376, part 1, 17.3.
    """
    from lxml import etree

    for _, paragraph in etree.iterparse(
        io.BytesIO(data),
        tag=PARAGRAPH_TAG,
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    ):
        if not is_inside(paragraph, PARAGRAPH_TAG, FALLBACK_TAG):
            yield "".join(
                (run.text or "") if run.tag == TEXT_TAG else BREAK_CHARACTERS.get(run.tag, "")
                for run in paragraph.iter()
                if not is_inside(run, FALLBACK_TAG)
            )
            paragraph.clear()


def is_inside(element: Any, *tags: str) -> bool:
    """Return whether an element stands inside one of these."""
    return next(element.iterancestors(*tags), None) is not None


def read_rtf(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of an .rtf."""
    text = extract_rtf_text(read_whole(stream, MAX_RTF_BYTES))
    yield from split_export(text, source, chooser.report)
