"""Whose words in transcripts and interviews: what stands below a speaker's label is the speaker's.

A label begins a line: "BODY: ...", "Ben Body, mayor: ...", "Q: ...", "— Body: ...", or it is a name
on a line of its own. Other articles have lines that look like it ("Update: ...", "Photo: ..."), so
that an article is judged as a whole: in a transcript, labels come again and take turns, or are such
as only speakers have ("Q", "HOST"). A label belongs to the page, as do brackets like "(APPLAUSE)".
Those who speak for the outlet ("Q", "Interviewer", a host, the outlet's name, the article's author)
have its own voice. The words that this needs are in data/words/transcripts.yml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from wording.corpus.encoding.kernels import OUTLET_VOICE
from wording.corpus.encoding.matching import flag_forms, spell_spans
from wording.corpus.encoding.shard import (
    NUMBER,
    WORD,
    Shard,
    concatenate_ranges,
    find_at_or_after,
    find_at_or_before,
    mark_run_starts,
    reduce_segments,
)
from wording.corpus.marks.boilerplate import ShardLines, find_lines
from wording.corpus.marks.speakers import NamedSpeech
from wording.settings import LABEL_CUE, UNATTRIBUTED_OUTLET
from wording.study.read import read_word_record
from wording.study.records import Record

MAX_LABEL_TOKENS, MAX_NAME_LINE_TOKENS, MAX_BRACKET_TOKENS = 20, 8, 12
MIN_REPEATED_WORDS = 5
"""A line of so many words that stands twice below one label is a link or a notice."""
OPENING_QUOTATION_MARKS = ['"', "“", "„", "«", "‘", "'", "``", "''"]

LABEL_LETTERS = {"topics": "x", "reporting": "v", "answers": "A", "hosts": "Q"}
"""The letter of each list's words; a word of several lists has the last one's."""
LABEL_MARKS = dict.fromkeys("*-–—•>_", "*") | {mark: mark for mark in ":,.()[]"}

BOLD = r"[*]{0,4}"
LEAD = rf"^{BOLD}(?:\[[#:.]*\])?{BOLD}"
LABEL_NAME = r"(?P<name>[UNQA+](?:[UNQA.#+]|w(?=[UNQA])){0,8}?)"
TIME = r"(?:[(\[]?#(?::#){1,2}[)\]]?)?"
MORE = r"(?P<more>(?:,[^:\nv]{1,14}|\([^:\nv]{1,12}\)|\[[^:\nv]{1,8}\]){0,2})"
COLON_LABELS = (
    rf"{LEAD}{LABEL_NAME}{TIME}{MORE}{BOLD}(?P<mark>:(?!(?<=#:)#)){BOLD}|^(?P<user>w)(?P<colon>:)"
)
LETTER_LABELS = rf"{LEAD}(?P<name>[QA])(?P<more>){BOLD}(?P<mark>\.|(?<=Q)){BOLD}"
NAME_LINES = rf"{LEAD}{LABEL_NAME}{MORE}(?P<mark>){BOLD}$"
"""What labels look like in the letters of a line's first tokens."""


class TranscriptWords(Record):
    """What transcripts.yml holds; the file says what each is."""

    hosts: list[str]
    answers: list[str]
    topics: list[str]
    reporting: list[str]
    oneself: list[str]
    talk: list[str]
    sounds: list[str]
    generic: list[str]


@cache
def load_transcript_words() -> TranscriptWords:
    """Return the words of transcripts.yml."""
    return read_word_record("transcripts", TranscriptWords)


@dataclass(frozen=True)
class Turns:
    """The turns of all transcripts of a shard, in order.

    Attributes
    ----------
    label : where the line of each turn's label begins.
    speech : what is said, by whom; the cue is the label's colon, if it has one.
    speaker : the last word of the speaker's name, in small letters.
    name, more : the label's name as written, and what follows it ("MAYOR", "X-NEWBRIDGE").
    is_host : whether the label says that this is who asks or presents.
    """

    label: np.ndarray
    speech: NamedSpeech
    speaker: pl.Series
    name: pl.Series
    more: pl.Series
    is_host: np.ndarray


def find_turns(shard: Shard) -> Turns:
    """Return the turns of the articles that are judged to be transcripts, or have one in them."""
    lines, words = find_lines(shard), load_transcript_words()
    labels = describe_labels(find_labels(lines, words), lines, words)
    return bound_turns(labels.filter(is_transcript()), lines)


def letter_label_forms(shard: Shard, words: TranscriptWords) -> np.ndarray:
    """Return the letter of each form, uint8 (n_forms,).

    A name in capitals is U, another name N, an initial +, a number #, any other word w; a mark that
    labels have is itself, another ~. See LABEL_LETTERS.
    """
    types, kind = shard.forms["type"], shard.kind
    letter = np.full(len(types), ord("~"), np.uint8)
    letter[kind == WORD] = ord("w")
    letter[kind == NUMBER] = ord("#")
    is_upper = types.str.contains(r"^\p{Lu}").to_numpy() & (kind == WORD)
    letter[is_upper] = ord("N")
    letter[
        types.str.contains(r"^(?:Ma?c|D[ei]|La|Le|O.)?\p{Lu}[\p{Lu}.'’-]*\p{Lu}\.?$").to_numpy()
    ] = ord("U")
    letter[types.str.contains(r"^\p{Lu}(?:\.\p{Lu})*\.?$").to_numpy()] = ord("+")
    for mark, its_letter in LABEL_MARKS.items():
        letter[shard.find_forms([mark])] = ord(its_letter)
    for name, its_letter in LABEL_LETTERS.items():
        is_listed = flag_forms(shard, getattr(words, name))
        letter[is_listed & (is_upper | (its_letter in "xv"))] = ord(its_letter)
    return letter


def find_labels(lines: ShardLines, words: TranscriptWords) -> pl.DataFrame:
    """Return the lines that begin with what may be a speaker's label, one row each.

    Returns
    -------
    line : the number of the line.
    first, last : tokens of the name, from first up to last.
    end : the token after the label.
    more : where what follows the name ends.
    is_alone : whether the label has a line of its own, and no colon.
    is_host, is_answer, is_capital : what kind of a label it is.
    """
    shard = lines.shard
    letters = letter_label_forms(shard, words)
    colon = shard.find_positions(shard.find_forms([":"]))
    line = lines.line_of(colon)
    line = line[mark_run_starts(line) & (colon - lines.start[line] < MAX_LABEL_TOKENS)]
    length = lines.end - lines.start
    first = shard.tokens[lines.start]
    is_letter = np.isin(letters, [ord("Q"), ord("A")]) & (
        shard.forms["type"].str.len_chars().to_numpy() == 1
    )
    lettered = np.flatnonzero(is_letter[first] & (length > 1))
    found = [
        match_labels(lines, line, letters, COLON_LABELS),
        match_labels(lines, lettered, letters, LETTER_LABELS),
        match_labels(lines, find_name_lines(lines), letters, NAME_LINES),
    ]
    return pl.concat(found).unique("line", keep="first").sort("line")


def find_name_lines(lines: ShardLines) -> np.ndarray:
    """Return the short lines that are no sentences, stand twice in an article, with text below."""
    is_short = (lines.end - lines.start <= MAX_NAME_LINE_TOKENS) & ~lines.is_sentence
    is_short[:-1] &= (lines.row[1:] == lines.row[:-1]) & (lines.n_words[1:] > 0)
    is_short[-1:] = False
    line = np.flatnonzero(is_short)
    again = pl.DataFrame({"row": lines.row[line], "line": lines.printed[line]}).select(
        pl.len().over("row", "line") > 1
    )
    return line[again.to_series().to_numpy()]


def match_labels(
    lines: ShardLines, which: np.ndarray, letters: np.ndarray, pattern: str
) -> pl.DataFrame:
    """Return the labels that a pattern finds at the beginning of some lines; see `find_labels`.

    Parameters
    ----------
    lines : all lines.
    which : those that are looked at, by number.
    letters : the letter of each form.
    pattern : a regular expression.
    """
    start = lines.start[which]
    end = np.minimum(lines.end[which], start + MAX_LABEL_TOKENS)
    at = concatenate_ranges(start, end)
    text, place = spell_spans(start, end, letters[lines.shard.tokens[at]])
    rows = []
    for match in re.finditer(pattern, text, re.MULTILINE):
        group = "user" if match.groupdict().get("user") else "name"
        name = match[group]
        more = "" if group == "user" else match["more"]
        last = match.end(group)
        rows.append(
            {
                "start": int(place[match.start()]),
                "first": int(place[match.start(group)]),
                "last": int(place[last - 1]) + 1,
                "more_end": int(place[last - 1 + len(more)]) + 1,
                "end": int(place[match.end() - 1]) + 1,
                "is_alone": ":" not in match[0],
                "is_host": name.endswith("Q") or "Q" in more,
                "is_answer": name == "A",
                "is_letter": name in ("Q", "A") and place[last - 1] == place[match.start(group)],
                "is_capital": "U" in name and not set(name) & set("Nw"),
            }
        )
    labels = pl.DataFrame(rows, schema=LABEL_COLUMNS)
    return labels.insert_column(0, pl.Series("line", lines.line_of(labels["start"].to_numpy())))


LABEL_COLUMNS = dict.fromkeys(("start", "first", "last", "more_end", "end"), pl.Int64) | (
    dict.fromkeys(("is_alone", "is_host", "is_answer", "is_letter", "is_capital"), pl.Boolean)
)


def describe_labels(
    labels: pl.DataFrame, lines: ShardLines, words: TranscriptWords
) -> pl.DataFrame:
    """Return the labels with what their articles are judged by.

    Labels without text are left out, a heading that looks like one, and what an article has twice.

    Returns
    -------
    Added are row (the article), number (of the line in its article), text (the line in which what
    is said begins), at (the token), name and speaker (see `Turns`), speaks (whether an "I" or a
    "you" is in that line), asks (a question), is_marked (whether it begins with a quotation mark),
    is_asked (whether the line before the label ends in a question mark).
    """
    shard, line = lines.shard, labels["line"].to_numpy()
    label_end = labels["end"].to_numpy()
    below = label_end >= lines.end[line]
    text = np.minimum(line + below, len(lines) - 1)
    start = np.where(below, lines.start[text], label_end)
    end = np.maximum(lines.end[text], start + 1)
    inside = shard.tokens[concatenate_ranges(start, end)]
    has_any = [
        reduce_segments(np.logical_or, flag_forms(shard, listed)[inside], end - start)
        for listed in ([*words.oneself, *words.talk], ["?"])
    ]
    name = pl.Series(
        shard.text(labels["first"].to_numpy(), labels["last"].to_numpy()), dtype=pl.String
    )
    described = labels.with_columns(
        row=pl.Series(lines.row[line]),
        number=pl.Series(lines.number[line]),
        text=pl.Series(text),
        at=pl.Series(start),
        name=name,
        speaker=name.str.to_lowercase().str.extract(r"([^\s.]+(?:\s+\d+)?)\W*$"),
        speaks=pl.Series(has_any[0]),
        asks=pl.Series(has_any[1]),
        is_marked=pl.Series(flag_forms(shard, OPENING_QUOTATION_MARKS)[shard.tokens[start]]),
        is_asked=pl.Series(flag_forms(shard, ["?"])[shard.tokens[lines.end[line - 1] - 1]])
        & (pl.col("line") > 0)
        & pl.Series(lines.row[line - 1] == lines.row[line]),
        printed=pl.Series(lines.printed[text]),
    )
    is_role = pl.col("is_host") | pl.col("is_answer") | pl.col("is_capital")
    is_heading = (pl.col("number") == 0) & (pl.len().over("row", "speaker") == 1) & ~is_role
    is_again = pl.struct("row", "speaker", "printed").is_first_distinct().not_()
    is_again &= pl.Series(lines.n_words[text] >= MIN_REPEATED_WORDS)
    has_text = pl.Series((lines.row[text] == lines.row[line]) & ~(below & np.isin(text, line)))
    return described.filter(has_text & ~is_heading & ~is_again)


def is_transcript() -> pl.Expr:
    """Return which labels are of articles that are transcripts, or have one in them.

    There must be two speakers as a rule, who take turns and come again; the less their labels look
    like speakers', the more they must talk to each other ("I", "you", "?") or fill the lines. One
    who answers questions that stand above the label is enough.
    """
    row, n = "row", pl.len().over("row")
    is_role = pl.col("is_host") | pl.col("is_answer")
    last, first = pl.col("number").max(), pl.col("number").min()
    density = n / (last - first + 1 - pl.col("is_alone").sum()).over(row)
    talks = (pl.col("speaks") | pl.col("asks")).mean().over(row)
    in_capitals = (pl.col("is_capital") | is_role).mean().over(row)
    repeated = (pl.len().over(row, "speaker") > 1).mean().over(row)
    changes = (pl.col("speaker") != pl.col("speaker").shift(1)).sum().over(row) / n
    take_turns = (n > 2) & (repeated > 0) & (changes > MIN_CHANGES)
    asked = pl.col("is_host").sum().over(row)
    answered = pl.col("is_answer").sum().over(row)
    is_explained = (answered >= MIN_EXPLAINED) & ~(
        pl.col("is_answer") & pl.col("speaks")
    ).any().over(row)
    by_roles = (
        (asked > 0)
        & (in_capitals >= 1 / 2)
        & ((answered > 0) | (asked > 1) | ~pl.col("is_letter").any().over(row))
    )
    n_speakers = pl.col("speaker").n_unique().over(row)
    is_below_question = pl.col("is_asked") & ~pl.col("is_alone")
    is_questioned = (n > 2) & (n_speakers == 1) & (is_below_question.mean().over(row) >= 2 / 3)
    talk_in_capitals = (in_capitals == 1) & (density >= 1 / 2) & (talks == 1)
    return (
        ((n_speakers > 1) | ((n > 2) & talk_in_capitals) | is_questioned)
        & (density >= MIN_DENSITY)
        & (pl.col("is_marked").mean().over(row) < 1 / 2)
        & ~is_explained
        & (
            by_roles
            | is_questioned
            | ((n > 1) & talk_in_capitals)
            | (take_turns & (in_capitals >= 2 / 3) & (talks >= 1 / 5))
            | (take_turns & (in_capitals == 1) & (density >= 3 / 5))
            | (take_turns & (talks >= 1 / 2) & ((n > 3) | (talks == 1)) & (repeated > 1 / 3))
            | (take_turns & (repeated >= 3 / 5) & (density >= 4 / 5) & (changes >= 1 / 2))
        )
    )


MIN_DENSITY, MIN_CHANGES, MIN_EXPLAINED = 1 / 5, 0.3, 3


def bound_turns(labels: pl.DataFrame, lines: ShardLines) -> Turns:
    """Return the turns below the labels, each from its label up to the line where it ends."""
    shard = lines.shard
    last_line = find_last_lines(labels, lines)
    start, end = labels["at"].to_numpy(), lines.end[last_line]
    colon = shard.find_positions(shard.find_forms([LABEL_CUE]))
    before = find_at_or_before(colon, labels["end"].to_numpy() - 1)
    cue = np.where(before >= labels["last"].to_numpy(), before, -1)
    more = shard.text(labels["last"].to_numpy(), labels["more_end"].to_numpy())
    speech = NamedSpeech(start, end, labels["first"].to_numpy(), labels["last"].to_numpy(), cue)
    return Turns(
        labels["start"].to_numpy(),
        speech,
        labels["speaker"],
        labels["name"],
        pl.Series(more, dtype=pl.String),
        labels["is_host"].to_numpy(),
    )


def find_last_lines(labels: pl.DataFrame, lines: ShardLines) -> np.ndarray:
    """Return the last line of each turn.

    It goes on to the next label, but not over a paragraph that tells of its speaker by name, nor,
    where labels seldom ask, over a question right before the next label. In an article whose
    further paragraphs seldom talk, each turn has one. The last turn has no more than others of its
    speaker.
    """
    row, text, line = (labels[name].to_numpy() for name in ("row", "text", "line"))
    is_last = np.append(row[1:] != row[:-1], True)[: len(row)]
    until = np.append(line[1:], 0)[: len(row)]
    until[is_last] = np.searchsorted(lines.row, row[is_last], side="right")
    asks = flag_forms(lines.shard, ["?"])[lines.shard.tokens[lines.end[until - 1] - 1]]
    seldom = labels.select(pl.col("asks").mean().over("row") < MIN_ASKING).to_series().to_numpy()
    until -= ~is_last & (until - 1 > text) & asks & seldom
    further = describe_further_lines(labels, lines, until)
    tells = (pl.len() >= MIN_FURTHER_LINES) & (pl.col("talks").mean() < MIN_TALKING)
    further = further.with_columns(stops=pl.col("is_naming") | tells.over("row"))
    stops = further.filter("stops").group_by("turn").agg(pl.col("line").min())
    until[stops["turn"].to_numpy()] = stops["line"].to_numpy()
    turns = pl.DataFrame(
        {"row": row, "speaker": labels["speaker"], "n": until - text - 1, "is_last": is_last}
    )
    others = pl.when(~pl.col("is_last")).then("n").max().over("row", "speaker").fill_null(0)
    n = pl.when("is_last").then(pl.min_horizontal("n", others)).otherwise("n")
    return text + turns.select(n).to_series().to_numpy()


def describe_further_lines(
    labels: pl.DataFrame, lines: ShardLines, until: np.ndarray
) -> pl.DataFrame:
    """Return one row per line of a turn after its first, up to the line `until`.

    Returns
    -------
    turn, line : the number of the turn, and of the line.
    row : the article.
    talks : whether there is an "I", a "you" or a question in it.
    is_naming : whether it has the speaker's name, and no "I".
    """
    shard, text, words = lines.shard, labels["text"].to_numpy(), load_transcript_words()
    until = np.maximum(until, text + 1)
    line = concatenate_ranges(text + 1, until)
    turn = np.repeat(np.arange(len(text)), until - text - 1)
    length = lines.end[line] - lines.start[line]
    token = shard.tokens[concatenate_ranges(lines.start[line], lines.end[line])]
    number = shard.numbers[shard.tokens[labels["last"].to_numpy() - 1]]
    is_name = shard.numbers[token] == np.repeat(number[turn], length)
    is_name &= lines.is_capital[token] & (shard.length[token] > len(" A"))
    is_self = flag_forms(shard, words.oneself)[token]
    is_talk = is_self | flag_forms(shard, [*words.talk, "?"])[token]
    names, speaks, talks = (
        reduce_segments(np.logical_or, flags, length) for flags in (is_name, is_self, is_talk)
    )
    return pl.DataFrame(
        {
            "turn": turn,
            "line": line,
            "row": labels["row"].to_numpy()[turn],
            "talks": talks,
            "is_naming": names & ~speaks,
        }
    )


MIN_FURTHER_LINES, MIN_TALKING, MIN_ASKING = 5, 1 / 3, 1 / 5


def mark_labels(shard: Shard, turns: Turns) -> np.ndarray:
    """Return which tokens are labels, or tell what is to be heard in the room, bool (n_tokens,)."""
    start, end = find_sounds(shard, turns)
    marked = np.zeros(len(shard.tokens), bool)
    marked[concatenate_ranges(turns.label, turns.speech.start)] = True
    marked[concatenate_ranges(start, end)] = True
    return marked


def end_sentences_at_labels(shard: Shard, turns: Turns) -> np.ndarray:
    """Return where sentences end if each label is one of its own, bool (n_tokens,)."""
    ends, last = shard.sentence_end.copy(), turns.speech.start - 1
    ends[last[~shard.is_break(shard.tokens[last])]] = True
    return ends


def find_sounds(shard: Shard, turns: Turns) -> tuple[np.ndarray, np.ndarray]:
    """Return where in transcripts brackets are (start, end) that are square, or tell of a sound.

    Those in capitals do, and those with one of the listed words.
    """
    words = load_transcript_words()
    opening, closing = (shard.find_positions(shard.find_forms(list(pair))) for pair in ("([", ")]"))
    start = opening[find_covered(shard, turns, opening)]
    end = find_at_or_after(closing, start, len(shard.tokens) - 1) + 1
    is_short = end - start <= MAX_BRACKET_TOKENS
    start, end = start[is_short], end[is_short]
    token, length = shard.tokens[concatenate_ranges(start, end)], end - start
    is_small = shard.forms["type"].str.contains(r"\p{Ll}").to_numpy()[token]
    is_sound = flag_forms(shard, words.sounds)[token]
    kept = (
        flag_forms(shard, ["["])[shard.tokens[start]]
        | ~reduce_segments(np.logical_or, is_small, length)
        | reduce_segments(np.logical_or, is_sound, length)
    ) & ~reduce_segments(np.logical_or, shard.is_break(token), length)
    return start[kept], end[kept]


def find_covered(shard: Shard, turns: Turns, positions: np.ndarray) -> np.ndarray:
    """Return which tokens lie between the first label of their article and its last turn's end."""
    row, covered = shard.article(turns.label), np.zeros(len(positions), bool)
    if len(row):
        is_first = mark_run_starts(row)
        start, end = turns.label[is_first], turns.speech.end[np.append(is_first[1:], True)]
        at = np.searchsorted(start, positions, side="right") - 1
        covered = (at >= 0) & (positions < end[np.maximum(at, 0)])
    return covered


def find_spoken(shard: Shard, voice: np.ndarray) -> NamedSpeech:
    """Return what is said in turns that are not the outlet's own, by the voice of each token."""
    turns = find_turns(shard)
    speech, labels = turns.speech, mark_labels(shard, turns)
    at = concatenate_ranges(speech.start, speech.end)
    is_own = shard.are_words(shard.tokens[at]) & (voice[at] == OUTLET_VOICE) & ~labels[at]
    return speech[~reduce_segments(np.logical_or, is_own, speech.end - speech.start)]


def flag_own_turns(shard: Shard, turns: Turns, articles: pl.DataFrame) -> np.ndarray:
    """Return which turns are the outlet's own, bool (n_turns,).

    Of one speaker all turns are, if one label says so.

    Parameters
    ----------
    shard, turns : the articles, and the turns in them.
    articles : outlet and authors of each article.
    """
    row = shard.article(turns.label)
    about = articles.select("outlet", "authors")[row].with_columns(
        name=turns.name, more=turns.more, is_host=pl.Series(turns.is_host)
    )
    known = {label: speaks_for_outlet(*label) for label in set(about.iter_rows())}
    own = pl.Series([known[label] for label in about.iter_rows()], dtype=pl.Boolean)
    table = pl.DataFrame({"row": row, "speaker": turns.speaker, "own": own})
    return table.select(pl.col("own").any().over("row", "speaker")).to_series().to_numpy()


def speaks_for_outlet(
    outlet: str, authors: str | None, name: str, more: str, is_host: bool
) -> bool:
    """Return whether a label names who speaks for the outlet.

    That is who asks or presents, unless the label has another outlet's name; the outlet itself; an
    author of the article; or the initials of one of these.

    >>> speaks_for_outlet("Example TV", None, "ANN AUTHOR", ", EXAMPLE TV HOST", True)
    True
    >>> speaks_for_outlet("The Daily", None, "ANN AUTHOR", ", EXAMPLE TV HOST", True)
    False
    >>> speaks_for_outlet("The Daily", "Ann Author", "AA", "", False)
    True
    """
    listed = load_transcript_words()
    names = [split_words(outlet), *map(split_words, re.split(r"[,;|&]| and ", authors or ""))]
    its_outlet, called = names[0], split_words(name)
    if is_host:
        other = set(split_words(more)) - {*listed.hosts, *listed.generic}
        return not other or outlet == UNATTRIBUTED_OUTLET or bool(other & set(its_outlet))
    if len(called) == 1 and called[0] in [abbreviate(words) for words in names]:
        return True
    is_outlet = bool(its_outlet) and called[:1] == its_outlet[:1] and set(called) <= set(its_outlet)
    return is_outlet or any(
        called[-1:] == of[-1:] and set(called) <= set(of) for of in names[1:] if of
    )


def abbreviate(words: list[str]) -> str:
    """Return the initials of a name of several words, in small letters; else nothing."""
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def split_words(text: str) -> list[str]:
    """Return the words of a name in small letters, without "the"."""
    return [word for word in re.findall(r"\w+", text.casefold()) if word != "the"]
