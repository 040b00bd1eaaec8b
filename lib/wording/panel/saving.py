"""Saves what was found as a report: an entry in study.yml, which `wording report` makes."""

from __future__ import annotations

import json
from typing import Any

from wording.errors import WordingError
from wording.files import NOTEBOOK_FOLDER, replace_file
from wording.pages.batch.plan import plan_pages, raise_invalid_pages
from wording.pages.parameters import read_notebook, read_parameters
from wording.study.read import read_record, read_yaml
from wording.study.records import Report, StudyRecord

EXPLORE_NOTEBOOK = "explore"


def plan_report(study: StudyRecord, **parameters: Any) -> tuple[StudyRecord, str]:
    """Return the study with a page of the notebook `explore` more, and the page's name.

    Nothing is written. A page that is there is not added again.

    Parameters
    ----------
    study : StudyRecord
        The study.
    parameters :
        Of the notebook, such as concept, pattern, voice, outlets; those that are as the notebook
        has them are left out.

    Raises
    ------
    WordingError
        If the notebook does not know a parameter or a value, or study.yml cannot be added to.
    """
    declared = read_parameters(read_notebook(NOTEBOOK_FOLDER / f"{EXPLORE_NOTEBOOK}.ipynb"))
    given = {
        name: value
        for name, value in parameters.items()
        if name not in declared or value != declared[name].default
    }
    entry = Report(notebook=EXPLORE_NOTEBOOK, each={name: [value] for name, value in given.items()})
    if entry not in study.reports:
        insert_report(study, entry)
        study = study.model_copy(update={"reports": [*study.reports, entry]})
    page = next(
        page
        for page in plan_pages(study)
        if page.notebook == EXPLORE_NOTEBOOK and page.parameters == given
    )
    if page.status == "invalid":
        raise_invalid_pages([page])
    return study, page.page


def save_report(study: StudyRecord, **parameters: Any) -> str:
    """Add a page of the notebook `explore` to the study's `reports`; return the page's name.

    The parameters and what is raised are those of `plan_report`.
    """
    planned, page = plan_report(study, **parameters)
    append_report(study, planned)
    return page


def append_report(study: StudyRecord, planned: StudyRecord) -> None:
    """Put the last of the planned reports, where study.yml lacks it, at the end of its `reports`.

    Raises
    ------
    WordingError
        If study.yml would not be right; it stays as it is.
    """
    entry = planned.reports[-1]
    if planned.reports == study.reports:
        return
    file, text = study.folder / "study.yml", insert_report(study, entry)
    with replace_file(file) as partial:
        partial.write_text(text, encoding="utf8")
        if read_record(partial, StudyRecord).reports[-1] != entry:
            raise WordingError(
                f"{file} was not changed: add this by hand below `reports`: "
                f"{format_report_item(entry)}"
            )


def insert_report(study: StudyRecord, entry: Report) -> str:
    """Return the text of study.yml with the entry at the end of `reports`, whole lines only.

    A study that has no `reports` gets the usual ones too, which it would lose otherwise.

    Raises
    ------
    WordingError
        If there is no study.yml, or the list is written in brackets.
    """
    file = study.folder / "study.yml"
    if not file.is_file():
        raise WordingError(
            f"{study.title}: these articles have no study.yml yet to save a report in; make a "
            "study with `wording new FOLDER --articles ARTICLES`, then open it."
        )
    text, document = file.read_text(encoding="utf-8-sig"), read_yaml(file)
    lines, listed = text.splitlines(), document.get("reports")
    if "reports" not in document:
        items = [f"  {format_report_item(report)}" for report in (*study.reports, entry)]
        new, place = ["reports:", *items], len(lines)
    elif listed.fa.flow_style() or not len(listed):
        raise WordingError(
            f"{file}: `reports` is written in brackets; put each report on a line of its own, then "
            "save again."
        )
    else:
        dash = listed.lc.item(len(listed) - 1)[1] - 2
        new = [" " * dash + format_report_item(entry)]
        place = find_list_end(lines, listed, dash)
    return "\n".join([*lines[:place], *new, *lines[place:], ""])


def find_list_end(lines: list[str], reports: Any, dash: int) -> int:
    """Return the number of the line after a list whose dashes stand in column `dash`."""
    end = first = reports.lc.item(len(reports) - 1)[0]
    for number in range(first + 1, len(lines)):
        bare = lines[number].lstrip()
        if bare and not bare.startswith("#"):
            if len(lines[number]) - len(bare) <= dash:
                break
            end = number
    return end + 1


def format_report_item(report: Report) -> str:
    """Return a report as an item of a list in one line; JSON is YAML.

    >>> format_report_item(Report(notebook="explore", each={"concept": ["towns"]}))
    '- {"notebook": "explore", "each": {"concept": ["towns"]}}'
    """
    return "- " + json.dumps(report.model_dump(exclude_defaults=True), ensure_ascii=False)
