"""The links between a study's articles, and what people who read some of them said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.counts import read_family_links, read_study_links, select_compared
from wording.study.records import StudyRecord
from wording.tables import check_columns


@dataclass(frozen=True)
class StudyLinks:
    """The links of a study.

    Attributes
    ----------
    table : DataFrame
        The table `linked_articles`: one row per link.
    n_articles, n_undated, n_linked : int
        Compared articles: all, those without a date, and those with at least one link.
    n_read, n_right : int
        Links that people read, and those of them that they found right.
    language : str
        The language of the articles, ISO 639-1.
    """

    table: pd.DataFrame
    n_articles: int
    n_undated: int
    n_linked: int
    n_read: int
    n_right: int
    language: str


def find_study_links(study: StudyRecord, *, copies: str = "all") -> StudyLinks:
    """Return the links of a study's compared articles; `copies` is as in `count_study_hits`."""
    articles, family_links = read_family_links(study)
    compared = select_compared(study, articles, copies=copies).articles
    links = read_study_links(study, copies=copies)
    verdicts = family_links["verdict"].drop_nulls()
    return StudyLinks(
        tabulate_links(links, compared, family_links.to_pandas()),
        n_articles=len(compared),
        n_undated=int(compared["date"].isna().sum()),
        n_linked=pd.concat([links["doc_id"], links["other"]]).nunique(),
        n_read=len(verdicts),
        n_right=int((verdicts == "same event").sum()),
        language=study.language,
    )


def tabulate_links(
    links: pd.DataFrame, articles: pd.DataFrame, family_links: pd.DataFrame
) -> pd.DataFrame:
    """Return the table `linked_articles`.

    Parameters
    ----------
    links : DataFrame
        The table `links`.
    articles : DataFrame
        The compared articles.
    family_links : DataFrame
        The links between families, with their verdicts (see `read_family_links`).
    """
    known = articles.set_index("doc_id")
    families = np.sort(
        np.column_stack(
            [known["family"].reindex(links[name]) for name in ("doc_id", "other")]
        ).astype(str),
        axis=1,
    )
    verdicts = family_links.set_index(["doc_id", "other"])["verdict"]
    table = links.assign(
        **{
            f"{prefix}{column}": known[column].reindex(links[name]).to_numpy()
            for name, prefix in (("doc_id", ""), ("other", "other_"))
            for column in ("outlet", "date", "title")
        },
        verdict=verdicts.reindex(pd.MultiIndex.from_arrays(families.T)).to_numpy(),
    )
    return check_columns(table, "linked_articles")


def draw_links(found: StudyLinks, *, size: int = 40, seed: int = 1) -> pd.DataFrame:
    """Return a random sample of links that nobody has read yet, in the order in which to read them.

    Parameters
    ----------
    found : StudyLinks
        The links of the study.
    size : int
        Links to draw; of fewer, all.
    seed : int
        What the random numbers start from.
    """
    unread = found.table[found.table["verdict"].isna()]
    order = np.random.default_rng(seed).permutation(len(unread))[:size]
    return unread.iloc[order].reset_index(drop=True)
