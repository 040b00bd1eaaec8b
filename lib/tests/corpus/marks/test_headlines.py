"""Whose words in headlines: cases in invented headlines, each above an invented article."""

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.kernels import OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE
from wording.corpus.marks.headlines import find_headline_speech, mark_headline_voices
from wording.corpus.marks.quotation import find_quotations

BODY = (
    "Ann Author said on Monday that the bridge was safe. The ministry told reporters so. Unrest in "
    "Newbridge went on. “We are ready,” Keller said."
)


def encode_headlines(*titles, body=BODY):
    """Return the articles, which tokens are of headlines, and which of quotations."""
    shard = tokens.encode_texts(pl.Series([f"{title}\n{body}" for title in titles]))
    lines = np.flatnonzero(shard.is_break(shard.tokens))
    is_headline = np.zeros(len(shard.tokens), bool)
    for start in shard.bounds[:-1]:
        is_headline[start : lines[np.searchsorted(lines, start)]] = True
    return shard, is_headline, find_quotations(shard).inside(len(shard.tokens))


def read_headline(title, body=BODY, language="en"):
    """Return a headline's reported words, its quoted ones and its speaker."""
    shard, is_headline, inside = encode_headlines(title, body=body)
    voice = mark_headline_voices(shard, is_headline, inside, language=language)
    assert (voice[~is_headline] == OUTLET_VOICE).all()
    types = shard.forms["type"]
    reported, quoted = (
        " ".join(types.gather(shard.tokens[np.flatnonzero((voice == kind) & shard.is_word)]))
        for kind in (REPORTED_VOICE, QUOTED_VOICE)
    )
    speech = find_headline_speech(shard, is_headline, inside, language=language)
    return reported, quoted, "; ".join(shard.text(speech.first, speech.last))


CASES = {
    "name": ("Author: Bridge is safe", "Bridge is safe", "", "Author"),
    "full name": ("Ann Author: Bridge Is Safe", "Bridge Is Safe", "", "Ann Author"),
    "title": ("Sen. Ben Body: Bridge is safe", "Bridge is safe", "", "Sen. Ben Body"),
    "institution": ("Ministry: Bridge is safe", "Bridge is safe", "", "Ministry"),
    "source": ("Newbridge police: Bridge is safe", "Bridge is safe", "", "Newbridge police"),
    "poll": ("Example Poll: Most trust bridge", "Most trust bridge", "", "Example Poll"),
    "report": ("Report: Bridge was closed", "Bridge was closed", "", "Report"),
    "to somebody": ("Author to mayor: Close the bridge", "Close the bridge", "", "Author"),
    "on something": ("Author on bridge: It is safe", "It is safe", "", "Author"),
    "below a label": ("OPINION: Ann Author: Close it", "Close it", "", "Ann Author"),
    "source at the end": ("Bridge was closed: report", "Bridge was closed", "", "report"),
    "says at the end": ("Bridge is safe, mayor says", "Bridge is safe", "", "mayor"),
    "says on a day": ("Bridge is safe, mayor says on Monday", "Bridge is safe", "", "mayor"),
    "inverted": ("Bridge is safe, says Ann Author", "Bridge is safe", "", "Ann Author"),
    "study finds": ("Bridges age badly, study finds", "Bridges age badly", "", "study"),
    "says": ("Mayor says bridge is safe", "bridge is safe", "", "Mayor"),
    "says, then does": ("Mayor says bridge is safe, slams rivals", "bridge is safe", "", "Mayor"),
    "does, and says": ("Mayor slams rivals, says bridge is safe", "bridge is safe", "", "Mayor"),
    "after a topic": ("Newbridge unrest: Mayor says it is over", "it is over", "", "Mayor"),
    "two": ("It is over, mayor says; Bridge is safe", "It is over", "", "mayor"),
    "double marks": ("Mayor calls bridge “safe” again", "", "safe", ""),
    "single marks": ("Mayor calls bridge 'quite safe' again", "", "quite safe", ""),
    "curly single marks": ("Mayor calls bridge ‘quite safe’ again", "", "quite safe", ""),
    "name and marks": ("Author: Bridge is 'safe'", "Bridge is", "safe", "Author"),
    "apostrophes": ("Voters' choice: It's the mayor's bridge", "", "", ""),
    "more names": (
        "Bridge is safe, A. Body and B. Foe say",
        "Bridge is safe",
        "",
        "A. Body and B. Foe",
    ),
    "official": ("It's official: Bridge is closed", "", "", ""),
    "title of something": ("President's bridge: It is closed", "", "", ""),
    "another speaker": ("Ann Author: Minister says goodbye", "", "", ""),
    "live": ("Live: Bridge is closed", "", "", ""),
    "opinion": ("Opinion: Bridge is safe", "", "", ""),
    "exclusive": ("EXCLUSIVE: Bridge was closed", "", "", ""),
    "watch": ("Watch: Bridge falls", "", "", ""),
    "fact check": ("Fact check: Bridge is safe", "", "", ""),
    "topic": ("Newbridge unrest: Bridge is closed", "", "", ""),
    "topic with a capital": ("Newbridge Unrest: Bridge Is Closed", "", "", ""),
    "place that says nothing": ("Newbridge: Bridge is closed", "", "", ""),
    "report on something": ("Jobs report: Bridge firms hire", "", "", ""),
    "column": ("Bridge is a folly: Column", "", "", ""),
    "versus": ("Author vs. Keller: Two views", "", "", ""),
    "question": ("Ann Author: Hero or fool?", "", "", ""),
    "why": ("Ann Author: Why the bridge is safe", "", "", ""),
    "why I believe": ("Why I believe the bridge is safe", "", "", ""),
    "what you need to know": ("What you need to know about the bridge", "", "", ""),
    "what somebody says": ("What the mayor says about the bridge", "", "", ""),
    "says goodbye": ("Mayor says goodbye to bridge", "", "", ""),
    "no label": ("Bridge closed after storm", "", "", ""),
}


@pytest.mark.parametrize(("title", "reported", "quoted", "speaker"), CASES.values(), ids=CASES)
def test_headlines(title, reported, quoted, speaker):
    assert read_headline(title) == (reported, quoted, speaker)


def test_a_name_speaks_if_its_own_article_says_so():
    titles = "Keller: Bridge is safe", "Newbridge: Bridge is safe"
    assert read_headline(titles[0])[2] == "Keller"
    assert read_headline(titles[0], body="Keller closed the bridge.")[2] == ""
    shard, is_headline, inside = encode_headlines(*titles)
    speech = find_headline_speech(shard, is_headline, inside)
    assert shard.article(speech.start).tolist() == [0]


def test_other_languages_have_quotations_only():
    assert read_headline("Author: „Alles gut“ in Neubrück", language="de") == ("", "Alles gut", "")


def test_no_headline():
    shard, is_headline, inside = encode_headlines("")
    speech = find_headline_speech(shard, is_headline, inside)
    assert not is_headline.any()
    assert len(speech) == 0
    assert not mark_headline_voices(shard, is_headline, inside).any()
