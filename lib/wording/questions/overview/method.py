"""How a study's articles were read and counted, in sentences with the study's own numbers."""

from __future__ import annotations

import pandas as pd

from wording.corpus.inventory import count_stubs_apart, read_rejects
from wording.corpus.units import select_own_outlets
from wording.phrasing import format_count, format_percent
from wording.questions.design import Compared
from wording.questions.reporting import PLACE_SENTENCES, VOICE_PHRASES
from wording.questions.shares.copies import describe_copies
from wording.study.records import StudyRecord


def describe_method(compared: Compared, all_articles: pd.DataFrame) -> list[str]:
    """Return how articles were read, and how voice, copies, boilerplate and senses are handled.

    Parameters
    ----------
    compared : Compared
    all_articles : pandas.DataFrame
        Those compared, with the copies that do not count.
    """
    study, request = compared.study, compared.request
    return [
        *_describe_articles(study, all_articles),
        PLACE_SENTENCES[study.place],
        *_describe_voice(all_articles, request.voice),
        *_describe_boilerplate(all_articles),
        *describe_copies(all_articles, request.copies),
        *_describe_senses(compared),
    ]


def describe_tests(compared: Compared, overview: pd.DataFrame) -> list[str]:
    """Return how the intervals and the q of the matrix come about."""
    n_tested = int(overview["q"].notna().sum())
    return [
        f"Intervals and tests draw whole articles (near-duplicates together) "
        f"{compared.design.draws:,} times, since words cluster in articles.",
        "Of each concept one term is compared, the one that all outlets together write most; "
        "each outlet is compared with all the others together.",
        f"q is the expected share of false positives among differences with a q this small "
        f"(Benjamini-Hochberg), over all {format_count(n_tested, 'tested cell')} of the matrix; "
        "a page of one concept counts only its own tests, so q differs there, and nothing else.",
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
        f"Counted are hits{counted}: {quoted} of the words stand in quotation marks, and another "
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
