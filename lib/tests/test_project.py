import ast
import json
import re
import tomllib

import pytest
from ruamel.yaml import YAML

from wording.files import NOTEBOOK_FOLDER, PROJECT_ROOT
from wording.pages.parameters import read_notebook, read_parameters

PACKAGE = PROJECT_ROOT / "lib" / "wording"
ROOMS = [
    "cli",
    "bench",
    "precompile",
    "panel",
    "new.create",
    "new",
    "simulation",
    "pages.pdf",
    "pages.batch",
    "pages",
    "answers",
    "show",
    "questions.overview",
    "questions.agency",
    "questions.choices",
    "questions.links",
    "questions.coding",
    "questions.discovery",
    "questions.outlets",
    "questions.events",
    "questions.timeline",
    "questions.naming",
    "questions.collocation",
    "questions.keyness",
    "questions.voices",
    "questions.headlines",
    "questions.shares",
    "questions.reporting",
    "questions.design",
    "stats",
    "corpus",
    "corpus.marks",
    "corpus.encoding",
    "corpus.reading.articles",
    "corpus.reading.metadata",
    "corpus.reading.formats",
    "corpus.reading",
    "study",
    "tables",
    "patterns",
    "languages",
    "words",
    "files",
    "settings",
    "phrasing",
    "progress",
    "errors",
]
"""Imports run down this list only; a module belongs to the longest name that it begins with."""
MODULES = sorted((PROJECT_ROOT / "lib" / "wording").rglob("*.py"))
BOOKS = sorted(NOTEBOOK_FOLDER.glob("*.ipynb"))


def requirements():
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return project["dependencies"] + [r for name in ("dev", "docs", "test") for r in extras[name]]


def test_environment_and_project_list_the_same():
    conda = YAML(typ="safe").load((PROJECT_ROOT / "environment.yml").read_text())["dependencies"]
    listed = [
        d for d in conda if isinstance(d, str) and not re.match(r"(python|pip)\b(?!-)", d)
    ] + conda[-1]["pip"]
    assert sorted(listed) == sorted(["-e .", *requirements()])


def test_the_lock_holds_every_requirement():
    locked = {
        line.split("==")[0]
        for line in (PROJECT_ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line and line[0] not in " #"
    }
    named = {re.split(r"[<>=]", r)[0].replace(".", "-").lower() for r in requirements()}
    assert named <= locked


def name_of(module):
    """The dotted name of a module inside the package."""
    return ".".join(module.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def room_of(name):
    """The number of the room, from the top of the house, to which a module belongs."""
    rooms = [room for room in ROOMS if name == room or name.startswith(f"{room}.")]
    return ROOMS.index(max(rooms, key=len))


def imported(module):
    """The modules of the package that a module imports, wherever in it and for whatever purpose."""
    froms = [
        n
        for n in ast.walk(ast.parse(module.read_text(encoding="utf8")))
        if isinstance(n, ast.ImportFrom)
    ]
    ours = [n for n in froms if n.module and n.module.startswith("wording")]
    names = {
        name.removeprefix("wording.")
        for n in ours
        for name in (n.module, *(f"{n.module}.{a.name}" for a in n.names))
    }
    return names & NAMES - {name_of(module)}


NAMES = {name_of(module) for module in MODULES} - {"__init__"}
IMPORTS = {name_of(module): imported(module) for module in MODULES if name_of(module) != "__init__"}


@pytest.mark.parametrize("name", sorted(IMPORTS))
def test_imports_run_down_the_house(name):
    upwards = [
        other for other in IMPORTS[name] if other not in PACKAGES and room_of(other) < room_of(name)
    ]
    assert not upwards, f"{name} imports {upwards}"


PACKAGES = {name_of(module) for module in MODULES if module.name == "__init__.py"} - {
    "panel",
    "pages.template",
}


def test_no_circle_of_imports():
    left = dict(IMPORTS)
    while free := [name for name, needs in left.items() if not needs & left.keys()]:
        left = {name: needs for name, needs in left.items() if name not in free}
    assert not left, f"a circle runs through {sorted(left)}"


@pytest.mark.parametrize(
    "folder",
    sorted({module.parent for module in MODULES}),
    ids=lambda f: str(f.relative_to(PACKAGE)),
)
def test_a_folder_has_at_most_14_files(folder):
    assert len([file for file in folder.iterdir() if file.is_file()]) <= 14


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.stem)
def test_notebooks_ask_call_and_show(book):
    node = json.loads(book.read_text(encoding="utf8"))
    code = [cell for cell in node["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code), (
        "outputs are not kept in git"
    )
    sources = ["".join(cell["source"]) for cell in code]
    assert all(len(source.splitlines()) <= 12 for source in sources)
    banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda)
    assert not any(isinstance(n, banned) for source in sources for n in ast.walk(ast.parse(source)))
    assert "sys.path" not in " ".join(sources)
    tags = [tag for cell in code for tag in cell["metadata"].get("tags", [])]
    assert [t for t in tags if t in ("parameters", "setup", "check", "provenance")] == [
        "parameters",
        "setup",
        "check",
        "provenance",
    ]
    assert "# What this does not show" in "".join(
        "".join(c["source"]) for c in node["cells"] if c["cell_type"] == "markdown"
    )


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.stem)
def test_notebooks_declare_typed_parameters_with_a_meaning(book):
    parameters = read_parameters(read_notebook(book))
    assert parameters["study"].type == "str"
    assert all(p.meaning for p in parameters.values())


@pytest.mark.parametrize("book", BOOKS, ids=lambda b: b.stem)
def test_code_is_folded_in_jupyterlab_but_for_parameters(book):
    cells = json.loads(book.read_text(encoding="utf8"))["cells"]
    code = [cell["metadata"] for cell in cells if cell["cell_type"] == "code"]
    is_folded = [cell.get("jupyter", {}).get("source_hidden", False) for cell in code]
    assert is_folded == ["parameters" not in cell.get("tags", []) for cell in code]


def defined_names(module):
    """The public names that a module defines at its top."""
    names = set()
    for node in ast.parse(module.read_text(encoding="utf8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {
                n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)
            }
    return {name for name in names if not name.startswith("_")}


def test_a_public_name_stands_in_one_module():
    shared = {
        "describe",
        "headline",
        "main",
        "sentences",
    }  # each question's findings; each module that can be run
    places = {}
    for module in MODULES:
        for name in defined_names(module) - shared:
            places.setdefault(name, []).append(name_of(module))
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def test_joblib_is_called_in_one_place():
    users = [module.name for module in MODULES if "import joblib" in module.read_text("utf8")]
    assert users == ["parallel.py"]
