"""A matplotlib figure as inline SVG: reproducible, in the colours and font of the page.

It has no foreign addresses and no style attributes.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib as mpl
from matplotlib.figure import Figure

from wording.show.values import sanitise_href, to_printable

# What matplotlib writes as style attributes, a strict Content-Security-Policy forbids; these may
# stand as attributes of their own.
_PRESENTATION_ATTRIBUTES = {
    "clip-rule",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-size",
    "font-style",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
}
OUTLET_MARK = "outlet: "
"""Begins the identifier of an area that covers what a figure shows of an outlet."""
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_ID_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")


def render_svg(fig: Figure, *, name: str, title: str, alt: str) -> str:
    """Return the figure as one `<svg>` element whose identifiers begin with `name`.

    Black becomes the text colour of the page. An artist with `set_url` becomes a link when the
    address is safe, and its `set_gid` the name of that link. A figure with links is a group of
    links, for an image may hold none; any other is an image.

    Parameters
    ----------
    fig : Figure
        A matplotlib figure.
    name : str
        Begins every identifier.
    title, alt : str
        The title, and what the figure says for a reader who does not see it.
    """
    [svg] = _render(fig, name=name, split=False, described={"title": title, "desc": alt})
    return svg


def render_panels(fig: Figure, *, name: str, title: str, alt: str) -> list[str]:
    """Return the parts of a figure (`Figure.subfigures`), each as `render_svg` does the whole.

    A figure without parts is one.

    Parameters
    ----------
    fig : Figure
        A matplotlib figure whose parts stand below each other.
    name, title, alt : str
        As in `render_svg`; the first part has the description of all.
    """
    return _render(fig, name=name, split=True, described={"title": title, "desc": alt})


def _render(fig: Figure, *, name: str, split: bool, described: Mapping[str, str]) -> list[str]:
    root = ElementTree.fromstring(_draw_svg(fig, salt=name))
    _strip(root)
    _restyle(root)
    parts = _split(root, len(fig.subfigs)) if split and fig.subfigs else {"": root}
    _rename_ids(root, prefix=name)
    svgs = []
    for number, (heading, part) in enumerate(parts.items()):
        titled = {
            "title": ": ".join(filter(None, (described["title"], heading))),
            "desc": described["desc"] if number == 0 else "",
        }
        _describe(part, name=f"{name}-panel{number + 1}" if number else name, described=titled)
        svgs.append(ElementTree.tostring(part, encoding="unicode"))
    return svgs


def _split(root: Element, count: int) -> dict[str, Element]:
    """The parts of a figure by their names, each with its own view of the drawing."""
    drawing = root.find("g")
    assert drawing is not None
    groups = [group for group in drawing if not group.get("id", "").startswith("patch_")]
    left, top, width, height = map(float, root.get("viewBox", "").split())
    step = height / count
    parts = {}
    for number, group in enumerate(groups):
        box = f"{left:g} {top + number * step:.2f} {width:g} {step:.2f}"
        part = ElementTree.Element("svg", viewBox=box)
        part.append(group)
        parts[group.get("id", str(number))] = part
    return parts


def _draw_svg(fig: Figure, *, salt: str) -> str:
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}), warnings.catch_warnings():
        # The browser has the glyphs that matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        no_maker = {"Date": None, "Creator": None}
        fig.savefig(buffer, format="svg", transparent=True, metadata=no_maker)
    markup = re.sub(r"<!DOCTYPE[^>]*>", "", to_printable(buffer.getvalue()), count=1)
    return markup.partition("?>")[2]


def _strip(root: Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.tail = None
        if element.tag != "text":
            element.text = None
        if _XLINK_HREF in element.attrib:
            element.set("href", element.attrib.pop(_XLINK_HREF))


def _restyle(root: Element) -> None:
    for element in root.iter():
        for declaration in element.attrib.pop("style", "").split(";"):
            key, _, value = (part.strip() for part in declaration.partition(":"))
            if key in _PRESENTATION_ATTRIBUTES:
                element.set(key, "currentColor" if value == "#000000" else value)
        for key in ("d", "x", "y", "width", "height", "transform", "points"):
            if key in element.attrib:
                element.set(key, _shorten_decimals(element.get(key, "")))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]


def _shorten_decimals(numbers: str) -> str:
    return " ".join(_LONG_DECIMAL.sub(lambda number: f"{float(number[0]):.2f}", numbers).split())


def _rename_ids(root: Element, *, prefix: str) -> None:
    labels = _find_link_labels(root)
    own = {element.get("id") for element in root.iter() if element.get("id") and element.tag != "g"}
    for element in root.iter():
        if element.tag == "a":
            _clean_link(element, label=labels.get(element))
            continue
        if element.get("id", "").startswith(OUTLET_MARK):
            element.set("data-outlet", element.attrib.pop("id").removeprefix(OUTLET_MARK))
        elif "id" in element.attrib and element.get("id") not in own:
            del element.attrib["id"]
        elif "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")
        if element.get("href", "#")[1:] in own:
            element.set("href", f"#{prefix}-{element.get('href', '')[1:]}")
        if reference := _ID_REFERENCE.search(element.get("clip-path", "")):
            element.set("clip-path", f"url(#{prefix}-{reference[1]})")


def _find_link_labels(root: Element) -> dict[Element, str | None]:
    # matplotlib puts the link into the group that carries the gid, or one group deeper when the
    # artist is clipped; inner groups come later.
    groups = [group for group in root.iter("g") if group.get("id")]
    return {
        anchor: group.get("id")
        for group in groups
        for anchor in (*group.findall("a"), *group.findall("g/a"))
    }


def _clean_link(element: Element, *, label: str | None) -> None:
    href = sanitise_href(element.get("href"))
    element.attrib.clear()
    if href is None:
        element.tag = "g"
        return
    element.set("href", href)
    if not href.startswith("#"):
        element.set("rel", "noopener noreferrer")
    # An area without fill is what the reader points at, so it has to answer to the pointer.
    for shape in element.iter("path"):
        shape.set("pointer-events", "all")
    if label and not re.fullmatch(r"[A-Za-z.0-9]+_\d+", label):
        element.set("aria-label", label)
        hint = ElementTree.Element("title")
        hint.text = label
        element.insert(0, hint)


def _describe(root: Element, *, name: str, described: Mapping[str, str]) -> None:
    box = root.get("viewBox", "")
    width, height = (float(part) for part in box.split()[2:])
    root.attrib = {
        "viewBox": box,
        "width": f"{width * 4 / 3:.0f}",
        "height": f"{height * 4 / 3:.0f}",
        "role": "img" if root.find(".//a") is None else "group",
        "aria-labelledby": f"{name}-title",
        **({"aria-describedby": f"{name}-desc"} if described["desc"] else {}),
        "fill": "currentColor",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    for position, (tag, text) in enumerate(described.items()):
        if not text:
            continue
        element = ElementTree.Element(tag, id=f"{name}-{tag}")
        element.text = to_printable(text)
        root.insert(position, element)
