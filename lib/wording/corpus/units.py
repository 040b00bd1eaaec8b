"""What is compared: outlets, groups of outlets, or the largest outlets and the others together.

A table of compared articles has the compared name as `outlet`, so that every question takes groups
as it takes outlets; where that is not the outlet itself, `member` is.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from wording.errors import WordingError
from wording.phrasing import format_count, join_names
from wording.settings import OTHER_OUTLETS, one_of
from wording.study.read import locate_setting
from wording.study.records import StudyRecord

MIN_OUTLETS_PER_GROUP = 4
"""Outlets of a group below which intervals say little about other outlets like them."""
MAX_GROUPS_DESCRIBED = 12
"""Groups that a sentence names; the table of what was read has the others."""


def assign_units(study: StudyRecord, articles: pd.DataFrame) -> pd.Series:
    """Return what each article is compared as: its outlet, its group, or "other outlets".

    Parameters
    ----------
    study : StudyRecord
        Its `groups`, or else its `max_outlets`, decide; of these its `outlets` are kept.
    articles : DataFrame
        The `articles` table, all of it.

    Returns
    -------
    Series of str
        Missing for an article that is not compared.

    Raises
    ------
    WordingError
        If the study names an outlet, a group or a column that no article has.
    """
    outlet = articles["outlet"]
    if study.groups:
        units = _assign_groups(study, articles)
    elif study.outlets and OTHER_OUTLETS not in study.outlets:
        units = outlet
    else:
        is_large = outlet.isin(rank_outlets(articles)[: study.max_outlets])
        units = outlet.where(is_large, OTHER_OUTLETS)
    if not study.outlets:
        return units
    known = dict.fromkeys([*outlet.unique(), *units.dropna().unique()])
    unknown = [name for name in study.outlets if name not in known]
    if unknown and not study.only_language:  # in one language, the other outlets have no articles
        one_of("outlet", unknown[0], known, place=locate_setting(study, "outlets"))
    return units.where(outlet.isin(study.outlets) | units.isin(study.outlets))


def _assign_groups(study: StudyRecord, articles: pd.DataFrame) -> pd.Series:
    """Return the group of each article; missing for those in none."""
    assert study.groups is not None
    if column := study.groups.column:
        if articles["group"].isna().all() and len(articles):
            remedy = "name a column that has values, or list outlets: `{left: [A, B], right: [C]}`"
            if not study.has_articles:
                remedy = "the saved counts have no groups: list outlets, or put the articles there"
            place = locate_setting(study, "groups")
            raise WordingError(
                f"{place and f'{place}: '}no article has a value in the column {column!r}, which "
                f"`groups` names; {remedy}."
            )
        return articles["group"]
    known = set(articles["outlet"])
    owners = {}
    for group, outlets in study.groups.outlets.items():
        for outlet in outlets:
            if outlet not in known and not study.only_language:
                one_of("outlet", outlet, known, place=locate_setting(study, "groups", group))
            owners[outlet] = group
    return articles["outlet"].map(owners)


def label_units(articles: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Return compared articles under what they are compared as; `member` is then the outlet."""
    if (units == articles["outlet"]).all():
        return articles
    return articles.assign(member=articles["outlet"], outlet=units)


def relabel_outlets(frame: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return rows about compared articles with their outlets as `label_units` names them."""
    if "member" not in articles or "outlet" not in frame:
        return frame
    units = articles.set_index("doc_id")["outlet"].reindex(frame["doc_id"]).to_numpy()
    return frame.assign(member=frame["outlet"], outlet=units)


def restore_outlets(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows that have their outlets again, whatever they are compared as.

    A table with a column `group` has the group there.
    """
    if "member" not in frame:
        return frame
    grouped = frame.assign(group=frame["outlet"]) if "group" in frame else frame
    return grouped.assign(outlet=frame["member"]).drop(columns="member")


def select_own_outlets(articles: pd.DataFrame) -> pd.Series:
    """Return the outlet of each of the compared articles, whatever it is compared as."""
    return articles["member" if "member" in articles else "outlet"]


def rank_outlets(articles: pd.DataFrame) -> list[str]:
    """Return the outlets, the one with most articles first, equal ones by name."""
    sizes = articles["outlet"].value_counts().reset_index()
    return sizes.sort_values(["count", "outlet"], ascending=[False, True])["outlet"].to_list()


def describe_units(
    study: StudyRecord, articles: pd.DataFrame, set_apart: pd.DataFrame
) -> list[str]:
    """Return what is compared, in sentences, where that is not every outlet for itself.

    Parameters
    ----------
    study : StudyRecord
    articles, set_apart : DataFrame
        The compared articles and the others, as of `select_compared`.
    """
    if "member" not in articles:
        return []
    sizes = articles.groupby("outlet", sort=False).agg(
        n_outlets=("member", "nunique"), n_articles=("doc_id", "size")
    )
    if study.groups is None:
        return [_describe_others(sizes)] if OTHER_OUTLETS in sizes.index else []
    sizes = sizes.sort_values("n_articles", ascending=False, kind="stable")
    parts = [
        f"{row.Index} ({format_count(row.n_outlets, 'outlet')}, "
        f"{format_count(row.n_articles, 'article')})"
        for row in sizes.itertuples()
    ]
    named = join_names(parts, top=MAX_GROUPS_DESCRIBED, rest="more group")
    return [
        f"Outlets are compared in {format_count(len(sizes), 'group')}: {named}.",
        *_describe_ungrouped(study, set_apart),
        *_describe_few(sizes),
    ]


def _describe_others(sizes: pd.DataFrame) -> str:
    others = sizes.loc[OTHER_OUTLETS]
    n_single = len(sizes) - 1
    largest = f"The {n_single:,} largest of {n_single + others['n_outlets']:,} outlets are"
    rest = (
        f"the other {others['n_outlets']:,}, with {format_count(others['n_articles'], 'article')}"
    )
    return (
        f"{largest} compared; {rest}, are taken together as “{OTHER_OUTLETS}”. They are no outlet: "
        "they belong to the others that each is compared with, and are neither tested nor mapped."
    )


def _describe_ungrouped(study: StudyRecord, set_apart: pd.DataFrame) -> list[str]:
    """Return how many articles are in no group."""
    ungrouped = select_ungrouped(study, set_apart)
    n = len(ungrouped)
    if study.groups and (column := study.groups.column):
        verb = "has" if n == 1 else "have"
        reason = f"{verb} no value in the column {column!r}"
    else:
        outlets = format_count(ungrouped["outlet"].nunique(), "outlet")
        reason = f"of {outlets} {'is' if n == 1 else 'are'} in no group"
    verb = "is" if n == 1 else "are"
    return [f"{format_count(n, 'article')} {reason} and {verb} left out."] if n else []


def select_ungrouped(study: StudyRecord, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the articles that are in none of the study's groups; none where it has no groups."""
    if study.groups is None:
        return articles.iloc[:0]
    if study.groups.column:
        return articles[articles["group"].isna()]
    known = [name for outlets in study.groups.outlets.values() for name in outlets]
    return articles[~articles["outlet"].isin(known)]


def _describe_few(sizes: pd.DataFrame) -> list[str]:
    """Return which intervals say little about other outlets, because a group has few."""
    single = sizes.index[sizes["n_outlets"] == 1]
    few = sizes.index[(sizes["n_outlets"] > 1) & (sizes["n_outlets"] < MIN_OUTLETS_PER_GROUP)]
    sentences = []
    if len(single):
        verb, whose = ("is", "its") if len(single) == 1 else ("are", "their")
        noun = "a single outlet" if len(single) == 1 else "single outlets"
        sentences.append(
            f"{_join(single)} {verb} {noun}: {whose} intervals say how far articles vary, not what "
            "other outlets of the kind would write."
        )
    if len(few):
        verb = "has" if len(few) == 1 else "have"
        sentences.append(
            f"{_join(few)} {verb} fewer than {MIN_OUTLETS_PER_GROUP} outlets: where these differ "
            "from each other, intervals are wide, and may still be too narrow for other outlets of "
            "the kind."
        )
    return sentences


def _join(names: Iterable[str]) -> str:
    return join_names(names, top=MAX_GROUPS_DESCRIBED, rest="more group")


def list_members(articles: pd.DataFrame) -> pd.DataFrame:
    """Return one row per group and outlet: outlet (the group), member, n_articles, most first."""
    sizes = articles.groupby(["outlet", "member"], sort=False).size().reset_index(name="n_articles")
    return sizes.sort_values(["n_articles", "outlet", "member"], ascending=[False, True, True])
