"""What somebody asks for in words: phrases, or with a mark a variant or a concept by its name.

What is typed is words: `lost` is the word, whatever concepts and variants are called. A name has
a mark: `=lost` is the variant (or concept) of that name, `towns/lost` the variant of one concept.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from wording.errors import WordingError
from wording.phrasing import join_names
from wording.settings import one_of
from wording.study.records import Concept, Near, StudyRecord, Variant

NAME_MARK, VARIANT_MARK = "=", "/"
MAX_LABEL_LENGTH = 60
"""Characters of a variant's name; a longer phrase is cut to them."""


def resolve_pattern(study: StudyRecord, pattern: str) -> tuple[str, Concept]:
    """Return the concept that a pattern stands for, with its name.

    A pattern is phrases with `;` between them, each a rival term. `=name` stands for a variant of
    the study, `concept/variant` for that of one concept, and `=concept` alone for a whole concept.
    The name of typed words is never that of a concept of the study.

    Raises
    ------
    WordingError
        For a pattern with an empty part, or a marked name that the study does not have, with the
        nearest, or that several concepts have, with them all.
    """
    terms = [" ".join(term.split()) for term in pattern.split(";")]
    if not all(terms):
        raise WordingError(
            f"The pattern {pattern!r} has an empty part: "
            "write a word or phrase on each side of `;`."
        )
    found = [resolve_term(study, term) for term in terms]
    concepts = [name for name, record in found if isinstance(record, Concept)]
    if concepts and len(terms) > 1:
        raise WordingError(
            f"{NAME_MARK + concepts[0]!r} is a concept, which has rival variants of its own: ask "
            f"for it alone, or write variants such as {list_variants(study, concepts[:1])[0]!r} "
            "beside `;`."
        )
    if concepts:
        return concepts[0], study.concepts[concepts[0]]
    variants: dict[str, Variant] = {}
    for name, record in found:
        if isinstance(record, Variant) and record not in variants.values():
            variants[make_label(name, variants)] = record
    title = "; ".join(name for name, _ in found)
    label = f"“{title}”" if title in study.concepts else title
    sources = [
        study.concepts[name.partition(VARIANT_MARK)[0]].precision_source
        for name, record in found
        if isinstance(record, Variant) and record.precision
    ]
    source = "; ".join(dict.fromkeys(filter(None, sources)))
    return label, Concept(title=title, variants=variants, precision_source=source)


def resolve_term(study: StudyRecord, term: str) -> tuple[str, Concept | Variant]:
    """Return what one term of a pattern stands for, with its name."""
    if term.startswith(NAME_MARK):
        return look_up_name(study, term.removeprefix(NAME_MARK).strip())
    concept, mark, variant = term.partition(VARIANT_MARK)
    if mark and names_concept(study, concept, variant):
        return look_up_variant(study, concept, variant)
    return term, Variant(match=[term])


def names_concept(study: StudyRecord, concept: str, variant: str) -> bool:
    """Return whether `concept/variant` is meant as a name, and not as words.

    It is where there is such a concept, or nearly: `twons/lost` is a slip for `towns/lost`.
    """
    near = difflib.get_close_matches(concept, list(study.concepts), n=1, cutoff=0.7)
    return concept in study.concepts or bool(near and variant in study.concepts[near[0]].variants)


def look_up_name(study: StudyRecord, name: str) -> tuple[str, Concept | Variant]:
    """Return the concept or the variant of a marked name, with its full name.

    Raises
    ------
    WordingError
        For a name that nothing has, with the nearest, or that more than one thing has.
    """
    owners = [key for key, record in study.concepts.items() if name in record.variants]
    listed = [f"{owner}{VARIANT_MARK}{name}" for owner in owners]
    if len(owners) + (name in study.concepts) > 1:
        concept = [f"{NAME_MARK}{name}{VARIANT_MARK}"] if name in study.concepts else []
        meanings = [*listed, *(f"{one} (the whole concept)" for one in concept)]
        raise WordingError(
            f"{NAME_MARK + name!r} may be any of {join_names(meanings)}: write the one you mean."
        )
    if owners:
        return listed[0], study.concepts[owners[0]].variants[name]
    concept_name, mark, variant = name.partition(VARIANT_MARK)
    if mark and variant:
        return look_up_variant(study, concept_name, variant)
    if concept_name not in study.concepts:
        variants = [one for record in study.concepts.values() for one in record.variants]
        one_of("concept or variant called", name, dict.fromkeys([*study.concepts, *variants]))
    return concept_name, study.concepts[concept_name]


def look_up_variant(study: StudyRecord, concept: str, variant: str) -> tuple[str, Variant]:
    """Return the variant of a concept, with its full name.

    Raises
    ------
    WordingError
        If the study has no such concept, or the concept no such variant, with the nearest.
    """
    variants = study.concepts[one_of("concept", concept, study.concepts)].variants
    one_of(f"variant of {concept!r} called", variant, variants)
    return f"{concept}{VARIANT_MARK}{variant}", variants[variant]


def list_variants(study: StudyRecord, concepts: Iterable[str]) -> list[str]:
    """Return the full names of the variants of concepts."""
    return [
        f"{name}{VARIANT_MARK}{variant}"
        for name in concepts
        for variant in study.concepts[name].variants
    ]


def make_label(name: str, taken: Iterable[str]) -> str:
    """Return what a term is called in tables: its name, short enough, and none that is taken.

    >>> make_label("coup", ["riot"]), make_label("a" * 70, ["a" * 60])[-5:]
    ('coup', 'aaa 2')
    """
    label, number = name[:MAX_LABEL_LENGTH].strip(), 1
    while label in taken:
        number += 1
        ending = f" {number}"
        label = name[: MAX_LABEL_LENGTH - len(ending)].strip() + ending
    return label


def describe_asked(study: StudyRecord, name: str) -> str:
    """Return what a concept of a study, or a pattern that was added to it, looks for.

    Parameters
    ----------
    study : StudyRecord
        A study that has the concept, its own or by `StudyRecord.with_concept`.
    name : str
        The concept's name.
    """
    concept = study.concepts[name]
    if name not in study.typed:
        return f"the concept “{name}” ({concept.title}: {join_names(concept.variants)})"
    named = set(list_variants(study, [one for one in study.concepts if one not in study.typed]))
    phrases = [one.phrases[0] for label, one in concept.variants.items() if label not in named]
    variants = [
        f"the variant {label} ({describe_conditions(one)})"
        for label, one in concept.variants.items()
        if label in named
    ]
    words = "the phrase " if len(phrases) == 1 else "the phrases "
    typed = [words + join_names(f"“{phrase}”" for phrase in phrases)] if phrases else []
    return join_names([*typed, *variants])


def describe_conditions(variant: Variant) -> str:
    """Return the phrases of a variant, and when they count."""
    return "; ".join([quote_variant_phrases(variant), *list_conditions(variant)])


def quote_variant_phrases(variant: Variant) -> str:
    """Return the phrases of a variant in quotation marks; by language where they are so listed."""
    if isinstance(variant.match, list):
        return quote_phrases(variant.match)
    listed = [f"{code}: {quote_phrases(texts)}" for code, texts in variant.match.items()]
    return "; ".join(listed)


def list_conditions(variant: Variant) -> list[str]:
    """Return when the phrases of a variant count, a condition each."""
    parts = [f"near {describe_near(near)}" for near in variant.near]
    parts += [f"not near {describe_near(near)}" for near in variant.not_near]
    parts += [f"not {quote_phrases(variant.not_)}"] if variant.not_ else []
    parts += ["capitals count"] if variant.case else []
    return parts


def describe_near(near: Near) -> str:
    """Return a condition in words: the phrases, how near, and on which side."""
    side = "" if near.side == "both" else f" {near.side} it"
    return f"{quote_phrases(near.any)} (within {near.within} words{side})"


def quote_phrases(phrases: Iterable[str]) -> str:
    """Return phrases in quotation marks, with commas between."""
    return ", ".join(f"“{phrase}”" for phrase in phrases)
