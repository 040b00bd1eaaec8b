"""The library of concepts in data/concepts: listed, and searched by a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from wording.errors import WordingError
from wording.files import DATA_FOLDER
from wording.phrasing import format_count, suggest_name
from wording.study.read import cite_precision, read_record
from wording.study.records import Concept, ConceptsFile, StudyRecord

LIBRARY_FOLDER = DATA_FOLDER / "concepts"


@dataclass(frozen=True)
class LibraryConcept:
    """A concept of the library.

    Attributes
    ----------
    file : str
        Its file in data/concepts, without the ending.
    name : str
    concept : Concept
    lists : dict
        The lists of the file, which its phrases may name.
    """

    file: str
    name: str
    concept: Concept
    lists: dict[str, list[str]]


@cache
def read_library() -> tuple[LibraryConcept, ...]:
    """Return every concept of the library, in the order of the files; it is read once."""
    entries = []
    for path in sorted(LIBRARY_FOLDER.glob("*.yml")):
        file = read_record(path, ConceptsFile)
        entries += [
            LibraryConcept(path.stem, name, concept, file.lists)
            for name, concept in cite_precision(file).items()
        ]
    return tuple(entries)


def list_study_concepts(study: StudyRecord) -> list[LibraryConcept]:
    """Return the concepts of a study, without a file of the library."""
    return [
        LibraryConcept("", name, concept, study.lists) for name, concept in study.concepts.items()
    ]


def search_library(
    word: str = "", entries: Sequence[LibraryConcept] | None = None
) -> list[LibraryConcept]:
    """Return the concepts that have the word in name, title, file, variants or phrases.

    Parameters
    ----------
    word : str
        Any part of a word, in small or capital letters; empty: every concept.
    entries : sequence of LibraryConcept, optional
        The concepts to search; by default the library.

    Raises
    ------
    WordingError
        If no concept has it, with the nearest name.
    """
    entries = read_library() if entries is None else entries
    wanted = " ".join(word.lower().split())
    found = [entry for entry in entries if wanted in " \n".join(list_entry_words(entry)).lower()]
    if not found:
        names = {name for entry in entries for name in (entry.name, *entry.concept.variants)}
        raise WordingError(
            f"None of {format_count(len(entries), 'concept')} has {word!r} in its name, title, "
            f"variants or phrases; {suggest_name(word, sorted(names))}. `wording concepts` lists "
            f"all; `wording new FOLDER --articles FILE --term {word!r}` makes a study of a term of "
            "yours."
        )
    return found


def list_entry_words(entry: LibraryConcept) -> Iterator[str]:
    """Yield what a concept is found by."""
    yield from (entry.file, entry.name, entry.name.replace("-", " "), entry.concept.title)
    for name, variant in entry.concept.variants.items():
        yield from (name, *variant.phrases)


def format_library(entries: Sequence[LibraryConcept]) -> list[str]:
    """Return the lines that `wording concepts` prints: some for each concept, and what they mean.

    Those of the library say how they are taken.
    """
    lines = []
    for entry in entries:
        taking = f"  (take: {{{entry.file}: [{entry.name}]}})" if entry.file else ""
        lines += [entry.name + taking, f"  {entry.concept.title}"]
        lines += [f"  {list_variants_with_precision(entry.concept)}", ""]
    end = f"{format_count(len(entries), 'concept')}. "
    if any(variant.precision for entry in entries for variant in entry.concept.variants.values()):
        end += "(25/25): of 25 lines that were read, 25 had the sense meant. "
    if any(entry.file for entry in entries):
        end += "To take a concept, put what stands in brackets behind its name into concepts.yml."
    return [*lines, end.strip()]


def list_variants_with_precision(concept: Concept) -> str:
    """Return the variants of a concept, each with its precision where lines were read."""
    return "; ".join(
        f"{name} ({variant.precision})" if variant.precision else name
        for name, variant in concept.variants.items()
    )
