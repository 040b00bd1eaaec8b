"""How a study's articles were read and counted, in sentences with the study's own numbers."""

from __future__ import annotations

import pandas as pd

from wording.corpus.counts import describe_study_units
from wording.corpus.inventory import count_stubs_apart, read_rejects
from wording.corpus.marks.likeness import describe_study_texts
from wording.corpus.units import select_own_outlets
from wording.phrasing import format_count, format_percent
from wording.questions.design import Compared
from wording.questions.reporting import PLACE_SENTENCES, VOICE_PHRASES
from wording.questions.shares.copies import describe_copies
from wording.study.records import StudyRecord
from wording.tables import TABLES


def describe_method(
    compared: Compared, all_articles: pd.DataFrame, overview: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return how articles were read, how voice, copies and senses are handled, and what is tested.

    Parameters
    ----------
    compared : Compared
    all_articles : pandas.DataFrame
        Those compared, with the copies that do not count.
    overview : pandas.DataFrame, optional
        The table `overview`; without it nothing is tested.

    Returns
    -------
    pandas.DataFrame
        The table `overview_method`: one row per topic.
    """
    study, request = compared.study, compared.request
    voice = "all" if overview is None else request.voice
    fit = describe_study_texts(all_articles, study.counted_languages) if voice != "all" else []
    said = {
        "Articles": _describe_articles(study, all_articles),
        "Outlets": describe_study_units(study),
        "Place": [PLACE_SENTENCES[study.place]],
        "Voice": [*_describe_voice(all_articles, voice), *fit],
        "Boilerplate": _describe_boilerplate(all_articles),
        "Copies": describe_copies(all_articles, request.copies),
        "Senses": _describe_senses(compared),
        "Tests": ["So few documents show only what they say: nothing is tested."]
        if overview is None
        else _describe_tests(compared, overview),
        "Note": [study.note],
    }
    rows = [(topic, text) for topic, texts in said.items() if (text := " ".join(texts))]
    return pd.DataFrame(rows, columns=list(TABLES["overview_method"]))


def _describe_tests(compared: Compared, overview: pd.DataFrame) -> list[str]:
    """Return how the intervals and the q of the matrix come about."""
    n_tested = format_count(int(overview["q"].notna().sum()), "tested cell")
    return [
        "Of each concept one term is compared, the one that all outlets together write most, and "
        "each outlet with all the others together.",
        f"Intervals and tests come from drawing whole articles, near-duplicates together, "
        f"{compared.design.draws:,} times, because words cluster in articles.",
        "q is the expected share of false positives among differences with a q this small "
        f"(Benjamini-Hochberg), here over all {n_tested} of the matrix. The page of a concept has "
        "the same numbers, but a q over its own tests alone.",
    ]


def _describe_articles(study: StudyRecord, articles: pd.DataFrame) -> list[str]:
    """Return how many articles are compared, from when, and how many could not be read."""
    dates = articles["date"].dropna()
    days = f" from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else ""
    outlets = format_count(select_own_outlets(articles).nunique(), "outlet")
    n_words = int(articles["n_words"].sum())
    sentences = [
        f"{format_count(len(articles), 'article')} of {outlets}{days} are compared, "
        f"{n_words:,} words."
    ]
    if not study.has_articles:
        return [*sentences, "They are known here by the counts made from them, without their text."]
    n_rejected, n_stubs = len(read_rejects(study)), count_stubs_apart(study)
    sentences.append(
        f"{format_count(n_rejected, 'file or row', 'files or rows')} could not be read, and "
        f"{format_count(n_stubs, 'text is', 'texts are')} set apart as no articles (cut off, "
        "removed, error pages)."
        if n_rejected or n_stubs
        else "All could be read."
    )
    return sentences


def _describe_voice(articles: pd.DataFrame, voice: str) -> list[str]:
    """Return whose words count, and how much of the text is not the outlets' own."""
    n_words = articles["n_words"].sum()
    if not n_words:
        return []
    quoted, reported = (
        format_percent(articles[name].sum() / n_words) for name in ("n_quoted", "n_reported")
    )
    counted = VOICE_PHRASES.get(voice, " in all voices")
    return [
        f"Counted are hits{counted}. {quoted} of the words stand in quotation marks, and another "
        f"{reported} are attributed to somebody without them, which is estimated from cue words."
    ]


def _describe_boilerplate(articles: pd.DataFrame) -> list[str]:
    """Return how much of the text is boilerplate."""
    n_boilerplate = articles["n_boilerplate"].sum()
    n_words = articles["n_words"].sum() + n_boilerplate
    if not n_words:
        return []
    share = format_percent(n_boilerplate / n_words)
    return [
        f"Credits, captions, links to other articles and the like ({share} of all words) are not "
        "counted."
    ]


def _describe_senses(compared: Compared) -> list[str]:
    """Return how many terms count only in a sense, and what was read to see whether they do."""
    variants = [
        compared.study.concepts[concept].variants[name]
        for concept, names in compared.variants.items()
        for name in names
    ]
    if not variants:
        return []
    conditional = [one for one in variants if one.near or one.not_near or one.not_]
    said = [
        f"{len(conditional):,} of {format_count(len(variants), 'term')} count only where other "
        "words stand near, or do not, or outside certain phrases, to leave out other senses."
    ]
    read = [one.precision.split("/") for one in variants if one.precision]
    n_read = sum(int(n) for _, n in read)
    if n_read:
        n_right = sum(int(n) for n, _ in read)
        said.append(
            f"Of {len(read):,} terms lines were read elsewhere: {n_right:,} of {n_read:,} had the "
            "sense meant."
        )
    return said
