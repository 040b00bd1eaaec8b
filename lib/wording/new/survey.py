"""A first look at somebody's articles, before a study is made of them.

How many there are, in which language, what is suspicious, and which concepts occur. It is a look
at the words alone: no voice, no copies, no boilerplate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.encoding.decoding import decode_texts
from wording.corpus.encoding.matching import find_concept_spans
from wording.corpus.encoding.shard import Shard, encode_texts
from wording.corpus.marks.likeness import describe_language
from wording.corpus.reading.articles import read_first_articles
from wording.corpus.reading.languages import count_languages
from wording.corpus.reading.suspicious import (
    describe_short_texts,
    describe_signs,
    describe_stubs,
    find_signs,
    find_stubs,
    list_signs,
)
from wording.errors import WordingError
from wording.languages import name_language
from wording.phrasing import format_count, join_names
from wording.progress import begin_stage
from wording.study.library import LibraryConcept
from wording.study.records import Concept

MAX_TEXTS_READ, MAX_TEXTS_COUNTED = 20_000, 4_000
"""The first texts that are read, and those of them, evenly spaced, in which words are counted."""

MIN_HITS, MIN_OUTLETS, MIN_VARIANTS = 5, 2, 2
"""A concept is worth pages with so many hits at so many outlets, and of so many variants."""

MAX_VARIANTS_NAMED = 4


@dataclass(frozen=True)
class Survey:
    """What was seen at the first look.

    Attributes
    ----------
    texts : pl.DataFrame
        The articles in which words are counted, as they were read.
    n_read : int
        How many were read.
    is_whole : bool
        Whether these are all there are.
    n_outlets : int
        How many outlets these come from.
    suspicious : list of str
        What is not clean, in sentences.
    languages : dict
        How many texts of a sample are in which language (ISO 639-1), the most first.
    shard : Shard
        `texts`, encoded.
    """

    texts: pl.DataFrame
    n_read: int
    is_whole: bool
    n_outlets: int
    suspicious: list[str]
    languages: dict[str, int]
    shard: Shard

    @property
    def language(self) -> str:
        """The language that most texts are in; English where none is sure."""
        return next(iter(self.languages), "en")


def survey_articles(path: Path) -> Survey:
    """Return what is seen in the first articles at the path.

    Raises
    ------
    WordingError
        If none can be read.
    """
    begin_stage("reading the articles")
    texts, is_whole = read_first_articles(path, MAX_TEXTS_READ)
    if texts.is_empty():
        raise WordingError("no article could be read; `wording check` says why, once it is made.")
    stubs = find_stubs(texts["text"])
    begin_stage("recognising the language")
    whole = texts.filter(stubs.is_null())
    languages = count_languages((whole if whole.height else texts)["text"])
    counted = texts.gather_every(-(-texts.height // MAX_TEXTS_COUNTED))
    begin_stage("reading the words")
    return Survey(
        texts=counted,
        n_read=texts.height,
        is_whole=is_whole,
        n_outlets=texts["outlet"].n_unique(),
        suspicious=describe_suspicious(texts, stubs),
        languages=languages,
        shard=encode_texts(counted["text"], next(iter(languages), "en")),
    )


def describe_suspicious(texts: pl.DataFrame, stubs: pl.Series) -> list[str]:
    """Return what is not clean in the texts, in sentences."""
    signs = find_signs(
        texts["text"], lambda rows: decode_texts(texts["text"].gather(rows), frozenset)[0]
    )
    found = texts.with_columns(sign=stubs).filter(pl.col("sign").is_not_null())
    n_words = texts["text"].str.count_matches(r"\w+").alias("n")
    return [
        *describe_stubs(found, texts["outlet"], are_kept=False),
        *describe_signs(list_signs(texts.with_columns(signs)), texts["outlet"]),
        *describe_short_texts(texts.with_columns(n_words)),
    ]


def count_survey_hits(
    survey: Survey, concepts: Mapping[str, Concept], lists: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Return how often each variant occurs at each outlet: concept, variant, outlet, n.

    Raises
    ------
    WordingError
        If two variants match the very same words.
    """
    outlets, tables = survey.texts["outlet"].to_numpy(), []
    for name, concept in concepts.items():
        spans, which = find_concept_spans(survey.shard, name, concept, lists)
        rows = {
            "variant": np.array(list(concept.variants), dtype=object)[which],
            "outlet": outlets[survey.shard.article(spans.start)],
        }
        tables.append(pd.DataFrame(rows).value_counts().reset_index(name="n").assign(concept=name))
    columns = ["concept", "variant", "outlet", "n"]
    return pd.concat([pd.DataFrame(columns=columns), *tables])[columns].astype({"n": int})


def summarise_concepts(survey: Survey, entries: Sequence[LibraryConcept]) -> pd.DataFrame:
    """Return one row per concept of the library, those with the most hits first.

    Returns
    -------
    DataFrame
        file, concept, title, n, n_outlets (with MIN_HITS), variants (in words), and why_not: why it
        is not worth pages of its own; empty if it is.
    """
    begin_stage(f"counting {len(entries)} concepts of the library")
    rows = [summarise_concept(survey, entry) for entry in entries]
    columns = ["file", "concept", "title", "n", "n_outlets", "variants", "why_not"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["n", "concept"], ascending=[False, True], ignore_index=True
    )


def summarise_concept(survey: Survey, entry: LibraryConcept) -> dict[str, object]:
    """Return the row of a concept: its hits, and why it is not worth pages, if so."""
    row = {"file": entry.file, "concept": entry.name, "title": entry.concept.title}
    try:
        hits = count_survey_hits(survey, {entry.name: entry.concept}, entry.lists)
    except WordingError as fault:
        return row | {"n": 0, "n_outlets": 0, "variants": "", "why_not": str(fault)}
    by_outlet = hits.groupby("outlet")["n"].sum()
    by_variant = hits.groupby("variant")["n"].sum().sort_values(ascending=False, kind="stable")
    n_outlets, n_variants = int((by_outlet >= MIN_HITS).sum()), int((by_variant >= MIN_HITS).sum())
    reasons = {
        "none occurs": hits.empty,
        f"fewer than {MIN_HITS} hits at each of {MIN_OUTLETS} outlets": n_outlets
        < min(MIN_OUTLETS, survey.n_outlets),
        f"only one way of naming it occurs {MIN_HITS} times": n_variants < MIN_VARIANTS,
    }
    return row | {
        "n": int(hits["n"].sum()),
        "n_outlets": n_outlets,
        "variants": format_variant_hits(by_variant),
        "why_not": next((reason for reason, holds in reasons.items() if holds), ""),
    }


def format_variant_hits(by_variant: pd.Series) -> str:
    """Return variants with their hits, the most frequent first, as a list in words."""
    texts = [f"{variant} {n:,}" for variant, n in by_variant.items()]
    return join_names(texts, top=MAX_VARIANTS_NAMED, rest="more variant")


def describe_survey(survey: Survey) -> list[str]:
    """Return what was recognised, in sentences."""
    looked_at = format_count(survey.n_read, "article")
    size = f"{'' if survey.is_whole else 'the first '}{looked_at} of "
    size += format_count(survey.n_outlets, "outlet")
    sentences = [f"Read: {size}.", *describe_recognised_languages(survey.languages)]
    if survey.texts.height < survey.n_read:
        sentences.append(
            f"Words are counted in {survey.texts.height:,} of them, evenly spaced; the pages count "
            "all articles."
        )
    return [*sentences, *survey.suspicious]


def describe_recognised_languages(languages: Mapping[str, int]) -> list[str]:
    """Return in sentences which language was recognised, and what the suite lacks for it."""
    if not languages:
        return ["Their language is not sure, so `language: en` (English) was written: check it."]
    code, *others = languages
    total = sum(languages.values())
    sentences = [f"They are in {name_language(code)} (`language: {code}`)."]
    if others:
        names = join_names([name_language(other) for other in others], top=3)
        n_others = total - languages[code]
        verb = "is" if n_others == 1 else "are"
        sentences.append(
            f"{n_others} of {format_count(total, 'text')} looked at {verb} in "
            f"another language ({names}): such articles are set apart when they are read."
        )
    if code != "en":
        sentences += describe_language(code)
    return sentences
