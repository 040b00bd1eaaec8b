"""Agencies are read off credits only: not off pictures, not off what the text tells."""

import re

import pandas as pd
import polars as pl
import pytest

from wording.corpus.build import encode_articles
from wording.corpus.encoding.shard import encode_texts as tokens
from wording.corpus.marks.agencies import find_agencies, read_agency_words
from wording.corpus.reading.articles import read_articles

BODY = (
    "The council met on Monday. It voted for a new bridge.\n\n"
    "The mayor said that work would begin in May.\n\nNobody was hurt in the storm."
)


def credited(text):
    return find_agencies(tokens(pl.Series([text])))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PRAGUE (Reuters) - {}", "Reuters"),
        ("(Reuters) - {}", "Reuters"),
        ("LVIV, Dec 19 (EFE).- {}", "EFE"),
        ("BEIJING, May 4 (Xinhua) -- {}", "Xinhua"),
        ("MOSCOW, May 4. /TASS/. {}", "TASS"),
        ("BERLIN (dpa/AFP) — {}", "dpa, AFP"),
        ("NEW DELHI (PTI) – {}", "PTI"),
        ("By Ada Quillfeather, Associated Press\n\n{}", "AP"),
        ("The Associated Press\n\n{}", "AP"),
        ("{}\n\nThe Associated Press contributed to this report.", "AP"),
        ("{}\n\nContributed by Reuters", "Reuters"),
        ("{}\n\nContributing: Associated Press", "AP"),
        ("{}\n\nWith EFE, Reuters, AP and AFP\n\nSource link", "EFE, Reuters, AP, AFP"),
        ("{}\n\n(dpa/AFP)", "dpa, AFP"),
        ("{} (AP)", "AP"),
        ("{} EFE\n\nabc-de/fg", "EFE"),
        ("{} — Xinhua", "Xinhua"),
        ("{}\n\n© 2020 Kyodo News. All rights reserved.", "Kyodo"),
        ("{}", None),
        ("{} He told Reuters so.", None),
        ("The president told the Associated Press on Monday that it was over.\n\n{}", None),
        ("Flowers on the bridge. (Photo: Ada Quillfeather/Reuters)\n\n{}", None),
        ("{}\n\nPhoto: Ada Quillfeather / AP", None),
        ("Harrisburg (PA) - {}", None),
        ("{} The map of the petra was ap.", None),
    ],
)
def test_credits(text, expected):
    assert credited(text.format(BODY)) == expected


def test_the_demo_credits_its_invented_agency_where_it_shows_it(demo):
    made = encode_articles(read_articles(demo / "articles.csv"))
    texts = pd.read_csv(demo / "articles.csv").set_index("doc_id")["text"]
    shown = texts.str.contains(r"\(Ternwire\) -|^(?:With )?Ternwire$", flags=re.MULTILINE)
    found = dict(
        zip(
            made.table["doc_id"],
            pl.concat([find_agencies(shard) for shard in made.shards]),
            strict=True,
        )
    )
    assert shown.sum() > 50
    assert {doc for doc, name in found.items() if name == "Ternwire"} == set(shown.index[shown])


def test_an_empty_shard_has_no_credit():
    assert find_agencies(tokens(pl.Series(["", "A word."]))).to_list() == [None, None]


def test_each_way_of_writing_names_one_agency():
    ways = [way for ways in read_agency_words().agencies.values() for way in ways]
    assert len(ways) == len(set(ways))
