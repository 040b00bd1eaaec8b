"""What was read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from wording.answers.answer import Answer, Evidence, Picture
from wording.answers.lines import find_hit_lines
from wording.answers.tables import make_table
from wording.corpus import inventory
from wording.corpus.counts import Counts, count_study_hits
from wording.settings import ALL_OUTLETS
from wording.show.figures import plot_bars, plot_monthly_counts
from wording.show.lines import with_lines
from wording.study.records import StudyRecord


def answer_concepts(record: StudyRecord, concepts: Sequence[str] | None = None) -> Answer:
    """Answer which concepts a study has, how they are matched, and of how many lines it is right.

    Parameters
    ----------
    record : StudyRecord
        The study.
    concepts : sequence of str, optional
        Which of its concepts; all if left out.
    """
    table = inventory.tabulate_concepts(record, concepts)
    optional = [name for name in ("conditions", "precision") if table[name].any()]
    columns = ["variant", "phrases", *optional, "note"]
    is_one = table["concept"].nunique() == 1
    sources = [record.concepts[name].precision_note for name in table["concept"].unique()]
    return Answer(
        record,
        "concepts",
        "concepts",
        table,
        "One row per term." if is_one else "One row per concept and term.",
        columns=columns if is_one else ["concept", *columns],
        tell=lambda: list(dict.fromkeys(filter(None, sources))),
        empty="This study has no concepts: ask for a pattern, such as study.shares('coup; riot*').",
    )


def answer_articles(record: StudyRecord, copies: str) -> Answer:
    """Answer which articles are compared."""
    table = make_table(record, "articles", copies=copies)
    return Answer(record, "articles", "articles", table, "One row per compared article.")


def answer_inventory(record: StudyRecord) -> Answer:
    """Answer what was read: whose articles, from when, how often each variant was found."""
    counted = count_study_hits(record)
    outlets = inventory.summarise_outlets(counted.articles)
    rejects = inventory.read_rejects(record)
    n_stubs = inventory.count_stubs_apart(record)
    return Answer(
        record,
        "outlets",
        "outlet_inventory",
        outlets,
        "One row per outlet. Only words of the body are counted.",
        tell=lambda: inventory.sentences(record, counted),
        headline=inventory.headline(counted.articles),
        picture=Picture(
            "Articles per outlet",
            inventory.describe_bars(
                outlets, category="outlet", value="n_articles", unit="articles"
            ),
            lambda linked: plot_bars(
                outlets, category="outlet", value="n_articles", label="articles"
            ),
            why_not="" if len(outlets) else "No article is compared, so there is nothing to plot.",
        ),
        evidence=Evidence(
            partial(find_hit_lines, record), "The hits of each variant.", by="everywhere"
        ),
        parts={
            "months": partial(answer_months, record, counted),
            "variants": partial(answer_variants, record, counted),
            "warnings": partial(answer_warnings, record, rejects),
        },
        summary=f"{len(counted.articles):,} articles compared, "
        f"{len(counted.set_apart):,} excluded, {len(rejects):,} rejected"
        + (f", {n_stubs:,} set apart as no articles" if n_stubs else ""),
    )


def answer_months(record: StudyRecord, counted: Counts) -> Answer:
    """Answer from when the articles are."""
    months = inventory.count_monthly_articles(counted.articles)
    together = months.groupby("month", as_index=False)["n_articles"].sum()
    return Answer(
        record,
        "articles-per-month",
        "months",
        months,
        "One row per outlet and month.",
        picture=Picture(
            "Articles per outlet and month",
            inventory.describe_bars(
                together, category="month", value="n_articles", unit="articles"
            ),
            lambda linked: plot_monthly_counts(months, panel="outlet"),
            why_not="" if len(months) else "No article has a date, so there is no timeline.",
        ),
    )


def answer_variants(record: StudyRecord, counted: Counts) -> Answer:
    """Answer how often each variant was found."""
    table = inventory.count_variants(record, counted)
    return Answer(
        record,
        "variants",
        "variants",
        table,
        "One row per variant. Hits in the body of compared articles.",
        links={"n": with_lines(table.assign(everywhere=ALL_OUTLETS), by="everywhere")["lines"]},
    )


def answer_warnings(record: StudyRecord, rejects: pd.DataFrame) -> Answer:
    """Answer what could not be read, and what reading gave reason to warn of."""
    warnings = inventory.list_reading_warnings(record)
    none_rejected = (
        "No file or row was rejected."
        if record.has_articles
        else "It is not known what was rejected: the articles are not available here."
    )
    return Answer(
        record,
        "rejects",
        "rejects",
        rejects,
        "One row per file or row that could not be read.",
        tell=lambda: warnings or ["There were no warnings when the articles were read."],
        empty=none_rejected,
    )
