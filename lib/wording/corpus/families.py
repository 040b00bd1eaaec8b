"""Articles that share their text: reprints, cut and changed versions, a story inside a longer one; and who was first.

A run of five words has a number that depends on its words only. A fixed third of the runs (those whose number three divides: the sketch made for
containment, Broder 1997) shows which articles may share text; what these share is then counted word by word. Where memory would not suffice, the
third is looked at in several passes, with the same result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from wording.corpus.agencies import agency
from wording.corpus.articles import UNATTRIBUTED
from wording.corpus.tokens import Shard, ranges
from wording.corpus.voice import QUOTED

if TYPE_CHECKING:
    from wording.corpus.build import Corpus

RUN = 5
"""Words of a run: so many in a row are seldom the same by chance."""

SAMPLED = 3
"""One run of so many is in the sketch."""

COPIED = 0.4
"""Articles are a copy and its source when so much of one, outside quotation marks, stands in the other: what many quote makes no copy."""

COPIED_WORDS = 30
"""And when it is so many words."""

ALIKE = 0.8
"""Or when so much of both stands in the other, quotations included."""

CANDIDATE = 0.1
"""Articles are compared word by word when they have so much of the smaller sketch in common."""

REPEATED_DAYS = 5
"""What one outlet prints on so many days belongs to its pages, not to a story."""

EARLIEST = 20
"""Each run leads to so many of the articles that have it, the earliest: enough to find the source, however often it was printed."""

PASS_WORDS = 100_000_000
"""Words of the corpus that one pass is for."""

CHUNK_WORDS = 10_000_000
"""Words that are compared at once."""

BLOCK_ARTICLES = 64
"""Articles whose runs are made at once: few enough to stay in the processor's cache, which is three times as fast."""

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
OWN = 1 << 32
DAYS = 1_000_000


@dataclass(frozen=True)
class Bodies:
    """The words of some articles, boilerplate left out: `word` and `run` (the run that begins there; `whole` if it ends in the article) as numbers."""

    word: np.ndarray
    run: np.ndarray
    whole: np.ndarray
    quoted: np.ndarray
    bounds: np.ndarray

    @property
    def n_words(self) -> np.ndarray:
        """Words of each article, int64 (n_articles,)."""
        return np.diff(self.bounds)

    @property
    def n_own(self) -> np.ndarray:
        """Of these, outside quotation marks."""
        return self.n_words - np.diff(np.concatenate([[0], np.cumsum(self.quoted)])[self.bounds])


def families(corpus: Corpus) -> pl.DataFrame:
    """One row per article, in the corpus's order: doc_id, family, first, shared, agency (see `TABLES["families"]`).

    An article that shares its text with earlier ones belongs to the family of the one with which it shares most: each copy has one source, so a
    page that holds two stories does not make these one family.
    """
    table, order = corpus.table, precedence(corpus.table)
    found = linked(corpus, order)
    first = order[roots(found, order)]
    copies = np.flatnonzero(first != np.arange(len(first)))
    shared = np.ones(len(first))
    shared[copies] = pl.concat(compared(corpus, pl.DataFrame({"row": copies, "earlier": first[copies]})))["shared"]
    credits = joblib.Parallel(n_jobs=-1, prefer="threads")(joblib.delayed(agency)(shard) for shard in corpus.shards)
    return table.select("doc_id").with_columns(
        family=table["doc_id"].gather(first),
        first=pl.Series(first == np.arange(len(first))),
        shared=pl.Series(shared).round(3),
        agency=pl.concat([pl.Series([], dtype=pl.String), *credits]),
    )


def pairs(corpus: Corpus) -> pl.DataFrame:
    """One row per pair of articles of which one shares its text with the other, as `TABLES["family_pairs"]` says; most shared first."""
    found, names = linked(corpus, precedence(corpus.table)), corpus.table["doc_id"]
    named = found.with_columns(doc_id=names.gather(found["row"]), earlier=names.gather(found["earlier"]))
    return named.select("doc_id", "earlier", pl.col("shared", "shared_earlier").round(3), "n_words", "n_own").sort(
        pl.max_horizontal("shared", "shared_earlier"), "doc_id", "earlier", descending=[True, False, False]
    )


def precedence(table: pl.DataFrame) -> np.ndarray:
    """The rows from the earliest to the latest: by date, undated ones last; on one day the longest first; then by doc_id."""
    keys = table.select("date", "doc_id", n=-(pl.col("n_words") + pl.col("n_boilerplate")).cast(pl.Int64), row=pl.int_range(pl.len()))
    return keys.sort("date", "n", "doc_id", nulls_last=True)["row"].to_numpy()


def roots(found: pl.DataFrame, order: np.ndarray) -> np.ndarray:
    """For each row the place in `order` of its family's first: the source of its source, and so on."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    source = np.arange(len(order))
    best = found.with_columns(place=place[found["earlier"].to_numpy()]).sort("n_words", "place", descending=[False, True])
    source[place[best["row"].to_numpy()]] = best["place"].to_numpy()  # the last one written stands: the most words, then the earliest
    while (source[source] != source).any():
        source = source[source]
    return source[place]


def linked(corpus: Corpus, order: np.ndarray) -> pl.DataFrame:
    """The pairs that are a copy and its source: row, earlier (rows), and what `compared` says of them."""
    enough = (pl.col("own_part") >= COPIED) & (pl.col("n_own") >= COPIED_WORDS) | (pl.min_horizontal("shared", "shared_earlier") >= ALIKE)
    return pl.concat([part.filter(enough) for part in compared(corpus, candidates(corpus, order))])


def candidates(corpus: Corpus, order: np.ndarray) -> pl.DataFrame:
    """Pairs of articles that may share text, by their sketches: row, earlier.

    What an outlet prints on five days or more (a gallery, a form, a paragraph of background) is no sign, unless the articles are alike as a whole.
    """
    passes = max(1, -(-int(corpus.table["n_words"].sum()) // PASS_WORDS))
    issues = issue_of(corpus.table)[order]
    together, size, own = (sum(part) for part in zip(*(sketched(corpus, order, issues, k, passes) for k in range(passes)), strict=True))
    both = sparse.tril(together, k=-1).tocoo()
    n_own, n = np.divmod(both.data, OWN)
    some = (n_own >= 2) & (n_own >= CANDIDATE * np.minimum(own[both.row], own[both.col]))
    kept = some | (n + n_own >= ALIKE * np.maximum(size[both.row], size[both.col]))
    return pl.DataFrame({"row": order[both.row[kept]], "earlier": order[both.col[kept]]})


def issue_of(table: pl.DataFrame) -> np.ndarray:
    """A number for each article's outlet and day, DAYS apart for each outlet; undated ones, and those of no known outlet, have one day."""
    dated = pl.when(pl.col("outlet") != UNATTRIBUTED).then(pl.col("date").rank("dense")).fill_null(0)
    return table.select(pl.col("outlet").rank("dense").cast(pl.Int64) * DAYS + dated.cast(pl.Int64)).to_series().to_numpy()


def sketched(corpus: Corpus, order: np.ndarray, issues: np.ndarray, k: int, passes: int) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """How many sampled runs each two articles share (numbered by precedence), and how many each has: in all, and without repeated ones.

    A shared run counts as OWN if its outlet does not repeat it, and as 1 if it does.
    """
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    start = np.cumsum([0, *map(len, corpus.shards)])
    made = joblib.Parallel(n_jobs=-1, prefer="threads")(
        joblib.delayed(sample)(shard, place[first : first + len(shard)], k, passes)
        for shard, first in zip(corpus.shards, start, strict=False)
    )
    run, article = (
        np.concatenate([np.zeros(0, dtype), *part]) for dtype, part in zip((np.uint64, np.int32), zip(*made, strict=True), strict=True)
    )
    size = np.bincount(article, minlength=len(order))
    columns, rows, number, repeated = shared_runs(run, article, issues)
    shape = (len(order), columns.max(initial=0) + 1)
    early, weight = number < EARLIEST, np.where(repeated, 1, OWN)
    by_article = sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), shape=shape)
    by_run = sparse.csr_array((weight[early], (columns[early], rows[early])), shape=shape[::-1])
    return by_article @ by_run, size, size - np.bincount(rows[repeated], minlength=len(order))


def sample(shard: Shard, article: np.ndarray, k: int, passes: int) -> tuple[np.ndarray, np.ndarray]:
    """The sampled runs of a shard, and the article of each, by its number."""
    numbers, step = word_numbers(shard), np.uint64(SAMPLED * passes)
    runs, rows = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for first in range(0, len(shard), BLOCK_ARTICLES):
        bodies = read(shard, np.arange(first, min(first + BLOCK_ARTICLES, len(shard))), numbers)
        chosen = np.flatnonzero(bodies.whole & (bodies.run % step == SAMPLED * k))
        runs.append(bodies.run[chosen])
        rows.append(first + np.searchsorted(bodies.bounds, chosen, side="right") - 1)
    return np.concatenate(runs), article[np.concatenate(rows)]


def shared_runs(run: np.ndarray, article: np.ndarray, issues: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The runs of more than one article: the run (numbered), the article, its number among those with the run, whether an outlet repeats the run."""
    cell = (run >> np.uint64(40)).astype(np.int64)
    some = np.flatnonzero((np.bincount(cell, minlength=1) > 1)[cell])  # most runs stand alone in their cell: a quick way to leave them out
    some = some[np.lexsort((article[some], run[some]))]
    run, article = run[some], article[some]
    new = np.append(True, run[1:] != run[:-1])[: len(run)]
    once = np.flatnonzero(new | np.append(True, article[1:] != article[:-1])[: len(run)])
    column = np.cumsum(new[once]) - 1
    n = np.bincount(column)
    column, article = column[n[column] > 1], article[once][n[column] > 1]
    return column, article, np.arange(len(column)) - np.searchsorted(column, column), most_days(column, issues[article]) >= REPEATED_DAYS


def most_days(run: np.ndarray, issues: np.ndarray) -> np.ndarray:
    """On how many days the outlet that repeats a run most printed it, for each place of it (`run` ascending from 0)."""
    n_issues = issues.max(initial=0) + 1
    each, issue = np.divmod(np.unique(run * n_issues + issues), n_issues)
    _, which, days = np.unique(each * n_issues + issue // DAYS, return_inverse=True, return_counts=True)
    most = np.zeros(run.max(initial=-1) + 1, np.int64)
    np.maximum.at(most, each, days[which])
    return most[run]


def compared(corpus: Corpus, found: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What pairs of articles (row, earlier) share, chunk by chunk: n_words (of row, that also stand in earlier), n_own (of these, outside
    quotation marks in both), own_part (n_own as a part of the smaller article's), shared and shared_earlier (the part of each one's words).
    """
    length = corpus.table["n_words"].to_numpy()
    chunk = np.cumsum(length[found["row"].to_numpy()] + length[found["earlier"].to_numpy()]) // CHUNK_WORDS
    numbers = [word_numbers(shard) for shard in corpus.shards]
    for part in found.with_columns(chunk=chunk).partition_by("chunk", include_key=False, maintain_order=True) or [found]:
        rows, which = np.unique(part.select("row", "earlier").to_numpy(), return_inverse=True)
        bodies = gathered(corpus, rows, numbers)
        a, b = which.reshape(-1, 2).T
        (n, n_own), (m, m_own) = stand_in(bodies, a, b), stand_in(bodies, b, a)
        own = np.minimum(n_own, m_own)
        with np.errstate(invalid="ignore"):
            yield part.with_columns(
                n_words=n,
                n_own=own,
                own_part=own / np.minimum(bodies.n_own[a], bodies.n_own[b]),
                shared=n / bodies.n_words[a],
                shared_earlier=m / bodies.n_words[b],
            )


def stand_in(bodies: Bodies, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many words of each article `a` stand in its article `b`, too: all, and those outside quotation marks.

    A word counts when it lies in a run that stands in `b`, or lies between two such runs and as far from one of them as the same word in `b`:
    so a version with words changed, added or left out here and there shares the words that were not.
    """
    at, pair = places(bodies, a)
    there, other = places(bodies, b)
    match = partners(bodies, at, pair, there, other)
    covered = np.zeros(len(at), bool)
    anchors = np.flatnonzero(match >= 0)
    covered[ranges(anchors, anchors + RUN)] = True
    left, right = anchors[:-1], anchors[1:]
    gap = (right - left > RUN) & (match[right] > match[left]) & (pair[left] == pair[right])
    left, right = left[gap], right[gap]
    between, length = ranges(left + RUN, right), right - left - RUN
    for anchor in (left, right):
        across = between + np.repeat(match[anchor] - anchor, length)
        inside = (across > np.repeat(match[left], length)) & (across < np.repeat(match[right], length))
        covered[between] |= inside & (bodies.word[at[between]] == bodies.word[np.where(inside, across, 0)])
    return tuple(np.bincount(pair[flags], minlength=len(a)) for flags in (covered, covered & ~bodies.quoted[at]))


def places(bodies: Bodies, articles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of the articles' words, one article after the other, and for each the number of its article in the list."""
    start, end = bodies.bounds[articles], bodies.bounds[articles + 1]
    return ranges(start, end), np.repeat(np.arange(len(articles)), end - start)


def partners(bodies: Bodies, at: np.ndarray, pair: np.ndarray, there: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each place the first place of the pair's other article where the same run begins, -1 where there is none."""
    key, key_there = (bodies.run[x] ^ (p.astype(np.uint64) * MULTIPLIER) for x, p in ((at, pair), (there, other)))
    first = pl.DataFrame({"key": key_there, "there": there}).filter(bodies.whole[there]).group_by("key").agg(pl.col("there").min())
    found = pl.DataFrame({"key": key}).join(first, on="key", how="left", maintain_order="left")["there"]
    return np.where(bodies.whole[at], found.fill_null(-1).to_numpy(), -1)


def gathered(corpus: Corpus, rows: np.ndarray, numbers: list[np.ndarray]) -> Bodies:
    """The bodies of the articles (rows of the corpus, ascending), from all shards."""
    start = np.cumsum([0, *map(len, corpus.shards)])
    cut = np.searchsorted(rows, start)
    parts = [read(shard, rows[cut[k] : cut[k + 1]] - start[k], numbers[k]) for k, shard in enumerate(corpus.shards)]
    arrays = (np.concatenate([getattr(part, name) for part in parts]) for name in ("word", "run", "whole", "quoted"))
    return Bodies(*arrays, np.concatenate([[0], np.cumsum(np.concatenate([part.n_words for part in parts]))]))


def read(shard: Shard, rows: np.ndarray, numbers: np.ndarray) -> Bodies:
    """The bodies of some articles of a shard."""
    at = ranges(shard.bounds[rows], shard.bounds[rows + 1])
    counted = shard.is_word[at] & ~shard.boilerplate[at]
    ends = np.cumsum(shard.bounds[rows + 1] - shard.bounds[rows])
    bounds = np.concatenate([[0], np.concatenate([[0], np.cumsum(counted)])[ends]])
    at = at[counted]
    word = numbers[shard.tokens[at]]
    run, whole = np.zeros(len(word), np.uint64), np.ones(len(word), bool)
    for k in range(RUN):
        run *= MULTIPLIER
        run[: max(len(word) - k, 0)] += word[k:]
    whole[ranges(np.maximum(bounds[1:] - RUN + 1, bounds[:-1]), bounds[1:])] = False
    return Bodies(word, run ^ (run >> np.uint64(31)), whole, shard.voice[at] == QUOTED, bounds)


def word_numbers(shard: Shard) -> np.ndarray:
    """A number for each form's key, the same on every machine and in every shard (pandas' deterministic hash), uint64 (n_forms,)."""
    return pd.util.hash_array(shard.forms["key"].to_numpy().astype(object), categorize=False)
