"""Texts unlike those that reported speech was learned from are said to be."""

import pandas as pd
import pytest

from wording.corpus.marks.likeness import describe_unlike_texts, describe_voice_limits


def make_articles(**shares):
    """Six articles of 1,000 words for each outlet: {outlet: (reported, quoted)}."""
    rows = [
        {"outlet": outlet, "n_words": 1000, "n_reported": r * 1000, "n_quoted": q * 1000}
        for outlet, (r, q) in shares.items()
        for _ in range(6)
    ]
    return pd.DataFrame(rows)


NEWS, BLOG, TRANSCRIPT = (0.26, 0.21), (0.02, 0.01), (0.2, 0.7)


@pytest.mark.parametrize(
    ("articles", "said"),
    [
        (make_articles(A=NEWS, B=NEWS), ""),
        (make_articles(A=BLOG), "2 % of all words are reported; in the texts"),
        (make_articles(A=TRANSCRIPT), "70 % of all words are quoted; in the texts"),
        (make_articles(A=NEWS, B=NEWS, C=BLOG), "The texts of C have much less, or much more"),
        (make_articles(A=BLOG).head(4), ""),
    ],
)
def test_only_what_is_unlike_is_said_to_be(articles, said):
    sentences = describe_unlike_texts(articles, "en")
    assert len(sentences) == bool(said)
    assert all(said in text and "intervals do not cover" in text for text in sentences)


@pytest.mark.parametrize("language", ["ru", "fi"])
def test_of_a_language_without_measured_weights_only_its_limits_are_said(language):
    articles = make_articles(A=BLOG)
    assert describe_unlike_texts(articles, language) == describe_voice_limits(language)
