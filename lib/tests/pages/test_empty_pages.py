"""Every notebook runs where there is nothing, or almost nothing, to say.

The code of the notebooks is run in this process, cell by cell, as pages show it: each cell that
ends in something to show must show a table, a figure or a sentence.
"""

import ast
import json

import pytest

from wording.files import NOTEBOOK_FOLDER
from wording.new.create import create_study

NOTEBOOKS = sorted(file.stem for file in NOTEBOOK_FOLDER.glob("[0-9]*.ipynb"))
HEAD = "id,outlet,date,text\n"
ONE = "a,A,2031-01-01,A coup in the city.\n"
CONCEPTS = "concepts: {c: {title: t, variants: {x: [coup], y: [protest]}, acts: [kill]}}"
# Further such studies are asked in Python, without notebooks, in answers/test_empty.py.
STUDIES = {
    "one article": (HEAD + ONE, ""),
    "no hits": (HEAD + "a,A,2031-01-01,The cat sat.\nb,B,2031-01-02,A dog ran.\n", ""),
    "no date": ("id,outlet,text\na,A,A coup in the city.\nb,B,A protest.\n", ""),
    "other outlets": (
        HEAD + ONE + "b,B,2031-01-02,A protest.\nc,C,2031-01-02,A coup.\n",
        "max_outlets: 1\n",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=STUDIES)
def folder(request, tmp_path_factory):
    articles, more = STUDIES[request.param]
    folder = tmp_path_factory.mktemp("empty") / "study"
    source = folder.parent / "articles.csv"
    source.write_text(articles)
    create_study(folder, articles=source)
    (folder / "concepts.yml").write_text(CONCEPTS)
    with (folder / "study.yml").open("a") as settings:
        settings.write(f"draws: 99\n{more}")
    return folder


def run_notebook(name, study):
    """Yield what the cells of a notebook show when it is run on the study."""
    notebook = json.loads((NOTEBOOK_FOLDER / f"{name}.ipynb").read_text())
    space = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), space)
        if "parameters" in cell["metadata"].get("tags", []):
            space["study"] = str(study)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), space)
            if value is not None:
                yield value


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_page_shows_something_where_there_is_nothing(folder, name, monkeypatch):
    monkeypatch.setenv("WORDING_RUN", "x")
    n_shown = 0
    for value in run_notebook(name, folder):
        shown = value._repr_mimebundle_()
        assert shown["text/html"].strip(), "nothing to see"
        assert shown["text/plain"].strip(), "nothing to read"
        n_shown += 1
    assert n_shown
