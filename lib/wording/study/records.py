"""A study is a folder: study.yml and concepts.yml, read into records that are known to be right, or refused by file, line and remedy."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from wording.errors import WordingError
from wording.files import hash_value

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
