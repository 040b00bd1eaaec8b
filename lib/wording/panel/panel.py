"""The panel: widgets that ask the library what the pages ask it, and show the answer in the same tables and figures.

Every field is an attribute of the panel, so that code can drive it: `panel.voice.value = "quoted"`. Whatever cannot be done is told beside the fields in a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from wording.answers.narrow import list_nearby_studies, narrow_study, parse_day
from wording.answers.tables import make_table
from wording.corpus import kwic
from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits, order_outlets
from wording.corpus.marks.voice import find_all_attributions
from wording.errors import WordingError
from wording.pages.batch import runner
from wording.panel.fields import (
    RANDOM_SAMPLE,
    arrange_rows,
    list_concept_options,
    make_buttons,
    make_fields,
    make_text_area,
    set_field,
)
from wording.panel.figures import make_shares_figure, make_timeline_figure
from wording.panel.lines import LineReader
from wording.panel.reading import SampledLines
from wording.panel.saving import save_report
from wording.phrasing import format_count
from wording.questions.coding import sample as coding
from wording.questions.design import Request
from wording.questions.timeline.timeline import compute_study_timeline, find_commonest_variant
from wording.show import html as show
from wording.study.edit import add_variant
from wording.study.read import read_study
from wording.study.records import StudyRecord

TYPING_PAUSE_SECONDS = 0.4
"""Seconds without a key after which a pattern is run."""

MAX_HITS_WHILE_TYPING = 100_000
"""Hits that a pattern may have to be run while it is typed; beyond, Enter runs it."""

STATIC_PAGE_NOTE = "The panel opens in JupyterLab (`wording lab`); what was chosen when this page was made stands below."


class Panel(LineReader):
    """A panel over a study; options are what it shows first, as in `asking.asked`, with voice, copies and sort as in `kwic.find_concordance`.

    Attributes
    ----------
    study : the study as its files say; `narrow` and `name` the study and the concept that are shown.
    shares, by_period : the tables behind the figures.
    """

    def __init__(
        self,
        study: StudyRecord,
        *,
        concept: str = "",
        reports: Path = runner.REPORTS_FOLDER,
        **options,
    ):
        self.reports, self.timer = reports, None
        vars(self).update(vars(make_fields()))
        self.button = make_buttons()
        self.status, self.counted, self.legend, self.saved = (make_text_area() for _ in range(4))
        self.shares_shown, self.timeline_shown, self.passage = (
            make_text_area("wording-scroll") for _ in range(3)
        )
        super().__init__(arrange_rows(self))
        self.add_class("wording-panel")
        self._open(study, concept=concept, **options)
        self._connect()

    def _repr_mimebundle_(self, **options) -> dict:
        """A page, where no widget can be, gets a note instead."""
        return (
            super()._repr_mimebundle_(**options) | show.note(STATIC_PAGE_NOTE)._repr_mimebundle_()
        )

    def _connect(self) -> None:
        for field in (self.concept, self.outlets, self.voice, self.copies, self.first, self.last):
            field.observe(self._chosen, "value")
        for field in (self.sort, self.source):
            field.observe(lambda _: self.quiet or self._safely(self._find), "value")
        self.folder.observe(
            lambda change: self.quiet or self._safely(lambda: self._open(read_study(change.new))),
            "value",
        )
        self.pattern.observe(lambda _: self._later(), "value")
        self.pattern.on_msg(
            lambda _, told, __: self.refresh() if told.get("event") == "submit" else None
        )  # Enter
        for field in (self.term, self.period):
            field.observe(lambda _: self._safely(self._draw_timeline), "value")
        self.button.add.on_click(lambda _: self._safely(self.add))
        self.button.save.on_click(lambda _: self._safely(self.save))
        self._connect_lines()

    def _open(
        self,
        study: StudyRecord,
        *,
        concept: str = "",
        pattern: str = "",
        outlets: Sequence[str] = (),
        **options,
    ) -> None:
        """Takes up a study, in the fields too."""
        self.say(f"Reading {study.name} ...")
        if study.has_articles:
            find_all_attributions(build_corpus(study)[0])
        known = order_outlets(study, count_study_hits(study, []).articles)
        self.quiet, self.study = True, study
        self.outlets.index = ()
        self.folder.options = [str(folder) for folder in list_nearby_studies(study.folder)]
        self.folder.value, self.pattern.value, self.outlets.options = (
            str(study.folder),
            pattern,
            known,
        )
        self.pattern.disabled = self.source.disabled = not study.has_articles
        self.concept.options, self.into.options = list_concept_options(study), list(study.concepts)
        self.into.value = concept or next(iter(study.concepts))
        set_field(self.concept, self.into.value)
        set_field(self.outlets, outlets)
        for name, value in ({"first": None, "last": None} | options).items():
            set_field(getattr(self, name), parse_day(value) if name in ("first", "last") else value)
        self.quiet = False
        self.refresh()

    def _chosen(self, change) -> None:
        if self.quiet:
            return
        if change.owner is self.concept:
            self.quiet, self.pattern.value, self.into.value, self.quiet = (
                True,
                "",
                change.new,
                False,
            )
        self.refresh()

    def _later(self) -> None:
        """Runs the pattern after a pause, so that one can type; at once where nobody types."""
        if self.quiet:
            return
        self._wait_no_more()
        try:
            self.timer = asyncio.get_running_loop().call_later(
                TYPING_PAUSE_SECONDS, lambda: self._safely(self._typed)
            )
        except RuntimeError:
            self._safely(self._typed)

    def _wait_no_more(self) -> None:
        if self.timer:
            self.timer.cancel()

    def _typed(self) -> None:
        said = self.pattern.value
        if (
            said.strip()
            and (most := kwic.bound_hit_count(self.study, said)) > MAX_HITS_WHILE_TYPING
        ):
            self.counted.value = show.note(f"Up to {most:,} hits: press Enter to run it.").html
        else:
            self.refresh()

    def refresh(self) -> None:
        """Counts anew what is asked for, and shows it all: lines first, then shares, then time."""
        self._safely(self._refresh)

    def _refresh(self) -> None:
        self._wait_no_more()
        self.say("Counting ...")
        days = {"first": self.first.value, "last": self.last.value}
        self.narrow, self.name = narrow_study(
            self.study,
            concept=self.concept.value,
            pattern=self.pattern.value,
            outlets=self.outlets.value,
            **days,
        )
        self._find()
        how = {"voice": self.voice.value, "copies": self.copies.value}
        self.shares = make_table(self.narrow, "shares", concepts=[self.name], **how)
        self.shares_shown.value = (
            show.NOTEBOOK_STYLE + make_shares_figure(self.narrow, self.shares).html
        )
        self.say("Over time ...")
        self._draw_timeline()
        self.say(self._in_all())

    def _find(self) -> None:
        """Finds the lines, and shows the first page."""
        how = {"voice": self.voice.value, "copies": self.copies.value}
        if not self.study.has_articles:
            self.found, self.counted.value = None, ""
        else:
            self.found = kwic.find_concordance(self.narrow, self.name, sort=self.sort.value, **how)
            self.counted.value = show.note(self._per_outlet()).html
            if self.source.value == RANDOM_SAMPLE:
                self.found = SampledLines(coding.draw_sample(self.study, [self._own_concept()]))
        self._page(1)
        if isinstance(self.found, SampledLines) and self.coder.value.strip():
            self.resume()

    def _draw_timeline(self) -> None:
        if self.quiet:
            return
        request = Request(voice=self.voice.value, copies=self.copies.value)
        self.by_period = compute_study_timeline(self.narrow, self.name, request, self.period.value)
        names = list(self.narrow.concepts[self.name].variants)
        if list(self.term.options) != names:
            self.quiet, self.term.options = True, names
            self.term.value, self.quiet = find_commonest_variant(self.by_period, names), False
        self.timeline_shown.value = (
            show.NOTEBOOK_STYLE
            + make_timeline_figure(self.narrow, self.by_period, self.term.value).html
        )

    def add(self) -> None:
        """Adds the pattern to concepts.yml as a variant, and shows the concept that it is now part of."""
        phrases = [term.strip() for term in self.pattern.value.split(";") if term.strip()]
        if not phrases:
            raise WordingError("No pattern is typed in: write one, look at its lines, then add it.")
        concept, variant = self.into.value.strip(), self.variant.value.strip() or phrases[0]
        file = add_variant(
            self.study, concept, variant, phrases, title=self.title.value.strip() or None
        )
        self.variant.value = self.title.value = ""
        self._open(read_study(self.study.folder), concept=concept)
        self.say(f"“{variant}” is a variant of {concept} in {file.name}.")

    def save(self) -> None:
        """Adds what is shown to the study's reports, and makes that page."""
        given = {name: getattr(self, name).value for name in ("voice", "copies", "sort")}
        given |= {"outlets": list(self.outlets.value)} | {
            name: f"{getattr(self, name).value or ''}" for name in ("first", "last")
        }
        given |= (
            {"pattern": self.pattern.value}
            if self.pattern.value.strip()
            else {"concept": self.concept.value}
        )
        page = save_report(self.study, **given)
        self.study = read_study(self.study.folder)
        self.say(f"Making {page} ...")
        [made] = runner.make_reports([self.study], only=page, reports=self.reports)
        if made.status not in ("ok", "up-to-date"):
            raise WordingError(f"{page} is in study.yml, but could not be made: {made.reason}")
        self.saved.value = show.note(
            f"It is in study.yml, and made: {self.reports / self.study.name / page}.html"
        ).html
        self.say(self._in_all())

    def _per_outlet(self) -> str:
        told = self.found.per_outlet()
        counts = ", ".join(
            f"{outlet} {n:,}" for outlet, n in zip(told["outlet"], told["n"], strict=True)
        )
        return (
            f"{format_count(len(self.found), 'hit')} in {format_count(int(told['n_articles'].sum()), 'article')}"
            + (f": {counts}." if counts else ".")
        )

    def _in_all(self) -> str:
        title = self.narrow.concepts[self.name].title
        hits = format_count(int(self.shares["n"].sum()), "hit")
        return f"{title}: {hits} in {format_count(int(self.shares.drop_duplicates('outlet')['total_articles'].sum()), 'article')}."
