"""Count what is given, refused and set apart, and find the columns of a table under our names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wording.errors import WordingError
from wording.phrasing import suggest_name

ArticleRow = dict[str, Any]
"""One article as a reader gives it: values under our names, and its `number` in its file."""

# The other names under which a column is known, the likeliest first; case, spaces, hyphens,
# underscores do not matter.
COLUMN_ALIASES = {
    "doc_id": "doc_id id article_id document_id guid uuid",
    "outlet": "outlet source publisher domain publication newspaper site media source_name "
    "outlet_name publisher_name site_name website media_name source_domain",
    "date": "date published publish_date pubdate published_at publication_date date_published "
    "publish_time datetime timestamp created_at",
    "title": "title headline",
    "authors": "authors author byline",
    "url": "url link href permalink",
    "language": "language lang language_code lang_code",
    "text": "text content body fulltext article article_text article_body body_text maintext story",
}
MAX_COLUMNS_LISTED = 30


@dataclass
class ReadingReport:
    """What is given, what is refused or set apart, and what is worth a warning.

    `rejects` are (source, reason, sample), `files` (name, sha256), `warnings` the files of each
    sentence.
    """

    n_given: int = 0
    rejects: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    warnings: dict[str, dict[str, None]] = field(default_factory=dict)
    n_apart: int = 0

    def refuse(self, source: str, reason: object, sample: str | None = "") -> None:
        """Add one reject that was counted as given."""
        self.rejects.append((source, str(reason), (sample or "")[:80]))

    def count_and_refuse(self, source: str, reason: object, sample: str | None = "") -> None:
        """Add one reject that never became a row."""
        self.n_given += 1
        self.refuse(source, reason, sample)

    def add_warning(self, sentence: str, file: str = "") -> None:
        """Add a warning; the same about many files is given once."""
        self.warnings.setdefault(sentence, {})[file] = None

    def make_warner(self, file: str) -> Callable[[str], None]:
        """Return a function that adds a warning about the file."""
        return lambda sentence: self.add_warning(sentence, file)

    def list_warnings(self) -> list[str]:
        """Return the warnings, each behind the name of the file that it is about."""
        return [describe_files(list(files)) + sentence for sentence, files in self.warnings.items()]

    def check_totals(self, n_accepted: int) -> None:
        """Raise if a row was lost or invented."""
        n_rejects = len(self.rejects)
        if n_accepted + n_rejects + self.n_apart != self.n_given:
            raise RuntimeError(
                f"{n_accepted} accepted + {n_rejects} rejected + {self.n_apart} in another "
                f"language is not {self.n_given}"
            )


def describe_files(files: Sequence[str]) -> str:
    """Return the beginning of a warning about these files; "" for one about none."""
    if not files[0]:
        return ""
    if len(files) == 1:
        return f"{files[0]}: "
    if len(files) == 2:
        return f"{files[0]} and 1 other file: "
    return f"{files[0]} and {len(files) - 1:,} other files: "


@dataclass(frozen=True)
class ColumnChooser:
    """Finds the columns that a table has under our names: by the user's mapping or usual names.

    `columns` is {our name: their name}, `wanted` {our name: aliases}, `required` one of our names.
    """

    report: ReadingReport
    columns: Mapping[str, str]
    wanted: Mapping[str, str]
    required: str

    def choose(self, names: Sequence[str], *, source: str) -> dict[str, str]:
        """Return {our name: their name}.

        Raises
        ------
        WordingError
            If a column that the user named, or the one that is required, is not there.
        """
        chosen = {ours: theirs for ours, theirs in self.columns.items() if ours in self.wanted}
        for ours, theirs in chosen.items():
            if theirs not in names:
                raise WordingError(
                    f"{source} has no column {theirs!r} (named for {ours}); "
                    f"{suggest_name(theirs, names)}"
                )
        free = [name for name in names if name not in self.columns.values()]
        for ours in [name for name in self.wanted if name not in chosen]:
            matches = match_aliases(self.wanted[ours], free)
            if matches:
                chosen[ours] = matches[0]
            if len(matches) > 1:
                self.warn_of_choice(ours, matches, source)
        if self.required not in chosen:
            raise WordingError(
                f"{source} has no column for {self.required}; it has {describe_columns(names)}. "
                f"{self.suggest_remedy(chosen)}"
            )
        return chosen

    def find_places(self, header: Sequence[str], *, source: str) -> dict[str, int]:
        """Return {our name: place in the header}."""
        chosen = self.choose(header, source=source)
        return {ours: header.index(theirs) for ours, theirs in chosen.items()}

    def warn_of_choice(self, ours: str, matches: Sequence[str], source: str) -> None:
        """Warn that the first of several columns was chosen."""
        others = ", ".join(map(repr, matches[1:]))
        self.report.add_warning(
            f"{ours} is read from {matches[0]!r}, not from {others}; "
            "to change it, set `articles: columns:` in study.yml",
            source,
        )

    def suggest_remedy(self, chosen: Mapping[str, str]) -> str:
        """Return what to do about a table without the required column."""
        if self.required == "text" and "url" in chosen:
            return (
                f"It has addresses ({chosen['url']!r}) but no texts, like Media Cloud's story "
                "lists. Nothing is downloaded: save the pages (.html or .warc) or add the text as "
                "a column"
            )
        return (
            f"Name the right one in study.yml (articles: columns: {{{self.required}: ...}}), "
            "or remove the file from the folder"
        )


def match_aliases(aliases: str, names: Iterable[str]) -> list[str]:
    """Return the names that are among the aliases, in the order of these."""
    plain = {name: re.sub(r"[\s_-]", "", name).lower() for name in names}
    return [
        name for alias in aliases.split() for name in plain if plain[name] == alias.replace("_", "")
    ]


def describe_columns(names: Sequence[str]) -> str:
    """Return the names of columns in one line."""
    shown = ", ".join(repr(name)[:40] for name in names[:MAX_COLUMNS_LISTED])
    return f"the columns {shown}{', ...' if len(names) > MAX_COLUMNS_LISTED else ''}"
