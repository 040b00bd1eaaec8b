"""Acts of a study's concepts: the form of each clause, who did it, to whom; and their counts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from wording.corpus.build import build_corpus
from wording.corpus.counts import (
    Counts,
    PhraseLists,
    count_by_concept,
    join_articles,
    keep_compared_counts,
    look_up_attributions,
    select_compared,
    select_concepts,
    select_place,
)
from wording.corpus.counts_files import read_acts_table, read_articles_table
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.lemmas import expand_lemmas
from wording.corpus.encoding.matching import (
    DEFAULT_CONTEXT,
    ContextWidth,
    Spans,
    extract_contexts,
    find_form_numbers,
    find_matches,
    shorten_lines,
)
from wording.corpus.encoding.shard import Shard
from wording.corpus.marks.grammar.act_kernels import FORMS, INTRANSITIVE, NOUN
from wording.corpus.marks.grammar.acts import find_subjects, find_verb_acts
from wording.errors import WordingError
from wording.files import write_csv
from wording.patterns import parse_phrases
from wording.phrasing import format_count
from wording.settings import PLACE_GROUPS, TOKEN_PLACES, TOKEN_VOICES
from wording.study.records import Concept, StudyRecord
from wording.tables import TABLES, check_columns
from wording.words import has_words

ACT_PLACES = ("text", "lead", "body")
"""Where acts are counted: in headlines the rules of clauses are others."""
INSTEAD = "instead"
"""What stands in the place of a verb where a phrase is told of instead of the act."""
OTHER_GROUP, NOBODY_NAMED = "other", "not named"
"""Who is named where it is no group of the concept's, and where nobody is."""


@dataclass(frozen=True)
class PartActs:
    """The acts of a concept in one shard, in the order of their tokens.

    Attributes
    ----------
    spans : Spans
        The tokens of each act.
    act : int array
        Which of the concept's verbs; after the last of them, a phrase told of instead.
    form : int array
        A place in `FORMS`.
    agent, patient : int array
        The token of the head noun of who did it, and to whom; -1 where none is named.
    """

    spans: Spans
    act: np.ndarray
    form: np.ndarray
    agent: np.ndarray
    patient: np.ndarray

    def __getitem__(self, kept: np.ndarray) -> PartActs:
        """Return some of the acts, by their places or by a flag for each."""
        return PartActs(
            self.spans[kept], self.act[kept], self.form[kept], self.agent[kept], self.patient[kept]
        )


def locate_acts(shard: Shard, concept: Concept, lists: PhraseLists) -> PartActs:
    """Return the acts of a concept in one shard, in boilerplate too."""
    verbal = find_verb_acts(shard, list(concept.acts))
    parts = [
        PartActs(
            Spans(verbal.position, verbal.position + 1),
            verbal.verb,
            verbal.form,
            verbal.agent,
            verbal.patient,
        )
    ]
    for number, nouns in enumerate(concept.acts.values()):
        parts.append(build_phrase_acts(shard, nouns, lists, number, NOUN))
    told = build_phrase_acts(shard, concept.instead, lists, len(concept.acts), INTRANSITIVE)
    parts.append(replace(told, patient=find_subjects(shard, told.spans.start)))
    return merge_acts(parts)


def locate_body_acts(shard: Shard, concept: Concept, lists: PhraseLists) -> PartActs:
    """Return the acts of a concept in one shard, boilerplate left out."""
    acts = locate_acts(shard, concept, lists)
    return acts[~shard.boilerplate[acts.spans.start]]


def build_phrase_acts(
    shard: Shard, phrases: Sequence[str], lists: PhraseLists, act: int, form: int
) -> PartActs:
    """Return the places of some phrases as acts in which nobody is named."""
    spans = find_matches(shard, parse_phrases(phrases, lists=lists)) if phrases else NO_SPANS
    nobody = np.full(len(spans), -1, np.int64)
    return PartActs(
        spans, np.full(len(spans), act), np.full(len(spans), form, np.uint8), nobody, nobody
    )


NO_SPANS = Spans(np.zeros(0, np.int64), np.zeros(0, np.int64))


def merge_acts(parts: Sequence[PartActs]) -> PartActs:
    """Return acts in the order of their tokens; of those that overlap the first and longest."""
    start = np.concatenate([part.spans.start for part in parts])
    end = np.concatenate([part.spans.end for part in parts])
    acts = PartActs(
        Spans(start, end),
        np.concatenate([part.act for part in parts]),
        np.concatenate([part.form for part in parts]),
        np.concatenate([part.agent for part in parts]),
        np.concatenate([part.patient for part in parts]),
    )
    acts = acts[np.lexsort((-end, start))]
    reached = np.maximum.accumulate(np.append(0, acts.spans.end))[:-1]
    return acts[acts.spans.start >= reached]


def find_acts(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    *,
    context: ContextWidth = DEFAULT_CONTEXT,
) -> pd.DataFrame:
    """Return the `acts` table: one row per act, in the order of articles and places.

    Those in boilerplate are included, and told by `zone`. There is none in a language without a
    grammar.
    """
    if not has_grammar(corpus):
        return pd.DataFrame(columns=list(TABLES["acts"]))
    parts = corpus.map_parts(tabulate_part_acts, select_acting(concepts), lists, context)
    rows: list[pd.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        return pd.DataFrame(columns=list(TABLES["acts"]))
    return check_columns(pd.concat(rows, ignore_index=True), "acts")


def has_grammar(corpus: Corpus) -> bool:
    """Return whether any article is in a language with a grammar."""
    return any(has_words(f"grammar-{language}") for language in corpus.languages)


def select_acting(concepts: Mapping[str, Concept]) -> dict[str, Concept]:
    """Return the concepts that name acts."""
    return {name: concept for name, concept in concepts.items() if concept.acts}


def tabulate_part_acts(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists, context: ContextWidth
) -> list[pd.DataFrame]:
    """Return the acts of each concept in one shard; none in a language without a grammar."""
    if not has_words(f"grammar-{part.shard.language}"):
        return []
    return [
        tabulate_acts(part, name, locate_acts(part.shard, concept, lists), concept, lists, context)
        for name, concept in concepts.items()
    ]


def tabulate_acts(
    part: Part,
    name: str,
    acts: PartActs,
    concept: Concept,
    lists: PhraseLists,
    context: ContextWidth,
) -> pd.DataFrame:
    """Return the `acts` of a concept in one shard."""
    shard = part.shard
    lines = extract_contexts(shard, acts.spans, context=context)
    sides = {
        "agent": (acts.agent, concept.agents),
        "patient": (acts.patient, concept.patients),
    }
    columns = {}
    for side, (heads, groups) in sides.items():
        columns[side] = read_heads(shard, heads)
        columns[f"{side}_group"] = name_noun_groups(shard, heads, groups, lists)
    lines = lines.assign(
        concept=name,
        act=np.array([*concept.acts, INSTEAD], object)[acts.act],
        form=np.array(FORMS, object)[acts.form],
        **columns,
        **look_up_attributions(part, acts.spans.start),
        place=np.array(TOKEN_PLACES, object)[part.number_places(acts.spans.start)],
        zone=np.where(shard.boilerplate[acts.spans.start], "boilerplate", "body"),
        copied=part.flag_copied(acts.spans.start),
    )
    return join_articles(part, lines)


def read_heads(shard: Shard, heads: np.ndarray) -> pd.Series:
    """Return the words at the tokens as written, missing where there is none."""
    types = shard.forms["type"].gather(shard.tokens[heads]).str.strip_chars().to_numpy()
    return pd.Series(types, dtype="str").where(heads >= 0)


def name_noun_groups(
    shard: Shard, heads: np.ndarray, groups: Mapping[str, Sequence[str]], lists: PhraseLists
) -> np.ndarray:
    """Return the group of each head noun; "other" in none, "not named" where there is no noun."""
    names = np.array([*groups, OTHER_GROUP, NOBODY_NAMED], object)
    group_of = np.full(len(shard.numbers), len(groups))
    for number, phrases in enumerate(groups.values()):
        parsed = expand_lemmas(shard, parse_phrases(phrases, lists=lists))
        words = [word for phrase in parsed for word in phrase.words[0]]
        group_of[find_form_numbers(shard, words)] = number
    return names[np.where(heads >= 0, group_of[shard.tokens[heads]], len(groups) + 1)]


def count_acts(corpus: Corpus, concepts: Mapping[str, Concept], lists: PhraseLists) -> pd.DataFrame:
    """Return the `act_counts` table: acts per article, form, groups named, voice and place."""
    if not has_grammar(corpus):
        return make_no_act_counts()
    parts = corpus.map_parts(count_part_acts, select_acting(concepts), lists, light=True)
    rows: list[pl.DataFrame] = list(itertools.chain.from_iterable(parts))
    if not rows:
        return make_no_act_counts()
    return check_columns(pl.concat(rows).to_pandas(), "act_counts")


def make_no_act_counts() -> pd.DataFrame:
    """Return the `act_counts` of nothing."""
    return pd.DataFrame(columns=list(TABLES["act_counts"])).astype({"n": int, "n_copied": int})


def count_part_acts(
    part: Part, concepts: Mapping[str, Concept], lists: PhraseLists
) -> Iterable[pl.DataFrame]:
    """Return the counts of acts of each concept in one shard; none without a grammar."""
    if not has_words(f"grammar-{part.shard.language}"):
        return []
    return [count_concept_acts(part, name, concept, lists) for name, concept in concepts.items()]


def count_concept_acts(part: Part, name: str, concept: Concept, lists: PhraseLists) -> pl.DataFrame:
    """Return the counts of acts of one concept in one shard."""
    shard, acts = part.shard, locate_body_acts(part.shard, concept, lists)
    names = ("act", "form", "agent", "patient", "voice", "place")
    table = pl.DataFrame(
        {
            "row": shard.article(acts.spans.start),
            "act": np.array([*concept.acts, INSTEAD], object)[acts.act],
            "form": np.array(FORMS, object)[acts.form],
            "agent": name_noun_groups(shard, acts.agent, concept.agents, lists),
            "patient": name_noun_groups(shard, acts.patient, concept.patients, lists),
            "voice": np.array(TOKEN_VOICES, object)[shard.voice[acts.spans.start]],
            "place": np.array(TOKEN_PLACES, object)[part.number_places(acts.spans.start)],
            "copied": part.flag_copied(acts.spans.start),
        },
        schema_overrides=dict.fromkeys(names, pl.String),
    )
    keys = ["row", *names]
    counted = table.group_by(keys).agg(
        n=pl.len().cast(pl.Int64), n_copied=pl.col("copied").sum().cast(pl.Int64)
    )
    counted = counted.sort(keys)
    return counted.select(
        pl.Series("doc_id", part.table["doc_id"].gather(counted["row"])),
        pl.lit(name).alias("concept"),
        pl.exclude("row"),
    )


def describe_acts(acts: pd.DataFrame, concepts: Mapping[str, Concept]) -> list[str]:
    """Return how many acts were found and how many of them are unclear, in sentences."""
    acting = select_acting(concepts)
    if not acting:
        return [
            "No concept names acts, so there are no rows: write `acts: [kill, shoot]` beside its "
            "variants."
        ]
    n_unclear = int((acts["form"] == "unclear").sum())
    n_boilerplate = int((acts["zone"] == "boilerplate").sum())
    return [
        f"{format_count(len(acts), 'act')}, of which {n_unclear:,} are unclear: the two ways of "
        f"telling their form disagree, and they are counted apart. {n_boilerplate:,} stand in "
        "boilerplate (column `zone`), which no table of a study counts."
    ]


def count_study_acts(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> Counts:
    """Return the `act_counts` of a study's compared articles, as `count_study_hits` does of hits.

    Acts are counted in the text, or its lead or body alone, not in headlines; places stay apart.
    Without the articles they come from counts/.

    Parameters
    ----------
    study : StudyRecord
        The study.
    concepts : sequence of str, optional
        Which of its concepts; all if left out. Those without acts have no rows.
    copies : str
        As in `count_study_hits`.

    Raises
    ------
    WordingError
        For an unknown concept or way of counting copies, another place than the text, or saved
        counts without acts.
    """
    refuse_other_places(study)
    wanted = select_acting(select_concepts(study, concepts))
    if study.has_articles:
        corpus = build_corpus(study)
        articles, counts = (
            corpus.articles,
            count_by_concept(count_acts, corpus, select_acting(wanted), study.lists),
        )
    else:
        articles = read_articles_table(study)
        counts = read_acts_table(study, articles) if wanted else make_no_act_counts()
        counts = counts[counts["concept"].isin(wanted)]
    counts = select_place(counts, study.place)
    return keep_compared_counts(study, articles, counts, copies=copies)


def find_study_acts(
    study: StudyRecord, concepts: Sequence[str] | None = None, *, copies: str = "all"
) -> pd.DataFrame:
    """Return the `acts` of a study's compared articles: the very ones that are counted.

    They have as much text as the study's `excerpts` allow; `copies` is as in `count_study_acts`.
    """
    refuse_other_places(study)
    corpus = build_corpus(study)
    compared = select_compared(study, corpus.articles, copies=copies)
    acts = find_acts(corpus, select_concepts(study, concepts), study.lists)
    acts = acts[acts["place"].isin(PLACE_GROUPS[study.place])]
    acts = acts[(acts["zone"] == "body") & ~((copies == "none") & acts["copied"].astype(bool))]
    return shorten_lines(compared.keep(acts), study.width)


def refuse_other_places(study: StudyRecord) -> None:
    """Refuse headlines, in which acts are not looked for.

    Raises
    ------
    WordingError
        For a place with headlines.
    """
    if study.place not in ACT_PLACES:
        raise WordingError(
            f"place={study.place!r}: acts are counted in the text only; expected one of "
            f"{', '.join(ACT_PLACES)}."
        )


def write_acts(study: StudyRecord, folder: Path) -> None:
    """Write acts.csv, the `act_counts` of all articles, if a concept of the study names acts."""
    if select_acting(study.concepts):
        write_csv(count_acts(build_corpus(study), study.concepts, study.lists), folder / "acts.csv")
