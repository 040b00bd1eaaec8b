"""Reads the text of word-processor files (.docx, .rtf) and of plain text; a news database's export becomes one row per article."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from wording.corpus.reading.archives import open_zip
from wording.corpus.reading.encodings import UnreadableError, decode_with_warning
from wording.corpus.reading.formats.databases import split_export
from wording.corpus.reading.formats.rtf import extract_rtf_text
from wording.corpus.reading.report import ColumnChooser, make_warner
from wording.corpus.reading.sources import SourceFile, read_whole, wrap_parser_errors

MAX_RTF_BYTES = 2**28
WORD_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK_TAG = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
BREAK_CHARACTERS = {
    f"{WORD_NAMESPACE}tab": "\t",
    f"{WORD_NAMESPACE}br": "\n",
    f"{WORD_NAMESPACE}cr": "\n",
    f"{WORD_NAMESPACE}noBreakHyphen": "\N{NON-BREAKING HYPHEN}",
}


def read_txt(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """One row, whose text is the whole file; the articles of a news database's export one by one."""
    text = decode_with_warning(read_whole(stream), make_warner(source, chooser.ledger))
    yield from split_export(text, source, chooser.ledger)


def read_docx(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """The rows of a .docx, whose paragraphs are lines."""
    with open_zip(read_whole(stream)) as parts:
        if "word/document.xml" not in parts.namelist():
            raise UnreadableError("not a sound document: it has no word/document.xml")
        with wrap_parser_errors("document"):
            text = "\n".join(extract_paragraphs(parts.read("word/document.xml")))
    yield from split_export(text, source, chooser.ledger)


def extract_paragraphs(data: bytes) -> Iterator[str]:
    """The text of each paragraph of a document's XML (ECMA-376, part 1, 17.3)."""
    from lxml import etree

    for _, paragraph in etree.iterparse(
        io.BytesIO(data),
        tag=f"{WORD_NAMESPACE}p",
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
    ):
        if next(paragraph.iterancestors(f"{WORD_NAMESPACE}p", FALLBACK_TAG), None) is None:
            runs = (
                run
                for run in paragraph.iter()
                if next(run.iterancestors(FALLBACK_TAG), None) is None
            )
            yield "".join(
                (run.text or "")
                if run.tag == f"{WORD_NAMESPACE}t"
                else BREAK_CHARACTERS.get(run.tag, "")
                for run in runs
            )
            paragraph.clear()


def read_rtf(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[dict]:
    """The rows of an .rtf."""
    yield from split_export(
        extract_rtf_text(read_whole(stream, MAX_RTF_BYTES)), source, chooser.ledger
    )
