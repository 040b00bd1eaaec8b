"""The fields of the first page: each button does what its turn is, and faults are said."""

import pandas as pd
import pytest

from wording.panel.start import Start
from wording.study.read import read_study

PROTEST = "The protest in the streets went on, and a demonstration was held near the house. "


@pytest.fixture
def start(tmp_path, monkeypatch):
    rows = [{"outlet": "AB"[k % 2], "text": f"{PROTEST * 2}A riot. {k}."} for k in range(12)]
    pd.DataFrame(rows).to_csv(tmp_path / "news.csv", index=False)
    monkeypatch.chdir(tmp_path)
    panel = Start(reports=tmp_path / "reports")
    panel.place.value = "mine"
    return panel


def test_articles_become_a_study_with_a_few_clicks(start):
    assert (start.make.disabled, start.report.disabled) == (True, True)
    assert start.articles.options[0] == "news.csv", "the nearest first"
    start.articles.value = "news.csv"
    start.look.click()
    assert "Read: 12 articles of 2 outlets." in start.seen.value
    assert start.concepts.value == ("street-events",)
    start.terms.value = "riot*; <b>"
    start.make.click()
    assert "--term" in start.made.value, "what is no phrase is said where it was pressed"
    start.terms.value = "riot*; protest*; riott"
    start.make.click()
    study = read_study(start.folder)
    assert list(study.concepts) == ["riot-protest-riott", "street-events"]
    assert "“riott” of riot-protest-riott does not occur" in start.made.value
    assert (start.make.disabled, start.report.disabled) == (False, False)
    start.make.click()
    assert "already a study" in start.made.value


def test_articles_that_are_not_there_are_said(start):
    start.articles.value = "no<b>ne.csv"
    start.look.click()
    assert "no&lt;b&gt;ne.csv: there is no such file" in start.seen.value
    assert start.make.disabled


def test_pages_are_made_and_told(start, monkeypatch):
    def make_reports(studies, *, reports, progress):
        progress.begin(2, [])
        progress.tick([], [], jobs=1)
        return []

    monkeypatch.setattr("wording.pages.batch.runner.make_reports", make_reports)
    start.articles.value = "news.csv"
    start.look.click()
    start.make.click()
    start.report.click()
    assert "index.html" in start.told.value


def test_a_page_says_that_it_is_for_jupyterlab(start):
    assert "wording lab" in start._repr_mimebundle_()["text/html"]
