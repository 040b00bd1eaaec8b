"""What else a thing is called."""

from __future__ import annotations

from functools import partial

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import name_groups
from wording.corpus.counts import count_study_hits, describe_article_languages
from wording.questions.discovery import findings, proposals
from wording.questions.discovery.proposals import Proposals, propose_rivals
from wording.show.figures import plot_forest
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

NOTHING = "There is nothing to show here."
SHOWN_RIVALS = ("rank", "rival", "score", "slot", "company", "topic", "n_articles")
SHOWN_SETS = ("set", "term", "rival", "score", "similarity", "divergence", "n_articles")
SHOWN_USED = ("variant", "outlet", "n", "total", "n_articles", "share", "low", "high", "q")


def answer_rivals(record: StudyRecord, term: str, *, top: int, sets: int, copies: str) -> Answer:
    """Answer which phrases may name the same thing."""
    found = propose_rivals(record, term=term, top=top, sets=sets, copies=copies)
    return Answer(
        record,
        "proposals",
        "rivals" if term else "candidates",
        found.table,
        "One row per proposal, the most likely first.",
        columns=SHOWN_RIVALS if term else SHOWN_SETS,
        tell=lambda: [
            *name_groups(record, findings.sentences(found)),
            *describe_article_languages(
                record, count_study_hits(record, [], copies=copies).articles
            ),
        ],
        headline=findings.headline(found),
        evidence=Evidence(
            lambda: found.lines,
            "The hits of each phrase at each outlet in the table.",
            empty=NOTHING,
        ),
        parts={
            "used": partial(answer_used, record, found),
            "verdicts": partial(answer_verdicts, record, found),
        },
        empty=NOTHING,
        summary=f"{len(found.table):,} proposals, {len(found.lines):,} lines behind them, "
        f"{len(found.judged):,} pairs judged before",
    )


def answer_used(record: StudyRecord, found: Proposals) -> Answer:
    """Answer which outlet uses which phrase."""
    no_figure = "" if found.term else "Sets of rivals are compared in the table."
    return Answer(
        record,
        "used",
        "used",
        found.used,
        "One row per phrase and outlet.",
        columns=SHOWN_USED if found.term else ("concept", *SHOWN_USED),
        links={} if found.used.empty else {"n": with_lines(found.used)["lines"]},
        picture=Picture(
            f"Share of each rival in its hits and those of “{found.term}”: the four most likely",
            findings.describe(found) if found.term and not found.why_none else "",
            lambda linked: plot_forest(proposals.select_plotted_rivals(found), links=linked),
            why_not=NOTHING if found.why_none else no_figure,
        ),
        empty=NOTHING,
    )


def answer_verdicts(record: StudyRecord, found: Proposals) -> Answer:
    """Answer what was judged before."""
    return Answer(
        record,
        "verdicts",
        "verdicts",
        found.judged,
        "One row per pair that was judged, with the latest verdict on it.",
        columns=("term", "rival", "verdict", "who", "date"),
        empty="No pair was judged yet.",
    )
