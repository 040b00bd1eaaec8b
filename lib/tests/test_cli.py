import pandas as pd
import pytest
from click.testing import CliRunner

from wording.answers.study import open_study
from wording.cli import main
from wording.tables import TABLES


def wording(*arguments):
    """(exit code, all output) of the command."""
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_new_study_runs_at_once(tmp_path):
    assert wording("new", tmp_path / "mine")[0] == 0
    code, said = wording("check", tmp_path / "mine")
    assert code == 0
    assert "60 articles of 6 outlets" in said
    assert "wording report" in said
    assert wording("new", tmp_path / "mine")[0] == 1


def test_a_new_study_reads_the_articles_where_they_lie(tmp_path):
    (tmp_path / "my news.csv").write_text(
        "id,publisher,published,body\n1,A,2020-01-02,The rebels staged a coup in the city.\n2,B,,\n"
    )
    (tmp_path / "c.yml").write_text(
        "concepts: {x: {title: t, variants: {coup: [coup], protest: [protest*]}}}"
    )
    assert (
        wording(
            "new",
            tmp_path / "s",
            "--articles",
            tmp_path / "my news.csv",
            "--concepts",
            tmp_path / "c.yml",
        )[0]
        == 0
    )
    code, said = wording("check", tmp_path / "s")
    assert code == 0
    assert "1 article of 1 outlet" in said
    assert "rejected: 1 x no text" in said


@pytest.mark.parametrize("command", ["find", "voice", "families"])
def test_articles_without_any_text_are_an_error_that_says_why(command, small, tmp_path):
    (tmp_path / "a.csv").write_text("id,outlet,date,title,text\na,X,2020-01-01,h,\n")
    concepts = ["--concepts", small / "concepts.yml"] if command == "find" else []
    code, said = wording(command, tmp_path / "a.csv", *concepts, "--out", tmp_path / "out.csv")
    assert code == 1
    assert "no article could be read (1 rejected: no text)" in said
    assert not (tmp_path / "out.csv").exists()


def test_build_says_when_there_is_nothing_to_do(small):
    assert wording("build", small)[1].startswith(("built", "already"))
    assert wording("build", small)[1].startswith("already up to date: 60 articles")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_find_gives_the_contracted_columns(small, tmp_path, ending):
    out = tmp_path / f"hits{ending}"
    assert (
        wording("find", small / "articles.csv", "--concepts", small / "concepts.yml", "--out", out)[
            0
        ]
        == 0
    )
    hits = (pd.read_csv if ending == ".csv" else pd.read_parquet)(out)
    assert {
        "doc_id",
        "outlet",
        "date",
        "concept",
        "variant",
        "start",
        "end",
        "left",
        "node",
        "right",
        "voice",
        "zone",
    } <= set(hits.columns)
    assert len(hits) > 100


@pytest.mark.parametrize("name", ["articles", "hits", "counts", "shares", "contrasts"])
def test_every_table_can_be_had(small, tmp_path, name):
    assert wording("table", small, name, "--out", tmp_path / "t.csv")[0] == 0
    assert list(pd.read_csv(tmp_path / "t.csv").columns) == list(TABLES[name])


@pytest.mark.parametrize(
    "name", ["voices", "cues", "stances", "speakers", "own_voice", "attributions"]
)
def test_the_tables_of_voice_can_be_had(small, tmp_path, name):
    assert wording("table", small, name, "--out", tmp_path / "t.csv")[0] == 0
    assert len(pd.read_csv(tmp_path / "t.csv")) > 5


def test_shares_are_the_outlets_own_unless_asked_otherwise(small, tmp_path):
    n = {}
    for voice in (None, "outlet", "quoted", "reported", "attributed", "all"):
        assert (
            wording(
                "table",
                small,
                "shares",
                "--out",
                tmp_path / "t.csv",
                *(["--voice", voice] if voice else []),
            )[0]
            == 0
        )
        table = pd.read_csv(tmp_path / "t.csv")
        assert set(table["voice"]) == {voice or "outlet"}
        n[voice] = table["n"].sum()
    assert n[None] == n["outlet"]
    assert n["attributed"] == n["quoted"] + n["reported"]
    assert n["all"] == n["outlet"] + n["attributed"]


def test_voice_gives_every_stretch_that_is_not_the_outlets(small, tmp_path):
    assert wording("voice", small / "articles.csv", "--out", tmp_path / "v.csv")[0] == 0
    spans = pd.read_csv(tmp_path / "v.csv")
    assert {"doc_id", "start", "end", "voice", "speaker", "cue"} <= set(spans.columns)
    assert set(spans["voice"]) == {"quoted", "reported"}
    assert (
        wording("voice", small / "articles.csv", "--out", tmp_path / "e.csv", "--explain")[0] == 0
    )
    why = pd.read_csv(tmp_path / "e.csv")
    assert {"doc_id", "start", "token", "voice", "table", "entry", "weight"} <= set(why.columns)


def test_find_leaves_boilerplate_out_unless_asked(small, tmp_path):
    call = ["find", small / "articles.csv", "--concepts", small / "concepts.yml", "--out"]
    zones = {}
    for name, more in (("body", []), ("all", ["--boilerplate"])):
        _, said = wording(*call, tmp_path / f"{name}.csv", *more)
        zones[name] = pd.read_csv(tmp_path / f"{name}.csv")["zone"].value_counts()
        assert ("in boilerplate left out" in said) == (name == "body")
    assert list(zones["body"].index) == ["body"]
    assert zones["all"]["body"] == zones["body"]["body"]
    assert zones["all"]["boilerplate"] > 0
    assert (
        f"{zones['all']['boilerplate']} hits in boilerplate left out"
        in (wording(*call, tmp_path / "again.csv")[1])
    )


def test_kwic_counts_words_and_says_so(small, tmp_path):
    word, variant = (wording("kwic", small, text)[1].splitlines()[0] for text in ("fell", "=fell"))
    assert word.startswith("The phrase “fell”: ")
    assert variant.startswith("The variant towns/fell (“fell”, “fall of”; near “<towns>”")
    assert wording("kwic", small, "fell", "--out", tmp_path / "fell.csv")[0] == 0
    lines = pd.read_csv(tmp_path / "fell.csv")
    assert set(lines["node"].str.lower()) == {"fell"}
    assert f": {len(lines)} hits in {lines['doc_id'].nunique()} articles." in word


def test_kwic_and_counts(small, tmp_path):
    assert "hits in" in wording("kwic", small, "carbon tax")[1]
    assert wording("counts", small, "--out", tmp_path / "counts")[0] == 0
    assert {f.name for f in (tmp_path / "counts").iterdir()} == {
        "articles.csv", "acts.csv", "counts.csv", "attributions.csv", "links.csv",
        "neighbours.csv.gz", "terms.csv.gz",
    }  # fmt: skip


def test_events_are_written_as_pairs_and_said(small, tmp_path):
    code, said = wording("events", small, "--out", tmp_path / "events.csv")
    assert code == 0
    assert "articles" in said
    events = pd.read_csv(tmp_path / "events.csv", dtype=str)
    assert list(events.columns) == ["doc_id", "other", "score"]
    assert (events["doc_id"] < events["other"]).all()
    wording("table", small, "links", "--out", tmp_path / "links.parquet")
    table = pd.read_parquet(tmp_path / "links.parquet")
    assert table[["doc_id", "other"]].equals(
        events[["doc_id", "other"]].astype(table["doc_id"].dtype)
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "no-such-folder"], "wording new"),
        (["table", "SMALL", "sharess", "--out", "x.csv"], "did you mean 'shares'"),
        (["table", "SMALL", "shares", "--out", "x.doc"], ".parquet"),
        (["kwic", "SMALL", "<none>"], "no list"),
        (
            ["find", "no-such-file", "--concepts", "SMALL/concepts.yml", "--out", "x.csv"],
            "no-such-file",
        ),
        (["report", "SMALL", "--only", "99"], "No page begins with '99'"),
        (
            ["table", "SMALL", "shares", "--voice", "quotd", "--out", "x.csv"],
            "did you mean 'quoted'",
        ),
        (["table", "SMALL", "hits", "--voice", "quoted", "--out", "x.csv"], "does not take"),
        (["kwic", "SMALL", "=fel"], "did you mean 'fell'"),
        (["kwic", "SMALL", "a", "--limit", "3", "--out", "x.csv"], "--limit has no effect"),
        (["simulate", "--share", "0.4", "--out", "x"], "--share has no effect without"),
        (["simulate", "--difference", "0.2", "--articles", "9"], "--articles has no effect"),
    ],
)
def test_faults_are_told_in_words(small, tmp_path, arguments, told, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said = wording(*(a.replace("SMALL", str(small)) for a in arguments))
    assert code == 1
    assert told in said


ODD = (
    "id,outlet,date,title,text\n"
    "a,X,2031-01-01,h,They want gun&nbsp;control and <b>pro-gun control</b> now.\n"
    "b,X,2031-01-01,h,They want con\u200btrol.\n"
)


@pytest.fixture
def odd(tmp_path):
    """A study of two texts with a phrase that matches nothing."""
    (tmp_path / "odd.csv").write_text(ODD, encoding="utf8")
    (tmp_path / "study.yml").write_text("title: t\nquestion: q\narticles: {path: odd.csv}\n")
    concept = 'guns: {title: t, variants: {gun: ["gun (control|safty)", "gun safty"]}}'
    (tmp_path / "concepts.yml").write_text(f"concepts:\n  {concept}\n")
    return tmp_path


NOTES = [
    "`gun safty` matches nothing.",
    "In `gun (control|safty)`, `safty` matches nothing.",
    "`gun (control|safty)` leaves out 1 place where a hyphen joins more to its words "
    "(pro-gun control 1); `(gun|*-gun) (control|safty|control-*|safty-*)` counts them, too.",
]


def test_what_matches_nothing_is_said_by_check_find_kwic_and_the_page(odd):
    code, checked = wording("check", odd)
    assert code == 0
    out = odd / "hits.csv"
    found = wording("find", odd / "odd.csv", "--concepts", odd / "concepts.yml", "--out", out)[1]
    shown = wording("kwic", odd, "gun (control|safty); gun safty")[1]
    page = open_study(odd).shares("guns").sentences
    for note in NOTES:
        assert note in checked
        assert f"note: {note}" in found
        assert f"note: {note}" in shown
        assert note in page
    assert list(pd.read_csv(out).columns) == list(TABLES["hits"])
    assert pd.read_csv(out)["node"].to_list() == ["gun control"]


def test_check_says_what_texts_are_read_as(odd):
    said = wording("check", odd)[1]
    assert "note: 1 article with character references such as &amp;, tags" in said
    assert "note: 1 article with characters of no width inside words" in said


def test_a_phrase_with_two_readings_is_refused_with_its_line(odd):
    (odd / "concepts.yml").write_text(
        "concepts:\n  guns:\n    title: t\n    variants:\n      x:\n        - gun\n"
        "        - gun control|gun safety\n      y: {match: [rifle], not: [a rifle|the gun]}\n"
    )
    code, said = wording("check", odd)
    assert code == 1
    assert f"{odd / 'concepts.yml'}:7: `gun control|gun safety` can be read in two ways" in said
    assert f"{odd / 'concepts.yml'}:8: `a rifle|the gun` can be read in two ways" in said
    code, said = wording("kwic", odd, "gun control|gun safety")
    assert code == 1


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("concepts.yml", ["new", "{folder}", "--articles", "{articles}"]),
        ("concepts.yml", ["new", "{folder}"]),
        ("marks.csv", ["new", "{folder}"]),
        ("articles.csv", ["simulate", "--out", "{folder}", "--articles", "60"]),
    ],
)
def test_what_is_there_is_not_written_over(small, tmp_path, name, command):
    (tmp_path / name).write_text("mine")
    places = {"folder": tmp_path, "articles": small / "articles.csv"}
    code, said = wording(*[text.format(**places) for text in command])
    assert code == 1
    assert f"has {name} already" in said
    assert (tmp_path / name).read_text() == "mine"


def test_find_leaves_out_headlines_and_says_so(tmp_path):
    articles = tmp_path / "a.csv"
    articles.write_text(
        "id,outlet,date,title,text\n"
        'a,X,2031-01-01,Coup in the capital,"The president left on Tuesday, it is said."\n'
    )
    concepts = tmp_path / "c.yml"
    concepts.write_text("concepts:\n  c: {title: c, variants: {coup: [coup]}}\n")
    call = ["find", articles, "--concepts", concepts, "--out", tmp_path / "hits.csv"]
    result = CliRunner().invoke(main, [str(argument) for argument in call])
    assert result.output.startswith("note: 1 hit in headlines left out (--place all has them)")
    assert pd.read_csv(tmp_path / "hits.csv").empty
    wording(*call, "--place", "all")
    [hit] = pd.read_csv(tmp_path / "hits.csv").itertuples()
    assert (hit.place, hit.start, hit.end, hit.node) == ("headline", 0, 4, "Coup")
    code, said = wording(*call, "--place", "headlines")
    assert code == 1
    assert "did you mean 'headline'" in said
