"""A study is a folder: study.yml and concepts.yml, read into records that are known to be right, or refused by file, line and remedy."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from wording.errors import WordingError
from wording.files import DATA_FOLDER, hash_value
from wording.patterns import parse_phrases
from wording.phrasing import suggest_name
from wording.settings import one_of

ArticleColumn = Literal["doc_id", "outlet", "date", "title", "authors", "url", "language", "text"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
VariantName = Annotated[str, Field(pattern=r"^\S(?:.{0,58}\S)?$")]


def wrap_in_list(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


PhraseTexts = Annotated[
    list[Annotated[str, Field(min_length=1)]], BeforeValidator(wrap_in_list), Field(min_length=1)
]


class Record(BaseModel):
    """A record that knows all its fields and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Near(Record):
    """A phrase that must (or must not) stand near: within so many tokens, on a side, in the same sentence."""

    any: PhraseTexts
    within: Annotated[int, Field(ge=1, le=200)] = 10
    side: Literal["both", "before", "after"] = "both"
    sentence: bool = True


class Variant(Record):
    """One way of naming the thing: phrases, and the conditions under which they have the sense that counts."""

    match: PhraseTexts
    near: Annotated[list[Near], BeforeValidator(wrap_in_list)] = []
    not_near: Annotated[list[Near], BeforeValidator(wrap_in_list)] = []
    not_: Annotated[list[str], BeforeValidator(wrap_in_list), Field(alias="not")] = []
    case: bool = False
    note: str = ""
    source: str = ""


def expand_variant(value: Any) -> Any:
    """The short form of a variant, only its phrases, as the long one."""
    return {"match": value} if isinstance(value, (str, list)) else value


class Concept(Record):
    """The thing named, and the rival ways of naming it."""

    title: str
    note: str = ""
    source: str = ""
    variants: Annotated[
        dict[VariantName, Annotated[Variant, BeforeValidator(expand_variant)]], Field(min_length=1)
    ]


class ConceptsFile(Record):
    """What concepts.yml holds: concepts of its own, those taken from the library, and the lists that phrases name."""

    take: dict[str, Literal["all"] | list[Slug]] = {}
    lists: dict[Slug, PhraseTexts] = {}
    concepts: dict[Slug, Concept] = {}


class Articles(Record):
    """Where the articles are, and which column is what."""

    path: str
    metadata: str | None = None
    columns: dict[ArticleColumn, str] = {}
    date_order: Literal["dmy", "mdy", "ymd"] | None = None


class Period(Record):
    """The days that count, both ends included; articles of an unknown date are then left out."""

    from_: Annotated[datetime.date | None, Field(alias="from")] = None
    to: datetime.date | None = None


class Event(Record):
    """Something that happened on a day, to draw in figures over time; its title is one neutral phrase."""

    date: datetime.date
    title: Annotated[str, Field(min_length=1, max_length=60)]
    source: str = ""


class Report(Record):
    """A notebook to run: once, or once for every combination of the values in `each`."""

    notebook: str
    each: dict[str, Literal["all"] | list[Any]] = {}
    parameters: dict[str, Any] = {}


def check_excerpts(value: Any) -> Any:
    """A value of `excerpts`, checked."""
    if value in ("full", "none") or (type(value) is int and 1 <= value <= 50):
        return value
    raise ValueError(
        "write 'full', 'none', or how many words may be shown on each side of a hit (1 to 50)"
    )


class Limits(Record):
    """Seconds after which a run is ended: one code cell, and the whole notebook."""

    cell: Annotated[float, Field(gt=0)] = 600
    run: Annotated[float, Field(gt=0)] = 1800


class StudyRecord(Record):
    """What study.yml holds, with the concepts; `folder` is where it lies."""

    title: str
    question: str
    note: str = ""
    language: str = "en"
    seed: Annotated[int, Field(ge=0)] = 1
    articles: Articles | None = None
    outlets: Annotated[list[str], Field(min_length=1)] | None = None
    max_outlets: Annotated[int, Field(ge=1)] = 24
    period: Period = Period()
    events: list[Event] = []
    draws: Annotated[int, Field(ge=99, le=100_000)] = 999
    excerpts: Annotated[Literal["full", "none"] | int, BeforeValidator(check_excerpts)] = "full"
    limits: Limits = Limits()
    reports: list[Report] = [
        Report(notebook="01_corpus"),
        Report(notebook="02_terms", each={"concept": "all"}),
        Report(notebook="03_voice"),
        Report(notebook="04_keyness"),
        Report(notebook="05_contexts", each={"concept": "all"}),
        Report(notebook="06_timeline", each={"concept": "all"}),
        Report(notebook="07_outlets"),
        Report(notebook="08_discover"),
        Report(notebook="09_coding"),
    ]

    _folder: Path = PrivateAttr()
    _concepts: dict[str, Concept] = PrivateAttr(default_factory=dict)
    _lists: dict[str, list[str]] = PrivateAttr(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return self._folder

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self._folder.name

    @property
    def concepts(self) -> dict[str, Concept]:
        """The study's concepts by their names, its own first, then those taken from the library."""
        return self._concepts

    @property
    def lists(self) -> dict[str, list[str]]:
        """The named lists that phrases may use."""
        return self._lists

    @property
    def has_articles(self) -> bool:
        """Whether the articles themselves are there, or only what was counted in them."""
        source = self.articles and self.folder / self.articles.path
        return bool(source) and (
            any(f.is_file() and f.name[0] != "." for f in source.rglob("*"))
            if source.is_dir()
            else source.is_file()
        )

    @property
    def count_files(self) -> list[Path]:
        """The files of counts in the study's counts folder, compressed ones too, in order."""
        folder = self.folder / "counts"
        return sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])

    def about(self, concept: str) -> str:
        """What a reader should know of a concept: its note with the source, and the study's own note."""
        record = self.concepts[concept]
        source = f" (Source: {record.source}.)" if record.source else ""
        return (
            " ".join(part for part in (f"{record.note}{source}".strip(), self.note) if part)
            or "No note is given for this concept."
        )

    def narrow(
        self,
        *,
        outlets: Sequence[str] = (),
        first: datetime.date | None = None,
        last: datetime.date | None = None,
    ) -> StudyRecord:
        """The same study with only these outlets (none: those it compares) and only these of its days, both ends included."""
        first, last = (
            max(filter(None, (first, self.period.from_)), default=None),
            min(filter(None, (last, self.period.to)), default=None),
        )
        return self.model_copy(
            update={
                "outlets": list(outlets) or self.outlets,
                "period": Period(from_=first, to=last),
            }
        )

    def with_concept(self, name: str, concept: Concept) -> StudyRecord:
        """The same study with one more concept, which concepts.yml does not have."""
        study = self.model_copy()
        study._concepts = {**self.concepts, name: concept}
        return study

    @property
    def fingerprint(self) -> str:
        """A hash of everything that the study says but for which reports it wants and how long they may take, comments aside."""
        said = {
            "study": self.model_dump(mode="json", exclude={"reports", "limits"}),
            "lists": self.lists,
            "concepts": {k: c.model_dump(mode="json") for k, c in self.concepts.items()},
        }
        return hash_value(json.dumps(said))  # as text: the order of variants counts

    @property
    def width(self) -> int | None:
        """How many words of an article pages may show on each side of a hit (`excerpts` in study.yml); None for any number."""
        return {"full": None, "none": 0}.get(self.excerpts, self.excerpts)

    @property
    def why_no_text(self) -> str:
        """Why pages may not show lines of the articles; empty when they may."""
        if not self.has_articles:
            return "The articles are not here, only what was counted in them; with the articles in place, this page shows the lines."
        return (
            ""
            if self.width != 0
            else "This study does not show the text of its articles (`excerpts: none` in study.yml)."
        )

    def runs(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Each notebook to run, the parameters that all its runs share, and those that tell its runs apart, in the order of study.yml."""
        return [
            (report.notebook, report.parameters, dict(zip(report.each, values, strict=True)))
            for report in self.reports
            for values in itertools.product(
                *(self.values(name, given) for name, given in report.each.items())
            )
        ]

    def values(self, name: str, given: Literal["all"] | list[Any]) -> list[Any]:
        """The values of an `each` list, `all` written out."""
        if given != "all":
            return given
        known = {"concept": list(self.concepts), "outlet": self.outlets}
        if known.get(name) is None:
            raise WordingError(
                f"study.yml: `each: {{{name}: all}}` has no meaning here; list the values, or use `concept: all`."
            )
        return known[name]


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
