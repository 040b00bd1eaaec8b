"""Articles that share their text: reprints, cut and changed versions, a story inside a longer one; and who was first.

A run of five words has a number that depends on its words only. A fixed third of the runs (those whose number three divides: the sketch made for
containment, Broder 1997) shows which articles may share text; each article is then compared word by word with those that share most of it. What
this takes grows with the number of articles: a run leads to the earliest few that have it, and an article to the few that share most with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.kernels import PARTS_PER_ARTICLE, PLACE_BITS, QUOTED_VOICE, ROW_BITS
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import Shard, concatenate_ranges
from wording.corpus.reading.articles import UNATTRIBUTED_OUTLET
from wording.errors import WordingError

MIN_COPIED_PERCENT = 40
"""Two articles are copies if at least this part of one, quotations excluded, is in the other, too.

All limits are compared in whole numbers, so that no rounding decides."""

MIN_COPIED_WORDS = 30
"""And if it is at least so many words."""

MIN_MUTUAL_PERCENT = 80
"""Or if at least this part of each is in the other, quotations included."""

MIN_SKETCH_PERCENT = 10
"""Articles are compared word by word if they share at least this part of the smaller sketch."""

MIN_REPEATED_DAYS = 5
"""What one outlet prints on so many days belongs to its pages, not to a story."""

MAX_ARTICLES_PER_RUN = 20
"""Each run leads to so many of the articles that have it, the earliest: enough to find the source, however often it was printed."""

MAX_SOURCE_CANDIDATES = 2
"""For its family an article is compared word by word with so many earlier ones: those that share most of its sketch."""

BUCKET_RUNS = 1 << 24
"""Sampled runs that are sorted at once."""

CHUNK_WORDS = 400_000
"""Words that are compared at once."""

BATCH_ARTICLES = 2_000
"""Articles that are looked up among the shared runs at once."""

PREFILTER_BITS = 22
"""Highest bits of a run's number by which most runs that no other article has are left out at once."""

MARGIN_WORDS = 30
"""Words by which what two articles share may reach beyond the first and the last sampled run that they share."""

OUTLET_STRIDE = 1_000_000


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


@dataclass(frozen=True)
class SharedRuns:
    """The sampled runs that several articles have.

    Attributes
    ----------
    run : uint64 (n,), ascending, the highest bits of each run's number.
    repeated : bool (n,), whether an outlet repeats it day by day.
    some : bool (2 ** CELLS,), whether any run has such highest bits: a quick way to leave most others out.
    articles : 0/1 (n, n_articles), the EARLIEST of the articles that have it; articles are numbered by precedence here.
    size, own : int64 (n_articles,), the sampled runs of each article: in all, and without repeated ones.
    words, unquoted : int64 (n_articles,), its words: in all, and outside quotation marks.
    """

    run: np.ndarray
    repeated: np.ndarray
    some: np.ndarray
    articles: sparse.csr_array
    size: np.ndarray
    own: np.ndarray
    words: np.ndarray
    unquoted: np.ndarray


def find_families(corpus: Corpus) -> pl.DataFrame:
    """One row per article, in the corpus's order: doc_id, family, first, shared, agency (see `TABLES["families"]`).

    An article that shares its text with earlier ones belongs to the family of the one with which it shares most: each copy has one source, so a
    page that holds two stories does not make these one family.
    """
    table, order = corpus.table, order_by_precedence(corpus.table)
    first = order[
        find_first_places(select_copy_pairs(corpus, order, most=MAX_SOURCE_CANDIDATES), order)
    ]
    copies = np.flatnonzero(first != np.arange(len(first)))
    shared = np.ones(len(first))
    shared[copies] = compare_pairs(corpus, pl.DataFrame({"row": copies, "earlier": first[copies]}))[
        "shared"
    ]
    return table.select("doc_id").with_columns(
        family=table["doc_id"].gather(first),
        first=pl.Series(first == np.arange(len(first))),
        shared=pl.Series(shared).round(3),
        agency=table["agency"],
    )


def find_copy_pairs(corpus: Corpus) -> pl.DataFrame:
    """One row per pair of articles of which one shares its text with the other, as `TABLES["family_pairs"]` says; most shared first.

    Of the many that a much printed article shares its text with, the EARLIEST that share most of it stand for all.
    """
    found, names = (
        select_copy_pairs(corpus, order_by_precedence(corpus.table), most=MAX_ARTICLES_PER_RUN),
        corpus.table["doc_id"],
    )
    named = found.with_columns(
        doc_id=names.gather(found["row"]), earlier=names.gather(found["earlier"])
    )
    return named.select(
        "doc_id", "earlier", pl.col("shared", "shared_earlier").round(3), "n_words", "n_own"
    ).sort(
        pl.max_horizontal("shared", "shared_earlier"),
        "doc_id",
        "earlier",
        descending=[True, False, False],
    )


def order_by_precedence(table: pl.DataFrame) -> np.ndarray:
    """The rows from the earliest to the latest: by date, undated ones last; on one day the longest first; then by doc_id."""
    keys = table.select(
        "date",
        "doc_id",
        n=-(pl.col("n_words") + pl.col("n_boilerplate")).cast(pl.Int64),
        row=pl.int_range(pl.len()),
    )
    return keys.sort("date", "n", "doc_id", nulls_last=True)["row"].to_numpy()


def find_first_places(found: pl.DataFrame, order: np.ndarray) -> np.ndarray:
    """For each row the place in `order` of its family's first: the source of its source, and so on."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    source = np.arange(len(order))
    best = found.with_columns(place=place[found["earlier"].to_numpy()]).sort(
        "n_words", "place", descending=[False, True]
    )
    source[place[best["row"].to_numpy()]] = best[
        "place"
    ].to_numpy()  # the last one written stands: the most words, then the earliest
    while (source[source] != source).any():
        source = source[source]
    return source[place]


def select_copy_pairs(corpus: Corpus, order: np.ndarray, *, most: int) -> pl.DataFrame:
    """The pairs that are a copy and its source: row, earlier (rows), and what `compare_pairs` says of them; `most` as in `candidates`."""
    share_own_words = (100 * pl.col("n_own") >= MIN_COPIED_PERCENT * pl.col("smaller_own")) & (
        pl.col("n_own") >= MIN_COPIED_WORDS
    )
    return compare_pairs(corpus, find_copy_candidates(corpus, order, most=most)).filter(
        share_own_words | pl.col("mutual")
    )


def find_copy_candidates(corpus: Corpus, order: np.ndarray, *, most: int) -> pl.DataFrame:
    """Pairs of articles that may share text, by their sketches: row, earlier; each article with at most so many earlier ones, those that share most.

    What an outlet prints on five days or more (a gallery, a form, a paragraph of background) is no sign, unless the articles are alike as a whole.
    """
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    places = np.split(place, corpus.starts[1:-1])
    words, quoted = (
        corpus.table[name].cast(pl.Int64).to_numpy()[order] for name in ("n_words", "n_quoted")
    )
    shared = find_shared_runs(
        corpus.shards, places, number_issues(corpus.table)[order], words, words - quoted
    )
    calls = (
        (shard, place, shared, most) for shard, place in zip(corpus.shards, places, strict=True)
    )
    found = run_parallel(find_shard_candidates, calls, shared_memory=True)
    row, earlier = (
        np.concatenate([np.zeros(0, np.int64), *part])
        for part in (zip(*found, strict=True) if found else ((), ()))
    )
    return pl.DataFrame({"row": order[row], "earlier": order[earlier]}).sort("row", "earlier")


def number_issues(table: pl.DataFrame) -> np.ndarray:
    """A number for each article's outlet and day, DAYS apart for each outlet; undated ones, and those of no known outlet, have one day."""
    dated = (
        pl.when(pl.col("outlet") != UNATTRIBUTED_OUTLET)
        .then(pl.col("date").rank("dense"))
        .fill_null(0)
    )
    return (
        table.select(
            pl.col("outlet").rank("dense").cast(pl.Int64) * OUTLET_STRIDE + dated.cast(pl.Int64)
        )
        .to_series()
        .to_numpy()
    )


def build_sketch(shard: Shard) -> np.ndarray:
    """The sampled runs of a shard, ascending, uint64: the highest bits are the run's, the last ROW the article's row and the place in it."""
    return np.sort(
        compile_module(kernels).sample_runs(
            shard.tokens, shard.is_word & ~shard.boilerplate, shard.bounds, shard.numbers
        )
    )


def find_shared_runs(
    shards: Sequence[Shard],
    places: Sequence[np.ndarray],
    issues: np.ndarray,
    words: np.ndarray,
    unquoted: np.ndarray,
) -> SharedRuns:
    """The sampled runs of more than one article; `places` has the number of each shard's articles by precedence, `issues` the issue of each number.

    The runs are sorted bucket by bucket, by the highest bits of their numbers; each sketch is opened anew for it, so that none stays in memory.
    """
    n_articles = sum(map(len, places))
    if n_articles >= 1 << int(ROW_BITS):
        raise WordingError(
            f"{n_articles:,} articles are too many to find copies among: at most {1 << int(ROW_BITS):,}; make several studies."
        )
    n_runs = sum(len(shard.sketch) for shard in shards)
    edges = (
        np.linspace(0, 2.0**64, 4 + n_runs // BUCKET_RUNS + 1)[1:-1].astype(np.uint64)
        >> ROW_BITS
        << ROW_BITS
    )
    cuts = [
        np.concatenate([[0], np.searchsorted(shard.sketch, edges), [len(shard.sketch)]])
        for shard in shards
    ]
    calls = (
        (
            [(s.sketch[c[k] : c[k + 1]], p) for s, c, p in zip(shards, cuts, places, strict=True)],
            issues,
        )
        for k in range(len(edges) + 1)
    )
    run, repeated, n, early, n_repeated = zip(
        *run_parallel(find_bucket_runs, calls, shared_memory=True),
        strict=True,
    )
    size = np.zeros(n_articles, np.int64)
    for shard, place in zip(shards, places, strict=True):
        size[place] = np.bincount(extract_rows(shard.sketch), minlength=len(place))
    bounds, early = np.append(0, np.cumsum(np.concatenate(n))), np.concatenate(early)
    articles = sparse.csr_array(
        (np.ones(len(early), np.int32), early, bounds), shape=(len(bounds) - 1, n_articles)
    )
    run, some = np.concatenate(run), np.zeros(1 << PREFILTER_BITS, bool)
    some[(run >> (np.uint64(64 - PREFILTER_BITS) - ROW_BITS)).astype(np.int64)] = True
    return SharedRuns(
        run, np.concatenate(repeated), some, articles, size, size - sum(n_repeated), words, unquoted
    )


def take_low_bits(numbers: np.ndarray, bits: np.uint64) -> np.ndarray:
    """The lowest bits of the numbers, int64."""
    return (numbers & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def extract_rows(sketch: np.ndarray) -> np.ndarray:
    """The article of each sampled run, by its row in the shard."""
    return take_low_bits(sketch, ROW_BITS) >> int(PLACE_BITS)


def find_bucket_runs(
    parts: Sequence[tuple[np.ndarray, np.ndarray]], issues: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The shared runs of one bucket: run, repeated, how many of its articles are kept, these articles, and each article's number of repeated runs."""
    keys = np.sort(
        np.concatenate(
            [
                part >> ROW_BITS << ROW_BITS | place.astype(np.uint64)[extract_rows(part)]
                for part, place in parts
            ]
        )
    )
    same = keys[1:] >> ROW_BITS == keys[:-1] >> ROW_BITS
    keys = deduplicate_sorted(
        keys[np.append(False, same)[: len(keys)] | np.append(same, False)[: len(keys)]]
    )  # most runs stand alone
    start = np.flatnonzero(
        np.append(True, keys[1:] >> ROW_BITS != keys[:-1] >> ROW_BITS)[: len(keys)]
    )
    n = np.diff(start, append=len(keys))
    start, n = start[n > 1], n[n > 1]
    run, article, first = (
        np.repeat(np.arange(len(start)), n),
        take_low_bits(keys[concatenate_ranges(start, start + n)], ROW_BITS),
        np.cumsum(n) - n,
    )
    repeated = count_repeat_days(run, issues[article]) >= MIN_REPEATED_DAYS
    early = article[np.arange(len(run)) - first[run] < MAX_ARTICLES_PER_RUN].astype(np.int32)
    n_repeated = np.bincount(article[repeated], minlength=len(issues))
    return (
        keys[start] >> ROW_BITS,
        repeated[first],
        np.minimum(n, MAX_ARTICLES_PER_RUN),
        early,
        n_repeated,
    )


def deduplicate_sorted(ordered: np.ndarray) -> np.ndarray:
    """The numbers of an ascending array, each once."""
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


def find_shard_candidates(
    shard: Shard, place: np.ndarray, shared: SharedRuns, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """The candidates of a shard's articles: the article and an earlier one, by their numbers."""
    known = shard.sketch[
        shared.some.take((shard.sketch >> np.uint64(64 - PREFILTER_BITS)).astype(np.int64))
    ]
    run = np.searchsorted(shared.run, known >> ROW_BITS).clip(max=max(len(shared.run) - 1, 0))
    there = (
        np.flatnonzero(shared.run[run] == known >> ROW_BITS)
        if len(shared.run)
        else np.zeros(0, np.int64)
    )
    order = np.argsort(extract_rows(known[there]).astype(np.uint16), kind="stable")
    run, known = run[there][order], known[there][order]
    row = extract_rows(known)
    bounds, again = (
        np.searchsorted(row, np.arange(len(shard) + 1)),
        np.append(False, (run[1:] == run[:-1]) & (row[1:] == row[:-1]))[: len(run)],
    )
    wide = (
        np.bincount(row, minlength=1).max() >= 1 << 15
    )  # then the sums of both kinds do not fit into 32 bits
    own = np.int64(1 << 32) if wide else np.int32(1 << 16)
    weight = np.where(
        again, own.dtype.type(0), np.where(shared.repeated[run], own.dtype.type(1), own)
    )  # each run of an article once
    mine = sparse.csr_array((weight, (row, run)), shape=(len(shard), len(shared.run)))
    found = [(np.zeros(0, np.int64),) * 2]
    for first in range(0, len(shard), BATCH_ARTICLES):
        both = mine[first : first + BATCH_ARTICLES] @ shared.articles
        a, b = np.repeat(place[first : first + BATCH_ARTICLES], np.diff(both.indptr)), both.indices
        found.append(
            select_nearest(
                a[b < a],
                b[b < a].astype(np.int64),
                *np.divmod(both.data[b < a].astype(np.int64), int(own)),
                shared,
                most,
            )
        )
    a, b = (np.concatenate(part) for part in zip(*found, strict=True))
    rows = np.argsort(place)[np.searchsorted(np.sort(place), a)]
    kept = (
        measure_shared_spread(
            bounds[rows], bounds[rows + 1], b, run, take_low_bits(known, PLACE_BITS), shared
        )
        * shared.words[a]
    )
    smaller = np.minimum(shared.unquoted[a], shared.unquoted[b])
    far = 100 * (kept + MARGIN_WORDS * PARTS_PER_ARTICLE) >= (
        MIN_COPIED_PERCENT * PARTS_PER_ARTICLE * smaller
    )
    return a[far], b[far]


def measure_shared_spread(
    start: np.ndarray,
    end: np.ndarray,
    other: np.ndarray,
    run: np.ndarray,
    part: np.ndarray,
    shared: SharedRuns,
) -> np.ndarray:
    """From the first to the last of the runs (from `start` up to `end`, for each pair) that the `other` article has too: in parts of the article."""
    if not len(start):
        return start
    at = concatenate_ranges(start, end)
    low, high = shared.articles.indptr[run[at]], shared.articles.indptr[run[at] + 1]
    wanted, last, index = np.repeat(other, end - start), high, shared.articles.indices
    while (low < high).any():
        middle = (low + high) // 2
        below = (low < high) & (index[np.minimum(middle, len(index) - 1)] < wanted)
        low, high = (
            np.where(below, middle + 1, low),
            np.where(below, high, np.minimum(middle, high)),
        )
    there = (low < last) & (index[np.minimum(low, len(index) - 1)] == wanted)
    first = np.cumsum(end - start) - (end - start)
    least, most = np.where(there, part[at], PARTS_PER_ARTICLE), np.where(there, part[at], -1)
    return np.maximum.reduceat(most, first) - np.minimum.reduceat(least, first) + 1


def select_nearest(
    a: np.ndarray, b: np.ndarray, own: np.ndarray, again: np.ndarray, shared: SharedRuns, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of articles that share enough sampled runs (`own`: not repeated, `again`: repeated ones), for each `a` those that share most."""
    n = own + again
    some = (own >= 2) & (100 * own >= MIN_SKETCH_PERCENT * np.minimum(shared.own[a], shared.own[b]))
    kept = np.flatnonzero(
        some | (100 * n >= MIN_MUTUAL_PERCENT * np.maximum(shared.size[a], shared.size[b]))
    )
    kept = kept[np.lexsort((b[kept], -n[kept], a[kept]))]
    first = np.searchsorted(a[kept], a[kept])
    kept = kept[np.arange(len(kept)) - first < most]
    return a[kept], b[kept]


def count_repeat_days(run: np.ndarray, issues: np.ndarray) -> np.ndarray:
    """On how many days the outlet that repeats a run most printed it, for each place of it (`run` ascending from 0)."""
    n_issues = issues.max(initial=0) + 1
    printed = deduplicate_sorted(np.sort(run * n_issues + issues))
    each, issue = np.divmod(printed, n_issues)
    outlet = each * n_issues + issue // OUTLET_STRIDE
    new = np.flatnonzero(np.append(True, outlet[1:] != outlet[:-1])[: len(outlet)])
    most = np.zeros(run.max(initial=-1) + 1, np.int64)
    np.maximum.at(most, each[new], np.diff(new, append=len(outlet)))
    return most[run]


def compare_pairs(corpus: Corpus, found: pl.DataFrame) -> pl.DataFrame:
    """What pairs of articles (row, earlier) share: n_words (of row, that also stand in earlier), n_own (of these, outside quotation marks in
    both), smaller_own (such words of the smaller article), mutual (whether enough of each is in the other), shared and shared_earlier (the part of each one's words).
    """
    length = corpus.table["n_words"].to_numpy()
    chunk = (
        np.cumsum(length[found["row"].to_numpy()] + length[found["earlier"].to_numpy()])
        // CHUNK_WORDS
    )
    parts = found.with_columns(chunk=chunk).partition_by(
        "chunk", include_key=False, maintain_order=True
    ) or [found]
    calls = ((corpus, part) for part in parts)
    return pl.concat(run_parallel(compare_chunk, calls, shared_memory=True))


def compare_chunk(corpus: Corpus, part: pl.DataFrame) -> pl.DataFrame:
    """The same of some pairs, all at once."""
    rows, which = np.unique(part.select("row", "earlier").to_numpy(), return_inverse=True)
    bodies = gather_bodies(corpus.shards, corpus.starts, rows)
    a, b = which.reshape(-1, 2).T
    (n, n_own), (m, m_own) = count_words_in(bodies, a, b), count_words_in(bodies, b, a)
    own = np.minimum(n_own, m_own)
    with np.errstate(invalid="ignore"):
        return part.with_columns(
            n_words=n,
            n_own=own,
            smaller_own=np.minimum(bodies.n_own[a], bodies.n_own[b]),
            mutual=(100 * n >= MIN_MUTUAL_PERCENT * bodies.n_words[a])
            & (100 * m >= MIN_MUTUAL_PERCENT * bodies.n_words[b]),
            shared=n / bodies.n_words[a],
            shared_earlier=m / bodies.n_words[b],
        )


def count_words_in(bodies: Bodies, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How many words of each article `a` stand in its article `b`, too: all, and those outside quotation marks; int64 (2, n_pairs)."""
    return compile_module(kernels).count_shared_words(
        bodies.word, bodies.run, bodies.whole, bodies.quoted, bodies.bounds, a, b
    )


def gather_bodies(shards: Sequence[Shard], start: np.ndarray, rows: np.ndarray) -> Bodies:
    """The bodies of the articles (rows of the corpus, ascending), from all shards; `start` has the row of each one's first article."""
    cut = np.searchsorted(rows, start)
    parts = [
        read_bodies(shards[k], rows[cut[k] : cut[k + 1]] - start[k])
        for k in np.flatnonzero(np.diff(cut))
    ]
    parts = parts or [read_bodies(shards[0], rows)]
    arrays = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("word", "run", "whole", "quoted")
    )
    return Bodies(
        *arrays, np.concatenate([[0], np.cumsum(np.concatenate([part.n_words for part in parts]))])
    )


def read_bodies(shard: Shard, rows: np.ndarray) -> Bodies:
    """The bodies of some articles of a shard."""
    at = concatenate_ranges(shard.bounds[rows], shard.bounds[rows + 1])
    tokens = shard.tokens[at]
    counted = shard.are_words(tokens) & ~shard.boilerplate[at]
    ends = np.cumsum(shard.bounds[rows + 1] - shard.bounds[rows])
    bounds = np.concatenate([[0], np.concatenate([[0], np.cumsum(counted)])[ends]])
    at, word = at[counted], shard.numbers[tokens[counted]]
    return Bodies(
        word,
        *compile_module(kernels).hash_runs(word, bounds),
        shard.voice[at] == QUOTED_VOICE,
        bounds,
    )
