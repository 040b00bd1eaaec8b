"""Who speaks."""

from __future__ import annotations

from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.lines import find_hit_lines, gather_attributions, key_by, select_cue_lines
from wording.answers.narrow import name_groups
from wording.answers.tables import make_table
from wording.corpus.counts import count_study_hits, describe_study_units
from wording.corpus.lines import read_attribution_lines
from wording.corpus.marks.likeness import describe_study_texts
from wording.corpus.units import restore_outlets
from wording.questions.design import Request
from wording.questions.reporting import keep_stable_digits
from wording.questions.shares import findings as share_findings
from wording.questions.voices import findings as voice_findings
from wording.questions.voices import voices
from wording.questions.voices.voices import OTHER_CUES, OWN_WORDS
from wording.show.figures import plot_stacked_bars
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

VOICES_BY_COUNT = {
    "n": "all",
    "n_own": "outlet",
    "n_quoted": "quoted",
    "n_reported": "reported",
}
"""The voice that each column of counts counts."""
SHOWN_OWN_VOICE = (
    "concept", "variant", "outlet", *VOICES_BY_COUNT, "own_share", "low", "high",
    "own_share_rest", "q"
)  # fmt: skip


def describe_voice_fit(record: StudyRecord, request: Request) -> list[str]:
    """Return whether the texts are such that voices may be marked wrongly more often.

    Nothing where the words of all voices count alike.
    """
    if request.voice == "all":
        return []
    articles = restore_outlets(count_study_hits(record, [], copies=request.copies).articles)
    return describe_study_texts(articles, record.counted_languages)


def answer_voices(record: StudyRecord, copies: str, *, top: int, linked: int) -> Answer:
    """Answer how much of each outlet's text is not its own words."""
    table = make_table(record, "voices", copies=copies)
    attributions = make_table(record, "attributions", copies=copies)
    own = make_table(record, "own_voice", copies=copies)
    own = own.assign(surety=keep_stable_digits(own["q"])).sort_values(
        ["surety", "n"], ascending=[True, False], kind="stable"
    )
    own = own.drop(columns="surety")
    cues = make_table(record, "cues", copies=copies)
    stances = make_table(record, "stances", copies=copies)
    speakers = key_by(
        make_table(record, "speakers", copies=copies).groupby("outlet").head(top), by="speaker"
    )
    listed = {"cue": cues, "stance": stances, "speaker": speakers}
    attributed = find_attributed(record, copies, listed)
    parts = voices.reshape_voice_shares(table).sort_values(
        "variant", key=lambda names: names != OWN_WORDS, kind="stable"
    )
    return Answer(
        record,
        "voices",
        "voices",
        table,
        "One row per outlet and voice.",
        tell=lambda: [
            *name_groups(record, voice_findings.sentences(table, own)),
            *describe_study_units(record),
            *describe_voice_fit(record, Request(copies=copies)),
        ],
        headline=voice_findings.headline(table, own),
        picture=Picture(
            "Words by voice",
            voice_findings.describe(table),
            lambda linked: plot_stacked_bars(parts, category="outlet", part="variant"),
            why_not="" if len(table) else "No article is compared, so there is nothing to plot.",
        ),
        parts={
            "own_voice": partial(answer_all_own_voice, record, own, linked),
            "stances": partial(answer_stances, record, stances, attributed),
            "cues": partial(answer_cues, record, cues, copies, attributed),
            "speakers": partial(answer_speakers, record, speakers, attributed),
            "attributions": partial(answer_attributions, record, attributions, attributed),
        },
        summary=f"{table['n_words'].sum():,} words, {attributions['n'].sum():,} attributions, "
        f"{own['n'].sum():,} hits",
    )


def answer_all_own_voice(record: StudyRecord, table: pd.DataFrame, linked: int) -> Answer:
    """Answer which terms of all concepts an outlet writes in its own words, the surest first."""
    addresses = with_lines(table, counts=VOICES_BY_COUNT, first=linked)
    return Answer(
        record,
        "own-voice",
        "own_voice",
        table,
        "One row per term and outlet; the clearest differences first.",
        columns=SHOWN_OWN_VOICE,
        links={column: addresses[f"lines_{column}"] for column in VOICES_BY_COUNT},
        evidence=Evidence(
            partial(
                find_hit_lines,
                record,
                voices=["outlet", "quoted", "reported"],
                rows=table.head(linked),
            ),
            "The hits of each term at each outlet.",
        ),
    )


def find_attributed(record: StudyRecord, copies: str, tables: dict[str, pd.DataFrame]) -> Evidence:
    """Return the lines behind tables of cues, stances and speakers."""

    def find() -> pd.DataFrame:
        attributions = gather_attributions(record, copies=copies)
        lines = [select_cue_lines(attributions, rows, by=by) for by, rows in tables.items()]
        return pd.concat(lines, ignore_index=True)

    return Evidence(
        find,
        "The attributions of each outlet, by cue, by stance and by speaker.",
        unit="attribution",
        read=None if record.why_no_text else partial(read_attribution_lines, record),
    )


def answer_stances(record: StudyRecord, table: pd.DataFrame, evidence: Evidence) -> Answer:
    """Answer how far the reporting verbs of each outlet commit it to what is said."""
    return Answer(
        record,
        "stances",
        "shares",
        table,
        "One row per stance and outlet.",
        evidence=evidence,
        picture=Picture(
            "Reporting verbs by stance",
            share_findings.describe(table) if len(table) else "",
            lambda linked: plot_stacked_bars(table, category="outlet", part="variant"),
            why_not="" if len(table) else "No cue has a stance in the cue list.",
        ),
    )


def answer_cues(
    record: StudyRecord, table: pd.DataFrame, copies: str, evidence: Evidence
) -> Answer:
    """Answer with which words each outlet attributes."""
    contrasts = make_table(record, "cue_contrasts", copies=copies)
    return Answer(
        record,
        "cues",
        "cue_shares",
        table,
        "One row per cue and outlet; rare cues are counted together as other cues.",
        columns=("variant", "outlet", "n", "total", "share", "low", "high"),
        evidence=evidence,
        links={"n": with_lines(table)["lines"]},
        # They are no word that somebody wrote, so they are not quoted.
        tell=lambda: [
            sentence.replace(f"“{OTHER_CUES}”", OTHER_CUES)
            for sentence in name_groups(
                record, share_findings.sentences(table, contrasts, unit="attribution")
            )
        ],
    )


def answer_speakers(record: StudyRecord, table: pd.DataFrame, evidence: Evidence) -> Answer:
    """Answer to whom each outlet attributes most."""
    return Answer(
        record,
        "speakers",
        "speakers",
        table,
        "The most frequent speakers of each outlet.",
        columns=("outlet", "speaker", "n", "n_articles", "n_words"),
        evidence=evidence,
        links={"n": with_lines(table)["lines"]},
    )


def answer_attributions(
    record: StudyRecord, attributions: pd.DataFrame, evidence: Evidence
) -> Answer:
    """Answer what is attributed: short quotations, and the lines behind cues and speakers."""
    return Answer(
        record,
        "attributions",
        "attributions",
        attributions,
        "One row per article, voice, speaker and cue.",
        tell=lambda: voices.describe_short_quotations(attributions),
        evidence=evidence,
    )
