"""How fast each step of a study is, beside scikit-learn's CountVectorizer (and other peers that are installed) on the same texts in the same run."""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build, encode
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.shard import WORD
from wording.corpus.kwic import concordance
from wording.corpus.marks.copies import families
from wording.corpus.marks.voice import find_speakers, voices
from wording.corpus.reading.articles import Reading, read_articles
from wording.new import new_study
from wording.study.records import Study, read_study

CONCEPTS = "take: {events: all, politics-us: all}\n"
RARE = 5
"""The rare word that lines are made of stands about so often."""
COUNTVECTORIZER = "CountVectorizer().fit_transform"
Steps = dict[str, Callable[[], Any]]


def bench(articles: Path, *, rounds: int = 3) -> pd.DataFrame:
    """One row per step: step, seconds (median of the rounds), megabytes_per_second, ratio (CountVectorizer's seconds to these).

    The rounds alternate, so that a noisy machine slows all steps alike.
    """
    with tempfile.TemporaryDirectory() as folder:
        study = a_study(articles, Path(folder) / "study")
        read = read_articles(articles, language=study.language)
        steps = building(articles, study, read) | analysing(study, Path(folder)) | peers(read.frame["text"].to_list())
        taken: dict[str, list[float]] = {step: [] for step in steps}
        for _ in range(rounds):
            for step, run in steps.items():
                taken[step].append(seconds(run))
    table = pd.DataFrame({"step": list(steps), "seconds": [statistics.median(taken[step]) for step in steps]})
    peer, megabytes = table.set_index("step")["seconds"][COUNTVECTORIZER], read.frame["text"].str.len_bytes().sum() / 1e6
    return table.assign(megabytes_per_second=megabytes / table["seconds"], ratio=peer / table["seconds"])


def a_study(articles: Path, folder: Path) -> Study:
    """A study of the articles, with the concepts of the library."""
    new_study(folder, articles=articles)
    (folder / "concepts.yml").write_text(CONCEPTS, encoding="utf8")
    return read_study(folder)


def building(articles: Path, study: Study, read) -> Steps:
    """The steps from the files to the corpus."""
    corpus = encode(read)
    bare = replace(corpus, table=corpus.table.drop("family", "first", "shared", strict=False))
    return {
        "build: all of read, encode, families": lambda: built(study),
        "read": lambda: list(Reading(articles, language=study.language)),
        "encode: tokens, index, sentences, boilerplate, voice": lambda: encode(read),
        "of which voice": lambda: [voices(shard, language=study.language) for shard in corpus.shards],
        "families": lambda: families(bare),
        "speakers and cues, when first asked for": lambda: find_speakers(replace(corpus, _derived={})),
    }


def built(study: Study) -> Corpus:
    """The study's corpus, made anew."""
    shutil.rmtree(study.folder / ".build", ignore_errors=True)
    return build(study)[0]


def analysing(study: Study, folder: Path) -> Steps:
    """The steps from the corpus to findings and pages."""
    from wording.answers.tables import table
    from wording.pages.batch import runner

    word, concept = rare_word(built(study)), next(iter(study.concepts))
    return {
        "counts": lambda: table(study, "counts"),
        "hits": lambda: table(study, "hits"),
        "shares": lambda: table(study, "shares"),
        "keyness": lambda: table(study, "keyness"),
        "collocates of one concept": lambda: table(study, "collocates", concepts=[concept]),
        "KWIC of a rare word": lambda: concordance(study, word),
        "a report (01_corpus)": lambda: runner.report([study], only="01_corpus", force=True, reports=folder / "reports"),
    }


def rare_word(corpus: Corpus) -> str:
    """A word that stands about RARE times in the first shard, the first of them by name."""
    shard = corpus.shards[0]
    words = shard.forms.select("key", "kind", n=pl.Series(shard.frequency)).filter(
        pl.col("kind") == WORD, pl.col("key").str.contains("^[a-z]+$")
    )
    counted = words.group_by("key").agg(pl.col("n").sum()).sort((pl.col("n") - RARE).abs(), "key")
    return counted["key"][0] if len(counted) else "the"


def peers(texts: list[str]) -> Steps:
    """What else makes counts of words from the same texts: scikit-learn, and what of the extra `bench` is installed."""
    from sklearn.feature_extraction.text import CountVectorizer

    steps: Steps = {COUNTVECTORIZER: lambda: CountVectorizer().fit_transform(texts)}
    if importlib.util.find_spec("scattertext"):
        steps["scattertext: whitespace tokens, term-document matrix"] = lambda: by_scattertext(texts)
    return steps


def by_scattertext(texts: list[str]):
    """The corpus that scattertext makes of the texts with its quickest tokeniser."""
    import scattertext

    frame = pd.DataFrame({"text": texts, "side": np.where(np.arange(len(texts)) % 2, "a", "b")})
    frame["parsed"] = frame["text"].map(scattertext.whitespace_nlp_with_sentences)
    return scattertext.CorpusFromParsedDocuments(frame, category_col="side", parsed_col="parsed").build()


def seconds(run: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def peak_memory(articles: Path) -> float:
    """Gigabytes that a process of its own holds at most while it builds a study of the articles."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as one:
        return one.submit(building_peak, articles).result()


def building_peak(articles: Path) -> float:
    """Gigabytes that this process held at most, after building a study of the articles."""
    with tempfile.TemporaryDirectory() as folder:
        build(a_study(articles, Path(folder) / "study"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
