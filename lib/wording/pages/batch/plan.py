"""The pages that a study asks for: each notebook with each set of parameters, checked, and what each page depends on."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from wording.errors import WordingError
from wording.files import (
    DATA_FOLDER,
    IS_INSTALLED,
    NOTEBOOK_FOLDER,
    PROJECT_ROOT,
    hash_file,
    hash_files,
    hash_value,
)
from wording.pages.parameters import Notebook, find_parameter_faults, read_notebook, read_parameters
from wording.pages.state import Page
from wording.phrasing import suggest_name
from wording.show.values import slugify
from wording.study.records import StudyRecord

JUDGEMENT_FILES = {"08_discover": "verdicts.csv", "09_coding": "marks.csv"}
"""What people judged, by the notebook that reads it: its page is made again when they judge more, the others are not."""

OUTLET_PARAMETERS = ("outlet", "outlets", "against")
"""Parameters that name outlets of the study."""


class InvalidStudy(WordingError):
    """A study names a notebook or a parameter wrongly: nothing was run."""


def plan_pages(study: StudyRecord) -> list[Page]:
    """The pages of a study in the order of study.yml; one that cannot run has the status `invalid` and says why.

    Raises
    ------
    InvalidStudy
        If two pages would have the same name.
    """
    depends = hash_study_inputs(study)
    pages = [plan_page(study, position, *run, depends) for position, run in enumerate(study.runs())]
    names = [page.page for page in pages]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidStudy(
            f"{study.folder / 'study.yml'}: two reports would both be called {twice[0]!r}: leave one out, or tell them apart in `each`."
        )
    return pages


def plan_valid_pages(study: StudyRecord) -> list[Page]:
    """The pages of a study.

    Raises
    ------
    InvalidStudy
        With a line per fault.
    """
    pages = plan_pages(study)
    raise_invalid_pages(page for page in pages if page.status == "invalid")
    return pages


def raise_invalid_pages(invalid: Iterable[Page]) -> None:
    """Raises what is wrong with the pages, each fault once."""
    if lines := list(dict.fromkeys(line for page in invalid for line in page.reason.splitlines())):
        raise InvalidStudy("\n".join(lines))


def plan_page(
    study: StudyRecord,
    position: int,
    notebook: str,
    shared: dict[str, Any],
    own: dict[str, Any],
    depends: dict[str, str],
) -> Page:
    """A run as a page, not yet made."""
    parameters = {**shared, **own}
    file = NOTEBOOK_FOLDER / f"{notebook}.ipynb"
    wrong = find_run_faults(study, notebook, parameters)
    titles = {name: concept.title for name, concept in study.concepts.items()}
    names = [
        titles.get(value, str(value)) if name == "concept" else f"{name.replace('_', ' ')} {value}"
        for name, value in own.items()
    ]
    inputs = (
        {"the notebook": hash_file(file), "the parameters": hash_value(parameters)}
        if file.is_file()
        else {}
    )
    if judged := JUDGEMENT_FILES.get(notebook):
        inputs |= {judged: hash_files(list_files_below(study.folder / judged))}
    return Page(
        study=study.name, study_title=study.title, question=study.question, page="-".join([notebook, *(slugify(str(value)) for value in own.values())]),
        title=read_notebook_title(read_notebook(file)) if file.is_file() else notebook, subtitle="; ".join(names), notebook=notebook, parameters=parameters,
        position=position, inputs=inputs | depends, status="invalid" if wrong else "due",
        reason="\n".join(f"{study.folder / 'study.yml'}: {notebook}: {fault}" for fault in wrong),
    )  # fmt: skip


def find_run_faults(study: StudyRecord, notebook: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with a run that a study asks for."""
    file = NOTEBOOK_FOLDER / f"{notebook}.ipynb"
    if not file.is_file():
        return [
            f"there is no such notebook; {suggest_name(notebook, [f.stem for f in NOTEBOOK_FOLDER.glob('[0-9]*.ipynb')])}."
        ]
    choices = {name: list(study.concepts) for name in ("concept", "concepts")}
    if "variant" in parameters:
        concept = study.concepts.get(parameters.get("concept") or next(iter(study.concepts)))
        choices["variant"] = list(concept.variants) if concept else []
    if given := [name for name in OUTLET_PARAMETERS if name in parameters]:
        choices |= dict.fromkeys(given, list_study_outlets(study))
    try:
        return find_parameter_faults(
            parameters, read_parameters(read_notebook(file)), choices=choices
        )
    except WordingError as error:
        return [str(error)]


def list_study_outlets(study: StudyRecord) -> list[str]:
    """The outlets that a study compares."""
    from wording.corpus.counts import (
        count_study_hits,  # takes seconds to import, and few studies name outlets as parameters
    )

    return study.outlets or sorted(count_study_hits(study, []).articles["outlet"].unique())


def hash_study_inputs(study: StudyRecord) -> dict[str, str]:
    """What all pages of a study depend on, a hash each: what it says, its articles or counts, the library with its template, the lock."""
    library, template = Path(__file__).parents[2], Path(__file__).parents[1] / "template"
    code = [
        f
        for folder in (library, DATA_FOLDER / "words")
        for f in list_files_below(folder)
        if f.parent.name != "__pycache__" and not f.is_relative_to(template)
    ]
    return {
        "the study": study.fingerprint,
        "the articles": hash_files(list_article_files(study)),
        "the counts": hash_files(study.count_files),
        "the library": hash_files(code),
        "the template": hash_files(list_files_below(template)),
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


def list_article_files(study: StudyRecord) -> list[Path]:
    """The files of a study's articles, as far as they are there."""
    source = study.articles
    named = (
        [study.folder / name for name in (source.path, source.metadata) if name] if source else []
    )
    return [file for name in named for file in list_files_below(name)]


def list_files_below(place: Path) -> list[Path]:
    """The files in a folder, or the file itself, in order; none if it is not there."""
    return (
        sorted(f for f in place.rglob("*") if f.is_file())
        if place.is_dir()
        else [place]
        if place.is_file()
        else []
    )


def read_notebook_title(notebook: Notebook) -> str:
    """The notebook's title: its first heading."""
    lines = (
        line
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
    )
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")
