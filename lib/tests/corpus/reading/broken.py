"""Broken, hostile and odd files of every kind.

Name of the case, name of the file, its bytes, articles accepted (None: an error in words), rejects.
"""

import bz2
import gzip
import io
import itertools
import json
import lzma
import stat
import struct
import tarfile
import zipfile

import polars as pl
from formats import (
    csv_file,
    docx_file,
    html_file,
    nexis_lines,
    parquet_file,
    rtf_file,
    tar_file,
    warc_file,
    xlsx_file,
    zip_file,
)

ENGLISH = (
    "The mayor said “we don’t know” — and left the café with Señor "
    "Peña… The council met on Tuesday.\r\n"
)
RUSSIAN = (
    "Мэр заявил, что вокзал будет закрыт на неопределённый срок, и "
    "жители города требуют объяснений.\n"
)
HEAD = b"outlet,text\n"
JSON = b'{"outlet": "A", "text": "one"}\n'
MEGABYTE = 2**20
ZEROS = bytes(MEGABYTE)
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">'.encode() for a, b in itertools.pairwise("abcdefghij")
    )
    + b"]>"
)
SECRET = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
SPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def bomb(compress, megabytes=100):
    """Zeros that pack to a thousandth."""
    return compress(ZEROS * megabytes)


def zipped(name, content=b"one", *, attributes=0, method=zipfile.ZIP_DEFLATED):
    """A .zip with one member of any name and kind."""
    out, info = io.BytesIO(), zipfile.ZipInfo(name)
    info.external_attr, info.compress_type, info.create_system = attributes, method, 3
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(info, content)
    return out.getvalue()


def patched(data, signature, offset, value):
    """The .zip with a field of each of its records of one kind changed."""
    data, place = bytearray(data), data.find(signature)
    while place >= 0:
        data[place + offset : place + offset + len(value)] = value
        place = data.find(signature, place + 4)
    return bytes(data)


def encrypted():
    return patched(patched(zipped("a.txt"), b"PK\1\2", 8, b"\1\0"), b"PK\3\4", 6, b"\1\0")


def overlapping():
    """A .zip whose directory names the same bytes many times (Fifield 2019)."""
    data = zipped("a.txt", b"one " * 2000, method=zipfile.ZIP_STORED)
    start = data.find(b"PK\1\2")
    end = data.find(b"PK\5\6")
    entry = data[start:end]
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 50, 50)
    tail[12:16] = struct.pack("<I", len(entry) * 50)
    return data[:start] + entry * 50 + bytes(tail)


def tarred(kind, name="a.txt", link="", size=0):
    """A .tar with one member that is no plain file."""
    out, info = io.BytesIO(), tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    with tarfile.open(fileobj=out, mode="w") as packed:
        packed.addfile(info)
    return out.getvalue()


def parquet_of(**columns):
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def parquet_with_broken_text():
    import pyarrow as pa
    from pyarrow import parquet

    text = pa.Array.from_buffers(
        pa.string(),
        1,
        [None, pa.py_buffer(struct.pack("<ii", 0, 4)), pa.py_buffer(b"\xff\xfe\xfd\xfc")],
    )
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": text, "outlet": ["A"]}), out)
    return out.getvalue()


def workbook(sheet):
    """An .xlsx whose sheet is this XML."""
    with zipfile.ZipFile(io.BytesIO(xlsx_file())) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return zip_file(parts | {"xl/worksheets/sheet1.xml": sheet})


def sheet(rows, dimension="A1:B2"):
    """The XML of a sheet with two rows of its own and others; `dimension` is what it claims."""
    head = cell("A1", "text") + cell("B1", "outlet")
    first = cell("A2", "one two") + cell("B2", "A")
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData><row r="1">{head}</row><row r="2">{first}</row>'
        f"{rows}</sheetData></worksheet>"
    ).encode()


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


LAST_CELL = f'<row r="1048576">{cell("XFD1048576", "x")}</row>'
LATE_ROW = '<row r="99999999999"><c r="A9" t="inlineStr"><is><t>late</t></is></c></row>'


def document(body, head=b""):
    """A .docx whose document is this XML."""
    return zip_file(
        {
            "word/document.xml": b'<?xml version="1.0"?>'
            + head
            + b"<w:document "
            + SPACE
            + b"><w:body>"
            + body
            + b"</w:body></w:document>"
        }
    )


def feed(item, head=b""):
    return (
        b'<?xml version="1.0"?>'
        + head
        + b"<rss><channel><title>A</title>"
        + item
        + b"</channel></rss>"
    )


def page(body):
    return b"<html><body><article>" + body + b"</article></body></html>"


def warc(http, length=None, head=b"WARC/1.0"):
    fields = (
        b"WARC-Type: response\r\nWARC-Target-URI: https://example.org/"
        b"\r\nContent-Type: application/http; msgtype=response\r\n"
    )
    return (
        head
        + b"\r\n"
        + fields
        + b"Content-Length: %d\r\n\r\n" % (len(http) if length is None else length)
        + http
        + b"\r\n\r\n"
    )


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
WORDS = b"<p>" + b"The council of the town met again to talk about the old bridge. " * 5 + b"</p>"
DATES = [
    "0001-01-01",
    "0999-12-31",
    "9999-12-31",
    "10000-01-01",
    "2021-02-30",
    "31/12/9999",
    "-1",
    "1e400",
    "NaT",
    "2021-05-04T24:61:99+99:99",
]
ZONES = [
    "2021-05-04T23:30:00Z",
    "2021-05-04T23:30:00+14:00",
    "2021-05-04 00:10:00-12:00",
    "Tue, 04 May 2021 23:59:60 +0000",
    "4 May 2021 EST",
]


def dated(values):
    return b"".join(
        json.dumps({"outlet": "A", "text": f"one {n}", "date": value}).encode() + b"\n"
        for n, value in enumerate(values)
    )


def texts(*values):
    return b"".join(json.dumps({"outlet": "A", "text": value}).encode() + b"\n" for value in values)


CASES = [  # case, file, bytes or what makes them, accepted, rejected
    # encodings
    ("utf-8 without its first byte", "a.txt", RUSSIAN.encode()[1:], 1, 0),
    ("utf-8 cut in a character", "a.txt", (ENGLISH * 3).encode()[:-40], 1, 0),
    ("windows bytes in utf-8", "a.txt", ENGLISH.encode() * 20 + ENGLISH.encode("cp1252"), 1, 0),
    (
        "two encodings, half and half",
        "a.txt",
        RUSSIAN.encode() * 3 + RUSSIAN.encode("cp1251") * 3,
        1,
        0,
    ),
    (
        "two encodings in a table",
        "a.csv",
        HEAD
        + b"A,"
        + ENGLISH.strip().encode()
        + b"\nB,"
        + ENGLISH.strip().encode("cp1252")
        + b"\n",
        2,
        0,
    ),
    ("announced as utf-16, but utf-8", "a.txt", b"\xff\xfe" + ENGLISH.encode() + b"x", 0, 1),
    (
        "announced as utf-8, but utf-16",
        "a.txt",
        b"\xef\xbb\xbf" + ENGLISH.encode("utf-16-le"),
        0,
        1,
    ),
    ("utf-16 cut in a character", "a.txt", ENGLISH.encode("utf-16")[:-1], 0, 1),
    ("utf-16 with half a pair", "a.txt", "a\ud83d b".encode("utf-16", "surrogatepass"), 0, 1),
    ("utf-7", "a.txt", b"Caf+AOk- and the mayor", 1, 0),
    ("ebcdic", "a.txt", ENGLISH.encode("cp500", "replace"), 1, 0),
    ("only a byte order mark", "a.txt", b"\xef\xbb\xbf", 0, 1),
    ("two byte order marks", "a.txt", b"\xef\xbb\xbf\xef\xbb\xbfone", 1, 0),
    ("surrogates written as utf-8", "a.txt", b"one \xed\xa0\xbd two three four", 1, 0),
    ("overlong utf-8", "a.txt", b"one \xc0\xaf two three four", 1, 0),
    ("every byte there is", "a.txt", bytes(range(256)) * 20, 0, 1),
    # NUL and control characters
    ("a NUL in a text", "a.txt", b"one\0two\n", 1, 0),
    ("a NUL in a table", "a.csv", HEAD + b"A,one\0two\n", 1, 0),
    ("NULs only", "a.txt", bytes(5000), 0, 1),
    ("NULs after a table", "a.csv", HEAD + b"A,one\n" + bytes(5000), 0, 1),
    ("control characters", "a.txt", b"\1\2\3\4" * 50, 0, 1),
    ("an escape sequence", "a.txt", b"\x1b[31mred\x1b[0m news of the day", 1, 0),
    (
        "a picture by another name",
        "a.txt",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        0,
        1,
    ),
    # size
    (
        "a line of 200 MB",
        "a.csv",
        lambda: HEAD + b"A,one\nB," + b"x" * 200 * MEGABYTE + b"\nC,two\n",
        2,
        1,
    ),
    (
        "a line of 200 MB of JSON",
        "a.jsonl",
        lambda: (
            JSON
            + b'{"outlet": "A", "text": "'
            + b"x" * 200 * MEGABYTE
            + b'"}\n'
            + JSON.replace(b"one", b"two")
        ),
        2,
        1,
    ),
    (
        "10 million characters",
        "a.txt",
        lambda: b"The mayor said that the bridge is closed. " * 240_000,
        1,
        0,
    ),
    ("10 million characters without a blank", "a.txt", lambda: b"x" * 10_000_000, 1, 0),
    ("100,000 line ends", "a.txt", b"one" + b"\n" * 100_000 + b"two", 1, 0),
    (
        "100,000 columns",
        "a.csv",
        b"text," * 100_000 + b"outlet\n" + b"one," * 100_000 + b"A\n",
        None,
        0,
    ),
    (
        "a million columns",
        "a.csv",
        lambda: b"text,outlet" + b"," * 1_000_000 + b"\none,A" + b"," * 1_000_000 + b"\n",
        None,
        0,
    ),
    (
        "20,000 columns",
        "a.tsv",
        b"text\t" * 19_999 + b"outlet\n" + b"one\t" * 19_999 + b"A\n",
        1,
        0,
    ),
    # gzip
    ("gzip cut short", "a.csv.gz", gzip.compress(HEAD + b"A,one\n" * 500)[:-20], 0, 1),
    (
        "gzip with a wrong sum",
        "a.csv.gz",
        gzip.compress(HEAD + b"A,one\n")[:-8] + b"12345678",
        0,
        1,
    ),
    ("gzip that is none", "a.csv.gz", HEAD + b"A,one\n", 0, 1),
    ("gzip of nothing", "a.csv.gz", gzip.compress(b""), 0, 1),
    ("no bytes at all as gzip", "a.csv.gz", b"", 0, 1),
    ("gzip in two members", "a.csv.gz", gzip.compress(HEAD) + gzip.compress(b"A,one\n"), 1, 0),
    ("gzip with dirt behind it", "a.csv.gz", gzip.compress(HEAD + b"A,one\n") + b"dirt", 0, 1),
    ("a gzip bomb", "a.txt.gz", lambda: bomb(gzip.compress), 0, 1),
    ("a gzip bomb of a table", "a.jsonl.gz", lambda: bomb(gzip.compress), 0, 1),
    ("gzip twice", "a.txt.gz", gzip.compress(gzip.compress(b"one")), 0, 1),
    # zip
    ("a zip bomb", "a.zip", lambda: zipped("a.txt", ZEROS * 100), 0, 1),
    ("a zip bomb of overlaps", "a.zip", overlapping, 0, 1),
    (
        "a zip in a zip",
        "a.zip",
        zip_file({"b.zip": zip_file({"a.txt": b"one"}), "c.txt": b"two"}),
        1,
        1,
    ),
    (
        "a gzip bomb in a zip",
        "a.zip",
        lambda: zip_file({"a.txt.gz": bomb(gzip.compress), "b.txt": b"two"}),
        1,
        1,
    ),
    ("a path out of a zip", "a.zip", zip_file({"../../etc/a.txt": b"one", "b.txt": b"two"}), 1, 1),
    ("a hidden path out of a zip", "a.zip", zip_file({"x/../../a.txt": b"one"}), 0, 1),
    ("a path from the root in a zip", "a.zip", zip_file({"/etc/a.txt": b"one"}), 0, 1),
    ("a drive in a zip", "a.zip", zip_file({"C:\\a.txt": b"one"}), 0, 1),
    ("backslashes out of a zip", "a.zip", zip_file({"..\\a.txt": b"one"}), 0, 1),
    (
        "a link in a zip",
        "a.zip",
        zipped("a.txt", b"/etc/passwd", attributes=(stat.S_IFLNK | 0o777) << 16),
        0,
        1,
    ),
    ("an encrypted zip", "a.zip", encrypted, 0, 1),
    ("a zip cut short", "a.zip", zip_file({"a.txt": b"one"})[:-30], 0, 1),
    ("a zip that is none", "a.zip", b"PK\3\4 not really", 0, 1),
    ("an empty zip", "a.zip", zip_file({}), 0, 1),
    (
        "a zip of folders and hidden files",
        "a.zip",
        zip_file({"x/": b"", ".hidden.txt": b"no", "__MACOSX/a.txt": b"no"}),
        0,
        1,
    ),
    (
        "a zip with a wrong sum",
        "a.zip",
        lambda: patched(
            patched(zipped("a.txt", b"one" * 99), b"PK\1\2", 16, b"xxxx"), b"PK\3\4", 14, b"xxxx"
        ),
        0,
        1,
    ),
    (
        "a zip packed in an unknown way",
        "a.zip",
        lambda: patched(
            patched(zipped("a.txt"), b"PK\1\2", 10, b"\x60\0"), b"PK\3\4", 8, b"\x60\0"
        ),
        0,
        1,
    ),
    (
        "a zip that lies about a size",
        "a.zip",
        lambda: patched(zipped("a.txt", b"one " * 999), b"PK\1\2", 24, b"\5\0\0\0"),
        0,
        1,
    ),
    (
        "two files of one name in a zip",
        "a.zip",
        zip_file({"a.txt": b"one"})[:0] + zipped("x/a.txt", b"one"),
        1,
        0,
    ),
    (
        "unsupported files in a zip",
        "a.zip",
        zip_file({"a.pdf": b"%PDF", "noending": b"one", "b.txt": b"two"}),
        1,
        2,
    ),
    ("a table without texts in a zip", "a.zip", zip_file({"a.csv": b"a,b\n1,2\n"}), 0, 1),
    # tar
    ("a path out of a tar", "a.tar", tar_file({"../a.txt": b"one", "b.txt": b"two"}, "w"), 1, 1),
    ("a link in a tar", "a.tar", tarred(tarfile.SYMTYPE, link="/etc/passwd"), 0, 1),
    ("a hard link in a tar", "a.tar", tarred(tarfile.LNKTYPE, link="../b.txt"), 0, 1),
    ("a device in a tar", "a.tar", tarred(tarfile.CHRTYPE), 0, 1),
    ("a pipe in a tar", "a.tar", tarred(tarfile.FIFOTYPE), 0, 1),
    ("a tar that promises more", "a.tar", tarred(tarfile.REGTYPE, size=999_999), 0, 2),
    ("a tar that promises far more", "a.tar", tarred(tarfile.REGTYPE, size=2**40), 0, 1),
    (
        "a tar cut short",
        "a.tar.gz",
        lambda: tar_file({"a.csv": csv_file(), "b.csv": csv_file() * 99}, "w:gz")[:-60],
        2,
        2,
    ),
    ("a tar that is none", "a.tar", b"not a tar" * 200, 0, 1),
    ("an empty tar", "a.tar", tar_file({}, "w"), 0, 1),
    (
        "a tar bomb",
        "a.tar.xz",
        lambda: bomb(lambda data: lzma.compress(tar_file({"a.txt": data}, "w"), preset=0)),
        0,
        1,
    ),
    (
        "another tar bomb",
        "a.tar.bz2",
        lambda: bomb(lambda data: bz2.compress(tar_file({"a.txt": data}, "w"), 1)),
        0,
        1,
    ),
    # csv
    ("an open quotation mark", "a.csv", HEAD + b'A,one\nB,"two\nC,three\n', 2, 1),
    ("an open quotation mark in the header", "a.csv", b'outlet,"text\nA,one\n', 0, 1),
    ("quotation marks only", "a.csv", HEAD + b'"""\n"\n""""\n', 0, 2),
    ("a quotation mark in a field", "a.csv", HEAD + b'A,say "no" now\nB,two\n', 2, 0),
    ("10,000 open quotation marks", "a.csv", HEAD + b'A,"one\n' * 10_000, 0, 10000),
    (
        "an open mark at the end of a long file",
        "a.csv",
        HEAD + b"".join(b"A,one %d\n" % n for n in range(5000)) + b'B,"two\n',
        5000,
        1,
    ),
    ("rows of different widths", "a.csv", HEAD + b"A\nB,two\nC,three,four\n", 1, 2),
    ("a header and no rows", "a.csv", HEAD, 0, 1),
    ("white space only", "a.csv", b" \n \n", 0, 1),
    ("no bytes at all", "a.csv", b"", 0, 1),
    ("a header twice", "a.csv", b"outlet,text,text\nA,one,two\n", 1, 0),
    ("old line ends", "a.csv", b"outlet,text\rA,one\rB,two\r", 2, 0),
    ("no column of texts", "a.csv", b"outlet,words\nA,one\n", None, 0),
    ("addresses without texts", "a.csv", b"title,url\nA,https://example.org\n", None, 0),
    ("tabs and marks that do not pair", "a.tsv", b'outlet\ttext\nA\t"one\nB\ttwo\n', 2, 0),
    # json
    ("JSON nested too deep", "a.json", b"[" * 200_000, 0, 1),
    ("a line of JSON nested too deep", "a.jsonl", JSON + b"[" * 200_000 + b"\n", 1, 1),
    ("JSON cut short", "a.json", b'[{"text": "one"}, {"te', 0, 1),
    ("JSON lines cut short", "a.jsonl", JSON + b'{"text": "tw', 1, 1),
    ("half a surrogate pair", "a.jsonl", b'{"outlet": "A", "text": "\\ud83d one"}\n', 1, 0),
    (
        "half a pair in a name",
        "a.jsonl",
        b'{"outlet": "\\udc00", "title": "\\ud800", "text": "one"}\n',
        1,
        0,
    ),
    (
        "a number that is none",
        "a.jsonl",
        b'{"outlet": "A", "text": NaN}\n{"outlet": 1e999, "text": "two"}\n',
        1,
        1,
    ),
    (
        "a number of 100,000 digits",
        "a.jsonl",
        b'{"outlet": ' + b"9" * 100_000 + b', "text": "one"}\n' + JSON,
        1,
        1,
    ),
    (
        "JSON with 100,000 fields",
        "a.jsonl",
        lambda: JSON + json.dumps({f"c{n}": n for n in range(100_000)} | {"text": "two"}).encode(),
        2,
        0,
    ),
    (
        "an object in an object, 10,000 deep",
        "a.jsonl",
        JSON + b'{"text": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001 + b"\n",
        1,
        1,
    ),
    (
        "a text in an object, 300 deep",
        "a.jsonl",
        JSON + b'{"text": ' + b'{"a":' * 300 + b'"deep"' + b"}" * 301 + b"\n",
        2,
        0,
    ),
    *(
        (
            f"lists in lists, {depth} deep",
            "a.json",
            b'[{"text": "one"}, {"text": ' + b"[" * depth + b"]" * depth + b"}]",
            1,
            1,
        )
        for depth in (10, 500, 900)
    ),
    (
        "a list in lists, 900 deep, for an article",
        "a.json",
        b'[{"text": "one"}, ' + b"[" * 900 + b"]" * 900 + b"]",
        1,
        1,
    ),
    (
        "a text behind 100,000 fields of objects",
        "a.jsonl",
        lambda: json.dumps(
            {f"a{n}": {f"b{m}": 1 for m in range(1000)} for n in range(100)} | {"text": "one"}
        ).encode(),
        1,
        0,
    ),
    ("scalars instead of articles", "a.json", b'[1, "two", null, true, [3]]', 0, 5),
    ("a scalar", "a.json", b"7", 0, 1),
    (
        "texts that are no strings",
        "a.jsonl",
        b'{"text": 5}\n{"text": true}\n{"text": ["a", "b"]}\n{"text": {"x": "y"}}\n{"text": []}\n',
        4,
        1,
    ),
    ("a list where lines should be", "a.jsonl", b'[{"text": "one"}]\n', 0, 1),
    ("a mark before JSON", "a.jsonl", b"\xef\xbb\xbf" + JSON, 1, 0),
    ("articles without any text", "a.jsonl", b'{"outlet": "A"}\n' * 3, None, 0),
    # parquet, xlsx
    ("parquet cut short", "a.parquet", parquet_file()[:-100], 0, 1),
    (
        "parquet with a hole",
        "a.parquet",
        lambda: parquet_file()[:60] + bytes(200) + parquet_file()[260:],
        0,
        1,
    ),
    ("parquet that is none", "a.parquet", b"PAR1" + bytes(40) + b"PAR1", 0, 1),
    ("parquet without rows", "a.parquet", parquet_of(text=pl.Series([], dtype=pl.String)), 0, 1),
    (
        "parquet of nulls",
        "a.parquet",
        parquet_of(text=pl.Series([None, None], dtype=pl.Null)),
        0,
        2,
    ),
    ("parquet with bytes that are no text", "a.parquet", parquet_with_broken_text, 0, 1),
    ("parquet of bytes", "a.parquet", parquet_of(text=[b"one", b"\xff\xfe"]), 2, 0),
    ("a workbook that is none", "a.xlsx", b"PK\3\4 not really", 0, 1),
    ("a workbook without sheets", "a.xlsx", zip_file({"a.txt": b"one"}), 0, 1),
    (
        "a workbook with broken XML",
        "a.xlsx",
        lambda: workbook(b"<worksheet><sheetData><row><c"),
        0,
        1,
    ),
    ("a workbook bomb", "a.xlsx", lambda: zip_file({"xl/workbook.xml": ZEROS * 100}), 0, 1),
    (
        "a workbook with endless entities",
        "a.xlsx",
        lambda: workbook(
            LAUGHS + b"<worksheet><sheetData><row><c><v>&j;</v></c></row></sheetData></worksheet>"
        ),
        0,
        1,
    ),
    ("a worksheet with one cell far out", "a.xlsx", lambda: workbook(sheet(LAST_CELL)), 1, 0),
    (
        "a worksheet that claims all cells",
        "a.xlsx",
        lambda: workbook(sheet(LAST_CELL, "A1:XFD1048576")),
        1,
        0,
    ),
    (
        "a worksheet that claims fewer cells than it has",
        "a.xlsx",
        lambda: workbook(sheet(f'<row r="3">{cell("A3", "three")}</row>' + LATE_ROW, "A1")),
        3,
        0,
    ),
    (
        "a worksheet with a row given twice",
        "a.xlsx",
        lambda: workbook(sheet(f'<row r="2">{cell("A2", "two")}</row>')),
        2,
        0,
    ),
    (
        "a parquet file with 30,000 columns",
        "a.parquet",
        lambda: parquet_of(**{f"c{n}": ["x"] for n in range(30_000)}, text=["one"]),
        None,
        0,
    ),
    # docx, rtf
    ("a document that is none", "a.docx", b"one two three", 0, 1),
    ("a document without its document", "a.docx", zip_file({"word/other.xml": b"<x/>"}), 0, 1),
    ("a document cut short", "a.docx", docx_file(["one"])[:-40], 0, 1),
    ("a document with broken XML", "a.docx", document(b"<w:p><w:r><w:t>one</w:t>"), 0, 1),
    ("a document without words", "a.docx", document(b"<w:p/>"), 0, 1),
    (
        "a document with endless entities",
        "a.docx",
        document(b"<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", LAUGHS),
        0,
        1,
    ),
    (
        "a document that asks for a file",
        "a.docx",
        document(b"<w:p><w:r><w:t>one &e; two</w:t></w:r></w:p>", SECRET),
        1,
        0,
    ),
    ("a document bomb", "a.docx", lambda: zip_file({"word/document.xml": ZEROS * 100}), 0, 1),
    ("a database export without its end", "a.docx", docx_file(nexis_lines()[:-2]), 1, 0),
    ("rich text that is none", "a.rtf", b"one two three", 0, 1),
    ("rich text without end", "a.rtf", rb"{\rtf1 one {\b two", 1, 0),
    ("rich text with too many ends", "a.rtf", rb"{\rtf1 one}}}} two", 1, 0),
    (
        "rich text nested deep",
        "a.rtf",
        b"{\\rtf1 " + b"{" * 100_000 + b"one" + b"}" * 100_001,
        1,
        0,
    ),
    (
        "rich text with odd numbers",
        "a.rtf",
        rb"{\rtf1 \u one \u99999999? \u-1? \uc-5 \bin99999 two \'zz three}",
        1,
        0,
    ),
    ("rich text in an unknown code page", "a.rtf", rb"{\rtf1\ansi\ansicpg99999 one \'e9}", 1, 0),
    # web pages
    ("an empty page", "a.html", b"<html></html>", 0, 1),
    ("no bytes at all as a page", "a.html", b"", 0, 1),
    (
        "a page of scripts",
        "a.html",
        b"<html><script>" + b"var a = 1; " * 500 + b"</script></html>",
        0,
        1,
    ),
    ("a page cut short", "a.html", html_file()[:-150], 1, 0),
    ("a page nested deep", "a.html", page(b"<div>" * 20_000 + WORDS), 0, 1),
    ("a page with NULs", "a.html", page(WORDS.replace(b"council", b"coun\0cil")), 1, 0),
    ("a page in no encoding", "a.html", page(WORDS + b"\xff\xfe\x81"), 1, 0),
    (
        "a page in an encoding that it does not have",
        "a.html",
        b"<meta charset='utf-16'>" + page(WORDS),
        1,
        0,
    ),
    ("a page too large", "a.html", lambda: page(WORDS * 100_000), 0, 1),
    (
        "a page that is a picture",
        "a.html",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        0,
        1,
    ),
    # warc
    ("a web archive that is none", "a.warc", b"one two three\n", 0, 1),
    ("an empty web archive", "a.warc", b"", 0, 1),
    ("a web archive cut short", "a.warc.gz", warc_file()[:-200], 0, 1),
    ("a record that promises more", "a.warc", warc(OK + b"\r\n" + page(WORDS), length=10**9), 0, 1),
    ("a record of a negative length", "a.warc", warc(OK + b"\r\n" + page(WORDS), length=-5), 0, 1),
    ("a record without an answer", "a.warc", warc(b""), 0, 1),
    (
        "a record in broken pieces",
        "a.warc",
        warc(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + page(WORDS)),
        1,
        0,
    ),
    (
        "a record packed in another way",
        "a.warc",
        warc(OK + b"Content-Encoding: gzip\r\n\r\n" + page(WORDS)),
        1,
        0,
    ),
    (
        "a page bomb in a web archive",
        "a.warc",
        lambda: warc(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb(gzip.compress)),
        0,
        1,
    ),
    # feeds
    ("a feed that is none", "a.xml", b"<sitemap><url>x</url></sitemap>", 0, 1),
    ("a feed that is a page", "a.rss", html_file(), 0, 1),
    ("a feed without items", "a.rss", feed(b""), 0, 1),
    (
        "a feed cut short",
        "a.rss",
        feed(b"<item><title>T</title><description>one two</description></item><item><ti")[:-40],
        1,
        0,
    ),
    (
        "a feed with endless entities",
        "a.rss",
        feed(b"<item><title>T</title><description>&j;</description></item>", LAUGHS),
        0,
        1,
    ),
    (
        "a feed that asks for a file",
        "a.rss",
        feed(b"<item><title>T</title><description>one &e; two</description></item>", SECRET),
        1,
        0,
    ),
    (
        "a feed with broken markup",
        "a.rss",
        feed(b"<item><description>&lt;p&gt;one &lt;b two&lt;/p</description></item>"),
        1,
        0,
    ),
    # ids
    ("an id twice", "a.csv", b"id,outlet,text\n1,A,one\n1,A,one\n1,A,two\n,A,three\n", 3, 1),
    ("no id anywhere", "a.csv", b"id,outlet,text\n,A,one\n,A,one\n", 2, 0),
    (
        "an id of 100,000 characters",
        "a.csv",
        b"id,outlet,text\n" + b"1" * 100_000 + b",A,one\n",
        1,
        0,
    ),
    ("an id with a line end", "a.csv", b'id,outlet,text\n"1\n2",A,one\n', 1, 0),
    ("no outlet", "a.csv", b"text\none\n", 1, 0),
    # texts
    ("no text", "a.csv", HEAD + b"A,\nB, \nC,\xc2\xa0\n", 0, 3),
    (
        "right to left",
        "a.jsonl",
        texts(
            "قال رئيس البلدية إن الجسر مغلق",
            "ראש העיר אמר שהגשר סגור",
            "\u202eevil\u202c and \u2066more\u2069",
        ),
        3,
        0,
    ),
    (
        "combining characters",
        "a.jsonl",
        texts("cafe\u0301 " * 9, "a" + "\u0301" * 10_000, "\u0301"),
        3,
        0,
    ),
    ("emoji", "a.jsonl", texts("👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽", "🇺🇦" * 5000, "one 😀"), 3, 0),
    ("nothing to see", "a.jsonl", texts("\u200b\u200c\u200d", "\u2060\ufeff", "\u00ad"), 3, 0),
    ("marks only", "a.jsonl", texts("...", "“”‘’«»", "———", "''''"), 4, 0),
    (
        "quotation marks that never close",
        "a.jsonl",
        texts("“" * 5000, '"' * 5001 + " he said", "‘one “two «three"),
        3,
        0,
    ),
    (
        "characters that nobody has assigned",
        "a.jsonl",
        texts("\uffff\ufffe", "\U0010ffff", "\ue000 one"),
        3,
        0,
    ),
    ("letters outside the first plane", "a.jsonl", texts("𝕿𝖍𝖊 𝖒𝖆𝖞𝖔𝖗", "𐍈𐌰𐌽", "漢字𠀋"), 3, 0),
    # dates
    *((f"the date {value!r}", "a.jsonl", dated([value]), 1, 0) for value in DATES),
    ("dates in all zones", "a.jsonl", dated(ZONES), len(ZONES), 0),
    (
        "dates that are no dates",
        "a.jsonl",
        dated([{}, [], True, 10**30, -1, 1e300, "\0", "٢٠٢١-٠٥-٠٤"]),
        8,
        0,
    ),
    # names of files
    ("an ending in capitals", "A.CSV", HEAD + b"A,one\n", 1, 0),
    ("a name with two endings", "a.txt.csv", HEAD + b"A,one\n", 1, 0),
    ("a name in another alphabet", "статья 1’.txt", b"one", 1, 0),
    ("a table that calls itself text", "a.txt", csv_file(), 1, 0),
    ("a workbook that calls itself a table", "a.csv", xlsx_file(), 0, 1),
    ("rich text that calls itself a document", "a.docx", rtf_file(["one"]), 0, 1),
]
