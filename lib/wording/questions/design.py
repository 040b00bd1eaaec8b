"""What is asked of a study, how its articles are drawn, and what was counted for it, as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.counts import count_study_hits, order_outlets, select_concepts
from wording.settings import OTHER_OUTLETS, VOICE_GROUPS, one_of
from wording.study.records import StudyRecord


@dataclass(frozen=True)
class Design:
    """Which outlets are compared, and how the intervals come about.

    Attributes
    ----------
    outlets : sequence of str, optional
        The outlets to compare, in this order; without it all, by name.
    draws : int
        How often whole articles are drawn.
    seed : int
        What the random numbers start from, 0 or more.
    level : float
        Of the intervals, 0 to 1.
    """

    outlets: Sequence[str] | None = None
    draws: int = 999
    seed: int = 1
    level: float = 0.95

    @classmethod
    def of(cls, study: StudyRecord, articles: pd.DataFrame) -> Design:
        """Return a study's own design: outlets of the articles in its order, its draws, seed."""
        return cls(order_outlets(study, articles), study.draws, study.seed)

    def list_outlets(self, articles: pd.DataFrame) -> list[str]:
        """Return the outlets to compare: those of the design, else all of the articles, by name."""
        if self.outlets is None:
            return sorted(articles["outlet"].dropna().unique())
        return list(dict.fromkeys(self.outlets))

    def list_single_outlets(self, articles: pd.DataFrame) -> list[str]:
        """Return the outlets (or groups) to compare, without the other outlets together."""
        return [name for name in self.list_outlets(articles) if name != OTHER_OUTLETS]


@dataclass(frozen=True)
class Request:
    """What is asked of a study.

    Attributes
    ----------
    concepts : sequence of str, optional
        Their names in the study; without it all.
    voice : str
        Whose words count, a name in `settings.VOICE_GROUPS`.
    copies : str
        Which copies count, a name in `settings.COPY_RULES`.
    against : str
        What an outlet is compared with: "rest", "pairs" or, for keyness, the name of an outlet.
    """

    concepts: Sequence[str] | None = None
    voice: str = "outlet"
    copies: str = "all"
    against: str = "rest"


@dataclass(frozen=True)
class Compared:
    """What was counted of a study for a request: made once, and handed down.

    Attributes
    ----------
    study : StudyRecord
    request : Request
    articles : pandas.DataFrame
        The articles compared, without the copies that do not count. Where outlets are compared in
        groups, `outlet` is the group, and `member` the outlet.
    counts : pandas.DataFrame
        The hits of the concepts in them, in all voices.
    design : Design
        The study's own.
    """

    study: StudyRecord
    request: Request
    articles: pd.DataFrame
    counts: pd.DataFrame
    design: Design

    @property
    def spoken(self) -> pd.DataFrame:
        """The counts in the voice asked for."""
        return self.counts[self.counts["voice"].isin(VOICE_GROUPS[self.request.voice])]

    @property
    def searched(self) -> pd.DataFrame:
        """The articles with the words (n_words) in which hits are counted, for rates.

        Where copies are left out, so is copied text in articles that are none; how much of it is in
        the lead is not known, so there are no rates then.
        """
        articles, place = self.articles, self.study.place
        if place == "text" and self.request.copies != "none":
            return articles
        n_words = articles["n_words"]
        if self.request.copies == "none":
            n_words = n_words - articles["n_copied"]
            if place in ("lead", "body"):
                return articles.assign(n_words=np.nan)
        by_place = {
            "text": n_words,
            "headline": articles["n_headline"],
            "lead": articles["n_lead"],
            "body": n_words - articles["n_lead"],
            "all": n_words + articles["n_headline"],
        }
        return articles.assign(n_words=by_place[place])

    @property
    def variants(self) -> dict[str, list[str]]:
        """The variants of each concept asked for, in the study's order."""
        concepts = select_concepts(self.study, self.request.concepts)
        return {name: list(concept.variants) for name, concept in concepts.items()}


DEFAULT_DESIGN = Design()
DEFAULT_REQUEST = Request()


def compare_articles(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> Compared:
    """Return what was counted of a study for a request.

    Raises
    ------
    WordingError
        For an unknown concept, voice or way of counting copies, with the nearest name.
    """
    one_of("voice", request.voice, VOICE_GROUPS)
    counted = count_study_hits(study, request.concepts, copies=request.copies)
    design = Design.of(study, counted.articles)
    return Compared(study, request, counted.articles, counted.counts, design)
