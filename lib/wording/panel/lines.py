"""The lower half of the panel: lines that are read page by page and marked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import ipywidgets as widgets
import pandas as pd

from wording.corpus import kwic
from wording.errors import WordingError
from wording.panel.fields import LINES_PER_PAGE, PASSAGE_OPTIONS, RANDOM_SAMPLE
from wording.panel.reading import MARK_LETTERS, SampledLines, format_lines, look_up_letters
from wording.phrasing import format_count
from wording.show import html as show
from wording.show import lines as show_lines
from wording.show.values import escape_html
from wording.study import journal
from wording.study.records import StudyRecord


class LineReader(widgets.VBox):
    """A list of lines and what is done with them; a panel says whose they are.

    Attributes
    ----------
    study, name : the study, and the concept or pattern whose lines are read.
    concordance : its lines; `shown` are those of the page.
    is_updating : true while the panel itself sets its fields.
    """

    study: StudyRecord
    name: str
    shown: pd.DataFrame
    concordance: kwic.Concordance | SampledLines | None = None
    is_updating = True
    page: widgets.BoundedIntText
    lines: widgets.SelectMultiple
    source: widgets.Dropdown
    coder: widgets.Text
    context: widgets.Dropdown
    passage_width: widgets.Dropdown
    button: SimpleNamespace
    status: widgets.HTML
    mark_note: widgets.HTML
    legend: widgets.HTML
    passage: widgets.HTML
    added_marks: pd.DataFrame | None = None

    @contextmanager
    def without_events(self) -> Iterator[None]:
        """Set fields without acting upon it."""
        before, self.is_updating = self.is_updating, True
        try:
            yield
        finally:
            self.is_updating = before

    def _connect_lines(self) -> None:
        for field in (self.page, self.coder, self.context):
            field.observe(lambda _: self._safely(self._turn), "value")
        self.lines.observe(lambda _: self._safely(self._read), "index")
        self.passage_width.observe(lambda _: self._safely(self._read), "value")
        self.button.before.on_click(lambda _: setattr(self.page, "value", self.page.value - 1))
        self.button.after.on_click(lambda _: setattr(self.page, "value", self.page.value + 1))
        self._act(self.button.unmarked, self.resume, self.mark_note)
        self._act(self.button.undo, self.undo, self.mark_note)
        for name, button in self.button.marks.items():
            self._act(button, partial(self.mark, name), self.mark_note)

    def _act(
        self, button: widgets.Button, action: Callable[[], object], note: widgets.HTML
    ) -> None:
        """Run the action when the button is pressed; what cannot be done is said in the note."""
        button.on_click(lambda _: self._safely(action, note))

    def _open_page(self, number: int) -> None:
        with self.without_events():
            n_pages = math.ceil(len(self.concordance or ()) / LINES_PER_PAGE)
            self.page.max = max(1, n_pages)
            self.page.value = number
        self._turn()

    def _turn(self) -> None:
        """Show the lines of the page, with the coder's marks."""
        if self.is_updating:
            return
        start = (self.page.value - 1) * LINES_PER_PAGE
        self.button.before.disabled = start == 0
        self.button.after.disabled = self.page.value == self.page.max
        with self.without_events():
            self.lines.index = ()
            if self.study.why_no_text or not self.concordance:
                self.lines.options = []
                reason = self.study.why_no_text or "There are no lines."
                self.legend.value = show.note(reason).html
            else:
                self.shown = self.concordance.lines(start, start + LINES_PER_PAGE)
                self._label(self.concordance, first=start + 1)
        self.passage.value = ""

    def _label(self, concordance: kwic.Concordance | SampledLines, first: int) -> None:
        """Write the lines of the page into the list, and what its marks mean below it."""
        letters = look_up_letters(self.shown, journal.read_marks(self.study), self.coder.value)
        texts = format_lines(self.shown, letters, first=first, width=self.context.value)
        self.lines.options = list(zip(texts, range(len(self.shown)), strict=True))
        marks = ", ".join(f"{letter} {mark}" for mark, letter in MARK_LETTERS.items())
        last = first + len(self.shown) - 1
        whose = f"Marks of {self.coder.value.strip()}" if self.coder.value.strip() else "Marks"
        legend = f"Lines {first:,} to {last:,} of {len(concordance):,}. {whose}: {marks}."
        self.legend.value = show.note(legend).html

    def _read(self) -> None:
        """Show the passages of the selected lines."""
        if self.is_updating:
            return
        selected = self.shown.iloc[list(self.lines.index)]
        if not len(selected):
            self.passage.value = ""
            return
        width = self.passage_width.value
        passages = kwic.widen_lines(self.study, selected, to=width)
        limit = "" if self.study.width is None else ", as far as the study may show it"
        caption = f"The {PASSAGE_OPTIONS[width]}{limit}:"
        shown = show_lines.passages(passages, caption=caption)
        self.passage.value = shown.html

    def _require_concept(self) -> str:
        if self.name not in self.study.concepts:
            raise WordingError(
                f"{self.name!r} is a pattern: a sample and marks belong to a concept; add the "
                "pattern as a variant first, or keep it as a concept."
            )
        return self.name

    def mark(self, mark: str) -> None:
        """Mark the selected lines, and go on to the line after them."""
        self._require_concept()
        if not self.lines.index or not self.concordance:
            raise WordingError(
                "No line selected: select one with the arrow keys, or several with Shift and the "
                "arrow keys."
            )
        if not self.coder.value.strip():
            raise WordingError("Write your name into Coder: each mark says who set it.")
        selected = list(self.lines.index)
        self.added_marks = journal.record_marks(
            self.study,
            self.shown.iloc[selected],
            mark,
            coder=self.coder.value,
            from_sample=self.source.value == RANDOM_SAMPLE,
        )
        self.button.undo.disabled = False
        self._relabel(min(selected[-1] + 1, len(self.shown) - 1))
        file = journal.locate_marks_file(self.study).name
        said = f"{format_count(len(selected), 'line')} marked “{mark}” in {file}."
        self.say(said, note=self.mark_note)

    def undo(self) -> None:
        """Take back the marks that were set last."""
        if self.added_marks is None:
            raise WordingError("No mark was set here, or the last was taken back already.")
        added, self.added_marks, self.button.undo.disabled = self.added_marks, None, True
        file = journal.undo_marks(self.study, added).name
        self._relabel(self.lines.index[0] if self.lines.index else None)
        lines = format_count(len(added), "mark")
        self.say(f"{lines} “{added['mark'].iloc[0]}” taken back in {file}.", note=self.mark_note)

    def _relabel(self, selected: int | None) -> None:
        """Write the marks of the page anew, and select a line of it."""
        if self.concordance:
            with self.without_events():
                self._label(self.concordance, first=(self.page.value - 1) * LINES_PER_PAGE + 1)
        self.lines.index = () if selected is None else (selected,)

    def resume(self) -> None:
        """Go to the first line, from this page on, that the coder has not marked."""
        marks, concordance = journal.read_marks(self.study), self.concordance
        for number in range(self.page.value, self.page.max + 1):
            if concordance is None:
                break
            lines = concordance.lines((number - 1) * LINES_PER_PAGE, number * LINES_PER_PAGE)
            left = lines[look_up_letters(lines, marks, self.coder.value).eq("").to_numpy()]
            if len(left):
                self._open_page(number)
                self.lines.index = (int(left.index[0]),)
                return
        self.say("Every line from here on is marked.", note=self.mark_note)

    def say(self, sentence: str, *, fault: bool = False, note: widgets.HTML | None = None) -> None:
        """Say how things stand, to those who listen to the page too.

        Parameters
        ----------
        sentence : str
            What is said.
        fault : bool
            Whether something could not be done.
        note : widget, optional
            Where, such as beside a button; by default below the fields.
        """
        role = "alert" if fault else "status"
        place = note or self.status
        place.value = f'<p role="{role}"><b>{escape_html(sentence)}</b></p>' if sentence else ""

    def _safely(self, action: Callable[[], object], note: widgets.HTML | None = None) -> None:
        """Run an action of the panel; what cannot be done is said in a sentence."""
        try:
            action()
        except WordingError as error:
            self.is_updating = False
            self.say(str(error), fault=True, note=note)
