"""The events that outlets word most differently: small groups of linked articles to read.

Links are not made into clusters, since a running story would become one. An event is a pair of
linked articles with the articles of other outlets that are linked to both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from wording.corpus.counts import read_study_links
from wording.questions.design import DEFAULT_REQUEST, Request, compare_articles
from wording.questions.reporting import STABLE_DECIMALS
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

MAX_OUTLETS_PER_EVENT = 6
"""Articles that are shown side by side; of several of an outlet, the one with the surest links."""


def find_study_divided_events(
    study: StudyRecord, concept: str, request: Request = DEFAULT_REQUEST, *, top: int = 10
) -> pd.DataFrame:
    """Return the `divided_events` table of one concept of a study.

    Parameters
    ----------
    study : StudyRecord
    concept : str
        One of its concepts.
    request : Request
        Voice and copies.
    top : int
        Number of events.
    """
    asked = Request([concept], request.voice, request.copies)
    compared = compare_articles(study, asked)
    links = read_study_links(study, copies=request.copies)
    variants = compared.variants[concept]
    events = find_divided_events(compared.spoken, compared.articles, links, variants, top=top)
    place = events["outlet"].map({name: k for k, name in enumerate(compared.design.outlets or ())})
    events = events.assign(place=place).sort_values(["event", "place"], ignore_index=True)
    if "member" in compared.articles:  # outlets are compared in groups
        member = compared.articles.set_index("doc_id")["member"].reindex(events["doc_id"])
        events = events.assign(outlet=member.to_numpy() + " (" + events["outlet"] + ")")
    if study.width is not None:  # a headline is text
        events = events.assign(title=None)
    return check_columns(events.assign(concept=concept), "divided_events")


def find_divided_events(
    counts: pd.DataFrame,
    articles: pd.DataFrame,
    links: pd.DataFrame,
    variants: Sequence[str],
    *,
    top: int = 10,
) -> pd.DataFrame:
    """Return the events whose articles differ most in their terms, one row per event and article.

    Parameters
    ----------
    counts : DataFrame
        Of one concept: doc_id, variant, n.
    articles : DataFrame
        doc_id, outlet, family, date, title, url.
    links : DataFrame
        doc_id, other, score.
    variants : sequence of str
        In order.
    top : int
        Number of events.

    Returns
    -------
    DataFrame
        The columns of `divided_events` in `wording.tables` but for the concept. An event is ranked
        by how far its two most different articles lie apart times the probability of their link,
        and by their hits: one hit says less than several. No article stands in two events.
    """
    hits = counts.pivot_table(
        index="doc_id", columns="variant", values="n", aggfunc="sum", fill_value=0
    ).reindex(columns=list(variants), fill_value=0)
    hits = hits[hits.sum(axis=1) > 0]
    about = articles.set_index("doc_id").reindex(hits.index)
    pairs = rank_pairs(hits, about, links)
    rows = [
        describe_event(number, event, hits, about)
        for number, event in enumerate(choose_events(pairs, about["outlet"], top), start=1)
    ]
    columns = [name for name in TABLES["divided_events"] if name != "concept"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def rank_pairs(hits: pd.DataFrame, about: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the links between articles of a concept, each once, the most divided pair first.

    Returns
    -------
    DataFrame
        one, other (doc_id, in order), linked (its probability), divided (total variation distance
        of their shares, 0 to 1).
    """
    ends = np.sort(links[["doc_id", "other"]].to_numpy(dtype=object), axis=1)
    pairs = pd.DataFrame({"one": ends[:, 0], "other": ends[:, 1], "linked": links["score"]})
    pairs = pairs[pairs["one"].isin(hits.index) & pairs["other"].isin(hits.index)]
    pairs = pairs.drop_duplicates(["one", "other"])
    one, other = about.loc[pairs["one"]], about.loc[pairs["other"]]
    is_link = one["outlet"].to_numpy() != other["outlet"].to_numpy()
    if "family" in about:
        is_link &= one["family"].to_numpy() != other["family"].to_numpy()
    pairs = pairs[is_link]
    total = hits.sum(axis=1)
    shares = hits.div(total, axis=0)
    apart = shares.loc[pairs["one"]].to_numpy() - shares.loc[pairs["other"]].to_numpy()
    divided = 0.5 * np.abs(apart).sum(axis=1)
    fewest = np.minimum(total.loc[pairs["one"]].to_numpy(), total.loc[pairs["other"]].to_numpy())
    rank = divided * pairs["linked"].to_numpy() * fewest / (fewest + 1)
    ranked = pairs.assign(divided=divided, rank=-np.round(rank, STABLE_DECIMALS))
    return ranked.sort_values(["rank", "one", "other"]).drop(columns="rank")


def choose_events(pairs: pd.DataFrame, outlet: pd.Series, top: int) -> Iterator[pd.DataFrame]:
    """Yield the articles of each event: doc_id, linked, divided; the most divided pair first."""
    both = pd.concat([pairs, pairs.rename(columns={"one": "other", "other": "one"})])
    neighbours = {name: rows.set_index("other")["linked"] for name, rows in both.groupby("one")}
    shown: set[str] = set()
    n_events = 0
    for pair in pairs[pairs["divided"] > 0].itertuples():
        if n_events == top:
            return
        if {pair.one, pair.other} & shown:
            continue
        near = pd.concat([neighbours[pair.one], neighbours[pair.other]], axis=1, join="inner")
        near = near[~near.index.isin(list(shown))].min(axis=1).rename("linked").reset_index()
        near.columns = ["doc_id", "linked"]
        chosen = pd.concat(
            [
                pd.DataFrame({"doc_id": [pair.one, pair.other], "linked": pair.linked}),
                near.sort_values(["linked", "doc_id"], ascending=[False, True]),
            ]
        )
        chosen = chosen[~outlet.loc[chosen["doc_id"]].duplicated().to_numpy()]
        chosen = chosen.head(MAX_OUTLETS_PER_EVENT).assign(divided=pair.divided)
        shown.update(chosen["doc_id"])
        n_events += 1
        yield chosen


def describe_event(
    number: int, event: pd.DataFrame, hits: pd.DataFrame, about: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows of one event: its articles, each with its terms."""
    here = hits.loc[event["doc_id"]]
    terms = [
        ", ".join(f"{name} {n:,}" for name, n in used.items())
        for used in (
            row[row > 0].sort_values(ascending=False, kind="stable") for _, row in here.iterrows()
        )
    ]
    columns = ["outlet", "date", "title", "url"]
    known = about.loc[event["doc_id"]].reindex(columns=columns).reset_index(drop=True)
    return event.reset_index(drop=True).assign(
        event=number,
        **known,
        variant=here.idxmax(axis=1).to_numpy(),
        terms=terms,
        n=here.sum(axis=1).to_numpy(),
    )
