"""Reads study.yml and concepts.yml into records, or refuses them by file, line and remedy."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    ScalarEvent,
)

from wording.errors import WordingError
from wording.files import DATA_FOLDER
from wording.patterns import Phrase, parse_phrases
from wording.phrasing import show_value, suggest_name
from wording.settings import one_of
from wording.study.records import Concept, ConceptsFile, Record, StudyRecord
from wording.words import WORDS_FOLDER

YamlPath = tuple[str, ...]
"""The keys that lead to a place in a YAML file."""

MAX_YAML_BYTES = 2**24
MAX_YAML_DEPTH = 30
"""Brackets and indents inside one another."""
MAX_YAML_VALUES = 200_000
"""References written out."""
MAX_PHRASES_IN_ALL = 20_000
"""All concepts may stand for so many phrases: each takes about a millisecond in every shard."""
ODD_YAML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")

AnyRecord = TypeVar("AnyRecord", bound=Record)


def read_study(folder: str | Path) -> StudyRecord:
    """Return the study in the folder, with its concepts.

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
            f"{folder} is not a study: it has no study.yml. `wording new {folder}` makes one."
        )
    study = read_record(folder / "study.yml", StudyRecord)
    study._folder = folder
    own = read_record(folder / "concepts.yml", ConceptsFile)
    study._concepts, study._lists = gather_concepts(folder / "concepts.yml", own)
    study._taken = frozenset(study.concepts) - frozenset(own.concepts)
    return study


def list_taken_concepts(file: Path, concepts: Iterable[str]) -> frozenset[str]:
    """Return which of the concepts of a file it takes from the library."""
    return frozenset(concepts) - frozenset(read_record(file, ConceptsFile).concepts)


def read_concepts(file: str | Path) -> tuple[dict[str, Concept], dict[str, list[str]]]:
    """Return the concepts in a file and the lists that their phrases name, from the library too.

    Raises
    ------
    WordingError
        As `read_study`, and for a phrase that two variants of one concept share.
    """
    file = Path(file)
    return gather_concepts(file, read_record(file, ConceptsFile))


def gather_concepts(
    file: Path, own: ConceptsFile
) -> tuple[dict[str, Concept], dict[str, list[str]]]:
    """Return the concepts and lists that are in a file, and those that it takes; or refuse them."""
    concepts, lists = cite_precision(own), dict(own.lists)
    for library, names in own.take.items():
        taken = take_from_library(file, library, names)
        _merge_taken("concept", concepts, taken.concepts, f"{file}", library)
        _merge_taken("list", lists, taken.lists, f"{file}", library)
    if not concepts:
        raise WordingError(
            f"{file}: no concept is defined; write at least one below `concepts:` or take some "
            "from data/concepts."
        )
    faults = [
        fault
        for name, concept in concepts.items()
        for fault in find_concept_faults(name, concept, lists)
    ] or find_too_many_phrases(concepts, lists)
    if faults:
        lines = find_line_numbers(file)
        raise WordingError(
            "\n".join(
                f"{locate_line(file, lines, find_short_path(place, lines))}: {message}"
                for place, message in faults
            )
        )
    return concepts, lists


def find_short_path(path: YamlPath, lines: Mapping[YamlPath, int]) -> YamlPath:
    """Return the path of a phrase of a variant, which may be written without `match`."""
    short = tuple(step for k, step in enumerate(path) if (k, step) != (4, "match"))
    return short if path not in lines and short in lines else path


def _merge_taken(
    kind: str, own: dict[str, Any], taken: Mapping[str, Any], place: str, library: str
) -> None:
    """Add what is taken from a library to what is there; two different things of one name clash."""
    for name, record in taken.items():
        if name in own and own[name] != record:
            raise WordingError(
                f"{place}: the {kind} {name!r} is defined both here and in {library}.yml, which "
                "this file takes from: rename this one."
            )
        own[name] = record


def take_from_library(file: Path, library: str, names: Literal["all"] | list[str]) -> ConceptsFile:
    """Return the named concepts of a library file, with all its lists.

    Parameters
    ----------
    file : Path
        The concepts.yml that takes them.
    library : str
        The name of the file in data/concepts.
    names : list of str or "all"
        Which of its concepts.

    Raises
    ------
    WordingError
        For a library or a concept that is not there.
    """
    source = DATA_FOLDER / "concepts" / f"{library}.yml"
    place = locate_line(file, find_line_numbers(file), ("take", library))
    libraries = [other.stem for other in source.parent.glob("*.yml")]
    one_of(f"library in {source.parent} called", library, libraries, place=place)
    taken = read_record(source, ConceptsFile)
    wanted = list(taken.concepts) if names == "all" else names
    for name in wanted:
        one_of(f"concept in {library}.yml called", name, taken.concepts, place=place)
    concepts = cite_precision(taken)
    return ConceptsFile(lists=taken.lists, concepts={name: concepts[name] for name in wanted})


def cite_precision(file: ConceptsFile) -> dict[str, Concept]:
    """Return the concepts of a file, each with the source of its precision: its own, or the file's.

    A concept without any precision has no source.
    """
    return {
        name: concept.model_copy(update={"precision_source": file.precision_source})
        if concept.precision_note and not concept.precision_source
        else concept
        for name, concept in file.concepts.items()
    }


def list_phrase_texts(concept: Concept) -> Iterator[tuple[YamlPath, list[str], bool]]:
    """Yield the texts of a concept's phrases: their place below the concept, they, their `case`."""
    for variant, record in concept.variants.items():
        groups = [
            *(() if isinstance(record.match, dict) else [("match", record.match)]),
            ("not", record.not_),
            *(("near", near.any) for near in record.near),
            *(("not_near", near.any) for near in record.not_near),
        ]
        for field, texts in groups:
            yield ("variants", variant, field), texts, record.case
        if isinstance(record.match, dict):
            for language, texts in record.match.items():
                yield ("variants", variant, "match", language), texts, record.case
    yield ("instead",), concept.instead, False
    for verb, nouns in concept.acts.items():
        yield ("acts", verb), nouns, False
    for side, named in (("agents", concept.agents), ("patients", concept.patients)):
        for group, texts in named.items():
            yield (side, group), texts, False


def find_too_many_phrases(
    concepts: Mapping[str, Concept], lists: Mapping[str, list[str]]
) -> list[tuple[YamlPath, str]]:
    """Return where valid concepts together stand for too many phrases: one fault, or none."""
    n_phrases = 0
    for name, concept in concepts.items():
        for place, texts, case in list_phrase_texts(concept):
            n_phrases += len(parse_phrases(texts, lists=lists, case=case))
            if n_phrases > MAX_PHRASES_IN_ALL:
                message = (
                    f"up to here, the concepts stand for {n_phrases:,} phrases, lists filled in; "
                    f"at most {MAX_PHRASES_IN_ALL:,} are allowed: write fewer, or several studies."
                )
                return [(("concepts", name, *place), message)]
    return []


def find_concept_faults(
    name: str, concept: Concept, lists: Mapping[str, list[str]]
) -> list[tuple[YamlPath, str]]:
    """Return what is wrong with the phrases of a concept.

    Returns
    -------
    list of (path, str)
        The place of each fault in the file, and a message.
    """
    faults: list[tuple[YamlPath, str]] = []
    owners: dict[tuple[str, Phrase], str] = {}
    codes = sorted(
        {code for v in concept.variants.values() if isinstance(v.match, dict) for code in v.match}
    )
    for place, texts, case in list_phrase_texts(concept):
        path = ("concepts", name, *place)
        phrases = []
        for number, text in enumerate(texts):
            try:
                phrases += parse_phrases([text], lists=lists, case=case)
            except WordingError as fault:
                faults.append(((*path, str(number)), str(fault)))
        if place[2:3] == ("match",):
            languages = list(place[3:]) or codes or [""]
            claims = _claim_phrases(phrases, place[1], languages, owners)
            faults += [(path, message) for message in dict.fromkeys(claims)]
        if place[0] in ("agents", "patients") and any(len(p.words) > 1 for p in phrases):
            faults.append((path, "write the heads of nouns alone, one word each (`officer*`)."))
    if not concept.acts and (concept.instead or concept.agents or concept.patients):
        faults.append(
            (("concepts", name), "it names agents, patients or `instead`, but no `acts`.")
        )
    return faults


def _claim_phrases(
    phrases: list[Phrase],
    variant: str,
    languages: list[str],
    owners: dict[tuple[str, Phrase], str],
) -> Iterator[str]:
    """Note that the phrases are the variant's in these languages.

    Yields a message for each that another variant has.
    """
    for language, phrase in itertools.product(languages, phrases):
        owner = owners.setdefault((language, phrase), variant)
        if owner != variant:
            shared = " ".join("|".join(words) for words in phrase.words)
            yield (
                f"the phrase {shared!r} belongs to two variants, {owner!r} and {variant!r}: "
                "leave it in one."
            )


def read_record(file: Path, record: type[AnyRecord]) -> AnyRecord:
    """Return the YAML file as a record.

    Raises
    ------
    WordingError
        With a line for each fault.
    """
    raw = read_yaml(file, with_lines=False)
    try:
        plain = to_plain_types(raw)
    except WordingError as fault:
        raise WordingError(f"{file}: {fault}") from None
    try:
        return record.model_validate(plain)
    except ValidationError as error:
        faults = {
            (find_yaml_path(fault["loc"], raw), explain_validation_error(fault, record))
            for fault in error.errors()
        }
    lines = find_line_numbers(file)
    messages = [f"{locate_line(file, lines, path)}: {message}" for path, message in faults]
    raise WordingError("\n".join(sorted(messages)))


def read_word_record(name: str, record: type[AnyRecord], folder: Path = WORDS_FOLDER) -> AnyRecord:
    """Return data/words/NAME.yml, or that file of another folder, as a record.

    Raises
    ------
    WordingError
        If the file is missing or is not what the record describes, with the line.
    """
    return read_record(folder / f"{name}.yml", record)


def read_yaml(file: Path, *, with_lines: bool = True) -> Any:
    """Return what is in the file.

    Parameters
    ----------
    file : Path
        The file.
    with_lines : bool
        Whether what is returned knows its lines and comments; else it is read in half the time.

    Raises
    ------
    WordingError
        If it is missing, or is no YAML that describes a study: fields with values.
    """
    if not file.is_file():
        raise WordingError(f"{file} is missing; a study needs study.yml and concepts.yml.")
    if file.stat().st_size > MAX_YAML_BYTES:
        raise WordingError(
            f"{file} is larger than {MAX_YAML_BYTES // 2**20} MB: it holds what a person writes; "
            "articles belong into files of their own."
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
        refuse_odd_characters(file, text)
        content = make_wary_yaml(file, with_lines).load(text) or {}
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise WordingError(
            f"{file}:{mark.line + 1 if mark else '?'}: this is not valid YAML: "
            f"{error.problem or error.context}; check indents, quotes and colons."
        ) from None
    except UnicodeDecodeError:
        raise WordingError(f"{file} is not UTF-8 text: save it as UTF-8.") from None
    except (ValueError, OverflowError) as error:
        raise WordingError(
            f"{file} has a date that does not exist, or a number too long ({error}); "
            "write a date such as 2031-06-30."
        ) from None
    if not isinstance(content, Mapping):
        raise WordingError(
            f"{file}:1: this is not what a study says: write fields with values, such as "
            "`title: ...`, each on a line."
        )
    return content


def refuse_odd_characters(file: Path, text: str) -> None:
    """Raise for control characters, with their line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := ODD_YAML_CHARACTER.search(line):
            raise WordingError(
                f"{file}:{number}: the character {ascii(found[0])} cannot stand in this file: "
                "delete it."
            )


def make_wary_yaml(file: Path, with_lines: bool) -> YAML:
    """Return what reads YAML as ruamel does, and raises at what `YamlGuard` refuses."""
    guard, yaml = YamlGuard(file), YAML(typ="rt" if with_lines else "safe", pure=True)

    class WaryParser(yaml.Parser):  # type: ignore[misc, name-defined]
        """Shows the guard each event before anything is made of it."""

        def get_event(self) -> Any:
            """Return the next event."""
            event = super().get_event()
            guard.inspect(event)
            return event

    yaml.Parser = WaryParser
    return yaml


class YamlGuard:
    """Refuses YAML that no study needs and that can be made to swell or to break a reader.

    That is types of one's own (`!name`), several documents, nesting deeper than MAX_YAML_DEPTH, and
    more than MAX_YAML_VALUES, references (`*name`) written out.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.sizes: dict[str, int] = {}  # of what each reference stands for
        self.open_nodes: list[tuple[str | None, int]] = [(None, 0)]  # reference and size so far
        self.n_documents = 0

    def inspect(self, event: Any) -> None:
        """Raise if the file cannot go on with this event.

        Raises
        ------
        WordingError
            With the line.
        """
        place = f"{self.file}:{event.start_mark.line + 1}"
        if getattr(event, "tag", None) and event.tag != "!":
            raise WordingError(f"{place}: types such as {event.tag} are not allowed: leave it out.")
        self.n_documents += isinstance(event, DocumentStartEvent)
        if self.n_documents > 1:
            raise WordingError(f"{place}: there is a second document: delete the line `---`.")
        size, anchor = 0, getattr(event, "anchor", None)
        if isinstance(event, CollectionStartEvent):
            self.open_nodes.append((anchor, 1))
            if len(self.open_nodes) > MAX_YAML_DEPTH:
                raise WordingError(
                    f"{place}: brackets or indents are nested more than {MAX_YAML_DEPTH} deep; "
                    "check them."
                )
        elif isinstance(event, CollectionEndEvent):
            anchor, size = self.open_nodes.pop()
        elif isinstance(event, AliasEvent):
            anchor, size = None, self.sizes.get(event.anchor, 1)
        elif isinstance(event, ScalarEvent):
            size = 1
        if anchor and size:
            self.sizes[anchor] = size
        parent, so_far = self.open_nodes.pop()
        self.open_nodes.append((parent, so_far + size))
        if so_far + size > MAX_YAML_VALUES:
            raise WordingError(
                f"{place}: with its references (`*name`) written out, this file has more than "
                f"{MAX_YAML_VALUES:,} values: write less, or move words into lists."
            )


def to_plain_types(value: Any) -> Any:
    """Return mappings and lists of plain Python types, keys as strings."""
    if isinstance(value, Mapping):
        return {str(key): to_plain_types(item) for key, item in value.items()}
    if isinstance(value, str) and HALF_CHARACTER.search(value):
        raise WordingError(f"{ascii(value)[:80]} has half a character: write the character itself.")
    return [to_plain_types(item) for item in value] if isinstance(value, list) else value


def find_line_numbers(file: Path) -> dict[YamlPath, int]:
    """Return the line of each place of a YAML file, by its path of keys."""
    return dict(walk_lines(read_yaml(file), ()))


def walk_lines(node: Any, path: YamlPath) -> Iterator[tuple[YamlPath, int]]:
    """Yield each place below the node with its line."""
    if isinstance(node, Mapping) and node:
        places = node.lc.data  # type: ignore[attr-defined]
        merged = (node.lc.line, node.lc.col)  # type: ignore[attr-defined]  # what `<<` brings in
        children = [(key, value, places.get(key, merged)) for key, value in node.items()]
    elif isinstance(node, list):
        children = [(k, value, node.lc.item(k)) for k, value in enumerate(node)]  # type: ignore[attr-defined]
    else:
        return
    for key, value, position in children:
        here = (*path, str(key))
        yield here, position[0] + 1
        yield from walk_lines(value, here)


def locate_line(file: Path, lines: Mapping[YamlPath, int], path: YamlPath) -> str:
    """Return `file:line` of the place, or of the nearest place above it."""
    while path and path not in lines:
        path = path[:-1]
    return f"{file}:{lines.get(path, 1)}"


def locate_setting(study: StudyRecord, *path: str) -> str:
    """Return `file:line` of a setting in study.yml; "" for a study that has no such file."""
    file = study.folder / "study.yml"
    return locate_line(file, find_line_numbers(file), path) if file.is_file() else ""


def find_yaml_path(location: tuple[int | str, ...], raw: Any) -> YamlPath:
    """Return the part of pydantic's location that is in the file: it names types, too."""
    path: list[str] = []
    for step in map(str, location):
        if isinstance(raw, Mapping):
            children = {str(key): value for key, value in raw.items()}
        elif isinstance(raw, list):
            children = {str(k): value for k, value in enumerate(raw)}
        else:
            children = {}
        if step in children:
            raw = children[step]
            path.append(step)
    return tuple(path)


def explain_validation_error(error: Mapping[str, Any], record: type[Record]) -> str:
    """Return one of pydantic's errors in words: the value, what is allowed, the nearest name."""
    name, value = str(error["loc"][-1]) if error["loc"] else "", error["input"]
    place = ".".join(str(step) for step in error["loc"] if "[" not in str(step))
    if error["type"] == "extra_forbidden":
        fields = list_fields(record, error["loc"][:-1])
        return f"{show_value(name)} is not a valid field here; {suggest_name(name, fields)}."
    if error["type"] == "missing":
        return f"{name!r} is missing: write `{name}: ...`."
    if error["type"] == "literal_error":
        expected = error["ctx"]["expected"]  # "'a', 'b' or 'c'"
        choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
        remedy = suggest_name(str(value), choices)
        return f"{place} is {show_value(value)}; allowed: {expected}; {remedy}."
    if error["type"] == "string_pattern_mismatch":
        shown = show_value(value) if name == "[key]" else name
        return f"{shown} is not allowed as a name: {error['msg']}."
    reason = error["msg"].removeprefix("Value error, ")
    if name == "[key]":
        return f"{show_value(value)} is not allowed as a name: {reason}."
    return f"{place} is {show_value(value)}: {reason[0].lower()}{reason[1:]}."


def list_fields(record: type[Record], path: tuple[Any, ...]) -> list[str]:
    """Return the fields that the record at the path may have."""
    for step in map(str, path):
        for name, field in record.model_fields.items():
            if step in (name, field.alias):
                inner = find_inner_records(field.annotation)
                record = inner[0] if inner else record
                break
    return [field.alias or name for name, field in record.model_fields.items()]


def find_inner_records(annotation: Any) -> list[type[Record]]:
    """Return the records that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return [annotation]
    return [r for part in getattr(annotation, "__args__", ()) for r in find_inner_records(part)]
