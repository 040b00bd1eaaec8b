"""Terms: the words and short phrases of a corpus, and where each begins.

A term is a run of words of the same zone and voice with nothing between them, in the levelled spelling (`Shard.forms["key"]`). Phrases grow
word by word: one of n words is looked for only where one of n - 1 words was frequent enough, so rare ones cost nothing (Agrawal & Srikant 1994).
Without the articles, single words are read from counts/terms.csv.gz; phrases are not kept there, for overlapping phrases would give the text away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from wording.corpus.build import build_corpus
from wording.corpus.counts import count_study_hits
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.parallel import run_parallel
from wording.corpus.encoding.shard import NUMBER, WORD, Shard
from wording.errors import WordingError
from wording.files import write_gzip_csv
from wording.settings import TOKEN_VOICES, VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES

TokenMask = Callable[[Part], np.ndarray]

MIN_TERM_ARTICLES, MIN_TERM_ARTICLES_SMALL, MIN_LARGE_STUDY_ARTICLES = 5, 2, 100
"""Articles that a term must stand in: five, or two in a study of fewer than a hundred articles."""

MAX_SHARED_WORDS = 10_000
"""Words that counts/terms.csv.gz keeps at most: those in most articles."""


@dataclass(frozen=True)
class Terms:
    """How often each term stands in each compared article of a study, in one voice.

    Attributes
    ----------
    articles : the `articles` table, compared articles only.
    terms : object (n_terms,), the terms as they are read.
    length : int64 (n_terms,), how many words each has.
    counts : int32 (n_articles, n_terms), rows in the order of `articles`; a phrase's words count in the phrase and by themselves.
    voice : whose words were counted, a name in `VOICE_GROUPS`.
    """

    articles: pd.DataFrame
    terms: np.ndarray
    length: np.ndarray
    counts: sparse.csr_array
    voice: str

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, which: np.ndarray) -> Terms:
        """The same of some of the terms (flags or numbers)."""
        return Terms(
            self.articles, self.terms[which], self.length[which], self.counts[:, which], self.voice
        )

    @cached_property
    def n_articles(self) -> np.ndarray:
        """How many articles have each term, int64 (n_terms,)."""
        return np.bincount(self.counts.indices, minlength=len(self))

    @cached_property
    def n_words(self) -> np.ndarray:
        """How many words of the voice each article has, float (n_articles,)."""
        attributed = self.articles["n_quoted"] + self.articles["n_reported"]
        by_voice = {"quoted": "n_quoted", "reported": "n_reported", "all": "n_words"}
        found = {"outlet": self.articles["n_words"] - attributed, "attributed": attributed} | {
            voice: self.articles[column] for voice, column in by_voice.items()
        }
        return found[self.voice].to_numpy(dtype=float)


@dataclass(frozen=True)
class Vocabulary:
    """The frequent words and phrases of a corpus, numbered: first all words by name, then all pairs, and so on.

    Attributes
    ----------
    words : object (n_words,), the words, sorted.
    levels : for phrases of 2, 3, ... words int64 (n,), ascending: number of the phrase without its last word within its own level, times n_words,
        plus the number of the last word.
    n_articles : int64 (n_terms,), how many articles have each term.
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
        named, shorter = [self.words], self.words
        for level in self.levels:
            before, last = np.divmod(level, len(self.words))
            shorter = shorter[before] + " " + self.words[last]
            named.append(shorter)
        return np.concatenate(named)

    @classmethod
    def from_terms(cls, terms: Sequence[str]) -> Vocabulary:
        """A vocabulary that holds these terms, and whatever it takes to find them: their words, and the beginnings of the phrases."""
        split = [tuple(term.split(" ")) for term in terms]
        beginnings = [
            sorted({s[:n] for s in split if len(s) >= n})
            for n in range(1, max(map(len, split), default=1) + 1)
        ]
        words = sorted({word for s in split for word in s})
        number, level, levels = (
            {word: k for k, word in enumerate(words)},
            {(word,): k for k, word in enumerate(words)},
            [],
        )
        for phrases in beginnings[1:]:
            codes = [level[phrase[:-1]] * len(words) + number[phrase[-1]] for phrase in phrases]
            levels.append(np.sort(np.array(codes, dtype=np.int64)))
            level = {phrases[k]: place for place, k in enumerate(np.argsort(codes))}
        return cls(
            np.array(words, dtype=object),
            tuple(levels),
            np.zeros(len(words) + sum(map(len, levels)), np.int64),
        )

    def match_terms(self, shard: Shard, mask: np.ndarray) -> list[np.ndarray]:
        """For each level the term that begins at each token and lies in `mask` throughout, int32 (n_tokens,); -1 where none does."""
        known = pl.DataFrame(
            {
                "key": pl.Series(self.words, dtype=pl.String),
                "number": np.arange(len(self.words), dtype=np.int32),
            }
        )
        of_form = shard.forms.select("key", "kind").join(
            known, on="key", how="left", maintain_order="left"
        )
        number = np.where(
            np.isin(of_form["kind"], (WORD, NUMBER)), of_form["number"].fill_null(-1), -1
        ).astype(np.int32)
        found = [np.where(mask, number[shard.tokens], np.int32(-1))]
        for n, level in enumerate(self.levels, start=1):
            codes = extend_phrase_codes(
                found[-1], found[0], n, len(self.words), first=int(self.first[n - 1])
            )
            found.append(find_term_numbers(codes, level, int(self.first[n])))
        return found

    def counts(self, shard: Shard, mask: np.ndarray) -> sparse.csr_array:
        """How often each term begins in each article within `mask`: int32 (n_articles, n_terms)."""
        rows = np.repeat(np.arange(len(shard), dtype=np.int32), np.diff(shard.bounds))
        places = [
            (rows[at], ids[at])
            for ids in self.match_terms(shard, mask)
            for at in [np.flatnonzero(ids >= 0)]
        ]
        row, term = (np.concatenate(part) for part in zip(*places, strict=True))
        return count_pairs(row, term, (len(shard), len(self)))


def find_frequent_terms(
    corpus: Corpus, mask: TokenMask, *, longest: int = 3, fewest: int = 5
) -> Vocabulary:
    """The terms of up to `longest` words that stand in at least `fewest` articles, within the tokens that `mask` gives for each part."""
    parts = list(corpus.parts())
    masks = [mask(part) for part in parts]
    words = merge_frequent_terms(
        [count_word_articles(part.shard, flags) for part, flags in zip(parts, masks, strict=True)],
        fewest,
    )
    found = Vocabulary(words["term"].to_numpy(), (), words["n_articles"].to_numpy())
    for _ in range(2, longest + 1):
        calls = ((found, part.shard, flags) for part, flags in zip(parts, masks, strict=True))
        level = merge_frequent_terms(run_parallel(count_longer_phrases, calls), fewest)
        n_articles = np.concatenate([found.n_articles, level["n_articles"].to_numpy()])
        found = Vocabulary(found.words, (*found.levels, level["term"].to_numpy()), n_articles)
    return found


def make_voice_mask(
    voices: Sequence[str] = TOKEN_VOICES, *, articles: np.ndarray | None = None
) -> TokenMask:
    """The words of the body in the given voices, in the flagged articles (bool, one per row of the corpus; None: all)."""

    def mask(part: Part) -> np.ndarray:
        shard = part.shard
        wanted = (
            shard.is_word
            & ~shard.boilerplate
            & np.isin(shard.voice, [TOKEN_VOICES.index(voice) for voice in voices])
        )
        if articles is not None:
            wanted &= np.repeat(
                articles[part.start : part.start + len(shard)], np.diff(shard.bounds)
            )
        return wanted

    return mask


def count_word_articles(shard: Shard, mask: np.ndarray) -> pl.DataFrame:
    """How many articles of a shard have each word within the mask: term, n_articles."""
    code = (shard.forms["key"] != shard.forms["key"].shift(1)).fill_null(
        True
    ).cum_sum().to_numpy() - 1
    in_article = count_pairs(
        shard.article(np.flatnonzero(mask)), code[shard.tokens[mask]], (len(shard), code[-1] + 1)
    )
    named = shard.forms["key"].to_numpy()[np.unique(code, return_index=True)[1]]
    return pl.DataFrame(
        {"term": named, "n_articles": np.bincount(in_article.indices, minlength=len(named))},
        strict=False,
    )


def count_longer_phrases(known: Vocabulary, shard: Shard, mask: np.ndarray) -> pl.DataFrame:
    """How many articles of a shard have each phrase of one word more than the known ones: term (see `Vocabulary.levels`), n_articles."""
    begins = known.match_terms(shard, mask)
    pairs = extend_phrase_codes(
        begins[-1], begins[0], len(begins), len(known.words), first=int(known.first[-2])
    )
    at = np.flatnonzero(pairs >= 0)
    distinct, which = np.unique(pairs[at], return_inverse=True)
    in_article = count_pairs(shard.article(at), which, (len(shard), len(distinct)))
    return pl.DataFrame(
        {"term": distinct, "n_articles": np.bincount(in_article.indices, minlength=len(distinct))}
    )


def merge_frequent_terms(tables: Sequence[pl.DataFrame], fewest: int) -> pl.DataFrame:
    """The terms of all shards in at least so many articles, sorted."""
    return (
        pl.concat(tables)
        .group_by("term")
        .agg(pl.col("n_articles").sum())
        .filter(pl.col("n_articles") >= fewest)
        .sort("term")
    )


def extend_phrase_codes(
    begins: np.ndarray, words: np.ndarray, n: int, n_words: int, *, first: int = 0
) -> np.ndarray:
    """For each token the code of the phrase of n + 1 words that begins there, from those of n words; -1 where there is none."""
    code = np.full(len(begins), -1, np.int64)
    both = np.flatnonzero((begins[: len(begins) - n] >= 0) & (words[n:] >= 0))
    code[both] = (begins[both].astype(np.int64) - first) * n_words + words[both + n]
    return code


def find_term_numbers(code: np.ndarray, level: np.ndarray, first: int) -> np.ndarray:
    """The number of each code in the level, from `first` on; -1 where it is not in it."""
    found = np.full(len(code), -1, np.int32)
    at = np.flatnonzero(code >= 0)
    place = np.searchsorted(level, code[at])
    there = (
        (place < len(level)) & (level[np.minimum(place, max(len(level) - 1, 0))] == code[at])
        if len(level)
        else np.zeros(len(at), bool)
    )
    found[at[there]] = first + place[there]
    return found


def count_pairs(row: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """How often each pair of row and column occurs."""
    return sparse.coo_array((np.ones(len(row), np.int32), (row, column)), shape=shape).tocsr()


def count_study_terms(
    study: StudyRecord,
    *,
    voice: str = "outlet",
    longest: int = 3,
    fewest: int | None = None,
    copies: str = "all",
) -> Terms:
    """The terms of a study's compared articles in one voice, and how often each stands in each article.

    Parameters
    ----------
    voice : outlet, quoted, reported, attributed (quoted or reported) or all.
    longest : words of the longest phrases. Without the articles there are only single words, of those that `write_terms` kept.
    fewest : articles that a term must stand in (None: five, or two where fewer than a hundred articles are compared).
    copies : as in `count_study_hits`.

    Raises
    ------
    WordingError
        For an unknown voice or way of counting copies, a `longest` under 1, or if neither the articles nor counts/terms.csv.gz are there.
    """
    one_of("voice", voice, VOICE_GROUPS)
    if longest < 1:
        raise WordingError(
            f"longest={longest}: expected the number of words of the longest phrases, 1 or more."
        )
    articles = count_study_hits(study, [], copies=copies).articles
    fewest = fewest or (
        MIN_TERM_ARTICLES if len(articles) >= MIN_LARGE_STUDY_ARTICLES else MIN_TERM_ARTICLES_SMALL
    )
    return (count_terms if study.has_articles else read_terms)(
        study, articles, voice, longest, fewest
    )


def count_terms(
    study: StudyRecord, articles: pd.DataFrame, voice: str, longest: int, fewest: int
) -> Terms:
    """The terms of these articles of a study, counted in the encoded corpus."""
    corpus, _ = build_corpus(study)
    wanted = corpus.table["doc_id"].is_in(articles["doc_id"].to_list()).to_numpy()
    mask = make_voice_mask(VOICE_GROUPS[voice], articles=wanted)
    known = find_frequent_terms(corpus, mask, longest=longest, fewest=fewest)
    parts = corpus.map_parts(lambda part: known.counts(part.shard, mask(part)))
    counts = sparse.vstack(parts, format="csr")
    return Terms(articles, known.terms, known.length, sparse.csr_array(counts)[wanted], voice)


def read_terms(
    study: StudyRecord, articles: pd.DataFrame, voice: str, longest: int, fewest: int
) -> Terms:
    """The words of these articles of a study, from its counts/ folder; phrases are not kept there.

    Raises
    ------
    WordingError
        If the folder does not hold them.
    """
    file = study.folder / "counts" / "terms.csv.gz"
    if not file.is_file():
        raise WordingError(
            f"{file} is missing, and the articles are not there either; put the articles where study.yml says."
        )
    kept = pl.read_csv(
        file,
        schema=dict(zip(TABLES["terms"], (pl.String, pl.String, pl.String, pl.Int32), strict=True)),
    )
    kept = kept.filter(
        pl.col("voice").is_in(VOICE_GROUPS[voice]),
        pl.col("doc_id").is_in(articles["doc_id"].to_list()),
    )
    kept = (
        kept.group_by("doc_id", "term")
        .agg(pl.col("n").sum())
        .filter(pl.len().over("term") >= fewest)
        .sort("doc_id", "term")
    )
    words = kept["term"].unique().sort()
    row = pd.Index(articles["doc_id"]).get_indexer(kept["doc_id"].to_list())
    column = words.search_sorted(kept["term"]).to_numpy() if len(kept) else np.zeros(0, np.int64)
    counts = sparse.coo_array(
        (kept["n"].to_numpy(), (row, column)), shape=(len(articles), len(words))
    ).tocsr()
    return Terms(
        articles, words.to_numpy().astype(object), np.ones(len(words), np.int64), counts, voice
    )


def write_terms(study: StudyRecord, folder: Path) -> None:
    """Writes terms.csv.gz: the words of each article by voice, without their order; words in at least two articles, at most `MAX_SHARED_WORDS` of them."""
    corpus, _ = build_corpus(study)
    known = find_frequent_terms(
        corpus, make_voice_mask(), longest=1, fewest=MIN_TERM_ARTICLES_SMALL
    )
    kept = np.sort(np.lexsort((known.words, -known.n_articles))[:MAX_SHARED_WORDS])
    rows = [tabulate_part_terms(part, known, kept) for part in corpus.parts()]
    write_gzip_csv(folder / "terms.csv.gz", pl.concat(rows))


def tabulate_part_terms(part: Part, known: Vocabulary, kept: np.ndarray) -> pl.DataFrame:
    """The `terms` table of one shard, in the order of articles, voices and words."""
    by_voice = [
        known.counts(part.shard, make_voice_mask([voice])(part))[:, kept].tocoo()
        for voice in TOKEN_VOICES
    ]
    row, term, n = (
        np.concatenate([getattr(counts, name) for counts in by_voice])
        for name in ("row", "col", "data")
    )
    voice = np.repeat(np.arange(len(TOKEN_VOICES)), [counts.nnz for counts in by_voice])
    order = np.lexsort((term, voice, row))
    return pl.DataFrame({
        "doc_id": part.table["doc_id"].gather(row[order]),
        "voice": pl.Series(TOKEN_VOICES, dtype=pl.String).gather(voice[order]),
        "term": pl.Series(known.words[kept], dtype=pl.String).gather(term[order]),
        "n": n[order],
    }).select(list(TABLES["terms"]))  # fmt: skip
