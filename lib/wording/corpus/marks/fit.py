"""Estimates the weights of data/words/voice-*.csv from articles whose attributions were annotated.

`python -m wording.corpus.marks.fit GOLD.parquet [--into FOLDER] [--folds 5] [--by outlet]`

GOLD has doc_id, text, spans (a JSON list of [label, start, end] with the labels Content and Cue, in
characters), and source (the outlet). With --folds nothing is written: each fold is annotated with
weights estimated from the other folds, and scored.
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
from wording.corpus.marks.attribution import HUNDREDTHS, WEIGHT_TABLES, FoldedStream, Lexicon
from wording.corpus.marks.attribution_kernels import COMMA_CLASS, CONTEXT_OFFSETS, SIGNALS
from wording.corpus.marks.quotation import find_quotations
from wording.study.read import read_word_record
from wording.words import WORDS_FOLDER

MIN_CUE_USES = 2
"""A cue word must be one at least so often, ..."""
MIN_CUE_RATE = 0.1
"""... and in at least this share of its uses outside quotations."""
N_COMMON_WORDS = 300
"""The number of the commonest lower-case words (by articles), which have a class of their own."""
INVERSE_PENALTY = {"signals": 0.5, "tables": 0.05}
"""Inverse strengths of the ridge penalty."""
MIN_CUE_ARTICLES = 2
MAX_INVERTED_SPEAKER_TOKENS = 6
N_INNER_FOLDS = 3
MIN_WEIGHT = {"signals": 0.1, "tables": 0.05}
"""Weights nearer to 0 are not written."""


@dataclass(frozen=True)
class GoldArticles:
    """Articles whose attributions were marked by hand.

    Attributes
    ----------
    shard : the articles.
    inside, content, cue : flags of the tokens in quotation marks, of content, and of cues.
    outlet : the outlet of each article.
    """

    shard: Shard
    inside: np.ndarray
    content: np.ndarray
    cue: np.ndarray
    outlet: np.ndarray


def encode_gold(frame: pl.DataFrame) -> GoldArticles:
    """Return the marked articles, encoded."""
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
    """Return which tokens begin in a span of the label, bool (n_tokens,)."""
    start, _ = shard.offsets(np.arange(len(shard.tokens)))
    marked = np.zeros(len(shard.tokens), bool)
    for row, listed in enumerate(spans):
        here = slice(shard.bounds[row], shard.bounds[row + 1])
        for _, first, last in (s for s in json.loads(listed) if s[0] == label):
            marked[here] |= (start[here] >= first) & (start[here] < last)
    return marked


def select_vocabulary(gold: GoldArticles, rows: np.ndarray, topics: list[str]) -> tuple[str, ...]:
    """Return the words with a class of their own: common ones that are no topics, and cues.

    Only words in lower case, so no names.
    """
    shard = gold.shard
    at = np.flatnonzero(~gold.inside & rows[shard.article(np.arange(len(gold.inside)))])
    used = pl.DataFrame(
        {"form": shard.tokens[at], "cue": gold.cue[at], "article": shard.article(at)}
    )
    forms = shard.forms.with_row_index("number").select(
        pl.col("number").cast(pl.Int32).alias("form"), "type", "key", "kind"
    )
    is_lower_case = pl.col("type").str.contains(r"^\p{Ll}|^['’]")
    words = (
        used.join(forms, on="form")
        .filter(pl.col("kind") == tokens.WORD, is_lower_case)
        .group_by("key")
        .agg(
            n=pl.len(),
            cue=pl.col("cue").sum(),
            articles=pl.col("article").n_unique(),
            cue_articles=pl.col("article").filter("cue").n_unique(),
        )
        .filter(~pl.col("key").is_in(topics))
    )
    common = words.sort("articles", "key", descending=[True, False]).head(N_COMMON_WORDS)["key"]
    cues = words.filter(
        (pl.col("cue") >= MIN_CUE_USES)
        & (pl.col("cue_articles") >= MIN_CUE_ARTICLES)
        & (pl.col("cue") >= MIN_CUE_RATE * pl.col("n"))
    )["key"]
    return tuple(sorted({*common, *cues}))


def make_blank_lexicon(words: attribution.VoiceWords, vocabulary: tuple[str, ...]) -> Lexicon:
    """Return a lexicon of the vocabulary whose weights are all 0."""
    lexicon = Lexicon(
        words, vocabulary, np.zeros(0), {}, dict.fromkeys((*SIGNALS, "attributed"), 0)
    )
    tables = {
        name: np.zeros(int(np.prod([len(lexicon.names[a]) for a in axes])), np.int32)
        for name, axes in WEIGHT_TABLES.items()
    }
    return replace(
        lexicon,
        signals=np.zeros((len(CONTEXT_OFFSETS), len(lexicon.classes), len(SIGNALS)), np.int32),
        tables=tables,
    )


def build_training_stream(gold: GoldArticles, lexicon: Lexicon) -> FoldedStream:
    """Return all articles as one stream, with inverted sentences.

    Each sentence with "..., Keller said" stands there once more as "..., said Keller": US outlets
    hardly write so, others do.
    """
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
    return replace(
        s,
        at=s.at[order],
        word=s.word[order],
        begins=begins,
        article=s.article[order],
        signal=s.signal[order],
    )


def list_inverted_tokens(gold: GoldArticles, s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """Return the tokens of those sentences, with cue and speaker in the other order."""
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
    """Return the nearest flagged place at or before each place, or -1."""
    return np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))


def build_targets(gold: GoldArticles, s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """Return what the signals are to find, bool (n, 3).

    Words of cues (function words only in cues without any other), the last word before content,
    and the first after it.
    """
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
    """Return entries of tables (one column per table) as a 0/1 matrix, the tables side by side."""
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
    """Return weights and bias of a logistic regression with a ridge penalty."""
    model = LogisticRegression(C=strength, max_iter=steps, tol=1e-5).fit(x, y)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def fit_signals(s: FoldedStream, y: np.ndarray, rows: np.ndarray, lexicon: Lexicon) -> Lexicon:
    """Return the lexicon with the signals' weights and biases, estimated on the rows."""
    n = len(lexicon.classes)
    padded = np.pad(s.word, (-CONTEXT_OFFSETS[0], CONTEXT_OFFSETS[-1]))
    x = encode_one_hot(
        np.stack([padded[rows + place - CONTEXT_OFFSETS[0]] for place in CONTEXT_OFFSETS], axis=1),
        [n] * len(CONTEXT_OFFSETS),
    )
    fitted = [
        fit_logistic(x, y[rows, k], INVERSE_PENALTY["signals"], 80) for k in range(len(SIGNALS))
    ]
    weights = np.stack([w.reshape(len(CONTEXT_OFFSETS), n) for w, _ in fitted], axis=2)
    bias = lexicon.bias | {
        name: round(HUNDREDTHS * b) for name, (_, b) in zip(SIGNALS, fitted, strict=True)
    }
    return replace(lexicon, signals=round_weights(weights, MIN_WEIGHT["signals"]), bias=bias)


def round_weights(weights: np.ndarray, smallest: float) -> np.ndarray:
    """Return weights in whole hundredths, int32, and 0 where they are small."""
    whole = np.round(HUNDREDTHS * weights).astype(np.int32)
    return np.where(np.abs(weights) < smallest, np.int32(0), whole)


def fit_lexicon(gold: GoldArticles, articles: np.ndarray, words: attribution.VoiceWords) -> Lexicon:
    """Return the lexicon estimated from some of the articles (bool per article).

    The signals of the articles from which the tables are estimated come from the others of them:
    else the tables would trust signals too much.
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
    return replace(
        lexicon, tables=tables, bias=lexicon.bias | {"attributed": round(HUNDREDTHS * bias)}
    )


def write_lexicon(lexicon: Lexicon, folder: Path, language: str, source: str) -> None:
    """Write the weights as two tables that `attribution.read_lexicon` reads."""
    place, word = np.nonzero(lexicon.signals.any(axis=2))
    signals = pl.DataFrame(
        {"word": [lexicon.classes[k] for k in word], "place": place + CONTEXT_OFFSETS[0]}
    ).with_columns(
        pl.Series(name, lexicon.signals[place, word, k] / HUNDREDTHS)
        for k, name in enumerate(SIGNALS)
    )
    rows = [("bias", name, weight) for name, weight in lexicon.bias.items()]
    for name, table in lexicon.tables.items():
        names = [lexicon.names[feature] for feature in WEIGHT_TABLES[name]]
        numbers = np.flatnonzero(table)
        for number, entry in zip(
            numbers, zip(*np.unravel_index(numbers, [*map(len, names)]), strict=True), strict=True
        ):
            values = [values[k] for values, k in zip(names, entry, strict=True)]
            rows.append((name, " | ".join(values), table[number]))
    tables = pl.DataFrame(
        rows, schema={"table": pl.String, "entry": pl.String, "weight": pl.Int32}, orient="row"
    ).with_columns(pl.col("weight") / HUNDREDTHS)
    for name, frame, about in (
        ("signals", signals.sort("word", "place"), SIGNALS_NOTE),
        ("tables", tables, TABLES_NOTE),
    ):
        lines = frame.write_csv(float_precision=2, line_terminator="\n")
        (folder / f"voice-{language}-{name}.csv").write_text(
            f"# {about}\n# {source}\n{lines}", encoding="utf8"
        )


SIGNALS_NOTE = (
    "Weights for recognising cues, openers (the last word before attributed content) and closers "
    "(the first after it). Each row says what a word `place` tokens after a token (before it, if "
    "negative) adds to the log odds that the token is one. Words not listed go by shape or suffix."
)
TABLES_NOTE = (
    "What each entry of each table adds to the log odds that a word is attributed to somebody; "
    "entries not listed add 0. See attribution.py for the tables."
)
SOURCE_NOTE = (
    "Estimated by corpus/marks/fit.py from {n} articles of {outlets} US outlets, 2015 and 2016, of "
    "PolNeAR (Newell, Margolin and Ruths 2018, 'An Attribution Relations Corpus for Political "
    "News', LREC); not tested on other places, decades or languages."
)


def score_words(truth: np.ndarray, guess: np.ndarray, quoted: np.ndarray) -> dict[str, float]:
    """Return precision, recall and F1 over words, and recall inside and outside quotations."""
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
    """Return which tokens are quoted or reported by a lexicon."""
    marked = gold.inside.copy()
    for stream in attribution.iterate_streams(gold.shard, gold.inside, lexicon):
        marked[attribution.find_reported_tokens(stream, lexicon)] = True
    return marked


def cross_validate(
    gold: GoldArticles, fold: np.ndarray, words: attribution.VoiceWords
) -> pl.DataFrame:
    """Return the scores of each outlet and of all.

    Each fold's articles are marked with weights estimated from the other folds.
    """
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
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path, help="annotated articles")
    parser.add_argument("--into", type=Path, default=WORDS_FOLDER, help="folder for the weights")
    parser.add_argument("--folds", type=int, help="number of folds for cross-validation")
    parser.add_argument(
        "--by",
        choices=["article", "outlet"],
        default="article",
        help="what a fold consists of",
    )
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
