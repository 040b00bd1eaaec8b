"""What was read: outlets, dates, lengths, rejects, warnings, and hits of each variant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    Counts,
    count_study_hits,
    describe_article_languages,
    describe_missing_phrases,
    select_concepts,
)
from wording.corpus.encoding.corpus import Part
from wording.corpus.encoding.decoding import ROW
from wording.corpus.marks.likeness import describe_language, describe_study_texts
from wording.corpus.phrase_counts import (
    count_study_phrases,
    describe_left_out,
    describe_phrases,
)
from wording.corpus.reading.suspicious import (
    describe_short_texts,
    describe_signs,
    describe_stubs,
)
from wording.corpus.units import (
    describe_units,
    list_members,
    restore_outlets,
    select_own_outlets,
    select_ungrouped,
)
from wording.languages import LANGUAGES_WITHOUT_BLANKS
from wording.patterns import INVISIBLE_CHARACTERS
from wording.phrasing import format_count, join_names
from wording.progress import begin_stage
from wording.study.asked import list_conditions
from wording.study.records import StudyRecord, Variant
from wording.tables import TABLES

MAX_OUTLETS_PRINTED = 30
"""Outlets that `wording check` lists."""

MAX_MEMBERS_PRINTED = 10
"""Outlets of a group that `wording check` names."""


def summarise_outlets(articles: pd.DataFrame) -> pd.DataFrame:
    """Return one row per outlet, the largest first.

    Returns
    -------
    DataFrame
        outlet, n_articles, n_words, median_words, first, last (dates), n_undated,
        boilerplate_share.
    """
    grouped = articles.assign(undated=articles["date"].isna()).groupby("outlet")
    table = grouped.agg(
        n_articles=("doc_id", "size"),
        n_words=("n_words", "sum"),
        median_words=("n_words", "median"),
        n_boilerplate=("n_boilerplate", "sum"),
        first=("date", "min"),
        last=("date", "max"),
        n_undated=("undated", "sum"),
    ).reset_index()
    n_all_words = table["n_words"] + table["n_boilerplate"]
    table["boilerplate_share"] = table["n_boilerplate"] / n_all_words
    return table.drop(columns="n_boilerplate").sort_values(
        ["n_articles", "outlet"], ascending=[False, True], ignore_index=True
    )


def count_monthly_articles(articles: pd.DataFrame) -> pd.DataFrame:
    """Return one row per outlet and month, from the first to the last dated article of all.

    Returns
    -------
    DataFrame
        outlet, month, n_articles; the outlets in the order of `summarise_outlets`.
    """
    dated = articles.dropna(subset="date")
    if dated.empty:
        return pd.DataFrame(columns=["outlet", "month", "n_articles"])
    month = dated["date"].dt.to_period("M")
    months = pd.period_range(month.min(), month.max(), freq="M")
    outlets = summarise_outlets(articles)["outlet"]
    rows = pd.MultiIndex.from_product([outlets, months], names=["outlet", "month"])
    counts = dated.groupby(["outlet", month.rename("month")], observed=True).size()
    table = counts.reindex(rows, fill_value=0).reset_index(name="n_articles")
    return table.assign(month=table["month"].dt.to_timestamp())


def count_variants(study: StudyRecord, counted: Counts) -> pd.DataFrame:
    """Return one row per concept and variant of the study, also of those without hits.

    Returns
    -------
    DataFrame
        concept, variant, n, n_articles, n_outlets.
    """
    articles = restore_outlets(counted.articles)[["doc_id", "outlet"]]
    located = counted.counts.merge(articles, on="doc_id")
    counts = located.groupby(["concept", "variant"]).agg(
        n=("n", "sum"), n_articles=("doc_id", "nunique"), n_outlets=("outlet", "nunique")
    )
    pairs = [
        (name, variant) for name, concept in study.concepts.items() for variant in concept.variants
    ]
    rows = pd.MultiIndex.from_tuples(pairs, names=["concept", "variant"])
    return counts.reindex(rows, fill_value=0).reset_index()


def list_phrases(variant: Variant) -> str:
    """Return the phrases of a variant with `;` between; by language where they are so listed."""
    if isinstance(variant.match, list):
        return "; ".join(variant.match)
    listed = [f"{code}: {', '.join(texts)}" for code, texts in variant.match.items()]
    return "; ".join(listed)


def tabulate_concepts(study: StudyRecord, concepts: Sequence[str] | None = None) -> pd.DataFrame:
    """Return one row per variant of the named concepts, or of all: how it is matched.

    Returns
    -------
    DataFrame
        The table `concepts`: concept, title, variant, phrases, conditions, precision, note.
    """
    rows = [
        {
            "concept": name,
            "title": concept.title,
            "variant": variant,
            "phrases": list_phrases(one),
            "conditions": "; ".join(list_conditions(one)),
            "precision": one.precision_sentence or None,
            "note": one.note,
        }
        for name, concept in select_concepts(study, concepts).items()
        for variant, one in concept.variants.items()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["concepts"]))


def read_rejects(study: StudyRecord) -> pd.DataFrame:
    """Return the `rejects` table of a study; an empty one without the articles.

    Samples are as long as `excerpts` allows on one side of a hit.
    """
    if not study.has_articles:
        return pd.DataFrame(columns=["source", "reason", "sample"])
    rejects = build_corpus(study).rejects.to_pandas()
    if study.width is None:
        return rejects
    return rejects.assign(sample=rejects["sample"].str.split().str[: study.width].str.join(" "))


def count_other_languages(study: StudyRecord) -> pd.DataFrame:
    """Return how many articles are excluded for their language; none without the articles.

    Returns
    -------
    DataFrame
        language (ISO 639-1), n_articles, most first.
    """
    if study.has_articles:
        excluded = build_corpus(study).apart.to_pandas()
    else:
        excluded = pd.DataFrame(columns=["language"])
    sizes = excluded.groupby("language").size().sort_values(ascending=False, kind="stable")
    return sizes.reset_index(name="n_articles")


def list_reading_warnings(study: StudyRecord) -> list[str]:
    """Return what reading the articles gave reason to warn of."""
    if not study.has_articles:
        return [
            "The articles are not available here; the figures below come from the saved counts."
        ]
    return [
        *build_corpus(study).warnings,
        *describe_odd_texts(study),
        *describe_suspicious_texts(study),
    ]


def describe_suspicious_texts(study: StudyRecord) -> list[str]:
    """Return in how many texts something is not clean, or short, and what to do, in sentences."""
    corpus = build_corpus(study)
    n_words = (pl.col("n_words") + pl.col("n_boilerplate")).alias("n")
    return [
        *describe_signs(corpus.signs, corpus.table["outlet"]),
        *(
            []
            if set(corpus.languages) & set(LANGUAGES_WITHOUT_BLANKS)
            else describe_short_texts(corpus.table.select("doc_id", "outlet", n_words))
        ),
    ]


def count_stubs_apart(study: StudyRecord) -> int:
    """Return how many texts are set apart since they are no articles; 0 without the articles."""
    if not study.has_articles or study.articles is None or study.articles.stubs == "keep":
        return 0
    return len(build_corpus(study).stubs)


def describe_study_stubs(study: StudyRecord) -> list[str]:
    """Return how many texts are no articles, and whether they count; none without the articles."""
    if not study.has_articles or study.articles is None:
        return []
    corpus = build_corpus(study)
    are_kept = study.articles.stubs == "keep"
    read = corpus.table["outlet"]
    outlets = read if are_kept else pl.concat([read, corpus.stubs["outlet"]])
    return describe_stubs(corpus.stubs, outlets, are_kept=are_kept)


def describe_odd_texts(study: StudyRecord) -> list[str]:
    """Return in how many articles something is read as what it stands for, in sentences."""
    counts = build_corpus(study).map_parts(count_odd_articles, light=True)
    n_edited, n_invisible = (sum(column) for column in zip(*counts, strict=True))
    edited, invisible = (format_count(n, "article") for n in (n_edited, n_invisible))
    return [
        f"{edited} with character references such as &amp;, tags, escapes such as \\n, misread "
        "quotation marks, words cut at a line end or addresses without their marks: these are read "
        "as what they stand for."
    ] * (n_edited > 0) + [
        f"{invisible} with characters of no width inside words: these are left out when words are "
        "compared."
    ] * (n_invisible > 0)


def count_odd_articles(part: Part) -> tuple[int, int]:
    """Count the articles of a shard with edits, and with characters of no width inside words."""
    shard = part.shard
    forms = shard.forms["type"].str.contains(f"[{INVISIBLE_CHARACTERS}]").arg_true().to_numpy()
    articles = np.unique(shard.article(shard.find_positions(forms)))
    return len(np.unique(shard.edits[:, ROW])), len(articles)


def sentences(
    study: StudyRecord, counted: Counts, phrases: pd.DataFrame | None = None
) -> list[str]:
    """Return what was read, in plain sentences with numbers.

    The `phrases` are counted here unless they were before.
    """
    if phrases is None:
        phrases = count_study_phrases(study)
    n_hits, n_articles = counted.counts["n"].sum(), counted.counts["doc_id"].nunique()
    n_concepts = format_count(len(study.concepts), "concept")
    return [
        _describe_size(counted.articles),
        _describe_dates(counted.articles),
        *describe_article_languages(study, counted.articles),
        *describe_units(study, counted.articles, counted.set_apart),
        *_describe_excluded(
            counted.set_apart.drop(index=select_ungrouped(study, counted.set_apart).index)
        ),
        *_describe_similar_outlets(counted.articles),
        *_describe_other_languages(study),
        *describe_study_stubs(study),
        *_describe_rejects(study, counted),
        f"{format_count(n_hits, 'hit')} of {n_concepts} in {format_count(n_articles, 'article')}.",
        *(line for name in study.concepts for line in describe_missing_phrases(study, name)),
        *describe_phrases(phrases, study.taken),
        *describe_study_texts(counted.articles, study.counted_languages),
        # The voice is in the sentences above.
        *(line for code in study.counted_languages for line in describe_language(code)[1:]),
    ]


def headline(articles: pd.DataFrame) -> str:
    """Return how many articles there are, of how many outlets and from when."""
    size = f"{format_count(len(articles), 'article')} of "
    size += format_count(select_own_outlets(articles).nunique(), "outlet")
    dates = articles["date"].dropna()
    if dates.empty:
        return size
    months = list(dict.fromkeys(f"{day:%B %Y}" for day in (dates.min(), dates.max())))
    return f"{size}, {' to '.join(months)}"


def _describe_size(articles: pd.DataFrame) -> str:
    outlets = format_count(select_own_outlets(articles).nunique(), "outlet")
    verb = "is" if len(articles) == 1 else "are"
    return (
        f"{format_count(len(articles), 'article')} of {outlets} {verb} compared, "
        f"{articles['n_words'].sum():,} words without boilerplate."
    )


def _describe_dates(articles: pd.DataFrame) -> str:
    dates = articles["date"].dropna()
    if dates.empty:
        return "No article has a date."
    undated = format_count(len(articles) - len(dates), "article")
    others = f"; {undated} without a date" if len(dates) < len(articles) else ""
    return f"Their dates run from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}{others}."


def _describe_similar_outlets(articles: pd.DataFrame) -> list[str]:
    names = pd.Series(select_own_outlets(articles).unique(), dtype=str)
    plain = names.str.normalize("NFKC").str.replace(
        r"[\u00ad\u200b-\u200f\u2060\ufeff]", "", regex=True
    )
    groups = names.groupby(plain.str.split().str.join(" ").str.casefold())
    return [
        f"{join_names(map(repr, sorted(same)))} differ only in case, width, blanks or characters "
        "that cannot be seen, and are counted as different outlets: give them one name."
        for _, same in groups
        if len(same) > 1
    ]


def _describe_excluded(excluded: pd.DataFrame) -> list[str]:
    if excluded.empty:
        return []
    articles = format_count(len(excluded), "article")
    verb, pronoun = ("is", "it is") if len(excluded) == 1 else ("are", "they are")
    outlets = format_count(excluded["outlet"].nunique(), "outlet")
    return [
        f"{articles} {verb} excluded: {pronoun} from outlets or dates that this study does not "
        f"compare ({outlets})."
    ]


def _describe_other_languages(study: StudyRecord) -> list[str]:
    languages = count_other_languages(study)
    if languages.empty:
        return []
    n_excluded = int(languages["n_articles"].sum())
    verb = "is excluded because it is" if n_excluded == 1 else "are excluded because they are"
    counts = ", ".join(f"{row.language} {row.n_articles:,}" for row in languages.itertuples())
    languages_read = join_names(study.languages)
    return [
        f"{format_count(n_excluded, 'article')} {verb} not in {languages_read} ({counts}). The "
        "language comes from the source's `language` column or, without one, from the text."
    ]


def _describe_rejects(study: StudyRecord, counted: Counts) -> list[str]:
    if not study.has_articles:
        return []
    n_rejected = len(read_rejects(study))
    if not n_rejected:
        return ["All articles could be read."]
    n_read = len(counted.articles) + len(counted.set_apart)
    n_read += count_other_languages(study)["n_articles"].sum() + count_stubs_apart(study)
    return [f"{n_rejected:,} of {n_read + n_rejected:,} articles could not be read."]


def describe_bars(table: pd.DataFrame, *, category: str, value: str, unit: str) -> str:
    """Return what a figure of the table shows: how many bars, the longest and the shortest.

    Parameters
    ----------
    table : DataFrame
        One row per bar.
    category, value : str
        The columns with the name and the length of each bar.
    unit : str
        What is counted, in the plural.
    """
    if table.empty:
        return f"There are no {unit} to show."
    least, most = table.loc[table[value].idxmin()], table.loc[table[value].idxmax()]
    return (
        f"{format_count(len(table), category)}; {_format_category(most[category])} has the most "
        f"{unit} ({most[value]:,}), {_format_category(least[category])} the fewest "
        f"({least[value]:,})."
    )


def _format_category(category: object) -> str:
    """A bar's name; a month as year and month."""
    return f"{category:%Y-%m}" if isinstance(category, pd.Timestamp) else str(category)


def describe_members(articles: pd.DataFrame) -> list[str]:
    """Return a line for each group: its outlets with their articles; none without groups."""
    if "member" not in articles:
        return []
    lines = [""]
    for group, rows in list_members(articles).groupby("outlet", sort=False):
        members = [f"{row.member} {row.n_articles:,}" for row in rows.itertuples()]
        lines.append(f"{group}: {join_names(members, top=MAX_MEMBERS_PRINTED, rest='more outlet')}")
    return lines if len(lines) <= MAX_OUTLETS_PRINTED else lines[:MAX_OUTLETS_PRINTED]


def format_inventory(study: StudyRecord) -> list[str]:
    """Return the lines that `wording check` prints."""
    begin_stage("opening the corpus")
    counted = count_study_hits(study)
    begin_stage("counting each phrase")
    outlets = summarise_outlets(counted.articles).head(MAX_OUTLETS_PRINTED)
    phrases = count_study_phrases(study)
    lines = [f"{study.title} ({study.folder})", *sentences(study, counted, phrases)]
    lines += [f"note: {warning}" for warning in list_reading_warnings(study)]
    lines += ["", *outlets.to_string(index=False).splitlines()]
    lines += describe_members(counted.articles)
    reasons = read_rejects(study).groupby("reason").size().sort_values(ascending=False)
    if len(reasons):
        lines += ["", *(f"rejected: {n:,} x {reason}" for reason, n in reasons.items())]
    lines += ["", *count_variants(study, counted).to_string(index=False).splitlines()]
    left_out = describe_left_out(phrases)
    return [*lines, *([""] if left_out else []), *(f"note: {line}" for line in left_out)]
