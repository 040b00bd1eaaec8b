"""How often a hit is what it seems."""

from __future__ import annotations

from functools import partial

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import explain_concept, name_groups
from wording.questions.coding import coded, findings
from wording.questions.coding.coded import CodingAnalysis, analyse_study_coding
from wording.questions.coding.correction import describe_corrections
from wording.questions.coding.precision import MIN_CODED_LINES
from wording.questions.coding.sample import select_uncoded
from wording.questions.shares import findings as share_findings
from wording.show.figures import plot_forest
from wording.study.records import StudyRecord

SHOWN_CORRECTED = (
    "variant", "outlet", "n", "share", "n_coded", "right_sense", "n_right", "corrected_share",
    "corrected_low", "corrected_high"
)  # fmt: skip
SHOWN_PRECISION = (
    "variant", "voice", "n_coded", "right_sense", "low", "high", "own_voice", "own_low", "own_high"
)  # fmt: skip


def answer_coding(record: StudyRecord, concept: str, *, size: int, voice: str) -> Answer:
    """Answer how far the coding of a concept is, and what it says."""
    found = analyse_study_coding(record, concept, size=size, voice=voice)
    wrong = coded.find_wrong_hits(found)
    title = record.concepts[concept].title
    return Answer(
        record,
        "sample",
        "strata",
        coded.tabulate_strata(found),
        "One row per term and outlet; hits in all voices.",
        columns=("variant", "outlet", "n", "n_lines", "n_coded"),
        tell=lambda: name_groups(record, findings.sentences(found)),
        headline=findings.headline(found, title),
        evidence=Evidence(
            lambda: wrong,
            "Hits that a coder marked as used in another sense.",
            unit="line",
            empty="No line is marked as used in another sense.",
        ),
        parts={
            "coders": partial(answer_coders, record, found),
            "agreement": partial(answer_agreement, record, found),
            "outlets": partial(answer_outlet_precision, record, found, title),
            "precision": partial(answer_precision, record, found),
            "corrected": partial(answer_corrected, record, found, title),
            "next": partial(answer_next_lines, record, found),
        },
        note=explain_concept(record, concept),
        summary=f"{len(found.lines):,} lines to code; {len(found.marks):,} marks by "
        f"{found.marks['coder'].nunique():,} coders; {len(wrong):,} lines marked wrong",
    )


def answer_coders(record: StudyRecord, found: CodingAnalysis) -> Answer:
    """Answer who has coded how much."""
    return Answer(
        record,
        "coders",
        "coders",
        coded.tabulate_coders(found),
        "One row per coder.",
        empty="Nobody has marked a line yet.",
    )


def answer_agreement(record: StudyRecord, found: CodingAnalysis) -> Answer:
    """Answer how well coders agree."""
    return Answer(
        record,
        "agreement",
        "agreement",
        found.agreement,
        "One row per question that at least two coders answered about the same lines.",
        empty="No line was marked by two coders.",
    )


def answer_outlet_precision(record: StudyRecord, found: CodingAnalysis, title: str) -> Answer:
    """Answer which part of the hits has the right sense, by outlet."""
    table = coded.tabulate_outlet_precision(found)
    return Answer(
        record,
        "precision",
        "shares",
        table,
        "One row per term and outlet, all outlets together first.",
        columns=("variant", "outlet", "n", "share", "low", "high"),
        picture=Picture(
            f"Share of the hits in the right sense: {title}",
            findings.describe(found) if len(table) else "",
            lambda linked: plot_forest(table, links=False, numbers="shares"),
            table,
            ("variant", "outlet", "n", "share", "low", "high"),
            why_not=""
            if len(table)
            else f"There is nothing to draw: no term has {MIN_CODED_LINES} coded lines of a random "
            "sample in this voice.",
        ),
    )


def answer_precision(record: StudyRecord, found: CodingAnalysis) -> Answer:
    """Answer which part of the hits has the right sense, by voice."""
    return Answer(
        record,
        "precision-voices",
        "precision",
        found.precision,
        "One row per term and voice (as counted), all outlets together; a dash where too few lines "
        "are coded.",
        columns=SHOWN_PRECISION,
        empty="No line of a random sample is coded.",
    )


def answer_corrected(record: StudyRecord, found: CodingAnalysis, title: str) -> Answer:
    """Answer what the shares are without the hits in another sense."""
    table = found.corrected.round({"n_right": 1})
    beside = coded.reshape_corrected_shares(found)
    is_known = found.corrected["corrected_share"].notna().any()
    return Answer(
        record,
        "corrected",
        "corrected",
        table if is_known else table.iloc[:0],
        "One row per term and outlet, in the voice compared.",
        columns=SHOWN_CORRECTED,
        picture=Picture(
            f"Share of each term, as counted and corrected: {title}",
            share_findings.describe(beside) if is_known else "",
            lambda linked: plot_forest(found.shares, beside=beside, links=False),
            why_not="" if is_known else describe_corrections(found.corrected)[0],
        ),
        empty="The page 02_terms has the shares as counted.",
    )


def answer_next_lines(record: StudyRecord, found: CodingAnalysis) -> Answer:
    """Answer which lines to code next."""
    left = select_uncoded(found.lines, found.marks)
    return Answer(
        record,
        "next",
        "hits",
        left.iloc[:0] if record.why_no_text else left,
        f"The first of {len(left):,} lines of the sample that nobody has marked yet, in the order "
        "in which to code them.",
        empty=record.why_no_text or "Every line of the sample is marked.",
    )
