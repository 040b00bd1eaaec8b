import numpy as np
import polars as pl
import pytest

from wording.corpus.build import encode_and_mark
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.places import mark_repeated_titles

TEN = "One two three four five six seven eight nine ten."
TITLE = "Town hall protests go on"
BODY = "The council met on Tuesday to discuss the protests outside the town hall, and adjourned."


def encoded(*texts, titles=None):
    """The articles as a shard with all marks."""
    frame = pl.DataFrame(
        {
            "outlet": ["A"] * len(texts),
            "title": titles or [None] * len(texts),
            "authors": [None] * len(texts),
            "text": texts,
        },
        schema_overrides={"title": pl.String, "authors": pl.String},
    )
    return encode_and_mark(frame, language="en")


def lead_of(text, **options):
    shard = encoded(text, **options)
    return shard.text(shard.bounds[:1], shard.bounds[:1] + shard.lead_tokens)[0]


def repeated(text, title):
    shard, titles = encode_texts(pl.Series([text])), encode_texts(pl.Series([title]))
    marks = mark_repeated_titles(shard, titles)
    first = np.array([marks.argmax()])
    return shard.text(first, first + marks.sum())[0]


def words(n):
    return " ".join(f"word{k}" for k in range(n))


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        (f"{TEN}\n\nThe rest.", TEN),
        (f"{TEN}\nThe rest.", TEN),
        (f"KYIV, Monday\n\n{TEN}\n\nThe rest.", f"KYIV, Monday\n\n{TEN}"),
        (TEN, TEN),
        (f"{TEN}\n\n", TEN),
        (words(100), words(60)),
        (f"{words(100)}\n\nThe rest of it all.", words(100)),
        (f"{words(130)}\n\nThe rest of it all.", words(60)),
        ("", ""),
    ],
)
def test_the_lead_is_the_first_paragraph_or_sixty_words(text, lead):
    assert lead_of(text) == lead


def test_boilerplate_is_no_lead():
    text = f"Source: Reuters\n\n{TEN}\n\nThe rest of it all."
    shard = encoded(text)
    assert shard.boilerplate.any(), "otherwise this tests nothing"
    assert lead_of(text).endswith(TEN)


@pytest.mark.parametrize(
    ("text", "title", "found"),
    [
        (f"{TITLE}\n\n{BODY}", TITLE, TITLE),
        (f"{TITLE.upper()}\n{BODY}", TITLE, TITLE.upper()),
        (f"“{TITLE}.”\n{BODY}", TITLE, f"“{TITLE}.”"),
        (f"By Ann Author\n\n{TITLE}\n\n{BODY}", TITLE, TITLE),
        (f"{TITLE}\n\n{BODY}", f"{TITLE} | The Daily Example", TITLE),
        (f"{TITLE} {BODY}", TITLE, TITLE),
        (f"Riots\n\n{BODY}", "Riots", "Riots"),
        (f"Riots are over. {BODY}", "Riots", ""),
        (f"The council met.\n{BODY}", "The council met again", ""),
        (f"{BODY}\n\n{BODY}\n\n{BODY}\n\n{TITLE}", TITLE, ""),
        (f"{TITLE} again\n\n{BODY}", "Town hall protests end", ""),
        (BODY, "", ""),
        ("", TITLE, ""),
    ],
)
def test_a_line_that_repeats_the_headline_is_found(text, title, found):
    assert repeated(text, title) == found


def test_a_repeated_headline_is_boilerplate_and_no_lead():
    shard = encoded(f"{TITLE}\n\n{BODY}\n\nThe rest.", titles=[TITLE])
    assert shard.text(*shard.bounds[:, None])[0].startswith(TITLE)
    counted = shard.is_word & ~shard.boilerplate
    assert counted.sum() == len(BODY.split()) + 2
    assert (counted & shard.in_lead(range(len(shard.tokens)))).sum() == len(BODY.split())


def test_headlines_change_nothing_in_the_texts():
    texts = [f"{BODY}\n\n“We stay,” the mayor said.", f"{TEN}\n\nThe mayor SAID no."]
    plain = encoded(*texts)
    titled = encoded(*texts, titles=["Mayor: “We STAY”", "What The Mayor Said: No"])
    for name in ("tokens", "bounds", "sentence_end", "boilerplate", "voice", "lead_tokens"):
        assert (getattr(plain, name) == getattr(titled, name)).all(), name
    assert plain.forms.equals(titled.forms)
    assert len(titled.titles) == len(plain.titles) == 2
    assert not plain.titles.is_word.any()
