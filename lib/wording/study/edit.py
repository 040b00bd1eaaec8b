"""Adds a variant to a study's concepts.yml, keeping its lines, comments and order; what would not be right is not written."""

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
    """Adds phrases to a variant of the study's concepts.yml, and gives back the file; a concept or variant that is not there is made.

    Parameters
    ----------
    phrases : in the language of concepts.yml; those that the variant has already are left out.
    title : of a new concept.

    Raises
    ------
    WordingError
        For no phrase, for a new concept without a title, for a concept that is taken from the library, or if the study's concepts would then not be right; the
        file stays as it is.
    """
    file = study.folder / "concepts.yml"
    own = to_plain_types(read_yaml(file)).get("concepts") or {}
    if not phrases or isinstance(phrases, str):
        raise WordingError(
            f"phrases={phrases!r}: expected a list of at least one phrase for {variant!r}."
        )
    if concept not in own and concept in study.concepts:
        raise WordingError(
            f"The concept {concept!r} is taken from the library, and {file} holds none of it: copy it there (and out of `take`), or name another one."
        )
    if concept not in own and not title:
        raise WordingError(
            f"{file} has no concept {concept!r}: give title='...' to make it, or name one of {', '.join(own) or 'none yet'}."
        )
    write_checked(
        file,
        insert_variant(
            file.read_text(encoding="utf-8-sig"), concept, variant, list(phrases), title
        ),
    )
    return file


def insert_variant(
    text: str, concept: str, variant: str, phrases: list[str], title: str | None
) -> str:
    """The text of a concepts.yml with the phrases added: whole lines are put in, and only the variant that is added to is written anew."""
    lines, document = text.splitlines(), YAML().load(text) or CommentedMap()
    concepts = document.get("concepts")
    if not concepts:
        lines = [line for line in lines if line.strip() != "concepts:"] + ["concepts:"]
        return insert_item(
            lines,
            len(lines),
            2,
            {concept: {"title": title, "variants": {variant: to_flow_style(phrases)}}},
        )
    if concept not in concepts:
        return insert_item(
            lines,
            find_entry_end(lines, concepts),
            concepts.lc.col,
            {concept: {"title": title, "variants": {variant: to_flow_style(phrases)}}},
        )
    variants = concepts[concept]["variants"]
    if variant not in variants:
        return insert_item(
            lines,
            find_entry_end(lines, variants),
            variants.lc.col,
            {variant: to_flow_style(phrases)},
        )
    if not (new := extend_variant(variants[variant], phrases)):
        return text
    first, last = variants.lc.key(variant)[0], find_entry_end(lines, variants, variant)
    if any("#" in line for line in lines[first:last]):
        raise WordingError(
            f"The variant {variant!r} has a comment in its lines, which would be lost: add {', '.join(map(repr, phrases))} by hand."
        )
    return insert_item(lines[:first] + lines[last:], first, variants.lc.col, {variant: new})


def find_entry_end(lines: Sequence[str], mapping: CommentedMap, key: str | None = None) -> int:
    """The number of the line after a key (None: the last) of a mapping with all that it holds; blank lines and comments behind it do not belong to it.

    Raises
    ------
    WordingError
        For a mapping in braces, which has no lines of its own.
    """
    if mapping.fa.flow_style():
        raise WordingError(
            f"The mapping with {', '.join(map(repr, mapping))} is written in braces: put each on a line of its own, or add the variant by hand."
        )
    end = first = mapping.lc.key(key or list(mapping)[-1])[0]
    for number in range(first + 1, len(lines)):
        bare = lines[number].strip()
        if bare and not bare.startswith("#"):
            if len(lines[number]) - len(lines[number].lstrip()) <= mapping.lc.col:
                break
            end = number
    return end + 1


def extend_variant(old: Any, phrases: Sequence[str]) -> Any:
    """The variant with the phrases that it does not have yet, in one line; None where it has them all."""
    record = to_plain_types(old)
    had = record["match"] if isinstance(record, Mapping) else record
    had = had if isinstance(had, list) else [had]
    new = [*had, *(phrase for phrase in phrases if phrase not in had)]
    if len(new) == len(had):
        return None
    return (
        to_flow_style({**record, "match": to_flow_style(new)})
        if isinstance(record, Mapping)
        else to_flow_style(new)
    )


def to_flow_style(value: Any) -> Any:
    """A list or a mapping as ruamel writes it in one line."""
    made = (CommentedMap if isinstance(value, Mapping) else CommentedSeq)(value)
    made.fa.set_flow_style()
    return made


def insert_item(lines: Sequence[str], where: int, indent: int, item: Mapping[str, Any]) -> str:
    """The lines with the item, so far indented, put in before line `where`."""
    yaml, out = YAML(), StringIO()
    yaml.width = MAX_LINE_WIDTH
    yaml.dump(dict(item), out)
    new = [" " * indent + line for line in out.getvalue().splitlines()]
    return "\n".join([*lines[:where], *new, *lines[where:], ""])


def write_checked(file: Path, text: str) -> None:
    """Puts the text in the file's place at once, if it holds right concepts and every comment of the file.

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
    """The comments of the old text that the new one has no more."""
    left = Counter(line.strip() for line in old.splitlines()) - Counter(
        line.strip() for line in new.splitlines()
    )
    return [line for line in left.elements() if "#" in line]
