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

from wording.answers.leading import as_output, make_script_place
from wording.answers.narrow import list_nearby_studies, narrow_study, parse_day
from wording.answers.study import Study, open_study
from wording.answers.tables import make_table
from wording.corpus import kwic
from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits, order_outlets
from wording.corpus.marks.voice import find_all_attributions
from wording.errors import WordingError
from wording.pages.batch import runner
from wording.panel.fields import (
    EVERY_GROUP,
    MAX_RIVALS,
    RANDOM_SAMPLE,
    arrange_rows,
    list_concept_options,
    make_buttons,
    make_fields,
    make_note_area,
    make_rival_field,
    make_row,
    make_text_area,
    set_field,
)
from wording.panel.figures import make_shares_figure, make_timeline_figure
from wording.panel.hints import explain_nothing
from wording.panel.keeping import Keeper
from wording.panel.reading import SampledLines, to_plain_text
from wording.phrasing import format_count
from wording.questions.coding import sample as coding
from wording.questions.design import Request
from wording.questions.timeline.timeline import compute_study_timeline, find_commonest_variant
from wording.show import html as show
from wording.show.leads import make_lead_script, mark_leads
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

TYPING_PAUSE_SECONDS = 0.4
"""Seconds without a key after which a pattern is run."""

MAX_HITS_WHILE_TYPING = 100_000
"""Hits that a pattern may have to be run while it is typed; beyond, Enter runs it."""

STATIC_PAGE_NOTE = (
    "The panel opens in JupyterLab (`wording lab`); the settings used for this page are shown "
    "below."
)


class Panel(Keeper):
    """A panel over a study.

    Attributes
    ----------
    study : the study as its files say; `narrowed` and `name` are the study and the concept shown.
    shares, by_period : the tables behind the figures.
    found : all lines of what is asked for; `concordance` has those of the group chosen.
    """

    narrowed: StudyRecord
    shares: pd.DataFrame
    by_period: pd.DataFrame
    found: kwic.Concordance | SampledLines | None
    folder: widgets.Dropdown
    elsewhere: widgets.Text
    concept: widgets.Dropdown
    pattern: widgets.Text
    rivals: list[widgets.Text]
    group: widgets.Dropdown
    outlets: widgets.SelectMultiple
    voice: widgets.Dropdown
    place: widgets.Dropdown
    copies: widgets.Dropdown
    first: widgets.DatePicker
    last: widgets.DatePicker
    term: widgets.Dropdown
    period: widgets.Dropdown
    sort: widgets.Dropdown

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
        self.legend, self.mark_note = make_text_area(), make_text_area()
        self.add_note, self.keep_note = make_note_area(), make_note_area()
        self.saved, self.export_note = make_note_area(), make_note_area()
        self.shares_area, self.timeline_area = make_text_area(), make_text_area()
        self.acts_area = make_text_area()
        self.passage = make_text_area("wording-scroll")
        self.rivals, self.rival_row = [], make_row()
        self.lead_script = make_script_place()
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
        self.group.observe(lambda _: self._safely(self._choose_group), "value")
        for place in (self.folder, self.elsewhere):
            place.observe(lambda change: self._open_place(change.new), "value")
        self._listen(self.pattern)
        self._act(self.button.rival, self.add_rival, self.status)
        self._act(self.button.clear, self.clear, self.status)
        self._act(self.button.acts, self.show_acts, self.acts_area)
        for field in (self.term, self.period):
            field.observe(lambda _: self._safely(self._draw_timeline), "value")
        self._connect_lines()
        self._connect_keeping()

    def _change_lines(self) -> None:
        if not self.is_updating:
            self._find()

    def _open_place(self, place: str) -> None:
        if place.strip() and not self.is_updating:
            self._safely(lambda: self._open(open_study(place.strip()).record))

    def _listen(self, field: widgets.Text) -> None:
        """Run what is typed into a field, after a pause or when Enter is pressed."""
        field.observe(lambda _: self._schedule(), "value")
        field.on_msg(lambda _, message, __: self._receive(message))

    @property
    def asked(self) -> str:
        """The pattern with its rivals, `;` between them; empty where a concept is asked for."""
        typed = [field.value.strip() for field in (self.pattern, *self.rivals)]
        return "; ".join(filter(None, typed))

    def add_rival(self) -> None:
        """Add a field for one more rival."""
        if len(self.rivals) == MAX_RIVALS:
            raise WordingError(f"There are {MAX_RIVALS} fields for rivals; write `;` between more.")
        self.rivals.append(make_rival_field(len(self.rivals) + 2))
        self.rival_row.children = self.rivals
        self._listen(self.rivals[-1])

    def clear(self) -> None:
        """Ask for the concept again, at all outlets and on all days."""
        with self.without_events():
            self._set_pattern("")
            self.outlets.index = ()
            self._set_days(None, None)
        self.refresh()

    def _set_pattern(self, pattern: str) -> None:
        self.pattern.value, self.rivals, self.rival_row.children = pattern, [], ()

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
        self._list_studies(study)
        self._set_pattern(pattern)
        self.outlets.options = known
        self.pattern.disabled = self.source.disabled = not study.has_articles
        self.concept.options = list_concept_options(study)
        own = [name for name in study.concepts if name not in study.taken]
        self.into.options = own or [("(none yet)", "")]
        chosen = concept or next(iter(study.concepts), "")
        set_field(self.concept, chosen)
        if chosen in own:
            self.into.value = chosen
        set_field(self.outlets, outlets)
        self._set_days(choices.pop("first", None), choices.pop("last", None))
        for name, value in choices.items():
            set_field(getattr(self, name), value)
        self.added_marks, self.button.undo.disabled = None, True
        self.is_updating = False
        self.refresh()

    def _list_studies(self, study: StudyRecord) -> None:
        """List the studies that there are, this one among them."""
        here = study.folder.resolve()
        near = {here: study.title} | list_nearby_studies(study.folder)
        names = [(title, folder.name) for folder, title in near.items()]
        self.folder.options = [
            (
                f"{title} ({folder if names.count((title, folder.name)) > 1 else folder.name})",
                str(folder),
            )
            for folder, title in near.items()
        ]
        self.folder.value, self.elsewhere.value = str(here), ""

    def _set_days(self, first: Any, last: Any) -> None:
        set_field(self.first, parse_day(first))
        set_field(self.last, parse_day(last))

    def _choose(self, change: Any) -> None:
        if self.is_updating:
            return
        if change.owner is self.concept:
            with self.without_events():
                self._set_pattern("")
                if change.new in self.into.options:
                    self.into.value = change.new
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
        pattern = self.asked
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
        for note in (self.add_note, self.keep_note, self.saved, self.export_note, self.mark_note):
            note.value = ""
        if not self.asked and not self.study.concepts:
            self._ask_for_a_pattern()
            return
        self.say("Counting ...")
        self.acts_area.value = ""
        self.narrowed, self.name = narrow_study(
            self.study.narrow(place=self.place.value),
            concept=self.concept.value,
            pattern=self.asked,
            outlets=self.outlets.value,
            first=self.first.value,
            last=self.last.value,
        )
        has_acts = bool(self.narrowed.concepts[self.name].acts)
        self.button.acts.layout.display = "" if has_acts else "none"
        self._find()
        self.shares = make_table(
            self.narrowed,
            "shares",
            concepts=[self.name],
            voice=self.voice.value,
            copies=self.copies.value,
        )
        figure = make_shares_figure(self.narrowed, self.shares)
        self.shares_area.value = show.NOTEBOOK_STYLE + mark_leads(figure.html)
        self._list_groups()
        self.say("Over time ...")
        self._draw_timeline()
        self.say(self._summarise_hits())

    def _ask_for_a_pattern(self) -> None:
        """Say what to do first in a study without concepts."""
        self.name, self.found, self.concordance = "", None, None
        for place in (self.shares_area, self.timeline_area, self.acts_area, self.count_note):
            place.value = ""
        self.button.acts.layout.display = "none"
        with self.without_events():
            self.group.options = [(EVERY_GROUP, ("", ""))]
        self._open_page(1)
        self.say("These articles have no concepts yet: type a word or phrase into Pattern.")

    def _find(self) -> None:
        """Find the lines, and show the first page."""
        if not self.study.has_articles:
            self.found, self.count_note.value = None, ""
        else:
            concordance = kwic.find_concordance(
                self.narrowed,
                self.name,
                sort=self.sort.value,
                voice=self.voice.value,
                copies=self.copies.value,
            )
            self.found = concordance
            hints = [] if len(concordance) else self._explain_nothing()
            said = [concordance.describe(), _count_by_outlet(concordance), *hints]
            self.count_note.value = show.note(" ".join(filter(None, said))).html
            if self.source.value == RANDOM_SAMPLE:
                sample = coding.draw_sample(self.study, [self._require_concept()])
                self.found = SampledLines(sample)
        self._choose_group()
        if isinstance(self.concordance, SampledLines) and self.coder.value.strip():
            self.resume()

    def _explain_nothing(self) -> list[str]:
        return explain_nothing(self.narrowed, self.name, self.asked)

    def show_acts(self) -> None:
        """Show in which form outlets tell of the acts of the concept, and whom they name."""
        settings = {"voice": self.voice.value, "copies": self.copies.value}
        told = Study(self.narrowed, **settings).agency(self.name)
        shown = told.show_sentences().html + mark_leads(told.plot().html)
        self.acts_area.value = show.NOTEBOOK_STYLE + shown

    def _list_groups(self) -> None:
        """List what there are lines of: each term, and each term at each outlet."""
        shares = with_lines(self.shares[self.shares["n"] > 0])
        options, addresses = [(EVERY_GROUP, ("", ""))], []
        for variant, rows in shares.groupby("variant", sort=False):
            options.append((f"{to_plain_text(variant)}: {rows['n'].sum():,}", (variant, "")))
            addresses.append("")
            for outlet, n, address in rows[["outlet", "n", "lines"]].itertuples(index=False):
                label = f"{to_plain_text(variant)}, {to_plain_text(outlet)}: {n:,}"
                options.append((label, (variant, outlet)))
                addresses.append(address.removeprefix("#"))
        chosen = self.group.value
        with self.without_events():
            self.group.options = options
            if chosen in [value for _, value in options]:
                self.group.value = chosen
        if chosen not in (None, ("", "")) and self.group.value != chosen:
            self._choose_group()
        script = make_lead_script(addresses, around=".wording-panel")
        self.lead_script.outputs = (as_output(script),)

    def _choose_group(self) -> None:
        """Show the lines of the term and the outlet chosen."""
        if self.is_updating:
            return
        variant, outlet = self.group.value or ("", "")
        self.concordance = self.found
        if variant and self.found and variant in self.narrowed.concepts[self.name].variants:
            self.concordance = self.found.select(variant, self._list_members(outlet))
        self._open_page(1)

    def _list_members(self, outlet: str) -> list[str]:
        """Return the outlets of what is compared as one: a group's, or the outlet itself."""
        if not outlet:
            return []
        articles = count_study_hits(self.narrowed, []).articles
        own = articles["member"] if "member" in articles else articles["outlet"]
        return list(own[articles["outlet"] == outlet].unique())

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

    def _collect_parameters(self) -> dict[str, Any]:
        """What is shown, as the parameters of the notebook `explore`."""
        asked = {"pattern": self.asked} if self.asked else {"concept": self.concept.value}
        return {
            "voice": self.voice.value,
            "place": self.place.value,
            "copies": self.copies.value,
            "sort": self.sort.value,
            "outlets": list(self.outlets.value),
            "first": f"{self.first.value or ''}",
            "last": f"{self.last.value or ''}",
            **asked,
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
