"""What leads from a number to its lines in JupyterLab, which breaks links in figures.

A page has links, `<a href="#lines-...">`. JupyterLab has elements with the same address in
`data-lines`, which a small script, `make_lead_script`, hands to a list of choices.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence

_FIGURE = re.compile(r"(<svg\b.*?</svg>)", re.DOTALL)
_LINK = re.compile(r'<a href="#(lines-[^"]+)"([^>]*)>(.*?)</a>', re.DOTALL)
_NAMED_LINK = re.compile(r'<a href="#(lines-[^"]+)" aria-label="([^"]*)"')
LEAD_STYLE = (
    "<style>[data-lines]{cursor:pointer}"
    "span[data-lines]{text-decoration:underline dotted;text-underline-offset:.2em}"
    "svg [data-lines]:is(:hover,:focus) path{fill:currentColor;opacity:.1}</style>"
)
_SCRIPT = """const begin = attempts => {
  const around = element.closest('AROUND');
  if (!around) { if (attempts) setTimeout(() => begin(attempts - 1), 100); return; }
  const addresses = ADDRESSES, lead = event => {
    const place = event.target.closest('[data-lines]');
    if (!place || (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ')) return;
    const select = around.querySelector('.wording-leads select');
    const found = addresses.indexOf(place.dataset.lines);
    if (!select || found < 0) return;
    event.preventDefault();
    event.stopPropagation();
    select.selectedIndex = found + 1;
    select.dispatchEvent(new Event('change', {bubbles: true}));
    setTimeout(() => select.scrollIntoView({block: 'center'}), 500);
  };
  around.wordingLead?.abort();
  around.wordingLead = new AbortController();
  for (const kind of ['click', 'keydown'])
    around.addEventListener(kind, lead, {capture: true, signal: around.wordingLead.signal});
};
begin(100);"""


def mark_leads(markup: str) -> str:
    """Return the markup with places that lead to lines instead of links to them.

    >>> mark_leads('<td><a href="#lines-a--b">12</a></td>')
    '<td><span data-lines="lines-a--b" role="button" tabindex="0">12</span></td>'
    """
    return "".join(
        _LINK.sub(rf'<{tag} data-lines="\1" role="button" tabindex="0"\2>\3</{tag}>', part)
        for part in _FIGURE.split(markup)
        for tag in ("g" if part.startswith("<svg") else "span",)
    )


def list_leads(markup: str) -> dict[str, str]:
    """Return the address of each link of a figure to lines, and what the link is called."""
    return {
        address: html.unescape(name).removesuffix("; show the lines")
        for address, name in _NAMED_LINK.findall(markup)
    }


def make_lead_script(addresses: Sequence[str], *, around: str) -> str:
    """Return a script that chooses an address in the list of choices when its place is clicked.

    Parameters
    ----------
    addresses : sequence of str
        As they stand in the list, below its first entry, which chooses none.
    around : str
        A selector of what holds the places and the list, around where the script runs.
    """
    return _SCRIPT.replace("AROUND", around).replace("ADDRESSES", json.dumps(list(addresses)))
