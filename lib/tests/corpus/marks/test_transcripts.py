"""Whose words in transcripts and interviews: cases in invented texts, and texts that are none."""

import numpy as np
import polars as pl
import pytest

from wording.corpus.build import encode_and_mark
from wording.corpus.encoding.kernels import OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE
from wording.corpus.marks.transcripts import find_turns, speaks_for_outlet
from wording.corpus.marks.voice import explain_token_voices, find_attributions


def encode(text, outlet="The Daily", authors=None):
    """Return the text as a marked shard."""
    columns = {"outlet": [outlet], "title": [None], "authors": [authors], "text": [text]}
    return encode_and_mark(
        pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), language="en"
    )


def read_words(shard, voices):
    """Return the words of the body in these voices, as one string."""
    flags = shard.is_word & ~shard.boilerplate & np.isin(shard.voice, voices)
    return " ".join(shard.forms["type"].gather(shard.tokens[np.flatnonzero(flags)]))


def read_spoken(text, **about):
    """Return what is said by whom, and the outlet's own words."""
    shard = encode(text, **about)
    found = find_attributions(shard, shard.voice)
    said = [
        (row.speaker, " ".join(shard.text(np.array([row.start_token]), np.array([row.end_token]))))
        for row in found.itertuples()
    ]
    return said, read_words(shard, [OUTLET_VOICE])


SHOW = """Aired May 4, 2021 - 20:00 ET

ANN AUTHOR, EXAMPLE TV HOST: Good evening. There were protests in Newbridge.

GOV. BEN BODY (X-NEWBRIDGE): It was a riot. They wanted a coup.

AUTHOR: The protest goes on.

BODY: It was a riot.

(BEGIN VIDEO CLIP)

UNIDENTIFIED FEMALE: We protest (APPLAUSE) because nobody listens [laughter] to us.

(END VIDEO CLIP)

AUTHOR: Thank you, Governor. More on the protests after the break."""


def test_a_show():
    said, own = read_spoken(SHOW, outlet="Example TV")
    assert said == [
        ("GOV. BEN BODY", "It was a riot."),
        ("GOV. BEN BODY", "They wanted a coup."),
        ("BODY", "It was a riot."),
        ("UNIDENTIFIED FEMALE", "We protest"),
        ("UNIDENTIFIED FEMALE", "because nobody listens"),
        ("UNIDENTIFIED FEMALE", "to us."),
    ]
    assert own == (
        "Aired May 4 2021 20 00 ET Good evening There were protests in Newbridge The protest "
        "goes on Thank you Governor More on the protests after the break"
    )


INTERVIEW = """Interview: the governor on the unrest

Q: Was Monday night a protest or a riot?

A: It was a riot, and I will say it again.

Example Daily: And the talk of a coup?

Body: A coup is what they planned. We stopped it.

Our reporter counted two broken windows after the protest."""


def test_an_interview():
    said, own = read_spoken(INTERVIEW, outlet="Example Daily")
    assert [speaker for speaker, _ in said] == ["A", "Body", "Body"]
    assert own == (
        "Interview the governor on the unrest Was Monday night a protest or a riot And the talk "
        "of a coup Our reporter counted two broken windows after the protest"
    )


SHAPES = {
    "capitals": "MR. SMITH: It was a riot.\n\nBODY: No, a protest.\n\nMR. SMITH: A riot.",
    "names": "Smith: It was a riot.\n\nBody: No, a protest.\n\nSmith: A riot.\n\nBody: A protest.",
    "full names first": "Jo Smith: It was a riot.\nBen Body: No.\nSmith: A riot.\nBody: A protest.",
    "more after the name": "Smith, chairman: A riot.\n\nBody (X): No.\n\nSmith: Yes.\n\nBody: No.",
    "bold names": "**Smith:** A riot.\n\n**Body:** I say no.\n\n**Smith:** Yes.\n\n**Body:** No.",
    "bold before a colon": "**Smith**: A riot.\n\n**Body**: No.\n\n**Smith**: Yes, you know.",
    "dashes": "— Smith: A riot.\n— Body: I say no.\n— Smith: Yes.\n— Body: No.",
    "arrows": ">> SMITH: A riot.\n>> BODY: I say no.\n>> SMITH: Yes.\n>> BODY: No.",
    "lines of their own": "Smith\nIt was a riot.\nBody\nI say no.\nSmith\nYes.\nBody\nYou err.",
    "lines with a colon": "SMITH:\nA riot.\nBODY:\nI say no.\nSMITH:\nYes.\nBODY:\nNo.",
    "times before": "[00:01] SMITH: A riot.\n[00:02] BODY: I say no.\n[00:03] SMITH: Yes.",
    "times after": "Smith (00:01): A riot.\nBody (00:02): I say no.\nSmith (01:00:03): Yes.",
    "one exchange": "SMITH: Were you there?\n\nBODY: I was.",
    "one speaker": "BODY: I was there.\n\nBODY: We stopped it.\n\nBODY: You know me.",
    "numbers": "Speaker 1: A riot.\nSpeaker 2: I say no.\nSpeaker 1: Yes.\nSpeaker 2: No.",
    "another language": "Müller: Es war Aufruhr.\nBody: Nein.\nMüller: Ja.\nBody: Wir gehen.",
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_labels_of_speakers(text):
    shard = encode("They spoke in Newbridge.\n\n" + text)
    assert read_words(shard, [OUTLET_VOICE]) == "They spoke in Newbridge"
    turns = find_turns(shard)
    assert len(turns.label) == len(text.split("\n\n")) or len(turns.label) in (3, 4)
    assert set(turns.speaker) <= {"smith", "body", "müller", "speaker 1", "speaker 2"}


ASKED = {
    "Q and A": ("Q:", "A:"),
    "Q. and A.": ("Q.", "A."),
    "question": ("QUESTION:", "BODY:"),
    "interviewer": ("INTERVIEWER (The Daily):", "BODY:"),
    "the outlet": ("The Daily:", "Body:"),
    "the author": ("Ann Author:", "Ben Body:"),
    "initials": ("AA:", "BB:"),
    "another language": ("Frage:", "Antwort:"),
}


@pytest.mark.parametrize(("asks", "answers"), ASKED.values(), ids=ASKED)
def test_who_asks_for_the_outlet_has_its_voice(asks, answers):
    said = ((asks, "Was it a riot?"), (answers, "It was, I know."), (asks, "And now?"))
    lines = [f"{label} {words}" for label, words in (*said, (answers, "We wait."))]
    shard = encode("\n\n".join(lines), authors="Ann Author")
    assert read_words(shard, [OUTLET_VOICE]) == "Was it a riot And now"
    assert read_words(shard, [REPORTED_VOICE]) == "It was I know We wait"


PARAGRAPHS = """SMITH: It was a riot.

The coup was stopped.

Windows were broken.

BODY: No.

SMITH: Yes.

Smith later told reporters that he had left.

BODY: No.

The mayor went home."""


def test_a_turn_goes_on_until_the_next_label_or_until_its_speaker_is_told_of():
    said, own = read_spoken(PARAGRAPHS)
    assert [words for speaker, words in said if speaker == "SMITH"] == [
        "It was a riot.",
        "The coup was stopped.",
        "Windows were broken.",
        "Yes.",
    ]
    assert "Smith later told reporters" in own
    assert own.endswith("The mayor went home")


def test_unlabelled_questions_are_the_outlets():
    turns = [f"What of town {k}?\n\nSmith: I saw it.\n\nBody: I did not." for k in range(3)]
    shard = encode("\n\n".join(turns))
    assert read_words(shard, [OUTLET_VOICE]) == "What of town 0 What of town 1 What of town 2"


@pytest.mark.parametrize("label", ["Ann Smith", "Mayor Smith", "SMITH", "Dr. Ann Smith"])
def test_one_who_answers_questions_above_the_label_speaks(label):
    turns = [f"What of town {k}?\n\n{label}: People came to town {k}." for k in range(3)]
    shard = encode("Our reporter met the mayor.\n\n" + "\n\n".join(turns))
    own = "Our reporter met the mayor What of town 0 What of town 1 What of town 2"
    assert read_words(shard, [OUTLET_VOICE]) == own
    assert set(find_attributions(shard, shard.voice)["speaker"]) == {label}


def test_quotations_within_a_turn_stay_quoted():
    shard = encode("SMITH: He said “riot” to me.\n\nBODY: No.\n\nSMITH: Yes, you know.")
    assert read_words(shard, [QUOTED_VOICE]) == "riot"
    found = find_attributions(shard, shard.voice)
    assert found[found["voice"] == "quoted"]["speaker"].tolist() == ["SMITH"]


def test_the_cue_is_the_colon_of_the_label():
    shard = encode(SHAPES["capitals"])
    found = find_attributions(shard, shard.voice)
    assert set(found["cue"]) == {":"}
    assert found["cue_token"].is_monotonic_increasing
    assert found["stance"].isna().all()
    shard = encode(SHAPES["lines of their own"])
    assert find_attributions(shard, shard.voice)["cue"].isna().all()


def test_labels_are_explained():
    shard = encode(SHAPES["capitals"])
    word = np.flatnonzero(shard.is_word & (shard.voice == REPORTED_VOICE))[:1]
    reasons = explain_token_voices(shard, shard.voice, word)
    assert reasons[["table", "entry"]].to_numpy().tolist() == [["speaker's label", "MR. SMITH"]]


NEWS = "The council met on Monday. “We are ready,” the mayor said.\n\n"
OTHERS = {
    "updates": NEWS + "Update: It is over.\n\nThe road was closed.\n\nUpdate: It is open.",
    "links": NEWS + "Related: The bridge\n\nRead more: The road\n\nRelated: The river",
    "a dateline": "NEWBRIDGE: The council met.\n\n" + NEWS + "NEWBRIDGE: It met again.",
    "datelines": "NEWBRIDGE: The council met.\n\nOLDBRIDGE: It rained.\n\nEASTBRIDGE: It snowed.",
    "notes": NEWS + "Correction: It was Monday.\n\nPhoto: Ann Author\n\nLocation: Newbridge",
    "facts": "Population: 3,000\nMayor: Ann Author\nRiver: Newbrook\nArea: 30 acres\nFounded: 1200",
    "facts of several towns": "".join(
        f"Town {k}\nPopulation: {k}00 people live there.\nRiver: The Newbrook runs there.\n"
        for k in range(5)
    ),
    "a recipe": "Ingredients: Three eggs.\nMethod: Beat them.\nServes: Four.\nTip: Add salt.",
    "a heading": "Q&A: The bridge\n\n" + NEWS + "Q&A: The road\n\nIt was closed.",
    "one label": NEWS + "Author: It is safe.\n\nThe road was closed.",
    "winners": "Winner: The mayor. He spoke.\n\nLoser: The road.\n\nWinner: All.\n\nLoser: I.",
    "myths": "MYTH: It fell.\n\nFACT: It stands.\n\nMYTH: It is old.\n\nFACT: It is new.",
    "a check of facts": "BODY: “I closed it.”\n\nTHE FACTS: He did not.\n\n"
    "BODY: “I built it.”\n\nTHE FACTS: No.",
    "questions that are explained": "Q: Why is it shut?\n\nA: It is old.\n\n" * 2
    + "Q: Until when?\n\nA: May.\n\nQ: Who pays?\n\nA: The council pays.",
    "a live blog": "20:05\nPolice speak of a riot\nIt is over.\n19:05\nMayor: no riot\nIt goes on.",
    "states": "Northland: The vote is close.\n\nSouthland: The vote is over.\n\nEastland: No vote.",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_articles_are_no_transcripts(text):
    assert not len(find_turns(encode(text)).label)


HOSTS = {
    "a host": (("Example TV", None, "ANN AUTHOR", ", HOST", True), True),
    "the outlet's host": (("Example TV", None, "ANN AUTHOR", ", EXAMPLE HOST", True), True),
    "another outlet's host": (("The Daily", None, "ANN AUTHOR", ", EXAMPLE TV HOST", True), False),
    "no outlet known": (("unattributed", None, "ANN AUTHOR", ", EXAMPLE TV HOST", True), True),
    "a guest": (("The Daily", "Ann Author", "BEN BODY", ", MAYOR", False), False),
    "namesake of an author": (("The Daily", "Ann Author", "Jo Author", "", False), False),
}


@pytest.mark.parametrize(("label", "expected"), HOSTS.values(), ids=HOSTS)
def test_who_speaks_for_the_outlet(label, expected):
    assert speaks_for_outlet(*label) == expected
