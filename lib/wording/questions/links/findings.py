"""What the links of a study say, in sentences with numbers."""

from __future__ import annotations

from wording.corpus.marks.stories.candidates import MAX_DAYS_APART
from wording.corpus.marks.stories.links import MIN_LINK_SCORE
from wording.phrasing import format_count, format_interval, format_percent
from wording.questions.links.links import StudyLinks
from wording.stats.resampling import share_interval


def sentences(found: StudyLinks) -> list[str]:
    """Return how many articles are linked, why others are not, and how many links are right."""
    return [
        *_describe_links(found),
        *_describe_undated(found),
        _describe_estimate(found),
        _describe_reading(found),
    ]


def _describe_links(found: StudyLinks) -> list[str]:
    if not found.n_linked:
        return [
            f"No two of the {format_count(found.n_articles, 'article')} are of different outlets, "
            f"at most {MAX_DAYS_APART} days apart, and alike enough to tell of one event."
        ]
    return [
        f"{found.n_linked:,} of {format_count(found.n_articles, 'article')} tell of the same event "
        f"as an article of another outlet: {format_count(len(found.table), 'pair')}. A running "
        "story links many articles; a pair is no group."
    ]


def _describe_undated(found: StudyLinks) -> list[str]:
    if not found.n_undated:
        return []
    have = "has" if found.n_undated == 1 else "have"
    return [
        f"{format_count(found.n_undated, 'article')} {have} no date, and so no links: only "
        f"articles at most {MAX_DAYS_APART} days apart are compared."
    ]


def _describe_estimate(found: StudyLinks) -> str:
    told = (
        "Pairs are estimated from how alike titles and beginnings are; from a score of "
        f"{format_percent(MIN_LINK_SCORE)} they are shown."
    )
    if found.language == "en":
        return f"{told} The weights were estimated from US news: elsewhere, read some pairs."
    return (
        f"{told} The weights were estimated from English news: for other languages nobody has "
        "measured how many are right, so read some pairs."
    )


def _describe_reading(found: StudyLinks) -> str:
    if not found.n_read:
        return "Nobody has read any of these pairs yet, so it is not known how many are right."
    share = found.n_right / found.n_read
    low, high = share_interval(share, found.n_read)
    return (
        f"Of {format_count(found.n_read, 'link')} read, {found.n_right:,} were right "
        f"({format_percent(share)}, {format_interval(float(low), float(high))}); those that were "
        "not are left out."
    )
