"""Estimates the weights of data/words/voice-*.csv from articles whose attributions were marked by hand.

`python -m wording.corpus.marks.fit GOLD.parquet [--into FOLDER] [--folds 5] [--by outlet]`

GOLD has doc_id, text, spans (a JSON list of [label, start, end] with the labels Content and Cue, in characters), and source (the outlet).
With --folds, nothing is written: each fold is marked by what was estimated from the others, and scored.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from wording.corpus.encoding import shard as tokens
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks import attribution, attribution_kernels
from wording.corpus.marks.attribution import WEIGHT_TABLES, FoldedStream, Lexicon
from wording.corpus.marks.attribution_kernels import COMMA_CLASS, CONTEXT_OFFSETS, SIGNALS
from wording.corpus.marks.quotation import find_quotations
from wording.words import WORDS_FOLDER, read_word_record

MIN_CUE_USES = 2
"""A cue word must be one so often, ..."""
MIN_CUE_RATE = 0.1
"""... and in this share of its uses outside quotations."""
N_COMMON_WORDS = 300
"""So many of the commonest lower-case words (by articles) have a class of their own."""
INVERSE_PENALTY = {"signals": 0.5, "tables": 0.05}
"""Inverse strengths of the ridge penalty."""
MIN_CUE_ARTICLES = 2
MAX_INVERTED_SPEAKER_TOKENS = 6
N_INNER_FOLDS = 3
MIN_WEIGHT = {"signals": 0.1, "tables": 0.05}
"""Weights nearer to 0 are not written."""


@dataclass(frozen=True)
class GoldArticles:
    """Marked articles: the shard, what lies inside quotation marks, and per token whether it is content, and part of a cue."""

    shard: Shard
    inside: np.ndarray
    content: np.ndarray
    cue: np.ndarray
    outlet: np.ndarray


def encode_gold(frame: pl.DataFrame) -> GoldArticles:
    """The marked articles, encoded."""
    shard = tokens.encode_texts(frame["text"])
    content, cue = (mark_label(shard, frame["spans"], label) for label in ("Content", "Cue"))
    return GoldArticles(
        shard,
        find_quotations(shard).inside(len(shard.tokens)),
        content,
        cue,
        frame["source"].to_numpy(),
    )


def mark_label(shard: Shard, spans: pl.Series, label: str) -> np.ndarray:
    """Which tokens begin in a span of the label, bool (n_tokens,)."""
    start, _ = shard.offsets(np.arange(len(shard.tokens)))
    marked = np.zeros(len(shard.tokens), bool)
    for row, listed in enumerate(spans):
        here = slice(shard.bounds[row], shard.bounds[row + 1])
        for _, first, last in (s for s in json.loads(listed) if s[0] == label):
            marked[here] |= (start[here] >= first) & (start[here] < last)
    return marked


def select_vocabulary(gold: GoldArticles, rows: np.ndarray, topics: list[str]) -> tuple[str, ...]:
    """The words with a class of their own: common ones that are no topics, and cues; lower-case words only, so no names."""
    shard = gold.shard
    at = np.flatnonzero(~gold.inside & rows[shard.article(np.arange(len(gold.inside)))])
    used = pl.DataFrame(
        {"form": shard.tokens[at], "cue": gold.cue[at], "article": shard.article(at)}
    )
    forms = shard.forms.with_row_index("number").select(
        pl.col("number").cast(pl.Int32).alias("form"), "type", "key", "kind"
    )
    words = (
        used.join(forms, on="form").filter(pl.col("kind") == tokens.WORD, pl.col("type").str.contains(r"^\p{Ll}|^['’]"))
        .group_by("key").agg(n=pl.len(), cue=pl.col("cue").sum(), articles=pl.col("article").n_unique(), cue_articles=pl.col("article").filter("cue").n_unique())
        .filter(~pl.col("key").is_in(topics))
    )  # fmt: skip
    common = words.sort("articles", "key", descending=[True, False]).head(N_COMMON_WORDS)["key"]
    cues = words.filter(
        (pl.col("cue") >= MIN_CUE_USES)
        & (pl.col("cue_articles") >= MIN_CUE_ARTICLES)
        & (pl.col("cue") >= MIN_CUE_RATE * pl.col("n"))
    )["key"]
    return tuple(sorted({*common, *cues}))


def make_blank_lexicon(words: attribution.VoiceWords, vocabulary: tuple[str, ...]) -> Lexicon:
    """A lexicon of the vocabulary whose weights are all 0."""
    lexicon = Lexicon(
        words, vocabulary, np.zeros(0), {}, dict.fromkeys((*SIGNALS, "attributed"), 0.0)
    )
    tables = {
        name: np.zeros(int(np.prod([len(lexicon.names[a]) for a in axes])), np.float32)
        for name, axes in WEIGHT_TABLES.items()
    }
    return replace(
        lexicon,
        signals=np.zeros((len(CONTEXT_OFFSETS), len(lexicon.classes), len(SIGNALS)), np.float32),
        tables=tables,
    )


def build_training_stream(gold: GoldArticles, lexicon: Lexicon) -> FoldedStream:
    """All articles as one stream, and each sentence with "..., Keller said" once more as "..., said Keller": US outlets hardly write so, others do."""
    shard = gold.shard
    s = attribution.build_stream(
        shard,
        slice(0, len(shard.tokens)),
        gold.inside,
        attribution.classify_forms(shard.forms, lexicon),
        lexicon,
    )
    order = np.append(np.arange(len(s.at)), list_inverted_tokens(gold, s, lexicon))
    begins = np.append(True, np.append(s.begins[1:], True)[order][:-1])
    return replace(s, at=s.at[order], word=s.word[order], begins=begins, signal=s.signal[order])


def list_inverted_tokens(gold: GoldArticles, s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """The tokens of those sentences, with cue and speaker in the other order."""
    verbs = [
        k for k, name in enumerate(lexicon.classes) if name in lexicon.words.subject["inverted"]
    ]
    cue = np.flatnonzero(np.isin(s.word, verbs) & gold.cue[s.at])
    comma = find_last_flagged(s.word == COMMA_CLASS)[cue]
    first, last = (
        find_last_flagged(s.begins),
        len(s.at) - 1 - find_last_flagged(np.append(s.begins[1:], True)[::-1])[::-1],
    )
    content = gold.content[s.at]
    fits = (
        (comma > first[cue])
        & (cue - comma > 1)
        & (cue - comma <= MAX_INVERTED_SPEAKER_TOKENS + 1)
        & content[comma - 1]
        & ~content[cue - 1]
    )
    parts = [
        (np.arange(first[c], k + 1), [c], np.arange(k + 1, c), np.arange(c + 1, last[c] + 1))
        for c, k in zip(cue[fits], comma[fits], strict=True)
    ]
    return np.concatenate([np.zeros(0, int), *(np.concatenate(part) for part in parts)]).astype(int)


def find_last_flagged(flags: np.ndarray) -> np.ndarray:
    """The nearest flagged place at or before each place, or -1."""
    return np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))


def build_targets(gold: GoldArticles, s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """What the signals are to find, bool (n, 3): words of cues (function words only in cues without any other), last before content, first after it."""
    content = gold.content[s.at] | gold.inside[s.at]
    cue = gold.cue[s.at] & s.is_word
    function = np.array([c in lexicon.words.fitting["function_words"] for c in lexicon.classes])[
        s.word
    ]
    run = np.cumsum(np.append(True, cue[1:] != cue[:-1]))
    whole = np.bincount(run, weights=cue & ~function)[run] > 0
    outside = s.is_word & ~content
    return np.stack(
        [
            cue & ~(whole & function),
            outside & np.append(content[1:], False),
            outside & np.append(False, content[:-1]),
        ],
        axis=1,
    )


def encode_one_hot(columns: np.ndarray, sizes: list[int]) -> sparse.csr_matrix:
    """Entries of tables (one column per table) as a 0/1 matrix, the tables side by side."""
    shift = np.cumsum([0, *sizes[:-1]])
    n, k = columns.shape
    return sparse.csr_matrix(
        (
            np.ones(n * k, np.float32),
            (columns + shift).ravel().astype(np.int32),
            np.arange(n + 1) * k,
        ),
        shape=(n, sum(sizes)),
    )


def fit_logistic(
    x: sparse.csr_matrix, y: np.ndarray, strength: float, steps: int
) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression with a ridge penalty."""
    model = LogisticRegression(C=strength, max_iter=steps, tol=1e-5).fit(x, y)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def fit_signals(s: FoldedStream, y: np.ndarray, rows: np.ndarray, lexicon: Lexicon) -> Lexicon:
    """The lexicon with the weights of the signals, and their biases, estimated on the rows."""
    n = len(lexicon.classes)
    padded = np.pad(s.word, (-CONTEXT_OFFSETS[0], CONTEXT_OFFSETS[-1]))
    x = encode_one_hot(
        np.stack([padded[rows + place - CONTEXT_OFFSETS[0]] for place in CONTEXT_OFFSETS], axis=1),
        [n] * len(CONTEXT_OFFSETS),
    )
    fitted = [
        fit_logistic(x, y[rows, k], INVERSE_PENALTY["signals"], 80) for k in range(len(SIGNALS))
    ]
    weights = np.zeros_like(lexicon.signals)
    weights[:] = np.stack([w.reshape(len(CONTEXT_OFFSETS), n) for w, _ in fitted], axis=2)
    bias = lexicon.bias | {name: round(b, 2) for name, (_, b) in zip(SIGNALS, fitted, strict=True)}
    return replace(lexicon, signals=round_weights(weights, MIN_WEIGHT["signals"]), bias=bias)


def round_weights(weights: np.ndarray, smallest: float) -> np.ndarray:
    """Weights as they are written: two decimals, and 0 where they are small."""
    return np.where(np.abs(weights) < smallest, 0, np.round(weights, 2))


def fit_lexicon(gold: GoldArticles, articles: np.ndarray, words: attribution.VoiceWords) -> Lexicon:
    """The lexicon estimated from some of the articles (bool per article).

    The signals of the articles from which the tables are estimated come from the others of them: else the tables would trust signals too much.
    """
    lexicon = make_blank_lexicon(words, select_vocabulary(gold, articles, words.fitting["topics"]))
    s = build_training_stream(gold, lexicon)
    article = gold.shard.article(s.at)
    possessive = gold.shard.forms["key"].is_in(["'s"]).to_numpy()[gold.shard.tokens[s.at]]
    rows = np.flatnonzero(s.is_word & articles[article])
    y = build_targets(gold, s, lexicon)
    part = np.random.default_rng(1).permutation(len(articles)) % N_INNER_FOLDS
    signal = np.zeros_like(s.signal)
    for k in range(N_INNER_FOLDS):
        held = part[article] == k
        inner = fit_signals(s, y, rows[~held[rows]], lexicon)
        signal[held] = compile_module(attribution_kernels).sum_context_weights(
            s.word, inner.around, inner.start
        )[held]
    place = attribution.extract_features(replace(s, signal=signal), lexicon)
    rows = rows[~possessive[rows]]
    columns = np.stack(
        [
            attribution.find_table_entries(place, lexicon.names, name)[rows]
            for name in WEIGHT_TABLES
        ],
        axis=1,
    )
    sizes = [len(table) for table in lexicon.tables.values()]
    weights, bias = fit_logistic(
        encode_one_hot(columns, sizes), gold.content[s.at[rows]], INVERSE_PENALTY["tables"], 120
    )
    lexicon = fit_signals(s, y, np.flatnonzero(s.is_word & articles[article]), lexicon)
    tables = dict(
        zip(
            WEIGHT_TABLES,
            np.split(round_weights(weights, MIN_WEIGHT["tables"]), np.cumsum(sizes)[:-1]),
            strict=True,
        )
    )
    return replace(lexicon, tables=tables, bias=lexicon.bias | {"attributed": round(bias, 2)})


def write_lexicon(lexicon: Lexicon, folder: Path, language: str, source: str) -> None:
    """Writes the weights as two tables that `attribution.read_lexicon` reads."""
    place, word = np.nonzero(lexicon.signals.any(axis=2))
    signals = pl.DataFrame(
        {"word": [lexicon.classes[k] for k in word], "place": place + CONTEXT_OFFSETS[0]}
    ).with_columns(
        pl.Series(name, lexicon.signals[place, word, k]).round(2) for k, name in enumerate(SIGNALS)
    )
    rows = [("bias", name, weight) for name, weight in lexicon.bias.items()]
    for name, table in lexicon.tables.items():
        entries = np.stack(
            np.unravel_index(
                np.flatnonzero(table), [len(lexicon.names[a]) for a in WEIGHT_TABLES[name]]
            ),
            axis=1,
        )
        rows += [(name, " | ".join(lexicon.names[a][k] for a, k in zip(WEIGHT_TABLES[name], entry, strict=True)), table[entry_number])
                 for entry, entry_number in zip(entries, np.flatnonzero(table), strict=True)]  # fmt: skip
    tables = pl.DataFrame(
        rows, schema={"table": pl.String, "entry": pl.String, "weight": pl.Float32}, orient="row"
    ).with_columns(pl.col("weight").round(2))
    for name, frame, about in (
        ("signals", signals.sort("word", "place"), SIGNALS_NOTE),
        ("tables", tables, TABLES_NOTE),
    ):
        lines = frame.write_csv(float_precision=2, line_terminator="\n")
        (folder / f"voice-{language}-{name}.csv").write_text(
            f"# {about}\n# {source}\n{lines}", encoding="utf8"
        )


SIGNALS_NOTE = (
    "Weights by which cues, openers (the last word before attributed content) and closers (the first after it) are known: in each row, what a word "
    "that stands `place` tokens after a token (before it, if negative) adds to the log odds that the token is one. Words not listed go by shape or suffix."
)
TABLES_NOTE = "What each entry of each table adds to the log odds that a word is attributed to somebody; entries not listed add 0. See attribution.py for the tables."
SOURCE_NOTE = (
    "Estimated by voice_fit.py from {n} articles of {outlets} US outlets, 2015 and 2016, of PolNeAR (Newell, Margolin and Ruths 2018, 'An Attribution "
    "Relations Corpus for Political News', LREC): other places, decades and languages are untested."
)


def score_words(truth: np.ndarray, guess: np.ndarray, quoted: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 over words, and recall inside and outside quotation marks."""
    hit = (truth & guess).sum()
    precision, recall = hit / max(guess.sum(), 1), hit / max(truth.sum(), 1)
    direct, indirect = (
        (truth & guess & part).sum() / max((truth & part).sum(), 1) for part in (quoted, ~quoted)
    )
    return {
        "precision": precision,
        "recall": recall,
        "direct": direct,
        "indirect": indirect,
        "F1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


def mark_with_lexicon(gold: GoldArticles, lexicon: Lexicon) -> np.ndarray:
    """Which tokens are quoted or reported by a lexicon."""
    found = gold.inside.copy()
    for s in attribution.iterate_streams(gold.shard, gold.inside, lexicon):
        found[attribution.find_reported_tokens(s, lexicon)] = True
    return found


def cross_validate(
    gold: GoldArticles, fold: np.ndarray, words: attribution.VoiceWords
) -> pl.DataFrame:
    """One row per outlet, and one for all: each fold's articles marked by what was estimated from the others."""
    article = gold.shard.article(np.arange(len(gold.inside)))
    found = np.zeros(len(gold.inside), bool)
    for k in np.unique(fold):
        held = (fold == k)[article]
        found[held] = mark_with_lexicon(gold, fit_lexicon(gold, fold != k, words))[held]
    counted = (
        gold.shard.is_word & ~gold.shard.forms["key"].is_in(["'s"]).to_numpy()[gold.shard.tokens]
    )
    parts = {"all": counted} | {
        name: counted & (gold.outlet == name)[article] for name in sorted(set(gold.outlet))
    }
    rows = [
        {"outlet": name} | score_words(gold.content[part], found[part], gold.inside[part])
        for name, part in parts.items()
    ]
    return pl.DataFrame(rows)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("--into", type=Path, default=WORDS_FOLDER)
    parser.add_argument("--folds", type=int)
    parser.add_argument("--by", choices=["article", "outlet"], default="article")
    given = parser.parse_args()
    gold = encode_gold(pl.read_parquet(given.gold))
    words = read_word_record("voice-en", attribution.VoiceWords)
    n = len(gold.outlet)
    if given.folds or given.by == "outlet":
        fold = (
            np.unique(gold.outlet, return_inverse=True)[1]
            if given.by == "outlet"
            else np.random.default_rng(0).permutation(n) % given.folds
        )
        with pl.Config(tbl_rows=-1, float_precision=3):
            print(cross_validate(gold, fold, words))
    else:
        write_lexicon(
            fit_lexicon(gold, np.ones(n, bool), words),
            given.into,
            "en",
            SOURCE_NOTE.format(n=n, outlets=len(set(gold.outlet))),
        )


if __name__ == "__main__":
    main()
