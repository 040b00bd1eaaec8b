"""Candidates of discovery: which phrases of a corpus may name a thing, and what surrounds each.

A phrase is a term of one to four words (terms.py) without a function word at either end. Whether it
is proposed to a reader is decided by how it is spread over outlets and how it is used; any phrase
may be asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.terms import (
    Vocabulary,
    count_pairs,
    find_frequent_terms,
    make_voice_mask,
)
from wording.study.read import read_word_record
from wording.study.records import Record
from wording.words import has_words, read_words

MAX_PHRASE_WORDS, MIN_PHRASE_ARTICLES, MIN_PHRASE_ARTICLE_SHARE = 4, 8, 0.0005
"""Words of a phrase at most; articles that it occurs in at least: absolute, and of all."""
MIN_PROPOSED_OUTLETS, MAX_OUTLET_SHARE = 4, 0.5
"""Outlets that a proposed phrase occurs at, at least; the part of its articles one may have."""
MIN_PHRASE_NPMI, MIN_FIXED_NPMI = 0.15, 0.4
"""NPMI of a phrase at least; of a fixed expression, which number and verb filters spare."""
MAX_NESTED_SHARE, MAX_VERBAL_SHARE = 0.6, 0.3
"""The part of its places that a proposed phrase may have inside one longer phrase, or after a word
that a verb follows."""

IS_SINGLE_WORD, IS_FIXED_EXPRESSION = (
    pl.col("npmi").is_nan(),
    pl.col("npmi").fill_nan(0) >= MIN_FIXED_NPMI,
)
IS_PHRASE = (IS_SINGLE_WORD | (pl.col("npmi") >= MIN_PHRASE_NPMI)) & (
    ~pl.col("number") | IS_FIXED_EXPRESSION
)
"""Which terms are phrases: words that belong together, no mere quantity."""
IS_PROPOSED = (
    (pl.col("n_outlets") >= MIN_PROPOSED_OUTLETS)
    & (pl.col("largest") <= MAX_OUTLET_SHARE)
    & (pl.col("inside") <= MAX_NESTED_SHARE)
    & ((pl.col("verbal") <= MAX_VERBAL_SHARE) | IS_FIXED_EXPRESSION)
)
"""Which phrases are proposed: those of several outlets, neither mostly nested nor used as verbs."""

MIN_TITLED_PLACES, MIN_TITLED_SHARE, MIN_CAPITAL_SHARE = 3, 0.02, 0.8
"""What makes a word a person's name: places after a title (absolute, and of all its places), and
the part that begins with a capital."""


@dataclass(frozen=True)
class WordFlags:
    """What each word of a vocabulary is to discovery: flags, bool (n_words + 1,).

    The last is for tokens that are no word of it (number -1).

    Attributes
    ----------
    edge : may not begin or end a phrase.
    number : holds a digit.
    before_verb, before_noun : a verb, or a noun, often follows.
    title : a person's name often follows.
    capital : mostly begins with a capital letter.
    """

    edge: np.ndarray
    number: np.ndarray
    before_verb: np.ndarray
    before_noun: np.ndarray
    title: np.ndarray
    capital: np.ndarray

    @cached_property
    def content(self) -> np.ndarray:
        """Which words say what a sentence is about."""
        return ~self.edge & ~self.number


@dataclass(frozen=True)
class TermParts:
    """What each term of a vocabulary is made of, by number: int64 (n_terms,).

    -1 where a term has no such part.

    Attributes
    ----------
    first, last : its first and its last word.
    shorter, rest : the term without its last, and without its first word.
    """

    first: np.ndarray
    last: np.ndarray
    shorter: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True)
class PhrasePlaces:
    """Where phrases occur in one shard.

    Attributes
    ----------
    words : np.ndarray
        The number of the word at each token, int32 (n_tokens,); -1 for other tokens.
    start, term : np.ndarray
        The first token and the term of each place.
    """

    words: np.ndarray
    start: np.ndarray
    term: np.ndarray


@dataclass(frozen=True)
class CorpusPhrases:
    """The phrases of a corpus.

    Attributes
    ----------
    table : pl.DataFrame
        One row each: term; n (places in the body), n_articles, n_outlets; npmi (NaN for single
        words); proposed (whether it is proposed to a reader); person (whether it ends with a
        person's name).
    known : Vocabulary
    words : WordFlags
    anatomy : TermParts
        Of the vocabulary.
    number : np.ndarray
        The term of each row, (n_phrases,).
    places : sequence of PhrasePlaces
        One per shard.
    """

    table: pl.DataFrame
    known: Vocabulary
    words: WordFlags
    anatomy: TermParts
    number: np.ndarray
    places: Sequence[PhrasePlaces]


def extract_phrases(corpus: Corpus, *, language: str = "en") -> CorpusPhrases:
    """Return the phrases in at least `MIN_PHRASE_ARTICLES` and `MIN_PHRASE_ARTICLE_SHARE`."""
    known = find_frequent_terms(
        corpus,
        make_voice_mask(),
        max_words=MAX_PHRASE_WORDS,
        min_articles=max(
            MIN_PHRASE_ARTICLES, int(np.ceil(MIN_PHRASE_ARTICLE_SHARE * len(corpus.table)))
        ),
    )
    words, anatomy = classify_words(corpus, known, language), decompose_terms(known)
    edge = words.edge[anatomy.first] | words.edge[anatomy.last]
    found = corpus.map_parts(find_phrase_places, known, ~edge)
    places, n = (
        [place for place, _ in found],
        sum((n for _, n in found), np.zeros(len(known), np.int64)),
    )
    table = pl.DataFrame(
        {
            "term": pl.Series(known.terms, dtype=pl.String),
            "n": n,
            "npmi": weakest_npmi(known, anatomy, n),
            "number": flag_terms_with_number(known, anatomy, words),
        }
    )
    table = table.with_columns(measure_outlet_spread(corpus, places, len(known)))
    table = table.with_columns(
        inside=measure_nested_share(anatomy, n, edge),
        person=flag_persons(places, words, anatomy),
        verbal=pl.Series(measure_verbal_share(places, words, len(known))),
    )
    kept = ~edge & table.select(IS_PHRASE).to_series().to_numpy()
    rows = table.filter(kept).with_columns(proposed=IS_PROPOSED)
    columns = ["term", "n", "n_articles", "n_outlets", "npmi", "proposed", "person"]
    return CorpusPhrases(rows.select(columns), known, words, anatomy, np.flatnonzero(kept), places)


def classify_words(corpus: Corpus, known: Vocabulary, language: str) -> WordFlags:
    """Return what each word is to discovery, by the language's lists and how it is written."""
    words, lists = pl.Series(known.words, dtype=pl.String), read_discovery_words(language)
    edges = [*read_words("function", language), *lists.edges]
    begins = [edge.removesuffix("*") for edge in edges if edge.endswith("*")]
    flags = {
        "edge": words.is_in(edges)
        | (words.str.len_chars() < 2)
        | words.str.contains(f"^(?:{'|'.join(map(re.escape, begins)) or '$'})"),
        "number": words.str.contains(r"\p{N}"),
        "before_verb": words.is_in(lists.before_verbs),
        "before_noun": words.is_in(lists.before_nouns),
        "title": words.is_in(lists.titles),
        "capital": measure_capital_share(corpus, words) >= MIN_CAPITAL_SHARE,
    }
    return WordFlags(
        **{name: np.append(flag.to_numpy(), name == "edge") for name, flag in flags.items()}
    )


def measure_capital_share(corpus: Corpus, words: pl.Series) -> pl.Series:
    """Return the part of each word's places where it begins with a capital letter."""
    forms = pl.concat(
        [
            s.forms.select(
                "key", n=pl.Series(np.diff(s.runs)), upper=pl.col("type").str.contains(r"^\p{Lu}")
            )
            for s in corpus.shards
        ]
    )
    written = forms.group_by("key").agg(
        part=(pl.col("n") * pl.col("upper")).sum() / pl.col("n").sum()
    )
    return words.to_frame("key").join(written, on="key", how="left", maintain_order="left")["part"]


class DiscoveryWords(Record):
    """What discovery-LANGUAGE.yml holds."""

    edges: list[str] = []
    before_verbs: list[str] = []
    before_nouns: list[str] = []
    titles: list[str] = []


def read_discovery_words(language: str) -> DiscoveryWords:
    """The lists of data/words/discovery-LANGUAGE.yml; empty ones where there is no such file."""
    name = f"discovery-{language}"
    return read_word_record(name, DiscoveryWords) if has_words(name) else DiscoveryWords()


def decompose_terms(known: Vocabulary) -> TermParts:
    """Return what each term is made of."""
    n_words, alone = len(known.words), np.arange(len(known.words))
    parts = [(alone, alone, np.full(n_words, -1), np.full(n_words, -1))]
    for k, level in enumerate(known.levels):
        before, last = np.divmod(level, n_words)
        first, _, _, rest = parts[-1]
        begun = known.first[k - 1] if k else 0
        tail = (
            known.first[k]
            + np.searchsorted(known.levels[k - 1], (rest[before] - begun) * n_words + last)
            if k
            else last
        )
        parts.append((first[before], last, known.first[k] + before, tail))
    return TermParts(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def find_phrase_places(
    part: Part, known: Vocabulary, wanted: np.ndarray
) -> tuple[PhrasePlaces, np.ndarray]:
    """Return where the wanted terms occur in one shard, and how often each term does."""
    begins = known.match_terms(part.shard, make_voice_mask()(part))
    n = np.zeros(len(known), np.int64)
    for ids in begins:
        n += np.bincount(ids[ids >= 0], minlength=len(known))
    wanted = np.append(wanted, False)  # what stands at -1: no term begins there
    found = [(at, ids[at]) for ids in begins for at in [np.flatnonzero(wanted[ids])]]
    start, term = (np.concatenate(side) for side in zip(*found, strict=True))
    return PhrasePlaces(begins[0], start.astype(np.int32), term), n


def weakest_npmi(known: Vocabulary, anatomy: TermParts, n: np.ndarray) -> np.ndarray:
    """Return the normalised pointwise mutual information of a phrase's two parts.

    At the weakest of its seams; NaN for single words.

    References
    ----------
    Bouma (2009), eq. 7: ln(p(x,y) / p(x) p(y)) / -ln p(x,y).
    """
    p = np.log(np.maximum(n, 1) / n[: len(known.words)].sum())
    several = known.length > 1
    at_ends = [(anatomy.shorter, anatomy.last), (anatomy.first, anatomy.rest)]
    seams = [np.where(several, (p - p[left] - p[right]) / -p, np.nan) for left, right in at_ends]
    middle = (
        known.length == MAX_PHRASE_WORDS,
        anatomy.shorter[anatomy.shorter],
        anatomy.rest[anatomy.rest],
    )
    seams += [np.where(middle[0], (p - p[middle[1]] - p[middle[2]]) / -p, np.inf)]
    return np.minimum.reduce(seams)


def flag_terms_with_number(known: Vocabulary, anatomy: TermParts, words: WordFlags) -> np.ndarray:
    """Return which terms contain a number."""
    found = words.number[anatomy.last]
    for _ in range(MAX_PHRASE_WORDS - 1):
        found = found | ((anatomy.shorter >= 0) & found[anatomy.shorter])
    return found


def measure_outlet_spread(
    corpus: Corpus, places: Sequence[PhrasePlaces], n_terms: int
) -> pl.DataFrame:
    """Return n_articles and n_outlets of each term, and the largest part that one outlet has."""
    _, outlet = np.unique(corpus.table["outlet"].to_numpy(), return_inverse=True)
    per_outlet = sum(
        count_articles_by_outlet(*both, outlet, n_terms)
        for both in zip(corpus.parts(), places, strict=True)
    )
    n_articles = np.asarray(per_outlet.sum(axis=1)).ravel()
    largest = (per_outlet.max(axis=1).toarray().ravel() if n_terms else n_articles) / np.maximum(
        n_articles, 1
    )
    return pl.DataFrame(
        {
            "n_articles": n_articles.astype(np.int64),
            "n_outlets": np.diff(per_outlet.indptr),
            "largest": largest,
        }
    )


def count_articles_by_outlet(
    part: Part, places: PhrasePlaces, outlet: np.ndarray, n_terms: int
) -> sparse.csr_array:
    """Return in how many articles of one shard each term occurs: (n_terms, n_outlets)."""
    in_article = count_pairs(
        places.term, part.shard.article(places.start), (n_terms, len(part.shard))
    )
    in_article.data[:] = 1
    first = part.start
    here = outlet[first : first + len(part.shard)]
    return in_article @ count_pairs(np.arange(len(here)), here, (len(here), outlet.max() + 1))


def measure_nested_share(anatomy: TermParts, n: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Return the largest part of a term's places that lies inside one longer phrase."""
    longer, most = np.flatnonzero((anatomy.shorter >= 0) & ~edge), np.zeros(len(n), np.int64)
    np.maximum.at(most, anatomy.shorter[longer], n[longer])
    np.maximum.at(most, anatomy.rest[longer], n[longer])
    return most / np.maximum(n, 1)


def measure_verbal_share(
    places: Sequence[PhrasePlaces], words: WordFlags, n_terms: int
) -> np.ndarray:
    """Return the part of a term's places after a word that a verb often follows.

    0 where words that nouns follow precede it as often.
    """
    after = np.zeros((2, n_terms))
    for place in places:
        before = place.words[np.maximum(place.start - 1, 0)]
        for row, flags in zip(after, (words.before_verb, words.before_noun), strict=True):
            row += np.bincount(place.term, weights=flags[before], minlength=n_terms)
    n = sum(np.bincount(place.term, minlength=n_terms) for place in places)
    return np.where(after[0] > after[1], after[0] / np.maximum(n, 1), 0)


def flag_persons(
    places: Sequence[PhrasePlaces], words: WordFlags, anatomy: TermParts
) -> np.ndarray:
    """Return which terms end with a capitalised word that often follows a title ("Sen. Smith")."""
    n, named = np.zeros((2, len(words.title)))
    for place in places:
        title = words.title[place.words]
        after = np.zeros(len(title), bool)
        after[1:] = title[:-1]
        after[2:] |= title[:-2] & (
            place.words[1:-1] < 0
        )  # the full stop of an abbreviation stands between
        n += np.bincount(place.words[place.words >= 0], minlength=len(n))
        named += np.bincount(place.words[after & (place.words >= 0)], minlength=len(n))
    return ((named >= MIN_TITLED_PLACES) & (named >= MIN_TITLED_SHARE * n) & words.capital)[
        anatomy.last
    ]
