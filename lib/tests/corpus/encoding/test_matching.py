import numpy as np
import pandas as pd
import polars as pl
import pytest

from wording.corpus.encoding.matching import (
    extract_contexts,
    find_concept_spans,
    find_matches,
    shorten_lines,
)
from wording.corpus.encoding.shard import encode_texts
from wording.errors import WordingError
from wording.patterns import parse_phrases
from wording.study.records import Concept

LISTS = {"towns": ["Ada", "New Ada"]}


def found(texts, variants):
    """(variant, node) of every hit, in order."""
    texts = [texts] if isinstance(texts, str) else texts
    shard = encode_texts(pl.Series(texts))
    concept = Concept.model_validate({"title": "t", "variants": variants})
    spans, which = find_concept_spans(shard, "c", concept, LISTS)
    lines = extract_contexts(shard, spans)
    assert [texts[r.row][r.start : r.end] for r in lines.itertuples()] == lines["node"].to_list()
    return list(zip(np.array(list(concept.variants))[which].tolist(), lines["node"], strict=True))


def nodes(text, **variant):
    return [node for _, node in found(text, {"v": variant})]


@pytest.mark.parametrize(
    ("text", "match", "expected"),
    [
        (
            "Liberated, liberating LIBERATION; deliberate.",
            "liberat*",
            ["Liberated", "liberating", "LIBERATION"],
        ),
        ("It fell to them. It falls, to be fair.", "(fell|falls) to", ["fell to"]),
        (
            "Illegal immigrants and illegal\nimmigrants",
            "illegal immigrant*",
            ["Illegal immigrants"],
        ),
        ("killed 12 people, killed many people", "killed # people", ["killed 12 people"]),
        ("the big war, the war", "the _ war", ["the big war"]),
        ("Kyiv’s mayor, Kyiv's port", "kyiv's _", ["Kyiv’s mayor", "Kyiv's port"]),
        ("Fall of New Ada. Fall of Rome.", "fall of <towns>", ["Fall of New Ada"]),
        ("The pro-life side", "pro-life", ["pro-life"]),
        ("coup. Coup", "coup coup", []),
        ("join #protest, # protest, 3 protest", "#protest", ["#protest", "# protest"]),
        ("join #protest, 3 protest", "# protest", ["3 protest"]),
        ("_gun control_ now", "gun control", ["_gun control_"]),
    ],
)
def test_phrases_match(text, match, expected):
    assert nodes(text, match=[match]) == expected


IMMIGRANTS = (
    "An anti-immigrant rally, illegal-immigrants met immigrants in an anti-immigration mood."
)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (
            "*immigra*",
            ["anti-immigrant", "illegal-immigrants", "immigrants", "anti-immigration"],
        ),
        ("*immigrant", ["anti-immigrant"]),
        ("*immigrants", ["illegal-immigrants", "immigrants"]),
        ("anti-immigra*", ["anti-immigrant", "anti-immigration"]),
        ("*-immigra*", ["anti-immigrant", "illegal-immigrants", "anti-immigration"]),
        ("*-*", ["anti-immigrant", "illegal-immigrants", "anti-immigration"]),
        (
            "*i*",
            ["anti-immigrant", "illegal-immigrants", "immigrants", "in", "anti-immigration"],
        ),
        ("a*", ["An", "anti-immigrant", "an", "anti-immigration"]),
        ("anti*ant", ["anti-immigrant"]),
    ],
)
def test_a_star_stands_for_any_characters_of_a_token(match, expected):
    assert nodes(IMMIGRANTS, match=[match]) == expected


def test_a_star_is_no_mark_and_crosses_no_blank():
    assert nodes("- a-b - a", match=["*-*"]) == ["a-b"]
    assert nodes("anti-semitic, antisemitic, Semites, anti semitic", match=["*semit*"]) == [
        "anti-semitic",
        "antisemitic",
        "Semites",
        "semitic",
    ]


@pytest.mark.parametrize(
    ("text", "match", "expected"),
    [
        ("gun control, gun-control, gun‑control", "gun control", 3),
        ("gun control, gun-control", "gun-control", 1),
        ("pro-gun control, gun control-minded, pro-gun-control", "gun control", 0),
        ("pro-gun control, gun control", "(gun|*-gun) control", 2),
        ("weapons-of-mass-destruction", "weapons of mass destruction", 1),
        (
            "weapons-of-mass destruction, weapons of mass-destruction",
            "weapons of mass destruction",
            2,
        ),
        ("gun-safety, arms-control, gun-laws", "(gun|arms) (control|safety)", 2),
        ("illegal-immigrants, illegal-immigrant-friendly", "illegal immigrant*", 2),
        ("full-scale-invasion", "full-scale invasion", 1),
        ("a full-scale-invasion", "full scale-invasion", 1),
        ("the-long-war", "the _ war", 0),
        ("killed-12-people", "killed # people", 0),
        ("the New-Ada port", "<towns> port", 1),
        ("pre-tax, tax-free, tax", "tax*", 2),
        ("pre-tax, tax-free, tax", "(tax*|*-tax*)", 3),
    ],
)
def test_a_blank_in_a_phrase_also_stands_for_a_hyphen(text, match, expected):
    assert len(nodes(text, match=[match])) == expected


def test_a_hyphen_is_matched_with_case_and_in_conditions():
    assert nodes("Gun-Control, gun-control", match=["Gun Control"], case=True) == ["Gun-Control"]
    assert nodes("new fake-news laws, fake laws", match=["laws"], near={"any": "fake news"}) == [
        "laws",
        "laws",
    ]
    assert nodes("a cold-war story; war", match=["war", "*-war"], **{"not": ["cold war"]}) == [
        "war"
    ]


@pytest.mark.parametrize(
    ("text", "match", "expected"),
    [
        ('the "illegal" immigrants', "illegal immigrants", ['illegal" immigrants']),
        ("the “illegal” immigrants", "illegal immigrants", ["illegal” immigrants"]),
        ("the 'illegal' immigrants", "illegal immigrants", ["illegal' immigrants"]),
        ("the ''illegal'' immigrants", "illegal immigrants", ["illegal'' immigrants"]),
        ("the «illegal» immigrants", "illegal immigrants", ["illegal» immigrants"]),
        ('gun "control" now', "gun control", ['gun "control']),
        ("gun ``control'' now", "gun control", ["gun ``control"]),
        ('"gun" "control"', "gun control", ['gun" "control']),
        ('"gun control"', "gun control", ["gun control"]),
        ('He has a gun." Control it.', "gun control", []),
        ('in the U.S." Troops left; troops, troops', "u.s. troops", []),
        ('the U.S. "troops" left', "u.s. troops", ['U.S. "troops']),
        ("gun (control)", "gun control", []),
        ("workers' rights and workers’ rights", "workers rights", []),
        ("workers' rights", "workers' rights", ["workers' rights"]),
        ("the “long” war; the long “war”", "the _ war", []),
        ('the " war', "the _ war", ['the " war']),
        ('"weapons" of "mass" destruction', "weapons of mass destruction", 1),
    ],
)
def test_quotation_marks_between_the_words_of_a_phrase_are_skipped(text, match, expected):
    found = nodes(text, match=[match])
    assert len(found) == expected if isinstance(expected, int) else found == expected


def test_conditions_skip_quotation_marks_too():
    assert nodes('a "war" on drugs; war', match=["war"], **{"not": ["war on"]}) == ["war"]


WAR = (
    "Russia's war against Ukraine entered its second week. The war on Ukraine is wrong. Israel's "
    "war on Gaza went on. The war against Hamas continued. The war in Ukraine goes on. The "
    "conflict between Israel and Hamas escalated. The conflict with Iran could widen. A nuclear "
    "war is feared. The Vietnam War ended."
)


@pytest.mark.parametrize(
    ("match", "excluded", "n"),
    [
        ("conflict|conflicts", "conflict|conflicts with|between|the|his", 0),
        ("conflict", "conflict with|between", 0),
        ("conflict", "conflict between", 1),
        ("war", "war on|against _", 3),
    ],
)
def test_a_bar_between_function_words_binds_them_only(match, excluded, n):
    assert len(nodes(WAR, match=[match], **{"not": [excluded]})) == n


@pytest.mark.parametrize(
    ("match", "n"),
    [
        (["(far-right|far right)"], 3),
        (["far-right", "far right"], 3),
        (["(gun control|gun safety)"], 3),
        (["gun control", "gun safety"], 3),
        (["(illegal alien|illegal immigrant)"], 1),
        (["(death tax|estate tax)"], 2),
    ],
)
def test_alternatives_in_parentheses_are_what_their_phrases_are(match, n):
    text = (
        "far-right, far right and “far” right; gun control, gun safety and gun-control laws; "
        "an illegal immigrant; the death tax is the estate tax"
    )
    assert len(nodes(text, match=match)) == n


def test_no_phrase_crosses_from_one_article_into_the_next():
    assert found(["the coup", "leader spoke"], {"v": ["coup leader", "_ leader"]}) == []


@pytest.mark.parametrize(
    ("text", "near", "hit"),
    [
        ("Ada fell.", {"within": 1}, True),
        ("Ada at last fell.", {"within": 2}, False),
        ("Ada at last fell.", {"within": 3}, True),
        ("It fell in Ada.", {"within": 3, "side": "before"}, False),
        ("It fell in Ada.", {"within": 3, "side": "after"}, True),
        ("They saw Ada. It fell.", {"within": 9}, False),
        ("They saw Ada. It fell.", {"within": 9, "sentence": False}, True),
    ],
)
def test_near_counts_tokens_sides_and_sentences(text, near, hit):
    near = {"any": "<towns>", **near}
    assert bool(nodes(text, match=["fell"], near=near)) is hit
    assert bool(nodes(text, match=["fell"], not_near=near)) is not hit


def test_an_article_ends_what_is_near():
    assert (
        found(
            ["We saw Ada", "It fell."],
            {"v": {"match": ["fell"], "near": {"any": "<towns>", "within": 9, "sentence": False}}},
        )
        == []
    )


def test_exclusions_remove_the_hits_that_they_share_a_token_with():
    assert nodes(
        "prices fell short; Ada fell; it fell, short", match=["fell"], **{"not": ["fell short"]}
    ) == ["fell", "fell"]


def test_the_longest_match_wins_and_each_occurrence_is_one_hit():
    variants = {"coup": ["coup"], "attempt": ["coup attempt", "attempt"]}
    assert found("A coup attempt, a coup, an attempt", variants) == [
        ("attempt", "coup attempt"),
        ("coup", "coup"),
        ("attempt", "attempt"),
    ]
    assert found("military coup leader", {"a": ["military coup"], "b": ["coup leader"]}) == [
        ("a", "military coup")
    ]


def test_two_variants_of_the_same_words_are_an_error_that_names_both():
    with pytest.raises(WordingError, match="'protest' and 'rally' both match 'protesters'"):
        found("The protesters left", {"protest": ["protest*"], "rally": ["protester*"]})


def test_of_two_variants_the_one_that_writes_the_hyphen_has_it():
    text = "a cease-fire, a cease fire, a ceasefire"
    variants = {"open": ["cease fire"], "hyphen": ["cease-fire"], "one": ["ceasefire"]}
    assert found(text, variants) == [
        ("hyphen", "cease-fire"),
        ("open", "cease fire"),
        ("one", "ceasefire"),
    ]
    with pytest.raises(WordingError, match="both match 'cease-fire'"):
        found(text, {"open": ["cease fire"], "other": ["(cease|hold) fire"], "one": ["ceasefire"]})


def test_case_counts_when_the_variant_says_so():
    assert nodes("May came. He may go. MAY", match=["May"], case=True) == ["May"]


def test_matches_agree_with_a_slow_search():
    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(["a", "b", "c", "d."], 30)) for _ in range(20)]
    shard = encode_texts(pl.Series(texts))
    keys = shard.forms["key"].gather(shard.tokens).to_list()
    slow = [
        k
        for k in range(len(keys) - 2)
        if keys[k] == "a" and keys[k + 1] in ("b", "c") and keys[k + 2] == "a"
    ]
    assert slow
    assert find_matches(shard, parse_phrases(["a (b|c) a"])).start.tolist() == slow


@pytest.mark.parametrize(
    ("width", "left", "right"),
    [(None, "a b c", "d e f"), (2, "b c", "d e"), (9, "a b c", "d e f"), (0, "", "")],
)
def test_an_excerpt_holds_no_more_words_than_may_be_shown(width, left, right):
    line = pd.DataFrame(
        {
            "left": ["a b c", ""],
            "right": ["d e f", ""],
            "title": "A title",
            "speaker": ["the old mayor", None],
        }
    )
    shown = shorten_lines(line, width)
    assert list(shown["left"]) == [left, ""]
    assert list(shown["right"]) == [right, ""]
    assert shown["title"].isna().all() == (width is not None)
    assert shown["speaker"].isna().tolist() == [width in (0, 2), True]
