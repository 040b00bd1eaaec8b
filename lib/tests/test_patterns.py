import pytest

from wording.errors import WordingError
from wording.patterns import parse_phrases

LISTS = {"towns": ["Ada", "New Ada", "port of Ada"]}


def words(text, **options):
    return [
        " ".join("|".join(w) for w in phrase.words)
        for phrase in parse_phrases([text], lists=LISTS, **options)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fell", ["fell"]),
        ("fall* to", ["fall* to"]),
        ("pro-life|anti-abortion", ["pro-life|anti-abortion"]),
        ("Ada’s port", ["ada 's port"]),
        ("U.S. troops", ["u.s. troops"]),
        ("fell _ # miles", ["fell _ # miles"]),
        ("<towns> fell", ["ada fell", "new ada fell", "port of ada fell"]),
        ("Soft\u00adhyphen", ["softhyphen"]),
        ("1,000 men", ["1,000 men"]),
    ],
)
def test_phrases_are_cut_as_articles_are(text, expected):
    assert words(text) == expected


def test_capitals_count_only_when_asked_for():
    assert words("May Day", case=True) == ["May Day"]
    assert [p.cased for p in parse_phrases(["May day", "may day"], case=True)] == [True, False]
    assert words("May Day") == ["may day"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<town> fell", "'towns'"),
        ("_ #", "no word"),
        ("*", "alone"),
        ("a||b", "empty"),
        ("", "no word"),
    ],
)
def test_a_wrong_phrase_is_refused_with_a_remedy(text, told):
    with pytest.raises(WordingError, match=told):
        parse_phrases([text], lists=LISTS)
