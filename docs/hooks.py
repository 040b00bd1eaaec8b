"""What the documentation takes from the project: README, the demo's figures, docstrings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from wording.files import DATA_FOLDER, PROJECT_ROOT
from wording.pages.batch.runner import REPORTS_FOLDER, make_reports
from wording.study.read import read_study

PACKAGE = PROJECT_ROOT / "lib" / "wording"
ROOMS = {
    "The vocabulary": ["__init__", "answers/study", "answers/answer"],
    "Answers": ["answers/**/*"],
    "Questions": ["questions/**/*"],
    "Statistics": ["stats/*"],
    "The corpus": ["corpus/*", "corpus/marks/**/*", "corpus/encoding/*"],
    "Reading articles": ["corpus/reading/**/*"],
    "Studies": ["study/*"],
    "Figures and pages": ["show/*", "pages/**/*"],
    "The panel and invented articles": ["panel/*", "simulation/*"],
    "What all rooms share": ["*"],
}
"""The pages of the API, with patterns of their modules; a module is on the first that fits."""

GOOD = ("ok", "up-to-date")
SECTION = re.compile(r"\{\{ README: (.+?) \}\}")
FIGURE = re.compile(r"<figure>.*?</figure>", re.S)
EXAMPLE = re.compile(r"(?<!--------)\n+((?:>>> .*\n?)(?:.+\n?)*)")
TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add a page for each room to the navigation."""
    assert config.nav is not None
    config.nav.append({"API": [{room: name_page(room)} for room in ROOMS]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the gallery, the demo's pages that it leads to, and the pages of the API."""
    pages = make_demo_pages()
    files.append(File.generated(config, "gallery.md", content=write_gallery(pages)))
    for page in pages:
        files.append(File.generated(config, f"demo/{page.name}", abs_src_path=str(page)))
    for room, modules in sort_modules().items():
        text = "\n\n".join([f"# {room}", *map(write_module, modules)])
        files.append(File.generated(config, name_page(room), content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Put sections of the README where a page names them."""
    return SECTION.sub(lambda match: read_section(match[1]), markdown)


def read_section(title: str) -> str:
    """Return a section of the README without its heading, its links as seen from docs/."""
    text = (PROJECT_ROOT / "README.md").read_text(encoding="utf8")
    match = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    if match is None:
        raise PluginError(f"README.md has no section {title!r}, which a page of docs/ names.")
    return match[1].strip().replace("](docs/", "](")


def make_demo_pages() -> list[Path]:
    """Return the pages of data/demo, made if they are not up to date."""
    made = make_reports([read_study(DATA_FOLDER / "demo")])
    if failed := [f"{page.name}: {page.reason}" for page in made if page.status not in GOOD]:
        raise PluginError("\n".join(failed))
    return [REPORTS_FOLDER / page.html for page in made if page.html]


def write_gallery(pages: list[Path]) -> str:
    """Return the gallery: the figures of the first page of each notebook, and a link to it."""
    parts, notebooks = [INTRODUCTION], set()
    for page in pages:
        notebook = page.stem.split("-")[0]
        html = page.read_text(encoding="utf8")
        figures = [adapt_figure(figure, page) for figure in FIGURE.findall(html)]
        if figures and notebook not in notebooks:
            notebooks.add(notebook)
            title = TITLE.search(html)
            parts.append(f"## {title[1].strip() if title else notebook}")
            parts.append(f'<p><a href="demo/{page.name}">The page of the demo: {page.stem}</a></p>')
            parts += figures
    return "\n\n".join(parts)


INTRODUCTION = """# Gallery of figures

Made from the demo, 400 invented articles, when this documentation was built. On the pages
themselves a click on a point or a count leads to the lines that it counts."""


def adapt_figure(figure: str, page: Path) -> str:
    """Return a figure as it may stand on another page: with ids of its own, links to its page."""
    caption = re.search(r"<figcaption>(.*?)</figcaption>", figure, re.S)
    svg = re.search(r"<svg.*?</svg>", figure, re.S)
    assert caption is not None
    assert svg is not None
    ids = set(re.findall(r'\bid="([^"]+)"', svg[0]))
    picture = re.sub(
        r'href="#([^"]+)"',
        lambda m: m[0] if m[1] in ids else f'href="demo/{page.name}#{m[1]}"',
        svg[0],
    )
    for name in ids:
        picture = re.sub(rf'(["#(]){re.escape(name)}(?=[")])', rf"\g<1>{page.stem}-{name}", picture)
    picture = re.sub(r"\n\s*", " ", picture)
    scroll = f'<div style="overflow-x: auto">{picture}</div>'
    return f"<figure><figcaption>{caption[1]}</figcaption>{scroll}</figure>"


class DoctestSections(griffe.Extension):
    """Makes a section of its own, with the prompt, of each example that stands in a docstring."""

    def on_object(self, *, obj: griffe.Object, **options: Any) -> None:
        """Put a heading over each run of lines that begins with a prompt."""
        if obj.docstring:
            value = obj.docstring.value.replace("  # doctest: +SKIP", "")
            obj.docstring.value = EXAMPLE.sub(r"\n\nExamples\n--------\n\1", value)

    def on_module(self, *, mod: griffe.Module, **options: Any) -> None:
        """Do so for the module's own docstring."""
        self.on_object(obj=mod)


def write_module(name: str) -> str:
    """Return a module's part of its page; the package only repeats what others define."""
    return f"::: {name}" + ("\n    options: {members: false}" if name == "wording" else "")


def name_page(room: str) -> str:
    """Return the file of a room's page."""
    return f"api/{room.lower().replace(' ', '-')}.md"


def sort_modules() -> dict[str, list[str]]:
    """Return the dotted names of all modules by room, each once."""
    rooms: dict[str, list[str]] = {}
    placed: set[Path] = set()
    for room, patterns in ROOMS.items():
        files = [file for pattern in patterns for file in sorted(PACKAGE.glob(f"{pattern}.py"))]
        new = [file for file in dict.fromkeys(files) if file not in placed and has_names(file)]
        placed |= set(new)
        rooms[room] = [name_module(file) for file in new]
    return rooms


def has_names(file: Path) -> bool:
    """Return whether a module has something to document: not only an empty __init__."""
    return file.name != "__init__.py" or file.stat().st_size > 0


def name_module(file: Path) -> str:
    """Return the dotted name of a module."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")
