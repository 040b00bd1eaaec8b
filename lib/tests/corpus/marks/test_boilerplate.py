import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.boilerplate import mark_boilerplate


def marked(text, *, others=0):
    """The marked spans; `others` more articles of the outlet hold the same last line."""
    texts = [text] + [
        f"Something else, number {k}, was reported here.\n\n{text.splitlines()[-1]}"
        for k in range(others)
    ]
    shard = encode_texts(pl.Series(texts))
    flags = mark_boilerplate(shard, pl.Series(["A"] * len(texts)))[: shard.bounds[1]]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return shard.text(edges[::2], edges[1::2])


BODY = "The council met on Monday and voted for the bridge."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{BODY}\n\nA boat in the harbour. (Photo: Ann Other)\n\n{BODY}",
            ["A boat in the harbour. (Photo: Ann Other)"],
        ),
        (
            f"{BODY}\nBoats lie in the harbour.\nBoats lie in the harbour. via REUTERS\n{BODY}",
            ["Boats lie in the harbour.", "Boats lie in the harbour. via REUTERS"],
        ),
        (
            f"{BODY}\n\nRelated articles\n\nWho are the rebels?\n\nTown falls at dawn",
            ["Related articles", "Who are the rebels?", "Town falls at dawn"],
        ),
        (f"{BODY}\n\nSource link", ["Source link"]),
        (f"{BODY}\n\nBack to top button", ["Back to top button"]),
        (
            f"ADA, Dec 19 (EFE).- {BODY} EFE\n\nabc-de/fg",
            ["ADA, Dec 19 (EFE).-", "EFE", "abc-de/fg"],
        ),
        (f"NEW ADA (Reuters) - {BODY}", ["NEW ADA (Reuters) -"]),
        (f"{BODY}\n\nWith EFE, Reuters, AP and AFP", ["With EFE, Reuters, AP and AFP"]),
        (f" date 2022-02-24 {BODY}", ["date 2022-02-24"]),
        (f"War & Peace\n\nTown council votes for a new bridge\n\n{BODY}", ["War & Peace"]),
        *(
            (f"{BODY}\n{line}\n{BODY}", [line])
            for line in (
                "Media playback is unsupported on your device "
                "Media caption The mayor on the bridge",
                "JUST WATCHED The mayor on the bridge Replay More Videos ... "
                "MUST WATCH The mayor on the bridge 01:49",
                "Sign Up By signing up you agree to receive email newsletters. "
                "You can unsubscribe at any time.",
                "Mayor says the bridge is safe Read more",
                "Read or Share this story: https://example.org/x",
                "Photos: A bridge through the years Ships in 1950. Cars in 1990.",
                "The bridge at dawn. Photograph: Ann Other",
            )
        ),
        (f"{BODY} She just watched him read more books and share this story.", []),
        (f"{BODY} He told Reuters that the war - and he was sure - would end.", []),
        (
            f"{BODY}\n\nRelated questions were put off until Tuesday, when the full council "
            "meets again to hear the engineers speak.",
            [],
        ),
        (f"{BODY}\n\nThe photo showed a crowd.", []),
    ],
)
def test_what_belongs_to_the_page_is_marked_and_nothing_else(text, expected):
    assert marked(text) == expected


def test_a_line_that_many_articles_share_is_the_pages():
    line = "The Ledger comes to you every morning."
    assert marked(f"{BODY}\n\n{line}", others=5) == [line]
    assert marked(f"{BODY}\n\n{line}", others=2) == []
