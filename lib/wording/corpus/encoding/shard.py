"""The encoded corpus: one integer per token, and an index from what is written to its positions.

A *form* is a token as it is written, with the blanks before it; it has a *type* (without them) and
a *key* (the type with case folded and typographic variants levelled), which is what patterns match.
The forms of an article, put one after the other, are its text: so a character offset is a sum of
lengths, and a line of a concordance is a run of forms. Every article ends with the empty form.

Headlines are a small shard of their own beside that of the texts, so that nothing that is asked of
texts meets a word of a headline, and everything that can be asked of texts can be asked of them.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from wording.corpus.encoding import kernels
from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.compounds import (
    Compounds,
    SavedForms,
    find_compounds,
    find_saved_compounds,
)
from wording.corpus.encoding.decoding import (
    NO_EDITS,
    ROW,
    SHIFT,
    decode_texts,
    list_distinct_words,
    locate_in_given,
)
from wording.errors import WordingError
from wording.patterns import (
    ADDRESS_PATTERN,
    BLANK,
    SKIPPED_MARKS,
    cut_into_tokens,
    fold_spelling,
)
from wording.words import read_words

LINE_BREAK_PATTERN = r"[\n\r\x0b\x0c\x{85}\x{2028}\x{2029}]"

LEADING_BLANKS = (
    " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u200c\u200d\u202f\u205f\u2060\u3000\ufeff"
)
"""The blanks that may be a form's first characters."""
FORM_ORDER = ["kind", "key", "type", "form"]
"""What the forms of a shard are sorted by: those of one kind are neighbours, and in it those that
begin alike."""
TURNED_MARK_LANGUAGES = ("bg", "cs", "da", "de", "hr", "lt", "lv", "ro", "ru", "sk", "sl", "uk")
"""In these “, ‘ or « may close a quotation: „so“, »so«."""
TOKEN_MARKS = ("sentence_end", "boilerplate", "voice")
"""The arrays of a shard that say something of each token."""
TITLES_FOLDER = "titles"
"""Where in the folder of a shard its headlines are saved."""
LANGUAGE_FILE = "language.txt"
"""The file in the folder of a shard that names its language."""

ARTICLE_END, PARAGRAPH, SPACE, WORD, NUMBER, PUNCTUATION, ADDRESS = range(7)
"""Kinds of a form; PARAGRAPH is any break of a line, SPACE other white space, ADDRESS one of the
web or of mail, which is no word."""


@dataclass(frozen=True)
class Shard:
    """Some articles as integers, with the index of their positions; arrays may be memory-mapped.

    Attributes
    ----------
    tokens : int32 (n_tokens,), the form of each token.
    bounds : int64 (n_articles + 1,), the tokens of article `i` are `bounds[i]` to `bounds[i + 1]`.
    positions : int32 (n_tokens,), positions of tokens, form by form, ascending within a form.
    runs : int64 (n_forms + 1,), the positions of form `f` are `positions[runs[f]:runs[f + 1]]`.
    sentence_end : bool (n_tokens,), the last token of each sentence.
    boilerplate : bool (n_tokens,), what belongs to the page and not to the article.
    voice : uint8 (n_tokens,), whose words: the outlet's, quoted or reported.
    numbers : uint64 (n_forms,), a number for each form's key, the same on every machine and in
        every shard (pandas' deterministic hash).
    by_number : int64 (n_forms,), the forms by the number of their keys.
    sketch : uint64 (n,), ascending: the sampled runs of words by which copies are found.
    edits : int64 (n_edits, 4), what stands in the given texts for something else (decoding.py).
    lead_tokens : int32 (n_articles,), how many tokens of each article, from its first on, are its
        lead.
    titles : the headlines of the articles, one each, as a shard; None in such a shard.
    language : the language of the articles, ISO 639-1.
    listed, forms : one row per form, sorted by kind, then key: form, type, key, kind, length
        (characters).
    folder : where it is saved, None if it is not.
    """

    tokens: np.ndarray
    bounds: np.ndarray
    positions: np.ndarray
    runs: np.ndarray
    sentence_end: np.ndarray
    boilerplate: np.ndarray
    voice: np.ndarray
    numbers: np.ndarray
    by_number: np.ndarray
    sketch: np.ndarray
    edits: np.ndarray
    lead_tokens: np.ndarray
    titles: Shard | None
    language: str
    listed: pl.DataFrame | None
    folder: Path | None = None

    def __reduce__(self) -> tuple[Callable[..., Shard], tuple[Any, ...]]:
        """Send a saved shard to another process as its folder, to be memory-mapped there."""
        if self.folder:
            return load_shard, (self.folder,)
        return Shard, tuple(getattr(self, field.name) for field in fields(self))

    def __getattr__(self, name: str) -> Any:
        """Return an array of a saved shard, or what else it has: most questions need little."""
        if name not in (*SHARD_ARRAYS, "titles", "language") or self.folder is None:
            raise AttributeError(name)
        folder = self.folder
        if name == "titles":
            saved = folder / TITLES_FOLDER
            object.__setattr__(self, name, load_shard(saved) if saved.is_dir() else None)
        elif name == "language":
            object.__setattr__(self, name, (folder / LANGUAGE_FILE).read_text(encoding="utf8"))
        else:
            object.__setattr__(self, name, map_array(folder / f"{name}.npy"))
        return self.__dict__[name]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @cached_property
    def forms(self) -> pl.DataFrame:
        """Return one row per form (see above).

        Of a saved shard they are mapped when first asked for, by pyarrow: Polars would copy them,
        which takes thirty times as long.
        """
        if self.listed is not None:
            return self.listed
        assert self.folder, "a shard is saved, or has its forms"
        file = pa.memory_map(str(self.folder / "forms.arrow"))
        return cast(pl.DataFrame, pl.from_arrow(pa.ipc.open_file(file).read_all()))

    @cached_property
    def kind(self) -> np.ndarray:
        """Return the kind of each form, uint8 (n_forms,)."""
        return self.forms["kind"].to_numpy()

    @cached_property
    def length(self) -> np.ndarray:
        """Return the length of each form in characters, int64 (n_forms,)."""
        return self.forms["length"].to_numpy().astype(np.int64)

    @cached_property
    def frequency(self) -> np.ndarray:
        """Return how often each form occurs in the shard, int64 (n_forms,)."""
        return np.diff(self.runs)

    @cached_property
    def compounds(self) -> Compounds:
        """Return the forms that hyphens join."""
        if self.folder:  # each concept opens the shard anew
            return find_saved_compounds(SavedForms(self.folder, self.forms))
        return find_compounds(self.forms)

    @cached_property
    def is_skipped(self) -> np.ndarray:
        """Return which forms are quotation marks that phrases skip, bool (n_forms,)."""
        flags = np.zeros(len(self.numbers), bool)
        flags[self.find_forms(SKIPPED_MARKS)] = True
        return flags

    @cached_property
    def possessive_forms(self) -> tuple[np.ndarray, np.ndarray]:
        """Return which forms are an apostrophe without a blank before it, and which end in s."""
        apostrophes = self.find_forms(["'"])
        is_bare = self.forms["form"].gather(apostrophes).is_in(["'", "’"]).to_numpy()
        is_apostrophe = np.zeros(len(self.numbers), bool)
        is_apostrophe[apostrophes[is_bare]] = True
        return is_apostrophe, self.forms["key"].str.ends_with("s").to_numpy()

    @cached_property
    def sentence(self) -> np.ndarray:
        """Return the number of the sentence of each token, int32 (n_tokens,)."""
        return number_segments(self.sentence_end)

    @cached_property
    def is_word(self) -> np.ndarray:
        """Return whether each token is a word or a number, bool (n_tokens,)."""
        return self.are_words(self.tokens)

    def are_words(self, tokens: np.ndarray) -> np.ndarray:
        """Return which of the tokens (numbers of forms) are words or numbers, bool."""
        first, end = np.searchsorted(self.kind, (WORD, PUNCTUATION)).astype(np.int32)
        return (tokens >= first) & (tokens < end)

    def is_break(self, tokens: np.ndarray) -> np.ndarray:
        """Return which of the tokens (numbers of forms) end an article or a line, bool."""
        return tokens < np.searchsorted(self.kind, SPACE).astype(np.int32)

    @cached_property
    def words_before(self) -> np.ndarray:
        """Return how many words precede each token, int32 (n_tokens + 1,).

        The number of words of a span is a difference of two of these.
        """
        return np.concatenate([[0], np.cumsum(self.is_word, dtype=np.int32)], dtype=np.int32)

    def find_forms(self, keys: Sequence[str]) -> np.ndarray:
        """Return the forms that have one of the (distinct) keys, int64."""
        wanted, order = hash_keys_cached(tuple(keys)), self.by_number
        first = self.numbers.searchsorted(wanted, "left", order)
        end = self.numbers.searchsorted(wanted, "right", order)
        if (first == end).all():  # most words of a phrase are in no compound
            return np.zeros(0, np.int64)
        return order[concatenate_ranges(first, end)]

    def subset(self, rows: np.ndarray) -> Shard:
        """Return some articles (ascending) as a shard of their own in memory, without a sketch."""
        at = concatenate_ranges(self.bounds[rows], self.bounds[rows + 1])
        used, tokens = np.unique(self.tokens[at], return_inverse=True)
        marks = {name: getattr(self, name)[at] for name in TOKEN_MARKS}
        shard = build_shard(
            tokens.astype(np.int32), np.diff(self.bounds)[rows], self.forms[used], marks
        )
        edits = self.edits[np.isin(self.edits[:, ROW], rows)]
        edits[:, ROW] = np.searchsorted(rows, edits[:, ROW])
        titles = None if self.titles is None else self.titles.subset(rows)
        return replace(
            shard,
            edits=edits,
            lead_tokens=self.lead_tokens[rows],
            titles=titles,
            language=self.language,
        )

    def article(self, positions: np.ndarray) -> np.ndarray:
        """Return the article (row of the shard) of each position."""
        return np.searchsorted(self.bounds, positions, side="right") - 1

    def in_lead(self, positions: np.ndarray) -> np.ndarray:
        """Return whether each position is in the lead of its article, bool."""
        row = self.article(positions)
        return positions < self.bounds[row] + self.lead_tokens[row]

    def in_one_sentence(self, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return whether each token `last` is in the sentence of the token `first` before it.

        All tokens between the two are looked at, so they should be near.
        """
        ended = np.repeat(np.arange(len(first)), last - first)[
            self.sentence_end[concatenate_ranges(first, last)]
        ]
        same = np.ones(len(first), bool)
        same[ended] = False
        return same

    def count_occurrences(self, forms: np.ndarray) -> int:
        """Return how often the given forms occur in the shard."""
        return int((self.runs[forms + 1] - self.runs[forms]).sum())

    def find_positions(self, forms: np.ndarray) -> np.ndarray:
        """Return all positions of the given forms, ascending."""
        return np.sort(self.positions[concatenate_ranges(self.runs[forms], self.runs[forms + 1])])

    def offsets(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the character offsets (start, end) of tokens within their article's text.

        The text is as it was given; blanks before a token are left out.
        """
        if not len(positions):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        rows, which = np.unique(self.article(positions), return_inverse=True)
        first, last = self.bounds[rows], self.bounds[rows + 1]
        ends = np.cumsum(self.length[self.tokens[concatenate_ranges(first, last)]])
        shift = np.concatenate([[0], np.cumsum(last - first)])[:-1]
        before = np.concatenate([[0], ends])[shift]
        end = ends[shift[which] + positions - first[which]] - before[which]
        bare = self.forms["type"].str.len_chars().to_numpy()[self.tokens[positions]]
        return locate_in_given(self.edits, rows[which], end - bare, end)

    def text(self, start: np.ndarray, end: np.ndarray) -> list[str]:
        """Return the text from token `start` up to token `end` of each pair, stripped."""
        stretches = pl.DataFrame(
            {
                "row": np.repeat(np.arange(len(start)), end - start),
                "token": self.tokens[concatenate_ranges(start, end)],
            }
        )
        joined = (
            stretches.select("row", form=self.forms["form"].gather(stretches["token"]))
            .group_by("row")
            .agg(pl.col("form").str.join(""))
        )
        whole = pl.DataFrame({"row": np.arange(len(start))}).join(
            joined, on="row", how="left", maintain_order="left"
        )
        return whole["form"].fill_null("").str.strip_chars().to_list()


def encode_texts(texts: pl.Series, language: str = "en") -> Shard:
    """Return the articles' texts, all in this language, as a shard, in their order.

    Every character lies in one token, but for those that stand for others (decoding.py).
    """
    read, edits = decode_texts(
        texts, lru_cache(lambda: list_distinct_words(split_into_pieces(texts)[0]))
    )
    pieces, number, first = split_into_pieces(unwrap_lines(read))
    cut, start, end = cut_into_tokens(pieces, language)
    written = cut.cast(pl.Categorical(pl.Categories.random()))
    forms, order = build_form_table(written)
    tokens, bounds = compile_module(kernels).join_pieces(
        order[written.to_physical().to_numpy()], np.stack([start, end], axis=1), number, first
    )
    unmarked = np.zeros(len(tokens), bool)
    marks = {"sentence_end": unmarked, "boilerplate": unmarked, "voice": unmarked.view(np.uint8)}
    shard = build_shard(tokens, np.diff(bounds), forms, marks)
    n_read = (shard.length * shard.frequency).sum()
    if n_read + edits[:, SHIFT].sum() != texts.str.len_chars().sum():
        raise WordingError(
            "The encoded corpus does not reproduce the texts: at least one character was lost. "
            "Please report this file as a bug."
        )
    shard = with_marks(shard, edits=edits, language=language)
    return with_marks(shard, sentence_end=mark_sentence_ends(shard))


def hash_keys(keys: Sequence[str] | pl.Series) -> np.ndarray:
    """Return a number for each key (see `Shard`), uint64."""
    return pd.util.hash_array(np.array(keys, dtype=object), categorize=False)


hash_keys_cached = lru_cache(maxsize=1 << 14)(hash_keys)
"""The same, kept: what is asked of one shard is asked of all."""


def unwrap_lines(texts: pl.Series) -> pl.Series:
    """Return the texts with line ends inside hard-wrapped paragraphs turned into blanks."""
    wrapped = texts.str.count_matches(r"[^\s.!?:”\"’]\n\p{Ll}")
    single = texts.str.count_matches(r"\S\n\S")
    hard = (single >= 3) & (wrapped > 0.3 * single)
    return texts.to_frame("t").select(
        pl.when(hard).then(pl.col("t").str.replace_all(r"(\S)\n(\S)", "$1 $2")).otherwise("t")
    )["t"]


def split_into_pieces(texts: pl.Series) -> tuple[pl.Series, np.ndarray, np.ndarray]:
    """Split the texts where a token begins at white space after something solid.

    Returns
    -------
    The distinct pieces (far fewer than tokens, so that each is looked at once), the number of
    each piece in its place, and where each article begins among them (n_articles + 1).
    """
    whole = texts.rechunk().to_arrow()
    _, offsets, data = whole.buffers()  # of an Arrow array of strings: validity, offsets, bytes
    starts = np.frombuffer(offsets, np.int64)[whole.offset :][: len(whole) + 1]
    written = np.frombuffer(data or b"", np.uint8)
    places, first = compile_module(kernels).find_pieces(written, starts)
    pieces = pa.StringArray.from_buffers(
        len(places) - 1, pa.py_buffer(places), pa.py_buffer(written)
    ).dictionary_encode()
    return pl.Series(pieces.dictionary), pieces.indices.to_numpy(), first


def build_form_table(written: pl.Series) -> tuple[pl.DataFrame, np.ndarray]:
    """Return the forms sorted by key, the empty form first, and each category's new number."""
    distinct = written.unique()
    bare = pl.col("form").str.strip_chars_start(LEADING_BLANKS)
    table = (
        pl.DataFrame({"form": distinct.cast(pl.String), "code": distinct.to_physical()})
        .vstack(
            pl.DataFrame(
                {"form": [""], "code": [None]}, schema={"form": pl.String, "code": pl.UInt32}
            )
        )
        .with_columns(kind=classify_kinds("form"))
        .with_columns(
            type=pl.when(pl.col("kind") == SPACE)
            .then(pl.lit(" "))
            .when(pl.col("kind") == PARAGRAPH)
            .then(pl.lit("\n"))
            .otherwise(bare)
        )
        .with_columns(
            key=fold_spelling(pl.col("type")), length=pl.col("form").str.len_chars().cast(pl.Int32)
        )
        .sort(FORM_ORDER)
    )
    order = np.zeros(len(table), np.int32)
    coded = table["code"].is_not_null().to_numpy()
    order[table["code"].drop_nulls().to_numpy()] = np.flatnonzero(coded)
    return table.select("form", "type", "key", "kind", "length"), order


def classify_kinds(column: str) -> pl.Expr:
    """Return the kind of each form, by its characters."""
    form = pl.col(column)
    return (
        pl.when(form == "")
        .then(ARTICLE_END)
        .when(form.str.contains(rf"^(?:\s|{BLANK})+$"))
        .then(pl.when(form.str.contains(LINE_BREAK_PATTERN)).then(PARAGRAPH).otherwise(SPACE))
        .when(form.str.contains(rf"^{BLANK}*(?:{ADDRESS_PATTERN})$"))
        .then(ADDRESS)
        .when(form.str.contains(rf"^{BLANK}*\p{{N}}"))
        .then(NUMBER)
        .when(form.str.contains(r"\w"))
        .then(WORD)
        .otherwise(PUNCTUATION)
        .cast(pl.UInt8)
    )


def mark_sentence_ends(shard: Shard) -> np.ndarray:
    """Mark the last token of each sentence, bool (n_tokens,).

    A full stop, question or exclamation mark ends a sentence, with the closing marks after it,
    unless a lower-case word follows; after an abbreviation or an initial it does so only if the
    next word is mostly written in lower case (a frequent sentence starter). The end of a line or
    an article always ends one.

    References
    ----------
    Kiss, T., and Strunk, J. (2006). Unsupervised multilingual sentence boundary detection.
    Computational Linguistics 32(4): Punkt.
    """
    breaks = shard.is_break(np.arange(len(shard.forms)))
    return compile_module(kernels).find_sentence_ends(
        shard.tokens,
        breaks,
        *classify_sentence_forms(shard.forms, shard.frequency, shard.language),
    )


def classify_sentence_forms(
    forms: pl.DataFrame, counts: np.ndarray, language: str
) -> tuple[np.ndarray, ...]:
    """Return flags of the forms, in the order in which `kernels.find_sentence_ends` takes them.

    They stop a sentence, are dots, close one, abbreviate, begin in lower case, and are mostly
    written in lower case.
    """
    type_, key = pl.col("type"), pl.col("key")
    abbreviations = [*read_words("abbreviations"), *read_words("abbreviations", language)]
    is_turned = language in TURNED_MARK_LANGUAGES
    closing = [")", "]", "”", "’", "''", *([] if is_turned else ["»"])]
    solid_closing = ['"', "'", *(["“", "‘", "«", "»"] if is_turned else [])]
    classes = forms.with_columns(n=pl.Series(counts)).select(
        stop=type_.is_in([".", "!", "?", "…", "...", "。", "؟", "।"])
        | type_.str.contains(r"^(?:\p{L}\.){2,}$"),
        dot=type_.is_in([".", "…", "..."]),
        closing=type_.is_in(closing)
        | (type_.is_in(solid_closing) & ~pl.col("form").str.contains(r"^\s")),
        abbreviation=key.is_in(abbreviations) | type_.str.contains(r"^\p{Lu}$|^(?:\p{L}\.){2,}$"),
        lower=type_.str.contains(r"^\p{Ll}"),
        usually_lower=type_.str.contains(r"^\p{Lu}")
        & (
            (type_.str.contains(r"^\p{Ll}") * pl.col("n")).sum().over("key") * 2
            > pl.col("n").sum().over("key")
        ),
    )
    return tuple(classes[name].to_numpy() for name in classes.columns)


def number_segments(ends: np.ndarray) -> np.ndarray:
    """Return the number of each token's segment, int32; `ends` marks each segment's last token."""
    return np.cumsum(ends, dtype=np.int32) - ends


def offsets_of(lengths: np.ndarray) -> np.ndarray:
    """Return where each of the segments of these lengths begins, and where the last one ends.

    >>> offsets_of(np.array([3, 2])).tolist()
    [0, 3, 5]
    """
    return np.concatenate([[0], np.cumsum(lengths)])


def mark_run_starts(values: np.ndarray) -> np.ndarray:
    """Return which values differ from the one before them, bool; the first one does.

    >>> mark_run_starts(np.array([4, 4, 7])).tolist(), mark_run_starts(np.array([])).tolist()
    ([True, False, True], [])
    """
    starts = np.ones(len(values), bool)
    starts[1:] = values[1:] != values[:-1]
    return starts


def reduce_segments(operation: np.ufunc, values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the operation over each of the segments of these lengths (none is empty).

    >>> reduce_segments(np.add, np.array([1, 2, 5]), np.array([2, 1])).tolist()
    [3, 5]
    >>> len(reduce_segments(np.logical_and, np.zeros(0, bool), np.zeros(0, int)))
    0
    """
    return operation.reduceat(values, offsets_of(lengths)[:-1]) if len(lengths) else values


def find_at_or_before(places: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the nearest of the (sorted) places at or before each position, or -1."""
    return np.append(-1, places)[np.searchsorted(places, positions, side="right")]


def find_at_or_after(places: np.ndarray, positions: np.ndarray, none: int) -> np.ndarray:
    """Return the nearest of the (sorted) places at or after each position, or `none`."""
    return np.append(places, none)[np.searchsorted(places, positions, side="left")]


def concatenate_ranges(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the whole numbers from each start up to its end, one range after the other.

    >>> concatenate_ranges(np.array([0, 7]), np.array([3, 9])).tolist()
    [0, 1, 2, 7, 8]
    """
    lengths = np.asarray(ends) - np.asarray(starts)
    shift = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(np.asarray(starts) - shift, lengths)


def merge_shards(shards: Sequence[Shard]) -> Shard:
    """Return the articles of several shards as one in memory, without a sketch."""
    if len(shards) == 1:
        return shards[0]
    forms = pl.concat([shard.forms for shard in shards]).unique("form").sort(FORM_ORDER)
    number = forms.select("form", number=pl.int_range(pl.len(), dtype=pl.Int32))
    new_numbers = [
        shard.forms.select("form")
        .join(number, on="form", how="left", maintain_order="left")["number"]
        .to_numpy()
        for shard in shards
    ]
    tokens = np.concatenate(
        [numbers[shard.tokens] for numbers, shard in zip(new_numbers, shards, strict=True)]
    )
    marks = {
        name: np.concatenate([getattr(shard, name) for shard in shards]) for name in TOKEN_MARKS
    }
    merged = build_shard(
        tokens, np.concatenate([np.diff(shard.bounds) for shard in shards]), forms, marks
    )
    first_rows = offsets_of(np.array([len(shard) for shard in shards]))
    edits = [shard.edits.copy() for shard in shards]
    for first, moved in zip(first_rows.tolist(), edits, strict=False):
        moved[:, ROW] += first
    titles = [shard.titles for shard in shards if shard.titles is not None]
    return replace(
        merged,
        edits=np.concatenate(edits),
        lead_tokens=np.concatenate([shard.lead_tokens for shard in shards]),
        titles=merge_shards(titles) if titles else None,
        language=shards[0].language,
    )


def with_marks(shard: Shard, **changes: Any) -> Shard:
    """Return the shard with other values of attributes that its tokens and forms do not depend on.

    What was derived of tokens and forms is kept.
    """
    changed = replace(shard, **changes)
    derived = {name: shard.__dict__[name] for name in DERIVED if name in shard.__dict__}
    changed.__dict__.update(derived)
    return changed


def build_shard(
    tokens: np.ndarray, lengths: np.ndarray, forms: pl.DataFrame, marks: dict[str, np.ndarray]
) -> Shard:
    """Return the shard of these tokens, with its index.

    Parameters
    ----------
    tokens : the form of each token, int32.
    lengths : the number of tokens of each article.
    forms : the table of forms.
    marks : the arrays TOKEN_MARKS, by name.
    """
    numbers = hash_keys(forms["key"])
    positions, runs = compile_module(kernels).index_tokens(tokens, len(forms))
    return Shard(
        tokens=tokens,
        bounds=offsets_of(lengths),
        positions=positions,
        runs=runs,
        sentence_end=marks["sentence_end"],
        boilerplate=marks["boilerplate"],
        voice=marks["voice"],
        numbers=numbers,
        by_number=np.argsort(numbers, kind="stable"),
        sketch=np.zeros(0, np.uint64),
        edits=NO_EDITS,
        lead_tokens=np.zeros(len(lengths), np.int32),
        titles=None,
        language="en",
        listed=forms,
    )


def save_shard(shard: Shard, folder: Path) -> None:
    """Write the shard's arrays, forms and headlines into the folder."""
    write_arrays(shard, folder)
    if shard.titles is not None:
        (folder / TITLES_FOLDER).mkdir()
        write_arrays(shard.titles, folder / TITLES_FOLDER)


def write_arrays(shard: Shard, folder: Path) -> None:
    """Write the arrays and forms of a shard into the folder, without its headlines."""
    for name in SHARD_ARRAYS:
        np.save(folder / f"{name}.npy", getattr(shard, name))
    shard.forms.write_ipc(folder / "forms.arrow")
    (folder / LANGUAGE_FILE).write_text(shard.language, encoding="utf8")


def map_array(file: Path) -> np.ndarray:
    """Return the array in a .npy file, memory-mapped: in a third of the time of `np.load`."""
    with file.open("rb") as stream:
        np.lib.format.read_magic(stream)
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        return np.ndarray(
            shape, dtype, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), stream.tell()
        )


def load_shard(folder: Path) -> Shard:
    """Return the shard that was saved in the folder; `Shard.__getattr__` maps what it has."""
    shard = object.__new__(Shard)
    object.__setattr__(shard, "folder", folder)
    object.__setattr__(shard, "listed", None)
    return shard


@dataclass(frozen=True)
class SavedShards(Sequence[Shard]):
    """The shards that are saved in folders, with their numbers of articles.

    Each is opened when it is asked for: those not in use take no memory.
    """

    folders: tuple[Path, ...]
    sizes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.folders)

    def __getitem__(self, k: int) -> Shard:  # type: ignore[override]  # slices are not needed
        return load_shard(self.folders[k])


SHARD_ARRAYS = (
    "tokens",
    "bounds",
    "positions",
    "runs",
    "sentence_end",
    "boilerplate",
    "voice",
    "numbers",
    "by_number",
    "sketch",
    "edits",
    "lead_tokens",
)

DERIVED = (
    "kind",
    "length",
    "frequency",
    "compounds",
    "is_skipped",
    "possessive_forms",
    "is_word",
    "words_before",
)
"""What a shard derives of its tokens and forms alone, once."""
