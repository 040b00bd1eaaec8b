"""Runs the notebooks that studies name, keeps the last good page of each, and makes only what has changed.

Papermill's own word on how a run ended is not taken: a page counts as made when its notebook ran to the end within its limits and
passed the content gate.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from wording.errors import WordingError
from wording.files import REPORTS_FOLDER
from wording.pages.batch.plan import InvalidStudy, plan_pages, raise_invalid_pages
from wording.pages.batch.progress import Progress
from wording.pages.batch.runs import run_pages
from wording.pages.state import (
    Page,
    determine_status,
    locate_state_file,
    write_atomically,
    write_page_record,
)
from wording.phrasing import suggest_name
from wording.study.records import StudyRecord

__all__ = ["REPORTS_FOLDER", "InvalidStudy", "make_reports", "preview_reports"]


def make_reports(
    studies: Sequence[StudyRecord],
    *,
    only: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    reports: Path = REPORTS_FOLDER,
    progress: Progress | None = None,
) -> list[Page]:
    """The pages of the studies, made or found up to date; reports/index.html lists them with those of other studies.

    Parameters
    ----------
    only : notebooks or pages whose name begins so.
    jobs : notebooks at a time; as many as there are cores by default.

    Raises
    ------
    InvalidStudy
        Before any kernel starts, with a line per fault, if a notebook or a parameter is wrong.
    WordingError
        If the reports folder cannot be written.
    """
    everything, wanted = select_pages(studies, only)
    try:
        for study, _ in everything:
            (reports / study.name / ".state").mkdir(parents=True, exist_ok=True)
        record_invalid_pages([page for _, page in everything], reports)
        pages = make_due_pages(
            [(study, determine_status(page, reports, force=force)) for study, page in wanted],
            reports,
            jobs,
            force,
            progress or Progress(),
        )
        remove_stale_pages([page for _, page in everything], reports)
        write_index(reports)
    except OSError as error:
        told = f"{error.filename or reports} cannot be written ({error.strerror})"
        raise WordingError(f"{told}: make room, or name another folder with --out.") from error
    return pages


def preview_reports(
    studies: Sequence[StudyRecord],
    *,
    only: str | None = None,
    force: bool = False,
    reports: Path = REPORTS_FOLDER,
) -> list[Page]:
    """What `make_reports` would do: the pages as they stand, each that is due with the reason; nothing is run or written.

    Raises
    ------
    InvalidStudy
        As `make_reports`.
    """
    everything, wanted = select_pages(studies, only)
    raise_invalid_pages(page for _, page in everything if page.status == "invalid")
    return [determine_status(page, reports, force=force) for _, page in wanted]


def select_pages(
    studies: Sequence[StudyRecord], only: str | None
) -> tuple[list[tuple[StudyRecord, Page]], list[tuple[StudyRecord, Page]]]:
    """All pages of the studies, and those of them whose name begins with `only`."""
    names = [study.name for study in studies]
    if clash := {name for name in names if names.count(name) > 1}:
        raise WordingError(
            f"Two of the studies are called the same ({', '.join(sorted(clash))}): their pages would mix; rename a folder."
        )
    everything = [(study, page) for study in studies for page in plan_pages(study)]
    wanted = [(study, page) for study, page in everything if not only or page.page.startswith(only)]
    if not wanted:
        raise WordingError(
            f"No page begins with {only!r}; {suggest_name(str(only), [page.page for _, page in everything])}."
        )
    return everything, wanted


def record_invalid_pages(pages: Iterable[Page], reports: Path) -> None:
    """Records the pages with wrong parameters, so that the index tells of them, and raises what is wrong."""
    invalid = [page for page in pages if page.status == "invalid"]
    for page in invalid:
        write_page_record(
            reports, replace(determine_status(page, reports), status="invalid", reason=page.reason)
        )
    if invalid:
        write_index(reports)
    raise_invalid_pages(invalid)


def make_due_pages(
    wanted: list[tuple[StudyRecord, Page]],
    reports: Path,
    jobs: int | None,
    force: bool,
    progress: Progress,
) -> list[Page]:
    """The wanted pages, those run that are due."""
    waiting = [(study, page) for study, page in wanted if page.status != "up-to-date"]
    done = {page.name: page for _, page in wanted if page.status == "up-to-date"}
    progress.begin(len(wanted), list(done.values()))
    if waiting:
        unbuilt = build_study_corpora(study for study, _ in waiting)
        done |= run_pages(
            waiting,
            reports,
            jobs=jobs or os.cpu_count() or 1,
            force=force,
            unbuilt=unbuilt,
            progress=progress,
        )
    return [done[page.name] for _, page in wanted]


def build_study_corpora(studies: Iterable[StudyRecord]) -> dict[str, str]:
    """The corpus of each study made once, before its notebooks would all set about it; why it could not be, by the study's name."""
    from wording.corpus.build import (
        build_corpus,  # takes seconds to import, and a run with nothing to do needs none of it
    )
    from wording.corpus.marks.voice import find_all_attributions

    faults = {}
    for study in {study.name: study for study in studies if study.has_articles}.values():
        try:
            find_all_attributions(build_corpus(study))
        except WordingError as error:
            faults[study.name] = str(error)
    return faults


def remove_stale_pages(planned: Iterable[Page], reports: Path) -> None:
    """Removes the pages that the studies no longer name."""
    named = {locate_state_file(reports, page) for page in planned}
    for folder in {file.parent for file in named}:
        for file in set(folder.glob("*.json")) - named:
            for old in (*folder.glob(f"{file.stem}.*"), *folder.parent.glob(f"{file.stem}.*")):
                old.unlink() if old.is_file() else shutil.rmtree(old)
            shutil.rmtree(folder.parent / f"{file.stem}-tables", ignore_errors=True)


def write_index(reports: Path) -> None:
    """reports/index.html over all pages recorded there."""
    from wording.pages.index import render_index

    records = [
        json.loads(file.read_text(encoding="utf8"))
        for file in sorted(reports.glob("*/.state/*.json"))
    ]
    records.sort(key=lambda told: (told["study"], told["position"]))
    for told in records:
        pdf = told["html"] and reports / told["html"].replace(".html", ".pdf")
        told["pdf"] = str(pdf.relative_to(reports)) if pdf and pdf.is_file() else None
    write_atomically({reports / "index.html": render_index(records)})
