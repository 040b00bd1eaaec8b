import shutil
from pathlib import Path

import pytest
from browser import CHROMIUM, browser

from wording.files import PROJECT_ROOT
from wording.pages.batch import runner
from wording.study.read import read_study


@pytest.fixture(scope="session")
def chromium():
    """A browser, open for all tests of this room."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: what a page does when it is opened is not tested")
    with browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """A folder with the pages of the studies that ship.

    They are the project's own reports when those are up to date, else made here.
    """
    studies = [read_study(PROJECT_ROOT / name) for name in ("data/demo", "seeds")]
    if all(page.status == "up-to-date" for page in runner.preview_reports(studies)):
        return runner.REPORTS_FOLDER
    place = tmp_path_factory.mktemp("published")
    for study in studies:
        shutil.copytree(
            study.folder, place / study.name, ignore=shutil.ignore_patterns(".build", "texts")
        )
    made = runner.make_reports(
        [read_study(place / study.name) for study in studies], reports=place / "reports"
    )
    assert [page for page in made if page.status != "ok"] == []
    return place / "reports"
