"""Split what news databases export into articles: LexisNexis, Nexis Uni, Factiva, ProQuest.

A text of another kind is one article. The layouts are not specified by their makers. What is
relied on, seen in many published descriptions and readers of such files:

- LexisNexis (until 2020): "2 of 50 DOCUMENTS" above each article, outlet, date, headline, fields
  in capitals (BYLINE:, LENGTH: 612 words), text, fields again (LOAD-DATE:, LANGUAGE:, ...).
- Nexis Uni and Lexis Advance: headline, outlet, date, copyright, fields (Section:, Length:,
  Byline:), "Body", text, fields (Classification, Load-Date:), "End of Document"; a list of all
  headlines may stand before the first.
- both with the labels of another language, which the interface had when the file was saved.
- Factiva: with codes (HD headline, SN source, PD date, LP and TD text, AN number), or without
  them: headline, author, "612 words", date, source, its code, language, copyright, text;
  "Document" with the article's number below each.
- ProQuest: "Document 2 of 50" or a line of underscores above each article, then labelled fields,
  among them "Full text:".

Line ends of all kinds (Windows, old Macintosh) are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from wording.corpus.reading.report import ArticleRow, ReadingReport
from wording.corpus.reading.sources import SourceFile

REGEX_FLAGS = re.M | re.I
WORDS_LABEL = r"(?:words?|W[öo]rter|mots?|palabras?|palavras?|parole|woorden|ord|слов\w*)"
LENGTH_LABEL = r"(?:LENGTH|L[ÄA]NGE|LONGUEUR|LONGITUD|LUNGHEZZA|LENGTE|COMPRIMENTO|EXTENSI[ÓO]N)"
BYLINE_LABEL = (
    r"(?:Byline|Verfasser|Autor(?:e[ns])?|Auteurs?|Firma|Firmantes|Autori|Auteur|Door|Signatura)"
)
SECTION_LABEL = r"(?:Section|Rubrik|Rubrique|Secci[óo]n|Sezione|Rubriek|Sectie|Se[çc][ãa]o)"
LOAD_DATE_LABEL = (
    r"(?:Load-Date|Update|Ladedatum|Aktualisierungsdatum|Date de chargement|Fecha de carga"
    r"|Data di caricamento|Laaddatum|Data de carregamento)"
)
CLASSIFICATION_LABEL = (
    r"(?:Classification|Klassifi[kz]ation|Clasificaci[óo]n|Classifica(?:zione|[çc][ãa]o)"
    r"|Classificatie)"
)
LEXIS_START = re.compile(
    r"^[ \t]*\d+ (?:of|von|de|di|van) \d+ (?:DOCUMENT|DOKUMENT|DOCUMENTO)(?:S|E|EN|I)?[ \t]*$", re.M
)
NEXIS_END = re.compile(
    r"^[ \t]*(?:End of Document|Ende des Dokuments|Fin du document|Fin del? documento"
    r"|Fine del documento|Fim do documento|Einde (?:van (?:het )?)?document)[ \t]*$",
    REGEX_FLAGS,
)
FACTIVA_END = re.compile(
    r"^[ \t]*(?:AN[ \t|]+)?(?:Document|Dokument|Documento)[ \t|]+([A-Z0-9]{16,40})[ \t|]*$",
    REGEX_FLAGS,
)
NEXIS_BODY_HEADING = re.compile(
    r"^[ \t]*(?:Body|Textk[öo]rper|Hauptteil|Volltext|Corps(?: de l.article)?|Cuerpo|Corpo"
    r"|Tekst|Hoofdtekst)[ \t]*$",
    REGEX_FLAGS,
)
NEXIS_FIELD = re.compile(
    rf"^[ \t]*(?:{LOAD_DATE_LABEL}|{LENGTH_LABEL}|{SECTION_LABEL}|{BYLINE_LABEL}):", REGEX_FLAGS
)
DATE_LINE = re.compile(
    r"^[ \t]*(?:\w+,?[ \t]+)?"
    r"(?:[A-Z]\w{2,9}\.?[ \t]+\d{1,2},?[ \t]+(?:1[89]|20)\d\d"
    r"|\d{1,2}\.?[ \t]+(?:de[ \t]+)?\w{3,10}\.?,?[ \t]+(?:de[ \t]+)?(?:1[89]|20)\d\d)\b.*$",
    re.M,
)
WORD_COUNT_LINE = re.compile(
    rf"^[ \t]*(?:{LENGTH_LABEL}:[ \t]*)?[\d,.]+[ \t]+{WORDS_LABEL}[ \t]*$", REGEX_FLAGS
)
LENGTH_LINE = re.compile(rf"^[ \t]*{LENGTH_LABEL}:[ \t]*[\d,.]+[ \t]+{WORDS_LABEL}[ \t]*$", re.M)
COPYRIGHT_LINE = re.compile(r"^[ \t]*(?:Copyright\b|\(c\)|©).*$", REGEX_FLAGS)
FIELD_LINE = re.compile(r"^[ \t]*([^\W\d_][\w-]{2,20}):[ \t]*(.*)$", re.M)
COLUMN_BY_FIELD = {
    **dict.fromkeys(("byline", "verfasser", "autor", "autoren", "auteur", "auteurs"), "authors"),
    **dict.fromkeys(("autore", "firma", "firmantes"), "authors"),
    "headline": "title",
    "url": "url",
    **dict.fromkeys(("language", "sprache", "langue", "idioma", "lingua", "taal"), "language"),
}
TAIL_START = re.compile(
    r"^[ \t]*(?:(?:LOAD-DATE|LANGUAGE|PUBLICATION-TYPE|SUBJECT|COMPANY|ORGANIZATION|GEOGRAPHIC"
    r"|PERSON|COUNTRY|STATE|CITY|INDUSTRY|GRAPHIC|URL|DOCUMENT-TYPE|JOURNAL-CODE):.*"
    rf"|{LOAD_DATE_LABEL}:.*|{CLASSIFICATION_LABEL}|Graphic|Grafik)[ \t]*$",
    re.M,
)
FACTIVA_CODE = re.compile(
    r"^(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|PUB|IPD|IPC|AN)"
    r"(?:[ \t|]+|$)",
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
LEXIS_HEAD_FIELD = re.compile(r"^(?:BYLINE|SECTION|DATELINE|HIGHLIGHT):.*$", re.M)
NEXIS_CLASSIFICATION = re.compile(rf"^[ \t]*{CLASSIFICATION_LABEL}[ \t]*$", re.M)
NEXIS_TAIL = re.compile(rf"[ \t]*(?:{LOAD_DATE_LABEL}:|{CLASSIFICATION_LABEL}[ \t]*$)")
PROQUEST_START = re.compile(r"^[ \t]*(?:Document \d+ of \d+|_{20,})[ \t]*$", re.M)
PROQUEST_FIELD = re.compile(r"^([A-Z][A-Za-z]+(?:[ /&-]+[A-Za-z]+){0,4}):[ \t]*(.*)$", re.M)
PROQUEST_TEXT = re.compile(r"^Full text:[ \t]*", re.M)
COLUMN_BY_PROQUEST_FIELD = {
    "title": "title",
    "author": "authors",
    "publication title": "outlet",
    "publication info": "outlet",
    "publication date": "date",
    "document url": "url",
    "proquest document id": "doc_id",
    "language of publication": "language",
}
PROQUEST_TAIL = frozenset(
    {
        "subject",
        "business indexing term",
        "people",
        "company / organization",
        "location",
        "classification",
        "identifier / keyword",
        "copyright",
        "credit",
        "publication date",
        "publication subject",
        "publication year",
        "publisher",
        "place of publication",
        "country of publication",
        "source type",
        "document type",
        "first page",
        *COLUMN_BY_PROQUEST_FIELD,
    }
)
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
DOCUMENT_SIGNS = {
    "a line such as 'LENGTH: 70 words'": LENGTH_LINE,
    "a line such as 'LOAD-DATE: May 5, 2021'": re.compile(
        rf"^[ \t]*{LOAD_DATE_LABEL}:", REGEX_FLAGS
    ),
    "a line such as '2 of 50 DOCUMENTS'": LEXIS_START,
    "a line such as 'Document 2 of 50'": re.compile(r"^[ \t]*Document \d+ of \d+", REGEX_FLAGS),
    "a line such as 'End of Document'": NEXIS_END,
    "a line of copyright with 'All Rights Reserved'": re.compile(
        r"^[ \t]*(?:Copyright|©)[^\n]*All Rights Reserved", REGEX_FLAGS
    ),
    "a headed line such as 'Full text:'": PROQUEST_TEXT,
}
"""What stands once in each document of an export."""


@dataclass(frozen=True)
class ExportLayout:
    """How the texts of a database are split into documents, and how one is read.

    `read_document` takes a document and whether it is the first one.
    """

    name: str
    split: Callable[[str], list[str]]
    read_document: Callable[[str, bool], dict[str, str]]


def split_export(text: str, source: SourceFile, report: ReadingReport) -> Iterator[ArticleRow]:
    """Yield one row per article of the text; a document without text is refused."""
    plain = LINE_END.sub("\n", text)
    layout = detect_layout(plain)
    if layout is None:
        warn_of_several_documents(plain, source, report)
        yield {"text": text}
        return
    documents = layout.split(plain)
    report.add_warning(
        f"recognised as a news-database export ({layout.name}); "
        "each document was read as one article",
        source.name,
    )
    for number, document in enumerate(documents, start=1):
        row = layout.read_document(document, number == 1)
        if row.get("text", "").strip():
            warn_of_several_documents(row["text"], source, report)
            yield {"number": number} | {name: value.strip() for name, value in row.items() if value}
        else:
            report.count_and_refuse(
                source.place(number),
                "no text was found in this document of the news database",
                document.strip(),
            )


def warn_of_several_documents(text: str, source: SourceFile, report: ReadingReport) -> None:
    """Warn where a text that counts as one article looks like several documents."""
    for sign, pattern in DOCUMENT_SIGNS.items():
        n = len(pattern.findall(text))
        if n > 1:
            report.add_warning(
                f"looks like several documents, but was read as one article: {sign} occurs {n:,} "
                "times; save one document per file, or export it as a table",
                source.name,
            )
            return


def detect_layout(text: str) -> ExportLayout | None:
    """Return how the text is laid out, None if it is no export of a news database."""
    if LEXIS_START.search(text) and WORD_COUNT_LINE.search(text):
        return ExportLayout("LexisNexis", split_lexis, read_lexis)
    if NEXIS_END.search(text) and NEXIS_BODY_HEADING.search(text) and NEXIS_FIELD.search(text):
        return ExportLayout("Nexis Uni", split_nexis, read_nexis)
    if FACTIVA_END.search(text) and (FACTIVA_CODE.search(text) or WORD_COUNT_LINE.search(text)):
        return ExportLayout("Factiva", split_factiva, read_factiva)
    if PROQUEST_TEXT.search(text) and any(
        name.lower() in COLUMN_BY_PROQUEST_FIELD for name, _ in PROQUEST_FIELD.findall(text)
    ):
        return ExportLayout("ProQuest", split_proquest, read_proquest)
    if len(LENGTH_LINE.findall(text)) == 1 and TAIL_START.search(text):
        return ExportLayout("LexisNexis", lambda whole: [whole], read_lexis)
    return None


def split_lexis(text: str) -> list[str]:
    """Return the documents of an export of LexisNexis."""
    return LEXIS_START.split(text)[1:]


def split_nexis(text: str) -> list[str]:
    """Return the documents of an export of Nexis Uni."""
    return split_documents(NEXIS_END, text)


def split_factiva(text: str) -> list[str]:
    """Return the documents of an export of Factiva."""
    return split_documents(FACTIVA_END, text)


def split_documents(end: re.Pattern[str], text: str) -> list[str]:
    """Return the documents that such lines end, each with that line.

    What stands after the last one is not the export's but the page's.
    """
    ends = [match.end() for match in end.finditer(text)]
    return [text[start:stop] for start, stop in zip([0, *ends], ends, strict=False)]


def read_lexis(document: str, is_first: bool) -> dict[str, str]:
    """Return the fields of a document of LexisNexis.

    Its text stands between the last field of its head and the first of its tail.
    """
    head_lines = [*WORD_COUNT_LINE.finditer(document), *LEXIS_HEAD_FIELD.finditer(document)]
    head_end = max((line.end() for line in head_lines), default=0)
    tail = TAIL_START.search(document, head_end)
    tail_start = tail.start() if tail else len(document)
    head = document[:head_end]
    text = unwrap_paragraphs(document[head_end:tail_start])
    fields = parse_fields(head) | parse_fields(document[tail_start:])
    return parse_head(head, after_title_list=False) | fields | {"text": text}


def read_nexis(document: str, is_first: bool) -> dict[str, str]:
    """Return the fields of a document of Nexis Uni; its text stands below "Body"."""
    heading = NEXIS_BODY_HEADING.search(document)
    if not heading:
        return {}
    head = document[: heading.start()]
    body = NEXIS_END.sub("", document[heading.end() :])
    tail_start = find_nexis_tail(body)
    fields = parse_fields(head) | parse_fields(body[tail_start:])
    # A list of all titles may stand before the first document.
    return parse_head(head, after_title_list=is_first) | fields | {"text": body[:tail_start]}


def find_nexis_tail(body: str) -> int:
    """Return where the fields below the text begin, the length of the body if there are none."""
    tails = [match.start() for match in TAIL_START.finditer(body) if NEXIS_TAIL.match(match[0])]
    if not tails:
        return len(body)
    classification = NEXIS_CLASSIFICATION.search(body)
    return classification.start() if classification else tails[-1]


def parse_head(head: str, *, after_title_list: bool) -> dict[str, str]:
    """Return date, outlet (above it), and title (above that, or else below the date).

    After a list of titles, only the line above the outlet is the title.
    """
    dates = [match for match in DATE_LINE.finditer(head) if not FIELD_LINE.match(match[0])]
    if not dates:
        return {"title": next(filter(None, map(str.strip, head.splitlines())), "")}
    date = dates[-1] if after_title_list else dates[0]
    above = list_head_lines(head[: date.start()])
    title_lines = above[-2:-1] if after_title_list else above[:-1]
    title = " ".join(title_lines) or find_title_below(head[date.end() :])
    return {
        "date": date[0].strip(),
        "outlet": above[-1] if above else "",
        "title": " ".join(title.split()),
    }


def list_head_lines(part: str) -> list[str]:
    """Return the lines that are neither empty nor a copyright notice."""
    return [
        line.strip()
        for line in part.splitlines()
        if line.strip() and not COPYRIGHT_LINE.match(line)
    ]


def find_title_below(part: str) -> str:
    """Return the first paragraph below the date that is neither a field nor a copyright notice."""
    for paragraph in re.split(r"\n\s*\n", part)[1:]:
        plain = paragraph.strip()
        if plain and not FIELD_LINE.match(plain) and not COPYRIGHT_LINE.match(plain):
            return paragraph
    return ""


def parse_fields(part: str) -> dict[str, str]:
    """Return the fields of a head or a tail that we have a name for."""
    return {
        COLUMN_BY_FIELD[name.lower()]: value
        for name, value in FIELD_LINE.findall(part)
        if name.lower() in COLUMN_BY_FIELD and value.strip()
    }


def unwrap_paragraphs(text: str) -> str:
    """Return the text with the lines of each paragraph joined, as the database wrapped them."""
    return "\n\n".join(
        " ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text) if part.strip()
    )


def read_factiva(document: str, is_first: bool) -> dict[str, str]:
    """Return the fields of a document of Factiva, with their codes or without."""
    end = FACTIVA_END.search(document)
    if end is None:
        return {}
    body = document[: end.start()]
    codes = list(FACTIVA_CODE.finditer(body))
    has_codes = {"HD", "PD"} <= {match[1] for match in codes}
    fields = parse_coded_document(body, codes) if has_codes else parse_uncoded_document(body)
    return {"doc_id": end[1]} | fields


def parse_coded_document(body: str, codes: Sequence[re.Match[str]]) -> dict[str, str]:
    """Return the fields of a document whose fields have codes."""
    ends = [match.start() for match in codes[1:]] + [len(body)]
    fields = {
        match[1]: body[match.end() : end].strip(" \t|\n")
        for match, end in zip(codes, ends, strict=True)
    }
    row = {
        ours: " ".join(fields[code].split())
        for code, ours in COLUMN_BY_FACTIVA_CODE.items()
        if code in fields
    }
    return row | {"text": "\n".join(filter(None, (fields.get("LP"), fields.get("TD"))))}


def parse_uncoded_document(body: str) -> dict[str, str]:
    """Return the fields of a document without codes, by their order around the word count."""
    word_count = WORD_COUNT_LINE.search(body)
    if not word_count:
        return {}
    above = [line.strip() for line in body[: word_count.start()].splitlines() if line.strip()]
    bylines = [line for line in above if BYLINE_PREFIX.match(line)]
    others = [line for line in above if line not in bylines]
    date = DATE_LINE.search(body, word_count.end())
    after = date.end() if date else word_count.end()
    below = [
        line.strip()
        for line in body[after:].splitlines()
        if line.strip() and not re.match(r"\d\d?:\d\d", line.strip())
    ]
    rights = COPYRIGHT_LINE.search(body, after)
    return {
        "title": max(others, key=lambda line: len(line.split()), default=""),
        "authors": BYLINE_PREFIX.sub("", bylines[0]) if bylines else "",
        "date": date[0] if date else "",
        "outlet": below[0] if below else "",
        "text": body[rights.end() :] if rights else "\n".join(below[1:]),
    }


def split_proquest(text: str) -> list[str]:
    """Return the documents of an export of ProQuest, those without any field left out."""
    parts = PROQUEST_START.split(text)
    return [part for part in parts if PROQUEST_FIELD.search(part)]


def read_proquest(document: str, is_first: bool) -> dict[str, str]:
    """Return the fields of a document of ProQuest; its text follows "Full text:".

    The title may stand above all fields without a label.
    """
    opening = PROQUEST_TEXT.search(document)
    if not opening:
        return {}
    tail = [
        match
        for match in PROQUEST_FIELD.finditer(document, opening.end())
        if match[1].lower() in PROQUEST_TAIL
    ]
    end = tail[0].start() if tail else len(document)
    head = document[: opening.start()]
    row = {"title": next(filter(None, map(str.strip, head.splitlines())), "")}
    for match in [*PROQUEST_FIELD.finditer(head), *tail]:
        ours = COLUMN_BY_PROQUEST_FIELD.get(match[1].lower())
        if ours and match[2].strip():
            row[ours] = match[2].strip()
    if "outlet" in row:
        row["outlet"] = row["outlet"].partition(";")[0].strip()
    return row | {"text": document[opening.end() : end]}
