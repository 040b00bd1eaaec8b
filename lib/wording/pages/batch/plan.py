"""The pages that a study asks for, checked, and what each depends on.

A page is a notebook with a set of parameters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from wording.corpus.encoding.fingerprint import fingerprint_articles
from wording.errors import WordingError
from wording.files import (
    DATA_FOLDER,
    IS_INSTALLED,
    NOTEBOOK_FOLDER,
    PROJECT_ROOT,
    hash_file,
    hash_files,
    hash_value,
    list_files_below,
)
from wording.pages.parameters import Notebook, find_parameter_faults, read_notebook, read_parameters
from wording.pages.state import OVERVIEW_NOTEBOOK, Page
from wording.phrasing import suggest_name
from wording.show.values import name_page
from wording.study.journal import read_marks
from wording.study.records import StudyRecord

PACKAGE_FOLDER = Path(__file__).parents[2]
PAGE_TEMPLATE = Path(__file__).parents[1] / "template"

CODING_NOTEBOOK = "09_coding"
JUDGEMENT_FILES = {
    "08_discover": "verdicts.csv",
    CODING_NOTEBOOK: "marks.csv",
    "10_events": "link_verdicts.csv",
}
"""What people judged, by the notebook that reads it: only its page is made again for more of it."""

OUTLET_PARAMETERS = ("outlet", "outlets", "against")
"""Parameters that name outlets of the study."""


class InvalidStudy(WordingError):
    """A study names a notebook or a parameter wrongly: nothing was run."""


@dataclass(frozen=True)
class PlannedRun:
    """A notebook with the parameters of its report, and with those that tell it from the others."""

    notebook: str
    shared: dict[str, Any]
    own: dict[str, Any]

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters."""
        return {**self.shared, **self.own}


def plan_pages(study: StudyRecord) -> list[Page]:
    """Return the pages of a study in the order of study.yml.

    A page that cannot run has the status `invalid` and says why. A page of coded lines that nobody
    has coded yet would say only that, and is left out.

    Raises
    ------
    InvalidStudy
        If two pages would have the same name.
    """
    inputs = hash_study_inputs(study)
    pages = [
        plan_page(study, position, PlannedRun(*run), inputs)
        for position, run in enumerate(list_planned_runs(study))
        if not awaits_marks(study, run)
    ]
    names = [page.page for page in pages]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidStudy(
            f"{study.folder / 'study.yml'}: two reports would both be called {twice[0]!r}: leave "
            "one out, or tell them apart in `each`."
        )
    return pages


def awaits_marks(study: StudyRecord, run: tuple[str, dict[str, Any], dict[str, Any]]) -> bool:
    """Return whether a run is of coded lines, and no line of its concept is marked yet."""
    notebook, *parameters = run
    if notebook != CODING_NOTEBOOK:
        return False
    try:
        marked = set(read_marks(study)["concept"])
    except WordingError:  # the page says what is wrong with the file
        return False
    concept = str({**parameters[0], **parameters[1]}.get("concept", ""))
    return concept not in marked if concept else not marked


def plan_valid_pages(study: StudyRecord) -> list[Page]:
    """Return the pages of a study.

    Raises
    ------
    InvalidStudy
        If a page cannot run, with a line per fault.
    """
    pages = plan_pages(study)
    raise_invalid_pages(page for page in pages if page.status == "invalid")
    return pages


def raise_invalid_pages(invalid: Iterable[Page]) -> None:
    """Raise what is wrong with the pages, each fault once."""
    if lines := list(dict.fromkeys(line for page in invalid for line in page.reason.splitlines())):
        raise InvalidStudy("\n".join(lines))


def plan_page(
    study: StudyRecord, position: int, run: PlannedRun, study_inputs: dict[str, str]
) -> Page:
    """Return a run as a page, not yet made.

    Parameters
    ----------
    study : StudyRecord
        The study that asks for it.
    position : int
        Its place among the study's pages.
    run : PlannedRun
        The notebook with its parameters.
    study_inputs : dict
        What all pages of the study depend on (see `hash_study_inputs`).
    """
    file = locate_notebook(run.notebook)
    faults = find_run_faults(study, run.notebook, run.parameters)
    prefix = f"{study.folder / 'study.yml'}: {run.notebook}"
    return Page(
        study=study.name,
        study_title=study.title,
        question=study.question,
        page=name_page(run.notebook, run.own),
        title=read_notebook_title(read_notebook(file)) if file.is_file() else run.notebook,
        subtitle="; ".join(_describe_parameter(study, *item) for item in run.own.items()),
        notebook=run.notebook,
        parameters=run.parameters,
        position=position,
        inputs=_hash_run_inputs(study, run) | study_inputs,
        status="invalid" if faults else "due",
        reason="\n".join(f"{prefix}: {fault}" for fault in faults),
    )


def list_planned_runs(study: StudyRecord) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return what is to be run: as `StudyRecord.runs`, with the overview first.

    A study that names the overview has it where it names it.
    """
    runs = study.runs()
    is_named = any(notebook == OVERVIEW_NOTEBOOK for notebook, _, _ in runs)
    if not runs or is_named or not locate_notebook(OVERVIEW_NOTEBOOK).is_file():
        return runs
    return [(OVERVIEW_NOTEBOOK, {}, {}), *runs]


def locate_notebook(name: str) -> Path:
    """Return where the notebook of this name is, or would be."""
    return NOTEBOOK_FOLDER / f"{name}.ipynb"


def _describe_parameter(study: StudyRecord, name: str, value: Any) -> str:
    """What tells a page from the study's others: a concept by its title, a term as it is written.

    Of any other parameter, name and value.
    """
    if name == "concept" and value in study.concepts:
        return study.concepts[value].title
    if name == "term":
        return f"“{value}”"
    return str(value) if name == "concept" else f"{name.replace('_', ' ')} {value}"


def _hash_run_inputs(study: StudyRecord, run: PlannedRun) -> dict[str, str]:
    """What one page depends on, a hash each."""
    file, inputs = locate_notebook(run.notebook), {}
    if file.is_file():
        inputs["the notebook"] = hash_file(file)
        inputs["the parameters"] = hash_value(run.parameters)
    if judged := JUDGEMENT_FILES.get(run.notebook):
        inputs[judged] = hash_files(list_files_below(study.folder / judged))
    return inputs


def find_run_faults(study: StudyRecord, notebook: str, parameters: dict[str, Any]) -> list[str]:
    """Return what is wrong with a run that a study asks for, a sentence each."""
    file = locate_notebook(notebook)
    if not file.is_file():
        names = [file.stem for file in NOTEBOOK_FOLDER.glob("[0-9]*.ipynb")]
        return [f"there is no such notebook; {suggest_name(notebook, names)}."]
    choices = {name: list(study.concepts) for name in ("concept", "concepts")}
    if "variant" in parameters:
        concept = study.concepts.get(parameters.get("concept") or next(iter(study.concepts)))
        choices["variant"] = list(concept.variants) if concept else []
    if given := [name for name in OUTLET_PARAMETERS if name in parameters]:
        choices |= dict.fromkeys(given, list_study_outlets(study))
    try:
        declared = read_parameters(read_notebook(file))
    except WordingError as error:
        return [str(error)]
    return find_parameter_faults(parameters, declared, choices=choices)


def list_study_outlets(study: StudyRecord) -> list[str]:
    """Return the outlets, or groups of them, that a study compares."""
    # Takes seconds to import, and few studies name outlets as parameters.
    from wording.corpus.counts import count_study_hits

    if study.outlets and not study.groups:
        return study.outlets
    return sorted(count_study_hits(study, []).articles["outlet"].unique())


def hash_study_inputs(study: StudyRecord) -> dict[str, str]:
    """Return what all pages of a study depend on, a hash each.

    These are what the study says, its articles or counts, the library, the template and the lock.
    """
    code = [
        file
        for folder in (PACKAGE_FOLDER, DATA_FOLDER / "words")
        for file in list_files_below(folder)
        if file.parent.name != "__pycache__" and not file.is_relative_to(PAGE_TEMPLATE)
    ]
    return {
        "the study": study.fingerprint,
        "the articles": fingerprint_articles(study),
        "the counts": hash_files(study.count_files),
        "the library": hash_files(code),
        "the template": hash_files(list_files_below(PAGE_TEMPLATE)),
        "the lock": hash_value([sys.version, hash_requirements()]),
    }


def hash_requirements() -> str:
    """Return a hash of a checkout's lock, or of the versions beside an installed package."""
    if not IS_INSTALLED:
        return hash_files(list_files_below(PROJECT_ROOT / "requirements.lock"))
    names = [
        re.match(r"[\w.-]+", line) for line in requires("wording") or () if "extra ==" not in line
    ]
    return hash_value([(name[0], version(name[0])) for name in names if name])


def read_notebook_title(notebook: Notebook) -> str:
    """Return the notebook's title: its first heading."""
    lines = (
        line
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    )
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")
