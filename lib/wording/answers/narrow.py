"""What is asked for: a concept or a pattern, at some outlets, on some days, as a study that has just that."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from wording.corpus.counts import resolve_pattern, select_concepts
from wording.errors import WordingError
from wording.files import SHIPPED_STUDIES
from wording.patterns import parse_phrases
from wording.study.records import StudyRecord


def narrow_study(
    study: StudyRecord,
    *,
    concept: str = "",
    pattern: str = "",
    outlets: Sequence[str] = (),
    first: str | datetime.date | None = None,
    last: str | datetime.date | None = None,
) -> tuple[StudyRecord, str]:
    """The study narrowed to the outlets and days, and the name of the concept in it that is asked for: every table of the two can be made.

    Parameters
    ----------
    concept : a concept of the study; empty: its first.
    pattern : instead of it a phrase, or rival phrases with `;` between them, each a variant; or the name of a concept or variant.
    outlets : only these; none: all that the study compares.
    first, last : days, both included, such as 2031-06-30.

    Raises
    ------
    WordingError
        For an unknown concept, a phrase that cannot be read or, without the articles, be counted, or no date.
    """
    narrow = study.narrow(outlets=outlets, first=parse_day(first), last=parse_day(last))
    if not pattern.strip():
        return narrow, next(iter(select_concepts(study, [concept or next(iter(study.concepts))])))
    name, record = resolve_pattern(study, pattern)
    if name not in study.concepts and not study.has_articles:
        raise WordingError(
            f"{name!r} is a pattern, and patterns are counted in the articles, which are not here; choose a concept of the study."
        )
    for variant in record.variants.values():
        parse_phrases(variant.match, lists=study.lists, case=variant.case)
    return narrow.with_concept(name, record), name


def parse_day(said: str | datetime.date | None) -> datetime.date | None:
    """The day that is said, None for none.

    >>> parse_day("2031-06-30"), parse_day("")
    (datetime.date(2031, 6, 30), None)
    """
    try:
        return datetime.date.fromisoformat(said) if said and isinstance(said, str) else said or None
    except ValueError:
        raise WordingError(f"{said!r} is no day; write one such as 2031-06-30.") from None


def list_nearby_studies(folder: Path) -> list[Path]:
    """The folders of studies that lie beside this one, or come with the project."""
    beside = {file.parent for file in folder.parent.glob("*/study.yml")}
    return sorted(beside | {place for place in SHIPPED_STUDIES if (place / "study.yml").is_file()})
