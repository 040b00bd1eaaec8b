"""Made-up articles in every format that is read: each function gives the bytes of one file."""

import gzip
import io
import json
import tarfile
import zipfile

import openpyxl
import polars as pl
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

TEXT = (
    "The council of Newbridge met on Tuesday to talk about the old bridge — again.\n\n"
    "“We don’t know when it opens,” said Señor Peña, who called the "
    "closing a disaster for the town’s café owners.\n\n"
    "The protests of the shopkeepers began in May, and the mayor has "
    "not said whether the work will be paid for by the region."
)
ARTICLE = {
    "doc_id": "a-1",
    "outlet": "The Daily Example",
    "date": "2021-05-04",
    "title": "Bridge stays closed",
    "authors": "Ann Author",
}
ROW = ARTICLE | {"url": "https://example.org/bridge", "text": TEXT}
PARAGRAPHS = TEXT.split("\n\n")
ROWS = [
    ROW,
    ROW
    | {
        "doc_id": "a-2",
        "outlet": "Northern Example",
        "text": TEXT.replace("Newbridge", "Oldbridge"),
    },
]


def csv_file(rows=ROWS, separator=","):
    cells = [list(rows[0]), *(row.values() for row in rows)]
    return "\n".join(
        separator.join('"' + value.replace('"', '""') + '"' for value in line) for line in cells
    ).encode()


def jsonl_file(rows=ROWS):
    return "\n".join(map(json.dumps, rows)).encode()


def json_file(rows=ROWS):
    return json.dumps({"articles": rows}).encode()


def parquet_file(rows=ROWS):
    out = io.BytesIO()
    pl.DataFrame(rows).write_parquet(out)
    return out.getvalue()


def xlsx_file(rows=ROWS):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.create_sheet("notes").append(["nothing", "of", "interest"])
    book.save(out)
    return out.getvalue()


def html_file(row=ROW):
    body = "".join(f"<p>{part}</p>" for part in row["text"].split("\n\n"))
    meta = {
        "og:title": row["title"],
        "og:site_name": row["outlet"],
        "article:published_time": row["date"] + "T23:30:00-05:00",
        "author": row["authors"],
        "og:url": row["url"],
    }
    head = "".join(
        f'<meta property="{name}" name="{name}" content="{value}">' for name, value in meta.items()
    )
    menu = "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>'
        f"{row['title']}</title>{head}</head><body>{menu}"
        f"<article><h1>{row['title']}</h1>{body}</article><footer>All "
        f"rights reserved. Cookie settings.</footer></body></html>"
    ).encode()


def warc_file(rows=ROWS, compressed=True, status="200 OK"):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    for row in rows:
        for kind, content in (
            ("text/html; charset=utf-8", html_file(row)),
            ("image/png", b"\x89PNG"),
        ):
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                row["url"], "response", payload=io.BytesIO(content), http_headers=headers
            )
            writer.write_record(record)
    return out.getvalue()


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def rss_file(rows=ROWS, full=True):
    def item(row):
        body = escaped("".join(f"<p>{part}</p>" for part in row["text"].split("\n\n")))
        text = (
            f"<content:encoded>{body}</content:encoded>"
            if full
            else f"<description>{body[:80]}</description>"
        )
        return (
            f"<item><title>{row['title']}</title><link>{row['url']}</link><guid>{row['doc_id']}</guid><dc:creator>{row['authors']}</dc:creator>"
            f"<pubDate>Tue, 04 May 2021 08:00:00 GMT</pubDate><source url='x'>"
            f"{row['outlet']}</source>{text}</item>"
        )

    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return (
        f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel><title>'
        f"A feed</title>{''.join(map(item, rows))}</channel></rss>"
    ).encode()


def atom_file(rows=ROWS):
    def entry(row):
        body = escaped("".join(f"<p>{part}</p>" for part in row["text"].split("\n\n")))
        return (
            f"<entry><id>{row['doc_id']}</id><title>{row['title']}</title><link "
            f"rel='self' href='x'/><link href='{row['url']}'/>"
            f"<author><name>{row['authors']}</name></author><published>2021-05-04T08:00:00Z</published>"
            f"<source><title>{row['outlet']}</title></source><content type="
            f"'html'>{body}</content></entry>"
        )

    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A feed</title>'
        f"{''.join(map(entry, rows))}</feed>"
    ).encode()


def docx_file(lines):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(
        f"<w:p><w:r><w:t xml:space='preserve'>{escaped(line)}</w:t></w:r></w:p>" for line in lines
    )
    return zip_file(
        {
            "word/document.xml": (
                f'<?xml version="1.0" encoding="UTF-8"?><w:document {space}><w:body>'
                f"{body}</w:body></w:document>"
            ).encode()
        }
    )


def rtf_file(lines):
    def written(character):
        if ord(character) < 128:
            return "\\" + character if character in "\\{}" else character
        units = character.encode("utf-16-le")
        return "".join(
            f"\\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?"
            for i in range(0, len(units), 2)
        )

    text = "\\par\n".join("".join(map(written, line)) for line in lines)
    head = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;"
        r"}{\f1\fcharset204 Arial Cyr;}}{\*\generator Made up;}\uc1 "
    )
    return (head + text + r"{\field{\*\fldinst HYPERLINK x}{\fldrslt }}\par}").encode("ascii")


def zip_file(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def tar_file(files, mode="w:gz"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as packed:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return out.getvalue()


def nexis_lines(rows=ROWS, cover=True):
    """Nexis Uni: a list of the titles, then each article.

    With its head, "Body", its tail and "End of Document".
    """
    list_of = [
        line
        for n, row in enumerate(rows, start=1)
        for line in (f"{n}. {row['title']}", "Client/Matter: -None-", "Search Terms: bridge")
    ]
    lines = [
        "User Name: A Reader",
        "Date and Time: Thursday, May 6, 2021 9:15:00 AM EDT",
        "Job Number: 1234567",
        f"Documents ({len(rows)})",
        *list_of,
    ]
    for row in rows:
        lines = [
            *(lines if cover or row is not rows[0] else []),
            row["title"],
            row["outlet"],
            "May 4, 2021 Tuesday",
            "Late Edition",
            "",
        ]
        lines += [
            f"Copyright 2021 {row['outlet']} All Rights Reserved",
            "",
            "Section: Section A; Pg. 3",
            "Length: 62 words",
            f"Byline: {row['authors']}",
        ]
        lines += ["Body", "", *[line for part in row["text"].split("\n\n") for line in (part, "")]]
        lines += [
            "Classification",
            "",
            "Language: ENGLISH",
            "Publication-Type: Newspaper",
            "Subject: BRIDGES (90%)",
            "",
            "Load-Date: May 5, 2021",
            "",
        ]
        lines += ["End of Document", ""]
    return lines


def lexis_text(rows=ROWS):
    """LexisNexis before 2020: centred heads, fields in capitals, wrapped lines."""
    parts = []
    for n, row in enumerate(rows, start=1):
        wrapped = "\n\n".join(part.replace(" the ", "\nthe ") for part in row["text"].split("\n\n"))
        parts.append(
            f"\n{' ' * 31}{n} of {len(rows)} "
            f"DOCUMENTS\n\n\n{' ' * 30}{row['outlet']}\n\n{' ' * 28}May 4, 2021 "
            f"Tuesday\n{' ' * 33}Late Edition\n\n"
            f"{row['title']}\n\nBYLINE: By {row['authors']}\n\nSECTION: Section "
            f"A; Pg. 3\n\nLENGTH: 62 words\n\n\n{wrapped}\n\n"
            f"URL: {row['url']}\n\nLOAD-DATE: May 5, 2021\n\nLANGUAGE: "
            f"ENGLISH\n\nPUBLICATION-TYPE: Newspaper\n\n\n"
            f"{' ' * 20}Copyright 2021 {row['outlet']}\n{' ' * 25}All Rights Reserved\n\n"
        )
    return "".join(parts)


def factiva_lines(rows=ROWS, codes=False):
    """Factiva: fields in an order that is always the same, with their codes or without."""
    lines = []
    for n, row in enumerate(rows, start=1):
        number, first, *rest = f"EXAMP0002021050{n}eh54000a{n}", *row["text"].split("\n\n")
        if codes:
            lines += [
                "SE News",
                f"HD {row['title']}",
                f"BY By {row['authors']}",
                "WC 62 words",
                "PD 4 May 2021",
                f"SN {row['outlet']}",
                "SC EXAMP",
            ]
            lines += [
                "LA English",
                "CY Copyright 2021, the makers.",
                "LP",
                first,
                "",
                "TD",
                *[line for part in rest for line in (part, "")],
            ]
            lines += ["NS gtrans : Transport", "PUB Example Press", f"AN Document {number}", ""]
        else:
            lines += [
                "News",
                row["title"],
                f"By {row['authors']}",
                "62 words",
                "4 May 2021",
                "08:15",
                row["outlet"],
                "EXAMP",
                "English",
            ]
            lines += [
                "Copyright 2021, the makers.  All Rights Reserved.",
                "",
                *[line for part in row["text"].split("\n\n") for line in (part, "")],
            ]
            lines += [f"Document {number}", "", "Search Summary" if n == len(rows) else ""]
    return lines


def factiva_html(rows=ROWS):
    """Factiva's page of articles: a table of codes and fields for each."""
    cells = [(line.split(" ", 1) + [""])[:2] for line in factiva_lines(rows, codes=True)]
    return (
        "<html><body>"
        + "".join(f"<table><tr><td>{a}</td><td>{b}</td></tr></table>" for a, b in cells)
        + "</body></html>"
    ).encode()


FORMATS = {
    "a.csv": csv_file(),
    "a.tsv": csv_file(separator="\t"),
    "a.jsonl": jsonl_file(),
    "a.ndjson": jsonl_file(),
    "a.json": json_file(),
    "a.parquet": parquet_file(),
    "a.xlsx": xlsx_file(),
    "a.csv.gz": gzip.compress(csv_file()),
    "a.parquet.gz": gzip.compress(parquet_file()),
    "a.warc": warc_file(compressed=False),
    "a.warc.gz": warc_file(),
    "a.rss": rss_file(),
    "a.xml": rss_file(),
    "a.atom": atom_file(),
    "a.zip": zip_file({"x/one.html": html_file(ROWS[0]), "x/two.html": html_file(ROWS[1])}),
    "b.zip": zip_file({"x/a.csv": csv_file()}),
    "a.tar": tar_file({"x/a.jsonl": jsonl_file()}, "w"),
    "a.tar.gz": tar_file({"a.csv": csv_file()}),
    "a.tgz": tar_file({"./a.csv.gz": gzip.compress(csv_file())}),
    "a.tar.bz2": tar_file({"a.parquet": parquet_file()}, "w:bz2"),
    "a.tar.xz": tar_file({"a.xlsx": xlsx_file()}, "w:xz"),
    "nexis.docx": docx_file(nexis_lines()),
    "nexis.rtf": rtf_file(nexis_lines()),
    "single.zip": zip_file(
        {f"{n}.docx": docx_file(nexis_lines([row], cover=False)) for n, row in enumerate(ROWS)}
    ),
    "lexis.txt": lexis_text().encode(),
    "lexis.rtf": rtf_file(lexis_text().split("\n")),
    "factiva.rtf": rtf_file(factiva_lines()),
    "factiva-codes.rtf": rtf_file(factiva_lines(codes=True)),
    "factiva.txt": "\n".join(factiva_lines()).encode(),
    "factiva.html": factiva_html(),
    "factiva.docx": docx_file(factiva_lines(codes=True)),
}
"""Two articles in every format: file name and bytes."""
