"""A study made of somebody's articles: what was seen in them is in it, and is said."""

import pandas as pd
import pytest
from click.testing import CliRunner

from wording.cli import main
from wording.errors import WordingError
from wording.new import create
from wording.new.create import create_study, parse_terms
from wording.pages.batch.plan import plan_pages
from wording.study.read import read_study

COUP = "The rebels staged a coup in the city, and the president said so on Tuesday. "
PROTEST = "The protest in the streets went on, and a demonstration was held near the house. "
CONCEPTLESS = {"00_overview", "01_corpus", "04_keyness", "07_outlets", "08_discover"}
GERMAN = (
    "Die Demonstranten zogen gestern durch die Stadt, und die Polizei hat es nicht verhindert. "
)


def write_articles(folder, texts):
    """A table of these texts at two outlets."""
    rows = [
        {"outlet": "AB"[k % 2], "date": f"2031-01-{k % 28 + 1:02}", "title": "t", "text": text}
        for k, text in enumerate(texts)
    ]
    pd.DataFrame(rows).to_csv(folder / "news.csv", index=False)
    return folder / "news.csv"


def said_of(folder, texts, **given):
    return "\n".join(
        create_study(folder / "s", articles=write_articles(folder, texts), **given)
    ), read_study(folder / "s")


def test_only_what_occurs_often_is_taken_and_has_pages(tmp_path):
    said, study = said_of(tmp_path, [f"{PROTEST}{PROTEST}Number {k}." for k in range(12)])
    assert list(study.concepts) == ["street-events"]
    assert {page.parameters.get("concept") for page in plan_pages(study)} == {None, "street-events"}
    assert "street-events: 48 hits, 5 or more at 2 outlets (" in said
    assert "none occurs" in said
    assert f"makes {len(plan_pages(study))} pages" in said


def test_where_nothing_occurs_no_page_on_a_concept_is_planned(tmp_path):
    said, study = said_of(tmp_path, [f"It rained on day {k}, and it was cold." for k in range(9)])
    assert {page.notebook for page in plan_pages(study)} == CONCEPTLESS
    assert "no page on a concept is planned" in said
    assert "--term" in said


def test_one_way_of_naming_alone_is_no_choice_and_has_no_pages(tmp_path):
    said, study = said_of(tmp_path, [f"A riot, and a riot again on day {k}." for k in range(12)])
    assert {page.notebook for page in plan_pages(study)} == CONCEPTLESS
    assert "1 (only one way of naming it occurs 5 times)" in said


def test_terms_become_a_concept_with_pages_and_the_library_is_proposed(tmp_path):
    texts = [f"{COUP}{PROTEST}Number {k}." for k in range(12)]
    said, study = said_of(tmp_path, texts, terms=["coup*; protest*; riott*"])
    [concept] = study.concepts.values()
    assert {name: one.match for name, one in concept.variants.items()} == {
        "coup*": ["coup*"],
        "protest*": ["protest*"],
        "riott*": ["riott*"],
    }
    assert "occurs: coup* 12 and protest* 12." in said
    assert "“riott*” of coup-protest-riott does not occur" in said
    assert "#   events: street-events   #" in (tmp_path / "s" / "concepts.yml").read_text()


def test_a_concept_of_a_file_that_does_not_occur_has_no_pages(tmp_path):
    file = tmp_path / "c.yml"
    file.write_text(
        "concepts:\n  a: {title: A, variants: {x: [coup]}}\n"
        "  b: {title: B, variants: {x: [xyz]}, acts: [kill]}\n"
    )
    said, study = said_of(tmp_path, [COUP] * 2, concepts=file)
    assert {page.parameters.get("concept") for page in plan_pages(study)} == {None, "a"}
    assert "no page is planned for this concept" in said


def test_the_language_is_recognised_and_what_is_lacking_is_said(tmp_path):
    said, study = said_of(tmp_path, [f"{GERMAN * 3}Nummer {k}." for k in range(8)] + [PROTEST * 4])
    assert study.language == "de"
    assert "They are in German" in said
    assert "1 of 9 texts looked at is in another language (English)" in said
    assert "no word lists for speech that is reported" in said
    assert "concepts for English alone" in said


def test_what_was_looked_at_is_said_where_it_is_not_everything(tmp_path, monkeypatch):
    monkeypatch.setattr("wording.new.survey.MAX_TEXTS_READ", 8)
    monkeypatch.setattr("wording.new.survey.MAX_TEXTS_COUNTED", 4)
    monkeypatch.setattr("wording.new.survey.ArticleReader.__iter__", split(8))
    said, _ = said_of(tmp_path, [f"{PROTEST}{k}" for k in range(20)])
    assert "Read: the first 8 articles of 2 outlets." in said
    assert "Words are counted in 4 of them, evenly spaced" in said


def split(size):
    """A reading that comes in small batches."""
    from wording.new.survey import ArticleReader

    whole = ArticleReader.__iter__
    return lambda reader: (part for frame in whole(reader) for part in frame.iter_slices(size))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (["coup;"], "empty part"),
        (["coup; (riot"], "--term"),
        (["coup; coup|riot"], "both match 'coup'"),
    ],
)
def test_terms_that_are_none_are_refused_before_anything_is_written(tmp_path, terms, message):
    with pytest.raises(WordingError, match=message.replace("(", r"\(")):
        create_study(tmp_path / "s", articles=write_articles(tmp_path, [COUP]), terms=terms)
    assert not (tmp_path / "s").exists()


def test_names_of_concepts_made_of_terms_are_their_own():
    assert list(parse_terms(["a; b", "b; a", "a;b", "Ж; ц"])) == ["a-b", "b-a", "a-b-3", "my-terms"]


@pytest.mark.parametrize("given", [["--term", "a; b"], ["--term", "a", "--concepts", "x.yml"]])
def test_terms_without_articles_or_beside_concepts_are_refused(tmp_path, given):
    result = CliRunner().invoke(main, ["new", str(tmp_path / "s"), *given])
    assert result.exit_code == 1
    assert "--term" in result.output


def test_discovery_proposes_in_comments(tmp_path, monkeypatch):
    sets = pd.DataFrame({"set": [1, 1], "term": ["a b"] * 2, "rival": ["c", 'd "e"']})
    monkeypatch.setattr(
        "wording.questions.discovery.rival_sets.find_rival_sets", lambda *_, **__: sets
    )
    said_of(tmp_path, [COUP] * 2, terms=["coup; protest"])
    before = read_study(tmp_path / "s").concepts
    said = create.propose_concepts(tmp_path / "s")
    assert '  a b / c / d "e"' in said
    assert '#   ["a b", "c", "d \\"e\\""]' in (tmp_path / "s" / "concepts.yml").read_text()
    assert read_study(tmp_path / "s").concepts == before
