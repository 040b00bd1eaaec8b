"""Compiles what Numba compiles, once and before it is needed.

`make setup` runs `python -m wording.precompile`, so that the first build is as quick as
the next. Without it, the first build after an installation compiles, and keeps that.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from wording.corpus.acts import find_acts
from wording.corpus.build import build_corpus
from wording.corpus.marks.voice import find_all_attributions
from wording.corpus.terms import count_study_terms
from wording.questions.discovery.phrase_vectors import get_phrase_vectors
from wording.simulation.simulate import simulate_study
from wording.study.read import read_study

N_ARTICLES = 60
"""Invented articles that are built: any few, for what is compiled depends on no text."""


def compile_kernels() -> None:
    """Compile all that a build and questions about voices, acts and phrases use, by asking once."""
    with tempfile.TemporaryDirectory() as folder:
        study = read_study(simulate_study(Path(folder) / "study", articles=N_ARTICLES))
        corpus = build_corpus(study)
        find_all_attributions(corpus)
        find_acts(corpus, study.concepts, study.lists)
        count_study_terms(study)
        get_phrase_vectors(study)


if __name__ == "__main__":
    compile_kernels()
