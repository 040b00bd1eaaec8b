"""Terms inside longer terms: tables of cases."""

import numpy as np
import pytest

from wording.questions.keyness.subsumption import find_nested_pairs, find_subsuming_terms

NAN = np.nan


def told(rows):
    """Return which term tells of each, by name.

    The rows are (term, n, log_ratio, low, high) at one outlet.
    """
    terms, *numbers = zip(*rows, strict=True)
    found = find_subsuming_terms(
        np.array(terms, dtype=object), *(np.array([column], dtype=float) for column in numbers)
    )[0]
    return {term: terms[k] for term, k in zip(terms, found, strict=True) if k >= 0}


def test_every_shorter_run_of_words_is_part_of_a_phrase():
    terms = np.array(
        ["new", "new york", "new york times", "times", "york", "york times", "newer"], dtype=object
    )
    found = {(terms[a], terms[b]) for a, b in find_nested_pairs(terms).T}
    inside = {
        "new york": ["new", "york"],
        "york times": ["york", "times"],
        "new york times": ["new", "york", "times", "new york", "york times"],
    }
    assert found == {(phrase, part) for phrase, parts in inside.items() for part in parts}
    assert find_nested_pairs(np.array(["alone"], dtype=object)).shape == (2, 0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("united", 30, 2, 1, 3), ("states", 25, 2, 1, 3), ("united states", 24, 2, 1, 3)],
            {"united": "united states", "states": "united states"},
        ),
        ([("trump", 90, 2, 1.5, 2.5), ("said trump", 9, 2.2, 0, 4)], {"said trump": "trump"}),
        ([("immigrants", 90, 0.5, 0, 1), ("illegal immigrants", 20, 4, 3, 5)], {}),
        (
            [("obama", 90, 2, 1, 3), ("mr obama", 50, 6, 5, 7), ("president obama", 30, 2, 1, 3)],
            {"obama": "mr obama"},
        ),
        (
            [("tax", 9, 3, NAN, NAN), ("tax cut", 4, 3, NAN, NAN), ("tax rise", 3, 4, NAN, NAN)],
            {"tax cut": "tax"},
        ),
        ([("aid", 9, -2, -3, -1), ("food aid", 4, -2.5, -4, -1)], {"food aid": "aid"}),
        ([("aid", 9, 2, 1, 3), ("food aid", 4, -1, -2, 0)], {}),
        ([("a", 1, 1, 0, 2)], {}),
    ],
)
def test_a_term_is_told_once(rows, expected):
    assert told(rows) == expected


def test_whoever_tells_of_another_tells_of_itself():
    rng = np.random.default_rng(1)
    words = list("abcde")
    terms = np.array(
        [
            *words,
            *(f"{x} {y}" for x in words for y in words),
            *(f"{x} {y} a" for x in words for y in words),
        ],
        dtype=object,
    )
    effect = rng.normal(size=(8, len(terms)))
    found = find_subsuming_terms(
        terms, rng.integers(0, 9, size=effect.shape), effect, effect - 1, effect + 1
    )
    for row in found:
        longer = np.array(
            [
                len(terms[teller].split()) > len(term.split())
                for term, teller in zip(terms, row, strict=True)
            ]
        )
        tellers = row[(row >= 0) & ~longer]
        assert (row[tellers] < 0).all(), "a word that tells of a phrase is on the table itself"
    assert (found >= 0).any()
