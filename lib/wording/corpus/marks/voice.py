"""Whose words: marks each token as the outlet's own, quoted, or reported; finds cue and speaker of what is not the outlet's own.

What stands in quotation marks is quoted (quotation.py); what is attributed to somebody without them is reported (attribution.py: a sum of weights
from tables). Both are arithmetic on the encoded corpus. A language without a file `data/words/voice-LANGUAGE.yml` has quotation marks only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.corpus import Corpus, Part, is_small_subset
from wording.corpus.encoding.kernels import OUTLET_VOICE, QUOTED_VOICE, REPORTED_VOICE
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks import attribution
from wording.corpus.marks.attribution import (
    HUNDREDTHS,
    WEIGHT_TABLES,
    FoldedStream,
    Lexicon,
    load_lexicon,
)
from wording.corpus.marks.quotation import find_quotations
from wording.corpus.marks.speakers import Cues, assign_cues, find_speakers
from wording.settings import TOKEN_VOICES

MAX_SHORT_QUOTATION_WORDS = 4
"""Words of a short quotation, at most."""
SHARD_ATTRIBUTION_COLUMNS = [
    "row",
    "start_token",
    "end_token",
    "start",
    "end",
    "voice",
    "speaker",
    "cue",
    "cue_token",
    "stance",
    "short",
]


def mark_voices(shard: Shard, *, language: str = "en") -> np.ndarray:
    """The voice of each token, uint8 (n_tokens,): OUTLET, QUOTED (quotation marks included) or REPORTED.

    Source
    ------
    Weights for English: PolNeAR (Newell, Margolin and Ruths 2018); see data/words/voice-en.yml for what they were estimated from.
    """
    inside = find_quotations(shard).inside(len(shard.tokens))
    voice = inside * np.uint8(QUOTED_VOICE)  # OUTLET is 0
    if known := load_lexicon(language):
        for stream in attribution.iterate_streams(shard, inside, known):
            voice[attribution.find_reported_tokens(stream, known)] = REPORTED_VOICE
    return voice


def find_attributions(shard: Shard, voice: np.ndarray, *, language: str = "en") -> pd.DataFrame:
    """One row per maximal stretch that is not the outlet's own voice, in order; a reported one ends with its sentence.

    Columns
    -------
    row : the article's row in the shard.
    start_token, end_token : tokens of the shard, from start up to end.
    start, end : characters of the article's text.
    voice : "quoted" or "reported".
    speaker : the speaker as the sentence of the cue has it (a name, a phrase or a pronoun); NaN if none is found.
    cue : the reporting word as written; NaN if none is found.  cue_token : its position, or -1.
    stance : what the reporting word lets the reader think, by the list in data/words/voice-*.yml; NaN if the list does not have it.
    short : whether it is a quotation of at most four words inside a sentence of the outlet's own.
    """
    start, end = find_attribution_bounds(shard, voice)
    quoted = voice[start] == QUOTED_VOICE
    known, cues, at = (
        load_lexicon(language),
        Cues(np.zeros(0, np.int64), np.zeros(0)),
        np.full(len(start), -1),
    )
    frame = pd.DataFrame(
        {
            "row": shard.article(start),
            "start_token": start,
            "end_token": end,
            "start": shard.offsets(start)[0],
            "end": shard.offsets(end - 1)[1],
        }
    )
    frame["voice"] = np.array(TOKEN_VOICES, dtype=object)[voice[start]]
    frame["speaker"], frame["short"] = (
        pd.Series(np.nan, frame.index, dtype=object),
        is_short_quotation(shard, voice, start, end) & quoted,
    )
    if known:
        cues = find_cues(shard, voice, known)
        at = assign_cues(shard, start, end, quoted, cues)
        frame["speaker"] = extract_speakers(shard, voice, cues, at, known)
    word = (
        shard.forms["type"].gather(np.where(at >= 0, shard.tokens[at], 0)).to_numpy().astype(object)
    )
    frame["cue"], frame["cue_token"] = np.where(at >= 0, word, np.nan), at
    frame["stance"] = (
        frame["cue"].str.lower().map(map_stances(known))
        if known
        else pd.Series(np.nan, frame.index, dtype=object)
    )
    return frame[SHARD_ATTRIBUTION_COLUMNS]


def read_attributions(part: Part) -> pl.DataFrame:
    """What is not the outlets' own in a part of a corpus, with speakers and cues (see `find_attributions`): looked for once, when first asked for."""
    return part.corpus.derived(part.number, "stretches", tabulate_attributions)


def tabulate_attributions(shard: Shard, language: str) -> pl.DataFrame:
    """The stretches of a shard whose voices are marked."""
    return pl.from_pandas(find_attributions(shard, shard.voice, language=language))


def find_all_attributions(corpus: Corpus) -> None:
    """Looks for speakers and cues in all parts at once, on all cores, and keeps them."""
    corpus.map_parts(read_attributions)


def read_attributions_of(part: Part, rows: np.ndarray) -> pl.DataFrame:
    """The stretches of these articles (rows of the part, ascending) at least: where they are few and the others were not asked for, of these alone."""
    is_known = part.corpus.has_derived(part.number, "stretches")
    if is_known or not is_small_subset(rows, len(part.shard)):
        return read_attributions(part)
    small, shift = part.corpus.subset(part.start + rows)
    found, shard = read_attributions(small.part(0)), small.shards[0]
    start, last, cue = (
        found[name].to_numpy() for name in ("start_token", "end_token", "cue_token")
    )
    here = {
        "row": rows[found["row"].to_numpy()],
        "start_token": start + shift[shard.article(start)],
        "end_token": last + shift[shard.article(last - 1)],
        "cue_token": np.where(cue < 0, -1, cue + shift[shard.article(np.maximum(cue, 0))]),
    }
    return found.with_columns(
        **{name: pl.Series(values, dtype=found.schema[name]) for name, values in here.items()}
    )


def find_attribution_bounds(shard: Shard, voice: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first token of each stretch with a word in it, and the token after its last."""
    cut = np.ones(len(voice), bool)
    cut[1:] = voice[1:] != voice[:-1]
    cut[1:] |= shard.sentence_end[:-1] & (voice[1:] == REPORTED_VOICE)
    found = find_quotations(shard)
    outermost = (
        np.append(True, found.start[1:] >= np.maximum.accumulate(found.end)[:-1])
        if len(found.start)
        else np.zeros(0, bool)
    )
    cut[found.start[outermost]] = True
    place = np.append(np.flatnonzero(cut), len(voice))
    words = shard.words_before
    kept = (voice[place[:-1]] != OUTLET_VOICE) & (words[place[1:]] > words[place[:-1]])
    return place[:-1][kept], place[1:][kept]


def is_short_quotation(
    shard: Shard, voice: np.ndarray, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Which stretches have few words and stand in a sentence that has words of the outlet's own."""
    words = shard.words_before
    own = (
        np.bincount(shard.sentence, weights=shard.is_word & (voice == OUTLET_VOICE))
        if len(voice)
        else np.zeros(0)
    )
    return (words[end] - words[start] <= MAX_SHORT_QUOTATION_WORDS) & (
        own[shard.sentence[start]] > 0
    )


def find_cues(shard: Shard, voice: np.ndarray, known: Lexicon) -> Cues:
    """The cues in the outlet's own words."""
    at, strength = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for stream in attribution.iterate_streams(shard, voice == QUOTED_VOICE, known):
        flagged = (
            stream.is_word
            & (stream.signal[:, 0] >= known.edges[0, 0])
            & (voice[stream.at] == OUTLET_VOICE)
        )
        at.append(stream.at[flagged])
        strength.append(stream.signal[flagged, 0])
    return Cues(np.concatenate(at), np.concatenate(strength))


def extract_speakers(
    shard: Shard, voice: np.ndarray, cues: Cues, at: np.ndarray, known: Lexicon
) -> np.ndarray:
    """The speaker of the cue at each position as written, or NaN."""
    first, last = find_speakers(shard, voice == OUTLET_VOICE, cues, known.words)
    which = np.searchsorted(cues.at, at)
    found = np.flatnonzero(at >= 0)
    found = found[first[which[found]] >= 0]
    speaker = np.full(len(at), np.nan, dtype=object)
    speaker[found] = shard.text(first[which[found]], last[which[found]])
    return speaker


def map_stances(known: Lexicon) -> dict[str, str]:
    """The stance of each reporting word that has one."""
    return {word: stance for stance, words in known.words.stances.items() for word in words}


def explain_token_voices(
    shard: Shard, voice: np.ndarray, positions: np.ndarray, *, language: str = "en"
) -> pd.DataFrame:
    """Why tokens have their voice: one row per token and table entry that has a weight, the heaviest first; log odds are summed.

    Columns
    -------
    position : the token.  token : as written.  voice : its mark.  probability : of being reported (NaN inside quotation marks).
    table, entry : what the weight is for ("cue before", "said").  weight : what it adds to the log odds.
    """
    known, positions = load_lexicon(language), np.asarray(positions, np.int64)
    rows = [explain_quoted(shard, positions[voice[positions] == QUOTED_VOICE])]
    inside = find_quotations(shard).inside(len(voice))
    for row in np.unique(shard.article(positions)) if known else []:
        part = slice(shard.bounds[row], shard.bounds[row + 1])
        stream = attribution.build_stream(
            shard, part, inside[part], attribution.classify_forms(shard.forms, known), known
        )
        rows.append(
            explain_weights(
                stream,
                np.flatnonzero(
                    np.isin(stream.at, positions)
                    & ~inside[stream.at]
                    & (np.diff(stream.at, prepend=-1) > 0)
                ),
                known,
            )
        )
    frame = pd.concat(rows, ignore_index=True)
    frame.insert(
        1,
        "token",
        shard.forms["type"].gather(shard.tokens[frame["position"]]).to_numpy().astype(object),
    )
    frame.insert(2, "voice", np.array(TOKEN_VOICES, dtype=object)[voice[frame["position"]]])
    order = (
        frame.assign(size=frame["weight"].abs())
        .sort_values(["position", "size"], ascending=[True, False], kind="stable")
        .index
    )
    return frame.loc[order].reset_index(drop=True)


def explain_quoted(shard: Shard, positions: np.ndarray) -> pd.DataFrame:
    """The rows of `explain_token_voices` for tokens in quotation marks: the mark that opens the quotation."""
    found = find_quotations(shard)
    mark = (
        found.start[np.searchsorted(found.start, positions, side="right") - 1]
        if len(positions)
        else positions
    )
    entry = shard.forms["type"].gather(shard.tokens[mark]).to_numpy().astype(object)
    return pd.DataFrame(
        {
            "position": positions,
            "probability": np.nan,
            "table": "quotation mark",
            "entry": entry,
            "weight": np.nan,
        }
    )


def explain_weights(stream: FoldedStream, which: np.ndarray, known: Lexicon) -> pd.DataFrame:
    """The rows of `explain_token_voices` for tokens of a stream."""
    place = {
        name: values[which] for name, values in attribution.extract_features(stream, known).items()
    }
    weights = {
        name: known.tables[name][attribution.find_table_entries(place, known.names, name)]
        for name in WEIGHT_TABLES
    }
    odds = (known.bias["attributed"] + np.sum(list(weights.values()), axis=0)) / HUNDREDTHS
    about = {"position": stream.at[which], "probability": 1 / (1 + np.exp(-odds))}
    rows = [
        pd.DataFrame(
            {**about, "table": "bias", "entry": "attributed", "weight": known.bias["attributed"]}
        )
    ]
    for name, weight in weights.items():
        parts = [
            np.array(known.names[axis], dtype=object)[place[axis]] for axis in WEIGHT_TABLES[name]
        ]
        entry = [" | ".join(values) for values in zip(*parts, strict=True)]
        rows.append(pd.DataFrame({**about, "table": name, "entry": entry, "weight": weight}))
    frame = pd.concat(rows, ignore_index=True)
    return frame[frame["weight"] != 0].assign(weight=lambda f: f["weight"] / HUNDREDTHS)
