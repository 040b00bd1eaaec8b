"""How likely each word is attributed to somebody: a sum of weights from tables that one can read.

Quotations are folded into one token each, so that what is left is the outlet's own text and what it
reports. In it, three signals are looked for by the word and the two on each side of it: *cues*
("said"), *openers* (words right before attributed content: "that") and *closers* (words right after
it: "said" in "..., said X"). Each word then has features (the nearest cue before it, how far, how
many commas between, the sentence's first word, ...), each feature or combination of features one
weight in a table, and the weights are summed: a logistic regression. The tables are
`data/words/voice-*.csv`; nothing here knows any word. The arithmetic is in attribution_kernels.py.
Weights, sums and the limits that these are compared with are whole hundredths of log odds, so that
a word has the same voice on every machine, in whatever order the weights are summed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import polars as pl

from wording.corpus.encoding.compiled import compile_module
from wording.corpus.encoding.shard import ADDRESS, NUMBER, PUNCTUATION, WORD, Shard
from wording.corpus.marks import attribution_kernels
from wording.corpus.marks.attribution_kernels import (
    CONTEXT_OFFSETS,
    CUE_NEIGHBOURS,
    DISTANCE_STEPS,
    FEATURES,
    MAX_COMMAS,
    MAX_MARK_DISTANCE,
    MIN_WORD_CLASS,
    NEIGHBOUR_FEATURES,
    PUNCTUATION_MARKS,
    QUOTATION_CLASSES,
    SIGNALS,
)
from wording.errors import WordingError
from wording.study.read import read_word_record
from wording.study.records import Record
from wording.words import WORDS_FOLDER, has_words

BLOCK_TOKENS = 1 << 20
"""Tokens that are processed together: more take memory and save no time."""

HUNDREDTHS = 100
"""Weights are whole numbers of this part of log odds."""

WORD_SHAPES = ("a number", "a year", "a Name", "a NAME", "another word")
CUE_SETTINGS = (
    "no cue",
    *(f"{left} and {right}" for left in CUE_NEIGHBOURS for right in CUE_NEIGHBOURS),
)
"""What stands right before and right after a cue: "first comma and name" in "..., said Keller"."""
COMMA_COUNTS = (*map(str, range(MAX_COMMAS)), f"{MAX_COMMAS} or more")

WEIGHT_TABLES: dict[str, tuple[str, ...]] = {
    "word": ("word",),
    "word before": ("word before",),
    "word after": ("word after",),
    "second word before": ("second word before",),
    "second word after": ("second word after",),
    "cue before": ("cue before",),
    "word after the cue before": ("word after the cue before",),
    "cue after": ("cue after",),
    "word before the cue after": ("word before the cue after",),
    "word after the cue after": ("word after the cue after",),
    "way to the cue before": ("strength of cue before", "words since cue", "commas since cue"),
    "way to the cue after": ("strength of cue after", "words to cue", "commas to cue"),
    "way to a strong cue before": ("words since strong cue", "commas since cue"),
    "way to a strong cue after": ("words to strong cue", "commas to cue"),
    "setting of the cue before": ("setting of cue before", "commas since cue", "words since cue"),
    "setting of the cue after": ("setting of cue after", "commas to cue", "words to cue"),
    "both cues": (
        "strength of cue before",
        "commas since cue",
        "strength of cue after",
        "commas to cue",
    ),
    "way to the opener": ("opener before", "words since opener", "commas since opener"),
    "way to the closer": ("closer after", "words to closer", "commas to closer"),
    "opener and closer": (
        "opener before",
        "commas since opener",
        "closer after",
        "commas to closer",
    ),
    "order of signals": ("last signal", "next signal"),
    "that": ("words since that", "that and cue"),
    "mark before": ("mark before", "words since mark"),
    "mark after": ("mark after", "words to mark"),
    "sentence's first word": ("sentence's first word",),
    "clause's first word": ("clause's first word",),
    "place in sentence": ("words since sentence start", "words to sentence end"),
}
"""Each table and the features that make up its entries, in order."""


class Trust(Record):
    """When weak cues count: in articles with so many sure ones.

    `cue` is the probability from which a word is a sure cue, `rate` their number among a thousand
    words outside quotations; articles with fewer than `words` are too short to tell.
    """

    cue: float
    rate: int
    words: int


class Likeness(Record):
    """What share of the words is reported, and quoted, in the texts behind the weights.

    `texts` says what they are; `reported` and `quoted` are the lowest and the highest share.
    """

    texts: str
    reported: tuple[float, float]
    quoted: tuple[float, float]

    @property
    def ranges(self) -> list[tuple[str, str, float, float]]:
        """What words are called, their column in the `articles` table, and the two shares."""
        return [
            ("reported", "n_reported", *self.reported),
            ("quoted", "n_quoted", *self.quoted),
        ]


class SpeechTags(Record):
    """How the outlet's words stand inside direct speech, as in "—Me quedo —dijo Pablo—, aunque".

    A tag begins with one of the `marks`; behind it stands a verb of `subject: inverted`, with no
    more than two of the words `before` between. It ends with the next such mark; without one, a
    tag in quotation marks ends with its sentence, or is none if tags are always closed
    (`is_closed`). What opens a line or a sentence is one of the `dashes`.
    """

    marks: list[str]
    dashes: list[str]
    before: list[str]
    is_closed: bool = True


class VoiceWords(Record):
    """What a voice-*.yml file holds; the file says what each is."""

    that: list[str]
    suffixes: list[str]
    least: dict[str, float]
    grades: list[float]
    threshold: float
    trust: Trust | None = None
    likeness: Likeness | None = None
    subject: dict[str, list[str]]
    stances: dict[str, list[str]]
    roles: dict[str, list[str]] = {}
    weights: str = ""
    tags: SpeechTags | None = None
    fitting: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Lexicon:
    """A language's words and weights.

    Attributes
    ----------
    words : what its voice-*.yml holds.
    vocabulary : the words that have a class of their own.
    signals : the weights by which signals are known, int32 (5 places, n_classes, 3 signals).
    tables : the tables of weights, each int32, in the order of its entries.
    bias : what the sums of the signals and of the tables start from.

    All weights are in hundredths of log odds.
    """

    words: VoiceWords
    vocabulary: tuple[str, ...]
    signals: np.ndarray
    tables: dict[str, np.ndarray]
    bias: dict[str, int]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the classes of tokens."""
        return list_class_names(self.words.suffixes, self.vocabulary)

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the values of each feature."""
        return list_value_names(self.classes, len(self.words.grades) + 1)

    @cached_property
    def beside(self) -> np.ndarray:
        """Return what each class counts as beside a cue, as a number within CUE_NEIGHBOURS."""
        marks = (
            dict.fromkeys(("no word", *PUNCTUATION_MARKS), "other mark")
            | {",": "later comma"}
            | dict.fromkeys(QUOTATION_CLASSES, "quotation")
        )
        kinds = marks | {"a Name": "name", "a NAME": "name"}
        return np.array(
            [CUE_NEIGHBOURS.index(kinds.get(name, "word")) for name in self.classes], np.int32
        )

    @cached_property
    def is_that(self) -> np.ndarray:
        """Return which classes are "that", bool (n_classes,)."""
        return np.isin(self.classes, self.words.that)

    @cached_property
    def around(self) -> np.ndarray:
        """Return what a word adds to the tokens around it, int32 (5, n_classes, 4).

        The first three columns are for the signals, the last is what NEIGHBOUR_FEATURES add.
        """
        beside = np.stack([self.tables[name] for name in NEIGHBOUR_FEATURES])
        return np.concatenate([self.signals, beside[:, :, None]], axis=2)

    @cached_property
    def start(self) -> np.ndarray:
        """Return what the sums of these start from, int32 (4,)."""
        return np.array([self.bias[name] for name in (*SIGNALS, "attributed")], np.int32)

    @cached_property
    def edges(self) -> np.ndarray:
        """Return the log odds from which each signal has its grades, int32 (3, n_grades).

        From the first of them on, there is a signal.
        """
        return smallest_log_odds(
            np.array([[self.words.least[name], *self.words.grades] for name in SIGNALS])
        )

    @cached_property
    def threshold(self) -> int:
        """Return the log odds from which a word is reported."""
        return int(smallest_log_odds(self.words.threshold))

    @cached_property
    def layout(self) -> tuple[np.ndarray, ...]:
        """Return the other tables as `attribution_kernels.compute_log_odds` takes them.

        That is the features of each (padded with -1), how many values these have, all weights,
        and where those of each table begin.
        """
        tables = {
            name: axes for name, axes in WEIGHT_TABLES.items() if name not in NEIGHBOUR_FEATURES
        }
        axes, sizes = np.full((2, len(tables), max(map(len, tables.values()))), -1, np.int32)
        for k, names in enumerate(tables.values()):
            axes[k, : len(names)] = [FEATURES.index(name) for name in names]
            sizes[k, : len(names)] = [len(self.names[name]) for name in names]
        weights = [self.tables[name] for name in tables]
        return axes, sizes, np.concatenate(weights), np.cumsum([0, *map(len, weights)])[:-1]


def smallest_log_odds(probability: np.ndarray | float) -> np.ndarray:
    """Return the smallest hundredths of log odds whose probability is at least this one, int32."""
    odds = np.asarray(probability) / (1 - np.asarray(probability))
    return np.ceil(np.round(HUNDREDTHS * np.log(odds), 6)).astype(np.int32)


def list_class_names(suffixes: list[str], vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """Return all classes of tokens: nothing, marks, quotations, shapes, suffixes and words."""
    return (
        "no word",
        *PUNCTUATION_MARKS,
        *QUOTATION_CLASSES,
        *WORD_SHAPES,
        *(f"-{s}" for s in suffixes),
        *vocabulary,
    )


def list_value_names(classes: tuple[str, ...], n_grades: int) -> dict[str, tuple[str, ...]]:
    """Return the names of the values of each feature, by feature."""
    grades = ("none", *map(str, range(1, n_grades + 1)))
    far = (
        "none",
        *(
            str(a) if b == a + 1 else f"{a}-{b - 1}"
            for a, b in zip(DISTANCE_STEPS[1:], DISTANCE_STEPS[2:], strict=False)
        ),
        f"{DISTANCE_STEPS[-1]} or more",
    )
    near = (*map(str, range(MAX_MARK_DISTANCE)), f"{MAX_MARK_DISTANCE} or more")
    signals = ("none", "opener only", "closer only", "opener nearer", "closer nearer")
    marks = classes[:MIN_WORD_CLASS]
    values = dict.fromkeys((*NEIGHBOUR_FEATURES, *FEATURES), classes)
    values |= {name: far for name in FEATURES if name.startswith("words ")}
    values |= {name: COMMA_COUNTS for name in FEATURES if name.startswith("commas ")}
    return values | {
        "last signal": signals,
        "next signal": signals,
        "mark before": marks,
        "mark after": marks,
        "words since mark": near,
        "words to mark": near,
        "that and cue": ("before", "after", "right after"),
        "setting of cue before": CUE_SETTINGS,
        "setting of cue after": CUE_SETTINGS,
        "strength of cue before": grades,
        "strength of cue after": grades,
        "opener before": grades,
        "closer after": grades,
    }


@cache
def load_lexicon(language: str) -> Lexicon | None:
    """Return the language's lexicon, or None if it has no file: then only quotations are marked."""
    words = load_voice_words(language)
    return read_lexicon(WORDS_FOLDER, language, words) if words else None


@cache
def load_voice_words(language: str) -> VoiceWords | None:
    """Return the words of the language's lexicon without its weights, which take longer to read."""
    name = f"voice-{language}"
    return read_word_record(name, VoiceWords) if has_words(name) else None


def read_lexicon(folder: Path, language: str, words: VoiceWords | None = None) -> Lexicon:
    """Return the lexicon of a language in a folder.

    Its files are `voice-LANGUAGE.yml`, `voice-LANGUAGE-signals.csv` and
    `voice-LANGUAGE-tables.csv`, where the first may name the weights of a family of languages. In
    the latter two `<saying>` stands for each word that has this role in the first, and `*` in an
    entry for any value; weights of one entry add up.
    """
    words = words or read_word_record(f"voice-{language}", VoiceWords, folder)
    weights_name = words.weights or language
    file = folder / f"voice-{weights_name}-signals.csv"
    signals = read_hundredths(file, "word", SIGNALS)
    signals = signals.with_columns(
        pl.col("word").map_elements(
            lambda word: expand_role(word, words.roles, file), return_dtype=pl.List(pl.String)
        )
    ).explode("word")
    fixed = set(list_class_names(words.suffixes, ()))
    known = dict.fromkeys([*signals["word"], *itertools.chain.from_iterable(words.roles.values())])
    classes = list_class_names(words.suffixes, tuple(word for word in known if word not in fixed))
    number = {name: k for k, name in enumerate(classes)}
    weights = np.zeros((len(CONTEXT_OFFSETS), len(classes), len(SIGNALS)), np.int32)
    places = signals["place"].to_numpy() - CONTEXT_OFFSETS[0]
    listed_classes = np.array([number[word] for word in signals["word"]])
    np.add.at(weights, (places, listed_classes), signals[list(SIGNALS)].to_numpy())
    file = folder / f"voice-{weights_name}-tables.csv"
    listed = read_hundredths(file, "entry", ["weight"])
    bias = dict(listed.filter(pl.col("table") == "bias").select("entry", "weight").iter_rows())
    tables = read_weight_tables(
        listed.filter(pl.col("table") != "bias"),
        list_value_names(classes, len(words.grades) + 1),
        words.roles,
        file,
    )
    return Lexicon(
        words,
        classes[len(fixed) :],
        weights,
        tables,
        {name: bias.get(name, 0) for name in (*SIGNALS, "attributed")},
    )


def expand_role(word: str, roles: dict[str, list[str]], file: Path) -> list[str]:
    """Return the words that a word of a table stands for: itself, or those of a `<role>`.

    Raises
    ------
    WordingError
        For a role that there is not.
    """
    if not word.startswith("<") or not re.fullmatch(r"<\w+>", word):
        return [word]
    if word[1:-1] not in roles:
        raise WordingError(
            f"{file}: there is no role {word}; there are {', '.join(roles) or 'none'}."
        )
    return roles[word[1:-1]]


def read_hundredths(file: Path, label: str, columns: Sequence[str]) -> pl.DataFrame:
    """Return a table of weights with these columns in whole hundredths, int32; `label` is text.

    Raises
    ------
    WordingError
        For a weight with more than two decimals.
    """
    types = {label: pl.String} | dict.fromkeys(columns, pl.Float64)
    weights = pl.read_csv(file, comment_prefix="#", schema_overrides=types)
    exact = weights.select(pl.col(columns) * HUNDREDTHS)
    whole = exact.select(pl.all().round())
    is_finer = (exact - whole).select(pl.any_horizontal(pl.all().abs() > 1e-6)).to_series()
    if is_finer.any():
        row = ", ".join(map(str, weights.row(is_finer.arg_true()[0])))
        raise WordingError(f"{file}: a weight must have at most two decimals: {row}.")
    return weights.with_columns(whole.cast(pl.Int32))


def read_weight_tables(
    listed: pl.DataFrame,
    names: dict[str, tuple[str, ...]],
    roles: dict[str, list[str]],
    file: Path,
) -> dict[str, np.ndarray]:
    """Return each table as its weights in the order of its entries.

    Parameters
    ----------
    listed : columns table, entry, weight; an entry that is not listed has weight 0.
    names : the names of the values of each feature.
    roles : the words of each role.
    file : the file, for the message.

    Raises
    ------
    WordingError
        For a table, an entry or a role that does not exist.
    """
    number = {axis: {name: k for k, name in enumerate(values)} for axis, values in names.items()}
    tables = {
        name: np.zeros([len(names[axis]) for axis in axes], np.int32)
        for name, axes in WEIGHT_TABLES.items()
    }
    for name, entry, weight in listed.iter_rows():
        try:
            values = zip(WEIGHT_TABLES[name], entry.split(" | "), strict=True)
            places = [
                range(len(number[axis]))
                if value == "*"
                else [number[axis][word] for word in expand_role(value, roles, file)]
                for axis, value in values
            ]
        except (KeyError, ValueError):
            remedy = (
                f"Its entries have the form {' | '.join(WEIGHT_TABLES[name])}."
                if name in WEIGHT_TABLES
                else f"The tables are {', '.join(WEIGHT_TABLES)}."
            )
            raise WordingError(
                f"{file}: the table {name!r} has no entry {entry!r}. {remedy}"
            ) from None
        for place in itertools.product(*places):  # mostly one
            tables[name][place] += weight
    return {name: table.ravel() for name, table in tables.items()}


def classify_forms(forms: pl.DataFrame, lexicon: Lexicon) -> np.ndarray:
    """Return the class of each form, int32 (n_forms,).

    A word without a class of its own has that of a known word with the same stem, else that of
    its suffix.
    """
    type_, key, kind = pl.col("type"), pl.col("key"), pl.col("kind")
    # The suffixes say that the words are English: others are known by their form alone.
    known = lexicon.vocabulary if lexicon.words.suffixes else ()
    vocabulary = pl.DataFrame({"stem": known}, schema={"stem": pl.String})
    relatives = dict(
        vocabulary.with_columns(word="stem")
        .with_columns(strip_inflection(pl.col("stem")))
        .filter(pl.col("word").str.len_chars() > 4)
        .reverse()
        .iter_rows()
    )
    related = pl.when(type_.str.contains(r"^\p{Ll}")).then(
        strip_inflection(key).replace_strict(
            list(relatives), list(relatives.values()), default=None, return_dtype=pl.String
        )
    )
    suffix = pl.lit("-") + key.str.extract(
        rf"^.{{3,}}?({'|'.join(lexicon.words.suffixes) or '^$'})$"
    )
    named = (
        pl.when((kind == PUNCTUATION) & key.is_in(PUNCTUATION_MARKS)).then(key)
        .when(kind.is_in([PUNCTUATION, ADDRESS])).then(pl.lit("other mark"))
        .when((kind == NUMBER) & key.str.contains(r"^\d{4}$")).then(pl.lit("a year"))
        .when(kind == NUMBER).then(pl.lit("a number"))
        .when(kind != WORD).then(pl.lit("no word"))
        .when(key.is_in(list(lexicon.vocabulary))).then(key)
        .when(type_.str.contains(r"^\p{Lu}[\p{Lu}.-]+$")).then(pl.lit("a NAME"))
        .when(type_.str.contains(r"^\p{Lu}")).then(pl.lit("a Name"))
        .otherwise(pl.coalesce(related, suffix, pl.lit("another word")))
    )  # fmt: skip
    return (
        forms.select(
            named.replace_strict(
                list(lexicon.classes), list(range(len(lexicon.classes))), return_dtype=pl.Int32
            )
        )
        .to_series()
        .to_numpy()
    )


def strip_inflection(key: pl.Expr) -> pl.Expr:
    """Return a word without its inflection: "decried" and "decries" are "decr"."""
    return key.str.replace(r"^(.{3,}?)(?:ies|ied|ying|y|es|ed|ing|s|e)$", "$1")


@dataclass(frozen=True)
class FoldedStream:
    """Some articles with each quotation folded into one token.

    Attributes
    ----------
    at : the position in the shard of each token, int64 (n,).
    word : its class, int32 (n,).
    begins : whether it is the first of its sentence, bool (n,).
    article : its article, as a row of the shard, int32 (n,).
    signal : the log odds that it is a cue, an opener, a closer, and what the words around it add to
        those that it is attributed, int32 (n, 4), in hundredths.
    """

    at: np.ndarray
    word: np.ndarray
    begins: np.ndarray
    article: np.ndarray
    signal: np.ndarray

    @cached_property
    def is_word(self) -> np.ndarray:
        """Return which tokens are words outside quotations."""
        return self.word >= MIN_WORD_CLASS


def iterate_streams(shard: Shard, inside: np.ndarray, lexicon: Lexicon) -> Iterator[FoldedStream]:
    """Yield the shard as streams, block by block; `inside` flags the tokens of quotations."""
    class_of = classify_forms(shard.forms, lexicon)
    cuts = np.unique(
        np.searchsorted(
            shard.bounds, np.arange(0, len(shard.tokens) + BLOCK_TOKENS, BLOCK_TOKENS)
        ).clip(0, len(shard))
    )
    for start, end in zip(shard.bounds[cuts[:-1]], shard.bounds[cuts[1:]], strict=True):
        yield build_stream(shard, slice(start, end), inside[start:end], class_of, lexicon)


def build_stream(
    shard: Shard, part: slice, inside: np.ndarray, class_of: np.ndarray, lexicon: Lexicon
) -> FoldedStream:
    """Return one block of articles as a stream.

    Parameters
    ----------
    shard, part : the block is these tokens of the shard.
    inside : flags of those of them that lie in quotations.
    class_of : the class of each form.
    lexicon : the weights.
    """
    tokens = shard.tokens[part]
    rows = np.arange(*np.searchsorted(shard.bounds, (part.start, part.stop)), dtype=np.int32)
    at, word, begins = compile_module(attribution_kernels).fold_quotations(
        class_of.take(tokens),
        inside,
        shard.sentence_end[part] | shard.is_break(tokens),
        shard.bounds[rows + 1] - 1 - part.start,
    )
    at += part.start
    n_tokens = np.diff(np.searchsorted(at, shard.bounds[rows[0] : rows[-1] + 2]))
    return FoldedStream(
        at,
        word,
        begins,
        np.repeat(rows, n_tokens),
        compile_module(attribution_kernels).sum_context_weights(
            word, lexicon.around, lexicon.start
        ),
    )


def extract_features(s: FoldedStream, lexicon: Lexicon) -> dict[str, np.ndarray]:
    """Return the value of each feature for each token, as a number within its names."""
    features = compile_module(attribution_kernels).compute_features(
        s.word, s.begins, s.signal, lexicon.edges, lexicon.is_that, lexicon.beside
    )
    padded = np.pad(s.word, (-CONTEXT_OFFSETS[0], CONTEXT_OFFSETS[-1]))
    beside = {
        name: padded[by - CONTEXT_OFFSETS[0] :][: len(s.word)]
        for name, by in zip(NEIGHBOUR_FEATURES, CONTEXT_OFFSETS, strict=True)
    }
    return beside | dict(zip(FEATURES, features, strict=True))


def find_table_entries(
    place: dict[str, np.ndarray], names: dict[str, tuple[str, ...]], name: str
) -> np.ndarray:
    """Return the entry of a table for each token, as a number."""
    return np.ravel_multi_index(
        [place[axis] for axis in WEIGHT_TABLES[name]],
        [len(names[axis]) for axis in WEIGHT_TABLES[name]],
    )


def attribution_log_odds(s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """Return the log odds that each token is attributed, int32, in hundredths: sums of entries.

    In a sentence in which nothing looks like a cue, an opener or a closer they are NO_SIGNAL:
    in news 30 % of the tokens, and 0.2 % of those attributed. So they are without a sure cue in a
    sentence of an article that has few of them (`trust` in voice-*.yml).
    """
    about = (s.word, s.begins, s.signal, lexicon.edges, lexicon.is_that, lexicon.beside)
    kernels = compile_module(attribution_kernels)
    log_odds: np.ndarray = kernels.compute_log_odds(*about, *lexicon.layout)
    if trust := lexicon.words.trust:
        kernels.distrust_weak_evidence(
            log_odds,
            *(s.word, s.begins, s.signal, s.article),
            *(int(smallest_log_odds(trust.cue)), trust.rate, trust.words),
        )
    return log_odds


def find_reported_tokens(s: FoldedStream, lexicon: Lexicon) -> np.ndarray:
    """Return the positions of the tokens that are attributed without quotation marks."""
    possessive = lexicon.classes.index("'s") if "'s" in lexicon.classes else -1
    return s.at[
        compile_module(attribution_kernels).mark_attributed(
            s.word,
            s.begins,
            attribution_log_odds(s, lexicon),
            s.signal,
            lexicon.threshold,
            lexicon.edges[0, 0],
            possessive,
        )
    ]
