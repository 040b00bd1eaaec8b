"""The words that stand with each hit by relation, per article, and the lines behind them.

Relations are found by English grammar, in the sentences that hold a hit.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.acts import refuse_other_places
from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    Counts,
    PhraseLists,
    count_by_concept,
    find_concept_hits,
    find_part_body_hits,
    keep_compared_counts,
    select_compared,
    select_concepts,
)
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.matching import DEFAULT_CONTEXT, find_concept_spans, shorten_lines
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.grammar.acts import read_grammar_words
from wording.corpus.marks.grammar.naming import Related, find_related
from wording.corpus.marks.grammar.naming_kernels import DOES, NAME_RELATIONS
from wording.errors import WordingError
from wording.settings import TOKEN_VOICES
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns

GRAMMAR_LANGUAGE = "en"
"""The one language whose grammar is known."""
WHATEVER_WORD = "(any)"
"""The word of rows that count a relation with whatever word."""


def require_grammar(study: StudyRecord) -> None:
    """Refuse a study whose sentences cannot be parsed.

    Raises
    ------
    WordingError
        For another language than English, another place than the text, or without the articles.
    """
    refuse_other_places(study)
    if why := explain_no_grammar(study):
        raise WordingError(why)


def explain_no_grammar(study: StudyRecord) -> str:
    """Return why the sentences of a study cannot be parsed; empty where they can."""
    if study.language != GRAMMAR_LANGUAGE:
        return (
            f"The language of this study is {study.language!r}, and what stands with a name is "
            "found by English grammar only: nothing is counted. The page 05_contexts shows the "
            "words near each term in any language."
        )
    if not study.has_articles:
        return (
            "What stands with a name is found in the sentences of the articles, which are not "
            "available here, and the saved counts do not hold it: ask where the articles are."
        )
    return ""


def count_study_naming(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> Counts:
    """Return the `naming_counts` of a study's compared articles, as `count_study_hits` does.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concepts : sequence of str, optional
        Which of its concepts; all if left out.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        As in `require_grammar`, or for an unknown concept or way of counting copies.
    """
    require_grammar(study)
    wanted = select_concepts(study, concepts)
    corpus = build_corpus(study)
    counts = count_by_concept(count_naming, corpus, wanted, study.lists)
    return keep_compared_counts(study, corpus.articles, counts, copies=copies)


def count_naming(
    corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists
) -> pd.DataFrame:
    """Return the `naming_counts` table: which words stand with the hits, by relation."""
    parts = corpus.map_parts(count_part_naming, concepts, lists)
    rows: list[pl.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        empty = pd.DataFrame(columns=list(TABLES["naming_counts"]))
        return empty.astype({"n": int, "n_copied": int})
    return check_columns(pl.concat(rows).to_pandas(), "naming_counts")


def count_part_naming(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists
) -> list[pl.DataFrame]:
    """Return the words that stand with the hits of each concept in one shard."""
    return [count_concept_naming(part, name, concept, lists) for name, concept in concepts.items()]


def count_concept_naming(
    part: Part, name: str, concept: Concept, lists: PhraseLists
) -> pl.DataFrame:
    """Return the words that stand with the hits of one concept in one shard.

    All hits (no relation) come before those with any word of a relation, and these before those
    with each word.
    """
    hits = find_part_body_hits(part.shard, name, concept, lists)
    frame = pl.DataFrame(
        {
            "hit": np.arange(len(hits.spans)),
            "row": hits.row,
            "variant": hits.variant,
            "voice": hits.voice,
            "copied": part.flag_copied(hits.spans.start),
        }
    )
    counts = count_related(
        frame, tabulate_related(part.shard, find_related(part.shard, hits.spans))
    )
    return counts.select(
        doc_id=part.table["doc_id"].gather(counts["row"]),
        concept=pl.lit(name),
        variant=pl.Series(list(concept.variants), dtype=pl.String).gather(counts["variant"]),
        voice=pl.Series(TOKEN_VOICES, dtype=pl.String).gather(counts["voice"]),
        relation="relation",
        word="word",
        n="n",
        n_copied="n_copied",
    )


def tabulate_related(shard: Shard, related: Related) -> pl.DataFrame:
    """Return hit, relation and word of what stands with names; verbs by their base forms."""
    keys = shard.forms["key"].gather(shard.tokens[related.token])
    is_verb = pl.Series(related.relation >= DOES)
    table = pl.DataFrame(
        {
            "hit": related.name,
            "relation": pl.Series(NAME_RELATIONS, dtype=pl.String).gather(related.relation),
            "key": keys,
            "is_inflected": is_verb & pl.Series(related.is_inflected),
        }
    )
    forms = table.filter("is_inflected")["key"].unique().sort()
    base = pl.DataFrame(
        {
            "key": forms,
            "base": pl.Series(map(read_grammar_words().find_base, forms), dtype=pl.String),
            "is_inflected": True,
        },
        schema_overrides={"key": pl.String, "is_inflected": pl.Boolean},
    )
    joined = table.join(base, on=["key", "is_inflected"], how="left", maintain_order="left")
    return joined.select("hit", "relation", word=pl.coalesce("base", "key"))


def count_related(hits: pl.DataFrame, related: pl.DataFrame) -> pl.DataFrame:
    """Return how many hits there are, have any word of each relation, and have each word.

    Per row, variant and voice; the relation and the word of all hits are empty.
    """
    each = hits.join(related, on="hit", how="inner")
    levels = [
        hits.with_columns(relation=pl.lit(""), word=pl.lit("")),
        each.with_columns(word=pl.lit(WHATEVER_WORD)),
        each,
    ]
    keys = ["row", "variant", "voice", "relation", "word"]
    return (
        pl.concat(level.select("hit", "copied", *keys) for level in levels)
        .unique(["hit", "relation", "word"])
        .group_by(keys)
        .agg(n=pl.len().cast(pl.Int64), n_copied=pl.col("copied").sum().cast(pl.Int64))
        .sort(keys)
    )


def find_study_naming(
    study: StudyRecord, concept: str, wanted: pd.DataFrame, *, copies: str = "all"
) -> pd.DataFrame:
    """Return the `hits` with which wanted words stand, with relation and word: a row per both.

    Parameters
    ----------
    study : StudyRecord
        A study whose articles are available.
    concept : str
        One of its concepts.
    wanted : DataFrame
        variant, relation and word, which may be any.
    copies : str
        As in `count_study_naming`.

    Raises
    ------
    WordingError
        As in `count_study_naming`.
    """
    require_grammar(study)
    corpus, record = build_corpus(study), study.concepts[concept]
    pairs = wanted[["variant", "relation", "word"]].drop_duplicates()
    parts = [
        find_part_naming(part, concept, record, study.lists).merge(
            pairs, on=["variant", "relation", "word"]
        )
        for part in corpus.parts()
    ]
    hits = pd.concat(parts, ignore_index=True)
    compared = select_compared(study, corpus.articles, copies=copies)
    is_counted = (hits["zone"] == "body") & ~((copies == "none") & hits["copied"].astype(bool))
    return shorten_lines(compared.keep(hits[is_counted]), study.width)


def find_part_naming(part: Part, name: str, concept: Concept, lists: PhraseLists) -> pd.DataFrame:
    """Return the hits of one shard with each word that stands with them, and with any."""
    spans, _ = find_concept_spans(part.shard, name, concept, lists)
    _, lines = find_concept_hits(part, name, concept, lists, DEFAULT_CONTEXT)
    related = tabulate_related(part.shard, find_related(part.shard, spans))
    both = pl.concat([related.with_columns(word=pl.lit(WHATEVER_WORD)), related])
    each = both.unique(maintain_order=True)
    return lines.iloc[each["hit"].to_numpy()].assign(
        relation=each["relation"].to_numpy(), word=each["word"].to_numpy()
    )
