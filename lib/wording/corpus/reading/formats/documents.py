"""Read the text of word-processor files (.docx, .rtf) and of plain text.

A news database's export becomes one row per article. In any other text, a first line that looks
like a headline is the title; it stays in the text, where the encoded corpus sees the repetition.
"""

from __future__ import annotations

import io
import re
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
MIN_TITLE_WORDS, MAX_TITLE_WORDS = 3, 25
N_TITLE_CANDIDATES = 3
"""A title is among so many first lines: above it may stand a section, a day or a name."""
MIN_PARAGRAPH_WORDS = 15
"""What follows a title without a blank line is a paragraph with so many words at least."""
WORD_IN_LINE = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
NO_TITLE = re.compile(
    r"(?:by|von|par|por|di|door|photo|updated|published|posted|date|aired)\b"
    r"|[^\W\d_]*\.?,?\s*\d{1,2}\b.{0,24}\b(?:1[89]|20)\d\d\b|(?:1[89]|20)\d\d-\d\d|https?://",
    re.IGNORECASE,
)
"""How a line begins that is a byline, a day or an address."""
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
    yield from read_text_articles(text, source, chooser)


def read_text_articles(
    text: str, source: SourceFile, chooser: ColumnChooser
) -> Iterator[ArticleRow]:
    """Yield the articles of a database's export, or the whole text with the title that it shows."""
    for row in split_export(text, source, chooser.report):
        is_whole = row.keys() == {"text"}
        title = find_title_line(text) if is_whole else ""
        yield row | {"title": title} if title else row


def find_title_line(text: str) -> str:
    r"""Return the line at the beginning of a text that looks like a headline; empty if none does.

    That is a short line that does not end as a sentence does, with a blank line or a paragraph that
    is a good deal longer below it.

    >>> find_title_line("Town hall protests go on\n\nThe council met on Tuesday. It adjourned.")
    'Town hall protests go on'
    >>> find_title_line("The council met on Tuesday.\n\nIt adjourned.")
    ''
    """
    lines = [line.strip() for line in text[:10_000].splitlines()]
    written = [k for k, line in enumerate(lines) if line]
    for k, below in zip(written[:N_TITLE_CANDIDATES], written[1:], strict=False):
        line, n_words = lines[k], len(WORD_IN_LINE.findall(lines[k]))
        if n_words > MAX_TITLE_WORDS or line[-1] in ".,;:…":
            return ""
        if n_words < MIN_TITLE_WORDS or NO_TITLE.match(line):
            continue
        next_line = lines[below]
        is_paragraph = (
            len(WORD_IN_LINE.findall(next_line)) >= MIN_PARAGRAPH_WORDS
            and len(next_line) > 1.5 * len(line)
            and line[-1] not in "?!"
            and not next_line[0].islower()
        )
        return line if below > k + 1 or is_paragraph else ""
    return ""


def read_docx(stream: BinaryIO, source: SourceFile, chooser: ColumnChooser) -> Iterator[ArticleRow]:
    """Yield the rows of a .docx, whose paragraphs are lines."""
    with open_zip(read_whole(stream)) as parts:
        if "word/document.xml" not in parts.namelist():
            raise UnreadableError("not a valid document: it has no word/document.xml")
        with wrap_parser_errors("document"):
            text = "\n".join(extract_paragraphs(parts.read("word/document.xml")))
    yield from read_text_articles(text, source, chooser)


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
    yield from read_text_articles(text, source, chooser)
