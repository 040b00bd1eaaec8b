import shutil
from collections import Counter

import pytest

from wording.errors import WordingError
from wording.files import DATA_FOLDER
from wording.study.edit import add_variant
from wording.study.read import read_concepts, read_study

CONCEPTS = """\
# What this file is for.
take: {events: all}   # from the library

lists:
    towns: [Ada, "New Ada"]
concepts:
    # The first concept.
    towns:
        title: Towns   # a comment at a line's end
        variants:
            fell: {match: ["fell", 'fall* to'], near: {any: "<towns>", within: 8}}
            taken:
                - taken
                - "took"   # irregular
            lost: lost
            kept: [kept]
    # What stands last.
"""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.yml").write_text("title: T\nquestion: Q?\n")
    (tmp_path / "concepts.yml").write_text(CONCEPTS)
    return read_study(tmp_path)


def changed(study, before=CONCEPTS):
    """The lines that are gone, and those that are new."""
    after = (study.folder / "concepts.yml").read_text()
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return list((old - new).elements()), list((new - old).elements())


def test_a_new_variant_is_one_new_line(study):
    add_variant(study, "towns", "captured", ["captured", "capture* of"])
    assert changed(study) == ([], ["            captured: [captured, capture* of]"])
    assert read_study(study.folder).concepts["towns"].variants["captured"].match == [
        "captured",
        "capture* of",
    ]


@pytest.mark.parametrize(
    ("variant", "old", "match"),
    [
        (
            "fell",
            " " * 12 + """fell: {match: ["fell", 'fall* to'], near: {any: "<towns>", within: 8}}""",
            ["fell", "fall* to", "seized"],
        ),
        ("lost", "            lost: lost", ["lost", "seized"]),
        ("kept", "            kept: [kept]", ["kept", "seized"]),
    ],
)
def test_phrases_are_added_to_a_variant_however_it_is_written(study, variant, old, match):
    add_variant(study, "towns", variant, ["seized"])
    gone, new = changed(study)
    assert gone == [old]
    assert len(new) == 1
    assert read_study(study.folder).concepts["towns"].variants[variant].match == match


def test_a_new_concept_comes_last_and_needs_a_title(study):
    with pytest.raises(WordingError, match="give title="):
        add_variant(study, "levy", "tax", ["carbon tax"])
    add_variant(study, "levy", "tax", ["carbon tax"], title="The levy")
    gone, new = changed(study)
    assert gone == []
    assert [line.strip() for line in new] == [
        "levy:",
        "title: The levy",
        "variants:",
        "tax: [carbon tax]",
    ]
    assert list(read_study(study.folder).concepts)[:2] == ["towns", "levy"]


def test_a_comment_inside_a_variant_is_not_lost(study):
    with pytest.raises(WordingError, match="by hand"):
        add_variant(study, "towns", "taken", ["seized"])
    assert changed(study) == ([], [])


def test_a_mapping_in_braces_is_left_to_a_person(study):
    (study.folder / "concepts.yml").write_text("concepts: {c: {title: C, variants: {v: [w]}}}\n")
    with pytest.raises(WordingError, match="in braces"):
        add_variant(read_study(study.folder), "c", "x", ["y"])


def test_a_file_without_concepts_of_its_own_gets_them(study):
    (study.folder / "concepts.yml").write_text("take: {events: all}  # all\n")
    add_variant(read_study(study.folder), "levy", "tax", ["carbon tax"], title="The levy")
    assert (
        (study.folder / "concepts.yml")
        .read_text()
        .startswith("take: {events: all}  # all\nconcepts:\n  levy:\n    title: The levy\n")
    )


def test_what_is_there_already_changes_nothing(study):
    add_variant(study, "towns", "taken", ["took"])
    assert changed(study) == ([], [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("towns", "captured", ["took"]), "two variants"),
        (("towns", "captured", ["<cities>"]), "<cities>"),
        (("towns", "captured", []), "at least one phrase"),
        (("Not a name", "captured", ["x"]), "not allowed as a name"),
    ],
)
def test_what_would_not_be_right_is_not_written(study, arguments, said):
    with pytest.raises(WordingError) as error:
        add_variant(study, *arguments, title="T")
    assert said in str(error.value)
    assert changed(study) == ([], [])
    assert sorted(f.name for f in study.folder.iterdir()) == ["concepts.yml", "study.yml"]


def test_a_concept_of_the_library_is_not_written_over(study):
    name = next(iter(read_concepts(DATA_FOLDER / "concepts" / "events.yml")[0]))
    with pytest.raises(WordingError, match="comes from the library"):
        add_variant(study, name, "x", ["y"], title="T")


@pytest.mark.parametrize("library", ["events", "politics-us", "conflict"])
def test_a_real_file_keeps_every_line(tmp_path, library):
    shutil.copy(DATA_FOLDER / "concepts" / f"{library}.yml", tmp_path / "concepts.yml")
    (tmp_path / "study.yml").write_text("title: T\nquestion: Q?\n")
    study, before = read_study(tmp_path), (tmp_path / "concepts.yml").read_text()
    first = next(iter(study.concepts))
    add_variant(study, first, "a new one", ["a phrase that nobody writes"])
    gone, new = changed(study, before)
    assert gone == []
    assert [line.strip() for line in new] == ["a new one: [a phrase that nobody writes]"]
