"""Finds articles that share their text, which of them was first, and the text that is copied.

They may be reprints, cut and changed versions, or a story inside a longer one. A run of five words
has a number that depends on its words only. A fixed third of the runs (those whose number three
divides) shows which articles may share text; each article is then compared word by word with those
that share most of it. What this takes grows with the number of articles: a run leads to the
earliest few that have it, and an article to the few that share most with it. An article is a copy
if enough of it stands in earlier ones; what any other shares with them is copied text in an article
of its own.

References
----------
Broder, A. (1997). On the resemblance and containment of documents. Compression and Complexity of
Sequences: the sketch made for containment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy

from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus
from wording.corpus.encoding.kernels import PLACE_BITS, QUOTED_VOICE, ROW_BITS, RUN_WORDS
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import (
    Shard,
    concatenate_ranges,
    mark_run_starts,
    offsets_of,
)
from wording.corpus.marks.precedence import (
    flag_ties,
    invert_permutation,
    order_by_precedence,
    put_agencies_first,
)
from wording.errors import WordingError
from wording.settings import UNATTRIBUTED_OUTLET

MIN_COPIED_PERCENT = 40
"""An article is a copy if at least this part of it is in earlier ones, both with its quotations and
without them: above the 20 to 30 % of a communiqué or of background in a story of one's own, and
below the half of a later version that is twice as long.

All limits are compared in whole numbers, so that no rounding decides."""

MIN_COPIED_WORDS = 30
"""And if it is at least so many words. What two articles share is copied text from so many on."""

MIN_PASSAGE_WORDS = 15
"""In an article that is no copy, copied text is of so many words in a row that are neither quoted
nor recur page by page: what several outlets quote is each one's own quotation."""

MIN_MUTUAL_PERCENT = 80
"""Or if at least this part of it and of an earlier one is in the other, all words included."""

MIN_SKETCH_PERCENT = 10
"""Articles are compared word by word if they share at least this part of the smaller sketch."""

MIN_RECURRING_ARTICLES = 5
"""What one outlet prints in at least so many articles belongs to its pages, not to a story."""

MAX_RECURRING_GAP = 8
"""Words between two runs that recur, at most, that recur with them: only some runs are sampled."""

MAX_ARTICLES_PER_RUN = 20
"""Each run leads to at most so many of the articles that have it, the earliest: enough to find the
source, however often it was printed."""

MAX_SOURCE_CANDIDATES = 2
"""For its family an article is compared word by word with at most so many earlier ones: those that
share most of its sketch."""

BUCKET_RUNS = 1 << 24
"""Sampled runs that are sorted at once."""

CHUNK_WORDS = 400_000
"""Words that are compared at once."""

BATCH_ARTICLES = 2_000
"""Articles that are looked up among the shared runs at once."""

PREFILTER_BITS = 22
"""Highest bits of a run's number, by which most runs of one article only are left out at once."""

MARGIN_WORDS = 30
"""Words by which what two articles share may reach beyond the sampled runs that they share."""

NOTHING_RECURS = np.zeros(0, np.uint64)
"""No runs that recur page by page."""

Pairs = tuple[np.ndarray, np.ndarray]
"""Articles (int64) and as many earlier ones."""


@dataclass(frozen=True)
class Bodies:
    """The words of some articles, boilerplate left out.

    Attributes
    ----------
    word : the number of each word, uint64.
    run : the number of the run that begins there, uint64.
    whole : whether that run ends in the article, bool.
    quoted : whether the word is in quotation marks, or recurs page by page, bool.
    bounds : the words of article `i` are `bounds[i]` to `bounds[i + 1]`, int64.
    position : which token of its article each word is, int64.
    """

    word: np.ndarray
    run: np.ndarray
    whole: np.ndarray
    quoted: np.ndarray
    bounds: np.ndarray
    position: np.ndarray

    @property
    def n_words(self) -> np.ndarray:
        """Return the words of each article, int64 (n_articles,)."""
        return np.diff(self.bounds)

    @property
    def n_own(self) -> np.ndarray:
        """Return those that are neither quoted nor recurring."""
        return self.n_words - np.diff(offsets_of(self.quoted)[self.bounds])


@dataclass(frozen=True)
class SharedRuns:
    """The sampled runs that several articles have.

    Attributes
    ----------
    run : uint64 (n,), ascending, the highest bits of each run's number.
    repeated : bool (n,), whether an outlet repeats it page by page.
    prefilter : bool (2 ** PREFILTER_BITS,), whether any run has such highest bits.
    articles : 0/1 (n, n_articles), the earliest of the articles that have it; articles are numbered
        by precedence here.
    size, n_unrepeated : int64 (n_articles,), the sampled runs of each article: in all, and without
        repeated ones.
    """

    run: np.ndarray
    repeated: np.ndarray
    prefilter: np.ndarray
    articles: scipy.sparse.csr_array
    size: np.ndarray
    n_unrepeated: np.ndarray


@dataclass(frozen=True)
class CopySearch:
    """What a search for copies found.

    Attributes
    ----------
    order : the rows of the articles by precedence.
    pairs : pairs of a copy and its source, as `compare_pairs` describes them.
    spans : the copied text, as `find_copied_text` describes it: in copies all of it, in articles
        that are none the passages of MIN_PASSAGE_WORDS.
    """

    order: np.ndarray
    pairs: pl.DataFrame
    spans: pl.DataFrame


def find_families(corpus: Corpus) -> pl.DataFrame:
    """Return one row per article, in the corpus's order, as `TABLES["families"]` says.

    An article that shares its text with earlier ones belongs to the family of the one with which it
    shares most: each copy has one source, so a page that holds two stories does not make these one
    family.
    """
    return find_families_and_spans(corpus)[0]


def find_families_and_spans(corpus: Corpus) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what `find_families` does, and the copied text (see `find_copied_text`)."""
    table, found = corpus.table, search_copies(corpus, max_sources=MAX_SOURCE_CANDIDATES)
    first = found.order[find_first_places(found.pairs, found.order)]
    copies = np.flatnonzero(first != np.arange(len(first)))
    shared = np.ones(len(first))
    shared[copies] = compare_pairs(corpus, pl.DataFrame({"row": copies, "earlier": first[copies]}))[
        "shared"
    ]
    families = table.select("doc_id").with_columns(
        family=table["doc_id"].gather(first),
        first=pl.Series(first == np.arange(len(first))),
        tied=pl.Series(flag_ties(table, first)),
        shared=pl.Series(shared).round(3),
        n_copied=pl.Series(sum_copied_words(found.spans, len(first))),
        agency=table["agency"],
    )
    return families, found.spans


def find_copy_pairs(corpus: Corpus) -> pl.DataFrame:
    """Return one row per pair of articles that share their text, most shared first.

    The columns are those of `TABLES["family_pairs"]`. Of the many that a much printed article
    shares its text with, the earliest that share most of it stand for all.
    """
    names, found = corpus.table["doc_id"], search_copies(corpus, max_sources=MAX_ARTICLES_PER_RUN)
    named = found.pairs.with_columns(
        doc_id=names.gather(found.pairs["row"]), earlier=names.gather(found.pairs["earlier"])
    )
    return named.select(
        "doc_id", "earlier", pl.col("shared", "shared_earlier").round(3), "n_words", "n_own"
    ).sort(
        pl.max_horizontal("shared", "shared_earlier"),
        "doc_id",
        "earlier",
        descending=[True, False, False],
    )


def search_copies(corpus: Corpus, *, max_sources: int) -> CopySearch:
    """Return the copies with their sources, and all copied text.

    Copies are found by the articles' times; where the first of a family credits an agency whose own
    article belongs to the family, too, this one comes before it, and they are compared anew.

    Parameters
    ----------
    corpus : the articles.
    max_sources : the number of earlier articles that one is compared with, at most.
    """
    order = order_by_precedence(corpus.table)
    candidates, recurring = search_candidates(corpus, order, max_sources=max_sources)
    found = find_copies(corpus, candidates, recurring, order)
    first = order[find_first_places(found.pairs, order)]
    ordered = put_agencies_first(corpus.table, order, first)
    if (ordered == order).all():
        return found
    return find_copies(corpus, turn_pairs(candidates, ordered), recurring, ordered)


def find_copies(
    corpus: Corpus, candidates: pl.DataFrame, recurring: np.ndarray, order: np.ndarray
) -> CopySearch:
    """Return the copies among pairs of articles, and the copied text.

    Parameters
    ----------
    corpus : the articles.
    candidates : row, earlier, by row.
    recurring : the runs that recur page by page (see `search_candidates`).
    order : the rows by precedence.
    """
    sharing = compare_pairs(corpus, candidates, recurring).filter(
        (pl.col("n_own") >= MIN_COPIED_WORDS) | pl.col("mutual")
    )
    spans = find_copied_text(corpus, sharing, recurring)
    pairs = select_copy_pairs(sharing, spans)
    is_passage = (pl.col("n_own") >= MIN_PASSAGE_WORDS) | pl.col("row").is_in(
        pairs["row"].unique().to_list()
    )
    return CopySearch(order, pairs, spans.filter(is_passage))


def turn_pairs(pairs: pl.DataFrame, order: np.ndarray) -> pl.DataFrame:
    """Return the pairs of articles (row, earlier), turned round where `order` says so."""
    place = invert_permutation(order)
    row, earlier = pairs["row"].to_numpy(), pairs["earlier"].to_numpy()
    is_right = place[row] > place[earlier]
    return pl.DataFrame(
        {"row": np.where(is_right, row, earlier), "earlier": np.where(is_right, earlier, row)}
    ).sort("row", "earlier")


def find_first_places(copy_pairs: pl.DataFrame, order: np.ndarray) -> np.ndarray:
    """Return for each row the place in `order` of its family's first article.

    It is the source of its source, and so on.
    """
    place, source = invert_permutation(order), np.arange(len(order))
    by_merit = copy_pairs.with_columns(place=place[copy_pairs["earlier"].to_numpy()]).sort(
        "n_words", "place", "row", descending=[False, True, False]
    )
    # The last one written stands: the most words, then the earliest.
    source[place[by_merit["row"].to_numpy()]] = by_merit["place"].to_numpy()
    while (source[source] != source).any():
        source = source[source]
    return source[place]


def select_copy_pairs(sharing: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that are a copy and its source: enough of the copy is copied text.

    Parameters
    ----------
    sharing : pairs that share text, as `compare_pairs` describes them.
    spans : the copied text, as `find_copied_text` describes it.
    """
    copied = spans.group_by("row").agg(
        n_copied=pl.col("n_words").sum(), n_copied_own=pl.col("n_own").sum()
    )
    is_copy = (
        (100 * pl.col("n_copied_own") >= MIN_COPIED_PERCENT * pl.col("all_own"))
        & (100 * pl.col("n_copied") >= MIN_COPIED_PERCENT * pl.col("all_words"))
        & (pl.col("n_copied_own") >= MIN_COPIED_WORDS)
    )
    return (
        sharing.join(copied, on="row", how="left", maintain_order="left")
        .filter(is_copy | pl.col("mutual"))
        .drop("n_copied", "n_copied_own")
    )


def find_copied_text(corpus: Corpus, sharing: pl.DataFrame, recurring: np.ndarray) -> pl.DataFrame:
    """Return the spans of articles that stand in the earlier ones with which they share text.

    Parameters
    ----------
    corpus : the articles.
    sharing : pairs of articles that share text: row, earlier.
    recurring : the runs that recur page by page (see `search_candidates`).

    Returns
    -------
    row (of the corpus), start and end (tokens, counted from the article's first), n_words (words of
    the span), n_own (of these neither quoted nor recurring), by row and start.
    """
    calls = ((corpus, part, recurring) for part in split_pairs(corpus, sharing))
    return pl.concat(run_parallel(mark_chunk, calls, shared_memory=True)).sort("row", "start")


def mark_chunk(corpus: Corpus, part: pl.DataFrame, recurring: np.ndarray) -> pl.DataFrame:
    """Return the copied text of some articles, each with all its pairs."""
    rows, which = np.unique(part.select("row", "earlier").to_numpy(), return_inverse=True)
    bodies = gather_bodies(corpus.shards, corpus.starts, rows, recurring)
    a, b = which.reshape(-1, 2).T
    copied = compile_module(kernels).mark_shared_words(
        bodies.word, bodies.run, bodies.whole, bodies.bounds, a, b
    )
    article, at = np.repeat(np.arange(len(rows)), bodies.n_words), np.flatnonzero(copied)
    # A span is of words that follow each other in one article.
    is_first = np.append(True, (np.diff(at) > 1) | (np.diff(article[at]) > 0))[: len(at)]
    first, last = at[is_first], at[np.append(is_first[1:], True)[: len(at)]]
    own_before = np.concatenate([[0], np.cumsum(~bodies.quoted)])
    return pl.DataFrame(
        {
            "row": rows[article[first]].astype(np.int64),
            "start": bodies.position[first].astype(np.int64),
            "end": bodies.position[last].astype(np.int64) + 1,
            "n_words": last - first + 1,
            "n_own": own_before[last + 1] - own_before[first],
        }
    )


def sum_copied_words(spans: pl.DataFrame, n_articles: int) -> np.ndarray:
    """Return the words of each article's copied text, int64 (n_articles,)."""
    n_words = np.bincount(spans["row"], weights=spans["n_words"], minlength=n_articles)
    return n_words.astype(np.int64)


def find_copy_candidates(corpus: Corpus, order: np.ndarray, *, max_sources: int) -> pl.DataFrame:
    """Return the pairs of articles that may share text (see `search_candidates`)."""
    return search_candidates(corpus, order, max_sources=max_sources)[0]


def search_candidates(
    corpus: Corpus, order: np.ndarray, *, max_sources: int
) -> tuple[pl.DataFrame, np.ndarray]:
    """Return the pairs of articles that may share text, by their sketches, and what recurs.

    What an outlet prints in five articles or more (a gallery, a form, a footer, a paragraph of
    background) is no sign, unless the articles are alike as a whole.

    Parameters
    ----------
    corpus : the articles.
    order : their rows by precedence.
    max_sources : the number of earlier articles to each, at most: those that share most.

    Returns
    -------
    The pairs: row, earlier; and the highest bits of the sampled runs that recur, uint64, ascending.
    """
    places = np.split(invert_permutation(order), corpus.starts[1:-1])
    shared = find_shared_runs(corpus.shards, places, number_outlets(corpus.table)[order])
    calls = (
        (shard, place, shared, max_sources)
        for shard, place in zip(corpus.shards, places, strict=True)
    )
    found = run_parallel(find_shard_candidates, calls, shared_memory=True)
    row, earlier = concatenate_pairs(found)
    pairs = pl.DataFrame({"row": order[row], "earlier": order[earlier]}).sort("row", "earlier")
    return pairs, shared.run[shared.repeated]


def concatenate_pairs(parts: Sequence[Pairs]) -> Pairs:
    """Return all pairs of articles of the parts."""
    none = np.zeros(0, np.int64)
    return (
        np.concatenate([none, *(article for article, _ in parts)]),
        np.concatenate([none, *(earlier for _, earlier in parts)]),
    )


def number_outlets(table: pl.DataFrame) -> np.ndarray:
    """Return a number for each article's outlet, int64; 0 where it is not known."""
    known = pl.when(pl.col("outlet") != UNATTRIBUTED_OUTLET).then("outlet")
    return table.select(known.rank("dense").fill_null(0).cast(pl.Int64)).to_series().to_numpy()


def build_sketch(shard: Shard) -> np.ndarray:
    """Return the sampled runs of a shard, ascending, uint64.

    The lowest ROW_BITS of each are the article's row and the place in it, the others the run's.
    """
    return np.sort(
        compile_module(kernels).sample_runs(
            shard.tokens, shard.is_word & ~shard.boilerplate, shard.bounds, shard.numbers
        )
    )


def find_shared_runs(
    shards: Sequence[Shard],
    places: Sequence[np.ndarray],
    outlets: np.ndarray,
) -> SharedRuns:
    """Return the sampled runs of more than one article.

    The runs are sorted bucket by bucket, by the highest bits of their numbers; each sketch is
    opened anew for it, so that none stays in memory.

    Parameters
    ----------
    shards : the articles.
    places : the number of each shard's articles by precedence.
    outlets : the number of each article's outlet, by precedence.
    """
    n_articles = sum(map(len, places))
    if n_articles >= 1 << int(ROW_BITS):
        raise WordingError(
            f"Copies cannot be searched for among {n_articles:,} articles; the limit is "
            f"{1 << int(ROW_BITS):,}. Split the study."
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
            outlets,
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
    bounds, earliest, runs = (
        offsets_of(np.concatenate(n)),
        np.concatenate(early),
        np.concatenate(run),
    )
    articles = scipy.sparse.csr_array(
        (np.ones(len(earliest), np.int32), earliest, bounds), shape=(len(bounds) - 1, n_articles)
    )
    prefilter = np.zeros(1 << PREFILTER_BITS, bool)
    prefilter[(runs >> (np.uint64(64 - PREFILTER_BITS) - ROW_BITS)).astype(np.int64)] = True
    return SharedRuns(
        run=runs,
        repeated=np.concatenate(repeated),
        prefilter=prefilter,
        articles=articles,
        size=size,
        n_unrepeated=size - sum(n_repeated),
    )


def take_low_bits(numbers: np.ndarray, bits: np.uint64) -> np.ndarray:
    """Return the lowest bits of the numbers, int64."""
    return (numbers & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)


def extract_rows(sketch: np.ndarray) -> np.ndarray:
    """Return the article of each sampled run, by its row in the shard."""
    return take_low_bits(sketch, ROW_BITS) >> int(PLACE_BITS)


def find_bucket_runs(
    parts: Sequence[tuple[np.ndarray, np.ndarray]], outlets: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Return the shared runs of one bucket.

    Parameters
    ----------
    parts : for each shard the sampled runs of the bucket, and its articles' numbers by precedence.
    outlets : the number of each article's outlet, by precedence.

    Returns
    -------
    Each run; whether it is repeated; how many of its articles are kept; these articles; and each
    article's number of repeated runs.
    """
    keys = np.sort(
        np.concatenate(
            [
                part >> ROW_BITS << ROW_BITS | place.astype(np.uint64)[extract_rows(part)]
                for part, place in parts
            ]
        )
    )
    same = keys[1:] >> ROW_BITS == keys[:-1] >> ROW_BITS
    # Most runs stand alone.
    is_shared = np.append(False, same)[: len(keys)] | np.append(same, False)[: len(keys)]
    keys = deduplicate_sorted(keys[is_shared])
    start = np.flatnonzero(mark_run_starts(keys >> ROW_BITS))
    n = np.diff(start, append=len(keys))
    start, n = start[n > 1], n[n > 1]
    run, first = np.repeat(np.arange(len(start)), n), offsets_of(n)[:-1]
    article = take_low_bits(keys[concatenate_ranges(start, start + n)], ROW_BITS)
    repeated = count_repeats(run, outlets[article]) >= MIN_RECURRING_ARTICLES
    early = article[np.arange(len(run)) - first[run] < MAX_ARTICLES_PER_RUN].astype(np.int32)
    n_repeated = np.bincount(article[repeated], minlength=len(outlets))
    return (
        keys[start] >> ROW_BITS,
        repeated[first],
        np.minimum(n, MAX_ARTICLES_PER_RUN),
        early,
        n_repeated,
    )


def deduplicate_sorted(ordered: np.ndarray) -> np.ndarray:
    """Return the numbers of an ascending array, each once."""
    return ordered[mark_run_starts(ordered)]


def find_shard_candidates(
    shard: Shard, place: np.ndarray, shared: SharedRuns, max_sources: int
) -> Pairs:
    """Return the candidates of a shard's articles: each article and an earlier one.

    Parameters
    ----------
    shard : the articles.
    place : their numbers by precedence; those of the result, too.
    shared : the runs that several articles have.
    max_sources : the number of candidates of an article, at most.
    """
    return find_nearest_articles(find_article_runs(shard, shared), place, shared, max_sources)


@dataclass(frozen=True)
class ArticleRuns:
    """The sampled runs of a shard's articles that others have, too; article by article.

    Attributes
    ----------
    run : the place of each in `SharedRuns.run`, ascending within an article.
    row : the row of its article in the shard.
    bounds : the runs of row `i` are `bounds[i]` to `bounds[i + 1]`.
    """

    run: np.ndarray
    row: np.ndarray
    bounds: np.ndarray


def find_article_runs(shard: Shard, shared: SharedRuns) -> ArticleRuns:
    """Return the sampled runs of the shard's articles that others have, too."""
    highest = (shard.sketch >> np.uint64(64 - PREFILTER_BITS)).astype(np.int64)
    sketch = shard.sketch[shared.prefilter.take(highest)]
    run = np.searchsorted(shared.run, sketch >> ROW_BITS).clip(max=max(len(shared.run) - 1, 0))
    if len(shared.run):
        known = np.flatnonzero(shared.run[run] == sketch >> ROW_BITS)
    else:
        known = np.zeros(0, np.int64)
    order = known[np.argsort(extract_rows(sketch[known]).astype(np.uint16), kind="stable")]
    row = extract_rows(sketch[order])
    bounds = np.searchsorted(row, np.arange(len(shard) + 1))
    return ArticleRuns(run[order], row, bounds)


def find_nearest_articles(
    runs: ArticleRuns, place: np.ndarray, shared: SharedRuns, max_sources: int
) -> Pairs:
    """Return for each article the earlier ones that share most of its sampled runs.

    How many unrepeated and repeated runs two articles share is counted at once, by one product of
    sparse matrices: in the upper and the lower half of each of its numbers.
    """
    again = ~(mark_run_starts(runs.run) | mark_run_starts(runs.row))
    # The sums of both kinds fit into 32 bits where no article has many runs.
    is_wide = np.bincount(runs.row, minlength=1).max() >= 1 << 15
    one_unrepeated = np.int64(1 << 32) if is_wide else np.int32(1 << 16)
    one_repeated = one_unrepeated.dtype.type(1)
    weight = np.where(shared.repeated[runs.run], one_repeated, one_unrepeated)
    weight[again] = 0  # each run of an article once
    n_rows = len(runs.bounds) - 1
    sampled = scipy.sparse.csr_array(
        (weight, (runs.row, runs.run)), shape=(n_rows, len(shared.run))
    )
    pairs = []
    for first in range(0, n_rows, BATCH_ARTICLES):
        batch = slice(first, first + BATCH_ARTICLES)
        in_common = sampled[batch] @ shared.articles
        a, b = np.repeat(place[batch], np.diff(in_common.indptr)), in_common.indices
        earlier = b < a
        n_shared = in_common.data[earlier].astype(np.int64)
        n_unrepeated, n_repeated = np.divmod(n_shared, int(one_unrepeated))
        candidates = (a[earlier], b[earlier].astype(np.int64))
        pairs.append(select_nearest(candidates, n_unrepeated, n_repeated, shared, max_sources))
    return concatenate_pairs(pairs)


def select_nearest(
    pairs: Pairs,
    n_unrepeated: np.ndarray,
    n_repeated: np.ndarray,
    shared: SharedRuns,
    max_sources: int,
) -> Pairs:
    """Return the pairs that share enough sampled runs, for each article those that share most.

    Parameters
    ----------
    pairs : each article and an earlier one.
    n_unrepeated, n_repeated : the runs that they share, of either kind.
    shared : the runs that several articles have.
    max_sources : the number of pairs of an article, at most.
    """
    (a, b), n = pairs, n_unrepeated + n_repeated
    smaller = np.minimum(shared.n_unrepeated[a], shared.n_unrepeated[b])
    larger = np.maximum(shared.size[a], shared.size[b])
    contains = (n_unrepeated >= 2) & (100 * n_unrepeated >= MIN_SKETCH_PERCENT * smaller)
    kept = np.flatnonzero(contains | (100 * n >= MIN_MUTUAL_PERCENT * larger))
    kept = kept[np.lexsort((b[kept], -n[kept], a[kept]))]
    first = np.searchsorted(a[kept], a[kept])
    kept = kept[np.arange(len(kept)) - first < max_sources]
    return a[kept], b[kept]


def count_repeats(run: np.ndarray, outlets: np.ndarray) -> np.ndarray:
    """Return in how many articles the outlet that repeats a run most printed it.

    For each place of a run (`run` ascending from 0), whose article is of this outlet; articles of
    no known outlet (0) count as one.
    """
    stride = outlets.max(initial=0) + 1
    ordered = np.sort(run * stride + outlets)
    new = np.flatnonzero(mark_run_starts(ordered))
    each, outlet = np.divmod(ordered[new], stride)
    n = np.where(outlet == 0, 1, np.diff(new, append=len(ordered)))
    most = np.zeros(run.max(initial=-1) + 1, np.int64)
    np.maximum.at(most, each, n)
    return most[run]


def compare_pairs(
    corpus: Corpus, pairs: pl.DataFrame, recurring: np.ndarray = NOTHING_RECURS
) -> pl.DataFrame:
    """Return the pairs of articles (row, earlier) with what they share.

    Parameters
    ----------
    corpus : the articles.
    pairs : row, earlier, by row.
    recurring : the runs that recur page by page (see `search_candidates`).

    Returns
    -------
    Added are n_words (of row, that also occur in earlier), n_own (of these, neither quoted nor
    recurring in either), all_words and all_own (such words of row in all), mutual
    (whether enough of each is in the other), shared and shared_earlier (the part of each one's
    words).
    """
    calls = ((corpus, part, recurring) for part in split_pairs(corpus, pairs))
    return pl.concat(run_parallel(compare_chunk, calls, shared_memory=True))


def split_pairs(corpus: Corpus, pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the pairs (row, earlier) in parts of CHUNK_WORDS; all pairs of a row in one."""
    length = corpus.table["n_words"].to_numpy()
    words = length[pairs["row"].to_numpy()] + length[pairs["earlier"].to_numpy()]
    numbered = pairs.with_columns(chunk=np.cumsum(words) // CHUNK_WORDS).with_columns(
        pl.col("chunk").first().over("row")
    )
    return numbered.partition_by("chunk", include_key=False, maintain_order=True) or [pairs]


def compare_chunk(corpus: Corpus, part: pl.DataFrame, recurring: np.ndarray) -> pl.DataFrame:
    """Return the same of some pairs, all at once."""
    rows, which = np.unique(part.select("row", "earlier").to_numpy(), return_inverse=True)
    bodies = gather_bodies(corpus.shards, corpus.starts, rows, recurring)
    a, b = which.reshape(-1, 2).T
    (n, n_own), (m, m_own) = count_words_in(bodies, a, b), count_words_in(bodies, b, a)
    own = np.minimum(n_own, m_own)
    with np.errstate(invalid="ignore"):
        return part.with_columns(
            n_words=n,
            n_own=own,
            all_words=bodies.n_words[a],
            all_own=bodies.n_own[a],
            mutual=(100 * n >= MIN_MUTUAL_PERCENT * bodies.n_words[a])
            & (100 * m >= MIN_MUTUAL_PERCENT * bodies.n_words[b]),
            shared=n / bodies.n_words[a],
            shared_earlier=m / bodies.n_words[b],
        )


def count_words_in(bodies: Bodies, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Count the words of each article `a` that occur in its article `b`, too.

    Returns
    -------
    All such words, and those outside quotation marks, int64 (2, n_pairs).
    """
    return compile_module(kernels).count_shared_words(
        bodies.word, bodies.run, bodies.whole, bodies.quoted, bodies.bounds, a, b
    )


def gather_bodies(
    shards: Sequence[Shard], start: np.ndarray, rows: np.ndarray, recurring: np.ndarray
) -> Bodies:
    """Return the bodies of articles from all shards.

    Parameters
    ----------
    shards : the articles.
    start : the row of each shard's first article.
    rows : rows of the corpus, ascending.
    recurring : the runs that recur page by page (see `search_candidates`).
    """
    cut = np.searchsorted(rows, start)
    parts = [
        read_bodies(shards[k], rows[cut[k] : cut[k + 1]] - start[k], recurring)
        for k in np.flatnonzero(np.diff(cut)).tolist()
    ]
    parts = parts or [read_bodies(shards[0], rows, recurring)]
    return Bodies(
        word=np.concatenate([part.word for part in parts]),
        run=np.concatenate([part.run for part in parts]),
        whole=np.concatenate([part.whole for part in parts]),
        quoted=np.concatenate([part.quoted for part in parts]),
        bounds=offsets_of(np.concatenate([part.n_words for part in parts])),
        position=np.concatenate([part.position for part in parts]),
    )


def read_bodies(shard: Shard, rows: np.ndarray, recurring: np.ndarray = NOTHING_RECURS) -> Bodies:
    """Return the bodies of some articles of a shard (see `gather_bodies`)."""
    start, end = shard.bounds[rows], shard.bounds[rows + 1]
    at = concatenate_ranges(start, end)
    tokens = shard.tokens[at]
    counted = shard.are_words(tokens) & ~shard.boilerplate[at]
    bounds = np.concatenate([[0], offsets_of(counted)[np.cumsum(end - start)]])
    position = (at - np.repeat(start, end - start))[counted]
    at, word = at[counted], shard.numbers[tokens[counted]]
    run, whole = compile_module(kernels).hash_runs(word, bounds)
    quoted = shard.voice[at] == QUOTED_VOICE
    quoted |= flag_recurring_words(run, whole, recurring)
    return Bodies(word, run, whole, quoted, bounds, position)


def flag_recurring_words(run: np.ndarray, whole: np.ndarray, recurring: np.ndarray) -> np.ndarray:
    """Return which words lie in passages that recur, of MIN_COPIED_WORDS or more, bool.

    A passage goes from one run that recurs to the next, as long as these are near: short ones are
    phrases that anybody may use.

    Parameters
    ----------
    run, whole : as in `Bodies`.
    recurring : the highest bits of the sampled runs that recur, ascending.
    """
    flags = np.zeros(len(run), bool)
    if len(recurring):
        highest = run >> ROW_BITS
        place = np.searchsorted(recurring, highest).clip(max=len(recurring) - 1)
        at = np.flatnonzero(whole & (recurring[place] == highest))
        is_first = np.append(True, np.diff(at) > RUN_WORDS + MAX_RECURRING_GAP)[: len(at)]
        start, end = at[is_first], at[np.append(is_first[1:], True)[: len(at)]] + RUN_WORDS
        is_long = end - start >= MIN_COPIED_WORDS
        flags[concatenate_ranges(start[is_long], end[is_long])] = True
    return flags
