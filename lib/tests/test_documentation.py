import os
import re
import subprocess
import sys

import polars as pl
import pytest

from wording.corpus.encoding.matching import extract_contexts, find_concept_spans
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.likeness import read_languages
from wording.files import PROJECT_ROOT
from wording.languages import LANGUAGES_WITHOUT_BLANKS, name_language
from wording.patterns import ELIDED_BY_LANGUAGE
from wording.study.read import read_concepts

TEXT = (PROJECT_ROOT / "docs" / "phrases.md").read_text(encoding="utf8")
YAML = re.search(r"```yaml\n(.*?)```", TEXT, re.S)[1]
EXAMPLES = re.findall(
    r"^\| `[^|]*(?:\\\|[^|]*)?` \| [^|]* \| `((?:[^`])*)` \| \"([^\"]*)\" \|$", TEXT, re.M
)
PAIRS = re.findall(r"^\| `([^`]*)` \| \"(.*)\" \| \"(.*)\" \|$", TEXT, re.M)
"""A phrase, a text that it matches and one that it does not match."""


def nodes(folder, concepts, text):
    (folder / "concepts.yml").write_text(concepts, encoding="utf8")
    read, lists = read_concepts(folder / "concepts.yml")
    shard = encode_texts(pl.Series([text]))
    spans, _ = find_concept_spans(shard, "c", next(iter(read.values())), lists)
    return extract_contexts(shard, spans)["node"].to_list()


def test_there_are_as_many_examples_as_rows():
    assert (len(EXAMPLES), len(PAIRS)) == (9, 9)


@pytest.mark.parametrize(("phrase", "text"), EXAMPLES)
def test_each_phrase_in_the_documentation_matches_its_example(tmp_path, phrase, text):
    phrase = phrase.replace("\\|", "|")
    concept = f'{{title: t, variants: {{v: ["{phrase}"]}}}}'
    concepts = f"lists: {{places: [Ada, New Ada]}}\nconcepts: {{c: {concept}}}\n"
    assert nodes(tmp_path, concepts, text)
    assert nodes(tmp_path, concepts, "something else altogether") == []


@pytest.mark.parametrize(("phrase", "matched", "other"), PAIRS)
def test_each_phrase_matches_one_example_and_not_the_other(tmp_path, phrase, matched, other):
    phrase = phrase.replace("\\|", "|")
    concepts = f'concepts: {{c: {{title: t, variants: {{v: ["{phrase}"]}}}}}}\n'
    assert len(nodes(tmp_path, concepts, matched)) == 1
    assert nodes(tmp_path, concepts, other) == []


def test_the_concept_in_the_documentation_works(tmp_path):
    text = "Ada was liberated. New Ada fell. Prices fell. Near Ada, supplies fell short."
    assert nodes(tmp_path, YAML, text) == ["liberated", "fell"]


def test_make_alone_lists_every_target():
    told = subprocess.run(
        ["make", "-s"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[0] for line in told.splitlines()] == [
        "help",
        "setup",
        "report",
        "pdf",
        "test",
        "slow",
        "lab",
        "open",
        "lint",
        "docs",
        "bench",
        "clean",
    ]


TUTORIAL = (PROJECT_ROOT / "docs" / "tutorial.md").read_text(encoding="utf8")


def test_the_tutorial_does_what_it_says(demo, tmp_path, monkeypatch):
    """Every block runs, one after the other, and what is quoted from an answer is in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo").symlink_to(demo)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", TUTORIAL, re.S):
        exec(block, names)
    quoted = " ".join(re.findall(r"^> (.*)$", TUTORIAL, re.M))
    assert quoted in names["shares"].sentences
    for call in re.findall(r"^\| `(study\..*?)` \|", TUTORIAL, re.M):
        assert len(eval(call, names).table.columns)


@pytest.mark.slow
def test_the_documentation_is_whole_and_asks_no_other_host(tmp_path):
    """The build is strict: a link that leads nowhere ends it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(tmp_path)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=True)
    pages = [*tmp_path.glob("*.html"), *tmp_path.glob("api/*.html")]
    assert {"tutorial", "results", "phrases", "method", "gallery"} <= {page.stem for page in pages}
    for page in pages:
        text = page.read_text(encoding="utf8")
        loaded = re.findall(
            r"<(?:script|link|img|iframe|use)\b[^>]*?\b(?:src|href)=\"([^\"]+)", text
        )
        assert [address for address in loaded if "//" in address] == [], page
    for style in tmp_path.rglob("*.css"):
        assert "url(http" not in style.read_text(encoding="utf8")
    gallery = (tmp_path / "gallery.html").read_text(encoding="utf8")
    assert gallery.count("<svg viewBox") > 8
    for room in ROOMS_WITH_MODULES:
        assert any(f'id="wording.{room}' in page.read_text(encoding="utf8") for page in pages), room


ROOMS_WITH_MODULES = ("answers", "corpus", "pages", "panel", "questions", "show", "stats", "study")


def test_links_in_the_readmes_lead_to_files():
    for readme in [
        *PROJECT_ROOT.glob("*.md"),
        *PROJECT_ROOT.glob("*/README.md"),
        *PROJECT_ROOT.glob("data/*/README.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", readme.read_text(encoding="utf8")):
            assert (readme.parent / target).exists(), f"{readme.name} links to {target}"


def test_the_table_of_languages_is_that_of_the_record():
    method = (PROJECT_ROOT / "docs" / "method.md").read_text(encoding="utf8")
    for code, known in read_languages().items():
        assert f"| {name_language(code)} (`{code}`) | {known.voice} |" in method
    for what in (ELIDED_BY_LANGUAGE, LANGUAGES_WITHOUT_BLANKS):
        assert all(name_language(code) in method for code in what)
