"""Lines that are read page by page, each in its paragraph, and marked: the lower half of the panel."""

from __future__ import annotations

import ipywidgets as widgets

from wording.corpus import kwic
from wording.errors import WordingError
from wording.panel.fields import LINES_PER_PAGE, RANDOM_SAMPLE
from wording.panel.reading import MARK_LETTERS, SampledLines, format_lines, look_up_letters
from wording.phrasing import format_count
from wording.show import html as show
from wording.show import lines as show_lines
from wording.show.values import escape_html
from wording.study import journal


class LineReader(widgets.VBox):
    """A list of lines and what is done with them; a panel says whose they are.

    Attributes
    ----------
    found : the lines of the concept or pattern `name`, `shown` those of the page.
    quiet : true while the panel itself sets its fields.
    """

    found: kwic.Concordance | SampledLines | None = None
    quiet = True

    def _connect_lines(self) -> None:
        for field in (self.page, self.coder):
            field.observe(lambda _: self._safely(self._turn), "value")
        self.lines.observe(lambda _: self._safely(self._read), "index")
        self.button.before.on_click(lambda _: setattr(self.page, "value", self.page.value - 1))
        self.button.after.on_click(lambda _: setattr(self.page, "value", self.page.value + 1))
        self.button.unmarked.on_click(lambda _: self._safely(self.resume))
        for name, button in self.button.marks.items():
            button.on_click(lambda _, mark=name: self._safely(lambda: self.mark(mark)))

    def _page(self, number: int) -> None:
        self.quiet = True
        self.page.max = max(1, -(-len(self.found or ()) // LINES_PER_PAGE))
        self.page.value, self.quiet = number, False
        self._turn()

    def _turn(self) -> None:
        """Shows the lines of the page, with the coder's marks."""
        if self.quiet:
            return
        start = (self.page.value - 1) * LINES_PER_PAGE
        self.button.before.disabled, self.button.after.disabled = (
            start == 0,
            self.page.value == self.page.max,
        )
        self.quiet, self.lines.index = True, ()
        if self.study.why_no_text or not self.found:
            self.lines.options, self.legend.value = (
                [],
                show.note(self.study.why_no_text or "There are no lines.").html,
            )
        else:
            self.shown = self.found.lines(start, start + LINES_PER_PAGE)
            self._label(first=start + 1)
        self.quiet, self.passage.value = False, ""

    def _label(self, first: int) -> None:
        letters = look_up_letters(self.shown, journal.read_marks(self.study), self.coder.value)
        self.lines.options = list(
            zip(format_lines(self.shown, letters, first=first), range(len(self.shown)), strict=True)
        )
        named = ", ".join(f"{letter} {mark}" for mark, letter in MARK_LETTERS.items())
        self.legend.value = show.note(
            f"{first:,} to {first + len(self.shown) - 1:,} of {format_count(len(self.found), 'line')}. Marks of the coder: {named}."
        ).html

    def _read(self) -> None:
        """Shows the passages of the chosen lines."""
        if self.quiet:
            return
        chosen = self.shown.iloc[list(self.lines.index)]
        passages = (
            show_lines.passages(
                kwic.widen_lines(self.study, chosen), caption="The whole paragraph:"
            )
            if len(chosen)
            else None
        )
        self.passage.value = passages.html if passages else ""

    def _own_concept(self) -> str:
        if self.name not in self.study.concepts:
            raise WordingError(
                f"{self.name!r} is a pattern: a sample and marks belong to a concept; add the pattern as a variant first."
            )
        return self.name

    def mark(self, mark: str) -> None:
        """Marks the chosen lines, and goes on to the line after them."""
        self._own_concept()
        if not self.lines.index:
            raise WordingError(
                "No line is chosen: choose one with the arrow keys, or several with Shift and the arrow keys."
            )
        chosen = list(self.lines.index)
        journal.record_marks(
            self.study,
            self.shown.iloc[chosen],
            mark,
            coder=self.coder.value,
            from_sample=self.source.value == RANDOM_SAMPLE,
        )
        self.quiet = True
        self._label(first=(self.page.value - 1) * LINES_PER_PAGE + 1)
        self.quiet = False
        self.lines.index = (min(chosen[-1] + 1, len(self.shown) - 1),)
        self.say(
            f"{format_count(len(chosen), 'line')} marked “{mark}” in {journal.locate_marks_file(self.study).name}."
        )

    def resume(self) -> None:
        """Goes to the first line, from this page on, that the coder has not marked."""
        done = journal.read_marks(self.study)
        for number in range(self.page.value, self.page.max + 1):
            lines = self.found.lines((number - 1) * LINES_PER_PAGE, number * LINES_PER_PAGE)
            left = lines[look_up_letters(lines, done, self.coder.value).eq("").to_numpy()]
            if len(left):
                self._page(number)
                self.lines.index = (int(left.index[0]),)
                return
        self.say("Every line from here on is marked.")

    def say(self, sentence: str, *, fault: bool = False) -> None:
        """Tells how things stand, to those who listen to the page too."""
        self.status.value = (
            f'<p role="{"alert" if fault else "status"}"><b>{escape_html(sentence)}</b></p>'
        )

    def _safely(self, action) -> None:
        """Runs an action of the panel; what cannot be done is told in a sentence."""
        try:
            action()
        except WordingError as error:
            self.quiet = False
            self.say(str(error), fault=True)
