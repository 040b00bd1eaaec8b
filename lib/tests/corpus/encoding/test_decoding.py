import time

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.decoding import decode_article
from wording.corpus.encoding.matching import extract_contexts, find_matches
from wording.corpus.encoding.shard import encode_texts, load_shard, merge_shards, save_shard
from wording.corpus.kwic import locate_spans
from wording.corpus.marks.quotation import find_quotations
from wording.patterns import parse_phrases

TEXTS = {
    "plain": "They want gun control now. The protests went on.",
    "newline": "They want gun\ncontrol now. The protests went on.",
    "blank line": "They want gun\n\ncontrol now.",
    "crlf": "They want gun\r\ncontrol now.",
    "nbsp": "They want gun\u00a0control now.",
    "thin space": "They want gun\u2009control now.",
    "zwsp": "They want gun con\u200btrol now.",
    "word joiner": "They want gun con\u2060trol now.",
    "soft hyphen": "They want gun con\u00adtrol now.",
    "entity nbsp": "They want gun&nbsp;control now.",
    "entity #160": "They want gun&#160;control now.",
    "entity amp": "They want gun &amp; control now.",
    "double space": "They want gun  control now.",
    "tab": "They want gun\tcontrol now.",
    "line end": "They want gun con-\ntrol now.",
    "tag": "They want gun <b>control</b> now.",
    "tag glued": "They want <em>gun</em> control now.",
    "em dash": "They want it—gun control—now.",
    "slash": "They want gun control/safety now.",
    "quote inside": 'They want gun "control" now.',
    "quote opens": 'They want "gun control" now.',
    "quote half": "They want gun “control now” he said.",
    "paren": "They want gun (control) now.",
    "underscore": "They want _gun control_ now.",
    "hyphenated": "They want gun-control laws now.",
    "compound": "They want pro-gun control now.",
    "compound behind": "They want gun control-minded people now.",
    "possessive": "Gun control’s friends and gun controls.",
    "entity apostrophe": "Gun control&#8217;s friends.",
    "ligature": "The conﬂict and the oﬃce.",
    "hyphens": "They are pro‐life and anti‐abortion and pro–life (en dash).",
    "hard hyphen": "an anti‑immigrant rally",
    "stars": "an anti-immigrant rally; post-Watergate; illegal-immigrant; anti-immigration",
    "combining": "the coup d’e\u0301tat and a coup d'état",
    "fullwidth": "ｇｕｎ control",
    "hashtag": "#guncontrol #BlackLivesMatter @guncontrol gun_control",
    "mojibake": "They donâ€™t want gun controlâ€”now.",
}
NOT_GUN_CONTROL = {
    "newline", "blank line", "crlf", "entity amp", "paren", "compound", "compound behind",
    "ligature", "hyphens", "hard hyphen", "stars", "combining", "hashtag",
}  # fmt: skip
COUNTS = {
    "gun control": dict.fromkeys(TEXTS, 1) | dict.fromkeys(NOT_GUN_CONTROL, 0),
    "conflict": {"ligature": 1},
    "pro-life": {"hyphens": 1},
    "*immigra*": {"hard hyphen": 1, "stars": 3},
    "*gate": {"stars": 1},
    "anti-*": {"hyphens": 1, "hard hyphen": 1, "stars": 2},
    "coup d'état": {"combining": 2},
    "don't": {"mojibake": 1},
    "#guncontrol": {"hashtag": 1},
    "#blacklivesmatter": {"hashtag": 1},
    "# control": {},
}


def lines(texts, phrase):
    shard = encode_texts(pl.Series(texts))
    return extract_contexts(shard, find_matches(shard, parse_phrases([phrase])))


@pytest.mark.parametrize("phrase", COUNTS)
def test_words_are_found_however_a_text_writes_them(phrase):
    counts = lines(list(TEXTS.values()), phrase)["row"].value_counts()
    expected = {name: n for name, n in COUNTS[phrase].items() if n}
    assert {list(TEXTS)[row]: n for row, n in counts.items()} == expected


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("entity nbsp", "gun&nbsp;control"),
        ("tag", "gun <b>control"),
        ("tag glued", "gun</em> control"),
        ("line end", "gun con-\ntrol"),
        ("quote inside", 'gun "control'),
        ("entity apostrophe", "Gun control"),
        ("zwsp", "gun con\u200btrol"),
    ],
)
def test_places_are_those_of_the_given_text(name, given):
    texts = [TEXTS["plain"], TEXTS[name], TEXTS["tag"]]
    line = lines(texts, "gun control").iloc[1]
    assert texts[1][line["start"] : line["end"]] == given


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A&amp;B &lt;b&gt; &quot;so&quot;", 'A&B  "so"'),
        ("&amp;nbsp; &unknown; & so; &#xe9;", "\u00a0 &unknown; & so; é"),
        ("&lt;p class=&quot;x&quot;&gt;AT&amp;T; &amp; &amp;quot;so&amp;quot;", '\nAT&T; & "so"'),
        ("a <b and c> d <thing> x < y > z", "a <b and c> d <thing> x < y > z"),
        ('<a href="x.html">link</a>, <p class=x>new</p>', "link, \nnew\n"),
        ("one<br/>two <!-- none -->three", "one\ntwo three"),
        ("itâ€™s â€œsoâ€\x9d â€“ yesâ€¦", "it’s “so” – yes…"),
        ("con-\ntrol of a cease-\r\nfire, odd-\nword", "control of a cease-fire, odd-\nword"),
        ("soft\u00ad\nly", "softly"),
    ],
)
def test_what_stands_for_something_else_is_replaced(text, read):
    known = frozenset({"control", "cease-fire"})
    assert decode_article(text, lambda: known)[0] == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"It ended.\n\n“This was,” said", "It ended.\n\n“This was,” said"),
        (r"one line\nAnother\r\nand more", "one line\nAnother\nand more"),
        (r"it ended.\nthe mayor\tsaid", "it ended.\nthe mayor\tsaid"),
        (r"Q:\nWhat?\nA:\nI think", "Q:\nWhat?\nA:\nI think"),
        (
            r"so \"it\" was, and\/or it\u2019s \ud83d\ude00 \ud83d",
            'so "it" was, and/or it’s 😀 \ufffd',
        ),
        (r"it\xa0was \'so\'", "it\u00a0was 'so'"),
        (r"\\n\\nTwice.\\n", "\n\nTwice.\n"),
        (r"<a href=\"http:\/\/x.org\/a\">link<\/a> \u003cp\u003e", "link \n"),
        (r"in C:\new.\n\nThe next is C:\temp", "in C:\\new.\n\nThe next is C:\\temp"),
    ],
)
def test_escapes_that_a_program_wrote_are_decoded(text, read):
    assert decode_article(text, frozenset)[0] == read


@pytest.mark.parametrize(
    "text",
    [
        r"It is in C:\new\table, in docs\new, in C:\Tests and in \\server\new\text.",
        r"$\nu$, \theta and \nabla in \textbf{x}",
        r"type \n for a new line",
        r"\o/ and \m/",
    ],
)
def test_what_people_write_with_a_backslash_stays(text):
    assert decode_article(text, frozenset) == (text, [])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("the riot https t co Ab12", "the riot https://t.co/Ab12"),
        ("pic twitter com Ab12, so", "pic.twitter.com/Ab12, so"),
        ("at http www example org today", "at http://www.example.org/ today"),
        ("https is a net gain, http or com", "https is a net gain, http or com"),
    ],
)
def test_addresses_without_their_marks_are_addresses(text, read):
    assert decode_article(text, frozenset)[0] == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("see https://example.org/riot-2021?a=b&c. Then", "see Then"),
        ("(http://t.co/abc) www.example.org/riot; done", "done"),
        ("write to ann.author+x@example.co.uk now", "write to now"),
        ("riot pic.twitter.com/AYiw t.co/Ab… bit.ly/x", "riot"),
        ("riot https t co abc and pictwittercomabc", "riot and"),
        (r"riot http:\/\/example.org\/riot", "riot"),
        (
            "Amazon.com's staff at 350.org and U.S./Mexico, and/or",
            "Amazon 's staff at 350 and U.S. Mexico and or",
        ),
        ("he said.In @handle and #riot https", "he said In handle and riot https"),
    ],
)
def test_addresses_are_no_words(text, words):
    shard = encode_texts(pl.Series([text]))
    types = shard.forms["type"].gather(shard.tokens[shard.is_word])
    assert " ".join(types) == words


def test_addresses_can_be_asked_for_and_hold_no_hits():
    text = "The riot: https://example.org/riot-2021 and https://example.com/a"
    assert len(lines([text], "riot*")) == 1
    assert len(lines([text], "https://*example.org*")) == 1
    assert len(lines([text], "https://*")) == 2


def test_every_token_stands_where_its_offsets_say():
    """Each token, read by itself as it stands in the given text, is the token."""
    texts = [*TEXTS.values(), "<p>A&amp;B</p> x<b>y</b>z&#8217;s &quot;end&quot;", "", "&amp;"]
    texts += [r"It \"ended\".\n\n“So,” it\u2019s <br \/>http:\/\/x.org\/a https t co Ab1 riot"]
    shard = encode_texts(pl.Series(texts))
    places = np.flatnonzero(shard.tokens != 0)
    row = shard.article(places)
    start, end = shard.offsets(places)
    types = shard.forms["type"].gather(shard.tokens[places]).to_list()
    for k, first, last, written in zip(row, start, end, types, strict=True):
        given = decode_article(texts[k][first:last], lambda: frozenset({"control"}))[0]
        assert given == written or not written.strip(), (texts[k], first, last)
    is_word = shard.is_word[places]
    back = locate_spans(shard, row[is_word], start[is_word], end[is_word])
    assert back.start.tolist() == places[is_word].tolist()
    assert back.end.tolist() == (places[is_word] + 1).tolist()


def test_edits_stay_with_their_articles(tmp_path):
    texts = [TEXTS["plain"], TEXTS["tag"], "no", TEXTS["entity nbsp"]]
    shard = encode_texts(pl.Series(texts))
    save_shard(shard, tmp_path)
    part = shard.subset(np.array([1, 3]))
    merged = merge_shards([part, shard])
    for one, its_texts in [
        (load_shard(tmp_path), texts),
        (part, [texts[1], texts[3]]),
        (merged, [texts[1], texts[3], *texts]),
    ]:
        found = extract_contexts(one, find_matches(one, parse_phrases(["gun control"])))
        given = [its_texts[r.row][r.start : r.end] for r in found.itertuples()]
        assert set(given) <= {"gun control", "gun <b>control", "gun&nbsp;control"}
        assert len(given) == sum("gun" in text for text in its_texts)


def test_the_given_texts_are_not_changed():
    texts = pl.Series(["a &amp; b"])
    encode_texts(texts)
    assert texts.to_list() == ["a &amp; b"]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor called it &quot;a good day&quot; again.",
        "The mayor called it &#8220;a good day&#8221; again.",
        "The mayor called it <i>&ldquo;a good day&rdquo;</i> again.",
        "The mayor called it â€œa good dayâ€\x9d again.",
    ],
)
def test_a_quotation_mark_is_one_however_it_is_written(text):
    shard = encode_texts(pl.Series([text]))
    inside = find_quotations(shard).inside(len(shard.tokens)) & shard.is_word
    assert shard.forms["type"].gather(shard.tokens[inside]).to_list() == ["a", "good", "day"]


@pytest.mark.parametrize(
    "text", ["<a " + " " * 100_000, "&lt;a x=&quot;" * 5_000, "C:\\a" * 50_000]
)
def test_what_looks_like_a_tag_or_a_path_without_end_takes_no_time(text):
    began = time.monotonic()
    decode_article(text, frozenset)
    assert time.monotonic() - began < 15
