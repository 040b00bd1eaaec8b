"""One difference under every defensible way of counting.

Whose words count, which copies, where in the articles, on which events, and whether hits in the
wrong sense are left out: each is a choice that another careful reader might have made otherwise.
The difference is computed for all combinations, each with its interval (a specification curve:
Simonsohn, Simmons & Nelson 2020, Nature Human Behaviour 4, 1208-1214; a multiverse: Steegen et al.
2016, Perspectives on Psychological Science 11, 702-712).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from wording.corpus.counts import (
    CELL_COLUMNS,
    count_study_places,
    flag_counted_articles,
    leave_out_copied_hits,
    read_study_links,
    select_place,
)
from wording.corpus.units import restore_outlets
from wording.errors import WordingError
from wording.questions.choices.senses import compare_right_senses, pick_sides, read_current_marks
from wording.questions.design import DEFAULT_REQUEST, Design, Request
from wording.questions.events.within import (
    MIN_COMPONENTS,
    compare_sides,
    compute_study_events,
    link_articles,
)
from wording.questions.reporting import STABLE_DECIMALS, select_clear_differences
from wording.questions.shares.resampled import add_outlet_and_unit, compare_concepts
from wording.questions.shares.shares import build_contrast_table, contrast_shares
from wording.settings import COPY_RULES, EVENT_RULES, PLACE_GROUPS, REST_LABEL, VOICE_GROUPS
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns, is_among

DIMENSIONS = ("voice", "copies", "place", "events", "senses")
"""What is chosen; each is a column of the table `choices`."""

CODED_PLACES = ("text", "lead", "body")
"""Lines are coded in the text only, so only there hits in the wrong sense can be left out."""

OTHER_PLACES = ("text", "headline", "all")
"""Where hits might also have been counted: in the text, in headlines, or in both."""

FEW_ARTICLES = "too few articles"
FEW_EVENTS = f"fewer than {MIN_COMPONENTS} shared events"
FEW_MARKS = "too few coded lines"
MISSING_LINKS = "no links between articles"
MISSING_PLACES = "saved counts that do not tell headlines"
"""Why a difference could not be computed."""

NO_NUMBERS: dict[str, Any] = {
    **dict.fromkeys(("difference", "low", "high", "p"), np.nan),
    "n_articles": 0,
    "n_other": 0,
}
"""The numbers of a way of counting in which there is nothing to compute."""

Measure = Callable[["Choice", pd.DataFrame, pd.DataFrame], list[dict[str, Any]]]


@dataclass(frozen=True)
class Contrast:
    """A difference: the share of a variant at an outlet less that on the other side.

    `clear` says whether it is statistically clear among all the differences of its page.
    """

    concept: str
    variant: str
    outlet: str
    other: str
    clear: bool


@dataclass(frozen=True)
class Choice:
    """A way of counting; names as in `wording.settings`, events also "within"."""

    voice: str
    copies: str
    place: str
    events: str
    senses: str = "all"


@dataclass(frozen=True)
class Counted:
    """What was counted of one concept of a study in all ways: read once.

    Attributes
    ----------
    study : StudyRecord
        The study, in which all events count.
    variants : list of str
        Of the concept, in order.
    articles, counts : DataFrame
        The articles compared, copies too, and the counts in them by voice and place.
    links : DataFrame
        Pairs of these articles on one event: doc_id, other; without rows where there are none.
    marks : DataFrame
        What coders said of its hits.
    """

    study: StudyRecord
    variants: list[str]
    articles: pd.DataFrame
    counts: pd.DataFrame
    links: pd.DataFrame
    marks: pd.DataFrame

    @property
    def has_places(self) -> bool:
        """Whether the counts say where hits stand."""
        return not (self.counts["place"] == "text").any()

    def select_articles(self, copies: str, events: str) -> pd.DataFrame:
        """Return the articles that count."""
        is_counted = flag_counted_articles(restore_outlets(self.articles), copies)
        articles = self.articles[is_counted.to_numpy()]
        if events == "shared":
            links = keep_links(self.links, articles)
            linked = pd.concat([links["doc_id"], links["other"]])
            articles = articles[is_among(articles["doc_id"], linked)]
        return articles.reset_index(drop=True)

    def select_counts(self, choice: Choice, articles: pd.DataFrame) -> pd.DataFrame:
        """Return the hits that count in some articles."""
        is_old = choice.place != "text" and not self.has_places
        counts = self.counts[:0] if is_old else select_place(self.counts, choice.place)
        counts = counts[counts["voice"].isin(VOICE_GROUPS[choice.voice])]
        counts = counts[is_among(counts["doc_id"], articles["doc_id"])]
        return leave_out_copied_hits(counts) if choice.copies == "none" else counts


def compute_study_choices(
    study: StudyRecord, concept: str, request: Request = DEFAULT_REQUEST
) -> pd.DataFrame:
    """Return the `choices` table of the clearest difference between outlets in their shares.

    Parameters
    ----------
    study : StudyRecord
    concept : str
        One of its concepts.
    request : Request
        How the study itself counts (voice and copies), and against what.

    Returns
    -------
    DataFrame
        One row per way of counting, sorted by the difference, those without one last; no row where
        no difference can be tested.
    """
    counted = read_counted(study, concept, with_marks=True)
    shown = Choice(request.voice, request.copies, study.place, study.event_rule)
    articles = counted.select_articles(shown.copies, shown.events)
    contrasts = contrast_shares(
        counted.select_counts(shown, articles),
        articles,
        {concept: counted.variants},
        Design.of(study, articles),
        request.against,
    )
    contrast = choose_contrast(contrasts)
    if contrast is None:
        return pd.DataFrame(columns=list(TABLES["choices"]))
    measure = partial(measure_shares, counted, contrast)
    rows = measure_choices(counted, list_choices(shown, EVENT_RULES), measure)
    return tabulate_choices(rows, contrast, shown, counted)


def compute_study_event_choices(
    study: StudyRecord, concept: str, request: Request = DEFAULT_REQUEST
) -> pd.DataFrame:
    """Return the `choices` table of the clearest difference within events.

    Where none is clear, it is that of the clearest, or else the largest, difference in all. The
    parameters are those of `compute_study_choices`; events are all, shared, and within.
    """
    events = compute_study_events(study, replace(request, concepts=[concept]))
    contrast, kind = choose_event_contrast(events)
    if contrast is None:
        return pd.DataFrame(columns=list(TABLES["choices"]))
    counted = read_counted(study, concept, with_marks=False)
    shown = Choice(request.voice, request.copies, study.place, kind)
    measure = partial(measure_events, counted, contrast)
    rows = measure_choices(counted, list_choices(shown, [study.event_rule]), measure)
    return tabulate_choices(rows, contrast, shown, counted)


def read_counted(study: StudyRecord, concept: str, *, with_marks: bool) -> Counted:
    """Return what was counted of one concept in all ways."""
    whole = study.with_events("all")
    try:
        counts = count_study_places(whole.narrow(place="all"), [concept])
    except WordingError:
        if study.has_articles:
            raise
        counts = count_study_places(whole.narrow(place="text"), [concept])  # of an older version
    try:
        links = read_study_links(whole)
    except WordingError:
        if study.has_articles:
            raise
        links = pd.DataFrame(columns=["doc_id", "other"], dtype=str)
    marks = pd.DataFrame(columns=list(TABLES["marks"]))
    if with_marks:
        marks = read_current_marks(whole.narrow(place="text"), concept)
        units = counts.articles.set_index("doc_id")["outlet"].reindex(marks["doc_id"])
        marks = marks.assign(outlet=units.to_numpy()).dropna(subset="outlet")
    variants = list(study.concepts[concept].variants)
    return Counted(whole, variants, counts.articles, counts.counts, links, marks)


def keep_links(links: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the links between some articles."""
    is_kept = is_among(links["doc_id"], articles["doc_id"])
    return links[is_kept & is_among(links["other"], articles["doc_id"])]


def choose_contrast(contrasts: pd.DataFrame) -> Contrast | None:
    """Return the clearest difference of a table `contrasts`, else the largest that was tested."""
    clear = select_clear_differences(contrasts)
    if len(clear):
        return name_contrast(clear.iloc[0], clear=True)
    tested = contrasts[contrasts["q"].notna()]
    size = -tested["difference"].abs().round(STABLE_DECIMALS)
    ranked = tested.loc[size.sort_values(kind="stable").index]
    return name_contrast(ranked.iloc[0], clear=False) if len(ranked) else None


def choose_event_contrast(events: pd.DataFrame) -> tuple[Contrast | None, str]:
    """Return the clearest difference of a table `events`, and whether it is within events or all.

    Where none within events is clear it is the clearest in all, else the largest.
    """
    within = events.rename(columns=lambda name: name.removeprefix("within_"))
    clear = select_clear_differences(within)
    if len(clear):
        return name_contrast(clear.iloc[0], clear=True), "within"
    raw = events[events["raw_low"].notna()]
    is_clear = raw["raw_low"] * raw["raw_high"] > 0
    least = raw[["raw_low", "raw_high"]].abs().min(axis=1).where(is_clear, 0)
    size = raw["raw_difference"].abs()
    order = raw.assign(least=-least.round(STABLE_DECIMALS), size=-size.round(STABLE_DECIMALS))
    order = order.sort_values(["least", "size"], kind="stable")
    return (name_contrast(order.iloc[0], clear=False) if len(order) else None), "all"


def name_contrast(row: pd.Series, *, clear: bool) -> Contrast:
    """Return which difference a row of a table is."""
    return Contrast(row["concept"], row["variant"], row["outlet"], row["other"], clear)


def list_choices(
    shown: Choice, events: Sequence[str], places: Sequence[str] = OTHER_PLACES
) -> list[Choice]:
    """Return the ways of counting that a reader might also have chosen.

    Whose words: those of the page, or everybody's; of everybody's, the outlets' own.

    Parameters
    ----------
    shown : Choice
        How the page counts.
    events : sequence of str
        Which events.
    places : sequence of str
        Where, besides the place of the page.
    """
    voices = {shown.voice, "all", "outlet" if shown.voice == "all" else shown.voice}
    places = [shown.place, *places]
    return [
        Choice(*names)
        for names in itertools.product(
            [name for name in VOICE_GROUPS if name in voices],
            COPY_RULES,
            [name for name in PLACE_GROUPS if name in places],
            events,
        )
    ]


def measure_choices(
    counted: Counted, choices: Sequence[Choice], measure: Measure
) -> list[dict[str, Any]]:
    """Return the rows of all ways of counting; what selects the same hits is computed once.

    The number `selection` is the same where the same hits in the same articles count.
    """
    rows: list[dict[str, Any]] = []
    selections: dict[tuple[bytes, bytes], int] = {}
    known: dict[tuple[int, bool], list[dict[str, Any]]] = {}
    for choice in choices:
        articles = counted.select_articles(choice.copies, choice.events)
        counts = counted.select_counts(choice, articles)
        selection = selections.setdefault((hash_rows(articles), hash_rows(counts)), len(selections))
        key = selection, choice.place in CODED_PLACES
        if key not in known:
            known[key] = measure(choice, counts, articles)
        rows += [{**asdict(choice), "selection": selection, **row} for row in known[key]]
    return rows


def hash_rows(frame: pd.DataFrame) -> bytes:
    """Return what tells apart the articles or counts that are selected of the same table."""
    keys = [name for name in (*CELL_COLUMNS, "place", "n") if name in frame]
    return pd.util.hash_pandas_object(frame[keys], index=False).to_numpy().tobytes()


def measure_shares(
    counted: Counted,
    contrast: Contrast,
    choice: Choice,
    counts: pd.DataFrame,
    articles: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Return the difference of two shares in one way of counting, and again in the right sense.

    Parameters
    ----------
    counted : Counted
    contrast : Contrast
        Which difference.
    choice : Choice
    counts, articles : DataFrame
        What counts then.

    Returns
    -------
    list of dict
        One row per sense rule: its name, the numbers of the difference, and why there may be none.
    """
    senses = ["all", "right"] if len(counted.marks) and choice.place in CODED_PLACES else ["all"]
    design = Design.of(counted.study, articles)
    outlets = sorted(design.outlets or (), key=lambda name: name != contrast.outlet)
    if not {contrast.outlet, contrast.other} - {REST_LABEL} <= set(outlets):
        return [{"senses": name, **NO_NUMBERS, "reason": FEW_ARTICLES} for name in senses]
    design = replace(design, outlets=outlets)  # of a pair, the first is that of the contrast
    variants = {contrast.concept: counted.variants}
    [compared] = compare_concepts(counts, articles, variants, design)
    against = "rest" if contrast.other == REST_LABEL else "pairs"
    table = build_contrast_table(compared, against, design.level)
    own, other = pick_sides(compared, contrast.outlet, contrast.other)
    base = NO_NUMBERS | {"n_articles": int(own.units), "n_other": int(other.units)}
    rows = [base | {"senses": "all", "reason": FEW_ARTICLES} | pick_row(table, contrast)]
    if "right" in senses:
        corrected = compare_right_senses(
            (own, other), counted.marks, counted.variants, choice.voice, design
        )
        estimate = corrected.loc[contrast.variant].to_dict()
        rows.append(base | {"senses": "right", "reason": FEW_MARKS} | estimate)
    return rows


def measure_events(
    counted: Counted,
    contrast: Contrast,
    choice: Choice,
    counts: pd.DataFrame,
    articles: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Return the difference in all, on shared events and within events in one way of counting.

    The parameters are those of `measure_shares`; the choice of events says which articles count for
    all three.
    """
    kinds = {"all": ("raw", FEW_ARTICLES), "shared": ("shared", FEW_EVENTS)}
    kinds["within"] = ("within", FEW_EVENTS)
    design = Design.of(counted.study, articles)
    if not {contrast.outlet, contrast.other} - {REST_LABEL} <= set(design.outlets or ()):
        return [{"events": rule, **NO_NUMBERS, "reason": FEW_ARTICLES} for rule in kinds]
    located = add_outlet_and_unit(counts, articles)
    links = keep_links(counted.links, articles)
    linked = link_articles(located, articles, links, counted.variants)
    [columns] = compare_sides(linked, [(contrast.outlet, contrast.other)], design)
    variant = counted.variants.index(contrast.variant)
    return [
        {"events": rule, "reason": why_not} | pick_estimate(columns, kind, variant)
        for rule, (kind, why_not) in kinds.items()
    ]


def pick_estimate(columns: dict[str, Any], kind: str, variant: int) -> dict[str, Any]:
    """Return the numbers of one of the three differences of one variant."""
    names = ("n_articles", "n_other") if kind == "raw" else ("n_shared", "n_shared_other")
    return {
        **{name: columns[f"{kind}_{name}"][variant] for name in ("difference", "low", "high", "p")},
        "n_articles": columns[names[0]],
        "n_other": columns[names[1]],
    }


def explain_missing(counted: Counted, table: pd.DataFrame) -> pd.Series:
    """Return why each way without an interval is not counted; empty for the others."""
    reason = table["reason"].mask((table["events"] != "all") & counted.links.empty, MISSING_LINKS)
    if not counted.has_places:
        reason = reason.mask(table["place"] != "text", MISSING_PLACES)
    return reason.where(table["low"].isna(), "")


def pick_row(contrasts: pd.DataFrame, contrast: Contrast) -> dict[str, Any]:
    """Return difference, low, high and p of one row of a table of contrasts."""
    keys = ["variant", "outlet", "other"]
    is_row = (contrasts[keys] == [getattr(contrast, key) for key in keys]).all(axis=1)
    row = contrasts[is_row].iloc[0]
    return {name: row[name] for name in ("difference", "low", "high", "p")}


def tabulate_choices(
    rows: list[dict[str, Any]], contrast: Contrast, shown: Choice, counted: Counted
) -> pd.DataFrame:
    """Return the `choices` table: the rows with their outcomes, sorted, equal choices once."""
    table = pd.DataFrame(rows).assign(**asdict(contrast))
    table["reason"] = explain_missing(counted, table)
    table["shown"] = (table[list(DIMENSIONS)] == list(asdict(shown).values())).all(axis=1)
    direction = np.sign(table.loc[table["shown"], "difference"].iloc[0])
    table = drop_equal_choices(table.assign(outcome=judge_outcomes(table, direction)))
    size = table["difference"].round(STABLE_DECIMALS).where(table["low"].notna())
    table = table.assign(size=size).sort_values("size", kind="stable", na_position="last")
    return check_columns(table.drop(columns="size").reset_index(drop=True), "choices")


def judge_outcomes(table: pd.DataFrame, direction: float) -> np.ndarray:
    """Return what becomes of a difference: it holds, is unclear, reversed, or not counted.

    Parameters
    ----------
    table : DataFrame
        With low and high.
    direction : float
        The sign of the difference as the page counts.
    """
    low, high = table["low"], table["high"]
    sign = np.where(low > 0, 1, np.where(high < 0, -1, 0))
    conditions = [low.isna(), sign == 0, sign == direction]
    return np.select(conditions, ["not counted", "unclear", "holds"], "reversed")


def drop_equal_choices(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table without choices that never select other hits: they are no other ways.

    Where no article is a copy, say, every way of counting copies counts the same; the one that the
    page has is kept, else the first.
    """
    dimensions = ["voice", "copies", "place", "events"]
    if (table["events"] == "within").any():
        dimensions.remove("events")  # the same hits, compared in three ways
    for dimension in dimensions:
        others = [name for name in DIMENSIONS if name != dimension]
        counted = table[table["senses"] == "all"]
        shown = counted.loc[counted["shown"], dimension]
        kept: dict[str, pd.DataFrame] = {}
        for value in dict.fromkeys([*shown, *counted[dimension]]):
            rows = counted[counted[dimension] == value].sort_values(others)
            selected = rows[[*others, "selection"]].reset_index(drop=True)
            is_counted = rows["low"].notna().any()
            if not (is_counted and any(selected.equals(seen) for seen in kept.values())):
                kept[value] = selected
        table = table[table[dimension].isin(list(kept))]
    return table
