"""The two figures of the panel, as the pages draw them; where there is nothing to draw, a note says so."""

from __future__ import annotations

import pandas as pd

from wording.answers.questions.shares import describe_rates
from wording.questions.shares.findings import describe
from wording.questions.timeline.timeline import describe_endpoints
from wording.show import figures as plots
from wording.show import html as show
from wording.show.html import Display
from wording.study.records import StudyRecord


def make_shares_figure(study: StudyRecord, shares: pd.DataFrame) -> Display:
    """The share of each variant at each outlet with its interval; of a concept with one variant, hits per million words.

    Parameters
    ----------
    shares : the table `shares` of one concept and one voice.
    """
    if not shares["n"].sum():
        return show.note(
            "No hit in this voice, at these outlets, on these days: there is no share to draw."
        )
    title = study.concepts[shares["concept"].iloc[0]].title
    if shares["variant"].nunique() > 1:
        drawn = plots.plot_forest(shares, links=False)
        return show.figure(
            drawn,
            title=f"Share of each term: {title}",
            alt=describe(shares),
            name="shares",
            data=shares,
        )
    drawn = plots.plot_bars(
        shares, category="outlet", value="per_million", label=f"{title}: hits per million words"
    )
    return show.figure(
        drawn,
        title=f"Hits per million words: {title}",
        alt=describe_rates(shares),
        name="shares",
        data=shares,
    )


def make_timeline_figure(study: StudyRecord, by_period: pd.DataFrame, variant: str) -> Display:
    """The share of one variant over time, a strip per outlet, with the study's events.

    Parameters
    ----------
    by_period : the table `timeline` of one concept.
    """
    shown = by_period[by_period["variant"] == variant]
    if shown["period"].nunique() < 2:
        return show.note(
            "No dated hits, or all within one period: there is no course of time to draw."
        )
    title = f"Share of “{variant}” over time: {study.concepts[shown['concept'].iloc[0]].title}"
    columns = {
        "outlet": "Outlet",
        "label": "Period",
        "n": "Hits",
        "total": "Of",
        "n_articles": "Articles",
        "share": "Share",
        "low": "Low",
        "high": "High",
    }
    drawn, told = plots.plot_timeline(shown, events=study.events), shown[shown["total"] > 0]
    return show.figure(
        drawn,
        title=title,
        alt=describe_endpoints(shown, variant),
        name="timeline",
        data=told,
        data_columns=columns,
    )
