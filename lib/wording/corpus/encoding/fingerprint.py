"""What a corpus depends on, without reading it.

Quick to import, so that a run that has nothing to do ends at once.
"""

from __future__ import annotations

from pathlib import Path

from wording.errors import WordingError
from wording.files import hash_file, hash_value, list_files_below
from wording.languages import join_codes
from wording.study.records import StudyRecord
from wording.words import WORDS_FOLDER

CORPUS_MODULES = ("build.py", "places.py", "encoding/*.py", "marks/**/*.py", "reading/**/*.py")
"""What makes a corpus, in the room `corpus`: a change of one of these files makes it anew."""


def fingerprint_corpus(study: StudyRecord) -> str:
    """Return a short hash of what the corpus depends on.

    That is the files' bytes, how they are read, the code and the word lists.

    Raises
    ------
    WordingError
        If the articles are not there.
    """
    if not study.articles or not study.has_articles:
        cause = (
            f"{study.folder / study.articles.path} is missing"
            if study.articles
            else "study.yml has no `articles:`"
        )
        raise WordingError(
            f"The study {study.name!r} has no articles to build a corpus from ({cause}). With a "
            "counts/ folder, its saved counts can still be analysed."
        )
    return hash_value(
        [
            fingerprint_articles(study),
            study.articles.model_dump_json(),
            study.groups.column if study.groups else None,
            fingerprint_code(join_codes(study.languages)),
        ]
    )


def fingerprint_articles(study: StudyRecord) -> str:
    """Return a short hash of the files of a study's articles: their bytes and their names.

    Dates and outlets may be in the names of files and of folders.
    """
    source = study.articles
    names = [source.path, source.metadata] if source else []
    places = [study.folder / name for name in names if name]
    return hash_value(
        [
            [place.resolve().name, file.relative_to(place).as_posix(), hash_file(file)]
            for place in places
            for file in list_files_below(place)
        ]
    )


def fingerprint_code(language: str) -> str:
    """Return a short hash of what every corpus in the language depends on: code and word lists."""
    room = Path(__file__).parents[1]
    code = [file for pattern in CORPUS_MODULES for file in sorted(room.glob(pattern))]
    code += [*sorted(WORDS_FOLDER.iterdir()), room.parent / "patterns.py", room.parent / "words.py"]
    return hash_value([*map(hash_file, code), language])
