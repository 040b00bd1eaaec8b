"""The panel: widgets that ask the library what the pages ask it, and show the answer in the same tables and figures.

Every field is an attribute of the panel, so that code can drive it: `panel.voice.value = "quoted"`. Whatever cannot be done is told beside the fields in a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from wording.analysis.tabulate import table
from wording.analysis.timeline import most_frequent, study_timeline
from wording.conceptfile import add_variant
from wording.corpus import coding, kwic
from wording.corpus.build import build
from wording.corpus.counts import outlet_order, study_counts
from wording.errors import WordingError
from wording.explorer.asking import asked, day, studies_beside
from wording.explorer.fields import PAGE, SAMPLE, STYLE, buttons, column, fields, own_keys, row, text
from wording.explorer.figures import shares_figure, timeline_figure
from wording.explorer.reading import LETTERS, Drawn, as_texts, letters_of
from wording.explorer.saving import save_report
from wording.pages import runner, show
from wording.pages.markup import escaped
from wording.prose import plural
from wording.study import Study, read_study

PAUSE = 0.4
"""Seconds without a key after which a pattern is run."""

MANY = 100_000
"""Hits that a pattern may have to be run while it is typed; beyond, Enter runs it."""

NOTE = "The panel opens in JupyterLab (`make lab`); what was chosen when this page was made stands below."


class Panel(widgets.VBox):
    """A panel over a study; options are what it shows first, as in `asking.asked`, with voice, copies and sort as in `kwic.find`.

    Attributes
    ----------
    study : the study as its files say; `narrow` and `name` the study and the concept that are shown.
    found : the lines, `shown` those of the page; `shares` and `by_period` the tables behind the figures.
    """

    def __init__(self, study: Study, *, concept: str = "", reports: Path = runner.REPORTS, **options):
        self.reports, self.timer, self.quiet = reports, None, True
        vars(self).update(vars(fields()))
        self.button = buttons()
        self.status, self.counted, self.shares_shown, self.timeline_shown, self.passage, self.legend, self.saved = (
            text() for _ in range(7)
        )
        super().__init__(self._rows())
        self.add_class("wording-panel")
        self._open(study, concept=concept, **options)
        self._connect()

    def _rows(self) -> list[widgets.Widget]:
        self.lines.add_class("wording-lines")
        return [
            widgets.HTML(STYLE),
            own_keys(),
            row(self.folder, self.concept, self.pattern),
            self.counted,
            row(self.outlets, widgets.VBox([row(self.voice, self.copies), row(self.first, self.last)])),
            self.status,
            row(column(self.shares_shown), column(row(self.term, self.period), self.timeline_shown)),
            row(self.source, self.sort, self.page, self.button.before, self.button.after),
            self.lines,
            self.legend,
            self.passage,
            row(self.coder, *self.button.marks.values(), self.button.unmarked),
            row(self.into, self.title, self.variant, self.button.add),
            row(self.button.save, self.saved),
        ]

    def _repr_mimebundle_(self, **options) -> dict:
        """A page, where no widget can be, gets a note instead."""
        return super()._repr_mimebundle_(**options) | show.note(NOTE)._repr_mimebundle_()

    def _connect(self) -> None:
        for field in (self.concept, self.outlets, self.voice, self.copies, self.first, self.last):
            field.observe(self._chosen, "value")
        for field in (self.sort, self.source):
            field.observe(lambda _: None if self.quiet else self._safely(self._find), "value")
        self.folder.observe(lambda change: self._safely(lambda: self._open(read_study(change.new))), "value")
        self.pattern.observe(lambda _: self._later(), "value")
        self.pattern.on_msg(lambda _, told, __: self.refresh() if told.get("event") == "submit" else None)  # Enter
        for field in (self.term, self.period):
            field.observe(lambda _: self._safely(self._draw_timeline), "value")
        for field in (self.page, self.coder):
            field.observe(lambda _: self._safely(self._turn), "value")
        self.lines.observe(lambda _: self._safely(self._read), "index")
        self.button.before.on_click(lambda _: setattr(self.page, "value", self.page.value - 1))
        self.button.after.on_click(lambda _: setattr(self.page, "value", self.page.value + 1))
        self.button.unmarked.on_click(lambda _: self._safely(self.resume))
        self.button.add.on_click(lambda _: self._safely(self.add))
        self.button.save.on_click(lambda _: self._safely(self.save))
        for name, button in self.button.marks.items():
            button.on_click(lambda _, mark=name: self._safely(lambda: self.mark(mark)))

    def _open(self, study: Study, *, concept: str = "", pattern: str = "", outlets: Sequence[str] = (), **chosen) -> None:
        """Takes up a study, in the fields too."""
        self.say(f"Reading {study.name} ...")
        if study.has_articles:
            build(study)[0].find_speakers()
        known = outlet_order(study, study_counts(study, []).articles)
        self.quiet, self.study = True, study
        self.folder.options = [str(folder) for folder in studies_beside(study.folder)]
        self.folder.value, self.pattern.value = str(study.folder), pattern
        self.pattern.disabled = self.source.disabled = bool(study.why_no_text) and not study.has_articles
        self._name_concepts(concept)
        self.outlets.index, self.outlets.options = (), known
        self.outlets.value = tuple(outlets)
        for name, value in chosen.items():
            getattr(self, name).value = day(value) if name in ("first", "last") else value
        self.quiet = False
        self.refresh()

    def _name_concepts(self, concept: str = "") -> None:
        names = {record.title: name for name, record in self.study.concepts.items()}
        titles = [
            (title if names[title] == name else f"{title} ({name})", name)
            for title, name in ((r.title, n) for n, r in self.study.concepts.items())
        ]
        self.concept.options = titles
        self.concept.value = concept or next(iter(self.study.concepts))
        self.into.options = list(self.study.concepts)
        self.into.value = self.concept.value

    def _chosen(self, change) -> None:
        if self.quiet:
            return
        if change.owner is self.concept:
            self.quiet, self.pattern.value, self.into.value, self.quiet = True, "", change.new, False
        self.refresh()

    def _later(self) -> None:
        """Runs the pattern after a pause, so that one can type; at once where nobody types."""
        if self.quiet:
            return
        self._wait_no_more()
        try:
            self.timer = asyncio.get_running_loop().call_later(PAUSE, lambda: self._safely(self._typed))
        except RuntimeError:
            self._safely(self._typed)

    def _wait_no_more(self) -> None:
        if self.timer:
            self.timer.cancel()

    def _typed(self) -> None:
        said = self.pattern.value
        if said.strip() and (most := kwic.at_most(self.study, said)) > MANY:
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
        self.narrow, self.name = asked(
            self.study, concept=self.concept.value, pattern=self.pattern.value, outlets=self.outlets.value, **days
        )
        self._find()
        how = {"voice": self.voice.value, "copies": self.copies.value}
        self.shares = table(self.narrow, "shares", concepts=[self.name], **how)
        self.shares_shown.value = show.NOTEBOOK_STYLE + shares_figure(self.narrow, self.shares).html
        self.say("Over time ...")
        self._draw_timeline()
        self.say(self._in_all())

    def _find(self) -> None:
        """Finds the lines, and shows the first page."""
        how = {"voice": self.voice.value, "copies": self.copies.value}
        if self.study.why_no_text and not self.study.has_articles:
            self.found, self.counted.value = None, ""
        else:
            self.found = kwic.find(self.narrow, self.name, sort=self.sort.value, **how)
            self.counted.value = show.note(self._per_outlet()).html
            if self.source.value == SAMPLE:
                self.found = Drawn(coding.sample(self.study, [self._own_concept()]))
        self._page(1)

    def _page(self, number: int) -> None:
        self.quiet = True
        self.page.max = max(1, -(-len(self.found or ()) // PAGE))
        self.page.value, self.quiet = number, False
        self._turn()

    def _turn(self) -> None:
        """Shows the lines of the page, with the coder's marks."""
        if self.quiet:
            return
        start = (self.page.value - 1) * PAGE
        self.button.before.disabled, self.button.after.disabled = start == 0, self.page.value == self.page.max
        self.quiet, self.lines.index = True, ()
        if self.study.why_no_text or not self.found:
            self.lines.options, self.legend.value = [], show.note(self.study.why_no_text or "There are no lines.").html
        else:
            self.shown = self.found.lines(start, start + PAGE)
            self._label(first=start + 1)
        self.quiet, self.passage.value = False, ""

    def _label(self, first: int) -> None:
        letters = letters_of(self.shown, coding.marks(self.study), self.coder.value)
        self.lines.options = list(zip(as_texts(self.shown, letters, first=first), range(len(self.shown)), strict=True))
        named = ", ".join(f"{letter} {mark}" for mark, letter in LETTERS.items())
        self.legend.value = show.note(
            f"{first:,} to {first + len(self.shown) - 1:,} of {plural(len(self.found), 'line')}. Marks of the coder: {named}."
        ).html

    def _read(self) -> None:
        """Shows the passages of the chosen lines."""
        if self.quiet:
            return
        chosen = self.shown.iloc[list(self.lines.index)]
        passages = show.passages(kwic.widened(self.study, chosen), caption="The whole paragraph:") if len(chosen) else None
        self.passage.value = passages.html if passages else ""

    def _draw_timeline(self) -> None:
        if self.quiet:
            return
        how = {"voice": self.voice.value, "copies": self.copies.value, "period": self.period.value}
        self.by_period = study_timeline(self.narrow, self.name, **how)
        names = list(self.narrow.concepts[self.name].variants)
        if list(self.term.options) != names:
            self.quiet, self.term.options = True, names
            self.term.value, self.quiet = most_frequent(self.by_period, names), False
        self.timeline_shown.value = show.NOTEBOOK_STYLE + timeline_figure(self.narrow, self.by_period, self.term.value).html

    def _own_concept(self) -> str:
        if self.name not in self.study.concepts:
            raise WordingError(f"{self.name!r} is a pattern: a sample and marks belong to a concept; add the pattern as a variant first.")
        return self.name

    def mark(self, mark: str) -> None:
        """Marks the chosen lines, and goes on to the line after them."""
        self._own_concept()
        if not self.lines.index:
            raise WordingError("No line is chosen: choose one with the arrow keys, or several with Shift and the arrow keys.")
        chosen = list(self.lines.index)
        coding.mark(self.study, self.shown.iloc[chosen], mark, coder=self.coder.value, drawn=self.source.value == SAMPLE)
        self.quiet = True
        self._label(first=(self.page.value - 1) * PAGE + 1)
        self.quiet = False
        self.lines.index = (min(chosen[-1] + 1, len(self.shown) - 1),)
        self.say(f"{plural(len(chosen), 'line')} marked “{mark}” in {coding.marks_file(self.study).name}.")

    def resume(self) -> None:
        """Goes to the first line, from this page on, that the coder has not marked."""
        done = coding.marks(self.study)
        for number in range(self.page.value, self.page.max + 1):
            lines = self.found.lines((number - 1) * PAGE, number * PAGE)
            left = lines[letters_of(lines, done, self.coder.value).eq("").to_numpy()]
            if len(left):
                self._page(number)
                self.lines.index = (int(left.index[0]),)
                return
        self.say("Every line from here on is marked.")

    def add(self) -> None:
        """Adds the pattern to concepts.yml as a variant, and shows the concept that it is now part of."""
        phrases = [term.strip() for term in self.pattern.value.split(";") if term.strip()]
        if not phrases:
            raise WordingError("No pattern is typed in: write one, look at its lines, then add it.")
        concept, variant = self.into.value.strip(), self.variant.value.strip() or phrases[0]
        file = add_variant(self.study, concept, variant, phrases, title=self.title.value.strip() or None)
        self.variant.value = self.title.value = ""
        self._open(read_study(self.study.folder), concept=concept)
        self.say(f"“{variant}” is a variant of {concept} in {file.name}.")

    def save(self) -> None:
        """Adds what is shown to the study's reports, and makes that page."""
        given = {name: getattr(self, name).value for name in ("voice", "copies", "sort")}
        given |= {"outlets": list(self.outlets.value)} | {name: f"{getattr(self, name).value or ''}" for name in ("first", "last")}
        given |= {"pattern": self.pattern.value} if self.pattern.value.strip() else {"concept": self.concept.value}
        page = save_report(self.study, **given)
        self.study = read_study(self.study.folder)
        self.say(f"Making {page} ...")
        [made] = runner.report([self.study], only=page, reports=self.reports)
        if made.status not in ("ok", "up-to-date"):
            raise WordingError(f"{page} is in study.yml, but could not be made: {made.reason}")
        self.saved.value = show.note(f"It is in study.yml, and made: {self.reports / self.study.name / page}.html").html
        self.say(self._in_all())

    def say(self, sentence: str, *, fault: bool = False) -> None:
        """Tells how things stand, to those who listen to the page too."""
        self.status.value = f'<p role="{"alert" if fault else "status"}"><b>{escaped(sentence)}</b></p>'

    def _safely(self, action) -> None:
        """Runs an action of the panel; what cannot be done is told in a sentence."""
        try:
            action()
        except WordingError as error:
            self.quiet = False
            self.say(str(error), fault=True)

    def _per_outlet(self) -> str:
        told = self.found.per_outlet()
        counts = ", ".join(f"{outlet} {n:,}" for outlet, n in zip(told["outlet"], told["n"], strict=True))
        return f"{plural(len(self.found), 'hit')} in {plural(int(told['n_articles'].sum()), 'article')}" + (
            f": {counts}." if counts else "."
        )

    def _in_all(self) -> str:
        title = self.narrow.concepts[self.name].title
        hits = plural(int(self.shares["n"].sum()), "hit")
        return f"{title}: {hits} in {plural(int(self.shares.drop_duplicates('outlet')['total_articles'].sum()), 'article')}."
