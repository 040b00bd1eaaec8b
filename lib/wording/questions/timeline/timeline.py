"""Shares over time: by day, week, month, quarter or year, with intervals; and everything that a page on time shows, made at once.

Articles count at the date that their source gives; those without one are left out, and their number is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wording.corpus.counts import outlet_order, study_counts
from wording.corpus.terms import VOICES
from wording.errors import WordingError
from wording.phrasing import nearest
from wording.questions.shares.shares import shares
from wording.questions.timeline import changes
from wording.settings import EVERYWHERE
from wording.study.records import Study
from wording.tables import TABLES, among, check

PERIODS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
"""What may be asked for, and pandas' name of it; weeks are ISO weeks, from Monday to Sunday."""

FEWEST = 3
"""Articles with a hit that an outlet has in a period, on average, where the period is chosen."""

MOST = 60
"""Periods from the first to the last article, at most, where the period is chosen."""

GROUPS = 200
"""Pairs of outlet and period that are drawn at once: bounds the memory, never the result."""


@dataclass(frozen=True)
class OverTime:
    """What time shows of one concept: the tables `timeline`, `tested`, `changes`, `plausible` and `order`; `n_undated` articles with a hit have no date.

    `period` is the unit of `timeline`, `variant` the one to show first: the one asked for, else the one that changed most, else the most frequent.
    """

    timeline: pd.DataFrame
    tested: pd.DataFrame
    changes: pd.DataFrame
    plausible: pd.DataFrame
    order: pd.DataFrame
    period: str
    variant: str
    voice: str
    copies: str
    n_undated: int


def timeline(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    variants: Mapping[str, Sequence[str]],
    period: str = "auto",
    outlets: Sequence[str] | None = None,
    draws: int = 999,
    seed: int = 1,
) -> pd.DataFrame:
    """The `timeline` table: one row per concept, variant, outlet and period from the first to the last dated article, hits or none.

    Parameters
    ----------
    counts, articles : as for `shares.shares`; articles with `date`, those without a date are left out.
    variants : the variants of each concept, in order.
    period : day, week, month, quarter, year, or "auto" (see `chosen_period`).
    outlets : in this order, after all of them together; None: all, by name.

    Raises
    ------
    WordingError
        For another period.
    """
    counts, dated = _dated(counts, articles)
    unit = chosen_period(counts, dated) if period == "auto" else _known(period)
    dated = dated.assign(period=dated["date"].dt.to_period(PERIODS[unit]))
    listed = list(outlets) if outlets is not None else sorted(dated["outlet"].unique())
    at_once = max(1, GROUPS // max(1, dated["period"].nunique()))
    sides = [dated[dated["outlet"].isin(listed[first : first + at_once])] for first in range(0, len(listed), at_once)]
    made = [_by_period(counts, here, variants, draws, seed) for here in (dated.assign(outlet=EVERYWHERE), *sides) if len(here)]
    table = pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=[*TABLES["timeline"]])
    return check(_with_gaps(table, dated, [EVERYWHERE, *listed], variants, unit), "timeline")


def chosen_period(counts: pd.DataFrame, articles: pd.DataFrame) -> str:
    """The shortest period of which there are at most 60 and in which an outlet has at least 3 articles with a hit, on average; else a year."""
    hit = articles[among(articles["doc_id"], counts["doc_id"])]
    for name, unit in PERIODS.items():
        periods = hit["date"].dt.to_period(unit)
        span = (periods.max() - periods.min()).n + 1 if len(hit) else 0
        if span <= MOST and len(hit) >= FEWEST * hit["outlet"].nunique() * span:
            return name
    return "year"


def study_over_time(
    study: Study, concept: str, *, variant: str = "", voice: str = "outlet", period: str = "auto", copies: str = "all"
) -> OverTime:
    """What time shows of a study's concept, in the voice and with the copies asked for.

    Parameters
    ----------
    variant : the change of one variant against all others; empty: of the choice among all.
    copies : "all" (every article counts), "one" (an outlet that prints a story twice counts it once) or "none" (only the first of a family).

    Raises
    ------
    WordingError
        For an unknown concept, variant, voice or period, with the nearest name.
    """
    spoken, articles, settings = _spoken(study, concept, voice, copies)
    names = list(study.concepts[concept].variants)
    if variant and variant not in names:
        raise WordingError(f"There is no variant {variant!r}; {nearest(variant, names)}.")
    found = changes.changes(spoken, articles, concept=concept, variants=names, variant=variant, **settings)
    undated = articles.loc[articles["date"].isna(), "doc_id"].pipe(among, spoken["doc_id"])
    by_period = timeline(spoken, articles, variants={concept: names}, period=period, **settings)
    shown = variant or _moved_most(found.changes) or most_frequent(by_period, names)
    unit = chosen_period(*_dated(spoken, articles)) if period == "auto" else period
    return OverTime(by_period, *found, changes.order(found), unit, shown, voice, copies, int(undated.sum()))


def study_timeline(study: Study, concept: str, *, voice: str = "outlet", period: str = "auto", copies: str = "all") -> pd.DataFrame:
    """The `timeline` table of a study's concept: what `study_over_time` gives, without the search for changes, which takes most of its time.

    Raises
    ------
    WordingError
        For an unknown concept, voice or period, with the nearest name.
    """
    spoken, articles, settings = _spoken(study, concept, voice, copies)
    return timeline(spoken, articles, variants={concept: list(study.concepts[concept].variants)}, period=period, **settings)


def most_frequent(by_period: pd.DataFrame, names: Sequence[str]) -> str:
    """Which of the variants has most hits in a `timeline`, of equals the first."""
    n = by_period[by_period["outlet"] == EVERYWHERE].groupby("variant")["n"].sum()
    return n.reindex(names, fill_value=0).idxmax()


def told_apart(lines: pd.DataFrame, made: OverTime) -> pd.DataFrame:
    """The lines (or counts) behind the tables of the variant shown and of the changes: `counted_as` names the period, or the side of a change."""
    labels = dict(made.timeline[["period", "label"]].drop_duplicates().itertuples(index=False, name=None))
    dated = lines.dropna(subset="date")
    starts = dated["date"].dt.to_period(PERIODS[made.period]).dt.start_time.dt.normalize()
    in_period = dated.assign(counted_as=starts.map(labels))
    in_period = in_period[in_period["variant"] == made.variant]
    told = pd.concat([in_period, *changes.beside(dated, made.changes)], ignore_index=True)
    order = [*labels.values(), *(name for name in told["counted_as"].drop_duplicates() if name not in labels.values())]
    return told.assign(counted_as=pd.Categorical(told["counted_as"], categories=order))


def for_lines(table: pd.DataFrame, time: str) -> pd.DataFrame:
    """The rows of single outlets as `show.with_lines` takes them: the column `time` (label, before or after) in the place of the voice, and its hits as `n`."""
    n = table["n" if time == "label" else f"n_{time}"]
    return table.assign(voice=table[time], n=n)[table["outlet"] != EVERYWHERE]


def _known(period):
    if period not in PERIODS:
        raise WordingError(f"There is no period {period!r}; {nearest(period, [*PERIODS, 'auto'])}.")
    return period


def _dated(counts, articles):
    """Return the articles with a date, and their counts."""
    dated = articles.dropna(subset="date")
    return counts[among(counts["doc_id"], dated["doc_id"])], dated


def _by_period(counts, articles, variants, draws, seed):
    """Return the shares of some outlets (or of all together), each outlet in each period in the place of an outlet."""
    named = articles.assign(outlet=articles["outlet"] + " " + articles["period"].dt.start_time.dt.strftime("%Y-%m-%d"))
    own = counts[among(counts["doc_id"], articles["doc_id"])]
    table = shares(own, named, variants=variants, draws=draws, seed=seed)
    return table.assign(outlet=table["outlet"].str[:-11], period=pd.to_datetime(table["outlet"].str[-10:]))


def _with_gaps(table, dated, outlets, variants, unit):
    """Return the table with a row also for each period without an article, and the name of each period."""
    span = pd.period_range(dated["period"].min(), dated["period"].max(), freq=PERIODS[unit]) if len(dated) else []
    pairs = [(concept, variant) for concept, of in variants.items() for variant in of]
    rows = [(*pair, outlet, period) for pair in pairs for outlet in outlets for period in span]
    grid = pd.DataFrame(rows, columns=["concept", "variant", "outlet", "span"])
    grid["period"] = pd.to_datetime([period.start_time for period in grid["span"]])
    grid["label"] = [_label(period, unit) for period in grid["span"]]
    whole = (
        grid.merge(table, on=["concept", "variant", "outlet", "period"], how="left")
        if len(table)
        else grid.reindex(columns=[*TABLES["timeline"]])
    )
    n = ["n", "n_articles", "total", "total_articles"]
    return whole.assign(**{name: whole[name].fillna(0).astype(int) for name in n})


def _label(period, unit):
    """Return the name of a period: 2031-04-03, 2031-W14, 2031-04, 2031-Q2, 2031."""
    year, week, _ = period.start_time.isocalendar()
    forms = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    return {"week": f"{year}-W{week:02d}", "quarter": f"{period.year}-Q{period.quarter}"}.get(unit) or period.strftime(forms[unit])


def _moved_most(found):
    if found.empty:
        return ""
    moved = (found["share_after"] - found["share_before"]).abs() * found["rose_most"]
    return found.loc[moved.idxmax(), "variant"]


def _spoken(study, concept, voice, copies):
    """Return the counts of a study's concept in a voice, the articles compared, and how the study wants them drawn."""
    if voice not in VOICES:
        raise WordingError(f"There is no voice {voice!r}; {nearest(voice, VOICES)}.")
    counted = study_counts(study, [concept], copies=copies)
    settings = {"outlets": outlet_order(study, counted.articles), "seed": study.seed, "draws": study.draws}
    return counted.counts[counted.counts["voice"].isin(VOICES[voice])], counted.articles, settings
