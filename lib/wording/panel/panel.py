"""The panel: widgets that ask the library what the pages ask it.

The answers are shown in the same tables and figures. Every field is an attribute of the panel, so
that code can drive it: `panel.voice.value = "quoted"`. Whatever cannot be done is said beside the
fields in a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

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
from wording.study.asked import resolve_term
from wording.study.edit import add_variant
from wording.study.read import read_study
from wording.study.records import StudyRecord, Variant

TYPING_PAUSE_SECONDS = 0.4
"""Seconds without a key after which a pattern is run."""

MAX_HITS_WHILE_TYPING = 100_000
"""Hits that a pattern may have to be run while it is typed; beyond, Enter runs it."""

STATIC_PAGE_NOTE = (
    "The panel opens in JupyterLab (`wording lab`); the settings used for this page are shown "
    "below."
)


class Panel(LineReader):
    """A panel over a study.

    Attributes
    ----------
    study : the study as its files say; `narrowed` and `name` are the study and the concept shown.
    shares, by_period : the tables behind the figures.
    """

    narrowed: StudyRecord
    shares: pd.DataFrame
    by_period: pd.DataFrame
    folder: widgets.Combobox
    concept: widgets.Dropdown
    pattern: widgets.Text
    outlets: widgets.SelectMultiple
    voice: widgets.Dropdown
    place: widgets.Dropdown
    copies: widgets.Dropdown
    first: widgets.DatePicker
    last: widgets.DatePicker
    term: widgets.Dropdown
    period: widgets.Dropdown
    sort: widgets.Dropdown
    into: widgets.Combobox
    title: widgets.Text
    variant: widgets.Text

    def __init__(
        self,
        study: StudyRecord,
        *,
        concept: str = "",
        reports: Path = runner.REPORTS_FOLDER,
        **choices: Any,
    ) -> None:
        """Show a study.

        Parameters
        ----------
        study : StudyRecord
            The study.
        concept : str
            What is shown first; by default the first concept.
        reports : Path
            The folder of the pages, for what is saved.
        choices :
            What else is chosen first: pattern, outlets, first and last as in `narrow_study`; voice,
            copies and sort as in `kwic.find_concordance`; place, by default that of the study.
        """
        self.reports = reports
        self.timer: asyncio.TimerHandle | None = None
        for name, field in make_fields().items():
            setattr(self, name, field)
        self.button = make_buttons()
        self.status, self.count_note = make_text_area(), make_text_area()
        self.legend, self.saved = make_text_area(), make_text_area()
        self.shares_area = make_text_area("wording-scroll")
        self.timeline_area = make_text_area("wording-scroll")
        self.passage = make_text_area("wording-scroll")
        super().__init__(arrange_rows(self))
        self.add_class("wording-panel")
        self._open(study, concept=concept, **choices)
        self._connect()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """A page, where no widget can be, gets a note instead."""
        note = show.note(STATIC_PAGE_NOTE)._repr_mimebundle_()
        return {**super()._repr_mimebundle_(**options), **note}

    def _connect(self) -> None:
        counted = (self.voice, self.place, self.copies, self.first, self.last)
        for field in (self.concept, self.outlets, *counted):
            field.observe(self._choose, "value")
        for field in (self.sort, self.source):
            field.observe(lambda _: self._safely(self._change_lines), "value")
        self.folder.observe(lambda change: self._open_folder(change.new), "value")
        self.pattern.observe(lambda _: self._schedule(), "value")
        self.pattern.on_msg(lambda _, message, __: self._receive(message))
        for field in (self.term, self.period):
            field.observe(lambda _: self._safely(self._draw_timeline), "value")
        self.button.add.on_click(lambda _: self._safely(self.add))
        self.button.save.on_click(lambda _: self._safely(self.save))
        self._connect_lines()

    def _change_lines(self) -> None:
        if not self.is_updating:
            self._find()

    def _open_folder(self, folder: str) -> None:
        if not self.is_updating:
            self._safely(lambda: self._open(read_study(folder)))

    def _receive(self, message: dict[str, Any]) -> None:
        if message.get("event") == "submit":  # Enter
            self.refresh()

    def _open(
        self,
        study: StudyRecord,
        *,
        concept: str = "",
        pattern: str = "",
        outlets: Sequence[str] = (),
        **choices: Any,
    ) -> None:
        """Take up a study, in the fields too."""
        self.say(f"Reading {study.name} ...")
        if study.has_articles:
            find_all_attributions(build_corpus(study))
        known = order_outlets(study, count_study_hits(study, []).articles)
        self.is_updating, self.study = True, study.narrow(place="text")
        set_field(self.place, study.place)
        self.outlets.index = ()
        self.folder.options = [str(folder) for folder in list_nearby_studies(study.folder)]
        self.folder.value = str(study.folder)
        self.pattern.value = pattern
        self.outlets.options = known
        self.pattern.disabled = self.source.disabled = not study.has_articles
        self.concept.options = list_concept_options(study)
        self.into.options = list(study.concepts)
        self.into.value = concept or next(iter(study.concepts))
        set_field(self.concept, self.into.value)
        set_field(self.outlets, outlets)
        self._set_days(choices.pop("first", None), choices.pop("last", None))
        for name, value in choices.items():
            set_field(getattr(self, name), value)
        self.is_updating = False
        self.refresh()

    def _set_days(self, first: Any, last: Any) -> None:
        set_field(self.first, parse_day(first))
        set_field(self.last, parse_day(last))

    def _choose(self, change: Any) -> None:
        if self.is_updating:
            return
        if change.owner is self.concept:
            with self.without_events():
                self.pattern.value, self.into.value = "", change.new
        self.refresh()

    def _schedule(self) -> None:
        """Run the pattern after a pause, so that one can type; at once where nobody types."""
        if self.is_updating:
            return
        self._cancel_timer()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._safely(self._run_typed)
        else:
            self.timer = loop.call_later(
                TYPING_PAUSE_SECONDS, lambda: self._safely(self._run_typed)
            )

    def _cancel_timer(self) -> None:
        if self.timer:
            self.timer.cancel()

    def _run_typed(self) -> None:
        pattern = self.pattern.value
        limit = kwic.bound_hit_count(self.study, pattern) if pattern.strip() else 0
        if limit > MAX_HITS_WHILE_TYPING:
            note = show.note(f"This may have up to {limit:,} hits: press Enter to run it.")
            self.count_note.value = note.html
        else:
            self.refresh()

    def refresh(self) -> None:
        """Count anew what is asked for, and show it all: lines first, then shares, then time."""
        self._safely(self._refresh)

    def _refresh(self) -> None:
        self._cancel_timer()
        self.say("Counting ...")
        self.narrowed, self.name = narrow_study(
            self.study.narrow(place=self.place.value),
            concept=self.concept.value,
            pattern=self.pattern.value,
            outlets=self.outlets.value,
            first=self.first.value,
            last=self.last.value,
        )
        self._find()
        self.shares = make_table(
            self.narrowed,
            "shares",
            concepts=[self.name],
            voice=self.voice.value,
            copies=self.copies.value,
        )
        figure = make_shares_figure(self.narrowed, self.shares)
        self.shares_area.value = show.NOTEBOOK_STYLE + figure.html
        self.say("Over time ...")
        self._draw_timeline()
        self.say(self._summarise_hits())

    def _find(self) -> None:
        """Find the lines, and show the first page."""
        if not self.study.has_articles:
            self.concordance, self.count_note.value = None, ""
        else:
            concordance = kwic.find_concordance(
                self.narrowed,
                self.name,
                sort=self.sort.value,
                voice=self.voice.value,
                copies=self.copies.value,
            )
            self.concordance = concordance
            self.count_note.value = show.note(
                f"{concordance.describe()} {_count_by_outlet(concordance)}"
            ).html
            if self.source.value == RANDOM_SAMPLE:
                sample = coding.draw_sample(self.study, [self._require_concept()])
                self.concordance = SampledLines(sample)
        self._open_page(1)
        if isinstance(self.concordance, SampledLines) and self.coder.value.strip():
            self.resume()

    def _draw_timeline(self) -> None:
        if self.is_updating:
            return
        request = Request(voice=self.voice.value, copies=self.copies.value)
        self.by_period = compute_study_timeline(
            self.narrowed, self.name, request, self.period.value
        )
        names = list(self.narrowed.concepts[self.name].variants)
        if list(self.term.options) != names:
            with self.without_events():
                self.term.options = names
                self.term.value = find_commonest_variant(self.by_period, names)
        figure = make_timeline_figure(self.narrowed, self.by_period, self.term.value)
        self.timeline_area.value = show.NOTEBOOK_STYLE + figure.html

    def add(self) -> None:
        """Add the pattern to concepts.yml as a variant, and show the concept that has it."""
        phrases = [term.strip() for term in self.pattern.value.split(";") if term.strip()]
        if not phrases:
            raise WordingError("Type a pattern and look at its lines before adding it.")
        for phrase in phrases:
            name, record = resolve_term(self.study, phrase)
            if record != Variant(match=[phrase]):
                raise WordingError(f"{name!r} is in concepts.yml already: add phrases only.")
        concept, variant = self.into.value.strip(), self.variant.value.strip() or phrases[0]
        title = self.title.value.strip() or None
        file = add_variant(self.study, concept, variant, phrases, title=title)
        self.variant.value = self.title.value = ""
        self._open(read_study(self.study.folder), concept=concept)
        self.say(f"“{variant}” is a variant of {concept} in {file.name}.")

    def save(self) -> None:
        """Add what is shown to the study's reports, and make that page."""
        page = save_report(self.study, **self._collect_parameters())
        self.study = read_study(self.study.folder)
        self.say(f"Making {page} ...")
        [made] = runner.make_reports([self.study], only=page, reports=self.reports)
        if not made.is_good:
            raise WordingError(f"{page} is in study.yml, but could not be made: {made.reason}")
        place = f"{self.reports / self.study.name / page}.html"
        self.saved.value = show.note(f"Saved in study.yml; the page is {place}").html
        self.say(self._summarise_hits())

    def _collect_parameters(self) -> dict[str, Any]:
        """What is shown, as the parameters of the notebook `explore`."""
        has_pattern = bool(self.pattern.value.strip())
        asked = "pattern" if has_pattern else "concept"
        return {
            "voice": self.voice.value,
            "place": self.place.value,
            "copies": self.copies.value,
            "sort": self.sort.value,
            "outlets": list(self.outlets.value),
            "first": f"{self.first.value or ''}",
            "last": f"{self.last.value or ''}",
            asked: getattr(self, asked).value,
        }

    def _summarise_hits(self) -> str:
        title = self.narrowed.concepts[self.name].title
        by_outlet = self.shares.drop_duplicates("outlet")
        hits = format_count(int(self.shares["n"].sum()), "hit")
        articles = format_count(int(by_outlet["total_articles"].sum()), "article")
        return f"{title}: {hits} in {articles}."


def _count_by_outlet(concordance: kwic.Concordance) -> str:
    by_outlet = concordance.per_outlet()
    counts = zip(by_outlet["outlet"], by_outlet["n"], strict=True)
    listed = ", ".join(f"{outlet} {n:,}" for outlet, n in counts)
    return f"By outlet: {listed}." if listed else ""
