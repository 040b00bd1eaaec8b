"""Saves what was found as a report: an entry in the study's study.yml, which every `wording report` then makes."""

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


def save_report(study: StudyRecord, **parameters: Any) -> str:
    """Adds a page with these parameters of the notebook `explore` to the study's `reports`, and gives back the page's name; one that is there is not added again.

    Parameters
    ----------
    parameters : of the notebook, such as concept, pattern, voice, outlets; those that are as the notebook has them are not written.

    Raises
    ------
    WordingError
        If the notebook does not know a parameter or a value; study.yml stays as it is.
    """
    known = read_parameters(read_notebook(NOTEBOOK_FOLDER / f"{EXPLORE_NOTEBOOK}.ipynb"))
    given = {
        name: value
        for name, value in parameters.items()
        if name not in known or value != known[name].default
    }
    entry = Report(notebook=EXPLORE_NOTEBOOK, each={name: [value] for name, value in given.items()})
    now = (
        study
        if entry in study.reports
        else study.model_copy(update={"reports": [*study.reports, entry]})
    )
    page = next(
        page
        for page in plan_pages(now)
        if page.notebook == EXPLORE_NOTEBOOK and page.parameters == given
    )
    raise_invalid_pages([page] if page.status == "invalid" else [])
    if entry not in study.reports:
        append_report(study, entry)
    return page.page


def append_report(study: StudyRecord, entry: Report) -> None:
    """Puts the entry at the end of `reports` in study.yml, whole lines only; a study that has none gets the usual ones too, which it would lose otherwise.

    Raises
    ------
    WordingError
        If the list is written in brackets, or study.yml would not be right; it stays as it is.
    """
    file = study.folder / "study.yml"
    text, document = file.read_text(encoding="utf-8-sig"), read_yaml(file)
    lines = text.splitlines()
    if "reports" not in document:
        new, where = (
            [
                "reports:",
                *(f"  {format_report_item(report)}" for report in (*study.reports, entry)),
            ],
            len(lines),
        )
    elif document["reports"].fa.flow_style() or not len(document["reports"]):
        raise WordingError(
            f"{file}: `reports` is written in brackets; put each report on a line of its own, then save again."
        )
    else:
        dash = document["reports"].lc.item(len(document["reports"]) - 1)[1] - 2
        new, where = (
            [" " * dash + format_report_item(entry)],
            find_list_end(lines, document["reports"], dash),
        )
    with replace_file(file) as partial:
        partial.write_text("\n".join([*lines[:where], *new, *lines[where:], ""]), encoding="utf8")
        if read_record(partial, StudyRecord).reports[-1] != entry:
            raise WordingError(
                f"{file} was not changed: add this by hand below `reports`: {format_report_item(entry)}"
            )


def find_list_end(lines: list[str], reports: Any, dash: int) -> int:
    """The number of the line after the last item of the list, whose dashes stand in column `dash`."""
    end = first = reports.lc.item(len(reports) - 1)[0]
    for number in range(first + 1, len(lines)):
        bare = lines[number].lstrip()
        if bare and not bare.startswith("#"):
            if len(lines[number]) - len(bare) <= dash:
                break
            end = number
    return end + 1


def format_report_item(report: Report) -> str:
    """A report as an item of a list in one line; JSON is YAML.

    >>> format_report_item(Report(notebook="explore", each={"concept": ["towns"]}))
    '- {"notebook": "explore", "each": {"concept": ["towns"]}}'
    """
    return "- " + json.dumps(report.model_dump(exclude_defaults=True), ensure_ascii=False)
