import pytest
from click.testing import CliRunner

from wording.cli import main
from wording.errors import WordingError
from wording.study.library import format_library, read_library, search_library


def test_the_whole_library_is_listed_and_says_how_it_is_taken():
    entries = read_library()
    text = "\n".join(format_library(entries))
    assert all(
        f"{entry.name}  (take: {{{entry.file}: [{entry.name}]}})" in text for entry in entries
    )
    assert text.splitlines()[-1].startswith(f"{len(entries)} concepts. (25/25): of 25 lines")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Street events", "street-events"),  # its name
        ("crowds in", "street-events"),  # its title
        ("illegals", "immigrants-without-papers"),  # a phrase
        ("DACA RECIP", "brought-as-children"),  # a variant
    ],
)
def test_a_word_is_looked_for_in_names_titles_variants_and_phrases(word, name):
    assert name in [entry.name for entry in search_library(word)]
    assert len(search_library(word)) < len(read_library()) / 4


def test_a_word_that_no_concept_has_is_an_error_with_the_nearest():
    with pytest.raises(WordingError, match="did you mean 'street-events'"):
        search_library("street-evnts")


def test_the_command_lists_the_library_and_a_study(small):
    listed = CliRunner().invoke(main, ["concepts", "riot"])
    assert (listed.exit_code, "Crowds in the streets" in listed.output) == (0, True)
    own = CliRunner().invoke(main, ["concepts", "--study", str(small)])
    assert own.exit_code == 0
    assert "towns\n" in own.output
    assert "take:" not in own.output
    assert CliRunner().invoke(main, ["concepts", "xyzq"]).exit_code == 1
