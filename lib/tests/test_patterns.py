import re

import polars as pl
import pytest

from wording.errors import WordingError
from wording.patterns import fold_spelling, normalise_spelling, normalise_words, parse_phrases

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
        ("gun (control|safety)", ["gun control|safety"]),
        ("(gun control | gun safety)", ["gun control", "gun safety"]),
        (
            "gun (control|safety laws|<towns>)",
            ["gun control|ada", "gun safety laws", "gun new ada", "gun port of ada"],
        ),
        ("(coup) in <towns>", ["coup in ada", "coup in new ada", "coup in port of ada"]),
        ("( ada )", ["( ada )"]),
        ("war | wars", ["war|wars"]),
        ("conflict|conflicts with|between|the|his", ["conflict|conflicts with|between|the|his"]),
        ("war on|against _", ["war on|against _"]),
        ("cease-fire|ceasefire talks", ["cease-fire|ceasefire talks"]),
        ("ada 's|’s|_", ["ada 's|'s|_"]),
        ("#protest", [r"\# protest"]),
        ("# protest", ["# protest"]),
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
        ("war(s)", "parentheses"),
        ("(war", "parentheses"),
        ("((war|peace)|truce)", "parentheses"),
        ("", "no word"),
    ],
)
def test_a_wrong_phrase_is_refused_with_a_remedy(text, told):
    with pytest.raises(WordingError, match=told):
        parse_phrases([text], lists=LISTS)


@pytest.mark.parametrize(
    ("text", "tight", "loose"),
    [
        ("gun control|gun safety", "gun (control|gun) safety", "`gun control` and `gun safety`"),
        ("far-right|far right", "(far-right|far) right", "`far-right` and `far right`"),
        (
            "illegal alien|illegal immigrant",
            "illegal (alien|illegal) immigrant",
            "`illegal alien` and `illegal immigrant`",
        ),
        ("death tax|estate tax", "death (tax|estate) tax", "`death tax` and `estate tax`"),
        ("military|armed conflict", "(military|armed) conflict", "`military` and `armed conflict`"),
        (
            "Obamacare|Affordable Care Act",
            "(Obamacare|Affordable) Care Act",
            "`Obamacare` and `Affordable Care Act`",
        ),
        ("war|war crimes", "(war|war) crimes", "`war` and `war crimes`"),
        ("on the|on a", "on (the|on) a", "`on the` and `on a`"),
    ],
)
def test_a_bar_that_can_be_read_in_two_ways_is_refused_with_both(text, tight, loose):
    told = (
        f"`{text}` can be read in two ways: `{tight}`, or two phrases, {loose}, which are "
        f"`({text})`. Write the one that you mean."
    )
    with pytest.raises(WordingError, match=re.escape(told)):
        parse_phrases([text])
    assert parse_phrases([tight]) != parse_phrases([f"({text})"])
    with pytest.raises(WordingError, match="two ways"):
        parse_phrases(["<pair>"], lists={"pair": [text]})


@pytest.mark.parametrize("cased", [False, True])
def test_plain_words_are_spelled_as_the_types_of_articles_are(cased):
    words = ("Gun*", "~go", "_", "__", "_So_", "a_b", "'S", "#", "U.S.", "‘Tis", "É", "co\u00adop")
    spell = normalise_spelling if cased else fold_spelling
    expected = pl.DataFrame({"type": words}).select(spell(pl.col("type")))["type"].to_list()
    assert [normalise_words((word,), cased)[0] for word in words] == expected
