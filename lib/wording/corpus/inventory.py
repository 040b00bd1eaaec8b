"""What was read: outlets, dates, lengths, rejects, warnings, and how often each variant was found."""

from __future__ import annotations

import pandas as pd

from wording.corpus.build import build_corpus
from wording.corpus.counts import Counts, count_study_hits
from wording.phrasing import format_count
from wording.study.records import StudyRecord


def summarise_outlets(articles: pd.DataFrame) -> pd.DataFrame:
    """One row per outlet: outlet, n_articles, n_words, median_words, boilerplate_share, first, last, n_undated; the largest first."""
    grouped = articles.assign(undated=articles["date"].isna()).groupby("outlet")
    table = grouped.agg(
        n_articles=("doc_id", "size"), n_words=("n_words", "sum"), median_words=("n_words", "median"), n_boilerplate=("n_boilerplate", "sum"),
        first=("date", "min"), last=("date", "max"), n_undated=("undated", "sum"),
    ).reset_index()  # fmt: skip
    table["boilerplate_share"] = table["n_boilerplate"] / (
        table["n_words"] + table["n_boilerplate"]
    )
    return table.drop(columns="n_boilerplate").sort_values(
        ["n_articles", "outlet"], ascending=[False, True], ignore_index=True
    )


def count_monthly_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """One row per month from the first to the last dated article: month, n_articles (0 where there is none)."""
    dated = articles.dropna(subset="date").set_index("date")
    return dated.resample("MS").size().rename_axis("month").reset_index(name="n_articles")


def count_variants(study: StudyRecord, counted: Counts) -> pd.DataFrame:
    """One row per concept and variant of the study: concept, variant, n, n_articles, n_outlets; 0 where none was found."""
    located = counted.counts.merge(counted.articles[["doc_id", "outlet"]], on="doc_id")
    found = located.groupby(["concept", "variant"]).agg(
        n=("n", "sum"), n_articles=("doc_id", "nunique"), n_outlets=("outlet", "nunique")
    )
    listed = pd.MultiIndex.from_tuples(
        [(name, v) for name, concept in study.concepts.items() for v in concept.variants],
        names=["concept", "variant"],
    )
    return found.reindex(listed, fill_value=0).reset_index()


def read_rejects(study: StudyRecord) -> pd.DataFrame:
    """The `rejects` table of a study that has its articles; without them, empty."""
    return (
        build_corpus(study)[0].rejects.to_pandas()
        if study.has_articles
        else pd.DataFrame(columns=["source", "reason", "sample"])
    )


def count_other_languages(study: StudyRecord) -> pd.DataFrame:
    """One row per other language than the study's: language (ISO 639-1), n_articles, which are set apart; empty without the articles."""
    apart = (
        build_corpus(study)[0].apart.to_pandas()
        if study.has_articles
        else pd.DataFrame(columns=["language"])
    )
    return (
        apart.groupby("language")
        .size()
        .sort_values(ascending=False, kind="stable")
        .reset_index(name="n_articles")
    )


def list_reading_warnings(study: StudyRecord) -> list[str]:
    """What reading the articles gave reason to warn of."""
    return (
        build_corpus(study)[0].warnings
        if study.has_articles
        else ["The articles are not here: what follows was counted when they were."]
    )


def sentences(study: StudyRecord, counted: Counts) -> list[str]:
    """What was read, in plain sentences with numbers."""
    articles, apart, n_rejected = counted.articles, counted.set_apart, len(read_rejects(study))
    named = articles["outlet"].nunique()
    said = [
        f"{format_count(len(articles), 'article')} of {format_count(named, 'outlet')} {'is' if len(articles) == 1 else 'are'} compared, "
        f"{articles['n_words'].sum():,} words without boilerplate."
    ]
    dated = articles["date"].dropna()
    if len(dated):
        said.append(
            f"Their dates run from {dated.min():%Y-%m-%d} to {dated.max():%Y-%m-%d}; {format_count(len(articles) - len(dated), 'article')} without a date."
        )
    else:
        said.append("No article has a date.")
    if len(apart):
        said.append(
            f"{format_count(len(apart), 'article')} of {format_count(apart['outlet'].nunique(), 'other outlet')} or another period set apart."
        )
    foreign = count_other_languages(study)
    n_foreign = foreign["n_articles"].sum()
    if n_foreign:
        told = ", ".join(f"{row.language} {row.n_articles:,}" for row in foreign.itertuples())
        said.append(
            f"{format_count(n_foreign, 'article')} in another language than {study.language} set apart ({told}): a column `language` in the source decides, or else the text."
        )
    if study.has_articles:
        said.append(
            f"{n_rejected:,} of {len(articles) + len(apart) + n_foreign + n_rejected:,} given could not be read."
            if n_rejected
            else "Everything that was given could be read."
        )
    hits = counted.counts["n"].sum()
    return [
        *said,
        f"{hits:,} hits of {format_count(len(study.concepts), 'concept')} in {counted.counts['doc_id'].nunique():,} articles.",
    ]


def describe_bars(table: pd.DataFrame, *, category: str, value: str, unit: str) -> str:
    """What a figure of the table shows, in words: how many bars, the longest and the shortest."""
    if table.empty:
        return f"No {category} has any {unit}."
    least, most = table.loc[table[value].idxmin()], table.loc[table[value].idxmax()]
    name = lambda row: (
        f"{row[category]:%Y-%m}" if isinstance(row[category], pd.Timestamp) else str(row[category])
    )  # noqa: E731
    return f"{format_count(len(table), category)}; most {unit}: {name(most)} with {most[value]:,}; fewest: {name(least)} with {least[value]:,}."


def format_inventory(study: StudyRecord) -> list[str]:
    """The inventory that `wording check` prints."""
    counted = count_study_hits(study)
    said = [
        f"{study.title} ({study.folder})",
        *sentences(study, counted),
        *(f"note: {warning}" for warning in list_reading_warnings(study)),
    ]
    table = summarise_outlets(counted.articles)
    said += ["", *table.head(30).to_string(index=False).splitlines()]
    reasons = read_rejects(study).groupby("reason").size().sort_values(ascending=False)
    said += (
        ["", *(f"rejected: {n:,} x {reason}" for reason, n in reasons.items())]
        if len(reasons)
        else []
    )
    found = count_variants(study, counted)
    return [*said, "", *found.to_string(index=False).splitlines()]
