"""The records that study.yml and concepts.yml are read into; `study.read` refuses what is wrong."""

from __future__ import annotations

import datetime
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationError,
    model_validator,
)

from wording.errors import WordingError
from wording.files import hash_value
from wording.languages import require_language
from wording.settings import (
    ALL_OUTLETS,
    EVENT_RULES,
    MAX_SEED,
    OTHER_OUTLETS,
    PLACE_GROUPS,
    REST_LABEL,
    one_of,
)

ArticleColumn = Literal["doc_id", "outlet", "date", "title", "authors", "url", "language", "text"]
MAX_PATH_BYTES, MAX_NAME_BYTES = 4_000, 255
"""Of a file and each part of its path, on the common systems."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
RESERVED_NAMES = (ALL_OUTLETS, OTHER_OUTLETS, REST_LABEL, "rest", "pairs")
"""What no group can be called: these are compared with, or stand for several."""
VariantName = Annotated[str, Field(pattern=r"^\S(?:.{0,58}\S)?$")]


def wrap_in_list(value: Any) -> Any:
    """Return a single value as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


PhraseTexts = Annotated[
    list[Annotated[str, Field(min_length=1)]], BeforeValidator(wrap_in_list), Field(min_length=1)
]

LanguageCode = Annotated[str, AfterValidator(require_language)]
PhrasesOfVariant = Annotated[
    Annotated[PhraseTexts, Tag("[list]")]
    | Annotated[dict[LanguageCode, PhraseTexts], Field(min_length=1), Tag("[languages]")],
    Discriminator(lambda value: "[languages]" if isinstance(value, Mapping) else "[list]"),
]
"""Phrases of every language, or those of each."""


def check_languages(value: Any) -> list[str]:
    """Return the languages of a study, one or a list, as a list of their codes."""
    values = wrap_in_list(value)
    if not all(isinstance(one, str) for one in values):
        raise ValueError("write the code of a language, or several such as [en, de]")
    languages = list(map(require_language, values))
    if not languages or len(set(languages)) < len(languages):
        raise ValueError("name each language once, such as [en, de]")
    return languages


def refuse_truth_value(value: Any) -> Any:
    """Return a value that is to be a number, checked: `yes` and `true` are none."""
    if isinstance(value, bool):
        raise ValueError("write a number")
    return value


WholeNumber = Annotated[int, BeforeValidator(refuse_truth_value)]
Seconds = Annotated[float, BeforeValidator(refuse_truth_value), Field(gt=0, le=1_000_000)]


def check_day(value: Any) -> Any:
    """Return a value that is to be a day, checked: a number is none."""
    if value is None or isinstance(value, (str, datetime.date)):
        return value
    raise ValueError("write a date such as 2031-06-30")


Day = Annotated[datetime.date, BeforeValidator(check_day)]


class Record(BaseModel):
    """A record that knows all its fields and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Near(Record):
    """A phrase that must, or must not, stand near a match.

    Near is within so many tokens, on a side, in the same sentence.
    """

    any: PhraseTexts
    within: Annotated[WholeNumber, Field(ge=1, le=200)] = 10
    side: Literal["both", "before", "after"] = "both"
    sentence: bool = True


def check_precision(value: str | None) -> str | None:
    """Return a variant's precision, checked."""
    if value is None:
        return None
    right, _, read = value.partition("/")
    if right.isdecimal() and read.isdecimal() and int(right) <= int(read):
        return value
    raise ValueError("write how many lines were right of how many read, such as 23/25")


class Variant(Record):
    """One way of naming the thing: phrases, and when they have the sense that counts."""

    match: PhrasesOfVariant
    near: Annotated[list[Near], BeforeValidator(wrap_in_list)] = []
    not_near: Annotated[list[Near], BeforeValidator(wrap_in_list)] = []
    not_: Annotated[list[str], BeforeValidator(wrap_in_list), Field(alias="not")] = []
    case: bool = False
    note: str = ""
    source: str = ""
    precision: Annotated[str | None, AfterValidator(check_precision)] = None
    """Of how many lines read, how many had the sense that counts: `23/25`."""

    @property
    def phrases(self) -> list[str]:
        """The phrases, of all languages one after the other."""
        if isinstance(self.match, list):
            return self.match
        return list(dict.fromkeys(itertools.chain.from_iterable(self.match.values())))

    def phrases_in(self, language: str) -> list[str]:
        """Return the phrases that are looked for in texts of a language; none where it has none."""
        return self.match if isinstance(self.match, list) else self.match.get(language, [])

    @property
    def precision_sentence(self) -> str:
        """How many of the lines read had the sense that counts, in words; empty if none says."""
        if self.precision is None:
            return ""
        right, read = self.precision.split("/")
        if read == "0":
            return "no line found to read"
        return f"{right} of {read} right"


def expand_acts(value: Any) -> Any:
    """Return a list of verbs as what it is short for: each with no nouns of its own."""
    if not isinstance(value, (str, list)):
        return value
    verbs = wrap_in_list(value)
    if not all(isinstance(verb, str) for verb in verbs):
        raise ValueError("write verbs in their base form, such as [kill, shoot]")
    return dict.fromkeys(verbs, [])


def expand_named(value: Any) -> Any:
    """Return a named list, `<police>`, as what it is short for: a group of that name."""
    texts = wrap_in_list(value) if isinstance(value, (str, list)) else []
    if texts and all(isinstance(t, str) and re.fullmatch(r"<[^<>|]+>", t) for t in texts):
        return {text[1:-1]: [text] for text in texts}
    return value


def check_verb(value: str) -> str:
    """Return a verb, checked: one word in small letters."""
    if not re.fullmatch("[a-z]{2,30}", value):
        raise ValueError("write a verb in its base form, in small letters, such as kill")
    return value


Verb = Annotated[str, AfterValidator(check_verb)]
NounTexts = Annotated[list[str], BeforeValidator(wrap_in_list)]
NamedGroups = Annotated[dict[VariantName, PhraseTexts], BeforeValidator(expand_named)]


def expand_variant(value: Any) -> Any:
    """Return the short form of a variant, only its phrases, as the long one.

    Phrases may be listed by language: a mapping that has no field of a variant.
    """
    fields = {field.alias or name for name, field in Variant.model_fields.items()}
    is_by_language = (
        isinstance(value, Mapping)
        and value
        and all(len(str(key)) == 2 and str(key) not in fields for key in value)
    )
    return {"match": value} if isinstance(value, (str, list)) or is_by_language else value


class Concept(Record):
    """The thing named, and the rival ways of naming it."""

    title: str
    note: str = ""
    source: str = ""
    precision_source: str = ""
    """Which lines were read for the precision of its variants; else what its file says."""
    variants: Annotated[
        dict[VariantName, Annotated[Variant, BeforeValidator(expand_variant)]], Field(min_length=1)
    ]
    acts: Annotated[dict[Verb, NounTexts], BeforeValidator(expand_acts)] = {}
    """Verbs in their base form whose clauses are counted by form, each with its nouns."""
    instead: Annotated[list[str], BeforeValidator(wrap_in_list)] = []
    """Phrases that tell of what was done without the act: `died`."""
    agents: NamedGroups = {}
    """Whom the acts may be done by: words for heads of nouns, by the name of their group."""
    patients: NamedGroups = {}
    """To whom, likewise."""

    def lists_variants_in(self, language: str) -> bool:
        """Return whether every variant has phrases for texts of a language.

        Where one has none, nothing is counted: the choice among the others would be another.
        """
        return all(variant.phrases_in(language) for variant in self.variants.values())

    @property
    def precision_note(self) -> str:
        """Of which lines the precision of the variants was read; empty if no variant says one."""
        if all(variant.precision is None for variant in self.variants.values()):
            return ""
        source = self.precision_source.rstrip(".") or "no source is given"
        return f"Lines of each term were read to see how many have the sense meant ({source})."

    @property
    def counted(self) -> dict[str, Any]:
        """What decides which words are counted: the concept without what is only said of it."""
        said = {"note", "source", "precision"}
        return {
            "title": self.title,
            "variants": {
                name: variant.model_dump(mode="json", by_alias=True, exclude=said)
                for name, variant in self.variants.items()
            },
        }


class ConceptsFile(Record):
    """What concepts.yml holds: its concepts, those taken from the library, and named lists."""

    take: dict[str, Literal["all"] | list[Slug]] = {}
    precision_source: str = ""
    """Which lines were read for `precision`, in every concept that says nothing else."""
    lists: dict[Slug, PhraseTexts] = {}
    concepts: dict[Slug, Concept] = {}


def check_path(value: str | None) -> str | None:
    """Return the path of a file, checked: no file system has such names as are refused."""
    if value is None:
        return None
    if (
        not value.strip()
        or "\0" in value
        or len(value.encode()) > MAX_PATH_BYTES
        or any(len(part.encode()) > MAX_NAME_BYTES for part in value.split("/"))
    ):
        raise ValueError("this cannot be the name of a file or folder")
    return value


class Articles(Record):
    """Where the articles are, which column is what, and whether stubs count."""

    path: Annotated[str, AfterValidator(check_path)]
    metadata: Annotated[str | None, AfterValidator(check_path)] = None
    columns: dict[ArticleColumn, str] = {}
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    stubs: Literal["keep", "apart"] = "apart"
    """What becomes of texts that are cut off, removed or an error page."""


DEFAULT_MAX_OUTLETS = 24
"""Outlets that are compared one by one, if a study does not say which: those with most articles."""


class Groups(Record):
    """Groups of outlets to compare: listed by name, or named by a column of the articles."""

    outlets: dict[
        Annotated[str, Field(pattern=r"^\S(?:.{0,58}\S)?$")],
        Annotated[list[str], Field(min_length=1)],
    ] = {}
    column: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def check_outlets(self) -> Groups:
        """Return the groups, checked: each outlet is in one, and none has a reserved name."""
        if not self.outlets and self.column is None:
            raise ValueError("name the outlets of each group, or a column of the articles")
        owners: dict[str, str] = {}
        for group, outlets in self.outlets.items():
            if group in RESERVED_NAMES:
                raise ValueError(f"no group can be called {group!r}: choose another name")
            for outlet in outlets:
                if owners.setdefault(outlet, group) != group:
                    raise ValueError(
                        f"the outlet {outlet!r} is in two groups, {owners[outlet]!r} and "
                        f"{group!r}: leave it in one"
                    )
        return self


def expand_groups(value: Any) -> Any:
    """Return the short form of groups, a column or only the outlets of each, as the long one."""
    if isinstance(value, str):
        return {"column": value}
    if isinstance(value, Mapping):
        return {"outlets": {name: wrap_in_list(outlets) for name, outlets in value.items()}}
    if value is None or isinstance(value, Groups):
        return value
    raise ValueError("write `{left: [A, B], right: [C]}`, or the name of a column of the articles")


def make_groups(groups: str | Mapping[str, Sequence[str]]) -> Groups:
    """Return groups that somebody typed.

    Raises
    ------
    WordingError
        For an outlet in two groups, a group without outlets or with a reserved name.
    """
    try:
        return Groups.model_validate(expand_groups(groups))
    except ValidationError as error:
        reasons = [fault["msg"].removeprefix("Value error, ") for fault in error.errors()]
        raise WordingError(f"groups={groups!r}: {'; '.join(reasons)}.") from None


class Period(Record):
    """The days that count, both ends included; articles of an unknown date are then left out."""

    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class Event(Record):
    """Something that happened on a day, for figures over time; its title is a neutral phrase."""

    date: Day
    title: Annotated[str, Field(min_length=1, max_length=60)]
    source: str = ""


class Report(Record):
    """A notebook to run: once, or once for every combination of the values in `each`."""

    notebook: str
    each: dict[str, Literal["all", "with-acts"] | list[Any]] = {}
    parameters: dict[str, Any] = {}


def check_excerpts(value: Any) -> Any:
    """Return a value of `excerpts`, checked."""
    if value in ("full", "none") or (type(value) is int and 1 <= value <= 50):
        return value
    raise ValueError(
        "write 'full', 'none', or how many words may be shown on each side of a hit (1 to 50)"
    )


class Limits(Record):
    """Seconds after which a run is ended: one code cell, and the whole notebook."""

    cell: Seconds = 600
    run: Seconds = 1800


class StudyRecord(Record):
    """What study.yml holds, with the concepts; `folder` is where it lies."""

    title: str
    question: str
    note: str = ""
    languages: Annotated[list[str], BeforeValidator(check_languages), Field(alias="language")] = [
        "en"
    ]
    seed: Annotated[WholeNumber, Field(ge=0, le=MAX_SEED)] = 1
    articles: Articles | None = None
    outlets: Annotated[list[str], Field(min_length=1)] | None = None
    max_outlets: Annotated[WholeNumber, Field(ge=1, le=10_000)] = DEFAULT_MAX_OUTLETS
    groups: Annotated[Groups | None, BeforeValidator(expand_groups)] = None
    period: Period = Period()
    events: list[Event] = []
    draws: Annotated[WholeNumber, Field(ge=99, le=100_000)] = 999
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
        Report(notebook="10_events", each={"concept": "all"}),
        Report(notebook="11_agency", each={"concept": "with-acts"}),
        Report(notebook="12_naming", each={"concept": "all"}),
    ]

    _folder: Path = PrivateAttr()
    _concepts: dict[str, Concept] = PrivateAttr(default_factory=dict)
    _lists: dict[str, list[str]] = PrivateAttr(default_factory=dict)
    _typed: frozenset[str] = PrivateAttr(default_factory=frozenset)
    _taken: frozenset[str] = PrivateAttr(default=frozenset())
    _event_rule: str = PrivateAttr("all")
    _place: str = PrivateAttr(default="text")
    _only_language: str = PrivateAttr(default="")

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
    def typed(self) -> frozenset[str]:
        """The names of concepts that concepts.yml does not have: what somebody typed."""
        return self._typed

    @property
    def only_language(self) -> str:
        """The one language whose articles count; empty where those of all languages do."""
        return self._only_language

    @property
    def language(self) -> str:
        """The language of the articles that count; of several, the first that study.yml names."""
        return self._only_language or self.languages[0]

    @property
    def counted_languages(self) -> list[str]:
        """The languages of the articles that count."""
        return [self._only_language] if self._only_language else self.languages

    def in_language(self, language: str) -> StudyRecord:
        """Return the same study in which only the articles in one of its languages count.

        Raises
        ------
        WordingError
            If the study has no such language.
        """
        study = self.model_copy()
        study._only_language = one_of("language", language, self.languages)
        return study

    @property
    def taken(self) -> frozenset[str]:
        """The concepts that are taken from the library."""
        return self._taken

    @property
    def place(self) -> str:
        """Where in the articles is counted, a name in `settings.PLACE_GROUPS`."""
        return self._place

    @property
    def lists(self) -> dict[str, list[str]]:
        """The named lists that phrases may use."""
        return self._lists

    @property
    def has_articles(self) -> bool:
        """Whether the articles are available, not only the counts made from them."""
        if not self.articles:
            return False
        source = self.folder / self.articles.path
        if source.is_dir():
            return any(file.is_file() and file.name[0] != "." for file in source.rglob("*"))
        return source.is_file()

    @property
    def count_files(self) -> list[Path]:
        """The files of counts in the study's counts folder, compressed ones too, in order."""
        folder = self.folder / "counts"
        return sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])

    def about(self, concept: str) -> str:
        """Return what a reader should know of a concept: its note, its source, the study's note."""
        record = self.concepts[concept]
        source = f" (Source: {record.source}.)" if record.source else ""
        notes = [f"{record.note}{source}".strip(), record.precision_note, self.note]
        return " ".join(filter(None, notes)) or "No note is given for this concept."

    def narrow(
        self,
        *,
        outlets: Sequence[str] = (),
        first: datetime.date | None = None,
        last: datetime.date | None = None,
        groups: str | Mapping[str, Sequence[str]] | None = None,
        place: str = "",
    ) -> StudyRecord:
        """Return the same study with only some of its outlets and days, other groups or places.

        Parameters
        ----------
        outlets : sequence of str
            Only these outlets or groups; if empty, those that the study compares.
        first, last : date, optional
            The days that count, both ends included, as far as the study's own period has them.
        groups : str or mapping, optional
            A column of the articles, or the outlets of each group; without it the study's own.
        place : str
            Where in the articles is counted, a name in `settings.PLACE_GROUPS`; empty: as before.

        Raises
        ------
        WordingError
            For an outlet in two groups, a group without outlets, or an unknown place.
        """
        begin = max(filter(None, (first, self.period.from_)), default=None)
        end = min(filter(None, (last, self.period.to)), default=None)
        changes = {
            "outlets": list(outlets) or self.outlets,
            "period": Period(from_=begin, to=end),
            "groups": self.groups if groups is None else make_groups(groups),
        }
        study = self.model_copy(update=changes)
        study._place = one_of("place", place or self.place, PLACE_GROUPS)
        return study

    @property
    def event_rule(self) -> str:
        """Which articles count, a name in `settings.EVENT_RULES`."""
        return self._event_rule

    def with_events(self, rule: str) -> StudyRecord:
        """Return the same study in which only articles on shared events count, or all again.

        Parameters
        ----------
        rule : str
            A name in `settings.EVENT_RULES`.

        Raises
        ------
        WordingError
            For another name.
        """
        study = self.model_copy()
        study._event_rule = one_of("way of counting events", rule, EVENT_RULES)
        return study

    def with_concept(self, name: str, concept: Concept) -> StudyRecord:
        """Return the same study with one more concept, which concepts.yml does not have."""
        study = self.model_copy()
        study._concepts = {**self.concepts, name: concept}
        study._typed = self.typed | {name}
        return study

    @property
    def fingerprint(self) -> str:
        """A hash of what the study says, but for which reports it wants and how long they take."""
        said = self.model_dump(mode="json", exclude={"reports", "limits"})
        languages = said["languages"]
        content = {
            "study": {
                ("language" if name == "languages" else name): value for name, value in said.items()
            }
            | {"language": languages if len(languages) > 1 else languages[0]},
            "lists": self.lists,
            "concepts": {name: c.model_dump(mode="json") for name, c in self.concepts.items()},
        }
        return hash_value(json.dumps(content))  # as text: the order of variants counts

    @property
    def width(self) -> int | None:
        """Words that may be shown on each side of a hit (`excerpts` in study.yml); None for all."""
        if isinstance(self.excerpts, int):
            return self.excerpts
        return 0 if self.excerpts == "none" else None

    @property
    def why_no_text(self) -> str:
        """Why pages may not show lines of the articles; empty when they may."""
        if not self.has_articles:
            return (
                "The articles are not available here, only the counts made from them. "
                "With the articles in place, this page shows the lines."
            )
        if self.width == 0:
            return (
                "This study does not show the text of its articles (`excerpts: none` in study.yml)."
            )
        return ""

    def runs(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Return what is to be run, in the order of study.yml.

        Returns
        -------
        list of (str, dict, dict)
            Each notebook, the parameters that all its runs share, and those that tell its runs
            apart.
        """
        runs = []
        for report in self.reports:
            choices = [self.values(name, given) for name, given in report.each.items()]
            for values in itertools.product(*choices):
                own = dict(zip(report.each, values, strict=True))
                runs.append((report.notebook, report.parameters, own))
        return runs

    def values(self, name: str, given: Literal["all", "with-acts"] | list[Any]) -> list[Any]:
        """Return the values of an `each` list, `all` and `with-acts` written out."""
        if isinstance(given, list):
            return given
        if given == "with-acts":
            return self.list_acting(name)
        if name == "concept":
            return list(self.concepts)
        if name == "outlet" and self.outlets is not None and self.groups is None:
            return self.outlets
        if name == "outlet" and self.groups and self.groups.outlets:
            return list(self.groups.outlets)
        raise WordingError(
            f"study.yml: `each: {{{name}: all}}` is not possible: `all` works only for `concept`, "
            "and for `outlet` where `outlets:` or `groups:` lists them; list the values."
        )

    def list_acting(self, name: str) -> list[str]:
        """Return the concepts that name acts, for an `each` list of concepts.

        Raises
        ------
        WordingError
            For a list of anything else.
        """
        if name != "concept":
            raise WordingError(
                f"study.yml: `each: {{{name}: with-acts}}` is not possible: `with-acts` stands for "
                "the concepts that have `acts`, and works only for `concept`."
            )
        return [concept for concept, record in self.concepts.items() if record.acts]
