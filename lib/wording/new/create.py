"""A new study that runs at once: of the user's articles, or of a few invented ones.

The articles are looked at first: the study has their language, the concepts that occur in them,
and no page for what does not.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from wording.errors import WordingError
from wording.files import refuse_existing_files, replace_file, replace_files
from wording.languages import name_language
from wording.new.survey import (
    MIN_HITS,
    MIN_OUTLETS,
    MIN_VARIANTS,
    Survey,
    count_survey_hits,
    describe_survey,
    summarise_concepts,
    survey_articles,
)
from wording.phrasing import format_count, join_names
from wording.progress import begin_stage
from wording.simulation.simulate import simulate_study
from wording.study.asked import make_label
from wording.study.library import read_library
from wording.study.read import find_concept_faults, read_concepts, read_study
from wording.study.records import DEFAULT_MAX_OUTLETS, Concept, Report, StudyRecord, Variant

STARTER_ARTICLE_COUNT = 60
MAX_TAKEN_CONCEPTS = 8
"""So many concepts are taken from the library; of more, the names stand in concepts.yml."""

MAX_PROPOSED_SETS = 6
"""Proposals of discovery that are written into concepts.yml, as comments."""

TERM_SEPARATOR = ";"
LIBRARY_LANGUAGE = "en"

STUDY_TEMPLATE = """\
# A study: the question, the articles, and the reports.
# `wording check {name}` says whether it can run.
title: {title}
question: How do these outlets word the same events?
language: {language}
seed: 1                  # random seed
articles:
  path: {path}
  # columns: {{outlet: publisher, text: body}}    # only if they are not recognised
  # date_order: dmy                              # for dates such as 9/6/17
  # stubs: keep            # count texts that are cut off, removed or an error page
# outlets: [A, B]        # compare only these; by default the {most} with the most articles
# period: {{from: 2020-01-01, to: 2020-12-31}}
# excerpts: none         # for texts that may not be shown
{reports}"""

NEED_A_CONCEPT = ("00_overview", "03_voice", "09_coding")
"""Notebooks that have one page for the study, and say nothing where no concept occurs."""

CONCEPTS_HEADER = """\
# The concepts: the things named, and the rival ways of naming each. The language of the
# phrases: https://github.com/wording/wording/blob/main/docs/phrases.md
"""

CONCEPTS_EXAMPLE = """\
# lists:
#   places: [Springfield, Shelbyville]
# concepts:
#   my-concept:
#     title: What is named
#     variants:
#       one term: ["protest*"]
#       another: {match: ["riot|riots"], not: ["riot police"]}
"""

PLACEHOLDER = """\
# No concept of the library occurs often enough in these articles. A study needs one all the same:
# write yours below `concepts:`, and delete this line.
take: {events: [street-events]}
"""


@dataclass(frozen=True)
class NewConcepts:
    """The concepts of a new study.

    Attributes
    ----------
    text : str
        Its concepts.yml.
    with_pages : list of str
        The concepts that occur, and have pages.
    is_all : bool
        Whether these are all concepts of the study.
    said : list of str
        Which were taken and why, in sentences.
    with_acts : list of str
        Those with pages that have `acts`, where these are not all.
    """

    text: str
    with_pages: list[str]
    is_all: bool = True
    said: list[str] = field(default_factory=list)
    with_acts: list[str] = field(default_factory=list)

    @property
    def has_pages(self) -> bool:
        """Whether any concept has pages."""
        return self.is_all or bool(self.with_pages)


def create_study(
    folder: Path,
    *,
    articles: Path | None = None,
    concepts: Path | None = None,
    terms: Sequence[str] = (),
) -> list[str]:
    """Make a study in the folder, and return what it has and what to do next, in sentences.

    Parameters
    ----------
    folder : Path
        Where the study is made.
    articles : Path, optional
        The articles, which stay where they are; without them a few are invented.
    concepts : Path, optional
        A concepts.yml that becomes the study's.
    terms : sequence of str
        Instead: patterns of the user's own, rivals with `;` between (see `parse_terms`).

    Raises
    ------
    WordingError
        If the folder holds a study already, or what is given is not there or not right.
    """
    refuse_wrong_request(folder, articles, concepts, terms)
    own = parse_terms(terms)
    if concepts is not None:
        read_concepts(concepts)
    if articles is None:
        simulate_study(folder, articles=STARTER_ARTICLE_COUNT)
        if concepts is not None:
            with replace_file(folder / "concepts.yml") as partial:
                partial.write_bytes(concepts.read_bytes())
        n_concepts = format_count(len(read_study(folder).concepts), "concept")
        said = [f"{folder} is a study of its own invented articles with {n_concepts}."]
        return [*said, *describe_next_steps(folder)]
    try:
        survey, seen = survey_articles(articles), []
    except WordingError as fault:
        survey, seen = None, [f"The articles cannot be read yet: {fault}"]
    chosen = choose_concepts(survey, concepts, own)
    write_study(folder, articles, survey, chosen)
    seen += describe_survey(survey) if survey else []
    return [
        f"{folder} is a study of {articles}.",
        *(f"- {sentence}" for sentence in [*seen, *chosen.said]),
        *describe_next_steps(folder),
    ]


def write_study(folder: Path, articles: Path, survey: Survey | None, chosen: NewConcepts) -> None:
    """Write study.yml and concepts.yml, both or neither.

    Raises
    ------
    WordingError
        If the folder cannot be written.
    """
    texts = {
        "study.yml": format_study_file(folder, articles, survey, chosen),
        "concepts.yml": chosen.text,
    }
    with replace_files(folder) as partial:
        for name, text in texts.items():
            (partial / name).write_text(text, encoding="utf8")
        read_study(partial)


def refuse_wrong_request(
    folder: Path, articles: Path | None, concepts: Path | None, terms: Sequence[str]
) -> None:
    """Raise where no study can be made of what is given, before anything is written.

    Raises
    ------
    WordingError
        With what to do instead.
    """
    if (folder / "study.yml").exists():
        raise WordingError(
            f"{folder} is already a study: choose another folder, or edit its study.yml."
        )
    refuse_existing_files(folder, ["concepts.yml"])
    if articles is not None and not articles.exists():
        raise WordingError(f"--articles {articles}: there is no such file or folder.")
    if terms and concepts is not None:
        raise WordingError(
            "Give --term or --concepts, not both: write the terms into the file of concepts."
        )
    if terms and articles is None:
        raise WordingError("--term needs --articles: name the file or folder to look in.")


def parse_terms(terms: Sequence[str]) -> dict[str, Concept]:
    """Return a concept for each text that has `;` in it, and one of all the others, by name.

    Raises
    ------
    WordingError
        For an empty part, and what is no phrase.

    Examples
    --------
    >>> [list(one.variants) for one in parse_terms(["riot*; protest*"]).values()]
    [['riot*', 'protest*']]
    >>> [list(one.variants) for one in parse_terms(["riot*", "protest*", "tax cut; levy"]).values()]
    [['tax cut', 'levy'], ['riot*', 'protest*']]
    """
    sets = [term.split(TERM_SEPARATOR) for term in terms if TERM_SEPARATOR in term]
    alone = [term for term in terms if TERM_SEPARATOR not in term]
    concepts: dict[str, Concept] = {}
    for phrases in [*sets, alone] if alone else sets:
        concept = build_term_concept([" ".join(phrase.split()) for phrase in phrases])
        name = make_concept_name(concept)
        concepts[name if name not in concepts else f"{name}-{len(concepts) + 1}"] = concept
    return concepts


def make_concept_name(concept: Concept) -> str:
    """Return a name for a concept made of terms: what is plain in its title.

    >>> make_concept_name(build_term_concept(["Tax cut*", "levy"]))
    'tax-cut-levy'
    >>> make_concept_name(build_term_concept(["émeute"]))
    'emeute'
    >>> make_concept_name(build_term_concept(["переворот"]))
    'my-terms'
    """
    letters = unicodedata.normalize("NFKD", concept.title.lower())
    unmarked = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.findall(r"[a-z0-9]+", unmarked)
    lengths = itertools.accumulate(len(word) + 1 for word in words)
    fitting = [word for word, end in zip(words, lengths, strict=True) if end <= MAX_NAME_LENGTH]
    return "-".join(fitting) or "my-terms"


MAX_NAME_LENGTH = 40
"""Characters of the name of a concept made of terms."""


def build_term_concept(phrases: Sequence[str]) -> Concept:
    """Return a concept whose rival variants are these phrases.

    Raises
    ------
    WordingError
        For an empty phrase, and what is no phrase.
    """
    if not all(phrases):
        shown = f"{TERM_SEPARATOR} ".join(phrases)
        raise WordingError(
            f"--term {shown!r} has an empty part: write a word or phrase on each side of "
            f"`{TERM_SEPARATOR}`."
        )
    variants: dict[str, Variant] = {}
    for phrase in dict.fromkeys(phrases):
        label = make_label(phrase, variants)
        variants[label] = Variant(match=[phrase])
    concept = Concept(title=" / ".join(variants), variants=variants)
    if faults := find_concept_faults("", concept, {}):
        raise WordingError("\n".join(f"--term: {message}" for _, message in faults))
    return concept


def choose_concepts(
    survey: Survey | None, file: Path | None, own: dict[str, Concept]
) -> NewConcepts:
    """Return the concepts of a study: those of a file, the user's own, or some of the library.

    Parameters
    ----------
    survey : Survey, optional
        What the articles have; None where they cannot be read.
    file : Path, optional
        A concepts.yml.
    own : dict
        Concepts by name.
    """
    if file is not None:
        concepts, lists = read_concepts(file)
        text = file.read_text(encoding="utf-8-sig")
    elif own:
        concepts, lists, text = own, {}, CONCEPTS_HEADER + format_own_concepts(own)
    elif survey is None:
        return NewConcepts(f"{CONCEPTS_HEADER}take: {{events: all}}\n{CONCEPTS_EXAMPLE}", [], True)
    else:
        return take_occurring_concepts(summarise_library(survey), survey.language)
    if survey is None:
        return NewConcepts(text, list(concepts))
    hits = count_survey_hits(survey, concepts, lists)
    occurring = [name for name in concepts if name in set(hits["concept"])]
    said = describe_own_hits(hits, concepts)
    if own:
        summary = summarise_library(survey)
        text += format_untaken_concepts(summary[summary["why_not"] == ""])
    with_acts = [name for name in occurring if concepts[name].acts]
    return NewConcepts(text, occurring, len(occurring) == len(concepts), said, with_acts)


def summarise_library(survey: Survey) -> pd.DataFrame:
    """Return `summarise_concepts` of the library; of no concept where its language is another."""
    is_readable = survey.language == LIBRARY_LANGUAGE
    return summarise_concepts(survey, read_library() if is_readable else [])


def describe_own_hits(hits: pd.DataFrame, concepts: dict[str, Concept]) -> list[str]:
    """Return in sentences how often the variants of given concepts occur, and which do not."""
    counts = hits.groupby(["concept", "variant"])["n"].sum()
    sentences = []
    for name, concept in concepts.items():
        found = [
            f"{one} {counts[name, one]:,}" for one in concept.variants if (name, one) in counts
        ]
        missing = [f"“{one}”" for one in concept.variants if (name, one) not in counts]
        if found:
            sentences.append(f"{name} occurs: {join_names(found)}.")
        if len(concept.variants) == 1:
            sentences.append(
                f"{name} has one term only: shares need rivals (`--term 'riot*; protest*'`)."
            )
        if missing:
            verb = "does not occur" if len(missing) == 1 else "do not occur"
            sentences.append(
                f"{join_names(missing)} of {name} {verb}: check the spelling; `*` stands for any "
                f"ending{'' if found else ', and no page is planned for this concept'}."
            )
    return sentences


def take_occurring_concepts(summary: pd.DataFrame, language: str) -> NewConcepts:
    """Return those concepts of the library that occur often enough, and say which and why."""
    enough = summary[summary["why_not"] == ""]
    taken, more = enough.head(MAX_TAKEN_CONCEPTS), enough.iloc[MAX_TAKEN_CONCEPTS:]
    rest = describe_left_out_concepts(summary)
    if taken.empty:
        why = f"None of the {len(summary)} concepts of the library occurs often enough"
        if language != LIBRARY_LANGUAGE:
            why = f"The library has concepts for {name_language(LIBRARY_LANGUAGE)} alone"
        said = [
            f"{why}, so no page on a concept is planned. Name what you suspect in a new study, "
            "`wording new FOLDER --articles FILE --term 'riot*; protest*'`, or in concepts.yml.",
            *rest,
        ]
        return NewConcepts(CONCEPTS_HEADER + PLACEHOLDER + CONCEPTS_EXAMPLE, [], False, said)
    said = [
        f"Taken from the library of {len(summary)} concepts, with at least {MIN_HITS} hits at "
        f"{MIN_OUTLETS} outlets or more, and of {MIN_VARIANTS} variants or more:",
        *(f"  {row.concept}: {format_concept_hits(row)}" for row in taken.itertuples()),
    ]
    if len(more):
        said.append(
            f"Enough hits, but not taken: {format_count(len(more), 'more concept')}, "
            f"{join_names(more['concept'], top=5)} (comments in concepts.yml)."
        )
    text = CONCEPTS_HEADER + format_taken_concepts(taken)
    text += format_untaken_concepts(more) + CONCEPTS_EXAMPLE
    return NewConcepts(text, list(taken["concept"]), True, [*said, *rest])


def combine_concepts(own: dict[str, Concept], summary: pd.DataFrame, names: Sequence[str]) -> str:
    """Return a concepts.yml of the user's own concepts and of some of the library.

    Parameters
    ----------
    own : dict
        Concepts by name.
    summary : DataFrame
        As of `summarise_concepts`.
    names : sequence of str
        Which of these are taken.
    """
    is_taken = summary["concept"].isin(list(names))
    text = CONCEPTS_HEADER + (format_own_concepts(own) if own else "")
    text += format_taken_concepts(summary[is_taken])
    return text + format_untaken_concepts(summary[~is_taken & (summary["why_not"] == "")])


def format_taken_concepts(rows: pd.DataFrame) -> str:
    """Return what concepts.yml takes from the library, with the hits of each; "" for nothing."""
    if rows.empty:
        return ""
    text = "take:      # from the library: what occurs often in these articles\n"
    for file, some in rows.groupby("file", sort=False):
        text += f"  {file}:\n"
        text += "".join(
            f"    - {row.concept}   # {format_concept_hits(row)}\n" for row in some.itertuples()
        )
    return text


def format_concept_hits(row: Any) -> str:
    """Return the hits of a concept, a row of `summarise_concepts`, in words."""
    hits, outlets = format_count(row.n, "hit"), format_count(row.n_outlets, "outlet")
    return f"{hits}, {MIN_HITS} or more at {outlets} ({row.variants})"


def describe_left_out_concepts(summary: pd.DataFrame) -> list[str]:
    """Return in a sentence how many concepts of the library are left out, and why."""
    reasons = summary.loc[summary["why_not"] != "", "why_not"].value_counts()
    if reasons.empty:
        return []
    listed = "; ".join(f"{n} ({reason})" for reason, n in reasons.items())
    return [f"Left out: {listed}. `wording concepts` lists the library."]


def format_untaken_concepts(rows: pd.DataFrame) -> str:
    """Return comments of concepts.yml that name more concepts of the library with enough hits."""
    if rows.empty:
        return ""
    lines = [
        f"#   {row.file}: {row.concept}   # {format_concept_hits(row)}" for row in rows.itertuples()
    ]
    return "\n".join(["# In the library, and often enough in these articles, too:", *lines, ""])


def format_own_concepts(concepts: dict[str, Concept]) -> str:
    """Return the concepts as YAML; JSON is YAML."""
    lines = ["concepts:"]
    for name, concept in concepts.items():
        lines += [f"  {name}:", f"    title: {quote_yaml(concept.title)}", "    variants:"]
        lines += [
            f"      {quote_yaml(variant)}: {quote_yaml(record.phrases)}"
            for variant, record in concept.variants.items()
        ]
    return "\n".join([*lines, ""])


def quote_yaml(value: str | Sequence[str] | Mapping[str, Sequence[str]]) -> str:
    """Return a text, a list of texts, or such lists by language, as they are written in YAML."""
    return json.dumps(value, ensure_ascii=False)


def format_study_file(
    folder: Path, articles: Path, survey: Survey | None, chosen: NewConcepts
) -> str:
    """Return study.yml for articles that stay where they are."""
    path = os.path.relpath(articles.resolve(), folder.resolve())
    return STUDY_TEMPLATE.format(
        name=folder,
        title=json.dumps(folder.resolve().name),
        path=json.dumps(Path(path).as_posix()),
        most=DEFAULT_MAX_OUTLETS,
        language=quote_yaml(survey.language) if survey else "en",
        reports=format_reports(chosen),
    )


def format_reports(chosen: NewConcepts) -> str:
    """Return the `reports` of study.yml: the usual ones, no page for what does not occur."""
    usual: list[Report] = StudyRecord.model_fields["reports"].default
    lines = ["reports:"]
    for report in usual:
        each = {name: limit_to_occurring(value, chosen) for name, value in report.each.items()}
        if [] in each.values() or not chosen.has_pages and report.notebook in NEED_A_CONCEPT:
            continue
        lines.append(f"  - notebook: {report.notebook}")
        lines += [
            f"    each: {{{name}: {value if isinstance(value, str) else json.dumps(value)}}}"
            for name, value in each.items()
        ]
    if not chosen.has_pages:
        lines.append("  # - notebook: 02_terms          # once there is a concept that occurs")
        lines.append("  #   each: {concept: all}")
    return "\n".join([*lines, ""])


def limit_to_occurring(value: str | list[str], chosen: NewConcepts) -> str | list[str]:
    """Return for which concepts a notebook is run, without those that do not occur."""
    if chosen.is_all:
        return value
    return chosen.with_acts if value == "with-acts" else chosen.with_pages


def describe_next_steps(folder: Path) -> list[str]:
    """Return what to do next."""
    # Takes a while to import, and is not needed to make a study in code.
    from wording.pages.batch.plan import plan_pages

    pages = format_count(len(plan_pages(read_study(folder))), "page")
    return [
        "Next:",
        f"  wording report {folder}   makes {pages}; then open reports/index.html",
        f"  wording check {folder}    says what was read, and how often each variant occurs",
        f"  wording rivals {folder} TERM --out rivals.csv   proposes other names for a term",
        f"  {folder / 'study.yml'} and {folder / 'concepts.yml'} say what is asked: edit them",
    ]


def propose_concepts(folder: Path) -> list[str]:
    """Append what discovery proposes to concepts.yml, as comments; return what was found.

    The corpus is built for it. A person must judge the proposals: no score tells rival names of one
    thing from names of two.
    """
    from wording.corpus.build import build_corpus
    from wording.questions.discovery.proposals import list_proposal_warnings
    from wording.questions.discovery.rival_sets import find_rival_sets

    study = read_study(folder)
    if not study.has_articles:
        return []
    build_corpus(study)
    begin_stage("looking for phrases that may be rivals")
    sets = find_rival_sets(study, max_sets=MAX_PROPOSED_SETS)
    proposals = [
        [str(rows["term"].iloc[0]), *map(str, rows["rival"])] for _, rows in sets.groupby("set")
    ]
    if not proposals:
        return ["Discovery proposes nothing: too few phrases occur in enough articles."]
    with replace_file(folder / "concepts.yml") as partial:
        text = (folder / "concepts.yml").read_text(encoding="utf-8-sig").rstrip("\n")
        partial.write_text(f"{text}\n{format_proposals(proposals)}", encoding="utf8")
    return [
        "Proposed by discovery, for you to judge (they stand in concepts.yml as comments):",
        *(f"  {' / '.join(phrases)}" for phrases in proposals),
        *list_proposal_warnings(study, "all"),
    ]


def format_proposals(proposals: Sequence[Sequence[str]]) -> str:
    """Return sets of rivals as comments of concepts.yml."""
    lines = ["# Proposed by discovery. Names of one thing, or of two? Read their lines first."]
    lines += [f"#   {quote_yaml(list(phrases))}" for phrases in proposals]
    return "\n".join([*lines, ""])
