"""Finds the speaker of each cue, and the cue of each attribution: rules on positions.

The rules are few and know no grammar: a speaker is the run of words before the cue, back to a mark
or a joining word ("he also *said*"), or after it ("*said* the minister", "*according* to the
report", "*accused* by her rivals"). The words that they need are in voice-*.yml.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from wording.corpus.encoding.shard import (
    ADDRESS,
    ARTICLE_END,
    PARAGRAPH,
    PUNCTUATION,
    WORD,
    Shard,
    concatenate_ranges,
    find_at_or_after,
    find_at_or_before,
)
from wording.corpus.marks.attribution import HUNDREDTHS, VoiceWords

MAX_SPEAKER_TOKENS = 14
"""Tokens of a speaker, at most; of a longer run those nearest to the cue are taken."""
MAX_TOKENS_TO_CUE = 5
"""Tokens from a quotation that ends a sentence to its cue, at most: "Is it?" the minister asked."""


@dataclass(frozen=True)
class Cues:
    """The cues in the outlet's own words.

    Attributes
    ----------
    at : their positions in the shard, ascending.
    strength : the log odds that each is one, in hundredths.
    """

    at: np.ndarray
    strength: np.ndarray


@dataclass(frozen=True)
class NamedSpeech:
    """What somebody says where a label or a headline names the speaker; ascending, apart.

    Attributes
    ----------
    start, end : the tokens that are said, from start up to end.
    first, last : the tokens of the speaker, from first up to last.
    cue : the token that shows it: a colon, or a reporting word; -1 for none.
    """

    start: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    cue: np.ndarray

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, which: np.ndarray) -> NamedSpeech:
        return NamedSpeech(*(getattr(self, field.name)[which] for field in fields(self)))

    def mark(self, n_tokens: int) -> np.ndarray:
        """Return which tokens are said by somebody, bool (n_tokens,)."""
        said = np.zeros(n_tokens, bool)
        said[concatenate_ranges(self.start, self.end)] = True
        return said

    def find(self, positions: np.ndarray) -> np.ndarray:
        """Return which speech each token lies in, by number; -1 for none."""
        at = np.searchsorted(self.start, positions, side="right") - 1
        inside = (at >= 0) & (positions < np.append(self.end, 0)[at])
        return np.where(inside, at, -1)


NO_SPEECH = NamedSpeech(*np.zeros((5, 0), np.int64))


def assign_cues(
    shard: Shard, start: np.ndarray, end: np.ndarray, quoted: np.ndarray, cues: Cues
) -> np.ndarray:
    """Return the position of the cue of each attribution, or -1.

    It is the nearest and strongest in its sentence; for a quotation without one, a cue beside it or
    the last one of the sentence before.

    Parameters
    ----------
    shard : the articles.
    start, end : the tokens of each attribution.
    quoted : which attributions are quotations.
    cues : the cues of the shard.
    """
    n, sentence = len(shard.tokens), np.append(shard.sentence, -1)
    left, right = find_at_or_before(cues.at, start - 1), find_at_or_after(cues.at, end, n)
    ends = np.flatnonzero(shard.sentence_end)
    beside = (
        quoted
        & (right - end < MAX_TOKENS_TO_CUE)
        & (
            find_at_or_after(
                np.flatnonzero(np.isin(shard.kind, (ARTICLE_END, PARAGRAPH))[shard.tokens]), end, n
            )
            > right
        )
    )
    has_left = (left >= 0) & (sentence[left] == sentence[start])
    has_right = (right < n) & ((sentence[right] == sentence[end - 1]) | beside)
    cost_left, cost_right = (
        compute_cue_cost(cues, left, start - 1 - left),
        compute_cue_cost(cues, right, right - end),
    )
    here = np.where(
        has_left & (~has_right | (cost_left <= cost_right)), left, np.where(has_right, right, -1)
    )
    first = find_at_or_before(ends, start - 1)  # the end of the sentence before
    lookback = (
        quoted
        & (here < 0)
        & (left >= 0)
        & (sentence[left] == sentence[np.maximum(first, 0)])
        & (shard.article(left) == shard.article(start))
    )
    return np.where(lookback, left, here)


def compute_cue_cost(cues: Cues, at: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return how far a cue is, less for a strong one; in hundredths of a token."""
    if not len(cues.at):
        return HUNDREDTHS * distance
    return (
        HUNDREDTHS * distance
        - 2 * cues.strength[np.searchsorted(cues.at, at).clip(0, len(cues.at) - 1)]
    )


@dataclass(frozen=True)
class SpeakerBounds:
    """Where the tokens stand that bound a speaker (sorted positions).

    Attributes
    ----------
    mark : marks of punctuation, breaks, and what is not the outlet's own.
    start : these, and words after which a speaker begins.
    last_solid : these marks, and words that are no filler between a speaker and a cue.
    end : marks, breaks and words before which a speaker that follows its cue ends.
    far_end : the same for "according to", which more may follow.
    listed : which forms are in each list of voice-*.yml, bool (n_forms,).
    """

    mark: np.ndarray
    start: np.ndarray
    last_solid: np.ndarray
    end: np.ndarray
    far_end: np.ndarray
    listed: dict[str, np.ndarray]


def find_speaker_bounds(shard: Shard, own: np.ndarray, words: VoiceWords) -> SpeakerBounds:
    """Return what bounds the shard's speakers; `own` flags the tokens of the outlet's own words."""
    key, kind = shard.forms["key"], shard.kind
    listed = {name: key.is_in(forms).to_numpy() for name, forms in words.subject.items()}
    dots = key.is_in([".", "'", "-", "&"]).to_numpy() & (kind == PUNCTUATION)
    adverb = shard.forms["type"].str.contains(r"^\p{Ll}\w{2,}ly$").to_numpy()
    bounds = np.isin(kind, (PUNCTUATION, ADDRESS, ARTICLE_END, PARAGRAPH)) & ~dots
    filler = (listed["between"] | adverb) & (kind == WORD)
    breaks = np.isin(kind, (ARTICLE_END, PARAGRAPH))[shard.tokens]
    ends = shard.sentence_end | np.append(breaks[1:], True)
    mark, tokens = ~own | ends, shard.tokens
    return SpeakerBounds(
        mark=np.flatnonzero(mark | bounds[tokens]),
        start=np.flatnonzero(mark | (bounds | listed["starts"])[tokens]),
        last_solid=np.flatnonzero(mark | ~filler[tokens]),
        end=np.flatnonzero(ends | (bounds | listed["ends"])[tokens]),
        far_end=np.flatnonzero(ends | (bounds | listed["starts"])[tokens]),
        listed=listed,
    )


def find_speakers(
    shard: Shard, own: np.ndarray, cues: Cues, words: VoiceWords
) -> tuple[np.ndarray, np.ndarray]:
    """Return the speaker of each cue as tokens (start up to end), start -1 where there is none.

    Of several cues of a sentence, a later one without a speaker of its own has that of the one
    before.
    """
    role, at = find_speaker_bounds(shard, own, words), cues.at
    if not len(at):
        return at, at
    speakers = find_speaker_before(shard, role, at)
    speakers = prefer(find_speaker_after(shard, role, at), speakers)
    speakers = prefer(find_agent(shard, role, at), speakers)
    start, end = trim_speakers(shard, role, *speakers)
    latest = np.maximum.accumulate(np.where(start >= 0, np.arange(len(at)), -1))
    same = (latest >= 0) & (shard.sentence[at[latest]] == shard.sentence[at])
    return np.where(same, start[latest], -1), np.where(same, end[latest], -1)


def prefer(
    first: tuple[np.ndarray, np.ndarray], otherwise: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first speakers (start, end), and the others where there is none (start -1)."""
    exists = first[0] >= 0
    return np.where(exists, first[0], otherwise[0]), np.where(exists, first[1], otherwise[1])


def find_speaker_before(
    shard: Shard, role: SpeakerBounds, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the run of words before each cue.

    If words are inserted between commas ("the minister, a lawyer, said"), it is the run before
    them.
    """
    last = find_at_or_before(role.last_solid, at - 1)
    comma = shard.forms["key"].is_in([","]).to_numpy()[shard.tokens]
    relative = (at - last > 1) & role.listed["relative"][
        shard.tokens[np.minimum(last + 1, len(shard.tokens) - 1)]
    ]
    participle = shard.forms["key"].str.contains(r"ing$").to_numpy()[shard.tokens[at]]
    inserted = comma[last] & (last > 0)
    outer = find_at_or_before(role.mark, last - 1)
    end = np.where(
        inserted,
        np.where(relative, last, np.where(comma[outer] & ~participle, outer, -1)),
        last + 1,
    )
    start = find_at_or_before(role.start, end - 1) + 1
    inside = (end > start) & (shard.sentence[np.maximum(end - 1, 0)] == shard.sentence[at])
    return np.where(inside, np.maximum(start, end - MAX_SPEAKER_TOKENS), -1), np.where(
        inside, end, -1
    )


def find_speaker_after(
    shard: Shard, role: SpeakerBounds, at: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the run of words after each cue that its speaker follows.

    Such are "according to", and "said" after a mark.
    """
    n, tokens = len(shard.tokens), shard.tokens
    forward = role.listed["forward"][tokens[at]]
    nominal = role.listed["nominal"] | shard.forms["type"].str.contains(r"^\p{Lu}").to_numpy()
    preposition = forward & role.listed["ends"][tokens[np.minimum(at + 1, n - 1)]]
    start = np.minimum(at + 1 + preposition, n - 1)
    inverted = (
        role.listed["inverted"][tokens[at]]
        & (find_at_or_before(role.mark, at - 1) == at - 1)
        & nominal[tokens[start]]
    )
    end = np.where(
        forward, find_at_or_after(role.far_end, start, n), find_at_or_after(role.end, start, n)
    ).clip(max=start + MAX_SPEAKER_TOKENS)
    found = (forward | inverted) & (end > start)
    return np.where(found, start, -1), np.where(found, end, -1)


def find_agent(shard: Shard, role: SpeakerBounds, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the run of words after "by" right after a cue: "accused by her rivals"."""
    n = len(shard.tokens)
    start = np.minimum(at + 2, n - 1)
    end = np.minimum(find_at_or_after(role.end, start, n), start + MAX_SPEAKER_TOKENS)
    found = role.listed["agent"][shard.tokens[start - 1]] & (end > start)
    return np.where(found, start, -1), np.where(found, end, -1)


def trim_speakers(
    shard: Shard, role: SpeakerBounds, start: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the speakers without words that cannot begin or end one; -1 if nothing is left."""
    for _ in range(3):
        start = start + ((start >= 0) & (start < end) & role.listed["dropped"][shard.tokens[start]])
    possessive = (
        shard.forms["key"].is_in(["'s", "'"]).to_numpy()[shard.tokens[np.maximum(end - 1, 0)]]
    )
    end = end - possessive
    first = np.maximum(start, 0)
    alone = (end - start == 1) & (
        ~shard.is_word[first] | role.listed["not_alone"][shard.tokens[first]]
    )
    found = (start >= 0) & (end > start) & ~alone
    return np.where(found, start, -1), np.where(found, end, -1)
