"""An answer: a table, what it says, its figure, and the lines behind its numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from wording.answers.leading import (
    Lead,
    LeadingDisplay,
    has_kernel,
    is_label_column,
    join_labels,
)
from wording.answers.narrow import name_groups
from wording.corpus.counts import add_language
from wording.corpus.units import restore_outlets
from wording.errors import WordingError
from wording.files import save_table
from wording.phrasing import format_count
from wording.settings import one_of
from wording.show import html
from wording.show.leads import list_leads, mark_leads
from wording.show.lines import concordance, select_group
from wording.show.lines import lines as group_lines
from wording.study.records import StudyRecord
from wording.tables import TABLES

MAX_ROWS = 20
"""Rows of an answer's table that are shown when the answer itself ends a cell."""
MAX_OPEN_ROWS = 8
"""A table of more rows is folded on an exported page."""
MAX_LINES = 50
"""Lines shown below one number."""
EVIDENT_COLUMNS = frozenset({
    "coder", "collocate", "concept", "cue", "date", "doc_id", "first", "label", "last", "month",
    "n", "n_after", "n_articles", "n_before", "n_other", "n_outlets", "n_words", "other",
    "outlet", "period", "place", "question", "rank", "reason", "rival", "sample", "set", "share",
    "source", "speaker", "term", "title", "total_after", "total_before", "total_other", "variant",
    "verdict", "voice", "who",
})  # fmt: skip
"""Columns whose headings say enough; what the others mean stands below a table."""


@dataclass(frozen=True)
class Picture:
    """A figure that an answer can draw.

    Attributes
    ----------
    title : str
        What is shown, in which unit; empty where there is no figure.
    description : str
        What the figure says to a reader who does not see it.
    draw : callable
        Given whether rows lead to lines, returns the matplotlib figure.
    data : pandas.DataFrame
        The table behind the figure; empty to show none.
    columns : sequence of str
        The columns of it to show; empty: all.
    why_not : str
        Why there is no figure; empty where there is one.
    views : callable
        Returns other figures of the same, by what they are views of; the name of this one is first,
        with itself. On an exported page a reader chooses between them.
    """

    title: str = ""
    description: str = ""
    draw: Callable[[bool], Figure] = lambda linked: Figure()
    data: pd.DataFrame = field(default_factory=pd.DataFrame)
    columns: Sequence[str] = ()
    why_not: str = "This answer has no figure."
    views: Callable[[], Mapping[str, Picture]] = dict


@dataclass(frozen=True)
class Evidence:
    """The lines behind an answer's numbers.

    Attributes
    ----------
    find : callable
        Returns the lines: the `hits`, or `counts` per article where text may not be shown.
    caption : str
        What the lines are.
    by : str
        The column that tells the groups of a variant apart.
    unit : str
        What a line is.
    empty : str
        What is said where there is none.
    counted_as : str
        Only lines that the answer's own table counts have this in their column of this name; empty:
        all do.
    show : callable, optional
        How the lines are laid out, given them and the caption; by default in folded groups.
    read : callable, optional
        Returns lines that `find` found with their text, where those found have none yet: of many
        lines, few are shown.
    """

    find: Callable[[], pd.DataFrame]
    caption: str
    by: str = "outlet"
    unit: str = "hit"
    empty: str = "There are no lines: nothing was counted."
    counted_as: str = ""
    show: Callable[..., html.Display] | None = None
    read: Callable[[pd.DataFrame], pd.DataFrame] | None = None


@dataclass(frozen=True)
class Answer:
    """What a question to a study gives.

    In a notebook an answer at the end of a cell shows what was counted, its sentences, its figure
    and its table.
    An answer may have parts, which are answers too: `shares["contrasts"]`.

    Attributes
    ----------
    record : StudyRecord
        The study that was asked.
    name : str
        Names the CSV file that a page offers.
    kind : str
        The table of `wording.tables` whose columns `table` has.
    table : pandas.DataFrame
        One row per what `caption` says.
    caption : str
        What a row of the table is.
    columns : sequence of str
        The columns to show, in order; empty: all.
    links : mapping
        {column of counts: addresses of the lines behind each count}.
    headline : str
        The finding in a few words, which becomes the title of a page; where nothing is clear, that.
    empty : str
        Why the table has no rows, where it has none.
    summary : str
        What was counted, in a line.
    note : str
        What was counted, and what a reader should know of the concept.
    lay_out : callable, optional
        How the table is laid out where it is shown, if not as the rows that it has.
    """

    record: StudyRecord
    name: str
    kind: str
    table: pd.DataFrame
    caption: str
    columns: Sequence[str] = ()
    links: Mapping[str, pd.Series] = field(default_factory=dict)
    tell: Callable[[], Sequence[str]] = list
    headline: str = ""
    picture: Picture = field(default_factory=Picture)
    evidence: Evidence | None = None
    parts: Mapping[str, Callable[[], Answer]] = field(default_factory=dict)
    empty: str = ""
    summary: str = ""
    note: str = ""
    lay_out: Callable[[], html.Display] | None = None

    def __repr__(self) -> str:
        rows = format_count(len(self.table), "row")
        return f"Answer({self.name!r}: {rows}{self.summary and f'; {self.summary}'})"

    @cached_property
    def sentences(self) -> list[str]:
        """What the answer says, in plain sentences with numbers."""
        return list(self.tell())

    def __getitem__(self, part: str) -> Answer:
        """Return a part of the answer by its name."""
        if part not in self._made_parts:
            made = self.parts[one_of("part", part, self.parts)]()
            has_own = made.evidence is not None or not made.links
            self._made_parts[part] = made if has_own else replace(made, evidence=self.evidence)
        return self._made_parts[part]

    @cached_property
    def _made_parts(self) -> dict[str, Answer]:
        return {}

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.parts)

    def show_sentences(self, heading: str | None = None) -> html.Display:
        """Return the sentences as a list to show."""
        headline = self._name_groups(self.headline)
        return html.findings(
            self.sentences, heading=heading, empty=self.empty or None, headline=headline
        )

    def about(self) -> html.Display:
        """Return what a reader should know of the concept, to show: its note, and the study's."""
        return html.note(self.note)

    def plot(self, *, linked: bool = True) -> html.Display:
        """Return the figure to show, with the table behind it; or a note that says why none.

        The matplotlib figure is its `figure`.

        Parameters
        ----------
        linked : bool
            Whether rows lead to their lines: by links in an exported page, which must then show
            the lines; in JupyterLab by a list below the figure, and a click on a row.
        """
        if self.picture.why_not:
            return html.note(self.picture.why_not)
        views = self.picture.views() if is_exported() else {}
        if len(views) < 2:
            drawn = self._draw(self.picture, self.name, linked)
            return drawn if is_exported() else self._lead(drawn, list_leads(drawn.html))
        names = [self.name, *(f"{self.name}-{number}" for number in range(2, len(views) + 1))]
        views_drawn = {
            view: self._draw(picture, name, linked)
            for name, (view, picture) in zip(names, views.items(), strict=True)
        }
        return html.views(views_drawn, label="Whose words, and where")

    def _draw(self, picture: Picture, name: str, linked: bool) -> html.Display:
        return html.figure(
            picture.draw(linked and (is_exported() or self.evidence is not None)),
            title=self._name_groups(picture.title),
            alt=self._name_groups(picture.description),
            name=name,
            data=None if picture.data.empty else picture.data,
            data_columns=self._headings(picture.data, picture.columns),
        )

    def show_table(self, top: int | None = None) -> html.Display:
        """Return the table, or its first `top` rows, to show; or a note that says why it is empty.

        Parameters
        ----------
        top : int, optional
            Number of rows; None for all.
        """
        if self.table.empty and self.empty:
            return html.note(self.empty)
        if self.lay_out:
            return self.lay_out()
        is_folded = is_exported() and len(self.table) > MAX_OPEN_ROWS
        if self.kind == "hits":
            return concordance(
                add_language(self.record, self.table),
                caption=self.caption,
                name=self.name,
                cap=top or MAX_LINES,
                folded=is_folded,
            )
        links = self.links if is_exported() or self.evidence else {}
        addresses = {f"lines of {column}": lines for column, lines in links.items()}
        shown = html.table(
            self.table.assign(**addresses),
            name=self.name,
            caption=self._name_groups(self.caption),
            columns=self._headings(self.table, self.columns),
            links={column: f"lines of {column}" for column in links},
            limit=top,
            folded=is_folded,
        )
        return shown if is_exported() else self._lead(shown, self._label_leads(top))

    def lines(self, variant: str = "", outlet: str = "") -> Answer:
        """Return the lines behind the numbers.

        Parameters
        ----------
        variant, outlet : str
            Only the lines of this variant, and of this outlet; empty: of all.

        Raises
        ------
        WordingError
            For an unknown variant or outlet, where no line is counted, or where the text of the
            articles may not be shown.
        """
        evidence = self._require_evidence()
        if self.record.why_no_text:
            raise WordingError(self.record.why_no_text)
        rows = evidence.find()
        if evidence.counted_as:
            rows = rows[rows["counted_as"] == evidence.counted_as]
        for column, value in (("variant", variant), ("outlet", outlet)):
            if value:
                rows = rows[rows[column] == one_of(column, value, rows[column].unique())]
        rows = evidence.read(rows) if evidence.read else rows
        keys = [name for name in ("doc_id", "place", "start", "end") if name in rows]
        rows = rows.drop_duplicates(keys)
        whose = " at ".join(filter(None, (variant and f"“{variant}”", outlet)))
        caption = f"{evidence.caption.rstrip('.')}{whose and f': {whose}'}."
        return Answer(self.record, f"{self.name}-lines", "hits", restore_outlets(rows), caption)

    def show_lines(self, max_lines: int = MAX_LINES) -> html.Display:
        """Return the lines behind every number, folded, to show; or which articles they stand in.

        Parameters
        ----------
        max_lines : int
            Lines shown below one number; of more, evenly spaced ones are shown.
        """
        return self._show_rows(self._require_evidence().find(), max_lines)

    def _show_rows(self, rows: pd.DataFrame, max_lines: int) -> html.Display:
        evidence = self._require_evidence()
        if rows.empty:
            return html.note(evidence.empty)
        if evidence.show:
            return evidence.show(rows, caption=evidence.caption)
        return group_lines(
            add_language(self.record, rows),
            caption=self._name_groups(evidence.caption),
            cap=max_lines,
            text=not self.record.why_no_text,
            why=self.record.why_no_text,
            by=evidence.by,
            unit=evidence.unit,
            read=evidence.read,
        )

    def _lead(self, display: html.Display, leads: Mapping[str, str]) -> html.Display:
        """Return what is shown with a list below it that leads to the lines of its numbers."""
        if not leads or self.evidence is None:
            return display
        evidence, found = self.evidence, cache(self.evidence.find)

        def read(address: str) -> html.Display:
            return self._show_rows(select_group(found(), address, by=evidence.by), MAX_LINES)

        return LeadingDisplay(
            mark_leads(display.html),
            display.text,
            display.record,
            display.figure,
            Lead(leads, read),
        )

    def _label_leads(self, top: int | None) -> dict[str, str]:
        """Return the address of the lines behind each count shown, and what they are lines of."""
        shown = self.table if top is None else self.table.head(top)
        named = self.columns or list(shown.columns)
        names = [name for name in named if is_label_column(shown, name)]
        labels = [join_labels(row) for row in shown[names].itertuples(index=False, name=None)]
        headings = self._headings(self.table, self.columns)
        return {
            address.removeprefix("#"): f"{label}, {headings[column][0]}"
            if len(self.links) > 1
            else label
            for column, addresses in self.links.items()
            for address, label in zip(addresses.reindex(shown.index), labels, strict=True)
            if isinstance(address, str)
        }

    def save(self, file: str | Path) -> None:
        """Write the table as .csv, .parquet, .xlsx or .tex, by the ending of the file.

        It has the columns that `wording.tables` documents.
        """
        save_table(self.table, Path(file))

    def to_csv(self, file: str | Path) -> None:
        """Write the table as CSV: `save`, by the name that pandas has for it."""
        self.save(file)

    def show(self) -> html.Display:
        """Return the answer to show: what was counted, its sentences, its figure, its table."""
        shown = [self.about()] if self.note else []
        shown += [self.show_sentences()] if self.sentences else []
        shown += [] if self.picture.why_not else [self.plot()]
        return join_displays([*shown, self.show_table(MAX_ROWS)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.show()._repr_mimebundle_()

    def _ipython_display_(self) -> None:
        shown = self.show() if has_kernel() else None
        if not isinstance(shown, LeadingDisplay):
            raise NotImplementedError  # IPython then asks for the bundle
        shown._ipython_display_()

    def _headings(self, table: pd.DataFrame, columns: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return heading and explanation of each column that is shown."""
        known = TABLES[self.kind]
        named = columns or [column for column in known if column in table.columns]
        return {
            name: (
                self._name_groups(known[name].heading),
                "" if name in EVIDENT_COLUMNS else self._name_groups(known[name].meaning),
            )
            for name in named
        }

    def _name_groups(self, text: str) -> str:
        """Return a text in which groups are called so, where they are compared."""
        return name_groups(self.record, [text])[0]

    def _require_evidence(self) -> Evidence:
        if self.evidence is None:
            raise WordingError(f"The table {self.kind!r} has no lines behind it.")
        return self.evidence


def is_exported() -> bool:
    """Return whether this runs in a batch, whose pages can lead from a number to its lines."""
    return "WORDING_RUN" in os.environ


def join_displays(displays: Sequence[html.Display]) -> html.Display:
    """Return several things to read as one, in their order."""
    markup = "".join(display.html for display in displays)
    text = "\n\n".join(display.text for display in displays)
    record = {"kind": "answer", "parts": [display.record for display in displays]}
    leads = [display.lead for display in displays if isinstance(display, LeadingDisplay)]
    if not leads:
        return html.Display(markup, text, record)
    labels = {address: label for lead in leads for address, label in lead.labels.items()}
    return LeadingDisplay(markup, text, record, None, Lead(labels, leads[0].read))
