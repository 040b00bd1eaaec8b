import ast
import json
import re
import tomllib

import pytest
from ruamel.yaml import YAML

from wording.pages.parameters import declared, read_notebook
from wording.study import NOTEBOOKS, ROOT

ROOMS = [
    "errors",
    "prose",
    "tables",
    "phrases",
    "study",
    "conceptfile",
    "verdicts",
    "corpus",
    "analysis",
    "origin",
    "pages",
]  # imports run from right to left only
DOORS = {"cli", "explorer", "newstudy", "simulate", "simulation", "bench", "__init__"}
MODULES = sorted((ROOT / "lib" / "wording").rglob("*.py"))
BOOKS = sorted(NOTEBOOKS.glob("*.ipynb"))


def requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project["dependencies"] + project["optional-dependencies"]["test"]


def test_environment_and_project_list_the_same():
    conda = YAML(typ="safe").load((ROOT / "environment.yml").read_text())["dependencies"]
    listed = [d for d in conda if isinstance(d, str) and not re.match(r"(python|pip)\b(?!-)", d)] + conda[-1]["pip"]
    assert sorted(listed) == sorted(["-e .", *requirements()])


def test_the_lock_holds_every_requirement():
    locked = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line and line[0] not in " #"}
    named = {re.split(r"[<>=]", r)[0].replace(".", "-").lower() for r in requirements()}
    assert named <= locked


def imported(module):
    """The rooms of the package that a module imports."""
    tree = ast.parse(module.read_text(encoding="utf8"))
    names = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module and n.module.startswith("wording")]
    froms = [f"{n.module}.{a.name}" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "wording" for a in n.names]
    return {name.split(".")[1] for name in names + froms if "." in name}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(ROOT / "lib" / "wording")))
def test_imports_run_one_way(module):
    room = module.relative_to(ROOT / "lib" / "wording").parts[0].removesuffix(".py")
    if room in DOORS:
        return
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    assert imported(module) <= allowed, f"{room} may import {allowed} only"


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.stem)
def test_notebooks_ask_call_and_show(book):
    node = json.loads(book.read_text(encoding="utf8"))
    code = [cell for cell in node["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code), "outputs are not kept in git"
    sources = ["".join(cell["source"]) for cell in code]
    assert all(len(source.splitlines()) <= 12 for source in sources)
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda)
    assert not any(isinstance(n, banned) for source in sources for n in ast.walk(ast.parse(source)))
    assert "sys.path" not in " ".join(sources)
    tags = [tag for cell in code for tag in cell["metadata"].get("tags", [])]
    assert [t for t in tags if t in ("parameters", "setup", "check", "provenance")] == ["parameters", "setup", "check", "provenance"]
    assert "# What this does not show" in "".join("".join(c["source"]) for c in node["cells"] if c["cell_type"] == "markdown")


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.stem)
def test_notebooks_declare_typed_parameters_with_a_meaning(book):
    parameters = declared(read_notebook(book))
    assert parameters["study"].type == "str"
    assert all(p.meaning for p in parameters.values())
