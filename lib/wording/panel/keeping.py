"""What the panel keeps on disk: variants, concepts, reports and lines.

Nothing is kept that was not made once: a concept is counted, and a page made, before a file of the
study is changed.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from wording.corpus.counts import count_study_hits
from wording.corpus.encoding.matching import shorten_lines
from wording.errors import WordingError
from wording.files import save_table
from wording.pages.batch import runner
from wording.panel.lines import LineReader
from wording.panel.saving import append_report, plan_report
from wording.phrasing import format_count, join_names
from wording.show.values import slugify
from wording.study.asked import make_label, resolve_term
from wording.study.edit import add_variants
from wording.study.read import read_study
from wording.study.records import Concept, StudyRecord, Variant


class Keeper(LineReader):
    """The buttons that write: each says beside itself what it did, or why it could not."""

    reports: Path
    into: widgets.Dropdown
    title: widgets.Text
    variant: widgets.Text
    add_note: widgets.HTML
    keep_note: widgets.HTML
    saved: widgets.HTML
    export_note: widgets.HTML

    def _connect_keeping(self) -> None:
        self._act(self.button.add, self.add, self.add_note)
        self._act(self.button.keep, self.keep, self.keep_note)
        self._act(self.button.save, self.save, self.saved)
        self._act(self.button.export, self.export, self.export_note)

    def add(self) -> None:
        """Add each rival to a concept of concepts.yml as a variant, and show that concept."""
        phrases, concept = self._require_phrases(), self.into.value
        if not concept:
            raise WordingError(
                "concepts.yml has no concept to add to yet: give a title below, and press “Keep as "
                "concept”."
            )
        name = self.variant.value.strip()
        if name and len(phrases) > 1:
            raise WordingError(
                f"“{name}” cannot name {format_count(len(phrases), 'rival')}: leave Variant empty, "
                "and each is called as it is written; or add one at a time."
            )
        variants = {name: phrases} if name else label_phrases(phrases)
        record = self.study.concepts[concept]
        self._try_concept(concept, extend_concept(record, variants))
        file = add_variants(self.study, concept, variants)
        self._reopen(concept)
        added = join_names(f"“{one}”" for one in variants)
        is_are = "is a variant" if len(variants) == 1 else "are variants"
        self.say(f"{added} {is_are} of {concept} in {file.name}.", note=self.add_note)

    def keep(self) -> None:
        """Make a concept of the pattern, each rival a variant of it, and show it."""
        variants = label_phrases(self._require_phrases())
        title = " ".join(self.title.value.split())
        if not title:
            raise WordingError("Give the new concept a title: what it is that these words name.")
        name = name_concept_by(title)
        if name in self.study.concepts:
            raise WordingError(
                f"There is a concept {name!r} already: give another title, or add to it above."
            )
        made = {label: Variant(match=phrases) for label, phrases in variants.items()}
        self._try_concept(name, Concept(title=title, variants=made))
        file = add_variants(self.study, name, variants, title=title)
        self._reopen(name)
        number = format_count(len(variants), "variant")
        self.say(f"“{title}” is a concept with {number} in {file.name}.", note=self.keep_note)

    def save(self) -> None:
        """Make a page of what is shown, and add it to the study's reports."""
        planned, page = plan_report(self.study, **self._collect_parameters())
        self.say(f"Making {page} ...", note=self.saved)
        pages = runner.make_reports([planned], only=page, reports=self.reports)
        made = next(one for one in pages if one.page == page)
        if not made.is_good:
            raise WordingError(
                f"The page could not be made, so study.yml stays as it is: {made.reason}"
            )
        append_report(self.study, planned)
        self.study = planned
        place = f"{self.reports / self.study.name / page}.html"
        self.say(f"Saved in study.yml; the page is {place}", note=self.saved)

    def export(self) -> None:
        """Write the lines that are listed, as far as the study may show them, into a CSV file."""
        if self.study.why_no_text:
            raise WordingError(self.study.why_no_text)
        if not self.concordance:
            raise WordingError("There are no lines to save.")
        file = Path.cwd() / f"lines-{slugify(self.study.name)}-{slugify(self.name)}.csv"
        lines = shorten_lines(self.concordance.lines(), self.study.width)
        save_table(lines, file)
        self.say(f"{format_count(len(lines), 'line')} saved in {file}.", note=self.export_note)

    def _require_phrases(self) -> list[str]:
        """Return the rivals that are typed, which are not in concepts.yml."""
        phrases = [term.strip() for term in self.asked.split(";") if term.strip()]
        if not phrases:
            raise WordingError("Type a pattern and look at its lines before adding it.")
        for phrase in phrases:
            name, record = resolve_term(self.study, phrase)
            if record != Variant(match=[phrase]):
                raise WordingError(f"{name!r} is in concepts.yml already: add phrases only.")
        return phrases

    def _try_concept(self, name: str, record: Concept) -> None:
        """Count a concept as it would be."""
        try:
            count_study_hits(self.study.with_concept(name, record), [name])
        except WordingError as error:
            raise WordingError(f"Nothing was written: {error}") from None

    def _reopen(self, concept: str) -> None:
        self.variant.value = self.title.value = ""
        self._open(read_study(self.study.folder), concept=concept)

    @property
    def asked(self) -> str:
        """The pattern with its rivals; a panel has the fields."""
        raise NotImplementedError

    def _open(self, study: StudyRecord, **choices: Any) -> None:
        raise NotImplementedError

    def _collect_parameters(self) -> dict[str, Any]:
        raise NotImplementedError


def label_phrases(phrases: list[str]) -> dict[str, list[str]]:
    """Return phrases by the names of the variants that they become.

    >>> label_phrases(["coup", "uprising"])
    {'coup': ['coup'], 'uprising': ['uprising']}
    """
    variants: dict[str, list[str]] = {}
    for phrase in dict.fromkeys(phrases):
        variants[make_label(phrase, variants)] = [phrase]
    return variants


def extend_concept(record: Concept, variants: dict[str, list[str]]) -> Concept:
    """Return the concept with phrases more, in variants that it has or gets."""
    extended = dict(record.variants)
    for name, phrases in variants.items():
        if name in extended and isinstance(extended[name].match, dict):
            raise WordingError(
                f"The variant {name!r} has phrases by language: write {join_names(phrases)} below "
                "the right language in concepts.yml."
            )
        match = [*extended[name].phrases, *phrases] if name in extended else phrases
        update = {"match": list(dict.fromkeys(match))}
        extended[name] = (
            extended[name].model_copy(update=update) if name in extended else Variant(match=match)
        )
    return record.model_copy(update={"variants": extended})


def name_concept_by(title: str) -> str:
    """Return the name of a concept with this title: lower case, hyphens.

    Raises
    ------
    WordingError
        For a title without a Latin letter or a number.

    >>> name_concept_by("Towns & cités lost")
    'towns-cites-lost'
    """
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    name = "-".join(re.findall(r"[a-z0-9]+", plain))
    if not name:
        raise WordingError(
            f"{title!r} has no letter from a to z, which the concept's name is made of: write the "
            "concept into concepts.yml by hand."
        )
    return name
