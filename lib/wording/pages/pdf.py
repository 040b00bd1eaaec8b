"""Pages as PDF, printed by Chromium where it is installed: `python -m wording.pages.pdf`.

What is folded on a page is not printed; with `--with-lines` lines and tables are, as an appendix to
each number.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wording.errors import WordingError
from wording.pages.batch.runner import REPORTS_FOLDER, write_index

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def print_pages(reports: Path = REPORTS_FOLDER, *, with_lines: bool = False) -> list[Path]:
    """Print each page that is newer than its PDF, and return the PDFs.

    reports/index.html links them.

    Parameters
    ----------
    reports : Path
        The folder of the pages.
    with_lines : bool
        Whether folded lines and tables are printed too, to a file `...-with-lines.pdf`.

    Raises
    ------
    WordingError
        If Chromium is not installed, if there is no page, or if it printed nothing.
    """
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        raise WordingError(
            f"Chromium is not installed (looked for {', '.join(CHROMIUM_NAMES)}). Print the pages "
            "from any browser instead."
        )
    pages = sorted(reports.glob("*/*.html"))
    if not pages:
        raise WordingError(f"{reports} holds no pages; `wording report STUDY` makes them.")
    printed = [print_page(page, chromium, with_lines=with_lines) for page in pages]
    write_index(reports)
    return printed


def print_page(page: Path, chromium: str, *, with_lines: bool = False) -> Path:
    """Return the PDF of one page, printed if it is older than the page."""
    pdf = page.with_name(f"{page.stem}{'-with-lines' if with_lines else ''}.pdf")
    if pdf.is_file() and pdf.stat().st_mtime_ns >= page.stat().st_mtime_ns:
        return pdf
    # Chromium refuses its sandbox to the superuser; the page's policy allows no script but ours.
    switches = ["--headless", "--disable-gpu", "--no-pdf-header-footer"]
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    with tempfile.TemporaryDirectory(prefix="wording-") as profile:
        printed, source = Path(profile, "page.pdf"), page
        if with_lines:
            source = Path(profile, page.name)
            source.write_text(open_folds(page.read_text(encoding="utf8")), encoding="utf8")
        command = [
            chromium,
            *switches,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={printed}",
            source.resolve().as_uri(),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if not printed.is_file():
            reason = ended.stderr.strip()[-300:] or ended.returncode
            raise WordingError(
                f"Chromium printed nothing of {page}: {reason}; open the page and print it there."
            )
        shutil.move(printed, pdf)
    return pdf


def open_folds(html: str) -> str:
    """Return the page with its tables and lines unfolded; code and set-up stay folded.

    >>> open_folds('<details><details class="term"><details class="code">')
    '<details open><details open class="term"><details class="code">'
    """
    return re.sub(r"<details(?=>| class=\"term\")", "<details open", html)


def main() -> None:
    """Print the pages of a reports folder, the project's own by default."""
    parser = argparse.ArgumentParser(prog="python -m wording.pages.pdf", description=main.__doc__)
    parser.add_argument("reports", nargs="?", type=Path, default=REPORTS_FOLDER)
    parser.add_argument("--with-lines", action="store_true", help="print folded lines and tables")
    asked = parser.parse_args()
    try:
        printed = print_pages(asked.reports, with_lines=asked.with_lines)
        print(f"{len(printed)} pages as PDF below {asked.reports}")
    except WordingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
