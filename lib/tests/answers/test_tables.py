"""Every table takes the options that change it, and refuses the others."""

import itertools

import pytest

from wording.answers.tables import TABLE_NAMES, make_table, refuse_untaken_options
from wording.errors import WordingError
from wording.study.read import read_study

OPTIONS = {
    "concepts": ["towns"],
    "voice": "quoted",
    "place": "lead",
    "copies": "none",
    "against": "pairs",
    "events": "shared",
}
NO_EVENTS = ("concepts", "phrases", "events", "divided_events")

TAKEN = {
    "concepts": "concepts hits counts phrases shares contrasts choices own_voice collocates "
    "collocate_contrasts "
    "timeline changes change_order headlines events divided_events acts act_counts agency "
    "agency_contrasts act_agents act_patients naming_counts naming naming_contrasts",
    "voice": "shares contrasts choices headlines keyness collocates collocate_contrasts timeline "
    "changes "
    "change_order outlets events divided_events agency agency_contrasts act_agents act_patients "
    "naming naming_contrasts",
    "place": "hits counts shares contrasts choices own_voice keyness collocates "
    "collocate_contrasts timeline changes change_order outlets",
    "copies": " ".join(name for name in TABLE_NAMES if name not in ("concepts", "phrases")),
    "against": "contrasts choices keyness collocate_contrasts events agency_contrasts "
    "naming_contrasts",
    "events": " ".join(name for name in TABLE_NAMES if name not in NO_EVENTS),
}


@pytest.fixture(scope="module")
def study(small):
    return read_study(small).model_copy(update={"draws": 99})


@pytest.mark.parametrize(("name", "option"), [*itertools.product(TABLE_NAMES, OPTIONS)])
def test_an_option_that_a_table_does_not_take_is_refused(name, option):
    if name in TAKEN[option].split():
        refuse_untaken_options(name, [option])
    else:
        with pytest.raises(WordingError) as error:
            refuse_untaken_options(name, [option])
        assert f"The table {name!r} does not take {option!r}" in str(error.value)
        assert TAKEN[option].split()[0] in str(error.value)


def test_the_refusal_names_the_column_that_has_what_was_asked_for(study):
    with pytest.raises(WordingError, match="its column 'voice' has them all"):
        make_table(study, "hits", voice="outlet")


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, option)
        for name in ("hits", "counts", "shares", "contrasts", "own_voice", "timeline", "keyness")
        for option in OPTIONS
        if name in TAKEN[option].split() and (name, option) != ("keyness", "against")
    ],
)
def test_an_option_that_a_table_takes_changes_it(study, name, option):
    assert not make_table(study, name).equals(make_table(study, name, **{option: OPTIONS[option]}))


def test_the_table_of_concepts_has_their_phrases(study):
    table = make_table(study, "concepts", concepts=["levy"])
    assert table[["variant", "phrases"]].to_numpy().tolist() == [
        ["carbon tax", "carbon tax"],
        ["climate charge", "climate charge"],
    ]
    assert table["precision"].isna().all()
