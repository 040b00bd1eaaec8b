"""How often each phrase of a concept matches, how many matches count, and what it leaves out.

A pattern that finds nothing is as easily written as one that finds something: here it is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wording.corpus.build import build_corpus
from wording.corpus.counts import PhraseLists, select_concepts
from wording.corpus.encoding.corpus import Corpus, Part
from wording.corpus.encoding.matching import (
    find_concept_spans,
    find_matches,
    find_wider_compounds,
    number_spans,
)
from wording.corpus.encoding.shard import Shard
from wording.patterns import (
    WILDCARD,
    Phrase,
    is_group,
    list_alternatives,
    parse_phrases,
    split_phrase,
)
from wording.phrasing import format_count, join_names
from wording.study.asked import resolve_pattern
from wording.study.records import Concept, StudyRecord, Variant
from wording.tables import TABLES, check_columns

MAX_EXAMPLES = 3
"""Compounds that are named as examples of what a phrase leaves out."""
MAX_PHRASES_NAMED = 10
"""Phrases of which it is said one by one that they match nothing."""


@dataclass(frozen=True)
class AskedPhrase:
    """A phrase, or one alternative in it, whose matches are counted.

    Attributes
    ----------
    concept, variant : str
        Whose phrase it is.
    phrase : str
        The phrase as it is written.
    alternative : str
        The one of its alternatives that alone is looked for; empty: the whole phrase.
    parsed : tuple of Phrase
        What is looked for.
    is_own : bool
        Whether the study wrote it: not taken from the library.
    """

    concept: str
    variant: str
    phrase: str
    alternative: str
    parsed: tuple[Phrase, ...]
    is_own: bool
    languages: frozenset[str]
    """Of which texts it is looked for; empty: of all."""


@dataclass(frozen=True)
class PhraseCount:
    """What one shard has of an asked phrase: matches, those that are hits, and compounds."""

    n_matched: int
    n_kept: int
    left_out: Counter[str]


def count_study_phrases(study: StudyRecord, concepts: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the `phrases` table of a study's concepts, of all its articles.

    Without the articles it is empty: saved counts do not say which phrase matched.
    """
    if not study.has_articles:
        return pd.DataFrame(columns=list(TABLES["phrases"]))
    wanted = select_concepts(study, concepts)
    phrases = count_phrases(build_corpus(study), wanted, study.lists, taken=study.taken)
    return hide_examples(study, phrases)


def count_phrases(
    corpus: Corpus,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    *,
    taken: Collection[str] = (),
) -> pd.DataFrame:
    """Return the `phrases` table: one row per phrase, and per alternative that was written in one.

    Parameters
    ----------
    corpus : Corpus
        Where to look: in all articles, boilerplate included.
    concepts : mapping
        Concepts by name.
    lists : mapping
        The lists that their phrases name.
    taken : collection of str
        The concepts that come from the library: of their phrases neither alternatives nor
        compounds are counted.
    """
    asked = list_asked_phrases(concepts, lists, taken)
    parts = corpus.map_parts(count_part_phrases, concepts, lists, asked)
    rows = [tabulate_phrase(phrase, counts) for phrase, *counts in zip(asked, *parts, strict=True)]
    return check_columns(pd.DataFrame(rows, columns=list(TABLES["phrases"])), "phrases")


def describe_pattern(study: StudyRecord, pattern: str) -> list[str]:
    """Return in sentences what of a typed pattern matches nothing, and what it leaves out."""
    name, concept = resolve_pattern(study, pattern)
    taken = study.taken if name in study.concepts else frozenset[str]()
    phrases = count_phrases(build_corpus(study), {name: concept}, study.lists, taken=taken)
    shown = hide_examples(study, phrases)
    return [*describe_phrases(shown, taken), *describe_left_out(shown)]


def hide_examples(study: StudyRecord, phrases: pd.DataFrame) -> pd.DataFrame:
    """Return the `phrases` without words of the articles, where the study does not show these."""
    return phrases.assign(left_out="") if study.width == 0 else phrases


def list_asked_phrases(
    concepts: Mapping[str, Concept], lists: PhraseLists, taken: Collection[str]
) -> list[AskedPhrase]:
    """Return every phrase of the concepts, and each alternative in those that are not taken."""
    asked = []
    for name, concept in concepts.items():
        for variant, record in concept.variants.items():
            for text, languages in list_phrase_languages(record).items():
                alternatives = [] if name in taken else list_alternatives(text)
                for alternative, sole in [("", text), *alternatives]:
                    parsed = tuple(parse_phrases([sole], lists=lists, case=record.case))
                    is_own = name not in taken
                    asked.append(
                        AskedPhrase(name, variant, text, alternative, parsed, is_own, languages)
                    )
    return asked


def list_phrase_languages(variant: Variant) -> dict[str, frozenset[str]]:
    """Return the languages of each phrase of a variant; none for one of all languages."""
    if isinstance(variant.match, list):
        return dict.fromkeys(variant.match, frozenset())
    return {
        text: frozenset(code for code, texts in variant.match.items() if text in texts)
        for text in variant.phrases
    }


def count_part_phrases(
    part: Part,
    concepts: Mapping[str, Concept],
    lists: PhraseLists,
    asked: Sequence[AskedPhrase],
) -> list[PhraseCount]:
    """Return what one shard has of each asked phrase."""
    shard, hits = part.shard, {}
    for name, concept in concepts.items():
        spans, variant = find_concept_spans(shard, name, concept, lists)
        is_body = ~shard.boilerplate[spans.start]
        for number, key in enumerate(concept.variants):
            hits[name, key] = spans[is_body & (variant == number)]
    counts = []
    for phrase in asked:
        if phrase.languages and shard.language not in phrase.languages:
            counts.append(PhraseCount(0, 0, Counter()))
            continue
        matched = find_matches(shard, phrase.parsed)
        kept = number_spans(hits[phrase.concept, phrase.variant])
        n_kept = int(np.isin(number_spans(matched), kept).sum())
        counts.append(PhraseCount(len(matched), n_kept, count_compounds(shard, phrase)))
    return counts


def count_compounds(shard: Shard, phrase: AskedPhrase) -> Counter[str]:
    """Return what a whole phrase of the study's own leaves out since more is joined to it."""
    if not phrase.is_own or phrase.alternative:
        return Counter()
    spans = find_wider_compounds(shard, phrase.parsed)
    return Counter(" ".join(text.lower().split()) for text in shard.text(spans.start, spans.end))


def tabulate_phrase(phrase: AskedPhrase, counts: Iterable[PhraseCount]) -> dict[str, object]:
    """Return the row of an asked phrase, over all shards."""
    counts = list(counts)
    left_out = sum((count.left_out for count in counts), Counter[str]())
    examples = sorted(left_out.items(), key=lambda item: (-item[1], item[0]))[:MAX_EXAMPLES]
    return {
        "concept": phrase.concept,
        "variant": phrase.variant,
        "phrase": phrase.phrase,
        "alternative": phrase.alternative,
        "n_matched": sum(count.n_matched for count in counts),
        "n_kept": sum(count.n_kept for count in counts),
        "n_left_out": left_out.total(),
        "left_out": "; ".join(f"{text} {n}" for text, n in examples),
        "pattern": widen_phrase(phrase.phrase) if left_out else "",
    }


def widen_phrase(text: str) -> str:
    """Return the phrase that also matches within compounds; empty if that cannot be written.

    >>> widen_phrase("tax*"), widen_phrase("gun (control|safety)")
    ('(tax*|*-tax*)', '(gun|*-gun) (control|safety|control-*|safety-*)')
    """
    parts = [part[1:-1] if is_group(part) else part for part in split_phrase(text)]
    first, last = parts[0].split("|"), parts[-1].split("|")
    if any(
        not word.strip(WILDCARD) or not word[0].isalnum() and word[0] != WILDCARD or " " in word
        for word in [*first, *last]
    ):
        return ""
    before = [f"*-{word}" for word in first if word[0] != WILDCARD]
    behind = [f"{word}-*" for word in last if word[-1] != WILDCARD]
    if len(parts) == 1:
        both = [f"*-{word}-*" for word in first if WILDCARD not in (word[0], word[-1])]
        return f"({'|'.join([*first, *before, *behind, *both])})"
    middle = [f"({part})" if "|" in part else part for part in parts[1:-1]]
    ends = [
        f"({'|'.join(words)})" if len(words) > 1 else words[0]
        for words in ([*first, *before], [*last, *behind])
    ]
    return " ".join([ends[0], *middle, ends[1]])


def describe_phrases(phrases: pd.DataFrame, taken: Collection[str] = ()) -> list[str]:
    """Return in sentences what matches nothing, and why a variant has no hits.

    Parameters
    ----------
    phrases : DataFrame
        A `phrases` table.
    taken : collection of str
        The concepts that come from the library: of their phrases only the number is said.
    """
    is_taken = phrases["concept"].isin(list(taken))
    own, library = phrases[~is_taken], phrases[is_taken]
    return [*_describe_unmatched(own), *_describe_empty_variants(own), *_describe_taken(library)]


def _describe_unmatched(phrases: pd.DataFrame) -> list[str]:
    """Say which phrases, and which alternatives of the others, match nothing."""
    nothing = phrases[phrases["n_matched"] == 0]
    whole = nothing[nothing["alternative"] == ""]
    keys = ["concept", "variant", "phrase"]
    never = pd.MultiIndex.from_frame(whole[keys])
    alternatives = nothing[
        (nothing["alternative"] != "") & ~pd.MultiIndex.from_frame(nothing[keys]).isin(never)
    ]
    sentences = [f"`{phrase}` matches nothing." for phrase in whole["phrase"].unique()]
    sentences += [
        f"In `{row.phrase}`, `{row.alternative}` matches nothing."
        for row in alternatives.drop_duplicates(["phrase", "alternative"]).itertuples()
    ]
    n_more = len(sentences) - MAX_PHRASES_NAMED
    if n_more > 0:
        more = format_count(n_more, "more phrase or alternative", "more phrases or alternatives")
        return [*sentences[:MAX_PHRASES_NAMED], f"{more} match{'es' * (n_more == 1)} nothing."]
    return sentences


def _describe_empty_variants(phrases: pd.DataFrame) -> list[str]:
    """Say why variants have no hits."""
    whole = phrases[phrases["alternative"] == ""]
    sums = whole.groupby(["concept", "variant"], sort=False).agg(
        n_phrases=("phrase", "size"), n_matched=("n_matched", "sum"), n_kept=("n_kept", "sum")
    )
    # Of a variant with one phrase that matches nothing, this is said already.
    is_told = (sums["n_phrases"] == 1) & (sums["n_matched"] == 0)
    return [
        f"The variant “{variant}” of {concept} has no hits: "
        + (
            f"its phrases match {format_count(row['n_matched'], 'time')}, but its conditions, a "
            "longer match or boilerplate exclude every match."
            if row["n_matched"]
            else "none of its phrases matches."
        )
        for (concept, variant), row in sums[(sums["n_kept"] == 0) & ~is_told].iterrows()
    ]


def _describe_taken(phrases: pd.DataFrame) -> list[str]:
    """Say how many phrases of concepts from the library match nothing."""
    whole = phrases[phrases["alternative"] == ""]
    n_nothing = int((whole["n_matched"] == 0).sum())
    if not n_nothing:
        return []
    names = join_names(whole["concept"].unique(), top=3)
    verb = "matches" if n_nothing == 1 else "match"
    return [
        f"{n_nothing:,} of {format_count(len(whole), 'phrase')} taken from the library ({names}) "
        f"{verb} nothing here."
    ]


def describe_left_out(phrases: pd.DataFrame, top: int = 5) -> list[str]:
    """Return in sentences which words joined by hyphens phrases leave out, the most first.

    Parameters
    ----------
    phrases : DataFrame
        A `phrases` table.
    top : int
        How many phrases are told of at most.
    """
    ranked = phrases[phrases["n_left_out"] > 0].sort_values(
        ["n_left_out", "phrase"], ascending=[False, True]
    )
    return [
        f"`{row.phrase}` leaves out {format_count(row.n_left_out, 'place')} where a hyphen joins "
        f"more to its words{row.left_out and f' ({row.left_out})'}"
        + (f"; `{row.pattern}` counts them, too." if row.pattern else ".")
        for row in ranked.head(top).itertuples()
    ]
