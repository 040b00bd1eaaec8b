"""The two figures of the panel; where there is nothing to draw, a note says so."""

from __future__ import annotations

import pandas as pd

from wording.answers.questions.shares import describe_rates
from wording.questions.shares.findings import describe
from wording.questions.timeline.timeline import describe_endpoints
from wording.show import figures as plots
from wording.show import html as show
from wording.show.html import Display
from wording.show.lines import with_lines
from wording.study.records import StudyRecord


def make_shares_figure(study: StudyRecord, shares: pd.DataFrame) -> Display:
    """Return a figure of the share of each variant at each outlet with its interval.

    Of a concept with one variant it shows hits per million words. Its rows are links to lines.

    Parameters
    ----------
    study : StudyRecord
        The study, for the concept's title.
    shares : DataFrame
        The table `shares` of one concept and one voice.
    """
    if not shares["n"].sum():
        return show.note(
            "No hits in this voice, at these outlets, on these days: no shares to plot."
        )
    title = study.concepts[shares["concept"].iloc[0]].title
    if shares["variant"].nunique() > 1:
        drawn = plots.plot_forest(shares)
        return show.figure(
            drawn,
            title=f"Share of each term: {title}",
            alt=describe(shares),
            name="shares",
            data=shares,
        )
    drawn = plots.plot_bars(
        with_lines(shares),
        category="outlet",
        value="per_million",
        label=f"{title}: hits per million words",
        links="lines",
    )
    return show.figure(
        drawn,
        title=f"Hits per million words: {title}",
        alt=describe_rates(shares),
        name="shares",
        data=shares,
    )


def make_timeline_figure(study: StudyRecord, by_period: pd.DataFrame, variant: str) -> Display:
    """Return a figure of the share of one variant over time, with the study's events.

    Parameters
    ----------
    study : StudyRecord
        The study, for the concept's title and the events.
    by_period : DataFrame
        The table `timeline` of one concept.
    variant : str
        The variant.
    """
    shown = by_period[by_period["variant"] == variant]
    if shown["period"].nunique() < 2:
        return show.note("No dated hits, or all within one period: not enough periods to plot.")
    title = f"Share of “{variant}” over time: {study.concepts[shown['concept'].iloc[0]].title}"
    columns = {
        "outlet": "Outlet",
        "label": "Period",
        "n": "Hits",
        "total": "Out of",
        "n_articles": "Articles",
        "share": "Share",
        "low": "Low",
        "high": "High",
    }
    drawn = plots.plot_timeline(shown, events=study.events)
    return show.figure(
        drawn,
        title=title,
        alt=describe_endpoints(shown, variant),
        name="timeline",
        data=shown[shown["total"] > 0],
        data_columns=columns,
    )
