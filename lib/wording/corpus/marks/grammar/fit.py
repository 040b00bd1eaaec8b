"""Estimates the weights of data/words/grammar-en.npz from sentences that a teacher parsed.

`python -m wording.corpus.marks.grammar.fit PARSES.tsv ... [--test OTHER.tsv] [--into FILE]`

PARSES has one word per line (form, tag, place of its head in the sentence from 0 or -1, relation;
tab between them) and a blank line after each sentence.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import hash_keys
from wording.corpus.marks.grammar import kernels
from wording.corpus.marks.grammar.kernels import RELATIONS, TAGS
from wording.corpus.marks.grammar.parser import describe_forms
from wording.patterns import fold_spelling

N_ROWS = {"tags": 2**18, "arcs": 2**20, "relations": 2**18}
"""Rows of the tables of weights, powers of two."""
N_EPOCHS, MAX_WEIGHT = 8, 127
SEEDS = (1, 2, 3, 4)
"""Of the orders of the sentences, over whose weights the average is taken."""
SAME_TAGS = {
    "NNPS": "NNP", ",": "comma", ".": "stop", ":": "mark", "``": "mark", "''": "mark",
    "-LRB-": "mark", "-RRB-": "mark", "HYPH": "mark", "WP$": "WDT", "$": "CD",
}  # fmt: skip
"""Tags of the teacher that are taken together."""


@dataclass(frozen=True)
class Sentences:
    """Sentences with their tags, heads (the sentence's length for its root) and relations."""

    words: np.ndarray
    starts: np.ndarray
    tags: np.ndarray
    heads: np.ndarray
    relations: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1


def read_parses(*paths: Path) -> Sentences:
    """Return the sentences of files of parses."""
    texts = [path.read_text(encoding="utf8") for path in paths]
    lines = [line.split("\t") for text in texts for line in text.split("\n")[:-1]]
    is_end = np.array([len(line) < 4 for line in lines])
    rows = [line for line in lines if len(line) == 4]
    ends = np.flatnonzero(is_end) - np.arange(is_end.sum())
    starts = np.concatenate([[0], ends]).astype(np.int64)
    forms = pl.DataFrame({"type": [row[0] for row in rows]}).with_columns(
        key=fold_spelling(pl.col("type"))
    )
    tag = [SAME_TAGS.get(row[1], row[1]) for row in rows]
    heads = np.array([int(row[2]) for row in rows], np.int32)
    length = np.repeat(np.diff(starts), np.diff(starts)).astype(np.int32)
    return Sentences(
        describe_forms(forms, hash_keys(forms["key"])),
        starts,
        number_names(tag, TAGS),
        np.where(heads < 0, length, heads).astype(np.int32),
        number_names([("root" if r[3] == "ROOT" else r[3]) for r in rows], RELATIONS),
    )


def number_names(names: list[str], known: tuple[str, ...]) -> np.ndarray:
    """Return the place of each name among the known ones, of the last for any other."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, len(known) - 1) for name in names], np.uint8)


def average_weights(weights: np.ndarray, totals: np.ndarray, steps: int) -> np.ndarray:
    """Return the averages of weights over all steps."""
    return weights - totals / steps


def scale_weights(weights: np.ndarray) -> np.ndarray:
    """Return weights scaled to int8."""
    # Few are far from 0: cutting them costs less than rounding all the others.
    scale = MAX_WEIGHT / np.quantile(np.abs(weights[weights != 0]), 0.9999)
    return np.clip(np.round(weights * scale), -MAX_WEIGHT, MAX_WEIGHT).astype(np.int8)


def shuffle_sentences(chosen: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return the sentences in the order of each epoch."""
    random = np.random.default_rng(seed)
    return [random.permutation(chosen) for _ in range(N_EPOCHS)]


def fit_tags(gold: Sentences, chosen: np.ndarray, seed: int) -> np.ndarray:
    """Return weights of tags fitted on the chosen sentences."""
    train = compile_module(kernels).train_tags
    weights = np.zeros((N_ROWS["tags"], len(TAGS)), np.int32)
    totals, step = np.zeros(weights.shape, np.int64), 0
    for order in shuffle_sentences(chosen, seed):
        step = train(weights, totals, gold.words, gold.tags, gold.starts, order, step)
    return average_weights(weights, totals, step)


def fit_arcs(gold: Sentences, tags: np.ndarray, seed: int) -> np.ndarray:
    """Return weights of arcs, fitted to words with the given tags."""
    train = compile_module(kernels).train_arcs
    weights = np.zeros((N_ROWS["arcs"], kernels.N_TRANSITIONS), np.int32)
    totals, step = np.zeros(weights.shape, np.int64), 0
    for order in shuffle_sentences(np.arange(len(gold)), seed):
        step = train(weights, totals, gold.words, tags, gold.heads, gold.starts, order, step)
    return average_weights(weights, totals, step)


def fit_relations(gold: Sentences, tags: np.ndarray, seed: int) -> np.ndarray:
    """Return weights of relations, fitted to words with the given tags."""
    train = compile_module(kernels).train_relations
    weights = np.zeros((N_ROWS["relations"], len(RELATIONS)), np.int32)
    totals, step = np.zeros(weights.shape, np.int64), 0
    known = gold.words, tags, gold.heads, gold.relations, gold.starts
    for order in shuffle_sentences(np.arange(len(gold)), seed):
        step = train(weights, totals, *known, order, step)
    return average_weights(weights, totals, step)


def predict_tags(gold: Sentences) -> np.ndarray:
    """Return the tags of all words, each predicted by weights that have not seen its sentence."""
    tags, everything = gold.tags.copy(), np.arange(len(gold))
    for fold in (0, 1):
        others = everything[everything % 2 != fold]
        weights = scale_weights(fit_tags(gold, others, SEEDS[0]))
        for k in everything[everything % 2 == fold]:
            span = slice(gold.starts[k], gold.starts[k + 1])
            compile_module(kernels).tag_sentence(weights, gold.words[:, span], tags[span])
    return tags


def fit_weights(gold: Sentences) -> dict[str, np.ndarray]:
    """Return the weights of tags, arcs and relations, int8.

    Arcs and relations are fitted to tags predicted by weights that have not seen the sentence. All
    are averages over fits to several orders of the sentences: that of one alone is a matter of
    luck.
    """
    tags, everything = predict_tags(gold), np.arange(len(gold))
    fits: dict[str, Callable[[int], np.ndarray]] = {
        "tags": lambda seed: fit_tags(gold, everything, seed),
        "arcs": lambda seed: fit_arcs(gold, tags, seed),
        "relations": lambda seed: fit_relations(gold, tags, seed),
    }
    return {
        name: scale_weights(sum((fit(seed) for seed in SEEDS), np.zeros(1)))
        for name, fit in fits.items()
    }


def score_weights(weights: dict[str, np.ndarray], gold: Sentences) -> dict[str, float]:
    """Return how many tags, heads (UAS), and heads with relations (LAS) are those of the file.

    Heads and relations are those of words; marks are left out.
    """
    tags, heads, relations = compile_module(kernels).parse_sentences(
        weights["tags"], weights["arcs"], weights["relations"], gold.words, gold.starts
    )
    start = np.repeat(gold.starts[:-1], np.diff(gold.starts))
    length = np.repeat(np.diff(gold.starts), np.diff(gold.starts))
    true_heads = np.where(gold.heads == length, -1, gold.heads + start)
    is_word = gold.relations != RELATIONS.index("punct")
    is_right = heads == true_heads
    return {
        "tags": float((tags == gold.tags).mean()),
        "UAS": float(is_right[is_word].mean()),
        "LAS": float((is_right & (relations == gold.relations))[is_word].mean()),
    }


def main() -> None:
    """Fit the weights, score them on other sentences, write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parses", type=Path, nargs="+")
    parser.add_argument("--test", type=Path, action="append", default=[])
    parser.add_argument("--into", type=Path)
    options = parser.parse_args()
    weights = fit_weights(read_parses(*options.parses))
    for path in options.test:
        print(
            path.name,
            {k: round(v, 4) for k, v in score_weights(weights, read_parses(path)).items()},
        )
    if options.into:
        np.savez_compressed(
            options.into,
            tags=weights["tags"],
            arcs=weights["arcs"],
            relations=weights["relations"],
        )


if __name__ == "__main__":
    main()
