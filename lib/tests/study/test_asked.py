"""What is typed is words, and a name has a mark."""

import pytest

from wording.errors import WordingError
from wording.study.asked import describe_asked, resolve_pattern
from wording.study.records import Concept, StudyRecord, Variant


@pytest.fixture(scope="module")
def study():
    record = StudyRecord(title="t", question="q")
    lost = Variant(match=["lost", "loss of"], near=[{"any": ["Ada"], "within": 8}], not_=["at a"])
    record._concepts = {
        "towns": Concept(title="Towns", variants={"lost": lost, "fell": ["fell"]}),
        "races": Concept(title="Races", variants={"lost": ["was beaten"], "won": ["won"]}),
        "war": Concept(title="The war", variants={"war": ["the war"]}),
    }
    return record


def match(study, pattern):
    _, concept = resolve_pattern(study, pattern)
    return [variant.match for variant in concept.variants.values()]


@pytest.mark.parametrize("pattern", ["lost", "won", "towns", "war", "control/safety", "a/b c"])
def test_what_is_typed_is_words(study, pattern):
    name, _ = resolve_pattern(study, pattern)
    assert match(study, pattern) == [[pattern]]
    assert name not in study.concepts


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("=won", [["won"]]),
        ("= won", [["won"]]),
        ("towns/lost", [["lost", "loss of"]]),
        ("=towns/lost", [["lost", "loss of"]]),
        ("towns/lost; races/lost; lost", [["lost", "loss of"], ["was beaten"], ["lost"]]),
        ("war/war", [["the war"]]),
        ("=war/", [["the war"]]),
    ],
)
def test_a_marked_name_is_a_variant(study, pattern, found):
    assert match(study, pattern) == found


def test_a_marked_concept_is_that_concept(study):
    assert resolve_pattern(study, "=towns") == ("towns", study.concepts["towns"])


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("=lost", "towns/lost and races/lost"),
        ("=war", r"war/war and =war/ \(the whole concept\)"),
        ("=wonn", "did you mean 'won'"),
        ("=town", "did you mean 'towns'"),
        ("towns/loss", "did you mean 'lost'"),
        ("town/lost", "did you mean 'towns'"),
        ("=nowhere/lost", "no concept 'nowhere'"),
        ("=towns; lost", "ask for it alone"),
        ("coup;", "empty part"),
    ],
)
def test_a_wrong_name_is_refused_with_the_remedy(study, pattern, told):
    with pytest.raises(WordingError, match=told):
        resolve_pattern(study, pattern)


def test_long_phrases_that_begin_alike_stay_apart(study):
    begin = "word " * 12
    assert match(study, f"{begin}one; {begin}two") == [[f"{begin}one"], [f"{begin}two"]]
    assert match(study, "coup; coup") == [["coup"]]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("lost", "the phrase “lost”"),
        ("coup; riot*", "the phrases “coup” and “riot*”"),
        (
            "towns/lost",
            "the variant towns/lost (“lost”, “loss of”; near “Ada” (within 8 words); not “at a”)",
        ),
        ("=towns", "the concept “towns” (Towns: lost and fell)"),
        ("towns", "the phrase “towns”"),
        ("lost; =won", "the phrase “lost” and the variant races/won (“won”)"),
    ],
)
def test_what_was_looked_for_is_said(study, pattern, told):
    name, concept = resolve_pattern(study, pattern)
    asked = study if name in study.concepts else study.with_concept(name, concept)
    assert describe_asked(asked, name) == told
