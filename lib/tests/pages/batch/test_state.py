"""What is recorded of pages: whose they are, and that it is as it was written."""

import json
import os
import shutil

import pytest
from batches import SHOWS, asks_for, becomes_true, begin, notebook, report, statuses

from wording.errors import WordingError
from wording.pages import state
from wording.pages.batch import plan, runner
from wording.study.read import read_study

PATIENT = """
import pathlib, time
place = pathlib.Path("{place}")
(place / "began").write_text("")
while not (place / "go").exists(): time.sleep(0.05)
"""


def cut(file):
    os.truncate(file, file.stat().st_size * 2 // 3)


def empty(file):
    os.truncate(file, 0)


def flip(file):
    content = bytearray(file.read_bytes())
    content[content.index(b"3.0")] ^= 1  # the seconds are 2.0: valid, and wrong
    file.write_bytes(content)


def make_folder(file):
    file.unlink()
    file.mkdir()
    (file / "x").write_text("x")


def make_unreadable(file):
    file.unlink()
    file.symlink_to(file.name)


def make_other(file):
    file.write_text("[1, 2]")


KINDS = [cut, empty, flip, make_folder, make_unreadable, make_other]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a study without articles, and notebooks of our own."""
    for name in ("notebooks", "study"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(plan, "NOTEBOOK_FOLDER", tmp_path / "notebooks")
    (tmp_path / "study" / "study.yml").write_text("title: Study\nquestion: Who?\n")
    (tmp_path / "study" / "concepts.yml").write_text(
        "concepts: {levy: {title: The levy, variants: {tax: [tax]}}}\n"
    )
    for name in ("good", "other"):
        notebook(tmp_path, name, SHOWS)
    asks_for(tmp_path, ["notebook: good"])
    return tmp_path


def preview(place, study="study"):
    return runner.preview_reports([read_study(place / study)], reports=place / "out")


def record(place):
    """Records the page as made, and returns the file."""
    [page] = preview(place)
    made = state.replace(page, status="ok", reason="", html="study/good.html", seconds=3.0)
    html = place / "out" / "study" / "good.html"
    html.parent.mkdir(parents=True)
    html.write_text("a page")
    state.write_page_record(place / "out", state.replace(made, html_hash=state.hash_file(html)))
    return state.locate_page(place / "out", page).record


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_record_is_not_believed(place, kind, capsys):
    file = record(place)
    assert preview(place)[0].status == "up-to-date"
    kind(file)
    [page] = preview(place)
    assert (page.status, page.reason) == ("due", "what was recorded of it is damaged")
    runner.write_index(place / "out")
    assert "good.json: what is recorded of a page is damaged" in capsys.readouterr().err
    state.write_page_record(place / "out", page)
    assert state.read_page_record(place / "out", page) == page


def test_a_page_that_is_not_as_it_was_made_is_made_again(place):
    record(place)
    (place / "out" / "study" / "good.html").write_text("a pagf")
    assert preview(place)[0].reason == "its page was damaged or changed"


def test_every_byte_of_a_record_counts(place):
    file = record(place)
    before, text = json.loads(file.read_text()), file.read_bytes()
    for number in range(len(text)):
        file.write_bytes(text[:number] + bytes([text[number] ^ 2]) + text[number + 1 :])
        found = state.read_state(file)
        # A blank may become another, and a record without a checksum is of an older version.
        assert not found or {**found, "checksum": before["checksum"]} == before


def test_a_lock_that_is_a_folder_is_no_obstacle(place):
    [page] = preview(place)
    make_folder(record(place).with_suffix(".json"))
    lock = state.locate_page(place / "out", page).lock
    lock.mkdir()
    state.claim_page(place / "out", page).close()
    assert lock.is_file()


@pytest.fixture
def two(place):
    """Another study of the same name."""
    shutil.copytree(place / "study", place / "b" / "study")
    state.record_owner(read_study(place / "study"), place / "out")
    return place


def test_two_studies_of_one_name_do_not_share_pages(two):
    preview(two)
    with pytest.raises(WordingError, match=r"has the pages of .*another study of this name.*--out"):
        preview(two, "b/study")
    with pytest.raises(WordingError, match=r"another study of this name"):
        runner.make_reports([read_study(two / "b" / "study")], reports=two / "out")


def test_a_study_that_was_moved_keeps_its_pages(two):
    shutil.rmtree(two / "study")
    preview(two, "b/study")


def test_pages_and_studies_may_be_copied_together(two, tmp_path_factory):
    copy = shutil.copytree(two, tmp_path_factory.mktemp("copy") / "all")
    preview(copy)
    with pytest.raises(WordingError, match="another study of this name"):
        preview(copy, "b/study")


@pytest.mark.parametrize("kind", [cut, empty, make_folder, make_unreadable])
def test_a_damaged_owner_is_written_anew(two, kind):
    kind(state.name_owner_file(two / "out" / "study"))
    study = read_study(two / "study")
    state.refuse_foreign_folder(study, two / "out")
    state.record_owner(study, two / "out")
    with pytest.raises(WordingError, match="another study"):
        preview(two, "b/study")


def test_what_another_run_made_of_the_edited_study_stays(place):
    older = read_study(place / "study")
    record(place)
    asks_for(place, ["notebook: other"])
    kept = place / "out" / "study" / ".state" / "other.json"
    shutil.copy(kept.with_name("good.json"), kept)
    runner.remove_stale_pages([older], plan.plan_pages(older), place / "out")
    assert kept.is_file()
    assert kept.with_name("good.json").is_file()
    newer = read_study(place / "study")
    lock = state.claim_lock(kept.with_name("good.lock"))
    runner.remove_stale_pages([newer], plan.plan_pages(newer), place / "out")
    assert kept.with_name("good.json").is_file(), "another run makes it"
    lock.close()
    runner.remove_stale_pages([newer], plan.plan_pages(newer), place / "out")
    assert not kept.with_name("good.json").exists()
    assert kept.is_file()


def test_nothing_is_removed_while_the_study_cannot_be_read(place):
    older = read_study(place / "study")
    file = record(place)
    (place / "study" / "study.yml").write_text("title: [half")
    runner.remove_stale_pages([older], [], place / "out")
    assert file.is_file()


@pytest.mark.slow
def test_two_reports_of_a_study_edited_between_them_keep_their_pages(place):
    notebook(place, "patient", PATIENT.format(place=place), SHOWS)
    asks_for(place, ["notebook: patient"])
    first = begin(place)
    assert becomes_true((place / "began").exists)
    code, said = report(place, ["notebook: good"])
    assert code == 0, said
    (place / "go").touch()
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert statuses(place) == {"good": "ok", "patient": "ok"}
    assert (place / "out" / "study" / "good.html").is_file()
    assert report(place, ["notebook: good"])[0] == 0
    assert statuses(place) == {"good": "ok"}


@pytest.mark.slow
def test_folders_in_the_place_of_files_are_no_obstacle(place):
    assert report(place, ["notebook: good"])[0] == 0
    pages = place / "out" / "study"
    for file in (pages / "good.html", pages / "good.ipynb", *(pages / ".state").glob("good.*")):
        make_folder(file)
    (pages / ".state" / "good.new").write_text("a file")
    code, said = report(place, ["notebook: good"])
    assert code == 0, said
    assert statuses(place) == {"good": "ok"}
    assert (pages / "good.html").is_file()
