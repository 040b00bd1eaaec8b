"""What a corpus depends on, told without reading it: quick to import, so that a run that has nothing to do ends at once."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from wording.errors import WordingError
from wording.study import DATA, Study

CODE = (
    "agencies", "archives", "articles", "attribution", "build", "compiled", "concordance", "databases", "dates", "documents", "encoded", "encodings", "families",
    "key", "languages", "ledger", "markup", "metadata", "odds", "passes", "quotation", "readers", "rows", "rtf", "separated", "sources", "speaker", "store",
    "tokens", "voice", "webpages", "zones",
)  # fmt: skip
"""The modules of this room that make a corpus: a change of one of them makes it anew."""


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
    parts = [file_hash(f) for f in files] + [str(f.relative_to(study.folder)) for f in files if f.is_relative_to(study.folder)]
    said = [*parts, study.articles.model_dump_json(), code_key(study.language)]
    return hashlib.sha256("\n".join(said).encode("utf8", "surrogateescape")).hexdigest()[:16]


def code_key(language: str) -> str:
    """What every corpus in the language depends on: the code and the word lists."""
    room = Path(__file__).parent
    code = [*(room / f"{name}.py" for name in CODE), *sorted((DATA / "words").iterdir()), room.parent / "phrases.py"]
    return hashlib.sha256("\n".join([*map(file_hash, code), language]).encode()).hexdigest()


def file_hash(file: Path) -> str:
    """The sha256 of a file's bytes, read once as long as its size and time stay; "unreadable" where reading is not allowed."""
    try:
        said = file.stat()
        return hash_of(file, said.st_size, said.st_mtime_ns)
    except OSError:
        return "unreadable"


@functools.lru_cache(maxsize=100_000)
def hash_of(file: Path, size: int, time: int) -> str:
    """The sha256 of a file's bytes; size and time tell its states apart."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
