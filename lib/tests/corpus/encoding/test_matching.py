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
    ],
)
def test_phrases_match(text, match, expected):
    assert nodes(text, match=[match]) == expected


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
