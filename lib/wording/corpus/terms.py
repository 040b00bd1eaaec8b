"""Terms: the words and short phrases of a corpus, and where each begins.

A term is a run of words of the same zone and voice with nothing between them, in the levelled
spelling (`Shard.forms["key"]`). Phrases grow word by word: one of n words is looked for only where
one of n - 1 words was frequent enough, so rare ones cost nothing (Agrawal & Srikant 1994). Without
the articles, single words are read from counts/terms.csv.gz; phrases are not kept there, for
overlapping phrases would give the text away.
"""

from __future__ import annotations

import functools
import hashlib
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import scipy

from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    count_study_hits,
    count_words_in_place,
    require_text_place,
)
from wording.corpus.counts_files import read_compressed_counts
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.kept import keep_arrays
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import NUMBER, WORD, Shard
from wording.corpus.phrases import term_kernels
from wording.errors import WordingError
from wording.files import write_gzip_csv
from wording.settings import TOKEN_VOICES, VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES

TokenMask = Callable[[Part], np.ndarray]
"""Tells which tokens of a part count, bool (n_tokens,)."""

MIN_TERM_ARTICLES, MIN_TERM_ARTICLES_SMALL, MIN_LARGE_STUDY_ARTICLES = 5, 2, 100
"""Articles that a term must stand in: five, or two where fewer than a hundred are compared."""

KEPT_WORDS = 3
"""Words of the longest phrases that are counted at once, also where shorter ones are asked for."""

MAX_SHARED_WORDS = 10_000
"""Words that counts/terms.csv.gz keeps at most: those in most articles."""


@dataclass(frozen=True)
class Terms:
    """How often each term stands in each compared article of a study, in one voice.

    Attributes
    ----------
    articles : DataFrame
        The `articles` table, compared articles only.
    terms : object array (n_terms,)
        The terms as they are read.
    length : int64 array (n_terms,)
        How many words each has.
    counts : int32 sparse array (n_articles, n_terms)
        Rows in the order of `articles`; a phrase's words count in the phrase and by themselves.
    voice : str
        Whose words were counted, a name in `VOICE_GROUPS`.
    """

    articles: pd.DataFrame
    terms: np.ndarray
    length: np.ndarray
    counts: scipy.sparse.csr_array
    voice: str

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, chosen: np.ndarray) -> Terms:
        """Return the same of some of the terms (flags or numbers)."""
        counts = self.counts[:, chosen]
        return Terms(self.articles, self.terms[chosen], self.length[chosen], counts, self.voice)

    @cached_property
    def n_articles(self) -> np.ndarray:
        """How many articles have each term, int64 (n_terms,)."""
        return np.bincount(self.counts.indices, minlength=len(self))

    @cached_property
    def n_words(self) -> np.ndarray:
        """How many words of the voice each article has, float (n_articles,)."""
        attributed = self.articles["n_quoted"] + self.articles["n_reported"]
        by_voice = {
            "outlet": self.articles["n_words"] - attributed,
            "quoted": self.articles["n_quoted"],
            "reported": self.articles["n_reported"],
            "attributed": attributed,
            "all": self.articles["n_words"],
        }
        return by_voice[self.voice].to_numpy(dtype=float)


@dataclass(frozen=True)
class Vocabulary:
    """The frequent words and phrases of a corpus, numbered: words by name, pairs, and so on.

    Attributes
    ----------
    words : object array (n_words,)
        The words, sorted.
    levels : tuple of int64 arrays
        For phrases of 2, 3, ... words the code of each, ascending: number of the phrase without
        its last word within its own level, times n_words, plus the number of the last word.
    n_articles : int64 array (n_terms,)
        How many articles have each term.
    """

    words: np.ndarray
    levels: tuple[np.ndarray, ...]
    n_articles: np.ndarray

    def __len__(self) -> int:
        return len(self.n_articles)

    @cached_property
    def first(self) -> np.ndarray:
        """The number of the first term of each level, with the number of all terms at the end."""
        return np.cumsum([0, len(self.words), *map(len, self.levels)])

    @cached_property
    def length(self) -> np.ndarray:
        """How many words each term has, int64 (n_terms,)."""
        return np.repeat(np.arange(1, len(self.first)), np.diff(self.first))

    @cached_property
    def terms(self) -> np.ndarray:
        """The terms as they are read, object (n_terms,): "illegal immigrants"."""
        terms = [self.words]
        for level in self.levels:
            before, last = np.divmod(level, len(self.words))
            terms.append(terms[-1][before] + " " + self.words[last])
        return np.concatenate(terms)

    @classmethod
    def from_terms(cls, terms: Sequence[str]) -> Vocabulary:
        """Return a vocabulary of these terms, with their words and the beginnings of phrases."""
        phrases = [tuple(term.split(" ")) for term in terms]
        words = sorted({word for phrase in phrases for word in phrase})
        word_number = {word: number for number, word in enumerate(words)}
        prefix_number: dict[tuple[str, ...], int] = {
            (word,): number for number, word in enumerate(words)
        }
        levels: list[np.ndarray] = []
        for n in range(2, max(map(len, phrases), default=1) + 1):
            beginnings = sorted({phrase[:n] for phrase in phrases if len(phrase) >= n})
            # The code of a phrase, as in `levels`.
            codes = np.array(
                [
                    prefix_number[phrase[:-1]] * len(words) + word_number[phrase[-1]]
                    for phrase in beginnings
                ],
                dtype=np.int64,
            )
            order = np.argsort(codes)
            levels.append(codes[order])
            prefix_number = {beginnings[k]: number for number, k in enumerate(order)}
        n_terms = len(words) + sum(map(len, levels))
        return cls(np.array(words, dtype=object), tuple(levels), np.zeros(n_terms, np.int64))

    def match_terms(self, shard: Shard, mask: np.ndarray) -> list[np.ndarray]:
        """Return the term that begins at each token, for each level.

        Parameters
        ----------
        shard : Shard
            The articles.
        mask : bool array (n_tokens,)
            The tokens that a term must lie in throughout.

        Returns
        -------
        list of int32 arrays (n_tokens,)
            The number of the term; -1 where none begins.
        """
        numbers = np.arange(len(self.words), dtype=np.int32)
        words = pl.DataFrame({"key": pl.Series(self.words, dtype=pl.String), "number": numbers})
        forms = shard.forms.select("key", "kind").join(
            words, on="key", how="left", maintain_order="left"
        )
        is_term = np.isin(forms["kind"], (WORD, NUMBER))
        number = np.where(is_term, forms["number"].fill_null(-1), -1).astype(np.int32)
        matched = [np.where(mask, number[shard.tokens], np.int32(-1))]
        for _ in self.levels:
            matched.append(self.match_longer(matched[-1], matched[0], len(matched)))
        return matched

    def match_longer(self, begins: np.ndarray, words: np.ndarray, n: int) -> np.ndarray:
        """Return the phrase of n + 1 words that begins at each token, int32; -1 for none.

        Parameters
        ----------
        begins, words : int32 arrays (n_tokens,)
            The phrase of n words that begins there, and the word that stands there; -1 for none.
        n : int
        """
        # A copy: what may not be written would be compiled once more.
        level = np.array(self.levels[n - 1])
        return compile_module(term_kernels).match_extensions(
            begins, words, level, n, self.get_shape(n)
        )

    def get_shape(self, n: int) -> tuple[int, int, int]:
        """Return the number of the first phrase of n words, how many of n there are, and words."""
        first = int(self.first[n - 1])
        return first, int(self.first[n]) - first, len(self.words)

    def find_places(self, shard: Shard, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the token at which each term begins within `mask`, and the number of the term.

        Words come first, then pairs, and so on; each in the order of their tokens.
        """
        starts, terms = [], []
        for numbers in self.match_terms(shard, mask):
            start = np.flatnonzero(numbers >= 0)
            starts.append(start)
            terms.append(numbers[start])
        return np.concatenate(starts), np.concatenate(terms)

    def counts(self, shard: Shard, mask: np.ndarray) -> scipy.sparse.csr_array:
        """Return how often each term begins in each article within `mask`.

        The result is int32, (n_articles, n_terms).
        """
        counts = compile_module(term_kernels).count_in_articles(
            np.stack(self.match_terms(shard, mask)), shard.bounds, len(self)
        )
        return scipy.sparse.csr_array(counts, shape=(len(shard), len(self)))


def find_frequent_terms(
    corpus: Corpus,
    mask: TokenMask,
    *,
    max_words: int = 3,
    min_articles: int = 5,
    place: str = "text",
) -> Vocabulary:
    """Return the terms that stand in enough articles.

    An article with a term in its headline and in its text counts twice.

    Parameters
    ----------
    corpus : Corpus
        The articles.
    mask : callable
        Which tokens of each part count.
    max_words : int
        Words of the longest phrases.
    min_articles : int
        Articles that a term must stand in.
    place : str
        Where they stand, a name in `PLACE_GROUPS`; the mask leaves out what is not there.
    """
    parts = [piece for part in corpus.parts() for piece in part.select_places(place)]
    masks = [mask(part) for part in parts]
    tables = [
        count_word_articles(part.shard, flags) for part, flags in zip(parts, masks, strict=True)
    ]
    words = merge_frequent_terms(tables, min_articles)
    vocabulary = Vocabulary(words["term"].to_numpy(), (), words["n_articles"].to_numpy())
    shards = [part.shard for part in parts]
    begun = [
        vocabulary.match_terms(shard, flags)[0] for shard, flags in zip(shards, masks, strict=True)
    ]
    matched = begun
    for n in range(1, max_words):
        places = list(zip(shards, matched, begun, strict=True))
        calls = ((vocabulary, *place, n) for place in places)
        level = merge_frequent_terms(run_parallel(count_longer_phrases, calls), min_articles)
        vocabulary = Vocabulary(
            vocabulary.words,
            (*vocabulary.levels, level["term"].to_numpy()),
            np.concatenate([vocabulary.n_articles, level["n_articles"].to_numpy()]),
        )
        if n + 1 < max_words:
            longer = ((begins, words, n) for _, begins, words in places)
            matched = run_parallel(vocabulary.match_longer, longer)
    return vocabulary


def make_voice_mask(
    voices: Sequence[str] = TOKEN_VOICES,
    *,
    articles: np.ndarray | None = None,
    place: str = "all",
) -> TokenMask:
    """Return a mask of the words outside boilerplate in the given voices.

    Parameters
    ----------
    voices : sequence of str
        Some of `TOKEN_VOICES`.
    articles : bool array, optional
        Which articles count, one flag per row of the corpus; all if left out.
    place : str
        Where in them, a name in `PLACE_GROUPS`.
    """
    numbers = [TOKEN_VOICES.index(voice) for voice in voices]

    def mask(part: Part) -> np.ndarray:
        shard = part.shard
        wanted = shard.is_word & ~shard.boilerplate & np.isin(shard.voice, numbers)
        if articles is not None:
            flags = articles[part.start : part.start + len(shard)]
            wanted &= np.repeat(flags, np.diff(shard.bounds))
        if place in ("lead", "body"):
            wanted &= part.is_in_place(np.arange(len(shard.tokens)), place)
        return wanted

    return mask


def count_word_articles(shard: Shard, mask: np.ndarray) -> pl.DataFrame:
    """Return how many articles of a shard have each word within the mask: term, n_articles."""
    number, keys = number_keys(shard)
    article = shard.article(np.flatnonzero(mask))
    in_article = count_pairs(article, number[shard.tokens[mask]], (len(shard), len(keys)))
    n_articles = np.bincount(in_article.indices, minlength=len(keys))
    return pl.DataFrame({"term": keys.to_numpy(), "n_articles": n_articles}, strict=False)


def number_keys(shard: Shard) -> tuple[np.ndarray, pl.Series]:
    """Return the number of each form's key, and the keys by their number."""
    keys = shard.forms["key"]
    is_new = (keys != keys.shift(1)).fill_null(True)
    return is_new.cum_sum().to_numpy() - 1, keys.filter(is_new)


def count_longer_phrases(
    vocabulary: Vocabulary, shard: Shard, begins: np.ndarray, words: np.ndarray, n: int
) -> pl.DataFrame:
    """Return how many articles of a shard have each phrase of n + 1 words.

    Parameters
    ----------
    vocabulary : Vocabulary
        The phrases of up to n words.
    shard : Shard
    begins, words : int32 arrays (n_tokens,)
        As for `Vocabulary.match_longer`.
    n : int

    Returns
    -------
    DataFrame
        term (its code, see `Vocabulary.levels`), n_articles.
    """
    codes, n_articles = compile_module(term_kernels).count_extensions(
        begins, words, shard.bounds, n, vocabulary.get_shape(n)
    )
    return pl.DataFrame({"term": codes, "n_articles": n_articles})


def merge_frequent_terms(tables: Sequence[pl.DataFrame], min_articles: int) -> pl.DataFrame:
    """Return the terms of all shards in at least so many articles, sorted."""
    n_articles = pl.concat(tables).group_by("term").agg(pl.col("n_articles").sum())
    return n_articles.filter(pl.col("n_articles") >= min_articles).sort("term")


def count_pairs(
    row: np.ndarray, column: np.ndarray, shape: tuple[int, int]
) -> scipy.sparse.csr_array:
    """Return how often each pair of row and column occurs."""
    return scipy.sparse.coo_array((np.ones(len(row), np.int32), (row, column)), shape=shape).tocsr()


def count_study_terms(
    study: StudyRecord,
    *,
    voice: str = "outlet",
    max_words: int = 3,
    min_articles: int | None = None,
    copies: str = "all",
) -> Terms:
    """Return the terms of a study's compared articles in one voice, with their counts per article.

    They are those of the study's place.

    Parameters
    ----------
    study : StudyRecord
        The study; without its articles, counts/terms.csv.gz is read, which has only single words.
    voice : str
        outlet, quoted, reported, attributed (quoted or reported) or all.
    max_words : int
        Words of the longest phrases.
    min_articles : int, optional
        Articles that a term must stand in; if left out, five, or two where fewer than a hundred
        articles are compared.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        For an unknown voice or way of counting copies, for `max_words` under 1, or if neither the
        articles nor counts/terms.csv.gz are there.
    """
    one_of("voice", voice, VOICE_GROUPS)
    if max_words < 1:
        raise WordingError(
            f"max_words={max_words}: the maximum number of words in a phrase must be at least 1."
        )
    articles = count_study_hits(study, [], copies=copies).articles
    if not min_articles:
        is_large = len(articles) >= MIN_LARGE_STUDY_ARTICLES
        min_articles = MIN_TERM_ARTICLES if is_large else MIN_TERM_ARTICLES_SMALL
    if not study.has_articles:
        require_text_place(study)
        return read_terms(study, articles, voice, min_articles)
    return count_terms(study, articles, voice, max_words, min_articles)


def count_terms(
    study: StudyRecord, articles: pd.DataFrame, voice: str, max_words: int, min_articles: int
) -> Terms:
    """Return the terms of these articles of a study, counted in the encoded corpus.

    They are taken from the terms of all articles that the study compares, which are counted once:
    copies left out or shorter phrases are no reason to count again.
    """
    corpus = build_corpus(study)
    every = count_study_hits(study.with_events("all"), []).articles
    is_wanted, is_counted = (
        corpus.table["doc_id"].is_in(rows["doc_id"].to_list()).to_numpy()
        for rows in (articles, every)
    )
    is_counted |= is_wanted
    kind = voice, study.place, max_words if max_words == 1 else max(max_words, KEPT_WORDS)
    counted = count_kept_terms(corpus, is_counted, kind, min_articles)
    n_words = count_words_in_place(corpus, study.place)
    terms = Terms(
        articles.assign(**{name: n[is_wanted] for name, n in n_words.items()}),
        counted.terms,
        counted.length,
        counted.counts[is_wanted[is_counted]],
        voice,
    )
    is_kept = (terms.n_articles >= min_articles) & (terms.length <= max_words)
    return terms if is_kept.all() else terms[is_kept]


@dataclass(frozen=True)
class CountedTerms:
    """Terms, how many words each has, and how often each stands in each article: as in `Terms`."""

    terms: np.ndarray
    length: np.ndarray
    counts: scipy.sparse.csr_array


def count_kept_terms(
    corpus: Corpus, articles: np.ndarray, kind: tuple[str, str, int], min_articles: int
) -> CountedTerms:
    """Return the terms in enough of some articles of a corpus: counted once, and kept beside it.

    Parameters
    ----------
    corpus : Corpus
    articles : bool array
        Which articles count, one flag per row of the corpus.
    kind : (str, str, int)
        Whose words, a name in `VOICE_GROUPS`; where, a name in `PLACE_GROUPS`; the words of the
        longest phrases.
    min_articles : int
        Articles that a term must stand in.
    """

    def count() -> dict[str, np.ndarray]:
        vocabulary, counts = count_corpus_terms(corpus, articles, kind, min_articles)
        return {
            "terms": np.frombuffer("\n".join(vocabulary.terms).encode(), np.uint8),
            "length": vocabulary.length,
            "counts": counts.data,
            "term": counts.indices,
            "bounds": counts.indptr,
        }

    if corpus.folder is None:
        kept = count()
    else:
        flags = hashlib.sha256(np.packbits(articles).tobytes()).hexdigest()
        depends_on = [corpus.language, flags, *kind, min_articles]
        kept = keep_arrays(corpus.folder, "terms", depends_on, count)
    length, shape = kept["length"], (int(articles.sum()), len(kept["length"]))
    terms = kept["terms"].tobytes().decode().split("\n") if len(length) else []
    counts = scipy.sparse.csr_array((kept["counts"], kept["term"], kept["bounds"]), shape=shape)
    return CountedTerms(np.array(terms, dtype=object), length, counts)


def count_corpus_terms(
    corpus: Corpus, articles: np.ndarray, kind: tuple[str, str, int], min_articles: int
) -> tuple[Vocabulary, scipy.sparse.csr_array]:
    """Return the terms in enough of some articles, and how often each stands in each of these.

    The parameters are those of `count_kept_terms`.
    """
    voice, place, max_words = kind
    mask = make_voice_mask(VOICE_GROUPS[voice], articles=articles, place=place)
    vocabulary = find_frequent_terms(
        corpus, mask, max_words=max_words, min_articles=min_articles, place=place
    )

    def count_part_terms(part: Part) -> scipy.sparse.csr_array:
        counts = [
            vocabulary.counts(piece.shard, mask(piece)) for piece in part.select_places(place)
        ]
        return functools.reduce(operator.add, counts)

    parts = scipy.sparse.vstack(corpus.map_parts(count_part_terms), format="csr")
    return vocabulary, scipy.sparse.csr_array(parts)[articles]


def read_terms(study: StudyRecord, articles: pd.DataFrame, voice: str, min_articles: int) -> Terms:
    """Return the words of these articles of a study, from its counts folder.

    Raises
    ------
    WordingError
        If the folder does not have them.
    """
    rows = read_compressed_counts(study, "terms", {"n": pl.Int32}).filter(
        pl.col("voice").is_in(VOICE_GROUPS[voice]),
        pl.col("doc_id").is_in(articles["doc_id"].to_list()),
    )
    rows = (
        rows.group_by("doc_id", "term")
        .agg(pl.col("n").sum())
        .filter(pl.len().over("term") >= min_articles)
        .sort("doc_id", "term")
    )
    words = rows["term"].unique().sort()
    row = pd.Index(articles["doc_id"]).get_indexer(rows["doc_id"].to_list())
    column = words.search_sorted(rows["term"]).to_numpy() if len(rows) else np.zeros(0, np.int64)
    shape = (len(articles), len(words))
    counts = scipy.sparse.coo_array((rows["n"].to_numpy(), (row, column)), shape=shape).tocsr()
    length = np.ones(len(words), np.int64)
    return Terms(articles, words.to_numpy().astype(object), length, counts, voice)


def write_terms(study: StudyRecord, folder: Path) -> None:
    """Write terms.csv.gz: the words of each article by voice, without their order.

    These are words in at least two articles, at most `MAX_SHARED_WORDS` of them.
    """
    corpus = build_corpus(study)
    vocabulary = find_frequent_terms(
        corpus, make_voice_mask(), max_words=1, min_articles=MIN_TERM_ARTICLES_SMALL
    )
    most_common = np.lexsort((vocabulary.words, -vocabulary.n_articles))[:MAX_SHARED_WORDS]
    kept = np.sort(most_common)
    rows = [tabulate_part_terms(part, vocabulary, kept) for part in corpus.parts()]
    write_gzip_csv(folder / "terms.csv.gz", pl.concat(rows))


def tabulate_part_terms(part: Part, vocabulary: Vocabulary, kept: np.ndarray) -> pl.DataFrame:
    """Return the `terms` table of one shard, in the order of articles, voices and words."""
    by_voice = [
        vocabulary.counts(part.shard, make_voice_mask([voice])(part))[:, kept].tocoo()
        for voice in TOKEN_VOICES
    ]
    row = np.concatenate([counts.row for counts in by_voice])
    term = np.concatenate([counts.col for counts in by_voice])
    n = np.concatenate([counts.data for counts in by_voice])
    voice = np.repeat(np.arange(len(TOKEN_VOICES)), [counts.nnz for counts in by_voice])
    order = np.lexsort((term, voice, row))
    table = pl.DataFrame(
        {
            "doc_id": part.table["doc_id"].gather(row[order]),
            "voice": pl.Series(TOKEN_VOICES, dtype=pl.String).gather(voice[order]),
            "term": pl.Series(vocabulary.words[kept], dtype=pl.String).gather(term[order]),
            "n": n[order],
        }
    )
    return table.select(list(TABLES["terms"]))
