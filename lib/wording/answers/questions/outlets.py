"""How far outlets lie apart."""

from __future__ import annotations

from functools import partial

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.narrow import name_groups
from wording.answers.questions.voices import describe_voice_fit
from wording.corpus.counts import describe_study_units
from wording.questions.design import Request
from wording.questions.outlets import findings
from wording.questions.outlets.outlets import (
    OutletComparison,
    compare_study_outlets,
    find_driver_lines,
)
from wording.questions.reporting import keep_stable_digits
from wording.settings import SIGNIFICANCE_LEVEL
from wording.show import outlet_figures
from wording.show.lines import with_lines
from wording.study.records import StudyRecord

SHOWN_DISTANCES = (
    "outlet", "other", "distance_bits", "low_bits", "high_bits", "uncorrected_bits", "chance_bits",
    "q", "n", "n_other"
)  # fmt: skip
SHOWN_DRIVERS = {
    "choice": (
        "outlet", "other", "concept", "variant", "bits", "bits_share", "n", "share", "n_other",
        "share_other"
    ),
    "words": (
        "outlet", "other", "variant", "bits", "bits_share", "n", "per_million", "n_other",
        "per_million_other"
    ),
}  # fmt: skip
SHOWN_RECOGNISED = ("outlet", "n", "share", "low", "high", "chance_share", "telling")
GROUP_DISTANCES_NOTE = (
    "Distances and their intervals take the articles of a group as one collection: they say how "
    "these outlets differ, not how others of the kind would."
)
NO_CLEAR_PAIR = "No two outlets clearly differ, so neither a map nor a tree of them is drawn."
NAMES = {"choice": "term choice", "words": "words and phrases"}
"""How titles name what outlets are compared by."""


def answer_outlets(record: StudyRecord, request: Request, basis: str, max_words: int) -> Answer:
    """Answer how far each pair of outlets lies apart."""
    compared = compare_study_outlets(record, request, basis=basis, max_words=max_words)
    table = compared.distances.table.sort_values(
        "distance_bits", kind="stable", key=keep_stable_digits
    )
    columns = (*SHOWN_DISTANCES, "n_concepts") if basis == "choice" else SHOWN_DISTANCES
    return Answer(
        record,
        f"distances-{basis}",
        "outlets",
        table,
        "One row per pair of outlets, the closest first.",
        columns=columns,
        tell=lambda: [
            *name_groups(record, findings.sentences(compared)),
            *describe_study_units(record),
            *([GROUP_DISTANCES_NOTE] if record.groups else []),
            *describe_voice_fit(record, request),
        ],
        headline=findings.headline(compared),
        picture=Picture(
            f"Distances in {NAMES[basis]}, in bits; hollow: not statistically clear",
            findings.describe(compared, "distances"),
            lambda linked: outlet_figures.plot_distances(compared.distances.table),
            why_not=compared.why_no_map,
        ),
        parts={
            "map": partial(answer_map, record, compared, findings.describe(compared, "map")),
            "tree": partial(answer_tree, record, compared, findings.describe(compared, "tree")),
            "drivers": partial(answer_drivers, record, compared, request),
            "recognition": partial(
                answer_recognition, record, compared, findings.describe(compared, "recognised")
            ),
            "confusions": partial(answer_confusions, record, compared),
        },
        summary=f"{len(table):,} pairs of outlets, {len(compared.profiles.columns):,} "
        f"{'variants' if basis == 'choice' else 'words and phrases'}",
    )


def explain_no_map(compared: OutletComparison) -> str:
    """Return why there is neither map nor tree; empty where there are."""
    is_clear = (compared.distances.table["q"] < SIGNIFICANCE_LEVEL).any()
    return compared.why_no_map or ("" if is_clear else NO_CLEAR_PAIR)


def answer_map(record: StudyRecord, compared: OutletComparison, description: str) -> Answer:
    """Answer where the outlets lie on a map."""
    positions = compared.map.positions
    return Answer(
        record,
        f"map-{compared.basis}",
        "positions",
        positions,
        "One row per outlet.",
        picture=Picture(
            f"Outlets by {NAMES[compared.basis]}",
            description,
            lambda linked: outlet_figures.plot_outlet_map(positions),
            why_not=explain_no_map(compared),
        ),
    )


def answer_tree(record: StudyRecord, compared: OutletComparison, description: str) -> Answer:
    """Answer which outlets form a branch."""
    names = compared.map.positions["outlet"].tolist()
    return Answer(
        record,
        f"tree-{compared.basis}",
        "branches",
        compared.branches,
        "One row per branch.",
        picture=Picture(
            f"Outlets by {NAMES[compared.basis]}, as a tree",
            description,
            lambda linked: outlet_figures.plot_outlet_tree(compared.branches, names),
            why_not=explain_no_map(compared),
        ),
    )


def answer_drivers(record: StudyRecord, compared: OutletComparison, request: Request) -> Answer:
    """Answer what keeps the outlets that lie farthest apart."""
    table = compared.find_drivers()
    mirrored = table.assign(outlet=table["other"], n=table["n_other"])
    return Answer(
        record,
        f"drivers-{compared.basis}",
        "drivers",
        table,
        "One row per pair and term.",
        columns=SHOWN_DRIVERS[compared.basis],
        links={"n": with_lines(table)["lines"], "n_other": with_lines(mirrored)["lines"]},
        evidence=Evidence(
            partial(find_driver_lines, record, table, voice=request.voice, copies=request.copies),
            "The hits of each term at the two outlets.",
        ),
    )


def answer_recognition(record: StudyRecord, compared: OutletComparison, description: str) -> Answer:
    """Answer whether an article's outlet can be recognised from its wording."""
    return Answer(
        record,
        f"recognised-{compared.basis}",
        "recognised",
        compared.recognition.recognised,
        "One row per outlet, with the terms that speak most strongly for it. Look for terms that "
        "identify an outlet but are not wording.",
        columns=SHOWN_RECOGNISED,
        picture=Picture(
            f"Articles correctly recognised (dot) and by chance (bar), by {NAMES[compared.basis]}",
            description,
            lambda linked: outlet_figures.plot_recalls(compared.recognition.recognised),
            why_not=compared.why_no_recognition,
        ),
    )


def answer_confusions(record: StudyRecord, compared: OutletComparison) -> Answer:
    """Answer for which outlets' articles an outlet's articles are taken."""
    return Answer(
        record,
        f"confusions-{compared.basis}",
        "confusions",
        compared.recognition.confusions,
        "One row per outlet and other outlet that its articles are taken for.",
        columns=("outlet", "other", "n", "share"),
    )
