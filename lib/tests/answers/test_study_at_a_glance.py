"""A study at a glance, on small studies of invented articles."""

import re

import pandas as pd
import pytest

import wording
from wording.answers.tables import make_table
from wording.corpus.counts import write_counts
from wording.study.read import read_study

CONCEPTS = """
lists: {places: [Quarnow]}
concepts:
  change: {title: The change, note: A note., variants: {coup: [coup], protest: [protest]}}
  single: {title: A single term, variants: {rain: [rain]}}
  quoted: {title: Only quoted, variants: {x: [goat], y: [sheep]}}
  headline: {title: Only in headlines, variants: {x: [harbour], y: [port]}}
  apart: {title: Only elsewhere, variants: {x: [tower], y: [spire]}}
  narrow:
    title: Too narrow
    variants: {x: {match: [fell], near: {any: ["<places>"], within: 3}}, y: [dropped]}
  none: {title: Nowhere, variants: {x: [zeppelin], y: [airship]}}
  once: {title: In one article, variants: {x: [mill], y: [bakery]}}
"""
REASONS = {
    "change": None,
    "single": "concepts.yml has only one term for it, so there is no choice to compare; 14 hits",
    "quoted": "No hits in the outlets' own words; 14 hits in other voices.",
    "headline": "No hits here; 14 hits in headlines.",
    "apart": "No hits in the articles compared; 1 hit in others: of other outlets or days",
    "narrow": "Its phrases occur 14 times, but their conditions",
    "none": "None of its phrases occurs in the articles.",
    "once": "Only “x” is written, so there is no difference to test; 1 hit at 1 outlet.",
}


def write_study(folder, n=7, more=""):
    """Two outlets with so many articles each, of which A says coup, and B protest."""
    folder.mkdir()
    rows = [
        (
            f"{outlet}-{k}",
            outlet,
            f"2031-01-{k + 10}",
            f"The harbour {outlet} {k}",
            f"The {word if k else 'coup'} of day {k} began. The rain at {outlet} {k} fell hard. "
            f'"A goat ran," a guard in {outlet} {k} said.',
        )
        for outlet, word in (("A", "coup"), ("B", "protest"))
        for k in range(n)
    ]
    rows.append(("C-0", "C", "2031-01-10", "On", "The old tower stood there by the river."))
    rows[0] = (*rows[0][:4], f"{rows[0][4]} The mill turned.")
    names = ["id", "outlet", "date", "title", "text"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "a.csv", index=False)
    (folder / "concepts.yml").write_text(CONCEPTS)
    (folder / "study.yml").write_text(
        "title: t\nquestion: q\narticles: {path: a.csv}\noutlets: [A, B]\ndraws: 99\n"
        f"reports: [{{notebook: 02_terms, each: {{concept: all}}}}]\n{more}"
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("glance") / "study")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    return write_study(tmp_path_factory.mktemp("few") / "study", n=2)


def test_a_zero_says_why(folder):
    left_out = wording.open(folder).overview()["left_out"].table.set_index("concept")["reason"]
    titles = {name: record.title for name, record in read_study(folder).concepts.items()}
    for concept, reason in REASONS.items():
        if reason is None:
            assert titles[concept] not in left_out
        else:
            assert left_out[titles[concept]].startswith(reason)
    table = make_table(read_study(folder), "overview_left_out")
    assert table["concept"].tolist() == [name for name, reason in REASONS.items() if reason]


def test_cells_lead_to_lines_that_the_page_of_the_concept_has(folder, monkeypatch):
    monkeypatch.setenv("WORDING_RUN", "x")
    study = wording.open(folder)
    html = study.overview().show_table().html
    links = set(re.findall(r'href="([^"#]*)#([^"]*)"', html))
    assert {page for page, _ in links} == {"02_terms-change.html"}
    lines = study.shares("change").show_lines().html
    assert len(links) == 2
    assert all(f'id="{name}"' in lines for _, name in links)
    assert 'href="02_terms-change.html"' in html


@pytest.mark.parametrize("reports", ["[]", "[{notebook: 02_terms, parameters: {voice: all}}]"])
def test_without_a_page_that_counts_alike_clear_cells_lead_to_lines_here(
    folder, monkeypatch, reports
):
    monkeypatch.setenv("WORDING_RUN", "x")
    study = wording.open(folder)
    text = f"reports: {reports}"
    kept = (folder / "study.yml").read_text()
    (folder / "study.yml").write_text(f"{kept.split('reports:')[0]}{text}\n")
    study = wording.open(folder)
    (folder / "study.yml").write_text(kept)
    overview = study.overview()
    links = re.findall(r'href="#([^"]*)"', overview.show_table().html)
    assert "02_terms" not in overview.show_table().html
    lines = overview.show_lines(10).html
    assert links
    assert all(f'id="{name}"' in lines for name in links)


def test_in_jupyterlab_nothing_leads_to_a_page(folder):
    html = wording.open(folder).overview().show_table().html
    assert "href=" not in html


def test_of_a_few_documents_the_words_stand_there_with_their_lines(few, monkeypatch):
    monkeypatch.setenv("WORDING_RUN", "x")
    overview = wording.open(few).overview()
    shown = overview.show_table().html
    links = re.findall(r'href="#([^"]*)"', shown)
    lines = overview.show_lines(10).html
    assert links
    assert all(f'id="{name}"' in lines for name in links)
    assert re.search(r'<b class="v-outlet"><a [^>]*>coup</a></b>', shown)
    assert re.search(r'<span class="v-quoted">“<a [^>]*>goat</a>”</span>', shown)
    assert '<a href="02_terms-change.html">The change</a>' in shown
    assert "A: The harbour A 0" in shown  # an outlet has several articles, so titles tell them
    assert "Nowhere" not in shown
    assert "Nowhere" in overview["left_out"].show_table().html
    assert any("nothing is tested" in sentence for sentence in overview.sentences)


def test_without_text_variants_stand_for_words_and_lines_say_why(tmp_path):
    place = write_study(tmp_path / "study", n=2, more="excerpts: none\n")
    overview = wording.open(place).overview()
    html = overview.show_table().html
    assert "goat" not in html.replace("“goat”", "")
    assert "harbour A" not in html
    words = make_table(read_study(place), "overview_words")
    assert set(words["word"]) == {"coup", "protest", "rain", "x"}
    assert "does not show the text" in overview.show_lines(10).html


def test_counts_alone_give_the_same_matrix(folder, tmp_path):
    study = read_study(folder)
    write_counts(study, tmp_path / "counts")
    for name in ("study.yml", "concepts.yml"):
        (tmp_path / name).write_text((folder / name).read_text())
    saved = read_study(tmp_path)
    pd.testing.assert_frame_equal(make_table(study, "overview"), make_table(saved, "overview"))
    overview = wording.open(tmp_path).overview()
    reasons = overview["left_out"].table.set_index("concept")["reason"]
    assert reasons["Nowhere"] == "No hits in the saved counts."
    assert "without their text" in overview["method"].show_table().text


def test_the_method_has_the_numbers_of_the_study(folder):
    told = dict(wording.open(folder).overview()["method"].table.to_numpy().tolist())
    assert told["Articles"].startswith("14 articles of 2 outlets from 2031-01-10 to 2031-01-16")
    assert "1 of 15 terms count only" in told["Senses"]
    assert "all 2 tested cells of the matrix" in told["Tests"]
    assert "99 times" in told["Tests"]
    assert "stand in quotation marks" in told["Voice"]


def test_the_codebook_has_phrases_conditions_lists_and_notes(folder):
    html = wording.open(folder).overview()["codebook"].show_table().html
    assert html.count("<details>") == len(REASONS) + 1
    assert "near “&lt;places&gt;” (within 3 words)" in html
    assert "<p>A note.</p>" in html
    assert "<p>Quarnow</p>" in html


def test_groups_are_called_so(folder):
    grouped = wording.open(folder).using(groups={"left": ["A"], "right": ["B", "C"]})
    overview = grouped.using(outlets=["left", "right"]).overview()
    assert set(overview.table["outlet"]) == {"left", "right"}
    assert "How often 2 groups choose" in overview.show_table().html
    assert not any("outlet" in sentence for sentence in overview.sentences)


def test_a_study_without_concepts_says_so(tmp_path):
    place = write_study(tmp_path / "study")
    overview = wording.open(place / "a.csv").overview()
    assert "no concepts" in overview.show_table().text
    assert overview.show_sentences().text
    for part in ("left_out", "method", "codebook"):
        assert overview[part].show_table().html
    assert overview.show_lines(10).html
