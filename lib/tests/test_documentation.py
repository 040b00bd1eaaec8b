import re
import subprocess

import polars as pl
import pytest

from wording.corpus.encoding.matching import extract_contexts, find_concept_spans
from wording.corpus.encoding.shard import encode_texts
from wording.files import PROJECT_ROOT
from wording.study.read import read_concepts

TEXT = (PROJECT_ROOT / "data" / "README.md").read_text(encoding="utf8")
YAML = re.search(r"```yaml\n(.*?)```", TEXT, re.S)[1]
EXAMPLES = re.findall(
    r"^\| `[^|]*(?:\\\|[^|]*)?` \| [^|]* \| `((?:[^`])*)` \| \"([^\"]*)\" \|$", TEXT, re.M
)


def nodes(folder, concepts, text):
    (folder / "concepts.yml").write_text(concepts, encoding="utf8")
    read, lists = read_concepts(folder / "concepts.yml")
    shard = encode_texts(pl.Series([text]))
    spans, _ = find_concept_spans(shard, "c", next(iter(read.values())), lists)
    return extract_contexts(shard, spans)["node"].to_list()


def test_there_are_as_many_examples_as_rows():
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize(("phrase", "text"), EXAMPLES)
def test_each_phrase_in_the_documentation_matches_its_example(tmp_path, phrase, text):
    phrase = phrase.replace("\\|", "|")
    concepts = f'lists: {{places: [Ada, New Ada]}}\nconcepts: {{c: {{title: t, variants: {{v: ["{phrase}"]}}}}}}\n'
    assert nodes(tmp_path, concepts, text)
    assert nodes(tmp_path, concepts, "something else altogether") == []


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
        "lab",
        "open",
        "lint",
        "bench",
        "clean",
    ]


def test_links_in_the_readmes_lead_to_files():
    for readme in [
        *PROJECT_ROOT.glob("*.md"),
        *PROJECT_ROOT.glob("*/README.md"),
        *PROJECT_ROOT.glob("data/*/README.md"),
    ]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", readme.read_text(encoding="utf8")):
            assert (readme.parent / target).exists(), f"{readme.name} links to {target}"
