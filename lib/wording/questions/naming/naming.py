"""Which words stand with each name by relation, and where outlets differ in them.

A word sketch (Kilgarriff et al. 2014) over any number of outlets: the words of each relation that
are frequent at all outlets together are listed before any difference is looked at; how many of an
outlet's hits have them is a share, with the interval and the contrasts of collocates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from wording.corpus.counts import select_concepts
from wording.corpus.marks.grammar.naming_kernels import NAME_RELATIONS
from wording.corpus.naming.related_words import WHATEVER_WORD, count_study_naming, find_study_naming
from wording.questions.collocation.collocates import label_lines
from wording.questions.collocation.collocation import (
    VARIANT_KEYS,
    contrast_collocates,
    relabel_as_collocates,
    resample_collocates,
)
from wording.questions.design import DEFAULT_REQUEST, Compared, Design, Request
from wording.questions.reporting import keep_stable_digits, select_clear_differences
from wording.questions.shares.shares import build_share_table
from wording.settings import ALL_OUTLETS, SIGNIFICANCE_LEVEL, VOICE_GROUPS, one_of
from wording.study.records import StudyRecord
from wording.tables import TABLES, check_columns, order_as

MIN_ARTICLES_PER_WORD = 3
"""Articles in which a word stands with a name in a relation, at least."""
MAX_WORDS_PER_RELATION = 15
"""Words of a relation at most, of each name: those that stand with most hits."""
SET_APART = ("title", "first name")
"""Relations that are told last: more of a house's style than of what it thinks of a name."""
JOINT = "\t"
"""Between relation and word where the two together stand for a collocate."""
NAMING_KEYS = [*VARIANT_KEYS, "relation", "word"]


def compare_naming(study: StudyRecord, request: Request = DEFAULT_REQUEST) -> Compared:
    """Return the words counted of a study for a request, as `compare_articles` does of hits.

    Raises
    ------
    WordingError
        As in `count_study_naming`, or for an unknown voice.
    """
    one_of("voice", request.voice, VOICE_GROUPS)
    counted = count_study_naming(study, request.concepts, copies=request.copies)
    design = Design.of(study, counted.articles)
    return Compared(study, request, counted.articles, counted.counts, design)


def compute_naming(compared: Compared) -> pd.DataFrame:
    """Return the `naming` table: the listed words at all outlets together, then at each."""
    listed, joined = list_words(compared), join_relations(compared.spoken)
    together = compared.articles.assign(outlet=ALL_OUTLETS)
    designs = [(together, [ALL_OUTLETS]), (compared.articles, compared.design.outlets)]
    tables = [
        relabel_as_collocates(
            build_share_table(
                comparison, np.full(len(comparison.outlets), np.nan), compared.design.level
            ),
            variant,
        )
        for articles, outlets in designs
        for variant, comparison in resample_collocates(
            joined, articles, listed, replace(compared.design, outlets=outlets)
        )
    ]
    if not tables:
        return pd.DataFrame(columns=list(TABLES["naming"]))
    table = split_relations(pd.concat(tables, ignore_index=True))
    return check_columns(table.assign(voice=compared.request.voice), "naming")


def contrast_naming(compared: Compared) -> pd.DataFrame:
    """Return the `naming_contrasts` table: where outlets differ in the listed words."""
    table = contrast_collocates(
        join_relations(compared.spoken),
        compared.articles,
        list_words(compared),
        compared.request.against,
        compared.design,
    )
    return check_columns(split_relations(table), "naming_contrasts")


def list_words(compared: Compared) -> pd.DataFrame:
    """Return the words to show: concept, variant, collocate (relation and word), in order.

    Of each relation of a name any word comes first, then those that stand with most hits.
    """
    spoken = compared.spoken[compared.spoken["relation"] != ""]
    found = spoken.groupby(NAMING_KEYS, observed=True).agg(
        n=("n", "sum"), n_articles=("doc_id", "nunique")
    )
    table = found.reset_index()
    is_any = table["word"] == WHATEVER_WORD
    table = table[is_any | (table["n_articles"] >= MIN_ARTICLES_PER_WORD)]
    table = table.assign(later=table["word"] != WHATEVER_WORD)
    concepts = select_concepts(compared.study, compared.request.concepts)
    variants = dict.fromkeys(name for concept in concepts.values() for name in concept.variants)
    order = {"concept": list(concepts), "variant": list(variants), "relation": NAME_RELATIONS}
    ranked = order_as(table, order).sort_values(
        [*VARIANT_KEYS, "relation", "later", "n", "n_articles", "word"],
        ascending=[True, True, True, True, False, False, True],
    )
    groups = ranked.groupby([*VARIANT_KEYS, "relation"], observed=True)
    listed = groups.head(MAX_WORDS_PER_RELATION + 1).astype(dict.fromkeys(order, str))
    return join_relations(listed)[[*VARIANT_KEYS, "collocate"]]


def join_relations(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with relation and word as a collocate, which is empty for all hits."""
    joined = table["relation"].astype(str) + JOINT + table["word"].astype(str)
    return table.assign(collocate=joined.where(table["relation"] != "", ""))


def split_relations(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the relation and the word of each collocate."""
    parts = table["collocate"].astype(str).str.split(JOINT, n=1)
    return table.assign(relation=parts.str[0], word=parts.str[1])


def label_words(table: pd.DataFrame, *, voice: str) -> pd.DataFrame:
    """Return the rows with `near` (what their lines are called) and the voice of the hits."""
    outlet = (", " + table["outlet"]).where(table["outlet"] != ALL_OUTLETS, "")
    return table.assign(near=table["relation"] + ": " + table["word"] + outlet, voice=voice)


def select_overall_words(naming: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """Return, at all outlets together, any word of each relation and the most frequent ones."""
    together = naming[naming["outlet"] == ALL_OUTLETS]
    return together.groupby([*VARIANT_KEYS, "relation"], sort=False).head(top + 1)


def select_outlet_words(naming: pd.DataFrame, *, top: int = 2) -> pd.DataFrame:
    """Return the most frequent words of each relation of each name at each single outlet."""
    single = naming[(naming["outlet"] != ALL_OUTLETS) & (naming["word"] != WHATEVER_WORD)]
    used = single[single["n_articles"] > 1]
    ranked = used.sort_values("n", ascending=False, kind="stable")
    shown = ranked.groupby([*VARIANT_KEYS, "relation", "outlet"]).head(top)
    keys = ["outlet", "variant", "relation"]
    order = {key: naming[key].unique() for key in keys[:2]} | {"relation": NAME_RELATIONS}
    ordered = order_as(shown[[*keys, "n"]], order)
    by = ordered.sort_values([*keys, "n"], ascending=[True, True, True, False], kind="stable")
    return shown.loc[by.index]


def drop_repeated_contrasts(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the contrasts without those of any word that one word alone makes."""
    keys = [*VARIANT_KEYS, "relation", "outlet", "other", "n", "n_other"]
    is_any = contrasts["word"] == WHATEVER_WORD
    words = pd.MultiIndex.from_frame(contrasts.loc[~is_any, keys])
    is_repeated = is_any & pd.MultiIndex.from_frame(contrasts[keys]).isin(words)
    return contrasts[~is_repeated]


def select_clear_words(contrasts: pd.DataFrame) -> pd.DataFrame:
    """Return the clear contrasts, the clearest first, those of titles and first names last."""
    clear = select_clear_differences(drop_repeated_contrasts(contrasts), SIGNIFICANCE_LEVEL)
    return clear.sort_values("relation", kind="stable", key=lambda names: names.isin(SET_APART))


def select_clearest_words(contrasts: pd.DataFrame, *, top: int = 20) -> pd.DataFrame:
    """Return the clear contrasts, then the others with the smallest q."""
    clear, told = select_clear_words(contrasts), drop_repeated_contrasts(contrasts)
    others = select_clear_differences(told.drop(index=clear.index), np.inf)
    ranked = others.sort_values("q", kind="stable", key=keep_stable_digits)
    return pd.concat([clear, ranked]).head(top).drop(columns=["least", "less"])


def select_clearest_names(
    naming: pd.DataFrame, contrasts: pd.DataFrame, *, top: int = 4
) -> pd.DataFrame:
    """Return a table of shares, by outlet, of the words that differ most clearly.

    A word with its relation and name stands for a variant. Where no difference is clear, the most
    frequent words are shown.
    """
    clear = select_clear_words(contrasts)
    shown = clear[["variant", "relation", "word"]].drop_duplicates().head(top)
    if shown.empty:
        together = naming[(naming["outlet"] == ALL_OUTLETS) & (naming["word"] != WHATEVER_WORD)]
        most = together.sort_values("n", ascending=False, kind="stable")
        shown = most[["variant", "relation", "word"]].head(top)
    rows = shown.merge(naming[naming["outlet"] != ALL_OUTLETS])
    named = rows["relation"] + ": " + rows["word"] + " (" + rows["variant"] + ")"
    return rows.assign(variant=named)


def find_naming_lines(
    study: StudyRecord, concept: str, shown: pd.DataFrame, request: Request = DEFAULT_REQUEST
) -> pd.DataFrame:
    """Return what stands behind the numbers of `label_words` rows.

    Parameters
    ----------
    study : StudyRecord
    concept : str
    shown : pandas.DataFrame
        Rows of `label_words`.
    request : Request
        Its voice and way of counting copies.

    Returns
    -------
    pandas.DataFrame
        The hits, or the counts per article when the study may not show text: one row per hit (or
        article) and row of `shown`, with its `near` and in its order; `counted_as` is the voice.
    """
    keys = ["variant", "relation", "word", "outlet", "near"]
    labels = join_relations(shown[keys].drop_duplicates())
    if study.why_no_text:
        counted = count_study_naming(study, [concept], copies=request.copies)
        about = counted.articles[["doc_id", "outlet", "date", "title", "url"]]
        rows = counted.counts.merge(about, on="doc_id")
    else:
        rows = find_study_naming(study, concept, labels, copies=request.copies)
    rows = rows[rows["voice"].isin(VOICE_GROUPS[request.voice])]
    rows = join_relations(rows).assign(counted_as=request.voice)
    order = {"variant": study.concepts[concept].variants, "near": labels["near"].unique()}
    return order_as(label_lines(rows, labels[["variant", "collocate", "outlet", "near"]]), order)
