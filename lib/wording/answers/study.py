"""A study to ask: one method for each question, each of which gives an answer."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from wording.answers.agency import answer_agency
from wording.answers.answer import Answer
from wording.answers.naming import answer_naming
from wording.answers.narrow import name_concept, narrow_study, parse_day
from wording.answers.overview import answer_overview
from wording.answers.provenance import collect_provenance
from wording.answers.questions import (
    coding,
    collocates,
    events,
    headlines,
    inventory,
    keyness,
    kwic,
    links,
    outlets,
    rivals,
    shares,
    timeline,
    voices,
)
from wording.corpus.acts import ACT_PLACES
from wording.corpus.counts import keep_one_language
from wording.corpus.reading.articles import read_first_articles
from wording.corpus.reading.languages import MAX_RECOGNISED_TEXTS, recognise_language
from wording.errors import WordingError
from wording.languages import GRAMMAR_LANGUAGES
from wording.questions.coding.sample import choose_started_concept
from wording.questions.design import Request
from wording.questions.keyness.keyness import TermSelection
from wording.settings import COPY_RULES, VOICE_GROUPS, one_of
from wording.show import html
from wording.study.read import list_taken_concepts, read_concepts, read_study
from wording.study.records import Articles, StudyRecord


class Study:
    """A study to ask.

    Parameters
    ----------
    record : StudyRecord
        What study.yml and concepts.yml say.
    voice : {"outlet", "quoted", "reported", "attributed", "all"}
        Whose words count unless a question says otherwise.
    copies : {"all", "one", "none"}
        Which copies count: all articles; one of each family and outlet; only the first of a family,
        and in it no passage that an earlier article has.
    events : {"all", "shared"}
        Which articles count: all; only those that have a linked article, on the same event, at
        another outlet. Empty: as the record says.
    place : {"text", "headline", "lead", "body", "all"}
        Where in the articles is counted: text is lead (first paragraph) and body.

    Raises
    ------
    WordingError
        For an unknown voice, way of counting copies or events, or place.
    """

    def __init__(
        self,
        record: StudyRecord,
        *,
        voice: str = "outlet",
        copies: str = "all",
        events: str = "",
        place: str = "",
    ) -> None:
        self.record = record.narrow(place=place).with_events(events or record.event_rule)
        self.voice = one_of("voice", voice, VOICE_GROUPS)
        self.copies = one_of("way of counting copies", copies, COPY_RULES)

    def __repr__(self) -> str:
        return (
            f"Study({self.record.name!r}: {len(self.record.concepts)} concepts, "
            f"voice={self.voice!r}, copies={self.copies!r}, events={self.record.event_rule!r}, "
            f"place={self.place!r})"
        )

    @property
    def place(self) -> str:
        """Where in the articles is counted."""
        return self.record.place

    def using(
        self,
        *,
        outlets: Sequence[str] = (),
        period: tuple[str, str] = ("", ""),
        voice: str = "",
        copies: str = "",
        groups: str | Mapping[str, Sequence[str]] | None = None,
        events: str = "",
        place: str = "",
        language: str = "",
    ) -> Study:
        """Return the same study with other settings.

        Parameters
        ----------
        outlets : sequence of str
            Only these outlets or groups; empty: those that the study compares.
        period : (str, str)
            First and last day, month or year, both included, such as ("2031-01", "2031-06-15");
            empty: no limit.
        voice, copies, events, place : str
            As in `Study`; empty: as before.
        groups : str or mapping, optional
            What is compared instead of outlets: a column of the articles, or the outlets of each
            group, such as {"left": ["A", "B"], "right": ["C"]}; without it the study's own.
        language : str
            Only the articles in this one of the study's languages; empty: as before.

        Raises
        ------
        WordingError
            For an outlet in two groups, a group without outlets, or a language that the study has
            not.
        """
        first, last = parse_day(period[0]), parse_day(period[1], last=True)
        record = self.record.narrow(
            outlets=outlets, first=first, last=last, groups=groups, place=place
        )
        if language:
            record = record.in_language(language)
        return Study(record, voice=voice or self.voice, copies=copies or self.copies, events=events)

    def within_language(self, among: Collection[str] = ()) -> Study:
        """Return the study in one language: what compares words stays within one.

        Of several languages it is the one with the most articles, unless `using` chose.

        Parameters
        ----------
        among : collection of str
            Languages to prefer.
        """
        return Study(
            keep_one_language(self.record, among=among), voice=self.voice, copies=self.copies
        )

    def concepts(self) -> Answer:
        """Return the concepts of the study: one row per variant: phrases, precision, note."""
        return inventory.answer_concepts(self.record)

    def articles(self) -> Answer:
        """Return the compared articles: one row per article, without its text."""
        return inventory.answer_articles(self.record, self.copies)

    def inventory(self) -> Answer:
        """Return what was read: one row per outlet; parts: months, variants, warnings, rejects."""
        return inventory.answer_inventory(self.record)

    def overview(self) -> Answer:
        """Return the study at a glance: how often each outlet chooses each concept's leading term.

        One row per concept and outlet; of a few articles instead the words themselves, one row per
        article, word and voice. Parts: left_out (concepts that are not compared, and why), method,
        codebook.
        """
        return answer_overview(self.record, self._request())

    def shares(
        self, what: str = "", *, pattern: str = "", voice: str = "", place: str = ""
    ) -> Answer:
        """Return which term each outlet chooses, and how sure that is.

        One row per variant and outlet; parts: contrasts, choices (whether the clearest difference
        holds however one counts), beside (the other voice), copies, terms (their phrases), phrases
        (how often each matches).

        Parameters
        ----------
        what : str
            A concept by its name, or a pattern such as "coup; protest*"; empty: the study's first
            concept.
        pattern : str
            Instead of `what`: a pattern, in which a word that is a concept's name is a word.
        voice, place : str
            Whose words count, and where in the articles; empty: as in the study.

        Raises
        ------
        WordingError
            For an unknown concept, voice or place, or a pattern that cannot be read or counted.
        """
        asked = self.using(place=place)._ask(what, pattern)
        return shares.answer_shares(*asked, self._request(voice=voice or self.voice))

    def headlines(self, what: str = "") -> Answer:
        """Return which term stands in headlines, and which in the text of the same articles.

        One row per variant and outlet, all outlets together first: articles that name the thing in
        both are compared with themselves.

        Parameters
        ----------
        what : str
            A concept or a pattern; empty: the study's first concept.
        """
        return headlines.answer_headlines(*self._ask(what), self._request())

    def voices(self, *, top: int = 5, linked: int = 12) -> Answer:
        """Return how much of each outlet's text is quoted or reported.

        One row per outlet and voice; parts: own_voice, stances, cues, speakers, attributions.

        Parameters
        ----------
        top : int
            Number of speakers per outlet.
        linked : int
            Number of rows of `own_voice`, the surest first, whose counts lead to their lines.
        """
        return voices.answer_voices(self.record, self.copies, top=top, linked=linked)

    def keyness(
        self,
        *,
        against: str = "rest",
        max_words: int = 3,
        min_outlets: int = 1,
        function_words: bool = False,
        top: int = 5,
    ) -> Answer:
        """Return the words and phrases that each outlet uses more than the others.

        One row per outlet and term; parts: differences (all that differ, also less), copies.

        Parameters
        ----------
        against : str
            "rest" (all other outlets together), or the name of an outlet.
        max_words : int
            Words of the longest phrases.
        min_outlets : int
            Outlets that must use a term.
        function_words : bool
            Whether terms that begin or end with a function word are tested too.
        top : int
            Number of terms per outlet.
        """
        selection = TermSelection(
            max_words=max_words, min_outlets=min_outlets, function_words=function_words
        )
        request = self._request(against=against)
        return keyness.answer_keyness(self.within_language().record, request, selection, top)

    def collocates(self, what: str = "", *, span: int = 5) -> Answer:
        """Return the words that stand near each variant.

        One row per variant and collocate; parts: by_outlet, contrasts, typical, copies.

        Parameters
        ----------
        what : str
            A concept or a pattern; empty: the study's first concept.
        span : int
            Words on each side of a hit that count as near.
        """
        asked = self.within_language()._ask(what)
        return collocates.answer_collocates(*asked, self._request(), span)

    def timeline(self, what: str = "", *, variant: str = "", period: str = "auto") -> Answer:
        """Return when each outlet's choice changed.

        One row per outlet, change and variant; parts: periods, change_order, change_tests.

        Parameters
        ----------
        what : str
            A concept or a pattern; empty: the study's first concept.
        variant : str
            The variant whose share is tested and drawn; empty: the choice among all is tested, and
            the variant that changed most is drawn.
        period : {"auto", "day", "week", "month", "quarter", "year"}
            Length of a period; auto: the shortest with some articles in it.
        """
        return timeline.answer_timeline(
            *self._ask(what), self._request(), variant=variant, period=period
        )

    def outlets(self, basis: str = "choice", *, max_words: int = 2) -> Answer:
        """Return how far outlets lie apart.

        One row per pair of outlets; parts: map, tree, heat, drivers, recognition, confusions.

        Parameters
        ----------
        basis : {"choice", "words"}
            By the choice of terms for the study's concepts, or by all words and phrases.
        max_words : int
            Words of the longest phrases, for "words".
        """
        asked = self.within_language() if basis == "words" else self
        return outlets.answer_outlets(asked.record, self._request(), basis, max_words)

    def events(self, what: str = "", *, top: int = 10) -> Answer:
        """Return what of the outlets' differences is covered, and what is how they word it.

        One row per variant and outlet: the difference in all, on shared events, and within events;
        parts: choices (whether the clearest difference holds however one counts), divided (events
        told most differently, with their lines), concepts (the same of all the study's concepts).

        Parameters
        ----------
        what : str
            A concept or a pattern; empty: the study's first concept.
        top : int
            Number of events told most differently.
        """
        return events.answer_events(*self.within_language()._ask(what), self._request(), top)

    def agency(self, what: str = "") -> Answer:
        """Return in which form each outlet tells of acts, and whether it names who did them.

        Acts are looked for in the text, its lead or its body, never in headlines. One row per form
        and outlet; parts: contrasts, agents (who is named on each side), patients (forms by whom it
        was done to), patient_contrasts (whether that makes a difference), events (differences on
        the same events), choices (whether the clearest difference holds however one counts).

        Parameters
        ----------
        what : str
            A concept that has `acts`; empty: the study's first such concept.
        """
        text = self if self.place in ACT_PLACES else self.using(place="text")
        text = text.within_language(GRAMMAR_LANGUAGES)
        acting = text.record.list_acting("concept")
        return answer_agency(*text._ask(what or next(iter(acting), "")), self._request())

    def naming(self, what: str = "", *, voice: str = "") -> Answer:
        """Return what stands with a name: labels, titles, what it does and what is done to it.

        Only the text is looked at, without headlines, by English grammar. One row per variant,
        relation and word; parts: contrasts, by_outlet.

        Parameters
        ----------
        what : str
            A concept or a pattern, such as "rebels; militants"; empty: the study's first concept.
        voice : str
            Whose words count; empty: as in the study.
        """
        asked = self.using(place="text").within_language(GRAMMAR_LANGUAGES)._ask(what)
        return answer_naming(*asked, self._request(voice=voice or self.voice))

    def rivals(self, term: str = "", *, top: int = 10, sets: int = 50) -> Answer:
        """Return phrases that may name the same thing, which a person must judge.

        They are looked for in the text, without headlines. One row per proposal; parts: used (who
        uses which), verdicts.

        Parameters
        ----------
        term : str
            Whose rivals are asked for; empty: sets of rivals, with nothing given to start from.
        top : int
            Number of rivals.
        sets : int
            Number of sets.
        """
        text = self.within_language().record.narrow(place="text")
        return rivals.answer_rivals(text, term, top=top, sets=sets, copies=self.copies)

    def links(self, *, to_read: int = 40) -> Answer:
        """Return the pairs of articles of different outlets that tell of one event.

        One row per pair; parts: to_read (a random sample for a person to judge).

        Parameters
        ----------
        to_read : int
            Number of pairs to read.
        """
        return links.answer_links(self.record, copies=self.copies, to_read=to_read)

    def coding(self, concept: str = "", *, size: int = 200) -> Answer:
        """Return how often a hit is what it seems, by the marks that coders set.

        The hits are those of the text, without headlines.
        One row per variant and outlet; parts: coders, agreement, outlets, precision, corrected,
        wrong, next.

        Parameters
        ----------
        concept : str
            A concept of the study; empty: the one with most marks, or the first.
        size : int
            Lines of the random sample to code.
        """
        chosen = concept or choose_started_concept(self.record)
        asked = self.using(place="text")._ask(chosen)
        return coding.answer_coding(*asked, size=size, voice=self.voice)

    def kwic(
        self,
        pattern: str = "",
        *,
        concept: str = "",
        sort: str = "left",
        voice: str = "all",
        place: str = "",
        top: int | None = None,
    ) -> Answer:
        """Return the lines of a pattern or a concept: one row per hit.

        Parameters
        ----------
        pattern : str
            A word, a phrase or a pattern; `=name` is a variant or concept of that name, and
            `concept/variant` the variant of one concept.
        concept : str
            Without a pattern: a concept; empty: the study's first.
        sort : {"left", "right", "node", "outlet", "date", "voice", "article"}
            Order of the lines.
        voice : str
            Whose words.
        place : str
            Where in the articles; empty: as in the study.
        top : int, optional
            Number of lines; None for all.
        """
        record, name = self.using(place=place)._ask(concept, pattern)
        return kwic.answer_kwic(record, name, sort=sort, top=top, voice=voice, copies=self.copies)

    def explore(self, pattern: str = "", **choices: Any) -> Any:
        """Return the panel for JupyterLab, in which concepts and patterns are looked at by hand.

        Parameters
        ----------
        pattern : str
            What is shown first; empty: the study's first concept, if it has one.
        choices :
            What else is chosen first, as in `wording.panel.Panel`.
        """
        panel = import_module("wording.panel")  # a room above this one, which needs ipywidgets
        settings = {"voice": self.voice, "copies": self.copies, **choices}
        return panel.Panel(self.record, pattern=pattern, **settings)

    def provenance(self, **parameters: Any) -> html.Display:
        """Return where a page comes from, to show: inputs, versions, seed, and the parameters."""
        return html.provenance(collect_provenance(self.record, parameters))

    def _request(self, **asked: Any) -> Request:
        """Return what is asked of the study, by its settings unless something else is asked."""
        return replace(Request(voice=self.voice, copies=self.copies), **asked)

    def _ask(self, what: str, pattern: str = "") -> tuple[StudyRecord, str]:
        """Return the study with the concept that is asked for, and the concept's name."""
        if pattern.strip():
            return narrow_study(self.record, pattern=pattern)
        return name_concept(self.record, what)


def open_study(place: str | Path, *, concepts: str | Path | None = None) -> Study:
    """Return a study to ask.

    Parameters
    ----------
    place : str or Path
        The folder of a study; or articles of any kind that can be read, such as "news.csv": then
        the study is in memory, and what is built from it goes when Python ends.
    concepts : str or Path, optional
        A concepts.yml, for articles.

    Raises
    ------
    WordingError
        Where there is nothing, or what study.yml or concepts.yml say is not right.
    """
    path = Path(place)
    if path.name == "study.yml" or (path / "study.yml").is_file():
        return Study(read_study(path))
    if not path.exists():
        raise WordingError(f"{place}: there is no such study, file or folder.")
    first, _ = read_first_articles(path, MAX_RECOGNISED_TEXTS)
    record = StudyRecord(
        title=path.stem,
        question=f"How do the sources in {path.name} word what they write about?",
        articles=Articles(path=str(path.resolve())),
        languages=[recognise_language(first["text"])],
    )
    folder = tempfile.TemporaryDirectory(prefix="wording-")
    record._folder = Path(folder.name) / path.stem
    record._folder.mkdir()
    if concepts is not None:
        record._concepts, record._lists = read_concepts(Path(concepts))
        record._taken = list_taken_concepts(Path(concepts), record.concepts)
    study = Study(record)
    _FOLDERS.append(folder)
    return study


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Folders of studies in memory, which go when Python ends."""
