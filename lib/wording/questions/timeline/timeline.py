"""Shares over time: by day, week, month, quarter or year, with intervals; and their changes.

Articles count at the date that their source gives; those without one are left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from wording.phrasing import format_count, format_percent
from wording.questions.design import (
    DEFAULT_DESIGN,
    DEFAULT_REQUEST,
    Design,
    Request,
    compare_articles,
)
from wording.questions.reporting import STABLE_DECIMALS
from wording.questions.shares.shares import compute_shares
from wording.questions.timeline.changes import (
    ChangingChoice,
    find_outlet_changes,
    order_changes,
    split_lines_at_changes,
)
from wording.settings import ALL_OUTLETS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns, is_among, order_as

PERIOD_FREQUENCIES = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
"""What may be asked for, and pandas' name of it; weeks are ISO weeks, from Monday to Sunday."""

PERIOD_FORMATS = {"day": "%Y-%m-%d", "month": "%Y-%m", "quarter": "%Y-Q%q", "year": "%Y"}
"""How a period is called, but for weeks."""

MIN_ARTICLES_PER_PERIOD = 3
"""Articles with a hit that an outlet has in a period, on average, where the period is chosen."""

MAX_PERIODS = 60
"""Periods from the first to the last article, at most, where the period is chosen."""

MAX_GROUPS_PER_BATCH = 200
"""Pairs of outlet and period that are drawn at once: bounds the memory, never the result."""


@dataclass(frozen=True)
class TimelineAnalysis:
    """What time shows of one concept.

    Attributes
    ----------
    timeline, change_tests, changes, change_dates, change_order : pd.DataFrame
        The tables of these names.
    period : str
        The unit of `timeline`.
    variant : str
        The variant to show first: the one asked for, else the one that changed most, else the most
        frequent.
    voice, copies : str
        Whose words count, and which copies.
    n_undated : int
        Articles with a hit that have no date.
    n_tied : int
        Articles with a hit of which it is not known whether another outlet's was earlier: where
        copies are left out, one stands for all of them, and none is evidence of who changed when.
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
    n_tied: int


def compute_timeline(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    period: str = "auto",
    design: Design = DEFAULT_DESIGN,
) -> pd.DataFrame:
    """Return the shares of each variant in each period.

    Parameters
    ----------
    counts, articles : pd.DataFrame
        As for `compute_shares`; articles with `date`, those without a date are left out.
    variants : mapping of str to sequence of str
        The variants of each concept, in order.
    period : str
        day, week, month, quarter, year, or "auto" (see `choose_period`).
    design : Design
        Which outlets, after all of them together, and how articles are drawn.

    Returns
    -------
    pd.DataFrame
        The table `timeline`: one row per concept, variant, outlet and period from the first to the
        last dated article, hits or none.

    Raises
    ------
    WordingError
        For another period.
    """
    one_of("period", period, [*PERIOD_FREQUENCIES, "auto"])
    counts, dated = _select_dated(counts, articles)
    unit = choose_period(counts, dated) if period == "auto" else period
    dated = dated.assign(period=dated["date"].dt.to_period(PERIOD_FREQUENCIES[unit]))
    outlets = design.list_outlets(dated)
    tables = [
        _compute_period_shares(counts, batch, variants, design)
        for batch in _split_batches(dated, outlets)
        if len(batch)
    ]
    columns = list(TABLES["timeline"])
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    grid = _build_grid(dated["period"], [ALL_OUTLETS, *outlets], variants, unit)
    return check_columns(_fill_gaps(table, grid), "timeline")


def choose_period(counts: pd.DataFrame, articles: pd.DataFrame) -> str:
    """Return the shortest period that is long enough, else a year.

    There are at most `MAX_PERIODS` of it, and an outlet has at least `MIN_ARTICLES_PER_PERIOD`
    articles with a hit in one, on average.
    """
    mentioning = articles[is_among(articles["doc_id"], counts["doc_id"])]
    if mentioning.empty:
        return "day"
    min_articles = MIN_ARTICLES_PER_PERIOD * mentioning["outlet"].nunique()
    for name, frequency in PERIOD_FREQUENCIES.items():
        periods = mentioning["date"].dt.to_period(frequency)
        n_periods = (periods.max() - periods.min()).n + 1
        if n_periods <= MAX_PERIODS and len(mentioning) >= min_articles * n_periods:
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
    """Return what time shows of a study's concept, in the voice and with the copies asked for.

    Parameters
    ----------
    study : StudyRecord
    concept : str
    request : Request
        Its voice and copies; its concepts do not count.
    variant : str
        The change of one variant against all others; empty: of the choice among all.
    period : str
        As for `compute_timeline`.

    Raises
    ------
    WordingError
        For an unknown concept, variant, voice or period, with the nearest name.
    """
    compared = compare_articles(study, replace(request, concepts=[concept]))
    spoken, articles = compared.spoken, compared.searched
    is_tied = articles["tied"] & articles["date"].notna() & (request.copies == "none")
    variants = compared.variants[concept]
    if variant:
        one_of("variant", variant, variants)
    choice = ChangingChoice(concept, variants, variant)
    found = find_outlet_changes(spoken, articles[~is_tied], choice, compared.design)
    timeline = compute_timeline(spoken, articles, compared.variants, period, compared.design)
    undated = articles.loc[articles["date"].isna(), "doc_id"]
    return TimelineAnalysis(
        timeline=timeline,
        change_tests=found.change_tests,
        changes=found.changes,
        change_dates=found.change_dates,
        change_order=order_changes(found),
        period=choose_period(*_select_dated(spoken, articles)) if period == "auto" else period,
        variant=variant
        or _find_most_changed(found.changes)
        or find_commonest_variant(timeline, variants),
        voice=request.voice,
        copies=request.copies,
        n_undated=int(is_among(undated, spoken["doc_id"]).sum()),
        n_tied=int(is_among(articles.loc[is_tied, "doc_id"], spoken["doc_id"]).sum()),
    )


def compute_study_timeline(
    study: StudyRecord,
    concept: str,
    request: Request = DEFAULT_REQUEST,
    period: str = "auto",
) -> pd.DataFrame:
    """Return the table `timeline` of a study's concept.

    It is that of `analyse_study_timeline`, without the search for changes, which takes most of the
    time.

    Parameters
    ----------
    study, concept, request, period
        As for `analyse_study_timeline`.

    Raises
    ------
    WordingError
        For an unknown concept, voice or period, with the nearest name.
    """
    compared = compare_articles(study, replace(request, concepts=[concept]))
    return compute_timeline(
        compared.spoken, compared.searched, compared.variants, period, compared.design
    )


def find_commonest_variant(timeline: pd.DataFrame, variants: Sequence[str]) -> str:
    """Return which of the variants has most hits in a table `timeline`, of equals the first."""
    n = timeline[timeline["outlet"] == ALL_OUTLETS].groupby("variant")["n"].sum()
    return str(n.reindex(variants, fill_value=0).idxmax())


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


def label_timeline_lines(lines: pd.DataFrame, analysis: TimelineAnalysis) -> pd.DataFrame:
    """Return the lines (or counts) behind the tables of the variant shown and of the changes.

    Parameters
    ----------
    lines : pd.DataFrame
        The lines of the concept, or its counts per article.
    analysis : TimelineAnalysis

    Returns
    -------
    pd.DataFrame
        `counted_as` names the period, or the side of a change.
    """
    periods = analysis.timeline[["period", "label"]].drop_duplicates()
    labels = dict(periods.itertuples(index=False, name=None))
    dated = lines.dropna(subset="date")
    period = dated["date"].dt.to_period(PERIOD_FREQUENCIES[analysis.period])
    starts = period.dt.start_time.dt.normalize()
    in_period = dated.assign(counted_as=starts.map(labels))
    in_period = in_period[in_period["variant"] == analysis.variant]
    parts = [in_period, *split_lines_at_changes(dated, analysis.changes)]
    labelled = pd.concat(parts, ignore_index=True)
    order = dict.fromkeys([*labels.values(), *labelled["counted_as"].dropna()])
    return order_as(labelled, {"counted_as": order})


def prepare_line_links(table: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return the rows of single outlets with what leads from them to their lines.

    Parameters
    ----------
    table : pd.DataFrame
        The table `timeline` or `changes`.
    time : str
        The column that names the lines, in the place of the voice: label, before or after.

    Returns
    -------
    pd.DataFrame
        With `voice` and `n`, the hits then.
    """
    n = table["n"] if time == "label" else table[f"n_{time}"]
    return table.assign(voice=table[time], n=n)[table["outlet"] != ALL_OUTLETS]


def _select_dated(
    counts: pd.DataFrame, articles: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the articles with a date after their counts."""
    dated = articles.dropna(subset="date")
    return counts[is_among(counts["doc_id"], dated["doc_id"])], dated


def _split_batches(dated: pd.DataFrame, outlets: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield the articles of all outlets together, then those of some outlets at a time."""
    yield dated.drop(columns="member", errors="ignore").assign(outlet=ALL_OUTLETS)
    size = max(1, MAX_GROUPS_PER_BATCH // max(1, dated["period"].nunique()))
    for start in range(0, len(outlets), size):
        yield dated[dated["outlet"].isin(outlets[start : start + size])]


def _compute_period_shares(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    variants: Mapping[str, Sequence[str]],
    design: Design,
) -> pd.DataFrame:
    """Return the shares of some outlets (or of all together) in each period.

    An outlet in a period stands in the place of an outlet; its name is what the draws start from.
    """
    start = articles["period"].dt.start_time.dt.normalize()
    group = articles["outlet"] + " " + start.dt.strftime("%Y-%m-%d")
    own = counts[is_among(counts["doc_id"], articles["doc_id"])]
    table = compute_shares(
        own, articles.assign(outlet=group), variants, replace(design, outlets=None)
    )
    groups = pd.DataFrame({"group": group, "outlet": articles["outlet"], "period": start})
    parts = groups.drop_duplicates("group").set_index("group").loc[table["outlet"]]
    return table.assign(outlet=parts["outlet"].to_numpy(), period=parts["period"].to_numpy())


def _build_grid(
    periods: pd.Series,
    outlets: Sequence[str],
    variants: Mapping[str, Sequence[str]],
    unit: str,
) -> pd.DataFrame:
    """Return a row for each variant, outlet and period from the first to the last, named."""
    span: Sequence[pd.Period] = []
    if len(periods):
        span = pd.period_range(periods.min(), periods.max(), freq=PERIOD_FREQUENCIES[unit])
    rows = [
        (concept, variant, outlet, period.start_time, _format_period(period, unit))
        for concept, names in variants.items()
        for variant in names
        for outlet in outlets
        for period in span
    ]
    grid = pd.DataFrame(rows, columns=["concept", "variant", "outlet", "period", "label"])
    return grid.assign(period=pd.to_datetime(grid["period"]))


def _fill_gaps(table: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a row also for each period without an article."""
    if table.empty:
        whole = grid.reindex(columns=list(TABLES["timeline"]))
    else:
        whole = grid.merge(table, on=["concept", "variant", "outlet", "period"], how="left")
    counts = ["n", "n_articles", "total", "total_articles"]
    return whole.assign(**{name: whole[name].fillna(0).astype(int) for name in counts})


def _format_period(period: pd.Period, unit: str) -> str:
    """Return the name of a period: 2031-04-03, 2031-W14, 2031-04, 2031-Q2, 2031."""
    if unit == "week":
        year, week, _ = period.start_time.isocalendar()
        return f"{year}-W{week:02d}"
    return str(period.strftime(PERIOD_FORMATS[unit]))


def _find_most_changed(changes: pd.DataFrame) -> str:
    """Return the variant whose share changed most; "" where nothing changed."""
    if changes.empty:
        return ""
    size = (changes["share_after"] - changes["share_before"]).abs() * changes["rose_most"]
    return str(changes.loc[size.round(STABLE_DECIMALS).idxmax(), "variant"])
