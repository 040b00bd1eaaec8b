"""How fast a corpus is built, as a ratio to scikit-learn's CountVectorizer on the same texts in the same run."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from wording.corpus.articles import read_articles
from wording.corpus.build import encode
from wording.corpus.voice import voices


def bench(articles: Path, *, rounds: int = 3) -> pd.DataFrame:
    """One row per step: step, seconds (median of the rounds), megabytes_per_second, ratio (CountVectorizer's seconds to these).

    The rounds alternate, so that a noisy machine slows all steps alike.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    read = read_articles(articles)
    texts = read.frame["text"].to_list()
    corpus = encode(read)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    steps: dict[str, Callable[[], Any]] = {
        "read": lambda: read_articles(articles),
        "encode (tokens, index, sentences, zones, voice)": lambda: encode(read),
        "speakers and cues": lambda: replace(corpus, _stretches={}).find_speakers(),
        "voice alone": lambda: joblib.Parallel(n_jobs=-1, prefer="threads")(joblib.delayed(voices)(shard) for shard in corpus.shards),
        "read and encode": lambda: encode(read_articles(articles)),
        "CountVectorizer().fit_transform": lambda: CountVectorizer().fit_transform(texts),
    }
    taken = {step: [] for step in steps}
    for _ in range(rounds):
        for step, run in steps.items():
            taken[step].append(seconds(run))
    table = pd.DataFrame({"step": list(steps), "seconds": [statistics.median(taken[step]) for step in steps]})
    peer = table["seconds"].iloc[-1]
    return table.assign(megabytes_per_second=megabytes / table["seconds"], ratio=peer / table["seconds"])


def seconds(run: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def peak_memory(articles: Path) -> float:
    """Gigabytes that this process held at most, after reading and encoding the articles."""
    encode(read_articles(articles))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
