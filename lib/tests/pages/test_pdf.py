import os

import pytest
from browser import CHROMIUM

from wording.errors import WordingError
from wording.pages import pdf


def reports(tmp_path):
    (tmp_path / "demo").mkdir()
    page = tmp_path / "demo" / "02_terms.html"
    page.write_text("<h1>A page</h1>")
    return page


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_page_is_printed_until_it_is_newer(tmp_path):
    page = reports(tmp_path)
    [printed] = pdf.print_pages(tmp_path)
    assert printed.read_bytes().startswith(b"%PDF")
    before = printed.stat().st_mtime_ns
    pdf.print_pages(tmp_path)
    assert printed.stat().st_mtime_ns == before
    os.utime(page, ns=(before + 10**9, before + 10**9))
    pdf.print_pages(tmp_path)
    assert printed.stat().st_mtime_ns != before


def test_without_chromium_it_says_so(tmp_path, monkeypatch):
    reports(tmp_path)
    monkeypatch.setattr(pdf, "CHROMIUM_NAMES", ("no-such-browser",))
    with pytest.raises(WordingError, match="Chromium is not installed"):
        pdf.print_pages(tmp_path)


def test_without_pages_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "CHROMIUM_NAMES", ("true",))
    with pytest.raises(WordingError, match="wording report STUDY"):
        pdf.print_pages(tmp_path)
