"""Reads study.yml and concepts.yml into records, or refuses them by file, line and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from wording.errors import WordingError
from wording.files import DATA_FOLDER
from wording.patterns import parse_phrases
from wording.phrasing import suggest_name
from wording.settings import one_of
from wording.study.records import Concept, ConceptsFile, Record, StudyRecord


def read_study(folder: str | Path) -> StudyRecord:
    """The study in the folder, with its concepts.

    Raises
    ------
    WordingError
        With one line per fault: file, line, value, what is allowed, the nearest right name.
    """
    folder = Path(folder).resolve()
    if folder.name == "study.yml":
        folder = folder.parent
    if not (folder / "study.yml").is_file():
        raise WordingError(
            f"{folder} is no study: it has no study.yml. `wording new {folder}` makes one."
        )
    study = read_record(folder / "study.yml", StudyRecord)
    study._folder = folder
    study._concepts, study._lists = read_concepts(folder / "concepts.yml")
    return study


def read_concepts(file: str | Path) -> tuple[dict[str, Concept], dict[str, list[str]]]:
    """The concepts in a file, with those that it takes from the library, and the lists that their phrases name.

    Raises
    ------
    WordingError
        As `read_study`, and for a phrase that two variants of one concept share.
    """
    file = Path(file)
    read = read_record(file, ConceptsFile)
    concepts, lists = dict(read.concepts), dict(read.lists)
    for library, names in read.take.items():
        taken = take_from_library(file, library, names)
        for kind, mine, theirs in (
            ("concept", concepts, taken.concepts),
            ("list", lists, taken.lists),
        ):
            if clash := next(
                (name for name in mine if name in theirs and mine[name] != theirs[name]), None
            ):
                raise WordingError(
                    f"{file}: the {kind} {clash!r} stands here and in {library}.yml, which is taken: rename this one."
                )
            mine.update(theirs)
    if not concepts:
        raise WordingError(
            f"{file}: no concept is defined; write at least one below `concepts:` or take some from data/concepts."
        )
    faults = [
        fault
        for name, concept in concepts.items()
        for fault in find_concept_faults(name, concept, lists)
    ]
    if faults:
        lines = find_line_numbers(file)
        raise WordingError(
            "\n".join(f"{locate_line(file, lines, place)}: {message}" for place, message in faults)
        )
    return concepts, lists


def take_from_library(file: Path, library: str, names: Literal["all"] | list[str]) -> ConceptsFile:
    """The named concepts of a library file, with all its lists."""
    source = DATA_FOLDER / "concepts" / f"{library}.yml"
    where = f"{locate_line(file, find_line_numbers(file), ('take', library))}"
    if not source.is_file():
        raise WordingError(
            f"{where}: there is no {library}.yml in {source.parent}; {suggest_name(library, [f.stem for f in source.parent.glob('*.yml')])}."
        )
    read = read_record(source, ConceptsFile)
    wanted = list(read.concepts) if names == "all" else names
    for name in wanted:
        one_of(f"concept in {library}.yml called", name, read.concepts, place=where)
    return ConceptsFile(lists=read.lists, concepts={name: read.concepts[name] for name in wanted})


def find_concept_faults(
    name: str, concept: Concept, lists: Mapping[str, list[str]]
) -> list[tuple[tuple[str, ...], str]]:
    """What is wrong with the phrases of a concept: (place in the file, message) for each."""
    faults, owner = [], {}
    for variant, record in concept.variants.items():
        place = ("concepts", name, "variants", variant)
        groups = [
            ("match", record.match),
            ("not", record.not_),
            *(("near", n.any) for n in record.near),
            *(("not_near", n.any) for n in record.not_near),
        ]
        for field, texts in groups:
            try:
                parsed = parse_phrases(texts, lists=lists, case=record.case)
            except WordingError as fault:
                faults.append(((*place, field), str(fault)))
                continue
            for phrase in parsed if field == "match" else []:
                if owner.setdefault(phrase, variant) != variant:
                    shared = " ".join("|".join(words) for words in phrase.words)
                    faults.append(
                        (
                            (*place, field),
                            f"the phrase {shared!r} belongs to two variants, {owner[phrase]!r} and {variant!r}: leave it in one.",
                        )
                    )
    return faults


def read_record(file: Path, record: type[Record]) -> Any:
    """The YAML file as a record."""
    raw = read_yaml(file)
    try:
        return record.model_validate(to_plain_types(raw))
    except ValidationError as error:
        faults = {
            (find_yaml_path(e["loc"], raw), explain_validation_error(e, record))
            for e in error.errors()
        }
        lines = find_line_numbers(file)
        raise WordingError(
            "\n".join(
                sorted(f"{locate_line(file, lines, where)}: {what}" for where, what in faults)
            )
        ) from None


def read_yaml(file: Path) -> Any:
    """The file as ruamel reads it, which knows the lines and keeps comments and order."""
    if not file.is_file():
        raise WordingError(f"{file} is missing; a study needs study.yml and concepts.yml.")
    try:
        return YAML().load(file.read_text(encoding="utf-8-sig")) or {}
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise WordingError(
            f"{file}:{mark.line + 1 if mark else '?'}: this is no valid YAML: {error.problem or error.context}; check indents, quotes and colons."
        ) from None
    except UnicodeDecodeError:
        raise WordingError(f"{file} is not UTF-8 text: save it as UTF-8.") from None
    except ValueError as error:
        raise WordingError(
            f"{file} holds a date that does not exist ({error}); write one such as 2031-06-30."
        ) from None


def to_plain_types(value: Any) -> Any:
    """Mappings and lists of plain Python types, keys as strings."""
    if isinstance(value, Mapping):
        return {str(key): to_plain_types(item) for key, item in value.items()}
    return [to_plain_types(item) for item in value] if isinstance(value, list) else value


def find_line_numbers(file: Path) -> dict[tuple[str, ...], int]:
    """The line on which each place of a YAML file stands, by its path of keys."""
    return dict(walk_lines(read_yaml(file), ()))


def walk_lines(node: Any, path: tuple[str, ...]):
    """Each place below the node with its line."""
    items = (
        node.items()
        if isinstance(node, Mapping)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        here = (*path, str(key))
        position = node.lc.key(key) if isinstance(node, Mapping) else node.lc.item(key)
        yield here, position[0] + 1
        yield from walk_lines(value, here)


def locate_line(file: Path, lines: Mapping[tuple[str, ...], int], where: tuple[str, ...]) -> str:
    """`file:line` of the place, or of the nearest place above it."""
    while where and where not in lines:
        where = where[:-1]
    return f"{file}:{lines.get(where, 1)}"


def find_yaml_path(loc: tuple[Any, ...], raw: Any) -> tuple[str, ...]:
    """The part of pydantic's location that is in the file: it names types and functions too."""
    path = []
    for step in loc:
        step = str(step)
        if isinstance(raw, Mapping) and step in {str(k) for k in raw}:
            raw = next(v for k, v in raw.items() if str(k) == step)
        elif isinstance(raw, list) and step.isdigit() and int(step) < len(raw):
            raw = raw[int(step)]
        else:
            continue
        path.append(step)
    return tuple(path)


def explain_validation_error(error: Mapping[str, Any], record: type[Record]) -> str:
    """One of pydantic's errors in plain words, with the value, what is allowed, and the nearest right name."""
    name, value = str(error["loc"][-1]), error["input"]
    where = ".".join(str(step) for step in error["loc"] if "[" not in str(step))
    if error["type"] == "extra_forbidden":
        return f"{name!r} is not known here; {suggest_name(name, list_fields(record, error['loc'][:-1]))}."
    if error["type"] == "missing":
        return f"{name!r} is missing: write `{name}: ...`."
    if error["type"] == "literal_error":
        return f"{where} is {value!r}; allowed: {error['ctx']['expected']}; {suggest_name(str(value), error['ctx']['expected'].replace(chr(39), '').replace(' or ', ', ').split(', '))}."
    if error["type"] == "string_pattern_mismatch":
        return f"{name if name != '[key]' else value!r} is not allowed as a name: {error['msg']}."
    return f"{where} is {value!r}: {error['msg'][0].lower()}{error['msg'][1:]}."


def list_fields(record: type[Record], path: tuple[Any, ...]) -> list[str]:
    """The fields that the record at the path may have."""
    for step in path:
        if str(step) in record.model_fields or any(
            f.alias == str(step) for f in record.model_fields.values()
        ):
            field = next(f for n, f in record.model_fields.items() if str(step) in (n, f.alias))
            record = next(iter(find_inner_records(field.annotation)), record)
    return [field.alias or name for name, field in record.model_fields.items()]


def find_inner_records(annotation: Any) -> list[type[Record]]:
    """The records that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return [annotation]
    return [r for part in getattr(annotation, "__args__", ()) for r in find_inner_records(part)]
