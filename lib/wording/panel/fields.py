"""The fields of the panel: labels, hints, and the order in which the Tab key goes through them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import ipywidgets as widgets
from traitlets import TraitError

from wording.answers.leading import as_output, make_script_place
from wording.corpus.kwic import SORT_COLUMNS
from wording.errors import WordingError
from wording.panel.reading import MARK_LETTERS
from wording.phrasing import suggest_name
from wording.show.leads import LEAD_STYLE
from wording.show.lines import VOICE_LABELS
from wording.study.journal import CODING_MARKS
from wording.study.records import StudyRecord

LINES_PER_PAGE = 50
"""Lines on a page."""

MAX_RIVALS = 8
"""Rival phrases that have a field of their own."""

EVERY_GROUP = "all terms and outlets"
"""What stands in the list of terms and outlets for all of them."""

NEW_CONCEPT = "(type a pattern)"
"""What stands in the place of concepts where a study has none."""

ALL_LINES, RANDOM_SAMPLE = "all lines", "a random sample to mark"
VOICE_OPTIONS = {
    "outlet": "outlet (its own words)",
    **{name: VOICE_LABELS[name] for name in ("quoted", "reported", "attributed")},
    "all": "all",
}
COPY_OPTIONS = {"all": "count all copies", "one": "one per outlet", "none": "first only"}
PLACE_OPTIONS = {
    "text": "the text (lead and body)",
    "headline": "headlines",
    "lead": "leads (first paragraphs)",
    "body": "the text without leads",
    "all": "headlines and text",
}
PASSAGE_OPTIONS = {
    "paragraph": "whole paragraph",
    "sentence": "sentence",
    "article": "whole article",
}
CONTEXT_OPTIONS = (20, 30, 40, 60, 90)
PERIOD_OPTIONS = ("auto", "day", "week", "month", "quarter", "year")

PANEL_STYLE = """<style>
.wording-lines select {font-family: var(--jp-code-font-family, monospace); font-size: 12px;
  overflow-x: auto}
.wording-lines .widget-label {position: absolute; clip-path: inset(50%)}
.wording-scroll {max-height: 30em; overflow: auto !important; height: auto}
.wording-panel .widget-html, .wording-panel .widget-html-content {height: auto; min-width: 0}
.wording-panel .widget-html-content {line-height: 1.4; color: var(--jp-content-font-color1)}
.wording-panel p {margin: .2em 0 .4em}
.wording-panel a {color: var(--jp-content-link-color)}
.wording-panel figure {margin: 0} .wording-panel figcaption {font-weight: bold}
.wording-panel blockquote {margin: 0 0 .6em; max-width: 60em; white-space: pre-line}
.wording-panel blockquote footer {opacity: .8}
.wording-panel mark {background: #ffe8b3; color: #111; font-weight: bold}
.wording-panel [role=alert] {color: var(--jp-error-color1, #b00020)}
.wording-panel h4 {margin: .8em 0 .2em; padding-top: .5em;
  border-top: 1px solid var(--jp-border-color2)}
.wording-panel button.widget-button {width: auto}
.wording-panel :focus-visible {outline: 2px solid var(--jp-brand-color1, #0072b2);
  outline-offset: 1px}
</style>"""
FULL_WIDTH = "calc(100% - 4px)"  # each widget has a margin of 2 pixels

KEEP_KEYS_SCRIPT = """const keep = () => {
  const panel = element.closest('.wording-panel');
  if (!panel) { setTimeout(keep, 100); return; }
  panel.addEventListener('focusin', event =>
    event.target.setAttribute('data-lm-suppress-shortcuts', 'true'));
};
keep();"""


def make_fields() -> dict[str, widgets.Widget]:
    """Return every field of the panel by its name, without a study yet."""
    return make_question_fields() | make_reading_fields() | make_saving_fields()


def make_question_fields() -> dict[str, widgets.Widget]:
    """Return the fields that say what is counted."""
    pattern_hint = (
        "Instead of the concept: a phrase as in concepts.yml, rival phrases in fields of their own "
        "or with ; between. =name is a variant of that name. Press Enter to run"
    )
    return {
        "folder": make_field(
            widgets.Dropdown, "Study", "The studies beside this one and here", FieldSize(38)
        ),
        "elsewhere": make_field(
            widgets.Text,
            "or in",
            "The folder of another study, or a file or folder of articles; press Enter",
            FieldSize(24, 3),
            placeholder="folder, or news.csv",
            continuous_update=False,
        ),
        "concept": make_field(
            widgets.Dropdown,
            "Concept",
            "The thing named; choosing one clears the pattern",
            FieldSize(38),
        ),
        "pattern": make_field(
            widgets.Text,
            "Pattern",
            pattern_hint,
            FieldSize(24),
            placeholder="protest*",
        ),
        "outlets": make_field(
            widgets.SelectMultiple,
            "Outlets",
            "None selected: all; select several with Shift or Ctrl",
            FieldSize(22),
            rows=4,
        ),
        "voice": make_field(
            widgets.Dropdown,
            "Voice",
            "Whose words count",
            FieldSize(22),
            options=[(text, name) for name, text in VOICE_OPTIONS.items()],
        ),
        "place": make_field(
            widgets.Dropdown,
            "Place",
            "Where in the articles is counted",
            FieldSize(25, 4),
            options=[(text, name) for name, text in PLACE_OPTIONS.items()],
        ),
        "copies": make_field(
            widgets.Dropdown,
            "Copies",
            "How copied articles are counted",
            FieldSize(22),
            options=[(text, name) for name, text in COPY_OPTIONS.items()],
        ),
        "first": make_field(
            widgets.DatePicker, "From", "First day (empty: start of the articles)", FieldSize(22)
        ),
        "last": make_field(
            widgets.DatePicker, "To", "Last day (empty: end of the articles)", FieldSize(25, 4)
        ),
        "term": make_field(
            widgets.Dropdown, "Term", "The term whose share is drawn over time", FieldSize(15, 4)
        ),
        "period": make_field(
            widgets.Dropdown,
            "By",
            "Length of a period; auto: the shortest that has enough articles in it",
            FieldSize(11, 3),
            options=PERIOD_OPTIONS,
        ),
    }


def make_reading_fields() -> dict[str, widgets.Widget]:
    """Return the fields with which lines are read and marked."""
    return {
        "source": make_field(
            widgets.Dropdown,
            "Show",
            "All lines, or a random sample by outlet and term for estimating precision",
            FieldSize(19),
            options=[ALL_LINES, RANDOM_SAMPLE],
        ),
        "sort": make_field(
            widgets.Dropdown,
            "Sorted by",
            "left and right: by the words outwards from the hit",
            FieldSize(14),
            options=list(SORT_COLUMNS),
        ),
        "group": make_field(
            widgets.Dropdown,
            "Lines of",
            "One term, or one term at one outlet; a click on a row of the figure chooses it too",
            FieldSize(30),
            options=[(EVERY_GROUP, ("", ""))],
        ),
        "context": make_field(
            widgets.Dropdown,
            "Width",
            "Letters shown on each side of a hit",
            FieldSize(9, 4),
            options=CONTEXT_OPTIONS,
            value=CONTEXT_OPTIONS[1],
        ),
        "passage_width": make_field(
            widgets.Dropdown,
            "Read the",
            "How much of the article is shown below for a selected line",
            FieldSize(19),
            options=[(text, name) for name, text in PASSAGE_OPTIONS.items()],
        ),
        "page": make_field(
            widgets.BoundedIntText,
            "Page",
            f"{LINES_PER_PAGE} lines each",
            FieldSize(9, 4),
            min=1,
            max=1,
        ),
        "lines": make_field(
            widgets.SelectMultiple,
            "The lines",
            "Use the arrow keys to read; hold Shift to select several",
            FieldSize(None, 0),
            rows=16,
        ),
        "coder": make_field(
            widgets.Text,
            "Coder",
            "Your name, which is saved with each mark",
            FieldSize(15),
            continuous_update=False,
        ),
    }


def make_saving_fields() -> dict[str, widgets.Widget]:
    """Return the fields that say what a pattern is kept as."""
    return {
        "into": make_field(
            widgets.Dropdown, "Into", "A concept that the study's concepts.yml has", FieldSize(24)
        ),
        "variant": make_field(
            widgets.Text,
            "Variant",
            "What the term is called; empty: as the pattern is written",
            FieldSize(18),
        ),
        "title": make_field(
            widgets.Text,
            "Title",
            "What the new concept is called where readers see it",
            FieldSize(24),
        ),
    }


def make_rival_field(number: int) -> widgets.Text:
    """Return a field for one more rival phrase."""
    return make_field(
        widgets.Text, f"Rival {number}", "A phrase that rivals the pattern", FieldSize(18)
    )


@dataclass(frozen=True)
class FieldSize:
    """So many letters wide (None: the whole panel), so many of them its label."""

    width: int | None
    label: int = 6


def make_field(
    kind: type[widgets.Widget], name: str, hint: str, size: FieldSize, **traits: Any
) -> widgets.Widget:
    """Return a field with its name and its hint.

    Parameters
    ----------
    kind : type
        The kind of widget.
    name, hint : str
        What stands beside the field, and what is shown when it is pointed at.
    size : FieldSize
        How wide it is.
    traits :
        Of the widget.
    """
    width = f"{size.width}em" if size.width else FULL_WIDTH
    return kind(
        description=name,
        tooltip=hint,
        layout=widgets.Layout(width=width, max_width=FULL_WIDTH),
        style={"description_width": f"{size.label}em"},
        **traits,
    )


def make_buttons() -> SimpleNamespace:
    """Return every button of the panel by its name; `marks` has one for each mark."""
    return SimpleNamespace(
        before=widgets.Button(description="Previous page", tooltip="The lines before these"),
        after=widgets.Button(description="Next page", tooltip="The lines after these"),
        unmarked=widgets.Button(
            description="Next unmarked", tooltip="The next line that the coder has not marked"
        ),
        undo=widgets.Button(
            description="Undo mark", tooltip="Takes back the last marks", disabled=True
        ),
        rival=widgets.Button(description="+ rival", tooltip="A field for one more rival phrase"),
        clear=widgets.Button(
            description="Clear", tooltip="Empties pattern, rivals, outlets and days"
        ),
        add=widgets.Button(
            description="Add as variant",
            tooltip="Writes the pattern into that concept of concepts.yml, each rival as a variant",
        ),
        keep=widgets.Button(
            description="Keep as concept",
            tooltip="Writes a new concept into concepts.yml, with each rival as a variant",
        ),
        save=widgets.Button(
            description="Save as report",
            tooltip="Makes a page with these settings, and adds it to study.yml",
        ),
        acts=widgets.Button(
            description="Who did what to whom",
            tooltip="In which form outlets tell of the acts of this concept",
        ),
        export=widgets.Button(
            description="Save lines as CSV",
            tooltip="Writes these lines to a file, with as much text as the study allows",
        ),
        marks={
            mark: widgets.Button(
                description=f"{mark} ({MARK_LETTERS[mark]})",
                tooltip=f"Marks the selected lines: {mark}",
            )
            for mark in CODING_MARKS
        },
    )


def make_key_guard() -> widgets.Output:
    """Return something unseen that keeps JupyterLab from taking the keys of the panel.

    In a list, an arrow key would move between cells, and the letter x cut one.
    """
    place = make_script_place()
    place.outputs = (as_output(KEEP_KEYS_SCRIPT),)
    return place


def list_concept_options(study: StudyRecord) -> list[tuple[str, str]]:
    """Return the title and the name of each concept; of two with one title, both are shown."""
    titles = [record.title for record in study.concepts.values()]
    options = [
        (title if titles.count(title) == 1 else f"{title} ({name})", name)
        for name, title in zip(study.concepts, titles, strict=True)
    ]
    return options or [(NEW_CONCEPT, "")]


def set_field(field: widgets.Widget, value: object) -> None:
    """Set a field from code.

    Raises
    ------
    WordingError
        If the value is not among its choices, with the nearest.
    """
    try:
        field.value = value
    except TraitError:
        known = [name for _, name in field._options_full]
        values = value if isinstance(value, (list, tuple)) else [value]
        wrong = str(next(item for item in values if item not in known))
        raise WordingError(
            f"{field.description}: {wrong!r} is not among the choices; "
            f"{suggest_name(wrong, known)}."
        ) from None


def arrange_rows(panel: Any) -> list[widgets.Widget]:
    """Return the rows of the panel, in the order in which the Tab key goes through them."""
    panel.lines.add_class("wording-lines")
    panel.group.add_class("wording-leads")
    button = panel.button
    return [
        widgets.HTML(PANEL_STYLE + LEAD_STYLE),
        make_key_guard(),
        panel.lead_script,
        make_row(panel.folder, panel.elsewhere),
        make_row(panel.concept, panel.pattern, panel.rival_row, button.rival, button.clear),
        panel.count_note,
        make_row(
            panel.outlets,
            widgets.VBox(
                [
                    make_row(panel.voice, panel.place),
                    make_row(panel.copies),
                    make_row(panel.first, panel.last),
                ]
            ),
        ),
        panel.status,
        make_row(
            make_column(panel.shares_area),
            make_column(make_row(panel.term, panel.period), panel.timeline_area),
        ),
        button.acts,
        panel.acts_area,
        make_heading("Lines"),
        make_row(panel.group, panel.source, panel.sort, panel.context),
        make_row(panel.page, button.before, button.after, button.export, panel.export_note),
        panel.lines,
        panel.legend,
        panel.passage_width,
        panel.passage,
        make_row(panel.coder, *button.marks.values(), button.undo, button.unmarked),
        panel.mark_note,
        make_heading("Keep"),
        make_row(panel.into, panel.variant, button.add, panel.add_note),
        make_row(panel.title, button.keep, panel.keep_note),
        make_row(button.save, panel.saved),
    ]


def make_heading(text: str) -> widgets.HTML:
    """Return a heading between the parts of the panel."""
    return widgets.HTML(f"<h4>{text}</h4>", layout=widgets.Layout(width=FULL_WIDTH))


def make_row(*items: widgets.Widget) -> widgets.Box:
    """Return the widgets beside each other, on as many lines as the width asks for."""
    return widgets.Box(
        items,
        layout=widgets.Layout(
            display="flex", flex_flow="row wrap", align_items="flex-start", overflow="visible"
        ),
    )


def make_column(*items: widgets.Widget) -> widgets.VBox:
    """Return the widgets below each other, half as wide as the panel where there is room."""
    return widgets.VBox(
        items, layout=widgets.Layout(flex="1 1 24em", min_width="0", max_width="100%")
    )


def make_text_area(name: str = "") -> widgets.HTML:
    """Return a place for what `show` makes, where all text is escaped."""
    place = widgets.HTML(layout=widgets.Layout(width=FULL_WIDTH))
    return place.add_class(name) if name else place


def make_note_area() -> widgets.HTML:
    """Return a place for what a button says, beside it."""
    return widgets.HTML(layout=widgets.Layout(flex="1 1 20em", min_width="0"))
