"""Pages as PDF, printed by Chromium where it is installed: `python -m wording.pages.pdf`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wording.errors import WordingError
from wording.pages.batch.runner import REPORTS_FOLDER, write_index

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def print_pages(reports: Path = REPORTS_FOLDER) -> list[Path]:
    """Print each page that is newer than its PDF, and return the PDFs.

    reports/index.html links them.

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
    printed = [print_page(page, chromium) for page in pages]
    write_index(reports)
    return printed


def print_page(page: Path, chromium: str) -> Path:
    """Return the PDF of one page, printed if it is older than the page."""
    pdf = page.with_suffix(".pdf")
    if pdf.is_file() and pdf.stat().st_mtime_ns >= page.stat().st_mtime_ns:
        return pdf
    # Chromium refuses its sandbox to the superuser; the page's policy allows no script but ours.
    switches = ["--headless", "--disable-gpu", "--no-pdf-header-footer"]
    if os.geteuid() == 0:
        switches.append("--no-sandbox")
    with tempfile.TemporaryDirectory(prefix="wording-") as profile:
        printed = Path(profile, "page.pdf")
        command = [
            chromium,
            *switches,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={printed}",
            page.resolve().as_uri(),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if not printed.is_file():
            reason = ended.stderr.strip()[-300:] or ended.returncode
            raise WordingError(
                f"Chromium printed nothing of {page}: {reason}; open the page and print it there."
            )
        shutil.move(printed, pdf)
    return pdf


def main() -> None:
    """Print the pages of a reports folder, the project's own by default."""
    reports = Path(sys.argv[1]) if len(sys.argv) > 1 else REPORTS_FOLDER
    try:
        print(f"{len(print_pages(reports))} pages as PDF below {reports}")
    except WordingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
