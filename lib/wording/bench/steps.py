"""How fast each step of a study is, beside scikit-learn's CountVectorizer.

That and other peers that are installed run on the same texts in the same run.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import re
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from wording.bench.commands import prepare_commands
from wording.corpus.build import add_families, build_corpus, encode_articles
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.shard import WORD
from wording.corpus.kwic import list_concordance
from wording.corpus.marks.copies import find_families
from wording.corpus.marks.stories.links import find_links
from wording.corpus.marks.voice import find_all_attributions, mark_voices
from wording.corpus.reading.articles import (
    ArticleReader,
    ReadingOptions,
    ReadingResult,
    read_articles,
)
from wording.new.create import create_study
from wording.study.read import read_study
from wording.study.records import StudyRecord

BENCH_CONCEPTS = "take: {events: all, politics-us: all}\n"
RARE_WORD_FREQUENCY = 5
"""Frequency, about, of the rare word whose lines are found."""
COUNTVECTORIZER_STEP = "CountVectorizer().fit_transform"
Steps = dict[str, Callable[[], Any]]


def time_steps(
    articles: Path, *, rounds: int = 3, peers: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return how long each step takes.

    The rounds alternate, so that a noisy machine slows all steps alike.

    Parameters
    ----------
    articles : Path
        The articles.
    rounds : int
        How often each step runs.
    peers : mapping, optional
        Interpreters of the environments of other tools, by name (`commands.PEER_SCRIPTS`).

    Returns
    -------
    DataFrame
        One row per step: step, seconds (median of the rounds), megabytes_per_second, ratio
        (CountVectorizer's seconds to these).
    """
    with tempfile.TemporaryDirectory() as folder:
        study = create_bench_study(articles, Path(folder) / "study")
        reading = read_articles(articles, ReadingOptions(languages=study.languages))
        texts = reading.frame["text"]
        steps = (
            list_building_steps(articles, study, reading)
            | list_analysis_steps(study, Path(folder))
            | list_peer_steps(texts.to_list())
        )
        file = Path(folder) / "texts.parquet"
        reading.frame.select("text").write_parquet(file)
        concept = next(iter(study.concepts))
        rebuild_corpus(study)
        with prepare_commands(study.folder, concept, file, peers or {}) as commands:
            seconds = time_rounds(steps | commands, rounds)
    table = pd.DataFrame({"step": list(seconds), "seconds": list(seconds.values())})
    megabytes = float(texts.str.len_bytes().sum()) / 1e6
    return table.assign(
        megabytes_per_second=megabytes / table["seconds"],
        ratio=seconds[COUNTVECTORIZER_STEP] / table["seconds"],
    )


def time_rounds(steps: Steps, rounds: int) -> dict[str, float]:
    """Return the median of the seconds that each step takes."""
    taken: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(rounds):
        for step, run in steps.items():
            taken[step].append(time_call(run))
    return {step: statistics.median(seconds) for step, seconds in taken.items()}


def create_bench_study(articles: Path, folder: Path) -> StudyRecord:
    """Make a study of the articles, with the concepts of the library."""
    create_study(folder, articles=articles)
    (folder / "concepts.yml").write_text(BENCH_CONCEPTS, encoding="utf8")
    return read_study(folder)


def list_building_steps(articles: Path, study: StudyRecord, reading: ReadingResult) -> Steps:
    """Return the steps from the files to the corpus."""
    corpus = encode_articles(reading)
    marked = add_families(corpus)
    bare = replace(corpus, table=corpus.table.drop("family", "first", "shared", strict=False))
    return {
        "build: all of read, encode, families": lambda: rebuild_corpus(study),
        "read": lambda: list(ArticleReader(articles, ReadingOptions(languages=study.languages))),
        "encode: tokens, index, sentences, boilerplate, voice": lambda: encode_articles(reading),
        "of which voice": lambda: [
            mark_voices(shard, language=study.language) for shard in corpus.shards
        ],
        "families": lambda: find_families(bare),
        "links, when first asked for": lambda: find_links(marked),
        "speakers and cues, when first asked for": lambda: find_all_attributions(
            replace(corpus, _derived={})
        ),
    }


def rebuild_corpus(study: StudyRecord) -> Corpus:
    """Return the study's corpus, built anew."""
    shutil.rmtree(study.folder / ".build", ignore_errors=True)
    return build_corpus(study)


def list_analysis_steps(study: StudyRecord, folder: Path) -> Steps:
    """Return the steps from the corpus to findings and pages."""
    from wording.answers.tables import make_table
    from wording.pages.batch import runner

    word, concept = find_rare_word(rebuild_corpus(study)), next(iter(study.concepts))
    return {
        "counts": lambda: make_table(study, "counts"),
        "hits": lambda: make_table(study, "hits"),
        "shares": lambda: make_table(study, "shares"),
        "keyness": lambda: make_table(study, "keyness"),
        "collocates of one concept": lambda: make_table(study, "collocates", concepts=[concept]),
        "KWIC of a rare word": lambda: list_concordance(study, word),
        "a report (01_corpus)": lambda: runner.make_reports(
            [study], only="01_corpus", force=True, reports=folder / "reports"
        ),
    }


def find_rare_word(corpus: Corpus) -> str:
    """Return a rare word of the first shard, the first of them by name."""
    shard = corpus.shards[0]
    words = shard.forms.select("key", "kind", n=pl.Series(shard.frequency)).filter(
        pl.col("kind") == WORD, pl.col("key").str.contains("^[a-z]+$")
    )
    counted = (
        words.group_by("key")
        .agg(pl.col("n").sum())
        .sort((pl.col("n") - RARE_WORD_FREQUENCY).abs(), "key")
    )
    return str(counted["key"][0]) if len(counted) else "the"


def list_peer_steps(texts: list[str]) -> Steps:
    """Return what else counts the words of the same texts.

    These are scikit-learn, and the packages of the extra `bench` that are installed.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    steps: Steps = {COUNTVECTORIZER_STEP: lambda: CountVectorizer().fit_transform(texts)}
    if importlib.util.find_spec("scattertext"):
        steps["scattertext: whitespace tokens, term-document matrix"] = lambda: (
            build_scattertext_corpus(texts)
        )
    return steps


def build_scattertext_corpus(texts: list[str]) -> Any:
    """Return the corpus that scattertext makes of the texts with its quickest tokeniser."""
    import scattertext

    frame = pd.DataFrame({"text": texts, "side": np.where(np.arange(len(texts)) % 2, "a", "b")})
    frame["parsed"] = frame["text"].map(scattertext.whitespace_nlp_with_sentences)
    return scattertext.CorpusFromParsedDocuments(
        frame, category_col="side", parsed_col="parsed"
    ).build()


def time_call(run: Callable[[], Any]) -> float:
    """Return how long one call takes, in seconds."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def measure_peak_memory(articles: Path) -> float:
    """Return the gigabytes that a process of its own holds at most while it builds a study."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as one:
        return one.submit(measure_build_peak, articles).result()


def measure_build_peak(articles: Path) -> float:
    """Return the gigabytes that this process held at most, after building a study."""
    with tempfile.TemporaryDirectory() as folder:
        build_corpus(create_bench_study(articles, Path(folder) / "study"))
    status = Path("/proc/self/status")
    if status.is_file():  # Linux, where `ru_maxrss` also has what the parent held as it started us
        [kilobytes] = re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())
        return int(kilobytes) * 1024 / 1e9
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * bytes_per_unit / 1e9
