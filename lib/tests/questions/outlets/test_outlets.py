"""A study's outlets compared, from articles to sentences.

Planted truth in the demo, and the lines behind the numbers.
"""

import pytest

from wording.errors import WordingError
from wording.questions.design import Request
from wording.questions.outlets import findings, outlets
from wording.study.read import read_study


@pytest.fixture(scope="module")
def study(demo):
    return read_study(demo)


@pytest.fixture(scope="module")
def choice(study):
    return outlets.compare_study_outlets(study)


def test_the_planted_differences_are_found(choice):
    """The Ledger, Northline and the Lantern differ most.

    So they do in the terms for the change of government and for towns; nobody can say much of 4
    articles.
    """
    table = choice.distances.table.set_index(["outlet", "other"])
    for pair in (("Harbour Ledger", "Northline"), ("Harbour Ledger", "Valley Lantern")):
        assert table.loc[pair, "q"] < 0.01
    assert table["distance_bits"].idxmin() == ("Harbour Ledger", "Morning Sextant")
    assert table.loc[("Tidewatch", "Skerry Gazette")].isna().any()
    assert choice.map.left_out == ["Skerry Gazette"]
    assert choice.recognition.recognition["p"].iloc[0] < 0.05


def test_every_count_of_a_driver_is_the_number_of_its_lines(study, choice):
    driving = choice.find_drivers(pairs=2, top=4)
    lines = (
        outlets.find_driver_lines(study, driving).groupby(["concept", "variant", "outlet"]).size()
    )
    for row in driving.itertuples():
        for outlet, n in ((row.outlet, row.n), (row.other, row.n_other)):
            assert lines.get((row.concept, row.variant, outlet), 0) == n


def test_words_lead_to_lines_too(study):
    found = outlets.compare_study_outlets(study, basis="words", max_words=2)
    driving = found.find_drivers(pairs=1, top=3)
    lines = outlets.find_driver_lines(study, driving).groupby(["variant", "outlet"]).size()
    for row in driving.itertuples():
        assert lines.get((row.variant, row.outlet), 0) == row.n
    assert not any(
        "lantern" in term or "sextant" in term for term in found.profiles.columns["term"]
    )


def test_sentences_have_the_numbers_of_the_tables(choice):
    said = findings.sentences(choice)
    tested = choice.distances.table.dropna(subset="q")
    assert f"{(tested['q'] < 0.05).sum()} of {len(tested)} pairs" in said[0]
    far = tested.loc[tested["distance_bits"].idxmax()]
    assert said[2].startswith(
        f"Farthest apart: {far['outlet']} and {far['other']}, {far['distance_bits']:.3f} bits"
    )
    assert said[-1] == (
        "Not compared with every other outlet, because it has too few articles, "
        "or too few of similar length: Skerry Gazette."
    )
    for figure in ("map", "tree", "distances", "recognised"):
        assert findings.describe(choice, figure)


def test_the_same_study_gives_the_same_numbers(study, choice):
    again = outlets.compare_study_outlets(study)
    assert again.distances.table.equals(choice.distances.table)
    assert again.map.positions.equals(choice.map.positions)
    assert again.recognition.recognised.equals(choice.recognition.recognised)


def test_five_documents_show_no_distance():
    from wording.files import PROJECT_ROOT

    found = outlets.compare_study_outlets(read_study(PROJECT_ROOT / "seeds"))
    assert findings.sentences(found)[0].startswith("No two outlets can be compared")
    assert found.why_no_map
    assert found.why_no_recognition
    assert found.find_drivers().empty


def test_refused(study):
    with pytest.raises(WordingError, match="did you mean 'choice'"):
        outlets.compare_study_outlets(study, basis="choise")
    with pytest.raises(WordingError, match="no voice 'outlte'"):
        outlets.compare_study_outlets(study, Request(voice="outlte"))
