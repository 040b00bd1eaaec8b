"""The fields of the panel: labels that are read whole, hints, and an order in which the Tab key goes through them."""

from __future__ import annotations

from types import SimpleNamespace

import ipywidgets as widgets
from IPython.display import Javascript
from traitlets import TraitError

from wording.corpus.kwic import SORT_COLUMNS
from wording.errors import WordingError
from wording.panel.reading import MARK_LETTERS
from wording.phrasing import suggest_name
from wording.show.lines import VOICE_LABELS
from wording.study.journal import CODING_MARKS
from wording.study.records import StudyRecord

LINES_PER_PAGE = 50
"""Lines on a page."""

ALL_LINES, RANDOM_SAMPLE = "all lines", "a random sample to mark"
VOICE_OPTIONS = {
    "outlet": "outlet (its own words)",
    **{name: VOICE_LABELS[name] for name in ("quoted", "reported", "attributed")},
    "all": "all",
}
COPY_OPTIONS = {"all": "all count", "one": "one per outlet", "none": "only the first"}
PERIOD_OPTIONS = ("auto", "day", "week", "month", "quarter", "year")

PANEL_STYLE = """<style>
.wording-lines select {font-family: var(--jp-code-font-family, monospace); font-size: 12px; overflow-x: auto}
.wording-lines .widget-label {position: absolute; clip-path: inset(50%)}
.wording-scroll {max-height: 34em; overflow: auto !important; height: auto}
.wording-panel .widget-html-content {line-height: 1.4} .wording-panel p {margin: .2em 0 .4em}
.wording-panel figure {margin: 0} .wording-panel figcaption {font-weight: bold}
.wording-panel blockquote {margin: 0 0 .6em; max-width: 60em} .wording-panel blockquote footer {opacity: .8}
.wording-panel button.widget-button {width: auto}
.wording-panel :focus-visible {outline: 2px solid var(--jp-brand-color1, #0072b2); outline-offset: 1px}
</style>"""
FULL_WIDTH = "calc(100% - 4px)"  # each widget has a margin of 2 pixels

KEEP_KEYS_SCRIPT = """const keep = () => {
  const panel = element.closest('.wording-panel');
  if (!panel) { setTimeout(keep, 100); return; }
  panel.addEventListener('focusin', event => event.target.setAttribute('data-lm-suppress-shortcuts', 'true'));
};
keep();"""


def make_fields() -> SimpleNamespace:
    """Every field of the panel by its name, without a study yet."""
    return SimpleNamespace(
        folder=make_field(widgets.Combobox, "Study", "The folder of a study: choose one, or type another", 38, continuous_update=False),
        concept=make_field(widgets.Dropdown, "Concept", "What is named; choosing one empties the pattern", 38),
        pattern=make_field(
            widgets.Text, "Pattern", "Instead of the concept: a phrase as in concepts.yml, rival ones with ; between them. Enter runs it", 38,
            placeholder="protest*; riot|riots",
        ),
        outlets=make_field(widgets.SelectMultiple, "Outlets", "None chosen: all; several with Shift or Ctrl", 22, rows=4),
        voice=make_field(widgets.Dropdown, "Voice", "Whose words count", 19, options=[(text, name) for name, text in VOICE_OPTIONS.items()]),
        copies=make_field(widgets.Dropdown, "Copies", "How articles that share their text count", 19, options=[(text, name) for name, text in COPY_OPTIONS.items()]),
        first=make_field(widgets.DatePicker, "From", "First day; empty: the first there is", 19),
        last=make_field(widgets.DatePicker, "To", "Last day; empty: the last there is", 19),
        term=make_field(widgets.Dropdown, "Term", "The term whose share is drawn over time", 15, label=4),
        period=make_field(widgets.Dropdown, "By", "Length of a period; auto: the shortest with some articles in it", 11, label=3, options=PERIOD_OPTIONS),
        source=make_field(widgets.Dropdown, "Show", "All lines, or a random sample of the concept by outlet and term, to say how many are right", 19, options=[ALL_LINES, RANDOM_SAMPLE]),
        sort=make_field(widgets.Dropdown, "Sorted by", "left and right: the nearest word first", 14, options=list(SORT_COLUMNS)),
        page=make_field(widgets.BoundedIntText, "Page", f"{LINES_PER_PAGE} lines each", 9, label=4, min=1, max=1),
        lines=make_field(widgets.SelectMultiple, "The lines", "Arrow keys read, Shift and arrow keys choose several", None, label=0, rows=16),
        coder=make_field(widgets.Text, "Coder", "Your name, which stands with each mark", 15, continuous_update=False),
        into=make_field(widgets.Combobox, "Into", "A concept of concepts.yml, or the name of a new one (small letters and hyphens)", 20, continuous_update=False),
        title=make_field(widgets.Text, "Title if new", "Of a new concept, as a reader sees it", 17),
        variant=make_field(widgets.Text, "Variant", "What the term is called; empty: as the pattern is written", 15),
    )  # fmt: skip


def make_field(
    kind: type, name: str, hint: str, width: int | None, *, label: int = 6, **options
) -> widgets.Widget:
    """A field with its name and its hint, so many letters wide (None: the whole panel), so many of them its label."""
    layout = widgets.Layout(width=f"{width}em" if width else FULL_WIDTH, max_width="100%")
    return kind(
        description=name,
        tooltip=hint,
        layout=layout,
        style={"description_width": f"{label}em"},
        **options,
    )


def make_buttons() -> SimpleNamespace:
    """Every button of the panel by its name; `marks` has one for each mark."""
    return SimpleNamespace(
        before=widgets.Button(description="Page before", tooltip="The lines before these"),
        after=widgets.Button(description="Next page", tooltip="The lines after these"),
        unmarked=widgets.Button(
            description="Next unmarked", tooltip="The next line that the coder has not marked"
        ),
        add=widgets.Button(
            description="Add as variant", tooltip="Writes the pattern into concepts.yml"
        ),
        save=widgets.Button(
            description="Save as report",
            tooltip="Adds a page with these choices to study.yml, and makes it",
        ),
        marks={
            mark: widgets.Button(
                description=f"{mark} ({MARK_LETTERS[mark]})",
                tooltip=f"Marks the chosen lines: {mark}",
            )
            for mark in CODING_MARKS
        },
    )


def make_key_guard() -> widgets.Output:
    """Something unseen that keeps JupyterLab from taking the keys of the panel: in a list, an arrow key would move between cells, and the letter x cut one."""
    place = widgets.Output(layout=widgets.Layout(height="0", margin="0"))
    place.append_display_data(Javascript(KEEP_KEYS_SCRIPT))
    return place


def list_concept_options(study: StudyRecord) -> list[tuple[str, str]]:
    """The title and the name of each concept; of two with one title, the name is told too."""
    titles = [record.title for record in study.concepts.values()]
    return [
        (title if titles.count(title) == 1 else f"{title} ({name})", name)
        for name, title in zip(study.concepts, titles, strict=True)
    ]


def set_field(field: widgets.Widget, value: object) -> None:
    """Sets a field from code.

    Raises
    ------
    WordingError
        For what is not among its choices, with the nearest.
    """
    try:
        field.value = value
    except TraitError:
        known = [name for _, name in field._options_full]
        wrong = next(
            item for item in ([value] if isinstance(value, str) else value) if item not in known
        )
        raise WordingError(
            f"{field.description}: {wrong!r} is not among the choices; {suggest_name(wrong, known)}."
        ) from None


def arrange_rows(panel: widgets.Widget) -> list[widgets.Widget]:
    """The rows of the panel, in the order in which the Tab key goes through them."""
    panel.lines.add_class("wording-lines")
    return [
        widgets.HTML(PANEL_STYLE),
        make_key_guard(),
        make_row(panel.folder, panel.concept, panel.pattern),
        panel.counted,
        make_row(
            panel.outlets,
            widgets.VBox([make_row(panel.voice, panel.copies), make_row(panel.first, panel.last)]),
        ),
        panel.status,
        make_row(
            make_column(panel.shares_shown),
            make_column(make_row(panel.term, panel.period), panel.timeline_shown),
        ),
        make_row(panel.source, panel.sort, panel.page, panel.button.before, panel.button.after),
        panel.lines,
        panel.legend,
        panel.passage,
        make_row(panel.coder, *panel.button.marks.values(), panel.button.unmarked),
        make_row(panel.into, panel.title, panel.variant, panel.button.add),
        make_row(panel.button.save, panel.saved),
    ]


def make_row(*items: widgets.Widget) -> widgets.Box:
    """The widgets beside each other, on as many lines as the width asks for."""
    return widgets.Box(
        items, layout=widgets.Layout(display="flex", flex_flow="row wrap", align_items="flex-start")
    )


def make_column(*items: widgets.Widget) -> widgets.VBox:
    """The widgets below each other, as wide as half the panel, or as the whole where that is narrow."""
    return widgets.VBox(
        items, layout=widgets.Layout(flex="1 1 24em", min_width="0", max_width="100%")
    )


def make_text_area(name: str = "") -> widgets.HTML:
    """A place for what `show` makes, where all text is escaped."""
    place = widgets.HTML(layout=widgets.Layout(width=FULL_WIDTH))
    return place.add_class(name) if name else place
