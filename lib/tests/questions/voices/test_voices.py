"""Who speaks, from counts made up by hand."""

import pandas as pd
import pytest

from wording.questions.voices import voices
from wording.questions.voices.findings import sentences

ARTICLES = pd.DataFrame({
    "doc_id": list("abcdef"), "outlet": ["A", "A", "A", "B", "B", "B"], "n_words": [100] * 6,
    "n_quoted": [20, 10, 30, 0, 0, 0], "n_reported": [10, 10, 10, 50, 40, 60],
})  # fmt: skip
COUNTS = pd.DataFrame(
    [
        ("a", "outlet", 1),
        ("a", "quoted", 3),
        ("b", "quoted", 4),
        ("c", "reported", 2),
        ("d", "outlet", 5),
        ("e", "outlet", 4),
        ("f", "outlet", 3),
    ],
    columns=["doc_id", "voice", "n"],
).assign(concept="x", variant="coup")
ATTRIBUTIONS = pd.DataFrame(
    [
        ("a", "A", "quoted", "Ann", "said", "neutral", False, 3, 30),
        ("a", "A", "reported", "Ann", "claimed", "doubting", False, 1, 8),
        ("b", "A", "quoted", None, None, None, True, 2, 4),
        ("d", "B", "reported", "Bo", "said", "neutral", False, 4, 90),
        ("e", "B", "quoted", "Ann", "said", "neutral", True, 1, 3),
    ],
    columns=["doc_id", "outlet", "voice", "speaker", "cue", "stance", "short", "n", "n_words"],
)


def test_words_are_divided_among_voices():
    table = voices.compute_voice_shares(ARTICLES).set_index(["outlet", "voice"])
    assert table.loc[("A", "quoted"), "n_words"] == 60
    assert table.loc[("A", "outlet"), "share"] == pytest.approx(210 / 300)
    assert table.loc[("B", "reported"), "share"] == pytest.approx(0.5)
    assert table["n_words"].sum() == ARTICLES["n_words"].sum()
    assert (table["low"] <= table["share"]).all()


def test_a_terms_own_share_is_counted_beside_the_rest():
    row = voices.compute_own_voice(
        COUNTS, ARTICLES, variants={"x": ["coup", "protests"]}
    ).set_index("outlet")
    assert list(row.index) == ["A", "B"], "a term without hits has no row"
    a = row.loc["A"]
    assert (a["n"], a["n_own"], a["n_quoted"], a["n_reported"], a["n_rest"]) == (10, 1, 7, 2, 12)
    assert (a["own_share"], a["own_share_rest"]) == (0.1, 1.0)


def test_where_no_term_has_a_hit_the_table_is_empty():
    table = voices.compute_own_voice(COUNTS.iloc[:0], ARTICLES, variants={"x": ["coup"]})
    assert table.empty
    assert list(table.columns) == voices.OWN_VOICE_COLUMNS


def test_cues_stances_and_speakers():
    cues = voices.compute_cue_shares(ATTRIBUTIONS, ARTICLES).set_index(["outlet", "variant"])
    assert cues.loc[("A", "said"), "share"] == 0.75
    assert cues.loc[("B", "claimed"), "n"] == 0
    assert (
        voices.compute_cue_shares(ATTRIBUTIONS, ARTICLES, by="stance")
        .set_index(["outlet", "variant"])
        .loc[("A", "doubting"), "n"]
        == 1
    )
    assert voices.rank_speakers(ATTRIBUTIONS).to_dict("records") == [
        {"outlet": "A", "speaker": "Ann", "n": 4, "n_articles": 1, "n_words": 38},
        {"outlet": "B", "speaker": "Bo", "n": 4, "n_articles": 1, "n_words": 90},
        {"outlet": "B", "speaker": "Ann", "n": 1, "n_articles": 1, "n_words": 3},
    ]
    contrasts = voices.contrast_cues(ATTRIBUTIONS, ARTICLES)
    assert set(contrasts["variant"]) == {"said", "claimed"}


def test_rare_cues_are_counted_together():
    many = pd.concat([ATTRIBUTIONS.iloc[:1].assign(cue=f"cue{k:02}", n=100 - k) for k in range(20)])
    table = voices.compute_cue_shares(many, ARTICLES)
    assert list(dict.fromkeys(table["variant"])) == [f"cue{k:02}" for k in range(12)] + [
        voices.OTHER_CUES
    ]
    assert table["n"].sum() == many["n"].sum()


def test_sentences_tell_how_much_is_attributed_and_what_is_only_quoted():
    counts = COUNTS.assign(
        n=COUNTS["n"] * (COUNTS["voice"] != "outlet") + (COUNTS["doc_id"] > "c") * COUNTS["n"]
    )
    described = sentences(
        voices.compute_voice_shares(ARTICLES),
        voices.compute_own_voice(counts, ARTICLES, variants={"x": ["coup"]}),
    )
    assert described[0] == (
        "40 % of all words are attributed to a speaker: 10 % in quotation marks, 30 % in reported "
        "speech."
    )
    assert described[1] == (
        "By outlet, this ranges from 30 % at A (20 % quoted, 10 % reported) "
        "to 50 % at B (0 % quoted, 50 % reported)."
    )
    assert any("“coup”" in sentence and "A " in sentence for sentence in described[2:])


def test_short_quotations_are_counted_not_judged():
    assert voices.describe_short_quotations(ATTRIBUTIONS)[0].startswith(
        "3 quotations of up to four words occur inside the outlets' own sentences. For 2 no speaker"
    )
