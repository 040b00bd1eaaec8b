import re

import pytest

from wording.pages import index
from wording.pages import template as document

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def example_record(**more):
    return {
        "study": "demo",
        "study_title": "Demo study",
        "question": "Who words it how?",
        "page": "terms",
        "title": "Which words?",
        "subtitle": "velin",
        "notebook": "02_terms",
        "parameters": {"concept": "velin"},
        "status": "ok",
        "reason": "",
        "findings": ["A differs.", "B does not.", "C neither."],
        "html": "demo/terms.html",
        "ipynb": "demo/terms.ipynb",
        "pdf": "demo/terms.pdf",
        "tables": {"shares.csv": "demo/terms-tables/shares.csv"},
        "made": "2031-04-05T10:11:12+00:00",
        "period": "2031-01-02 to 2031-03-04",
        "log": "demo/.state/terms.log",
        "failed_ipynb": "demo/.state/terms.failed.ipynb",
        **more,
    }


def test_pages_stand_under_their_study_in_the_order_given():
    html = index.render_index(
        [
            example_record(),
            example_record(study="seeds", study_title="Seeds"),
            example_record(subtitle="kyiv"),
        ]
    )
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html) == ["Demo study", "Seeds"]
    assert re.findall(r"<h3>(?:<a[^>]*>)?(.*?)(?:</a>)?</h3>", html) == ["velin", "kyiv", "velin"]
    assert "3 pages from 2 studies, last updated on 2031-04-05" in html
    assert html.count("<h1>") == 1
    assert 'href="demo/terms.html"' in html
    for file in ("terms.ipynb", "terms.pdf", "terms-tables/shares.csv"):
        assert f'href="demo/{file}"' in html
    assert "Covers 2031-01-02 to 2031-03-04" in html
    assert "terms.log" not in html


def test_two_findings_make_the_headlines():
    html = index.render_index([example_record()])
    assert re.findall(r"<li>(.*?)</li>", html)[:-1] == ["A differs.", "B does not."]


@pytest.mark.parametrize("status", ["failed", "timed-out", "died", "invalid", "something else"])
def test_failures_come_first_with_their_reason(status):
    html = index.render_index(
        [example_record(), example_record(status=status, reason="It broke.", subtitle="kyiv")]
    )
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html)[0] == "Pages that could not be made"
    assert html.index("It broke.") < html.index("Demo study</h2>")
    assert "The page is the last good one." in html
    assert "1 failed" in html
    assert 'href="demo/.state/terms.log"' in html
    assert 'href="demo/.state/terms.failed.ipynb"' in html


def test_a_page_that_never_was_has_no_link():
    html = index.render_index(
        [
            example_record(
                status="failed",
                reason="It broke.",
                **dict.fromkeys(["html", "ipynb", "pdf", "tables", "log", "failed_ipynb"]),
            )
        ]
    )
    assert "<a href" not in html.replace('<a class="skip" href="#main"', "")


@pytest.mark.parametrize("status", ["ok", "up-to-date"])
def test_good_pages_are_no_failures(status):
    assert "could not be made" not in index.render_index([example_record(status=status)])


@pytest.mark.parametrize(
    "path", ["https://host/x", "javascript:alert(1)", "//host/x", "/etc/passwd"]
)
def test_only_paths_below_the_grid_are_links(path):
    assert path not in index.render_index(
        [example_record(html=path, ipynb=path, tables={"x": path})]
    )


def test_every_field_is_escaped():
    fields = {
        key: HOSTILE for key in example_record() if key not in {"parameters", "findings", "tables"}
    }
    html = index.render_index(
        [
            {
                **fields,
                "parameters": {HOSTILE: HOSTILE},
                "findings": [HOSTILE],
                "tables": {HOSTILE: HOSTILE},
            },
            example_record(subtitle="", parameters={HOSTILE: 1}),
        ]
    )
    assert html.count("<script") == 1
    assert "<img" not in html


def test_grid_stands_under_the_same_policy_and_names_no_host():
    html = index.render_index([example_record()])
    assert document.make_security_policy().replace("'", "&#39;") in html
    assert not re.findall(r"https?://", html)


def test_no_records_say_what_to_do():
    assert "wording report STUDY" in index.render_index([])


def test_same_records_give_the_same_bytes():
    assert index.render_index([example_record()]) == index.render_index([example_record()])
