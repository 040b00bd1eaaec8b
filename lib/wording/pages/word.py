"""The pages of a study as one Word file, by pandoc where it is installed."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lxml import html
from lxml.html import HtmlElement

from wording.errors import WordingError
from wording.files import replace_file
from wording.pages.state import Page

NEEDED_PROGRAMS = {
    "pandoc": "pandoc (https://pandoc.org, or the package `pandoc`)",
    "rsvg-convert": "rsvg-convert, which draws the figures (the package `librsvg2-bin`)",
}
"""What writes the file, by the command's name, and where it is to be had."""

LEFT_OUT_CLASSES = ("code", "setup", "messages", "tools", "lines", "parameters")
"""What serves on a screen alone, or is far too long for a printed report."""

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
SVG_PATTERN = re.compile(r"<svg .*?</svg>", re.DOTALL)
WIDTH_PATTERN = re.compile(r'viewBox="0 0 ([\d.]+)')

MAX_WORD_ROWS = 40
"""Rows of a table that stand in a Word file; of a longer one is said where it is."""


def require_word_programs() -> None:
    """Raise if no Word file can be written on this machine, before the work.

    Raises
    ------
    WordingError
        With what is missing, and where it is to be had.
    """
    missing = [what for name, what in NEEDED_PROGRAMS.items() if shutil.which(name) is None]
    if missing:
        raise WordingError(
            f"--to docx needs what is not installed: {'; '.join(missing)}. Install it, or leave "
            "out --to: the pages can be opened in any browser, and printed from there."
        )


def write_word_file(pages: Sequence[Page], reports: Path) -> Path:
    """Write the pages of one study that are good as reports/STUDY/STUDY.docx, and return it.

    Raises
    ------
    WordingError
        If no page is good, or one of the programs fails.
    """
    require_word_programs()
    good = [page for page in pages if page.is_good]
    if not good:
        raise WordingError("No page is good, so there is nothing to put into a Word file.")
    folder = reports / good[0].study
    file = folder / f"{good[0].study}.docx"
    with tempfile.TemporaryDirectory(prefix="wording-") as scratch:
        sections = [
            extract_readable(folder / f"{page.page}.html", Path(scratch, f"page-{number}"))
            for number, page in enumerate(good)
        ]
        source, written = Path(scratch, "report.html"), Path(scratch, "report.docx")
        source.write_text(
            f"<!doctype html><meta charset='utf-8'><body>{''.join(sections)}</body>",
            encoding="utf8",
        )
        title = f"--metadata=title:{good[0].study_title}"
        options = ["--from=html", "--to=docx", title, "-o", f"{written}", f"{source}"]
        run_program(["pandoc", *options], written)
        with replace_file(file) as partial:
            shutil.copyfile(written, partial)
    return file


def extract_readable(page: Path, scratch: Path) -> str:
    """Return what a reader of a printed page needs: headings, prose, figures and short tables.

    Parameters
    ----------
    page : Path
        The page, an HTML file.
    scratch : Path
        How the files of the figures begin, which are drawn beside the document.
    """
    numbers = itertools.count(1)
    text = SVG_PATTERN.sub(
        lambda found: draw_figure(found[0], Path(f"{scratch}-{next(numbers)}.svg")),
        page.read_text(encoding="utf8"),
    )
    root = html.document_fromstring(text)
    part, main = html.Element("section"), root.get_element_by_id("main")
    part.extend(root.xpath("//header//h1 | //header//p[@class='line']"))
    for element in main.xpath(".//*[@class]"):
        if set(LEFT_OUT_CLASSES) & set(element.get("class").split()):
            element.drop_tree()
    for fold in main.xpath(".//figure/details | .//script | .//button"):
        fold.drop_tree()
    for table in main.xpath(".//table"):
        shorten_table(table, page.name)
    for link in main.xpath(".//a[starts-with(@href, '#')]"):
        del link.attrib["href"]  # what it leads to is not in the file
    main.tag = "div"  # pandoc reads of a document nothing but its first <main>
    part.append(main)
    return str(html.tostring(part, encoding="unicode"))


def draw_figure(svg: str, file: Path) -> str:
    """Return a figure of a page as an image element; the file beside it is drawn."""
    drawn, width = file.with_suffix(".png"), WIDTH_PATTERN.search(svg)
    named = f'<svg xmlns="{SVG_NAMESPACE}" color="#1b1f23" font-family="sans-serif"'
    file.write_text(svg.replace("<svg", named, 1), encoding="utf8")
    options = ["--zoom=2", "--background-color=white", "-o", f"{drawn}", f"{file}"]
    run_program(["rsvg-convert", *options], drawn)
    size = f' width="{width[1]}"' if width else ""
    return f'<img src="{drawn}" alt="A figure"{size}>'


def run_program(command: Sequence[str], written: Path) -> None:
    """Run a program that writes a file.

    Raises
    ------
    WordingError
        With what it says, if it writes none.
    """
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=written.parent)
    if ended.returncode or not written.is_file():
        reason = ended.stderr.strip()[-300:] or ended.returncode
        raise WordingError(f"{command[0]} wrote nothing: {reason}")


def shorten_table(table: HtmlElement, page: str) -> None:
    """Leave the first rows of a long table, and say how many more the page has."""
    rows = table.xpath("./tbody/tr")
    if len(rows) <= MAX_WORD_ROWS:
        return
    for row in rows[MAX_WORD_ROWS:]:
        row.drop_tree()
    note = html.Element("p")
    note.text = f"The first {MAX_WORD_ROWS} of {len(rows):,} rows; all are on the page {page}."
    table.addnext(note)
