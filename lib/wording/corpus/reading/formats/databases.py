"""Tells the articles apart in what news databases export: LexisNexis and Nexis Uni, Factiva; a text of another kind is one article.

The layouts are not specified by their makers. What is relied on, seen in many published descriptions and readers of such files:

- LexisNexis (until 2020): "2 of 50 DOCUMENTS" above each article, outlet, date, headline, fields in capitals (BYLINE:, LENGTH: 612 words), text,
  fields again (LOAD-DATE:, LANGUAGE:, ...).
- Nexis Uni and Lexis Advance: headline, outlet, date, copyright, fields (Section:, Length:, Byline:), "Body", text, fields (Classification,
  Load-Date:), "End of Document"; a list of all headlines may stand before the first.
- Factiva: with codes (HD headline, SN source, PD date, LP and TD text, AN number), or without them: headline, author, "612 words", date, source,
  its code, language, copyright, text; "Document" with the article's number below each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wording.corpus.reading.report import ReadingReport
from wording.corpus.reading.sources import SourceFile

REGEX_FLAGS = re.M | re.I
LEXIS_START = re.compile(r"^[ \t]*\d+ of \d+ DOCUMENTS?[ \t]*$", re.M)
NEXIS_END = re.compile(r"^[ \t]*End of Document[ \t]*$", REGEX_FLAGS)
FACTIVA_END = re.compile(
    r"^[ \t]*(?:AN[ \t|]+)?(?:Document|Dokument)[ \t|]+([A-Z0-9]{16,40})[ \t|]*$", REGEX_FLAGS
)
NEXIS_BODY_HEADING = re.compile(r"^[ \t]*Body[ \t]*$", REGEX_FLAGS)
NEXIS_FIELD = re.compile(r"^[ \t]*(?:Load-Date|Length|Section|Byline):", REGEX_FLAGS)
DATE_LINE = re.compile(
    r"^[ \t]*(?:\w+,?[ \t]+)?(?:[A-Z]\w{2,9}\.?[ \t]+\d{1,2},?[ \t]+(?:1[89]|20)\d\d|\d{1,2}\.?[ \t]+[A-Z]\w{2,9}\.?,?[ \t]+(?:1[89]|20)\d\d)\b.*$",
    re.M,
)
WORD_COUNT_LINE = re.compile(r"^[ \t]*(?:LENGTH:[ \t]*)?[\d,.]+[ \t]+words?[ \t]*$", REGEX_FLAGS)
COPYRIGHT_LINE = re.compile(r"^[ \t]*(?:Copyright\b|\(c\)|©).*$", REGEX_FLAGS)
FIELD_LINE = re.compile(r"^[ \t]*([A-Z][A-Za-z-]{2,20}):[ \t]*(.*)$", re.M)
COLUMN_BY_FIELD = {"byline": "authors", "headline": "title", "url": "url", "language": "language"}
TAIL_START = re.compile(
    r"^[ \t]*(?:(?:LOAD-DATE|LANGUAGE|PUBLICATION-TYPE|SUBJECT|COMPANY|ORGANIZATION|GEOGRAPHIC|PERSON|COUNTRY|STATE|CITY|INDUSTRY|GRAPHIC|URL"
    r"|DOCUMENT-TYPE|JOURNAL-CODE):.*|Load-Date:.*|Classification|Graphic)[ \t]*$",
    re.M,
)
FACTIVA_CODE = re.compile(
    r"^(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|PUB|IPD|IPC|AN)(?:[ \t|]+|$)",
    re.M,
)
COLUMN_BY_FACTIVA_CODE = {
    "HD": "title",
    "BY": "authors",
    "PD": "date",
    "SN": "outlet",
    "LA": "language",
}
BYLINE_PREFIX = re.compile(r"^(?:by|von|par|por|di|door)\s+", re.I)


def split_export(text: str, source: SourceFile, ledger: ReadingReport) -> Iterator[dict]:
    """One row per article of the text; what has an article's marks but no text is refused."""
    layout = detect_layout(text)
    if layout is None:
        yield {"text": text}
        return
    split, read = layout
    ledger.remark(
        "an export of a news database, read as one article for each of its documents", source.name
    )
    for number, block in enumerate(split(text), start=1):
        row = read(block, number == 1)
        if row.get("text", "").strip():
            yield {"number": number} | {name: value.strip() for name, value in row.items() if value}
        else:
            ledger.turn_away(
                f"{source.name}:{number}",
                "no text was found in this document of the news database",
                block.strip(),
            )


def detect_layout(text: str):
    """How the text is split into documents and how one is read, None if it is no export of a news database."""
    if LEXIS_START.search(text) and WORD_COUNT_LINE.search(text):
        return (lambda whole: LEXIS_START.split(whole)[1:]), read_lexis
    if NEXIS_END.search(text) and NEXIS_BODY_HEADING.search(text) and NEXIS_FIELD.search(text):
        return (lambda whole: split_documents(NEXIS_END, whole)), read_nexis
    if FACTIVA_END.search(text) and (FACTIVA_CODE.search(text) or WORD_COUNT_LINE.search(text)):
        return (lambda whole: split_documents(FACTIVA_END, whole)), read_factiva
    return None


def split_documents(end: re.Pattern, text: str) -> list[str]:
    """The documents that lines of this kind end, each with that line; what stands after the last one is the page's."""
    ends = [match.end() for match in end.finditer(text)]
    return [text[start:stop] for start, stop in zip([0, *ends], ends, strict=False)]


def read_lexis(block: str, _: bool) -> dict[str, str]:
    """A document of LexisNexis: its text stands between the last field of its head and the first of its tail."""
    head_end = max(
        (
            m.end()
            for m in (
                *WORD_COUNT_LINE.finditer(block),
                *re.finditer(r"^(?:BYLINE|SECTION|DATELINE|HIGHLIGHT):.*$", block, re.M),
            )
        ),
        default=0,
    )
    tail = TAIL_START.search(block, head_end)
    text = block[head_end : tail.start() if tail else len(block)]
    return (
        parse_head(block[:head_end])
        | parse_fields(block[:head_end])
        | parse_fields(block[tail.start() :] if tail else "")
        | {"text": unwrap_paragraphs(text)}
    )


def read_nexis(block: str, first: bool) -> dict[str, str]:
    """A document of Nexis Uni: its text stands below "Body"."""
    body = NEXIS_BODY_HEADING.search(block)
    if not body:
        return {}
    text = NEXIS_END.sub("", block[body.end() :])
    tail = next(
        (
            m
            for m in reversed([*TAIL_START.finditer(text)])
            if m[0].strip().startswith(("Load-Date", "Classification"))
        ),
        None,
    )
    if tail and (opened := re.search(r"^[ \t]*Classification[ \t]*$", text, re.M)):
        tail = opened
    head = parse_head(block[: body.start()], last_only=first)
    return (
        head
        | parse_fields(block[: body.start()])
        | parse_fields(text[tail.start() :] if tail else "")
        | {"text": text[: tail.start()] if tail else text}
    )


def parse_head(head: str, *, last_only: bool = False) -> dict[str, str]:
    """Date, outlet above it, and title above that or else below; `last_only`: only the line above the outlet, as a list of titles stands before."""
    dates = [match for match in DATE_LINE.finditer(head) if not FIELD_LINE.match(match[0])]
    if not dates:
        return {"title": next(filter(None, map(str.strip, head.splitlines())), "")}
    date = dates[-1] if last_only else dates[0]
    above = [
        line.strip()
        for line in head[: date.start()].splitlines()
        if line.strip() and not COPYRIGHT_LINE.match(line)
    ]
    below = [line.strip() for line in head[date.end() :].splitlines()]
    title = above[-2:-1] if last_only else above[:-1]
    if not title:
        after = re.split(r"\n\s*\n", head[date.end() :])
        title = [
            part
            for part in after[1:]
            if part.strip()
            and not FIELD_LINE.match(part.strip())
            and not COPYRIGHT_LINE.match(part.strip())
        ][:1] or below[:0]
    return {
        "date": date[0].strip(),
        "outlet": above[-1] if above else "",
        "title": " ".join(" ".join(title).split()),
    }


def parse_fields(part: str) -> dict[str, str]:
    """The fields of a head or a tail that we have a name for."""
    return {
        COLUMN_BY_FIELD[name.lower()]: value
        for name, value in FIELD_LINE.findall(part)
        if name.lower() in COLUMN_BY_FIELD and value.strip()
    }


def unwrap_paragraphs(text: str) -> str:
    """The text with the lines of each paragraph joined, as the database wrapped them."""
    return "\n\n".join(
        " ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text) if part.strip()
    )


def read_factiva(block: str, _: bool) -> dict[str, str]:
    """A document of Factiva, with the codes of its fields or without."""
    number = FACTIVA_END.search(block)
    block = block[: number.start()]
    codes = list(FACTIVA_CODE.finditer(block))
    if {"HD", "PD"} <= {match[1] for match in codes}:
        return {"doc_id": number[1]} | parse_coded_document(block, codes)
    return {"doc_id": number[1]} | parse_uncoded_document(block)


def parse_coded_document(block: str, codes: list[re.Match]) -> dict[str, str]:
    """The fields of a document whose fields have codes."""
    ends = [match.start() for match in codes[1:]] + [len(block)]
    fields = {
        match[1]: block[match.end() : end].strip(" \t|\n")
        for match, end in zip(codes, ends, strict=True)
    }
    row = {
        ours: " ".join(fields[code].split())
        for code, ours in COLUMN_BY_FACTIVA_CODE.items()
        if code in fields
    }
    return row | {"text": "\n".join(filter(None, (fields.get("LP"), fields.get("TD"))))}


def parse_uncoded_document(block: str) -> dict[str, str]:
    """The fields of a document without codes, by their order around the line that counts the words."""
    length = WORD_COUNT_LINE.search(block)
    if not length:
        return {}
    above = [line.strip() for line in block[: length.start()].splitlines() if line.strip()]
    named = [line for line in above if BYLINE_PREFIX.match(line)]
    rest = [line for line in above if line not in named]
    date = DATE_LINE.search(block, length.end())
    after = date.end() if date else length.end()
    below = [
        line.strip()
        for line in block[after:].splitlines()
        if line.strip() and not re.match(r"\d\d?:\d\d", line.strip())
    ]
    rights = COPYRIGHT_LINE.search(block, after)
    return {
        "title": max(rest, key=lambda line: len(line.split()), default=""),
        "authors": BYLINE_PREFIX.sub("", named[0]) if named else "",
        "date": date[0] if date else "",
        "outlet": below[0] if below else "",
        "text": block[rights.end() :] if rights else "\n".join(below[1:]),
    }
