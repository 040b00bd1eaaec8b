"""Shares over time: by day, week, month, quarter or year, with intervals; and everything that a page on time shows, made at once.

Articles count at the date that their source gives; those without one are left out, and their number is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from wording.errors import WordingError
from wording.phrasing import format_count, format_percent, suggest_name
from wording.questions.design import (
    DEFAULT_DESIGN,
    DEFAULT_REQUEST,
    Design,
    Request,
    compare_articles,
)
from wording.questions.shares.shares import compute_shares
from wording.questions.timeline import changes
from wording.settings import ALL_OUTLETS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns, is_among

PERIOD_FREQUENCIES = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
"""What may be asked for, and pandas' name of it; weeks are ISO weeks, from Monday to Sunday."""

MIN_ARTICLES_PER_PERIOD = 3
"""Articles with a hit that an outlet has in a period, on average, where the period is chosen."""

MAX_PERIODS = 60
"""Periods from the first to the last article, at most, where the period is chosen."""

MAX_GROUPS_PER_BATCH = 200
"""Pairs of outlet and period that are drawn at once: bounds the memory, never the result."""


@dataclass(frozen=True)
class TimelineAnalysis:
    """What time shows of one concept: the tables `timeline`, `change_tests`, `changes`, `change_dates` and `change_order`; `n_undated` articles with a hit have no date.

    `period` is the unit of `timeline`, `variant` the one to show first: the one asked for, else the one that changed most, else the most frequent.
    """

    timeline: pd.DataFrame
    change_tests: pd.DataFrame
    changes: pd.DataFrame
    change_dates: pd.DataFrame
    change_order: pd.DataFrame
    period: str
    variant: str
    voice: str
    copies: str
    n_undated: int


def compute_timeline(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    period: str = "auto",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """The `timeline` table: one row per concept, variant, outlet and period from the first to the last dated article, hits or none.

    Parameters
    ----------
    counts, articles : as for `shares.compute_shares`; articles with `date`, those without a date are left out.
    variants : the variants of each concept, in order.
    period : day, week, month, quarter, year, or "auto" (see `choose_period`).
    design : which outlets, after all of them together, and how articles are drawn.

    Raises
    ------
    WordingError
        For another period.
    """
    counts, dated = _select_dated(counts, articles)
    unit = (
        choose_period(counts, dated)
        if period == "auto"
        else one_of("period", period, [*PERIOD_FREQUENCIES, "auto"])
    )
    dated = dated.assign(period=dated["date"].dt.to_period(PERIOD_FREQUENCIES[unit]))
    listed = design.list_outlets(dated)
    at_once = max(1, MAX_GROUPS_PER_BATCH // max(1, dated["period"].nunique()))
    sides = [
        dated[dated["outlet"].isin(listed[first : first + at_once])]
        for first in range(0, len(listed), at_once)
    ]
    made = [
        _compute_period_shares(counts, here, variants, design)
        for here in (dated.assign(outlet=ALL_OUTLETS), *sides)
        if len(here)
    ]
    table = (
        pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=[*TABLES["timeline"]])
    )
    return check_columns(
        _fill_gaps(table, dated, [ALL_OUTLETS, *listed], variants, unit), "timeline"
    )


def choose_period(counts: pd.DataFrame, articles: pd.DataFrame) -> str:
    """The shortest period of which there are at most 60 and in which an outlet has at least 3 articles with a hit, on average; else a year."""
    hit = articles[is_among(articles["doc_id"], counts["doc_id"])]
    for name, unit in PERIOD_FREQUENCIES.items():
        periods = hit["date"].dt.to_period(unit)
        span = (periods.max() - periods.min()).n + 1 if len(hit) else 0
        if (
            span <= MAX_PERIODS
            and len(hit) >= MIN_ARTICLES_PER_PERIOD * hit["outlet"].nunique() * span
        ):
            return name
    return "year"


def analyse_study_timeline(
    study: StudyRecord,
    concept: str,
    request: Request = DEFAULT_REQUEST,
    *,
    variant: str = "",
    period: str = "auto",
) -> TimelineAnalysis:
    """What time shows of a study's concept, in the voice and with the copies asked for.

    Parameters
    ----------
    request : its voice and copies; its concepts do not count.
    variant : the change of one variant against all others; empty: of the choice among all.
    period : as for `compute_timeline`.

    Raises
    ------
    WordingError
        For an unknown concept, variant, voice or period, with the nearest name.
    """
    compared = compare_articles(study, replace(request, concepts=[concept]))
    spoken, articles = compared.spoken, compared.articles
    names = compared.variants[concept]
    if variant and variant not in names:
        raise WordingError(f"There is no variant {variant!r}; {suggest_name(variant, names)}.")
    found = changes.find_outlet_changes(
        spoken, articles, changes.ChangingChoice(concept, names, variant), compared.design
    )
    undated = articles.loc[articles["date"].isna(), "doc_id"].pipe(is_among, spoken["doc_id"])
    by_period = compute_timeline(spoken, articles, compared.variants, period, compared.design)
    shown = variant or _find_most_changed(found.changes) or find_commonest_variant(by_period, names)
    unit = choose_period(*_select_dated(spoken, articles)) if period == "auto" else period
    return TimelineAnalysis(
        by_period,
        *found,
        changes.order_changes(found),
        unit,
        shown,
        request.voice,
        request.copies,
        int(undated.sum()),
    )


def compute_study_timeline(
    study: StudyRecord,
    concept: str,
    request: Request = DEFAULT_REQUEST,
    period: str = "auto",
) -> pd.DataFrame:
    """The `timeline` table of a study's concept: what `analyse_study_timeline` gives, without the search for changes, which takes most of its time.

    Raises
    ------
    WordingError
        For an unknown concept, voice or period, with the nearest name.
    """
    compared = compare_articles(study, replace(request, concepts=[concept]))
    return compute_timeline(
        compared.spoken, compared.articles, compared.variants, period, compared.design
    )


def find_commonest_variant(by_period: pd.DataFrame, names: Sequence[str]) -> str:
    """Which of the variants has most hits in a `timeline`, of equals the first."""
    n = by_period[by_period["outlet"] == ALL_OUTLETS].groupby("variant")["n"].sum()
    return n.reindex(names, fill_value=0).idxmax()


def describe_endpoints(shown: pd.DataFrame, variant: str) -> str:
    """Return a variant's share in the first and in the last period with hits, all outlets together.

    Parameters
    ----------
    shown : pd.DataFrame
        The rows of the variant in the table `timeline`.
    variant : str
        What the variant is called.
    """
    together = shown[shown["outlet"] == ALL_OUTLETS].dropna(subset="share")
    if together.empty:
        return f"“{variant}”: no dated hits."
    first, last = (_describe_period(together.iloc[k]) for k in (0, -1))
    return f"“{variant}”, all outlets together: {first}, {last}."


def _describe_period(row: pd.Series) -> str:
    hits = format_count(int(row["total"]), "hit")
    return f"{format_percent(row['share'])} of {hits} in {row['label']}"


def label_timeline_lines(lines: pd.DataFrame, made: TimelineAnalysis) -> pd.DataFrame:
    """The lines (or counts) behind the tables of the variant shown and of the changes: `counted_as` names the period, or the side of a change."""
    labels = dict(
        made.timeline[["period", "label"]].drop_duplicates().itertuples(index=False, name=None)
    )
    dated = lines.dropna(subset="date")
    starts = (
        dated["date"].dt.to_period(PERIOD_FREQUENCIES[made.period]).dt.start_time.dt.normalize()
    )
    in_period = dated.assign(counted_as=starts.map(labels))
    in_period = in_period[in_period["variant"] == made.variant]
    told = pd.concat(
        [in_period, *changes.split_lines_at_changes(dated, made.changes)], ignore_index=True
    )
    order = [
        *labels.values(),
        *(name for name in told["counted_as"].drop_duplicates() if name not in labels.values()),
    ]
    return told.assign(counted_as=pd.Categorical(told["counted_as"], categories=order))


def prepare_line_links(table: pd.DataFrame, time: str) -> pd.DataFrame:
    """The rows of single outlets as `show.with_lines` takes them: the column `time` (label, before or after) in the place of the voice, and its hits as `n`."""
    n = table["n" if time == "label" else f"n_{time}"]
    return table.assign(voice=table[time], n=n)[table["outlet"] != ALL_OUTLETS]


def _select_dated(counts, articles):
    """Return the articles with a date, and their counts."""
    dated = articles.dropna(subset="date")
    return counts[is_among(counts["doc_id"], dated["doc_id"])], dated


def _compute_period_shares(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    design: Design,
) -> pd.DataFrame:
    """Return the shares of some outlets (or of all together), each outlet in each period in the place of an outlet."""
    named = articles.assign(
        outlet=articles["outlet"] + " " + articles["period"].dt.start_time.dt.strftime("%Y-%m-%d")
    )
    own = counts[is_among(counts["doc_id"], articles["doc_id"])]
    table = compute_shares(own, named, variants, replace(design, outlets=None))
    return table.assign(
        outlet=table["outlet"].str[:-11], period=pd.to_datetime(table["outlet"].str[-10:])
    )


def _fill_gaps(table, dated, outlets, variants, unit):
    """Return the table with a row also for each period without an article, and the name of each period."""
    span = (
        pd.period_range(dated["period"].min(), dated["period"].max(), freq=PERIOD_FREQUENCIES[unit])
        if len(dated)
        else []
    )
    pairs = [(concept, variant) for concept, of in variants.items() for variant in of]
    rows = [(*pair, outlet, period) for pair in pairs for outlet in outlets for period in span]
    grid = pd.DataFrame(rows, columns=["concept", "variant", "outlet", "span"])
    grid["period"] = pd.to_datetime([period.start_time for period in grid["span"]])
    grid["label"] = [_format_period(period, unit) for period in grid["span"]]
    whole = (
        grid.merge(table, on=["concept", "variant", "outlet", "period"], how="left")
        if len(table)
        else grid.reindex(columns=[*TABLES["timeline"]])
    )
    n = ["n", "n_articles", "total", "total_articles"]
    return whole.assign(**{name: whole[name].fillna(0).astype(int) for name in n})


def _format_period(period, unit):
    """Return the name of a period: 2031-04-03, 2031-W14, 2031-04, 2031-Q2, 2031."""
    year, week, _ = period.start_time.isocalendar()
    forms = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    return {"week": f"{year}-W{week:02d}", "quarter": f"{period.year}-Q{period.quarter}"}.get(
        unit
    ) or period.strftime(forms[unit])


def _find_most_changed(found):
    if found.empty:
        return ""
    moved = (found["share_after"] - found["share_before"]).abs() * found["rose_most"]
    return found.loc[moved.idxmax(), "variant"]
