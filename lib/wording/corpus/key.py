"""What a corpus depends on, told without reading it: quick to import, so that a run that has nothing to do ends at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wording.errors import WordingError
from wording.study import DATA, Study


def build_key(study: Study) -> str:
    """What the corpus depends on, as a short hash: the files' bytes, how they are read, the code and the word lists.

    Raises
    ------
    WordingError
        If the articles are not there.
    """
    if not study.has_articles:
        where = study.folder / study.articles.path if study.articles else "`articles:` is not given in study.yml"
        raise WordingError(
            f"The study {study.name!r} has no articles to build from ({where}); with a counts/ folder it can still be counted."
        )
    source = study.folder / study.articles.path
    files = sorted(f for f in source.rglob("*") if f.is_file()) if source.is_dir() else [source]
    files += [study.folder / study.articles.metadata] if study.articles.metadata else []
    code = [*sorted(Path(__file__).parent.glob("*.py")), *sorted((DATA / "words").iterdir()), Path(__file__).parents[1] / "phrases.py"]
    parts = [file_hash(f) for f in [*files, *code]] + [str(f.relative_to(study.folder)) for f in files if f.is_relative_to(study.folder)]
    return hashlib.sha256("\n".join([*parts, study.articles.model_dump_json(), study.language]).encode()).hexdigest()[:16]


def file_hash(file: Path) -> str:
    """The sha256 of a file's bytes."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
