"""Adds variants to a study's concepts.yml, and keeps its lines, comments and order.

What would be invalid is not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from wording.errors import WordingError
from wording.files import replace_file
from wording.study.read import read_concepts, read_yaml, to_plain_types
from wording.study.records import StudyRecord

MAX_LINE_WIDTH = 100_000


def add_variant(
    study: StudyRecord,
    concept: str,
    variant: str,
    phrases: Sequence[str],
    *,
    title: str | None = None,
) -> Path:
    """Add phrases to a variant of the study's concepts.yml, and return the file.

    See `add_variants`.
    """
    return add_variants(study, concept, {variant: phrases}, title=title)


def add_variants(
    study: StudyRecord,
    concept: str,
    variants: Mapping[str, Sequence[str]],
    *,
    title: str | None = None,
) -> Path:
    """Add phrases to variants of the study's concepts.yml, all or none, and return the file.

    A concept or variant that is not there is made.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concept : str
        Where the variants belong.
    variants : mapping
        {variant: phrases in the language of concepts.yml}; those that it has already are left out.
    title : str, optional
        Of a new concept.

    Raises
    ------
    WordingError
        For no phrase, for a new concept without a title, for a concept that is taken from the
        library, or if the study's concepts would then be invalid; the file stays as it is.
    """
    file = locate_concepts_file(study)
    own = to_plain_types(read_yaml(file)).get("concepts") or {}
    for variant, phrases in variants.items():
        if not phrases or isinstance(phrases, str):
            raise WordingError(
                f"phrases={phrases!r}: expected a list of at least one phrase for {variant!r}."
            )
    if concept not in own and concept in study.concepts:
        raise WordingError(
            f"The concept {concept!r} comes from the library, so {file} does not contain it: copy "
            "it there and remove it from `take`, or name another concept."
        )
    if concept not in own and not title:
        others = f", or name one of {', '.join(own)}" if own else ""
        raise WordingError(
            f"{file} has no concept {concept!r}: give title='...' to create it{others}."
        )
    text = file.read_text(encoding="utf-8-sig")
    for variant, phrases in variants.items():
        text = insert_variant(text, concept, variant, list(phrases), title)
    write_checked(file, text)
    return file


def locate_concepts_file(study: StudyRecord) -> Path:
    """Return the study's concepts.yml.

    Raises
    ------
    WordingError
        If the study has none, as one in memory.
    """
    file = study.folder / "concepts.yml"
    if not file.is_file():
        raise WordingError(
            f"{study.title}: these articles have no study with a concepts.yml yet to keep "
            "anything in; make one with `wording new FOLDER --articles ARTICLES`, then open it."
        )
    return file


def insert_variant(
    text: str, concept: str, variant: str, phrases: list[str], title: str | None
) -> str:
    """Return the text of a concepts.yml with the phrases added.

    Whole lines are put in, and only the variant that is added to is written anew.

    Parameters
    ----------
    text : str
        What the file has.
    concept, variant : str
        Where the phrases belong.
    phrases : list of str
        What to add.
    title : str or None
        Of a new concept.
    """
    lines, document = text.splitlines(), YAML().load(text) or CommentedMap()
    new_variant = {variant: to_flow_style(phrases)}
    new_concept = {concept: {"title": title, "variants": new_variant}}
    concepts = document.get("concepts")
    if not concepts:
        lines = [line for line in lines if line.strip() != "concepts:"] + ["concepts:"]
        return insert_item(lines, len(lines), 2, new_concept)
    if concept not in concepts:
        return insert_item(lines, find_entry_end(lines, concepts), concepts.lc.col, new_concept)
    variants = concepts[concept]["variants"]
    if variant not in variants:
        return insert_item(lines, find_entry_end(lines, variants), variants.lc.col, new_variant)
    extended = extend_variant(variants[variant], phrases)
    if not extended:
        return text
    first, last = variants.lc.key(variant)[0], find_entry_end(lines, variants, variant)
    if any("#" in line for line in lines[first:last]):
        raise WordingError(
            f"The variant {variant!r} has a comment in its lines, which would be lost: "
            f"add {', '.join(map(repr, phrases))} by hand."
        )
    lines = lines[:first] + lines[last:]
    return insert_item(lines, first, variants.lc.col, {variant: extended})


def find_entry_end(lines: Sequence[str], mapping: CommentedMap, key: str | None = None) -> int:
    """Return the number of the line after a key of a mapping, with all that it has.

    Without a key it is the last one. Blank lines and comments behind it do not belong to it.

    Raises
    ------
    WordingError
        For a mapping in braces, which has no lines of its own.
    """
    if mapping.fa.flow_style():
        raise WordingError(
            f"The mapping with {', '.join(map(repr, mapping))} is written in braces: put each on "
            "a line of its own, or add the variant by hand."
        )
    end: int = mapping.lc.key(key or list(mapping)[-1])[0]
    for number in range(end + 1, len(lines)):
        bare = lines[number].strip()
        if bare and not bare.startswith("#"):
            if len(lines[number]) - len(lines[number].lstrip()) <= mapping.lc.col:
                break
            end = number
    return end + 1


def extend_variant(old: Any, phrases: Sequence[str]) -> Any:
    """Return the variant with the phrases that it lacks, in one line; None where it has all."""
    record = to_plain_types(old)
    match = record["match"] if isinstance(record, Mapping) else record
    known = match if isinstance(match, list) else [match]
    new = [phrase for phrase in phrases if phrase not in known]
    if not new:
        return None
    extended = to_flow_style([*known, *new])
    if isinstance(record, Mapping):
        return to_flow_style({**record, "match": extended})
    return extended


def to_flow_style(value: Any) -> Any:
    """Return a list or a mapping as ruamel writes it in one line."""
    copy = CommentedMap(value) if isinstance(value, Mapping) else CommentedSeq(value)
    copy.fa.set_flow_style()
    return copy


def insert_item(lines: Sequence[str], where: int, indent: int, item: Mapping[str, Any]) -> str:
    """Return the lines with the item, so far indented, put in before line `where`."""
    yaml, out = YAML(), StringIO()
    yaml.width = MAX_LINE_WIDTH
    yaml.dump(dict(item), out)
    new = [" " * indent + line for line in out.getvalue().splitlines()]
    return "\n".join([*lines[:where], *new, *lines[where:], ""])


def write_checked(file: Path, text: str) -> None:
    """Put the text in the file's place if its concepts are valid and no comment is lost.

    Raises
    ------
    WordingError
        If it does not; the file stays as it is.
    """
    if lost := find_lost_comments(file.read_text(encoding="utf-8-sig"), text):
        raise WordingError(
            f"{file} was not changed: the line {lost[0]!r} would be lost; add the variant by hand."
        )
    with replace_file(file) as partial:
        partial.write_text(text, encoding="utf8")
        try:
            read_concepts(partial)
        except WordingError as error:
            reason = str(error).replace(str(partial), file.name)
            raise WordingError(
                f"{file} was not changed, because the result would be invalid: {reason}"
            ) from None


def find_lost_comments(old: str, new: str) -> list[str]:
    """Return the comments of the old text that the new one does not have any more."""
    left = Counter(line.strip() for line in old.splitlines()) - Counter(
        line.strip() for line in new.splitlines()
    )
    return [line for line in left.elements() if "#" in line]
