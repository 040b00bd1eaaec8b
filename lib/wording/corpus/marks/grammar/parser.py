"""Tags, heads and relations of the words of sentences, by perceptrons in a file of weights.

The words are the tokens of the encoded corpus, so that a parse needs no second tokeniser.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import SPACE, Shard
from wording.corpus.marks.grammar import kernels
from wording.words import WORDS_FOLDER


@dataclass(frozen=True)
class Parse:
    """What is known of the words of some sentences; quotation marks are none of them.

    Attributes
    ----------
    shard : Shard
        Where the sentences stand.
    tokens : int64 (n,)
        The token of the shard that each word is, ascending.
    tags : uint8 (n,)
        Part of speech, a place in `kernels.TAGS`.
    heads : int32 (n,)
        The word on which it hangs, a place in these arrays; -1 for the head of a sentence.
    relations : uint8 (n,)
        How, a place in `kernels.RELATIONS`.
    """

    shard: Shard
    tokens: np.ndarray
    tags: np.ndarray
    heads: np.ndarray
    relations: np.ndarray

    @property
    def forms(self) -> np.ndarray:
        """Return the form of each word, int32 (n,)."""
        return self.shard.tokens[self.tokens]

    def locate(self, positions: np.ndarray) -> np.ndarray:
        """Return the word that each token of the shard is, or the first one after it."""
        return np.searchsorted(self.tokens, positions)

    def find_sentences(self, positions: np.ndarray) -> np.ndarray:
        """Return the words of the sentence of each token, int64 (n, 2): the first, the end."""
        sentence, own = self.shard.sentence[self.tokens], self.shard.sentence[positions]
        return np.stack([np.searchsorted(sentence, own + step) for step in (0, 1)], axis=1)

    def read_tokens(self, words: np.ndarray) -> np.ndarray:
        """Return the token of the shard that each word is; -1 for -1."""
        return np.append(self.tokens, -1)[words]


@lru_cache(maxsize=1)
def load_weights(path: Path | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights of tags, arcs and relations, int8 (rows, classes)."""
    with np.load(path or WORDS_FOLDER / "grammar-en.npz") as saved:
        return saved["tags"], saved["arcs"], saved["relations"]


def describe_forms(forms: pl.DataFrame, numbers: np.ndarray) -> np.ndarray:
    """Return what the features see of each form by itself, uint64 (4, n_forms).

    Rows: the word, its last three letters, its first letter and whether it has a hyphen, its shape.
    """
    word = forms["type"].str.strip_chars()
    key = forms["key"]
    digits = pl.col("key").str.replace_all(r"\p{N}", "0")
    texts = forms.select(
        suffix=digits.str.slice(-3),
        prefix=pl.col("key").str.slice(0, 1) + pl.col("key").str.contains("-").cast(pl.String),
    )
    shape = (
        word.str.contains(r"^\p{Lu}").cast(pl.UInt8)
        + word.str.contains(r"\p{Ll}").cast(pl.UInt8) * 2
        + word.str.contains(r"\p{N}").cast(pl.UInt8) * 4
        + word.str.contains(r"[-.]").cast(pl.UInt8) * 8
        + word.str.contains(r"\p{L}").cast(pl.UInt8) * 16
    ).cast(pl.UInt64)
    is_number = key.str.contains(r"^[\p{N}.,]+$").to_numpy()
    own = np.where(is_number, hash_texts(pl.Series(["0"]))[0], numbers)
    return np.stack(
        [own, hash_texts(texts["suffix"]), hash_texts(texts["prefix"]), shape.to_numpy() + 2]
    )


def hash_texts(texts: pl.Series) -> np.ndarray:
    """Return a number for each text, the same on every machine, uint64."""
    return pd.util.hash_array(texts.to_numpy().astype(object), categorize=True)


def parse_around(shard: Shard, positions: np.ndarray) -> Parse:
    """Return the parse of the sentences in which some tokens of a shard stand."""
    sentences = np.unique(shard.sentence[positions])
    is_seen = (shard.kind > SPACE) & ~shard.is_skipped
    tokens = np.flatnonzero(np.isin(shard.sentence, sentences) & is_seen[shard.tokens])
    starts = np.searchsorted(shard.sentence[tokens], np.append(sentences, sentences[-1:] + 1))
    described = describe_forms(shard.forms, shard.numbers)[:, shard.tokens[tokens]]
    parsed = compile_module(kernels).parse_sentences(*load_weights(), described, starts)
    return Parse(shard, tokens, *parsed)
