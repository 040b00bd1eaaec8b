import pandas as pd
import pytest

import wording.answers.study
from wording.answers import lines as evidence
from wording.answers.tables import make_table
from wording.corpus.lines import read_attribution_lines
from wording.errors import WordingError
from wording.show.lines import lines as show_lines
from wording.study.read import read_study

VOICED = {"outlet": "n_own", "quoted": "n_quoted", "reported": "n_reported"}


@pytest.fixture(scope="module")
def study(small):
    return read_study(small)


def lines_per(lines, *keys):
    weight = lines["n"] if "n" in lines else pd.Series(1, index=lines.index)
    counted = weight.groupby([lines[key].astype(str) for key in keys]).sum()
    return counted[counted > 0].to_dict()


def test_the_hits_of_all_concepts_are_those_counted(study):
    lines, counts = evidence.find_hit_lines(study), make_table(study, "counts")
    assert (
        lines_per(lines, "concept", "variant")
        == counts.groupby(["concept", "variant"])["n"].sum().to_dict()
    )
    assert list(lines["concept"].cat.categories) == list(study.concepts)
    assert set(lines["everywhere"]) == {evidence.ALL_OUTLETS}


def test_each_count_of_a_term_by_voice_has_its_lines(study):
    rows = make_table(study, "own_voice").sort_values(["q", "n"], ascending=[True, False]).head(7)
    lines = evidence.find_hit_lines(study, rows=rows, voices=list(VOICED))
    long = rows.melt(["concept", "variant", "outlet"], list(VOICED.values()), "column", "hits")
    long["counted_as"] = long["column"].map({column: voice for voice, column in VOICED.items()})
    wanted = (
        long[long["hits"] > 0]
        .set_index(["concept", "variant", "outlet", "counted_as"])["hits"]
        .to_dict()
    )
    assert lines_per(lines, "concept", "variant", "outlet", "counted_as") == wanted


@pytest.mark.parametrize(
    ("name", "by"), [("cues", "cue"), ("stances", "stance"), ("speakers", "speaker")]
)
@pytest.mark.parametrize("excerpts", ["full", "none"])
def test_each_count_of_attributions_has_its_lines(study, name, by, excerpts):
    if (by, excerpts) == ("speaker", "none"):
        pytest.skip("a study that shows no text names no speakers")
    rows = make_table(study, name)
    rows = evidence.key_by(rows, by=by) if by == "speaker" else rows
    attributions = evidence.gather_attributions(study.model_copy(update={"excerpts": excerpts}))
    lines = evidence.select_cue_lines(attributions, rows, by=by)
    assert set(lines["concept"]) == {by}
    assert (
        lines_per(lines, "variant", "outlet")
        == rows[rows["n"] > 0].set_index(["variant", "outlet"])["n"].to_dict()
    )
    if excerpts == "full" and by == "cue":
        read = read_attribution_lines(study, lines.sample(frac=1, random_state=1))
        assert (read["node"].str.lower() == read["cue"]).all()


def test_the_former_name_of_a_table_leads_to_its_name(study):
    with pytest.raises(WordingError, match="did you mean 'own_voice'"):
        make_table(study, "own")


def test_lines_read_where_they_are_shown_are_those_read_at_once(study):
    found = wording.answers.study.Study(study).voices()["attributions"].evidence
    places = found.find()
    assert "left" not in places
    thinned = show_lines(places, caption="Lines", cap=2, unit="attribution", read=found.read)
    whole = show_lines(found.read(places), caption="Lines", cap=2, unit="attribution")
    assert thinned.html == whole.html
    assert "shown, evenly spaced" in whole.html
