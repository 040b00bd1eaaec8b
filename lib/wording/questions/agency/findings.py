"""What the tables of acts say: in which form, by whom and to whom, in plain sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wording.corpus.acts import NOBODY_NAMED, OTHER_GROUP
from wording.phrasing import (
    format_count,
    format_interval,
    format_percent,
    format_q,
    join_names,
    round_half_up,
)
from wording.questions.agency.agency import AGENT_NAMED
from wording.questions.reporting import (
    VOICE_PHRASES,
    Comparison,
    count_outlets,
    name_other,
    select_clear_differences,
    summarise_rest,
)
from wording.settings import ALL_OUTLETS
from wording.study.records import Concept

FORM_LABELS = {
    "active": "active",
    "passive_agent": "passive with “by”",
    "passive": "passive without “by”",
    "intransitive": "told instead",
    "noun": "noun",
    "unclear": "unclear",
}
"""What a reader sees as the name of a form."""
NAMED_LABEL = "who did it is named"
FORM_PHRASES = {
    "active": "in active clauses",
    "passive_agent": "in the passive with who did it",
    "passive": "in the passive without who did it",
    "intransitive": "by words told instead of the act",
    "noun": "as a noun",
}
"""A form, to follow a share of acts."""

CHOICE_PHRASES = {
    AGENT_NAMED: "names who did it",
    NOBODY_NAMED: "does not name who did it",
    **{form: f"tells of acts {phrase}" for form, phrase in FORM_PHRASES.items()},
}
"""What an outlet does that tells of acts in a form."""

MIN_ACTS_PER_GROUP = 10
"""So many acts done to a group, at all outlets together, are described in a sentence."""

NO_ACTS_NAMED = (
    "This concept names no acts, so there are none to count: write `acts: [kill, shoot]` beside "
    "its variants in concepts.yml."
)
_COMPARISON = Comparison(
    no_test="No difference can be tested: a test needs acts in at least two articles on each side.",
    none_clear="No difference between outlets in the form of acts is statistically clear",
)

_PATIENT_COMPARISON = Comparison(
    no_test="Whether the form depends on whom the acts are done to cannot be tested: it needs acts "
    "on a group, and on others, in at least five articles of an outlet.",
    none_clear="No difference between groups of patients is statistically clear",
)
_EVENT_COMPARISON = Comparison(
    no_test="No difference on the same events can be tested: there are too few shared events.",
    none_clear="No difference on the same events is statistically clear",
)
NO_LINKED_ACTS = (
    "No two articles of different outlets that tell of these acts are linked as telling of one "
    "event, so outlets cannot be compared on the same events."
)


def sentences(
    agency: pd.DataFrame, contrasts: pd.DataFrame, patients: pd.DataFrame, *, top: int = 6
) -> list[str]:
    """Return how acts are told, where outlets differ in it, and how it depends on the patient.

    Parameters
    ----------
    agency, contrasts, patients : pandas.DataFrame
        The tables `agency`, `agency_contrasts` and `act_patients` of one concept and voice.
    top : int
        How many differences are described one by one, at most: of each outlet the clearest in
        whether it is said who did it, and the clearest in form; the others are counted.
    """
    if agency.empty:
        return [NO_ACTS_NAMED]
    if not agency["n"].sum():
        return [explain_no_acts(agency), *_describe_unclear(agency)]
    # Of two complementary parts one is told.
    told = contrasts[contrasts["form"] != NOBODY_NAMED]
    clear = select_clear_differences(told.assign(variant=told["form"]))
    chosen = clear.drop_duplicates(["measure", "outlet", "other"])
    chosen = chosen.sort_values("measure", kind="stable").head(top)  # "agent" before "form"
    rows = agency.set_index(["measure", "form", "outlet"])
    return [
        _describe_all(agency),
        *_describe_unclear(agency),
        *(
            _describe_act_difference(row, rows.loc[(row.measure, row.form, row.outlet)])
            for row in chosen.itertuples()
        ),
        *(summarise_rest(told["q"], len(chosen), len(clear), _COMPARISON)),
        *([] if len(chosen) else _describe_naming(agency, top)),
        *_describe_patients(patients),
    ]


def headline(contrasts: pd.DataFrame, title: str) -> str:
    """Return the clearest difference in who is named or in form, or that none is clear.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        The table `agency_contrasts` of one concept and voice.
    title : str
        What the concept is called.
    """
    told = contrasts[contrasts["form"] != NOBODY_NAMED]
    clear = select_clear_differences(told.assign(variant=told["form"]))
    if told["q"].isna().all():
        return f"Too few acts to compare: {title}"
    if clear.empty:
        return f"No clear difference in how acts are told: {title}"
    row = clear.sort_values("measure", kind="stable").iloc[0]  # "agent" before "form"
    often = "less" if row["less"] else "more"
    what = (
        "names who did it"
        if row["measure"] == "agent"
        else f"tells acts {FORM_PHRASES[row['form']]}"
    )
    return f"{row['outlet']} {what} {often} often than {name_other(row['other'])}"


def explain_no_acts(agency: pd.DataFrame) -> str:
    """Return why there is no act whose form is clear, for a concept that names acts."""
    whose = VOICE_PHRASES.get(agency["voice"].iloc[0], "")
    if agency["n_unclear"].sum():
        return f"No act of a clear form was found{whose}."
    return (
        f"No acts were found{whose} in the text of the compared articles: the outlets do not write "
        "of them, or use other verbs than those in concepts.yml."
    )


def describe(figure: pd.DataFrame) -> str:
    """Return what the figure shows, in words: per panel the range over outlets."""
    ranges = []
    for name, rows in figure.dropna(subset="share").groupby("variant", sort=False):
        low, high = rows.loc[rows["share"].idxmin()], rows.loc[rows["share"].idxmax()]
        ranges.append(
            f"{name}: from {format_percent(low['share'])} of the acts at {low['outlet']} to "
            f"{format_percent(high['share'])} at {high['outlet']}."
        )
    return " ".join(ranges)


def describe_concept_acts(concept: Concept) -> str:
    """Return which acts of a concept are looked for, and whom its groups name, in a sentence each.

    >>> sides = {"agents": {"police": ["officers"]}, "patients": {"police": ["officers"]}}
    >>> concept = Concept(title="t", variants={"v": "v"}, acts=["kill"], **sides)
    >>> describe_concept_acts(concept)
    'Acts: “kill”. Groups that act (agents): police. Groups acted upon (patients): police.'
    """
    nouns = [noun for nouns in concept.acts.values() for noun in nouns]
    quoted = {
        "Acts": [f"“{verb}”" for verb in concept.acts],
        "Nouns": [f"“{noun}”" for noun in nouns],
        "Told instead": [f"“{phrase}”" for phrase in concept.instead],
        "Groups that act (agents)": list(concept.agents),
        "Groups acted upon (patients)": list(concept.patients),
    }
    return " ".join(f"{name}: {join_names(what)}." for name, what in quoted.items() if what)


def reshape_agency(agency: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the figure: acts whose agent is named, then each form that occurs.

    The readable name of each is the column `variant`.
    """
    is_named = (agency["measure"] == "agent") & (agency["form"] == AGENT_NAMED)
    forms = agency[agency["measure"] == "form"]
    used = forms.groupby("form")["n"].transform("sum") > 0
    named = agency[is_named].assign(variant=NAMED_LABEL)
    rows = [named, forms[used].assign(variant=forms["form"].map(FORM_LABELS))]
    return pd.concat(rows, ignore_index=True)


def _describe_all(agency: pd.DataFrame) -> str:
    forms = agency[agency["measure"] == "form"]
    per_outlet = forms.drop_duplicates("outlet")
    total = int(per_outlet["total"].sum())
    n = forms.groupby("form", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    parts = [
        f"{format_percent(count / total)} {FORM_PHRASES[str(form)]}"
        for form, count in n[n > 0].items()
    ]
    named = agency[(agency["measure"] == "agent") & (agency["form"] == AGENT_NAMED)]["n"].sum()
    whose = VOICE_PHRASES.get(agency["voice"].iloc[0], "")
    articles = format_count(int(per_outlet["total_articles"].sum()), "article")
    outlets = count_outlets(list(per_outlet.loc[per_outlet["total"] > 0, "outlet"]))
    return (
        f"{format_count(total, 'act')}{whose} in {articles} of {outlets}: {join_names(parts)}. "
        f"{format_percent(named / total)} name who did it."
    )


def _describe_unclear(agency: pd.DataFrame) -> list[str]:
    """Return how many acts are in no share."""
    n = int(agency.drop_duplicates("outlet")["n_unclear"].sum())
    if not n:
        return []
    return [
        f"{format_count(n, 'more act is', 'more acts are')} unclear, since two ways of telling the "
        "form disagree, and in no share; their lines are shown with the others."
    ]


def _describe_act_difference(row: Any, share: pd.Series) -> str:
    own = format_percent(share["share"])
    interval = format_interval(share["low"], share["high"])
    other = format_percent(row.n_other / row.total_other)
    total = format_count(row.total, "act")
    if row.measure == "agent":
        return (
            f"{row.outlet} names who did it in {own} of its {total} ({interval}), "
            f"{name_other(row.other)} in {other} of {row.total_other:,} ({format_q(row.q)})."
        )
    return (
        f"{row.outlet} tells {own} of its {total} {FORM_PHRASES[row.form]} ({interval}), "
        f"{name_other(row.other)} {other} of {row.total_other:,} ({format_q(row.q)})."
    )


def _describe_naming(agency: pd.DataFrame, top: int) -> list[str]:
    """Return in which part of its acts each outlet names who did it, where nothing differs."""
    named = agency[(agency["measure"] == "agent") & (agency["form"] == AGENT_NAMED)]
    used = named[named["total"] > 0].head(top)
    parts = [
        f"{row.outlet} in {format_percent(row.share)} of {row.total:,}" for row in used.itertuples()
    ]
    return [f"Acts in which who did it is named: {join_names(parts)}."]


def _describe_patients(patients: pd.DataFrame) -> list[str]:
    """Return in which forms acts on each group are told, groups with few acts left out."""
    together = patients[
        (patients["outlet"] == ALL_OUTLETS) & (patients["total"] >= MIN_ACTS_PER_GROUP)
    ]
    described = []
    for group, rows in together.groupby("patient", sort=False):
        used = rows[rows["n"] > 0].sort_values("n", ascending=False, kind="stable")
        parts = [
            f"{format_percent(row.share)} {FORM_PHRASES[row.form]}" for row in used.itertuples()
        ]
        total = format_count(int(rows["total"].iloc[0]), "act")
        whom = "nouns of no group" if group == OTHER_GROUP else f"the group “{group}”"
        described.append(f"{total} done to {whom}: {join_names(parts)}.")
    return described


def describe_patient_contrasts(table: pd.DataFrame, *, top: int = 4) -> list[str]:
    """Return whether the form depends on whom the acts are done to, the clearest first.

    Parameters
    ----------
    table : DataFrame
        The table `act_patient_contrasts`.
    top : int
        How many differences are described one by one, at most: of each group and outlet the
        clearest.
    """
    if table.empty:
        return []
    clear = select_clear_differences(table.rename(columns={"form": "variant"}))
    # "agent" comes before "form".
    clear = clear[clear["variant"] != NOBODY_NAMED].sort_values("measure", kind="stable")
    # Of two groups, each is all that the other is not.
    between = clear["patient"].where(clear["other"] != clear["outlet"], "")
    chosen = clear[~clear.assign(between=between).duplicated(["between", "outlet"])].head(top)
    return [
        *(_describe_patient_difference(row) for row in chosen.itertuples()),
        *summarise_rest(table["q"], len(chosen), len(clear), _PATIENT_COMPARISON),
    ]


def _describe_patient_difference(row: Any) -> str:
    """Return one difference between groups at an outlet, or between outlets in one group."""
    is_same_outlet = row.other == row.outlet
    whose = "The outlets" if row.outlet == ALL_OUTLETS else row.outlet
    verbs = ("name", "tell") if row.outlet == ALL_OUTLETS else ("names", "tells")
    own = f"{format_percent(row.n / row.total)} of {format_count(row.total, 'act')}"
    other = f"{format_percent(row.n_other / row.total_other)} of {row.total_other:,}"
    whom = f"done to the group “{row.patient}”"
    points = format_interval(row.low, row.high, form=_format_points)
    ends = f"{_format_points(row.difference)} points, {points}; {format_q(row.q)}"
    if row.variant == AGENT_NAMED:
        against = f"in {other} on all others" if is_same_outlet else ""
        against = against or f"{name_other(row.other)} in {other}"
        return f"{whose} {verbs[0]} who did it in {own} {whom}, {against} ({ends})."
    against = f"{other} on all others" if is_same_outlet else f"{name_other(row.other)} {other}"
    return f"{whose} {verbs[1]} {own} {whom} {FORM_PHRASES[row.variant]}, {against} ({ends})."


def _format_points(share: float) -> str:
    return f"{int(round_half_up(100 * share))}".replace("-", "\N{MINUS SIGN}")


def describe_within_events(table: pd.DataFrame, *, top: int = 3) -> list[str]:
    """Return where outlets differ on the same events, or why that cannot be said.

    Parameters
    ----------
    table : DataFrame
        The table `agency_events`.
    top : int
        How many differences are described one by one, at most: of each outlet the clearest.
    """
    if not len(table) or not table["n_links"].any():
        return [NO_LINKED_ACTS]
    named = table.rename(columns={"form": "variant"})
    named = named.rename(columns=lambda name: name.removeprefix("within_"))
    clear = select_clear_differences(named)
    clear = clear[clear["variant"] != NOBODY_NAMED]
    chosen = clear.drop_duplicates(["outlet", "other"]).head(top)
    return [
        *(
            f"On the same events {row.outlet} {CHOICE_PHRASES[row.variant]} "
            f"{_format_points(abs(row.difference))} points "
            f"{'more' if row.difference > 0 else 'less'} often than {name_other(row.other)} "
            f"({format_q(row.q)}), in all {_format_points(row.raw_difference)} points."
            for row in chosen.itertuples()
        ),
        *summarise_rest(table["q"], len(chosen), len(clear), _EVENT_COMPARISON),
    ]
