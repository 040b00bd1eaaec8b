"""Languages whose voice rules were written by hand: invented sentences with their truth."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from wording.corpus.encoding.shard import NUMBER, WORD, encode_texts
from wording.corpus.marks.voice import mark_voices

SENTENCES = sorted((Path(__file__).parent / "sentences").glob("*.txt"))


def read_sentences(file):
    """Return the sentences of a file, and which characters of each are attributed."""
    lines = [line for line in file.read_text(encoding="utf8").splitlines() if line[0] != "#"]
    truth = [
        [line[:k].count("[") > line[:k].count("]") for k, c in enumerate(line) if c not in "[]"]
        for line in lines
    ]
    return [line.replace("[", "").replace("]", "") for line in lines], truth


def list_words(file):
    """Return each word of each sentence: the sentence, whether it is attributed, and found so."""
    texts, truth = read_sentences(file)
    shard = encode_texts(pl.Series("text", texts), file.stem)
    found = mark_voices(shard, language=file.stem) > 0
    at = np.flatnonzero(np.isin(shard.kind[shard.tokens], [WORD, NUMBER]))
    rows, starts = shard.article(at), shard.offsets(at)[0]
    is_true = np.array([truth[row][start] for row, start in zip(rows, starts, strict=True)])
    return texts, rows, is_true, found[at]


@pytest.mark.parametrize("file", SENTENCES, ids=lambda file: file.stem)
def test_words_are_attributed_as_in_the_invented_sentences(file):
    texts, rows, is_true, is_found = list_words(file)
    wrong = {texts[row] for row in rows[is_true != is_found]}
    precision, recall = (is_true & is_found).sum() / np.array([is_found.sum(), is_true.sum()])
    assert min(precision, recall) >= 0.9, (precision, recall, wrong)


@pytest.mark.parametrize("file", SENTENCES, ids=lambda file: file.stem)
def test_sentences_without_a_source_are_the_outlets_own(file):
    _, rows, is_true, is_found = list_words(file)
    own = ~np.isin(rows, rows[is_true])
    assert own.any()
    assert not (own & is_found).any()
