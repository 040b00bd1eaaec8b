import shutil

import pytest
from batches import asks_for, notebook

from wording.files import NOTEBOOK_FOLDER, PROJECT_ROOT
from wording.pages import state
from wording.pages.batch import plan, runner
from wording.study.read import read_study

CHOOSY = (
    'study: str = ""  # where\nvoice: str = "all"  # one of all, quoted (in marks): whose words\n'
    "outlets: list[str] = []  # which"
)


@pytest.fixture
def place(tmp_path, small, monkeypatch):
    """A folder with a study, and notebooks of our own."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(plan, "NOTEBOOK_FOLDER", tmp_path / "notebooks")
    shutil.copytree(small, tmp_path / "study", ignore=shutil.ignore_patterns(".build"))
    notebook(tmp_path, "good", "1")
    notebook(tmp_path, "01_good", "1")
    notebook(tmp_path, "choosy", "1", parameters=CHOOSY)
    shutil.copy(NOTEBOOK_FOLDER / "02_terms.ipynb", tmp_path / "notebooks")
    return tmp_path


def due(place, reports, **options):
    asks_for(place, reports)
    return runner.preview_reports([read_study(place / "study")], reports=place / "out", **options)


def made(place, page, **more):
    """Records the page as made."""
    (place / "out" / "study").mkdir(parents=True, exist_ok=True)
    (place / "out" / "study" / f"{page.page}.html").write_text("a page")
    fields = {
        "status": "ok",
        "reason": "",
        "html": f"study/{page.page}.html",
        "seconds": 3.0,
        **more,
    }
    state.write_page_record(place / "out", state.replace(page, **fields))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "{notebook: good, parameters: {wrod: x}}",
            "this notebook has no parameter 'wrod'; did you mean 'word'?",
        ),
        ("{notebook: good, parameters: {word: 3}}", "word is 3; expected str"),
        ("{notebook: good, parameters: {word: nan}}", None),
        ("{notebook: godo}", "no such notebook; did you mean"),
        (
            "{notebook: 02_terms, each: {concept: [levi]}}",
            "concept is 'levi', which is not in this study; did you mean 'levy'?",
        ),
        (
            "{notebook: choosy, parameters: {voice: quotd}}",
            "voice is 'quotd'; did you mean 'quoted'?",
        ),
        (
            "{notebook: choosy, parameters: {outlets: [Northlin]}}",
            "outlets is 'Northlin', which is not in this study; did you mean 'Northline'?",
        ),
        ("{notebook: choosy, parameters: {outlets: []}}", None),
    ],
)
def test_parameters_are_checked_before_any_kernel_starts(place, entry, told):
    asks_for(place, ["notebook: 01_good", entry])
    if told is None:
        assert len(due(place, ["notebook: 01_good", entry])) == 2
        return
    with pytest.raises(plan.InvalidStudy) as raised:
        runner.make_reports([read_study(place / "study")], reports=place / "out")
    assert told in str(raised.value)
    assert str(raised.value).count("study.yml: ") == 1, "one line per fault"
    recorded = list((place / "out" / "study" / ".state").glob("*.json"))
    assert len(recorded) == 1, "nothing was run"
    assert "Pages that could not be made" in (place / "out" / "index.html").read_text(
        encoding="utf8"
    )


def test_two_pages_of_one_name_are_refused(place):
    with pytest.raises(plan.InvalidStudy, match="would both be called 'good'"):
        due(place, ["notebook: good", "notebook: good"])


def test_what_would_run_is_told_with_the_reason(place):
    [page] = due(place, ["notebook: good"])
    assert (page.status, page.reason) == ("due", "never made")
    assert not (place / "out").exists()
    made(place, page)
    assert [page.status for page in due(place, ["notebook: good"])] == ["up-to-date"]
    assert due(place, ["notebook: good"], force=True)[0].reason == "forced (--force)"
    notebook(place, "good", "2")
    assert due(place, ["notebook: good"])[0].reason == "changed: the notebook"
    with (place / "study" / "articles.csv").open("a", encoding="utf8") as articles:
        articles.write("\n")
    assert due(place, ["notebook: good"])[0].reason == "changed: the notebook, the articles"
    assert (
        due(place, ["{notebook: good, parameters: {word: x}}"])[0].reason
        == "changed: the notebook, the parameters, the articles"
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [("failed", "it failed last time"), ("timed-out", "it took too long last time")],
)
def test_what_went_wrong_is_due_again_and_keeps_its_last_good_page(place, status, told):
    [page] = due(place, ["notebook: good"])
    made(place, page, status=status)
    [again] = due(place, ["notebook: good"])
    assert (again.status, again.reason, again.html, again.seconds) == (
        "due",
        told,
        "study/good.html",
        3.0,
    )
    (place / "out" / "study" / "good.html").unlink()
    assert due(place, ["notebook: good"])[0].html is None


def test_what_people_judge_is_a_reason_for_the_page_that_reads_it(place):
    for name in ("09_coding", "08_discover"):
        notebook(place, name, "1")
    asked = ["notebook: good", "notebook: 09_coding", "notebook: 08_discover"]
    header, mark = (PROJECT_ROOT / "data/demo/marks.csv").read_text("utf8").splitlines()[:2]
    (place / "study" / "marks.csv").write_text(f"{header}\n{mark}\n", encoding="utf8")
    for page in due(place, asked):
        made(place, page)
    (place / "study" / "marks.csv").write_text(f"{header}\n{mark}\n{mark}\n", encoding="utf8")
    assert [page.reason for page in due(place, asked)] == ["", "changed: marks.csv", ""]
    (place / "study" / "verdicts.csv").write_text("term,rival,verdict,who,date\n", encoding="utf8")
    assert [page.reason for page in due(place, asked)] == [
        "",
        "changed: marks.csv",
        "changed: verdicts.csv",
    ]


def test_a_page_of_coded_lines_waits_for_the_first(place, capsys):
    notebook(place, "09_coding", "1")
    asked = ["notebook: good", "notebook: 09_coding"]
    assert [page.notebook for page in due(place, asked)] == ["good"]
    assert "no page of 09_coding is made where no line is marked yet" in capsys.readouterr().err
    (place / "study" / "marks.csv").write_text("coder,date\n", encoding="utf8")
    assert len(due(place, asked)) == 2, "a file that is wrong is for the page to tell of"


def test_limits_and_reports_are_no_reason_to_run_again(place):
    made(place, due(place, ["notebook: good"])[0])
    with (place / "study" / "study.yml").open("a", encoding="utf8") as file:
        file.write("  - notebook: 01_good\nlimits: {cell: 5}\n")
    assert [
        page.status
        for page in runner.preview_reports([read_study(place / "study")], reports=place / "out")
    ] == ["up-to-date", "due"]


def test_a_state_of_another_version_is_made_again(place):
    [page] = due(place, ["notebook: good"])
    made(place, page)
    state.locate_page(place / "out", page).record.write_text('{"key": "old"}')
    assert due(place, ["notebook: good"])[0].reason == "never made"


def test_nothing_is_replaced_before_everything_is_written(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(OSError, match="directory"):
        state.write_atomically({tmp_path / "a": "new", tmp_path / "a" / "b": "below a file"})
    assert (tmp_path / "a").read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["a"]


def test_a_page_is_claimed_by_one_at_a_time(place):
    [page] = due(place, ["notebook: good"])
    mine = state.claim_page(place / "out", page)
    assert state.claim_page(place / "out", page) is None
    mine.close()
    state.claim_page(place / "out", page).close()


@pytest.mark.parametrize(
    ("reports", "pages"),
    [
        (["{notebook: good}"], ["00_overview", "good"]),
        (["{notebook: good}", "{notebook: 00_overview}"], ["good", "00_overview"]),
    ],
)
def test_a_report_begins_with_the_overview_unless_it_is_named(place, reports, pages):
    notebook(place, "00_overview", "1")
    assert [page.page for page in due(place, reports)] == pages


def test_notebooks_without_an_overview_have_none(place):
    assert [page.page for page in due(place, ["{notebook: good}"])] == ["good"]
