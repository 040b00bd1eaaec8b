import datetime

import pytest

from wording.errors import WordingError
from wording.study.journal import (
    VERDICTS,
    locate_link_verdicts_file,
    locate_verdicts_file,
    read_link_verdicts,
    read_marks,
    read_verdicts,
    record_link_verdict,
    record_verdict,
)
from wording.study.read import read_study
from wording.tables import TABLES

DAY = datetime.date(2031, 5, 1)


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.yml").write_text("title: T\nquestion: Q?\n")
    (tmp_path / "concepts.yml").write_text("concepts: {c: {title: C, variants: {v: [w]}}}\n")
    return read_study(tmp_path)


def test_verdicts_come_back_as_they_were_given(study):
    assert read_verdicts(study).empty
    given = [
        ("war, long", f"a “{verdict}”", verdict, "Ada Smith", "2031-05-01") for verdict in VERDICTS
    ]
    for term, rival, verdict, who, _ in given:
        record_verdict(study, term, rival, verdict, who=who, date=DAY)
    assert [tuple(row) for row in read_verdicts(study).itertuples(index=False)] == given


def test_the_last_verdict_on_a_pair_counts_and_none_is_lost(study):
    record_verdict(study, "war", "operation", "reject", who="A", date=DAY)
    record_verdict(study, "Operation", "war", "accept", who="B", date=DAY)
    assert read_verdicts(study)[["term", "verdict", "who"]].to_numpy().tolist() == [
        ["Operation", "accept", "B"]
    ]
    assert locate_verdicts_file(study).read_text().splitlines() == [
        "term,rival,verdict,who,date",
        "war,operation,reject,A,2031-05-01",
        "Operation,war,accept,B,2031-05-01",
    ]


def test_a_file_without_a_last_line_end_is_continued(study):
    record_verdict(study, "a", "b", "accept", who="A", date=DAY)
    locate_verdicts_file(study).write_text(locate_verdicts_file(study).read_text().rstrip("\n"))
    record_verdict(study, "c", "d", "reject", who="A", date=DAY)
    assert len(read_verdicts(study)) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a", "b", "acept", "A"), "did you mean 'accept'?"),
        (("a", "b", "accept", " "), "who judged"),
        (("", "b", "accept", "A"), "needs a term"),
    ],
)
def test_what_is_no_verdict_is_refused(study, arguments, said):
    with pytest.raises(WordingError, match="verdict") as error:
        record_verdict(study, *arguments[:3], who=arguments[3])
    assert said in str(error.value)
    assert not locate_verdicts_file(study).exists()


def test_a_wrong_line_is_told_by_its_number(study):
    locate_verdicts_file(study).write_text(
        "term,rival,verdict,who,date\na,b,accept,A,2031-05-01\na,c,maybe,A,2031-05-01\n"
    )
    with pytest.raises(WordingError, match=r"verdicts\.csv:3: there is no verdict 'maybe'"):
        read_verdicts(study)


def test_verdicts_on_links_are_kept_apart_from_those_on_rivals(study):
    record_link_verdict(study, "A a", "b", "same event", who="Ada  Smith", date=DAY)
    record_link_verdict(study, "b", "A a", "different events", who="Ben", date=DAY)
    record_link_verdict(study, "b", "a a", "same event", who="Ben", date=DAY)
    assert [tuple(row) for row in read_link_verdicts(study).itertuples(index=False)] == [
        ("b", "A a", "different events", "Ben", "2031-05-01"),
        ("b", "a a", "same event", "Ben", "2031-05-01"),
    ]
    assert read_verdicts(study).empty


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a", "b", "same evnt", "A"), "did you mean 'same event'?"),
        (("a", "b", "same event", " "), "who judged"),
        (("", "b", "same event", "A"), "needs a doc_id"),
    ],
)
def test_what_is_no_verdict_on_a_link_is_refused(study, arguments, said):
    with pytest.raises(WordingError, match="verdict") as error:
        record_link_verdict(study, *arguments[:3], who=arguments[3])
    assert said in str(error.value)
    assert not locate_link_verdicts_file(study).exists()


def test_an_invalid_verdict_on_a_link_is_told_with_its_line(study):
    locate_link_verdicts_file(study).write_text(
        "doc_id,other,verdict,who,date\na,b,same event,A,2031-05-01\na,c,maybe,A,2031-05-01\n"
    )
    with pytest.raises(WordingError, match=r"link_verdicts\.csv:3: there is no verdict 'maybe'"):
        read_link_verdicts(study)


def spoil(file):
    file.write_bytes(file.read_bytes()[:-9] + b"\xff\xfe" + file.read_bytes()[-9:])


def make_folder(file):
    file.unlink()
    file.mkdir()


def make_unreadable(file):
    file.unlink()
    file.symlink_to(file.name)


@pytest.mark.parametrize("kind", [spoil, make_folder, make_unreadable])
@pytest.mark.parametrize("name", ["marks.csv", "verdicts.csv"])
def test_judgements_that_cannot_be_read_are_not_taken_for_none(study, name, kind):
    columns = TABLES[name.removesuffix(".csv")]
    (study.folder / name).write_text(",".join(columns) + "\n")
    read = read_marks if name == "marks.csv" else read_verdicts
    assert read(study).empty
    kind(study.folder / name)
    with pytest.raises(WordingError, match=rf"{name} cannot be read .*restore it from a copy"):
        read(study)
