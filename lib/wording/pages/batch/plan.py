"""The pages that a study asks for: each notebook with each set of parameters, checked, and what each page depends on."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wording.errors import WordingError
from wording.files import file_hash
from wording.pages.parameters import Notebook, declared, faults, read_notebook
from wording.pages.state import Page
from wording.phrasing import nearest
from wording.show.values import slug
from wording.study.records import DATA, NOTEBOOKS, ROOT, Study

JUDGED = {"08_discover": "verdicts.csv", "09_coding": "marks.csv"}
"""What people judged, by the notebook that reads it: its page is made again when they judge more, the others are not."""

OUTLETS = ("outlet", "outlets", "against")
"""Parameters that name outlets of the study."""


class InvalidStudy(WordingError):
    """A study names a notebook or a parameter wrongly: nothing was run."""


def plan(study: Study) -> list[Page]:
    """The pages of a study in the order of study.yml; one that cannot run has the status `invalid` and says why.

    Raises
    ------
    InvalidStudy
        If two pages would have the same name.
    """
    depends = study_inputs(study)
    pages = [planned(study, position, *run, depends) for position, run in enumerate(study.runs())]
    names = [page.page for page in pages]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidStudy(
            f"{study.folder / 'study.yml'}: two reports would both be called {twice[0]!r}: leave one out, or tell them apart in `each`."
        )
    return pages


def checked(study: Study) -> list[Page]:
    """The pages of a study.

    Raises
    ------
    InvalidStudy
        With a line per fault.
    """
    pages = plan(study)
    refuse(page for page in pages if page.status == "invalid")
    return pages


def refuse(invalid: Iterable[Page]) -> None:
    """Raises what is wrong with the pages, each fault once."""
    if lines := list(dict.fromkeys(line for page in invalid for line in page.reason.splitlines())):
        raise InvalidStudy("\n".join(lines))


def planned(study: Study, position: int, notebook: str, shared: dict[str, Any], own: dict[str, Any], depends: dict[str, str]) -> Page:
    """A run as a page, not yet made."""
    parameters = {**shared, **own}
    file = NOTEBOOKS / f"{notebook}.ipynb"
    wrong = run_faults(study, notebook, parameters)
    titles = {name: concept.title for name, concept in study.concepts.items()}
    names = [titles.get(value, str(value)) if name == "concept" else f"{name.replace('_', ' ')} {value}" for name, value in own.items()]
    inputs = {"the notebook": file_hash(file), "the parameters": digest(parameters)} if file.is_file() else {}
    if judged := JUDGED.get(notebook):
        inputs |= {judged: hash_of(below(study.folder / judged))}
    return Page(
        study=study.name, study_title=study.title, question=study.question, page="-".join([notebook, *(slug(str(value)) for value in own.values())]),
        title=heading(read_notebook(file)) if file.is_file() else notebook, subtitle="; ".join(names), notebook=notebook, parameters=parameters,
        position=position, inputs=inputs | depends, status="invalid" if wrong else "due",
        reason="\n".join(f"{study.folder / 'study.yml'}: {notebook}: {fault}" for fault in wrong),
    )  # fmt: skip


def run_faults(study: Study, notebook: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with a run that a study asks for."""
    file = NOTEBOOKS / f"{notebook}.ipynb"
    if not file.is_file():
        return [f"there is no such notebook; {nearest(notebook, [f.stem for f in NOTEBOOKS.glob('[0-9]*.ipynb')])}."]
    choices = {name: list(study.concepts) for name in ("concept", "concepts")}
    if "variant" in parameters:
        concept = study.concepts.get(parameters.get("concept") or next(iter(study.concepts)))
        choices["variant"] = list(concept.variants) if concept else []
    if given := [name for name in OUTLETS if name in parameters]:
        choices |= dict.fromkeys(given, known_outlets(study))
    try:
        return faults(parameters, declared(read_notebook(file)), choices=choices)
    except WordingError as error:
        return [str(error)]


def known_outlets(study: Study) -> list[str]:
    """The outlets that a study compares."""
    from wording.corpus.counts import study_counts  # takes seconds to import, and few studies name outlets as parameters

    return study.outlets or sorted(study_counts(study, []).articles["outlet"].unique())


def study_inputs(study: Study) -> dict[str, str]:
    """What all pages of a study depend on, a hash each: what it says, its articles or counts, the library with its template, the lock."""
    library, template = Path(__file__).parents[2], Path(__file__).parents[1] / "template"
    code = [f for folder in (library, DATA / "words") for f in below(folder) if f.suffix != ".pyc" and not f.is_relative_to(template)]
    return {
        "the study": study.fingerprint,
        "the articles": hash_of(article_files(study)),
        "the counts": hash_of(sorted((study.folder / "counts").glob("*.csv"))),
        "the library": hash_of(code),
        "the template": hash_of(below(template)),
        "the lock": digest([sys.version, hash_of(below(ROOT / "requirements.lock"))]),
    }


def article_files(study: Study) -> list[Path]:
    """The files of a study's articles, as far as they are there."""
    source = study.articles
    named = [study.folder / name for name in (source.path, source.metadata) if name] if source else []
    return [file for name in named for file in below(name)]


def below(place: Path) -> list[Path]:
    """The files in a folder, or the file itself, in order; none if it is not there."""
    return sorted(f for f in place.rglob("*") if f.is_file()) if place.is_dir() else [place] if place.is_file() else []


def hash_of(files: Iterable[Path]) -> str:
    """One hash of the names and bytes of files."""
    return digest([(file.name, file_hash(file)) for file in files])


def digest(value: Any) -> str:
    """A short hash of a plain value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def heading(notebook: Notebook) -> str:
    """The notebook's title: its first heading."""
    lines = (line for cell in notebook["cells"] if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines())
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("# ")), "")
