import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from wording import files
from wording.cli import main
from wording.errors import WordingError
from wording.files import guard_formula, save_table, unguard_formula

ALPHABET = "'=+-@;\t\r\n1.e a\uff1d"


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("- he said", "'- he said"),
        ("@handle", "'@handle"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("x;=cmd", "x;'=cmd"),
        ("x\n=cmd", "x\n'=cmd"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("-1.5", "-1.5"),
        ("-1e-9", "-1e-9"),
        ("1;-2", "1;-2"),
        ("-1+cmd|x", "'-1+cmd|x"),
        ("a; - b", "a; - b"),
        ("a-b", "a-b"),
        ("a=b", "a=b"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text, guarded):
    assert guard_formula(text) == guarded
    assert unguard_formula(guarded) == text


@given(st.text(ALPHABET, max_size=8))
def test_guards_can_be_taken_away_again(text):
    assert unguard_formula(guard_formula(text)) == text


@given(st.text(ALPHABET, max_size=8))
def test_no_cell_that_is_no_number_begins_like_a_formula(text):
    guarded = guard_formula(text)
    for cell in guarded.replace("\r", ";").replace("\t", ";").replace("\n", ";").split(";"):
        is_number = pd.notna(pd.to_numeric(cell, errors="coerce"))
        assert not cell.startswith(("=", "+", "@", "\uff1d")) or (is_number and cell[0] == "-")
        assert not cell.startswith("-") or is_number


def test_csv_is_guarded_and_parquet_exact(tmp_path):
    table = pd.DataFrame(
        {
            "text": ["=cmd", None, "plain"],
            "n": [-1, 2, 3],
            "share": [-0.5, float("nan"), 1.0],
            "date": pd.to_datetime(["2020-01-02", None, "2020-01-03"]),
            "kind": pd.Categorical(["@a", "@a", "b"]),
        }
    )
    before = table.copy()
    for ending in ("csv", "parquet"):
        save_table(table, tmp_path / f"t.{ending}")
    pd.testing.assert_frame_equal(table, before)
    assert (tmp_path / "t.csv").read_text() == (
        "text,n,share,date,kind\n'=cmd,-1,-0.5,2020-01-02,'@a\n,2,,,'@a\nplain,3,1.0,2020-01-03,b\n"
    )
    exact = pd.read_parquet(tmp_path / "t.parquet")["text"]
    assert exact.fillna("").to_list() == ["=cmd", "", "plain"]


ODD = pd.DataFrame(
    {
        "a_b": ["=cmd|calc", "x & y_z 100 % {b} \\c", "c\x01d\ne"],
        "n": [-1, 2, 3],
        "q": [1e-7, float("nan"), 0.123456],
        "date": pd.to_datetime(["2031-01-02", None, "2031-01-03"]),
    }
)


def test_a_spreadsheet_has_texts_as_texts_and_is_the_same_every_time(tmp_path, monkeypatch):
    save_table(ODD, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["a_b", "n", "q", "date"]
    assert [row[0] for row in rows[1:]] == ["=cmd|calc", ODD["a_b"][1], "c\ufffdd\ne"]
    assert [row[1:3] for row in rows[1:]] == [[-1, 1e-7], [2, None], [3, 0.123456]]
    assert f"{rows[1][3]:%Y-%m-%d}" == "2031-01-02"
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    monkeypatch.setattr("time.time", lambda: 2e9)
    save_table(ODD, tmp_path / "later.xlsx")
    assert (tmp_path / "t.xlsx").read_bytes() == (tmp_path / "later.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("limit", "message"), [("MAX_SHEET_ROWS", "3 rows"), ("MAX_CELL_CHARACTERS", "a_b.*characters")]
)
def test_what_a_spreadsheet_cannot_hold_is_refused_and_not_cut(
    tmp_path, monkeypatch, limit, message
):
    monkeypatch.setattr(files, limit, 2)
    with pytest.raises(WordingError, match=f"{message}.*save it as .csv or .parquet"):
        save_table(ODD, tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_latex_table_is_escaped(tmp_path):
    save_table(ODD, tmp_path / "t.tex")
    text = (tmp_path / "t.tex").read_text(encoding="utf8")
    assert r"\begin{longtable}{lrrl}" in text
    assert r"a\_b & n & q & date" in text
    assert r"x \& y\_z 100 \% \{b\} \textbackslash c & 2 &  &  \\" in text
    assert r"=cmd|calc & -1 & 1e-07 & 2031-01-02 \\" in text
    assert "c\ufffdd e & 3 & 0.1235" in text


@pytest.fixture
def hostile(tmp_path):
    """A study of articles whose texts and names are formulas."""
    (tmp_path / "a.csv").write_text(
        'doc_id,outlet,text\n=id1,@daily,"=cmd|calc coup ;=cmd said ""=HYPERLINK it"" said John."\n'
        'x2,+weekly,"-A coup happened\t=B."\n7,Plain,"A coup."\n'
    )
    (tmp_path / "study.yml").write_text("title: t\nquestion: q\narticles: {path: a.csv}\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: t, variants: {x: [coup]}}}")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        ["find", "a.csv", "--concepts", "concepts.yml"],
        ["voice", "a.csv"],
        ["families", "a.csv"],
        ["kwic", ".", "coup"],
        ["table", ".", "hits"],
        ["table", ".", "articles"],
        ["table", ".", "shares"],
    ],
)
def test_no_command_writes_a_formula(hostile, monkeypatch, command):
    monkeypatch.chdir(hostile)
    for out in ("o.csv", "o.parquet"):
        result = CliRunner().invoke(main, [*command, "--out", out])
        assert result.exit_code == 0, result.output
    written = pd.read_csv("o.csv", dtype=str, keep_default_na=False)
    exact = pd.read_parquet("o.parquet")
    assert len(written) == len(exact) > 0
    for column in written.columns:
        for cell in written[column]:
            assert guard_formula(unguard_formula(cell)) == cell
        if exact[column].dtype.kind == "O":
            texts = exact[column].astype(object).where(exact[column].notna(), "").astype(str)
            assert written[column].map(unguard_formula).to_list() == texts.to_list()
    if "doc_id" in written:
        assert set(written["doc_id"]) <= {"'=id1", "x2", "7"}
