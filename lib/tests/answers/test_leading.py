"""What leads from a number to its lines where no link can: the list below figures and tables."""

import re

import nbformat
import pytest

import wording
from wording.answers.leading import LeadingDisplay, make_reader
from wording.pages.batch.worker import write_notebook
from wording.show.leads import make_lead_script


@pytest.fixture(scope="module")
def study(small):
    return wording.open(small)


@pytest.mark.parametrize("part", ["", "beside"])
@pytest.mark.parametrize("form", ["plot", "show_table"])
def test_each_count_leads_to_exactly_its_lines(study, part, form):
    answer = study.shares()[part] if part else study.shares()
    if part and form == "plot":
        return
    shown = getattr(answer, form)()
    assert isinstance(shown, LeadingDisplay)
    assert "<a href" not in re.sub(r'<a href="http.*?</a>', "", shown.html)
    assert set(re.findall('data-lines="([^"]+)"', shown.html)) == set(shown.lead.labels)
    reader = make_reader(shown.lead)
    _, chooser, place, script = reader.children
    assert [value for _, value in chooser.options] == ["", *shown.lead.labels]
    assert script.outputs[0]["data"]["application/javascript"] == make_lead_script(
        list(shown.lead.labels), around=".jp-Cell"
    )
    counts = answer.table[answer.table["n"] > 0]
    for row, (_, address) in zip(counts.itertuples(), chooser.options[1:3], strict=False):
        chooser.value = address
        n = int(re.search(r": (\d+) hits? in", place.value)[1])
        assert place.value.count("<tr>") - 1 == n
        if form == "show_table":
            assert n == row.n
            assert f"{row.variant}, {row.outlet}" in place.value
    chooser.value = ""
    assert place.value == ""


def test_cues_and_speakers_lead_to_attributions(study):
    voices = study.voices()
    for part in ("cues", "speakers"):
        lead = voices[part].show_table().lead
        assert "attribution" in lead.read(next(iter(lead.labels))).html


def test_what_an_answer_shows_leads_too_and_pages_have_links(study, monkeypatch):
    assert study.shares().show().lead.labels
    monkeypatch.setenv("WORDING_RUN", "yes")
    shown = study.shares().plot()
    assert not isinstance(shown, LeadingDisplay)
    assert '<a href="#lines-' in shown.html
    output = nbformat.v4.new_output("display_data", {"text/html": shown.html})
    cell = nbformat.v4.new_code_cell(outputs=[output])
    written = write_notebook(nbformat.v4.new_notebook(cells=[cell]))
    assert "<a href" not in written
    assert "data-lines" in written


def test_outside_a_kernel_it_is_shown_as_anything_else(study):
    with pytest.raises(NotImplementedError):
        study.shares().plot()._ipython_display_()
    with pytest.raises(NotImplementedError):
        study.shares()._ipython_display_()
