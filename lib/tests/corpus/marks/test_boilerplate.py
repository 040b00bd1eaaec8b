import numpy as np
import polars as pl
import pytest

from wording.corpus.build import encode_articles
from wording.corpus.encoding.shard import encode_texts
from wording.corpus.marks.boilerplate import mark_boilerplate
from wording.corpus.marks.copies import find_copy_pairs
from wording.corpus.reading.articles import read_articles


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
        *(
            (f"{BODY}\n{line}\n{BODY}", [line])
            for line in (
                "MAYOR SAYS HE WILL SIGN THE BRIDGE BILL",
                "RELATED: Mayor says the bridge is safe",
                "Watch: How the bridge was built",
                "More: Who paid for the bridge, and who will",
                "(Also on The Ledger: Who paid for the bridge)",
                "Correction: An earlier version of this story misspelled the mayor's name.",
                "[Editor's note: This story has been updated.]",
                "This post has been updated with additional information.",
                "Ann Other is a senior writer at The Ledger.",
                "Follow her on Twitter @annother",
                "Write to Ann Other at ann.other@example.com",
                "Ben Third and Cy Fourth contributed reporting from Ada.",
                "— With assistance by Ben Third",
                "Third reported from New Ada.",
                "By Ann Other and Ben Third, The Ledger",
                "Boats lie in the harbour, May 9, 2030. (Ann Other/Reuters)",
                "Photographer: Ann Other/Bloomberg",
                "A boat in the harbour Ann Other | The Ledger",
                "[Who paid for the bridge?]",
                "Want more of this straight to your inbox? Sign up here.",
                "Story Continued Below",
                "The views expressed here are the author's own.",
                "Share this story on",
                "https://example.org/bridge",
                "© 2030 The Ledger",
                "181201224111180",
                "ANALYSIS/OPINION:",
            )
        ),
        (f"Ann Other\nOpinion\n{BODY}", ["Ann Other", "Opinion"]),
        *(
            (f"{BODY}\n{line}\n{BODY}", [])
            for line in (
                "WHAT HAPPENED NEXT",
                "ANN OTHER, MAYOR OF NEW ADA SINCE 2028:",
                "WE WILL NOT PAY FOR A BRIDGE THAT NOBODY WANTS!",
                "By the bridge, boats lie idle",
                "She will write to the mayor, and to the council.",
                "Ann Other is the mayor of New Ada.",
                "You can sign up for a boat tour at the harbour office.",
                "He asked the Ada council (and/or its engineers) to pay.",
                "The correction of the border took years.",
            )
        ),
        (f"Opinion: The bridge is too dear\n{BODY}", []),
    ],
)
def test_what_belongs_to_the_page_is_marked_and_nothing_else(text, expected):
    assert marked(text) == expected


def test_a_line_that_many_articles_share_is_the_pages():
    line = "The Ledger comes to you every morning."
    assert marked(f"{BODY}\n\n{line}", others=5) == [line]
    assert marked(f"{BODY}\n\n{line}", others=2) == []


def test_a_text_that_recurs_as_a_whole_is_no_boilerplate():
    shard = encode_texts(pl.Series([BODY] * 12))
    assert not mark_boilerplate(shard, pl.Series(["A"] * 12)).any()


def test_many_headings_in_capitals_are_the_articles_own():
    headings = ("THE MAYOR HAS HIS SAY", "BOATS", "WHAT IT COSTS", "WHO PAYS FOR IT ALL NOW")
    assert marked("\n".join(f"{heading}\n{BODY}" for heading in ("A first line.", *headings))) == []


def make_words(n, seed, *, per_line=30):
    """So many words that no other text has, in sentences of ten and in lines."""
    drawn = np.random.default_rng(seed).integers(0, 10**6, n)
    return "".join(
        f"w{word}" + "." * (i % 10 == 0) + (" " if i % per_line else "\n")
        for i, word in enumerate(drawn, 1)
    )


FOOTER = make_words(140, 0, per_line=999)
GROUP = [(outlet, k) for outlet in ("North", "South", "West") for k in range(12)]


def encode_papers(folder, papers):
    """The corpus of texts, each with its outlet."""
    frame = pl.DataFrame(papers, schema=["outlet", "text"], orient="row").with_columns(
        doc_id=pl.int_range(len(papers)).cast(pl.String), date=pl.lit("2031-01-01")
    )
    frame.write_csv(folder / "articles.csv")
    return encode_articles(read_articles(folder / "articles.csv"))


@pytest.mark.parametrize("footer", [FOOTER, FOOTER.replace(". ", ".\n")], ids=["one", "lines"])
@pytest.mark.parametrize("per_paper", [12, 3])
def test_a_footer_of_a_group_is_marked_and_makes_no_copies(tmp_path, footer, per_paper):
    papers = [
        (outlet, f"{make_words(300, 1 + i)}\n\n{footer}")
        for i, (outlet, k) in enumerate(GROUP)
        if k < per_paper
    ]
    corpus = encode_papers(tmp_path, papers)
    assert set(corpus.table["n_boilerplate"]) == {140}
    assert find_copy_pairs(corpus).is_empty()


def test_a_wire_story_that_ten_papers_print_is_not_marked(tmp_path):
    story = make_words(300, 1)
    papers = [
        (f"Paper {k}", f"{make_words(200, 2 + 10 * k + j)}\n{story if j == 0 else ''}")
        for k in range(10)
        for j in range(3)
    ]
    corpus = encode_papers(tmp_path, papers)
    assert set(corpus.table["n_boilerplate"]) == {0}
    assert len(find_copy_pairs(corpus)) > 0


def test_versions_of_a_story_are_not_marked(tmp_path):
    story = make_words(600, 1, per_line=60)
    corpus = encode_papers(
        tmp_path, [("North", f"{make_words(60, 2 + k)}\n{story}") for k in range(8)]
    )
    assert set(corpus.table["n_boilerplate"]) == {0}


def test_speakers_that_take_turns_are_text():
    turns = [
        "".join(f"ann other\nThe {make_words(30, 100 * k + turn)}" for turn in range(6))
        for k in range(6)
    ]
    assert not mark_boilerplate(encode_texts(pl.Series(turns)), pl.Series(["A"] * 6)).any()
