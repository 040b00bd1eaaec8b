"""Compiles what Numba compiles, and the modules that pages import, before they are needed.

`make setup` runs `python -m wording.precompile`, so that the first build is as quick as
the next. Without it, the first build after an installation compiles, and keeps that.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import wording.pages.batch.runner
import wording.pages.batch.warm  # noqa: F401  # imports what pages do
from wording.corpus.acts import find_acts
from wording.corpus.build import build_corpus, read_links
from wording.corpus.marks.voice import find_all_attributions
from wording.corpus.naming.related_words import count_study_naming
from wording.corpus.terms import count_study_terms
from wording.pages.batch.forking import run_held_starts
from wording.questions.discovery.phrase_vectors import get_phrase_vectors
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

N_ARTICLES = 60
"""Invented articles that are built: any few, for what is compiled depends on no text."""


def compile_kernels() -> None:
    """Compile what a build and questions use that loop over tokens, by asking each once."""
    with tempfile.TemporaryDirectory() as folder:
        study = read_study(simulate_study(Path(folder) / "study", articles=N_ARTICLES))
        corpus = build_corpus(study)
        find_all_attributions(corpus)
        read_links(corpus)
        find_acts(corpus, study.concepts, study.lists)
        count_study_terms(study)
        count_study_naming(study, list(study.concepts))
        get_phrase_vectors(study)


if __name__ == "__main__":
    run_held_starts()
    compile_kernels()
