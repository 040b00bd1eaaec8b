"""Count what is given, refused and set apart, and find the columns of a table under our names."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wording.errors import WordingError
from wording.phrasing import join_names, suggest_name

ArticleRow = dict[str, Any]
"""One article as a reader gives it: values under our names, and its `number` in its file."""

# The other names under which a column is known, the likeliest first; case, accents, spaces,
# hyphens, underscores do not matter. Of a nested field (`fields.bodyText`) the last part counts,
# too. They are the names of news-please, newspaper, GDELT, NELA-GT, All the News, Media Cloud, the
# Guardian's interface, NewsAPI, ProQuest, Retriever, Telegram, and of tables in German, French,
# Spanish, Italian and Dutch.
COLUMN_ALIASES = {
    "doc_id": "doc_id id article_id document_id guid uuid key",
    "outlet": "outlet source publisher domain publication newspaper site media source_name "
    "outlet_name publisher_name site_name website media_name source_domain publication_title "
    "pub_title news_source source_common_name newspaper_name paper journal medium quelle zeitung "
    "titre_de_presse fuente medio periodico diario testata fonte krant bron source_url from "
    "screen_name username",
    "date": "date published publish_date pubdate published_at publication_date date_published "
    "publish_time datetime timestamp created_at date_publish published_utc web_publication_date "
    "pub_date date_time datum veroffentlicht erscheinungsdatum date_de_publication fecha data",
    "title": "title headline web_title titel titre titulo titolo titular uberschrift schlagzeile "
    "kop",
    "authors": "authors author byline autor autoren auteur auteurs autore verfasser",
    "url": "url link href permalink web_url document_identifier",
    "language": "language lang language_code lang_code sprache langue idioma",
    "group": "",
    "text": "text content body_text body fulltext article article_text article_body maintext "
    "main_text text_content full_text_content story texte texto testo tekst volltext artikeltext "
    "inhalt contenu contenido cuerpo headline_text tweet tweet_text post_text message_text",
}
MAX_HEADER_ROWS = 20
"""The header of a table stands within so many rows; above it there may be a title."""
MAX_NAME_CHARACTERS = 80
"""What is longer is no name of a column."""
MAX_COLUMNS = 20_000
"""A table has no more columns than this; a worksheet can have 16,384."""
MAX_COLUMNS_LISTED = 30
MAX_REASON_CHARACTERS = 800


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
        shown = str(reason)
        if len(shown) > MAX_REASON_CHARACTERS:  # a parser may cite all that it cannot read
            shown = f"{shown[:MAX_REASON_CHARACTERS]}…"
        self.rejects.append((source, shown, (sample or "")[:80]))

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
                f"{n_accepted} accepted + {n_rejects} rejected + {self.n_apart} set apart is not "
                f"{self.n_given}"
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
            If a column that the user named, or the one that is required, is not there, or there are
            too many.
        """
        refuse_too_many_columns(len(names), source)
        chosen = {ours: theirs for ours, theirs in self.columns.items() if ours in self.wanted}
        for ours, theirs in chosen.items():
            if theirs not in names:
                raise WordingError(
                    f"{source} has no column {theirs!r} (named for {ours}); "
                    f"{suggest_name(theirs, names)}"
                )
        taken = {theirs for ours, theirs in self.columns.items() if ours != "group"}
        free = [name for name in names if name not in taken]
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
        if "date" in self.wanted and "date" not in chosen and self.required == "text":
            self.report.add_warning(
                f"no column for dates; there are {describe_columns(names)}; "
                "name it in study.yml (articles: columns: {date: ...})",
                source,
            )
        return chosen

    def find_header(self, rows: Sequence[Sequence[str]], *, source: str) -> int:
        """Return which of the first rows of a table is its header: the one with most known names.

        If it is not the first, a warning says what stands above it; if no row has what is required,
        it is the first.
        """
        refuse_too_many_columns(max(map(len, rows), default=0), source)
        scores = [self.count_known(row) for row in rows]
        best = max(range(len(rows)), key=lambda k: (scores[k], -k))
        if not scores[best] or not best:
            return 0
        above = "; ".join(" ".join(filter(None, row)) for row in rows[:best])
        self.report.add_warning(
            f"row {best + 1:,} was taken as the header, since it has the names of columns; "
            f"what stands above it is no article: {above[:120]!r}",
            source,
        )
        return best

    def count_known(self, row: Sequence[str]) -> int:
        """Return how many of our columns a row names; 0 if what is required is not among them."""
        if len(row) > MAX_COLUMNS:
            return 0
        row = [name for name in row if name and len(name) <= MAX_NAME_CHARACTERS]
        named = {ours for ours, theirs in self.columns.items() if theirs in row}
        named |= {ours for ours, aliases in self.wanted.items() if match_aliases(aliases, row)}
        return len(named) if self.required in named else 0

    def find_places(self, header: Sequence[str], *, source: str) -> dict[str, int]:
        """Return {our name: place in the header}."""
        chosen = self.choose(header, source=source)
        return {ours: header.index(theirs) for ours, theirs in chosen.items()}

    def warn_of_choice(self, ours: str, matches: Sequence[str], source: str) -> None:
        """Warn that the first of several columns was chosen."""
        others = join_names(map(repr, matches[1:]), MAX_COLUMNS_LISTED)
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


def refuse_too_many_columns(n: int, source: str) -> None:
    """Raise if a table has more columns than a table of articles can have.

    Raises
    ------
    WordingError
        With the number.
    """
    if n > MAX_COLUMNS:
        raise WordingError(
            f"{source} has {n:,} columns; at most {MAX_COLUMNS:,} are read: save it with the "
            "columns that are needed, or remove the file from the folder"
        )


def match_aliases(aliases: str, names: Iterable[str]) -> list[str]:
    """Return the names that are among the aliases, in the order of these.

    Of nested fields those are last whose last part alone is an alias.
    """
    plain = {name: normalise_column(name) for name in names}
    last = {name: normalise_column(name.rpartition(".")[2]) for name in plain if "." in name}
    wanted = dict.fromkeys(alias.replace("_", "") for alias in aliases.split())
    return [
        name
        for known in (plain, last)
        for alias in wanted
        for name in known
        if known[name] == alias
    ]


@functools.lru_cache(maxsize=MAX_COLUMNS)
def normalise_column(name: str) -> str:
    """Return the name of a column as names are compared.

    >>> normalise_column("Date publi\u00e9e"), normalise_column("full-text")
    ('datepubliee', 'fulltext')
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[\s_-]", "", bare).lower()


def describe_columns(names: Sequence[str]) -> str:
    """Return the names of columns in one line."""
    shown = ", ".join(repr(name)[:40] for name in names[:MAX_COLUMNS_LISTED])
    return f"the columns {shown}{', ...' if len(names) > MAX_COLUMNS_LISTED else ''}"
