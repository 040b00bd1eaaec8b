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


def titles_of(html, level=3):
    return re.findall(rf"<h{level}>(?:<a[^>]*>)?(.*?)(?:</a>)?</h{level}>", html)


def test_the_overview_is_on_top_of_its_study_with_more_findings():
    findings = [f"Finding {n}." for n in range(9)]
    html = index.render_index(
        [
            example_record(subtitle="towns"),
            example_record(
                notebook="00_overview", subtitle="", title="At a glance", findings=findings
            ),
        ]
    )
    assert titles_of(html) == ["At a glance", "towns"]
    assert "Finding 3." in html
    assert "Finding 4." not in html


def test_pages_on_one_subject_share_a_card():
    html = index.render_index(
        [
            example_record(subtitle="towns", headline="A writes “fell”"),
            example_record(subtitle="", title="Who speaks?"),
            example_record(subtitle="towns", title="When?"),
        ]
    )
    assert titles_of(html) == ["towns", "Who speaks?"]
    assert titles_of(html, 4) == ["A writes “fell”", "When?"]
    assert html.count('<p class="line">Which words?</p>') == 1


def test_no_two_cards_have_one_name_where_pages_say_what_they_found():
    records = [
        example_record(subtitle=concept, headline=f"{outlet} writes “{concept}”")
        for concept in ("towns", "levy")
        for outlet in ("A", "B")
    ]
    names = titles_of(index.render_index(records)) + titles_of(index.render_index(records), 4)
    assert len(names) == 6
    assert len(set(names)) == 6


@pytest.mark.parametrize(
    "headline",
    ["No clear difference between outlets: towns", "Not found: towns", "Too few hits: towns"],
)
def test_a_page_without_a_finding_is_folded_and_the_overview_never_is(headline):
    html = index.render_index(
        [
            example_record(headline=headline),
            example_record(notebook="00_overview", headline=headline, subtitle=""),
            example_record(subtitle="levy", headline="Northline writes “carbon tax”"),
        ]
    )
    assert titles_of(html) == [headline, "Northline writes “carbon tax”"]
    fold = re.search(r'<details class="nothing">.*?</details>', html, re.DOTALL)[0]
    assert "1 page without a clear finding" in fold
    assert f'<a href="demo/terms.html">{headline}</a>' in fold


def test_what_all_pages_of_a_study_share_is_said_once():
    html = index.render_index([example_record(), example_record(subtitle="levy")])
    assert html.count("Covers 2031-01-02 to 2031-03-04") == 1
    other = example_record(subtitle="levy", period="2031-02-02 to 2031-03-04")
    assert index.render_index([example_record(), other]).count("Covers 2031-0") == 2


def test_tables_of_single_lines_are_not_listed():
    tables = {"lines-a.csv": "demo/t/lines-a.csv", "shares.csv": "demo/t/shares.csv"}
    html = index.render_index([example_record(tables=tables)])
    assert "lines-a.csv" not in html
    assert "1 table as CSV" in html


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
