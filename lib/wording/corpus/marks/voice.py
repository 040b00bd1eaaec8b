"""Whose words: marks each token as the outlet's own, quoted, or reported; finds cues and speakers.

What is in quotation marks is quoted (quotation.py); what is attributed to somebody without them is
reported: by a reporting word (attribution.py: a sum of weights from tables), or by the label of a
speaker (transcripts.py). All is arithmetic on the encoded corpus. In a language without a file
`data/words/voice-LANGUAGE.yml` only quotations and labels are looked at.
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
from wording.corpus.marks.attribution_kernels import NO_SIGNAL
from wording.corpus.marks.quotation import find_quotations
from wording.corpus.marks.speakers import NO_SPEECH, Cues, NamedSpeech, assign_cues, find_speakers
from wording.corpus.marks.transcripts import find_spoken
from wording.settings import LABEL_CUE, TOKEN_VOICES

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
ATTRIBUTION_TEXT_COLUMNS = ("speaker", "cue", "stance")
"""Those that are text, also where nothing of the kind is found (or looked for)."""


def mark_voices(
    shard: Shard, *, language: str = "en", speech: NamedSpeech = NO_SPEECH
) -> np.ndarray:
    """Return the voice of each token, uint8 (n_tokens,).

    It is OUTLET_VOICE, QUOTED_VOICE (quotation marks included) or REPORTED_VOICE.

    Parameters
    ----------
    shard : the articles.
    language : theirs.
    speech : what stands below the labels of speakers who are not the outlet's own.

    References
    ----------
    Newell, E., Margolin, D., and Ruths, D. (2018). An attribution relations corpus for political
    news. LREC: PolNeAR, from which the weights for English were estimated.
    """
    inside, said = find_quotations(shard).inside(len(shard.tokens)), speech.mark(len(shard.tokens))
    voice = said * np.uint8(REPORTED_VOICE)
    voice[inside] = QUOTED_VOICE
    lexicon = load_lexicon(language)
    if lexicon:
        for stream in attribution.iterate_streams(shard, inside | said, lexicon):
            voice[attribution.find_reported_tokens(stream, lexicon)] = REPORTED_VOICE
    return voice


def find_attributions(shard: Shard, voice: np.ndarray, *, language: str = "en") -> pd.DataFrame:
    """Return one row per attribution, in order: text that is quoted or reported.

    Each is as long as it can be; a reported one ends with its sentence.

    Returns
    -------
    row : the article's row in the shard.
    start_token, end_token : tokens of the shard, from start up to end.
    start, end : characters of the article's text.
    voice : "quoted" or "reported".
    speaker : the speaker as the sentence of the cue has it (a name, a phrase or a pronoun); NaN if
        none is found.
    cue : the reporting word as written, or the colon of a speaker's label; NaN if none is found.
    cue_token : its position, or -1.
    stance : the stance of the reporting verb (neutral, doubting, endorsing ...), by the list in
        data/words/voice-*.yml; NaN if the list does not have it.
    short : whether it is a quotation of at most four words inside a sentence of the outlet's own.
    """
    start, end = find_attribution_bounds(shard, voice)
    quoted = voice[start] == QUOTED_VOICE
    missing = np.full(len(start), np.nan, dtype=object)
    frame = pd.DataFrame(
        {
            "row": shard.article(start),
            "start_token": start,
            "end_token": end,
            "start": shard.offsets(start)[0],
            "end": shard.offsets(end - 1)[1],
            "voice": np.array(TOKEN_VOICES, dtype=object)[voice[start]],
            "speaker": missing,
            "cue": missing,
            "cue_token": np.full(len(start), -1),
            "stance": missing,
            "short": is_short_quotation(shard, voice, start, end) & quoted,
        },
        columns=SHARD_ATTRIBUTION_COLUMNS,
    )
    lexicon = load_lexicon(language)
    if lexicon:
        frame = add_cues(frame, shard, voice, lexicon)
    return add_labels(frame, shard, find_spoken(shard, voice))


def add_labels(frame: pd.DataFrame, shard: Shard, speech: NamedSpeech) -> pd.DataFrame:
    """Return the attributions with the speaker and the cue of the labelled speech they are in."""
    which = speech.find(frame["start_token"].to_numpy())
    inside = np.flatnonzero(which >= 0)
    which = which[inside]
    labelled = frame.copy()
    labelled.loc[inside, "speaker"] = shard.text(speech.first[which], speech.last[which])
    labelled.loc[inside, "cue"] = np.where(
        speech.cue[which] >= 0, np.array(LABEL_CUE, dtype=object), np.nan
    )
    labelled.loc[inside, "cue_token"] = speech.cue[which]
    labelled.loc[inside, "stance"] = np.nan
    return labelled


def add_cues(
    frame: pd.DataFrame, shard: Shard, voice: np.ndarray, lexicon: Lexicon
) -> pd.DataFrame:
    """Return the attributions with their speakers, cues and stances."""
    cues = find_cues(shard, voice, lexicon)
    start, end = frame["start_token"].to_numpy(), frame["end_token"].to_numpy()
    at = assign_cues(shard, start, end, voice[start] == QUOTED_VOICE, cues)
    types = shard.forms["type"].gather(np.where(at >= 0, shard.tokens[at], 0))
    cue = pd.Series(np.where(at >= 0, types.to_numpy().astype(object), np.nan), frame.index)
    return frame.assign(
        speaker=extract_speakers(shard, voice, cues, at, lexicon),
        cue=cue,
        cue_token=at,
        stance=cue.str.lower().map(map_stances(lexicon)),
    )


def read_attributions(part: Part) -> pl.DataFrame:
    """Return the attributions of a part of a corpus: looked for once, when first asked for."""
    return part.corpus.derived(part.number, "stretches", tabulate_attributions)


def tabulate_attributions(shard: Shard, language: str) -> pl.DataFrame:
    """Return the attributions of a shard whose voices are marked."""
    found = find_attributions(shard, shard.voice, language=language)
    return pl.from_pandas(
        found, schema_overrides=dict.fromkeys(ATTRIBUTION_TEXT_COLUMNS, pl.String)
    )


def find_all_attributions(corpus: Corpus) -> None:
    """Find speakers and cues in all parts at once, on all cores, and keep them."""
    corpus.map_parts(read_attributions)


def read_attributions_of(part: Part, rows: np.ndarray) -> pl.DataFrame:
    """Return the attributions of these articles (rows of the part, ascending), at least.

    Of these alone if they are few, and the others were not asked for.
    """
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
    """Return the first token of each attribution with a word in it, and that after its last."""
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
    """Return which attributions have few words, in a sentence with words of the outlet's own."""
    words = shard.words_before
    own = (
        np.bincount(shard.sentence, weights=shard.is_word & (voice == OUTLET_VOICE))
        if len(voice)
        else np.zeros(0)
    )
    return (words[end] - words[start] <= MAX_SHORT_QUOTATION_WORDS) & (
        own[shard.sentence[start]] > 0
    )


def find_cues(shard: Shard, voice: np.ndarray, lexicon: Lexicon) -> Cues:
    """Return the cues in the outlet's own words."""
    at, strength = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for stream in attribution.iterate_streams(shard, voice == QUOTED_VOICE, lexicon):
        flagged = (
            stream.is_word
            & (stream.signal[:, 0] >= lexicon.edges[0, 0])
            & (voice[stream.at] == OUTLET_VOICE)
        )
        at.append(stream.at[flagged])
        strength.append(stream.signal[flagged, 0])
    return Cues(np.concatenate(at), np.concatenate(strength))


def extract_speakers(
    shard: Shard, voice: np.ndarray, cues: Cues, at: np.ndarray, lexicon: Lexicon
) -> np.ndarray:
    """Return the speaker of the cue at each position as written, or NaN."""
    first, last = find_speakers(shard, voice == OUTLET_VOICE, cues, lexicon.words)
    which = np.searchsorted(cues.at, at)
    found = np.flatnonzero(at >= 0)
    found = found[first[which[found]] >= 0]
    speaker = np.full(len(at), np.nan, dtype=object)
    speaker[found] = shard.text(first[which[found]], last[which[found]])
    return speaker


def map_stances(lexicon: Lexicon) -> dict[str, str]:
    """Return the stance of each reporting word that has one."""
    return {word: stance for stance, words in lexicon.words.stances.items() for word in words}


def explain_token_voices(
    shard: Shard, voice: np.ndarray, positions: np.ndarray, *, language: str = "en"
) -> pd.DataFrame:
    """Explain the voice of tokens: one row per token and table entry with a non-zero weight.

    The heaviest weights of a token come first; the log odds are their sum.

    Parameters
    ----------
    shard, voice : the articles, and the voice of each token.
    positions : the tokens to explain.
    language : of the articles.

    Returns
    -------
    position : the token.
    token : as written.
    voice : its mark.
    probability : of being reported (NaN inside quotation marks and below labels, 0 without any
        evidence).
    table, entry : what the weight is for ("cue before", "said").
    weight : what it adds to the log odds.
    """
    positions = np.asarray(positions, np.int64)
    speech = find_spoken(shard, voice)
    is_said = (speech.find(positions) >= 0) & (voice[positions] == REPORTED_VOICE)
    parts = [
        explain_quoted(shard, positions[voice[positions] == QUOTED_VOICE]),
        explain_said(shard, positions[is_said], speech),
    ]
    lexicon = load_lexicon(language)
    if lexicon:
        parts += explain_reported(shard, positions[~is_said], speech, lexicon)
    frame = pd.concat(parts, ignore_index=True)
    at = frame["position"]
    types = shard.forms["type"].gather(shard.tokens[at])
    frame.insert(1, "token", types.to_numpy().astype(object))
    frame.insert(2, "voice", np.array(TOKEN_VOICES, dtype=object)[voice[at]])
    heaviest = frame.assign(size=frame["weight"].abs()).sort_values(
        ["position", "size"], ascending=[True, False], kind="stable"
    )
    return frame.loc[heaviest.index].reset_index(drop=True)


def explain_said(shard: Shard, positions: np.ndarray, speech: NamedSpeech) -> pd.DataFrame:
    """Return the rows of `explain_token_voices` for what stands below labels: the speaker's."""
    which = speech.find(positions)
    return pd.DataFrame(
        {
            "position": positions,
            "probability": np.nan,
            "table": "speaker's label",
            "entry": shard.text(speech.first[which], speech.last[which]),
            "weight": np.nan,
        }
    )


def explain_reported(
    shard: Shard, positions: np.ndarray, speech: NamedSpeech, lexicon: Lexicon
) -> list[pd.DataFrame]:
    """Return the rows of `explain_token_voices` for tokens outside quotations, by article.

    Parameters
    ----------
    shard, positions : the articles, and the tokens to explain.
    speech : what stands below labels.
    lexicon : the weights.
    """
    inside = find_quotations(shard).inside(len(shard.tokens)) | speech.mark(len(shard.tokens))
    class_of = attribution.classify_forms(shard.forms, lexicon)
    parts = []
    for row in np.unique(shard.article(positions)):
        tokens = slice(shard.bounds[row], shard.bounds[row + 1])
        stream = attribution.build_stream(shard, tokens, inside[tokens], class_of, lexicon)
        is_once = np.diff(stream.at, prepend=-1) > 0  # the last token of an article stands twice
        wanted = np.isin(stream.at, positions) & ~inside[stream.at] & is_once
        parts.append(explain_weights(stream, np.flatnonzero(wanted), lexicon))
    return parts


def explain_quoted(shard: Shard, positions: np.ndarray) -> pd.DataFrame:
    """Return the rows of `explain_token_voices` for quoted tokens: the opening mark of each."""
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


def explain_weights(stream: FoldedStream, which: np.ndarray, lexicon: Lexicon) -> pd.DataFrame:
    """Return the rows of `explain_token_voices` for tokens of a stream.

    A token that cannot be marked has one row, which says why, and probability 0.
    """
    is_decided = attribution.attribution_log_odds(stream, lexicon)[which] != NO_SIGNAL
    without = pd.DataFrame(
        {
            "position": stream.at[which[~is_decided]],
            "probability": 0.0,
            "table": "no evidence",
            "entry": "no cue, or no sure one in an article with few",
            "weight": np.nan,
        }
    )
    which = which[is_decided]
    place = {
        name: values[which]
        for name, values in attribution.extract_features(stream, lexicon).items()
    }
    weights = {
        name: lexicon.tables[name][attribution.find_table_entries(place, lexicon.names, name)]
        for name in WEIGHT_TABLES
    }
    odds = (lexicon.bias["attributed"] + np.sum(list(weights.values()), axis=0)) / HUNDREDTHS
    about = {"position": stream.at[which], "probability": 1 / (1 + np.exp(-odds))}
    rows = [
        pd.DataFrame(
            {**about, "table": "bias", "entry": "attributed", "weight": lexicon.bias["attributed"]}
        )
    ]
    for name, weight in weights.items():
        parts = [
            np.array(lexicon.names[axis], dtype=object)[place[axis]] for axis in WEIGHT_TABLES[name]
        ]
        entry = [" | ".join(values) for values in zip(*parts, strict=True)]
        rows.append(pd.DataFrame({**about, "table": name, "entry": entry, "weight": weight}))
    frame = pd.concat(rows, ignore_index=True)
    frame = frame[frame["weight"] != 0].assign(weight=lambda f: f["weight"] / HUNDREDTHS)
    return pd.concat([frame, without], ignore_index=True)
