"""Keeps count of what is given, refused and set apart, and finds the columns of a table under our names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wording.errors import WordingError
from wording.phrasing import suggest_name

# The other names under which a column is known, the likeliest first; case, spaces, hyphens, underscores do not matter.
COLUMN_ALIASES = {
    "doc_id": "doc_id id article_id document_id guid uuid",
    "outlet": "outlet source publisher domain publication newspaper site media source_name outlet_name publisher_name "
    "site_name website media_name source_domain",
    "date": "date published publish_date pubdate published_at publication_date date_published publish_time datetime timestamp created_at",
    "title": "title headline",
    "authors": "authors author byline",
    "url": "url link href permalink",
    "language": "language lang language_code lang_code",
    "text": "text content body fulltext article article_text article_body body_text maintext story",
}


@dataclass
class ReadingReport:
    """Keeps count of what is given, of what is refused or set apart, and of what is worth a warning."""

    given: int = 0
    rejects: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    remarks: dict[str, dict[str, None]] = field(default_factory=dict)
    n_apart: int = 0

    def refuse(self, source: str, reason: object, sample: str | None = "") -> None:
        """Adds one reject that was counted as given."""
        self.rejects.append((source, str(reason), (sample or "")[:80]))

    def turn_away(self, source: str, reason: object, sample: str | None = "") -> None:
        """Adds one reject that never became a row."""
        self.given += 1
        self.refuse(source, reason, sample)

    def remark(self, sentence: str, file: str = "") -> None:
        """Adds a warning; the same about many files is said once."""
        self.remarks.setdefault(sentence, {})[file] = None

    def sentences(self) -> list[str]:
        """The warnings, each behind the name of the file that it is about."""
        heads = {1: "{}: ", 2: "{} and 1 other file: "}
        many = "{} and {:,} other files: "
        said = [(sentence, list(files)) for sentence, files in self.remarks.items()]
        return [
            (heads.get(len(files), many).format(files[0], len(files) - 1) if files[0] else "")
            + sentence
            for sentence, files in said
        ]

    def balance(self, accepted: int) -> None:
        """Raises if a row was lost or invented."""
        if accepted + len(self.rejects) + self.n_apart != self.given:
            raise RuntimeError(
                f"{accepted} articles, {len(self.rejects)} rejects and {self.n_apart} set apart do not add up to {self.given} given"
            )


@dataclass(frozen=True)
class ColumnChooser:
    """Finds the columns that a table has under our names: by the user's mapping, else by the usual names."""

    ledger: ReadingReport
    columns: Mapping[str, str]
    wanted: Mapping[str, str]
    required: str

    def choose(self, names: Sequence[str], *, source: str) -> dict[str, str]:
        """{our name: their name}.

        Raises
        ------
        WordingError
            If a column that the user named, or the one that is required, is not there.
        """
        chosen = {ours: theirs for ours, theirs in self.columns.items() if ours in self.wanted}
        for ours, theirs in chosen.items():
            if theirs not in names:
                raise WordingError(
                    f"{source} has no column {theirs!r} for {ours}; {suggest_name(theirs, names)}"
                )
        free = [name for name in names if name not in self.columns.values()]
        for ours in [name for name in self.wanted if name not in chosen]:
            found = match_aliases(self.wanted[ours], free)
            if len(found) > 1:
                others = ", ".join(map(repr, found[1:]))
                self.ledger.remark(
                    f"{ours} is read from {found[0]!r}, not from {others} (articles: columns: decides)",
                    source,
                )
            chosen |= {ours: found[0]} if found else {}
        if self.required not in chosen:
            raise WordingError(
                f"{source} has no column for {self.required}; it has {describe_columns(names)}. {self.remedy(chosen)}"
            )
        return chosen

    def remedy(self, chosen: Mapping[str, str]) -> str:
        """What to do about a table without the required column."""
        if self.required == "text" and "url" in chosen:
            return (
                f"It lists addresses ({chosen['url']!r}) and no texts, as the story lists of Media Cloud do; nothing is fetched from the web: "
                "save the pages (as .html or .warc) or add their text as a column, and give these"
            )
        return f"Name the right one in study.yml (articles: columns: {{{self.required}: ...}}), or take the file away"


def match_aliases(aliases: str, names: Iterable[str]) -> list[str]:
    """The names that are among the aliases, in the order of these."""
    plain = {name: re.sub(r"[\s_-]", "", name).lower() for name in names}
    return [
        name for alias in aliases.split() for name in plain if plain[name] == alias.replace("_", "")
    ]


def describe_columns(names: Sequence[str]) -> str:
    """The names of columns in one line."""
    return (
        "the columns "
        + ", ".join(repr(name)[:40] for name in names[:30])
        + (", ..." if len(names) > 30 else "")
    )


def make_warner(source, ledger: ReadingReport) -> Callable[[str], None]:
    """A function that adds a warning about the source."""
    return lambda sentence: ledger.remark(sentence, source.name)
