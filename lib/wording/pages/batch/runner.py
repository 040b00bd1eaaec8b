"""Runs the notebooks that studies name, keeps the last good page of each, makes what has changed.

Papermill's own word on how a run ended is not taken: a page counts as made when its notebook ran to
the end within its limits and passed the checks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from wording.errors import WordingError, print_note
from wording.files import REPORTS_FOLDER, explain_writing_faults, remove_path
from wording.pages.batch.forking import start_warm_process
from wording.pages.batch.plan import (
    CODING_NOTEBOOK,
    InvalidStudy,
    awaits_marks,
    plan_pages,
    raise_invalid_pages,
)
from wording.pages.batch.progress import Progress
from wording.pages.batch.runs import Batch, run_pages
from wording.pages.index import render_index
from wording.pages.state import (
    Page,
    claim_lock,
    determine_status,
    locate_page,
    read_state,
    record_owner,
    refuse_foreign_folder,
    write_atomically,
    write_page_record,
)
from wording.phrasing import suggest_name
from wording.progress import tell_stages
from wording.study.read import read_study
from wording.study.records import StudyRecord

__all__ = ["REPORTS_FOLDER", "InvalidStudy", "make_reports", "preview_reports"]

StudyPages = list[tuple[StudyRecord, Page]]
"""Pages, each with its study."""


def make_reports(
    studies: Sequence[StudyRecord],
    *,
    only: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    reports: Path = REPORTS_FOLDER,
    progress: Progress | None = None,
) -> list[Page]:
    """Return the pages of the studies, made or found up to date.

    reports/index.html lists them with those of other studies.

    Parameters
    ----------
    studies : sequence of StudyRecord
        Whose pages are made.
    only : str, optional
        Only notebooks or pages whose name starts with this.
    jobs : int, optional
        Notebooks at a time; as many as there are cores by default.
    force : bool
        Run also what is up to date.
    reports : Path
        The folder of the pages.
    progress : Progress, optional
        What is told while the batch works.

    Raises
    ------
    InvalidStudy
        Before any kernel starts, with a line per fault, if a notebook or a parameter is wrong.
    WordingError
        If the reports folder cannot be written.
    """
    batch = Batch(reports, jobs or os.cpu_count() or 1, force, progress or Progress())
    planned, wanted = select_pages(studies, only)
    with explain_writing_faults(reports):
        for study in studies:
            refuse_foreign_folder(study, reports)
            record_owner(study, reports)
        record_invalid_pages([page for _, page in planned], reports)
        pages = make_due_pages(
            [(study, determine_status(page, reports, force=force)) for study, page in wanted],
            batch,
        )
        remove_stale_pages(studies, [page for _, page in planned], reports)
        write_index(reports)
    return pages


def preview_reports(
    studies: Sequence[StudyRecord],
    *,
    only: str | None = None,
    force: bool = False,
    reports: Path = REPORTS_FOLDER,
) -> list[Page]:
    """Return the pages as they stand, each that is due with the reason; nothing is run or written.

    Parameters
    ----------
    studies, only, force, reports :
        As in `make_reports`.

    Raises
    ------
    InvalidStudy
        As `make_reports`.
    """
    planned, wanted = select_pages(studies, only)
    for study in studies:
        refuse_foreign_folder(study, reports)
    raise_invalid_pages(page for _, page in planned if page.status == "invalid")
    return [determine_status(page, reports, force=force) for _, page in wanted]


def select_pages(studies: Sequence[StudyRecord], only: str | None) -> tuple[StudyPages, StudyPages]:
    """Return all pages of the studies, and those of them whose name starts with `only`."""
    names = [study.name for study in studies]
    if clash := {name for name in names if names.count(name) > 1}:
        raise WordingError(
            f"Two studies have the same name ({', '.join(sorted(clash))}): their pages would mix; "
            "rename a folder."
        )
    for study in studies:
        if any(awaits_marks(study, run) for run in study.runs()):
            print_note(
                f"{study.name}: no page of {CODING_NOTEBOOK} is made where no line is marked yet; "
                "mark lines in the panel (notebooks/explore.ipynb)."
            )
    planned = [(study, page) for study in studies for page in plan_pages(study)]
    wanted = [(study, page) for study, page in planned if not only or page.page.startswith(only)]
    if not wanted:
        remedy = suggest_name(str(only), [page.page for _, page in planned])
        raise WordingError(f"No page begins with {only!r}; {remedy}.")
    return planned, wanted


def record_invalid_pages(pages: Iterable[Page], reports: Path) -> None:
    """Record the pages with wrong parameters, for the index to list, and raise the faults."""
    invalid = [page for page in pages if page.status == "invalid"]
    for page in invalid:
        now = determine_status(page, reports)
        write_page_record(reports, replace(now, status="invalid", reason=page.reason))
    if invalid:
        write_index(reports)
    raise_invalid_pages(invalid)


def make_due_pages(wanted: StudyPages, batch: Batch) -> list[Page]:
    """Return the wanted pages, after those that are due were run."""
    due = [(study, page) for study, page in wanted if not page.is_current]
    done = {page.name: page for _, page in wanted if page.is_current}
    batch.progress.begin(len(wanted), list(done.values()))
    if due:
        start_warm_process()  # it imports while this process builds
        faults = build_study_corpora(study for study, _ in due)
        done |= run_pages(due, batch, faults)
    return [done[page.name] for _, page in wanted]


def build_study_corpora(studies: Iterable[StudyRecord]) -> dict[str, str]:
    """Build the corpus of each study once, before all its notebooks would begin to.

    Returns
    -------
    dict
        Why a corpus could not be built, by the study's name.
    """
    # Takes seconds to import, and a run with nothing to do needs none of it.
    from wording.corpus.build import build_corpus
    from wording.corpus.marks.voice import find_all_attributions

    faults = {}
    for study in {study.name: study for study in studies if study.has_articles}.values():
        try:
            with tell_stages():
                find_all_attributions(build_corpus(study))
        except WordingError as error:
            faults[study.name] = str(error)
    return faults


def remove_stale_pages(
    studies: Sequence[StudyRecord], planned: Iterable[Page], reports: Path
) -> None:
    """Remove the pages that the studies no longer name.

    What a study names now counts, too: it may have been edited, and another run may have made the
    new pages. Pages that another run makes stay.
    """
    records = {locate_page(reports, page).record for page in planned}
    stale = {file for record in records for file in record.parent.glob("*.json")} - records
    if not stale:
        return
    try:
        current = [page for study in studies for page in plan_pages(read_study(study.folder))]
    except WordingError:  # somebody edits it: the next run removes what is stale
        return
    for file in sorted(stale - {locate_page(reports, page).record for page in current}):
        lock = claim_lock(file.with_suffix(".lock"))
        if lock is not None:
            _remove_page(file)
            lock.close()


def _remove_page(record: Path) -> None:
    """Remove a page with all its files."""
    states, pages = record.parent, record.parent.parent
    for old in (*states.glob(f"{record.stem}.*"), *pages.glob(f"{record.stem}.*")):
        remove_path(old)
    remove_path(pages / f"{record.stem}-tables")


def write_index(reports: Path) -> None:
    """Write reports/index.html over all pages recorded there."""
    records = []
    for file in sorted(reports.glob("*/.state/*.json")):
        record = read_state(file)
        if record:
            records.append(record)
        elif record is None:
            print_note(
                f"{file}: what is recorded of a page is damaged; the next `wording report` of its "
                "study makes the page again."
            )
    records.sort(key=lambda record: (record["study"], record["position"]))
    for record in records:
        record["pdf"] = None
        if record["html"]:
            pdf = record["html"].replace(".html", ".pdf")
            record["pdf"] = pdf if (reports / pdf).is_file() else None
    write_atomically({reports / "index.html": render_index(records)})
