"""The fields of the panel: labels that are read whole, hints, and an order in which the Tab key goes through them."""

from __future__ import annotations

from types import SimpleNamespace

import ipywidgets as widgets

from wording.corpus.coding import MARKS
from wording.corpus.kwic import SORTS
from wording.explorer.reading import LETTERS
from wording.pages.show import VOICE_NAMES

PAGE = 50
"""Lines on a page."""

LINES, SAMPLE = "all lines", "a random sample to mark"
VOICES = {"outlet": "outlet (its own words)", **{name: VOICE_NAMES[name] for name in ("quoted", "reported", "attributed")}, "all": "all"}
COPIES = {"all": "all count", "one": "one of a family per outlet", "none": "only the first of a family"}
PERIODS = ("auto", "day", "week", "month", "quarter", "year")

STYLE = """<style>
.wording-lines select {font-family: var(--jp-code-font-family, monospace); font-size: 12px; overflow-x: auto; white-space: pre}
.wording-lines option {overflow: visible}
.wording-scroll {max-height: 30em; overflow: auto}
.wording-panel blockquote {margin: 0 0 .6em; max-width: 60em} .wording-panel blockquote footer {opacity: .8}
.wording-panel .widget-label {white-space: nowrap}
.wording-panel :focus-visible {outline: 2px solid var(--jp-brand-color1, #0072b2); outline-offset: 1px}
</style>"""
LABEL = {"description_width": "6.5em"}


def fields() -> SimpleNamespace:
    """Every field of the panel by its name, without a study yet."""
    wide, half = {"width": "38em", "max_width": "100%"}, {"width": "19em", "max_width": "100%"}
    return SimpleNamespace(
        folder=field(widgets.Combobox, "Study", "The folder of a study: choose one, or type another", wide, continuous_update=False),
        concept=field(widgets.Dropdown, "Concept", "What is named; choosing one empties the pattern", wide),
        pattern=field(
            widgets.Text, "Pattern", "Instead of the concept: a phrase as in concepts.yml, rival ones with ; between them. Enter runs it", wide,
            placeholder="protest*; riot|riots",
        ),
        voice=field(widgets.Dropdown, "Voice", "Whose words count", half, options=[(text, name) for name, text in VOICES.items()]),
        copies=field(widgets.Dropdown, "Copies", "How articles that share their text count", half, options=[(text, name) for name, text in COPIES.items()]),
        first=field(widgets.DatePicker, "From", "First day; empty: the first there is", half),
        last=field(widgets.DatePicker, "To", "Last day; empty: the last there is", half),
        outlets=field(widgets.SelectMultiple, "Outlets", "None chosen: all; several with Shift or Ctrl", wide, rows=5),
        term=field(widgets.Dropdown, "Term", "The term whose share is drawn over time", half),
        period=field(widgets.Dropdown, "By", "Length of a period; auto: the shortest with some articles in it", half, options=PERIODS),
        source=field(widgets.Dropdown, "Lines", "All lines, or a random sample of the concept by outlet and term, to say how many are right", half, options=[LINES, SAMPLE]),
        sort=field(widgets.Dropdown, "Sorted by", "left and right: the nearest word first", half, options=list(SORTS)),
        page=field(widgets.BoundedIntText, "Page", f"{PAGE} lines each", {"width": "12em"}, min=1, max=1),
        lines=field(widgets.SelectMultiple, "", "Lines: arrow keys read, Shift and arrow keys choose several", {"width": "100%"}, rows=16),
        coder=field(widgets.Text, "Coder", "Your name, which stands with each mark", half, continuous_update=False),
        into=field(widgets.Combobox, "Into", "A concept of concepts.yml, or the name of a new one (small letters and hyphens)", half, continuous_update=False),
        title=field(widgets.Text, "Title", "Of a new concept", half),
        variant=field(widgets.Text, "Variant", "What the term is called; empty: as the pattern is written", half),
    )  # fmt: skip


def field(kind: type, label: str, hint: str, layout: dict, **options) -> widgets.Widget:
    """A field with its label and its hint; a field without a label is named by its hint alone."""
    return kind(
        description=label, tooltip=hint, layout=widgets.Layout(**layout), style=LABEL if label else {"description_width": "0"}, **options
    )


def buttons() -> SimpleNamespace:
    """Every button of the panel by its name; `marks` has one for each mark."""
    return SimpleNamespace(
        before=widgets.Button(description="Page before", tooltip="The lines before these"),
        after=widgets.Button(description="Next page", tooltip="The lines after these"),
        unmarked=widgets.Button(description="Next unmarked", tooltip="The next line that the coder has not marked"),
        add=widgets.Button(description="Add as variant", tooltip="Writes the pattern into concepts.yml"),
        save=widgets.Button(description="Save as report", tooltip="Adds a page with these choices to study.yml, and makes it"),
        marks={mark: widgets.Button(description=f"{mark} ({LETTERS[mark]})", tooltip=f"Marks the chosen lines: {mark}") for mark in MARKS},
    )


def row(*items: widgets.Widget) -> widgets.Box:
    """The widgets beside each other, on as many lines as the width asks for."""
    return widgets.Box(items, layout=widgets.Layout(display="flex", flex_flow="row wrap", align_items="flex-start"))


def column(*items: widgets.Widget) -> widgets.VBox:
    """The widgets below each other, as wide as half the panel, or as the whole where that is narrow."""
    return widgets.VBox(items, layout=widgets.Layout(flex="1 1 24em", min_width="0", max_width="100%"))


def text(*classes: str) -> widgets.HTML:
    """A place for what `show` makes; its markup is escaped there."""
    place = widgets.HTML(layout=widgets.Layout(width="100%"))
    for name in classes:
        place.add_class(name)
    return place
