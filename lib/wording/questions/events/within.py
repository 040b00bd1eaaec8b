"""Differences between outlets in all, on shared events, and within events.

Every article that names the concept counts once, with the share of its hits that a variant has, so
that the three can be compared:

- raw: the mean share of an outlet's articles less that of the other side;
- shared: the same, of the articles that have a linked article on the other side;
- within: linked article against linked article, the mean of the differences of their shares.

Raw less within is due to what outlets cover, and when; within is how they word it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.counts import read_study_links
from wording.errors import WordingError
from wording.questions.design import (
    DEFAULT_DESIGN,
    DEFAULT_REQUEST,
    Design,
    Request,
    compare_articles,
)
from wording.questions.shares.resampled import add_outlet_and_unit
from wording.settings import REST_LABEL
from wording.stats import components, resampling
from wording.stats.arrays import Array
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns

MIN_COMPONENTS = 30
"""Separate groups of linked articles that a difference within events needs."""

SIDES_AT_ONCE = 24
"""Comparisons that are drawn at once: bounds the memory, never the result."""

TINY = 1e-9
"""Sums of shares that differ by less are equal."""

ESTIMATES = {
    "raw": (1, -1, 0, 0, 0),
    "shared": (0, 0, 1, -1, 0),
    "within": (0, 0, 0, 0, 1),
    "covered": (1, -1, 0, 0, -1),
}
"""What is added to what: the two sides, the two sides on shared events, the links."""


@dataclass(frozen=True)
class LinkedArticles:
    """The articles of a concept, one row each, and which of them are linked.

    Copies that one outlet prints of a story are one article here.

    Attributes
    ----------
    outlet : object array
        The outlet of each.
    shares : numpy.ndarray
        Articles x variants: the share of its hits that each variant has.
    component : int array
        The connected component of links that each is in, alone or with others.
    one, other : int array
        The two ends of each link, as rows.
    """

    outlet: Array
    shares: Array
    component: Array
    one: Array
    other: Array


def compute_study_events(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> pd.DataFrame:
    """Return the `events` table of a study, by its own design."""
    compared = compare_articles(study, request)
    table = compare_within_events(
        (compared.spoken, compared.articles, read_study_links(study, copies=request.copies)),
        compared.variants,
        compared.design,
        request.against,
    )
    return check_columns(table, "events")


def compare_within_events(
    counted: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    variants: Mapping[str, Sequence[str]],
    design: Design = DEFAULT_DESIGN,
    against: str = "rest",
) -> pd.DataFrame:
    """Return where outlets differ in all, on shared events, and within events.

    Parameters
    ----------
    counted : tuple of DataFrame
        Counts (doc_id, concept, variant, n), articles (doc_id, outlet, family) and links (doc_id,
        other). A link between two copies, or between two articles of an outlet, does not count.
    variants : mapping of str to sequence of str
        The variants of each concept, in order.
    design : Design
        Which outlets, and how components are drawn.
    against : str
        "rest" (all the other outlets together) or "pairs" (every pair of outlets).

    Returns
    -------
    DataFrame
        One row per concept, variant and outlet against the rest, or per pair of outlets; the
        columns are those of `events` in `wording.tables`. What rests on links is NaN below
        `MIN_COMPONENTS` components.

    Raises
    ------
    WordingError
        For an article that is not listed, or another word for `against`.
    """
    if against not in ("rest", "pairs"):
        raise WordingError(f'against={against!r}: expected "rest" or "pairs".')
    counts, articles, links = counted
    outlets = design.list_outlets(articles)
    located = add_outlet_and_unit(counts, articles)
    located = located[located["outlet"].isin(outlets)]
    rows = []
    for concept, names in variants.items():
        here = link_articles(located[located["concept"] == concept], articles, links, names)
        sides = list(pair_outlets(design.list_single_outlets(articles), against))
        for (first, second), columns in zip(sides, compare_sides(here, sides, design), strict=True):
            keys = {"concept": concept, "variant": list(names), "outlet": first, "other": second}
            rows.append(pd.DataFrame(keys | columns))
    known = list(TABLES["events"])
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=known)
    return table.assign(q=resampling.q_values(table["p"].to_numpy(dtype=float)))[known]


def pair_outlets(outlets: Sequence[str], against: str) -> Iterator[tuple[str, str]]:
    """Return the two sides of each comparison."""
    if against == "pairs":
        return itertools.combinations(outlets, 2)
    return ((outlet, REST_LABEL) for outlet in outlets)


def link_articles(
    located: pd.DataFrame, articles: pd.DataFrame, links: pd.DataFrame, variants: Sequence[str]
) -> LinkedArticles:
    """Return the articles of one concept with their links.

    Parameters
    ----------
    located : DataFrame
        Its counts, with outlet and unit (see `add_outlet_and_unit`).
    articles, links : DataFrame
        As in `compare_within_events`.
    variants : sequence of str
        In order.
    """
    keys = ["outlet", "unit"]
    table = located.pivot_table(
        index=keys, columns="variant", values="n", aggfunc="sum", fill_value=0, observed=True
    ).reindex(columns=list(variants), fill_value=0)
    hits = table.to_numpy(dtype=float)
    number = pd.Series(np.arange(len(table)), index=table.index, name="number")
    rows = located[["doc_id", *keys]].drop_duplicates("doc_id").join(number, on=keys)
    row_of = rows.set_index("doc_id")["number"]
    ends = np.stack(
        [row_of.reindex(links[end]).to_numpy(dtype=float) for end in ("doc_id", "other")]
    )
    ends = np.sort(ends[:, ~np.isnan(ends).any(axis=0)].astype(int), axis=0)
    outlet, family = (table.index.get_level_values(key).to_numpy(dtype=object) for key in keys)
    is_link = (outlet[ends[0]] != outlet[ends[1]]) & (family[ends[0]] != family[ends[1]])
    one, other = np.unique(ends[:, is_link], axis=1)
    copies = pd.factorize(family)[1], pd.factorize(family)[0]
    nodes = len(table) + len(copies[0])
    labels = components.label_components(
        nodes,
        np.concatenate([one, np.arange(len(table))]),
        np.concatenate([other, len(table) + copies[1]]),
    )
    component = np.unique(labels[: len(table)], return_inverse=True)[1]
    with np.errstate(invalid="ignore"):
        shares = hits / hits.sum(axis=1, keepdims=True)
    return LinkedArticles(outlet, shares, component, one, other)


def compare_sides(
    articles: LinkedArticles, sides: Sequence[tuple[str, str]], design: Design
) -> list[dict[str, Array | int]]:
    """Return the columns of each comparison but for q: an array of variants each, or one number.

    Parameters
    ----------
    articles : LinkedArticles
    sides : sequence of (str, str)
        An outlet, and another one or `REST_LABEL`.
    design : Design
    """
    compared = []
    for k in range(0, len(sides), SIDES_AT_ONCE):
        chosen = [sum_sides(articles, *names) for names in sides[k : k + SIDES_AT_ONCE]]
        stacked = np.concatenate([sums for one in chosen for sums in one.sums], axis=1)
        drawn = components.draw_cluster_sums(stacked, draws=design.draws, seed=design.seed)
        parts = np.split(drawn, len(chosen), axis=1)
        compared += [
            tabulate_sides(one, part, design.level) for one, part in zip(chosen, parts, strict=True)
        ]
    return compared


@dataclass(frozen=True)
class SideSums:
    """What the two sides of a comparison have in each component.

    Attributes
    ----------
    sums : numpy.ndarray
        Of five things (the two sides, the two sides on shared events, the links), in each
        component: the number of articles (the weight of the links), and the sum of shares (of
        weighted differences) of each variant.
    n_links : int
        Links between the two sides.
    """

    sums: Array
    n_links: int


def sum_sides(articles: LinkedArticles, first: str, second: str) -> SideSums:
    """Return what an outlet, and another one or the rest, have in each component."""
    is_first = articles.outlet == first
    is_second = ~is_first if second == REST_LABEL else articles.outlet == second
    pairs = orient_pairs(articles, is_first, is_second)
    is_linked = np.zeros(len(is_first), bool)
    is_linked[np.concatenate(pairs)] = True
    chosen = (is_first, is_second, is_first & is_linked, is_second & is_linked)
    sums = [*(sum_side(articles, side) for side in chosen), sum_pairs(articles, *pairs)]
    return SideSums(np.stack(sums), len(pairs[0]))


def tabulate_sides(sides: SideSums, drawn: Array, level: float) -> dict[str, Array | int]:
    """Return the columns of one comparison but for q; NaN where there are too few events.

    Parameters
    ----------
    sides : SideSums
    drawn : numpy.ndarray
        Draws x columns: the sums in each draw.
    level : float
        Of the intervals, 0 to 1.
    """
    estimates = estimate_differences(sides.sums, drawn, level)
    n_components = int((sides.sums[-1][:, 0] > 0).sum())
    if n_components < MIN_COMPONENTS:
        estimates |= {
            name: np.full_like(values, np.nan)
            for name, values in estimates.items()
            if not name.startswith("raw")
        }
    n = [int(side[:, 0].sum()) for side in sides.sums[:4]]
    numbers = dict(zip(("n_articles", "n_other", "n_shared", "n_shared_other"), n, strict=True))
    return estimates | numbers | {"n_links": sides.n_links, "n_components": n_components}


def orient_pairs(
    articles: LinkedArticles, is_first: Array, is_second: Array
) -> tuple[Array, Array]:
    """Return the links between the two sides: the rows of the first side, and of the second."""
    one, other = articles.one, articles.other
    along, against = is_first[one] & is_second[other], is_second[one] & is_first[other]
    return (
        np.concatenate([one[along], other[against]]),
        np.concatenate([other[along], one[against]]),
    )


def sum_side(articles: LinkedArticles, chosen: Array) -> Array:
    """Return, for each component, its chosen articles and the sums of their shares."""
    n = articles.component.max(initial=-1) + 1
    values = np.hstack([np.ones((chosen.sum(), 1)), articles.shares[chosen]])
    return components.sum_by_cluster(values, articles.component[chosen], n)


def sum_pairs(articles: LinkedArticles, first: Array, second: Array) -> Array:
    """Return, for each component, the weight of its links and the sums of their differences.

    A link weighs 1 / sqrt(links of one article x links of the other): an article with many links
    counts for more than one with a single link, and for less than all of them.
    """
    n, n_articles = articles.component.max(initial=-1) + 1, len(articles.outlet)
    links_of = [np.bincount(end, minlength=n_articles)[end] for end in (first, second)]
    weight = 1 / np.sqrt(links_of[0] * links_of[1])
    difference = articles.shares[first] - articles.shares[second]
    values = weight[:, None] * np.hstack([np.ones((len(first), 1)), difference])
    return components.sum_by_cluster(values, articles.component[first], n)


def estimate_differences(sums: Array, drawn: Array, level: float) -> dict[str, Array]:
    """Return the differences in all, on shared events, within them, and what is covered.

    Parameters
    ----------
    sums, drawn, level
        As in `SideSums` and `tabulate_sides`.

    Returns
    -------
    dict of str to Array
        For each of raw, shared, within and covered `..._difference`, `..._low`, `..._high` and
        `..._p`, and `p` of within; an array of variants each.
    """
    samples = divide_by_first(np.stack(np.split(drawn, len(sums), axis=1)))
    means = divide_by_first(sums.sum(axis=1))
    effective = np.array([components.count_effective_clusters(side[:, 0]) for side in sums])
    unseen = np.stack([*(unseen_of_side(side) for side in sums[:4]), unseen_of_links(sums[4])])
    found: dict[str, Array] = {}
    for name, signs in ESTIMATES.items():
        sign, used = np.array(signs), np.flatnonzero(signs)
        difference = np.tensordot(sign[used], means[used], 1)
        spread = variance_of_draws(np.tensordot(sign[used], samples[used], 1))
        moments = difference, spread + unseen[used].sum(axis=0), effective[used].min()
        low, high = components.mean_interval(*moments, level=level)
        found |= {f"{name}_difference": difference, f"{name}_low": low, f"{name}_high": high}
        has_test = has_choice(sums[0] + sums[1] if name == "raw" else sums[2] + sums[3])
        found[f"{name}_p"] = np.where(has_test, components.mean_p_value(*moments), np.nan)
    return found | {"p": found["within_p"]}


def divide_by_first(sums: Array) -> Array:
    """Return the last axis divided by its first entry, which is left out; NaN by 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients: Array = sums[..., 1:] / sums[..., :1]
    return quotients


def variance_of_draws(samples: Array) -> Array:
    """Return the variance over draws of each column; a draw that lacks a side does not count."""
    known = ~np.isnan(samples)
    n = known.sum(axis=0)
    filled = np.where(known, samples, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centred = np.where(known, samples - filled.sum(axis=0) / n, 0)
        variance: Array = (centred**2).sum(axis=0) / n
    return variance


def unseen_of_side(side: Array) -> Array:
    """Return what is added to the variance of a side's mean shares (see `unseen_variance`)."""
    here = side[side[:, 0] > 0]
    carrying = (here[:, 1:] > TINY).sum(axis=0)
    lacking = (here[:, 1:] < here[:, :1] - TINY).sum(axis=0)
    return components.unseen_variance(len(here), np.minimum(carrying, lacking))


def unseen_of_links(links: Array) -> Array:
    """Return what is added to the variance of the mean difference within events."""
    here = links[links[:, 0] > 0]
    return components.unseen_variance(len(here), (np.abs(here[:, 1:]) > TINY).sum(axis=0))


def has_choice(both: Array) -> Array:
    """Return which variants some hits have, and not all, of those on both sides."""
    total = both.sum(axis=0)
    answer: Array = (total[1:] > TINY) & (total[1:] < total[0] - TINY)
    return answer
