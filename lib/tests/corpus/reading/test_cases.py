"""Files as people have them (cases/, all invented): each was once read wrongly without a word."""

import datetime
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wording.corpus.reading.articles import ReadingOptions, read_articles
from wording.corpus.reading.dates import find_date_in_name
from wording.corpus.reading.encodings import decode_text

CASES = Path(__file__).with_name("cases")
OUTLETS = ["The Daily Example", "Northern Example", "Coast Example"]
TITLES = ["Town hall protests go on", "Riot in Newbridge", "Order restored"]
MAY = [datetime.date(2021, 5, day) for day in range(1, 32)]


def read(name, **options):
    return read_articles(CASES / name, ReadingOptions(**options))


@pytest.mark.parametrize(
    "name",
    [
        "01-export.txt", "01-export-lf.txt", "01-nexis-crlf.txt", "01-factiva-crlf.txt",
        "03-export.html", "04-export.html", "17-export.txt", "15-guardian.json", "15-results.json",
        "27-allthenews.csv",
    ],
)  # fmt: skip
def test_every_document_of_an_export_is_an_article(name):
    found = read(name)
    n = 2 if name.startswith("27") else 3
    assert (found.frame.height, len(found.rejects)) == (n, 0)
    if n == 3:
        assert found.frame["outlet"].to_list() == OUTLETS
        assert found.frame["title"].to_list() == TITLES
        assert found.frame["authors"].to_list() == ["Ann Author"] * 3
        assert set(found.frame["date"]) <= {MAY[3], MAY[4], MAY[5]}
        text = "".join(found.frame["text"])
        assert not any(mark in text for mark in ("LENGTH", "Länge", "Load-Date", "Copyright", "©"))


def test_a_single_document_has_its_head_read():
    found = read("02-single.txt")
    assert found.frame.row(0, named=True)["outlet"] == "The Daily Example"
    assert "LENGTH" not in found.frame["text"][0]


def test_several_documents_read_as_one_are_said(tmp_path):
    page = "A story.\n\nCopyright 2021 The Daily. All Rights Reserved.\n\n"
    (tmp_path / "a.txt").write_text(page * 3)
    found = read_articles(tmp_path / "a.txt")
    assert found.frame.height == 1
    assert any("looks like several documents" in warning for warning in found.warnings)


def test_marked_parts_of_a_text_are_joined():
    found = read("06-result.json")
    assert found.frame["text"][0] == (
        "The protest in Newbridge was called a riot by the https://example.org/a"
    )
    assert found.frame["outlet"].unique().to_list() == ["Example Channel"]


def test_drafts_attachments_and_shortcodes_are_no_articles():
    found = read("09-export.xml")
    assert found.frame["title"].to_list() == ["Protests go on", "About us"]
    assert "caption" not in found.frame["text"][0]
    assert "gallery" not in found.frame["text"][0]
    reasons = "; ".join(found.rejects["reason"])
    assert "'draft'" in reasons
    assert "'attachment'" in reasons


@pytest.mark.parametrize(
    ("name", "outlets", "header"),
    [
        ("10-export.xlsx", OUTLETS, "row 4"),
        ("10-merged-header.xlsx", OUTLETS, "row 2"),
        ("10-merged-outlets.xlsx", [OUTLETS[0]] * 3 + [OUTLETS[1]] * 2, ""),
    ],
)
def test_a_header_below_titles_and_merged_cells_are_found(name, outlets, header):
    found = read(name)
    assert found.frame["outlet"].to_list() == outlets
    assert len(found.frame["text"][0]) > 100
    assert any(header in warning for warning in found.warnings) == bool(header)


@pytest.mark.parametrize("name", sorted(file.name for file in CASES.glob("27-*.csv")))
def test_columns_of_well_known_tables_are_recognised(name):
    found = read(name)
    assert found.frame["outlet"].to_list() == ["A", "B"]
    assert found.frame["date"].to_list() == [MAY[3], MAY[4]]
    assert found.frame["title"].to_list() == ["t", "t"]
    assert "words of the protest" in found.frame["text"][0]


def test_a_nested_field_can_be_named():
    found = read("15-results.json", columns={"text": "fields.bodyText"})
    assert not any("<p>" in text for text in found.frame["text"])


def test_dates_in_many_languages():
    dates = read("23-a.csv").frame["date"].to_list()
    assert None not in dates[:11]
    assert dates[2:9] == [MAY[3], datetime.date(2021, 3, 4), *[MAY[3]] * 5]
    assert dates[14:16] == [MAY[3]] * 2
    assert dates[11:14] == [None] * 3  # "44320", "2021", "May 2021": no day is written
    assert read("23-dots.csv").frame["date"].to_list() == MAY[:7]


def test_one_odd_file_is_refused_and_not_its_folder(tmp_path):
    (tmp_path / "links.csv").write_text("url,title\nhttps://example.org,t\n")
    (tmp_path / "a.txt").write_text("The protest went on.")
    found = read_articles(tmp_path)
    assert found.frame.height == 1
    assert "no column for text" in found.rejects["reason"][0]


def test_a_table_without_dates_says_which_columns_there_are(tmp_path):
    (tmp_path / "a.csv").write_text("outlet,day_of_issue,text\nA,x,words\n")
    warnings = "; ".join(read_articles(tmp_path / "a.csv").warnings)
    assert "no column for dates; there are the columns 'outlet', 'day_of_issue', 'text'" in warnings


@pytest.mark.parametrize("stated", ["sep=;\n", '"sep=;"\n', "My export\n\nquery: a, b\n", ""])
def test_the_separator_is_found(tmp_path, stated):
    (tmp_path / "a.csv").write_text(f"{stated}outlet;date;text\nA;2020-01-01;hello, riot\n")
    frame = read_articles(tmp_path / "a.csv").frame
    assert frame.select("outlet", "text").rows() == [("A", "hello, riot")]


MAX_SECONDS = 15
"""What took minutes takes a second or two; the limit leaves room for a busy machine."""


@pytest.fixture
def quick():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < MAX_SECONDS


@pytest.mark.usefixtures("quick")
def test_one_accent_in_a_long_file_takes_no_time():
    rows = b"".join(b"%d,%s\n" % (i, b"plain English words " * 200) for i in range(400))
    text, warning = decode_text(rows.replace(b"\n", b" ") + "caf\u00e9".encode("latin1"))
    assert text.endswith("caf\u00e9")
    assert "cp1252" in warning


@pytest.mark.usefixtures("quick")
def test_lines_in_two_encodings_do_not_go_in_circles():
    lines = "ligne naïve été " * 400
    text, warning = decode_text(lines.encode() + "\nun café à Paris".encode("latin1"))
    assert "ligne naïve été" in text
    assert warning


@pytest.mark.usefixtures("quick")
def test_rows_of_open_quotation_marks_are_refused_in_time(tmp_path):
    (tmp_path / "a.csv").write_text("outlet,date,text\n" + 'x",y,"z\n' * 20_000)
    found = read_articles(tmp_path / "a.csv")
    assert found.frame.height == 0
    assert "unclosed quotation mark" in found.rejects["reason"][0]


def test_a_stray_quotation_mark_swallows_no_rows(tmp_path):
    rows = [f"A,2020-01-{day:02},words of day {day}" for day in range(1, 31)]
    rows[3] = 'A,2020-01-04,"words of day 4'
    rows[25] = 'A,2020-01-26,words of day 26"'
    (tmp_path / "a.csv").write_text("\n".join(["outlet,date,text", *rows]))
    found = read_articles(tmp_path / "a.csv")
    assert found.frame.height >= 28
    assert len(found.rejects) >= 1


def test_dates_that_no_calendar_has_are_unknown(tmp_path):
    days = pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32())
    pq.write_table(pa.table({"text": ["a b", "c d"], "date": days}), tmp_path / "a.parquet")
    found = read_articles(tmp_path / "a.parquet")
    assert found.frame["date"].to_list() == [None, datetime.date(1970, 1, 1)]


def test_an_offset_that_is_no_named_zone_is_read(tmp_path):
    moments = pa.array([0], pa.timestamp("us", tz="+05:30"))
    pq.write_table(pa.table({"text": ["a b"], "date": moments}), tmp_path / "a.parquet")
    assert read_articles(tmp_path / "a.parquet").frame["date"].to_list() == [
        datetime.date(1970, 1, 1)
    ]


@pytest.mark.usefixtures("quick")
def test_a_small_file_that_swells_is_refused(tmp_path):
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 500, pa.int32()), ["word " * 1_000_000])
    pq.write_table(pa.table({"text": text}), tmp_path / "a.parquet", compression="zstd")
    found = read_articles(tmp_path / "a.parquet")
    assert "times its size" in found.rejects["reason"][-1]


def test_a_linked_folder_is_refused_and_counted(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("The protest went on.")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.txt").write_text("The protest went on and on.")
    (tmp_path / "given" / "more").symlink_to(tmp_path / "elsewhere")
    found = read_articles(tmp_path / "given")
    assert found.frame.height == 1
    assert found.rejects.select("source", "reason").rows() == [
        ("more", "a link to a folder, which is not followed: move the folder here")
    ]


PAGE = (
    "<html><head><title>t</title>{}</head><body><article><p>The protest went on in the town for a "
    "week, and nobody knew why it had begun at all.</p></article></body></html>"
)


def test_a_folder_is_the_outlet_and_the_name_of_a_file_its_date(tmp_path):
    files = {
        "The Daily/2021-05-03-title.txt": "The protest went on.",
        "The Daily/20210504_x.txt": "The riot went on.",
        "Northern_Example/2021/5-mai-2021.html": PAGE.format(""),
        "Northern_Example/May/2021_05_06.html": PAGE.format(
            "<meta property='og:site_name' content='Its Own'>"
            "<meta property='article:published_time' content='2021-05-01'>"
        ),
        "Coast Example/articles/03.05.2021 Titel.rtf": r"{\rtf1 The protest went on and on.}",
        "Coast Example/more.csv": "text,date\nThe coup went on.,2021-05-07\n",
        "articles/12345678.txt": "The revolution went on.",
    }
    for name, text in files.items():
        (tmp_path / "given" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "given" / name).write_text(text)
    found = read_articles(tmp_path / "given")
    taken = {
        row["text"][:20] + row["outlet"]: row["date"] for row in found.frame.iter_rows(named=True)
    }
    assert sorted(found.frame["outlet"]) == [
        *["Coast Example"] * 2, "Its Own", "Northern Example", *["The Daily"] * 2, "unattributed"
    ]  # fmt: skip
    assert sorted(date.day if date else 0 for date in taken.values()) == [0, 1, 3, 3, 4, 5, 7]
    warnings = " ".join(found.warnings)
    assert "The outlet of 5 files is the folder that they are in: 'Coast Example', " in warnings
    assert "The date of 4 files is the one in the name, such as '03.05.2021'" in warnings


def test_the_metadata_count_more_than_the_names_of_files(tmp_path):
    (tmp_path / "given" / "The Daily").mkdir(parents=True)
    (tmp_path / "given" / "The Daily" / "2021-05-03.txt").write_text("The protest went on.")
    (tmp_path / "list.csv").write_text("file,outlet,date\n2021-05-03.txt,Other,2021-05-09\n")
    found = read_articles(tmp_path / "given", ReadingOptions(metadata=tmp_path / "list.csv"))
    assert found.frame.select("outlet", "date").rows() == [("Other", MAY[8])]
    assert not any("in the name" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("20210503_x", "2021-05-03"),
        ("report2021.05.03", "2021-05-03"),
        ("20210503123000", "2021-05-03"),
        ("riot 29. Dezember 2011", "29 Dezember 2011"),
        ("3rd_May_2021", "3rd May 2021"),
        ("décembre-1-2020", "decembre 1 2020"),
        ("12345678", None),
        ("2021-13-40", None),
        ("title-2021", None),
        ("marathon 21 2021", None),
    ],
)
def test_a_date_in_a_name(name, date):
    assert find_date_in_name(name) == date
