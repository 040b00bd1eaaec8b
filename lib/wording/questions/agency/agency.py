"""The form in which each outlet tells of acts, whether it names who did them, and to whom.

Acts are counted in the text; those whose form is unclear are in no share, and counted apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from wording.corpus.acts import (
    NOBODY_NAMED,
    OTHER_GROUP,
    count_study_acts,
    select_acting,
)
from wording.corpus.counts import select_concepts
from wording.corpus.marks.grammar.act_kernels import FORMS
from wording.questions.design import DEFAULT_REQUEST, Compared, Design, Request
from wording.questions.shares.shares import compute_shares, contrast_shares
from wording.settings import ALL_OUTLETS, VOICE_GROUPS, one_of
from wording.stats.resampling import q_values
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns

UNCLEAR_FORM = "unclear"
KNOWN_FORMS = tuple(form for form in FORMS if form != UNCLEAR_FORM)
"""The forms that have shares."""
AGENT_NAMED = "named"
NAMINGS = (AGENT_NAMED, NOBODY_NAMED)
"""Whether it is said who did it: by a subject, or by "by" after a passive."""


@dataclass(frozen=True)
class Split:
    """Acts that are split into parts.

    Attributes
    ----------
    counts : pandas.DataFrame
        Counts of acts, whose column `variant` has the part of each.
    parts : sequence of str
        All parts, in order.
    """

    counts: pd.DataFrame
    parts: Sequence[str]


Splits = Mapping[tuple[str, str], Split]
"""Ways of splitting acts, by concept and by what tells those of a concept apart."""


def compare_acts(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> Compared:
    """Return the acts counted of a study for a request, as `compare_articles` does of hits.

    Raises
    ------
    WordingError
        As in `count_study_acts`, or for an unknown voice.
    """
    one_of("voice", request.voice, VOICE_GROUPS)
    counted = count_study_acts(study, request.concepts, copies=request.copies)
    design = Design.of(study, counted.articles)
    return Compared(study, request, counted.articles, counted.counts, design)


def compute_agency(compared: Compared) -> pd.DataFrame:
    """Return the `agency` table: shares of forms, and of acts of which it is said who did them."""
    table = share_splits(compared, split_forms(compared), ("concept", "measure"))
    spoken = compared.spoken.merge(compared.articles[["doc_id", "outlet"]], on="doc_id")
    unclear = spoken[spoken["form"] == UNCLEAR_FORM]
    n_unclear = unclear.groupby(["concept", "outlet"])["n"].sum().to_dict()
    cells = zip(table["concept"], table["outlet"], strict=True)
    table = table.assign(n_unclear=[n_unclear.get(cell, 0) for cell in cells])
    return check_columns(table.rename(columns={"variant": "form"}), "agency")


def contrast_agency(compared: Compared) -> pd.DataFrame:
    """Return the `agency_contrasts` table: where outlets differ in the shares of `agency`."""
    tables = [
        contrast_shares(
            split.counts.assign(concept=concept),
            compared.articles,
            {concept: split.parts},
            compared.design,
            compared.request.against,
        ).assign(measure=measure)
        for (concept, measure), split in split_forms(compared).items()
    ]
    columns = list(TABLES["agency_contrasts"])
    if not tables:
        return pd.DataFrame(columns=columns)
    table = pd.concat(tables, ignore_index=True).rename(columns={"variant": "form"})
    table = table.assign(q=q_values(table["p"].to_numpy(dtype=float)))
    return check_columns(table, "agency_contrasts")


def compute_act_agents(compared: Compared) -> pd.DataFrame:
    """Return the `act_agents` table: which groups each outlet names as agents and patients."""
    splits = {}
    for name, (concept, acts) in select_clear_acts(compared).items():
        for side, groups in (("agent", concept.agents), ("patient", concept.patients)):
            parts = [*groups, OTHER_GROUP, NOBODY_NAMED]
            splits[name, side] = Split(acts.assign(variant=acts[side]), parts)
    table = share_splits(compared, splits, ("concept", "side"))
    return check_columns(table.rename(columns={"variant": "group"}), "act_agents")


def compute_act_patients(compared: Compared) -> pd.DataFrame:
    """Return the `act_patients` table: the forms of acts by the group of whom they are done to.

    Of each group and form, all outlets together come first, then each outlet.
    """
    splits = {
        (name, patient): Split(
            acts.assign(variant=acts["form"])[acts["patient"] == patient], KNOWN_FORMS
        )
        for name, (concept, acts) in select_clear_acts(compared).items()
        for patient in (*concept.patients, OTHER_GROUP)
    }
    together = replace(
        compared,
        articles=compared.articles.assign(outlet=ALL_OUTLETS),
        design=replace(compared.design, outlets=[ALL_OUTLETS] if len(compared.articles) else []),
    )
    keys = ("concept", "patient")
    tables = [share_splits(articles, splits, keys) for articles in (together, compared)]
    table = pd.concat(tables, ignore_index=True).rename(columns={"variant": "form"})
    rank = table.groupby([*keys, "form"], sort=False).ngroup()
    ranked = table.iloc[rank.argsort(kind="stable")]
    return check_columns(ranked, "act_patients")


def select_clear_acts(compared: Compared) -> dict[str, tuple[Concept, pd.DataFrame]]:
    """Return each concept with acts, and the counts of those whose form is clear, in the voice."""
    concepts = select_acting(select_concepts(compared.study, compared.request.concepts))
    spoken = compared.spoken[compared.spoken["form"] != UNCLEAR_FORM]
    return {
        name: (concept, spoken[spoken["concept"] == name]) for name, concept in concepts.items()
    }


def split_forms(compared: Compared) -> Splits:
    """Return the acts of each concept split by form, and by whether it is said who did them."""
    return {
        (name, measure): split
        for name, (_, acts) in select_clear_acts(compared).items()
        for measure, split in split_by_form_and_naming(acts).items()
    }


def split_by_form_and_naming(acts: pd.DataFrame) -> dict[str, Split]:
    """Return counts of acts split by form, and by whether it is said who did them."""
    naming = acts["agent"].where(acts["agent"] == NOBODY_NAMED, AGENT_NAMED)
    return {
        "form": Split(acts.assign(variant=acts["form"]), KNOWN_FORMS),
        "agent": Split(acts.assign(variant=naming), NAMINGS),
    }


def share_splits(compared: Compared, splits: Splits, keys: tuple[str, str]) -> pd.DataFrame:
    """Return the shares of the parts of each split at each outlet, with the splits' keys."""
    tables = [
        compute_shares(
            split.counts.assign(concept=concept),
            compared.searched,
            {concept: split.parts},
            compared.design,
        ).assign(**{keys[0]: concept, keys[1]: name})
        for (concept, name), split in splits.items()
    ]
    if not tables:
        return pd.DataFrame(columns=list(dict.fromkeys([*keys, *TABLES["shares"]])))
    return pd.concat(tables, ignore_index=True).assign(voice=compared.request.voice)
