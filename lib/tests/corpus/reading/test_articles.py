"""Articles are read whatever they come in; accepted + rejected = given."""

import gzip
import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wording.corpus.reading import encodings
from wording.corpus.reading.articles import ArticleReader, ReadingOptions, read_articles
from wording.corpus.reading.formats import registry as readers
from wording.errors import WordingError


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(tmp_path, name, content, **options):
    return read_articles(write(tmp_path, {name: content}) / name, ReadingOptions(**options))


def table(articles, *columns):
    return articles.frame.select(columns).rows()


def dates(tmp_path, values, **options):
    lines = [json.dumps({"text": "a", "outlet": "A", "date": value}) for value in values]
    articles = read(tmp_path, "a.jsonl", "\n".join(lines), **options)
    return articles.frame["date"].to_list(), articles.warnings


SEPTEMBER = date(2017, 9, 6)
DATES = [
    *[
        "2017-09-06",
        "2017-9-6",
        " 2017-09-06 ",
        "2017/09/06",
        "2017-09-06T23:30:00Z",
        "2017-09-06T23:30:00.000-08:00",
    ],
    *[
        "2017-09-06 00:10:00+02",
        "20170906",
        "20170906T101112Z",
        "20170906101112",
        20170906,
        "September 6, 2017",
        "SEPT. 6, 2017",
    ],
    *[
        "Sep 6th 2017",
        "6 Sep 2017",
        "6 September, 2017",
        "6. September 2017",
        "6-Sep-2017",
        "06-Sep-17",
        "Wed, 06 Sep 2017 10:00:00 GMT",
    ],
    *[
        "Wed Sep 06 10:00:00 +0000 2017",
        "Updated September 6, 2017 at 4 p.m.",
        1504692000,
        "1504692000",
        1504692000000,
        1504692000.5,
    ],
]
UNKNOWN = [
    "",
    None,
    "yesterday",
    "0001-01-01",
    "2050-01-01",
    "2041",
    "1699-12-31",
    "2017-02-30",
    "2017-13-01",
    "00/00/00",
    "17",
    5,
]


def test_dates_as_they_are_written(tmp_path):
    found, warnings = dates(tmp_path, DATES)
    assert dict(zip(map(str, DATES), found, strict=True)) == dict.fromkeys(
        map(str, DATES), SEPTEMBER
    )
    assert warnings == []


def test_dates_that_cannot_be_read_are_unknown_and_said(tmp_path):
    found, warnings = dates(tmp_path, [*UNKNOWN, "2017-09-06"])
    assert found == [None] * len(UNKNOWN) + [SEPTEMBER]
    said = "articles have no readable date (for example 'yesterday', '0001-01-01', '2050-01-01')"
    assert warnings == [
        f"{len(UNKNOWN)} of {len(UNKNOWN) + 1} {said}; they are kept with an unknown date."
    ]


@pytest.mark.parametrize(
    ("values", "order", "expected", "warning"),
    [
        (["9/6/17", "12/25/2017"], None, [SEPTEMBER, date(2017, 12, 25)], None),
        (["06.09.2017", "25.12.17"], None, [SEPTEMBER, date(2017, 12, 25)], None),
        (
            ["9/6/17"],
            None,
            [SEPTEMBER],
            "cannot be told apart in 1 of 1 numeric dates (for example '9/6/17')",
        ),
        (["9/9/17"], None, [date(2017, 9, 9)], None),
        (
            ["9/6/17", "12/25/2017", "25/12/2017"],
            None,
            [SEPTEMBER, date(2017, 12, 25), date(2017, 12, 25)],
            "cannot be told apart",
        ),
        (["6/9/17 10:15"], "dmy", [SEPTEMBER], None),
        (
            ["6-9-17", "12/25/2017"],
            "dmy",
            [SEPTEMBER, date(2017, 12, 25)],
            "`date_order: dmy` is impossible for 1 of 2 numeric dates",
        ),
        (["17/09/06", "99/1/2"], "ymd", [SEPTEMBER, date(1999, 1, 2)], None),
        (["1/1/40", "1/1/41"], None, [date(2040, 1, 1), date(1941, 1, 1)], None),
    ],
)
def test_order_of_day_and_month(tmp_path, values, order, expected, warning):
    found, warnings = dates(tmp_path, values, date_order=order)
    assert found == expected
    assert [warning in text for text in warnings] == [True] * (warning is not None)


def test_each_table_decides_its_own_order_before_the_others(tmp_path):
    head = "outlet,text,date\n"
    files = {
        "a.csv": head + "A,a,6/9/17\nA,b,25/12/17\n",
        "b.csv": head + "B,c,9/6/17\nB,d,12/25/17\n",
        "c.csv": head + "C,e,9/9/17\n",
    }
    articles = read_articles(write(tmp_path, files))
    assert articles.frame["date"].to_list()[::2] == [SEPTEMBER, SEPTEMBER, date(2017, 9, 9)]
    assert articles.warnings == []


def test_typed_columns_of_parquet(tmp_path):
    night = datetime(2017, 9, 6, 23, tzinfo=timezone(timedelta(hours=-7)))
    columns = {
        "text": ["a"],
        "id": [7],
        "source": pl.Series(["A "], dtype=pl.Categorical),
        "authors": [["X", "Y"]],
        "title": [{"name": "T", "n": 1}],
        "date": pl.Series([night.astimezone(UTC)]).dt.convert_time_zone("America/Los_Angeles"),
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    assert table(read_articles(tmp_path), "doc_id", "outlet", "authors", "title", "date") == [
        ("7", "A", "X, Y", "T", SEPTEMBER)
    ]


RUSSIAN = (
    "Мэр заявил, что вокзал будет закрыт на неопределённый срок, и "
    "жители города требуют объяснений.\n"
)
ENGLISH = (
    "The mayor said “we don’t know” — and left the café with Señor "
    "Peña… The council met on Tuesday.\r\n"
)
JAPANESE = "市長は駅が長期間閉鎖されると発表した。住民は説明を求めている。\n"
ENCODED = [
    *[
        (ENGLISH, name, "")
        for name in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be")
    ],
    *[(RUSSIAN, name, "") for name in ("utf-16", "utf-16-le")],
    *[(JAPANESE, name, "") for name in ("utf-16", "iso2022_jp")],
    *[
        (ENGLISH, "cp1252", "cp1252"),
        ("caf\u00e9", "cp1252", ""),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8_r"),
    ],
    *[
        (JAPANESE, "shift-jis", "cp932"),
        (JAPANESE, "euc-jp", "euc"),
        ("one\0two\r\n", "utf-8", ""),
        (ENGLISH * 3000, "cp1252", "cp1252"),
    ],
]


@pytest.mark.parametrize(("text", "encoding", "said"), ENCODED)
def test_text_stays_as_given_in_any_encoding(tmp_path, text, encoding, said):
    articles = read(tmp_path, "a.txt", text.encode(encoding), default_outlet="A")
    assert articles.frame["text"].to_list() == [text]
    assert any(f"read as {said}" in warning for warning in articles.warnings) or not said


def test_a_broken_byte_does_not_make_utf8_another_encoding(tmp_path):
    articles = read(tmp_path, "a.txt", (RUSSIAN * 2).encode()[1:])
    assert articles.frame["text"].to_list() == ["\ufffd" + (RUSSIAN * 2)[1:]]
    assert (
        "a.txt: bytes that are not valid utf-8 were replaced by U+FFFD (places: 1)"
        in articles.warnings
    )


def test_lines_in_an_encoding_with_other_line_ends_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "list_likely_encodings", lambda _: ["cp037"])
    articles = read(tmp_path, "a.txt", RUSSIAN.encode() * 3 + RUSSIAN.encode("cp1251") * 3)
    assert articles.rejects["reason"].to_list() == [encodings.NO_ENCODING_REASON]


LONG = "x" * 200_000
TABLES = [  # file, content, accepted (outlet, text), rejected (source, reason begins)
    (
        "a.csv",
        'source,content\nA,"one, ""two""\r\nthree"\nB,four\n',
        [("A", 'one, "two"\r\nthree'), ("B", "four")],
        [],
    ),
    ("a.csv", "Source;Full Text\nA;one, two\n\nB;three\n", [("A", "one, two"), ("B", "three")], []),
    ("a.csv", f"outlet,text\nA,{LONG}\n", [("A", LONG)], []),
    (
        "a.tsv",
        'outlet\ttext\nA\t"Yes," he said\nB\tone\n',
        [("A", '"Yes," he said'), ("B", "one")],
        [],
    ),
    (
        "a.csv",
        "outlet,text\nA\nB,two,three\nD,four\n",
        [("D", "four")],
        [("a.csv:1", "line 2: the"), ("a.csv:2", "line 3: the")],
    ),
    (
        "a.csv",
        'outlet,text\nB,"two\nC,"three"\nD,four\n',
        [("C", "three"), ("D", "four")],
        [("a.csv:1", "line 2: unclosed quotation")],
    ),
    (
        "a.csv",
        'outlet,text\nA,"say "no"\nnext, more"\nB,two\n',
        [("B", "two")],
        [("a.csv:1", "lines 2 to 3: unclosed quotation")],
    ),
    (
        "a.csv",
        'outlet,text\nA,one\nB,"two\nC,three\n',
        [("A", "one"), ("C", "three")],
        [("a.csv:2", "line 3: unclosed quotation")],
    ),
    ("a.csv", "outlet,text\n,one\nB, \n", [("unattributed", "one")], [("a.csv:2", "no text")]),
    ("a.csv", "outlet,text\n", [], [("a.csv", "it contains no articles")]),
    ("a.csv", "", [], [("a.csv", "it contains no articles")]),
    (
        "a.jsonl",
        '{"domain": 5, "body": 7}\n\n{"body": \n[1]\n',
        [("5", "7")],
        [("a.jsonl:3", "not valid"), ("a.jsonl:4", "not an object")],
    ),
    (
        "a.jsonl",
        '{"outlet": "A", "text": "\\ud83d one \\ud83d\\ude00"}\n',
        [("A", "\ufffd one \U0001f600")],
        [],
    ),
    (
        "a.json",
        '[{"source": "A", "text": "one"}, 3, {"a": NaN}]',
        [("A", "one")],
        [("a.json:2", "not an object"), ("a.json:3", "no text")],
    ),
    (
        "a.json",
        '{"n": 1, "articles": [{"source": {"id": 1, "name": "A"}, "text": "one"}]}',
        [("A", "one")],
        [],
    ),
    (
        "a.json",
        '{"outlet": "A", "text": ["one", "two"], "images": [{"src": "x"}]}',
        [("A", "one\ntwo")],
        [],
    ),
    ("a.ndjson.gz", gzip.compress(b'{"outlet": "A", "text": "one"}', mtime=0), [("A", "one")], []),
    (
        "a.csv.gz",
        gzip.compress(b"outlet,text\nA,one\n" * 50, mtime=0)[:-20],
        [],
        [("a.csv.gz", "cannot be read")],
    ),
    ("a.parquet", b"PAR1" + bytes(40) + b"PAR1", [], [("a.parquet", "not a valid parquet file")]),
    ("a.txt", bytes(range(256)) * 9, [], [("a.txt", "not a text file")]),
    ("a.txt", "\x01\x02\x03\x04" * 9, [], [("a.txt", "not a text file")]),
    ("a.txt", " \n", [], [("a.txt", "no text")]),
]


@pytest.mark.parametrize(("name", "content", "accepted", "rejected"), TABLES)
def test_tables_and_their_faults(tmp_path, name, content, accepted, rejected):
    articles = read(tmp_path, name, content)
    assert table(articles, "outlet", "text") == accepted
    refused = articles.rejects.select("source", "reason").rows()
    assert [
        (source, reason[: len(begin)])
        for (source, reason), (_, begin) in zip(refused, rejected, strict=True)
    ] == rejected


def test_a_folder_may_mix_files_and_names_their_articles(tmp_path):
    files = {
        "b/x.txt": "one",
        "a/x.txt": "two\n",
        "t.csv": "outlet,text\nA,three\n",
        "z.pdf": "%PDF",
    }
    hidden = {".hidden.txt": "no", ".git/y.txt": "no"}
    articles = read_articles(write(tmp_path, files | hidden), ReadingOptions(default_outlet="Z"))
    assert table(articles, "doc_id", "outlet", "text") == [
        ("a/x", "Z", "two\n"),
        ("b/x", "Z", "one"),
        ("t-1", "A", "three"),
    ]
    assert articles.rejects["source"].to_list() == ["z.pdf"]
    assert articles.files[0] == ("a/x.txt", hashlib.sha256(b"two\n").hexdigest())
    assert "a/x.txt and 1 other file: no outlet is given; 'Z' is used" in articles.warnings


def test_metadata_describe_the_text_files(tmp_path):
    good, other = hashlib.sha256(b"one").hexdigest().upper(), "0" * 64
    rows = (
        f"texts/a.txt,A,6/9/2017,{good}\nb.txt,B,25/12/2017,"
        f"{other}\nd.txt.gz,,7/9/17,\nlost.txt,L,25/12/2017,\n"
    )
    files = {"a.txt": "one", "b.txt": "two", "c.txt": "three", "d.txt.gz": gzip.compress(b"four")}
    files["list.csv"] = "File,publisher,date,sha256\n" + rows
    articles = read_articles(
        write(tmp_path, files), ReadingOptions(metadata=tmp_path / "list.csv", date_order="dmy")
    )
    dated = [
        ("a", "A", SEPTEMBER),
        ("c", "unattributed", None),
        ("d", "unattributed", date(2017, 9, 7)),
    ]
    assert table(articles, "doc_id", "outlet", "date") == dated
    assert [(source, reason[:20]) for source, reason, _ in articles.rejects.rows()] == [
        ("b.txt", "the file has changed")
    ]
    said = "\n".join(articles.warnings)
    assert (
        "list.csv: rows that name no article file, or one already "
        "described: 1 (for example 'lost.txt')"
    ) in said
    assert "list.csv: article files that have no row in it: 1 (for example 'c.txt')" in said


def test_repeated_ids(tmp_path):
    rows = "1,one\n1,one\n1,two\n1-2,three\n1,four\n,five\n,five\n"
    articles = read(tmp_path, "a.csv", "id,text\n" + rows, default_outlet="A")
    expected = [
        ("1", "one"),
        ("1-3", "two"),
        ("1-2", "three"),
        ("1-4", "four"),
        ("a-6", "five"),
        ("a-7", "five"),
    ]
    assert table(articles, "doc_id", "text") == expected
    assert articles.rejects.rows() == [("a.csv:2", "same id and text as a.csv:1", "one")]
    assert any(
        "2 of 6 articles shared an id with a different text" in warning
        for warning in articles.warnings
    )


def test_columns_by_alias_and_by_mapping(tmp_path):
    content = "source,Publisher,content,title\nS,P,one, \n"
    articles = read(tmp_path, "a.csv", content)
    assert table(articles, "outlet", "text", "title") == [("S", "one", None)]
    assert (
        "a.csv: outlet is read from 'source', not from 'Publisher'; to "
        "change it, set `articles: columns:` in study.yml"
    ) in articles.warnings
    articles = read(
        tmp_path,
        "a.csv",
        content,
        columns={"outlet": "Publisher", "text": "title", "title": "content"},
    )
    assert articles.rejects.rows() == [("a.csv:1", "no text", "one")]


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        (
            "a.csv",
            {"columns": {"url": "publsher"}},
            "no column 'publsher' (named for url); did you mean 'publisher'? there are: pub",
        ),
        ("a.csv", {}, "a.csv has no column for text; it has the columns 'publisher', 'words'"),
        (
            "a.csv",
            {"columns": {"outlte": "words"}},
            "there is no column called 'outlte'; did you mean 'outlet'?",
        ),
        ("a.csv", {"date_order": "myd"}, "give mdy, dmy or ymd"),
        (
            "lost",
            {},
            "lost does not exist; give a folder, or a file in one of these formats: .txt, .csv",
        ),
        ("empty", {}, "empty has no supported file; supported formats are .txt, .csv"),
        ("a.csv", {"metadata": "lost.csv"}, "lost.csv is not a table"),
    ],
)
def test_what_cannot_be_meant_is_said(tmp_path, name, options, said):
    write(tmp_path, {"a.csv": "publisher,words\nA,one\n", "empty/x.pdf": "x"})
    with pytest.raises(WordingError) as error:
        read_articles(tmp_path / name, ReadingOptions(**options))
    assert said in str(error.value)


PIECES = [
    "text",
    "outlet",
    ",",
    "\t",
    '"',
    "\n",
    "\r",
    "\0",
    "{",
    "}",
    ":",
    "[",
    "]",
    "1",
    "é",
    "\\ud83d",
]
JUNK = st.one_of(
    st.binary(max_size=300), st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode)
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    JUNK,
    st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.jsonl", "a.json", "a.parquet", "a.csv.gz"]),
    st.booleans(),
)
def test_junk_is_refused_in_words(tmp_path, junk, name, headed):
    heads = {
        "a.csv": b"outlet,text\n",
        "a.tsv": b"outlet\ttext\n",
        "a.jsonl": b'{"text": "one"}\n',
        "a.json": b'[{"text": "one"}]',
    }
    try:
        articles = read(tmp_path, name, heads.get(name, b"") * headed + junk)
    except WordingError:
        return
    assert articles.frame.height + articles.rejects.height > 0  # that they add up is checked inside
    assert articles.frame["doc_id"].n_unique() == articles.frame.height


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "cp1251",
        "koi8-r",
        "shift-jis",
    ],
)
def test_a_large_file_is_read_as_a_small_one(tmp_path, monkeypatch, encoding):
    text = {"cp1252": ENGLISH, "shift-jis": JAPANESE}.get(encoding, RUSSIAN).strip()
    rows = "".join(f'A,"{text} {n}\n{text}"\n' for n in range(300))
    content = f"outlet,text\n{rows}".encode(encoding)
    whole = read(tmp_path, "a.csv", content)
    monkeypatch.setattr(encodings, "ENCODING_SAMPLE_BYTES", 2000)
    monkeypatch.setattr(readers, "BATCH_ROWS", 7)
    streamed = read(tmp_path, "a.csv", content)
    assert streamed.frame.equals(whole.frame)
    assert streamed.warnings == whole.warnings
    assert len(whole.frame) == 300


def test_bytes_that_do_not_fit_a_large_file_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "ENCODING_SAMPLE_BYTES", 2000)
    articles = read(
        tmp_path, "a.csv", ("outlet,text\n" + f"A,{RUSSIAN}" * 99).encode() + b"A,\xff\xfe one\n"
    )
    assert articles.frame["text"][-1] == "\ufffd\ufffd one"
    assert (
        "a.csv: bytes that are not valid utf-8 were replaced by U+FFFD (places: 2)"
        in articles.warnings
    )


def test_rows_come_before_the_file_is_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(encodings, "ENCODING_SAMPLE_BYTES", 2000)
    monkeypatch.setattr(readers, "BATCH_ROWS", 10)
    write(tmp_path, {"a.csv": "outlet,text\n" + "".join(f"A,one {n}\n" for n in range(100_000))})
    frames = iter(ArticleReader(tmp_path / "a.csv"))
    assert next(frames).height == 10
    monkeypatch.undo()
    assert sum(frame.height for frame in frames) == 99_990
