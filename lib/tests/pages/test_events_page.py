"""The page 10_events, made as a batch makes it: with events, and where there can be none."""

import re
import shutil

import pandas as pd
import pytest

from wording.pages.batch import runner
from wording.simulation.events import simulate_events
from wording.study.read import read_study


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    return simulate_events(tmp_path_factory.mktemp("events") / "whole", events=200, seed=3)


def make_page(folder, name, change=None, more=""):
    """Return the page of a changed copy of the study."""
    place = shutil.copytree(
        folder, folder.parent / name, ignore=shutil.ignore_patterns(".build", "reports")
    )
    if change:
        change(pd.read_csv(place / "articles.csv")).to_csv(place / "articles.csv", index=False)
    study = place / "study.yml"
    head = study.read_text().split("reports:")[0]
    if more.startswith("outlets:"):
        head = re.sub("(?m)^outlets:.*\n", "", head)
    study.write_text(f"{head}{more}reports: [{{notebook: 10_events}}]\n")
    [page] = runner.make_reports([read_study(place)], only="10_events", reports=place / "reports")
    assert page.status == "ok", page.reason
    return (place / "reports" / page.html).read_text()


@pytest.mark.slow
def test_a_page_with_events(simulated):
    html = make_page(simulated, "full")
    assert "what is covered" in html
    assert html.count('<div class="beside">') == 10
    assert "have no date and so no link" in html


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change", "more", "said"),
    [
        ("no dates", lambda a: a.assign(date=None), "", "No article has a date"),
        (
            "one outlet",
            lambda a: a[a["outlet"] == "Northline"],
            "outlets: [Northline]\n",
            "Only one outlet is compared (Northline)",
        ),
        (
            "other days",
            lambda a: a.assign(
                date=pd.date_range("2000-01-01", periods=len(a), freq="7D").strftime("%Y-%m-%d")
            ),
            "",
            "No two articles of different outlets are linked",
        ),
        ("no text", None, "excerpts: none\n", "does not show the text of its articles"),
    ],
)
def test_a_page_says_why_there_is_nothing(simulated, name, change, more, said):
    html = make_page(simulated, name.replace(" ", "-"), change, more)
    assert said in html
    assert "<mark>" not in html
