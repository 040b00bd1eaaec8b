"""What is asked for, as a study that has just that.

A concept or a pattern, at some outlets, on some days.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from wording.corpus.counts import select_concepts
from wording.errors import WordingError
from wording.files import SHIPPED_STUDIES
from wording.patterns import parse_phrases
from wording.phrasing import format_count
from wording.questions.reporting import PLACE_SENTENCES
from wording.study.asked import describe_asked, resolve_pattern
from wording.study.journal import read_marks
from wording.study.read import read_yaml
from wording.study.records import StudyRecord

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MONTH_OR_YEAR = re.compile(r"\d{4}(-\d\d)?")


def narrow_study(
    study: StudyRecord,
    *,
    concept: str = "",
    pattern: str = "",
    outlets: Sequence[str] = (),
    first: str | datetime.date | None = None,
    last: str | datetime.date | None = None,
) -> tuple[StudyRecord, str]:
    """Return the study narrowed to outlets and days, and the name of the concept asked for.

    Every table of the two can be made.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concept : str
        A concept of the study; empty: its first.
    pattern : str
        Instead of it a phrase, or rival phrases with `;` between them, each a variant; or with a
        mark the name of a variant or concept (see `resolve_pattern`).
    outlets : sequence of str
        Only these; empty: all that the study compares.
    first, last : str or datetime.date, optional
        Days, both included, such as 2031-06-30.

    Raises
    ------
    WordingError
        For an unknown concept, a phrase that cannot be read or, without the articles, be counted,
        or what is no day.
    """
    narrow = study.narrow(outlets=outlets, first=parse_day(first), last=parse_day(last, last=True))
    if not pattern.strip():
        return narrow, next(iter(select_concepts(study, [concept or next(iter(study.concepts))])))
    name, record = resolve_pattern(study, pattern)
    if name in study.concepts:
        return narrow, name
    if not study.has_articles:
        raise WordingError(
            f"{pattern!r} is a pattern, and patterns are counted in the articles, which are not "
            "available here; choose a concept of the study."
        )
    for variant in record.variants.values():
        parse_phrases(variant.phrases, lists=study.lists, case=variant.case)
    return narrow.with_concept(name, record), name


def name_concept(study: StudyRecord, what: str) -> tuple[StudyRecord, str]:
    """Return the study with the concept that is asked for, and the concept's name.

    Parameters
    ----------
    study : StudyRecord
        The study.
    what : str
        A concept of the study by its name, or a pattern; empty: the study's first concept.

    Raises
    ------
    WordingError
        For a pattern that cannot be read or, without the articles, be counted; or where nothing is
        asked for and the study has no concept.
    """
    if not what.strip() and not study.concepts:
        raise WordingError(
            f"The study {study.name!r} has no concepts: ask for a pattern, such as 'coup; riot*'."
        )
    if what in study.concepts:
        return narrow_study(study, concept=what)
    return narrow_study(study, pattern=what)


NAMED_OUTLET = re.compile(
    r"“[^”]*”|outlets' own|own outlets|(several|one of (their|its)) outlets|outlets that the "
    r"classifier|[Oo]utlet"
)
"""What sentences call an outlet, but in the words of a text, and where outlets are meant."""


def name_groups(record: StudyRecord, sentences: Iterable[str]) -> list[str]:
    """Return sentences about what is compared, which call it groups where it is.

    >>> grouped = StudyRecord(title="t", question="q", groups="lean")
    >>> name_groups(grouped, ["3 outlets write “outlet” in the outlets' own words."])
    ["3 groups write “outlet” in the outlets' own words."]
    """
    if record.groups is None:
        return list(sentences)
    named = {"outlet": "group", "Outlet": "Group"}
    return [
        NAMED_OUTLET.sub(lambda found: named.get(found[0], found[0]), sentence)
        for sentence in sentences
    ]


def explain_concept(study: StudyRecord, name: str) -> str:
    """Return what is counted for a concept or pattern, and what a reader should know of it."""
    sentences = [
        f"Counted: {describe_asked(study, name)}.",
        PLACE_SENTENCES[study.place],
        *explain_event_rule(study),
    ]
    has_precision = bool(study.concepts[name].precision_note)
    if name not in study.typed or study.note or has_precision:
        sentences.append(study.about(name))
    if has_precision:
        marks = read_marks(study)
        marked = marks[marks["concept"] == name].drop_duplicates(["doc_id", "start"])
        if len(marked):
            sentences.append(
                f"{format_count(len(marked), 'line')} of this study were marked by people, too: "
                "where the page 09_coding has a precision, that is the better one here."
            )
    return " ".join(sentences)


def explain_event_rule(study: StudyRecord) -> list[str]:
    """Return that only articles on shared events count, where that is so."""
    if study.event_rule == "all":
        return []
    return [
        "Only articles count that are linked with one of another outlet as telling of the same "
        "event; links are likely, not certain."
    ]


def parse_day(text: str | datetime.date | None, *, last: bool = False) -> datetime.date | None:
    """Return the day that is written, None for none.

    Parameters
    ----------
    text : str or datetime.date
        A day, or a month or a year, of which the first day is taken.
    last : bool
        Whether the last day of a month or a year is taken.

    Raises
    ------
    WordingError
        For what is no day, month or year.

    >>> parse_day("2031-06-30"), parse_day("")
    (datetime.date(2031, 6, 30), None)
    >>> parse_day("2031-06", last=True), parse_day("2031")
    (datetime.date(2031, 6, 30), datetime.date(2031, 1, 1))
    """
    if not text or isinstance(text, datetime.date):
        return text or None
    try:
        if DAY.fullmatch(text):
            return datetime.date.fromisoformat(text)
        period = pd.Period(text) if MONTH_OR_YEAR.fullmatch(text) else None
    except ValueError:
        period = None
    if period is None:
        raise WordingError(
            f"{text!r} is not a day; write one such as 2031-06-30, or a month or year such as "
            "2031-06 or 2031."
        )
    day: datetime.date = (period.end_time if last else period.start_time).date()
    return day


def list_nearby_studies(folder: Path) -> dict[Path, str]:
    """Return the title of each study that lies beside this one, here, or comes with the project."""
    here = Path.cwd()
    near = {
        file.parent.resolve()
        for place in (folder.parent, here, here.parent, here.parent / "data")
        for file in place.glob("*/study.yml")
    }
    shipped = {place.resolve() for place in SHIPPED_STUDIES if (place / "study.yml").is_file()}
    return {place: read_title(place) for place in sorted(near | shipped)}


def read_title(folder: Path) -> str:
    """Return the title of a study; where its study.yml cannot be read, the folder's name."""
    try:
        return str(read_yaml(folder / "study.yml")["title"])
    except (WordingError, KeyError):
        return folder.name
