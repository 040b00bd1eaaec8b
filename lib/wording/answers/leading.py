"""What JupyterLab shows below a figure or table: a list that leads from its numbers to lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from wording.errors import WordingError
from wording.show.html import NOTEBOOK_STYLE, Display, note
from wording.show.leads import LEAD_STYLE, make_lead_script
from wording.show.lines import VOICE_LABELS
from wording.show.values import is_missing, to_printable

NOTHING_CHOSEN = "choose, or click on a number or a row"


@dataclass(frozen=True)
class Lead:
    """Where the numbers of something shown lead.

    Attributes
    ----------
    labels : mapping
        {address of lines: what they are lines of}.
    read : callable
        Returns the lines of an address, to show.
    """

    labels: Mapping[str, str]
    read: Callable[[str], Display]


@dataclass(frozen=True)
class LeadingDisplay(Display):
    """Something to read whose numbers lead to lines; in a kernel it has a list of them below."""

    lead: Lead = Lead({}, lambda address: note(""))

    def _ipython_display_(self) -> None:
        if not has_kernel():
            raise NotImplementedError  # IPython then shows it as anything else
        from IPython.display import publish_display_data

        for shown in (self, make_reader(self.lead)):
            publish_display_data(shown._repr_mimebundle_())  # type: ignore[no-untyped-call]


def has_kernel() -> bool:
    """Return whether this runs in a notebook's kernel, which can show widgets."""
    interactive = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    return getattr(shell, "kernel", None) is not None


def make_reader(lead: Lead) -> Any:
    """Return a list of what there are lines of, and the lines that are chosen there."""
    import ipywidgets as widgets

    options = [(NOTHING_CHOSEN, ""), *((label, key) for key, label in lead.labels.items())]
    chooser = widgets.Dropdown(
        options=options,
        description="Lines of",
        tooltip="Shows the lines behind a number",
        layout=widgets.Layout(width="38em", max_width="100%"),
        style={"description_width": "4.5em"},
    )
    place = widgets.HTML(
        layout=widgets.Layout(max_height="34em", height="auto", flex="0 0 auto", overflow="auto")
    )
    script = make_script_place()
    script.outputs = (as_output(make_lead_script(list(lead.labels), around=".jp-Cell")),)
    chooser.observe(lambda change: _show_lines(place, lead, change.new), "value")
    place.add_class("jp-RenderedHTMLCommon")
    parts = [widgets.HTML(LEAD_STYLE), chooser, place, script]
    return widgets.VBox(parts, layout=widgets.Layout(overflow="visible")).add_class("wording-leads")


def make_script_place() -> Any:
    """Return a place for a script, which takes no room."""
    import ipywidgets as widgets

    return widgets.Output(layout=widgets.Layout(height="0", margin="0", overflow="hidden"))


def as_output(script: str) -> dict[str, Any]:
    """Return a script as an output of a cell, which runs it."""
    data = {"application/javascript": script, "text/plain": ""}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _show_lines(place: Any, lead: Lead, address: str) -> None:
    """Show the lines of an address, unfolded, or why they cannot be shown."""
    if not address:
        place.value = ""
        return
    try:
        shown = lead.read(address)
    except WordingError as error:
        shown = note(str(error))
    place.value = NOTEBOOK_STYLE + shown.html.replace("<details>", "<details open>")


def is_label_column(table: pd.DataFrame, name: str) -> bool:
    """Return whether a column says what a row is of, as a term or an outlet does."""
    return any(isinstance(value, str) for value in table[name].unique())


def join_labels(values: tuple[object, ...]) -> str:
    """Return what a row is of, on one line.

    >>> join_labels(("coup", "Northline", "outlet"))
    'coup, Northline, own words'
    """
    texts = [VOICE_LABELS.get(str(value), str(value)) for value in values if not is_missing(value)]
    return " ".join(to_printable(", ".join(texts)).split())
