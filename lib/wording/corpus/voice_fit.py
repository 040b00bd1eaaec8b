"""Estimates the weights of data/words/voice-*.csv from articles whose attributions were marked by hand.

python -m wording.corpus.voice_fit GOLD.parquet [--into FOLDER] [--folds 5] [--by outlet]

GOLD has doc_id, text, spans (a JSON list of [label, start, end] with the labels Content and Cue, in characters), and source (the outlet).
With --folds, nothing is written: each fold is marked by what was estimated from the others, and scored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from wording.corpus import attribution, tokens
from wording.corpus.attribution import AROUND, SIGNALS, TABLES, Lexicon, Stream
from wording.corpus.quotation import quotations
from wording.corpus.tokens import Shard

LEAST_USES = 3
"""A cue word must be one so often, ..."""
LEAST_RATE = 0.1
"""... and in this share of its uses outside quotations."""
COMMON = 300
"""So many of the commonest lower-case words (by articles) have a class of their own."""
STRENGTH = {"signals": 0.5, "tables": 0.05}
"""Inverse strengths of the ridge penalty."""
LEAST_ARTICLES = 3
INNER = 3
SMALLEST = {"signals": 0.1, "tables": 0.05}
"""Weights nearer to 0 are not written."""


@dataclass(frozen=True)
class Gold:
    """Marked articles: the shard, what lies inside quotation marks, and per token whether it is content, and part of a cue."""

    shard: Shard
    inside: np.ndarray
    content: np.ndarray
    cue: np.ndarray
    outlet: np.ndarray


def read_gold(frame: pl.DataFrame) -> Gold:
    """The marked articles, encoded."""
    shard = tokens.encode(frame["text"])
    content, cue = (labelled(shard, frame["spans"], label) for label in ("Content", "Cue"))
    return Gold(shard, quotations(shard).inside(len(shard.tokens)), content, cue, frame["source"].to_numpy())


def labelled(shard: Shard, spans: pl.Series, label: str) -> np.ndarray:
    """Which tokens begin in a span of the label, bool (n_tokens,)."""
    start, _ = shard.offsets(np.arange(len(shard.tokens)))
    marked = np.zeros(len(shard.tokens), bool)
    for row, listed in enumerate(spans):
        here = slice(shard.bounds[row], shard.bounds[row + 1])
        for _, first, last in (s for s in json.loads(listed) if s[0] == label):
            marked[here] |= (start[here] >= first) & (start[here] < last)
    return marked


def vocabulary(gold: Gold, rows: np.ndarray, topics: set[str]) -> tuple[str, ...]:
    """The words with a class of their own: common ones that are no topics, and cues; lower-case words only, so no names."""
    shard = gold.shard
    at = np.flatnonzero(~gold.inside & rows[shard.article(np.arange(len(gold.inside)))])
    used = pl.DataFrame({"form": shard.tokens[at], "cue": gold.cue[at], "article": shard.article(at)})
    forms = shard.forms.with_row_index("number").select(pl.col("number").cast(pl.Int32).alias("form"), "type", "key", "kind")
    words = (
        used.join(forms, on="form").filter(pl.col("kind") == tokens.WORD, pl.col("type").str.contains(r"^\p{Ll}|^['’]"))
        .group_by("key").agg(n=pl.len(), cue=pl.col("cue").sum(), articles=pl.col("article").n_unique(), cue_articles=pl.col("article").filter("cue").n_unique())
        .filter(~pl.col("key").is_in(list(topics)))
    )  # fmt: skip
    common = words.sort("articles", "key", descending=[True, False]).head(COMMON)["key"]
    cues = words.filter((pl.col("cue") >= LEAST_USES) & (pl.col("cue_articles") >= LEAST_ARTICLES) & (pl.col("cue") >= LEAST_RATE * pl.col("n")))["key"]
    return tuple(sorted({*common, *cues}))


def blank_lexicon(words: attribution.Words, vocabulary: tuple[str, ...]) -> Lexicon:
    """A lexicon of the vocabulary whose weights are all 0."""
    lexicon = Lexicon(words, vocabulary, np.zeros(0), {})
    tables = {name: np.zeros(int(np.prod([len(lexicon.names[a]) for a in axes])), np.float32) for name, axes in TABLES.items()}
    return replace(lexicon, signals=np.zeros((len(AROUND), len(lexicon.classes), len(SIGNALS) + 1), np.float32), tables=tables)


def whole_stream(gold: Gold, lexicon: Lexicon) -> Stream:
    """All articles as one stream."""
    shard = gold.shard
    return attribution.stream(shard, slice(0, len(shard.tokens)), gold.inside, attribution.classes_of(shard.forms, lexicon), lexicon)


def targets(gold: Gold, s: Stream, lexicon: Lexicon) -> np.ndarray:
    """What the signals are to find, bool (n, 3): words of cues (function words only in cues without any other), last before content, first after it."""
    content = gold.content[s.at] | gold.inside[s.at]
    cue = gold.cue[s.at] & s.is_word
    function = np.array([c in FUNCTION_WORDS for c in lexicon.classes])[s.word]
    run = np.cumsum(np.append(True, cue[1:] != cue[:-1]))
    whole = np.bincount(run, weights=cue & ~function)[run] > 0
    outside = s.is_word & ~content
    return np.stack([cue & ~(whole & function), outside & np.append(content[1:], False), outside & np.append(False, content[:-1])], axis=1)


FUNCTION_WORDS = set(
    ["the", "to", "of", "a", "in", "and", "that", "for", "on", "he", "is", "his", "with", "as", "has", "was", "at", "by", "who", "from", "an", "it", "her", "have", "not", "be", "are", "she", "about", "would", "more", "had", "their", "they", "will", "but", "been", "which", "than", "also", "or", "were", "this", "him"]
)


def one_hot(columns: np.ndarray, sizes: list[int]) -> sparse.csr_matrix:
    """Entries of tables (one column per table) as a 0/1 matrix, the tables side by side."""
    shift = np.cumsum([0, *sizes[:-1]])
    n, k = columns.shape
    return sparse.csr_matrix((np.ones(n * k, np.float32), (columns + shift).ravel().astype(np.int32), np.arange(n + 1) * k), shape=(n, sum(sizes)))


def logistic(x: sparse.csr_matrix, y: np.ndarray, strength: float, steps: int) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression with a ridge penalty."""
    model = LogisticRegression(C=strength, max_iter=steps, tol=1e-5).fit(x, y)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def fit_signals(s: Stream, y: np.ndarray, rows: np.ndarray, lexicon: Lexicon) -> Lexicon:
    """The lexicon with the weights of the signals, and their biases, estimated on the rows."""
    n = len(lexicon.classes)
    x = one_hot(np.stack([attribution.shifted(s.word, place) for place in AROUND], axis=1)[rows], [n] * len(AROUND))
    fitted = [logistic(x, y[rows, k], STRENGTH["signals"], 80) for k in range(len(SIGNALS))]
    weights = np.zeros_like(lexicon.signals)
    weights[:, :, : len(SIGNALS)] = np.stack([w.reshape(len(AROUND), n) for w, _ in fitted], axis=2)
    bias = {**lexicon.words.bias, **{name: round(b, 3) for name, (_, b) in zip(SIGNALS, fitted, strict=True)}}
    return replace(lexicon, signals=rounded(weights, SMALLEST["signals"]), words=lexicon.words.model_copy(update={"bias": bias}))


def with_signals(s: Stream, lexicon: Lexicon) -> np.ndarray:
    """The log odds of the signals by a lexicon, float32 (n, 3)."""
    return attribution.signals(s.word, lexicon.signals) + np.array([lexicon.words.bias[k] for k in SIGNALS], np.float32)


def rounded(weights: np.ndarray, smallest: float) -> np.ndarray:
    """Weights as they are written: two decimals, and 0 where they are small."""
    return np.where(np.abs(weights) < smallest, 0, np.round(weights, 2))


def fit(gold: Gold, articles: np.ndarray, words: attribution.Words, topics: set[str]) -> Lexicon:
    """The lexicon estimated from some of the articles (bool per article).

    The signals of the articles from which the tables are estimated come from the others of them: else the tables would trust signals too much.
    """
    lexicon = blank_lexicon(words, vocabulary(gold, articles, topics))
    s = whole_stream(gold, lexicon)
    article = gold.shard.article(s.at)
    possessive = gold.shard.forms["key"].is_in(["'s"]).to_numpy()[gold.shard.tokens[s.at]]
    rows = np.flatnonzero(s.is_word & articles[article])
    y = targets(gold, s, lexicon)
    part = np.random.default_rng(1).permutation(len(articles)) % INNER
    signal = np.zeros_like(s.signal)
    for k in range(INNER):
        held = part[article] == k
        signal[held] = with_signals(s, fit_signals(s, y, rows[~held[rows]], lexicon))[held]
    place = attribution.places(replace(s, signal=signal), lexicon)
    rows = rows[~possessive[rows]]
    columns = np.stack([attribution.entries(place, lexicon.names, name)[rows] for name in TABLES], axis=1)
    sizes = [len(table) for table in lexicon.tables.values()]
    weights, bias = logistic(one_hot(columns, sizes), gold.content[s.at[rows]], STRENGTH["tables"], 120)
    lexicon = fit_signals(s, y, np.flatnonzero(s.is_word & articles[article]), lexicon)
    tables = dict(zip(TABLES, np.split(rounded(weights, SMALLEST["tables"]), np.cumsum(sizes)[:-1]), strict=True))
    return replace(lexicon, tables=tables, words=lexicon.words.model_copy(update={"bias": {**lexicon.words.bias, "attributed": round(bias, 3)}}))
