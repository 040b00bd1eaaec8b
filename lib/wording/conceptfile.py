"""Adds a variant to a study's concepts.yml, keeping its lines, comments and order; what would not be right is not written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

from wording.errors import WordingError
from wording.study import Study, plain, read_concepts, read_yaml

WIDE = 100_000


def add_variant(study: Study, concept: str, variant: str, phrases: Sequence[str], *, title: str | None = None) -> Path:
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
    read_yaml(file)  # a file that is no YAML is refused by its line
    own = plain(read_yaml(file)).get("concepts") or {}
    if not phrases or isinstance(phrases, str):
        raise WordingError(f"phrases={phrases!r}: expected a list of at least one phrase for {variant!r}.")
    if concept not in own and concept in study.concepts:
        raise WordingError(
            f"The concept {concept!r} is taken from the library, and {file} holds none of it: copy it there (and out of `take`), or name another one."
        )
    if concept not in own and not title:
        raise WordingError(
            f"{file} has no concept {concept!r}: give title='...' to make it, or name one of {', '.join(own) or 'none yet'}."
        )
    write_checked(file, with_variant(file.read_text(encoding="utf-8-sig"), concept, variant, list(phrases), title))
    return file


def with_variant(text: str, concept: str, variant: str, phrases: list[str], title: str | None) -> str:
    """The text of a concepts.yml with the phrases added."""
    yaml, out = YAML(), StringIO()
    yaml.preserve_quotes, yaml.width = True, WIDE
    document, indent, offset = load_yaml_guess_indent(text, yaml=yaml)
    document = document if document is not None else CommentedMap()
    concepts = child(document, "concepts")
    if concept not in concepts:
        concepts[concept] = CommentedMap({"title": title})
    extend(child(concepts[concept], "variants"), variant, phrases)
    yaml.indent(mapping=indent or 2, sequence=indent or 2, offset=offset or 0)
    yaml.dump(document, out)
    return out.getvalue()


def child(parent: Mapping[str, Any], name: str) -> Any:
    """The mapping of that name below the parent, made when it is not there or empty."""
    if parent.get(name) is None:
        parent[name] = CommentedMap()
    return parent[name]


def extend(variants: Any, variant: str, phrases: list[str]) -> None:
    """Adds the phrases to the variant, whichever way its phrases are written."""
    known = variants.get(variant)
    holder, key = (known, "match") if isinstance(known, Mapping) else (variants, variant)
    old = holder.get(key)
    if isinstance(old, CommentedSeq):
        old.extend(phrase for phrase in phrases if phrase not in old)
        return
    had = [] if old is None else [old]
    holder[key] = in_line([*had, *(phrase for phrase in phrases if phrase not in had)])


def in_line(phrases: Sequence[str]) -> CommentedSeq:
    """The phrases as a list in brackets."""
    made = CommentedSeq(phrases)
    made.fa.set_flow_style()
    return made


def write_checked(file: Path, text: str) -> None:
    """Puts the text in the file's place at once, if it holds right concepts and all that the file holds.

    Raises
    ------
    WordingError
        If it does not; the file stays as it is.
    """
    if lost := lost_lines(file.read_text(encoding="utf-8-sig"), text):
        raise WordingError(f"{file} was not changed: the line {lost[0]!r} would be written in another way; add the variant by hand.")
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf8")
        read_concepts(partial)
        partial.replace(file)
    except WordingError as error:
        raise WordingError(f"{file} was not changed, for it would not be right: {str(error).replace(str(partial), file.name)}") from None
    finally:
        partial.unlink(missing_ok=True)


def lost_lines(old: str, new: str) -> list[str]:
    """The lines of the old text that the new one has no more; the one line that phrases were added to is not lost while its comment stays."""
    left = Counter(line.strip() for line in old.splitlines()) - Counter(line.strip() for line in new.splitlines())
    lost = list(left.elements())
    return [] if len(lost) == 1 and lost[0].partition(" #")[2] in new and not lost[0].startswith("#") else lost
