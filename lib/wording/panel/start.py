"""The first page: from somebody's articles to a study and its pages, with a few clicks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from wording.corpus.reading.sources import ARCHIVE_ENDINGS, FILE_ENDINGS
from wording.errors import WordingError
from wording.new.create import (
    MAX_TAKEN_CONCEPTS,
    NewConcepts,
    combine_concepts,
    describe_own_hits,
    format_concept_hits,
    parse_terms,
    refuse_wrong_request,
    summarise_library,
    write_study,
)
from wording.new.survey import Survey, count_survey_hits, describe_survey, survey_articles
from wording.pages.batch import runner
from wording.pages.batch.progress import Progress, Running, format_page_line
from wording.pages.state import Page
from wording.panel.fields import (
    PANEL_STYLE,
    FieldSize,
    make_field,
    make_key_guard,
    make_row,
    make_text_area,
)
from wording.panel.panel import Panel
from wording.phrasing import format_count
from wording.show import html as show
from wording.show.values import escape_html
from wording.study.library import read_library
from wording.study.read import read_study

MAX_FILES_OFFERED = 40
"""Files near the notebook that are offered as articles."""

STATIC_START_NOTE = "In JupyterLab (`wording lab`) a study of your own articles is made here."


class Start(widgets.VBox):
    """Fields that make a study: articles, what was recognised, concepts, pages.

    Attributes
    ----------
    survey, summary : what was seen in the articles, and the concepts of the library in them; None
        and empty before these were looked at.
    """

    articles: widgets.Combobox
    terms: widgets.Text
    concepts: widgets.SelectMultiple
    place: widgets.Text

    def __init__(self, *, reports: Path = runner.REPORTS_FOLDER) -> None:
        """Show the fields; `reports` is the folder of the pages."""
        self.reports = reports
        self.survey: Survey | None = None
        self.summary = pd.DataFrame({"concept": [], "why_not": []})
        for name, field in make_start_fields().items():
            setattr(self, name, field)
        self.look = widgets.Button(description="Look at the articles", button_style="primary")
        self.make = widgets.Button(description="Make the study")
        self.report = widgets.Button(description="Make its pages")
        self.explore = widgets.Button(description="Explore it here")
        self.seen, self.made, self.told = make_text_area(), make_text_area(), make_text_area()
        self.panel = widgets.VBox()
        for button, act in (
            (self.look, self.look_at_articles),
            (self.make, self.make_study),
            (self.report, self.make_pages),
            (self.explore, self.open_panel),
        ):
            button.on_click(lambda _, act=act: self.run_safely(act))
        self.articles.observe(lambda _: self.forget(), "value")
        self.allow()
        super().__init__([widgets.HTML(PANEL_STYLE), make_key_guard(), *self.arrange()])
        self.add_class("wording-panel")

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """A page, where no widget can be, gets a note instead."""
        note = show.note(STATIC_START_NOTE)._repr_mimebundle_()
        return {**super()._repr_mimebundle_(**options), **note}

    def arrange(self) -> list[widgets.Widget]:
        """Return the rows, in the order in which they are used; what is said stands at its row."""
        return [
            make_row(self.articles, self.look),
            self.seen,
            self.terms,
            self.concepts,
            make_row(self.place, self.make),
            self.made,
            make_row(self.report, self.explore),
            self.told,
            self.panel,
        ]

    @property
    def folder(self) -> Path:
        """The folder of the study."""
        return Path(self.place.value.strip())

    def allow(self) -> None:
        """Let those buttons be pressed whose turn it is."""
        self.make.disabled = self.survey is None
        is_made = bool(self.place.value.strip()) and (self.folder / "study.yml").is_file()
        self.report.disabled = self.explore.disabled = not is_made

    def forget(self) -> None:
        """Forget what was seen, for other articles are named now."""
        self.survey, self.seen.value, self.concepts.options = None, "", ()
        self.allow()

    def run_safely(self, act: Callable[[], None]) -> None:
        """Run what a button stands for; what cannot be done is said at its row."""
        area = {self.look_at_articles: self.seen, self.make_study: self.made}.get(act, self.told)
        area.value = format_said(["One moment ..."])
        try:
            act()
        except WordingError as fault:
            area.value = format_said([str(fault)], role="alert")
        self.allow()

    def look_at_articles(self) -> None:
        """Read the articles, say what was recognised, and offer the concepts that occur."""
        path = Path(self.articles.value.strip())
        if not self.articles.value.strip() or not path.exists():
            raise WordingError(
                f"{path}: there is no such file or folder, seen from {Path.cwd()}: write its whole "
                "path."
            )
        self.survey = survey_articles(path)
        self.summary = summarise_library(self.survey)
        enough = self.summary[self.summary["why_not"] == ""]
        self.concepts.options = [
            (f"{row.concept}: {format_concept_hits(row)}", row.concept)
            for row in enough.itertuples()
        ]
        self.concepts.value = tuple(enough["concept"].head(MAX_TAKEN_CONCEPTS))
        n_library = format_count(len(self.summary), "concept")
        offered = (
            f"{len(enough)} of {n_library} of the library occur often enough; those that are "
            "marked below are taken. Add what you suspect as your terms."
        )
        self.seen.value = format_said([*describe_survey(self.survey), offered])

    def make_study(self) -> None:
        """Write the study, and say which of the user's own terms occur."""
        assert self.survey is not None, "the button is off before the articles were looked at"
        if not self.place.value.strip():
            raise WordingError("Name the folder of the new study.")
        own = parse_terms([self.terms.value] if self.terms.value.strip() else [])
        taken = list(self.concepts.value)
        if not own and not taken:
            raise WordingError("Write terms of your own, or mark a concept of the library.")
        articles = Path(self.articles.value.strip())
        refuse_wrong_request(self.folder, articles, None, [])
        hits = count_survey_hits(self.survey, own, {})
        occurring = [name for name in own if name in set(hits["concept"])]
        chosen = NewConcepts(
            combine_concepts(own, self.summary, taken),
            [*occurring, *taken],
            len(occurring) == len(own),
            with_acts=[
                entry.name for entry in read_library() if entry.name in taken and entry.concept.acts
            ],
        )
        write_study(self.folder, articles, self.survey, chosen)
        n_concepts = format_count(len(read_study(self.folder).concepts), "concept")
        self.made.value = format_said(
            [f"{self.folder} is a study with {n_concepts}.", *describe_own_hits(hits, own)]
        )

    def make_pages(self) -> None:
        """Make every page of the study, and say how far that is."""
        progress = AreaProgress(lambda line: setattr(self.told, "value", format_said([line])))
        progress.say("Reading and encoding the articles ...")
        study = read_study(self.folder)
        pages = runner.make_reports([study], reports=self.reports, progress=progress)
        failed = [format_page_line(page) for page in pages if not page.is_good]
        n_good = f"{len(pages) - len(failed)} of {format_count(len(pages), 'page')}"
        done = f"{n_good} made: open {(self.reports / 'index.html').resolve()} in a browser."
        self.told.value = format_said([done, *failed])

    def open_panel(self) -> None:
        """Show the panel for the study, below."""
        self.panel.children = [Panel(read_study(self.folder), reports=self.reports)]
        self.told.value = ""


class AreaProgress(Progress):
    """Tells of the pages in one line that is written anew."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.total, self.n_done = say, 0, 0

    def begin(self, total: int, current: Sequence[Page]) -> None:
        """Take note of how many pages are wanted, and how many are there."""
        self.total, self.n_done = total, len(current)

    def ended(self, page: Page) -> None:
        """Say what became of the page."""
        self.n_done += 1
        self.say(f"{self.n_done} of {self.total} pages; {format_page_line(page)}")

    def tick(self, running: Sequence[Running], waiting: Sequence[Page], *, jobs: int) -> None:
        """Say what runs now."""
        now = ", ".join(f"{run.page.page} ({run.seconds:.0f} s)" for run in running)
        self.say(f"{self.n_done} of {self.total} pages; now {now}")


def make_start_fields() -> dict[str, widgets.Widget]:
    """Return the fields by their names."""
    return {
        "articles": make_field(
            widgets.Combobox,
            "Articles",
            "A file, a folder or an archive of articles: choose one, or type its path",
            FieldSize(48),
            options=list_article_files(),
            placeholder="news.csv",
        ),
        "terms": make_field(
            widgets.Text,
            "Your terms",
            "Rival ways of naming one thing, with ; between. * stands for any ending",
            FieldSize(None),
            placeholder="riot*; protest*",
        ),
        "concepts": make_field(
            widgets.SelectMultiple,
            "Concepts",
            "Concepts of the library that occur often enough; Ctrl adds one or takes it away",
            FieldSize(None),
            rows=8,
        ),
        "place": make_field(
            widgets.Text, "Study", "The folder of the new study", FieldSize(32), value="../mystudy"
        ),
    }


def list_article_files() -> list[str]:
    """Return files near the notebook that may be articles, the nearest folders first."""
    endings = (*FILE_ENDINGS, *ARCHIVE_ENDINGS)
    near = [file for pattern in ("*", "../*", "../*/*") for file in sorted(Path().glob(pattern))]
    files: dict[Path, str] = {}
    for file in near:
        if file.is_file() and file.name.lower().endswith(endings):
            files.setdefault(file.resolve(), f"{file}")
    return list(files.values())[:MAX_FILES_OFFERED]


def format_said(sentences: Sequence[str], *, role: str = "status") -> str:
    """Return sentences as paragraphs; those who listen to the page hear them."""
    texts = [re.sub("`([^`]+)`", r"<code>\1</code>", escape_html(one)) for one in sentences]
    paragraphs = "".join(f"<p>{text}</p>" for text in texts)
    return f'<div role="{role}">{paragraphs}</div>'
